"""Nearest sites made right again after a change: only nodes that the change can reach are searched.

Time and site are one key, as in `nearest_sweep`. A node's key can grow only if tight arcs lead from
it to an arc that became longer or to a seed that is gone: those nodes are collected against the
direction of travel and found again from where they border on the others. Keys that shrink spread
from the arcs and seeds that brought it, in the same search (Ramalingam, Reps 1996,
doi 10.1006/jagm.1996.0046).
"""

from numba import njit

from .._types import UNREACHED_MS, ArcIds, Flags, Milliseconds, NodeIds, Offsets, Rows
from ._signatures import (
    NOTHING,
    READ_INT32,
    READ_INT64,
    READ_INT64_TABLE,
    WRITE_FLAGS,
    WRITE_INT32,
    WRITE_INT64,
    WRITE_INT64_TABLE,
)
from .heap import drop_min, push
from .nearest import SITE_BITS
from .nearest_sweep import NO_KEY, Keys

FAR_KEY = UNREACHED_MS << SITE_BITS


@njit(cache=True, nogil=True)
def _later(key: int, time_ms: int) -> int:
    """Put off a key by a time; `NO_KEY` where nothing is reached any more."""
    later = key + (int(time_ms) << SITE_BITS)
    return later if later < FAR_KEY else NO_KEY


@njit(cache=True, nogil=True)
def _collect(
    old_key: Keys,
    changed_arc: ArcIds,
    lost_node: NodeIds,
    lost_key: Keys,
    head: NodeIds,
    tail: NodeIds,
    old_ms: Milliseconds,
    new_ms: Milliseconds,
    first_in: Offsets,
    tail_in: NodeIds,
    old_in_ms: Milliseconds,
    is_seen: Flags,
    seen: NodeIds,
    seen_count: int,
) -> int:
    """List the nodes whose key may have grown behind those seen already; return how many."""
    for row in range(lost_node.size):
        node = lost_node[row]
        if old_key[node] == lost_key[row] and not is_seen[node]:
            is_seen[node] = True
            seen[seen_count] = node
            seen_count += 1
    for row in range(changed_arc.size):
        arc = changed_arc[row]
        node = tail[arc]
        is_longer = new_ms[arc] > old_ms[arc] and old_key[node] < FAR_KEY
        is_tight = old_key[node] == _later(old_key[head[arc]], old_ms[arc])
        if is_longer and is_tight and not is_seen[node]:
            is_seen[node] = True
            seen[seen_count] = node
            seen_count += 1
    row = 0
    while row < seen_count:
        node = seen[row]
        row += 1
        if node >= old_key.size:
            continue
        for place in range(first_in[node], first_in[node + 1]):
            before = tail_in[place]
            if is_seen[before] or old_key[before] >= FAR_KEY:
                continue
            if old_key[before] == _later(old_key[node], old_in_ms[place]):
                is_seen[before] = True
                seen[seen_count] = before
                seen_count += 1
    return seen_count


@njit(cache=True, nogil=True)
def _begin(
    old_key: Keys,
    seen: NodeIds,
    seen_count: int,
    first_out: Offsets,
    head: NodeIds,
    new_ms: Milliseconds,
    is_seen: Flags,
    heap_keys: Keys,
    heap_nodes: NodeIds,
    new_key: Keys,
) -> int:
    """Give the nodes seen the best key that a neighbour not seen has for them."""
    size = 0
    for row in range(seen_count):
        node = seen[row]
        best = NO_KEY
        if node < old_key.size:
            for arc in range(first_out[node], first_out[node + 1]):
                if not is_seen[head[arc]]:
                    best = min(best, _later(old_key[head[arc]], new_ms[arc]))
        new_key[node] = best
        if best < FAR_KEY:
            size = push(heap_keys, heap_nodes, size, best, node)
    return size


@njit(cache=True, nogil=True)
def _offer(
    node: int,
    key: int,
    old_key: Keys,
    is_seen: Flags,
    seen: NodeIds,
    seen_count: int,
    heap_keys: Keys,
    heap_nodes: NodeIds,
    size: int,
    new_key: Keys,
) -> tuple[int, int]:
    """Take a key for a node if it is smaller; return the sizes of the heap and of those seen."""
    if key >= (new_key[node] if is_seen[node] else old_key[node]):
        return size, seen_count
    if not is_seen[node]:
        is_seen[node] = True
        seen[seen_count] = node
        seen_count += 1
    new_key[node] = key
    return push(heap_keys, heap_nodes, size, key, node), seen_count


@njit(cache=True, nogil=True)
def _search(
    old_key: Keys,
    first_in: Offsets,
    tail_in: NodeIds,
    new_in_ms: Milliseconds,
    more_tail: NodeIds,
    more_ms: Milliseconds,
    first_more_in: Offsets,
    is_seen: Flags,
    seen: NodeIds,
    seen_count: int,
    heap_keys: Keys,
    heap_nodes: NodeIds,
    size: int,
    new_key: Keys,
) -> int:
    """Spread the keys on the heap against the direction of travel; return how many are seen."""
    while size > 0:
        key, node = heap_keys[0], heap_nodes[0]
        size = drop_min(heap_keys, heap_nodes, size)
        if key > new_key[node]:
            continue
        if node < old_key.size:
            for place in range(first_in[node], first_in[node + 1]):
                size, seen_count = _offer(
                    tail_in[place], _later(key, new_in_ms[place]), old_key, is_seen, seen,
                    seen_count, heap_keys, heap_nodes, size, new_key,
                )  # fmt: skip
        for arc in range(first_more_in[node], first_more_in[node + 1]):
            size, seen_count = _offer(
                more_tail[arc], _later(key, more_ms[arc]), old_key, is_seen, seen, seen_count,
                heap_keys, heap_nodes, size, new_key,
            )  # fmt: skip
    return seen_count


@njit(cache=True, nogil=True)
def _touch(
    old_key: Keys,
    dirty_place: Rows,
    first_place: Offsets,
    place_at_node: Rows,
    seen: NodeIds,
    seen_count: int,
    new_key: Keys,
    is_touched: Flags,
    touched: Rows,
) -> int:
    """List the places that hang otherwise, or at a node whose key is another; return how many."""
    count = dirty_place.size
    for row in range(count):
        is_touched[dirty_place[row]] = True
        touched[row] = dirty_place[row]
    for row in range(seen_count):
        node = seen[row]
        if node >= old_key.size or new_key[node] == old_key[node]:
            continue
        for at in range(first_place[node], first_place[node + 1]):
            if not is_touched[place_at_node[at]]:
                is_touched[place_at_node[at]] = True
                touched[count] = place_at_node[at]
                count += 1
    return count


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT64,
        READ_INT32,
        READ_INT32,
        READ_INT64,
        READ_INT64_TABLE,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT64_TABLE,
        WRITE_FLAGS,
        WRITE_INT32,
        WRITE_INT64,
        WRITE_INT32,
        WRITE_INT64,
        WRITE_FLAGS,
        WRITE_INT32,
        WRITE_INT64_TABLE,
    ),
    cache=True,
    nogil=True,
)
def repair_keys(
    first_out: Offsets,
    head: NodeIds,
    tail: NodeIds,
    old_ms: Milliseconds,
    new_ms: Milliseconds,
    first_in: Offsets,
    tail_in: NodeIds,
    old_in_ms: Milliseconds,
    new_in_ms: Milliseconds,
    changed_arc: ArcIds,
    more_head: NodeIds,
    more_tail: NodeIds,
    more_ms: Milliseconds,
    first_more_in: Offsets,
    first_seed: Offsets,
    seed_node: NodeIds,
    seed_key: Keys,
    first_lost: Offsets,
    lost_node: NodeIds,
    lost_key: Keys,
    key_of_node: Keys,
    first_place: Offsets,
    place_at_node: Rows,
    first_end: Offsets,
    end_node: NodeIds,
    end_ms: Milliseconds,
    dirty_place: Rows,
    direct_key: Keys,
    is_seen: Flags,
    seen: NodeIds,
    new_key: Keys,
    heap_nodes: NodeIds,
    heap_keys: Keys,
    is_touched: Flags,
    touched: Rows,
    key_of_place: Keys,
) -> None:
    """Write the keys of places that a change has an effect on, one line a category.

    The graph has new weights `new_ms` in place of `old_ms`, which differ in `changed_arc`, and
    more arcs, sorted by head, among its nodes and more nodes behind them. Its arcs into node `v`
    are listed from `first_in[v]` on, with the weights before and after. Of category `c`, the seeds
    after the change are those from `first_seed[c]` on; those `lost` are gone. `key_of_node` are
    the keys before. Places at node `v` before the change are `place_at_node` from `first_place[v]`
    on. `first_end`, `end_node` and `end_ms` are the ways of places after the change; places whose
    ways are others than before are `dirty_place`.
    `direct_key` are keys along a place's own street. `key_of_place` comes in with the keys
    before. The flags come in, and are left, false.
    """
    old_count, node_count = first_out.size - 1, first_more_in.size - 1
    for lane in range(key_of_place.shape[0]):
        old_key = key_of_node[lane]
        seen_count = 0
        for node in range(old_count, node_count):
            is_seen[node] = True
            seen[seen_count] = node
            seen_count += 1
        seen_count = _collect(
            old_key, changed_arc, lost_node[first_lost[lane] : first_lost[lane + 1]],
            lost_key[first_lost[lane] : first_lost[lane + 1]], head, tail, old_ms, new_ms,
            first_in, tail_in, old_in_ms, is_seen, seen, seen_count,
        )  # fmt: skip
        size = _begin(
            old_key, seen, seen_count, first_out, head, new_ms,
            is_seen, heap_keys, heap_nodes, new_key,
        )  # fmt: skip
        for row in range(first_seed[lane], first_seed[lane + 1]):
            size, seen_count = _offer(
                seed_node[row], seed_key[row], old_key, is_seen, seen, seen_count,
                heap_keys, heap_nodes, size, new_key,
            )  # fmt: skip
        for row in range(changed_arc.size + more_head.size):
            is_old = row < changed_arc.size
            arc = changed_arc[row] if is_old else row - changed_arc.size
            end = head[arc] if is_old else more_head[arc]
            key = _later(
                new_key[end] if is_seen[end] else old_key[end],
                new_ms[arc] if is_old else more_ms[arc],
            )
            size, seen_count = _offer(
                tail[arc] if is_old else more_tail[arc], key, old_key, is_seen, seen, seen_count,
                heap_keys, heap_nodes, size, new_key,
            )  # fmt: skip
        seen_count = _search(
            old_key, first_in, tail_in, new_in_ms, more_tail, more_ms, first_more_in,
            is_seen, seen, seen_count, heap_keys, heap_nodes, size, new_key,
        )  # fmt: skip
        touched_count = _touch(
            old_key, dirty_place, first_place, place_at_node, seen, seen_count, new_key,
            is_touched, touched,
        )  # fmt: skip
        for row in range(touched_count):
            place = touched[row]
            is_touched[place] = False
            best = direct_key[lane, place]
            for end in range(first_end[place], first_end[place + 1]):
                node = end_node[end]
                key = new_key[node] if is_seen[node] else old_key[node]
                best = min(best, _later(key, end_ms[end]))
            key_of_place[lane, place] = best
        for row in range(seen_count):
            is_seen[seen[row]] = False
