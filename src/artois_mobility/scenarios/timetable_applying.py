"""Make one change in a timetable; that of today stays as it is."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from ..changes.timetable_fields import DWELL_S, NewStop, clock_s, weekdays_of
from ..changes.transit_schema import (
    AddLine,
    MoveStop,
    RemoveLine,
    SetFrequency,
    ShiftTimes,
    SpeedUpSegment,
    Truncate,
)
from ..changes.water_schema import AddStop
from ..network.geodesy import length_m
from ..transit.feed_tables import WEEKDAYS
from ..transit.feeds import Feed
from .headway_edits import multiply_frequency, set_headways
from .timetable_edits import (
    Calls,
    add_trips,
    drop_trips,
    limit_to_days,
    read_calls,
    stack,
    trips_of,
    unused,
    write_calls,
)
from .timetable_plans import TimetableEdit
from .trip_edits import (
    MOST_DETOUR_M,
    call_at,
    cut,
    cut_off,
    drive_faster,
    find_gap,
    find_stretch,
    running_s,
    write_out,
)

# GTFS Schedule Reference, routes.txt, route_type, 2026-11.
ROUTE_TYPES: Final[Mapping[str, int]] = {
    "tram": 0,
    "metro": 1,
    "train": 2,
    "bus": 3,
    "ferry": 4,
    "cable_car": 6,
}
MINUTE_S: Final = 60.0
M_PER_S_OF_KMH: Final = 1 / 3.6


def make_edit(feed: Feed, edit: TimetableEdit) -> Feed:
    """Make one change of a timetable.

    Parameters
    ----------
    feed
        Any in which every time is told; it is not changed.
    edit
        What was found for it in today's.

    Returns
    -------
    feed
        With the change. Rows of today's stops stay; new ones stand behind them.
    """
    return _EDITORS[type(edit.change)](feed, edit, edit.change)


def _move_stop(feed: Feed, edit: TimetableEdit, change: MoveStop) -> Feed:
    rows = [row for own in edit.stops for row in own]
    columns = {}
    for name, degrees in zip(("lon", "lat"), change.to, strict=True):
        columns[name] = feed.stops[name].to_numpy(np.float64).copy()
        columns[name][rows] = degrees
    return replace(feed, stops=feed.stops.assign(**columns))


def _add_stop(feed: Feed, edit: TimetableEdit, change: AddStop) -> Feed:
    feed, stop = _with_stop(feed, f"+{change.name}", change.name, change.at)
    lon, lat = (feed.stops[name].to_numpy(np.float64) for name in ("lon", "lat"))
    dwell_s = DWELL_S if change.dwell_s is None else change.dwell_s
    edited = {}
    for row, calls in read_calls(feed, trips_of(feed, edit.lines)).items():
        before, detour_m = find_gap(calls, lon, lat, stop)
        if detour_m <= MOST_DETOUR_M:
            here, there = calls.stop[before : before + 2].tolist()
            legs = ((here, there), (here, stop), (stop, there))
            metres = [float(length_m(lon[a], lat[a], lon[b], lat[b])) for a, b in legs]
            edited[row] = call_at(calls, before, stop, (metres[0], metres[1], metres[2]), dwell_s)
    return write_calls(feed, edited)


def _speed_up(feed: Feed, edit: TimetableEdit, change: SpeedUpSegment) -> Feed:
    for part in edit.parts:
        feed, trips = limit_to_days(feed, trips_of(feed, [part.line]), weekdays_of(change.days))
        edited = {}
        for row, calls in read_calls(feed, trips).items():
            stretch = find_stretch(calls, part.begin, part.end)
            if stretch is None or (stretch[0] > stretch[1] and not change.both_ways):
                continue
            first, last = sorted(stretch)
            if change.percent is not None:
                share = 1 - change.percent / 100
            else:
                saved_s = (change.minutes or 0.0) * MINUTE_S
                share = 1 - saved_s / running_s(calls, first, last)
            edited[row] = drive_faster(calls, first, last, share)
        feed = write_calls(feed, edited)
    return feed


def _truncate(feed: Feed, edit: TimetableEdit, change: Truncate) -> Feed:
    for part in edit.parts:
        feed, trips = limit_to_days(feed, trips_of(feed, [part.line]), weekdays_of(change.days))
        calls_of = read_calls(feed, trips)
        stretches = {
            row: find_stretch(calls, part.begin, part.end) for row, calls in calls_of.items()
        }
        kept: dict[int, Calls] = {}
        for row, stretch in stretches.items():
            if stretch is not None:
                kept[row] = cut(calls_of[row], min(stretch), max(stretch))
        served = {stop for calls in kept.values() for stop in calls.stop.tolist()}
        gone = {stop for row in kept for stop in calls_of[row].stop.tolist()} - served
        for row in calls_of.keys() - kept.keys():
            kept[row] = cut_off(calls_of[row], gone)
        feed = _begin_later(feed, calls_of, kept)
        feed = write_calls(feed, {row: calls for row, calls in kept.items() if calls.stop.size > 1})
        lost = sorted(row for row, calls in kept.items() if calls.stop.size < 2)
        feed = drop_trips(feed, np.array(lost, np.int64))
    return feed


def _begin_later(feed: Feed, before: Mapping[int, Calls], after: Mapping[int, Calls]) -> Feed:
    """Let trips by headway pass where they now begin at the times at which they passed there."""
    late_s = pd.Series(
        {
            row: float(calls.departure_s[0] - before[row].departure_s[0])
            for row, calls in after.items()
            if calls.stop.size
        },
        dtype=np.float64,
    )
    headways = feed.frequencies
    shift = headways["trip"].map(late_s).fillna(0.0)
    begin_s, end_s = headways["begin_s"] + shift, headways["end_s"] + shift
    return replace(feed, frequencies=headways.assign(begin_s=begin_s, end_s=end_s))


def _remove_line(feed: Feed, edit: TimetableEdit, change: RemoveLine) -> Feed:
    trips = trips_of(feed, edit.lines)
    feed, meant = limit_to_days(feed, trips, weekdays_of(change.days))
    return drop_trips(feed, meant)


def _shift_times(feed: Feed, edit: TimetableEdit, change: ShiftTimes) -> Feed:
    trips = trips_of(feed, edit.lines)
    feed, meant = limit_to_days(feed, trips, weekdays_of(change.days))
    late_s = change.minutes * MINUTE_S
    calls_of = read_calls(feed, meant)
    feed = write_calls(feed, {row: calls.shift(late_s) for row, calls in calls_of.items()})
    headways = feed.frequencies
    shift = np.where(headways["trip"].isin(meant), late_s, 0.0)
    begin_s, end_s = headways["begin_s"] + shift, headways["end_s"] + shift
    return replace(feed, frequencies=headways.assign(begin_s=begin_s, end_s=end_s))


def _set_frequency(feed: Feed, edit: TimetableEdit, change: SetFrequency) -> Feed:
    for line in edit.lines:
        feed, trips = limit_to_days(feed, trips_of(feed, [line]), weekdays_of(change.days))
        if change.factor is not None:
            feed = multiply_frequency(feed, trips, change.factor)
        else:
            feed = set_headways(feed, trips, change.headways)
    return feed


def _add_line(feed: Feed, edit: TimetableEdit, change: AddLine) -> Feed:
    stops = []
    for number, (stop, known) in enumerate(zip(change.stops, edit.stops, strict=True), start=1):
        row = known[0] if known else -1
        if isinstance(stop, NewStop):
            name = stop.name or f"{change.name} {number}"
            feed, row = _with_stop(feed, f"+{change.name}:{number}", name, stop.at)
        stops.append(row)
    legs_s = _legs_s(feed, change, stops)
    ways = [(stops, legs_s), (stops[::-1], legs_s[::-1])][: 1 + change.both_ways]
    route = unused(feed.routes["route"], [f"+{change.name}"])[0]
    kind = ROUTE_TYPES[change.vehicle]
    line = pd.DataFrame({"route": [route], "name": [change.name], "kind": [kind]})
    feed, service = _with_week(replace(feed, routes=stack(feed.routes, line)), change)
    first = len(feed.trips)
    trips = pd.DataFrame(
        {
            "trip": [f"+{change.name}:{number}" for number in range(len(ways))],
            "route": route,
            "service": service,
            "headsign": [feed.stops["name"].iloc[rows[-1]] for rows, _ in ways],
        }
    )
    feed = add_trips(feed, trips, [write_out(legs, rows, change.dwell_s) for rows, legs in ways])
    headways = pd.DataFrame(
        [
            (first + number, float(clock_s(begin)), float(clock_s(end)), minutes * MINUTE_S)
            for number in range(len(ways))
            for begin, end, minutes in change.headways
        ],
        columns=["trip", "begin_s", "end_s", "headway_s"],
    )
    return replace(feed, frequencies=stack(feed.frequencies, headways))


def _legs_s(feed: Feed, change: AddLine, stops: list[int]) -> list[float]:
    """Tell how long a new line drives from stop to stop."""
    if change.minutes:
        return [minutes * MINUTE_S for minutes in change.minutes]
    lon, lat = (feed.stops[name].to_numpy(np.float64)[stops] for name in ("lon", "lat"))
    metres = length_m(lon[:-1], lat[:-1], lon[1:], lat[1:]) * change.detour
    speeds = change.speeds_kmh or [change.speed_kmh or 0.0] * metres.size
    legs: list[float] = (metres / (np.array(speeds) * M_PER_S_OF_KMH)).tolist()
    return legs


def _with_stop(feed: Feed, stop: str, name: str, at: tuple[float, float]) -> tuple[Feed, int]:
    own = unused(feed.stops["stop"], [stop])
    row = pd.DataFrame({"stop": own, "name": name, "lon": at[0], "lat": at[1]})
    return replace(feed, stops=stack(feed.stops, row)), len(feed.stops)


def _with_week(feed: Feed, change: AddLine) -> tuple[Feed, str]:
    """Add a service that runs on days of the week as long as the timetable is in force."""
    taken = pd.concat([feed.calendar["service"], feed.exceptions["service"]])
    service = unused(taken, [f"+{change.name}"])[0]
    days = pd.concat([feed.calendar["first"], feed.calendar["last"], feed.exceptions["day"]])
    week = dict(zip(WEEKDAYS, weekdays_of(change.days), strict=True))
    own: dict[str, Any] = {"service": [service], "first": days.min(), "last": days.max(), **week}
    return replace(feed, calendar=stack(feed.calendar, pd.DataFrame(own))), service


_EDITORS: Final[Mapping[type, Callable[[Feed, TimetableEdit, Any], Feed]]] = {
    AddLine: _add_line,
    AddStop: _add_stop,
    MoveStop: _move_stop,
    RemoveLine: _remove_line,
    SetFrequency: _set_frequency,
    ShiftTimes: _shift_times,
    SpeedUpSegment: _speed_up,
    Truncate: _truncate,
}
