"""Shortest paths from some nodes to others, arc by arc."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .._types import UNREACHED_MS, ArcIds, Milliseconds, NodeIds, Rows
from ..graph import Graph
from ..kernels import paths as kernels
from .ends import NodeEnds
from .engine import metric_of
from .metrics import Metric
from .searches import check_nodes
from .threads import run_each, thread_count

NO_END = -1


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A shortest path of p arcs.

    Attributes
    ----------
    arc
        Arcs of the graph in the order of travel, shape (p,); none where both ends are one node.
    ms
        Time along it, with that of its two ends; `UNREACHED_MS` where there is no path.
    start, end
        Row of the way it begins with, and of the one it ends with; `NO_END` without a path.
    """

    arc: ArcIds
    ms: int
    start: int
    end: int


def find_path(graph: Graph, source: int, target: int) -> Path:
    """Find a shortest path from a node to another.

    Parameters
    ----------
    graph
        Any graph.
    source, target
        Nodes.

    Returns
    -------
    path
        Its arcs and time; none of its nodes twice. Of several shortest paths always the same.

    Raises
    ------
    NodeError
        If one of the two is not a node of the graph.

    References
    ----------
    Dibbelt, J., Strasser, B. and Wagner, D. (2016). Customizable contraction hierarchies. Journal
    of Experimental Algorithmics 21. doi:10.1145/2886843

    Examples
    --------
    >>> graph = Graph(np.int32([0, 2, 3, 3]), np.int32([1, 2, 2]), np.int32([5, 30, 7]))
    >>> path = find_path(graph, 0, 2)
    >>> path.arc, path.ms
    (array([0, 2], dtype=int32), 12)
    >>> find_path(graph, 2, 0).ms == UNREACHED_MS
    True
    """
    here, there = (NodeEnds.of_nodes(check_nodes(graph, [node])) for node in (source, target))
    return find_paths(metric_of(graph), here, there, [(0, 0)])[0]


def find_paths(
    metric: Metric, origins: NodeEnds, destinations: NodeEnds, pairs: Sequence[tuple[int, int]]
) -> list[Path]:
    """Find a shortest path for each pair of places, by way of nodes.

    Parameters
    ----------
    metric
        Weights on a hierarchy, not reversed.
    origins
        Ways from places to nodes.
    destinations
        Ways from nodes to places.
    pairs
        Which place of `origins` to which of `destinations`.

    Returns
    -------
    paths
        One for each pair; `start` and `end` are rows of `origins` and `destinations`.
    """
    here, there = _sides(metric, origins, destinations, pairs)

    def run(rows: Rows) -> list[Path]:
        search = _Search(metric, here, there)
        return [search.find(row) for row in rows.tolist()]

    return [path for found in run_each(run, _split(len(pairs))) for path in found]


def find_times(
    metric: Metric, origins: NodeEnds, destinations: NodeEnds, pairs: Sequence[tuple[int, int]]
) -> Milliseconds:
    """Find the shortest time for each pair of places, by way of nodes.

    Parameters
    ----------
    metric
        Weights on a hierarchy.
    origins, destinations, pairs
        As in `find_paths`.

    Returns
    -------
    time_ms
        One for each pair; `UNREACHED_MS` where there is no path.
    """
    here, there = _sides(metric, origins, destinations, pairs)

    def run(rows: Rows) -> list[int]:
        search = _Search(metric, here, there)
        return [search.find_time(row) for row in rows.tolist()]

    found = [time_ms for part in run_each(run, _split(len(pairs))) for time_ms in part]
    return np.array(found, np.int32)


def _split(pair_count: int) -> list[Rows]:
    rows = np.arange(pair_count, dtype=np.int32)
    return np.array_split(rows, max(1, min(thread_count(), pair_count)))


def _sides(
    metric: Metric, origins: NodeEnds, destinations: NodeEnds, pairs: Sequence[tuple[int, int]]
) -> tuple["_Side", "_Side"]:
    rank_of_node = metric.hierarchy.order.rank_of_node
    here, there = (
        _Side(rank_of_node[ends.node], ends.ms, *_rows_of(ends, [pair[side] for pair in pairs]))
        for side, ends in enumerate((origins, destinations))
    )
    return here, there


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """One side of all pairs: seeds, and which of them are those of each pair."""

    rank: NodeIds
    ms: Milliseconds
    begin: list[int]
    end: list[int]


def _rows_of(ends: NodeEnds, places: list[int]) -> tuple[list[int], list[int]]:
    place = np.array(places, np.int32)
    begin, end = (np.searchsorted(ends.place, each).tolist() for each in (place, place + 1))
    return begin, end


class _Search:
    """Searches one after the other on the same scratch memory."""

    def __init__(self, metric: Metric, origins: _Side, destinations: _Side) -> None:
        rank_count = metric.hierarchy.rank_count
        self._metric = metric
        self._origins = origins
        self._destinations = destinations
        self._path_rank = np.empty((2, rank_count), np.int32)
        self._time_ms = np.empty((2, rank_count), np.int32)
        self._by_up = np.full((2, rank_count), kernels.NOT_SEEN, np.int32)
        self._chain = np.empty(2 * rank_count, np.int32)
        self._found = np.empty(3, np.int32)
        self._stack = np.empty(rank_count + 1, np.int32)
        self._path_arc = np.empty(rank_count, np.int32)

    def find(self, pair: int) -> Path:
        """Find the path of one pair."""
        length = self._search(pair)
        if length < 0:
            return Path(np.empty(0, np.int32), UNREACHED_MS, NO_END, NO_END)
        time_ms, start, last = self._found.tolist()
        begin, begin_there = self._origins.begin[pair], self._destinations.begin[pair]
        return Path(self._unpack(length), time_ms, begin + start, begin_there + last)

    def find_time(self, pair: int) -> int:
        """Find the time of one pair."""
        return int(self._found[0]) if self._search(pair) >= 0 else UNREACHED_MS

    def _search(self, pair: int) -> int:
        here, there = self._origins, self._destinations
        mine = slice(here.begin[pair], here.end[pair])
        theirs = slice(there.begin[pair], there.end[pair])
        metric, hierarchy = self._metric, self._metric.hierarchy
        return kernels.find_chain(
            here.rank[mine],
            here.ms[mine],
            there.rank[theirs],
            there.ms[theirs],
            hierarchy.parent,
            hierarchy.up_first,
            hierarchy.up_head,
            hierarchy.up_tail,
            metric.climb_ms,
            metric.descend_ms,
            self._path_rank,
            self._time_ms,
            self._by_up,
            self._chain,
            self._found,
        )

    def _unpack(self, length: int) -> ArcIds:
        metric, hierarchy = self._metric, self._metric.hierarchy
        count = kernels.unpack_chain(
            self._chain[:length],
            metric.weight_ms,
            hierarchy.first_of_up,
            hierarchy.arc_of_place,
            hierarchy.is_climb,
            hierarchy.up_head,
            hierarchy.up_tail,
            hierarchy.down_first,
            hierarchy.down_arc,
            hierarchy.down_end,
            metric.climb_ms,
            metric.descend_ms,
            self._stack,
            self._path_arc,
        )
        return self._path_arc[:count].copy()
