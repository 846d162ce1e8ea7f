"""Which way of searching is the quickest: single searches, or sweeps over a hierarchy."""

from collections.abc import Callable
from typing import Final

import numpy as np

from .._types import UNREACHED_MS, Milliseconds
from ..graph import Graph
from .ends import NodeEnds
from .engine import has_metric, metric_of
from .searches import search_from_seeds
from .sweeps import aim_at, sweep_to
from .threads import run_each

# Below so many nodes a search is over before a hierarchy is made.
FEWEST_NODES: Final = 2_000
FEWEST_SOURCES: Final = 16
BOUNDED_COSTS_LESS: Final = 4


def sweeps_pay(graph: Graph, source_count: int, *, is_bounded: bool) -> bool:
    """Tell whether sweeps over a hierarchy are worth making it.

    Parameters
    ----------
    graph
        Any graph.
    source_count
        How many searches.
    is_bounded
        True where Dijkstra's search may stop early.

    Returns
    -------
    sweeps_pay
        False for small graphs and few sources; a hierarchy that is already there costs nothing.
    """
    if graph.node_count < FEWEST_NODES:
        return False
    needed = FEWEST_SOURCES * (BOUNDED_COSTS_LESS if is_bounded else 1)
    return source_count >= needed or (has_metric(graph) and not is_bounded)


def choose_way(
    graph: Graph, origins: tuple[NodeEnds, int], destinations: tuple[NodeEnds, int]
) -> Callable[[range], Milliseconds]:
    """Choose sweeps or single searches from places to places by way of nodes.

    Parameters
    ----------
    graph
        The graph that is searched.
    origins
        Ways from places to nodes, and how many places there are.
    destinations
        Ways from nodes to places, and how many.

    Returns
    -------
    times_of
        Gives the times from some consecutive origins, one line each, in milliseconds.
    """
    here, origin_count = origins
    there, place_count = destinations
    if sweeps_pay(graph, origin_count, is_bounded=False):
        targets = aim_at(metric_of(graph), there, place_count, origin_count)
        return lambda rows: sweep_to(here, rows, targets)

    def search(row: int) -> Milliseconds:
        mine = here.of_place(row)
        node_ms = search_from_seeds(graph, here.node[mine], here.ms[mine])
        best_ms = np.full(place_count, UNREACHED_MS, np.int32)
        np.minimum.at(best_ms, there.place, node_ms[there.node] + there.ms)
        return best_ms

    def search_all(rows: range) -> Milliseconds:
        lines = run_each(search, rows)
        return np.array(lines, np.int32).reshape(len(rows), place_count)

    return search_all
