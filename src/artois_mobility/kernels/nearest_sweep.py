"""The nearest sites of every rank of a hierarchy: up from the sites, then one sweep down.

For the single nearest, time and site are one 64-bit key, so that the smaller of two keys is the
nearer site and ties fall to the smaller id; all categories go side by side. For several
sites per rank, each rank holds a list, kept by `offer`.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from .._types import UNREACHED_MS, Milliseconds, NodeIds, Offsets, Rows
from ._arrays import index
from ._signatures import (
    INT,
    NOTHING,
    READ_INT32,
    READ_INT32_TABLE,
    READ_INT64,
    READ_INT64_TABLE,
    WRITE_INT32_TABLE,
    WRITE_INT64,
    WRITE_INT64_TABLE,
)
from .nearest import NO_SITE, SITE_BITS, SITE_MASK, merge_two, offer, offer_all
from .sweep import NOT_ON_PATH

NO_KEY = (UNREACHED_MS << SITE_BITS) | SITE_MASK

Keys = npt.NDArray[np.int64]


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT64,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT64_TABLE,
    ),
    cache=True,
    nogil=True,
)
def climb_keys(
    path_rank: NodeIds,
    seed_rank: NodeIds,
    seed_key: Keys,
    seed_lane: Rows,
    row_of_rank: Rows,
    up_first: Offsets,
    up_head: NodeIds,
    climb_ms: Milliseconds,
    path_key: Keys,
) -> None:
    """Write the smallest key of every listed ancestor by climbing alone, one column a category."""
    lane_count = path_key.shape[1]
    path_key[:] = NO_KEY
    for seed in range(seed_rank.size):
        row, lane = row_of_rank[seed_rank[seed]], seed_lane[seed]
        path_key[row, lane] = min(path_key[row, lane], seed_key[seed])
    for row in range(path_rank.size):
        rank = path_rank[row]
        for up in range(up_first[rank], up_first[rank + 1]):
            above = row_of_rank[up_head[up]]
            arc_key = np.int64(climb_ms[up]) << SITE_BITS
            for lane in range(lane_count):
                key = path_key[row, lane] + arc_key
                path_key[above, lane] = min(path_key[above, lane], key)


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT64_TABLE,
        WRITE_INT64_TABLE,
    ),
    cache=True,
    nogil=True,
)
def sweep_keys(
    first_rank: NodeIds,
    last_rank: NodeIds,
    first: Offsets,
    above: NodeIds,
    arc_ms: Milliseconds,
    path_row: Rows,
    path_key: Keys,
    key_of_rank: Keys,
) -> None:
    """Write the smallest key of the ranks in some ranges, one column a category.

    The ranges ascend and are taken from behind; all ranks above them must be written.
    """
    lane_count = key_of_rank.shape[1]
    for part in range(first_rank.size - 1, -1, -1):
        for rank in range(last_rank[part], first_rank[part] - 1, -1):
            here = index(rank)
            if path_row[here] == NOT_ON_PATH:
                for lane in range(lane_count):
                    key_of_rank[here, lane] = NO_KEY
            else:
                for lane in range(lane_count):
                    key_of_rank[here, lane] = path_key[path_row[here], lane]
            for arc in range(first[here], first[here + index(1)]):
                there = index(above[arc])
                arc_key = np.int64(arc_ms[arc]) << SITE_BITS
                for lane in range(lane_count):
                    key = key_of_rank[there, lane] + arc_key
                    key_of_rank[here, lane] = min(key_of_rank[here, lane], key)


@njit(
    NOTHING(
        INT,
        INT,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT64_TABLE,
        WRITE_INT64,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def gather_keys(
    first_place: int,
    last_place: int,
    end_place: Rows,
    end_row: Rows,
    end_ms: Milliseconds,
    key_of_rank: Keys,
    best_key: Keys,
    site_of_place: Rows,
    ms_of_place: Milliseconds,
) -> None:
    """Write the nearest site of the places from `first_place` on and before `last_place`.

    One line a category. The ends are those of these places, sorted by place, and lead to rows of
    `key_of_rank`. A place without any site gets `NO_SITE` and `UNREACHED_MS`. `best_key`, one a
    category, is scratch.
    """
    lane_count = best_key.size
    end = 0
    for place in range(first_place, last_place):
        best_key[:] = NO_KEY
        while end < end_place.size and end_place[end] == place:
            row, way_key = index(end_row[end]), np.int64(end_ms[end]) << SITE_BITS
            for lane in range(lane_count):
                best_key[lane] = min(best_key[lane], key_of_rank[row, lane] + way_key)
            end += 1
        at = index(place)
        for lane in range(lane_count):
            time_ms = min(best_key[lane] >> SITE_BITS, UNREACHED_MS)
            ms_of_place[lane, at] = time_ms
            site_of_place[lane, at] = (
                best_key[lane] & SITE_MASK if time_ms < UNREACHED_MS else NO_SITE
            )


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
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def climb_nearest(
    path_rank: NodeIds,
    seed_rank: NodeIds,
    seed_ms: Milliseconds,
    seed_site: Rows,
    row_of_rank: Rows,
    up_first: Offsets,
    up_head: NodeIds,
    climb_ms: Milliseconds,
    path_site: Rows,
    path_ms: Milliseconds,
) -> None:
    """Write the k nearest sites of every listed ancestor by climbing alone."""
    path_site[:] = NO_SITE
    path_ms[:] = UNREACHED_MS
    for seed in range(seed_rank.size):
        row = row_of_rank[seed_rank[seed]]
        offer(path_site, path_ms, row, seed_site[seed], seed_ms[seed])
    for row in range(path_rank.size):
        rank = path_rank[row]
        for up in range(up_first[rank], up_first[rank + 1]):
            above = row_of_rank[up_head[up]]
            offer_all(
                path_site, path_ms, index(row), climb_ms[up], path_site, path_ms, index(above)
            )


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
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
def sweep_nearest(
    first_rank: NodeIds,
    last_rank: NodeIds,
    first: Offsets,
    above: NodeIds,
    arc_ms: Milliseconds,
    path_row: Rows,
    path_site: Rows,
    path_ms: Milliseconds,
    site_of_rank: Rows,
    ms_of_rank: Milliseconds,
) -> None:
    """Write the k nearest sites of the ranks in some ranges, taken as by `sweep_keys`."""
    k = site_of_rank.shape[1]
    for part in range(first_rank.size - 1, -1, -1):
        for rank in range(last_rank[part], first_rank[part] - 1, -1):
            row, arc, end = path_row[rank], first[rank], first[rank + 1]
            if row != NOT_ON_PATH or arc == end:
                for place in range(k):
                    is_known = row != NOT_ON_PATH
                    site_of_rank[rank, place] = path_site[row, place] if is_known else NO_SITE
                    ms_of_rank[rank, place] = path_ms[row, place] if is_known else UNREACHED_MS
            else:
                other = min(arc + 1, end - 1)
                merge_two(
                    site_of_rank,
                    ms_of_rank,
                    index(above[arc]),
                    arc_ms[arc],
                    index(above[other]),
                    arc_ms[other],
                    site_of_rank,
                    ms_of_rank,
                    index(rank),
                )
                arc = other + 1
            for each in range(arc, end):
                offer_all(
                    site_of_rank,
                    ms_of_rank,
                    index(above[each]),
                    arc_ms[each],
                    site_of_rank,
                    ms_of_rank,
                    index(rank),
                )
