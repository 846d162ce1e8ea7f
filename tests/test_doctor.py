"""`artois-mobility doctor`: sound installations pass, and each fault is found with its remedy."""

import json
import os
import types
from importlib import metadata

import psutil
import pyogrio
import pytest
from typer.testing import CliRunner

from artois_mobility.cli import examining
from artois_mobility.cli.commands import app
from artois_mobility.cli.examining import CHECKS, State, examine
from artois_mobility.report.words import LANGUAGES, read_words


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ["doctor", *arguments])


@pytest.fixture
def only(monkeypatch):
    """Keep one check, as the others take their time."""
    return lambda check: monkeypatch.setattr(examining, "CHECKS", {check: CHECKS[check]})


@pytest.fixture
def fault(only):
    def find(check):
        only(check)
        (finding,) = examine()
        return finding

    return find


def test_this_installation_is_sound(run):
    result = run("--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 0, result.stdout
    assert told["ok"] is True
    assert [each["check"] for each in told["checks"]] == list(CHECKS)
    assert {each["check"] for each in told["checks"] if each["state"] == "fault"} == set()


def test_every_check_and_remedy_has_its_words():
    for language in LANGUAGES:
        texts = read_words(language).texts
        assert {f"doctor.{check}" for check in CHECKS} <= texts.keys()
        assert {f"doctor.state_{state.name.lower()}" for state in State} <= texts.keys()


def test_a_fault_ends_with_1_and_says_what_to_do(run, only, monkeypatch):
    only("versions")
    monkeypatch.setattr(metadata, "requires", lambda name: ["numpy>=99", "no-such-library>=1"])
    result = run("--lang", "en")
    assert result.exit_code == 1
    assert "FAULT  versions of libraries  numpy " in result.stdout
    assert "(>=99), no-such-library: –" in result.stdout
    assert "→ Install again into a new environment" in result.stdout
    assert result.stdout.endswith("1 fault to mend.\n")


def test_what_extras_ask_for_is_not_missed(fault, monkeypatch):
    asked = ["numpy>=1", 'no-such-library>=1; extra == "dev"']
    monkeypatch.setattr(metadata, "requires", lambda name: asked)
    assert fault("versions").found == "1/1"


def test_a_warning_alone_ends_with_0(run, only, monkeypatch):
    only("search")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    result = run("--lang", "fr")
    assert result.exit_code == 0
    assert "retirez NUMBA_DISABLE_JIT" in result.stdout
    assert "1 point mérite attention" in result.stdout


@pytest.mark.parametrize(("locale", "said"), [("fr_FR.UTF-8", "bon"), ("C", "ok")])
def test_it_speaks_as_the_terminal_does(run, only, monkeypatch, locale, said):
    only("python")
    monkeypatch.setenv("LC_ALL", locale)
    assert run().stdout.startswith(said)


def test_a_broken_library_is_named(fault, monkeypatch):
    def load(name):
        if name == "osmium":
            msg = "libosmium.so: no such file"
            raise ImportError(msg)

    monkeypatch.setattr(examining, "importlib", types.SimpleNamespace(import_module=load))
    assert fault("loading").found == "osmium: libosmium.so: no such file"


def test_whatever_else_breaks_is_a_fault_too(fault, monkeypatch):
    def fail(*arguments):
        msg = "no semaphores here"
        raise OSError(msg)

    monkeypatch.setattr("loky.ProcessPoolExecutor.submit", fail)
    finding = fault("processes")
    assert (finding.state, finding.found) == (State.FAULT, "OSError: no semaphores here")


def test_a_cache_that_cannot_be_written_is_a_fault(fault, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file" / "cache"))
    finding = fault("cache")
    assert (finding.state, finding.remedy) == (State.FAULT, "no_cache")


def test_the_cache_named_by_the_environment_counts(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "new"))
    assert examining.cache_folder() == tmp_path / "new"
    assert list(tmp_path.iterdir()) == []


def test_little_room_is_told(fault, monkeypatch):
    usage = types.SimpleNamespace(free=10 * examining.MIB)
    monkeypatch.setattr(examining.shutil, "disk_usage", lambda place: usage)
    assert fault("cache").remedy == "cache_full"
    assert fault("scratch").remedy == "scratch_full"


def test_little_memory_is_told(fault, monkeypatch):
    memory = types.SimpleNamespace(available=examining.MIB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    assert fault("memory").state == State.WARNING


def test_more_threads_than_processors_are_told(fault, monkeypatch):
    monkeypatch.setenv("ARTOIS_THREADS", str((os.cpu_count() or 1) + 1))
    assert fault("threads").remedy == "too_many_threads"


def test_missing_formats_are_named(fault, monkeypatch):
    monkeypatch.setattr(pyogrio, "list_drivers", lambda: {"GPKG": "r", "CSV": "rw"})
    finding = fault("gdal")
    assert finding.state == State.FAULT
    assert finding.found.endswith("GPKG, GeoJSON, ESRI Shapefile, FlatGeobuf")


def test_a_layer_that_loses_its_system_is_a_fault(fault, monkeypatch):
    monkeypatch.setattr(pyogrio, "read_info", lambda path: {"crs": None})
    assert fault("gdal").remedy == "wrong_proj"


def test_wrong_coordinates_are_a_fault(fault, monkeypatch):
    monkeypatch.setattr(examining, "STATION_M", (688_038.0, 7_036_831.0))
    assert fault("proj").remedy == "wrong_proj"


def test_a_search_that_counts_wrong_is_a_fault(fault, monkeypatch):
    import numpy as np

    from artois_mobility.routing import one_to_all

    monkeypatch.setattr(one_to_all, "travel_times", lambda graph, sources: np.array([[0, 3, 9]]))
    assert fault("search").remedy == "wrong_search"
