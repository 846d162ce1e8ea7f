"""Small extracts made by hand, in metres around a point in the Artois."""

import math

import numpy as np

from artois_mobility._types import NO_NODE
from artois_mobility.graph import NodeOrder
from artois_mobility.ordering import FEWEST_TO_DISSECT
from artois_mobility.osm.extract import (
    Extract,
    OsmNodes,
    OsmRelations,
    OsmWays,
    SourceRecord,
)
from artois_mobility.routing.hierarchy import build_hierarchy

# One profile of each kind; the others differ from one of these by their constants alone.
KINDS = ("car", "moped", "bicycle", "walk", "pleasure_boat")

LON_DEG, LAT_DEG = 2.83, 50.43
M_PER_DEG_LAT = 111_235.0
M_PER_DEG_LON = 71_050.0


def make_extract(positions_m, ways, node_tags=None, relations=None, *, is_schematic=False):
    """Make an extract from metres.

    `positions_m` is {osm id: (x, y)}, `ways` {osm id: (node ids, tags)}, `node_tags`
    {osm id: tags} and `relations` {osm id: (members, tags)}, a member being (kind, id, role).
    A way may refer to nodes that are not there.
    """
    node_ids = sorted(positions_m)
    row_of_node = {osm_id: row for row, osm_id in enumerate(node_ids)}
    way_ids = sorted(ways)
    refs = [[row_of_node.get(ref, NO_NODE) for ref in ways[way][0]] for way in way_ids]
    relations = relations or {}
    members = [relations[relation][0] for relation in sorted(relations)]
    flat = [member for group in members for member in group]
    x_m, y_m = np.array([positions_m[node] for node in node_ids], float).reshape(-1, 2).T
    return Extract(
        nodes=OsmNodes(
            np.array(node_ids, np.int64),
            LON_DEG + x_m / M_PER_DEG_LON,
            LAT_DEG + y_m / M_PER_DEG_LAT,
            {row_of_node[node]: tags for node, tags in (node_tags or {}).items()},
        ),
        ways=OsmWays(
            np.array(way_ids, np.int64),
            np.cumsum([0, *map(len, refs)]).astype(np.int32),
            np.array([ref for way in refs for ref in way], np.int32),
            tuple(ways[way][1] for way in way_ids),
        ),
        relations=OsmRelations(
            np.array(sorted(relations), np.int64),
            tuple(relations[relation][1] for relation in sorted(relations)),
            np.cumsum([0, *map(len, members)]).astype(np.int32),
            np.array([member[0] for member in flat], "U1"),
            np.array([member[1] for member in flat], np.int64),
            tuple(member[2] for member in flat),
        ),
        source=SourceRecord("world.osm", "0" * 64, "", "", (0, 0, 0, 0), is_schematic),
        counts={},
    )


def arcs_of(network):
    """List the arcs as (OSM id at the tail, OSM id at the head, way), sorted."""
    tails = network.osm_node[network.graph.tail].tolist()
    heads = network.osm_node[network.graph.head].tolist()
    return sorted(zip(tails, heads, network.way_of_arc.tolist(), strict=True))


def whole_ms(metres, kmh):
    """Time for one segment, rounded as the library promises."""
    return math.floor(metres * 3600 / kmh + 0.5)


def certify(network):
    """Fail unless the columns of a network agree with each other."""
    graph, twin = network.graph, network.twin_of_arc
    first, last = network.first_point[:-1], network.first_point[1:] - 1
    two_way = np.flatnonzero(twin >= 0)
    if graph.node_count < FEWEST_TO_DISSECT:
        assert (np.diff(network.osm_node) >= 0).all()
    else:
        numbering = NodeOrder(np.arange(graph.node_count, dtype=np.int32))
        hierarchy = build_hierarchy(graph, numbering)
        assert hierarchy.is_in_node_order
        assert hierarchy.up_head.size < 3 * graph.arc_count
    assert (twin[twin[two_way]] == two_way).all()
    assert (twin[two_way] != two_way).all()
    assert (graph.tail[twin[two_way]] == graph.head[two_way]).all()
    assert (network.way_of_arc[twin[two_way]] == network.way_of_arc[two_way]).all()
    assert (network.length_m[twin[two_way]] == network.length_m[two_way]).all()
    for point, node in ((first, graph.tail), (last, graph.head)):
        assert (network.point_lon_deg[point] == network.lon_deg[node]).all()
        assert (network.point_x_m[point] == network.x_m[node]).all()
    assert (network.point_ms[first] == 0).all()
    assert (network.point_ms[last] == graph.weight_ms).all()
    rises = np.diff(network.point_ms)
    rises[network.first_point[1:-1] - 1] = 0
    assert (rises >= 0).all()
    for arc in two_way[:200].tolist():
        other = twin[arc]
        there = slice(network.first_point[arc], network.first_point[arc + 1])
        back = slice(network.first_point[other], network.first_point[other + 1])
        assert (network.point_x_m[there] == network.point_x_m[back][::-1]).all()
    assert (network.local_ms == graph.weight_ms).all()
