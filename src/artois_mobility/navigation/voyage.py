"""Voyages: trips of vessels, with the waiting for locks and the parts they are made of."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from .._types import UNREACHED_MS, WideMilliseconds
from ..network.locks import NO_LOCK
from ..network.model import Network
from ..routing.trips import Side, Trip, find_trips, follow_paths
from .timed_paths import find_timed_paths
from .timetable import Timetable, fairway_of, timetable_of

REACH: Final = "reach"
LOCK: Final = "lock"
TO_WATER: Final = "to the water"
FROM_WATER: Final = "from the water"


class Voyage(NamedTuple):
    """A trip on the water, s stretches.

    Attributes
    ----------
    trip
        What is travelled; `trip.ms` has the waiting in it.
    entry_ms
        When each stretch is entered, after the departure, shape (s,).
    waiting_ms
        How long the vessel waits before each stretch for its lock to open, shape (s,).
    """

    trip: Trip
    entry_ms: WideMilliseconds
    waiting_ms: WideMilliseconds


class Part(NamedTuple):
    """What is travelled of one waterway or one lock, or between a place and the water.

    Attributes
    ----------
    kind
        `REACH`, `LOCK`, `TO_WATER` or `FROM_WATER`.
    rows
        Stretches of the trip.
    lock
        Row of the fairway's locks, or `NO_LOCK`.
    begin_ms
        When the vessel is there, after the departure.
    waiting_ms
        For the lock to open.
    ms
        In it, without the waiting.
    """

    kind: str
    rows: slice
    lock: int
    begin_ms: int
    waiting_ms: int
    ms: int


def sail(
    network: Network,
    here: Side,
    there: Side,
    pairs: list[tuple[int, int]],
    departure: datetime | None,
) -> list[Voyage]:
    """Find the voyage of each pair that arrives first.

    Parameters
    ----------
    network
        The network of a boat.
    here, there
        Origins and destinations.
    pairs
        Rows of both.
    departure
        When all begin, local time; None leaves opening hours out.

    Returns
    -------
    voyages
        One for each pair; without a way its trip takes `UNREACHED_MS`.
    """
    timetable = timetable_of(network, departure)
    if departure is None or not timetable.hours_of_arc:
        trips = find_trips(network, here, there, pairs)
    else:
        paths = find_timed_paths(network, timetable, here, there, pairs)
        trips = follow_paths(network, here, there, pairs, paths)
    return [_clock(trip, timetable) for trip in trips]


def list_parts(network: Network, voyage: Voyage) -> Iterator[Part]:
    """List the parts of a voyage in the order of travel.

    Parameters
    ----------
    network
        The network of a boat.
    voyage
        What `sail` found on it.

    Yields
    ------
    part
        A change of the waterway's name or of the lock begins the next; times and waiting sum to
        the time of the voyage.
    """
    trip = voyage.trip
    if trip.ms == UNREACHED_MS:
        return
    to_ms, from_ms = trip.offroad_ms
    none = slice(0, 0)
    if to_ms:
        yield Part(TO_WATER, none, NO_LOCK, 0, 0, to_ms)
    lock_of_arc = fairway_of(network).lock_of_arc
    names = [network.name_of_way.get(way, "") for way in network.way_of_arc[trip.arc].tolist()]
    lock = lock_of_arc[trip.arc].tolist()
    # all stretches of a lock are one part, whatever they are called
    keys = [(each, name if each == NO_LOCK else "") for each, name in zip(lock, names, strict=True)]
    first = 0
    for (own_lock, _), group in groupby(keys):
        rows = slice(first, first + len(list(group)))
        first = rows.stop
        waiting_ms = int(voyage.waiting_ms[rows].sum())
        begin_ms = int(voyage.entry_ms[rows.start] - voyage.waiting_ms[rows.start])
        begin_ms -= int(trip.turn_ms[rows.start])
        ms = int(trip.stretch_ms[rows].sum() + trip.turn_ms[rows].sum())
        kind = REACH if own_lock == NO_LOCK else LOCK
        yield Part(kind, rows, own_lock, begin_ms, waiting_ms, ms)
    if from_ms:
        yield Part(FROM_WATER, none, NO_LOCK, trip.ms - from_ms, 0, from_ms)


def _clock(trip: Trip, timetable: Timetable) -> Voyage:
    """Tell when each stretch is entered; along a single arc between two places nobody waits."""
    clock_ms = trip.offroad_ms[0]
    entry_ms = np.zeros(trip.arc.size, np.int64)
    waiting_ms = np.zeros(trip.arc.size, np.int64)
    passes = trip.arc.size > 1
    for row, arc in enumerate(trip.arc.tolist()):
        there_ms = clock_ms + int(trip.turn_ms[row])
        entry_ms[row] = timetable.enter(arc, there_ms) if passes else there_ms
        waiting_ms[row] = entry_ms[row] - there_ms
        clock_ms = int(entry_ms[row] + trip.stretch_ms[row])
    is_found = trip.ms < UNREACHED_MS
    assert not is_found or clock_ms + trip.offroad_ms[1] == trip.ms, "a voyage loses time"
    return Voyage(trip, entry_ms, waiting_ms)
