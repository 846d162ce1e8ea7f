"""Paths along the water, and ways kept for people on foot and on bicycles."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.waterside.boundaries import share_lines
from network_worlds import LAT_DEG, LON_DEG, M_PER_DEG_LAT, M_PER_DEG_LON, make_extract
from water_worlds import CANAL, canal_world, line_world

PATH = {"highway": "path"}
CYCLEWAY = {"highway": "cycleway", "foot": "designated", "bicycle": "designated"}
WATER = ([(0, 0), (1000, 0)], CANAL)


def box_m(west, south, east, north):
    corners = [
        (LON_DEG + x_m / M_PER_DEG_LON, LAT_DEG + y_m / M_PER_DEG_LAT)
        for x_m, y_m in ((west, south), (east, north))
    ]
    return shapely.box(*corners[0], *corners[1])


def communes_of(*boxes, population=None):
    names = [f"6200{number}" for number in range(1, len(boxes) + 1)]
    table = {"insee": names, "name": [f"C{name[-1]}" for name in names]}
    if population is not None:
        table["population"] = population
    return gpd.GeoDataFrame(table, geometry=[box_m(*each) for each in boxes], crs="EPSG:4326")


# ---- towpaths


def test_the_path_beside_the_canal_is_a_towpath_and_the_street_behind_is_none():
    found = am.towpaths(canal_world())
    assert found["way"].tolist() == [30]
    row = found.iloc[0]
    assert row["length_m"] == pytest.approx(2000, rel=1e-3)
    assert (row["waterway"], row["surface"], row["by"]) == ("Canal d'Aire", "gravel", "geometry")
    assert row["is_for_walkers"]
    assert row["is_for_bicycles"]
    assert row["share"] == 1


@pytest.mark.parametrize(
    ("corners", "tags", "by"),
    [
        ([(100, 29), (300, 29)], PATH, ["geometry"]),
        ([(100, 31), (300, 31)], PATH, []),
        ([(100, 31), (300, 31)], PATH | {"towpath": "yes"}, ["tag"]),
        ([(100, 99), (300, 99)], {"highway": "service", "towpath": "yes"}, ["tag"]),
        ([(100, 31), (300, 31)], PATH | {"name": "Chemin de Halage"}, ["name"]),
        ([(100, 99), (300, 99)], {"highway": "residential", "name": "Rue du Halage"}, []),
        ([(100, 9), (300, 9)], PATH | {"towpath": "no"}, []),
        ([(100, 9), (300, 9)], {"highway": "residential"}, []),
        ([(100, 9), (300, 9)], {"highway": "footway", "footway": "sidewalk"}, []),
        ([(100, 9), (300, 9)], PATH | {"bridge": "yes"}, []),
        ([(100, 5), (100, 29)], PATH, []),  # towards the water
        ([(100, -15), (100, 15)], PATH, []),  # across it, untagged
        ([(100, -20), (400, 20)], PATH, ["geometry"]),  # along it, changing sides
        ([(100, 9), (110, 9), (110, 32)], PATH, []),  # 31 of 33 m near, but it leads away
        ([(100, 9), (280, 9), (280, 59)], PATH, ["geometry"]),  # 201 of 230 m, 0.87
        ([(100, 9), (280, 9), (280, 89)], PATH, []),  # 201 of 260 m, 0.77
    ],
)
def test_what_runs_along_the_water(corners, tags, by):
    assert am.towpaths(line_world(WATER, (corners, tags)))["by"].tolist() == by


def test_the_distance_and_the_share_can_be_set():
    extract = line_world(
        WATER, ([(100, 40), (300, 40)], PATH), ([(100, 9), (280, 9), (280, 89)], PATH)
    )
    assert am.towpaths(extract, within_m=50)["way"].tolist() == [2, 3]
    assert am.towpaths(extract, least_share=0.7)["way"].tolist() == [3]


def test_the_bank_of_wide_water_counts_and_a_pond_does_not():
    ring = [(0, -200), (1000, -200), (1000, 200), (0, 200), (0, -200)]
    path = ([(100, 220), (300, 220)], PATH)
    assert am.towpaths(line_world((ring, {"natural": "water"}), path)).empty
    river = ([(-50, 0), (1050, 0)], {"waterway": "river", "name": "Loire"})
    found = am.towpaths(line_world((ring, {"natural": "water"}), path, river))
    assert found["waterway"].tolist() == ["Loire"]
    found = am.towpaths(line_world((ring, {"waterway": "riverbank"}), path))
    assert found["waterway"].tolist() == [""]


@pytest.mark.parametrize(("x_m", "name"), [(940, "Loire"), (700, "")])
def test_a_bank_without_a_name_is_that_of_a_named_centre_line_near(x_m, name):
    ring = [(0, -90), (1000, -90), (1000, 90), (0, 90), (0, -90)]
    river = ([(1010, 0), (2000, 0)], {"waterway": "river", "name": "Loire"})
    path = ([(x_m, 100), (x_m + 50, 100)], PATH)
    found = am.towpaths(line_world((ring, {"waterway": "riverbank"}), river, path))
    assert found["waterway"].tolist() == [name]


def test_a_path_that_the_file_breaks_is_one_way_as_long_as_what_is_known():
    places = {1: (0, 0), 2: (900, 0), 3: (100, 9), 4: (200, 9), 6: (400, 9), 7: (500, 9)}
    extract = make_extract(places, {1: ([1, 2], CANAL), 2: ([3, 4, 5, 6, 7], PATH)})
    found = am.towpaths(extract)
    assert found["length_m"].tolist() == pytest.approx([200], rel=1e-3)
    assert found.geometry.geom_type.tolist() == ["MultiLineString"]


def test_covered_water_has_no_towpath():
    below = ([(0, 0), (1000, 0)], CANAL | {"tunnel": "yes"})
    assert am.towpaths(line_world(below, ([(100, 9), (300, 9)], PATH))).empty


def test_a_towpath_without_a_name_is_called_after_the_route_along_it():
    routes = {7: ([("w", 2, "")], {"type": "route", "route": "bicycle", "name": "EuroVelo 5"})}
    extract = line_world(WATER, ([(100, 9), (300, 9)], PATH), relations=routes)
    assert am.towpaths(extract)["name"].tolist() == ["EuroVelo 5"]


corner = st.tuples(st.integers(0, 1000), st.integers(-90, 90))


@given(st.lists(corner, min_size=2, max_size=5, unique=True))
def test_the_share_near_the_water_is_that_of_sampled_points(corners):
    """Points every few metres along the path, held against the strip from -30 to 30."""
    extract = line_world(([(-500, 0), (1500, 0)], CANAL), (corners, PATH | {"towpath": "yes"}))
    line = shapely.linestrings(corners)
    along = (np.arange(4000) + 0.5) / 4000
    points = shapely.line_interpolate_point(line, along, normalized=True)
    from_the_middle = np.abs(shapely.get_y(points))
    # the world's degrees and the metres of its map differ by some centimetres at the strip's edges,
    # which a flat path crosses slowly: so the strip is held between a narrower and a wider one
    least = (from_the_middle <= 29.8).mean() - 0.005
    most = (from_the_middle <= 30.2).mean() + 0.005
    if shapely.is_simple(line):
        assert least <= am.towpaths(extract)["share"][0] <= most


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"within_m": 0}, "within_m must be a finite number of metres above 0; found 0"),
        ({"least_share": 1.5}, "least_share must be above 0 and up to 1; found 1.5"),
        ({"least_share": np.nan}, "least_share must be above 0"),
    ],
)
def test_wrong_limits_are_refused(options, message):
    with pytest.raises(PlacesError, match=message):
        am.towpaths(canal_world(), **options)


# ---- greenways


@pytest.mark.parametrize(
    ("tags", "by"),
    [
        (CYCLEWAY, ["designation"]),
        (CYCLEWAY | {"segregated": "yes"}, []),
        (CYCLEWAY | {"segregated": "yes", "traffic_sign": "FR:C115"}, ["sign"]),
        (PATH | {"designation": "greenway", "bicycle": "yes"}, ["designation"]),
        ({"highway": "cycleway", "foot": "no"}, []),
        (PATH | {"bicycle": "yes", "foot": "yes"}, []),
        (CYCLEWAY | {"highway": "track", "motor_vehicle": "destination"}, []),
        (CYCLEWAY | {"highway": "track", "motor_vehicle": "private"}, ["designation"]),
        (PATH | {"bicycle": "no", "foot": "designated"}, []),
        ({"highway": "track", "foot": "designated", "bicycle": "designated"}, []),
        ({"highway": "track", "foot": "designated", "bicycle": "designated",
          "motor_vehicle": "no"}, ["designation"]),
        ({"highway": "residential", "foot": "designated", "bicycle": "designated",
          "motor_vehicle": "no"}, []),
    ],
)  # fmt: skip
def test_what_is_a_greenway(tags, by):
    assert am.greenway_lines(line_world(([(0, 0), (500, 0)], tags)))["by"].tolist() == by


def test_a_named_route_and_the_water_speak_for_a_greenway():
    path = PATH | {"bicycle": "yes", "foot": "yes"}
    routes = {7: ([("w", 2, "")], {"type": "route", "route": "foot", "name": "GR 121"})}
    extract = line_world(
        WATER, ([(0, 300), (500, 300)], path), ([(0, 9), (500, 9)], path), relations=routes
    )
    found = am.greenway_lines(extract)
    assert found[["way", "by", "name", "is_towpath"]].to_numpy().tolist() == [
        [2, "route", "GR 121", False],
        [3, "towpath", "", True],
    ]


def test_kilometres_are_cut_at_the_boundary():
    extract = line_world(
        WATER, ([(0, 300), (1000, 300)], CYCLEWAY), ([(0, 9), (1000, 9)], CYCLEWAY)
    )
    communes = communes_of((-10, -50, 250, 400), (250, -50, 750, 100), population=[500.0, np.nan])
    found = am.greenways(extract, communes)
    assert found["commune"].tolist() == ["62001", "62002", ""]
    assert found["greenway_km"].tolist() == pytest.approx([0.5, 0.5, 1.0], rel=1e-2)
    assert found["towpath_km"].tolist() == pytest.approx([0.25, 0.5, 0.25], rel=1e-2)
    assert found["residents_per_km"][0] == pytest.approx(1000, rel=1e-2)
    assert found["residents_per_km"][1:].isna().all()


def test_without_anything_there_are_no_paths():
    assert am.towpaths(line_world()).empty
    assert am.greenway_lines(line_world()).empty
    assert (
        am.towpaths(line_world(WATER)).columns.tolist()
        == am.towpaths(canal_world()).columns.tolist()
    )


def test_without_greenways_there_are_no_kilometres_and_no_residents_for_them():
    found = am.greenways(line_world(WATER), communes_of((0, 0, 9, 9), population=[800.0]))
    assert found["greenway_km"].tolist() == [0, 0]
    assert found["residents_per_km"].isna().all()


def test_what_runs_along_a_boundary_or_lies_in_two_communes_counts_once():
    extract = line_world(([(0, 0), (1000, 0)], CYCLEWAY))
    found = am.greenways(extract, communes_of((-9, -50, 500, 50), (300, -50, 800, 50)))
    assert found["greenway_km"].tolist() == pytest.approx([0.5, 0.3, 0.2], rel=1e-2)


number = st.integers(-50, 50)


@given(
    st.lists(st.lists(st.tuples(number, number), min_size=2, max_size=4, unique=True), max_size=4),
    st.lists(st.tuples(number, number, st.integers(1, 60), st.integers(1, 60)), max_size=4),
)
def test_nothing_is_lost_and_nothing_counts_twice(lines, boxes):
    drawn = np.array([shapely.linestrings(each) for each in lines] + [None], object)[:-1]
    areas = np.array([shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes] + [None], object)[
        :-1
    ]
    found = share_lines(drawn, areas)
    whole = np.zeros(drawn.size)
    np.add.at(whole, found.line, found.share)
    assert whole == pytest.approx(np.ones(drawn.size))
    assert (found.share > 0).all()
    for line, area, share in zip(found.line, found.area, found.share, strict=True):
        if not shapely.is_simple(drawn[line]):
            continue
        before = shapely.union_all(areas[:area])
        rest = shapely.difference(drawn[line], before)
        inside = shapely.intersection(rest, areas[area]) if area < areas.size else rest
        assert share == pytest.approx(
            shapely.length(inside) / shapely.length(drawn[line]), abs=1e-9
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda table: table.drop(columns="insee"),
            "The communes lack the column insee; read them",
        ),
        (lambda table: table.assign(insee="62001"), "The communes have the code 62001 twice"),
        (lambda table: table.set_crs(None, allow_override=True), "have no coordinate system"),
    ],
)
def test_faulty_communes_are_refused(change, message):
    communes = communes_of((0, 0, 9, 9), (9, 0, 20, 9))
    with pytest.raises(PlacesError, match=message):
        am.greenways(canal_world(), change(communes))
