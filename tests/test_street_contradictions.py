"""Changes of streets that contradict each other, and what they must not do besides."""

import itertools
from contextlib import nullcontext

import numpy as np
import pytest

import artois_mobility as am
from artois_mobility._types import tell_nobody
from artois_mobility.changes.notices import say_all
from artois_mobility.changes.schema import AddLink, CloseWays, SetSpeed
from artois_mobility.changes.street_schema import SetAccess, SetOneway, SetTurn
from artois_mobility.errors import ResultError, StudyError
from artois_mobility.scenarios.applying import apply_scenario
from artois_mobility.scenarios.reading import read_scenarios
from artois_mobility.scenarios.resolving import resolve
from artois_mobility.study.laws import check_laws
from artois_mobility.study.loading import load
from osm_edits import edit_file
from osm_files import write_osm
from scenario_worlds import make_scenario
from study_worlds import CLOSE_BRIDGE, place, write_scenario, write_town
from test_street_changes import (
    applied,
    listed,
    node,
    random_town,
    same_times,
    times_between_nodes,
    today_of,
)


def access(way, **columns):
    return SetAccess(kind="set_access", ids=(way,), **columns)


def oneway(way, direction, **columns):
    return SetOneway(kind="set_oneway", ids=(way,), direction=direction, **columns)


def turn(from_way, via, to_way, *, allowed):
    return SetTurn(kind="set_turn", from_way=from_way, via=via, to_way=to_way, allowed=allowed)


CORNER = (100, node(1, 0), 206)
CONTRADICTIONS = [
    (oneway(100, "along"), oneway(100, "against"), "direction of way 100 for"),
    (oneway(100, "both"), oneway(100, "along"), "direction of way 100 for"),
    (
        oneway(100, "both", profiles=("bicycle",)),
        oneway(100, "along", profiles=("bicycle", "car")),
        "direction of way 100 for bicycle",
    ),
    (access(100, to="pedestrians"), access(100, to="everyone"), "about way 100 for"),
    (access(100, allow=("car",)), access(100, forbid=("car",)), "about way 100 for car"),
    (turn(*CORNER, allowed=True), turn(*CORNER, allowed=False), "of the turn from way 100 over"),
]


@pytest.mark.parametrize(("one", "other", "said"), CONTRADICTIONS)
def test_contradictions_are_refused_in_either_order(tmp_path, one, other, said):
    path, *_ = random_town(tmp_path, 1)
    today = today_of(path, turns=("car",))
    for pair in ((one, other), (other, one)):
        with pytest.raises(StudyError) as caught:
            resolve([make_scenario(*pair)], today)
        assert said in str(caught.value)
        assert "changes[1]" in str(caught.value)
    resolve([make_scenario(one, one.model_copy(update={"ids": (101,)}))]
            if hasattr(one, "ids") else [make_scenario(one)], today)  # fmt: skip


def test_contradictions_of_combined_files_name_both(tmp_path):
    study = write_town(tmp_path)
    for key, direction in (("ca", "along"), ("cb", "against")):
        block = f'[[changes]]\nkind = "set_oneway"\nids = [100]\ndirection = "{direction}"\n'
        write_scenario(tmp_path, key, block)
    write_scenario(tmp_path, "both", 'combine = ["ca.toml", "cb.toml"]\n')
    with pytest.raises(StudyError, match=r"cb\.toml.*otherwise than ca\.toml, line 2"):
        am.compare(am.read_study(study), [tmp_path / "both.toml"])


@pytest.mark.parametrize("seed", range(3))
def test_a_contraflow_lane_stands_above_a_direction_for_all(tmp_path, seed):
    path, _, ways, _ = random_town(tmp_path, seed)
    today = today_of(path)
    way = next(n for n, (_, tags) in ways.items() if tags["highway"] == "residential")
    changes = oneway(way, "against"), oneway(way, "both", profiles=("bicycle",))
    tags = {**ways[way][1], "oneway": "-1", "oneway:bicycle": "no"}
    edited = am.read_osm(edit_file(path, tmp_path / "edited.osm.pbf", tags_of_way={way: tags}))
    for order in (changes, changes[::-1]):
        (resolved,) = resolve([make_scenario(*order)], today)
        for profile in ("car", "bicycle"):
            found = apply_scenario(resolved, today.networks[profile]).network
            same_times(found, am.build_network(edited, profile))


@pytest.mark.parametrize("seed", range(3))
def test_todays_contraflow_lanes_stay_where_nothing_is_said_of_bicycles(tmp_path, seed):
    path, _, ways, draw = random_town(tmp_path, seed)
    streets = [n for n, (_, tags) in ways.items() if tags["highway"] == "residential"]
    lanes = {int(n): {**ways[n][1], "cycleway:left": "opposite_lane"} for n in streets}
    path = edit_file(path, tmp_path / "lanes.osm.pbf", tags_of_way=lanes)
    ids = tuple(int(each) for each in draw.choice(streets, 4, replace=False))
    tags = {n: {**lanes[n], "oneway": "yes"} for n in ids}
    edited = am.read_osm(edit_file(path, tmp_path / "edited.osm.pbf", tags_of_way=tags))
    change = SetOneway(kind="set_oneway", ids=ids, direction="along")
    for profile in ("car", "bicycle"):
        found = applied(today_of(path), change, profile)
        same_times(found, am.build_network(edited, profile))


@pytest.mark.parametrize("seed", range(3))
def test_a_limit_is_that_of_the_edited_file(tmp_path, seed):
    path, _, ways, draw = random_town(tmp_path, seed)
    streets = [n for n, (_, tags) in ways.items() if tags["highway"] == "residential"]
    ids = tuple(int(each) for each in draw.choice(streets, 6, replace=False))
    today = today_of(path, turns=("car",))
    tags = {n: {**ways[n][1], "maxspeed": "15"} for n in ids}
    edited = am.read_osm(edit_file(path, tmp_path / "edited.osm.pbf", tags_of_way=tags))
    change = SetSpeed(kind="set_speed", ids=ids, limit_kmh=15.0)
    expected = am.build_network(edited, "car", turns=True)
    found = applied(today, change, "car")
    same_times(found, expected)
    assert found.local_ms.sum() > today.networks["car"].local_ms.sum()
    for profile in ("walk", "bicycle"):  # no limit binds them
        assert applied(today, change, profile) is today.networks[profile]
    # together with a street that opens, on a network built anew
    shut = next(n for n, (_, tags) in ways.items() if tags.get("access") == "private")
    both = make_scenario(change, access(shut, allow=("car",)))
    if "highway" in ways[shut][1] and ways[shut][1]["highway"] not in {"footway", "path"}:
        (resolved,) = resolve([both], today)
        tags |= {shut: {**ways[shut][1], **tags.get(shut, {}), "motorcar": "yes"}}
        edited = am.read_osm(edit_file(path, tmp_path / "more.osm.pbf", tags_of_way=tags))
        expected = am.build_network(edited, "car", turns=True)
        same_times(apply_scenario(resolved, today.networks["car"]).network, expected)


def cross(folder, restrictions=()):
    """Ways 1 from the west, 2 to the east, 3 to the north, 4 to the south, meeting at node 5.

    Each goes on round a square, so that one gets from everywhere to everywhere.
    """
    at = {1: (0, 2), 2: (4, 2), 3: (2, 4), 4: (2, 0), 5: (2, 2), 6: (0, 4), 7: (4, 4), 8: (4, 0),
          9: (0, 0)}  # fmt: skip
    nodes = {key: (2.8 + 0.002 * x, 50.4 + 0.0013 * y) for key, (x, y) in at.items()}
    street = {"highway": "residential", "maxspeed": "30"}
    ways = {number: ([number, 5], street) for number in (1, 2, 3, 4)}
    ring = [1, 6, 3, 7, 2, 8, 4, 9, 1]
    ways |= {10 + i: ([a, b], street) for i, (a, b) in enumerate(itertools.pairwise(ring))}
    relations = {
        900 + i: (
            [("w", a, "from"), ("n", 5, "via"), ("w", b, "to")],
            {"type": "restriction", "restriction": kind},
        )
        for i, (a, b, kind) in enumerate(restrictions)
    }
    path = folder / "cross.osm.pbf"
    write_osm(path, nodes, ways, relations)
    return path


def turns_at_centre(network):
    return {(a, b) for a, _, via, b, _, _ in listed(network) if via == 5 and a != b}


def test_opening_a_turn_opens_that_turn_alone(tmp_path):
    today = today_of(cross(tmp_path, [(1, 2, "only_straight_on")]), turns=("car",))
    before = turns_at_centre(today.networks["car"])
    assert {(1, 3), (1, 4)}.isdisjoint(before)
    after = turns_at_centre(applied(today, turn(1, 5, 3, allowed=True), "car"))
    assert after - before == {(1, 3)}
    assert before <= after


def test_a_closed_street_traps_nobody_who_had_to_go_into_it(tmp_path):
    (tmp_path / "plain").mkdir()
    path = cross(tmp_path, [(1, 2, "only_straight_on")])
    today = today_of(path, turns=("car",))
    for change in (
        CloseWays(kind="close_ways", ids=(2,)),
        access(2, to="buses"),
        CloseWays(kind="close_ways", ids=(2,), profiles=("car",)),
    ):
        found = applied(today, change, "car")
        assert {(1, 3), (1, 4)} <= turns_at_centre(found)
        times = times_between_nodes(found)
        assert times[5, 3] < am.UNREACHED_MS
    # another street that closes lifts nothing
    found = applied(today, CloseWays(kind="close_ways", ids=(3,)), "car")
    assert {(1, 3), (1, 4)}.isdisjoint(turns_at_centre(found))
    assert today.networks["car"].turns is not None


def test_one_way_links_bind_vehicles_and_nobody_on_foot(tmp_path):
    path, nodes, _, _ = random_town(tmp_path, 2)
    today = today_of(path)
    used = set(today.networks["walk"].osm_node.tolist()) & set(
        today.networks["bicycle"].osm_node.tolist()
    )
    start, end = sorted(used & {node(c, r) for c in range(6) for r in range(6)})[:: len(used) - 1][
        :2
    ]
    change = AddLink(
        kind="add_link", geometry=(nodes[start], nodes[end]), profiles=("walk", "bicycle"),
        oneway=True, bridge=True,
    )  # fmt: skip
    (resolved,) = resolve([make_scenario(change)], today)
    found = {
        profile: times_between_nodes(apply_scenario(resolved, today.networks[profile]).network)
        for profile in ("walk", "bicycle")
    }
    assert found["walk"][end, start] == found["walk"][start, end]
    assert found["bicycle"][end, start] > found["bicycle"][start, end]
    told = say_all(resolved.warnings)["en"]
    assert sum("do not bind people on foot" in each for each in told) == 1


def test_barriers_that_make_somebody_quicker_are_no_fault(tmp_path):
    """Who may not cross a barrier hangs on the next street, which may be the quicker one."""
    study = am.read_study(write_town(tmp_path))
    ends = [list(place(-0.5, 0.025)), list(place(7.5, 0.025))]  # along the street of row 0
    wall = f'[[changes]]\nkind = "add_barrier"\ngeometry = {ends}\n'
    files = [write_scenario(tmp_path, "wall", wall), write_scenario(tmp_path, "shut", CLOSE_BRIDGE)]
    loaded = load(study, tell_nobody)
    both = resolve(read_scenarios(files), loaded.today)
    differences = am.compare(study, files).differences
    for each, law in zip(
        both, (nullcontext(), pytest.raises(ResultError, match="closes")), strict=True
    ):
        own = differences[differences["scenario"] == each.scenario.key]
        after = own["minutes_after"].to_numpy(copy=True)
        after[~np.isnan(after)] -= 0.001
        with law:
            check_laws(loaded, [each], own.assign(minutes_after=after))


@pytest.mark.parametrize(
    ("block", "role"),
    [
        ('kind = "set_oneway"\nids = [105]\ndirection = "against"\n', "closed_avoided"),
        ('kind = "set_access"\nids = [700]\nto = "everyone"\n', "opened_used"),
        ('kind = "set_access"\nids = [105]\nto = "pedestrians"\n', "closed_avoided"),
    ],
)
def test_streets_that_turn_open_and_close_are_explained(tmp_path, block, role):
    study = write_town(tmp_path)
    extract = tmp_path / "data" / "town.osm.pbf"
    plain = extract.rename(tmp_path / "data" / "plain.osm.pbf")
    # a private street straight from the north-west to the library
    corner, middle = 1 + 5 * 8 + 1, 1 + 4 * 8 + 3
    way = {700: ([corner, middle], {"highway": "residential", "access": "private"})}
    edit_file(plain, extract, new_ways=way)
    (study.parent / "town.toml").write_text(study.read_text().replace('"en"', '"fr"'))
    scenario = write_scenario(tmp_path, "change", f"[[changes]]\n{block}")
    found = am.explain_change(am.read_study(study), scenario, "c0_5", "culture", "car")
    assert found.changes["role"].tolist() == [role]
    assert found.before.minutes != found.after.minutes
    assert found.text("fr")
