"""Residents: how many people live where."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84, Floats
from .table_files import read_table
from .table_points import LAT_NAMES, LON_NAMES, Bounds, read_points
from .tables import Texts, find_column, name_columns, note_rows, read_numbers, read_texts, refuse

POPULATION_NAMES: Final = ("population", "ind", "pop", "habitants", "inhabitants")
CELL_NAMES: Final = ("cell", "idcar_200m", "idcar_1km", "idcar", "idinspire", "id_carr", "id")
COMMUNE_NAMES: Final = ("commune", "insee", "code_insee", "insee_com", "lcog_geo", "depcom")
YEAR_NAMES: Final = ("population_year", "annee", "année", "year")

# INSPIRE identifiers of grid cells: resolution in metres, then the lower left corner in
# ETRS89-LAEA. INSEE, Données carroyées, Filosofi: dictionary of variables.
CELL_ID: Final = re.compile(r"CRS3035RES(\d+)mN(\d+)E(\d+)")
# What stands in such columns is a code, even where it looks like a number.
CODE_COLUMN: Final = re.compile(
    r"(^|_)(code|insee|id|iris|lcog|com|dep|reg|epci|commune|siren|siret|uai|finess)(_|$)"
)
# Groups of people, households and dwellings in INSEE's grid cells.
PEOPLE_COLUMN: Final = re.compile(r"(ind|men|log)_")
LEADING_ZERO: Final = re.compile(r"0\d")
CELL_EXAMPLE: Final = "CRS3035RES200mN2998400E3806600"
GRID_CRS: Final = "EPSG:3035"


def read_residents(path: str | Path, *, bounds_deg: Bounds | None = None) -> gpd.GeoDataFrame:
    """Read who lives where: a table of points or areas with a population.

    INSEE's grid cells (Filosofi) are known by their identifier `idcar_200m`, such as
    `CRS3035RES200mN2998400E3806600`, and placed at their centre; areas at a point inside.
    Cells where nobody lives are kept.

    Parameters
    ----------
    path
        CSV, GeoPackage, GeoJSON or (Geo)Parquet with `population` (or INSEE's `ind`) and a
        position: `lon` and `lat` in degrees, a grid identifier, or geometry in any coordinate
        system. `cell` (else the row number), `commune` (INSEE code) and `population_year` may be
        there; all other columns are kept.
    bounds_deg
        West, south, east, north of where people should be, to tell swapped columns.

    Returns
    -------
    residents
        Columns `cell` (unique text), `population`, `commune` (`""` where unknown), the file's
        other columns, and `geometry` (points, EPSG:4326). `attrs["population_year"]` is the
        file's year or `""`; `attrs["left_out"]` is empty, for nobody is.

    Raises
    ------
    PlacesError
        If anything in the file is wrong; all its problems are listed.

    References
    ----------
    INSEE (2022). Revenus, pauvreté et niveau de vie: données carroyées, dispositif Filosofi.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "cells.csv"
    ...     cells = {"idcar_200m": ["CRS3035RES200mN3058400E3813600"], "ind": [31.5]}
    ...     pd.DataFrame(cells).to_csv(path)
    ...     residents = read_residents(path)
    >>> residents.population.tolist(), residents.geometry.y.round(2).tolist()
    ([31.5], [50.42])
    >>> read_residents("nowhere.csv")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: nowhere.csv does not exist.
    """
    rows = read_table(path)
    problems: list[str] = []
    cell_column = find_column(rows, CELL_NAMES)
    cells = read_texts(rows, cell_column)
    points = _points_of(rows, cells, problems, bounds_deg)
    population_column = find_column(rows, POPULATION_NAMES)
    population = _population_of(rows, population_column, problems)
    cells = np.where(cells == "", [str(row + 1) for row in range(len(rows))], cells)
    note_rows(problems, pd.Series(cells).duplicated().to_numpy(), "the cell stands before", cells)
    commune_column = find_column(rows, COMMUNE_NAMES)
    year_column = find_column(rows, YEAR_NAMES)
    years = sorted(set(read_texts(rows, year_column)) - {""})
    if len(years) > 1:
        problems.append(
            f"population_year has {len(years)} values ({', '.join(years[:5])}); give one"
        )
    places = [find_column(rows, names) for names in (LON_NAMES, LAT_NAMES)]
    used = [cell_column, population_column, commune_column, year_column, *places]
    others = _other_columns(rows, used)
    _check_groups(others, problems)
    refuse(path, problems, "Mend these rows; nothing was read.")
    residents = gpd.GeoDataFrame(
        {
            "cell": cells,
            "population": population,
            "commune": _codes(rows, commune_column),
            **others,
        },
        geometry=points.to_numpy(),
        crs=WGS84,
    )
    residents.attrs = {"population_year": years[0] if years else "", "left_out": {}}
    return residents


def _points_of(
    rows: pd.DataFrame, cells: Texts, problems: list[str], bounds_deg: Bounds | None
) -> gpd.GeoSeries:
    if isinstance(rows, gpd.GeoDataFrame):
        return read_points(rows, problems, bounds_deg)
    found = [CELL_ID.fullmatch(cell) for cell in cells]
    has_columns = find_column(rows, LON_NAMES) is not None
    if has_columns or not any(found):
        return read_points(rows, problems, bounds_deg)
    is_wrong = np.array([match is None for match in found])
    note_rows(problems, is_wrong, f"the cell is no identifier such as {CELL_EXAMPLE}", cells)
    size, north, east = np.array(
        [[int(part) for part in match.groups()] if match else [0, 0, 0] for match in found]
    ).T
    centres = shapely.points(east + size / 2, north + size / 2)
    return gpd.GeoSeries(centres, crs=GRID_CRS).to_crs(WGS84)


def _population_of(rows: pd.DataFrame, column: str | None, problems: list[str]) -> Floats:
    if column is None:
        found = name_columns(rows)
        problems.append(f"column population (or INSEE's ind) missing; the columns are {found}")
        return np.zeros(len(rows))
    population = read_numbers(rows, column, problems)
    texts = read_texts(rows, column)
    is_missing = np.isnan(population) & np.isin(np.char.lower(texts.astype(str)), ["", "nan"])
    note_rows(problems, is_missing, "population missing", texts)
    note_rows(problems, population < 0, "population is negative", population)
    note_rows(problems, np.isinf(population), "population is infinite", population)
    return population


def _check_groups(columns: dict[str, Any], problems: list[str]) -> None:
    """Note groups of people, such as INSEE's ages, of which there are less than none."""
    for name, values in columns.items():
        if PEOPLE_COLUMN.match(name.lower()) and pd.api.types.is_numeric_dtype(values.dtype):
            note_rows(problems, values < 0, f"{name} is negative", values)


def _codes(rows: pd.DataFrame, column: str | None) -> Texts:
    """Give INSEE codes as five characters, also where another program dropped the zero ahead."""
    codes = read_texts(rows, column)
    return np.array([*(code.zfill(5) if code.isdigit() else code for code in codes), ""])[
        :-1
    ].astype(object)


def _other_columns(rows: pd.DataFrame, used: Sequence[str | None]) -> dict[str, Any]:
    """Give the columns that have no meaning here; numbers as numbers where all of them are."""
    others = {}
    geometry = rows.geometry.name if isinstance(rows, gpd.GeoDataFrame) else None
    for column in rows.columns:
        if column in used or column == geometry:
            continue
        values = rows[column]
        if pd.api.types.is_string_dtype(values.dtype) and not CODE_COLUMN.search(column.lower()):
            texts = read_texts(rows, column)
            if not any(LEADING_ZERO.match(text) for text in texts):
                problems: list[str] = []
                numbers = read_numbers(rows, column, problems)
                values = values if problems else pd.Series(numbers)
        others[str(column)] = values.to_numpy()
    return others
