"""Scenario files that the library writes itself."""

import pytest

import artois_mobility as am
from artois_mobility.changes.people_schema import AddResidents
from artois_mobility.changes.schema import AddLink, AddSite, CloseWays, MoveSite, SetSpeed
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.reading import read_scenario

ENDS = ((2.929, 50.4668), (2.9291234, 50.4702))
CHANGES = [
    AddLink(kind="add_link", geometry=ENDS, profiles=("walk", "bicycle"), bridge=True),
    AddLink(kind="add_link", geometry=ENDS, profiles=("car",), speed_kmh=30, oneway=True, name="A"),
    AddSite(kind="add_site", category="care/pharmacy", name='L’"Étoile"\\', at=ENDS[0], capacity=2),
    MoveSite(kind="move_site", site="n12", to=ENDS[1]),
    CloseWays(kind="close_ways", ids=(12, 13), names=("Rue d'Arras",), profiles=("car",)),
    AddResidents(kind="add_residents", population=9, at=ENDS[0], columns={"ind_80p": 2.0}),
    SetSpeed(kind="set_speed", classes=("primary",), factor=0.8, within=(*ENDS, (2.8, 50.4))),
]


def test_what_is_written_is_read_as_it_was(tmp_path):
    path = tmp_path / "plan.toml"
    said = {"question": "Qui gagne ?\nEt qui perd ?", "assumptions": ["Supposition : œuvre."]}
    assert am.write_scenario(path, "Un « plan »", CHANGES, **said) == path
    scenario = read_scenario(path)
    assert (scenario.key, scenario.name) == ("plan", "Un « plan »")
    assert (scenario.question, list(scenario.assumptions)) == tuple(said.values())
    assert list(scenario.changes) == CHANGES
    assert [each.name for each in tmp_path.iterdir()] == ["plan.toml"]


def test_a_scenario_without_changes_is_one(tmp_path):
    am.write_scenario(tmp_path / "none.toml", "Nothing", [])
    assert read_scenario(tmp_path / "none.toml").changes == ()


@pytest.mark.parametrize(
    ("path", "name", "message"),
    [
        ("plan.json", "Plan", "written as .toml; found"),
        ("nowhere/plan.toml", "Plan", "there is no folder"),
        ("there.toml", "Plan", "is there already. Choose another name, or overwrite=True"),
        ("plan.toml", " ", "a scenario needs a name"),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_left(tmp_path, path, name, message):
    (tmp_path / "there.toml").write_text("mine")
    with pytest.raises(StudyError, match=message):
        am.write_scenario(tmp_path / path, name, CHANGES)
    assert [each.name for each in tmp_path.iterdir()] == ["there.toml"]
    assert (tmp_path / "there.toml").read_text() == "mine"


def test_a_file_is_replaced_when_asked(tmp_path):
    for name in ("One", "Other"):
        am.write_scenario(tmp_path / "plan.toml", name, CHANGES, overwrite=True)
    assert read_scenario(tmp_path / "plan.toml").name == "Other"
