"""Where sites should stand: against every choice there is, and against PySAL's spopt."""

import itertools

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import PlacesError
from artois_mobility.scenarios.reading import read_scenario
from artois_mobility.siting.models import cover_all, maximise_gain, shorten_longest
from scenario_worlds import crooked_world, scattered
from street_worlds import cells_at, grid_world, sites_at

THRESHOLD_MIN = 3.0


def some_world(seed, candidate_count=8, existing_count=2):
    draw = np.random.default_rng(seed)
    network = crooked_world(draw)
    cells = cells_at(scattered(draw, 25)).assign(population=draw.integers(0, 30, 25).astype(float))
    existing = sites_at({f"e{row}": at for row, at in enumerate(scattered(draw, existing_count))})
    points = cells_at(scattered(draw, candidate_count))
    candidates = points[["geometry"]].assign(candidate=[f"c{row}" for row in range(len(points))])
    return network, cells, candidates, existing.assign(capacity=40.0)


def minutes_between(network, cells, places):
    if not len(places):
        return np.full((len(cells), 0), np.nan)
    table = am.travel_time_matrix(network, cells, places)["minutes"].to_numpy()
    return table.reshape(len(cells), len(places))


def cost_of(objective, times, people, stop_min):
    nearest = np.where(np.isnan(times), np.inf, times).min(axis=1, initial=np.inf)
    if objective == "max_cover":
        return -people[nearest <= THRESHOLD_MIN].sum()
    if objective == "p_center":
        reached = nearest[(people > 0) & np.isfinite(nearest)]
        return reached.max() if reached.size else np.nan
    return people @ np.where(np.isinf(nearest), stop_min, nearest)


@settings(max_examples=25)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["p_median", "max_cover"]),
    st.integers(1, 3),
    st.sampled_from([True, False, None]),
    st.sampled_from([0, 2]),
)
def test_a_choice_is_the_best_of_all_or_says_how_far_from_it(seed, objective, count, exact, kept):
    network, cells, candidates, existing = some_world(seed, existing_count=kept)
    found = am.choose_sites(
        network,
        cells,
        candidates,
        objective,
        count=count,
        existing=existing if kept else None,
        threshold_min=THRESHOLD_MIN,
        unreached_min=60.0,
        exact=exact,
    )
    people = cells["population"].to_numpy()
    time, own = (minutes_between(network, cells, places) for places in (candidates, existing))
    costs = {
        chosen: cost_of(objective, np.column_stack([own, time[:, chosen]]), people, 60.0)
        for chosen in itertools.combinations(range(8), count)
    }
    best = min(costs.values())
    sign = -1 if objective == "max_cover" else 1
    if objective == "max_cover":
        assert found.uncovered_people == people.sum() - found.value
    rows = tuple(sorted(int(name[1:]) for name in found.chosen["candidate"]))
    assert len(rows) == count
    assert sign * found.value == pytest.approx(costs[rows], rel=1e-9, abs=1e-9)
    assert sign * found.bound <= best + 1e-9 * max(abs(best), 1.0)
    assert found.value_before == pytest.approx(
        sign * cost_of(objective, own, people, 60.0), rel=1e-9, abs=1e-9
    )
    if exact is not False:
        assert sign * found.value == pytest.approx(best, rel=1e-9, abs=1e-9)
        assert found.gap == pytest.approx(0, abs=1e-9)
        assert found.method == "exact"


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 2]))
def test_the_longest_time_and_the_fewest_sites_are_the_best_of_all(seed, kept):
    network, cells, candidates, existing = some_world(seed, existing_count=kept)
    people = cells["population"].to_numpy()
    time, own = (minutes_between(network, cells, places) for places in (candidates, existing))
    can = ~np.isnan(np.column_stack([time, own])).all(axis=1)
    asked = {"existing": existing if kept else None}
    found = am.choose_sites(network, cells, candidates, "p_center", count=8, **asked)
    choices = [c for size in range(9) for c in itertools.combinations(range(8), size)]

    def longest(chosen):
        times = np.column_stack([own, time[:, chosen]])[can & (people > 0)]
        return np.where(np.isnan(times), np.inf, times).min(axis=1, initial=np.inf).max()

    assert found.value == pytest.approx(min(map(longest, choices)), rel=1e-12)
    for count in (2, 3):
        fewer = [longest(c) for c in choices if len(c) <= count]
        if np.isfinite(min(fewer)):
            some = am.choose_sites(network, cells, candidates, "p_center", count=count, **asked)
            assert some.value == pytest.approx(min(fewer), rel=1e-12)
    covering = am.choose_sites(
        network, cells, candidates, "set_cover", threshold_min=THRESHOLD_MIN, **asked
    )
    near, within = time <= THRESHOLD_MIN, (own <= THRESHOLD_MIN).any(axis=1)
    needed = (people > 0) & ~within & near.any(axis=1)
    enough = [c for c in choices if near[needed][:, c].any(axis=1).all()]
    assert covering.value == min(map(len, enough))
    never = (people > 0) & ~within & ~near.any(axis=1)
    assert covering.uncovered_people == people[never].sum()
    assert np.isnan(found.uncovered_people)


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_greedy_choices_keep_their_bounds(seed):
    draw = np.random.default_rng(seed)
    gain = draw.integers(0, 9, (20, 10)) * (draw.random((20, 10)) < 0.4) * 1.0
    covers = draw.random((20, 10)) < 0.2
    best, some = (maximise_gain(gain, 3, exact=exact) for exact in (True, False))
    assert some.value <= best.value <= some.bound + 1e-9
    assert some.value >= (1 - 1 / np.e) * best.value
    fewest, few = (cover_all(covers, exact=exact) for exact in (True, False))
    assert few.bound <= fewest.value <= few.value
    assert covers[covers.any(axis=1)][:, few.chosen].any(axis=1).all()


@pytest.mark.filterwarnings("ignore")  # the peer's own
@pytest.mark.parametrize("seed", range(3))
def test_choices_equal_those_of_spopt(seed):
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    draw = np.random.default_rng(seed)
    time, people = draw.uniform(1, 30, (20, 8)), draw.integers(1, 50, 20).astype(float)
    solver = pulp.PULP_CBC_CMD(msg=False)
    median = PMedian.from_cost_matrix(time, people, p_facilities=3).solve(solver)
    stop_min = 100.0
    ours = maximise_gain(people[:, np.newaxis] * (stop_min - time), 3, exact=True)
    theirs = median.problem.objective.value()
    assert people.sum() * stop_min - ours.value == pytest.approx(theirs, rel=1e-9)
    cover = MCLP.from_cost_matrix(time, people, service_radius=8, p_facilities=2).solve(solver)
    gain = people[:, np.newaxis] * (time <= 8)
    theirs = pulp.value(cover.problem.objective)
    assert maximise_gain(gain, 2, exact=True).value == pytest.approx(theirs, rel=1e-9)
    center = PCenter.from_cost_matrix(time, p_facilities=3).solve(solver)
    nobody = np.full(20, np.nan)
    longest = shorten_longest(time, nobody, 3).value
    # its solver writes the longest time with eight digits; that of its choice is exact
    assert longest == pytest.approx(center.problem.objective.value(), rel=1e-7)
    theirs = [row for row, each in enumerate(center.fac_vars) if each.value() > 0.5]
    assert longest == time[:, theirs].min(axis=1).max()
    least = float(time.min(axis=1).max()) + 2
    fewest = LSCP.from_cost_matrix(time, service_radius=least).solve(solver)
    assert cover_all(time <= least).value == fewest.problem.objective.value()


@pytest.mark.parametrize("stop_min", [None, 60.0, 2.0])
@pytest.mark.parametrize("seed", range(4))
def test_capacities_are_kept_and_cost_least(seed, stop_min):
    network, cells, candidates, existing = some_world(seed, candidate_count=5, existing_count=1)
    room_of = {"e0": 40.0, "c0": 50.0, "c1": 80.0, "c2": 120.0, "c3": 60.0, "c4": 90.0}
    candidates = candidates.assign(capacity=[room_of[name] for name in candidates["candidate"]])
    found = am.choose_sites(
        network, cells, candidates, count=2, existing=existing, capacity="capacity",
        unreached_min=stop_min,
    )  # fmt: skip
    people = cells["population"].to_numpy()
    time, own = (minutes_between(network, cells, places) for places in (candidates, existing))
    stop_min = stop_min or 2 * np.nanmax(np.column_stack([time, own]))

    def cost(chosen):
        """Share everybody out by a plain transport problem; the last place is none."""
        times = np.column_stack([own, time[:, chosen], np.full(25, stop_min)])
        room = [40.0, *candidates["capacity"].to_numpy()[list(chosen)]]
        return transport(np.where(np.isnan(times), 1e6, times), people, room)

    best = min(map(cost, itertools.combinations(range(5), 2)))
    assert found.value == pytest.approx(best, rel=1e-9)
    # HiGHS proves to a share of 1e-9
    assert found.gap == pytest.approx(0, abs=1e-9)
    assert found.value_before == pytest.approx(cost(()), rel=1e-9)
    # the table of who is served where is that answer, person by person
    served = found.served
    minutes = {
        (cells["cell"][row], name): table[row, column]
        for table, names in ((own, ["e0"]), (time, candidates["candidate"]))
        for row in range(25)
        for column, name in enumerate(names)
    }
    told = [minutes.get(pair, np.nan) for pair in zip(served["cell"], served["site"], strict=True)]
    np.testing.assert_array_equal(served["minutes"], told)
    is_served = served["site"] != ""
    assert served["minutes"].notna().tolist() == is_served.tolist()
    spent = served["people"] @ served["minutes"].fillna(stop_min)
    assert found.value == pytest.approx(spent, rel=1e-9)
    of_cell = served.groupby("cell")["people"].sum().reindex(cells["cell"], fill_value=0.0)
    np.testing.assert_allclose(of_cell, people, rtol=1e-9)
    of_site = served[is_served].groupby("site")["people"].sum()
    assert all(of_site[name] <= room_of[name] + 1e-9 for name in of_site.index)
    assert set(of_site.index) <= {"e0", *found.chosen["candidate"]}
    own_people = of_site.reindex(found.chosen["candidate"], fill_value=0.0)
    np.testing.assert_allclose(found.chosen["people"], own_people, rtol=1e-9)
    assert found.unreached_people == pytest.approx(served.loc[~is_served, "people"].sum())
    assert served["people"].sum() == pytest.approx(people.sum(), rel=1e-9)


def transport(cost, people, room):
    """Find the least cost of a transport problem by scipy's interior points, then its corners."""
    from scipy.optimize import linprog

    rows, count = cost.shape
    each = np.kron(np.eye(rows), np.ones(count))
    load = np.kron(np.ones(rows), np.eye(count))[:-1]
    return linprog(cost.ravel(), load, room, each, people, method="highs-ipm").fun


def test_who_finds_no_room_is_counted_and_costs_the_same_before_and_after():
    network = grid_world(4, 1, block_m=100)
    cells = cells_at([(0, 0), (290, 0)]).assign(population=[50.0, 50.0])
    candidates = cells_at([(5, 0), (280, 0)])[["geometry"]]
    candidates = candidates.assign(candidate=["west", "east"], capacity=10.0)
    middle = sites_at({"middle": (150, 0)}).assign(capacity=20.0)
    found = am.choose_sites(
        network, cells, candidates, count=1, existing=middle, capacity="capacity",
        unreached_min=100.0,
    )  # fmt: skip
    minutes = am.travel_time_matrix(network, cells, middle)["minutes"].to_numpy()
    # 20 of 100 are served today, from where it is nearer; 30 with one more site
    assert found.value_before == pytest.approx(20 * minutes.min() + 80 * 100, rel=1e-12)
    assert found.value < found.value_before
    assert found.unreached_people == 70
    assert found.chosen["people"].tolist() == [10]
    of_site = found.served.groupby("site")["people"].sum()
    assert of_site[""] == 70
    assert of_site["middle"] == 20
    nobody = am.choose_sites(
        network, cells.assign(population=0.0), candidates, count=1, capacity="capacity"
    )
    assert nobody.value == nobody.value_before == nobody.unreached_people == 0
    assert nobody.served.empty


def test_without_capacities_everybody_is_served_at_the_nearest_site():
    network, cells, candidates, existing = some_world(5)
    found = am.choose_sites(network, cells, candidates, count=2, existing=existing)
    table = cells.merge(found.cells, on="cell").merge(
        found.served, on="cell", how="left", suffixes=("", "_served")
    )
    lived_in = table[table["population"] > 0]
    assert len(lived_in) == (cells["population"] > 0).sum()
    assert lived_in["people"].tolist() == lived_in["population"].tolist()
    np.testing.assert_array_equal(lived_in["minutes"], lived_in["minutes_after"])
    expected = lived_in["site"].where(lived_in["site"] != "existing", lived_in["site_served"])
    assert lived_in["site_served"].tolist() == expected.tolist()
    assert set(found.served["site"]) <= {"e0", "e1", "", *found.chosen["candidate"]}


def test_everybody_stays_in_the_table_and_the_choice_becomes_a_scenario(tmp_path):
    network = grid_world(4, 1, block_m=100)
    cells = cells_at([(0, 0), (290, 0), (9_000, 0)]).assign(population=[5.0, 3.0, 2.0])
    candidates = cells_at([(5, 0), (280, 0), (9_000, 9_000)])[["geometry"]]
    candidates = candidates.assign(candidate=["west", "east", "away"])
    found = am.choose_sites(network, cells, candidates, count=2)
    assert found.chosen[["candidate", "choice", "people"]].to_numpy().tolist() == [
        ["west", 1, 5],
        ["east", 2, 3],
    ]
    assert found.cells["site"].tolist() == ["west", "east", ""]
    assert found.cells["reason"].tolist() == ["", "", "no way leads to any site"]
    assert found.left_out[["candidate", "reason"]].to_numpy().tolist() == [
        ["away", "no street within 300 m"]
    ]
    assert found.unreached_people == 2
    changes = found.changes("care/pharmacy", "Pharmacie", capacity=3)
    path = am.write_scenario(tmp_path / "sites.toml", "Deux pharmacies", changes)
    assert list(read_scenario(path).changes) == changes
    assert [each.name for each in changes] == ["Pharmacie 1", "Pharmacie 2"]


def test_candidates_are_made_where_people_live_apart():
    cells = cells_at([(0, 0), (100, 0), (700, 0), (1400, 0)])
    cells["population"] = [5.0, 9.0, 0.0, 1.0]
    assert am.candidate_sites(cells)["candidate"].tolist() == ["1", "3"]
    assert am.candidate_sites(cells).attrs["cut"] == 0
    assert am.candidate_sites(cells, count=1)["candidate"].tolist() == ["1"]
    assert am.candidate_sites(cells, count=1).attrs["cut"] == 1
    assert am.candidate_sites(cells, apart_m=50)["candidate"].tolist() == ["1", "0", "3"]
    with pytest.raises(PlacesError, match="apart_m must be above 0 metres"):
        am.candidate_sites(cells, apart_m=0)
    with pytest.raises(PlacesError, match="Nobody lives in any of the cells"):
        am.candidate_sites(cells.assign(population=0))


@pytest.mark.parametrize(
    ("objective", "options", "message"),
    [
        ("p_max", {"count": 1}, "one of p_median, max_cover, p_center, set_cover; found 'p_max'"),
        ("p_median", {}, "count says how many sites to choose, from 1 on; found None"),
        ("p_median", {"count": 0}, "found 0"),
        ("p_median", {"count": 3}, "3 sites are asked for, and 2 of 2 candidates hang on"),
        ("max_cover", {"count": 1}, "max_cover needs threshold_min, minutes above 0; found None"),
        ("set_cover", {"threshold_min": 5, "count": 2}, "leave count out"),
        ("max_cover", {"count": 1, "threshold_min": 5, "capacity": "x"}, "Capacities are for"),
        ("p_median", {"count": 1, "capacity": "beds"}, "candidates have no column 'beds'"),
        (
            "p_median",
            {"count": 1, "demand": "loss"},
            "no finite number from 0 on in 'loss'",
        ),
    ],
)
def test_what_does_not_fit_is_said(objective, options, message):
    cells = cells_at([(0, 0), (90, 0)]).assign(loss=-1)
    candidates = cells[["geometry"]].assign(candidate=["a", "b"])
    with pytest.raises(PlacesError, match=message):
        am.choose_sites(grid_world(2, 1), cells, candidates, objective, **options)


def test_candidates_need_their_names():
    cells = cells_at([(0, 0)])
    with pytest.raises(PlacesError, match="Candidates need a column 'candidate'"):
        am.choose_sites(grid_world(2, 1), cells, cells, count=1)


def test_the_longest_time_is_least_on_many_small_tables():
    for seed in range(150):
        draw = np.random.default_rng(seed)
        time = draw.uniform(1, 30, (7, 5))
        before = np.where(draw.random(7) < 0.3, draw.uniform(1, 30, 7), np.nan)
        choices = itertools.combinations(range(5), 2)
        own = np.where(np.isnan(before), np.inf, before)
        best = min(np.minimum(time[:, c].min(axis=1), own).max() for c in choices)
        assert shorten_longest(time, before, 2).value == best


def test_too_few_sites_for_separate_parts_say_so():
    time = np.array([[1.0, np.nan], [np.nan, 1.0]])
    with pytest.raises(PlacesError, match="1 sites do not reach every cell"):
        shorten_longest(time, np.full(2, np.nan), 1)


@pytest.mark.realdata
def test_a_town_is_covered_by_few_sites(realdata):
    extract = am.read_osm(realdata / "osm/nantes-centre.osm.pbf")
    network = am.build_network(extract, "walk")
    draw = np.random.default_rng(2)
    rows = draw.choice(network.point_lon_deg.size, 400)
    points = gpd.points_from_xy(network.point_lon_deg[rows], network.point_lat_deg[rows], crs=4326)
    names = [f"p{row}" for row in range(400)]
    people = draw.integers(1, 90, 400).astype(float)
    cells = gpd.GeoDataFrame({"cell": names, "population": people}, geometry=points)
    candidates = am.candidate_sites(cells, apart_m=300)
    existing = am.read_sites(extract, ["care/pharmacy"])
    exact, greedy = (
        am.choose_sites(
            network, cells, candidates, "max_cover", count=3, existing=existing,
            threshold_min=5, exact=exact,
        )
        for exact in (True, False)
    )  # fmt: skip
    assert exact.gap == pytest.approx(0, abs=1e-9)
    assert exact.value_before < greedy.value <= exact.value <= greedy.bound * (1 + 1e-9)
