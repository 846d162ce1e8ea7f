"""The commands that say why: attribute, explain and optimise, from files to words and tables."""

import json

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from study_worlds import (
    CLOSE_BRIDGE,
    MOVE_PHARMACY,
    link_text,
    site_text,
    write_scenario,
    write_town,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    write_scenario(folder, "works", link_text((5, 2), (5, 3)) + CLOSE_BRIDGE + site_text(2, 4))
    write_scenario(folder, "bridge", link_text((2, 2), (2, 3)) + "")
    write_scenario(folder, "hospital", "cost = 2\n" + site_text(2, 4))
    write_scenario(folder, "moved", MOVE_PHARMACY)
    gone = '[[changes]]\nkind = "remove_site"\nsite = "Pharmacie du Sud"\n'
    write_scenario(folder, "gone", gone)
    return folder


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


def test_parts_are_told_in_the_language_asked_for(town, run):
    french = run("attribute", town / "town.toml", town / "works.toml")
    assert french.exit_code == 0, french.stderr
    assert "works : ce que chaque changement apporte, en moyenne" in french.stdout
    assert "1. Ouvre la liaison « Passerelle »" in french.stdout
    assert "Ensemble" in french.stdout
    english = run(
        "attribute", town / "town.toml", town / "works.toml", "--lang", "en", "--method",
        "leave_one_out",
    )  # fmt: skip
    assert "all others made" in english.stdout
    assert "1. Opens the link “Passerelle”" in english.stdout
    assert "What they do only together, or several do alike" in english.stdout
    assert run("attribute", town / "town.toml", town / "works.toml", "-q").stdout == ""


def test_parts_as_json_add_up(town, run):
    record = json.loads(run("attribute", town / "town.toml", town / "works.toml", "--json").stdout)
    assert record["method"] == "shapley"
    parts, whole = (pd.DataFrame(record[name]) for name in ("parts", "whole"))
    sums = parts.groupby(["profile", "category"])["gained_person_min"].sum()
    for row in whole.itertuples():
        assert sums[row.profile, row.category] == pytest.approx(row.gained_person_min, abs=1e-6)
    assert record["is_schematic"] is False


def test_a_cell_is_explained_with_its_routes_as_a_layer(town, run, tmp_path):
    path = tmp_path / "routes.gpkg"
    asked = ["--cell", "c0_2", "--category", "culture", "--profile", "walk"]
    found = run("explain", town / "town.toml", town / "works.toml", *asked, "--output", path)
    assert found.exit_code == 0, found.stderr
    assert "Ce qui le fait : changes[1], changes[2]." in found.stdout
    assert found.stdout.strip().endswith(str(path))
    assert set(gpd.read_file(path)["situation"]) == {"today", "scenario"}
    record = json.loads(
        run("explain", town / "town.toml", town / "works.toml", *asked, "--json").stdout
    )
    assert record["changes"][0]["role"] == "link_used"
    assert record["after"]["minutes"] > record["before"]["minutes"]
    assert record["legs"][0]["kind"] == "walk"
    english = run("explain", town / "town.toml", town / "works.toml", *asked, "--lang", "en")
    assert "Today's route took a way that is now closed." in english.stdout


def test_the_best_combination_is_written_as_a_scenario(town, run, tmp_path):
    out = tmp_path / "best"
    files = [town / f"{name}.toml" for name in ("town", "bridge", "hospital", "moved", "gone")]
    found = run("optimise", town / "town.toml", *files, "--budget", 3, "--output", out)
    assert found.exit_code == 0, found.stderr
    assert "2 candidats retenus, coût 3 pour un budget de 3" in found.stdout
    assert "Toutes les combinaisons dans le budget ont été calculées" in found.stdout
    assert "Jamais combinés : gone, moved" in found.stdout
    assert {each.name for each in out.iterdir()} == {
        "optimum.toml",
        "chosen.csv",
        "steps.csv",
        "tried.csv",
    }
    chosen = pd.read_csv(out / "chosen.csv")
    assert chosen["candidate"].tolist() == ["bridge", "hospital"]
    comparison = am.compare(am.read_study(town / "town.toml"), [out / "optimum.toml"])
    assert comparison.scenarios[1].name == "Meilleure combinaison pour un budget de 3"
    greedy = [*files, "--budget", 3, "--output", out, "--greedy", "--json"]
    record = json.loads(run("optimise", town / "town.toml", *greedy).stdout)
    assert record["bound"] is None
    assert record["bound_from"] == ""
    assert record["value"] == pytest.approx(pd.read_csv(out / "steps.csv")["value"].iloc[-1])
    within = ["--objective", "people_within", "--threshold", 10, "-p", "walk", "-c", "culture"]
    asked = [town / "hospital.toml", "--budget", 3, "--output", tmp_path / "none", *within]
    nothing = run("optimise", town / "town.toml", *asked, "--lang", "en")
    assert "No candidate gains anything for a budget of 3" in nothing.stdout
    assert not (tmp_path / "none" / "optimum.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["attribute", "nowhere.toml"], "there is no such file"),
        (["attribute", "works.toml", "--method", "banzhaf"], "'banzhaf' is not one of"),
        (["explain", "works.toml", "--cell", "c9", "--category", "culture"], "no cell 'c9'"),
        (["explain", "works.toml", "--cell", "c0_2", "--category", "x"], "no category 'x'"),
        (
            ["explain", "works.toml", "--cell", "c0_2", "--category", "culture", "-o", "a.txt"],
            "a.txt",
        ),
        (["optimise", "works.toml", "--budget", "-1", "-o", "out"], "budget must be a number"),
        (["optimise", "works.toml", "--budget", "1", "-o", "out", "-p", "x"], "has no 'x'"),
    ],
)
def test_faults_are_told_in_one_message(town, run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    command, scenario, *rest = arguments
    found = run(command, town / "town.toml", town / scenario, *rest, "--lang", "en")
    assert found.exit_code == 2
    assert message in found.stderr
    assert "Traceback" not in found.stderr
    assert found.stdout == ""
