"""Chains truck, quay, barge, quay, truck: the quickest pair of quays for each trip."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from .._types import UNREACHED_MS, Milliseconds, WideMilliseconds

# Farther than any chain: sums of several still fit, and stay recognisable.
FAR_MS: Final = 2**50
NO_CHAIN: Final = -1


class Legs(NamedTuple):
    """Times of the parts of chains over q quays, for o origins and d destinations.

    Attributes
    ----------
    before_ms
        From each origin to each quay by road, shape (o, q).
    barge_ms
        From each quay to each by water, shape (q, q).
    after_ms
        From each quay to each destination by road, shape (q, d).
    handling_ms
        One transfer at each quay, shape (q,).
    """

    before_ms: Milliseconds
    barge_ms: Milliseconds
    after_ms: Milliseconds
    handling_ms: WideMilliseconds


class Chains(NamedTuple):
    """The quickest chain of each pair of places, p of them.

    Attributes
    ----------
    first, last
        Rows of its two quays, `NO_CHAIN` where there is none, shape (p,).
    ms
        Its time, `FAR_MS` where there is none, shape (p,).
    """

    first: npt.NDArray[np.int64]
    last: npt.NDArray[np.int64]
    ms: WideMilliseconds


def find_chains(legs: Legs, pairs: Sequence[tuple[int, int]]) -> Chains:
    """Find the quickest chain of each pair over any two different quays.

    Parameters
    ----------
    legs
        Times of the parts; `UNREACHED_MS` for none.
    pairs
        Rows of origins and destinations.

    Returns
    -------
    chains
        Of equally quick ones that with the smaller first quay, then with the smaller last one.

    Examples
    --------
    >>> legs = Legs(np.int32([[5, 1]]), np.int32([[0, 7], [7, 0]]), np.int32([[2], [3]]),
    ...             np.array([10, 20]))
    >>> find_chains(legs, [(0, 0)])
    Chains(first=array([1]), last=array([0]), ms=array([40]))
    """
    before, after = _widen(legs.before_ms), _widen(legs.after_ms)
    between = _widen(legs.barge_ms) + legs.handling_ms[:, np.newaxis] + legs.handling_ms
    np.fill_diagonal(between, FAR_MS)
    first, last = np.full((2, len(pairs)), NO_CHAIN, np.int64)
    ms = np.full(len(pairs), FAR_MS, np.int64)
    for row, (here, there) in enumerate(pairs if between.size else ()):
        total = before[here][:, np.newaxis] + between + after[:, there]
        best = divmod(int(total.argmin()), len(between))
        if total[best] < FAR_MS:
            (first[row], last[row]), ms[row] = best, total[best]
    return Chains(first, last, ms)


def _widen(times_ms: Milliseconds) -> WideMilliseconds:
    return np.where(times_ms < UNREACHED_MS, times_ms.astype(np.int64), FAR_MS)
