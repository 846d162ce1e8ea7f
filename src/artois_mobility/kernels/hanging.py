"""Which streets the vertices of a grid hang on: the nearest that no barrier bars the walk to.

Lengths are in cells, and lines are listed by the buckets of the grid, as in `grid_lines`.
"""

import numpy as np
from numba import njit

from .._types import Floats, Rows
from ._signatures import FLOAT, INT, NOTHING, WRITE_INT32_TABLE
from .grid_lines import BUCKETS, LINES, SAME_PLACE, Places, is_walk_barred

# Streets that meet where a walk ends, at most.
MOST_TIES = 6


@njit(cache=True, nogil=True)
def _way_to_ring(x: float, y: float, row: int, column: int, ring: int, bucket: int) -> float:
    """Measure how far the nearest bucket of a ring around a point's own bucket is."""
    return min(
        x - (column - ring + 1) * bucket,
        (column + ring) * bucket - x,
        y - (row - ring + 1) * bucket,
        (row + ring) * bucket - y,
    )


@njit(cache=True, nogil=True)
def _foot(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float]:
    """Find the point of a line that is nearest to another."""
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0:
        share = ((x - x0) * dx + (y - y0) * dy) / square
        share = min(max(share, 0.0), 1.0)
    return x0 + share * dx, y0 + share * dy


@njit(
    NOTHING(
        INT,
        INT,
        INT,
        INT,
        FLOAT,
        FLOAT,
        INT,
        INT,
        INT,
        *LINES,
        *BUCKETS,
        *LINES,
        *BUCKETS,
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
            around = _way_to_ring(x, y, own_row, own_column, ring, bucket)
            if ring > 0 and around > best + SAME_PLACE:
                break
            for row in range(max(own_row - ring, 0), min(own_row + ring, row_count - 1) + 1):
                step = 1 if abs(row - own_row) == ring or ring == 0 else 2 * ring
                for column in range(own_column - ring, own_column + ring + 1, step):
                    if column < 0 or column >= column_count:
                        continue
                    here = row * column_count + column
                    for place in range(first_of_bucket[here], first_of_bucket[here + 1]):
                        line = line_of_place[place]
                        foot_x, foot_y = _foot(x, y, x0[line], y0[line], x1[line], y1[line])
                        away = np.hypot(foot_x - x, foot_y - y)
                        if away > best + SAME_PLACE:
                            continue
                        is_same = (
                            ties > 0
                            and abs(foot_x - end_x) <= SAME_PLACE
                            and abs(foot_y - end_y) <= SAME_PLACE
                        )
                        if not is_same:
                            is_nearer = away < best - SAME_PLACE or (ties == 0 and away <= limit)
                            is_before = foot_x < end_x - SAME_PLACE or (
                                foot_x <= end_x + SAME_PLACE and foot_y < end_y
                            )
                            if not is_nearer and not (ties > 0 and is_before):
                                continue
                            if is_walk_barred(
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
