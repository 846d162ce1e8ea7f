"""What cuts the territory up: waterways, motorways, railways; and how streets get across."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, STRtree

from .plane import direction_at, points_of

# Half the length of a bridge over each kind that is met at a right angle, in metres.
HALF_BRIDGE_M = {
    "canal": 24.0,
    "river": 22.0,
    "motorway": 28.0,
    "express": 26.0,
    "rail": 13.0,
    "lgv": 17.0,
    "ramp": 11.0,
}
CLEARANCE_M = {kind: half + 10.0 for kind, half in HALF_BRIDGE_M.items()}
SMALLEST_SINE = 0.35
LEVEL_CLASSES = frozenset({"tertiary", "unclassified", "residential", "service", "path"})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A line that streets cross only over a bridge, or a railway also on the level."""

    kind: str
    key: str
    name: str
    line: LineString


@dataclass(frozen=True, slots=True, eq=False)
class Obstacles:
    """All obstacles with an index in space."""

    items: tuple[Obstacle, ...]
    tree: STRtree

    def near(self, geometry: shapely.Geometry) -> list[int]:
        """Return the obstacles that a geometry meets, ascending."""
        return sorted(int(i) for i in self.tree.query(geometry, predicate="intersects"))


@dataclass(frozen=True, slots=True)
class Crossing:
    """Where a line passes an obstacle: the stretch of the bridge, or a level crossing."""

    obstacle: int
    place_m: float
    half_m: float


def index_obstacles(items: Sequence[Obstacle]) -> Obstacles:
    """Make the index over obstacles."""
    return Obstacles(tuple(items), STRtree([item.line for item in items]))


def crossings_of(
    line: LineString, obstacles: Obstacles, *, without: frozenset[str] = frozenset()
) -> list[Crossing]:
    """Return every crossing of a line with obstacles whose key is not in `without`."""
    found = []
    for i in obstacles.near(line):
        item = obstacles.items[i]
        if item.key in without:
            continue
        for point in points_of(shapely.intersection(line, item.line)):
            place_m = line.project(point)
            along = direction_at(line, place_m)
            other = direction_at(item.line, item.line.project(point))
            sine = max(SMALLEST_SINE, abs(float(along[0] * other[1] - along[1] * other[0])))
            found.append(Crossing(i, place_m, HALF_BRIDGE_M[item.kind] / sine))
    return sorted(found, key=lambda c: (c.place_m, c.obstacle))


def bridge_stretches(
    crossings: Sequence[Crossing], length_m: float, *, join_m: float = 45.0
) -> list[tuple[float, float]]:
    """Merge crossings into the stretches of bridges, kept a little inside the line."""
    stretches: list[tuple[float, float]] = []
    for c in sorted(crossings, key=lambda c: c.place_m - c.half_m):
        start, end = max(6.0, c.place_m - c.half_m), min(length_m - 6.0, c.place_m + c.half_m)
        if stretches and start - stretches[-1][1] < join_m:
            stretches[-1] = (stretches[-1][0], max(end, stretches[-1][1]))
        else:
            stretches.append((start, end))
    return [(a, b) for a, b in stretches if b - a > 1.0]


def split_crossings(
    crossings: Sequence[Crossing], obstacles: Obstacles, road_class: str
) -> tuple[list[Crossing], list[Crossing]]:
    """Tell bridges from level crossings: small roads cross lone railways on the level."""
    bridges, levels = [], []
    for c in crossings:
        is_lone = all(
            other is c or abs(other.place_m - c.place_m) > other.half_m + c.half_m + 60.0
            for other in crossings
        )
        is_rail = obstacles.items[c.obstacle].kind == "rail"
        (levels if is_rail and is_lone and road_class in LEVEL_CLASSES else bridges).append(c)
    return bridges, levels


def is_clear(points: np.ndarray, obstacles: Obstacles) -> np.ndarray:
    """Say of each point whether it keeps the clearance of every obstacle."""
    shapes = shapely.points(points)
    widest_m = max(CLEARANCE_M.values())
    rows, near = obstacles.tree.query(shapes, predicate="dwithin", distance=widest_m)
    needed_m = np.array([CLEARANCE_M[item.kind] for item in obstacles.items])
    gap_m = shapely.distance(shapes[rows], obstacles.tree.geometries[near])
    clear = np.ones(len(points), dtype=bool)
    clear[rows[gap_m < needed_m[near]]] = False
    return clear


def moved_clear(point: np.ndarray, obstacles: Obstacles, margin_m: float = 30.0) -> np.ndarray:
    """Move a point away from obstacles, a step at a time, until it keeps their clearance."""
    for _ in range(60):
        here = Point(point)
        distances = [
            (item.line.distance(here) - CLEARANCE_M[item.kind] - margin_m, i)
            for i, item in enumerate(obstacles.items)
        ]
        worst, i = min(distances)
        if worst >= 0:
            break
        line = obstacles.items[i].line
        foot = line.interpolate(line.project(here))
        away = point - (foot.x, foot.y)
        size = float(np.hypot(*away))
        step = away / size if size > 0.5 else direction_at(line, line.project(here))[::-1] * (-1, 1)
        point = point + step * (5.0 - min(worst, 0.0))
    return point
