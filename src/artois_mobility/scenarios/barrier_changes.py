"""Barriers that a scenario sets up or takes away: who can still walk to which street."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import shapely

from .._types import NO_ARC, Flags, Floats, Geometries
from ..changes.notices import Notice
from ..changes.street_schema import AddBarrier, RemoveBarrier
from ..network.geodesy import project
from ..network.interpreting import BOAT
from ..network.model import Network
from ..network.outlines import ranges
from ..osm.extract import Extract
from .resolved import Findings, Retagged, Today
from .way_changes import WayTimes, times_when_closed

# OpenStreetMap wiki, Key:bridge, Key:tunnel: values that say there is none.
SAYS_NONE = frozenset({"", "no"})


def resolve_barriers(
    findings: Findings, today: Today, retagged: Mapping[str, Retagged]
) -> dict[str, Retagged]:
    """Put a scenario's barriers into the networks on land.

    Parameters
    ----------
    findings
        The scenario; warnings are noted in it.
    today
        The situation, with the networks of `retagged`.
    retagged
        Networks that the scenario has built from other tags, by profile.

    Returns
    -------
    retagged
        The same and those whose barriers change.
    """
    changes = [
        (row, change)
        for row, change in enumerate(findings.scenario.changes)
        if isinstance(change, AddBarrier | RemoveBarrier)
    ]
    found = dict(retagged)
    touched: set[int] = set()
    for profile, network in today.networks.items():
        if not changes or network.profile.mode == BOAT:
            continue
        added = [
            _line(change.geometry, network)
            for _, change in changes
            if isinstance(change, AddBarrier)
        ]
        touched |= {row for row, change in changes if isinstance(change, AddBarrier)}
        kept, taken = _take_away(network, changes, touched)
        before = retagged.get(profile)
        found[profile] = Retagged(
            replace(network, barriers=np.array([*kept, *added, None], object)[:-1]),
            today.extract if before is None else before.extract,
            # who has to walk to another street may find it the quicker one
            opens=bool(taken or added) or (before is not None and before.opens),
            closes=bool(added) or (before is not None and before.closes),
            new_barriers=np.array([*added, None], object)[:-1],
            has_fewer_barriers=taken,
        )
    for row, _ in changes:
        if row not in touched:
            findings.warn(row, Notice("no_barrier_there"))
    return found


def _take_away(
    network: Network, changes: Sequence[tuple[int, AddBarrier | RemoveBarrier]], touched: set[int]
) -> tuple[list[shapely.Geometry], bool]:
    """Cut out what lies in the polygons; tell what is kept and whether anything went."""
    kept = network.barriers
    for row, change in changes:
        if not isinstance(change, RemoveBarrier):
            continue
        area = shapely.Polygon(_line(change.within, network).coords)
        is_met = shapely.intersects(kept, area)
        if is_met.any():
            touched.add(row)
            rest = shapely.difference(kept[is_met], area)
            parts = shapely.get_parts(rest)
            kept = np.concatenate([kept[~is_met], parts[~shapely.is_empty(parts)]])
    return list(kept), kept is not network.barriers


def _line(points: Sequence[tuple[float, float]], network: Network) -> shapely.LineString:
    degrees: Floats = np.array(points, np.float64)
    return shapely.LineString(np.column_stack(project(degrees[:, 0], degrees[:, 1], network.crs)))


def cut_streets(
    findings: Findings, today: Today, ways: Mapping[str, WayTimes]
) -> dict[str, WayTimes]:
    """Close the streets that barriers cut: those that cross them, but for bridges and tunnels.

    Parameters
    ----------
    findings
        The scenario.
    today
        The situation.
    ways
        New times by profile, from closures and speeds.

    Returns
    -------
    ways
        The same and those of the streets that are cut, each closed between its junctions.
    """
    found = dict(ways)
    lines = [
        change
        for change in findings.scenario.changes
        if isinstance(change, AddBarrier) and change.cuts_streets
    ]
    for profile, network in today.networks.items():
        if not lines or network.profile.mode == BOAT:
            continue
        is_cut = np.logical_or.reduce([_arcs_cut(network, each, today.extract) for each in lines])
        if not is_cut.any():
            continue
        known = found.get(profile)
        local_ms = network.local_ms if known is None else known.local_ms
        nothing = np.zeros_like(is_cut)
        old = (
            (nothing,) * 3 if known is None else (known.is_closed, known.is_faster, known.is_slower)
        )
        found[profile] = WayTimes(
            np.where(is_cut, times_when_closed(network), local_ms).astype(np.int32),
            old[0] | is_cut,
            old[1] & ~is_cut,
            old[2] & ~is_cut,
        )
    return found


def _arcs_cut(network: Network, change: AddBarrier, extract: Extract) -> Flags:
    """Find both directions of the streets that a barrier cuts, shape (m,)."""
    is_cut = np.zeros(network.graph.arc_count, np.bool_)
    line = _line(change.geometry, network)
    count = np.diff(network.first_point)
    points = np.column_stack([network.point_x_m, network.point_y_m])
    near = _meet(network, points, line.bounds)
    rows = ranges(network.first_point[near], count[near])
    lines: Geometries = shapely.linestrings(
        points[rows], indices=np.repeat(np.arange(near.size), count[near])
    )
    crossing = near[shapely.crosses(lines, line)]
    is_over = np.isin(network.way_of_arc[crossing], bridges_and_tunnels(extract))
    is_cut[crossing[~is_over]] = True
    twin = network.twin_of_arc[crossing[~is_over]]
    is_cut[twin[twin != NO_ARC]] = True
    return is_cut


def _meet(
    network: Network, points: Floats, box: tuple[float, float, float, float]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """List the arcs whose own box meets another."""
    firsts = network.first_point[:-1]
    if not firsts.size:
        return np.empty(0, np.int64)
    low, high = (each.reduceat(points, firsts) for each in (np.minimum, np.maximum))
    is_met = (low[:, 0] <= box[2]) & (high[:, 0] >= box[0])
    is_met &= (low[:, 1] <= box[3]) & (high[:, 1] >= box[1])
    return np.flatnonzero(is_met)


def bridges_and_tunnels(extract: Extract) -> list[int]:
    """List the ways that lead over others or under them.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    ways
        OSM ids, ascending.
    """
    return [
        osm_id
        for osm_id, tags in zip(extract.ways.osm_id.tolist(), extract.ways.tags, strict=True)
        if tags.get("bridge", "") not in SAYS_NONE or tags.get("tunnel", "") not in SAYS_NONE
    ]
