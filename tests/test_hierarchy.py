"""Orders, chordal completion, customization: properties of their own, and brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import UNREACHED_MS
from artois_mobility import ordering as ordering_module
from artois_mobility.errors import GraphError
from artois_mobility.graph import NodeOrder
from artois_mobility.ordering import neighbours_of, order_nodes
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.metrics import customize, recustomize, update
from artois_mobility.routing.subtrees import split_tree
from graph_worlds import graphs, make_graph, town

orders = st.permutations(range(12)).map(lambda nodes: NodeOrder(np.array(nodes, np.int32)))


def neighbours_by_hand(graph):
    return {
        frozenset((int(tail), int(head)))
        for tail, head in zip(graph.tail, graph.head, strict=True)
        if tail != head
    }


def eliminate_by_hand(graph, order):
    """The elimination game: join the later neighbours of each node in turn; pairs of ranks."""
    rank = order.rank_of_node
    above = {r: set() for r in range(graph.node_count)}
    for pair in neighbours_by_hand(graph):
        lower, upper = sorted(int(rank[node]) for node in pair)
        above[lower].add(upper)
    for lower in range(graph.node_count):
        for middle in above[lower]:
            above[middle] |= {upper for upper in above[lower] if upper > middle}
    return {(lower, upper) for lower, uppers in above.items() for upper in uppers}


def ways_below(graph, rank_of_node):
    """Shortest times from rank to rank through ranks below both: Floyd and Warshall in order."""
    count = graph.node_count
    table = np.full((count, count), UNREACHED_MS, np.int64)
    tail, head = rank_of_node[graph.tail], rank_of_node[graph.head]
    np.minimum.at(table, (tail, head), graph.weight_ms)
    for middle in range(count):
        above = np.arange(count) > middle
        via = table[:, middle, np.newaxis] + table[np.newaxis, middle]
        via[~above] = via[:, ~above] = UNREACHED_MS
        table = np.minimum(table, via)
    return table


@settings(max_examples=200)
@given(graphs())
def test_neighbours_stand_once_and_in_both_directions(graph):
    links = neighbours_of(graph.first_out, graph.head)
    node = np.repeat(np.arange(graph.node_count), np.diff(links.first))
    found = list(zip(node.tolist(), links.neighbour.tolist(), strict=True))
    expected = {each for pair in neighbours_by_hand(graph) for each in _both(tuple(pair))}
    assert found == sorted(expected)


def _both(pair):
    return pair, pair[::-1]


@settings(max_examples=200)
@given(graphs(), st.booleans())
def test_an_order_names_every_node_once(graph, dissect):
    order = order_nodes(graph, dissect=dissect)
    assert sorted(order.node_of_rank.tolist()) == list(range(graph.node_count))
    again = order_nodes(graph, dissect=dissect)
    assert (order.node_of_rank == again.node_of_rank).all()


@settings(max_examples=100)
@given(graphs())
def test_the_order_by_degree_takes_the_smallest_degrees_first(graph):
    """Each round takes nodes that no neighbour has fewer neighbours than: so a tree adds none."""
    pairs = {pair for pair in neighbours_by_hand(graph) if max(pair) == min(pair) + 1}
    tree = make_graph(12, [(min(pair), max(pair), 1) for pair in pairs])
    hierarchy = build_hierarchy(tree, order_nodes(tree, dissect=False))
    assert hierarchy.up_head.size == len(pairs)


@pytest.mark.parametrize("node_count", [0, 1, 2])
def test_the_smallest_graphs_have_a_hierarchy(node_count):
    arcs = [(0, 1, 7), (0, 1, 3), (1, 1, 1)] if node_count == 2 else []
    graph = make_graph(node_count, arcs)
    hierarchy = build_hierarchy(graph)
    metric = customize(hierarchy, graph.weight_ms)
    assert hierarchy.rank_count == node_count
    assert sorted([*metric.climb_ms, *metric.descend_ms]) == [3, UNREACHED_MS][: len(arcs)]


@settings(max_examples=300)
@given(graphs(), orders)
def test_the_completion_is_that_of_the_elimination_game(graph, order):
    hierarchy = build_hierarchy(graph, order)
    found = list(zip(hierarchy.up_tail.tolist(), hierarchy.up_head.tolist(), strict=True))
    assert found == sorted(found)
    assert set(found) == eliminate_by_hand(graph, hierarchy.order)
    # renumbering to postorder adds no arc
    assert len(found) == len(eliminate_by_hand(graph, order))


@settings(max_examples=200)
@given(graphs(), orders)
def test_the_tree_is_a_postorder_with_the_arcs_on_its_paths(graph, order):
    hierarchy = build_hierarchy(graph, order)
    parent = hierarchy.parent.tolist()
    for rank in range(hierarchy.rank_count):
        heads = hierarchy.up_head[hierarchy.up_first[rank] : hierarchy.up_first[rank + 1]]
        assert parent[rank] == (heads[0] if heads.size else -1)
        above = set(ancestors_by_hand(parent, rank))
        assert set(heads.tolist()) <= above
        assert hierarchy.depth[rank] == len(above)
        below = [other for other in range(12) if rank in (other, *ancestors_by_hand(parent, other))]
        assert below == list(range(rank - hierarchy.subtree_size[rank] + 1, rank + 1))
    into = [
        hierarchy.up_tail[
            hierarchy.down_arc[hierarchy.down_first[r] : hierarchy.down_first[r + 1]]
        ].tolist()
        for r in range(12)
    ]
    assert into == [
        [t for t, h in zip(hierarchy.up_tail, hierarchy.up_head, strict=True) if h == r]
        for r in range(12)
    ]


def ancestors_by_hand(parent, rank):
    above = []
    while parent[rank] != -1:
        rank = parent[rank]
        above.append(rank)
    return above


def test_an_order_that_is_a_postorder_stays():
    graph = town(20, 20)
    order = build_hierarchy(graph).order
    assert (build_hierarchy(graph, order).order.node_of_rank == order.node_of_rank).all()


@settings(max_examples=300)
@given(graphs(), orders)
def test_each_upward_arc_is_the_shortest_way_through_lower_ranks(graph, order):
    hierarchy = build_hierarchy(graph, order)
    metric = customize(hierarchy, graph.weight_ms)
    table = ways_below(graph, hierarchy.order.rank_of_node)
    lower, upper = hierarchy.up_tail, hierarchy.up_head
    assert (metric.climb_ms == table[lower, upper]).all()
    assert (metric.descend_ms == table[upper, lower]).all()


@settings(max_examples=300)
@given(graphs(), orders, st.data())
def test_a_partial_customization_equals_a_full_one(graph, order, data):
    hierarchy = build_hierarchy(graph, order)
    before = customize(hierarchy, graph.weight_ms)
    weight_ms = graph.weight_ms.copy()
    times = st.one_of(st.integers(0, 50), st.just(UNREACHED_MS))
    for arc in data.draw(st.lists(st.integers(0, max(weight_ms.size - 1, 0)), max_size=6)):
        weight_ms[arc : arc + 1] = data.draw(times)
    after, full = recustomize(before, weight_ms), customize(hierarchy, weight_ms)
    assert after.climb_ms.tobytes() == full.climb_ms.tobytes()
    assert after.descend_ms.tobytes() == full.descend_ms.tobytes()
    # and back again, to today to the byte
    back = recustomize(after, graph.weight_ms)
    assert back.climb_ms.tobytes() == before.climb_ms.tobytes()
    assert back.descend_ms.tobytes() == before.descend_ms.tobytes()


def test_a_partial_customization_touches_a_small_part():
    graph = town(60, 60)
    hierarchy = build_hierarchy(graph)
    metric = customize(hierarchy, graph.weight_ms)
    arc = int(np.argmin(hierarchy.up_of_arc))
    climb_ms, descend_ms = metric.climb_ms.copy(), metric.descend_ms.copy()
    changed = hierarchy.up_of_arc[[arc]]
    assert update(hierarchy, graph.weight_ms, changed, climb_ms, descend_ms) == 1
    weight_ms = graph.weight_ms.copy()
    weight_ms[arc] += 1000
    computed = update(hierarchy, weight_ms, changed, climb_ms, descend_ms)
    assert 1 <= computed < hierarchy.up_head.size / 20


@pytest.mark.parametrize("part_count", [1, 3, 16, 10**6])
def test_the_parts_of_a_tree_are_all_of_it_and_do_not_touch(part_count):
    hierarchy = build_hierarchy(town(30, 30))
    *subtrees, top = split_tree(hierarchy.subtree_size, part_count)
    part_of_rank = np.full(hierarchy.rank_count, -1)
    for row, part in enumerate([*subtrees, top]):
        for first, last in zip(part.first, part.last, strict=True):
            assert (part_of_rank[first : last + 1] == -1).all()
            part_of_rank[first : last + 1] = row
    assert (part_of_rank >= 0).all()
    same = part_of_rank[hierarchy.up_tail] == part_of_rank[hierarchy.up_head]
    assert (same | (part_of_rank[hierarchy.up_head] == len(subtrees))).all()


def test_a_town_is_dissected_and_by_degree_nearly_as_well(monkeypatch):
    graph = town(60, 60)
    dissected = build_hierarchy(graph, order_nodes(graph))
    by_degree = build_hierarchy(graph, order_nodes(graph, dissect=False))
    assert dissected.up_head.size < 12 * graph.node_count
    assert by_degree.up_head.size < 2 * dissected.up_head.size
    assert (order_nodes(graph).node_of_rank == order_nodes(graph).node_of_rank).all()
    monkeypatch.setattr(ordering_module, "_has_metis", lambda: False)
    without = order_nodes(graph).node_of_rank
    assert (without == order_nodes(graph, dissect=False).node_of_rank).all()


def test_a_chain_becomes_a_low_tree():
    chain = make_graph(1024, [(node, node + 1, 1) for node in range(1023)])
    assert build_hierarchy(chain).height < 40


def test_the_same_bytes_on_one_thread_and_on_two(monkeypatch):
    graph = town(40, 40)
    columns = []
    for count in ("1", "2"):
        monkeypatch.setenv("ARTOIS_THREADS", count)
        hierarchy = build_hierarchy(graph)
        metric = customize(hierarchy, graph.weight_ms)
        columns.append(
            [
                each.tobytes()
                for each in (hierarchy.up_head, hierarchy.depth, metric.climb_ms, metric.descend_ms)
            ]
        )
    assert columns[0] == columns[1]


def test_what_does_not_fit_is_refused():
    graph = make_graph(3, [(0, 1, 5), (1, 2, 5)])
    hierarchy = build_hierarchy(graph)
    with pytest.raises(GraphError, match=r"shape \(3,\); the hierarchy was made for \(2,\)"):
        customize(hierarchy, np.zeros(3, np.int32))
    with pytest.raises(GraphError, match=r"1 of 2 weights are not from 0 .* first -4"):
        customize(hierarchy, np.int32([1, -4]))
    with pytest.raises(GraphError, match="The order has 2 nodes and the graph 3"):
        build_hierarchy(graph, NodeOrder(np.int32([1, 0])))
    with pytest.raises(GraphError, match="names each of 2 nodes once; 1 are missing, first 1"):
        NodeOrder(np.int32([0, 0]))
