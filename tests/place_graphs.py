"""Networks with their places as nodes, in networkx: an oracle for times inside arcs."""

import itertools
import math

import networkx as nx
import numpy as np

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


def minutes_through_states(network, cells, sites):
    """Minutes from each cell to its nearest site where streets are closed: inf for none.

    A node is three states: walking out along closed streets, travelling, walking in along them.
    Only who is attached to a closed street begins, or ends, by walking.
    """
    graph = nx.DiGraph()
    tail = network.graph.tail.tolist()
    for node in range(network.graph.node_count):
        graph.add_edge((node, "out"), (node, "go"), weight=0)
        graph.add_edge((node, "go"), (node, "in"), weight=0)
    for arc, head in enumerate(network.graph.head.tolist()):
        for state in ("out", "in") if network.is_closed[arc] else ("go",):
            here, there = (tail[arc], state), (head, state)
            _keep_shortest(graph, here, there, int(network.local_ms[arc]))
    for row, arc, at, whole, walk in _directed_rows(network, cells):
        state = "out" if network.is_closed[arc] else "go"
        _keep_shortest(
            graph, ("cell", row), (int(network.graph.head[arc]), state), walk + whole - at
        )
        for site, site_arc, site_at, _, site_walk in _directed_rows(network, sites):
            if site_arc == arc and site_at >= at:
                between = walk + site_at - at + site_walk
                _keep_shortest(graph, ("cell", row), ("site", site), between)
    for row, arc, at, _, walk in _directed_rows(network, sites):
        state = "in" if network.is_closed[arc] else "go"
        _keep_shortest(graph, (tail[arc], state), ("site", row), at + walk)
    ends = {("site", row) for row in range(sites.place_count)} & set(graph)
    exact = nx.multi_source_dijkstra_path_length(graph.reverse(), ends)
    times = [exact.get(("cell", row), math.inf) for row in range(cells.place_count)]
    return np.array(times) / 60_000


def _directed_rows(network, attachments):
    """Each attachment once per direction: place, arc, position, time of the arc, walk."""
    for row in range(attachments.place.size):
        arc, walk = int(attachments.arc[row]), int(attachments.offroad_ms[row])
        ways = [(arc, attachments.position_ms[row])]
        if network.twin_of_arc[arc] >= 0:
            ways.append((int(network.twin_of_arc[arc]), attachments.twin_position_ms[row]))
        for way, at in ways:
            yield int(attachments.place[row]), way, int(at), int(network.local_ms[way]), walk


def _keep_shortest(graph, here, there, weight):
    known = graph.get_edge_data(here, there, {"weight": UNREACHED_MS})["weight"]
    graph.add_edge(here, there, weight=min(known, weight))
