"""Real timetables against a plain search over every event of the day."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order

import artois_mobility as am
from artois_mobility._types import UNREACHED_MS
from artois_mobility.transit.searches import (
    Walks,
    list_connections,
    search_departure,
    search_window,
)
from artois_mobility.transit.timetables import build_timetable, reverse_timetable
from artois_mobility.transit.walking import find_access, reverse_walks

HOUR = 3_600_000
FEEDS = {"nantes-2014": date(2014, 5, 13), "ter-2025": date(2025, 3, 4)}


class Events:
    """The timetable written out: a node for each arrival, departure, and wait before it."""

    def __init__(self, timetable, walks):
        lengths = np.diff(timetable.first_stop)
        trips = np.diff(timetable.first_trip)
        length = np.repeat(lengths, trips)
        trip = np.repeat(np.arange(length.size), length)
        begin = np.cumsum(np.r_[0, length])[:-1]
        step = np.arange(trip.size) - begin[trip]
        position = np.repeat(timetable.first_stop[:-1], trips)[trip] + step
        self.stop = timetable.stop_at[position]
        self.arrival = timetable.arrival_ms.astype(np.int64)
        self.departure = timetable.departure_ms.astype(np.int64)
        self.may_alight = timetable.may_alight[position] & (step > 0)
        count = trip.size
        self.count = count
        call = np.arange(count)
        goes_on = step < length[trip] - 1
        # waits at a stop in the order of departures
        self.order = np.lexsort((self.departure, self.stop))
        self.rank = np.empty(count, np.int64)
        self.rank[self.order] = call
        same = self.stop[self.order][1:] == self.stop[self.order][:-1]
        tails, heads = [call[goes_on] + count, call, call[:-1][same] + 2 * count], []
        heads = [call[goes_on] + 1, call + count, call[1:][same] + 2 * count]
        board = timetable.may_board[position]
        tails.append(self.rank[board] + 2 * count)
        heads.append(call[board] + count)
        sorted_stop = self.stop[self.order]
        self.first = np.searchsorted(sorted_stop, np.arange(timetable.stop_count + 1))
        for own in np.flatnonzero(self.may_alight).tolist():
            here = self.stop[own]
            rows = slice(walks.first[here], walks.first[here + 1])
            for to, ms in zip(walks.to[rows].tolist(), walks.ms[rows].tolist(), strict=True):
                wait = self.wait_at(to, self.arrival[own] + ms)
                if wait >= 0:
                    tails.append([own])
                    heads.append([wait + 2 * count])
        tails, heads = np.concatenate(tails), np.concatenate(heads)
        size = 3 * count + 1
        self.size, self.tails, self.heads = size, tails, heads

    def wait_at(self, stop, ready_ms):
        own = self.order[self.first[stop] : self.first[stop + 1]]
        row = np.searchsorted(self.departure[own], ready_ms)
        return self.first[stop] + row if row < own.size else -1

    def earliest(self, ready_ms, stop_count):
        starts = [self.wait_at(s, ready_ms[s]) for s in np.flatnonzero(ready_ms < UNREACHED_MS)]
        starts = [each + 2 * self.count for each in starts if each >= 0]
        tails = np.r_[self.tails, np.full(len(starts), self.size - 1)]
        heads = np.r_[self.heads, starts].astype(np.int64)
        graph = coo_array((np.ones(tails.size, np.int8), (tails, heads)), (self.size,) * 2).tocsr()
        seen = breadth_first_order(graph, self.size - 1, return_predecessors=False)
        calls = seen[seen < self.count]
        calls = calls[self.may_alight[calls]]
        found = np.full(stop_count, UNREACHED_MS, np.int64)
        np.minimum.at(found, self.stop[calls], self.arrival[calls])
        return found


def walks_by_distance(feed, draw):
    """Made-up walks: within a station, and a few to stops nearby."""
    count = len(feed.stops)
    station = feed.stops["station"].to_numpy(object)
    rows = {}
    for row, name in enumerate(station):
        rows.setdefault(name or f"#{row}", []).append(row)
    first, to, ms = [0], [], []
    for row, name in enumerate(station):
        others = dict.fromkeys(rows[name or f"#{row}"], 120)
        if draw.random() < 0.3:
            others[int(draw.integers(count))] = int(draw.integers(60, 900))
        others[row] = 60
        to += list(others)
        ms += [seconds * 1000 for seconds in others.values()]
        first.append(len(to))
    return Walks(*(np.array(each, np.int32) for each in (first, to, ms)))


@pytest.mark.realdata
@pytest.mark.parametrize("name", FEEDS)
def test_arrivals_equal_a_search_over_all_events(name, realdata):
    feed = am.read_gtfs(realdata / "gtfs" / f"{name}.zip")
    timetable = build_timetable(feed, FEEDS[name])
    draw = np.random.default_rng(3)
    walks = walks_by_distance(feed, draw)
    events = Events(timetable, walks)
    busy = np.flatnonzero(np.diff(timetable.first_visit))
    connections = list_connections(timetable, 0, 48 * HOUR)
    targets = [draw.choice(busy, 3, replace=False) for _ in range(5)]
    profiles = []
    for own in targets:
        egress = np.full(timetable.stop_count, UNREACHED_MS, np.int32)
        egress[own] = 90_000
        profiles.append((egress, search_window(connections, walks, egress, trip_count=12)))
    reached = 0
    for _ in range(250):
        ready = np.full(timetable.stop_count, UNREACHED_MS, np.int32)
        near = draw.choice(busy, draw.integers(1, 4), replace=False)
        ready[near] = draw.integers(5 * 3600, 22 * 3600, near.size) * 1000
        rounds = search_departure(timetable, walks, ready, trip_count=20)
        assert rounds.count < 20
        found = rounds.arrival_ms()
        assert found.tolist() == events.earliest(ready, timetable.stop_count).tolist()
        reached += int((found < UNREACHED_MS).sum())
        within = search_departure(timetable, walks, ready, trip_count=12).arrival_ms()
        for egress, own in profiles:
            expected = (within.astype(np.int64) + egress).min()
            best = UNREACHED_MS
            for stop in near:
                listed = slice(own.first_entry[stop], own.first_entry[stop] + own.entry_count[stop])
                caught = np.flatnonzero(own.departure_ms[listed] >= ready[stop])
                if caught.size:
                    best = min(best, int(own.arrival_ms[listed][caught[-1], -1]))
            assert best == min(expected, UNREACHED_MS)
    assert reached > 50_000


@pytest.mark.realdata
@pytest.mark.parametrize("name", FEEDS)
def test_latest_departures_are_in_time_and_no_later_one_is(name, realdata):
    """Against the search over all events: who leaves then is there, a millisecond later not."""
    feed = am.read_gtfs(realdata / "gtfs" / f"{name}.zip")
    timetable = build_timetable(feed, FEEDS[name])
    draw = np.random.default_rng(5)
    walks = walks_by_distance(feed, draw)
    events = Events(timetable, walks)
    turned, back = reverse_timetable(timetable), reverse_walks(walks)
    busy = np.flatnonzero(np.diff(timetable.first_visit))
    checked = 0
    for _ in range(8):
        target = int(draw.choice(busy))
        by_ms = int(draw.integers(9 * 3600, 22 * 3600)) * 1000
        ready = np.full(timetable.stop_count, UNREACHED_MS, np.int32)
        ready[target] = 90_000 - by_ms
        found = search_departure(turned, back, ready, trip_count=20)
        assert found.count < 20
        latest = -found.arrival_ms().astype(np.int64)
        near = np.flatnonzero(latest > 0)  # none where nobody may alight
        for start in draw.choice(near, min(3, near.size), replace=False).tolist():
            for later_ms, is_there in ((0, True), (1, False)):
                leave = np.full(timetable.stop_count, UNREACHED_MS, np.int32)
                leave[start] = latest[start] + later_ms
                arrival = events.earliest(leave, timetable.stop_count)[target]
                assert (arrival + 90_000 <= by_ms) == is_there
                checked += 1
    assert checked > 30


@pytest.mark.realdata
def test_arrivals_on_foot_over_the_streets_of_nantes_too(realdata):
    """From anywhere in the town, every walk that of the network, to every stop and to places."""
    walk = am.build_network(am.read_osm(realdata / "osm" / "nantes-centre.osm.pbf"), "walk")
    feed = am.read_gtfs(realdata / "gtfs" / "nantes-2014.zip")
    window = am.Window(most_trips=8, longest_min=24 * 60)
    transit = am.build_transit(walk, feed, FEEDS["nantes-2014"], window=window)
    timetable, stop_count = transit.timetable, transit.timetable.stop_count
    events = Events(timetable, transit.walks)
    draw = np.random.default_rng(7)
    nodes = draw.choice(walk.lon_deg.size, 100, replace=False)
    points = list(zip(walk.lon_deg[nodes].tolist(), walk.lat_deg[nodes].tolist(), strict=True))
    origins, destinations = points[:90], points[90:]
    here, there = am.attach(walk, origins), am.attach(walk, destinations)
    access = find_access(walk, here, transit.stops, 20)
    egress = find_access(walk, there, transit.stops, 20, is_leaving=False)
    on_foot = am.travel_time_matrix(walk, origins, destinations)["minutes"].to_numpy()
    on_foot = np.nan_to_num(on_foot.reshape(90, 10), nan=np.inf)
    ridden = 0
    for row in range(90):
        minute = int(draw.integers(5 * 60, 22 * 60))
        to_stop = access.of_place(row, stop_count)
        ready = np.where(to_stop < UNREACHED_MS, to_stop + minute * 60_000, UNREACHED_MS)
        plain = events.earliest(ready.astype(np.int32), stop_count)
        found = search_departure(
            timetable, transit.walks, ready.astype(np.int32), trip_count=20
        ).arrival_ms()
        assert found.tolist() == plain.tolist()
        own = am.Window(minute, minute + 1, most_trips=8, longest_min=24 * 60)
        asked = replace(transit, window=own)
        minutes = am.travel_time_matrix(asked, origins[row : row + 1], destinations)["minutes"]
        for column in range(10):
            arrival = (plain + egress.of_place(column, stop_count).astype(np.int64)).min()
            by_trip = (arrival - minute * 60_000) / 60_000 if arrival < UNREACHED_MS else np.inf
            assert minutes[column] == pytest.approx(min(by_trip, on_foot[row, column]), abs=1e-9)
            ridden += by_trip < on_foot[row, column]
    assert ridden > 80
