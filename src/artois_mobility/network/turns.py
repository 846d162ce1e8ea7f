"""Turns at junctions: which are allowed, and the time that each takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import (
    NO_ARC,
    UNREACHED_MS,
    ArcIds,
    Flags,
    Floats,
    Milliseconds,
    NodeIds,
    Offsets,
    OsmIds,
    Rows,
)
from ..graph import Graph
from .outlines import ranges
from .profile_keys import Profile
from .restrictions import ArcPath, Restrictions

# A turn by less than this goes straight on.
STRAIGHT_DEG: Final = 45.0
# Directions at a junction are taken over so many metres, where the street is as long.
SIGHT_M: Final = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """The turns allowed at the junctions where not all are free, t of them.

    Attributes
    ----------
    is_listed
        True for nodes at which only the listed turns are allowed; at all others every turn is
        allowed and takes no time, shape (n,).
    from_arc, to_arc
        Arcs into and out of the listed nodes, sorted, shape (t,).
    delay_ms
        Time that the turn takes, shape (t,).
    banned_paths
        Sequences of three and more arcs that may not be followed from the first to the last.
    drives_left
        True where traffic keeps to the left.
    """

    is_listed: Flags
    from_arc: ArcIds
    to_arc: ArcIds
    delay_ms: Milliseconds
    banned_paths: tuple[ArcPath, ...]
    drives_left: bool

    def __post_init__(self) -> None:
        """Freeze the columns."""
        for name in ("is_listed", "from_arc", "to_arc", "delay_ms"):
            getattr(self, name).setflags(write=False)


@dataclass(frozen=True, slots=True, eq=False)
class Bearings:
    """Directions of arcs at both ends, m arcs.

    Attributes
    ----------
    leaving_rad, arriving_rad
        Direction of travel from the tail and at the head, anticlockwise from east, shape (m,).
    """

    leaving_rad: Floats
    arriving_rad: Floats


def find_bearings(first_point: Offsets, x_m: Floats, y_m: Floats) -> Bearings:
    """Find the directions in which arcs leave and arrive, over their first and last metres.

    Parameters
    ----------
    first_point
        First shape point of each arc, shape (m + 1,).
    x_m, y_m
        Shape points in a metric system, shape (p,).

    Returns
    -------
    bearings
        Taken over `SIGHT_M`, or the whole of a shorter arc.

    Examples
    --------
    >>> bearings = find_bearings(np.int32([0, 2]), np.float64([0, 0]), np.float64([0, 5]))
    >>> np.degrees(bearings.leaving_rad)
    array([90.])
    """
    first, last = first_point[:-1], first_point[1:] - 1
    if not first.size:
        return Bearings(np.zeros(0), np.zeros(0))
    step_m = np.hypot(np.diff(x_m), np.diff(y_m))
    step_m[last[:-1]] = 1.0  # keeps arcs that follow each other apart
    reached_m = np.concatenate(([0.0], np.cumsum(step_m)))[: x_m.size]
    sight_m = np.minimum(SIGHT_M, reached_m[last] - reached_m[first])
    sides = []
    for end, seen_m in ((first, reached_m[first] + sight_m), (last, reached_m[last] - sight_m)):
        seen_x, seen_y = (np.interp(seen_m, reached_m, each) for each in (x_m, y_m))
        sides.append((seen_x - x_m[end], seen_y - y_m[end]))
    (ahead_x, ahead_y), (behind_x, behind_y) = sides
    return Bearings(np.arctan2(ahead_y, ahead_x), np.arctan2(-behind_y, -behind_x))


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """What turns depend on besides the graph, m arcs.

    Attributes
    ----------
    twin
        Arc along the same stretch the other way, or `NO_ARC`, shape (m,).
    way
        Number of the way, the same for arcs of one way, shape (m,).
    is_roundabout
        True where traffic goes round, shape (m,).
    bearings
        Directions at both ends.
    drives_left
        True where traffic keeps to the left.
    """

    twin: ArcIds
    way: Rows | OsmIds
    is_roundabout: Flags
    bearings: Bearings
    drives_left: bool


def list_turns(
    graph: Graph, streets: Streets, profile: Profile, restrictions: Restrictions
) -> Turns:
    """List the turns at every junction where some are forbidden or take time.

    Straight on is free, within `STRAIGHT_DEG`, along the same way, and where no other street is;
    so is leaving a roundabout. Turning across the oncoming traffic, to the other side, and turning
    round take what the profile says. Nobody turns round where a street merely goes on.

    Parameters
    ----------
    graph
        The streets, n nodes and m arcs.
    streets
        Their ways and directions.
    profile
        The traveller, with `turn_delay_s`.
    restrictions
        What is forbidden.

    Returns
    -------
    turns
        Allowed turns only; a restriction that leaves no way out of an arc leaves none.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> car = build_network(crossroads(), "car", turns=True)
    >>> np.unique(car.turns.delay_ms)
    array([    0,  3000,  6000, 30000], dtype=int32)
    """
    from_arc, to_arc = all_turns(graph, np.ones(graph.node_count, np.bool_))
    delay_ms = delay_of_turns(graph, streets, profile, from_arc, to_arc)
    delay_ms[_are_among(restrictions.turns, from_arc, to_arc, graph.arc_count)] = UNREACHED_MS
    is_listed = np.zeros(graph.node_count, np.bool_)
    is_listed[graph.head[from_arc[delay_ms > 0]]] = True
    inner = [arc for path in restrictions.paths for arc in path[:-1]]
    is_listed[graph.head[inner]] = True
    kept = is_listed[graph.head[from_arc]] & (delay_ms < UNREACHED_MS)
    return Turns(
        is_listed,
        from_arc[kept],
        to_arc[kept],
        delay_ms[kept],
        restrictions.paths,
        streets.drives_left,
    )


def all_turns(graph: Graph, is_wanted: Flags) -> tuple[ArcIds, ArcIds]:
    """List every pair of arcs that follow each other at some nodes.

    Parameters
    ----------
    graph
        The streets.
    is_wanted
        Nodes to look at, shape (n,).

    Returns
    -------
    from_arc, to_arc
        Sorted.

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 2]), np.int32([1, 0]), np.int32([5, 5]))
    >>> all_turns(graph, np.array([True, False]))
    (array([1], dtype=int32), array([0], dtype=int32))
    """
    arc = np.flatnonzero(is_wanted[graph.head])
    first = graph.first_out[graph.head[arc]]
    count = graph.first_out[graph.head[arc] + 1] - first
    from_arc = np.repeat(arc, count).astype(np.int32)
    return from_arc, ranges(first, count).astype(np.int32)


def delay_of_turns(
    graph: Graph,
    streets: Streets,
    profile: Profile,
    from_arc: ArcIds,
    to_arc: ArcIds,
    *,
    street_count: NodeIds | None = None,
) -> Milliseconds:
    """Tell the time that turns take.

    Parameters
    ----------
    graph, streets, profile
        As in `list_turns`.
    from_arc, to_arc
        Arcs that follow each other, shape (t,).
    street_count
        How many streets meet where each turn is made, shape (t,); None counts those of the graph.

    Returns
    -------
    delay_ms
        `UNREACHED_MS` for turning round where a street merely goes on, shape (t,).
    """
    node = graph.head[from_arc]
    if street_count is None:
        street_count = count_streets(graph, streets.twin)[node]
    is_u_turn = streets.twin[from_arc] == to_arc
    angle_deg = _turned_deg(streets.bearings, from_arc, to_arc)
    goes_on = (
        (street_count <= 2)
        | (streets.way[from_arc] == streets.way[to_arc])
        | (np.abs(angle_deg) < STRAIGHT_DEG)
        | streets.is_roundabout[from_arc]
    )
    across_deg = -angle_deg if streets.drives_left else angle_deg
    of_turn = {turn: round(s * 1000) for turn, s in profile.turn_delay_s.items()}
    if profile.turn_most_s > 0:
        delay_ms = _delay_by_angle(profile, across_deg)
        delay_ms[street_count <= 2] = 0
    else:
        delay_ms = np.where(across_deg > 0, of_turn.get("across", 0), of_turn.get("aside", 0))
        delay_ms[goes_on | is_u_turn] = 0
    delay_ms[is_u_turn] += of_turn.get("u_turn", 0)
    delay_ms[is_u_turn & (street_count == 2)] = UNREACHED_MS
    return delay_ms.astype(np.int32)


def _delay_by_angle(profile: Profile, across_deg: Floats) -> npt.NDArray[np.int64]:
    """Let turning take time by its angle, as the stock car profile of OSRM does.

    References
    ----------
    OSRM, profiles/car.lua, process_turn: a logistic function of the angle, 2026-11.
    """
    bias = np.where(across_deg > 0, profile.turn_bias, 1 / profile.turn_bias)
    half_turns = np.abs(across_deg) / 180
    share = 1 / (1 + np.exp(-(13 * bias * half_turns - 6.5 / bias)))
    return np.rint(profile.turn_most_s * 1000 * share).astype(np.int64)


def count_streets(graph: Graph, twin: ArcIds) -> NodeIds:
    """Count the streets that meet at each node; one open both ways counts once.

    Parameters
    ----------
    graph
        The streets.
    twin
        Arc along the same stretch the other way, or `NO_ARC`, shape (m,).

    Returns
    -------
    street_count
        Shape (n,); a loop counts twice.
    """
    arc = np.flatnonzero((twin == NO_ARC) | (np.arange(twin.size) < twin))
    ends = np.concatenate((graph.tail[arc], graph.head[arc]))
    return np.bincount(ends, minlength=graph.node_count).astype(np.int32)


def drives_left(winding: Floats) -> bool:
    """Tell the side of the road from the direction of its roundabouts.

    Parameters
    ----------
    winding
        Twice the area inside each roundabout, positive for anticlockwise.

    Returns
    -------
    drives_left
        True where most run clockwise; False without any.

    Examples
    --------
    >>> drives_left(np.float64([-50, -40, 3])), drives_left(np.float64([]))
    (True, False)
    """
    return bool((winding < 0).sum() > (winding > 0).sum())


def _turned_deg(bearings: Bearings, from_arc: ArcIds, to_arc: ArcIds) -> Floats:
    """Angle from one arc's end to the other's beginning, to the left positive."""
    turned = bearings.leaving_rad[to_arc] - bearings.arriving_rad[from_arc]
    degrees: Floats = np.degrees((turned + np.pi) % (2 * np.pi) - np.pi)
    return degrees


def _are_among(
    pairs: frozenset[tuple[int, int]], from_arc: ArcIds, to_arc: ArcIds, arc_count: int
) -> Flags:
    if not pairs:
        return np.zeros(from_arc.size, np.bool_)
    wanted = np.array([first * arc_count + second for first, second in sorted(pairs)], np.int64)
    return np.isin(from_arc.astype(np.int64) * arc_count + to_arc, wanted)


def count_turns(turns: Turns) -> Mapping[str, int]:
    """Count what turns were listed, for the provenance of a network.

    Parameters
    ----------
    turns
        Of a network.

    Returns
    -------
    counts
        Junctions and turns.
    """
    return {
        "junctions_with_turns": int(turns.is_listed.sum()),
        "turns_with_delay": int((turns.delay_ms > 0).sum()),
        "banned_paths": len(turns.banned_paths),
    }
