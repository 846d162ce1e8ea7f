"""The way out of streets that a scenario closed: on foot, along them."""

from dataclasses import dataclass

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Milliseconds, NodeIds
from ..graph import Graph, reverse, sort_arcs
from ..network.model import Network
from ..network.outlines import ranges
from .searches import search_from_seeds


@dataclass(frozen=True, slots=True, eq=False)
class ClosedStreets:
    """The closed arcs of a network alone, at the time it takes to walk along them.

    Attributes
    ----------
    node
        Nodes of the searched graph that closed arcs touch, ascending, shape (c,).
    arc
        Arc of the searched graph behind each arc of `ahead`.
    ahead, back
        The closed arcs between nodes 0..c-1, and the same turned round.
    """

    node: NodeIds
    arc: ArcIds
    ahead: Graph
    back: Graph

    def walk(
        self, start_node: NodeIds, start_ms: Milliseconds, *, is_leaving: bool
    ) -> tuple[NodeIds, Milliseconds]:
        """Walk along closed streets from some of their nodes, or to them.

        Parameters
        ----------
        start_node, start_ms
            Nodes of the searched graph and the time already spent there, shape (s,).
        is_leaving
            True to walk from the starts in the direction of travel, False to walk to them.

        Returns
        -------
        node, time_ms
            Every node got to, the starts included, and the time until there.
        """
        row = np.searchsorted(self.node, start_node).astype(np.int32)
        graph = self.ahead if is_leaving else self.back
        time_ms = search_from_seeds(graph, row, start_ms)
        reached = time_ms < UNREACHED_MS
        return self.node[reached], time_ms[reached]


def list_closed_streets(network: Network) -> ClosedStreets:
    """Take the closed arcs out of a network, at their `local_ms`, with the turns between them.

    Walking keeps to the direction of travel and is never quicker than the street was, so no
    closure shortens anything.

    Parameters
    ----------
    network
        A network as a scenario left it.

    Returns
    -------
    closed
        Without nodes where nothing is closed.
    """
    searched, graph = network.searched, network.searched.graph
    _, own = searched.copies.along(np.flatnonzero(network.is_closed).astype(np.int32))
    leads_to = np.zeros(graph.node_count, np.bool_)
    leads_to[searched.tail[own]] = True
    behind = np.unique(graph.head[own])
    begin = graph.first_out[behind]
    on = ranges(begin, graph.first_out[behind + 1] - begin)
    turns = on[(searched.street[on] == NO_ARC) & leads_to[graph.head[on]]]
    arc = np.sort(np.concatenate([own, turns])).astype(np.int32)
    street = searched.street[arc]
    local_ms = np.where(street == NO_ARC, searched.graph.weight_ms[arc], network.local_ms[street])
    tail, head = searched.tail[arc], searched.graph.head[arc]
    node = np.unique(np.concatenate([tail, head]))
    tail, head = (np.searchsorted(node, each).astype(np.int32) for each in (tail, head))
    order = sort_arcs(node.size, tail, head)
    rows = order.arc_of_input
    ahead = Graph(order.first_out, head[rows], local_ms[rows].astype(np.int32))
    return ClosedStreets(node, arc[rows], ahead, reverse(ahead)[0])
