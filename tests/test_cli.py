"""The command line: what it prints where, how it ends, and what it leaves behind."""

import importlib
import json
import os
import subprocess
import sys
import types
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box
from typer.testing import CliRunner

import artois_mobility.report.reproducing  # noqa: F401  loads what the stand-ins would hide from it
from artois_mobility.changes.notices import LANGUAGES
from artois_mobility.cli import terminal
from artois_mobility.cli.commands import app
from artois_mobility.errors import DownloadError, InputError, ResultError, StudyError
from comparison_world import make_comparison


def run_process(*arguments, **environment):
    command = [sys.executable, "-c", "from artois_mobility.cli import main; main()", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def world(monkeypatch):
    """The library below the commands, replaced by the hand-made comparison."""
    # What needs the modules themselves has them before others stand in for them.
    importlib.import_module("artois_mobility.report.writing")
    made = types.SimpleNamespace(
        calls=[], result=make_comparison(schematic=True), error=None, areas=None
    )

    def module(name, **names):
        stand_in = types.ModuleType(name)
        for key, value in names.items():
            setattr(stand_in, key, value)
        monkeypatch.setitem(sys.modules, f"artois_mobility.{name}", stand_in)

    def answer(what, value):
        def call(*arguments, **options):
            made.calls.append((what, arguments, options))
            if made.error is not None:
                raise made.error
            if options.get("progress") is not None:
                options["progress"](what, 1, 1)
            return value() if callable(value) else value

        return call

    study = types.SimpleNamespace(**vars(made.result.study), extract="a.osm", transit=None)
    names = dict.fromkeys((*study.profiles, "car"))
    study.travel_profiles = [types.SimpleNamespace(name=name) for name in names]
    today = make_comparison(schematic=True, scenarios=False)
    network = made.result.networks["walk"]
    areas = gpd.GeoDataFrame(
        {"origin": [0, 0], "minutes": [10.0, 20.0], "reason": ["", ""]},
        geometry=[box(2.8, 50.4, 2.9, 50.5), box(2.7, 50.3, 3.0, 50.6)],
        crs="EPSG:4326",
    )
    module(
        "study.files",
        read_study=answer("read_study", study),
        find_profile=lambda study, name: types.SimpleNamespace(name=name or study.profiles[0]),
    )
    loaded = types.SimpleNamespace(network=network, residents="r", sites="s")
    module(
        "study.loading",
        load_profile=answer("load_profile", loaded),
        load_for=answer("load_for", network),
        read_all_sites=answer("read_all_sites", "s"),
    )
    module(
        "study.comparing",
        compare=answer("compare", lambda: made.result),
        assess=answer("assess", lambda: replace(today, scenarios=made.result.scenarios[:1])),
    )
    extract = types.SimpleNamespace(source=types.SimpleNamespace(bounds_deg=(2, 50, 3, 51)))
    module("osm.reader", read_osm=answer("read_osm", extract))
    module("osm.download", download_osm=answer("download", Path("lens.osm")))
    module("network.building", build_network=answer("build_network", network))
    module("areas.reached", isochrones=answer("isochrones", areas))
    module("areas.lines", reached_streets=answer("streets", areas))
    module("routing.tables", travel_time_matrix=answer("matrix", Path("m.parquet")))
    return made


# --- compare ---------------------------------------------------------------------------------


def test_compare_leaves_a_report_and_says_what_it_found(run, world, tmp_path):
    result = run("compare", "a.toml", "b.toml", "c.toml", "--output", tmp_path / "out")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "SCHÉMATIQUE – NE PAS CITER"
    assert lines[1] == "Passerelle sur la Deûle"
    assert lines[2].startswith("  110 habitants gagnent au moins une minute (")
    assert lines[-1] == str(tmp_path / "out" / "report.html")
    assert (tmp_path / "out" / "report.html").is_file()
    what, arguments, _ = world.calls[1]
    assert what == "compare"
    assert [path.name for path in arguments[1]] == ["b.toml", "c.toml"]


def test_compare_in_english(run, world, tmp_path):
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path, "--lang", "en")
    assert "110 residents gain at least one minute" in result.stdout
    assert '<html lang="en">' in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_compare_for_machines(run, world, tmp_path):
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path, "--json", "--quiet")
    told = json.loads(result.stdout)
    assert told["is_schematic"] is True
    assert told["scenarios"][0]["people_gaining"] == 110
    assert all(Path(name).is_file() for name in told["files"])


def test_compare_can_be_quiet(run, world, tmp_path):
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path, "--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_a_place_that_cannot_be_written_is_found_before_computing(run, world, tmp_path):
    (tmp_path / "out").write_text("")
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert "is a file. Name a folder" in result.stderr
    assert [what for what, _, _ in world.calls] == ["read_study"]


def test_a_faulty_scenario_leaves_no_empty_folder(run, world, tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        msg = "b.toml has 1 problem"
        raise StudyError(msg)

    monkeypatch.setattr(sys.modules["artois_mobility.study.comparing"], "compare", refuse)
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path / "new" / "out")
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def warned_comparison(count):
    made = make_comparison()
    said = {language: [f"{language} {number}" for number in range(count)] for language in LANGUAGES}
    return replace(made, scenarios=(replace(made.scenarios[0], warnings=said), *made.scenarios[1:]))


def test_what_is_worth_knowing_is_told_on_the_terminal(run, world, tmp_path):
    world.result = warned_comparison(1)
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path, "--lang", "en")
    assert result.stderr.splitlines() == [
        "Warning: en 0",
        "Warning: passerelle: One end joins a street 40 m away.",
    ]
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path)
    assert result.stderr.splitlines()[0] == "Avertissement : fr 0"


def test_many_warnings_are_counted_on_the_terminal(run, world, tmp_path):
    world.result = warned_comparison(20)
    lines = run("compare", "a", "b", "-o", tmp_path, "--lang", "en").stderr.splitlines()
    assert lines[9:] == ["Warning: en 9", "and 11 more warnings, in the report"]
    assert run("compare", "a", "b", "-o", tmp_path, "--quiet").stderr == ""


def test_what_is_worth_knowing_is_in_the_json(run, world, tmp_path):
    world.result = warned_comparison(1)
    for command in (["compare", "a.toml", "b.toml", "-o", tmp_path], ["access", "a.toml"]):
        told = json.loads(run(*command, "--json", "--lang", "en").stdout)
        assert told["warnings"][0] == {"scenario": "today", "text": "en 0"}


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (StudyError("a.toml has 1 problem:\n  name is missing; add name = ..."), 2),
        (InputError("3 of 812 sites are nowhere."), 2),
        (ResultError("A law was broken."), 1),
        (DownloadError("The server said 404."), 1),
        (MemoryError(), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_errors_are_one_paragraph_and_a_code(run, world, tmp_path, error, code):
    world.error = error
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path / "out")
    assert result.exit_code == code
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert (str(error) or "memory") in result.stderr or "Stopped" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_fault_of_ours_asks_to_be_reported(run, world, tmp_path):
    world.error = ZeroDivisionError("division by zero")
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "ZeroDivisionError: division by zero" in result.stderr
    assert "Please report it" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("how", ["option", "environment"])
def test_tracebacks_are_shown_when_asked_for(run, world, tmp_path, monkeypatch, how):
    world.error = ZeroDivisionError("division by zero")
    if how == "environment":
        monkeypatch.setenv(terminal.VERBOSE_VARIABLE, "1")
    options = ["--verbose"] if how == "option" else []
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path / "out", *options)
    assert "Traceback" in result.stderr


def test_stopping_while_writing_leaves_nothing(run, world, tmp_path, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("artois_mobility.report.page.render_page", stop)
    result = run("compare", "a.toml", "b.toml", "-o", tmp_path)
    assert result.exit_code == 130
    assert "No file half-written stands under its name" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_missing_study_is_told_without_a_traceback(tmp_path):
    done = run_process("compare", str(tmp_path / "no.toml"), "x.toml", "-o", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "no.toml" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


# --- the other commands ----------------------------------------------------------------------


def test_access_prints_a_table(run, world):
    result = run("access", "a.toml")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == "SCHÉMATIQUE – NE PAS CITER"
    row = next(line for line in lines if line.startswith("Soins – Voiture"))
    # Three to ten minutes by car, 6.5 on average; 18 of 48 cells within 5 minutes.
    assert row.split()[3:] == ["6", "38", "%", "100", "%", "100", "%", "0"]


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_access_writes_every_cell(run, world, tmp_path, suffix):
    path = tmp_path / f"times.{suffix}"
    result = run("access", "a.toml", "--output", path, "--lang", "en")
    assert result.stdout.splitlines()[-1] == str(path)
    table = pd.read_parquet(path) if suffix == "parquet" else pd.read_csv(path)
    assert len(table) == 48 * 4
    assert (table["mention"] == "SCHEMATIC – DO NOT CITE").all()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_access_for_machines(run, world):
    told = json.loads(run("access", "a.toml", "--json").stdout)
    assert len(told["summary"]) == 4 * 7
    assert told["summary"][0]["people_reached_before"] == 480


def test_access_refuses_other_kinds_of_files_before_computing(run, world):
    result = run("access", "a.toml", "--output", "times.xlsx")
    assert result.exit_code == 2
    assert ".parquet or .csv; found times.xlsx" in result.stderr
    assert "assess" not in [what for what, _, _ in world.calls]


def test_isochrones_print_geojson(run, world):
    world.result.networks["walk"].provenance.is_schematic = False
    result = run("isochrones", "a.toml", "--from", "2.83,50.43", "--minutes", "10,20")
    told = json.loads(result.stdout)
    assert [feature["properties"]["minutes"] for feature in told["features"]] == [10, 20]
    what, arguments, _ = world.calls[-1]
    assert what == "isochrones"
    assert arguments[1:] == ([(2.83, 50.43)], [10.0, 20.0])


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet"])
def test_isochrones_write_files(run, world, tmp_path, suffix):
    path = tmp_path / f"areas.{suffix}"
    result = run("isochrones", "a.toml", "--from", "2.83,50.43", "-p", "walk", "-o", path)
    assert result.exit_code == 0, result.stderr
    areas = gpd.read_parquet(path) if suffix == "parquet" else gpd.read_file(path)
    assert areas["minutes"].tolist() == [10, 20]
    assert set(areas["mention"]) == {"SCHÉMATIQUE – NE PAS CITER"}
    calls = {what: arguments for what, arguments, _ in world.calls}
    assert calls["load_for"][2].name == "walk"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_streets_go_to_a_layer_and_the_options_to_the_library(run, world, tmp_path):
    path = tmp_path / "streets.gpkg"
    place = ["isochrones", "a.toml", "--from", "2.83,50.43", "-o", path]
    result = run(*place, "--form", "streets", "--direction", "to")
    assert result.exit_code == 0, result.stderr
    what, _, options = world.calls[-1]
    assert (what, options) == ("streets", {"direction": "to", "by": None})
    result = run(*place, "--direction", "to", "--cell", "50")
    assert world.calls[-1][2] == {"direction": "to", "by": None, "cell_m": 50.0}


@pytest.mark.parametrize(
    ("output", "message"),
    [([], "give --output FILE.tif"), (["-o", "areas.gpkg"], "written as .tif; found areas.gpkg")],
)
def test_a_surface_is_a_geotiff(run, world, output, message):
    result = run("isochrones", "a.toml", "--from", "2.83,50.43", "--form", "surface", *output)
    assert result.exit_code == 2
    assert message in result.stderr
    assert world.calls == []


@pytest.mark.parametrize("text", ["Lens", "2.83", "2.83,50.43,1", "50.43,200", "nan,nan", ","])
def test_a_place_must_be_longitude_and_latitude(run, world, text):
    result = run("isochrones", "a.toml", "--from", text)
    assert result.exit_code == 2
    assert "for instance 2.8319,50.4289" in result.stderr
    assert world.calls == []


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["isochrones", "a.toml", "--from", "2.83,50.43"], "areas.gpkg"),
        (["access", "a.toml"], "times.csv"),
        (["matrix", "a.toml"], "m.parquet"),
    ],
)
def test_a_missing_folder_is_found_before_computing(run, world, tmp_path, command, name):
    result = run(*command, "-o", tmp_path / "no" / name)
    assert result.exit_code == 2
    assert f"there is no folder {tmp_path / 'no'}" in result.stderr
    assert world.calls == [] or [what for what, *_ in world.calls] == ["read_study"]
    assert list(tmp_path.iterdir()) == []


def test_the_matrix_goes_to_parquet(run, world, tmp_path):
    path = tmp_path / "m.parquet"
    result = run("matrix", "a.toml", "-p", "car", "-c", "care/hospital", "-o", path)
    assert result.stdout == f"{path}\n"
    calls = {what: (arguments, options) for what, arguments, options in world.calls}
    who, wanted = calls["load_profile"][0][1:3]
    assert (who.name, wanted) == ("car", ["care/hospital"])
    assert calls["matrix"][0] == (world.result.networks["walk"], "r", "s")
    assert calls["matrix"][1]["path"] == path
    assert calls["matrix"][1]["constants"] == {"mention": "SCHÉMATIQUE – NE PAS CITER"}


def test_the_matrix_is_no_csv(run, world):
    result = run("matrix", "a.toml", "-o", "m.csv")
    assert result.exit_code == 2
    assert "does not end in .parquet" in result.stderr


def test_download_names_the_file_after_the_place(run, world):
    result = run("download", "Lens, Pas-de-Calais")
    assert result.stdout == "lens.osm\n"
    assert world.calls[-1][1][0] == "Lens, Pas-de-Calais"
    assert world.calls[-1][1][1].name == "lens_pas_de_calais.osm.pbf"


@pytest.mark.parametrize(
    "command",
    [
        ["matrix", "a.toml", "--output", "m.parquet"],
        ["isochrones", "a.toml", "--from", "2.83,50.43", "--output", "m.gpkg"],
        ["download", "Lens"],
    ],
)
def test_what_writes_a_file_names_it_for_machines(run, world, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    told = json.loads(run(*command, "--json", "--quiet").stdout)
    assert told["file"] == (command[-1] if command[-2] == "--output" else "lens.osm")
    assert told["warnings"] == []


def test_lists_for_machines(run):
    assert json.loads(run("profiles", "--json", "--lang", "fr").stdout)["bicycle"] == "vélo"
    assert json.loads(run("categories", "--json", "--lang", "en").stdout)["care"]


def test_lists_speak_as_the_terminal_does(run, monkeypatch):
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert "vélo" in run("profiles").stdout
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "vélo" not in run("profiles").stdout


def test_profiles_and_categories_are_listed(run):
    text = run("profiles", "--lang", "fr").stdout
    assert any(line.split() == ["bicycle", "vélo"] for line in text.splitlines())
    text = run("categories", "--lang", "en").stdout
    assert any(line.split() == ["care", "Care"] for line in text.splitlines())
