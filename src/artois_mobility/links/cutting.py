"""Cut the streets at level crossings, so that a metre on either side of each can close alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from .._types import NO_ARC, NO_NODE, ArcIds, Floats, Geometries
from ..network.geodesy import unproject
from ..network.model import Network
from ..places.anchors import locate_anchors
from ..places.attachments import Attachments
from ..places.streets import draw_arcs
from ..scenarios.attachments import carry_over
from ..scenarios.edits import Joints
from ..scenarios.splitting import add_links

# Half of what closes.
HALF_M: Final = 1.0
# A point this near to a street lies on it.
ON_STREET_M: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class CutStreets:
    """A network whose streets are cut on either side of some points.

    Attributes
    ----------
    network, attachments
        The network after, and the places on it.
    arcs_of_point
        For each point the arcs that lie over it, both ways round.
    """

    network: Network
    attachments: tuple[Attachments, ...]
    arcs_of_point: tuple[ArcIds, ...]


def cut_streets(
    network: Network,
    points_m: Geometries,
    ways: Sequence[Sequence[int]],
    attachments: Sequence[Attachments],
) -> CutStreets:
    """Cut the streets a metre before and behind each of some points.

    Parameters
    ----------
    network
        The network of one profile.
    points_m
        Points in its metric system, shape (k,).
    ways
        OSM ids of the ways that each is on.
    attachments
        Places on the network.

    Returns
    -------
    cut
        No time between places changes by it.
    """
    arc, point, along_m = _find_arcs(network, points_m, ways)
    whole_m = shapely.length(draw_arcs(network, arc))
    spot_arc = np.repeat(arc, 2)
    spot_m = (along_m[:, np.newaxis] + [-HALF_M, HALF_M]).ravel()
    is_inside = (spot_m > 0) & (spot_m < np.repeat(whole_m, 2))
    joints = _make_joints(network, spot_arc[is_inside], spot_m[is_inside])
    joined = add_links(network, joints, (), attachments)
    part_of: dict[int, list[ArcIds]] = {row: [] for row in range(len(points_m))}
    twin = joined.network.twin_of_arc
    streets = {street.arc: street for street in joined.split}
    spots = zip(arc.tolist(), point.tolist(), along_m.tolist(), whole_m.tolist(), strict=True)
    for own, row, metres, length_m in spots:
        parts = np.array([joined.arc_of_old[own]], np.int32)
        if own in streets:
            street = streets[own]
            inside = int(np.searchsorted(street.share, metres / length_m))
            parts = street.part[inside : inside + 1]
        both = np.concatenate([parts, twin[parts]])
        part_of[row].append(both[both != NO_ARC])
    none = np.empty(0, np.int32)
    return CutStreets(
        joined.network,
        tuple(carry_over(each, network, joined) for each in attachments),
        tuple(np.concatenate([none, *part_of[row]]) for row in range(len(points_m))),
    )


def _find_arcs(
    network: Network, points_m: Geometries, ways: Sequence[Sequence[int]]
) -> tuple[ArcIds, ArcIds, Floats]:
    """List the arcs over each point, the smaller id of two twins, and how far along they do so."""
    twin = network.twin_of_arc
    is_first = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    arc = np.flatnonzero(is_first & np.isin(network.way_of_arc, [w for own in ways for w in own]))
    lines = draw_arcs(network, arc.astype(np.int32))
    row, near = shapely.STRtree(lines).query(points_m, "dwithin", ON_STREET_M)
    way = network.way_of_arc[arc[near]].tolist()
    is_own = np.array([w in ways[p] for p, w in zip(row.tolist(), way, strict=True)], np.bool_)
    row, near = row[is_own], near[is_own]
    along_m = shapely.line_locate_point(lines[near], points_m[row])
    return arc[near].astype(np.int32), row.astype(np.int32), along_m


def _make_joints(network: Network, arc: ArcIds, along_m: Floats) -> Joints:
    lines = draw_arcs(network, arc)
    spots = shapely.get_coordinates(shapely.line_interpolate_point(lines, along_m))
    anchors = locate_anchors(network, arc, spots[:, 0], spots[:, 1])
    lon, lat = unproject(spots[:, 0], spots[:, 1], network.crs)
    return Joints(
        np.full(arc.size, NO_NODE, np.int32),
        arc,
        anchors.position_ms,
        anchors.twin_position_ms,
        along_m / np.maximum(shapely.length(lines), 1e-9),
        lon,
        lat,
        spots[:, 0].copy(),
        spots[:, 1].copy(),
    )
