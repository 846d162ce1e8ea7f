"""How a cell gets to its nearest site, and where a change meets it on the way."""

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from .._types import OsmIds
from ..access.explaining import Explanation, explain, no_trip
from ..access.nearest import NO_ROUTE, find_nearest, rows_of_categories
from ..access.travelling import Journey
from ..changes.transit_schema import AddLine, MoveStop
from ..kernels.nearest import NO_SITE
from ..routing.ends import minutes_of
from ..scenarios.attachments import take_places
from ..scenarios.link_changes import number_links
from ..scenarios.resolving import try_to_resolve
from ..scenarios.site_changes import ADDED, MOVED
from ..study.files import streets_of
from ..study.new_sites import attach_new_sites
from ..study.running import Job, settle_situation
from ..transit.naming import TRANSIT
from .trials import Combination, Pair, restrict

if TYPE_CHECKING:
    import geopandas as gpd

    from ..scenarios.reading import Scenario
    from ..scenarios.resolved import ResolvedScenario
    from ..study.loading import Loaded

LINK_USED: Final = "link_used"
OPENED_USED: Final = "opened_used"
CLOSED_AVOIDED: Final = "closed_avoided"
SPEED_USED: Final = "speed_used"
SITE_ADDED: Final = "site_added"
SITE_MOVED: Final = "site_moved"
SITE_REMOVED: Final = "site_removed"
LINE_USED: Final = "line_used"
LINE_LEFT: Final = "line_left"
STOP_MOVED: Final = "stop_moved"
ELSEWHERE: Final = "elsewhere"
# Of a way that is not there: nothing open, no time.
NO_STREET: Final = (0, 0)


class Access(NamedTuple):
    """How a cell gets to its nearest site.

    Attributes
    ----------
    site, name
        Id and name of the site, `""` for none.
    minutes
        NaN for none.
    route
        The trip, leg by leg; ways that a scenario adds have negative numbers. By public transport
        the first departure of the window that takes so long.
    place
        Category, longitude and latitude of the site; None for none.
    sure_min
        By public transport, the minutes that 85 of 100 departures do not exceed; else NaN.
    """

    site: str
    name: str
    minutes: float
    route: Explanation | Journey
    place: tuple[str, float, float] | None
    sure_min: float = math.nan

    @property
    def ways(self) -> OsmIds:
        """OSM ids of the ways taken."""
        if isinstance(self.route, Journey):
            return np.array(self.route.ways, np.int64)
        ways: OsmIds = self.route.legs["way"].to_numpy(np.int64)
        return ways

    @property
    def lines(self) -> set[str]:
        """Ids of the lines ridden."""
        return set(self.route.lines) if isinstance(self.route, Journey) else set()


def find_access(loaded: "Loaded", resolved: "ResolvedScenario | None", pair: Pair) -> Access:
    """Find the nearest site of one cell and the way there, on streets.

    Parameters
    ----------
    loaded
        A study of one cell.
    resolved
        A scenario; None for today.
    pair
        Profile and category.

    Returns
    -------
    access
        With the minutes that a comparison gives.
    """
    profile, category = pair
    new_sites = {} if resolved is None else attach_new_sites(loaded, [resolved])
    job = Job(resolved, profile, (category,))
    network, sites, (people, places) = settle_situation(loaded, job, new_sites)
    members = rows_of_categories(sites, job.categories)
    ((site_row, time_ms),) = find_nearest(network, (people, places), members)
    row, reason = int(site_row[0, 0]), str(people.reason_of_place[0])
    if row == NO_SITE:
        why = no_trip(network, f"origin: {reason}" if reason else NO_ROUTE)
        return Access("", "", float("nan"), why, None)
    chosen = sites.iloc[[row]]
    route = explain(
        network,
        loaded.residents,
        chosen,
        extract=loaded.today.extract,
        attachments=(people, take_places(places, np.array([row], np.int32))),
    )
    site = chosen.iloc[0]
    place = str(site["category"]), float(site.geometry.x), float(site.geometry.y)
    minutes = float(minutes_of(time_ms[0, :1])[0])
    named = _name_links(route, resolved)
    return Access(str(site["site"]), str(site["name"] or ""), minutes, named, place)


def _name_links(route: Explanation, resolved: "ResolvedScenario | None") -> Explanation:
    """Call new links by their names, those without by the number of their change."""
    changes = () if resolved is None else resolved.scenario.changes
    name_of_way = {
        way: getattr(changes[row], "name", "") or f"changes[{row + 1}]"
        for row, way in number_links(changes).items()
    }
    names = [
        name_of_way.get(way, name)
        for way, name in zip(route.legs["way"], route.legs["name"], strict=True)
    ]
    return replace(route, legs=route.legs.assign(name=names))


def find_role(
    loaded: "Loaded",
    scenario: "Scenario",
    rows: Combination,
    profile: str,
    accesses: tuple[Access, Access],
) -> str:
    """Find where some changes of a scenario meet a cell's way to its nearest site.

    Parameters
    ----------
    loaded
        The study.
    scenario
        All changes.
    rows
        Of the changes meant, which stand together and can be had without the others.
    profile
        Who travels.
    accesses
        Today's and the scenario's.

    Returns
    -------
    role
        `ELSEWHERE` where they do not meet it.
    """
    before, after = accesses
    ways_before, ways_after = (each.ways for each in accesses)
    alone, _ = try_to_resolve(restrict(scenario, rows), loaded.today)
    if profile == TRANSIT:
        role = _role_of_lines(loaded, alone, before, after)
        if role != ELSEWHERE:
            return role
    numbers = number_links(scenario.changes)
    if any(numbers.get(row) in ways_after for row in rows):
        return LINK_USED
    ways = _changed_ways(loaded, scenario, rows, streets_of(loaded.study, profile))
    if np.isin(ways_after, ways.opened).any():
        return OPENED_USED
    if np.isin(ways_before, ways.closed).any():
        return CLOSED_AVOIDED
    if np.isin(ways_before, ways.retimed).any() or np.isin(ways_after, ways.retimed).any():
        return SPEED_USED
    return _role_of_sites(alone, before, after)


class _ChangedWays(NamedTuple):
    """Ids of ways that close in any direction, that open in one, and that take another time."""

    closed: OsmIds
    opened: OsmIds
    retimed: OsmIds


def _changed_ways(
    loaded: "Loaded", scenario: "Scenario", rows: Combination, profile: str
) -> _ChangedWays:
    """List the ways that close, those that open and those that take another time.

    With some changes only: they are told from the rest of the scenario, and from today, since two
    changes may do the same.
    """
    everything = frozenset(range(len(scenario.changes)))
    pairs = ((everything, everything - rows), (rows, frozenset[int]()))
    closed, opened, retimed = (set[int]() for _ in range(3))
    for one, other in pairs:
        after, before = (_times_of_ways(loaded, scenario, each, profile) for each in (one, other))
        for way in after.keys() | before.keys():
            now, was = after.get(way, NO_STREET), before.get(way, NO_STREET)
            if now[0] < was[0]:
                closed.add(way)
            elif now[0] > was[0]:
                opened.add(way)
            elif now[1] != was[1]:
                retimed.add(way)
    return _ChangedWays(*(np.array(sorted(each), np.int64) for each in (closed, opened, retimed)))


def _times_of_ways(
    loaded: "Loaded", scenario: "Scenario", rows: Combination, profile: str
) -> dict[int, tuple[int, int]]:
    """Tell of each way how many directions of its streets are open, and how long they take in all.

    A network built from other tags has other arcs, so that arcs cannot be held side by side.
    """
    resolved, _ = try_to_resolve(restrict(scenario, rows), loaded.today)
    edits, new = resolved.edits.get(profile), resolved.retagged.get(profile)
    network = loaded.today.networks[profile] if new is None else new.network
    local_ms = network.local_ms if edits is None else edits.local_ms
    is_open = ~(network.is_closed if edits is None else edits.is_closed)
    ways, row = np.unique(network.way_of_arc, return_inverse=True)
    # by metres, since a street that opens may part another one into several arcs
    open_m = np.rint(np.bincount(row, network.length_m * is_open, ways.size)).astype(np.int64)
    time_ms = np.bincount(row, np.where(is_open, local_ms, 0), ways.size).astype(np.int64)
    return dict(
        zip(ways.tolist(), zip(open_m.tolist(), time_ms.tolist(), strict=True), strict=True)
    )


def _role_of_lines(
    loaded: "Loaded", alone: "ResolvedScenario", before: Access, after: Access
) -> str:
    """Find where changes of lines and stops meet a journey."""
    edits = alone.timetable.edits
    names = {edit.change.name for edit in edits if isinstance(edit.change, AddLine)}
    lines = {line for edit in edits for line in edit.lines}
    new = {f"+{name}".rstrip("+") for name in names}
    if after.lines & lines or any(line.rstrip("+") in new for line in after.lines):
        return LINE_USED
    if before.lines & lines:
        return LINE_LEFT
    feed = loaded.today.feed
    if feed is None:
        return ELSEWHERE
    moved = [row for e in edits if isinstance(e.change, MoveStop) for own in e.stops for row in own]
    called = pd.concat([each.route.legs[["from", "to"]].stack() for each in (before, after)])
    is_called = feed.stops["name"].iloc[moved].isin(called)
    return STOP_MOVED if is_called.any() else ELSEWHERE


def _role_of_sites(alone: "ResolvedScenario", before: Access, after: Access) -> str:
    edits = alone.site_edits
    if after.place in _places_of(edits.sites[edits.sites["change"] == ADDED]):
        return SITE_ADDED
    moved = set(edits.sites["site"][edits.sites["change"] == MOVED].astype(str))
    if moved & {before.site, after.site}:
        return SITE_MOVED
    return SITE_REMOVED if before.site in set(edits.removed["site"].astype(str)) else ELSEWHERE


def _places_of(sites: "gpd.GeoDataFrame") -> set[tuple[str, float, float] | None]:
    categories, points = sites["category"].astype(str), sites.geometry
    return {(c, float(p.x), float(p.y)) for c, p in zip(categories, points, strict=True)}
