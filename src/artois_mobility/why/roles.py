"""How a cell gets to its nearest site, and where a change meets it on the way."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .._types import Flags, OsmIds
from ..access.explaining import Explanation, explain, no_trip
from ..access.nearest import NO_ROUTE, find_nearest, rows_of_categories
from ..kernels.nearest import NO_SITE
from ..routing.ends import minutes_of
from ..scenarios.attachments import take_places
from ..scenarios.link_changes import number_links
from ..scenarios.resolving import try_to_resolve
from ..scenarios.site_changes import ADDED, MOVED
from ..study.running import Job, attach_new_sites, settle_situation
from .trials import Combination, Pair, restrict

if TYPE_CHECKING:
    import geopandas as gpd

    from ..scenarios.edits import NetworkEdits
    from ..scenarios.reading import Scenario
    from ..scenarios.resolved import ResolvedScenario
    from ..study.loading import Loaded

LINK_USED: Final = "link_used"
CLOSED_AVOIDED: Final = "closed_avoided"
SPEED_USED: Final = "speed_used"
SITE_ADDED: Final = "site_added"
SITE_MOVED: Final = "site_moved"
SITE_REMOVED: Final = "site_removed"
ELSEWHERE: Final = "elsewhere"


class Access(NamedTuple):
    """How a cell gets to its nearest site.

    Attributes
    ----------
    site, name
        Id and name of the site, `""` for none.
    minutes
        NaN for none.
    route
        The trip, leg by leg; ways that a scenario adds have negative numbers.
    place
        Category, longitude and latitude of the site; None for none.
    """

    site: str
    name: str
    minutes: float
    route: Explanation
    place: tuple[str, float, float] | None


def find_access(loaded: "Loaded", resolved: "ResolvedScenario | None", pair: Pair) -> Access:
    """Find the nearest site of one cell and the way there.

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
    ways_before, ways_after = (each.route.legs["way"].to_numpy(np.int64) for each in accesses)
    alone, _ = try_to_resolve(restrict(scenario, rows), loaded.today)
    numbers = number_links(scenario.changes)
    if any(numbers.get(row) in ways_after for row in rows):
        return LINK_USED
    closed, retimed = _changed_ways(loaded, scenario, rows, profile)
    if np.isin(ways_before, closed).any():
        return CLOSED_AVOIDED
    if np.isin(ways_before, retimed).any() or np.isin(ways_after, retimed).any():
        return SPEED_USED
    return _role_of_sites(alone, before, after)


def _changed_ways(
    loaded: "Loaded", scenario: "Scenario", rows: Combination, profile: str
) -> tuple[OsmIds, OsmIds]:
    """List the ways that are closed, and those that take another time, with some changes only.

    They are told from the rest of the scenario, and from today: two changes may do the same.
    """
    network = loaded.today.networks[profile]
    everything = frozenset(range(len(scenario.changes)))
    pairs = ((everything, everything - rows), (rows, frozenset[int]()))
    closed, retimed = np.zeros((2, network.graph.arc_count), np.bool_)
    nothing = np.zeros_like(closed)
    for one, other in pairs:
        edits = [_edits_of(loaded, scenario, each, profile) for each in (one, other)]
        shut: list[Flags] = [nothing if each is None else each.is_closed for each in edits]
        times = [network.local_ms if each is None else each.local_ms for each in edits]
        closed |= shut[0] != shut[1]
        retimed |= (times[0] != times[1]) & ~shut[0] & ~shut[1]
    return network.way_of_arc[closed], network.way_of_arc[retimed]


def _edits_of(
    loaded: "Loaded", scenario: "Scenario", rows: Combination, profile: str
) -> "NetworkEdits | None":
    resolved, _ = try_to_resolve(restrict(scenario, rows), loaded.today)
    return resolved.edits.get(profile)


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
