"""Explained trips: the legs sum to the whole, and say where their speeds came from."""

import math

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.errors import InputError, PlacesError
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract


def at(x_m, y_m):
    return [(LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT)]


# A main street with signals at 200 m, and a side street to the north at 400 m.
POSITIONS = {1: (0, 0), 2: (200, 0), 3: (400, 0), 4: (400, 200), 5: (600, 0)}
WAYS = {
    10: ([1, 2, 3, 5], {"highway": "secondary", "name": "Rue de Lens", "maxspeed": "50"}),
    11: ([3, 4], {"highway": "residential"}),
}
SIGNALS = {2: {"highway": "traffic_signals"}}


@pytest.fixture
def extract():
    return make_extract(POSITIONS, WAYS, SIGNALS)


def test_the_legs_of_a_trip_are_plain_arithmetic(extract):
    car = am.build_network(extract, "car", turns=True)
    found = am.explain(car, at(0, -20), at(400, 150), extract=extract)
    legs = found.legs
    assert legs["kind"].tolist() == ["walk", "street", "street", "walk"]
    assert legs["way"].tolist() == [0, 10, 11, 0]
    assert legs["metres"].tolist() == pytest.approx([20, 400, 150, 0], abs=0.5)
    # 20 m at 3 km/h; 400 m at 45 km/h and 10 s at the signals; 150 m at 30 km/h and 6 s to turn
    assert legs["seconds"].tolist() == pytest.approx([24, 42, 24, 0], abs=0.2)
    assert legs["waiting_s"].tolist() == pytest.approx([0, 10, 0, 0], abs=0.001)
    assert legs["turn_s"].tolist() == [0, 0, 6, 0]
    assert legs["kmh"].tolist() == pytest.approx([3, 45, 30, 0], abs=0.3)
    assert found.minutes == pytest.approx(legs["seconds"].sum() / 60, abs=1e-9)


def test_a_speed_says_where_it_came_from(extract):
    car = am.build_network(extract, "car", turns=True)
    legs = am.explain(car, at(0, 0), at(400, 150), extract=extract).legs
    assert legs["speed_from"].tolist()[1:3] == ["maxspeed 50, rural", "class residential, rural"]
    without = am.explain(car, at(0, 0), at(400, 150)).legs
    assert without["speed_from"].tolist() == [""] * 4


def test_the_trip_is_told_in_words(extract):
    car = am.build_network(extract, "car", turns=True)
    found = am.explain(car, at(0, -20), at(400, 150), extract=extract)
    lines = found.text("fr").splitlines()
    assert lines[0] == "1:30 en tout"
    assert lines[2] == (
        "Rue de Lens (secondary) : 400 m à 45 km/h, 0:42, dont 10 s d'attente ; "
        "vitesse : maxspeed 50, rural"
    )
    assert "of which 6 s for turning" in found.text()


def test_without_a_way_the_reason_is_told(extract):
    car = am.build_network(extract, "car")
    found = am.explain(car, at(100, 0), at(5000, 0))
    assert math.isnan(found.minutes)
    assert found.text() == found.reason == "destination: no street within 300 m"
    assert found.text("fr") == "arrivée : aucune voie à moins de 300 m"
    with pytest.raises(InputError, match="must be 'fr' or 'en'; found 'de'"):
        found.text("de")
    assert len(found.legs) == 0


def test_one_place_on_either_side(extract):
    car = am.build_network(extract, "car")
    with pytest.raises(PlacesError, match="one origin and one destination; found 2 and 1"):
        am.explain(car, at(0, 0) * 2, at(100, 0))


@pytest.mark.realdata
@pytest.mark.parametrize("profile", ["car", "bicycle", "walk"])
def test_the_legs_sum_to_the_time_of_the_route(realdata, profile):
    extract = am.read_osm(realdata / "osm" / "nantes-centre.osm.pbf")
    network = am.build_network(extract, profile, turns=profile != "walk")
    draw = np.random.default_rng(4)
    rows = draw.choice(network.graph.node_count, 40, replace=False)
    places = np.column_stack([network.lon_deg[rows], network.lat_deg[rows]])
    places += draw.uniform(-5e-4, 5e-4, places.shape)
    here, there = places[:20].tolist(), places[20:].tolist()
    routes = am.routes(network, here, there)
    assert routes["minutes"].notna().sum() > 10
    for start, end, minutes in zip(here, there, routes["minutes"], strict=True):
        found = am.explain(network, [start], [end], extract=extract)
        assert found.minutes == pytest.approx(minutes, nan_ok=True)
        if not found.reason:
            assert found.legs["seconds"].sum() / 60 == pytest.approx(minutes, abs=1e-9)
            assert (found.legs["waiting_s"] >= 0).all()
