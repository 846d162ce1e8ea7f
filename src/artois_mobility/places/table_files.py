"""Tables of places read from files, of text, of layers and of Parquet."""

import csv
from collections import Counter
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from ..errors import PlacesError
from .layer_files import errors_of_layers, is_view, is_what_it_says
from .overlong_rows import find_overlong_row
from .parquet_sizes import find_excess
from .tables import refuse

TEXT_FORMATS: Final = (".csv", ".txt", ".tsv")
GEO_FORMATS: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
PARQUET_FORMATS: Final = (".parquet", ".geoparquet")

# The widest tables of INSEE have some hundred columns; what is done for each column adds up.
MOST_COLUMNS: Final = 4_000


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
        views = [name for name in layers if is_view(path, name)]
        if views:
            msg = (
                f"{path} ({views[0]}) is a view, which need not end; only tables are read. Save it "
                "from QGIS as a layer of a file of its own."
            )
            raise PlacesError(msg)
        if len(layers) > 1:
            msg = (
                f"{path} has {len(layers)} layers ({', '.join(layers[:5])}). "
                "Save the one you mean as a file of its own."
            )
            raise PlacesError(msg)
        table: pd.DataFrame = gpd.read_file(path, engine="pyogrio")
    except errors_of_layers() as error:
        msg = f"{path} cannot be read as a layer: {error}."
        raise PlacesError(msg) from error
    return table


def _read_parquet(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        metadata = parquet.read_metadata(path)
        _refuse_wide(path, metadata.num_columns)
        has_geometry = b"geo" in (parquet.read_schema(path).metadata or {})
        excess = find_excess(path)
        table: pd.DataFrame
        if excess is None:
            table = gpd.read_parquet(path) if has_geometry else pd.read_parquet(path)
    except PlacesError:
        raise
    except (
        pa.ArrowException, ValueError, OSError, LookupError, TypeError, AttributeError,
        RecursionError, OverflowError,
    ) as error:  # fmt: skip
        msg = f"{path} cannot be read as Parquet: {error}. Save it again as Parquet or CSV."
        raise PlacesError(msg) from error
    if excess is not None:
        msg = f"{path} {excess}"
        raise PlacesError(msg)
    return table


def _refuse_wide(path: Path, column_count: int) -> None:
    if column_count > MOST_COLUMNS:
        msg = (
            f"{path} has {column_count} columns; allowed are {MOST_COLUMNS}. Keep those that are "
            "needed."
        )
        raise PlacesError(msg)
