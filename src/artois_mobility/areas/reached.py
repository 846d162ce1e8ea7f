"""Isochrones: the area reached from a place within so many minutes.

One arrival-time surface is made per origin, and every threshold is a contour of that one surface:
so the hour holds the half hour, and 10 minutes lies between 599 and 601 seconds.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, Union

import numpy as np

from .._types import MS_PER_MIN, WGS84, Direction, Floats
from ..errors import PlacesError
from ..graph import reverse
from ..network.geodesy import unproject
from ..network.model import Network
from ..places.attaching import attach
from ..routing.ends import find_ends
from ..routing.threads import run_each
from .contours import cut_area
from .ground import ground_of
from .surfaces import Question, lay_surface, time_streets

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

Origins: TypeAlias = Union["gpd.GeoDataFrame", Sequence[tuple[float, float]]]

CELL_M = 25.0


def isochrones(
    network: Network,
    origins: Origins,
    minutes: Sequence[float],
    *,
    direction: Direction = "from",
    cell_m: float = CELL_M,
) -> "gpd.GeoDataFrame":
    """Compute the area reached from each origin within each number of minutes, as polygons.

    The time to every point of the network is exact. From there people walk on over open ground as
    places do: from the nearest street that can be walked to, at the profile's off-road speed, up
    to its limit, never across water, a motorway or a railway. The first call for a network
    prepares the ground around its streets, where the origins' areas lie; it is kept.

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
        Side of the grid's cells in metres. What is reached on a street lies inside the area, and
        the boundary is off by the diagonal of a cell at most.

    Returns
    -------
    areas
        One row per origin and threshold, in that order: `origin` (position in the list, from 0),
        `minutes`, `profile`, `direction`, `area_km2`, `cell_m`, `reason` (empty, or why nothing
        is reached) and the geometry in EPSG:4326, `POLYGON EMPTY` where nothing is reached. The
        areas of one origin nest.

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
    searched = network.searched.graph
    question = Question(
        network,
        searched if direction == "from" else reverse(searched)[0],
        ground_of(network, cell_m),
        find_ends(network, attachments),
        direction,
        round(float(thresholds.max()) * MS_PER_MIN),
    )
    origin_count = attachments.place_count
    areas = run_each(lambda origin: _areas_of(question, thresholds, origin), range(origin_count))
    found = [each for of_origin in areas for each in of_origin]
    geometry = np.array([each.shape for each in found], object)
    table = {
        "origin": np.repeat(np.arange(origin_count), len(minutes)),
        "minutes": np.tile(np.asarray(minutes, np.float64), origin_count),
        "profile": network.profile.name,
        "direction": direction,
        "area_km2": np.array([each.size_m2 for each in found]).round() / 1e6,
        "cell_m": float(cell_m),
        "reason": np.repeat(attachments.reason_of_place, len(minutes)),
    }
    return gpd.GeoDataFrame(table, geometry=geometry, crs=WGS84)


def _areas_of(question: Question, minutes: Floats, origin: int) -> "list[_Area]":
    """Compute the polygons of one origin, in the order of the thresholds."""
    import shapely

    surface = lay_surface(question, time_streets(question, origin))
    if surface is None:
        return [_Area(shapely.Polygon(), 0.0)] * minutes.size
    areas = [cut_area(surface, round(each * MS_PER_MIN)) for each in minutes.tolist()]
    crs = question.network.crs

    def to_degrees(corner: Floats) -> Floats:
        return np.column_stack(unproject(corner[:, 0], corner[:, 1], crs))

    return [
        _Area(
            shapely.Polygon() if area.is_empty else shapely.transform(area, to_degrees),
            float(area.area),
        )
        for area in areas
    ]


class _Area(NamedTuple):
    """A polygon in degrees, and its size in square metres."""

    shape: "shapely.Geometry"
    size_m2: float


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
