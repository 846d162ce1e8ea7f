"""Networks as NetworkX and OSMnx graphs, and back."""

from dataclasses import replace

import networkx as nx
import numpy as np
import osmnx as ox
import pytest

from artois_mobility._types import UNREACHED_MS
from artois_mobility.errors import GraphError
from artois_mobility.graph import Graph
from artois_mobility.network.building import build_network
from artois_mobility.network.interop import from_osmnx, to_networkx, to_osmnx
from network_worlds import certify, make_extract

STREET = {"highway": "residential"}
SAME = (
    "osm_node",
    "lon_deg",
    "lat_deg",
    "x_m",
    "y_m",
    "twin_of_arc",
    "way_of_arc",
    "length_m",
    "local_ms",
    "first_point",
    "point_lon_deg",
    "point_lat_deg",
    "may_attach",
    "class_of_arc",
)


@pytest.fixture
def town():
    """A square with a diagonal, a bollard, a loop, a one-way street and two parallel ways."""
    positions = {
        1: (0.0, 0.0),
        2: (200.0, 0.0),
        3: (200.0, 200.0),
        4: (0.0, 200.0),
        5: (100.0, 110.0),
        6: (300.0, 0.0),
        7: (300.0, -90.0),
        8: (350.0, -50.0),
        9: (100.0, 0.0),
    }
    ways = {
        10: ([1, 9, 2, 3, 4, 1], STREET | {"name": "Le Tour"}),
        11: ([1, 5, 3], STREET | {"oneway": "yes"}),
        12: ([1, 3], STREET),
        13: ([2, 6], STREET),
        14: ([6, 7, 8, 6], STREET),
        15: ([4, 3], STREET | {"bridge": "yes"}),
    }
    return make_extract(positions, ways, {9: {"barrier": "bollard"}}, is_schematic=True)


def assert_same(one, other):
    for name in SAME:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in ("first_out", "head", "weight_ms"):
        assert np.array_equal(getattr(one.graph, name), getattr(other.graph, name)), name


@pytest.mark.parametrize("profile", ["car", "bicycle", "walk"])
def test_there_and_back_is_the_same_network(town, profile):
    network = build_network(town, profile)
    again = from_osmnx(to_osmnx(network), profile)
    assert_same(network, again)
    certify(again)
    assert again.name_of_way == {10: "Le Tour"}
    assert again.provenance.is_schematic
    assert np.abs(again.point_ms - network.point_ms).max() <= 2


def test_the_graph_has_what_osmnx_expects(town):
    graph = to_osmnx(build_network(town, "car"))
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    assert {"x", "y", "street_count"} <= set(nodes.columns)
    assert {"osmid", "length", "oneway", "reversed", "geometry"} <= set(edges.columns)
    assert edges.crs == "EPSG:4326"
    assert nodes.loc[1, "street_count"] == 4
    assert nodes.index.is_unique
    assert (nodes.osmid_original == 9).sum() == 2
    assert edges.geometry.is_valid.all()


def test_osmnx_finds_the_same_fastest_times(town):
    network = build_network(town, "car")
    graph = to_osmnx(network)
    route = ox.routing.shortest_path(graph, 1, 8 if 8 in graph else 6, weight="travel_time")
    seconds = ox.routing.route_to_gdf(graph, route, weight="travel_time").travel_time.sum()
    plain = nx.DiGraph()
    for tail, head, ms in zip(
        network.graph.tail, network.graph.head, network.graph.weight_ms, strict=True
    ):
        known = plain.get_edge_data(tail, head, {"ms": UNREACHED_MS})["ms"]
        plain.add_edge(tail, head, ms=min(int(ms), known))
    target = int(np.flatnonzero(network.osm_node == route[-1])[0])
    assert round(seconds * 1000) == nx.shortest_path_length(plain, 0, target, weight="ms")


def test_a_saved_and_simplified_graph_of_osmnx_can_be_read(town, tmp_path):
    graph = to_osmnx(build_network(town, "walk", merge_chains=False))
    path = tmp_path / "town.graphml"
    ox.save_graphml(graph, path)
    network = from_osmnx(ox.load_graphml(path), "walk")
    assert network.graph.arc_count == graph.number_of_edges()
    certify(network)


def test_a_closed_arc_stays_closed(town):
    network = build_network(town, "walk")
    weight_ms = network.graph.weight_ms.copy()
    weight_ms[3] = UNREACHED_MS
    graph = Graph(network.graph.first_out, network.graph.head, weight_ms)
    again = from_osmnx(to_osmnx(replace(network, graph=graph)), "walk")
    assert np.flatnonzero(again.is_closed).tolist() == [3]
    walk_ms = again.length_m[3] / (3.0 / 3.6) * 1000
    assert again.local_ms[3] == pytest.approx(walk_ms, abs=1)


def test_a_bare_osmnx_graph_gets_speeds_from_its_classes():
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(20, x=2.84, y=50.43)
    graph.add_node(10, x=2.83, y=50.43)
    graph.add_edge(10, 20, osmid=[5, 6], highway=["primary", "secondary"], name=["A", "B"])
    graph.add_edge(20, 10, osmid=5, highway="primary", speed_kph=36.0, length=500.0)
    graph.add_edge(20, 10, osmid=7, highway="unheard_of", travel_time=12.5)
    network = from_osmnx(graph, "car")
    assert network.osm_node.tolist() == [10, 20]
    metres = network.length_m[0]
    assert network.graph.weight_ms.tolist() == [round(metres * 3600 / 68), 50_000, 12_500]
    assert network.name_of_way == {5: "A"}
    assert network.provenance.counts == {
        "barriers_unknown": 1,
        "edges_of_several_ways": 1,
        "speed_from_class": 1,
    }


def test_a_projected_graph_is_refused(town):
    graph = ox.project_graph(to_osmnx(build_network(town, "walk")))
    with pytest.raises(GraphError, match="to_latlong=True"):
        from_osmnx(graph, "walk")


def test_a_graph_without_positions_is_refused():
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x=2.8, y=50.4)
    graph.add_node("b", x=2.8, y=50.4)
    graph.add_node(3)
    with pytest.raises(GraphError, match=r"2 of 3 nodes lack x, y or a whole number.*first 'b'"):
        from_osmnx(graph, "walk")


@pytest.mark.parametrize("convert", [to_networkx, to_osmnx])
def test_an_empty_network_is_an_empty_graph(convert):
    graph = convert(build_network(make_extract({}, {}), "car"))
    assert graph.number_of_nodes() == graph.number_of_edges() == 0


def test_networkx_keeps_the_numbers_of_nodes_and_arcs(town):
    network = build_network(town, "car")
    graph = to_networkx(network)
    assert sorted(graph) == list(range(network.graph.node_count))
    for tail, head, arc, data in graph.edges(keys=True, data=True):
        assert (tail, head) == (network.graph.tail[arc], network.graph.head[arc])
        assert data["weight_ms"] == network.graph.weight_ms[arc]
        assert data["way"] == network.way_of_arc[arc]
