"""Straight lines on a grid: the buckets they touch, the walks and the edges that they cut.

Lengths are in cells: vertex (row, column) of the grid lies at (column, row). Lines are straight
segments from (x0, y0) to (x1, y1), listed by the buckets of the grid that they touch.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from .._types import Flags, Floats, Rows
from ._signatures import (
    FLOAT,
    INT,
    NOTHING,
    READ_FLOAT64,
    READ_INT32,
    READ_INT64,
    WRITE_FLAGS,
    WRITE_FLOAT64,
    WRITE_INT32,
    WRITE_INT64,
)

Places = npt.NDArray[np.int64]

# Places this near to each other, in cells, are one.
SAME_PLACE = 1e-5
# Types of the ends of lines, and of their lists by bucket.
LINES = (READ_FLOAT64, READ_FLOAT64, READ_FLOAT64, READ_FLOAT64)
BUCKETS = (READ_INT64, READ_INT32)


@njit(cache=True, nogil=True)
def _rows_touched(y0: float, y1: float, bucket: int, row_count: int) -> tuple[int, int]:
    low = int(np.floor(min(y0, y1) / bucket))
    high = int(np.floor(max(y0, y1) / bucket))
    return max(low, 0), min(high, row_count - 1)


@njit(cache=True, nogil=True)
def _columns_touched(
    x0: float, y0: float, x1: float, y1: float, row: int, bucket: int, column_count: int
) -> tuple[int, int]:
    """Find the columns that a line touches in a row of buckets."""
    left, right = min(x0, x1), max(x0, x1)
    if y0 != y1:
        slope = (x1 - x0) / (y1 - y0)
        one = x0 + slope * (row * bucket - y0)
        other = x0 + slope * ((row + 1) * bucket - y0)
        left = max(left, min(one, other))
        right = min(right, max(one, other))
    # a hair's breadth more on either side: the borders above are rounded
    first = int(np.floor((left - SAME_PLACE) / bucket))
    last = int(np.floor((right + SAME_PLACE) / bucket))
    return max(first, 0), min(last, column_count - 1)


@njit(cache=True, nogil=True)
def _turn(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Tell on which side of the line from a to b a point lies, by the sign."""
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax)


@njit(cache=True, nogil=True)
def _meet(
    ax: float, ay: float, bx: float, by: float, cx: float, cy: float, dx: float, dy: float
) -> bool:
    """Tell whether two lines have a point in common."""
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    one, other = _turn(ax, ay, bx, by, cx, cy), _turn(ax, ay, bx, by, dx, dy)
    if (one > 0 and other > 0) or (one < 0 and other < 0):
        return False
    one, other = _turn(cx, cy, dx, dy, ax, ay), _turn(cx, cy, dx, dy, bx, by)
    return not ((one > 0 and other > 0) or (one < 0 and other < 0))


@njit(cache=True, nogil=True)
def is_walk_barred(
    px: float,
    py: float,
    qx: float,
    qy: float,
    touch: float,
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    bucket: int,
    row_count: int,
    column_count: int,
    first_of_bucket: Places,
    line_of_place: Rows,
    hint: Rows,
) -> bool:
    """Tell whether a walk crosses a line between its ends; `hint` holds the last that was."""
    length = np.hypot(qx - px, qy - py)
    if length <= 2 * touch:
        return False
    step_x, step_y = (qx - px) * touch / length, (qy - py) * touch / length
    px, py, qx, qy = px + step_x, py + step_y, qx - step_x, qy - step_y
    last = hint[0]
    if last >= 0 and _meet(px, py, qx, qy, x0[last], y0[last], x1[last], y1[last]):
        return True
    low, high = _rows_touched(py, qy, bucket, row_count)
    for row in range(low, high + 1):
        left, right = _columns_touched(px, py, qx, qy, row, bucket, column_count)
        for column in range(left, right + 1):
            here = row * column_count + column
            for place in range(first_of_bucket[here], first_of_bucket[here + 1]):
                line = line_of_place[place]
                if _meet(px, py, qx, qy, x0[line], y0[line], x1[line], y1[line]):
                    hint[0] = line
                    return True
    return False


@njit(NOTHING(*LINES, INT, INT, INT, WRITE_INT64), cache=True, nogil=True)
def count_touched(
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    bucket: int,
    row_count: int,
    column_count: int,
    size_of_bucket: Places,
) -> None:
    """Count the lines that touch each bucket of so many cells a side; what lies outside is not."""
    for line in range(x0.size):
        low, high = _rows_touched(y0[line], y1[line], bucket, row_count)
        for row in range(low, high + 1):
            left, right = _columns_touched(
                x0[line], y0[line], x1[line], y1[line], row, bucket, column_count
            )
            for column in range(left, right + 1):
                size_of_bucket[row * column_count + column] += 1


@njit(NOTHING(*LINES, INT, INT, INT, WRITE_INT64, WRITE_INT32), cache=True, nogil=True)
def list_touching(
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    bucket: int,
    row_count: int,
    column_count: int,
    place_of_bucket: Places,
    line_of_place: Rows,
) -> None:
    """List the lines by bucket; `place_of_bucket` is where each begins, and ends as its end."""
    for line in range(x0.size):
        low, high = _rows_touched(y0[line], y1[line], bucket, row_count)
        for row in range(low, high + 1):
            left, right = _columns_touched(
                x0[line], y0[line], x1[line], y1[line], row, bucket, column_count
            )
            for column in range(left, right + 1):
                here = row * column_count + column
                line_of_place[place_of_bucket[here]] = line
                place_of_bucket[here] += 1


@njit(
    NOTHING(*LINES, FLOAT, *LINES, INT, INT, INT, *BUCKETS, WRITE_FLAGS),
    cache=True,
    nogil=True,
)
def find_blocked(
    px: Floats,
    py: Floats,
    qx: Floats,
    qy: Floats,
    touch: float,
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    bucket: int,
    row_count: int,
    column_count: int,
    first_of_bucket: Places,
    line_of_place: Rows,
    is_blocked: Flags,
) -> None:
    """Tell which walks from p to q cross a line, but for the last `touch` at either end."""
    hint = np.full(1, -1, np.int32)
    for walk in range(px.size):
        is_blocked[walk] = is_walk_barred(
            px[walk], py[walk], qx[walk], qy[walk], touch, x0, y0, x1, y1,
            bucket, row_count, column_count, first_of_bucket, line_of_place, hint,
        )  # fmt: skip


@njit(INT(*LINES), cache=True, nogil=True)
def count_cuts(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> int:
    """Count how often lines could cut edges of the grid, at most."""
    count = 0
    for line in range(x0.size):
        count += int(abs(x1[line] - x0[line])) + int(abs(y1[line] - y0[line])) + 4
    return count


@njit(INT(*LINES, INT, INT, WRITE_INT64, WRITE_FLOAT64), cache=True, nogil=True)
def list_cuts(
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    row_count: int,
    column_count: int,
    edge: Places,
    share: Floats,
) -> int:
    """List the edges of the grid that lines cut, with the share where they do; return how many.

    The edge from a vertex eastward is twice the vertex's number, that northward one more. A line
    along an edge cuts it at either end.
    """
    count = 0
    for line in range(x0.size):
        for is_north in range(2):
            ax, ay, bx, by = x0[line], y0[line], x1[line], y1[line]
            size, breadth = row_count, column_count
            if is_north:
                ax, ay, bx, by = ay, ax, by, bx
                size, breadth = column_count, row_count
            low = max(int(np.ceil(min(ay, by))), 0)
            high = min(int(np.floor(max(ay, by))), size - 1)
            for across in range(low, high + 1):
                place = ax
                if ay != by:
                    place = ax + (bx - ax) * (across - ay) / (by - ay)
                along = int(np.floor(place))
                if along < 0 or along >= breadth - 1:
                    continue
                vertex = across * column_count + along
                if is_north:
                    vertex = along * column_count + across
                edge[count] = 2 * vertex + is_north
                share[count] = place - along
                count += 1
    return count
