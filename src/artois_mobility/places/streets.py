"""Streets that places attach to, and the walks between both."""

from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from .._types import NO_ARC, ArcIds, Flags, Floats, Geometries, Rows
from ..network.model import Network
from .starts import Starts

# A barrier this close to either end of a walk only touches it: the bank that a quay stands on,
# the canal that ends at a street.
TOUCH_M: Final = 0.01
# Walks that end this near to each other end at the same junction.
SAME_END_M: Final = 0.001
# So many starts at once are held against all streets around them; bounds the memory.
BATCH: Final = 512
# Streets within this share of the limit are looked at first; most walks round a barrier end there.
NEAR_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Straight walks from starts to streets, w of them.

    Attributes
    ----------
    start
        Row of the start, shape (w,).
    arc
        Arc at the other end, the smaller id of two twins, shape (w,).
    line
        From the start to the street, in the metric system, shape (w,).
    length_m
        Metres, shape (w,).
    """

    start: Rows
    arc: ArcIds
    line: Geometries
    length_m: Floats


def draw_arcs(network: Network, arc: ArcIds) -> Geometries:
    """Draw arcs as lines in the network's metric system.

    Parameters
    ----------
    network
        The network.
    arc
        Arcs to draw, shape (t,).

    Returns
    -------
    lines
        Shape (t,).
    """
    points, line = points_of_arcs(network, arc)
    corners = np.column_stack([network.point_x_m[points], network.point_y_m[points]])
    lines: Geometries = shapely.linestrings(corners, indices=line)
    return lines


def points_of_arcs(network: Network, arc: ArcIds) -> tuple[Rows, Rows]:
    """List the shape points of arcs, one arc after the other.

    Parameters
    ----------
    network
        The network.
    arc
        Arcs, shape (t,).

    Returns
    -------
    points
        Rows of the network's points, q of them, shape (q,).
    row
        Which of the arcs each belongs to, shape (q,).
    """
    first = network.first_point[arc]
    count = network.first_point[arc + 1] - first
    row = np.repeat(np.arange(arc.size, dtype=np.int32), count)
    begins = np.cumsum(count) - count
    points = np.arange(count.sum()) - begins[row] + first[row]
    return points.astype(np.int32), row


def allowed_arcs(network: Network, arc_mask: Flags) -> ArcIds:
    """List the streets that places may attach to, each by the smaller id of its twins.

    Parameters
    ----------
    network
        The network.
    arc_mask
        True for the arcs asked for, shape (m,).

    Returns
    -------
    arcs
        Ascending.
    """
    twin = network.twin_of_arc
    is_open = network.may_attach & arc_mask
    is_open = is_open | ((twin != NO_ARC) & is_open[twin])
    is_first = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    return np.flatnonzero(is_open & is_first).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class StreetTree:
    """Streets that places may attach to, ready to be looked up: a of them.

    Attributes
    ----------
    arc
        The smaller id of two twins, ascending, shape (a,).
    lines
        Each of them in the network's metric system, shape (a,).
    tree
        The same, by where they lie.
    barriers
        The straight pieces of the network's barriers, by where they lie.
    """

    arc: ArcIds
    lines: Geometries
    tree: shapely.STRtree
    barriers: shapely.STRtree


# A network is asked again and again, with other places; its streets stay where they are.
_trees: "WeakKeyDictionary[Network, StreetTree]" = WeakKeyDictionary()


def plant_tree(network: Network, arc_mask: Flags) -> StreetTree:
    """Make the streets that places may attach to ready to be looked up.

    Parameters
    ----------
    network
        The network; the tree of all its streets is kept as long as it is.
    arc_mask
        True for the arcs asked for, shape (m,).

    Returns
    -------
    tree
        The same object for all streets of one network.
    """
    known = _trees.get(network)
    if known is not None and arc_mask.all():
        return known
    arc = allowed_arcs(network, arc_mask)
    lines = draw_arcs(network, arc)
    barriers = shapely.STRtree(_steps(network.barriers)) if known is None else known.barriers
    planted = StreetTree(arc, lines, shapely.STRtree(lines), barriers)
    if arc_mask.all():
        _trees[network] = planted
    return planted


def barriers_within(network: Network, area: shapely.Geometry) -> Geometries:
    """List the straight pieces of a network's barriers that come near an area.

    Parameters
    ----------
    network
        The network.
    area
        In its metric system.

    Returns
    -------
    pieces
        Lines; in the order of the network's barriers.
    """
    everywhere = np.ones(network.graph.arc_count, np.bool_)
    tree = plant_tree(network, everywhere).barriers
    pieces: Geometries = tree.geometries[np.sort(tree.query(area))]
    return pieces


def find_walks(network: Network, streets: StreetTree, starts: Starts) -> tuple[Walks, Rows]:
    """Find the shortest walk to a street from every start that crosses no barrier.

    Parameters
    ----------
    network
        The network, for the greatest length of a walk.
    streets
        Streets to choose among, and the barriers between.
    starts
        Where walks start.

    Returns
    -------
    walks
        One for each start that has any; of equally short ones the one to the smaller arc id, and
        where that ends at a junction, one to each of the streets that meet there.
    near
        Starts with a street within the limit, behind a barrier or not, ascending.
    """
    arc, lines, tree, barriers = streets.arc, streets.lines, streets.tree, streets.barriers
    limit_m = network.profile.offroad_limit_m
    start, street = tree.query_nearest(starts.geometry, max_distance=max(limit_m, TOUCH_M))
    nearest = _walk(starts, start, arc, lines, street)
    nearest = _choose(nearest, _shortest_of_each(nearest.start, nearest))
    nearest = _meet_everywhere(nearest, starts, streets)
    is_blocked = _cross(nearest.line, barriers)
    found = [_choose(nearest, ~is_blocked)]
    blocked = nearest.start[is_blocked]
    for radius_m in (limit_m * NEAR_SHARE, limit_m):
        for begin in range(0, blocked.size, BATCH):
            batch = blocked[begin : begin + BATCH]
            row, street = tree.query(starts.geometry[batch], "dwithin", radius_m)
            walks = _walk(starts, batch[row], arc, lines, street)
            walks = _choose(walks, ~_cross(walks.line, barriers))
            found.append(_choose(walks, _shortest_of_each(walks.start, walks)))
        blocked = np.setdiff1d(blocked, np.concatenate([each.start for each in found]))
    return _join(found), nearest.start


def by_place(walks: Walks, starts: Starts) -> Walks:
    """Sort walks by place: an area is entered by any of its entrances, at any of its parts.

    Parameters
    ----------
    walks
        Of each start.
    starts
        Where walks start, and whose they are.

    Returns
    -------
    walks
        By ascending place, then arc.
    """
    return _choose(walks, np.lexsort((walks.arc, starts.place[walks.start])).astype(np.int32))


def cross_barriers(network: Network, lines: Geometries) -> Flags:
    """Tell which walks cross a barrier of the network between their ends.

    Parameters
    ----------
    network
        The network.
    lines
        Straight walks in its metric system, shape (w,).

    Returns
    -------
    is_crossing
        Shape (w,).
    """
    return _cross(lines, shapely.STRtree(_steps(network.barriers)))


def _steps(lines: Geometries) -> Geometries:
    """Take lines apart into their straight pieces, which a tree finds faster than long lines."""
    corners, line = shapely.get_coordinates(lines, return_index=True)
    is_joined = np.diff(line) == 0
    steps: Geometries = shapely.linestrings(
        np.stack([corners[:-1][is_joined], corners[1:][is_joined]], axis=1)
    )
    return steps


def _walk(starts: Starts, start: Rows, arc: ArcIds, lines: Geometries, street: Rows) -> Walks:
    line: Geometries = shapely.shortest_line(starts.geometry[start], lines[street])
    return Walks(start.astype(np.int32), arc[street], line, shapely.length(line))


def _shortest_of_each(owner: Rows, walks: Walks) -> Rows:
    """Find the shortest walk of every owner, then that to the smaller arc, and those beside it.

    A place that hangs at the end of a one-way street may leave by any street that begins there, and
    an area by every street that touches its outline: which of these comes first in the network's
    numbering must not matter.
    """
    order = np.lexsort((walks.arc, walks.length_m, owner)).astype(np.int32)
    is_first = np.diff(owner[order], prepend=-1) > 0
    first = order[np.flatnonzero(is_first)[np.cumsum(is_first) - 1]]
    end_m = shapely.get_coordinates(walks.line).reshape(-1, 2, 2)[:, 1]
    apart_m = np.linalg.norm(end_m[order] - end_m[first], axis=1)
    touches = np.maximum(walks.length_m[order], walks.length_m[first]) <= TOUCH_M
    is_beside = (walks.start[order] == walks.start[first]) & (touches | (apart_m <= SAME_END_M))
    rows: Rows = order[is_beside]
    return rows


def _meet_everywhere(walks: Walks, starts: Starts, streets: StreetTree) -> Walks:
    """Let an outline that a street crosses several times be left at each of the crossings."""
    is_outline = shapely.get_dimensions(starts.geometry[walks.start]) == 1
    row = np.flatnonzero(is_outline & (walks.length_m <= TOUCH_M))
    place = np.searchsorted(streets.arc, walks.arc[row])
    met = shapely.intersection(starts.geometry[walks.start[row]], streets.lines[place])
    parts, owner = shapely.get_parts(met, return_index=True)
    is_point = shapely.get_type_id(parts) == shapely.GeometryType.POINT
    points, own = parts[is_point], row[owner[is_point]]
    corner = shapely.get_coordinates(points)
    lines = shapely.linestrings(np.stack([corner, corner], axis=1))
    crossings = Walks(walks.start[own], walks.arc[own], lines, np.zeros(own.size))
    is_replaced = np.isin(np.arange(walks.start.size), own)
    return _join([_choose(walks, ~is_replaced), crossings])


def _cross(line: Geometries, barriers: shapely.STRtree) -> Flags:
    """Tell which walks cross a barrier between their ends."""
    ends = shapely.get_coordinates(line).reshape(-1, 2, 2)
    length_m = shapely.length(line)
    is_long = np.flatnonzero(length_m > 2 * TOUCH_M)
    step = np.diff(ends[is_long], axis=1)[:, 0] * (TOUCH_M / length_m[is_long])[:, np.newaxis]
    inner = np.stack([ends[is_long, 0] + step, ends[is_long, 1] - step], axis=1)
    crossing, _ = barriers.query(shapely.linestrings(inner), predicate="intersects")
    is_crossing = np.zeros(line.size, np.bool_)
    is_crossing[is_long[crossing]] = True
    return is_crossing


def _choose(walks: Walks, row: Rows | Flags) -> Walks:
    return Walks(walks.start[row], walks.arc[row], walks.line[row], walks.length_m[row])


def _join(walks: list[Walks]) -> Walks:
    return Walks(
        np.concatenate([each.start for each in walks]),
        np.concatenate([each.arc for each in walks]),
        np.concatenate([each.line for each in walks]),
        np.concatenate([each.length_m for each in walks]),
    )
