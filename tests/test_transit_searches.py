"""Journeys over timetables: rounds and scans equal a plain search, stop time by stop time."""

from datetime import date

import numpy as np
import pytest

from artois_mobility._types import UNREACHED_MS
from artois_mobility.transit.feeds import read_gtfs
from artois_mobility.transit.searches import (
    Walks,
    list_connections,
    search_departure,
    search_window,
)
from artois_mobility.transit.timetables import build_timetable
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
