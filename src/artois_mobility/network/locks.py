"""Locks: found from chambers and gates, each charged once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from .._types import Flags, Floats
from .interpreting import UsableWays
from .segments import Counts, Vertices, share_out

# Two gates on one way up to this far apart are the two ends of a chamber: the longest chambers of
# the ECMT classes hold 185 m (resolution 92/2, 1992); the margin is assumed.
LONGEST_CHAMBER_M: Final = 200.0


@dataclass(frozen=True, slots=True, eq=False)
class Locks:
    """Where locks lie on the cut ways.

    Attributes
    ----------
    added_ms
        Time in locks for each segment, the same in both directions, shape (s,).
    stays
        True for nodes at which a lock begins or ends, shape (n,).
    counts
        How many locks there are, by how they are drawn.
    """

    added_ms: Counts
    stays: Flags
    counts: Mapping[str, int]


def find_locks(
    usable: UsableWays, vertices: Vertices, metres: Floats, is_gate: Flags, lock_ms: int
) -> Locks:
    """Find the locks on a profile's waterways and charge each of them once.

    A chamber (`lock=yes` on a way) is a lock; chambers drawn in two parts, joined without a gate
    and with nothing else there, are one. Gates away from chambers are paired along their way when
    they lie within `LONGEST_CHAMBER_M`; a gate that stays alone is a lock drawn as a point.

    Parameters
    ----------
    usable
        The waterways.
    vertices
        The same, cut.
    metres
        Length of each segment, shape (s,).
    is_gate
        True for nodes that are lock gates, shape (n,).
    lock_ms
        Time in a lock.

    Returns
    -------
    locks
        Times for segments, nodes that must stay.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> from artois_mobility.network.segments import cut_ways, segment_lengths
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> metres = segment_lengths(extract, vertices)
    >>> find_locks(usable, vertices, metres, np.zeros(5, np.bool_), 1_200_000).added_ms
    array([0, 0, 0, 0])
    """
    added_ms = np.zeros(metres.size, np.int64)
    stays = np.zeros(is_gate.size, np.bool_)
    way_of_segment = vertices.way[vertices.first_of_segment]
    chambers = list(_chambers(usable, vertices, metres, is_gate))
    for way in chambers:
        own = np.flatnonzero(way_of_segment == way)
        added_ms[own] += share_out(lock_ms, metres[own])
    is_on_chamber = np.zeros(is_gate.size, np.bool_)
    is_on_chamber[vertices.node[usable.is_lock[vertices.way]]] = True
    pairs, points = _pair_gates(vertices, metres, is_gate & ~is_on_chamber)
    segment_of_vertex = np.cumsum(~vertices.starts_piece) - 1
    for vertex, until in (*pairs, *points):
        ends_here = bool(vertices.ends_piece[vertex])
        added_ms[segment_of_vertex[vertex] + (0 if ends_here else 1)] += lock_ms
        stays[vertices.node[[vertex, until]]] = True
    counts = {
        "locks_as_chambers": len(chambers),
        "locks_as_pairs_of_gates": len(pairs),
        "locks_as_points": len(points),
    }
    return Locks(added_ms, stays, {kind: count for kind, count in counts.items() if count})


def _chambers(
    usable: UsableWays, vertices: Vertices, metres: Floats, is_gate: Flags
) -> Iterator[int]:
    """Yield, for each lock drawn as chambers, the longest way of it; ties to the first way."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    length_m = np.bincount(
        vertices.way[vertices.first_of_segment], weights=metres, minlength=usable.row.size
    )
    way = np.flatnonzero(usable.is_lock & (length_m > 0))
    if way.size == 0:
        return
    joints = np.array(list(_joints(usable, vertices, is_gate)), np.int64).reshape(-1, 2)
    links = coo_array(
        (np.ones(len(joints), np.int8), (joints[:, 0], joints[:, 1])),
        shape=(usable.row.size, usable.row.size),
    )
    _, lock_of_way = connected_components(links, directed=False)
    order = way[np.lexsort((way, -length_m[way], lock_of_way[way]))]
    is_first = np.ones(order.size, np.bool_)
    is_first[1:] = np.diff(lock_of_way[order]) != 0
    yield from np.sort(order[is_first]).tolist()


def _joints(usable: UsableWays, vertices: Vertices, is_gate: Flags) -> Iterator[tuple[int, int]]:
    """Yield pairs of chamber ways that meet at a node where nothing else is."""
    end = np.flatnonzero(vertices.starts_piece | vertices.ends_piece)
    visits = np.bincount(vertices.node, minlength=is_gate.size)
    end = end[usable.is_lock[vertices.way[end]] & ~is_gate[vertices.node[end]]]
    end = end[visits[vertices.node[end]] == 2]
    end = end[np.argsort(vertices.node[end], kind="stable")]
    for one, other in pairwise(end):
        if vertices.node[one] == vertices.node[other]:
            yield int(vertices.way[one]), int(vertices.way[other])


def _pair_gates(
    vertices: Vertices, metres: Floats, is_gate: Flags
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Pair gates along each piece from its start; what is left over are points."""
    reached_m = np.zeros(vertices.node.size)
    reached_m[vertices.first_of_segment + 1] = metres
    reached_m = np.cumsum(reached_m)
    piece = np.cumsum(vertices.starts_piece)
    gates = np.flatnonzero(is_gate[vertices.node]).tolist()
    pairs: list[tuple[int, int]] = []
    used: set[int] = set()
    for vertex, following in pairwise(gates):
        nodes = {int(vertices.node[vertex]), int(vertices.node[following])}
        is_near = reached_m[following] - reached_m[vertex] <= LONGEST_CHAMBER_M
        if piece[vertex] == piece[following] and is_near and used.isdisjoint(nodes):
            pairs.append((vertex, following))
            used |= nodes
    return pairs, list(_left_over(vertices, gates, used))


def _left_over(
    vertices: Vertices, gates: Iterable[int], used: set[int]
) -> Iterator[tuple[int, int]]:
    done = set(used)
    for vertex in gates:
        node = int(vertices.node[vertex])
        if node not in done:
            done.add(node)
            yield vertex, vertex
