"""Minutes by public transport in a small town, and timetables whose answers are known."""

import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility._types import MS_PER_MIN, UNREACHED_MS
from artois_mobility.errors import PlacesError, TransitError
from artois_mobility.transit.searches import Walks, search_departure
from artois_mobility.transit.timetables import build_timetable
from artois_mobility.transit.walking import find_access
from transit_town import DAY, HOUR, STOPS, make_town, shuttle
from transit_worlds import SERVICE, calls_of, write_feed


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return make_town(tmp_path_factory.mktemp("town"))


def by_hand(transit, residents, sites, category):
    """Every cell and every departure by itself, with rounds."""
    own = sites[sites["category"] == category]
    walk = transit.network
    everyone, there = am.attach(walk, residents), am.attach(walk, own)
    access = find_access(walk, everyone, transit.stops, 8)
    egress = find_access(walk, transit.stops, there, 8)
    direct = am.travel_time_matrix(walk, residents, own)["minutes"].to_numpy()
    direct = np.nan_to_num(direct.reshape(len(residents), -1), nan=np.inf).min(axis=1)
    last = np.full(transit.stops.place_count, UNREACHED_MS, np.int64)
    for stop in range(last.size):
        ways = egress.ms[egress.first[stop] : egress.first[stop + 1]]
        last[stop] = ways.min(initial=UNREACHED_MS)
    minutes = np.empty((len(residents), 60))
    for row in range(len(residents)):
        rows = slice(access.first[row], access.first[row + 1])
        for moment in range(60):
            at_ms = (7 * 60 + moment) * MS_PER_MIN
            ready = np.full(last.size, UNREACHED_MS, np.int32)
            ready[access.stop[rows]] = at_ms + access.ms[rows]
            found = search_departure(transit.timetable, transit.walks, ready, trip_count=3)
            arrival = (found.arrival_ms() + last).min()
            by_trip = (arrival - at_ms) / MS_PER_MIN if arrival < UNREACHED_MS else np.inf
            minutes[row, moment] = min(by_trip, direct[row])
    return minutes


@pytest.mark.parametrize("category", ["care/hospital", "care/pharmacy"])
def test_minutes_equal_every_departure_by_itself(town, category):
    transit, residents, sites = town
    times = am.transit_times(
        transit, residents, sites, categories=[category], thresholds_min=[10, 20]
    )
    minutes = np.sort(by_hand(transit, residents, sites, category), axis=1)
    for percent in (50, 85):
        expected = minutes[:, int(np.ceil(percent / 100 * 60)) - 1]
        assert times[f"minutes_{percent}"].to_numpy() == pytest.approx(expected, abs=1e-9)
    for bound in (10, 20):
        share = (minutes <= bound).mean(axis=1)
        assert times[f"share_within_{bound}"].to_numpy() == pytest.approx(share)
    access = am.access_times(transit, residents, sites, categories=[category])
    assert access["minutes"].tolist() == times["minutes_50"].tolist()
    own = sites.loc[sites["category"] == category, "site"].tolist()
    assert set(access["site"]) <= set(own)
    walked = am.access_times(transit.network, residents, sites, categories=[category])
    assert (access["minutes"] <= walked["minutes"]).all()


def test_most_ride_to_the_hospital_and_some_walk(town):
    transit, residents, sites = town
    times = am.transit_times(transit, residents, sites, categories=["care/hospital"])
    assert (times["on_foot"] < 0.5).sum() > 5
    assert (times["on_foot"] == 1).any()
    walked = am.access_times(transit.network, residents, sites, categories=["care/hospital"])
    assert (times["minutes_50"] < walked["minutes"] - 1).any()


def test_a_timetable_of_another_place_is_refused(town, tmp_path):
    transit, *_ = town
    far = am.read_gtfs(
        write_feed(
            tmp_path, shuttle(0, 60, 3, ("a", 0), ("b", 60)), stops={"a": (0, 0.1), "b": (1, 1)}
        )
    )
    with pytest.raises(TransitError, match="None of the 2 stops hangs on the network"):
        am.build_transit(transit.network, far, DAY)


def test_what_cannot_be_asked_is_refused(town):
    transit, residents, sites = town
    with pytest.raises(PlacesError, match="direction must be one of to_site, from_site"):
        am.transit_times(transit, residents, sites, direction="home")
    with pytest.raises(TransitError, match="percentiles holds 0"):
        am.transit_times(transit, residents, sites, percentiles=[0])
    with pytest.raises(TransitError, match="thresholds_min holds -1"):
        am.transit_times(transit, residents, sites, thresholds_min=[-1])
    with pytest.raises(TransitError, match=r"begin_min is 500 and end_min 400.*most_trips is 9"):
        am.Window(begin_min=500, end_min=400, most_trips=9)
    with pytest.raises(TransitError, match=r"at is 'noon'.*percent is 0"):
        am.Window(at="noon", percent=0)
    with pytest.raises(TransitError, match="from 2025-01-01 to 2025-12-31"):
        build_timetable(transit.feed, date(2024, 1, 1))


def times_of(folder, trips, start, ready_s, *, day=DAY, until_s=24 * HOUR, **tables):
    """Arrivals at every stop by name, in seconds, from one stop."""
    feed = am.read_gtfs(write_feed(folder, trips, **tables))
    timetable = build_timetable(feed, day)
    names = feed.stops["stop"].tolist()
    ready = np.full(len(names), UNREACHED_MS, np.int32)
    ready[names.index(start)] = ready_s * 1000
    count = len(names)
    first, to = (np.arange(n, dtype=np.int32) for n in (count + 1, count))
    walks = Walks(first, to, np.zeros(count, np.int32))
    found = search_departure(timetable, walks, ready, trip_count=4).arrival_ms()
    return {n: int(ms) // 1000 for n, ms in zip(names, found, strict=True) if ms <= until_s * 1000}


def test_a_trip_is_missed_by_a_second(tmp_path):
    trips = {"one": [("a", 100, 100), ("b", 200, 200)], "two": [("b", 200, 200), ("c", 300, 300)]}
    assert times_of(tmp_path / "x", trips, "a", 100) == {"b": 200, "c": 300}
    trips["two"] = [("b", 199, 199), ("c", 300, 300)]
    assert times_of(tmp_path / "y", trips, "a", 100) == {"b": 200}
    assert times_of(tmp_path / "z", trips, "a", 101) == {}


def test_trips_after_midnight_belong_to_the_day_before(tmp_path):
    trips = {"night": [("a", 25 * HOUR, 25 * HOUR), ("b", 26 * HOUR, 26 * HOUR)]}
    assert times_of(tmp_path / "x", trips, "a", 0) == {"b": 2 * HOUR}
    later = times_of(tmp_path / "x", trips, "a", HOUR + 1, until_s=30 * HOUR)
    assert later == {"b": 26 * HOUR}
    # only on Tuesdays: on Wednesday morning it is still there, on Tuesday morning not yet
    tuesdays = f"{SERVICE}all,0,1,0,0,0,0,0,20250101,20251231\n"
    wednesday = date(2025, 3, 5)
    found = times_of(tmp_path / "y", trips, "a", 0, calendar=tuesdays, until_s=30 * HOUR)
    assert found == {"b": 26 * HOUR}
    with pytest.raises(TransitError, match="Nothing runs on 2025-03-05"):
        times_of(tmp_path / "y", trips, "a", 0, calendar=tuesdays, day=wednesday)


def test_days_are_added_and_taken_away(tmp_path):
    trips = {"one": [("a", 100, 100), ("b", 200, 200)]}
    dates = "service_id,date,exception_type\nall,20250304,2\n"
    with pytest.raises(TransitError, match="Nothing runs on 2025-03-04"):
        times_of(tmp_path / "x", trips, "a", 0, more={"calendar_dates": dates})
    none = f"{SERVICE}all,0,0,0,0,0,0,0,20250101,20251231\n"
    dates = "service_id,date,exception_type\nall,20250304,1\n"
    found = times_of(tmp_path / "y", trips, "a", 0, calendar=none, more={"calendar_dates": dates})
    assert found == {"b": 200}


def test_headways_are_written_out(tmp_path):
    trips = {"one": [("a", 50, 60), ("b", 160, 160)]}
    more = {"frequencies": "trip_id,start_time,end_time,headway_secs\none,01:00:00,02:00:00,600\n"}
    assert times_of(tmp_path / "x", trips, "a", 0, more=more) == {"b": HOUR + 100}
    assert times_of(tmp_path / "x", trips, "a", HOUR + 1, more=more) == {"b": HOUR + 700}
    assert times_of(tmp_path / "x", trips, "a", HOUR + 3000, more=more) == {"b": HOUR + 3100}
    # none begins at the end of the span: the next one is tomorrow's
    found = times_of(tmp_path / "x", trips, "a", HOUR + 3001, more=more, until_s=30 * HOUR)
    assert found == {"b": 25 * HOUR + 100}


def test_the_later_trip_that_overtakes_is_taken(tmp_path):
    trips = {
        "slow": [("a", 100, 100), ("b", 900, 900), ("c", 1000, 1000)],
        "fast": [("a", 200, 200), ("b", 400, 400), ("c", 600, 600)],
    }
    assert times_of(tmp_path / "x", trips, "a", 0) == {"b": 400, "c": 600}
    timetable = build_timetable(am.read_gtfs(tmp_path / "x"), DAY)
    assert len(calls_of(timetable)) == 2 * 2  # of this day and the next


def test_a_loop_is_ridden_round(tmp_path):
    trips = {"ring": [("a", 0, 0), ("b", 100, 100), ("a", 200, 200), ("c", 300, 300)]}
    assert times_of(tmp_path / "x", trips, "a", 0) == {"a": 200, "b": 100, "c": 300}
    assert times_of(tmp_path / "x", trips, "a", 150) == {"c": 300}  # it calls at a again


def test_times_between_timepoints_are_spread_evenly(tmp_path):
    trips = {"one": [("a", 0, 0), ("b", 100, 100), ("c", 200, 200), ("d", 400, 400)]}
    folder = write_feed(tmp_path, trips)
    text = (folder / "stop_times.txt").read_text()
    text = text.replace("00:01:40,00:01:40", ",").replace("00:03:20,00:03:20", ",")
    (folder / "stop_times.txt").write_text(text)
    (calls, *_) = calls_of(build_timetable(am.read_gtfs(folder), DAY))
    assert [each[1] % (24 * HOUR * 1000) // 1000 for each in calls] == [0, 133, 267, 400]


def test_nobody_boards_or_alights_where_that_is_forbidden(tmp_path):
    trips = {"one": [("a", 0, 0), ("b", 100, 100, "1", "1"), ("c", 200, 200)]}
    assert times_of(tmp_path / "x", trips, "a", 0) == {"c": 200}
    assert times_of(tmp_path / "x", trips, "b", 0) == {}


def test_who_misses_the_last_trip_walks(town):
    transit, residents, sites = town
    ends = transit.timetable.departure_ms[transit.timetable.departure_ms < 24 * HOUR * 1000].max()
    last = int(ends) // MS_PER_MIN
    late = replace(transit, window=am.Window(begin_min=last - 30, end_min=last + 30))
    times = am.transit_times(late, residents, sites, categories=["care/hospital"])
    walked = am.access_times(transit.network, residents, sites, categories=["care/hospital"])
    assert (times["minutes_85"] <= walked["minutes"] + 1e-9).all()
    after = replace(transit, window=am.Window(begin_min=last + 1, end_min=last + 60))
    times = am.transit_times(after, residents, sites, categories=["care/hospital"])
    assert times["minutes_50"].tolist() == pytest.approx(walked["minutes"].tolist())
    assert (times["on_foot"] == 1).all()


def test_clocks_that_change_at_night_move_no_trip(tmp_path):
    """On 30 March 2025 the clock jumped from 2 to 3: the night before was 23 hours long."""
    trips = {"night": [("a", 25 * HOUR, 25 * HOUR), ("b", 26 * HOUR, 26 * HOUR)]}
    sunday = date(2025, 3, 30)
    assert times_of(tmp_path / "x", trips, "a", 0, day=sunday) == {"b": 3 * HOUR}


def test_several_feeds_keep_their_ids_apart(tmp_path):
    one = write_feed(tmp_path / "one", {"t": [("a", 0, 0), ("b", 60, 60)]})
    two = write_feed(tmp_path / "two", {"t": [("a", 0, 0), ("c", 90, 90)]})
    feed = am.read_gtfs([one, two])
    assert feed.stops["stop"].tolist() == ["one:a", "one:b", "two:a", "two:c"]
    assert feed.stop_times["stop"].tolist() == [0, 1, 2, 3]
    assert len(build_timetable(feed, DAY).trip) == 2 * 2
    with pytest.raises(TransitError, match="Two feeds are called 'one'"):
        am.read_gtfs([one, one])


def test_what_the_feed_says_of_changing_counts(town, tmp_path):
    transit, *_ = town
    trips = shuttle(7 * HOUR, 600, 2, ("west", 0), ("south", 240))
    more = {
        "transfers": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
        "west,west,2,300\nwest,middle,3,\nsouth,far,2,400\n"
    }
    feed = am.read_gtfs(write_feed(tmp_path, trips, stops=STOPS, more=more))
    built = am.build_transit(transit.network, feed, DAY)
    names = feed.stops["stop"].tolist()
    west, middle, south, far = (names.index(n) for n in ("west", "middle", "south", "far"))

    def walks(stop):
        rows = slice(built.walks.first[stop], built.walks.first[stop + 1])
        return dict(zip(built.walks.to[rows].tolist(), built.walks.ms[rows].tolist(), strict=True))

    assert walks(west)[west] == 300_000
    assert middle not in walks(west)
    assert walks(middle)[west] > 60_000
    assert walks(south)[south] == 60_000
    assert walks(south)[far] == 400_000


def test_the_schematic_timetable_is_made_from_its_table(repository, tmp_path):
    script = repository / "data" / "gtfs" / "build_timetable.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], check=True)
    made, kept = (
        (folder / "artois-schematic-gtfs.zip").read_bytes() for folder in (tmp_path, script.parent)
    )
    assert made == kept
    feed = am.read_gtfs(script.parent / "artois-schematic-gtfs.zip")
    assert feed.faults.empty
    assert len(feed.routes) == 14
