"""How many sources to sweep at once: copies of the library that differ in `LANES` alone.

The number of lanes is a constant that kernels are compiled with, so each is measured in a copy of
the package with another constant, in a process of its own. What the machine can do at all stands
beside: the same bytes written by one plain fill. `make bench-lanes` keeps the table.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

LANE_COUNTS = (8, 16, 32, 64, 128)
CONSTANT = "LANES = 64\n"
SOURCES_OF_A_RUN = 512


def measure() -> dict[str, float]:
    """Time one-to-all in the own layout, and a fill of the same table, per source."""
    import numpy as np
    from measuring import load_world, median_ms

    from artois_mobility.kernels.sweep import LANES
    from artois_mobility.routing.engine import metric_of
    from artois_mobility.routing.sweeps import sweep_columns
    from artois_mobility.routing.threads import run_each, thread_count

    world = load_world()
    metric = metric_of(world.graph)
    node_count = world.graph.node_count
    sources = np.sort(world.draw.choice(node_count, SOURCES_OF_A_RUN, replace=False))
    tables = [np.empty((node_count, LANES), np.int32) for _ in range(thread_count())]
    batches = sources.astype(np.int32).reshape(-1, LANES)

    def sweep_every(thread: int) -> None:
        for batch in batches[thread :: len(tables)]:
            sweep_columns(metric, batch, tables[thread])

    def fill_every(thread: int) -> None:
        for _ in batches[thread :: len(tables)]:
            tables[thread].fill(1)

    threads = range(len(tables))
    sweep_columns(metric, batches[0], tables[0])
    checksum = int(tables[0][:, 0].sum(dtype=np.int64))
    sweep_ms = median_ms(lambda: run_each(sweep_every, threads)) / SOURCES_OF_A_RUN
    fill_ms = median_ms(lambda: run_each(fill_every, threads)) / SOURCES_OF_A_RUN
    return {
        "lanes": LANES,
        "sweep_ms": sweep_ms,
        "fill_ms": fill_ms,
        "checksum": checksum,
        "nodes": node_count,
    }


def measure_copy(lane_count: int, folder: Path) -> dict[str, float]:
    """Copy the package, change its constant, and measure the copy."""
    import artois_mobility

    package = folder / "artois_mobility"
    shutil.copytree(
        Path(artois_mobility.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    module = package / "kernels" / "sweep.py"
    text = module.read_text(encoding="utf-8")
    assert text.count(CONSTANT) == 1, f"{module.name} no longer reads {CONSTANT.strip()!r}"
    module.write_text(text.replace(CONSTANT, f"LANES = {lane_count}\n"), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "c")}
    done = subprocess.run(
        [sys.executable, __file__, "--measure"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", action="store_true", help="measure the library as it is")
    parser.add_argument("--output", type=Path, help="file to keep the table in")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure()))
        return
    checksums = set()
    lines = [
        "one to all, unmerged, own layout, int32, all threads; milliseconds per source",
        "",
        f"{'lanes':>6}{'sweep':>9}{'plain fill':>12}{'GB/s written':>14}",
    ]
    for lane_count in LANE_COUNTS:
        with tempfile.TemporaryDirectory() as folder:
            found = measure_copy(lane_count, Path(folder))
        checksums.add(found["checksum"])
        assert len(checksums) == 1, f"{lane_count} lanes find other times"
        written = found["nodes"] * 4 / found["sweep_ms"] / 1e6
        lines.append(
            f"{lane_count:>6}{found['sweep_ms']:>9.3f}{found['fill_ms']:>12.3f}{written:>14.1f}"
        )
    text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    if options.output is not None:
        partial = options.output.with_suffix(".part")
        partial.write_text(text)
        partial.replace(options.output)


if __name__ == "__main__":
    main()
