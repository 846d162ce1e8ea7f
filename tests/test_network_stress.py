"""Levels of traffic stress, by the table of Mekuria, Furth and Nixon."""

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.network.stress import level_of_stress
from network_worlds import make_extract

TABLE = [
    # apart from traffic
    ({"highway": "cycleway"}, 1),
    ({"highway": "path"}, 1),
    ({"highway": "living_street"}, 1),
    ({"highway": "primary", "maxspeed": "90", "cycleway": "track"}, 1),
    ({"highway": "primary", "maxspeed": "90", "cycleway:right": "separate"}, 1),
    # among slow cars
    ({"highway": "tertiary", "maxspeed": "20"}, 1),
    ({"highway": "residential", "maxspeed": "30"}, 1),
    ({"highway": "residential", "source:maxspeed": "FR:zone30"}, 1),
    ({"highway": "tertiary", "maxspeed": "30"}, 2),
    ({"highway": "secondary", "maxspeed": "20 mph", "lanes": "4"}, 3),
    # at the speed of a town
    ({"highway": "residential"}, 2),
    ({"highway": "residential", "maxspeed": "50"}, 2),
    ({"highway": "tertiary", "maxspeed": "50"}, 3),
    ({"highway": "secondary", "maxspeed": "FR:urban"}, 3),
    ({"highway": "secondary", "maxspeed": "50", "lanes": "4"}, 4),
    ({"highway": "secondary", "maxspeed": "50", "lanes": "2", "oneway": "yes"}, 4),
    ({"highway": "secondary", "maxspeed": "50", "lanes": "3"}, 4),
    # with a lane for bicycles
    ({"highway": "secondary", "maxspeed": "50", "cycleway": "lane"}, 2),
    ({"highway": "secondary", "maxspeed": "50", "cycleway:left": "lane", "lanes": "4"}, 3),
    ({"highway": "secondary", "maxspeed": "80", "cycleway": "lane"}, 4),
    # in the country
    ({"highway": "unclassified", "maxspeed": "80"}, 3),
    ({"highway": "secondary", "source:maxspeed": "FR:rural"}, 4),
    ({"highway": "trunk"}, 4),
]


@pytest.mark.parametrize(("tags", "level"), TABLE, ids=str)
def test_the_level_follows_class_limit_lanes_and_cycleway(tags, level):
    assert level_of_stress(tags) == level


@pytest.mark.parametrize("tags", [tags for tags, _ in TABLE], ids=str)
def test_what_slows_or_parts_traffic_stresses_nobody_more(tags):
    assert level_of_stress({**tags, "cycleway": "track"}) <= level_of_stress(tags)
    assert level_of_stress({**tags, "maxspeed": "20"}) <= level_of_stress(tags)
    fewer = {key: value for key, value in tags.items() if key != "lanes"}
    assert level_of_stress(fewer) <= level_of_stress(tags)


@pytest.mark.parametrize(
    ("tags", "levels"),
    [
        ({"maxspeed": "50", "maxspeed:backward": "30"}, (3, 2)),
        ({"maxspeed": "50", "lanes:forward": "2", "lanes:backward": "1"}, (4, 3)),
        ({"maxspeed": "50", "oneway": "yes", "cycleway": "opposite_lane"}, (3, 2)),
        ({"maxspeed": "50", "oneway": "yes", "cycleway": "lane"}, (2, 3)),
        ({"maxspeed": "50", "oneway": "-1", "cycleway": "lane"}, (3, 2)),
        ({"maxspeed": "50", "oneway": "yes", "cycleway:left": "track",
          "cycleway:left:oneway": "no"}, (1, 1)),
        ({"maxspeed": "50", "oneway": "yes", "cycleway:left": "lane",
          "cycleway:left:oneway": "-1"}, (3, 2)),
        ({"maxspeed": "50", "cycleway:right": "lane"}, (2, 2)),
    ],
)  # fmt: skip
def test_either_direction_has_its_own_level(tags, levels):
    street = {"highway": "tertiary", **tags}
    assert tuple(level_of_stress(street, way) for way in ("forward", "backward")) == levels


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("is_ring", [False, True])
def test_arcs_know_which_way_they_run(is_ring, merged):
    positions = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 5: (-90, 0), 6: (290, 0)}
    ring = [1, 2, 3, 4] + [1] * is_ring
    tags = {"highway": "tertiary", "maxspeed": "50", "maxspeed:backward": "30"}
    side = {"highway": "residential"}
    ways = {10: (ring, tags), 11: ([1, 5], side), 12: ([2, 6], side)}
    extract = make_extract(positions, ways)
    network = am.build_network(extract, "bicycle", merge_chains=merged)
    levels = am.cycling_stress(extract, network)
    node_1 = network.osm_node.tolist().index(1)
    corner_m = np.array([network.x_m[node_1], network.y_m[node_1]])
    ring_m = np.array([positions[each] for each in ring[:4]], float)
    for arc in np.flatnonzero(network.way_of_arc == 10).tolist():
        first = network.first_point[arc]
        x_m, y_m = network.point_x_m, network.point_y_m
        points = np.column_stack([x_m[first : first + 2], y_m[first : first + 2]])
        begin, end = (int(np.argmin(np.hypot(*(ring_m + corner_m - each).T))) for each in points)
        assert levels[arc] == (3 if end == (begin + 1) % 4 else 2)
    calm = am.build_network(extract, "bicycle_calm", merge_chains=merged)
    assert calm.length_m[calm.way_of_arc == 10].sum() == pytest.approx(
        network.length_m[network.way_of_arc == 10].sum() / 2
    )


def block():
    """Round a block: two quiet sides, two sides of a busy road; a ferry beyond."""
    positions = {1: (0, 0), 2: (200, 0), 3: (200, 200), 4: (0, 200), 5: (900, 200)}
    return make_extract(
        positions,
        {
            10: ([1, 2, 3], {"highway": "secondary", "maxspeed": "50"}),
            11: ([3, 4, 1], {"highway": "residential", "maxspeed": "30"}),
            12: ([3, 5], {"route": "ferry", "bicycle": "yes"}),
        },
    )


def test_every_arc_has_its_level():
    extract = block()
    network = am.build_network(extract, "bicycle")
    levels = am.cycling_stress(extract, network)
    assert levels.dtype == np.int8
    wanted = {10: 3, 11: 1, 12: 0}
    assert levels.tolist() == [wanted[way] for way in network.way_of_arc.tolist()]


def test_those_who_want_it_calm_keep_off_the_busy_road():
    extract = block()
    assert 10 in am.build_network(extract, "bicycle").way_of_arc
    assert 10 not in am.build_network(extract, "bicycle_calm").way_of_arc
    assert 11 in am.build_network(extract, "bicycle_calm").way_of_arc
