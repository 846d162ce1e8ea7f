"""Locks: found from chambers and gates, each charged once."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from .._types import MS_PER_MIN, Flags, Floats, Rows
from ..osm.extract import Extract, Tags
from .blocking import chamber_nodes, lock_gates
from .dimensions import DIMENSION_KEYS, Limits, find_limits
from .hours import is_timetable
from .interpreting import UsableWays
from .lockage import HOURS_KEY, LOCK_KEYS, count_cycles, count_lots, find_passage
from .profile_keys import Profile
from .segments import Counts, Vertices, share_out

# Two gates on one way up to this far apart are the two ends of a chamber: the longest chambers of
# the ECMT classes hold 185 m (resolution 92/2, 1992); the margin is assumed.
LONGEST_CHAMBER_M: Final = 200.0
NO_LOCK: Final = -1
POINT: Final = "point"
NAME_KEYS: Final = ("lock_name", "seamark:name", "name", "lock_ref")


class Lock(NamedTuple):
    """A lock, or one of several chambers side by side.

    Attributes
    ----------
    name
        As in the data, with its `lock_ref` where that tells chambers apart; `""` for none.
    drawn
        How the data show it: `"chamber"`, `"gates"` or `"point"`.
    way
        OSM id of its way.
    lon_deg, lat_deg
        Its middle.
    limits
        How large a vessel it takes whole.
    minutes
        For one filling.
    minutes_source
        Where those come from.
    lots
        Parts in which the vessel of the profile is locked.
    hours
        Its `opening_hours`; `""` for always, and for a boat that is carried round it.
    """

    name: str
    drawn: str
    way: int
    lon_deg: float
    lat_deg: float
    limits: Limits
    minutes: float
    minutes_source: str
    lots: int
    hours: str

    @property
    def cycles(self) -> int:
        """How often the chamber is filled or emptied for the vessel."""
        return count_cycles(self.lots)

    @property
    def ms(self) -> int:
        """Time in it for the whole vessel."""
        return round(self.minutes * self.cycles * MS_PER_MIN)


@dataclass(frozen=True, slots=True, eq=False)
class Locks:
    """Where locks lie on the cut ways.

    Attributes
    ----------
    added_ms
        Time in locks for each segment, the same in both directions, shape (s,).
    lock_of_segment
        Which of `locks` each segment belongs to, or `NO_LOCK`, shape (s,).
    stays
        True for nodes at which a lock begins or ends, shape (n,).
    locks
        Each of them.
    counts
        How many locks there are, by how they are drawn.
    """

    added_ms: Counts
    lock_of_segment: Rows
    stays: Flags
    locks: tuple[Lock, ...]
    counts: Mapping[str, int]


class _Found(NamedTuple):
    """A lock on the cut ways: how it is drawn, its segments, and its nodes if it has gates."""

    drawn: str
    segments: Counts
    nodes: tuple[int, ...] = ()


def find_locks(
    extract: Extract, usable: UsableWays, vertices: Vertices, metres: Floats, profile: Profile
) -> Locks:
    """Find the locks on a profile's waterways and charge each of them once.

    A chamber (`lock=yes` on a way) is a lock; chambers drawn in two parts, joined without a gate
    and with nothing else there, are one. Gates away from chambers are paired along their way when
    they lie within `LONGEST_CHAMBER_M`; a gate that stays alone is a lock drawn as a point, and
    its segment the one behind it along the way.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The waterways.
    vertices
        The same, cut.
    metres
        Length of each segment, shape (s,).
    profile
        The boat.

    Returns
    -------
    locks
        Times for segments, nodes that must stay.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract, boat = crossroads(), read_profile("pleasure_boat")
    >>> usable = interpret_ways(extract, boat)
    >>> from artois_mobility.network.segments import cut_ways, segment_lengths
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> metres = segment_lengths(extract, vertices)
    >>> find_locks(extract, usable, vertices, metres, boat).locks
    ()
    """
    added_ms = np.zeros(metres.size, np.int64)
    lock_of_segment = np.full(metres.size, NO_LOCK, np.int32)
    stays = np.zeros(extract.nodes.osm_id.size, np.bool_)
    segment = vertices.first_of_segment
    locks: list[Lock] = []
    for found in _find(extract, usable, vertices, metres):
        lock = _describe(extract, usable, vertices, found, profile)
        lock_of_segment[found.segments] = len(locks)
        if found.drawn == "chamber":
            added_ms[found.segments] += share_out(lock.ms, metres[found.segments])
        else:
            added_ms[found.segments[0]] += lock.ms
            ends = segment[found.segments[[0, -1]]] + [0, 1]
            stays[vertices.node[ends]] = True
        locks.append(lock)
    counts = Counter(f"locks_as_{_KIND_OF_DRAWN[lock.drawn]}" for lock in locks)
    return Locks(added_ms, lock_of_segment, stays, tuple(locks), counts)


_KIND_OF_DRAWN: Final = {"chamber": "chambers", "gates": "pairs_of_gates", POINT: "points"}


def _find(
    extract: Extract, usable: UsableWays, vertices: Vertices, metres: Floats
) -> Iterator[_Found]:
    is_gate = lock_gates(extract)
    way_of_segment = vertices.way[vertices.first_of_segment]
    for way in _chambers(usable, vertices, metres, is_gate):
        yield _Found("chamber", np.flatnonzero(way_of_segment == way))
    pairs, points = _pair_gates(vertices, metres, is_gate & ~chamber_nodes(extract))
    segment_of_vertex = np.cumsum(~vertices.ends_piece) - 1
    for vertex, until in pairs:
        between = np.arange(segment_of_vertex[vertex], segment_of_vertex[until - 1] + 1)
        yield _Found("gates", between, (int(vertices.node[vertex]), int(vertices.node[until])))
    for vertex in points:
        # the last vertex of a piece has no segment behind it
        own = segment_of_vertex[vertex - int(vertices.ends_piece[vertex])]
        yield _Found(POINT, np.array([own]), (int(vertices.node[vertex]),))


def _describe(
    extract: Extract, usable: UsableWays, vertices: Vertices, found: _Found, profile: Profile
) -> Lock:
    first = vertices.first_of_segment[found.segments]
    row = int(usable.row[vertices.way[first[0]]])
    tags: dict[str, str] = dict(extract.ways.tags[row])
    for node in found.nodes:
        own = extract.nodes.tags.get(node, {})
        tags |= {key: own[key] for key in (*DIMENSION_KEYS, *LOCK_KEYS, *NAME_KEYS) if key in own}
    limits = find_limits(tags)
    chamber = limits.limit_of_dimension.get("length_m")
    passage = find_passage(tags, limits, profile)
    nodes = list(found.nodes) or [*vertices.node[first].tolist(), int(vertices.node[first[-1] + 1])]
    hours = tags.get(HOURS_KEY, "")
    is_kept = is_timetable(hours) and not profile.carries_round_locks
    return Lock(
        _name_lock(tags),
        found.drawn,
        int(extract.ways.osm_id[row]),
        float(extract.nodes.lon_deg[nodes].mean()),
        float(extract.nodes.lat_deg[nodes].mean()),
        limits,
        passage.minutes,
        passage.source,
        count_lots(profile, chamber.metres if chamber else math.inf),
        hours if is_kept else "",
    )


def _name_lock(tags: Tags) -> str:
    name = next((tags[key] for key in NAME_KEYS if key in tags), "")
    ref = tags.get("lock_ref", "")
    return f"{name} ({ref})" if ref and ref != name else name


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
) -> tuple[list[tuple[int, int]], list[int]]:
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


def _left_over(vertices: Vertices, gates: Iterable[int], used: set[int]) -> Iterator[int]:
    done = set(used)
    for vertex in gates:
        node = int(vertices.node[vertex])
        if node not in done:
            done.add(node)
            yield vertex
