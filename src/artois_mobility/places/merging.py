"""Finding the rows of a table of sites that stand for the same place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
import shapely

from ..network.geodesy import length_m, metric_crs, project

SAME_PLACE_M: Final = 50.0
REFERENCES: Final = ("finess", "uai")


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Rows that are merged into others, in the order of the table.

    Attributes
    ----------
    kept
        Row that stays.
    merged
        Row that goes.
    metres
        How far apart they are.
    why
        The number they share, or that they are near.
    """

    kept: Sequence[int]
    merged: Sequence[int]
    metres: Sequence[float]
    why: Sequence[str]


def find_duplicates(sites: gpd.GeoDataFrame) -> Duplicates:
    """Find sites of one category that share a FINESS or UAI number or lie within 50 m.

    Going down the table, a row is merged into the first row kept so far that has its number,
    else into the nearest kept row within 50 m; rows merged already draw no further ones in.

    Parameters
    ----------
    sites
        With `category`, `finess`, `uai` and points in EPSG:4326, rows numbered from 0.

    Returns
    -------
    duplicates
        Each row goes at most once.

    Examples
    --------
    >>> points = gpd.points_from_xy([2.83, 2.8301], [50.42, 50.42])
    >>> columns = {"category": "care/pharmacy", "finess": "", "uai": ""}
    >>> sites = gpd.GeoDataFrame(columns, geometry=points, crs="EPSG:4326", index=[0, 1])
    >>> find_duplicates(sites).why
    ['within 50 m']
    >>> find_duplicates(sites[:0]).why
    []
    """
    if sites.empty:
        return Duplicates([], [], [], [])
    lon_deg, lat_deg = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    category = sites["category"].to_numpy(object)
    near = _neighbours(lon_deg, lat_deg, category)
    numbers = [sites[name].to_numpy(object) for name in REFERENCES]
    first_of_number: dict[tuple[str, str, str], int] = {}
    goes = np.zeros(len(sites), np.bool_)
    pairs: list[tuple[int, int, str]] = []
    for row in range(len(sites)):
        own = [
            (name, number[row], category[row])
            for name, number in zip(REFERENCES, numbers, strict=True)
            if number[row]
        ]
        same = [first_of_number[key] for key in own if key in first_of_number]
        close = [other for other in near.get(row, ()) if other < row and not goes[other]]
        if same or close:
            why = "same number" if same else f"within {SAME_PLACE_M:g} m"
            kept = min(same) if same else close[0]
            pairs.append((kept, row, why))
            goes[row] = True
        else:
            kept = row
        for key in own:
            first_of_number.setdefault(key, kept)
    kept_rows, merged_rows = [kept for kept, _, _ in pairs], [row for _, row, _ in pairs]
    metres = length_m(
        lon_deg[kept_rows], lat_deg[kept_rows], lon_deg[merged_rows], lat_deg[merged_rows]
    )
    return Duplicates(kept_rows, merged_rows, metres.tolist(), [why for _, _, why in pairs])


def _neighbours(
    lon_deg: np.ndarray, lat_deg: np.ndarray, category: np.ndarray
) -> dict[int, list[int]]:
    """List the other rows of the same category within 50 m of each row, the nearest first."""
    x_m, y_m = project(lon_deg, lat_deg, metric_crs(lon_deg, lat_deg))
    points = shapely.points(x_m, y_m)
    row, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=SAME_PLACE_M)
    is_pair = (row != other) & (category[row] == category[other])
    row, other = row[is_pair], other[is_pair]
    metres = np.hypot(x_m[row] - x_m[other], y_m[row] - y_m[other])
    near: dict[int, list[int]] = {}
    for place in np.lexsort((other, metres, row)):
        near.setdefault(int(row[place]), []).append(int(other[place]))
    return near
