"""Squares are walked over in a straight line, never through what bounds them."""

import math

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility.network.building import build_network
from artois_mobility.network.interpreting import interpret_ways
from artois_mobility.network.profiles import read_profile
from artois_mobility.network.segments import cut_ways
from artois_mobility.network.squares import find_crossings
from artois_mobility.osm.reader import read_osm
from artois_mobility.routing.one_to_all import travel_times
from network_worlds import certify, make_extract

SQUARE = {"highway": "pedestrian", "area": "yes"}
STREET = {"highway": "residential"}
AREA_WAY = 900


def plaza(corners_m, gates, *, tags=SQUARE, node_tags=None, outline=None):
    """A square; at each gate a street of 50 m leads away from it."""
    positions = dict(enumerate(corners_m, 1))
    middle = np.mean(corners_m, axis=0)
    ways = {AREA_WAY: (outline or [*positions, 1], tags)}
    for gate in gates:
        away = np.array(positions[gate]) - middle
        positions[100 + gate] = tuple(positions[gate] + 50 * away / np.linalg.norm(away))
        ways[gate] = ([gate, 100 + gate], STREET)
    return make_extract(positions, ways, node_tags=node_tags)


def metres_between(extract, one, other, profile="walk"):
    """Metres of the quickest walk at the profile's speed; both are ends of streets."""
    network = build_network(extract, profile)
    certify(network)
    node = {int(osm): row for row, osm in enumerate(network.osm_node)}
    ms = travel_times(network, [node[one]])[0, node[other]]
    return ms / 3600 * read_profile(profile).class_kmh["residential"][0]


BLOCK = [(0, 0), (100, 0), (100, 100), (0, 100)]
# an L: the corner at (50, 50) bends inwards
ANGLE = [(0, 0), (100, 0), (100, 50), (50, 50), (50, 100), (0, 100)]


def test_a_square_is_crossed_from_corner_to_corner():
    walked_m = metres_between(plaza(BLOCK, [1, 3]), 101, 103)
    assert walked_m == pytest.approx(100 + 100 * math.sqrt(2), rel=2e-3)


@pytest.mark.parametrize("holes", [0, 1])
def test_a_square_drawn_as_a_relation_is_walked_over_unless_it_has_a_hole(holes):
    plain = plaza(BLOCK, [1, 3], tags={})
    positions = {7: (40, 40), 8: (60, 40), 9: (60, 60)}
    members = [("w", AREA_WAY, "outer"), ("w", 901, "inner")][: 1 + holes]
    square = {"type": "multipolygon", "highway": "pedestrian", "name": "Place"}
    node = {int(osm): row for row, osm in enumerate(plain.nodes.osm_id)}
    ways = {
        int(osm): (
            plain.nodes.osm_id[plain.ways.node_of_ref[first:last]].tolist(),
            plain.ways.tags[row],
        )
        for row, (osm, first, last) in enumerate(
            zip(plain.ways.osm_id, plain.ways.first_ref, plain.ways.first_ref[1:], strict=False)
        )
    }
    corners = {101: (-35.36, -35.36), 103: (135.36, 135.36)}
    positions |= dict(enumerate(BLOCK, 1)) | {each: corners[each] for each in corners}
    assert set(node) <= set(positions)
    ways[901] = ([7, 8, 9, 7], {})
    extract = make_extract(positions, ways, relations={5: (members, square)})
    expected_m = 100 + (200 if holes else 100 * math.sqrt(2))
    assert metres_between(extract, 101, 103) == pytest.approx(expected_m, rel=2e-3)
    assert "Place" in build_network(extract, "walk").name_of_way.values()


def test_the_way_round_a_corner_touches_it():
    walked_m = metres_between(plaza(ANGLE, [3, 5]), 103, 105)
    assert walked_m == pytest.approx(100 + 50 + 50, rel=2e-3)
    across_m = metres_between(plaza(ANGLE, [2, 6]), 102, 106)
    assert across_m == pytest.approx(100 + 2 * math.hypot(50, 50), rel=2e-3)


@pytest.mark.parametrize(
    "extract",
    [
        plaza(BLOCK, [1, 3], tags={"highway": "pedestrian"}),
        plaza(BLOCK, [1, 3], outline=[1, 2, 3, 4]),
        plaza([(0, 0), (100, 100), (100, 0), (0, 100)], [1, 3]),
    ],
    ids=["a loop is no area", "an open line is no area", "an outline that crosses itself"],
)
def test_what_is_no_area_is_not_crossed(extract):
    profile = read_profile("walk")
    usable = interpret_ways(extract, profile)
    vertices = cut_ways(extract, usable, np.zeros(extract.nodes.osm_id.size, np.bool_))
    assert find_crossings(extract, usable, vertices).tail.size == 0


def test_a_wall_at_a_gate_leaves_no_way_through_it():
    extract = plaza(BLOCK, [1, 3], node_tags={3: {"barrier": "wall"}})
    network = build_network(extract, "walk")
    node = {int(osm): row for row, osm in enumerate(network.osm_node) if osm > 100}
    assert network.provenance.counts.get("areas_crossed", 0) == 0
    assert travel_times(network, [node[101]])[0, node[103]] > 10**9


def test_cars_do_not_cross_and_counts_say_who_does():
    extract = plaza(BLOCK, [1, 3], tags={"highway": "residential", "area": "yes"})
    assert "areas_crossed" not in build_network(extract, "car").provenance.counts
    assert build_network(extract, "walk").provenance.counts["areas_crossed"] == 1


def test_an_area_with_hundreds_of_corners_is_counted_and_walked_round():
    count = 240
    turns = [2 * math.pi * each / count for each in range(count)]
    reach = [100 if each % 2 else 99 for each in range(count)]
    wheel = [(r * math.cos(turn), r * math.sin(turn)) for r, turn in zip(reach, turns, strict=True)]
    network = build_network(plaza(wheel, [1, 121]), "walk")
    assert network.provenance.counts["areas_too_large_to_cross"] == 1


@st.composite
def stars(draw):
    """Star-shaped polygons, many of them with corners that bend inwards, and two gates."""
    count = draw(st.integers(4, 12))
    reach = draw(st.lists(st.integers(20, 120), min_size=count, max_size=count))
    turns = [2 * math.pi * each / count for each in range(count)]
    gates = draw(st.lists(st.integers(1, count), min_size=2, max_size=4, unique=True))
    corners = [
        (r * math.cos(turn), r * math.sin(turn)) for r, turn in zip(reach, turns, strict=True)
    ]
    return corners, gates


@given(stars())
@settings(max_examples=60)
def test_the_walk_across_is_the_shortest_inside_to_two_percent(world):
    corners, gates = world
    inside = shapely.Polygon(corners).buffer(0.01)
    sights = nx.Graph()
    for one, a in enumerate(corners, 1):
        for other, b in enumerate(corners[one:], one + 1):
            if inside.covers(shapely.LineString([a, b])):
                sights.add_edge(one, other, m=math.dist(a, b))
    extract = plaza(corners, gates)
    for gate in gates[1:]:
        shortest_m = 100 + nx.shortest_path_length(sights, gates[0], gate, weight="m")
        walked_m = metres_between(extract, 100 + gates[0], 100 + gate)
        assert 0.997 * shortest_m < walked_m < 1.023 * shortest_m + 0.2


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["nantes-centre", "malta"])
def test_no_walk_leaves_the_squares_of_a_real_town(realdata, name):
    extract = read_osm(realdata / "osm" / f"{name}.osm.pbf")
    usable = interpret_ways(extract, read_profile("walk"))
    vertices = cut_ways(extract, usable, np.zeros(extract.nodes.osm_id.size, np.bool_))
    crossings = find_crossings(extract, usable, vertices)
    lon, lat = extract.nodes.lon_deg, extract.nodes.lat_deg
    first = extract.ways.first_ref
    for tail, head, way in zip(crossings.tail, crossings.head, crossings.way, strict=True):
        row = usable.row[way]
        ring = extract.ways.node_of_ref[first[row] : first[row + 1]]
        area = shapely.Polygon(np.column_stack([lon[ring], lat[ring]]))
        line = shapely.LineString([(lon[tail], lat[tail]), (lon[head], lat[head])])
        assert area.buffer(2e-6).covers(line)
    assert crossings.tail.size > 500
