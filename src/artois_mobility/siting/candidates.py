"""Places where new sites could stand."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from ..errors import PlacesError
from ..places.people import list_cells, read_people, require_crs
from ..places.table_files import read_table
from ..places.table_points import Bounds, read_points
from ..places.tables import find_column, note_rows, read_numbers, read_texts, refuse

if TYPE_CHECKING:
    import geopandas as gpd

# In small letters, the preferred first.
CANDIDATE_NAMES: Final = ("candidate", "site", "cell", "id", "code", "name", "nom")
CAPACITY_NAMES: Final = ("capacity", "capacite", "capacité")


def candidate_sites(
    residents: "gpd.GeoDataFrame", *, apart_m: float = 500.0, count: int = 500
) -> "gpd.GeoDataFrame":
    """Choose cells where people live as candidates for new sites, spread over the territory.

    Parameters
    ----------
    residents
        What `am.read_residents` returns.
    apart_m
        No two candidates are nearer to each other; of two cells the more populous counts.
    count
        How many at most.

    Returns
    -------
    candidates
        The most populous first: `candidate` (the cell), `population` and the point.
        `attrs["cut"]` counts the cells, apart from these and each other, that `count` kept out.

    Raises
    ------
    PlacesError
        If a number is not allowed, or nobody lives anywhere.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([2.83, 2.8301, 2.9], [50.42, 50.42, 50.42], crs=4326)
    >>> people = {"cell": ["a", "b", "c"], "population": [3.0, 5.0, 1.0]}
    >>> homes = gpd.GeoDataFrame(people, geometry=points)
    >>> candidate_sites(homes)["candidate"].tolist()
    ['b', 'c']
    >>> candidate_sites(homes, count=1).attrs
    {'cut': 1}
    """
    from scipy.spatial import cKDTree

    if not (0 < apart_m <= 100_000 and count >= 1):
        msg = f"apart_m must be above 0 metres and count from 1 on; found {apart_m!r}, {count!r}."
        raise PlacesError(msg)
    list_cells(residents)
    require_crs(residents, "residents")
    lived_in = residents[read_people(residents, "population") > 0]
    if not len(lived_in):
        msg = "Nobody lives in any of the cells; give residents with a population."
        raise PlacesError(msg)
    metric = lived_in.geometry.to_crs(lived_in.estimate_utm_crs())
    xy = np.column_stack([metric.x, metric.y])
    near = cKDTree(xy).query_ball_point(xy, apart_m)
    order = np.argsort(-lived_in["population"].to_numpy(), kind="stable")
    is_open = np.ones(len(xy), np.bool_)
    kept: list[int] = []
    for row in order.tolist():
        if is_open[row]:
            kept.append(row)
            is_open[near[row]] = False
    chosen = lived_in.iloc[kept[:count]].reset_index(drop=True)
    columns = {"candidate": chosen["cell"].astype(str), "population": chosen["population"]}
    candidates = chosen[["geometry"]].assign(**columns)[["candidate", "population", "geometry"]]
    candidates.attrs = {"cut": max(len(kept) - count, 0)}
    return candidates


def read_candidate_sites(
    path: str | Path, *, bounds_deg: Bounds | None = None
) -> "gpd.GeoDataFrame":
    """Read places where new sites could stand, such as public land.

    Parameters
    ----------
    path
        A CSV, GeoPackage, GeoJSON or (Geo)Parquet file with `lon`, `lat` or geometry in any
        coordinate system (areas count by a point on them), and if you like a column `candidate`,
        `id` or `name`, and `capacity`.
    bounds_deg
        West, south, east, north of where they should be, to tell swapped columns.

    Returns
    -------
    candidates
        `candidate` (numbered where the file names none), `capacity` where it has any, and points
        (EPSG:4326).

    Raises
    ------
    PlacesError
        If anything in the file is wrong; all its problems are listed.

    Examples
    --------
    >>> read_candidate_sites("nowhere.csv")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.csv does not exist.
    """
    import geopandas as gpd

    rows = read_table(path)
    problems: list[str] = []
    points = read_points(rows, problems, bounds_deg)
    names = read_texts(rows, find_column(rows, CANDIDATE_NAMES))
    numbered = np.array([*(f"{row + 1}" for row in range(len(rows))), ""], object)[:-1]
    names = np.where(names == "", numbered, names)
    is_double = pd.Series(names).duplicated().to_numpy()
    note_rows(problems, is_double, "the candidate stands before", names)
    table: dict[str, object] = {"candidate": names}
    column = find_column(rows, CAPACITY_NAMES)
    if column is not None:
        capacity = read_numbers(rows, column, problems)
        is_wrong = ~((capacity >= 0) & np.isfinite(capacity))
        note_rows(
            problems, is_wrong, "capacity is no finite number from 0 on", rows[column].to_numpy()
        )
        table["capacity"] = capacity
    refuse(path, problems, "Mend these rows; nothing was read.")
    return gpd.GeoDataFrame(table, geometry=points.to_numpy(), crs=points.crs)
