"""Set what sites offer where they are: how many they serve, and when they are open."""

from collections.abc import Sequence, Set
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from ..changes.notices import Notice
from ..changes.people_schema import SetCapacity, SiteSetting
from .resolved import Findings

if TYPE_CHECKING:
    import geopandas as gpd

SET: Final = "set"


class Setting(NamedTuple):
    """A change of what a site offers.

    Attributes
    ----------
    row
        Of the change in its scenario.
    change
        The change.
    sites
        Rows of today's sites that it means: those of one site.
    """

    row: int
    change: SiteSetting
    sites: list[int]


def check_settings(
    findings: Findings, today: "gpd.GeoDataFrame", settings: Sequence[Setting], removed: Set[int]
) -> None:
    """Refuse settings that contradict each other, and say what they do not bear on.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        Today's sites.
    settings
        What it sets.
    removed
        Rows of the sites that it removes.
    """
    row_of: dict[tuple[str, int], int] = {}
    for row, change, sites in settings:
        if removed & set(sites):
            findings.refuse(row, f"means {change.site!r}, which another change removes.")
        taken = [row_of[change.kind, site] for site in sites if (change.kind, site) in row_of]
        if taken:
            findings.refuse(row, f"means {change.site!r}, which changes[{taken[0] + 1}] sets too.")
        row_of.update({(change.kind, site): row for site in sites})
        if isinstance(change, SetCapacity):
            _check_capacity(findings, today, row, change, sites)
        else:
            findings.warn(row, Notice("hours_unused"))


def _check_capacity(
    findings: Findings,
    today: "gpd.GeoDataFrame",
    row: int,
    change: SetCapacity,
    sites: list[int],
) -> None:
    """Refuse one capacity for several categories, and a factor of what is not known."""
    categories = sorted(set(today["category"].astype(str).iloc[sites]))
    if len(categories) > 1:
        findings.refuse(
            row,
            f"site {change.site!r} is of {len(categories)} categories, each with a capacity of its "
            f"own. Give category: one of {', '.join(categories)}.",
        )
    is_unknown = today["capacity"].iloc[sites].isna().any()
    if change.factor is not None and is_unknown:
        findings.refuse(
            row, f"multiplies a capacity of {change.site!r} that is not known. Give capacity."
        )
    findings.warn(row, Notice("capacity_unused"))


def with_settings(sites: "gpd.GeoDataFrame", settings: Sequence[Setting]) -> "gpd.GeoDataFrame":
    """Give sites the capacities and hours that a scenario sets.

    Parameters
    ----------
    sites
        Today's, with `change`.
    settings
        What is set.

    Returns
    -------
    sites
        The very same without settings; else a copy, `change` of the sites concerned `"set"`.
    """
    if not settings:
        return sites
    change = sites["change"].to_numpy(object, copy=True)
    capacity = sites["capacity"].to_numpy(np.float64, copy=True)
    hours = np.full(len(sites), "", object)
    if "opening_hours" in sites:
        hours = sites["opening_hours"].to_numpy(object, copy=True)
    for _, each, rows in settings:
        change[rows] = SET
        if not isinstance(each, SetCapacity):
            hours[rows] = each.hours
        elif each.factor is not None:
            capacity[rows] *= each.factor
        else:
            capacity[rows] = each.capacity
    return sites.assign(change=change, capacity=capacity, opening_hours=hours)
