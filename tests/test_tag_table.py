"""What tags mean for each traveller: a table written by hand from the OpenStreetMap wiki.

A row tells km/h both ways, or `forward|backward`; 0 is closed and `ends` is for those only whose
trip begins or ends there. Barriers stand on a street that is open to everybody.
"""

import csv
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from artois_mobility.network.building import build_network
from network_worlds import make_extract

TABLE = Path(__file__).with_name("tag_table.csv")
PROFILES = ("car", "bicycle", "walk")
STREET = {"highway": "residential"}
APART_M, WAY_M, WAYS_IN_LINE = 3000.0, 1000.0, 20
TOWN_X_M = 2 * WAYS_IN_LINE * APART_M
BUILT_UP_WAY = 1


def read_table():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def read_tags(text):
    return dict(tag.split("=", 1) for tag in text.split(" + "))


ROWS = read_table()
TAGS = [read_tags(row["tags"]) for row in ROWS]
WAY_ROWS = [number for number, tags in enumerate(TAGS) if "barrier" not in tags]
BARRIER_ROWS = [number for number, tags in enumerate(TAGS) if "barrier" in tags]


def label(number):
    return f"{ROWS[number]['tags']} in {ROWS[number]['place']}"


def way_id(number):
    return 10 + number


def node_ids(number):
    return [10 * way_id(number) + place for place in range(3)]


def lay_out():
    """Draw each row as a straight way of its own, those in town on built-up land."""
    positions, ways, node_tags = {}, {}, {}
    for number, (row, tags) in enumerate(zip(ROWS, TAGS, strict=True)):
        line, place = divmod(number, WAYS_IN_LINE)
        x_m = place * APART_M + (TOWN_X_M if row["place"] == "town" else 0.0)
        first, middle, last = node_ids(number)
        for node, along_m in zip((first, middle, last), (0.0, WAY_M / 2, WAY_M), strict=True):
            positions[node] = (x_m + along_m, line * APART_M)
        is_barrier = "barrier" in tags
        ways[way_id(number)] = ([first, middle, last], STREET if is_barrier else tags)
        if is_barrier:
            node_tags[middle] = tags
    left_m, right_m = TOWN_X_M - APART_M, 2 * TOWN_X_M
    low_m, high_m = -APART_M, len(ROWS) * APART_M / WAYS_IN_LINE + APART_M
    corners = [(left_m, low_m), (right_m, low_m), (right_m, high_m), (left_m, high_m)]
    positions |= dict(enumerate(corners, start=1))
    ways[BUILT_UP_WAY] = ([1, 2, 3, 4, 1], {"landuse": "residential"})
    return make_extract(positions, ways, node_tags)


@cache
def read_network(name):
    """Read {(way, first node, last node): (km/h, who)} off the network of a profile."""
    network = build_network(lay_out(), name)
    graph = network.graph
    tails, heads = network.osm_node[graph.tail].tolist(), network.osm_node[graph.head].tolist()
    kmh = (network.length_m * 3600 / network.local_ms).tolist()
    who = ["ends" if is_limited else "" for is_limited in network.is_limited.tolist()]
    ends = zip(network.way_of_arc.tolist(), tails, heads, strict=True)
    return dict(zip(ends, zip(kmh, who, strict=True), strict=True))


def read_ways(number, name):
    """Read what the network has from end to end of a row's way, forward and backward."""
    first, _, last = node_ids(number)
    arcs = read_network(name)
    closed = (0.0, "")
    return [
        arcs.get((way_id(number), tail, head), closed)
        for tail, head in ((first, last), (last, first))
    ]


def expect_speeds(text):
    speeds, _, who = text.partition(" ")
    forward, _, backward = speeds.partition("|")
    both = float(forward), float(backward or forward)
    return [(kmh, who if kmh else "") for kmh in both]


@pytest.mark.parametrize("number", WAY_ROWS, ids=label)
def test_a_way_is_as_fast_and_as_open_as_its_tags_say(number):
    for name in PROFILES:
        found, expected = read_ways(number, name), expect_speeds(ROWS[number][name])
        assert [who for _, who in found] == [who for _, who in expected], name
        # how fast a ferry with a duration is follows from its length, a percent off by the latitude
        rel = 0.012 if "duration" in TAGS[number] else 0
        assert [kmh for kmh, _ in found] == pytest.approx(
            [kmh for kmh, _ in expected], abs=0.012, rel=rel
        ), name


@pytest.mark.parametrize("number", BARRIER_ROWS, ids=label)
def test_a_barrier_stops_those_whom_its_tags_name(number):
    found = {
        name: [{True: "passes", False: "stops"}[kmh > 0] for kmh, _ in read_ways(number, name)]
        for name in PROFILES
    }
    assert found == {name: [ROWS[number][name]] * 2 for name in PROFILES}


def test_the_table_is_long_and_says_nothing_twice():
    places_of_tags = Counter(frozenset(tags.items()) for tags in TAGS)
    questions = {
        (frozenset(tags.items()), row["place"]) for tags, row in zip(TAGS, ROWS, strict=True)
    }
    assert len(places_of_tags) >= 220
    assert len(questions) == len(ROWS)
    assert all(row["reason"] for row in ROWS)
    assert {row["place"] for row in ROWS} == {"country", "town"}
