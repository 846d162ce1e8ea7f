import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from artois_mobility._types import UNREACHED_MS
from artois_mobility.errors import GraphError
from artois_mobility.graph import Graph, group_rows, reverse, sort_arcs
from graph_worlds import graphs, make_graph


@given(graphs())
def test_reversing_twice_gives_the_same_arcs(graph):
    back, _ = reverse(reverse(graph)[0])
    arcs = sorted(zip(graph.tail, graph.head, graph.weight_ms, strict=True))
    assert sorted(zip(back.tail, back.head, back.weight_ms, strict=True)) == arcs


@given(graphs())
def test_a_reversed_arc_names_the_arc_it_was(graph):
    turned, arc_of_reversed = reverse(graph)
    assert (graph.tail[arc_of_reversed] == turned.head).all()
    assert (graph.weight_ms[arc_of_reversed] == turned.weight_ms).all()


def test_sorting_keeps_the_given_order_of_parallel_arcs():
    order = sort_arcs(2, np.int32([1, 0, 0]), np.int32([0, 1, 1]))
    assert order.arc_of_input.tolist() == [1, 2, 0]
    assert order.first_out.tolist() == [0, 2, 3]


@given(hnp.arrays(np.int32, st.integers(0, 40), elements=st.integers(-2, 6)))
def test_rows_of_each_group_ascend_and_those_of_none_are_left_out(group_of_row):
    groups = group_rows(group_of_row, 7)
    assert groups.first.size == 8
    for group in range(7):
        rows = groups.row_of_place[groups.first[group] : groups.first[group + 1]]
        assert rows.tolist() == np.flatnonzero(group_of_row == group).tolist()
    assert groups.row_of_place.size == groups.first[-1] == (group_of_row >= 0).sum()


def test_a_group_that_does_not_exist_is_refused():
    with pytest.raises(GraphError, match="There are 2 groups; a row names number 2"):
        group_rows(np.int32([0, 2]), 2)
    assert group_rows(np.int32([]), 0).first.tolist() == [0]


@given(graphs())
def test_arcs_are_sorted_as_numpy_sorts_them(graph):
    tail, head = graph.head, graph.tail  # in no order
    order = sort_arcs(graph.node_count, tail, head)
    assert order.arc_of_input.tolist() == np.lexsort((head, tail)).tolist()


def test_a_graph_cannot_be_written_to():
    graph = make_graph(2, [(0, 1, 5)])
    with pytest.raises(ValueError, match="read-only"):
        graph.weight_ms[0] = 1


@pytest.mark.parametrize(
    ("first_out", "head", "weight_ms", "message"),
    [
        ([0, 2, 1], [0], [1], "sorted by tail"),
        ([0, 1], [3], [1], "not nodes from 0 to 0; first 3"),
        ([0, 1], [0], [-4], "first -4"),
        ([0, 1], [0], [UNREACHED_MS + 1], "Close an arc with"),
        ([0, 1], [0], [1, 2], "2 values for 1 arcs"),
        ([0, 2], [0], [1], "must run from 0 to the number of arcs"),
        ([], [], [], "must run from 0 to the number of arcs"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(first_out, head, weight_ms, message):
    if first_out == [0, 2, 1]:
        first_out = [0, 2, 1, 1]
    with pytest.raises(GraphError, match=message):
        Graph(np.int32(first_out), np.int32(head), np.int32(weight_ms))


def test_another_type_is_refused():
    with pytest.raises(GraphError, match="int32"):
        Graph(np.array([0, 0]), np.int32([]), np.int32([]))
