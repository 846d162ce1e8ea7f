"""Why a place does not hang on a street that lies nearer."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility.places.nearer import BEHIND_A_BARRIER, CUT_OFF, NO_FRONTAGE
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract

STREET = {"highway": "residential", "name": "Rue de Lens"}


def at(x_m, y_m):
    return LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT


# Two streets joined in the west, a canal between them; a bridge, and a street joined to nothing.
#   y = 100  quai (11) ----------------- 4
#   y =  60  canal (20)
#   y =   0  1 --- rue (10) ---- 2       6 --- 7 (13, an island)
POSITIONS = {
    1: (0, 0), 2: (400, 0), 3: (0, 100), 4: (400, 100), 5: (400, 300),
    6: (600, 0), 7: (700, 0), 8: (50, 60), 9: (450, 60),
}  # fmt: skip
WAYS = {
    10: ([1, 2], STREET),
    11: ([3, 4], {"highway": "residential", "name": "Quai"}),
    12: ([4, 5], {"highway": "residential", "bridge": "yes"}),
    13: ([6, 7], {"highway": "residential", "name": "Impasse"}),
    14: ([1, 3], {"highway": "residential"}),
    20: ([8, 9], {"waterway": "canal"}),
}


@pytest.fixture
def network():
    return am.build_network(make_extract(POSITIONS, WAYS), "walk")


def told(network, *places):
    table = am.explain_attachments(network, [at(*each) for each in places])
    return table[["way", "offroad_m", "nearer_name", "nearer_m", "why_not_nearer"]].values.tolist()


def test_a_street_behind_the_canal_is_told(network):
    ((way, offroad_m, name, nearer_m, why),) = told(network, (200, 59))
    assert (way, name, why) == (10, "Quai", BEHIND_A_BARRIER)
    assert (offroad_m, nearer_m) == pytest.approx((59, 41), rel=0.01)


def test_a_bridge_takes_no_places(network):
    ((way, _, _, nearer_m, why),) = told(network, (410, 200))
    assert (way, why) == (11, NO_FRONTAGE)
    assert nearer_m == pytest.approx(10, abs=0.1)


def test_a_street_joined_to_nothing_takes_none(network):
    ((way, offroad_m, name, _, why),) = told(network, (610, -10))
    assert (way, name, why) == (10, "Impasse", CUT_OFF)
    assert offroad_m == pytest.approx(210.2, rel=0.01)


def test_on_the_nearest_street_there_is_nothing_to_explain(network):
    ((way, _, name, nearer_m, why),) = told(network, (200, 5))
    assert (way, name, why) == (10, "", "")
    assert np.isnan(nearer_m)


def test_a_place_that_hangs_nowhere_keeps_its_reason_and_its_row(network):
    table = gpd.GeoDataFrame(
        geometry=[shapely.Point(at(9000, 0)), shapely.Point(at(200, 5))], index=["a", "b"],
        crs="EPSG:4326",
    )  # fmt: skip
    found = am.explain_attachments(network, table)
    assert found.index.tolist() == ["a", "b"]
    assert found["reason"].tolist() == ["no street within 300 m", ""]
    assert found["way"].tolist() == [0, 10]
    assert found.geometry.is_empty.tolist() == [True, False]
    assert found.crs == "EPSG:4326"


def test_a_network_without_streets_has_none_nearer():
    empty = am.build_network(make_extract(POSITIONS, {}), "walk")
    assert told(empty, (0, 0))[0][2:3] == [""]


@pytest.mark.realdata
def test_every_nearer_street_of_a_real_town_has_its_reason(realdata):
    network = am.build_network(am.read_osm(realdata / "osm" / "nantes-centre.osm.pbf"), "car")
    random = np.random.default_rng(7)
    west, east = np.quantile(network.lon_deg, [0.1, 0.9])
    south, north = np.quantile(network.lat_deg, [0.1, 0.9])
    places = np.column_stack([random.uniform(west, east, 2000), random.uniform(south, north, 2000)])
    found = am.explain_attachments(network, places)
    has_nearer = found["nearer_way"] > 0
    assert has_nearer.sum() > 20
    assert ((found["why_not_nearer"] != "") == has_nearer).all()
    both = found[has_nearer & (found["reason"] == "")]
    assert (both["nearer_m"] <= both["offroad_m"]).all()
    assert set(found["why_not_nearer"]) == {"", BEHIND_A_BARRIER, CUT_OFF, NO_FRONTAGE}
