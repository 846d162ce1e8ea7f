"""When streets are entered, when that reaches the vertices around them, and in which tiles."""

import numpy as np
import numpy.typing as npt
from numba import njit, types

from .._types import UNREACHED_MS, ArcIds, Milliseconds, Offsets, Rows
from ._signatures import INT, NOTHING, READ_INT32, READ_INT32_TABLE, WRITE_INT32, WRITE_INT32_TABLE

Table = npt.NDArray[np.bool_]


@njit(
    INT(READ_INT32, READ_INT32, READ_INT32, READ_INT32, INT, WRITE_INT32_TABLE, WRITE_INT32),
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
