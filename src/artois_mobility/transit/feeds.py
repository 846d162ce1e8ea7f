"""Read GTFS feeds: stops, trips, times and days, checked, with every fault counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import TransitError
from .archives import read_tables
from .faults import Faults, tabulate
from .feed_extras import take_frequencies, take_transfers
from .feed_sources import take_sources
from .feed_tables import (
    keep_usable,
    take_calendar,
    take_exceptions,
    take_routes,
    take_stop_times,
    take_stops,
    take_timezone,
    take_trips,
)


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """One or more timetables, of n stops, t trips and m stop times.

    Attributes
    ----------
    stops
        Where one boards: `stop` (id), `name`, `lon`, `lat`, `station` (id of the parent, or `""`).
    routes
        `route`, `name`, `kind` (GTFS `route_type`: 0 tram, 2 train, 3 bus ...).
    trips
        `trip`, `route`, `service`, `headsign`.
    stop_times
        `trip` and `stop` as rows of those tables, `arrival_s` and `departure_s` from the beginning
        of the day of service (NaN between timepoints), `may_board`, `may_alight`; by trip, in the
        order of its stops.
    calendar
        `service`, `first`, `last` (days), and a column of each weekday.
    exceptions
        `service`, `day`, `is_added`.
    frequencies
        `trip` (row), `begin_s`, `end_s`, `headway_s`.
    transfers
        `from_stop` and `to_stop` (rows), `seconds` (NaN where not told), `is_forbidden`.
    timezone
        Of the agencies, such as `"Europe/Paris"`; `""` where none is told.
    faults
        What was wrong, in the words of the canonical validator: `feed`, `file`, `notice`, `count`,
        `first`, `consequence`.
    sources
        One row for each feed: `feed`, `publisher`, `agencies`, `first` and `last` day,
        `is_schematic` (made up, not to be cited).
    unusable
        As `trips`: those that are left out because their stop times do not tell a journey.
    """

    stops: pd.DataFrame
    routes: pd.DataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    calendar: pd.DataFrame
    exceptions: pd.DataFrame
    frequencies: pd.DataFrame
    transfers: pd.DataFrame
    timezone: str
    faults: pd.DataFrame
    sources: pd.DataFrame
    unusable: pd.DataFrame


def read_gtfs(paths: str | Path | Sequence[str | Path]) -> Feed:
    """Read one or more GTFS feeds.

    Rows that cannot be used are left out and counted, in the words of the canonical validator;
    a trip that is left with fewer than two stops is no trip.

    Parameters
    ----------
    paths
        Zip files, or folders of `.txt` files. Ids of several feeds are kept apart by the name of
        the file before them.

    Returns
    -------
    feed
        All of them as one.

    Raises
    ------
    TransitError
        If one is no feed, or nothing of it can be used.

    References
    ----------
    GTFS Schedule Reference, https://gtfs.org/documentation/schedule/reference/ ; notices of
    https://gtfs-validator.mobilitydata.org/rules.html

    Examples
    --------
    >>> read_gtfs("no-such-feed.zip")
    Traceback (most recent call last):
    artois_mobility.errors.TransitError: no-such-feed.zip does not exist. Name a GTFS feed: ...
    """
    files = [Path(paths)] if isinstance(paths, str | Path) else [Path(each) for each in paths]
    if not files:
        msg = "There is no feed to read. Name one or more GTFS files."
        raise TransitError(msg)
    stems = [each.stem for each in files]
    if len(set(stems)) < len(stems):
        twice = next(each for each in stems if stems.count(each) > 1)
        msg = f"Two feeds are called {twice!r}: their ids could not be told apart. Rename one."
        raise TransitError(msg)
    prefixes = [f"{stem}:" if len(files) > 1 else "" for stem in stems]
    return join_feeds([_read(path, prefix) for path, prefix in zip(files, prefixes, strict=True)])


def join_feeds(feeds: Sequence[Feed]) -> Feed:
    """Put feeds side by side.

    Parameters
    ----------
    feeds
        Their ids differ.

    Returns
    -------
    feed
        All of them.
    """
    if len(feeds) == 1:
        return feeds[0]
    stop = np.cumsum([0, *(len(each.stops) for each in feeds)])
    trip = np.cumsum([0, *(len(each.trips) for each in feeds)])

    def stack(name: str, **shift: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> pd.DataFrame:
        tables = [
            getattr(each, name).assign(
                **{key: getattr(each, name)[key] + by[number] for key, by in shift.items()}
            )
            for number, each in enumerate(feeds)
        ]
        filled = [each for each in tables if len(each)] or tables[:1]
        stacked: pd.DataFrame = pd.concat(filled, ignore_index=True)
        return stacked

    return Feed(
        stack("stops"),
        stack("routes"),
        stack("trips"),
        stack("stop_times", trip=trip, stop=stop),
        stack("calendar"),
        stack("exceptions"),
        stack("frequencies", trip=trip),
        stack("transfers", from_stop=stop, to_stop=stop),
        _one_timezone(feeds),
        stack("faults"),
        stack("sources"),
        stack("unusable"),
    )


def _read(path: Path, prefix: str) -> Feed:
    faults = Faults(path.stem)
    tables = read_tables(path, faults)
    none = pd.DataFrame()
    stops = take_stops(tables["stops"], prefix, faults)
    routes = take_routes(tables["routes"], prefix, faults)
    calendar = take_calendar(tables.get("calendar", none), prefix, faults)
    exceptions = take_exceptions(tables.get("calendar_dates", none), prefix, faults)
    if calendar.empty and exceptions.empty:
        msg = f"{path} says on no day that anything runs: it has no calendar that can be used."
        raise TransitError(msg)
    services = set(calendar["service"]) | set(exceptions["service"])
    trips = take_trips(tables["trips"], prefix, faults, set(routes["route"]), services)
    times = take_stop_times(tables["stop_times"], prefix, faults, stops, trips)
    trips, times, unusable = keep_usable(trips, times, faults)
    if trips.empty:
        msg = f"{path} has no trip that can be used: {_main_fault(faults)}."
        raise TransitError(msg)
    frequencies = take_frequencies(tables.get("frequencies", none), prefix, faults, trips)
    transfers = take_transfers(tables.get("transfers", none), prefix, faults, stops)
    return Feed(
        stops,
        routes,
        trips,
        times,
        calendar,
        exceptions,
        frequencies,
        transfers,
        take_timezone(tables.get("agency", none), faults),
        tabulate([faults]),
        take_sources(tables, path.stem, calendar, exceptions),
        unusable,
    )


def _one_timezone(feeds: Sequence[Feed]) -> str:
    """Give the time zone of all feeds; clocks of two zones cannot stand in one timetable."""
    zones = sorted({each.timezone for each in feeds} - {""})
    if len(zones) > 1:
        msg = f"The feeds keep the clocks of {' and '.join(zones)}. Read each zone by itself."
        raise TransitError(msg)
    return zones[0] if zones else ""


def _main_fault(faults: Faults) -> str:
    if not faults.rows:
        return "every trip has fewer than two stops"
    worst = max(faults.rows, key=lambda row: int(str(row["count"])))
    return f"{worst['count']} x {worst['notice']} in {worst['file']}.txt, first {worst['first']}"
