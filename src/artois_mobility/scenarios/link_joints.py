"""Where new links join: the streets of today near their ends, and each other where these meet."""

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Final

import numpy as np
import shapely

from .._types import NO_ARC, NO_NODE, Floats, Rows
from ..network.geodesy import project, unproject
from ..network.model import Network
from ..places.attaching import attach, attach_to_arcs
from ..places.attachments import Attachments
from .cutouts import arcs_near, cut_out
from .edits import Joints
from .shapes import shape_of_arc

# An end of a link joins a street up to this far away.
JOIN_LIMIT_M: Final = 30.0
# Ends and crossings of links this near to each other are one joint; so are an end and a node of the
# network, or an end and a crossing.
SAME_POINT_M: Final = 1.0
# Bridges, tunnels and islands, where no place attaches, are joined only when nearer by this much.
UNLIKELY_M: Final = 5.0
# Arcs whose bounding box is farther away than this are not looked at.
SEARCH_M: Final = 2 * JOIN_LIMIT_M
# An error names the nearest street up to here.
FARTHEST_TOLD_M: Final = 5000.0


def find_joints(network: Network, ends: Floats) -> Joints:
    """Find the node or the point of an arc that each end joins; neither where all are too far.

    Parameters
    ----------
    network
        The network of one profile.
    ends
        Longitude and latitude of each, shape (e, 2).

    Returns
    -------
    joints
        One for each end.
    """
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


def number_joints(ends_m: Floats) -> Rows:
    """Give each end a number, the same to those within a metre of each other.

    Parameters
    ----------
    ends_m
        Positions in metres, shape (e, 2).

    Returns
    -------
    number
        From 0, in the order in which they first occur, shape (e,).

    Examples
    --------
    >>> number_joints(np.array([[9.0, 0.0], [0.0, 0.0], [9.5, 0.0]])).tolist()
    [0, 1, 0]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    points = shapely.points(ends_m)
    one, other = shapely.STRtree(points).query(points, "dwithin", SAME_POINT_M)
    near = coo_array((np.ones(one.size, np.int8), (one, other)), shape=(len(points),) * 2)
    labels: Rows = connected_components(near, directed=False)[1]
    _, first, number = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[number].astype(np.int32)


def unite_joints(joints: Joints) -> tuple[Joints, Rows]:
    """Make joints at the same node, or at the same millisecond of the same arc, one joint.

    Parameters
    ----------
    joints
        The joints, j of them.

    Returns
    -------
    joints, number
        The joints left, and the new number of each old one, shape (j,).
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
    return take_joints(joints, rows), new_number


def take_joints(joints: Joints, rows: Sequence[int]) -> Joints:
    """Take some of the joints.

    Parameters
    ----------
    joints
        The joints.
    rows
        Rows of those taken.

    Returns
    -------
    joints
        In the order of the rows.
    """
    return Joints(**{each.name: getattr(joints, each.name)[rows] for each in fields(joints)})


def describe_far_end(which: str, end: Floats, network: Network) -> str:
    """Say where a link ends that no street is near, and which one is the nearest.

    Parameters
    ----------
    which
        `"begins"` or `"ends"`.
    end
        Its longitude and latitude.
    network
        The network of one profile.

    Returns
    -------
    text
        What is wrong, what is allowed, what to do.
    """
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
