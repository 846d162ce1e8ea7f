"""From an OpenStreetMap extract to the network of one profile."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from .._types import NO_NODE, Floats, Rows
from .._version import __version__
from ..graph import Graph
from ..osm.extract import Extract
from .arcs import Arcs, Points, lay_arcs, time_vertices, walk_arcs
from .barriers import Barriers, barriers_by_kind, water_areas
from .blocking import BlockingNodes, find_blocking_nodes
from .congestion import Congestion, congest_segments
from .delays import find_waiting
from .expansion import EndRanks, expand
from .fairways import are_too_small, lay_fairway, limit_segments
from .geodesy import metric_crs, project
from .interpreting import BOAT, UsableWays, interpret_ways
from .limits import limit_arcs, serves_everybody
from .locks import find_locks
from .model import Network, Provenance
from .naming import names_of_ways
from .outlines import ranges
from .profile_keys import Profile
from .profiles import read_profile
from .restrictions import StreetArcs, find_restrictions
from .searched import search_on
from .segments import Vertices, cut_ways, find_stretches, leave_out, segment_lengths
from .slopes import Heights, climb_segments, is_too_steep, slow_down
from .squares import add_crossings, find_crossings, give_outlines_their_tags
from .turns import (
    Bearings,
    Streets,
    count_turns,
    drives_left,
    find_bearings,
    list_turns,
)

# A sign at a junction speaks to the lesser of the streets that meet there.
CLASSES_BY_IMPORTANCE: Final = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "track",
)


def build_network(
    extract: Extract,
    profile: str | Path | Profile,
    *,
    turns: bool = False,
    merge_chains: bool = True,
    congestion: Congestion | None = None,
    heights: Heights | None = None,
    barriers: Barriers | None = None,
) -> Network:
    """Build the network that a profile may use.

    Tags are read by the tables of the profile; whatever is imputed, assumed, left out or found
    faulty is counted in `provenance.counts`. Each segment's time is rounded to a millisecond
    once and an arc's is the sum, so merging chains changes no travel time.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        A profile, its name, or the path of a profile's file.
    turns
        True to obey turn restrictions and to charge the profile's delays for turning. The
        searched graph then has a node for each arc into a junction and out of it.
    merge_chains
        False to keep every node of the ways.
    congestion
        How much longer traffic makes streets for those with a motor: what `read_congestion` gives.
    heights
        A raster for slopes, which make walking and cycling slower and faster: what `read_heights`
        gives.
    barriers
        More lines that nobody walks across off the network, besides water, motorways and
        railways: what `read_barriers` gives.

    Returns
    -------
    network
        Nodes in the order of elimination, in small networks in that of their OSM ids; no nodes at
        all where the extract has nothing that the profile may use.

    Raises
    ------
    ProfileError
        If the profile is unknown or faulty.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> network.osm_node, network.graph.arc_count
    (array([1, 2, 3, 4, 5]), 8)
    >>> build_network(crossroads(), "pleasure_boat").graph.node_count
    0
    """
    if not isinstance(profile, Profile):
        profile = read_profile(profile)
    extract = give_outlines_their_tags(extract)
    usable = interpret_ways(extract, profile)
    blocking = find_blocking_nodes(extract, profile)
    vertices = cut_ways(extract, usable, blocking.blocks)
    crossings = find_crossings(extract, usable, vertices)
    vertices = add_crossings(vertices, crossings)
    metres = segment_lengths(extract, vertices)
    slope, is_steep = None, np.zeros(metres.size, np.bool_)
    if heights is not None and (profile.slope_law or profile.steepest):
        slope = climb_segments(extract, usable, vertices, metres, heights)
        is_steep = is_too_steep(slope, profile)
        vertices = leave_out(vertices, is_steep)
        metres, slope = metres[~is_steep], slope[~is_steep]
    limits = None
    bridges: Counter[str] = Counter()
    if profile.mode == BOAT:
        limits = limit_segments(extract, usable, vertices)
        is_small = are_too_small(limits, profile)
        vertices, metres = leave_out(vertices, is_small), metres[~is_small]
        if "air_draught_m" in profile.vessel_m:
            bridges.update(limits.counts, bridges_too_low=limits.count_bridges(is_small))
        limits = limits.take(~is_small)
    locks = find_locks(extract, usable, vertices, metres, profile)
    waiting = find_waiting(extract, profile, vertices, metres, _ranks(usable))
    waiting_ms = (locks.added_ms + waiting.along_ms, locks.added_ms + waiting.against_ms)
    traffic, ways_not_found = None, 0
    if congestion is not None:
        traffic = congest_segments(extract, usable, vertices, profile, congestion)
        ways_not_found = int((~np.isin(congestion.way, extract.ways.osm_id)).sum())
    conditions = _find_conditions(profile, traffic, slope, _paces(usable, vertices))
    times = time_vertices(usable, vertices, metres, waiting_ms, conditions.factors)
    stays = locks.stays if limits is None else locks.stays | limits.stays
    stretches = find_stretches(vertices, stays, merge_chains=merge_chains)
    arcs = lay_arcs(usable, vertices, stretches, metres)
    points = walk_arcs(arcs, vertices, times)
    counts = (
        Counter(usable.counts)
        + Counter(locks.counts)
        + Counter(waiting.counts)
        + Counter(crossings.counts)
        + Counter(conditions.counts)
        + bridges
        + Counter(segments_too_steep=int(is_steep.sum()), traffic_ways_not_found=ways_not_found)
        + _barrier_counts(blocking, vertices)
        + _gap_counts(extract, usable)
    )
    network = _assemble(extract, profile, usable, arcs, points, has_turns=turns, counts=counts)
    if limits is not None:
        fairway = lay_fairway(extract, usable, vertices, arcs, limits=limits, locks=locks)
        network = replace(
            network, fairway=fairway, may_attach=network.may_attach & ~fairway.is_in_lock
        )
    return network if barriers is None else _part(network, barriers)


def _part(network: Network, barriers: Barriers) -> Network:
    """Add a user's barriers to those of the extract."""
    lines = barriers.in_metres(network.crs)
    counts = Counter(network.provenance.counts) + Counter(barriers_given=lines.size)
    return replace(
        network,
        barriers=np.concatenate([network.barriers, lines]),
        provenance=replace(network.provenance, counts=dict(counts)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Conditions:
    """How many times longer segments take along ways and against them; None for once."""

    factors: tuple[Floats, Floats] | None
    counts: Mapping[str, int]


def _find_conditions(
    profile: Profile,
    traffic: Floats | None,
    slope: Floats | None,
    paces: tuple[Floats, Floats],
) -> _Conditions:
    """Put together what traffic and slopes do to the time of each segment."""
    factors = None
    counts: dict[str, int] = {}
    if traffic is not None:
        factors = (traffic, traffic)
        counts["segments_in_traffic"] = int((traffic != 1).sum())
    if slope is not None:
        along, against = factors or (1.0, 1.0)
        up, down = slow_down(slope, profile, paces)
        factors = (along * up, against * down)
        counts["segments_on_a_slope"] = int((slope != 0).sum())
    return _Conditions(factors, counts)


def _paces(usable: UsableWays, vertices: Vertices) -> tuple[Floats, Floats]:
    """Speed on the flat along and against each segment; 0 on steps, whose speed knows the climb."""
    way = vertices.way[vertices.first_of_segment]
    is_flat = (usable.kind != "steps")[way]
    return usable.forward_kmh[way] * is_flat, usable.backward_kmh[way] * is_flat


def _assemble(
    extract: Extract,
    profile: Profile,
    usable: UsableWays,
    arcs: Arcs,
    points: Points,
    *,
    has_turns: bool,
    counts: Mapping[str, int],
) -> Network:
    nodes = extract.nodes
    crs = metric_crs(nodes.lon_deg, nodes.lat_deg)
    x_m, y_m = _project_used(extract, points.row, crs)
    point_x_m, point_y_m = x_m[points.row], y_m[points.row]
    last_point = points.first_point[1:] - 1
    graph = Graph(arcs.first_out, arcs.head, points.point_ms[last_point])
    limits = limit_arcs(graph, usable.is_limited[arcs.way])
    turns = None
    counts = Counter(counts) + Counter(limits.counts)
    if has_turns:
        restrictions = find_restrictions(extract, profile, _named(extract, usable, arcs))
        bearings = find_bearings(points.first_point, point_x_m, point_y_m)
        streets = _streets(extract, usable, arcs, bearings)
        turns = list_turns(graph, streets, profile, restrictions)
        counts += Counter(restrictions.counts) + Counter(count_turns(turns))
    # without turns the nodes' own order serves the copies of limited streets as well
    ranks = None if has_turns else EndRanks(graph.tail, graph.head)
    expansion = expand(graph, arcs.twin, turns, limits.is_limited, ranks)
    serves = serves_everybody(search_on(graph, expansion), profile)
    may_attach = usable.may_attach[arcs.way] & serves
    barriers, kind = barriers_by_kind(extract, crs, with_water=profile.mode != BOAT)
    return Network(
        graph=graph,
        profile=profile,
        osm_node=nodes.osm_id[arcs.row_of_node],
        lon_deg=nodes.lon_deg[arcs.row_of_node],
        lat_deg=nodes.lat_deg[arcs.row_of_node],
        x_m=x_m[arcs.row_of_node],
        y_m=y_m[arcs.row_of_node],
        crs=crs,
        twin_of_arc=arcs.twin,
        way_of_arc=extract.ways.osm_id[usable.row[arcs.way]],
        length_m=arcs.length_m,
        local_ms=graph.weight_ms.copy(),
        waiting_ms=points.waiting_ms,
        is_limited=limits.is_limited,
        first_point=points.first_point,
        point_lon_deg=nodes.lon_deg[points.row],
        point_lat_deg=nodes.lat_deg[points.row],
        point_x_m=point_x_m,
        point_y_m=point_y_m,
        point_ms=points.point_ms,
        may_attach=may_attach,
        class_of_arc=usable.kind[arcs.way],
        name_of_way=names_of_ways(extract, usable),
        barriers=barriers,
        water=water_areas(extract, crs) if profile.mode != BOAT else np.empty(0, np.object_),
        shores=barriers[kind == "water"],
        railways=barriers[kind == "railway"],
        provenance=_provenance(extract, profile, counts),
        turns=turns,
        expansion=expansion,
    )


def _streets(extract: Extract, usable: UsableWays, arcs: Arcs, bearings: Bearings) -> Streets:
    return Streets(
        arcs.twin,
        arcs.way,
        usable.is_roundabout[arcs.way],
        bearings,
        drives_left(_winding(extract, usable)),
    )


def _named(extract: Extract, usable: UsableWays, arcs: Arcs) -> StreetArcs:
    return StreetArcs(
        arcs.tail,
        arcs.head,
        arcs.twin,
        extract.ways.osm_id[usable.row[arcs.way]],
        arcs.first_out,
        extract.nodes.osm_id[arcs.row_of_node],
    )


def _winding(extract: Extract, usable: UsableWays) -> Floats:
    """Compute twice the area inside each closed roundabout, positive for anticlockwise."""
    windings = []
    for row in usable.row[usable.is_roundabout].tolist():
        node = extract.ways.node_of_ref[slice(*extract.ways.first_ref[row : row + 2])]
        if node.size > 3 and node[0] == node[-1] and (node != NO_NODE).all():
            east, north = extract.nodes.lon_deg[node], extract.nodes.lat_deg[node]
            east, north = east - east[0], north - north[0]
            windings.append(float((east[:-1] * north[1:] - east[1:] * north[:-1]).sum()))
    return np.array(windings, np.float64)


def _ranks(usable: UsableWays) -> Rows:
    """Rank the usable ways by the importance of their class."""
    rank_of_class = {kind: rank for rank, kind in enumerate(CLASSES_BY_IMPORTANCE)}
    kinds, row = np.unique(usable.kind, return_inverse=True)
    lowest = len(rank_of_class)
    ranks = [rank_of_class.get(str(kind).removesuffix("_link"), lowest) for kind in kinds]
    return np.array(ranks, np.int32)[row] if ranks else np.zeros(0, np.int32)


def _project_used(extract: Extract, row: Rows, crs: str) -> tuple[Floats, Floats]:
    """Project the nodes that arcs use; the rest stay NaN."""
    nodes = extract.nodes
    is_used = np.zeros(nodes.osm_id.size, np.bool_)
    is_used[row] = True
    x_m, y_m = np.full((2, nodes.osm_id.size), np.nan)
    x_m[is_used], y_m[is_used] = project(nodes.lon_deg[is_used], nodes.lat_deg[is_used], crs)
    return x_m, y_m


def _barrier_counts(blocking: BlockingNodes, vertices: Vertices) -> Counter[str]:
    """Count the barriers on the ways that are used."""
    is_used = np.zeros(blocking.blocks.size, np.bool_)
    is_used[vertices.node] = True
    return Counter(
        barrier_nodes_closed=int((blocking.blocks & is_used).sum()),
        barrier_nodes_assumed_open=int((blocking.is_assumed_open & is_used).sum()),
        barrier_nodes_of_unknown_kind=int((blocking.is_unknown & is_used).sum()),
    )


def _gap_counts(extract: Extract, usable: UsableWays) -> Counter[str]:
    """Count the references of used ways to nodes that the file lacks."""
    first_ref = extract.ways.first_ref
    first = first_ref[:-1][usable.row]
    node = extract.ways.node_of_ref[ranges(first, first_ref[1:][usable.row] - first)]
    return Counter(refs_to_missing_nodes=int((node == NO_NODE).sum()))


def _provenance(extract: Extract, profile: Profile, counts: Mapping[str, int]) -> Provenance:
    source = extract.source
    return Provenance(
        extract_path=source.path,
        extract_sha256=source.sha256,
        osm_timestamp=source.timestamp,
        library_version=__version__,
        profile_sha256=profile.sha256,
        counts={kind: count for kind, count in sorted(counts.items()) if count},
        is_schematic=source.is_schematic,
    )
