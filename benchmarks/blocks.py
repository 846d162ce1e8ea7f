"""Time work in blocks: one thread, two, and a Dask cluster of two processes; checksums first.

`make bench-blocks` runs this. Each row is measured in a process of its own, so that its peak of
memory is its own; with Dask the workers' peaks are added up. No time is told unless all results of
a task are the same bytes.
"""

import argparse
import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
from worlds import PORTO

import artois_mobility as am

ROOT = Path(__file__).parents[1]
WAYS = {"one thread": 1, "two threads": 2, "Dask, two workers": 2}
SIZES = {
    "matrix": 48_000,
    "access": 400_000,
    "opportunities": 72_000,
    "isochrones": 1024,
    "crossings": 4096,
}
WARM_SHARE = 50
SITE_COUNT = 500


def make_job(task: str, size: int):
    """Ask something of Porto's streets by car, from places all over them."""
    import geopandas as gpd
    import numpy as np

    extract_path = PORTO if PORTO.exists() else ROOT / "data/osm/artois-schematic.osm.pbf"
    network = am.load_network(extract_path, "car")
    draw = np.random.default_rng(10)
    nodes = np.sort(draw.choice(network.graph.node_count, size, replace=True))
    points = gpd.points_from_xy(network.lon_deg[nodes], network.lat_deg[nodes], crs=4326)
    names = [f"c{row}" for row in range(len(points))]
    cells = gpd.GeoDataFrame({"cell": names, "population": 1.0}, geometry=points)
    rows = draw.choice(network.graph.node_count, SITE_COUNT, replace=False)
    sites = gpd.GeoDataFrame(
        {"site": [f"s{row}" for row in rows], "category": "care/hospital"},
        geometry=gpd.points_from_xy(network.lon_deg[rows], network.lat_deg[rows], crs=4326),
    )
    if task == "matrix":
        return am.matrix_job(network, cells, sites, block_size=500)
    if task == "access":
        return am.access_job(network, cells, sites, k=3, block_size=4000)
    if task == "opportunities":
        return am.opportunity_job(network, cells, sites, [10, 20], block_size=1000)
    if task == "crossings":
        return am.crossing_job(network, cells, sites, _draw_links(network, nodes), block_size=64)
    return am.isochrone_job(network, cells, [10, 20], cell_m=100, block_size=16)


def _draw_links(network, nodes):
    """Draw a link from each of some nodes to its twentieth neighbour as the crow flies."""
    import geopandas as gpd
    import numpy as np
    import shapely
    from scipy.spatial import KDTree

    place_m = np.stack([network.x_m, network.y_m], axis=1)
    _, near = KDTree(place_m).query(place_m[nodes], k=21)
    ends = np.stack([nodes, near[:, 20]], axis=1)
    lines = shapely.linestrings(np.stack([network.lon_deg[ends], network.lat_deg[ends]], axis=2))
    names = [f"l{row}" for row in range(nodes.size)]
    return gpd.GeoDataFrame({"candidate": names}, geometry=lines, crs=4326)


def measure(task: str, way: str) -> dict[str, float | str]:
    """Run a task one way; the first small run compiles and warms."""
    small, job = (make_job(task, size) for size in (SIZES[task] // WARM_SHARE, SIZES[task]))
    client = None
    if way.startswith("Dask"):
        from distributed import Client, LocalCluster

        cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")
        client = Client(cluster)
    with tempfile.TemporaryDirectory() as folder:
        am.run_blocks(small, Path(folder) / "warm", client=client)
        began = time.perf_counter()
        out = am.run_blocks(job, Path(folder) / "out", client=client)
        seconds = time.perf_counter() - began
        total = hashlib.sha256()
        for path in sorted(out.iterdir()):
            total.update(path.read_bytes())
        rows = json.loads((out / "_manifest.json").read_text())["rows"]
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if client is not None:
        peaks = client.run(lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        peak_mib += sum(peaks.values())
        client.shutdown()
    return {"seconds": seconds, "rows": rows, "mib": peak_mib, "sha256": total.hexdigest()}


def tabulate(found: dict[str, dict[str, dict]]) -> str:
    lines = [
        f"date      {datetime.now(UTC):%Y-%m-%d}",
        f"machine   {platform.machine()}, {os.cpu_count()} processors, "
        f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        f"load      {os.getloadavg()[0]:.1f} at the end",
        "network   Porto by car, 500 sites; after a small run that warms",
        "",
        f"{'work':<15}{'origins':>8}{'rows':>9}  {'way':<19}{'s':>7}{'efficiency':>12}{'MiB':>7}"
        "  checksum",
    ]
    for task, ways in found.items():
        alone = ways["one thread"]["seconds"]
        for way, each in ways.items():
            efficiency = alone / each["seconds"] / WAYS[way]
            lines.append(
                f"{task:<15}{SIZES[task]:>8}{each['rows']:>9}  {way:<19}{each['seconds']:>7.2f}"
                f"{efficiency:>12.2f}{each['mib']:>7.0f}  {each['sha256'][:12]}"
            )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(*arguments.one)))
        return
    found: dict[str, dict[str, dict]] = {}
    for task in SIZES:
        for way, threads in WAYS.items():
            own = {**os.environ, "ARTOIS_THREADS": "1" if way.startswith("Dask") else str(threads)}
            done = subprocess.run(
                [sys.executable, __file__, "--one", task, way],
                env=own, check=True, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            found.setdefault(task, {})[way] = json.loads(done.stdout.splitlines()[-1])
        sums = {each["sha256"] for each in found[task].values()}
        assert len(sums) == 1, f"{task}: the ways give different bytes"
    text = tabulate(found)
    print(text)
    if arguments.output:
        arguments.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
