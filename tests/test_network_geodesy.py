"""Lengths against pyproj's geodesics, and the choice of a metric coordinate system."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from artois_mobility.network.geodesy import length_m, metric_crs, project, unproject

ELLIPSOID = Geod(ellps="WGS84")


@given(
    lon_deg=st.floats(-179, 179),
    lat_deg=st.floats(-75, 75),
    bearing_deg=st.floats(0, 360),
    metres=st.floats(0.5, 2000),
)
def test_short_segments_are_right_to_a_millionth(lon_deg, lat_deg, bearing_deg, metres):
    lon_b_deg, lat_b_deg, _ = ELLIPSOID.fwd(lon_deg, lat_deg, bearing_deg, metres)
    found = length_m(lon_deg, lat_deg, lon_b_deg, lat_b_deg)
    assert found == pytest.approx(metres, rel=1e-6, abs=1e-7)


def test_a_length_is_the_same_both_ways_and_zero_at_home():
    there = length_m([2.8], [50.4], [2.9], [50.5])
    assert there == length_m([2.9], [50.5], [2.8], [50.4])
    assert length_m([2.8], [50.4], [2.8], [50.4]) == [0.0]


@pytest.mark.parametrize(
    ("place", "lon_deg", "lat_deg", "crs"),
    [
        ("Lens", 2.83, 50.43, "EPSG:2154"),
        ("Tourcoing", 3.16, 50.725, "EPSG:2154"),
        ("Dunkerque", 2.37, 51.03, "EPSG:2154"),
        ("Maubeuge", 3.97, 50.28, "EPSG:2154"),
        ("Strasbourg", 7.75, 48.58, "EPSG:2154"),
        ("Annecy", 6.12, 45.9, "EPSG:2154"),
        ("Nice", 7.27, 43.7, "EPSG:2154"),
        ("Ajaccio", 8.73, 41.92, "EPSG:2154"),
        ("Perpignan", 2.9, 42.7, "EPSG:2154"),
        ("Brest", -4.5, 48.4, "EPSG:2154"),
        ("Nantes", -1.55, 47.21, "EPSG:2154"),
        ("Tournai", 3.39, 50.61, "EPSG:32631"),
        ("Luxembourg", 6.13, 49.61, "EPSG:32632"),
        ("Dover", 1.3, 51.13, "EPSG:32631"),
        ("Basel", 7.6, 47.56, "EPSG:32632"),
        ("Barcelona", 2.17, 41.38, "EPSG:32631"),
        ("Torino", 7.68, 45.07, "EPSG:32632"),
        ("Porto", -8.61, 41.15, "EPSG:32629"),
        ("Cape Town", 18.4, -33.9, "EPSG:32734"),
        ("La Réunion", 55.5, -21.1, "EPSG:32740"),
        ("Fiji", 180.0, -17.0, "EPSG:32760"),
    ],
)
def test_metropolitan_france_has_lambert_93_and_the_rest_its_utm_zone(place, lon_deg, lat_deg, crs):
    assert metric_crs(lon_deg, lat_deg) == crs
    assert CRS(crs).axis_info[0].unit_name == "metre"


def test_a_few_far_nodes_do_not_move_the_zone():
    assert metric_crs([-3.0] * 10 + [40.0], [51.6] * 10 + [10.0]) == "EPSG:32630"


@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:32631"])
def test_projecting_there_and_back(crs):
    lon_deg, lat_deg = np.array([2.5, 2.83, 3.1]), np.array([50.3, 50.43, 50.6])
    back = unproject(*project(lon_deg, lat_deg, crs), crs)
    assert np.allclose(back, (lon_deg, lat_deg), atol=1e-9)
