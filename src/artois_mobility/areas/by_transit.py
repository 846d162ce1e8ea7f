"""Ground reached by public transport: on foot from the stops, as long as a walk may be.

Each stop has its footprint, the surface of walks from it, or to it. For one moment a vertex is
reached by whichever stop comes first, or on foot all the way; over a window by the percentile of
its moments, so that all areas of an origin are still cut out of one surface, and nest.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from .._types import MS_PER_MIN, UNREACHED_MS, Milliseconds
from ..errors import TransitError
from ..places.attachments import Attachments
from ..routing.ends import find_ends
from ..routing.threads import run_each
from ..transit.feeders import merge_access
from ..transit.journeys import course_of, percentile_of, reach_stops
from ..transit.model import ARRIVAL, Transit
from ..transit.walking import find_access
from .asking import Origins, attach_origins
from .contours import Surface
from .surfaces import Question, lay_surface, time_streets

MOST_AT_ONCE: Final = 2**24


def check_window(transit: Transit, direction: str) -> None:
    """Refuse areas whose moments are not those of the window, or that nobody walks from.

    Parameters
    ----------
    transit
        Public transport of a day.
    direction
        `"from"` the origins, or `"to"` them.

    Raises
    ------
    TransitError
        If people leave origins at arrivals, or have to be there at departures; or they come to
        the stops by a feeder, from everywhere.
    """
    at = "arrival" if direction == "to" else "departure"
    if transit.window.at != at:
        msg = (
            f"Areas {direction!r} a place need a window of {at}s, this one is of "
            f"{transit.window.at}s. Build public transport with Window(at={at!r})."
        )
        raise TransitError(msg)
    if direction == "to" and transit.rides is not None:
        msg = (
            "Areas 'to' a place are walked from everywhere; by a feeder only single places are "
            "left. Build public transport without feeder, or ask travel_time_matrix."
        )
        raise TransitError(msg)


def lay_by_transit(
    transit: Transit, question: Question, attachments: Attachments, homes: Attachments | None
) -> Iterator[Surface | None]:
    """Lay the times of each origin on the ground, one after the other.

    Parameters
    ----------
    transit
        Public transport of a day.
    question
        What is asked of its walking network.
    attachments, homes
        Where the origins hang, and where on the network of a feeder; None without any.

    Yields
    ------
    surface
        The percentile of the window; None where nothing is reached.

    Raises
    ------
    PlacesError
        If a surface would be huge.
    """
    course, window = course_of(transit), transit.window
    access = find_access(
        transit.network,
        attachments,
        transit.stops,
        window.longest_walk_min,
        is_leaving=transit.window.at != ARRIVAL,
    )
    if transit.rides is not None and homes is not None:
        access = merge_access(access, transit.rides.of_attached(homes, is_leaving=True))
    walk_ms = int(window.longest_walk_min * MS_PER_MIN)
    by_stop = replace(
        question,
        ends=find_ends(transit.network, transit.stops),
        bound_ms=min(walk_ms, question.bound_ms),
    )
    known: dict[int, Surface | None] = {}
    for origin in range(attachments.place_count):
        arrival_ms, _ = reach_stops(course, access.of_place(origin, transit.stops.place_count))
        after_ms = np.where(
            arrival_ms < UNREACHED_MS, arrival_ms - course.moment_ms[:, np.newaxis], UNREACHED_MS
        )
        stops = np.flatnonzero((after_ms <= question.bound_ms).any(axis=0))
        _walk_from(by_stop, stops.tolist(), known)
        parts = [
            (after_ms[:, stop].astype(np.int32), known[stop])
            for stop in stops.tolist()
            if known[stop] is not None
        ]
        own = _lay(question, origin)
        begins = np.zeros(course.moment_ms.size, np.int32)
        yield _merge([(begins, own), *parts], window.percent, course.longest_ms)


def attach_homes(transit: Transit, origins: Origins, by: str | None) -> Attachments | None:
    """Attach origins to the network of a feeder.

    Parameters
    ----------
    transit
        Public transport of a day.
    origins, by
        As in `ask`.

    Returns
    -------
    homes
        None without a feeder.
    """
    if transit.rides is None:
        return None
    return attach_origins(transit.rides.feeder.network, origins, by)


def _lay(question: Question, origin: int) -> Surface | None:
    times = time_streets(question, origin)
    surface = lay_surface(question, times)
    question.put_back(times)
    return surface


def _walk_from(by_stop: Question, stops: list[int], known: dict[int, Surface | None]) -> None:
    """Lay the footprints of stops that are not known yet; nobody walks further."""

    def walk(stop: int) -> Surface | None:
        surface = _lay(by_stop, stop)
        if surface is None:
            return None
        ms = surface.arrival_ms
        return replace(surface, arrival_ms=np.where(ms <= by_stop.bound_ms, ms, UNREACHED_MS))

    missing = [stop for stop in stops if stop not in known]
    known.update(zip(missing, run_each(walk, missing), strict=True))


def _merge(
    parts: "list[tuple[Milliseconds, Surface | None]]", percent: float, longest_ms: int
) -> Surface | None:
    """Take the first to reach each vertex at each moment, then the percentile of all moments."""
    laid = [(after_ms, each) for after_ms, each in parts if each is not None]
    if not laid:
        return None
    corners = np.array([_corners_of(each) for _, each in laid])
    south, west = corners[:, :2].min(axis=0).tolist()
    north, east = corners[:, 2:].max(axis=0).tolist()
    merged = np.empty((north - south, east - west), np.int32)
    moments = laid[0][0].size
    height = max(MOST_AT_ONCE // (moments * (east - west)), 1)

    def fill(begin: int) -> None:
        end = min(begin + height, north)
        table = np.full((end - begin, east - west, moments), UNREACHED_MS, np.int32)
        for (after_ms, each), corner in zip(laid, corners.tolist(), strict=True):
            low, high = max(corner[0], begin), min(corner[2], end)
            if low < high:
                own = each.arrival_ms[low - corner[0] : high - corner[0]]
                place = table[low - begin : high - begin, corner[1] - west : corner[3] - west]
                np.minimum(place, own[..., np.newaxis] + after_ms, out=place)
        found = percentile_of(table.reshape(-1, moments), percent)
        merged[begin - south : end - south] = found.reshape(end - begin, -1)

    run_each(fill, range(south, north, height))
    merged[merged > longest_ms] = UNREACHED_MS
    first = laid[0][1]
    return Surface(first.grid, south, west, merged, first.cuts)


def _corners_of(surface: Surface) -> tuple[int, int, int, int]:
    rows, columns = surface.arrival_ms.shape
    row, column = surface.first_row, surface.first_column
    return row, column, row + rows, column + columns
