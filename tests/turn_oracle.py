"""An oracle for travel times with turns: a search over arcs and what was driven before them."""

import itertools
import math
from collections import defaultdict

import networkx as nx

from artois_mobility import attach
from place_graphs import directed_rows, keep_shortest


def trips_over_arcs(network):
    """Lay out every state of a trip: the last arcs driven, and how far it is with limited streets.

    A state is (arcs, phase), the last of the arcs being the one that has just been driven to its
    end; as many arcs are remembered as the longest banned path needs. ("on", state) is at the tail
    of that arc, with the turn into it made.
    """
    turns, graph = network.turns, network.graph
    tail, head = graph.tail.tolist(), graph.head.tolist()
    weight = graph.weight_ms.tolist()
    delay = dict(
        zip(
            zip(turns.from_arc.tolist(), turns.to_arc.tolist(), strict=True),
            turns.delay_ms.tolist(),
            strict=True,
        )
    )
    banned = set(turns.banned_paths)
    sizes = {len(path) for path in banned}
    memory = max((len(path) - 1 for path in turns.banned_paths), default=1)
    leaving = defaultdict(list)
    for arc, start in enumerate(tail):
        leaving[start].append(arc)
    phases = [(0, 2) if limited else (1,) for limited in network.is_limited]
    states = nx.DiGraph()
    todo = [((arc,), phase) for arc in range(graph.arc_count) for phase in phases[arc]]
    for state in todo:
        arc = state[0][0]
        states.add_edge(("from", tail[arc]), ("on", state), weight=0)
        states.add_edge(("on", state), state, weight=weight[arc])
    seen = set(todo)
    while todo:
        arcs, phase = todo.pop()
        node = head[arcs[-1]]
        states.add_edge((arcs, phase), ("to", node), weight=0)
        for other in leaving[node]:
            longer = (*arcs, other)
            is_free = not turns.is_listed[node]
            if not is_free and (arcs[-1], other) not in delay:
                continue
            if any(longer[-size:] in banned for size in sizes):
                continue
            ms = 0 if is_free else delay[arcs[-1], other]
            for later in phases[other]:
                if later < phase:
                    continue
                state = (longer[-memory:], later)
                states.add_edge((arcs, phase), ("on", state), weight=ms)
                states.add_edge(("on", state), state, weight=weight[other])
                if state not in seen:
                    seen.add(state)
                    todo.append(state)
    return states


def with_places_over_arcs(network, cells, sites):
    """Put cells and sites into the states of trips, as ("cell", row) and ("site", row)."""
    cells, sites = (attach(network, table) for table in (cells, sites))
    states = trips_over_arcs(network)
    on_arc = defaultdict(list)
    for node in list(states):
        if node[0] == "on":
            arcs, phase = node[1]
            on_arc[arcs[-1]].append((node, phase))
    of_arc = defaultdict(list)
    for site, arc, at, _, walk in directed_rows(network, sites):
        of_arc[arc].append((site, at, walk))
        for node, phase in on_arc[arc]:
            if phase > 0:
                keep_shortest(states, node, ("site", site), at + walk)
    for cell, arc, at, whole, walk in directed_rows(network, cells):
        phase = 0 if network.is_limited[arc] else 1
        keep_shortest(states, ("cell", cell), ((arc,), phase), walk + whole - at)
        for site, site_at, site_walk in of_arc[arc]:
            if site_at >= at:
                between = walk + site_at - at + site_walk
                keep_shortest(states, ("cell", cell), ("site", site), between)
    return states


def time_between(states, source, target):
    """Milliseconds from junction to junction by a bidirectional search; inf without a way."""
    if source == target:
        return 0
    try:
        return nx.bidirectional_dijkstra(states, ("from", source), ("to", target))[0]
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return math.inf


def all_times(network):
    """Milliseconds between all pairs of junctions."""
    states = trips_over_arcs(network)
    nodes = range(network.graph.node_count)
    return {(a, b): time_between(states, a, b) for a, b in itertools.product(nodes, nodes)}
