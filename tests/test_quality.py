"""The check of the data: each kind of fault made by hand, and none where all is well."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.quality.checking import KINDS
from network_worlds import make_extract
from osm_files import write_osm

STREET = {"highway": "residential", "maxspeed": "30"}
ONEWAY = {**STREET, "oneway": "yes"}
SQUARE = {1: (0, 0), 2: (300, 0), 3: (300, 300), 4: (0, 300)}
RING = {1: ([1, 2, 3, 4, 1], STREET)}
CANAL = {"waterway": "canal"}


def check(positions, ways, node_tags=None, relations=None):
    extract = make_extract({**SQUARE, **positions}, {**RING, **ways}, node_tags, relations)
    return am.check(extract)


def only(found, kind):
    assert {name for name, count in found.counts().items() if count} == {kind}
    return found.faults


def test_a_sound_town_has_no_fault():
    found = check({5: (100, -50)}, {2: ([1, 5], STREET)})
    assert dict(found.counts()) == dict.fromkeys(KINDS, 0)
    assert list(found.faults["kind"]) == []
    assert found.faults.crs == "EPSG:4326"


def test_an_island_is_told_with_its_length():
    faults = only(check({7: (2000, 0), 8: (2050, 0)}, {7: ([7, 8], STREET)}), "island")
    assert faults[["osm_type", "osm_id"]].values.tolist() == [["way", 7]]
    assert faults["metres"].iloc[0] == pytest.approx(50, rel=0.01)
    assert faults["detail"].iloc[0] == "1 ways not connected with the rest of the network"


@pytest.mark.parametrize(
    ("refs", "detail"), [([2, 7], "can be entered but not left"), ([7, 2], "can be left but not")]
)
def test_a_one_way_trap_is_told(refs, detail):
    faults = only(check({7: (500, 0)}, {7: (refs, ONEWAY)}), "one_way_trap")
    assert faults["osm_id"].tolist() == [7]
    assert detail in faults["detail"].iloc[0]


def test_an_end_that_stops_short_is_a_gap():
    positions = {7: (150, 1.5), 8: (150, 100), 9: (0, 100)}
    ways = {7: ([7, 8], STREET), 8: ([8, 9], STREET), 9: ([9, 4], STREET)}
    faults = only(check(positions, ways), "gap")
    assert faults[["osm_type", "osm_id"]].values.tolist() == [["node", 7]]
    assert "1.5 m from way 1" in faults["detail"].iloc[0]


@pytest.mark.parametrize("distance_m", [2.5, 10])
def test_an_end_farther_away_is_none(distance_m):
    positions = {7: (150, distance_m), 8: (150, 100), 9: (0, 100)}
    ways = {7: ([7, 8], STREET), 8: ([8, 9], STREET), 9: ([9, 4], STREET)}
    assert not check(positions, ways).counts()["gap"]


def test_a_bollard_is_no_gap():
    positions = {7: (150, 150), 8: (300, 150)}
    ways = {7: ([1, 7], STREET), 8: ([7, 3], STREET)}
    found = check(positions, ways, {7: {"barrier": "bollard"}})
    assert not found.counts()["gap"]


def test_a_street_through_a_canal_is_told_at_the_crossing():
    positions = {7: (150, -50), 8: (150, 50)}
    faults = only(check(positions, {7: ([7, 8], CANAL)}), "street_through_water")
    assert faults["osm_id"].tolist() == [1]
    assert faults.geometry.iloc[0].geom_type == "Point"


@pytest.mark.parametrize("tags", [{"bridge": "yes"}, {"tunnel": "yes"}, {"layer": "1"}])
def test_a_bridge_is_no_street_through_water(tags):
    positions = {7: (150, -50), 8: (150, 50), 5: (400, 0)}
    ways = {1: ([1, 2], {**STREET, **tags}), 2: ([2, 3, 4, 1], STREET), 7: ([7, 8], CANAL)}
    assert not check(positions, ways).counts()["street_through_water"]


@pytest.mark.parametrize(
    ("tags", "detail"),
    [
        ({"maxspeed": "fifty"}, "cannot be read"),
        ({"maxspeed": "130"}, "5 to 70 km/h would be expected"),
        ({"highway": "motorway", "maxspeed": "30"}, "50 to 150"),
        ({"maxspeed:backward": "500"}, "cannot be read"),
        ({"maxspeed": "50", "maxspeed:backward": "130"}, "5 to 70 km/h would be expected"),
    ],
)
def test_a_limit_that_cannot_be_right_is_told(tags, detail):
    found = check({}, {7: ([1, 3], {**STREET, **tags})})
    speeds = found.faults[found.faults["kind"] == "implausible_speed"]
    assert speeds["osm_id"].tolist() == [7]
    assert detail in speeds["detail"].iloc[0]


def test_a_restriction_whose_ways_do_not_meet_is_told():
    members = [("w", 1, "from"), ("n", 3, "via"), ("w", 7, "to")]
    relations = {70: (members, {"type": "restriction", "restriction": "no_left_turn"})}
    faults = only(check({}, {7: ([1, 2], STREET)}, {}, relations), "restriction_not_applicable")
    assert faults[["osm_type", "osm_id"]].values.tolist() == [["relation", 70]]


def test_a_site_far_from_any_street_is_told():
    hospital = {9: {"amenity": "hospital", "name": "Loin"}}
    faults = only(check({9: (3000, 0)}, {}, hospital), "site_without_access")
    assert faults["name"].tolist() == ["Loin"]
    assert faults["detail"].iloc[0].endswith("no street within 300 m")


def test_kilometres_without_a_limit_are_measured_by_class():
    found = check({5: (0, -1000)}, {2: ([1, 5], {"highway": "primary"})})
    table = found.missing_speeds.set_index("class")
    assert table.loc["primary", "km_without_limit"] == pytest.approx(1.0, rel=0.01)
    assert table.loc["residential", "share"] == 0


def test_nothing_at_all():
    found = am.check(make_extract({}, {}))
    assert sum(found.counts().values()) == 0
    assert len(found.missing_speeds) == 0


@pytest.fixture
def file(tmp_path):
    nodes = {1: (2.80, 50.40), 2: (2.81, 50.40), 3: (2.90, 50.45), 4: (2.901, 50.45)}
    ways = {7: ([1, 2], STREET), 8: ([3, 4], STREET)}
    return write_osm(tmp_path / "town.osm", nodes, ways)


def run(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_the_command_writes_tables_a_geopackage_and_a_map(file, tmp_path):
    answer = run(file, "--output", tmp_path / "out", "--lang", "en", "--quiet")
    assert answer.exit_code == 0, answer.output
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"faults.gpkg", "faults.csv", "missing_speeds.csv", "faults.png"}
    layer = gpd.read_file(tmp_path / "out" / "faults.gpkg")
    assert (
        layer["osm_id"].tolist() == pd.read_csv(tmp_path / "out" / "faults.csv")["osm_id"].tolist()
    )
    assert layer["kind"].tolist() == ["island"]


def test_the_command_prints_counts_or_json(file):
    assert "Îlots détachés du réseau" in run(file, "--lang", "fr").stdout
    assert "Islands" in run(file, "--lang", "en").stdout
    counts = json.loads(run(file, "--json").stdout)["counts"]
    assert counts["island"] == 1


def test_the_command_refuses_what_is_wrong(file, tmp_path):
    assert run(tmp_path / "none.osm").exit_code == 2
    assert run(file, "--profile", "hovercraft").exit_code == 2
    (tmp_path / "taken").write_text("")
    answer = run(file, "--output", tmp_path / "taken")
    assert answer.exit_code == 2
    assert "is a file" in answer.output


@pytest.mark.realdata
@pytest.mark.parametrize("name", ["nantes-centre", "malta"])
def test_a_real_town_is_checked(realdata, name):
    found = am.check(am.read_osm(realdata / "osm" / f"{name}.osm.pbf"), language="fr")
    assert found.counts()["restriction_not_applicable"] > 0
    assert all(found.faults.geometry.to_numpy() != None)  # noqa: E711  each of an array
    assert not found.faults["detail"].str.contains("{", regex=False).any()
