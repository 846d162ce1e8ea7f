"""The timetable of one day: trips by the stops that they serve, none overtaking another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Flags, Floats, Milliseconds, Offsets, Rows
from ..errors import TransitError
from .calendars import day_length_s, runs_on
from .feeds import Feed

MS: Final = 1000
# Hours of the days before and after that are looked at: trips after midnight, windows that pass it.
OTHER_DAYS: Final = (-1, 0, 1)
# No time in the timetable lies further from the day's beginning: five days still add up in int32.
MOST_S: Final = 5 * 86_400


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """All trips of a day, of s stops, in r patterns with p positions, t trips and m times.

    Attributes
    ----------
    day
        The day; times count from its beginning, in milliseconds.
    first_stop, stop_at
        The stops of each pattern in their order, shapes (r + 1,) and (p,).
    may_board, may_alight
        Whether trips take and leave people there, shape (p,).
    first_trip
        The trips of each pattern, by their times, shape (r + 1,).
    first_time
        Where the times of each pattern begin, one row for each trip, shape (r,).
    arrival_ms, departure_ms
        Shape (m,).
    trip
        Row of each trip in the feed, shape (t,).
    first_visit, visit_pattern, visit_position
        The positions at which each stop may be boarded, shapes (s + 1,), (v,), (v,).
    """

    day: date
    first_stop: Offsets
    stop_at: Rows
    may_board: Flags
    may_alight: Flags
    first_trip: Offsets
    first_time: Offsets
    arrival_ms: Milliseconds
    departure_ms: Milliseconds
    trip: Rows
    first_visit: Offsets
    visit_pattern: Rows
    visit_position: Rows

    def __post_init__(self) -> None:
        counts = np.diff(self.first_stop) * np.diff(self.first_trip)
        assert counts.sum() == self.arrival_ms.size == self.departure_ms.size
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def stop_count(self) -> int:
        """Number of stops."""
        return self.first_visit.size - 1

    @property
    def trip_count(self) -> int:
        """Number of trips."""
        return self.trip.size


def reverse_timetable(timetable: Timetable) -> Timetable:
    """Let time run backwards: trips go from their last stop to their first.

    Times are the negatives of those before, counted from the day's beginning: who arrives at a
    moment at the latest departs there at its negative at the earliest.

    Parameters
    ----------
    timetable
        Of a day.

    Returns
    -------
    reversed
        The same patterns and positions, the last of each first; reversed again it is the same.
    """
    lengths, counts = np.diff(timetable.first_stop), np.diff(timetable.first_trip)
    position = _turn_blocks(timetable.first_stop[:-1], lengths)
    time = _turn_blocks(timetable.first_time, lengths * counts)
    stop_at, may_board = timetable.stop_at[position], timetable.may_alight[position]
    first_visit, visit_pattern, visit_position = _list_visits(
        timetable.first_stop, stop_at, may_board, timetable.stop_count
    )
    return replace(
        timetable,
        stop_at=stop_at,
        may_board=may_board,
        may_alight=timetable.may_board[position],
        arrival_ms=-timetable.departure_ms[time],
        departure_ms=-timetable.arrival_ms[time],
        trip=timetable.trip[_turn_blocks(timetable.first_trip[:-1], counts)],
        first_visit=first_visit,
        visit_pattern=visit_pattern,
        visit_position=visit_position,
    )


def _turn_blocks(first: Offsets, size: Rows) -> npt.NDArray[np.int64]:
    """List the rows of blocks that follow each other, each block from its last row to its first."""
    block = np.repeat(np.arange(size.size), size)
    return 2 * first[block].astype(np.int64) + size[block] - 1 - np.arange(block.size)


def build_timetable(feed: Feed, day: date) -> Timetable:
    """Gather the trips of a day, those of the days before and after that meet it too.

    Trips given by a headway are written out. Times between timepoints are spread evenly.

    Parameters
    ----------
    feed
        What `read_gtfs` returns.
    day
        Which day.

    Returns
    -------
    timetable
        Its trips.

    Raises
    ------
    TransitError
        If nothing runs on that day; the message names the days on which something does.
    """
    if not runs_on(feed, day).any():
        raise TransitError(_nothing_runs(feed, day))
    calls = _list_calls(feed)
    runs = [_list_runs(feed, calls, day, days) for days in OTHER_DAYS]
    trip, shift_s = (np.concatenate(each) for each in zip(*runs, strict=True))
    order = np.argsort(trip, kind="stable")
    patterns = _find_patterns(calls, trip[order], shift_s[order])
    return _flatten(len(feed.stops), day, calls, patterns)


@dataclass(frozen=True, slots=True, eq=False)
class _Calls:
    """Stop times of all trips, those of trip i from `first[i]` on."""

    first: npt.NDArray[np.int64]
    stop: npt.NDArray[np.int64]
    may_board: Flags
    may_alight: Flags
    arrival_s: Floats
    departure_s: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Pattern:
    """Runs over the same calls, none overtaking another; times of shape (runs, calls)."""

    calls: slice
    arrival_s: Floats
    departure_s: Floats
    trip: npt.NDArray[np.int64]


def _nothing_runs(feed: Feed, day: date) -> str:
    added = feed.exceptions.loc[feed.exceptions["is_added"], "day"]
    ordered = feed.calendar[feed.calendar["first"] <= feed.calendar["last"]]
    days = pd.concat([ordered["first"], ordered["last"], added])
    if not len(days):
        return f"Nothing runs on {day:%Y-%m-%d}: the timetable is in force on no day."
    return (
        f"Nothing runs on {day:%Y-%m-%d}: the timetable is in force from {days.min():%Y-%m-%d} to "
        f"{days.max():%Y-%m-%d}, but not on every day. Name another one; artois-mobility doctor "
        "proposes one."
    )


def _list_calls(feed: Feed) -> _Calls:
    times = feed.stop_times
    trip = times["trip"].to_numpy(np.int64)
    return _Calls(
        np.searchsorted(trip, np.arange(len(feed.trips) + 1)),
        times["stop"].to_numpy(np.int64),
        times["may_board"].to_numpy(np.bool_),
        times["may_alight"].to_numpy(np.bool_),
        *fill_in_times(times),
    )


def fill_in_times(times: pd.DataFrame) -> tuple[Floats, Floats]:
    """Spread times evenly between timepoints, in whole seconds."""
    arrival, departure = (
        times[f"{name}_s"].to_numpy(np.float64, copy=True) for name in ("arrival", "departure")
    )
    missing = np.isnan(arrival)
    told, own = np.flatnonzero(~missing), np.flatnonzero(missing)
    after = told[np.searchsorted(told, own)]
    before = told[np.searchsorted(told, own) - 1]
    share = (own - before) / (after - before)
    filled = np.round(departure[before] + share * (arrival[after] - departure[before]))
    arrival[own] = departure[own] = filled
    return arrival, departure


def _list_runs(
    feed: Feed, calls: _Calls, day: date, days: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    """List the runs of a day of service some days later: trip, and what is added to its times."""
    shift_s = day_length_s(day, days, feed.timezone)
    is_running = runs_on(feed, day + timedelta(days=days))
    headways = feed.frequencies
    by_headway = headways["trip"].to_numpy(np.int64)
    headway_table = headways[["begin_s", "end_s", "headway_s"]].to_numpy(np.float64)
    by_clock = np.setdiff1d(np.flatnonzero(is_running), by_headway)
    trips, shifts = [by_clock], [np.full(by_clock.size, float(shift_s))]
    for row in np.flatnonzero(is_running[by_headway]).tolist():
        begin_s, end_s, headway_s = headway_table[row]
        begins = np.arange(begin_s, end_s, headway_s)
        trip = by_headway[row]
        trips.append(np.full(begins.size, trip, np.int64))
        shifts.append(begins - calls.departure_s[calls.first[trip]] + shift_s)
    return np.concatenate(trips), np.concatenate(shifts)


def _find_patterns(calls: _Calls, trip: npt.NDArray[np.int64], shift_s: Floats) -> list[_Pattern]:
    """Gather the runs over the same calls, and split them so that none overtakes another."""
    coded = calls.stop * 4 + calls.may_board * 2 + calls.may_alight
    runs_of: dict[bytes, list[int]] = {}
    for run, row in enumerate(trip.tolist()):
        key = coded[calls.first[row] : calls.first[row + 1]].tobytes()
        runs_of.setdefault(key, []).append(run)
    found = []
    for runs in runs_of.values():
        first = calls.first[trip[runs]]
        count = int(calls.first[trip[runs[0]] + 1] - first[0])
        rows = first[:, np.newaxis] + np.arange(count)
        arrival, departure = (
            times[rows] + shift_s[runs][:, np.newaxis]
            for times in (calls.arrival_s, calls.departure_s)
        )
        is_near = (arrival[:, -1] >= 0) & (departure[:, 0] < MOST_S)
        near = np.flatnonzero(is_near)
        whole = slice(int(first[0]), int(first[0]) + count)
        for chain in _split_chains(arrival[near], departure[near]):
            own = near[chain]
            found.append(_Pattern(whole, arrival[own], departure[own], trip[runs][own]))
    return found


def _split_chains(arrival: Floats, departure: Floats) -> list[list[int]]:
    """Split trips over the same stops so that none overtakes another in the same chain."""
    chains: list[list[int]] = []
    for row in np.lexsort((arrival[:, -1], departure[:, 0])).tolist():
        for chain in chains:
            last = chain[-1]
            if (arrival[last] <= arrival[row]).all() and (departure[last] <= departure[row]).all():
                chain.append(row)
                break
        else:
            chains.append([row])
    return chains


def _flatten(stop_count: int, day: date, calls: _Calls, patterns: Sequence[_Pattern]) -> Timetable:
    """Lay patterns one behind the other, by their stops and their first time."""

    def order(each: _Pattern) -> tuple[list[int], float, int]:
        return calls.stop[each.calls].tolist(), float(each.departure_s[0, 0]), int(each.trip[0])

    ordered = sorted(patterns, key=order)
    row = np.concatenate([np.arange(each.calls.start, each.calls.stop) for each in ordered])
    length = np.array([each.calls.stop - each.calls.start for each in ordered])
    stop_at, may_board = calls.stop[row], calls.may_board[row]
    first_stop = np.cumsum(np.r_[0, length]).astype(np.int32)
    stop_at = stop_at.astype(np.int32)
    return Timetable(
        day,
        first_stop,
        stop_at,
        may_board,
        calls.may_alight[row],
        np.cumsum([0, *(each.trip.size for each in ordered)]).astype(np.int32),
        np.cumsum([0, *(each.arrival_s.size for each in ordered)])[:-1].astype(np.int32),
        _milliseconds([each.arrival_s for each in ordered]),
        _milliseconds([each.departure_s for each in ordered]),
        np.concatenate([each.trip for each in ordered]).astype(np.int32),
        *_list_visits(first_stop, stop_at, may_board, stop_count),
    )


def _list_visits(
    first_stop: Offsets, stop_at: Rows, may_board: Flags, stop_count: int
) -> tuple[Offsets, Rows, Rows]:
    """List by stop the positions at which it may be boarded: first of each, patterns, positions."""
    is_visit = may_board.copy()
    is_visit[first_stop[1:] - 1] = False  # nobody boards at the end
    visit = np.flatnonzero(is_visit)
    visit = visit[np.argsort(stop_at[visit], kind="stable")]
    counts = np.bincount(stop_at[visit], minlength=stop_count)
    pattern_of = np.repeat(np.arange(first_stop.size - 1), np.diff(first_stop))
    first = np.cumsum(np.r_[0, counts]).astype(np.int32)
    return first, pattern_of[visit].astype(np.int32), visit.astype(np.int32)


def _milliseconds(times: Sequence[Floats]) -> Milliseconds:
    return np.asarray(np.round(np.concatenate([each.ravel() for each in times]) * MS), np.int32)
