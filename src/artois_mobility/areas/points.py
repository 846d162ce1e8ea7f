"""Points along the arcs of a network, close enough for a grid, and the times to reach them."""

from dataclasses import dataclass

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Floats, Milliseconds, Rows, WideMilliseconds
from ..network.model import Network
from ..routing.ends import ArcEnds


@dataclass(frozen=True, slots=True, eq=False)
class NetworkPoints:
    """Points along every street, both its ends included; a street of two arcs counts once.

    Attributes
    ----------
    arc
        The arc each point lies on, the smaller id of two twins, shape (p,).
    fraction
        Share of the arc's time from its tail, from 0 to 1, shape (p,).
    x_m, y_m
        Position in the network's metric system, shape (p,).
    """

    arc: ArcIds
    fraction: Floats
    x_m: Floats
    y_m: Floats


def space_points(network: Network, spacing_m: float) -> NetworkPoints:
    """Place points along every open street, at most `spacing_m` apart.

    Parameters
    ----------
    network
        The network of one profile.
    spacing_m
        Largest distance between neighbouring points on a street.

    Returns
    -------
    points
        Sorted by arc, then along it.
    """
    point_count = np.diff(network.first_point)
    arc_of_point = np.repeat(np.arange(point_count.size, dtype=np.int32), point_count)
    is_last = np.zeros(arc_of_point.size, np.bool_)
    is_last[network.first_point[1:] - 1] = True
    twin = network.twin_of_arc
    is_shown = ((twin == NO_ARC) | (np.arange(twin.size) < twin)) & ~network.is_closed
    start = np.flatnonzero(~is_last & is_shown[arc_of_point])
    share = _share_of_arc(network, arc_of_point)
    columns = [np.column_stack([each[start], each[start + 1]]) for each in (share, *_xy(network))]
    length_m = np.hypot(*(np.diff(each, axis=1)[:, 0] for each in columns[1:]))
    step_count = np.maximum(np.ceil(length_m / spacing_m).astype(np.int64), 1) + 1
    row = np.repeat(np.arange(start.size), step_count)
    first = np.cumsum(step_count) - step_count
    along = (np.arange(row.size) - first[row]) / (step_count[row] - 1)
    fraction, x_m, y_m = (each[row, 0] * (1 - along) + each[row, 1] * along for each in columns)
    return NetworkPoints(arc_of_point[start][row].astype(np.int32), fraction, x_m, y_m)


def point_times(
    network: Network,
    points: NetworkPoints,
    node_ms: Milliseconds,
    origin_ends: ArcEnds,
    mine: Rows,
    *,
    is_from: bool = True,
) -> Milliseconds:
    """Compute the time between an origin and every point, from the times of the nodes.

    Parameters
    ----------
    network, points
        The network and its points.
    node_ms
        Time from the origin to every node of the searched graph, or from every node to it.
    origin_ends, mine
        Ends of the origins, and which attachments are this origin's.
    is_from
        True for times from the origin, False for times to it.

    Returns
    -------
    arrival_ms
        Milliseconds, shape (p,); `UNREACHED_MS` where the origin does not get to.
    """
    arc = points.arc
    searched = network.searched
    street_ms = searched.at_tails(node_ms) if is_from else searched.at_heads(node_ms)
    along_ms = _along(network, points)
    best_ms = np.full(arc.size, UNREACHED_MS, np.int64)
    for side, street in enumerate((arc, network.twin_of_arc[arc])):
        passed_ms = along_ms[side] if is_from else _rest(network, arc, along_ms, side)
        np.minimum(best_ms, street_ms[street] + passed_ms, out=best_ms)
    for attachment in mine:
        _offer_own_arc(points, along_ms, origin_ends, attachment, best_ms, is_from=is_from)
    return np.minimum(best_ms, UNREACHED_MS).astype(np.int32)


def _xy(network: Network) -> tuple[Floats, Floats]:
    return network.point_x_m, network.point_y_m


def _share_of_arc(network: Network, arc_of_point: Rows) -> Floats:
    """Share of the arc's time at each shape point; by number where an arc takes no time."""
    first = network.first_point[:-1][arc_of_point]
    last = network.first_point[1:][arc_of_point] - 1
    whole_ms = network.point_ms[last]
    by_number = (np.arange(arc_of_point.size) - first) / np.maximum(last - first, 1)
    return np.where(whole_ms > 0, network.point_ms / np.maximum(whole_ms, 1), by_number)


def _along(network: Network, points: NetworkPoints) -> tuple[WideMilliseconds, WideMilliseconds]:
    """Time from the tail of the arc, and from the tail of its twin, to each point."""
    ahead_ms = np.rint(points.fraction * network.local_ms[points.arc]).astype(np.int64)
    twin = network.twin_of_arc[points.arc]
    twin_ms = network.local_ms[np.where(twin == NO_ARC, 0, twin)]
    behind_ms = twin_ms - np.rint(points.fraction * twin_ms).astype(np.int64)
    return ahead_ms, np.where(twin == NO_ARC, UNREACHED_MS, behind_ms)


def _rest(
    network: Network, arc: ArcIds, along_ms: tuple[WideMilliseconds, WideMilliseconds], side: int
) -> WideMilliseconds:
    followed = arc if side == 0 else network.twin_of_arc[arc]
    whole_ms = network.local_ms[np.where(followed == NO_ARC, 0, followed)]
    return np.where(along_ms[side] < UNREACHED_MS, whole_ms - along_ms[side], UNREACHED_MS)


def _offer_own_arc(
    points: NetworkPoints,
    along_ms: tuple[WideMilliseconds, WideMilliseconds],
    origin_ends: ArcEnds,
    attachment: int,
    best_ms: WideMilliseconds,
    *,
    is_from: bool,
) -> None:
    """Lower the times of points on the origin's own arc, without going round by an end."""
    same = slice(*np.searchsorted(points.arc, origin_ends.arc[attachment] + np.array([0, 1])))
    for side in range(2):
        origin_ms = int(origin_ends.along_ms[attachment, side])
        between_ms = (
            along_ms[side][same] - origin_ms if is_from else origin_ms - along_ms[side][same]
        )
        is_ahead = (between_ms >= 0) & (along_ms[side][same] < UNREACHED_MS)
        total_ms = np.where(is_ahead, between_ms + origin_ends.offroad_ms[attachment], UNREACHED_MS)
        if origin_ms < UNREACHED_MS:
            best_ms[same] = np.minimum(best_ms[same], total_ms)
