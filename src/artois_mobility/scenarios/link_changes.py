"""Join new links to the streets of today, and to each other where their ends meet."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import shapely

from .._types import NO_ARC, NO_NODE, Floats, Rows
from ..changes.notices import Notice
from ..changes.schema import AddLink, Change
from ..network.geodesy import length_m, project, unproject
from ..network.model import Network
from ..places.attaching import attach, attach_to_arcs
from ..places.attachments import Attachments
from .cutouts import arcs_near, cut_out
from .edits import Joints, NewLink, no_joints
from .link_crossings import cut_at_crossings
from .resolved import Findings, Today
from .shapes import shape_of_arc
from .stretches import as_ms
from .touches import Touch
from .uses import obeys_oneway
from .way_changes import MS_PER_M_AT_1_KMH, profiles_of
from .way_names import check_profiles

# An end of a link joins a street up to this far away.
JOIN_LIMIT_M: Final = 30.0
# Ends of links this near to each other are one joint; so are an end and a node of the network.
SAME_POINT_M: Final = 1.0
# Bridges, tunnels and islands, where no place attaches, are joined only when nearer by this much.
UNLIKELY_M: Final = 5.0
# Arcs whose bounding box is farther away than this are not looked at.
SEARCH_M: Final = 2 * JOIN_LIMIT_M
# An error names the nearest street up to here.
FARTHEST_TOLD_M: Final = 5000.0
# Drawn points nearer than this to the one before are left out.
SAME_PLACE_M: Final = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class LinkPlan:
    """New links of one profile.

    Attributes
    ----------
    joints
        Where they begin and end.
    links
        The links.
    """

    joints: Joints
    links: tuple[NewLink, ...]


def resolve_links(findings: Findings, today: Today) -> dict[str, LinkPlan]:
    """Resolve the new links of one scenario.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        The situation it is held against.

    Returns
    -------
    plans
        By profile; profiles without a new link are left out.
    """
    rows = [
        (row, change)
        for row, change in enumerate(findings.scenario.changes)
        if isinstance(change, AddLink)
    ]
    for row, change in rows:
        check_profiles(findings, row, change.profiles, today)
        if not profiles_of(change, today):
            findings.warn(row, Notice("link_for_nobody"))
    rows.sort(key=lambda item: _sort_key(item[1]))
    way_of_row = number_links(findings.scenario.changes)
    plans = {}
    for profile, network in today.networks.items():
        own = [
            (row, part)
            for row, change in rows
            if profile in profiles_of(change, today)
            for part in cut_at_crossings(change, network, today.extract)
        ]
        if own:
            plans[profile] = _plan(findings, own, way_of_row, network)
    return plans


def number_links(changes: Sequence[Change]) -> dict[int, int]:
    """Give the new links of a scenario their numbers as ways.

    A fixed order of links makes their numbers, and every tie, independent of the file's order.

    Parameters
    ----------
    changes
        All changes of the scenario.

    Returns
    -------
    way_of_row
        Number of each new link, negative, by the row of its change.

    Examples
    --------
    >>> ends = ((2.83, 50.42), (2.84, 50.43))
    >>> east = AddLink(kind="add_link", geometry=ends, profiles=("walk",))
    >>> west = AddLink(kind="add_link", geometry=((2.82, 50.42), ends[0]), profiles=("walk",))
    >>> number_links([east, west])
    {1: -1, 0: -2}
    >>> number_links([])
    {}
    """
    links = [(row, each) for row, each in enumerate(changes) if isinstance(each, AddLink)]
    links.sort(key=lambda item: _sort_key(item[1]))
    return {row: -1 - rank for rank, (row, _) in enumerate(links)}


def _sort_key(change: AddLink) -> tuple[object, ...]:
    speed_kmh = change.speed_kmh or 0.0
    return change.geometry, change.name, speed_kmh, change.oneway, change.bridge, change.profiles


def _plan(
    findings: Findings,
    rows: Sequence[tuple[int, AddLink]],
    way_of_row: dict[int, int],
    network: Network,
) -> LinkPlan:
    ends = np.array(
        [end for _, change in rows for end in (change.geometry[0], change.geometry[-1])]
    )
    x_m, y_m = project(ends[:, 0], ends[:, 1], network.crs)
    joint_of_end = _cluster(np.column_stack([x_m, y_m]))
    firsts = np.unique(joint_of_end, return_index=True)[1]
    joints = _find_joints(network, ends[firsts])
    is_met = np.bincount(joint_of_end) > 1
    is_far = (joints.node == NO_NODE) & (joints.arc == NO_ARC) & ~is_met
    for joint in np.flatnonzero(is_far):
        end = int(np.flatnonzero(joint_of_end == joint)[0])
        row = rows[end // 2][0]
        which = "begins" if end % 2 == 0 else "ends"
        findings.refuse(row, _describe_far_end(which, ends[end], network))
    if is_far.any():
        return LinkPlan(no_joints(), ())
    joints, kept = _unite(joints)
    links = tuple(
        _lay_link(change, way_of_row[row], kept[joint_of_end[2 * i : 2 * i + 2]], joints, network)
        for i, (row, change) in enumerate(rows)
    )
    for (row, _), link in zip(rows, links, strict=True):
        findings.touches.append(Touch(row, network.profile.name, 1, link.length_m / 1000.0))
        if link.tail_joint == link.head_joint:
            findings.warn(row, Notice("link_to_itself", {"profile": network.profile.name}))
    for row, change in rows:
        if change.oneway and not obeys_oneway(network.profile):
            findings.warn(row, Notice("both_ways_on_foot", {"profile": network.profile.name}))
    return LinkPlan(joints, links)


def lay_apart(network: Network, changes: Sequence[AddLink]) -> list[LinkPlan]:
    """Lay many links, each as if it were the only one.

    Parameters
    ----------
    network
        The network of one profile.
    changes
        Links that exclude each other, such as candidates.

    Returns
    -------
    plans
        One for each link, numbered downwards from `first_number`; empty where an end lies too far
        from any street, or both lie at the same place of one.
    """
    ends = np.array([end for each in changes for end in (each.geometry[0], each.geometry[-1])])
    joints = _find_joints(network, ends.reshape(-1, 2))
    first = first_number(network)
    plans = []
    for row, change in enumerate(changes):
        own, number = _unite(_take_joints(joints, [2 * row, 2 * row + 1]))
        is_far = ((own.node == NO_NODE) & (own.arc == NO_ARC)).any()
        if is_far or number[0] == number[1]:
            plans.append(LinkPlan(no_joints(), ()))
        else:
            link = _lay_link(change, first - row, number, own, network)
            plans.append(LinkPlan(own, (link,)))
    return plans


def first_number(network: Network) -> int:
    """Find a number for a new way; those below are free as well.

    Parameters
    ----------
    network
        Today's network, or one with links already.

    Returns
    -------
    number
        -1, or less.
    """
    return min(0, int(network.way_of_arc.min(initial=0))) - 1


def lay_together(plans: Sequence[LinkPlan]) -> LinkPlan:
    """Put links that were laid apart into one plan; none touches another.

    Parameters
    ----------
    plans
        What `lay_apart` returned.

    Returns
    -------
    plan
        With the joints and the links of all.
    """
    joints = [each.joints for each in plans]
    columns = {
        each.name: np.concatenate(
            [getattr(no_joints(), each.name), *(getattr(table, each.name) for table in joints)]
        )
        for each in fields(Joints)
    }
    first = np.cumsum([0, *(each.count for each in joints)])
    links = tuple(
        replace(link, tail_joint=shift + link.tail_joint, head_joint=shift + link.head_joint)
        for shift, plan in zip(first[:-1].tolist(), plans, strict=True)
        for link in plan.links
    )
    return LinkPlan(Joints(**columns), links)


def _take_joints(joints: Joints, rows: Sequence[int]) -> Joints:
    return Joints(**{each.name: getattr(joints, each.name)[rows] for each in fields(joints)})


def _cluster(ends_m: Floats) -> Rows:
    """Give each end a number, the same to those within a metre of each other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    points = shapely.points(ends_m)
    one, other = shapely.STRtree(points).query(points, "dwithin", SAME_POINT_M)
    near = coo_array((np.ones(one.size, np.int8), (one, other)), shape=(len(points),) * 2)
    labels: Rows = connected_components(near, directed=False)[1]
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[number].astype(np.int32)


def _find_joints(network: Network, ends: Floats) -> Joints:
    """Find the node or the point of an arc that each end joins; neither where all are too far."""
    count = len(ends)
    x_m, y_m = project(ends[:, 0], ends[:, 1], network.crs)
    node, arc = np.full((2, count), NO_NODE, np.int32)
    position_ms, twin_position_ms = np.zeros((2, count), np.int32)
    share = np.zeros(count)
    for end, (table, row) in _nearest(network, ends).items():
        found, along_m = int(table.arc[row]), float(table.position_m[row])
        shape_m = shape_of_arc(network, found).metres
        node[end] = _near_node(network, found, along_m)
        arc[end] = found if node[end] == NO_NODE else NO_ARC
        position_ms[end], twin_position_ms[end] = (
            table.position_ms[row],
            table.twin_position_ms[row],
        )
        share[end] = along_m / max(float(network.length_m[found]), along_m, 1e-9)
        point = shapely.line_interpolate_point(
            shapely.LineString(shape_m), share[end], normalized=True
        )
        x_m[end], y_m[end] = point.x, point.y
    is_node, is_inside = node != NO_NODE, arc != NO_ARC
    lon, lat = ends[:, 0].copy(), ends[:, 1].copy()
    lon[is_inside], lat[is_inside] = unproject(x_m[is_inside], y_m[is_inside], network.crs)
    lon[is_node], lat[is_node] = network.lon_deg[node[is_node]], network.lat_deg[node[is_node]]
    x_m[is_node], y_m[is_node] = network.x_m[node[is_node]], network.y_m[node[is_node]]
    return Joints(node, arc, position_ms, twin_position_ms, share, lon, lat, x_m, y_m)


def _near_node(network: Network, arc: int, along_m: float) -> int:
    """Find the end of an arc that a point on it is as good as at, or `NO_NODE`."""
    rest_m = float(network.length_m[arc]) - along_m
    if min(along_m, rest_m) > SAME_POINT_M:
        return NO_NODE
    if rest_m < along_m:
        return int(network.graph.head[arc])
    return int(np.searchsorted(network.graph.first_out, arc, side="right") - 1)


def _nearest(network: Network, ends: Floats) -> dict[int, tuple[Attachments, int]]:
    """Find the street that each end joins, and where: the row of a table for each end.

    Streets are found as for places. Those that no place attaches to count as somewhat farther,
    those behind a barrier only where there is no other: a drawn end may lie in the water.
    """
    pairs = [(float(lon), float(lat)) for lon, lat in ends]
    x_m, y_m = project(ends[:, 0], ends[:, 1], network.crs)
    near = cut_out(
        network, arcs_near(network, x_m, y_m, SEARCH_M), reach_m=network.profile.offroad_limit_m
    )
    streets = near.network
    is_street = ~np.isin(streets.class_of_arc, network.profile.attaches_not_to)
    any_street = replace(streets, may_attach=is_street)
    open_ground = replace(any_street, barriers=np.empty(0, object))
    tries = ((streets, 0.0), (any_street, UNLIKELY_M), (open_ground, 2 * JOIN_LIMIT_M))
    best: dict[int, tuple[float, Attachments, int]] = {}
    for candidates, handicap_m in tries:
        if candidates is open_ground and len(best) == len(pairs):
            break
        table = attach(candidates, pairs)
        table = replace(table, arc=near.arc[table.arc])
        for row, end in enumerate(table.place.tolist()):
            offroad_m = float(table.offroad_m[row])
            score_m = offroad_m + handicap_m
            if offroad_m <= JOIN_LIMIT_M and (end not in best or score_m < best[end][0]):
                best[end] = (score_m, table, row)
    return {end: (table, row) for end, (_, table, row) in best.items()}


def _unite(joints: Joints) -> tuple[Joints, Rows]:
    """Make joints at the same node, or at the same millisecond of the same arc, one joint.

    Returns the joints and the new number of each old one.
    """
    number_of: dict[tuple[int, ...], int] = {}
    rows: list[int] = []
    new_number = np.zeros(joints.count, np.int32)
    for row in range(joints.count):
        node, arc = int(joints.node[row]), int(joints.arc[row])
        key = (node, NO_ARC, 0) if node != NO_NODE else (NO_NODE, arc, int(joints.position_ms[row]))
        key = key if (node, arc) != (NO_NODE, NO_ARC) else (NO_NODE, NO_ARC, row)
        if key not in number_of:
            number_of[key] = len(rows)
            rows.append(row)
        new_number[row] = number_of[key]
    return _take_joints(joints, rows), new_number


def _lay_link(change: AddLink, way: int, ends: Rows, joints: Joints, network: Network) -> NewLink:
    """Lay a link from joint to joint along its drawn shape, with its times."""
    first, last = int(ends[0]), int(ends[1])
    drawn = np.array(change.geometry)
    lon = np.concatenate([joints.lon_deg[[first]], drawn[:, 0], joints.lon_deg[[last]]])
    lat = np.concatenate([joints.lat_deg[[first]], drawn[:, 1], joints.lat_deg[[last]]])
    step_m = length_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    is_kept = np.concatenate([[True], step_m > SAME_PLACE_M])
    is_kept[-2:] = step_m[-1] > SAME_PLACE_M, True
    lon, lat = lon[is_kept], lat[is_kept]
    x_m, y_m = project(lon, lat, network.crs)
    step_m = length_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    kmh = change.speed_kmh or network.profile.link_kmh
    # each segment is rounded by itself, as in a network that is built
    step_ms = np.rint(step_m * (MS_PER_M_AT_1_KMH / kmh))
    point_ms = as_ms(np.concatenate([[0.0], np.cumsum(step_ms)]))
    return NewLink(
        way,
        change.name,
        change.oneway and obeys_oneway(network.profile),
        change.bridge,
        first,
        last,
        lon,
        lat,
        x_m,
        y_m,
        point_ms,
        float(step_m.sum()),
    )


def _describe_far_end(which: str, end: Floats, network: Network) -> str:
    lon, lat = (float(each) for each in end)
    far = replace(network.profile, offroad_limit_m=FARTHEST_TOLD_M)
    everywhere = np.ones(network.graph.arc_count, np.bool_)
    anywhere = replace(network, profile=far, may_attach=everywhere, barriers=np.empty(0, object))
    table = attach_to_arcs(anywhere, [(lon, lat)], everywhere)
    name = network.profile.name
    nearest = f"more than {FARTHEST_TOLD_M / 1000:g} km from any street of {name}"
    if table.arc.size:
        way = int(network.way_of_arc[table.arc[0]])
        called = network.name_of_way.get(way, "")
        nearest = (
            f"{table.offroad_m[0]:.0f} m from the nearest street of {name}, way {way}"
            f"{f' ({called})' if called else ''}"
        )
    return (
        f"{which} at [{lon:g}, {lat:g}], {nearest}; allowed are {JOIN_LIMIT_M:g} m. "
        "Draw the end on a street, or on the end of another new link."
    )
