"""The k nearest sites of every node, and of places inside arcs."""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, ArcIds, Milliseconds, NodeIds, Offsets, Rows
from ._arrays import index
from ._signatures import (
    INT,
    NOTHING,
    READ_INT32,
    READ_INT32_TABLE,
    WRITE_INT32,
    WRITE_INT32_TABLE,
    WRITE_INT64,
)
from .heap import drop_min, push

SITE_BITS = 31
SITE_MASK = 2**SITE_BITS - 1
NO_SITE = -1


@njit(cache=True, nogil=True)
def holds(site_of_rank: Rows, row: int, site: int) -> bool:
    """Tell whether `site` stands among the ranks of a row filled so far."""
    for rank in range(site_of_rank.shape[1]):
        if site_of_rank[row, rank] == site:
            return True
        if site_of_rank[row, rank] == NO_SITE:
            return False
    return False


@njit(cache=True, nogil=True)
def offer(
    site_of_rank: Rows, ms_of_rank: Milliseconds, row: int | np.uint32, site: int, time_ms: int
) -> None:
    """Take `site` into a row if it is nearer than what stands there, each site once.

    The ranks stay sorted by time, then site: ties fall to smaller ids.
    """
    rank_count = site_of_rank.shape[1]
    at = rank_count
    for rank in range(rank_count):
        if site_of_rank[row, rank] == site:
            if ms_of_rank[row, rank] <= time_ms:
                return
            at = rank  # the same site by a longer way: it moves up from here
            break
    if at == rank_count:
        at = rank_count - 1
        last_ms = ms_of_rank[row, at]
        if last_ms < time_ms or (last_ms == time_ms and 0 <= site_of_rank[row, at] < site):
            return
    while at > 0 and (
        ms_of_rank[row, at - 1] > time_ms
        or (ms_of_rank[row, at - 1] == time_ms and site_of_rank[row, at - 1] > site)
    ):
        site_of_rank[row, at] = site_of_rank[row, at - 1]
        ms_of_rank[row, at] = ms_of_rank[row, at - 1]
        at -= 1
    site_of_rank[row, at] = site
    ms_of_rank[row, at] = time_ms


@njit(cache=True, nogil=True)
def offer_all(
    site_of_rank: Rows,
    ms_of_rank: Milliseconds,
    row: int | np.uint32,
    way_ms: int,
    site_here: Rows,
    ms_here: Milliseconds,
    row_here: int | np.uint32,
) -> None:
    """Offer the sites of one row to another, `way_ms` later.

    Neighbours mostly list the same sites in the same order: then one look per rank is enough.
    Rows are named by number, since a view of a row costs more than the work on it.
    """
    rank_count = ms_of_rank.shape[1]
    is_empty = ms_here[row_here, 0] == UNREACHED_MS
    for rank in range(rank_count):
        time_ms = np.int32(ms_of_rank[row, rank] + way_ms)
        if time_ms >= UNREACHED_MS or time_ms > ms_here[row_here, rank_count - 1]:
            return
        site = site_of_rank[row, rank]
        if is_empty:
            site_here[row_here, rank] = site
            ms_here[row_here, rank] = time_ms
        elif site_here[row_here, rank] != site or ms_here[row_here, rank] > time_ms:
            offer(site_here, ms_here, row_here, int(site), int(time_ms))


@njit(cache=True, nogil=True)
def merge_two(
    site_of_rank: Rows,
    ms_of_rank: Milliseconds,
    row: int | np.uint32,
    way_ms: int,
    other_row: int | np.uint32,
    other_way_ms: int,
    site_here: Rows,
    ms_here: Milliseconds,
    row_here: int | np.uint32,
) -> None:
    """Write the nearest sites of two rows, each its way later, to another, whatever stood there.

    The rows are sorted, so the nearer head of the two goes first; a site that both list is written
    with its smaller time only. A row may be given twice.
    """
    rank_count = ms_of_rank.shape[1]
    place, other, count = index(0), index(0), index(0)
    time_ms = np.int32(ms_of_rank[row, place] + way_ms)
    other_ms = np.int32(ms_of_rank[other_row, other] + other_way_ms)
    while count < rank_count:
        nearest_ms = min(time_ms, other_ms)
        if nearest_ms >= UNREACHED_MS:
            break
        if time_ms < other_ms or (
            time_ms == other_ms and site_of_rank[row, place] < site_of_rank[other_row, other]
        ):
            site = site_of_rank[row, place]
            place += index(1)
            time_ms = np.int32(UNREACHED_MS)
            if place < rank_count:
                time_ms = np.int32(ms_of_rank[row, place] + way_ms)
        else:
            site = site_of_rank[other_row, other]
            other += index(1)
            other_ms = np.int32(UNREACHED_MS)
            if other < rank_count:
                other_ms = np.int32(ms_of_rank[other_row, other] + other_way_ms)
        is_new = True
        for rank in range(count):
            if site_here[row_here, rank] == site:
                is_new = False
                break
        if is_new:
            site_here[row_here, count] = site
            ms_here[row_here, count] = nearest_ms
            count += index(1)
    for rank in range(count, rank_count):
        site_here[row_here, rank] = NO_SITE
        ms_here[row_here, rank] = UNREACHED_MS


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT64,
        WRITE_INT32,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def search_nearest(
    first_out: Offsets,
    head: NodeIds,
    weight_ms: Milliseconds,
    seed_node: NodeIds,
    seed_ms: Milliseconds,
    seed_site: Rows,
    heap_keys: Milliseconds,
    heap_nodes: NodeIds,
    site_of_node: Rows,
    ms_of_node: Milliseconds,
) -> None:
    """Write the k nearest sites of every node and their times, one column a rank.

    A node is settled up to k times, each time for another site, in the order of (time, site):
    so ties fall to the smaller site even across arcs of no length. Unused ranks read `NO_SITE`
    and `UNREACHED_MS`. The heap needs room for k entries per arc and one per seed.
    """
    site_of_node[:] = NO_SITE
    ms_of_node[:] = UNREACHED_MS
    rank_count = site_of_node.shape[1]
    size = 0
    for seed in range(seed_node.size):
        if seed_ms[seed] < UNREACHED_MS:
            key = (np.int64(seed_ms[seed]) << SITE_BITS) | seed_site[seed]
            size = push(heap_keys, heap_nodes, size, key, seed_node[seed])
    while size > 0:
        key = heap_keys[0]
        tail = heap_nodes[0]
        size = drop_min(heap_keys, heap_nodes, size)
        site = key & SITE_MASK
        if site_of_node[tail, rank_count - 1] != NO_SITE or holds(site_of_node, tail, site):
            continue
        tail_ms = key >> SITE_BITS
        offer(site_of_node, ms_of_node, tail, site, tail_ms)
        for arc in range(first_out[tail], first_out[tail + 1]):
            arrival_ms = tail_ms + weight_ms[arc]
            if arrival_ms < UNREACHED_MS and site_of_node[head[arc], rank_count - 1] == NO_SITE:
                key = (arrival_ms << SITE_BITS) | site
                size = push(heap_keys, heap_nodes, size, key, head[arc])


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def gather_nearest(
    place: Rows,
    end_node: NodeIds,
    end_ms: Milliseconds,
    site_of_node: Rows,
    ms_of_node: Milliseconds,
    site_of_place: Rows,
    ms_of_place: Milliseconds,
) -> None:
    """Write the nearest sites of places from the nodes around them, with the way there added.

    End `e` leads from place `place[e]` to node `end_node[e]` in `end_ms[e]`; ends are sorted by
    place. Places without ends keep what stands there.
    """
    end = 0
    while end < place.size:
        row = index(place[end])
        other = end + 1 if end + 1 < place.size and place[end + 1] == place[end] else end
        merge_two(
            site_of_node,
            ms_of_node,
            index(end_node[end]),
            end_ms[end],
            index(end_node[other]),
            end_ms[other],
            site_of_place,
            ms_of_place,
            row,
        )
        end = other + 1
        while end < place.size and place[end] == row:
            offer_all(
                site_of_node,
                ms_of_node,
                index(end_node[end]),
                end_ms[end],
                site_of_place,
                ms_of_place,
                row,
            )
            end += 1


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32,
        INT,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def gather_neighbours(
    place: Rows,
    arc: ArcIds,
    along_ms: Milliseconds,
    offroad_ms: Milliseconds,
    site: Rows,
    first_of_arc: Offsets,
    site_along_ms: Milliseconds,
    site_offroad_ms: Milliseconds,
    forward_sign: int,
    site_of_place: Rows,
    ms_of_place: Milliseconds,
) -> None:
    """Offer each place the sites on its own arc, without going round by an end.

    Columns 0 and 1 of the two `along` tables are the positions on the arc and on its twin. Site
    attachments are sorted by arc; those of arc `a` are `first_of_arc[a]` to
    `first_of_arc[a + 1] - 1`. `forward_sign` is 1 from place to site and -1 from site to place.
    """
    for attachment in range(place.size):
        row = place[attachment]
        for other in range(first_of_arc[arc[attachment]], first_of_arc[arc[attachment] + 1]):
            for side in range(2):
                here_ms = along_ms[attachment, side]
                there_ms = site_along_ms[other, side]
                if here_ms >= UNREACHED_MS or there_ms >= UNREACHED_MS:
                    continue
                between_ms = forward_sign * (there_ms - here_ms)
                if between_ms >= 0:
                    time_ms = offroad_ms[attachment] + between_ms + site_offroad_ms[other]
                    offer(site_of_place, ms_of_place, row, site[other], time_ms)
