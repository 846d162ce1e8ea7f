"""Changes of streets that leave everything as it is today: each is told, and no other."""

import json

import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility.changes.street_schema import SetAccess, SetOneway, SetTurn
from artois_mobility.cli.commands import app
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.resolved import Today
from artois_mobility.scenarios.resolving import resolve
from osm_files import write_osm
from scenario_worlds import make_scenario
from study_worlds import write_scenario, write_town

#           4
#           |  12, one-way from 3 to 4
#   1 --10-- 3 --11-- 2      20: no turn from 10 into 12
#           |  13, footway
#           5
NODES = {
    1: (2.800, 50.400), 2: (2.808, 50.400), 3: (2.804, 50.400), 4: (2.804, 50.404),
    5: (2.804, 50.396), 6: (2.804, 50.408), 7: (2.8, 50.404), 8: (2.808, 50.408),
}  # fmt: skip
STREET = {"highway": "residential", "maxspeed": "30"}
WAYS = {
    10: ([1, 3], {**STREET, "name": "Rue A"}),
    11: ([3, 2], {**STREET, "name": "Rue B"}),
    12: ([3, 4], {**STREET, "oneway": "yes", "name": "Rue C"}),
    13: ([3, 5], {"highway": "footway"}),
    14: ([4, 6, 8], STREET),
    15: ([4, 7, 1], {**STREET, "access": "private"}),
    16: ([8, 2], STREET),
}
TURN = {20: ([("w", 10, "from"), ("n", 3, "via"), ("w", 12, "to")],
             {"type": "restriction", "restriction": "no_left_turn"})}  # fmt: skip
PROFILES = ("walk", "bicycle", "car")


@pytest.fixture(scope="module")
def today(tmp_path_factory):
    path = write_osm(tmp_path_factory.mktemp("idle") / "cross.osm.pbf", NODES, WAYS, TURN)
    extract = am.read_osm(path)
    build = lambda data, each: am.build_network(data, each, turns=each.name == "car")  # noqa: E731
    networks = {name: am.build_network(extract, name, turns=name == "car") for name in PROFILES}
    sites = am.read_sites(extract, ["care"])
    return Today(extract, networks, sites, ("care",), build=build)


def oneway(way, direction, *profiles):
    return SetOneway(kind="set_oneway", ids=(way,), direction=direction, profiles=profiles or None)


def access(way, **columns):
    return SetAccess(kind="set_access", ids=(way,), **columns)


def turn(from_way, to_way, *profiles, via=3, allowed=False):
    return SetTurn(
        kind="set_turn", from_way=from_way, via=via, to_way=to_way, allowed=allowed,
        profiles=profiles or None,
    )  # fmt: skip


def warnings_of(today, *changes):
    (resolved,) = resolve([make_scenario(*changes)], today)
    return [str(each) for each in resolved.warnings]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (oneway(12, "along"), "directions of travel as they are for bicycle, car: it has no"),
        (oneway(12, "along", "car"), "directions of travel as they are for car: it has no effect"),
        (oneway(10, "both"), "directions of travel as they are for bicycle, car"),
        (oneway(13, "along", "car"), "directions of travel as they are for car"),
        (access(10, to="everyone"), "leaves access as it is"),
        (access(11, allow=("car", "walk")), "leaves access as it is"),
        (access(13, forbid=("car",)), "leaves access as it is"),
        (access(10, forbid=("moped",)), "leaves access as it is"),
        (turn(10, 11, allowed=True), "allows a turn that nothing forbids for car"),
        (turn(10, 12), "forbids a turn that is forbidden already for car"),
        (turn(12, 11), "turn that does not exist for car: at node 3, way 12 cannot be left or"),
        (turn(10, 13), "way 13 cannot be entered"),
        (turn(12, 12, allowed=True), "turn that does not exist for car"),
        (turn(10, 11, "walk"), "knows turns for none of the profiles meant"),
    ],
)  # fmt: skip
def test_what_changes_nothing_is_told(today, change, told):
    (said,) = [each for each in warnings_of(today, change) if "does not ask for" not in each]
    assert told in said
    assert said.startswith("changes[1] (set_")
    (resolved,) = resolve([make_scenario(change)], today)
    assert [each.ways for each in resolved.touches] == [0] * len(resolved.touches)
    french = [each.say("fr") for each in resolved.warnings]
    assert any("sans effet" in each for each in french), french


@pytest.mark.parametrize(
    "change",
    [
        oneway(12, "against"), oneway(12, "both"), oneway(10, "along"),
        oneway(12, "both", "bicycle"), oneway(10, "along", "walk"),
        access(15, to="everyone"), access(10, to="pedestrians"), access(13, allow=("bicycle",)),
        access(10, to="buses"), access(10, allow=("car",), forbid=("walk",)),
        turn(10, 12, allowed=True), turn(10, 11), turn(11, 11),
    ],
)  # fmt: skip
def test_what_changes_something_is_not(today, change):
    assert warnings_of(today, change) == []


def test_the_order_of_changes_does_not_matter(today):
    changes = [access(15, to="everyone"), access(15, allow=("car",)), oneway(12, "along")]
    for each in (changes, changes[::-1]):
        (said,) = warnings_of(today, *each)
        assert "(set_oneway) leaves the directions" in said


def test_a_way_that_is_not_there_is_told_once(today):
    with pytest.raises(StudyError, match=r"1 problem:\n  .*1 of 1 way ids .* first 99"):
        resolve([make_scenario(access(99, to="pedestrians"))], today)


@pytest.mark.parametrize("text", ["", "changes = []\n", "combine = []\n"])
def test_a_scenario_without_changes_says_so_everywhere(tmp_path, text):
    study = write_town(tmp_path)
    scenario = write_scenario(tmp_path, "still", text)
    dry = CliRunner().invoke(app, ["compare", str(study), str(scenario), "--dry-run"])
    assert dry.exit_code == 0
    told = "ce scénario ne change rien : ni son fichier, ni ceux qu'il combine"
    assert told in dry.output
    if text:
        return
    words = ["compare", str(study), str(scenario), "--output", str(tmp_path / "out"), "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0
    assert any(told in each["text"] for each in json.loads(done.stdout)["warnings"])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert told.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") in page
