"""Which lines part the land for somebody who walks off the network."""

import pytest
import shapely

from artois_mobility.network.barriers import barrier_lines
from artois_mobility.network.building import build_network
from network_worlds import make_extract

CRS = "EPSG:2154"
POSITIONS = {
    1: (0.0, 0.0),
    2: (100.0, 0.0),
    3: (100.0, 100.0),
    4: (0.0, 100.0),
}


def lines(tags, refs=(1, 2, 3), **others):
    return barrier_lines(make_extract(POSITIONS, {7: (list(refs), tags)}), CRS, **others)


@pytest.mark.parametrize(
    ("tags", "parts"),
    [
        ({"waterway": "canal"}, True),
        ({"waterway": "river"}, True),
        ({"waterway": "river", "tunnel": "culvert"}, False),
        ({"waterway": "canal", "bridge": "aqueduct"}, False),
        ({"waterway": "stream"}, False),
        ({"waterway": "ditch"}, False),
        ({"natural": "coastline"}, True),
        ({"highway": "motorway"}, True),
        ({"highway": "motorway_link"}, True),
        ({"highway": "motorway", "tunnel": "yes"}, False),
        ({"highway": "motorway", "bridge": "viaduct"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "motorroad": "yes"}, True),
        ({"highway": "residential"}, False),
        ({"highway": "service", "railway": "rail"}, False),
        ({"railway": "rail"}, True),
        ({"railway": "light_rail"}, True),
        ({"railway": "rail", "tunnel": "yes"}, False),
        ({"railway": "rail", "tunnel": "no"}, True),
        ({"railway": "subway", "tunnel": "yes"}, False),
        ({"railway": "rail", "bridge": "yes"}, False),
        ({"railway": "tram"}, False),
        ({"railway": "abandoned"}, False),
        ({"railway": "disused"}, False),
        ({"building": "yes"}, False),
    ],
)
def test_what_parts_the_land(tags, parts):
    assert (lines(tags).size > 0) == parts


def test_a_lake_parts_the_land_along_its_bank():
    (bank,) = lines({"natural": "water"}, (1, 2, 3, 4, 1))
    assert bank.is_closed
    assert bank.length == pytest.approx(400, rel=2e-3)


def test_the_shores_of_a_multipolygon_part_the_land_and_those_of_its_islands():
    extract = make_extract(
        POSITIONS,
        {7: ([1, 2, 3], {}), 8: ([3, 4, 1], {}), 9: ([1, 3], {})},
        relations={
            5: (
                [("w", 7, "outer"), ("w", 8, "outer"), ("w", 9, "inner"), ("n", 1, "label")],
                {"type": "multipolygon", "natural": "water"},
            )
        },
    )
    outer, other, island = barrier_lines(extract, CRS)
    assert shapely.line_merge(shapely.union_all([outer, other])).is_ring
    assert island.length == pytest.approx(200 / 2**0.5, rel=2e-3)


def test_a_gap_in_the_file_is_a_gap_in_the_barrier():
    assert lines({"waterway": "canal"}, (1, 2, 99, 3, 4)).size == 2
    assert lines({"waterway": "canal"}, (1, 99, 3)).size == 0


def test_boats_are_not_parted_from_the_water_by_the_water():
    assert lines({"waterway": "canal"}, with_water=False).size == 0
    assert lines({"railway": "rail"}, with_water=False).size == 1
    extract = make_extract(POSITIONS, {7: ([1, 2, 3], {"waterway": "canal"})})
    assert build_network(extract, "pleasure_boat").barriers.size == 0
    assert build_network(extract, "walk").barriers.size == 1


def test_barriers_lie_in_the_coordinate_system_of_the_network():
    ways = {7: ([1, 2], {"highway": "residential"}), 8: ([1, 3], {"railway": "rail"})}
    network = build_network(make_extract(POSITIONS, ways), "walk")
    (rail,) = network.barriers
    assert rail.coords[0] == (network.x_m[0], network.y_m[0])


def test_maps_know_water_from_railways():
    ways = {
        7: ([1, 2], {"waterway": "canal"}),
        8: ([1, 3], {"railway": "rail"}),
        9: ([2, 4], {"highway": "motorway"}),
        10: ([3, 4], {"highway": "residential"}),
    }
    network = build_network(make_extract(POSITIONS, ways), "walk")
    assert network.barriers.size == 3
    assert [shore.equals(network.barriers[0]) for shore in network.shores] == [True]
    assert [rail.equals(network.barriers[1]) for rail in network.railways] == [True]
