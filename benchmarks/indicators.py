"""Time the whole set of indicators, and the ranking of crossings against building each scenario.

    python benchmarks/indicators.py TERRITORY|EXTRACT --output benchmarks/results/indicators.txt

With TERRITORY the territory that comes with the project; for another extract residents are drawn
along its streets. Of the crossings every figure is compared with the scenario's before any time
is told.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
from worlds import EMBEDDED

import artois_mobility as am
from artois_mobility.links.joining import as_change
from artois_mobility.network.model import Network
from artois_mobility.osm.extract import Extract
from artois_mobility.places.attachments import Attachments
from artois_mobility.scenarios.applying import AttachedPlaces, apply_to_network
from artois_mobility.scenarios.link_changes import lay_apart
from artois_mobility.scenarios.resolving import join_edits

PROFILES = ("car", "bicycle", "walk")
CATEGORIES = 20
CELLS = 6_000
CANDIDATES = 200
RUNS = 3
SEED = 5
RANKED = ("care/hospital", "care/pharmacy", "culture", "training")

Places = tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]


def draw_cells(network: Network) -> gpd.GeoDataFrame:
    """Set residents along the streets of a network."""
    draw = np.random.default_rng(SEED)
    rows = draw.choice(network.point_lon_deg.size, CELLS)
    points = gpd.points_from_xy(network.point_lon_deg[rows], network.point_lat_deg[rows], crs=4326)
    columns = {
        "cell": [f"p{row}" for row in range(CELLS)],
        "population": draw.integers(1, 200, CELLS).astype(float),
        "commune": draw.choice([f"{row:05d}" for row in range(60)], CELLS),
    }
    return gpd.GeoDataFrame(columns, geometry=points)


def ask_everything(
    network: Network,
    places: Places,
    attachments: tuple[Attachments, Attachments],
    categories: list[str],
) -> int:
    """Answer every question about access for one profile; return how many rows there are."""
    cells, sites = places
    shared = {"categories": categories, "attachments": attachments}
    times = am.access_times(network, cells, sites, k=3, **shared)
    decays = {"10 min": 10, "20 min": 20, "30 min": 30, "bell": am.decay("gaussian", 10)}
    reached = am.opportunities(network, cells, sites, decays, **shared)
    catchments = am.floating_catchments(network, cells, sites, "apl_2012", **shared)
    baskets = am.basket_times(
        network, cells, sites, {"daily": categories[:4]}, attachments=attachments
    )
    equity = am.equity(times, cells, groups="commune")
    sums = [
        am.sum_over_zones(times, cells, thresholds_min=[10, 20, 30]),
        am.sum_over_zones(reached, cells),
    ]
    for table in sums:
        people = table[table["scope"] == "all"]["people"]
        if not np.allclose(people, cells["population"].sum()):
            sys.exit("People were lost.")
    return sum(map(len, (times, reached, catchments.cells, baskets, equity, *sums)))


def best_of(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the shortest of some runs in seconds."""
    found = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def build_each(
    network: Network,
    places: Places,
    attachments: tuple[Attachments, Attachments],
    candidates: gpd.GeoDataFrame,
) -> np.ndarray:
    """Build the scenario of every candidate and compute all anew; return the minutes it saves."""
    cells, sites = places
    shape = len(RANKED), len(cells)
    people = cells["population"].to_numpy()
    asked = {"categories": list(RANKED)}
    before = am.access_times(network, cells, sites, attachments=attachments, **asked)
    before_min = before["minutes"].to_numpy().reshape(shape)
    saved = []
    for line in candidates.geometry:
        (plan,) = lay_apart(network, [as_change(line, network.profile.name)])
        edits = join_edits(network, None, plan) if plan.links else None
        tables = zip(places, attachments, strict=True)
        after = apply_to_network(network, edits, *(AttachedPlaces(*each) for each in tables))
        after_min = am.access_times(
            after.network, cells, sites, attachments=after.attachments, **asked
        )["minutes"].to_numpy()
        saved.append(np.nansum(people * (before_min - after_min.reshape(shape))))
    return np.array(saved)


def rank_candidates(extract: Extract, network: Network, places: Places, lines: list[str]) -> None:
    """Time the ranking of crossings against building each of them."""
    every = am.crossing_candidates(extract, network)
    count = min(CANDIDATES, len(every))
    rows = np.random.default_rng(SEED).choice(len(every), count, replace=False)
    some = every.iloc[np.sort(rows)].reset_index(drop=True)
    attachments = am.attach(network, places[0]), am.attach(network, places[1])
    asked = {"categories": RANKED, "attachments": attachments}
    found = am.rank_links(network, *places, some, **asked)
    start = time.perf_counter()
    expected = build_each(network, places, attachments, some)
    theirs_s = time.perf_counter() - start
    links = found.links.set_index("candidate").loc[some["candidate"]]
    if not np.allclose(links["saved_person_min"].fillna(0), expected, rtol=1e-9, atol=1e-6):
        sys.exit("The ranking differs from the scenarios.")
    ours_s = best_of(lambda: am.rank_links(network, *places, some, **asked))
    whole_s = best_of(lambda: am.rank_links(network, *places, every, **asked))
    lines += [
        f"{count} crossings on foot, {len(RANKED)} categories: {ours_s:.3f} s; each scenario "
        f"built and computed: {theirs_s:.1f} s, {theirs_s / ours_s:.0f} x; the same figures",
        f"all {len(every)} crossings: {whole_s:.2f} s",
    ]
    closures = am.list_closures(extract)
    closing_s = best_of(lambda: am.criticality(network, *places, closures, **asked))
    lines.append(f"{len(closures)} bridges, tunnels and level crossings closed: {closing_s:.2f} s")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("extract", help="TERRITORY or an extract")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    is_own = options.extract == "TERRITORY"
    extract = am.read_osm(EMBEDDED if is_own else options.extract)
    networks = {profile: am.build_network(extract, profile) for profile in PROFILES}
    cells = draw_cells(networks["walk"])
    if is_own:
        cells = am.read_residents(Path(EMBEDDED).with_name("artois-residents.csv"))
        cells = am.assign_communes(cells, am.read_communes(extract))
    sites = am.read_sites(extract)
    categories = sites["category"].value_counts().index[:CATEGORIES].tolist()
    places = cells, sites
    hung = {
        profile: (am.attach(network, cells), am.attach(network, sites))
        for profile, network in networks.items()
    }

    def ask() -> int:
        return sum(
            ask_everything(network, places, hung[profile], categories)
            for profile, network in networks.items()
        )

    rows = ask()
    seconds = best_of(ask)
    lines = [
        f"{Path(options.extract).name}: {len(cells)} cells, {len(sites)} sites, "
        f"{len(categories)} categories, {len(PROFILES)} profiles; Python "
        f"{platform.python_version()}",
        f"the whole set of indicators, {rows} rows: {seconds:.2f} s",
    ]
    rank_candidates(extract, networks["walk"], places, lines)
    text = "\n".join(lines)
    print(text)
    if options.output:
        with options.output.open("a", encoding="utf-8") as file:
            file.write(text + "\n\n")


if __name__ == "__main__":
    main()
