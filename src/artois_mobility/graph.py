"""The directed graph that every search runs on."""

from dataclasses import dataclass, field

import numpy as np

from ._types import UNREACHED_MS, ArcIds, Milliseconds, NodeIds, Offsets, Rows
from .errors import GraphError
from .kernels.grouping import group


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Graph:
    """A directed graph as an adjacency array, after RoutingKit's vocabulary.

    The arcs leaving node `x` are `first_out[x]` to `first_out[x + 1] - 1`. Parallel arcs,
    loops, zero weights, isolated nodes and unconnected parts are all legal. An arc of
    weight `UNREACHED_MS` is closed.

    Attributes
    ----------
    first_out
        First arc of each node, shape (n + 1,).
    head
        Node each arc leads to, shape (m,).
    weight_ms
        Travel time of each arc in milliseconds, shape (m,), from 0 to `UNREACHED_MS`.

    Raises
    ------
    GraphError
        If the arrays contradict each other.

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 1]), np.int32([1]), np.int32([5000]))
    >>> graph.node_count, graph.arc_count
    (2, 1)
    >>> Graph(np.int32([0]), np.int32([]), np.int32([])).node_count
    0
    """

    first_out: Offsets
    head: NodeIds
    weight_ms: Milliseconds

    def __post_init__(self) -> None:
        """Check the arrays against each other, then freeze them."""
        for name in ("first_out", "head", "weight_ms"):
            array = getattr(self, name)
            if array.dtype != np.int32 or array.ndim != 1 or not array.flags.c_contiguous:
                msg = f"{name} must be a contiguous one-dimensional int32 array."
                raise GraphError(msg)
        _check_adjacency(self.first_out, self.head)
        _check_weights(self.head, self.weight_ms)
        for array in (self.first_out, self.head, self.weight_ms):
            array.setflags(write=False)

    @property
    def node_count(self) -> int:
        """Number of nodes, n."""
        return self.first_out.size - 1

    @property
    def arc_count(self) -> int:
        """Number of arcs, m."""
        return self.head.size

    @property
    def tail(self) -> NodeIds:
        """Node each arc leaves from, shape (m,); computed anew at every call."""
        nodes = np.arange(self.node_count, dtype=np.int32)
        return np.repeat(nodes, np.diff(self.first_out))


@dataclass(frozen=True, slots=True, eq=False)
class SortedArcs:
    """Arcs brought into adjacency order.

    Attributes
    ----------
    first_out
        First arc of each node, shape (n + 1,).
    arc_of_input
        Row of the given arcs that stands at each place of the adjacency array, shape (m,).
    """

    first_out: Offsets
    arc_of_input: ArcIds


def sort_arcs(node_count: int, tail: NodeIds, head: NodeIds) -> SortedArcs:
    """Sort arcs by tail, then head, then their given order.

    Parameters
    ----------
    node_count
        Number of nodes, n.
    tail, head
        Nodes each arc leaves from and leads to, shape (m,).

    Returns
    -------
    sorted_arcs
        Where each node's arcs begin, and the permutation to apply to every arc column.

    Examples
    --------
    >>> sort_arcs(2, np.int32([1, 0]), np.int32([0, 1])).arc_of_input
    array([1, 0], dtype=int32)
    """
    by_head = group_rows(head, node_count).row_of_place
    by_tail = group_rows(tail[by_head], node_count)
    return SortedArcs(by_tail.first, by_head[by_tail.row_of_place])


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows of a table by a number that each has, g groups.

    Attributes
    ----------
    first
        The rows of group `k` stand from `first[k]` to `first[k + 1] - 1`, shape (g + 1,).
    row_of_place
        Rows, ascending in each group, shape (r,).
    """

    first: Offsets
    row_of_place: Rows


def group_rows(group_of_row: Rows, group_count: int) -> Groups:
    """List the rows of each group.

    Parameters
    ----------
    group_of_row
        Group of each row, below g; negative for none.
    group_count
        Number of groups, g.

    Returns
    -------
    groups
        Without the rows that are in none.

    Raises
    ------
    GraphError
        If a group does not exist.

    Examples
    --------
    >>> groups = group_rows(np.int32([1, 0, -1, 1]), 2)
    >>> groups.first, groups.row_of_place
    (array([0, 1, 3], dtype=int32), array([1, 0, 3], dtype=int32))
    """
    keys = np.ascontiguousarray(group_of_row, np.int32)
    if keys.size and keys.max() >= group_count:
        msg = f"There are {group_count} groups; a row names number {keys.max()}."
        raise GraphError(msg)
    row_of_place = np.empty(np.count_nonzero(keys >= 0), np.int32)
    first = np.empty(group_count + 1, np.int32)
    group(keys, first, row_of_place)
    return Groups(first, row_of_place)


@dataclass(frozen=True, slots=True, eq=False)
class NodeOrder:
    """An order of the nodes of a graph: rank 0 comes first.

    Attributes
    ----------
    node_of_rank
        Node at each rank, shape (n,).
    rank_of_node
        Rank of each node, shape (n,); the inverse of `node_of_rank`.

    Raises
    ------
    GraphError
        If a node is missing or stands twice.

    Examples
    --------
    >>> NodeOrder(np.int32([2, 0, 1])).rank_of_node
    array([1, 2, 0], dtype=int32)
    >>> NodeOrder(np.int32([])).rank_of_node.size
    0
    """

    node_of_rank: NodeIds
    rank_of_node: NodeIds = field(init=False)

    def __post_init__(self) -> None:
        """Check that it is an order, invert it, and freeze both."""
        node_count = self.node_of_rank.size
        rank_of_node = np.full(node_count, -1, np.int32)
        inside = (self.node_of_rank >= 0) & (self.node_of_rank < node_count)
        if inside.all():
            rank_of_node[self.node_of_rank] = np.arange(node_count, dtype=np.int32)
        missing = np.flatnonzero(rank_of_node < 0)
        if missing.size:
            msg = (
                f"An order names each of {node_count} nodes once; {missing.size} are missing, "
                f"first {missing[0]}."
            )
            raise GraphError(msg)
        object.__setattr__(self, "rank_of_node", rank_of_node)
        self.node_of_rank.setflags(write=False)
        rank_of_node.setflags(write=False)


def reverse(graph: Graph) -> tuple[Graph, ArcIds]:
    """Turn every arc round.

    Parameters
    ----------
    graph
        Any graph with m arcs.

    Returns
    -------
    reversed_graph
        The same nodes; searching it from `x` gives times *to* `x`.
    arc_of_reversed
        Arc of `graph` behind each arc of the reversed graph, shape (m,).

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 1]), np.int32([1]), np.int32([5000]))
    >>> reverse(graph)[0].first_out
    array([0, 0, 1], dtype=int32)
    """
    tail = graph.tail
    order = sort_arcs(graph.node_count, graph.head, tail)
    arcs = order.arc_of_input
    return Graph(order.first_out, tail[arcs], graph.weight_ms[arcs]), arcs


def _check_adjacency(first_out: Offsets, head: NodeIds) -> None:
    if first_out.size == 0 or first_out[0] != 0 or first_out[-1] != head.size:
        msg = (
            f"first_out must run from 0 to the number of arcs ({head.size}); "
            f"it reads {first_out[:1].tolist()} to {first_out[-1:].tolist()}."
        )
        raise GraphError(msg)
    if (first_out[1:] < first_out[:-1]).any():  # a difference could overflow
        msg = "first_out must never decrease. Build the graph from arcs sorted by tail."
        raise GraphError(msg)
    node_count = first_out.size - 1
    outside = head[(head < 0) | (head >= node_count)]
    if outside.size:
        msg = (
            f"{outside.size} of {head.size} heads are not nodes from 0 to {node_count - 1}; "
            f"first {outside[0]}."
        )
        raise GraphError(msg)


def _check_weights(head: NodeIds, weight_ms: Milliseconds) -> None:
    if weight_ms.shape != head.shape:
        msg = f"weight_ms has {weight_ms.size} values for {head.size} arcs."
        raise GraphError(msg)
    outside = weight_ms[(weight_ms < 0) | (weight_ms > UNREACHED_MS)]
    if outside.size:
        msg = (
            f"{outside.size} of {weight_ms.size} weights are not from 0 to {UNREACHED_MS} ms; "
            f"first {outside[0]}. Close an arc with {UNREACHED_MS}."
        )
        raise GraphError(msg)
