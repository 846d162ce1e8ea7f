"""Sites from tables: BPE, FINESS, or any table with a category and a position."""

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84
from .categories import describe_unknown
from .category_table import Categories
from .opening_days import find_open
from .table_files import read_table
from .table_points import Bounds, read_points
from .tables import Texts, find_column, name_columns, note_rows, read_numbers, read_texts, refuse

# Names of columns in small letters, the preferred first: ours, then those of BPE, FINESS and of
# the French open data platform's schemas.
CATEGORY_NAMES: Final = (
    "category",
    "categorie",
    "catégorie",
    "typequ",
    "bpe",
    "categetab",
    "categ_code",
    "finess_category",
)
SITE_NAMES: Final = ("site", "id", "identifiant", "nofinesset", "nofiness", "osm_id")
NAME_NAMES: Final = ("name", "nom", "nomrs", "raison_sociale", "rs", "libelle", "appellation")
CAPACITY_NAMES: Final = ("capacity", "capacite", "capacité")
VINTAGES: Final = "vintages"
BEFORE_2024: Final = "codes from before 2024"
SINCE_2024: Final = "codes since 2024"
QUALITY_NAMES: Final = ("position_quality", "qualite_xy", "qualité_xy", "sourcecoordet")
FINESS_NAMES: Final = ("finess", "nofinesset", "nofiness", "ref:fr:finess", "ref_finess")
UAI_NAMES: Final = ("uai", "ref:uai", "ref_uai", "numero_uai", "code_uai")
# Of BPE alone: a year may be anything elsewhere.
YEAR_NAMES: Final = ("an",)
HOURS_NAMES: Final = ("opening_hours", "horaires", "heures_ouverture")
AS_GIVEN: Final = "as given"
PASSED_OVER: Final = ""
UNKNOWN: Final = "?"
NO_POSITION: Final = "position missing"

BPE_CODE: Final = re.compile(r"[A-G]\d{3}")
FINESS_CODE: Final = re.compile(r"\d{3}")


def sites_of_table(
    path: str | Path,
    table: Categories,
    bounds_deg: Bounds | None = None,
    day: date | None = None,
) -> gpd.GeoDataFrame:
    """List the sites of a file, one row per row of the file.

    Parameters
    ----------
    path
        Any table that `read_table` reads. A category may be one of the library's keys, a BPE or
        a FINESS code. Ids are the file's own column `site` or `id`, else the file's stem and row.
    table
        All categories.
    bounds_deg
        West, south, east, north of where sites should be, to tell swapped columns.
    day
        Leave out what is not open on this day by its columns `opened` and `closed`.

    Returns
    -------
    sites
        Columns as in `read_sites`, not merged. `attrs["passed_over"]` counts the rows whose code
        is known and belongs to no category, by code; `attrs["not_open"]` those left out;
        `attrs["refused"]` lists the rows without a position, where these are no more than half.

    Raises
    ------
    PlacesError
        If anything in the file is wrong; all its problems are listed.
    """
    every = rows = read_table(path)
    problems: list[str] = []
    categories, passed_over = _categories_of(rows, table, problems)
    is_site = categories != PASSED_OVER
    rows, categories = rows[is_site], categories[is_site]
    is_open, not_open = find_open(rows, day, problems)
    rows, categories = rows[is_open], categories[is_open]
    stem = Path(path).stem
    points = read_points(rows, problems, bounds_deg, may_lack=True)
    sites = pd.DataFrame(
        {
            "site": _ids_of(rows, stem),
            "category": categories,
            "name": read_texts(rows, find_column(rows, NAME_NAMES)),
            "capacity": _capacities_of(rows, problems),
            "source": Path(path).name,
            "position_quality": _qualities_of(rows),
            "finess": read_texts(rows, find_column(rows, FINESS_NAMES)),
            "uai": read_texts(rows, find_column(rows, UAI_NAMES)),
            "opening_hours": read_texts(rows, find_column(rows, HOURS_NAMES)),
            "entrances": _outlines_of(rows),
        }
    )
    is_double = sites.duplicated(["site", "category"]).to_numpy()
    what = "the id stands before with the same category"
    note_rows(problems, is_double, what, sites["site"].to_numpy(object), rows.index)
    refuse(path, problems, "Mend these rows or take them out; nothing was read.")
    is_there = points.notna().to_numpy()
    found = gpd.GeoDataFrame(sites, geometry=points.to_numpy(), crs=WGS84)[is_there]
    found.attrs["passed_over"] = dict(sorted(passed_over.items()))
    found.attrs["not_open"] = not_open
    vintage = _vintage_of(every, table)
    if vintage:
        found.attrs[VINTAGES] = {Path(path).name: vintage}
    found.attrs["refused"] = [
        {"source": Path(path).name, "row": int(row) + 1, "category": key, "reason": NO_POSITION}
        for row, key in zip(rows.index[~is_there], categories[~is_there], strict=True)
    ]
    return found


def _categories_of(
    rows: pd.DataFrame, table: Categories, problems: list[str]
) -> tuple[Texts, Counter[str]]:
    """Translate the column of categories."""
    column = find_column(rows, CATEGORY_NAMES)
    if column is None:
        found = name_columns(rows)
        problems.append(
            "column category missing (our keys, BPE codes as TYPEQU or FINESS codes as "
            f"categetab); the columns are {found}"
        )
        return np.full(len(rows), UNKNOWN, object), Counter()
    texts = read_texts(rows, column)
    key_of_code = {
        code: category.key
        for category in table.of_key.values()
        for code in (category.key, *category.bpe, *category.finess)
    }
    passed_over: Counter[str] = Counter()
    meaning = {}
    for text, count in Counter(texts).items():
        meaning[text] = key_of_code.get(text, UNKNOWN)
        if meaning[text] == UNKNOWN and _is_passed_over(text, table):
            meaning[text] = PASSED_OVER
            passed_over[text] = count
        elif meaning[text] == UNKNOWN:
            problems.append(_unknown(text, count, table))
    older, newer = _codes_of_vintages(set(meaning), table)
    if older and newer:
        problems.append(
            f"BPE codes of two vintages: {', '.join(newer[:3])} came with 2024, "
            f"{', '.join(older[:3])} had gone by then; keep the rows of one"
        )
    years = _years_of(rows) if any(BPE_CODE.fullmatch(text) for text in meaning) else []
    if len(years) > 1:
        problems.append(
            f"BPE of {len(years)} years: column {find_column(rows, YEAR_NAMES)} has "
            f"{', '.join(years[:5])}; keep the rows of one"
        )
    return np.array([*(meaning[text] for text in texts), ""], object)[:-1], passed_over


def _codes_of_vintages(codes: set[str], table: Categories) -> tuple[list[str], list[str]]:
    """List the BPE codes that had gone by 2024 and those that came with it."""
    rows = [each for each in table.of_key.values() if each.bpe_older]
    older = sorted(codes.intersection(code for row in rows for code in row.bpe_older))
    newer = sorted(codes.intersection(code for row in rows for code in row.bpe).difference(older))
    return older, newer


def _years_of(rows: pd.DataFrame) -> list[str]:
    """List the years of a BPE file."""
    return sorted(set(read_texts(rows, find_column(rows, YEAR_NAMES))) - {""})


def _vintage_of(rows: pd.DataFrame, table: Categories) -> list[str]:
    """Tell of which year a BPE file is, and on which side of 2024 its codes are, if known."""
    codes = set(read_texts(rows, find_column(rows, CATEGORY_NAMES)))
    if not any(BPE_CODE.fullmatch(code) for code in codes):
        return []
    older, newer = _codes_of_vintages(codes, table)
    sides = [side for side, own in ((BEFORE_2024, older), (SINCE_2024, newer)) if own]
    return [*_years_of(rows), *sides]


def _is_passed_over(code: str, table: Categories) -> bool:
    if BPE_CODE.fullmatch(code):
        return code.startswith(table.bpe_passed_over)
    return bool(FINESS_CODE.fullmatch(code))


def _unknown(text: str, count: int, table: Categories) -> str:
    rows = f"in {count} row" + ("s" if count > 1 else "")
    if not text:
        return f"category missing {rows}"
    if BPE_CODE.fullmatch(text):
        return f"unknown BPE code {text!r} {rows}; neither BPE 2024 nor an older one has it here"
    return f"{describe_unknown(text, table.of_key).rstrip('?.')}, {rows}"


def _ids_of(rows: pd.DataFrame, stem: str) -> Texts:
    ids = read_texts(rows, find_column(rows, SITE_NAMES))
    numbered = np.array([f"{stem}-{row + 1}" for row in rows.index] + [""], object)[:-1]
    return np.where(ids == "", numbered, ids)


def _capacities_of(
    rows: pd.DataFrame, problems: list[str]
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    column = find_column(rows, CAPACITY_NAMES)
    if column is None:
        return np.full(len(rows), np.nan)
    capacity = read_numbers(rows, column, problems)
    note_rows(problems, capacity < 0, "capacity is negative", capacity, rows.index)
    note_rows(problems, np.isinf(capacity), "capacity is infinite", capacity, rows.index)
    return capacity


def _qualities_of(rows: pd.DataFrame) -> Texts:
    quality = read_texts(rows, find_column(rows, QUALITY_NAMES))
    return np.where(quality == "", AS_GIVEN, quality)


def _outlines_of(rows: pd.DataFrame) -> Texts:
    """Give lines and areas of the file as outlines to attach from, None for points."""
    outlines = np.full(len(rows), None, object)
    if isinstance(rows, gpd.GeoDataFrame) and rows.crs is not None:
        shapes = np.asarray(rows.geometry.to_crs(WGS84).to_numpy(), object)
        dimension = shapely.get_dimensions(shapes)
        outlines[dimension == 1] = shapes[dimension == 1]
        outlines[dimension == 2] = shapely.boundary(shapes[dimension == 2])
    return outlines
