"""Open, move and close sites."""

from collections.abc import Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import WGS84, Rows
from ..changes.fields import Point
from ..changes.hints import suggest
from ..changes.notices import Notice, Value
from ..changes.people_schema import SiteSetting
from ..changes.schema import AddSite, MoveSite, RemoveSite
from ..errors import PlacesError
from ..places.categories import find_category, is_below
from .reading import Scenario
from .resolved import Findings, SiteEdits, Today, list_some
from .site_settings import Setting, check_settings, with_settings
from .touches import Touch

SOURCE: Final = "scenario"
STAYED: Final = ""
ADDED: Final = "added"
MOVED: Final = "moved"
# A move by less than this changes nothing that could be measured.
NO_MOVE_DEG: Final = 1e-7


def resolve_sites(findings: Findings, today: Today) -> SiteEdits:
    """Resolve the sites that one scenario adds, moves and removes.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        The situation it is held against.

    Returns
    -------
    edits
        The sites of the scenario.
    """
    row_changes: dict[int, tuple[int, MoveSite | RemoveSite]] = {}
    added: list[tuple[int, AddSite]] = []
    settings: list[Setting] = []
    for row, change in enumerate(findings.scenario.changes):
        if isinstance(change, AddSite):
            if _check_added(findings, row, change, today):
                added.append((row, change))
                findings.touches.append(Touch(row, "", sites=1))
        elif isinstance(change, MoveSite | RemoveSite):
            found = _find_site(findings, row, change, today)
            taken = [site for site in found if site in row_changes]
            if taken:
                other = findings.name_change(row_changes[taken[0]][0])
                findings.refuse(row, f"means {change.site!r}, which {other} changes too.")
            row_changes.update(dict.fromkeys(found, (row, change)))
            ids = today.sites["site"].iloc[found].nunique()
            findings.touches.append(Touch(row, "", sites=ids))
        elif isinstance(change, SiteSetting):
            found = _find_site(findings, row, change, today)
            settings += [Setting(row, change, found)] if found else []
    change_of_site = {site: change for site, (_, change) in row_changes.items()}
    removed = {site for site, each in change_of_site.items() if isinstance(each, RemoveSite)}
    check_settings(findings, today.sites, settings, removed)
    return _edit(findings, today.sites, change_of_site, added, settings)


def _check_added(findings: Findings, row: int, change: AddSite, today: Today) -> bool:
    if not _check_category(findings, row, change.category):
        return False
    if not any(is_below(change.category, each) for each in today.categories):
        values: dict[str, Value] = {"category": change.category, "asked": today.categories}
        findings.warn(row, Notice("category_not_asked", values))
    return True


def _check_category(findings: Findings, row: int, category: str | None) -> bool:
    if category is None:
        return True
    try:
        find_category(category)
    except PlacesError as error:
        findings.refuse(row, str(error))
        return False
    return True


def _find_site(
    findings: Findings, row: int, change: MoveSite | RemoveSite | SiteSetting, today: Today
) -> list[int]:
    """Find the rows of the one site that a change means; note an error when it is not one.

    A site has a row for each of its categories: a hospital, its emergency department.
    """
    if not _check_category(findings, row, change.category):
        return []
    sites = today.sites
    is_meant = np.ones(len(sites), np.bool_)
    if change.category is not None:
        own = sites["category"].astype(str)
        is_meant = np.array([is_below(each, change.category) for each in own], np.bool_)
    ids, names = (sites[each].fillna("").astype(str).str.strip() for each in ("site", "name"))
    for column in (ids, names):
        found = np.flatnonzero((column == change.site).to_numpy(np.bool_) & is_meant)
        count = ids.iloc[found].nunique()
        if count == 1:
            return _check_move(findings, row, change, sites, found.tolist())
        if count > 1:
            firsts = found[~ids.iloc[found].duplicated().to_numpy()]
            listed = list_some([_describe_site(sites.iloc[each]) for each in firsts])
            findings.refuse(
                row,
                f"site {change.site!r} is the name of {count} sites: {listed}. "
                "Give the id of one, or its category.",
            )
            return []
    known = sorted({each for each in names[is_meant] if each})
    hint = suggest(change.site, known, most=5)
    asked = change.category or ", ".join(today.categories)
    findings.refuse(row, f"site {change.site!r} is not among the sites of {asked}.{hint}")
    return []


def _check_move(
    findings: Findings,
    row: int,
    change: MoveSite | RemoveSite | SiteSetting,
    sites: gpd.GeoDataFrame,
    found: list[int],
) -> list[int]:
    if isinstance(change, MoveSite):
        here = sites.geometry.iloc[found[0]]
        if np.allclose([here.x, here.y], change.to, rtol=0, atol=NO_MOVE_DEG):
            findings.warn(row, Notice("moved_nowhere", {"site": change.site}))
    return found


def _describe_site(site: "pd.Series[Any]") -> str:
    point = site["geometry"]
    return f"{site['site']} ({site['category']}, {point.x:.4f} {point.y:.4f})"


def _edit(
    findings: Findings,
    today: gpd.GeoDataFrame,
    change_of_row: Mapping[int, MoveSite | RemoveSite],
    added: list[tuple[int, AddSite]],
    settings: list[Setting],
) -> SiteEdits:
    removed = sorted(row for row, each in change_of_row.items() if isinstance(each, RemoveSite))
    moved = {row: each.to for row, each in change_of_row.items() if isinstance(each, MoveSite)}
    stays = np.setdiff1d(np.arange(len(today)), removed)
    offering = with_settings(today.assign(change=STAYED), settings)
    sites = _with_moves(offering, moved).iloc[stays]
    today_row = np.where(np.isin(stays, list(moved)), -1, stays)
    new = _tabulate_added(findings.scenario, added, today)
    if len(new):
        sites = pd.concat([sites, new])
        today_row = np.append(today_row, np.full(len(new), -1))
    touched = today["category"].astype(str).iloc[[*removed, *moved]]
    categories = frozenset(touched) | {each.category for _, each in added}
    return SiteEdits(
        gpd.GeoDataFrame(sites.reset_index(drop=True), geometry="geometry", crs=WGS84),
        today_row.astype(np.int32),
        today.iloc[removed].reset_index(drop=True),
        categories,
    )


def _with_moves(sites: gpd.GeoDataFrame, moved: Mapping[int, Point]) -> gpd.GeoDataFrame:
    if not moved:
        return sites
    rows = list(moved)
    geometry = sites.geometry.to_numpy().copy()
    geometry[rows] = shapely.points(list(moved.values()))
    change = sites["change"].to_numpy(object).copy()
    change[rows] = MOVED
    columns: dict[str, Any] = {"change": change, "geometry": geometry}
    if "entrances" in sites:
        entrances = sites["entrances"].to_numpy(object).copy()
        entrances[rows] = None
        columns["entrances"] = entrances
    return sites.assign(**columns).set_geometry("geometry", crs=WGS84)


def _tabulate_added(
    scenario: Scenario, added: list[tuple[int, AddSite]], today: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """List added sites in an order, and under ids, that do not depend on the file's order."""

    def order(pair: tuple[int, AddSite]) -> tuple[object, ...]:
        row, each = pair
        is_own = row >= scenario.given
        return is_own, each.category, each.name, each.at, each.capacity or 0

    ordered = sorted(added, key=order)
    names = scenario.name_new([row for row, _ in ordered])
    rows = [
        {
            "site": name,
            "category": each.category,
            "name": each.name,
            "capacity": np.nan if each.capacity is None else each.capacity,
            "source": SOURCE,
            "position_quality": SOURCE,
            "opening_hours": "",
            "entrances": None,
            "change": ADDED,
            "geometry": shapely.Point(each.at),
        }
        for name, (_, each) in zip(names, ordered, strict=True)
    ]
    columns = [*today.columns, "change"]
    return gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=WGS84)


def stay_rows(edits: SiteEdits) -> tuple[Rows, Rows]:
    """Tell the sites that stay from those that are new at their place.

    Parameters
    ----------
    edits
        The sites of a scenario.

    Returns
    -------
    staying, new
        Rows of `edits.sites`.
    """
    staying = np.flatnonzero(edits.today_row >= 0).astype(np.int32)
    return staying, np.flatnonzero(edits.today_row < 0).astype(np.int32)
