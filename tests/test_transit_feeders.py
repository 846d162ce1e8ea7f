"""By bicycle to the station, park and ride: exact rides to the stops where one may leave it."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

import artois_mobility as am
from artois_mobility._types import MS_PER_MIN, UNREACHED_MS
from artois_mobility.errors import TransitError
from artois_mobility.transit.walking import find_access
from transit_town import DAY, STOPS, make_town
from transit_worlds import calls_of, plain_search

MOMENTS = range(7 * 60, 8 * 60, 11)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    transit, residents, sites = make_town(folder)
    bicycle = am.build_network(am.read_osm(folder / "data" / "town.osm.pbf"), "bicycle")
    window = replace(transit.window, step_min=11, longest_walk_min=4)
    on_foot = am.build_transit(transit.network, transit.feed, DAY, window=window)
    return on_foot, bicycle, residents.iloc[::3].reset_index(drop=True), sites


def with_feeder(on_foot, feeder):
    return am.build_transit(
        on_foot.network, on_foot.feed, DAY, window=on_foot.window, feeder=feeder
    )


def minutes_by_hand(transit, bicycle, served, homes, site):
    """Every home and departure by itself: rides from the table of the bicycle's network."""
    names = transit.feed.stops["stop"].tolist()
    points = gpd.GeoSeries(gpd.points_from_xy(*zip(*STOPS.values(), strict=True), crs=4326))
    ridden = am.travel_time_matrix(bicycle, homes, points)["minutes"].to_numpy()
    ridden = ridden.reshape(len(homes), len(STOPS))
    walk = transit.network
    access = find_access(walk, am.attach(walk, homes), transit.stops, 4)
    egress = find_access(walk, am.attach(walk, site), transit.stops, 4, is_leaving=False)
    way = egress.of_place(0, len(names)).astype(float)
    way[way == UNREACHED_MS] = np.inf
    direct = am.travel_time_matrix(walk, homes, site)["minutes"].to_numpy()
    calls = calls_of(transit.timetable)
    walks = transit.walks.first, transit.walks.to, transit.walks.ms
    found = np.empty((len(homes), len(MOMENTS)))
    for row in range(len(homes)):
        to_stop = access.of_place(row, len(names)).astype(np.int64)
        for number, name in enumerate(STOPS):
            if name in served and ridden[row, number] <= 10:
                own = names.index(name)
                ms = round(ridden[row, number] * MS_PER_MIN) + 90_000
                to_stop[own] = min(to_stop[own], ms)
        for column, minute in enumerate(MOMENTS):
            at_ms = minute * MS_PER_MIN
            ready = np.where(to_stop < UNREACHED_MS, to_stop + at_ms, UNREACHED_MS)
            best = np.inf
            for (stop, how, _), ms in plain_search(calls, walks, ready, rounds=3).items():
                best = min(best, ms + way[stop]) if how == "there" else best
            found[row, column] = min((best - at_ms) / MS_PER_MIN, direct[row])
    return np.sort(found, axis=1)[:, int(np.ceil(len(MOMENTS) / 2)) - 1]


@pytest.mark.parametrize("served", [("west",), tuple(STOPS)])
def test_rides_to_the_stop_are_exact(town, served):
    on_foot, bicycle, homes, sites = town
    stops = None if len(served) > 1 else served
    feeder = am.Feeder(bicycle, stops=stops, park_s=90, longest_min=10)
    transit = with_feeder(on_foot, feeder)
    hospital = sites[sites["category"] == "care/hospital"].reset_index(drop=True)
    expected = minutes_by_hand(transit, bicycle, served, homes, hospital)
    category = ["care/hospital"]
    found = am.access_times(transit, homes, sites, categories=category)["minutes"].to_numpy()
    assert found == pytest.approx(expected, abs=1e-9)
    matrix = am.travel_time_matrix(transit, homes, hospital)["minutes"]
    assert matrix.tolist() == found.tolist()
    alone = am.access_times(on_foot, homes, sites, categories=category)["minutes"].to_numpy()
    assert (found <= alone).all()
    assert (found < alone - 1).any()
    counts = am.opportunities(transit, homes, sites, [12], categories=category)["value"]
    assert counts.tolist() == (found <= 12).astype(float).tolist()


def test_people_fetch_it_on_the_way_home(town):
    on_foot, bicycle, homes, sites = town
    transit = with_feeder(on_foot, am.Feeder(bicycle, park_s=0, longest_min=10))
    home, alone = (
        am.access_times(each, homes, sites, categories=["care/hospital"], direction="from_site")[
            "minutes"
        ]
        for each in (transit, on_foot)
    )
    assert (home <= alone).all()
    assert (home < alone - 1).any()
    late, later = (
        am.last_way_home(each, homes, sites, categories=["care/hospital"], home_by_min=540)
        for each in (on_foot, transit)
    )
    assert late["leave_min"].isna().sum() > later["leave_min"].isna().sum()


def test_a_journey_says_where_the_bicycle_is_left(town):
    on_foot, bicycle, homes, sites = town
    transit = with_feeder(on_foot, am.Feeder(bicycle, park_s=30, longest_min=10))
    hospital = sites[sites["category"] == "care/hospital"].reset_index(drop=True)
    kinds = set()
    for at in ("departure", "arrival"):
        minute = 7 * 60 + 50.0
        window = replace(transit.window, begin_min=minute, end_min=minute + 1, step_min=1, at=at)
        asked = replace(transit, window=window)
        for row in range(len(homes)):
            found = am.journey(asked, homes.iloc[[row]], hospital, minute)
            expected = am.travel_time_matrix(asked, homes.iloc[[row]], hospital)["minutes"][0]
            legs = found.legs
            assert found.minutes == expected
            whole = legs["minutes"].sum() + legs["wait_min"].sum() + found.spare_min
            assert whole == pytest.approx(found.minutes, abs=1e-9)
            kinds |= set(legs["kind"])
            if "bicycle" in set(legs["kind"]):
                assert legs["kind"].iloc[0] == "bicycle"
                assert legs["metres"].iloc[0] > 0
                assert "avec le stationnement" in found.text("fr")
    assert kinds == {"walk", "ride", "bicycle"}


def test_isochrones_begin_with_the_ride(town):
    on_foot, bicycle, homes, _ = town
    transit = with_feeder(on_foot, am.Feeder(bicycle, park_s=0, longest_min=10))
    more, less = (am.isochrones(each, homes.iloc[[5]], [16]) for each in (transit, on_foot))
    assert more["area_km2"][0] > less["area_km2"][0]
    assert more.geometry[0].buffer(1e-6).covers(less.geometry[0])
    arriving = replace(transit, window=replace(transit.window, at="arrival"))
    with pytest.raises(TransitError, match="by a feeder only single places are left"):
        am.isochrones(arriving, homes.iloc[[5]], [16], direction="to")


def test_it_is_left_at_stops_of_some_kinds_only(town):
    on_foot, bicycle, *_ = town
    buses = with_feeder(on_foot, am.Feeder(bicycle, kinds=[3]))
    far = on_foot.feed.stops["stop"].tolist().index("far")
    assert buses.rides.is_served.tolist() == [row != far for row in range(len(STOPS))]
    with pytest.raises(TransitError, match="There is no stop at which 'bicycle' can be left"):
        with_feeder(on_foot, am.Feeder(bicycle, kinds=[2]))
    with pytest.raises(TransitError, match=r"1 of 2 stops of the feeder are none .* first 'gare'"):
        with_feeder(on_foot, am.Feeder(bicycle, stops=["west", "gare"]))
    with pytest.raises(TransitError, match=r"park_s is -1.*longest_min is 500"):
        am.Feeder(bicycle, park_s=-1, longest_min=500)
    with pytest.raises(TransitError, match=r"network is <Transit .*; give one of am"):
        am.Feeder(on_foot)
