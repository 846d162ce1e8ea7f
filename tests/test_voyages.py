"""Voyages: waiting for locks held against a simulation minute by minute, and what parts sum to."""

import math
from datetime import datetime, timedelta
from itertools import pairwise

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import (
    UNREACHED_MS,
    build_network,
    reached_streets,
    read_osm,
    routes,
    travel_times,
    voyage_parts,
    voyages,
)
from artois_mobility.errors import PlacesError, ProfileError
from artois_mobility.graph import Graph, sort_arcs
from artois_mobility.navigation.timed_paths import arrive_on, find_arrivals
from artois_mobility.navigation.timetable import timetable_of
from artois_mobility.osm.editing import edit_extract
from certificates import assert_shortest
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract

MONDAY = datetime(2026, 11, 23)
# By name the minutes of a week in which a lock is open, and what OpenStreetMap writes for it.
HOURS = {
    "": [(0, 7 * 1440)],
    "Mo-Su 07:00-19:00": [(day * 1440 + 420, day * 1440 + 1140) for day in range(7)],
    "Mo-Fr 06:30-12:00,13:30-20:00": [
        (day * 1440 + begin, day * 1440 + end)
        for day in range(5)
        for begin, end in ((390, 720), (810, 1200))
    ],
    "Su 10:00-10:15": [(6 * 1440 + 600, 6 * 1440 + 615)],
    "Mo-Su 22:00-24:00": [(day * 1440 + 1320, day * 1440 + 1440) for day in range(7)],
    "off": [],
}


def at(x_m, y_m):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


def wait_minute_by_minute(hours, ms):
    """Stand before a lock and look at the clock at every full minute, from Monday midnight on."""
    for _ in range(13 * 1440):
        minute = ms // 60_000 % (7 * 1440)
        if any(begin <= minute < end for begin, end in HOURS[hours]):
            return ms
        ms = (ms // 60_000 + 1) * 60_000
    return None


def simulate(network, source, target, departure):
    """Sail every simple way between two nodes, minute by minute before closed locks."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from([source, target])
    for arc in range(network.graph.arc_count):
        graph.add_edge(int(network.graph.tail[arc]), int(network.graph.head[arc]), key=arc)
    begin = round((departure - MONDAY) / timedelta(milliseconds=1))
    best = None
    for path in nx.all_simple_edge_paths(graph, source, target):
        clock, last_lock = begin, -1
        for *_, arc in path:
            lock = int(network.fairway.lock_of_arc[arc])
            if lock not in (-1, last_lock):
                clock = wait_minute_by_minute(network.fairway.locks[lock].hours, clock)
            last_lock = lock
            if clock is None or (best is not None and clock >= best):
                break
            clock += int(network.graph.weight_ms[arc])
        else:
            best = clock if best is None else min(best, clock)
    return None if best is None else best - begin


class Canals:
    """Canals along a grid of 3 x 3 corners, some with a lock in them; a stub at every corner."""

    def __init__(self, hours_of_side):
        corner = {(x, y): 1 + 3 * y + x for x in range(3) for y in range(3)}
        positions = {node: (2000 * x, 2000 * y) for (x, y), node in corner.items()}
        positions |= {100 + node: (2000 * x + 150, 2000 * y + 150)
                      for (x, y), node in corner.items()}  # fmt: skip
        canal = {"waterway": "canal", "CEMT": "Va"}
        ways = {500 + node: ([node, 100 + node], canal) for node in corner.values()}
        sides = [(one, other) for one in corner for other in corner
                 if other in ((one[0] + 1, one[1]), (one[0], one[1] + 1))]  # fmt: skip
        self.ends = {}
        for number, (side, hours) in enumerate(zip(sides, hours_of_side, strict=False)):
            if hours is None:
                continue
            (one, other), (first, second) = (
                (corner[end] for end in side),
                (
                    200 + 2 * number,
                    201 + 2 * number,
                ),
            )
            for node, share in ((first, 0.45), (second, 0.52)):
                begin, end = (np.array(positions[each]) for each in (one, other))
                positions[node] = tuple(begin + share * (end - begin))
            chamber = canal | {"lock": "yes"} | ({"opening_hours": hours} if hours else {})
            ways |= {1000 + 3 * number: ([one, first], canal),
                     1001 + 3 * number: ([first, second], chamber),
                     1002 + 3 * number: ([second, other], canal)}  # fmt: skip
        self.extract = make_extract(positions, ways)
        self.network = build_network(self.extract, "barge")

    def simulate(self, stub, other_stub, departure):
        node_of = {int(osm): node for node, osm in enumerate(self.network.osm_node)}
        return simulate(self.network, node_of[100 + stub], node_of[100 + other_stub], departure)

    def stub(self, corner):
        x, y = (corner - 1) % 3, (corner - 1) // 3
        return at(2000 * x + 150, 2000 * y + 150)


departures = st.integers(0, 7 * 24 * 3600).map(lambda second: MONDAY + timedelta(seconds=second))
grids = st.lists(st.sampled_from([None, *HOURS]), min_size=12, max_size=12)


@settings(deadline=None, max_examples=200)
@given(hours=grids, ends=st.permutations(range(1, 10)), departure=departures)
def test_voyages_arrive_as_in_a_simulation_minute_by_minute(hours, ends, departure):
    world = Canals(hours)
    expected_ms = world.simulate(ends[0], ends[1], departure)
    places = [world.stub(ends[0])], [world.stub(ends[1])]
    row = voyages(world.network, *places, departure=departure).iloc[0]
    if expected_ms is None or expected_ms >= UNREACHED_MS:
        assert math.isnan(row["minutes"])
        assert row["reason"]
    else:
        assert row["minutes"] * 60_000 == pytest.approx(expected_ms, abs=0.01)
        arrival = departure + timedelta(milliseconds=expected_ms)
        assert abs(row["arrival"] - arrival) <= timedelta(milliseconds=1)


@settings(deadline=None, max_examples=20)
@given(hours=grids, one=departures, later_min=st.integers(0, 3000))
def test_who_leaves_later_never_arrives_earlier_and_hours_never_help(hours, one, later_min):
    world = Canals(hours)
    places = [world.stub(1)] * 8, [world.stub(end) for end in range(2, 10)]
    free = voyages(world.network, *places)
    first, second = (
        voyages(world.network, *places, departure=departure)
        for departure in (one, one + timedelta(minutes=later_min))
    )
    both = first["minutes"].notna() & second["minutes"].notna()
    assert (first["arrival"] <= second["arrival"])[both].all()
    assert (free["minutes"] <= first["minutes"] + 1e-9)[first["minutes"].notna()].all()
    assert free["departure"].isna().all()
    assert free["waiting_min"].fillna(0).eq(0).all()


def test_a_vessel_waits_until_morning_or_goes_round():
    network = make_round()
    places = [at(0, 0)], [at(3000, 0)]
    # at 10 km/h: 6 min to the lock, 30 min + 1.2 min through it, 10.8 min behind it
    day, morning, night = (
        voyages(network, *places, departure=departure).iloc[0]
        for departure in ("2026-11-24T12:00", "2026-11-24T06:50", "2026-11-24T23:00")
    )
    assert [day["locks"], morning["locks"], night["locks"]] == [1, 1, 0]
    assert day["minutes"] == pytest.approx(6 + 31.2 + 10.8, abs=0.1)
    assert (day["waiting_min"], night["waiting_min"]) == (0, 0)
    assert day["lock_min"] == pytest.approx(30, abs=0.01)
    assert morning["waiting_min"] == pytest.approx(10 - 6, abs=0.1)
    opened = pd.Timestamp("2026-11-24T07:00")
    assert (morning["arrival"] - opened).total_seconds() / 60 == pytest.approx(42, abs=0.1)
    # 37.2 min more on the way round: at night the lock stays closed for 8 hours
    assert night["minutes"] == pytest.approx(6 + 37.2 + 10.8, abs=0.2)


def make_round():
    """A lock that is closed at night on the short way, and a way round without one.

    1 -- 2 == 3 -- 4 with 2 -- 5 -- 6 -- 3
    """
    positions = {1: (0, 0), 2: (1000, 0), 3: (1200, 0), 4: (3000, 0), 5: (1000, 3000),
                 6: (1200, 3000)}  # fmt: skip
    canal = {"waterway": "canal", "CEMT": "Vb", "name": "Canal"}
    lock = {"lock": "yes", "lock_name": "Don", "opening_hours": "07:00-19:00"}
    ways = {10: ([1, 2], canal), 11: ([2, 3], canal | lock), 12: ([3, 4], canal),
            13: ([2, 5, 6, 3], canal | {"name": "Bras"})}  # fmt: skip
    return build_network(make_extract(positions, ways), "barge")


def test_a_place_between_two_nodes_is_reached_from_the_nearer_side():
    network = make_round()
    west, east = at(0, 0), at(3000, 0)
    left, right = at(1000, 2000), at(1200, 2000)
    pairs = [(west, left, 3.0), (west, right, 5.2), (east, right, 3.8), (east, left, 6.0)]
    for begin, end, km in [*pairs, *((end, begin, km) for begin, end, km in pairs)]:
        row = voyages(network, [begin], [end], departure="2026-11-24T23:00").iloc[0]
        assert row["km"] == pytest.approx(km, rel=0.005)
        assert row["minutes"] == pytest.approx(km * 6, rel=0.005)


def test_what_a_vessel_reaches_ends_where_its_time_runs_out():
    network = make_round()
    # 1 km to the lock in 6 min; in 12 min neither lock (31.2 min) nor the 3 km way round is passed
    lines = reached_streets(network, [at(0, 0)], [3, 6, 12])
    km = lines["km"].tolist()
    assert km[:2] == pytest.approx([0.5, 1.0], abs=0.01)
    assert km[2] == pytest.approx(1.0 + 1.0 + 0.2 * 6 / 31.2, abs=0.02)


def test_parts_sum_to_the_voyage_and_say_what_they_are():
    network = make_round()
    places = [at(100, 30)], [at(2900, 20)]
    row = voyages(network, *places, departure="2026-11-24T06:50").iloc[0]
    parts = voyage_parts(network, *places, departure="2026-11-24T06:50")
    assert parts["kind"].tolist() == ["to the water", "reach", "lock", "reach", "from the water"]
    assert parts["name"].tolist() == ["", "Canal", "Don", "Canal", ""]
    assert parts["minutes"].sum() + parts["waiting_min"].sum() == pytest.approx(row["minutes"])
    assert parts["km"].sum() == pytest.approx(row["km"])
    ends = parts["begin_min"] + parts["waiting_min"] + parts["minutes"]
    assert ends[:-1].tolist() == pytest.approx(parts["begin_min"][1:].tolist())
    assert parts["kmh"].dropna().tolist() == pytest.approx([10.0, 10.0], rel=1e-3)
    assert parts["class_name"].tolist() == ["", "Vb", "Vb", "Vb", ""]
    assert row["waterways"] == "Canal"
    lines = [line for line in parts.geometry if not line.is_empty]
    for one, other in pairwise(lines):
        assert one.coords[-1] == pytest.approx(other.coords[0])


def test_a_convoy_is_locked_in_parts_and_each_filling_counts():
    positions = {1: (0, 0), 2: (1000, 0), 3: (1200, 0), 4: (3000, 0)}
    canal = {"waterway": "canal", "CEMT": "Vb", "name": "Canal"}
    lock = canal | {"lock": "yes", "maxlength": "100", "maxwidth": "12"}
    ways = {10: ([1, 2], canal), 11: ([2, 3], lock), 12: ([3, 4], canal)}
    convoy = build_network(make_extract(positions, ways), "barge_vb")
    parts = voyage_parts(convoy, [at(0, 0)], [at(3000, 0)])
    assert parts["lots"].tolist()[1] == 2
    whole = voyages(convoy, [at(0, 0)], [at(3000, 0)])
    assert whole["lock_min"].tolist() == pytest.approx([90.0], abs=0.01)


def test_without_a_departure_voyages_are_routes():
    network = make_round()
    places = [at(0, 0), at(3000, 0), at(0, 0)], [at(3000, 0), at(0, 0), at(900_000, 0)]
    table, expected = voyages(network, *places), routes(network, *places)
    pd.testing.assert_series_equal(table["minutes"], expected["minutes"])
    pd.testing.assert_series_equal(table["reason"], expected["reason"])
    assert table.geometry.geom_equals(expected.geometry)[:2].all()


@pytest.mark.parametrize("hours", ["off", "2027 Jul"])
def test_a_lock_that_stays_closed_is_said_to(hours):
    positions = {1: (0, 0), 2: (1000, 0), 3: (1200, 0), 4: (3000, 0)}
    canal = {"waterway": "canal", "CEMT": "Vb"}
    lock = canal | {"lock": "yes", "opening_hours": hours}
    ways = {10: ([1, 2], canal), 11: ([2, 3], lock), 12: ([3, 4], canal)}
    network = build_network(make_extract(positions, ways), "barge")
    row = voyages(network, [at(0, 0)], [at(3000, 0)], departure="2026-11-24").iloc[0]
    assert row["reason"] == "a lock on every way stays closed for 12 days"
    assert math.isnan(row["minutes"])
    assert pd.isna(row["arrival"])
    assert row.geometry.is_empty


@pytest.mark.parametrize("departure", ["tomorrow", "2026-13-01", "2026-11-24T08:00+01:00", 8])
def test_departures_that_are_none_are_refused(departure):
    with pytest.raises(PlacesError, match="must be local time such as 2026-11-24T08:00"):
        voyages(make_round(), [at(0, 0)], [at(3000, 0)], departure=departure)


def test_roads_have_no_voyages():
    street = make_extract({1: (0, 0), 2: (100, 0)}, {1: ([1, 2], {"highway": "residential"})})
    with pytest.raises(ProfileError, match="not one of waterways"):
        voyages(build_network(street, "car"), [at(0, 0)], [at(100, 0)])


def assert_earliest(graph, arrive, seeds, ms_of_node):
    """Fail unless these are the earliest arrivals: nothing relaxes, tight arcs lead everywhere."""
    proven = {node for node, ms in seeds if ms_of_node.get(node) == ms}
    for node, ms in seeds:
        assert ms_of_node[node] <= ms
    tight = nx.DiGraph()
    tight.add_nodes_from(proven)
    for arc in range(graph.arc_count):
        tail, head = int(graph.tail[arc]), int(graph.head[arc])
        if tail not in ms_of_node:
            continue
        there = arrive(arc, ms_of_node[tail])
        if there < UNREACHED_MS:
            assert ms_of_node[head] <= there, "an arc still relaxes"
            if ms_of_node[head] == there:
                tight.add_edge(tail, head)
    found = set(proven)
    for node in proven:
        found |= nx.descendants(tight, node)
    assert found == set(ms_of_node), "an arrival has no path behind it"


arcs = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(0, 40), st.integers(1, 60)),
    max_size=24,
)


@settings(deadline=None, max_examples=200)
@given(arcs=arcs, seeds=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 50)), min_size=1,
                                 max_size=3))  # fmt: skip
def test_earliest_arrivals_hold_their_proof(arcs, seeds):
    tail, head, weight, period = (
        np.array([each[side] for each in arcs], np.int32) for side in range(4)
    )
    order = sort_arcs(9, tail, head)
    rows = order.arc_of_input
    graph = Graph(order.first_out, head[rows], weight[rows])

    def arrive(arc, ms):  # departs at multiples of a period, as a ferry
        every = int(period[rows[arc]])
        return -(-ms // every) * every + int(graph.weight_ms[arc])

    arrivals = find_arrivals(graph, arrive, seeds)
    assert_earliest(graph, arrive, seeds, arrivals.ms_of_node)
    for node, ms in arrivals.ms_of_node.items():
        seed, path = arrivals.walk_back(graph, node)
        clock = seeds[seed][1]
        for arc in path:
            clock = arrive(arc, clock)
        assert clock == ms
        assert (graph.head[path[-1]] if path else seeds[seed][0]) == node


EXTRACTS = (
    *(
        pytest.param(name, marks=pytest.mark.realdata)
        for name in ("nantes-centre.osm.pbf", "newport.osm.pbf", "hamburg-hafen.osm.pbf")
    ),
    "embedded",
)


def network_of(name, request, profile):
    """The network of an extract; the locks of the embedded territory get hours."""
    if name != "embedded":
        path = request.getfixturevalue("realdata") / "osm" / name
        return build_network(read_osm(path), profile)
    path = request.getfixturevalue("repository") / "data" / "osm" / "artois-schematic.osm.pbf"
    extract = read_osm(path)
    locks = {
        int(way): {**tags, "opening_hours": [*HOURS][1 + number % 4]}
        for number, (way, tags) in enumerate(
            zip(extract.ways.osm_id, extract.ways.tags, strict=True)
        )
        if tags.get("lock") == "yes"
    }
    return build_network(edit_extract(extract, tags_of_way=locks), profile)


@pytest.mark.parametrize("name", EXTRACTS)
@pytest.mark.parametrize("profile", ["pleasure_boat", "barge_freycinet"])
def test_arrivals_on_real_water_hold_their_proof(name, profile, request):
    network = network_of(name, request, profile)
    graph = network.searched.graph
    for source in range(graph.node_count):
        free = travel_times(graph, [source])[0]
        assert_shortest(graph, source, free)
        for departure in ("2026-12-26T18:00", "2026-12-27T23:30", "2027-01-02T05:59"):
            timetable = timetable_of(network, datetime.fromisoformat(departure))
            arrive, seeds = arrive_on(network, timetable), [(source, 0)]
            found = find_arrivals(graph, arrive, seeds).ms_of_node
            assert_earliest(graph, arrive, seeds, found)
            # with all locks open, arrivals are free travel times
            if not timetable.hours_of_arc:
                assert found == {node: ms for node, ms in enumerate(free) if ms < UNREACHED_MS}


def test_voyages_of_the_territory_arrive_as_in_a_simulation(request):
    network = network_of("embedded", request, "barge_freycinet")
    assert sum(bool(lock.hours) for lock in network.fairway.locks) == 9
    draw = np.random.default_rng(9)
    waited = 0
    for source, target, minute in draw.integers(0, (29, 29, 7 * 1440), (200, 3)).tolist():
        departure = MONDAY + timedelta(minutes=minute)
        timetable = timetable_of(network, departure)
        arrivals = find_arrivals(
            network.searched.graph, arrive_on(network, timetable), [(source, 0)]
        )
        expected_ms = simulate(network, source, target, departure)
        if source == target:
            continue
        if expected_ms is not None and expected_ms >= UNREACHED_MS:
            expected_ms = None  # more than 12 days
        assert arrivals.ms_of_node.get(target) == expected_ms
        waited += expected_ms is not None and expected_ms > 12 * 3_600_000
    assert waited > 20
