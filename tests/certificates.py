"""Proofs that a result is right, which need no second implementation."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from artois_mobility._types import UNREACHED_MS
from artois_mobility.graph import Graph, sort_arcs


def assert_shortest(graph, source, travel_time_ms):
    """Fail unless these are the shortest travel times from `source`.

    Two facts suffice: no arc can still be relaxed, and arcs that hold with equality lead from the
    source to every node reached. One tight arc per node would not do: a cycle of arcs of no
    length would pass.
    """
    tail = graph.tail
    is_open = graph.weight_ms < UNREACHED_MS
    reached = travel_time_ms < UNREACHED_MS
    assert travel_time_ms[source] == 0, "the source is not at time 0"
    arrival_ms = travel_time_ms[tail].astype(np.int64) + graph.weight_ms
    usable = reached[tail] & is_open
    assert (arrival_ms >= travel_time_ms[graph.head])[usable].all(), "an arc still relaxes"
    tight = usable & (arrival_ms == travel_time_ms[graph.head])
    ones = np.ones(np.count_nonzero(tight))
    shape = (graph.node_count, graph.node_count)
    tight_arcs = csr_array((ones, (tail[tight], graph.head[tight])), shape=shape)
    proven = breadth_first_order(tight_arcs, source, return_predecessors=False)
    assert set(proven) == set(np.flatnonzero(reached)), "a travel time has no path behind it"


def scipy_times_of_trips(network, sources):
    """Compute travel times between nodes with scipy, limited streets at the ends of trips only.

    Every node is three: still on limited streets, on open ones, on limited ones again.
    """
    node_count = network.graph.node_count
    tail, head, weight_ms = network.graph.tail, network.graph.head, network.graph.weight_ms
    nodes = np.arange(node_count)
    tails, heads, weights = (
        [nodes, nodes + node_count],
        [nodes + node_count, nodes + 2 * node_count],
        [0 * nodes] * 2,
    )
    for phase, arcs in enumerate((network.is_limited, ~network.is_limited, network.is_limited)):
        tails.append(tail[arcs] + phase * node_count)
        heads.append(head[arcs] + phase * node_count)
        weights.append(weight_ms[arcs])
    tails, heads, weights = (
        np.concatenate(each).astype(np.int32) for each in (tails, heads, weights)
    )
    order = sort_arcs(3 * node_count, tails, heads)
    rows = order.arc_of_input
    found = scipy_times(Graph(order.first_out, heads[rows], weights[rows]), sources)
    return found.reshape(len(sources), 3, node_count).min(axis=1)


def scipy_times(graph, sources):
    """Compute travel times with scipy: parallel arcs to their minimum, zero weights kept."""
    from scipy.sparse.csgraph import dijkstra

    tail, head, weight_ms = graph.tail, graph.head, graph.weight_ms
    order = np.lexsort((weight_ms, head, tail))
    order = order[weight_ms[order] < UNREACHED_MS]
    is_first = np.ones(order.size, bool)
    is_first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
    arcs = order[is_first]
    # scipy takes a stored zero for "no arc"; a sliver of a millisecond stands in for it, so small
    # that all nodes in a row do not add up to half a millisecond.
    weights = np.maximum(weight_ms[arcs], 0.4 / (graph.node_count + 1))
    shape = (graph.node_count, graph.node_count)
    matrix = csr_array((weights, (tail[arcs], head[arcs])), shape=shape)
    exact = dijkstra(matrix, indices=sources)
    return np.where(np.isfinite(exact), np.rint(exact), UNREACHED_MS).astype(np.int32)
