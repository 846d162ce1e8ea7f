"""Group rows by small integers: a counting sort, stable and linear.

Knuth, The Art of Computer Programming, volume 3 (1998), section 5.2, algorithm D.
"""

from numba import njit

from .._types import Offsets, Rows
from ._signatures import NOTHING, READ_INT32, WRITE_INT32


@njit(NOTHING(READ_INT32, WRITE_INT32, WRITE_INT32), cache=True, nogil=True)
def group(key: Rows, first: Offsets, row_of_place: Rows) -> None:
    """List the rows of each key, ascending; those of key `k` from `first[k]` to `first[k + 1]`.

    Keys are below `first.size - 1`; rows with a negative key are left out, and `row_of_place` has
    room for the others.
    """
    first[:] = 0
    for row in range(key.size):
        if key[row] >= 0:
            first[key[row] + 1] += 1
    for value in range(1, first.size):
        first[value] += first[value - 1]
    # each entry serves as the cursor of its key, and so ends where the next key begins
    for row in range(key.size):
        if key[row] >= 0:
            row_of_place[first[key[row]]] = row
            first[key[row]] += 1
    for value in range(first.size - 1, 0, -1):
        first[value] = first[value - 1]
    first[0] = 0
