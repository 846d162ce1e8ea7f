"""What is lost where a bridge, a level crossing or any street closes, exactly, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from .._types import MS_PER_MIN, UNREACHED_MS, ArcIds, Flags, Floats, Milliseconds, Offsets, Rows
from ..access.folding import ride_on_own_arc
from ..access.nearest import rows_of_categories
from ..errors import PlacesError
from ..graph import Graph, Groups, group_rows, reverse
from ..kernels import losses as kernels
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.people import list_cells, read_people
from ..routing.ends import NodeEnds, find_ends
from ..routing.searches import search_from_seeds
from ..routing.threads import run_each
from ..scenarios.applying import AttachedPlaces, apply_to_network
from ..scenarios.edits import NetworkEdits, no_joints
from ..scenarios.way_changes import times_when_closed
from .closures import LEVEL_CROSSING
from .counting import bounds_of, by_category, list_counted, rank_rows, times_of_today
from .cutting import cut_streets

if TYPE_CHECKING:
    import geopandas as gpd

NEEDED: Final = ("closure", "ways", "geometry")
NOT_USED: Final = "no street of this profile"
CLOSURES_PER_JOB: Final = 16


@dataclass(frozen=True, slots=True, eq=False)
class Criticality:
    """What each closure costs, each as if it were the only one.

    Attributes
    ----------
    closures
        The costliest first, with their columns and `rank` (from 1), `lost_person_min` (minutes
        more to the nearest site of each category, summed over people and categories),
        `newly_beyond` (people whose nearest site falls out of the threshold of a category, summed
        over these), `newly_cut_off` (people who reach no such site any more, likewise) and
        `reason`: why it was not tried, or `""`; those are last.
    categories
        The same by category: `closure`, `category`, `lost_person_min`, `newly_beyond`,
        `newly_cut_off`, `losing` (people whose nearest site is farther, or gone).
    profile
        Who travels.
    """

    closures: "gpd.GeoDataFrame"
    categories: pd.DataFrame
    profile: str


def criticality(
    network: Network,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    closures: "gpd.GeoDataFrame",
    *,
    categories: Sequence[str] | None = None,
    thresholds_min: Sequence[float] | float | None = None,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> Criticality:
    """Rank bridges, level crossings or any streets by what people lose while each is closed.

    Each is closed alone, as the change `close_ways` closes it, and what is lost is exact, the same
    as building the scenario and computing everything anew: only times that led over the closure
    are found again. Level crossings close at their points, a metre on either side; who lives on
    the street goes the other way.

    Parameters
    ----------
    network
        The network of one profile.
    residents
        What `am.read_residents` returns; `population` says how many people each cell counts for.
    sites
        What `am.read_sites` returns.
    closures
        What `am.list_closures` returns, or any table with `closure`, `ways` (lists of OSM ids, or
        text such as `"12;13"`, as the command `closures` writes them) and geometry: where `kind` is
        `"level_crossing"`, the points at which the ways close.
    categories
        Categories to count, each with all below it; None takes those that occur.
    thresholds_min
        Minutes for `newly_beyond`: one number, one for each category, or None for those of the
        table of categories.
    attachments
        Those of the residents and of the sites, when already made by `am.attach`.

    Returns
    -------
    criticality
        Every closure, the costliest first: by people cut off, then by minutes, then by order.

    Raises
    ------
    PlacesError
        If a category is unknown or has no site, the closures lack a column, their ids repeat, their
        ways are no ids, the residents' `population` holds anything but numbers from 0 on, or
        thresholds do not fit.

    References
    ----------
    Ramalingam, G., Reps, T. (1996). An incremental algorithm for a generalization of the
    shortest-path problem. Journal of Algorithms 21(2), 267-305. doi:10.1006/jagm.1996.0046
    """
    _check(closures)
    ways = _read_ways(closures)
    list_cells(residents)
    listed = list_counted(sites, categories)
    bound_ms = bounds_of(listed, thresholds_min)
    if attachments is None:
        attachments = attach(network, residents), attach(network, sites)
    today_ms = times_of_today(network, sites, listed, attachments)
    people = read_people(residents, "population")
    network, attachments, streets = _find_streets(network, closures, ways, attachments)
    on_street = np.unique(np.concatenate([each.arc for each in attachments]))
    is_lived_on = [bool(np.isin(on_street, own).any()) for own in streets]
    empty = np.zeros_like(on_street[:0])
    quick = [empty if lived else own for own, lived in zip(streets, is_lived_on, strict=True)]
    world = _prepare(network, attachments, rows_of_categories(sites, listed))
    scores = _score(world, quick, today_ms, people, bound_ms)
    tables = [AttachedPlaces(*each) for each in zip((residents, sites), attachments, strict=True)]
    for closure in np.flatnonzero(is_lived_on).tolist():
        after = apply_to_network(network, _closing(network, streets[closure]), *tables)
        own = after.attachments[0], after.attachments[1]
        after_ms = times_of_today(after.network, sites, listed, own)
        scores[:, closure] = _compare(today_ms, after_ms, people, bound_ms)
    is_used = np.array([own.size > 0 for own in streets], np.bool_)
    return _tabulate(closures, listed, scores, is_used, network.profile.name)


def _check(closures: "gpd.GeoDataFrame") -> None:
    lacking = [name for name in NEEDED if name not in closures.columns]
    if lacking or closures.crs is None:
        wrong = f"the column {' and '.join(lacking)}" if lacking else "a coordinate system"
        msg = f"The closures lack {wrong}; give what list_closures gives, or its like."
        raise PlacesError(msg)
    names = closures["closure"].astype(str)
    if names.duplicated().any():
        msg = f"The closure {names[names.duplicated()].iloc[0]!r} stands twice; give each its id."
        raise PlacesError(msg)


def _read_ways(closures: "gpd.GeoDataFrame") -> list[list[int]]:
    """Read the ids of each closure's ways, from lists or from text such as `"12;13"`."""
    ways: list[list[int]] = []
    for name, own in zip(closures["closure"], closures["ways"], strict=True):
        parts = own.split(";") if isinstance(own, str) else own
        try:
            ways.append([int(str(part).strip()) for part in parts])
        except (TypeError, ValueError) as error:
            msg = (
                f"The closure {str(name)!r} has no OSM ids as its ways; found {own!r}. Give a "
                "list such as [12, 13], or text such as '12;13'."
            )
            raise PlacesError(msg) from error
    return ways


def _find_streets(
    network: Network,
    closures: "gpd.GeoDataFrame",
    ways: Sequence[Sequence[int]],
    attachments: tuple[Attachments, Attachments],
) -> tuple[Network, tuple[Attachments, Attachments], list[ArcIds]]:
    """List the arcs that each closure closes; the network is cut where points do."""
    kinds = closures["kind"] if "kind" in closures.columns else [""] * len(closures)
    at_points = [row for row, kind in enumerate(kinds) if kind == LEVEL_CROSSING]
    shapes = closures.geometry.to_crs(network.crs).to_numpy()[at_points]
    points, owner = shapely.get_parts(shapes, return_index=True)
    own_ways = [ways[at_points[row]] for row in owner.tolist()]
    cut = cut_streets(network, points, own_ways, attachments)
    cells, places = cut.attachments
    network = cut.network if len(points) else network
    of_way = pd.Series(np.arange(network.graph.arc_count)).groupby(network.way_of_arc).indices
    none = np.empty(0, np.int32)
    streets = [
        np.concatenate([none, *(of_way[way] for way in own if way in of_way)]).astype(np.int32)
        for own in ways
    ]
    for row in at_points:
        streets[row] = none
    for row, arcs in zip(owner.tolist(), cut.arcs_of_point, strict=True):
        whole = at_points[row]
        streets[whole] = np.union1d(streets[whole], arcs).astype(np.int32)
    return network, (cells, places) if len(points) else attachments, streets


def _closing(network: Network, streets: ArcIds) -> NetworkEdits:
    is_closed = np.zeros(network.graph.arc_count, np.bool_)
    is_closed[streets] = True
    local_ms = np.where(is_closed, times_when_closed(network), network.local_ms)
    return NetworkEdits(local_ms, is_closed, no_joints(), ())


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """Everything that closing streets reads; n nodes, c categories, p cells."""

    graph: Graph
    tail: Rows
    first_in: Offsets
    arc_in: ArcIds
    arcs_of_street: Groups
    node_ms: Milliseconds
    seed_ms: Milliseconds
    first_cell: Offsets
    cell: Rows
    first_end: Offsets
    ends: NodeEnds
    direct_ms: Milliseconds


def _prepare(
    network: Network, attachments: tuple[Attachments, Attachments], rows: Sequence[Rows]
) -> _World:
    here, there = (find_ends(network, each) for each in attachments)
    graph = network.searched.graph
    against, arc_in = reverse(graph)
    node_ms = np.empty((graph.node_count, len(rows)), np.int32)
    seed_ms = np.full_like(node_ms, UNREACHED_MS)
    place_count = attachments[0].place_count
    direct_ms = np.full((place_count, len(rows)), UNREACHED_MS, np.int32)

    def search(category: int) -> None:
        ends = there.reach.of_places(rows[category])
        node_ms[:, category] = search_from_seeds(against, ends.node, ends.ms)
        np.minimum.at(seed_ms[:, category], ends.node, ends.ms)
        pairs, time_ms = ride_on_own_arc(here, there, rows[category], is_outward=True)
        np.minimum.at(direct_ms[:, category], pairs[:, 0], time_ms)

    run_each(search, range(len(rows)))
    cells = group_rows(here.leave.node, graph.node_count)
    return _World(
        graph,
        np.ascontiguousarray(network.searched.tail),
        against.first_out,
        np.ascontiguousarray(arc_in, np.int32),
        group_rows(network.searched.street, network.graph.arc_count),
        node_ms,
        seed_ms,
        cells.first,
        np.ascontiguousarray(here.leave.place[cells.row_of_place]),
        np.searchsorted(here.leave.place, np.arange(place_count + 1)).astype(np.int32),
        here.leave,
        direct_ms,
    )


def _score(
    world: _World,
    streets: Sequence[ArcIds],
    today_ms: Milliseconds,
    people: Floats,
    bound_ms: Milliseconds,
) -> Floats:
    """Score every closure, shape (4, closures, categories): lost ms, cut off, beyond, losing."""
    scores = np.zeros((4, len(streets), bound_ms.size))
    laid = world.arcs_of_street
    arcs = [
        np.concatenate(
            [
                np.empty(0, np.int32),
                *(laid.row_of_place[laid.first[each] : laid.first[each + 1]] for each in own),
            ]
        )
        for own in streets
    ]
    first_arc = np.cumsum([0, *(own.size for own in arcs)]).astype(np.int32)
    closed_arc = np.concatenate([np.empty(0, np.int32), *arcs]).astype(np.int32)
    graph, place_count = world.graph, people.size

    def run(first: int) -> None:
        kernels.score_closures(
            first,
            min(first + CLOSURES_PER_JOB, len(streets)),
            first_arc,
            closed_arc,
            graph.first_out,
            graph.head,
            world.tail,
            graph.weight_ms,
            world.first_in,
            world.arc_in,
            world.node_ms,
            world.seed_ms,
            world.first_cell,
            world.cell,
            world.first_end,
            world.ends.node,
            world.ends.ms,
            world.direct_ms,
            today_ms,
            people,
            bound_ms,
            np.zeros(graph.arc_count, np.bool_),
            np.zeros(graph.node_count, np.bool_),
            np.empty(graph.node_count, np.int32),
            np.empty(graph.arc_count + graph.node_count, np.int32),
            np.empty(graph.arc_count + graph.node_count, np.int32),
            np.empty(graph.node_count, np.int32),
            np.zeros(place_count, np.bool_),
            np.empty(place_count, np.int32),
            *scores,
        )

    run_each(run, range(0, len(streets), CLOSURES_PER_JOB))
    return scores


def _compare(
    today_ms: Milliseconds, after_ms: Milliseconds, people: Floats, bound_ms: Milliseconds
) -> Floats:
    """Add up what all cells lose, shape (4, categories)."""
    is_losing = after_ms > today_ms
    is_cut_off = is_losing & (after_ms == UNREACHED_MS)
    more_ms = np.where(is_losing & ~is_cut_off, after_ms.astype(np.int64) - today_ms, 0)
    is_beyond = (today_ms <= bound_ms) & (after_ms > bound_ms)
    return np.stack([people @ each for each in (more_ms, is_cut_off, is_beyond, is_losing)])


def _tabulate(
    closures: "gpd.GeoDataFrame",
    listed: Sequence[str],
    scores: Floats,
    is_used: Flags,
    profile: str,
) -> Criticality:
    lost_min, cut_off, beyond, losing = scores[0] / MS_PER_MIN, *scores[1:]
    figures = {"lost_person_min": lost_min, "newly_beyond": beyond, "newly_cut_off": cut_off}
    sums = {name: values.sum(axis=1) for name, values in figures.items()}
    worst = np.lexsort((-sums["lost_person_min"], -sums["newly_cut_off"], ~is_used))
    table = rank_rows(closures, sums, worst, is_used, NOT_USED)
    figures["losing"] = losing
    names = closures["closure"].astype(str).to_numpy(object)[worst]
    return Criticality(
        table, by_category("closure", names, listed, figures, worst, is_used), profile
    )
