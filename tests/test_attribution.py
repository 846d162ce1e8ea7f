"""What each change brought, against every subset computed anew and every order of the changes."""

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.errors import StudyError
from artois_mobility.why import trials
from artois_mobility.why.attributing import attribute_loaded, choose_method, name_figures
from scenario_worlds import close, make_loaded, make_scenario, site, speed
from street_worlds import at, cells_at, grid_world, sites_at
from study_worlds import (
    CLOSE_BRIDGE,
    MOVE_PHARMACY,
    link_text,
    place,
    site_text,
    write_scenario,
    write_town,
)
from why_worlds import compute_minutes, make_world, node_link

NAMES = name_figures((10.0,))


def figures(people, before, after):
    """Gained person-minutes, people newly and no longer reaching, newly within ten minutes."""
    sums = np.zeros(4)
    for count, had, has in zip(people, before, after, strict=True):
        had_one, has_one = not np.isnan(had), not np.isnan(has)
        sums[0] += count * (had - has) if had_one and has_one else 0
        sums[1] += count * (has_one and not had_one)
        sums[2] += count * (had_one and not has_one)
        sums[3] += count * (int(has <= 10) - int(had <= 10))
    return sums


def value_of_subsets(loaded, changes):
    people = loaded.residents["population"].to_numpy()
    today = compute_minutes(loaded, [])
    return {
        frozenset(rows): figures(
            people, today, compute_minutes(loaded, [changes[row] for row in rows])
        )
        for size in range(len(changes) + 1)
        for rows in combinations(range(len(changes)), size)
    }


def mean_over_orders(value, count):
    parts = np.zeros((count, 4))
    orders = list(permutations(range(count)))
    for order in orders:
        for place_, row in enumerate(order):
            before = frozenset(order[:place_])
            parts[row] += (value[before | {row}] - value[before]) / len(orders)
    return parts


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_parts_are_those_of_every_subset_computed_anew(seed, count):
    loaded, changes = make_world(seed, count)
    value = value_of_subsets(loaded, changes)
    everything = frozenset(range(count))
    scenario = make_scenario(*changes)
    found = attribute_loaded(loaded, scenario, method="shapley")
    assert len(found.parts) == count
    parts = found.parts[NAMES].to_numpy()
    assert parts == pytest.approx(mean_over_orders(value, count), abs=1e-6)
    assert found.whole[NAMES].to_numpy()[0] == pytest.approx(value[everything], abs=1e-6)
    assert parts.sum(axis=0) == pytest.approx(found.whole[NAMES].to_numpy()[0], abs=1e-6)
    assert np.abs(found.remainder[NAMES].to_numpy()).max() < 1e-6
    without = attribute_loaded(loaded, scenario, method="leave_one_out")
    lost = [value[everything] - value[everything - {row}] for row in range(count)]
    assert without.parts[NAMES].to_numpy() == pytest.approx(np.array(lost), abs=1e-6)
    rest = value[everything] - np.sum(lost, axis=0)
    assert without.remainder[NAMES].to_numpy()[0] == pytest.approx(rest, abs=1e-6)


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_the_order_of_changes_does_not_matter(seed):
    loaded, changes = make_world(seed, 4)
    order = np.random.default_rng(seed).permutation(4)
    for method in ("shapley", "leave_one_out"):
        one = attribute_loaded(loaded, make_scenario(*changes), method=method).parts
        turned = make_scenario(*(changes[row] for row in order))
        other = attribute_loaded(loaded, turned, method=method).parts
        assert other["sentence"].tolist() == one["sentence"].iloc[order].tolist()
        assert other[NAMES].to_numpy() == pytest.approx(one[NAMES].to_numpy()[order], abs=1e-9)


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_changes_alike_get_the_same_and_one_without_effect_gets_nothing(seed):
    loaded, changes = make_world(seed, 2)
    at = np.random.default_rng(seed).uniform(0, 600, 2)
    twins = site(at, name="one"), site(at, name="other")
    way = int(loaded.today.networks["walk"].way_of_arc[0])
    idle = speed(kmh=300.0, only="slower", ids=(way,))
    scenario = make_scenario(twins[0], idle, *changes, twins[1])
    parts = attribute_loaded(loaded, scenario, method="shapley").parts[NAMES].to_numpy()
    assert parts[0] == pytest.approx(parts[-1], abs=1e-9)
    assert parts[1].tolist() == [0.0] * 4


def one_cell_world():
    """A street of eleven blocks of a minute; who lives at its beginning walks ten to the site."""
    network = grid_world(12, 1)
    loaded = make_loaded({"walk": network}, cells_at([(0, 0)], 2.0), sites_at({"s": (1000, 0)}))
    loaded.study.language = "fr"
    return loaded


def test_two_sites_share_what_either_would_do():
    # today 10 min; with A 3, with B 5, with both 3
    near, far = site((300, 0), name="A"), site((500, 0), name="B")
    scenario = make_scenario(near, far)
    found = attribute_loaded(one_cell_world(), scenario, method="shapley")
    assert found.parts["gained_person_min"].tolist() == pytest.approx([9.0, 5.0])
    assert found.whole["gained_person_min"].tolist() == pytest.approx([14.0])
    assert found.parts["changes"].tolist() == ["1", "2"]
    assert found.parts["sentence"].tolist()[0].startswith("Ouvre « A »")
    without = attribute_loaded(one_cell_world(), scenario, method="leave_one_out")
    assert without.parts["gained_person_min"].tolist() == pytest.approx([4.0, 0.0])
    assert without.remainder["gained_person_min"].tolist() == pytest.approx([10.0])


def test_people_who_newly_reach_a_site_are_counted_apart():
    loaded = one_cell_world()
    # the street closes between the cell and the site, and a site opens before it
    scenario = make_scenario(close(5), site((300, 0)))
    found = attribute_loaded(loaded, scenario, method="shapley").parts
    # alone, closing cuts two people off: half of that is the closure's part, the site mends it
    assert found["no_longer_reaching"].tolist() == pytest.approx([1.0, -1.0])
    alone = attribute_loaded(loaded, make_scenario(close(5)), method="shapley").whole
    assert alone["no_longer_reaching"].tolist() == [2.0]
    assert alone["gained_person_min"].tolist() == [0.0]


def test_changes_that_need_each_other_are_taken_together():
    loaded, _ = make_world(1, 1)
    network = loaded.today.networks["walk"]
    far = float(network.lon_deg[0]) - 0.01, float(network.lat_deg[0])
    west, east = node_link(network, 0, far), node_link(network, far, 15)
    scenario = make_scenario(close(3), west, speed(factor=2.0, ids=(7,)), east)
    for method in ("shapley", "leave_one_out"):
        found = attribute_loaded(loaded, scenario, method=method)
        assert found.changes["changes"].tolist() == ["1", "2, 4", "3"]
        assert found.changes["kind"].tolist()[1] == "add_link, add_link"
        assert "changes 2, 4 are taken together" in found.changes["reason"].tolist()[1]
        assert found.changes["reason"].tolist()[::2] == ["", ""]
    both = attribute_loaded(loaded, make_scenario(west, east), method="shapley")
    whole = both.whole[NAMES].to_numpy()
    assert both.parts[NAMES].to_numpy() == pytest.approx(whole)


def test_a_chain_of_links_is_one_part():
    loaded, _ = make_world(2, 1)
    network = loaded.today.networks["walk"]
    lon, lat = float(network.lon_deg[0]), float(network.lat_deg[0])
    one, other = (lon - 0.01, lat), (lon - 0.01, lat + 0.01)
    chain = (
        node_link(network, 0, one),
        node_link(network, one, other),
        node_link(network, other, 15),
    )
    for method in ("shapley", "leave_one_out"):
        found = attribute_loaded(loaded, make_scenario(*chain), method=method)
        assert found.changes["changes"].tolist() == ["1, 2, 3"]


def test_speeds_that_contradict_each_other_without_a_third_are_taken_together():
    loaded, _ = make_world(3, 1)
    everywhere = tuple(
        at(*corner) for corner in [(-500, -500), (999, -500), (999, 999), (-500, 999)]
    )
    slow, fast = (speed(factor=factor, classes=("residential",)) for factor in (0.5, 2.0))
    hidden = speed(factor=1.5, classes=("residential",), within=everywhere)
    found = attribute_loaded(loaded, make_scenario(slow, hidden, fast), method="shapley")
    assert len(found.changes) == 2
    assert found.parts[NAMES].to_numpy().sum(axis=0) == pytest.approx(
        found.whole[NAMES].to_numpy()[0]
    )


def test_no_combination_is_computed_twice(monkeypatch):
    loaded, _ = make_world(4, 1)
    calls = []
    real = trials.find_nearest
    monkeypatch.setattr(trials, "find_nearest", lambda *a, **k: calls.append(1) or real(*a, **k))
    changes = [site((x, x), name=str(x)) for x in (100.0, 300.0, 500.0)]
    attribute_loaded(loaded, make_scenario(*changes), method="shapley")
    assert len(calls) == 8


def test_a_scenario_without_changes_has_no_parts():
    found = attribute_loaded(one_cell_world(), make_scenario(), method="shapley")
    assert len(found.changes) == len(found.parts) == len(found.whole) == 0
    assert list(found.parts)[-1] == "reason"


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    return folder


def test_the_whole_is_what_a_comparison_says(town):
    text = link_text((5, 2), (5, 3)) + site_text(2, 4) + CLOSE_BRIDGE + MOVE_PHARMACY
    path = write_scenario(town, "works", text)
    study = am.read_study(town / "town.toml")
    found = am.attribute(study, path)
    assert found.method == "shapley"
    table = am.compare(study, [path]).summary()
    works = table[table["scenario"] == "works"].set_index(["profile", "category"])
    for row in found.whole.itertuples():
        other = works.loc[row.profile, row.category]
        assert row.more_within_5_min == pytest.approx(
            other["within_5_after"] - other["within_5_before"]
        )
        assert row.no_longer_reaching == pytest.approx(other["people_no_longer_reaching"])
    # the new hospital does nothing for culture, the bridge does
    parts = found.parts.set_index(["kind", "profile", "category"])["gained_person_min"]
    assert parts["add_site", "walk", "culture"] == 0
    assert parts["add_link", "walk", "culture"] > 0
    assert parts["add_site", "car", "care/hospital"] > 0
    assert len(found.parts) == 4 * 2 * 3


def test_a_change_that_acts_on_nothing_asked_says_so(town):
    text = '[[changes]]\nkind = "add_site"\nname = "École"\ncategory = "training/lycee"\n'
    path = write_scenario(town, "school", f"{text}at = {list(place(2, 4))}\n")
    found = am.attribute(am.read_study(town / "town.toml"), path)
    assert len(found.parts) == 0
    assert found.changes["reason"].tolist() == [
        "n'agit sur aucun mode ni aucune destination de l'étude"
    ]


def test_a_faulty_scenario_is_told_in_full(town):
    text = '[[changes]]\nkind = "close_ways"\nids = [4711]\n' + site_text(90, 90)
    path = write_scenario(town, "faulty", text)
    with pytest.raises(StudyError, match=r"faulty\.toml has 2 problems"):
        am.attribute(am.read_study(town / "town.toml"), path)


def test_methods_are_chosen_by_the_number_of_changes():
    assert [choose_method("auto", count) for count in (0, 8, 9)] == [
        "shapley",
        "shapley",
        "leave_one_out",
    ]
    with pytest.raises(StudyError, match="9 changes need 512 computations; allowed are 8"):
        choose_method("shapley", 9)
    with pytest.raises(StudyError, match=r"method must be 'auto'.*found 'banzhaf'"):
        choose_method("banzhaf", 2)
