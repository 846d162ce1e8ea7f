"""Times by public transport between two sets of places, one number for each pair."""

from typing import Final

import numpy as np

from .._types import Milliseconds
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.starts import Places
from ..routing.ends import find_ends
from ..routing.tables import choose_times
from .feeders import merge_access
from .journeys import Departures, course_of, search_from, search_to
from .model import ARRIVAL, Transit
from .walking import Access, find_access

# One scan for all moments takes about as long as the rounds of so many of them.
ROUNDS_PER_SCAN: Final = 2


def times_between(transit: Transit, origins: Places, destinations: Places) -> Milliseconds:
    """Find the times between two sets of places.

    Parameters
    ----------
    transit
        Public transport of a day.
    origins, destinations
        Residents, sites, any table of points, or pairs of longitude and latitude, o and d places.

    Returns
    -------
    time_ms
        The percentile that the window asks for; `UNREACHED_MS` for none, shape (o, d).
    """
    here, there = (attach(transit.network, each) for each in (origins, destinations))
    return tabulate_times(transit, here, there, origins)


def tabulate_times(
    transit: Transit,
    origins: Attachments,
    destinations: Attachments,
    homes: "Places | None" = None,
    *,
    is_return: bool = False,
) -> Milliseconds:
    """Find the times between places that hang on the walking network.

    Parameters
    ----------
    transit
        Public transport of a day.
    origins, destinations
        Where they hang, o and d places.
    homes
        The places from which a feeder may be ridden; None where nobody does.
    is_return
        Whether they are the destinations, and not the origins.

    Returns
    -------
    time_ms
        As `times_between` gives them.
    """
    sides = reach_sides(transit, origins, destinations, homes, is_return=is_return)
    direct = walk_all_the_way(transit, origins, destinations)
    is_backward = transit.window.at == ARRIVAL
    starts, ends = sides[::-1] if is_backward else sides
    if is_backward:
        direct = np.ascontiguousarray(direct.T)
    table = _tabulate(transit, starts, ends, direct)
    return np.ascontiguousarray(table.T) if is_backward else table


def reach_sides(
    transit: Transit,
    origins: Attachments,
    destinations: Attachments,
    homes: "Places | None" = None,
    *,
    is_return: bool = False,
) -> tuple[Access, Access]:
    """Find the walks from origins to stops, and those from stops to destinations.

    Parameters
    ----------
    transit
        Public transport of a day.
    origins, destinations
        Where they hang on the walking network.
    homes, is_return
        As in `tabulate_times`.

    Returns
    -------
    access, egress
        Exact walks and rides.
    """
    return (
        reach_home(transit, origins, None if is_return else homes, is_leaving=True),
        reach_home(transit, destinations, homes if is_return else None, is_leaving=False),
    )


def reach_home(
    transit: Transit, places: Attachments, homes: "Places | None", *, is_leaving: bool
) -> Access:
    """Find the walks between places and stops, and the rides of a feeder where people live.

    Parameters
    ----------
    transit
        Public transport of a day.
    places
        Where they hang on the walking network, p of them.
    homes
        The same places, where a feeder may be ridden; None where nobody does.
    is_leaving
        True for ways to the stops, False for those from there.

    Returns
    -------
    access
        The shorter of the two.
    """
    access = find_access(
        transit.network,
        places,
        transit.stops,
        transit.window.longest_walk_min,
        is_leaving=is_leaving,
    )
    if transit.rides is None or homes is None:
        return access
    return merge_access(access, transit.rides.find_access(homes, is_leaving=is_leaving))


def walk_all_the_way(
    transit: Transit, origins: Attachments, destinations: Attachments
) -> Milliseconds:
    """Find the walks between all of two sets of places.

    Parameters
    ----------
    transit
        Public transport of a day.
    origins, destinations
        Where they hang on the walking network, o and d places.

    Returns
    -------
    walk_ms
        `UNREACHED_MS` for none, shape (o, d).
    """
    network, counts = transit.network, (origins.place_count, destinations.place_count)
    here, there = find_ends(network, origins), find_ends(network, destinations)
    if 0 in counts:
        return np.empty(counts, np.int32)
    times_of = choose_times(network, (here, counts[0]), (there, counts[1]))
    return np.ascontiguousarray(times_of(range(counts[0])), np.int32)


def _tabulate(transit: Transit, starts: Access, ends: Access, direct: Milliseconds) -> Milliseconds:
    """Find the times as time runs, by scans or by rounds, whatever takes less; both agree."""
    course, stop_count = course_of(transit), transit.timetable.stop_count
    table = np.empty((starts.place_count, ends.place_count), np.int32)
    rounds = starts.place_count * course.moment_ms.size
    if ends.place_count * ROUNDS_PER_SCAN <= rounds:

        def take(number: int, found: Departures) -> None:
            table[:, number] = found.percentile_ms(transit.window.percent)

        each_end = [
            (ends.of_place(row, stop_count), np.ascontiguousarray(direct[:, row]))
            for row in range(ends.place_count)
        ]
        search_to(course, starts, each_end, take)
        return table

    def take_row(number: int, found: Departures) -> None:
        table[number] = found.percentile_ms(transit.window.percent)

    each_start = [
        (starts.of_place(row, stop_count), direct[row]) for row in range(starts.place_count)
    ]
    search_from(course, each_start, ends, take_row)
    return table
