"""Networks kept between runs: the same arrays, found by content, whole or not at all."""

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.caching import networks as cached
from artois_mobility.caching.shelf import cache_folder, list_entries, trim
from artois_mobility.cli.commands import app
from artois_mobility.errors import ExtractError, InputError, StorageError
from artois_mobility.network.examples import crossroads
from artois_mobility.network.keeping import open_network, save_network
from artois_mobility.routing.engine import hierarchy_of, metric_of
from artois_mobility.storage.folders import MANIFEST, hash_file


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ARTOIS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def extract_path(repository):
    return repository / "data" / "osm" / "artois-schematic.osm.pbf"


@pytest.fixture(scope="module")
def extract(extract_path):
    return am.read_osm(extract_path)


def assert_same(one, other, where=""):
    """Hold two records against each other, array by array."""
    assert type(one) is type(other) or isinstance(one, np.ndarray | dict), where
    if isinstance(one, np.ndarray):
        assert (one.dtype, one.shape) == (other.dtype, other.shape), where
        if one.size and shapely.is_geometry(one).any():
            assert shapely.to_wkb(one).tolist() == shapely.to_wkb(other).tolist(), where
        else:
            assert one.tolist() == other.tolist(), where
    elif is_dataclass(one):
        for each in fields(one):
            assert_same(getattr(one, each.name), getattr(other, each.name), f"{where}.{each.name}")
    elif isinstance(one, dict):
        assert list(one) == list(other), where
        for key, part in one.items():
            assert_same(part, other[key], f"{where}[{key}]")
    elif isinstance(one, tuple):
        assert len(one) == len(other), where
        for row, part in enumerate(one):
            assert_same(part, other[row], f"{where}[{row}]")
    else:
        assert one == other, where


@pytest.mark.parametrize(("profile", "turns"), [("car", True), ("walk", False), ("barge", False)])
def test_a_network_from_disk_is_the_same_array_by_array(extract, profile, turns, tmp_path):
    network = am.build_network(extract, profile, turns=turns)
    opened = open_network(save_network(network, tmp_path / "kept"))
    assert_same(network, opened)
    assert not opened.graph.head.flags.owndata
    assert not opened.length_m.flags.writeable


def test_the_smallest_networks_can_be_kept(tmp_path):
    for profile in ("walk", "pleasure_boat"):
        network = am.build_network(crossroads(), profile)
        assert_same(network, open_network(save_network(network, tmp_path / profile)))


def test_the_second_time_the_extract_is_not_read(extract_path, extract, cache, monkeypatch):
    first = am.load_network(extract_path, "walk")
    monkeypatch.setattr(cached, "read_osm", lambda path: pytest.fail("the extract was read again"))
    second = am.load_network(extract_path, "walk")
    assert_same(am.build_network(extract, "walk"), second)
    hierarchy = hierarchy_of(second.searched.graph)
    assert not hierarchy.up_head.flags.owndata  # mapped, not made again
    assert_same(hierarchy_of(first.searched.graph), hierarchy)
    residents = am.read_residents(extract_path.with_name("artois-residents.csv")).head(50)
    sites = am.read_sites(extract, ["care"])
    times = [am.access_times(each, residents, sites) for each in (first, second)]
    assert times[0].equals(times[1])
    assert metric_of(second.searched.graph).hierarchy is hierarchy


def test_a_network_says_which_file_was_asked_for(extract_path, cache, tmp_path):
    am.load_network(extract_path, "walk")
    copy = shutil.copy(extract_path, tmp_path / "renamed.osm.pbf")
    assert am.load_network(copy, "walk").provenance.extract_path == str(copy)
    assert len(list_entries(cache)) == 2  # the network and its hierarchy, once


def test_everything_that_decides_stands_in_the_key(monkeypatch, tmp_path):
    walk, car = am.read_profile("walk"), am.read_profile("car")
    table = tmp_path / "traffic.csv"
    table.write_text("way,factor,period\n1,1.5,peak\n2,1.5,night\n")
    peak, night = (am.read_congestion(table, period) for period in ("peak", "night"))
    wanted = [
        cached.Wanted(walk),
        cached.Wanted(car),
        cached.Wanted(walk, turns=True),
        cached.Wanted(walk, merge_chains=False),
        cached.Wanted(walk, congestion=peak),
        cached.Wanted(walk, congestion=night),
    ]
    keys = {each.key("a") for each in wanted} | {wanted[0].key("b")}
    assert len(keys) == len(wanted) + 1
    assert wanted[0].key("a") == cached.Wanted(am.read_profile("walk")).key("a")
    monkeypatch.setattr(cached, "code_fingerprint", lambda: "of another version")
    assert wanted[0].key("a") not in keys


@pytest.mark.parametrize("name", ["graph-head.npy", "record.json", MANIFEST, None])
@pytest.mark.parametrize("kind", ["network", "hierarchy"])
def test_a_damaged_entry_is_made_again(extract_path, cache, kind, name, caplog):
    before = am.load_network(extract_path, "walk")
    (place,) = (cache / kind).iterdir()
    if name is None:
        shutil.rmtree(place)
    else:
        path = place / name if (place / name).exists() else place / "head.npy"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 4
        path.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        again = am.load_network(extract_path, "walk")
    assert_same(before, again)
    if name is not None and name != MANIFEST:
        assert "made again" in caplog.text
    entries = list_entries(cache)
    assert {entry.kind for entry in entries} == {"network", "hierarchy"}
    assert {entry.made_from for entry in entries} == {("artois-schematic.osm.pbf", "walk")}
    assert_same(before, open_network(cache / "network" / place.name))


KILLED = """
import os, signal, sys
from artois_mobility.caching import networks  # has its own name for what follows
from artois_mobility.storage import folders
import artois_mobility as am
folders.hash_file = lambda path: os.kill(os.getpid(), signal.SIGKILL)
am.load_network(sys.argv[1], "walk")
"""


def test_a_process_that_is_killed_while_it_writes_leaves_nothing_to_trip_over(extract_path, cache):
    done = subprocess.run([sys.executable, "-c", KILLED, str(extract_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    left = [each.name for each in (cache / "network").iterdir()]
    assert len(left) == 1
    assert left[0].startswith(".")
    assert list_entries(cache) == []
    network = am.load_network(extract_path, "walk")  # its lock died with it
    assert network.graph.node_count > 1000
    assert [each.name[0] == "." for each in (cache / "network").iterdir()] == [False]


TOGETHER = """
import sys, time
from artois_mobility.caching import networks
import artois_mobility as am
build = networks.build_network
def slowly(*arguments, **options):
    print("built", flush=True)
    time.sleep(1)
    return build(*arguments, **options)
networks.build_network = slowly
network = am.load_network(sys.argv[1], "walk")
print(network.graph.weight_ms.sum())
"""


def test_two_processes_at_once_build_it_once(extract_path, cache):
    command = [sys.executable, "-c", TOGETHER, str(extract_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    lines = [process.communicate()[0].split() for process in both]
    assert sorted(map(len, lines)) == [1, 2]
    assert lines[0][-1] == lines[1][-1]
    assert len(list_entries(cache)) == 2


def test_the_cache_keeps_to_its_size(extract_path, cache, monkeypatch):
    am.load_network(extract_path, "walk")
    monkeypatch.setenv("ARTOIS_CACHE_GIB", "0.000001")
    am.load_network(extract_path, "barge")
    (left,) = list_entries(cache)
    assert left.made_from[1] == "barge"  # what is in use stays
    monkeypatch.setenv("ARTOIS_CACHE_GIB", "much")
    with pytest.raises(InputError, match="number of GiB from 0 on"):
        am.load_network(extract_path, "canoe")


def test_what_was_not_used_for_longest_goes_first_even_when_the_clock_went_back(
    extract_path, cache
):
    for profile in ("barge", "canoe", "pleasure_boat"):
        am.load_network(extract_path, profile)
    entries = list_entries(cache)
    of_profile = {entry.made_from[1]: entry for entry in entries if entry.kind == "network"}
    for second, profile in enumerate(("canoe", "barge", "pleasure_boat")):
        os.utime(of_profile[profile].folder / MANIFEST, (second, second))
    am.load_network(extract_path, "canoe")  # is the newest now
    trim(cache, of_profile["canoe"].byte_count + of_profile["pleasure_boat"].byte_count)
    assert {entry.made_from[1] for entry in list_entries(cache)} == {"canoe", "pleasure_boat"}


@pytest.mark.parametrize("folder", ["/proc/artois", "a file"])
def test_a_cache_that_cannot_be_written_is_done_without(
    extract_path, tmp_path, monkeypatch, folder, caplog
):
    (tmp_path / "file").write_text("")
    place = str(tmp_path / "file") if folder == "a file" else folder
    monkeypatch.setenv("ARTOIS_CACHE", place)
    with caplog.at_level(logging.WARNING):
        assert am.load_network(extract_path, "barge").graph.node_count > 10
    assert f"The cache in {place} cannot be used" in caplog.text


def test_a_full_disk_costs_the_entry_not_the_network(extract_path, cache, monkeypatch, caplog):
    def full(*arguments, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    with caplog.at_level(logging.WARNING):
        assert am.load_network(extract_path, "barge").graph.node_count > 10
    assert "No space left on device" in caplog.text
    monkeypatch.undo()
    assert not any((cache / "network").iterdir())


def test_without_a_cache_nothing_is_written(extract_path, monkeypatch, tmp_path):
    monkeypatch.setenv("ARTOIS_CACHE", "off")
    assert cache_folder() is None
    assert am.load_network(extract_path, "barge").graph.node_count > 10
    monkeypatch.delenv("ARTOIS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "artois-mobility"


def test_a_missing_extract_is_told_as_always(cache, tmp_path):
    with pytest.raises(ExtractError, match="does not exist"):
        am.load_network(tmp_path / "none.osm.pbf", "walk")


def consistent(folder, name, change):
    """Change a file and make the manifest agree, as somebody would who means harm."""
    path = folder / name
    path.write_bytes(change(path.read_bytes()))
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["sha256"][name] = hash_file(path)
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("twin_of_arc.npy", lambda raw: raw[:-4] + b"\xff\xff\xff\x7f"),
        ("graph-head.npy", lambda raw: raw[:-4] + b"\xff\xff\xff\x7f"),
        ("first_point.npy", lambda raw: raw[:-8] + b"\x00" * 4 + raw[-4:]),
        ("record.json", lambda raw: raw.replace(b'"Provenance"', b'"os.system"')),
        ("record.json", lambda raw: raw.replace(b'"graph-head"', b'"../../graph-head"')),
        ("record.json", lambda raw: b"[" * 100_000),
        ("record.json", lambda raw: b"7"),
        ("record.json", lambda raw: b"{}"),
        ("length_m.npy", lambda raw: raw.replace(b"'<f8'", b"'|O8'")),
    ],
)
def test_a_forged_network_is_refused(tmp_path, name, change):
    folder = save_network(am.build_network(crossroads(), "walk"), tmp_path / "kept")
    consistent(folder, name, change)
    with pytest.raises(StorageError):
        open_network(folder)


def test_a_manifest_cannot_name_files_elsewhere(tmp_path):
    folder = save_network(am.build_network(crossroads(), "walk"), tmp_path / "kept")
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["sha256"]["../secret"] = "0"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(StorageError, match="missing or damaged"):
        open_network(folder)


def test_the_command_lists_and_clears(extract_path, cache, monkeypatch):
    run = CliRunner()
    assert "is empty" in run.invoke(app, ["cache"]).stdout
    am.load_network(extract_path, "barge")
    text = run.invoke(app, ["cache", "--lang", "fr"]).stdout
    assert "réseau" in text
    assert re.search(r"artois-schematic.osm.pbf +barge", text)
    told = json.loads(run.invoke(app, ["cache", "--json"]).stdout)
    assert [entry["profile"] for entry in told["entries"]] == ["barge"]
    assert "freed" in run.invoke(app, ["cache", "--clear"]).stdout
    assert json.loads(run.invoke(app, ["cache", "--clear", "--json"]).stdout)["freed_bytes"] == 0
    assert list_entries(cache) == []
    monkeypatch.setenv("ARTOIS_CACHE", "off")
    assert "is off" in run.invoke(app, ["cache"]).stdout
    assert json.loads(run.invoke(app, ["cache", "--json"]).stdout) == {"folder": None}
