"""A 4-ary min-heap in two arrays, for the searches.

Four children share a cache line and halve the depth of a binary heap, which is what a search on
a road network spends its time on (LaMarca and Ladner 1996, doi 10.1145/235141.235145).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from .._types import NodeIds

ARITY = 4


@njit(cache=True, nogil=True)
def push(
    keys: npt.NDArray[np.signedinteger], nodes: NodeIds, size: int, key: int, node: int
) -> int:
    """Insert `node` under `key`; return the new size."""
    hole = size
    while hole > 0:
        parent = (hole - 1) // ARITY
        if keys[parent] <= key:
            break
        keys[hole] = keys[parent]
        nodes[hole] = nodes[parent]
        hole = parent
    keys[hole] = key
    nodes[hole] = node
    return size + 1


@njit(cache=True, nogil=True)
def drop_min(keys: npt.NDArray[np.signedinteger], nodes: NodeIds, size: int) -> int:
    """Remove the smallest entry, which stands at index 0; return the new size."""
    size -= 1
    key = keys[size]
    node = nodes[size]
    hole = 0
    while ARITY * hole + 1 < size:
        first_child = ARITY * hole + 1
        smallest = first_child
        for child in range(first_child + 1, min(first_child + ARITY, size)):
            if keys[child] < keys[smallest]:
                smallest = child
        if keys[smallest] >= key:
            break
        keys[hole] = keys[smallest]
        nodes[hole] = nodes[smallest]
        hole = smallest
    keys[hole] = key
    nodes[hole] = node
    return size
