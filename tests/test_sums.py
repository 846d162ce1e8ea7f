"""What is reached, added up while sweeping, equals what the whole table of times gives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

from artois_mobility import UNREACHED_MS, travel_times
from artois_mobility.errors import PlacesError
from artois_mobility.graph import Graph
from artois_mobility.routing.ends import NodeEnds
from artois_mobility.routing.sums import Counted, Weights, sum_reached
from artois_mobility.routing.sweeps import aim_at, sweep_to
from graph_worlds import graphs, make_ends, make_graph, metric_for, town

MANY = settings(max_examples=30 if config.DISABLE_JIT else 300)
WORN = st.booleans()
SEEDS = st.integers(0, 2**32 - 1)
END_LISTS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 11), st.integers(0, 40)), max_size=10
)
NO_DECAY = np.empty((0, 0))


def sums_of_nodes(metric, sources, worth, bounds_ms, factor=NO_DECAY):
    """Nodes as places, all of one group."""
    everyone = NodeEnds.of_nodes(np.arange(worth.size))
    counted = Counted(everyone, everyone.place, np.zeros_like(everyone.place), worth, 1)
    weights = Weights(np.array(bounds_ms, np.int32), factor)
    here = NodeEnds.of_nodes(sources)
    return sum_reached(metric, here, sources.size, counted, weights)[:, 0]


@MANY
@given(graphs(), WORN, st.lists(st.integers(0, 200), max_size=3), SEEDS)
def test_sums_within_bounds_equal_those_over_the_table(graph, is_worn, bounds, seed):
    worth = np.random.default_rng(seed).integers(0, 9, 12).astype(float)
    sources = np.arange(graph.node_count, dtype=np.int32)
    found = sums_of_nodes(metric_for(graph, is_worn), sources, worth, bounds)
    table = travel_times(graph, sources)
    expected = [(worth * (table <= bound)).sum(axis=1) for bound in bounds]
    assert found.tolist() == np.array(expected).reshape(-1, 12).T.tolist()


@MANY
@given(graphs(), WORN, st.integers(0, 60), SEEDS)
def test_sums_with_decays_equal_those_over_the_table(graph, is_worn, last_s, seed):
    draw = np.random.default_rng(seed)
    stretched = Graph(graph.first_out, graph.head, np.minimum(graph.weight_ms * 333, UNREACHED_MS))
    sources, worth = np.arange(12, dtype=np.int32), draw.integers(0, 4, 12).astype(float)
    factor = draw.integers(0, 1000, (3, last_s + 1)) / 8
    found = sums_of_nodes(metric_for(stretched, is_worn), sources, worth, [9_000], factor)
    table = travel_times(stretched, sources)
    assert (found[:, 0] == (worth * (table <= 9_000)).sum(axis=1)).all()
    seconds = -(-table // 1000)
    reached = seconds <= last_s
    weights = np.where(reached, factor[:, np.where(reached, seconds, 0)], 0)
    assert (found[:, 1:] == (weights * worth).sum(axis=2).T).all()


@MANY
@given(graphs(), WORN, END_LISTS, END_LISTS, SEEDS)
def test_sums_over_places_go_by_their_best_ends(graph, is_worn, origins, places, seed):
    draw = np.random.default_rng(seed)
    metric, here, there = metric_for(graph, is_worn), make_ends(origins), make_ends(places)
    place, group = draw.integers(0, 5, 7), draw.integers(0, 3, 7)
    worth = draw.integers(1, 9, 7).astype(float)
    weights = Weights(np.int32([0, 30, 90]), np.float64([[8, 4, 2, 1]]))
    counted = Counted(there, place.astype(np.int32), group.astype(np.int32), worth, 3)
    found = sum_reached(metric, here, 5, counted, weights)
    times = sweep_to(here, range(5), aim_at(metric, there, 5))
    expected = np.zeros((5, 3, 4))
    for each in range(7):
        expected[:, group[each]] += worth[each] * weights.of(times[:, place[each]])
    assert found.tolist() == expected.tolist()


@pytest.mark.parametrize("is_worn", [False, True])
def test_places_inside_the_streets_of_a_town_are_reached_from_both_ends(is_worn):
    draw, graph = np.random.default_rng(9), town(12, 12)
    arc = draw.choice(graph.arc_count, 150)
    node = np.column_stack([graph.tail[arc], graph.head[arc]]).ravel()
    there = make_ends(zip(np.arange(300) // 2, node, draw.integers(0, 40_000, 300), strict=True))
    here = NodeEnds.of_nodes(draw.integers(0, graph.node_count, 70))
    metric, place = metric_for(graph, is_worn), np.arange(150, dtype=np.int32)
    weights = Weights(np.int32([60_000, 200_000]), 0.99 ** np.arange(400)[np.newaxis])
    counted = Counted(there, place, place % 2, draw.integers(1, 9, 150).astype(float), 2)
    found = sum_reached(metric, here, 70, counted, weights)
    weighed = weights.of(sweep_to(here, range(70), aim_at(metric, there, 150)))
    weighed = weighed * counted.worth[:, np.newaxis]
    expected = np.stack([weighed[:, group::2].sum(axis=1) for group in range(2)], axis=1)
    assert found == pytest.approx(expected, rel=1e-12)
    assert (found[..., :2] == expected[..., :2]).all()


@MANY
@given(SEEDS, WORN)
def test_what_is_reached_at_the_last_millisecond_counts(seed, is_worn):
    draw = np.random.default_rng(seed)
    arcs = np.column_stack([draw.integers(0, 12, (25, 2)), draw.choice([0, 1000], 25)])
    graph, sources = make_graph(12, arcs), draw.integers(0, 12, 2).astype(np.int32)
    times, metric = travel_times(graph, sources), metric_for(graph, is_worn)
    for last_s in (0, 1, 2):
        expected = (times <= last_s * 1000).sum(axis=1)
        within = sums_of_nodes(metric, sources, np.ones(12), [last_s * 1000])
        decayed = sums_of_nodes(metric, sources, np.ones(12), [], np.ones((1, last_s + 1)))
        assert within[:, 0].tolist() == expected.tolist()
        assert decayed[:, 0].tolist() == expected.tolist()


def test_a_decay_that_is_a_step_counts_what_is_within_it(monkeypatch):
    graph = town(46, 46)
    sources = np.arange(0, graph.node_count, 31)
    worth = np.random.default_rng(2).integers(0, 9, graph.node_count).astype(float)
    step = (np.arange(1200) <= 300).astype(float)[np.newaxis]
    metric = metric_for(graph, is_worn=False)
    found = sums_of_nodes(metric, sources, worth, [300_000], step)
    assert found.max() > 1000
    assert (found[:, 0] == found[:, 1]).all()
    monkeypatch.setenv("ARTOIS_THREADS", "1")
    assert sums_of_nodes(metric, sources, worth, [300_000], step).tobytes() == found.tobytes()


def test_nothing_to_reach_and_nobody_to_reach_it():
    metric = metric_for(town(3, 3), is_worn=False)
    nobody, empty = NodeEnds.of_nodes(np.empty(0)), np.empty(0, np.int32)
    counted = Counted(nobody, empty, empty, np.empty(0), 2)
    weights = Weights(np.int32([5]), NO_DECAY)
    here = NodeEnds.of_nodes(np.int32([4, 5]))
    assert sum_reached(metric, here, 2, counted, weights).tolist() == [[[0], [0]], [[0], [0]]]
    assert sum_reached(metric, nobody, 0, counted, weights).shape == (0, 2, 1)


@pytest.mark.parametrize(
    ("bounds", "factor", "message"),
    [
        ([-1], NO_DECAY, "Thresholds are times from 0"),
        ([UNREACHED_MS], NO_DECAY, "Thresholds are times from 0"),
        ([1], [[0.5, np.nan]], "finite weights from 0 on"),
        ([1], [[-0.5]], "finite weights from 0 on"),
    ],
)
def test_weights_that_are_none_are_refused(bounds, factor, message):
    with pytest.raises(PlacesError, match=message):
        Weights(np.array(bounds, np.int32), np.array(factor))
