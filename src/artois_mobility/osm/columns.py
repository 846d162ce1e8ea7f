"""Objects in file order become columns in ascending order of their ids, and faults are counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._types import NO_NODE, Flags, Offsets, OsmIds, Rows
from .extract import OsmNodes, OsmRelations, OsmWays, Tags
from .opl import NodeLines, ObjectLines, unescape

_OF_NEGATIVE = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Refs:
    """Node ids that ways refer to.

    Attributes
    ----------
    first_ref
        Refs of row `i` are `node_id[first_ref[i]:first_ref[i + 1]]`, shape (w + 1,).
    node_id
        OSM id of each reference, shape (r,).
    """

    first_ref: Offsets
    node_id: OsmIds


@dataclass(frozen=True, slots=True, eq=False)
class ChosenNodes:
    """Nodes of the wanted ids, and what was met while they were chosen.

    Attributes
    ----------
    lines
        The wanted nodes that have a position, in file order.
    read_count
        Nodes that the file has.
    unplaced_count
        Wanted nodes without a position in the world.
    """

    lines: NodeLines
    read_count: int
    unplaced_count: int


def last_versions(osm_id: OsmIds) -> Rows:
    """Find the last row of each id.

    Parameters
    ----------
    osm_id
        Ids in any order, some of them perhaps twice, shape (n,).

    Returns
    -------
    row
        Rows in ascending order of their ids, each id once.

    Examples
    --------
    >>> last_versions(np.int64([5, 3, 5]))
    array([1, 2], dtype=int32)
    >>> last_versions(np.int64([]))
    array([], dtype=int32)
    """
    order = np.argsort(osm_id, kind="stable")
    ascending = osm_id[order]
    is_last = np.ones(osm_id.size, np.bool_)
    is_last[:-1] = ascending[1:] != ascending[:-1]
    return order[is_last].astype(np.int32)


def distinct(osm_id: OsmIds) -> OsmIds:
    """Sort ids and leave out repetitions (numpy's own hashes, several times slower here).

    Parameters
    ----------
    osm_id
        Ids in any order, shape (n,).

    Returns
    -------
    osm_id
        Ascending, each once.

    Examples
    --------
    >>> distinct(np.int64([5, -3, 5]))
    array([-3,  5])
    >>> distinct(np.int64([]))
    array([], dtype=int64)
    """
    ascending = np.sort(osm_id)
    is_first = np.ones(ascending.size, np.bool_)
    is_first[1:] = ascending[1:] != ascending[:-1]
    return ascending[is_first]


def count_disorder(osm_id: OsmIds) -> int:
    """Count the rows whose id should stand before that of the row above.

    Parameters
    ----------
    osm_id
        Ids in file order, shape (n,).

    Returns
    -------
    count
        0 for ascending ids, and for the usual order of files with negative ones: -1, -2, 1, 2.

    Examples
    --------
    >>> count_disorder(np.int64([-1, -2, 1, 2])), count_disorder(np.int64([-2, -1, 1]))
    (0, 0)
    >>> count_disorder(np.int64([3, 1, 2]))
    1
    """
    usual = np.where(osm_id < 0, -osm_id - _OF_NEGATIVE, osm_id)
    return min(int((np.diff(ids) < 0).sum()) for ids in (osm_id, usual))


def find_rows(osm_id: OsmIds, wanted: OsmIds) -> Rows:
    """Find the row of each wanted id.

    Parameters
    ----------
    osm_id
        Ids in ascending order, each once, shape (n,).
    wanted
        Ids to find, in any order, shape (k,).

    Returns
    -------
    row
        Shape (k,); `NO_NODE` for an id that is not there.

    Examples
    --------
    >>> find_rows(np.int64([-4, 7, 9]), np.int64([9, 8, -4]))
    array([ 2, -1,  0], dtype=int32)
    >>> find_rows(np.int64([]), np.int64([8]))
    array([-1], dtype=int32)
    """
    if not osm_id.size:
        return np.full(wanted.shape, NO_NODE, np.int32)
    row = np.searchsorted(osm_id, wanted)
    row[row == osm_id.size] = 0
    return np.where(osm_id[row] == wanted, row, NO_NODE).astype(np.int32)


def parse_refs(texts: Sequence[str]) -> Refs:
    """Parse the references of ways.

    Parameters
    ----------
    texts
        `"Nn1,n2"` for each way; `"N"` for a way of no nodes.

    Returns
    -------
    refs
        In the ways' order.

    Examples
    --------
    >>> refs = parse_refs(["Nn1,n-2", "N"])
    >>> refs.first_ref, refs.node_id
    (array([0, 2, 2], dtype=int32), array([ 1, -2]))
    """
    counts = [text.count(",") + 1 if len(text) > 1 else 0 for text in texts]
    joined = ",".join([text[1:] for text in texts if len(text) > 1]).replace("n", "")
    node_id = np.fromstring(joined, np.int64, sep=",") if joined else np.empty(0, np.int64)
    return Refs(_offsets(counts), node_id)


def join_ways(lines: ObjectLines, refs: Refs, node_id: OsmIds) -> OsmWays:
    """Put ways into columns, their references as rows of the nodes.

    Parameters
    ----------
    lines
        Ways in ascending order, each once.
    refs
        Their references.
    node_id
        Ids of the kept nodes, ascending.

    Returns
    -------
    ways
        One row for each line.
    """
    node_of_ref = find_rows(node_id, refs.node_id)
    _freeze(lines.osm_id, refs.first_ref, node_of_ref)
    return OsmWays(lines.osm_id, refs.first_ref, node_of_ref, tuple(lines.tags))


def join_relations(lines: ObjectLines) -> OsmRelations:
    """Put relations into columns.

    Parameters
    ----------
    lines
        Relations in ascending order, each once.

    Returns
    -------
    relations
        One row for each line.

    Examples
    --------
    >>> lines = ObjectLines(np.int64([9]), [{"type": "site"}], ["Mw7@outer,n-1@"])
    >>> relations = join_relations(lines)
    >>> relations.member_kind, relations.member_id, relations.member_role
    (array(['w', 'n'], dtype='<U1'), array([ 7, -1]), ('outer', ''))
    """
    counts = [text.count(",") + 1 if len(text) > 1 else 0 for text in lines.rest]
    members = [member for text in lines.rest if len(text) > 1 for member in text[1:].split(",")]
    parts = [member.partition("@") for member in members]
    first_member = _offsets(counts)
    member_kind = np.array([head[0] for head, _, _ in parts], dtype="U1")
    member_id = np.array([head[1:] for head, _, _ in parts], np.int64)
    _freeze(lines.osm_id, first_member, member_kind, member_id)
    return OsmRelations(
        osm_id=lines.osm_id,
        tags=tuple(lines.tags),
        first_member=first_member,
        member_kind=member_kind,
        member_id=member_id,
        member_role=tuple(unescape(role) if "%" in role else role for _, _, role in parts),
    )


def choose_nodes(chunks: Iterable[NodeLines], wanted: OsmIds) -> ChosenNodes:
    """Keep the nodes of the wanted ids and let the others go, chunk by chunk.

    Parameters
    ----------
    chunks
        Nodes of the file.
    wanted
        Ids in ascending order, each once.

    Returns
    -------
    chosen
        In file order; an id may stand there twice.
    """
    chosen = [NodeLines(np.empty(0, np.int64), np.empty(0), np.empty(0))]
    read_count = unplaced_count = 0
    for nodes in chunks:
        read_count += nodes.osm_id.size
        is_wanted = find_rows(wanted, nodes.osm_id) != NO_NODE
        is_placed = nodes.is_placed
        unplaced_count += int((is_wanted & ~is_placed).sum())
        chosen.append(_select_nodes(nodes, is_wanted & is_placed))
    lines = NodeLines(
        np.concatenate([nodes.osm_id for nodes in chosen]),
        np.concatenate([nodes.lon_deg for nodes in chosen]),
        np.concatenate([nodes.lat_deg for nodes in chosen]),
    )
    return ChosenNodes(lines, read_count, unplaced_count)


def join_nodes(lines: NodeLines, tagged: ObjectLines) -> OsmNodes:
    """Put nodes into columns, with the tags of those that have any of interest.

    Parameters
    ----------
    lines
        Nodes in file order.
    tagged
        Nodes with their tags, in file order; one without a row in `lines` is passed over.

    Returns
    -------
    nodes
        Each id once, ascending.
    """
    nodes = _select_nodes(lines, last_versions(lines.osm_id))
    row_of_tagged = find_rows(nodes.osm_id, tagged.osm_id).tolist()
    tags = {
        row: tags for row, tags in zip(row_of_tagged, tagged.tags, strict=True) if row != NO_NODE
    }
    _freeze(nodes.osm_id, nodes.lon_deg, nodes.lat_deg)
    return OsmNodes(nodes.osm_id, nodes.lon_deg, nodes.lat_deg, tags)


def select_objects(lines: ObjectLines, rows: Iterable[int]) -> ObjectLines:
    """Take some rows of objects.

    Parameters
    ----------
    lines
        Objects.
    rows
        Rows to take, in this order.

    Returns
    -------
    lines
        One row for each of `rows`.
    """
    chosen = list(rows)
    tags: list[Tags] = [lines.tags[row] for row in chosen]
    return ObjectLines(lines.osm_id[chosen], tags, [lines.rest[row] for row in chosen])


def _select_nodes(nodes: NodeLines, rows: Rows | Flags) -> NodeLines:
    return NodeLines(nodes.osm_id[rows], nodes.lon_deg[rows], nodes.lat_deg[rows])


def _offsets(counts: Sequence[int]) -> Offsets:
    first = np.zeros(len(counts) + 1, np.int32)
    np.cumsum(counts, out=first[1:])
    return first


def _freeze(*arrays: npt.NDArray[np.generic]) -> None:
    for array in arrays:
        array.setflags(write=False)
