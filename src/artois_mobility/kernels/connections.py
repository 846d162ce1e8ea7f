"""Arrivals for every departure of a window at once: a scan over connections, latest first.

Dibbelt, Pajor, Strasser and Wagner 2018, doi 10.1145/3274661, with the number of trips as lanes. A
connection is a trip from one of its stops to the next. What is known of a stop is a list of
departures, latest first, each with the earliest arrival at the destination by it or by any later
one, for each number of trips; it is complete for all times after those that were scanned.
"""

import numpy as np
from numba import njit

from .._types import UNREACHED_MS, Flags, Milliseconds, Offsets, Rows
from ._signatures import (
    NOTHING,
    READ_FLAGS,
    READ_INT32,
    READ_INT32_TABLE,
    WRITE_INT32,
    WRITE_INT32_TABLE,
)

NO_STOP = -1


@njit(cache=True, nogil=True)
def entry_at(listed_ms: Milliseconds, begin: int, count: int, ready_ms: int) -> int:
    """Find the entry of the earliest departure no earlier than `ready_ms`; -1 for none."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if listed_ms[begin + middle] >= ready_ms:
            low = middle + 1
        else:
            high = middle
    return begin + low - 1 if low > 0 else -1


@njit(cache=True, nogil=True)
def join_entry(
    listed_ms: Milliseconds,
    arrival_of: Milliseconds,
    last_of: Rows,
    begin: int,
    count: int,
    time_ms: int,
    arrival: Milliseconds,
    last: Rows,
) -> tuple[int, bool]:
    """Take a departure into a stop's list where it is better; the new length, and if it was."""
    lanes = arrival.size
    at = begin + count
    is_same = count > 0 and listed_ms[at - 1] == time_ms
    if is_same:
        at -= 1
    is_better = False
    for lane in range(lanes):
        before = arrival_of[at, lane] if is_same else UNREACHED_MS
        if not is_same and count > 0:
            before = arrival_of[at - 1, lane]
        if arrival[lane] < before:
            is_better = True
    if not is_better:
        return count, False
    if not is_same:
        listed_ms[at] = time_ms
        for lane in range(lanes):
            arrival_of[at, lane] = arrival_of[at - 1, lane] if count > 0 else UNREACHED_MS
            last_of[at, lane] = last_of[at - 1, lane] if count > 0 else NO_STOP
        count += 1
    for lane in range(lanes):
        if arrival[lane] < arrival_of[at, lane]:
            arrival_of[at, lane] = arrival[lane]
            last_of[at, lane] = last[lane]
    return count, True


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_FLAGS,
        READ_FLAGS,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def scan_connections(
    departure_ms: Milliseconds,
    arrival_ms: Milliseconds,
    next_row: Rows,
    from_stop: Rows,
    to_stop: Rows,
    may_board: Flags,
    may_alight: Flags,
    first_walk: Offsets,
    walk_to: Rows,
    walk_ms: Milliseconds,
    egress_ms: Milliseconds,
    first_entry: Offsets,
    onward_ms: Milliseconds,
    onward_last: Rows,
    entry_count: Rows,
    listed_ms: Milliseconds,
    arrival_of: Milliseconds,
    last_of: Rows,
) -> None:
    """Fill the lists of all stops.

    Connections come by departure, latest first; `egress_ms` is the walk from each stop to the
    destination. `first_entry` (s + 1,) leaves each stop room for all its departures in `listed_ms`,
    `arrival_of` and `last_of` (the stop of the last alighting), whose lanes are one trip, two trips
    and so on. `next_row` is the next connection of the same trip, or -1; `onward_ms` and
    `onward_last` (c, lanes) keep what each connection leads to and must hold `UNREACHED_MS` and
    `NO_STOP`.

    Connections that depart at the same moment, some of them arriving at once, may follow each other
    in any order: their group is scanned until nothing changes.
    """
    lanes = onward_ms.shape[1]
    arrival = np.empty(lanes, np.int32)
    last = np.empty(lanes, np.int32)
    begin = 0
    while begin < departure_ms.size:
        end = begin
        takes_none = False
        while end < departure_ms.size and departure_ms[end] == departure_ms[begin]:
            takes_none |= arrival_ms[end] == departure_ms[end]
            end += 1
        is_changed = True
        while is_changed:
            is_changed = False
            for row in range(begin, end):
                here, there, onward = from_stop[row], to_stop[row], next_row[row]
                for lane in range(lanes):
                    arrival[lane], last[lane] = UNREACHED_MS, NO_STOP
                    if onward >= 0:
                        arrival[lane] = onward_ms[onward, lane]
                        last[lane] = onward_last[onward, lane]
                if may_alight[row]:
                    if egress_ms[there] < UNREACHED_MS:
                        time_ms = arrival_ms[row] + egress_ms[there]
                        for lane in range(lanes):
                            if time_ms < arrival[lane]:
                                arrival[lane], last[lane] = time_ms, there
                    for walk in range(first_walk[there], first_walk[there + 1]):
                        stop = walk_to[walk]
                        at = entry_at(
                            listed_ms,
                            first_entry[stop],
                            entry_count[stop],
                            arrival_ms[row] + walk_ms[walk],
                        )
                        if at < 0:
                            continue
                        for lane in range(1, lanes):
                            if arrival_of[at, lane - 1] < arrival[lane]:
                                arrival[lane] = arrival_of[at, lane - 1]
                                last[lane] = last_of[at, lane - 1]
                for lane in range(lanes):
                    if arrival[lane] < onward_ms[row, lane]:
                        onward_ms[row, lane], onward_last[row, lane] = arrival[lane], last[lane]
                        is_changed = True
                if may_board[row]:
                    count, is_better = join_entry(
                        listed_ms,
                        arrival_of,
                        last_of,
                        first_entry[here],
                        entry_count[here],
                        departure_ms[row],
                        arrival,
                        last,
                    )
                    entry_count[here] = count
                    is_changed |= is_better
            is_changed &= takes_none
        begin = end


@njit(
    NOTHING(
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
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def read_departures(
    moment_ms: Milliseconds,
    first_access: Offsets,
    access_stop: Rows,
    access_ms: Milliseconds,
    first_entry: Offsets,
    entry_count: Rows,
    listed_ms: Milliseconds,
    arrival_of: Milliseconds,
    last_lane: Rows,
    direct_ms: Milliseconds,
    time_of: Milliseconds,
    stop_of: Rows,
) -> None:
    """Read the travel times of places for every moment of departure.

    Place i walks `access_ms` to each of its stops, and `direct_ms` all the way; moments ascend. The
    lists are read in their last lane, whose last stop is `last_lane`. `time_of` (places, moments)
    is the time from the moment until the arrival, `stop_of` the stop of the last alighting,
    `NO_STOP` on foot.
    """
    lane = arrival_of.shape[1] - 1
    for place in range(first_access.size - 1):
        for column in range(moment_ms.size):
            time_of[place, column] = direct_ms[place]
            stop_of[place, column] = NO_STOP
        for access in range(first_access[place], first_access[place + 1]):
            stop = access_stop[access]
            at = first_entry[stop] + entry_count[stop] - 1  # the earliest departure
            for column in range(moment_ms.size):
                ready_ms = moment_ms[column] + access_ms[access]
                while at >= first_entry[stop] and listed_ms[at] < ready_ms:
                    at -= 1
                if at < first_entry[stop]:
                    break
                time_ms = arrival_of[at, lane] - moment_ms[column]
                if time_ms < time_of[place, column]:
                    time_of[place, column] = time_ms
                    stop_of[place, column] = last_lane[at]


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32_TABLE,
        READ_INT32_TABLE,
        READ_INT32,
        WRITE_INT32_TABLE,
        WRITE_INT32_TABLE,
    ),
    cache=True,
    nogil=True,
)
def read_arrivals(
    moment_ms: Milliseconds,
    first_egress: Offsets,
    egress_stop: Rows,
    egress_ms: Milliseconds,
    arrival_ms: Milliseconds,
    label_of: Rows,
    direct_ms: Milliseconds,
    time_of: Milliseconds,
    stop_of: Rows,
) -> None:
    """Read the travel times to places from what every moment of departure reaches.

    `arrival_ms` and `label_of` (moments, s) say when a trip arrives at each stop, `UNREACHED_MS`
    for never, and at which stop one boarded first. Place i is `egress_ms` on foot from each of its
    stops, and `direct_ms` all the way. `time_of` (places, moments) is the time from the moment
    until one is there, `stop_of` that label, `NO_STOP` on foot.
    """
    for place in range(first_egress.size - 1):
        for column in range(moment_ms.size):
            time_of[place, column] = direct_ms[place]
            stop_of[place, column] = NO_STOP
            for egress in range(first_egress[place], first_egress[place + 1]):
                stop = egress_stop[egress]
                there_ms = arrival_ms[column, stop]
                if there_ms >= UNREACHED_MS:
                    continue
                time_ms = there_ms + egress_ms[egress] - moment_ms[column]
                if time_ms < time_of[place, column]:
                    time_of[place, column] = time_ms
                    stop_of[place, column] = label_of[column, stop]
