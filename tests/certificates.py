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

    best = {}
    rows = zip(graph.tail.tolist(), graph.head.tolist(), graph.weight_ms.tolist(), strict=True)
    for tail, head, weight_ms in rows:
        if weight_ms < UNREACHED_MS:
            best[tail, head] = min(weight_ms, best.get((tail, head), weight_ms))
    ends = np.array(list(best), np.int64).reshape(-1, 2)
    # scipy takes a stored zero for "no arc"; a thousandth of a millisecond stands in for it
    # and cannot add up to half a millisecond on any path shorter than 500 arcs of no length.
    weights = np.maximum(np.array(list(best.values()), np.float64), 1e-3 / (graph.node_count + 1))
    matrix = csr_array((weights, ends.T), shape=(graph.node_count, graph.node_count))
    exact = dijkstra(matrix, indices=sources)
    return np.where(np.isfinite(exact), np.rint(exact), UNREACHED_MS).astype(np.int32)
