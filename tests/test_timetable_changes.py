"""Changes of timetables whose answers are known: hours, calls, days, lines."""

from dataclasses import replace
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from artois_mobility.changes.writing import write_scenario
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.reading import read_scenario
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.scenarios.timetable_changes import apply_timetable, change_timetable
from artois_mobility.transit.calendars import runs_on
from scenario_worlds import make_scenario, make_today
from street_worlds import Street, sites_at, street_world
from timetable_worlds import (
    SUNDAY,
    TUESDAY,
    arrivals,
    change,
    changed,
    clock,
    line,
    notices,
    read_lines,
    runs_of,
)

#   a ---- b ---- c ---- d        1.42 km from one to the next; e lies 4 km north of c
STOPS = {"a": (2.80, 50.40), "b": (2.82, 50.40), "c": (2.84, 50.40), "d": (2.86, 50.40),
         "e": (2.84, 50.44)}  # fmt: skip
EAST = (("a", 0), ("b", 5, 1), ("c", 10), ("d", 15))
WEST = (("d", 0), ("c", 5), ("b", 10, 1), ("a", 15))
HOURS = ("07:00", "07:30", "08:00", "09:00")


@pytest.fixture(scope="module")
def feed(tmp_path_factory):
    lines = {
        "L": line(*EAST, begins=HOURS) + line(*WEST, begins=HOURS),
        "S": line(("c", 0), ("e", 12), begins=("07:12", "07:42")),
        "F": line(("a", 0), ("c", 6), begins=("06:00",)),
    }
    services = {"S": "week"}
    headways = [("F", "06:00", "07:00", 1200), ("F", "20:00", "21:00", 1800)]
    folder = tmp_path_factory.mktemp("lines")
    return read_lines(folder, lines, stops=STOPS, services=services, headways=headways)


def at(found, **times):
    """Whether one arrives at stops at these times."""
    return {stop: found[stop] for stop in times} == {s: clock(t) for s, t in times.items()}


def test_nothing_changed_is_the_very_same_timetable(feed):
    assert changed(feed) is feed
    assert at(arrivals(feed, TUESDAY, "a", clock("06:50")), b="07:05", c="07:10")


def test_today_is_what_it_was_made_to_be(feed):
    found = arrivals(feed, TUESDAY, "a", clock("06:55"))
    assert at(found, b="07:05", c="07:10", d="07:15", e="07:24")
    assert runs_of(feed, TUESDAY, "F") == ["06:00", "06:20", "06:40", "20:00", "20:30"]


def test_a_line_taken_away_runs_no_more(feed):
    after = changed(feed, change("remove_line", lines=["S"]))
    assert "e" not in arrivals(after, TUESDAY, "a", clock("06:55"))
    assert runs_of(after, TUESDAY, "L") == runs_of(feed, TUESDAY, "L")
    assert len(after.stops) == len(feed.stops)


def test_a_line_taken_away_on_some_days_runs_on_the_others(feed):
    after = changed(feed, change("remove_line", lines=["L"], days="Sa,Su"))
    assert runs_of(after, TUESDAY, "L") == runs_of(feed, TUESDAY, "L")
    assert runs_of(after, SUNDAY, "L") == []
    assert runs_of(after, SUNDAY, "F") == runs_of(feed, SUNDAY, "F")
    for day in (TUESDAY, SUNDAY, date(2025, 12, 31), date(2026, 1, 1)):
        names = set(after.trips["route"][runs_on(after, day)])
        assert ("L" in names) == (day in (TUESDAY, date(2025, 12, 31)))


def test_days_that_are_excepted_stay_so(feed):
    """No school on one Tuesday, and a Sunday on which the line of weekdays runs besides."""
    tuesday, other = np.datetime64(TUESDAY), date(2025, 3, 11)
    rows = {"service": "week", "day": [tuesday, np.datetime64(SUNDAY)], "is_added": [False, True]}
    holiday = replace(feed, exceptions=pd.DataFrame(rows))
    after = changed(holiday, change("shift_times", lines=["S"], minutes=5, days="Tu"))
    assert runs_of(after, other, "S") == ["07:17", "07:47"]
    assert runs_of(after, SUNDAY, "S") == runs_of(after, date(2025, 3, 12), "S") == [
        "07:12", "07:42",
    ]  # fmt: skip
    assert runs_of(after, TUESDAY, "S") == runs_of(holiday, TUESDAY, "S") == []
    gone = changed(holiday, change("remove_line", lines=["S"], days="Su"))
    assert runs_of(gone, SUNDAY, "S") == []
    assert runs_of(gone, other, "S") == ["07:12", "07:42"]


def test_twice_as_often_keeps_every_trip_and_puts_one_in_the_middle(feed):
    after = changed(feed, change("set_frequency", lines=["L", "F"], factor=2))
    assert runs_of(after, TUESDAY, "L")[::2] == [
        "07:00", "07:15", "07:30", "07:45", "08:00", "08:30", "09:00",
    ]  # fmt: skip
    assert at(arrivals(after, TUESDAY, "a", clock("07:10")), b="07:20", c="07:25", d="07:30")
    assert runs_of(after, TUESDAY, "F") == [
        "06:00", "06:10", "06:20", "06:30", "06:40", "06:50", "20:00", "20:15", "20:30", "20:45",
    ]  # fmt: skip


def test_trips_of_the_same_days_are_one_sequence(tmp_path):
    """Whatever their services are called: some feeds have one for each trip."""
    lines = {"L": line(("a", 0), ("b", 5), begins=("07:00", "08:00"))}
    feed = read_lines(tmp_path, lines, stops=STOPS)
    again = feed.calendar.assign(service=feed.calendar["service"] + "2")
    feed = replace(
        feed,
        calendar=pd.concat([feed.calendar, again], ignore_index=True),
        trips=feed.trips.assign(service=["all", "all2"]),
    )
    after = changed(feed, change("set_frequency", lines=["L"], factor=2))
    assert runs_of(after, TUESDAY, "L") == ["07:00", "07:30", "08:00"]


def test_half_as_often_leaves_every_second_trip_out(feed):
    after = changed(feed, change("set_frequency", lines=["L", "F"], factor=0.5))
    assert runs_of(after, TUESDAY, "L")[::2] == ["07:00", "08:00"]
    assert runs_of(after, TUESDAY, "F") == ["06:00", "06:40", "20:00"]


def test_half_as_often_again_lies_in_between(feed):
    after = changed(feed, change("set_frequency", lines=["L"], factor=1.5))
    assert runs_of(after, TUESDAY, "L")[::2] == ["07:00", "07:20", "07:40", "08:00", "08:40"]


def test_headways_take_the_place_of_what_departs_then(feed):
    spans = [["07:15", "09:00", 25], ["22:00", "25:00", 60]]
    after = changed(feed, change("set_frequency", lines=["L"], headways=spans, days="Mo-Fr"))
    assert runs_of(after, TUESDAY, "L")[::2] == [  # at 00:00 the last one of Monday
        "00:00", "07:00", "07:15", "07:40", "08:05", "08:30", "08:55", "09:00", "22:00", "23:00",
    ]  # fmt: skip
    assert runs_of(after, SUNDAY, "L") == runs_of(feed, SUNDAY, "L")
    found = arrivals(after, TUESDAY, "d", clock("07:35"))
    assert at(found, c="07:45", b="07:50", a="07:55")
    at_night = arrivals(after, TUESDAY, "a", clock("23:30"))
    assert at_night["d"] == clock("24:15")


def test_headways_run_on_every_day_on_which_the_line_does(tmp_path):
    lines = {"L": line(*EAST, begins=("07:00", "08:00"))}
    feed = read_lines(tmp_path, lines, stops=STOPS)
    feed = replace(feed, trips=feed.trips.assign(service=["week", "sunday"]))
    after = changed(feed, change("set_frequency", lines=["L"], headways=[["07:30", "08:30", 20]]))
    evenly = ["07:30", "07:50", "08:10"]
    assert runs_of(after, TUESDAY, "L") == ["07:00", *evenly]
    assert runs_of(after, SUNDAY, "L") == evenly
    assert not runs_on(after, date(2025, 3, 8)).any()


def test_headways_cut_those_of_today(feed):
    after = changed(feed, change("set_frequency", lines=["F"], headways=[["06:10", "06:30", 15]]))
    assert runs_of(after, TUESDAY, "F") == ["06:00", "06:10", "06:25", "06:40", "20:00", "20:30"]
    after = changed(feed, change("set_frequency", lines=["F"], headways=[["05:00", "21:00", 240]]))
    assert runs_of(after, TUESDAY, "F") == ["05:00", "09:00", "13:00", "17:00"]


def test_times_shift_on_the_days_that_are_meant(feed):
    after = changed(feed, change("shift_times", lines=["L", "F"], minutes=-2.5, days="Tu"))
    assert runs_of(after, TUESDAY, "L")[0] == "06:57"
    assert at(arrivals(after, TUESDAY, "a", clock("06:55")), b="07:02:30", d="07:12:30")
    assert runs_of(after, TUESDAY, "F") == ["05:57", "06:17", "06:37", "19:57", "20:27"]
    assert runs_of(after, SUNDAY, "L") == runs_of(feed, SUNDAY, "L")
    missed = arrivals(after, TUESDAY, "a", clock("06:58"))
    assert at(missed, b="07:32:30")


def test_a_bus_lane_saves_its_minutes_from_there_on(feed):
    after = changed(
        feed,
        change("speed_up_segment", lines=["L"], from_stop="b", to_stop="d", minutes=3),
    )
    east = arrivals(after, TUESDAY, "a", clock("06:55"))
    # 9 minutes of driving from b to d become 6, and the minute at b stays
    assert at(east, b="07:05", c="07:08:40", d="07:12")
    west = arrivals(after, TUESDAY, "d", clock("06:55"))
    assert at(west, c="07:03:30", b="07:07", a="07:12")


def test_a_bus_lane_one_way_and_in_per_cent(feed):
    after = changed(
        feed,
        change("speed_up_segment", lines=["L"], from_stop="a", to_stop="c", percent=50,
               both_ways=False),
    )  # fmt: skip
    assert at(arrivals(after, TUESDAY, "a", clock("06:55")), b="07:02:30", c="07:05:30",
              d="07:10:30")  # fmt: skip
    there, back = (arrivals(each, TUESDAY, "d", clock("07:00")) for each in (after, feed))
    assert [there[stop] for stop in "cba"] == [back[stop] for stop in "cba"]
    # the bus back from c is earlier now, and the one who changes there misses it
    assert (back["d"], there["d"]) == (clock("07:15"), clock("07:40:30"))


def test_a_line_that_ends_earlier_and_begins_later(feed):
    after = changed(feed, change("truncate", lines=["L"], from_stop="b", to_stop="c"))
    assert runs_of(after, TUESDAY, "L") == sorted(
        ["07:06", "07:36", "08:06", "09:06", "07:05", "07:35", "08:05", "09:05"]
    )
    assert at(arrivals(after, TUESDAY, "b", clock("07:00")), c="07:10", e="07:24")
    assert "d" not in arrivals(after, TUESDAY, "b", 0)
    assert "a" not in arrivals(after, TUESDAY, "c", 0)


def test_short_trips_end_where_the_line_does(tmp_path):
    short = (("b", 0), ("c", 5), ("d", 10))
    beyond = (("c", 0), ("d", 5))
    lines = {"L": line(*EAST, begins=("07:00",)) + line(*short, begins=("08:00",))
             + line(*beyond, begins=("09:00",))}  # fmt: skip
    feed = read_lines(tmp_path, lines, stops=STOPS)
    after = changed(feed, change("truncate", lines=["L"], from_stop="a", to_stop="c"))
    assert runs_of(after, TUESDAY, "L") == ["07:00", "08:00"]
    assert arrivals(after, TUESDAY, "b", clock("07:30")) == {"c": clock("08:05")}


def test_trips_by_headway_that_begin_later_pass_at_the_times_of_today(tmp_path):
    lines = {"F": line(*EAST, begins=("06:00",))}
    feed = read_lines(tmp_path, lines, stops=STOPS, headways=[("F", "06:30", "07:30", 1200)])
    after = changed(feed, change("truncate", lines=["F"], from_stop="b", to_stop="d"))
    assert runs_of(after, TUESDAY, "F") == ["06:36", "06:56", "07:16"]
    assert arrivals(after, TUESDAY, "b", clock("06:30")) == {
        "c": clock("06:40"), "d": clock("06:45"),
    }  # fmt: skip


def test_a_stop_more_on_the_way_costs_what_one_stands_there(feed):
    stop = {"name": "Lycée", "at": [2.83, 50.40], "lines": ["L"]}
    after = changed(feed, change("add_stop", **stop, dwell_s=30))
    found = arrivals(after, TUESDAY, "a", clock("06:55"))
    # half of the 4 minutes of driving, then half a minute of standing
    assert found["+Lycée"] == clock("07:08")
    assert at(found, b="07:05", c="07:10:30", d="07:15:30")
    free = arrivals(changed(feed, change("add_stop", **stop, dwell_s=0)), TUESDAY, "d", 0)
    assert {k: v for k, v in free.items() if k != "+Lycée"} == arrivals(feed, TUESDAY, "d", 0)
    standard = arrivals(changed(feed, change("add_stop", **stop)), TUESDAY, "a", clock("06:55"))
    assert standard["d"] == clock("07:15:20")


def test_a_stop_beside_the_line_costs_its_detour(feed):
    # 839 m there and as much on again, in place of 1,420 m in 4 minutes: 44 s more
    after = changed(feed, change("add_stop", name="N", at=[2.83, 50.404], lines=["L"], dwell_s=0))
    found = arrivals(after, TUESDAY, "a", clock("06:55"))
    late = found["c"] - clock("07:10")
    assert late == pytest.approx(44, abs=2)
    assert found["d"] - clock("07:15") == late
    assert found["+N"] - clock("07:06") == pytest.approx((240 + late) / 2, abs=1)


def test_a_stop_moves_and_keeps_its_times(feed):
    after = changed(feed, change("move_stop", stop="e", to=[2.85, 50.45]))
    assert after.stops.set_index("stop").loc["e", ["lon", "lat"]].tolist() == [2.85, 50.45]
    assert after.stops.set_index("stop").loc["a"].equals(feed.stops.set_index("stop").loc["a"])
    assert arrivals(after, TUESDAY, "a", 0) == arrivals(feed, TUESDAY, "a", 0)


def test_a_new_line_by_minutes_runs_both_ways(feed):
    after = changed(
        feed,
        change("add_line", name="N", stops=["a", [2.82, 50.43], {"name": "Mairie", "at":
               [2.84, 50.43]}, "e"], headways=[["07:00", "08:00", 20]], minutes=[4, 3, 2.5],
               dwell_s=30, days="Mo-Fr"),
    )  # fmt: skip
    found = arrivals(after, TUESDAY, "a", clock("07:05"))
    assert found["+N:2"] == clock("07:24")
    assert found["+N:3"] == clock("07:27:30")
    assert found["e"] == clock("07:30:30")
    assert arrivals(after, TUESDAY, "e", clock("07:05"))["a"] == clock("07:30:30")
    assert after.stops["name"].tolist()[-2:] == ["N 2", "Mairie"]
    assert runs_of(after, TUESDAY, "N") == sorted(["07:00", "07:20", "07:40"] * 2)
    assert runs_of(after, SUNDAY, "N") == []


def test_a_new_line_by_speed_drives_straight_lines_and_their_detour(feed):
    whole = {"stops": ["a", "b", "d"], "headways": [["10:00", "11:00", 30]], "dwell_s": 0}
    after = changed(feed, change("add_line", name="N", speed_kmh=30, detour=1, **whole,
                                 both_ways=False, vehicle="tram"))  # fmt: skip
    # 1.42 km and 2.84 km by 30 km/h: 170 s and 341 s
    found = arrivals(after, TUESDAY, "a", clock("09:59"))
    assert found["b"] - clock("10:00") == pytest.approx(170, abs=2)
    assert found["d"] - found["b"] == pytest.approx(341, abs=3)
    assert "a" not in arrivals(after, TUESDAY, "d", clock("09:30"))
    assert after.routes["kind"].tolist()[-1] == 0
    slow = changed(feed, change("add_line", name="N", speeds_kmh=[30, 15], detour=2, **whole))
    late = arrivals(slow, TUESDAY, "a", clock("09:59"))
    assert late["b"] - clock("10:00") == pytest.approx(341, abs=3)
    assert late["d"] - late["b"] == pytest.approx(1364, abs=8)


def test_positions_may_be_written_in_metres(feed, tmp_path):
    text = """
name = "In metres"
crs = "EPSG:2154"
[[changes]]
kind = "add_line"
name = "N"
stops = ["a", [688000, 7036000], { name = "M", at = [689000, 7036000] }]
headways = [["07:00", "08:00", 20]]
speed_kmh = 20
[[changes]]
kind = "move_stop"
stop = "e"
to = [688000, 7036000]
"""
    (tmp_path / "metres.toml").write_text(text, encoding="utf-8")
    stops = change_timetable(feed, tmp_path / "metres.toml", TUESDAY).stops.set_index("stop")
    for stop in ("e", "+N:2"):
        place = stops.loc[stop, ["lon", "lat"]].tolist()
        assert place == pytest.approx([2.8307, 50.4224], abs=1e-3)
    assert stops.loc["+N:3", "lon"] == pytest.approx(2.8448, abs=1e-3)


def test_stops_may_be_drawn_in_a_layer(feed, tmp_path):
    points = gpd.points_from_xy([2.81, 2.83], [50.4, 50.4], crs=4326)
    table = gpd.GeoDataFrame({"nom": ["Lycée", "Stade"]}, geometry=points).to_crs(2154)
    table.to_file(tmp_path / "plan.gpkg", layer="stops")
    text = """
name = "Drawn"
[[changes]]
kind = "add_stop"
lines = ["L"]
at_from = { file = "plan.gpkg", layer = "stops", name_field = "nom" }
"""
    (tmp_path / "drawn.toml").write_text(text, encoding="utf-8")
    after = change_timetable(feed, tmp_path / "drawn.toml")
    found = arrivals(after, TUESDAY, "a", clock("06:55"))
    assert at(found, **{"+Lycée": "07:02:30", "+Stade": "07:08:20", "d": "07:15:40"})


def test_a_file_that_changes_more_than_the_timetable_is_refused(feed, tmp_path):
    site = change("add_site", category="care/hospital", name="H", at=[2.81, 50.4])
    boats = change("add_stop", name="Halte", at=[2.81, 50.4])
    path = write_scenario(tmp_path / "more.toml", "More", [site, boats])
    with pytest.raises(StudyError) as caught:
        change_timetable(feed, path)
    assert "more.toml has 2 problems:" in str(caught.value)
    assert "changes[2] (add_stop) changes something else than a timetable" in str(caught.value)


def test_all_that_is_wrong_with_a_scenario_comes_at_once(feed):
    """Whether it is about streets or about lines; and both are resolved together."""
    network = street_world([(0, 0), (400, 0)], [Street(0, 1, 60_000)])
    today = make_today({"walk": network}, sites_at({"A": (0, 0)}))
    fine = change("remove_line", lines=["S"])
    wrong = [change("close_ways", ids=[99]), change("remove_line", lines=["T"])]
    with pytest.raises(StudyError) as caught:
        resolve([make_scenario(*wrong)], replace(today, feed=feed))
    assert "works.toml has 2 problems:" in str(caught.value)
    with pytest.raises(StudyError, match="and the study has none"):
        resolve([make_scenario(fine)], today)
    (resolved,) = resolve([make_scenario(fine)], replace(today, feed=feed))
    assert runs_of(apply_timetable(feed, resolved.timetable), TUESDAY, "S") == []
    stop = change("add_stop", name="N", at=STOPS["a"], lines=["S"])
    with pytest.raises(StudyError, match=r"(?s)has 2 problems:.* lies off the line 'S'"):
        resolve([make_scenario(stop, wrong[0])], replace(today, feed=feed))
    near = change("move_stop", stop="a", to=[2.8, 50.41])
    stop = change("add_stop", name="N", at=[2.84, 50.42], lines=["S"])
    (resolved,) = resolve([make_scenario(near, stop)], replace(today, feed=feed))
    assert (resolved.water, resolved.warnings) == (None, ())  # no stop of boats
    (untouched,) = resolve([make_scenario()], replace(today, feed=feed))
    assert apply_timetable(feed, untouched.timetable) is feed


def test_new_ids_never_clash(feed):
    stops = ["+N:2", "+N"]
    taken = feed.stops.assign(stop=[*stops, *feed.stops["stop"].tolist()[2:]])
    full = replace(feed, stops=taken, trips=feed.trips.replace({"trip": {"L0": "+N:0"}}))
    after = changed(
        full,
        change("add_line", name="N", stops=["c", [2.8, 50.41]], minutes=[3],
               headways=[["07:00", "08:00", 30]]),
        change("add_stop", name="N", at=[2.83, 50.4], lines=["L"]),
    )  # fmt: skip
    for name, key in (("stops", "stop"), ("trips", "trip"), ("routes", "route")):
        assert getattr(after, name)[key].is_unique


def test_what_has_no_effect_on_the_day_is_told(feed):
    (said,) = notices(feed, change("remove_line", lines=["L"], days="Sa-Su"))
    assert said.endswith(
        "is for other days of the week than 2025-03-04, the day of the study: it has no effect on "
        "it."
    )
    for own in (
        change("remove_line", lines=["S"]),
        change("set_frequency", lines=["S"], headways=[["07:00", "08:00", 10]]),
    ):
        (said,) = notices(feed, own, day=SUNDAY)
        assert "changes nothing of what runs on 2025-03-09" in said
        assert notices(feed, own) == []
    (said,) = notices(feed, change("truncate", lines=["L"], from_stop="a", to_stop="d"))
    assert "changes nothing of what runs" in said
    (said,) = notices(feed, change("move_stop", stop="a", to=[2.80, 50.40]), language="fr")
    assert "sans effet" in said
    assert notices(feed, change("move_stop", stop="a", to=[2.81, 50.40])) == []


def test_what_some_trips_do_not_follow_is_counted(tmp_path):
    lines = {"L": line(*EAST, begins=("07:00", "08:00")) + line(*EAST[:2], begins=("07:30",))}
    feed = read_lines(tmp_path, lines, stops=STOPS)
    (said,) = notices(
        feed, change("speed_up_segment", lines=["L"], from_stop="c", to_stop="d", percent=10)
    )
    assert "line L: 1 of 3 trips do not call at both stops" in said
    stop = change("add_stop", name="N", at=[2.85, 50.40], lines=["L"])
    (said,) = notices(feed, stop)
    assert "line L: 1 of 3 trips pass too far from the stop" in said
    assert len(changed(feed, stop).stop_times) == len(feed.stop_times) + 2
    (said,) = notices(feed, change("set_frequency", lines=["L"], headways=[["07:00", "09:00", 15]]))
    assert "line L: 1 of 3 trips take another course than the most frequent one" in said


def test_a_scenario_file_of_every_kind_is_written_and_read_again(tmp_path, feed):
    changes = [
        change("add_line", name="N", stops=["a", [2.82, 50.43], {"name": "M", "at": [2.8, 50.4]}],
               headways=[["07:00", "08:00", 20]], minutes=[4, 3]),
        change("remove_line", lines=["S"], days="Su"),
        change("set_frequency", lines=["L"], headways=[["07:00", "08:00", 10]]),
        change("set_frequency", lines=["F"], factor=2),
        change("shift_times", lines=["F"], minutes=-5),
        change("add_stop", name="N", at=[2.83, 50.4], lines=["L"], dwell_s=10),
        change("move_stop", stop="e", to=[2.85, 50.45]),
        change("speed_up_segment", lines=["L"], from_stop="a", to_stop="c", percent=50),
        change("truncate", lines=["L"], from_stop="a", to_stop="c", days="Sa"),
    ]  # fmt: skip
    path = write_scenario(tmp_path / "bus.toml", "Bus", changes)
    scenario = read_scenario(path)
    assert scenario.changes == tuple(changes)
    ours, theirs = changed(feed, *changes), changed(feed, *scenario.changes)
    assert ours.stop_times.equals(theirs.stop_times)
    assert np.array_equal(ours.stops["lon"], theirs.stops["lon"])
