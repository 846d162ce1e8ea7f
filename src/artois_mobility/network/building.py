"""From an OpenStreetMap extract to the network of one profile."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .._types import MS_PER_MIN, NO_NODE, Flags, Floats, Rows
from .._version import __version__
from ..graph import Graph
from ..osm.extract import Extract
from .arcs import Arcs, Points, lay_arcs, time_vertices, walk_arcs
from .barriers import barrier_lines
from .blocking import BlockingNodes, find_blocking_nodes, lock_gates
from .geodesy import metric_crs, project
from .interpreting import BOAT, UsableWays, interpret_ways
from .locks import find_locks
from .model import Network, Provenance
from .outlines import ranges
from .profiles import Profile, read_profile
from .segments import Vertices, cut_ways, find_stretches, segment_lengths


def build_network(
    extract: Extract, profile: str | Path | Profile, *, merge_chains: bool = True
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
    merge_chains
        False to keep every node of the ways.

    Returns
    -------
    network
        Nodes in the order of their OSM ids; no nodes at all where the extract has nothing that
        the profile may use.

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
    usable = interpret_ways(extract, profile)
    blocking = find_blocking_nodes(extract, profile)
    vertices = cut_ways(extract, usable, blocking.blocks)
    metres = segment_lengths(extract, vertices)
    lock_ms = round(profile.lock_min * MS_PER_MIN)
    locks = find_locks(usable, vertices, metres, lock_gates(extract), lock_ms)
    times = time_vertices(usable, vertices, metres, locks.added_ms)
    stretches = find_stretches(vertices, locks.stays, merge_chains=merge_chains)
    arcs = lay_arcs(usable, vertices, stretches, metres)
    points = walk_arcs(arcs, vertices, times)
    counts = (
        Counter(usable.counts)
        + Counter(locks.counts)
        + _barrier_counts(blocking, vertices)
        + _gap_counts(extract, usable)
    )
    return _assemble(extract, profile, usable, arcs, points, counts=counts)


def _assemble(
    extract: Extract,
    profile: Profile,
    usable: UsableWays,
    arcs: Arcs,
    points: Points,
    *,
    counts: Mapping[str, int],
) -> Network:
    nodes = extract.nodes
    crs = metric_crs(nodes.lon_deg, nodes.lat_deg)
    x_m, y_m = _project_used(extract, points.row, crs)
    last_point = points.first_point[1:] - 1
    graph = Graph(arcs.first_out, arcs.head, points.point_ms[last_point])
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
        first_point=points.first_point,
        point_lon_deg=nodes.lon_deg[points.row],
        point_lat_deg=nodes.lat_deg[points.row],
        point_x_m=x_m[points.row],
        point_y_m=y_m[points.row],
        point_ms=points.point_ms,
        may_attach=usable.may_attach[arcs.way] & in_main_part(graph),
        class_of_arc=usable.kind[arcs.way],
        name_of_way=_names(extract, usable),
        barriers=barrier_lines(extract, crs, with_water=profile.mode != BOAT),
        provenance=_provenance(extract, profile, counts),
    )


def in_main_part(graph: Graph) -> Flags:
    """Tell which arcs lie in the main connected part of a graph.

    The main part is the largest set of nodes that can all reach each other; of two equally large
    ones, that with the smallest node.

    Parameters
    ----------
    graph
        Any graph with m arcs.

    Returns
    -------
    is_main
        Shape (m,).

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 2, 3]), np.int32([1, 0, 0]), np.int32([5, 5, 5]))
    >>> in_main_part(graph)
    array([ True,  True, False])
    >>> in_main_part(Graph(np.int32([0]), np.int32([]), np.int32([])))
    array([], dtype=bool)
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    if graph.node_count == 0:
        return np.zeros(0, np.bool_)
    links = csr_array(
        (np.ones(graph.arc_count, np.int8), graph.head, graph.first_out),
        shape=(graph.node_count, graph.node_count),
    )
    _, part_of_node = connected_components(links, connection="strong")
    size_of_node = np.bincount(part_of_node)[part_of_node]
    is_main = part_of_node == part_of_node[np.argmax(size_of_node)]
    both: Flags = is_main[graph.tail] & is_main[graph.head]
    return both


def _project_used(extract: Extract, row: Rows, crs: str) -> tuple[Floats, Floats]:
    """Project the nodes that arcs use; the rest stay NaN."""
    nodes = extract.nodes
    is_used = np.zeros(nodes.osm_id.size, np.bool_)
    is_used[row] = True
    x_m, y_m = np.full((2, nodes.osm_id.size), np.nan)
    x_m[is_used], y_m[is_used] = project(nodes.lon_deg[is_used], nodes.lat_deg[is_used], crs)
    return x_m, y_m


def _names(extract: Extract, usable: UsableWays) -> dict[int, str]:
    """Name the ways, by their number where they have no name."""
    name_of_way = {}
    tags_of_way = extract.ways.tags
    osm_ids = extract.ways.osm_id[usable.row].tolist()
    for row, osm_id in zip(usable.row.tolist(), osm_ids, strict=True):
        tags = tags_of_way[row]
        name = tags.get("name") or tags.get("ref")
        if name:
            name_of_way[osm_id] = name
    return name_of_way


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
