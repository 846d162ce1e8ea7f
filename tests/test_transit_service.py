"""How often public transport leaves, and until when it brings people home."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility._types import MS_PER_MIN, UNREACHED_MS
from artois_mobility.access.going_home import NO_WAY_HOME
from artois_mobility.errors import TransitError
from artois_mobility.transit.walking import find_access
from transit_town import DAY, HOUR, STOPS, make_town, shuttle
from transit_worlds import calls_of, plain_search, write_feed


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return make_town(tmp_path_factory.mktemp("town"))


def test_departures_of_stops_are_counted(town):
    transit, *_ = town
    found = am.service_frequency(transit).set_index("stop")
    assert found.index.tolist() == sorted(STOPS)
    west, middle, far = (found.loc[name] for name in ("west", "middle", "far"))
    assert (west["departures"], west["per_hour"], west["headway_min"]) == (6, 6.0, 10.0)
    assert west["longest_gap_min"] == 10.0  # at 7:00, 7:10 ... 7:50, and none until 8:00
    assert (middle["departures"], middle["headway_min"]) == (4, 15.0)
    assert middle["longest_gap_min"] == 15.0
    assert west["lines"] == "R"
    # who may board at the end of a line: only those of the line that begins there
    south = found.loc["south"]
    assert (south["departures"], south["headway_min"]) == (5, 12.0)
    assert found.crs.to_epsg() == 4326
    night = replace(transit, window=replace(transit.window, begin_min=60, end_min=90))
    none = am.service_frequency(night)
    assert none["departures"].sum() == 0
    assert none["longest_gap_min"].unique().tolist() == [30.0]
    assert none["headway_min"].isna().all()
    assert far["departures"] == 4


def test_departures_of_areas_count_a_trip_once(town):
    transit, *_ = town
    lon, lat = np.array([STOPS[name] for name in ("west", "middle", "north")]).T
    box = shapely.box(lon.min() - 1e-4, lat.min() - 1e-4, lon.max() + 1e-4, lat.max() + 1e-4)
    names = {"insee": ["62001", "62002"], "name": ["A", "B"]}
    empty = shapely.box(2.0, 50.0, 2.1, 50.1)
    areas = gpd.GeoDataFrame(names, geometry=[box, empty], crs=4326)
    found = am.service_frequency(transit, areas.to_crs(2154))
    assert found["insee"].tolist() == ["62001", "62002"]
    assert found["stops"].tolist() == [3, 0]
    # six from the west, four from the middle that call in the north too
    assert found["departures"].tolist() == [10, 0]
    assert found["longest_gap_min"].tolist() == [10.0, 60.0]
    with pytest.raises(TransitError, match="column zone or insee that names them; they have geom"):
        am.service_frequency(transit, areas[["geometry"]])


def test_a_loop_that_calls_twice_leaves_twice(town, tmp_path):
    transit, *_ = town
    ring = shuttle(7 * HOUR, 1800, 2, ("west", 0), ("middle", 100), ("west", 200), ("north", 300))
    feed = am.read_gtfs(write_feed(tmp_path, ring, stops=STOPS))
    built = am.build_transit(transit.network, feed, DAY, window=transit.window)
    found = am.service_frequency(built).set_index("stop")
    assert found.loc["west", "departures"] == 4
    assert found.loc["north", "departures"] == 0


def last_by_hand(transit, residents, own, home_by_min):
    """Try every departure of every stop near the sites, by a plain search."""
    walk, longest = transit.network, transit.window.longest_walk_min
    count = transit.stops.place_count
    access = find_access(walk, am.attach(walk, own), transit.stops, longest)
    home = find_access(walk, am.attach(walk, residents), transit.stops, longest, is_leaving=False)
    calls, walks = (
        calls_of(transit.timetable),
        (transit.walks.first, transit.walks.to, transit.walks.ms),
    )
    latest = np.full(len(residents), -np.inf)
    for site in range(len(own)):
        near = access.of_place(site, count)
        for stop in np.flatnonzero(near < UNREACHED_MS):
            for moment in {c[2] for trip in calls for c in trip if c[0] == stop}:
                if not 0 <= moment <= home_by_min * MS_PER_MIN:
                    continue
                ready = np.full(count, UNREACHED_MS, np.int32)
                ready[stop] = moment
                arrival = np.full(count, np.inf)
                for (there, how, _), ms in plain_search(calls, walks, ready, rounds=3).items():
                    if how == "there":
                        arrival[there] = min(arrival[there], ms)
                for cell in range(len(residents)):
                    way = home.of_place(cell, count).astype(float)
                    way[way == UNREACHED_MS] = np.inf
                    if (arrival + way).min() <= home_by_min * MS_PER_MIN:
                        leave = (moment - near[stop]) / MS_PER_MIN
                        latest[cell] = max(latest[cell], leave)
    return latest


def test_the_last_way_home_equals_trying_every_departure(town):
    transit, residents, sites = town
    few = residents.iloc[::5].reset_index(drop=True)
    for category in ("care/hospital", "care/pharmacy"):
        found = am.last_way_home(
            transit, few, sites, categories=[category], home_by_min=8 * 60 + 30
        )
        own = sites[sites["category"] == category]
        expected = last_by_hand(transit, few, own, 8 * 60 + 30)
        leave = found["leave_min"].fillna(-np.inf).to_numpy()
        assert leave == pytest.approx(expected, abs=1e-9)
        assert (leave > 0).sum() > 2
        assert (leave < 0).any() == found["reason"].ne("").any()
        assert set(found["reason"]) <= {"", NO_WAY_HOME}
        walked = am.access_times(
            transit.network, few, sites, categories=[category], direction="from_site"
        )
        assert found["walk_min"].tolist() == walked["minutes"].tolist()
        assert set(found.loc[leave > 0, "site"]) <= set(own["site"])
        first = found[found["leave"] != ""].iloc[0]
        minute = int(first["leave_min"])
        assert first["leave"] == f"{minute // 60:02d}:{minute % 60:02d}"


def test_a_day_has_so_many_minutes(town):
    with pytest.raises(TransitError, match="home_by_min is 0; allowed are minutes of the day"):
        am.last_way_home(*town, home_by_min=0)
