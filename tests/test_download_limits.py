"""Downloads from servers that mean harm, and onto disks that are full: told, bounded, kept."""

import functools
import os
import random
import re
import shutil
import subprocess
import sys
import time
import zlib
from types import SimpleNamespace

import osmium
import pytest
from filelock import FileLock

import artois_mobility as am
from artois_mobility.errors import DownloadError, ResultError
from artois_mobility.osm import answers, formats, scratch, transfer
from artois_mobility.osm.download import download_osm
from artois_mobility.osm.transfer import Patience
from osm_files import write_osm
from test_faults import small_disk
from test_osm_download import AREA, Behaviour, index_of, names_in, serving

HASTY = Patience(tries=3, first_wait_s=0.01, longest_wait_s=0.05, timeout_s=2.0)
PART = ["area.osm.pbf.part", "area.osm.pbf.part.version"]


@pytest.fixture(scope="module")
def region(repository):
    return (repository / "data" / "osm" / "artois-schematic.osm.pbf").read_bytes()


@pytest.fixture
def behaviour(region):
    return Behaviour({"/region.osm.pbf": region})


@pytest.fixture
def server(behaviour):
    with serving(behaviour) as address:
        yield address


@pytest.fixture
def fetch(server, tmp_path):
    """Download what the server calls so; the area lies in the schematic territory."""
    return lambda name, folder=tmp_path: download_osm(
        (2.80, 50.40, 2.85, 50.45), folder / "area.osm.pbf", server=server + name, patience=HASTY
    )


# ---------------------------------------------------------------- without end, and other harm


def test_an_index_and_a_checksum_without_end(fetch, behaviour, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "MOST_CHECKSUM_BYTES", 10_000)
    endless = b"A" * 200_000
    behaviour.files |= {"/index.json": endless, "/region.osm.pbf.md5": endless}
    with pytest.raises(DownloadError, match=r"osm.pbf.md5 sends more than 10000 bytes"):
        fetch("/region.osm.pbf")
    assert names_in(tmp_path) == PART
    default = functools.partial(transfer.fetch_text, most_bytes=20_000)
    monkeypatch.setattr("artois_mobility.osm.download.fetch_text", default)
    with pytest.raises(DownloadError, match=r"index.json sends more than 20000 bytes"):
        fetch("/index.json")


def test_a_file_of_no_stated_length_ends_at_the_limit(fetch, behaviour, tmp_path, monkeypatch):
    behaviour.length_text, behaviour.has_etag = "", False
    assert len(am.read_osm(fetch("/region.osm.pbf")).ways.osm_id) > 0
    monkeypatch.setattr(transfer, "MOST_FILE_BYTES", 100_000)
    with pytest.raises(DownloadError, match=r"region.osm.pbf sends more than 100000 bytes"):
        fetch("/region.osm.pbf")
    assert names_in(tmp_path) == ["area.osm.pbf", "area.osm.pbf.attribution.txt"]


def test_a_file_that_says_it_is_too_long_is_not_fetched(fetch, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "MOST_FILE_BYTES", 100_000)
    with pytest.raises(DownloadError, match=r"region.osm.pbf sends more than 100000 bytes"):
        fetch("/region.osm.pbf")
    assert names_in(tmp_path) == []


def test_an_answer_without_end(fetch, behaviour, tmp_path, monkeypatch):
    monkeypatch.setattr(transfer, "MOST_ANSWER_BYTES", 100_000)
    behaviour.overpass = b"<osm>" * 100_000
    with pytest.raises(DownloadError, match=r"interpreter sends more than 100000 bytes"):
        fetch("/api")
    assert names_in(tmp_path) == []


def test_an_address_that_leads_nowhere_is_asked_once(fetch, behaviour, tmp_path):
    behaviour.answers = [(302, {"Location": "/region.osm.pbf"})] * 99
    with pytest.raises(DownloadError, match="leads from address to address without end"):
        fetch("/region.osm.pbf")
    assert len(behaviour.answers) > 60
    behaviour.answers = [(302, {"Location": "file:///etc/passwd"})]
    with pytest.raises(DownloadError, match=r"an address that is not fetched \(InvalidSchema\)"):
        fetch("/region.osm.pbf")
    assert names_in(tmp_path) == []


def test_an_index_that_names_no_address(fetch, behaviour, tmp_path):
    behaviour.files["/index.json"] = index_of(("all", "file:///etc/passwd", (-9, 40, 9, 60)))
    with pytest.raises(DownloadError, match=r"names 'file:///etc/passwd' as the file of all"):
        fetch("/index.json")
    behaviour.files["/index.json"] = index_of(("all", 5, (-9, 40, 9, 60)))
    with pytest.raises(DownloadError, match=r"is not an index .*the address 5 is no text"):
        fetch("/index.json")
    behaviour.files["/index.json"] = b"[" * 200_000
    with pytest.raises(DownloadError, match=r"is not an index of regional files \(Recursion"):
        fetch("/index.json")


@pytest.mark.parametrize("length", ["\xb2", "9" * 5000, "-5"])
def test_lengths_that_are_no_numbers(behaviour, length):
    said = SimpleNamespace(status_code=200, headers={"Content-Length": length})
    assert answers.read_span(said) == answers.Span(0, None)
    said = SimpleNamespace(status_code=206, headers={"Content-Range": f"bytes 5-9/{length}"})
    assert answers.read_span(said) == answers.Span(-1, None)


def test_a_length_in_digits_of_another_kind(fetch, behaviour):
    behaviour.length_text = "\xb2"
    assert len(am.read_osm(fetch("/region.osm.pbf")).ways.osm_id) > 0


@pytest.mark.parametrize(
    ("text", "pause_s"),
    [
        ("\xb2", None),
        ("soon", None),
        ("9" * 400, float("inf")),
        ("Fri, 01 Jan 1999 00:00:00 -0000", 0.0),
    ],
)
def test_pauses_that_servers_name(text, pause_s):
    assert answers.read_pause(text) == pause_s


def test_a_file_that_unpacks_to_gigabytes_is_not_unpacked(fetch, behaviour, tmp_path):
    packed = zlib.compress(bytes(2**25), 9)
    body = b"\x10\x80\x80\x80\x10\x1a" + number(len(packed)) + packed
    head = b"\x0a\x07OSMData\x18" + number(len(body))
    behaviour.files["/bomb.osm.pbf"] = (len(head).to_bytes(4, "big") + head + body) * 9
    with pytest.raises(DownloadError, match=r"sent what is not read.* unpacks to more than"):
        fetch("/bomb.osm.pbf")
    assert names_in(tmp_path) == []


def number(value):
    return bytes([value & 127 | 128]) + number(value >> 7) if value > 127 else bytes([value])


# ---------------------------------------------------------------- full disks


@pytest.mark.parametrize("size", ["300k", "700k", "3m"])
def test_a_disk_that_is_full_is_told_and_the_part_goes_on(fetch, behaviour, region, tmp_path, size):
    disk = tmp_path / "disk"
    with small_disk(disk, size) as kind:
        if kind == "files":
            pytest.skip("needs the right to mount a disk")
        with pytest.raises(ResultError, match=r"did not take what was to be written"):
            fetch("/region.osm.pbf", disk)
        assert names_in(disk) == ([] if size == "300k" else PART)
        kept = disk / "area.osm.pbf.part"
        assert not kept.exists() or kept.read_bytes() == region


def test_a_disk_that_fills_while_a_file_comes(server, behaviour, region, tmp_path):
    """Something else takes the room that there was when the server said how much it sends."""
    disk, url = tmp_path / "disk", f"{server}/region.osm.pbf"
    film, part = disk / "film", disk / "area.osm.pbf.part"

    def fill(what, done, total):
        if not film.exists():
            film.write_bytes(bytes(600_000))

    with small_disk(disk, "900k") as kind:
        if kind == "files":
            pytest.skip("needs the right to mount a disk")
        with pytest.raises(ResultError, match=r"did not take .* \(No space left on device"):
            download_osm(AREA, disk / "area.osm.pbf", server=url, patience=HASTY, progress=fill)
        film.unlink()
        assert names_in(disk) == PART
        come = part.stat().st_size
        assert 0 < come < len(region)
        transfer.fetch_file(url, part, patience=HASTY)
        assert part.read_bytes() == region
    assert behaviour.asked_ranges()[-1] == f"bytes={come}-"


def test_a_server_that_does_not_say_how_much_leaves_room(fetch, behaviour, region, tmp_path):
    behaviour.length_text = ""
    behaviour.files["/region.osm.pbf"] = region * 9
    disk = tmp_path / "disk"
    with small_disk(disk, "2m") as kind:
        if kind == "files":
            pytest.skip("needs the right to mount a disk")
        with pytest.raises(ResultError, match=r"sends more than \d+ bytes without saying how much"):
            fetch("/region.osm.pbf", disk)
        assert names_in(disk) == PART
        assert shutil.disk_usage(disk).free > 100_000


@pytest.mark.parametrize("size", ["1m", "2m"])
def test_a_full_disk_for_working_files_is_told_while_an_extract_is_read(repository, tmp_path, size):
    """In a process of its own: a writer that fails twice would end the interpreter."""
    extract = repository / "data" / "osm" / "artois-schematic.osm.pbf"
    with small_disk(tmp_path / "disk", size):
        done = subprocess.run(
            [sys.executable, "-m", "artois_mobility", "check", str(extract), "--lang", "fr"],
            check=False,
            env={**os.environ, "TMPDIR": str(tmp_path / "disk")},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 1, done.stderr
    told = " ".join(done.stderr.split())
    assert "n’a pas été lu : ses fichiers de travail n’ont pas pu être écrits dans" in told
    assert "format" not in done.stderr


@pytest.mark.parametrize("ending", ["pbf", "xml", "xml.gz", "xml.bz2", "opl"])
def test_every_writer_that_fails_tells_the_system(tmp_path, ending):
    draw = random.Random(1)
    nodes = {n: (draw.uniform(2, 3), draw.uniform(50, 51)) for n in range(1, 40_000)}
    source = osmium.io.File(str(write_osm(tmp_path / "s.osm", nodes)))
    with small_disk(tmp_path / "disk", "40k"), pytest.raises(OSError, match=r"No space|too large"):
        formats.rewrite_osm(source, tmp_path / "disk" / "w", ending, osmium.io.Header())


def test_a_writer_leaves_other_faults_as_they_are(tmp_path):
    damaged, header = tmp_path / "d.osm", osmium.io.Header()
    damaged.write_text("<osm><node")
    with pytest.raises(RuntimeError, match="Can not read file without version"):
        formats.rewrite_osm(osmium.io.File(str(damaged)), tmp_path / "w.opl", "opl", header)
    with pytest.raises(OSError, match="No such file"):
        formats.rewrite_osm(osmium.io.File(str(damaged)), tmp_path / "no" / "w", "opl", header)


# ---------------------------------------------------------------- what the dead left


def test_what_a_killed_download_left_is_removed_by_the_next(fetch, tmp_path):
    old, young, held, other = (tmp_path / f".artois-mobility-{n}" for n in ("a", "b", "c", "d"))
    for folder in (old, young, held, other):
        folder.mkdir()
        (folder / "answer.osm").write_text("half")
    for folder in (old, young, held):
        (folder / scratch.LOCK).touch()
    long_ago = time.time() - 2 * scratch.OLDEST_UNLOCKED_S
    for folder in (old, held, other):
        os.utime(folder, (long_ago, long_ago))
    with FileLock(held / scratch.LOCK):
        os.utime(held, (long_ago, long_ago))
        fetch("/region.osm.pbf")
    assert [folder.exists() for folder in (old, young, held, other)] == [False, True, True, True]
    assert re.fullmatch(r"area.*", names_in(tmp_path)[-1])
