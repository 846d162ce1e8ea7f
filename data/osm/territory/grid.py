"""Local streets: one slightly bent grid per town, on its built-up cells."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, STRtree

from .built_up import CELL_M, BuiltUp
from .facts import Town
from .lines import Way
from .names import street_name
from .obstacles import Obstacles, is_clear
from .plane import Points
from .roads import Road

SNAP_M = 34.0  # a corner this near to a road moves onto it
LOST_SHARE = 0.13  # of the blocks' sides, at random


@dataclass(slots=True, eq=False)
class Corners:
    """The corners of one town's grid: their place, and the road each was moved onto (-1: none)."""

    at: Points
    index: dict[tuple[int, int], int]
    road: np.ndarray


def block_size(town: Town) -> tuple[float, float]:
    """Return the two sides of a block in metres."""
    if town.is_neighbour:
        return 235.0, 260.0
    return (96.0, 122.0) if town.population > 6_000 else (100.0, 132.0)


def lay_corners(
    town: Town, hub: Points, cells: set[tuple[int, int]], rng: np.random.Generator
) -> tuple[Points, list[tuple[int, int]]]:
    """Return the corners of the bent grid that lie in the town's cells, and their indices."""
    side_a, side_b = block_size(town)
    reach = max(np.hypot(c + 0.5 - hub[0] / CELL_M, r + 0.5 - hub[1] / CELL_M) for c, r in cells)
    count = int((reach + 1) * CELL_M / min(side_a, side_b)) + 2
    steps = np.arange(-count, count + 1)
    i, j = (a.reshape(-1) for a in np.meshgrid(steps, steps, indexing="ij"))
    phase = rng.uniform(0, 2 * np.pi, 4)
    u = i * side_a + 28.0 * np.sin(j * side_b / 310.0 + phase[0])
    v = j * side_b + 28.0 * np.sin(i * side_a / 290.0 + phase[1])
    u, v = u + rng.normal(0, 5.0, u.shape), v + rng.normal(0, 5.0, v.shape)
    angle = rng.uniform(0, np.pi / 2)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    points = np.column_stack([u, v]) @ turn + hub
    cell = np.floor(points / CELL_M).astype(np.int64)
    inside = np.array([(int(c), int(r)) in cells for c, r in cell])
    return points[inside], [(int(a), int(b)) for a, b in zip(i[inside], j[inside], strict=True)]


def settle_corners(
    points: Points,
    indices: list[tuple[int, int]],
    roads: list[Road],
    tree: STRtree,
    obstacles: Obstacles,
) -> Corners:
    """Drop corners near obstacles and bridges; move those beside a road onto it."""
    at, index, on_road = [], {}, []
    keep = is_clear(points, obstacles)
    shapes = shapely.points(points)
    near = tree.query(shapes, predicate="dwithin", distance=SNAP_M)
    roads_of_point: dict[int, list[int]] = {}
    for p, r in zip(*near, strict=True):
        roads_of_point.setdefault(int(p), []).append(int(r))
    for p in np.flatnonzero(keep):
        found = sorted(
            roads_of_point.get(int(p), []), key=lambda r: (roads[r].line.distance(shapes[p]), r)
        )
        point, road = points[p], -1
        if len(found) > 1 or (found and roads[found[0]].road_class == "trunk"):
            continue
        if found:
            road = found[0]
            place_m = roads[road].line.project(shapes[p])
            foot = roads[road].line.interpolate(place_m)
            if not 15.0 < place_m < roads[road].line.length - 15.0:
                continue
            if any(abs(place_m - other) < 12.0 for other in roads[road].places):
                continue
            if not is_clear(np.array([foot.coords[0]]), obstacles)[0]:
                continue
            roads[road].places.append(place_m)
            point = np.array(foot.coords[0])
        index[indices[p]] = len(at)
        at.append(point)
        on_road.append(road)
    return Corners(np.array(at).reshape(-1, 2), index, np.array(on_road, dtype=np.int64))


def lay_streets(
    town_row: int, town: Town, corners: Corners, obstacles: Obstacles, rng: np.random.Generator
) -> list[Way]:
    """Join neighbouring corners along rows and columns; each unbroken run is one way."""
    ways: list[Way] = []
    bend_m = 0.0 if town.is_neighbour else 5.0
    for axis in (0, 1):
        lines: dict[int, list[int]] = {}
        for a, b in corners.index:
            lines.setdefault((a, b)[1 - axis], []).append((a, b)[axis])
        for line in sorted(lines):
            run: list[Points] = []
            tags = street_tags(town_row, town, axis, line, rng)
            for step in sorted(lines[line]):
                here = corners.index[(step, line) if axis == 0 else (line, step)]
                there = corners.index.get((step + 1, line) if axis == 0 else (line, step + 1))
                if there is None or not _may_join(corners, here, there, obstacles, rng):
                    ways += _close(run, tags)
                    run = []
                    continue
                a, b = corners.at[here], corners.at[there]
                run = run or [a]
                if bend_m:
                    normal = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
                    run.append((a + b) / 2 + normal * rng.normal(0, bend_m))
                run.append(b)
            ways += _close(run, tags)
    return ways


def _may_join(
    corners: Corners, here: int, there: int, obstacles: Obstacles, rng: np.random.Generator
) -> bool:
    is_lost = rng.random() < LOST_SHARE
    roads = corners.road[[here, there]]
    if is_lost or (roads[0] >= 0 and roads[0] == roads[1]):
        return False
    side = LineString(corners.at[[here, there]])
    return (
        side.length > 25.0
        and not obstacles.tree.query(side, predicate="dwithin", distance=22.0).size
    )


def _close(run: list[Points], tags: dict[str, str]) -> list[Way]:
    if len(run) < 2:
        return []
    return [Way(LineString(np.vstack(run)), dict(tags), is_ground_street=True)]


def street_tags(
    town_row: int, town: Town, axis: int, line: int, rng: np.random.Generator
) -> dict[str, str]:
    """Return the tags of one street of a grid; a few are footways or zones of 30 km/h."""
    name = street_name(town_row, axis, line)
    draw = rng.random()
    if town.is_neighbour:
        return {
            "highway": "tertiary" if line % 4 == 0 else "residential",
            "name": name,
            "source:maxspeed": "FR:urban",
            "maxspeed": "50",
        }
    if draw < 0.035:
        return {
            "highway": "footway" if draw < 0.015 else "path",
            "bicycle": "yes",
            "foot": "designated",
        }
    tags = {"highway": "residential", "name": name, "source:maxspeed": "FR:urban"}
    if draw < 0.05:
        return {"highway": "living_street", "name": name, "zone:traffic": "FR:urban"}
    if abs(line) <= 2 and town.population > 4_000:
        return tags | {"maxspeed": "30", "source:maxspeed": "FR:zone30"}
    if draw < 0.17 and town.population > 8_000:
        tags |= {"oneway": "yes"} | ({"oneway:bicycle": "no"} if draw < 0.13 else {})
    return tags | {"maxspeed": "50"}


def town_streets(
    towns: list[Town],
    hubs: Points,
    built_up: BuiltUp,
    roads: list[Road],
    obstacles: Obstacles,
    *,
    seed: int,
) -> list[Way]:
    """Return the local streets of every town; roads get a vertex wherever a street meets them."""
    tree = STRtree([road.line for road in roads])
    ways: list[Way] = []
    for t, town in enumerate(towns):
        rng = np.random.default_rng([seed, t])
        mine = built_up.town == t
        cells = {
            (int(c), int(r)) for c, r in zip(built_up.column[mine], built_up.row[mine], strict=True)
        }
        points, indices = lay_corners(town, hubs[t], cells, rng)
        corners = settle_corners(points, indices, roads, tree, obstacles)
        ways += lay_streets(t, town, corners, obstacles, rng)
    return ways
