"""Time comparing many scenarios at once, and one small scenario against computing all anew.

    python benchmarks/scenarios.py --output benchmarks/results/scenarios.txt

Cells, sites and scenarios are made up on the streets of a real extract. Every answer is first held
against that of everything computed anew; no time is told where a byte differs.
"""

import argparse
import platform
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scenario_world import CATEGORIES, CELL_COUNT, PROFILES, write_world
from worlds import EMBEDDED, PORTO

from artois_mobility._types import tell_nobody
from artois_mobility.routing import engine
from artois_mobility.routing.threads import run_each, thread_count
from artois_mobility.scenarios.differences import tabulate_differences
from artois_mobility.scenarios.reading import read_scenarios
from artois_mobility.scenarios.resolved import ResolvedScenario
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.answers import Answer, tabulate_answers
from artois_mobility.study.files import read_study
from artois_mobility.study.loading import Loaded, load
from artois_mobility.study.new_sites import NewSites, attach_new_sites
from artois_mobility.study.running import (
    Job,
    compute_all,
    find_anew,
    find_answer,
    list_jobs,
)
from artois_mobility.study.standing import Standing, stand

COUNT = 50
RUNS = 3
# Scenarios of each kind that are timed one by one.
EACH = 3
KINDS = (
    "closure, speed, link and site at once",
    "4 ways closed",
    "a speed on 20 ways",
    "a footbridge",
    "a new site",
)

Ground = dict[str, Standing]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    extract = PORTO if PORTO.is_file() else EMBEDDED
    lines = [
        f"{extract.name}: {CELL_COUNT} cells, {len(CATEGORIES)} categories, {len(PROFILES)} "
        f"profiles; Python {platform.python_version()}, {thread_count()} threads"
    ]
    for turns in (False, True):
        lines += ["", f"{'with' if turns else 'without'} turn costs for vehicles"]
        with tempfile.TemporaryDirectory() as folder:
            lines += measure(Path(folder), extract, turns=turns)
    text = "\n".join(lines)
    print(text)
    if options.output:
        options.output.write_text(text + "\n", encoding="utf-8")


def measure(folder: Path, extract: Path, *, turns: bool) -> list[str]:
    """Measure on one study."""
    world = write_world(folder, extract, turns=turns, categories=CATEGORIES, count=COUNT)
    loaded = load(read_study(world.study), tell_nobody)
    for network in loaded.today.networks.values():
        engine.metric_of(network.searched.graph)
    scenarios = read_scenarios(world.scenarios)
    few = resolve(scenarios[: EACH * len(KINDS)], loaded.today)
    new_sites = attach_new_sites(loaded, few)
    ground = {profile: stand(loaded, profile) for profile in PROFILES}
    rows = [
        tell_row(
            name, [time_one(loaded, ground, each, new_sites) for each in few[kind :: len(KINDS)]]
        )
        for kind, name in enumerate(KINDS)
    ]

    def whole() -> int:
        resolved = resolve(scenarios, loaded.today)
        table = compute_all(
            loaded, resolved, attach_new_sites(loaded, resolved), tell_nobody
        ).access
        return len(tabulate_differences(table))

    whole()
    start = time.perf_counter()
    count = whole()
    seconds = time.perf_counter() - start
    return [
        f"{COUNT} scenarios, resolved to differences ({count} rows): {seconds:.1f} s",
        f"{'one scenario, median of 3':<40}{'ms':>10}{'anew, ms':>12}{'ratio':>8}",
        *rows,
    ]


def time_one(
    loaded: Loaded, ground: Ground, resolved: ResolvedScenario, new_sites: NewSites
) -> tuple[float, float]:
    """Time one scenario, for all profiles: what it changes, and everything anew, in ms."""
    jobs = [job for job in list_jobs(loaded, [resolved]) if job.scenario is not None]
    every = [Job(resolved, profile, loaded.study.categories) for profile in PROFILES]

    def quick() -> list[Answer]:
        return run_each(lambda j: find_answer(loaded, ground[j.profile], j, new_sites), jobs)

    def anew() -> list[Answer]:
        forget_metrics()
        return run_each(lambda j: find_anew(loaded, ground[j.profile], j, new_sites), every)

    if checksum(loaded, ground, jobs, quick()) != checksum(loaded, ground, every, anew()):
        sys.exit(f"{resolved.scenario.key}: repaired, the answers differ from those found anew.")
    return median_ms(quick, 3 * RUNS), median_ms(anew, RUNS)


def tell_row(name: str, pairs: Sequence[tuple[float, float]]) -> str:
    """Write a line about some scenarios of one kind: the median of each column."""
    ours_ms, theirs_ms = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in pairs)
    return f"{name:<40}{ours_ms:>10.1f}{theirs_ms:>12.1f}{ratio:>8.1f}"


def forget_metrics() -> None:
    """Forget every hierarchy, so that the next search builds it and brings the weights in."""
    engine._metric_of_graph.clear()
    engine._hierarchy_of_arrays.clear()
    engine._first_metric.clear()


def checksum(loaded: Loaded, ground: Ground, jobs: Sequence[Job], answers: Sequence[Answer]) -> int:
    """Sum up the table of today and of one scenario, every byte of it."""
    found = {
        ("today", profile): find_answer(
            loaded, ground[profile], Job(None, profile, loaded.study.categories), {}
        )
        for profile in PROFILES
    }
    found |= {("after", job.profile): each for job, each in zip(jobs, answers, strict=True)}
    cells = loaded.residents["cell"].astype(str).to_numpy(object)
    table = tabulate_answers(found, ["today", "after"], PROFILES, CATEGORIES, cells)
    texts = table.astype(dict.fromkeys(("site", "reason", "position_quality", "edge"), str))
    bits = np.ascontiguousarray(table["minutes"]).tobytes()
    return zlib.crc32(texts.drop(columns="minutes").to_csv().encode(), zlib.crc32(bits))


def median_ms(work: Callable[[], object], runs: int) -> float:
    """Time some work: warm call first, then the median of several."""
    work()
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return statistics.median(found) * 1e3


if __name__ == "__main__":
    main()
