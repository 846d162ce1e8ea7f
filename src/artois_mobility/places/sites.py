"""Sites: where people go for care, culture and training."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import geopandas as gpd
import pandas as pd

from .._types import WGS84
from ..errors import PlacesError
from ..osm.extract import Extract
from .categories import categories_in_use, keep_below
from .category_table import Categories
from .merging import find_duplicates
from .osm_sites import sites_of_extract
from .people import require_crs
from .table_points import Bounds
from .table_sites import VINTAGES, sites_of_table

COLUMNS: Final = (
    "site",
    "category",
    "name",
    "capacity",
    "source",
    "position_quality",
    "finess",
    "uai",
    "opening_hours",
    "entrances",
    "geometry",
)
MERGED: Final = "merged"
LISTS: Final = (MERGED, "refused")
COUNTS: Final = ("left_out", "passed_over", "not_open")


def read_sites(
    source: Extract | str | Path,
    categories: Sequence[str] | None = None,
    *,
    table: Categories | None = None,
    bounds_deg: Bounds | None = None,
    day: date | None = None,
) -> gpd.GeoDataFrame:
    """Read the sites of an OpenStreetMap extract or of a file, duplicates merged.

    A place of several categories, such as a hospital with an emergency department, has one row
    for each: `site` and `category` together are unique. Sites of the same category with the same
    FINESS or UAI number are one, sites whose numbers differ never. Sites of OpenStreetMap within
    50 m are one; so are rows of a file that also have the same name, others not: a BPE file has a
    row for each practitioner at an address. Areas come before points, and what a row lacks is
    filled in from those merged into it.

    Parameters
    ----------
    source
        An extract, or the path of a CSV, GeoPackage, GeoJSON or (Geo)Parquet file with columns
        `category` (our keys, or BPE codes as `TYPEQU`, or FINESS codes as `categetab`) and
        `lon`, `lat` (or geometry in any coordinate system); `site`, `name`, `capacity`,
        `position_quality`, `finess`, `uai`, `opening_hours`, and the days `opened` and `closed`
        may be there.
    categories
        Only these and all below them; None reads all.
    table
        The categories; those in use when None (`am.use_categories`).
    bounds_deg
        West, south, east, north of where a file's sites should be, to tell swapped columns.
    day
        Leave out a file's sites that open later, or are closed from this day on or before it;
        None keeps all.

    Returns
    -------
    sites
        Columns `site` (`"n123"`, `"w45"`, `"r6"` for nodes, ways and relations), `category`,
        `name`, `capacity` (NaN where unknown), `source`, `position_quality` (`"point"`,
        `"outline"`, or what the file says), `finess`, `uai`, `opening_hours` (as OpenStreetMap
        writes them, `""` where unknown), `entrances` (points on the outline, else the outline,
        else None) and `geometry` (points, EPSG:4326).
        `attrs["merged"]` lists what was merged into what, why and over how many metres;
        `attrs["left_out"]` counts disused objects and those without a position;
        `attrs["passed_over"]` counts a file's rows of no category here, by their code;
        `attrs["not_open"]` those that are not open on `day`, by the reason.
        `attrs["refused"]` lists a file's rows that lack a position, by `source`, `row` (from 1),
        `category` and `reason`: up to half of the rows may, anything else refuses the whole file.
        `attrs["vintages"]`, for a file of the BPE, what its years and codes say of its vintage.

    Raises
    ------
    PlacesError
        If a category does not exist, or anything in a file is wrong; all its problems at once.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> len(read_sites(crossroads(), ["care"]))
    0
    """
    rows = table or categories_in_use()
    keys = tuple(rows.of_key) if categories is None else keep_below(categories, rows)
    if isinstance(source, Extract):
        sites = sites_of_extract(source, rows, keys)
    else:
        sites = sites_of_table(source, rows, bounds_deg, day)
        refused = [row for row in sites.attrs["refused"] if row["category"] in keys]
        sites = sites[sites["category"].isin(keys)]
        sites.attrs["refused"] = refused
    return merge_sites(sites)


def merge_sites(*tables: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join tables of sites into one and merge what stands in several.

    Beside what `read_sites` merges, a site takes in the nearest row of every other source within
    50 m, and no more than one: of five doctors in one house four stay rows of their own.

    Parameters
    ----------
    tables
        Tables as `read_sites` returns them; where two say the same, the earlier one is kept.

    Returns
    -------
    sites
        One row per site and category. Ids that two tables use for different rows are told apart
        by the later table's `source` before them. `attrs` hold those of all tables.

    Raises
    ------
    PlacesError
        If files of two vintages of the BPE are among them.

    Examples
    --------
    >>> merge_sites().empty
    True
    """
    if not tables:
        return gpd.GeoDataFrame({name: [] for name in COLUMNS}, crs=WGS84)
    attrs = [table.attrs for table in tables]
    vintages = _join_vintages([each.get(VINTAGES, {}) for each in attrs])
    joined = _join(tables)
    number_of_row = [
        number if MERGED in table.attrs else -1
        for number, table in enumerate(tables)
        for _ in table.index
    ]
    duplicates = find_duplicates(joined, number_of_row)
    joined = _fill_from(joined, duplicates.kept, duplicates.merged)
    sites = joined.drop(index=duplicates.merged).reset_index(drop=True)
    merged = [
        {
            "category": joined.at[kept, "category"],
            "kept": joined.at[kept, "site"],
            "merged": joined.at[gone, "site"],
            "metres": round(metres, 1),
            "why": why,
        }
        for kept, gone, metres, why in zip(
            duplicates.kept, duplicates.merged, duplicates.metres, duplicates.why, strict=True
        )
    ]
    sites.attrs = {name: [row for each in attrs for row in each.get(name, [])] for name in LISTS}
    sites.attrs[MERGED] += merged
    for name in COUNTS:
        sites.attrs[name] = _add_counts([each.get(name, {}) for each in attrs])
    if vintages:
        sites.attrs[VINTAGES] = vintages
    return sites


def _join_vintages(parts: Sequence[Mapping[str, list[str]]]) -> dict[str, list[str]]:
    """Join what is known of the vintage of each BPE file; refuse two that differ."""
    joined = {name: marks for part in parts for name, marks in part.items()}
    every = {mark for marks in joined.values() for mark in marks}
    years = {mark for mark in every if mark.isdigit()}
    sides = every - years
    if len(years) > 1 or len(sides) > 1:
        listed = "; ".join(f"{name}: {', '.join(marks)}" for name, marks in joined.items())
        msg = f"BPE of two vintages: {listed}. The same site would count twice; keep one."
        raise PlacesError(msg)
    return joined


def _join(tables: Sequence[gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    parts = []
    taken: set[tuple[str, str]] = set()
    for table in tables:
        require_crs(table, "sites")
        part = pd.DataFrame(table.to_crs(WGS84)).reindex(columns=list(COLUMNS))
        part.attrs = {}
        part["site"] = [
            f"{source}:{site}" if (site, category) in taken else site
            for site, category, source in zip(
                part["site"], part["category"], part["source"], strict=True
            )
        ]
        taken |= set(zip(part["site"], part["category"], strict=True))
        parts.append(part.astype({"entrances": object}))
    filled = [part for part in parts if len(part)] or parts[:1]
    return gpd.GeoDataFrame(pd.concat(filled, ignore_index=True), geometry="geometry", crs=WGS84)


def _fill_from(
    sites: gpd.GeoDataFrame, kept: Sequence[int], merged: Sequence[int]
) -> gpd.GeoDataFrame:
    """Fill what a kept row lacks with what the rows merged into it have."""
    for name in ("name", "finess", "uai", "opening_hours", "capacity", "entrances"):
        values = sites[name].to_numpy(copy=True)
        for row, other in zip(kept, merged, strict=True):
            if _is_lacking(values[row]):
                values[row] = values[other]
        sites[name] = values
    return sites


def _is_lacking(value: object) -> bool:
    return value is None or value == "" or value != value  # noqa: PLR0124  NaN is not itself


def _add_counts(counts: Sequence[dict[str, int]]) -> dict[str, int]:
    return {
        key: sum(each.get(key, 0) for each in counts)
        for key in dict.fromkeys(key for each in counts for key in each)
    }
