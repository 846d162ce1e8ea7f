"""Join new links to a network: split the arcs that they meet, and append the links."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import (
    NO_ARC,
    NO_NODE,
    UNREACHED_MS,
    ArcIds,
    Flags,
    Floats,
    Milliseconds,
    NodeIds,
    OsmIds,
    Rows,
)
from ..graph import Graph, sort_arcs
from ..network.model import Network
from ..places.attachments import Attachments
from .edits import Joints, NewLink
from .shapes import Shape, cut_shape, find_inner_points, join_shapes, shape_of_arc, turn_round
from .turning import carry_turns

LINK_CLASS: Final = "new_link"


@dataclass(frozen=True, slots=True, eq=False)
class SplitStreet:
    """An arc that joints lie inside of, k of them, and its twin.

    Attributes
    ----------
    arc
        The arc before, the smaller id of two twins.
    joint
        The joints, from the arc's tail to its head, shape (k,).
    cut_ms
        Time from the arc's tail to each joint, ascending, shape (k,).
    twin_cut_ms
        Time from the twin's tail to each joint, descending, shape (k,); `UNREACHED_MS` where there
        is no twin.
    share
        Part of the length before each joint, ascending, shape (k,).
    part
        The arcs after, from the tail to the head, shape (k + 1,).
    """

    arc: int
    joint: Rows
    cut_ms: Milliseconds
    twin_cut_ms: Milliseconds
    share: Floats
    part: ArcIds


@dataclass(frozen=True, slots=True, eq=False)
class JoinedNetwork:
    """A network with new links, and where the arcs from before are in it.

    Attributes
    ----------
    network
        The new network.
    arc_of_old
        Arc that each arc from before now is, shape (m,); `NO_ARC` where it was split.
    split
        The streets that were split. A closed street stays whole beside its parts.
    are_apart
        True where the links exclude each other.
    """

    network: Network
    arc_of_old: ArcIds
    split: tuple[SplitStreet, ...]
    are_apart: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _NewArc:
    """One arc to append. `source` is the arc that it is a part of, `NO_ARC` for a link.

    `is_bridge` tells that no place hangs on a link.
    """

    tail: int
    head: int
    source: int
    way: int
    local_ms: int
    length_m: float
    shape: Shape
    is_bridge: bool = False


def add_links(
    network: Network,
    joints: Joints,
    links: Sequence[NewLink],
    attachments: Sequence[Attachments] = (),
    *,
    are_apart: bool = False,
) -> JoinedNetwork:
    """Split arcs at joints and append new links.

    Parameters
    ----------
    network
        The network at its new speeds; it is not changed.
    joints
        Where links meet, with positions at the new speeds.
    links
        The links.
    attachments
        Places on `network`. A joint lies on the same side of each in both directions, so that a
        place's way out over the twin is as long as before, to the millisecond.
    are_apart
        True where the links exclude each other: turns from and to each are judged as if it were the
        only one.

    Returns
    -------
    joined
        Arcs sorted anew; nodes of `network` keep their ids, new ones follow.
    """
    is_new = joints.node == NO_NODE
    node_of_joint = joints.node.copy()
    node_of_joint[is_new] = network.graph.node_count + np.arange(np.count_nonzero(is_new))
    streets = _group_by_street(network, joints, attachments)
    new_arcs: list[_NewArc] = []
    twins: list[int] = []
    first_parts = []
    for street in streets:
        first_parts.append(len(new_arcs))
        _append_parts(network, joints, street, node_of_joint, (new_arcs, twins))
    for link in links:
        _append_link(link, node_of_joint, (new_arcs, twins))
    is_kept = np.append(_stays(network, streets), np.ones(len(new_arcs), np.bool_))
    rows = _list_rows(network, new_arcs, twins)
    shapes = [each.shape for each in new_arcs]
    changed, arc_of_row = _assemble(network, joints, is_kept, rows, shapes)
    arc_count = network.graph.arc_count
    split = tuple(
        replace(
            street,
            part=arc_of_row[arc_count + first : arc_count + first + street.cut_ms.size + 1],
        )
        for street, first in zip(streets, first_parts, strict=True)
    )
    joined = JoinedNetwork(changed, arc_of_row[:arc_count], split, are_apart)
    return replace(joined, network=carry_turns(network, joined))


def _group_by_street(
    network: Network, joints: Joints, attachments: Sequence[Attachments]
) -> list[SplitStreet]:
    inside = np.flatnonzero(joints.arc != NO_ARC).astype(np.int32)
    order = np.lexsort(
        (-joints.twin_position_ms[inside], joints.position_ms[inside], joints.arc[inside])
    )
    inside = inside[order]
    _, firsts = np.unique(joints.arc[inside], return_index=True)
    streets = []
    for joint in np.split(inside, firsts[1:]) if inside.size else []:
        arc = int(joints.arc[joint[0]])
        cut_ms = joints.position_ms[joint]
        has_twin = network.twin_of_arc[arc] != NO_ARC
        twin_cut_ms = np.full_like(cut_ms, UNREACHED_MS)
        if has_twin:
            twin_cut_ms = _keep_sides(arc, cut_ms, joints.twin_position_ms[joint], attachments)
        share = np.maximum.accumulate(joints.share[joint])
        no_part = np.empty(0, np.int32)
        streets.append(SplitStreet(arc, joint, cut_ms, twin_cut_ms, share, no_part))
    return streets


def _keep_sides(
    arc: int, cut_ms: Milliseconds, twin_cut_ms: Milliseconds, attachments: Sequence[Attachments]
) -> Milliseconds:
    """Move the joints' positions on the twin to the side of the places where they are on the arc.

    The two directions are rounded each on its own, so a place just before a joint on one could be
    just behind it on the other. Places that follow each other along the arc do so backwards along
    the twin, hence the bounds below never cross.
    """
    on_arc = [np.flatnonzero(each.arc == arc) for each in attachments]
    pairs = list(zip(attachments, on_arc, strict=True))
    none = np.empty(0, np.int32)
    place_ms = np.concatenate([none, *(each.position_ms[rows] for each, rows in pairs)])
    twin_ms = np.concatenate([none, *(each.twin_position_ms[rows] for each, rows in pairs)])
    moved = np.minimum.accumulate(twin_cut_ms)
    for row, cut in enumerate(cut_ms):
        before, behind = twin_ms[place_ms <= cut], twin_ms[place_ms > cut]
        lowest = behind.max(initial=0)
        moved[row] = min(max(moved[row], lowest), before.min(initial=UNREACHED_MS))
    return np.minimum.accumulate(moved)


_Table = tuple[list[_NewArc], list[int]]


def _append_parts(
    network: Network, joints: Joints, street: SplitStreet, node_of_joint: NodeIds, table: _Table
) -> None:
    """Append the parts of an arc, then those of its twin, each in its direction of travel."""
    new_arcs, twins = table
    tail = int(np.searchsorted(network.graph.first_out, street.arc, side="right") - 1)
    nodes = [tail, *node_of_joint[street.joint].tolist(), int(network.graph.head[street.arc])]
    twin = int(network.twin_of_arc[street.arc])
    first = len(new_arcs)
    count = len(nodes) - 1
    shape = shape_of_arc(network, street.arc)
    inner = find_inner_points(shape, street.share)
    new_arcs += _parts(network, joints, street, nodes, inner)
    if twin == NO_ARC:
        twins += [NO_ARC] * count
        return
    back = replace(
        street,
        arc=twin,
        joint=street.joint[::-1],
        cut_ms=street.twin_cut_ms[::-1],
        share=1 - street.share[::-1],
    )
    # The twin is cut between the same points, so that twins of parts have as many points.
    inner = turn_round(inner, shape.point_ms.size)
    new_arcs += _parts(network, joints, back, nodes[::-1], inner)
    twins += [first + 2 * count - 1 - row for row in range(count)]
    twins += [first + count - 1 - row for row in range(count)]


def _parts(
    network: Network,
    joints: Joints,
    street: SplitStreet,
    nodes: Sequence[int],
    inner_points: list[slice],
) -> list[_NewArc]:
    arc = street.arc
    degrees = np.column_stack([joints.lon_deg, joints.lat_deg])[street.joint]
    metres = np.column_stack([joints.x_m, joints.y_m])[street.joint]
    shape = shape_of_arc(network, arc)
    pieces = cut_shape(shape, inner_points, degrees, metres, street.cut_ms)
    bounds_ms = [0, *street.cut_ms.tolist(), int(network.local_ms[arc])]
    shares = [0.0, *street.share.tolist(), 1.0]
    return [
        _NewArc(
            nodes[row],
            nodes[row + 1],
            arc,
            int(network.way_of_arc[arc]),
            bounds_ms[row + 1] - bounds_ms[row],
            float((shares[row + 1] - shares[row]) * network.length_m[arc]),
            piece,
        )
        for row, piece in enumerate(pieces)
    ]


def _append_link(link: NewLink, node_of_joint: NodeIds, table: _Table) -> None:
    new_arcs, twins = table
    tail, head = int(node_of_joint[link.tail_joint]), int(node_of_joint[link.head_joint])
    degrees = np.column_stack([link.lon_deg, link.lat_deg])
    shape = Shape(degrees, np.column_stack([link.x_m, link.y_m]), link.point_ms)
    row, time_ms = len(new_arcs), int(link.point_ms[-1])
    own = NO_ARC, link.way, time_ms, link.length_m
    new_arcs.append(_NewArc(tail, head, *own, shape, link.is_bridge))
    twins.append(NO_ARC if link.is_oneway else row + 1)
    if not link.is_oneway:
        back = shape.reversed()
        new_arcs.append(_NewArc(head, tail, *own, back, link.is_bridge))
        twins.append(row)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The arcs of a network, then the new ones, not yet sorted."""

    tail: NodeIds
    head: NodeIds
    twin: Rows
    way: OsmIds
    length_m: Floats
    local_ms: Milliseconds
    waiting_ms: Milliseconds
    is_limited: Flags
    is_closed: Flags
    may_attach: Flags
    class_name: npt.NDArray[np.str_]


def _list_rows(network: Network, new_arcs: Sequence[_NewArc], twins: Sequence[int]) -> _Rows:
    arc_count = network.graph.arc_count
    source = np.array([each.source for each in new_arcs], np.int32)
    is_link = source == NO_ARC
    is_bridge = np.array([each.is_bridge for each in new_arcs], np.bool_)
    twin = [NO_ARC if row == NO_ARC else arc_count + row for row in twins]
    return _Rows(
        _append(network.graph.tail, [each.tail for each in new_arcs]),
        _append(network.graph.head, [each.head for each in new_arcs]),
        _append(network.twin_of_arc, twin),
        np.concatenate([network.way_of_arc, np.array([each.way for each in new_arcs], np.int64)]),
        np.concatenate([network.length_m, np.array([each.length_m for each in new_arcs], float)]),
        _append(network.local_ms, [each.local_ms for each in new_arcs]),
        _append(network.waiting_ms, [_waiting_ms(network, each) for each in new_arcs]),
        np.concatenate([network.is_limited, network.is_limited[source] & ~is_link]),
        np.concatenate([network.is_closed, network.is_closed[source] & ~is_link]),
        np.concatenate(
            [network.may_attach, np.where(is_link, ~is_bridge, network.may_attach[source])]
        ),
        np.concatenate(
            [network.class_of_arc, np.where(is_link, LINK_CLASS, network.class_of_arc[source])]
        ),
    )


def _waiting_ms(network: Network, new_arc: _NewArc) -> int:
    """Share out the waiting on a split arc by time."""
    whole_ms = int(network.local_ms[new_arc.source])
    if new_arc.source == NO_ARC or whole_ms == 0:
        return 0
    return int(network.waiting_ms[new_arc.source]) * new_arc.local_ms // whole_ms


def _assemble(
    network: Network, joints: Joints, is_kept: Flags, rows: _Rows, new_shapes: Sequence[Shape]
) -> tuple[Network, ArcIds]:
    """Sort what is kept; return the network and the arc of each row, `NO_ARC` where dropped."""
    is_new = joints.node == NO_NODE
    new_count = int(np.count_nonzero(is_new))
    row = np.flatnonzero(is_kept).astype(np.int32)
    order = sort_arcs(network.graph.node_count + new_count, rows.tail[row], rows.head[row])
    row = row[order.arc_of_input]
    arc_of_row = np.full(is_kept.size, NO_ARC, np.int32)
    arc_of_row[row] = np.arange(row.size, dtype=np.int32)
    twin = rows.twin[row]
    weight_ms = np.where(rows.is_closed, UNREACHED_MS, rows.local_ms).astype(np.int32)
    shapes = join_shapes(network, new_shapes).take(row)
    new_ids = min(0, int(network.osm_node.min(initial=0))) - 1 - np.arange(new_count)
    changed = replace(
        network,
        graph=Graph(order.first_out, rows.head[row], weight_ms[row]),
        osm_node=np.concatenate([network.osm_node, new_ids]),
        lon_deg=np.concatenate([network.lon_deg, joints.lon_deg[is_new]]),
        lat_deg=np.concatenate([network.lat_deg, joints.lat_deg[is_new]]),
        x_m=np.concatenate([network.x_m, joints.x_m[is_new]]),
        y_m=np.concatenate([network.y_m, joints.y_m[is_new]]),
        twin_of_arc=np.where(twin == NO_ARC, NO_ARC, arc_of_row[twin]).astype(np.int32),
        way_of_arc=rows.way[row],
        length_m=rows.length_m[row],
        local_ms=rows.local_ms[row],
        waiting_ms=rows.waiting_ms[row],
        is_limited=rows.is_limited[row],
        first_point=shapes.first_point,
        point_lon_deg=shapes.lon_deg,
        point_lat_deg=shapes.lat_deg,
        point_x_m=shapes.x_m,
        point_y_m=shapes.y_m,
        point_ms=shapes.point_ms,
        may_attach=rows.may_attach[row],
        class_of_arc=rows.class_name[row],
        turns=None,
        expansion=None,
        fairway=None,
    )
    return changed, arc_of_row


def _stays(network: Network, streets: Sequence[SplitStreet]) -> Flags:
    """Tell which arcs stay: all but those that parts replace, and closed ones beside their parts.

    Who lives on a closed street still walks along all of it, past a joint without through traffic.
    """
    kept = np.ones(network.graph.arc_count, np.bool_)
    for street in streets:
        both = [street.arc, int(network.twin_of_arc[street.arc])]
        for arc in both:
            if arc != NO_ARC and not network.is_closed[arc]:
                kept[arc] = False
    return kept


def _append(column: ArcIds, more: Sequence[int]) -> ArcIds:
    return np.concatenate([column, np.array(more, np.int32)])
