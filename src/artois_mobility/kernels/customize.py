"""Bring weights onto the upward arcs of a hierarchy.

Every upward arc carries two times: climbing, from its lower end to its upper one, and descending.
Laid first are those of the graph's own arcs; then each triangle with a lower third corner may
shorten its upper side (Dibbelt, Strasser, Wagner 2016, doi 10.1145/2886843, basic customization).
A row, all arcs upward from one rank, is final once all ranks below it are; rows of different
subtrees do not touch each other.
"""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, ArcIds, Flags, Milliseconds, NodeIds, Offsets
from ._arrays import index
from ._signatures import INT, NOTHING, READ_FLAGS, READ_INT32, WRITE_FLAGS, WRITE_INT32
from .chordal import find_arc
from .heap import drop_min, push


@njit(
    NOTHING(READ_INT32, READ_INT32, READ_FLAGS, WRITE_INT32, WRITE_INT32),
    cache=True,
    nogil=True,
)
def lay_weights(
    weight_ms: Milliseconds,
    up_of_arc: ArcIds,
    is_climb: Flags,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
) -> None:
    """Give each upward arc the shortest of the graph's arcs that it stands for."""
    climb_ms[:] = UNREACHED_MS
    descend_ms[:] = UNREACHED_MS
    for arc in range(weight_ms.size):
        up = up_of_arc[arc]
        if up >= 0:
            if is_climb[arc]:
                climb_ms[up] = min(climb_ms[up], weight_ms[arc])
            else:
                descend_ms[up] = min(descend_ms[up], weight_ms[arc])


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def relax_rows(
    first_rank: NodeIds,
    last_rank: NodeIds,
    up_first: Offsets,
    up_depth: NodeIds,
    down_first: Offsets,
    down_arc: ArcIds,
    down_end: Offsets,
    row_climb_ms: Milliseconds,
    row_descend_ms: Milliseconds,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
) -> None:
    """Make the rows of some ranges of ranks final, ascending; the rows below them must be.

    The row at work lies open in `row_*`, indexed by the depth of the heads in the tree, which is
    unique among the ancestors of one rank: no arc has to be searched for.
    """
    for part in range(first_rank.size):
        for rank in range(first_rank[part], last_rank[part] + 1):
            begin, end = index(up_first[rank]), index(up_first[rank + 1])
            for up in range(begin, end):
                depth = index(up_depth[up])
                row_climb_ms[depth] = climb_ms[up]
                row_descend_ms[depth] = descend_ms[up]
            for place in range(index(down_first[rank]), index(down_first[rank + 1])):
                side = index(down_arc[place])
                to_rank_ms, from_rank_ms = climb_ms[side], descend_ms[side]
                for other in range(side + index(1), index(down_end[place])):
                    depth = index(up_depth[other])
                    there_ms = np.int32(from_rank_ms + climb_ms[other])
                    back_ms = np.int32(descend_ms[other] + to_rank_ms)
                    if there_ms < row_climb_ms[depth]:
                        row_climb_ms[depth] = there_ms
                    if back_ms < row_descend_ms[depth]:
                        row_descend_ms[depth] = back_ms
            for up in range(begin, end):
                depth = index(up_depth[up])
                climb_ms[up] = row_climb_ms[depth]
                descend_ms[up] = row_descend_ms[depth]


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def tighten_rows(
    first_rank: NodeIds,
    last_rank: NodeIds,
    up_first: Offsets,
    up_head: NodeIds,
    up_depth: NodeIds,
    up_of_depth: ArcIds,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
) -> None:
    """Shorten the arcs of some ranges of ranks to the shortest times there are between their ends.

    Ranges are taken from behind; the rows of all ranks above must be tight. Whatever leaves a rank
    for good goes by one of its upper neighbours, and from there on the way is tight (perfect
    customization). `up_of_depth` is scratch, one a depth; it must read -1 and is left so.
    """
    for part in range(first_rank.size - 1, -1, -1):
        for rank in range(last_rank[part], first_rank[part] - 1, -1):
            begin, end = up_first[rank], up_first[rank + 1]
            for up in range(begin, end):
                up_of_depth[up_depth[up]] = up
            for up in range(begin, end):
                above = up_head[up]
                for between in range(up_first[above], up_first[above + 1]):
                    other = up_of_depth[up_depth[between]]
                    if other >= 0:  # rank, above, and the head of both `other` and `between`
                        there_ms = np.int32(climb_ms[other] + descend_ms[between])
                        climb_ms[up] = min(climb_ms[up], there_ms)
                        there_ms = np.int32(climb_ms[up] + climb_ms[between])
                        climb_ms[other] = min(climb_ms[other], there_ms)
                        back_ms = np.int32(climb_ms[between] + descend_ms[other])
                        descend_ms[up] = min(descend_ms[up], back_ms)
                        back_ms = np.int32(descend_ms[between] + descend_ms[up])
                        descend_ms[other] = min(descend_ms[other], back_ms)
            for up in range(begin, end):
                up_of_depth[up_depth[up]] = -1


@njit(cache=True, nogil=True)
def shortest_own(
    up: int,
    weight_ms: Milliseconds,
    first_of_up: Offsets,
    arc_of_place: ArcIds,
    is_climb: Flags,
    row_ms: Milliseconds,
) -> None:
    """Write the shortest of the graph's arcs behind an upward arc, climbing and descending."""
    row_ms[:] = UNREACHED_MS
    for place in range(first_of_up[up], first_of_up[up + 1]):
        arc = arc_of_place[place]
        direction = 0 if is_climb[arc] else 1
        row_ms[direction] = min(row_ms[direction], weight_ms[arc])


@njit(cache=True, nogil=True)
def shorten_by_triangles(
    up: int,
    up_head: NodeIds,
    up_tail: NodeIds,
    down_first: Offsets,
    down_arc: ArcIds,
    down_end: Offsets,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
    row_ms: Milliseconds,
) -> None:
    """Shorten an upward arc by the ways through every lower rank that sees both its ends."""
    tail, head = up_tail[up], up_head[up]
    for place in range(index(down_first[tail]), index(down_first[tail + 1])):
        side = index(down_arc[place])
        begin, end = side + index(1), index(down_end[place])
        while begin < end:  # the first arc of the same tail whose head is not below `head`
            middle = (begin + end) // index(2)
            if up_head[middle] < head:
                begin = middle + index(1)
            else:
                end = middle
        if begin < index(down_end[place]) and up_head[begin] == head:
            row_ms[0] = min(row_ms[0], np.int32(descend_ms[side] + climb_ms[begin]))
            row_ms[1] = min(row_ms[1], np.int32(descend_ms[begin] + climb_ms[side]))


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
        WRITE_FLAGS,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def relax_above(
    changed_up: ArcIds,
    weight_ms: Milliseconds,
    first_of_up: Offsets,
    arc_of_place: ArcIds,
    is_climb: Flags,
    up_first: Offsets,
    up_head: NodeIds,
    up_tail: NodeIds,
    down_first: Offsets,
    down_arc: ArcIds,
    down_end: Offsets,
    is_waiting: Flags,
    heap_keys: ArcIds,
    heap_nodes: ArcIds,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
) -> int:
    """Make final every upward arc that some changed ones can have an effect on.

    Arcs are taken by ascending number, thus after every arc below them. One that changes calls
    for the upper side of a triangle only if that side was as long as the old way through it, or
    is longer than the new one. `is_waiting` (a) must be False, and is left so; the heap needs
    room for a entries. Returns how many arcs were computed.
    """
    row_ms = np.empty(2, np.int32)
    size = 0
    for place in range(changed_up.size):
        if not is_waiting[changed_up[place]]:
            is_waiting[changed_up[place]] = True
            size = push(heap_keys, heap_nodes, size, changed_up[place], 0)
    computed = 0
    while size > 0:
        up = heap_keys[0]
        size = drop_min(heap_keys, heap_nodes, size)
        is_waiting[up] = False
        computed += 1
        shortest_own(up, weight_ms, first_of_up, arc_of_place, is_climb, row_ms)
        shorten_by_triangles(
            up, up_head, up_tail, down_first, down_arc, down_end, climb_ms, descend_ms, row_ms
        )
        old_climb_ms, old_descend_ms = climb_ms[up], descend_ms[up]
        if row_ms[0] == old_climb_ms and row_ms[1] == old_descend_ms:
            continue
        climb_ms[up], descend_ms[up] = row_ms[0], row_ms[1]
        tail, head = up_tail[up], up_head[up]
        for other in range(up_first[tail], up_first[tail + 1]):
            if other == up:
                continue
            there, back = (
                (climb_ms, descend_ms) if head < up_head[other] else (descend_ms, climb_ms)
            )
            lower, upper = min(head, up_head[other]), max(head, up_head[other])
            above = find_arc(up_first, up_head, lower, upper)
            if not is_waiting[above] and (
                row_ms[1] + climb_ms[other] < there[above]
                or old_descend_ms + climb_ms[other] == there[above]
                or descend_ms[other] + row_ms[0] < back[above]
                or descend_ms[other] + old_climb_ms == back[above]
            ):
                is_waiting[above] = True
                size = push(heap_keys, heap_nodes, size, above, 0)
    return computed
