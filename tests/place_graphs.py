"""Networks with their places as nodes, in networkx: an oracle for times inside arcs."""

import itertools

import networkx as nx

from artois_mobility import UNREACHED_MS, attach


def with_places_as_nodes(network, tables):
    """Put each place of each table into the graph, as the node (name of the table, row)."""
    graph = nx.DiGraph()
    on_arc = {arc: [] for arc in range(network.graph.arc_count)}
    for name, table in tables.items():
        found = attach(network, table)
        for row in range(found.place.size):
            arc, place = int(found.arc[row]), (name, int(found.place[row]))
            walk = int(found.offroad_ms[row])
            on_arc[arc].append((int(found.position_ms[row]), place, walk))
            twin = int(network.twin_of_arc[arc])
            if twin >= 0:
                on_arc[twin].append((int(found.twin_position_ms[row]), place, walk))
    tail = network.graph.tail
    for arc, stops in on_arc.items():
        whole = int(network.local_ms[arc])
        steps = [(0, int(tail[arc]), 0)]
        for at, place, walk in sorted(stops, key=lambda stop: (stop[0], stop[1])):
            stop = ("stop", arc, place)
            _keep_shortest(graph, stop, place, walk)
            _keep_shortest(graph, place, stop, walk)
            steps.append((at, stop, 0))
        steps.append((whole, int(network.graph.head[arc]), 0))
        for (before, here, _), (after, there, _) in itertools.pairwise(steps):
            _keep_shortest(graph, here, there, after - before)
            if after == before and isinstance(here, tuple) and isinstance(there, tuple):
                _keep_shortest(graph, there, here, 0)
    return graph


def _keep_shortest(graph, here, there, weight):
    known = graph.get_edge_data(here, there, {"weight": UNREACHED_MS})["weight"]
    graph.add_edge(here, there, weight=min(known, weight))
