"""Everything that is asked of a network is answered by public transport too, or refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import artois_mobility as am
from artois_mobility._types import MS_PER_MIN, UNREACHED_MS
from artois_mobility.errors import NotANetworkError, TransitError
from artois_mobility.routing.threads import working_alone
from artois_mobility.transit.walking import find_access
from transit_town import make_town
from transit_worlds import calls_of, plain_search

MOMENTS = range(7 * 60, 8 * 60, 7)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    transit, residents, sites = make_town(tmp_path_factory.mktemp("town"))
    window = replace(transit.window, step_min=7)
    return replace(transit, window=window), residents.iloc[::3].reset_index(drop=True), sites


def arriving(transit):
    return replace(transit, window=replace(transit.window, at="arrival", end_min=8.5 * 60))


def minutes_by_hand(transit, origins, destinations):
    """Every pair and every departure, by a plain search stop time by stop time: (o, d, moments)."""
    walk, longest = transit.network, transit.window.longest_walk_min
    here, there = am.attach(walk, origins), am.attach(walk, destinations)
    access = find_access(walk, here, transit.stops, longest)
    egress = find_access(walk, there, transit.stops, longest, is_leaving=False)
    table = am.travel_time_matrix(walk, origins, destinations)["minutes"].to_numpy()
    direct = np.nan_to_num(table.reshape(len(origins), len(destinations)), nan=np.inf)
    calls = calls_of(transit.timetable)
    walks = transit.walks.first, transit.walks.to, transit.walks.ms
    minutes = np.empty((*direct.shape, len(MOMENTS)))
    for row in range(len(origins)):
        to_stop = access.of_place(row, transit.stops.place_count)
        for column, moment in enumerate(MOMENTS):
            at_ms = moment * MS_PER_MIN
            ready = np.where(to_stop < UNREACHED_MS, to_stop + at_ms, UNREACHED_MS)
            earliest = np.full(to_stop.size, np.inf)
            found = plain_search(calls, walks, ready, rounds=3)
            for (stop, how, _), time_ms in found.items():
                if how == "there":
                    earliest[stop] = min(earliest[stop], time_ms)
            for end in range(len(destinations)):
                way = egress.of_place(end, to_stop.size).astype(float)
                way[way == UNREACHED_MS] = np.inf
                by_trip = ((earliest + way).min() - at_ms) / MS_PER_MIN
                minutes[row, end, column] = min(by_trip, direct[row, end])
    return minutes


def percentile(minutes, percent=50):
    rank = int(np.ceil(percent / 100 * minutes.shape[-1])) - 1
    return np.sort(minutes, axis=-1)[..., rank]


def table_of(matrix, origins, destinations):
    return matrix["minutes"].to_numpy().reshape(len(origins), len(destinations))


def test_a_matrix_equals_every_pair_and_departure_by_itself(town):
    transit, residents, sites = town
    few = residents.iloc[:4]
    for origins, destinations in ((few, sites), (sites, few), (few.iloc[:1], sites)):
        expected = minutes_by_hand(transit, origins, destinations)
        for percent in (50, 85):
            asked = replace(transit, window=replace(transit.window, percent=percent))
            matrix = am.travel_time_matrix(asked, origins, destinations)
            found = table_of(matrix, origins, destinations)
            assert found == pytest.approx(percentile(expected, percent), abs=1e-9)
    assert list(matrix.columns) == ["origin", "destination", "minutes"]


def test_a_matrix_goes_to_a_file_and_may_be_empty(town, tmp_path):
    transit, residents, sites = town
    path = am.travel_time_matrix(transit, residents, sites, path=tmp_path / "matrix.parquet")
    matrix = am.travel_time_matrix(transit, residents, sites)
    assert pd.read_parquet(path)["minutes"].tolist() == matrix["minutes"].tolist()
    assert am.travel_time_matrix(transit, residents.iloc[:0], sites).empty
    far = am.travel_time_matrix(transit, [(0.1, 0.1)], sites)
    assert far["minutes"].isna().all()


def test_the_k_th_site_is_found_for_every_departure(town):
    transit, residents, sites = town
    minutes = minutes_by_hand(transit, residents, sites)
    own = (sites["category"] == "care/pharmacy").to_numpy()
    assert own.sum() == 2
    expected = percentile(np.sort(minutes[:, own], axis=1))
    found = am.access_times(transit, residents, sites, k=3, categories=["care/pharmacy"])
    table = found["minutes"].to_numpy().reshape(len(residents), 3)
    assert table[:, :2] == pytest.approx(expected, abs=1e-9)
    assert np.isnan(table[:, 2]).all()
    names = found["site"].to_numpy(object).reshape(len(residents), 3)
    assert set(names[:, :2].ravel()) == set(sites.loc[own, "site"])
    assert (names[:, 0] != names[:, 1]).all()
    nearest = am.access_times(transit, residents, sites, categories=["care/pharmacy"])
    assert table[:, 0].tolist() == nearest["minutes"].tolist()


@pytest.mark.parametrize("at", ["departure", "arrival"])
@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_both_directions_and_both_windows_equal_the_matrix(town, at, direction):
    """One nearest site, whichever search finds it, is the one in the table of all pairs."""
    transit, residents, sites = town
    asked = arriving(transit) if at == "arrival" else transit
    hospital = sites[sites["category"] == "care/hospital"].reset_index(drop=True)
    sides = (residents, hospital) if direction == "to_site" else (hospital, residents)
    matrix = am.travel_time_matrix(asked, *sides)["minutes"].tolist()
    category = ["care/hospital"]
    access = am.access_times(asked, residents, sites, categories=category, direction=direction)
    times = am.transit_times(asked, residents, sites, categories=category, direction=direction)
    assert access["minutes"].tolist() == times["minutes_50"].tolist() == matrix
    walked = am.access_times(
        asked.network, residents, sites, categories=category, direction=direction
    )
    assert (access["minutes"] <= walked["minutes"]).all()
    assert (access["minutes"] < walked["minutes"] - 1).any()
    assert access["site"].tolist() == walked["site"].tolist()


@pytest.mark.parametrize("at", ["departure", "arrival"])
@pytest.mark.parametrize("direction", ["to_site", "from_site"])
def test_the_site_told_is_the_one_that_is_nearest(town, at, direction):
    """By trip too, where another stop than the last one boarded or left tells the site."""
    transit, residents, sites = town
    own = sites[sites["category"] == "care/pharmacy"].reset_index(drop=True)
    ridden = 0
    for minute in range(7 * 60, 8 * 60, 10):
        window = replace(transit.window, begin_min=minute, end_min=minute + 1, step_min=1, at=at)
        asked = replace(transit, window=window)
        sides = (residents, own) if direction == "to_site" else (own, residents)
        matrix = am.travel_time_matrix(asked, *sides)["minutes"].to_numpy()
        table = matrix.reshape(len(sides[0]), len(sides[1]))
        table = table if direction == "to_site" else table.T
        found = am.access_times(
            asked, residents, sites, categories=["care/pharmacy"], direction=direction
        )
        assert found["minutes"].tolist() == table.min(axis=1).tolist()
        differ = table[:, 0] != table[:, 1]
        told = own["site"].to_numpy(object)[table.argmin(axis=1)]
        assert found["site"].to_numpy(object)[differ].tolist() == told[differ].tolist()
        walked = am.access_times(
            asked.network, residents, sites, categories=["care/pharmacy"], direction=direction
        )
        ridden += (found["minutes"] < walked["minutes"]).sum()
    assert ridden > 0


def test_who_leaves_as_late_as_arrivals_ask_is_there_in_time(town):
    """Leave by as much before the arrival as told, and you are there; a minute later, you are not.

    Trips run every ten and fifteen minutes, so that no departure lies between the two.
    """
    transit, residents, sites = town
    at_min = 8 * 60 + 10
    one = replace(transit.window, begin_min=at_min, end_min=at_min + 1, at="arrival")
    latest = am.travel_time_matrix(replace(transit, window=one), residents, sites)["minutes"]
    leaving = at_min - latest.to_numpy().reshape(len(residents), -1)
    checked = 0
    for row in range(len(residents)):
        for column in range(len(sites)):
            for later, is_late in ((0.0, False), (1 / 60, True)):
                begin = leaving[row, column] + later
                window = replace(transit.window, begin_min=begin, end_min=begin + 0.01)
                minutes = am.travel_time_matrix(
                    replace(transit, window=window),
                    residents.iloc[[row]],
                    sites.iloc[[column]],
                )["minutes"][0]
                assert (begin + minutes > at_min + 1e-9) == is_late
                checked += 1
    assert checked == 2 * leaving.size


def test_the_same_bytes_on_any_number_of_threads(town):
    transit, residents, sites = town

    def ask():
        areas = am.isochrones(transit, sites, [10, 20], cell_m=50)
        return [
            am.travel_time_matrix(transit, residents, sites)["minutes"].to_numpy().tobytes(),
            am.access_times(transit, residents, sites, k=2).to_csv(),
            am.opportunities(transit, residents, sites, {"d": am.decay("linear", 20)}).to_csv(),
            areas.to_wkb().to_csv(),
        ]

    together = ask()
    with working_alone():
        assert ask() == together


def test_opportunities_count_what_the_matrix_reaches(town):
    transit, residents, sites = town
    matrix = am.travel_time_matrix(transit, residents, sites)
    table = table_of(matrix, residents, sites.drop_duplicates("site"))
    kinds = sites.drop_duplicates("site")["category"].to_numpy(object)
    half = 0.5 ** (np.arange(3600) / 600)
    measures = {"10": 10, "20": 20, "half": half}
    found = am.opportunities(transit, residents, sites, measures, categories=["care/pharmacy"])
    values = found["value"].to_numpy().reshape(len(residents), 3)
    own = table[:, kinds == "care/pharmacy"]
    for column, bound in ((0, 10), (1, 20)):
        assert values[:, column].tolist() == (own <= bound).sum(axis=1).tolist()
    second = np.ceil(np.round(own * 60, 6)).astype(int)
    assert values[:, 2] == pytest.approx(half[second].sum(axis=1))
    home = am.opportunities(transit, residents, sites, [20], direction="from_site")
    assert home["value"].notna().all()


def test_catchments_and_baskets_take_the_same_times(town):
    transit, residents, sites = town
    hospital = ["care/hospital"]
    found = am.floating_catchments(transit, residents, sites, 20, categories=hospital)
    minutes = am.access_times(transit, residents, sites, categories=hospital)["minutes"]
    people = residents["population"].to_numpy()
    reached = (minutes <= 20).to_numpy()
    assert 0 < reached.sum() < reached.size
    expected = np.where(reached, 1 / (people * reached).sum(), 0.0)
    assert found.cells["value"].to_numpy() == pytest.approx(expected)
    shared = am.floating_catchments(
        transit, residents, sites, 20, categories=hospital, method="balanced"
    )
    assert shared.cells["value"].to_numpy() == pytest.approx(expected / reached.sum())
    both = {"both": ["care/hospital", "culture/library"]}
    basket = am.basket_times(transit, residents, sites, both)["minutes"]
    library = am.access_times(transit, residents, sites, categories=["culture/library"])
    assert basket.tolist() == np.maximum(minutes, library["minutes"]).tolist()


def test_sites_are_chosen_by_public_transport(town):
    transit, residents, sites = town
    places = sites.drop_duplicates("site").reset_index(drop=True)
    candidates = places.assign(candidate=places["site"])
    chosen = am.choose_sites(transit, residents, candidates, count=1)
    table = table_of(am.travel_time_matrix(transit, residents, candidates), residents, candidates)
    sums = residents["population"].to_numpy() @ table
    assert chosen.chosen["candidate"].tolist() == [candidates["candidate"][sums.argmin()]]


def test_what_only_a_network_answers_says_so(town):
    transit, residents, sites = town
    point = [(2.83, 50.42)]
    for ask in (
        lambda: am.attach(transit, point),
        lambda: am.routes(transit, point, point),
        lambda: am.reached_streets(transit, point, [10]),
        lambda: am.explain_attachments(transit, point),
        lambda: am.travel_times(transit, [0]),
        lambda: am.draw_times(transit, residents, sites),
        lambda: am.to_networkx(transit),
    ):
        with pytest.raises(NotANetworkError, match=r"ask it of transit\.network"):
            ask()
    with pytest.raises(AttributeError, match="Transit has no attribute 'nothing'"):
        transit.nothing  # noqa: B018


@pytest.mark.parametrize("direction", ["from", "to"])
@pytest.mark.parametrize("percent", [30, 60])
def test_surfaces_equal_the_matrix_where_people_live(town, direction, percent):
    """A cell of 5 m is off by its half diagonal at most, at the pace off the streets."""
    transit, residents, sites = town
    asked = arriving(transit) if direction == "to" else transit
    asked = replace(asked, window=replace(asked.window, percent=percent))
    site = sites.iloc[[0]]
    surfaces = [
        am.arrival_surface(each, site, 45, direction=direction, cell_m=5)
        for each in (asked, asked.network)
    ]
    lon, lat = residents.geometry.x, residents.geometry.y
    found, on_foot = (each.at(lon, lat) for each in surfaces)
    sides = (site, residents) if direction == "from" else (residents, site)
    expected = am.travel_time_matrix(asked, *sides)["minutes"].to_numpy()
    off_min = 5 / 1000 / asked.network.profile.offroad_kmh * 60
    assert found == pytest.approx(expected, abs=off_min)
    assert (found < on_foot - 2).any()


def test_isochrones_by_public_transport_nest_and_hold_those_on_foot(town):
    transit, residents, sites = town
    centres = sites.iloc[:2]
    areas = am.isochrones(transit, centres, [8, 16, 30], residents=residents)
    assert areas["profile"].unique().tolist() == ["transit"]
    on_foot = am.isochrones(transit.network, centres, [8, 16, 30], residents=residents)
    for row in range(len(areas)):
        assert areas.geometry[row].buffer(1e-6).covers(on_foot.geometry[row])
    for first in (0, 3):
        for row in (first, first + 1):
            assert areas.geometry[row + 1].buffer(1e-9).covers(areas.geometry[row])
    assert areas["area_km2"][1] > 1.05 * on_foot["area_km2"][1]
    assert (areas["people"] >= on_foot["people"]).all()
    gained = am.compare_isochrones(on_foot.assign(profile="transit"), areas)
    assert gained.loc[gained["change"] == "lost", "area_km2"].sum() == 0
    grouped = am.isochrones(transit, centres.assign(kind="a"), [16], by="kind")
    assert grouped.geometry[0].buffer(1e-6).covers(areas.geometry[1])
    nowhere = am.isochrones(transit, [(0.1, 0.1)], [10])
    assert nowhere.geometry[0].is_empty
    assert nowhere["reason"][0]


def test_areas_that_the_window_does_not_answer_are_refused(town):
    transit, _, sites = town
    with pytest.raises(TransitError, match=r"need a window of arrivals.*Window\(at='arrival'\)"):
        am.isochrones(transit, sites, [10], direction="to")
    with pytest.raises(TransitError, match="need a window of departures"):
        am.arrival_surface(arriving(transit), sites.iloc[:1], 10)
    with pytest.raises(TransitError, match="Leave audit out"):
        am.isochrones(transit, sites, [10], audit=True)


def test_as_many_sites_reach_a_place_as_the_matrix_says(town):
    transit, _, sites = town
    asked = arriving(transit)
    pharmacies = sites[sites["category"] == "care/pharmacy"]
    counts = am.count_reaching(asked, pharmacies, 20, cell_m=100)
    both = [
        am.arrival_surface(asked, pharmacies.iloc[[row]], 20, direction="to", cell_m=100)
        for row in range(2)
    ]
    points = [(2.83, 50.42), tuple(pharmacies.geometry.iloc[0].coords[0])]
    lon, lat = np.array(points).T
    expected = sum(np.isfinite(each.at(lon, lat)).astype(float) for each in both)
    assert np.nan_to_num(counts.at(lon, lat)).tolist() == expected.tolist()
    assert expected.max() >= 1
