"""What is refused before, or at, the first block: in words, and the folder is free again."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.blocks import parts
from artois_mobility.cli.commands import app
from artois_mobility.errors import InputError

REFUSED = {"k": "k is a whole number", "block_size": "block_size is a whole number"}


@pytest.fixture(scope="module")
def world(repository):
    data = repository / "data" / "osm"
    extract = am.read_osm(data / "artois-schematic.osm.pbf")
    residents = am.read_residents(data / "artois-residents.csv").head(40)
    sites = am.read_sites(extract, ["care/hospital"])
    return am.build_network(extract, "walk"), residents, sites


def ask(repository, *arguments):
    study = str(repository / "scenarios" / "artois.toml")
    task, *more = arguments
    return CliRunner().invoke(app, ["blocks", task, study, "--lang", "en", *map(str, more)])


def test_a_question_that_is_refused_leaves_the_folder_free(world, tmp_path):
    network, residents, _ = world
    with pytest.raises(InputError, match="Minutes must be numbers above 0"):
        am.run_blocks(am.isochrone_job(network, residents.head(3), [0]), tmp_path)
    assert list(tmp_path.glob("_*")) == []
    folder = am.run_blocks(am.isochrone_job(network, residents.head(3), [5]), tmp_path)
    assert len(am.read_blocks(folder)) == 3


def test_a_run_without_a_whole_block_makes_way_for_another(world, tmp_path):
    network, residents, sites = world

    def stop(what, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        am.run_blocks(am.matrix_job(network, residents, sites), tmp_path, progress=stop)
    assert (tmp_path / parts.JOB).is_dir()
    job = am.matrix_job(network, residents.head(7), sites)
    assert len(am.read_blocks(am.run_blocks(job, tmp_path))) == 7 * len(sites)


def test_whole_blocks_stay_when_a_later_one_is_refused(world, tmp_path, monkeypatch):
    network, residents, sites = world
    job = am.matrix_job(network, residents, sites, block_size=10)
    add = parts.add_part

    def refuse_third(folder, block, *more):
        if len(list(folder.glob("part-*"))) == 2:
            msg = "no third"
            raise InputError(msg)
        return add(folder, block, *more)

    monkeypatch.setattr("artois_mobility.blocks.running.add_part", refuse_third)
    with pytest.raises(InputError, match="no third"):
        am.run_blocks(job, tmp_path)
    assert len(list(tmp_path.glob("part-*"))) == 2
    other = am.matrix_job(network, residents, sites, block_size=11)
    with pytest.raises(InputError, match="holds the blocks of another job"):
        am.run_blocks(other, tmp_path)


def test_a_job_that_cannot_be_laid_leaves_nothing(world, tmp_path, monkeypatch):
    network, residents, sites = world

    def fill(job, place):
        msg = "not ready for JSON"
        raise TypeError(msg)

    monkeypatch.setattr("artois_mobility.blocks.job_folders._fill", fill)
    with pytest.raises(TypeError, match="not ready"):
        am.run_blocks(am.matrix_job(network, residents, sites), tmp_path)
    assert list(tmp_path.glob("_job*")) == []


def test_numbers_of_numpy_are_numbers(world, tmp_path):
    network, residents, sites = world
    job = am.access_job(network, residents, sites, k=np.int64(1), block_size=np.int32(30))
    assert json.loads(json.dumps(dict(job.parameters)))["k"] == 1
    assert job.block_count == 2
    assert len(am.read_blocks(am.run_blocks(job, tmp_path))) == 40
    job = am.opportunity_job(network, residents, sites, np.array([10, 20]))
    assert job.parameters["minutes"] == [10.0, 20.0]


@pytest.mark.parametrize(("k", "block_size"), [("2", None), (2.5, None), (1, "7"), (1, 2.5)])
def test_numbers_that_are_not_whole(world, k, block_size):
    network, residents, sites = world
    name = "k" if block_size is None else "block_size"
    with pytest.raises(InputError, match=f"{name} is a whole number; found"):
        am.access_job(network, residents, sites, k=k, block_size=block_size)


@pytest.mark.parametrize("minutes", [10, ["a"], [None]])
def test_minutes_that_are_no_list_of_numbers(world, minutes):
    network, residents, sites = world
    with pytest.raises(InputError, match="minutes is a list of numbers"):
        am.opportunity_job(network, residents, sites, minutes)
    with pytest.raises(InputError, match="minutes is a list of numbers"):
        am.isochrone_job(network, residents, minutes)


def test_thresholds_of_crossings(world):
    import geopandas as gpd
    import shapely

    network, residents, sites = world
    lines = gpd.GeoSeries([shapely.LineString([(2.80, 50.42), (2.81, 50.42)])], crs=4326)
    candidates = gpd.GeoDataFrame({"candidate": ["a"]}, geometry=lines)

    def asked(thresholds_min):
        job = am.crossing_job(network, residents, sites, candidates, thresholds_min=thresholds_min)
        return json.loads(json.dumps(dict(job.parameters)))["thresholds_min"]

    assert asked(np.int64(10)) == asked(10) == asked(np.float32(10)) == 10
    assert asked([np.int16(10)]) == [10]
    assert asked(None) is None
    with pytest.raises(InputError, match="is a number of minutes, or a list"):
        asked("soon")
    with pytest.raises(InputError, match="one number of minutes above 0, or one for each"):
        asked([10, 20, 30])


@pytest.mark.parametrize("command", ["blocks", "matrix"])
@pytest.mark.parametrize("memory", ["inf", "1e300", "nan", "0"])
def test_memory_of_no_machine_is_refused(repository, tmp_path, memory, command):
    study = str(repository / "scenarios" / "artois.toml")
    words = {"blocks": ["blocks", "matrix", study], "matrix": ["matrix", study]}[command]
    out = tmp_path / "out.parquet"
    run = CliRunner().invoke(app, [*words, "--memory", memory, "-o", str(out), "--lang", "fr"])
    assert run.exit_code == 2, run.output
    assert "--memory est un nombre de Gio supérieur à 0, au plus 1048576" in run.output
    assert not out.exists()


@pytest.mark.parametrize("task", ["access", "crossings", "isochrones"])
def test_a_vessel_is_refused_where_people_are_asked_about(repository, tmp_path, task):
    run = ask(repository, task, "-p", "barge", "-o", tmp_path / "out")
    assert run.exit_code == 2, run.output
    assert "barge travels on water, and this command looks at people" in run.output
    assert not (tmp_path / "out").exists()
