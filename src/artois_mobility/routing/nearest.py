"""The nearest sites of places, by way of nodes: several categories in one sweep."""

from collections.abc import Sequence

import numpy as np

from .._types import UNREACHED_MS, Milliseconds, Rows
from ..graph import Graph
from ..kernels import nearest as searching
from ..kernels import nearest_sweep as sweeping
from ..kernels.nearest import NO_SITE, SITE_BITS, SITE_MASK
from ..kernels.nearest_sweep import KEY_LANES, NO_KEY
from .ends import NodeEnds
from .metrics import Metric
from .parts import find_ancestors
from .sweeps import Targets
from .threads import run_each

Found = tuple[Rows, Milliseconds]


def sweep_for_nearest(
    metric: Metric, sites: Sequence[NodeEnds], targets: Targets, k: int
) -> list[Found]:
    """Find the k nearest sites of every place in each category, by sweeps.

    Parameters
    ----------
    metric
        Weights in the direction from the sites to the places.
    sites
        Ways between sites and nodes, one table a category; `place` is the site.
    targets
        The places.
    k
        How many sites per place and category.

    Returns
    -------
    found
        Site and time of each category, shape (p, k), nearest first, ties to the smaller site;
        `NO_SITE` and `UNREACHED_MS` for none.
    """
    if k > 1:
        return run_each(lambda each: _sweep_lists(metric, each, targets, k), sites)
    batches = [sites[first : first + KEY_LANES] for first in range(0, len(sites), KEY_LANES)]
    batches = [half for batch in batches for half in _halve(batch)]
    found = run_each(lambda batch: _sweep_keys(metric, batch, targets), batches)
    return [each for batch in found for each in batch]


def search_for_nearest(
    graph: Graph, sites: NodeEnds, places: NodeEnds, shape: tuple[int, int]
) -> Found:
    """Find the k nearest sites of every place in one category, by Dijkstra's search.

    Parameters
    ----------
    graph
        To search from the sites to the places.
    sites, places
        Ways between sites and nodes, and between nodes and places.
    shape
        Number of places, and k.

    Returns
    -------
    found
        As `sweep_for_nearest` finds them.
    """
    k = shape[1]
    site_of_node, ms_of_node = blank(graph.node_count, k)
    room = k * graph.arc_count + sites.node.size + 1
    searching.search_nearest(
        graph.first_out,
        graph.head,
        graph.weight_ms,
        sites.node,
        sites.ms,
        sites.place,
        np.empty(room, np.int64),
        np.empty(room, np.int32),
        site_of_node,
        ms_of_node,
    )
    site_of_place, ms_of_place = blank(*shape)
    searching.gather_nearest(
        places.place, places.node, places.ms, site_of_node, ms_of_node, site_of_place, ms_of_place
    )
    return site_of_place, ms_of_place


def blank(row_count: int, k: int) -> Found:
    """Make tables of no site and no time.

    Parameters
    ----------
    row_count, k
        Their shape.

    Returns
    -------
    blank
        `NO_SITE` and `UNREACHED_MS` throughout.
    """
    return (
        np.full((row_count, k), NO_SITE, np.int32),
        np.full((row_count, k), UNREACHED_MS, np.int32),
    )


def _halve(batch: Sequence[NodeEnds]) -> list[Sequence[NodeEnds]]:
    """Give two threads something to do where there is enough for both."""
    if len(batch) <= KEY_LANES // 2:
        return [batch]
    middle = (len(batch) + 1) // 2
    return [batch[:middle], batch[middle:]]


def _sweep_keys(metric: Metric, categories: Sequence[NodeEnds], targets: Targets) -> list[Found]:
    hierarchy, part = metric.hierarchy, targets.part
    rank = hierarchy.order.rank_of_node[np.concatenate([each.node for each in categories])]
    time_ms = np.concatenate([each.ms for each in categories]).astype(np.int64)
    key = (time_ms << SITE_BITS) | np.concatenate([each.place for each in categories])
    lane = np.repeat(np.arange(len(categories)), [each.node.size for each in categories])
    ancestors = find_ancestors(hierarchy, rank)
    path_key = np.empty((ancestors.rank.size, KEY_LANES), np.int64)
    sweeping.climb_keys(
        ancestors.rank,
        rank,
        key,
        lane.astype(np.int32),
        ancestors.row_of_rank,
        hierarchy.up_first,
        hierarchy.up_head,
        metric.climb_ms,
        path_key,
    )
    key_of_row = np.empty((part.rank.size, KEY_LANES), np.int64)
    sweeping.sweep_keys(
        part.up_first,
        part.up_head,
        part.times(metric.descend_ms),
        ancestors.row_of_rank[part.rank],
        path_key,
        key_of_row,
    )
    key_of_place = np.full((targets.place_count, KEY_LANES), NO_KEY, np.int64)
    ends = targets.ends
    sweeping.gather_keys(ends.place, targets.end_row, ends.ms, key_of_row, key_of_place)
    return [_split_keys(key_of_place[:, [lane]]) for lane in range(len(categories))]


def _split_keys(key: sweeping.Keys) -> Found:
    time_ms = key >> SITE_BITS
    is_found = time_ms < UNREACHED_MS
    site = np.where(is_found, key & SITE_MASK, NO_SITE).astype(np.int32)
    return site, np.where(is_found, time_ms, UNREACHED_MS).astype(np.int32)


def _sweep_lists(metric: Metric, sites: NodeEnds, targets: Targets, k: int) -> Found:
    hierarchy, part, ends = metric.hierarchy, targets.part, targets.ends
    rank = hierarchy.order.rank_of_node[sites.node]
    ancestors = find_ancestors(hierarchy, rank)
    path = blank(ancestors.rank.size, k)
    sweeping.climb_nearest(
        ancestors.rank,
        rank,
        sites.ms,
        sites.place,
        ancestors.row_of_rank,
        hierarchy.up_first,
        hierarchy.up_head,
        metric.climb_ms,
        *path,
    )
    of_row = blank(part.rank.size, k)
    sweeping.sweep_nearest(
        part.up_first,
        part.up_head,
        part.times(metric.descend_ms),
        ancestors.row_of_rank[part.rank],
        *path,
        *of_row,
    )
    found = blank(targets.place_count, k)
    searching.gather_nearest(ends.place, targets.end_row, ends.ms, *of_row, *found)
    return found
