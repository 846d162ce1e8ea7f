"""Earliest arrivals by public transport, round by round: RAPTOR.

Delling, Pajor and Werneck 2015, doi 10.1287/trsc.2014.0534. A pattern is a sequence of stops that
some trips serve without overtaking each other, so that the first one to catch is the best one. A
round adds one trip; between two trips lies at most one walk, exactly as long as the walking network
says, and never a chain of them.

A timetable of p positions, r patterns and s stops is told by

- `first_stop` (r + 1,), `stop_at` (p,), `may_board` and `may_alight` (p,): the stops of patterns;
- `first_trip` (r + 1,), `first_time` (r + 1,), `arrival_ms`, `departure_ms`: its trips in their
  order, one row of times for each;
- `first_visit` (s + 1,), `visit_pattern`, `visit_position`: where patterns call at a stop;
- `first_walk` (s + 1,), `walk_to`, `walk_ms`: stops that one walks to, the stop itself among them
  with the time that changing there takes.
"""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, Flags, Milliseconds, Offsets, Rows
from ._signatures import (
    INT,
    READ_FLAGS,
    READ_INT32,
    WRITE_INT32_TABLE,
)

NO_TRIP = -1


@njit(cache=True, nogil=True)
def first_to_catch(
    departure_ms: Milliseconds, begin: int, stride: int, trip_count: int, ready_ms: int
) -> int:
    """Find the first trip of a pattern that departs from a position no earlier than `ready_ms`.

    `begin` is where the first trip's time at the position stands; `trip_count` for none.
    """
    low, high = 0, trip_count
    while low < high:
        middle = (low + high) // 2
        if departure_ms[begin + middle * stride] < ready_ms:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def ride_pattern(
    pattern: int,
    from_position: int,
    first_stop: Offsets,
    stop_at: Rows,
    may_board: Flags,
    may_alight: Flags,
    first_trip: Offsets,
    first_time: Offsets,
    arrival_ms: Milliseconds,
    departure_ms: Milliseconds,
    board_ms: Milliseconds,
    best_ms: Milliseconds,
    ride_ms: Milliseconds,
    ride_trip: Rows,
    ride_from: Rows,
    ride_to: Rows,
    is_reached: Flags,
) -> None:
    """Ride the trips of one pattern, each time the first that can be caught."""
    begin, end = first_stop[pattern], first_stop[pattern + 1]
    stride = end - begin
    trip_count = first_trip[pattern + 1] - first_trip[pattern]
    trip, boarded = trip_count, NO_TRIP
    for position in range(from_position, end):
        stop = stop_at[position]
        row = first_time[pattern] + position - begin
        if trip < trip_count and may_alight[position]:
            time_ms = arrival_ms[row + trip * stride]
            if time_ms < best_ms[stop]:
                best_ms[stop] = time_ms
                ride_ms[stop] = time_ms
                ride_trip[stop] = first_trip[pattern] + trip
                ride_from[stop] = boarded
                ride_to[stop] = position
                is_reached[stop] = True
        ready_ms = board_ms[stop]
        if not may_board[position] or ready_ms >= UNREACHED_MS:
            continue
        if trip == trip_count or ready_ms <= departure_ms[row + trip * stride]:
            earlier = first_to_catch(departure_ms, row, stride, trip, ready_ms)
            if earlier < trip:
                trip, boarded = earlier, position


@njit(
    INT(
        READ_INT32,
        READ_INT32,
        READ_FLAGS,
        READ_FLAGS,
        READ_INT32,
        READ_INT32,
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
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def search_rounds(
    first_stop: Offsets,
    stop_at: Rows,
    may_board: Flags,
    may_alight: Flags,
    first_trip: Offsets,
    first_time: Offsets,
    arrival_ms: Milliseconds,
    departure_ms: Milliseconds,
    first_visit: Offsets,
    visit_pattern: Rows,
    visit_position: Rows,
    first_walk: Offsets,
    walk_to: Rows,
    walk_ms: Milliseconds,
    board_ms: Milliseconds,
    ride_ms: Milliseconds,
    walk_from: Rows,
    ride_trip: Rows,
    ride_from: Rows,
    ride_to: Rows,
) -> int:
    """Find the earliest arrivals at every stop with one trip more in each round.

    `board_ms[0]` says when one is ready to board at each stop; every other row and table is written
    here, shape (rounds + 1, s): `ride_ms[k]` when the k-th trip arrives where that is earlier than
    with fewer, `board_ms[k]` when one is ready there after it and a walk from `walk_from[k]`. The
    trip is `ride_trip`, boarded at position `ride_from` and left at `ride_to`. Returns the number
    of rounds that brought anything.
    """
    round_count, stop_count = board_ms.shape[0] - 1, board_ms.shape[1]
    pattern_count = first_stop.size - 1
    best_ms = np.full(stop_count, UNREACHED_MS, np.int32)
    best_board_ms = board_ms[0].copy()
    is_ready = best_board_ms < UNREACHED_MS
    is_reached = np.zeros(stop_count, np.bool_)
    earliest = np.full(pattern_count, stop_at.size, np.int32)
    for turn in range(1, round_count + 1):
        ride_ms[turn] = UNREACHED_MS
        board_ms[turn] = UNREACHED_MS
        is_any = False
        for stop in range(stop_count):
            if is_ready[stop]:
                for visit in range(first_visit[stop], first_visit[stop + 1]):
                    pattern = visit_pattern[visit]
                    earliest[pattern] = min(earliest[pattern], visit_position[visit])
                    is_any = True
        if not is_any:
            return turn - 1
        is_reached[:] = False
        for pattern in range(pattern_count):
            if earliest[pattern] < stop_at.size:
                ride_pattern(
                    pattern,
                    earliest[pattern],
                    first_stop,
                    stop_at,
                    may_board,
                    may_alight,
                    first_trip,
                    first_time,
                    arrival_ms,
                    departure_ms,
                    board_ms[turn - 1],
                    best_ms,
                    ride_ms[turn],
                    ride_trip[turn],
                    ride_from[turn],
                    ride_to[turn],
                    is_reached,
                )
                earliest[pattern] = stop_at.size
        is_ready[:] = False
        for stop in range(stop_count):
            if is_reached[stop]:
                for walk in range(first_walk[stop], first_walk[stop + 1]):
                    to, time_ms = walk_to[walk], ride_ms[turn, stop] + walk_ms[walk]
                    if time_ms < best_board_ms[to]:
                        best_board_ms[to] = time_ms
                        board_ms[turn, to] = time_ms
                        walk_from[turn, to] = stop
                        is_ready[to] = True
    return int(round_count)
