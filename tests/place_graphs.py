"""Networks with their places as nodes, in networkx: an oracle for times inside arcs."""

import itertools
import math

import networkx as nx
import numpy as np

from artois_mobility import UNREACHED_MS, attach


def with_places_as_nodes(network, tables):
    """Put each place of each table into the graph, as the node (name of the table, row).

    A limited street is laid twice, before all open streets of a trip and behind them: at its nodes
    (node, 0) leads to the node itself, and that to (node, 2).
    """
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
    _join_phases(graph, network)
    for (arc, stops), phase in itertools.product(on_arc.items(), range(3)):
        if (phase == 1) != network.is_limited[arc]:
            _lay_arc(graph, network, arc, phase, stops)
    if network.is_limited.any():
        _ride_along(graph, on_arc, network.is_limited)
    return graph


def _join_phases(graph, network):
    ends = np.concatenate([network.graph.tail, network.graph.head])
    for node in np.unique(ends[np.tile(network.is_limited, 2)]).tolist():
        graph.add_edge((node, 0), node, weight=0)
        graph.add_edge(node, (node, 2), weight=0)


def _lay_arc(graph, network, arc, phase, stops):
    """Lay an arc from stop to stop: places are left in the first phases, come to in the last."""
    here, there = int(network.graph.tail[arc]), int(network.graph.head[arc])
    if phase != 1:
        here, there = (here, phase), (there, phase)
    steps = [(0, here)]
    for at, place, walk in sorted(stops, key=lambda stop: (stop[0], stop[1])):
        stop = ("stop", arc, phase, place)
        if phase > 0:
            keep_shortest(graph, stop, place, walk)
        if phase < 2:
            keep_shortest(graph, place, stop, walk)
        steps.append((at, stop))
    steps.append((int(network.local_ms[arc]), there))
    for (before, here), (after, there) in itertools.pairwise(steps):
        keep_shortest(graph, here, there, after - before)
        if after == before and _is_stop(here) and _is_stop(there):
            keep_shortest(graph, there, here, 0)


def _is_stop(node):
    return isinstance(node, tuple) and node[0] == "stop"


def _ride_along(graph, on_arc, is_limited):
    """Lead from place to place along one limited street, which is left and come to at once."""
    for arc in np.flatnonzero(is_limited).tolist():
        for (at, place, walk), (later, other, other_walk) in itertools.permutations(on_arc[arc], 2):
            if later >= at:
                keep_shortest(graph, place, other, walk + later - at + other_walk)


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
            keep_shortest(graph, here, there, int(network.local_ms[arc]))
    for row, arc, at, whole, walk in directed_rows(network, cells):
        state = "out" if network.is_closed[arc] else "go"
        keep_shortest(
            graph, ("cell", row), (int(network.graph.head[arc]), state), walk + whole - at
        )
        for site, site_arc, site_at, _, site_walk in directed_rows(network, sites):
            if site_arc == arc and site_at >= at:
                between = walk + site_at - at + site_walk
                keep_shortest(graph, ("cell", row), ("site", site), between)
    for row, arc, at, _, walk in directed_rows(network, sites):
        state = "in" if network.is_closed[arc] else "go"
        keep_shortest(graph, (tail[arc], state), ("site", row), at + walk)
    ends = {("site", row) for row in range(sites.place_count)} & set(graph)
    exact = nx.multi_source_dijkstra_path_length(graph.reverse(), ends)
    times = [exact.get(("cell", row), math.inf) for row in range(cells.place_count)]
    return np.array(times) / 60_000


def directed_rows(network, attachments):
    """Each attachment once per direction: place, arc, position, time of the arc, walk."""
    for row in range(attachments.place.size):
        arc, walk = int(attachments.arc[row]), int(attachments.offroad_ms[row])
        ways = [(arc, attachments.position_ms[row])]
        if network.twin_of_arc[arc] >= 0:
            ways.append((int(network.twin_of_arc[arc]), attachments.twin_position_ms[row]))
        for way, at in ways:
            yield int(attachments.place[row]), way, int(at), int(network.local_ms[way]), walk


def keep_shortest(graph, here, there, weight):
    known = graph.get_edge_data(here, there, {"weight": UNREACHED_MS})["weight"]
    graph.add_edge(here, there, weight=min(known, weight))
