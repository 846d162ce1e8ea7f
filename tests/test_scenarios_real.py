"""Laws of scenarios on real towns, with links, closures and speeds drawn by chance."""

import dataclasses

import geopandas as gpd
import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.changes.schema import AddLink
from artois_mobility.scenarios.applying import apply_to_network
from artois_mobility.scenarios.differences import tabulate_differences
from artois_mobility.scenarios.resolved import Today
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.laws import check_laws
from artois_mobility.study.new_sites import attach_new_sites
from artois_mobility.study.running import compute_all
from scenario_worlds import close, make_loaded, make_scenario, silent, speed
from test_scenarios_applying import check_shapes
from turn_oracle import time_between, trips_over_arcs

CATEGORIES = ("care", "training")
CELL_COUNT, LINK_COUNT, WAY_COUNT = 300, 8, 40


def draw_link(draw, network):
    """A link from a point of one street to a crossing within 600 m."""
    start = draw.integers(network.point_x_m.size)
    away_m = np.hypot(
        network.x_m - network.point_x_m[start], network.y_m - network.point_y_m[start]
    )
    end = draw.choice(np.flatnonzero(away_m < 600))
    points = (
        (network.point_lon_deg[start], network.point_lat_deg[start]),
        (network.lon_deg[end], network.lat_deg[end]),
    )
    return AddLink(
        kind="add_link",
        geometry=points,
        profiles=(network.profile.name,),
        oneway=bool(draw.integers(2)),
        speed_kmh=float(draw.uniform(3, 40)),
    )


def load_town(path, draw):
    extract = am.read_osm(path)
    networks = {
        "car": am.build_network(extract, "car", turns=True),
        "walk": am.build_network(extract, "walk"),
    }
    walk, sites = networks["walk"], am.read_sites(extract, CATEGORIES)
    nodes = draw.choice(walk.graph.node_count, CELL_COUNT, replace=False)
    shift = draw.uniform(-3e-4, 3e-4, nodes.size)
    residents = gpd.GeoDataFrame(
        {"cell": [str(row) for row in range(nodes.size)], "population": 1.0, "commune": ""},
        geometry=gpd.points_from_xy(walk.lon_deg[nodes] + shift, walk.lat_deg[nodes]),
        crs="EPSG:4326",
    )
    loaded = make_loaded(networks, residents, sites, CATEGORIES, nearest=2)
    return dataclasses.replace(loaded, today=Today(extract, networks, sites, CATEGORIES))


@pytest.mark.realdata
@pytest.mark.parametrize("town", ["nantes-centre", "malta"])
def test_laws_hold_on_real_streets(realdata, town):
    draw = np.random.default_rng(3)
    loaded = load_town(realdata / "osm" / f"{town}.osm.pbf", draw)
    networks = loaded.today.networks
    links = [draw_link(draw, each) for each in networks.values() for _ in range(LINK_COUNT)]
    known = np.unique(networks["car"].way_of_arc)
    ways = draw.choice(known, WAY_COUNT, replace=False).tolist()
    scenarios = [
        make_scenario(*links, key="links"),
        make_scenario(close(*ways), key="closed"),
        make_scenario(speed(factor=1.7, ids=tuple(ways)), key="faster"),
        make_scenario(speed(factor=0.7, ids=tuple(ways)), key="slower"),
        make_scenario(close(*ways), *links, key="both"),
    ]
    resolved = resolve(scenarios, loaded.today)
    table = compute_all(loaded, resolved, attach_new_sites(loaded, resolved), silent).access
    differences = tabulate_differences(table)
    check_laws(loaded, resolved, differences)
    after = {
        key: rows.fillna(np.inf).to_numpy()
        for key, rows in differences.groupby("scenario", observed=True)["minutes_after"]
    }
    before = differences["minutes_before"].fillna(np.inf).to_numpy()[: after["links"].size]
    assert (after["links"] < before).any()
    assert (after["closed"] > before).any()
    assert (after["both"] <= after["closed"]).all()
    for each in resolved:
        for profile, edits in each.edits.items():
            changed = apply_to_network(networks[profile], edits).network
            check_shapes(changed)
            if changed.turns is not None and each.scenario.key == "links":
                check_turns(changed, draw)


def check_turns(network, draw):
    """Hold times on a network with new links against a search over its arcs."""
    states = trips_over_arcs(network)
    sources, targets = draw.integers(0, network.graph.node_count, (2, 12))
    ms = am.travel_times(network, sources)
    for row, (source, target) in enumerate(zip(sources.tolist(), targets.tolist(), strict=True)):
        assert ms[row, target] == min(time_between(states, source, target), am.UNREACHED_MS)
