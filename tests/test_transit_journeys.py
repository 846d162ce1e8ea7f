"""Journeys by public transport, leg by leg: they add up, and the timetable has each of them."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility.errors import InputError, PlacesError, TransitError
from transit_town import make_town


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return make_town(tmp_path_factory.mktemp("town"))


def at(transit, minute, kind="departure"):
    window = replace(transit.window, begin_min=minute, end_min=minute + 1, at=kind)
    return replace(transit, window=window)


def clock_min(stamp, transit):
    return (stamp.to_pydatetime() - as_time(transit)) / timedelta(minutes=1)


def as_time(transit):
    return np.datetime64(transit.timetable.day, "ms").astype(object)


def check_rides(legs, transit):
    """Every ride is one of the feed's trips, at its times."""
    feed = transit.feed
    times = feed.stop_times.merge(feed.stops[["name"]], left_on="stop", right_index=True)
    for leg in legs[legs["kind"] == "ride"].to_dict("records"):
        begin_s, end_s = (clock_min(leg[name], transit) * 60 for name in ("departure", "arrival"))
        board = times[(times["name"] == leg["from"]) & np.isclose(times["departure_s"], begin_s)]
        alight = times[(times["name"] == leg["to"]) & np.isclose(times["arrival_s"], end_s)]
        assert set(board["trip"]) & set(alight["trip"])
        assert leg["stops"] >= 1
        assert leg["line"] == "R"


def check_chain(legs):
    """Each leg begins where and when the one before ended, but for waiting."""
    for before, after in pairwise(legs.to_dict("records")):
        gap_min = (after["departure"] - before["arrival"]) / timedelta(minutes=1)
        assert gap_min == pytest.approx(after["wait_min"], abs=1e-9)
        assert gap_min >= 0
        assert before["to"] == after["from"]
    for leg in legs.to_dict("records"):
        took = (leg["arrival"] - leg["departure"]) / timedelta(minutes=1)
        assert took == pytest.approx(leg["minutes"], abs=1e-9)


@pytest.mark.parametrize("kind", ["departure", "arrival"])
def test_legs_add_up_to_what_the_matrix_says(town, kind):
    transit, residents, sites = town
    changed = rode = 0
    for minute in (7 * 60 + 3, 7 * 60 + 41.5):
        asked = at(transit, minute, kind)
        few = residents.iloc[::4]
        matrix = am.travel_time_matrix(asked, few, sites)["minutes"].to_numpy()
        table = matrix.reshape(len(few), len(sites))
        for row in range(len(few)):
            for column in range(len(sites)):
                found = am.journey(asked, few.iloc[[row]], sites.iloc[[column]], minute)
                legs = found.legs
                assert found.minutes == table[row, column]
                whole = legs["minutes"].sum() + legs["wait_min"].sum() + found.spare_min
                assert whole * 60_000 == pytest.approx(found.minutes * 60_000, abs=1e-3)
                check_rides(legs, transit)
                check_chain(legs)
                leaves, ends = (
                    clock_min(legs[name].iloc[place], transit)
                    for name, place in (("departure", 0), ("arrival", -1))
                )
                if kind == "departure":
                    assert leaves == pytest.approx(minute)
                    assert found.spare_min == 0
                else:
                    assert leaves == pytest.approx(minute - found.minutes)
                    assert ends + found.spare_min == pytest.approx(minute)
                assert legs["from"].iloc[0] == str(few["cell"].iloc[row])
                assert legs["to"].iloc[-1] == sites["site"].iloc[column]
                rides = (legs["kind"] == "ride").sum()
                rode, changed = rode + (rides > 0), changed + (rides > 1)
    assert rode > 5
    assert changed > 0


def test_the_line_leads_from_the_one_to_the_other(town):
    transit, residents, sites = town
    hospital = sites[sites["category"] == "care/hospital"]
    found = am.journey(transit, residents.iloc[[0]], hospital, 7 * 60 + 3)
    legs = found.legs
    assert legs["kind"].tolist() == ["walk", "ride", "walk"]
    assert legs["from"].tolist()[1:] == ["west", "south"]
    assert legs.crs.to_epsg() == 4326
    metric = legs.to_crs(transit.network.crs).geometry
    for before, after in pairwise(metric):
        begin, end = shapely.Point(after.coords[0]), shapely.Point(before.coords[-1])
        assert begin.distance(end) < 60  # stops stand beside the street that they hang on
    walked_m = legs["metres"].iloc[0]
    offroad_m = walked_m - metric.iloc[0].length
    assert 0 <= offroad_m < 120
    assert found.text().splitlines()[0] == "12:33 in all"
    assert found.text("fr").splitlines()[2:4] == [
        "attente : 6:06",
        "07:10:00 ligne R, west – south : 4:00, arrivée à 07:14:00",
    ]
    assert "12:33" not in repr(found)
    assert repr(found).startswith("<Journey: 3 legs, 12.5 minutes>")


@pytest.mark.parametrize("kind", ["departure", "arrival"])
def test_explaining_tells_the_journey_behind_the_median(town, kind):
    transit, residents, sites = town
    for percent in (50, 85):
        window = replace(transit.window, at=kind, percent=percent)
        asked = replace(transit, window=window)
        for row in (0, 20, 41):
            home, site = residents.iloc[[row]], sites.iloc[[0]]
            expected = am.travel_time_matrix(asked, home, site)["minutes"][0]
            found = am.explain(asked, home, site)
            assert found.minutes == expected
            assert len(found.legs) in {1, 3, 4, 5}
    nowhere = am.explain(transit, residents.iloc[[0]], [(3.5, 50.9)])
    assert nowhere.reason == "destination: no street within 300 m"


def test_who_is_there_sooner_on_foot_walks(town):
    transit, residents, _ = town
    near = [tuple(residents.geometry.iloc[each].coords[0]) for each in (0, 1)]
    found = am.journey(transit, near[:1], near[1:], 7 * 60)
    assert found.legs["kind"].tolist() == ["walk"]
    assert found.legs[["from", "to"]].to_numpy().tolist() == [["origin", "destination"]]
    assert found.text("fr").splitlines()[1].startswith("07:00:00 à pied, départ – arrivée : ")
    home = am.journey(at(transit, 8 * 60, "arrival"), near[:1], near[1:], 8 * 60)
    assert home.minutes == found.minutes
    assert str(home.legs["arrival"].iloc[0]) == "2025-03-04 08:00:00"


def test_where_no_way_leads_is_said(town):
    transit, residents, _ = town
    found = am.journey(transit, residents.iloc[[0]], [(3.5, 50.9)], 7 * 60)
    assert np.isnan(found.minutes)
    assert found.legs.empty
    assert found.reason == "destination: no street within 300 m"
    assert "arrivée" in found.text("fr")


def test_what_is_no_question_is_refused(town):
    transit, residents, sites = town
    with pytest.raises(PlacesError, match="one origin and one destination; found 2 and 1"):
        am.journey(transit, residents.iloc[:2], sites.iloc[:1], 420)
    with pytest.raises(TransitError, match="minute is -1; allowed are minutes of the day"):
        am.journey(transit, residents.iloc[:1], sites.iloc[:1], -1)
    with pytest.raises(InputError, match="language must be 'fr' or 'en'"):
        am.journey(transit, residents.iloc[:1], sites.iloc[:1], 420).text("de")
