"""Tables of places from files, as text and numbers, with everything wrong about them collected."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Flags, Floats
from ..errors import PlacesError, list_problems
from .layer_files import is_what_it_says
from .overlong_rows import find_overlong_row

Texts: TypeAlias = npt.NDArray[np.object_]

TEXT_FORMATS: Final = (".csv", ".txt", ".tsv")
GEO_FORMATS: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
PARQUET_FORMATS: Final = (".parquet", ".geoparquet")

# A file of a few bytes can claim billions of equal rows; a country has fewer addresses than this.
MOST_ROWS: Final = 50_000_000
# The widest tables of INSEE have some hundred columns; what is done for each column adds up.
MOST_COLUMNS: Final = 4_000
# A message about a column that is missing names so many of those that are there.
MOST_NAMED: Final = 12


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table of places; text stays text, so that codes keep their leading zeros.

    Parameters
    ----------
    path
        CSV (separated by comma, semicolon or tabulator, which the first line decides),
        GeoPackage, GeoJSON, Shapefile, FlatGeobuf, Parquet or GeoParquet.

    Returns
    -------
    table
        At least one row; a GeoDataFrame where the file has geometry. All columns of a CSV are
        text. `attrs["decimal"]` is the mark that decimals may have beside the point.

    Raises
    ------
    PlacesError
        If the file is missing, unreadable, empty, of another kind, or has several layers.

    Examples
    --------
    >>> read_table("nowhere.csv")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.csv does not exist.
    """
    path = Path(path)
    if not path.is_file():
        state = "is a folder" if path.is_dir() else "does not exist"
        msg = f"{path} {state}."
        raise PlacesError(msg)
    kind = path.suffix.lower()
    if kind in TEXT_FORMATS:
        table = _read_text(path)
    elif kind in GEO_FORMATS:
        table = _read_layer(path)
    elif kind in PARQUET_FORMATS:
        table = _read_parquet(path)
    else:
        allowed = ", ".join(TEXT_FORMATS + GEO_FORMATS + PARQUET_FORMATS)
        msg = f"{path} is of no known kind. Give a table as {allowed}."
        raise PlacesError(msg)
    if table.empty:
        msg = f"{path} has no rows."
        raise PlacesError(msg)
    return table


def find_column(table: pd.DataFrame, names: Sequence[str]) -> str | None:
    """Find the first column with one of some names, whatever the capitals.

    Parameters
    ----------
    table
        Any table.
    names
        Names in small letters, the preferred one first.

    Returns
    -------
    column
        Its name in the table, or None.

    Examples
    --------
    >>> find_column(pd.DataFrame({"TYPEQU": ["D101"]}), ("category", "typequ"))
    'TYPEQU'
    >>> find_column(pd.DataFrame(), ("category",)) is None
    True
    """
    column_of_name = {str(column).strip().lower(): str(column) for column in table.columns[::-1]}
    return next((column_of_name[name] for name in names if name in column_of_name), None)


def read_texts(table: pd.DataFrame, column: str | None) -> Texts:
    """Give a column as text, with `""` for what is missing.

    Parameters
    ----------
    table
        Any table.
    column
        One of its columns, or None.

    Returns
    -------
    texts
        Without blanks around; whole numbers without a decimal point.

    Examples
    --------
    >>> read_texts(pd.DataFrame({"a": [1.0, np.nan]}), "a").tolist()
    ['1', '']
    >>> read_texts(pd.DataFrame({"a": [1]}), None).tolist()
    ['']
    """
    texts = np.full(len(table), "", object)
    if column is None:
        return texts
    values = table[column]
    is_given = values.notna().to_numpy()
    if pd.api.types.is_float_dtype(values.dtype):
        found = [
            f"{value:.0f}" if value == int(value) else str(value) for value in values[is_given]
        ]
    else:
        found = [str(value).strip() for value in values[is_given]]
    texts[is_given] = found
    return texts


def read_numbers(table: pd.DataFrame, column: str, problems: list[str]) -> Floats:
    """Give a column as numbers; what is no number is a problem, what is missing NaN.

    Parameters
    ----------
    table
        Any table.
    column
        One of its columns.
    problems
        Grows by a sentence where something is no number.

    Returns
    -------
    numbers
        NaN where empty or no number.
    """
    values = table[column]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return np.array(values.to_numpy(np.float64, na_value=np.nan))
    texts = read_texts(table, column)
    plain = [_plain_number(text, table.attrs.get("decimal", ".")) for text in texts]
    numbers: Floats = pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce").to_numpy(
        np.float64
    )
    is_wrong = np.isnan(numbers) & (texts != "") & (np.char.lower(texts.astype(str)) != "nan")
    note_rows(problems, is_wrong, f"{column} is no number", texts, table.index)
    return numbers


def note_rows(
    problems: list[str],
    is_wrong: Flags,
    what: str,
    found: Texts | Floats,
    index: pd.Index | None = None,
) -> None:
    """Add a sentence about faulty rows: how many of how many, and the first.

    Parameters
    ----------
    problems
        Grows by a sentence where any row is faulty.
    is_wrong
        True for faulty rows.
    what
        What is wrong.
    found
        What stands in each row.
    index
        Number of each row in the file, from 0; its place here when None.

    Examples
    --------
    >>> problems = []
    >>> note_rows(problems, np.array([False, True]), "lon is no number", np.array(["2.8", "east"]))
    >>> problems
    ["lon is no number in 1 of 2 rows; first row 2: 'east'"]
    >>> note_rows(problems, np.array([False, False]), "lon is no number", np.array(["2.8", "2.9"]))
    >>> len(problems)
    1
    """
    rows = np.flatnonzero(is_wrong)
    if rows.size:
        value = found[rows[0]]
        first = repr(str(value)) if isinstance(value, str) else f"{value:g}"
        number = int(rows[0] if index is None else index[rows[0]]) + 1
        problems.append(
            f"{what} in {rows.size} of {is_wrong.size} rows; first row {number}: {first}"
        )


def note_missing(problems: list[str], names: Sequence[str], table: pd.DataFrame) -> None:
    """Add a sentence about columns that a table lacks.

    Parameters
    ----------
    problems
        Grows by a sentence.
    names
        The columns that it lacks, one or more.
    table
        Any table.

    Examples
    --------
    >>> problems = []
    >>> note_missing(problems, ["lon", "lat"], pd.DataFrame({"x": [1], "y": [2]}))
    >>> problems
    ['column lon and lat missing; the columns are x, y']
    """
    problems.append(f"column {' and '.join(names)} missing; the columns are {name_columns(table)}")


def name_columns(table: pd.DataFrame) -> str:
    """Name the columns of a table, the first dozen of them.

    Parameters
    ----------
    table
        Any table.

    Returns
    -------
    names
        With commas between.

    Examples
    --------
    >>> name_columns(pd.DataFrame(columns=range(20)))
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11'
    """
    return ", ".join(str(column) for column in table.columns[:MOST_NAMED])


def refuse(path: str | Path, problems: Sequence[str], remedy: str = "") -> None:
    """Raise one error about all problems of a file; do nothing when there are none.

    Parameters
    ----------
    path
        The file.
    problems
        One sentence each.
    remedy
        What to do, as a sentence.

    Raises
    ------
    PlacesError
        If there are any problems.
    """
    if problems:
        count = f"{len(problems)} problem" + ("s" if len(problems) > 1 else "")
        msg = f"{path} has {count}:\n{list_problems(problems)}" + (f"\n{remedy}" if remedy else "")
        raise PlacesError(msg)


def _read_text(path: Path) -> pd.DataFrame:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            header = lines.readline()
        separator = max(",;\t", key=header.count)
        _refuse_wide(path, header.count(separator) + 1)
        refuse(path, [*_overlong(path, separator), *_twice(header, separator)])
        table = pd.read_csv(
            path, sep=separator, dtype=str, encoding="utf-8-sig", keep_default_na=False,
            na_values=[""], skipinitialspace=True, index_col=False,
        )  # fmt: skip
    except UnicodeDecodeError as error:
        msg = f"{path} is not written in UTF-8 (byte {error.start}). Save it as CSV UTF-8."
        raise PlacesError(msg) from error
    except pd.errors.EmptyDataError as error:
        msg = f"{path} is empty. Its first line must name the columns; save it as CSV UTF-8."
        raise PlacesError(msg) from error
    except pd.errors.ParserError as error:
        msg = (
            f"{path} cannot be read as a table: {str(error).strip()}. Every line must have as many "
            "columns as the first; save it as CSV UTF-8."
        )
        raise PlacesError(msg) from error
    table.attrs["decimal"] = "." if separator == "," else ","
    return table.rename(columns=lambda column: str(column).strip())


def _twice(header: str, separator: str) -> list[str]:
    """Tell of columns that the first line of a table names twice."""
    names = [each.strip() for row in csv.reader([header], delimiter=separator) for each in row]
    twice = [name for name, count in Counter(names).items() if name and count > 1]
    return [f"the first line names the column {name!r} twice" for name in twice]


def _overlong(path: Path, separator: str) -> list[str]:
    row = find_overlong_row(path, separator)
    if not row:
        return []
    return [
        f"row {row} has more columns than the first line names; set quotation marks around what "
        f"holds {separator!r}, or separate the columns by semicolons"
    ]


def _read_layer(path: Path) -> pd.DataFrame:
    import pyogrio

    try:
        if not is_what_it_says(path):
            msg = (
                f"{path} cannot be read as a layer: it is damaged, or no {path.suffix} file, "
                "whatever its name says. Save it again from QGIS as GeoPackage or GeoJSON."
            )
            raise PlacesError(msg)
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        if len(layers) > 1:
            msg = (
                f"{path} has {len(layers)} layers ({', '.join(layers[:5])}). "
                "Save the one you mean as a file of its own."
            )
            raise PlacesError(msg)
        table: pd.DataFrame = gpd.read_file(path, engine="pyogrio")
    except pyogrio.errors.DataSourceError as error:
        msg = f"{path} cannot be read as a layer: {error}."
        raise PlacesError(msg) from error
    return table


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        metadata = parquet.read_metadata(path)
        row_count = metadata.num_rows
        _refuse_wide(path, metadata.num_columns)
        has_geometry = b"geo" in (parquet.read_schema(path).metadata or {})
        table: pd.DataFrame
        if row_count <= MOST_ROWS:
            table = gpd.read_parquet(path) if has_geometry else pd.read_parquet(path)
    except PlacesError:
        raise
    except (
        pa.ArrowException, ValueError, OSError, LookupError, TypeError, AttributeError,
        RecursionError, OverflowError,
    ) as error:  # fmt: skip
        msg = f"{path} cannot be read as Parquet: {error}. Save it again as Parquet or CSV."
        raise PlacesError(msg) from error
    if row_count > MOST_ROWS:
        msg = (
            f"{path} says that it has {row_count} rows; allowed are {MOST_ROWS}. Cut it to the "
            "area that you ask about."
        )
        raise PlacesError(msg)
    return table


def _refuse_wide(path: Path, column_count: int) -> None:
    if column_count > MOST_COLUMNS:
        msg = (
            f"{path} has {column_count} columns; allowed are {MOST_COLUMNS}. Keep those that are "
            "needed."
        )
        raise PlacesError(msg)


def _plain_number(text: str, decimal: str) -> str:
    without_blanks = "".join(text.split())
    return without_blanks.replace(decimal, ".") if decimal != "." else without_blanks
