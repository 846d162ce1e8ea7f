"""Tables of places from files, as text and points, with everything wrong about them collected."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .._types import WGS84, Flags, Floats
from ..errors import PlacesError, list_problems
from .layer_files import is_what_it_says
from .overlong_rows import find_overlong_row

Bounds: TypeAlias = tuple[float, float, float, float]
Texts: TypeAlias = npt.NDArray[np.object_]

TEXT_FORMATS: Final = (".csv", ".txt", ".tsv")
GEO_FORMATS: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb")
PARQUET_FORMATS: Final = (".parquet", ".geoparquet")

# A file of a few bytes can claim billions of equal rows; a country has fewer addresses than this.
MOST_ROWS: Final = 50_000_000
# The widest tables of INSEE have some hundred columns; what is done for each column adds up.
MOST_COLUMNS: Final = 4_000

LON_NAMES: Final = ("lon", "longitude", "lng", "lon_deg", "lon_wgs84")
LAT_NAMES: Final = ("lat", "latitude", "lat_deg", "lat_wgs84")
LAMBERT_93_NAMES: Final = (("lambert_x", "lambert_y"), ("x_l93", "y_l93"))
LAMBERT_93: Final = "EPSG:2154"

# Metropolitan France, west, south, east, north: where points lie whose lon and lat are swapped
# back, if they were swapped.
FRANCE_DEG: Final = (-5.5, 41.0, 10.0, 51.5)


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
    found = ", ".join(str(column) for column in table.columns[:12])
    problems.append(f"column {' and '.join(lacking)} missing; the columns are {found}")
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
    looks_swapped = _is_inside(lat_deg, lon_deg, expected) & ~_is_inside(lon_deg, lat_deg, expected)
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


def _is_inside(lon_deg: Floats, lat_deg: Floats, bounds_deg: Bounds) -> Flags:
    west, south, east, north = bounds_deg
    is_inside: Flags = (
        (lon_deg >= west) & (lon_deg <= east) & (lat_deg >= south) & (lat_deg <= north)
    )
    return is_inside
