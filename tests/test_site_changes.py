"""Capacities and opening hours that scenarios set: the table of sites changes, no minute does."""

import pytest
from pydantic import ValidationError

import artois_mobility as am
from artois_mobility.changes.people_schema import SetCapacity, SetHours
from artois_mobility.changes.schema import MoveSite, RemoveSite
from artois_mobility.errors import StudyError
from artois_mobility.report.layers import layers_of
from artois_mobility.report.times import read_times
from artois_mobility.report.words import read_words
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.running import list_jobs
from scenario_worlds import make_crooked, make_loaded, make_scenario
from street_worlds import at, cells_at, grid_world, sites_at
from study_worlds import write_scenario, write_town


def capacity(site, **columns):
    return SetCapacity(kind="set_capacity", site=site, **columns)


def hours(site, text="Mo-Fr 08:00-18:00", **columns):
    return SetHours(kind="set_hours", site=site, hours=text, **columns)


def world():
    """Three sites, one of them of two categories."""
    sites = sites_at({"a": (0, 0), "b": (100, 0), "c": (200, 0)})
    both = sites.iloc[[0, 1, 2, 2]].reset_index(drop=True)
    both["category"] = ["care/hospital", "care/hospital", "care/hospital", "care/emergency"]
    both["capacity"] = [10.0, None, 30.0, 5.0]
    both["opening_hours"] = ["24/7", "", "", ""]
    return make_loaded({"walk": grid_world(4, 4)}, cells_at([(300, 300)]), both)


def sites_of(*changes):
    (resolved,) = resolve([make_scenario(*changes)], world().today)
    return resolved, resolved.site_edits.sites


def test_capacities_and_hours_are_set_where_the_site_is():
    resolved, sites = sites_of(
        capacity("a", factor=1.5),
        capacity("c", capacity=7, category="care/emergency"),
        hours("a"),
        hours("c"),
    )
    assert sites["capacity"].fillna(-1).tolist() == [15, -1, 30, 7]
    times = "Mo-Fr 08:00-18:00"
    assert sites["opening_hours"].tolist() == [times, "", times, times]
    assert sites["change"].tolist() == ["set", "", "set", "set"]
    assert resolved.site_edits.today_row.tolist() == [0, 1, 2, 3]
    said = [str(each) for each in resolved.warnings]
    assert sum("changes a capacity, on which access times do not depend" in s for s in said) == 2
    assert sum("changes opening hours, on which access times do not" in s for s in said) == 2


def test_nothing_is_computed_for_what_bears_on_no_minute():
    loaded = world()
    resolved = resolve([make_scenario(capacity("a", capacity=3), hours("b"))], loaded.today)
    assert [job.scenario for job in list_jobs(loaded, resolved)] == [None]
    assert loaded.today.sites["capacity"].tolist()[0] == 10
    assert "change" not in loaded.today.sites


def test_a_site_may_move_and_be_set_in_any_order():
    moved = MoveSite(kind="move_site", site="a", to=at(300, 0))
    for changes in ((moved, capacity("a", capacity=3)), (capacity("a", capacity=3), moved)):
        _, sites = sites_of(*changes)
        assert (sites["capacity"].iloc[0], sites["change"].iloc[0]) == (3, "moved")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([capacity("b", factor=2.0)], "a capacity of 'b' that is not known. Give capacity"),
        ([capacity("c", capacity=2)], "is of 2 categories, .* one of care/emergency, care/hosp"),
        ([capacity("x", capacity=2)], "site 'x' is not among the sites"),
        (
            [capacity("a", capacity=2), capacity("a", factor=2.0)],
            r"changes\[2\] .* means 'a', which changes\[1\] sets too",
        ),
        ([hours("a"), hours("a", "24/7")], "which .* sets too"),
        (
            [RemoveSite(kind="remove_site", site="a"), capacity("a", capacity=2)],
            "means 'a', which another change removes",
        ),
    ],
)
def test_what_cannot_be_set_is_refused(changes, said):
    for each in (changes, changes[::-1]):
        with pytest.raises(StudyError, match=said):
            sites_of(*each)


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: capacity("a"), "exactly one of capacity and factor"),
        (lambda: capacity("a", capacity=1, factor=2.0), "exactly one of capacity and factor"),
        (lambda: capacity("a", capacity=-1), "greater than or equal to 0"),
        (lambda: hours("a", "on demand"), "hours is 'on demand', which cannot be read"),
    ],
)
def test_settings_that_mean_nothing_are_refused(build, said):
    with pytest.raises(ValidationError, match=said):
        build()


def test_a_table_without_hours_gets_them():
    _, loaded = make_crooked(1)
    sites = loaded.today.sites.drop(columns="opening_hours", errors="ignore")
    today = make_loaded(loaded.today.networks, loaded.residents, sites).today
    (resolved,) = resolve([make_scenario(hours("s1"))], today)
    assert resolved.site_edits.sites["opening_hours"].tolist() == ["", "Mo-Fr 08:00-18:00", ""]


def test_the_comparison_says_it_by_name_and_shows_it_in_the_layer_of_sites(tmp_path):
    town = write_town(tmp_path)
    text = '[[changes]]\nkind = "set_capacity"\nsite = "n9001"\ncapacity = 120.0\n'
    result = am.compare(am.read_study(town), [write_scenario(tmp_path, "beds", text)])
    scenario = result.scenarios[1]
    assert scenario.sentences["fr"] == ["Porte à 120 la capacité de « Centre hospitalier »."]
    assert scenario.warnings["fr"] == [
        "ligne 2, changes[1] (set_capacity) change une capacité, dont les temps d'accès ne "
        "dépendent pas."
    ]
    assert (result.differences["minutes_gained"].dropna() == 0).all()
    layers = {each.name: each for each in layers_of(result, read_times(result), read_words("en"))}
    sites = layers["sites"].fields
    assert sites["capacity"][sites["change"] == "set"].tolist() == [120.0]
