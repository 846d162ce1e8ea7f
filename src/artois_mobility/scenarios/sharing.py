"""Share people out over cells, to the person."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import Floats

Counts: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[Any]


def share_out(totals: Counts, worth: Counts, group: Counts) -> Counts:
    """Share the total of each group out over its members, in whole numbers.

    Parameters
    ----------
    totals
        Of each group, shape (g,); 0 where no member of a group is worth anything.
    worth
        Of each member, from 0 on, shape (n,).
    group
        Of each member, shape (n,).

    Returns
    -------
    shares
        In proportion to `worth`, rounded by the largest remainders, ties to the first; they sum
        to the totals exactly, shape (n,). What is worth nothing gets nothing.

    References
    ----------
    Balinski, M. L., Young, H. P. (2001). Fair Representation. Brookings Institution Press.
    The method of Hamilton.

    Examples
    --------
    >>> group = np.zeros(3, np.int64)
    >>> share_out(np.array([10]), np.array([1, 1, 4]), group).tolist()
    [2, 2, 6]
    >>> share_out(np.array([0]), np.array([0, 0, 0]), group).tolist()
    [0, 0, 0]
    """
    sums = np.zeros(totals.size, np.int64)
    np.add.at(sums, group, worth)
    shares, remainder = np.divmod(totals[group] * worth, np.maximum(sums, 1)[group])
    left = totals.astype(np.int64)
    np.subtract.at(left, group, shares)
    order = np.lexsort((-remainder, group))
    first = np.searchsorted(group[order], np.arange(totals.size))
    turn = np.arange(group.size) - first[group[order]]
    shares[order] += turn < left[group[order]]
    return shares


def share_people(people: float, worth: Floats, levels: Sequence[Codes] = ()) -> Floats:
    """Share people out over cells in proportion to who lives there.

    Parameters
    ----------
    people
        How many.
    worth
        Of each cell, some of it above 0, shape (n,).
    levels
        Codes of the zone of each cell, the largest zones first. Whole people are shared out over
        these, then within them, so that each gets its part to the person.

    Returns
    -------
    shares
        Whole numbers where `people` and all of `worth` are, else exact parts, shape (n,).

    Examples
    --------
    >>> share_people(5, np.array([1.0, 1.0, 1.0, 1.0]), [np.array(["a", "a", "a", "b"])]).tolist()
    [2.0, 1.0, 1.0, 1.0]
    >>> share_people(5, np.array([1.5, 2.5])).tolist()
    [1.875, 3.125]
    >>> share_people(0, np.array([2.0, 0.0])).tolist()
    [0.0, 0.0]
    """
    if not is_whole(np.append(worth, people)):
        exact: Floats = worth * (people / worth.sum())
        return exact
    counts = worth.astype(np.int64)
    group, totals = np.zeros(counts.size, np.int64), np.array([people], np.int64)
    for codes in levels:
        number = np.unique(codes.astype(str), return_inverse=True)[1]
        pairs = group * (number.max(initial=0) + 1) + number
        _, first, finer = np.unique(pairs, return_index=True, return_inverse=True)
        sums = np.zeros(first.size, np.int64)
        np.add.at(sums, finer, counts)
        totals, group = share_out(totals, sums, group[first]), finer
    return share_out(totals, counts, group).astype(np.float64)


def is_whole(numbers: Floats) -> bool:
    """Tell whether all of some numbers are whole.

    Parameters
    ----------
    numbers
        Any.

    Returns
    -------
    is_whole
        True for none.

    Examples
    --------
    >>> is_whole(np.array([1.0, 2.0])), is_whole(np.array([1.5])), is_whole(np.array([]))
    (True, False, True)
    """
    return bool((numbers == np.rint(numbers)).all())
