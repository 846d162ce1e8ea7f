"""Time public transport against a plain RAPTOR in Python, and against its bars.

    python benchmarks/transit.py --output benchmarks/results/transit.txt

Every arrival is first held against that of the plain search; no time is told where one differs.
"""

import argparse
import os
import platform
import resource
import statistics
import sys
import time
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
from plain_raptor import PlainTimetable, search, unpack
from worlds import EMBEDDED, PORTO

import artois_mobility as am
from artois_mobility._types import MS_PER_MIN, UNREACHED_MS
from artois_mobility.routing.threads import thread_count
from artois_mobility.transit.journeys import Course, reach_stops
from artois_mobility.transit.searches import (
    Walks,
    list_connections,
    search_departure,
    search_window,
)
from artois_mobility.transit.timetables import Timetable, build_timetable

TER = PORTO.parents[1] / "gtfs" / "ter-2025.zip"
OURS = EMBEDDED.parents[1] / "gtfs" / "artois-schematic-gtfs.zip"
TRIPS = 4
STARTS = 20
RUNS = 5
CHANGE_MS = 120_000
CATEGORIES = 12
BEGIN_MIN, END_MIN = 7 * 60, 9 * 60
LONGEST_MS = 4 * 60 * MS_PER_MIN


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    path, day = (TER, date(2025, 3, 4)) if TER.is_file() else (OURS, date(2026, 11, 24))
    lines = [
        f"Python {platform.python_version()}, {thread_count()} threads; medians of {RUNS} runs; "
        f"load of the machine before: {os.getloadavg()[0]:.1f}",
        "",
        *measure_feed(path, day),
        "",
        *measure_territory(),
    ]
    text = "\n".join(lines)
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


def seconds_of(work: Callable[[], object], runs: int = RUNS) -> float:
    """Time some work: warm call first, then the median of several."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure_feed(path: Path, day: date) -> list[str]:
    """Measure one feed, changing within stations in two minutes."""
    start = time.perf_counter()
    feed = am.read_gtfs(path)
    read_s = time.perf_counter() - start
    timetable = build_timetable(feed, day)
    walks = walks_within(feed.stops["station"].to_numpy(object))
    plain = unpack(timetable, walks)
    draw = np.random.default_rng(1)
    busy = np.flatnonzero(np.diff(timetable.first_visit))
    calls = np.diff(timetable.first_visit)[busy]
    busiest = busy[np.argsort(calls)[-(STARTS // 2) :]]
    others = draw.choice(np.setdiff1d(busy, busiest), STARTS - STARTS // 2, replace=False)
    starts = [*busiest[::-1].tolist(), *others.tolist()]
    moments = np.arange(BEGIN_MIN, END_MIN, dtype=np.int32) * MS_PER_MIN
    own, peer = answers(timetable, walks, plain, starts)
    checksum = zlib.crc32(own.tobytes())
    if not np.array_equal(own, peer):
        sys.exit("The answers differ from those of the plain search: no time is told.")
    one = seconds_of(lambda: depart(timetable, walks, starts)) / STARTS
    plain_one = seconds_of(lambda: depart_plainly(plain, starts), 1) / STARTS
    course = Course(
        timetable, walks, moments, is_backward=False, most_trips=TRIPS, longest_ms=LONGEST_MS
    )
    to_stop = np.full(timetable.stop_count, UNREACHED_MS, np.int32)
    to_stop[starts[0]] = 0
    window = seconds_of(lambda: reach_stops(course, to_stop))
    plain_window = seconds_of(
        lambda: [search(plain, {starts[0]: moment}, TRIPS) for moment in moments.tolist()], 1
    )
    connections = list_connections(timetable, int(moments[0]), int(moments[-1]) + LONGEST_MS)
    scan = seconds_of(lambda: search_window(connections, walks, to_stop, trip_count=TRIPS))
    head = (
        f"{path.name}, {day}: {timetable.stop_count} stops, {timetable.trip_count} trips of three "
        f"days, read in {read_s:.1f} s; {STARTS} starts, half of them the busiest stops; checksum "
        f"{checksum:08x}"
    )
    return [
        head,
        f"{'':<56}{'ms':>10}{'plain, ms':>12}{'ratio':>8}  bar",
        tell("one departure, all stops, up to 4 trips", one, plain_one, "<= 5 ms"),
        tell("two hours by the minute, from the busiest stop to all", window, plain_window, ""),
        tell("two hours, every departure of all stops to the busiest", scan, None, ""),
    ]


def tell(work: str, ours_s: float, plain_s: float | None, bar: str) -> str:
    """Write one row."""
    plain = "" if plain_s is None else f"{plain_s * 1e3:.1f}"
    ratio = "" if plain_s is None else f"{plain_s / ours_s:.0f}"
    return f"{work:<56}{ours_s * 1e3:>10.2f}{plain:>12}{ratio:>8}  {bar}".rstrip()


def walks_within(station: "np.ndarray[tuple[int], np.dtype[np.object_]]") -> Walks:
    """Let people change within a station, and nowhere else."""
    rows: dict[str, list[int]] = {}
    names = [str(name) or f"#{row}" for row, name in enumerate(station)]
    for row, name in enumerate(names):
        rows.setdefault(name, []).append(row)
    first = np.cumsum([0, *(len(rows[name]) for name in names)]).astype(np.int32)
    to = np.array([stop for name in names for stop in rows[name]], np.int32)
    return Walks(first, to, np.full(to.size, CHANGE_MS, np.int32))


def moment_of(number: int) -> int:
    """Spread departures over the day."""
    return (5 * 60 + 45 * number) * MS_PER_MIN


def depart(
    timetable: Timetable, walks: Walks, starts: list[int]
) -> "np.ndarray[tuple[int, int], np.dtype[np.int32]]":
    """Search from some stops, each at a moment of its own."""
    found = []
    for number, stop in enumerate(starts):
        ready = np.full(timetable.stop_count, UNREACHED_MS, np.int32)
        ready[stop] = moment_of(number)
        found.append(search_departure(timetable, walks, ready, trip_count=TRIPS).arrival_ms())
    return np.array(found)


def depart_plainly(plain: PlainTimetable, starts: list[int]) -> list[dict[int, int]]:
    """Search the same in plain Python."""
    return [search(plain, {stop: moment_of(n)}, TRIPS) for n, stop in enumerate(starts)]


def answers(
    timetable: Timetable, walks: Walks, plain: PlainTimetable, starts: list[int]
) -> "tuple[np.ndarray[tuple[int, int], np.dtype[np.int32]], ...]":
    """Give the arrivals of both."""
    own = depart(timetable, walks, starts)
    peer = np.full_like(own, UNREACHED_MS)
    for row, found in enumerate(depart_plainly(plain, starts)):
        peer[row, list(found)] = list(found.values())
    return own, peer


def measure_territory() -> list[str]:
    """Measure all cells of the embedded territory to twelve categories, window and all."""
    extract = am.read_osm(EMBEDDED)
    walk = am.build_network(extract, "walk")
    residents = am.read_residents(EMBEDDED.parent / "artois-residents.csv")
    sites = am.read_sites(extract, ["care", "culture", "training"])
    categories = sorted(set(sites["category"]))[:CATEGORIES]
    window = am.Window(BEGIN_MIN, END_MIN)
    transit = am.build_transit(walk, am.read_gtfs(OURS), date(2026, 11, 24), window=window)
    start = time.perf_counter()
    am.build_transit(walk, am.read_gtfs(OURS), date(2026, 11, 24), window=window)
    built = time.perf_counter() - start
    rows = []
    for name, asked, direction in (
        ("to the nearest site, every departure", transit, "to_site"),
        ("home from it, every departure", transit, "from_site"),
    ):
        taken = seconds_of(
            lambda asked=asked, direction=direction: am.transit_times(
                asked, residents, sites, categories=categories, direction=direction
            ),
            3,
        )
        rows.append(f"{name:<56}{taken:>10.2f} s  {'<= 10 s' if direction == 'to_site' else ''}")
    centre = [tuple(residents.geometry.iloc[0].coords[0])]
    areas = seconds_of(lambda: am.isochrones(transit, centre, [15, 30, 45]), 3)
    rows.append(f"{'one place, areas of 15, 30 and 45 minutes':<56}{areas:>10.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        f"{EMBEDDED.name}: {len(residents)} cells, {len(categories)} categories, "
        f"{END_MIN - BEGIN_MIN} departures, {transit.stops.place_count} stops",
        f"{'timetable read, joined with the walking network':<56}{built:>10.2f} s",
        *(row.rstrip() for row in rows),
        f"{'memory of the whole process at its peak':<56}{peak:>10.0f} MB  <= 1024 MB",
    ]


if __name__ == "__main__":
    main()
