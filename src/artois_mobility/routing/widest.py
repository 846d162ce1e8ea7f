"""Widest paths in several dimensions at once: what passes, and where it gets narrow."""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from .._types import UNREACHED_MS, Floats
from ..graph import Graph

Widths: TypeAlias = tuple[float, ...]


class End(NamedTuple):
    """A way between a place and a node.

    Attributes
    ----------
    node
        Where it ends or begins.
    widths
        What passes along it, in each dimension.
    """

    node: int
    widths: Widths


class WidestPath(NamedTuple):
    """A path that lets through what no other path does.

    Attributes
    ----------
    widths
        What passes along all of it, with both its ends.
    arc
        Arcs of the graph in the order of travel.
    start, end
        Which of the ends it begins and ends with.
    """

    widths: Widths
    arc: tuple[int, ...]
    start: int
    end: int


class _Label(NamedTuple):
    node: int
    widths: Widths
    arc: int
    parent: int


def find_widest(
    graph: Graph, width_of_arc: Floats, starts: Sequence[End], ends: Sequence[End]
) -> list[WidestPath]:
    """Find the paths whose widths are surpassed in no dimension without loss in another.

    Parameters
    ----------
    graph
        Any graph; arcs of weight `UNREACHED_MS` are closed.
    width_of_arc
        What passes along each arc in each of d dimensions, shape (m, d); infinite for everything.
    starts, ends
        Ways from the origin and to the destination.

    Returns
    -------
    paths
        One for each set of widths that no other path reaches or surpasses in all dimensions, the
        widest in the first dimension first; empty where no path leads there.

    References
    ----------
    Martins, E. Q. V. (1984). On a multicriteria shortest path problem. European Journal of
    Operational Research 16(2). doi:10.1016/0377-2217(84)90077-8; here with the least width in
    place of sums.

    Examples
    --------
    >>> import numpy as np
    >>> graph = Graph(np.int32([0, 2, 2]), np.int32([1, 1]), np.int32([5, 5]))
    >>> long_or_wide = np.array([[90.0, 5.0], [40.0, 9.0]])
    >>> everything = (np.inf, np.inf)
    >>> [
    ...     path.widths
    ...     for path in find_widest(graph, long_or_wide, [End(0, everything)], [End(1, everything)])
    ... ]
    [(90.0, 5.0), (40.0, 9.0)]
    >>> find_widest(graph, long_or_wide, [End(1, everything)], [End(0, everything)])
    []
    """
    labels: list[_Label] = []
    kept: dict[int, list[int]] = {}
    queue: deque[int] = deque()

    def settle(label: _Label) -> None:
        own = kept.setdefault(label.node, [])
        if any(_surpasses(labels[each].widths, label.widths) for each in own):
            return
        own[:] = [each for each in own if not _surpasses(label.widths, labels[each].widths)]
        own.append(len(labels))
        queue.append(len(labels))
        labels.append(label)

    for row, start in enumerate(starts):
        settle(_Label(start.node, start.widths, -1, -1 - row))
    widths = [tuple(row) for row in width_of_arc.tolist()]
    while queue:
        number = queue.popleft()
        node, own, _, _ = labels[number]
        if number not in kept[node]:
            continue
        for arc in range(*graph.first_out[node : node + 2].tolist()):
            if graph.weight_ms[arc] < UNREACHED_MS:
                narrowed = _narrow(own, widths[arc])
                settle(_Label(int(graph.head[arc]), narrowed, arc, number))
    return _choose(labels, kept, ends)


def _choose(
    labels: Sequence[_Label], kept: dict[int, list[int]], ends: Sequence[End]
) -> list[WidestPath]:
    """Keep what no other way into the destination surpasses."""
    found: list[WidestPath] = []
    for row, end in enumerate(ends):
        for number in kept.get(end.node, []):
            widths = _narrow(labels[number].widths, end.widths)
            if any(_surpasses(each.widths, widths) for each in found):
                continue
            found = [each for each in found if not _surpasses(widths, each.widths)]
            arcs, start = _trace(labels, number)
            found.append(WidestPath(widths, arcs, start, row))
    return sorted(found, key=lambda path: path.widths, reverse=True)


def _trace(labels: Sequence[_Label], number: int) -> tuple[tuple[int, ...], int]:
    arcs = []
    while labels[number].arc >= 0:
        arcs.append(labels[number].arc)
        number = labels[number].parent
    return tuple(reversed(arcs)), -1 - labels[number].parent


def _narrow(one: Widths, other: Widths) -> Widths:
    return tuple(map(min, one, other))


def _surpasses(one: Widths, other: Widths) -> bool:
    """Tell whether a path lets through all that another does."""
    return all(own >= its for own, its in zip(one, other, strict=True))
