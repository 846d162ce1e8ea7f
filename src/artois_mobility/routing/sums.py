"""What is reached from many places, added up while sweeping: no table of times is ever kept."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .._types import UNREACHED_MS, Floats, Milliseconds, NodeIds, Offsets, Rows
from ..errors import PlacesError
from ..kernels import fold as kernels
from ..kernels.fold import MS_PER_S
from ..kernels.sweep import LANES
from .ends import NodeEnds
from .hierarchy import Hierarchy
from .metrics import Metric
from .sweeps import Seeds, aim_at, climb, sweep_to
from .threads import run_each
from .tight import down_arcs

ORIGINS_PER_BLOCK = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """How much of a place counts, by the time to it: b thresholds and d decays.

    Attributes
    ----------
    bound_ms
        Within each, all of it counts and beyond none, shape (b,).
    factor
        Of each decay the weight at every whole second from 0 on, shape (d, seconds). A time is
        rounded up to a whole second, so that a step at a whole second is exact; beyond the last
        one nothing counts.

    Raises
    ------
    PlacesError
        If a threshold or a factor is negative or no number.

    Examples
    --------
    >>> halves = 0.5 ** np.arange(3)[np.newaxis]
    >>> Weights(np.int32([500, 1200]), halves).of(np.int32([0, 700, 2001]))
    array([[1. , 1. , 1. ],
           [0. , 1. , 0.5],
           [0. , 0. , 0. ]])
    """

    bound_ms: Milliseconds
    factor: Floats

    def __post_init__(self) -> None:
        """Check the values."""
        if (self.bound_ms < 0).any() or (self.bound_ms >= UNREACHED_MS).any():
            msg = f"Thresholds are times from 0 to {UNREACHED_MS - 1} ms; found {self.bound_ms}."
            raise PlacesError(msg)
        if not (np.isfinite(self.factor).all() and (self.factor >= 0).all()):
            msg = "A decay gives finite weights from 0 on for every second."
            raise PlacesError(msg)

    @property
    def count(self) -> int:
        """Number of thresholds and decays."""
        return len(self.bound_ms) + len(self.factor)

    @property
    def last_ms(self) -> int:
        """Beyond it nothing counts."""
        bound_ms = int(self.bound_ms.max(initial=-1))
        last_s: int = self.factor.shape[1] - 1 if self.factor.size else -1
        return max(bound_ms, int(last_s * MS_PER_S))

    def of(self, time_ms: Milliseconds) -> Floats:
        """Weigh times.

        Parameters
        ----------
        time_ms
            Milliseconds, any shape.

        Returns
        -------
        weight
            One axis more, of thresholds and then decays.
        """
        within = (time_ms[..., np.newaxis] <= self.bound_ms).astype(np.float64)
        second = -(-time_ms.astype(np.int64) // MS_PER_S)
        padded = np.pad(self.factor, ((0, 0), (0, 1)))
        decayed = np.moveaxis(padded[:, np.minimum(second, padded.shape[1] - 1)], 0, -1)
        return np.concatenate([within, decayed], axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Places that count when they are reached, p of them.

    Attributes
    ----------
    ends
        Ways from nodes to places.
    place
        Row of each place in `ends`, shape (p,); one that belongs to several groups stands several
        times.
    group
        Which group each is added to, shape (p,).
    worth
        How much each counts, shape (p,).
    group_count
        Number of groups.
    """

    ends: NodeEnds
    place: Rows
    group: Rows
    worth: Floats
    group_count: int

    def only(self, rows: Rows) -> "Counted":
        """Keep some of the places.

        Parameters
        ----------
        rows
            Which of them.

        Returns
        -------
        counted
            Of the same groups.
        """
        return replace(self, place=self.place[rows], group=self.group[rows], worth=self.worth[rows])


def sum_reached(
    metric: Metric, origins: NodeEnds, origin_count: int, counted: Counted, weights: Weights
) -> Floats:
    """Add up the worth of the places that each origin reaches by way of nodes.

    Parameters
    ----------
    metric
        Weights on a hierarchy.
    origins
        Ways from origins to nodes.
    origin_count
        Number of origins.
    counted
        What can be reached.
    weights
        How much of it counts, by the time.

    Returns
    -------
    sums
        Shape (origins, groups, weights). The same bytes whatever the number of threads.

    Examples
    --------
    >>> from artois_mobility.graph import Graph
    >>> from artois_mobility.routing.engine import metric_of
    >>> path = Graph(np.int32([0, 1, 2, 2]), np.int32([1, 2]), np.int32([500, 700]))
    >>> here = NodeEnds.of_nodes(np.int32([0, 1, 2]))
    >>> counted = Counted(here, here.place, np.zeros(3, np.int32), np.float64([1, 2, 4]), 1)
    >>> within = Weights(np.int32([500, 1200]), np.empty((0, 0)))
    >>> sum_reached(metric_of(path), here, 3, counted, within)[:, 0]
    array([[3., 7.],
           [2., 6.],
           [4., 4.]])
    """
    hung, apart = _hang(metric.hierarchy, counted)
    batches = _batch(metric.hierarchy, origins, origin_count)
    down = down_arcs(metric, origin_count)
    sums = np.empty((origin_count, counted.group_count * weights.count), np.float64)

    def run(batch: _Batch) -> None:
        ancestors, path_ms = climb(metric, batch.seeds)
        own = np.zeros((sums.shape[1], LANES), np.float64)
        hierarchy = metric.hierarchy
        kernels.fold_places(
            down.first,
            down.depth,
            down.ms,
            hierarchy.up_first,
            hierarchy.up_depth,
            hierarchy.depth,
            hierarchy.subtree_size,
            ancestors.row_of_rank,
            path_ms,
            hung.first,
            hung.way_first,
            hung.way_depth,
            hung.way_ms,
            hung.group,
            hung.worth,
            weights.last_ms,
            weights.bound_ms,
            weights.factor,
            np.empty(hierarchy.height, np.int32),
            np.empty((hierarchy.height, LANES), np.int32),
            np.empty(LANES, np.int32),
            own,
        )
        sums[batch.origin] = own[:, : batch.origin.size].T

    run_each(run, batches)
    table = sums.reshape(origin_count, counted.group_count, weights.count)
    if apart.size:
        _add_apart(metric, origins, counted.only(apart), weights, table)
    return table


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Origins that are swept from at once."""

    origin: Rows
    seeds: Seeds


@dataclass(frozen=True, slots=True, eq=False)
class _Hung:
    """Places by the lowest rank that a way to them begins at; see `fold_places`."""

    first: Offsets
    way_first: Offsets
    way_depth: NodeIds
    way_ms: Milliseconds
    group: Rows
    worth: Floats


def _batch(hierarchy: Hierarchy, origins: NodeEnds, origin_count: int) -> list[_Batch]:
    """Put origins near each other in the tree together: they share ancestors."""
    rank = hierarchy.order.rank_of_node[origins.node]
    lowest = np.full(origin_count, hierarchy.rank_count, np.int32)
    np.minimum.at(lowest, origins.place, rank)
    near = np.argsort(lowest, kind="stable").astype(np.int32)
    turn = np.empty(origin_count, np.int32)
    turn[near] = np.arange(origin_count, dtype=np.int32)
    turn_of_end = turn[origins.place]
    by_turn = np.argsort(turn_of_end, kind="stable")
    starts = range(0, origin_count, LANES)
    cuts = np.searchsorted(turn_of_end[by_turn], [*starts, origin_count]).tolist()
    batches = []
    for start, begin, end in zip(starts, cuts[:-1], cuts[1:], strict=True):
        mine = by_turn[begin:end]
        seeds = Seeds(rank[mine], origins.ms[mine], turn_of_end[mine] - np.int32(start))
        batches.append(_Batch(near[start : start + LANES], seeds))
    return batches


def _hang(hierarchy: Hierarchy, counted: Counted) -> tuple[_Hung, Rows]:
    """Hang places into the tree; also return those whose ways do not begin on one path to a root.

    The two ends of an arc always lie on one path.
    """
    ends = counted.ends
    begin, end = (np.searchsorted(ends.place, counted.place + side) for side in range(2))
    led_to = np.flatnonzero(end > begin)
    way, way_first = _list_ways(begin[led_to], end[led_to])
    rank = hierarchy.order.rank_of_node[ends.node[way]]
    lowest = np.minimum.reduceat(rank, way_first[:-1]) if led_to.size else rank
    below = np.repeat(lowest, np.diff(way_first))
    is_apart = rank - hierarchy.subtree_size[rank] >= below
    apart = np.unique(np.repeat(led_to, np.diff(way_first))[is_apart])
    is_hung = ~np.isin(led_to, apart)
    order = np.argsort(lowest[is_hung], kind="stable")
    hung = led_to[is_hung][order]
    way, way_first = _list_ways(begin[hung], end[hung])
    first = np.searchsorted(lowest[is_hung][order], np.arange(hierarchy.rank_count + 1))
    return _Hung(
        first.astype(np.int32),
        way_first,
        hierarchy.depth[hierarchy.order.rank_of_node[ends.node[way]]],
        ends.ms[way],
        counted.group[hung].astype(np.int32),
        counted.worth[hung].astype(np.float64),
    ), apart.astype(np.int32)


def _list_ways(
    begin: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.int64], Offsets]:
    """List the rows of several ranges one after the other, and where each range begins."""
    first = np.zeros(begin.size + 1, np.int32)
    np.cumsum(end - begin, out=first[1:])
    return np.repeat(begin - first[:-1], end - begin) + np.arange(first[-1]), first


def _add_apart(
    metric: Metric, origins: NodeEnds, counted: Counted, weights: Weights, table: Floats
) -> None:
    """Add the few places that cannot be hung into the tree, by their times."""
    ends = counted.ends
    place, column = np.unique(counted.place, return_inverse=True)
    mine = np.flatnonzero(np.isin(ends.place, place))
    row = np.searchsorted(place, ends.place[mine]).astype(np.int32)
    targets = aim_at(metric, NodeEnds(row, ends.node[mine], ends.ms[mine]), place.size)
    for start in range(0, len(table), ORIGINS_PER_BLOCK):
        rows = range(start, min(start + ORIGINS_PER_BLOCK, len(table)))
        weighed = weights.of(sweep_to(origins, rows, targets))
        for entry, at in enumerate(column.tolist()):
            added = counted.worth[entry] * weighed[:, at]
            table[rows.start : rows.stop, counted.group[entry]] += added
