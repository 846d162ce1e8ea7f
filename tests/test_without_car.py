"""With and without a car: who gets where how, what a scenario changes, its sentence and table."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from artois_mobility.report.classes import SWITCH_COLOURS
from artois_mobility.report.layer_fields import name_fields
from artois_mobility.report.reach import (
    BOTH,
    NO_WAY,
    ONLY_BY_CAR,
    ONLY_WITHOUT,
    REACH_NAMES,
    WITH_BICYCLE,
    Modes,
    Reach,
    find_modes,
    reach_of,
)
from artois_mobility.report.reach_fields import SWITCHES, _switches, reach_fields
from artois_mobility.report.times import Times, read_times
from artois_mobility.report.without_car_changes import (
    ARRIVE,
    COLUMNS,
    find_switch,
    say_switch,
    tell_changes,
)
from artois_mobility.report.words import read_words
from comparison_world import make_comparison

PAIRS = {"passerelle": ("walk", "culture/library"), "pont-ferme": ("car", "care")}
PROFILES = ("car", "walk", "bicycle", "transit")
MODES = Modes("car", ("walk",), ("bicycle",))
MINUTES = (10.0, 30.0, 30.5, np.nan)


@pytest.fixture(scope="module")
def result():
    return make_comparison(transit=True)


@pytest.fixture(scope="module")
def told(result):
    return tell_changes(result, read_times(result), PAIRS, read_words("fr"))


def make_times(before, after):
    """Minutes of one category: profiles in rows, cells in columns."""
    minutes = np.array([before, after], float)[:, :, None, :]
    places = {name: place for place, name in enumerate(PROFILES)}
    return Times({"today": 0, "then": 1}, places, {"care/hospital": 0}, minutes)


def make_result(people, households=None):
    """As much of a comparison as is asked about people; those of a scenario come second."""
    table = pd.DataFrame({"cell": np.arange(len(people[0]))})
    if households is not None:
        table["households_without_car"] = households
    of = dict(zip(("today", "then"), np.array(people, float), strict=True))
    return SimpleNamespace(
        base=SimpleNamespace(key="today"),
        residents=table,
        people_of=of.get,
        cells_of=lambda _: np.ones(len(table), bool),
    )


def kind_of(car, walk, bicycle, transit):
    """One cell, in the words of the definition."""
    on_feet = walk <= 30 or transit <= 30
    if car <= 30:
        return "both" if on_feet else "with_bicycle" if bicycle <= 30 else "only_by_car"
    return "only_without" if on_feet or bicycle <= 30 else "no_way"


def name_move(was, then):
    """What a change of class is called, row by row."""
    table = {
        "only_by_car": "carless freed freed fewer_only",
        "only_without": "bound driven driven fewer_without",
        "both": "bound carless hardened fewer_without",
        "with_bicycle": "bound carless eased fewer_without",
        "no_way": "more_only more_without more_without more_without",
    }
    columns = {
        "only_by_car": ("only_without", "both", "with_bicycle", "no_way"),
        "only_without": ("only_by_car", "both", "with_bicycle", "no_way"),
        "both": ("only_by_car", "only_without", "with_bicycle", "no_way"),
        "with_bicycle": ("only_by_car", "only_without", "both", "no_way"),
        "no_way": ("only_by_car", "only_without", "both", "with_bicycle"),
    }
    return dict(zip(columns[was], table[was].split(), strict=True)).get(then)


def count_one_by_one(before, after, today, then, households):
    counted = dict.fromkeys((*COLUMNS, *ARRIVE), 0.0)
    for cell in range(len(today)):
        was, is_now = kind_of(*before[:, cell]), kind_of(*after[:, cell])
        goes_was, goes_now = (
            each in {"both", "with_bicycle", "only_without"} for each in (was, is_now)
        )
        only_was, only_now = was == "only_by_car", is_now == "only_by_car"
        counted["without_before"] += today[cell] * goes_was
        counted["without_after"] += then[cell] * goes_now
        counted["only_before"] += today[cell] * only_was
        counted["only_after"] += then[cell] * only_now
        if move := name_move(was, is_now):
            counted[move] += min(today[cell], then[cell])
        counted["new_without"] += max(then[cell] - today[cell], 0) * goes_now
        counted["new_only"] += max(then[cell] - today[cell], 0) * only_now
        counted["households_newly"] += households[cell] * (goes_now and not goes_was)
        counted["households_no_longer"] += households[cell] * (goes_was and not goes_now)
    return counted


@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_people_are_counted_as_one_by_one(count, draw):
    pick = [[[draw.choice(MINUTES) for _ in range(count)] for _ in PROFILES] for _ in "ab"]
    before, after = np.array(pick)
    today, then, households = ([float(draw.randint(0, 9)) for _ in range(count)] for _ in "abc")
    times, world = make_times(before, after), make_result([today, then], households)
    found = find_switch(world, times, MODES, "then")
    expected = count_one_by_one(before, after, today, then, households)
    assert {name: values.tolist() for name, values in found.counts.items()} == {
        name: [value] for name, value in expected.items()
    }
    more = sum(max(is_now - was, 0) for was, is_now in zip(today, then, strict=True))
    assert found.newcomers == more
    assert found.leavers == more - sum(then) + sum(today)


def test_the_kinds_of_reach_are_those_of_the_definition():
    grid = np.array(np.meshgrid(*[MINUTES] * 4)).reshape(4, -1)
    reach = reach_of(make_times(grid, grid), MODES)
    kinds = [REACH_NAMES[place] for place in reach.kinds[0]]
    assert kinds == [kind_of(*cell) for cell in grid.T]
    assert (reach.only_by_car[0] == [kind == "only_by_car" for kind in kinds]).all()
    np.testing.assert_array_equal(reach.without[0], np.fmin.reduce(grid[1:]))


def test_a_bus_that_replaces_cars_is_told_with_its_people(told):
    """Twelve cells of ten people have the library by car only; a bus comes to six of them."""
    assert told["passerelle"].sentence.replace("\u202f", " ") == (
        "Bibliothèque, médiathèque à 30 min ou moins : 60 habitants n’y étaient qu’en "
        "voiture et y sont désormais aussi sans elle, à pied ou en transports collectifs"
    )
    table = told["passerelle"].table
    assert table.headers == (
        "Destination",
        "Sans voiture, avant",
        "Sans voiture, après",
        "Désormais aussi sans voiture",
        "En voiture seulement, avant",
        "En voiture seulement, après",
    )
    cells = {row.name: [cell.value for cell in row.cells] for row in table.rows}
    assert cells == {
        "Soins": [300, 360, 60, 180, 120],
        "Bibliothèque, médiathèque": [360, 420, 60, 120, 60],
    }
    assert table.note.startswith("Sans voiture veut dire à pied ou en transports collectifs")


def test_minutes_that_change_nothing_for_anybody_have_a_sentence_and_no_table(told):
    assert told["pont-ferme"].table is None
    assert "personne ne franchit le seuil de 30 min" in told["pont-ferme"].sentence


def test_nothing_is_said_where_nothing_changes_or_nobody_asks(result):
    times, words = read_times(result), read_words("fr")
    same = Times(times.scenarios, times.profiles, times.categories, times.minutes[[0, 0, 0]])
    assert tell_changes(result, same, PAIRS, words) == {}
    plain = make_comparison()
    assert tell_changes(plain, read_times(plain), PAIRS, words) == {}


CAR, FEET_ONLY, ON_FOOT, BY_BICYCLE, NEVER = (
    [10, np.nan, np.nan, np.nan],
    [np.nan, 10, np.nan, np.nan],
    [10, 10, np.nan, np.nan],
    [10, np.nan, 10, np.nan],
    [np.nan] * 4,
)


@pytest.mark.parametrize(
    ("moves", "french", "english"),
    [
        (
            [(CAR, ON_FOOT), (ON_FOOT, CAR), (ON_FOOT, CAR)],
            "10 habitants n’y étaient qu’en voiture et y sont désormais aussi sans elle, "
            "à pied, à vélo ou en transports collectifs ; 20 n’y sont plus qu’en voiture",
            "10 residents got there by car only and now do without one too, on foot, by "
            "bicycle or by public transport; 20 now do by car only",
        ),
        (
            [(ON_FOOT, CAR)],
            "10 habitants qui y étaient sans voiture n’y sont plus qu’avec elle",
            "10 residents who got there without a car now do by car only",
        ),
        (
            [(NEVER, ON_FOOT), (NEVER, CAR)],
            "10 habitants n’y étaient pas et y sont désormais, sans voiture ; "
            "10 habitants n’y étaient pas et y sont désormais, en voiture seulement",
            "10 residents did not get there and now do, without a car; "
            "10 residents did not get there and now do, by car only",
        ),
        (
            [(CAR, NEVER), (ON_FOOT, NEVER)],
            "10 habitants qui y étaient sans voiture n’y sont plus du tout ; "
            "10 habitants qui n’y étaient qu’en voiture n’y sont plus du tout",
            "10 residents who got there without a car no longer do at all; "
            "10 residents who got there by car only no longer do at all",
        ),
        (
            [(CAR, FEET_ONLY), (ON_FOOT, FEET_ONLY)],
            "20 habitants qui y étaient en voiture n’y sont plus que sans elle, à pied, à vélo ou "
            "en transports collectifs",
            "20 residents who got there by car now do without one only, on foot, by bicycle or by "
            "public transport",
        ),
        (
            [(FEET_ONLY, ON_FOOT), (FEET_ONLY, BY_BICYCLE), (FEET_ONLY, CAR)],
            "10 habitants qui y étaient sans voiture n’y sont plus qu’avec elle ; 20 habitants n’y "
            "étaient que sans voiture et y sont désormais aussi avec elle",
            "10 residents who got there without a car now do by car only; 20 residents got there "
            "without a car only and now do by car too",
        ),
        (
            [(BY_BICYCLE, ON_FOOT)],
            "sans voiture, 10 habitants n’y étaient qu’à vélo et y sont désormais aussi à pied ou "
            "en transports collectifs",
            "without a car, 10 residents got there by bicycle only and now do on foot or by public "
            "transport too",
        ),
        (
            [(ON_FOOT, BY_BICYCLE)],
            "sans voiture, 10 habitants y étaient à pied ou en transports collectifs et n’y sont "
            "plus qu’à vélo",
            "without a car, 10 residents got there on foot or by public transport and now do by "
            "bicycle only",
        ),
        (
            [(CAR, BY_BICYCLE), (BY_BICYCLE, ON_FOOT), (ON_FOOT, BY_BICYCLE)],
            "10 habitants n’y étaient qu’en voiture et y sont désormais aussi sans elle, à pied, "
            "à vélo ou en transports collectifs. Sans voiture, 10 habitants n’y étaient qu’à vélo "
            "et y sont désormais aussi à pied ou en transports collectifs ; 10 y étaient à pied ou "
            "en transports collectifs et n’y sont plus qu’à vélo",
            "10 residents got there by car only and now do without one too, on foot, by bicycle or "
            "by public transport. Without a car, 10 residents got there by bicycle only and now do "
            "on foot or by public transport too; 10 got there on foot or by public transport and "
            "now do by bicycle only",
        ),
    ],
)
def test_every_move_has_its_sentence(moves, french, english):
    before, after = (np.array(each, float).T for each in zip(*moves, strict=True))
    people = [10.0] * len(moves)
    found = find_switch(make_result([people, people]), make_times(before, after), MODES, "then")
    for language, expected in (("fr", french), ("en", english)):
        said = say_switch(found, "care/hospital", read_words(language)).replace("\u202f", " ")
        assert said.split("30 min", 1)[1].split(": ", 1)[1] == expected


def test_the_category_that_changes_is_spoken_of_where_the_wanted_one_does_not():
    before = np.array([CAR, CAR], float).T[:, :, None]
    after = np.array([CAR, ON_FOOT], float).T[:, :, None]
    minutes = np.array([before, after])
    places = {name: place for place, name in enumerate(PROFILES)}
    categories = {"care/hospital": 0, "culture/library": 1}
    times = Times({"today": 0, "then": 1}, places, categories, minutes)
    found = find_switch(make_result([[10.0], [10.0]]), times, MODES, "then")
    assert say_switch(found, "care/hospital", read_words("en")).startswith("Library")


def tell_of(moves, today, then, language="fr"):
    """What is told of one category, with the residents of each cell today and then."""
    before, after = (np.array(each, float).T for each in zip(*moves, strict=True))
    times, world = make_times(before, after), make_result([today, then])
    drives = SimpleNamespace(profile=SimpleNamespace(mode="car"))
    walks = SimpleNamespace(profile=SimpleNamespace(mode="walk"))
    rides = SimpleNamespace(profile=SimpleNamespace(mode="bicycle"))
    world.networks = {"car": drives, "walk": walks, "bicycle": rides}
    world.transit_times = pd.DataFrame()
    return tell_changes(world, times, {"then": ("car", "care/hospital")}, read_words(language))


def test_people_who_are_only_new_do_not_change_class():
    moves = [(ON_FOOT, ON_FOOT), (CAR, CAR), (NEVER, NEVER)]
    told = tell_of(moves, [10.0, 10.0, 10.0], [5010.0, 30.0, 13.0])["then"]
    assert told.table is None
    assert told.sentence.replace("\u202f", " ").endswith(
        "à 30 min ou moins : sur 5 023 nouveaux habitants, 5 000 y sont sans voiture et 20 en "
        "voiture seulement"
    )
    assert tell_of(moves, [10.0, 10.0, 10.0], [10.0, 5.0, 0.0]) == {}


def test_people_who_are_new_stand_apart_from_those_who_change():
    told = tell_of([(CAR, ON_FOOT), (ON_FOOT, ON_FOOT)], [10.0, 7.0], [40.0, 5.0], "en")["then"]
    assert told.sentence.endswith(
        "within 30 min: 10 residents got there by car only and now do without one too, on foot, by "
        "bicycle or by public transport. Of 30 new residents, 30 get there without a car and 0 by "
        "car only"
    )
    (row,) = told.table.rows
    assert dict(zip(told.table.headers[1:], [cell.value for cell in row.cells], strict=True)) == {
        "Without a car, before": 7,
        "Without a car, after": 45,
        "Now without a car too": 10,
        "By car only, before": 10,
        "By car only, after": 0,
        "New residents, without a car": 30,
    }
    assert "who is new there is counted apart" in told.table.note


def test_a_layer_tells_whom_a_bus_spares_the_bicycle_from_whom_it_leaves_to_it():
    was, then = np.array(
        [
            (WITH_BICYCLE, BOTH), (BOTH, WITH_BICYCLE), (BOTH, BOTH), (ONLY_BY_CAR, BOTH),
            (WITH_BICYCLE, ONLY_BY_CAR), (ONLY_BY_CAR, ONLY_WITHOUT), (BOTH, ONLY_WITHOUT),
            (ONLY_WITHOUT, WITH_BICYCLE), (ONLY_WITHOUT, ONLY_BY_CAR), (NO_WAY, ONLY_WITHOUT),
            (ONLY_WITHOUT, NO_WAY),
        ], np.int32,
    ).T  # fmt: skip
    places = _switches(was, then)
    assert [SWITCHES[each] if each >= 0 else "" for each in places] == [
        "eased", "hardened", "", "freed", "bound", "carless", "carless", "driven", "bound",
        "newly", "no_longer",
    ]  # fmt: skip
    assert len(SWITCH_COLOURS) == len(SWITCHES)


def test_fields_of_the_layers_tell_class_and_change(result):
    times, words = read_times(result), read_words("fr")
    modes = find_modes(result, times)
    assert modes == Modes("car", ("walk",), ())
    is_shown, fields = reach_fields(times, modes, "today", words)
    assert is_shown.all()
    assert list(fields) == ["by_car", "without", "reach"]
    cells = result.residents
    far = (cells["column"] >= 6).to_numpy()
    expected = np.where(far, "en voiture seulement", "avec et sans voiture")
    assert fields["reach"]["culture/library"].tolist() == expected.tolist()
    is_shown, fields = reach_fields(times, modes, "passerelle", words)
    assert is_shown.tolist() == (far & (cells["row"] >= 3)).tolist()
    assert set(fields["switch"]["care"][is_shown]) == {"désormais aussi sans voiture"}
    assert set(fields["switch"]["care"][~is_shown]) == {None}
    assert (fields["without"]["care"][is_shown] == 20).all()
    is_shown, fields = reach_fields(times, modes, "pont-ferme", words)
    assert not is_shown.any()
    assert fields["reach"] == {}


def test_fields_are_called_alike_in_all_layers(result):
    names = name_fields(read_times(result), read_words("fr"))
    assert names["care", "minutes"] == "care_min"
    assert names["care", "by_car"] == "care_voiture"
    assert names["culture/library", "reach"] == "culture_library_classe"
    assert len(set(names.values())) == len(names)


def test_whoever_lacks_a_bicycle_is_not_carried_by_one():
    nowhere = np.full((1, 1), np.nan)
    reach = Reach(np.full((1, 1), 5.0), nowhere, nowhere)
    assert reach.only_by_car.tolist() == [[True]]
    assert np.isnan(reach.without).all()
