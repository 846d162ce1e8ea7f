"""The timetable of one day: trips by the stops that they serve, none overtaking another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import Flags, Floats, Milliseconds, Offsets, Rows
from ..errors import TransitError
from .calendars import day_length_s, runs_on
from .feeds import Feed

MS: Final = 1000
# Hours of the days before and after that are looked at: trips after midnight, windows that pass it.
OTHER_DAYS: Final = (-1, 0, 1)
# No time in the timetable lies further from the day's beginning: five days still add up in int32.
MOST_S: Final = 5 * 86_400

Times = npt.NDArray[np.float64]


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
    arrival, departure = _fill_in(feed)
    first = _first_rows(feed.stop_times["trip"].to_numpy(), len(feed.trips))
    rows = [
        _runs(feed, day + timedelta(days=days), day_length_s(day, days, feed.timezone), departure, first)
        for days in OTHER_DAYS
    ]
    trip, shift = (np.concatenate(each) for each in zip(*rows, strict=True))
    order = np.argsort(trip, kind="stable")
    return _arrange(feed, day, trip[order], shift[order], arrival, departure, first)


def _nothing_runs(feed: Feed, day: date) -> str:
    days = [*feed.calendar["first"], *feed.calendar["last"]]
    days += list(feed.exceptions.loc[feed.exceptions["is_added"], "day"])
    told = f"from {min(days):%Y-%m-%d} to {max(days):%Y-%m-%d}" if days else "on no day at all"
    return f"Nothing runs on {day:%Y-%m-%d}: the timetable is in force {told}. Choose such a day."


def _first_rows(trip: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    return np.searchsorted(trip, np.arange(count + 1))


def _fill_in(feed: Feed) -> tuple[Times, Times]:
    """Spread times evenly between timepoints, in whole seconds."""
    times = feed.stop_times
    arrival, departure = (times[f"{name}_s"].to_numpy(np.float64) for name in ("arrival", "departure"))
    missing = np.isnan(arrival)
    if not missing.any():
        return arrival, departure
    told = np.flatnonzero(~missing)
    own = np.flatnonzero(missing)
    after = told[np.searchsorted(told, own)]
    before = told[np.searchsorted(told, own) - 1]
    share = (own - before) / (after - before)
    filled = np.round(departure[before] + share * (arrival[after] - departure[before]))
    arrival, departure = arrival.copy(), departure.copy()
    arrival[own] = departure[own] = filled
    return arrival, departure


def _runs(
    feed: Feed, day: date, shift_s: int, departure: Times, first: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Floats]:
    """List the runs of a day of service: the trip, and what is added to its times."""
    is_running = runs_on(feed, day)
    headways = feed.frequencies
    own = headways[is_running[headways["trip"].to_numpy(np.int64)]]
    by_clock = np.flatnonzero(is_running & ~np.isin(np.arange(is_running.size), headways["trip"]))
    trips, shifts = [by_clock], [np.full(by_clock.size, float(shift_s))]
    for row in own.itertuples(index=False):
        begin = np.arange(row.begin_s, row.end_s, row.headway_s)
        trips.append(np.full(begin.size, row.trip, np.int64))
        shifts.append(begin - departure[first[row.trip]] + shift_s)
    return np.concatenate(trips), np.concatenate(shifts)


def _arrange(
    feed: Feed,
    day: date,
    trip: npt.NDArray[np.int64],
    shift: Floats,
    arrival: Times,
    departure: Times,
    first: npt.NDArray[np.int64],
) -> Timetable:
    """Sort runs into patterns, and within each by time."""
    stops = feed.stop_times["stop"].to_numpy(np.int64)
    board, alight = (feed.stop_times[name].to_numpy(np.bool_) for name in ("may_board", "may_alight"))
    sequence_of: dict[bytes, list[int]] = {}
    coded = stops * 4 + board * 2 + alight
    for run, row in enumerate(trip.tolist()):
        key = coded[first[row] : first[row + 1]].tobytes()
        sequence_of.setdefault(key, []).append(run)
    patterns: list[tuple[slice, Times, Times, npt.NDArray[np.int64]]] = []
    for runs in sequence_of.values():
        rows = first[trip[runs]][:, np.newaxis] + np.arange(first[trip[runs[0]] + 1] - first[trip[runs[0]]])
        when = shift[runs][:, np.newaxis]
        times = arrival[rows] + when, departure[rows] + when
        is_near = (times[1][:, -1] >= 0) & (times[1][:, 0] < MOST_S)
        whole = slice(int(rows[0, 0]), int(rows[0, -1]) + 1)
        here = np.array(runs)[is_near]
        for chain in _split_chains(times[0][is_near], times[1][is_near]):
            mine = np.flatnonzero(is_near)[chain]
            patterns.append((whole, times[0][mine], times[1][mine], trip[here[chain]]))
    return _flatten(len(feed.stops), day, patterns, stops, board, alight)


def _split_chains(arrival: Times, departure: Times) -> list[list[int]]:
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


def _flatten(
    stop_count: int,
    day: date,
    patterns: Sequence[tuple[slice, Times, Times, npt.NDArray[np.int64]]],
    stops: npt.NDArray[np.int64],
    board: Flags,
    alight: Flags,
) -> Timetable:
    """Lay patterns one behind the other, by their first stop and time, so that order is settled."""
    ordered = sorted(
        patterns, key=lambda each: (tuple(stops[each[0]].tolist()), float(each[2][0, 0]), int(each[3][0]))
    )
    none: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = [np.empty(0, np.int64)]
    stop_at = np.concatenate([*none, *(stops[whole] for whole, *_ in ordered)]).astype(np.int32)
    first_stop = np.cumsum([0, *(whole.stop - whole.start for whole, *_ in ordered)])
    first_trip = np.cumsum([0, *(len(rows) for *_, rows in ordered)])
    sizes = [times.size for _, times, _, _ in ordered]
    may_board, may_alight = (
        np.concatenate([np.empty(0, np.bool_), *(flags[whole] for whole, *_ in ordered)])
        for flags in (board, alight)
    )
    pattern_of = np.repeat(np.arange(len(ordered)), np.diff(first_stop))
    is_visit = may_board.copy()
    is_visit[first_stop[1:] - 1] = False  # nobody boards at the end
    position = np.flatnonzero(is_visit)
    by_stop = position[np.argsort(stop_at[position], kind="stable")]
    counts = np.bincount(stop_at[by_stop], minlength=stop_count)
    return Timetable(
        day,
        first_stop.astype(np.int32),
        stop_at,
        may_board,
        may_alight,
        first_trip.astype(np.int32),
        np.cumsum([0, *sizes])[:-1].astype(np.int32),
        _milliseconds([times for _, times, _, _ in ordered]),
        _milliseconds([times for _, _, times, _ in ordered]),
        np.concatenate([*none, *(rows for *_, rows in ordered)]).astype(np.int32),
        np.cumsum([0, *counts]).astype(np.int32),
        pattern_of[by_stop].astype(np.int32),
        by_stop.astype(np.int32),
    )


def _milliseconds(times: Sequence[Times]) -> Milliseconds:
    flat = np.concatenate([np.empty(0), *(each.ravel() for each in times)])
    return np.asarray(np.round(flat * MS), np.int32)
