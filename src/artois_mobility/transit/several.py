"""Journeys to the k nearest sites, found anew for every departure of a window."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._types import Milliseconds, Offsets, Rows
from ..kernels.nearest_sweep import NO_KEY, Keys
from ..kernels.several_connections import read_several, scan_to_several
from .journeys import Course, percentile_of
from .searches import Connections, Walks
from .walking import Access


@dataclass(frozen=True, slots=True, eq=False)
class SeveralProfiles:
    """When one arrives at the nearest sites from each stop, for every departure of a window.

    Attributes
    ----------
    first_entry, entry_count
        Where the departures of each stop stand, and how many there are, (s + 1,) and (s,).
    departure_ms
        The latest first, shape (e,).
    trip_count
        How many trips a journey may have.
    key
        The earliest arrivals by this departure or a later one, with one trip, two trips and so on,
        and the sites, as `keys_of` joins them; shape (e * trip_count, k).
    """

    first_entry: Offsets
    entry_count: Rows
    departure_ms: Milliseconds
    trip_count: int
    key: Keys


@dataclass(frozen=True, slots=True, eq=False)
class SeveralDepartures:
    """How long journeys to k sites take, p places and d moments.

    Attributes
    ----------
    moment_ms
        The moments, from the beginning of the day, shape (d,).
    time_ms
        To the nearest site of each moment, the second nearest and so on; `UNREACHED_MS` for none,
        shape (k, p, d).
    site
        Their rows, shape (k, p, d).
    """

    moment_ms: Milliseconds
    time_ms: Milliseconds
    site: Rows

    def from_rank(self, rank: int) -> "SeveralDepartures":
        """Leave the nearest sites out.

        Parameters
        ----------
        rank
            How many.

        Returns
        -------
        departures
            To the others.
        """
        return SeveralDepartures(self.moment_ms, self.time_ms[rank:], self.site[rank:])

    def at_percentile(self, percent: float) -> tuple[Rows, Milliseconds]:
        """Give the times that so many departures do not exceed, and where the first such goes.

        Parameters
        ----------
        percent
            From 0 to 100.

        Returns
        -------
        site, time_ms
            Shape (k, p).
        """
        count = self.time_ms.shape[:2]
        ms = np.array([percentile_of(each, percent) for each in self.time_ms], np.int32)
        ms = ms.reshape(count)  # of no rank at all, too
        first = first_moment(self.time_ms, ms)
        site = np.take_along_axis(self.site, first[:, :, np.newaxis], axis=2)[:, :, 0]
        return np.ascontiguousarray(site), ms


def first_moment(time_ms: Milliseconds, ms: Milliseconds) -> npt.NDArray[np.int64]:
    """Find the first moment that takes just so long.

    Parameters
    ----------
    time_ms
        Of every moment, shape (..., d).
    ms
        One of them each, shape (...).

    Returns
    -------
    column
        Shape (...).

    Examples
    --------
    >>> first_moment(np.int32([[4, 2, 2]]), np.int32([2])).tolist()
    [1]
    """
    is_just = time_ms == ms[..., np.newaxis]
    column: npt.NDArray[np.int64] = is_just.argmax(axis=-1).astype(np.int64)
    return column


def search_several(
    connections: Connections, walks: Walks, egress: tuple[Milliseconds, Rows], *, trip_count: int
) -> SeveralProfiles:
    """Find when one arrives at the nearest sites from every stop, for every departure.

    Parameters
    ----------
    connections
        Those of the window and of the journeys that begin in it.
    walks
        Between stops.
    egress
        The walks from each stop to its k nearest sites, `UNREACHED_MS` where it is too far, and
        the rows of these sites, nearest first; shape (s, k).
    trip_count
        How many trips a journey may have.

    Returns
    -------
    profiles
        Of every stop.
    """
    egress_ms, egress_site = (np.ascontiguousarray(each, np.int32) for each in egress)
    stop_count, site_count = egress_ms.shape
    room = int(connections.first_entry[-1])
    departure, count = np.empty(room, np.int32), np.zeros(stop_count, np.int32)
    key = np.full((room * trip_count, site_count), NO_KEY, np.int64)
    scan_to_several(
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
        egress_site,
        connections.first_entry,
        trip_count,
        np.full((connections.next_row.size * trip_count, site_count), NO_KEY, np.int64),
        count,
        departure,
        key,
    )
    return SeveralProfiles(connections.first_entry, count, departure, trip_count, key)


def read_to_several(
    course: Course, access: Access, profiles: SeveralProfiles, direct: tuple[Milliseconds, Rows]
) -> SeveralDepartures:
    """Read every departure of some places.

    Parameters
    ----------
    course
        As time runs.
    access
        Walks from p places to the stops.
    profiles
        Of the stops.
    direct
        The walks all the way from each place to its k nearest sites, and the rows of these,
        nearest first; shape (p, k).

    Returns
    -------
    departures
        Without those that take too long, by ascending moments of the day.
    """
    direct_ms, direct_site = (np.ascontiguousarray(each, np.int32) for each in direct)
    places, site_count = direct_ms.shape
    shape = site_count * places, course.moment_ms.size
    time_ms, site = np.empty(shape, np.int32), np.empty(shape, np.int32)
    read_several(
        course.moment_ms,
        access.first,
        access.stop,
        access.ms,
        profiles.first_entry,
        profiles.entry_count,
        profiles.departure_ms,
        profiles.trip_count,
        profiles.key,
        direct_ms,
        direct_site,
        time_ms,
        site,
    )
    told = course.tell(time_ms, site)
    whole = site_count, places, told.moment_ms.size
    return SeveralDepartures(
        told.moment_ms, told.time_ms.reshape(whole), told.last_stop.reshape(whole)
    )
