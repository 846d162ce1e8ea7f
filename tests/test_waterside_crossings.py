"""Places where people cross canals and rivers, and the water between them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.waterside.water_kinds import KINDS, kind_of_crossing
from artois_mobility.waterside.ways import metric_crs_of, rights_of
from network_worlds import LON_DEG, M_PER_DEG_LON, make_extract
from water_worlds import CANAL, STREET, canal_world, line_world

BRIDGE = {**STREET, "bridge": "yes"}


def places_m(table):
    return ((table.geometry.x - LON_DEG) * M_PER_DEG_LON).round().astype(int).tolist()


def test_every_kind_of_crossing_is_found_once_and_named():
    found = am.water_crossings(canal_world())
    assert found[["crossing", "kind", "name", "ways"]].to_numpy().tolist() == [
        ["w11", "bridge", "Rue du Pont", "11;12"],
        ["w13", "lock", "Écluse de Cuinchy", "13"],
        ["w14", "ferry", "Bac de Béthune", "14"],
        ["w15", "bridge", "Pont Neuf", "15"],
        ["w16", "tunnel", "Tunnel d'Essars", "16"],
        ["w17", "bridge", "", "17"],
    ]
    assert set(found["waterway"]) == {"Canal d'Aire"}
    assert places_m(found) == [210, 600, 1000, 1400, 1600, 1800]
    assert found.crs == "EPSG:4326"


def test_who_may_cross_is_told_by_the_profiles():
    found = am.water_crossings(canal_world()).set_index("crossing")
    rights = found[["is_for_walkers", "is_for_bicycles", "is_for_cars"]]
    assert rights.loc["w11"].tolist() == [True, True, True]
    assert rights.loc["w13"].tolist()[::2] == [True, False]
    assert rights.loc["w14"].tolist()[::2] == [True, False]


def test_a_bridge_closed_to_all_has_a_reason_and_an_open_path_beside_it_opens_it():
    reason = am.water_crossings(canal_world())["reason"]
    assert reason.tolist() == [""] * 5 + ["closed to walkers, bicycles and cars"]
    shut = ([(99, -30), (99, 50)], {**BRIDGE, "highway": "construction"})
    beside = ([(109, -30), (109, 50)], {**BRIDGE, "highway": "footway"})
    canal = ([(0, 0), (500, 0)], CANAL)
    assert am.water_crossings(line_world(canal, shut, beside))["reason"].tolist() == [""]


def test_ways_nearer_than_the_distance_are_one_bridge():
    extract = canal_world()
    apart = am.water_crossings(extract, apart_m=19)
    assert apart["crossing"].tolist()[:2] == ["w11", "w12"]
    assert am.water_crossings(extract, apart_m=21)["ways"][0] == "11;12"


def test_ways_of_another_kind_are_another_crossing_however_near():
    canal = ([(0, 0), (500, 0)], CANAL)
    below = ([(109, -30), (109, 50)], {**STREET, "tunnel": "yes"})
    found = am.water_crossings(line_world(canal, ([(99, -30), (99, 50)], BRIDGE), below))
    assert found["kind"].tolist() == ["bridge", "tunnel"]


def test_bridges_over_two_waters_are_two_crossings_with_the_same_way():
    canal, river = ([(0, 0), (500, 0)], CANAL), ([(0, 20), (500, 20)], {"waterway": "river"})
    found = am.water_crossings(line_world(canal, river, ([(99, -30), (99, 50)], BRIDGE)))
    assert found["crossing"].tolist() == ["w3", "w3.2"]
    assert found["waterway"].tolist() == ["Canal d'Aire", ""]


@pytest.mark.parametrize(
    ("road", "water", "kind"),
    [
        (STREET, {"tunnel": "culvert"}, "covered"),
        (STREET, {"bridge": "aqueduct"}, "tunnel"),
        (STREET, {}, "untagged"),
        ({**STREET, "ford": "yes"}, {}, "ford"),
        (BRIDGE, {"lock": "yes"}, "bridge"),
        ({**STREET, "tunnel": "building_passage"}, {}, "untagged"),
        ({**STREET, "bridge": "no"}, {}, "untagged"),
        (STREET, {"lock": "yes"}, "lock"),
        ({**BRIDGE, "tunnel": "yes"}, {}, "tunnel"),
    ],
)
def test_tags_of_both_tell_the_kind(road, water, kind):
    extract = line_world(([(0, 0), (500, 0)], CANAL | water), ([(99, -30), (99, 50)], road))
    assert am.water_crossings(extract)["kind"].tolist() == [kind]


@pytest.mark.parametrize(
    ("road", "kind"), [(BRIDGE, "bridge"), ({**BRIDGE, "highway": "path"}, "lock")]
)
def test_at_a_gate_a_bridge_for_cars_stays_a_bridge(road, kind):
    assert kind_of_crossing(road, CANAL, rights_of(road), is_at_gate=True) == kind
    assert kind in KINDS


def test_an_outline_gives_the_bridge_its_name():
    deck = {"man_made": "bridge", "name": "Pont Haudaudine"}
    ring = [(90, -40), (110, -40), (110, 40), (90, 40), (90, -40)]
    for_cars = {**BRIDGE, "name": "Rue de la Loire"}
    canal = ([(0, 0), (500, 0)], CANAL)
    found = am.water_crossings(line_world(canal, ([(99, -30), (99, 50)], for_cars), (ring, deck)))
    assert found["name"].tolist() == ["Pont Haudaudine"]


def test_a_ferry_along_the_river_crosses_it_once():
    zigzag = [(x_m, 40 if number % 2 else -40) for number, x_m in enumerate(range(0, 2000, 250))]
    extract = line_world(([(-50, 0), (2500, 0)], CANAL), (zigzag, {"route": "ferry"}))
    assert places_m(am.water_crossings(extract)) == [125]


def test_streams_ponds_and_what_only_touches_are_no_crossings():
    stream = ([(0, 300), (500, 300)], {"waterway": "stream"})
    slipway = ([(50, 40), (50, 0)], STREET)
    canal = ([(0, 0), (50, 0), (500, 0)], CANAL)
    assert am.water_crossings(
        line_world(canal, stream, slipway, ([(9, 250), (9, 350)], BRIDGE))
    ).empty


def test_communes_are_assigned_by_the_function_for_them():
    area = shapely.box(LON_DEG - 0.001, 50.4, LON_DEG + 500 / M_PER_DEG_LON, 50.5)
    communes = gpd.GeoDataFrame({"insee": ["62119"]}, geometry=[area], crs="EPSG:4326")
    found = am.assign_communes(am.water_crossings(canal_world()), communes)
    assert found["commune"].tolist() == ["62119", "", "", "", "", ""]


@pytest.mark.parametrize("metres", [0, -5, np.nan, np.inf])
def test_a_distance_that_is_none_is_refused(metres):
    with pytest.raises(PlacesError, match="apart_m must be a finite number of metres above 0"):
        am.water_crossings(canal_world(), apart_m=metres)


coordinate = st.integers(-400, 400)


@given(st.lists(st.tuples(coordinate, coordinate, coordinate, coordinate), max_size=8))
def test_crossings_are_where_lines_meet_by_brute_force(streets):
    """Each bridge that meets the canal is in one crossing, and those of one hang together."""
    drawn = [
        ([(x_1, y_1), (x_2, y_2)], BRIDGE)
        for x_1, y_1, x_2, y_2 in streets
        if y_1 * y_2 < 0
    ]  # fmt: skip
    extract = line_world(([(-2000, 0), (2000, 0)], CANAL), *drawn)
    found = am.water_crossings(extract)
    ways = [int(way) for each in found["ways"] for way in each.split(";")]
    assert sorted(ways) == list(range(2, len(drawn) + 2))
    met = sorted(x_1 + (x_2 - x_1) * y_1 / (y_1 - y_2) for ((x_1, y_1), (x_2, y_2)), _ in drawn)
    gaps = np.diff(met)
    if not (np.abs(gaps - 30) < 0.5).any():  # within the error of the projection
        assert len(found) == (gaps > 30).sum() + bool(met)


# ---- the water between crossings


def test_stretches_reach_from_one_crossing_to_the_next():
    extract = canal_world()
    found = am.distance_between_crossings(extract, am.water_crossings(extract))
    rows = zip(
        found["from_crossing"], found["to_crossing"], found["length_m"].round(), found["is_cut"],
        strict=True,
    )  # fmt: skip
    assert sorted(rows) == [
        ("", "w11", 210, True),
        ("w11", "w13", 390, False),
        ("w13", "w14", 400, False),
        ("w14", "w15", 400, False),
        ("w15", "w16", 200, False),
        ("w16", "", 400, True),
    ]
    assert found["length_m"].is_monotonic_decreasing


def test_fewer_crossings_make_longer_stretches_and_none_the_whole_water():
    extract = canal_world()
    crossings = am.water_crossings(extract)
    for_cars = am.distance_between_crossings(extract, crossings[crossings["is_for_cars"]])
    assert for_cars["length_m"].max() == pytest.approx(1190, rel=1e-3)
    whole = am.distance_between_crossings(extract, crossings[:0])
    assert whole["length_m"].tolist() == pytest.approx([2000], rel=1e-3)
    assert whole["is_cut"].tolist() == [True]


def test_crossings_of_other_water_and_covered_water_cut_nothing():
    canal = ([(0, 0), (500, 0)], CANAL)
    below = ([(500, 0), (900, 0)], CANAL | {"tunnel": "culvert"})
    river = ([(0, 10), (500, 10)], {"waterway": "river", "name": "Lys"})
    extract = line_world(canal, below, river, ([(99, 5), (99, 50)], BRIDGE))
    found = am.distance_between_crossings(extract, am.water_crossings(extract))
    assert found["waterway"].tolist() == ["Canal d'Aire", "Lys", "Lys"]
    assert found["length_m"].tolist() == pytest.approx([500, 401, 99], rel=1e-3)


def test_a_crossing_cuts_only_the_piece_of_its_water_that_it_is_at():
    pieces = ([(0, 0), (500, 0)], CANAL), ([(800, 0), (1100, 0)], CANAL)
    extract = line_world(*pieces, ([(200, -30), (200, 50)], BRIDGE))
    found = am.distance_between_crossings(extract, am.water_crossings(extract))
    assert found["length_m"].round().tolist() == [300, 300, 200]
    assert sorted(found["from_crossing"]) == ["", "", "w3"]


@given(st.lists(st.integers(1, 999), max_size=6, unique=True))
def test_stretches_add_up_to_the_water(places):
    bridges = [([(x_m, -50), (x_m, 50)], BRIDGE) for x_m in places]
    extract = line_world(([(0, 0), (400, 0)], CANAL), ([(1000, 0), (400, 0)], CANAL), *bridges)
    crossings = am.water_crossings(extract)
    found = am.distance_between_crossings(extract, crossings)
    assert found["length_m"].sum() == pytest.approx(1000, rel=1e-3)
    assert len(found) == len(crossings) + 1
    assert set(found["from_crossing"]) | set(found["to_crossing"]) == {"", *crossings["crossing"]}


def test_a_table_that_is_not_of_crossings_is_refused():
    with pytest.raises(
        PlacesError, match="lack the column crossing and waterway and reason; give what"
    ):
        am.distance_between_crossings(canal_world(), gpd.GeoDataFrame(geometry=[], crs=4326))


def test_without_water_or_without_streets_nothing_is_found():
    for extract in (line_world(([(0, 0), (500, 0)], STREET)), line_world(), canal_only()):
        found = am.water_crossings(extract)
        assert found.empty
        assert list(found.columns) == list(am.water_crossings(canal_world()).columns)
    assert am.distance_between_crossings(line_world(), found).empty


def canal_only():
    return line_world(([(0, 0), (500, 0)], CANAL))


def test_water_that_the_file_breaks_is_crossed_in_both_pieces_and_not_between():
    places = {1: (0, 0), 2: (200, 0), 4: (600, 0), 5: (900, 0)}
    ways = {1: ([1, 2, 3, 4, 5], CANAL)}
    for number, x_m in enumerate((100, 400, 700), 2):
        places |= {10 * number: (x_m, -50), 10 * number + 1: (x_m, 50)}
        ways[number] = ([10 * number, 10 * number + 1], BRIDGE)
    extract = make_extract(places, ways)
    found = am.water_crossings(extract)
    assert found["crossing"].tolist() == ["w2", "w4"]
    assert am.distance_between_crossings(extract, found)["length_m"].round().tolist() == [
        200, 100, 100, 100,
    ]  # fmt: skip


def test_the_metric_system_is_that_of_the_network():
    extract = canal_world()
    assert metric_crs_of(extract) == am.build_network(extract, "walk").crs
