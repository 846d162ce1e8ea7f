"""Earliest arrivals on waterways whose locks have opening hours."""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, NamedTuple

import numpy as np

from .._types import NO_ARC, UNREACHED_MS
from ..graph import Graph
from ..network.model import Network
from ..routing.paths import NO_END, Path
from ..routing.place_ways import list_ways
from ..routing.trips import Side
from .timetable import Timetable

# Arc of the searched graph, and when a vessel is at its tail: when it is at its head.
Arrive = Callable[[int, int], int]
NOT_REACHED: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Earliest arrivals at the nodes reached from some seeds.

    Attributes
    ----------
    ms_of_node
        For each node reached.
    arc_of_node
        The arc by which it is reached; minus one minus the row of the seed where it is one.
    """

    ms_of_node: dict[int, int]
    arc_of_node: dict[int, int]

    def walk_back(self, graph: Graph, node: int) -> tuple[int, list[int]]:
        """Follow the arcs back to a seed.

        Parameters
        ----------
        graph
            The graph searched.
        node
            A node that was reached.

        Returns
        -------
        seed, arcs
            Row of the seed, and the arcs in the order of travel.
        """
        arcs: list[int] = []
        arc = self.arc_of_node[node]
        while arc >= 0:
            arcs.append(arc)
            arc = self.arc_of_node[int(graph.tail[arc])]
        return -1 - arc, arcs[::-1]


class End(NamedTuple):
    """A way between a place and a node: its row, the arc it goes along, and its times."""

    row: int
    node: int
    arc: int
    ms: int
    offroad_ms: int


def find_arrivals(graph: Graph, arrive: Arrive, seeds: list[tuple[int, int]]) -> Arrivals:
    """Find the earliest arrival at every node, where waiting never lets anybody overtake.

    Parameters
    ----------
    graph
        Any graph; its weights do not count.
    arrive
        Never earlier at the head than at the tail, nor earlier for who comes later (FIFO); from
        `UNREACHED_MS` on there is no way.
    seeds
        Nodes, and when one is there.

    Returns
    -------
    arrivals
        Of several ways that arrive at the same time always the same.

    References
    ----------
    Orda, A. and Rom, R. (1990). Shortest-path and minimum-delay algorithms in networks with
    time-dependent edge-length. Journal of the ACM 37(3). doi:10.1145/79147.214078

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 2, 2]), np.int32([1, 2]), np.int32([5, 30]))
    >>> find_arrivals(graph, lambda arc, ms: max(ms, 60) + 5, [(0, 10)]).ms_of_node
    {0: 10, 1: 65, 2: 70}
    """
    ms_of_node: dict[int, int] = {}
    arc_of_node: dict[int, int] = {}
    queue = [(ms, node, -1 - row) for row, (node, ms) in enumerate(seeds) if ms < UNREACHED_MS]
    heapq.heapify(queue)
    first_out, head = graph.first_out.tolist(), graph.head.tolist()
    while queue:
        ms, node, by = heapq.heappop(queue)
        if node in ms_of_node:
            continue
        ms_of_node[node], arc_of_node[node] = ms, by
        for arc in range(first_out[node], first_out[node + 1]):
            if head[arc] not in ms_of_node:
                there_ms = arrive(arc, ms)
                if there_ms < UNREACHED_MS:
                    heapq.heappush(queue, (there_ms, head[arc], arc))
    return Arrivals(ms_of_node, arc_of_node)


def find_timed_paths(
    network: Network, timetable: Timetable, here: Side, there: Side, pairs: list[tuple[int, int]]
) -> list[Path]:
    """Find the path of each pair that arrives first, by way of nodes, waiting for locks.

    Parameters
    ----------
    network
        The network of a boat.
    timetable
        When its locks are open, from the departure on.
    here, there
        Origins and destinations.
    pairs
        Rows of both.

    Returns
    -------
    paths
        One for each pair, as `routing.paths.find_paths` gives them: their time has the waiting in
        it, and is below `UNREACHED_MS`.
    """
    paths = [Path(np.empty(0, np.int32), UNREACHED_MS, NO_END, NO_END)] * len(pairs)
    order = sorted(range(len(pairs)), key=lambda row: pairs[row])
    for origin, rows in groupby(order, key=lambda row: pairs[row][0]):
        starts = list(_list_ends(network, here, origin, is_leaving=True))
        seeds = [
            (end.node, timetable.enter(end.arc, end.offroad_ms) + end.ms - end.offroad_ms)
            for end in starts
        ]
        arrivals = find_arrivals(network.searched.graph, arrive_on(network, timetable), seeds)
        for row in rows:
            ends = _list_ends(network, there, pairs[row][1], is_leaving=False)
            paths[row] = _choose_end(network, timetable, arrivals, starts, list(ends))
    return paths


def arrive_on(network: Network, timetable: Timetable) -> Arrive:
    """Tell when vessels are at the heads of the arcs of the searched graph.

    Parameters
    ----------
    network
        The network of a boat.
    timetable
        When its locks are open.

    Returns
    -------
    arrive
        For `find_arrivals`.
    """
    street: list[int] = network.searched.street.tolist()
    weight_ms: list[int] = network.searched.graph.weight_ms.tolist()

    def arrive(arc: int, ms: int) -> int:
        entry_ms = ms if street[arc] == NO_ARC else timetable.enter(street[arc], ms)
        return entry_ms + weight_ms[arc]

    return arrive


def _choose_end(
    network: Network,
    timetable: Timetable,
    arrivals: Arrivals,
    starts: list[End],
    ends: list[End],
) -> Path:
    """Take the way to a place that arrives first, ties to the first way."""
    best_ms, best = UNREACHED_MS, None
    for end in ends:
        if end.node in arrivals.ms_of_node:
            ms = timetable.enter(end.arc, arrivals.ms_of_node[end.node]) + end.ms
            if ms < best_ms:
                best_ms, best = ms, end
    if best is None:
        return Path(np.empty(0, np.int32), UNREACHED_MS, NO_END, NO_END)
    seed, arcs = arrivals.walk_back(network.searched.graph, best.node)
    return Path(np.array(arcs, np.int32), best_ms, starts[seed].row, best.row)


def _list_ends(network: Network, side: Side, place: int, *, is_leaving: bool) -> Iterator[End]:
    """List the ways of a place, each with the arc that it goes along."""
    ends = side.ends.leave if is_leaving else side.ends.reach
    ways = list(list_ways(network, side.ends, place, is_leaving=is_leaving))
    rows = ends.of_place(place)
    for row in range(rows.start, rows.stop):
        key = int(ends.node[row]), int(ends.ms[row])
        way = next(way for way in ways if (way.node, way.ms) == key)
        yield End(row, way.node, way.arc, way.ms, way.offroad_ms)
