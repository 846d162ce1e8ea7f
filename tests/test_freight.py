"""Hinterlands, and road against water: arithmetic worlds, one composed graph, laws."""

import math
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility._types import UNREACHED_MS
from artois_mobility.errors import FreightError, PlacesError, ProfileError
from artois_mobility.freight.chains import FAR_MS, Legs, find_chains
from artois_mobility.freight.factors import EmissionFactor
from artois_mobility.graph import Graph
from freight_worlds import (
    CANAL,
    STREET,
    at,
    beside_a_canal,
    compose,
    quickest_chains_ms,
    random_places,
    random_world,
    truck_ms,
)
from network_worlds import make_extract

A, B, C = at(1000, 50), at(5000, 50), at(5800, 50)
LEAVES, ARRIVES = at(-500, 110), at(6500, 110)


@pytest.fixture(scope="module")
def networks():
    extract = beside_a_canal()
    return am.build_network(extract, "car"), am.build_network(extract, "barge")


@pytest.fixture(scope="module")
def two_banks():
    """A canal of 3 km, a street on either bank, and a street of 44 km round to join them.

    ::

        11 -- 12                            way 20, y = 100
      1 ------------------------- 2         canal
                      21 -- 22              way 30, y = -100; way 40 leads from 12 to 22
    """
    positions = {1: (0, 0), 2: (3000, 0), 11: (0, 100), 12: (1000, 100), 13: (1000, 22_000),
                 14: (8000, 10_000), 21: (2000, -100), 22: (3000, -100)}  # fmt: skip
    ways = {10: ([1, 2], CANAL), 20: ([11, 12], STREET), 30: ([21, 22], STREET),
            40: ([12, 13, 14, 22], STREET)}  # fmt: skip
    extract = make_extract(positions, ways)
    return am.build_network(extract, "car"), am.build_network(extract, "barge")


WEST, EAST = at(500, 50), at(2500, -50)


def table_of(*places, **columns):
    points = gpd.points_from_xy(*zip(*places, strict=True), crs=4326)
    return gpd.GeoDataFrame(columns, geometry=points)


def whole(minutes):
    return np.rint(np.asarray(minutes, float) * 60_000)


# --------------------------------------------------------------------------- arithmetic


def test_a_barge_between_two_quays_is_arithmetic(networks):
    table = am.road_or_water(*networks, [A, B], [LEAVES], [ARRIVES], handling_min=45, tonnes=200)
    (row,) = table.to_dict("records")
    assert row["road_km"] == pytest.approx(7, rel=1e-3)
    assert (row["pre_km"], row["post_km"]) == (pytest.approx(1.5, rel=1e-3),) * 2
    assert row["barge_km"] == pytest.approx(4, rel=1e-3)
    assert (row["first_quay"], row["last_quay"], row["reason"]) == ("0", "1", "")
    assert row["locks"] == 2
    assert row["handling_min"] == 90
    # walks of 50 m to the water and 50 m to the street at each quay, of 10 m at both ends
    roads = am.routes(networks[0], [LEAVES, B], [A, ARRIVES])["minutes"].sum()
    walks = 2 * 50 / 3000 * 60
    barge = 4 / 10 * 60 + 2 * 30
    assert row["water_min"] == pytest.approx(roads + 90 + barge + walks, rel=1e-3)
    assert row["moved_tkm"] == pytest.approx(200 * (7 - 3), rel=1e-3)
    assert row["road_co2_kg"] == pytest.approx(200 * 7 * 0.137, rel=1e-3)
    assert row["water_co2_kg"] == pytest.approx(200 * (3 * 0.137 + 4 * 0.033), rel=1e-3)


def test_the_way_back_takes_the_quays_in_the_other_order(networks):
    table = am.road_or_water(*networks, [A, B], [ARRIVES], [LEAVES])
    assert table[["first_quay", "last_quay", "locks"]].to_numpy().tolist() == [["1", "0", 2]]


def test_locks_are_those_between_the_quays(networks):
    middle = at(3000, 50)
    table = am.road_or_water(*networks, [A, middle], [LEAVES], [ARRIVES])
    assert table["locks"].tolist() == [1]
    table = am.road_or_water(*networks, [A, at(1500, 50)], [LEAVES], [ARRIVES])
    assert table["locks"].tolist() == [0]


def test_the_time_of_a_quay_comes_before_that_of_all(networks):
    quays = table_of(A, B, quay=["a", "b"], handling_min=[15, np.nan])
    table = am.road_or_water(*networks, quays, [LEAVES], [ARRIVES], handling_min=45)
    assert table["handling_min"].tolist() == [60]
    assert table[["first_quay", "last_quay"]].to_numpy().tolist() == [["a", "b"]]


def test_a_slow_transfer_drives_the_truck_on_to_the_next_quay(networks):
    quays = table_of(A, B, C, quay=["a", "b", "c"], handling_min=[0.0, 600, 0])
    assert am.road_or_water(*networks, quays, [LEAVES], [ARRIVES])["last_quay"].tolist() == ["c"]
    quays["handling_min"] = [0.0, 0, 600]
    assert am.road_or_water(*networks, quays, [LEAVES], [ARRIVES])["last_quay"].tolist() == ["b"]


def test_of_equal_quays_the_first_is_taken(two_banks):
    """Bargees need not turn: the street round the water is longer than any transfer."""
    quays = table_of(EAST, WEST, WEST, EAST, quay=["e", "w", "w again", "e again"])
    origin, destination = [at(100, 110)], [at(2900, -110)]
    table = am.road_or_water(*two_banks, quays, origin, destination, handling_min=5)
    assert table[["first_quay", "last_quay"]].to_numpy().tolist() == [["w", "e"]]
    assert am.hinterlands(two_banks[0], quays, origin + destination)["quay"].tolist() == ["w", "e"]


def test_quays_with_a_reason_do_not_count(networks):
    quays = table_of(A, B, C, quay=["a", "b", "c"], reason=["", "too far", ""])
    table = am.road_or_water(*networks, quays, [LEAVES], [ARRIVES])
    assert table["last_quay"].tolist() == ["c"]
    assert am.hinterlands(networks[0], quays, [at(5000, 110)])["quay"].tolist() == ["c"]


def test_quays_side_by_side_are_no_voyage_where_one_asks_for_kilometres(networks):
    """B and C lie 800 m apart, A and B 4 km: trucks are quicker, so the shortest voyage wins."""
    ask = [A, B, C], [LEAVES], [ARRIVES]
    for least_km, quays, barge_km in (
        (0, ["1", "2"], 0.8), (0.79, ["1", "2"], 0.8), (0.81, ["0", "1"], 4),
        (4.1, ["0", "2"], 4.8),
    ):  # fmt: skip
        table = am.road_or_water(*networks, *ask, least_barge_km=least_km)
        assert table[["first_quay", "last_quay"]].to_numpy().tolist() == [quays]
        assert table["barge_km"].item() == pytest.approx(barge_km, rel=1e-3)
    table = am.road_or_water(*networks, *ask, least_barge_km=5)
    assert table["reason"].tolist() == [
        "water: no voyage of 5 km or more joins a quay of the origin to another"
    ]  # fmt: skip


def test_tonnes_for_each_pair_and_none_at_all(networks):
    table = am.road_or_water(*networks, [A, B], [LEAVES] * 3, [ARRIVES] * 3, tonnes=[0, 1, 250])
    assert table["tonnes"].tolist() == [0, 1, 250]
    ones = table.iloc[1]
    for column in ("moved_tkm", "road_co2_kg", "water_co2_kg"):
        assert table[column].tolist() == pytest.approx([0, ones[column], 250 * ones[column]])
    assert table["water_min"].nunique() == 1
    assert am.road_or_water(*networks, [A, B], [LEAVES], [ARRIVES])["tonnes"].tolist() == [1]


def test_a_detour_to_the_quays_moves_less_than_nothing(networks):
    table = am.road_or_water(*networks, [A, B], [at(2500, 110)], [at(2600, 110)])
    assert table["moved_tkm"].item() == pytest.approx(0.1 - 1.5 - 2.4, rel=1e-2)


def test_own_factors_and_their_source(networks):
    factors = {"road": EmissionFactor(100, "a", "2020"), "water": EmissionFactor(10, "b", "2021")}
    table = am.road_or_water(*networks, [A, B], [LEAVES], [ARRIVES], factors=factors)
    assert table["road_co2_kg"].item() == pytest.approx(0.7, rel=1e-3)
    assert table["water_co2_kg"].item() == pytest.approx(0.34, rel=1e-3)
    assert table.attrs["emission_factors"]["water"] == {
        "g_per_tkm": 10, "source": "b", "date": "2021",
    }  # fmt: skip


# ------------------------------------------------------------------------- what is not there


def test_what_does_not_exist_has_its_reason(networks):
    table = am.road_or_water(*networks, [A, B], [LEAVES, at(-500, 9000)], [ARRIVES, ARRIVES])
    assert table["reason"].tolist() == ["", "origin: no street within 300 m"]
    assert table["road_min"].isna().tolist() == [False, True]
    numbers = table.select_dtypes("number").drop(columns="tonnes")
    assert numbers.iloc[1].isna().all()
    assert table["first_quay"].tolist() == ["0", ""]
    for quays, why in (
        ([A], "water: fewer than two quays"),
        ([A, at(5000, 9000)],
         "water: no voyage joins a quay of the origin to another of the destination"),
        ([at(0, 9000), at(50, 9000)], "water: no quay can be reached from the origin by road"),
    ):  # fmt: skip
        table = am.road_or_water(*networks, quays, [LEAVES], [ARRIVES])
        assert table["reason"].tolist() == [why]
        assert table["road_min"].notna().all()
        assert table["water_min"].isna().all()


def test_no_way_for_the_truck_alone_still_has_a_chain(two_banks):
    roads, water = two_banks
    origin, destination = [at(100, 110)], [at(2900, -110)]
    weight_ms = roads.graph.weight_ms.copy()
    weight_ms[roads.way_of_arc == 40] = UNREACHED_MS
    graph = Graph(roads.graph.first_out, roads.graph.head, weight_ms)
    table = am.road_or_water(replace(roads, graph=graph), water, [WEST, EAST], origin, destination)
    assert table["reason"].tolist() == ["road: no route"]
    assert table["water_min"].notna().all()
    assert table[["road_min", "road_km", "moved_tkm", "road_co2_kg"]].isna().all(axis=None)
    assert table["water_co2_kg"].notna().all()
    for quays, why in (
        ([WEST, at(600, 50)], "the destination can be reached from no quay by road"),
        ([EAST, at(2600, -50)], "no quay can be reached from the origin by road"),
    ):
        table = am.road_or_water(replace(roads, graph=graph), water, quays, origin, destination)
        assert table["reason"].tolist() == [f"road: no route; water: {why}"]


def test_nothing_asked_nothing_answered(networks):
    table = am.road_or_water(*networks, [A, B], [], [])
    assert table.empty
    assert "moved_tkm" in table
    assert am.hinterlands(networks[0], [A], []).empty


# ------------------------------------------------------------------------------- bad inputs


def test_bad_inputs_are_refused(networks):
    roads, water = networks
    ask = [A, B], [LEAVES], [ARRIVES]
    with pytest.raises(ProfileError, match="roads is a network of the profile 'barge'"):
        am.road_or_water(water, roads, *ask)
    with pytest.raises(ProfileError, match="water is a network of the profile 'car'"):
        am.road_or_water(roads, roads, *ask)
    with pytest.raises(PlacesError, match="found 2 origins and 3 destinations"):
        am.road_or_water(roads, water, [A, B], [LEAVES] * 2, [ARRIVES] * 3)
    for tonnes, why in (
        (-1, "1 of 1 are not, first row 0: -1"),
        (math.nan, "first row 0: nan"),
        ([1, 2], r"found shape \(2,\)"),
        ("much", "found 'much'"),
    ):
        with pytest.raises(FreightError, match=why):
            am.road_or_water(roads, water, *ask, tonnes=tonnes)
    for minutes in (-1, math.nan, math.inf, 10_081):
        with pytest.raises(FreightError, match="handling_min must be minutes from 0 to 10080"):
            am.road_or_water(roads, water, *ask, handling_min=minutes)
    quays = table_of(A, B, quay=["a", "b"], handling_min=[-5.0, 0])
    with pytest.raises(FreightError, match="found -5"):
        am.road_or_water(roads, water, quays, [LEAVES], [ARRIVES])
    for least_km in (-1, math.nan, math.inf):
        with pytest.raises(FreightError, match="least_barge_km must be finite kilometres from 0"):
            am.road_or_water(roads, water, *ask, least_barge_km=least_km)
    with pytest.raises(FreightError, match="factors has no water"):
        am.road_or_water(roads, water, *ask, factors={"road": EmissionFactor(1, "", "")})
    with pytest.raises(PlacesError, match="direction must be one of to_quay, from_quay"):
        am.hinterlands(roads, [A], [LEAVES], direction="to_site")


# ----------------------------------------------------------------------------- hinterlands


def test_hinterlands_part_the_street_in_the_middle(networks):
    roads, _ = networks
    origins = [at(x, 110) for x in (-500, 2900, 3100, 6500)]
    table = am.hinterlands(roads, table_of(A, B, quay=["a", "b"]), origins)
    assert table["quay"].tolist() == ["a", "a", "b", "b"]
    assert table["road_km"].tolist() == pytest.approx([1.5, 1.9, 1.9, 1.5], rel=1e-3)
    assert table["reason"].tolist() == [""] * 4
    single = am.routes(roads, [origins[1]], [A])
    assert table["minutes"][1] == single["minutes"].item()
    assert table["road_km"][1] == pytest.approx(single["length_m"].item() / 1000)


def test_the_direction_of_hinterlands_is_that_of_one_way_streets():
    """A ring that runs one way: what is just behind a quay reaches it last."""
    positions = {1: (0, 0), 2: (1000, 0), 3: (1000, 1000), 4: (0, 1000)}
    ring = make_extract(positions, {20: ([1, 2, 3, 4, 1], STREET | {"oneway": "yes"})})
    roads = am.build_network(ring, "car")
    quays, origins = [at(500, 0), at(500, 1000)], [at(600, 0), at(600, 1000)]
    ahead = am.hinterlands(roads, quays, origins)
    back = am.hinterlands(roads, quays, origins, direction="from_quay")
    assert ahead["quay"].tolist() == ["1", "1"]
    assert ahead["road_km"].tolist() == pytest.approx([1.9, 0.1], rel=1e-2)
    assert back["quay"].tolist() == ["0", "0"]
    assert back["road_km"].tolist() == pytest.approx([0.1, 1.9], rel=1e-2)
    times = am.travel_time_matrix(roads, origins, quays)["minutes"].to_numpy().reshape(2, 2)
    assert ahead["minutes"].tolist() == times[:, 1].tolist()
    times = am.travel_time_matrix(roads, quays, origins)["minutes"].to_numpy().reshape(2, 2)
    assert back["minutes"].tolist() == times[0].tolist()


def test_who_reaches_no_quay_has_a_reason(networks):
    roads, _ = networks
    table = am.hinterlands(roads, [A], [LEAVES, at(0, 9000)])
    assert table["quay"].tolist() == ["0", ""]
    assert table["reason"].tolist() == ["", "no street within 300 m"]
    assert table[["minutes", "road_km"]].isna().all(axis=1).tolist() == [False, True]
    assert am.hinterlands(roads, [], [LEAVES])["reason"].tolist() == ["there is no quay"]
    far = am.hinterlands(roads, [at(0, 9000)], [LEAVES])
    assert far["reason"].tolist() == ["no quay can be reached by road"]


# ------------------------------------------------------------------- one graph of everything


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), quay_count=st.integers(0, 6))
def test_the_quickest_chain_is_the_shortest_path_of_one_composed_graph(seed, quay_count):
    extract = random_world(seed)
    roads, water = am.build_network(extract, "car"), am.build_network(extract, "barge")
    rng = np.random.default_rng(seed)
    points = random_places(seed, quay_count)
    minutes = rng.choice([0.0, 0.1, 2.0, 5.0], quay_count)
    quays = table_of(*points, handling_min=minutes) if points else []
    origins, destinations = random_places(seed + 1, 5), random_places(seed + 2, 5)
    table = am.road_or_water(roads, water, quays, origins, destinations)
    graph = compose(roads, water, quays, origins, destinations, np.rint(minutes * 60_000))
    chains = quickest_chains_ms(graph, [(row, row) for row in range(5)], quay_count)
    for row in range(5):
        chain = chains[row]
        alone = truck_ms(graph, row, row)
        assert (chain == UNREACHED_MS) == math.isnan(table["water_min"][row])
        assert (alone == UNREACHED_MS) == math.isnan(table["road_min"][row])
        if chain < UNREACHED_MS:
            assert whole(table["water_min"][row]) == chain
        if alone < UNREACHED_MS:
            assert whole(table["road_min"][row]) == alone
        assert (table["reason"][row] == "") == (max(chain, alone) < UNREACHED_MS)


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000))
def test_laws_of_more_quays_slower_transfers_and_tonne_kilometres(seed):
    extract = random_world(seed)
    roads, water = am.build_network(extract, "car"), am.build_network(extract, "barge")
    quays = random_places(seed, 7)
    asked = random_places(seed + 1, 8), random_places(seed + 2, 8)

    def ask(count, minutes=1.0):
        table = am.road_or_water(
            roads, water, quays[:count], *asked, handling_min=minutes, tonnes=12.5
        )
        return table, table["water_min"].fillna(np.inf).to_numpy()

    times = [ask(count)[1] for count in (0, 2, 3, 5, 7)]
    for fewer, more in pairwise(times):
        assert (more <= fewer).all()
    slower = [ask(7, minutes)[1] for minutes in (0, 1, 1.5, 60)]
    for quick, slow in pairwise(slower):
        assert (slow >= quick).all()
    table, _ = ask(7)
    off_road = table["road_km"] - table["pre_km"] - table["post_km"]
    pd.testing.assert_series_equal(table["moved_tkm"], 12.5 * off_road, check_names=False)
    kg = 12.5 * ((table["pre_km"] + table["post_km"]) * 137 + table["barge_km"] * 33) / 1000
    pd.testing.assert_series_equal(table["water_co2_kg"], kg, check_names=False)
    again, _ = ask(7)
    pd.testing.assert_frame_equal(table, again)


@given(
    quay_count=st.integers(0, 4),
    data=st.data(),
)
def test_chains_are_the_first_least_of_all_pairs_of_quays(quay_count, data):
    time = st.sampled_from([0, 1, 2, 3, UNREACHED_MS])

    def draw(*shape):
        flat = data.draw(st.lists(time, min_size=math.prod(shape), max_size=math.prod(shape)))
        return np.array(flat, np.int32).reshape(shape)

    q = quay_count
    legs = Legs(draw(2, q), draw(q, q), draw(q, 2), np.arange(q, dtype=np.int64)[::-1])
    pairs = [(0, 0), (0, 1), (1, 0), (1, 1)]
    chains = find_chains(legs, pairs)
    for row, (here, there) in enumerate(pairs):
        best = (FAR_MS, -1, -1)
        for first in range(q):
            for last in range(q):
                parts = [int(legs.before_ms[here, first]), int(legs.barge_ms[first, last]),
                         int(legs.after_ms[last, there])]  # fmt: skip
                if first != last and max(parts) < UNREACHED_MS:
                    ms = sum(parts) + int(legs.handling_ms[first]) + int(legs.handling_ms[last])
                    best = min(best, (ms, first, last))
        assert (chains.ms[row], chains.first[row], chains.last[row]) == best
