"""A study that asks of the water: its section, its answers, its page in the report."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from xml.etree import ElementTree as ET

import pandas as pd
import pyogrio
import pytest

from artois_mobility import compare, read_study, write_report
from artois_mobility.errors import StudyError
from artois_mobility.report.water import changes_water
from study_worlds import STUDY, place, write_town

TERRITORY = """
name = "Voie d'eau"

[data]
extract = "osm/artois-schematic.osm.pbf"
residents = "osm/artois-residents.csv"

[access]
profiles = ["walk"]
categories = ["care/hospital"]

[water]
vessels = ["barge_freycinet", "barge", "barge_vb"]
departure = 2026-11-24T08:00:00
"""
QUAYS = ("Port de Béthune-Beuvry", "Port de Harnes", "Plateforme de Dourges (Delta 3)",
         "Port d'Hénin")  # fmt: skip
BETHUNE, HARNES, DOURGES, HENIN = QUAYS
LOCKS_CSV = """name,lon,lat,length_m,width_m,opening_hours,source
Cuinchy,2.7540,50.5225,144.6,12.0,Mo-Su 09:00-18:00,description publique
Inconnue,2.5,50.3,40,5,,test
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, repository):
    place = tmp_path_factory.mktemp("water")
    shutil.copytree(repository / "data" / "osm", place / "osm")
    (place / "study.toml").write_text(TERRITORY, encoding="utf-8")
    for name in ("ecluse-fermee", "seine-nord", "passerelle-deule"):
        shutil.copy(repository / "scenarios" / f"{name}.toml", place)
    return place


@pytest.fixture(scope="module")
def result(folder):
    study = read_study(folder / "study.toml")
    names = ("ecluse-fermee", "seine-nord", "passerelle-deule")
    return compare(study, [folder / f"{name}.toml" for name in names])


def voyage(result, scenario, vessel, origin, destination):
    table = result.water.voyages.set_index(["scenario", "vessel", "origin", "destination"])
    return table.loc[(scenario, vessel, origin, destination)]


def test_every_voyage_between_two_quays_is_asked_of_every_vessel(result):
    today = result.water.voyages[result.water.voyages["scenario"] == "today"]
    assert len(today) == 3 * 6
    assert set(today["origin"]) | set(today["destination"]) == set(QUAYS)
    # a scenario on land is not computed on the water
    assert set(result.water.voyages["scenario"]) == {"today", "ecluse-fermee", "seine-nord"}
    row = voyage(result, "today", "barge", BETHUNE, DOURGES)
    assert (row["locks"], row["why"]) == (1, "")
    assert row["lock_min"] == pytest.approx(30, abs=0.01)
    # nothing larger than Freycinet's on the Canal de Lens
    assert voyage(result, "today", "barge", BETHUNE, HARNES)["why"] == "off_water"
    assert voyage(result, "today", "barge_freycinet", BETHUNE, HARNES)["why"] == ""
    # the link takes 144.6 m: no convoy of 185 m
    assert voyage(result, "today", "barge_vb", BETHUNE, DOURGES)["why"] == "off_water"


def test_water_is_held_against_the_reference(folder, result):
    """What is closed in both is no news; what concerns no vessel is not asked again."""
    study = read_study(folder / "study.toml")
    files = [folder / f"{name}.toml" for name in ("seine-nord", "passerelle-deule")]
    beside = compare(study, files, reference=folder / "ecluse-fermee.toml")
    assert beside.water.voyages["scenario"].unique().tolist() == ["ecluse-fermee", "seine-nord"]
    keys = ["vessel", "origin", "destination"]
    then, today = beside.water.voyages, result.water.voyages
    base = then[then["scenario"] == "ecluse-fermee"].set_index(keys)
    closed = today[today["scenario"] == "ecluse-fermee"].set_index(keys)
    assert base["minutes"].equals(closed["minutes"])
    own = then[then["scenario"] == "seine-nord"].set_index(keys)
    before = own["minutes_before"].dropna()
    assert before.equals(base["minutes"].loc[before.index].rename("minutes_before"))
    assert own.loc[("barge", BETHUNE, DOURGES), "why"] == "no_way"
    marked = beside.water.waterways
    assert (marked.loc[marked["scenario"] == "ecluse-fermee", "change"] == "").all()


def test_a_closed_lock_loses_what_crosses_it_and_nothing_else(result):
    for vessel in ("barge_freycinet", "barge"):
        assert voyage(result, "ecluse-fermee", vessel, BETHUNE, DOURGES)["why"] == "no_way"
        kept = voyage(result, "ecluse-fermee", vessel, DOURGES, HENIN)
        assert kept["minutes_gained"] == 0
    assert result.water.closed["lock"].tolist() == ["Écluse de Cuinchy"]


def test_the_upgraded_link_takes_convoys_and_has_a_new_quay(result):
    assert voyage(result, "seine-nord", "barge_vb", BETHUNE, DOURGES)["why"] == ""
    new = voyage(result, "seine-nord", "barge_vb", "Quai de la voie nouvelle", BETHUNE)
    assert new["waterways"].startswith("Canal Seine–Nord Europe;Canal de la Sensée")
    assert new["locks"] == 4
    largest = result.water.largest.set_index(["scenario", "origin", "destination"])
    before = largest.loc[("today", BETHUNE, DOURGES)]
    assert (before["length_m"], before["beam_m"], before["class_name"]) == (140.0, 11.4, "Va")
    assert before["length_limit"].startswith(
        "Canal d'Aire, Écluse de Cuinchy: maxlength=140.0 (VNF"
    )
    after = largest.loc[("seine-nord", BETHUNE, DOURGES)]
    assert (after["length_m"], after["class_name"]) == (185.0, "Vb")
    # the gauge of the Canal de Lens stays
    assert largest.loc[("seine-nord", BETHUNE, HARNES)]["length_m"] == 38.5
    changed = result.water.waterways.query("scenario == 'seine-nord' and change == 'new'")
    assert changed["name"].tolist() == ["Canal Seine–Nord Europe"]
    assert not (result.water.waterways["change"] == "narrower").any()


def check_french_of_qgis(path):
    """What the files say in English is shown in French in a French study."""
    with closing(sqlite3.connect(path)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    named = {
        (field.get("name"), option.get("value")): option.get("name")
        for name in ("voyages", "waterways")
        for field in ET.fromstring(styles[name].encode()).iter("field")
        for option in field.iter("Option")
    }
    assert named["vessel", "barge"].startswith("bateau de commerce")
    assert named["why", "no_way"] == named["reason", "no route"] == "aucun passage"
    assert named["length_source", "class I"] == "classe I"
    assert named["change", "new"] == "nouveau"
    assert named["change", ""] == "–"


@pytest.mark.parametrize(
    ("language", "title", "told"),
    [
        ("fr", "La voie d’eau", ("5 trajets ne sont plus possibles", "limitée à 140 m (VNF")),
        ("en", "The water", ("5 voyages are no longer possible", "limited to 140 m (VNF")),
    ],
)
def test_the_report_has_a_page_on_the_water(result, tmp_path, language, title, told):
    paths = write_report(result, tmp_path, language=language)
    names = [path.name for path in paths]
    assert {"water-today.png", "water-ecluse-fermee.png", "water-seine-nord.png"} <= set(names)
    html = paths[0].read_text(encoding="utf-8")
    page = html[html.index('<section id="water">') : html.index('<section id="certainty">')]
    assert f"<h2>{title}</h2>" in page
    assert page.count("<figure>") == 3
    assert page.count("<caption>") == 3 + 3  # largest vessels by situation, voyages by vessel
    lost, limit = told
    assert limit in page
    assert "maxlength=" not in page
    assert lost in html
    assert '<a href="#water">' in html
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "results.gpkg")}
    assert layers >= {"waterways", "voyages", "quays"}
    if language == "fr":
        check_french_of_qgis(tmp_path / "results.gpkg")
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["water"]["departure"] == "2026-11-24T08:00:00"


def test_a_scenario_that_leaves_the_water_as_it_is_has_no_map_of_it(result):
    water = result.water
    alike = {}
    for name in ("voyages", "largest", "quays"):
        table = getattr(water, name)
        own = table[table["scenario"] == "today"].assign(scenario="bridge")
        alike[name] = pd.concat([table, own], ignore_index=True)
    found = replace(water, **alike)
    assert not changes_water(found, "bridge", "today")
    assert changes_water(found, "ecluse-fermee", "today")
    assert changes_water(found, "seine-nord", "today")
    for name, column, value in (
        ("voyages", "minutes", 1e6),
        ("largest", "beam_m", 2.0),
        ("quays", "name", "Autre quai"),
    ):
        table = alike[name].copy()
        table.loc[table["scenario"] == "bridge", column] = value
        assert changes_water(replace(found, **{name: table}), "bridge", "today"), name
    shut = water.closed.assign(scenario="bridge")
    assert changes_water(replace(found, closed=shut), "bridge", "today")


def test_the_command_says_what_changes_on_the_water(folder, tmp_path, capfd):
    command = ["compare", "study.toml", "ecluse-fermee.toml", "--output", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, "-m", "artois_mobility", *command],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Écluse de Cuinchy en chômage\n  5 trajets ne sont plus possibles" in done.stdout
    assert "Personne ne gagne" not in done.stdout
    done = subprocess.run(
        [sys.executable, "-m", "artois_mobility", *command, "--json"],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told = json.loads(done.stdout)["scenarios"][0]["voyages"]
    assert told == {"lost": 5, "opened": 0, "longer": 0, "shorter": 0, "total": 18}


def test_tables_of_locks_and_quays_are_used_and_told(folder):
    (folder / "locks.csv").write_text(LOCKS_CSV, encoding="utf-8")
    (folder / "quays.csv").write_text(
        "name,lon,lat\nA,2.69,50.5345\nB,2.977,50.45\n", encoding="utf-8"
    )
    text = TERRITORY + 'locks = "locks.csv"\nquays = "quays.csv"\ntrips = [["A", "B"]]\n'
    (folder / "tables.toml").write_text(text, encoding="utf-8")
    found = compare(read_study(folder / "tables.toml"), [])
    assert found.water.locks["reason"].tolist() == ["", "no lock within 250 m"]
    row = voyage(found, "today", "barge", "A", "B")
    # the lock opens at nine; it is reached at about half past eight
    assert 20 < row["waiting_min"] < 50
    largest = found.water.largest.iloc[0]
    assert (largest["length_m"], largest["beam_m"]) == (144.6, 12.0)
    roles = {each["role"] for each in found.manifest["inputs"]}
    assert {"locks", "quays"} <= roles


def test_water_without_quays_says_so_and_reaches_no_site(tmp_path):
    study = write_town(tmp_path)
    study.write_text(f"{STUDY}\n[water]\n", encoding="utf-8")
    lon, lat = place(3, 1)
    (tmp_path / "site.toml").write_text(
        'name = "S"\n[[changes]]\nkind = "add_site"\ncategory = "care/hospital"\n'
        f'name = "H"\nat = [{lon}, {lat}]\n',
        encoding="utf-8",
    )
    found = compare(read_study(study), [tmp_path / "site.toml"])
    assert "fewer than two quays" in " ".join(found.scenarios[0].warnings["en"])
    assert found.scenarios[1].warnings["en"] == []  # no vessel looks for a hospital
    assert found.water.voyages.empty
    (tmp_path / "reach.toml").write_text(
        'name = "R"\n[[changes]]\nkind = "add_reach"\nname = "N"\ncemt = "Va"\n'
        f"geometry = [[{lon}, {lat}], [{lon + 0.001}, {lat}]]\n",
        encoding="utf-8",
    )
    with pytest.raises(StudyError, match=r"from the nearest waterway|no waterway in the extract"):
        compare(read_study(study), [tmp_path / "reach.toml"])


FAULTS = [
    ('vessels = ["car"]', "water.vessels: 'car' is no vessel; choose barge"),
    ('vessels = ["submarine"]', "water.vessels: .*submarine"),
    ('vessels = ["walk", "barge"]', "'walk' is no vessel"),
    ('locks = "nowhere.csv"', "water.locks: 'nowhere.csv' does not exist"),
    ('quay = "x.csv"', "water.quay is no key here. Did you mean quays"),
    ("departure = 2026-11-24T08:00:00Z", "local time without a time zone"),
    ('departure = "soon"', "water.departure"),
    ('trips = [["A"]]', r"water.trips"),
]


@pytest.mark.parametrize(("line", "said"), FAULTS)
def test_faults_of_the_section_are_told(tmp_path, line, said):
    study = write_town(tmp_path)
    study.write_text(f"{STUDY}\n[water]\n{line}\n", encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_study(study)
    assert re.search(said, str(caught.value))


def test_a_vessel_that_travels_already_is_named_once(tmp_path):
    study = write_town(tmp_path)
    text = STUDY.replace('["car", "walk"]', '["car", "barge"]')
    study.write_text(f'{text}\n[water]\nvessels = ["barge"]\n', encoding="utf-8")
    with pytest.raises(StudyError, match=r"'barge' stands in access\.profiles too"):
        read_study(study)


def test_trips_between_quays_that_are_not_there_are_refused(folder):
    text = TERRITORY + 'trips = [["Port de Harnes", "Port de Calais"]]\n'
    (folder / "trips.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"'Port de Calais' is no quay of the study. It has: Port"):
        compare(read_study(folder / "trips.toml"), [])
