import gzip
import random
import string
from pathlib import Path

import numpy as np
import osmium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osmium.filter import EmptyTagFilter
from osmium.osm import NODE, RELATION, WAY

from artois_mobility.errors import ExtractError
from artois_mobility.osm.columns import count_disorder, distinct, find_rows, last_versions
from artois_mobility.osm.kept import KEPT_KEYS, kept_keys
from artois_mobility.osm.opl import read_objects, unescape, write_lines
from artois_mobility.osm.reader import read_osm
from osm_files import write_osm

SUFFIXES = (".osm.pbf", ".osm", ".osm.gz", ".osm.bz2")
REAL_EXTRACTS = (
    "hamburg-hafen.osm.pbf",
    "luxembourg-city.osm",
    "malta.osm.pbf",
    "nantes-centre.osm.pbf",
    "newport.osm.pbf",
    "porto.osm.pbf",
)

# Ways 10 and 11 are kept for their keys, 12 and 14 only as members; 13 is a building of no use.
#
#      1 --10-- 2 --10-- 3        4, 5, 6, 7: corners of a hospital's ground
#                        |
#                        11 ... to node 99, which the file lacks
NODES = {
    1: (2.80, 50.40),
    2: (2.81, 50.40, {"barrier": "gate", "bicycle": "yes"}),
    3: (2.82, 50.40),
    4: (2.83, 50.41),
    5: (2.84, 50.41),
    6: (2.84, 50.42),
    7: (2.83, 50.42),
    8: (2.85, 50.43, {"amenity": "library", "name": "Médiathèque « L'Escale », 50 %=#@"}),
    9: (2.86, 50.44, {"natural": "tree"}),
}
WAYS = {
    10: ([1, 2, 3], {"highway": "residential", "name": "Rue de la Fosse n° 9, ancienne"}),
    11: ([3, 99], {"waterway": "canal"}),
    12: ([4, 5, 6], {}),
    13: ([4, 5, 6, 7, 4], {"building": "yes"}),
    14: ([6, 7, 4], {"note": "a side"}),
}
RELATIONS = {
    20: (
        [("w", 12, "outer"), ("w", 14, "outer"), ("w", 77, "inner")],
        {"type": "multipolygon", "amenity": "hospital"},
    ),
    21: ([("w", 13, "outer")], {"type": "multipolygon", "building": "yes"}),
    22: (
        [("w", 10, "from"), ("n", 3, "via"), ("w", 11, "to")],
        {"type": "restriction", "restriction": "no_left_turn"},
    ),
    23: ([("w", 10, "")], {"type": "associatedStreet"}),
}


@pytest.fixture
def small(tmp_path):
    return write_osm(tmp_path / "small.osm.pbf", NODES, WAYS, RELATIONS)


def columns_of(extract):
    """Everything of an extract that can be compared."""
    nodes, ways, relations = extract.nodes, extract.ways, extract.relations
    arrays = (
        nodes.osm_id,
        nodes.lon_deg,
        nodes.lat_deg,
        ways.osm_id,
        ways.first_ref,
        ways.node_of_ref,
        relations.osm_id,
        relations.first_member,
        relations.member_kind,
        relations.member_id,
    )
    return (
        *(array.tolist() for array in arrays),
        dict(nodes.tags),
        ways.tags,
        relations.tags,
        relations.member_role,
        dict(extract.counts),
        extract.source.timestamp,
        extract.source.bounds_deg,
    )


def test_what_is_kept_and_what_is_not(small):
    extract = read_osm(small)
    assert extract.ways.osm_id.tolist() == [10, 11, 12, 14]
    assert extract.relations.osm_id.tolist() == [20, 22]
    assert extract.nodes.osm_id.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]


def test_refs_are_rows_of_the_nodes(small):
    ways = read_osm(small).ways
    assert ways.first_ref.tolist() == [0, 3, 5, 8, 11]
    assert ways.node_of_ref.tolist() == [0, 1, 2, 2, -1, 3, 4, 5, 5, 6, 3]


def test_all_tags_of_what_is_kept(small):
    extract = read_osm(small)
    assert extract.ways.tags == ({**WAYS[10][1]}, {"waterway": "canal"}, {}, {"note": "a side"})
    assert dict(extract.nodes.tags) == {1: NODES[2][2], 7: NODES[8][2]}
    assert extract.relations.tags == (RELATIONS[20][1], RELATIONS[22][1])


def test_members_keep_their_order_and_roles(small):
    relations = read_osm(small).relations
    assert relations.first_member.tolist() == [0, 3, 6]
    assert relations.member_kind.tolist() == ["w", "w", "w", "w", "n", "w"]
    assert relations.member_id.tolist() == [12, 14, 77, 10, 3, 11]
    assert relations.member_role == ("outer", "outer", "inner", "from", "via", "to")


def test_positions_are_exact(small):
    nodes = read_osm(small).nodes
    assert nodes.lon_deg.tolist() == [NODES[osm_id][0] for osm_id in nodes.osm_id.tolist()]
    assert nodes.lat_deg.tolist() == [NODES[osm_id][1] for osm_id in nodes.osm_id.tolist()]


def test_irregularities_are_counted(small):
    counts = read_osm(small).counts
    assert counts["refs_to_missing_nodes"] == 1
    assert counts["ways_with_missing_nodes"] == 1
    assert counts["members_missing"] == 1
    assert counts["relations_with_missing_members"] == 1
    assert counts["nodes_in_file"] == 9
    assert counts["ways_twice"] == counts["ways_out_of_order"] == 0


def test_ways_of_one_node_and_of_none_are_kept_and_counted(tmp_path):
    ways = {1: ([1], {"highway": "path"}), 2: ([], {"highway": "path"})}
    extract = read_osm(write_osm(tmp_path / "short.osm.pbf", NODES, ways))
    assert extract.ways.first_ref.tolist() == [0, 1, 1]
    assert extract.counts["ways_of_fewer_than_two_nodes"] == 2


def test_relation_without_members_is_counted(tmp_path):
    relations = {5: ([], {"type": "route", "route": "ferry"})}
    extract = read_osm(write_osm(tmp_path / "bare.osm.pbf", NODES, {}, relations))
    assert extract.relations.first_member.tolist() == [0, 0]
    assert extract.counts["relations_without_members"] == 1


def test_members_that_are_nodes_or_relations(tmp_path):
    relations = {
        5: ([("r", 6, "sub"), ("r", 7, "sub"), ("n", 1, "stop"), ("n", 77, "")], {"type": "site"}),
        6: ([("w", 10, "")], {"type": "route"}),
    }
    extract = read_osm(write_osm(tmp_path / "site.osm.pbf", NODES, WAYS, relations))
    assert extract.counts["members_missing"] == 2
    assert 1 in extract.nodes.osm_id


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same(small, tmp_path, suffix):
    other = write_osm(tmp_path / f"other{suffix}", NODES, WAYS, RELATIONS)
    assert columns_of(read_osm(other)) == columns_of(read_osm(small))


def test_file_order_does_not_matter(small, tmp_path):
    draw = random.Random(7)
    shuffled = [
        dict(draw.sample(list(part.items()), len(part))) for part in (NODES, WAYS, RELATIONS)
    ]
    mixed = read_osm(write_osm(tmp_path / "mixed.osm", *shuffled))
    straight = read_osm(small)
    assert mixed.counts["nodes_out_of_order"] > 0
    assert mixed.nodes.osm_id.tolist() == straight.nodes.osm_id.tolist()
    assert mixed.ways.node_of_ref.tolist() == straight.ways.node_of_ref.tolist()
    assert mixed.ways.tags == straight.ways.tags
    assert mixed.relations.member_role == straight.relations.member_role


def test_last_version_of_an_id_counts(tmp_path):
    path = tmp_path / "twice.osm"
    path.write_text(
        """<osm version="0.6">
        <node id="1" lat="50" lon="2"/><node id="1" lat="51" lon="3"/>
        <node id="2" lat="50" lon="2"/>
        <way id="4"><nd ref="1"/><tag k="highway" v="path"/></way>
        <way id="4"><nd ref="2"/><nd ref="1"/><tag k="highway" v="track"/></way>
        <relation id="6"><tag k="type" v="site"/></relation>
        <relation id="6"><member type="node" ref="1" role="x"/><tag k="type" v="site"/></relation>
        </osm>"""
    )
    extract = read_osm(path)
    assert extract.nodes.lat_deg.tolist() == [51, 50]
    assert extract.ways.tags == ({"highway": "track"},)
    assert extract.ways.node_of_ref.tolist() == [1, 0]
    assert extract.relations.member_role == ("x",)
    assert [extract.counts[f"{kind}_twice"] for kind in ("nodes", "ways", "relations")] == [1, 1, 1]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_negative_and_large_ids(tmp_path, suffix):
    nodes = {-1: (2.0, 50.0), -2: (2.1, 50.0), 90_012_345_678: (2.2, 50.0)}
    ways = {-5: ([-1, 90_012_345_678, -2], {"highway": "path"})}
    extract = read_osm(write_osm(tmp_path / f"ids{suffix}", nodes, ways))
    assert extract.nodes.osm_id.tolist() == [-2, -1, 90_012_345_678]
    assert extract.ways.node_of_ref.tolist() == [1, 2, 0]
    assert extract.counts["nodes_out_of_order"] == 0


def test_positions_outside_the_world_are_counted(tmp_path):
    path = tmp_path / "outside.osm"
    path.write_text(
        """<osm version="0.6"><node id="1" lat="50" lon="2"/><node id="2" lat="95" lon="2"/>
        <node id="3"/><way id="4"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
        <tag k="highway" v="path"/></way></osm>"""
    )
    extract = read_osm(path)
    assert extract.ways.node_of_ref.tolist() == [0, -1, -1]
    assert extract.counts["nodes_outside_the_world"] == 2


def test_file_of_nothing_kept(tmp_path):
    extract = read_osm(write_osm(tmp_path / "trees.osm.pbf", {9: NODES[9]}))
    assert extract.nodes.osm_id.size == extract.ways.osm_id.size == 0
    assert np.isnan(extract.source.bounds_deg).all()
    assert extract.counts["nodes_in_file"] == 1


def test_source_record(small):
    source = read_osm(small).source
    assert source.path == str(small)
    assert len(source.sha256) == 64
    assert source.timestamp == "2024-01-02T03:04:05Z"
    assert source.generator == "artois_mobility tests"
    assert source.bounds_deg == (2.80, 50.40, 2.85, 50.43)
    assert not source.is_schematic


def test_schematic_by_generator_or_by_relation(tmp_path):
    generator = "artois_mobility schematic territory"
    path = write_osm(tmp_path / "a.osm.pbf", NODES, WAYS, generator=generator)
    assert read_osm(path).source.is_schematic
    relations = {1: ([("w", 10, "")], {"type": "associatedStreet", "schematic": "yes"})}
    path = write_osm(tmp_path / "b.osm.pbf", NODES, WAYS, relations)
    assert read_osm(path).source.is_schematic


def test_columns_cannot_be_written_to(small):
    extract = read_osm(small)
    with pytest.raises(ValueError, match="read-only"):
        extract.nodes.lon_deg[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        extract.ways.node_of_ref[0] = 0


def test_dtypes_are_those_of_the_contract(small):
    extract = read_osm(small)
    assert extract.nodes.osm_id.dtype == extract.ways.osm_id.dtype == np.int64
    assert extract.relations.member_id.dtype == np.int64
    assert extract.ways.first_ref.dtype == extract.ways.node_of_ref.dtype == np.int32
    assert extract.nodes.lat_deg.dtype == np.float64
    assert extract.relations.member_kind.dtype == np.dtype("U1")


# ---------------------------------------------------------------- bad input


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.05, 0.6, 0.99])
def test_cut_off_file(tmp_path, suffix, share):
    path = cut(write_osm(tmp_path / f"cut{suffix}", NODES, WAYS, RELATIONS), share)
    with pytest.raises(ExtractError, match=r"is cut off .* again, in full"):
        read_osm(path)


PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
HTML = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"
CSV = b"cell,lon,lat,population\n1,2.8,50.4,12\n"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("content", [PNG, HTML, CSV, bytes(5000)], ids=["png", "html", "csv", "0"])
def test_content_that_is_no_openstreetmap(tmp_path, suffix, content):
    path = tmp_path / f"other{suffix}"
    path.write_bytes(content)
    with pytest.raises(ExtractError, match=r"is not OpenStreetMap data in the format its name"):
        read_osm(path)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("no-version.osm", '<osm><node id="1" lat="1" lon="2"/></osm>', "version"),
        ("id.osm", '<osm version="0.6"><node id="x1" lat="1" lon="2"/></osm>', "illegal id"),
        ("lat.osm", '<osm version="0.6"><node id="1" lat="no" lon="2"/></osm>', "coordinate"),
        ("change.osm", '<osmChange version="0.6"><modify/></osmChange>', "history or changes"),
        ("none.osm", '<osm version="0.6"></osm>', "holds no object at all"),
        ("empty.osm.pbf", "", r"is empty \(0 bytes\)"),
        ("roads.shp", "x", r"does not end like .*allowed are \.osm\.pbf, \.osm, .*Rename"),
        ("extract", "x", "does not end like an OpenStreetMap file"),
    ],
)
def test_faulty_files(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(ExtractError, match=message) as caught:
        read_osm(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_xml_under_the_name_of_another_format(tmp_path):
    xml = write_osm(tmp_path / "a.osm", NODES, WAYS)
    wrong = xml.rename(tmp_path / "a.osm.pbf")
    with pytest.raises(ExtractError, match="format its name tells"):
        read_osm(wrong)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(ExtractError, match=r"missing\.osm does not exist\. Give the path"):
        read_osm(tmp_path / "missing.osm")
    with pytest.raises(ExtractError, match="is a folder"):
        read_osm(tmp_path)


def test_unreadable_file(small, monkeypatch):
    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ExtractError, match=r"cannot be opened: Permission denied\. Check who"):
        read_osm(small)


def test_damage_in_the_middle_of_a_block(tmp_path):
    nodes = {osm_id: (2 + osm_id * 1e-6, 50.0) for osm_id in range(1, 40_000)}
    path = write_osm(tmp_path / "hurt.osm.pbf", nodes, {1: ([1, 2], {"highway": "path"})})
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 64] = bytes(64)
    path.write_bytes(content)
    with pytest.raises(ExtractError, match=r"hurt\.osm\.pbf is (not|cut)"):
        read_osm(path)


def test_nothing_is_left_in_the_working_folder(small, tmp_path, monkeypatch):
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))
    read_osm(small)
    with pytest.raises(ExtractError):
        read_osm(cut(small, 0.5))
    assert list(work.iterdir()) == []


def test_compressed_by_another_program(tmp_path):
    xml = write_osm(tmp_path / "a.osm", NODES, WAYS, RELATIONS)
    packed = tmp_path / "b.osm.gz"
    packed.write_bytes(gzip.compress(xml.read_bytes()))
    assert columns_of(read_osm(packed)) == columns_of(read_osm(xml))


# ---------------------------------------------------------------- parts


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=12)
        | st.text(string.printable[:95] + "%=,@", min_size=1, max_size=9),
        st.text("%2025 ,=@%é€𝄞", max_size=12),
        max_size=4,
    )
)
def test_any_tag_survives(tmp_path_factory, tags):
    folder = tmp_path_factory.mktemp("tags")
    path = write_osm(folder / "a.osm.pbf", {1: (2.0, 50.0)}, {1: ([1], {"highway": "x", **tags})})
    lines = read_objects(write_lines(osmium.io.File(str(path)), folder / "a.opl", "w"))
    assert lines.tags == [{"highway": "x", **tags}]


def test_unescaping_reads_from_left_to_right():
    assert unescape("%25%20%25%") == "%20%"


@given(st.lists(st.integers(-9, 9), max_size=12), st.lists(st.integers(-12, 12), max_size=12))
def test_sorted_ids_and_rows(ids, wanted):
    ascending = distinct(np.array(ids, np.int64))
    assert ascending.tolist() == sorted(set(ids))
    rows = find_rows(ascending, np.array(wanted, np.int64)).tolist()
    assert rows == [sorted(set(ids)).index(one) if one in ids else -1 for one in wanted]


@given(st.lists(st.integers(-3, 3), max_size=9))
def test_last_versions(ids):
    rows = last_versions(np.array(ids, np.int64)).tolist()
    assert rows == [
        max(r for r, one in enumerate(ids) if one == osm_id) for osm_id in sorted({*ids})
    ]


@given(st.lists(st.integers(-9, 9), unique=True))
def test_disorder_is_zero_only_in_order(ids):
    usual = sorted(ids, key=lambda osm_id: (osm_id >= 0, abs(osm_id)))
    is_in_order = ids in (sorted(ids), usual)
    assert (count_disorder(np.array(ids, np.int64)) == 0) == is_in_order


def test_table_of_kept_keys():
    assert all(kinds and set(kinds) <= set("nwr") for kinds in KEPT_KEYS.values())
    assert "building" not in KEPT_KEYS
    assert set(kept_keys("n")) | set(kept_keys("w")) | set(kept_keys("r")) == set(KEPT_KEYS)


# ---------------------------------------------------------------- real extracts


def count_plainly(path: Path) -> dict[str, int]:
    """Count with a Python object for every element, as an oracle."""
    way_keys, node_keys = set(kept_keys("w")), set(kept_keys("n"))
    placed = {node.id for node in osmium.FileProcessor(path, NODE)}
    tagged = {
        node.id
        for node in osmium.FileProcessor(path, NODE).with_filter(EmptyTagFilter())
        if node_keys & {tag.k for tag in node.tags}
    }
    members = [
        (member.type, member.ref)
        for relation in osmium.FileProcessor(path, RELATION)
        if is_kept_plainly(relation.tags)
        for member in relation.members
    ]
    way_members, referred = ({ref for k, ref in members if k == kind} for kind in "wn")
    ways = {
        way.id: (
            way.id in way_members or not way_keys.isdisjoint(tag.k for tag in way.tags),
            [node.ref for node in way.nodes],
        )
        for way in osmium.FileProcessor(path, WAY)
    }
    refs = [ref for is_kept, way_refs in ways.values() if is_kept for ref in way_refs]
    return {
        "nodes_in_file": len(placed),
        "nodes_read": len(placed & (tagged | referred | set(refs))),
        "nodes_tagged": len(tagged),
        "ways_read": sum(is_kept for is_kept, _ in ways.values()),
        "refs_read": len(refs),
        "refs_to_missing_nodes": sum(ref not in placed for ref in refs),
    }


def is_kept_plainly(tags) -> bool:
    kind = tags.get("type")
    if kind == "multipolygon":
        return any(key in tags for key in kept_keys("r"))
    if kind == "boundary":
        return tags.get("boundary") == "administrative"
    return kind in {"restriction", "route", "site", "waterway"}


@pytest.mark.realdata
@pytest.mark.parametrize("name", REAL_EXTRACTS)
def test_real_extract_against_plain_counts(realdata, name):
    path = realdata / "osm" / name
    counts = read_osm(path).counts
    expected = count_plainly(path)
    assert {key: counts[key] for key in expected} == expected


@pytest.mark.realdata
def test_real_extract_object_by_object(realdata):
    path = realdata / "osm" / "nantes-centre.osm.pbf"
    extract = read_osm(path)
    row_of_way = {osm_id: row for row, osm_id in enumerate(extract.ways.osm_id.tolist())}
    row_of_node = {osm_id: row for row, osm_id in enumerate(extract.nodes.osm_id.tolist())}
    seen = 0
    for element in osmium.FileProcessor(str(path)):
        if element.is_node() and (row := row_of_node.get(element.id)) is not None:
            assert extract.nodes.lon_deg[row] == element.location.lon
            assert extract.nodes.lat_deg[row] == element.location.lat
            assert row not in extract.nodes.tags or extract.nodes.tags[row] == dict(element.tags)
        elif element.is_way() and (row := row_of_way.get(element.id)) is not None:
            assert extract.ways.tags[row] == dict(element.tags)
            first, behind = extract.ways.first_ref[row : row + 2]
            rows = [row_of_node.get(node.ref, -1) for node in element.nodes]
            assert extract.ways.node_of_ref[first:behind].tolist() == rows
            seen += 1
    assert seen == extract.ways.osm_id.size > 3000
