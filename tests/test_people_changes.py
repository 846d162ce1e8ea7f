"""Changes of people: laws on made-up territories, and the same done by hand."""

from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import artois_mobility as am
from artois_mobility.changes.coordinates import place_in_degrees
from artois_mobility.changes.people_schema import AddResidents, MoveResidents, ScaleResidents
from artois_mobility.errors import StudyError
from artois_mobility.network.geodesy import project
from artois_mobility.report.findings import details, find
from artois_mobility.report.layers import layers_of
from artois_mobility.report.times import read_times
from artois_mobility.report.words import read_words
from artois_mobility.scenarios.differences import summarise
from artois_mobility.scenarios.homes import Homes, settle_homes
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.scenarios.sharing import share_out, share_people
from artois_mobility.study.comparing import compare
from people_worlds import (
    add,
    make_communes,
    make_territory,
    outcome,
    people_of,
    scale,
    shift,
    strip,
    sums,
)
from scenario_worlds import close, make_scenario, speed
from street_worlds import CRS, at
from study_worlds import place, write_scenario, write_town

SEEDS = st.integers(0, 10_000)
TWO = ("62001", "62002")


# Sharing out


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=12),
    st.lists(st.integers(0, 50), min_size=3, max_size=3),
)
def test_shares_are_those_of_the_largest_remainders(members, totals):
    group, worth = (np.array([m[k] for m in members], np.int64) for k in (0, 1))
    totals = [t if any(worth[group == g]) else 0 for g, t in enumerate(totals)]
    shares = share_out(np.array(totals, np.int64), worth, group)
    for number, total in enumerate(totals):
        rows = np.flatnonzero(group == number).tolist()
        whole = sum(int(worth[row]) for row in rows) or 1
        exact = {row: Fraction(total * int(worth[row]), whole) for row in rows}
        expected = {row: int(each) for row, each in exact.items()}
        left = total - sum(expected.values())
        for row in sorted(rows, key=lambda each: (expected[each] - exact[each], each))[:left]:
            expected[row] += 1
        assert [int(shares[row]) for row in rows] == [expected[row] for row in rows]


@given(SEEDS, st.integers(0, 500))
def test_zones_get_their_part_to_the_person_level_by_level(seed, people):
    draw = np.random.default_rng(seed)
    worth = draw.integers(0, 9, 20).astype(float)
    worth[0] = 1
    inner = draw.integers(0, 6, 20)
    shares = share_people(people, worth, [inner // 3, inner])
    assert shares.sum() == people
    assert (shares[worth == 0] == 0).all()
    exact = people * worth / worth.sum()
    for codes, most in ((inner // 3, 1), (inner, 2)):
        for code in set(codes.tolist()):
            off = shares[codes == code].sum() - exact[codes == code].sum()
            assert abs(off) < most


# Laws


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.booleans())
def test_scaling_by_one_is_today(seed, whole):
    _, loaded = make_territory(seed, whole=whole)
    today = loaded.residents["population"].to_numpy()
    for change in (scale(factor=1.0), scale(factor=1.0, communes=TWO)):
        edits = people_of(loaded, make_scenario(change))
        assert edits.population.tobytes() == today.tobytes()
        assert len(edits.added) == 0
    if whole:
        edits = people_of(loaded, make_scenario(scale(population=int(today.sum()))))
        assert edits.population.tobytes() == today.tobytes()


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.booleans(), st.floats(0, 3))
def test_scaling_keeps_the_proportions_of_every_zone(seed, whole, factor):
    _, loaded = make_territory(seed, whole=whole)
    residents = loaded.residents
    today = residents["population"].to_numpy()
    found = people_of(loaded, make_scenario(scale(factor=factor))).population
    if not whole:
        assert found == pytest.approx(today * factor)
        return
    assert found.sum() == np.rint(today.sum() * factor)
    assert (found == np.rint(found)).all()
    assert np.abs(found - today * factor).max() < 3
    for column, most in (("epci", 1.5), ("commune", 2.5)):
        exact = sums(today * factor, residents, column)
        for code, people in sums(found, residents, column).items():
            assert abs(people - exact[code]) <= most


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(0, 4000), st.booleans())
def test_a_new_total_is_reached_to_the_person_and_nobody_else_counts_otherwise(seed, people, whole):
    _, loaded = make_territory(seed, whole=whole, empty=0)
    residents = loaded.residents
    today = residents["population"].to_numpy()
    meant = residents["commune"].isin(TWO).to_numpy()
    found = people_of(loaded, make_scenario(scale(population=people, communes=TWO))).population
    if whole:
        assert found[meant].sum() == people
    assert found[meant].sum() == pytest.approx(people, rel=1e-12)
    assert found[~meant].tobytes() == today[~meant].tobytes()


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.booleans(), st.floats(0.01, 1))
def test_moving_people_away_and_back_cancels(seed, whole, share):
    _, loaded = make_territory(seed, whole=whole, empty=0)
    residents = loaded.residents
    today = residents["population"].to_numpy()
    west = today[residents["commune"] == "62001"].sum()
    count = int(min(west, today[residents["commune"] == "62003"].sum()) * share)
    if not count:
        return
    there = shift(population=count, communes=("62001",), to_communes=("62003",))
    back = shift(population=count, communes=("62003",), to_communes=("62001",))
    moved = people_of(loaded, make_scenario(there)).population
    assert moved.sum() == pytest.approx(today.sum(), rel=1e-12)
    zones = sums(moved - today, residents, "commune")
    assert (zones["62001"], zones["62003"]) == pytest.approx((-count, count))
    assert zones["62002"] == 0
    both = people_of(loaded, make_scenario(there, back)).population
    assert both.tobytes() == today.tobytes()


def some_changes(draw, loaded):
    """Changes of every kind that do not contradict each other."""
    residents = loaded.residents
    people = residents["population"].to_numpy()
    west = int(people[residents["commune"] == "62001"].sum() * 0.9)
    changes = [
        add(int(draw.integers(1, 500)), draw.uniform(0, 600, 2), columns={"ind_80p": 3}),
        add(int(draw.integers(1, 500)), within=strip(1), name="Quartier"),
        add(40, within=strip(3)),
        scale(factor=float(draw.uniform(0.9, 2)), communes=("62001",)),
        scale(factor=1.1),
        shift(share=0.3, communes=("62002",), to=at(*draw.uniform(0, 600, 2))),
        shift(share=0.4, communes=("62002", "62003"), to_communes=("62003",)),
        shift(share=0.2, within=strip(2), to=at(750, 300)),
    ]
    if west:
        changes.append(shift(population=west, communes=("62001",), to_within=strip(1)))
    return changes


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.booleans())
def test_nobody_is_lost_and_the_order_of_changes_does_not_matter(seed, whole):
    draw, loaded = make_territory(seed, whole=whole, empty=0)
    changes = some_changes(draw, loaded)
    edits = people_of(loaded, make_scenario(*changes))
    scaled = people_of(loaded, make_scenario(*changes[3:5])).population
    total = edits.population.sum() + edits.added["population"].sum() + edits.counts["outside"]
    assert total == pytest.approx(scaled.sum() + edits.counts["added"], rel=1e-12)
    if whole:
        assert total == scaled.sum() + edits.counts["added"]
        assert (edits.population == np.rint(edits.population)).all()
    assert (edits.population >= 0).all()
    assert edits.counts["added"] == sum(each.population for each in changes[:3])
    assert edits.counts["outside"] >= 40
    assert set(edits.added["epci"]) <= {"1", "2"}
    assert edits.added["ind_80p"].sum() == 3
    order = draw.permutation(len(changes))
    other = people_of(loaded, make_scenario(*(changes[row] for row in order)))
    assert other.population.tobytes() == edits.population.tobytes()
    pd.testing.assert_frame_equal(other.added, edits.added)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_people_change_nobodys_minutes_and_today_stays(seed):
    draw, loaded = make_territory(seed)
    count = len(loaded.residents)
    before = loaded.residents.copy()
    works = make_scenario(speed(factor=2.0, ids=(5,)), close(3), key="works")
    people = make_scenario(*some_changes(draw, loaded)[:5], key="people")
    alone = outcome(loaded, works)
    both = outcome(loaded, people, works)
    pd.testing.assert_frame_equal(loaded.residents, before)
    _, times, table = both
    inside = times["cell"].isin(before["cell"]).to_numpy()
    kept = times[inside & (times["scenario"] != "people").to_numpy()]
    for name in ("minutes", "reason", "edge", "site", "rank"):
        assert kept[name].astype(str).tolist() == alone[1][name].astype(str).tolist()
    by_key = {key: rows["minutes"].to_numpy() for key, rows in times.groupby("scenario")}
    assert by_key["people"].tobytes() == by_key["today"].tobytes()
    same = table[table["scenario"] != "people"].drop(columns="population_after")
    pd.testing.assert_frame_equal(same.reset_index(drop=True), alone[2])
    assert len(both[0].loaded.residents) > count
    turned = outcome(loaded, works, people)
    pd.testing.assert_frame_equal(turned[0].people["people"], both[0].people["people"])


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.booleans())
def test_figures_after_are_those_of_the_same_people_living_there_today(seed, whole):
    draw, loaded = make_territory(seed, whole=whole, empty=0)
    works = [speed(factor=2.0, ids=(5,)), close(3)]
    peopled, _, table = outcome(loaded, make_scenario(*some_changes(draw, loaded), *works))
    there = peopled.loaded
    hand = there.residents.assign(population=peopled.people["works"]["population"].to_numpy())

    by_hand = replace(there, residents=hand, today=replace(there.today, homes=None))
    expected = outcome(by_hand, make_scenario(*works))[2]
    found, today = (
        table[table["scenario"] == key].reset_index(drop=True) for key in ("works", "today")
    )
    expected = expected[expected["scenario"] == "works"].reset_index(drop=True)
    after = [
        "people_reached_after", "minutes_after", "minutes_gained", "people_gaining",
        "people_losing", "people_newly_reaching", "people_no_longer_reaching",
        "within_2_after", "within_5_after",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(found[after], expected[after])
    assert found["population_after"].tolist() == expected["population"].tolist()
    before = ["population", "people_reached_before", "within_2_before", "within_5_before"]
    pd.testing.assert_frame_equal(found[before], today[before])


def test_without_changes_of_people_nothing_is_made_anew():
    _, loaded = make_territory(1)
    peopled, _, table = outcome(loaded, make_scenario(close(3)))
    assert peopled.loaded is loaded
    assert peopled.people == {}
    assert "population_after" not in table
    peopled, _, _ = outcome(loaded, make_scenario(scale(factor=2.0)))
    assert peopled.loaded is loaded
    assert peopled.people["works"].columns.tolist() == ["population"]


# Worlds whose answer is arithmetic


def by_hand(population=(10, 20, 30, 0), communes=("62001", "62001", "62002", "62003")):
    """A cell in the middle of each strip, and one more in the first."""
    _, loaded = make_territory(1, cell_count=4)
    positions = [(60, 100), (60, 500), (280, 100), (500, 100)]
    epci = dict(zip(make_communes()["insee"], make_communes()["epci"], strict=True))
    residents = loaded.residents.assign(
        cell=list("abcd"),
        population=np.array(population, float),
        commune=list(communes),
        epci=[epci.get(code, "") for code in communes],
        geometry=[shapely.Point(at(*each)) for each in positions],
    )

    homes = Homes(residents, make_communes(), ("1", "2"))
    return replace(loaded, residents=residents, today=replace(loaded.today, homes=homes))


def population(*changes, loaded=None):
    return people_of(loaded or by_hand(), make_scenario(*changes)).population.tolist()


def test_scaling_names_everybody_communes_or_a_polygon_and_the_closest_counts():
    assert population(scale(factor=1.5)) == [15, 30, 45, 0]
    assert population(scale(population=7, communes=("62001",))) == [2, 5, 30, 0]
    assert population(scale(factor=0.0, within=strip(1))) == [10, 20, 0, 0]
    assert population(
        scale(factor=2.0), scale(factor=3.0, communes=TWO), scale(population=11, within=strip(1))
    ) == [30, 60, 11, 0]
    assert population(scale(factor=3.0), scale(factor=2.0, communes=("62001",))) == [20, 40, 90, 0]
    corner = (at(0, 0), at(100, 0), at(100, 200), at(0, 200))
    assert population(scale(factor=2.0, communes=("62001",), within=corner)) == [20, 20, 30, 0]
    assert population(scale(factor=1.5), loaded=by_hand((0.5, 1, 2, 0))) == [0.75, 1.5, 3, 0]


def test_moves_take_from_where_they_leave_and_give_where_they_go():
    assert population(shift(population=6, communes=("62001",), to_communes=("62002",))) == [
        8, 16, 36, 0,
    ]  # fmt: skip
    assert population(shift(share=0.5, within=strip(1), to_within=strip(0))) == [15, 30, 15, 0]
    edits = people_of(by_hand(), make_scenario(shift(share=1.0, communes=TWO, to=at(500, 300))))
    assert edits.population.tolist() == [0, 0, 0, 0]
    assert edits.added[["cell", "population", "commune", "epci"]].to_numpy().tolist() == [
        ["+works:1", 60.0, "62003", "2"]
    ]
    assert edits.counts == {"added": 0.0, "moved": 60.0, "outside": 0.0}


def test_moves_speak_of_the_people_after_scaling_and_share_them():
    first = shift(share=0.5, communes=("62002",), to=at(500, 300))
    second = shift(population=30, communes=("62002",), to_communes=("62001",))
    assert population(scale(factor=2.0), first, second) == [30, 60, 0, 0]
    tiny = by_hand((1, 1, 5, 0))
    ways = [shift(population=1, communes=("62001",), to=at(500, 100 + 10 * n)) for n in range(2)]
    assert population(*ways, loaded=tiny) == [0, 0, 5, 0]


def test_people_who_leave_the_territory_are_counted_outside_and_told():
    scenario = make_scenario(shift(population=5, communes=TWO, to=at(750, 100)), add(7, (760, 90)))
    (resolved,) = resolve([scenario], by_hand().today)
    assert resolved.people.population.sum() == 55
    assert len(resolved.people.added) == 0
    assert resolved.people.counts == {"added": 7.0, "moved": 5.0, "outside": 12.0}
    assert [str(each) for each in resolved.warnings] == [
        "12 people then live outside the territory and do not count (places: 2)."
    ]


def test_before_counts_the_people_of_today_and_after_those_of_the_scenario():
    minutes = {"today": [10.0, 4.0, np.nan, 5.0], "works": [8.0, 6.0, 3.0, np.nan]}
    rows = [
        (key, "walk", "care", cell, m) for key in minutes for cell, m in enumerate(minutes[key])
    ]
    times = pd.DataFrame(rows, columns=["scenario", "profile", "category", "cell", "minutes"])
    loaded = by_hand((10, 20, 30, 40))
    then = np.array([30.0, 10.0, 5.0, 7.0])
    table = summarise(
        times, loaded.residents, loaded.communes, (5.0,), people_of={"works": then}
    ).set_index(["scenario", "scope", "code"])
    found = table.loc["works", "territory", ""].to_dict()
    assert found == pytest.approx(
        {
            "profile": "walk", "category": "care", "name": "", "population": 100,
            "people_reached_before": 70, "people_reached_after": 45,
            "minutes_before": (10 * 10 + 4 * 20) / 30, "minutes_after": (8 * 30 + 6 * 10) / 40,
            "minutes_gained": (2 * 30 - 2 * 10) / 40, "people_gaining": 30, "people_losing": 10,
            "people_newly_reaching": 5, "people_no_longer_reaching": 7, "within_5_before": 60,
            "within_5_after": 5, "population_after": 52,
        }
    )  # fmt: skip
    assert table.loc["today", "territory", ""]["population_after"] == 100
    assert table.loc["works", "commune", "62001"]["population_after"] == 40


def test_a_commune_where_people_live_in_a_scenario_only_has_its_rows():
    loaded = by_hand()
    homes = replace(loaded.today.homes, epci=())
    loaded = replace(loaded, today=replace(loaded.today, homes=homes))
    peopled, _, table = outcome(loaded, make_scenario(add(9, (760, 100))))
    assert peopled.loaded.communes["insee"].tolist() == ["62001", "62002", "62003", "62004"]
    rows = table[table["code"] == "62004"].set_index("scenario")
    assert rows["name"].tolist() == ["Commune 62004"] * 2
    assert rows[["population", "population_after"]].to_numpy().tolist() == [[0, 0], [0, 9]]


def test_a_polygon_is_filled_with_places_and_its_people_shared_to_the_person():
    ring = (at(0, 0), at(600, 0), at(600, 400), at(0, 400))
    turned = (*ring[2:], *ring[:2])[::-1]
    tables = []
    for corners in (ring, turned):
        change = add(100, within=corners, columns={"ind_80p": 10})
        tables.append(people_of(by_hand(), make_scenario(change)).added)
    pd.testing.assert_frame_equal(*tables)
    found = tables[0]
    x_m, y_m = project(found.geometry.x.to_numpy(), found.geometry.y.to_numpy(), CRS)
    assert np.allclose(x_m % 200, 100, atol=0.01)
    assert np.allclose(y_m % 200, 100, atol=0.01)
    assert found["population"].sum() == 100
    assert found["population"].max() - found["population"].min() <= 1
    assert found["ind_80p"].sum() == 10
    fine = people_of(by_hand(), make_scenario(add(100, within=ring, apart_m=100.0))).added
    assert len(fine) == pytest.approx(4 * len(found), abs=8)
    narrow = (at(10, 10), at(20, 10), at(20, 20))
    assert len(people_of(by_hand(), make_scenario(add(9, within=narrow))).added) == 1


def test_those_who_move_where_nobody_lives_get_places():
    change = shift(population=30, communes=("62002",), to_within=strip(2))
    edits = people_of(by_hand(), make_scenario(change))
    assert edits.population.tolist() == [10, 20, 0, 0]
    assert edits.added["population"].sum() == 30
    assert len(edits.added) > 3
    assert set(edits.added["commune"]) == {"62003"}


def test_where_no_boundary_is_known_the_commune_of_the_nearest_cell_counts():
    loaded = by_hand()
    communes = make_communes()
    some = communes[communes["insee"] != "62002"].reset_index(drop=True)
    new = gpd.GeoDataFrame(
        {"population": [1.0, 1.0, 1.0]},
        geometry=[shapely.Point(at(*each)) for each in ((270, 120), (60, 300), (-900, 500))],
        crs="EPSG:4326",
    )
    settled, is_assumed = settle_homes(Homes(loaded.residents, some), new)
    assert settled["commune"].tolist() == ["62002", "62001", ""]
    assert settled["epci"].tolist() == ["1", "1", ""]
    assert is_assumed.tolist() == [True, False, False]


def test_new_places_off_the_network_are_told(tmp_path):
    town = write_town(tmp_path)
    far = place(-4, -6)
    text = f'[[changes]]\nkind = "add_residents"\npopulation = 50\nat = {list(far)}\n'
    result = compare(am.read_study(town), [write_scenario(tmp_path, "far", text)])
    said = result.scenarios[1].warnings["en"]
    assert [each for each in said if each.startswith("walk: 1 of 1 new places (50 people)")]


# Messages

SAID = [
    (
        add(1, (0, 0), columns={"ind_8Op": 1}),
        "columns: 'ind_8Op' is no count .* Did you mean ind_80p",
    ),
    (scale(factor=1.1, communes=("62010",)), "communes: nobody of the territory lives in '62010'"),
    (scale(population=5, communes=("62003",)), "where nobody lives today. Use add_residents"),
    (scale(factor=2.0, within=(at(0, 0), at(9, 9), at(0, 9), at(9, 0))), "encloses no clear area"),
    (
        shift(population=99, communes=("62001",), to=at(0, 0)),
        "moves 99 people, but 30 live there. Give fewer, or a share",
    ),
    (
        shift(share=0.5, communes=("62003",), to=at(0, 0)),
        "from where nobody lives. Check communes and within",
    ),
    (
        shift(population=3, communes=("62001",), to_communes=("62003",)),
        "to_communes: nobody lives there. Give to or to_within",
    ),
    (
        shift(population=3, communes=("62001",), to_communes=("9",)),
        "to_communes: nobody of the territory lives in '9'",
    ),
    (
        add(5, within=(at(0, 0), at(4000, 0), at(4000, 4000)), apart_m=10.0),
        "would lay 160400 places over its polygon; allowed are 100000",
    ),
    (add(5, (90_000, 0)), "lies outside the extract"),
    (shift(share=0.5, communes=TWO, to=at(90_000, 0)), "lies outside the extract"),
]


@pytest.mark.parametrize(("change", "said"), SAID)
def test_what_does_not_fit_the_people_of_today_is_refused(change, said):
    with pytest.raises(StudyError, match=said):
        people_of(by_hand(), make_scenario(change))


def test_contradictions_are_refused_by_name_whatever_the_order():
    pairs = [
        (
            [scale(factor=2.0, communes=TWO), scale(factor=3.0, communes=("62001",))],
            r"changes\[2\] \(scale_residents\) scales cells that changes\[1\] scales too \(2 cells",
        ),
        (
            [scale(population=50), scale(factor=3.0, communes=("62001",))],
            "gives the population of cells that .* scales too",
        ),
        (
            [
                shift(share=0.7, communes=TWO, to=at(0, 0)),
                shift(share=0.7, communes=("62002",), to=at(9, 9)),
            ],
            r"moves people who move with changes\[\d\] already: together more than live there",
        ),
        (
            [
                shift(population=30, communes=("62002",), to=at(0, 0)),
                shift(share=0.5, communes=TWO, to=at(9, 9)),
            ],
            r"moves people who move with changes\[\d\] already: together more than live there",
        ),
    ]
    for changes, said in pairs:
        for each in (changes, changes[::-1]):
            with pytest.raises(StudyError, match=said):
                people_of(by_hand(), make_scenario(*each))


def test_changes_without_effect_are_told():
    tiny = by_hand((1, 1, 1, 0))
    for change, said in (
        (scale(factor=1.0), "leaves the population as it is: it has no effect"),
        (scale(factor=2.0, communes=("62003",)), "leaves the population as it is"),
        (shift(share=0.1, communes=("62001",), to=at(0, 0)), "moves nobody, the share is too smal"),
    ):
        (resolved,) = resolve([make_scenario(change)], tiny.today)
        assert said in str(resolved.warnings[0])
        assert resolved.people.population.tolist() == [1, 1, 1, 0]


FAULTS = [
    (AddResidents, {"population": 0, "at": (2, 50)}, "greater than 0"),
    (AddResidents, {"population": 5.5, "at": (2, 50)}, "valid integer"),
    (AddResidents, {"population": 5}, "exactly one of at"),
    (AddResidents, {"population": 5, "at": (2, 50), "columns": {"a": -1}}, "equal to 0"),
    (ScaleResidents, {}, "exactly one of factor and population"),
    (ScaleResidents, {"factor": 1.0, "population": 3}, "exactly one of factor and population"),
    (MoveResidents, {"share": 0.5, "to": (2, 50)}, "says not whence"),
    (MoveResidents, {"share": 0.5, "communes": TWO}, "exactly one of to"),
    (MoveResidents, {"communes": TWO, "to": (2, 50)}, "exactly one of population and share"),
    (MoveResidents, {"share": 1.5, "communes": TWO, "to": (2, 50)}, "less than or equal to 1"),
]
KIND_OF = {
    AddResidents: "add_residents",
    ScaleResidents: "scale_residents",
    MoveResidents: "move_residents",
}


@pytest.mark.parametrize(("model", "content", "said"), FAULTS)
def test_changes_of_people_that_mean_nothing_are_refused(model, content, said):
    with pytest.raises(ValidationError, match=said):
        model.model_validate({"kind": KIND_OF[model], **content})


def test_all_coordinates_of_a_move_become_degrees():
    ring = ((688_000.0, 7_036_000.0), (688_100.0, 7_036_000.0), (688_100.0, 7_036_100.0))
    change = shift(share=0.5, within=ring, to_within=ring, crs="EPSG:2154")
    placed, problems = place_in_degrees(change, None)
    assert problems == []
    assert placed.within == placed.to_within
    assert [round(each, 2) for each in placed.within[0]] == [2.83, 50.42]
    assert placed.crs is None
    wrong = shift(share=0.5, within=ring, to=(2.8, 50.4))
    assert "within[1] is [688000.0, 7036000.0]" in place_in_degrees(wrong, None)[1][0]


# Through files and the comparison

QUARTER = (
    '[[changes]]\nkind = "add_residents"\npopulation = 300\nname = "Écoquartier"\n'
    f"at = {list(place(3.2, 4.2))}\n"
    '[[changes]]\nkind = "scale_residents"\nfactor = 1.5\ncommunes = ["62001"]\n'
    '[[changes]]\nkind = "move_residents"\npopulation = 40\ncommunes = ["62002"]\n'
    f"to = {list(place(1.3, 1.1))}\n"
)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="module")
def result(town):
    paths = [write_scenario(town.parent, key, text) for key, text in (("q", QUARTER), ("n", ""))]
    return compare(am.read_study(town), paths)


def test_a_comparison_knows_every_cell_in_every_situation(result):
    assert result.residents["cell"].tolist()[-2:] == ["+q:1", "+q:2"]
    assert result.residents["added_by"].tolist()[-3:] == ["", "q", "q"]
    assert result.residents["population"].tolist()[-2:] == [0, 0]
    assert len(result.access_times) == 3 * 2 * 3 * 2 * 44
    assert result.access_times["minutes"].notna().any()
    new = result.access_times[result.access_times["cell"].isin(["+q:1", "+q:2"])]
    assert (new[new["rank"] == 1]["reason"].astype(str) == "").all()
    assert result.people_of("q").sum() == result.summary()["population_after"].iloc[6]
    assert result.residents_of("n") is result.residents
    assert result.residents_of("q")["population"].tolist() == result.people_of("q").tolist()
    assert not result.cells_of("n")[-2:].any()
    assert result.cells_of("q").all()
    cells = result.to_geodataframe()
    for key in ("today", "q", "n"):
        own = cells[(cells["scenario"] == key) & (cells["rank"] == 1)]
        assert own["population"].tolist() == result.people_of(key).tolist() * 6


def test_the_figures_after_equal_a_study_of_the_same_people(result, town, tmp_path):
    """The table of residents made by hand, and the study run on it as today."""
    study = write_town(tmp_path)
    rows = pd.DataFrame(
        {
            "cell": result.residents["cell"],
            "lon": result.residents.geometry.x,
            "lat": result.residents.geometry.y,
            "population": result.people_of("q"),
        }
    )
    rows.to_csv(tmp_path / "data" / "residents.csv", index=False)
    expected = am.assess(am.read_study(study)).summary_table
    found = result.summary_table[result.summary_table["scenario"] == "q"].reset_index(drop=True)
    for name in ("people_reached_after", "minutes_after", "within_5_after", "within_10_after"):
        assert found[name].tolist() == pytest.approx(expected[name].tolist(), nan_ok=True, abs=1e-9)
    assert found["population_after"].tolist() == expected["population"].tolist()
    assert found["code"].tolist() == expected["code"].tolist()


def test_rows_of_situations_without_changes_of_people_stay_as_they_are(result, town):
    alone = compare(am.read_study(town), [town.parent / "n.toml"])
    times = result.access_times
    kept = times[(times["scenario"] != "q") & ~times["cell"].isin(["+q:1", "+q:2"])]
    for name in times:
        assert kept[name].astype(str).tolist() == alone.access_times[name].astype(str).tolist()
    table = result.summary_table
    same = table[table["scenario"] != "q"].drop(columns="population_after").reset_index(drop=True)
    pd.testing.assert_frame_equal(same, alone.summary_table)
    assert "people" not in alone.manifest
    assert result.scenarios[0].warnings == alone.scenarios[0].warnings


def test_the_manifest_counts_who_comes_and_moves(result):
    today = result.residents["population"].sum()
    south = result.residents["commune"] == "62001"
    more = np.rint(result.residents.loc[south, "population"].sum() * 1.5) - (
        result.residents.loc[south, "population"].sum()
    )
    assert result.manifest["people"] == {
        "q": {
            "population": today + 300 + more, "cells_added": 2, "added": 300.0, "moved": 40.0,
            "outside": 0.0,
        }
    }  # fmt: skip
    assert result.manifest["residents"]["population"] == today
    assert result.manifest["residents"]["cells"] == 42


def test_the_report_counts_the_people_of_the_scenario(result):
    times, words = read_times(result), read_words("en")
    finding = find(result, times, "q", ("walk", "culture"))
    more = result.people_of("q").sum() - result.people_of("today").sum()
    assert (finding.people_more, finding.people_elsewhere) == (more, 40)
    said = details(finding, words)
    assert said[-1] == "40 residents live elsewhere than today."
    assert f"{more:.0f} residents more than today live in the territory." in said
    layers = {each.name: each for each in layers_of(result, times, words)}
    today = next(each for name, each in layers.items() if name.startswith("cells_today"))
    assert today.geometry.size == 42
    people = layers["people"]
    assert people.fields["people_after"].sum() - people.fields["people_before"].sum() == more
    assert set(people.fields["cell"]) >= {"+q:1", "+q:2"}


def test_a_report_is_written_with_maps_of_each_situations_own_cells(result, tmp_path):
    am.write_report(result, tmp_path / "out")
    layers = gpd.list_layers(tmp_path / "out" / "results.gpkg")["name"].tolist()
    assert "people" in layers
    assert (tmp_path / "out" / "report.html").is_file()


def test_uncertainty_draws_the_same_for_todays_cells(town, tmp_path):
    study = write_town(tmp_path)
    study.write_text(study.read_text() + "\n[uncertainty]\ndraws = 10\n", encoding="utf-8")
    bridge = write_scenario(tmp_path, "bridge", '[[changes]]\nkind = "close_ways"\nids = [101]\n')
    people = write_scenario(tmp_path, "q", QUARTER)
    alone, both = (compare(am.read_study(study), [bridge, *more]) for more in ([], [people]))
    old = both.uncertainty[~both.uncertainty["cell"].astype(str).str.startswith("+")]
    old = old[old["scenario"] != "q"]
    for name in ("minutes", "low", "high"):
        assert old[name].tolist() == pytest.approx(
            alone.uncertainty[name].tolist(), nan_ok=True, abs=0
        )
