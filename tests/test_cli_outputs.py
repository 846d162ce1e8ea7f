"""Files of the commands: French tables and coordinates, no cell that a spreadsheet computes."""

import csv
import io

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import typer

from artois_mobility.cli.commands import app
from artois_mobility.cli.outputs import area_writer, table_writer, trip_writer
from artois_mobility.report.csv_files import write_csv

TABLE = pd.DataFrame({"name": ["=1+1", "Lens"], "minutes": [1.5, None], "code": ["01004", "62498"]})
SHAPES = {"lens": shapely.box(2.8, 50.4, 2.9, 50.5), "porto": shapely.box(-8.7, 41.1, -8.6, 41.2)}


@pytest.mark.parametrize("writer", [table_writer, trip_writer])
def test_tables_are_written_as_a_french_spreadsheet_opens_them(writer, tmp_path):
    path = tmp_path / "a.csv"
    table = (
        gpd.GeoDataFrame(TABLE, geometry=[shapely.Point(0, 0)] * 2)
        if writer is trip_writer
        else TABLE
    )
    writer(path, "fr")(table, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines == ["name;minutes;code", "'=1+1;1,5;01004", "Lens;;62498"]


def test_plain_tables_keep_formulas_from_being_computed(tmp_path):
    path = tmp_path / "a.csv"
    table_writer(path)(TABLE, path)
    read = pd.read_csv(path, dtype={"code": str})
    assert read["name"].tolist() == ["'=1+1", "Lens"]
    assert read["code"].tolist() == ["01004", "62498"]


NASTY = [
    "=1+1", "\r=1+1", "\n=1+1", " =1+1", "x;=1+1;y", "x;;=1+1", "x,=1+1,y", "\u00a0=1+1",
    "\ufeff=1+1", "\uff1d1+1", "\uff0b1", "\u22121", "\t=1", "\x00=1+1", '"=1+1', 'x;"=1+1";y',
    "a\n=1+1", "a\n;\n -1", "\u2028@SUM(A1)", "\x85+1",
]  # fmt: skip
SIGNS = "=+-@\uff1d\uff0b\uff20\uff0d\u2212"


@pytest.mark.parametrize("form", ["plain", "fr"])
@pytest.mark.parametrize("text", NASTY)
def test_no_cell_is_computed_however_a_spreadsheet_cuts_it(tmp_path, form, text):
    path = tmp_path / "a.csv"
    write_csv(pd.DataFrame({"scenario": ["today"], "name": [text], f"{text}?": ["x"]}), path, form)
    content = path.read_text(encoding="utf-8-sig")
    for separator in ",;":
        for row in csv.reader(io.StringIO(content), delimiter=separator):
            for cell in row:
                seen = "".join(each for each in cell if each.isprintable()).lstrip(' "\u00a0')
                assert not seen.startswith(tuple(SIGNS)), cell
    assert len(pd.read_csv(path, sep="," if form == "plain" else ";")) == 1


@pytest.mark.parametrize(
    ("place", "ending", "crs"),
    [
        ("lens", ".gpkg", "EPSG:2154"),
        ("lens", ".geojson", "EPSG:4326"),
        ("porto", ".gpkg", "EPSG:4326"),
    ],
)
def test_layers_of_metropolitan_france_are_in_lambert_93(place, ending, crs, tmp_path):
    path = tmp_path / f"a{ending}"
    areas = gpd.GeoDataFrame({"minutes": [10]}, geometry=[SHAPES[place]], crs="EPSG:4326")
    area_writer(path)(areas, path)
    read = gpd.read_file(path)
    assert read.crs == crs
    assert read.to_crs("EPSG:4326").geometry.geom_equals_exact(areas.geometry, 1e-6).all()


def test_every_command_that_writes_csv_writes_it_in_french_too():
    commands = typer.main.get_command(app).commands
    french = {
        name
        for name, command in commands.items()
        if any("--csv" in parameter.opts for parameter in command.params)
    }
    writing = {
        name
        for name, command in commands.items()
        if ".csv" in (command.help or "")
        or any(".csv" in (getattr(p, "help", "") or "") for p in command.params)
    }
    assert writing == french
