"""Travel times from a batch of sources to all nodes: up to the root, then one sweep down.

Each source's upward search is its path to the root; the sweep then takes every rank from the
root down and asks only its upward arcs (PHAST; Delling, Goldberg, Nowatzyk, Werneck 2013,
doi 10.1016/j.jpdc.2012.02.007). All loops run over `LANES` sources at once: a constant known when
compiling, so that the innermost loop becomes wide minimum and add instructions.

What is swept may be all ranks or any set of ranks closed upwards (RPHAST; Delling, Goldberg and
Werneck 2011, doi 10.4230/OASIcs.ATMOS.2011.52); rows and arcs then count within that set.
"""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, Milliseconds, NodeIds, Offsets, Rows
from ._arrays import index
from ._signatures import (
    INT,
    NOTHING,
    READ_INT32,
    READ_INT32_TABLE,
    WRITE_INT32,
    WRITE_INT32_TABLE,
)

LANES = 64
TILE = 32
STAGE = 1024
NOT_ON_PATH = -1


@njit(INT(READ_INT32, READ_INT32, WRITE_INT32, WRITE_INT32), cache=True, nogil=True)
def list_ancestors(
    seed_rank: NodeIds, parent: NodeIds, row_of_rank: Rows, path_rank: NodeIds
) -> int:
    """List the seeds' ranks and all above them, ascending; return how many there are.

    `row_of_rank` (n) must read `NOT_ON_PATH` throughout, and then tells where each listed rank
    stands. `path_rank` needs room for n.
    """
    count = 0
    for seed in range(seed_rank.size):
        rank = seed_rank[seed]
        while rank >= 0 and row_of_rank[rank] == NOT_ON_PATH:
            row_of_rank[rank] = 0
            path_rank[count] = rank
            count += 1
            rank = parent[rank]
    path_rank[:count].sort()
    for row in range(count):
        row_of_rank[path_rank[row]] = row
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
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def climb(
    path_rank: NodeIds,
    seed_rank: NodeIds,
    seed_ms: Milliseconds,
    seed_lane: Rows,
    row_of_rank: Rows,
    up_first: Offsets,
    up_head: NodeIds,
    climb_ms: Milliseconds,
    path_ms: Milliseconds,
) -> None:
    """Write the times to all listed ancestors by climbing alone, one row an ancestor."""
    path_ms[:] = UNREACHED_MS
    for seed in range(seed_rank.size):
        row, lane = row_of_rank[seed_rank[seed]], seed_lane[seed]
        path_ms[row, lane] = min(path_ms[row, lane], seed_ms[seed])
    for row in range(path_rank.size):
        rank = path_rank[row]
        for up in range(up_first[rank], up_first[rank + 1]):
            above = row_of_rank[up_head[up]]
            arc_ms = climb_ms[up]
            for lane in range(LANES):
                time_ms = np.int32(path_ms[row, lane] + arc_ms)
                path_ms[above, lane] = min(path_ms[above, lane], time_ms)


@njit(cache=True, nogil=True, inline="always")
def lower_row(
    begin: np.uint32,
    end: np.uint32,
    row_above: Rows,
    arc_ms: Milliseconds,
    above_ms: Milliseconds,
    here_ms: Milliseconds,
    here: np.uint32,
) -> None:
    """Lower one row of times by way of the upward arcs from `begin` to `end`.

    Two arcs at a time, which halves how often the row itself is read and written.
    """
    up = begin
    while up + index(1) < end:
        one, other = index(row_above[up]), index(row_above[up + index(1)])
        one_ms, other_ms = arc_ms[up], arc_ms[up + index(1)]
        for lane in range(LANES):
            time_ms = min(
                np.int32(above_ms[one, lane] + one_ms), np.int32(above_ms[other, lane] + other_ms)
            )
            here_ms[here, lane] = min(here_ms[here, lane], time_ms)
        up += index(2)
    if up < end:
        one, one_ms = index(row_above[up]), arc_ms[up]
        for lane in range(LANES):
            time_ms = np.int32(above_ms[one, lane] + one_ms)
            here_ms[here, lane] = min(here_ms[here, lane], time_ms)


@njit(
    NOTHING(READ_INT32, READ_INT32, READ_INT32, READ_INT32, READ_INT32_TABLE, WRITE_INT32_TABLE),
    cache=True,
    nogil=True,
)
def sweep_table(
    first: Offsets,
    above: NodeIds,
    arc_ms: Milliseconds,
    path_row: Rows,
    path_ms: Milliseconds,
    table_ms: Milliseconds,
) -> None:
    """Write the times to every swept rank, one row a rank and one column a source.

    The arcs down to rank `x` are `first[x]` to `first[x + 1] - 1`, from rank `above` each.
    `path_row` (r) says where a rank stands in `path_ms`, or `NOT_ON_PATH`.
    """
    for rank in range(path_row.size - 1, -1, -1):
        if path_row[rank] == NOT_ON_PATH:
            for lane in range(LANES):
                table_ms[rank, lane] = UNREACHED_MS
        else:
            for lane in range(LANES):
                table_ms[rank, lane] = path_ms[path_row[rank], lane]
        begin, end = index(first[rank]), index(first[rank + 1])
        lower_row(begin, end, above, arc_ms, table_ms, table_ms, index(rank))


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def sweep_lines(
    first: Offsets,
    above_depth: NodeIds,
    depth: NodeIds,
    arc_ms: Milliseconds,
    path_row: Rows,
    path_ms: Milliseconds,
    open_ms: Milliseconds,
    tile_ms: Milliseconds,
    stage_ms: Milliseconds,
    line_ms: Milliseconds,
) -> None:
    """Write the times to every rank, one line a source, of at most `LANES` sources.

    Ranks are in postorder, so only the rows of the ancestors of the rank at work are ever asked
    for again: `open_ms` holds one row a depth and stays in the cache. `tile_ms` (TILE, LANES)
    collects rows, and `stage_ms` (LANES, STAGE) lines, until long pieces of the lines in memory
    can be written: writing to all of them in turn costs more than the sweep.
    """
    rank_count = path_row.size
    source_count = line_ms.shape[0]
    for block in range((rank_count - 1) // TILE, -1, -1):
        start = block * TILE
        width = min(TILE, rank_count - start)
        for column in range(width - 1, -1, -1):
            rank = start + column
            own = depth[rank]
            if path_row[rank] == NOT_ON_PATH:
                for lane in range(LANES):
                    tile_ms[column, lane] = UNREACHED_MS
            else:
                for lane in range(LANES):
                    tile_ms[column, lane] = path_ms[path_row[rank], lane]
            begin, end = index(first[rank]), index(first[rank + 1])
            lower_row(begin, end, above_depth, arc_ms, open_ms, tile_ms, index(column))
            for lane in range(LANES):
                open_ms[own, lane] = tile_ms[column, lane]
        offset = start % STAGE
        if width == TILE:
            for lane in range(source_count):
                for column in range(TILE):
                    stage_ms[lane, index(offset) + index(column)] = tile_ms[column, lane]
        else:
            for lane in range(source_count):
                for column in range(width):
                    stage_ms[lane, offset + column] = tile_ms[column, lane]
        if offset == 0:
            for lane in range(source_count):
                for column in range(min(STAGE, rank_count - start)):
                    line_ms[lane, index(start) + index(column)] = stage_ms[lane, index(column)]


@njit(
    NOTHING(READ_INT32, READ_INT32, READ_INT32, READ_INT32_TABLE, WRITE_INT32_TABLE),
    cache=True,
    nogil=True,
)
def gather_lines(
    end_place: Rows,
    end_row: Rows,
    end_ms: Milliseconds,
    table_ms: Milliseconds,
    line_ms: Milliseconds,
) -> None:
    """Lower the times of places by those of the nodes around them, one line a source.

    End `e` leads from row `end_row[e]` of the table to place `end_place[e]` in `end_ms[e]`.
    """
    for end in range(end_place.size):
        place, row, way_ms = end_place[end], end_row[end], end_ms[end]
        for lane in range(line_ms.shape[0]):
            time_ms = np.int32(table_ms[row, lane] + way_ms)
            line_ms[lane, place] = min(line_ms[lane, place], time_ms)
