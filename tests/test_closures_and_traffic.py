"""Closures by class, polygon and day; traffic; sites that open and close: against plain counts."""

import dataclasses
from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility.changes.notices import say_all
from artois_mobility.changes.schema import CloseWays, Congestion
from artois_mobility.errors import PlacesError, StudyError
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.scenarios.shapes import shape_of_arc
from scenario_worlds import close, make_crooked, make_scenario, make_today, speed
from street_worlds import at, sites_at, street_world, two_way
from study_worlds import CLOSE_BRIDGE, STUDY, write_scenario, write_town

DAY = date(2027, 3, 1)


def traffic(factor, **columns):
    return Congestion(kind="congestion", factor=factor, **columns)


def ring(draw):
    centre = draw.uniform(100, 500, 2)
    angles = np.sort(draw.uniform(0, 2 * np.pi, 7))
    return tuple(at(*(centre + draw.uniform(60, 350) * np.array([np.cos(a), np.sin(a)])))
                 for a in angles)  # fmt: skip


def only(today, *changes):
    (resolved,) = resolve([make_scenario(*changes)], today)
    return resolved


@pytest.mark.parametrize("seed", range(30))
def test_a_polygon_closes_the_stretches_whose_middle_lies_in_it(seed):
    draw, loaded = make_crooked(seed)
    today, network = loaded.today, loaded.today.networks["walk"]
    corners = ring(draw)
    polygon = shapely.Polygon(corners)
    if not polygon.is_valid:
        pytest.skip("the ring crosses itself")
    ids = tuple(int(way) for way in draw.choice(np.unique(network.way_of_arc), 6, replace=False))
    for named in ((), ids):
        lines = [shapely.LineString(shape_of_arc(network, arc).degrees)
                 for arc in range(network.graph.arc_count)]  # fmt: skip
        expected = np.array([
            polygon.covers(each.interpolate(0.5, normalized=True))
            and (not named or int(network.way_of_arc[arc]) in named)
            for arc, each in enumerate(lines)
        ])  # fmt: skip
        edits = only(today, close(*named, within=corners)).edits.get("walk")
        closed = np.zeros(expected.size, bool) if edits is None else edits.is_closed
        # twins run the same line in two directions: their middles may differ by rounding
        twin = network.twin_of_arc
        street = np.where(twin < 0, np.arange(twin.size), np.minimum(np.arange(twin.size), twin))
        np.testing.assert_array_equal(closed, expected[street])


def lanes():
    kinds = {1: "residential", 2: "primary", 3: "residential"}
    nodes = [(0, 0), (300, 0), (600, 0), (900, 0)]
    streets = [two_way(row, row + 1, 60_000, way=row + 1, kind=kinds[row + 1]) for row in range(3)]
    return {name: street_world(nodes, streets, profile=name) for name in ("car", "moped", "walk")}


@pytest.fixture
def today():
    return make_today(lanes(), sites_at({"n1": (10, 0)}))


def test_classes_close_too_and_unknown_ones_are_refused(today):
    resolved = only(today, close(classes=("residential",), profiles=("walk",)))
    assert resolved.closed["way"].tolist() == [1, 3]
    assert list(resolved.edits) == ["walk"]
    with pytest.raises(StudyError, match=r"names the class 'primry'.*Did you mean primary"):
        only(today, close(classes=("primry",)))


@pytest.mark.parametrize(
    ("begin", "end", "is_closed"),
    [
        (None, None, True), (DAY, None, True), (None, DAY, True), (DAY, DAY, True),
        (date(2027, 3, 2), None, False), (None, date(2027, 2, 28), False),
        (date(2026, 1, 1), date(2028, 1, 1), True),
    ],
)  # fmt: skip
def test_a_closure_counts_on_its_days_both_ends_included(today, begin, end, is_closed):
    change = close(1, begin=begin, end=end)
    dated = only(dataclasses.replace(today, day=DAY), change)
    assert bool(len(dated.closed)) == is_closed
    assert say_all(dated.warnings)["en"] == (
        [] if is_closed else [
            "changes[1] (close_ways) is not in force on 2027-03-01, the day of the study: nothing "
            "is closed."]
    )  # fmt: skip
    assert len(only(today, change).closed) == 1


def test_a_closure_needs_days_in_order_and_something_to_close():
    with pytest.raises(ValueError, match="ends on 2027-02-28, before it begins on 2027-03-01"):
        close(1, begin=DAY, end=date(2027, 2, 28))
    with pytest.raises(
        ValueError, match=r"says no way to close. Give ids, names, classes or a pol"
    ):
        CloseWays(kind="close_ways")
    with pytest.raises(ValueError, match="is 20270301; allowed is a day: 2027-03-01"):
        close(1, begin=20270301)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("factor", [0.5, 1.3, 2.0, 10.0])
def test_traffic_multiplies_times_and_leaves_waiting(seed, factor):
    draw, loaded = make_crooked(seed)
    network = loaded.today.networks["walk"]
    waiting_ms = (network.local_ms * draw.uniform(0, 1)).astype(np.int32)
    network = dataclasses.replace(network, waiting_ms=waiting_ms)
    today = dataclasses.replace(loaded.today, networks={"walk": network})
    resolved = only(today, traffic(factor, classes=("residential",), profiles=("walk",)))
    moving = (network.local_ms - waiting_ms).astype(float)
    expected = [
        round(ms * factor) + wait
        for ms, wait in zip(moving.tolist(), waiting_ms.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(resolved.edits["walk"].local_ms, expected)
    slower = only(today, speed(factor=1 / factor, classes=("residential",)))
    np.testing.assert_allclose(slower.edits["walk"].local_ms, expected, rtol=0, atol=1)


def test_traffic_is_for_motors_unless_it_says_so(today):
    assert list(only(today, traffic(2.0, ids=(1,))).edits) == ["car", "moped"]
    assert list(only(today, traffic(2.0, ids=(1,), profiles=("walk",))).edits) == ["walk"]
    walk = dataclasses.replace(today, networks={"walk": today.networks["walk"]})
    assert (
        "for no profile of the study"
        in say_all(only(walk, traffic(2.0, ids=(1,))).warnings)["en"][0]
    )


def test_traffic_and_speeds_are_held_against_each_other(today):
    with pytest.raises(StudyError, match=r"sets another speed than changes\[1\] on 1 ways for car"):
        only(today, traffic(2.0, ids=(1,)), speed(factor=2.0, ids=(1,), profiles=("car",)))
    closest = only(today, traffic(2.0, classes=("residential",)), traffic(4.0, ids=(1,)))
    car, local_ms = today.networks["car"], closest.edits["car"].local_ms
    assert {int(w): int(local_ms[car.way_of_arc == w][0]) for w in (1, 2, 3)} == {
        1: 240_000, 2: 60_000, 3: 120_000}  # fmt: skip


def test_lighter_traffic_makes_ways_faster(today):
    resolved = only(today, traffic(0.5, ids=(2,)))
    assert resolved.speeds["change"].tolist() == ["faster"]
    assert resolved.speeds["profiles"].tolist() == ["car, moped"]


def write_sites(path):
    points = [shapely.Point(2.84 + row / 1000, 50.425) for row in range(4)]
    table = {
        "site": ["a", "b", "c", "d"], "category": ["care/pharmacy"] * 4,
        "name": ["A", "B", "C", "D"], "opened": ["2020-01-01", "", "02/03/2027", "2027-03-01"],
        "closed": ["2027-03-01", "2027-03-02", "", ""],
    }  # fmt: skip
    gpd.GeoDataFrame(table, geometry=points, crs=4326).to_file(path)


def test_sites_count_from_the_day_they_open_until_they_close(tmp_path):
    write_sites(tmp_path / "sites.gpkg")
    assert am.read_sites(tmp_path / "sites.gpkg")["site"].tolist() == ["a", "b", "c", "d"]
    sites = am.read_sites(tmp_path / "sites.gpkg", day=DAY)
    assert sites["site"].tolist() == ["b", "d"]
    assert sites.attrs["not_open"] == {"opened later": 1, "closed before": 1}
    (tmp_path / "sites.csv").write_text("category,lon,lat,opened\ncare/pharmacy,2.8,50.4,soon\n")
    with pytest.raises(
        PlacesError, match=r"opened is no day such as 2027-03-01 .*first row 1: 'soon"
    ):
        am.read_sites(tmp_path / "sites.csv", day=DAY)
    assert len(am.read_sites(tmp_path / "sites.csv")) == 1


def test_a_dated_study_closes_and_opens_on_its_day(tmp_path):
    path = write_town(tmp_path)
    write_sites(tmp_path / "data" / "sites.gpkg")
    dated = STUDY.replace(
        "[access]", 'sites = ["osm", "data/sites.gpkg"]\n[access]\ndate = 2027-03-01'
    )
    path.write_text(dated, encoding="utf-8")
    then = write_scenario(tmp_path, "then", CLOSE_BRIDGE + "begin = 2027-02-01\nend = 2027-03-01\n")
    later = write_scenario(tmp_path, "later", CLOSE_BRIDGE + "begin = 2027-03-02\n")
    study = am.read_study(path)
    assert study.day == DAY
    result = am.compare(study, [then, later])
    moved = result.differences["minutes_gained"].fillna(0) != 0
    assert set(result.differences["scenario"][moved]) == {"then"}
    assert "n'est pas en vigueur le 2027-03-01" in result.scenarios[2].warnings["fr"][0]
    assert result.scenarios[1].sentences["fr"] == [
        "Ferme à la circulation « Pont du Canal » (tous les modes) du 01/02/2027 au 01/03/2027."
    ]
    assert result.manifest["sites"]["not_open"] == {"opened later": 1, "closed before": 1}
    assert result.manifest["parameters"]["date"] == "2027-03-01"
    path.write_text(dated.replace("2027-03-01", "2027"), encoding="utf-8")
    with pytest.raises(StudyError, match=r"line \d+, access.date is 2027; allowed is a day"):
        am.read_study(path)


def test_a_polygon_closes_the_water_in_it_to_vessels(tmp_path):
    path = write_town(tmp_path)
    text = STUDY + '\n[water]\nvessels = ["pleasure_boat"]\n'
    path.write_text(text, encoding="utf-8")
    west, east = at(0, 0)[0] - 1, at(0, 0)[0] + 1
    corners = [[west, 50.423], [east, 50.423], [east, 50.429], [west, 50.429]]
    from artois_mobility.scenarios.reading import read_scenarios
    from artois_mobility.study.loading import load

    study = am.read_study(path)
    today = load(study, lambda *_: None).today
    block = f'[[changes]]\nkind = "close_ways"\nwithin = {corners}\nprofiles = ["pleasure_boat"]\n'
    scenario = read_scenarios([write_scenario(tmp_path, "shut", block)])
    water = resolve(scenario, today)[0].water
    row = int(np.flatnonzero(water.extract.ways.osm_id == 400)[0])
    assert water.extract.ways.tags[row]["boat"] == "no"
    dated = dataclasses.replace(today, day=date(2026, 1, 1))
    later = read_scenarios([write_scenario(tmp_path, "later", block + "begin = 2027-01-01\n")])
    kept = resolve(later, dated)[0].water
    assert "boat" not in kept.extract.ways.tags[row]
