"""The hierarchy of a graph: everything about fast searches that does not depend on weights."""

from dataclasses import dataclass

import numpy as np

from .._types import ArcIds, Flags, NodeIds, Offsets
from ..errors import GraphError
from ..graph import Graph, NodeOrder, group_rows
from ..kernels import chordal
from ..ordering import Links, grow_tree, neighbours_of, order_nodes, put_in_postorder


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Hierarchy:
    """A customizable contraction hierarchy without weights: n ranks, a upward arcs.

    Ranks are numbered in postorder of the elimination tree: below each rank stand those of its
    whole subtree, without a gap. The upward arcs of rank `x` are `up_first[x]` to
    `up_first[x + 1] - 1`; each stands for both directions.

    Attributes
    ----------
    first_out, head
        The graph it was made for, shapes (n + 1,), (m,).
    order
        Which node each rank is.
    parent
        Parent of each rank in the elimination tree, -1 for roots, shape (n,).
    depth
        Number of ranks above each, shape (n,).
    subtree_size
        Number of ranks in the subtree of each, itself included, shape (n,).
    up_first, up_head, up_tail
        Upward arcs by rank, heads ascending, shapes (n + 1,), (a,), (a,).
    up_depth
        Depth of each head, shape (a,).
    down_first, down_arc, down_end
        Upward arcs into each rank, tails ascending, and where the row of each ends, shapes
        (n + 1,), (a,), (a,).
    up_of_arc
        Upward arc that each arc of the graph belongs to, -1 for loops, shape (m,).
    is_climb
        True for arcs of the graph that lead upwards, shape (m,).
    first_of_up, arc_of_place
        The graph's arcs of upward arc `u` are `arc_of_place[first_of_up[u]:first_of_up[u + 1]]`,
        shapes (a + 1,), (m less loops,).

    References
    ----------
    Dibbelt, J., Strasser, B. and Wagner, D. (2016). Customizable contraction hierarchies. Journal
    of Experimental Algorithmics 21. doi:10.1145/2886843
    """

    first_out: Offsets
    head: NodeIds
    order: NodeOrder
    parent: NodeIds
    depth: NodeIds
    subtree_size: NodeIds
    up_first: Offsets
    up_head: NodeIds
    up_tail: NodeIds
    up_depth: NodeIds
    down_first: Offsets
    down_arc: ArcIds
    down_end: Offsets
    up_of_arc: ArcIds
    is_climb: Flags
    first_of_up: Offsets
    arc_of_place: ArcIds

    def __post_init__(self) -> None:
        """Check that the columns agree in size, then freeze them."""
        ranks, ups, arcs = self.parent.size, self.up_head.size, self.up_of_arc.size
        for name, size in _sizes(ranks, ups, arcs, self.arc_of_place.size).items():
            column = getattr(self, name)
            if column.shape != (size,):
                msg = f"{name} has shape {column.shape}; the hierarchy needs ({size},)."
                raise GraphError(msg)
            column.setflags(write=False)

    @property
    def rank_count(self) -> int:
        """Number of ranks, n."""
        return self.parent.size

    @property
    def height(self) -> int:
        """Number of ranks on the longest way from a root down."""
        return int(self.depth.max(initial=-1)) + 1

    @property
    def is_in_node_order(self) -> bool:
        """True where every rank is the node of the same number."""
        node_of_rank = self.order.node_of_rank
        return bool((node_of_rank == np.arange(node_of_rank.size)).all())


def build_hierarchy(graph: Graph, order: NodeOrder | None = None) -> Hierarchy:
    """Complete a graph to a chordal one and lay out its elimination tree.

    Parameters
    ----------
    graph
        Any graph of n nodes and m arcs; its weights do not matter.
    order
        Order of elimination; `order_nodes` where None. Ranks are renumbered in postorder, which
        adds no arc.

    Returns
    -------
    hierarchy
        For `customize`.

    Raises
    ------
    GraphError
        If the order is one of another number of nodes.

    Examples
    --------
    >>> path = Graph(np.int32([0, 1, 2, 2]), np.int32([1, 2]), np.int32([5, 5]))
    >>> build_hierarchy(path).up_head.size
    2
    >>> build_hierarchy(Graph(np.int32([0]), np.int32([]), np.int32([]))).height
    0
    """
    order = order or order_nodes(graph)
    if order.node_of_rank.size != graph.node_count:
        msg = f"The order has {order.node_of_rank.size} nodes and the graph {graph.node_count}."
        raise GraphError(msg)
    links = neighbours_of(graph.first_out, graph.head)
    tree = put_in_postorder(grow_tree(order, links))
    order, links, parent = tree.order, tree.links, tree.parent
    up_first, up_head, down_first, down_arc = _complete(links, parent)
    depth = np.empty(parent.size, np.int32)
    subtree_size = np.empty(parent.size, np.int32)
    chordal.measure_tree(parent, depth, subtree_size)
    up_of_arc, is_climb = np.empty(graph.arc_count, np.int32), np.empty(graph.arc_count, np.bool_)
    chordal.find_up_arcs(
        graph.first_out, graph.head, order.rank_of_node, up_first, up_head, up_of_arc, is_climb
    )
    up_tail = np.repeat(np.arange(parent.size, dtype=np.int32), np.diff(up_first))
    arcs_of_up = group_rows(up_of_arc, up_head.size)
    return Hierarchy(
        first_out=graph.first_out,
        head=graph.head,
        order=order,
        parent=parent,
        depth=depth,
        subtree_size=subtree_size,
        up_first=up_first,
        up_head=up_head,
        up_tail=up_tail,
        up_depth=depth[up_head],
        down_first=down_first,
        down_arc=down_arc,
        down_end=up_first[up_tail[down_arc] + 1],
        up_of_arc=up_of_arc,
        is_climb=is_climb,
        first_of_up=arcs_of_up.first,
        arc_of_place=arcs_of_up.row_of_place,
    )


def count_completion(graph: Graph, order: NodeOrder, most: int) -> int:
    """Count the upward arcs that an order of elimination gives.

    Parameters
    ----------
    graph
        Any graph.
    order
        Of its nodes.
    most
        Stop counting behind so many: a bad order of a large graph gives billions.

    Returns
    -------
    up_count
        The number, or more than `most`.

    Examples
    --------
    >>> path = Graph(np.int32([0, 1, 2, 2]), np.int32([1, 2]), np.int32([5, 5]))
    >>> count_completion(path, NodeOrder(np.int32([1, 0, 2])), 10)
    3
    """
    links = neighbours_of(graph.first_out, graph.head)
    tree = grow_tree(order, links)
    up_first, seen_by = np.empty(order.node_of_rank.size + 1, np.int32), np.empty_like(tree.parent)
    return int(
        chordal.count_up_arcs(
            tree.links.first, tree.links.neighbour, tree.parent, most, seen_by, up_first
        )
    )


def _complete(links: Links, parent: NodeIds) -> tuple[Offsets, NodeIds, Offsets, ArcIds]:
    count = parent.size
    up_first, down_first = np.empty(count + 1, np.int32), np.empty(count + 1, np.int32)
    seen_by = np.empty(count, np.int32)
    most = np.iinfo(np.int32).max - 1
    count_of_up = chordal.count_up_arcs(
        links.first, links.neighbour, parent, most, seen_by, up_first
    )
    if count_of_up > most:
        msg = f"This order completes the graph to more than {most} arcs. Use order_nodes."
        raise GraphError(msg)
    up_head, down_arc = np.empty(up_first[-1], np.int32), np.empty(up_first[-1], np.int32)
    chordal.list_up_arcs(
        links.first,
        links.neighbour,
        parent,
        up_first,
        seen_by,
        np.empty(count, np.int32),
        up_head,
        down_first,
        down_arc,
    )
    return up_first, up_head, down_first, down_arc


def _sizes(rank_count: int, up_count: int, arc_count: int, place_count: int) -> dict[str, int]:
    return {
        **dict.fromkeys(("parent", "depth", "subtree_size"), rank_count),
        **dict.fromkeys(("first_out", "up_first", "down_first"), rank_count + 1),
        **dict.fromkeys(("up_head", "up_tail", "up_depth", "down_arc", "down_end"), up_count),
        **dict.fromkeys(("head", "up_of_arc", "is_climb"), arc_count),
        "first_of_up": up_count + 1,
        "arc_of_place": place_count,
    }
