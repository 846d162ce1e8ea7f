"""Journeys over timetables: rounds and scans equal a plain search, stop time by stop time."""

from datetime import date

import numpy as np
import pytest

from artois_mobility._types import UNREACHED_MS
from artois_mobility.transit.feeds import read_gtfs
from artois_mobility.transit.journeys import Course, search_from, search_to
from artois_mobility.transit.searches import (
    Walks,
    list_connections,
    search_departure,
    search_window,
)
from artois_mobility.transit.timetables import build_timetable, reverse_timetable
from artois_mobility.transit.walking import gather_access, reverse_walks
from transit_worlds import calls_of, plain_search, random_trips, walks_of, write_feed

DAY = date(2025, 3, 4)
HOUR = 3_600_000


def random_world(seed, folder):
    draw = np.random.default_rng(seed)
    stops = {f"s{i}": (2.8 + 0.01 * i, 50.4) for i in range(7)}
    feed = read_gtfs(write_feed(folder, random_trips(draw), stops=stops))
    timetable = build_timetable(feed, DAY)
    matrix = np.where(draw.random((7, 7)) < 0.2, draw.integers(0, 600, (7, 7)), -1)
    np.fill_diagonal(matrix, draw.choice([0, 0, 60], 7))
    return draw, timetable, walks_of(matrix)


def earliest(found, stop_count, trip_count):
    table = np.full(stop_count, UNREACHED_MS)
    for (stop, how, count), time_ms in found.items():
        if how == "there" and count <= trip_count:
            table[stop] = min(table[stop], time_ms)
    return table


@pytest.mark.parametrize("seed", range(40))
def test_one_departure_equals_a_plain_search(seed, tmp_path):
    draw, timetable, walks = random_world(seed, tmp_path / "feed")
    calls = calls_of(timetable)
    for _ in range(5):
        ready = np.full(7, UNREACHED_MS, np.int32)
        near = draw.choice(7, draw.integers(1, 3), replace=False)
        ready[near] = 6 * HOUR + draw.integers(0, 3 * 3600, near.size) * 1000
        for most in (1, 2, 5):
            rounds = search_departure(timetable, Walks(*walks), ready, trip_count=most)
            plain = plain_search(calls, walks, ready, rounds=most)
            assert rounds.arrival_ms().tolist() == earliest(plain, 7, most).tolist()


@pytest.mark.parametrize("seed", range(40))
def test_a_window_equals_a_search_for_every_departure(seed, tmp_path):
    draw, timetable, walks = random_world(seed, tmp_path / "feed")
    egress = np.where(draw.random(7) < 0.4, draw.integers(0, 900, 7) * 1000, UNREACHED_MS)
    connections = list_connections(timetable, 0, 48 * HOUR)
    for most in (1, 2, 4):
        profiles = search_window(
            connections, Walks(*walks), egress.astype(np.int32), trip_count=most
        )
        for stop in range(7):
            for time_ms in (6 * HOUR + draw.integers(0, 3 * 3600, 6) * 1000).tolist():
                ready = np.full(7, UNREACHED_MS, np.int32)
                ready[stop] = time_ms
                rounds = search_departure(timetable, Walks(*walks), ready, trip_count=most)
                expected = (rounds.arrival_ms().astype(np.int64) + egress).min()
                begin = profiles.first_entry[stop]
                own = slice(begin, begin + profiles.entry_count[stop])
                caught = np.flatnonzero(profiles.departure_ms[own] >= time_ms)
                found = UNREACHED_MS
                if caught.size:
                    found = profiles.arrival_ms[own][caught[-1], -1]
                assert min(found, UNREACHED_MS) == min(expected, UNREACHED_MS)


@pytest.mark.parametrize("seed", range(12))
def test_a_trip_more_makes_nobody_later(seed, tmp_path):
    """Adding a trip never makes an arrival later, so taking one away never makes one earlier."""
    draw = np.random.default_rng(seed)
    stops = {f"s{i}": (2.8 + 0.01 * i, 50.4) for i in range(7)}
    trips = random_trips(draw)
    fewer = dict(list(trips.items())[: len(trips) // 2])
    walks = Walks(*walks_of(np.where(np.eye(7) > 0, 60, -1)))
    tables = [
        build_timetable(read_gtfs(write_feed(tmp_path / name, own, stops=stops)), DAY)
        for name, own in (("fewer", fewer), ("more", trips))
    ]
    for stop in range(7):
        for time_s in draw.integers(5 * 3600, 9 * 3600, 5).tolist():
            ready = np.full(7, UNREACHED_MS, np.int32)
            ready[stop] = time_s * 1000
            few, many = (
                search_departure(each, walks, ready, trip_count=3).arrival_ms() for each in tables
            )
            assert (many <= few).all()


@pytest.mark.parametrize("seed", range(12))
def test_a_longer_window_changes_no_departure(seed, tmp_path):
    draw, timetable, walks = random_world(seed, tmp_path / "feed")
    egress = np.where(draw.random(7) < 0.4, 60_000, UNREACHED_MS).astype(np.int32)
    found = [
        search_window(
            list_connections(timetable, begin, 30 * HOUR), Walks(*walks), egress, trip_count=3
        )
        for begin in (6 * HOUR, 7 * HOUR)
    ]
    for stop in range(7):
        rows = [
            slice(e.first_entry[stop], e.first_entry[stop] + e.entry_count[stop]) for e in found
        ]
        longer, shorter = (
            dict(zip(e.departure_ms[r].tolist(), e.arrival_ms[r].tolist(), strict=True))
            for e, r in zip(found, rows, strict=True)
        )
        assert shorter == {time: arrival for time, arrival in longer.items() if time >= 7 * HOUR}


def test_the_last_connection_of_all_is_ridden_on_to(tmp_path):
    """A trip whose last stretch is the last of the whole timetable is ridden to its end."""
    trips = {"one": [("a", 100, 100), ("b", 200, 200), ("c", 300, 300)]}
    timetable = build_timetable(read_gtfs(write_feed(tmp_path, trips)), DAY)
    connections = list_connections(timetable, 0, HOUR)
    assert connections.next_row.tolist() == [-1, 0]
    egress = np.array([UNREACHED_MS, UNREACHED_MS, 0], np.int32)
    walks = Walks(*walks_of(np.where(np.eye(3) > 0, 0, -1)))
    found = search_window(connections, walks, egress, trip_count=1)
    own = slice(found.first_entry[0], found.first_entry[0] + found.entry_count[0])
    assert found.arrival_ms[own].tolist() == [[300_000]]


def test_time_turned_round_twice_is_time(tmp_path):
    _, timetable, walks = random_world(3, tmp_path / "feed")
    turned = reverse_timetable(timetable)
    assert calls_of(turned) != calls_of(timetable)
    again = reverse_timetable(turned)
    for name in timetable.__slots__:
        assert np.array_equal(getattr(again, name), getattr(timetable, name)), name
    twice = reverse_walks(reverse_walks(Walks(*walks)))
    for name, own in zip(("first", "to", "ms"), walks, strict=True):
        assert getattr(twice, name).tolist() == own.tolist()


@pytest.mark.parametrize("seed", range(25))
def test_the_latest_departure_equals_trying_every_one(seed, tmp_path):
    """Being there in time: of all departures, the latest whose plain search arrives in time."""
    draw, timetable, walks = random_world(seed, tmp_path / "feed")
    calls = calls_of(timetable)
    turned, back = reverse_timetable(timetable), reverse_walks(Walks(*walks))
    egress = np.where(draw.random(7) < 0.4, draw.integers(0, 900, 7) * 1000, UNREACHED_MS)
    latest_ms = int(7 * HOUR + draw.integers(0, 3 * 3600) * 1000)
    ready = np.where(egress < UNREACHED_MS, egress - latest_ms, UNREACHED_MS).astype(np.int32)
    found = search_departure(turned, back, ready, trip_count=2).arrival_ms()
    for stop in range(7):
        departures = {
            call[2] for trip in calls for call in trip if call[0] == stop and call[2] <= latest_ms
        }
        best = UNREACHED_MS
        for departure in sorted(departures, reverse=True):
            start = np.full(7, UNREACHED_MS, np.int32)
            start[stop] = departure
            plain = earliest(plain_search(calls, walks, start, rounds=2), 7, 2)
            if (plain.astype(np.int64) + egress).min() <= latest_ms:
                best = -departure
                break
        assert found[stop] == best


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("at", ["departure", "arrival"])
def test_scans_and_rounds_agree(seed, at, tmp_path):
    draw, timetable, walks = random_world(seed, tmp_path / "feed")
    own, between = timetable, Walks(*walks)
    moments = np.arange(6 * HOUR, 9 * HOUR, 17 * 60_000, np.int32)
    if at == "arrival":
        own, between = reverse_timetable(timetable), reverse_walks(between)
        moments = -moments[::-1].copy()
    course = Course(own, between, moments, at == "arrival", 3, 4 * HOUR)
    sides = []
    for _ in range(2):
        place, stop = np.nonzero(draw.random((4, 7)) < 0.4)
        ms = draw.integers(0, 15 * 60, place.size) * 1000
        ms[ms > 12 * 60_000] = 12 * 60_000
        sides.append(gather_access(4, place, stop, ms))
    direct = draw.integers(0, 5 * 3600, (4, 4)).astype(np.int32) * 1000
    starts, ends = sides
    table = np.zeros((2, 4, 4, moments.size), np.int32)

    def take_column(number, found):
        table[0, :, number] = found.time_ms

    def take_row(number, found):
        table[1, number] = found.time_ms

    columns = [(ends.of_place(row, 7), direct[:, row].copy()) for row in range(4)]
    search_to(course, starts, columns, take_column)
    rows = [(starts.of_place(row, 7), direct[row]) for row in range(4)]
    search_from(course, rows, ends, take_row)
    assert (table[0] == table[1]).all()
    assert (table[0] < direct[:, :, np.newaxis]).any()
    for row, at_ms in enumerate(moments.tolist() if at == "departure" else []):
        for start in range(4):
            walk = starts.of_place(start, 7)
            ready = np.where(walk < UNREACHED_MS, walk + at_ms, UNREACHED_MS)
            plain = earliest(plain_search(calls_of(own), walks, ready, rounds=3), 7, 3)
            for end in range(4):
                by_trip = (plain.astype(np.int64) + ends.of_place(end, 7)).min() - at_ms
                best = min(by_trip, direct[start, end])
                assert table[0, start, end, row] == (best if best <= 4 * HOUR else UNREACHED_MS)
