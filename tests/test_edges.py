"""The edge of an extract: what is marked exact does not change when the extract grows."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.network.coverage import ends_cut_off, find_coverage
from artois_mobility.osm.clipping import Bbox, clip_osm
from osm_files import write_osm
from street_worlds import Street, at, cells_at, grid_world, sites_at, street_world, two_way

CATEGORIES = ["care", "culture", "training"]


def clip(path, bbox, folder):
    import osmium

    target = folder / "part.osm.pbf"
    clip_osm(osmium.io.File(str(path), "pbf"), target, "pbf", Bbox(*bbox))
    return am.read_osm(target)


def some_cells(network, draw, bbox, count):
    west, south, east, north = bbox
    points = draw.uniform((west, south), (east, north), (count, 2))
    table = {"cell": [str(row) for row in range(count)], "population": 1.0}
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(*points.T), crs="EPSG:4326")


def check_growth(path, bbox, tmp_path, profiles, *, least_exact=0.05, is_guessed=False):
    """Build a part and the whole; exact rows agree, others only ever come down."""
    whole, part = am.read_osm(path), clip(path, bbox, tmp_path)
    draw = np.random.default_rng(7)
    if is_guessed:
        part = replace(part, source=replace(part.source, covered_deg=None))
    for profile in profiles:
        large, small = (
            am.build_network(each, profile, turns=profile == "car") for each in (whole, part)
        )
        cells = some_cells(small, draw, bbox, 800)
        now, then = (
            am.access_times(each, cells, am.read_sites(data, CATEGORIES), k=2)
            for each, data in ((small, part), (large, whole))
        )
        edges = am.edge_minutes(small, cells, part)
        marked = am.mark_edge(now, edges)
        keys = ["cell", "category", "rank"]
        text = dict.fromkeys(keys, str)
        both = marked.astype(text).merge(
            then.astype(text), on=keys, suffixes=("", "_whole"), how="left"
        )
        is_exact = both["edge"] == "exact"
        mine, others = both[is_exact], both[both["edge"] == "upper bound"]
        assert is_exact.mean() > least_exact, profile
        assert len(others) > 0
        # positions round a millisecond apart; and of the ten seconds at a signal a place beside it
        # gets a part that depends on which of two twins comes first
        near = 0.17 if profile == "car" else 1e-4
        apart = mine[~np.isclose(mine["minutes"], mine["minutes_whole"], 0, near, equal_nan=True)]
        assert apart.empty, (profile, apart.head())
        # the mark says something: some of the others do come down
        assert (others["minutes_whole"] < others["minutes"].fillna(np.inf)).any()
        fewer, more = (
            am.opportunities(each, cells, am.read_sites(data, CATEGORIES), [4], categories=["care"])
            for each, data in ((small, part), (large, whole))
        )
        sure = am.mark_edge(fewer, edges, within_min=4)["edge"] == "exact"
        assert sure.any()
        differ = (fewer["value"] != more["value"]) & fewer["value"].notna()
        # who reaches a site within a moment of four minutes may count it in one of the two only
        assert differ[sure].mean() < (0.02 if profile == "car" else 0.001)


@pytest.mark.parametrize("is_guessed", [False, True])
def test_what_is_exact_stays_when_the_territory_is_whole(repository, tmp_path, is_guessed):
    path = repository / "data" / "osm" / "artois-schematic.osm.pbf"
    profiles = ["walk", "bicycle", "car"]
    check_growth(path, (2.75, 50.38, 2.95, 50.48), tmp_path, profiles, is_guessed=is_guessed)


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "bbox"),
    [
        ("newport.osm.pbf", (-3.05, 51.55, -2.95, 51.61)),
        ("malta.osm.pbf", (14.45, 35.86, 14.53, 35.92)),
    ],
)
@pytest.mark.parametrize("is_guessed", [False, True])
def test_what_is_exact_stays_when_real_towns_are_whole(realdata, tmp_path, name, bbox, is_guessed):
    path, profiles = realdata / "osm" / name, ["walk", "car"]
    check_growth(path, bbox, tmp_path, profiles, least_exact=0.01, is_guessed=is_guessed)


@pytest.mark.realdata
def test_where_streets_are_is_a_safe_guess(realdata, tmp_path):
    bbox = (-3.05, 51.55, -2.95, 51.61)
    part = clip(realdata / "osm" / "newport.osm.pbf", bbox, tmp_path)
    unknown = replace(part, source=replace(part.source, covered_deg=None))
    network = am.build_network(unknown, "walk")
    guess = find_coverage(unknown, network)
    box = find_coverage(part, network)
    assert (guess.known_by, box.known_by) == ("streets", "header")
    # long roads that run out of the box are cut off
    assert guess.area.difference(box.area).area < 0.02 * box.area.area
    assert 0.4 < guess.area.intersection(box.area).area / box.area.area <= 1


def grid_extract(covered_deg=None):
    from scenario_worlds import make_extract

    network = grid_world(9, 9)
    extract = make_extract([network])
    return network, replace(extract, source=replace(extract.source, covered_deg=covered_deg))


def test_minutes_to_the_edge_of_a_grid_are_arithmetic():
    # blocks of 100 m take a minute; 300 m may be walked off the network, so of 0 to 800 m only
    # the nodes from 300 to 500 m lie inside; cells stand in the middle and on a node of the rim
    network, extract = grid_extract()
    west, south = at(-10, -10)
    east, north = at(810, 810)
    cells = cells_at([(400, 400), (300, 400), (0, 0)])
    edges = am.edge_minutes(network, cells, extract, covers=(west, south, east, north))
    # a minute from the middle lies a street that leaves the inner area by its other end
    assert edges["edge_min"].round(3).tolist() == [1.0, 0.0, 0.0]
    assert edges.attrs["covers"] == "given"
    times = am.access_times(network, cells, sites_at({"h": (500, 400)}))
    assert am.mark_edge(times, edges)["edge"].tolist() == ["exact", "upper bound", "upper bound"]


def test_a_one_way_street_out_is_the_edge_where_it_begins():
    nodes = [(0, 0), (400, 0), (3000, 0)]
    streets = [two_way(0, 1, 240_000), Street(1, 2, 600_000)]
    network = street_world(nodes, streets)
    west, south = at(-1000, -1000)
    east, north = at(1500, 1000)
    _, extract = grid_extract((west, south, east, north))
    edges = am.edge_minutes(network, cells_at([(0, 0)]), extract)
    assert edges["edge_min"].tolist() == [4.0]
    back = am.edge_minutes(network, cells_at([(0, 0)]), extract, direction="from_site")
    assert back["edge_min"].tolist() == [4.0]
    assert edges.attrs["covers"] == "header"


def test_a_cell_on_no_street_has_no_mark():
    network, extract = grid_extract()
    cells = cells_at([(400, 400), (5000, 5000)])
    edges = am.edge_minutes(network, cells, extract)
    assert edges["edge_min"].isna().tolist() == [False, True]
    times = am.access_times(network, cells, sites_at({"h": (500, 400)}))
    assert am.mark_edge(times, edges)["edge"].tolist()[1] == ""
    assert edges.attrs["covers"] == "streets"


def test_ways_that_the_file_cuts_off_are_the_edge_too(tmp_path):
    # node 9 is not in the file: whoever is at node 3 may go on to where we know nothing
    nodes = {number: (2.80 + 0.002 * number, 50.40) for number in range(1, 6)}
    ways = {
        7: ([1, 2, 3, 9], {"highway": "residential"}),
        8: ([1, 4, 5], {"highway": "residential"}),
    }
    extract = am.read_osm(write_osm(tmp_path / "cut.osm", nodes, ways))
    assert ends_cut_off(extract).tolist() == [3]
    network = am.build_network(extract, "walk")
    cells = gpd.GeoDataFrame(
        {"cell": ["a"]}, geometry=gpd.points_from_xy([2.806], [50.40]), crs="EPSG:4326"
    )
    far = (2.0, 50.0, 3.5, 51.0)
    assert am.edge_minutes(network, cells, extract, covers=far)["edge_min"].tolist() == [0.0]


def test_what_an_extract_covers_must_be_an_area():
    network, extract = grid_extract()
    cells = cells_at([(400, 400)])
    with pytest.raises(PlacesError, match="table of areas, or west, south, east and north"):
        am.edge_minutes(network, cells, extract, covers=(3.0, 50.0, 2.0, 51.0))
    with pytest.raises(PlacesError, match="no coordinate system"):
        am.edge_minutes(network, cells, extract, covers=gpd.GeoSeries([shapely.box(2, 50, 3, 51)]))
    with pytest.raises(PlacesError, match="found points or lines"):
        am.edge_minutes(network, cells, extract, covers=cells)
    times = pd.DataFrame({"cell": ["0"], "measure": ["10 min"], "value": [1.0]})
    edges = am.edge_minutes(network, cells, extract)
    with pytest.raises(PlacesError, match="Values need within_min"):
        am.mark_edge(times, edges)
    with pytest.raises(PlacesError, match="lacks 1 measures of the table, first '10 min'"):
        am.mark_edge(times, edges, within_min={"5 min": 5})
