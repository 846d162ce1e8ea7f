"""Take an extract the size of a country through every step, from the file to a sweep.

`make bench-country` runs this. A country is copies of Porto side by side, joined by trunk roads:
58 of them have twenty million nodes. Each size is measured in a process of its own, so that the
peak of its memory is its own; times at the end are proven to be shortest before any is told.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import osmium
import psutil
from growth import assert_shortest, peak_mib
from osmium.osm.mutable import Node, Way
from worlds import PORTO

import artois_mobility as am
from artois_mobility.ordering import order_nodes
from artois_mobility.routing.hierarchy import build_hierarchy
from artois_mobility.routing.metrics import customize
from artois_mobility.routing.sweeps import LANES, sweep_columns
from artois_mobility.routing.threads import thread_count

SEED = 58
COPIES = (1, 9, 58)
IN_A_ROW = 10
# Porto's roads lie within so many degrees.
EAST_DEG, NORTH_DEG = 0.45, -0.43
STEPS = ("reading", "building", "order", "hierarchy", "customize", "64 sweeps")


def write_country(path: Path, copy_count: int) -> None:
    """Write copies of Porto side by side, ids one after the other, with a trunk road between."""
    nodes = [
        (each.id, each.location.lon, each.location.lat)
        for each in osmium.FileProcessor(str(PORTO), osmium.osm.NODE)
    ]
    row_of_id = {osm_id: row + 1 for row, (osm_id, _, _) in enumerate(nodes)}
    ways = [
        (dict(each.tags), [row_of_id[ref.ref] for ref in each.nodes if ref.ref in row_of_id])
        for each in osmium.FileProcessor(str(PORTO), osmium.osm.WAY)
    ]
    hub = next(refs[0] for tags, refs in ways if tags.get("highway") == "primary")
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for copy in range(copy_count):
            down, right = divmod(copy, IN_A_ROW)
            for row, (_, lon, lat) in enumerate(nodes):
                place = lon + right * EAST_DEG, lat + down * NORTH_DEG
                writer.add_node(Node(id=copy * len(nodes) + row + 1, location=place))
        for copy in range(copy_count):
            for row, (tags, refs) in enumerate(ways):
                shifted = [copy * len(nodes) + ref for ref in refs]
                writer.add_way(Way(id=copy * len(ways) + row + 1, nodes=shifted, tags=tags))
        first_link = copy_count * len(ways) + 1
        for number, (here, there) in enumerate(_neighbours(copy_count)):
            refs = [copy * len(nodes) + hub for copy in (here, there)]
            writer.add_way(Way(id=first_link + number, nodes=refs, tags={"highway": "trunk"}))


def _neighbours(copy_count: int) -> Iterator[tuple[int, int]]:
    """List the pairs of copies that lie side by side, or one above the other."""
    for copy in range(copy_count):
        if copy % IN_A_ROW:
            yield copy - 1, copy
        if copy >= IN_A_ROW:
            yield copy - IN_A_ROW, copy


class Clock:
    """Seconds and peaks of memory, step by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.mib: dict[str, float] = {}
        self._began = time.perf_counter()

    def stop(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self.mib[step] = now - self._began, peak_mib()
        self._began = time.perf_counter()


def measure(path: Path) -> dict:
    """Take a file through every step, from reading it to a batch of sweeps."""
    clock = Clock()
    extract = am.read_osm(path)
    clock.stop("reading")
    network = am.build_network(extract, "car")
    read_count, graph = extract.nodes.osm_id.size, network.graph
    del extract
    clock.stop("building")
    order = order_nodes(graph)
    clock.stop("order")
    hierarchy = build_hierarchy(graph, order)
    clock.stop("hierarchy")
    metric = customize(hierarchy, graph.weight_ms)
    clock.stop("customize")
    draw = np.random.default_rng(SEED)
    sources = draw.choice(graph.node_count, LANES, replace=False).astype(np.int32)
    table = np.empty((graph.node_count, LANES), np.int32)
    sweep_columns(metric, sources, table)
    clock.stop("64 sweeps")
    reached = np.count_nonzero(table < am.UNREACHED_MS, axis=0)
    lane = int(np.argmax(reached))
    assert reached[lane] > graph.node_count / 2, "the copies do not hang together"
    found_ms = np.ascontiguousarray(table[hierarchy.order.rank_of_node, lane])
    assert_shortest(graph, sources[lane : lane + 1], found_ms, to=False)
    return {
        "file_mib": path.stat().st_size / 2**20,
        "read_count": read_count,
        "node_count": graph.node_count,
        "seconds": clock.seconds,
        "mib": clock.mib,
    }


def as_text(measured: dict[int, dict]) -> str:
    lines = [
        f"date      {datetime.now(UTC):%Y-%m-%d}",
        f"machine   {platform.machine()}, {thread_count()} threads, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        f"load      {os.getloadavg()[0]:.1f} at the end",
        "extracts  copies of Porto joined by trunk roads; chains merged; times proven shortest",
        "",
        f"{'copies':<8}{'file MiB':>9}{'nodes read':>12}{'in graph':>10}  {'':<22}"
        + "".join(f"{step:>11}" for step in STEPS),
    ]
    for copies, each in measured.items():
        counts = each["read_count"], each["node_count"]
        head = f"{copies:<8}{each['file_mib']:>9.0f}{counts[0]:>12}{counts[1]:>10}"
        rows = {
            "seconds": (each["seconds"], 1.0, 2),
            "microseconds a node": (each["seconds"], 1e6 / counts[0], 3),
            "peak MiB until then": (each["mib"], 1.0, 0),
        }
        for title, (values, factor, digits) in rows.items():
            told = "".join(f"{values[step] * factor:>11.{digits}f}" for step in STEPS)
            lines.append(f"{head}  {title:<22}{told}")
            head = " " * len(head)
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--copies", type=int, nargs="+", default=COPIES)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(PORTO)  # compiles
        print(json.dumps(measure(options.one)))
        return
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        for copies in options.copies:
            path = Path(folder) / "country.osm.pbf"
            write_country(path, copies)
            command = [sys.executable, __file__, "--one", str(path)]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
            measured[copies] = json.loads(done.stdout.splitlines()[-1])
            print(f"{copies} copies are measured.", file=sys.stderr, flush=True)
    text = as_text(measured)
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
