"""Every kind of query over a hierarchy: certificates, and Dijkstra's search as the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config

from artois_mobility import UNREACHED_MS, travel_times
from artois_mobility.errors import BudgetError, NodeError
from artois_mobility.graph import Graph, reverse
from artois_mobility.kernels.nearest import NO_SITE
from artois_mobility.kernels.sweep import LANES
from artois_mobility.routing.engine import has_metric, metric_of
from artois_mobility.routing.metrics import customize
from artois_mobility.routing.nearest import search_for_nearest, sweep_for_nearest
from artois_mobility.routing.parts import restrict
from artois_mobility.routing.searches import search_from_seeds
from artois_mobility.routing.sweeps import (
    aim_at,
    sweep_columns,
    sweep_lines,
    sweep_to,
)
from artois_mobility.routing.tight import SWEEPS_TO_TIGHTEN, down_arcs, tighten
from artois_mobility.routing.ways import FEWEST_NODES, sweeps_pay
from certificates import assert_shortest, scipy_times
from graph_worlds import graphs, make_ends, make_graph, metric_for, town

# uncompiled, every lane of every arc is a step of the interpreter
MANY = settings(max_examples=30 if config.DISABLE_JIT else 300)
WORN = st.booleans()
END_LISTS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 11), st.integers(0, 40)), max_size=10
)


def lines_by_sweep(metric, sources):
    table = np.empty((len(sources), metric.hierarchy.rank_count), np.int32)
    sweep_lines(metric, np.asarray(sources, np.int32), table)
    return table


@MANY
@given(graphs(), WORN)
def test_sweeps_find_the_shortest_times(graph, is_worn):
    sources = np.arange(graph.node_count, dtype=np.int32)
    table = lines_by_sweep(metric_for(graph, is_worn), sources)
    for source, row in zip(sources, table, strict=True):
        assert_shortest(graph, source, row)
    assert (table == scipy_times(graph, sources)).all()


@given(graphs(), WORN, st.lists(st.integers(0, 11), max_size=12))
def test_the_own_layout_holds_the_same_times_by_rank(graph, is_worn, sources):
    metric = metric_for(graph, is_worn)
    out = np.full((graph.node_count, LANES), -1, np.int32)
    sweep_columns(metric, np.array(sources, np.int32), out)
    expected = lines_by_sweep(metric_of(graph), sources)
    by_node = out[metric.hierarchy.order.rank_of_node]
    assert (expected == by_node[:, : len(sources)].T).all()
    assert (out[:, len(sources) :] == UNREACHED_MS).all()


@given(graphs(), WORN)
def test_a_reversed_metric_finds_the_times_to_a_node(graph, is_worn):
    nodes = np.arange(graph.node_count, dtype=np.int32)
    metric = metric_for(graph, is_worn)
    expected = lines_by_sweep(metric_of(graph), nodes)
    assert (lines_by_sweep(metric.reversed(), nodes) == expected.T).all()
    assert (lines_by_sweep(metric.reversed().reversed(), nodes) == expected).all()


@given(graphs())
def test_wear_of_either_direction_counts_for_both(graph):
    metric, nodes = metric_for(graph, is_worn=False), np.arange(12, dtype=np.int32)
    down_arcs(metric.reversed(), SWEEPS_TO_TIGHTEN - 1)
    assert metric.wear.tight is None
    there, back = (lines_by_sweep(each, nodes) for each in (metric.reversed(), metric))
    assert metric.wear.tight is not None
    assert (there == back.T).all()
    assert (lines_by_sweep(metric.reversed(), nodes) == there).all()


@MANY
@given(st.integers(0, 2**32 - 1), st.integers(10, 60))
def test_only_arcs_that_a_shortest_path_can_end_with_are_gone_down_by(seed, arc_count):
    draw = np.random.default_rng(seed)
    arcs = [*draw.integers(0, 12, (2, arc_count)), draw.integers(0, 100, arc_count)]
    graph = make_graph(12, np.column_stack(arcs))
    metric = metric_of(graph)
    hierarchy = metric.hierarchy
    times = travel_times(graph, hierarchy.order.node_of_rank)[:, hierarchy.order.node_of_rank]
    lower, upper = hierarchy.up_tail, hierarchy.up_head
    sides = (metric.descend_ms, times[upper, lower]), (metric.climb_ms, times[lower, upper])
    for down, (up_ms, shortest_ms) in zip(tighten(metric), sides, strict=True):
        kept = (up_ms == shortest_ms) & (up_ms < UNREACHED_MS)
        assert np.repeat(np.arange(12), np.diff(down.first)).tolist() == lower[kept].tolist()
        assert down.above.tolist() == upper[kept].tolist()
        assert down.depth.tolist() == hierarchy.depth[upper[kept]].tolist()
        assert down.ms.tolist() == up_ms[kept].tolist()


@MANY
@given(graphs(), WORN, END_LISTS, END_LISTS)
def test_times_between_places_go_by_their_best_ends(graph, is_worn, origins, destinations):
    metric, here, there = metric_for(graph, is_worn), make_ends(origins), make_ends(destinations)
    found = sweep_to(here, range(5), aim_at(metric, there, 5))
    for row in range(5):
        mine = here.of_place(row)
        node_ms = search_from_seeds(graph, here.node[mine], here.ms[mine]).astype(np.int64)
        expected = np.full(5, UNREACHED_MS)
        np.minimum.at(expected, there.place, node_ms[there.node] + there.ms)
        assert found[row].tolist() == expected.tolist()


@MANY
@given(graphs(), WORN, st.lists(END_LISTS, min_size=1, max_size=12), END_LISTS, st.integers(1, 4))
def test_the_nearest_sites_equal_those_of_searches(graph, is_worn, categories, places, k):
    metric, there = metric_for(graph, is_worn).reversed(), make_ends(places)
    sites = [make_ends(each) for each in categories]
    swept = sweep_for_nearest(sites, aim_at(metric, there, 5), k)
    turned, _ = reverse(graph)
    for own, found in zip(sites, swept, strict=True):
        expected = search_for_nearest(turned, own, there, (5, k))
        assert found[0].tolist() == expected[0].tolist(), "another site"
        assert found[1].tolist() == expected[1].tolist(), "another time"


@MANY
@given(st.integers(0, 2**32 - 1), WORN)
def test_of_many_sites_as_far_as_one_another_the_smaller_ids_are_listed(seed, is_worn):
    draw = np.random.default_rng(seed)
    arcs = [*draw.integers(0, 12, (2, 40)), draw.integers(0, 3, 40)]
    graph = make_graph(12, np.column_stack(arcs))
    sites, there = (make_ends(draw.integers(0, [most, 12, 3], (14, 3)).tolist()) for most in (8, 6))
    metric = metric_for(graph, is_worn).reversed()
    (found,) = sweep_for_nearest([sites], aim_at(metric, there, 6), 3)
    times = travel_times(graph, np.arange(12))
    for place in range(6):
        best_ms = {}
        for end in np.flatnonzero(there.place == place):
            ways_ms = there.ms[end] + times[there.node[end], sites.node] + sites.ms
            for site, ms in zip(sites.place.tolist(), ways_ms.tolist(), strict=True):
                best_ms[site] = min(ms, best_ms.get(site, UNREACHED_MS))
        expected = sorted((ms, site) for site, ms in best_ms.items() if ms < UNREACHED_MS)[:3]
        expected += [(UNREACHED_MS, NO_SITE)] * (3 - len(expected))
        assert list(zip(found[1][place], found[0][place], strict=True)) == expected


@given(graphs(), st.lists(st.integers(0, 11), max_size=4))
def test_a_part_is_closed_upwards_and_keeps_its_arcs(graph, nodes):
    metric = metric_of(graph)
    hierarchy, arcs = metric.hierarchy, down_arcs(metric, 0)
    part = restrict(hierarchy, np.array(nodes, np.int32), arcs)
    kept = set(part.rank.tolist())
    assert set(nodes) <= kept
    assert all(hierarchy.parent[rank] in kept | {-1} for rank in kept)
    own = np.flatnonzero(np.isin(hierarchy.up_tail, part.rank))
    assert part.rank[part.down.above].tolist() == hierarchy.up_head[own].tolist()
    assert part.down.ms.tolist() == metric.descend_ms[own].tolist()
    everything = restrict(hierarchy, np.arange(12, dtype=np.int32), arcs)
    assert everything.down.above.tolist() == hierarchy.up_head.tolist()


@pytest.fixture(scope="module")
def large():
    return town(46, 46)


def test_of_two_ends_at_one_node_the_quicker_counts(large):
    metric, here = metric_of(large), make_ends([(0, 5, 3), (0, 5, 9)])
    there = make_ends([(0, 5, 2), (0, 5, 8)])
    assert sweep_to(here, range(1), aim_at(metric, there, 1)).tolist() == [[5]]


def test_many_places_keep_their_own_nearest_sites(large):
    draw = np.random.default_rng(4)
    node, ms = (draw.integers(0, most, 400) for most in (large.node_count, 900))
    there = make_ends(zip(np.arange(400) // 2, node, ms, strict=True))
    sites = make_ends(zip(range(9), draw.integers(0, large.node_count, 9), range(9), strict=True))
    metric, (turned, _) = metric_of(large).reversed(), reverse(large)
    (found,) = sweep_for_nearest([sites], aim_at(metric, there, 200), 1)
    expected = search_for_nearest(turned, sites, there, (200, 1))
    assert found[0].tolist() == expected[0].tolist()
    assert found[1].tolist() == expected[1].tolist()


def test_both_ways_through_the_door_give_the_same_bytes(large, monkeypatch):
    sources = np.random.default_rng(1).integers(0, large.node_count, 70)
    searched = np.vstack([travel_times(fresh(large), [source]) for source in sources])
    assert not sweeps_pay(fresh(large), 1, is_bounded=False)
    assert sweeps_pay(large, sources.size, is_bounded=False)
    for count in ("1", "2"):
        monkeypatch.setenv("ARTOIS_THREADS", count)
        assert travel_times(fresh(large), sources).tobytes() == searched.tobytes()
    out = np.empty_like(searched)
    assert travel_times(large, sources, out=out) is out
    assert out.tobytes() == searched.tobytes()
    bounded = travel_times(large, sources, bound_min=10)
    assert bounded.tobytes() == np.where(searched <= 600_000, searched, UNREACHED_MS).tobytes()


def test_times_to_nodes_are_those_of_the_graph_turned_round(large):
    targets = np.random.default_rng(6).integers(0, large.node_count, 20)
    expected = travel_times(reverse(fresh(large))[0], targets)
    assert (travel_times(large, targets, direction="to") == expected).all()
    bounded = travel_times(fresh(large), targets, direction="to", bound_min=5)
    assert (bounded == np.where(expected <= 300_000, expected, UNREACHED_MS)).all()
    with pytest.raises(NodeError, match="one of from, to; found 'back'"):
        travel_times(large, targets, direction="back")


def test_a_table_beyond_the_budget_is_refused_and_one_handed_in_is_not(large):
    sources = np.zeros(3, np.int32)
    needed = 3 * large.node_count * 4
    with pytest.raises(BudgetError, match="The table from 3 sources to 2116 nodes takes"):
        travel_times(large, sources, budget_bytes=needed - 1)
    assert travel_times(large, sources, budget_bytes=needed).shape == (3, large.node_count)
    out = np.empty((3, large.node_count), np.int32)
    assert travel_times(large, sources, out=out, budget_bytes=1) is out


def fresh(graph):
    """The same graph, which nobody has made a hierarchy for."""
    return Graph(graph.first_out.copy(), graph.head.copy(), graph.weight_ms.copy())


def test_nodes_in_the_order_of_elimination_need_no_copy(large):
    rank = metric_of(large).hierarchy.order.rank_of_node
    tail, head = rank[large.tail], rank[large.head]
    order = np.lexsort((head, tail))
    first_out = np.searchsorted(tail[order], np.arange(large.node_count + 1)).astype(np.int32)
    numbered = Graph(first_out, head[order], large.weight_ms[order])
    assert metric_of(numbered).hierarchy.is_in_node_order
    assert not metric_of(large).hierarchy.is_in_node_order
    sources = np.arange(0, large.node_count, 20)
    by_rank = travel_times(numbered, rank[sources])
    assert (by_rank[:, rank] == travel_times(large, sources)).all()


def test_a_metric_lives_as_long_as_its_graph_and_shares_its_hierarchy(large):
    graph = fresh(large)
    metric = metric_of(graph)
    assert has_metric(graph)
    assert metric_of(graph) is metric
    scenario = Graph(graph.first_out, graph.head, np.minimum(graph.weight_ms * 2, UNREACHED_MS))
    assert metric_of(scenario).hierarchy is metric.hierarchy
    assert not has_metric(fresh(large))


@pytest.mark.parametrize("changed", [1, 4, 400])
def test_a_scenario_on_todays_hierarchy_has_the_metric_of_its_own_weights(large, changed):
    today = fresh(large)
    metric_of(today)
    weight_ms = today.weight_ms.copy()
    weight_ms[:: today.arc_count // changed] = UNREACHED_MS
    scenario = metric_of(Graph(today.first_out, today.head, weight_ms))
    assert scenario.hierarchy is metric_of(today).hierarchy
    anew = customize(scenario.hierarchy, weight_ms)
    assert scenario.climb_ms.tobytes() == anew.climb_ms.tobytes()
    assert scenario.descend_ms.tobytes() == anew.descend_ms.tobytes()
    assert metric_of(today).climb_ms.tobytes() != anew.climb_ms.tobytes()


def test_a_small_graph_is_searched():
    assert not sweeps_pay(town(10, 10), 1000, is_bounded=False)
    assert FEWEST_NODES > 100
