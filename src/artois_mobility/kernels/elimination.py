"""Eliminate nodes of small degree, many at a time, and join their neighbours.

A node is eliminated together with others that are no neighbours of it, so that chains shrink to
a third of their length in each round and the elimination tree stays low. Up to degree three that
costs a dissection nothing; without a bound it orders the whole graph by minimum degree (George
and Liu 1989, doi 10.1137/1031001; independent sets as in Liu 1985, doi 10.1145/214392.214398).
"""

from numba import njit

from .._types import Flags, NodeIds, Offsets
from ._signatures import INT, READ_INT32, WRITE_FLAGS, WRITE_INT32


@njit(
    INT(READ_INT32, READ_INT32, WRITE_INT32, WRITE_INT32, WRITE_INT32, WRITE_INT32),
    cache=True,
    nogil=True,
)
def list_neighbours(
    first_out: Offsets,
    head: NodeIds,
    cursor: Offsets,
    unsorted: NodeIds,
    first: Offsets,
    neighbour: NodeIds,
) -> int:
    """Write the neighbours of each node, ascending, each once and never itself.

    An arc counts in both directions. `cursor` (n + 1) and `unsorted` (2 m) are scratch; the
    neighbours of node `x` are `neighbour[first[x]:first[x + 1]]`. Returns how many there are.
    Rows are filled by ascending neighbour, which sorts them, and then closed up.
    """
    node_count = first_out.size - 1
    cursor[:] = 0
    for tail in range(node_count):
        for arc in range(first_out[tail], first_out[tail + 1]):
            if head[arc] != tail:
                cursor[tail] += 1
                cursor[head[arc]] += 1
    end = 0
    for node in range(node_count):
        degree = cursor[node]
        first[node] = end
        cursor[node] = end
        end += degree
    first[node_count] = end
    for tail in range(node_count):
        for arc in range(first_out[tail], first_out[tail + 1]):
            if head[arc] != tail:
                unsorted[cursor[tail]] = head[arc]
                unsorted[cursor[head[arc]]] = tail
                cursor[tail] += 1
                cursor[head[arc]] += 1
    cursor[:] = first
    for node in range(node_count):
        for place in range(first[node], first[node + 1]):
            other = unsorted[place]
            if cursor[other] == first[other] or neighbour[cursor[other] - 1] != node:
                neighbour[cursor[other]] = node
                cursor[other] += 1
    size = 0
    for node in range(node_count):
        begin = first[node]
        first[node] = size
        for place in range(begin, cursor[node]):
            neighbour[size] = neighbour[place]
            size += 1
    first[node_count] = size
    return size


@njit(cache=True, nogil=True)
def scatter(node: int) -> int:
    """Mix the bits of a node id, so that a chain numbered in sequence has many local minima."""
    mixed = (int(node) * 2654435769) & 0xFFFFFFFF
    mixed ^= mixed >> 15
    mixed = (mixed * 2246822519) & 0xFFFFFFFF
    return mixed ^ (mixed >> 13)


@njit(cache=True, nogil=True)
def goes_before(first: Offsets, node: int, other: int) -> bool:
    """Tell whether `node` is eliminated before its neighbour `other`: the smaller degree first."""
    degree = first[node + 1] - first[node]
    other_degree = first[other + 1] - first[other]
    if degree != other_degree:
        return bool(degree < other_degree)
    mixed, other_mixed = scatter(node), scatter(other)
    return bool(mixed < other_mixed or (mixed == other_mixed and node < other))


@njit(
    INT(READ_INT32, READ_INT32, INT, WRITE_FLAGS, WRITE_FLAGS, WRITE_INT32, INT),
    cache=True,
    nogil=True,
)
def pick_independent(
    first: Offsets,
    neighbour: NodeIds,
    most_degree: int,
    is_left: Flags,
    is_picked: Flags,
    node_of_rank: NodeIds,
    rank: int,
) -> int:
    """Pick the nodes of at most `most_degree` that go before all their neighbours.

    They are appended to `node_of_rank` from `rank` on and struck from `is_left`. Returns the
    next rank, which is `rank` if there was none.
    """
    start = rank
    for node in range(is_left.size):
        is_picked[node] = False
        if not is_left[node] or first[node + 1] - first[node] > most_degree:
            continue
        is_first = True
        for place in range(first[node], first[node + 1]):
            if not goes_before(first, node, neighbour[place]):
                is_first = False
                break
        if is_first:
            is_picked[node] = True
            node_of_rank[rank] = node
            rank += 1
    for place in range(start, rank):
        is_left[node_of_rank[place]] = False
    return rank


@njit(
    INT(READ_INT32, READ_INT32, WRITE_FLAGS, WRITE_FLAGS),
    cache=True,
    nogil=True,
)
def count_room(first: Offsets, neighbour: NodeIds, is_picked: Flags, is_left: Flags) -> int:
    """Bound how many neighbours `join_neighbours` writes."""
    room = 0
    for node in range(is_left.size):
        if is_left[node]:
            for place in range(first[node], first[node + 1]):
                other = neighbour[place]
                room += first[other + 1] - first[other] - 1 if is_picked[other] else 1
    return room


@njit(
    INT(
        READ_INT32,
        READ_INT32,
        WRITE_FLAGS,
        WRITE_FLAGS,
        WRITE_INT32,
        WRITE_INT32,
        WRITE_INT32,
    ),
    cache=True,
    nogil=True,
)
def join_neighbours(
    first: Offsets,
    neighbour: NodeIds,
    is_picked: Flags,
    is_left: Flags,
    seen_by: NodeIds,
    new_first: Offsets,
    new_neighbour: NodeIds,
) -> int:
    """Write the graph without the picked nodes, the neighbours of each joined to one another.

    `seen_by` (n) is scratch. Returns how many neighbours were written.
    """
    seen_by[:] = -1
    size = 0
    for node in range(is_left.size):
        new_first[node] = size
        if not is_left[node]:
            continue
        seen_by[node] = node
        for place in range(first[node], first[node + 1]):
            between = neighbour[place]
            begin, end = place, place + 1
            if is_picked[between]:
                begin, end = first[between], first[between + 1]
            for at in range(begin, end):
                other = neighbour[at]
                if seen_by[other] != node:
                    seen_by[other] = node
                    new_neighbour[size] = other
                    size += 1
    new_first[is_left.size] = size
    return size
