"""Laws of changed timetables on real feeds: a tram with two branches, a line of regional trains."""

from datetime import date

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.scenarios.timetable_edits import read_calls, trips_of
from artois_mobility.transit.calendars import runs_on
from timetable_worlds import arrivals, change, changed, notices, timetable_of

FEEDS = {"nantes-2014": date(2014, 5, 13), "ter-2025": date(2025, 3, 4)}


@pytest.fixture(scope="module", params=FEEDS)
def real(request, realdata):
    """A feed, its day, its busiest line of eight stops or more, and its longest trip."""
    feed, day = am.read_gtfs(realdata / "gtfs" / f"{request.param}.zip"), FEEDS[request.param]
    running = feed.trips["route"].to_numpy(object)[np.unique(timetable_of(feed, day).trip)]
    names, counts = np.unique(running, return_counts=True)
    for line in names[np.argsort(-counts)].tolist():
        calls = read_calls(feed, trips_of(feed, [line])).values()
        longest = max(calls, key=lambda each: each.stop.size)
        if np.unique(longest.stop).size == longest.stop.size >= 8:
            break
    return feed, day, line, longest


def late(real, own):
    """How much later one arrives from stops of the line, at all stops of today, in seconds."""
    feed, day, _, calls = real
    after, ids = changed(feed, own), feed.stops["stop"].to_numpy(object)
    found = []
    for here in ids[calls.stop[:: calls.stop.size // 3]]:
        for begin_s in (7 * 3600, 17 * 3600 + 250):
            one, other = (arrivals(each, day, here, begin_s) for each in (feed, after))
            found += [
                0.0 if one.get(stop) == other.get(stop)
                else other.get(stop, np.inf) - one.get(stop, np.inf)
                for stop in ids
            ]  # fmt: skip
    return np.array(found)


@pytest.mark.realdata
def test_the_laws_hold_on_real_timetables(real):
    feed, _, line, calls = real
    stops = feed.stops.iloc[calls.stop]
    names, ids = stops["name"].tolist(), stops["stop"].tolist()
    more = [
        change("add_line", name="New", stops=ids[::3], speed_kmh=60,
               headways=[["06:00", "20:00", 10]]),
        change("set_frequency", lines=[line], factor=2),
    ]  # fmt: skip
    fewer = [
        change("remove_line", lines=[line], days="Tu"),
        change("truncate", lines=[line], from_stop=ids[1], to_stop=ids[-2]),
    ]
    assert all((late(real, own) <= 0).all() for own in more)
    assert all((late(real, own) >= 0).all() for own in fewer)
    assert (late(real, more[1]) < 0).any()
    assert (late(real, fewer[0]) > 0).any()
    lane = change(
        "speed_up_segment", lines=[line], from_stop=names[0], to_stop=names[-1], percent=10
    )
    assert (late(real, lane) < 0).any()


@pytest.mark.realdata
def test_another_day_is_as_it_was(real):
    feed, day, line, _ = real
    then = date.fromordinal(day.toordinal() + 1)
    own = change("shift_times", lines=[line], minutes=7, days="We")
    after = changed(feed, own)
    for each, is_meant in ((day, False), (then, True)):
        trips = np.flatnonzero(runs_on(feed, each) & (feed.trips["route"] == line).to_numpy())
        found = np.flatnonzero(runs_on(after, each) & (after.trips["route"] == line).to_numpy())
        times = [
            sorted(float(calls.departure_s[0]) for calls in read_calls(of, rows).values())
            for of, rows in ((feed, trips), (after, found))
        ]
        assert times[1] == [time_s + 420 * is_meant for time_s in times[0]] != []
    assert any("other days of the week" in said for said in notices(feed, own, day=day))
