"""Searches over a timetable: one departure, or every departure of a window."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._types import UNREACHED_MS, Flags, Milliseconds, Offsets, Rows
from ..kernels.connections import NO_STOP, scan_connections
from ..kernels.raptor import search_rounds
from .timetables import Timetable

NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Walks between s stops, each stop itself among them with the time that changing takes.

    Attributes
    ----------
    first
        Where the walks from each stop begin, shape (s + 1,).
    to, ms
        Where they lead, and how long they take, shape (w,).
    """

    first: Offsets
    to: Rows
    ms: Milliseconds


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """What one departure reaches with no more than k trips, k rounds and s stops.

    Attributes
    ----------
    board_ms
        When one is ready to board after each round, where earlier than after any before; the first
        row is the walk to the stops, shape (k + 1, s).
    ride_ms
        When a trip arrives in each round, where earlier than in any before, shape (k + 1, s).
    walk_from
        The stop from which one walked there, shape (k + 1, s).
    ride_trip, ride_from, ride_to
        The trip of the timetable, and the positions where it was boarded and left, (k + 1, s).
    count
        How many rounds brought anything.
    """

    board_ms: Milliseconds
    ride_ms: Milliseconds
    walk_from: Rows
    ride_trip: Rows
    ride_from: Rows
    ride_to: Rows
    count: int

    def arrival_ms(self) -> Milliseconds:
        """Give the earliest arrival by trip at each stop, `UNREACHED_MS` for none, shape (s,)."""
        earliest: Milliseconds = self.ride_ms[: self.count + 1].min(axis=0)
        return earliest


def search_departure(
    timetable: Timetable, walks: Walks, ready_ms: Milliseconds, *, trip_count: int
) -> Rounds:
    """Find what one departure reaches.

    Parameters
    ----------
    timetable
        Of the day.
    walks
        Between its stops.
    ready_ms
        When one is ready to board at each stop, from the beginning of the day, `UNREACHED_MS` where
        one does not get on foot, shape (s,).
    trip_count
        How many trips a journey may have.

    Returns
    -------
    rounds
        By number of trips.
    """
    shape = trip_count + 1, timetable.stop_count
    board, ride = (np.full(shape, UNREACHED_MS, np.int32) for _ in range(2))
    walk_from, ride_trip, ride_from, ride_to = (np.full(shape, NONE, np.int32) for _ in range(4))
    board[0] = ready_ms
    count = search_rounds(
        timetable.first_stop,
        timetable.stop_at,
        timetable.may_board,
        timetable.may_alight,
        timetable.first_trip,
        timetable.first_time,
        timetable.arrival_ms,
        timetable.departure_ms,
        timetable.first_visit,
        timetable.visit_pattern,
        timetable.visit_position,
        walks.first,
        walks.to,
        walks.ms,
        board,
        ride,
        walk_from,
        ride_trip,
        ride_from,
        ride_to,
    )
    return Rounds(board, ride, walk_from, ride_trip, ride_from, ride_to, count)


@dataclass(frozen=True, slots=True, eq=False)
class Connections:
    """Trips from each of their stops to the next, c of them, the latest departure first.

    Attributes
    ----------
    departure_ms, arrival_ms, from_stop, to_stop, may_board, may_alight
        Shape (c,).
    next_row
        The next connection of the same trip, -1 for none, shape (c,).
    first_entry
        How many departures each stop may have at most, summed up, shape (s + 1,).
    """

    departure_ms: Milliseconds
    arrival_ms: Milliseconds
    next_row: Rows
    from_stop: Rows
    to_stop: Rows
    may_board: Flags
    may_alight: Flags
    first_entry: Offsets


def list_connections(timetable: Timetable, begin_ms: int, end_ms: int) -> Connections:
    """List the connections that depart within a span.

    Parameters
    ----------
    timetable
        Of the day.
    begin_ms, end_ms
        From the beginning of the day.

    Returns
    -------
    connections
        Of the same moment those that take time first, then the later stop of a trip.
    """
    patterns = np.diff(timetable.first_stop)
    trips = np.diff(timetable.first_trip)
    pattern_of = np.repeat(np.arange(trips.size), trips)
    length = patterns[pattern_of]
    trip = np.repeat(np.arange(length.size), length)
    begin = np.cumsum(np.r_[0, length])[:-1]
    step = np.arange(trip.size) - begin[trip]
    position = timetable.first_stop[pattern_of[trip]] + step
    own = np.flatnonzero(step < length[trip] - 1)
    departure, arrival = timetable.departure_ms[own], timetable.arrival_ms[own + 1]
    own = own[(departure >= begin_ms) & (departure <= end_ms)]
    departure, arrival = timetable.departure_ms[own], timetable.arrival_ms[own + 1]
    order = np.lexsort((-step[own], -arrival.astype(np.int64), -departure.astype(np.int64)))
    own, departure, arrival = own[order], departure[order], arrival[order]
    here, there = position[own], position[own] + 1
    from_stop = timetable.stop_at[here]
    counts = np.bincount(from_stop, minlength=timetable.stop_count)
    return Connections(
        departure,
        arrival,
        _follow(own, step[own] + 2 < length[trip[own]], step.size),
        from_stop,
        timetable.stop_at[there],
        timetable.may_board[here],
        timetable.may_alight[there],
        np.cumsum(np.r_[0, counts]).astype(np.int32),
    )


def _follow(call: npt.NDArray[np.int64], goes_on: Flags, call_count: int) -> Rows:
    """Find the connection that begins at the next call of each."""
    row_of_call = np.full(call_count + 1, NONE, np.int32)
    row_of_call[call] = np.arange(call.size, dtype=np.int32)
    return np.where(goes_on, row_of_call[call + 1], NONE).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """When one arrives at a destination from each stop, for every departure of a window.

    Attributes
    ----------
    first_entry, entry_count
        Where the departures of each stop stand, and how many there are, (s + 1,) and (s,).
    departure_ms
        The latest first, shape (e,).
    arrival_ms
        The earliest arrival by this departure or a later one, with one trip, two trips and so on,
        shape (e, k).
    last_stop
        Where one alights last, shape (e, k).
    """

    first_entry: Offsets
    entry_count: Rows
    departure_ms: Milliseconds
    arrival_ms: Milliseconds
    last_stop: Rows


def search_window(
    connections: Connections, walks: Walks, egress_ms: Milliseconds, *, trip_count: int
) -> Profiles:
    """Find when one arrives at a destination from every stop, for every departure.

    Parameters
    ----------
    connections
        Those of the window and of the journeys that begin in it.
    walks
        Between stops.
    egress_ms
        The walk from each stop to the destination, `UNREACHED_MS` where it is too far, shape (s,).
    trip_count
        How many trips a journey may have.

    Returns
    -------
    profiles
        Of every stop.
    """
    room = int(connections.first_entry[-1])
    departure = np.empty(room, np.int32)
    arrival = np.full((room, trip_count), UNREACHED_MS, np.int32)
    last = np.full((room, trip_count), NO_STOP, np.int32)
    count = np.zeros(egress_ms.size, np.int32)
    scan_connections(
        connections.departure_ms,
        connections.arrival_ms,
        connections.next_row,
        connections.from_stop,
        connections.to_stop,
        connections.may_board,
        connections.may_alight,
        walks.first,
        walks.to,
        walks.ms,
        egress_ms,
        connections.first_entry,
        np.full((connections.next_row.size, trip_count), UNREACHED_MS, np.int32),
        np.full((connections.next_row.size, trip_count), NO_STOP, np.int32),
        count,
        departure,
        arrival,
        last,
    )
    return Profiles(connections.first_entry, count, departure, arrival, last)
