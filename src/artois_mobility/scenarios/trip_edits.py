"""Change the calls of one trip: drive faster, call at a stop more, run over a part only."""

from collections.abc import Collection
from typing import Final

import numpy as np

from .._types import Flags, Floats
from ..network.geodesy import length_m
from .timetable_edits import Calls

# A line calls at a new stop only where that makes no larger detour, there and back.
MOST_DETOUR_M: Final = 1000.0


def find_stretch(
    calls: Calls, begin: Collection[int], end: Collection[int]
) -> tuple[int, int] | None:
    """Find where a trip calls at two stops.

    Parameters
    ----------
    calls
        Of the trip.
    begin, end
        Rows of the platforms of the two stops.

    Returns
    -------
    stretch
        Positions of the two calls, the second one first where the trip runs that way; None where
        it does not call at both.
    """
    here, there = (np.flatnonzero(_is_at(calls, stops)) for stops in (begin, end))
    return (int(here[0]), int(there[0])) if here.size and there.size else None


def calls_twice(calls: Calls, stops: Collection[int]) -> bool:
    """Tell whether a trip calls at a stop more than once.

    Parameters
    ----------
    calls
        Of the trip.
    stops
        Rows of the platforms of the stop.

    Returns
    -------
    is_twice
        True where it does.
    """
    return int(_is_at(calls, stops).sum()) > 1


def running_s(calls: Calls, first: int, last: int) -> float:
    """Tell how long a trip drives from one call to another, stops on the way left out.

    Parameters
    ----------
    calls
        Of the trip.
    first, last
        Positions of the two.

    Returns
    -------
    seconds
        Of driving.
    """
    return float(_legs_s(calls)[first:last].sum())


def drive_faster(calls: Calls, first: int, last: int, share: float) -> Calls:
    """Drive faster from one call to another, and be earlier from there on.

    Parameters
    ----------
    calls
        Of the trip.
    first, last
        Positions of the two.
    share
        How much of the time of driving is left, from 0 to 1.

    Returns
    -------
    calls
        In whole seconds; what one stands at stops is as before.
    """
    legs = _legs_s(calls)
    saved = np.zeros(legs.size + 1)
    driven = np.cumsum(legs[first:last])
    saved[first + 1 : last + 1] = driven - np.round(driven * share)
    saved[last + 1 :] = saved[last]
    return calls._replace(arrival_s=calls.arrival_s - saved, departure_s=calls.departure_s - saved)


def cut(calls: Calls, first: int, last: int) -> Calls:
    """Let a trip run from one call to another only.

    Parameters
    ----------
    calls
        Of the trip.
    first, last
        Positions of the two.

    Returns
    -------
    calls
        Those between, both included.
    """
    return calls.take(slice(first, last + 1))


def cut_off(calls: Calls, gone: Collection[int]) -> Calls:
    """Let a trip begin and end where the line still runs.

    Parameters
    ----------
    calls
        Of the trip.
    gone
        Rows of stops that the line serves no more.

    Returns
    -------
    calls
        Without those at its ends; empty where it calls nowhere else.
    """
    stays = np.flatnonzero(~_is_at(calls, gone))
    if not stays.size:
        return calls.take(slice(0, 0))
    return cut(calls, int(stays[0]), int(stays[-1]))


def find_gap(calls: Calls, lon: Floats, lat: Floats, stop: int) -> tuple[int, float]:
    """Find where a trip makes the smallest detour by a stop.

    Parameters
    ----------
    calls
        Of the trip.
    lon, lat
        Of every stop, in degrees.
    stop
        Row of the stop.

    Returns
    -------
    before
        Position of the call before it.
    detour_m
        How much longer the way is, in straight lines.
    """
    own = calls.stop
    away = length_m(lon[own], lat[own], lon[stop], lat[stop])
    legs = length_m(lon[own[:-1]], lat[own[:-1]], lon[own[1:]], lat[own[1:]])
    detours = away[:-1] + away[1:] - legs
    before = int(np.argmin(detours))
    return before, float(detours[before])


def call_at(
    calls: Calls, before: int, stop: int, metres: tuple[float, float, float], dwell_s: float
) -> Calls:
    """Call at one stop more, at the speed of today along that stretch.

    Parameters
    ----------
    calls
        Of the trip.
    before
        Position of the call before it.
    stop
        Row of the new stop.
    metres
        Straight line over the stretch, to the new stop, and on from it.
    dwell_s
        How long it stands there.

    Returns
    -------
    calls
        In whole seconds; what follows is later by the stop and the detour, if any.
    """
    whole_m, there_m, on_m = metres
    legs_s = float(calls.arrival_s[before + 1] - calls.departure_s[before])
    shares = (there_m / whole_m, on_m / whole_m) if whole_m > 0 else (0.5, 0.5)
    there_s = round(legs_s * shares[0])
    whole_s = max(round(legs_s * sum(shares)), int(legs_s), there_s)
    late_s = whole_s - legs_s + dwell_s
    arrival = calls.departure_s[before] + there_s
    after = calls.take(slice(before + 1, None)).shift(late_s)
    new = Calls(
        np.array([stop], np.int64), np.array([arrival]), np.array([arrival + dwell_s]),
        np.array([True]), np.array([True]),
    )  # fmt: skip
    parts = (calls.take(slice(0, before + 1)), new, after)
    return Calls(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def write_out(legs_s: list[float], stops: list[int], dwell_s: float) -> Calls:
    """Write out the calls of a new trip.

    Parameters
    ----------
    legs_s
        How long it drives from stop to stop.
    stops
        Rows of its stops, one more.
    dwell_s
        How long it stands at those on the way.

    Returns
    -------
    calls
        In whole seconds, from 0 on.
    """
    arrival, departure = [0.0], [0.0]
    for number, leg_s in enumerate(legs_s, start=1):
        arrival.append(departure[-1] + round(leg_s))
        departure.append(arrival[-1] + (dwell_s if number < len(legs_s) else 0.0))
    anywhere = np.ones(len(stops), np.bool_)
    return Calls(
        np.array(stops, np.int64), np.array(arrival), np.array(departure), anywhere, anywhere
    )


def _is_at(calls: Calls, stops: Collection[int]) -> Flags:
    """Tell which calls are at some stops."""
    return np.isin(calls.stop, list(stops))


def _legs_s(calls: Calls) -> Floats:
    """Tell how long a trip drives from each call to the next one."""
    legs: Floats = calls.arrival_s[1:] - calls.departure_s[:-1]
    return legs
