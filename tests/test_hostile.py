"""Input that means harm: refused in plain words, without a crash, a hang or a flood."""

import bz2
import gzip
import io
import struct
import tracemalloc
import zlib
from contextlib import suppress

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

import artois_mobility as am
from artois_mobility._toml import parse_toml
from artois_mobility.errors import ExtractError, InputError, PlacesError, StudyError
from artois_mobility.network import slopes
from artois_mobility.osm import bombs, reader
from artois_mobility.scenarios.reading import read_scenario
from fuzz_seeds import seeds_of
from fuzz_targets import TARGETS, survive
from osm_files import write_osm

# Warnings that readers give about nonsense are no fault of theirs.
pytestmark = pytest.mark.filterwarnings("ignore")

PIECES = [
    b"", b"\0", b"\xff\xff\xff\x7f", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", b"nan", b"1e999",
    b"-1", b"99999999999999999999", b"\n", b'"', b"'''", b"[[[[[[[[", b"{{", b"../../../etc/passwd",
    b"<script>alert(1)</script>", b"=cmd|'/c calc'!A1", b"\xed\xa0\x80", b"\xe2\x80\xae", b"%00",
    b"true", b"[]", b"\r", b";", b",",
]  # fmt: skip


@st.composite
def mutants(draw, name):
    """Change good bytes in a few places."""
    content = draw(st.sampled_from(seeds_of(name)))
    for _ in range(draw(st.integers(1, 4))):
        begin = draw(st.integers(0, len(content)))
        end = min(len(content), begin + draw(st.sampled_from([0, 0, 1, 2, 8, 64])))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)))
        if draw(st.booleans()):
            piece = content[begin:end] * draw(st.integers(0, 3)) + piece
        content = content[:begin] + piece + content[end:]
    return content


@pytest.mark.parametrize("name", TARGETS)
def test_the_seeds_are_good(name):
    taken = [survive(name, content) for content in seeds_of(name)]
    assert all(taken) or name == "journal"


@pytest.mark.parametrize("name", TARGETS)
def test_mutants_are_taken_or_refused_in_words(name):
    @settings(max_examples=40, database=None)
    @given(content=mutants(name))
    def throw(content):
        survive(name, content)

    throw()


def test_the_whole_of_noise_is_refused():
    draw = np.random.default_rng(10)
    for name in TARGETS:
        if name not in {"scenario", "study", "profile", "journal"}:
            assert not survive(name, draw.bytes(300))


# Bombs ----------------------------------------------------------------------------------------


def blob(kind, payload, raw_size=None):
    """Lay out a block of a PBF file by hand."""
    packed = zlib.compress(payload, 9)
    body = b"\x10" + varint(len(payload) if raw_size is None else raw_size)
    body += b"\x1a" + varint(len(packed)) + packed
    header = b"\x0a" + varint(len(kind)) + kind + b"\x18" + varint(len(body))
    return struct.pack(">I", len(header)) + header + body


def varint(number):
    text = b""
    while number > 127:
        text += bytes([number & 127 | 128])
        number >>= 7
    return text + bytes([number])


def test_a_pbf_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path, monkeypatch):
    block = blob(b"OSMData", bytes(2**25))
    path = tmp_path / "bomb.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", b"") + block * 40 + b"\0\0\0\2\xff\xff")
    assert path.stat().st_size < 2_000_000
    monkeypatch.setattr(bombs.Path, "read_bytes", lambda self: pytest.fail("read at once"))
    with pytest.raises(ExtractError, match=r"unpacks to more than .* which no OpenStreetMap data"):
        am.read_osm(path)


def test_sizes_that_a_pbf_tells_wrongly_are_seen(tmp_path):
    path = tmp_path / "liar.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", b"") + blob(b"OSMData", bytes(10_000), raw_size=10))
    with pytest.raises(ExtractError, match=r"is not OpenStreetMap data|cut off"):
        am.read_osm(path)


@pytest.mark.parametrize("field", ["block", "header"])
def test_a_pbf_that_says_a_size_twice_is_refused(tmp_path, field):
    head, body = blob(b"OSMHeader", b""), blob(b"OSMData", bytes(2**25))
    begin = 4 + int.from_bytes(body[:4], "big")
    header, data = body[4:begin], body[begin:]
    if field == "block":  # the true size again behind a small one
        data = b"\x10\x01" + data
        header = header.partition(b"\x18")[0] + b"\x18" + varint(len(data))
    else:
        header = header.replace(b"\x18", b"\x18\x01\x18")
    path = tmp_path / "liar.osm.pbf"
    path.write_bytes(head + struct.pack(">I", len(header)) + header + data)
    with pytest.raises(ExtractError, match="says twice how large a block of it is"):
        am.read_osm(path)


def test_sizes_behind_the_data_are_seen(tmp_path):
    packed = zlib.compress(bytes(2**25), 9)
    body = b"\x1a" + varint(len(packed)) + packed + b"\x10" + varint(2**25)
    header = b"\x0a\x07OSMData\x18" + varint(len(body))
    path = tmp_path / "bomb.osm.pbf"
    path.write_bytes(blob(b"OSMHeader", b"") + struct.pack(">I", len(header)) + header + body)
    with pytest.raises(ExtractError, match="unpacks to more than 16777216"):
        am.read_osm(path)


def test_numbers_that_name_a_long_text_again_and_again_are_refused_unread(tmp_path):
    def field(tag, content):
        return bytes([tag]) + varint(len(content)) + content

    count = 300_000
    texts = field(10, field(10, b"") + field(10, b"amenity") + field(10, b"x" * 1000))
    dense = field(10, b"\2" * count) + field(66, b"\2" * count) + field(74, b"\2" * count)
    nodes = field(18, field(18, dense + field(82, b"\1\2\0" * count)))
    path = tmp_path / "named.osm.pbf"
    head = blob(b"OSMHeader", field(34, b"OsmSchema-V0.6") + field(34, b"DenseNodes"))
    torn = blob(b"OSMData", bytes(99))[:-9] + b"torn"
    path.write_bytes(head + blob(b"OSMData", texts + nodes) + torn)
    assert path.stat().st_size < 10_000
    with pytest.raises(ExtractError, match=r"unpacks to more than \d+, which no"):
        am.read_osm(path)


def test_objects_that_are_longer_as_text_than_those_of_any_extract_are_not_held(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(bombs, "HARMLESS_TEXT_BYTES", 2**16)
    same = {row: (2.8, 50.4, {"amenity": "hospital"}) for row in range(1, 6000)}
    path = write_osm(tmp_path / "same.osm.pbf", same)
    monkeypatch.setattr("artois_mobility.osm.reader.read_objects", lambda *_: pytest.fail("held"))
    with pytest.raises(ExtractError, match="holds objects of more than"):
        reader._read_nodes(reader._open_source(path, "pbf", tmp_path), None, None)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress])
def test_a_packed_xml_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path, pack, monkeypatch):
    ending = "gz" if pack is gzip.compress else "bz2"
    monkeypatch.setitem(bombs.HARMLESS_BYTES, f"xml.{ending}", 2**24)
    path = tmp_path / f"bomb.osm.{ending}"
    path.write_bytes(pack(b"<osm>" + b" " * 2**25))
    with pytest.raises(ExtractError, match="unpacks to more than 16777216"):
        am.read_osm(path)


def test_honest_files_of_every_format_pass(tmp_path):
    nodes = {row: (2.8 + row / 1e6, 50.4) for row in range(1, 3000)}
    ways = {7: (list(nodes)[:2000], {"highway": "path"})}
    for suffix in (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2"):
        path = write_osm(tmp_path / f"a{suffix}", nodes, ways)
        assert am.read_osm(path).ways.osm_id.tolist() == [7]


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
        + b']><osm version="0.6"><node id="1" lat="1" lon="1"><tag k="a" v="&j;"/></node></osm>',
        b'<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><osm version="0.6">'
        b'<node id="1" lat="1" lon="1"><tag k="name" v="&a;"/></node></osm>',
        b"<osm>" + b"<a>" * 200_000,
    ],
)
def test_xml_that_grows_or_reads_other_files_is_refused(tmp_path, content):
    path = tmp_path / "a.osm"
    path.write_bytes(content)
    with pytest.raises(ExtractError):
        am.read_osm(path)


def test_a_table_that_claims_billions_of_rows_is_not_read(tmp_path):
    path = tmp_path / "residents.parquet"
    column = pa.DictionaryArray.from_arrays(np.zeros(10**6, np.int8), pa.array(["2.8"]))
    table = pa.table(dict.fromkeys(("lon", "lat", "population"), column))
    with parquet.ParquetWriter(path, table.schema) as writer:
        for _ in range(60):
            writer.write_table(table)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(PlacesError, match="says that it has 60000000 rows; allowed are 3000000"):
        am.read_residents(path)


@pytest.mark.parametrize("key", [b"pandas", b"geo"])
@pytest.mark.parametrize(
    "value", [b"[" * 100_000, b"[]", b'{"primary_column":"../x","columns":{}}', b"\xff", b"null"]
)
def test_what_a_parquet_file_says_of_itself_ends_in_words(tmp_path, key, value):
    path = tmp_path / "residents.parquet"
    table = pa.table({"lon": [2.8], "lat": [50.4], "population": [3.0]})
    parquet.write_table(table.replace_schema_metadata({key: value}), path)
    with suppress(PlacesError):  # anything else fails the test
        am.read_residents(path)


def test_a_table_of_more_columns_than_any_has_is_not_read(tmp_path):
    names = ["lon", "lat", "population", *(f"c{row}" for row in range(100_000))]
    (tmp_path / "wide.csv").write_text(",".join(names) + "\n" + ",".join("1" for _ in names))
    with pytest.raises(PlacesError, match="has 100003 columns; allowed are 4000"):
        am.read_residents(tmp_path / "wide.csv")
    parquet.write_table(pa.table({name: [1.0] for name in names[:5000]}), tmp_path / "w.parquet")
    with pytest.raises(PlacesError, match="has 5000 columns; allowed are 4000"):
        am.read_residents(tmp_path / "w.parquet")


def test_a_raster_that_claims_billions_of_cells_is_not_read(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    from rasterio.transform import from_origin

    path = tmp_path / "heights.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=40_000, height=40_000, count=1, dtype="int16",
        crs="EPSG:4326", transform=from_origin(2.8, 50.5, 1e-6, 1e-6), sparse_ok=True, tiled=True,
        bigtiff="yes",
    ):  # fmt: skip
        pass
    heights = slopes.read_heights(path)
    with pytest.raises(InputError, match="cells around the network; allowed are 250000000"):
        heights.at(np.array([2.8001, 2.8399]), np.array([50.4999, 50.4601]))
    assert np.isfinite(heights.at(np.array([2.8001]), np.array([50.4999]))).all()


# Paths and code -------------------------------------------------------------------------------


def test_a_scenario_or_site_cannot_name_a_file_to_write(tmp_path):
    from study_worlds import link_text, write_scenario, write_town

    study = write_town(tmp_path / "town")
    plan = write_scenario(
        tmp_path / "town", "plan", link_text((3, 2), (3, 3)), name="../../../<b>evil</b>"
    )
    result = am.compare(am.read_study(study), [plan])
    am.write_report(result, tmp_path / "out")
    assert {each.name for each in tmp_path.iterdir()} == {"town", "out"}
    names = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "out").rglob("*")]
    assert not [name for name in names if ".." in name or "evil<" in name]


VRT = """<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource>{}</SrcDataSource>
<GeometryType>wkbPoint</GeometryType><LayerSRS>WGS84</LayerSRS>
<GeometryField encoding="PointFromColumns" x="lon" y="lat"/></OGRVRTLayer></OGRVRTDataSource>"""


@pytest.mark.parametrize("name", ["a.geojson", "a.json", "a.gpkg", "a.shp", "a.fgb"])
def test_a_layer_that_names_another_file_does_not_read_it(tmp_path, name):
    from artois_mobility.scenarios import layers

    secret = tmp_path / "secret.csv"
    secret.write_text("category,lon,lat,name\ncare/hospital,2.8,50.4,SECRET\n")
    (tmp_path / name).write_text(VRT.format(secret))
    with pytest.raises(PlacesError, match=r"or no \.\w+ file, whatever its name says"):
        am.read_sites(tmp_path / name, ["care/hospital"])
    with pytest.raises(StudyError, match="is not what its name says"):
        layers._read_layer(tmp_path / name, layers.LayerSource(file=name))


def test_a_raster_that_names_another_file_does_not_read_it(tmp_path):
    pytest.importorskip("rasterio")
    path = tmp_path / "heights.tif"
    path.write_text(
        '<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>EPSG:4326</SRS>'
        "<GeoTransform>2,0.1,0,51,0,-0.1</GeoTransform></VRTDataset>"
    )
    with pytest.raises(InputError, match="cannot be read as a raster"):
        slopes.read_heights(path)


def test_arrays_that_are_pickles_are_never_opened(tmp_path):
    class Bomb:
        def __reduce__(self):
            return print, ("code from data ran",)

    buffer = io.BytesIO()
    np.save(buffer, np.array([Bomb()], object), allow_pickle=True)
    for name in ("network", "hierarchy"):
        seed = seeds_of(name)[0].partition(b"\0")[0]
        assert not survive(name, seed + b"\0" + buffer.getvalue())


def test_no_source_unpickles_or_evaluates(repository):
    import ast

    forbidden = {"eval", "exec", "compile", "__import__"}
    faults = []
    for path in (repository / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [each.name for each in node.names] + [getattr(node, "module", "") or ""]
                if {"pickle", "cloudpickle", "shelve", "marshal", "dill"} & set(names):
                    faults.append((path.name, node.lineno))
            if isinstance(node, ast.Call):
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                is_bare = isinstance(node.func, ast.Name)
                if (called in forbidden and is_bare) or called == "read_pickle":
                    faults.append((path.name, node.lineno))
                unsafe = [k for k in node.keywords if k.arg == "allow_pickle" and k.value.value]
                faults += [(path.name, node.lineno) for _ in unsafe]
    assert faults == []


@pytest.mark.parametrize(
    "text",
    [
        "a=" + "[" * 100_000,
        "a" + ".a" * 50_000 + "=1",
        "a" + ".'a'" * 50_000 + "=1",
        "[" + "a." * 50_000 + "a]",
        "a=" + "{a.a.a=" * 5_000 + "1" + "}" * 5_000,
        "a=" + "9" * 5_000,
        "# " + "a" * 5_000_000,
    ],
)
def test_toml_deeper_or_longer_than_people_write_is_refused_in_words(tmp_path, text):
    path = tmp_path / "x.toml"
    path.write_text(text)
    tracemalloc.start()
    readers = [
        lambda: am.read_profile(path), lambda: am.read_study(path), lambda: read_scenario(path),
        lambda: am.read_categories(path), lambda: am.read_emission_factors(path),
    ]  # fmt: skip
    for read in readers:
        with pytest.raises(InputError, match=r"nested too deeply|characters; allowed|digits"):
            read()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000


def test_brackets_and_dots_in_text_and_comments_are_no_depth():
    text = """a.b = "[[[[[[[[[[[[[[[[[[ a.a.a.a.a.a.a.a.a.a \\" ["  # [[[[[[[[[[[[[[[[[[[[
    c = 'a.a.a.a.a.a.a.a.a.a [[[[[[[[[[[[[[[[[['
    d = [[1.5, 2.5], [1.5, 2.5, 1.5, 2.5, 1.5, 2.5, 1.5, 2.5, 1.5, 2.5]]
    e = \'\'\'[[[[[[[[[[[[[[[[[[[ a.a.a.a.a.a.a.a.a.a.a
    [[[[\'\'\'
    """
    assert parse_toml(text)["a"]["b"].startswith("[[[")


def test_every_csv_file_goes_through_the_guard_against_formulas(repository):
    source = repository / "src" / "artois_mobility"
    texts = {path: path.read_text(encoding="utf-8").splitlines() for path in source.rglob("*.py")}
    bare = {
        path.name
        for path, lines in texts.items()
        if any(".to_csv(" in line and not line.strip().startswith("...") for line in lines)
    }
    assert bare == {"csv_files.py"}


def test_text_columns_are_data_not_queries(tmp_path):
    table = pd.DataFrame(
        {
            "category": ["care/hospital"],
            "lon": ["2.8"],
            "lat": ["50.4"],
            "name": ["'; DROP TABLE sites; --<script>alert(1)</script>"],
        }
    )
    table.to_csv(tmp_path / "sites.csv", index=False)
    sites = am.read_sites(tmp_path / "sites.csv", ["care"])
    assert sites["name"].tolist() == table["name"].tolist()
