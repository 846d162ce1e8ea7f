"""Shortest paths: every one is proven by its own arcs and by the times of the searches."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

from artois_mobility import UNREACHED_MS, travel_times
from artois_mobility.errors import NodeError
from artois_mobility.routing.ends import NodeEnds
from artois_mobility.routing.engine import metric_of
from artois_mobility.routing.paths import NO_END, find_path, find_paths
from artois_mobility.routing.searches import search_from_seeds
from graph_worlds import graphs, make_graph, town

MANY = settings(max_examples=60 if config.DISABLE_JIT else 300)
END_LISTS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 40)), max_size=4)


def assert_leads(graph, path, source, target):
    """Fail unless the arcs lead from one node to the other, in the time told, nowhere twice."""
    tails = graph.tail[path.arc]
    nodes = [source, *graph.head[path.arc].tolist()]
    assert tails.tolist() == nodes[:-1]
    assert nodes[-1] == target
    assert len(set(nodes)) == len(nodes)
    assert graph.weight_ms[path.arc].sum(dtype=np.int64) == path.ms


@MANY
@given(graphs())
def test_paths_between_all_nodes_take_the_shortest_time(graph):
    nodes = np.arange(graph.node_count, dtype=np.int32)
    times = travel_times(graph, nodes)
    ends = NodeEnds(nodes, nodes, np.zeros_like(nodes))
    pairs = [(source, target) for source in nodes.tolist() for target in nodes.tolist()]
    for (source, target), path in zip(
        pairs, find_paths(metric_of(graph), ends, ends, pairs), strict=True
    ):
        assert path.ms == times[source, target]
        if path.ms < UNREACHED_MS:
            assert_leads(graph, path, source, target)
            assert (path.start, path.end) == (source, target)
        else:
            assert path.arc.size == 0
            assert (path.start, path.end) == (NO_END, NO_END)


@MANY
@given(graphs(), END_LISTS, END_LISTS)
def test_paths_choose_the_best_of_several_ends(graph, origins, destinations):
    here, there = (
        NodeEnds(np.zeros(len(rows), np.int32), *np.array(rows, np.int32).reshape(-1, 2).T.copy())
        for rows in (origins, destinations)
    )
    path = find_paths(metric_of(graph), here, there, [(0, 0)])[0]
    node_ms = search_from_seeds(graph, here.node, here.ms)
    expected = min((node_ms[there.node] + there.ms).tolist(), default=UNREACHED_MS)
    assert path.ms == min(expected, UNREACHED_MS)
    if path.ms < UNREACHED_MS:
        own_ms = here.ms[path.start] + there.ms[path.end]
        inner = type(path)(path.arc, path.ms - int(own_ms), path.start, path.end)
        assert_leads(graph, inner, here.node[path.start], there.node[path.end])


def test_paths_through_a_town_are_long_and_right():
    graph = town(30, 25)
    draw = np.random.default_rng(3)
    sources, targets = draw.integers(0, graph.node_count, (2, 60))
    times = travel_times(graph, sources)
    longest = 0
    for row, (source, target) in enumerate(zip(sources, targets, strict=True)):
        path = find_path(graph, int(source), int(target))
        assert path.ms == times[row, target]
        if path.ms < UNREACHED_MS:
            assert_leads(graph, path, source, target)
            longest = max(longest, path.arc.size)
    assert longest > 30


def test_ends_in_several_quarters_of_a_town_are_all_tried():
    graph = town(30, 25)
    draw = np.random.default_rng(8)
    for _ in range(40):
        here, there = (
            NodeEnds(
                np.zeros(3, np.int32),
                draw.integers(0, graph.node_count, 3).astype(np.int32),
                draw.integers(0, 300_000, 3).astype(np.int32),
            )
            for _ in range(2)
        )
        path = find_paths(metric_of(graph), here, there, [(0, 0)])[0]
        node_ms = search_from_seeds(graph, here.node, here.ms)
        assert path.ms == (node_ms[there.node] + there.ms).min()


@MANY
@given(st.integers(0, 2**32 - 1))
def test_no_path_goes_round_a_cycle_of_no_length(seed):
    draw = np.random.default_rng(seed)
    arcs = np.column_stack([draw.integers(0, 12, (50, 2)), draw.random(50) < 0.2])
    graph = make_graph(12, arcs)
    for source in range(12):
        for target in range(12):
            path = find_path(graph, source, target)
            if path.ms < UNREACHED_MS:
                assert_leads(graph, path, source, target)


def test_of_parallel_arcs_the_quickest_is_taken():
    graph = make_graph(2, [(0, 1, 9), (0, 1, 4), (0, 1, 4), (0, 0, 0)])
    assert graph.weight_ms[find_path(graph, 0, 1).arc].tolist() == [4]
    assert find_path(graph, 0, 0).arc.size == 0


def test_a_node_that_is_none_is_refused():
    with pytest.raises(NodeError, match="Nodes run from 0 to 1"):
        find_path(make_graph(2, []), 0, 2)
