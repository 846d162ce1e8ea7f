"""What damage does to a result in blocks: it is told or mended, never believed."""

import json
import os
import shutil

import pandas as pd
import pytest

import artois_mobility as am
from artois_mobility.blocks import running
from artois_mobility.blocks.parts import JOB
from artois_mobility.blocks.telling import JOURNAL, MANIFEST, file_of, write_manifest
from artois_mobility.errors import InputError, StorageError
from artois_mobility.network.examples import crossroads


class BrokenOffError(BaseException):
    """Stands for a signal that nothing catches."""


@pytest.fixture(scope="module")
def job():
    walk = am.build_network(crossroads(), "walk")
    origins = [(2.8302 + row * 1e-4, 50.42) for row in range(7)]
    return am.matrix_job(walk, origins, [(2.8325, 50.42), (2.8302, 50.42)], block_size=2)


@pytest.fixture(scope="module")
def whole(job, tmp_path_factory):
    return am.run_blocks(job, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture
def finished(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "finished")


@pytest.fixture
def begun(job, tmp_path, monkeypatch):
    """Give a run that was broken off behind two of its four blocks."""
    break_off_behind(monkeypatch, 2)
    with pytest.raises(BrokenOffError):
        am.run_blocks(job, tmp_path / "begun")
    monkeypatch.undo()
    return tmp_path / "begun"


def break_off_behind(monkeypatch, count):
    real, added = running.add_part, []

    def add_part(*arguments):
        if len(added) == count:
            raise BrokenOffError
        added.append(1)
        return real(*arguments)

    monkeypatch.setattr(running, "add_part", add_part)
    monkeypatch.setenv("ARTOIS_THREADS", "1")


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def flip(path, place, bit=0):
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


def test_no_flipped_bit_of_the_manifest_changes_what_is_read(whole, finished):
    expected = am.read_blocks(whole)
    content = (whole / MANIFEST).read_bytes()
    refused = 0
    for place in range(0, len(content), 3):
        (finished / MANIFEST).write_bytes(content)
        flip(finished / MANIFEST, place, place % 8)
        try:
            assert am.read_blocks(finished).equals(expected)
        except StorageError:
            refused += 1
    assert refused > 0.33 * len(content)


@pytest.mark.parametrize(
    "change",
    [
        lambda parts: parts[:2],
        lambda parts: parts[1:],
        lambda parts: [*parts, parts[0]],
        lambda parts: [],
        lambda parts: None,
        lambda parts: parts[::-1],
        lambda parts: [{**parts[0], "rows": 5}, {**parts[1], "rows": 3}, *parts[2:]],
        lambda parts: [{"block": 0}, *parts[1:]],
    ],
)
def test_a_manifest_that_does_not_list_every_block_once_is_refused(finished, change):
    record = json.loads((finished / MANIFEST).read_text())
    del record["sha256"]
    record["parts"] = change(record["parts"])
    (finished / MANIFEST).write_bytes(write_manifest(record))
    with pytest.raises(StorageError, match=r"every block once|its number of rows differs"):
        am.read_blocks(finished)


@pytest.mark.parametrize("damage", ['"rows": 4', '"rows": 2'])
def test_rows_that_a_journal_tells_are_held_against_the_part(job, whole, begun, damage):
    text = (begun / JOURNAL).read_text()
    changed = text.replace(damage, '"rows": 6', 1)
    assert (changed != text) == ("4" in damage)
    lines = changed.splitlines()
    lines.append(json.dumps({**json.loads(lines[1]), "rows": -5}))
    (begun / JOURNAL).write_text("".join(f"{line}\n" for line in lines))
    assert bytes_of(am.run_blocks(job, begun)) == bytes_of(whole)


def test_rows_of_a_finished_result_are_held_against_the_part_too(job, whole, finished):
    record = json.loads((finished / MANIFEST).read_text())
    del record["sha256"]
    record["parts"][1]["rows"] = 9
    (finished / MANIFEST).write_bytes(write_manifest(record))
    assert bytes_of(am.run_blocks(job, finished)) == bytes_of(whole)


def test_a_damaged_key_costs_work_not_the_folder(job, whole, begun, finished):
    for name, folder in ((JOURNAL, begun), (MANIFEST, finished)):
        key = json.loads((whole / MANIFEST).read_text())["job"].encode()
        flip(folder / name, (folder / name).read_bytes().index(key) + 5)
        assert bytes_of(am.run_blocks(job, folder)) == bytes_of(whole)


def test_a_journal_that_is_gone_costs_work_not_the_folder(job, whole, begun):
    (begun / JOURNAL).unlink()
    assert bytes_of(am.run_blocks(job, begun)) == bytes_of(whole)


def test_what_is_no_longer_whole_has_no_manifest(job, whole, finished, monkeypatch):
    flip(finished / file_of(1), 50)
    break_off_behind(monkeypatch, 0)
    with pytest.raises(BrokenOffError):
        am.run_blocks(job, finished)
    assert not (finished / MANIFEST).exists()
    with pytest.raises(StorageError, match="holds no finished blocks"):
        am.read_blocks(finished)
    assert len(pd.read_parquet(finished)) == 10  # three parts of four: no manifest says "whole"
    monkeypatch.undo()
    assert bytes_of(am.run_blocks(job, finished)) == bytes_of(whole)


@pytest.mark.parametrize("name", [JOB, JOURNAL, file_of(2)])
@pytest.mark.parametrize("kind", ["link", "other"])
def test_what_bears_an_own_name_and_is_something_else_is_refused(job, begun, name, kind, tmp_path):
    place = begun / name
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "keep").write_text("mine")
    if place.exists():
        place.rename(tmp_path / "moved")
    if kind == "link":
        place.symlink_to(tmp_path / "theirs")
    elif name == JOB:
        place.write_text("")
    else:
        place.mkdir()
    with pytest.raises(InputError, match=f"holds other things, such as {name}"):
        am.run_blocks(job, begun)
    assert (tmp_path / "theirs" / "keep").read_text() == "mine"
    place.unlink() if kind == "link" or name == JOB else place.rmdir()


def test_half_of_a_job_that_was_being_removed_is_not_another_job(job, whole, begun):
    (begun / JOURNAL).unlink()
    (begun / JOB).rename(begun / f"{JOB}-old")
    shutil.rmtree(begun / f"{JOB}-old" / "asked")
    for path in begun.glob("part-*"):
        path.unlink()
    assert bytes_of(am.run_blocks(job, begun)) == bytes_of(whole)


def test_files_have_the_rights_that_the_user_gives_to_files(job, tmp_path):
    before = os.umask(0o027)
    try:
        folder = am.run_blocks(job, tmp_path / "out")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o640}
