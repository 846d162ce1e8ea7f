"""Isochrones: the area reached from a place within so many minutes.

One arrival-time surface is made per origin, and every threshold is a contour of that one surface:
so the hour holds the half hour, and 10 minutes lies between 599 and 601 seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np

from .._types import MS_PER_MIN, UNREACHED_MS, WGS84, Direction, Floats, Milliseconds
from ..errors import PlacesError
from ..kernels.surface import search_outwards, stamp
from ..network.model import Network
from ..places.attaching import attach
from ..routing.ends import ArcEnds, find_ends
from ..routing.searches import search_from_seeds
from ..routing.threads import run_each
from .points import NetworkPoints, point_times, space_points

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

Origins: TypeAlias = Union["gpd.GeoDataFrame", Sequence[tuple[float, float]]]

CELL_M = 50.0
MOST_CELLS = 16_000_000


def isochrones(
    network: Network,
    origins: Origins,
    minutes: Sequence[float],
    *,
    direction: Direction = "from",
    cell_m: float = CELL_M,
) -> "gpd.GeoDataFrame":
    """Compute the area reached from each origin within each number of minutes, as polygons.

    The time to every point of the network is exact; from there people walk on over open ground
    at the profile's off-road speed, up to its limit. This first version lets them walk across
    water and railways in that last stretch, so a boundary can lie up to that limit too far
    beyond a barrier.

    Parameters
    ----------
    network
        The network of one profile.
    origins
        Pairs of longitude and latitude, or a table of points, o places.
    minutes
        Thresholds in minutes, each above 0.
    direction
        `"from"` the origins outwards, or `"to"` them.
    cell_m
        Side of the grid's cells in metres; a boundary can be off by one and a half cells.

    Returns
    -------
    areas
        One row per origin and threshold, in that order: `origin` (position in the list, from 0),
        `minutes`, `reason` (empty, or why nothing is reached) and the geometry in EPSG:4326,
        `POLYGON EMPTY` where nothing is reached. The areas of one origin nest.

    Raises
    ------
    PlacesError
        If a threshold, the cell size or the direction is not allowed, or the grid would be huge.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische
    Mathematik 1, 269-271. doi:10.1007/BF01386390
    """
    import geopandas as gpd

    thresholds = _check_arguments(minutes, direction, cell_m)
    attachments = attach(network, origins)
    ends = find_ends(network, attachments)
    points = space_points(network, cell_m)
    job = _Job(network, ends, points, thresholds, direction, cell_m)
    origin_count = attachments.place_count
    areas = run_each(lambda origin: _areas_of(job, origin), range(origin_count))
    table = {
        "origin": np.repeat(np.arange(origin_count), len(minutes)),
        "minutes": np.tile(np.asarray(minutes, np.float64), origin_count),
        "reason": np.repeat(attachments.reason_of_place, len(minutes)),
    }
    geometry = np.array([each for of_origin in areas for each in of_origin], object)
    return gpd.GeoDataFrame(table, geometry=geometry, crs=network.crs).to_crs(WGS84)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """What all origins of one call share."""

    network: Network
    ends: ArcEnds
    points: NetworkPoints
    minutes: Floats
    direction: Direction
    cell_m: float


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Square cells over the reached part of the network; row 0 lies in the south."""

    west_m: float
    south_m: float
    row_count: int
    column_count: int
    cell_m: float

    @property
    def centre_x_m(self) -> Floats:
        return _centres(self.west_m, self.cell_m, self.column_count)

    @property
    def centre_y_m(self) -> Floats:
        return _centres(self.south_m, self.cell_m, self.row_count)


def _centres(low_m: float, cell_m: float, count: int) -> Floats:
    centres: Floats = low_m + cell_m * (np.arange(count, dtype=np.float64) + 0.5)
    return centres


def _areas_of(job: _Job, origin: int) -> "list[shapely.Geometry]":
    """Compute the polygons of one origin, in the order of the thresholds."""
    import shapely

    arrival_ms = _times_at_points(job, origin)
    reached = np.flatnonzero(arrival_ms <= job.minutes.max() * MS_PER_MIN)
    if not reached.size:
        return [shapely.Polygon()] * job.minutes.size
    x_m, y_m = job.points.x_m[reached], job.points.y_m[reached]
    grid = _lay_grid(job, x_m, y_m)
    surface_ms = _spread(job, grid, (x_m, y_m), arrival_ms[reached])
    return [_contour(grid, surface_ms, threshold) for threshold in job.minutes]


def _times_at_points(job: _Job, origin: int) -> Milliseconds:
    from ..graph import reverse

    is_from = job.direction == "from"
    searched = job.network.searched.graph
    graph = searched if is_from else reverse(searched)[0]
    ends = job.ends.leave if is_from else job.ends.reach
    ways = ends.of_place(origin)
    bound_min = float(job.minutes.max())
    node_ms = search_from_seeds(graph, ends.node[ways], ends.ms[ways], bound_min=bound_min)
    mine = np.flatnonzero(job.ends.place == origin).astype(np.int32)
    return point_times(job.network, job.points, node_ms, job.ends, mine, is_from=is_from)


def _lay_grid(job: _Job, x_m: Floats, y_m: Floats) -> _Grid:
    margin_m = job.network.profile.offroad_limit_m + 2 * job.cell_m
    west_m, south_m = (
        np.floor((each.min() - margin_m) / job.cell_m) * job.cell_m for each in (x_m, y_m)
    )
    counts = [
        int((each.max() + margin_m - low) / job.cell_m) + 1
        for each, low in ((y_m, south_m), (x_m, west_m))
    ]
    if counts[0] * counts[1] > MOST_CELLS:
        msg = (
            f"The reached area needs {counts[0]} x {counts[1]} cells of {job.cell_m:g} m, "
            f"more than {MOST_CELLS}. Choose larger cells or fewer minutes."
        )
        raise PlacesError(msg)
    return _Grid(float(west_m), float(south_m), counts[0], counts[1], job.cell_m)


def _spread(
    job: _Job, grid: _Grid, position_m: tuple[Floats, Floats], arrival_ms: Milliseconds
) -> Milliseconds:
    """Make the arrival-time surface: the network's points, then the last metres on foot."""
    surface_ms = np.full((grid.row_count, grid.column_count), UNREACHED_MS, np.int32)
    column, row = (
        ((each - low) / grid.cell_m).astype(np.int32)
        for each, low in zip(position_m, (grid.west_m, grid.south_m), strict=True)
    )
    stamp(row, column, arrival_ms, surface_ms)
    straight_ms = round(grid.cell_m / job.network.profile.offroad_kmh * 3600)
    limit_ms = round(job.network.profile.offroad_limit_m / job.network.profile.offroad_kmh * 3600)
    room = 9 * surface_ms.size
    search_outwards(
        straight_ms,
        round(straight_ms * 2**0.5),
        limit_ms,
        np.empty(room, np.int32),
        np.empty(room, np.int32),
        np.empty_like(surface_ms),
        surface_ms,
    )
    return surface_ms


def _contour(grid: _Grid, surface_ms: Milliseconds, minutes: float) -> "shapely.Geometry":
    """Cut the surface at a threshold; the areas of one surface nest by construction."""
    import contourpy
    import shapely

    threshold_ms = minutes * MS_PER_MIN
    # Whatever lies beyond stands a minute above, known or not: so an area never depends on the
    # other thresholds that were asked for, and grows with its own.
    heights = np.where(surface_ms <= threshold_ms, surface_ms, threshold_ms + MS_PER_MIN)
    lines = contourpy.contour_generator(
        grid.centre_x_m, grid.centre_y_m, heights, fill_type="OuterOffset"
    ).filled(-1.0, threshold_ms)
    polygons = [
        shapely.Polygon(parts[0], parts[1:])
        for points, offsets in zip(*lines, strict=True)
        for parts in [np.split(points, offsets[1:-1])]
    ]
    area: shapely.Geometry = shapely.make_valid(shapely.union_all(polygons))
    return area if polygons else shapely.Polygon()


def _check_arguments(minutes: Sequence[float], direction: str, cell_m: float) -> Floats:
    thresholds = np.asarray(minutes, np.float64).reshape(-1)
    if not thresholds.size or not (thresholds > 0).all() or thresholds.max() > 24 * 60:
        msg = f"Minutes must be numbers above 0, at most a day (1440); found {list(minutes)}."
        raise PlacesError(msg)
    if direction not in ("from", "to"):
        msg = f"direction must be 'from' or 'to'; found {direction!r}."
        raise PlacesError(msg)
    if not cell_m >= 5:
        msg = f"cell_m must be at least 5 metres; found {cell_m}."
        raise PlacesError(msg)
    return thresholds
