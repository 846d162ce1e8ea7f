"""Cutting an area out of an OpenStreetMap file, with whole ways and whole areas."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import osmium

from .._types import NO_NODE, Flags, OsmIds, Progress
from .._version import __version__
from ..errors import InputError
from .columns import Refs, distinct, find_rows, join_relations, parse_refs
from .extract import OsmRelations, Tags
from .formats import read_header, read_timestamp, rewrite_osm
from .opl import NodeLines, read_chunks, read_nodes, read_objects, write_lines

COMMUNE_LEVEL: Final = "8"


@dataclass(frozen=True, slots=True)
class Bbox:
    """West, south, east and north of an area in degrees, WGS 84.

    Attributes
    ----------
    west, south, east, north
        Longitudes and latitudes in degrees.
    """

    west: float
    south: float
    east: float
    north: float

    def contains(self, nodes: NodeLines) -> Flags:
        """Tell which nodes lie inside or on the edge.

        Parameters
        ----------
        nodes
            Any nodes.

        Returns
        -------
        is_inside
            Shape (n,).
        """
        return (
            (nodes.lon_deg >= self.west)
            & (nodes.lon_deg <= self.east)
            & (nodes.lat_deg >= self.south)
            & (nodes.lat_deg <= self.north)
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Text:
    """The source as lines: one file for each kind."""

    nodes: Path
    ways: Path
    relations: Path


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """Ids of what is kept, ascending."""

    nodes: OsmIds
    ways: OsmIds
    relations: OsmIds


def clip_osm(
    file: osmium.io.File,
    target: Path,
    target_format: str,
    bbox: Bbox,
    progress: Progress | None = None,
) -> None:
    """Write what lies in an area to a file of its own.

    Kept are the nodes inside; the ways that touch them, whole; the relations that any of these
    is a member of; and of multipolygons and commune boundaries among those all ways, so that
    they close. Versions and authors of single objects are not kept; the state of the data
    stands in the header. Works in files beside the target, about ten times the size of the
    source, removed in the end; in memory are ids and relations only.

    Parameters
    ----------
    file
        Any OpenStreetMap file.
    target
        Where to write.
    target_format
        Name that pyosmium gives the target's format, such as `"pbf"`.
    bbox
        The area.
    progress
        Called with the steps done, of four.

    Raises
    ------
    InputError
        If nothing lies in the area.
    RuntimeError
        By pyosmium, if the source is damaged.
    """
    report = progress or _report_nothing
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as name:
        folder = Path(name)
        text = _Text(*(folder / f"{kind}.opl" for kind in ("nodes", "ways", "relations")))
        report("clipping", 0, 4)
        for kind, path in (("n", text.nodes), ("w", text.ways), ("r", text.relations)):
            write_lines(file, path, kind)
        report("clipping", 1, 4)
        kept = _choose(text, bbox)
        report("clipping", 2, 4)
        with (folder / "kept.opl").open("wb") as joined:
            _copy_lines(text.nodes, kept.nodes, joined)
            _copy_lines(text.ways, kept.ways, joined)
            _copy_lines(text.relations, kept.relations, joined)
        report("clipping", 3, 4)
        header = _make_header(file, bbox)
        rewrite_osm(osmium.io.File(str(folder / "kept.opl")), target, target_format, header)
        report("clipping", 4, 4)


def _make_header(file: osmium.io.File, bbox: Bbox) -> osmium.io.Header:
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(bbox.west, bbox.south, bbox.east, bbox.north))
    generator = read_header(file).get("generator", "")
    header.set("generator", f"{generator}, clipped by artois_mobility/{__version__}".lstrip(", "))
    if timestamp := read_timestamp(file):
        header.set("osmosis_replication_timestamp", timestamp)
    return header


def _choose(text: _Text, bbox: Bbox) -> _Kept:
    inside = _find_inside(text.nodes, bbox)
    if not inside.size:
        msg = (
            f"The data has nothing in the area {bbox.west}, {bbox.south}, {bbox.east}, "
            f"{bbox.north}. Give west, south, east, north in degrees, in the region of the data."
        )
        raise InputError(msg)
    touching = distinct(np.concatenate([*_find_touching(text.ways, inside)]))
    lines = read_objects(text.relations)
    relations = join_relations(lines)
    is_kept = _find_relations(relations, inside, touching)
    whole = is_kept & np.array([_is_whole(tags) for tags in relations.tags], np.bool_)
    of_whole = np.repeat(whole, np.diff(relations.first_member)) & (relations.member_kind == "w")
    ways = distinct(np.concatenate((touching, relations.member_id[of_whole])))
    nodes = distinct(np.concatenate([inside, *_find_refs(text.ways, ways)]))
    return _Kept(nodes, ways, distinct(relations.osm_id[is_kept]))


def _find_inside(path: Path, bbox: Bbox) -> OsmIds:
    none = np.empty(0, np.int64)
    chunks = (nodes.osm_id[bbox.contains(nodes)] for nodes in read_nodes(path))
    return distinct(np.concatenate([none, *chunks]))


def _find_touching(path: Path, inside: OsmIds) -> Iterator[OsmIds]:
    """Find the ways that have a node inside, chunk by chunk."""
    yield np.empty(0, np.int64)
    for ids, refs in _read_refs(path):
        way_of_ref = np.repeat(np.arange(ids.size), np.diff(refs.first_ref))
        is_inside = find_rows(inside, refs.node_id) != NO_NODE
        yield ids[np.bincount(way_of_ref[is_inside], minlength=ids.size) > 0]


def _find_refs(path: Path, ways: OsmIds) -> Iterator[OsmIds]:
    """Find the nodes of the ways, chunk by chunk."""
    for ids, refs in _read_refs(path):
        is_kept = np.repeat(find_rows(ways, ids) != NO_NODE, np.diff(refs.first_ref))
        yield refs.node_id[is_kept]


def _read_refs(path: Path) -> Iterator[tuple[OsmIds, Refs]]:
    for chunk in read_chunks(path):
        lines = chunk.decode("utf-8").split("\n")[:-1]
        yield _ids_of(lines), parse_refs([line.rpartition(" ")[2] for line in lines])


def _find_relations(relations: OsmRelations, nodes: OsmIds, ways: OsmIds) -> Flags:
    """Find the relations with a kept member, a kept relation being one too."""
    relation_of_member = np.repeat(
        np.arange(relations.osm_id.size), np.diff(relations.first_member)
    )
    is_kept = np.zeros(relations.osm_id.size, np.bool_)
    found = -1
    while found < is_kept.sum():
        found = is_kept.sum()
        kept_ids = distinct(relations.osm_id[is_kept])
        for kind, ids in (("n", nodes), ("w", ways), ("r", kept_ids)):
            is_of_kind = relations.member_kind == kind
            is_hit = find_rows(ids, relations.member_id[is_of_kind]) != NO_NODE
            is_kept[relation_of_member[is_of_kind][is_hit]] = True
    return is_kept


def _is_whole(tags: Tags) -> bool:
    if tags.get("boundary") == "administrative":
        return tags.get("admin_level") == COMMUNE_LEVEL
    return tags.get("type") == "multipolygon"


def _copy_lines(path: Path, wanted: OsmIds, target: BinaryIO) -> None:
    for chunk in read_chunks(path):
        lines = chunk.decode("utf-8").split("\n")[:-1]
        is_wanted = find_rows(wanted, _ids_of(lines)) != NO_NODE
        target.writelines(f"{line}\n".encode() for line in compress(lines, is_wanted))


def _ids_of(lines: Sequence[str]) -> OsmIds:
    return np.array([line[1 : line.index(" ")] for line in lines], np.int64)


def _report_nothing(what: str, done: int, total: int) -> None:
    """Take progress where nobody asked for it."""
