"""The whole of `compare` from the command line on real extracts, held against networkx."""

import json
import subprocess
import sys

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest

import artois_mobility as am
from place_graphs import with_places_as_nodes
from turn_oracle import with_places_over_arcs

PROFILES = ("car", "bicycle", "walk")
CATEGORIES = ("care", "culture/library", "training")
CELL_COUNT = 300
CHECKED_COUNT = 200

STUDY = """
name = "A real town"
language = "en"
[data]
extract = "{extract}"
residents = "residents.csv"
sites = ["osm"]
[access]
profiles = ["car", "bicycle", "walk"]
categories = ["care", "culture/library", "training"]
nearest = 1
thresholds_min = [5, 10, 20]
"""

NEW_LIBRARY = """
name = "A new library"
[[changes]]
kind = "add_site"
category = "culture/library"
name = "Library of the test"
at = [{lon}, {lat}]
"""


@pytest.fixture(scope="module", params=["nantes-centre", "malta"])
def compared(request, realdata, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    extract_path = realdata / "osm" / f"{request.param}.osm.pbf"
    walk = am.build_network(am.read_osm(extract_path), "walk")
    draw = np.random.default_rng(7)
    nodes = draw.choice(walk.graph.node_count, CELL_COUNT, replace=False)
    lon = walk.lon_deg[nodes] + draw.uniform(-3e-4, 3e-4, nodes.size)
    lat = walk.lat_deg[nodes] + draw.uniform(-3e-4, 3e-4, nodes.size)
    population = draw.integers(1, 200, nodes.size)
    cells = [f"c{row}" for row in range(nodes.size)]
    columns = {"cell": cells, "lon": lon, "lat": lat, "population": population}
    pd.DataFrame(columns).to_csv(folder / "residents.csv", index=False)
    (folder / "study.toml").write_text(STUDY.format(extract=extract_path.as_posix()))
    scenario = NEW_LIBRARY.format(lon=lon[0], lat=lat[0])
    (folder / "library.toml").write_text(scenario)
    run = subprocess.run(
        [
            *(sys.executable, "-m", "artois_mobility", "compare", "study.toml", "library.toml"),
            *("--output", "out"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return folder, extract_path


@pytest.mark.realdata
def test_every_promised_file_is_there_and_agrees(compared):
    out = compared[0] / "out"
    names = {path.name for path in out.iterdir()}
    assert {
        *("report.html", "results.gpkg", "access_times.parquet", "differences.parquet"),
        *("summary.csv", "maps", "manifest.json"),
    } <= names
    access = pd.read_parquet(out / "access_times.parquet")
    assert set(access["scenario"]) == {"today", "library"}
    assert len(access) == 2 * len(PROFILES) * len(CATEGORIES) * CELL_COUNT
    differences = pd.read_parquet(out / "differences.parquet")
    assert len(differences) == len(PROFILES) * len(CATEGORIES) * CELL_COUNT
    assert (differences["minutes_gained"].fillna(0) >= 0).all(), "a new site slowed someone"
    assert json.loads((out / "manifest.json").read_text())
    assert len(list((out / "maps").glob("*.png"))) > 0
    assert gpd.list_layers(out / "results.gpkg")["name"].size > 0


def is_place(node, table):
    return isinstance(node, tuple) and node[0] == table


@pytest.mark.realdata
@pytest.mark.parametrize("profile", PROFILES)
def test_the_numbers_equal_networkx_on_the_same_graph(compared, profile):
    folder, extract_path = compared
    extract = am.read_osm(extract_path)
    network = am.build_network(extract, profile, turns=profile != "walk")
    residents = am.read_residents(folder / "residents.csv")
    sites = am.read_sites(extract, list(CATEGORIES)).reset_index(drop=True)
    if network.turns is None:
        graph = with_places_as_nodes(network, {"cell": residents, "site": sites})
        # people set out from cells and stay at sites; nobody passes through either
        passing = [(a, b) for a, b in graph.edges if is_place(b, "cell") or is_place(a, "site")]
        graph.remove_edges_from(passing)
    else:
        graph = with_places_over_arcs(network, residents, sites)
    graph = graph.reverse()
    access = pd.read_parquet(folder / "out" / "access_times.parquet")
    access = access[(access["scenario"] == "today") & (access["profile"] == profile)]
    checked = np.random.default_rng(3).choice(CELL_COUNT, CHECKED_COUNT, replace=False)
    for category in CATEGORIES:
        is_below = sites["category"].str.split("/").str[: category.count("/") + 1].str.join("/")
        rows = np.flatnonzero(is_below == category)
        seeds = [("site", int(row)) for row in rows if ("site", int(row)) in graph]
        exact = nx.multi_source_dijkstra_path_length(graph, set(seeds)) if seeds else {}
        found = access[access["category"] == category].set_index("cell")["minutes"]
        for row in checked:
            expected = exact.get(("cell", int(row)), np.nan) / 60_000
            assert found[residents["cell"][row]] == pytest.approx(expected, abs=1e-9, nan_ok=True)
