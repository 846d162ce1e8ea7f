import dataclasses
import itertools
import math

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
import shapely.affinity

from artois_mobility import compare_isochrones, isochrones
from artois_mobility.errors import PlacesError
from small_networks import Street, grid_network, lon_lat, make_network


def in_metres(areas, network):
    return areas.to_crs(network.crs).geometry.to_numpy()


def test_a_long_street_is_reached_as_far_as_time_allows():
    # ten metres a second along it, then 3 km/h across open ground
    network = make_network([(0, 0), (10_000, 0)], [Street(0, 1)])
    areas = isochrones(network, [lon_lat(5000, 0)], [2, 5], cell_m=10)
    for minutes, area in zip((2, 5), in_metres(areas, network), strict=True):
        west, _, east, _ = area.bounds
        assert east - west == pytest.approx(2 * minutes * 600, abs=30)
        assert area.contains(shapely.Point(network.x_m[0] + 5000, network.y_m[0] + 20))


def test_the_walk_off_the_network_ends_at_its_limit():
    network = make_network([(0, 0), (1000, 0)], [Street(0, 1)])
    area = in_metres(isochrones(network, [lon_lat(500, 0)], [60], cell_m=10), network)[0]
    _, south, _, north = area.bounds
    assert north - south == pytest.approx(600, abs=2 * 1.5 * 10)


@pytest.mark.parametrize("direction", ["from", "to"])
def test_more_minutes_hold_fewer_and_no_threshold_moves_another(direction):
    network = grid_network(12, 12, block_m=250)
    origin = [lon_lat(1300, 1400)]
    areas = isochrones(network, origin, [1, 2, 3, 5], direction=direction)
    shapes = in_metres(areas, network)
    for smaller, larger in itertools.pairwise(shapes):
        assert smaller.difference(larger).area < 1e-6
        assert smaller.area < larger.area
        assert smaller.is_valid
    alone = in_metres(isochrones(network, origin, [3], direction=direction), network)[0]
    assert alone.equals_exact(shapes[2], 0)


def test_ten_minutes_lie_between_599_and_601_seconds():
    network = grid_network(12, 12, block_m=1500)
    areas = isochrones(network, [lon_lat(0, 0)], [599 / 60, 10, 601 / 60])
    sizes = [area.area for area in in_metres(areas, network)]
    assert sizes[0] <= sizes[1] <= sizes[2]
    assert sizes[2] / sizes[0] < 1.03


def test_one_way_streets_reach_ahead_and_are_reached_from_behind():
    network = make_network([(0, 0), (4000, 0)], [Street(0, 1, is_oneway=True)])
    middle = network.x_m[0] + 2000
    ahead, behind = (
        in_metres(isochrones(network, [lon_lat(2000, 0)], [2], direction=way, cell_m=20), network)[
            0
        ]
        for way in ("from", "to")
    )
    assert ahead.centroid.x > middle + 250
    assert behind.centroid.x < middle - 250


def test_every_origin_and_threshold_has_its_row():
    network = grid_network(3, 3)
    areas = isochrones(network, [lon_lat(0, 0), lon_lat(90_000, 0)], [1, 2])
    assert areas["origin"].tolist() == [0, 0, 1, 1]
    assert areas["minutes"].tolist() == [1, 2, 1, 2]
    assert areas.geometry.is_empty.tolist() == [False, False, True, True]
    assert areas["reason"].tolist() == ["", "", *["no street within 300 m"] * 2]
    assert areas.crs.to_epsg() == 4326
    assert isochrones(network, [], [5]).empty


def test_an_origin_too_far_from_its_street_reaches_nothing_in_time():
    network = make_network([(0, 0), (1000, 0)], [Street(0, 1)])
    areas = isochrones(network, [lon_lat(500, 250)], [1])  # the walk there takes five minutes
    assert areas.geometry.is_empty.all()


@pytest.mark.parametrize(
    ("minutes", "options", "message"),
    [
        ([], {}, "numbers above 0"),
        ([0], {}, "numbers above 0"),
        ([math.nan], {}, "numbers above 0"),
        ([5], {"direction": "around"}, "'from' or 'to'; found 'around'"),
        ([5], {"cell_m": 0}, "from 5 to 10000 metres"),
    ],
)
def test_what_is_not_allowed_says_what_is(minutes, options, message):
    with pytest.raises(PlacesError, match=message):
        isochrones(grid_network(2, 2), [lon_lat(0, 0)], minutes, **options)


def test_a_grid_beyond_reason_is_refused_before_memory_runs_out(monkeypatch):
    monkeypatch.setattr("artois_mobility.areas.surfaces.MOST_ON_SURFACE", 100)
    with pytest.raises(PlacesError, match="larger cells or fewer minutes"):
        isochrones(grid_network(3, 3), [lon_lat(0, 0)], [10])


def test_people_and_sites_inside_are_counted():
    network = make_network([(0, 0), (10_000, 0)], [Street(0, 1)])
    points = gpd.GeoSeries([shapely.Point(lon_lat(x, 0)) for x in (5000, 5500, 9000)], crs=4326)
    residents = gpd.GeoDataFrame({"population": [10, 20, 40]}, geometry=points)
    found = isochrones(
        network, [lon_lat(5000, 0)], [0.5, 2, 60], residents=residents, sites=residents[:1]
    )
    assert found["people"].tolist() == [10, 30, 70]
    assert found["sites"].tolist() == [1, 1, 1]
    assert "people" not in isochrones(network, [lon_lat(5000, 0)], [2])


def test_an_audit_finds_what_a_fine_grid_leaves_out_and_holds_besides():
    network = make_network([(0, 0), (10_000, 0)], [Street(0, 1)])
    (audited,) = isochrones(network, [lon_lat(5000, 0)], [2], audit=True).to_dict("records")
    assert audited["km_reached"] == pytest.approx(2.4, abs=0.002)
    assert audited["km_left_out"] == 0
    # the squares in which the street is reached in part are filled: one cell at either end
    assert 0 < audited["km_not_reached"] <= 2 * audited["off_by_m"] / 1000
    assert audited["off_by_m"] == 35.4
    assert audited["area_km2"] > 0


@pytest.mark.parametrize("cell_m", [10, 25, 60])
def test_on_a_regular_grid_of_streets_the_area_is_the_square_on_its_corner(cell_m):
    # ten metres a second on streets every 20 m: 600 m along both axes together in a minute
    network = grid_network(81, 81, block_m=20)
    middle = network.x_m.mean(), network.y_m.mean()
    area = in_metres(isochrones(network, [lon_lat(800, 800)], [1], cell_m=cell_m), network)[0]
    right = shapely.affinity.rotate(shapely.box(*(np.array([-1, -1, 1, 1]) * 600 / 2**0.5)), 45)
    right = shapely.affinity.translate(right, *middle)
    off_by_m = cell_m * 2**0.5 + 20
    assert shapely.hausdorff_distance(area.boundary, right.boundary, densify=0.05) <= off_by_m
    assert area.covers(right.buffer(-1))
    # squares in which a street is reached are filled: too large by less than a diagonal all round
    assert right.area < area.area < right.area + cell_m * 2**0.5 * right.length


def test_a_canal_stops_the_area_and_a_bridge_lets_it_through():
    #  two streets with a canal between them; they meet 2 km further east
    streets = [Street(0, 1), Street(1, 2), Street(2, 3)]
    network = make_network([(0, 0), (2000, 0), (2000, 60), (0, 60)], streets)
    canal = shapely.LineString([(-900, 32), (1900, 32)])
    metric = shapely.affinity.translate(canal, network.x_m[0], network.y_m[0])
    network = dataclasses.replace(network, barriers=np.array([metric], object))
    for cell_m in (10, 25, 100):
        area = in_metres(isochrones(network, [lon_lat(100, 0)], [1], cell_m=cell_m), network)[0]
        assert area.bounds[3] < network.y_m[0] + 32
        assert area.bounds[3] > network.y_m[0] + 30
        assert not area.intersects(metric)
    far = in_metres(isochrones(network, [lon_lat(100, 0)], [7]), network)[0]
    assert far.contains(shapely.Point(network.x_m[0] + 1000, network.y_m[0] + 61))


def test_the_same_on_any_number_of_threads(monkeypatch):
    network = grid_network(6, 6)
    shapes = []
    for count in ("1", "2"):
        monkeypatch.setenv("ARTOIS_THREADS", count)
        areas = isochrones(network, [lon_lat(0, 0), lon_lat(200, 300)], [1, 2])
        shapes.append(shapely.to_wkb(areas.geometry.to_numpy()))
    assert np.array_equal(*shapes)


def sites_of(*rows):
    table = gpd.GeoDataFrame(rows, columns=["category", "x", "y"])
    points = gpd.points_from_xy(*np.transpose([lon_lat(*each[1:]) for each in rows]))
    return table.set_geometry(points).set_crs("EPSG:4326")


@pytest.mark.parametrize("direction", ["from", "to"])
def test_sites_of_a_category_have_one_area_between_them(direction):
    network = grid_network(12, 12, block_m=250)
    sites = sites_of(("care/b", 100, 100), ("care/a", 1500, 1500), ("care/b", 2600, 2000))
    drawn = isochrones(network, sites, [1, 2], direction=direction, by="category")
    assert drawn["category"].tolist() == ["care/a", "care/a", "care/b", "care/b"]
    assert "origin" not in drawn
    together = in_metres(drawn, network)
    each = in_metres(isochrones(network, sites, [1, 2], direction=direction), network)
    assert together[0].equals_exact(each[2], 0)
    assert together[1].equals_exact(each[3], 0)
    for area, parts in ((together[2], each[[0, 4]]), (together[3], each[[1, 5]])):
        union = shapely.union_all(parts)
        assert union.difference(area).area < 1e-6
        assert area.difference(union).area < 4 * 25 * 25


def test_a_group_without_any_place_on_a_street_is_told():
    network = grid_network(3, 3)
    sites = sites_of(("a", 0, 0), ("a", 90_000, 0), ("b", 90_000, 0))
    drawn = isochrones(network, sites, [1], by="category")
    assert drawn["reason"].tolist() == ["", "no street within 300 m"]
    assert drawn.geometry.is_empty.tolist() == [False, True]


@pytest.mark.parametrize("by", ["kind", "geometry"])
def test_groups_need_a_column_of_the_origins(by):
    network = grid_network(3, 3)
    with pytest.raises(PlacesError, match=f"found '{by}', and they have category, x, y"):
        isochrones(network, sites_of(("a", 0, 0)), [1], by=by)
    with pytest.raises(PlacesError, match="give a table of points"):
        isochrones(network, [lon_lat(0, 0)], [1], by="category")


def test_nobody_stands_in_water_but_on_a_street():
    # a path along the river, drawn on the river's side of the bank
    network = make_network([(0, 0), (1000, 0)], [Street(0, 1)])
    west_m, south_m = network.x_m[0], network.y_m[0]
    river = shapely.box(west_m - 500, south_m - 10, west_m + 1500, south_m + 900)
    island = shapely.box(west_m + 400, south_m + 100, west_m + 600, south_m + 200)
    wet = river.difference(island)
    network = dataclasses.replace(network, water=np.array([wet], object))
    area = in_metres(isochrones(network, [lon_lat(500, 0)], [9], cell_m=10), network)[0]
    # the squares that the path runs through are filled: 10 m above it, and half an edge further
    assert area.intersection(river).bounds[3] <= south_m + 200 + 10
    assert area.intersection(wet.difference(island.buffer(15))).bounds[3] <= south_m + 20
    assert area.contains(shapely.Point(west_m + 500, south_m - 100))
    assert area.contains(shapely.Point(west_m + 500, south_m + 150))


@pytest.mark.parametrize("seed", range(6))
def test_a_network_built_with_more_streets_loses_only_what_they_are_nearest_to(seed):
    rng = np.random.default_rng(seed)
    corners = [
        (200 * column + rng.uniform(-50, 50), 200 * row + rng.uniform(-50, 50))
        for row, column in itertools.product(range(6), range(6))
    ]
    ends = [(a, a + 1) for a in range(36) if a % 6 < 5] + [(a, a + 6) for a in range(30)]
    weights = {pair: rng.random() for pair in ends}
    tree = nx.Graph((*pair, {"weight": weight}) for pair, weight in weights.items())
    kept = {tuple(sorted(pair)) for pair in nx.minimum_spanning_edges(tree, data=False)}
    today = [Street(*pair, kmh=4.5) for pair in ends if pair in kept]
    new = [Street(*pair, kmh=4.5) for pair in ends if pair not in kept][:6]
    before, after = (make_network(corners, streets) for streets in (today, [*today, *new]))
    old_lines, new_lines = (
        shapely.multilinestrings(
            [[(before.x_m[node], before.y_m[node]) for node in (s.tail, s.head)] for s in streets]
        )
        for streets in (today, new)
    )
    at = [lon_lat(*corners[0])]
    for one, other in zip(
        *(in_metres(isochrones(each, at, [3, 6, 9, 15]), each) for each in (before, after)),
        strict=True,
    ):
        for lost in shapely.get_parts(one.difference(other)):
            if lost.area < 1:
                continue
            middle = lost.representative_point()
            assert middle.distance(new_lines) < middle.distance(old_lines) + 25 * math.sqrt(2)


def test_what_a_scenario_gains_and_loses():
    slow, fast = (
        make_network([(0, 0), (9000, 0)], [Street(0, 1, kmh=kmh)], profile="car")
        for kmh in (36, 72)
    )
    origins = [lon_lat(4500, 0), lon_lat(90_000, 0)]
    before, after = (isochrones(each, origins, [1, 2]) for each in (slow, fast))
    # in a minute 600 and 1,200 m, in two 1,200 and 2,400 m
    homes = gpd.GeoDataFrame(
        {"population": [100, 7, 1]},
        geometry=gpd.points_from_xy(*np.transpose([lon_lat(x, 20) for x in (4600, 5400, 6500)])),
        crs="EPSG:4326",
    )
    changes = compare_isochrones(before, after, residents=homes)
    assert changes["change"].tolist() == ["gained", "lost"] * 4
    assert changes["minutes"].tolist() == [1, 1, 2, 2] * 2
    assert changes["people"].tolist() == [7, 0, 1, 0, 0, 0, 0, 0]
    grown = after["area_km2"].to_numpy() - before["area_km2"].to_numpy()
    assert changes["area_km2"].to_numpy()[::2] == pytest.approx(grown, abs=2e-6)
    assert changes.geometry.is_empty.tolist() == [False, True, False, True, *[True] * 4]
    back = compare_isochrones(after, before)
    assert back["area_km2"].tolist()[1::2] == changes["area_km2"].tolist()[::2]


def test_a_strip_of_a_metre_is_no_change_and_a_wider_one_is():
    box = gpd.GeoSeries([shapely.box(700_000, 6_600_000, 701_000, 6_601_000)], crs="EPSG:2154")
    today = gpd.GeoDataFrame({"origin": [0], "minutes": [5.0]}, geometry=box.to_crs("EPSG:4326"))
    for width_m, is_change in ((1.5, False), (3.0, True)):
        wider = today.set_geometry(box.translate(width_m).union(box).to_crs("EPSG:4326"))
        found = compare_isochrones(today, wider)["area_km2"].tolist()
        assert (found[0] > 0, found[1]) == (is_change, 0.0)


def test_areas_of_other_questions_are_not_compared():
    network = grid_network(3, 3)
    one, other = (isochrones(network, [lon_lat(0, 0)], [each]) for each in (1, 2))
    with pytest.raises(PlacesError, match="columns origin, minutes, profile, direction, cell_m"):
        compare_isochrones(one, other)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"minutes": ["five"]}, "Minutes must be numbers above 0"),
        ({"cell_m": math.inf}, "cell_m must be from 5 to 10000 metres; found inf"),
        ({"by": "empty"}, "1 of 2 have none, first row 1"),
        ({"by": "mixed"}, "values of several kinds"),
        ({"residents": "bare"}, "residents needs a column population"),
        ({"sites": "nowhere"}, "have no coordinate system; give them one"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_message(options, message):
    network = grid_network(3, 3)
    origins = sites_of(("a", 0, 0), ("b", 100, 100)).assign(empty=["x", None], mixed=["x", 3])
    tables = {"bare": origins, "nowhere": origins.set_crs(None, allow_override=True)}
    options = {key: tables.get(value, value) if isinstance(value, str) and key != "by" else value
               for key, value in options.items()}  # fmt: skip
    with pytest.raises(PlacesError) as caught:
        isochrones(network, origins, **{"minutes": [1], **options})
    assert message in str(caught.value)


def test_one_number_of_minutes_will_do():
    network = grid_network(3, 3)
    assert isochrones(network, [lon_lat(0, 0)], 1)["minutes"].tolist() == [1.0]


def test_what_is_no_table_of_areas_is_not_compared():
    areas = isochrones(grid_network(3, 3), [lon_lat(0, 0)], [1])
    with pytest.raises(PlacesError, match="takes two tables that isochrones gave"):
        compare_isochrones(areas.drop(columns="geometry"), areas)
