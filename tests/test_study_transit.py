"""Studies with a timetable: minutes, scenarios, laws, files and the page."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.changes.notices import Notice
from artois_mobility.cli.commands import app
from artois_mobility.errors import ResultError, StudyError, TransitError
from artois_mobility.report.times import read_times
from artois_mobility.report.timetables import timetable_lines
from artois_mobility.report.without_car import put_beside, say_beside
from artois_mobility.report.words import read_words
from artois_mobility.scenarios.applying import AttachedPlaces
from artois_mobility.scenarios.differences import tabulate_differences
from artois_mobility.scenarios.reading import read_scenarios
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.laws import check_laws
from artois_mobility.study.loading import load
from artois_mobility.study.new_sites import attach_new_sites, join_sites
from artois_mobility.study.riding import settle_transit
from study_worlds import place
from transit_studies import (
    SCENARIOS,
    TRANSIT,
    rides_of,
    study_text,
    write_bus,
    write_scenario,
    write_study,
)

SITES = """sites = ["osm", "data/dentist.csv"]

[access]"""


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_study(folder)
    for name in SCENARIOS:
        write_scenario(folder, name)
    return folder


@pytest.fixture(scope="module")
def study(town):
    return am.read_study(town / "town.toml")


@pytest.fixture(scope="module")
def result(study, town):
    return am.compare(study, [town / f"{name}.toml" for name in SCENARIOS])


@pytest.fixture(scope="module")
def loaded(study):
    return load(study, lambda *_: None)


@pytest.fixture(scope="module")
def near(town):
    """The study in which nobody walks from stop to stop: streets then change cells and sites."""
    lon, lat = place(6, 5)
    sites = f"category,name,lon,lat\ncare/dentist,Dentiste,{lon},{lat}\n"
    (town / "data" / "dentist.csv").write_text(sites, encoding="utf-8")
    text = study_text("longest_walk_min = 4\n").replace("[access]", SITES)
    (town / "near.toml").write_text(text.replace('"culture"', '"care/dentist"'), encoding="utf-8")
    return am.read_study(town / "near.toml")


@pytest.fixture(scope="module")
def near_loaded(near):
    return load(near, lambda *_: None)


@pytest.fixture(scope="module")
def near_result(near, town):
    return am.compare(near, [town / f"{name}.toml" for name in SCENARIOS])


def test_a_study_reads_what_is_asked_of_public_transport(study):
    asked = study.transit
    assert study.profiles == ("car", "transit", "walk")
    assert (asked.window.begin_min, asked.window.end_min) == (420, 480)
    assert asked.day.isoformat() == "2025-03-04"
    assert asked.walk is study.travel_profiles[1]
    assert study.label_of("transit", "fr") == "transports collectifs"


def test_today_is_what_python_gives(result, study, loaded):
    walk = loaded.today.networks["walk"]
    feed = am.read_gtfs(study.transit.feeds)
    transit = am.build_transit(walk, feed, study.transit.day, window=study.transit.window)
    sites, asked = loaded.today.sites, list(study.categories)
    expected = am.access_times(transit, loaded.residents, sites, categories=asked)
    found = rides_of(result.access_times, "today")
    for name in ("cell", "category", "site", "reason"):
        assert found[name].astype(str).tolist() == expected[name].astype(str).tolist(), name
    np.testing.assert_array_equal(found["minutes"], expected["minutes"])
    told = am.transit_times(
        transit, loaded.residents, sites, categories=asked, thresholds_min=study.thresholds_min
    )
    own = result.transit_times[result.transit_times["scenario"] == "today"]
    for name in ("minutes_50", "minutes_85", "share_within_5", "share_within_10", "on_foot"):
        np.testing.assert_array_equal(own[name], told[name], name)
    assert (own["on_foot"] < 1).any(), "somebody rides"


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("kind", ["", "near_"])
def test_a_scenario_is_what_computing_everything_anew_gives(kind, name, town, request):
    loaded, result = (request.getfixturevalue(f"{kind}{each}") for each in ("loaded", "result"))
    study = loaded.study
    (resolved,) = resolve(read_scenarios([town / f"{name}.toml"]), loaded.today)
    people, places = loaded.attachments["walk"]
    sites, edits = loaded.today.sites, resolved.site_edits
    if edits.categories:
        new = attach_new_sites(loaded, [resolved])[name, "walk"]
        sites, places = edits.sites, join_sites(edits, places, new)
    transit, attached = settle_transit(
        loaded,
        resolved,
        AttachedPlaces(loaded.residents, people),
        AttachedPlaces(sites, places),
    )
    expected = am.access_times(
        transit,
        loaded.residents,
        sites,
        categories=list(study.categories),
        attachments=attached,
    )
    found = rides_of(result.access_times, name)
    np.testing.assert_array_equal(found["minutes"], expected["minutes"])
    assert found["site"].astype(str).tolist() == expected["site"].astype(str).tolist()
    today = rides_of(result.access_times, "today")
    assert not np.array_equal(found["minutes"], today["minutes"], equal_nan=True)


@pytest.mark.parametrize(
    ("name", "sign"),
    [("footbridge", 1), ("site", 1), ("line", 1), ("gone", -1), ("closed", -1), ("without", -1)],
)
def test_opening_never_slows_and_closing_never_speeds(name, sign, result):
    own = rides_of(result.differences, name)
    before, after = (own[f"minutes_{when}"].fillna(np.inf) for when in ("before", "after"))
    assert (sign * (before.to_numpy() - after.to_numpy()) >= 0)[(before != after)].all()
    assert (before != after).any()


def test_the_guard_sees_a_journey_that_a_removed_line_makes_quicker(result, town, loaded):
    resolved = resolve(read_scenarios([town / "without.toml"]), loaded.today)
    times = result.access_times
    own = times[times["scenario"].isin(["today", "without"])].copy()
    own["scenario"] = own["scenario"].cat.remove_unused_categories()
    check_laws(loaded, resolved, tabulate_differences(own))
    row = own.index[(own["scenario"] == "without") & (own["profile"] == "transit")][0]
    own.loc[row, "minutes"] = 0.0
    with pytest.raises(ResultError, match="closes or slows down only, yet"):
        check_laws(loaded, resolved, tabulate_differences(own))


def test_a_timetable_concerns_nobody_else(result):
    for name in ("often", "without", "line"):
        own = result.differences[result.differences["scenario"] == name]
        others = own[own["profile"] != "transit"]
        assert (others["minutes_before"].fillna(-1) == others["minutes_after"].fillna(-1)).all()


def test_a_scenario_of_timetables_may_stand_in_for_today(study, town):
    found = am.compare(study, [town / "footbridge.toml"], reference=town / "often.toml")
    assert found.base.key == "often"
    assert list(found.transit_times["scenario"].cat.categories) == ["often", "footbridge"]
    alone = am.compare(study, [town / "often.toml"])
    before = rides_of(found.access_times, "often")["minutes"]
    np.testing.assert_array_equal(before, rides_of(alone.access_times, "often")["minutes"])


def test_people_who_move_in_are_counted_too(study, town):
    path = town / "homes.toml"
    at = list(place(6, 4))
    path.write_text(
        f'name = "Logements"\n[[changes]]\nkind = "add_residents"\npopulation = 50\nat = {at}\n',
        encoding="utf-8",
    )
    found = am.compare(study, [path])
    assert len(found.residents) > 0
    own = found.transit_times
    count = len(found.residents) * len(study.categories) * 2
    assert len(own) == count
    path.unlink()


def test_networks_from_the_cache_give_the_same(study, town, monkeypatch, result):
    monkeypatch.setenv("ARTOIS_CACHE", "off")
    again = am.compare(study, [town / f"{name}.toml" for name in SCENARIOS])
    pd.testing.assert_frame_equal(again.transit_times, result.transit_times)
    pd.testing.assert_frame_equal(again.access_times, result.access_times)


def test_uncertainty_tells_of_streets_and_leaves_rides_out(town, tmp_path):
    path = town / "unsure.toml"
    path.write_text(study_text("\n[uncertainty]\ndraws = 10\n"), encoding="utf-8")
    found = am.compare(am.read_study(path), [town / "footbridge.toml"])
    rides = found.differences["profile"] == "transit"
    assert found.differences.loc[rides, ["gained_low", "within_noise"]].isna().all(axis=None)
    assert found.differences.loc[~rides, ["gained_low", "within_noise"]].notna().all(axis=None)
    assert set(found.uncertainty["profile"]) == {"car", "walk"}
    gains = am.who_gains(found).set_index("profile")["surely_gaining"]
    assert gains["transit"].isna().all()
    assert gains["walk"].notna().all()
    day = date(2026, 11, 30)
    paths = am.write_report(found, tmp_path / "out", also=["a4"], day=day)
    assert "Les transports collectifs n’y sont pas" in paths[0].read_text(encoding="utf-8")
    assert "only-by-car-a4.pdf" in {path.name for path in paths}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('feeds = ["bus"]', 'feeds = ["tram"]', "transit.feeds: 'tram' does not exist"),
        ('feeds = ["bus"]', "feeds = []", "transit.feeds is .*a list of at least 1 entry"),
        ('feeds = ["bus"]\n', "", "transit.feeds is missing"),
        ("day = 2025-03-04\n", "", "transit.day: is missing"),
        ("day = 2025-03-04", "day = 4", "transit.day is 4; allowed is a day"),
        ("from = 07:00:00", "from = 7", "transit.from is 7; allowed is a time of the day"),
        ("from = 07:00:00", 'from = "seven"', "transit.from is 'seven'; allowed is a time"),
        ("to = 08:00:00", "to = 06:00:00", "transit.to: is 06:00:00, from is 07:00:00"),
        ("to = 08:00:00", "till = 08:00:00", "transit.till is no key here"),
        ("to = 08:00:00", "to = 08:00:00\nstep_min = 0", "step_min is 0; allowed is above 0"),
        ("to = 08:00:00", "to = 08:00:00\nmost_trips = 9", "most_trips is 9; allowed is 8 or less"),
        ("to = 08:00:00", "to = 08:00:00\nlongest_walk_min = 500", "allowed is 120 or less"),
        ("to = 08:00:00", "to = 08:00:00\nchange_s = -1", "change_s is -1; allowed is 0 or more"),
        ("to = 08:00:00", 'to = 08:00:00\nwalk = "car"', "transit.walk: 'car' does not walk"),
        ("to = 08:00:00", 'to = 08:00:00\nwalk = "wlak"', "transit.walk: .*wlak"),
        ('"transit", ', "", "nobody asks for this timetable"),
        ('"transit", ', '"transit", "transit", ', "'transit' is listed twice"),
        ('["car", "transit", "walk"]', '["transit"]', "'transit' stands alone"),
        (TRANSIT, "", "'transit' needs a timetable"),
    ],
)
def test_a_faulty_section_is_told_what_where_and_what_is_allowed(town, before, after, expected):
    text = study_text()
    assert before in text
    path = town / "faulty.toml"
    path.write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(StudyError, match=expected):
        am.read_study(path)


def test_all_problems_come_at_once(town):
    path = town / "faulty.toml"
    text = study_text().replace('"bus"', '"tram"').replace("to = 08:00:00", "to = 06:00:00")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="2 problems"):
        am.read_study(path)


def test_a_day_without_any_trip_is_refused(town):
    path = town / "faulty.toml"
    path.write_text(study_text().replace("2025-03-04", "2031-03-04"), encoding="utf-8")
    with pytest.raises(TransitError, match="2031-03-04"):
        am.compare(am.read_study(path), [])


def test_walkers_need_not_travel_themselves(town, result):
    path = town / "riders.toml"
    path.write_text(study_text(profiles='["car", "transit"]'), encoding="utf-8")
    found = am.compare(am.read_study(path), [town / "footbridge.toml"])
    assert set(found.access_times["profile"]) == {"car", "transit"}
    for key in ("today", "footbridge"):
        own, whole = (rides_of(each.access_times, key)["minutes"] for each in (found, result))
        np.testing.assert_array_equal(own, whole)


def test_with_and_without_a_car_side_by_side(result):
    times = read_times(result)
    beside = put_beside(result, times)
    row = beside.categories.index("care/hospital")
    own = rides_of(result.access_times, "today")
    own = own[own["category"] == "care/hospital"]["minutes"].to_numpy()
    np.testing.assert_array_equal(beside.by_transit[row], own)
    by_car, on_foot = (times.today((name, "care/hospital")) for name in ("car", "walk"))
    expected = (by_car <= 30) & ~(own <= 30) & ~(on_foot <= 30)
    np.testing.assert_array_equal(beside.reach.only_by_car[row], expected)
    assert beside.modes.ways == ("walk", "transit")


def test_only_by_car_means_that_no_other_way_of_the_study_gets_there(town, tmp_path):
    """Everybody has a bicycle and buses are useless: whom a bicycle brings is told apart."""
    path = town / "bicycle.toml"
    text = study_text(profiles='["car", "moped", "transit", "bicycle"]')
    path.write_text(text.replace("to = 08:00:00", "to = 08:00:00\nlongest_walk_min = 1"), "utf-8")
    found = am.compare(am.read_study(path), [])
    times = read_times(found)
    beside = put_beside(found, times)
    assert beside.modes.ways == ("bicycle", "transit")
    for row, category in enumerate(beside.categories):
        within = {
            name: times.today((name, category)) <= 30 for name in ("car", "bicycle", "transit")
        }
        lacks = within["car"] & ~within["transit"]
        np.testing.assert_array_equal(beside.reach.only_by_car[row], lacks & ~within["bicycle"])
        np.testing.assert_array_equal(beside.reach.with_bicycle[row], lacks & within["bicycle"])
    assert beside.reach.with_bicycle[0].any()
    said = say_beside(beside, read_words("fr"))
    assert "en voiture ou à vélo, mais pas en transports collectifs" in said
    assert "seul moyen" not in said
    lame = replace(beside.reach, by_bicycle=np.full_like(beside.reach.by_bicycle, np.nan))
    far = replace(beside, reach=lame)
    assert "en voiture, mais ni à vélo, ni en transports collectifs" in say_beside(
        far, read_words("fr")
    )
    assert "by car, but not by bicycle or by public transport" in say_beside(far, read_words("en"))


def test_trips_of_the_day_that_cannot_be_used_are_told_of(tmp_path):
    """Half of the trips lose their stop times: run and page say how many of how many."""
    path = write_study(tmp_path, study_text(profiles='["car", "transit"]'))
    times = tmp_path / "bus" / "stop_times.txt"
    lines = times.read_text("utf-8").splitlines(keepends=True)
    times.write_text("".join(each for each in lines if not each.startswith("S-")), "utf-8")
    found = am.compare(am.read_study(path), [])
    said = found.base.warnings
    assert any("30 courses sur 60 du jour étudié" in each for each in said["fr"])
    assert any("30 of 60 trips of the day" in each for each in said["en"])
    assert found.manifest["timetable"]["unusable_trips_of_the_day"] == 30
    (line,) = [
        each for each in timetable_lines(found.manifest, read_words("en")) if "of 60" in each
    ]
    assert line.startswith("30 of 60 trips")


def test_the_edge_warning_counts_public_transport_and_whole_timetables_stay_silent(result):
    times = rides_of(result.access_times, "today")
    marked = times.loc[times["edge"] == "upper bound", "cell"].nunique()
    assert marked > 0
    (own,) = [each for each in result.base.warnings["en"] if each.startswith("transit: ")]
    assert own.startswith(f"transit: {marked} of")
    assert not any("trips of the day" in each for each in result.base.warnings["en"])


def test_a_ride_to_the_stop_is_french_in_french():
    values = dict.fromkeys(("departure", "from", "to", "metres", "time"), "x")
    said = Notice("journey_feeder", {**values, "profile": "bicycle"})
    assert said.say("fr").startswith("x vélo, x")


def test_the_report_tells_and_maps_what_only_a_car_reaches(result, tmp_path):
    am.write_report(result, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert 'id="without-car"' in page
    assert "Transports collectifs" in page
    assert "Personne n’a la moitié des destinations à 30 min en voiture seulement" in page.replace(
        "\u00a0", " "
    )
    assert "Pour 0 habitant" not in page
    assert "hors transports collectifs" not in page.lower()
    assert "jour étudié : 04/03/2025" in page.replace("\u00a0", " ")
    maps = {path.name for path in (tmp_path / "out" / "maps").iterdir()}
    assert {"only-by-car.png", "with-and-without-car.png"} <= maps
    table = pd.read_parquet(tmp_path / "out" / "transit_times.parquet")
    pd.testing.assert_frame_equal(table, result.transit_times)
    dictionary = pd.read_csv(tmp_path / "out" / "data_dictionary.csv")
    own = dictionary[dictionary.iloc[:, 0] == "transit_times.parquet"]
    assert own.iloc[:, 3].notna().all()
    assert (own.iloc[:, 3] != own.iloc[:, 2]).all()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    roles = [each["role"] for each in manifest["inputs"]]
    assert roles.count("timetable") == 6
    assert manifest["timetable"]["trips_of_the_day"] == 60
    assert manifest["parameters"]["transit"]["walk"] == "walk"


def test_a_report_without_timetable_says_so(town, tmp_path):
    path = town / "streets.toml"
    text = study_text(profiles='["car", "walk"]').replace(TRANSIT, "")
    path.write_text(text, encoding="utf-8")
    am.write_report(am.compare(am.read_study(path), []), tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Hors transports collectifs" in page
    assert 'id="without-car"' not in page


def test_a_report_is_made_again_byte_by_byte(study, town, tmp_path):
    result = am.compare(study, [town / "often.toml"])
    am.write_report(result, tmp_path / "out")
    states = am.reproduce(tmp_path / "out", base=town.parent)
    assert states["state"].unique().tolist() == ["same"]
    trips = town / "bus" / "trips.txt"
    kept = trips.read_text(encoding="utf-8")
    trips.write_text(kept + "\n", encoding="utf-8")
    with pytest.raises(am.InputError, match="is not the file it was"):
        am.reproduce(tmp_path / "out", base=town.parent)
    trips.write_text(kept, encoding="utf-8")


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_matrices_and_areas_ride_and_streets_are_refused(town, tmp_path, result):
    study = town / "town.toml"
    done = run("matrix", study, "--profile", "transit", "--output", tmp_path / "m.parquet")
    assert done.exit_code == 0, done.stderr
    matrix = pd.read_parquet(tmp_path / "m.parquet")
    nearest = matrix[matrix["destination"] == "n9001"].set_index("origin")["minutes"]
    own = rides_of(result.access_times, "today")
    own = own[own["category"] == "care/hospital"].set_index("cell")["minutes"]
    np.testing.assert_allclose(nearest[own.index.astype(str)], own, atol=1e-3)
    point = ",".join(map(str, place(0, 1)))
    area = ("isochrones", study, "--from", point, "--minutes", "8,12", "--profile", "transit")
    for more in ([], ["--scenario", town / "often.toml"]):
        done = run(*area, "--output", tmp_path / "areas.gpkg", *more)
        assert done.exit_code == 0, done.stderr
    done = run(*area, "--form", "streets")
    assert done.exit_code == 2, done.stderr


def test_check_counts_the_faults_of_a_feed(tmp_path):
    feed = write_bus(tmp_path / "bus")
    done = run("check", feed, "--json")
    assert json.loads(done.stdout)["faults"] == []
    stops = feed / "stops.txt"
    stops.write_text(stops.read_text(encoding="utf-8") + "lost,Lost,,\n", encoding="utf-8")
    done = run("check", feed, "--output", tmp_path / "faults", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    assert "stop_without_location" in done.stdout
    assert (tmp_path / "faults" / "feed_faults.csv").is_file()
