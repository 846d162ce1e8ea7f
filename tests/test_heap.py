import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artois_mobility.kernels.heap import drop_min, push


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@given(values=st.lists(st.integers(0, 100)))
def test_keys_come_out_sorted_and_keep_their_nodes(dtype, values):
    keys = np.empty(len(values) + 1, dtype)
    nodes = np.empty(len(values) + 1, np.int32)
    size = 0
    for node, key in enumerate(values):
        size = push(keys, nodes, size, key, node)
    drained = []
    while size > 0:
        assert values[nodes[0]] == keys[0], "a node lost its key"
        drained.append(int(keys[0]))
        size = drop_min(keys, nodes, size)
    assert drained == sorted(values)


@given(st.lists(st.one_of(st.integers(0, 20), st.none()), max_size=60))
def test_pushing_and_dropping_in_any_order_yields_the_smallest(steps):
    keys, nodes = np.empty((2, len(steps) + 1), np.int32)
    expected = []
    size = 0
    for node, step in enumerate(steps):
        if step is not None:
            size = push(keys, nodes, size, step, node)
            expected = sorted([*expected, step])
        elif size:
            assert keys[0] == expected.pop(0)
            size = drop_min(keys, nodes, size)
    assert size == len(expected)
