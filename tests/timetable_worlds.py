"""Timetables made by hand, changes of them, and when one arrives before and after."""

from datetime import date
from functools import lru_cache

import numpy as np
from pydantic import TypeAdapter

from artois_mobility._types import UNREACHED_MS
from artois_mobility.changes.schema import Change
from artois_mobility.scenarios.resolved import Findings
from artois_mobility.scenarios.timetable_changes import (
    apply_timetable,
    resolve_lines,
    resolve_timetable,
)
from artois_mobility.transit.feeds import read_gtfs
from artois_mobility.transit.searches import Walks, search_departure
from artois_mobility.transit.timetables import build_timetable
from scenario_worlds import make_scenario
from transit_worlds import write_feed

TUESDAY = date(2025, 3, 4)
SUNDAY = date(2025, 3, 9)
HOUR = 3600
# Of the day after: what is reached then only is not reached.
MORNING_S = 30 * HOUR
TABLES = ("stops", "routes", "trips", "stop_times", "calendar", "exceptions", "frequencies",
          "transfers")  # fmt: skip
CHANGE = TypeAdapter(Change)


def clock(text):
    hours, minutes, *seconds = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + sum(seconds)


def change(kind, **columns):
    return CHANGE.validate_python({"kind": kind, **columns})


def line(*calls, begins, every=()):
    """Trips of a line over (stop, minutes after the first departure[, minutes it stands])."""
    return [
        [(stop, clock(begin) + int(60 * after), clock(begin) + int(60 * (after + sum(wait))))
         for stop, after, *wait in calls]
        for begin in begins
    ]  # fmt: skip


def write_lines(folder, lines, *, stops, services=None, headways=None):
    """Write a feed of lines by name: lists of trips, each a list of (stop, arrival, departure).

    Services are the days of a line by its name, every day when left out; headways are (line,
    begin, end, seconds) of its first trip.
    """
    trips, table = {}, "route_id,service_id,trip_id\n"
    week = {"all": "1,1,1,1,1,1,1", "week": "1,1,1,1,1,0,0", "sunday": "0,0,0,0,0,0,1"}
    for name, own in lines.items():
        service = (services or {}).get(name, "all")
        for number, calls in enumerate(own):
            trips[f"{name}{number}"] = calls
            table += f"{name},{service},{name}{number}\n"
    routes = "route_id,route_short_name,route_type\n" + "".join(f"{n},{n},3\n" for n in lines)
    frequencies = "trip_id,start_time,end_time,headway_secs\n" + "".join(
        f"{name}0,{begin}:00,{end}:00,{every}\n" for name, begin, end, every in headways or ()
    )
    calendar = (
        "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
        + "".join(f"{name},{days},20250101,20251231\n" for name, days in week.items())
    )
    more = {"routes": routes, "trips": table, "frequencies": frequencies}
    return write_feed(folder, trips, stops=stops, calendar=calendar, more=more)


def changed(feed, *changes, day=None):
    """Make changes in a feed, and see that it stays itself."""
    before = {name: getattr(feed, name).copy() for name in TABLES}
    (resolved,) = resolve_timetable(feed, [make_scenario(*changes)], day)
    after = apply_timetable(feed, resolved)
    for name, table in before.items():
        assert getattr(feed, name).equals(table)
    return after


def notices(feed, *changes, day=TUESDAY, language="en"):
    findings = Findings(make_scenario(*changes))
    resolve_lines(findings, feed, day)
    assert not findings.errors
    return [notice.say(language) for notice in findings.warnings]


# Feeds compare by who they are.
timetable_of = lru_cache(maxsize=32)(build_timetable)


def arrivals(feed, day, here, begin_s, *, change_s=60, trip_count=4):
    """When one arrives at each stop, by its id, in seconds of the day; missing where never."""
    timetable = timetable_of(feed, day)
    count = len(feed.stops)
    walks = Walks(
        np.arange(count + 1, dtype=np.int32),
        np.arange(count, dtype=np.int32),
        np.full(count, change_s * 1000, np.int32),
    )
    ready = np.full(count, UNREACHED_MS, np.int32)
    ready[feed.stops["stop"].tolist().index(here)] = begin_s * 1000
    found = search_departure(timetable, walks, ready, trip_count=trip_count).arrival_ms()
    return {
        stop: ms / 1000
        for stop, ms in zip(feed.stops["stop"], found.tolist(), strict=True)
        if ms < MORNING_S * 1000
    }


def runs_of(feed, day, name):
    """Departures from the first stop, as text, of the trips of a line on a day."""
    timetable = timetable_of(feed, day)
    routes = feed.trips["route"].to_numpy(object)
    names = dict(zip(feed.routes["route"], feed.routes["name"], strict=True))
    found = []
    for pattern in range(timetable.first_stop.size - 1):
        calls = int(np.diff(timetable.first_stop)[pattern])
        begin, end = timetable.first_trip[pattern : pattern + 2]
        for number, trip in enumerate(timetable.trip[begin:end]):
            row = timetable.first_time[pattern] + number * calls
            time_s = int(timetable.departure_ms[row]) // 1000
            if names[routes[trip]] == name and 0 <= time_s < 24 * HOUR:
                found.append(f"{time_s // 3600:02d}:{time_s // 60 % 60:02d}")
    return sorted(found)


def read_lines(folder, lines, **columns):
    return read_gtfs(write_lines(folder, lines, **columns))
