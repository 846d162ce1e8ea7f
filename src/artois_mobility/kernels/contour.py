"""Boundaries of what is reached on a grid, ring by ring."""

import numpy as np
import numpy.typing as npt
from numba import njit

from .._types import Floats, Milliseconds, Rows
from ._signatures import (
    FLOAT,
    INT,
    NOTHING,
    READ_FLOAT64,
    READ_FLOAT64_TABLE,
    READ_INT32,
    READ_INT32_TABLE,
    READ_INT64,
    WRITE_FLOAT64_TABLE,
    WRITE_INT32,
    WRITE_INT32_TABLE,
    WRITE_INT64,
)

Counts = npt.NDArray[np.int64]

# The boundary keeps this share of an edge away from its ends, and from a barrier.
APART = 0.01
OUTSIDE = -1


@njit(NOTHING(READ_INT32_TABLE, INT, WRITE_INT64), cache=True, nogil=True)
def find_span(arrival_ms: Milliseconds, bound_ms: int, span: Counts) -> None:
    """Find the first and last rows and columns that are reached in time.

    `span` takes the first row, the first column, the last row and the last column; the last are
    before the first where nothing is.
    """
    row_count, column_count = arrival_ms.shape
    span[0], span[1], span[2], span[3] = row_count, column_count, -1, -1
    for row in range(row_count):
        for column in range(column_count):
            if arrival_ms[row, column] <= bound_ms:
                span[0], span[2] = min(span[0], row), row
                span[1], span[3] = min(span[1], column), max(span[3], column)


@njit(NOTHING(READ_INT32_TABLE, INT, WRITE_INT64), cache=True, nogil=True)
def count_crossings(arrival_ms: Milliseconds, threshold_ms: int, counts: Counts) -> None:
    """Count the edges of the grid that the boundary crosses: eastward, and northward."""
    row_count, column_count = arrival_ms.shape
    east, north = 0, 0
    for row in range(row_count):
        for column in range(column_count - 1):
            here = arrival_ms[row, column] <= threshold_ms
            east += here != (arrival_ms[row, column + 1] <= threshold_ms)
    for row in range(row_count - 1):
        for column in range(column_count):
            here = arrival_ms[row, column] <= threshold_ms
            north += here != (arrival_ms[row + 1, column] <= threshold_ms)
    counts[0], counts[1] = east, north


@njit(cache=True, nogil=True)
def _find(keys: Counts, key: int) -> int:
    """Find a key among ascending ones; -1 where it is none of them."""
    low, high = 0, keys.size
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low if low < keys.size and keys[low] == key else -1


@njit(cache=True, nogil=True)
def _share(
    inner_ms: int,
    outer_ms: int,
    threshold_ms: int,
    beyond_ms: int,
    edge: int,
    is_forward: bool,
    cut_edge: Counts,
    first_cut: Floats,
    last_cut: Floats,
) -> float:
    """Tell at which share of an edge the boundary lies, from the end that is reached."""
    cut = _find(cut_edge, edge)
    if cut >= 0:
        gap = first_cut[cut] if is_forward else 1 - last_cut[cut]
        return float(max(gap * (1 - APART), APART / 10))
    least_ms = min(outer_ms, threshold_ms + beyond_ms)
    share = (threshold_ms - inner_ms) / (least_ms - inner_ms)
    return min(max(share, APART), 1 - APART)


@njit(
    INT(
        READ_INT32_TABLE,
        INT,
        INT,
        INT,
        INT,
        INT,
        READ_INT64,
        READ_FLOAT64,
        READ_FLOAT64,
        WRITE_INT32_TABLE,
        WRITE_FLOAT64_TABLE,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def trace_rings(
    arrival_ms: Milliseconds,
    threshold_ms: int,
    beyond_ms: int,
    first_row: int,
    first_column: int,
    grid_columns: int,
    cut_edge: Counts,
    first_cut: Floats,
    last_cut: Floats,
    ring_of_edge: Rows,
    corner: Floats,
    first_of_ring: Rows,
    parent_of_ring: Rows,
) -> int:
    """Trace the boundary of what is reached in time, and return the number of rings.

    The border of the table must not be reached. Each ring crosses edges between a vertex that is
    reached, on its left, and one that is not; where reached vertices lie across from each other
    in a square, they are joined. A ring of the outside has `OUTSIDE` for its parent, one around a
    hole the ring of the outside that it lies in. `corner` takes columns and rows of the whole
    grid, `ring_of_edge` is scratch. `cut_edge` lists the edges that barriers cut, ascending, by
    2 x vertex of the grid for those eastward and 1 more for those northward, and where they do.
    """
    row_count, column_count = arrival_ms.shape
    ring_count, place = 0, 0
    first_of_ring[0] = 0
    ring_of_edge[:] = -1
    for start_row in range(row_count):
        last_ring = -1
        for start_column in range(column_count - 1):
            is_in = arrival_ms[start_row, start_column] <= threshold_ms
            if is_in == (arrival_ms[start_row, start_column + 1] <= threshold_ms):
                continue
            if ring_of_edge[start_row, start_column] < 0:
                parent = OUTSIDE
                if is_in:  # a hole begins: the ring before it belongs to the same part
                    parent = parent_of_ring[last_ring]
                    parent = last_ring if parent == OUTSIDE else parent
                parent_of_ring[ring_count] = parent
                # northwards with a reached vertex in the west, southwards with one in the east
                ahead_row, ahead_column = (1, 0) if is_in else (-1, 0)
                row, column = start_row, start_column + (0 if is_in else 1)
                begin = place
                while True:
                    right_row, right_column = -ahead_column, ahead_row
                    out_row, out_column = row + right_row, column + right_column
                    low_row, low_column = min(row, out_row), min(column, out_column)
                    vertex = (first_row + low_row) * grid_columns + first_column + low_column
                    is_north = right_row != 0
                    share = _share(
                        arrival_ms[row, column], arrival_ms[out_row, out_column],
                        threshold_ms, beyond_ms, 2 * vertex + is_north,
                        right_row + right_column > 0, cut_edge, first_cut, last_cut,
                    )  # fmt: skip
                    corner[place, 0] = first_column + column + share * right_column
                    corner[place, 1] = first_row + row + share * right_row
                    place += 1
                    if not is_north:
                        ring_of_edge[low_row, low_column] = ring_count
                    if arrival_ms[out_row + ahead_row, out_column + ahead_column] <= threshold_ms:
                        row, column = out_row + ahead_row, out_column + ahead_column
                        ahead_row, ahead_column = right_row, right_column
                    elif arrival_ms[row + ahead_row, column + ahead_column] <= threshold_ms:
                        row, column = row + ahead_row, column + ahead_column
                    else:
                        ahead_row, ahead_column = -right_row, -right_column
                    # the start again: the same edge, with the same end reached
                    is_level = ahead_column == 0
                    west = column if ahead_row > 0 else column - 1
                    if is_level and row == start_row and west == start_column:
                        break
                corner[place] = corner[begin]
                place += 1
                ring_count += 1
                first_of_ring[ring_count] = place
            last_ring = ring_of_edge[start_row, start_column]
    return ring_count


@njit(
    FLOAT(
        READ_FLOAT64_TABLE,
        READ_INT32,
        READ_INT32,
        FLOAT,
        WRITE_FLOAT64_TABLE,
        WRITE_INT64,
        WRITE_INT64,
        WRITE_INT64,
    ),
    cache=True,
    nogil=True,
)
def put_together(
    corner: Floats,
    first_of_ring: Rows,
    parent_of_ring: Rows,
    least: float,
    placed: Floats,
    first_placed: Counts,
    first_of_part: Counts,
    counts: Counts,
) -> float:
    """Put the rings around holes behind the one that they lie in, and return the size of all.

    Parts of less than `least` squares are left out; the size is in squares. `placed`,
    `first_placed` and `first_of_part` take what `corner` and `first_of_ring` hold, in the new
    order, `counts` the numbers of rings and of parts.
    """
    size = np.zeros(parent_of_ring.size)
    first_hole, next_hole = np.full((2, parent_of_ring.size), -1, np.int32)
    for ring in range(parent_of_ring.size - 1, -1, -1):
        outside = parent_of_ring[ring]
        if outside == OUTSIDE:
            outside = ring
        else:
            next_hole[ring], first_hole[outside] = first_hole[outside], ring
        first, last = first_of_ring[ring], first_of_ring[ring + 1] - 1
        twice = 0.0
        for place in range(first, last):
            # from the first corner, for digits' sake
            x0, y0 = corner[place, 0] - corner[first, 0], corner[place, 1] - corner[first, 1]
            x1, y1 = corner[place + 1, 0], corner[place + 1, 1]
            twice += x0 * (y1 - corner[first, 1]) - (x1 - corner[first, 0]) * y0
        size[outside] += twice / 2
    ring_count, part_count, place, whole = 0, 0, 0, 0.0
    first_placed[0] = 0
    for outside in range(parent_of_ring.size):
        if parent_of_ring[outside] != OUTSIDE or size[outside] < least:
            continue
        whole += size[outside]
        first_of_part[part_count] = ring_count
        part_count += 1
        ring = outside
        while ring >= 0:
            for old in range(first_of_ring[ring], first_of_ring[ring + 1]):
                placed[place] = corner[old]
                place += 1
            ring_count += 1
            first_placed[ring_count] = place
            ring = first_hole[outside] if ring == outside else next_hole[ring]
    first_of_part[part_count] = ring_count
    counts[0], counts[1] = ring_count, part_count
    return whole


@njit(
    NOTHING(READ_FLOAT64_TABLE, INT, READ_FLOAT64_TABLE, READ_FLOAT64_TABLE, WRITE_FLOAT64_TABLE),
    cache=True,
    nogil=True,
)
def interpolate(
    corner: Floats, spacing: int, lon_deg: Floats, lat_deg: Floats, degrees: Floats
) -> None:
    """Place points, in columns and rows of the grid, between those whose degrees are known.

    The tables hold the degrees of every vertex whose row and column are multiples of `spacing`.
    """
    for point in range(corner.shape[0]):
        x, y = corner[point, 0] / spacing, corner[point, 1] / spacing
        column, row = int(x), int(y)
        x, y = x - column, y - row
        for side, table in enumerate((lon_deg, lat_deg)):
            south = table[row, column] * (1 - x) + table[row, column + 1] * x
            north = table[row + 1, column] * (1 - x) + table[row + 1, column + 1] * x
            degrees[point, side] = south * (1 - y) + north * y
