"""The elimination tree of an ordered graph, and its chordal completion.

Nodes are ranks: the node eliminated first is 0. Rows of neighbours hold both directions. The
tree is Liu's (1990, doi 10.1137/0611010); the upward arcs of the completion are listed row by
row along its subtrees (Gilbert, Ng and Peyton 1994, doi 10.1137/S0895479892236921), so each row
comes out ascending and nothing is ever sorted.
"""

from numba import njit

from .._types import ArcIds, Flags, NodeIds, Offsets
from ._signatures import INT, NOTHING, READ_INT32, WRITE_FLAGS, WRITE_INT32

NO_PARENT = -1


@njit(
    NOTHING(READ_INT32, READ_INT32, READ_INT32, READ_INT32, WRITE_INT32, WRITE_INT32, WRITE_INT32),
    cache=True,
    nogil=True,
)
def renumber(
    first: Offsets,
    neighbour: NodeIds,
    node_of_rank: NodeIds,
    rank_of_node: NodeIds,
    cursor: Offsets,
    new_first: Offsets,
    new_neighbour: NodeIds,
) -> None:
    """Write the neighbours of each rank, as ranks, ascending. `cursor` (n) is scratch."""
    new_first[0] = 0
    for rank in range(node_of_rank.size):
        node = node_of_rank[rank]
        cursor[rank] = new_first[rank]
        new_first[rank + 1] = new_first[rank] + first[node + 1] - first[node]
    for rank in range(node_of_rank.size):
        node = node_of_rank[rank]
        for place in range(first[node], first[node + 1]):
            other = rank_of_node[neighbour[place]]
            new_neighbour[cursor[other]] = rank
            cursor[other] += 1


@njit(
    NOTHING(READ_INT32, READ_INT32, WRITE_INT32, WRITE_INT32),
    cache=True,
    nogil=True,
)
def build_tree(first: Offsets, neighbour: NodeIds, ancestor: NodeIds, parent: NodeIds) -> None:
    """Write the parent of each rank in the elimination tree, `NO_PARENT` for roots.

    `ancestor` (n) is scratch: a shortcut towards the root of what was joined so far.
    """
    for rank in range(parent.size):
        parent[rank] = NO_PARENT
        ancestor[rank] = NO_PARENT
        for place in range(first[rank], first[rank + 1]):
            below = neighbour[place]
            while below != NO_PARENT and below < rank:
                above = ancestor[below]
                ancestor[below] = rank
                if above == NO_PARENT:
                    parent[below] = rank
                below = above


@njit(
    NOTHING(READ_INT32, WRITE_INT32, WRITE_INT32, WRITE_INT32, WRITE_INT32),
    cache=True,
    nogil=True,
)
def number_in_postorder(
    parent: NodeIds, child: NodeIds, sibling: NodeIds, path: NodeIds, place_of_rank: NodeIds
) -> None:
    """Write the place of each rank in postorder: below every node stands its whole subtree.

    Children and roots are taken in ascending order, so an order that is a postorder stays as it
    is. `child` and `path` (n + 1) and `sibling` (n) are scratch.
    """
    rank_count = parent.size
    child[:] = NO_PARENT
    for rank in range(rank_count - 1, -1, -1):
        above = parent[rank] if parent[rank] != NO_PARENT else rank_count
        sibling[rank] = child[above]
        child[above] = rank
    path[0] = rank_count
    length = 1
    place = 0
    while length > 0:
        rank = path[length - 1]
        below = child[rank]
        if below != NO_PARENT:
            child[rank] = sibling[below]
            path[length] = below
            length += 1
        else:
            length -= 1
            if rank < rank_count:
                place_of_rank[rank] = place
                place += 1


@njit(NOTHING(READ_INT32, WRITE_INT32, WRITE_INT32), cache=True, nogil=True)
def measure_tree(parent: NodeIds, depth: NodeIds, subtree_size: NodeIds) -> None:
    """Write the number of ranks above each rank, and in its subtree with itself."""
    subtree_size[:] = 1
    for rank in range(parent.size):
        if parent[rank] != NO_PARENT:
            subtree_size[parent[rank]] += subtree_size[rank]
    for rank in range(parent.size - 1, -1, -1):
        depth[rank] = 0 if parent[rank] == NO_PARENT else depth[parent[rank]] + 1


@njit(
    INT(READ_INT32, INT, WRITE_INT32, WRITE_INT32, WRITE_INT32),
    cache=True,
    nogil=True,
)
def cut_tree(subtree_size: NodeIds, most: int, root: NodeIds, first: NodeIds, top: NodeIds) -> int:
    """Cut off the largest subtrees of at most `most` ranks; return how many.

    Subtree `s` is the ranks `first[s]` to `root[s]`; `top` takes the ranks above all of them,
    and -1 behind the last. Both run from the top down.
    """
    count = 0
    top_count = 0
    rank = subtree_size.size - 1
    while rank >= 0:
        if subtree_size[rank] <= most:
            root[count] = rank
            first[count] = rank - subtree_size[rank] + 1
            rank = first[count] - 1
            count += 1
        else:
            top[top_count] = rank
            top_count += 1
            rank -= 1
    if top_count < top.size:
        top[top_count] = -1
    return count


@njit(
    INT(READ_INT32, READ_INT32, READ_INT32, INT, WRITE_INT32, WRITE_INT32),
    cache=True,
    nogil=True,
)
def count_up_arcs(
    first: Offsets,
    neighbour: NodeIds,
    parent: NodeIds,
    most: int,
    seen_by: NodeIds,
    up_first: Offsets,
) -> int:
    """Write where the upward arcs of each rank begin, `up_first` (n + 1); return their number.

    Stops with more than `most`, and `up_first` then says nothing. `seen_by` is scratch.
    """
    rank_count = parent.size
    up_first[:] = 0
    count = 0
    for rank in range(rank_count):
        seen_by[rank] = rank
        for place in range(first[rank], first[rank + 1]):
            below = neighbour[place]
            while below < rank and seen_by[below] != rank:
                seen_by[below] = rank
                up_first[below + 1] += 1
                count += 1
                below = parent[below]
        if count > most:
            return count
    for rank in range(rank_count):
        up_first[rank + 1] += up_first[rank]
    return count


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def list_up_arcs(
    first: Offsets,
    neighbour: NodeIds,
    parent: NodeIds,
    up_first: Offsets,
    seen_by: NodeIds,
    cursor: Offsets,
    up_head: NodeIds,
    down_first: Offsets,
    down_arc: ArcIds,
) -> None:
    """Write the head of each upward arc, and the upward arcs into each rank.

    `seen_by` and `cursor` (n) are scratch. The arcs into rank `y` are
    `down_arc[down_first[y]:down_first[y + 1]]`, by ascending tail.
    """
    rank_count = parent.size
    down_first[0] = 0
    for rank in range(rank_count):
        cursor[rank] = up_first[rank]
        seen_by[rank] = rank
        down_first[rank + 1] = down_first[rank]
        for place in range(first[rank], first[rank + 1]):
            below = neighbour[place]
            while below < rank and seen_by[below] != rank:
                seen_by[below] = rank
                up_head[cursor[below]] = rank
                cursor[below] += 1
                down_first[rank + 1] += 1
                below = parent[below]
    cursor[:] = down_first[:rank_count]
    for up in range(up_head.size):
        down_arc[cursor[up_head[up]]] = up
        cursor[up_head[up]] += 1


@njit(cache=True, nogil=True)
def find_arc(up_first: Offsets, up_head: NodeIds, lower: int, upper: int) -> int:
    """Find the upward arc from rank `lower` to rank `upper`, which must be there."""
    begin, end = up_first[lower], up_first[lower + 1]
    while begin + 1 < end:
        middle = (begin + end) // 2
        if up_head[middle] <= upper:
            begin = middle
        else:
            end = middle
    return int(begin)


@njit(
    NOTHING(
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        READ_INT32,
        WRITE_INT32,
        WRITE_FLAGS,
    ),
    cache=True,
    nogil=True,
)
def find_up_arcs(
    first_out: Offsets,
    head: NodeIds,
    rank_of_node: NodeIds,
    up_first: Offsets,
    up_head: NodeIds,
    up_of_arc: ArcIds,
    is_climb: Flags,
) -> None:
    """Write the upward arc of each arc of the graph, -1 for loops, and whether it leads up."""
    for tail in range(first_out.size - 1):
        for arc in range(first_out[tail], first_out[tail + 1]):
            tail_rank, head_rank = rank_of_node[tail], rank_of_node[head[arc]]
            is_climb[arc] = tail_rank < head_rank
            up_of_arc[arc] = -1
            if tail_rank != head_rank:
                lower, upper = min(tail_rank, head_rank), max(tail_rank, head_rank)
                up_of_arc[arc] = find_arc(up_first, up_head, lower, upper)
