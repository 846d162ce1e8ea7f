"""Quays of OpenStreetMap and of tables, and emission factors from files."""

import json

import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility.errors import FreightError, PlacesError
from artois_mobility.freight.factors import EmissionFactor
from freight_worlds import at
from network_worlds import make_extract

CANAL = {"waterway": "canal", "CEMT": "Vb"}


# ----------------------------------------------------------------------- quays of OpenStreetMap


def port():
    """A canal along y = 0 and, farther east, a river 300 m wide with a quay on its bank.

    ::

        way 30, a port from y = 40 to 90         way 31, a quay at y = 150
        1 ------------------------- 2            3 ---- 4  river, its bank from y = -150 to 150
    """
    positions = {1: (0, 0), 2: (2000, 0), 3: (4000, 0), 4: (6000, 0),
                 11: (500, 40), 12: (700, 50), 13: (700, 90), 14: (500, 90),
                 21: (4500, 150), 22: (4700, 150),
                 31: (4000, -150), 32: (6000, -150), 33: (6000, 150), 34: (4000, 150),
                 41: (1000, 99), 42: (1200, 101), 43: (1400, 10), 44: (1500, 10),
                 61: (390, 870), 62: (410, 870), 63: (410, 890), 64: (390, 890),
                 51: (0, 900), 52: (900, 900), 53: (400, 880)}  # fmt: skip
    ways = {
        10: ([1, 2], CANAL), 20: ([3, 4], {"waterway": "river", "ship": "yes"}),
        21: ([51, 52], {"waterway": "canal", "tunnel": "culvert"}),
        30: ([11, 12, 13, 14, 11], {"landuse": "port", "name": "Port sec"}),
        31: ([21, 22], {"man_made": "quay", "source": "survey"}),
        32: ([31, 32, 33, 34, 31], {"natural": "water", "water": "river"}),
        34: ([61, 62, 63, 64, 61], {"natural": "water", "name": "pond"}),
        33: ([43, 44], {"disused:man_made": "pier"}),
    }  # fmt: skip
    tags = {41: {"harbour": "yes", "name": "Près"}, 42: {"industrial": "port"},
            43: {"harbour": "no"}, 53: {"man_made": "pier"}}  # fmt: skip
    return make_extract(positions, ways, tags)


def test_quays_hang_where_they_are_nearest_to_the_water():
    quays = am.find_quays(port()).set_index("quay")
    assert sorted(quays.index) == ["n41", "n42", "n53", "w30", "w31"]
    assert quays["kind"].to_dict() == {
        "n41": "harbour=yes", "n42": "industrial=port", "n53": "man_made=pier",
        "w30": "landuse=port", "w31": "man_made=quay",
    }  # fmt: skip
    assert quays["name"].to_dict()["w30"] == "Port sec"
    assert set(quays["source"]) == {"osm"}
    expected = {"n41": 99, "n42": 101, "n53": 880, "w30": 40, "w31": 0}
    for quay, metres in expected.items():
        assert quays["water_m"][quay] == pytest.approx(metres, rel=2e-3), quay
    for quay, place in (("w30", at(500, 40)), ("n41", at(1000, 99))):
        point = quays.geometry[quay]
        assert (point.x, point.y) == pytest.approx(place, abs=2e-5)
    assert quays["reason"].to_dict() == {
        "n41": "", "w30": "", "w31": "",
        "n42": "more than 100 m from a canal, river or fairway",
        "n53": "more than 100 m from a canal, river or fairway",
    }  # fmt: skip
    assert am.find_quays(port()).attrs["left_out"] == {"disused or abandoned": 1}


def test_the_distance_that_counts_can_be_chosen():
    near = am.find_quays(port(), within_m=50).set_index("quay")["reason"]
    assert (near == "").to_dict() == {
        "n41": False, "n42": False, "n53": False, "w30": True, "w31": True,
    }  # fmt: skip
    assert near["n41"] == "more than 50 m from a canal, river or fairway"
    for metres in (0, -1, np.nan, np.inf):
        with pytest.raises(PlacesError, match="within_m must be a finite number of metres above 0"):
            am.find_quays(port(), within_m=metres)


def test_outlines_reach_roads_and_water():
    """The port's street runs along its far side, 60 m from the point that is nearest to water."""
    extract = port()
    quays = am.find_quays(extract).set_index("quay")
    assert quays["entrances"]["n41"] is None
    outline = quays["entrances"]["w30"]
    assert outline.geom_type == "LineString"
    assert outline.is_ring
    assert shapely.distance(outline, quays.geometry["w30"]) < 1e-9
    water = am.build_network(extract, "barge")
    attached = am.attach(water, quays.loc[["w30"]])
    assert attached.offroad_m == pytest.approx([40], abs=0.5)


def test_an_extract_without_water_has_quays_that_do_not_count():
    extract = make_extract({1: (0, 0), 2: (100, 0)}, {}, {1: {"industrial": "port"}})
    quays = am.find_quays(extract)
    assert quays["water_m"].isna().all()
    assert quays["reason"].tolist() == ["no canal, river or fairway in the extract"]
    assert am.find_quays(make_extract({1: (0, 0)}, {})).empty


def test_the_ports_of_the_territory(repository):
    extract = am.read_osm(repository / "data/osm/artois-schematic.osm.pbf")
    quays = am.find_quays(extract, within_m=300)
    assert quays["name"].tolist() == [
        "Port de Béthune-Beuvry", "Port de Harnes", "Plateforme de Dourges (Delta 3)",
        "Port d'Hénin",
    ]  # fmt: skip
    assert (quays["reason"] == "").all()
    assert quays["quay"].is_unique
    assert (
        am.attach(am.build_network(extract, "barge_freycinet"), quays).reason_of_place == ""
    ).all()


# ----------------------------------------------------------------------------- tables of quays


def write(tmp_path, text, name="quays.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_of_quays(tmp_path):
    path = write(
        tmp_path,
        "quay,name,lon,lat,handling_min,source\nb,Béthune,2.65,50.52,45,VNF\nh,,2.9,50.44,,\n",
    )
    quays = am.read_quays(path)
    assert quays.drop(columns=["geometry", "entrances", "handling_min", "water_m"]).to_numpy(
    ).tolist() == [
        ["b", "Béthune", "table", "VNF", ""], ["h", "", "table", "quays.csv", ""],
    ]  # fmt: skip
    assert quays["handling_min"].tolist() == pytest.approx([45, np.nan], nan_ok=True)
    assert quays["water_m"].isna().all()
    assert quays.crs == "EPSG:4326"
    assert (quays.geometry[1].x, quays.geometry[1].y) == (2.9, 50.44)
    osm = am.find_quays(port())
    assert set(osm.columns) | {"handling_min"} == set(quays.columns)


def test_a_name_is_enough_and_semicolons_have_decimal_commas(tmp_path):
    quays = am.read_quays(write(tmp_path, "nom;lon;lat;handling_min\nHarnes;2,9;50,44;12,5\n"))
    assert quays[["quay", "name", "handling_min"]].to_numpy().tolist() == [
        ["Harnes", "Harnes", 12.5]
    ]


def test_areas_keep_their_outline(tmp_path):
    ring = [at(500, 40), at(700, 50), at(700, 90), at(500, 40)]
    feature = {
        "type": "Feature", "properties": {"quay": "p"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    quays = am.read_quays(write(tmp_path, text, "quays.geojson"))
    assert quays["entrances"][0].is_ring
    assert quays.geometry[0].geom_type == "Point"
    assert shapely.Polygon(ring).contains(quays.geometry[0])


def test_all_faults_of_a_table_are_told_at_once(tmp_path):
    path = write(
        tmp_path,
        "quay,lon,lat,handling_min\na,2.6,50.5,-1\na,2.6,50.5,1e5\n,2.6,50.5,soon\nd,,50.5,3\n",
    )
    with pytest.raises(PlacesError) as caught:
        am.read_quays(path)
    told = str(caught.value)
    for fault in (
        "quays.csv has 5 problems",
        "position missing in 1 of 4 rows; first row 4",
        "handling_min is no number in 1 of 4 rows; first row 3: 'soon'",
        "handling_min not from 0 to 10080 min in 2 of 4 rows; first row 1: -1",
        "neither quay nor name in 1 of 4 rows; first row 3",
        "the same quay again in 1 of 4 rows; first row 2: 'a'",
        "The table needs a position",
    ):
        assert fault in told
    with pytest.raises(PlacesError, match="there is no column quay and no column name"):
        am.read_quays(write(tmp_path, "lon,lat\n2.6,50.5\n"))
    with pytest.raises(PlacesError, match=r"nowhere\.csv does not exist"):
        am.read_quays("nowhere.csv")


# ----------------------------------------------------------------------------- emission factors


def test_the_shipped_factors_are_those_of_the_agency():
    factors = am.read_emission_factors()
    assert {mode: each.g_per_tkm for mode, each in factors.items()} == {
        "road": 137, "water": 33, "rail": 24,
    }  # fmt: skip
    assert all("EEA" in each.source and each.date == "2021" for each in factors.values())


def test_a_file_of_ones_own_replaces_them(tmp_path):
    text = "".join(
        f'[{mode}]\ng_per_tkm = {grams}\nsource = "ADEME"\ndate = "2024-05"\n'
        for mode, grams in (("water", 20.5), ("road", 0))
    )
    assert dict(am.read_emission_factors(write(tmp_path, text, "own.toml"))) == {
        "road": EmissionFactor(0, "ADEME", "2024-05"),
        "water": EmissionFactor(20.5, "ADEME", "2024-05"),
    }  # fmt: skip


def test_all_faults_of_a_file_of_factors_are_told_at_once(tmp_path):
    text = '[road]\ng_per_tkm = -1\nsource = " "\ndate = 2021\n[air]\ng_per_tkm = 5\n'
    with pytest.raises(FreightError) as caught:
        am.read_emission_factors(write(tmp_path, text, "own.toml"))
    for fault in (
        "own.toml has faults",
        "water: is missing",
        "road.g_per_tkm: must be a number of grams from 0 on; found -1",
        "road.source: must be a text; found ' '",
        "road.date: must be a text; found 2021",
        "air: is no mode; allowed are road, water, rail",
        "Give a table for each of road and water",
    ):
        assert fault in str(caught.value)
    whole = '[{}]\ng_per_tkm = {}\nsource = "a"\ndate = "b"\n'
    for grams in ("true", "inf", "nan", '"5"'):
        text = whole.format("road", grams) + whole.format("water", 1)
        with pytest.raises(FreightError, match=r"road\.g_per_tkm: must be a number"):
            am.read_emission_factors(write(tmp_path, text, "own.toml"))
    text = whole.format("road", 1) + "grams = 1\n" + whole.format("water", 1)
    with pytest.raises(
        FreightError, match=r"road\.grams: is no key; allowed are g_per_tkm, source"
    ):
        am.read_emission_factors(write(tmp_path, text, "own.toml"))
    with pytest.raises(FreightError, match="road: must be a table; found 5"):
        am.read_emission_factors(write(tmp_path, "road = 5\n" + whole.format("water", 1), "o.toml"))
    with pytest.raises(FreightError, match="is no TOML file"):
        am.read_emission_factors(write(tmp_path, "road: 5", "own.toml"))
    with pytest.raises(FreightError, match="is a folder"):
        am.read_emission_factors(tmp_path)
