"""Times between the junctions of a network whose junctions are opened up for the search."""

from typing import Final

import numpy as np

from .._types import NO_ARC, Milliseconds, NodeIds
from ..graph import Graph, reverse
from ..network.searched import Searched
from .ends import NodeEnds
from .ways import choose_way

# So many lines are found at once; bounds the memory beside the table.
BLOCK: Final = 256


def write_between_junctions(
    searched: Searched, streets: Graph, nodes: NodeIds, table: Milliseconds, *, is_turned: bool
) -> None:
    """Write the times between some junctions and all.

    Parameters
    ----------
    searched
        The graph that is searched.
    streets
        The streets, n nodes.
    nodes
        Junctions, shape (s,).
    table
        Where to, shape (s, n).
    is_turned
        True for times to the junctions given, from all.
    """
    begin = searched.begins.arc
    end = np.flatnonzero(searched.street != NO_ARC)
    leave = _at_junctions(streets.tail[searched.street[begin]], searched.tail[begin])
    reach = _at_junctions(streets.head[searched.street[end]], searched.graph.head[end])
    graph = searched.graph
    if is_turned:
        graph, leave, reach = reverse(graph)[0], reach, leave
    mine = [leave.of_place(node) for node in nodes.tolist()]
    counts = [each.stop - each.start for each in mine]
    rows = np.concatenate([np.arange(0), *(np.arange(each.start, each.stop) for each in mine)])
    place = np.repeat(np.arange(nodes.size, dtype=np.int32), counts)
    own = NodeEnds(place, leave.node[rows], leave.ms[rows])
    times_of = choose_way(graph, (own, nodes.size), (reach, streets.node_count))
    for first in range(0, nodes.size, BLOCK):
        block = range(first, min(first + BLOCK, nodes.size))
        table[block.start : block.stop] = times_of(block)
    table[np.arange(nodes.size), nodes] = 0


def _at_junctions(junction: NodeIds, node: NodeIds) -> NodeEnds:
    """List the nodes of the searched graph at every junction, once each."""
    size = int(node.max(initial=0)) + 1
    pairs = np.unique(junction.astype(np.int64) * size + node)
    place, node = (pairs // size).astype(np.int32), (pairs % size).astype(np.int32)
    return NodeEnds(place, node, np.zeros_like(place))
