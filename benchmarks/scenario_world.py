"""A study of a real extract with made-up cells, sites and scenarios, as files in a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import artois_mobility as am
from artois_mobility.network.model import Network

PROFILES = ("car", "bicycle", "walk")
CATEGORIES = (
    *("care/hospital", "training/university", "culture/theatre", "culture/cinema"),
    *("training/lycee", "culture/library", "care/ehpad", "training/college", "care/dentist"),
    *("care/nurse", "care/pharmacy", "care/general_practitioner"),
)
CELL_COUNT = 5_000
SITES_A_CATEGORY = (4, 150)
SEED = 8
NEAR_M = 400.0


@dataclass(frozen=True)
class World:
    """Where the files are."""

    study: Path
    scenarios: Sequence[Path]


def write_world(
    folder: Path, extract: Path, *, turns: bool, categories: Sequence[str], count: int
) -> World:
    """Write a study and scenarios of every kind in turn: mixed, closed, speed, link, site."""
    draw = np.random.default_rng(SEED)
    network = am.build_network(am.read_osm(extract), "walk")
    _write_cells(folder / "cells.csv", network, draw)
    _write_sites(folder / "sites.csv", network, draw, categories)
    study = folder / "study.toml"
    names = ", ".join(f'"{each}"' for each in categories)
    study.write_text(
        'name = "Made-up places on real streets"\nlanguage = "en"\n[data]\n'
        f'extract = "{extract.resolve().as_posix()}"\nresidents = "cells.csv"\n'
        'sites = ["sites.csv"]\n[access]\nprofiles = ["car", "bicycle", "walk"]\n'
        f"categories = [{names}]\nturns = {str(turns).lower()}\n",
        encoding="utf-8",
    )
    kinds = [(_close, _speed, _link, _site), (_close,), (_speed,), (_link,), (_site,)]
    scenarios = []
    for row in range(count):
        path = folder / f"s{row:02d}.toml"
        changes = [make(network, draw, categories) for make in kinds[row % len(kinds)]]
        path.write_text(f'name = "Scenario {row}"\n' + "\n".join(changes), encoding="utf-8")
        scenarios.append(path)
    return World(study, scenarios)


def _write_cells(path: Path, network: Network, draw: np.random.Generator) -> None:
    lon, lat = _along_streets(network, draw, CELL_COUNT)
    columns = {"cell": [f"c{row}" for row in range(CELL_COUNT)], "lon": lon, "lat": lat}
    pd.DataFrame({**columns, "population": draw.integers(1, 200, CELL_COUNT)}).to_csv(
        path, index=False
    )


def _write_sites(
    path: Path, network: Network, draw: np.random.Generator, categories: Sequence[str]
) -> None:
    counts = np.geomspace(*SITES_A_CATEGORY, len(categories)).astype(int)
    category = np.repeat(np.array(categories, object), counts)
    lon, lat = _along_streets(network, draw, category.size)
    columns = {"site": [f"s{row}" for row in range(category.size)], "category": category}
    pd.DataFrame({**columns, "name": "", "lon": lon, "lat": lat}).to_csv(path, index=False)


def _along_streets(
    network: Network, draw: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    rows = draw.choice(network.point_lon_deg.size, count, replace=False)
    shift = draw.uniform(-2e-4, 2e-4, (2, count))
    return network.point_lon_deg[rows] + shift[0], network.point_lat_deg[rows] + shift[1]


def _some_ways(network: Network, draw: np.random.Generator, count: int) -> list[int]:
    """Choose ways of one neighbourhood that cars may use too."""
    is_street = np.isin(network.class_of_arc, ("residential", "tertiary", "secondary", "primary"))
    arcs = np.flatnonzero(is_street)
    arc = int(draw.choice(arcs))
    x_m, y_m = (each[network.first_point[arcs]] for each in (network.point_x_m, network.point_y_m))
    at = np.searchsorted(arcs, arc)
    near = arcs[np.argsort(np.hypot(x_m - x_m[at], y_m - y_m[at]), kind="stable")]
    ways: list[int] = list(dict.fromkeys(network.way_of_arc[near].tolist()))[:count]
    return ways


def _close(network: Network, draw: np.random.Generator, categories: Sequence[str]) -> str:
    del categories
    return f'[[changes]]\nkind = "close_ways"\nids = {_some_ways(network, draw, 4)}'


def _speed(network: Network, draw: np.random.Generator, categories: Sequence[str]) -> str:
    del categories
    ways = _some_ways(network, draw, 20)
    profiles = 'profiles = ["car"]'
    return f'[[changes]]\nkind = "set_speed"\nkmh = 20\nids = {ways}\n{profiles}'


def _link(network: Network, draw: np.random.Generator, categories: Sequence[str]) -> str:
    del categories
    tail = int(draw.integers(network.graph.node_count))
    away_m = np.hypot(network.x_m - network.x_m[tail], network.y_m - network.y_m[tail])
    head = int(draw.choice(np.flatnonzero((away_m > NEAR_M / 4) & (away_m < NEAR_M))))
    line = [[float(network.lon_deg[n]), float(network.lat_deg[n])] for n in (tail, head)]
    profiles = 'profiles = ["walk", "bicycle"]'
    return f'[[changes]]\nkind = "add_link"\nbridge = true\ngeometry = {line}\n{profiles}'


def _site(network: Network, draw: np.random.Generator, categories: Sequence[str]) -> str:
    lon, lat = _along_streets(network, draw, 1)
    return (
        f'[[changes]]\nkind = "add_site"\nname = "New"\ncategory = "{draw.choice(categories)}"\n'
        f"at = [{float(lon[0])}, {float(lat[0])}]"
    )
