"""Build the schematic timetable, artois-schematic-gtfs.zip, from lines.csv and the facts.

Run it from anywhere: `python data/gtfs/build_timetable.py [FOLDER]`. The same tables give the same
bytes. Which towns a line joins is right in kind; its course, stops and times are made up: never
quote a number from it.
"""

import csv
import math
import sys
import zipfile
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

Spot = tuple[float, float]
Call = tuple[str, Spot, float]
Row = tuple[object, ...]

HERE = Path(__file__).parent
FACTS = HERE.parent / "osm" / "facts"
NAME = "artois-schematic-gtfs.zip"
FIRST_DAY, LAST_DAY = "20260101", "20261231"
# Kilometres per hour with stops, and how much longer than the straight line the way is.
SPEED_KMH = {"bus": 22.0, "train": 70.0}
DETOUR = {"bus": 1.3, "train": 1.1}
STOP_EVERY_M = 550.0
DWELL_S = {"bus": 15, "train": 60}
ROUTE_TYPE = {"bus": 3, "train": 2}
EARTH_M = 6_371_000.0
# A fixed moment for every file of the archive, so that its bytes do not depend on the clock.
STAMP = (2026, 1, 1, 0, 0, 0)


def read(path: Path) -> list[dict[str, str]]:
    """Read a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def metres(one: Spot, other: Spot) -> float:
    """Measure the straight line between two places."""
    lon, lat = math.radians(other[0] - one[0]), math.radians(other[1] - one[1])
    middle = math.radians((one[1] + other[1]) / 2)
    return EARTH_M * math.hypot(lon * math.cos(middle), lat)


def clock(seconds: int) -> str:
    """Write a time of day."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def seconds_of(text: str) -> int:
    """Read a time of day."""
    hours, minutes = map(int, text.split(":"))
    return hours * 3600 + minutes * 60


def read_places() -> dict[str, dict[str, Spot]]:
    """Read where towns and stations are, by kind of line."""
    tables = {"bus": "communes.csv", "train": "stations.csv"}
    return {
        kind: {row["name"]: (float(row["lon"]), float(row["lat"])) for row in read(FACTS / name)}
        for kind, name in tables.items()
    }


def list_calls(line: Mapping[str, str], at: Mapping[str, Spot]) -> list[Call]:
    """List the stops of a line: name, position, and metres from the one before."""
    names = line["places"].split(";")
    calls = [(names[0], at[names[0]], 0.0)]
    for one, other in pairwise(names):
        whole = metres(at[one], at[other])
        between = 0 if line["kind"] == "train" else max(int(whole // STOP_EVERY_M) - 1, 0)
        for number in range(1, between + 2):
            share = number / (between + 1)
            lon, lat = (a + share * (b - a) for a, b in zip(at[one], at[other], strict=True))
            name = other if number == between + 1 else f"{one} – {other} {number}"
            calls.append((name, (lon, lat), whole / (between + 1)))
    return calls


def turn_round(calls: Sequence[Call]) -> list[Call]:
    """List the stops of the way back."""
    steps = [0.0, *(step for *_, step in calls[:0:-1])]
    return [(name, spot, step) for (name, spot, _), step in zip(calls[::-1], steps, strict=True)]


def list_times(calls: Sequence[Call], kind: str) -> list[tuple[int, int]]:
    """List arrivals and departures, in seconds from the first departure."""
    passed, times = 0.0, []
    for number, (_, _, step) in enumerate(calls):
        passed += step * DETOUR[kind] / SPEED_KMH[kind] * 3.6
        arrival = round(passed)
        if 0 < number < len(calls) - 1:
            passed += DWELL_S[kind]
        times.append((arrival, round(passed)))
    return times


HEADS = {
    "agency": "agency_id,agency_name,agency_url,agency_timezone",
    "calendar": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
    "end_date",
    "feed_info": "feed_publisher_name,feed_publisher_url,feed_lang",
    "frequencies": "trip_id,start_time,end_time,headway_secs",
    "routes": "route_id,agency_id,route_short_name,route_long_name,route_type",
    "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
    "stops": "stop_id,stop_name,stop_lat,stop_lon",
    "trips": "route_id,service_id,trip_id,trip_headsign,direction_id",
}


def make_tables() -> dict[str, list[Row]]:
    """Write out all lines in both directions."""
    at, stops = read_places(), dict[str, Row]()
    rows: dict[str, list[Row]] = {name: [] for name in HEADS}
    rows["agency"].append(
        ("artois", "Réseau schématique – ne pas citer", "https://example.org", "Europe/Paris")
    )
    rows["calendar"].append(("daily", *[1] * 7, FIRST_DAY, LAST_DAY))
    rows["feed_info"].append(("artois_mobility schematic timetable", "https://example.org", "fr"))
    for line in read(HERE / "lines.csv"):
        kind, code = line["kind"], line["line"]
        rows["routes"].append((code, "artois", code, line["name"], ROUTE_TYPE[kind]))
        there = list_calls(line, at[kind])
        for direction, calls in enumerate((there, turn_round(there))):
            trip, start = f"{code}-{direction}", seconds_of(line["first"])
            rows["trips"].append((code, "daily", trip, calls[-1][0], direction))
            headway_s = int(line["headway_min"]) * 60
            rows["frequencies"].append(
                (trip, f"{line['first']}:00", f"{line['last']}:00", headway_s)
            )
            times = zip(calls, list_times(calls, kind), strict=True)
            for row, ((name, spot, _), (arrival, departure)) in enumerate(times):
                stop = f"{kind}:{name}"
                stops[stop] = (stop, name, f"{spot[1]:.6f}", f"{spot[0]:.6f}")
                when = clock(start + arrival), clock(start + departure)
                rows["stop_times"].append((trip, *when, stop, row))
    rows["stops"] = [stops[name] for name in sorted(stops)]
    return rows


def build(folder: str | Path) -> str:
    """Write the feed and say what is in it."""
    path, tables = Path(folder) / NAME, make_tables()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in sorted(tables.items()):
            lines = [HEADS[name], *(",".join(map(str, row)) for row in rows)]
            member = zipfile.ZipInfo(f"{name}.txt", STAMP)
            text = "".join(f"{line}\n" for line in lines)
            archive.writestr(member, text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return f"{path.name}: {len(tables['routes'])} lines, {len(tables['stops'])} stops"


if __name__ == "__main__":
    print(build(sys.argv[1] if len(sys.argv) > 1 else HERE))
