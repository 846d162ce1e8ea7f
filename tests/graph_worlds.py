"""Small graphs made by hypothesis: loops, parallel and closed arcs, no length, islands."""

import numpy as np
from hypothesis import strategies as st

from artois_mobility._types import UNREACHED_MS
from artois_mobility.graph import Graph, sort_arcs
from artois_mobility.routing.ends import NodeEnds
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.metrics import customize
from artois_mobility.routing.tight import SWEEPS_TO_TIGHTEN, down_arcs


def make_graph(node_count, arcs):
    """Build a graph from (tail, head, weight_ms) in any order."""
    tail, head, weight_ms = np.array(arcs, np.int32).reshape(-1, 3).T.copy()
    order = sort_arcs(node_count, tail, head)
    rows = order.arc_of_input
    return Graph(order.first_out, head[rows], weight_ms[rows])


@st.composite
def graphs(draw, min_nodes=1):
    """Draw a graph of up to 12 nodes, some of them beyond the reach of every arc."""
    node_count = 12
    node = st.integers(0, draw(st.integers(min_nodes, 12)) - 1)
    weight_ms = st.one_of(st.integers(0, 50), st.just(UNREACHED_MS))
    arcs = draw(st.lists(st.tuples(node, node, weight_ms), max_size=40))
    return make_graph(node_count, arcs)


def town(columns, rows, seed=5):
    """A grid of streets with uneven times, some one-way, some missing: large enough to dissect."""
    draw = np.random.default_rng(seed)
    node = np.arange(columns * rows).reshape(rows, columns)
    pairs = np.concatenate(
        [
            np.column_stack([node[:, :-1].ravel(), node[:, 1:].ravel()]),
            np.column_stack([node[:-1].ravel(), node[1:].ravel()]),
        ]
    )
    pairs = pairs[draw.random(len(pairs)) > 0.1]
    back = pairs[draw.random(len(pairs)) > 0.2][:, ::-1]
    arcs = np.concatenate([pairs, back])
    weight_ms = draw.integers(0, 60_000, len(arcs))
    return make_graph(columns * rows, np.column_stack([arcs, weight_ms]))


def make_ends(rows):
    """Ends from (place, node, ms) in any order."""
    place, node, ms = np.array(sorted(rows), np.int32).reshape(-1, 3).T.copy()
    return NodeEnds(place, node, ms)


def metric_for(graph, is_worn):
    """The metric of a graph, used so much that its sweeps leave arcs out, or not at all."""
    metric = customize(build_hierarchy(graph), graph.weight_ms)
    down_arcs(metric, SWEEPS_TO_TIGHTEN if is_worn else 0)
    assert (metric.wear.tight is not None) == is_worn
    return metric
