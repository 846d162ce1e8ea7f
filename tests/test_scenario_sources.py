"""Coordinates drawn in layers: the same as written ones, whatever the format and the system."""

import hashlib

import geopandas as gpd
import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.reading import read_scenario
from study_worlds import place, write_scenario, write_town

LINES = [[place(3, 2), place(3, 3)], [place(5, 2), place(5.2, 2.5), place(5, 3)]]
NAMES = ["Aval", "Amont"]
RING = [place(1, 1), place(3, 1), place(3, 2), place(1, 2)]
ENDINGS = (".gpkg", ".geojson", ".shp", ".fgb", ".parquet")


def table(shapes, crs="EPSG:2154", **columns):
    shapes = list(shapes)
    values = {"id": range(1, len(shapes) + 1), **columns}
    return gpd.GeoDataFrame(values, geometry=shapes, crs=4326).to_crs(crs)


def save(layer, path):
    if path.suffix == ".parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path)
    return path


def read(folder, text):
    return read_scenario(write_scenario(folder, "works", text))


def link_from(source, more=""):
    return f'[[changes]]\nkind = "add_link"\nprofiles = ["walk"]\ngeometry_from = {source}\n{more}'


def assert_near(found, expected):
    np.testing.assert_allclose(np.array(found), np.array(expected), rtol=0, atol=2e-9)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:4326", "EPSG:3857"])
def test_lines_of_any_layer_are_links_with_their_names(tmp_path, ending, crs):
    path = save(table(map(shapely.LineString, LINES), crs, nom=NAMES), tmp_path / f"plan{ending}")
    scenario = read(tmp_path, link_from(f'{{ file = "{path.name}", name_field = "nom" }}'))
    order = np.argsort([NAMES.index(each.name) for each in scenario.changes])
    if ending != ".fgb":  # which sorts its features by where they lie
        assert order.tolist() == [0, 1]
    for row, line in zip(order, LINES, strict=True):
        assert_near(scenario.changes[row].geometry, line)
        assert scenario.changes[row].crs is None
    assert scenario.lines == (2, 2)
    assert {origin.row for origin in scenario.origins} == {0}


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("where", "expected"), [("id = 2", 1), ("nom = 'Aval'", 0), ("id > 1 AND nom LIKE 'A%'", 1)]
)
def test_where_chooses_features_in_every_format(tmp_path, ending, where, expected):
    path = save(table(map(shapely.LineString, LINES), nom=NAMES), tmp_path / f"plan{ending}")
    scenario = read(tmp_path, link_from(f'{{ file = "{path}", where = "{where}" }}'))
    (link,) = scenario.changes
    assert_near(link.geometry, LINES[expected])
    assert link.name == ""


def test_the_files_of_a_layer_are_among_the_inputs(tmp_path):
    save(table(map(shapely.LineString, LINES)), tmp_path / "plan.shp")
    scenario = read(tmp_path, link_from('{ file = "plan.shp", where = "id = 1" }'))
    names = {each.path.name for each in scenario.inputs}
    assert names == {"plan.shp", "plan.shx", "plan.dbf", "plan.prj", "plan.cpg"}
    for each in scenario.inputs:
        assert each.role == "layer"
        assert each.sha256 == hashlib.sha256(each.path.read_bytes()).hexdigest()


def test_features_of_several_parts_and_heights_are_taken_apart(tmp_path):
    heights = [shapely.LineString([(*point, 41.0) for point in line]) for line in LINES]
    save(table([shapely.MultiLineString(heights)]), tmp_path / "plan.gpkg")
    text = link_from('{ file = "plan.gpkg" }', 'name = "Passerelle"\n')
    first, second = read(tmp_path, text).changes
    assert (first.name, second.name) == ("Passerelle 1", "Passerelle 2")
    assert_near(second.geometry, LINES[1])


def test_points_are_sites_and_where_a_site_goes(tmp_path):
    points = [place(2, 1), place(4, 1)]
    save(table(map(shapely.Point, points), nom=NAMES), tmp_path / "plan.gpkg")
    text = (
        '[[changes]]\nkind = "add_site"\ncategory = "care/pharmacy"\n'
        'at_from = { file = "plan.gpkg", name_field = "nom" }\n'
        '[[changes]]\nkind = "move_site"\nsite = "n9001"\n'
        'to_from = { file = "plan.gpkg", where = "id = 2" }\n'
        '[[changes]]\nkind = "add_site"\ncategory = "care/hospital"\nname = "Hôpital"\n'
        'at_from = { file = "plan.gpkg", where = "id = 1" }\n'
    )
    *added, move, only = read(tmp_path, text).changes
    assert [each.name for each in added] == NAMES
    assert_near([each.at for each in added], points)
    assert_near(move.to, points[1])
    assert only.name == "Hôpital"


@pytest.mark.parametrize(
    "change", ['kind = "set_speed"\nkmh = 20.0', 'kind = "close_ways"',
               'kind = "congestion"\nfactor = 1.5']
)  # fmt: skip
def test_an_area_is_within(tmp_path, change):
    save(table([shapely.Polygon(RING)]), tmp_path / "zone.gpkg")
    (found,) = read(
        tmp_path, f'[[changes]]\n{change}\nwithin_from = {{ file = "zone.gpkg" }}\n'
    ).changes
    assert_near(found.within, RING)
    rings = [shapely.Polygon(RING), shapely.affinity.translate(shapely.Polygon(RING), 0.01)]
    save(table(rings), tmp_path / "zone.gpkg")
    both = read(
        tmp_path, f'[[changes]]\n{change}\nwithin_from = {{ file = "zone.gpkg" }}\n'
    ).changes
    assert len(both) == 2


HOLE = shapely.Polygon(RING, [[place(1.5, 1.2), place(2, 1.2), place(2, 1.5)]])
FAULTS = [
    ("within", [HOLE], "feature 1 in plan.gpkg has a hole; an area here has one outline"),
    ("within", [shapely.Point(place(1, 1))], "is of type Point; allowed are areas"),
    ("geometry", [shapely.Polygon(RING)], "is of type Polygon; allowed are lines"),
    ("geometry", [shapely.LineString(LINES[0]), None], "feature 2 of 2 .* is without coordinates"),
    ("geometry", [shapely.LineString(LINES[0]), shapely.LineString()], "without coord"),
    ("at", [shapely.LineString(LINES[0])], "is of type LineString; allowed are points"),
    ("to", [shapely.Point(place(1, 1)), shapely.Point(place(2, 1))],
     "2 are drawn there; move_site takes one. Choose it: where"),
]  # fmt: skip
BLOCK = {
    "within": 'kind = "set_speed"\nkmh = 20.0',
    "geometry": 'kind = "add_link"\nprofiles = ["walk"]',
    "at": 'kind = "add_site"\ncategory = "care/pharmacy"\nname = "A"',
    "to": 'kind = "move_site"\nsite = "n9001"',
}


@pytest.mark.parametrize(("key", "shapes", "told"), FAULTS)
def test_what_is_drawn_otherwise_is_refused_with_line_and_key(tmp_path, key, shapes, told):
    save(table(shapes), tmp_path / "plan.gpkg")
    text = f'[[changes]]\n{BLOCK[key]}\n{key}_from = {{ file = "plan.gpkg" }}\n'
    with pytest.raises(StudyError, match=rf"line \d, changes\[1\]\.{key}_from: .*{told}"):
        read(tmp_path, text)


def test_nameless_sites_and_wrong_keys_are_refused(tmp_path):
    points = [shapely.Point(place(c, 1)) for c in (1, 2)]
    save(table(points, nom=["A", None]), tmp_path / "plan.gpkg")
    at = 'at_from = { file = "plan.gpkg", name_field = "nom" }'
    text = f'[[changes]]\nkind = "add_site"\ncategory = "care/pharmacy"\n{at}\n'
    with pytest.raises(StudyError, match="name_field is empty for 1 of 2, first the one in row 2"):
        read(tmp_path, text)
    for more, told in (
        ('geometry_from = { file = "plan.gpkg" }', "geometry_from is no key here"),
        ('at_from = { file = "plan.gpkg" }\nat = [2.8, 50.4]', "at_from stands beside at"),
        ('at_from = { fil = "a" }', r"line 6, changes\[1\].at_from.file is missing"),
        ('at_from = { file = "plan.gpkg", lyer = "a" }', "at_from.lyer is no key.*layer"),
    ):
        with pytest.raises(StudyError, match=told):
            read(tmp_path, f"[[changes]]\n{BLOCK['at']}\n{more}\n")


def test_every_problem_of_a_file_comes_at_once_each_once(tmp_path):
    save(table(map(shapely.LineString, LINES)), tmp_path / "plan.gpkg")
    text = link_from('{ file = "plan.gpkg" }', "speed_kmh = -1.0\n") + link_from(
        '{ file = "none.gpkg" }', "onway = true\n"
    )
    with pytest.raises(StudyError) as caught:
        read(tmp_path, text)
    said = str(caught.value).splitlines()[1:]
    assert len(said) == 3
    assert "line 10, changes[2].geometry_from: file 'none.gpkg' does not exist" in said[0]
    assert "line 6, changes[1].speed_kmh is -1; allowed is 0.5 to 300 km/h" in said[1]
    assert "line 11, changes[2].onway is no key here" in said[2]


def test_a_study_computes_the_same_from_a_layer(tmp_path):
    study = am.read_study(write_town(tmp_path))
    save(table([shapely.LineString(LINES[0])], "EPSG:4326"), tmp_path / "plan.parquet")
    drawn = write_scenario(tmp_path, "drawn", link_from('{ file = "plan.parquet" }'))
    geometry = str([list(point) for point in LINES[0]])
    text = f'[[changes]]\nkind = "add_link"\nprofiles = ["walk"]\ngeometry = {geometry}\n'
    result = am.compare(study, [drawn, write_scenario(tmp_path, "told", text)])
    minutes = [
        result.differences[result.differences["scenario"] == key]["minutes_after"].to_numpy()
        for key in ("drawn", "told")
    ]
    np.testing.assert_array_equal(*minutes)
    assert result.summary()["people_gaining"].max() > 0
    roles = [(each["role"], each["path"].rpartition("/")[2]) for each in result.manifest["inputs"]]
    assert roles[-1] == ("layer", "plan.parquet")
