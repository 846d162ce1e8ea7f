"""What of a hierarchy a search has to look at: paths to the root, and sets closed upwards."""

from dataclasses import dataclass

import numpy as np

from .._types import NodeIds, Rows
from ..kernels.chordal import measure_tree
from ..kernels.sweep import NOT_ON_PATH, list_ancestors
from .hierarchy import Hierarchy
from .subtrees import Ranges, split_tree
from .tight import DownArcs


@dataclass(frozen=True, slots=True, eq=False)
class Ancestors:
    """Some ranks and everything above them, r ranks.

    Attributes
    ----------
    rank
        Ascending, shape (r,).
    row_of_rank
        Row of each rank of the hierarchy in `rank`, or `NOT_ON_PATH`, shape (n,).
    """

    rank: NodeIds
    row_of_rank: Rows


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some ranks and everything above them, as a hierarchy of their own, r ranks.

    Attributes
    ----------
    rank
        Rank in the whole hierarchy, ascending, shape (r,).
    row_of_rank
        Row of each rank of the whole hierarchy in `rank`, or `NOT_ON_PATH`, shape (n,).
    down
        The arcs down to each row, `above` as rows; k of them.
    ranges
        The rows as subtrees, and what stands above them; for work side by side.
    """

    rank: NodeIds
    row_of_rank: Rows
    down: DownArcs
    ranges: tuple[Ranges, ...]


def find_ancestors(hierarchy: Hierarchy, rank: NodeIds) -> Ancestors:
    """List some ranks and everything above them in the elimination tree.

    Parameters
    ----------
    hierarchy
        Of n ranks.
    rank
        Ranks, in any order, repeated or not.

    Returns
    -------
    ancestors
        They themselves among them.
    """
    row_of_rank = np.full(hierarchy.rank_count, NOT_ON_PATH, np.int32)
    path_rank = np.empty(hierarchy.rank_count, np.int32)
    count = list_ancestors(rank, hierarchy.parent, row_of_rank, path_rank)
    return Ancestors(path_rank[:count].copy(), row_of_rank)


def restrict(hierarchy: Hierarchy, rank: NodeIds, arcs: DownArcs) -> Part:
    """Take the part of a hierarchy that sweeps to some ranks have to look at.

    Parameters
    ----------
    hierarchy
        Of n ranks.
    rank
        The targets.
    arcs
        Those that sweeps go down by.

    Returns
    -------
    part
        The targets and everything above them, with all arcs down to these.
    """
    ancestors = find_ancestors(hierarchy, rank)
    begin = arcs.first[ancestors.rank]
    count = arcs.first[ancestors.rank + 1] - begin
    first = np.zeros(ancestors.rank.size + 1, np.int32)
    np.cumsum(count, out=first[1:])
    taken = np.repeat(begin - first[:-1], count) + np.arange(first[-1], dtype=np.int32)
    above = ancestors.row_of_rank[arcs.above[taken]]
    parent = hierarchy.parent[ancestors.rank]
    parent = np.where(parent < 0, -1, ancestors.row_of_rank[parent]).astype(np.int32)
    depth, size = np.empty_like(parent), np.empty_like(parent)
    measure_tree(parent, depth, size)
    return Part(
        ancestors.rank,
        ancestors.row_of_rank,
        DownArcs(first, above, arcs.depth[taken], arcs.ms[taken]),
        tuple(split_tree(size)),
    )
