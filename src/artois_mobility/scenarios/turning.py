"""Carry turns over to a network with new links."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Flags, Floats, NodeIds
from ..network.expansion import UNRANKED, EndRanks, expand
from ..network.model import Network
from ..network.turns import (
    SIGHT_M,
    Bearings,
    Streets,
    Turns,
    all_turns,
    delay_of_turns,
    find_bearings,
)
from .shapes import shape_of_arc

if TYPE_CHECKING:
    from .splitting import JoinedNetwork


def carry_turns(before: Network, joined: "JoinedNetwork") -> Network:
    """Give a network with new links the turns of before, and those from and to the links.

    Every turn of today takes the time of today, so that no link slows anyone; going straight on
    past a joint is free. Turns from and to links are judged by their angle, like any other.

    Parameters
    ----------
    before
        The network before the links were added.
    joined
        The network after, without turns.

    Returns
    -------
    network
        The network after with its turns, and with its junctions opened up for the search.
    """
    after = joined.network
    heirs = find_heirs(before, joined)
    turns = None if before.turns is None else _list_turns(before, before.turns, joined, heirs)
    ranks = None
    if before.expansion is not None:
        ranks = _carry_ranks(before.expansion.rank_ends(before.graph.arc_count), after, heirs)
    expansion = expand(after.graph, after.twin_of_arc, turns, after.is_limited, ranks)
    return replace(after, turns=turns, expansion=expansion)


@dataclass(frozen=True, slots=True, eq=False)
class Heirs:
    """What arcs from before have become, m of them.

    Attributes
    ----------
    first, last
        The arcs at the tail and at the head of each, shape (m,).
    whole
        The arc that stayed whole, `NO_ARC` where only parts are left, shape (m,).
    parts
        Those of each arc that was split, from its tail to its head.
    is_link
        Which of the new arcs are no part of an old one.
    """

    first: ArcIds
    last: ArcIds
    whole: ArcIds
    parts: dict[int, tuple[int, ...]]
    is_link: Flags


def find_heirs(before: Network, joined: "JoinedNetwork") -> Heirs:
    """Tell what arcs have become when links joined a network.

    Parameters
    ----------
    before
        The network before.
    joined
        The network after.

    Returns
    -------
    heirs
        Of the arcs before.
    """
    twin = joined.network.twin_of_arc
    parts: dict[int, tuple[int, ...]] = {}
    for street in joined.split:
        parts[street.arc] = tuple(street.part.tolist())
        back = int(before.twin_of_arc[street.arc])
        if back != NO_ARC:
            parts[back] = tuple(twin[street.part[::-1]].tolist())
    first, last = joined.arc_of_old.copy(), joined.arc_of_old.copy()
    whole = np.full(first.size, NO_ARC, np.int32)
    for arc, own in parts.items():
        first[arc], last[arc], whole[arc] = own[0], own[-1], joined.arc_of_old[arc]
    is_link = np.ones(twin.size, np.bool_)
    is_link[joined.arc_of_old[joined.arc_of_old != NO_ARC]] = False
    is_link[[arc for own in parts.values() for arc in own]] = False
    return Heirs(first, last, whole, parts, is_link)


def _list_turns(before: Network, turns: Turns, joined: "JoinedNetwork", heirs: Heirs) -> Turns:
    after = joined.network
    graph = after.graph
    is_new = np.ones(graph.node_count, np.bool_)
    is_new[: turns.is_listed.size] = False
    is_listed = is_new.copy()
    is_listed[: turns.is_listed.size] = turns.is_listed
    from_arc, to_arc = all_turns(graph, is_listed)
    is_more = is_new[graph.head[from_arc]] | heirs.is_link[from_arc] | heirs.is_link[to_arc]
    from_arc, to_arc = from_arc[is_more], to_arc[is_more]
    bearings = _find_bearings(before, after, heirs)
    no_roundabout = np.zeros(graph.arc_count, np.bool_)
    streets = Streets(
        after.twin_of_arc, after.way_of_arc, no_roundabout, bearings, turns.drives_left
    )
    count = _count_apart(after, heirs, from_arc) if joined.are_apart else None
    delay_ms = delay_of_turns(graph, streets, after.profile, from_arc, to_arc, street_count=count)
    is_street = ~heirs.is_link[from_arc] & ~heirs.is_link[to_arc]
    goes_on = is_street & (after.twin_of_arc[from_arc] != to_arc)
    delay_ms = np.where(goes_on & is_new[graph.head[from_arc]], 0, delay_ms)
    is_allowed = delay_ms < UNREACHED_MS
    tables = [np.column_stack([from_arc, to_arc, delay_ms])[is_allowed]]
    for before_turn in (heirs.last, heirs.whole):
        for behind_turn in (heirs.first, heirs.whole):
            pair = before_turn[turns.from_arc], behind_turn[turns.to_arc]
            is_there = (pair[0] != NO_ARC) & (pair[1] != NO_ARC)
            tables.append(np.column_stack([*pair, turns.delay_ms])[is_there])
    table = np.concatenate(tables)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return Turns(
        is_listed,
        table[:, 0].astype(np.int32),
        table[:, 1].astype(np.int32),
        table[:, 2].astype(np.int32),
        tuple(_carry_path(path, heirs) for path in turns.banned_paths),
        turns.drives_left,
    )


def _count_apart(after: Network, heirs: Heirs, from_arc: ArcIds) -> NodeIds:
    """Count the streets at each turn as if its link were the only one, which it takes part in."""
    is_street = ~heirs.is_link
    twin = after.twin_of_arc
    arc = np.flatnonzero(is_street & ((twin == NO_ARC) | (np.arange(twin.size) < twin)))
    ends = np.concatenate((after.graph.tail[arc], after.graph.head[arc]))
    count = np.bincount(ends, minlength=after.graph.node_count) + 1
    return count[after.graph.head[from_arc]].astype(np.int32)


def _find_bearings(before: Network, after: Network, heirs: Heirs) -> Bearings:
    """Find the directions of all arcs; those of parts are the street's, however short they are."""
    bearings = find_bearings(after.first_point, after.point_x_m, after.point_y_m)
    leaving, arriving = bearings.leaving_rad.copy(), bearings.arriving_rad.copy()
    for arc, parts in heirs.parts.items():
        street = shape_of_arc(before, arc).metres
        length_m = [_length_of(shape_of_arc(after, part).metres) for part in parts]
        ends_m = np.cumsum(length_m)
        leaving[list(parts[1:])] = direction_along(street, ends_m[:-1], SIGHT_M)
        arriving[list(parts[:-1])] = direction_along(street, ends_m[:-1], -SIGHT_M)
    return Bearings(leaving, arriving)


def _length_of(line_m: Floats) -> float:
    return float(np.hypot(*np.diff(line_m, axis=0).T).sum())


def direction_along(line_m: Floats, at_m: Floats, sight_m: float) -> Floats:
    """Tell where a line heads at some places, over some metres ahead, or behind where negative.

    Parameters
    ----------
    line_m
        Points in metres, shape (p, 2).
    at_m
        Metres along the line, shape (k,).
    sight_m
        Over how many metres, as far as the line goes.

    Returns
    -------
    direction_rad
        Of travel, anticlockwise from east, shape (k,).

    Examples
    --------
    >>> corner = np.array([[0.0, 0.0], [20.0, 0.0], [20.0, 20.0]])
    >>> np.degrees(direction_along(corner, np.array([5.0, 20.0]), 10.0))
    array([ 0., 90.])
    >>> np.degrees(direction_along(corner, np.array([20.0]), -10.0))
    array([0.])
    """
    steps_m = np.hypot(*np.diff(line_m, axis=0).T)
    reached_m = np.concatenate([[0.0], np.cumsum(steps_m)])
    first_m, last_m = np.sort(np.stack([at_m, at_m + sight_m]), axis=0)
    x, y = (
        np.interp(np.clip(last_m, 0.0, reached_m[-1]), reached_m, column)
        - np.interp(np.clip(first_m, 0.0, reached_m[-1]), reached_m, column)
        for column in line_m.T
    )
    direction: Floats = np.arctan2(y, x)
    return direction


def _carry_path(path: tuple[int, ...], heirs: Heirs) -> tuple[int, ...]:
    inner = [part for arc in path[1:-1] for part in heirs.parts.get(arc, (int(heirs.first[arc]),))]
    return (int(heirs.last[path[0]]), *inner, int(heirs.first[path[-1]]))


def _carry_ranks(ranks: EndRanks, after: Network, heirs: Heirs) -> EndRanks:
    carried = EndRanks(*np.full((2, after.graph.arc_count), UNRANKED, np.int32))
    carried.tail[heirs.first] = ranks.tail
    carried.head[heirs.last] = ranks.head
    is_whole = heirs.whole != NO_ARC
    for own, column in ((carried.tail, ranks.tail), (carried.head, ranks.head)):
        own[heirs.whole[is_whole]] = column[is_whole]
    return carried
