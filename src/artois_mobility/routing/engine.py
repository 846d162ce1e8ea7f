"""The metric of a graph: made when first needed, kept as long as the graph, and shared."""

import threading
from dataclasses import replace
from weakref import WeakKeyDictionary, WeakValueDictionary

import numpy as np

from .._types import Milliseconds
from ..errors import GraphError
from ..graph import Graph, NodeOrder
from .hierarchy import Hierarchy, build_hierarchy, count_completion
from .metrics import Metric, customize, recustomize

# A dissected road network completes to fewer than two upward arcs for each arc, one with turns to
# four, and to some more where a scenario's links join it.
MOST_UP_ARCS_PER_ARC = 8
# Bringing in new weights anew takes as long as bringing in changes of about every 2,000th arc.
ARCS_PER_CHANGE = 2_000

_lock = threading.Lock()
_metric_of_graph: "WeakKeyDictionary[Graph, Metric]" = WeakKeyDictionary()
# Graphs of one topology, today's and those of scenarios that only change weights, share the very
# arrays; the hierarchy holds them too, so that no other array can take their place in memory.
_hierarchy_of_arrays: "WeakValueDictionary[tuple[int, int], Hierarchy]" = WeakValueDictionary()
# The first metric of each hierarchy, today's as a rule, by the hierarchy's id: a metric holds its
# hierarchy, so that no other can take its place.
_first_metric: "WeakValueDictionary[int, Metric]" = WeakValueDictionary()
# Hierarchies that came from disk or go there, as long as their graph lives.
_adopted: "WeakKeyDictionary[Graph, Hierarchy]" = WeakKeyDictionary()


def metric_of(graph: Graph) -> Metric:
    """Return the customized hierarchy of a graph.

    Networks number their nodes in the order of elimination, which then needs no searching for;
    a graph numbered otherwise is ordered first.

    Parameters
    ----------
    graph
        Any graph.

    Returns
    -------
    metric
        The same object for the same graph; its hierarchy is shared by all graphs made from the
        same `first_out` and `head`, and a scenario that changes few weights is brought onto it
        by a partial customization.
    """
    with _lock:
        known = _metric_of_graph.get(graph)
        if known is not None:
            return known
        hierarchy = _find_hierarchy(graph)
        first = _first_metric.get(id(hierarchy))
    metric = _customize(hierarchy, graph.weight_ms, first)
    with _lock:
        _first_metric.setdefault(id(hierarchy), metric)
        return _metric_of_graph.setdefault(graph, metric)


def has_metric(graph: Graph) -> bool:
    """Tell whether `metric_of` has its answer ready.

    Parameters
    ----------
    graph
        Any graph.

    Returns
    -------
    has_metric
        True after the first call for the same graph.
    """
    return graph in _metric_of_graph


def hierarchy_of(graph: Graph) -> Hierarchy:
    """Return the hierarchy of a graph, without weights.

    Parameters
    ----------
    graph
        Any graph.

    Returns
    -------
    hierarchy
        That of `metric_of`, kept as long as the graph.
    """
    with _lock:
        hierarchy = _find_hierarchy(graph)
        _adopted.setdefault(graph, hierarchy)
        return hierarchy


def adopt_hierarchy(graph: Graph, hierarchy: Hierarchy) -> None:
    """Use a hierarchy that was made for a graph before, instead of making it again.

    Parameters
    ----------
    graph
        Any graph.
    hierarchy
        What `open_hierarchy` gave for it.
    """
    # Its own arrays are those of the graph, which stand for it in the tables above.
    hierarchy = replace(hierarchy, first_out=graph.first_out, head=graph.head)
    with _lock:
        _hierarchy_of_arrays[id(graph.first_out), id(graph.head)] = hierarchy
        _adopted[graph] = hierarchy


def adopt_metric(graph: Graph, metric: Metric) -> None:
    """Use a metric that was made for a graph before, instead of making it again.

    Parameters
    ----------
    graph
        Any graph.
    metric
        What `open_metric` gave for its weights.

    Raises
    ------
    GraphError
        If it was made from other weights.
    """
    if not np.array_equal(metric.weight_ms, graph.weight_ms):
        msg = "The metric was made from other weights than the graph's. Make it again."
        raise GraphError(msg)
    adopt_hierarchy(graph, metric.hierarchy)
    with _lock:
        hierarchy = _hierarchy_of_arrays[id(graph.first_out), id(graph.head)]
        own = replace(metric, hierarchy=hierarchy, weight_ms=graph.weight_ms)
        _metric_of_graph[graph] = own
        _first_metric.setdefault(id(hierarchy), own)


def _find_hierarchy(graph: Graph) -> Hierarchy:
    key = (id(graph.first_out), id(graph.head))
    hierarchy = _hierarchy_of_arrays.get(key)
    if hierarchy is None:
        hierarchy = build_hierarchy(graph, _own_order(graph))
        _hierarchy_of_arrays[key] = hierarchy
    return hierarchy


def _customize(hierarchy: Hierarchy, weight_ms: Milliseconds, first: Metric | None) -> Metric:
    """Bring weights onto a hierarchy, from those of another metric where few differ."""
    if first is not None:
        changed = np.count_nonzero(first.weight_ms != weight_ms)
        if changed * ARCS_PER_CHANGE <= weight_ms.size:
            return recustomize(first, weight_ms)
    return customize(hierarchy, weight_ms)


def _own_order(graph: Graph) -> NodeOrder | None:
    """Take the graph's own numbering where it completes to few arcs, else None."""
    most = MOST_UP_ARCS_PER_ARC * graph.arc_count
    order = NodeOrder(np.arange(graph.node_count, dtype=np.int32))
    return order if count_completion(graph, order, most) <= most else None
