"""Made-up feeds, and a plain search over their stop times, for tests of public transport."""

import heapq
from collections import defaultdict

import numpy as np

from artois_mobility._types import UNREACHED_MS

SERVICE = (
    "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\n"
)
EVERY_DAY = f"{SERVICE}all,1,1,1,1,1,1,1,20250101,20251231\n"


def clock(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def write_feed(folder, trips, *, stops=None, calendar=EVERY_DAY, more=None):
    """Write a feed; trips are lists of (stop, arrival_s, departure_s), by name.

    Calls may end on "1" or "0" for no boarding, and for no alighting.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = sorted({each[0] for calls in trips.values() for each in calls} | set(stops or {}))
    at = stops or {name: (2.8 + 0.01 * i, 50.4) for i, name in enumerate(names)}
    tables = {
        "agency": "agency_id,agency_name,agency_url,agency_timezone\na,A,http://a,Europe/Paris\n",
        "stops": "stop_id,stop_name,stop_lat,stop_lon\n"
        + "".join(f"{n},{n},{at[n][1]},{at[n][0]}\n" for n in names),
        "routes": "route_id,route_short_name,route_type\nr,R,3\n",
        "trips": "route_id,service_id,trip_id\n" + "".join(f"r,all,{t}\n" for t in trips),
        "stop_times": "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,"
        "drop_off_type\n"
        + "".join(
            f"{trip},{clock(arrival)},{clock(departure)},{stop},{row},{','.join(flags or '00')}\n"
            for trip, calls in trips.items()
            for row, (stop, arrival, departure, *flags) in enumerate(calls)
        ),
        "calendar": calendar,
        **(more or {}),
    }
    for name, text in tables.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def random_trips(draw, stop_count=7, line_count=5, trip_count=6):
    """Trips on lines, with loops, waits, stops in the same second, and some that overtake.

    At some stops of a line nobody may board, or nobody alight.
    """
    trips = {}
    for line in range(line_count):
        calls = draw.integers(2, 7)
        stops = draw.integers(0, stop_count, calls)
        stops = stops[np.r_[True, stops[1:] != stops[:-1]]]
        if stops.size < 2:
            continue
        flags = draw.choice(["0", "0", "0", "1"], (stops.size, 2))
        for number in range(trip_count):
            time_s, rows = int(draw.integers(6 * 60, 9 * 60)) * 60, []
            for stop, own in zip(stops, flags, strict=True):
                arrival = time_s
                time_s += int(draw.choice([0, 0, 30, 60]))
                rows.append((f"s{stop}", arrival, time_s, *own))
                time_s += int(draw.choice([0, 60, 120, 300, 900]))
            trips[f"t{line}_{number}"] = rows
    return trips


def walks_of(matrix):
    """Turn a square table of seconds (-1 for none) into the arrays of the kernels, in ms."""
    first, to, ms = [0], [], []
    for row in matrix:
        for stop, seconds in enumerate(row):
            if seconds >= 0:
                to.append(stop)
                ms.append(int(seconds) * 1000)
        first.append(len(to))
    return tuple(np.array(each, np.int32) for each in (first, to, ms))


def plain_search(calls_of_trip, walks, access_ms, *, rounds=99):
    """Search stop time by stop time, the way one would by hand: the earliest arrival by trip.

    A state is a stop, whether one came there by a trip or stands ready to board, and how many trips
    that took. `calls_of_trip` are lists of (stop, arrival, departure, may_board, may_alight).
    """
    best = {}
    heap = [(int(ms), (stop, "ready", 0)) for stop, ms in enumerate(access_ms)]
    heap = [each for each in heap if each[0] < UNREACHED_MS]
    heapq.heapify(heap)
    boardings = _boardings_of(calls_of_trip)
    while heap:
        time_ms, state = heapq.heappop(heap)
        if state in best:
            continue
        best[state] = time_ms
        stop, how, count = state
        follow = _walk(stop, walks, time_ms, count) if how == "there" else ()
        if how == "ready" and count < rounds:
            follow = _ride(boardings[stop], calls_of_trip, time_ms, count + 1)
        for each in follow:
            heapq.heappush(heap, each)
    return best


def _boardings_of(calls_of_trip):
    boardings = defaultdict(list)
    for trip, calls in enumerate(calls_of_trip):
        for row, (stop, _, departure, may_board, _) in enumerate(calls):
            if may_board:
                boardings[stop].append((departure, trip, row))
    return boardings


def _walk(stop, walks, time_ms, count):
    first, to, ms = walks
    for walk in range(first[stop], first[stop + 1]):
        yield time_ms + int(ms[walk]), (int(to[walk]), "ready", count)


def _ride(boardings, calls_of_trip, time_ms, count):
    for departure, trip, row in boardings:
        if departure >= time_ms:
            for there, arrival, _, _, may_alight in calls_of_trip[trip][row + 1 :]:
                if may_alight:
                    yield arrival, (there, "there", count)


def calls_of(timetable):
    """Write a timetable out, trip by trip."""
    found = []
    for pattern in range(timetable.first_stop.size - 1):
        begin, end = timetable.first_stop[pattern : pattern + 2]
        for number in range(timetable.first_trip[pattern + 1] - timetable.first_trip[pattern]):
            row = timetable.first_time[pattern] + number * (end - begin)
            found.append(
                [
                    (
                        int(timetable.stop_at[position]),
                        int(timetable.arrival_ms[row + position - begin]),
                        int(timetable.departure_ms[row + position - begin]),
                        bool(timetable.may_board[position]),
                        bool(timetable.may_alight[position]),
                    )
                    for position in range(begin, end)
                ]
            )
    return found
