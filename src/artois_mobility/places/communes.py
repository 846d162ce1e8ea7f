"""Communes: the areas that results are summed over."""

from collections import Counter
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84
from ..errors import PlacesError
from ..osm.extract import Extract, Tags
from .osm_areas import shape_of_relation
from .people import require_crs
from .table_files import read_table
from .tables import find_column, note_missing, note_rows, read_numbers, read_texts, refuse

ADMIN_LEVEL: Final = "8"
CODE_KEYS: Final = ("ref:INSEE", "ref:insee")
# Characters of INSEE's code of a commune.
CODE_LENGTH: Final = 5

CODE_NAMES: Final = ("insee", "code", "insee_com", "code_insee", "codgeo", "com")
NAME_NAMES: Final = ("name", "nom", "nom_com", "libgeo", "libelle")
EPCI_NAMES: Final = ("epci", "epci_siren", "siren_epci", "code_epci")
EPCI_NAME_NAMES: Final = ("epci_name", "epci_nom", "nom_epci", "libepci")
POPULATION_NAMES: Final = ("population", "pop", "pmun", "habitants")

COLUMNS: Final = ("insee", "name", "epci", "epci_name", "population")


def read_communes(source: Extract | str | Path) -> gpd.GeoDataFrame:
    """Read communes from the boundaries of an extract or from a file.

    Parameters
    ----------
    source
        An extract, whose relations with `boundary=administrative` and `admin_level=8` are taken
        (`ref:INSEE`, `name`, `population`, `epci:siren`, `epci:name`); or a GeoJSON, GeoPackage or
        GeoParquet file of areas with columns such as `insee`, `nom`, `epci_siren`, `epci_nom`.

    Returns
    -------
    communes
        By `insee`: `insee`, `name`, `epci` (SIREN) and `epci_name` (`""` where unknown),
        `population` (NaN where unknown) and `geometry` (areas, EPSG:4326). Where a boundary has no
        code, the relation's id stands in for it (`"r123"`). `attrs["left_out"]` counts the
        boundaries that the extract holds only in part, and codes assumed.

    Raises
    ------
    PlacesError
        If anything in the file is wrong; all its problems are listed.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> read_communes(crossroads()).empty
    True
    """
    return _of_extract(source) if isinstance(source, Extract) else _of_file(source)


def assign_communes(residents: gpd.GeoDataFrame, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Fill in the commune of residents by where they live.

    Parameters
    ----------
    residents
        As `read_residents` returns them.
    communes
        As `read_communes` returns them.

    Returns
    -------
    residents
        A copy. A `commune` that is given and among the communes stays. Where none is given, or
        none of these, as where INSEE names several for a cell (`"6249862497"`), the commune is the
        one around the cell; on a boundary the smaller code counts. Where no commune is around it,
        a given code of five characters stays, anything else becomes `""`. `attrs["communes"]`
        counts those `given` (and known), `assigned`, `outside`, and the cells whose code was
        `unknown`.

    Raises
    ------
    PlacesError
        If a table lacks its columns.

    Examples
    --------
    >>> areas = [shapely.box(2.8, 50.4, 2.9, 50.5)]
    >>> communes = gpd.GeoDataFrame({"insee": ["62498"]}, geometry=areas, crs="EPSG:4326")
    >>> points = gpd.points_from_xy([2.83, 3.1], [50.43, 50.43])
    >>> residents = gpd.GeoDataFrame({"commune": ["", ""]}, geometry=points, crs="EPSG:4326")
    >>> assign_communes(residents, communes).commune.tolist()
    ['62498', '']
    """
    _require(residents, "residents", ("commune", "geometry"))
    _require(communes, "communes", ("insee", "geometry"))
    given = residents["commune"].to_numpy(object)
    is_known = np.isin(given.astype(str), communes["insee"].to_numpy(object).astype(str))
    is_unknown = ~is_known & (given != "")
    require_crs(communes, "communes")
    require_crs(residents, "residents")
    row, area = shapely.STRtree(communes.geometry.to_crs(WGS84).to_numpy()).query(
        residents.geometry.to_crs(WGS84).to_numpy()[~is_known], predicate="intersects"
    )
    codes = communes["insee"].to_numpy(object)[area]
    found = pd.Series(codes, index=np.flatnonzero(~is_known)[row], dtype=object)
    first = found.sort_values(kind="stable").groupby(level=0).first()
    is_code = np.char.str_len(given.astype(str)) == CODE_LENGTH
    commune = np.where(is_known | is_code, given, "")
    commune[first.index.to_numpy(int)] = first.to_numpy(object)
    filled = residents.assign(commune=commune)
    filled.attrs = {
        **residents.attrs,
        "communes": {
            "given": int(is_known.sum()),
            "assigned": len(first),
            "outside": int((commune == "").sum()),
            "unknown": int(is_unknown.sum()),
        },
    }
    return filled


def _of_extract(extract: Extract) -> gpd.GeoDataFrame:
    left_out: Counter[str] = Counter()
    rows, areas = [], []
    for row, tags in enumerate(extract.relations.tags):
        if tags.get("boundary") != "administrative" or tags.get("admin_level") != ADMIN_LEVEL:
            continue
        shape = shape_of_relation(extract, row)
        if not shape.is_whole or shape.geometry is None:
            left_out["boundaries in part only"] += 1
            continue
        if shape.geometry.is_empty:
            left_out["boundaries that enclose nothing"] += 1
            continue
        rows.append(_describe(tags, int(extract.relations.osm_id[row]), left_out))
        areas.append(shape.geometry)
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"population": float})
    communes = gpd.GeoDataFrame(table, geometry=areas, crs=WGS84)
    is_double = communes["insee"].duplicated()
    left_out["boundaries with the code of another"] = int(is_double.sum())
    communes = communes[~is_double].sort_values("insee", ignore_index=True)
    communes.attrs["left_out"] = {reason: count for reason, count in left_out.items() if count}
    return communes


def _describe(tags: Tags, osm_id: int, left_out: Counter[str]) -> tuple[str, str, str, str, float]:
    code = next((tags[key] for key in CODE_KEYS if tags.get(key)), "")
    if not code:
        left_out["codes assumed from the relation's id"] += 1
    digits = tags.get("population", "").replace(" ", "")
    population = float(digits) if digits.isdecimal() else np.nan
    return (
        code or f"r{osm_id}",
        tags.get("name", ""),
        tags.get("epci:siren", ""),
        tags.get("epci:name", ""),
        population,
    )


def _of_file(path: str | Path) -> gpd.GeoDataFrame:
    rows = read_table(path)
    problems: list[str] = []
    code_column = find_column(rows, CODE_NAMES)
    if code_column is None:
        note_missing(problems, ["insee"], rows)
    codes = read_texts(rows, code_column)
    codes = np.array([*(code.zfill(5) if code.isdigit() else code for code in codes), ""], object)
    codes = codes[:-1]
    if code_column is not None:
        note_rows(problems, codes == "", "insee missing", codes)
        is_double = pd.Series(codes).duplicated().to_numpy() & (codes != "")
        note_rows(problems, is_double, "the code stands before", codes)
    note_areas(rows, codes, problems)
    population = np.full(len(rows), np.nan)
    if (column := find_column(rows, POPULATION_NAMES)) is not None:
        population = read_numbers(rows, column, problems)
        note_rows(problems, population < 0, "population is negative", population)
    epci = read_texts(rows, find_column(rows, EPCI_NAMES))
    note_rows(problems, ~_is_siren(epci), "epci is no SIREN of nine digits", epci)
    refuse(path, problems, "Mend these rows; nothing was read.")
    table = pd.DataFrame(
        {
            "insee": codes,
            "name": read_texts(rows, find_column(rows, NAME_NAMES)),
            "epci": epci,
            "epci_name": read_texts(rows, find_column(rows, EPCI_NAME_NAMES)),
            "population": population,
        }
    )
    areas = rows.geometry.to_crs(WGS84).to_numpy()
    communes = gpd.GeoDataFrame(table, geometry=areas, crs=WGS84)
    communes = communes.sort_values("insee", ignore_index=True)
    communes.attrs["left_out"] = {}
    return communes


def note_areas(rows: pd.DataFrame, codes: np.ndarray, problems: list[str]) -> None:
    """Note what is wrong with the areas of a table.

    Parameters
    ----------
    rows
        The table.
    codes
        What its rows are called.
    problems
        Where to note it.
    """
    if not isinstance(rows, gpd.GeoDataFrame):
        problems.append(
            "there are no areas in it; give a GeoJSON, GeoPackage or GeoParquet file of polygons"
        )
        return
    if rows.crs is None:
        problems.append(
            "the geometry has no coordinate system; set it in the program that wrote it"
        )
    shapes = np.asarray(rows.geometry.to_numpy(), object)
    note_rows(problems, shapely.is_missing(shapes) | shapely.is_empty(shapes), "no area", codes)
    dimension = shapely.get_dimensions(shapes)
    is_area = dimension == 2
    is_less = (dimension == 0) | (dimension == 1)
    note_rows(problems, is_less, "a point or line instead of an area", codes)
    note_rows(problems, is_area & ~shapely.is_valid(shapes), "the area crosses itself", codes)
    if rows.crs is not None and rows.crs.is_geographic and is_area.any():
        west, south, east, north = shapely.total_bounds(shapes)
        if min(west, south) < -180 or max(east, south) > 180 or max(-south, north) > 90:
            problems.append(
                f"coordinates reach from ({west:g}, {south:g}) to ({east:g}, {north:g}), which are "
                "no longitudes and latitudes; give the file its true coordinate system"
            )


def _is_siren(texts: np.ndarray) -> np.ndarray:
    return np.array([not text or (len(text) == 9 and text.isdigit()) for text in texts], np.bool_)


def _require(table: gpd.GeoDataFrame, what: str, columns: tuple[str, ...]) -> None:
    lacking = [column for column in columns if column not in table.columns]
    if lacking:
        msg = f"The {what} lack the column {' and '.join(lacking)}; read them with read_{what}."
        raise PlacesError(msg)
