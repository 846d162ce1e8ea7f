"""What is reached from many nodes, added up while sweeping: no table of times is ever kept."""

from collections.abc import Callable, Sequence

import numpy as np

from .._types import Floats, Milliseconds, NodeIds, Rows
from ..kernels import sweep as kernels
from ..kernels.sweep import LANES
from .metrics import Metric
from .sweeps import Seeds, climb
from .threads import run_each
from .tight import down_arcs

Fold = Callable[[Rows, Milliseconds, Floats], None]


def sum_within(metric: Metric, sources: NodeIds, worth: Floats, bounds_ms: Sequence[int]) -> Floats:
    """Add up what each source reaches within each bound.

    Parameters
    ----------
    metric
        Weights on the hierarchy of a graph of n nodes.
    sources
        Nodes, shape (s,).
    worth
        What each node counts, shape (n,).
    bounds_ms
        Ascending, b of them.

    Returns
    -------
    sums
        Shape (s, b). The same bytes whatever the number of threads.

    Examples
    --------
    >>> from artois_mobility.graph import Graph
    >>> from artois_mobility.routing.engine import metric_of
    >>> path = Graph(np.int32([0, 1, 2, 2]), np.int32([1, 2]), np.int32([500, 700]))
    >>> sum_within(metric_of(path), np.int32([0, 1]), np.float64([1, 2, 4]), [500, 1200])
    array([[3., 7.],
           [2., 6.]])
    """
    limits_ms = np.array(bounds_ms, np.int32)
    hierarchy = metric.hierarchy
    worth_of_rank = _by_rank(metric, worth)
    down = down_arcs(metric, sources.size)

    def fold(path_row: Rows, path_ms: Milliseconds, sums: Floats) -> None:
        kernels.sweep_sums(
            down.first,
            down.depth,
            down.ms,
            hierarchy.up_first,
            hierarchy.up_depth,
            hierarchy.depth,
            hierarchy.subtree_size,
            path_row,
            path_ms,
            limits_ms,
            worth_of_rank,
            np.empty(hierarchy.height, np.int32),
            np.empty((hierarchy.height, LANES), np.int32),
            sums,
        )

    return _fold_all(metric, sources, limits_ms.size, fold)


def sum_with_decays(metric: Metric, sources: NodeIds, worth: Floats, factor: Floats) -> Floats:
    """Add up what each source reaches, the farther away the less.

    Parameters
    ----------
    metric
        Weights on the hierarchy of a graph of n nodes.
    sources
        Nodes, shape (s,).
    worth
        What each node counts, shape (n,).
    factor
        Of each decay the weight at every whole second from 0 on, shape (d, seconds). A time is
        rounded up to a whole second; beyond the last one nothing counts. A step at a whole second
        is thus exact.

    Returns
    -------
    sums
        Shape (s, d). The same bytes whatever the number of threads.

    Examples
    --------
    >>> from artois_mobility.graph import Graph
    >>> from artois_mobility.routing.engine import metric_of
    >>> path = Graph(np.int32([0, 1, 2, 2]), np.int32([1, 2]), np.int32([500, 700]))
    >>> halves = 0.5 ** np.arange(3)[np.newaxis]
    >>> sum_with_decays(metric_of(path), np.int32([0, 1]), np.float64([1, 2, 4]), halves)
    array([[3.],
           [4.]])
    """
    factors = np.ascontiguousarray(factor, np.float64)
    hierarchy = metric.hierarchy
    worth_of_rank = _by_rank(metric, worth)
    down = down_arcs(metric, sources.size)

    def fold(path_row: Rows, path_ms: Milliseconds, sums: Floats) -> None:
        kernels.sweep_decays(
            down.first,
            down.depth,
            down.ms,
            hierarchy.up_first,
            hierarchy.up_depth,
            hierarchy.depth,
            hierarchy.subtree_size,
            path_row,
            path_ms,
            factors,
            worth_of_rank,
            np.empty(hierarchy.height, np.int32),
            np.empty((hierarchy.height, LANES), np.int32),
            sums,
        )

    return _fold_all(metric, sources, factors.shape[0], fold)


def _by_rank(metric: Metric, worth: Floats) -> Floats:
    return np.ascontiguousarray(worth[metric.hierarchy.order.node_of_rank], np.float64)


def _fold_all(metric: Metric, sources: NodeIds, column_count: int, fold: Fold) -> Floats:
    """Fold batches of sources that stand near each other in the tree, side by side."""
    source_rank = metric.hierarchy.order.rank_of_node[sources]
    by_rank = np.argsort(source_rank, kind="stable").astype(np.int32)
    sums = np.empty((sources.size, column_count), np.float64)

    def run(lines: Rows) -> None:
        lane = np.arange(lines.size, dtype=np.int32)
        seeds = Seeds(source_rank[lines], np.zeros_like(lane), lane)
        ancestors, path_ms = climb(metric, seeds)
        own = np.zeros((column_count, LANES), np.float64)
        fold(ancestors.row_of_rank, path_ms, own)
        sums[lines] = own[:, : lines.size].T

    run_each(run, [by_rank[first : first + LANES] for first in range(0, sources.size, LANES)])
    return sums
