"""Isochrones and matrices from the command line, on a small town made of files."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.errors import InputError
from artois_mobility.study.files import find_profile
from artois_mobility.study.loading import build_for
from study_worlds import STUDY, link_text, place, write_town

FAST = """
mode = "walk"
label = { fr = "coureur", en = "runner" }
like = "walk"
max_kmh = 12
"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


def at(*point):
    return ",".join(map(str, place(*point)))


def test_a_place_outside_the_extract_is_refused_before_anything_is_written(run, town, tmp_path):
    path = tmp_path / "areas.geojson"
    result = run("isochrones", town, "--from", "9,45.5", "-o", path, "--lang", "en")
    assert result.exit_code == 2
    assert "1 of 1 points hang on no street of car, first 9,45.5: no street within" in result.stderr
    assert "outside the extract, which covers longitude 2." in result.stderr
    assert list(tmp_path.iterdir()) == []
    swapped = ",".join(reversed(at(1, 1).split(",")))
    assert (
        "Longitude comes first" in run("isochrones", town, "--from", swapped, "--lang", "en").stderr
    )


def test_a_place_off_every_street_is_told_and_the_others_are_drawn(run, town):
    ends = ("--from", at(1, 1), "--from", at(3.5, 8))
    result = run("isochrones", town, *ends, "-p", "walk", "-m", "5")
    assert result.exit_code == 0
    said = f"{at(3.5, 8)} ne se rattache à aucune voie (marche) : aucune voie à moins de 300 m"
    assert f"Avertissement : {said}" in result.stderr
    empty = [each["geometry"] is None for each in json.loads(result.stdout)["features"]]
    assert empty == [False, True]
    assert run("isochrones", town, *ends, "-p", "walk", "-m", "5", "--quiet").stderr == ""


def test_the_matrix_keeps_to_the_memory_it_may_take(run, town, tmp_path):
    whole, small = tmp_path / "whole.parquet", tmp_path / "small.parquet"
    assert run("matrix", town, "-p", "walk", "-o", whole).exit_code == 0
    assert run("matrix", town, "-p", "walk", "-o", small, "--memory", "1e-6").exit_code == 0
    pd.testing.assert_frame_equal(pd.read_parquet(whole), pd.read_parquet(small))
    refused = run("matrix", town, "-o", tmp_path / "none.parquet", "--memory", "0", "--lang", "en")
    assert refused.exit_code == 2
    assert "--memory is a number of GiB above 0, at most 1048576; found 0" in refused.stderr
    assert not (tmp_path / "none.parquet").exists()


def test_the_matrix_is_about_the_residents_of_the_territory(run, tmp_path):
    study = write_town(tmp_path)
    study.write_text(STUDY + '[territory]\nepci = ["222222222"]\n', encoding="utf-8")
    path = tmp_path / "m.parquet"
    result = run("matrix", study, "-p", "walk", "-c", "care/hospital", "-o", path)
    assert result.exit_code == 0, result.stderr
    table = pd.read_parquet(path)
    assert {cell[-1] for cell in table["origin"]} == {"3", "4", "5"}
    assert set(table["destination"]) == {"n9001"}


def test_a_profile_of_the_studys_own_can_be_named(run, tmp_path):
    study = write_town(tmp_path)
    (tmp_path / "runner.toml").write_text(FAST, encoding="utf-8")
    text = STUDY.replace('["car", "walk"]', '["runner.toml", "walk"]')
    study.write_text(text, encoding="utf-8")
    result = run("isochrones", study, "--from", at(1, 1), "-m", "5", "-p", "runner")
    assert result.exit_code == 0, result.stderr
    path = tmp_path / "m.parquet"
    assert run("matrix", study, "-p", "runner", "-o", path).exit_code == 0
    assert find_profile(am.read_study(study)).name == "runner"


def test_a_profile_that_nobody_has_is_refused_with_those_there_are(run, town):
    assert find_profile(am.read_study(town), "moped").name == "moped"
    expected = r"no profile 'runner'\. town\.toml has car, walk; the library has car, car_peak, "
    with pytest.raises(InputError, match=expected):
        find_profile(am.read_study(town), "runner")
    result = run("matrix", town, "-p", "runner")
    assert result.exit_code == 2


def test_areas_of_all_sites_of_a_category(run, town, tmp_path):
    path = tmp_path / "areas.gpkg"
    result = run(
        "isochrones", town, "-c", "care", "-c", "care/pharmacy", "-p", "walk", "-m", "5", "-o", path
    )
    assert result.exit_code == 0, result.stderr
    areas = gpd.read_file(path)
    assert areas["category"].tolist() == ["care", "care/pharmacy"]
    assert areas["area_km2"][0] > areas["area_km2"][1] > 0
    result = run("isochrones", town, "-c", "culture/cinema", "-m", "5", "--lang", "en")
    assert (result.exit_code, "no site of culture/cinema" in result.stderr) == (2, True)


def test_a_scenario_beside_today_with_what_it_gains(run, town, tmp_path):
    scenario = tmp_path / "footbridge.toml"
    text = 'name = "Passerelle"\n' + link_text((5, 2), (5, 3), profiles='["walk"]')
    scenario.write_text(text, encoding="utf-8")
    path = tmp_path / "areas.gpkg"
    command = ("isochrones", town, "-p", "walk", "-m", "5", "--scenario", scenario)
    result = run(*command, "--from", at(5, 2), "-o", path)
    assert result.exit_code == 0, result.stderr
    areas = gpd.read_file(path).set_index("shows")
    assert areas.index.tolist() == ["today", "Passerelle", "gained", "lost"]
    assert areas["area_km2"]["gained"] > 0.05
    assert areas["area_km2"]["lost"] == 0
    assert not areas.drop(columns="geometry").isna().any(axis=None)
    grown = areas["area_km2"]["Passerelle"] - areas["area_km2"]["today"]
    assert areas["area_km2"]["gained"] == pytest.approx(grown, abs=1e-4)
    result = run(*command, "-c", "care/hospital", "--direction", "to")
    shown = [each["properties"]["shows"] for each in json.loads(result.stdout)["features"]]
    assert shown == ["today", "Passerelle", "gained", "lost"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Give either --from"),
        (("--from", "2.83,50.43", "-c", "care"), "Give either --from"),
        (("-c", "care", "-c", "culture", "--form", "surface", "-o", "a.tif"), "one category"),
        (("--from", "2.83,50.43", "--form", "streets", "--scenario", "s.toml"), "leave out --form"),
        (("--from", "2.83,50.43", "-p", "bicycle", "--scenario", "s.toml"), "car, walk; found"),
        (("-c", "culture/cinema", "--scenario", "s.toml"), "found --category culture/cinema"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run, town, options, message):
    result = run("isochrones", town, *options, "--lang", "en")
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_a_study_may_have_barriers_of_its_own(town):
    wall = shapely.linestrings([place(-1, 0.5), place(9, 0.5)])
    path = town.parent / "data" / "wall.gpkg"
    gpd.GeoDataFrame(geometry=[wall], crs="EPSG:4326").to_file(path)
    study = town.with_name("walled.toml")
    study.write_text(STUDY.replace("[access]", 'barriers = "data/wall.gpkg"\n\n[access]'))
    table = am.read_study(study)
    network = build_for(table, am.read_osm(table.extract), find_profile(table, "walk"))
    assert network.provenance.counts["barriers_given"] == 1
    manifest = am.compare(table, []).manifest
    assert [
        each["path"].split("/", 1)[1] for each in manifest["inputs"] if each["role"] == "barriers"
    ] == ["data/wall.gpkg"]
