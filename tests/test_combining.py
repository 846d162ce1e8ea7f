"""Scenarios made of others: all changes together, conflicts told with both files."""

import itertools

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility.changes.notices import say_all
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.reading import read_scenario, read_scenarios
from study_worlds import (
    CLOSE_BRIDGE,
    MOVE_PHARMACY,
    REMOVE_HOSPITAL,
    link_text,
    site_text,
    write_scenario,
    write_town,
)

PARTS = {
    "bridge": link_text((3, 2), (3, 3)),
    "works": CLOSE_BRIDGE,
    "care": REMOVE_HOSPITAL + site_text(3, 1),
    "move": MOVE_PHARMACY,
}


def write_parts(folder, parts=PARTS):
    return {key: write_scenario(folder, key, text) for key, text in parts.items()}


def combined(folder, key, names, text=""):
    listed = ", ".join(f'"{name}.toml"' for name in names)
    return write_scenario(folder, key, f"combine = [{listed}]\n{text}")


def test_the_changes_of_all_files_are_made_together(tmp_path):
    study = am.read_study(write_town(tmp_path))
    write_parts(tmp_path)
    orders = [combined(tmp_path, f"all{row}", names)
              for row, names in enumerate(list(itertools.permutations(PARTS))[::7])]  # fmt: skip
    inner = combined(tmp_path, "inner", ["bridge", "works"])
    nested = combined(tmp_path, "nested", ["inner", "care"], PARTS["move"])
    written = write_scenario(tmp_path, "written", "".join(PARTS.values()))
    result = am.compare(study, [*orders, nested, written])
    keys = [each.stem for each in (*orders, nested, written)]
    minutes = [
        result.differences[result.differences["scenario"] == key]["minutes_after"].to_numpy()
        for key in keys
    ]
    for each in minutes:
        np.testing.assert_array_equal(each, minutes[-1])
    assert (
        minutes[-1] != result.differences["minutes_before"].to_numpy()[: minutes[-1].size]
    ).any()
    inputs = {(each["role"], each["path"].rpartition("/")[2]) for each in result.manifest["inputs"]}
    assert {("combined", f"{key}.toml") for key in (*PARTS, inner.stem)} <= inputs


def test_a_combined_file_says_where_each_change_stands(tmp_path):
    write_parts(tmp_path)
    scenario = read_scenario(combined(tmp_path, "all", ["care", "works"], PARTS["move"]))
    assert [each.kind for each in scenario.changes] == [
        "remove_site", "add_site", "close_ways", "move_site"]  # fmt: skip
    assert [(each.path.name, each.row, each.line) for each in scenario.origins] == [
        ("care.toml", 0, 2), ("care.toml", 1, 5), ("works.toml", 0, 2), ("all.toml", 0, 3),
    ]  # fmt: skip
    assert [each.path.name for each in scenario.inputs] == ["care.toml", "works.toml"]


def test_parts_lie_relative_to_their_own_file_with_their_own_system(tmp_path):
    (tmp_path / "sub").mkdir()
    metres = '[[changes]]\nkind = "move_site"\nsite = "n9001"\nto = [688000, 7036000]\n'
    write_scenario(tmp_path / "sub", "deep", f'crs = "EPSG:2154"\nassumptions = ["b"]\n{metres}')
    write_scenario(tmp_path / "sub", "inner", 'combine = ["deep.toml"]\nassumptions = ["a", "b"]\n')
    text = 'combine = ["sub/inner.toml"]\nassumptions = ["c"]\n'
    scenario = read_scenario(write_scenario(tmp_path, "outer", text))
    assert scenario.changes[0].to == pytest.approx((2.8307, 50.4224), abs=1e-3)
    assert scenario.assumptions == ("b", "a", "c")


def test_what_two_files_say_word_for_word_counts_once(tmp_path):
    study = am.read_study(write_town(tmp_path))
    write_parts(tmp_path)
    write_scenario(tmp_path, "again", REMOVE_HOSPITAL + CLOSE_BRIDGE)
    both = combined(tmp_path, "both", ["care", "again", "works"])
    twice = combined(tmp_path, "twice", ["both", "care"])
    result = am.compare(study, [both, twice])
    assert len(result.scenarios[1].sentences["en"]) == 3
    assert result.scenarios[1].warnings["en"] == [
        "changes[1] (remove_site) of again.toml repeats changes[1] of care.toml word for word: it "
        "counts once.",
        "changes[1] (close_ways) of works.toml repeats changes[2] of again.toml word for word: it "
        "counts once.",
    ]
    assert "care.toml est combiné deux fois" in result.scenarios[2].warnings["fr"][-1]
    write_scenario(tmp_path, "same", CLOSE_BRIDGE * 2)
    for path in (tmp_path / "same.toml", combined(tmp_path, "of_same", ["same"])):
        with pytest.raises(StudyError, match=r"repeats .*changes\[1\] word for word"):
            am.compare(study, [path])


def test_conflicts_name_both_files_and_lines(tmp_path):
    study = am.read_study(write_town(tmp_path))
    write_parts(tmp_path)
    write_scenario(tmp_path, "gone", '\n\n[[changes]]\nkind = "remove_site"\nsite = "n9003"\n')
    both = combined(tmp_path, "both", ["move", "gone"])
    told = (
        r"both.toml has 1 problem:\n  gone.toml, line 4, changes\[1\] \(remove_site\) means "
        r"'n9003', which move.toml, line 2, changes\[1\] changes too"
    )
    with pytest.raises(StudyError, match=told):
        am.compare(study, [both])


def test_warnings_name_the_file_that_they_come_from(tmp_path):
    study = am.read_study(write_town(tmp_path))
    write_scenario(tmp_path, "idle", site_text(1, 1, "training/lycee"))
    result = am.compare(study, [combined(tmp_path, "both", ["idle"])])
    assert (
        result.scenarios[1]
        .warnings["en"][0]
        .startswith("idle.toml, line 2, changes[1] (add_site) adds a site of training/lycee")
    )


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a": ["a"]}, r"a.toml has 1 problem:\n  line 2, combine\[1\] leads back to where it "
                       r"began: a.toml -> a.toml"),
        ({"a": ["b", "c"], "b": [], "c": ["d"], "d": ["c"]},
         r"d.toml has 1 problem:\n  line 2, .*: c.toml -> d.toml -> c.toml. Take one of them out"),
        ({"a": ["b", "missing"], "b": []}, r"combine\[2\]: 'missing.toml' does not exist"),
    ],
)  # fmt: skip
def test_circles_and_missing_files_are_refused(tmp_path, files, told):
    for key, names in files.items():
        combined(tmp_path, key, names)
    with pytest.raises(StudyError, match=told):
        read_scenario(tmp_path / "a.toml")


def test_a_faulty_part_of_two_scenarios_is_told_once(tmp_path):
    write_scenario(tmp_path, "part", "nme = 3\n")
    paths = [combined(tmp_path, key, ["part"]) for key in ("one", "two")]
    with pytest.raises(StudyError) as caught:
        read_scenarios(paths)
    assert str(caught.value).count("part.toml has 1 problem") == 1


def test_a_diamond_of_files_counts_its_foot_once(tmp_path):
    write_parts(tmp_path)
    combined(tmp_path, "left", ["works"])
    combined(tmp_path, "right", ["works", "move"])
    scenario = read_scenario(combined(tmp_path, "top", ["left", "right"]))
    assert [each.kind for each in scenario.changes] == ["close_ways", "move_site"]
    assert say_all(scenario.notices)["en"] == ["works.toml is combined twice: it counts once."]
