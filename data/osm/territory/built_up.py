"""Where people live: built-up cells of 200 m around each hub, and residents to the person."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree
from shapely import STRtree

from .facts import Town
from .obstacles import Obstacles
from .plane import Points
from .roads import Road

CELL_M = 200.0
SPARE = 1.06  # a few cells more than wanted: some turn out to have no street
HALF_WIDTH, HALF_HEIGHT = 220, 200  # cells of the noise field on each side of the middle


@dataclass(frozen=True, slots=True, eq=False)
class BuiltUp:
    """The built-up cells: column and row, town and closeness to its middle (0 is nearest)."""

    column: np.ndarray
    row: np.ndarray
    town: np.ndarray
    score: np.ndarray

    @property
    def centres(self) -> Points:
        """Middle of each cell in metres, shape (n, 2)."""
        return (np.column_stack([self.column, self.row]) + 0.5) * CELL_M


def wanted_cells(town: Town) -> int:
    """Return how many cells a town has: bigger towns are denser."""
    if town.is_neighbour:
        return max(8, int(np.pi * town.radius_m**2 / CELL_M**2 * 0.75))
    density = float(np.clip(9.2 * town.population**0.265, 20.0, 190.0))
    return max(3, round(town.population / density))


def build_up(
    towns: list[Town], hubs: Points, roads: list[Road], rng: np.random.Generator
) -> BuiltUp:
    """Choose the cells of each town: near its hub, along its roads, with ragged edges."""
    columns = np.arange(-HALF_WIDTH, HALF_WIDTH)
    rows = np.arange(-HALF_HEIGHT, HALF_HEIGHT)
    grid = np.stack(np.meshgrid(columns, rows, indexing="ij"), axis=-1)
    noise = gaussian_filter(rng.normal(size=grid.shape[:2]), 2.0)
    noise = noise / noise.std()
    column, row = grid.reshape(-1, 2).T
    centres = (np.column_stack([column, row]) + 0.5) * CELL_M
    distance, town = cKDTree(hubs).query(centres)
    near = np.flatnonzero(distance < 4_200.0)
    road_lines = [road.line for road in roads]
    tree = STRtree(road_lines)
    shapes = shapely.points(centres[near])
    nearest = tree.nearest(shapes)
    to_road = shapely.distance(shapes, np.asarray(road_lines, dtype=object)[nearest])
    score = distance[near] * (1 + 0.16 * noise.reshape(-1)[near]) + 0.55 * np.minimum(to_road, 900)
    chosen, scores = [], []
    for t in range(len(towns)):
        mine = np.flatnonzero(town[near] == t)
        order = mine[np.argsort(score[mine], kind="stable")]
        count = int(np.ceil(wanted_cells(towns[t]) * SPARE)) + 1
        kept = order[:count]
        chosen.append(near[kept])
        scores.append(np.arange(len(kept)) / max(1, len(kept)))
    all_rows = np.concatenate(chosen)
    return BuiltUp(column[all_rows], row[all_rows], town[all_rows], np.concatenate(scores))


def of_town(built_up: BuiltUp, town: int) -> BuiltUp:
    """Return the cells of one town."""
    mine = built_up.town == town
    return BuiltUp(
        built_up.column[mine], built_up.row[mine], built_up.town[mine], built_up.score[mine]
    )


def outline(built_up: BuiltUp, grow_m: float = 20.0) -> shapely.Geometry:
    """Return the area of all built-up cells."""
    x, y = (built_up.centres - CELL_M / 2).T
    boxes = shapely.box(x, y, x + CELL_M, y + CELL_M)
    joined = shapely.union_all(boxes)
    return shapely.buffer(shapely.buffer(joined, grow_m + 30.0, join_style="mitre"), -30.0)


def populated(
    towns: list[Town], built_up: BuiltUp, streets: list[shapely.LineString], obstacles: Obstacles
) -> tuple[np.ndarray, np.ndarray]:
    """Return the cells that have a street at hand, and their population: sums are exact.

    A cell needs a street within 140 m of its middle, with nothing to cross on the way there.
    """
    tree = STRtree(streets)
    centres = shapely.points(built_up.centres)
    nearest = tree.nearest(centres)
    walks = shapely.shortest_line(centres, np.asarray(streets, dtype=object)[nearest])
    is_good = shapely.length(walks) < 140.0
    barred = {
        int(i) for i in obstacles.tree.query(shapely.buffer(walks, 16.0), predicate="intersects")[0]
    }
    is_good &= ~np.isin(np.arange(len(centres)), sorted(barred))
    cells, people = [], []
    for t, town in enumerate(towns):
        if town.is_neighbour:
            continue
        mine = np.flatnonzero((built_up.town == t) & is_good)[: wanted_cells(town)]
        if not mine.size:
            msg = f"{town.name} has no cell with a street at hand. Move its centre."
            raise ValueError(msg)
        weight = 1.25 - built_up.score[mine]
        weight *= 0.75 + 0.5 * hash_unit(built_up.column[mine], built_up.row[mine])
        cells.append(mine)
        people.append(apportion(town.population, weight))
    return np.concatenate(cells), np.concatenate(people)


def apportion(total: int, weight: np.ndarray) -> np.ndarray:
    """Split a whole number by weight; every part is at least 1 and the sum is exact."""
    if total < weight.size:
        msg = f"{total} people cannot live in {weight.size} cells."
        raise ValueError(msg)
    share = (total - weight.size) * weight / weight.sum()
    parts = np.floor(share).astype(np.int64)
    rest = total - weight.size - int(parts.sum())
    parts[np.argsort(parts - share, kind="stable")[:rest]] += 1
    return parts + 1


def hash_unit(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return a fixed number in [0, 1) for each cell."""
    mixed = (column.astype(np.int64) * 73_856_093) ^ (row.astype(np.int64) * 19_349_663)
    return ((mixed * 2_654_435_761) % 1_000_003) / 1_000_003
