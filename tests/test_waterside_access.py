"""Points at the water, and the minutes on foot to them."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.waterside.banks import _keep_first, _thin
from artois_mobility.waterside.water import Water
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON
from water_worlds import CANAL, STREET, canal_world, line_world

PATH = {"highway": "path"}
WATER = ([(0, 0), (1000, 0)], CANAL)


def points_of(extract, profile="walk", **options):
    return am.water_access_points(extract, am.build_network(extract, profile), **options)


def local_m(points):
    x_m = (points.geometry.x - LON_DEG) * M_PER_DEG_LON
    y_m = (points.geometry.y - LAT_DEG) * M_PER_DEG_LAT
    return list(zip(x_m.round().astype(int), y_m.round().astype(int), strict=True))


@pytest.mark.parametrize(("every_m", "places"), [
    (99.9, [150, 250, 350, 450]),
    (150, [200, 400]),
    (390, [300]),
    (999, [300]),
])  # fmt: skip
def test_a_path_along_the_canal_has_points_at_equal_spacing(every_m, places):
    extract = line_world(WATER, ([(100, 10), (500, 10)], PATH))
    found = points_of(extract, every_m=every_m)
    assert sorted(local_m(found)) == [(x_m, 10) for x_m in places]
    assert set(found["name"]) == {"Canal d'Aire"}
    assert found["site"].tolist() == [f"water{each}" for each in range(1, len(places) + 1)]
    assert set(found["source"]) == {"world.osm"}


def test_both_banks_keep_their_points():
    north, south = ([(100, 10), (190, 10)], PATH), ([(100, -10), (190, -10)], PATH)
    join = ([(190, 10), (190, -10)], {**STREET, "bridge": "yes"})
    assert local_m(points_of(line_world(WATER, north, south, join))) == [(145, -10), (145, 10)]
    beside = ([(100, 10), (190, 10)], PATH), ([(190, 10), (190, 14), (100, 14)], PATH)
    assert len(points_of(line_world(WATER, *beside))) == 1


def test_an_island_of_streets_that_nobody_gets_to_gives_no_access():
    north, south = ([(100, 10), (290, 10)], PATH), ([(100, -10), (190, -10)], PATH)
    assert local_m(points_of(line_world(WATER, north, south))) == [(195, 10)]


@pytest.mark.parametrize(
    ("corners", "tags", "count"),
    [
        ([(100, 25), (190, 25)], STREET, 0),  # beyond 20 m
        ([(100, 19), (190, 19)], STREET, 1),
        ([(100, 25), (190, 25)], PATH, 1),  # a towpath by its geometry
        ([(100, 60), (190, 60)], PATH | {"towpath": "yes"}, 1),
        ([(100, -50), (100, 50)], {**STREET, "bridge": "yes"}, 0),
        ([(100, 300), (100, 0)], STREET, 1),  # a dead end at the quay
    ],
)
def test_what_comes_to_the_water(corners, tags, count):
    assert len(points_of(line_world(WATER, (corners, tags)))) == count


def test_without_water_or_without_streets_there_are_no_points():
    assert points_of(line_world(([(0, 0), (500, 0)], PATH))).empty
    found = points_of(line_world(WATER))
    assert found.empty
    assert found.crs == "EPSG:4326"


def test_minutes_to_the_water_are_those_of_the_walk():
    """300 m from the quay at 4.8 km/h take 3.75 minutes; the point is 10 m short of its end."""
    extract = line_world(WATER, ([(100, 300), (100, 0)], STREET))
    network = am.build_network(extract, "walk")
    sites = am.water_access_points(extract, network)
    spot = shapely.Point(LON_DEG + 100 / M_PER_DEG_LON, LAT_DEG + 290 / M_PER_DEG_LAT)
    residents = gpd.GeoDataFrame({"cell": ["a"]}, geometry=[spot], crs="EPSG:4326")
    found = am.access_times(network, residents, sites)
    assert found["category"].tolist() == ["water"]
    assert found["minutes"].tolist() == pytest.approx([280 / (4800 / 60)], rel=1e-2)


def test_sites_stand_beside_those_that_are_read():
    found = points_of(canal_world())
    both = am.merge_sites(am.read_sites(canal_world()), found)
    assert both["site"].tolist() == found["site"].tolist()


place = st.tuples(st.integers(1, 999), st.integers(-60, 60).filter(bool))


@given(st.lists(place, max_size=30, unique=True), st.integers(5, 200))
def test_kept_points_are_spaced_and_dropped_ones_have_one_near(places, every_m):
    """Held against all pairs, the sides told by the sign of y."""
    points = shapely.points(np.array(places, float).reshape(-1, 2))
    canal = shapely.linestrings([[[-2000, 0], [3000, 0]]])
    none = np.empty(0, object)
    name = np.array([""], object)
    water = Water(np.int32([0]), canal, name, np.array([False]), canal, name, none)
    kept = [(round(each.x), round(each.y)) for each in _thin(points, water, every_m)]
    assert set(kept) <= set(places)
    for x_m, y_m in places:
        near = [
            each
            for each in kept
            if each[1] * y_m > 0 and math.dist(each, (x_m, y_m)) < every_m - 0.0005
        ]
        assert near == [(x_m, y_m)] if (x_m, y_m) in kept else near


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_kept_points_are_no_neighbours_and_the_others_have_one(pairs):
    once = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]})
    one, other = np.array(once, np.intp).reshape(-1, 2).T
    is_kept = _keep_first(10, one, other)
    assert not (is_kept[one] & is_kept[other]).any()
    dropped = set(np.flatnonzero(~is_kept).tolist())
    assert dropped <= {int(b) for a, b in once if is_kept[a]}


def test_boats_and_wrong_distances_are_refused():
    extract = canal_world()
    boat = am.build_network(extract, "pleasure_boat")
    with pytest.raises(PlacesError, match=r"found the profile 'pleasure_boat'\. Build a"):
        am.water_access_points(extract, boat)
    with pytest.raises(
        PlacesError, match=r"within_m must be .*; found -1\. So must every_m; found 0"
    ):
        points_of(extract, within_m=-1, every_m=0)
