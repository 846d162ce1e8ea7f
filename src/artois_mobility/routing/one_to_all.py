"""Travel times between nodes and all nodes, by whichever way is the quickest."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, get_args

import numpy as np

from .._types import UNREACHED_MS, Direction, Milliseconds, NodeIds
from ..errors import NodeError
from ..graph import Graph, reverse
from .budget import check_budget
from .engine import metric_of
from .junctions import write_between_junctions
from .searches import as_bound_ms, check_nodes, search_lines
from .sweeps import sweep_lines
from .threads import run_each, thread_count
from .ways import sweeps_pay

if TYPE_CHECKING:
    from ..network.model import Network

BUDGET_ADVICE: Final = (
    "Ask for fewer sources at a time, hand in out=, raise budget_bytes, or let "
    "travel_time_matrix write the times between places to a file."
)


def travel_times(
    network: "Network | Graph",
    sources: Sequence[int] | NodeIds,
    *,
    direction: Direction = "from",
    bound_min: float | None = None,
    out: Milliseconds | None = None,
    budget_bytes: int | None = None,
) -> Milliseconds:
    """Compute the shortest travel time from each source to every node, in milliseconds.

    Parameters
    ----------
    network
        A network, or the bare graph of one; n nodes. On a network with turns the nodes are its
        junctions: one sets out from a junction along any street, and arrives by any.
    sources
        Node ids to start from, shape (s,).
    direction
        `"from"` the sources to every node, or `"to"` them from every node.
    bound_min
        Stop each search after so many minutes; nodes beyond count as unreached. None searches on.
    out
        Array to write into, int32, C-contiguous, shape (s, n); spares the cost of fresh memory.
    budget_bytes
        Memory that a new table may take; None for a quarter of what is free.

    Returns
    -------
    travel_time_ms
        Milliseconds, shape (s, n); `UNREACHED_MS` where no path exists within the bound.

    Raises
    ------
    NodeError
        If a source is not a node of the graph, `out` has another shape or type, or `direction` is
        neither.
    BudgetError
        If a new table would take more memory than allowed.

    Notes
    -----
    Few sources are searched by Dijkstra's algorithm, many by sweeps over a hierarchy that is made
    once per graph; the answer is the same to the millisecond.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische
    Mathematik 1, 269-271. doi:10.1007/BF01386390

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 1]), np.int32([1]), np.int32([5000]))
    >>> travel_times(graph, [0])
    array([[   0, 5000]], dtype=int32)
    >>> travel_times(graph, [1], direction="to")
    array([[5000,    0]], dtype=int32)
    >>> travel_times(graph, []).shape
    (0, 2)
    """
    graph = network if isinstance(network, Graph) else network.graph
    nodes = check_nodes(graph, sources)
    table = _check_out(out, nodes.size, graph.node_count, budget_bytes)
    bound_ms = as_bound_ms(bound_min)
    is_turned = _check_direction(direction)
    if not isinstance(network, Graph) and network.searched.is_expanded:
        write_between_junctions(network.searched, network.graph, nodes, table, is_turned=is_turned)
        table[table > bound_ms] = UNREACHED_MS
        return table
    if sweeps_pay(graph, nodes.size, is_bounded=bound_min is not None):
        metric = metric_of(graph)
        sweep_lines(metric.reversed() if is_turned else metric, nodes, table)
        for line in table if bound_min is not None else ():
            line[line > bound_ms] = UNREACHED_MS
        return table
    blocks = np.array_split(
        np.arange(nodes.size, dtype=np.int32), max(1, min(thread_count(), nodes.size))
    )
    searched = reverse(graph)[0] if is_turned else graph
    run_each(lambda rows: search_lines(searched, nodes, bound_ms, table, rows), blocks)
    return table


def _check_direction(direction: str) -> bool:
    """Tell whether to search against the direction of travel."""
    if direction not in get_args(Direction):
        msg = f"direction must be one of {', '.join(get_args(Direction))}; found {direction!r}."
        raise NodeError(msg)
    return direction == "to"


def _check_out(
    out: Milliseconds | None, source_count: int, node_count: int, budget_bytes: int | None
) -> Milliseconds:
    if out is None:
        what = f"The table from {source_count} sources to {node_count} nodes"
        needed_bytes = source_count * node_count * np.dtype(np.int32).itemsize
        check_budget(what, needed_bytes, budget_bytes, BUDGET_ADVICE)
        return np.empty((source_count, node_count), np.int32)
    fits = out.shape == (source_count, node_count) and out.dtype == np.int32
    if not (fits and out.flags.c_contiguous and out.flags.writeable):
        msg = (
            f"out must be a writable, C-contiguous int32 array of shape "
            f"({source_count}, {node_count}); found {out.dtype} of shape {out.shape}."
        )
        raise NodeError(msg)
    return out
