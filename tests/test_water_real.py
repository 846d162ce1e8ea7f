"""Real waterways: every lock once, and no vessel where it may not be, by an independent reading."""

import math

import numpy as np
import pytest

from artois_mobility import build_network, read_osm, vessel
from artois_mobility._types import NO_ARC
from artois_mobility.network.profiles import read_profile
from artois_mobility.osm.editing import edit_extract
from artois_mobility.routing.paths import find_path
from artois_mobility.routing.trips import find_trips, hang
from raw_water import RawWater, fits, is_open

EXTRACTS = (
    *(
        pytest.param(name, marks=pytest.mark.realdata)
        for name in ("nantes-centre.osm.pbf", "newport.osm.pbf", "hamburg-hafen.osm.pbf")
    ),
    "embedded",
)
# How many locks people have drawn there for boats; those of Newport lie in disused canals.
LOCKS = {"nantes-centre.osm.pbf": 1, "newport.osm.pbf": 0, "hamburg-hafen.osm.pbf": 1,
         "embedded": 9}  # fmt: skip
VOYAGES = 2500


def path_of(name, request):
    if name == "embedded":
        repository = request.getfixturevalue("repository")
        return repository / "data" / "osm" / "artois-schematic.osm.pbf"
    return request.getfixturevalue("realdata") / "osm" / name


def metres_between(one, other):
    east = (one[0] - other[0]) * 111_320 * math.cos(math.radians(one[1]))
    return math.hypot(east, (one[1] - other[1]) * 111_200)


def assert_each_lock_once(network, expected):
    fairway, graph = network.fairway, network.graph
    found = [(lock.drawn, (lock.lon_deg, lock.lat_deg)) for lock in fairway.locks]
    assert sorted(kind for kind, _ in found) == sorted(kind for kind, _ in expected)
    for kind, place in expected:
        near = [row for row, (own, at) in enumerate(found)
                if own == kind and metres_between(at, place) < 20]  # fmt: skip
        assert len(near) == 1, f"{len(near)} locks at {place}, expected one"
    # nothing else waits on water: what locks take is all the waiting there is, in each direction
    is_ahead = (network.twin_of_arc == NO_ARC) | (np.arange(graph.arc_count) < network.twin_of_arc)
    for row, lock in enumerate(fairway.locks):
        own = fairway.lock_of_arc == row
        assert network.waiting_ms[own & is_ahead].sum() == lock.ms
    assert network.waiting_ms[is_ahead].sum() == sum(lock.ms for lock in fairway.locks)
    for row, lock in enumerate(fairway.locks):
        for arc in np.flatnonzero(fairway.lock_of_arc == row):
            path = find_path(graph, int(graph.tail[arc]), int(graph.head[arc]))
            assert network.waiting_ms[path.arc].sum() <= lock.ms


@pytest.mark.parametrize("name", EXTRACTS)
def test_every_lock_of_the_data_is_found_and_charged_once(name, request):
    path = path_of(name, request)
    expected = RawWater(path).locks(is_open)
    assert len(expected) == LOCKS[name]
    assert_each_lock_once(build_network(read_osm(path), "pleasure_boat"), expected)


@pytest.mark.realdata
def test_the_locks_of_a_disused_canal_count_once_it_is_used_again(realdata):
    path = realdata / "osm" / "newport.osm.pbf"
    expected = RawWater(path, drop=("disused",)).locks(is_open)
    assert {kind for kind, _ in expected} >= {"gates"}
    extract = read_osm(path)
    again = edit_extract(
        extract,
        tags_of_way={
            int(way): {key: value for key, value in tags.items() if key != "disused"}
            for way, tags in zip(extract.ways.osm_id, extract.ways.tags, strict=True)
            if "disused" in tags
        },
    )
    assert_each_lock_once(build_network(again, "pleasure_boat"), expected)


def vessels():
    """Profiles, the keys of their access, and whether they carry freight."""
    boats, freight = ("access", "boat", "motorboat"), ("access", "boat", "motorboat", "ship")
    yield read_profile("pleasure_boat"), boats, False
    yield (
        vessel("pleasure_boat", length_m=14, beam_m=4.2, draught_m=1.3, air_draught_m=3),
        boats,
        False,
    )
    yield read_profile("passenger_boat"), freight, False
    for name in ("barge_freycinet", "barge_ii", "barge_iii", "barge_iv", "barge", "barge_vb"):
        yield read_profile(name), freight, True
    yield vessel("barge", length_m=143, beam_m=11.4), freight, True


def random_places(draw, network, count):
    """Points on arcs where boats may lie."""
    arcs = draw.choice(np.flatnonzero(network.may_attach), count)
    first, last = network.first_point[arcs], network.first_point[arcs + 1] - 1
    point = first + ((last - first) * draw.random(count)).astype(int)
    return list(zip(network.point_lon_deg[point], network.point_lat_deg[point], strict=True))


@pytest.mark.parametrize("name", EXTRACTS)
def test_no_vessel_is_on_a_forbidden_or_too_small_reach(name, request):
    path = path_of(name, request)
    raw, extract = RawWater(path), read_osm(path)
    draw = np.random.default_rng(5)
    sailed = 0
    # where few kinds of vessels get anywhere, these make more voyages
    networks = [(build_network(extract, own), own, keys, is_freight)
                for own, keys, is_freight in vessels()]  # fmt: skip
    networks = [each for each in networks if each[0].may_attach.any()]
    assert networks
    rounds = 0
    while sailed < VOYAGES and rounds < 40:
        rounds += 1
        for network, own, keys, is_freight in networks:
            count = -(-VOYAGES // len(networks))
            sides = [hang(network, random_places(draw, network, count)) for _ in range(2)]
            trips = find_trips(network, *sides, [(row, row) for row in range(count)])
            size = [own.vessel_m.get(key, 0.0)
                    for key in ("length_m", "beam_m", "draught_m", "air_draught_m")]  # fmt: skip
            for trip in trips:
                sailed += bool(trip.arc.size)
                for arc in trip.arc.tolist():
                    assert_allowed(raw, network, arc, keys, is_freight=is_freight)
                    tags = raw.ways[int(network.way_of_arc[arc])][0]
                    assert fits(tags, size, own.convoy_units), (own.name, tags)
    assert sailed >= VOYAGES


def assert_allowed(raw, network, arc, keys, *, is_freight):
    tags, nodes = raw.ways[int(network.way_of_arc[arc])]
    assert is_open(tags, keys, is_freight=is_freight), tags
    if tags.get("oneway") in ("yes", "1", "true"):
        ends = [network.osm_node[node] for node in
                (network.graph.tail[arc], network.graph.head[arc])]  # fmt: skip
        assert nodes.index(ends[0]) < nodes.index(ends[1])
