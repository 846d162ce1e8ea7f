"""What of a hierarchy a search has to look at: paths to the root, and sets closed upwards."""

from dataclasses import dataclass

import numpy as np

from .._types import ArcIds, Milliseconds, NodeIds, Offsets, Rows
from ..kernels.chordal import measure_tree
from ..kernels.sweep import NOT_ON_PATH, list_ancestors
from .hierarchy import Hierarchy
from .subtrees import Ranges, split_tree


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
    """The arcs among ranks that are closed upwards: a hierarchy of their own, r ranks.

    Attributes
    ----------
    rank
        Rank in the whole hierarchy, ascending, shape (r,).
    row_of_rank
        Row of each rank of the whole hierarchy in `rank`, or `NOT_ON_PATH`, shape (n,).
    up_first, up_head
        Upward arcs by row, heads as rows, shapes (r + 1,), (u,).
    up
        Upward arc of the whole hierarchy, shape (u,).
    ranges
        The rows as subtrees, and what stands above them; for work side by side.
    """

    rank: NodeIds
    row_of_rank: Rows
    up_first: Offsets
    up_head: NodeIds
    up: ArcIds
    ranges: tuple[Ranges, ...]

    def times(self, up_ms: Milliseconds) -> Milliseconds:
        """Take the times of the part's arcs.

        Parameters
        ----------
        up_ms
            Time on every upward arc of the hierarchy, shape (a,).

        Returns
        -------
        up_ms
            Shape (u,).
        """
        taken: Milliseconds = up_ms[self.up]
        return taken


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


def restrict(hierarchy: Hierarchy, rank: NodeIds) -> Part:
    """Take the part of a hierarchy that sweeps to some ranks have to look at.

    Parameters
    ----------
    hierarchy
        Of n ranks.
    rank
        The targets.

    Returns
    -------
    part
        The targets and everything above them, with all their upward arcs.
    """
    ancestors = find_ancestors(hierarchy, rank)
    begin = hierarchy.up_first[ancestors.rank]
    count = hierarchy.up_first[ancestors.rank + 1] - begin
    up_first = np.zeros(ancestors.rank.size + 1, np.int32)
    np.cumsum(count, out=up_first[1:])
    up = np.repeat(begin - up_first[:-1], count) + np.arange(up_first[-1], dtype=np.int32)
    head = ancestors.row_of_rank[hierarchy.up_head[up]]
    parent = hierarchy.parent[ancestors.rank]
    parent = np.where(parent < 0, -1, ancestors.row_of_rank[parent]).astype(np.int32)
    depth, size = np.empty_like(parent), np.empty_like(parent)
    measure_tree(parent, depth, size)
    return Part(
        ancestors.rank,
        ancestors.row_of_rank,
        up_first,
        head,
        up.astype(np.int32),
        tuple(split_tree(size)),
    )
