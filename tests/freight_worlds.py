"""Made-up worlds of streets and canals with quays, and the graph that holds trucks and barges."""

import random

import networkx as nx
import numpy as np

from artois_mobility._types import NO_ARC, UNREACHED_MS
from artois_mobility.routing.trips import hang
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract

CANAL = {"waterway": "canal", "CEMT": "Vb", "name": "Canal"}
STREET = {"highway": "primary", "maxspeed": "60"}


def at(x_m, y_m=0.0):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


def beside_a_canal():
    """A street of 8 km, 100 m north of a canal of 6 km with two locks of 100 m.

    ::

        11 ---------------------------------------- 12      way 20, from -1000 to 7000
           1 ------- 2 == 3 ---- 4 == 5 ------- 6           canal, from 0 to 6000
                   2000 2100   3900 4000
    """
    positions = {1: (0, 0), 2: (2000, 0), 3: (2100, 0), 4: (3900, 0), 5: (4000, 0), 6: (6000, 0),
                 11: (-1000, 100), 12: (7000, 100)}  # fmt: skip
    lock = CANAL | {"lock": "yes"}
    ways = {
        10: ([1, 2], CANAL), 13: ([2, 3], lock), 14: ([3, 4], CANAL), 15: ([4, 5], lock),
        16: ([5, 6], CANAL), 20: ([11, 12], STREET),
    }  # fmt: skip
    return make_extract(positions, ways)


def random_world(seed, size=4):
    """A grid of streets and canals between them, with gaps, locks and one-way traffic in both."""
    rng = random.Random(seed)
    positions, ways = {}, {}
    for layer, shift_m, tags in ((0, 0.0, STREET), (1000, 190.0, CANAL)):
        for row in range(size):
            for column in range(size):
                node = layer + row * size + column + 1
                wobble = rng.uniform(-60, 60), rng.uniform(-60, 60)
                positions[node] = (
                    column * 400 + shift_m + wobble[0],
                    row * 400 + shift_m + wobble[1],
                )
                for other in ([node + 1] if column + 1 < size else []) + (
                    [node + size] if row + 1 < size else []
                ):
                    if rng.random() < 0.85:
                        ways[10_000 + len(ways)] = ([node, other], _vary(rng, tags))
    return make_extract(positions, ways)


def _vary(rng, tags):
    tags = dict(tags)
    if rng.random() < 0.25:
        tags["oneway"] = rng.choice(["yes", "-1"])
    if tags.get("waterway") and rng.random() < 0.15:
        tags["lock"] = "yes"
    if tags.get("highway"):
        tags["maxspeed"] = rng.choice(["30", "50", "60"])
    return tags


def random_places(seed, count, size=4):
    rng = random.Random(seed)
    far = 400 * (size - 1) + 190
    return [at(rng.uniform(-100, far + 100), rng.uniform(-100, far + 100)) for _ in range(count)]


def compose(roads, water, quays, origins, destinations, handling_ms):
    """Lay trucks before and after the barge, and the barge, into one graph of milliseconds.

    Nodes are ("before", n), ("water", n), ("after", n) for the nodes of the searched graphs,
    ("origin", row), ("destination", row), and for each quay ("unload", q) where the truck
    arrives, ("board", q) and ("land", q) on the water, ("load", q) where the next truck leaves.
    """
    graph = nx.DiGraph()
    on_road, on_water = hang(roads, quays), hang(water, quays)
    here, there = hang(roads, origins), hang(roads, destinations)
    _lay(graph, roads, "before", (here, "origin"), (on_road, "unload"))
    _lay(graph, water, "water", (on_water, "board"), (on_water, "land"))
    _lay(graph, roads, "after", (on_road, "load"), (there, "destination"))
    _lay(graph, roads, "truck", (here, "own origin"), (there, "own destination"))
    for quay, ms in enumerate(handling_ms):
        graph.add_node(("board", quay))
        _add(graph, ("unload", quay), ("board", quay), ms)
        _add(graph, ("land", quay), ("load", quay), ms)
    for name, places in (("origin", origins), ("destination", destinations)):
        graph.add_nodes_from(
            (each, row) for row in range(len(places)) for each in (name, f"own {name}")
        )
    return graph


def quickest_chains_ms(graph, pairs, quay_count):
    """Find shortest paths over two different quays: that back to the first one is cut off."""
    onward = [
        nx.single_source_dijkstra_path_length(
            nx.restricted_view(graph, [("land", first)], []), ("board", first)
        )
        for first in range(quay_count)
    ]
    found = []
    for origin, destination in pairs:
        reached = nx.single_source_dijkstra_path_length(graph, ("origin", origin))
        found.append(
            min(
                (
                    reached["board", first] + later["destination", destination]
                    for first, later in enumerate(onward)
                    if ("board", first) in reached and ("destination", destination) in later
                ),
                default=UNREACHED_MS,
            )
        )
    return found


def truck_ms(graph, origin, destination):
    reached = nx.single_source_dijkstra_path_length(graph, ("own origin", origin))
    return reached.get(("own destination", destination), UNREACHED_MS)


def _add(graph, tail, head, ms):
    if (
        ms < UNREACHED_MS
        and ms < graph.get_edge_data(tail, head, {"weight": UNREACHED_MS})["weight"]
    ):
        graph.add_edge(tail, head, weight=int(ms))


def _lay(graph, network, layer, begin, end):
    """Lay a network, the ways from places onto it and off it, and along a street that two share."""
    searched = network.searched.graph
    for tail, head, ms in zip(
        searched.tail.tolist(), searched.head.tolist(), searched.weight_ms.tolist(), strict=True
    ):
        _add(graph, (layer, tail), (layer, head), ms)
    (here, from_name), (there, to_name) = begin, end
    for place, node, ms in _rows(here.ends.leave):
        _add(graph, (from_name, place), (layer, node), ms)
    for place, node, ms in _rows(there.ends.reach):
        _add(graph, (layer, node), (to_name, place), ms)
    one, other = here.attachments, there.attachments
    for i, j in zip(*np.nonzero(one.arc[:, np.newaxis] == other.arc), strict=True):
        walks = int(one.offroad_ms[i]) + int(other.offroad_ms[j])
        for here_ms, there_ms in (
            (one.position_ms[i], other.position_ms[j]),
            (one.twin_position_ms[i], other.twin_position_ms[j]),
        ):
            is_there = network.twin_of_arc[one.arc[i]] != NO_ARC or there_ms < UNREACHED_MS
            if is_there and here_ms <= there_ms < UNREACHED_MS:
                ends = (from_name, int(one.place[i])), (to_name, int(other.place[j]))
                _add(graph, *ends, walks + int(there_ms) - int(here_ms))


def _rows(ends):
    return zip(ends.place.tolist(), ends.node.tolist(), ends.ms.tolist(), strict=True)
