"""Reading an OpenStreetMap file into columns."""

import hashlib
import math
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import osmium
from osmium.filter import KeyFilter

from .._types import NO_NODE, OsmIds, Progress, tell_nobody
from ..errors import ArtoisMobilityError, ExtractError, ResultError
from . import piping
from .bombs import refuse_bombs, refuse_long_text
from .columns import (
    choose_nodes,
    count_disorder,
    distinct,
    find_rows,
    join_nodes,
    join_relations,
    join_ways,
    last_versions,
    parse_refs,
    select_objects,
)
from .extract import Extract, OsmNodes, OsmRelations, OsmWays, SourceRecord
from .formats import (
    FORMATS,
    format_of,
    is_without_objects,
    read_header,
    read_timestamp,
    rewrite_osm,
)
from .kept import is_kept_relation, kept_keys
from .opl import NodeLines, ObjectLines, read_nodes, read_objects, write_lines
from .scratch import open_scratch
from .writing import FULL

READING: Final = "reading the extract"
# Relations, ways, nodes, and the newest of all dates.
PASSES: Final = 4
SCHEMATIC_GENERATOR: Final = "artois_mobility schematic"

# What libosmium says when a file ends too early, in each format.
_CUT_OFF: Final = re.compile(
    r"unexpected EOF|truncated|unclosed token|no element found|read close failed|failed: -7"
)


def read_osm(path: str | Path, *, progress: Progress = tell_nobody) -> Extract:
    """Read an OpenStreetMap file into columns of nodes, ways and relations.

    Kept are the objects with a key of `artois_mobility.osm.kept.KEPT_KEYS`, the relations of
    `KEPT_RELATIONS`, and the ways and nodes that these need. Nothing is interpreted. Where an
    id stands in the file twice, its last version counts. What is irregular is counted in
    `counts`: references to nodes that the file lacks, ways of fewer than two nodes, relations
    whose members are missing, positions outside the world, ids twice or out of order.

    Parameters
    ----------
    path
        File in the format that its name tells: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    progress
        Called with what is being done, how many passes over the file are done, and how many there
        are.

    Returns
    -------
    extract
        The columns, the record of the source, and the counts.

    Raises
    ------
    ResultError
        If the disk has no room for working files.
    ExtractError
        If the file is missing, not readable, empty, cut off, a history or change file, no
        OpenStreetMap data at all, or unpacks to far more than such data does.

    References
    ----------
    https://wiki.openstreetmap.org/wiki/Elements

    Examples
    --------
    >>> import tempfile
    >>> xml = '''<osm version="0.6"><node id="1" lat="50.43" lon="2.83"/>
    ... <way id="7"><nd ref="1"/><nd ref="2"/><tag k="highway" v="path"/></way></osm>'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "small.osm"
    ...     _ = path.write_text(xml)
    ...     extract = read_osm(path)
    >>> extract.ways.tags, extract.ways.node_of_ref
    (({'highway': 'path'},), array([ 0, -1], dtype=int32))
    >>> extract.counts["refs_to_missing_nodes"]
    1
    """
    path = Path(path)
    file_format = _check_path(path)
    progress(READING, 0, PASSES)
    with open_scratch() as folder:
        source = _open_source(path, file_format, folder)
        relation_lines = _read_lines(source, "r", KeyFilter("type", "schematic"))
        relations = _choose_relations(relation_lines)
        progress(READING, 1, PASSES)
        way_lines, way_disorder = _read_ways(source, relations)
        ways_once = select_objects(way_lines, last_versions(way_lines.osm_id).tolist())
        refs = parse_refs(ways_once.rest)
        progress(READING, 2, PASSES)
        nodes, node_counts = _read_nodes(source, refs.node_id, relations)
        ways = join_ways(ways_once, refs, nodes.osm_id)
        _refuse_nothing(source, nodes, ways, relations)
        counts = {
            **node_counts,
            **_count_ways(way_lines, ways),
            "ways_out_of_order": way_disorder,
            **_count_relations(relation_lines, relations, nodes, ways),
        }
        progress(READING, 3, PASSES)
        record = _describe(source, relation_lines, nodes)
    progress(READING, PASSES, PASSES)
    return Extract(nodes, ways, relations, record, counts)


@dataclass(frozen=True, slots=True)
class _Source:
    """A file being read: path, format, handle, header, and a folder for what is in between."""

    path: Path
    file_format: str
    sha256: str
    file: osmium.io.File
    header: osmium.io.Header
    folder: Path


def _check_path(path: Path) -> str:
    """Return pyosmium's name of the file's format."""
    allowed = ", ".join(FORMATS)
    if not path.exists():
        msg = f"{path} does not exist. Give the path of an OpenStreetMap file ({allowed})."
        raise ExtractError(msg)
    if path.is_dir():
        msg = f"{path} is a folder. Give one OpenStreetMap file in it ({allowed})."
        raise ExtractError(msg)
    file_format = format_of(path)
    if not file_format:
        msg = (
            f"{path} does not end like an OpenStreetMap file; allowed are {allowed}. "
            "Rename the file after its true format."
        )
        raise ExtractError(msg)
    if path.stat().st_size == 0:
        msg = f"{path} is empty (0 bytes). Download or export it again."
        raise ExtractError(msg)
    return file_format


def _open_source(path: Path, file_format: str, folder: Path) -> _Source:
    try:
        with path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        msg = f"{path} cannot be opened: {error.strerror}. Check who may read it."
        raise ExtractError(msg) from error
    refuse_bombs(path, file_format)
    file = osmium.io.File(str(path), file_format)
    with _naming_faults(path):
        header = read_header(file)
        if header.has_multiple_object_versions:
            msg = (
                f"{path} holds a history or changes of OpenStreetMap, not one state of it. "
                "Give an extract: `osmium time-filter` makes one from a history."
            )
            raise ExtractError(msg)
        if file_format != "pbf":
            # Slow formats are parsed and unpacked once, since several passes follow.
            path_of_copy = folder / "copy.osm.pbf"
            file = rewrite_osm(file, path_of_copy, "pbf,pbf_compression=none", header)
    return _Source(path, file_format, sha256, file, header, folder)


@contextmanager
def _naming_faults(path: Path) -> Iterator[None]:
    """Turn what pyosmium raises into one clear message."""
    try:
        yield
    except ArtoisMobilityError:
        raise
    except OSError as error:
        if error.errno in FULL:
            raise _tell_full(path, error) from error
        msg = f"{path} cannot be read: {error}. Check the disk, also its space for working files."
        raise ExtractError(msg) from error
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        if _CUT_OFF.search(str(error)):
            msg = f"{path} is cut off ({error}). Download or export it again, in full."
        else:
            msg = (
                f"{path} is not OpenStreetMap data in the format its name tells ({error}). "
                f"Allowed are {', '.join(FORMATS)}; look into the file, and rename it or get "
                "it again."
            )
        raise ExtractError(msg) from error


def _tell_full(path: Path, error: OSError) -> ResultError:
    return ResultError(
        f"{path} was not read: its working files could not be written in {tempfile.gettempdir()} "
        f"({error.strerror}). The file may be sound: make room there, or name a folder on another "
        "disk in TMPDIR."
    )


def _read_lines(
    source: _Source,
    kind: str,
    *filters: osmium.BaseFilter,
    wanted: frozenset[str] | None = None,
) -> ObjectLines:
    with _naming_faults(source.path):
        path = write_lines(source.file, source.folder / "objects.opl", kind, *filters)
    refuse_long_text(source.path, path.stat().st_size)
    return read_objects(path, wanted)


def _choose_relations(lines: ObjectLines) -> OsmRelations:
    rows = last_versions(lines.osm_id).tolist()
    kept = [row for row in rows if is_kept_relation(lines.tags[row])]
    return join_relations(select_objects(lines, kept))


def _read_ways(source: _Source, relations: OsmRelations) -> tuple[ObjectLines, int]:
    """Read ways with a kept key and ways that relations need; count those out of order."""
    lines = _read_lines(source, "w", KeyFilter(*kept_keys("w")))
    disorder = count_disorder(lines.osm_id)
    members = distinct(relations.member_id[relations.member_kind == "w"])
    wanted = members[find_rows(distinct(lines.osm_id), members) == NO_NODE]
    if not wanted.size:
        return lines, disorder
    more = _read_lines(source, "w", wanted=frozenset(map(str, wanted.tolist())))
    joined = ObjectLines(
        np.concatenate((lines.osm_id, more.osm_id)),
        [*lines.tags, *more.tags],
        [*lines.rest, *more.rest],
    )
    return joined, disorder


def _read_nodes(
    source: _Source, refs: OsmIds, relations: OsmRelations
) -> tuple[OsmNodes, dict[str, int]]:
    tagged = _read_lines(source, "n", KeyFilter(*kept_keys("n")))
    members = relations.member_id[relations.member_kind == "n"]
    wanted = distinct(np.concatenate((refs, tagged.osm_id, members)))
    with _naming_faults(source.path):
        chosen = choose_nodes(_list_nodes(source), wanted)
    nodes = join_nodes(chosen.lines, tagged)
    return nodes, {
        "nodes_in_file": chosen.read_count,
        "nodes_read": nodes.osm_id.size,
        "nodes_tagged": len(nodes.tags),
        "nodes_outside_the_world": chosen.unplaced_count,
        "nodes_twice": chosen.lines.osm_id.size - nodes.osm_id.size,
        "nodes_out_of_order": count_disorder(chosen.lines.osm_id),
    }


def _list_nodes(source: _Source) -> Iterator[NodeLines]:
    """Give the positions of all nodes of the file, a chunk at a time."""
    if source.file_format == "pbf" and source.path.stat().st_size >= piping.LARGE_FILE_BYTES:
        return piping.pipe_nodes(source.path, source.file_format)
    lines = write_lines(source.file, source.folder / "nodes.opl", "n")
    refuse_long_text(source.path, lines.stat().st_size)
    return read_nodes(lines)


def _count_ways(lines: ObjectLines, ways: OsmWays) -> dict[str, int]:
    ref_counts = np.diff(ways.first_ref)
    is_missing = ways.node_of_ref == NO_NODE
    way_of_ref = np.repeat(np.arange(ref_counts.size), ref_counts)
    return {
        "ways_read": ways.osm_id.size,
        "ways_twice": lines.osm_id.size - ways.osm_id.size,
        "ways_of_fewer_than_two_nodes": int((ref_counts < 2).sum()),
        "ways_with_missing_nodes": np.unique(way_of_ref[is_missing]).size,
        "refs_read": ways.node_of_ref.size,
        "refs_to_missing_nodes": int(is_missing.sum()),
    }


def _count_relations(
    lines: ObjectLines, relations: OsmRelations, nodes: OsmNodes, ways: OsmWays
) -> dict[str, int]:
    is_missing = np.zeros(relations.member_id.size, np.bool_)
    present = {"n": nodes.osm_id, "w": ways.osm_id, "r": distinct(lines.osm_id)}
    for kind, ids in present.items():
        is_of_kind = relations.member_kind == kind
        is_missing[is_of_kind] = find_rows(ids, relations.member_id[is_of_kind]) == NO_NODE
    member_counts = np.diff(relations.first_member)
    relation_of_member = np.repeat(np.arange(member_counts.size), member_counts)
    return {
        "relations_read": relations.osm_id.size,
        "relations_twice": lines.osm_id.size - distinct(lines.osm_id).size,
        "relations_out_of_order": count_disorder(lines.osm_id),
        "relations_without_members": int((member_counts == 0).sum()),
        "relations_with_missing_members": np.unique(relation_of_member[is_missing]).size,
        "members_read": relations.member_id.size,
        "members_missing": int(is_missing.sum()),
    }


def _refuse_nothing(
    source: _Source, nodes: OsmNodes, ways: OsmWays, relations: OsmRelations
) -> None:
    if nodes.osm_id.size or ways.osm_id.size or relations.osm_id.size:
        return
    if is_without_objects(source.file):
        msg = f"{source.path} holds no object at all. Choose a larger area and get it again."
        raise ExtractError(msg)


def _describe(source: _Source, relation_lines: ObjectLines, nodes: OsmNodes) -> SourceRecord:
    generator = source.header.get("generator", "")
    with _naming_faults(source.path):
        timestamp = read_timestamp(source.file)
    return SourceRecord(
        path=str(source.path),
        sha256=source.sha256,
        timestamp=timestamp,
        generator=generator,
        bounds_deg=_bounds(nodes),
        is_schematic=SCHEMATIC_GENERATOR in generator
        or any(tags.get("schematic") == "yes" for tags in relation_lines.tags),
        covered_deg=_covered(source.header.box()),
    )


def _covered(box: osmium.osm.Box) -> tuple[float, float, float, float] | None:
    if not box.valid() or box.size() <= 0:
        return None
    west, south = box.bottom_left.lon, box.bottom_left.lat
    return west, south, box.top_right.lon, box.top_right.lat


def _bounds(nodes: OsmNodes) -> tuple[float, float, float, float]:
    if not nodes.osm_id.size:
        return math.nan, math.nan, math.nan, math.nan
    return (
        float(nodes.lon_deg.min()),
        float(nodes.lat_deg.min()),
        float(nodes.lon_deg.max()),
        float(nodes.lat_deg.max()),
    )
