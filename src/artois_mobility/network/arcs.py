"""Times along cut ways, and the arcs that a network's graph is made of."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Floats, Milliseconds, NodeIds, Offsets, Rows
from ..graph import Graph, sort_arcs
from ..ordering import FEWEST_TO_DISSECT, in_postorder, order_nodes
from .interpreting import UsableWays
from .outlines import ranges
from .segments import Counts, Stretches, Vertices, share_out

# Milliseconds for a metre at one kilometre an hour.
MS_PER_M_AT_1_KMH: Final = 3600.0
LONGEST_ARC_MS: Final = UNREACHED_MS - 1


@dataclass(frozen=True, slots=True, eq=False)
class VertexTimes:
    """Time to each vertex from the first of all, v of them; differences within a piece count.

    Attributes
    ----------
    along_ms
        Going along the ways as drawn, shape (v,).
    against_ms
        Time that the way back takes, shape (v,).
    waiting_along_ms, waiting_against_ms
        The parts of both that are no movement, shape (v,).
    """

    along_ms: Counts
    against_ms: Counts
    waiting_along_ms: Counts
    waiting_against_ms: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Arcs in adjacency order, m of them, as walks over the vertices.

    Attributes
    ----------
    row_of_node
        Row in the extract of each node of the network, shape (n,).
    first_out
        First arc of each node, shape (n + 1,).
    tail, head
        Nodes each arc leaves from and leads to, shape (m,).
    twin
        Arc along the same stretch the other way, or `NO_ARC`, shape (m,).
    way
        Row of its way in the usable ways, shape (m,).
    length_m
        Metres on the ellipsoid, shape (m,).
    first, step
        Vertex at its tail, and 1 or -1 for a walk up or down the vertices, shape (m,).
    point_count
        Number of vertices on the walk, both ends included, shape (m,).
    """

    row_of_node: Counts
    first_out: Offsets
    tail: NodeIds
    head: NodeIds
    twin: ArcIds
    way: Rows
    length_m: Floats
    first: Counts
    step: Counts
    point_count: Counts


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Shape points of arcs, p of them.

    Attributes
    ----------
    first_point
        First point of each arc, shape (m + 1,).
    row
        Row in the extract of each point's node, shape (p,).
    point_ms
        From 0 at the arc's tail to the arc's time at its last point, shape (p,).
    waiting_ms
        Part of each arc's time that it does not move, shape (m,).
    """

    first_point: Offsets
    row: Rows
    point_ms: Milliseconds
    waiting_ms: Milliseconds


def time_vertices(
    usable: UsableWays,
    vertices: Vertices,
    metres: Floats,
    waiting_ms: tuple[Counts, Counts],
    factors: tuple[Floats, Floats] | None = None,
) -> VertexTimes:
    """Compute the time to every vertex; each segment is rounded to a millisecond once.

    Parameters
    ----------
    usable
        The ways, with their speeds.
    vertices
        The same, cut.
    metres
        Length of each segment, shape (s,).
    waiting_ms
        Time on each segment besides moving, along the ways and against them, shape (s,) each.
    factors
        How many times longer moving takes than at the ways' speeds, likewise; None for once.

    Returns
    -------
    times
        Along the ways and against them.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> from artois_mobility.network.segments import cut_ways, segment_lengths
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> metres = segment_lengths(extract, vertices)
    >>> nothing = np.zeros(4, np.int64)
    >>> times = time_vertices(usable, vertices, metres, (nothing, nothing))
    >>> times.along_ms
    array([     0,  74623, 149246, 149246, 224331, 299416])
    """
    segment = vertices.first_of_segment
    way = vertices.way[segment]
    riding_ms = np.zeros(metres.size, np.int64)
    for row in np.flatnonzero(usable.whole_way_ms):
        own = np.flatnonzero(way == row)
        if own.size:
            riding_ms[own] += share_out(int(usable.whole_way_ms[row]), metres[own])
    sums = []
    kmh_of_side = (usable.forward_kmh, usable.backward_kmh)
    longer = factors or (np.ones(metres.size), np.ones(metres.size))
    for kmh, added_ms, factor in zip(kmh_of_side, waiting_ms, longer, strict=True):
        # a closed direction has no arcs, so its times are never read
        safe_kmh = np.where(kmh > 0, kmh, np.inf)[way]
        paced_ms = np.rint(metres * (MS_PER_M_AT_1_KMH / safe_kmh) * factor).astype(np.int64)
        moving_ms = riding_ms + paced_ms
        sums.append(_sum_up(vertices, moving_ms + added_ms))
    return VertexTimes(*sums, *(_sum_up(vertices, added_ms) for added_ms in waiting_ms))


def _sum_up(vertices: Vertices, segment_ms: Counts) -> Counts:
    """Add up the segments until each vertex, from the first of all."""
    reached_ms = np.zeros(vertices.node.size, np.int64)
    reached_ms[vertices.first_of_segment + 1] = segment_ms
    return np.cumsum(reached_ms)


def lay_arcs(usable: UsableWays, vertices: Vertices, stretches: Stretches, metres: Floats) -> Arcs:
    """Lay one or two arcs along each stretch, and number nodes and arcs.

    Nodes are numbered in the order in which a hierarchy eliminates them, so that no permutation
    stands between a search's rows and the network's. Neighbours come to lie near each other in
    memory, which helps every other search too. Small networks follow the OSM ids of the extract.

    Parameters
    ----------
    usable
        The ways, with the directions that are open.
    vertices
        The same, cut.
    stretches
        Stretches between nodes of the network.
    metres
        Length of each segment, shape (s,).

    Returns
    -------
    arcs
        Sorted by tail, then head.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> from artois_mobility.network.segments import cut_ways, find_stretches, segment_lengths
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> metres = segment_lengths(extract, vertices)
    >>> stretches = find_stretches(vertices, np.zeros(5, np.bool_), merge_chains=True)
    >>> lay_arcs(usable, vertices, stretches, metres).twin
    array([1, 0, 5, 6, 7, 2, 3, 4], dtype=int32)
    """
    place_of_node, node_of_place = _number_places(vertices, stretches)
    way = vertices.way[stretches.first]
    along = np.flatnonzero(usable.forward_kmh[way] > 0)
    against = np.flatnonzero(usable.backward_kmh[way] > 0)
    stretch = np.concatenate((along, against))
    first = np.concatenate((stretches.first[along], stretches.last[against]))
    last = np.concatenate((stretches.last[along], stretches.first[against]))
    tail = node_of_place[vertices.place[first]]
    head = node_of_place[vertices.place[last]]
    rank_of_node = _order_of_elimination(place_of_node.size, tail, head)
    place_of_node = place_of_node[np.argsort(rank_of_node)]
    tail, head = rank_of_node[tail], rank_of_node[head]
    order = sort_arcs(place_of_node.size, tail, head)
    arcs = order.arc_of_input
    return Arcs(
        row_of_node=vertices.node_of_place[place_of_node],
        first_out=order.first_out,
        tail=tail[arcs],
        head=head[arcs],
        twin=_twins(stretch, along.size, arcs),
        way=way[stretch[arcs]],
        length_m=_stretch_lengths(vertices, stretches, metres)[stretch[arcs]],
        first=first[arcs],
        step=np.sign(last - first)[arcs],
        point_count=np.abs(last - first)[arcs] + 1,
    )


def _order_of_elimination(node_count: int, tail: NodeIds, head: NodeIds) -> NodeIds:
    """Rank the nodes; in networks too small to gain by it they stay as they are."""
    if node_count < FEWEST_TO_DISSECT:
        return np.arange(node_count, dtype=np.int32)
    order = sort_arcs(node_count, tail, head)
    rows = order.arc_of_input
    graph = Graph(order.first_out, head[rows], np.zeros(rows.size, np.int32))
    return in_postorder(graph, order_nodes(graph)).rank_of_node


def walk_arcs(arcs: Arcs, vertices: Vertices, times: VertexTimes) -> Points:
    """List the points that each arc walks over, and the time from its tail to each of them.

    Parameters
    ----------
    arcs
        The arcs, m of them.
    vertices
        The cut ways.
    times
        Time to every vertex.

    Returns
    -------
    points
        Both ends of each arc included; times are cut off at `UNREACHED_MS - 1`.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> from artois_mobility.network.segments import cut_ways, find_stretches, segment_lengths
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> metres = segment_lengths(extract, vertices)
    >>> nothing = np.zeros(4, np.int64)
    >>> times = time_vertices(usable, vertices, metres, (nothing, nothing))
    >>> stretches = find_stretches(vertices, np.zeros(5, np.bool_), merge_chains=True)
    >>> arcs = lay_arcs(usable, vertices, stretches, metres)
    >>> walk_arcs(arcs, vertices, times).point_ms[:4]
    array([    0, 74623,     0, 74623], dtype=int32)
    """
    first_point = np.zeros(arcs.point_count.size + 1, np.int32)
    np.cumsum(arcs.point_count, out=first_point[1:])
    step = np.repeat(arcs.step, arcs.point_count)
    vertex = np.repeat(arcs.first, arcs.point_count)
    vertex += step * ranges(np.zeros(arcs.point_count.size), arcs.point_count)
    tail = np.repeat(arcs.first, arcs.point_count)
    point_ms = np.where(
        step > 0,
        times.along_ms[vertex] - times.along_ms[tail],
        times.against_ms[tail] - times.against_ms[vertex],
    )
    last = arcs.first + arcs.step * (arcs.point_count - 1)
    waiting_ms = np.where(
        arcs.step > 0,
        times.waiting_along_ms[last] - times.waiting_along_ms[arcs.first],
        times.waiting_against_ms[arcs.first] - times.waiting_against_ms[last],
    )
    shown_ms, waiting_ms = (
        np.minimum(each, LONGEST_ARC_MS).astype(np.int32) for each in (point_ms, waiting_ms)
    )
    return Points(first_point, vertices.node[vertex], shown_ms, waiting_ms)


def _stretch_lengths(vertices: Vertices, stretches: Stretches, metres: Floats) -> Floats:
    """Sum up the segments of each stretch; every segment belongs to one, in order."""
    if metres.size == 0:
        return metres
    segment_of_vertex = np.cumsum(~vertices.ends_piece)
    first_segment = segment_of_vertex[stretches.first] - 1
    sums: Floats = np.add.reduceat(metres, first_segment)
    return sums


def _number_places(vertices: Vertices, stretches: Stretches) -> tuple[Counts, NodeIds]:
    """Give numbers to the places at the ends of stretches, in the order of their OSM nodes."""
    place_count = vertices.node_of_place.size
    is_node = np.zeros(place_count, np.bool_)
    is_node[vertices.place[stretches.first]] = True
    is_node[vertices.place[stretches.last]] = True
    place = np.flatnonzero(is_node)
    place_of_node = place[np.argsort(vertices.node_of_place[place], kind="stable")]
    node_of_place = np.full(place_count, -1, np.int32)
    node_of_place[place_of_node] = np.arange(place_of_node.size, dtype=np.int32)
    return place_of_node, node_of_place


def _twins(stretch: Counts, along_count: int, arc_of_input: ArcIds) -> ArcIds:
    """Pair the two arcs of a stretch, in the numbering after sorting."""
    arc_of_row = np.empty(stretch.size, np.int32)
    arc_of_row[arc_of_input] = np.arange(stretch.size, dtype=np.int32)
    twin = np.full(stretch.size, NO_ARC, np.int32)
    arc_of_stretch = np.full((2, int(stretch.max(initial=-1)) + 1), NO_ARC, np.int32)
    arc_of_stretch[0, stretch[:along_count]] = arc_of_row[:along_count]
    arc_of_stretch[1, stretch[along_count:]] = arc_of_row[along_count:]
    arc, other = arc_of_stretch[:, (arc_of_stretch != NO_ARC).all(axis=0)]
    twin[arc], twin[other] = other, arc
    return twin
