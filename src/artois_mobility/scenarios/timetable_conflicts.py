"""Refuse changes of a timetable that contradict each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from ..changes.timetable_fields import EVERY_DAY, clock_s, weekdays_of
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
from .timetable_edits import read_calls, trips_of
from .timetable_names import name_line
from .timetable_plans import LinePart, TransitChange
from .timetable_plans import TimetableEdit as Edit
from .trip_edits import find_stretch


def check_conflicts(findings: Findings, feed: Feed, edits: Sequence[Edit]) -> None:
    """Refuse changes of which one leaves nothing, or nothing certain, to the other.

    Parameters
    ----------
    findings
        The scenario; errors are noted in it.
    feed
        Today's timetable, every time told.
    edits
        Its changes.
    """
    for one, other in combinations(sorted(edits, key=lambda edit: edit.row), 2):
        what = next(_contradict(feed, one, other), "")
        if what:
            findings.refuse(
                other.row,
                f"and {findings.name_change(one.row)} {what}. Leave one out, or name other lines, "
                "stops, days or hours in one of the two.",
            )


def _contradict(feed: Feed, one: Edit, other: Edit) -> Iterator[str]:
    """Say in which ways two changes contradict each other."""
    first, second = one.change, other.change
    if type(first) is type(second) is MoveStop and set(one.stops) & set(other.stops):
        yield f"both move the stop {first.stop!r}"
    if isinstance(first, AddLine) and isinstance(second, AddLine) and first.name == second.name:
        yield f"both add a line called {second.name!r}"
    for line in one.lines:
        if line not in other.lines:
            continue
        name = name_line(feed, line)
        if _takes_away(first, second) or _takes_away(second, first):
            yield f"mean the line {name}, which one of the two takes away"
        elif type(first) is type(second) and days_of(first) & days_of(second):
            what = _CLASHES[type(first)](feed, line, one, other)
            if what:
                yield f"{what} the line {name}"


def _takes_away(gone: TransitChange, kept: TransitChange) -> bool:
    return isinstance(gone, RemoveLine) and days_of(kept) <= days_of(gone)


def _clash_of_removals(_feed: Feed, _line: str, _one: Edit, _other: Edit) -> str:
    return "on some of the same days take away"


def _clash_of_shifts(_feed: Feed, _line: str, _one: Edit, _other: Edit) -> str:
    return "both shift the times of"


def _clash_of_limits(_feed: Feed, _line: str, _one: Edit, _other: Edit) -> str:
    return "both limit"


def _clash_of_stops(_feed: Feed, _line: str, one: Edit, other: Edit) -> str:
    first, second = one.change, other.change
    assert isinstance(first, AddStop)
    assert isinstance(second, AddStop)
    return f"both add a stop {first.name!r} to" if first.name == second.name else ""


def _clash_of_frequencies(_feed: Feed, _line: str, one: Edit, other: Edit) -> str:
    first, second = one.change, other.change
    assert isinstance(first, SetFrequency)
    assert isinstance(second, SetFrequency)
    return "set how often trips run at the same hours on" if _meet(first, second) else ""


def _clash_of_speeds(feed: Feed, line: str, one: Edit, other: Edit) -> str:
    parts = [next(part for part in each.parts if part.line == line) for each in (one, other)]
    return "speed up the same stretch of" if _share_stretch(feed, *parts) else ""


_CLASHES: Final[Mapping[type, Callable[[Feed, str, Edit, Edit], str]]] = {
    AddStop: _clash_of_stops,
    RemoveLine: _clash_of_removals,
    SetFrequency: _clash_of_frequencies,
    ShiftTimes: _clash_of_shifts,
    SpeedUpSegment: _clash_of_speeds,
    Truncate: _clash_of_limits,
}


def days_of(change: TransitChange) -> set[int]:
    """List the days of the week that a change is for.

    Parameters
    ----------
    change
        Any change of a timetable.

    Returns
    -------
    days
        From 0 for Monday; all where it says none.
    """
    week = weekdays_of(getattr(change, "days", EVERY_DAY))
    return {number for number, is_meant in enumerate(week) if is_meant}


def _meet(one: SetFrequency, other: SetFrequency) -> bool:
    """Tell whether two changes set the frequency at the same hour; a factor means all hours."""
    if not (one.headways and other.headways):
        return True
    return any(
        clock_s(begin) < clock_s(last) and clock_s(first) < clock_s(end)
        for begin, end, _ in one.headways
        for first, last, _ in other.headways
    )


def _share_stretch(feed: Feed, one: LinePart, other: LinePart) -> bool:
    """Tell whether any trip of a line runs over some of both parts at once."""
    for calls in read_calls(feed, trips_of(feed, [one.line])).values():
        ends = [find_stretch(calls, part.begin, part.end) for part in (one, other)]
        if ends[0] is not None and ends[1] is not None:
            (begin, end), (first, last) = (sorted(each) for each in ends if each is not None)
            if begin < last and first < end:
                return True
    return False
