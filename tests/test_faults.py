"""Faults of the machine, each by doing it: nothing half-written is ever taken for whole."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.blocks.job_folders import save_job
from artois_mobility.cli.commands import app
from artois_mobility.errors import BudgetError, ExtractError, InputError, ResultError
from study_worlds import link_text, write_scenario, write_town


@pytest.fixture
def town(tmp_path):
    study = write_town(tmp_path / "town")
    plan = write_scenario(tmp_path / "town", "plan", link_text((3, 2), (3, 3)))
    return study, plan


@pytest.fixture(scope="module")
def job(repository):
    data = repository / "data" / "osm"
    extract = am.read_osm(data / "artois-schematic.osm.pbf")
    residents = am.read_residents(data / "artois-residents.csv").head(300)
    sites = am.read_sites(extract, ["care"])
    return am.matrix_job(am.build_network(extract, "walk"), residents, sites, block_size=20)


@contextmanager
def small_disk(place, size="300k"):
    """Mount a small disk, where the machine lets us; else let no file grow beyond a tenth of it."""
    place.mkdir()
    if shutil.which("mount") and os.geteuid() == 0:
        command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        if subprocess.run(command, check=False, capture_output=True).returncode == 0:
            try:
                yield "disk"
            finally:
                subprocess.run(["umount", "-l", str(place)], check=True)
            return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        yield "files"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


def run(*arguments):
    return CliRunner().invoke(app, [*map(str, arguments), "--lang", "en"])


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def is_whole(folder):
    """Whether a report's manifest agrees with its files."""
    manifest = json.loads((folder / "manifest.json").read_text())
    return all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected
        for name, expected in manifest["files"].items()
    )


def test_a_full_disk_leaves_no_report_that_looks_whole(town, tmp_path):
    with small_disk(tmp_path / "disk"):
        done = run("compare", *town, "--output", tmp_path / "disk" / "out")
        assert done.exit_code == 1, done.output
        assert "could not be written" in done.output
        assert not (tmp_path / "disk" / "out").exists()


def test_a_full_disk_keeps_the_report_that_stood_there(town, tmp_path):
    with small_disk(tmp_path / "disk", "12m") as kind:
        out = tmp_path / "disk" / "out"
        if kind == "files":
            pytest.skip("needs the right to mount a disk")
        assert run("compare", *town, "--output", out).exit_code == 0
        before = bytes_of(out)
        (tmp_path / "disk" / "film").write_bytes(bytes(int(shutil.disk_usage(out).free - 100_000)))
        done = run("compare", *town, "--output", out)
        assert done.exit_code == 1, done.output
        assert bytes_of(out) == before
        assert is_whole(out)
        assert not [each for each in out.iterdir() if each.name.startswith((".", "_"))]


@pytest.mark.parametrize("name", ["times.csv", "times.parquet"])
def test_a_full_disk_keeps_the_table_that_stood_there(town, tmp_path, name):
    with small_disk(tmp_path / "disk", "16k"):
        path = tmp_path / "disk" / name
        path.write_text("of yesterday")
        (tmp_path / "disk" / "film").write_bytes(bytes(8000))
        done = run("access", town[0], "--output", path)
        if done.exit_code == 0:
            return  # it fitted where only single files are limited
        assert done.exit_code == 1
        assert "could not be written" in done.output
        assert path.read_text() == "of yesterday"
        assert {each.name for each in path.parent.iterdir()} == {name, "film"}


def test_blocks_go_on_when_there_is_space_again(job, tmp_path):
    expected = bytes_of(am.run_blocks(job, tmp_path / "whole"))
    need = sum(path.stat().st_size for path in (tmp_path / "whole").iterdir())
    save_job(job, tmp_path / "job")
    need += sum(path.stat().st_size for path in (tmp_path / "job").rglob("*"))
    with small_disk(tmp_path / "disk", f"{2 * need // 1024 + 200}k") as kind:
        if kind == "files":
            pytest.skip("needs the right to mount a disk")
        out = tmp_path / "disk" / "out"
        film = tmp_path / "disk" / "film"

        def fill(what, done, total):
            if done == 5:
                free = shutil.disk_usage(tmp_path / "disk").free
                film.write_bytes(bytes(max(0, free - 3 * 4096)))

        with pytest.raises(ResultError, match=r"No space left on device. What is whole stays"):
            am.run_blocks(job, out, progress=fill)
        assert not (out / "_manifest.json").exists()
        film.unlink()
        told = []
        am.run_blocks(job, out, progress=lambda *stage: told.append(stage[1]))
        assert told[0] >= 5
        assert bytes_of(out) == expected


def test_outputs_that_cannot_be_written(town, job, tmp_path):
    for place in ("/proc/out", "/dev/null/out"):
        done = run("compare", *town, "--output", place)
        assert done.exit_code in {1, 2}, done.output
        assert "written" in done.output or "is a file" in done.output
        done = run("blocks", "access", town[0], "--output", place)
        assert done.exit_code in {1, 2}, done.output
        assert "Error: " in done.output
        assert "fault of the program" not in done.output


def test_a_disk_that_may_only_be_read(town, tmp_path):
    with small_disk(tmp_path / "disk", "1m") as kind:
        if kind == "files":
            pytest.skip("needs the right to mount a disk")
        subprocess.run(["mount", "-o", "remount,ro", str(tmp_path / "disk")], check=True)
        for command in (
            ["compare", *town, "--output", tmp_path / "disk" / "out"],
            ["access", town[0], "--output", tmp_path / "disk" / "times.csv"],
            ["matrix", town[0], "--output", tmp_path / "disk" / "matrix.parquet"],
            ["blocks", "matrix", town[0], "--output", tmp_path / "disk" / "blocks"],
        ):
            done = run(*command)
            assert done.exit_code == 1, done.output
            assert "Read-only file system" in done.output


def test_a_file_that_vanishes_while_it_is_needed(town, tmp_path):
    study = am.read_study(town[0])
    (tmp_path / "town" / "data" / "town.osm.pbf").unlink()
    with pytest.raises(ExtractError, match="does not exist"):
        am.compare(study, [town[1]])
    study_path = write_town(tmp_path / "again")
    study = am.read_study(study_path)

    def remove(stage, done, total):
        (tmp_path / "again" / "data" / "residents.csv").unlink(missing_ok=True)

    with pytest.raises(InputError, match=r"residents.csv does not exist"):
        am.assess(study, progress=remove)


def test_an_extract_that_is_written_to_while_it_is_read(repository, tmp_path, monkeypatch):
    from artois_mobility.caching import networks

    monkeypatch.setenv("ARTOIS_CACHE", str(tmp_path / "cache"))
    path = shutil.copy(repository / "data/osm/artois-schematic.osm.pbf", tmp_path / "a.osm.pbf")
    real = networks.read_osm

    def slowly(file):
        with path.open("ab") as more:
            more.write(b"")
        with path.open("r+b") as other:
            other.truncate(path.stat().st_size - 7)
            other.seek(0, 2)
            other.write(b"another")
        return real(file)

    monkeypatch.setattr(networks, "read_osm", slowly)
    with pytest.raises(ExtractError):
        am.load_network(path, "barge")
    assert not list((tmp_path / "cache").glob("network/*"))


def test_parts_that_vanish_while_others_are_computed(job, tmp_path):
    expected = bytes_of(am.run_blocks(job, tmp_path / "whole"))

    def take_away(what, done, total):
        if done == 6:
            (tmp_path / "out" / "part-000001.parquet").unlink(missing_ok=True)

    with pytest.raises(ResultError, match=r"1 of 15 blocks are missing .* part-000001.parquet"):
        am.run_blocks(job, tmp_path / "out", progress=take_away)
    assert bytes_of(am.run_blocks(job, tmp_path / "out")) == expected


KILLED = """
import os, signal, sys
from artois_mobility.report import writing
import artois_mobility as am
real = writing._write_files
def die(*arguments):
    real(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
writing._write_files = die
am.write_report(am.compare(am.read_study(sys.argv[1]), [sys.argv[2]]), sys.argv[3])
"""


def test_a_report_that_was_killed_is_not_there(town, tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "-c", KILLED, *map(str, town), str(out)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (out / "manifest.json").exists()
    assert not (out / "report.html").exists()
    assert run("compare", *town, "--output", out).exit_code == 0
    assert is_whole(out)
    assert not [each for each in out.iterdir() if each.name.startswith((".", "_"))]


def test_two_reports_into_one_folder(town, tmp_path):
    from filelock import FileLock

    out = tmp_path / "out"
    assert run("compare", *town, "--output", out).exit_code == 0
    before = bytes_of(out)
    with FileLock(out / "_lock"):
        done = run("compare", *town, "--output", out)
    assert done.exit_code == 2, done.output
    assert "Another run is writing into" in done.output
    (out / "_lock").unlink(missing_ok=True)
    assert bytes_of(out) == before


def test_a_clock_that_goes_back_changes_nothing(job, tmp_path, monkeypatch):
    expected = bytes_of(am.run_blocks(job, tmp_path / "whole"))
    hours = iter(range(10**6, 0, -1))
    monkeypatch.setattr(time, "time", lambda: float(next(hours) * 3600))

    def stop(what, done, total):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        am.run_blocks(job, tmp_path / "out", progress=stop)
    for second, path in enumerate((tmp_path / "out").iterdir()):
        os.utime(path, (second, second))  # written in 1970
    assert bytes_of(am.run_blocks(job, tmp_path / "out")) == expected


STARVED = """
import os, resource, sys
from pathlib import Path
from artois_mobility.blocks import running
from artois_mobility.blocks.job_folders import open_job
job = open_job(Path(sys.argv[1]))
os.environ["ARTOIS_THREADS"] = "1"
def starve(what, done, total):
    if done == 4:
        pages = int(open("/proc/self/statm").read().split()[0])
        most = pages * resource.getpagesize() + 100_000
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        held = []
        try:
            while True:
                held.append(bytearray(4096))
        except MemoryError:
            raise
running.run_blocks(job, sys.argv[2], progress=starve)
"""


def test_out_of_memory_loses_no_block(job, town, tmp_path):
    expected = bytes_of(am.run_blocks(job, tmp_path / "whole"))
    save_job(job, tmp_path / "job")
    command = [sys.executable, "-c", STARVED, str(tmp_path / "job"), str(tmp_path / "out")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "MemoryError" in done.stderr
    told = []
    am.run_blocks(job, tmp_path / "out", progress=lambda *stage: told.append(stage[1]))
    assert told[0] == 4
    assert bytes_of(tmp_path / "out") == expected
    with pytest.raises(BudgetError, match="ask for fewer origins in a block"):
        am.run_blocks(job, tmp_path / "small", budget_bytes=1)
    done = run("blocks", "matrix", town[0], "--output", tmp_path / "b", "--memory", "0.000001")
    assert done.exit_code == 2
    assert "GiB is allowed. Allow more" in done.output
    assert not (tmp_path / "b").exists()
