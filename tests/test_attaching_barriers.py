from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.network.building import build_network
from artois_mobility.osm.reader import read_osm
from artois_mobility.places.attaching import attach
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract
from osm_files import write_osm
from street_worlds import (
    cells_at,
    grid_world,
    line,
    street_world,
    two_way,
)

OFFROAD_MS_PER_M = 1200  # 3 km/h
LIMIT_M = 300


class TestBarriers:
    """A street at y = 0, another at y = 100, a canal at y = 20 between x = 0 and x = 100."""

    nodes = ((0, 0), (100, 0), (0, 100), (100, 100))
    streets = (two_way(0, 1, 60_000, way=1), two_way(2, 3, 60_000, way=2))

    def world(self, *barriers, limit_m=LIMIT_M):
        network = street_world(self.nodes, self.streets, barriers=barriers)
        return replace(network, profile=replace(network.profile, offroad_limit_m=limit_m))

    def way_of(self, network, *positions):
        found = attach(network, cells_at(positions))
        return network.way_of_arc[found.arc].tolist()

    def test_without_a_canal_the_nearest_street_is_taken(self):
        assert self.way_of(self.world(), (50, 40)) == [1]

    def test_nobody_walks_across_the_canal(self):
        assert self.way_of(self.world(line((-500, 20), (500, 20))), (50, 40), (50, 10)) == [2, 1]

    def test_the_street_beyond_the_field_is_taken_when_the_canal_parts_the_nearest(self):
        network = street_world(
            [(0, 0), (100, 0), (0, 300), (100, 300)],
            [two_way(0, 1, 9_000, way=1), two_way(2, 3, 9_000, way=2)],
            barriers=[line((-900, 20), (900, 20))],
        )
        found = attach(network, cells_at([(50, 40)]))
        assert network.way_of_arc[found.arc].tolist() == [2]
        assert found.offroad_ms.tolist() == [260 * OFFROAD_MS_PER_M]

    def test_a_canal_that_ends_short_leaves_the_way_open(self):
        assert self.way_of(self.world(line((60, 20), (500, 20))), (50, 40)) == [1]

    def test_a_canal_that_touches_the_street_where_one_arrives_is_no_crossing(self):
        assert self.way_of(self.world(line((50, 0), (50, -200))), (50, 40)) == [1]

    def test_a_place_on_the_bank_itself_may_leave_it(self):
        assert self.way_of(self.world(line((-500, 20), (500, 20))), (50, 20)) == [1]

    def test_two_pieces_of_a_canal_are_closed_where_they_meet(self):
        pieces = line((-500, 20), (50, 20)), line((50, 20), (500, 20))
        assert self.way_of(self.world(*pieces), (50, 40)) == [2]

    def test_a_bent_canal_blocks_with_each_of_its_pieces(self):
        assert self.way_of(
            self.world(line((-500, -90), (0, 20), (99, 20), (500, -90))), (50, 40)
        ) == [2]

    def test_between_two_canals_no_street_is_left(self):
        network = self.world(line((-900, 20), (900, 20)), line((-900, 80), (900, 80)))
        found = attach(network, cells_at([(50, 50), (50, 10)]))
        assert found.place.tolist() == [1]
        assert found.reason_of_place.tolist() == [
            "every street within 300 m lies behind a barrier",
            "",
        ]

    def test_the_way_round_is_never_longer_than_the_limit(self):
        network = self.world(line((-500, 20), (500, 20)), limit_m=50.0)
        found = attach(network, cells_at([(50, 40), (50, 49.9), (50, 51)]))
        assert found.reason_of_place.tolist() == [
            "every street within 50 m lies behind a barrier",
            "every street within 50 m lies behind a barrier",
            "",
        ]

    def test_of_many_blocked_places_each_gets_its_own_street(self):
        network = grid_world(12, 12, barriers=[line((-500, 51), (2_000, 51))])
        places = [(10 + 2 * step, 51.5) for step in range(530)]
        found = attach(network, cells_at(places))
        assert (found.reason_of_place == "").all()
        assert (network.point_y_m[network.first_point[found.arc]] > 7_037_000 - 1).all()
        walks_south = found.offroad_m > 51
        assert not walks_south.any()


def test_nobody_walks_over_the_channel_between_two_islands():
    # a lake with two islands; the only street lies on the eastern one
    def box(first, west, east):
        corners = [(west, -50), (east, -50), (east, 50), (west, 50)]
        return {first + number: corner for number, corner in enumerate(corners)}

    nodes = box(10, -400, 400) | box(20, -120, -20) | box(30, 20, 120) | {1: (40, 0), 2: (90, 0)}
    rings = {way: [*range(way, way + 4), way] for way in (10, 20, 30)}
    ways = {way: (ring, {}) for way, ring in rings.items()}
    ways[5] = ([1, 2], {"highway": "residential"})
    lake = [("w", 10, "outer"), ("w", 20, "inner"), ("w", 30, "inner")]
    relations = {1: (lake, {"type": "multipolygon", "natural": "water"})}
    walk = build_network(make_extract(nodes, ways, relations=relations), "walk")
    west, east = (
        (LON_DEG + x / M_PER_DEG_LON, LAT_DEG + y / M_PER_DEG_LAT) for x, y in ((-30, 0), (30, 9))
    )
    found = attach(walk, [west, east])
    assert found.reason_of_place.tolist() == ["every street within 300 m lies behind a barrier", ""]
    # the islands, as wide as the lake, are no water
    assert shapely.area(walk.water).sum() == pytest.approx((800 - 2 * 100) * 100, rel=1e-2)
    assert walk.water.size == 3


def test_a_boat_may_lie_at_a_quay_behind_its_bank(tmp_path):
    # a canal in its water area, a street beside it, and a quay between both
    corner = 2.83, 50.42
    nodes = {
        number: (corner[0] + x * 1e-5, corner[1] + y * 1e-5)
        for number, (x, y) in enumerate(
            [(0, 0), (999, 0), (-99, 20), (1099, 20), (1099, -20), (-99, -20), (0, 60), (999, 60)]
        )
    }
    ways = {
        1: ([0, 1], {"waterway": "canal", "boat": "yes"}),
        2: ([2, 3, 4, 5, 2], {"natural": "water"}),
        3: ([6, 7], {"highway": "residential"}),
    }
    extract = read_osm(write_osm(tmp_path / "canal.osm", nodes, ways))
    quay = [(corner[0] + 500e-5, corner[1] + 25e-5), (corner[0] + 500e-5, corner[1] + 15e-5)]
    boat = attach(build_network(extract, "pleasure_boat"), quay)
    assert boat.reason_of_place.tolist() == ["", ""]
    walk = attach(build_network(extract, "walk"), quay)
    assert walk.reason_of_place.tolist() == ["", "every street within 300 m lies behind a barrier"]


@pytest.mark.parametrize("is_area", [False, True])
def test_a_table_of_barriers_parts_what_it_lies_between(tmp_path, is_area):
    def degrees(x, y):
        return LON_DEG + x / M_PER_DEG_LON, LAT_DEG + y / M_PER_DEG_LAT

    nodes = {1: (0, 0), 2: (500, 0)}
    extract = make_extract(nodes, {1: ([1, 2], {"highway": "residential"})})
    wall = shapely.linestrings([degrees(-500, 20), degrees(900, 20)])
    shape = shapely.box(*degrees(-500, 15), *degrees(900, 25)) if is_area else wall
    path = tmp_path / "walls.gpkg"
    gpd.GeoDataFrame(geometry=[shape], crs="EPSG:4326").to_crs("EPSG:2154").to_file(path)
    behind = [degrees(250, 60)]
    assert attach(build_network(extract, "walk"), behind).reason_of_place.tolist() == [""]
    walled = build_network(extract, "walk", barriers=am.read_barriers(path))
    assert "behind a barrier" in attach(walled, behind).reason_of_place[0]
    assert walled.provenance.counts["barriers_given"] == 1


def test_a_faulty_table_of_barriers_is_refused_in_one_message(tmp_path):
    path = tmp_path / "walls.gpkg"
    shapes = [shapely.Point(2.8, 50.4), shapely.LineString([(2.8, 50.4), (2.9, 50.4)]), None]
    gpd.GeoDataFrame(geometry=shapes, crs="EPSG:4326").to_file(path)
    with pytest.raises(PlacesError, match="neither line nor area") as caught:
        am.read_barriers(path)
    assert "2 of 3 rows; first row 1: 'Point'" in str(caught.value)
    bare = tmp_path / "bare.parquet"
    gpd.GeoDataFrame(geometry=shapes[1:2]).to_parquet(bare)
    with pytest.raises(PlacesError, match="no coordinate system"):
        am.read_barriers(bare)
    table = tmp_path / "walls.csv"
    table.write_text("name\nwall\n", encoding="utf-8")
    with pytest.raises(PlacesError, match="neither lines nor areas"):
        am.read_barriers(table)
