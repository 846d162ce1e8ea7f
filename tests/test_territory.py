"""The embedded territory: what it promises, read from its two files and the tables behind them."""

import csv
import subprocess
import sys
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import osmium
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

FOLDER = Path(__file__).parents[1] / "data" / "osm"
EXTRACT = FOLDER / "artois-schematic.osm.pbf"
RESIDENTS = FOLDER / "artois-residents.csv"
SCENARIOS = sorted(
    path for path in (FOLDER.parents[1] / "scenarios").glob("*.toml") if path.stem != "artois"
)
FACTS = sorted((FOLDER / "facts").glob("*.csv"))

M_PER_DEG = np.array([70_994.0, 111_237.0])
NO_CARS = {"footway", "path", "cycleway", "steps"}
NO_WALKERS = {"motorway", "motorway_link", "trunk_link"}
CLASSES = {
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "secondary", "tertiary",
    "unclassified", "residential", "living_street", "footway", "path", "cycleway", "steps",
}  # fmt: skip


class Way(NamedTuple):
    osm_id: int
    nodes: tuple[int, ...]
    tags: dict[str, str]


class Territory(NamedTuple):
    position: dict[int, tuple[float, float]]
    node_tags: dict[int, dict[str, str]]
    ways: list[Way]
    relations: list[tuple[int, dict[str, str], list[int]]]

    def highways(self) -> list[Way]:
        return [way for way in self.ways if "highway" in way.tags]

    def line(self, way: Way) -> shapely.LineString:
        return shapely.LineString(np.array([self.position[n] for n in way.nodes]) * M_PER_DEG)


@pytest.fixture(scope="module")
def territory() -> Territory:
    found = Territory({}, {}, [], [])
    for item in osmium.FileProcessor(str(EXTRACT)):
        tags = dict(item.tags)
        if item.is_node():
            found.position[item.id] = (item.lon, item.lat)
            if tags:
                found.node_tags[item.id] = tags
        elif item.is_way():
            found.ways.append(Way(item.id, tuple(node.ref for node in item.nodes), tags))
        else:
            found.relations.append((item.id, tags, [m.ref for m in item.members]))
    return found


@pytest.fixture(scope="module")
def residents() -> list[dict[str, str]]:
    return read_rows(RESIDENTS)


def read_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def share_in_main_part(ways: list[Way], *, obey_oneway: bool) -> float:
    row: dict[int, int] = {}
    tails: list[int] = []
    heads: list[int] = []
    for way in ways:
        rows = [row.setdefault(node, len(row)) for node in way.nodes]
        tails += rows[:-1]
        heads += rows[1:]
        if not (obey_oneway and way.tags.get("oneway") == "yes"):
            tails += rows[1:]
            heads += rows[:-1]
    size = len(row)
    graph = coo_matrix((np.ones(len(tails)), (tails, heads)), shape=(size, size))
    _, part = connected_components(graph, directed=True, connection="strong")
    return float(np.bincount(part).max() / size)


def test_building_again_gives_the_same_bytes(tmp_path):
    script = FOLDER / "build_territory.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True, capture_output=True)
    for path in (EXTRACT, RESIDENTS):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_it_is_small_and_says_that_it_is_schematic(territory):
    assert EXTRACT.stat().st_size < 3_000_000
    header = osmium.io.Reader(str(EXTRACT)).header()
    assert header.get("generator") == "artois_mobility schematic territory"
    assert all(tags["schematic"] == "yes" for _, tags, _ in territory.relations)


def test_it_has_the_promised_size(territory, residents):
    street_nodes = {node for way in territory.highways() for node in way.nodes}
    assert len(street_nodes) >= 60_000
    assert len(residents) >= 6_000
    communes = [t for _, t, _ in territory.relations if t["boundary"] == "administrative"]
    assert len({tags["ref:INSEE"] for tags in communes}) == len(communes) == 150


def test_ids_are_sorted_and_in_a_range_of_their_own(territory):
    for first, ids in (
        (900_000_000_001, list(territory.position)),
        (910_000_000_001, [way.osm_id for way in territory.ways]),
        (920_000_000_001, [osm_id for osm_id, _, _ in territory.relations]),
    ):
        assert ids == list(range(first, first + len(ids)))


def test_residents_sum_to_each_communes_population(residents):
    counted: Counter[str] = Counter()
    for row in residents:
        assert int(row["population"]) >= 1
        counted[row["commune"]] += int(row["population"])
    facts = {
        row["insee"]: int(row["population"]) for row in read_rows(FOLDER / "facts/communes.csv")
    }
    assert counted == facts
    assert counted.total() == 650_339
    assert len({row["cell"] for row in residents}) == len(residents)


@pytest.mark.parametrize("path", FACTS, ids=lambda path: path.stem)
def test_every_fact_has_its_source_and_says_how_sure_it_is(path):
    rows = read_rows(path)
    assert rows
    for row in rows:
        assert row["source"]
        assert row["licence"]
        assert row["approximate"] in ("yes", "no")
        assert None not in row, "a row has more fields than the header"


def test_streets_have_ordinary_classes_and_limits(territory):
    for way in territory.highways():
        assert way.tags["highway"] in CLASSES
        assert way.tags.get("maxspeed", "50") in {"30", "50", "70", "80", "90", "110", "130"}
        assert len(way.nodes) >= 2
        assert all(a != b for a, b in pairwise(way.nodes))


@pytest.mark.parametrize(
    ("closed", "obey_oneway"), [(NO_CARS, True), (NO_WALKERS, False)], ids=["car", "walk"]
)
def test_nearly_all_street_nodes_are_connected(territory, closed, obey_oneway):
    ways = [way for way in territory.highways() if way.tags["highway"] not in closed]
    if not obey_oneway:
        ways = [way for way in ways if way.tags.get("foot") != "no"]
    assert share_in_main_part(ways, obey_oneway=obey_oneway) >= 0.98


def test_boats_get_from_aire_to_douai_and_to_lens_through_locks(territory):
    water = [way for way in territory.ways if "waterway" in way.tags]
    assert share_in_main_part(water, obey_oneway=False) == 1.0
    locks = [way for way in water if way.tags.get("lock") == "yes"]
    gates = [n for n, tags in territory.node_tags.items() if tags.get("waterway") == "lock_gate"]
    assert {way.tags["lock_name"] for way in locks} >= {"Écluse de Cuinchy", "Écluse de Douai"}
    assert sorted(gates) == sorted(n for way in locks for n in (way.nodes[0], way.nodes[-1]))
    for way in locks:
        assert float(way.tags["maxlength"]) > float(way.tags["maxwidth"])
        assert territory.line(way).length == pytest.approx(float(way.tags["maxlength"]), rel=0.05)


def test_streets_cross_water_motorways_and_railways_only_at_bridges(territory):
    on_ground = [w for w in territory.highways() if "bridge" not in w.tags]
    cut = [w for w in territory.ways if is_obstacle(w) and "bridge" not in w.tags]
    levels = {
        n for n, tags in territory.node_tags.items() if tags.get("railway") == "level_crossing"
    }
    lines = [territory.line(way) for way in cut]
    tree = shapely.STRtree(lines)
    wrong = []
    for way in on_ground:
        line = territory.line(way)
        for row in tree.query(line, predicate="intersects"):
            other = cut[row]
            shared = set(way.nodes) & set(other.nodes)
            if "highway" in other.tags and "highway" in way.tags:
                allowed = bool(shared) and not line.crosses(lines[row])
            else:
                allowed = bool(shared) and shared <= levels and "railway" in other.tags
            if not allowed:
                wrong.append((way.osm_id, other.osm_id))
    assert wrong == []


def is_obstacle(way: Way) -> bool:
    tags = way.tags
    return (
        "waterway" in tags
        or tags.get("railway") == "rail"
        or tags.get("highway") == "motorway"
        or tags.get("motorroad") == "yes"
    )


def test_every_cell_has_a_street_at_hand_with_nothing_to_cross(territory, residents):
    open_to_all = [
        territory.line(way)
        for way in territory.highways()
        if way.tags["highway"] not in NO_CARS | NO_WALKERS | {"trunk"} and "bridge" not in way.tags
    ]
    cut = [territory.line(way) for way in territory.ways if is_obstacle(way)]
    lonlat = np.array([[float(row["lon"]), float(row["lat"])] for row in residents])
    cells = shapely.points(lonlat * M_PER_DEG)
    nearest = shapely.STRtree(open_to_all).nearest(cells)
    walks = shapely.shortest_line(cells, np.array(open_to_all, dtype=object)[nearest])
    assert shapely.length(walks).max() < 300.0
    assert shapely.STRtree(cut).query(walks, predicate="crosses").size == 0


def test_commune_borders_close_into_areas(territory):
    line_of_way = {
        way.osm_id: territory.line(way) for way in territory.ways if "boundary" in way.tags
    }
    for _, tags, members in territory.relations:
        area = shapely.get_parts(shapely.polygonize([line_of_way[m] for m in members]))
        assert area.size >= 1, tags["name"]
        assert all(part.is_valid for part in area)


def test_cavaliers_are_no_streets(territory):
    cavaliers = [w for w in territory.ways if w.tags.get("railway") == "abandoned"]
    assert len(cavaliers) == 2
    assert not any("highway" in way.tags for way in cavaliers)


def test_everyday_places_say_that_they_are_generated(territory):
    doctors = [t for t in territory.node_tags.values() if t.get("amenity") == "doctors"]
    assert len(doctors) > 250
    assert all(tags["schematic"] == "yes" and tags["note"] for tags in doctors)


def test_bridges_over_water_have_names_of_their_own(territory):
    named = [
        way.tags["name"]
        for way in territory.highways()
        if "bridge" in way.tags and way.tags.get("name", "").endswith(")")
    ]
    assert len(set(named)) == len(named) >= 30
    assert "Pont de Busnes (Canal d'Aire)" in named


def test_there_are_the_thirteen_scenarios():
    assert len(SCENARIOS) == 13


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_scenarios_meet_the_territory(territory, path):
    scenario = tomllib.loads(path.read_text(encoding="utf-8"))
    assert scenario["question"].endswith("?")
    assert any("Supposition" in text for text in scenario["assumptions"])
    streets = shapely.MultiLineString(
        [
            territory.line(way)
            for way in territory.highways()
            if way.tags["highway"] not in NO_CARS | NO_WALKERS and "bridge" not in way.tags
        ]
    )
    names_of_ways = {
        way.tags[key] for way in territory.ways for key in ("name", "lock_name") if key in way.tags
    }
    names_of_sites = {tags["name"] for tags in territory.node_tags.values() if "name" in tags}
    with (FOLDER.parent / "gtfs" / "lines.csv").open(encoding="utf-8", newline="") as file:
        lines = {row["line"] for row in csv.DictReader(file)}
    for change in scenario["changes"]:
        if change["kind"] == "add_link":
            for end in (change["geometry"][0], change["geometry"][-1]):
                assert streets.distance(shapely.Point(np.array(end) * M_PER_DEG)) < 20.0
        for point in (change[key] for key in ("at", "to") if key in change):
            if change["kind"] == "add_quay":
                new = [each["geometry"] for each in scenario["changes"] if "geometry" in each]
                water = shapely.MultiLineString([np.array(line) * M_PER_DEG for line in new])
                assert water.distance(shapely.Point(np.array(point) * M_PER_DEG)) < 300.0
                continue
            assert streets.distance(shapely.Point(np.array(point) * M_PER_DEG)) < 300.0
        assert set(change.get("names", ())) <= names_of_ways
        assert set(change.get("lines", ())) <= lines
        assert change.get("site", "Louvre-Lens") in names_of_sites
