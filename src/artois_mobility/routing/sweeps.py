"""Travel times from batches of sources, by sweeps over a hierarchy."""

from dataclasses import dataclass

import numpy as np

from .._types import UNREACHED_MS, Milliseconds, NodeIds, Rows
from ..kernels import sweep as kernels
from ..kernels.sweep import LANES, STAGE, TILE
from .ends import NodeEnds
from .metrics import Metric
from .parts import Ancestors, Part, find_ancestors, restrict
from .threads import run_each
from .tight import DownArcs, down_arcs


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """Where the searches of a batch begin, s seeds; several may belong to one lane.

    Attributes
    ----------
    rank
        Rank to begin at, shape (s,).
    ms
        Time already spent there, shape (s,).
    lane
        Search it belongs to, from 0 to `LANES - 1`, shape (s,).
    """

    rank: NodeIds
    ms: Milliseconds
    lane: Rows


def sweep_lines(metric: Metric, sources: NodeIds, out: Milliseconds) -> None:
    """Write the travel times from each source to every node, one line a source.

    Parameters
    ----------
    metric
        Weights on the hierarchy of a graph of n nodes.
    sources
        Nodes, shape (s,).
    out
        Where to, C-contiguous int32, shape (s, n).
    """
    hierarchy = metric.hierarchy
    order = hierarchy.order
    # sources near each other share ancestors
    by_rank = np.argsort(order.rank_of_node[sources], kind="stable").astype(np.int32)
    blocks = [by_rank[first : first + LANES] for first in range(0, sources.size, LANES)]
    is_direct = hierarchy.is_in_node_order

    def run(lines: Rows) -> None:
        times_ms = np.empty((lines.size, hierarchy.rank_count), np.int32)
        _sweep_block(metric, down, order.rank_of_node[sources[lines]], times_ms)
        out[lines] = times_ms if is_direct else times_ms[:, order.rank_of_node]

    def run_in_place(lines: Rows) -> None:
        first = int(lines[0])
        _sweep_block(
            metric, down, order.rank_of_node[sources[lines]], out[first : first + lines.size]
        )

    down = down_arcs(metric, sources.size)
    in_place = is_direct and bool((by_rank == np.arange(by_rank.size)).all())
    run_each(run_in_place if in_place else run, blocks)


def _sweep_block(
    metric: Metric, down: DownArcs, source_rank: NodeIds, line_ms: Milliseconds
) -> None:
    hierarchy = metric.hierarchy
    lane = np.arange(source_rank.size, dtype=np.int32)
    ancestors, path_ms = climb(metric, Seeds(source_rank, np.zeros_like(lane), lane))
    kernels.sweep_lines(
        down.first,
        down.depth,
        hierarchy.depth,
        down.ms,
        ancestors.row_of_rank,
        path_ms,
        np.empty((hierarchy.height, LANES), np.int32),
        np.empty((TILE, LANES), np.int32),
        np.empty((LANES, STAGE), np.int32),
        line_ms,
    )


def sweep_columns(metric: Metric, sources: NodeIds, out: Milliseconds) -> None:
    """Write the travel times from up to `LANES` sources in the engine's own layout.

    Parameters
    ----------
    metric
        Weights on the hierarchy of a graph of n nodes.
    sources
        Nodes, shape (s,), s at most `LANES`.
    out
        Row `r` takes the times to the node of rank `r`, column `i` those from source `i`; int32,
        shape (n, LANES); unused columns read `UNREACHED_MS`.
    """
    hierarchy = metric.hierarchy
    lane = np.arange(sources.size, dtype=np.int32)
    seeds = Seeds(hierarchy.order.rank_of_node[sources], np.zeros_like(lane), lane)
    ancestors, path_ms = climb(metric, seeds)
    down = down_arcs(metric, sources.size)
    kernels.sweep_table(
        down.first,
        down.above,
        down.ms,
        ancestors.row_of_rank,
        path_ms,
        out,
    )


def climb(metric: Metric, seeds: Seeds) -> tuple[Ancestors, Milliseconds]:
    """Find the times from a batch of seeds to their ancestors by climbing alone.

    Parameters
    ----------
    metric
        Weights on a hierarchy.
    seeds
        Of at most `LANES` searches.

    Returns
    -------
    ancestors
        Of all seeds, r ranks.
    path_ms
        Shape (r, LANES).
    """
    hierarchy = metric.hierarchy
    ancestors = find_ancestors(hierarchy, seeds.rank)
    path_ms = np.empty((ancestors.rank.size, LANES), np.int32)
    kernels.climb(
        ancestors.rank,
        seeds.rank,
        seeds.ms,
        seeds.lane,
        ancestors.row_of_rank,
        hierarchy.up_first,
        hierarchy.up_head,
        metric.climb_ms,
        path_ms,
    )
    return ancestors, path_ms


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """Places that many sweeps are to find the times to.

    Attributes
    ----------
    metric
        The weights they go by.
    place_count
        Number of places.
    ends
        Ways between nodes and the places.
    end_row
        Row of each end's node in `part`, shape (e,).
    part
        The part of the hierarchy above the ends.
    """

    metric: Metric
    place_count: int
    ends: NodeEnds
    end_row: Rows
    part: Part


def aim_at(metric: Metric, ends: NodeEnds, place_count: int, sweep_count: float = 0) -> Targets:
    """Prepare sweeps to some places.

    Parameters
    ----------
    metric
        Weights on a hierarchy.
    ends
        Ways between nodes and the places.
    place_count
        Number of places.
    sweep_count
        How much work the sweeps to come are, in sweeps of one source each.

    Returns
    -------
    targets
        For `sweep_to` and `sweep_for_nearest`.
    """
    rank = metric.hierarchy.order.rank_of_node[ends.node]
    part = restrict(metric.hierarchy, rank, down_arcs(metric, sweep_count))
    return Targets(metric, place_count, ends, part.row_of_rank[rank], part)


def sweep_to(origins: NodeEnds, rows: range, targets: Targets) -> Milliseconds:
    """Find the times from some places to the targets by way of nodes.

    Parameters
    ----------
    origins
        Ways from places to nodes.
    rows
        Which places; consecutive.
    targets
        Where to.

    Returns
    -------
    time_ms
        One line a place, shape (len(rows), t); `UNREACHED_MS` where no way leads by a node.
    """
    lines = np.full((len(rows), targets.place_count), UNREACHED_MS, np.int32)
    metric, down = targets.metric, targets.part.down
    blocks = [range(first, min(first + LANES, rows.stop)) for first in rows[::LANES]]

    def run(block: range) -> None:
        mine = slice(*np.searchsorted(origins.place, [block.start, block.stop]))
        rank = metric.hierarchy.order.rank_of_node[origins.node[mine]]
        lane = (origins.place[mine] - block.start).astype(np.int32)
        ancestors, path_ms = climb(metric, Seeds(rank, origins.ms[mine], lane))
        table_ms = np.empty((targets.part.rank.size, LANES), np.int32)
        kernels.sweep_table(
            down.first,
            down.above,
            down.ms,
            ancestors.row_of_rank[targets.part.rank],
            path_ms,
            table_ms,
        )
        kernels.gather_lines(
            targets.ends.place,
            targets.end_row,
            targets.ends.ms,
            table_ms,
            lines[block.start - rows.start : block.stop - rows.start],
        )

    run_each(run, blocks)
    return lines
