"""Surfaces of minutes and of counts, and the files they go to."""

import math
import sys

import numpy as np
import pytest
import rasterio
import shapely

import artois_mobility as am
from artois_mobility.errors import InputError, PlacesError
from small_networks import Street, lon_lat, make_network


@pytest.fixture
def street():
    # ten metres a second along ten kilometres
    return make_network([(0, 0), (10_000, 0)], [Street(0, 1)])


def test_minutes_rise_along_the_street_and_on_the_walk_from_it(street):
    surface = am.arrival_surface(street, [lon_lat(5000, 0)], 5, cell_m=10)
    places = [lon_lat(5000, 0), lon_lat(6200, 0), lon_lat(5000, 100), lon_lat(5000, 290)]
    minutes = surface.at(*np.transpose(places))
    # two minutes for 1,200 m by car; two for 100 m at 3 km/h; 290 m would take six
    assert minutes[:3] == pytest.approx([0, 2, 2], abs=0.25)
    assert math.isnan(minutes[3])
    assert np.nanmax(surface.values) <= 5


def test_a_surface_is_what_the_areas_are_cut_from(street):
    origin = [lon_lat(5000, 0)]
    surface = am.arrival_surface(street, origin, 3)
    (area,) = am.isochrones(street, origin, [2]).geometry
    x, y = np.meshgrid(np.linspace(3000, 7000, 60), np.linspace(-250, 250, 40))
    points = np.array([lon_lat(*each) for each in np.column_stack([x.ravel(), y.ravel()])])
    minutes = surface.at(*points.T)
    inside = shapely.contains_xy(area, *points.T)
    assert (minutes[inside] <= 2.6).all()
    assert not (minutes[~inside] < 1.4).any()


def test_places_are_counted_from_where_they_are_reached(street):
    hospitals = [lon_lat(4000, 0), lon_lat(5000, 0), lon_lat(90_000, 0)]
    counts = am.count_reaching(street, hospitals, 1.5)
    found = counts.at(*np.transpose([lon_lat(x, 0) for x in (3200, 4500, 5800, 9000)]))
    assert found[:3].tolist() == [1, 2, 1]
    assert math.isnan(found[3])


def test_who_goes_there_counts_against_the_one_way_street():
    network = make_network([(0, 0), (4000, 0)], [Street(0, 1, is_oneway=True)])
    behind, ahead = lon_lat(1700, 0), lon_lat(2300, 0)
    there = am.count_reaching(network, [lon_lat(2000, 0)], 1).at(*np.transpose([behind, ahead]))
    assert there[0] == 1
    assert math.isnan(there[1])
    back = am.count_reaching(network, [lon_lat(2000, 0)], 1, direction="from")
    assert math.isnan(back.at(*np.transpose([behind]))[0])


def test_a_geotiff_opens_where_it_was_computed(street, tmp_path):
    surface = am.arrival_surface(street, [lon_lat(5000, 0)], 5)
    path = surface.to_geotiff(tmp_path / "minutes.tif")
    with rasterio.open(path) as file:
        assert file.crs.to_string() == surface.crs == street.crs
        assert file.descriptions == ("minutes",)
        middle = street.x_m[0] + 5000, street.y_m[0]
        (value,) = next(file.sample([middle]))
        assert value == pytest.approx(0, abs=0.05)
        assert np.isnan(file.read(1)).any()
    assert [each.name for each in tmp_path.iterdir()] == ["minutes.tif"]
    with pytest.raises(InputError, match="does not exist"):
        surface.to_geotiff(tmp_path / "no" / "minutes.tif")


def test_nothing_reached_is_an_empty_surface(street):
    far = [lon_lat(90_000, 0)]
    assert am.arrival_surface(street, far, 5).values.size == 0
    assert np.isnan(am.count_reaching(street, far, 5).at(*np.transpose(far))).all()
    with pytest.raises(PlacesError, match="takes one place; found 2"):
        am.arrival_surface(street, far * 2, 5)


def test_a_surface_as_a_labelled_array(street):
    surface = am.arrival_surface(street, [lon_lat(5000, 0)], 5)
    array = surface.to_xarray()
    assert array.dims == ("y", "x")
    assert array.attrs == {"units": surface.unit, "crs": street.crs, "cell_m": 25.0}
    x_m, y_m = street.x_m[0] + 5600, street.y_m[0] + 30
    found = float(array.sel(x=x_m, y=y_m, method="nearest"))
    assert found == surface.at(*np.transpose([lon_lat(5600, 30)]))[0]


def test_a_labelled_array_needs_xarray(street, monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    surface = am.arrival_surface(street, [lon_lat(5000, 0)], 5)
    with pytest.raises(InputError, match=r"pip install 'artois-mobility\[xarray\]'"):
        surface.to_xarray()
