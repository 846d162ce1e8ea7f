"""Time isochrones, beside Valhalla's on the same extract in the same run; answers come first.

Valhalla needs `pyvalhalla` or `pyvalhalla-weekly`, whichever has a wheel for the platform; it is no
dependency of the project, and without it the table has this library's times alone.

    python benchmarks/isochrones.py EXTRACT.osm.pbf --output benchmarks/results/isochrones
"""

import argparse
import importlib.util
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import shapely
from against_valhalla import build_tiles

import artois_mobility as am
from artois_mobility.network.model import Network

Answer = TypeVar("Answer")

SEED = 8
ORIGINS = 25
BATCH = 1_000
COSTING_OF_PROFILE = {"car": "auto", "walk": "pedestrian"}
CASES = (("car", (10, 20, 30), 100.0), ("car", (10, 20, 30), 25.0), ("walk", (15,), 25.0))
GROWTH_MINUTES = (5, 10, 15, 20, 30, 45)
GROWTH_CELLS = (12.5, 25.0, 50.0, 100.0)
# Two ways to read the same tags differ by a tenth or two in time, which shows twice in an area.
MOST_APART = 0.6


class Row(NamedTuple):
    """What was measured of one case, in milliseconds per origin."""

    name: str
    prepare_ms: float
    one_ms: float
    batch_ms: float
    theirs_ms: float
    overlap: float

    def tell(self) -> str:
        """Write a line of the table."""
        ratios = ""
        if self.theirs_ms == self.theirs_ms:
            ratios = (
                f"  Valhalla {self.theirs_ms:7.1f} ms: {self.theirs_ms / self.one_ms:5.1f} x one, "
                f"{self.theirs_ms / self.batch_ms:5.1f} x in a batch; "
                f"shared area {self.overlap:.0%}"
            )
        return (
            f"{self.name:<28} ground {self.prepare_ms:7.0f} ms once, one {self.one_ms:7.1f} ms, "
            f"in a batch {self.batch_ms:6.1f} ms{ratios}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("extract", type=Path)
    parser.add_argument("--output", type=Path, help="where .txt and .png go")
    options = parser.parse_args()
    extract = am.read_osm(options.extract)
    networks = {name: am.build_network(extract, name) for name in COSTING_OF_PROFILE}
    lines = [f"{options.extract.name}, {platform.machine()}, medians of {ORIGINS} origins"]
    with tempfile.TemporaryDirectory() as folder:
        actor = None
        if importlib.util.find_spec("valhalla") is not None:
            actor = build_tiles(options.extract, Path(folder))
        for profile, minutes, cell_m in CASES:
            lines.append(measure(networks[profile], minutes, cell_m, actor).tell())
            print(lines[-1], flush=True)
    for profile, minutes, cell_m in (CASES[0], CASES[2]):
        lines += time_many(networks[profile], minutes, cell_m)
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    lines.append(f"peak memory {peak_gb:.2f} GB, extract, two networks and all grounds included")
    print("\n".join(lines[-5:]))
    if options.output is not None:
        options.output.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        draw_growth(networks["car"], options.output.with_suffix(".png"))


def measure(network: Network, minutes: Sequence[float], cell_m: float, actor: object | None) -> Row:
    """Time one case, one origin at a time in turn with Valhalla, then all in a call."""
    origins = draw_origins(network, ORIGINS)
    begin = time.perf_counter()
    areas = am.isochrones(network, origins, minutes, cell_m=cell_m)
    prepare_ms = (time.perf_counter() - begin) * 1000
    theirs_ms, overlap = float("nan"), float("nan")
    ours, theirs = [], []
    costing = COSTING_OF_PROFILE[network.profile.name]
    shares = []
    for row, origin in enumerate(origins):
        ours.append(timed(am.isochrones, network, [origin], minutes, cell_m=cell_m)[0])
        if actor is None:
            continue
        query = {
            "locations": [{"lon": origin[0], "lat": origin[1]}],
            "costing": costing,
            "contours": [{"time": each} for each in minutes],
            "polygons": True,
        }
        spent_ms, answer = timed(actor.isochrone, query)
        theirs.append(spent_ms)
        other = shapely.union_all(
            [
                shapely.make_valid(shapely.geometry.shape(each["geometry"]))
                for each in answer["features"]
            ]
        )
        mine = shapely.make_valid(areas.geometry.iloc[(row + 1) * len(minutes) - 1])
        whole = shapely.union(mine, other).area
        shares.append(shapely.intersection(mine, other).area / whole if whole else 1.0)
    if actor is not None:
        theirs_ms, overlap = statistics.median(theirs), statistics.median(shares)
        if overlap < 1 - MOST_APART:
            sys.exit(f"{network.profile.name}: only {overlap:.0%} of the areas is shared")
    batch_ms = timed(am.isochrones, network, origins, minutes, cell_m=cell_m)[0] / ORIGINS
    times = ", ".join(map(str, minutes))
    name = f"{network.profile.name} {times} min, {cell_m:g} m"
    return Row(name, prepare_ms, statistics.median(ours), batch_ms, theirs_ms, overlap)


def time_many(network: Network, minutes: Sequence[float], cell_m: float) -> list[str]:
    """Time a thousand origins in one call, on one processor and on all."""
    origins = draw_origins(network, BATCH)
    am.isochrones(network, origins, minutes, cell_m=cell_m)
    lines = []
    for threads in ("1", ""):
        os.environ["ARTOIS_THREADS"] = threads
        each = timed(am.isochrones, network, origins, minutes, cell_m=cell_m)[0] / BATCH
        what = f"{network.profile.name} {', '.join(map(str, minutes))} min, {cell_m:g} m"
        lines.append(f"{BATCH} origins, {what}, threads {threads or 'all'}: {each:.2f} ms each")
    return lines


def draw_origins(network: Network, count: int) -> list[tuple[float, float]]:
    """Draw places on streets of the main part."""
    draw = np.random.default_rng(SEED)
    arc = draw.choice(np.flatnonzero(network.may_attach & ~network.is_limited), count)
    middle = (network.first_point[arc] + network.first_point[arc + 1]) // 2
    degrees = network.point_lon_deg[middle], network.point_lat_deg[middle]
    return list(zip(*(each.tolist() for each in degrees), strict=True))


def timed(
    work: Callable[..., Answer], *arguments: object, **options: object
) -> tuple[float, Answer]:
    """Milliseconds of one call, and what it answers."""
    begin = time.perf_counter()
    answer = work(*arguments, **options)
    return (time.perf_counter() - begin) * 1000, answer


def draw_growth(network: Network, path: Path) -> None:
    """Draw how the time of one origin grows with the minutes, for cells of several sizes."""
    import matplotlib.pyplot as plt

    origins = draw_origins(network, 8)
    figure, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    for cell_m in GROWTH_CELLS:
        am.isochrones(network, origins, [max(GROWTH_MINUTES)], cell_m=cell_m)
        medians = [
            statistics.median(
                timed(am.isochrones, network, [each], [minutes], cell_m=cell_m)[0]
                for each in origins
            )
            for minutes in GROWTH_MINUTES
        ]
        axes.plot(GROWTH_MINUTES, medians, marker="o", label=f"{cell_m:g} m")
    axes.set(
        xlabel="minutes by car", ylabel="milliseconds for one origin", yscale="log",
        title="Time of one isochrone, by threshold and side of the cells",
    )  # fmt: skip
    axes.grid(visible=True, which="both", alpha=0.3)
    axes.legend(title="cells")
    figure.savefig(path, dpi=120)
    plt.close(figure)


if __name__ == "__main__":
    main()
