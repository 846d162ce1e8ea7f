"""Closing a lock: the water cut off and the voyages lost, against networkx and by arithmetic."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings

from artois_mobility import build_network, lock_closures, voyages, waterway_classes
from artois_mobility.errors import PlacesError, ProfileError
from network_worlds import make_extract
from test_voyages import Canals, at, grids


def test_the_shorter_side_is_cut_off_and_voyages_across_are_lost():
    positions = {1: (0, 0), 2: (1000, 0), 3: (1100, 0), 4: (4000, 0)}
    canal = {"waterway": "canal", "CEMT": "Vb"}
    lock = canal | {"lock": "yes", "lock_name": "Don"}
    ways = {10: ([1, 2], canal), 11: ([2, 3], lock), 12: ([3, 4], canal)}
    network = build_network(make_extract(positions, ways), "barge")
    table = lock_closures(network, [at(0, 0), at(1200, 0)], [at(4000, 0), at(3000, 0)])
    row = table.iloc[0]
    assert (row["lock"], row["way"]) == ("Don", 11)
    assert row["cut_off_km"] == pytest.approx(1.0, rel=1e-3)
    assert (row["pairs"], row["pairs_lost"], row["pairs_longer"]) == (2, 1, 0)
    assert math.isnan(row["most_more_min"])
    assert row.geometry.x == pytest.approx(at(1050, 0)[0])


def test_chambers_side_by_side_and_ways_round_keep_the_water_together():
    positions = {1: (0, 0), 2: (1000, 0), 3: (1100, 0), 4: (3000, 0), 5: (1050, 30)}
    canal = {"waterway": "canal", "CEMT": "Vb"}
    lock = canal | {"lock": "yes", "lock_name": "Don"}
    ways = {10: ([1, 2], canal), 11: ([2, 3], lock | {"lock_ref": "1", "passage_time": "20"}),
            12: ([3, 4], canal), 13: ([2, 5, 3], lock | {"lock_ref": "2"})}  # fmt: skip
    network = build_network(make_extract(positions, ways), "barge")
    table = lock_closures(network, [at(0, 0)], [at(3000, 0)]).set_index("lock")
    assert table["cut_off_km"].tolist() == pytest.approx([0, 0])
    assert table.loc["Don (1)", "pairs_longer"] == 1
    assert table.loc["Don (1)", "most_more_min"] == pytest.approx(10, abs=0.2)
    assert table.loc["Don (2)", "pairs_longer"] == 0


@settings(deadline=None, max_examples=25)
@given(hours=grids)
def test_closures_are_those_of_a_graph_without_the_lock(hours):
    world = Canals(hours)
    network = world.network
    ends = [world.stub(corner) for corner in range(1, 10)]
    pairs = [(one, other) for one in range(9) for other in range(9) if one != other]
    places = [ends[one] for one, _ in pairs], [ends[other] for _, other in pairs]
    table = lock_closures(network, *places)
    graph, node_of = network.graph, {int(osm): row for row, osm in enumerate(network.osm_node)}
    today = voyages(network, *places)["minutes"].to_numpy()
    assert len(table) == len(network.fairway.locks)
    for number, row in enumerate(table.itertuples()):
        left = nx.MultiDiGraph()
        left.add_nodes_from(range(graph.node_count))
        whole = nx.MultiDiGraph(left)
        for arc in range(graph.arc_count):
            end = int(graph.tail[arc]), int(graph.head[arc])
            weights = {"ms": int(graph.weight_ms[arc]), "m": float(network.length_m[arc])}
            whole.add_edge(*end, **weights)
            if network.fairway.lock_of_arc[arc] != number:
                left.add_edge(*end, **weights)
        cut_m = 0.0
        for part in nx.strongly_connected_components(whole):
            inside = left.subgraph(part)
            pieces = [
                left.subgraph(piece).size("m") / 2
                for piece in nx.strongly_connected_components(inside)
            ]
            cut_m += sum(pieces) - max(pieces)
        assert row.cut_off_km == pytest.approx(cut_m / 1000, abs=1e-6)
        lost, more = 0, [0.0]
        for (one, other), before in zip(pairs, today, strict=True):
            if np.isnan(before):
                continue
            source, target = node_of[101 + one], node_of[101 + other]
            if nx.has_path(left, source, target):
                after = nx.shortest_path_length(left, source, target, weight="ms") / 60_000
                more.append(after - before)
            else:
                lost += 1
        assert (row.pairs, row.pairs_lost) == (np.isfinite(today).sum(), lost)
        assert row.pairs_longer == sum(minutes > 1e-6 for minutes in more)
        if max(more) > 1e-6:
            assert row.most_more_min == pytest.approx(max(more), abs=1e-4)


def test_what_cannot_be_asked_is_refused():
    world = Canals(["", *[None] * 11])
    with pytest.raises(PlacesError, match="origins and destinations"):
        lock_closures(world.network, [world.stub(1)])
    street = make_extract({1: (0, 0), 2: (100, 0)}, {1: ([1, 2], {"highway": "residential"})})
    for answer in (lock_closures, waterway_classes):
        with pytest.raises(ProfileError, match="not one of waterways"):
            answer(build_network(street, "car"))


def test_the_network_by_class_has_every_stretch_once(tmp_path):
    world = Canals(["", "Mo-Su 07:00-19:00", *[None] * 10])
    table = waterway_classes(world.network)
    assert table["km"].sum() == pytest.approx(world.network.length_m.sum() / 2000)
    assert (table["lock"] != "").sum() == 2
    assert set(table["class_name"]) == {"Va"}
    assert set(table["length_source"]) == {"class Va"}
    table.to_file(tmp_path / "water.gpkg", layer="waterways")
    import geopandas as gpd

    again = gpd.read_file(tmp_path / "water.gpkg")
    assert again.geometry.geom_equals_exact(table.geometry, 1e-9).all()
    assert all(name.isascii() and name.islower() for name in again.columns)
