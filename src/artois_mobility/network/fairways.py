"""What vessels meet along the arcs of a waterway network: how large they may be, and locks."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import Flags, Floats, Rows
from ..osm.extract import Extract, Tags
from .arcs import Arcs
from .clearances import Clearances, find_clearances
from .dimensions import (
    DIMENSIONS,
    KEYS_OF_DIMENSION,
    SAME_M,
    Dimension,
    Limit,
    find_limits,
    read_class,
    read_metres,
)
from .interpreting import UsableWays
from .lockage import count_lots
from .locks import POINT, Lock, Locks
from .profile_keys import Profile
from .segments import Vertices

Texts = npt.NDArray[np.object_]

# OpenStreetMap wiki, Seamarks/Gates, 2026-11; those of the waterway's own keys count at a node too.
GATE_KEYS: Final = {
    "beam_m": "seamark:gate:clearance_width",
    "air_draught_m": "seamark:gate:clearance_height",
}
GATES: Final = frozenset(
    {("waterway", "lock_gate"), ("lock", "yes"), ("seamark:type", "gate"), ("flood_gate", "yes")}
)
BRIDGE_PREFIX: Final = "clearance of bridge w"


@dataclass(frozen=True, slots=True, eq=False)
class SegmentLimits:
    """How large a vessel may be on the cut waterways, s segments.

    Attributes
    ----------
    limit_m
        Length, beam, draught and air draught, infinite where none is known, shape (s, 4).
    source
        Where each comes from, `""` for none, shape (s, 4).
    stays
        True for nodes between which a limit holds that is not its way's, shape (n,).
    counts
        Bridges met, and of how many the height is unknown.
    """

    limit_m: Floats
    source: Texts
    stays: Flags
    counts: Mapping[str, int]

    def take(self, is_kept: Flags) -> "SegmentLimits":
        """Keep the limits of some segments.

        Parameters
        ----------
        is_kept
            Which ones, shape (s,).

        Returns
        -------
        limits
            In the same order.
        """
        return SegmentLimits(self.limit_m[is_kept], self.source[is_kept], self.stays, self.counts)

    def count_bridges(self, is_meant: Flags) -> int:
        """Count the bridges that limit the air draught on some segments.

        Parameters
        ----------
        is_meant
            Which ones, shape (s,).

        Returns
        -------
        count
            Each bridge once.
        """
        told = self.source[is_meant, DIMENSIONS.index("air_draught_m")]
        return len({each for each in told if each.startswith(BRIDGE_PREFIX)})


@dataclass(frozen=True, slots=True, eq=False)
class Fairway:
    """What vessels meet along the m arcs of a network.

    Attributes
    ----------
    limit_m
        Largest length, beam, draught and air draught that pass whole; infinite where none is known,
        shape (m, 4).
    source
        Where each comes from: a tag with its value and source, the class of the waterway (then it
        is assumed), a bridge; `""` for none, shape (m, 4).
    class_name
        `CEMT` class, `""` where it is not told, shape (m,).
    lock_of_arc
        Which of `locks` an arc leads through, or -1, shape (m,).
    locks
        Each of them, also those that this vessel does not fit into as far as they are reached.
    """

    limit_m: Floats
    source: Texts
    class_name: npt.NDArray[np.str_]
    lock_of_arc: Rows
    locks: tuple[Lock, ...]

    @property
    def is_in_lock(self) -> Flags:
        """True for arcs that lie in a lock whole; one drawn as a point has only a point, (m,)."""
        is_whole = np.array([lock.drawn != POINT for lock in self.locks] + [False], np.bool_)
        is_in_lock: Flags = is_whole[self.lock_of_arc]
        return is_in_lock

    def __post_init__(self) -> None:
        """Freeze the columns."""
        for column in (self.limit_m, self.source, self.class_name, self.lock_of_arc):
            column.setflags(write=False)


def limit_segments(extract: Extract, usable: UsableWays, vertices: Vertices) -> SegmentLimits:
    """Find how large a vessel may be on each segment: by its way, by gates and bridges.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The waterways.
    vertices
        The same, cut.

    Returns
    -------
    limits
        For each segment.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> from artois_mobility.network.segments import cut_ways
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> limit_segments(extract, usable, vertices).limit_m[0]
    array([inf, inf, inf, inf])
    """
    segment = vertices.first_of_segment
    of_way = [_as_row(find_limits(extract.ways.tags[row]).limit_of_dimension) for row in usable.row]
    width = len(DIMENSIONS)
    limit_of_way = np.array([row[0] for row in of_way], np.float64).reshape(-1, width)
    source_of_way = np.array([row[1] for row in of_way], object).reshape(-1, width)
    limit_m, source = limit_of_way[vertices.way[segment]], source_of_way[vertices.way[segment]]
    own_m = limit_m.copy()
    _pass_gates(extract, vertices, limit_m, source)
    bridges = find_clearances(extract, vertices)
    _pass_bridges(bridges, limit_m, source)
    is_special = (limit_m < own_m).any(axis=1)
    stays = np.zeros(extract.nodes.osm_id.size, np.bool_)
    stays[vertices.node[segment[is_special]]] = True
    stays[vertices.node[segment[is_special] + 1]] = True
    counts = Counter(
        bridges_over_water=bridges.bridge_count, bridges_without_clearance=bridges.unknown_count
    )
    return SegmentLimits(limit_m, source, stays, counts)


def are_too_small(limits: SegmentLimits, profile: Profile) -> Flags:
    """Tell which segments a vessel does not pass, for gates and bridges too.

    A convoy passes where its units do: how long it may be on open water has been decided where
    the ways are interpreted.

    Parameters
    ----------
    limits
        What `limit_segments` gives.
    profile
        The vessel.

    Returns
    -------
    is_too_small
        Shape (s,).

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> low = SegmentLimits(
    ...     np.array([[np.inf, np.inf, np.inf, 4.5], [120.0, np.inf, np.inf, np.inf]]),
    ...     np.full((2, 4), "", object), np.zeros(3, np.bool_), {},
    ... )
    >>> are_too_small(low, read_profile("barge"))
    array([ True, False])
    """
    is_too_small = np.zeros(limits.limit_m.shape[0], np.bool_)
    for column, dimension in enumerate(DIMENSIONS):
        limit_m = limits.limit_m[:, column]
        if dimension == "length_m":
            too_short = [each for each in np.unique(limit_m) if not count_lots(profile, each)]
            is_too_small |= np.isin(limit_m, too_short)
        else:
            is_too_small |= limit_m + SAME_M < profile.vessel_m.get(dimension, 0.0)
    return is_too_small


def lay_fairway(
    extract: Extract,
    usable: UsableWays,
    vertices: Vertices,
    arcs: Arcs,
    *,
    limits: SegmentLimits,
    locks: Locks,
) -> Fairway:
    """Carry limits and locks from segments to arcs, along each of which they are the same.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The waterways.
    vertices
        The same, cut.
    arcs
        Laid along them.
    limits, locks
        Of the segments.

    Returns
    -------
    fairway
        For each arc.
    """
    segment_of_vertex = np.cumsum(~vertices.ends_piece) - 1
    own = segment_of_vertex[np.minimum(arcs.first, arcs.first + arcs.step)]
    names = [read_class(extract.ways.tags[row]) for row in usable.row]
    return Fairway(
        limits.limit_m[own],
        limits.source[own],
        np.array(names, np.str_)[arcs.way] if names else np.empty(0, np.str_),
        locks.lock_of_segment[own],
        locks.locks,
    )


def _as_row(limit_of_dimension: Mapping[Dimension, Limit]) -> tuple[list[float], list[str]]:
    unknown = Limit(math.inf, "")
    row = [limit_of_dimension.get(dimension, unknown) for dimension in DIMENSIONS]
    return [each.metres for each in row], [each.source for each in row]


def _pass_gates(extract: Extract, vertices: Vertices, limit_m: Floats, source: Texts) -> None:
    """Narrow the segments at gates to what is told at their nodes."""
    segment = vertices.first_of_segment
    for node, tags in extract.nodes.tags.items():
        if GATES.isdisjoint(tags.items()):
            continue
        told = list(_limits_of_gate(tags))
        if not told:
            continue
        meets = (vertices.node[segment] == node) | (vertices.node[segment + 1] == node)
        for column, limit in told:
            is_wider = meets & (limit_m[:, column] > limit.metres)
            limit_m[is_wider, column], source[is_wider, column] = limit


def _limits_of_gate(tags: Tags) -> "list[tuple[int, Limit]]":
    found = []
    for column, dimension in enumerate(DIMENSIONS):
        keys = [*KEYS_OF_DIMENSION[dimension], *filter(None, [GATE_KEYS.get(dimension)])]
        for key in keys:
            metres = read_metres(tags.get(key, ""))
            if metres is not None:
                found.append((column, Limit(metres, f"{key}={tags[key]}")))
    return found


def _pass_bridges(bridges: Clearances, limit_m: Floats, source: Texts) -> None:
    """Lower the segments under bridges to their clearance."""
    column = DIMENSIONS.index("air_draught_m")
    is_lower = bridges.height_m < limit_m[:, column]
    limit_m[is_lower, column] = bridges.height_m[is_lower]
    source[is_lower, column] = [f"{BRIDGE_PREFIX}{way}" for way in bridges.way[is_lower].tolist()]
