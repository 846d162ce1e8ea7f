"""Populations spread over streets and buildings: nobody is lost, nobody is made up."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from street_worlds import CORNER_M, CRS, grid_world, street_world, two_way


def box(west, south, east, north):
    x_m, y_m = CORNER_M
    return shapely.box(x_m + west, y_m + south, x_m + east, y_m + north)


def zones_of(areas, people, codes=None):
    codes = codes or [f"z{row}" for row in range(len(areas))]
    return gpd.GeoDataFrame({"zone": codes, "population": people}, geometry=areas, crs=CRS)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 5000), min_size=1, max_size=5), st.integers(10, 300))
def test_every_zone_keeps_its_people(people, apart_m):
    # strips of a town, the last ones beyond its streets
    areas = [box(200 * row - 20, -50, 200 * row + 180, 350) for row in range(len(people))]
    found = am.spread_population(
        zones_of(areas, people), grid_world(4, 4, block_m=100), apart_m=apart_m
    )
    own = found.groupby("commune")["population"].sum()
    assert [own.get(f"z{row}", 0) for row in range(len(people))] == people
    assert (found["population"] > 0).all()
    assert found["cell"].is_unique
    metric = found.to_crs(CRS)
    for row, area in enumerate(areas):
        assert metric[metric["commune"] == f"z{row}"].within(area.buffer(0.01)).all()
    assert sum(found.attrs["assumptions"].values()) == len(people)


def test_people_live_along_residential_streets_by_their_length():
    nodes = [(0, 0), (300, 0), (0, 100), (100, 100), (0, 200), (900, 200)]
    streets = [
        two_way(0, 1, 1000),
        two_way(2, 3, 1000),
        two_way(4, 5, 1000, kind="primary"),
        two_way(0, 4, 1000, kind="primary"),
    ]
    network = street_world(nodes, streets)
    found = am.spread_population(zones_of([box(-10, -10, 990, 290)], [400]), network)
    north = found.to_crs(CRS).geometry.y - CORNER_M[1]
    assert found["population"][north < 50].sum() == 300
    assert found["population"][north > 50].sum() == 100
    assert len(found) == 8
    assert found.attrs["assumptions"] == {"zones spread along residential streets": 1}
    beyond = am.spread_population(zones_of([box(400, 150, 990, 290)], [7]), network)
    assert beyond.attrs["assumptions"] == {
        "zones spread along any street, for want of residential ones": 1
    }
    nowhere = am.spread_population(zones_of([box(5000, 0, 5100, 100)], [7]), network)
    assert nowhere.attrs["assumptions"] == {
        "zones at one point inside, for want of any street or place": 1
    }
    assert nowhere["population"].tolist() == [7]


def test_buildings_hold_people_by_their_ground_or_what_is_said():
    network = grid_world(4, 4, block_m=100)
    houses = gpd.GeoDataFrame(
        {"dwellings": [1, 0, 9]},
        geometry=[box(0, 0, 10, 10), box(50, 0, 70, 10), box(0, 200, 10, 210)],
        crs=CRS,
    )
    zones = zones_of([box(-50, -50, 350, 350)], [40])
    assert am.spread_population(zones, network, onto=houses)["population"].tolist() == [10, 20, 10]
    told = am.spread_population(zones, network, onto=houses, weight="dwellings")
    assert told["population"].tolist() == [4, 36]
    assert told.attrs["assumptions"] == {"zones spread over the places given": 1}


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda z: z.drop(columns="zone"), {}, "population and one of zone, insee, cell; found"),
        (
            lambda z: z.assign(population=-1),
            {},
            "1 of 1 zones have no number of people from 0 on, first z0 .population -1.",
        ),
        (
            lambda z: z.assign(population=1.5),
            {},
            "parts of people, first z0 .population 1.5.. Give whole people, .* need no spreading",
        ),
        (lambda z: z.assign(population=np.nan), {}, "no number of people from 0 on"),
        (lambda z: z.assign(population=np.inf), {}, "no number of people from 0 on"),
        (lambda z: z.set_geometry([None], crs=CRS), {}, "1 of 1 zones have no area, first z0"),
        (
            lambda z: z.set_geometry([shapely.Polygon()], crs=CRS),
            {},
            "have no area, first z0 .* Give them one, or leave them out",
        ),
        (lambda z: z.set_crs(None, allow_override=True), {}, "need a coordinate system"),
        (lambda z: z, {"apart_m": 0}, "apart_m must be from 1 to 10000 metres; found 0"),
        (lambda z: z, {"weight": "flats"}, "places have no column 'flats'"),
        (lambda z: z, {"weight": "loss"}, "1 of 1 places have no number from 0 on in 'loss'"),
    ],
)
def test_what_is_not_allowed_is_said(change, options, message):
    zones = zones_of([box(-10, -10, 110, 110)], [5])
    onto = zones.assign(loss=-1) if "weight" in options else None
    with pytest.raises(PlacesError, match=message):
        am.spread_population(change(zones), grid_world(2, 2), onto=onto, **options)


@pytest.mark.realdata
def test_the_communes_of_the_territory_keep_their_people(realdata, repository):
    communes = am.read_communes(realdata / "artois/communes.geojson")
    extract = am.read_osm(repository / "data/osm/artois-schematic.osm.pbf")
    network = am.build_network(extract, "walk")
    found = am.spread_population(communes.assign(population=communes["population"]), network)
    own = found.groupby("commune")["population"].sum()
    assert (own.reindex(communes["insee"]).to_numpy() == communes["population"].to_numpy()).all()
    assert found["population"].sum() == communes["population"].sum() == 650_339
