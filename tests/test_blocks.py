"""Work in blocks: the rows of the whole, the same bytes however it was broken off."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.blocks import parts as parts_module
from artois_mobility.blocks import running
from artois_mobility.blocks.job_folders import open_job, save_job
from artois_mobility.blocks.parts import JOB
from artois_mobility.blocks.telling import JOURNAL, MANIFEST, file_of
from artois_mobility.cli.commands import app
from artois_mobility.errors import BudgetError, InputError, ResultError, StorageError


@pytest.fixture(scope="module")
def world(repository):
    data = repository / "data" / "osm"
    extract = am.read_osm(data / "artois-schematic.osm.pbf")
    network = am.build_network(extract, "walk")
    residents = am.read_residents(data / "artois-residents.csv").head(230)
    sites = am.read_sites(extract, ["care/hospital", "culture/library"])
    return extract, network, residents, sites


@pytest.fixture(scope="module")
def job(world):
    _, network, residents, sites = world
    return am.matrix_job(network, residents, sites, block_size=32)


@pytest.fixture(scope="module")
def whole(job, tmp_path_factory):
    return am.run_blocks(job, tmp_path_factory.mktemp("whole") / "out")


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def in_order(table, keys):
    text = {name: table[name].astype(str) for name in table.columns if table[name].dtype != float}
    return table.assign(**text).sort_values(keys, kind="stable").reset_index(drop=True)


def test_a_matrix_in_blocks_is_the_matrix(world, whole):
    _, network, residents, sites = world
    expected = am.travel_time_matrix(network, residents, sites)
    table = am.read_blocks(whole)
    assert_frame_equal(table.astype(str), expected.astype(str))
    assert_frame_equal(pd.read_parquet(whole).astype(str), expected.astype(str))
    assert sum(path.name.startswith("part-") for path in whole.iterdir()) == 8
    manifest = json.loads((whole / MANIFEST).read_text())
    assert (manifest["rows"], manifest["origins"]) == (len(expected), 230)


@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_access_times_in_blocks_are_the_access_times(world, tmp_path, direction):
    _, network, residents, sites = world
    asked = {"k": 2, "categories": ["care", "culture/*"], "direction": direction}
    folder = am.run_blocks(
        am.access_job(network, residents, sites, **asked, block_size=100), tmp_path / "out"
    )
    keys = ["category", "cell", "rank"]
    expected = am.access_times(network, residents, sites, **asked)
    assert_frame_equal(
        in_order(am.read_blocks(folder), keys), in_order(expected, keys), check_dtype=False
    )


def test_opportunities_in_blocks_are_the_opportunities(world, tmp_path):
    _, network, residents, sites = world
    sites = sites.assign(capacity=np.arange(len(sites)) / 3)
    job = am.opportunity_job(network, residents, sites, [10, 25], worth="capacity", block_size=90)
    keys = ["category", "cell", "measure"]
    expected = am.opportunities(network, residents, sites, [10, 25], worth="capacity")
    found = am.read_blocks(am.run_blocks(job, tmp_path / "out"))
    assert_frame_equal(in_order(found, keys), in_order(expected, keys), check_dtype=False)


def test_isochrones_in_blocks_are_the_isochrones(world, tmp_path):
    _, network, residents, _ = world
    origins = residents.head(7)
    job = am.isochrone_job(network, origins, [5, 10], cell_m=50, block_size=3)
    folder = am.run_blocks(job, tmp_path / "out")
    expected = am.isochrones(network, origins.geometry, [5, 10], cell_m=50)
    found = am.read_blocks(folder)
    assert found["name"].tolist() == np.repeat(origins["cell"].to_numpy(), 2).tolist()
    assert found.geometry.to_wkb().tolist() == expected.geometry.to_wkb().tolist()
    columns = ["origin", "minutes", "area_km2", "reason"]
    assert found[columns].astype(str).equals(expected[columns].astype(str))
    assert gpd.read_parquet(folder / file_of(0)).crs == "OGC:CRS84"  # longitude first


def test_crossings_in_blocks_are_ranked_as_all_at_once(world, tmp_path):
    extract, network, residents, sites = world
    places = am.crossing_candidates(extract, network, kinds=["canal"]).head(30)
    job = am.crossing_job(network, residents, sites, places, block_size=8)
    found = am.read_blocks(am.run_blocks(job, tmp_path / "out"))
    assert found["candidate"].tolist() == places["candidate"].tolist()
    ranked = am.rank_links(network, residents, sites, places).links.set_index("candidate")
    columns = ["saved_person_min", "newly_within", "newly_reached", "reason"]
    expected = ranked.loc[places["candidate"], columns].reset_index()
    found = pd.DataFrame(found[["candidate", *columns]]).astype({"reason": object})
    assert_frame_equal(found.astype(str), expected.astype(str))


def test_nobody_and_nowhere_have_their_rows_too(world, tmp_path):
    _, network, residents, sites = world
    nobody = am.run_blocks(am.matrix_job(network, [], sites), tmp_path / "nobody")
    assert am.read_blocks(nobody).columns.tolist() == ["origin", "destination", "minutes"]
    assert len(am.read_blocks(nobody)) == 0
    far = am.run_blocks(am.matrix_job(network, [(0.0, 0.0)], sites), tmp_path / "far")
    assert am.read_blocks(far)["minutes"].isna().all()
    none = am.run_blocks(am.access_job(network, residents, sites.head(0)), tmp_path / "none")
    assert len(am.read_blocks(none)) == 0


def test_the_bytes_are_the_same_on_any_number_of_threads(job, whole, tmp_path, monkeypatch):
    for count in ("1", "3"):
        monkeypatch.setenv("ARTOIS_THREADS", count)
        assert bytes_of(am.run_blocks(job, tmp_path / count)) == bytes_of(whole)


def test_a_job_from_disk_maps_its_network_and_asks_the_same(job, tmp_path):
    key = save_job(job, tmp_path / "job")
    opened = open_job(tmp_path / "job")
    assert not opened.network.graph.head.flags.owndata
    assert save_job(opened, tmp_path / "again") == key
    assert opened.rows(7) == range(224, 230)


def test_a_finished_job_is_not_computed_again(job, whole, tmp_path, monkeypatch):
    folder = shutil.copytree(whole, tmp_path / "copy")
    monkeypatch.setattr(running, "_compute_in_threads", lambda *a: pytest.fail("computed again"))
    told = []
    am.run_blocks(job, folder, progress=lambda *stage: told.append(stage))
    assert told == [("blocks of matrix", 8, 8)]
    assert bytes_of(folder) == bytes_of(whole)


class KilledError(BaseException):
    """Stands for a signal that nothing catches."""


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("save_job", 1),
        ("finish", 1),
        ("flush_to_disk", 1),
        *(("write_whole", count) for count in (1, 2, 5, 9, 10)),
        *(("key_of", count) for count in (1, 2)),
    ],
)
def test_what_is_broken_off_anywhere_goes_on_to_the_same_bytes(
    job, whole, tmp_path, monkeypatch, name, count
):
    real, calls = getattr(parts_module, name), []

    def break_off(*arguments):  # before, in the middle of the run, after its last part
        calls.append(1)
        if len(calls) == count:
            raise KilledError
        return real(*arguments)

    monkeypatch.setattr(parts_module, name, break_off)
    folder = tmp_path / "out"
    for _ in range(2):  # broken off, and if it was not, run again
        try:
            am.run_blocks(job, folder)
        except KilledError:
            break
    monkeypatch.undo()
    assert bytes_of(am.run_blocks(job, folder)) == bytes_of(whole)


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
import artois_mobility as am
from artois_mobility.blocks import running
from artois_mobility.blocks.job_folders import open_job

job, folder, draw = open_job(Path(sys.argv[1])), Path(sys.argv[2]), random.Random(int(sys.argv[3]))
os.environ["ARTOIS_THREADS"] = "1"
kills = 0
while not (folder / "_manifest.json").exists():
    child = os.fork()
    if not child:
        am.run_blocks(job, folder, progress=lambda *stage: time.sleep(0.05))
        os._exit(0)
    time.sleep(draw.uniform(0.1, 0.4) * (1 + kills / 4))  # a slow machine gets there too
    os.kill(child, signal.SIGKILL)
    kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
print(kills)
"""


def test_killed_again_and_again_it_ends_with_the_same_bytes(world, tmp_path):
    _, network, residents, sites = world
    job = am.matrix_job(network, residents, sites, block_size=8)
    expected = bytes_of(am.run_blocks(job, tmp_path / "whole"))
    save_job(job, tmp_path / "job")
    command = [sys.executable, "-c", KILLED, str(tmp_path / "job"), str(tmp_path / "out"), "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert int(done.stdout) >= 3
    am.run_blocks(open_job(tmp_path / "job"), tmp_path / "out")  # was it killed at the very end?
    assert bytes_of(tmp_path / "out") == expected


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def append(path, content):
    path.write_bytes(path.read_bytes() + content)


def begun(job, whole, folder, block_count=4):
    """Lay out a run that was killed behind some blocks."""
    shutil.copytree(whole, folder)
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).unlink()
    lines = [{"format": 1, "job": manifest["job"]}, *manifest["parts"][:block_count]]
    (folder / JOURNAL).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    for block in range(block_count, job.block_count):
        (folder / file_of(block)).unlink()
    return folder


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: flip(folder / file_of(2)),
        lambda folder: (folder / file_of(0)).write_bytes(b""),
        lambda folder: (folder / file_of(1)).unlink(),
        lambda folder: (folder / file_of(6)).write_bytes(b"PAR1 of somebody else"),
        lambda folder: (folder / ".part-000005.parquet-abc").write_bytes(b"half"),
        lambda folder: (folder / JOURNAL).write_bytes((folder / JOURNAL).read_bytes()[:-30]),
        lambda folder: append(folder / JOURNAL, b"\xff\x00{{{\n[1]\n7\n" + b"[" * 9999),
        lambda folder: (folder / JOB).mkdir(),
        lambda folder: None,
    ],
)
def test_only_what_is_whole_is_kept(job, whole, tmp_path, damage, monkeypatch):
    folder = begun(job, whole, tmp_path / "out")
    damage(folder)
    computed = []
    real = running._compute
    monkeypatch.setattr(running, "_compute", lambda *a: (computed.extend(a[2]), real(*a))[1])
    assert bytes_of(am.run_blocks(job, folder)) == bytes_of(whole)
    assert {4, 5, 6, 7} <= set(computed)
    assert len(computed) in {4, 5}


def test_damage_to_a_finished_result_is_seen_and_mended(job, whole, tmp_path):
    folder = shutil.copytree(whole, tmp_path / "out")
    flip(folder / file_of(3))
    with pytest.raises(StorageError, match=r"part-000003.parquet is missing or damaged"):
        am.read_blocks(folder)
    am.run_blocks(job, folder)
    assert bytes_of(folder) == bytes_of(whole)
    (folder / MANIFEST).write_text("{")
    with pytest.raises(StorageError, match="holds no finished blocks"):
        am.read_blocks(folder)


def test_a_folder_of_another_job_or_of_other_things_is_refused(world, job, whole, tmp_path):
    _, network, residents, sites = world
    other = am.matrix_job(network, residents, sites, block_size=33)
    before = bytes_of(whole)
    with pytest.raises(InputError, match="holds the blocks of another job"):
        am.run_blocks(other, whole)
    with pytest.raises(InputError, match="holds the blocks of another job"):
        am.run_blocks(other, begun(job, whole, tmp_path / "begun"))
    assert bytes_of(whole) == before
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_text("")
    with pytest.raises(InputError, match=r"holds other things, such as a.jpg"):
        am.run_blocks(job, tmp_path / "photos")
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "part-0.parquet").write_text("")
    with pytest.raises(InputError, match=r"holds other things, such as part-0.parquet"):
        am.run_blocks(job, tmp_path / "theirs")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"is a file. Name a folder"):
        am.run_blocks(job, tmp_path / "file")


def test_two_runs_into_one_folder(job, whole, tmp_path):
    entered, left = threading.Event(), threading.Event()

    def wait(what, done, total):
        entered.set()
        left.wait(30)

    first = threading.Thread(
        target=am.run_blocks, args=(job, tmp_path / "out"), kwargs={"progress": wait}
    )
    first.start()
    entered.wait(30)
    with pytest.raises(InputError, match="Another run is writing into"):
        am.run_blocks(job, tmp_path / "out")
    left.set()
    first.join()
    assert bytes_of(tmp_path / "out") == bytes_of(whole)


def test_the_budget_of_memory_is_kept(job, tmp_path, monkeypatch):
    with pytest.raises(BudgetError, match="ask for fewer origins in a block"):
        am.run_blocks(job, tmp_path / "out", budget_bytes=1000)
    assert not (tmp_path / "out").exists()
    monkeypatch.setenv("ARTOIS_THREADS", "8")
    assert running._blocks_at_once(job, 3 * job.block_bytes) == 3
    assert running._blocks_at_once(job, 99 * job.block_bytes) == 8
    with pytest.raises(InputError, match="at least 1 origin; found 0"):
        am.matrix_job(job.network, [], [], block_size=0)


def test_progress_and_an_error_in_a_block(job, tmp_path, monkeypatch):
    told = []

    def fail_at_the_fifth(*arguments):
        told.append(arguments)
        if len(told) == 5:
            msg = "the power went"
            raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="the power went"):
        am.run_blocks(job, tmp_path / "out", progress=fail_at_the_fifth)
    assert told[4] == ("blocks of matrix", 4, 8)
    am.run_blocks(job, tmp_path / "out", progress=lambda *stage: told.append(stage))
    assert told[5] == ("blocks of matrix", 4, 8)


def test_a_folder_that_cannot_be_written(job):
    with pytest.raises(ResultError, match="cannot be written"):
        am.run_blocks(job, "/proc/artois")


def test_the_command_says_what_it_wrote(repository, tmp_path):
    study = str(repository / "scenarios" / "artois.toml")
    asked = ["blocks", "access", study, "--profile", "walk", "--category", "care/hospital"]
    run = CliRunner().invoke(app, [*asked, "--output", str(tmp_path / "out")])
    assert run.exit_code == 0, run.output
    table = am.read_blocks(tmp_path / "out")
    assert f"{len(table):,} lignes en 1 partie".replace(",", "\u202f") in run.stdout
    assert (table["mention"] == "SCHÉMATIQUE – NE PAS CITER").all()
    asked[1] = "matrix"
    asked += ["--lang", "en"]
    run = CliRunner().invoke(app, [*asked, "--output", str(tmp_path / "out"), "--json"])
    assert run.exit_code == 2
    assert "holds the blocks of another job" in run.output
    run = CliRunner().invoke(app, [*asked, "--output", str(tmp_path / "m"), "--memory", "0"])
    assert run.exit_code == 2
