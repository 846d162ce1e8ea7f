"""Let the trips of a line run more or less often."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..changes.timetable_fields import Headway, clock_s
from ..transit.feeds import Feed
from .timetable_edits import (
    Calls,
    Ids,
    add_service,
    add_trips,
    days_of_service,
    drop_trips,
    read_calls,
    stack,
)

# What two positions in a sequence of departures may differ by, and be the same.
SAME_POSITION = 1e-9


def multiply_frequency(feed: Feed, trips: Ids, factor: float) -> Feed:
    """Run trips more or less often.

    Those of the same course and the same days are a sequence of departures; `factor` times as many
    are spread over it evenly. A trip of today that falls on its own place stays as it is; others
    have times between those of their neighbours.

    Parameters
    ----------
    feed
        Any; it is not changed.
    trips
        Rows of trips.
    factor
        How many times as often.

    Returns
    -------
    feed
        With the trips added and left out.
    """
    headways = feed.frequencies
    by_headway = headways["trip"].isin(trips).to_numpy(np.bool_)
    every_s = headways["headway_s"].to_numpy(np.float64)
    shorter = np.where(by_headway, every_s / factor, every_s)
    feed = replace(feed, frequencies=headways.assign(headway_s=shorter))
    by_clock = np.setdiff1d(trips, headways["trip"].to_numpy(np.int64))
    gone, added, rows = [], [], []
    for own, calls in _sequences(feed, by_clock):
        positions = np.arange(0, own.size - 1 + SAME_POSITION, 1 / factor)
        nearest = np.round(positions).astype(np.int64)
        is_own = np.abs(positions - nearest) <= SAME_POSITION
        gone.append(np.delete(own, nearest[is_own]))
        for position in positions[~is_own]:
            before = int(position)
            added.append(_between(calls[before], calls[before + 1], position - before))
            rows.append(int(own[before]))
    table = feed.trips.iloc[rows]
    feed = add_trips(feed, table.reset_index(drop=True), added)
    return drop_trips(feed, np.sort(np.concatenate([np.empty(0, np.int64), *gone])))


def set_headways(feed: Feed, trips: Ids, spans: Sequence[Headway]) -> Feed:
    """Let one trip run every so many minutes, in place of those of today.

    In each direction the trips that depart from their first stop within a span give way to one
    every so many minutes, over the course that most trips take there and in the time that the one
    of them takes which departs nearest to the middle of the span. They run on every day on which
    one of the others did.

    Parameters
    ----------
    feed
        Any; it is not changed.
    trips
        Rows of trips of one line.
    spans
        From, to, minutes.

    Returns
    -------
    feed
        With other trips.
    """
    calls_of = read_calls(feed, trips)
    groups = list(_directions(feed, trips, calls_of))
    templates = [_choose(feed, group, span, calls_of) for group in groups for span in spans]
    served = [group.trips for group in groups for _ in spans]
    for row, own, span in zip(templates, served, list(spans) * len(groups), strict=True):
        feed = _run_every(feed, row, own, span, calls_of[row])
    return _clear(feed, trips, spans, calls_of)


def count_off_course(feed: Feed, trips: Ids) -> int:
    """Count the trips of a line that take another course than most of their direction.

    Parameters
    ----------
    feed
        Any.
    trips
        Rows of trips of one line.

    Returns
    -------
    count
        Of trips.
    """
    groups = _directions(feed, trips, read_calls(feed, trips))
    return sum(group.trips.size - group.leaders.size for group in groups)


class _Direction(NamedTuple):
    """Trips that run the same way, and those of them that take the most frequent course."""

    trips: Ids
    leaders: Ids


def _sequences(feed: Feed, trips: Ids) -> Iterator[tuple[Ids, list[Calls]]]:
    """Part trips into those of the same course and the same days, by their departure."""
    calls_of = read_calls(feed, trips)
    service = feed.trips["service"].to_numpy(object)
    days_of = {each: days_of_service(feed, each).tobytes() for each in set(service[trips])}
    found: dict[tuple[bytes, bytes], list[int]] = {}
    for row, calls in calls_of.items():
        found.setdefault((days_of[service[row]], _course(calls)), []).append(row)
    for rows in found.values():
        own = sorted(rows, key=lambda row: (float(calls_of[row].departure_s[0]), row))
        yield np.array(own, np.int64), [calls_of[row] for row in own]


def _course(calls: Calls) -> bytes:
    return (calls.stop * 4 + calls.may_board * 2 + calls.may_alight).tobytes()


def _between(one: Calls, other: Calls, share: float) -> Calls:
    arrival, departure = (
        np.round(getattr(one, name) * (1 - share) + getattr(other, name) * share)
        for name in ("arrival_s", "departure_s")
    )
    return one._replace(arrival_s=arrival, departure_s=departure)


def _directions(feed: Feed, trips: Ids, calls_of: dict[int, Calls]) -> Iterator[_Direction]:
    """Part the trips of a line by the direction in which they run, the most frequent course first.

    A course runs as another one does when both call at two stops of the same names in the same
    order.
    """
    runs = _count_runs(feed, calls_of)
    courses: dict[bytes, list[int]] = {}
    for row in trips.tolist():
        courses.setdefault(_course(calls_of[row]), []).append(row)
    names = feed.stops["name"].to_numpy(object)
    leaders: list[tuple[list[int], dict[str, int], list[int]]] = []
    for rows in sorted(courses.values(), key=lambda own: (-sum(runs[row] for row in own), own[0])):
        called = names[calls_of[rows[0]].stop].tolist()
        group = next((own for _, place, own in leaders if _runs_along(called, place)), None)
        if group is None:
            place = {name: number for number, name in reversed(list(enumerate(called)))}
            leaders.append((rows, place, list(rows)))
        else:
            group += rows
    for rows, _, group in leaders:
        yield _Direction(np.array(sorted(group), np.int64), np.array(rows, np.int64))


def _runs_along(names: Sequence[str], place: dict[str, int]) -> bool:
    shared = np.array([place[name] for name in dict.fromkeys(names) if name in place])
    return shared.size > 1 and bool(np.sign(np.diff(shared)).sum() > 0)


def _count_runs(feed: Feed, calls_of: dict[int, Calls]) -> dict[int, int]:
    runs = dict.fromkeys(calls_of, 0)
    table = feed.frequencies[["trip", "begin_s", "end_s", "headway_s"]].to_numpy(np.float64)
    for trip, begin_s, end_s, headway_s in table:
        if int(trip) in runs:
            runs[int(trip)] += int(np.ceil((end_s - begin_s) / headway_s))
    return {row: count or 1 for row, count in runs.items()}


def _choose(feed: Feed, group: _Direction, span: Headway, calls_of: dict[int, Calls]) -> int:
    """Choose the trip of the most frequent course that departs nearest to the middle of a span."""
    middle_s = (clock_s(span[0]) + clock_s(span[1])) / 2
    away = {row: abs(calls_of[row].departure_s[0] - middle_s) for row in group.leaders.tolist()}
    table = feed.frequencies[["trip", "begin_s", "end_s"]].to_numpy(np.float64)
    is_first = dict.fromkeys(away, True)
    for trip, begin_s, end_s in table:
        row = int(trip)
        if row in away:
            own = max(begin_s - middle_s, middle_s - end_s, 0.0)
            away[row] = own if is_first[row] else min(own, away[row])
            is_first[row] = False
    nearest: int = min(away, key=lambda row: (away[row], row))
    return nearest


def _run_every(feed: Feed, row: int, group: Ids, span: Headway, calls: Calls) -> Feed:
    services = sorted(set(feed.trips["service"].iloc[group]))
    service = services[0]
    if len(services) > 1:
        days = [days_of_service(feed, each) for each in services]
        together = np.unique(np.concatenate(days))
        feed, service = add_service(feed, f"{service}+", together)
    table = feed.trips.iloc[[row]].assign(service=service).reset_index(drop=True)
    rows = pd.DataFrame(
        {
            "trip": [len(feed.trips)],
            "begin_s": [float(clock_s(span[0]))],
            "end_s": [float(clock_s(span[1]))],
            "headway_s": [span[2] * 60.0],
        }
    )
    feed = add_trips(feed, table, [calls])
    return replace(feed, frequencies=stack(feed.frequencies, rows))


def _clear(feed: Feed, trips: Ids, spans: Sequence[Headway], calls_of: dict[int, Calls]) -> Feed:
    """Leave out what departs within spans; a trip by headway that has no run left goes as well."""
    bounds = [(clock_s(begin), clock_s(end)) for begin, end, _ in spans]
    headways = feed.frequencies
    is_own = headways["trip"].isin(trips).to_numpy(np.bool_)
    by_headway = set(headways["trip"][is_own].tolist())
    kept = []
    for each in headways[is_own].to_dict("records"):
        own = float(each["begin_s"]), float(each["end_s"]), float(each["headway_s"])
        for begin_s, end_s in _runs_outside(own, bounds):
            kept.append({**each, "begin_s": begin_s, "end_s": end_s})
    rows = pd.DataFrame(kept, columns=list(headways.columns))
    left = set(rows["trip"].tolist())
    feed = replace(feed, frequencies=stack(headways[~is_own].reset_index(drop=True), rows))
    gone = [
        row
        for row, calls in calls_of.items()
        if (row in by_headway and row not in left)
        or (row not in by_headway and _is_within(float(calls.departure_s[0]), bounds))
    ]
    return drop_trips(feed, np.array(sorted(gone), np.int64))


def _is_within(departure_s: float, bounds: Sequence[tuple[int, int]]) -> bool:
    return any(begin <= departure_s < end for begin, end in bounds)


def _runs_outside(
    headway: tuple[float, float, float], bounds: Sequence[tuple[int, int]]
) -> Iterator[tuple[float, float]]:
    """Cut what runs by headway into what departs before, between and after spans."""
    begin_s, last_s, every_s = headway
    for first_s, end_s in [*sorted(bounds), (last_s, last_s)]:
        if begin_s < min(first_s, last_s):
            yield begin_s, min(first_s, last_s)
        if begin_s < end_s:
            begin_s += np.ceil((end_s - begin_s) / every_s) * every_s
