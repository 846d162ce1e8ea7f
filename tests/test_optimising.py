"""The best combination, against all of them computed anew."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import StudyError
from artois_mobility.why.bounds import most_within
from artois_mobility.why.goals import Goal, check_question
from artois_mobility.why.optimising import optimise_loaded
from scenario_worlds import close, make_loaded, make_scenario, move, site, speed
from street_worlds import cells_at, grid_world, sites_at
from study_worlds import (
    CLOSE_BRIDGE,
    MOVE_PHARMACY,
    link_text,
    site_text,
    write_scenario,
    write_town,
)
from why_worlds import compute_minutes, make_world, node_link

CAP_MIN = 120.0


def make_candidates(draw, changes):
    """One candidate for each change, some of them free."""
    return [
        make_scenario(change, key=f"c{number}", cost=float(draw.choice([0.0, 1.0, 2.0, 3.5])))
        for number, change in enumerate(changes)
    ]


def value_of(loaded, changes, goal):
    people = loaded.residents["population"].to_numpy()
    before, after = compute_minutes(loaded, []), compute_minutes(loaded, changes)
    if goal.objective == "people_within":
        return float(people @ ((after <= 10).astype(float) - (before <= 10)))
    before, after = (np.minimum(np.nan_to_num(each, nan=1e9), CAP_MIN) for each in (before, after))
    return float(people @ (before - after))


def best_of_all(loaded, candidates, budget, goal):
    """The largest value within the budget, and the value of every combination."""
    values = {}
    for size in range(len(candidates) + 1):
        for chosen in combinations(candidates, size):
            changes = [change for each in chosen for change in each.changes]
            values[frozenset(each.key for each in chosen)] = value_of(loaded, changes, goal)
    cost = {each.key: each.cost for each in candidates}
    within = [value for names, value in values.items() if sum(map(cost.get, names)) <= budget]
    return max(within), values


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.integers(1, 4), st.sampled_from([0.0, 2.0, 4.5, 20.0]))
def test_the_best_of_all_combinations_is_found_and_bounds_hold(seed, count, budget):
    loaded, changes = make_world(seed, count)
    draw = np.random.default_rng(seed)
    candidates = make_candidates(draw, changes)
    goal = Goal(["person_minutes", "people_within"][seed % 2])
    best, values = best_of_all(loaded, candidates, budget, goal)
    for exact in (None, False):
        found = optimise_loaded(loaded, candidates, budget, goal, exact=exact)
        names = frozenset(found.chosen["candidate"])
        assert found.cost <= budget
        assert found.cost == pytest.approx(found.chosen["cost"].sum())
        assert found.value == pytest.approx(values[names], abs=1e-6)
        singles = [values[frozenset([e.key])] for e in candidates if e.cost <= budget]
        assert found.value >= max([0.0, *singles]) - 1e-6
        for row in found.tried.itertuples():
            own = frozenset(filter(None, row.candidates.split(", ")))
            assert row.value == pytest.approx(values[own], abs=1e-6)
        assert math.isnan(found.bound) == (found.bound_from == "")
        if found.bound_from:
            assert found.bound >= best - 1e-6
        if exact is None:
            assert found.method == found.bound_from == "all_tried"
            assert found.value == pytest.approx(best, abs=1e-6)
        else:
            assert found.value <= best + 1e-6
        assert found.steps["value"].is_monotonic_increasing


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.sampled_from(["site", "link", "both"]))
def test_what_only_opens_has_a_bound(seed, what):
    loaded, _ = make_world(seed, 1)
    network = loaded.today.networks["walk"]
    draw = np.random.default_rng(seed)
    sites = [site(draw.uniform(0, 600, 2), name=str(number)) for number in range(4)]
    # corners of the grid, 200 m apart at least
    links = [node_link(network, 0, 10), node_link(network, 3, 9), node_link(network, 12, 6)]
    changes = {"site": sites, "link": links, "both": [*sites[:2], *links[:2]]}[what]
    candidates = make_candidates(draw, changes)
    best, _ = best_of_all(loaded, candidates, 3.0, Goal())
    found = optimise_loaded(loaded, candidates, 3.0, Goal(), exact=False)
    assert found.bound_from in ({"gains_shrink", "all_built"} if what == "site" else {"all_built"})
    assert found.bound >= best - 1e-6
    assert found.bound >= found.value


def test_no_bound_is_claimed_where_candidates_may_help_each_other():
    loaded, _ = make_world(5, 1)
    candidates = [
        make_scenario(close(3), key="a"),
        make_scenario(speed(factor=2.0, ids=(4,)), key="b"),
    ]
    found = optimise_loaded(loaded, candidates, 2.0, Goal(), exact=False)
    assert found.bound_from == ""
    assert math.isnan(found.bound)
    assert found.method == "greedy"


def test_links_that_join_at_one_place_have_no_bound_of_all_built():
    loaded, _ = make_world(6, 1)
    network = loaded.today.networks["walk"]
    near = [
        make_scenario(node_link(network, 0, 10), key="a"),
        make_scenario(node_link(network, 0, 9), key="b"),
    ]
    assert optimise_loaded(loaded, near, 2.0, Goal(), exact=False).bound_from == ""
    one = optimise_loaded(loaded, near[:1], 2.0, Goal(), exact=False)
    assert one.bound_from in {"gains_shrink", "all_built"}


def test_candidates_that_exclude_each_other_are_told_and_never_combined():
    loaded, _ = make_world(7, 1)
    candidates = [
        make_scenario(move("s0", (100, 100)), key="east"),
        make_scenario(move("s0", (500, 500)), key="west"),
        make_scenario(site((300, 300)), key="new"),
    ]
    for exact in (None, False):
        found = optimise_loaded(loaded, candidates, 3.0, Goal(), exact=exact)
        assert found.conflicts["candidates"].tolist() == ["east, west"]
        assert "which changes[1] changes too" in found.conflicts["reason"].iloc[0]
        assert not found.tried["candidates"].str.contains("east.*west").any()


def test_a_change_that_two_candidates_share_is_made_once():
    loaded, _ = make_world(8, 1)
    shared, other = site((100, 100), name="shared"), site((500, 500), name="other")
    candidates = [make_scenario(shared, key="a"), make_scenario(shared, other, key="b")]
    found = optimise_loaded(loaded, candidates, 2.0, Goal())
    assert len(found.conflicts) == 0
    assert sum(change == shared for change in found.changes) <= 1


def test_sites_only_are_searched_lazily_with_the_same_result():
    loaded, _ = make_world(9, 1)
    draw = np.random.default_rng(9)
    changes = [site(draw.uniform(0, 600, 2), name=str(number)) for number in range(7)]
    candidates = [make_scenario(each, key=f"c{n}", cost=1.0) for n, each in enumerate(changes)]
    found = optimise_loaded(loaded, candidates, 3.0, Goal(), exact=False)
    chosen = set()
    for _ in range(3):  # plain greedy
        values = {
            each.key: value_of(
                loaded,
                [c for e in candidates if e.key in chosen | {each.key} for c in e.changes],
                Goal(),
            )
            for each in candidates
            if each.key not in chosen
        }
        chosen.add(max(values, key=values.get))
    assert found.cost == len(found.chosen) == 3  # all seven gain, three are paid
    assert optimise_loaded(loaded, candidates, 3.0, Goal()).cost == 3.0
    added = found.steps[found.steps["move"] == "add"]
    assert set(added["candidates"].iloc[-1].split(", ")) == chosen


def test_the_best_single_is_compared():
    # ten minutes today, three with the good one, five with the cheap one: greedy by gain per cost
    # takes the cheap one first, and then cannot afford the good one
    loaded = make_loaded(
        {"walk": grid_world(12, 1)}, cells_at([(0, 0)]), sites_at({"s": (1000, 0)})
    )
    near, far = site((300, 0), name="good"), site((500, 0), name="cheap")
    candidates = [
        make_scenario(near, key="good", cost=10.0),
        make_scenario(far, key="cheap", cost=3.0),
    ]
    found = optimise_loaded(loaded, candidates, 10.0, Goal(), exact=False)
    assert found.chosen["candidate"].tolist() == ["good"]
    assert found.steps["move"].tolist() == ["add", "single"]
    assert found.best_single == "good"
    assert found.value == pytest.approx(7.0)


def test_nothing_is_chosen_where_nothing_gains():
    loaded, _ = make_world(11, 1)
    way = int(loaded.today.networks["walk"].way_of_arc[0])
    found = optimise_loaded(loaded, [make_scenario(close(way), key="a")], 1.0, Goal())
    assert len(found.chosen) == len(found.steps) == found.cost == 0
    assert found.value == 0.0
    assert found.best_single == ""
    assert found.changes == ()


def test_a_budget_is_filled_by_the_best_rates():
    gains, costs = {"a": 10.0, "b": 9.0, "c": 1.0}, {"a": 5.0, "b": 3.0, "c": 0.0}
    assert most_within(gains, costs, 4.0) == pytest.approx(1 + 9 + 10 / 5)
    assert most_within(gains, costs, 100.0) == 20.0


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    texts = {
        "bridge5": "cost = 3\n" + link_text((5, 2), (5, 3)),
        "bridge2": 'assumptions = ["Une supposition."]\n' + link_text((2, 2), (2, 3)),
        "hospital": site_text(2, 4),
        "closed": CLOSE_BRIDGE,
        "moved": MOVE_PHARMACY,
    }
    for key, text in texts.items():
        write_scenario(folder, key, text)
    return folder


def test_the_best_combination_becomes_a_scenario_that_gains_what_it_says(town, tmp_path):
    study = am.read_study(town / "town.toml")
    names = ("bridge5", "bridge2", "hospital", "closed", "moved")
    found = am.optimise(study, [town / f"{name}.toml" for name in names], 3)
    assert found.chosen["candidate"].tolist() == ["bridge2", "hospital", "moved"]
    assert found.cost == 3.0
    path = found.write(tmp_path / "best.toml", "Le meilleur", question="Que choisir ?")
    text = path.read_text()
    assert "cost = 3.0" in text
    assert "Une supposition." in text
    whole = am.attribute(study, path).whole
    assert whole["gained_person_min"].sum() == pytest.approx(found.value, abs=1e-6)
    comparison = am.compare(study, [path])
    first = comparison.differences.query("rank == 1")
    people = np.tile(comparison.residents["population"].to_numpy(), 6)
    assert people @ np.nan_to_num(first["minutes_gained"]) == pytest.approx(found.value, abs=1e-6)
    one = am.optimise(
        study, [town / "hospital.toml"], 1, objective=Goal(profiles=["car"], categories=["culture"])
    )
    assert one.value == 0
    within = am.optimise(study, [town / "hospital.toml"], 1, objective="people_within")
    assert within.value > 0


def test_what_cannot_be_searched_is_told_at_once(town):
    study = am.read_study(town / "town.toml")
    goal = Goal("minutes", threshold_min=0.0, profiles=["wlk"])
    with pytest.raises(StudyError) as fault:
        check_question(study, [make_scenario(key="idle")], -1.0, goal)
    text = str(fault.value)
    for part in (
        "The search has 5 problems",
        "1 candidates change nothing, first idle",
        "budget must be a number from 0 on; found -1",
        "objective is 'minutes'",
        "threshold_min must be above 0",
        "profiles: the study has no 'wlk'. Did you mean walk?",
    ):
        assert part in text
    with pytest.raises(StudyError, match="The search has 1 problem:\n  there is no candidate"):
        am.optimise(study, [], 1)


def test_too_many_combinations_are_refused(monkeypatch):
    from artois_mobility.why import optimising

    monkeypatch.setattr(optimising, "MOST", 3)
    loaded, _ = make_world(12, 1)
    candidates = [make_scenario(site((x, x), name=str(x)), key=f"c{x}") for x in (100.0, 300.0)]
    with pytest.raises(StudyError, match="More than 3 combinations of 2 candidates"):
        optimise_loaded(loaded, candidates, 5.0, Goal(), exact=True)


def test_a_cost_below_nothing_is_refused(town):
    path = write_scenario(town, "cheap", "cost = -1\n" + site_text(2, 4))
    with pytest.raises(StudyError, match="cost"):
        am.optimise(am.read_study(town / "town.toml"), [path], 1)
