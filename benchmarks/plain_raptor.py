"""RAPTOR as one writes it first: lists, dictionaries and loops of plain Python.

Delling, Pajor and Werneck 2015, doi 10.1287/trsc.2014.0534. What the library's kernel is held
against: the same answers, and how much longer they take.
"""

from bisect import bisect_left
from dataclasses import dataclass

import numpy as np

from artois_mobility._types import UNREACHED_MS
from artois_mobility.transit.searches import Walks
from artois_mobility.transit.timetables import Timetable


@dataclass(frozen=True)
class Pattern:
    """Trips over the same stops: departures and arrivals by position, then by trip."""

    stops: list[int]
    may_board: list[bool]
    may_alight: list[bool]
    departures: list[list[int]]
    arrivals: list[list[int]]


@dataclass(frozen=True)
class PlainTimetable:
    """Patterns, which of them call at each stop and where first, and walks from each stop."""

    patterns: list[Pattern]
    calls: list[list[tuple[int, int]]]
    walks: list[list[tuple[int, int]]]


def unpack(timetable: Timetable, walks: Walks) -> PlainTimetable:
    """Write a timetable as lists."""
    patterns = []
    calls: list[list[tuple[int, int]]] = [[] for _ in range(timetable.stop_count)]
    for number in range(timetable.first_stop.size - 1):
        own = slice(*timetable.first_stop[number : number + 2].tolist())
        count = int(np.diff(timetable.first_trip[number : number + 2])[0])
        length = own.stop - own.start
        first = int(timetable.first_time[number])
        times = slice(first, first + length * count)
        shape = count, length
        stops = timetable.stop_at[own].tolist()
        patterns.append(
            Pattern(
                stops,
                timetable.may_board[own].tolist(),
                timetable.may_alight[own].tolist(),
                timetable.departure_ms[times].reshape(shape).T.tolist(),
                timetable.arrival_ms[times].reshape(shape).T.tolist(),
            )
        )
        for position, stop in enumerate(stops[:-1]):
            calls[stop].append((number, position))
    rows = [slice(*walks.first[stop : stop + 2].tolist()) for stop in range(timetable.stop_count)]
    between = [list(zip(walks.to[r].tolist(), walks.ms[r].tolist(), strict=True)) for r in rows]
    return PlainTimetable(patterns, calls, between)


def search(timetable: PlainTimetable, ready: dict[int, int], most_trips: int) -> dict[int, int]:
    """Find the earliest arrival by trip at every stop that is reached."""
    best: dict[int, int] = {}
    best_ready = dict(ready)
    for _ in range(most_trips):
        queue: dict[int, int] = {}
        for stop in ready:
            for number, position in timetable.calls[stop]:
                queue[number] = min(position, queue.get(number, position))
        reached = set()
        for number, begin in queue.items():
            reached |= ride(timetable.patterns[number], begin, ready, best)
        ready = {}
        for stop in reached:
            for to, ms in timetable.walks[stop]:
                time_ms = best[stop] + ms
                if time_ms < best_ready.get(to, UNREACHED_MS):
                    best_ready[to] = ready[to] = time_ms
        if not ready:
            break
    return best


def ride(pattern: Pattern, begin: int, ready: dict[int, int], best: dict[int, int]) -> set[int]:
    """Ride one pattern from a position on; the stops that are reached earlier than before."""
    reached = set()
    trip = count = len(pattern.departures[0])
    for position in range(begin, len(pattern.stops)):
        stop = pattern.stops[position]
        if trip < count and pattern.may_alight[position]:
            time_ms = pattern.arrivals[position][trip]
            if time_ms < best.get(stop, UNREACHED_MS):
                best[stop] = time_ms
                reached.add(stop)
        ready_ms = ready.get(stop)
        if ready_ms is None or not pattern.may_board[position]:
            continue
        if trip == count or ready_ms <= pattern.departures[position][trip]:
            trip = min(trip, bisect_left(pattern.departures[position], ready_ms))
    return reached
