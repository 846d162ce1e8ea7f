"""Layers in a PostGIS database, held against a real server and read by QGIS and GDAL."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import psycopg
import pytest
import shapely
from typer.testing import CliRunner

from artois_mobility.cli.commands import app
from artois_mobility.errors import InputError, ResultError
from artois_mobility.report import databases, postgis
from artois_mobility.report.formats import Formats
from artois_mobility.report.layer_files import make_layers, write_layers
from artois_mobility.report.postgis import REGISTRY, check_target, write_postgis
from artois_mobility.report.times import read_times
from artois_mobility.report.words import read_words
from comparison_world import HOSTILE, make_comparison
from postgis_server import PASSWORD, USER, postgis_server

SCHEMA = "artois_aujourd_hui"


@pytest.fixture(scope="module")
def url():
    with postgis_server() as address:
        yield address


@pytest.fixture(scope="module")
def result():
    return make_comparison(schematic=True)


@pytest.fixture(scope="module")
def written(url, result):
    return write_postgis(result, url)


@pytest.fixture(scope="module")
def package(result, tmp_path_factory):
    folder = tmp_path_factory.mktemp("package")
    layers = make_layers(result, read_times(result), read_words("fr"), Formats())
    write_layers(layers, folder)
    return folder / "results.gpkg"


def ask(url, query, *values):
    with psycopg.connect(url) as connection:
        return connection.execute(query, values).fetchall()


def tables_in(url, schema):
    rows = ask(
        url,
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s",
        schema,
    )
    return {row[0] for row in rows}


def test_every_layer_is_a_table_with_the_same_features(url, written, package):
    assert written.place == url.replace(f":{url.split(':')[2].split('@')[0]}@", "@")
    assert len(written.tables) == 12
    for table in written.tables:
        name = table.removeprefix(f"{SCHEMA}.")
        layer = gpd.read_file(package, layer=name)
        fields = [column for column in layer.columns if column != "geometry"]
        quoted = ", ".join(f'"{field}"' for field in fields)
        rows = ask(url, f"SELECT {quoted}, ST_AsBinary(geom) FROM {table} ORDER BY fid")
        assert len(rows) == len(layer)
        for number, field in enumerate(fields):
            stored = [row[number] for row in rows]
            if layer[field].dtype.kind == "f":
                np.testing.assert_array_equal(np.array(stored, float), layer[field])
            else:
                assert (
                    stored == layer[field].astype(object).where(layer[field].notna(), None).tolist()
                )
        shapes = shapely.from_wkb([row[-1] for row in rows])
        assert layer.geometry.geom_equals_exact(gpd.GeoSeries(shapes, crs=layer.crs), 1e-9).all()


def test_tables_know_their_system_their_shapes_and_what_they_are(url, written):
    rows = ask(
        url,
        "SELECT f_table_name, srid, type FROM geometry_columns WHERE f_table_schema = %s",
        SCHEMA,
    )
    assert {srid for _, srid, _ in rows} == {2154}
    kinds = {name: kind for name, _, kind in rows}
    assert kinds["communes_today_car"] == "MULTIPOLYGON"
    assert kinds["links"] == "MULTILINESTRING"
    ((comment,),) = ask(url, f"SELECT obj_description('{SCHEMA}.cells_today_car'::regclass)")
    assert comment.startswith("SCHÉMATIQUE – NE PAS CITER. ")
    assert "© contributeurs OpenStreetMap (ODbL), extrait du 01/10/2026" in comment
    ((told,),) = ask(
        url,
        "SELECT col_description(attrelid, attnum) FROM pg_attribute WHERE attrelid = "
        f"'{SCHEMA}.cells_passerelle_walk'::regclass AND attname = 'care_gain'",
    )
    assert told.startswith("Soins – minutes gagnées: ")
    indexed = "SELECT tablename FROM pg_indexes WHERE schemaname = %s AND indexdef ~ 'gist'"
    assert len(ask(url, indexed, SCHEMA)) == 12
    ((count,),) = ask(url, f"SELECT count(*) FROM {SCHEMA}.{REGISTRY} WHERE licence = 'ODbL 1.0'")
    assert count == 12


def test_codes_are_text(url, written):
    rows = ask(
        url,
        "SELECT DISTINCT data_type FROM information_schema.columns WHERE column_name IN "
        "('insee_com', 'siren_epci', 'cell', 'site') AND table_schema = %s",
        SCHEMA,
    )
    assert rows == [("text",)]


def test_gdal_reads_the_tables(url, written):
    told = subprocess.run(
        ["ogrinfo", "-ro", "-so", url, f"{SCHEMA}.cells_passerelle_walk"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Feature Count: 13" in told
    assert 'ID["EPSG",2154]]\n' in told


def test_qgis_draws_the_tables_by_their_own_style(url, written, tmp_path):
    told = url.split("/")[2].split(":")
    code = (
        "import os, sys\n"
        "from qgis.core import QgsApplication, QgsDataSourceUri, QgsVectorLayer\n"
        "application = QgsApplication([], False)\n"
        "application.initQgis()\n"
        "uri = QgsDataSourceUri()\n"
        "who = ('postgres', sys.argv[2], os.environ['SECRET'])\n"
        "uri.setConnection('127.0.0.1', sys.argv[1], *who)\n"
        "uri.setDataSource(sys.argv[3], 'cells_passerelle_walk', 'geom', '', 'fid')\n"
        "layer = QgsVectorLayer(uri.uri(False), 'cells', 'postgres')\n"
        "rules = layer.renderer().rootRule().children()\n"
        "print(layer.isValid(), layer.crs().authid(), rules[0].label())\n"
        "del layer, rules\n"
    )
    done = subprocess.run(
        ["/usr/bin/python3", "-c", code, told[-1], USER, SCHEMA],
        capture_output=True,
        text=True,
        check=True,
        env={
            "PATH": os.environ["PATH"],
            "SECRET": PASSWORD,
            "HOME": str(tmp_path),
            "XDG_RUNTIME_DIR": str(tmp_path),
            "QT_QPA_PLATFORM": "offscreen",
            "LANG": "C.UTF-8",
        },
    )
    assert done.stdout.splitlines() == ["True EPSG:2154 gagne 10 min ou plus"]


def test_a_second_run_replaces_the_first_and_nothing_else(url, result):
    write_postgis(result, url, schema="twice")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE twice.notes (mine text)")
    fewer = make_comparison(scenarios=False)
    again = write_postgis(fewer, url, schema="twice", language="en")
    names = {table.removeprefix("twice.") for table in again.tables}
    assert "cells_passerelle_walk" not in names
    assert tables_in(url, "twice") == names | {REGISTRY, "notes"}
    styled = ask(
        url,
        "SELECT DISTINCT f_table_name FROM layer_styles WHERE f_table_schema = 'twice'",
    )
    assert {row[0] for row in styled} == names


def test_a_table_of_somebody_else_is_left_alone(url, result):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA foreign_one")
        connection.execute("CREATE TABLE foreign_one.sites (theirs text)")
    with pytest.raises(InputError, match=r"holds 1 of 12 tables .* first sites\. Name another"):
        write_postgis(result, url, schema="foreign_one")
    assert tables_in(url, "foreign_one") == {"sites"}


def test_a_view_of_somebody_else_is_named_and_never_dropped(url):
    result = make_comparison(scenarios=False)
    write_postgis(result, url, schema="viewed")
    with psycopg.connect(url) as connection:
        connection.execute("CREATE VIEW viewed.mine AS SELECT * FROM viewed.sites")
    with pytest.raises(
        InputError, match=r"viewed\.sites, .* view viewed\.mine .* another schema"
    ) as refused:
        write_postgis(result, url, schema="viewed")
    assert "CASCADE" not in str(refused.value)
    assert ask(url, "SELECT count(*) > 0 FROM viewed.mine") == [(True,)]


def test_a_failure_midway_leaves_what_was_there(url, result, monkeypatch):
    write_postgis(make_comparison(scenarios=False), url, schema="half")
    before = tables_in(url, "half")

    def fail(*arguments):
        raise psycopg.errors.DiskFull

    monkeypatch.setattr(postgis, "_write_styles", fail)
    with pytest.raises(ResultError, match=r"could not be written into postgresql://agency@127"):
        write_postgis(result, url, schema="half")
    assert tables_in(url, "half") == before


def test_hostile_names_are_stored_as_they_are(url):
    write_postgis(make_comparison(hostile=True), url, schema="hostile")
    names = ask(url, "SELECT name FROM hostile.sites ORDER BY fid")
    assert names[0] == (f"Hôpital{HOSTILE}",)


def test_abroad_the_tables_are_in_degrees(url):
    write_postgis(make_comparison(crs="EPSG:32631"), url, schema="abroad")
    rows = ask(url, "SELECT DISTINCT srid FROM geometry_columns WHERE f_table_schema = 'abroad'")
    assert rows == [(4326,)]


def test_who_may_not_write_styles_is_told_so(url, result):
    with psycopg.connect(url) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        connection.execute("GRANT CREATE ON DATABASE postgres TO guest")
    guest = url.replace(url.split("//")[1].split("@")[0], "guest:guest")
    assert write_postgis(result, guest, schema="of_guest").has_styles is False


def test_a_database_without_postgis_says_what_to_do(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE plain")
        connection.execute("CREATE ROLE planner LOGIN PASSWORD 'planner'")
    plain = url.replace(url.split("//")[1].split("@")[0], "planner:planner")
    with pytest.raises(InputError, match=r"no PostGIS.* CREATE EXTENSION postgis"):
        check_target(plain.replace("/postgres", "/plain"))


@pytest.mark.parametrize(
    "address",
    [
        "mysql://me@host/db",
        "postgresql://me:s3cr3t@/:%@host/db",
        f"postgresql://me:{PASSWORD}@127.0.0.1:1/db?nonsense=1",
        "postgresql://me:s3cr3t@127.0.0.1:port/db",
        "postgresql://me:pa@s3cr3t@127.0.0.1/db",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(address):
    with pytest.raises((InputError, ResultError)) as caught:
        check_target(address)
    told = str(caught.value)
    assert "s3cr3t" not in told
    assert "postgresql://user@host:5432/database" in told or "cannot be reached" in told


def test_a_password_is_never_told(url):
    wrong = url.replace("s3cr3t", "s3cr3tX")
    with pytest.raises(ResultError, match="password authentication failed") as caught:
        check_target(wrong)
    assert "s3cr3t" not in str(caught.value)
    assert databases._told(ValueError(f"a {PASSWORD} b"), url) == "a *** b."


def test_a_server_that_is_not_there_is_told(url):
    with pytest.raises(ResultError, match=r"postgresql://me@127\.0\.0\.1:1/db cannot be reached"):
        check_target("postgresql://me:s3cr3t@127.0.0.1:1/db")


def test_without_the_library_for_it_the_remedy_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(InputError, match=r"pip install 'artois-mobility\[postgis\]'"):
        check_target("postgresql://me@host/db")


@pytest.mark.parametrize("name", ["Études", "a b", "pg_own", "1st", "x" * 64, 'a";drop'])
def test_schemas_that_need_quotes_are_refused(name):
    with pytest.raises(InputError, match="is no name for a schema"):
        check_target("postgresql://me@host/db", name)


def test_the_command_writes_and_never_tells_the_password(url, result, tmp_path, monkeypatch):
    from artois_mobility.study import comparing, files

    monkeypatch.setattr(comparing, "compare", lambda *arguments, **options: result)
    study = SimpleNamespace(**vars(result.study))
    monkeypatch.setattr(files, "read_study", lambda path: study)
    wanted = ["compare", "a.toml", "b.toml", "-o", str(tmp_path / "out"), "--to", url]
    done = CliRunner().invoke(app, [*wanted, "--schema", "by_command"])
    assert done.exit_code == 0, done.output
    assert "12 couches dans postgresql://agency@127.0.0.1:" in done.stdout
    assert "schéma by_command" in done.stdout
    written = "".join(
        path.read_text(encoding="utf-8", errors="replace")
        for path in Path(tmp_path / "out").rglob("*")
        if path.is_file()
    )
    assert "s3cr3t" not in done.output + written
    assert len(tables_in(url, "by_command")) == 13


def test_a_schema_without_a_database_is_refused(result, tmp_path, monkeypatch):
    from artois_mobility.study import files

    monkeypatch.setattr(files, "read_study", lambda path: result.study)
    wanted = ["compare", "a.toml", "b.toml", "-o", str(tmp_path / "out"), "--schema", "x"]
    done = CliRunner().invoke(app, wanted)
    assert done.exit_code == 2
    assert "name it, too (--to)" in done.stderr
    assert not (tmp_path / "out").exists()
