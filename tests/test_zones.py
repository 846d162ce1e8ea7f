"""Zones: reading them, who lives in which, sums that lose nobody."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from scenario_worlds import crooked_world, scattered
from street_worlds import cells_at, sites_at

BOX = shapely.box(2.8, 50.4, 2.9, 50.5)
EAST = shapely.box(2.9, 50.4, 3.0, 50.5)


def zones_file(path, codes=("B", "A"), areas=(EAST, BOX), column="code_iris", crs=4326):
    table = {column: list(codes), "nom_iris": [f"Zone {each}" for each in codes]}
    gpd.GeoDataFrame(table, geometry=list(areas), crs=crs).to_file(path)
    return path


def people_at(*places):
    points = gpd.points_from_xy(*np.transpose(places))
    names = [f"p{row}" for row in range(len(places))]
    return gpd.GeoDataFrame({"cell": names}, geometry=points, crs="EPSG:4326")


@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_zones_are_read_by_their_code(tmp_path, suffix):
    zones = am.read_zones(zones_file(tmp_path / f"iris.{suffix}"))
    assert zones.drop(columns="geometry").to_numpy().tolist() == [["A", "Zone A"], ["B", "Zone B"]]
    assert zones.geometry[0].equals(BOX)
    named = am.read_zones(zones_file(tmp_path / f"own.{suffix}", column="cite"), zone="cite")
    assert named["zone"].tolist() == ["A", "B"]


def test_zones_of_another_system_are_turned(tmp_path):
    metric = gpd.GeoSeries([EAST, BOX], crs=4326).to_crs(2154)
    zones = am.read_zones(zones_file(tmp_path / "iris.gpkg", areas=metric, crs=2154))
    assert zones.crs.to_epsg() == 4326
    assert zones.geometry[0].centroid.x == pytest.approx(2.85, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"codes": ("A", "A")}, "the zone stands before"),
        ({"codes": ("A", "")}, "the zone has no code"),
        ({"column": "quartier"}, "column zone missing; the columns are quartier, nom_iris"),
        ({"areas": (shapely.Point(2.8, 50.4), BOX)}, "a point or line instead of an area"),
        (
            {"areas": (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), BOX)},
            "the area crosses itself",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore")  # the writer's own, of what it is given
def test_files_that_are_no_zones_are_refused(tmp_path, options, message):
    with pytest.raises(PlacesError, match=message):
        am.read_zones(zones_file(tmp_path / "iris.geojson", **options))


def test_who_lives_on_a_boundary_lives_in_the_smaller_code():
    zones = gpd.GeoDataFrame({"zone": ["B", "A"]}, geometry=[EAST, BOX], crs="EPSG:4326")
    people = people_at((2.85, 50.45), (2.9, 50.45), (2.95, 50.45), (5, 50))
    found = am.assign_zones(people, zones)
    assert found["zone"].tolist() == ["A", "A", "B", ""]
    assert found.attrs["zones"] == {"inside": 3, "outside": 1}


def test_zones_that_overlap_are_refused():
    zones = gpd.GeoDataFrame({"zone": ["A", "B"]}, geometry=[BOX, BOX], crs="EPSG:4326")
    with pytest.raises(PlacesError, match="1 places lie inside two zones, first row 0 in A and B"):
        am.assign_zones(people_at((2.85, 50.45), (5, 50)), zones)
    with pytest.raises(PlacesError, match="zones lack the column zone; they have name, geometry"):
        am.assign_zones(people_at((2.85, 50.45)), zones.rename(columns={"zone": "name"}))
    with pytest.raises(PlacesError, match="The places have no coordinate system"):
        am.assign_zones(people_at((2.85, 50.45)).set_crs(None, allow_override=True), zones)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_sums_lose_nobody_and_equal_sums_over_people(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells = cells_at([*scattered(draw, 20), (9_000, 9_000)])
    cells["population"] = draw.integers(0, 9, 21).astype(float)
    cells["zone"] = draw.choice(["", "a", "b", None], 21)
    sites = sites_at({f"s{row}": place for row, place in enumerate(scattered(draw, 3))})
    table = am.access_times(network, cells, sites, k=2)
    sums = am.sum_over_zones(table, cells, "zone", thresholds_min=[2, 5])
    for rank, own in sums.groupby("rank"):
        asked = table[table["rank"] == rank]
        whole, *parts = own.to_dict("records")
        assert whole["scope"] == "all"
        for name in ("people", "people_without", "within_2_min", "within_5_min"):
            assert whole[name] == sum(part[name] for part in parts)
        assert whole["people"] == cells["population"].sum()
        for row in own.to_dict("records"):
            of_zone = cells["zone"].fillna("") == row["zone"]
            is_in = of_zone if row["scope"] != "all" else of_zone | True
            minutes = asked["minutes"].to_numpy()[is_in.to_numpy()]
            each = np.repeat(minutes, cells["population"][is_in].astype(int))
            assert row["people_without"] == np.isnan(each).sum()
            assert row["within_5_min"] == (each <= 5).sum()
            reached = np.sort(each[~np.isnan(each)])
            if reached.size:
                assert row["mean"] == pytest.approx(reached.mean())
                assert row["median"] == reached[(reached.size - 1) // 2]
            else:
                assert np.isnan(row["mean"])
                assert np.isnan(row["median"])


def test_values_are_summed_as_well_and_have_no_minutes():
    residents = pd.DataFrame({"cell": ["a", "b"], "population": [1.0, 3.0], "commune": ["x", "y"]})
    table = pd.DataFrame({"cell": ["a", "b"], "category": "care", "value": [2.0, 6.0]})
    sums = am.sum_over_zones(table, residents)
    assert sums[["category", "scope", "zone", "mean"]].to_numpy().tolist() == [
        ["care", "all", "", 5.0],
        ["care", "zone", "x", 2.0],
        ["care", "zone", "y", 6.0],
    ]
    with pytest.raises(PlacesError, match="count people by minutes; leave them out"):
        am.sum_over_zones(table, residents, thresholds_min=[5])
    with pytest.raises(PlacesError, match="no column 'epci'"):
        am.sum_over_zones(table, residents, "epci")


def test_whose_nearest_site_lies_outside_is_counted():
    network = crooked_world(np.random.default_rng(0))
    cells = cells_at([(10, 10), (590, 590), (9_000, 9_000)])
    cells["population"] = [5.0, 3.0, 2.0]
    sites = sites_at({"in": (0, 0), "out": (600, 600)}).assign(zone=["62001", None])
    table = am.access_times(network, cells, sites, k=2)
    (row,) = am.outside_share(table, cells, sites).to_dict("records")
    nearest = table[table["rank"] == 1]["site"].tolist()
    inside = sum(p for p, site in zip([5, 3, 2], nearest, strict=True) if site == "in")
    assert (row["people"], row["people_without"]) == (10, 2)
    assert (row["people_inside"], row["people_outside"]) == (inside, 8 - inside)
    assert row["outside_share"] == (8 - inside) / 8
    with pytest.raises(PlacesError, match="sites of the table are not among the sites, first 'in'"):
        am.outside_share(table, cells, sites.iloc[1:])
    with pytest.raises(PlacesError, match="A table of nearest sites has the column site"):
        am.outside_share(table.drop(columns="site"), cells, sites)


@pytest.mark.realdata
def test_the_territory_is_summed_over_its_communes_to_the_person(realdata):
    zones = am.read_zones(realdata / "artois/communes.geojson", zone="insee")
    assert len(zones) == 150
    people = am.read_residents("data/osm/artois-residents.csv")
    found = am.assign_zones(people, zones)
    assert found.attrs["zones"]["inside"] > 1000
    table = pd.DataFrame({"cell": people["cell"], "category": "care", "minutes": 1.0})
    sums = am.sum_over_zones(table, found, "zone").set_index("scope")["people"]
    assert sums["zone"].sum() + sums.get("outside", 0) == sums["all"] == people["population"].sum()
