"""Traffic and slopes: what they change, for whom, and nothing else."""

import math

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import Affine

import artois_mobility as am
from artois_mobility.errors import InputError, PlacesError
from artois_mobility.network.profiles import read_profile
from artois_mobility.network.slopes import slow_down
from artois_mobility.study.loading import build_for
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract
from study_worlds import write_town

# A street of two ways, 400 m from west to east: way 10, then way 11.
POSITIONS = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0), 5: (400, 0)}
STREET = {"highway": "residential", "maxspeed": "30"}


def street(tags=STREET):
    return make_extract(POSITIONS, {10: ([1, 2, 3], tags), 11: ([3, 4, 5], tags)})


def seconds(network):
    """Seconds of each way from west to east, and back."""
    found = {}
    for arc in range(network.graph.arc_count):
        eastward = network.x_m[network.graph.head[arc]] > network.x_m[network.graph.tail[arc]]
        key = int(network.way_of_arc[arc]), bool(eastward)
        found[key] = found.get(key, 0) + int(network.graph.weight_ms[arc]) / 1000
    return found


def write_csv(path, *rows, header="way,factor"):
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def ratios(profile="car", **conditions):
    """How much longer each way takes under some conditions, eastward and westward."""
    plain = seconds(am.build_network(street(), profile))
    changed = seconds(am.build_network(street(), profile, **conditions))
    return {key: changed[key] / plain[key] for key in plain}


class TestCongestion:
    def test_a_way_takes_longer_by_its_factor(self, tmp_path):
        table = am.read_congestion(write_csv(tmp_path / "t.csv", "10,1.5"))
        found = ratios(congestion=table)
        assert found[10, True] == pytest.approx(1.5, rel=1e-4)
        assert found[11, True] == 1

    def test_an_area_slows_the_segments_whose_middle_it_covers(self, tmp_path):
        def degrees(x, y):
            return LON_DEG + x / M_PER_DEG_LON, LAT_DEG + y / M_PER_DEG_LAT

        near = shapely.box(*degrees(-50, -50), *degrees(120, 50))
        wide = shapely.box(*degrees(-50, -50), *degrees(230, 50))
        areas = gpd.GeoDataFrame({"factor": [2.0, 1.2]}, geometry=[near, wide], crs="EPSG:4326")
        areas.to_crs("EPSG:2154").to_file(tmp_path / "t.gpkg")
        found = ratios(congestion=am.read_congestion(tmp_path / "t.gpkg"))
        assert found[10, False] == pytest.approx((2.0 + 1.2) / 2, rel=1e-4)
        assert found[11, True] == 1

    def test_ways_that_the_extract_lacks_are_counted(self, tmp_path):
        table = am.read_congestion(write_csv(tmp_path / "t.csv", "10,2", "77,2", "78,3"))
        counts = am.build_network(street(), "car", congestion=table).provenance.counts
        assert counts["traffic_ways_not_found"] == 2

    def test_polygons_without_a_coordinate_system_are_refused(self, tmp_path):
        areas = gpd.GeoDataFrame({"factor": [2.0]}, geometry=[shapely.box(0, 0, 1, 1)])
        areas.to_parquet(tmp_path / "t.parquet")
        with pytest.raises(PlacesError, match="no coordinate system"):
            am.read_congestion(tmp_path / "t.parquet")

    @pytest.mark.parametrize("profile", ["walk", "bicycle"])
    def test_those_without_a_motor_stand_in_no_traffic(self, tmp_path, profile):
        table = am.read_congestion(write_csv(tmp_path / "t.csv", "10;11,3"))
        assert set(ratios(profile, congestion=table).values()) == {1.0}

    def test_the_time_at_a_signal_stays(self, tmp_path):
        signal = {3: {"highway": "traffic_signals"}}
        extract = make_extract(POSITIONS, {10: ([1, 2, 3, 4, 5], STREET)}, signal)
        table = am.read_congestion(write_csv(tmp_path / "t.csv", "10,2"))
        plain = seconds(am.build_network(extract, "car"))[10, True]
        slowed = seconds(am.build_network(extract, "car", congestion=table))[10, True]
        assert slowed - 10 == pytest.approx(2 * (plain - 10), rel=1e-4)

    def test_one_period_counts(self, tmp_path):
        path = write_csv(
            tmp_path / "t.csv", "10;1,5;08:00", "10;1,1;22:00", header="way;factor;period"
        )
        assert am.read_congestion(path, "08:00").way_factor.tolist() == [1.5]
        assert am.read_congestion(path, "22:00").way_factor.tolist() == [1.1]
        with pytest.raises(PlacesError, match=r"several periods; the table has '08:00', '22:00'"):
            am.read_congestion(path)
        with pytest.raises(PlacesError, match="no row is about the period '9h'") as caught:
            am.read_congestion(path, "9h")
        assert "another factor" not in str(caught.value)
        write_csv(path, "10;1,5;08:00", "11;1,1;", header="way;factor;period")
        with pytest.raises(PlacesError, match="period is empty in 1 of 2 rows; first row 2"):
            am.read_congestion(path, "08:00")

    def test_a_row_is_about_a_way_or_an_area(self, tmp_path):
        areas = gpd.GeoDataFrame(
            {"factor": [2.0], "way": ["10"]}, geometry=[shapely.box(2, 50, 3, 51)], crs="EPSG:4326"
        )
        areas.to_file(tmp_path / "t.gpkg")
        with pytest.raises(PlacesError, match="both way and polygon in 1 of 1 rows"):
            am.read_congestion(tmp_path / "t.gpkg")

    @pytest.mark.parametrize(
        ("rows", "message"),
        [
            (["10,0"], "factor is not from 0.5 to 20 in 1 of 1 rows; first row 1"),
            (["10,"], "factor is not from 0.5 to 20"),
            (["10,fast"], "factor is no number"),
            (["A26,1.2"], "way is no OSM id"),
            (["99999999999999999999999,2"], "way is no OSM id"),
            ([",1.2"], "neither way nor polygon"),
            (["10,1.2", "10,1.3"], "way has another factor before in 1 of 2 rows; first row 2"),
        ],
    )
    def test_a_faulty_table_is_refused_with_what_to_do(self, tmp_path, rows, message):
        with pytest.raises(PlacesError, match=message) as caught:
            am.read_congestion(write_csv(tmp_path / "t.csv", *rows))
        assert "The table needs a column factor" in str(caught.value)

    def test_a_table_without_factors_is_refused(self, tmp_path):
        with pytest.raises(PlacesError, match="no column factor"):
            am.read_congestion(write_csv(tmp_path / "t.csv", "10", header="way"))
        with pytest.raises(PlacesError, match="no column period, but 'am' is asked for"):
            am.read_congestion(write_csv(tmp_path / "t.csv", "10,2"), "am")


def write_slope(path, rise, *, crs="EPSG:2154", cell_m=25.0, hole=False):
    """A raster that rises eastward by `rise` metres per metre, around the street."""
    network = am.build_network(street(), "walk")
    west, north = network.x_m.min() - 500, network.y_m.max() + 500
    count = int(1500 / cell_m)
    eastward = west + (np.arange(count) + 0.5) * cell_m
    cells = np.tile(100 + rise * (eastward - network.x_m.min()), (count, 1))
    if hole:
        cells[:] = -9999
    with rasterio.open(
        path, "w", driver="GTiff", width=count, height=count, count=1, dtype="float64",
        crs=crs, transform=Affine(cell_m, 0, west, 0, -cell_m, north), nodata=-9999,
    ) as raster:  # fmt: skip
        raster.write(cells, 1)
    return path


class TestSlopes:
    def test_walkers_go_up_and_down_as_tobler_says(self, tmp_path):
        found = ratios("walk", heights=am.read_heights(write_slope(tmp_path / "h.tif", 0.1)))
        assert found[10, True] == pytest.approx(math.exp(3.5 * 0.1), rel=0.01)
        assert found[11, False] == pytest.approx(math.exp(3.5 * 0.0), rel=0.01)

    @pytest.mark.parametrize(("profile", "lost"), [("bicycle", 0.066), ("ebike", 0.02)])
    def test_cyclists_lose_speed_uphill_and_an_ebike_less(self, tmp_path, profile, lost):
        heights = am.read_heights(write_slope(tmp_path / "h.tif", 0.04))
        found = ratios(profile, heights=heights)
        assert found[10, True] == pytest.approx(1 / (1 - 4 * lost), rel=0.01)
        assert found[10, False] == pytest.approx(1 / (1 + 4 * 0.04), rel=0.01)

    @pytest.mark.parametrize("profile", ["car", "car_osrm"])
    def test_cars_take_no_notice(self, tmp_path, profile):
        heights = am.read_heights(write_slope(tmp_path / "h.tif", 0.1))
        assert set(ratios(profile, heights=heights).values()) == {1.0}

    @pytest.mark.parametrize("nodata", [-9999, None])
    def test_a_raster_that_knows_nothing_there_is_refused(self, tmp_path, nodata):
        path = write_slope(tmp_path / "h.tif", 0.1, hole=True)
        with rasterio.open(path, "r+") as raster:
            raster.nodata = nodata
        with pytest.raises(InputError, match="knows no height anywhere in"):
            am.build_network(street(), "walk", heights=am.read_heights(path))

    def test_where_the_raster_knows_nothing_streets_are_flat(self, tmp_path):
        path = write_slope(tmp_path / "h.tif", 0.1)
        with rasterio.open(path, "r+") as raster:
            cells = raster.read(1)
            cells[:, 26:] = -9999  # from 150 m east of the beginning
            raster.write(cells, 1)
        found = ratios("walk", heights=am.read_heights(path))
        assert found[11, True] == 1

    def test_a_bridge_runs_straight_over_the_valley(self, tmp_path):
        path = write_slope(tmp_path / "h.tif", 0.0)
        with rasterio.open(path, "r+") as raster:
            cells = raster.read(1)
            cells[:, 22:26] -= 30  # a gorge between 50 and 150 m east of the street's end
            raster.write(cells, 1)
        heights = am.read_heights(path)
        bridge = {**STREET, "bridge": "yes"}
        over = seconds(am.build_network(street(bridge), "walk", heights=heights))
        down = seconds(am.build_network(street(), "walk", heights=heights))
        flat = seconds(am.build_network(street(), "walk"))
        assert over[10, True] == pytest.approx(flat[10, True], rel=0.01)
        assert down[10, True] > 1.1 * flat[10, True]

    def test_merged_chains_take_as_long_as_their_parts(self, tmp_path):
        heights = am.read_heights(write_slope(tmp_path / "h.tif", 0.07))
        merged = seconds(am.build_network(street(), "bicycle", heights=heights))
        whole = am.build_network(street(), "bicycle", heights=heights, merge_chains=False)
        assert seconds(whole) == pytest.approx(merged, abs=1e-9)

    def test_a_wheelchair_stops_where_it_is_steeper_than_12_percent(self, tmp_path):
        path = write_slope(tmp_path / "h.tif", 0.0)
        with rasterio.open(path, "r+") as raster:
            cells = raster.read(1)
            eastward = (np.arange(cells.shape[1]) + 0.5) * 25 - 500
            cells += 0.15 * np.clip(eastward - 200, 0, 100)  # from 200 to 300 m east
            raster.write(cells, 1)
        heights = am.read_heights(path)
        wheelchair = am.build_network(street(), "wheelchair", heights=heights)
        assert set(wheelchair.osm_node.tolist()) == {1, 3, 4, 5}
        assert set(seconds(wheelchair)) == {(10, True), (10, False), (11, True), (11, False)}
        assert wheelchair.length_m.sum() == pytest.approx(2 * (200 + 100), rel=0.01)
        assert wheelchair.provenance.counts["segments_too_steep"] == 1
        assert am.build_network(street(), "walk", heights=heights).length_m.sum() > 790

    @pytest.mark.parametrize(
        ("incline", "rolls"),
        [("15%", False), ("-15 %", False), ("12%", True), ("7°", False), ("6°", True),
         ("up", True), ("yes", True)],
    )  # fmt: skip
    def test_a_wheelchair_reads_the_tag_of_the_slope(self, incline, rolls):
        tagged = street({**STREET, "incline": incline})
        assert (am.build_network(tagged, "wheelchair").graph.arc_count > 0) == rolls
        assert am.build_network(tagged, "walk").graph.arc_count > 0

    @given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3))
    def test_steeper_uphill_is_never_faster(self, one, other):
        for name in ("walk", "bicycle", "ebike", "cargo_bike"):
            steeper = np.array(sorted((abs(one), abs(other))))
            pace = np.full(2, 15.0)
            low, high = slow_down(steeper, read_profile(name), (pace, pace))[0]
            assert 1 <= low <= high

    def test_steps_and_pushing_know_the_climb_already(self, tmp_path):
        heights = am.read_heights(write_slope(tmp_path / "h.tif", 0.1))
        for profile in ("walk", "bicycle"):
            steps = street({"highway": "steps"})
            flat = seconds(am.build_network(steps, profile))
            steep = seconds(am.build_network(steps, profile, heights=heights))
            assert steep == pytest.approx(flat, rel=1e-6)
        zone = street({"highway": "pedestrian", "bicycle": "yes"})
        ridden = seconds(am.build_network(zone, "bicycle"))
        uphill = seconds(am.build_network(zone, "bicycle", heights=heights))
        # 6 km/h at a rider's pace become 5 on foot, not 2
        assert uphill[10, True] / ridden[10, True] == pytest.approx(6 / 5, rel=0.01)

    def test_a_raster_from_nowhere_is_refused(self, tmp_path):
        local = 'LOCAL_CS["site",UNIT["metre",1]]'
        path = write_slope(tmp_path / "site.tif", 0.0, crs=local)
        with pytest.raises(InputError, match="coordinate system"):
            am.read_heights(path)

    def test_what_is_no_raster_is_refused(self, tmp_path):
        (tmp_path / "h.tif").write_text("no raster")
        with pytest.raises(InputError, match=r"h\.tif cannot be read as a raster"):
            am.read_heights(tmp_path / "h.tif")
        path = write_slope(tmp_path / "plain.tif", 0.0, crs=None)
        with pytest.raises(InputError, match="does not say its coordinate system"):
            am.read_heights(path)


def test_a_study_names_both_and_the_manifest_their_hashes(tmp_path):
    path = write_town(tmp_path)
    write_csv(
        tmp_path / "data" / "t.csv", "100,2,soir", "100,1.5,matin", header="way,factor,period"
    )
    write_slope(tmp_path / "data" / "h.tif", 0.0)
    text = path.read_text(encoding="utf-8")
    text = text.replace("[access]", 'congestion = "data/t.csv"\nheights = "data/h.tif"\n\n[access]')
    path.write_text(text.replace("nearest = 2", 'nearest = 2\nperiod = "matin"'), encoding="utf-8")
    study = am.read_study(path)
    network = build_for(study, am.read_osm(study.extract), study.travel_profiles[0])
    assert network.provenance.counts["segments_in_traffic"] > 0
    manifest = am.assess(study).manifest
    assert {each["role"] for each in manifest["inputs"]} >= {"congestion", "heights"}
    assert manifest["parameters"]["period"] == "matin"


def test_a_missing_table_is_a_problem_of_the_study(tmp_path):
    path = write_town(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[access]", 'congestion = "data/none.csv"\n\n[access]'))
    with pytest.raises(InputError, match=r"data\.congestion: 'data/none\.csv' does not exist"):
        am.read_study(path)
