"""Ten faulty files of each kind, through the command line: a message, code 2, nothing left."""

import json
import re

import pytest
from typer.testing import CliRunner

from artois_mobility.cli.commands import app
from osm_files import write_osm

RESIDENTS = "cell,lon,lat,population\nc1,2.8005,50.4001,12\nc2,2.8035,50.4001,30\n"
SITES = "id,category,name,lon,lat\ns1,care/pharmacy,Officine,2.8010,50.4001\n"
STUDY = """
name = "A street"
language = "en"
[data]
extract = "street.osm"
residents = "residents.csv"
communes = "communes.geojson"
sites = ["sites.csv"]
[access]
profiles = ["walk"]
categories = ["care/pharmacy"]
thresholds_min = [5]
"""
SCENARIO = """
name = "A pharmacy"
[[changes]]
kind = "add_site"
category = "care/pharmacy"
name = "New"
at = [2.8030, 50.4001]
"""
RING = [[2.79, 50.39], [2.81, 50.39], [2.81, 50.41], [2.79, 50.41], [2.79, 50.39]]


def commune(**changed):
    properties = {"insee": "62001", "nom": "Rue", "population": 42, **changed}
    return {
        "type": "Feature",
        "properties": {key: value for key, value in properties.items() if value is not ...},
        "geometry": {"type": "Polygon", "coordinates": [RING]},
    }


def communes(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


@pytest.fixture
def study(tmp_path):
    nodes = {1: (2.800, 50.400), 2: (2.802, 50.400), 3: (2.804, 50.400)}
    write_osm(tmp_path / "street.osm", nodes, {7: ([1, 2, 3], {"highway": "residential"})})
    (tmp_path / "residents.csv").write_text(RESIDENTS)
    (tmp_path / "sites.csv").write_text(SITES)
    (tmp_path / "communes.geojson").write_text(communes(commune()))
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "pharmacy.toml").write_text(SCENARIO)
    return tmp_path


def compare(folder, study="study.toml", scenario="pharmacy.toml"):
    words = ["compare", folder / study, folder / scenario, "--output", folder / "out"]
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_same_files_without_a_fault_can_be_compared(study):
    done = compare(study)
    assert done.exit_code == 0, done.output
    assert (study / "out" / "report.html").is_file()


OSM = '<?xml version="1.0"?><osm version="0.6">{}</osm>'
FAULTS = {
    "street.osm": (
        (b"", "empty|no OpenStreetMap"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "OpenStreetMap"),
        (b"lon,lat\n2.8,50.4\n", "OpenStreetMap"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "OpenStreetMap"),
        (b'<?xml version="1.0"?><gpx version="1.1"></gpx>', "OpenStreetMap"),
        (OSM.format('<node id="1" lat="50.4" lon="2.8"').encode(), "OpenStreetMap|cut"),
        (OSM.format("").encode(), "OpenStreetMap|holds no|empty"),
        (OSM.format('<node id="x" lat="50.4" lon="2.8"/>').encode(), "OpenStreetMap"),
        (b'<?xml version="1.0"?><osm version="0.5"></osm>', "OpenStreetMap"),
        (b'<?xml version="1.0"?><osm version="0.6"><node id="1" ', "OpenStreetMap|cut"),
        (None, "does not exist|no such|not there|missing"),
    ),
    "residents.csv": (
        ("", "empty|no "),
        ("cell,lon,lat,population\n", "no row|empty|no "),
        ("cell,lon,population\nc1,2.8,5\n", "lat"),
        (RESIDENTS.replace("12", "-12"), "-12"),
        (RESIDENTS.replace("12", "many"), "many"),
        (RESIDENTS.replace("12", ""), "population"),
        (RESIDENTS.replace("c2", "c1"), "c1"),
        (RESIDENTS.replace("50.4001", "500.4"), "500.4"),
        (RESIDENTS.replace("2.8005", "nan"), "position missing"),
        (RESIDENTS.replace("population", "people_count_x"), "population"),
        (None, "does not exist|no such|not there|missing"),
    ),
    "sites.csv": (
        ("", "empty|no "),
        ("id,category,name,lon,lat\n", "no row|empty|no "),
        (SITES.replace("care/pharmacy", "care/farmacy"), "care/pharmacy"),
        (SITES.replace("category", "kind_of"), "category"),
        (SITES.replace("lon", "x_of"), "lon"),
        (SITES.replace("2.8010", "two"), "two"),
        (SITES.replace("2.8010", "282.8"), "282.8"),
        (SITES.replace("50.4001", ""), "position missing"),
        (SITES + "s1,care/pharmacy,Other,2.8030,50.4001\n", "s1"),
        (SITES.replace("2.8010,50.4001", "50.4001,250.8"), "250.8"),
        (None, "does not exist|no such|not there|missing"),
    ),
    "communes.geojson": (
        ("", "communes.geojson"),
        ("{", "communes.geojson"),
        (communes(), "no |empty"),
        (communes(commune(insee=...)), "insee"),
        (communes(commune(), commune()), "62001"),
        (communes(commune(population=-3)), "-3"),
        (communes({**commune(), "geometry": None}), "no area"),
        (
            communes({**commune(), "geometry": {"type": "Point", "coordinates": [2.8, 50.4]}}),
            "instead of an area",
        ),
        ("<html></html>", "communes.geojson"),
        (communes(commune(insee=None)), "insee"),
        (None, "does not exist|no such|not there|missing"),
    ),
    "study.toml": (
        ("", "name"),
        ("name = ", "line|TOML"),
        (STUDY.replace("[access]", "[acces]"), "access"),
        (STUDY.replace('"walk"', '"wlak"'), "walk"),
        (STUDY.replace('"care/pharmacy"', '"care/farmacy"'), "care/pharmacy"),
        (STUDY.replace("[5]", "[-5]"), "-5"),
        (STUDY.replace("[5]", '["five"]'), "five"),
        (STUDY.replace('"en"', '"de"'), "de"),
        (STUDY.replace('profiles = ["walk"]', "profiles = []"), "profiles"),
        (STUDY.replace("street.osm", "strasse.osm"), "strasse.osm"),
        (STUDY + 'nearest = "one"\n', "nearest"),
        (None, "does not exist|no such|not there|missing"),
    ),
    "pharmacy.toml": (
        ("", "name"),
        ("[[changes]\n", "line|TOML"),
        (SCENARIO.replace("add_site", "add_sight"), "add_site"),
        (SCENARIO.replace("care/pharmacy", "care/farmacy"), "care/pharmacy"),
        (SCENARIO.replace("[2.8030, 50.4001]", "[2.8030]"), "at"),
        (SCENARIO.replace("[2.8030, 50.4001]", "[50.4001, 2.8030]"), "50.4001"),
        (SCENARIO.replace("at = ", "where = "), "at"),
        ('name = "x"\n[[changes]]\nkind = "close_ways"\nids = [99]\n', "99"),
        ('name = "x"\n[[changes]]\nkind = "remove_site"\nsite = "Offisine"\n', "Officine"),
        (
            'name = "x"\n[[changes]]\nkind = "add_link"\nprofiles = ["walk"]\n'
            "geometry = [[2.8000, 50.4090], [2.8040, 50.4090]]\n",
            "m ",
        ),
        ('name = "x"\n[[changes]]\nkind = "set_speed"\nkmh = -3\nids = [7]\n', "-3"),
        (None, "does not exist|no such|not there|missing"),
    ),
}
CASES = [
    pytest.param(name, content, message, id=f"{name}-{number}")
    for name, faults in FAULTS.items()
    for number, (content, message) in enumerate(faults)
]


@pytest.mark.parametrize(("name", "content", "message"), CASES)
def test_a_faulty_file_gets_one_message_and_code_2(study, name, content, message):
    path = study / name
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content)
    before = {each.name for each in study.iterdir()}
    done = compare(study)
    said = " ".join(done.stderr.split())
    assert done.exit_code == 2, said
    assert re.search(message, said), said
    assert path.stem in said, f"the message does not name the file: {said}"
    assert "Traceback" not in done.output
    left = {each.name for each in study.iterdir()} - before
    assert left <= {"out"}
    assert not left or not list((study / "out").iterdir()), "something half-written stayed"


def test_every_kind_of_file_has_ten_faults():
    assert all(len(faults) >= 10 for faults in FAULTS.values())
