"""Tables of locks: how large their chambers are by another source than OpenStreetMap."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import Flags, Floats
from ..network.dimensions import MOST_M
from ..network.hours import is_timetable
from .table_files import read_table
from .table_points import read_points
from .tables import find_column, note_rows, read_numbers, read_texts, refuse

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NAMES_OF_COLUMN: Final = {
    "name": ("name", "nom", "lock", "ecluse", "lock_name"),
    "length_m": ("length_m", "length", "longueur", "longueur_m"),
    "beam_m": ("beam_m", "width_m", "width", "largeur", "largeur_m"),
    "minutes": ("minutes", "passage_time", "duree_min"),
    "opening_hours": ("opening_hours", "horaires"),
    "source": ("source",),
}
MEASURES: Final = ("length_m", "beam_m", "minutes")
MOST_MIN: Final = 24 * 60.0
REMEDY: Final = (
    "The table needs a position (geometry, or lon and lat), length_m and width_m in metres; name, "
    "minutes, opening_hours and source are welcome."
)


def read_locks(path: str | Path) -> "gpd.GeoDataFrame":
    """Read a table of locks with the size of their chambers.

    A row that is wider than long has its two measures swapped: no chamber is. They are turned
    round and the row says so.

    Parameters
    ----------
    path
        A table with a position in each row and columns `length_m` and `width_m` (CSV, GeoJSON,
        GeoPackage, Parquet); `name`, `minutes` for one filling, `opening_hours` as OpenStreetMap
        writes them, and `source` where it has them.

    Returns
    -------
    locks
        `name`, `length_m`, `beam_m`, `minutes` (NaN for none), `opening_hours`, `source` (the
        file's name where the table says none), `note` (what was turned round, else `""`), and the
        point in EPSG:4326; one row per chamber, in the order of the file.

    Raises
    ------
    PlacesError
        If the table is faulty; all problems are listed.

    See Also
    --------
    use_locks : give them to the locks of an extract.

    Examples
    --------
    >>> read_locks("nowhere.csv")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.csv does not exist.
    """
    import geopandas as gpd

    path = Path(path)
    table = read_table(path)
    problems: list[str] = []
    points = read_points(table, problems)
    column_of = {key: find_column(table, names) for key, names in NAMES_OF_COLUMN.items()}
    problems += [
        f"there is no column {key}" for key in ("length_m", "beam_m") if column_of[key] is None
    ]
    columns: dict[str, object] = {"name": read_texts(table, column_of["name"])}
    for key in MEASURES:
        columns[key] = _read_measure(table, column_of[key], key, problems)
    hours = read_texts(table, column_of["opening_hours"])
    is_odd = np.array([bool(text) and not is_timetable(text) for text in hours], np.bool_)
    note_rows(problems, is_odd, "not opening hours", hours, table.index)
    refuse(path, problems, REMEDY)
    source = read_texts(table, column_of["source"])
    columns |= {"opening_hours": hours, "source": np.where(source == "", path.name, source)}
    locks = gpd.GeoDataFrame(columns, geometry=points.to_numpy(), crs=points.crs)
    return _turn_round(locks)


def _read_measure(
    table: "pd.DataFrame", column: str | None, key: str, problems: list[str]
) -> Floats:
    if column is None:
        return np.full(len(table), np.nan)
    values = read_numbers(table, column, problems)
    most, unit = (MOST_MIN, "min") if key == "minutes" else (MOST_M, "m")
    is_missing = np.isnan(values) if key != "minutes" else np.zeros(values.size, np.bool_)
    is_odd: Flags = is_missing | (values <= 0) | (values > most)
    what = f"{column} not above 0 and up to {most:g} {unit}"
    note_rows(problems, is_odd, what, values, table.index)
    return values


def _turn_round(locks: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """Turn chambers round that are wider than long, and say so."""
    length_m, beam_m = locks["length_m"].to_numpy(), locks["beam_m"].to_numpy()
    is_swapped = beam_m > length_m
    locks["note"] = [
        f"length and width were swapped: {length:g} x {beam:g} m" if swapped else ""
        for length, beam, swapped in zip(length_m, beam_m, is_swapped, strict=True)
    ]
    locks["length_m"] = np.maximum(length_m, beam_m)
    locks["beam_m"] = np.minimum(length_m, beam_m)
    order = ["name", "length_m", "beam_m", "minutes", "opening_hours", "source", "note", "geometry"]
    return locks[order]
