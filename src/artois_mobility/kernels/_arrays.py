"""Indices without the check for negative ones that a plain integer costs in every access."""

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def index(number: int) -> np.uint32:
    """Make an index unsigned; it must not be negative."""
    return np.uint32(number)
