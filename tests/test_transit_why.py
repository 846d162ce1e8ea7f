"""Why, by public transport: journeys behind a change, parts of a scenario, the best combination."""

import json
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.errors import StudyError
from artois_mobility.why.bounds import GAINS_SHRINK
from transit_studies import SCENARIOS, rides_of, study_text, write_scenario, write_study

CATEGORY = "care/hospital"
MIXED = ("often", "footbridge", "site", "without")


def write_mixed(folder):
    """All kinds of changes in one file: a line more often, a footbridge, a site, a line gone."""
    path = folder / "mixed.toml"
    changes = "".join(f"\n[[changes]]{SCENARIOS[name]}" for name in MIXED)
    path.write_text(f'name = "Mixed"\n{changes}', encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_study(folder, study_text(profiles='["car", "transit"]'))
    for name in SCENARIOS:
        write_scenario(folder, name)
    write_mixed(folder)
    return folder


@pytest.fixture(scope="module")
def study(town):
    return am.read_study(town / "town.toml")


@pytest.fixture(scope="module")
def result(study, town):
    return am.compare(study, [town / f"{name}.toml" for name in (*SCENARIOS, "mixed")])


def minutes_of(result, key, category, cell):
    own = rides_of(result.access_times, key)
    return own[(own["category"] == category) & (own["cell"] == cell)]["minutes"].iloc[0]


@pytest.mark.parametrize(
    ("name", "cell", "category", "role"),
    [
        ("often", "c0_0", CATEGORY, "line_used"),
        ("without", "c5_3", CATEGORY, "line_left"),
        ("line", "c5_3", CATEGORY, "line_used"),
        ("site", "c3_1", "care/pharmacy", "site_added"),
        ("gone", "c5_5", "care/pharmacy", "site_removed"),
        ("footbridge", "c6_3", CATEGORY, "link_used"),
        ("closed", "c0_3", CATEGORY, "closed_avoided"),
    ],
)
def test_both_journeys_take_what_a_comparison_gives(
    name, cell, category, role, study, town, result
):
    found = am.explain_change(study, town / f"{name}.toml", cell, category, "transit")
    for access, key in ((found.before, "today"), (found.after, name)):
        minutes = minutes_of(result, key, category, cell)
        assert access.minutes == pytest.approx(minutes, nan_ok=True)
        assert access.route.minutes == pytest.approx(minutes, nan_ok=True)
        times = result.transit_times
        row = times.query("scenario == @key and category == @category and cell == @cell")
        if len(row):
            assert access.sure_min == pytest.approx(row["minutes_85"].iloc[0], nan_ok=True)
    assert found.changes["role"].tolist() == [role]
    assert found.changes["made_it"].tolist() == [found.before.minutes != found.after.minutes]
    assert set(found.routes()["situation"]) <= {"today", "scenario"}
    text = found.text("en")
    assert "the median of the departures on 2025-03-04, from 7:00 to 8:00" in text
    assert "04/03/2025, de 7:00 à 8:00" in found.text("fr")


def test_the_changes_that_made_it_are_those_without_which_it_would_be_others(study, town, result):
    found = am.explain_change(study, town / "mixed.toml", "c0_0", CATEGORY, "transit")
    often = minutes_of(result, "often", CATEGORY, "c0_0")
    assert found.after.minutes == often
    assert found.changes["made_it"].tolist() == [True, False, False, False]
    assert found.changes["minutes_alone"].iloc[0] == pytest.approx(often)


def run(*arguments):
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_a_scenario_of_lines_is_explained_by_public_transport(town, tmp_path):
    asked = ("explain", town / "town.toml")
    cell = ("--cell", "c0_0", "-c", CATEGORY)
    done = run(*asked, town / "often.toml", *cell)
    assert done.exit_code == 0, done.stderr
    assert "transports collectifs" in done.stdout
    assert "Le trajet emprunte la ligne." in done.stdout
    assert "85 départs sur 100" in done.stdout
    done = run(*asked, town / "often.toml", *cell, "--lang", "en", "-o", tmp_path / "both.gpkg")
    assert "line S, west – east" in done.stdout, done.stderr
    assert "on foot, east – Centre hospitalier: 40 m" in done.stdout
    layer = gpd.read_file(tmp_path / "both.gpkg")
    assert set(layer["situation"]) == {"today", "scenario"}
    assert set(layer["kind"]) == {"walk", "ride"}
    by_car = run(*asked, town / "often.toml", *cell, "-p", "car")
    assert "se lit avec le profil transit" in by_car.stdout
    assert "profil transit" not in run(*asked, town / "site.toml", *cell).stdout
    told = json.loads(run(*asked, town / "often.toml", *cell, "--json").stdout)
    assert (told["profile"], told["not_answered"]) == ("transit", [])
    assert told["departures"] == {"day": "2025-03-04", "from_min": 420, "to_min": 480}
    assert told["after"]["minutes"] < told["before"]["minutes"]
    assert told["before"]["minutes_85"] >= told["before"]["minutes"]
    assert told["legs"][0]["departure"].startswith("2025-03-04T07:")


def test_who_the_scenario_shows_first_is_asked_first(town):
    path = town / "focused.toml"
    text = (town / "often.toml").read_text(encoding="utf-8")
    focus = '[focus]\nprofiles = ["car", "transit"]\n[[changes]]'
    path.write_text(text.replace("[[changes]]", focus), encoding="utf-8")
    told = json.loads(
        run("explain", town / "town.toml", path, "--cell", "c0_0", "-c", CATEGORY, "--json").stdout
    )
    assert (told["profile"], told["not_answered"]) == ("car", ["transit"])


def test_a_study_without_timetable_knows_no_public_transport(town):
    path = town / "streets.toml"
    text = study_text(profiles='["car", "walk"]')
    path.write_text(text[: text.index("[transit]")], encoding="utf-8")
    with pytest.raises(StudyError, match="no profile 'transit'"):
        am.explain_change(am.read_study(path), town / "site.toml", "c0_0", CATEGORY, "transit")


def gained(result, key):
    """Person-minutes by category of those who reach a site before and after."""
    gains = am.who_gains(result)
    own = gains[(gains["scenario"] == key) & (gains["profile"] == "transit")]
    return own.set_index("category")[["gained_person_min", "lost_person_min"]].diff(axis=1).iloc[
        :, 1
    ].mul(-1)  # fmt: skip


@pytest.mark.parametrize("method", ["shapley", "leave_one_out"])
def test_parts_and_whole_are_those_of_the_comparison(method, study, town, result):
    found = am.attribute(study, town / "mixed.toml", method=method)
    whole = found.whole[found.whole["profile"] == "transit"].set_index("category")
    expected = gained(result, "mixed")
    for category in study.categories:
        assert whole["gained_person_min"][category] == pytest.approx(expected[category], abs=1e-6)
    parts = found.parts[found.parts["profile"] == "transit"]
    assert set(parts["changes"]) == {"1", "2", "3", "4"}
    summed = parts.groupby("category", observed=True)["gained_person_min"].sum()
    rest = found.remainder[found.remainder["profile"] == "transit"].set_index("category")
    for category in study.categories:
        total = summed[category] + rest["gained_person_min"][category]
        assert total == pytest.approx(expected[category], abs=1e-6)
    own = parts[parts["changes"] == "4"]["gained_person_min"]
    assert (own <= 1e-9).all(), "a line that is gone brings nobody anything"
    assert (own < 0).any()


def test_attribute_tells_lines_as_every_other_change(town):
    done = run("attribute", town / "town.toml", town / "often.toml", "--lang", "en")
    assert done.exit_code == 0, done.stderr
    assert "transit, care/hospital" in done.stdout
    assert "Not answered" not in done.stdout


def value_of(result, key):
    """Person-minutes gained by public transport, who reaches nothing counting as 120 minutes."""
    before, after = (
        np.fmin(rides_of(result.access_times, each)["minutes"].to_numpy(), 120.0)
        for each in ("today", key)
    )
    people = result.residents["population"].to_numpy()
    return float(np.tile(people, len(result.study.categories)) @ (before - after))


def test_the_best_combination_of_lines_is_that_of_computing_all(study, town, tmp_path):
    names = ("often", "line", "site")
    for size in (2, 3):
        for chosen in combinations(names, size):
            changes = "".join(f"\n[[changes]]{SCENARIOS[name]}" for name in chosen)
            (tmp_path / f"{'-'.join(chosen)}.toml").write_text(
                f'name = "x"\n{changes}', encoding="utf-8"
            )
    paths = [town / f"{name}.toml" for name in names]
    result = am.compare(study, [*paths, *sorted(tmp_path.glob("*.toml"))])
    values = {key: value_of(result, key) for key in [each.key for each in result.scenarios[1:]]}
    goal = am.Goal(profiles=["transit"])
    found = am.optimise(study, paths, 2, objective=goal)
    within = {key: value for key, value in values.items() if key.count("-") < 2}
    best = max(within, key=within.get)
    assert found.value == pytest.approx(within[best])
    assert set(found.chosen["candidate"]) == set(best.split("-"))
    for row in found.tried.itertuples():
        key = "-".join(each for each in names if each in row.candidates.split(", "))
        assert row.value == pytest.approx(values.get(key, 0.0), abs=1e-6)
    greedy = am.optimise(study, paths, 2, objective=goal, exact=False)
    assert greedy.bound_from != GAINS_SHRINK, "medians of departures know no such law"
    assert np.isnan(greedy.bound) or greedy.bound >= found.value - 1e-6


def test_lines_alone_are_bounded_by_all_at_once(study, town):
    other = town / "other.toml"
    text = (town / "line.toml").read_text(encoding="utf-8")
    other.write_text(text.replace('"M"', '"O"').replace("[4]", "[6]"), encoding="utf-8")
    paths = [town / "line.toml", other]
    goal = am.Goal(profiles=["transit"])
    found = am.optimise(study, paths, 1, objective=goal, exact=False)
    assert found.bound_from == "all_built"
    assert found.bound >= found.value > 0


def test_optimise_answers_of_lines_and_writes_them(town, tmp_path):
    folder = tmp_path / "best"
    done = run(
        "optimise", town / "town.toml", town / "often.toml", town / "line.toml", "--budget", "1",
        "-p", "transit", "-o", folder, "--lang", "en",
    )  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert "Not answered" not in done.stdout
    assert "[[changes]]" in (folder / "optimum.toml").read_text(encoding="utf-8")
    chosen = pd.read_csv(folder / "chosen.csv")
    assert chosen["candidate"].isin(["often", "line"]).all()
