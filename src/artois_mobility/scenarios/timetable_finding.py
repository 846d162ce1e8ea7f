"""Find the lines and stops that one change of a timetable means, or say why it cannot be made."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from .._types import Floats
from ..changes.timetable_fields import NewStop, write_clock
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
from ..transit.feeds import Feed
from .resolved import Findings
from .timetable_applying import MINUTE_S
from .timetable_edits import Calls, read_calls, trips_of
from .timetable_names import find_lines, find_stops, name_line, stops_of
from .timetable_plans import LinePart, TimetableEdit, TransitChange
from .trip_edits import MOST_DETOUR_M, calls_twice, find_gap, find_stretch, running_s

# No line runs more often.
LEAST_HEADWAY_S: Final = 30.0


def find_edit(
    findings: Findings, feed: Feed, row: int, change: TransitChange
) -> TimetableEdit | None:
    """Find what a change of a timetable means.

    Parameters
    ----------
    findings
        The scenario; errors are noted in it.
    feed
        Today's timetable, every time told.
    row
        Position of the change.
    change
        What it says.

    Returns
    -------
    edit
        None where it cannot be made.
    """
    before = len(findings.faults)
    edit = _FINDERS[type(change)](findings, feed, row, change)
    return edit if len(findings.faults) == before else None


def places_with(feed: Feed, change: AddStop) -> tuple[Floats, Floats]:
    """List where stops are, with a new one behind those of today.

    Parameters
    ----------
    feed
        Today's timetable, of s stops.
    change
        The new stop.

    Returns
    -------
    lon, lat
        In degrees, shape (s + 1,).
    """
    lon, lat = (
        np.append(feed.stops[name].to_numpy(np.float64), own)
        for name, own in zip(("lon", "lat"), change.at, strict=True)
    )
    return lon, lat


def _find_move(findings: Findings, feed: Feed, row: int, change: MoveStop) -> TimetableEdit:
    found, problem = find_stops(feed, change.stop)
    if problem:
        findings.refuse(row, f"names the stop {change.stop!r}, {problem}")
    return TimetableEdit(row, change, stops=tuple((stop,) for stop in found))


def _find_runs(
    findings: Findings, feed: Feed, row: int, change: RemoveLine | SetFrequency | ShiftTimes
) -> TimetableEdit:
    lines = _find_lines(findings, feed, row, change.lines)
    trips = trips_of(feed, lines)
    own = feed.frequencies[feed.frequencies["trip"].isin(trips)]
    if isinstance(change, SetFrequency) and change.factor is not None and len(own):
        least_s = float(own["headway_s"].min()) / change.factor
        if least_s < LEAST_HEADWAY_S:
            findings.refuse(
                row,
                f"would run one every {least_s:.1f} seconds; allowed are {LEAST_HEADWAY_S:g} at "
                "least. Choose a smaller factor.",
            )
    if isinstance(change, ShiftTimes):
        late_s = change.minutes * MINUTE_S
        calls = read_calls(feed, trips).values()
        begins = [*(float(each.departure_s[0]) for each in calls), *own["begin_s"]]
        early = [each for each in begins if each + late_s < 0]
        if early:
            findings.refuse(
                row,
                f"would run {len(early)} of {len(begins)} trips before the day begins, the first "
                f"one at {write_clock(min(early))}. Shift them by less.",
            )
    return TimetableEdit(row, change, tuple(lines))


def _find_new_line(findings: Findings, feed: Feed, row: int, change: AddLine) -> TimetableEdit:
    if change.name in {*feed.routes["name"], *feed.routes["route"]}:
        findings.refuse(
            row, f"adds the line {change.name!r}, which is in the timetable. Name it otherwise."
        )
    stops: list[tuple[int, ...]] = []
    for number, stop in enumerate(change.stops, start=1):
        found, problem = ((), "") if isinstance(stop, NewStop) else find_stops(feed, stop)
        stops.append(found)
        if problem:
            findings.refuse(row, f"names in stops[{number}] {stop!r}, {problem}")
    same = [i for i in range(1, len(stops)) if stops[i] and stops[i][:1] == stops[i - 1][:1]]
    if same:
        findings.refuse(
            row,
            f"calls twice in a row at the same stop: in stops[{same[0]}] and stops[{same[0] + 1}], "
            f"{change.stops[same[0]]!r}. Take one of the two away.",
        )
    return TimetableEdit(row, change, stops=tuple(stops))


def _find_new_stop(findings: Findings, feed: Feed, row: int, change: AddStop) -> TimetableEdit:
    lines = _find_lines(findings, feed, row, change.lines)
    lon, lat = places_with(feed, change)
    for line in lines:
        detours_m = [
            find_gap(calls, lon, lat, len(feed.stops))[1]
            for calls in read_calls(feed, trips_of(feed, [line])).values()
        ]
        if detours_m and min(detours_m) > MOST_DETOUR_M:
            findings.refuse(
                row,
                f"lies off the line {name_line(feed, line)}, which would drive "
                f"{min(detours_m):.0f} m more; allowed are {MOST_DETOUR_M:.0f} m. Look at the "
                "position, or write add_line.",
            )
    return TimetableEdit(row, change, tuple(lines))


def _find_parts(
    findings: Findings, feed: Feed, row: int, change: SpeedUpSegment | Truncate
) -> TimetableEdit:
    lines = _find_lines(findings, feed, row, change.lines)
    parts = []
    for line in lines:
        among = stops_of(feed, line)
        ends = []
        for stop in (change.from_stop, change.to_stop):
            found, problem = find_stops(feed, stop, among)
            ends.append(found)
            if problem:
                findings.refuse(
                    row, f"names {stop!r} on the line {name_line(feed, line)}, {problem}"
                )
        if all(ends):
            parts.append(LinePart(line, ends[0], ends[1]))
            _check_part(findings, feed, row, change, parts[-1])
    return TimetableEdit(row, change, tuple(lines), tuple(parts))


def _check_part(
    findings: Findings, feed: Feed, row: int, change: SpeedUpSegment | Truncate, part: LinePart
) -> None:
    """Refuse a part of a line that no trip runs over, or one that could be meant in two ways."""
    line = name_line(feed, part.line)
    over: list[tuple[Calls, int, int]] = []
    only_one_way = isinstance(change, SpeedUpSegment) and not change.both_ways
    for calls in read_calls(feed, trips_of(feed, [part.line])).values():
        stretch = find_stretch(calls, part.begin, part.end)
        if stretch is None or (only_one_way and stretch[0] > stretch[1]):
            continue
        over.append((calls, min(stretch), max(stretch)))
        for stop, rows in ((change.from_stop, part.begin), (change.to_stop, part.end)):
            if calls_twice(calls, rows):
                findings.refuse(
                    row,
                    f"names {stop!r}, at which a trip of the line {line} calls more than once: "
                    "which part is meant? Choose stops at which it calls once.",
                )
                return
    if not over:
        way = " in that order" if only_one_way else ""
        findings.refuse(
            row,
            f"names {change.from_stop!r} and {change.to_stop!r}: no trip of the line {line} calls "
            f"at both{way}. Choose two stops of the same trips.",
        )
    elif isinstance(change, SpeedUpSegment) and change.minutes is not None:
        least_s = min(running_s(*each) for each in over)
        if least_s <= change.minutes * MINUTE_S:
            findings.refuse(
                row,
                f"saves {change.minutes:g} minutes, but the line {line} drives only "
                f"{least_s / MINUTE_S:.1f} from {change.from_stop!r} to {change.to_stop!r}. Save "
                "less, or give percent.",
            )


def _find_lines(findings: Findings, feed: Feed, row: int, names: tuple[str, ...]) -> list[str]:
    lines, problems = find_lines(feed, names)
    for problem in problems:
        findings.refuse(row, problem)
    return lines


_FINDERS: Final[Mapping[type, Callable[[Findings, Feed, int, Any], TimetableEdit]]] = {
    AddLine: _find_new_line,
    AddStop: _find_new_stop,
    MoveStop: _find_move,
    RemoveLine: _find_runs,
    SetFrequency: _find_runs,
    ShiftTimes: _find_runs,
    SpeedUpSegment: _find_parts,
    Truncate: _find_parts,
}
