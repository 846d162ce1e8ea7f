"""Networks that the benchmarks run on: a real metropolitan extract where it is, else our own."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from artois_mobility.graph import Graph, sort_arcs
from artois_mobility.network.model import Network
from artois_mobility.routing.ends import NodeEnds

REPOSITORY = Path(__file__).parents[1]
PORTO = REPOSITORY.parent / "shared" / "data" / "osm" / "porto.osm.pbf"
EMBEDDED = REPOSITORY / "data" / "osm" / "artois-schematic.osm.pbf"


@dataclass(frozen=True, slots=True, eq=False)
class Plain:
    """A bare graph with positions, for peers that know no more."""

    graph: Graph
    osm_node: np.ndarray
    lon_deg: np.ndarray
    lat_deg: np.ndarray
    x_m: np.ndarray
    y_m: np.ndarray


def main_part(network: Network) -> Plain:
    """Take the largest set of nodes that all reach each other."""
    graph = network.graph
    shape = (graph.node_count, graph.node_count)
    links = csr_array((np.ones(graph.arc_count, np.int8), graph.head, graph.first_out), shape=shape)
    _, part = connected_components(links, connection="strong")
    is_main = part == np.argmax(np.bincount(part))
    row = (np.cumsum(is_main) - 1).astype(np.int32)
    tail = graph.tail
    arcs = np.flatnonzero(is_main[tail] & is_main[graph.head])
    order = sort_arcs(int(is_main.sum()), row[tail[arcs]], row[graph.head[arcs]])
    arcs = arcs[order.arc_of_input]
    bare = Graph(order.first_out, row[graph.head[arcs]], graph.weight_ms[arcs])
    names = ("osm_node", "lon_deg", "lat_deg", "x_m", "y_m")
    return Plain(bare, *(getattr(network, name)[is_main] for name in names))


def interior_ends(merged: Network, unmerged: Plain) -> tuple[NodeEnds, np.ndarray]:
    """Hang every node of the unmerged network on the merged one: the ways from there to nodes.

    Returns the ways, and the unmerged node of each place. Nodes that share their position, as the
    ends of streets at a bollard do, are left out.
    """
    position = np.column_stack([unmerged.lon_deg, unmerged.lat_deg])
    known, row, count = np.unique(position, axis=0, return_index=True, return_counts=True)
    node_of_place = np.sort(row[count == 1])
    key = {tuple(position[node]): place for place, node in enumerate(node_of_place.tolist())}
    del known
    arc = np.repeat(np.arange(merged.graph.arc_count), np.diff(merged.first_point))
    points = zip(merged.point_lon_deg.tolist(), merged.point_lat_deg.tolist(), strict=True)
    place = np.array([key.get(point, -1) for point in points])
    place[merged.first_point[:-1]] = place[merged.first_point[1:] - 1] = -1
    rest_ms = merged.local_ms[arc] - merged.point_ms
    nodes = zip(merged.lon_deg.tolist(), merged.lat_deg.tolist(), strict=True)
    own = np.array([key.get(point, -1) for point in nodes])
    place = np.concatenate([place, own])
    head = np.concatenate([merged.graph.head[arc], np.arange(own.size)])
    time_ms = np.concatenate([rest_ms, np.zeros(own.size, np.int32)])
    order = np.lexsort((head, place))
    order = order[place[order] >= 0]
    columns = (each[order].astype(np.int32) for each in (place, head, time_ms))
    return NodeEnds(*columns), node_of_place
