import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import access_times, travel_time_matrix
from artois_mobility.errors import BudgetError, PlacesError
from place_graphs import with_places_as_nodes
from small_networks import CRS, EAST_M, NORTH_M, Street, grid_network, make_network


def places(column, names, positions, **others):
    points = shapely.points(np.reshape(positions, (-1, 2)) + [EAST_M, NORTH_M])
    return gpd.GeoDataFrame({column: list(names), **others}, geometry=points, crs=CRS)


def cells(positions):
    return places("cell", [f"c{row}" for row in range(len(positions))], positions)


def sites(positions, categories):
    names = [f"s{row}" for row in range(len(positions))]
    return places("site", names, positions, category=list(categories))


@st.composite
def worlds(draw):
    """Draw a few streets between four corners, some one-way, with cells and sites on them."""
    nodes = [(0, 0), (400, 0), (0, 300), (400, 300)]
    pair = st.tuples(st.integers(0, 3), st.integers(0, 3)).filter(lambda ends: ends[0] != ends[1])
    street = st.builds(
        lambda ends, kmh, is_oneway: Street(*ends, kmh=kmh, is_oneway=is_oneway),
        pair,
        st.sampled_from([3.6, 18.0, 36.0]),
        st.booleans(),
    )
    network = make_network(nodes, draw(st.lists(street, min_size=1, max_size=6)))
    position = st.tuples(st.integers(-50, 450), st.integers(-50, 350))
    at = draw(st.lists(position, min_size=1, max_size=4))
    to = draw(st.lists(position, min_size=1, max_size=4))
    kinds = st.sampled_from(["care/pharmacy", "care/hospital"])
    category = draw(st.lists(kinds, min_size=len(to), max_size=len(to)))
    return network, cells(at), sites(to, category)


@settings(max_examples=150)
@given(worlds(), st.sampled_from(["to_site", "from_site"]), st.integers(1, 3))
def test_access_times_equal_those_of_another_library(world, direction, k):
    network, residents, targets = world
    found = access_times(network, residents, targets, k=k, categories=["care"], direction=direction)
    graph = with_places_as_nodes(network, {"cell": residents, "site": targets})
    oracle = graph if direction == "to_site" else graph.reverse()
    for cell in range(len(residents)):
        times = {}
        if ("cell", cell) in oracle:
            times = _without_other_places(oracle, ("cell", cell))
        expected = sorted(
            (ms, node[1])
            for node, ms in times.items()
            if isinstance(node, tuple) and node[0] == "site"
        )
        rows = found[found["cell"] == f"c{cell}"]
        got = [
            (round(minutes * 60_000), int(site[1:]))
            for minutes, site in zip(rows["minutes"], rows["site"], strict=True)
            if site
        ]
        assert got == expected[:k]


def _without_other_places(graph, source):
    """Search from one place; nobody travels through another one's doorstep."""
    kept = [
        node
        for node in graph
        if not (isinstance(node, tuple) and node[0] == "cell" and node != source)
    ]
    view = graph.subgraph(kept)
    times = {}
    for site in [node for node in kept if isinstance(node, tuple) and node[0] == "site"]:
        others = [n for n in kept if not (isinstance(n, tuple) and n[0] == "site" and n != site)]
        lonely = view.subgraph(others)
        if nx.has_path(lonely, source, site):
            times[site] = nx.dijkstra_path_length(lonely, source, site)
    return times


@settings(max_examples=100)
@given(worlds())
def test_the_matrix_holds_what_the_nearest_are_chosen_from(world):
    network, residents, targets = world
    matrix = travel_time_matrix(network, residents, targets)
    assert len(matrix) == len(residents) * len(targets)
    nearest = access_times(network, residents, targets, k=1, categories=["care"])
    best = matrix.groupby("origin")["minutes"].min()
    for cell, minutes in zip(nearest["cell"], nearest["minutes"], strict=True):
        assert (np.isnan(minutes) and np.isnan(best[cell])) or minutes == best[cell]


def test_ten_metres_a_second_along_a_grid():
    network = grid_network(5, 5)
    found = access_times(network, cells([(0, 0)]), sites([(400, 300)], ["care/hospital"]))
    assert found.to_dict("records") == [
        {
            "cell": "c0",
            "category": "care/hospital",
            "rank": 1,
            "site": "s0",
            "minutes": 70 / 60,
            "reason": "",
            "position_quality": "unknown",
        }
    ]


def test_nobody_is_left_out_and_each_gap_has_its_reason():
    network = grid_network(2, 2)
    residents = cells([(0, 0), (9000, 0)])
    found = access_times(network, residents, sites([(100, 0)], ["care/hospital"]), k=2)
    assert found["cell"].tolist() == ["c0", "c0", "c1", "c1"]
    assert found["rank"].tolist() == [1, 2, 1, 2]
    assert found["minutes"].isna().tolist() == [False, True, True, True]
    assert found["site"].tolist() == ["s0", "", "", ""]
    assert found["reason"].tolist() == [
        "",
        "no further site of this category can be reached",
        "no street within 300 m",
        "no street within 300 m",
    ]


def test_a_star_lists_each_category_below_and_none_lists_what_occurs():
    network = grid_network(2, 2)
    targets = sites([(100, 0), (0, 100)], ["care/hospital", "care/pharmacy"])
    found = access_times(network, cells([(0, 0)]), targets)
    assert found["category"].tolist() == ["care/hospital", "care/pharmacy"]
    starred = access_times(network, cells([(0, 0)]), targets, categories=["care/*"])
    assert {"care/hospital", "care/pharmacy"} <= set(starred["category"])
    assert access_times(network, cells([(0, 0)]), targets.iloc[:0]).empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "starts at 1; found 0"),
        ({"direction": "both"}, "to_site, from_site; found 'both'"),
        ({"categories": ["care/hopital"]}, "care/hospital"),
    ],
)
def test_arguments_that_are_not_allowed_say_what_is(options, message):
    network = grid_network(2, 2)
    with pytest.raises(PlacesError, match=message):
        access_times(network, cells([(0, 0)]), sites([(0, 0)], ["care/hospital"]), **options)


def test_a_matrix_written_in_blocks_reads_back_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("artois_mobility.routing.tables.ORIGINS_PER_BLOCK", 2)
    network = grid_network(3, 3)
    origins, targets = cells([(0, 0), (100, 0), (200, 200)]), sites([(0, 0), (50, 0)], ["x", "x"])
    steps = []
    path = travel_time_matrix(
        network,
        origins,
        targets,
        path=tmp_path / "matrix.parquet",
        progress=lambda *step: steps.append(step[1:]),
    )
    whole = travel_time_matrix(network, origins, targets)
    pd.testing.assert_frame_equal(pd.read_parquet(path), whole, check_dtype=False)
    assert steps == [(2, 3), (3, 3)]
    assert [each.name for each in tmp_path.iterdir()] == ["matrix.parquet"]


def test_a_budget_of_memory_is_kept(tmp_path):
    network = grid_network(3, 3)
    origins, targets = cells([(0, 0), (100, 0), (200, 200)]), sites([(0, 0), (50, 0)], ["x", "x"])
    whole = travel_time_matrix(network, origins, targets)
    with pytest.raises(BudgetError, match=r"3 origins to 2 places takes .* Give a path"):
        travel_time_matrix(network, origins, targets, budget_bytes=100)
    steps = []
    path = travel_time_matrix(
        network,
        origins,
        targets,
        path=tmp_path / "matrix.parquet",
        budget_bytes=100,
        progress=lambda *step: steps.append(step[1:]),
    )
    assert steps == [(1, 3), (2, 3), (3, 3)]
    pd.testing.assert_frame_equal(pd.read_parquet(path), whole)
    with pytest.raises(BudgetError, match="from 1 on; found 0"):
        travel_time_matrix(network, origins, targets, path=path, budget_bytes=0)


def test_every_row_of_a_matrix_bears_what_the_study_says_of_all(tmp_path):
    network, places = grid_network(2, 2), cells([(0, 0), (100, 0)])
    path = tmp_path / "matrix.parquet"
    travel_time_matrix(network, places, places, path=path, constants={"mention": "made up"})
    table = pd.read_parquet(path)
    assert table.columns.tolist() == ["origin", "destination", "minutes", "mention"]
    assert table["mention"].tolist() == ["made up"] * 4


def test_a_matrix_of_nothing_is_empty(tmp_path):
    network = grid_network(3, 3)
    nowhere = cells([(0, 0)]).iloc[:0]
    path = travel_time_matrix(network, nowhere, cells([(0, 0)]), path=tmp_path / "none.parquet")
    assert pd.read_parquet(path).empty
    assert travel_time_matrix(network, cells([(0, 0)]), nowhere).empty
