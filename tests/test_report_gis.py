"""What a GIS makes of the files: GDAL and QGIS, which are programs of their own, read them."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from artois_mobility.report.classes import ACCESS_COLOURS
from artois_mobility.report.writing import write_report
from comparison_world import HOSTILE, make_comparison

# Debian's Python has QGIS; ours need not.
SYSTEM_PYTHON = "/usr/bin/python3"
NUMBER = r"-?\d+(?:\.\d+)?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("gis")
    write_report(make_comparison(schematic=True), place, also=["geoparquet"])
    return place


@pytest.fixture(scope="module")
def seen(folder, tmp_path_factory):
    """What QGIS reads."""
    picture = tmp_path_factory.mktemp("qgis") / "view.png"
    return read_with_qgis(folder, picture), picture


def read_with_qgis(folder, picture):
    reader = Path(__file__).with_name("qgis_reader.py")
    # QGIS keeps settings in the home folder.
    own = {"HOME": str(picture.parent), "XDG_RUNTIME_DIR": str(picture.parent), "LANG": "C.UTF-8"}
    done = subprocess.run(
        [SYSTEM_PYTHON, reader, folder, picture],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], **own},
        check=False,
    )
    if done.returncode:
        pytest.fail(f"QGIS is needed: run `make tools` as root. {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def ogrinfo(*arguments):
    if shutil.which("ogrinfo") is None:
        pytest.fail("ogrinfo is needed: run `make tools` as root.")
    return subprocess.run(
        ["ogrinfo", "-ro", *arguments], capture_output=True, text=True, check=True
    )


def test_ogrinfo_lists_every_layer_with_its_title(folder):
    told = ogrinfo("-so", folder / "results.gpkg")
    assert told.stderr == ""
    assert "1: cells_today_car (title: Artois, aujourd'hui – voiture) (Point)" in told.stdout
    assert "communes_pont_ferme_car (title: Pont-canal fermé pour travaux – voiture)" in told.stdout
    assert "layer_styles (None)" in told.stdout


def test_ogrinfo_tells_what_a_layer_is(folder):
    told = ogrinfo("-so", folder / "results.gpkg", "cells_passerelle_walk").stdout
    assert "Feature Count: 13" in told
    assert 'ID["EPSG",2154]]\n' in told
    assert "TITLE=Passerelle sur la Deûle – marche\n" in told
    assert "SOURCE=© contributeurs OpenStreetMap (ODbL), extrait du 01/10/2026 ; " in told
    assert "traitement artois-mobility 0.1.0" in told
    assert "LICENCE=ODbL 1.0\n" in told
    assert "ABSTRACT=SCHÉMATIQUE – NE PAS CITER. " in told
    assert "insee_com: String" in told
    assert "care_gain: Real" in told


def test_the_package_follows_the_standard(folder):
    with sqlite3.connect(folder / "results.gpkg") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA user_version").fetchone() == (10200,)
        extensions = {
            row[0] for row in database.execute("SELECT extension_name FROM gpkg_extensions")
        }
        labels = dict(
            database.execute(
                "SELECT column_name, title FROM gpkg_data_columns WHERE table_name = 'sites'"
            )
        )
        defaults = database.execute(
            "SELECT f_table_name, count(*) FROM layer_styles WHERE useAsDefault GROUP BY 1"
        ).fetchall()
    assert {"gpkg_metadata", "gpkg_schema"} <= extensions
    assert labels["position_quality"] == "Qualité de la position"
    assert len(defaults) == 12
    assert {count for _, count in defaults} == {1}


def test_qgis_draws_every_layer_of_the_package_by_its_own_style(seen):
    told, _ = seen
    assert len(told["package"]) == 12
    for layer in told["package"].values():
        assert layer["is_valid"]
        assert layer["crs"] == "EPSG:2154"
        assert layer["rules"]
        assert layer["title"]
    cells = told["package"]["cells_today_walk"]
    assert cells["rules"][0] == ["5 min ou moins", '"care_min" <= 5']
    assert cells["rules"][1] == ["5 à 10 min", '"care_min" > 5 AND "care_min" <= 10']
    assert cells["rules"][-1] == ["aucun site atteint", '"care_min" IS NULL']
    assert cells["symbols"] == ["SimpleMarker"] * 7 + ["FilledMarker"]


def test_every_feature_meets_one_rule_and_the_counts_are_those_of_the_classes(seen, folder):
    told, _ = seen
    for name, layer in told["package"].items():
        if name.startswith(("cells", "communes", "sites", "links", "closed", "speeds")):
            assert sum(layer["drawn"]) == layer["count"], name
    minutes = gpd.read_file(folder / "results.gpkg", layer="cells_today_walk")["care_min"]
    bounds = np.array([5, 10, 15, 20, 30, 45])
    classes = np.bincount(np.searchsorted(bounds, minutes.dropna()), minlength=7).tolist()
    assert told["package"]["cells_today_walk"]["drawn"] == [*classes, int(minutes.isna().sum())]
    # Three minutes gained by ten cells, one newly reached, two lost: none lies in two classes.
    changed = told["package"]["cells_passerelle_walk"]
    assert dict(zip([rule[0] for rule in changed["rules"]], changed["drawn"], strict=True)) == {
        **dict.fromkeys([rule[0] for rule in changed["rules"]], 0),
        "gagne 2 à 5 min": 11,
        "atteint désormais un site": 1,
        "n’atteint plus de site": 1,
    }


def test_qgis_opens_the_project_with_everything_in_it(seen):
    told, _ = seen
    assert told["read"]
    assert told["crs"] == "EPSG:2154"
    assert told["groups"] == [
        "Aujourd’hui",
        "Passerelle sur la Deûle",
        "Pont-canal fermé pour travaux",
    ]
    assert told["shown"] == [
        "artois_mobility_cells_today_car",
        "artois_mobility_communes_today_car",
    ]
    assert len(told["project"]) == 12
    assert all(layer["is_valid"] for layer in told["project"].values())
    communes = told["project"]["artois_mobility_communes_pont_ferme_car"]
    assert (
        communes["styles"]
        == [
            "Soins – habitants gagnants",
            "Soins – habitants perdants",
            "Soins – minutes gagnées",
            "commune",
        ]
        or "Soins – minutes gagnées" in communes["styles"]
    )
    assert "Soins – minutes gagnées" in communes["labels"]
    assert "round(\"care_gain\") || ' min'" in communes["tip"]
    assert communes["rights"][0].startswith("© contributeurs OpenStreetMap (ODbL)")


def test_the_projects_first_view_has_the_colours_of_the_maps(seen):
    _, picture = seen
    with Image.open(picture) as image:
        pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    for colour in ACCESS_COLOURS[:2]:
        wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        assert (pixels == wanted).all(axis=1).mean() > 0.05


def test_the_project_names_no_folder_of_this_machine(folder):
    with zipfile.ZipFile(folder / "results.qgz") as archive:
        assert archive.namelist() == ["results.qgs"]
        text = archive.read("results.qgs").decode()
    root = ET.fromstring(text)
    sources = {element.text for element in root.iter("datasource")}
    assert {source.split("|")[0] for source in sources} == {"./results.gpkg"}
    assert str(folder) not in text
    assert root.findtext("properties/Paths/Absolute") == "false"


def test_circles_grow_with_the_root_of_their_people(folder):
    with sqlite3.connect(folder / "results.gpkg") as database:
        rows = database.execute(
            "SELECT styleQML, styleSLD FROM layer_styles WHERE f_table_name = "
            "'communes_pont_ferme_car' AND styleName = 'Soins – habitants perdants'"
        ).fetchone()
    expression = re.search(rf'value="({NUMBER}) \* sqrt\(&quot;care_perdants&quot;\)"', rows[0])
    # 120 people lose: the largest circle is 14 mm wide.
    assert float(expression[1]) * np.sqrt(120) == pytest.approx(14, rel=1e-4)
    assert "sqrt" in rows[1]


def test_every_style_is_well_formed_and_its_fields_exist(folder):
    with sqlite3.connect(folder / "results.gpkg") as database:
        rows = database.execute("SELECT f_table_name, styleQML, styleSLD FROM layer_styles")
        for layer, qml, sld in rows.fetchall():
            fields = {row[1] for row in database.execute(f'PRAGMA table_info("{layer}")')}
            ET.fromstring(qml.encode())
            used = {e.text for e in ET.fromstring(sld).iter() if e.tag.endswith("PropertyName")}
            assert used <= fields
            assert set(re.findall(r'filter="[^"]*?&quot;(\w+)&quot;', qml)) <= fields


def test_geoparquet_holds_the_same_layers(folder):
    for path in (folder / "layers").glob("*.parquet"):
        table = gpd.read_parquet(path)
        layer = gpd.read_file(folder / "results.gpkg", layer=path.stem)
        assert table.crs.to_epsg() == 2154
        assert list(table.columns) == list(layer.columns)
        assert len(table) == len(layer)
        assert table.geometry.centroid.geom_equals_exact(layer.geometry.centroid, 1e-6).all()
    assert len(list((folder / "layers").glob("*.parquet"))) == 12


@pytest.fixture(scope="module")
def ridden(tmp_path_factory):
    """A report with public transport, and what QGIS reads of it."""
    place = tmp_path_factory.mktemp("ridden")
    write_report(make_comparison(transit=True), place, also=["geoparquet"])
    return place, read_with_qgis(place, place / "view.png")


def test_what_only_a_car_reaches_has_a_layer_and_a_style(ridden):
    folder, told = ridden
    layer = gpd.read_file(folder / "results.gpkg", layer="only_by_car_today")
    far = layer["cell"].str[1].astype(int) >= 6
    assert (layer["culture_library_voiture"] == 2 + layer["cell"].str[1].astype(int)).all()
    assert (layer["culture_library_sans"].fillna(99) > 30).equals(far)
    assert (layer["culture_library_classe"] == "en voiture seulement").equals(far)
    seen = told["package"]["only_by_car_today"]
    assert dict(zip([rule[0] for rule in seen["rules"]], seen["drawn"], strict=True)) == {
        "avec et sans voiture": 30,
        "en voiture ou à vélo": 0,
        "en voiture seulement": 18,
        "sans voiture seulement": 0,
        "ni l’un ni l’autre": 0,
    }
    assert told["shown"][0] == "artois_mobility_cells_today_car"
    held = told["project"]["artois_mobility_only_by_car_today"]
    assert held["title"] == "Artois, aujourd'hui – avec et sans voiture"
    assert held["styles"] == [
        "Bibliothèque, médiathèque – avec ou sans voiture",
        "Bibliothèque, médiathèque – temps sans voiture, en minutes",
        "Soins – avec ou sans voiture",
        "Soins – temps sans voiture, en minutes",
    ]
    assert "Soins – temps en voiture, en minutes" in held["labels"]


def test_what_a_scenario_changes_without_a_car_has_a_layer(ridden):
    folder, told = ridden
    seen = told["package"]["only_by_car_passerelle"]
    assert seen["count"] == 6
    assert seen["rules"][0] == [
        "désormais aussi sans voiture",
        "coalesce(\"care_passage\", '') = 'désormais aussi sans voiture'",
    ]
    assert seen["drawn"] == [6, *[0] * 7]
    assert "only_by_car_pont_ferme" not in told["package"]
    table = gpd.read_parquet(folder / "layers" / "only_by_car_passerelle.parquet")
    assert table["care_sans"].tolist() == [20.0] * 6
    dictionary = pd.read_csv(folder / "data_dictionary.csv")
    own = dictionary[dictionary["table"] == "only_by_car_passerelle"].set_index("colonne")
    assert own.loc["care_passage", "type"] == "texte"
    assert own.loc["care_sans", "unite"] == "min"
    assert "ni l’un ni l’autre" in own.loc["care_classe", "signification"]


def test_every_field_has_a_french_name_in_qgis(ridden, seen):
    for told in (ridden[1], seen[0]):
        for name, layer in told["package"].items():
            labels = [label for label in layer["labels"] if label != "fid"]
            assert not [label for label in labels if re.fullmatch(r"[a-z_]+", label)], name


def test_the_words_of_the_files_are_french_in_qgis(seen):
    told, _ = seen
    for sites in (told["package"]["sites"], told["project"]["artois_mobility_sites"]):
        values = {field: {value: label for label, value in sites["values"][field]}
                  for field in ("scenario", "category", "change")}  # fmt: skip
        assert values["scenario"]["today"] == "aujourd’hui"
        assert values["scenario"]["passerelle"] == "passerelle"
        assert values["category"]["culture/library"] == "Bibliothèque, médiathèque"
        assert values["change"] == {"": "–", "moved": "déplacé", "removed": "supprimé"}
    closed = told["package"]["closed"]["values"]
    assert closed["profiles"] == [["marche", "walk"]]
    assert told["package"]["cells_today_car"]["values"] == {}


def test_hostile_names_stay_text_in_qgis(tmp_path):
    write_report(make_comparison(hostile=True), tmp_path)
    told = read_with_qgis(tmp_path, tmp_path / "view.png")
    assert all(layer["is_valid"] for layer in told["project"].values())
    assert any(HOSTILE.strip() in group for group in told["groups"])
