"""The nearest sites of places, by way of nodes: several categories in one sweep."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from .._types import UNREACHED_MS, Milliseconds, Rows
from ..graph import Graph
from ..kernels import nearest as searching
from ..kernels import nearest_sweep as sweeping
from ..kernels.nearest import NO_SITE, SITE_BITS
from .ends import NodeEnds
from .parts import Part, find_ancestors
from .subtrees import Ranges
from .sweeps import Targets
from .threads import run_each, thread_count

Found = tuple[Rows, Milliseconds]

# What nearest sites of one category cost, measured in sweeps of one source each; for several
# sites, that for each of them.
SWEEPS_FOR_ONE = 25
SWEEPS_FOR_EACH_OF_SEVERAL = 75


def work_of_nearest(category_count: int, k: int) -> int:
    """Tell how much work `sweep_for_nearest` is, for `aim_at`.

    Parameters
    ----------
    category_count
        How many categories.
    k
        How many sites per place and category.

    Returns
    -------
    sweep_count
        About as many sweeps of one source each.

    Examples
    --------
    >>> work_of_nearest(12, 1), work_of_nearest(1, 5)
    (300, 375)
    """
    return category_count * (SWEEPS_FOR_ONE if k == 1 else k * SWEEPS_FOR_EACH_OF_SEVERAL)


def sweep_for_nearest(sites: Sequence[NodeEnds], targets: Targets, k: int) -> list[Found]:
    """Find the k nearest sites of every place in each category, by sweeps.

    Parameters
    ----------
    sites
        Ways between sites and nodes, one table a category; `place` is the site.
    targets
        The places, aimed at over the metric that leads from the sites to them.
    k
        How many sites per place and category.

    Returns
    -------
    found
        Site and time of each category, shape (p, k), nearest first, ties to the smaller site;
        `NO_SITE` and `UNREACHED_MS` for none.
    """
    if k == 1 and sites:
        return _sweep_keys(sites, targets)
    return [_sweep_lists(each, targets, k) for each in sites]


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


def _sweep_ranges(part: Part, sweep: Callable[[Ranges], None]) -> None:
    """Sweep what stands above all subtrees, then the subtrees side by side."""
    *subtrees, top = part.ranges
    sweep(top)
    run_each(sweep, subtrees)


def _gather(targets: Targets, gather: Callable[[tuple[range, slice]], None]) -> None:
    """Gather in threads, each for a range of places and the slice of ends that are theirs."""
    at = np.linspace(0, targets.place_count, 4 * thread_count() + 1).astype(np.int64)
    ends = np.searchsorted(targets.ends.place, at)
    pairs = zip(pairwise(at.tolist()), pairwise(ends.tolist()), strict=True)
    run_each(gather, [(range(*places), slice(*own)) for places, own in pairs])


def _sweep_keys(categories: Sequence[NodeEnds], targets: Targets) -> list[Found]:
    metric, part = targets.metric, targets.part
    hierarchy = metric.hierarchy
    rank = hierarchy.order.rank_of_node[np.concatenate([each.node for each in categories])]
    seed_ms = np.concatenate([each.ms for each in categories]).astype(np.int64)
    key = (seed_ms << SITE_BITS) | np.concatenate([each.place for each in categories])
    lane = np.repeat(np.arange(len(categories)), [each.node.size for each in categories])
    ancestors = find_ancestors(hierarchy, rank)
    path_key = np.empty((ancestors.rank.size, len(categories)), np.int64)
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
    key_of_row = np.empty((part.rank.size, len(categories)), np.int64)
    given = part.down.first, part.down.above, part.down.ms
    path_row = ancestors.row_of_rank[part.rank]
    _sweep_ranges(
        part,
        lambda each: sweeping.sweep_keys(
            each.first, each.last, *given, path_row, path_key, key_of_row
        ),
    )
    sites, times = np.empty((2, len(categories), targets.place_count), np.int32)

    def gather(job: tuple[range, slice]) -> None:
        places, own = job
        sweeping.gather_keys(
            places.start,
            places.stop,
            targets.ends.place[own],
            targets.end_row[own],
            targets.ends.ms[own],
            key_of_row,
            np.empty(len(categories), np.int64),
            sites,
            times,
        )

    _gather(targets, gather)
    return [
        (site[:, np.newaxis], time[:, np.newaxis]) for site, time in zip(sites, times, strict=True)
    ]


def _sweep_lists(category: NodeEnds, targets: Targets, k: int) -> Found:
    metric, part = targets.metric, targets.part
    hierarchy = metric.hierarchy
    rank = hierarchy.order.rank_of_node[category.node]
    ancestors = find_ancestors(hierarchy, rank)
    path = blank(ancestors.rank.size, k)
    sweeping.climb_nearest(
        ancestors.rank,
        rank,
        category.ms,
        category.place,
        ancestors.row_of_rank,
        hierarchy.up_first,
        hierarchy.up_head,
        metric.climb_ms,
        *path,
    )
    site_of_row, ms_of_row = np.empty((2, part.rank.size, k), np.int32)
    given = part.down.first, part.down.above, part.down.ms
    path_row = ancestors.row_of_rank[part.rank]
    _sweep_ranges(
        part,
        lambda each: sweeping.sweep_nearest(
            each.first, each.last, *given, path_row, *path, site_of_row, ms_of_row
        ),
    )
    sites, times = np.empty((2, targets.place_count, k), np.int32)

    def gather(job: tuple[range, slice]) -> None:
        places, own = job
        sites[places.start : places.stop] = NO_SITE
        times[places.start : places.stop] = UNREACHED_MS
        searching.gather_nearest(
            targets.ends.place[own],
            targets.end_row[own],
            targets.ends.ms[own],
            site_of_row,
            ms_of_row,
            sites,
            times,
        )

    _gather(targets, gather)
    return sites, times
