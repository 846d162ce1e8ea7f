"""The cache trusts nobody but its owner, and touches nothing but its own."""

import json
import logging
import os

import numpy as np
import pytest
from filelock import FileLock

import artois_mobility as am
from artois_mobility.caching.shelf import clear_entries, list_entries, trim
from artois_mobility.errors import GraphError
from artois_mobility.graph import Graph
from artois_mobility.network.examples import crossroads
from artois_mobility.network.keeping import open_network, save_network
from artois_mobility.routing.storage import open_hierarchy
from artois_mobility.storage import folders
from artois_mobility.storage.folders import MANIFEST, hash_file

INDICES = {
    "network": ["twin_of_arc", "graph-head", "graph-first_out", "first_point"],
    "hierarchy": [
        *("head", "first_out", "order-node_of_rank", "parent", "depth", "subtree_size"),
        *("up_first", "up_head", "up_tail", "up_depth", "down_first", "down_arc", "down_end"),
        *("up_of_arc", "first_of_up", "arc_of_place"),
    ],
}
WITH_TURNS = [
    *("expansion-first_out", "expansion-head", "expansion-street", "expansion-node"),
    *("turns-from_arc", "turns-to_arc"),
]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("ARTOIS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def extract_path(repository):
    return repository / "data" / "osm" / "artois-schematic.osm.pbf"


def forge(folder, name):
    """Change an array and make the manifest agree, as somebody would who means harm."""
    path = folder / f"{name}.npy"
    array = np.load(path)
    array[array.size // 3 :] = 2_000_000_000
    np.save(path, array)
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["sha256"][path.name] = hash_file(path)
    (folder / MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize("turns", [False, True])
def test_a_forged_entry_is_made_again_before_anything_follows_it(
    extract_path, cache, caplog, turns
):
    before = am.load_network(extract_path, "walk", turns=turns)
    asked = [("network", name) for name in (WITH_TURNS if turns else INDICES["network"])]
    if not turns:
        asked += [("hierarchy", name) for name in INDICES["hierarchy"]]
    for kind, name in asked:
        (place,) = (cache / kind).iterdir()
        sound = hash_file(place / f"{name}.npy")
        forge(place, name)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            am.load_network(extract_path, "walk", turns=turns)
        assert "made again" in caplog.text, (kind, name)
        assert hash_file(place / f"{name}.npy") == sound, (kind, name)
    (place,) = (cache / "network").iterdir()
    graph = open_network(place).searched.graph
    assert graph.weight_ms.tolist() == before.searched.graph.weight_ms.tolist()
    open_hierarchy(cache / "hierarchy" / place.name, graph)


def test_offsets_whose_differences_overflow_are_refused():
    first = np.int32([0, 2**31 - 1, -(2**31), -1, 1])
    with pytest.raises(GraphError, match="never decrease"):
        Graph(first, np.int32([0]), np.int32([1]))


@pytest.mark.parametrize("where", ["", "network", "entry", "file"])
def test_what_others_may_write_is_not_used(extract_path, cache, caplog, where):
    am.load_network(extract_path, "barge")
    (entry,) = (cache / "network").iterdir()
    place = {"entry": entry, "file": entry / "graph-head.npy"}.get(where, cache / where)
    for right in (0o002, 0o020):
        place.chmod(place.stat().st_mode | right)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert am.load_network(extract_path, "barge").graph.node_count > 10
        assert f"{place} belongs to another user, or others may write there" in caplog.text
        place.chmod(place.stat().st_mode & ~right)
        caplog.clear()
        am.load_network(extract_path, "barge")
        assert caplog.text == ""


def test_what_another_user_laid_there_is_not_used(extract_path, cache, caplog, monkeypatch):
    am.load_network(extract_path, "barge")
    if os.geteuid() == 0:
        os.chown(cache, 12345, -1)
    else:  # nobody else may give files away
        monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with caplog.at_level(logging.WARNING):
        assert am.load_network(extract_path, "barge").graph.node_count > 10
    assert "belongs to another user" in caplog.text


def test_a_cache_is_private_whatever_the_usual_rights_are(extract_path, cache, caplog):
    before = os.umask(0)
    try:
        for _ in range(2):
            am.load_network(extract_path, "barge")
    finally:
        os.umask(before)
    assert caplog.text == ""
    assert cache.stat().st_mode & 0o777 == 0o700
    assert all(not path.stat().st_mode & 0o022 for path in (cache / "network").rglob("*"))


def test_what_is_not_the_caches_own_stays(extract_path, cache, tmp_path):
    theirs = [cache / "network" / name for name in (".git", "mydata", ".gone-photos-1", "a" * 64)]
    for place in theirs[:3]:
        place.mkdir(parents=True)
        (place / "keep").write_text("mine")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "keep").write_text("mine")
    theirs[3].symlink_to(tmp_path / "elsewhere")
    am.load_network(extract_path, "barge")
    assert len(list_entries(cache)) == 1
    trim(cache, 0)
    clear_entries(cache)
    assert [(place / "keep").read_text() for place in theirs] == ["mine"] * 4
    assert list_entries(cache) == []


def test_locks_go_with_their_entries_unless_somebody_holds_them(extract_path, cache):
    am.load_network(extract_path, "barge")
    held = cache / "locks" / f"{'b' * 64}.lock"
    clear_entries(cache, [])
    assert len(list((cache / "locks").iterdir())) == 1
    with FileLock(held):
        clear_entries(cache)
        assert [path.name for path in (cache / "locks").iterdir()] == [held.name]
    clear_entries(cache)
    assert not any((cache / "locks").iterdir())


def test_an_entry_appears_when_the_disk_has_all_of_it(tmp_path, monkeypatch):
    place, flushed = tmp_path / "kept", []

    def flush(path):
        flushed.append((path.name, place.exists()))

    monkeypatch.setattr(folders, "flush_to_disk", flush)
    walk = am.build_network(crossroads(), "walk")
    names = {path.name for path in save_network(walk, place).iterdir()}
    assert {name for name, is_there in flushed if not is_there} == {*names, "new"}
    assert flushed[-1] == (tmp_path.name, True)
