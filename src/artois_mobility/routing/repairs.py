"""The nearest site of places today, and made right again after a few arcs or sites changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .._types import UNREACHED_MS, ArcIds, Milliseconds, NodeIds, Offsets, Rows
from ..graph import Graph, group_rows, reverse
from ..kernels.nearest import NO_SITE, SITE_BITS, SITE_MASK
from ..kernels.nearest_sweep import NO_KEY, Keys
from ..kernels.repair import FAR_KEY, repair_keys
from .ends import NodeEnds
from .engine import metric_of
from .nearest import sweep_for_nearest
from .sweeps import aim_at

SeedColumns: TypeAlias = tuple[Rows, NodeIds, Keys]


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """Where sites lie, s seeds of l lists: by list, then by node.

    Attributes
    ----------
    first
        Seeds of list `i` stand from `first[i]` to `first[i + 1] - 1`, shape (l + 1,).
    node
        Node that leads to a site, shape (s,).
    key
        Time from there and the site, as in `keys_of`, shape (s,).
    """

    first: Offsets
    node: NodeIds
    key: Keys

    @property
    def lane(self) -> Rows:
        """List that each seed belongs to, shape (s,)."""
        lanes = np.arange(self.first.size - 1, dtype=np.int32)
        return np.repeat(lanes, np.diff(self.first))


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


def keys_of(ms: Milliseconds, site: Rows) -> Keys:
    """Make one number of time and site, so that the smaller one is the nearer site.

    Parameters
    ----------
    ms, site
        Any shape; `UNREACHED_MS` for none.

    Returns
    -------
    key
        The same shape.

    Examples
    --------
    >>> int(keys_of(np.int32([2]), np.int32([5]))[0]) == (2 << 31) + 5
    True
    >>> site_of(keys_of(np.int32([UNREACHED_MS]), np.int32([5])))
    array([-1], dtype=int32)
    """
    key = (ms.astype(np.int64) << SITE_BITS) | (site.astype(np.int64) & SITE_MASK)
    known: Keys = np.where(ms < UNREACHED_MS, key, NO_KEY)
    return known


def ms_of(key: Keys) -> Milliseconds:
    """Take the times out of keys.

    Parameters
    ----------
    key
        Any shape.

    Returns
    -------
    ms
        `UNREACHED_MS` for none.

    Examples
    --------
    >>> ms_of(keys_of(np.int32([2]), np.int32([5])))
    array([2], dtype=int32)
    """
    return (key >> SITE_BITS).astype(np.int32)


def site_of(key: Keys) -> Rows:
    """Take the sites out of keys.

    Parameters
    ----------
    key
        Any shape.

    Returns
    -------
    site
        `NO_SITE` for none.

    Examples
    --------
    >>> site_of(keys_of(np.int32([2]), np.int32([5])))
    array([5], dtype=int32)
    """
    return np.where(key < NO_KEY, key & SITE_MASK, NO_SITE).astype(np.int32)


def sort_seeds(lane: Rows, node: NodeIds, key: Keys, lane_count: int) -> Seeds:
    """Sort seeds by list and node.

    Parameters
    ----------
    lane, node, key
        List, node and key of each, shape (s,).
    lane_count
        Number of lists.

    Returns
    -------
    seeds
        The same.

    Examples
    --------
    >>> sort_seeds(np.int32([1, 0]), np.int32([4, 5]), np.int64([7, 8]), 2).node
    array([5, 4], dtype=int32)
    """
    order = np.lexsort((node, lane))
    first = np.zeros(lane_count + 1, np.int32)
    np.cumsum(np.bincount(lane, minlength=lane_count), out=first[1:])
    return Seeds(first, node[order].astype(np.int32), key[order].astype(np.int64))


def join_seeds(tables: Sequence[SeedColumns], lane_count: int) -> Seeds:
    """Join seeds and sort them by list and node.

    Parameters
    ----------
    tables
        Of each the list, the node and the key.
    lane_count
        Number of lists.

    Returns
    -------
    seeds
        All of them.
    """
    lane, node, key = (
        np.concatenate([each[0] for each in tables]),
        np.concatenate([each[1] for each in tables]),
        np.concatenate([each[2] for each in tables]),
    )
    return sort_seeds(lane, node, key, lane_count)


def no_seeds(lane_count: int) -> Seeds:
    """Make lists without any seed.

    Parameters
    ----------
    lane_count
        Number of lists.

    Returns
    -------
    seeds
        With s = 0.

    Examples
    --------
    >>> no_seeds(2).first
    array([0, 0, 0], dtype=int32)
    """
    nothing = np.empty(0, np.int32)
    return Seeds(np.zeros(lane_count + 1, np.int32), nothing, nothing.astype(np.int64))


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
