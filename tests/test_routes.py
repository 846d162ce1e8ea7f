"""Routes between places: the times of the matrix, and lines that lead from one to the other."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.network.profiles import read_profile
from artois_mobility.scenarios.applying import apply_to_network
from artois_mobility.scenarios.resolving import resolve
from scenario_worlds import close, crooked_world, make_loaded, make_scenario, scattered
from street_worlds import at, cells_at, grid_world, sites_at

# a metre of Lambert 93 is up to this share shorter or longer than one on the ellipsoid
PLANAR = 0.003


def beside(network, origins, destinations):
    """The matrix's minutes from each origin to the destination beside it."""
    matrix = am.travel_time_matrix(network, origins, destinations)
    return np.diag(matrix["minutes"].to_numpy().reshape(len(origins), len(destinations)))


def anchors(network, places):
    """Where places hang on the network, in metres; NaN for those that do not."""
    found = am.attach(network, places)
    xy = np.full((found.place_count, 2), np.nan)
    for row, arc, share in zip(
        found.place, found.arc, found.position_m / network.length_m[found.arc], strict=True
    ):
        points = slice(network.first_point[arc], network.first_point[arc + 1])
        line = shapely.linestrings(network.point_x_m[points], network.point_y_m[points])
        xy[row] = line.interpolate(share, normalized=True).coords[0]
    return xy


def assert_routes_hold(network, origins, destinations):
    """Fail unless times are those of the matrix and lines lead between the anchors."""
    table = am.routes(network, origins, destinations)
    expected = beside(network, origins, destinations)
    assert np.array_equal(table["minutes"], expected, equal_nan=True)
    found = table["minutes"].notna().to_numpy()
    assert (table["reason"].eq("").to_numpy() == found).all()
    assert (table.geometry.is_empty.to_numpy() == ~found).all()
    lines = table.geometry.to_crs(network.crs)[found]
    begins, ends = (
        np.array([line.coords[place] for line in lines]).reshape(-1, 2) for place in (0, -1)
    )
    assert np.allclose(begins, anchors(network, origins)[found], atol=0.01)
    assert np.allclose(ends, anchors(network, destinations)[found], atol=0.01)
    assert np.allclose(lines.length, table["length_m"][found], rtol=PLANAR, atol=0.02)
    return table


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_routes_take_the_time_of_the_matrix_and_lead_from_door_to_door(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    origins, destinations = ([at(*place) for place in scattered(draw, 15)] for _ in range(2))
    assert_routes_hold(network, origins, destinations)


@pytest.mark.parametrize("seed", range(12))
def test_routes_walk_along_streets_that_a_scenario_closed(seed):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw, profile=read_profile("car"))
    loaded = make_loaded({"car": network}, cells_at([(0, 0)]), sites_at({"s": (300, 300)}))
    closed = draw.choice(np.unique(network.way_of_arc), 9, replace=False).tolist()
    (resolved,) = resolve([make_scenario(close(*closed))], loaded.today)
    changed = apply_to_network(network, resolved.edits["car"]).network
    origins, destinations = ([at(*place) for place in scattered(draw, 25)] for _ in range(2))
    table = assert_routes_hold(changed, origins, destinations)
    walked = [set(map(int, ways.split(";"))) & set(closed) for ways in table["ways"] if ways]
    assert any(walked)


def test_a_route_names_its_ways_in_order():
    network = grid_world(3, 2, block_m=100, block_ms=12_000)
    table = am.routes(network, [at(50, 0)], [at(200, 50), at(10, 0), at(50, 0)])
    assert table["origin"].tolist() == ["0", "0", "0"]
    assert table["destination"].tolist() == ["0", "1", "2"]
    assert table["length_m"].to_numpy() == pytest.approx([200, 40, 0], abs=0.5)
    assert table["minutes"].to_numpy() == pytest.approx([0.4, 0.08, 0], abs=1e-3)
    assert [row.count(";") + 1 for row in table["ways"]] == [3, 1, 1]
    assert table["ways"][1] == table["ways"][2] == table["ways"][0].split(";")[0]


def test_places_that_nothing_leads_to_are_told():
    network = grid_world(2, 1, block_m=100)
    table = am.routes(network, [at(50, 0), at(50, 9_000)], [at(60, 0)])
    assert table["minutes"].isna().tolist() == [False, True]
    assert table["reason"].tolist() == ["", "origin: no street within 300 m"]
    assert table["ways"].tolist()[1] == ""


def test_as_many_origins_as_destinations_are_asked_for():
    network = grid_world(2, 1)
    places = [at(0, 0)] * 3
    with pytest.raises(PlacesError, match="found 3 origins and 2 destinations"):
        am.routes(network, places, places[:2])
    assert am.routes(network, [], []).empty


@pytest.mark.realdata
@pytest.mark.parametrize("profile", ["car", "walk"])
def test_routes_through_nantes_take_the_time_of_the_matrix(realdata, profile):
    network = am.build_network(am.read_osm(realdata / "osm/nantes-centre.osm.pbf"), profile)
    draw = np.random.default_rng(4)
    points = draw.choice(network.point_lon_deg.size, (2, 60))
    origins, destinations = (
        np.column_stack([network.point_lon_deg[row], network.point_lat_deg[row]]).tolist()
        for row in points
    )
    table = assert_routes_hold(network, origins, destinations)
    assert table["minutes"].notna().sum() > 50
