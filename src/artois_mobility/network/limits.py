"""Streets for those only whose trip ends there, and the part of a network that hangs together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .._types import Flags, NodeIds
from ..graph import Graph
from .profile_keys import Profile
from .searched import Searched

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Which arcs only those use whose trip begins or ends there.

    Attributes
    ----------
    is_limited
        Shape (m,).
    counts
        Arcs limited by tags, and by lying behind such.
    """

    is_limited: Flags
    counts: Mapping[str, int]


def limit_arcs(graph: Graph, is_tagged: Flags) -> Limits:
    """Limit streets that are tagged so, and open ones that can only be got to through these.

    The yard behind a gate for residents is no more open than the gate, whatever its own tags say.

    Parameters
    ----------
    graph
        The streets, m arcs.
    is_tagged
        True where tags let those only pass whose trip ends there, shape (m,).

    Returns
    -------
    limits
        Open streets behind limited ones are limited too; islands stay as they are.

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 2]), np.int32([1, 0]), np.int32([5, 5]))
    >>> limit_arcs(graph, np.array([False, False])).is_limited
    array([False, False])
    """
    if not is_tagged.any():
        return Limits(is_tagged, {})
    whole = _largest_part(graph.first_out, graph.head, np.ones(graph.arc_count, np.bool_))
    open_part = _largest_part(graph.first_out, graph.head, ~is_tagged)
    tail = graph.tail
    is_behind = whole[tail] & whole[graph.head] & ~(open_part[tail] & open_part[graph.head])
    is_behind &= ~is_tagged
    counts = {
        "arcs_limited_to_ends": int(is_tagged.sum()),
        "arcs_behind_limited_ones": int(is_behind.sum()),
    }
    return Limits(is_tagged | is_behind, counts)


def serves_everybody(searched: Searched, profile: Profile) -> Flags:
    """Tell which streets places may hang on as far as getting away from them goes.

    Parameters
    ----------
    searched
        The graph that is searched, over m streets.
    profile
        Who travels.

    Returns
    -------
    serves
        Those of the main connected part; for boats all, as water in parts is as it is: what a lock
        keeps a vessel from has its quays all the same. Shape (m,).

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> from artois_mobility.network.searched import search_on
    >>> graph = Graph(np.int32([0, 1, 2, 3]), np.int32([1, 0, 0]), np.int32([5, 5, 5]))
    >>> serves_everybody(search_on(graph, None), read_profile("car"))
    array([ True,  True, False])
    >>> serves_everybody(search_on(graph, None), read_profile("barge"))
    array([ True,  True,  True])
    """
    if profile.mode == "boat":
        return np.ones(searched.begins.first.size - 1, np.bool_)
    return in_main_part(searched)


def in_main_part(searched: Searched) -> Flags:
    """Tell which streets belong to the main connected part of a network.

    The main part is the largest set of nodes that can all reach each other; of two equally large
    ones, that with the smallest node. A street belongs to it that can be got to from there, and
    left for there.

    Parameters
    ----------
    searched
        The graph that is searched, over m streets.

    Returns
    -------
    is_main
        Shape (m,).

    Examples
    --------
    >>> from artois_mobility.network.searched import search_on
    >>> graph = Graph(np.int32([0, 1, 2, 3]), np.int32([1, 0, 0]), np.int32([5, 5, 5]))
    >>> in_main_part(search_on(graph, None))
    array([ True,  True, False])
    >>> in_main_part(search_on(Graph(np.int32([0]), np.int32([]), np.int32([])), None))
    array([], dtype=bool)
    """
    graph = searched.graph
    if graph.node_count == 0:
        return np.zeros(0, np.bool_)
    everything = np.ones(graph.arc_count, np.bool_)
    if not searched.is_expanded:
        is_core = _largest_part(graph.first_out, graph.head, everything)
        within: Flags = is_core[searched.tail] & is_core[graph.head]
        return within
    is_open = np.zeros(graph.node_count, np.bool_)
    begins, ends = np.zeros((2, graph.arc_count), np.bool_)
    begins[searched.begins.arc], ends[searched.ends.arc] = True, True
    is_open[graph.head[begins & ends]] = True
    is_core = _largest_part(graph.first_out, graph.head, everything, is_open)
    links = _matrix(graph.first_out, graph.head, everything)
    start = int(np.argmax(is_core))
    can_come = _reached(links.T.tocsr(), start)
    can_go = _reached(links, start)
    is_main = np.zeros((2, searched.begins.first.size - 1), np.bool_)
    is_main[0, searched.street[searched.begins.arc[can_come[graph.head[searched.begins.arc]]]]] = 1
    is_main[1, searched.street[searched.ends.arc[can_go[searched.tail[searched.ends.arc]]]]] = 1
    both: Flags = is_main[0] & is_main[1]
    return both


def _matrix(first_out: NodeIds, head: NodeIds, is_used: Flags) -> "csr_array":
    from scipy.sparse import csr_array

    size = first_out.size - 1
    used = np.concatenate(([0], np.cumsum(is_used)))[first_out]
    return csr_array((np.ones(used[-1], np.int8), head[is_used], used), shape=(size, size))


def _largest_part(
    first_out: NodeIds, head: NodeIds, is_used: Flags, is_counted: Flags | None = None
) -> Flags:
    """Tell which nodes lie in the largest set that can all reach each other, shape (n,)."""
    from scipy.sparse.csgraph import connected_components

    links = _matrix(first_out, head, is_used)
    _, part_of_node = connected_components(links, connection="strong")
    size_of_node = np.bincount(part_of_node, weights=is_counted)[part_of_node]
    return np.isin(part_of_node, [part_of_node[np.argmax(size_of_node)]])


def _reached(links: "csr_array", start: int) -> Flags:
    from scipy.sparse.csgraph import breadth_first_order

    is_reached = np.zeros(links.shape[0], np.bool_)
    is_reached[breadth_first_order(links, start, return_predecessors=False)] = True
    return is_reached
