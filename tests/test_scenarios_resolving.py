"""Scenario files held against a study: what does not fit, told all at once."""

import dataclasses
import re

import numpy as np
import pytest

from artois_mobility.changes.notices import say_all
from artois_mobility.changes.schema import AddSite, MoveSite, RemoveSite
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.reading import read_scenario, read_scenarios
from artois_mobility.scenarios.resolving import resolve
from scenario_worlds import close, link, make_extract, make_scenario, make_today, move, site, speed
from street_worlds import at, grid_world, sites_at, street_world, two_way


def remove(name, **columns):
    return RemoveSite(kind="remove_site", site=name, **columns)


@pytest.fixture
def today():
    nodes = [(0, 0), (300, 0), (600, 0), (600, 300)]
    streets = [
        two_way(0, 1, 60_000, way=1201),
        two_way(1, 2, 60_000, way=1202, kind="tertiary"),
        two_way(2, 3, 60_000, way=1203),
    ]
    walk = street_world(nodes, streets)
    walk = dataclasses.replace(
        walk, name_of_way={1201: "Rue de Lille", 1202: "Rue de Lille", 1203: "Pont"}
    )
    sites = sites_at({"n1": (10, 0), "n2": (590, 0), "n3": (300, 0), "n4": (300, 20)})
    sites["name"] = ["Polyclinique", "Polyclinique", "Centre hospitalier", "Centre hospitalier"]
    sites["site"] = ["n1", "n2", "n3", "n3"]
    sites["category"] = ["care/hospital", "care/maternity", "care/hospital", "care/emergency"]
    return make_today({"walk": walk}, sites, ("care/hospital", "care/maternity", "care/emergency"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (close(1204), r"1 of 1 way ids are not in the extract, first 1204\. Did you mean 120"),
        (close(1201, 77), r"1 of 2 way ids are not in the extract, first 77\. Look the id up"),
        (speed(kmh=3.0, names=("Rue de Lile",)), "no street or waterway is called 'Rue de Lile' .*"
                                                  "Did you mean Rue de Lille"),
        (speed(kmh=3.0, classes=("residental",)),
         "class 'residental', .* Did you mean residential"),
        (speed(kmh=3.0, within=(at(0, 0), at(9, 9), at(9, 0), at(0, 9))),
         r"within encloses no clear area \(self-intersection\["),
        (speed(kmh=3.0, within=(at(0, 0), at(9, 0), at(0, 0))),
         r"within encloses no clear area"),
        (close(1201, profiles=("wlak",)), "names the profile 'wlak'. Did you mean walk"),
        (link((0, 0), (0, 90)),
         r"ends at \[.*\], 90 m from the nearest street of walk, way 1201 \(Rue de "
                                r"Lille\); allowed are 30 m"),
        (link((0, 60), (0, 0)), "begins at .* 60 m from the nearest street"),
        (link((0, 8000), (0, 0)), "begins at .* more than 5 km from any street of walk"),
        (link((0, 0), (80_000, 0), (300, 0)), r"lies outside the extract, which covers longitude"),
        (AddSite(kind="add_site", category="care/hospital", name="X", at=at(0, 0)[::-1]),
         "lies outside the extract.* Longitude comes first: swap the two"),
        (site((0, 0), category="care/hopital"),
         "Unknown category 'care/hopital'; did you mean 'care/hospital'"),
        (remove("Clinique"),
         "site 'Clinique' is not among the sites of care/hospital.* Did you mean Polyclinique"),
        (remove("n9"), "site 'n9' is not among the sites"),
        (remove("Polyclinique"),
         r"'Polyclinique' is the name of 2 sites: n1 \(care/hospital, .*\), n2 \(care/"),
        (remove("n1", category="care/maternty"), "Unknown category 'care/maternty'"),
    ],
)  # fmt: skip
def test_what_the_study_does_not_have_is_an_error(today, change, expected):
    with pytest.raises(StudyError) as caught:
        resolve([make_scenario(change)], today)
    message = str(caught.value)
    assert re.search(expected, message), message
    assert message.startswith("works.toml has 1 problem:\n  changes[1] (")


def test_all_problems_of_all_files_come_at_once(today):
    one = make_scenario(close(5), site((0, 0), category="xyz"), key="one")
    two = make_scenario(remove("nobody"), link((0, 0), (0, 70)), key="two")
    fine = make_scenario(close(1201), key="fine")
    with pytest.raises(StudyError) as caught:
        resolve([one, fine, two], today)
    lines = str(caught.value).splitlines()
    assert [line for line in lines if line[0] != " "] == [
        "one.toml has 2 problems:", "two.toml has 2 problems:"]  # fmt: skip
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([close(1201), close(1201)], r"changes\[2\].* repeats changes\[1\] word for word"),
        ([remove("n1"), move("n1", (9, 9))],
         r"changes\[2\].* means 'n1', which changes\[1\] changes too"),
        ([speed(kmh=3.0, ids=(1201,)), speed(kmh=4.0, ids=(1201,))],
         r"changes\[2\].* sets another speed than changes\[1\] on 1 ways for walk, first 1201"),
        ([speed(kmh=9.0, ids=(1202,)), speed(kmh=3.0, names=("Rue de Lille",)),
          speed(kmh=4.0, classes=("residential",)), speed(kmh=5.0, classes=("residential",))],
         r"changes\[4\].* than changes\[3\] on 1 ways for walk, first 1203"),
    ],
)  # fmt: skip
def test_changes_that_contradict_each_other_are_an_error_in_any_order(today, changes, expected):
    with pytest.raises(StudyError, match=expected):
        resolve([make_scenario(*changes)], today)
    with pytest.raises(StudyError, match="1 problem"):
        resolve([make_scenario(*reversed(changes))], today)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (close(1201, profiles=("car",)),
         "closes 0 ways for no profile of the study: it has no effect"),
        (speed(factor=1.0, ids=(1201,)), "sets the speed of 0 ways for walk: it has no effect"),
        (link((0, 0), (300, 200), (600, 300), profiles=("car",)), "is for no profile of the study"),
        (link((0, 0), (600, 300), profiles=("walk", "car")),
         "is for car too, which the study does not ask for"),
        (link((0, 0), (50, 50), (0, 0.2)), "begins and ends at the same point of walk"),
        (site((0, 0), category="culture/library"),
         "adds a site of culture/library; the study asks for care/"),
        (move("n1", (10, 0)), "moves 'n1' to where it is: it has no effect"),
    ],
)  # fmt: skip
def test_a_change_without_effect_is_a_warning(today, change, expected):
    (resolved,) = resolve([make_scenario(change)], today)
    said = say_all(resolved.warnings)["en"]
    assert any(expected in warning for warning in said), said


def test_a_way_that_nobody_travels_on_closes_nothing(today):
    ways = dataclasses.replace(
        today.extract.ways, osm_id=np.append(today.extract.ways.osm_id, 9000)
    )
    more = dataclasses.replace(today, extract=dataclasses.replace(today.extract, ways=ways))
    (resolved,) = resolve([make_scenario(close(9000))], more)
    assert say_all(resolved.warnings) == {
        "fr": ["changes[1] (close_ways) ne ferme aucune voie pour walk : sans effet."],
        "en": ["changes[1] (close_ways) closes 0 ways for walk: it has no effect."],
    }
    assert resolved.edits == {}


def test_focus_is_checked_too(today):
    scenario = make_scenario(focus_profiles=("wlk", "car"), focus_categories=("care/hospitl",))
    with pytest.raises(
        StudyError, match=r"(?s)focus.profiles: 'wlk'. Did you mean walk.*focus.cat"
    ):
        resolve([scenario], today)
    (resolved,) = resolve(
        [make_scenario(close(1201), focus_profiles=("car",), focus_categories=("training",))],
        today,
    )
    assert say_all(resolved.warnings)["en"] == [
        "focus.profiles: the study does not ask for car.",
        "focus.categories: the study does not list training.",
    ]


def test_a_site_of_several_categories_moves_whole_unless_one_is_named(today):
    (whole,) = resolve([make_scenario(move("Centre hospitalier", (0, 0)))], today)
    assert whole.site_edits.sites["change"].tolist() == ["", "", "moved", "moved"]
    assert whole.site_edits.categories == {"care/hospital", "care/emergency"}
    only = move("Centre hospitalier", (0, 0), category="care/emergency")
    (part,) = resolve([make_scenario(only)], today)
    assert part.site_edits.sites["change"].tolist() == ["", "", "", "moved"]
    moved = part.site_edits.sites.geometry.iloc[3]
    assert (moved.x, moved.y) == pytest.approx(at(0, 0))


def test_sites_are_added_and_removed_without_touching_the_others(today):
    (resolved,) = resolve(
        [make_scenario(remove("n1"), site((5, 5), name="B"), site((5, 5), name="A", capacity=3))],
        today,
    )
    edits = resolved.site_edits
    assert edits.removed["site"].tolist() == ["n1"]
    assert edits.sites["site"].tolist() == ["n2", "n3", "n3", "+works:1", "+works:2"]
    assert edits.sites["name"].tolist()[-2:] == ["A", "B"]
    assert edits.today_row.tolist() == [1, 2, 3, -1, -1]
    assert edits.sites["capacity"].tolist()[-2] == 3


def test_all_sites_may_go_and_the_first_may_come():
    today = make_today({"walk": grid_world(2, 2)}, sites_at({"a": (0, 0)}))
    (resolved,) = resolve([make_scenario(remove("a"))], today)
    assert len(resolved.site_edits.sites) == 0
    today = make_today({"walk": grid_world(2, 2)}, sites_at({"a": (0, 0)}).iloc[:0])
    (resolved,) = resolve([make_scenario(site((5, 5)))], today)
    assert resolved.site_edits.sites["name"].tolist() == ["New"]


def test_the_closest_naming_of_a_way_gives_its_speed(today):
    corner, opposite = (-50, -50), (350, 50)
    ring = tuple(
        at(x, y) for x, y in (corner, (opposite[0], corner[1]), opposite, (corner[0], opposite[1]))
    )
    changes = [
        speed(factor=0.5, within=ring),
        speed(factor=0.25, classes=("residential", "tertiary")),
        speed(factor=0.2, names=("Pont",)),
        speed(factor=0.1, ids=(1203,)),
    ]
    (resolved,) = resolve([make_scenario(*changes)], today)
    network, new_ms = today.networks["walk"], resolved.edits["walk"].local_ms
    by_way = {int(w): int(new_ms[network.way_of_arc == w][0]) for w in set(network.way_of_arc)}
    assert by_way == {1201: 240_000, 1202: 240_000, 1203: 600_000}
    assert resolved.speeds["way"].tolist() == [1201, 1202, 1203]


def test_people_on_foot_are_not_sped_up_silently(today):
    lanes = [two_way(0, 1, 60_000, way=1201)]
    networks = {
        name: street_world([(0, 0), (300, 0)], lanes, profile=name)
        for name in ("car", "bicycle", "walk")
    }
    all_three = dataclasses.replace(today, networks=networks)

    def warnings(**columns):
        (resolved,) = resolve([make_scenario(speed(ids=(1201,), **columns))], all_three)
        return say_all(resolved.warnings)["en"]

    named = "changes the speed of these too: {}. To restrict it, add for instance profiles = "
    assert named.format("bicycle, walk") in warnings(kmh=30.0)[0]
    assert named.format("walk") in warnings(factor=0.5)[0]
    assert warnings(kmh=30.0, profiles=("walk", "car")) == []
    assert "these too" not in str(warnings(kmh=20.0, only="slower"))


def test_a_way_both_faster_and_slower_is_drawn_as_both(today):
    walk = today.networks["walk"]
    car = street_world([(0, 0), (300, 0)], [two_way(0, 1, 9000, way=1201)], profile="car")
    both = dataclasses.replace(today, networks={"walk": walk, "car": car})
    (resolved,) = resolve([make_scenario(speed(kmh=30.0, ids=(1201,)))], both)
    assert resolved.speeds[["way", "profiles", "change"]].to_numpy().tolist() == [
        [1201, "walk", "faster"],
        [1201, "car", "slower"],
    ]


def test_maps_show_each_closed_way_once_with_its_profiles(today):
    car = street_world([(0, 0), (300, 0)], [two_way(0, 1, 9000, way=1201)], profile="car")
    both = dataclasses.replace(today, networks={**today.networks, "car": car})
    (resolved,) = resolve([make_scenario(close(1201, 1203))], both)
    assert resolved.closed[["way", "profiles"]].to_numpy().tolist() == [
        [1201, "walk, car"],
        [1203, "walk"],
    ]
    assert resolved.closed["name"].tolist() == ["Rue de Lille", "Pont"]
    assert resolved.closed.geometry.geom_type.unique().tolist() == ["MultiLineString"]
    (resolved,) = resolve(
        [make_scenario(link((0, 0), (300, 5), profiles=("walk", "car"), name="L"))], both
    )
    assert resolved.links[["name", "profiles"]].to_numpy().tolist() == [["L", "walk, car"]]


def test_a_scenario_file_is_read_with_everything_it_says(tmp_path):
    path = tmp_path / "passerelle.toml"
    path.write_text(
        'name = "Passerelle"\nquestion = "Qui ?"\nassumptions = ["a", "b"]\ncrs = "EPSG:2154"\n'
        'focus = { profiles = ["walk"], categories = ["care"] }\n'
        '[[changes]]\nkind = "move_site"\nsite = "w1"\nto = [688000, 7036000]\n',
        encoding="utf-8",
    )
    scenario = read_scenario(path)
    assert (scenario.key, scenario.name, scenario.question) == ("passerelle", "Passerelle", "Qui ?")
    assert scenario.assumptions == ("a", "b")
    assert (scenario.focus_profiles, scenario.focus_categories) == (("walk",), ("care",))
    assert scenario.lines == (6,)
    (change,) = scenario.changes
    assert isinstance(change, MoveSite)
    assert change.to == pytest.approx((2.8307, 50.4224), abs=1e-3)


def test_a_scenario_may_change_nothing(tmp_path):
    path = tmp_path / "rien.toml"
    path.write_text('name = "Rien"')
    assert read_scenario(path).changes == ()


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.toml": "", "b.toml": "name = 1"}, r"(?s)a.toml has 1 problem:.*b.toml has 1 problem:"),
        ({"a.toml": 'name = "a"', "x/a.toml": 'name = "b"'},
         "its name 'a' is that of .*a.toml too"),
        ({"today.toml": 'name = "a"'}, "the name 'today' is taken by the situation of today"),
        ({"a.toml": 'name = "a"\ncrs = "EPSG:1"\n[[changes]]\n'
                   'kind = "move_site"\nsite = "w"\nto = [1, 2]'},
         r"line 3, changes\[1\].crs is 'EPSG:1', which is no known"),
        ({"a.toml": 'name = "a"\n[[changes]]\nkind = "move_site"\nsite = "w"\nto = [688000, 2]'},
         r"line 2, changes\[1\].to is \[688000.0, 2.0\], which lies nowhere on Earth"),
        ({"a.toml": 'name = "a"\nfocus = { profile = ["walk"] }'},
         "focus.profile is no key here. Did you mean profiles"),
        ({"a.toml": 'name = "a"\nassumptions = "x"'}, r"assumptions is 'x'; allowed is a list"),
    ],
)  # fmt: skip
def test_faulty_scenario_files_are_refused(tmp_path, files, expected):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    with pytest.raises(StudyError, match=expected):
        read_scenarios([tmp_path / name for name in files])


def test_the_extract_may_be_empty():
    network = street_world([(0, 0), (300, 0)], [two_way(0, 1, 60_000)])
    today = make_today({"walk": network}, sites_at({"a": (0, 0)}))
    extract = make_extract([network], (0.0, 0.0, 0.0, 0.0))
    with pytest.raises(StudyError, match="outside the extract"):
        resolve([make_scenario(site((0, 0)))], dataclasses.replace(today, extract=extract))
