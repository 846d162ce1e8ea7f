"""Open ground around streets on a grid: who hangs where, what lies between, when it is reached.

Lengths are in cells: vertex (row, column) of the grid lies at (column, row). Lines are straight
segments from (x0, y0) to (x1, y1), listed by the buckets of the grid that they touch.
"""

import numpy as np
import numpy.typing as npt
from numba import njit, types

from .._types import UNREACHED_MS, ArcIds, Flags, Floats, Milliseconds, Offsets, Rows
from ._signatures import (
    INT,
    NOTHING,
    READ_FLOAT64,
    READ_INT32,
    READ_INT32_TABLE,
    READ_INT64,
    WRITE_FLAGS,
    WRITE_FLOAT64,
    WRITE_INT32,
    WRITE_INT32_TABLE,
    WRITE_INT64,
)

Places = npt.NDArray[np.int64]
Table = npt.NDArray[np.bool_]

# Ends of walks this near to each other, in cells, are one place.
SAME_END = 1e-5
# Streets that meet where a walk ends, at most.
MOST_TIES = 6


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
    first = int(np.floor((left - SAME_END) / bucket))
    last = int(np.floor((right + SAME_END) / bucket))
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
def _is_blocked(
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


@njit(
    NOTHING(READ_FLOAT64, READ_FLOAT64, READ_FLOAT64, READ_FLOAT64, INT, INT, INT, WRITE_INT64),
    cache=True,
    nogil=True,
)
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


@njit(
    NOTHING(
        READ_FLOAT64,
        READ_FLOAT64,
        READ_FLOAT64,
        READ_FLOAT64,
        INT,
        INT,
        INT,
        WRITE_INT64,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
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


_LINES = (READ_FLOAT64, READ_FLOAT64, READ_FLOAT64, READ_FLOAT64)
_BUCKETS = (READ_INT64, READ_INT32)


@njit(
    NOTHING(
        READ_FLOAT64,
        READ_FLOAT64,
        READ_FLOAT64,
        READ_FLOAT64,
        types.float64,
        *_LINES,
        INT,
        INT,
        INT,
        *_BUCKETS,
        WRITE_FLAGS,
    ),
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
        is_blocked[walk] = _is_blocked(
            px[walk], py[walk], qx[walk], qy[walk], touch, x0, y0, x1, y1,
            bucket, row_count, column_count, first_of_bucket, line_of_place, hint,
        )  # fmt: skip


@njit(
    NOTHING(
        INT,
        INT,
        INT,
        INT,
        types.float64,
        types.float64,
        INT,
        INT,
        INT,
        *_LINES,
        *_BUCKETS,
        *_LINES,
        *_BUCKETS,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def hang_vertices(
    first_row: int,
    first_column: int,
    row_total: int,
    column_total: int,
    limit: float,
    touch: float,
    bucket: int,
    row_count: int,
    column_count: int,
    x0: Floats,
    y0: Floats,
    x1: Floats,
    y1: Floats,
    first_of_bucket: Places,
    line_of_place: Rows,
    bar_x0: Floats,
    bar_y0: Floats,
    bar_x1: Floats,
    bar_y1: Floats,
    bar_first_of_bucket: Places,
    bar_of_place: Rows,
    tie_of_vertex: Rows,
) -> None:
    """Find for every vertex of a block the nearest street to which no barrier bars the walk.

    The walk is straight and no longer than `limit`. Where it ends at a junction all streets there
    are found; of equally near ones elsewhere that further west, then south. `tie_of_vertex` takes
    the lines, -1 for none, a row of `MOST_TIES` for each vertex, row by row of the block.
    """
    hint = np.full(1, -1, np.int32)
    for number in range(row_total * column_total):
        y = float(first_row + number // column_total)
        x = float(first_column + number % column_total)
        own_row, own_column = int(y) // bucket, int(x) // bucket
        best, end_x, end_y = limit, 0.0, 0.0
        ties = 0
        for ring in range(row_count + column_count):
            if ring > 0:
                around = min(
                    x - (own_column - ring + 1) * bucket,
                    (own_column + ring) * bucket - x,
                    y - (own_row - ring + 1) * bucket,
                    (own_row + ring) * bucket - y,
                )
                if around > best + SAME_END:
                    break
            for row in range(max(own_row - ring, 0), min(own_row + ring, row_count - 1) + 1):
                step = 1 if abs(row - own_row) == ring or ring == 0 else 2 * ring
                for column in range(own_column - ring, own_column + ring + 1, step):
                    if column < 0 or column >= column_count:
                        continue
                    here = row * column_count + column
                    for place in range(first_of_bucket[here], first_of_bucket[here + 1]):
                        line = line_of_place[place]
                        dx, dy = x1[line] - x0[line], y1[line] - y0[line]
                        square = dx * dx + dy * dy
                        share = 0.0
                        if square > 0:
                            share = ((x - x0[line]) * dx + (y - y0[line]) * dy) / square
                            share = min(max(share, 0.0), 1.0)
                        foot_x, foot_y = x0[line] + share * dx, y0[line] + share * dy
                        away = np.hypot(foot_x - x, foot_y - y)
                        if away > best + SAME_END:
                            continue
                        is_same = (
                            ties > 0
                            and abs(foot_x - end_x) <= SAME_END
                            and abs(foot_y - end_y) <= SAME_END
                        )
                        if not is_same:
                            is_nearer = away < best - SAME_END or (ties == 0 and away <= limit)
                            is_before = foot_x < end_x - SAME_END or (
                                foot_x <= end_x + SAME_END and foot_y < end_y
                            )
                            if not is_nearer and not (ties > 0 and is_before):
                                continue
                            if _is_blocked(
                                x, y, foot_x, foot_y, touch, bar_x0, bar_y0, bar_x1, bar_y1,
                                bucket, row_count, column_count, bar_first_of_bucket,
                                bar_of_place, hint,
                            ):  # fmt: skip
                                continue
                            best, end_x, end_y = min(away, best), foot_x, foot_y
                            ties = 0
                        is_known = False
                        for tie in range(ties):
                            is_known |= tie_of_vertex[number, tie] == line
                        if not is_known and ties < MOST_TIES:
                            tie_of_vertex[number, ties] = line
                            ties += 1
        for tie in range(ties, MOST_TIES):
            tie_of_vertex[number, tie] = -1


@njit(INT(*_LINES), cache=True, nogil=True)
def count_cuts(x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> int:
    """Count how often lines could cut edges of the grid, at most."""
    count = 0
    for line in range(x0.size):
        count += int(abs(x1[line] - x0[line])) + int(abs(y1[line] - y0[line])) + 4
    return count


@njit(
    INT(*_LINES, INT, INT, WRITE_INT64, WRITE_FLOAT64),
    cache=True,
    nogil=True,
)
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


@njit(
    INT(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        INT,
        WRITE_INT32_TABLE,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def enter_streets(
    first_out: Offsets,
    street_of_arc: ArcIds,
    twin: ArcIds,
    node_ms: Milliseconds,
    bound_ms: int,
    street_ms: Milliseconds,
    entered: ArcIds,
) -> int:
    """Tell when streets are entered, from the times of the nodes that they are entered at.

    Of several arcs along a street the best counts; arcs along none, or along one that trips may
    not begin or end in, have a negative number. A row of `street_ms`, which must hold
    `UNREACHED_MS` throughout, takes the time on the street's own arc, and on its twin. `entered`
    takes the rows that were filled, and their number is returned. Nodes later than `bound_ms`,
    below `UNREACHED_MS`, are passed over.
    """
    count = 0
    for node in range(node_ms.size):
        here_ms = node_ms[node]
        if here_ms > bound_ms:
            continue
        for arc in range(first_out[node], first_out[node + 1]):
            row, side = street_of_arc[arc], 0
            while row >= 0:
                if min(street_ms[row, 0], street_ms[row, 1]) >= UNREACHED_MS:
                    entered[count] = row
                    count += 1
                street_ms[row, side] = min(street_ms[row, side], here_ms)
                row, side = (twin[row], 1) if side == 0 else (-1, 0)
    return count


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        INT,
        READ_INT32,
        READ_INT32_TABLE,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def spread_times(
    arc: ArcIds,
    first: Offsets,
    vertex: Rows,
    walk_ms: Milliseconds,
    ahead_ms: Milliseconds,
    behind_ms: Milliseconds,
    street_ms: Milliseconds,
    bound_ms: int,
    own_arc: ArcIds,
    own_ms: Milliseconds,
    arrival_ms: Milliseconds,
) -> None:
    """Tell every vertex when it is reached, by the best of the streets that it hangs on.

    A row of `street_ms` is when a street is entered, in the arc's own direction and in the other;
    streets entered after `bound_ms` are passed over. On the origin's own streets one also goes
    straight on from where it hangs: `own_ms` holds, for each of them, the walk there, and where
    that is on the arc and on its twin.
    """
    arrival_ms[:] = UNREACHED_MS
    for number in range(arc.size):
        street = arc[number]
        there_ms, back_ms = street_ms[street, 0], street_ms[street, 1]
        if there_ms <= bound_ms or back_ms <= bound_ms:
            for row in range(first[number], first[number + 1]):
                best_ms = min(there_ms + ahead_ms[row], back_ms + behind_ms[row]) + walk_ms[row]
                here = vertex[row]
                arrival_ms[here] = min(arrival_ms[here], best_ms)
        for own in range(own_arc.size):
            if own_arc[own] != street:
                continue
            for row in range(first[number], first[number + 1]):
                direct_ms = UNREACHED_MS
                if own_ms[own, 1] <= ahead_ms[row] < UNREACHED_MS:
                    direct_ms = ahead_ms[row] - own_ms[own, 1]
                if own_ms[own, 2] <= behind_ms[row] < UNREACHED_MS:
                    direct_ms = min(direct_ms, behind_ms[row] - own_ms[own, 2])
                direct_ms += own_ms[own, 0] + walk_ms[row]
                here = vertex[row]
                arrival_ms[here] = min(arrival_ms[here], direct_ms)


@njit(
    NOTHING(READ_INT32, READ_INT32_TABLE, INT, READ_INT32_TABLE, types.boolean[:, ::1]),
    cache=True,
    nogil=True,
)
def mark_tiles(
    entered: ArcIds,
    street_ms: Milliseconds,
    bound_ms: int,
    tiles_of_arc: Rows,
    is_near: Table,
) -> None:
    """Mark the tiles around those of the streets entered that are entered in time.

    A row of `tiles_of_arc` is the first row, first column, last row and last column of the tiles
    around a street.
    """
    for arc in entered:
        if min(street_ms[arc, 0], street_ms[arc, 1]) <= bound_ms:
            for row in range(tiles_of_arc[arc, 0], tiles_of_arc[arc, 2] + 1):
                for column in range(tiles_of_arc[arc, 1], tiles_of_arc[arc, 3] + 1):
                    is_near[row, column] = True
