"""Travel times by Dijkstra's search: within a bound, from several seeds, on small graphs."""

from collections.abc import Sequence

import numpy as np

from .._types import UNREACHED_MS, Milliseconds, NodeIds
from ..errors import NodeError
from ..graph import Graph
from ..kernels import dijkstra


def search_from_seeds(
    graph: Graph, seed_node: NodeIds, seed_ms: Milliseconds, *, bound_min: float | None = None
) -> Milliseconds:
    """Compute the time to every node from the best of several seeds, in milliseconds.

    Parameters
    ----------
    graph
        Graph to search, n nodes.
    seed_node, seed_ms
        Nodes to start from and the time already spent there, shape (s,).
    bound_min
        Stop after so many minutes, counted with the seeds' own time. None searches on.

    Returns
    -------
    travel_time_ms
        Milliseconds, shape (n,); `UNREACHED_MS` where no path exists within the bound.

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 1]), np.int32([1]), np.int32([5000]))
    >>> search_from_seeds(graph, np.int32([0]), np.int32([7]))
    array([   7, 5007], dtype=int32)
    """
    nodes = check_nodes(graph, seed_node)
    travel_time_ms = np.empty(graph.node_count, np.int32)
    heap = _heap(graph.arc_count + nodes.size)
    seeds_ms = np.ascontiguousarray(seed_ms, np.int32)
    bound_ms = as_bound_ms(bound_min)
    dijkstra.search(
        graph.first_out,
        graph.head,
        graph.weight_ms,
        nodes,
        seeds_ms,
        bound_ms,
        *heap,
        travel_time_ms,
    )
    return travel_time_ms


def check_nodes(graph: Graph, nodes: Sequence[int] | NodeIds) -> NodeIds:
    """Return `nodes` as int32, or say which are not nodes of the graph.

    Parameters
    ----------
    graph
        The graph whose nodes are allowed.
    nodes
        Node ids, shape (s,).

    Returns
    -------
    nodes
        The same ids, contiguous, int32.

    Raises
    ------
    NodeError
        If any is not a node of `graph`.

    Examples
    --------
    >>> graph = Graph(np.int32([0, 0]), np.int32([]), np.int32([]))
    >>> check_nodes(graph, [0])
    array([0], dtype=int32)
    """
    wide = np.asarray(nodes if len(nodes) else np.empty(0, np.int32))
    if wide.ndim != 1 or not np.issubdtype(wide.dtype, np.integer):
        msg = (
            f"Nodes must be one list of whole numbers; found shape {wide.shape} of {wide.dtype}. "
            "Use am.attach to get from coordinates to the network."
        )
        raise NodeError(msg)
    outside = wide[(wide < 0) | (wide >= graph.node_count)]
    if outside.size:
        msg = (
            f"{outside.size} of {wide.size} sources are not nodes of this graph, first "
            f"{outside[0]}. Nodes run from 0 to {graph.node_count - 1}; "
            "use am.attach to get from coordinates to the network."
        )
        raise NodeError(msg)
    return np.ascontiguousarray(wide, np.int32)


def as_bound_ms(bound_min: float | None) -> int:
    """Turn a bound in minutes into whole milliseconds below `UNREACHED_MS`.

    Parameters
    ----------
    bound_min
        Minutes, or None for no bound.

    Returns
    -------
    bound_ms
        Milliseconds.

    Raises
    ------
    NodeError
        If the bound is negative or no number.

    Examples
    --------
    >>> as_bound_ms(10)
    600000
    >>> as_bound_ms(None)
    1073741822
    """
    if bound_min is None:
        return UNREACHED_MS - 1
    if not bound_min >= 0:
        msg = f"A bound is a number of minutes from 0 on; found {bound_min}."
        raise NodeError(msg)
    return int(min(round(bound_min * 60_000), UNREACHED_MS - 1))


def search_lines(
    graph: Graph, sources: NodeIds, bound_ms: int, table: Milliseconds, rows: NodeIds
) -> None:
    """Write the travel times from some sources to every node, one line a source.

    Parameters
    ----------
    graph
        Graph to search, n nodes.
    sources
        Nodes, shape (s,).
    bound_ms
        Stop after so many milliseconds.
    table
        Where to, shape (s, n).
    rows
        Which sources.
    """
    heap = _heap(graph.arc_count + 1)
    no_ms = np.zeros(1, np.int32)
    for row in rows:
        dijkstra.search(
            graph.first_out,
            graph.head,
            graph.weight_ms,
            sources[row : row + 1],
            no_ms,
            bound_ms,
            *heap,
            table[row],
        )


def _heap(room: int) -> tuple[Milliseconds, NodeIds]:
    return np.empty(room, np.int32), np.empty(room, np.int32)
