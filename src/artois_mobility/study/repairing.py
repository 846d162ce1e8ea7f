"""What a scenario changes of today's answers, found without computing the rest anew."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .._types import NO_ARC, Flags, Rows
from ..access.edges import find_rim_streets
from ..network.model import Network
from ..places.attachments import Attachments
from ..places.categories import is_below
from ..places.positions import rescale_attachments
from ..places.starts import find_starts
from ..routing.ends import (
    ArcEnds,
    drop_ends,
    find_ends,
    join_ends,
    join_node_ends,
    keep_ends,
    renumber_ends,
)
from ..routing.repairs import Changes, no_more_arcs, repair
from ..routing.seeds import Seeds, join_seeds, no_seeds, site_of
from ..scenarios.applying import change_times
from ..scenarios.attachments import select_attachments, take_places
from ..scenarios.overlays import Overlay, PlacedTable, lay_over
from ..scenarios.resolved import ResolvedScenario, SiteEdits
from ..scenarios.site_changes import stay_rows
from .answers import Answer, Reasons, SiteNames, name_reasons
from .loading import Loaded
from .standing import (
    Standing,
    answer_of_keys,
    find_direct_keys,
    list_seeds,
    rim_keys,
    seeds_of_rim,
)

# Where more than every so-many-th arc changes, finding everything anew is quicker.
ARCS_PER_CHANGE: Final = 100


def answer_by_repair(
    standing: Standing,
    loaded: Loaded,
    resolved: ResolvedScenario,
    asked: tuple[str, ...],
    new_sites: Attachments | None,
) -> Answer | None:
    """Find what a scenario changes of today's answers.

    Parameters
    ----------
    standing
        Today's situation of one profile.
    loaded
        The study.
    resolved
        The scenario.
    asked
        Categories wanted.
    new_sites
        Where its added and moved sites hang on today's network; None for a scenario without any.

    Returns
    -------
    answer
        Equal to finding everything anew; None where that is quicker, or not done by repair.
    """
    profile = standing.network.profile.name
    if profile in resolved.retagged:
        return None
    edits = resolved.edits.get(profile)
    today = standing.network
    network = today if edits is None else change_times(today, edits, stretches_points=False)
    is_other = _find_other_arcs(today, network)
    if np.count_nonzero(is_other) * ARCS_PER_CHANGE > is_other.size:
        return None
    sites = _number_sites(standing, resolved.site_edits)
    hung = _hang(standing, network, is_other, sites, new_sites)
    changes = _list_changes(standing, network, hung, sites)
    reasons = standing.reasons
    if edits is not None and edits.links:
        overlay = _lay_over(standing, loaded, resolved, new_sites)
        if overlay is None:
            return None
        changes = _add_overlay(standing, changes, overlay, sites)
        reasons = _reasons_with(standing, overlay)
    key = repair(standing.nodes, standing.places, changes)
    return answer_of_keys(
        replace(standing, names=sites.names, reasons=reasons, members=sites.members), key, asked
    )


def _find_other_arcs(today: Network, after: Network) -> Flags:
    """Tell which arcs, or their twins, take another time for those who are attached to them."""
    if after is today:
        return np.zeros(today.graph.arc_count, np.bool_)
    was_closed, is_closed = today.is_closed, after.is_closed
    is_other: Flags = (after.local_ms != today.local_ms) | (was_closed != is_closed)
    if (is_other & (was_closed | is_closed)).any():  # who lives on one walks along all of them
        is_other |= is_closed
    twin = today.twin_of_arc
    is_other |= (twin != NO_ARC) & is_other[twin]
    return is_other


@dataclass(frozen=True, slots=True, eq=False)
class _Hung:
    """Ways after a change of cells and sites; `sites` are the rows of those that are others.

    `near` are the cells that hang on an arc where anything is another.
    """

    people: ArcEnds
    sites: ArcEnds
    new_sites: ArcEnds
    moved: Rows
    near: Rows


@dataclass(frozen=True, slots=True, eq=False)
class _Sites:
    """Sites of a scenario, numbered as today's, the added ones behind.

    `gone` are today's that are no more where they were, `number` those of the scenario's new and
    moved ones, `members` the numbers of each category.
    """

    names: SiteNames
    gone: Rows
    number: Rows
    members: tuple[Rows, ...]


def _number_sites(standing: Standing, edits: SiteEdits) -> _Sites:
    """Give sites numbers such that of any two the smaller is that of the one listed first."""
    none = np.empty(0, np.int32)
    if not edits.categories:
        return _Sites(standing.names, none, none, standing.members)
    count = standing.names.site.size - 1
    _, new = stay_rows(edits)
    is_added = new >= count - len(edits.removed)
    # tables are slow: only the columns and the rows needed
    site, category, quality = (
        edits.sites[name].iloc[new].to_numpy(object)
        for name in ("site", "category", "position_quality")
    )
    number = np.empty(new.size, np.int32)
    number[is_added] = count + np.arange(np.count_nonzero(is_added))
    number[~is_added] = [
        np.flatnonzero((standing.names.site[:-1] == own) & (standing.category_of_site == of))[0]
        for own, of in zip(site[~is_added], category[~is_added], strict=True)
    ]
    is_gone = np.ones(count, np.bool_)
    is_gone[edits.today_row[edits.today_row >= 0]] = False
    is_removed = is_gone.copy()
    is_removed[number[~is_added]] = False
    own = list(zip(number[is_added].tolist(), category[is_added], strict=True))
    members = tuple(
        np.append(rows[~is_removed[rows]], [n for n, each in own if is_below(each, asked)]).astype(
            np.int32
        )
        for rows, asked in zip(standing.members, standing.categories, strict=True)
    )
    names = standing.names
    return _Sites(
        SiteNames(
            np.concatenate([names.site[:-1], site[is_added], [""]]),
            np.concatenate([names.quality[:-1], quality[is_added], [""]]),
        ),
        np.flatnonzero(is_gone).astype(np.int32),
        number,
        members,
    )


def _hang(
    standing: Standing,
    network: Network,
    is_other: Flags,
    sites: _Sites,
    new_sites: Attachments | None,
) -> _Hung:
    people = _places_on(standing.people, is_other)
    moved = np.union1d(_places_on(standing.sites, is_other), sites.gone)
    staying = np.setdiff1d(moved, sites.gone)

    def hang(attachments: Attachments, number: Rows) -> ArcEnds:
        rescaled = rescale_attachments(attachments, standing.network, network.local_ms)
        return renumber_ends(find_ends(network, rescaled), number)

    people_ends, site_ends = standing.people_ends, standing.site_ends
    if people.size:
        anew = hang(take_places(standing.people, people), people)
        people_ends = join_ends([drop_ends(people_ends, people), anew])
    new_ends = hang(take_places(standing.sites, staying), staying)
    if new_sites is not None and new_sites.place.size:
        new_ends = join_ends([new_ends, hang(new_sites, sites.number)])
    is_near = is_other
    if moved.size or new_ends.place.size:
        is_near = is_other.copy()
        is_near[site_ends.arc[np.isin(site_ends.place, moved)]] = True
        is_near[new_ends.arc] = True
        site_ends = join_ends([drop_ends(site_ends, moved), new_ends])
    near = _places_on(standing.people, is_near)
    return _Hung(people_ends, site_ends, new_ends, moved, near)


def _list_changes(standing: Standing, network: Network, hung: _Hung, sites: _Sites) -> Changes:
    direct_key = standing.places.direct_key
    if hung.near.size:
        few = keep_ends(hung.people, hung.near)
        own_street = find_direct_keys(few, hung.sites, sites.members, direct_key.shape[1])
        direct_key = direct_key.copy()
        direct_key[:-1, hung.near] = own_street[:-1, hung.near]
    graph = network.searched.graph
    seeds, lost = _change_seeds(standing.nodes.seeds, hung, sites.members)
    more = no_more_arcs(graph.node_count)
    return Changes(graph.weight_ms, more, seeds, lost, hung.people.leave, direct_key, hung.near)


def _lay_over(
    standing: Standing,
    loaded: Loaded,
    resolved: ResolvedScenario,
    new_sites: Attachments | None,
) -> Overlay | None:
    """Lay new links over today's graph, with all cells and the sites of the scenario."""
    network, edits = standing.network, resolved.edits[standing.network.profile.name]
    sites = resolved.site_edits
    staying, new = stay_rows(sites)
    rows = sites.today_row[staying]
    stays = np.flatnonzero(np.isin(standing.sites.place, rows)).astype(np.int32)
    starts, is_there = standing.site_starts, np.isin(standing.site_starts.place, rows)
    here = replace(starts, place=starts.place[is_there], geometry=starts.geometry[is_there])
    tables = [
        PlacedTable(loaded.residents, standing.people, standing.people_starts),
        PlacedTable(loaded.today.sites, select_attachments(standing.sites, stays), here),
    ]
    if new_sites is not None and new.size:
        table = sites.sites.iloc[new]
        starts = find_starts(table, network.crs)
        tables.append(PlacedTable(table, new_sites, starts))
    overlay = lay_over(network, edits, tables)
    if overlay is None or standing.rim_streets.is_street[overlay.cut_arc].any():
        return None  # parts of a street at the rim may not lie there
    return overlay


def _add_overlay(standing: Standing, changes: Changes, overlay: Overlay, sites: _Sites) -> Changes:
    """Add to the changes of a scenario what its new links bring."""
    people, *tables = overlay.ends
    site_ends = join_ends([tables[0], *(renumber_ends(each, sites.number) for each in tables[1:])])
    streets = find_rim_streets(overlay.network, standing.rim)
    at_rim = overlay.node[streets.node]
    seeds = list_seeds(site_ends.reach, sites.members)
    rim = seeds_of_rim(at_rim, len(sites.members))
    before = changes.seeds.lane, changes.seeds.node, changes.seeds.key
    direct_key = changes.direct_key.copy()
    own_street = find_direct_keys(people, site_ends, sites.members, direct_key.shape[1])
    attached = overlay.attachments[0]
    own_street[-1, overlay.places[0]] = rim_keys(attached, streets.is_street[attached.arc])
    ends = join_node_ends([changes.ends, people.leave])
    return replace(
        changes,
        more=overlay.more,
        seeds=join_seeds([before, seeds, rim], len(sites.members) + 1),
        ends=ends,
        direct_key=np.minimum(direct_key, own_street),
        places=np.union1d(changes.places, overlay.places[0]).astype(np.int32),
    )


def _reasons_with(standing: Standing, overlay: Overlay) -> Reasons:
    """Take back why cells hang on no street where they hang on a link."""
    reached = overlay.places[0][overlay.attachments[0].reason_of_place == ""]
    if not (standing.reasons.code[reached] > 1).any():
        return standing.reasons
    reason = standing.people.reason_of_place.copy()
    reason[reached] = ""
    return name_reasons(reason)


def _change_seeds(before: Seeds, hung: _Hung, members: Sequence[Rows]) -> tuple[Seeds, Seeds]:
    """List the seeds after a change, and those that are gone."""
    lane_count = before.first.size - 1
    if not hung.moved.size and not hung.new_sites.place.size:
        return before, no_seeds(lane_count)
    lane = before.lane
    is_lost = np.isin(site_of(before.key), hung.moved) & (lane < len(members))
    new = list_seeds(hung.new_sites.reach, members)
    kept = lane[~is_lost], before.node[~is_lost], before.key[~is_lost]
    lost = lane[is_lost], before.node[is_lost], before.key[is_lost]
    return join_seeds([kept, new], lane_count), join_seeds([lost], lane_count)


def _places_on(attachments: Attachments, is_meant: Flags) -> Rows:
    """List the places that hang on some arcs."""
    return np.unique(attachments.place[is_meant[attachments.arc]])
