"""Layers and conditions that need not end, or fill the memory, are refused unasked."""

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import pytest
import shapely

import artois_mobility as am
from artois_mobility.errors import PlacesError, StudyError
from artois_mobility.scenarios.conditions import check_condition
from artois_mobility.scenarios.layers import LayerSource, read_drawn

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
GOOD = [
    "id = 3", "nom = 'Neuve'", "nom = 'L''Abbé'", '"date de pose" is not null', "id in (1, 2,-3.5)",
    "not (id <> 1 or nom like 'Pont%') and largeur_m >= 1e1", "id between 1 and 4", "été == 'où ('",
    "nom like '%pont%'", "id!=2", "nom is NULL", "nom NOT LIKE 'a' AND id<=2",
]  # fmt: skip
BAD = [
    (f"({ENDLESS} count(*) FROM n) > 0", r"'\+'|'WITH RECURSIVE'"),
    ("(SELECT id FROM lines) > 0", "'SELECT id'"),
    ("length(randomblob(900000000)) > 0", r"'length\('"),
    ("hex (zeroblob(9)) = 1", r"'hex\('"),
    ('"hex"(nom) = 1', r"hex"),
    ("id in lines", "'in lines'"),
    ("id in (values (1))", r"'values\('"),
    ("1=1; DROP TABLE lines", "';'"),
    ("id = 1 -- x", "'-'"),
    ("id = 1 /* x */", "'/'"),
    ("id = 1) UNION SELECT x FROM (lines", "'UNION SELECT'"),
    ("exists (select 1)", r"'exists\('"),
    ("case when id then 1 end", "'case when'"),
    ("nom like '%a%b%'", "like '%a%b%'"),
    ("'aaa' like nom", "'like nom'"),
    ("nom || nom = 'a'", r"'\|'"),
    ("nom = 'a", '"\'"'),
    (f"id = 1 {'or id = 2 ' * 200}", "2007 characters, more than 1000"),
]


@pytest.mark.parametrize("where", GOOD)
def test_comparisons_are_conditions(where):
    check_condition(where)


@pytest.mark.parametrize(("where", "told"), BAD)
def test_what_is_more_than_comparisons_is_refused(where, told):
    with pytest.raises(StudyError, match=rf"holds .*{told}.*; allowed are comparisons"):
        check_condition(where)


def drawn(path):
    line = shapely.LineString([(2.80, 50.40), (2.81, 50.41)])
    gpd.GeoDataFrame({"nom": ["x"]}, geometry=[line], crs=4326).to_file(path, layer="drawn")
    return path


def make_endless(path, table="drawn"):
    """Put an endless view in the place of a table."""
    with closing(sqlite3.connect(path)) as base, base:
        for (name,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        base.execute("DROP TABLE gpkg_ogr_contents")
        base.execute("DELETE FROM gpkg_extensions")
        columns = [row[1] for row in base.execute(f"PRAGMA table_info({table})")]
        base.execute("PRAGMA legacy_alter_table = ON")
        base.execute(f"ALTER TABLE {table} RENAME TO held")
        wanted = ", ".join("n.i AS fid" if name == "fid" else f"held.{name}" for name in columns)
        base.execute(f"CREATE VIEW {table} AS {ENDLESS} {wanted} FROM n, held")
    return path


@pytest.mark.parametrize("layer", [None, "drawn"])
def test_a_layer_that_is_a_view_is_not_asked(tmp_path, layer):
    path = make_endless(drawn(tmp_path / "endless.gpkg"))
    with pytest.raises(StudyError, match=r"endless.gpkg \(drawn\) is a view, which need not end"):
        read_drawn(LayerSource(file=path.name, layer=layer), tmp_path, "geometry")
    for read in (am.read_residents, am.read_communes):
        with pytest.raises(PlacesError, match=r"\(drawn\) is a view, which need not end"):
            read(path)


@pytest.mark.parametrize("table", ["gpkg_contents", "gpkg_geometry_columns"])
def test_a_file_whose_own_tables_are_views_is_not_opened(tmp_path, table):
    path = make_endless(drawn(tmp_path / "endless.gpkg"), table)
    with pytest.raises(StudyError, match="cannot be read as a layer"):
        read_drawn(LayerSource(file=path.name), tmp_path, "geometry")


def test_a_table_beside_a_view_is_read_by_its_name(tmp_path):
    path = drawn(tmp_path / "both.gpkg")
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(f"CREATE VIEW endless AS {ENDLESS} i FROM n")
    assert len(read_drawn(LayerSource(file=path.name, layer="drawn"), tmp_path, "geometry")) == 1


def test_a_file_that_another_program_keeps_open_is_read(tmp_path):
    """QGIS writes beside the file what it changes (write-ahead log)."""
    path = drawn(tmp_path / "open.gpkg")
    with closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("UPDATE gpkg_contents SET description = 'y'")
        base.commit()
        source = LayerSource(file=path.name, where="nom = 'x'")
        assert len(read_drawn(source, tmp_path, "geometry")) == 1


def test_a_ring_that_is_not_closed_is_refused_in_words(tmp_path):
    path = tmp_path / "walls.geojson"
    ring = [[2.83, 50.42], [2.84, 50.42], [2.84, 50.43]]
    feature = {"type": "Feature", "properties": {}, "geometry": None}
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with (
        pytest.warns(RuntimeWarning, match="Non closed ring"),
        pytest.raises(PlacesError, match=r"cannot be read as a layer: .*closed"),
    ):
        am.read_barriers(path)
    with (
        pytest.warns(RuntimeWarning, match="Non closed ring"),
        pytest.raises(StudyError, match="cannot be read as a layer"),
    ):
        read_drawn(LayerSource(file=path.name), tmp_path, "within")


def test_a_layer_whose_name_is_no_text_is_refused_in_words(tmp_path):
    path = drawn(tmp_path / "drawn.fgb")
    path.write_bytes(path.read_bytes().replace(b"drawn", b"\xf7rawn"))
    with pytest.raises(StudyError, match="cannot be read as a layer"):
        read_drawn(LayerSource(file=path.name), tmp_path, "geometry")


@pytest.mark.parametrize("begin", [8, 300])
def test_a_file_whose_layers_cannot_be_told_is_refused_in_words(tmp_path, begin):
    path = drawn(tmp_path / "drawn.fgb")
    path.write_bytes(path.read_bytes()[:begin])
    with pytest.raises(StudyError, match="cannot be read as a layer"):
        read_drawn(LayerSource(file=path.name), tmp_path, "geometry")


def test_a_geoparquet_file_that_is_damaged_within_is_refused_in_words(tmp_path):
    path = tmp_path / "drawn.parquet"
    line = shapely.LineString([(2.80, 50.40), (2.81, 50.41)])
    gpd.GeoDataFrame(geometry=[line], crs=4326).to_parquet(path)
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(60) + content[64:])
    with pytest.raises(StudyError, match="cannot be read as GeoParquet"):
        read_drawn(LayerSource(file=path.name), tmp_path, "geometry")
