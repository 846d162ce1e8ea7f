"""Tables of quays: the user's own ports, with the time that a transfer takes there."""

from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84, Floats, Geometries
from ..places.table_files import read_table
from ..places.table_points import read_points
from ..places.tables import find_column, note_rows, read_numbers, read_texts, refuse

NAMES_OF_COLUMN: Final = {
    "quay": ("quay", "quai", "port", "id"),
    "name": ("name", "nom"),
    "kind": ("kind", "genre"),
    "handling_min": ("handling_min", "manutention_min"),
    "source": ("source",),
}
TABLE_KIND: Final = "table"
# A week: whoever writes more has written seconds, or goods that are stored and not transferred.
MOST_HANDLING_MIN: Final = 7 * 24 * 60.0
REMEDY: Final = (
    "The table needs a position (geometry, or lon and lat) and a quay or a name in each row, none "
    "twice; handling_min, kind and source are welcome."
)


def read_quays(path: str | Path) -> gpd.GeoDataFrame:
    """Read a table of quays with the minutes that a transfer takes at each.

    Parameters
    ----------
    path
        A table with a position in each row and a column `quay` or `name` (CSV, GeoJSON,
        GeoPackage, Parquet); `handling_min` for the minutes of one transfer between truck and
        barge whatever its tonnes, `kind` and `source` where it has them.

    Returns
    -------
    quays
        The columns of `find_quays` and `handling_min` (NaN for none), one row per quay in the order
        of the file. `quay` is the name where the table has no such column, `kind` `"table"`,
        `source` the file's name where it says none. The distance to the water is not known
        (`water_m` is NaN), and every row counts (`reason` is `""`).

    Raises
    ------
    PlacesError
        If the table is faulty; all problems are listed.

    See Also
    --------
    find_quays : those of OpenStreetMap.

    Examples
    --------
    >>> read_quays("nowhere.csv")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.csv does not exist.
    """
    path = Path(path)
    table = read_table(path)
    problems: list[str] = []
    points = read_points(table, problems)
    column_of = {key: find_column(table, names) for key, names in NAMES_OF_COLUMN.items()}
    texts = {key: read_texts(table, column_of[key]) for key in ("quay", "name", "kind", "source")}
    quay = np.where(texts["quay"] == "", texts["name"], texts["quay"])
    handling_min = _read_handling(table, column_of["handling_min"], problems)
    if column_of["quay"] is None and column_of["name"] is None:
        problems.append("there is no column quay and no column name")
    else:
        note_rows(problems, quay == "", "neither quay nor name", quay, table.index)
        is_again = np.array([each in quay[:row] for row, each in enumerate(quay)], np.bool_)
        note_rows(problems, is_again & (quay != ""), "the same quay again", quay, table.index)
    refuse(path, problems, REMEDY)
    columns = {
        "quay": quay,
        "name": texts["name"],
        "kind": np.where(texts["kind"] == "", TABLE_KIND, texts["kind"]),
        "source": np.where(texts["source"] == "", path.name, texts["source"]),
        "water_m": np.full(len(table), np.nan),
        "reason": np.full(len(table), "", object),
        "handling_min": handling_min,
        "entrances": _outlines(table),
    }
    return gpd.GeoDataFrame(columns, geometry=points.to_numpy(), crs=points.crs)


def _read_handling(table: pd.DataFrame, column: str | None, problems: list[str]) -> Floats:
    if column is None:
        return np.full(len(table), np.nan)
    minutes = read_numbers(table, column, problems)
    is_odd = (minutes < 0) | (minutes > MOST_HANDLING_MIN)
    what = f"{column} not from 0 to {MOST_HANDLING_MIN:g} min"
    note_rows(problems, is_odd, what, minutes, table.index)
    return minutes


def _outlines(table: pd.DataFrame) -> Geometries:
    """Give lines and the outlines of areas in degrees, None for points."""
    outlines = np.full(len(table), None, object)
    if isinstance(table, gpd.GeoDataFrame):
        outlines = np.array(table.to_crs(WGS84).geometry.to_numpy(), object)
        is_area = shapely.get_dimensions(outlines) == 2
        outlines[is_area] = shapely.boundary(outlines[is_area])
        outlines[shapely.get_dimensions(outlines) == 0] = None
    return outlines
