"""Read a table of traffic: which streets take how much longer, and when."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._types import WGS84, Floats, Geometries
from ..network.congestion import Congestion
from ..places.table_files import read_table
from ..places.tables import Texts, find_column, note_rows, read_numbers, read_texts, refuse

if TYPE_CHECKING:
    import pandas as pd

WAY: Final = "way"
FACTOR: Final = "factor"
PERIOD: Final = "period"
# Slower than this is a closed street; faster than the limits of the profile is no traffic.
LEAST_FACTOR: Final = 0.5
MOST_FACTOR: Final = 20.0
POLYGONS: Final = (3, 6)
REMEDY: Final = (
    "The table needs a column factor (1.3 for 30 % longer), and in each row a way (an OSM id, or "
    "several with semicolons) or a polygon; a column period is optional."
)


# OSM ids are whole numbers of 64 bits.
MOST_ID: Final = 2**63 - 1


def read_congestion(path: str | Path, period: str = "") -> Congestion:
    """Read a table of traffic.

    Parameters
    ----------
    path
        A table with `factor`, how many times longer driving takes than without traffic, from 0.5
        to 20; and in each row either `way`, OSM ids with semicolons between them, or a polygon
        (GeoPackage, GeoJSON, GeoParquet). With a column `period` only the rows of one period count.
    period
        Which period, for instance `"08:00"`; needed where the table has several.

    Returns
    -------
    congestion
        For `build_network`.

    Raises
    ------
    PlacesError
        If the table is faulty; all problems are listed.

    Examples
    --------
    >>> read_congestion("nowhere.csv")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.csv does not exist.
    """
    path = Path(path)
    table = read_table(path)
    problems: list[str] = []
    way_column, factor_column, period_column = (
        find_column(table, (name,)) for name in (WAY, FACTOR, PERIOD)
    )
    if factor_column is None:
        refuse(path, ["there is no column factor"], REMEDY)
    table = _take_period(table, period_column, period, problems)
    factor = read_numbers(table, str(factor_column), problems)
    is_faulty = ~((factor >= LEAST_FACTOR) & (factor <= MOST_FACTOR))
    allowed = f"factor is not from {LEAST_FACTOR:g} to {MOST_FACTOR:g}"
    note_rows(problems, is_faulty, allowed, factor, table.index)
    ids = read_texts(table, way_column)
    shapes = _shapes(table, problems)
    is_area = np.isin(shapely.get_type_id(shapes), POLYGONS)
    note_rows(problems, (ids == "") & ~is_area, "neither way nor polygon", ids, table.index)
    note_rows(problems, (ids != "") & is_area, "both way and polygon", ids, table.index)
    ways = _factor_of_ways(ids, factor, table.index, problems)
    refuse(path, problems, REMEDY)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    is_area &= ids == ""
    return Congestion(
        path,
        digest,
        period,
        np.array(sorted(ways), np.int64),
        np.array([ways[way] for way in sorted(ways)], np.float64),
        shapes[is_area],
        factor[is_area],
    )


def _take_period(
    table: "pd.DataFrame", column: str | None, period: str, problems: list[str]
) -> "pd.DataFrame":
    """Keep the rows of one period; those of all where the table knows none."""
    periods = read_texts(table, column)
    known = sorted(set(periods.tolist()))
    if column is None or (len(known) == 1 and not period):
        if period and column is None:
            problems.append(f"there is no column period, but {period!r} is asked for")
        return table
    note_rows(problems, periods == "", "period is empty", periods, table.index)
    if period not in known:
        asked = f"no row is about the period {period!r}" if period else "several periods"
        problems.append(f"{asked}; the table has {', '.join(map(repr, known))}")
        return table.iloc[:0]  # what holds in each period alone is no contradiction
    kept: pd.DataFrame = table[periods == period]
    kept.attrs = dict(table.attrs)
    return kept


def _shapes(table: "pd.DataFrame", problems: list[str]) -> Geometries:
    """Give the shape of each row in degrees, None where it has none."""
    if "geometry" not in table.columns:
        return np.full(len(table), None, object)
    geometry = table["geometry"]
    if geometry.crs is None:
        problems.append("the polygons have no coordinate system; write them with one")
        return np.full(len(table), None, object)
    shapes: Geometries = geometry.to_crs(WGS84).to_numpy(object)
    return shapes


def _factor_of_ways(
    ids: Texts, factor: Floats, index: "pd.Index[int]", problems: list[str]
) -> dict[int, float]:
    """Read the factor of each way; a way with two of them is a problem."""
    factor_of_way: dict[int, float] = {}
    is_wrong, is_twice = np.zeros((2, ids.size), np.bool_)
    for row, text in enumerate(ids.tolist()):
        for part in filter(None, map(str.strip, text.split(";"))):
            if not part.isdecimal() or int(part) > MOST_ID:
                is_wrong[row] = True
                continue
            known = factor_of_way.setdefault(int(part), float(factor[row]))
            is_twice[row] |= known != factor[row] and not np.isnan(factor[row])
    note_rows(problems, is_wrong, "way is no OSM id", ids, index)
    note_rows(problems, is_twice, "way has another factor before", ids, index)
    return factor_of_way
