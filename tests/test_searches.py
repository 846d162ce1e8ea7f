import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import UNREACHED_MS, travel_times
from artois_mobility.errors import NodeError
from artois_mobility.graph import Graph
from artois_mobility.routing.searches import search_from_seeds
from certificates import assert_shortest, scipy_times
from graph_worlds import graphs, make_graph


@settings(max_examples=300)
@given(graphs())
def test_travel_times_are_shortest(graph):
    sources = np.arange(graph.node_count, dtype=np.int32)
    table = travel_times(graph, sources)
    for source, row in zip(sources, table, strict=True):
        assert_shortest(graph, source, row)
    assert (table == scipy_times(graph, sources)).all()


@given(graphs(), st.integers(0, 90))
def test_a_bound_cuts_and_changes_nothing_below(graph, bound_ms):
    sources = np.arange(graph.node_count)
    full = travel_times(graph, sources)
    bounded = travel_times(graph, sources, bound_min=bound_ms / 60_000)
    assert (bounded == np.where(full <= bound_ms, full, UNREACHED_MS)).all()


@given(graphs(), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 60)), max_size=4))
def test_seeds_give_the_best_of_their_own_searches(graph, seeds):
    node, extra_ms = np.array(seeds, np.int32).reshape(-1, 2).T.copy()
    found = search_from_seeds(graph, node, extra_ms)
    alone = travel_times(graph, node).astype(np.int64) + extra_ms[:, np.newaxis]
    expected = np.minimum(alone, UNREACHED_MS).min(axis=0, initial=UNREACHED_MS)
    assert (found == expected).all()


def test_the_same_bytes_on_one_thread_and_on_two(monkeypatch):
    graph = make_graph(4, [(0, 1, 3), (1, 2, 0), (2, 1, 0), (2, 3, 9)])
    tables = []
    for count in ("1", "2"):
        monkeypatch.setenv("ARTOIS_THREADS", count)
        tables.append(travel_times(graph, [0, 1, 2, 3]).tobytes())
    assert tables[0] == tables[1]


def test_out_is_written_and_returned():
    graph = make_graph(2, [(0, 1, 5)])
    out = np.empty((1, 2), np.int32)
    assert travel_times(graph, [0], out=out) is out
    assert out.tolist() == [[0, 5]]
    with pytest.raises(NodeError, match=r"shape \(1, 2\); found int64"):
        travel_times(graph, [0], out=np.empty((1, 2), np.int64))


def test_the_certificate_rejects_a_cycle_of_no_length():
    # 0 -10-> 1 <-0-> 2
    graph = make_graph(3, [(0, 1, 10), (1, 2, 0), (2, 1, 0)])
    with pytest.raises(AssertionError, match="no path behind"):
        assert_shortest(graph, 0, np.int32([0, 3, 3]))


@pytest.mark.parametrize(
    ("sources", "message"),
    [([7], "first 7.*use am.attach"), ([-1], "first -1"), ([0.5], "whole numbers")],
)
def test_what_is_no_node_says_how_to_get_one(sources, message):
    with pytest.raises(NodeError, match=message):
        travel_times(Graph(np.int32([0, 0]), np.int32([]), np.int32([])), sources)
