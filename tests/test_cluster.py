"""Blocks on a Dask cluster of local processes: the same bytes, whatever happens to a worker."""

import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.blocks import cluster as cluster_module
from artois_mobility.blocks import delivery, job_folders, workers
from artois_mobility.cli import clusters
from artois_mobility.cli.commands import app
from artois_mobility.errors import InputError, ResultError

# Dask's own housekeeping when processes come and go.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from distributed import LocalCluster

        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster:
            yield cluster


@pytest.fixture
def client(cluster):
    from distributed import Client

    with Client(cluster.scheduler_address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        yield client


@pytest.fixture(scope="module")
def job(repository):
    data = repository / "data" / "osm"
    extract = am.read_osm(data / "artois-schematic.osm.pbf")
    residents = am.read_residents(data / "artois-residents.csv").head(320)
    sites = am.read_sites(extract, ["care/hospital"])
    return am.matrix_job(am.build_network(extract, "walk"), residents, sites, block_size=16)


@pytest.fixture(scope="module")
def expected(job, tmp_path_factory):
    return bytes_of(am.run_blocks(job, tmp_path_factory.mktemp("whole") / "out"))


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_bytes_are_those_of_one_process(job, expected, client, tmp_path):
    told = []
    folder = am.run_blocks(
        job, tmp_path / "out", client=client, progress=lambda *stage: told.append(stage)
    )
    assert bytes_of(folder) == expected
    assert told[0][1:] == (0, 20)
    assert told[-1][1:] == (20, 20)
    assert not client.run(lambda: list(workers.received_jobs)).popitem()[1]  # all saw the folder


def test_a_worker_that_dies_in_the_middle_loses_nothing(job, expected, client, tmp_path):
    victims = list(client.run(os.getpid).values())
    killed = []

    def kill(what, done, total):
        if done == 5 and not killed:
            killed.append(victims[0])
            os.kill(victims[0], signal.SIGKILL)

    folder = am.run_blocks(job, tmp_path / "out", client=client, progress=kill)
    assert killed
    assert bytes_of(folder) == expected
    client.wait_for_workers(2, timeout=60)
    assert victims[0] not in client.run(os.getpid).values()


def test_workers_without_shared_storage_receive_the_job_once(job, expected, client, tmp_path):
    folder = str(tmp_path)

    def look_away():
        real = job_folders.key_of

        def key_of(place):
            return "" if str(place).startswith(folder) else real(place)

        job_folders.key_of = delivery.key_of = workers.key_of = key_of
        job_folders.look_back = real

    def look_back():
        job_folders.key_of = delivery.key_of = workers.key_of = job_folders.look_back

    client.run(look_away)
    received = []

    def look(what, done, total):
        if done == 4:
            told = client.run(lambda: [str(place) for place in workers.received_jobs.values()])
            received.extend(told.values())

    out = am.run_blocks(job, tmp_path / "out", client=client, progress=look)
    assert bytes_of(out) == expected
    assert [len(each) for each in received] == [1, 1]
    assert not received[0][0].startswith(folder)
    assert not Path(received[0][0]).exists()  # removed when the work was done
    client.run(look_back)


def test_a_worker_of_another_version_is_named(job, client, tmp_path):
    def become_older():
        job_folders.young, job_folders.job_fingerprint = job_folders.job_fingerprint, lambda: "old"

    def become_young():
        job_folders.job_fingerprint = job_folders.young

    (one, *_) = client.run(os.getpid)
    client.run(become_older, workers=[one])
    with pytest.raises(ResultError, match=rf"1 workers have another version .* first {one}"):
        am.run_blocks(job, tmp_path / "out", client=client)
    client.run(become_young, workers=[one])


def test_a_worker_of_another_version_that_joins_later_is_refused(job, tmp_path):
    key = job_folders.save_job(job, tmp_path / "job")
    with pytest.raises(ResultError, match="another version"):
        workers.compute_there(str(tmp_path / "job"), key, 0, "older")
    with pytest.raises(ResultError, match="does not hold the job"):
        workers.compute_there(str(tmp_path), key, 0, job_folders.job_fingerprint())


def test_a_block_that_kills_every_worker_ends_the_run(job, tmp_path):
    import dask
    from distributed import Client, LocalCluster

    def die():
        workers.compute_part = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(1, timeout=60)
        client.run(die)
        with pytest.raises(ResultError, match="killed every worker that tried it"):
            am.run_blocks(job, tmp_path / "out", client=client)


def test_a_cluster_without_workers_is_told(job, tmp_path, monkeypatch):
    from distributed import Client, LocalCluster

    monkeypatch.setattr(cluster_module, "WORKERS_WITHIN_S", 0.2)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=":0") as empty,
        Client(empty, set_as_default=False) as client,
        pytest.raises(ResultError, match="No worker joined the cluster"),
    ):
        am.run_blocks(job, tmp_path / "out", client=client)


def test_the_command_takes_the_address_of_a_scheduler(cluster, repository, tmp_path, monkeypatch):
    study = str(repository / "scenarios" / "artois.toml")
    asked = ["blocks", "access", study, "-p", "walk", "-c", "care/hospital", "--block", "2000"]
    run = CliRunner().invoke(app, [*asked, "-o", str(tmp_path / "here")])
    assert run.exit_code == 0, run.output
    address = cluster.scheduler_address
    run = CliRunner().invoke(app, [*asked, "-o", str(tmp_path / "there"), "--scheduler", address])
    assert run.exit_code == 0, run.output
    assert bytes_of(tmp_path / "there") == bytes_of(tmp_path / "here")
    monkeypatch.setattr(clusters, "ANSWER_WITHIN_S", 0.3)
    asked += ["--lang", "en"]
    for nobody, code, told in (
        ("tcp://127.0.0.1:9", 1, "No Dask scheduler answers at tcp://127.0.0.1:9"),
        ("nonsense", 2, "--scheduler is the address of a Dask scheduler"),
    ):
        run = CliRunner().invoke(app, [*asked, "-o", str(tmp_path / "no"), "--scheduler", nobody])
        assert run.exit_code == code
        assert told in run.output
    assert not (tmp_path / "no").exists()


def test_a_cluster_that_loses_its_last_worker_is_told(job, expected, tmp_path, monkeypatch):
    from distributed import Client, LocalCluster

    monkeypatch.setattr(cluster_module, "WORKERS_WITHIN_S", 0.5)
    monkeypatch.setattr(cluster_module, "LOOK_EVERY_S", 0.1)
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(1, timeout=60)

        def leave(what, done, total):
            if done == 3:
                cluster.scale(0)

        with pytest.raises(ResultError, match="No worker has been left on the cluster"):
            am.run_blocks(job, tmp_path / "out", client=client, progress=leave)
    assert len(list((tmp_path / "out").glob("part-*"))) >= 3
    assert bytes_of(am.run_blocks(job, tmp_path / "out")) == expected


SCHEDULER = """
import sys, time
from pathlib import Path
from distributed import LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=":0", protocol="tcp"
    )
    written = Path(sys.argv[1] + "-new")
    written.write_text(cluster.scheduler_address)
    written.rename(sys.argv[1])
    time.sleep(600)
"""


def test_a_scheduler_that_dies_is_told_and_not_taken_for_the_disk(job, expected, tmp_path):
    from distributed import Client

    schedule = [sys.executable, "-c", SCHEDULER, str(tmp_path / "address")]
    scheduler = subprocess.Popen(schedule, stderr=subprocess.DEVNULL)
    while not (tmp_path / "address").exists():
        assert scheduler.poll() is None
        time.sleep(0.05)
    address = (tmp_path / "address").read_text()

    def kill(what, done, total):
        if done == 3:
            scheduler.kill()

    client = Client(address, timeout=1, set_as_default=False)
    try:
        client.wait_for_workers(1, timeout=60)
        with pytest.raises(ResultError, match="The scheduler no longer answers"):
            am.run_blocks(job, tmp_path / "out", client=client, progress=kill)
    finally:
        scheduler.kill()
        scheduler.wait()
        client.close(timeout=1)
    assert bytes_of(am.run_blocks(job, tmp_path / "out")) == expected


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("foo", "--scheduler is the address of a Dask scheduler, such as tcp://host:8786; found"),
        ("nonsense://x:1", "found 'nonsense://x:1'"),
        ("tcp://host:99999", "found 'tcp://host:99999'"),
        ("tls://127.0.0.1:9", "needs certificates: name them in Dask's configuration"),
    ],
)
def test_what_is_no_address_is_refused_at_once(address, message):
    with pytest.raises(InputError, match=re.escape(message)), clusters.connected(address):
        pass


def test_the_command_says_in_one_sentence_that_its_scheduler_died(repository, tmp_path):
    schedule = [sys.executable, "-c", SCHEDULER, str(tmp_path / "address")]
    scheduler = subprocess.Popen(schedule, stderr=subprocess.DEVNULL)
    while not (tmp_path / "address").exists():
        assert scheduler.poll() is None
        time.sleep(0.05)
    address = (tmp_path / "address").read_text()
    study = str(repository / "scenarios" / "artois.toml")
    asked = ["blocks", "isochrones", study, "-p", "walk", "--block", "1", "-o", str(tmp_path / "o")]
    command = [sys.executable, "-m", "artois_mobility", *asked, "--scheduler", address]
    with subprocess.Popen([*command, "-q"], stderr=subprocess.PIPE, text=True) as running:
        while not list((tmp_path / "o").glob("part-*")):
            assert running.poll() is None
            time.sleep(0.02)
        scheduler.kill()
        scheduler.wait()
        told = running.communicate(timeout=60)[1]
    assert running.returncode == 1
    french = (
        "Erreur : L’ordonnanceur ne répond plus. Ce qui est entier reste : le même appel reprend"
    )
    assert " ".join(told.split()) == f"{french} après."
