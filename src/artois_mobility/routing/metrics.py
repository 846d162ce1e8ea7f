"""Weights on a hierarchy: of today, and of every scenario."""

from dataclasses import dataclass, field, replace

import numpy as np

from .._types import UNREACHED_MS, ArcIds, Milliseconds
from ..errors import GraphError
from ..kernels import customize as kernels
from .hierarchy import Hierarchy
from .subtrees import Ranges, split_tree
from .threads import run_each
from .tight import Wear


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Metric:
    """The times of one situation on the upward arcs of a hierarchy, a of them.

    Attributes
    ----------
    hierarchy
        What it was made for.
    weight_ms
        Weights of the graph's arcs that it was made from, shape (m,).
    climb_ms
        Shortest time from the lower end of each upward arc to the upper one, through lower ranks
        only, shape (a,); `UNREACHED_MS` for none.
    descend_ms
        The same from the upper end to the lower one.
    is_reversed
        True where every arc is turned round.
    wear
        What is known about the work it is used for.
    """

    hierarchy: Hierarchy
    weight_ms: Milliseconds
    climb_ms: Milliseconds
    descend_ms: Milliseconds
    is_reversed: bool = False
    wear: Wear = field(default_factory=Wear)

    def __post_init__(self) -> None:
        """Freeze the columns."""
        for array in (self.weight_ms, self.climb_ms, self.descend_ms):
            array.setflags(write=False)

    def reversed(self) -> "Metric":
        """Turn every arc round: searches from a node then find the times to it."""
        return replace(
            self,
            climb_ms=self.descend_ms,
            descend_ms=self.climb_ms,
            is_reversed=not self.is_reversed,
        )


def customize(hierarchy: Hierarchy, weight_ms: Milliseconds) -> Metric:
    """Bring weights onto a hierarchy.

    Parameters
    ----------
    hierarchy
        Made for a graph of m arcs.
    weight_ms
        Time through each arc, from 0 to `UNREACHED_MS`, shape (m,).

    Returns
    -------
    metric
        The same bytes whatever the number of threads.

    Raises
    ------
    GraphError
        If the weights do not fit the hierarchy's graph.

    Examples
    --------
    >>> from artois_mobility.graph import Graph
    >>> from artois_mobility.routing.hierarchy import build_hierarchy
    >>> path = Graph(np.int32([0, 1, 1]), np.int32([1]), np.int32([5]))
    >>> metric = customize(build_hierarchy(path), path.weight_ms)
    >>> int(min(metric.climb_ms[0], metric.descend_ms[0]))
    5
    """
    weight_ms = _check_weights(hierarchy, weight_ms)
    up_count = hierarchy.up_head.size
    climb_ms, descend_ms = np.empty(up_count, np.int32), np.empty(up_count, np.int32)
    kernels.lay_weights(weight_ms, hierarchy.up_of_arc, hierarchy.is_climb, climb_ms, descend_ms)
    *subtrees, top = split_tree(hierarchy.subtree_size)
    run_each(lambda part: _relax(hierarchy, part, climb_ms, descend_ms), subtrees)
    _relax(hierarchy, top, climb_ms, descend_ms)
    return Metric(hierarchy, weight_ms, climb_ms, descend_ms)


def recustomize(metric: Metric, weight_ms: Milliseconds) -> Metric:
    """Bring weights onto a hierarchy that differ in a few arcs from those of a metric.

    Only the upward arcs that the changed ones can have an effect on are computed. The result
    equals that of `customize` to the byte.

    Parameters
    ----------
    metric
        Of the weights before; it is not changed.
    weight_ms
        Time through each arc, shape (m,).

    Returns
    -------
    metric
        Of the new weights.

    Raises
    ------
    GraphError
        If the weights do not fit the hierarchy's graph.
    """
    hierarchy = metric.hierarchy
    weight_ms = _check_weights(hierarchy, weight_ms)
    changed = hierarchy.up_of_arc[np.flatnonzero(weight_ms != metric.weight_ms)]
    climb_ms, descend_ms = metric.climb_ms.copy(), metric.descend_ms.copy()
    update(hierarchy, weight_ms, changed[changed >= 0], climb_ms, descend_ms)
    return Metric(hierarchy, weight_ms, climb_ms, descend_ms)


def update(
    hierarchy: Hierarchy,
    weight_ms: Milliseconds,
    changed_up: ArcIds,
    climb_ms: Milliseconds,
    descend_ms: Milliseconds,
) -> int:
    """Make times on upward arcs right again where weights have changed, in place.

    Parameters
    ----------
    hierarchy
        Made for a graph of m arcs.
    weight_ms
        New weights, shape (m,).
    changed_up
        Upward arcs of the arcs whose weights have changed.
    climb_ms, descend_ms
        Those of the weights before; written.

    Returns
    -------
    computed
        How many upward arcs were computed.
    """
    room = hierarchy.up_head.size
    return int(
        kernels.relax_above(
            np.ascontiguousarray(changed_up, np.int32),
            weight_ms,
            hierarchy.first_of_up,
            hierarchy.arc_of_place,
            hierarchy.is_climb,
            hierarchy.up_first,
            hierarchy.up_head,
            hierarchy.up_tail,
            hierarchy.down_first,
            hierarchy.down_arc,
            hierarchy.down_end,
            np.zeros(room, np.bool_),
            np.empty(room, np.int32),
            np.empty(room, np.int32),
            climb_ms,
            descend_ms,
        )
    )


def _relax(
    hierarchy: Hierarchy, part: Ranges, climb_ms: Milliseconds, descend_ms: Milliseconds
) -> None:
    rows = np.empty((2, hierarchy.height), np.int32)
    kernels.relax_rows(
        part.first,
        part.last,
        hierarchy.up_first,
        hierarchy.up_depth,
        hierarchy.down_first,
        hierarchy.down_arc,
        hierarchy.down_end,
        rows[0],
        rows[1],
        climb_ms,
        descend_ms,
    )


def _check_weights(hierarchy: Hierarchy, weight_ms: Milliseconds) -> Milliseconds:
    arc_count = hierarchy.up_of_arc.size
    weights = np.ascontiguousarray(weight_ms, np.int32)
    if weights.shape != (arc_count,):
        msg = f"weight_ms has shape {weights.shape}; the hierarchy was made for ({arc_count},)."
        raise GraphError(msg)
    outside = weights[(weights < 0) | (weights > UNREACHED_MS)]
    if outside.size:
        msg = (
            f"{outside.size} of {arc_count} weights are not from 0 to {UNREACHED_MS} ms; "
            f"first {outside[0]}."
        )
        raise GraphError(msg)
    return weights
