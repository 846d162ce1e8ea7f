"""Hold the engine against its peers, in one run on one machine; checksums before times.

`make bench` runs this after the benchmarks of each kernel and keeps the table in
`benchmarks/results/`. Peers that are not installed are named and left out.
"""

import argparse
import functools
import platform
import resource
import statistics
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from measuring import (
    UNREACHED,
    Cost,
    Row,
    World,
    as_matrix,
    as_ms,
    cost_of,
    has_peer,
    load_world,
    median_ms,
)
from scipy.sparse.csgraph import dijkstra
from worlds import interior_ends

import artois_mobility as am
from artois_mobility.network.building import build_network
from artois_mobility.network.model import Network
from artois_mobility.ordering import order_nodes
from artois_mobility.routing.ends import NodeEnds
from artois_mobility.routing.engine import metric_of
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.metrics import customize, recustomize, update
from artois_mobility.routing.nearest import sweep_for_nearest
from artois_mobility.routing.paths import find_paths, find_times
from artois_mobility.routing.sums import Counted, Weights, sum_reached
from artois_mobility.routing.sweeps import aim_at, sweep_columns, sweep_to
from artois_mobility.routing.threads import run_each, thread_count
from artois_mobility.routing.tight import tighten

TEN_MIN_MS = 600_000
FAR_S = 100_000.0
# pandana cuts each arc off to whole thousandths, where others round: a few along a route.
CUT_OFF_MS = 300
# Nodes that share their position, as those of two levels of a garage do, are one place to us.
NEARLY_ALL = 0.9999


def preprocessing(world: World) -> list[Row]:
    graph = world.graph
    ours = cost_of(lambda: build_hierarchy(graph, order_nodes(graph)), 3)
    rows = [Row("order + hierarchy, unmerged", ours, "(bar)", 1200.0, "<= 1200 ms")]
    if has_peer("routingkit_cch"):
        import routingkit_cch

        tail = graph.tail.astype(np.uint32)
        head = graph.head.astype(np.uint32)
        start = time.perf_counter()
        peer_order = routingkit_cch.compute_order_inertial(
            graph.node_count,
            tail,
            head,
            world.unmerged.lat_deg.astype(np.float32),
            world.unmerged.lon_deg.astype(np.float32),
        )
        routingkit_cch.CCH(peer_order, tail, head, filter_always_inf_arcs=False)
        peer_ms = (time.perf_counter() - start) * 1e3
        rows.append(Row("order + hierarchy, unmerged", ours, "RoutingKit", peer_ms, ""))
    return rows


def customizing(world: World) -> list[Row]:
    graph = world.graph
    metric = metric_of(graph)
    hierarchy = metric.hierarchy
    rows = []
    ours = cost_of(lambda: customize(hierarchy, graph.weight_ms), 15)
    if has_peer("routingkit_cch"):
        import routingkit_cch

        tail, head = graph.tail.astype(np.uint32), graph.head.astype(np.uint32)
        order = hierarchy.order.node_of_rank.astype(np.uint32)
        cch = routingkit_cch.CCH(order, tail, head, filter_always_inf_arcs=False)
        weights = graph.weight_ms.astype(np.uint32)
        peer = routingkit_cch.CCHMetric(cch, weights)
        peer_ms = median_ms(lambda: peer.reset(weights), 15)
        query = routingkit_cch.CCHQuery(peer)
        for source, target in world.draw.integers(0, graph.node_count, (5, 2)).tolist():
            expected = int(am.travel_times(graph, [source])[0, target])
            found = query.run(source, target).distance
            assert expected == (UNREACHED if found is None else found), (expected, found)
        rows.append(Row("new weights, all arcs", ours, "RoutingKit reset", peer_ms, ">= 2"))
        rows += _paths(world, query)
    else:
        rows.append(Row("new weights, all arcs", ours, "", 0.0, ">= 2 x RoutingKit"))
    partial = Cost(_partial_ms(world), metric.climb_ms.nbytes * 2 / 2**20)
    rows.append(Row("new weights, 10 random arcs", partial, "(bar)", 1.0, "<= 1 ms"))
    rows.append(
        Row("arcs no path ends with, found once", cost_of(lambda: tighten(metric)), "", 0.0, "")
    )
    return rows


def _paths(world: World, query: Any) -> list[Row]:
    """Times and arcs of random pairs, one after the other for the peer."""
    graph = world.graph
    nodes = world.draw.integers(0, graph.node_count, (2, 500)).astype(np.int32)
    here, there = (NodeEnds.of_nodes(side) for side in nodes)
    pairs = [(row, row) for row in range(500)]
    metric = metric_of(graph)
    for row, path in enumerate(find_paths(metric, here, there, pairs)):
        found = query.run(*nodes[:, row].tolist())
        assert (UNREACHED if found.distance is None else found.distance) == path.ms
        assert path.ms == UNREACHED or path.ms == graph.weight_ms[found.arc_path].sum()
        del found

    def peer_times() -> None:
        for source, target in nodes.T.tolist():
            assert query.run(source, target).distance != 0 or source == target

    def peer_paths() -> None:
        for source, target in nodes.T.tolist():
            assert query.run(source, target).arc_path is not None

    times = cost_of(lambda: find_times(metric, here, there, pairs)).per(500)
    paths = cost_of(lambda: find_paths(metric, here, there, pairs)).per(500)
    return [
        Row("one to one, time, per pair", times, "RoutingKit", median_ms(peer_times) / 500, ""),
        Row("one to one, arcs, per pair", paths, "RoutingKit", median_ms(peer_paths) / 500, ""),
    ]


def _partial_ms(world: World) -> float:
    """Median over scenarios of bringing ten changed arcs onto a metric of our own, in place."""
    graph = world.graph
    metric = metric_of(graph)
    hierarchy = metric.hierarchy
    times = []
    for run in range(60):
        arcs = world.draw.integers(0, graph.arc_count, 10)
        weight_ms = graph.weight_ms.copy()
        weight_ms[arcs] = weight_ms[arcs] * 2 + 5 if run % 2 else weight_ms[arcs] // 2
        climb_ms, descend_ms = metric.climb_ms.copy(), metric.descend_ms.copy()
        start = time.perf_counter()
        update(hierarchy, weight_ms, hierarchy.up_of_arc[arcs], climb_ms, descend_ms)
        times.append(time.perf_counter() - start)
        if run < 4:
            full = customize(hierarchy, weight_ms)
            assert (climb_ms == full.climb_ms).all()
            assert (descend_ms == full.descend_ms).all()
            assert (recustomize(metric, weight_ms).climb_ms == full.climb_ms).all()
    return statistics.median(times) * 1e3


def one_to_all(world: World) -> list[Row]:
    rows = []
    graph = world.graph
    metric = metric_of(graph)
    sources = np.sort(world.draw.choice(graph.node_count, 256, replace=False)).astype(np.int32)
    tables = [np.empty((graph.node_count, 64), np.int32) for _ in range(2)]
    jobs = [(sources[first : first + 64], tables[first // 64 % 2]) for first in range(0, 256, 64)]

    def own_layout() -> None:
        for pair in (jobs[:2], jobs[2:]):
            run_each(lambda job: sweep_columns(metric, *job), pair)

    own_layout()
    matrix = as_matrix(graph)
    expected = as_ms(dijkstra(matrix, indices=sources[128:132]))
    found = tables[0][metric.hierarchy.order.rank_of_node][:, :4].T
    assert (found == expected).all()
    peer_ms = median_ms(lambda: dijkstra(matrix, indices=sources[:8]), 3) / 8
    ours = cost_of(own_layout).per(sources.size)
    rows.append(
        Row("one to all, unmerged, own layout, per source", ours, "scipy", peer_ms, ">= 300")
    )
    rows += _other_one_to_all(world, ours, sources)
    graph = world.merged.graph
    sources = np.sort(world.draw.choice(graph.node_count, 512, replace=False)).astype(np.int32)
    out = np.empty((sources.size, graph.node_count), np.int32)
    am.travel_times(world.merged, sources, out=out)
    matrix = as_matrix(graph)
    assert (out[:4] == as_ms(dijkstra(matrix, indices=sources[:4]))).all()
    ours = cost_of(lambda: am.travel_times(world.merged, sources, out=out)).per(sources.size)
    peer_ms = median_ms(lambda: dijkstra(matrix, indices=sources[:16]), 5) / 16
    rows.append(Row("travel_times(out=), merged, per source", ours, "scipy", peer_ms, ">= 120"))
    return rows


def _other_one_to_all(world: World, ours: Cost, sources: np.ndarray) -> list[Row]:
    graph, rows = world.graph, []
    work = "one to all, unmerged, own layout, per source"
    if has_peer("networkit"):
        import networkit

        peer = networkit.Graph(graph.node_count, weighted=True, directed=True)
        for tail, head, weight in zip(graph.tail, graph.head, graph.weight_ms, strict=True):
            peer.addEdge(int(tail), int(head), float(weight))
        search = networkit.distance.Dijkstra(peer, int(sources[0]), False, False)
        peer_ms = median_ms(search.run, 3)
        assert (np.rint(search.getDistances(True)[:100]) >= 0).all()
        rows.append(Row(work, ours, "networkit", peer_ms, ""))
    if has_peer("igraph"):
        import igraph

        peer = igraph.Graph(
            n=graph.node_count, edges=np.column_stack([graph.tail, graph.head]), directed=True
        )
        weights = graph.weight_ms.tolist()
        peer_ms = median_ms(lambda: peer.distances([int(sources[0])], weights=weights), 3)
        rows.append(Row(work, ours, "igraph", peer_ms, ""))
    return rows


def make_pandana(world: World) -> object:
    """Give pandana the graph in seconds: it keeps whole thousandths of its unit, in 32 bits."""
    import pandana

    network, graph = world.unmerged, world.graph
    weight = graph.weight_ms / 1000
    return pandana.Network(
        pd.Series(network.x_m),
        pd.Series(network.y_m),
        pd.Series(graph.tail),
        pd.Series(graph.head),
        pd.DataFrame({"s": weight}),
        twoway=False,
    )


def nearest(world: World, peer: object | None) -> list[Row]:
    rows = []
    metric = metric_of(world.merged.graph)
    turned = metric.reversed()
    ends, node_of_place = interior_ends(world.merged, world.unmerged)
    targets = aim_at(turned, ends, node_of_place.size)
    in_main = np.flatnonzero(np.isin(world.merged.osm_node, world.unmerged.osm_node))
    groups = [world.draw.choice(in_main, 50, replace=False) for _ in range(12)]
    sites = [NodeEnds.of_nodes(np.sort(group)) for group in groups]
    timed = {}
    for k in (1, 5):
        timed[k] = cost_of(lambda k=k: sweep_for_nearest(sites[:1], targets, k))
        found = sweep_for_nearest(sites[:1], targets, k)[0][1]
        if peer is None:
            rows.append(
                Row(f"nearest of 50, all nodes, k={k}", timed[k], "", 0.0, ">= 150 x pandana")
            )
            continue
        at = _same_nodes(world, sites[0].node)
        peer.set_pois("sites", FAR_S, k, world.unmerged.x_m[at], world.unmerged.y_m[at])
        peer_ms = median_ms(lambda k=k: peer.nearest_pois(FAR_S, "sites", num_pois=k), 1)
        expected = peer.nearest_pois(FAR_S, "sites", num_pois=k).to_numpy()[node_of_place]
        difference_ms = np.abs(np.where(expected >= FAR_S, np.nan, expected * 1000) - found)
        assert np.mean(difference_ms <= CUT_OFF_MS) > NEARLY_ALL, np.mean(difference_ms)
        rows.append(Row(f"nearest of 50, all nodes, k={k}", timed[k], "pandana", peer_ms, ">= 150"))
    twelve = cost_of(lambda: sweep_for_nearest(sites, targets, 1))
    three_ms = 3 * timed[1].ms
    rows.append(Row("nearest, twelve categories in one go", twelve, "(3 x one)", three_ms, ">= 1"))
    return rows


def _same_nodes(world: World, merged_node: np.ndarray) -> np.ndarray:
    """Find nodes of the merged network in the unmerged one."""
    by_id = np.argsort(world.unmerged.osm_node, kind="stable")
    ids = world.merged.osm_node[merged_node]
    return by_id[np.searchsorted(world.unmerged.osm_node, ids, sorter=by_id)]


def counts(world: World, peer: object | None, *, whole: bool) -> list[Row]:
    graph = world.graph
    metric = metric_of(graph)
    nodes = np.arange(graph.node_count, dtype=np.int32)
    worth, everyone = np.ones(graph.node_count), NodeEnds.of_nodes(nodes)
    counted = Counted(everyone, nodes, np.zeros_like(nodes), worth, 1)
    within = Weights(np.int32([TEN_MIN_MS]), np.empty((0, 0)))
    # The peer takes minutes, which even out what else the machine does; ours is run three times.
    ours = cost_of(lambda: sum_reached(metric, everyone, nodes.size, counted, within), runs=3)
    found = sum_reached(metric, everyone, nodes.size, counted, within)[:, 0, 0]
    sample = world.draw.choice(nodes, 3)
    reached = am.travel_times(graph, sample, bound_min=10) < UNREACHED
    assert (found[sample] == reached.sum(axis=1)).all()
    work = "count within 10 min, all nodes"
    if peer is None or not whole:
        return [Row(work, ours, "", 0.0, ">= 60 x pandana (--whole)")]
    peer.set(pd.Series(nodes), pd.Series(worth), "one")
    start = time.perf_counter()
    expected = peer.aggregate(TEN_MIN_MS / 1000, type="sum", decay="flat", name="one").to_numpy()
    peer_ms = (time.perf_counter() - start) * 1e3
    assert np.mean(np.abs(expected - found) <= 0.005 * found + 2) > NEARLY_ALL
    return [Row(work, ours, "pandana aggregate", peer_ms, ">= 60")]


def turns(world: World) -> list[Row]:
    """Hold the network with turns against the one without them, in three kinds of work."""
    sources = world.draw.integers(0, world.merged.graph.node_count, 256).astype(np.int32)

    def build(network: Network) -> None:
        build_network(world.extract, "car", turns=network is world.turned)

    def bring_in_weights(network: Network) -> None:
        graph = network.searched.graph
        customize(metric_of(graph).hierarchy, graph.weight_ms)

    def search(network: Network) -> None:
        am.travel_times(network.searched.graph, sources)

    rows = []
    for work, each in (
        ("turns: network from the extract", build),
        ("turns: new weights", bring_in_weights),
        ("turns: one to all, 256 sources", search),
    ):
        ours = cost_of(functools.partial(each, world.turned), 3)
        plain_ms = median_ms(functools.partial(each, world.merged), 3)
        rows.append(Row(work, ours, "without turns", plain_ms, ""))
    return rows


def matrix(world: World, peer: object | None) -> list[Row]:
    graph = world.graph
    metric = metric_of(graph)
    here, there = (
        np.sort(world.draw.choice(graph.node_count, n, replace=False)) for n in (1000, 200)
    )
    ends = [NodeEnds.of_nodes(nodes) for nodes in (here, there)]

    def ours() -> np.ndarray:
        return sweep_to(ends[0], range(1000), aim_at(metric, ends[1], 200))

    expected = am.travel_times(graph, here[:3])[:, there]
    assert (ours()[:3] == expected).all()
    cost = cost_of(ours)
    if peer is None:
        return [Row("matrix 1000 x 200", cost, "", 0.0, ">= 50 x pandana")]
    pairs = np.repeat(here, 200).tolist(), np.tile(there, 1000).tolist()
    peer_ms = median_ms(lambda: peer.shortest_path_lengths(*pairs), 1)
    found = np.array(peer.shortest_path_lengths(*pairs)).reshape(1000, 200) * 1000
    assert np.mean(np.abs(found - ours()) <= CUT_OFF_MS) > NEARLY_ALL
    return [Row("matrix 1000 x 200", cost, "pandana", peer_ms, ">= 50")]


def describe_machine(world: World) -> list[str]:
    names = ["artois-mobility", "numpy", "numba", "scipy", "pymetis"]
    names += [
        n
        for n in ("pandana", "routingkit-cch", "networkit", "igraph")
        if has_peer(n.replace("-", "_"))
    ]
    processor = (
        next(
            (
                line.split(":")[1].strip()
                for line in Path("/proc/cpuinfo").read_text().splitlines()
                if "model name" in line
            ),
            platform.processor(),
        )
        if Path("/proc/cpuinfo").is_file()
        else platform.processor()
    )
    return [
        f"date      {datetime.now(UTC):%Y-%m-%d}",
        f"machine   {processor}, {thread_count()} threads, Python {platform.python_version()}",
        f"versions  {', '.join(f'{name} {version(name)}' for name in names)}",
        f"graph     {world.name} by car: unmerged {world.graph.node_count} nodes, "
        f"{world.graph.arc_count} arcs; merged {world.merged.graph.node_count} nodes, "
        f"{world.merged.graph.arc_count} arcs; with turns "
        f"{world.turned.searched.graph.node_count} nodes, "
        f"{world.turned.searched.graph.arc_count} arcs",
        "",
        f"{'work':<48}{'ours, ms':>11}{'MiB':>8}  {'peer':<22}{'peer, ms':>11}{'ratio':>9}  bar",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--whole", action="store_true", help="also the peer that takes minutes")
    parser.add_argument("--output", type=Path, help="file to keep the table in")
    options = parser.parse_args()
    world = load_world()
    peer = make_pandana(world) if has_peer("pandana") else None
    rows = [
        *preprocessing(world),
        *customizing(world),
        *one_to_all(world),
        *nearest(world, peer),
        *matrix(world, peer),
        *turns(world),
        *counts(world, peer, whole=options.whole),
    ]
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines = [
        *describe_machine(world),
        *(row.text() for row in rows),
        "",
        f"peak memory of the whole run, peers included: {peak_mib:.0f} MiB",
    ]
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if options.output is not None:
        options.output.parent.mkdir(exist_ok=True)
        partial = options.output.with_suffix(".part")
        partial.write_text(text)
        partial.replace(options.output)


if __name__ == "__main__":
    main()
