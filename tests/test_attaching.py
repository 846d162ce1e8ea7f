import math
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility._types import NO_ARC, UNREACHED_MS
from artois_mobility.errors import PlacesError
from artois_mobility.network.building import build_network
from artois_mobility.network.geodesy import project, unproject
from artois_mobility.osm.reader import read_osm
from artois_mobility.places.attaching import attach, attach_to_arcs
from artois_mobility.places.sites import read_sites
from artois_mobility.routing.tables import travel_time_matrix
from street_worlds import (
    BLOCK_M,
    BLOCK_MS,
    CRS,
    Street,
    at,
    cells_at,
    grid_world,
    line,
    sites_at,
    street_world,
    two_way,
)

OFFROAD_MS_PER_M = 1200  # 3 km/h
LIMIT_M = 300


def street(length_m=100.0, ms=60_000, **columns):
    """One street from (0, 0) to the east."""
    return street_world([(0, 0), (length_m, 0)], [two_way(0, 1, ms, **columns)])


def test_position_and_walk_are_arithmetic():
    found = attach(street(), cells_at([(25, 30)]))
    assert found.arc.tolist() == [0]
    assert found.position_ms.tolist() == [15_000]
    assert found.twin_position_ms.tolist() == [45_000]
    assert found.offroad_ms.tolist() == [30 * OFFROAD_MS_PER_M]
    assert found.offroad_m == pytest.approx([30])
    assert found.position_m == pytest.approx([25], rel=2e-3)
    assert found.reason_of_place.tolist() == [""]


def test_a_place_on_a_node_is_at_an_end():
    found = attach(street(), cells_at([(0, 0), (100, 0), (-40, 0), (140, 0)]))
    assert found.position_ms.tolist() == [0, 60_000, 0, 60_000]
    assert found.twin_position_ms.tolist() == [60_000, 0, 60_000, 0]
    assert found.offroad_ms.tolist() == [0, 0, 40 * OFFROAD_MS_PER_M, 40 * OFFROAD_MS_PER_M]


def test_a_one_way_street_has_no_way_back():
    network = street_world([(0, 0), (100, 0)], [Street(0, 1, 60_000)])
    assert attach(network, cells_at([(50, 0)])).twin_position_ms.tolist() == [UNREACHED_MS]


def test_a_twin_with_another_time_has_its_own_position():
    network = street_world([(0, 0), (100, 0)], [Street(0, 1, 60_000, back_ms=30_001)])
    found = attach(network, cells_at([(25, 0)]))
    assert found.position_ms.tolist() == [15_000]
    assert found.twin_position_ms.tolist() == [22_501]  # 0.75 * 30,001 = 22,500.75, rounded up


def test_a_position_is_rounded_down():
    found = attach(street(ms=60_003), cells_at([(25, 0)]))
    assert found.position_ms.tolist() == [15_000]  # 15,000.75
    assert found.twin_position_ms.tolist() == [45_003]


def test_a_bent_twin_with_another_time_is_counted_from_its_own_tail():
    bent = Street(0, 1, 60_000, back_ms=30_000, via=((40, 0), (40, 60)))
    network = street_world([(0, 0), (140, 60)], [bent])  # 40 m, 60 m, 100 m
    found = attach(network, cells_at([(20, 0), (40, 30), (90, 60)]))
    assert found.position_ms.tolist() == [6_000, 21_000, 45_000]
    assert found.twin_position_ms.tolist() == [27_000, 19_500, 7_500]


def test_the_time_between_shape_points_is_interpolated_where_the_street_bends():
    network = street_world([(0, 0), (100, 100)], [two_way(0, 1, 60_000, via=((100, 0),))])
    found = attach(network, cells_at([(50, -10), (110, 50)]))
    assert found.position_ms.tolist() == [15_000, 45_000]


def test_the_time_inside_follows_the_shape_points_and_not_the_metres():
    network = street_world([(0, 0), (100, 0)], [two_way(0, 1, 60_000, via=((50, 0),))])
    slow_start = network.point_ms.copy()
    slow_start[1] = 50_000  # 50 s for the first half
    network = replace(network, point_ms=slow_start)
    assert attach(network, cells_at([(75, 0)])).position_ms.tolist() == [55_000]


def test_a_street_slowed_since_it_was_built_scales_the_positions():
    network = street()
    network = replace(network, local_ms=np.full(2, 120_000, np.int32))
    found = attach(network, cells_at([(25, 0)]))
    assert (found.position_ms[0], found.twin_position_ms[0]) == (30_000, 90_000)


def test_a_street_that_takes_no_time_holds_places_at_zero():
    found = attach(street(ms=0), cells_at([(25, 0)]))
    assert (found.position_ms[0], found.twin_position_ms[0]) == (0, 0)


def test_a_street_without_length_is_legal():
    network = street_world([(0, 0), (0, 0)], [two_way(0, 1, 5_000)])
    found = attach(network, cells_at([(10, 0)]))
    assert found.position_ms.tolist() == [0]
    assert found.position_m.tolist() == [0]
    assert found.twin_position_ms.tolist() == [5_000]


@settings(max_examples=60)
@given(
    st.integers(0, 4_000_000),
    st.lists(
        st.tuples(st.floats(-50, 250), st.floats(-100, 100)), min_size=1, max_size=8, unique=True
    ),
    st.lists(st.tuples(st.floats(20, 180), st.floats(-40, 40)), max_size=3),
)
def test_positions_stay_inside_and_add_up_to_the_whole(ms, places, via):
    network = street_world([(0, 0), (200, 0)], [two_way(0, 1, ms, via=tuple(via))])
    found = attach(network, cells_at(places))
    assert ((found.position_ms >= 0) & (found.position_ms <= ms)).all()
    assert (found.position_ms + found.twin_position_ms == ms).all()
    assert (found.position_m <= network.length_m[0] + 1e-6).all()
    assert (found.offroad_ms >= found.offroad_m * OFFROAD_MS_PER_M - 0.01).all()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), min_size=2, max_size=8))
def test_walking_further_along_a_street_never_gets_one_nearer(places):
    network = street_world([(0, 0), (300, 0)], [two_way(0, 1, 90_001)])
    found = attach(network, cells_at(sorted(places)))
    assert (np.diff(found.position_ms) >= 0).all()


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-350, 650), st.floats(-350, 650)), min_size=1, max_size=12))
def test_the_street_is_the_nearest_of_all_by_brute_force(places):
    network = grid_world(4, 4)
    found = attach(network, cells_at(places))
    streets = shapely.linestrings(
        [
            np.column_stack([network.point_x_m[a:b], network.point_y_m[a:b]])
            for a, b in zip(network.first_point[:-1], network.first_point[1:], strict=True)
        ]
    )
    lon, lat = np.array([at(*place) for place in places]).T
    points = shapely.points(*project(lon, lat, CRS))
    metres = np.array([shapely.distance(point, streets).min() for point in points])
    assert (found.reason_of_place == "").tolist() == (metres <= LIMIT_M).tolist()
    np.testing.assert_allclose(found.offroad_m, metres[found.place], atol=1e-6)


def test_ties_go_to_the_smaller_arc():
    # in the middle of a block, four streets are equally near
    network = street_world(
        [(0, 0), (100, 0), (0, 100), (100, 100)], [two_way(2, 3, 9_000), two_way(0, 1, 9_000)]
    )
    found = attach(network, cells_at([(50, 50)]))
    assert found.arc.tolist() == [0]
    assert network.way_of_arc[0] == 2  # arc 0 leaves node 0


def test_twins_are_one_street_known_by_the_smaller_id():
    network = grid_world(3, 3)
    found = attach(
        network, cells_at([(x, y) for x in range(0, 200, 17) for y in range(0, 200, 13)])
    )
    assert (found.arc < network.twin_of_arc[found.arc]).all()


def test_tunnels_bridges_and_motorways_take_no_places():
    network = street_world(
        [(0, 0), (100, 0), (0, 50), (100, 50)],
        [two_way(0, 1, 9_000, way=1, may_attach=False), two_way(2, 3, 9_000, way=2)],
    )
    found = attach(network, cells_at([(50, 1)]))
    assert network.way_of_arc[found.arc].tolist() == [2]


def test_far_places_say_so():
    found = attach(street(), cells_at([(50, 299), (50, 301), (50, 5_000)]))
    assert found.place.tolist() == [0]
    assert found.reason_of_place.tolist() == ["", *["no street within 300 m"] * 2]


def test_a_limit_of_zero_attaches_what_is_on_the_street():
    network = street()
    network = replace(network, profile=replace(network.profile, offroad_limit_m=0.0))
    found = attach(network, cells_at([(50, 0), (50, 5)]))
    assert found.place.tolist() == [0]


def test_an_empty_network_says_so():
    found = attach(street_world([], []), cells_at([(0, 0)]))
    assert found.place_count == 1
    assert found.reason_of_place.tolist() == ["network is empty"]


def test_no_places_are_no_attachments():
    found = attach(street(), [])
    assert (found.place.size, found.place_count) == (0, 0)


def test_a_missing_position_is_kept_with_its_reason():
    places = gpd.GeoSeries([shapely.Point(at(50, 0)), None, shapely.Point()], crs="EPSG:4326")
    found = attach(street(), places)
    assert found.reason_of_place.tolist() == ["", "position missing", "position missing"]


def test_places_come_in_any_form():
    network, cells = street(), cells_at([(25, 30), (60, 0)])
    pairs = [at(25, 30), at(60, 0)]
    expected = attach(network, cells)
    for form in (cells.geometry, cells.to_crs("EPSG:3035"), pairs, np.array(pairs)):
        found = attach(network, form)
        assert np.array_equal(found.position_ms, expected.position_ms)


def test_a_large_site_is_entered_at_its_gates():
    network = grid_world(8, 2)
    sites = sites_at({"hospital": (350, 400), "clinic": (350, 400)})
    gates = [(550, 130), (120, 150)]
    sites["entrances"] = [shapely.MultiPoint([at(*gate) for gate in gates]), None]
    found = attach(network, sites)
    assert found.place.tolist() == [0, 0, 1]
    assert sorted(found.offroad_m) == pytest.approx([30, 50, 300])
    x, _ = project(np.array([at(550, 100)[0]]), np.array([at(550, 100)[1]]), CRS)
    nearest = found.arc[found.offroad_m.argmin()]
    assert network.point_x_m[network.first_point[nearest]] <= x[0]


def test_a_street_that_crosses_an_outline_twice_is_met_at_both_places():
    network = grid_world(8, 2)
    corners = [at(x, y) for x, y in ((130, -50), (170, -50), (170, 50), (130, 50))]
    found = attach(network, gpd.GeoSeries([shapely.Polygon(corners)], crs="EPSG:4326"))
    assert found.offroad_m.tolist() == [0, 0]
    assert sorted(found.position_m) == pytest.approx([30, 70], abs=0.3)
    wide = [at(x, y) for x, y in ((130, -50), (370, -50), (370, 50), (130, 50))]
    found = attach(network, gpd.GeoSeries([shapely.Polygon(wide)], crs="EPSG:4326"))
    # two streets along the row, two across it
    assert np.unique(found.arc).size == found.arc.size == 4


def test_a_gate_behind_the_canal_is_not_taken():
    network = grid_world(8, 2, barriers=[line((400, 115), (900, 115))])
    sites = sites_at({"hospital": (350, 400)})
    sites["entrances"] = [shapely.MultiPoint([at(550, 130), at(120, 150)])]
    assert attach(network, sites).offroad_m == pytest.approx([50])


def test_an_area_is_left_from_its_outline():
    corners = [at(x, y) for x, y in ((0, 120), (640, 130), (700, 900), (30, 900))]
    park = gpd.GeoSeries([shapely.Polygon(corners)], crs="EPSG:4326")
    found = attach(grid_world(8, 2), park)
    assert set(found.place) == {0}
    assert found.offroad_m == pytest.approx(20, abs=1e-3)


def test_a_place_nearest_to_a_junction_hangs_on_every_street_that_meets_there():
    """Way 1 leads away from the junction for a kilometre, way 3 back; way 2 goes both ways."""
    network = street_world(
        [(0, 0), (0, -1000), (100, 0), (-1000, -1000)],
        [
            Street(0, 1, 600_000, way=1),
            Street(1, 3, 600_000, way=4),
            Street(3, 0, 900_000, way=3),
            two_way(0, 2, 60_000, way=2),
        ],
    )
    corner, east = cells_at([(-20, 30)]), cells_at([(100, 10)])
    found = attach(network, corner)
    assert sorted(network.way_of_arc[found.arc]) == [1, 2, 3]
    assert np.ptp(found.offroad_m) == 0
    table = travel_time_matrix(network, corner, east)
    walk_min = (math.hypot(20, 30) + 10) / 3000 * 60
    assert table["minutes"].tolist() == pytest.approx([1 + walk_min], abs=1e-3)
    back = travel_time_matrix(network, east, corner)
    assert back["minutes"].tolist() == pytest.approx([1 + walk_min], abs=1e-3)


def test_a_table_that_lost_its_empty_entrances_still_works():
    sites = sites_at({"a": (50, 30)})
    sites["entrances"] = [np.nan]
    assert attach(street(), sites).offroad_m == pytest.approx([30])


def test_only_the_chosen_arcs_are_attached_to():
    network = street_world(
        [(0, 0), (100, 0), (0, 200), (100, 200)],
        [two_way(0, 1, 9_000, way=1), two_way(2, 3, 9_000, way=2)],
    )
    cells = cells_at([(50, 10), (50, 150), (50, 550)])
    found = attach_to_arcs(network, cells, network.way_of_arc == 2)
    assert found.place.tolist() == [0, 1]
    assert network.way_of_arc[found.arc].tolist() == [2, 2]
    assert found.reason_of_place.tolist() == ["", "", "no street within 300 m"]


def test_no_chosen_arcs_attach_nothing():
    network = street()
    found = attach_to_arcs(network, cells_at([(50, 0)]), np.zeros(2, bool))
    assert found.place.size == 0
    assert found.reason_of_place.tolist() == ["no street within 300 m"]


def test_one_chosen_direction_chooses_the_street():
    network = street()
    found = attach_to_arcs(network, cells_at([(50, 0)]), np.array([False, True]))
    assert found.arc.tolist() == [0]


def test_a_further_street_never_takes_places_away():
    today, cells = grid_world(5, 5), cells_at([(x, y) for x in range(0, 400, 37) for y in (30, 70)])
    before = attach(today, cells)
    restricted = attach_to_arcs(today, cells, today.way_of_arc == 1)
    both = attach(today, cells)
    assert np.array_equal(before.arc, both.arc)
    assert (restricted.offroad_m >= before.offroad_m[restricted.place] - 1e-9).all()


@pytest.mark.parametrize(
    ("places", "message"),
    [
        ([(2.83, 95.0)], "1 of 1 places are not at a longitude"),
        ([(2.83, 50.4), (200.0, 50.4)], r"first row 1 at \(200, 50.4\)"),
        ([(2.83, np.nan)], "Longitude stands first"),
        ([(np.inf, 50.0)], "not at a longitude"),
        ([2.83, 50.4], r"found shape \(2,\)"),
        ([(2.83, 50.4, 0.0)], r"One place is \[\(lon, lat\)\]"),
        ([("a", "b")], "must be a GeoDataFrame, a GeoSeries or pairs"),
        ([(2.83, 50.4), (2.83,)], "must be a GeoDataFrame, a GeoSeries or pairs"),
        (gpd.GeoSeries([shapely.Point(2.83, 50.4)]), "have no coordinate system"),
        (gpd.GeoSeries([shapely.Point(684_000, 7_037_000)], crs="EPSG:4326"), "684000"),
    ],
)
def test_faulty_places_are_refused(places, message):
    with pytest.raises(PlacesError, match=message):
        attach(street(), places)


def test_a_mask_of_another_network_is_refused():
    with pytest.raises(PlacesError, match=r"arc_mask has shape \(3,\); it needs \(2,\)"):
        attach_to_arcs(street(), cells_at([(0, 0)]), np.ones(3, bool))


def test_the_grid_world_is_what_it_says():
    network = grid_world(3, 2)
    assert (network.graph.node_count, network.graph.arc_count) == (6, 14)
    twin = network.twin_of_arc
    assert (twin[twin] == np.arange(14)).all()
    assert (twin != NO_ARC).all()
    assert set(network.graph.weight_ms) == {BLOCK_MS}
    assert network.length_m == pytest.approx(BLOCK_M, rel=2e-3)


@pytest.mark.realdata
@pytest.mark.parametrize("profile", ["car", "walk", "pleasure_boat"])
def test_real_places_are_attached_as_brute_force_would(realdata, profile):
    extract = read_osm(realdata / "osm" / "nantes-centre.osm.pbf")
    network = build_network(extract, profile)
    sites = read_sites(extract, ["care", "culture/library", "transport"]).iloc[:40]
    points = sites.geometry  # without entrances: one point each
    found = attach(network, points)
    x_m, y_m = project(points.x.to_numpy(), points.y.to_numpy(), network.crs)
    streets = {
        arc: shapely.LineString(
            np.column_stack(
                [
                    network.point_x_m[network.first_point[arc] : network.first_point[arc + 1]],
                    network.point_y_m[network.first_point[arc] : network.first_point[arc + 1]],
                ]
            )
        )
        for arc in np.flatnonzero(network.may_attach)
    }
    barriers = shapely.union_all(network.barriers)
    attached = dict(zip(found.place, found.offroad_m, strict=True))
    for row, point in enumerate(shapely.points(x_m, y_m)):
        open_m = [
            walk.length
            for walk in (shapely.shortest_line(point, street) for street in streets.values())
            if walk.length <= LIMIT_M and not _crosses(walk, barriers)
        ]
        assert (row in attached) == bool(open_m)
        if open_m:
            assert attached[row] == pytest.approx(min(open_m))
    assert (found.position_ms <= network.local_ms[found.arc]).all()


def _crosses(walk, barriers):
    inner = shapely.LineString(
        [walk.interpolate(0.01), walk.interpolate(max(0.01, walk.length - 0.01))]
    )
    return walk.length > 0.02 and inner.intersects(barriers)


@pytest.mark.realdata
def test_the_place_found_on_a_street_lies_on_it(realdata):
    extract = read_osm(realdata / "osm" / "malta.osm.pbf")
    network = build_network(extract, "car")
    sites = read_sites(extract, ["care", "training"])
    found = attach(network, sites.geometry)
    assert found.place.size > 0.9 * len(sites)
    share = np.divide(
        found.position_m,
        network.length_m[found.arc],
        out=np.zeros(found.arc.size),
        where=network.length_m[found.arc] > 0,
    )
    assert ((share >= 0) & (share <= 1 + 1e-9)).all()
    lon, lat = unproject(network.x_m, network.y_m, network.crs)
    assert np.allclose(lon, network.lon_deg)
    assert np.allclose(lat, network.lat_deg)
