"""Why one cell gains or loses: the right change is named, and both routes take the right time."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import artois_mobility as am
from artois_mobility.changes.schema import RemoveSite
from artois_mobility.changes.street_schema import AddBarrier
from artois_mobility.errors import InputError, StudyError
from artois_mobility.why.explaining_changes import explain_loaded
from scenario_worlds import CATEGORY, close, link, make_loaded, make_scenario, move, site, speed
from street_worlds import at, cells_at, grid_world, sites_at, street_world, two_way
from study_worlds import CLOSE_BRIDGE, link_text, site_text, write_scenario, write_town
from why_worlds import compute_minutes, make_world

PAIR = ("walk", CATEGORY)


def make_grid(sites=None):
    """Four columns and three rows of blocks of a minute; ways of a row count from 1.

    row 2  . . . .
    row 1  . . . .
    row 0  c . . s      c the cell, s the site, three minutes apart
    """
    network = grid_world(4, 3)
    places = sites_at(sites or {"s": (300, 0)})
    loaded = make_loaded({"walk": network}, cells_at([(0, 0), (0, 200)]), places)
    loaded.study.language = "en"
    return loaded


def explain(loaded, *changes, cell="0"):
    return explain_loaded(loaded, make_scenario(*changes), cell, PAIR)


def removed(name):
    return RemoveSite(kind="remove_site", site=name)


def way_between(loaded, one, other):
    """The way between two nodes of the grid."""
    network = loaded.today.networks["walk"]
    first_out, head = network.graph.first_out, network.graph.head
    (arc,) = [a for a in range(first_out[one], first_out[one + 1]) if head[a] == other]
    return int(network.way_of_arc[arc])


@pytest.mark.parametrize(
    ("kind", "role", "after"),
    [
        ("add_link", "link_used", None),
        ("close_ways", "closed_avoided", 5.0),
        ("set_speed", "speed_used", 2.0),
        ("add_site", "site_added", 1.0),
        ("move_site", "site_moved", 2.0),
        ("remove_site", "site_removed", 5.0),
    ],
)
def test_each_kind_of_change_is_named_with_what_it_does(kind, role, after):
    loaded = make_grid({"s": (300, 0), "t": (300, 200)})
    first, second = way_between(loaded, 0, 1), way_between(loaded, 1, 2)
    changes = {
        "add_link": link((0, 0), (300, 0), speed_kmh=50.0),
        "close_ways": close(second),
        "set_speed": speed(factor=2.0, ids=(first, second)),
        "add_site": site((100, 0), name="New"),
        "move_site": move("s", (200, 0)),
        "remove_site": removed("s"),
    }
    # a street that nobody of the cell takes
    idle = close(way_between(loaded, 6, 7))
    found = explain(loaded, idle, changes[kind])
    assert found.changes["made_it"].tolist() == [False, True]
    assert found.changes["role"].tolist() == ["elsewhere", role]
    assert found.before.minutes == pytest.approx(3.0)
    if after is not None:
        assert found.after.minutes == pytest.approx(after)
    assert found.changes["minutes_without"].tolist()[1] == pytest.approx(3.0)
    assert found.changes["minutes_alone"].tolist()[1] == pytest.approx(found.after.minutes)
    text = found.text("en")
    assert "What makes it: changes[2]." in text
    assert found.changes["sentence"].tolist()[1] in text
    assert found.changes["sentence"].tolist()[0] not in text


def test_either_of_two_links_is_enough():
    loaded = make_grid()
    one, other = (
        link((0, 0), (150, 20 * side), (300, 0), speed_kmh=50.0, name=name)
        for side, name in ((1, "one"), (-1, "other"))
    )
    found = explain(loaded, one, other)
    assert found.changes["made_it"].tolist() == [True, True]
    assert "Each of these is enough by itself: changes[1], changes[2]." in found.text("en")


def test_nothing_changes_for_who_is_not_met():
    loaded = make_grid()
    found = explain(loaded, close(way_between(loaded, 6, 7)))
    assert not found.changes["made_it"].any()
    assert "and as many with the scenario" in found.text("en").splitlines()[0]
    assert "What makes it" not in found.text("en")


def test_who_reaches_nothing_before_or_after_is_told_why():
    loaded = make_grid()
    found = explain(loaded, removed("s"))
    assert np.isnan(found.after.minutes)
    assert found.after.site == ""
    assert "no site is reached with the scenario" in found.text("en")
    assert found.text("fr").endswith("aucun itinéraire")
    assert len(found.routes()) == len(found.before.route.legs)
    opened = explain(make_grid({"s": (8000, 8000)}), site((100, 0), name="New"))
    assert "no site is reached today, 1.0 min with the scenario (New)" in opened.text("en")
    never = explain(make_grid({"s": (8000, 8000)}), close(1))
    assert "neither today nor with the scenario" in never.text("en")


def test_a_change_of_another_category_leaves_the_minutes_of_today():
    loaded = make_grid()
    found = explain(loaded, site((100, 0), name="New", category="culture/library"))
    assert found.changes["minutes_without"].tolist() == pytest.approx([3.0])
    assert found.changes["minutes_alone"].tolist() == pytest.approx([3.0])
    assert not found.changes["made_it"].any()


@settings(max_examples=12)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_routes_take_the_minutes_that_a_comparison_gives(seed, count):
    loaded, changes = make_world(seed, count)
    today, then = compute_minutes(loaded, []), compute_minutes(loaded, changes)
    for row, cell in enumerate(loaded.residents["cell"][:4]):
        found = explain(loaded, *changes, cell=cell)
        for access, minutes in ((found.before, today[row]), (found.after, then[row])):
            assert access.minutes == pytest.approx(minutes, abs=1e-9, nan_ok=True)
            assert access.route.minutes == pytest.approx(minutes, abs=1e-9, nan_ok=True)
            if access.site:
                assert access.route.legs["seconds"].sum() == pytest.approx(60 * minutes, abs=1e-6)
        for number in range(count):
            others = [each for place, each in enumerate(changes) if place != number]
            without = compute_minutes(loaded, others)[row]
            table = found.changes.iloc[number]
            assert table["minutes_without"] == pytest.approx(without, abs=1e-9, nan_ok=True)
            is_same = np.array_equal(without, then[row], equal_nan=True)
            assert is_same or today[row] == then[row] or table["made_it"]


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    write_scenario(folder, "works", link_text((5, 2), (5, 3)) + CLOSE_BRIDGE + site_text(2, 4))
    return folder


def test_a_cell_of_a_study_is_explained_from_its_files(town, tmp_path):
    study = am.read_study(town / "town.toml")
    found = am.explain_change(study, town / "works.toml", "c0_2", "culture", "walk")
    comparison = am.compare(study, [town / "works.toml"]).differences
    row = comparison.query(
        "cell == 'c0_2' and category == 'culture' and profile == 'walk' and rank == 1"
    ).iloc[0]
    assert found.before.minutes == row["minutes_before"]
    assert found.after.minutes == row["minutes_after"]
    assert found.changes["role"].tolist() == ["link_used", "closed_avoided", "elsewhere"]
    text = found.text("fr")
    assert "Ce qui le fait : changes[1], changes[2]." in text
    assert "Passerelle (new_link) : 200 m" in text
    assert "Pont du Canal (residential)" in text
    path = tmp_path / "routes.gpkg"
    found.routes().to_file(path)
    layer = gpd.read_file(path)
    assert set(layer["situation"]) == {"today", "scenario"}
    assert layer.crs == "EPSG:4326"
    assert layer[layer["way"] < 0]["name"].tolist() == ["Passerelle"]


@pytest.mark.parametrize(
    ("cell", "category", "profile", "message"),
    [
        ("c0_9", "culture", "walk", "no cell 'c0_9' among the 42 of its territory.*Did you mean"),
        ("c0_2", "cultur", "walk", "no category 'cultur'. Did you mean culture"),
        ("c0_2", "culture", "bicycle", "no profile 'bicycle'. Allowed: car, walk"),
    ],
)
def test_what_the_study_does_not_have_is_told(town, cell, category, profile, message):
    study = am.read_study(town / "town.toml")
    with pytest.raises(StudyError, match=message):
        am.explain_change(study, town / "works.toml", cell, category, profile)


def test_only_two_languages_are_spoken():
    loaded = make_grid()
    with pytest.raises(InputError, match="'fr' or 'en'"):
        explain(loaded, close(1)).text("de")


def between_two_streets(cells, sites):
    """A street along y = 0 and one along y = 200, joined at x = 0 by one of 2 minutes."""
    network = street_world(
        [(0, 0), (1000, 0), (0, 200), (1000, 200)],
        [two_way(0, 1, 600_000), two_way(2, 3, 600_000), two_way(0, 2, 120_000)],
    )
    loaded = make_loaded({"walk": network}, cells_at(cells), sites_at(sites))
    loaded.study.language = "en"
    return loaded


def barrier(*positions):
    points = tuple(at(*position) for position in positions)
    return AddBarrier(kind="add_barrier", geometry=points)


@pytest.mark.parametrize(
    ("cell", "hospital", "role", "who"),
    [
        ((500, 50), (0, 0), "cell_reattached", "cell"),
        ((0, 0), (500, 50), "site_reattached", "site"),
    ],
)
def test_a_wall_that_parts_a_place_from_its_street_is_named(cell, hospital, role, who):
    loaded = between_two_streets([cell], {"h": hospital})
    idle, wall = barrier((2000, 0), (2000, 9)), barrier((400, 30), (600, 30))
    found = explain(loaded, idle, wall)
    assert found.changes["made_it"].tolist() == [False, True]
    assert found.changes["role"].tolist() == ["elsewhere", role]
    first, second = (int(each.route.legs["way"][each.route.legs["kind"] == "street"].iloc[
        0 if who == "cell" else -1]) for each in (found.before, found.after))  # fmt: skip
    assert f"The {who} no longer joins the streets at the same place: way {first} today, way " \
           f"{second} with the scenario." in found.text()  # fmt: skip
    assert "ne rejoint plus la voirie au même endroit" in found.text("fr")


def test_a_cell_that_a_wall_shuts_in_is_told_so():
    loaded = between_two_streets([(500, 50)], {"h": (0, 0)})
    around = barrier((400, 30), (600, 30), (600, 70), (400, 70), (400, 30))
    found = explain(loaded, around)
    assert found.changes["role"].tolist() == ["cell_reattached"]
    assert "lies behind a barrier with the scenario" in found.text()
