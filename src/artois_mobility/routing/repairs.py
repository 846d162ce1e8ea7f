"""The nearest site of places today, and made right again after a few arcs or sites changed."""

from dataclasses import dataclass

import numpy as np

from .._types import ArcIds, Milliseconds, NodeIds, Offsets, Rows
from ..graph import Graph, group_rows, reverse
from ..kernels.nearest import SITE_BITS
from ..kernels.nearest_sweep import NO_KEY, Keys
from ..kernels.repair import FAR_KEY, repair_keys
from .ends import NodeEnds
from .engine import metric_of
from .nearest import sweep_for_nearest
from .seeds import Seeds, keys_of, ms_of, site_of
from .sweeps import aim_at


@dataclass(frozen=True, slots=True, eq=False)
class NodeKeys:
    """A situation of n nodes: the nearest site of each list from every node.

    Attributes
    ----------
    graph
        The searched graph.
    tail
        Node that each of its arcs leaves from, shape (m,).
    against
        The graph with every arc turned round.
    place_of_arc
        Where each arc of the graph stands in `against`, shape (m,).
    seeds
        The sites.
    key
        Time to the nearest site and that site, one line a list, shape (l, n).
    """

    graph: Graph
    tail: NodeIds
    against: Graph
    place_of_arc: ArcIds
    seeds: Seeds
    key: Keys


@dataclass(frozen=True, slots=True, eq=False)
class MoreArcs:
    """Arcs beside those of a graph, k of them, among its nodes and some more behind them.

    Attributes
    ----------
    node_count
        Number of nodes, the new ones among them.
    tail, head
        Shape (k,).
    ms
        Time through each, shape (k,).
    """

    node_count: int
    tail: NodeIds
    head: NodeIds
    ms: Milliseconds


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places and what is nearest to them: p places, e ways.

    Attributes
    ----------
    ends
        Their ways to nodes.
    direct_key
        Keys of the sites on a place's own street, one line a list, shape (l, p).
    key
        Keys of the nearest sites, shape (l, p).
    first_at_node, place_at_node
        The places with a way to node `v` are
        `place_at_node[first_at_node[v]:first_at_node[v + 1]]`.
    """

    ends: NodeEnds
    direct_key: Keys
    key: Keys
    first_at_node: Offsets
    place_at_node: Rows


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What differs from a situation.

    Attributes
    ----------
    weight_ms
        Weights of the graph's arcs, shape (m,).
    more
        New arcs.
    seeds, lost
        The sites after, and those of before that are gone.
    ends
        Ways of the places, after.
    direct_key
        As in `Places`, after.
    places
        Rows of the places whose ways or direct keys are others.
    """

    weight_ms: Milliseconds
    more: MoreArcs
    seeds: Seeds
    lost: Seeds
    ends: NodeEnds
    direct_key: Keys
    places: Rows


def find_node_keys(graph: Graph, tail: NodeIds, seeds: Seeds) -> NodeKeys:
    """Find the nearest site of each list from every node.

    Parameters
    ----------
    graph
        The searched graph, n nodes.
    tail
        Node that each of its arcs leaves from.
    seeds
        The sites, l lists.

    Returns
    -------
    situation
        For `repair`.
    """
    against, arc_in = reverse(graph)
    lanes = [
        NodeEnds(site_of(seeds.key[mine]), seeds.node[mine], ms_of(seeds.key[mine]))
        for mine in map(slice, seeds.first[:-1].tolist(), seeds.first[1:].tolist())
    ]
    nodes = NodeEnds.of_nodes(np.arange(graph.node_count, dtype=np.int32))
    targets = aim_at(metric_of(graph).reversed(), nodes, graph.node_count)
    found = sweep_for_nearest(lanes, targets, 1)
    key = np.array([keys_of(ms[:, 0], site[:, 0]) for site, ms in found], np.int64)
    key = key.reshape(len(lanes), graph.node_count)
    place_of_arc = np.empty_like(arc_in)
    place_of_arc[arc_in] = np.arange(arc_in.size)
    return NodeKeys(graph, np.ascontiguousarray(tail), against, place_of_arc, seeds, key)


def hang_places(situation: NodeKeys, ends: NodeEnds, direct_key: Keys) -> Places:
    """Find the nearest sites of places from those of the nodes around them.

    Parameters
    ----------
    situation
        The nearest sites of nodes, l lists.
    ends
        Ways of the places to nodes, p places.
    direct_key
        Keys of the sites on a place's own street, shape (l, p).

    Returns
    -------
    places
        With their keys.
    """
    key = direct_key.copy()
    if ends.place.size:
        way_key = situation.key[:, ends.node] + (ends.ms.astype(np.int64) << SITE_BITS)
        place, first = np.unique(ends.place, return_index=True)
        least = np.minimum.reduceat(way_key, first, axis=1)
        least[least >= FAR_KEY] = NO_KEY
        key[:, place] = np.minimum(key[:, place], least)
    at_node = group_rows(ends.node, situation.graph.node_count)
    return Places(
        ends, direct_key, key, at_node.first, ends.place[at_node.row_of_place].astype(np.int32)
    )


def no_more_arcs(node_count: int) -> MoreArcs:
    """Add nothing to a graph.

    Parameters
    ----------
    node_count
        Number of its nodes.

    Returns
    -------
    more
        With k = 0.

    Examples
    --------
    >>> no_more_arcs(3).ms.size
    0
    """
    nothing = np.empty(0, np.int32)
    return MoreArcs(node_count, nothing, nothing, nothing)


def repair(situation: NodeKeys, before: Places, changes: Changes) -> Keys:
    """Find what is nearest to places after changes; only what they can reach is searched.

    Parameters
    ----------
    situation
        From every node, before.
    before
        From the places, before.
    changes
        What differs.

    Returns
    -------
    key
        Keys of the nearest sites after the changes, shape (l, p); the same as finding them from
        nothing.
    """
    graph, more = situation.graph, changes.more
    place_count = before.key.shape[1]
    room = graph.arc_count + more.head.size + more.node_count + changes.seeds.node.size
    by_head = np.argsort(more.head, kind="stable")
    changed = np.flatnonzero(graph.weight_ms != changes.weight_ms).astype(np.int32)
    room += changed.size + more.head.size
    against = situation.against
    new_in_ms = against.weight_ms.copy()
    new_in_ms[situation.place_of_arc[changed]] = changes.weight_ms[changed]
    key = before.key.copy()
    repair_keys(
        graph.first_out,
        graph.head,
        situation.tail,
        graph.weight_ms,
        changes.weight_ms,
        against.first_out,
        against.head,
        against.weight_ms,
        new_in_ms,
        changed,
        more.head[by_head],
        more.tail[by_head],
        more.ms[by_head],
        _offsets(more.head, more.node_count),
        changes.seeds.first,
        changes.seeds.node,
        changes.seeds.key,
        changes.lost.first,
        changes.lost.node,
        changes.lost.key,
        situation.key,
        before.first_at_node,
        before.place_at_node,
        _offsets(changes.ends.place, place_count),
        changes.ends.node,
        changes.ends.ms,
        changes.places,
        changes.direct_key,
        np.zeros(more.node_count, np.bool_),
        np.empty(more.node_count, np.int32),
        np.empty(more.node_count, np.int64),
        np.empty(room, np.int32),
        np.empty(room, np.int64),
        np.zeros(place_count, np.bool_),
        np.empty(place_count, np.int32),
        key,
    )
    return key


def _offsets(group: Rows, count: int) -> Offsets:
    first = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(group, minlength=count), out=first[1:])
    return first
