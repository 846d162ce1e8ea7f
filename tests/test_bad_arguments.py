"""Tables and numbers that no answer can be made from: one message each, what, where, what to do."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import artois_mobility as am
from artois_mobility.access.inequality import theil_parts
from artois_mobility.errors import PlacesError
from street_worlds import cells_at, grid_world, sites_at

NETWORK = grid_world(2, 1)
CELLS = cells_at([(0, 0), (90, 0)]).assign(population=[3.0, 5.0])
TWICE = pd.concat([CELLS, CELLS.iloc[:1]], ignore_index=True)
SITES = sites_at({"a": (50, 0)}, "care/pharmacy")
TABLE = pd.DataFrame({"cell": ["0", "1"], "category": "care/pharmacy", "minutes": [5.0, 9.0]})
NEGATIVE = CELLS.assign(population=[3.0, -5.0])
CANDIDATES = CELLS[["geometry"]].assign(candidate=["x", "y"])
LINKS = gpd.GeoDataFrame(
    {"candidate": ["x"]},
    geometry=[shapely.LineString(CELLS.geometry.get_coordinates().to_numpy())],
    crs=CELLS.crs,
)
CLOSURES = LINKS.rename(columns={"candidate": "closure"}).assign(ways=[[1]])


@pytest.mark.parametrize(
    "ask",
    [
        lambda cells: am.access_times(NETWORK, cells, SITES),
        lambda cells: am.opportunities(NETWORK, cells, SITES, [10]),
        lambda cells: am.floating_catchments(NETWORK, cells, SITES, 10),
        lambda cells: am.basket_times(NETWORK, cells, SITES, {"b": ["care/pharmacy"]}),
        lambda cells: am.draw_times(NETWORK, cells, SITES, count=1),
        lambda cells: am.choose_sites(NETWORK, cells, CANDIDATES, count=1),
        lambda cells: am.candidate_sites(cells, apart_m=1),
        lambda cells: am.rank_links(NETWORK, cells, SITES, LINKS),
        lambda cells: am.criticality(NETWORK, cells, SITES, CLOSURES),
        lambda cells: am.sum_over_zones(TABLE, cells, by="cell"),
        lambda cells: am.equity(TABLE, cells),
        lambda cells: am.outside_share(TABLE.assign(site="a"), cells, SITES.assign(zone="")),
    ],
)
def test_a_cell_that_stands_twice_is_refused(ask):
    with pytest.raises(PlacesError, match=r"1 of 3 cells stand before, first '0'\. Keep one row"):
        ask(TWICE)
    ask(CELLS)


@pytest.mark.parametrize(
    "ask",
    [
        lambda table: am.sum_over_zones(table, CELLS, by="cell"),
        lambda table: am.equity(table, CELLS),
        lambda table: am.outside_share(table.assign(site="a"), CELLS, SITES.assign(zone="")),
    ],
)
def test_a_cell_that_is_answered_twice_is_refused(ask):
    table = pd.concat([TABLE, TABLE.iloc[1:]], ignore_index=True)
    with pytest.raises(PlacesError, match=r"1 of 3 rows .* first for cell '1'\. Keep one row"):
        ask(table)
    ask(table.assign(category=["care/pharmacy", "care/pharmacy", "care/hospital"]))


@pytest.mark.parametrize(
    "ask",
    [
        lambda cells: am.rank_links(NETWORK, cells, SITES, LINKS),
        lambda cells: am.criticality(NETWORK, cells, SITES, CLOSURES),
        lambda cells: am.candidate_sites(cells, apart_m=1),
        lambda cells: am.sum_over_zones(TABLE, cells, by="cell"),
        lambda cells: am.outside_share(TABLE.assign(site="a"), cells, SITES.assign(zone="")),
    ],
)
def test_people_are_numbers_from_0_on(ask):
    message = "1 of 2 residents have no finite number from 0 on in 'population', first cell 1: "
    for wrong, found in ((-5.0, "-5"), (np.nan, "nan"), (np.inf, "inf")):
        with pytest.raises(PlacesError, match=message + found):
            ask(CELLS.assign(population=[3.0, wrong]))
    with pytest.raises(PlacesError, match="residents have no column 'population'; they have cell"):
        ask(CELLS.drop(columns="population"))


AWAY = CELLS.set_geometry(gpd.points_from_xy([2.0, 2.0], [50.0, 50.0], crs=4326))
NONE = "there is no site of this category"


def test_a_category_without_sites_says_so():
    asked = {"categories": ["care/dialysis", "care/pharmacy"]}
    # a site that nobody reaches is another thing than none
    lost = sites_at({"a": (9_000, 0)}, "care/pharmacy")
    far = "no further site of this category can be reached"
    times = am.access_times(NETWORK, CELLS, lost, k=2, **asked)
    assert times["reason"].tolist() == [NONE] * 4 + [far] * 4
    assert times["minutes"].isna().all()
    assert set(am.access_times(NETWORK, AWAY, SITES, **asked)["reason"][:2]) == {NONE}
    basket = am.basket_times(NETWORK, CELLS, SITES, {"b": ["care/dialysis", "care/pharmacy"]})
    assert basket[["last", "reason"]].to_numpy().tolist() == [["care/dialysis", NONE]] * 2
    counts = am.opportunities(NETWORK, CELLS, SITES, [10, 20], **asked)
    assert counts["value"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert counts["reason"].tolist() == [NONE] * 4 + [""] * 4
    shared = am.floating_catchments(NETWORK, CELLS, SITES, 10, **asked).cells
    assert shared["value"].tolist() == [0, 0, 1 / 8, 1 / 8]
    assert shared["reason"].tolist() == [NONE, NONE, "", ""]
    off = am.opportunities(NETWORK, AWAY, SITES, [10], **asked)
    assert set(off["reason"]) == {"no street within 300 m"}
    assert off["value"].isna().all()


@pytest.mark.parametrize(
    "ask",
    [
        lambda keys: am.rank_links(NETWORK, CELLS, SITES, LINKS, categories=keys),
        lambda keys: am.criticality(NETWORK, CELLS, SITES, CLOSURES, categories=keys),
    ],
)
def test_links_and_closures_refuse_a_category_without_sites(ask):
    message = r"no site of care/dialysis, culture among the 1 sites\. Leave these out, or read"
    with pytest.raises(PlacesError, match=message):
        ask(["care/dialysis", "care/pharmacy", "culture"])
    ask(["care/pharmacy", "care"])


def test_ways_of_a_closure_may_be_text():
    network = grid_world(3, 1, block_m=100)
    cells = cells_at([(10, 0), (190, 0)]).assign(population=[3.0, 5.0])
    sites = sites_at({"a": (5, 0)}, "care/pharmacy")
    way = int(network.way_of_arc[0])
    as_list, as_text = (
        am.criticality(network, cells, sites, CLOSURES.assign(ways=ways)).closures
        for ways in ([[way, 999]], f"{way}; 999")
    )
    pd.testing.assert_frame_equal(as_list.drop(columns="ways"), as_text.drop(columns="ways"))
    assert as_text["reason"].tolist() == [""]


@pytest.mark.parametrize("ways", ["", "12;x", "12,13", None, np.nan, 12, [None], ["x"]])
def test_ways_that_are_no_ids_are_refused(ways):
    closures = CLOSURES.assign(ways=pd.Series([ways], dtype=object))
    with pytest.raises(
        PlacesError, match=r"closure 'x' has no OSM ids as its ways; found .*Give a"
    ):
        am.criticality(NETWORK, CELLS, SITES, closures)


@pytest.mark.parametrize(
    ("options", "change", "message"),
    [
        ({"unreached_min": np.nan}, {}, "unreached_min must be minutes from 0 to 10000; found nan"),
        ({"unreached_min": -5}, {}, "found -5. Leave it out for twice the longest time"),
        ({"unreached_min": np.inf}, {}, "found inf"),
        ({"unreached_min": 0.01}, {}, r"at least the longest way, .* here; found 0\.01"),
        ({"capacity": "room"}, {"room": np.inf}, "2 of 2 candidates have no finite .*candidate x"),
        ({}, {"candidate": "x"}, "1 of 2 candidates stand before, first 'x'"),
    ],
)
def test_siting_says_what_it_cannot_use(options, change, message):
    candidates = CANDIDATES.assign(**change)
    with pytest.raises(PlacesError, match=message):
        am.choose_sites(NETWORK, CELLS, candidates, count=1, **options)


@pytest.mark.parametrize(
    "ask",
    [
        lambda sites, **asked: am.access_times(NETWORK, CELLS, sites, **asked),
        lambda sites, **asked: am.opportunities(NETWORK, CELLS, sites, [10], **asked),
        lambda sites, **asked: am.floating_catchments(NETWORK, CELLS, sites, 10, **asked),
        lambda sites, **asked: am.rank_links(NETWORK, CELLS, sites, LINKS, **asked),
        lambda sites, **asked: am.criticality(NETWORK, CELLS, sites, CLOSURES, **asked),
    ],
)
def test_categories_are_texts_and_every_site_has_one(ask):
    with pytest.raises(PlacesError, match=r"1 of 1 sites have no category, first 'a'\. Fill it in"):
        ask(SITES.assign(category=[None]))
    with pytest.raises(PlacesError, match="The sites have no column 'category'; they have site"):
        ask(SITES.drop(columns="category"))
    with pytest.raises(PlacesError, match="A category is a text such as 'care/pharmacy'; found No"):
        ask(SITES, categories=[None])
    ask(SITES, categories="care/pharmacy")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": "2"}, "count says how many sites to choose, from 1 on; found '2'"),
        ({"count": 1.5}, r"found 1\.5"),
        (
            {"objective": "max_cover", "count": 1, "threshold_min": "5"},
            "minutes above 0; found '5'",
        ),
    ],
)
def test_siting_wants_numbers(options, message):
    with pytest.raises(PlacesError, match=message):
        am.choose_sites(NETWORK, CELLS, CANDIDATES, **options)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: am.candidate_sites(CELLS.set_crs(None, allow_override=True)),
        lambda: am.merge_sites(SITES, SITES.set_crs(None, allow_override=True)),
        lambda: am.assign_communes(
            CELLS.set_crs(None, allow_override=True).assign(commune=""),
            LINKS.assign(insee="62498"),
        ),
    ],
)
def test_coordinates_have_a_system(ask):
    with pytest.raises(PlacesError, match=r"have no CRS\. Set it, as by set_crs\(4326\)"):
        ask()


def test_cells_have_names():
    with pytest.raises(PlacesError, match="The residents have no column 'cell'; they have pop"):
        am.access_times(NETWORK, CELLS.drop(columns="cell"), SITES)


def test_a_site_of_two_categories_stands_once_among_those_that_stay():
    both = pd.concat([SITES, SITES.assign(category="care/hospital")], ignore_index=True)
    both["capacity"] = [2.0, 7.0]
    places = CANDIDATES.assign(capacity=4.0)
    once, twice = (
        am.choose_sites(NETWORK, CELLS, places, count=1, existing=each, capacity="capacity")
        for each in (both.iloc[:1], both)
    )
    assert twice.value == once.value
    pd.testing.assert_frame_equal(twice.served, once.served)
    assert am.choose_sites(NETWORK, CELLS, places, count=1, existing=both).value > 0


def test_zones_that_stand_twice_are_not_spread():
    area = shapely.box(*CELLS.total_bounds).buffer(0.001)
    zones = gpd.GeoDataFrame(
        {"zone": ["a", "a"], "population": [3, 4]}, geometry=[area, area], crs=CELLS.crs
    )
    with pytest.raises(PlacesError, match="1 of 2 zones stand before, first 'a'"):
        am.spread_population(zones, NETWORK)


def test_one_swapped_row_is_enough_where_the_bounds_are_known(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("cell,lon,lat,population\na,2.83,50.42,3\nb,2.84,50.43,3\nc,50.43,2.84,9\n")
    with pytest.raises(PlacesError, match=r"lon and lat look swapped in 1 of 3 rows; first \(50"):
        am.read_residents(path, bounds_deg=(2.8, 50.4, 2.9, 50.5))


@pytest.mark.parametrize("groups", [[None, "x"], [np.nan, 1.0], [pd.NA, "x"]])
def test_every_value_has_its_group(groups):
    with pytest.raises(PlacesError, match=r"1 of 2 values have no group, first number 0\. Name"):
        theil_parts([1, 2], groups)
    assert theil_parts([1, 2], ["", "x"]).within == 0


@pytest.mark.parametrize("least_min", [-1, np.nan, np.inf])
def test_noise_is_less_than_some_minutes(least_min):
    drawn = am.draw_times(NETWORK, CELLS, SITES, count=2)
    with pytest.raises(PlacesError, match="least_min must be minutes from 0 on; found"):
        am.compare_draws(drawn, drawn, least_min=least_min)
    assert am.compare_draws(drawn, drawn, least_min=0)["within_noise"].all()


def test_groups_of_people_are_numbers_from_0_on(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("cell,lon,lat,population,ind_80p,degrees\na,2.8,50.4,5,-3,-3\n")
    with pytest.raises(PlacesError, match="ind_80p is negative in 1 of 1 rows; first row 1: -3"):
        am.read_residents(path)
    path.write_text("cell,lon,lat,population,ind_80p,degrees\na,2.8,50.4,5,3,-3\n")
    assert am.read_residents(path)["degrees"].tolist() == [-3]


def test_capacities_are_finite(tmp_path):
    path = tmp_path / "sites.csv"
    path.write_text("id,category,lon,lat,capacity\na,care/ehpad,2.8,50.4,inf\n")
    with pytest.raises(PlacesError, match="capacity is infinite in 1 of 1 rows; first row 1"):
        am.read_sites(path)
    with pytest.raises(PlacesError, match="capacity is no finite number from 0 on"):
        am.read_candidate_sites(path)
