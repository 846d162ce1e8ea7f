"""Journeys by public transport to one destination, taking over what another situation shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import UNREACHED_MS, Flags, Floats, Milliseconds, Rows
from ..kernels.connections import read_departures
from ..places.attachments import Attachments
from ..transit.journeys import Course, Departures
from ..transit.model import Transit
from ..transit.searches import Connections, Profiles, Walks, search_window
from ..transit.several import (
    SeveralDepartures,
    SeveralProfiles,
    first_moment,
    read_to_several,
    search_several,
)
from ..transit.walking import Access

if TYPE_CHECKING:
    import geopandas as gpd

# Which departure of each cell.
Columns: TypeAlias = npt.NDArray[np.int64]

MEDIAN: Final = 50.0
# What one can count on: so many departures of a hundred take no longer.
SURE: Final = 85.0
# So many situations are told with what they do not change.
WHOLE: Final = 2
# Where the extract ends, among the names of categories, of which none is empty.
RIM: Final = ""


@dataclass(frozen=True, slots=True, eq=False)
class Destination:
    """Walks to the k nearest sites of a category, from n stops and from p cells.

    Attributes
    ----------
    stop_ms, stop_site
        How long from each stop, `UNREACHED_MS` where it is too far, and to which site, nearest
        first, shape (n, k).
    cell_ms, cell_site
        How long all the way from each cell, and to which site, shape (p, k).
    is_empty
        True where there is no site of the category.
    """

    stop_ms: Milliseconds
    stop_site: Rows
    cell_ms: Milliseconds
    cell_site: Rows
    is_empty: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Journeys from p cells to the k nearest sites of a category, over all departures.

    Attributes
    ----------
    median_ms
        What half of the departures do not exceed to the nearest site of each departure, to its
        second nearest and so on, shape (k, p).
    site
        Where the first departure goes that takes as long, shape (k, p).
    moment_ms
        When that departure to the nearest site is, from the beginning of the day, shape (p,).
    sure_ms
        What 85 of 100 do not exceed to the nearest site, shape (p,).
    least_ms
        The quickest departure, shape (p,).
    within
        Share of the departures within each threshold, shape (t, p).
    on_foot
        Share of those that arrive for which walking all the way is quickest, shape (p,).
    """

    median_ms: Milliseconds
    site: Rows
    moment_ms: Milliseconds
    sure_ms: Milliseconds
    least_ms: Milliseconds
    within: Floats
    on_foot: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Ride:
    """Journeys to one destination.

    Attributes
    ----------
    destination
        Walks to it.
    profiles
        When one arrives from each stop.
    found
        From each cell.
    """

    destination: Destination
    profiles: Profiles | SeveralProfiles
    found: Found


@dataclass(frozen=True, slots=True, eq=False)
class Riding:
    """Public transport of a situation, and what it answers to c categories and the rim.

    Attributes
    ----------
    transit
        Timetable, and walks on the network as the situation leaves it.
    people
        Where cells hang on it, p cells.
    sites
        The table of sites, of which rows are the numbers.
    places
        Where sites hang on it.
    access, connections
        Walks from cells to stops, and what runs.
    rides
        By category, and to where the extract ends.
    """

    transit: Transit
    people: Attachments
    sites: "gpd.GeoDataFrame"
    places: Attachments
    access: Access
    connections: Connections
    rides: Mapping[str, Ride]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Everything that journeys to one destination need, and another situation's, to take from."""

    course: Course
    access: Access
    connections: Connections
    thresholds_min: Sequence[float]
    sites: "gpd.GeoDataFrame"
    before: Riding | None

    def run(self, name: str, destination: Destination) -> Ride:
        """Compute the journeys to one destination."""
        before = self.before
        if before is None or not self._is_same_ride(before, name, destination):
            profiles = self._search(destination)
            return Ride(destination, profiles, self._read(profiles, destination, None))
        profiles, found = before.rides[name].profiles, before.rides[name].found
        rows = self._changed_cells(before, name, destination)
        if rows.size:
            found = _put(found, rows, self._read(profiles, destination, rows))
        return Ride(destination, profiles, found)

    def _is_same_ride(self, before: Riding, name: str, destination: Destination) -> bool:
        """Tell whether rides from stops to the destination are those of the other situation."""
        there = before.rides[name].destination
        return (
            before.connections is self.connections
            and _is_same_walks(before.transit.walks, self.course.walks)
            and before.sites is self.sites  # whose rows are their numbers
            and np.array_equal(there.stop_ms, destination.stop_ms)
            and np.array_equal(there.stop_site, destination.stop_site)
        )

    def _changed_cells(self, before: Riding, name: str, destination: Destination) -> Rows:
        """List the cells that walk otherwise."""
        there = before.rides[name].destination
        differs = (there.cell_ms != destination.cell_ms) | (
            there.cell_site != destination.cell_site
        )
        is_other = differs.any(axis=1)
        if before.access is not self.access:
            is_other |= _other_rows(before.access, self.access)
        return np.flatnonzero(is_other).astype(np.int32)

    def _search(self, destination: Destination) -> Profiles | SeveralProfiles:
        course, walks = self.course, self.course.walks
        if destination.stop_ms.shape[1] > 1:
            egress = destination.stop_ms, destination.stop_site
            return search_several(self.connections, walks, egress, trip_count=course.most_trips)
        egress_ms = np.ascontiguousarray(destination.stop_ms[:, 0])
        return search_window(self.connections, walks, egress_ms, trip_count=course.most_trips)

    def _read(
        self, profiles: Profiles | SeveralProfiles, destination: Destination, rows: Rows | None
    ) -> Found:
        """Read every departure of all cells, or of some."""
        access, direct, walked = self.access, destination.cell_ms, destination.cell_site
        if rows is not None:
            access, direct, walked = _take_rows(access, rows), direct[rows], walked[rows]
        if isinstance(profiles, SeveralProfiles):
            several = read_to_several(self.course, access, profiles, (direct, walked))
            return _fold_several(several, direct[:, :1], self.thresholds_min)
        moments, on_foot_ms = self.course.moment_ms, np.ascontiguousarray(direct[:, 0])
        shape = on_foot_ms.size, moments.size
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
            on_foot_ms,
            time_ms,
            last_stop,
        )
        nearest = self.course.tell(time_ms, last_stop)
        stop_site, cell_site = destination.stop_site[:, 0], walked[:, 0]

        def site_at(first: Columns) -> Rows:
            stop = nearest.last_stop[np.arange(first.size), first]
            return np.where(stop >= 0, stop_site[np.maximum(stop, 0)], cell_site).astype(np.int32)

        none = np.empty((0, on_foot_ms.size), np.int32)
        is_walk = nearest.last_stop < 0
        return _fold(nearest, is_walk, site_at, (none, none), self.thresholds_min)


def _fold_several(
    several: SeveralDepartures, on_foot_ms: Milliseconds, thresholds_min: Sequence[float]
) -> Found:
    """Sum up all departures to several sites; who rides no sooner walks."""
    time_ms, site = several.time_ms[0], several.site[0]

    def site_at(first: Columns) -> Rows:
        chosen: Rows = site[np.arange(first.size), first]
        return chosen

    nearest = Departures(several.moment_ms, time_ms, np.empty(0, np.int32))
    further = several.from_rank(1).at_percentile(MEDIAN)
    return _fold(nearest, time_ms == on_foot_ms, site_at, further, thresholds_min)


def _fold(
    nearest: Departures,
    is_walk: Flags,
    site_at: Callable[[Columns], Rows],
    further: tuple[Rows, Milliseconds],
    thresholds_min: Sequence[float],
) -> Found:
    """Sum up all departures to their nearest sites; `further` is the median of the other ranks."""
    time_ms = nearest.time_ms
    ranks = [max(int(np.ceil(each / 100 * time_ms.shape[1])) - 1, 0) for each in (MEDIAN, SURE)]
    parted = np.partition(time_ms, ranks, axis=1)
    median, sure = (np.ascontiguousarray(parted[:, rank]) for rank in ranks)
    first = first_moment(time_ms, median)
    is_there = time_ms < UNREACHED_MS
    return Found(
        np.vstack([median[np.newaxis], further[1]]),
        np.vstack([site_at(first)[np.newaxis], further[0]]),
        nearest.moment_ms[first],
        sure,
        time_ms.min(axis=1, initial=UNREACHED_MS),
        np.array([nearest.share_within(each) for each in thresholds_min], np.float64),
        (is_there & is_walk).sum(axis=1) / np.maximum(is_there.sum(axis=1), 1),
    )


def _put(found: Found, rows: Rows, part: Found) -> Found:
    """Put some cells' journeys in the place of others."""
    columns: dict[str, Any] = {}
    for name in Found.__slots__:
        columns[name] = getattr(found, name).copy()
        columns[name][..., rows] = getattr(part, name)
    return Found(**columns)


def _is_same_walks(one: Walks, other: Walks) -> bool:
    return one is other or all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("first", "to", "ms")
    )


def _other_rows(one: Access, other: Access) -> Flags:
    """Tell which places have other walks."""
    counts = np.diff(one.first), np.diff(other.first)
    is_other: Flags = counts[0] != counts[1]
    kept = (np.repeat(~is_other, each) for each in counts)
    here, there = (np.flatnonzero(each) for each in kept)
    place = np.repeat(np.arange(is_other.size), counts[0])[here]
    differs = (one.stop[here] != other.stop[there]) | (one.ms[here] != other.ms[there])
    is_other[place[differs]] = True
    return is_other


def _take_rows(access: Access, rows: Rows) -> Access:
    """Keep the walks of some places."""
    counts = np.diff(access.first)[rows]
    first = np.cumsum(np.r_[0, counts]).astype(np.int32)
    entry = np.repeat(access.first[rows] - first[:-1], counts) + np.arange(first[-1])
    return Access(first, access.stop[entry], access.ms[entry])
