"""A flat plane in metres around the middle of the territory, and polylines on it."""

from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString

Points: TypeAlias = npt.NDArray[np.float64]
Key: TypeAlias = tuple[int, int]

MIDDLE_DEG = np.array([2.75, 50.47])  # longitude, latitude
# Metres per degree on the WGS 84 ellipsoid at that latitude.
M_PER_DEG_LON, M_PER_DEG_LAT = 70_994.0, 111_237.0
UNITS_PER_DEG = 1_000_000  # coordinates are kept to 1e-6 degrees, about 0.1 m


def to_plane(lonlat: npt.ArrayLike) -> Points:
    """Return x, y in metres of longitudes and latitudes in degrees, shape (n, 2)."""
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    return (points - MIDDLE_DEG) * (M_PER_DEG_LON, M_PER_DEG_LAT)


def to_keys(points: npt.ArrayLike) -> list[Key]:
    """Return the micro-degrees of points of the plane: equal keys are the same node."""
    lonlat = np.asarray(points).reshape(-1, 2) / (M_PER_DEG_LON, M_PER_DEG_LAT)
    units = np.rint((lonlat + MIDDLE_DEG) * UNITS_PER_DEG).astype(np.int64)
    return [(int(lon), int(lat)) for lon, lat in units]


def from_keys(keys: list[Key]) -> Points:
    """Return x, y in metres of nodes given in micro-degrees, shape (n, 2)."""
    return to_plane(np.asarray(keys, dtype=np.float64).reshape(-1, 2) / UNITS_PER_DEG)


def smooth(points: Points, step_m: float, tolerance_m: float) -> LineString:
    """Draw a Catmull-Rom curve through points, sampled every `step_m`, then simplified."""
    if len(points) < 3:
        return LineString(points)
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    knots = np.vstack([before, points, after])
    pieces = []
    for i in range(1, len(knots) - 2):
        a, b, c, d = knots[i - 1 : i + 3]
        count = max(2, int(np.hypot(*(c - b)) // step_m))
        t = np.arange(count)[:, None] / count
        curve = 2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2
        pieces.append((curve + (3 * b - a - 3 * c + d) * t**3) / 2)
    line = LineString(np.vstack([*pieces, points[-1:]]))
    # The corners stay vertices: other lines may be joined there.
    parts, places = [], [0.0, *(line.project(shapely.Point(p)) for p in points[1:-1]), line.length]
    for start, end in pairwise(places):
        if end - start > 1.0:
            part = shapely.ops.substring(line, start, end).simplify(tolerance_m)
            parts.append(np.asarray(part.coords)[:-1])
    return LineString(np.vstack([*parts, points[-1:]]))


def with_vertices(line: LineString, places_m: list[float]) -> LineString:
    """Return the line with a vertex at each distance along it; none is doubled."""
    coords = np.asarray(line.coords)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(coords, axis=0).T))])
    new = [s for s in sorted(set(places_m)) if np.abs(along - s).min() > 0.15]
    if not new:
        return line
    points = [line.interpolate(s).coords[0] for s in new]
    order = np.argsort(np.concatenate([along, new]), kind="stable")
    return LineString(np.vstack([coords, points])[order])


def direction_at(line: LineString, place_m: float) -> Points:
    """Return the unit vector along the line at a distance from its start."""
    a = line.interpolate(max(0.0, place_m - 5.0))
    b = line.interpolate(min(line.length, place_m + 5.0))
    vector = np.array([b.x - a.x, b.y - a.y])
    return vector / np.hypot(*vector)


def points_of(geometry: shapely.Geometry) -> list[shapely.Point]:
    """Return the points where two lines meet, in a fixed order."""
    parts = [part for part in shapely.get_parts(geometry) if not part.is_empty]
    points = [p if p.geom_type == "Point" else p.interpolate(0.5, normalized=True) for p in parts]
    return sorted(points, key=lambda p: (p.x, p.y))
