"""Where the walk from a place to the network may start: its point, its entrances, its outline."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import shapely

from .._types import WGS84, Flags, Floats, Geometries, Rows
from ..errors import PlacesError
from ..network.geodesy import project

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

Places: TypeAlias = "gpd.GeoDataFrame | gpd.GeoSeries | Sequence[tuple[float, float]]"


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Points and lines that places can be left from: p places, s starts.

    Attributes
    ----------
    place
        Row of the place, ascending, shape (s,).
    geometry
        Points and lines in the metric system, shape (s,).
    is_missing
        True for a place without a position, shape (p,).
    """

    place: Rows
    geometry: Geometries
    is_missing: Flags


def find_starts(places: Places, crs: str) -> Starts:
    """Find where the walks from places start.

    Parameters
    ----------
    places
        A GeoDataFrame (its column `entrances`, in longitude and latitude, is used where it is
        filled) or GeoSeries in any coordinate system, or pairs of longitude and latitude.
    crs
        The metric coordinate system to give them in.

    Returns
    -------
    starts
        One for a point or the outline of an area, one for each entrance.

    Raises
    ------
    PlacesError
        If coordinates are no longitudes and latitudes, or a table has no coordinate system.

    Examples
    --------
    >>> find_starts([(2.83, 50.42)], "EPSG:2154").place
    array([0], dtype=int32)
    >>> find_starts([], "EPSG:2154").place.size
    0
    """
    shapes = _shapes_of(places)
    _check_degrees(shapes)
    is_missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    is_area = shapely.get_dimensions(shapes) == 2
    shapes[is_area] = shapely.boundary(shapes[is_area])
    parts, place = shapely.get_parts(shapes, return_index=True)
    metric: Geometries = shapely.transform(
        parts, lambda corner: np.column_stack(project(corner[:, 0], corner[:, 1], crs))
    )
    return Starts(place.astype(np.int32), metric, is_missing)


def _shapes_of(places: Any) -> Geometries:  # noqa: ANN401  three kinds of tables
    """Give the geometry in degrees that the walk from each place starts at, shape (p,)."""
    series = getattr(places, "geometry", None)
    if series is None:
        return _points_of_pairs(places)
    if series.crs is None:
        msg = (
            "The places have no coordinate system; give them one with set_crs, for instance "
            f"set_crs({WGS84!r}) for longitudes and latitudes."
        )
        raise PlacesError(msg)
    shapes: Geometries = np.asarray(series.to_crs(WGS84).to_numpy(), object).copy()
    if "entrances" in getattr(places, "columns", ()):
        entrances = np.asarray(places["entrances"].to_numpy(), object)
        given = np.flatnonzero(shapely.is_geometry(entrances))  # tables also hold NaN for None
        given = given[~shapely.is_empty(entrances[given])]
        shapes[given] = entrances[given]
    return shapes


def _points_of_pairs(pairs: Any) -> Geometries:  # noqa: ANN401  whatever the caller holds
    try:
        degrees: Floats = np.asarray(pairs, np.float64)
    except (TypeError, ValueError) as error:
        msg = "Places must be a GeoDataFrame, a GeoSeries or pairs of longitude and latitude."
        raise PlacesError(msg) from error
    if degrees.size == 0:
        return np.empty(0, object)
    if degrees.ndim != 2 or degrees.shape[1] != 2:
        msg = (
            "Places must be pairs of longitude and latitude, shape (p, 2); "
            f"found shape {degrees.shape}. One place is [(lon, lat)]."
        )
        raise PlacesError(msg)
    points: Geometries = shapely.points(degrees, handle_nan="allow")
    return points


def _check_degrees(shapes: Geometries) -> None:
    degrees, row = shapely.get_coordinates(shapes, return_index=True)
    is_sound = (np.abs(degrees[:, 0]) <= 180) & (np.abs(degrees[:, 1]) <= 90)
    wrong = np.unique(row[~is_sound])  # NaN compares false, so it is not sound either
    if wrong.size:
        lon, lat = degrees[~is_sound][0]
        msg = (
            f"{wrong.size} of {shapes.size} places are not at a longitude from -180 to 180 and a "
            f"latitude from -90 to 90; first row {wrong[0]} at ({lon:g}, {lat:g}). "
            "Longitude stands first."
        )
        raise PlacesError(msg)
