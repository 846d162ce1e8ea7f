"""Networks from OSMnx graphs."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from .._types import (
    NO_ARC,
    UNREACHED_MS,
    WGS84,
    ArcIds,
    Floats,
    Geometries,
    Milliseconds,
    NodeIds,
    Offsets,
    OsmIds,
)
from .._version import __version__
from ..errors import GraphError
from ..graph import Graph, sort_arcs
from .arcs import LONGEST_ARC_MS, MS_PER_M_AT_1_KMH
from .expansion import expand
from .geodesy import length_m, metric_crs, project
from .limits import serves_everybody
from .model import Network, Provenance
from .profile_keys import Profile
from .profiles import read_profile
from .searched import search_on

if TYPE_CHECKING:
    from networkx import MultiDiGraph

Tags: TypeAlias = Mapping[str, Any]
# Tail, head, key among parallel edges, attributes.
Edge: TypeAlias = tuple[int, int, int, Tags]

CLASS_KEYS: Final = ("highway", "waterway", "route")


def from_osmnx(
    graph: "MultiDiGraph[int]",
    profile: str | Path | Profile,
    *,
    barriers: Geometries | None = None,
) -> Network:
    """Turn an OSMnx graph into a network; of a graph from `to_osmnx`, the same network.

    Every edge is taken for usable. An edge without `travel_time` gets its `speed_kph`, else the
    profile's rural speed of its class, else the speed of a new link, and is counted. Edges are
    twins when they have one way and the same line in opposite directions.

    Parameters
    ----------
    graph
        A graph by OSMnx's conventions, in degrees.
    profile
        A profile, its name, or the path of a profile's file.
    barriers
        Lines in the metric coordinate system of the place that nobody walks across off the
        network; such a graph brings none.

    Returns
    -------
    network
        Nodes in the order of `node` where all have it (as from `to_osmnx`), else of their ids.

    Raises
    ------
    GraphError
        If the graph is projected, or nodes lack a position or a whole number as id.
    ProfileError
        If the profile is unknown or faulty.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interop import to_osmnx
    >>> walk = build_network(crossroads(), "walk")
    >>> again = from_osmnx(to_osmnx(walk), "walk")
    >>> bool((again.graph.weight_ms == walk.graph.weight_ms).all())
    True
    >>> import networkx as nx
    >>> from_osmnx(nx.MultiDiGraph(crs="EPSG:4326"), "walk").graph.node_count
    0
    """
    if not isinstance(profile, Profile):
        profile = read_profile(profile)
    _check_osmnx(graph)
    nodes: list[tuple[int, Tags]] = sorted(
        graph.nodes.items(), key=lambda item: item[1].get("node", item[0])
    )
    node_of_id = {osm_id: node for node, (osm_id, _) in enumerate(nodes)}
    edges = sorted(
        (
            (node_of_id[tail], node_of_id[head], key, data)
            for tail, head, key, data in graph.edges(keys=True, data=True)
        ),
        key=lambda edge: edge[:3],
    )
    network = _network_of_rows(nodes, edges, profile, barriers)
    is_schematic = bool(graph.graph.get("is_schematic", False))
    provenance = replace(network.provenance, is_schematic=is_schematic)
    return replace(network, provenance=provenance)


def _network_of_rows(
    nodes: Sequence[tuple[int, Tags]],
    edges: Sequence[Edge],
    profile: Profile,
    barriers: Geometries | None,
) -> Network:
    tail = np.array([edge[0] for edge in edges], np.int32)
    head = np.array([edge[1] for edge in edges], np.int32)
    data_of_arc = [edge[3] for edge in edges]
    lon_deg = np.array([data["x"] for _, data in nodes], np.float64)
    lat_deg = np.array([data["y"] for _, data in nodes], np.float64)
    crs = metric_crs(lon_deg, lat_deg)
    x_m, y_m = project(lon_deg, lat_deg, crs)
    first_point, corner = _points(data_of_arc, tail, head, np.column_stack((lon_deg, lat_deg)))
    point_x_m, point_y_m = project(corner[:, 0], corner[:, 1], crs)
    reached_m = _reached(first_point, corner)
    metres = np.array([data.get("length", np.nan) for data in data_of_arc], np.float64)
    metres = np.where(np.isnan(metres), reached_m[first_point[1:] - 1], metres)
    kinds = [_class_of(data) for data in data_of_arc]
    weight_ms, counts = _weights(data_of_arc, kinds, metres, profile)
    walk_ms = np.minimum(np.rint(metres * MS_PER_M_AT_1_KMH / profile.closed_kmh), LONGEST_ARC_MS)
    local_ms = np.where(weight_ms == UNREACHED_MS, walk_ms, weight_ms).astype(np.int32)
    graph = Graph(sort_arcs(len(nodes), tail, head).first_out, head, weight_ms)
    way_of_arc = np.array([_first(data.get("osmid", 0)) for data in data_of_arc], np.int64)
    is_limited = np.array([data.get("is_limited", False) for data in data_of_arc], np.bool_)
    twin = _find_twins(way_of_arc, first_point, corner)
    expansion = expand(graph, twin, None, is_limited)
    may_attach = np.array(
        [
            data.get("may_attach", kind not in profile.attaches_not_to)
            for data, kind in zip(data_of_arc, kinds, strict=True)
        ],
        np.bool_,
    )
    return Network(
        graph=graph,
        profile=profile,
        osm_node=np.array([data.get("osmid_original", name) for name, data in nodes], np.int64),
        lon_deg=lon_deg,
        lat_deg=lat_deg,
        x_m=x_m,
        y_m=y_m,
        crs=crs,
        twin_of_arc=twin,
        way_of_arc=way_of_arc,
        length_m=metres,
        local_ms=local_ms,
        waiting_ms=np.array([data.get("waiting_ms", 0) for data in data_of_arc], np.int32),
        is_limited=is_limited,
        first_point=first_point,
        point_lon_deg=corner[:, 0].copy(),
        point_lat_deg=corner[:, 1].copy(),
        point_x_m=point_x_m,
        point_y_m=point_y_m,
        point_ms=_point_times(first_point, reached_m, local_ms),
        may_attach=may_attach & serves_everybody(search_on(graph, expansion), profile),
        class_of_arc=np.array(kinds, np.str_),
        name_of_way=_names(way_of_arc, data_of_arc),
        barriers=np.empty(0, np.object_) if barriers is None else barriers,
        water=np.empty(0, np.object_),
        provenance=Provenance("", "", "", __version__, profile.sha256, counts, is_schematic=False),
        expansion=expansion,
    )


def _check_osmnx(graph: "MultiDiGraph[int]") -> None:
    from pyproj import CRS

    crs = graph.graph.get("crs", WGS84)
    if CRS.from_user_input(crs).is_projected:
        msg = (
            f"The graph is in {crs}, not in degrees; "
            "use osmnx.project_graph(graph, to_latlong=True) first."
        )
        raise GraphError(msg)
    faulty = [
        name
        for name, data in graph.nodes(data=True)
        if not isinstance(name, int) or "x" not in data or "y" not in data
    ]
    if faulty:
        msg = (
            f"{len(faulty)} of {graph.number_of_nodes()} nodes lack x, y or a whole number as id; "
            f"first {faulty[0]!r}. OSMnx graphs have all three."
        )
        raise GraphError(msg)


def _first(value: Any) -> Any:  # noqa: ANN401
    """Take the first of several values, where OSMnx has merged ways."""
    return value[0] if isinstance(value, list) else value


def _class_of(data: Tags) -> str:
    return next((str(_first(data[key])) for key in CLASS_KEYS if key in data), "")


def _points(
    data_of_arc: Sequence[Tags], tail: NodeIds, head: NodeIds, position: Floats
) -> tuple[Offsets, Floats]:
    """List the corners of each arc's line, a straight one where it has no geometry."""
    import shapely

    first_point = np.zeros(tail.size + 1, np.int32)
    if tail.size == 0:
        return first_point, np.zeros((0, 2))
    straight = np.stack((position[tail], position[head]), axis=1)
    lines = shapely.linestrings(straight)
    for arc, data in enumerate(data_of_arc):
        lines[arc] = data.get("geometry", lines[arc])
    np.cumsum(shapely.get_num_coordinates(lines), out=first_point[1:])
    return first_point, shapely.get_coordinates(lines)


def _reached(first_point: Offsets, corner: Floats) -> Floats:
    """Measure the metres from the tail of its arc to each point."""
    step_m = np.zeros(len(corner))
    step_m[1:] = length_m(corner[:-1, 0], corner[:-1, 1], corner[1:, 0], corner[1:, 1])
    step_m[first_point[:-1]] = 0
    sums = np.cumsum(step_m)
    reached_m: Floats = sums - np.repeat(sums[first_point[:-1]], np.diff(first_point))
    return reached_m


def _weights(
    data_of_arc: Sequence[Tags], kinds: Sequence[str], metres: Floats, profile: Profile
) -> tuple[Milliseconds, dict[str, int]]:
    """Read the time of each edge, or imply it from a speed, and count what was implied."""
    counts: Counter[str] = Counter()
    weight_ms = np.empty(metres.size, np.int32)
    for arc, (data, kind) in enumerate(zip(data_of_arc, kinds, strict=True)):
        seconds = data.get("travel_time")
        if seconds is None:
            kmh = data.get("speed_kph")
            counts["speed_from_class"] += kmh is None
            kmh = kmh or profile.class_kmh.get(kind, (profile.link_kmh,))[0]
            seconds = metres[arc] * 3.6 / kmh
        is_closed = math.isinf(seconds)
        weight_ms[arc] = UNREACHED_MS if is_closed else min(round(seconds * 1000), LONGEST_ARC_MS)
        counts["edges_of_several_ways"] += isinstance(data.get("osmid"), list)
    counts["barriers_unknown"] = 1
    return weight_ms, {kind: count for kind, count in sorted(counts.items()) if count}


def _point_times(first_point: Offsets, reached_m: Floats, local_ms: Milliseconds) -> Milliseconds:
    """Share the time of each arc among its points by length."""
    last = first_point[1:] - 1
    point_count = np.diff(first_point)
    total_m = np.repeat(reached_m[last], point_count)
    share = np.divide(reached_m, total_m, out=np.zeros(reached_m.size), where=total_m > 0)
    point_ms: Milliseconds = np.rint(share * np.repeat(local_ms, point_count)).astype(np.int32)
    point_ms[last] = local_ms
    return point_ms


def _find_twins(way_of_arc: OsmIds, first_point: Offsets, corner: Floats) -> ArcIds:
    """Pair arcs of one way whose lines are each other's reverse."""
    waiting: defaultdict[tuple[int, bytes], list[int]] = defaultdict(list)
    twin = np.full(way_of_arc.size, NO_ARC, np.int32)
    for arc, way in enumerate(way_of_arc.tolist()):
        line = corner[first_point[arc] : first_point[arc + 1]]
        partners = waiting[way, line[::-1].tobytes()]
        if partners:
            other = partners.pop(0)
            twin[arc], twin[other] = other, arc
        else:
            waiting[way, line.tobytes()].append(arc)
    return twin


def _names(way_of_arc: OsmIds, data_of_arc: Sequence[Tags]) -> dict[int, str]:
    return {
        way: str(_first(data["name"]))
        for way, data in zip(way_of_arc.tolist(), data_of_arc, strict=True)
        if data.get("name")
    }
