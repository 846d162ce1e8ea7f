"""What links bring that are tried one at a time: a search around each as far as anybody gains.

Who gains by a link passes, on the way to it, only nodes that gain as well: were a node as well off
without it, so were everybody who comes by. So a search from the link against the direction of
travel that turns back at every node without a gain finds everybody who has one (a cut-off search,
Dijkstra 1959, doi 10.1007/BF01386390, pruned by the times of today).
"""

from numba import njit

from .._types import UNREACHED_MS, Flags, Floats, Milliseconds, NodeIds, Offsets, Rows
from ._signatures import (
    INT,
    NOTHING,
    READ_FLOAT64,
    READ_INT32,
    READ_INT32_TABLE,
    WRITE_FLAGS,
    WRITE_FLOAT64_TABLE,
    WRITE_INT32,
    WRITE_INT32_TABLE,
)
from .heap import drop_min, push


@njit(cache=True, nogil=True)
def _gains(time_ms: int, rest_ms: Milliseconds, today_ms: Milliseconds) -> bool:
    """Tell whether any category is nearer by a link so far away than it is today."""
    for category in range(rest_ms.size):  # noqa: SIM110  compiled
        if time_ms + rest_ms[category] < today_ms[category]:
            return True
    return False


@njit(
    NOTHING(
        INT,
        INT,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_FLOAT64,
        READ_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32_TABLE,
        WRITE_INT32,
        WRITE_FLAGS,
        WRITE_FLOAT64_TABLE,
        WRITE_FLOAT64_TABLE,
        WRITE_FLOAT64_TABLE,
        WRITE_FLOAT64_TABLE,
    ),
    cache=True,
    nogil=True,
)
def score_links(
    first_link: int,
    last_link: int,
    first_way: Offsets,
    start: NodeIds,
    rest_ms: Milliseconds,
    first_in: Offsets,
    tail: NodeIds,
    weight_ms: Milliseconds,
    link_of_arc: Rows,
    node_ms: Milliseconds,
    first_cell: Offsets,
    cell: Rows,
    walk_ms: Milliseconds,
    today_ms: Milliseconds,
    people: Floats,
    bound_ms: Milliseconds,
    best_of_node: Milliseconds,
    seen_node: NodeIds,
    heap_keys: Milliseconds,
    heap_nodes: NodeIds,
    best_ms: Milliseconds,
    seen_cell: Rows,
    is_seen: Flags,
    saved_ms: Floats,
    reached: Floats,
    within: Floats,
    gaining: Floats,
) -> None:
    """Add up what each of some links brings to the cells, by category.

    The ways over link `k` are those from `first_way[k]` to `first_way[k + 1]`: a way is entered
    at the node `start` and has `rest_ms` from there to the nearest site of each category, which
    holds the link. Arcs into node `v` are those from `first_in[v]` on; an arc of another link
    than `k` is closed, `link_of_arc` is -1 for streets. `node_ms` are times of nodes to the
    nearest sites without any link, and `today_ms` those of cells. `best_of_node` and `best_ms`
    come in, and are left, as `UNREACHED_MS` and as `today_ms`; `is_seen` is left false.

    `saved_ms` takes person-milliseconds of cells that reach something today already, `reached`
    the people who do not, `within` those who come within the bound, `gaining` all who gain.
    """
    category_count = node_ms.shape[1]
    for link in range(first_link, last_link):
        cell_count = 0
        for way in range(first_way[link], first_way[link + 1]):
            node_count, size = 1, 0
            best_of_node[start[way]] = 0
            seen_node[0] = start[way]
            size = push(heap_keys, heap_nodes, size, 0, start[way])
            while size > 0:
                time_ms, node = heap_keys[0], heap_nodes[0]
                size = drop_min(heap_keys, heap_nodes, size)
                if time_ms > best_of_node[node]:
                    continue
                if not _gains(time_ms, rest_ms[way], node_ms[node]):
                    continue
                for row in range(first_cell[node], first_cell[node + 1]):
                    own = cell[row]
                    until_ms = time_ms + walk_ms[row]
                    for category in range(category_count):
                        new_ms = until_ms + rest_ms[way, category]
                        if new_ms < best_ms[own, category]:
                            best_ms[own, category] = new_ms
                            if not is_seen[own]:
                                is_seen[own] = True
                                seen_cell[cell_count] = own
                                cell_count += 1
                for arc in range(first_in[node], first_in[node + 1]):
                    if link_of_arc[arc] >= 0 and link_of_arc[arc] != link:
                        continue
                    before, before_ms = tail[arc], time_ms + weight_ms[arc]
                    if before_ms < best_of_node[before]:
                        if best_of_node[before] == UNREACHED_MS:
                            seen_node[node_count] = before
                            node_count += 1
                        best_of_node[before] = before_ms
                        size = push(heap_keys, heap_nodes, size, before_ms, before)
            for row in range(node_count):
                best_of_node[seen_node[row]] = UNREACHED_MS
        for row in range(cell_count):
            own = seen_cell[row]
            is_seen[own] = False
            for category in range(category_count):
                old_ms, new_ms = today_ms[own, category], best_ms[own, category]
                best_ms[own, category] = old_ms
                if new_ms >= old_ms:
                    continue
                gaining[link, category] += people[own]
                if old_ms < UNREACHED_MS:
                    saved_ms[link, category] += people[own] * (old_ms - new_ms)
                else:
                    reached[link, category] += people[own]
                if new_ms <= bound_ms[category] < old_ms:
                    within[link, category] += people[own]
