"""New links laid over the graph that is searched today, without building it anew.

The streets that the links join are cut out, the links are added to those alone, and what comes out
is laid beside today's graph as more nodes and arcs, glued to it where the cut streets end. Today's
nodes and arcs all stay: a link takes nobody's way, and parts of a split street sum to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._types import NO_ARC, NO_NODE, UNREACHED_MS, ArcIds, Flags, NodeIds, Rows
from ..network.model import Network
from ..network.outlines import ranges
from ..network.searched import Searched
from ..places.attachments import Attachments
from ..places.starts import Starts
from ..routing.ends import ArcEnds, NodeEnds, find_ends
from ..routing.repairs import MoreArcs
from .applying import AttachedPlaces, apply_to_network
from .cutouts import CutOut, cut_out
from .edits import NetworkEdits, NewLink
from .turning import Heirs, find_heirs

if TYPE_CHECKING:
    import geopandas as gpd

# Who may hang on a link is looked for so much farther than a walk may be, for rounding's sake.
MARGIN_M: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """What new links add to a searched graph of n nodes.

    Attributes
    ----------
    more
        Nodes and arcs.
    cut_arc
        Arcs of today that were cut out, ascending.
    network
        These, with the links.
    node
        Node of the overlay, today's or a new one, of each node searched in `network`.
    attachments
        Places on `network`: those of each table that hang there, numbered as in `places`.
    places
        Rows of these places in each table.
    ends
        Their ways to nodes of the overlay; numbered as the tables, arcs as in `network`.
    """

    more: MoreArcs
    cut_arc: ArcIds
    network: Network
    node: NodeIds
    attachments: tuple[Attachments, ...]
    places: tuple[Rows, ...]
    ends: tuple[ArcEnds, ...]


@dataclass(frozen=True, slots=True, eq=False)
class PlacedTable:
    """Places and where they hang on a network.

    Attributes
    ----------
    places
        The table.
    attachments
        Theirs.
    starts
        Where walks from them start.
    """

    places: "gpd.GeoDataFrame"
    attachments: Attachments
    starts: Starts


def lay_over(
    network: Network, edits: NetworkEdits, tables: Sequence[PlacedTable]
) -> Overlay | None:
    """Lay the new links of a scenario over the graph of today.

    Parameters
    ----------
    network
        Today's network.
    edits
        What the scenario does to it; new links among it.
    tables
        Places on `network`.

    Returns
    -------
    overlay
        None where a link joins a street that closes, or one on a path of several turns that is
        banned: these have to be built whole.
    """
    touched = np.unique(edits.joints.node[edits.joints.node != NO_NODE])
    arcs = _arcs_to_cut(network, edits, touched)
    limit_m = network.profile.offroad_limit_m
    reach_m = limit_m + MARGIN_M + sum(link.length_m for link in edits.links)
    cut = cut_out(network, arcs, reach_m=reach_m, turning=touched)
    if edits.is_closed[cut.arc].any() or _is_on_banned_path(network, cut.arc):
        return None
    lines = [_draw(link) for link in edits.links if not link.is_bridge]
    rows = tuple(_rows_of(table, cut, lines, limit_m + MARGIN_M) for table in tables)
    own = (
        AttachedPlaces(table.places.iloc[mine], _cut_places(table, mine, cut))
        for table, mine in zip(tables, rows, strict=True)
    )
    applied = apply_to_network(cut.network, _cut_edits(edits, cut), *own)
    assert applied.joined is not None  # there are links
    glued = _glue(network, cut, find_heirs(cut.network, applied.joined), applied.network, touched)
    if glued is None:
        return None
    node_count, node = glued
    searched = applied.network.searched
    is_open = searched.graph.weight_ms < UNREACHED_MS
    more = MoreArcs(
        node_count,
        node[searched.tail[is_open]],
        node[searched.graph.head[is_open]],
        searched.graph.weight_ms[is_open],
    )
    ends = tuple(
        _number_ends(find_ends(applied.network, attachments), mine, node)
        for attachments, mine in zip(applied.attachments, rows, strict=True)
    )
    return Overlay(more, cut.arc, applied.network, node, applied.attachments, rows, ends)


def _arcs_to_cut(network: Network, edits: NetworkEdits, touched: NodeIds) -> ArcIds:
    """List the arcs that joints lie inside of, and those that meet at the others."""
    graph, joints = network.graph, edits.joints
    begin = graph.first_out[touched]
    is_touched = np.zeros(graph.node_count, np.bool_)
    is_touched[touched] = True
    leaving = ranges(begin, graph.first_out[touched + 1] - begin)
    arriving = np.flatnonzero(is_touched[graph.head])
    inside = joints.arc[joints.arc != NO_ARC]
    return np.unique(np.concatenate([leaving, arriving, inside])).astype(np.int32)


def _is_on_banned_path(network: Network, arcs: ArcIds) -> bool:
    if network.turns is None:
        return False
    own = frozenset(arcs.tolist())
    return any(not own.isdisjoint(path) for path in network.turns.banned_paths)


def _cut_edits(edits: NetworkEdits, cut: CutOut) -> NetworkEdits:
    joints = edits.joints
    here = replace(joints, node=cut.nodes_of(joints.node), arc=cut.arcs_of(joints.arc))
    return replace(
        edits,
        local_ms=edits.local_ms[cut.arc],
        is_closed=edits.is_closed[cut.arc],
        joints=here,
    )


def _draw(link: NewLink) -> shapely.Geometry:
    return shapely.linestrings(np.column_stack([link.x_m, link.y_m]))


def _rows_of(
    table: PlacedTable, cut: CutOut, lines: Sequence[shapely.Geometry], reach_m: float
) -> Rows:
    """List the places that hang on the streets cut out, or are near a link."""
    attachments, starts = table.attachments, table.starts
    is_here = np.isin(attachments.arc, cut.arc)
    near = [starts.place[_dwithin(starts, line, reach_m)] for line in lines]
    return np.unique(np.concatenate([attachments.place[is_here], *near])).astype(np.int32)


def _dwithin(starts: Starts, line: shapely.Geometry, reach_m: float) -> Flags:
    found: Flags = shapely.dwithin(starts.geometry, line, reach_m)
    return found


def _cut_places(table: PlacedTable, rows: Rows, cut: CutOut) -> Attachments:
    """Keep the attachments on the streets cut out."""
    whole = table.attachments
    here = np.flatnonzero(np.isin(whole.arc, cut.arc))
    names = ("position_ms", "twin_position_ms", "position_m", "offroad_m", "offroad_ms")
    return Attachments(
        place=np.searchsorted(rows, whole.place[here]).astype(np.int32),
        arc=cut.arcs_of(whole.arc[here]),
        reason_of_place=whole.reason_of_place[rows],
        **{name: getattr(whole, name)[here] for name in names},
    )


def _glue(
    today: Network, cut: CutOut, heirs: Heirs, joined: Network, touched: NodeIds
) -> tuple[int, NodeIds] | None:
    """Find the node of today that each searched node of the cut streets is; number the others.

    Streets end at the same nodes as before, each copy of a street that the search knows at its
    own. Only where not every turn is free do they get nodes of their own at a joint: there the
    link brings turns that today's nodes must not know. None where the copies are not the same.
    """
    whole, few = today.searched, joined.searched
    is_apart = np.zeros(today.graph.node_count, np.bool_)
    if today.turns is not None:
        is_apart[touched] = today.turns.is_listed[touched]
    node = np.full(few.graph.node_count, NO_NODE, np.int32)
    tail, head = today.graph.tail[cut.arc], today.graph.head[cut.arc]
    for row, arc in enumerate(cut.arc.tolist()):
        mine = _copies_of(whole, arc)
        first = _copies_of(few, int(heirs.first[row]))
        last = _copies_of(few, int(heirs.last[row]))
        if mine.keys() != first.keys() or mine.keys() != last.keys():
            return None
        for phase, copy in mine.items():
            if not is_apart[tail[row]]:
                node[few.tail[first[phase]]] = whole.tail[copy]
            if not is_apart[head[row]]:
                node[few.graph.head[last[phase]]] = whole.graph.head[copy]
    is_new = node == NO_NODE
    count = whole.graph.node_count + int(np.count_nonzero(is_new))
    node[is_new] = np.arange(whole.graph.node_count, count)
    return count, node


def _copies_of(searched: Searched, arc: int) -> dict[tuple[bool, bool], int]:
    """List the searched arcs along a street, by whether trips may begin and end there."""
    along = [laid.along(np.array([arc]))[1] for laid in (searched.begins, searched.ends)]
    begins, ends = (set(each.tolist()) for each in along)
    return {(copy in begins, copy in ends): copy for copy in sorted(begins | ends)}


def _number_ends(ends: ArcEnds, rows: Rows, node: NodeIds) -> ArcEnds:
    """Give places the numbers of their table, and nodes those of the overlay."""

    def number(own: NodeEnds) -> NodeEnds:
        return NodeEnds(rows[own.place], node[own.node], own.ms)

    return replace(ends, place=rows[ends.place], leave=number(ends.leave), reach=number(ends.reach))
