"""Carry attached places over to a network built anew from other tags of the same data."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Flags, Floats, Geometries, Milliseconds
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.starts import find_starts
from ..places.streets import draw_arcs
from .attachments import join_attachments, name_smaller_twin, select_attachments
from .resolved import Retagged

if TYPE_CHECKING:
    import geopandas as gpd


def rebase(
    attachments: Attachments, before: Network, new: Retagged, places: "gpd.GeoDataFrame"
) -> Attachments:
    """Put attached places on a network whose streets were opened, turned round or given turns.

    Every place stays where it is on its street, to the millisecond. Where a street that opened is
    nearest, the place hangs on that too. Who hung on a street that is not there any more hangs on
    the nearest one.

    Parameters
    ----------
    attachments
        Places on `before`, p of them.
    before
        Today's network of a profile.
    new
        The network from the same ways and nodes, with other tags or barriers.
    places
        The table of the places, in the same order.

    Returns
    -------
    attachments
        The same places on the new network.
    """
    after = new.network
    pieces = _find_pieces(before, after)
    carried = _carry(attachments, pieces, before, after)
    if new.new_barriers.size:
        is_open = ~_walks_cross(carried, after, places, new.new_barriers)
        carried = select_attachments(carried, np.flatnonzero(is_open).astype(np.int32))
    fresh = attach(after, places)
    # what a barrier kept away may hang on streets that were there before
    is_new = ~pieces.is_old[fresh.arc] | _hangs_nowhere_yet(fresh, carried, new)
    has_lost_all = np.ones(attachments.place_count, np.bool_)
    has_lost_all[carried.place] = False
    hung_before = np.zeros(attachments.place_count, np.bool_)
    hung_before[attachments.place] = True
    more = is_new | (has_lost_all & hung_before)[fresh.place]
    rows = np.flatnonzero(more).astype(np.int32)
    joined = join_attachments([carried, select_attachments(fresh, rows)])
    reason = attachments.reason_of_place.copy()
    reason[fresh.place[rows]] = ""
    is_off = np.ones(attachments.place_count, np.bool_)
    is_off[joined.place] = False
    reason[is_off & hung_before] = fresh.reason_of_place[is_off & hung_before]
    return replace(joined, reason_of_place=reason)


def _hangs_nowhere_yet(fresh: Attachments, carried: Attachments, new: Retagged) -> Flags:
    """Tell which attachments are more than a place had, where barriers are gone."""
    if not new.has_fewer_barriers:
        return np.zeros(fresh.place.size, np.bool_)
    arc_count = new.network.graph.arc_count
    known = carried.place.astype(np.int64) * arc_count + carried.arc
    return ~np.isin(fresh.place.astype(np.int64) * arc_count + fresh.arc, known)


def _walks_cross(
    attachments: Attachments, network: Network, places: "gpd.GeoDataFrame", barriers: Geometries
) -> Flags:
    """Tell which walks, from the nearest start of a place to its street, cross some barriers."""
    starts = find_starts(places, network.crs)
    streets = draw_arcs(network, attachments.arc)
    share = np.clip(attachments.position_m / network.length_m[attachments.arc], 0.0, 1.0)
    anchors = shapely.line_interpolate_point(streets, share, normalized=True)
    row = np.searchsorted(starts.place, [attachments.place, attachments.place + 1])
    walks = []
    for anchor, first, last in zip(anchors, *row, strict=True):
        own = starts.geometry[first:last]
        nearest = own[shapely.distance(own, anchor).argmin()]
        walks.append(shapely.shortest_line(nearest, anchor))
    tree = shapely.STRtree(barriers)
    is_crossing = np.zeros(attachments.place.size, np.bool_)
    is_crossing[tree.query(walks, predicate="crosses")[0]] = True
    return is_crossing


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Where the segments between shape points of one network are in another.

    Attributes
    ----------
    arc, start_ms
        Arc of the other network and time along it to the segment's beginning, by shape point of
        the first that begins a segment; `NO_ARC` where there is none, shape (p,).
    is_old
        True for arcs of the other network that any segment of the first lies on, shape (m,).
    """

    arc: ArcIds
    start_ms: Milliseconds
    is_old: Flags


def _find_pieces(before: Network, after: Network) -> _Pieces:
    keys = ["way", "lon", "lat", "to_lon", "to_lat"]
    here, there = _segments(before), _segments(after)
    there = there.drop_duplicates(keys)
    found = here.merge(there, on=keys, how="left", suffixes=("", "_after"))
    arc = np.full(before.point_ms.size, NO_ARC, np.int32)
    start_ms = np.zeros(before.point_ms.size, np.int32)
    point = found["point"].to_numpy()
    is_there = found["arc_after"].notna().to_numpy()
    arc[point[is_there]] = found["arc_after"].to_numpy()[is_there].astype(np.int32)
    start_ms[point[is_there]] = found["ms_after"].to_numpy()[is_there].astype(np.int32)
    is_old = np.zeros(after.graph.arc_count, np.bool_)
    is_old[arc[arc != NO_ARC]] = True
    twin = after.twin_of_arc
    is_old[twin[(twin != NO_ARC) & is_old]] = True  # the other side of a street is no new street
    return _Pieces(arc, start_ms, is_old)


def _segments(network: Network) -> pd.DataFrame:
    """List the steps between shape points: where they lie, and when they begin."""
    count = np.diff(network.first_point)
    arc = np.repeat(np.arange(network.graph.arc_count, dtype=np.int32), count)
    point = np.arange(arc.size)
    is_step = np.ones(arc.size, np.bool_)
    is_step[network.first_point[1:] - 1] = False
    row = point[is_step]
    return pd.DataFrame(
        {
            "way": network.way_of_arc[arc[row]],
            "lon": network.point_lon_deg[row],
            "lat": network.point_lat_deg[row],
            "to_lon": network.point_lon_deg[row + 1],
            "to_lat": network.point_lat_deg[row + 1],
            "point": row,
            "arc": arc[row],
            "ms": network.point_ms[row],
        }
    )


def _carry(
    attachments: Attachments, pieces: _Pieces, before: Network, after: Network
) -> Attachments:
    """Move attachments to the arcs that their places lie on now; those without any are left out."""
    arc, position_ms = _move(attachments.arc, attachments.position_ms, pieces, before)
    twin = before.twin_of_arc[attachments.arc]
    has_twin = twin != NO_ARC
    twin_arc = np.full_like(arc, NO_ARC)
    twin_position_ms = np.full_like(position_ms, UNREACHED_MS)
    twin_arc[has_twin], twin_position_ms[has_twin] = _move(
        twin[has_twin], attachments.twin_position_ms[has_twin], pieces, before, is_end=True
    )
    # what was one-way and is open both ways now has a twin; what was open both ways may have none
    opened = (arc != NO_ARC) & (twin_arc == NO_ARC)
    twin_arc[opened] = after.twin_of_arc[arc[opened]]
    is_wider = opened & (twin_arc != NO_ARC) & ~has_twin
    share = _share(position_ms[is_wider], after.local_ms[arc[is_wider]])
    twin_position_ms[is_wider] = np.ceil((1 - share) * after.local_ms[twin_arc[is_wider]] - 1e-9)
    twin_position_ms[opened & ~is_wider] = UNREACHED_MS
    turned = (arc == NO_ARC) & (twin_arc != NO_ARC)
    own_arc = np.where(turned, twin_arc, arc)
    own_ms = np.where(turned, twin_position_ms, position_ms)
    back_ms = np.where(turned, UNREACHED_MS, twin_position_ms)
    kept = np.flatnonzero(own_arc != NO_ARC).astype(np.int32)
    moved = replace(
        select_attachments(attachments, kept),
        arc=own_arc[kept].astype(np.int32),
        position_ms=own_ms[kept].astype(np.int32),
        twin_position_ms=back_ms[kept].astype(np.int32),
        position_m=_metres(own_arc[kept], own_ms[kept], after),
    )
    return name_smaller_twin(moved, after)


def _move(
    arc: ArcIds,
    position_ms: Milliseconds,
    pieces: _Pieces,
    before: Network,
    *,
    is_end: bool = False,
) -> tuple[ArcIds, Milliseconds]:
    """Find the arc and the time along it of positions; of two segments that meet there one."""
    point = np.array(
        [
            _segment_at(before, int(own), int(ms), is_end=is_end)
            for own, ms in zip(arc, position_ms, strict=True)
        ],
        np.int64,
    )
    if not point.size:
        return arc.astype(np.int32), position_ms.astype(np.int32)
    moved_ms = pieces.start_ms[point] + position_ms - before.point_ms[point]
    return pieces.arc[point], moved_ms.astype(np.int32)


def _segment_at(network: Network, arc: int, ms: int, *, is_end: bool) -> int:
    """Find the shape point at which the segment begins that a position lies in.

    Positions are times as the network was built; a place at a point between two segments belongs to
    the one behind along the arc, and so to the one before along its twin.
    """
    first, last = int(network.first_point[arc]), int(network.first_point[arc + 1]) - 1
    times = network.point_ms[first : last + 1]
    behind = times.searchsorted(ms, "left") if is_end else times.searchsorted(ms, "right")
    found = first + int(behind) - 1
    return min(max(found, first), last - 1)


def _share(part_ms: Milliseconds, whole_ms: Milliseconds) -> Floats:
    return np.divide(part_ms, whole_ms, out=np.zeros(part_ms.size, np.float64), where=whole_ms > 0)


def _metres(arc: ArcIds, position_ms: Milliseconds, network: Network) -> Floats:
    return network.length_m[arc] * _share(position_ms, network.local_ms[arc])
