"""Before one trusts a timetable: trips of one's own held against it, and what doctor tells."""

import json
import types
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli import setting_up
from artois_mobility.cli.commands import app
from artois_mobility.study.loading import load
from artois_mobility.transit.calendars import count_runs
from artois_mobility.transit.timetables import build_timetable
from study_worlds import place
from transit_studies import study_text, write_bus, write_study

ENDS = ("origin_lon", "origin_lat", "destination_lon", "destination_lat")


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_study(folder)
    rows = [
        ("by bus", *place(0.4, 0.05), *place(7.1, 0.1), 12.0, "transit"),
        ("on foot", *place(0.4, 0.05), *place(1, 1), 5.0, "transit"),
        ("over the canal", *place(6, 2), *place(6.9, 5.1), 40.0, "transit"),
        ("off", *place(1, 1), 9.0, 45.0, 60.0, "transit"),
        ("drive", *place(1, 1), *place(6, 4), 9.0, "car"),
    ]
    table = pd.DataFrame(rows, columns=["name", *ENDS, "minutes", "profile"])
    table.to_csv(folder / "mixed.csv", index=False)
    table[table["profile"] == "transit"].to_csv(folder / "rides.csv", index=False)
    table.drop(columns="profile").iloc[:3].to_csv(folder / "plain.csv", index=False)
    return folder


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_rides_are_held_against_the_median_of_the_window(town):
    loaded = load(am.read_study(town / "town.toml"), lambda *_: None)
    trips = pd.read_csv(town / "rides.csv")
    found = am.validate(loaded.transit, town / "rides.csv")
    origins, destinations = (
        list(zip(trips[f"{end}_lon"], trips[f"{end}_lat"], strict=True))
        for end in ("origin", "destination")
    )
    matrix = am.travel_time_matrix(loaded.transit, origins, destinations)
    expected = matrix["minutes"].to_numpy().reshape(len(trips), len(trips)).diagonal()
    np.testing.assert_array_equal(found.trips["modelled_min"], expected)
    assert found.trips["reason"].tolist()[:3] == [""] * 3
    assert found.trips["reason"].iloc[3].startswith("destination: no street")
    spent = found.parts.groupby("trip")["seconds"].sum()
    for trip, seconds in spent.items():
        assert seconds == pytest.approx(60 * expected[trip - 1], abs=1e-3)
    by_bus = found.parts[found.parts["trip"] == 1].set_index("kind")
    assert {"ride", "boarding", "on_foot"} == set(by_bus.index)
    assert by_bus["speed_from"]["ride"] == "S"
    assert by_bus["seconds"]["ride"] == 180
    assert set(found.parts[found.parts["trip"] == 2]["kind"]) == {"on_foot"}
    row = found.trips.iloc[0]
    assert row["waiting_s"] == by_bus["seconds"]["boarding"]
    assert row["walk_s"] == by_bus["seconds"]["on_foot"]
    assert row["km"] == pytest.approx(by_bus["km"].sum())
    assert row.geometry.length > 0


def test_the_command_says_of_which_departures(town):
    done = run("validate", town / "town.toml", town / "rides.csv")
    assert done.exit_code == 0, done.stderr
    first, second, *_ = done.stdout.splitlines()
    assert first == "Trajets comparés : 3 sur 4."
    assert second.startswith("En transports collectifs, le modèle donne la médiane des départs du ")
    assert "04/03/2025, de 7:00 à 8:00" in second
    assert "ligne S" in done.stdout
    assert "time_factor" not in done.stdout
    english = run("validate", town / "town.toml", town / "mixed.csv", "--lang", "en").stdout
    assert "on a free road" in english
    assert "median of the departures on 2025-03-04, from 7:00 to 8:00" in english
    assert "car: observed minutes are" in english
    assert "transit: observed minutes are" not in english


def test_where_few_departures_arrive_it_is_told_so(town):
    """The last bus leaves after a quarter of the window, and nobody walks as far."""
    loaded = load(am.read_study(town / "town.toml"), lambda *_: None)
    window = am.Window(begin_min=8 * 60 + 45, end_min=9 * 60 + 45, longest_min=15)
    late = replace(loaded.transit, window=window)
    trips = pd.read_csv(town / "rides.csv").iloc[:1]
    ends = [
        list(zip(trips[f"{end}_lon"], trips[f"{end}_lat"], strict=True))
        for end in ("origin", "destination")
    ]
    found = am.validate(late, trips)
    assert found.trips["reason"].tolist() == ["too few departures of the window arrive"]
    assert "trop peu de départs du créneau arrivent" in found.text("fr")
    told = am.explain(late, *ends)
    assert told.text() == "too few departures of the window arrive"
    never = replace(late, window=replace(window, begin_min=10 * 60, end_min=11 * 60))
    assert am.explain(never, *ends).text() == "no route"


def test_trips_without_profile_ride_where_one_says_so(town):
    done = run("validate", town / "town.toml", town / "plain.csv", "-p", "transit", "--json")
    told = json.loads(done.stdout)
    assert told["compared"] == 3
    assert {each["profile"] for each in told["worst"]} == {"transit"}
    assert told["departures"] == {"day": "2025-03-04", "from_min": 420, "to_min": 480}
    by_car = json.loads(run("validate", town / "town.toml", town / "plain.csv", "--json").stdout)
    assert "departures" not in by_car


def test_a_study_without_timetable_says_what_it_lacks(town):
    path = town / "streets.toml"
    text = study_text(profiles='["car", "walk"]')
    path.write_text(text[: text.index("[transit]")], encoding="utf-8")
    done = run("validate", path, town / "plain.csv", "-p", "transit")
    assert done.exit_code == 2
    assert "[transit]" in done.stderr


@pytest.fixture
def doctor(monkeypatch):
    """The command without the checks of the installation, which have tests of their own."""
    monkeypatch.setattr(setting_up, "examine", list)
    return lambda *arguments: run("doctor", *arguments)


def checks_of(done):
    return {each["check"]: each for each in json.loads(done.stdout)["checks"]}


def test_doctor_tells_days_trips_and_stops_of_a_study(doctor, town):
    done = doctor(town / "town.toml", "--json", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    told = checks_of(done)
    assert {name: each["state"] for name, each in told.items()} == {
        "timetable_days": "ok", "timetable_day": "ok", "timetable_stops": "ok",
    }  # fmt: skip
    assert told["timetable_days"]["found"] == "town.toml · 2025-01-01 – 2025-12-31"
    assert told["timetable_day"]["found"] == "town.toml · 2025-03-04, 60"
    assert told["timetable_stops"]["found"] == "town.toml · 4/4 (0)"
    assert "horaires, période" in doctor(town / "town.toml", "--lang", "fr").stdout


def test_doctor_proposes_a_day_on_which_something_runs(doctor, tmp_path):
    write_study(tmp_path, study_text().replace("2025-03-04", "2031-03-04"))
    done = doctor(tmp_path / "town.toml", "--lang", "en")
    assert done.exit_code == 1
    assert "Nothing runs on 2031-03-04: write for instance day = 2025-01-07" in done.stdout
    french = doctor(tmp_path / "town.toml", "--lang", "fr").stdout
    assert "écrivez par exemple day = 2025-01-07" in french


def test_a_feed_of_other_days_is_told(doctor, tmp_path):
    text = study_text().replace('feeds = ["bus"]', 'feeds = ["bus", "old"]')
    path = write_study(tmp_path, text)
    calendar = write_bus(tmp_path / "old") / "calendar.txt"
    calendar.write_text(calendar.read_text("utf-8").replace("20251231", "20250228"), "utf-8")
    told = checks_of(doctor(path, "--json", "--lang", "en"))
    assert told["timetable_days"]["state"] == "ok"
    assert told["timetable_day"]["state"] == "fault"
    assert told["timetable_day"]["remedy"].startswith("old: not valid on 2025-03-04.")
    said = am.compare(am.read_study(path), []).base.warnings
    assert any("old: it is not valid on 2025-03-04" in each for each in said["en"])
    assert any("old : il ne vaut pas le 2025-03-04" in each for each in said["fr"])


def test_doctor_counts_stops_beyond_the_extract_and_trips_that_are_lost(doctor, tmp_path):
    path = write_study(tmp_path)
    stops, times = (tmp_path / "bus" / f"{name}.txt" for name in ("stops", "stop_times"))
    stops.write_text(stops.read_text("utf-8") + "away,away,51.0,4.5\n", "utf-8")
    lines = times.read_text("utf-8").splitlines(keepends=True)
    times.write_text("".join(each for each in lines if not each.startswith("S-")), "utf-8")
    told = checks_of(doctor(path, "--json", "--lang", "en"))
    assert told["timetable_day"]["state"] == "warning"
    assert told["timetable_day"]["remedy"].startswith("30 trips of the day have no usable")
    assert told["timetable_days"]["state"] == "warning"
    assert told["timetable_stops"]["found"] == "town.toml · 4/4 (1)"


def test_doctor_names_stops_that_have_no_street(doctor, town, monkeypatch):
    reasons = np.array(["", "no street within 300 m", "no street within 300 m", ""], object)
    monkeypatch.setattr(
        "artois_mobility.places.attaching.attach",
        lambda *_: types.SimpleNamespace(reason_of_place=reasons),
    )
    told = checks_of(doctor(town / "town.toml", "--json", "--lang", "en"))["timetable_stops"]
    assert (told["state"], told["found"]) == ("warning", "town.toml · 2/4 (0)")
    assert told["remedy"].startswith("2 stops have no street for people on foot near them (")
    reasons[:] = "no street within 300 m"
    done = doctor(town / "town.toml", "--lang", "fr")
    assert done.exit_code == 1
    assert "Aucun arrêt n’est au bord d’une rue de l’extrait" in done.stdout


def test_trips_by_headway_are_counted_one_by_one(tmp_path):
    feed = write_bus(tmp_path / "bus")
    table = "trip_id,start_time,end_time,headway_secs\nS-out-0,07:00:00,09:00:00,1000\n"
    (feed / "frequencies.txt").write_text(table, encoding="utf-8")
    read = am.read_gtfs(feed)
    loaded = build_timetable(read, date(2025, 3, 4))
    assert count_runs(read, date(2025, 3, 4)) == 59 + 8
    assert loaded.trip_count == 2 * (59 + 8), "of this day and the next"


def test_doctor_looks_into_a_folder(doctor, town, tmp_path):
    told = json.loads(doctor(town, "--json").stdout)["checks"]
    assert {each["found"].split(" · ")[0] for each in told} == {"town.toml"}
    write_bus(tmp_path / "feeds" / "bus")
    (told,) = json.loads(doctor(tmp_path / "feeds", "--json").stdout)["checks"]
    assert (told["check"], told["found"]) == ("timetable_days", "bus · 2025-01-01 – 2025-12-31")
    (told,) = json.loads(doctor(tmp_path / "feeds" / "bus", "--json").stdout)["checks"]
    assert told["state"] == "ok"


def test_doctor_says_where_there_is_no_timetable(doctor, tmp_path):
    done = doctor(tmp_path)
    assert done.exit_code == 2
    assert "[transit]" in done.stderr
    assert doctor(tmp_path / "none.toml").exit_code == 2
