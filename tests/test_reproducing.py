"""A report made again from its manifest: the same bytes, or what is not the same."""

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.errors import InputError
from study_worlds import CLOSE_BRIDGE, write_scenario, write_town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base") / "studies"
    folder.mkdir()
    write_town(folder)
    write_scenario(folder, "works", CLOSE_BRIDGE)
    return folder


@pytest.fixture
def report(town, tmp_path):
    folder = tmp_path / "out"
    result = am.compare(am.read_study(town / "town.toml"), [town / "works.toml"])
    am.write_report(result, folder, language="en")
    return folder


def make_again(report, town, *more):
    return CliRunner().invoke(app, ["reproduce", str(report), "--base", str(town.parent), *more])


def test_a_report_is_the_same_again(report, town):
    before = {path: path.read_bytes() for path in report.rglob("*") if path.is_file()}
    files = am.reproduce(report, town.parent)
    assert set(files["state"]) == {"same"}
    names = {path.relative_to(report).as_posix() for path in before}
    assert set(files["file"]) == names
    assert {path: path.read_bytes() for path in report.rglob("*") if path.is_file()} == before
    found = make_again(report, town)
    assert found.exit_code == 0, found.stderr
    assert found.stdout == f"All {len(files)} files are the same, byte for byte.\n"


def test_a_report_in_every_form_is_the_same_again(town, tmp_path):
    logo = town / "logo.png"
    Image.new("RGB", (30, 10), "red").save(logo)
    result = am.compare(am.read_study(town / "town.toml"), [town / "works.toml"])
    also = ["xlsx", "geoparquet", "a4"]
    day = dt.date(2020, 2, 29)
    am.write_report(result, tmp_path, csv="fr", also=also, logo=logo, day=day)
    files = am.reproduce(tmp_path, town.parent)
    assert set(files["state"]) == {"same"}
    endings = {name.rpartition(".")[2] for name in files["file"]}
    assert {"xlsx", "pdf", "qgz", "gpkg", "parquet", "csv"} < endings
    Image.new("RGB", (30, 10), "blue").save(logo)
    with pytest.raises(InputError, match=r"logo\.png \(logo\) is not the file it was"):
        am.reproduce(tmp_path, town.parent)


def test_what_is_not_the_same_is_told(report, town):
    (report / "gains.csv").unlink()
    (report / "summary.csv").write_text("changed by hand")
    manifest = json.loads((report / "manifest.json").read_text())
    manifest["versions"]["numba"] = "0.1"
    manifest["files"]["differences.parquet"] = "0" * 64
    manifest["files"]["maps/old.png"] = "0" * 64
    del manifest["files"]["access_times.parquet"]
    (report / "manifest.json").write_text(json.dumps(manifest))
    found = make_again(report, town, "--json")
    assert found.exit_code == 1
    record = json.loads(found.stdout)
    assert record["same"] is False
    others = {name: state for name, state in record["files"].items() if state != "same"}
    assert others == {
        "gains.csv": "altered since",
        "summary.csv": "altered since",
        "differences.parquet": "differs",
        "maps/old.png": "not made again",
        "access_times.parquet": "new",
        "manifest.json": "differs",
    }
    (made_with,) = record["made_with"]
    assert (made_with["what"], made_with["then"]) == ("numba", "0.1")
    text = make_again(report, town, "--lang", "fr").stdout
    assert text.startswith("numba : fait avec 0.1, refait avec ")
    assert "  maps/old.png – non refait" in text


def test_other_inputs_are_refused_before_anything_is_computed(report, town, tmp_path):
    scenario = town / "works.toml"
    text = scenario.read_text()
    scenario.write_text(text + "\n# later\n")
    try:
        found = make_again(report, town)
    finally:
        scenario.write_text(text)
    assert found.exit_code == 2
    assert "works.toml (scenario) is not the file it was." in found.stderr
    found = make_again(report, tmp_path)
    assert found.exit_code == 2
    assert "town.toml (study) is missing." in found.stderr
    assert "--base" in found.stderr


@pytest.fixture
def flat(town, tmp_path):
    """Everything beside each other, the extract a link to a file elsewhere."""
    folder = tmp_path / "plain"
    folder.mkdir()
    (tmp_path / "store").mkdir()
    data = town / "data"
    shutil.copy(data / "town.osm.pbf", tmp_path / "store" / "2026.osm.pbf")
    (folder / "town.osm.pbf").symlink_to(tmp_path / "store" / "2026.osm.pbf")
    shutil.copy(data / "residents.csv", folder)
    text = (town / "town.toml").read_text().replace("data/", "")
    (folder / "town.toml").write_text(text)
    shutil.copy(town / "works.toml", folder)
    return folder


def test_a_folder_with_everything_in_it_needs_no_base(flat, tmp_path, monkeypatch):
    monkeypatch.chdir(flat)
    command = ["compare", "town.toml", "works.toml", "--output", "rep", "--quiet"]
    assert CliRunner().invoke(app, command).exit_code == 0
    inputs = json.loads(Path("rep/manifest.json").read_text())["inputs"]
    paths = {each["role"]: each["path"] for each in inputs}
    assert paths == {
        "study": "plain/town.toml",
        "extract": "plain/town.osm.pbf",
        "residents": "plain/residents.csv",
        "scenario": "plain/works.toml",
    }
    for folder in (flat, tmp_path.parent):  # the working folder helps, and so does the report's
        monkeypatch.chdir(folder)
        found = CliRunner().invoke(app, ["reproduce", str(flat / "rep"), "--json"])
        record = json.loads(found.stdout)
        assert (found.exit_code, record["same"], record["base"]) == (0, True, str(tmp_path))
    (flat / "residents.csv").write_text("lon,lat,population\n")
    found = CliRunner().invoke(app, ["reproduce", str(flat / "rep")])
    assert found.exit_code == 2
    assert f"{flat / 'residents.csv'} (residents) is not the file it was." in found.stderr
    assert "seen from" not in found.stderr
    (flat / "works.toml").unlink()
    found = CliRunner().invoke(app, ["reproduce", str(flat / "rep")])
    assert f"{flat / 'works.toml'} (scenario) is missing." in found.stderr
    assert f"That is seen from {tmp_path}; of the working folder, the one above" in found.stderr
    assert found.stderr.count("\n  ") == 2


def test_a_file_that_lies_elsewhere_is_looked_for_by_name(flat, tmp_path, monkeypatch):
    monkeypatch.chdir(flat)
    study = flat / "town.toml"
    store = flat.parent / "store"
    study.write_text(study.read_text().replace('"town.osm.pbf"', f'"{store}/2026.osm.pbf"'))
    shutil.move(store, tmp_path.parent / "far")
    study.write_text(study.read_text().replace(str(store), str(tmp_path.parent / "far")))
    command = ["compare", "town.toml", "works.toml", "--output", "rep", "--quiet"]
    assert CliRunner().invoke(app, command).exit_code == 0
    found = CliRunner().invoke(app, ["reproduce", "rep"])
    assert found.exit_code == 2
    assert "2026.osm.pbf (extract) is missing." in found.stderr
    assert "by name alone, so looked for there itself: 2026.osm.pbf. What lay" in found.stderr
    shutil.copy(tmp_path.parent / "far" / "2026.osm.pbf", tmp_path)
    assert CliRunner().invoke(app, ["reproduce", "rep"]).exit_code == 0


@pytest.mark.parametrize("text", [None, "[]", "{", '{"files": {}}'])
def test_a_folder_without_a_report_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(am.InputError, match=r"is no manifest of a report: .*compare"):
        am.reproduce(tmp_path)


def test_a_manifest_nested_too_deeply_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text("[" * 200_000)
    with pytest.raises(am.InputError, match="manifest of a report: it is nested too deeply"):
        am.reproduce(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": 5}, "inputs is no list of files with role, path and sha256"),
        ({"inputs": ["a"]}, "inputs is no list of files"),
        ({"inputs": []}, "inputs has no file with the role study"),
        ({"inputs": [{"role": "study", "path": "a\0b", "sha256": "x"}]}, "inputs is no list"),
        ({"inputs": [{"role": "study", "path": "a" * 5000, "sha256": "x"}]}, "inputs is no list"),
        (
            {"inputs": [{"role": "study", "path": "a" * 500, "sha256": "x"}]},
            "aa .study. is missing",
        ),
        ({"inputs": [{"role": "study", "path": 5, "sha256": "x"}]}, "inputs is no list of files"),
        ({"language": "de"}, "language is neither fr nor en"),
        ({"language": ["fr"]}, "language is neither fr nor en"),
        ({"library_version": 5}, "library_version is no text"),
        ({"files": {"report.html": 5}}, "files is no table of texts"),
        ({"profiles": [1]}, "profiles is no table of texts"),
        ({"versions": None}, "versions is no table of texts"),
        ({"formats": {"also": 5}}, "formats is no table of csv, also and day"),
        ({"formats": {"day": "soon"}}, "formats is no table of csv, also and day"),
    ],
)
def test_a_manifest_that_holds_other_things_is_refused(written, town, tmp_path, change, message):
    manifest = json.loads((written / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, **change}))
    found = make_again(tmp_path, town, "--lang", "en")
    assert found.exit_code == 2, found.output
    assert re.search(message, " ".join(found.stderr.split()))


def test_what_is_wrong_with_a_manifest_is_said_in_french(tmp_path, town):
    (tmp_path / "manifest.json").write_text('{"inputs": 5}')
    found = make_again(tmp_path, town, "--lang", "fr")
    assert found.exit_code == 2
    assert "inputs n’est pas une liste de fichiers avec role, path et sha256" in found.stderr


@pytest.fixture(scope="module")
def written(town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    result = am.compare(am.read_study(town / "town.toml"), [town / "works.toml"])
    am.write_report(result, folder, language="en")
    return folder
