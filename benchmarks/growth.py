"""Measure how every step of the engine grows with the graph; checks before times.

`make bench-growth` runs this and keeps the table and the plot in `benchmarks/results/`. Each graph
is measured in a process of its own, so that the peak of its memory is its own. The planar graphs
are drawn from a fixed seed; real ones are read from the shared folder where there is one.
"""

import argparse
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from measuring import RUNS, UNREACHED, as_matrix, as_ms
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra
from worlds import PORTO

import artois_mobility as am
from artois_mobility.graph import Graph, sort_arcs
from artois_mobility.ordering import order_nodes
from artois_mobility.routing.ends import NodeEnds
from artois_mobility.routing.hierarchy import Hierarchy, build_hierarchy
from artois_mobility.routing.metrics import Metric, customize
from artois_mobility.routing.nearest import sweep_for_nearest
from artois_mobility.routing.sweeps import LANES, aim_at, sweep_columns
from artois_mobility.routing.threads import run_each, thread_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Answer = TypeVar("Answer")

SEED = 20
SIDES = {
    "road-like 10^4": 100,
    "road-like 10^5": 316,
    "road-like 10^6": 1000,
    "road-like 10^7": 3162,
    "road-like 2x10^7": 4472,
}
# Harder than any country: a grid without rivers.
PLAIN = {"plain grid 10^6": 1000}
SIDE_TO_WARM = 60
REAL = {
    "Porto": ("porto.osm.pbf", True),
    "Porto, unmerged": ("porto.osm.pbf", False),
    "Porto mosaic": ("porto-mosaic.osm.pbf", True),
    "Porto mosaic, unmerged": ("porto-mosaic.osm.pbf", False),
}

BLOCK_M = 100.0
JITTER_M = 30.0
MOST_DETOUR = 1.3
REMOVED = 0.3
ONE_WAY = 0.1
# Local streets, every 20th row and column, every 100th.
SPEED_KMH = np.array([30.0, 50.0, 90.0])
MS_KMH_PER_M = 3600.0
# Makes Porto's size as high a hierarchy as Porto is (207 and 214), with a few more upward arcs.
BRIDGING = 2.0

SITE_COUNT = 50
MOST_NODES_FOR_PEER = 2_000_000
MANY_RUNS_UP_TO = 200_000
STEPS = {
    "order": "order_nodes",
    "hierarchy": "build_hierarchy",
    "customize": "customize",
    "one_to_all": "one to all, a source",
    "aim": "aim at all nodes",
    "nearest": "nearest of 50, all",
}
PEAKS = {"graph": "graph made", "built": "engine built", "whole": "whole run"}
NOTES = (
    "largest part: the share of nodes in it; triangles: pairs of upward arcs with one lower end,",
    "each of which customizing looks at, so that their number is its work.",
    "MiB: peak of resident memory until then, the interpreter's own included; the whole run holds",
    "the tables of one to all, and the check's matrix.",
)
COLOURS = ("#1b6ca8", "#0f9d8a", "#8e44ad", "#c0392b", "#7f8c8d", "#d68910")
HOLLOW = {"linestyle": "none", "markersize": 7, "markerfacecolor": "white", "markeredgewidth": 1.6}
LABEL_STEP = 1.5


@dataclass(frozen=True)
class Measured:
    """What was measured of one graph; seconds by step, peaks of resident memory in MiB."""

    name: str
    node_count: int
    arc_count: int
    seconds: dict[str, float]
    hierarchy_bytes: int
    metric_bytes: int
    up_count: int
    triangle_count: int
    height: int
    table_count: int
    largest_part: float
    peak_mib: dict[str, float]

    @property
    def is_drawn(self) -> bool:
        return self.name in SIDES

    def ns_per_node(self, step: str) -> float:
        return self.seconds[step] * 1e9 / self.node_count


def make_planar(side: int, bridging: float = BRIDGING) -> Graph:
    """Draw a grid of jittered streets under arterials; the numbers of its nodes tell nothing.

    Rivers and railways cut it up: the line in the middle of every square, and those in the
    middles of its quarters, and so on. A line h streets long is crossed by about `bridging` x
    h^(2/3) of them, so that n nodes are cut in two by about n^(1/3), as on road networks (Delling,
    Goldberg, Razenshteyn and Werneck 2011, doi 10.1109/IPDPS.2011.108); an infinite bridging
    makes a plain grid, whose parts hang together by n^(1/2).
    """
    draw = np.random.default_rng([SEED, side])
    name = draw.permutation(side * side).astype(np.int32).reshape(side, side)
    line = np.arange(side, dtype=np.float32) * np.float32(BLOCK_M)
    jitter_m = draw.uniform(-JITTER_M, JITTER_M, (2, side, side)).astype(np.float32)
    x_m, y_m = jitter_m[0] + line, jitter_m[1] + line[:, np.newaxis]
    # turned round its diagonal, the grid's columns are rows
    grids = (name, x_m, y_m), (name.T, x_m.T, y_m.T)
    crossed = np.minimum(1.0, bridging * _line_lengths(side) ** (-1 / 3))
    laid = (_lay(draw, *grid, crossed.astype(np.float32)) for grid in grids)
    columns = [np.concatenate(each) for each in zip(*laid, strict=True)]
    tail, head, weight_ms = columns
    order = sort_arcs(side * side, tail, head)
    arcs = order.arc_of_input
    return Graph(order.first_out, head[arcs], weight_ms[arcs])


def _line_lengths(side: int) -> np.ndarray:
    """Tell how long the line between each column and the next is, in streets."""
    length = np.zeros(side - 1)
    squares = [(0, side)]
    while squares:
        begin, end = squares.pop()
        if end - begin > 1:
            middle = (begin + end) // 2
            length[middle - 1] = end - begin
            squares += [(begin, middle), (middle, end)]
    return length


def _lay(
    draw: np.random.Generator,
    name: np.ndarray,
    x_m: np.ndarray,
    y_m: np.ndarray,
    crossed: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lay the streets along the rows of a grid: tails, heads and weights of their arcs."""
    row = np.arange(len(name))
    level = (row % 20 == 10).astype(np.int8) + (row % 100 == 50)
    level = np.broadcast_to(level[:, np.newaxis], (row.size, row.size - 1))
    is_kept = (draw.random(level.shape, np.float32) >= REMOVED) | (level > 0)
    is_kept &= (draw.random(level.shape, np.float32) < crossed) | (level > 1)
    level = level[is_kept]
    length_m = np.hypot(np.diff(x_m)[is_kept], np.diff(y_m)[is_kept])
    length_m *= draw.uniform(1.0, MOST_DETOUR, level.size)
    weight_ms = np.rint(length_m * MS_KMH_PER_M / SPEED_KMH[level]).astype(np.int32)
    chance = draw.random(level.size, np.float32)
    chance[level > 0] = 1.0
    goes, comes = chance >= ONE_WAY / 2, (chance < ONE_WAY / 2) | (chance >= ONE_WAY)
    here, there = name[:, :-1][is_kept], name[:, 1:][is_kept]
    return (
        np.concatenate([here[goes], there[comes]]),
        np.concatenate([there[goes], here[comes]]),
        np.concatenate([weight_ms[goes], weight_ms[comes]]),
    )


def load_graph(name: str) -> Graph:
    if name in SIDES:
        return make_planar(SIDES[name])
    if name in PLAIN:
        return make_planar(PLAIN[name], math.inf)
    file, merges = REAL[name]
    network = am.build_network(am.read_osm(PORTO.with_name(file)), "car", merge_chains=merges)
    return network.graph


def assert_shortest(graph: Graph, sources: np.ndarray, found_ms: np.ndarray, *, to: bool) -> None:
    """Fail unless these are the shortest times from the nearest source, or to it.

    Up to some size scipy's search has the word; beyond it two facts do: no arc can still be
    relaxed, and arcs that hold with equality lead from a source to every node reached.
    """
    if graph.node_count <= MOST_NODES_FOR_PEER:
        matrix = as_matrix(graph)
        expected = dijkstra(matrix.T if to else matrix, indices=sources, min_only=True)
        assert (found_ms == as_ms(expected)).all(), "scipy finds other times"
        return
    tail, head = (graph.head, graph.tail) if to else (graph.tail, graph.head)
    reached = found_ms < UNREACHED
    assert (found_ms[sources] == 0).all(), "a source is not at time 0"
    usable = reached[tail] & (graph.weight_ms < UNREACHED)
    slack_ms = found_ms[tail] + graph.weight_ms - found_ms[head]
    assert (slack_ms[usable] >= 0).all(), "an arc still relaxes"
    tight = usable & (slack_ms == 0)
    start = np.full(sources.size, graph.node_count, np.int32)
    tails, heads = np.append(tail[tight], start), np.append(head[tight], sources)
    shape = (graph.node_count + 1, graph.node_count + 1)
    arcs = csr_array((np.ones(tails.size, np.int8), (tails, heads)), shape=shape)
    proven = breadth_first_order(arcs, graph.node_count, return_predecessors=False)[1:]
    assert proven.size == np.count_nonzero(reached), "a time has no path behind it"
    assert reached[proven].all(), "a path leads to a node without a time"


def clock(work: Callable[[], Answer], runs: int) -> tuple[float, Answer]:
    """Time some work: the median of several runs, and the last answer."""
    times = []
    for _ in range(runs):
        answer = None
        start = time.perf_counter()
        answer = work()
        times.append(time.perf_counter() - start)
    return statistics.median(times), answer


def measure(name: str, graph: Graph) -> Measured:
    """Take one graph through every step."""
    seconds: dict[str, float] = {}
    peaks = {"graph": peak_mib()}
    runs = RUNS if graph.node_count <= MANY_RUNS_UP_TO else 3
    once = 1 if graph.node_count > MOST_NODES_FOR_PEER else runs
    seconds["order"], order = clock(lambda: order_nodes(graph), once)
    seconds["hierarchy"], hierarchy = clock(lambda: build_hierarchy(graph, order), once)
    seconds["customize"], metric = clock(lambda: customize(hierarchy, graph.weight_ms), runs)
    peaks["built"] = peak_mib()
    draw = np.random.default_rng(SEED)
    seconds["one_to_all"], table_count = _one_to_all(graph, metric, draw, runs)
    seconds["aim"], seconds["nearest"] = _nearest(graph, metric, draw, runs)
    peaks["whole"] = peak_mib()
    return Measured(
        name=name,
        node_count=graph.node_count,
        arc_count=graph.arc_count,
        seconds=seconds,
        hierarchy_bytes=byte_count(hierarchy) + byte_count(order),
        metric_bytes=byte_count(metric),
        up_count=hierarchy.up_head.size,
        triangle_count=count_triangles(hierarchy),
        height=hierarchy.height,
        table_count=table_count,
        largest_part=share_of_largest_part(graph),
        peak_mib=peaks,
    )


def _one_to_all(
    graph: Graph, metric: Metric, draw: np.random.Generator, runs: int
) -> tuple[float, int]:
    """Sweep to all nodes, a batch a thread; return seconds per source and the number of tables."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    table_bytes = graph.node_count * LANES * np.int32().nbytes
    table_count = max(1, min(thread_count(), memory // 3 // table_bytes))
    sources = draw.choice(graph.node_count, table_count * LANES, replace=False).astype(np.int32)
    tables = [np.empty((graph.node_count, LANES), np.int32) for _ in range(table_count)]
    jobs = list(zip(np.split(sources, table_count), tables, strict=True))

    def sweep() -> None:
        run_each(lambda job: sweep_columns(metric, *job), jobs)

    sweep()
    batch, table = jobs[-1]
    # one that gets about, not one in a yard of its own
    lane = int(np.argmax(np.count_nonzero(table < UNREACHED, axis=0)))
    found_ms = table[metric.hierarchy.order.rank_of_node, lane]
    assert np.mean(found_ms < UNREACHED) > 0.5, "no source gets about"
    assert_shortest(graph, batch[lane : lane + 1], found_ms, to=False)
    whole_s, _ = clock(sweep, runs)
    return whole_s / sources.size, table_count


def _nearest(
    graph: Graph, metric: Metric, draw: np.random.Generator, runs: int
) -> tuple[float, float]:
    """Aim at all nodes, then find the nearest site of each; return the seconds of both."""
    everyone = _ends_at(np.arange(graph.node_count, dtype=np.int32))
    nodes = np.sort(draw.choice(graph.node_count, SITE_COUNT, replace=False)).astype(np.int32)
    sites = [_ends_at(nodes)]
    turned = metric.reversed()
    aim_s, targets = clock(lambda: aim_at(turned, everyone, graph.node_count), runs)
    [(site, found_ms)] = sweep_for_nearest(sites, targets, 1)
    assert ((site[:, 0] >= 0) == (found_ms[:, 0] < UNREACHED)).all()
    assert_shortest(graph, nodes, found_ms[:, 0], to=True)
    nearest_s, _ = clock(lambda: sweep_for_nearest(sites, targets, 1), runs)
    return aim_s, nearest_s


def _ends_at(nodes: np.ndarray) -> NodeEnds:
    """Put one place at each node."""
    return NodeEnds(np.arange(nodes.size, dtype=np.int32), nodes, np.zeros(nodes.size, np.int32))


def count_triangles(hierarchy: Hierarchy) -> int:
    """Count the pairs of upward arcs that share their lower end: the work of customizing."""
    degree = np.diff(hierarchy.up_first).astype(np.int64)
    return int((degree * (degree - 1) // 2).sum())


def share_of_largest_part(graph: Graph) -> float:
    """Return the share of nodes in the largest part, directions aside."""
    shape = (graph.node_count, graph.node_count)
    links = csr_array((np.ones(graph.arc_count, np.int8), graph.head, graph.first_out), shape=shape)
    _, part = connected_components(links, directed=False)
    return float(np.bincount(part).max() / graph.node_count)


def byte_count(columns: object) -> int:
    """Add up the bytes of the arrays that a dataclass holds."""
    values = (getattr(columns, field.name) for field in fields(columns))
    return sum(value.nbytes for value in values if isinstance(value, np.ndarray))


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_all(most_nodes: int) -> list[Measured]:
    """Measure every graph there is, each in a process of its own."""
    names = [name for name, side in {**SIDES, **PLAIN}.items() if side * side <= most_nodes]
    for name, (file, _) in REAL.items():
        if PORTO.with_name(file).is_file():
            names.append(name)
        else:
            print(f"{name} is left out: the shared folder with {file} is not here.", flush=True)
    measured = []
    for name in names:
        command = [sys.executable, __file__, "--graph", name]
        answer = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
        measured.append(Measured(**json.loads(answer.stdout.splitlines()[-1])))
        print(f"{name} is measured.", file=sys.stderr, flush=True)
    return measured


def describe_machine() -> list[str]:
    names = ("artois-mobility", "numpy", "numba", "scipy", "pymetis")
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.is_file() else []
    models = [line.split(":")[1].strip() for line in lines if "model name" in line]
    processor = models[0] if models else platform.processor()
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return [
        f"date      {datetime.now(UTC):%Y-%m-%d}",
        f"machine   {processor}, {thread_count()} threads, {memory_gib:.0f} GiB, "
        f"Python {platform.python_version()}",
        f"versions  {', '.join(f'{name} {version(name)}' for name in names)}",
        "graphs    road-like: streets cut up by rivers, drawn from a seed, nodes numbered at "
        "random; Porto: by car, nodes as the library numbers them",
        "checked   times of one source and to the nearest site: by scipy up to "
        f"{MOST_NODES_FOR_PEER} nodes, by an optimality certificate beyond",
        f"runs      medians of {RUNS} up to {MANY_RUNS_UP_TO} nodes, of 3 beyond; "
        f"order_nodes and build_hierarchy once beyond {MOST_NODES_FOR_PEER}",
    ]


def as_text(measured: Sequence[Measured]) -> str:
    head = f"{'':<24}" + "".join(f"{label:>21}" for label in STEPS.values())
    lines = [*describe_machine(), "", "seconds", head]
    lines += [_line(each.name, each.seconds.values(), 6) for each in measured]
    lines += ["", "nanoseconds per node", head]
    lines += [_line(each.name, map(each.ns_per_node, STEPS), 3) for each in measured]
    lines += ["", *_growth(measured, head), "", *_sizes(measured)]
    if any(each.table_count < thread_count() for each in measured):
        lines.append("Where memory is short, one to all runs with fewer batches than threads.")
    return "\n".join(lines) + "\n"


def _line(title: str, values: Iterable[float], digits: int) -> str:
    return f"{title:<24}" + "".join(f"{value:>21.{digits}f}" for value in values)


def _growth(measured: Sequence[Measured], head: str) -> list[str]:
    """Fit time = constant x nodes ^ exponent to all road-like graphs, and to the last two."""
    drawn = [each for each in measured if each.is_drawn]
    lines = ["exponent of growth over the road-like graphs: 1 is linear", head]
    for label, some in (("all", drawn), ("the two largest", drawn[-2:])):
        slopes = [exponent(some, step) for step in STEPS]
        lines.append(_line(label, slopes, 3))
    return lines


def exponent(measured: Sequence[Measured], step: str) -> float:
    """Fit the slope of the logarithm of time over that of nodes; no number for one graph."""
    if len(measured) < 2:
        return float("nan")
    nodes = np.log([each.node_count for each in measured])
    seconds = np.log([each.seconds[step] for each in measured])
    return float(np.polyfit(nodes, seconds, 1)[0])


def _sizes(measured: Sequence[Measured]) -> list[str]:
    titles = ["nodes", "arcs", "largest part", "up-arcs a node", "triangles a node", "height"]
    titles += ["hierarchy, B a node", "metric, B a node"]
    lines = [
        "sizes; metric and hierarchy share first_out, head and weight_ms with the graph",
        f"{'':<24}"
        + "".join(f"{title:>21}" for title in titles)
        + "".join(f"{f'MiB, {title}':>19}" for title in PEAKS.values()),
    ]
    for each in measured:
        nodes = each.node_count
        lines.append(
            f"{each.name:<24}{nodes:>21}{each.arc_count:>21}{each.largest_part:>21.3f}"
            f"{each.up_count / nodes:>21.3f}{each.triangle_count / nodes:>21.1f}"
            f"{each.height:>21}{each.hierarchy_bytes / nodes:>21.1f}"
            f"{each.metric_bytes / nodes:>21.1f}"
            + "".join(f"{each.peak_mib[peak]:>19.0f}" for peak in PEAKS)
        )
    return [*lines, *NOTES]


def draw_growth(measured: Sequence[Measured], path: Path) -> None:
    """Draw time per node and bytes per node over the number of nodes."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 11, "axes.spines.top": False, "axes.spines.right": False})
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(13.5, 6.4), width_ratios=(1.6, 1), layout="constrained"
    )
    last = max(each.node_count for each in measured if each.is_drawn)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xlabel("nodes of the graph")
        axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.7)
        axes.set_axisbelow(True)
    _draw_times(left, measured)
    left.set_xlim(6e3, last * 1.6)
    left.set_xticks([10.0**power for power in range(4, 8) if 10.0**power < last * 2])
    _draw_bytes(right, measured)
    figure.suptitle("How the engine grows with the graph", fontsize=15, fontweight="bold")
    partial = path.with_suffix(".part")
    figure.savefig(partial, dpi=130, format="png", metadata={"Software": None})
    plt.close(figure)
    partial.replace(path)


def _draw_times(axes: "Axes", measured: Sequence[Measured]) -> None:
    drawn = [each for each in measured if each.is_drawn]
    axes.set_yscale("log")
    floor = 0.0
    for colour, step in sorted(
        zip(COLOURS, STEPS, strict=True), key=lambda pair: drawn[-1].ns_per_node(pair[1])
    ):
        _draw_series(axes, measured, lambda each, step=step: each.ns_per_node(step), colour)
        # labels keep a line's height from each other
        floor = max(drawn[-1].ns_per_node(step), floor * LABEL_STEP)
        axes.annotate(
            f"{STEPS[step]}: exponent {exponent(drawn, step):.2f}",
            (drawn[-1].node_count * 1.8, floor),
            color=colour,
            va="center",
            fontsize=10.5,
            annotation_clip=False,
        )
    axes.set_ylabel("time per node, nanoseconds")
    axes.set_title("Time per node: a level line is linear growth", fontsize=12)
    kinds = [
        ({"marker": "o", "linewidth": 2}, "road-like, drawn from a seed"),
        ({**HOLLOW, "marker": "D"}, "Porto and its mosaic, merged"),
        ({**HOLLOW, "marker": "s"}, "Porto and its mosaic, unmerged"),
    ]
    for style, label in kinds:
        axes.plot([], [], color="#444444", label=label, **style)
    axes.legend(frameon=False, loc=(0.02, 0.27), fontsize=10.5)


def _draw_bytes(axes: "Axes", measured: Sequence[Measured]) -> None:
    drawn = [each for each in measured if each.is_drawn]
    parts = {
        "hierarchy": (lambda each: each.hierarchy_bytes / each.node_count, COLOURS[1]),
        "metric: one set of weights": (
            lambda each: each.metric_bytes / each.node_count,
            COLOURS[2],
        ),
    }
    for label, (bytes_of, colour) in parts.items():
        _draw_series(axes, measured, bytes_of, colour)
        axes.annotate(
            label,
            (drawn[-1].node_count, bytes_of(drawn[-1])),
            xytext=(5, 9),
            textcoords="offset points",
            color=colour,
            ha="right",
        )
    axes.set_ylim(0, axes.get_ylim()[1] * 1.05)
    axes.set_ylabel("bytes per node")
    axes.set_title("Memory that the engine keeps", fontsize=12)


def _draw_series(
    axes: "Axes", measured: Sequence[Measured], value: Callable[[Measured], float], colour: str
) -> None:
    """Draw the road-like graphs as a line, real ones as markers."""
    drawn = [each for each in measured if each.is_drawn]
    nodes = [each.node_count for each in drawn]
    axes.plot(nodes, [value(each) for each in drawn], "o-", color=colour, linewidth=2)
    for each in measured:
        if each.name in REAL:
            marker = "D" if REAL[each.name][1] else "s"
            axes.plot(each.node_count, value(each), color=colour, marker=marker, **HOLLOW)


def keep(measured: Sequence[Measured], folder: Path) -> None:
    """Write the table and the plot, whole or not at all."""
    folder.mkdir(exist_ok=True)
    partial = folder / "growth.part"
    partial.write_text(as_text(measured))
    partial.replace(folder / "growth.txt")
    draw_growth(measured, folder / "growth.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--graph", choices=[*SIDES, *PLAIN, *REAL], help="measure this one, in JSON"
    )
    parser.add_argument("--most-nodes", type=float, default=2e7, help="of the drawn graphs")
    parser.add_argument("--folder", type=Path, help="where to keep growth.txt and growth.png")
    options = parser.parse_args()
    if options.graph is not None:
        measure("to warm up", make_planar(SIDE_TO_WARM))
        print(json.dumps(asdict(measure(options.graph, load_graph(options.graph)))))
        return
    if options.most_nodes < 1e4:
        parser.error("the smallest drawn graph has 1e4 nodes")
    measured = measure_all(int(options.most_nodes))
    sys.stdout.write(as_text(measured))
    if options.folder is not None:
        keep(measured, options.folder)


if __name__ == "__main__":
    main()
