"""What is lost when arcs close, one closure at a time: only what led over them is found anew.

A node's time can grow only if one of its shortest ways led over a closed arc, that is, if arcs
along which times are tight lead from it to one. Those nodes are collected against the direction of
travel, and their times found again by a search among them from where they border on the others
(decremental shortest paths; Ramalingam, Reps 1996, doi 10.1006/jagm.1996.0046).
"""

from numba import njit

from .._types import UNREACHED_MS, ArcIds, Flags, Floats, Milliseconds, NodeIds, Offsets, Rows
from ._signatures import (
    INT,
    NOTHING,
    READ_FLOAT64,
    READ_INT32,
    READ_INT32_TABLE,
    WRITE_FLAGS,
    WRITE_FLOAT64_TABLE,
    WRITE_INT32,
)
from .heap import drop_min, push


@njit(cache=True, nogil=True)
def _collect(
    category: int,
    closed_arc: ArcIds,
    tail: NodeIds,
    head: NodeIds,
    weight_ms: Milliseconds,
    first_in: Offsets,
    arc_in: ArcIds,
    node_ms: Milliseconds,
    is_closed: Flags,
    is_hit: Flags,
    hit: NodeIds,
) -> int:
    """List the nodes with a shortest way over a closed arc; return how many."""
    count = 0
    for row in range(closed_arc.size):
        arc = closed_arc[row]
        node, rest_ms = tail[arc], node_ms[head[arc], category]
        is_tight = rest_ms < UNREACHED_MS and node_ms[node, category] == weight_ms[arc] + rest_ms
        if is_tight and not is_hit[node]:
            is_hit[node] = True
            hit[count] = node
            count += 1
    row = 0
    while row < count:
        node = hit[row]
        row += 1
        for place in range(first_in[node], first_in[node + 1]):
            arc = arc_in[place]
            before = tail[arc]
            if is_closed[arc] or is_hit[before]:
                continue
            if node_ms[before, category] == weight_ms[arc] + node_ms[node, category]:
                is_hit[before] = True
                hit[count] = before
                count += 1
    return count


@njit(cache=True, nogil=True)
def _find_anew(
    category: int,
    hit: NodeIds,
    hit_count: int,
    first_out: Offsets,
    head: NodeIds,
    tail: NodeIds,
    weight_ms: Milliseconds,
    first_in: Offsets,
    arc_in: ArcIds,
    node_ms: Milliseconds,
    seed_ms: Milliseconds,
    is_closed: Flags,
    is_hit: Flags,
    heap_keys: Milliseconds,
    heap_nodes: NodeIds,
    new_ms: Milliseconds,
) -> None:
    """Write the times of the nodes that were hit, without the closed arcs."""
    size = 0
    for row in range(hit_count):
        node = hit[row]
        best_ms = seed_ms[node, category]
        for arc in range(first_out[node], first_out[node + 1]):
            if not is_closed[arc] and not is_hit[head[arc]]:
                best_ms = min(best_ms, weight_ms[arc] + node_ms[head[arc], category])
        new_ms[node] = min(best_ms, UNREACHED_MS)
        if best_ms < UNREACHED_MS:
            size = push(heap_keys, heap_nodes, size, best_ms, node)
    while size > 0:
        time_ms, node = heap_keys[0], heap_nodes[0]
        size = drop_min(heap_keys, heap_nodes, size)
        if time_ms > new_ms[node]:
            continue
        for place in range(first_in[node], first_in[node + 1]):
            arc = arc_in[place]
            before = tail[arc]
            if is_hit[before] and not is_closed[arc]:
                before_ms = time_ms + weight_ms[arc]
                if before_ms < new_ms[before]:
                    new_ms[before] = before_ms
                    size = push(heap_keys, heap_nodes, size, before_ms, before)


@njit(
    NOTHING(
        INT,
        INT,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32_TABLE,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32_TABLE,
        READ_FLOAT64,
        READ_INT32,
        WRITE_FLAGS,
        WRITE_FLAGS,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_FLAGS,
        WRITE_INT32,
        WRITE_FLOAT64_TABLE,
        WRITE_FLOAT64_TABLE,
        WRITE_FLOAT64_TABLE,
        WRITE_FLOAT64_TABLE,
    ),
    cache=True,
    nogil=True,
)
def score_closures(
    first_closure: int,
    last_closure: int,
    first_arc: Offsets,
    closed_arc: ArcIds,
    first_out: Offsets,
    head: NodeIds,
    tail: NodeIds,
    weight_ms: Milliseconds,
    first_in: Offsets,
    arc_in: ArcIds,
    node_ms: Milliseconds,
    seed_ms: Milliseconds,
    first_cell: Offsets,
    cell: Rows,
    first_end: Offsets,
    end_node: NodeIds,
    end_ms: Milliseconds,
    direct_ms: Milliseconds,
    today_ms: Milliseconds,
    people: Floats,
    bound_ms: Milliseconds,
    is_closed: Flags,
    is_hit: Flags,
    hit: NodeIds,
    heap_keys: Milliseconds,
    heap_nodes: NodeIds,
    new_ms: Milliseconds,
    is_seen: Flags,
    seen_cell: Rows,
    lost_ms: Floats,
    cut_off: Floats,
    beyond: Floats,
    losing: Floats,
) -> None:
    """Add up what the cells lose by each of some closures, by category.

    Closure `k` closes the arcs `closed_arc` from `first_arc[k]` to `first_arc[k + 1]`. `node_ms`
    are times of nodes to the nearest site of each category today, `seed_ms` those of sites that
    a node leads to at once. Cell ends at node `v` are those of `cell` from `first_cell[v]` on;
    those of cell `i` lie from `first_end[i]` on. `direct_ms` are times along a cell's own street.
    The flags come in, and are left, false.

    `lost_ms` takes person-milliseconds of those who still reach a site, `cut_off` the people who
    reach none any more, `beyond` those who leave the bound, `losing` all who lose.
    """
    for closure in range(first_closure, last_closure):
        closed = closed_arc[first_arc[closure] : first_arc[closure + 1]]
        for row in range(closed.size):
            is_closed[closed[row]] = True
        for category in range(bound_ms.size):
            hit_count = _collect(
                category, closed, tail, head, weight_ms, first_in, arc_in, node_ms,
                is_closed, is_hit, hit,
            )  # fmt: skip
            _find_anew(
                category, hit, hit_count, first_out, head, tail, weight_ms, first_in, arc_in,
                node_ms, seed_ms, is_closed, is_hit, heap_keys, heap_nodes, new_ms,
            )  # fmt: skip
            seen_count = 0
            for row in range(hit_count):
                for place in range(first_cell[hit[row]], first_cell[hit[row] + 1]):
                    if not is_seen[cell[place]]:
                        is_seen[cell[place]] = True
                        seen_cell[seen_count] = cell[place]
                        seen_count += 1
            for row in range(seen_count):
                own = seen_cell[row]
                is_seen[own] = False
                old_ms, best_ms = today_ms[own, category], direct_ms[own, category]
                for end in range(first_end[own], first_end[own + 1]):
                    node = end_node[end]
                    rest_ms = new_ms[node] if is_hit[node] else node_ms[node, category]
                    best_ms = min(best_ms, end_ms[end] + rest_ms)
                if best_ms <= old_ms:
                    continue
                losing[closure, category] += people[own]
                if best_ms < UNREACHED_MS:
                    lost_ms[closure, category] += people[own] * (best_ms - old_ms)
                else:
                    cut_off[closure, category] += people[own]
                if old_ms <= bound_ms[category] < best_ms:
                    beyond[closure, category] += people[own]
            for row in range(hit_count):
                is_hit[hit[row]] = False
        for row in range(closed.size):
            is_closed[closed[row]] = False
