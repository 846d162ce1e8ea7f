"""Proofs that a result is right, which need no second implementation."""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from artois_mobility._types import UNREACHED_MS


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
