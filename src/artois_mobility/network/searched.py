"""Between streets and the graph that is searched: where trips begin and end."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Flags, Milliseconds, NodeIds, Offsets, Rows
from ..graph import Graph, group_rows
from .expansion import Expansion
from .outlines import ranges


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Which arcs of a searched graph lie along each street, m streets.

    Attributes
    ----------
    first
        First of each street's arcs in `arc`, shape (m + 1,).
    arc
        Arcs of the searched graph, by street.
    """

    first: Offsets
    arc: ArcIds

    def along(self, street: ArcIds) -> tuple[Rows, ArcIds]:
        """List the arcs along some streets.

        Parameters
        ----------
        street
            Arcs of the streets, shape (s,).

        Returns
        -------
        row, arc
            Which of the streets, ascending, and an arc of the searched graph along it.
        """
        begin = self.first[street]
        count = self.first[street + 1] - begin
        row = np.repeat(np.arange(street.size, dtype=np.int32), count)
        return row, self.arc[ranges(begin, count)]


@dataclass(frozen=True, slots=True, eq=False)
class Searched:
    """The graph that is searched for a network of n nodes and m streets: q nodes, r arcs.

    Attributes
    ----------
    graph
        The network's own graph, where every turn is free and every street open to all.
    street
        Arc of the network that each arc follows, `NO_ARC` for a turn, shape (r,).
    tail
        Node each arc leaves from, shape (r,).
    begins, ends
        Arcs in which trips that begin or end on a street do so.
    copies
        All arcs along each street.
    node
        Node of the network behind each node, shape (q,).
    is_expanded
        True where it is not the network's own graph.
    """

    graph: Graph
    street: ArcIds
    tail: NodeIds
    begins: Laid
    ends: Laid
    copies: Laid
    node: NodeIds
    is_expanded: bool

    def at_tails(self, node_ms: Milliseconds) -> Milliseconds:
        """Tell when each street is entered by trips that end in it.

        Parameters
        ----------
        node_ms
            Time of each node of the searched graph, shape (q,).

        Returns
        -------
        time_ms
            Shape (m,); `UNREACHED_MS` for streets that no trip ends in.
        """
        return _least(self.ends, node_ms[self.tail[self.ends.arc]])

    def at_heads(self, node_ms: Milliseconds) -> Milliseconds:
        """Tell when each street is left by trips that begin in it.

        Parameters
        ----------
        node_ms
            Time of each node of the searched graph, shape (q,).

        Returns
        -------
        time_ms
            Shape (m,); `UNREACHED_MS` for streets that no trip begins in.
        """
        return _least(self.begins, node_ms[self.graph.head[self.begins.arc]])


def search_on(graph: Graph, expansion: Expansion | None) -> Searched:
    """Lay the weights of streets on the graph that is searched for them.

    Parameters
    ----------
    graph
        The streets with their weights, n nodes and m arcs.
    expansion
        What `expand` returned for them.

    Returns
    -------
    searched
        With the streets' own graph where there is no expansion.

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 2]), np.int32([1, 0]), np.int32([5, 7]))
    >>> searched = search_on(graph, None)
    >>> searched.at_tails(np.int32([30, 40])), searched.at_heads(np.int32([30, 40]))
    (array([30, 40], dtype=int32), array([40, 30], dtype=int32))
    """
    if expansion is None:
        arc = np.arange(graph.arc_count, dtype=np.int32)
        laid = Laid(np.arange(graph.arc_count + 1, dtype=np.int32), arc)
        nodes = np.arange(graph.node_count, dtype=np.int32)
        return Searched(graph, arc, graph.tail, laid, laid, laid, nodes, is_expanded=False)
    layout = _layouts.get(expansion)
    if layout is None:
        layout = _Layout(
            np.repeat(np.arange(expansion.node.size, dtype=np.int32), np.diff(expansion.first_out)),
            _lay(expansion.street, expansion.may_begin, graph.arc_count),
            _lay(expansion.street, expansion.may_end, graph.arc_count),
            _lay(expansion.street, np.ones_like(expansion.may_end), graph.arc_count),
        )
        _layouts[expansion] = layout
    return Searched(
        expansion.weigh(graph.weight_ms),
        expansion.street,
        layout.tail,
        layout.begins,
        layout.ends,
        layout.copies,
        expansion.node,
        is_expanded=True,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """What an expansion alone decides, whatever the weights."""

    tail: NodeIds
    begins: Laid
    ends: Laid
    copies: Laid


# Every scenario that only changes times lays its weights on today's expansion.
_layouts: "WeakKeyDictionary[Expansion, _Layout]" = WeakKeyDictionary()


def _lay(street: ArcIds, is_used: Flags, street_count: int) -> Laid:
    """List the arcs of each street that are used."""
    arcs = group_rows(np.where(is_used, street, NO_ARC), street_count)
    return Laid(arcs.first, arcs.row_of_place)


def _least(laid: Laid, time_ms: Milliseconds) -> Milliseconds:
    """Take the least of the times of each street's arcs."""
    least = np.full(laid.first.size - 1, UNREACHED_MS, np.int32)
    has_arcs = np.diff(laid.first) > 0
    if has_arcs.any():
        least[has_arcs] = np.minimum.reduceat(time_ms, laid.first[:-1][has_arcs])
    return least
