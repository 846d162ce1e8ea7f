"""What each change will touch, counted before anything is computed."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.cli.commands import app
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.touching import tabulate_touches
from scenario_worlds import close, link, make_crooked, make_scenario, move, site, speed
from street_worlds import at
from study_worlds import (
    CLOSE_BRIDGE,
    MOVE_PHARMACY,
    REMOVE_HOSPITAL,
    link_text,
    site_text,
    write_scenario,
    write_town,
)

ROW = '[[changes]]\nkind = "close_ways"\nids = [101]\nprofiles = ["walk"]\n'
NOTHING = '[[changes]]\nkind = "set_speed"\nids = [101]\nfactor = 1.0\nprofiles = ["car"]\n'


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("preview")
    write_town(folder)
    text = ROW + link_text((3, 2), (3, 3)) + REMOVE_HOSPITAL + site_text(3, 1) + MOVE_PHARMACY
    write_scenario(folder, "works", text + NOTHING)
    write_scenario(folder, "bridge", CLOSE_BRIDGE)
    write_scenario(folder, "nothing", "")
    return folder


@pytest.fixture(scope="module")
def touched(town):
    study = am.read_study(town / "town.toml")
    return am.preview(study, [town / f"{key}.toml" for key in ("works", "bridge", "nothing")])


def test_counts_of_the_small_town_are_arithmetic(touched):
    works = touched[touched["scenario"] == "works"]
    rows = works[["change", "kind", "profile"]].to_numpy().tolist()
    assert rows == [
        [1, "close_ways", "walk"], [2, "add_link", "car"], [2, "add_link", "walk"],
        [3, "remove_site", ""], [4, "add_site", ""], [5, "move_site", ""],
        [6, "set_speed", "car"],
    ]  # fmt: skip
    # row 1 of the grid: 7 blocks of 200 m, with the residents of its 7 cells, 10 to 16 people
    assert works["kilometres"].tolist()[:3] == pytest.approx([1.4, 0.2, 0.2], rel=5e-3)
    assert works["ways"].tolist()[:3] == [1, 1, 1]
    assert works["people"].tolist()[0] == 91
    assert works["sites"].tolist()[3:6] == [1, 1, 1]
    assert works["people"].isna().tolist() == [False, True, True, True, True, True, False]
    assert works["sites"].isna().tolist() == [True, True, True, False, False, False, True]


def test_each_row_has_the_sentence_and_the_warnings_of_its_change(touched):
    works = touched[touched["scenario"] == "works"]
    assert works["sentence"].iloc[3] == "Ferme « Centre hospitalier »."
    assert [bool(text) for text in works["warnings"]] == [False] * 6 + [True]
    assert (
        works["warnings"]
        .iloc[-1]
        .endswith("ne change la vitesse d'aucune voie pour car : sans effet.")
    )
    assert works[["ways", "kilometres"]].iloc[-1].tolist() == [0, 0]
    assert touched.attrs["warnings"]["works"] == [works["warnings"].iloc[-1]]
    (said,) = touched.attrs["warnings"]["nothing"]
    assert said.startswith("ce scénario ne change rien")
    assert set(touched["scenario"]) == {"works", "bridge"}


def test_results_and_manifest_hold_the_same_counts(town, touched):
    study = am.read_study(town / "town.toml")
    result = am.compare(study, [town / "works.toml"])
    found = result.scenarios[1].touched
    expected = touched[touched["scenario"] == "works"][found.columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, check_flags=False)
    records = json.loads(json.dumps(result.manifest))["touched"]["works"]
    assert [each["ways"] for each in records] == [1, 1, 1, None, None, None, 0]
    assert result.scenarios[0].touched is None


def test_a_page_says_how_much_each_change_touched(town):
    from artois_mobility.report.touched import say_changes
    from artois_mobility.report.words import read_words

    result = am.compare(am.read_study(town / "town.toml"), [town / "bridge.toml"])
    (said,) = say_changes(result, result.scenarios[1], read_words("en"))
    assert said.endswith("to traffic (all modes). 1 way, 200 m: car and walk.")
    assert say_changes(result, result.scenarios[0], read_words("en")) == ()


@pytest.mark.parametrize("seed", range(12))
def test_counts_equal_a_plain_count_on_crooked_streets(seed):
    draw, loaded = make_crooked(seed)
    network = loaded.today.networks["walk"]
    ids = draw.choice(np.unique(network.way_of_arc), 3, replace=False)
    ring = tuple(at(*corner) for corner in ((-100, -100), (350, -100), (350, 700), (-100, 700)))
    changes = [close(*(int(way) for way in ids)), speed(factor=0.5, within=ring)]
    (resolved,) = resolve([make_scenario(*changes)], loaded.today)
    table = tabulate_touches(loaded, resolved)
    streets = {}
    for arc in range(network.graph.arc_count):
        streets.setdefault(int(network.way_of_arc[arc]), float(network.length_m[arc]))
    assert table["ways"].iloc[0] == 3
    metres = sum(streets[int(way)] for way in ids)
    assert table["kilometres"].iloc[0] == pytest.approx(metres / 1000, abs=5e-4)
    residents = loaded.attachments["walk"][0]
    living = {int(p) for p, a in zip(residents.place, residents.arc, strict=True)
              if network.way_of_arc[a] in ids}  # fmt: skip
    assert table["people"].iloc[0] == len(living)
    changed = resolved.edits["walk"].local_ms != network.local_ms
    named = {int(way) for way in network.way_of_arc[changed]} - {int(way) for way in ids}
    assert named <= set(streets)
    assert table["ways"].iloc[1] >= len(named)


def test_counts_do_not_depend_on_the_order_of_changes():
    _, loaded = make_crooked(3)
    changes = [close(1), speed(factor=0.5, ids=(2,)), link((0, 0), (200, 200)),
               site((50, 50)), move("s0", (90, 90))]  # fmt: skip
    tables = []
    for order in (range(5), range(4, -1, -1)):
        (resolved,) = resolve([make_scenario(*(changes[row] for row in order))], loaded.today)
        tables.append(tabulate_touches(loaded, resolved).drop(columns="change"))
    one, other = (table.sort_values("kind").reset_index(drop=True) for table in tables)
    pd.testing.assert_frame_equal(one, other)


def run(town, *words):
    paths = [town / "town.toml", town / "works.toml", town / "nothing.toml"]
    return CliRunner().invoke(
        app, ["compare", *map(str, paths), "--output", str(town / "out"), *words]
    )


def test_a_dry_run_prints_counts_and_warnings_and_writes_nothing(town):
    before = sorted(town.rglob("*"))
    done = run(town, "--dry-run")
    assert done.exit_code == 0, done.output
    assert sorted(town.rglob("*")) == before
    assert "3. Ferme « Centre hospitalier »." in done.output
    assert "aucun changement" in done.output
    lines = [" ".join(line.split()) for line in done.output.splitlines()]
    assert "mode voies km sites habitants" in lines
    assert "1. walk 1 1,4 91" in lines
    assert "3. tous 1" in lines
    assert "Avertissement : works : ligne 24, changes[6] (set_speed) ne change" in done.output


def test_a_dry_run_speaks_english_and_json(town):
    assert "3. Closes “Centre hospitalier”." in run(town, "--dry-run", "--lang", "en").output
    record = json.loads(run(town, "--dry-run", "--json", "--lang", "en").stdout)
    assert record["changes"][0] | {"kilometres": 1.4} == {
        "scenario": "works", "change": 1, "kind": "close_ways", "profile": "walk", "ways": 1,
        "sentence": "Closes way 101 to traffic (walk).", "kilometres": 1.4, "sites": None,
        "people": 91, "warnings": "",
    }  # fmt: skip
    assert list(record["warnings"]) == ["works", "nothing"]


def test_what_does_not_fit_is_told_by_the_preview_too(town, tmp_path):
    path = write_scenario(tmp_path, "far", link_text((3.5, 2.5), (3, 3)))
    with pytest.raises(StudyError, match=r"begins at .*allowed are 30 m"):
        am.preview(am.read_study(town / "town.toml"), [path])
    assert am.preview(am.read_study(town / "town.toml"), []).empty
