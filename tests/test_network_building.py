"""Networks of small worlds, drawn in ASCII, with times that are arithmetic."""

import numpy as np
import pytest

from artois_mobility._types import UNREACHED_MS
from artois_mobility.network.building import build_network
from artois_mobility.network.profiles import profile_names, read_profile
from network_worlds import arcs_of, certify, make_extract, whole_ms

STREET = {"highway": "residential"}
CANAL = {"waterway": "canal"}
LOCK_MS = 20 * 60_000


def row(count, step_m=100.0):
    """Make nodes 1, 2, ... along the x axis."""
    return {number + 1: (number * step_m, 0.0) for number in range(count)}


def counts(network):
    return network.provenance.counts


# --- nothing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", profile_names())
@pytest.mark.parametrize(
    "extract",
    [
        make_extract({}, {}),
        make_extract(row(3), {}),
        make_extract(row(3), {7: ([1, 2, 3], {"building": "yes"})}),
        make_extract(row(3), {7: ([1, 2, 3], {"highway": "proposed"})}),
        make_extract(row(3), {7: ([1], STREET), 8: ([], STREET | CANAL), 9: ([8, 9], STREET)}),
        make_extract(row(3), {7: ([1, 1, 1], STREET | CANAL)}),
        make_extract(row(3), {7: ([1, 9, 2, 9, 3], STREET | CANAL)}),
    ],
)
def test_an_extract_with_nothing_usable_gives_an_empty_network(extract, profile):
    network = build_network(extract, profile)
    assert network.graph.node_count == network.graph.arc_count == 0
    certify(network)


def test_what_is_left_out_is_counted():
    extract = make_extract(row(3), {7: ([1, 2, 3], {"highway": "motorway"}), 8: ([1, 9], STREET)})
    found = counts(build_network(extract, "walk"))
    assert found == {"ways_not_usable": 1, "refs_to_missing_nodes": 1}


# --- chains -------------------------------------------------------------------------------------


def test_a_chain_becomes_one_arc_each_way_that_keeps_its_shape():
    #  1 -- 2 -- 3 -- 4     one way
    network = build_network(make_extract(row(4), {7: ([1, 2, 3, 4], STREET)}), "walk")
    assert arcs_of(network) == [(1, 4, 7), (4, 1, 7)]
    assert np.diff(network.first_point).tolist() == [4, 4]
    assert network.length_m == pytest.approx([300, 300], rel=1e-3)
    certify(network)


def test_ways_that_meet_end_to_end_keep_their_node():
    ways = {7: ([1, 2, 3], STREET), 8: ([3, 4], STREET)}
    network = build_network(make_extract(row(4), ways), "walk")
    assert network.osm_node.tolist() == [1, 3, 4]


def test_a_junction_inside_a_way_stays():
    #       4
    #       |
    #  1 -- 2 -- 3
    extract = make_extract(
        row(3) | {4: (100.0, 80.0)}, {7: ([1, 2, 3], STREET), 8: ([2, 4], STREET)}
    )
    network = build_network(extract, "car")
    assert network.osm_node.tolist() == [1, 2, 3, 4]
    assert network.graph.arc_count == 6


def test_a_junction_with_a_way_that_the_profile_may_not_use_is_none():
    extract = make_extract(
        row(3) | {4: (100.0, 80.0)},
        {7: ([1, 2, 3], STREET), 8: ([2, 4], {"highway": "footway"})},
    )
    assert build_network(extract, "car").osm_node.tolist() == [1, 3]
    assert build_network(extract, "walk").osm_node.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("tags", "rolls"),
    [
        ({"kerb": "raised"}, False),
        ({"barrier": "kerb", "kerb": "raised"}, False),
        ({"kerb": "raised", "wheelchair": "yes"}, True),
        ({"kerb": "lowered"}, True),
        ({"kerb": "flush"}, True),
        ({"highway": "crossing", "kerb": "raised"}, True),
    ],
)
def test_a_wheelchair_does_not_get_over_a_raised_kerb(tags, rolls):
    ways = {7: ([1, 2, 3], {"highway": "footway"})}
    extract = make_extract(row(3), ways, {2: tags})
    # a street that ends at the kerb from both sides has two nodes there
    assert build_network(extract, "wheelchair").osm_node.tolist().count(2) == (0 if rolls else 2)
    assert build_network(extract, "walk").osm_node.tolist() == [1, 3]


def test_every_segment_is_rounded_once():
    positions = {1: (0.0, 0.0), 2: (3.3, 0.0), 3: (7.7, 1.0), 4: (11.0, 0.0)}
    extract = make_extract(positions, {7: ([1, 2, 3, 4], STREET)})
    whole, parts = (build_network(extract, "walk", merge_chains=merge) for merge in (True, False))
    forward = [0, 2, 4]
    assert parts.osm_node.tolist() == [1, 2, 3, 4]
    assert whole.graph.weight_ms[0] == parts.graph.weight_ms[[0, 2, 4]].sum()
    assert whole.point_ms[:4].tolist() == np.cumsum([0, *parts.graph.weight_ms[[0, 2, 4]]]).tolist()
    for arc in forward:
        assert parts.graph.weight_ms[arc] == whole_ms(parts.length_m[arc], 4.8)


def test_a_ring_without_a_junction_is_a_loop_each_way():
    square = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (50.0, 50.0), 4: (0.0, 50.0)}
    network = build_network(make_extract(square, {7: ([1, 2, 3, 4, 1], STREET)}), "walk")
    assert arcs_of(network) == [(1, 1, 7), (1, 1, 7)]
    assert network.twin_of_arc.tolist() == [1, 0]
    certify(network)


def test_a_roundabout_is_a_loop_one_way():
    square = {1: (0.0, 0.0), 2: (50.0, 0.0), 3: (50.0, 50.0), 4: (0.0, 50.0)}
    tags = STREET | {"junction": "roundabout"}
    network = build_network(make_extract(square, {7: ([1, 2, 3, 4, 1], tags)}), "car")
    assert network.twin_of_arc.tolist() == [-1]
    certify(network)


def test_a_lollipop_meets_itself():
    #  1 -- 2 -- 3
    #       |    |
    #       5 -- 4      one way: 1 2 3 4 5 2
    positions = row(3) | {4: (200.0, -90.0), 5: (100.0, -90.0)}
    network = build_network(make_extract(positions, {7: ([1, 2, 3, 4, 5, 2], STREET)}), "walk")
    assert arcs_of(network) == [(1, 2, 7), (2, 1, 7), (2, 2, 7), (2, 2, 7)]
    certify(network)


def test_parallel_ways_keep_their_own_twins():
    #  1 -- 2 -- 3  and straight 1 ---- 3, twice
    positions = row(3) | {2: (100.0, 60.0)}
    ways = {7: ([1, 2, 3], STREET), 8: ([1, 3], STREET), 9: ([3, 1], STREET)}
    network = build_network(make_extract(positions, ways), "walk")
    assert network.graph.arc_count == 6
    certify(network)


def test_a_node_named_twice_in_a_row_is_one():
    network = build_network(make_extract(row(3), {7: ([1, 2, 2, 2, 3, 3], STREET)}), "walk")
    assert np.diff(network.first_point).tolist() == [3, 3]


def test_nodes_at_one_place_make_a_segment_of_no_time():
    extract = make_extract({1: (0.0, 0.0), 2: (0.0, 0.0)}, {7: ([1, 2], STREET)})
    assert build_network(extract, "walk").graph.weight_ms.tolist() == [0, 0]


def test_a_way_ends_where_the_file_lacks_a_node_and_starts_again_behind_it():
    network = build_network(make_extract(row(4), {7: ([1, 2, 99, 3, 4], STREET)}), "walk")
    assert arcs_of(network) == [(1, 2, 7), (2, 1, 7), (3, 4, 7), (4, 3, 7)]
    assert counts(network)["refs_to_missing_nodes"] == 1


def test_one_way_streets_have_one_arc():
    extract = make_extract(row(3), {7: ([1, 2, 3], STREET | {"oneway": "-1"})})
    assert arcs_of(build_network(extract, "car")) == [(3, 1, 7)]
    assert arcs_of(build_network(extract, "walk")) == [(1, 3, 7), (3, 1, 7)]


def test_each_direction_has_its_own_limit():
    tags = {"highway": "primary", "maxspeed:forward": "70", "maxspeed:backward": "50"}
    network = build_network(make_extract(row(2, 1000.0), {7: ([1, 2], tags)}), "car")
    metres = network.length_m[0]
    expected = [whole_ms(metres, 63), whole_ms(metres, 45)]
    assert network.graph.weight_ms.tolist() == expected


def test_a_very_long_way_stays_below_what_means_unreached():
    extract = make_extract({1: (0.0, 0.0), 2: (8e6, 0.0)}, {7: ([1, 2], {"highway": "steps"})})
    assert build_network(extract, "walk").graph.weight_ms.max() == UNREACHED_MS - 1


# --- barriers -----------------------------------------------------------------------------------


def test_a_bollard_parts_a_street_for_cars_only():
    #  1 -- 2 =bollard= -- 3
    extract = make_extract(row(3), {7: ([1, 2, 3], STREET)}, {2: {"barrier": "bollard"}})
    car = build_network(extract, "car")
    assert car.osm_node.tolist() == [1, 2, 2, 3]
    assert arcs_of(car) == [(1, 2, 7), (2, 1, 7), (2, 3, 7), (3, 2, 7)]
    assert car.graph.head[car.graph.tail == 0] != car.graph.tail[car.graph.head == 3]
    assert counts(car)["barrier_nodes_closed"] == 1
    certify(car)
    assert arcs_of(build_network(extract, "walk")) == [(1, 3, 7), (3, 1, 7)]


def test_a_bollard_on_a_junction_gives_every_street_its_own_end():
    positions = row(3) | {4: (100.0, 80.0)}
    ways = {7: ([1, 2, 3], STREET), 8: ([2, 4], STREET)}
    network = build_network(make_extract(positions, ways, {2: {"barrier": "block"}}), "car")
    assert network.osm_node.tolist() == [1, 2, 2, 2, 3, 4]
    assert np.bincount(network.graph.tail).tolist() == [1] * 6


def test_a_gate_without_access_is_passed_and_counted():
    extract = make_extract(row(3), {7: ([1, 2, 3], STREET)}, {2: {"barrier": "gate"}})
    network = build_network(extract, "car")
    assert arcs_of(network) == [(1, 3, 7), (3, 1, 7)]
    assert counts(network)["barrier_nodes_assumed_open"] == 1


def test_a_barrier_away_from_the_network_is_not_counted():
    extract = make_extract(row(4), {7: ([1, 2, 3], STREET)}, {4: {"barrier": "bollard"}})
    assert "barrier_nodes_closed" not in counts(build_network(extract, "car"))


# --- ferries ------------------------------------------------------------------------------------


def test_the_time_of_a_ferry_is_shared_by_length_and_sums_to_its_duration():
    positions = {1: (0.0, 0.0), 2: (100.0, 0.0), 3: (333.0, 0.0), 4: (999.0, 0.0)}
    ways = {
        7: ([1, 2, 3], {"route": "ferry", "duration": "00:10"}),
        8: ([2, 4], STREET),
    }
    network = build_network(make_extract(positions, ways), "walk")
    ferry = network.class_of_arc == "ferry"
    assert network.graph.weight_ms[ferry].sum() == 2 * 10 * 60_000
    assert not network.may_attach[ferry].any()
    certify(network)


@pytest.mark.parametrize(
    ("own", "members", "minutes"),
    [
        ("", (7, 8), {7: 10, 8: 5}),  # 15 minutes over 200 and 100 metres
        ("0:12", (7, 8), {7: 12, 8: 3}),  # what the first way leaves
        ("", (7, 8, 99), {7: 0.8, 8: 0.4}),  # a way is not in the file: 15 km/h
    ],
)
def test_a_route_tells_how_long_its_ferries_take(own, members, minutes):
    ferry = {"route": "ferry", "foot": "yes"}
    ways = {
        6: ([0, 1], STREET),
        7: ([1, 2, 3], {**ferry, "duration": own} if own else ferry),
        8: ([3, 4], ferry),
    }
    route = {
        1: (
            [("w", 98, "platform"), *(("w", each, "") for each in members)],
            {"route": "ferry", "duration": "15"},
        )
    }
    positions = {0: (-100.0, 0.0)} | row(4)
    network = build_network(make_extract(positions, ways, relations=route), "walk")
    for way, each in minutes.items():
        there = network.graph.weight_ms[network.way_of_arc == way]
        assert there.tolist() == pytest.approx([each * 60_000] * 2, rel=2e-3)
    assumed = network.provenance.counts.get("ferry_duration_assumed", 0)
    assert assumed == (2 if 99 in members else 0)


# --- town and country ---------------------------------------------------------------------------


def test_a_street_in_a_residential_area_is_urban():
    positions = row(2) | {11: (-50.0, -50), 12: (150.0, -50), 13: (150.0, 50), 14: (-50.0, 50)}
    ways = {
        7: ([1, 2], {"highway": "primary"}),
        9: ([11, 12, 13, 14, 11], {"landuse": "residential"}),
    }
    town = build_network(make_extract(positions, ways), "car")
    assert town.graph.weight_ms[0] == whole_ms(town.length_m[0], 40)
    assert counts(town)["urban_from_landuse"] == 1
    country = build_network(make_extract(positions, {7: ways[7]}), "car")
    assert country.graph.weight_ms[0] == whole_ms(country.length_m[0], 68)
    assert counts(country)["rural_by_default"] == 1


def test_a_multipolygon_makes_a_town_too():
    positions = row(2) | {11: (-50.0, -50), 12: (150.0, -50), 13: (150.0, 50), 14: (-50.0, 50)}
    ways = {
        7: ([1, 2], {"highway": "primary"}),
        8: ([11, 12, 13], {}),
        9: ([13, 14, 11], {}),
    }
    area = ([("w", 8, "outer"), ("w", 9, ""), ("w", 99, "outer")], {"landuse": "residential"})
    relations = {5: (area[0], area[1] | {"type": "multipolygon"})}
    network = build_network(make_extract(positions, ways, relations=relations), "car")
    assert counts(network)["urban_from_landuse"] == 1


def grid(count, step_m):
    nodes = {
        1 + x + count * y: (x * step_m, y * step_m) for x in range(count) for y in range(count)
    }
    across = {
        100 + y: ([1 + x + count * y for x in range(count)], {"highway": "tertiary"})
        for y in range(count)
    }
    along = {
        200 + x: ([1 + x + count * y for y in range(count)], {"highway": "tertiary"})
        for x in range(count)
    }
    return make_extract(nodes, across | along)


@pytest.mark.parametrize(("step_m", "kmh"), [(60.0, 32), (400.0, 52)])
def test_many_junctions_make_a_town_whatever_else_the_extract_holds(step_m, kmh):
    network = build_network(grid(9, step_m), "car")
    middle = np.flatnonzero(network.way_of_arc == 104)[0]
    assert network.graph.weight_ms[middle] == whole_ms(network.length_m[middle], kmh)


def test_a_tag_decides_before_the_surroundings():
    tags = {"highway": "primary", "source:maxspeed": "FR:rural", "maxspeed": "80"}
    network = build_network(make_extract(row(2), {7: ([1, 2], tags)}), "car")
    assert network.graph.weight_ms[0] == whole_ms(network.length_m[0], 72)
    assert not {"rural_by_default", "speed_from_class"} & counts(network).keys()


# --- where places may attach --------------------------------------------------------------------


def test_places_attach_to_the_main_part_off_motorways_tunnels_and_bridges():
    #  1 == 2 -- 3 -- 4 -- 5      6 -- 7   (an island)
    ways = {
        10: ([1, 2], {"highway": "motorway", "oneway": "no"}),
        11: ([2, 3], STREET),
        12: ([3, 4], STREET | {"bridge": "yes"}),
        13: ([4, 5], STREET | {"tunnel": "yes"}),
        14: ([6, 7], STREET),
        15: ([5, 8], STREET | {"oneway": "yes"}),
    }
    network = build_network(make_extract(row(8), ways), "car")
    assert set(network.way_of_arc[network.may_attach].tolist()) == {11}


def test_of_two_parts_of_one_size_the_first_is_the_main_one():
    ways = {10: ([3, 4], STREET), 11: ([1, 2], STREET)}
    network = build_network(make_extract(row(4), ways), "walk")
    assert set(network.way_of_arc[network.may_attach].tolist()) == {11}


# --- water --------------------------------------------------------------------------------------


def boats(positions, ways, node_tags=None):
    network = build_network(make_extract(positions, ways, node_tags), "pleasure_boat")
    certify(network)
    return network


def water_ms(network):
    """Time of each arc as if there were no locks."""
    return np.array([whole_ms(metres, 6) for metres in network.length_m])


def test_a_chamber_with_its_gates_is_one_lock():
    #  1 ~~~ 2 [ 3 ] ~~~ 4
    ways = {7: ([1, 2], CANAL), 8: ([2, 3], CANAL | {"lock": "yes"}), 9: ([3, 4], CANAL)}
    gates = {2: {"waterway": "lock_gate"}, 3: {"waterway": "lock_gate"}}
    network = boats(row(4), ways, gates)
    in_lock = network.graph.weight_ms - water_ms(network)
    assert sorted(in_lock.tolist()) == [0, 0, 0, 0, LOCK_MS, LOCK_MS]
    assert set(network.way_of_arc[in_lock > 0].tolist()) == {8}
    assert counts(network)["locks_as_chambers"] == 1


def test_a_chamber_in_two_parts_is_one_lock_and_a_staircase_is_two():
    lock = CANAL | {"lock": "yes"}
    ways = {7: ([1, 2], CANAL), 8: ([2, 3], lock), 9: ([3, 4], lock), 10: ([4, 5], CANAL)}
    ends = {2: {"waterway": "lock_gate"}, 4: {"waterway": "lock_gate"}}
    assert counts(boats(row(5), ways, ends))["locks_as_chambers"] == 1
    stairs = ends | {3: {"waterway": "lock_gate"}}
    assert counts(boats(row(5), ways, stairs))["locks_as_chambers"] == 2


def test_parallel_chambers_are_charged_each():
    #       3
    #  1 ~ 2 4 ~ 5
    lock = CANAL | {"lock": "yes"}
    positions = row(5) | {3: (200.0, 50.0)}
    ways = {7: ([1, 2], CANAL), 8: ([2, 3, 4], lock), 9: ([2, 4], lock), 10: ([4, 5], CANAL)}
    network = boats(positions, ways)
    assert counts(network)["locks_as_chambers"] == 2
    in_lock = network.graph.weight_ms - water_ms(network)
    assert set(network.way_of_arc[in_lock > LOCK_MS / 2].tolist()) == {8, 9}


@pytest.mark.parametrize("merge", [True, False])
def test_two_gates_on_a_way_are_one_lock(merge):
    gates = {2: {"waterway": "lock_gate"}, 3: {"waterway": "lock_gate"}}
    extract = make_extract(row(4, 40.0), {7: ([1, 2, 3, 4], CANAL)}, gates)
    network = build_network(extract, "pleasure_boat", merge_chains=merge)
    assert network.osm_node.tolist() == [1, 2, 3, 4]
    in_lock = network.graph.weight_ms - water_ms(network)
    ends = zip(network.graph.tail[in_lock > 0], network.graph.head[in_lock > 0], strict=True)
    assert sorted(ends) == [(1, 2), (2, 1)]
    assert in_lock.sum() == 2 * LOCK_MS
    assert counts(network)["locks_as_pairs_of_gates"] == 1


@pytest.mark.parametrize("gate", [1, 2, 3])
def test_a_gate_alone_is_a_lock_wherever_it_stands(gate):
    network = boats(row(3), {7: ([1, 2, 3], CANAL)}, {gate: {"waterway": "lock_gate"}})
    assert counts(network)["locks_as_points"] == 1
    there = network.graph.weight_ms[network.graph.tail < network.graph.head]
    assert there.sum() - 2 * whole_ms(100, 6) == pytest.approx(LOCK_MS, abs=100)


def test_a_gate_shared_by_two_ways_is_charged_once():
    ways = {7: ([1, 2], CANAL), 8: ([2, 3], CANAL)}
    network = boats(row(3), ways, {2: {"waterway": "lock_gate"}})
    in_lock = network.graph.weight_ms - water_ms(network)
    assert in_lock[network.graph.tail < network.graph.head].sum() == LOCK_MS


def test_gates_too_far_apart_for_a_chamber_are_two_locks():
    gates = {2: {"waterway": "lock_gate"}, 3: {"waterway": "lock_gate"}}
    network = boats(row(4, 300.0), {7: ([1, 2, 3, 4], CANAL)}, gates)
    assert counts(network)["locks_as_points"] == 2


def test_weirs_part_the_water_as_nodes_and_as_ways_across():
    node = boats(row(3), {7: ([1, 2, 3], CANAL)}, {2: {"waterway": "weir"}})
    assert node.osm_node.tolist() == [1, 2, 2, 3]
    positions = row(3) | {8: (100.0, 20.0), 9: (100.0, -20.0)}
    across = {7: ([1, 2, 3], CANAL), 8: ([8, 2, 9], {"waterway": "dam"})}
    assert boats(positions, across).osm_node.tolist() == [1, 2, 2, 3]


def test_streets_do_not_mind_weirs_nor_boats_bollards():
    tags = {2: {"waterway": "weir"}}
    assert arcs_of(build_network(make_extract(row(3), {7: ([1, 2, 3], STREET)}, tags), "walk"))
    network = boats(row(3), {7: ([1, 2, 3], CANAL)}, {2: {"barrier": "bollard"}})
    assert network.osm_node.tolist() == [1, 3]


# --- the record ---------------------------------------------------------------------------------


def test_names_hashes_and_the_schematic_mark_are_kept():
    extract = make_extract(
        row(3),
        {7: ([1, 2], STREET | {"name": "Rue A"}), 8: ([2, 3], STREET | {"ref": "D 43"})},
        is_schematic=True,
    )
    network = build_network(extract, read_profile("walk"))
    assert network.name_of_way == {7: "Rue A", 8: "D 43"}
    assert network.provenance.is_schematic
    assert network.provenance.extract_sha256 == "0" * 64
    assert network.provenance.profile_sha256 == read_profile("walk").sha256
    assert network.crs == "EPSG:2154"


def test_building_twice_gives_the_same_bytes():
    one, other = (build_network(grid(5, 80.0), "car") for _ in range(2))
    assert one.graph.weight_ms.tobytes() == other.graph.weight_ms.tobytes()
    assert one.point_x_m.tobytes() == other.point_x_m.tobytes()
    assert one.twin_of_arc.tobytes() == other.twin_of_arc.tobytes()


def test_of_three_gates_in_a_row_two_are_a_pair():
    gates = {node: {"waterway": "lock_gate"} for node in (2, 3, 4)}
    network = boats(row(5, 50.0), {7: ([1, 2, 3, 4, 5], CANAL)}, gates)
    found = counts(network)
    assert (found["locks_as_pairs_of_gates"], found["locks_as_points"]) == (1, 1)


def test_a_weir_that_ends_at_a_lock_gate_does_not_block_it():
    positions = row(3) | {8: (100.0, 20.0)}
    ways = {7: ([1, 2, 3], CANAL), 8: ([8, 2], {"waterway": "weir"})}
    network = boats(positions, ways, {2: {"waterway": "lock_gate"}})
    assert network.osm_node.tolist() == [1, 2, 3]


def test_ways_that_meet_end_to_end_make_no_town():
    positions = row(60, 9.0)
    ways = {100 + node: ([node, node + 1], {"highway": "tertiary"}) for node in range(1, 60)}
    found = counts(build_network(make_extract(positions, ways), "car"))
    assert found["rural_by_default"] == 59
    assert "urban_from_junctions" not in found
