"""Road against water in Nantes: every pair of quays tried, and one composed graph."""

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility._types import UNREACHED_MS
from freight_worlds import compose, quickest_chains_ms, truck_ms

PAIR_COUNT = 200
HANDLING_MIN = 7.5


@pytest.fixture(scope="module")
def nantes(realdata):
    """Networks of Nantes in 2014, its piers with two times of transfer, and 200 pairs of places."""
    extract = am.read_osm(realdata / "osm" / "nantes-centre.osm.pbf")
    # only four arcs are open to freight by their tags, boats for pleasure go farther
    roads, water = am.build_network(extract, "car"), am.build_network(extract, "pleasure_boat")
    quays = am.find_quays(extract)
    quays = quays.assign(handling_min=np.where(np.arange(len(quays)) % 3, np.nan, 2.0))
    rng = np.random.default_rng(20_140_401)
    arcs = rng.choice(np.flatnonzero(roads.may_attach), 2 * PAIR_COUNT)
    node = roads.graph.head[arcs]
    shift_deg = rng.uniform(-5e-4, 5e-4, (2, node.size))
    places = list(zip(*(shift_deg + [roads.lon_deg[node], roads.lat_deg[node]]), strict=True))
    return roads, water, quays, places[:PAIR_COUNT], places[PAIR_COUNT:]


def ms_of(roads, origins, destinations):
    table = am.travel_time_matrix(roads, origins, destinations)["minutes"].to_numpy()
    shape = len(origins), len(destinations)
    return np.where(np.isnan(table), np.inf, np.rint(table * 60_000)).reshape(shape)


@pytest.mark.realdata
def test_every_chain_is_the_least_of_a_double_loop_over_all_quays(nantes):
    roads, water, quays, origins, destinations = nantes
    table = am.road_or_water(
        roads, water, quays, origins, destinations, handling_min=HANDLING_MIN, tonnes=30
    )
    quays = quays[quays["reason"] == ""]
    before, after = ms_of(roads, origins, quays), ms_of(roads, quays, destinations)
    between = ms_of(water, quays, quays)
    handling_ms = quays["handling_min"].fillna(HANDLING_MIN).to_numpy() * 60_000
    names = quays["quay"].tolist()
    for row in range(PAIR_COUNT):
        best = (np.inf, -1, -1)
        for first in range(len(quays)):
            for last in range(len(quays)):
                ms = before[row, first] + between[first, last] + after[last, row]
                if first != last and np.isfinite(ms):
                    best = min(best, (ms + handling_ms[first] + handling_ms[last], first, last))
        ms, first, last = best
        assert np.rint(table["water_min"][row] * 60_000) == ms or not np.isfinite(ms)
        told = [table["first_quay"][row], table["last_quay"][row]]
        assert told == ([names[first], names[last]] if first >= 0 else ["", ""])
        assert (table["reason"][row] == "") == (first >= 0 and table["road_min"][row] >= 0)
    assert table["water_min"].notna().sum() > 150
    single = am.routes(roads, origins, destinations)
    assert table["road_min"].equals(single["minutes"])
    assert np.allclose(table["road_km"], single["length_m"] / 1000, equal_nan=True)
    off_road_km = table["road_km"] - table["pre_km"] - table["post_km"]
    assert np.allclose(table["moved_tkm"], 30 * off_road_km, equal_nan=True)


@pytest.mark.realdata
def test_every_chain_is_a_shortest_path_of_one_graph(nantes):
    roads, water, quays, origins, destinations = nantes
    counting = quays[quays["reason"] == ""]
    table = am.road_or_water(roads, water, quays, origins, destinations)
    handling_ms = counting["handling_min"].fillna(60).to_numpy() * 60_000
    graph = compose(roads, water, counting, origins, destinations, handling_ms)
    pairs = [(row, row) for row in range(PAIR_COUNT)]
    chains = quickest_chains_ms(graph, pairs, len(counting))
    trucks = [truck_ms(graph, row, row) for row in range(PAIR_COUNT)]
    for column, expected in (("water_min", chains), ("road_min", trucks)):
        found = np.rint(table[column] * 60_000).fillna(UNREACHED_MS)
        assert found.tolist() == expected


@pytest.mark.realdata
def test_each_quay_of_nantes_takes_what_no_other_reaches_sooner(nantes):
    roads, _, quays, origins, _ = nantes
    counting = quays[quays["reason"] == ""]
    for direction, times in (
        ("to_quay", ms_of(roads, origins, counting)),
        ("from_quay", ms_of(roads, counting, origins).T),
    ):
        table = am.hinterlands(roads, quays, origins, direction=direction)
        is_found = np.isfinite(times).any(axis=1)
        assert is_found.sum() > 150
        assert ((table["reason"] == "") == is_found).all()
        nearest = counting["quay"].to_numpy()[times.argmin(axis=1)]
        assert (table["quay"] == np.where(is_found, nearest, "")).all()
        assert (np.rint(table["minutes"][is_found] * 60_000) == times[is_found].min(axis=1)).all()
