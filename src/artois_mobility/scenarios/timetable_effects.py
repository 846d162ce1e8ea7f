"""Tell which changes of a timetable have no effect on a day, or on some trips only."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from ..changes.notices import Notice, Value
from ..changes.transit_schema import SetFrequency, SpeedUpSegment
from ..changes.water_schema import AddStop
from ..transit.calendars import runs_on
from ..transit.feeds import Feed
from ..transit.timetables import Timetable, build_timetable
from .headway_edits import count_off_course
from .resolved import Findings
from .timetable_applying import make_edit
from .timetable_conflicts import days_of
from .timetable_edits import Ids, drop_trips, read_calls, trips_of
from .timetable_finding import places_with
from .timetable_plans import LinePart, TimetableEdit
from .trip_edits import MOST_DETOUR_M, find_gap, find_stretch

# What of a timetable tells whether anybody arrives at another time.
COLUMNS = (
    "first_stop",
    "stop_at",
    "may_board",
    "may_alight",
    "first_trip",
    "arrival_ms",
    "departure_ms",
)


def warn_of_effects(
    findings: Findings, feed: Feed, edits: Sequence[TimetableEdit], day: date | None
) -> None:
    """Warn of changes that do nothing on the day that is asked about, or less than they say.

    Parameters
    ----------
    findings
        The scenario; warnings are noted in it, and an error where nothing runs any more.
    feed
        Today's timetable, every time told.
    edits
        Its changes, in the order in which they are made.
    day
        The day; None for any, of which nothing is told.
    """
    for edit in edits:
        _warn_of_parts(findings, feed, edit)
    if day is None or not edits or not runs_on(feed, day).any():
        return
    today, changed = _of_day(feed, day), feed
    for edit in edits:
        told = {"day": day.isoformat()}
        if day.weekday() not in days_of(edit.change):
            findings.warn(edit.row, Notice("timetable_other_days", told))
        elif _is_same(feed, today, make_edit(feed, edit)):
            findings.warn(edit.row, Notice("timetable_same", told))
        changed = make_edit(changed, edit)
    if not runs_on(changed, day).any():
        findings.refuse(
            edits[-1].row,
            f"leaves nothing that runs on {day}, the day of the study. Keep one line at least.",
        )


def _is_same(feed: Feed, today: Timetable, changed: Feed) -> bool:
    if not runs_on(changed, today.day).any():
        return False
    after = _of_day(changed, today.day)
    before, now = (each.stops[["lon", "lat"]].to_numpy() for each in (feed, changed))
    return np.array_equal(before, now[: len(before)]) and all(
        np.array_equal(getattr(today, name), getattr(after, name)) for name in COLUMNS
    )


def _of_day(feed: Feed, day: date) -> Timetable:
    """Build the timetable of the trips that begin on a day."""
    return build_timetable(drop_trips(feed, np.flatnonzero(~runs_on(feed, day))), day)


def _warn_of_parts(findings: Findings, feed: Feed, edit: TimetableEdit) -> None:
    """Warn where a change means some trips of a line only, or makes several courses one."""
    change = edit.change
    for line in edit.lines:
        trips = trips_of(feed, [line])
        key, count = "", 0
        if isinstance(change, SetFrequency) and change.headways:
            key, count = "courses_joined", count_off_course(feed, trips)
        elif isinstance(change, SpeedUpSegment):
            part = next(each for each in edit.parts if each.line == line)
            key, count = "trips_elsewhere", _count_elsewhere(feed, trips, part)
        elif isinstance(change, AddStop):
            key, count = "trips_too_far", _count_too_far(feed, trips, change)
        if count:
            name = str(feed.routes.set_index("route").loc[line, "name"]) or line
            told: dict[str, Value] = {"line": name, "count": count, "total": int(trips.size)}
            findings.warn(edit.row, Notice(key, told))


def _count_elsewhere(feed: Feed, trips: Ids, part: LinePart) -> int:
    calls_of = read_calls(feed, trips).values()
    return sum(find_stretch(calls, part.begin, part.end) is None for calls in calls_of)


def _count_too_far(feed: Feed, trips: Ids, change: AddStop) -> int:
    lon, lat = places_with(feed, change)
    calls_of = read_calls(feed, trips).values()
    return sum(find_gap(calls, lon, lat, len(feed.stops))[1] > MOST_DETOUR_M for calls in calls_of)
