"""Ways cut into segments and stretches: the geometry under a network, in plain arrays."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._types import NO_NODE, Flags, Floats, Rows
from ..osm.extract import Extract
from .geodesy import length_m
from .interpreting import UsableWays
from .outlines import ranges

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Vertices:
    """The ways of a profile, one after the other, as v vertices.

    A *piece* is a run of a way without a gap: it ends where the file lacks a node and at a node
    that blocks. Vertex `i` and `i + 1` are joined by a segment unless a piece starts at `i + 1`.

    Attributes
    ----------
    node
        Row of the node in the extract, shape (v,).
    way
        Row of the way in the usable ways, shape (v,).
    starts_piece
        True at the first vertex of each piece, shape (v,).
    place
        Which place of the network the vertex stands for, shape (v,): vertices that share a node
        share a place, except at a node that blocks, where each end is a place of its own.
    node_of_place
        Row of the node of each place.
    """

    node: Rows
    way: Rows
    starts_piece: Flags
    place: Counts
    node_of_place: Counts

    @property
    def ends_piece(self) -> Flags:
        """True at the last vertex of each piece, shape (v,)."""
        ends: Flags = np.append(self.starts_piece[1:], self.starts_piece.size > 0)
        return ends[: self.starts_piece.size]

    @property
    def first_of_segment(self) -> Counts:
        """Vertex each segment begins at; the next one is its end, shape (s,)."""
        return np.flatnonzero(~self.ends_piece)


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Runs of segments between two places that stay nodes.

    Attributes
    ----------
    first, last
        First and last vertex of each stretch, shape (t,).
    """

    first: Counts
    last: Counts


def cut_ways(extract: Extract, usable: UsableWays, blocks: Flags) -> Vertices:
    """Cut ways where the file lacks a node and where a node blocks.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The ways of a profile.
    blocks
        True for nodes that nobody of the profile passes, shape (n,).

    Returns
    -------
    vertices
        All pieces with at least one segment, in the order of the ways.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> cut_ways(extract, usable, np.zeros(5, np.bool_)).place
    array([0, 1, 2, 3, 1, 4])
    >>> cut_ways(extract, usable, np.array([0, 1, 0, 0, 0], np.bool_)).place
    array([0, 5, 6, 2, 3, 7, 8, 4])
    """
    first_ref = extract.ways.first_ref
    first = first_ref[:-1][usable.row].astype(np.int64)
    ref_count = first_ref[1:][usable.row] - first
    ref = ranges(first, ref_count)
    way = np.repeat(np.arange(usable.row.size, dtype=np.int32), ref_count)
    node = extract.ways.node_of_ref[ref]
    is_known = node != NO_NODE
    ref, way, node = ref[is_known], way[is_known], node[is_known]
    starts = _starts((np.diff(ref) != 1) | (np.diff(way) != 0), ref.size)
    is_repeated = ~starts
    is_repeated[1:] &= node[1:] == node[:-1]
    way, node, starts = way[~is_repeated], node[~is_repeated], starts[~is_repeated]
    way, node, starts = _split_at(blocks[node], way, node, starts)
    is_alone = starts & np.append(starts[1:], starts.size > 0)[: starts.size]
    way, node, starts = way[~is_alone], node[~is_alone], starts[~is_alone]
    place, node_of_place = _places(node, blocks)
    return Vertices(node, way, starts, place, node_of_place)


def leave_out(vertices: Vertices, is_left_out: Flags) -> Vertices:
    """Take segments out of the ways; those that remain keep their order.

    Parameters
    ----------
    vertices
        The cut ways.
    is_left_out
        True for each segment to take out, shape (s,).

    Returns
    -------
    vertices
        The same pieces, parted where a segment is missing.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> leave_out(vertices, np.bool_([0, 1, 0, 0])).node.tolist()
    [0, 1, 3, 1, 4]
    """
    starts = vertices.starts_piece.copy()
    starts[vertices.first_of_segment[is_left_out] + 1] = True
    is_kept = ~(starts & np.append(starts[1:], True)[: starts.size])
    return Vertices(
        vertices.node[is_kept],
        vertices.way[is_kept],
        starts[is_kept],
        vertices.place[is_kept],
        vertices.node_of_place,
    )


def find_stretches(vertices: Vertices, stays: Flags, *, merge_chains: bool) -> Stretches:
    """Find the stretches between the places that stay nodes.

    A place stays unless exactly two segments meet there, both of one piece.

    Parameters
    ----------
    vertices
        The cut ways.
    stays
        True for nodes that stay in any case, shape (n,).
    merge_chains
        False to let every place stay.

    Returns
    -------
    stretches
        In the order of the vertices; every segment belongs to exactly one.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> stays = np.zeros(5, np.bool_)
    >>> find_stretches(vertices, stays, merge_chains=True).first
    array([0, 1, 3, 4])
    """
    segment = vertices.first_of_segment
    place_count = vertices.node_of_place.size
    is_end = vertices.starts_piece | vertices.ends_piece
    degree = np.bincount(vertices.place[segment], minlength=place_count)
    degree += np.bincount(vertices.place[segment + 1], minlength=place_count)
    is_node = (degree != 2) | stays[vertices.node_of_place]
    is_node[vertices.place[is_end]] = True
    stops = np.flatnonzero(is_node[vertices.place] if merge_chains else is_end | True)
    joined = ~vertices.starts_piece[stops[1:]]
    return Stretches(stops[:-1][joined], stops[1:][joined])


def segment_lengths(extract: Extract, vertices: Vertices) -> Floats:
    """Compute the length of each segment in metres.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    vertices
        The cut ways.

    Returns
    -------
    metres
        Shape (s,).

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> segment_lengths(extract, vertices).round()
    array([ 99.,  99., 100., 100.])
    """
    segment = vertices.first_of_segment
    tail, head = vertices.node[segment], vertices.node[segment + 1]
    lon_deg, lat_deg = extract.nodes.lon_deg, extract.nodes.lat_deg
    return length_m(lon_deg[tail], lat_deg[tail], lon_deg[head], lat_deg[head])


def share_out(total_ms: int, metres: Floats) -> Counts:
    """Share a whole number of milliseconds among segments by length; the parts sum exactly.

    Parameters
    ----------
    total_ms
        What is to be shared.
    metres
        Length of each segment, shape (s,).

    Returns
    -------
    parts_ms
        Shape (s,).

    Examples
    --------
    >>> share_out(10, np.float64([1, 1, 1]))
    array([3, 4, 3])
    >>> share_out(10, np.float64([0, 0]))
    array([10,  0])
    """
    reached = np.cumsum(metres)
    parts_ms = np.zeros(metres.size, np.int64)
    if not reached[-1] > 0:
        parts_ms[0] = total_ms
        return parts_ms
    until_ms = np.rint(total_ms * (reached / reached[-1])).astype(np.int64)
    parts_ms[0] = until_ms[0]
    parts_ms[1:] = np.diff(until_ms)
    return parts_ms


def _starts(breaks: Flags, size: int) -> Flags:
    starts = np.ones(size, np.bool_)
    starts[1:] = breaks
    return starts


def _split_at(is_blocked: Flags, way: Rows, node: Rows, starts: Flags) -> tuple[Rows, Rows, Flags]:
    """Double every vertex inside a piece that blocks: one ends there, the next one starts."""
    ends = np.append(starts[1:], starts.size > 0)[: starts.size]
    copies = 1 + (is_blocked & ~starts & ~ends)
    is_second = np.zeros(int(copies.sum()), np.bool_)
    is_second[np.cumsum(copies)[copies == 2] - 1] = True
    return (
        np.repeat(way, copies),
        np.repeat(node, copies),
        np.repeat(starts, copies) | is_second,
    )


def _places(node: Rows, blocks: Flags) -> tuple[Counts, Counts]:
    """Give every vertex a place: its node's, or one of its own where the node blocks."""
    is_blocked = blocks[node]
    place = node.astype(np.int64)
    place[is_blocked] = blocks.size + np.arange(int(is_blocked.sum()))
    node_of_place = np.concatenate((np.arange(blocks.size), node[is_blocked])).astype(np.int64)
    return place, node_of_place
