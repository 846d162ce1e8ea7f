"""Closures tried one at a time, against building each scenario and computing all anew."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.network.profiles import read_profile
from artois_mobility.places.categories import find_category
from artois_mobility.scenarios.applying import AttachedPlaces, apply_to_network
from artois_mobility.scenarios.resolved import Today
from artois_mobility.scenarios.resolving import resolve
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract
from scenario_worlds import close, crooked_world, make_scenario, make_today, scattered
from street_worlds import cells_at, sites_at, street_world, two_way

KINDS = ("care/hospital", "care/pharmacy", "culture/library")
FIGURES = ["lost_person_min", "newly_beyond", "newly_cut_off", "losing"]


def closures_of(*ways):
    names = [f"x{row}" for row in range(len(ways))]
    shapes = [shapely.LineString([(2.8, 50.4), (2.9, 50.4)])] * len(ways)
    table = {"closure": names, "ways": list(ways)}
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")


def figures_of(before_min, after_min, people, bound_min):
    """Sum over cells, shape (4, categories)."""
    before, after = np.rint(before_min * 60_000), np.rint(after_min * 60_000)
    is_gone = np.isnan(after) & ~np.isnan(before)
    assert not (np.isnan(before) & ~np.isnan(after)).any()
    assert not (after < before).any()
    beyond = (before_min <= bound_min) & ~(after_min <= bound_min)
    lost = np.nansum(people * (after - before), axis=1) / 60_000
    return np.stack(
        [lost, beyond @ people, is_gone @ people, ((after > before) | is_gone) @ people]
    )


def assert_as_closed(network, today, places, closures, categories):
    cells, sites = places
    found = am.criticality(network, cells, sites, closures, categories=categories)
    people = cells["population"].to_numpy()
    bound_min = np.array([[find_category(key).threshold_min] for key in categories])
    shape = len(categories), len(cells)
    asked = {"categories": categories}
    before = am.access_times(network, cells, sites, **asked)["minutes"].to_numpy().reshape(shape)
    table = found.categories.set_index(["closure", "category"])
    attached = [AttachedPlaces(each, am.attach(network, each)) for each in places]
    for name, ways in zip(closures["closure"], closures["ways"], strict=True):
        if not np.isin(network.way_of_arc, ways).any():
            continue
        (resolved,) = resolve([make_scenario(close(*ways))], today)
        after = apply_to_network(network, resolved.edits[network.profile.name], *attached)
        after_min = am.access_times(
            after.network, cells, sites, attachments=after.attachments, **asked
        )["minutes"].to_numpy()
        expected = figures_of(before, after_min.reshape(shape), people, bound_min)
        mine = table.loc[[(name, key) for key in categories], FIGURES].to_numpy().T
        assert np.allclose(mine, expected, rtol=1e-9, atol=1e-9)
    return found


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["walk", "car"]))
def test_each_closure_costs_what_its_scenario_costs(seed, profile):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw, profile=read_profile(profile))
    # few places, so that most streets carry none
    cells = cells_at(scattered(draw, 8)).assign(population=draw.integers(0, 50, 8).astype(float))
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 4))})
    sites["category"] = draw.choice(KINDS, 4)
    ways = np.unique(network.way_of_arc)
    closed = [draw.choice(ways, int(draw.integers(1, 5)), replace=False).tolist() for _ in range(9)]
    today = make_today({profile: network}, sites, KINDS)
    places = cells, sites
    some = (
        ["care", *KINDS] if set(KINDS) == set(sites["category"]) else sorted({*sites["category"]})
    )
    assert_as_closed(network, today, places, closures_of(*closed), some)


def test_streets_of_no_time_hold_each_other_up_no_longer_than_they_should():
    # a ring without any time beyond a bridge: its nodes are tight towards each other
    nodes = [(0, 0), (100, 0), (200, 0), (200, 100), (300, 0), (-100, 0), (200, 300)]
    streets = [
        two_way(0, 1, 60_000, way=1),
        two_way(1, 2, 0, way=2),
        two_way(2, 3, 0, way=3),
        two_way(3, 1, 0, way=4),
        two_way(2, 4, 60_000, way=5),
        two_way(5, 0, 60_000, way=6),
        two_way(3, 6, 60_000, way=7),
    ]
    network = street_world(nodes, streets)
    cells = cells_at([(200, 250), (290, 0)]).assign(population=[5.0, 2.0])
    sites = sites_at({"s": (-90, 0)}, "care/hospital")
    today = make_today({"walk": network}, sites)
    found = assert_as_closed(
        network, today, (cells, sites), closures_of([1], [2], [2, 4]), ["care/hospital"]
    )
    lost = found.closures.set_index("closure")["newly_cut_off"]
    assert lost[["x0", "x1", "x2"]].tolist() == [7, 0, 7]


def position(x_m, y_m):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


def crossing_town(*, at_node=False):
    """Two streets over a railway: one with houses up to the level crossing, one a bridge."""
    corners = {
        1: (0, -400),
        2: (0, 0),
        3: (0, 400),
        4: (1000, -400),
        5: (1000, -20),
        6: (1000, 20),
        7: (1000, 400),
        8: (-500, 0),
        9: (1500, 0),
        10: (0, 5),
        11: (30, 3),
    }
    ways = {
        20: ([8, 2, 9], {"railway": "rail"}),
        21: ([1, 2, 10, 3], {"highway": "residential", "name": "Rue du Stade"}),
        22: ([4, 5], {"highway": "residential"}),
        23: ([5, 6], {"highway": "residential", "bridge": "yes", "bridge:name": "Pont Vert"}),
        24: ([6, 7], {"highway": "residential"}),
        25: ([1, 4], {"highway": "residential"}),
        26: ([3, 7], {"highway": "residential"}),
    }
    if at_node:
        ways[27] = ([2, 11], {"highway": "residential"})
    tags = {2: {"railway": "level_crossing"}, 10: {"railway": "level_crossing"}}
    extract = make_extract(corners, ways, tags)
    return extract, am.build_network(extract, "walk")


def test_closures_are_listed_once_for_a_bridge_and_all_tracks():
    extract, _ = crossing_town()
    found = am.list_closures(extract)
    assert found.drop(columns="geometry").to_numpy().tolist() == [
        ["w23", "bridge", "Pont Vert", [23]],
        ["n2", "level_crossing", "Rue du Stade", [21]],
    ]
    assert len(found.geometry[1].geoms) == 2
    assert am.list_closures(extract, ["tunnel"]).empty
    with pytest.raises(PlacesError, match="bridge, tunnel, level_crossing; found ford"):
        am.list_closures(extract, ["ford"])


@pytest.mark.parametrize("at_node", [False, True])
def test_a_level_crossing_closes_at_its_point_and_houses_stay_on_their_side(at_node):
    extract, network = crossing_town(at_node=at_node)
    kmh = network.profile.link_kmh
    # a cell on either side of the rails on the same street, and the doctor on the southern one
    points = gpd.points_from_xy(*np.transpose([position(0, -100), position(0, 100)]), crs=4326)
    cells = gpd.GeoDataFrame(
        {"cell": ["south", "north"], "population": [7.0, 3.0]}, geometry=points
    )
    sites = sites_at({"s": (0, 0)}, "care/general_practitioner")
    sites = sites.set_geometry(gpd.points_from_xy(*np.transpose([position(0, -300)]), crs=4326))
    found = am.criticality(
        network, cells, sites, am.list_closures(extract, ["level_crossing"]), thresholds_min=10
    )
    (row,) = found.closures.to_dict("records")
    assert (row["newly_cut_off"], row["newly_beyond"]) == (0, 3)
    # from 100 m north of the rails to 300 m south of them: 400 m, or round by the bridge
    longer_m = (300 + 1000 + 800 + 1000 + 100) - 400
    assert row["lost_person_min"] == pytest.approx(3 * longer_m * 60 / 1000 / kmh, rel=0.01)
    assert found.categories["losing"].tolist() == [3]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.drop(columns="ways"), "closures lack the column ways"),
        (lambda c: c.set_crs(None, allow_override=True), "closures lack a coordinate system"),
        (lambda c: c.assign(closure="x"), "'x' stands twice"),
    ],
)
def test_closures_that_are_none_are_refused(change, message):
    network = street_world([(0, 0), (600, 0)], [two_way(0, 1, 600_000)])
    with pytest.raises(PlacesError, match=message):
        am.criticality(
            network, cells_at([(0, 0)]), sites_at({"s": (0, 0)}), change(closures_of([1], [2]))
        )


def test_a_closure_of_nothing_says_so():
    network = street_world([(0, 0), (600, 0)], [two_way(0, 1, 600_000)])
    found = am.criticality(network, cells_at([(0, 0)]), sites_at({"s": (0, 0)}), closures_of([99]))
    assert found.closures["reason"].tolist() == ["no street of this profile"]
    assert found.closures["lost_person_min"].isna().all()


@pytest.mark.realdata
@pytest.mark.parametrize(("profile", "turns"), [("walk", False), ("car", False), ("car", True)])
def test_bridges_of_newport_cost_what_their_scenarios_cost(realdata, profile, turns):
    extract = am.read_osm(realdata / "osm/newport.osm.pbf")
    network = am.build_network(extract, profile, turns=turns)
    draw = np.random.default_rng(7)
    rows = draw.choice(network.point_lon_deg.size, 500)
    points = gpd.points_from_xy(network.point_lon_deg[rows], network.point_lat_deg[rows], crs=4326)
    people = draw.integers(1, 200, 500).astype(float)
    names = [f"p{row}" for row in range(500)]
    cells = gpd.GeoDataFrame({"cell": names, "population": people}, geometry=points)
    categories = ["care/hospital", "care/pharmacy", "culture", "training"]
    sites = am.read_sites(extract, categories)
    every = am.list_closures(extract)
    assert set(every["kind"]) == {"bridge", "tunnel", "level_crossing"}
    bridges = every[every["kind"] != "level_crossing"]
    some = bridges.iloc[np.sort(draw.choice(len(bridges), 60, replace=False))]
    some = some.reset_index(drop=True)
    today = Today(extract, {profile: network}, sites, tuple(categories))
    found = assert_as_closed(network, today, (cells, sites), some, categories)
    assert (found.closures["lost_person_min"] > 0).sum() > 5


def test_cutting_at_level_crossings_changes_no_time():
    from artois_mobility.links.cutting import cut_streets

    extract, network = crossing_town()
    points = gpd.points_from_xy(*np.transpose([position(0, y) for y in range(-390, 400, 60)]))
    cells = gpd.GeoSeries(points, crs="EPSG:4326")
    attachments = am.attach(network, cells)
    crossings = am.list_closures(extract, ["level_crossing"]).geometry.to_crs(network.crs)
    spots = shapely.get_parts(crossings.to_numpy())
    cut = cut_streets(network, spots, [[21], [21]], (attachments,))
    assert [arcs.size for arcs in cut.arcs_of_point] == [2, 2]
    assert cut.network.length_m[cut.arcs_of_point[0]] == pytest.approx(2, abs=0.01)
    assert cut.network.graph.arc_count == network.graph.arc_count + 8
    assert cut.network.length_m.sum() == pytest.approx(network.length_m.sum())
