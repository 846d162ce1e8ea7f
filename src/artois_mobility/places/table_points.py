"""Where the rows of a table lie, by their geometry or their columns, and what is wrong with it."""

from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84, Flags, Floats
from ..network.geodesy import LAMBERT_93
from .tables import find_column, note_missing, note_rows, read_numbers

Bounds: TypeAlias = tuple[float, float, float, float]

LON_NAMES: Final = ("lon", "longitude", "lng", "lon_deg", "lon_wgs84")
LAT_NAMES: Final = ("lat", "latitude", "lat_deg", "lat_wgs84")
LAMBERT_93_NAMES: Final = (("lambert_x", "lambert_y"), ("x_l93", "y_l93"))

# Metropolitan France, west, south, east, north: where points lie whose lon and lat are swapped
# back, if they were swapped.
FRANCE_DEG: Final = (-5.5, 41.0, 10.0, 51.5)


def read_points(
    table: pd.DataFrame,
    problems: list[str],
    bounds_deg: Bounds | None = None,
    *,
    may_lack: bool = False,
) -> gpd.GeoSeries:
    """Give the position of each row; lines and areas by a point on them.

    Parameters
    ----------
    table
        With geometry in any coordinate system, columns of longitude and latitude in degrees,
        or columns `LAMBERT_X` and `LAMBERT_Y` in metres (EPSG:2154).
    problems
        Grows by a sentence for each kind of fault.
    bounds_deg
        West, south, east, north of where they should be, to tell swapped columns.
    may_lack
        Whether up to half of the rows may lack a position.

    Returns
    -------
    points
        Longitude and latitude; points at 0, 0 stand in for faulty ones, None for those that may
        lack.
    """
    if isinstance(table, gpd.GeoDataFrame):
        lon_deg, lat_deg = _degrees_of_geometry(table, problems)
    else:
        lon_deg, lat_deg = _degrees_of_columns(table, problems)
    sound = np.isfinite(lon_deg) & np.isfinite(lat_deg)
    can_lack = may_lack and 2 * sound.sum() >= sound.size
    kept = sound if can_lack else np.ones(sound.size, np.bool_)
    _check_degrees(lon_deg[kept], lat_deg[kept], table.index[kept], problems, bounds_deg)
    points = gpd.points_from_xy(np.where(sound, lon_deg, 0), np.where(sound, lat_deg, 0))
    return gpd.GeoSeries(points, crs=WGS84).where(kept)


def _degrees_of_geometry(table: gpd.GeoDataFrame, problems: list[str]) -> tuple[Floats, Floats]:
    missing = np.full(len(table), np.nan)
    if table.crs is None:
        problems.append(
            "the geometry has no coordinate system; set it in the program that wrote it"
        )
        return np.zeros(len(table)), np.zeros(len(table))
    shapes = np.asarray(table.geometry.to_numpy(), object)
    is_given = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    lon_deg, lat_deg = missing.copy(), missing
    points = gpd.GeoSeries(shapely.point_on_surface(shapes[is_given]), crs=table.crs).to_crs(WGS84)
    lon_deg[is_given], lat_deg[is_given] = points.x, points.y
    return lon_deg, lat_deg


def _degrees_of_columns(table: pd.DataFrame, problems: list[str]) -> tuple[Floats, Floats]:
    lon, lat = find_column(table, LON_NAMES), find_column(table, LAT_NAMES)
    if lon is not None and lat is not None:
        return read_numbers(table, lon, problems), read_numbers(table, lat, problems)
    for names in LAMBERT_93_NAMES:
        x, y = (find_column(table, [name]) for name in names)
        if x is not None and y is not None:
            points = gpd.points_from_xy(
                read_numbers(table, x, problems), read_numbers(table, y, problems), crs=LAMBERT_93
            ).to_crs(WGS84)
            return np.array(points.x), np.array(points.y)
    lacking = [name for name, column in (("lon", lon), ("lat", lat)) if column is None]
    note_missing(problems, lacking, table)
    return np.zeros(len(table)), np.zeros(len(table))


def _check_degrees(
    lon_deg: Floats,
    lat_deg: Floats,
    index: pd.Index,
    problems: list[str],
    bounds_deg: Bounds | None,
) -> None:
    pairs = zip(lon_deg, lat_deg, strict=True)
    found = np.array([f"({lon:g}, {lat:g})" for lon, lat in pairs], object)
    is_missing = ~(np.isfinite(lon_deg) & np.isfinite(lat_deg))
    note_rows(problems, is_missing, "position missing", found, index)
    lon_deg, lat_deg = lon_deg[~is_missing], lat_deg[~is_missing]
    is_outside = (np.abs(lon_deg) > 180) | (np.abs(lat_deg) > 90)
    expected = bounds_deg or FRANCE_DEG
    looks_swapped = lies_inside(lat_deg, lon_deg, expected) & ~lies_inside(
        lon_deg, lat_deg, expected
    )
    # where we know what to expect, one row is enough
    if looks_swapped.any() and (bounds_deg is not None or looks_swapped.mean() > 0.5):
        problems.append(
            f"lon and lat look swapped in {looks_swapped.sum()} of {lon_deg.size} rows; "
            f"first ({lon_deg[looks_swapped][0]:g}, {lat_deg[looks_swapped][0]:g}); "
            "exchange the two columns"
        )
    else:
        note_rows(
            problems,
            is_outside,
            "lon not from -180 to 180 or lat not from -90 to 90",
            found[~is_missing],
            index[~is_missing],
        )


def lies_inside(lon_deg: Floats, lat_deg: Floats, bounds_deg: Bounds) -> Flags:
    """Tell which positions lie inside bounds, or on their edge.

    Parameters
    ----------
    lon_deg, lat_deg
        Shape (p,); NaN lies nowhere.
    bounds_deg
        West, south, east, north.

    Returns
    -------
    is_inside
        Shape (p,).

    Examples
    --------
    >>> lies_inside(np.array([2.8, np.nan]), np.array([50.4, 50.4]), (2.0, 50.0, 3.0, 51.0))
    array([ True, False])
    """
    west, south, east, north = bounds_deg
    is_inside: Flags = (
        (lon_deg >= west) & (lon_deg <= east) & (lat_deg >= south) & (lat_deg <= north)
    )
    return is_inside
