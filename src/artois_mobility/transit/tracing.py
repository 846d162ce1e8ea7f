"""One journey by public transport: the trips that it takes, stop by stop."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .._types import UNREACHED_MS, Milliseconds, WideMilliseconds
from .journeys import Course
from .searches import Rounds, search_departure
from .timetables import Timetable


@dataclass(frozen=True, slots=True)
class Ride:
    """One trip of a journey, in the day's own time.

    Attributes
    ----------
    trip
        Row of the trip in the feed.
    stops
        Where it calls, from boarding to alighting.
    departure_ms, arrival_ms
        From the beginning of the day.
    """

    trip: int
    stops: tuple[int, ...]
    departure_ms: int
    arrival_ms: int

    def turned(self) -> "Ride":
        """Give the same ride as time runs the other way."""
        return Ride(self.trip, self.stops[::-1], -self.arrival_ms, -self.departure_ms)


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """The quickest journey of one moment.

    Attributes
    ----------
    rides
        In the order of travel; none on foot all the way, or where there is no way.
    time_ms
        From leaving until the arrival, or until the moment by which one has to be there;
        `UNREACHED_MS` for none.
    """

    rides: tuple[Ride, ...]
    time_ms: int


def trace_journey(
    course: Course, to_stop: Milliseconds, from_stop: Milliseconds, direct_ms: int
) -> Traced:
    """Trace the quickest journey, the one with the fewest trips where several are.

    Parameters
    ----------
    course
        Of one moment.
    to_stop, from_stop
        The walks at the side where the moment is, and at the other one, `UNREACHED_MS` for none,
        shape (s,).
    direct_ms
        The walk all the way, `UNREACHED_MS` for none.

    Returns
    -------
    journey
        In the day's own time.
    """
    moment = int(course.moment_ms[0])
    ready_ms = np.where(to_stop < UNREACHED_MS, to_stop + moment, UNREACHED_MS).astype(np.int32)
    rounds = search_departure(
        course.timetable, course.walks, ready_ms, trip_count=course.most_trips
    )
    egress_ms = from_stop.astype(np.int64)
    is_open = (rounds.ride_ms < UNREACHED_MS) & (egress_ms < UNREACHED_MS)
    there_ms: WideMilliseconds = np.where(
        is_open, rounds.ride_ms + egress_ms - moment, UNREACHED_MS
    )
    turn, stop = (int(each) for each in np.unravel_index(there_ms.argmin(), there_ms.shape))
    by_trip = int(there_ms[turn, stop])
    if min(by_trip, direct_ms) > course.longest_ms:
        return Traced((), UNREACHED_MS)
    if direct_ms <= by_trip:
        return Traced((), direct_ms)
    rides = list(_follow(course.timetable, rounds, turn, stop))
    if course.is_backward:
        return Traced(tuple(ride.turned() for ride in rides), by_trip)
    return Traced(tuple(rides[::-1]), by_trip)


def _follow(timetable: Timetable, rounds: Rounds, turn: int, stop: int) -> Iterator[Ride]:
    """Follow a journey from its last ride to its first."""
    while turn > 0:
        trip = int(rounds.ride_trip[turn, stop])
        begin, end = int(rounds.ride_from[turn, stop]), int(rounds.ride_to[turn, stop])
        pattern = int(np.searchsorted(timetable.first_trip, trip, side="right")) - 1
        first = int(timetable.first_stop[pattern])
        length = int(timetable.first_stop[pattern + 1]) - first
        row = int(timetable.first_time[pattern])
        row += (trip - int(timetable.first_trip[pattern])) * length - first
        yield Ride(
            int(timetable.trip[trip]),
            tuple(timetable.stop_at[begin : end + 1].tolist()),
            int(timetable.departure_ms[row + begin]),
            int(timetable.arrival_ms[row + end]),
        )
        turn -= 1
        stop = int(rounds.walk_from[turn, timetable.stop_at[begin]])
