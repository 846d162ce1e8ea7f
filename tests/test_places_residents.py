import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artois_mobility.errors import PlacesError
from artois_mobility.places.residents import read_residents


def write(tmp_path, text, name="people.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_the_simplest_table(tmp_path):
    residents = read_residents(write(tmp_path, "lon,lat,population\n2.83,50.42,12.5\n2.9,50.5,0\n"))
    assert residents.columns.tolist() == ["cell", "population", "commune", "geometry"]
    assert residents.cell.tolist() == ["1", "2"]
    assert residents.population.tolist() == [12.5, 0]  # cells without people are kept
    assert residents.commune.tolist() == ["", ""]
    assert residents.crs == "EPSG:4326"
    assert residents.attrs == {"population_year": "", "left_out": {}}


@pytest.mark.parametrize(
    "text",
    [
        "lon;lat;ind;commune;cell\n2,83;50,42;12,5;01004;007\n",
        "Longitude\tLatitude\tPOPULATION\tINSEE\tid\n2.83\t50.42\t12.5\t1004\t007\n",
        '"lon","lat","pop","lcog_geo","cell"\n"2.83","50.42","12.5","01004","007"\n',
    ],
)
def test_tables_as_people_write_them(tmp_path, text):
    residents = read_residents(write(tmp_path, text, encoding="utf-8-sig"))
    assert residents.population.tolist() == [12.5]
    assert residents.cell.tolist() == ["007"]
    assert residents.commune.tolist() == ["01004"]  # the zero ahead is part of the code
    assert (residents.geometry.x[0], residents.geometry.y[0]) == (2.83, 50.42)


def test_blanks_between_thousands(tmp_path):
    text = "lon;lat;population\n2,83;50,42;1\u202f234,5\n2,83;50,43;1 000\n"
    assert read_residents(write(tmp_path, text)).population.tolist() == [1234.5, 1000]


def test_cells_of_insee_lie_at_their_centre(tmp_path):
    text = (
        "idcar_200m,ind,men,men_pauv,ind_80p,i_est_200,lcog_geo\n"
        "CRS3035RES200mN3058400E3813600,31,12,3,2.5,0,62498\n"
        "CRS3035RES200mN3058600E3813600,0,0,0,0,1,62498\n"
    )
    residents = read_residents(write(tmp_path, text))
    assert residents.cell[0] == "CRS3035RES200mN3058400E3813600"
    metric = residents.to_crs("EPSG:3035")
    assert metric.geometry.x.tolist() == pytest.approx([3_813_700, 3_813_700])
    assert metric.geometry.y.tolist() == pytest.approx([3_058_500, 3_058_700])
    assert (residents.geometry.x > 2.5).all()
    assert (residents.geometry.y > 50).all()
    assert residents.ind_80p.tolist() == [2.5, 0]  # other columns stay, numbers as numbers
    assert residents.men.tolist() == [12, 3 - 3]
    assert residents.commune.tolist() == ["62498"] * 2


def test_kilometre_cells_know_their_size(tmp_path):
    text = "idcar_1km,ind\nCRS3035RES1000mN3058000E3813000,31\n"
    metric = read_residents(write(tmp_path, text)).to_crs("EPSG:3035")
    assert (metric.geometry.x[0], metric.geometry.y[0]) == pytest.approx((3_813_500, 3_058_500))


def test_given_coordinates_beat_the_identifier(tmp_path):
    text = "idcar_200m,ind,lon,lat\nCRS3035RES200mN3058400E3813600,31,2.8,50.4\n"
    assert read_residents(write(tmp_path, text)).geometry.x[0] == 2.8


def test_codes_in_other_columns_stay_text(tmp_path):
    text = (
        "lon,lat,population,iris,note,cars,epci\n"
        "2.8,50.4,1,0620000,x,07,246200364\n2.9,50.4,1,0620001,,8,200072460\n"
    )
    residents = read_residents(write(tmp_path, text))
    assert residents.epci.tolist() == ["246200364", "200072460"]
    assert residents.iris.tolist() == ["0620000", "0620001"]
    assert residents.cars.tolist() == ["07", "8"]  # nor is what begins with a zero a number


def test_the_year_is_kept(tmp_path):
    text = "lon,lat,population,population_year\n2.8,50.4,1,2019\n2.9,50.4,1,2019\n"
    assert read_residents(write(tmp_path, text)).attrs["population_year"] == "2019"


@pytest.mark.parametrize("kind", ["gpkg", "parquet", "geojson"])
def test_areas_are_placed_at_a_point_inside(tmp_path, kind):
    # a horseshoe, whose centroid lies outside of it
    horseshoe = shapely.Polygon(
        [(2.8, 50.4), (2.84, 50.4), (2.84, 50.44), (2.83, 50.44), (2.83, 50.41), (2.81, 50.41)]
        + [(2.81, 50.44), (2.8, 50.44)]
    )
    table = gpd.GeoDataFrame(
        {"population": [5], "cell": ["a"], "commune": ["62001"]}, geometry=[horseshoe], crs=4326
    )
    path = tmp_path / f"people.{kind}"
    table.to_parquet(path) if kind == "parquet" else table.to_file(path)
    residents = read_residents(path)
    assert horseshoe.contains(residents.geometry[0])
    assert residents.cell.tolist() == ["a"]


def test_numbers_written_as_integers_become_codes(tmp_path):
    table = pd.DataFrame({"lon": [2.8], "lat": [50.4], "population": [3], "commune": [1004]})
    table.to_parquet(tmp_path / "people.parquet")
    assert read_residents(tmp_path / "people.parquet").commune.tolist() == ["01004"]
    table["commune"] = np.array([1004.0])
    table.to_parquet(tmp_path / "people.parquet")
    assert read_residents(tmp_path / "people.parquet").commune.tolist() == ["01004"]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.floats(-5, 9), st.floats(42, 51), st.floats(0, 1e6)), min_size=1, max_size=9
    )
)
def test_what_is_written_is_read(tmp_path, rows):
    table = pd.DataFrame(rows, columns=["lon", "lat", "population"])
    for decimal, separator in ((".", ","), (",", ";")):
        table.to_csv(tmp_path / "people.csv", index=False, decimal=decimal, sep=separator)
        residents = read_residents(tmp_path / "people.csv")
        np.testing.assert_array_equal(residents.population, table.population)
        np.testing.assert_array_equal(residents.geometry.x, table.lon)
        np.testing.assert_array_equal(residents.geometry.y, table.lat)


HEADER = "lon,lat,population\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEADER, "people.csv has no rows"),
        ("\n", "people.csv is empty|no rows"),
        ("lon,lat\n2.8,50.4\n", "column population .* missing; the columns are lon, lat"),
        ("population\n3\n", "column lon and lat missing"),
        (HEADER + "2.8,50.4,-3\n2.8,50.4,1\n", "population is negative in 1 of 2 rows; .*: -3"),
        (HEADER + "2.8,50.4,\n", "population missing in 1 of 1 rows"),
        (HEADER + "2.8,50.4,NaN\n", "population missing in 1 of 1 rows"),
        (HEADER + "2.8,50.4,few\n", "population is no number in 1 of 1 rows; first row 1: 'few'"),
        (HEADER + '2.8,50.4,"1,5"\n', "population is no number"),
        (HEADER + "2.8,50.4,inf\n", "population is infinite"),
        (HEADER + "50.4,2.8,1\n50.5,2.9,1\n", "lon and lat look swapped in 2 of 2 rows"),
        (HEADER + "2.8,50.4,1\n2.8,500,1\n", r"in 1 of 2 rows; first row 2: '\(2.8, 500\)'"),
        (HEADER + ",50.4,1\n", "position missing"),
        ("cell," + HEADER + "a,2.8,50.4,1\na,2.8,50.5,1\n", "the cell stands before in 1 of 2"),
        (
            "idcar_200m,ind\nCRS3035RES200mN3058400E3813600,1\nCRS3035,1\n",
            "the cell is no identifier such as .* in 1 of 2 rows; first row 2: 'CRS3035'",
        ),
        (
            "population_year," + HEADER + "2019,2.8,50.4,1\n2021,2.9,50.4,1\n",
            r"population_year has 2 values \(2019, 2021\)",
        ),
    ],
)
def test_faulty_tables(tmp_path, text, message):
    with pytest.raises(PlacesError, match=message):
        read_residents(write(tmp_path, text))


def test_all_problems_at_once(tmp_path):
    text = "cell," + HEADER + "a,2.8,,-1\na,2.8,50,few\n"
    with pytest.raises(PlacesError, match=r"people.csv has 4 problems") as caught:
        read_residents(write(tmp_path, text))
    for what in ("position missing", "negative", "no number", "stands before"):
        assert what in str(caught.value)


def test_swapped_abroad_is_seen_against_the_extract(tmp_path):
    path = write(tmp_path, HEADER + "35.9,14.5,1\n")
    assert len(read_residents(path)) == 1
    with pytest.raises(PlacesError, match="look swapped"):
        read_residents(path, bounds_deg=(14.1, 35.7, 14.6, 36.1))


def test_a_layer_without_a_system(tmp_path):
    table = gpd.GeoDataFrame({"population": [1]}, geometry=[shapely.Point(2.8, 50.4)])
    table.to_parquet(tmp_path / "people.parquet")
    with pytest.raises(PlacesError, match="no coordinate system"):
        read_residents(tmp_path / "people.parquet")


def test_a_layer_with_a_row_nowhere(tmp_path):
    table = gpd.GeoDataFrame(
        {"population": [1, 1]}, geometry=[shapely.Point(2.8, 50.4), None], crs=4326
    )
    table.to_file(tmp_path / "people.gpkg")
    with pytest.raises(PlacesError, match=r"position missing in 1 of 2 rows; first row 2"):
        read_residents(tmp_path / "people.gpkg")


def test_degrees_said_to_be_metres(tmp_path):
    table = gpd.GeoDataFrame({"population": [1]}, geometry=[shapely.Point(684e3, 7037e3)], crs=4326)
    table.to_parquet(tmp_path / "people.parquet")
    with pytest.raises(PlacesError, match="lon not from -180 to 180"):
        read_residents(tmp_path / "people.parquet")


@pytest.mark.parametrize("name", ["people.xls", "none.csv"])
def test_faulty_files(tmp_path, name):
    (tmp_path / "people.xls").write_bytes(b"")
    with pytest.raises(PlacesError, match=r"does not exist|of no known kind"):
        read_residents(tmp_path / name)
