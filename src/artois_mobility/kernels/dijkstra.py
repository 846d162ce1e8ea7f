"""Dijkstra's search over an adjacency array, from any number of seeds, within a bound."""

from numba import njit

from .._types import UNREACHED_MS, Milliseconds, NodeIds, Offsets
from ._signatures import INT, NOTHING, READ_INT32, WRITE_INT32
from .heap import drop_min, push


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        INT,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def search(
    first_out: Offsets,
    head: NodeIds,
    weight_ms: Milliseconds,
    seed_node: NodeIds,
    seed_ms: Milliseconds,
    bound_ms: int,
    heap_keys: Milliseconds,
    heap_nodes: NodeIds,
    travel_time_ms: Milliseconds,
) -> None:
    """Write the time from the seeds to every node within `bound_ms`, else `UNREACHED_MS`.

    A seed is a node and the time already spent when leaving it. The heap arrays need room for
    one entry per arc and one per seed.
    """
    travel_time_ms[:] = UNREACHED_MS
    size = 0
    for seed in range(seed_node.size):
        node = seed_node[seed]
        if seed_ms[seed] <= bound_ms and seed_ms[seed] < travel_time_ms[node]:
            travel_time_ms[node] = seed_ms[seed]
            size = push(heap_keys, heap_nodes, size, seed_ms[seed], node)
    while size > 0:
        tail_ms = heap_keys[0]
        tail = heap_nodes[0]
        size = drop_min(heap_keys, heap_nodes, size)
        if tail_ms > travel_time_ms[tail]:
            continue  # a shorter entry for this node was already settled
        for arc in range(first_out[tail], first_out[tail + 1]):
            arrival_ms = tail_ms + weight_ms[arc]
            if arrival_ms <= bound_ms and arrival_ms < travel_time_ms[head[arc]]:
                travel_time_ms[head[arc]] = arrival_ms
                size = push(heap_keys, heap_nodes, size, arrival_ms, head[arc])
