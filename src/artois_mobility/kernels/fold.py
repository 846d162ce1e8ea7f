"""Add up what a batch of sources reaches while sweeping down; no table of times is kept.

In postorder only the rows of the ancestors of the rank at work can still be asked for, so one row a
depth is open and all of them stay in the cache. Subtrees that nobody reaches in time are passed
over whole.
"""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, Floats, Milliseconds, NodeIds, Offsets, Rows
from ._arrays import index
from ._signatures import (
    INT,
    NOTHING,
    READ_FLOAT64,
    READ_FLOAT64_TABLE,
    READ_INT32,
    READ_INT32_TABLE,
    WRITE_FLOAT64_TABLE,
    WRITE_INT32,
    WRITE_INT32_TABLE,
)
from .sweep import LANES, NOT_ON_PATH

MS_PER_S = 1000


@njit(cache=True, nogil=True, inline="always")
def is_beyond(begin: int, end: int, up_depth: NodeIds, best_ms: Milliseconds, last_ms: int) -> bool:
    """Tell whether no open row that upward arcs lead to holds a time of at most `last_ms`."""
    nearest_ms = UNREACHED_MS
    for up in range(begin, end):
        nearest_ms = min(nearest_ms, best_ms[up_depth[up]])
    return nearest_ms > last_ms


@njit(cache=True, nogil=True, inline="always")
def open_row(
    begin: int,
    end: int,
    own: np.uint32,
    path: int,
    above_depth: NodeIds,
    arc_ms: Milliseconds,
    path_ms: Milliseconds,
    best_ms: Milliseconds,
    open_ms: Milliseconds,
) -> None:
    """Write the row at depth `own` from those above it, and its smallest time to `best_ms`.

    `path` is its row in `path_ms`, or `NOT_ON_PATH`. Most ranks have one or two arcs, so these are
    taken in one go with the first writing of the row; an arc without a second goes twice.
    """
    smallest_ms = np.int32(UNREACHED_MS)
    arc = begin
    if path != NOT_ON_PATH or begin == end:
        for lane in range(LANES):
            time_ms = path_ms[path, lane] if path != NOT_ON_PATH else np.int32(UNREACHED_MS)
            open_ms[own, lane] = time_ms
            smallest_ms = min(smallest_ms, time_ms)
    else:
        other = min(begin + 1, end - 1)
        one_row, other_row = index(above_depth[arc]), index(above_depth[other])
        one_ms, other_ms = arc_ms[arc], arc_ms[other]
        for lane in range(LANES):
            time_ms = min(
                np.int32(open_ms[one_row, lane] + one_ms),
                np.int32(open_ms[other_row, lane] + other_ms),
            )
            time_ms = min(time_ms, np.int32(UNREACHED_MS))
            open_ms[own, lane] = time_ms
            smallest_ms = min(smallest_ms, time_ms)
        arc += 2
    while arc < end:
        other = min(arc + 1, end - 1)
        one_row, other_row = index(above_depth[arc]), index(above_depth[other])
        one_ms, other_ms = arc_ms[arc], arc_ms[other]
        for lane in range(LANES):
            time_ms = min(
                np.int32(open_ms[one_row, lane] + one_ms),
                np.int32(open_ms[other_row, lane] + other_ms),
            )
            time_ms = min(time_ms, open_ms[own, lane])
            open_ms[own, lane] = time_ms
            smallest_ms = min(smallest_ms, time_ms)
        arc += 2
    best_ms[own] = smallest_ms


@njit(cache=True, nogil=True, inline="always")
def weigh_row(
    time_ms: Milliseconds,
    worth: float,
    bound_ms: Milliseconds,
    factor: Floats,
    sums: Floats,
    line: int,
) -> None:
    """Add one place to the sums from line `line` on: within each bound, then by each decay."""
    for bound in range(bound_ms.size):
        limit_ms, at = bound_ms[bound], index(line + bound)
        for lane in range(LANES):
            sums[at, lane] += worth if time_ms[lane] <= limit_ms else 0.0
    decay_count, second_count = factor.shape
    if decay_count > 0:
        last_ms = (second_count - 1) * MS_PER_S
        for lane in range(LANES):
            if time_ms[lane] <= last_ms:
                second = index(time_ms[lane] + (MS_PER_S - 1)) // index(MS_PER_S)
                for decay in range(decay_count):
                    sums[line + bound_ms.size + decay, lane] += worth * factor[decay, second]


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
        READ_INT32_TABLE,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_FLOAT64,
        INT,
        READ_INT32,
        READ_FLOAT64_TABLE,
        WRITE_INT32,
        WRITE_INT32_TABLE,
        WRITE_INT32,
        WRITE_FLOAT64_TABLE,
    ),
    cache=True,
    nogil=True,
)
def fold_places(
    first: Offsets,
    above_depth: NodeIds,
    arc_ms: Milliseconds,
    up_first: Offsets,
    up_depth: NodeIds,
    depth: NodeIds,
    subtree_size: NodeIds,
    path_row: Rows,
    path_ms: Milliseconds,
    hung_first: Offsets,
    way_first: Offsets,
    way_depth: NodeIds,
    way_ms: Milliseconds,
    group: Rows,
    worth: Floats,
    last_ms: int,
    bound_ms: Milliseconds,
    factor: Floats,
    best_ms: Milliseconds,
    open_ms: Milliseconds,
    place_ms: Milliseconds,
    sums: Floats,
) -> None:
    """Add up the worth of the places that each source reaches, by group.

    Times come down by the arcs of `first`, `above_depth` and `arc_ms`. All upward arcs of a rank,
    `up_first` and `up_depth`, tell from where its subtree can be entered: it is passed over when
    none of these rows is within `last_ms` for any source.

    The places hung at rank `x` are `hung_first[x]` to `hung_first[x + 1] - 1`. The ways to place
    `p` are `way_first[p]` to `way_first[p + 1] - 1`; each leads from the open row at `way_depth`,
    that of `x` or of an ancestor, in `way_ms`. `bound_ms` are thresholds; `factor` (decays,
    seconds) is the weight of each whole second, times rounded up to it. `sums` has a line for each
    threshold, then for each decay, group after group, and a column a source. `best_ms`, `open_ms`
    (one a depth) and `place_ms` (LANES) are scratch.
    """
    line_count = bound_ms.size + factor.shape[0]
    rank = path_row.size - 1
    while rank >= 0:
        begin, end, path = up_first[rank], up_first[rank + 1], path_row[rank]
        if path == NOT_ON_PATH and is_beyond(begin, end, up_depth, best_ms, last_ms):
            rank -= subtree_size[rank]
            continue
        begin, end, own = first[rank], first[rank + 1], index(depth[rank])
        open_row(begin, end, own, path, above_depth, arc_ms, path_ms, best_ms, open_ms)
        for place in range(hung_first[rank], hung_first[rank + 1]):
            way, end_way = way_first[place], way_first[place + 1]
            smallest_ms = UNREACHED_MS
            for each in range(way, end_way):
                smallest_ms = min(smallest_ms, best_ms[way_depth[each]] + way_ms[each])
            if smallest_ms > last_ms:
                continue
            one_row, one_ms = index(way_depth[way]), way_ms[way]
            for lane in range(LANES):
                place_ms[lane] = open_ms[one_row, lane] + one_ms
            for each in range(way + 1, end_way):
                other_row, other_ms = index(way_depth[each]), way_ms[each]
                for lane in range(LANES):
                    time_ms = np.int32(open_ms[other_row, lane] + other_ms)
                    place_ms[lane] = min(place_ms[lane], time_ms)
            weigh_row(place_ms, worth[place], bound_ms, factor, sums, group[place] * line_count)
        rank -= 1
