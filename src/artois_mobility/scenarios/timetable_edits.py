"""Edit the trips of a feed: their calls, their days, more or fewer of them; it stays itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Flags, Floats
from ..transit.columns import Days
from ..transit.feed_tables import WEEKDAYS
from ..transit.feeds import Feed

Ids: TypeAlias = npt.NDArray[np.int64]
Week: TypeAlias = Sequence[bool]


class Calls(NamedTuple):
    """Where and when a trip calls, c calls.

    Attributes
    ----------
    stop
        Rows of stops, shape (c,).
    arrival_s, departure_s
        From the beginning of the day of service, shape (c,).
    may_board, may_alight
        Whether it takes and leaves people there, shape (c,).
    """

    stop: Ids
    arrival_s: Floats
    departure_s: Floats
    may_board: Flags
    may_alight: Flags

    def take(self, rows: slice) -> "Calls":
        """Keep some of the calls."""
        return Calls(
            self.stop[rows],
            self.arrival_s[rows],
            self.departure_s[rows],
            self.may_board[rows],
            self.may_alight[rows],
        )

    def shift(self, seconds: float) -> "Calls":
        """Run it later."""
        return self._replace(
            arrival_s=self.arrival_s + seconds, departure_s=self.departure_s + seconds
        )


def trips_of(feed: Feed, lines: Sequence[str]) -> Ids:
    """List the trips of lines.

    Parameters
    ----------
    feed
        Any.
    lines
        Ids of routes.

    Returns
    -------
    trips
        Rows, ascending.
    """
    return np.flatnonzero(feed.trips["route"].isin(list(lines)).to_numpy(np.bool_))


def read_calls(feed: Feed, trips: Ids) -> dict[int, Calls]:
    """Read the calls of trips.

    Parameters
    ----------
    feed
        Any.
    trips
        Rows of trips.

    Returns
    -------
    calls
        By row.
    """
    times = feed.stop_times
    trip = times["trip"].to_numpy(np.int64)
    begin, end = np.searchsorted(trip, trips), np.searchsorted(trip, trips, side="right")
    columns = Calls(
        times["stop"].to_numpy(np.int64),
        times["arrival_s"].to_numpy(np.float64),
        times["departure_s"].to_numpy(np.float64),
        times["may_board"].to_numpy(np.bool_),
        times["may_alight"].to_numpy(np.bool_),
    )
    return {
        int(row): columns.take(slice(int(first), int(last)))
        for row, first, last in zip(trips, begin, end, strict=True)
    }


def write_calls(feed: Feed, calls_of: Mapping[int, Calls]) -> Feed:
    """Give trips other calls.

    Parameters
    ----------
    feed
        Any; it is not changed.
    calls_of
        The new calls by row of trip.

    Returns
    -------
    feed
        With them.
    """
    if not calls_of:
        return feed
    rows = sorted(calls_of)
    stays = ~feed.stop_times["trip"].isin(rows).to_numpy(np.bool_)
    tables = [feed.stop_times[stays], _tabulate(rows, [calls_of[row] for row in rows])]
    times = pd.concat([each for each in tables if len(each)], ignore_index=True)
    times = times.sort_values("trip", kind="stable", ignore_index=True)
    return replace(feed, stop_times=times[list(feed.stop_times.columns)])


def add_trips(feed: Feed, trips: pd.DataFrame, calls: Sequence[Calls]) -> Feed:
    """Add trips.

    Parameters
    ----------
    feed
        Any; it is not changed.
    trips
        Rows of `Feed.trips`; ids that are taken get a sign more.
    calls
        Of each of them.

    Returns
    -------
    feed
        With them behind those of today.
    """
    if trips.empty:
        return feed
    ids = unused(feed.trips["trip"], trips["trip"].tolist())
    first = len(feed.trips)
    rows = range(first, first + len(trips))
    return replace(
        feed,
        trips=stack(feed.trips, trips.assign(trip=ids)),
        stop_times=stack(feed.stop_times, _tabulate(rows, calls)),
    )


def drop_trips(feed: Feed, trips: Ids) -> Feed:
    """Leave trips out.

    Parameters
    ----------
    feed
        Any; it is not changed.
    trips
        Rows of trips.

    Returns
    -------
    feed
        Without them.
    """
    if not trips.size:
        return feed
    stays = np.ones(len(feed.trips), np.bool_)
    stays[trips] = False
    number = np.cumsum(stays) - 1

    def without(table: pd.DataFrame) -> pd.DataFrame:
        own = table["trip"].to_numpy(np.int64)
        kept: pd.DataFrame = table[stays[own]]
        kept = kept.assign(trip=number[own[stays[own]]])
        return kept.reset_index(drop=True)

    return replace(
        feed,
        trips=feed.trips[stays].reset_index(drop=True),
        stop_times=without(feed.stop_times),
        frequencies=without(feed.frequencies),
    )


def limit_to_days(feed: Feed, trips: Ids, week: Week) -> tuple[Feed, Ids]:
    """Part trips from those that run the same way on other days, so that they can be changed.

    Parameters
    ----------
    feed
        Any; it is not changed.
    trips
        Rows of trips.
    week
        Which days are meant, from Monday to Sunday.

    Returns
    -------
    feed
        In which the same runs on every day, by more trips where that is needed.
    trips
        Rows of those that run on days that are meant, and on no others.
    """
    meant, others = [], []
    service_of = feed.trips["service"].to_numpy(object).copy()
    of_service = pd.Series(trips).groupby(service_of[trips], sort=True)
    for service, rows in of_service.groups.items():
        own, days = trips[np.asarray(rows)], days_of_service(feed, str(service))
        is_meant = np.array(week, np.bool_)[weekday_of(days)]
        if is_meant.any():
            meant.append(own)
        if is_meant.any() and not is_meant.all():
            feed, here = add_service(feed, f"{service}+", days[is_meant])
            feed, there = add_service(feed, f"{service}-", days[~is_meant])
            service_of[own] = here
            others.append((own, there))
    kept = np.sort(np.concatenate([np.empty(0, np.int64), *meant]))
    feed = replace(feed, trips=feed.trips.assign(service=service_of))
    for own, service in others:
        feed = copy_trips(feed, own, service)
    return feed, kept


def copy_trips(feed: Feed, trips: Ids, service: str) -> Feed:
    """Let the same trips run on other days too.

    Parameters
    ----------
    feed
        Any; it is not changed.
    trips
        Rows of trips.
    service
        Id of a service.

    Returns
    -------
    feed
        With a copy of each.
    """
    first, calls = len(feed.trips), read_calls(feed, trips)
    table = feed.trips.iloc[trips].assign(service=service)
    feed = add_trips(feed, table, [calls[int(row)] for row in trips])
    number = pd.Series(np.arange(first, first + trips.size), index=trips)
    headways = feed.frequencies[feed.frequencies["trip"].isin(trips)]
    copies = headways.assign(trip=headways["trip"].map(number).astype(np.int64))
    return replace(feed, frequencies=stack(feed.frequencies, copies))


def add_service(feed: Feed, name: str, days: Days) -> tuple[Feed, str]:
    """Add a service that runs on given days.

    Parameters
    ----------
    feed
        Any; it is not changed.
    name
        Its id; one that is taken gets a sign more.
    days
        When it runs.

    Returns
    -------
    feed
        With the service.
    service
        Its id.
    """
    taken = pd.concat([feed.calendar["service"], feed.exceptions["service"]])
    service = unused(taken, [name])[0]
    rows = pd.DataFrame({"service": service, "day": days, "is_added": True})
    return replace(feed, exceptions=stack(feed.exceptions, rows)), service


def days_of_service(feed: Feed, service: str) -> Days:
    """List the days on which a service runs.

    Parameters
    ----------
    feed
        Any.
    service
        Its id.

    Returns
    -------
    days
        Ascending, each once.
    """
    days = np.empty(0, "datetime64[D]")
    for row in feed.calendar[feed.calendar["service"] == service].to_dict("records"):
        span = np.arange(np.datetime64(row["first"], "D"), np.datetime64(row["last"], "D") + 1)
        runs = np.array([bool(row[day]) for day in WEEKDAYS])
        days = np.union1d(days, span[runs[weekday_of(span)]])
    own = feed.exceptions[feed.exceptions["service"] == service]
    day = own["day"].to_numpy().astype("datetime64[D]")
    is_added = own["is_added"].to_numpy(np.bool_)
    found: Days = np.setdiff1d(np.union1d(days, day[is_added]), day[~is_added])
    return found


def weekday_of(days: Days) -> Ids:
    """Tell the day of the week, 0 for Monday.

    Parameters
    ----------
    days
        Shape (n,).

    Returns
    -------
    weekday
        Shape (n,).

    Examples
    --------
    >>> weekday_of(np.array(["2026-11-30", "2026-12-06"], "datetime64[D]")).tolist()
    [0, 6]
    """
    # 1 January 1970 was a Thursday
    weekday: Ids = (days.astype(np.int64) + 3) % 7
    return weekday


def unused(taken: "pd.Series[str]", wanted: Sequence[str]) -> list[str]:
    """Choose ids that nothing has yet.

    Parameters
    ----------
    taken
        Ids in use.
    wanted
        Ids that one would like.

    Returns
    -------
    ids
        The same, with as many signs behind as it takes.

    Examples
    --------
    >>> unused(pd.Series(["a", "a+"]), ["a", "b", "b"])
    ['a++', 'b', 'b+']
    """
    used, found = set(taken.tolist()), []
    for each in wanted:
        own = each
        while own in used:
            own += "+"
        used.add(own)
        found.append(own)
    return found


def stack(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows behind those of a table, with its columns and types.

    Parameters
    ----------
    table
        Of a feed.
    rows
        With the columns that say something; others are empty texts.

    Returns
    -------
    stacked
        Both.
    """
    if rows.empty:
        return table
    missing = {name: "" for name in table.columns if name not in rows}
    own = rows.assign(**missing)[list(table.columns)]
    if table.empty:
        return own.reset_index(drop=True)
    own = own.astype(table.dtypes.to_dict())
    return pd.concat([table, own], ignore_index=True)


def _tabulate(trips: Sequence[int], calls: Sequence[Calls]) -> pd.DataFrame:
    counts = [each.stop.size for each in calls]
    columns = {
        name: np.concatenate([getattr(each, name) for each in calls]) for name in Calls._fields
    }
    return pd.DataFrame({"trip": np.repeat(np.array(trips, np.int64), counts), **columns})
