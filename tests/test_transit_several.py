"""The k nearest sites by public transport: the scan, its readings, and studies that ask."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import artois_mobility as am
from artois_mobility._types import UNREACHED_MS
from artois_mobility.access.by_transit import ask_transit
from artois_mobility.errors import ResultError
from artois_mobility.routing.repairs import ms_of, site_of
from artois_mobility.scenarios.applying import AttachedPlaces
from artois_mobility.scenarios.reading import read_scenarios
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.laws import check_ranks
from artois_mobility.study.loading import load
from artois_mobility.study.new_sites import attach_new_sites, join_sites
from artois_mobility.study.riding import settle_transit
from artois_mobility.transit.feeds import read_gtfs
from artois_mobility.transit.journeys import Course, search_to
from artois_mobility.transit.searches import Walks, list_connections, search_window
from artois_mobility.transit.several import read_to_several, search_several
from artois_mobility.transit.timetables import build_timetable, reverse_timetable
from artois_mobility.transit.walking import gather_access, reverse_walks
from study_worlds import place
from test_transit_searches import DAY, HOUR, random_world
from transit_studies import SCENARIOS, rides_of, study_text, write_scenario, write_study
from transit_worlds import walks_of, write_feed

K = 3
SITES = """sites = ["osm", "data/more.csv"]

[access]"""


def near_sites(draw, far_ms, k=K):
    """Of the walks between n places and s sites, the k shortest, ties to the smaller site."""
    order = np.argsort(far_ms, axis=1, kind="stable")[:, :k]
    ms = np.take_along_axis(far_ms, order, axis=1)
    return ms.astype(np.int32), np.where(ms < UNREACHED_MS, order, -1).astype(np.int32)


def random_walks(draw, count, sites=5):
    walks = draw.integers(0, 15, (count, sites)) * 60_000
    return np.where(draw.random((count, sites)) < 0.35, walks, UNREACHED_MS)


@pytest.mark.parametrize("seed", range(30))
def test_lists_hold_what_a_scan_to_each_site_finds(seed, tmp_path):
    draw, timetable, walks = random_world(seed, tmp_path / "feed")
    egress = random_walks(draw, 7)
    connections, between = list_connections(timetable, 0, 48 * HOUR), Walks(*walks)
    for most in (1, 3):
        found = search_several(connections, between, near_sites(draw, egress), trip_count=most)
        keys = found.key.reshape(-1, most, K)[:, -1]
        single = [
            search_window(connections, between, egress[:, site].astype(np.int32), trip_count=most)
            for site in range(egress.shape[1])
        ]
        for stop in range(7):
            for time_ms in (6 * HOUR + draw.integers(0, 3 * 3600, 8) * 1000).tolist():
                arrivals = [arrival_at(each, stop, time_ms) for each in single]
                expected = sorted((ms, site) for site, ms in enumerate(arrivals) if ms)[:K]
                own = slice(
                    found.first_entry[stop], found.first_entry[stop] + found.entry_count[stop]
                )
                caught = np.flatnonzero(found.departure_ms[own] >= time_ms)
                held = keys[own][caught[-1]] if caught.size else np.empty(0, np.int64)
                pairs = zip(ms_of(held).tolist(), site_of(held).tolist(), strict=True)
                assert [pair for pair in pairs if pair[1] >= 0] == expected


@pytest.mark.parametrize("stops", ["abc", "acb", "bac", "bca", "cab", "cba"])
def test_trips_that_take_no_time_are_changed_between_at_once(stops, tmp_path):
    """Two trips of the same second, the one caught from the other, whichever is scanned first."""
    begin, middle, end = stops
    trips = {
        begin: [(begin, 100, 100), (middle, 100, 100)],
        middle: [(middle, 100, 100), (end, 100, 100)],
    }
    timetable = build_timetable(read_gtfs(write_feed(tmp_path, dict(sorted(trips.items())))), DAY)
    connections = list_connections(timetable, 0, HOUR)
    egress, site = np.full((3, 2), UNREACHED_MS, np.int32), np.full((3, 2), -1, np.int32)
    egress["abc".index(end)], site["abc".index(end)] = (1000, 2000), (7, 4)
    walks = Walks(*walks_of(np.where(np.eye(3) > 0, 0, -1)))
    found = search_several(connections, walks, (egress, site), trip_count=2)
    at = found.first_entry["abc".index(begin)]
    assert found.entry_count["abc".index(begin)] == 1
    keys = found.key.reshape(-1, 2, 2)[at, -1]
    assert ms_of(keys).tolist() == [101_000, 102_000]
    assert site_of(keys).tolist() == [7, 4]


def arrival_at(profiles, stop, time_ms):
    """When one arrives who is at a stop at some time; 0 for never."""
    begin = profiles.first_entry[stop]
    own = slice(begin, begin + profiles.entry_count[stop])
    caught = np.flatnonzero(profiles.departure_ms[own] >= time_ms)
    found = profiles.arrival_ms[own][caught[-1], -1] if caught.size else UNREACHED_MS
    return int(found) if found < UNREACHED_MS else 0


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("at", ["departure", "arrival"])
def test_readings_equal_a_search_to_each_site(seed, at, tmp_path):
    draw, timetable, walks = random_world(seed, tmp_path / "feed")
    own, between = timetable, Walks(*walks)
    moments = np.arange(6 * HOUR, 9 * HOUR, 17 * 60_000, np.int32)
    if at == "arrival":
        own, between = reverse_timetable(timetable), reverse_walks(between)
        moments = -moments[::-1].copy()
    course = Course(own, between, moments, at == "arrival", 3, 3 * HOUR)
    place_row, stop = np.nonzero(draw.random((4, 7)) < 0.4)
    access = gather_access(4, place_row, stop, draw.integers(0, 12, place_row.size) * 60_000)
    egress, direct = random_walks(draw, 7), random_walks(draw, 4) * 3 // 1
    direct = np.where(direct < UNREACHED_MS, direct, UNREACHED_MS)
    profiles = search_several(course.connections(), between, near_sites(draw, egress), trip_count=3)
    found = read_to_several(course, access, profiles, near_sites(draw, direct))
    table = np.empty((5, 4, moments.size), np.int32)

    def take(number, each):
        table[number] = each.time_ms

    ends = [
        (egress[:, site].astype(np.int32), direct[:, site].astype(np.int32)) for site in range(5)
    ]
    search_to(course, access, ends, take)
    order = np.argsort(table, axis=0, kind="stable")[:K]
    expected = np.take_along_axis(table, order, axis=0)
    np.testing.assert_array_equal(found.time_ms, expected)
    is_there = expected < UNREACHED_MS
    np.testing.assert_array_equal(found.site[is_there], order[is_there])
    _, ms = found.at_percentile(50)
    assert (np.diff(ms.astype(np.int64), axis=0) >= 0).all(), "the next is never nearer"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_study(folder, study_text(nearest=K).replace("[access]", SITES))
    rows = ["category,name,lon,lat"]
    for number, (column, row) in enumerate([(2, 0), (6, 2), (4, 5), (1, 3)]):
        lon, lat = place(column, row)
        rows.append(f"care/pharmacy,Pharmacie {number},{lon},{lat}")
    (folder / "data" / "more.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "one.toml").write_text(study_text().replace("[access]", SITES), encoding="utf-8")
    for name in SCENARIOS:
        write_scenario(folder, name)
    return folder


@pytest.fixture(scope="module")
def loaded(town):
    return load(am.read_study(town / "town.toml"), lambda *_: None)


@pytest.fixture(scope="module")
def result(town, loaded):
    return am.compare(loaded.study, [town / f"{name}.toml" for name in SCENARIOS])


def check_table(found, expected):
    np.testing.assert_array_equal(found["minutes"], expected["minutes"])
    for name in ("cell", "category", "rank", "site", "reason", "position_quality"):
        assert found[name].astype(str).tolist() == expected[name].astype(str).tolist(), name


def test_today_is_what_python_gives(loaded, result):
    study = loaded.study
    transit = loaded.transit
    expected = am.access_times(
        transit, loaded.residents, loaded.today.sites, k=K, categories=list(study.categories)
    )
    check_table(rides_of(result.access_times, "today"), expected)
    assert expected["minutes"].notna().groupby(expected["rank"]).sum().min() > 0


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_is_what_computing_everything_anew_gives(name, town, loaded, result):
    study = loaded.study
    (resolved,) = resolve(read_scenarios([town / f"{name}.toml"]), loaded.today)
    people, places = loaded.attachments["walk"]
    sites, edits = loaded.today.sites, resolved.site_edits
    if edits.categories:
        new = attach_new_sites(loaded, [resolved])[name, "walk"]
        sites, places = edits.sites, join_sites(edits, places, new)
    transit, attached = settle_transit(
        loaded, resolved, AttachedPlaces(loaded.residents, people), AttachedPlaces(sites, places)
    )
    expected = am.access_times(
        transit, loaded.residents, sites, k=K, categories=list(study.categories),
        attachments=attached,
    )  # fmt: skip
    found = rides_of(result.access_times, name)
    check_table(found, expected)
    today = rides_of(result.access_times, "today")
    assert not np.array_equal(found["minutes"], today["minutes"], equal_nan=True)


def test_the_next_site_is_never_nearer(result):
    minutes = result.access_times["minutes"].fillna(np.inf).to_numpy().reshape(-1, K)
    assert (minutes[:, 1:] >= minutes[:, :-1]).all()
    rides = result.access_times[result.access_times["profile"] == "transit"]
    own = rides["minutes"].fillna(np.inf).to_numpy().reshape(-1, K)
    assert (own[:, 1:] > own[:, :-1]).any()


def test_the_guard_sees_a_second_site_that_is_nearer(result):
    check_ranks(result.access_times)
    broken = result.access_times.copy()
    row = broken.index[(broken["profile"] == "transit") & (broken["rank"] == 2)][0]
    broken.loc[row, "minutes"] = 0.0
    with pytest.raises(ResultError, match="care/hospital by transit from cell c0_0"):
        check_ranks(broken)


@pytest.mark.parametrize("name", ["footbridge", "site", "line"])
def test_opening_lengthens_the_way_to_none_of_them(name, result):
    own = rides_of(result.differences, name)
    before, after = (own[f"minutes_{when}"].fillna(np.inf) for when in ("before", "after"))
    assert (after <= before).all()
    assert (after < before)[own["rank"] > 1].any()


def test_the_first_of_several_is_the_nearest_alone(town, result):
    one = am.compare(
        am.read_study(town / "one.toml"), [town / f"{name}.toml" for name in SCENARIOS]
    )
    first = result.access_times[result.access_times["rank"] == 1]
    np.testing.assert_array_equal(first["minutes"], one.access_times["minutes"])
    pd.testing.assert_frame_equal(result.transit_times, one.transit_times)
    pd.testing.assert_frame_equal(am.who_gains(result), am.who_gains(one))


def test_a_report_of_several_sites_is_written(loaded, town, tmp_path):
    am.write_report(am.compare(loaded.study, [town / "line.toml"]), tmp_path / "out")
    table = pd.read_parquet(tmp_path / "out" / "access_times.parquet")
    own = table[table["profile"] == "transit"]
    assert set(own["rank"]) == set(range(1, K + 1))
    assert 'id="without-car"' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("at", "direction"), [("departure", "to_site"), ("arrival", "from_site")])
def test_one_scan_finds_what_trying_each_site_finds(at, direction, loaded):
    transit = loaded.transit
    transit = replace(transit, window=replace(transit.window, at=at, step_min=7))
    asked = ["care/pharmacy"], direction
    question = ask_transit(transit, loaded.residents, loaded.today.sites, asked, None)
    (rows,) = question.members
    site, ms = question.find_several(rows, K)
    every_site, every_ms = question._try_each(rows, K)
    np.testing.assert_array_equal(ms, every_ms)
    is_there = ms < UNREACHED_MS
    np.testing.assert_array_equal(site[is_there], every_site[is_there])
    assert is_there.any(axis=0).all()
