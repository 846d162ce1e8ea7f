"""One shortest path: up both sides of the elimination tree to where they meet, then unpacked.

The searches from a source and from a target climb their ancestors and nothing else (Dibbelt,
Strasser, Wagner 2016, doi 10.1145/2886843, elimination tree query). Where they meet, the path is
a chain of upward arcs; each of these is one arc of the graph or two sides of a lower triangle,
found again by their time, so that customization need not remember any.
"""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, ArcIds, Flags, Milliseconds, NodeIds, Offsets, Rows
from ._arrays import index
from ._signatures import INT, READ_FLAGS, READ_INT32, WRITE_INT32, WRITE_INT32_TABLE

NOT_SEEN = -2
BY_NO_ARC = -1
NO_RANK = -1


@njit(cache=True, nogil=True)
def climb_one(
    seed_rank: NodeIds,
    seed_ms: Milliseconds,
    parent: NodeIds,
    up_first: Offsets,
    up_head: NodeIds,
    up_ms: Milliseconds,
    path_rank: NodeIds,
    time_ms: Milliseconds,
    by_up: ArcIds,
) -> int:
    """List all ancestors of some seeds, ascending, with the times to them by climbing alone.

    `by_up` (n) must read `NOT_SEEN` throughout; it then holds the upward arc that each listed rank
    was reached by, `BY_NO_ARC` at a seed. `time_ms` (n) is written at listed ranks only. Returns
    how many ranks `path_rank` (n) lists.
    """
    count = 0
    for seed in range(seed_rank.size):
        rank = seed_rank[seed]
        while rank >= 0 and by_up[rank] == NOT_SEEN:
            by_up[rank] = BY_NO_ARC
            time_ms[rank] = UNREACHED_MS
            path_rank[count] = rank
            count += 1
            rank = parent[rank]
    path_rank[:count].sort()
    for seed in range(seed_rank.size):
        rank = seed_rank[seed]
        time_ms[rank] = min(time_ms[rank], seed_ms[seed])
    for place in range(count):
        below = index(path_rank[place])
        below_ms = time_ms[below]
        if below_ms < UNREACHED_MS:
            for up in range(index(up_first[below]), index(up_first[below + index(1)])):
                above = index(up_head[up])
                above_ms = np.int32(below_ms + up_ms[up])
                if above_ms < time_ms[above]:
                    time_ms[above] = above_ms
                    by_up[above] = up
    return count


@njit(cache=True, nogil=True)
def find_meeting(
    path_rank: NodeIds, count: int, from_ms: Milliseconds, back_up: ArcIds, to_ms: Milliseconds
) -> int:
    """Return the lowest rank on a shortest path that both climbs list, or `NO_RANK`."""
    meeting, best_ms = NO_RANK, UNREACHED_MS
    for place in range(count):
        rank = path_rank[place]
        if back_up[rank] != NOT_SEEN and from_ms[rank] + to_ms[rank] < best_ms:
            best_ms = from_ms[rank] + to_ms[rank]
            meeting = rank
    return meeting


@njit(cache=True, nogil=True)
def find_own_arc(
    up: int,
    wanted_ms: int,
    is_climbing: bool,
    weight_ms: Milliseconds,
    first_of_up: Offsets,
    arc_of_place: ArcIds,
    is_climb: Flags,
) -> int:
    """Find the graph's first arc behind an upward arc that takes so long, or -1."""
    for place in range(first_of_up[up], first_of_up[up + 1]):
        arc = arc_of_place[place]
        if is_climb[arc] == is_climbing and weight_ms[arc] == wanted_ms:
            return int(arc)
    return -1


@njit(cache=True, nogil=True)
def push_lower_sides(
    up: int,
    wanted_ms: int,
    is_climbing: bool,
    up_head: NodeIds,
    up_tail: NodeIds,
    down_first: Offsets,
    down_arc: ArcIds,
    down_end: Offsets,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
    stack: ArcIds,
    size: int,
) -> int:
    """Push the two sides of the triangle that an upward arc got its time from, first side on top.

    The stack holds an upward arc `u` taken upwards as `u` and taken downwards as `~u`. Returns
    its new size; the old one if there is no such triangle.
    """
    tail, head = up_tail[up], up_head[up]
    for place in range(down_first[tail], down_first[tail + 1]):
        side = down_arc[place]
        if (descend_ms[side] if is_climbing else climb_ms[side]) > wanted_ms:
            continue
        begin, end = side + 1, down_end[place]
        while begin < end:  # the first arc of the same tail whose head is not below `head`
            middle = (begin + end) // 2
            if up_head[middle] < head:
                begin = middle + 1
            else:
                end = middle
        if begin < down_end[place] and up_head[begin] == head:
            if is_climbing and descend_ms[side] + climb_ms[begin] == wanted_ms:
                stack[size], stack[size + 1] = begin, ~side
                return size + 2
            if not is_climbing and descend_ms[begin] + climb_ms[side] == wanted_ms:
                stack[size], stack[size + 1] = side, ~begin
                return size + 2
    return size


@njit(cache=True, nogil=True)
def list_chain(
    rank: int, up_tail: NodeIds, by_up: ArcIds, is_reversed: bool, chain: ArcIds, begin: int
) -> tuple[int, int]:
    """Append the upward arcs between a rank and its seed; return the seed's rank and the new end.

    They stand downwards from the rank, as `~u`; or upwards to it, as `u`, where `is_reversed`.
    """
    end = begin
    while by_up[rank] != BY_NO_ARC:
        up = by_up[rank]
        chain[end] = up if is_reversed else ~up
        rank = up_tail[up]
        end += 1
    if is_reversed:
        for place in range((end - begin) // 2):
            other = end - 1 - place
            chain[begin + place], chain[other] = chain[other], chain[begin + place]
    return rank, end


@njit(cache=True, nogil=True)
def find_seed(rank: int, rank_ms: int, seed_rank: NodeIds, seed_ms: Milliseconds) -> int:
    """Find the first seed that gives a rank its time."""
    for seed in range(seed_rank.size):
        if seed_rank[seed] == rank and seed_ms[seed] == rank_ms:
            return seed
    return -1


@njit(
    INT(
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
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def find_chain(
    source_rank: NodeIds,
    source_ms: Milliseconds,
    target_rank: NodeIds,
    target_ms: Milliseconds,
    parent: NodeIds,
    up_first: Offsets,
    up_head: NodeIds,
    up_tail: NodeIds,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
    path_rank: NodeIds,
    time_ms: Milliseconds,
    by_up: ArcIds,
    chain: ArcIds,
    found: Rows,
) -> int:
    """Write a shortest path from any source to any target as a chain of upward arcs.

    Seeds are ranks with the time already spent there, or still to come. Upward arcs stand in the
    order of travel: `u` for one taken upwards, `~u` downwards. `found` takes the whole time and
    which source and target it leads between. Returns the length of the chain, -1 for no path.
    `path_rank`, `time_ms` and `by_up` are scratch, (2, n); `by_up` must read `NOT_SEEN` throughout
    and is left so. `chain` needs room for 2 n.
    """
    from_count = climb_one(
        source_rank,
        source_ms,
        parent,
        up_first,
        up_head,
        climb_ms,
        path_rank[0],
        time_ms[0],
        by_up[0],
    )
    to_count = climb_one(
        target_rank,
        target_ms,
        parent,
        up_first,
        up_head,
        descend_ms,
        path_rank[1],
        time_ms[1],
        by_up[1],
    )
    meeting = find_meeting(path_rank[0], from_count, time_ms[0], by_up[1], time_ms[1])
    count = -1
    if meeting != NO_RANK:
        first, middle = list_chain(meeting, up_tail, by_up[0], True, chain, 0)
        last, count = list_chain(meeting, up_tail, by_up[1], False, chain, middle)
        found[0] = time_ms[0, meeting] + time_ms[1, meeting]
        found[1] = find_seed(first, time_ms[0, first], source_rank, source_ms)
        found[2] = find_seed(last, time_ms[1, last], target_rank, target_ms)
    for place in range(from_count):
        by_up[0, path_rank[0, place]] = NOT_SEEN
    for place in range(to_count):
        by_up[1, path_rank[1, place]] = NOT_SEEN
    return count


@njit(
    INT(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_FLAGS,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def unpack_chain(
    chain: ArcIds,
    weight_ms: Milliseconds,
    first_of_up: Offsets,
    arc_of_place: ArcIds,
    is_climb: Flags,
    up_head: NodeIds,
    up_tail: NodeIds,
    down_first: Offsets,
    down_arc: ArcIds,
    down_end: Offsets,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
    stack: ArcIds,
    path_arc: ArcIds,
) -> int:
    """Write the graph's arcs of a chain, fewer than n; return how many. `stack` (n + 1) is scratch.

    No node comes twice, not even on a cycle of no length: of all ways equally long the searches
    take the one whose highest ranks are lowest, and a way round a cycle has a higher one than the
    way that leaves it out.
    """
    count = 0
    for step in range(chain.size):
        stack[0] = chain[step]
        size = 1
        while size > 0:
            size -= 1
            is_climbing = stack[size] >= 0
            up = stack[size] if is_climbing else ~stack[size]
            wanted_ms = climb_ms[up] if is_climbing else descend_ms[up]
            arc = find_own_arc(
                up, wanted_ms, is_climbing, weight_ms, first_of_up, arc_of_place, is_climb
            )
            if arc < 0:
                size = push_lower_sides(
                    up,
                    wanted_ms,
                    is_climbing,
                    up_head,
                    up_tail,
                    down_first,
                    down_arc,
                    down_end,
                    climb_ms,
                    descend_ms,
                    stack,
                    size,
                )
                continue
            path_arc[count] = arc
            count += 1
    return count
