"""Times of each step of the main job; every one checks its answer before it is timed."""

import geopandas as gpd
import numpy as np
import shapely
from measuring import as_matrix, as_ms
from scipy.sparse.csgraph import dijkstra

import artois_mobility as am


def test_read(benchmark, extract_path):
    extract = benchmark.pedantic(am.read_osm, (extract_path,), rounds=3, warmup_rounds=1)
    assert extract.counts["ways_read"] > 10_000


def test_build_car(benchmark, extract_path):
    extract = am.read_osm(extract_path)
    network = benchmark.pedantic(am.build_network, (extract, "car"), rounds=3, warmup_rounds=1)
    assert network.graph.node_count > 10_000


def test_one_to_all(benchmark, car):
    sources = _spread_nodes(car, 8)
    expected = as_ms(dijkstra(as_matrix(car.graph), indices=sources))
    assert (am.travel_times(car, sources) == expected).all()
    benchmark(am.travel_times, car, sources)


def test_one_to_all_by_scipy(benchmark, car):
    sources = _spread_nodes(car, 8)
    matrix = as_matrix(car.graph)
    benchmark(dijkstra, matrix, indices=sources)


def test_nearest_of_fifty_sites(benchmark, car):
    nodes = _spread_nodes(car, 50)
    points = shapely.points(car.lon_deg[nodes], car.lat_deg[nodes])
    names = [f"s{node}" for node in nodes]
    sites = gpd.GeoDataFrame({"site": names, "category": "care"}, geometry=points, crs=4326)
    everyone = shapely.points(car.lon_deg[::10], car.lat_deg[::10])
    cells = gpd.GeoDataFrame(
        {"cell": np.arange(everyone.size).astype(str)}, geometry=everyone, crs=4326
    )
    attachments = am.attach(car, cells), am.attach(car, sites)
    found = am.access_times(car, cells, sites, attachments=attachments)
    assert found["minutes"].notna().any()
    benchmark(am.access_times, car, cells, sites, attachments=attachments)


def test_isochrone_of_30_minutes(benchmark, car):
    node = int(_spread_nodes(car, 2)[1])
    origin = [(float(car.lon_deg[node]), float(car.lat_deg[node]))]
    areas = benchmark(am.isochrones, car, origin, [10, 20, 30], cell_m=100)
    assert areas.to_crs(car.crs).geometry.area.is_monotonic_increasing


def _spread_nodes(network, count):
    return np.linspace(0, network.graph.node_count - 1, count).astype(np.int32)
