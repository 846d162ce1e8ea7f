"""Split a tree of ranks into subtrees that threads can work on side by side."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .._types import NodeIds
from ..kernels.chordal import cut_tree
from .threads import thread_count

PARTS_PER_THREAD: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Ranges:
    """Some ranks, as ranges, ascending.

    Attributes
    ----------
    first, last
        First and last rank of each range, shape (r,).
    """

    first: NodeIds
    last: NodeIds


def split_tree(subtree_size: NodeIds, part_count: int | None = None) -> list[Ranges]:
    """Split ranks in postorder into subtrees that do not touch, and the rest above them.

    Parameters
    ----------
    subtree_size
        Number of ranks in the subtree of each, itself included, shape (n,).
    part_count
        About how many parts of subtrees; None for a few per thread.

    Returns
    -------
    parts
        Every rank in one of them; the one above all others comes last.

    Examples
    --------
    >>> [part.first.tolist() for part in split_tree(np.int32([1, 1, 3]), 3)]
    [[0], [1], [2]]
    """
    rank_count = subtree_size.size
    most = max(1, rank_count // max(part_count or PARTS_PER_THREAD * thread_count(), 1))
    root, first, top = np.empty((3, rank_count), np.int32)
    count = cut_tree(subtree_size, most, root, first, top)
    root, first = root[:count][::-1].copy(), first[:count][::-1].copy()
    above = top[: rank_count - int((root - first + 1).sum())][::-1].copy()
    share = np.cumsum(root - first + 1) // most
    cuts = np.flatnonzero(np.diff(share)) + 1
    pairs = zip(np.split(first, cuts), np.split(root, cuts), strict=True)
    return [*(Ranges(*pair) for pair in pairs), Ranges(above, above)]
