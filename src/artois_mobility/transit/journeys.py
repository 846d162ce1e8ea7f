"""Travel times by public transport: for every moment of a window, and from there percentiles.

A window tells when people leave, or when they have to be there. For the latter time runs backwards:
trips go from their last stop to their first, and the latest departure becomes an earliest arrival.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .._types import MS_PER_MIN, UNREACHED_MS, Flags, Floats, Milliseconds, Rows
from ..kernels.connections import read_arrivals, read_departures
from ..routing.threads import run_each
from .model import ARRIVAL, Transit
from .searches import (
    NONE,
    Connections,
    Rounds,
    Walks,
    list_connections,
    search_departure,
    search_window,
)
from .timetables import Timetable, reverse_timetable
from .walking import Access, reverse_walks


@dataclass(frozen=True, slots=True, eq=False)
class Departures:
    """How long journeys take, p places and d moments.

    Attributes
    ----------
    moment_ms
        The moments, from the beginning of the day, shape (d,).
    time_ms
        From leaving to the arrival, waiting included; `UNREACHED_MS` for none, shape (p, d).
    last_stop
        The stop on the far side from the place, -1 on foot all the way, shape (p, d).
    """

    moment_ms: Milliseconds
    time_ms: Milliseconds
    last_stop: Rows

    def percentile_ms(self, percent: float) -> Milliseconds:
        """Give the time that so many of the departures do not exceed.

        Parameters
        ----------
        percent
            From 0 to 100.

        Returns
        -------
        time_ms
            The time of one of the departures, `UNREACHED_MS` where too few arrive, shape (p,).
        """
        return percentile_of(self.time_ms, percent)

    def share_within(self, minutes: float) -> Floats:
        """Give the share of departures that arrive within some minutes, shape (p,).

        Parameters
        ----------
        minutes
            The bound.

        Returns
        -------
        share
            From 0 to 1.
        """
        is_within: Flags = self.time_ms <= minutes * MS_PER_MIN
        share: Floats = is_within.mean(axis=1)
        return share


Take = Callable[[int, Departures], None]


def percentile_of(time_ms: Milliseconds, percent: float) -> Milliseconds:
    """Give the time that so many of the moments do not exceed.

    Parameters
    ----------
    time_ms
        Shape (p, d).
    percent
        From 0 to 100.

    Returns
    -------
    time_ms
        One of those of each row, shape (p,).

    Examples
    --------
    >>> percentile_of(np.int32([[4, 1, 3, 2]]), 50).tolist()
    [2]
    """
    rank = max(int(np.ceil(percent / 100 * time_ms.shape[1])) - 1, 0)
    found: Milliseconds = np.partition(time_ms, rank, axis=1)[:, rank]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A timetable and walks as time runs: forward from departures, or backwards from arrivals.

    Attributes
    ----------
    timetable, walks
        Turned round where time runs backwards.
    moment_ms
        When journeys begin in its own time, ascending, shape (d,).
    is_backward
        Whether moments are the negatives of arrivals.
    most_trips
        No journey has more trips.
    longest_ms
        No journey takes longer.
    """

    timetable: Timetable
    walks: Walks
    moment_ms: Milliseconds
    is_backward: bool
    most_trips: int
    longest_ms: int

    def connections(self) -> Connections:
        """List the connections that its journeys may use."""
        begin, end = int(self.moment_ms[0]), int(self.moment_ms[-1])
        return list_connections(self.timetable, begin, end + self.longest_ms)

    def tell(self, time_ms: Milliseconds, stop: Rows) -> Departures:
        """Tell times by the moments of the day, without those that take too long.

        Parameters
        ----------
        time_ms, stop
            As in `Departures`, in the course's own order; `time_ms` is changed.

        Returns
        -------
        departures
            By ascending moments of the day.
        """
        time_ms[time_ms > self.longest_ms] = UNREACHED_MS
        if not self.is_backward:
            return Departures(self.moment_ms, time_ms, stop)
        return Departures(-self.moment_ms[::-1], time_ms[:, ::-1], stop[:, ::-1])


def course_of(transit: Transit) -> Course:
    """Let time run as the window asks.

    Parameters
    ----------
    transit
        Public transport of a day.

    Returns
    -------
    course
        Forward for a window of departures, backwards for one of arrivals.
    """
    window = transit.window
    minutes = np.arange(window.begin_min, window.end_min, window.step_min)
    moment_ms = np.asarray(np.round(minutes * MS_PER_MIN), np.int32)
    is_backward = window.at == ARRIVAL
    timetable, walks = transit.timetable, transit.walks
    if is_backward:
        timetable, walks = reverse_timetable(timetable), reverse_walks(walks)
        moment_ms = np.ascontiguousarray(-moment_ms[::-1])
    longest_ms = round(window.longest_min * MS_PER_MIN)
    return Course(
        timetable,
        walks,
        moment_ms,
        is_backward,
        window.most_trips,
        longest_ms,
    )


def search_to(
    course: Course, places: Access, ends: Sequence[tuple[Milliseconds, Milliseconds]], take: Take
) -> None:
    """Search from places to some ends, one after the other: one scan each for all moments.

    Parameters
    ----------
    course
        Forward, where journeys begin at the places; backwards, where they end there.
    places
        Walks between p places and the stops.
    ends
        For each the walk between every stop and it, shape (s,), and the walk all the way between
        every place and it, shape (p,); `UNREACHED_MS` for none.
    take
        Called with the number of an end and its times; in any order, from several threads.
    """
    connections = course.connections()

    def run(number: int) -> None:
        from_stop, direct = ends[number]
        profiles = search_window(connections, course.walks, from_stop, trip_count=course.most_trips)
        shape = places.place_count, course.moment_ms.size
        time_ms, last_stop = np.empty(shape, np.int32), np.empty(shape, np.int32)
        read_departures(
            course.moment_ms,
            places.first,
            places.stop,
            places.ms,
            profiles.first_entry,
            profiles.entry_count,
            profiles.departure_ms,
            profiles.arrival_ms,
            np.ascontiguousarray(profiles.last_stop[:, -1]),
            direct,
            time_ms,
            last_stop,
        )
        take(number, course.tell(time_ms, last_stop))

    run_each(run, range(len(ends)))


def search_from(
    course: Course, starts: Sequence[tuple[Milliseconds, Milliseconds]], places: Access, take: Take
) -> None:
    """Search from some starts to places, one after the other: rounds for each moment.

    Parameters
    ----------
    course
        Forward, where journeys begin at the starts; backwards, where they end there.
    starts
        For each the walk between it and every stop, shape (s,), and the walk all the way between
        it and every place, shape (p,); `UNREACHED_MS` for none.
    places
        Walks between p places and the stops.
    take
        As in `search_to`.
    """

    def run(number: int) -> None:
        to_stop, direct = starts[number]
        arrival_ms, first_stop = reach_stops(course, to_stop)
        shape = places.place_count, course.moment_ms.size
        time_ms, stop = np.empty(shape, np.int32), np.empty(shape, np.int32)
        read_arrivals(
            course.moment_ms,
            places.first,
            places.stop,
            places.ms,
            arrival_ms,
            first_stop,
            direct,
            time_ms,
            stop,
        )
        take(number, course.tell(time_ms, stop))

    run_each(run, range(len(starts)))


def reach_stops(course: Course, to_stop: Milliseconds) -> tuple[Milliseconds, Rows]:
    """Find when trips arrive at the stops for every moment.

    Parameters
    ----------
    course
        As time runs.
    to_stop
        The walk between the start and every stop, `UNREACHED_MS` for none, shape (s,).

    Returns
    -------
    arrival_ms, first_stop
        In the course's own time, `UNREACHED_MS` for never, and the stop where one boards first,
        shape (d, s).
    """
    shape = course.moment_ms.size, to_stop.size
    arrival_ms, first_stop = np.empty(shape, np.int32), np.empty(shape, np.int32)
    for row, moment in enumerate(course.moment_ms.tolist()):
        ready_ms = np.where(to_stop < UNREACHED_MS, to_stop + moment, UNREACHED_MS)
        rounds = search_departure(
            course.timetable,
            course.walks,
            ready_ms.astype(np.int32),
            trip_count=course.most_trips,
        )
        arrival_ms[row] = rounds.arrival_ms()
        first_stop[row] = _first_stops(course.timetable, rounds)
    return arrival_ms, first_stop


def _first_stops(timetable: Timetable, rounds: Rounds) -> Rows:
    """Tell where those who arrive at each stop at the earliest boarded first."""
    boarded = np.arange(timetable.stop_count, dtype=np.int32)
    arrived = np.full(rounds.ride_ms.shape, NONE, np.int32)
    for turn in range(1, rounds.count + 1):
        own = np.flatnonzero(rounds.ride_trip[turn] != NONE)
        arrived[turn, own] = boarded[timetable.stop_at[rounds.ride_from[turn, own]]]
        walked = np.flatnonzero(rounds.walk_from[turn] != NONE)
        boarded = np.full(boarded.size, NONE, np.int32)
        boarded[walked] = arrived[turn, rounds.walk_from[turn, walked]]
    best = rounds.ride_ms[: rounds.count + 1].argmin(axis=0)
    found: Rows = arrived[best, np.arange(boarded.size)]
    return found
