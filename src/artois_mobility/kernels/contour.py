"""Boundaries of what is reached on a grid, ring by ring."""

import numpy as np
import numpy.typing as npt
from numba import njit

from .._types import Floats, Milliseconds, Rows
from ._signatures import (
    INT,
    NOTHING,
    READ_FLOAT64,
    READ_FLOAT64_TABLE,
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
