"""Travel times by public transport: for every departure of a window, and from there percentiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .._types import MS_PER_MIN, UNREACHED_MS, Flags, Floats, Milliseconds, Rows
from ..kernels.connections import read_departures
from ..places.attachments import Attachments
from ..routing.threads import run_each
from .model import Transit
from .searches import Connections, list_connections, search_window
from .walking import find_access, walk_to_nearest

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, eq=False)
class Departures:
    """How long journeys to a destination take, p places and d departures.

    Attributes
    ----------
    moment_ms
        The departures, shape (d,).
    time_ms
        From the departure to the arrival, waiting included; `UNREACHED_MS` for none, shape (p, d).
    last_stop
        The stop of the last alighting, -1 on foot, shape (p, d).
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
        rank = max(int(np.ceil(percent / 100 * self.moment_ms.size)) - 1, 0)
        time_ms: Milliseconds = np.partition(self.time_ms, rank, axis=1)[:, rank]
        return time_ms

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


def list_moments(transit: Transit) -> Milliseconds:
    """List the departures of a window.

    Parameters
    ----------
    transit
        Public transport of a day.

    Returns
    -------
    moment_ms
        From the beginning of the day, ascending, shape (d,).
    """
    window = transit.window
    minutes = np.arange(window.begin_min, window.end_min, window.step_min)
    return np.asarray(np.round(minutes * MS_PER_MIN), np.int32)


def list_window(transit: Transit) -> Connections:
    """List the connections that journeys of the window may use.

    Parameters
    ----------
    transit
        Public transport of a day.

    Returns
    -------
    connections
        From the first departure until the longest journey of the last one ends.
    """
    window = transit.window
    begin, end = window.begin_min, window.end_min + window.longest_min
    return list_connections(transit.timetable, round(begin * MS_PER_MIN), round(end * MS_PER_MIN))


def find_departures(
    transit: Transit,
    places: Attachments,
    destinations: Sequence[tuple[Milliseconds, Milliseconds]],
    take: "Callable[[int, Departures], None]",
) -> None:
    """Find the times of every departure to some destinations, one after the other.

    Parameters
    ----------
    transit
        Public transport of a day.
    places
        Where p places hang on the walking network.
    destinations
        For each the walk from every stop, shape (s,), and the walk all the way from every place,
        shape (p,); `UNREACHED_MS` for none.
    take
        Called with the number of a destination and its times; in any order, from several threads.
    """
    window, moments = transit.window, list_moments(transit)
    access = find_access(transit.network, places, transit.stops, window.longest_walk_min)
    connections = list_window(transit)
    longest_ms = round(window.longest_min * MS_PER_MIN)

    def run(number: int) -> None:
        from_stop, direct = destinations[number]
        egress = walk_to_nearest(from_stop, window.longest_walk_min)
        profiles = search_window(connections, transit.walks, egress, trip_count=window.most_trips)
        shape = places.place_count, moments.size
        time_ms, last_stop = np.empty(shape, np.int32), np.empty(shape, np.int32)
        read_departures(
            moments,
            access.first,
            access.stop,
            access.ms,
            profiles.first_entry,
            profiles.entry_count,
            profiles.departure_ms,
            profiles.arrival_ms,
            np.ascontiguousarray(profiles.last_stop[:, -1]),
            direct,
            time_ms,
            last_stop,
        )
        time_ms[time_ms > longest_ms] = UNREACHED_MS
        take(number, Departures(moments, time_ms, last_stop))

    run_each(run, range(len(destinations)))
