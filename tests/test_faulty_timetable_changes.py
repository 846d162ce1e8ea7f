"""Faulty changes of timetables: each is told what is wrong, where, and what to do about it."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

from artois_mobility.changes.timetable_fields import clock_s, weekdays_of
from artois_mobility.cli.commands import app
from artois_mobility.errors import StudyError
from artois_mobility.scenarios.reading import read_scenarios
from artois_mobility.scenarios.timetable_changes import resolve_timetable
from study_worlds import write_scenario, write_town
from test_faulty_scenarios import ADVICE, misspelt_kind
from timetable_worlds import TUESDAY, line, read_lines

#   a -- b -- c -- d, platforms of b across the street, another "Église" far away
STOPS = {
    "a": (2.80, 50.40), "b1": (2.82, 50.40), "b2": (2.8201, 50.4001), "c": (2.84, 50.40),
    "d": (2.86, 50.40), "far": (2.86, 50.44),
}  # fmt: skip
NAMES = {"a": "Gare", "b1": "Mairie", "b2": "Mairie", "c": "Église", "d": "Lycée", "far": "Église"}
GOOD = {
    "line": 'kind = "add_line"\nname = "N"\nstops = ["Gare", [2.82, 50.43]]\n'
    'headways = [["07:00", "08:00", 20]]\nspeed_kmh = 20.0\ndays = "Mo-Fr"\n',
    "remove": 'kind = "remove_line"\nlines = ["L"]\ndays = "Su"\n',
    "often": 'kind = "set_frequency"\nlines = ["L"]\nheadways = [["07:00", "08:00", 20]]\n',
    "twice": 'kind = "set_frequency"\nlines = ["L"]\nfactor = 2.0\n',
    "shift": 'kind = "shift_times"\nlines = ["L"]\nminutes = -5.0\n',
    "stop": 'kind = "add_stop"\nname = "Neuf"\nat = [2.83, 50.40]\nlines = ["L"]\n',
    "move": 'kind = "move_stop"\nstop = "Mairie"\nto = [2.83, 50.40]\n',
    "lane": 'kind = "speed_up_segment"\nlines = ["L"]\nfrom_stop = "Gare"\nto_stop = "Lycée"\n'
    "percent = 20.0\n",
    "limit": 'kind = "truncate"\nlines = ["L"]\nfrom_stop = "Gare"\nto_stop = "Église"\n',
}


def with_(good, /, **lines):
    """A good change with other values; None takes a key away."""
    rows = dict(row.split(" = ", 1) for row in GOOD[good].splitlines())
    rows |= {key: value for key, value in lines.items() if value is not None}
    gone = {key for key, value in lines.items() if value is None}
    return "".join(f"{key} = {value}\n" for key, value in rows.items() if key not in gone)


# What a file says wrongly by itself.
IN_THE_FILE = [
    (with_("line", stops='["Gare"]'), r"line 5, changes\[1\]\.stops is .*at least 2 entries"),
    (with_("line", stops='["Gare", 3]'), r"changes\[1\]\.stops\[2\] is 3; allowed is the name"),
    (with_("line", stops='["Gare", [2.8]]'), r"stops\[2\] is \[2.8\]; allowed is the name or id"),
    (with_("line", stops='["Gare", { nom = "M" }]'), r"stops\[2\] is .*at = \[lon, lat\] \}"),
    (with_("line", stops='["Gare", "Gare"]'), r"calls at stops\[1\] twice in a row"),
    (with_("line", stops='["Gare", [680000, 7036000]]'), r"stops\[2\] is .*nowhere on Earth"),
    (with_("line", headways=None), r"headways is missing. Write headways = \[\[\"06:00\""),
    (with_("line", headways='[["7h", "08:00", 20]]'), r"headways\[1\]\[1\] is '7h'; allowed is a"),
    (with_("line", headways='[["07:00", "08:61", 20]]'), r"headways\[1\]\[2\] is '08:61'"),
    (with_("line", headways='[["07:00", "49:00", 20]]'), r"headways\[1\]\[2\] is '49:00'"),
    (with_("line", headways='[["07:00", 8, 20]]'), r"headways\[1\]\[2\] is 8; .*in quotes"),
    (with_("line", headways='[["08:00", "07:00", 20]]'), r"ends at 07:00, not after it begins"),
    (with_("line", headways='[["07:00", "07:00", 20]]'), r"not after it begins at 07:00"),
    (with_("line", headways='[["07:00", "08:00"]]'), r"headways\[1\] is .*\[from, to, minutes\]"),
    (with_("line", headways='[["07:00", "08:00", 0]]'), r"\[3\] is 0; allowed is 0.5 to 1440"),
    (with_("line", headways='[["07:00", "08:00", 9], ["07:30", "09:00", 9]]'),
     r"headways has two spans at 07:30"),
    (with_("line", speed_kmh=None), "needs exactly one of speed_kmh, speeds_kmh and minutes"),
    (with_("line", minutes="[3]"), "needs exactly one of speed_kmh, speeds_kmh and minutes"),
    (with_("line", speed_kmh=None, minutes="[3, 4]"), "2 stops, 1 stretches.*minutes has 2"),
    (with_("line", speed_kmh="0"), r"speed_kmh is 0; allowed is 0.5 to 300 km/h"),
    (with_("line", days='"lundi"'), r"days is 'lundi'; allowed are days such as \"Mo-Fr\""),
    (with_("line", days="5"), r"days is 5; allowed are days"),
    (with_("line", vehicle='"boat"'), r"vehicle is 'boat'; allowed is 'bus', 'tram'"),
    (with_("line", dwell_s="-1"), r"dwell_s is -1; allowed is 0 or more"),
    (with_("line", detour="0.5"), r"detour is 0.5; allowed is 1 or more"),
    (with_("remove", lines="[]"), r"lines is .*at least 1 entry"),
    (with_("remove", lines='"L"'), r"lines is 'L'; allowed is a list in \[brackets\]"),
    (with_("remove", jours='"Su"'), r"jours is no key here. Did you mean days"),
    (with_("twice", factor=None), "needs exactly one of factor and headways"),
    (with_("often", factor="2"), "needs exactly one of factor and headways"),
    (with_("twice", factor="1"), r"factor is 1; allowed is 0.05 to 20 but 1"),
    (with_("twice", factor="0"), r"factor is 0; allowed is 0.05 to 20 but 1"),
    (with_("often", headways='[["09:00", "07:00", 10]]'),
     r"changes\[1\]\.headways\[1\] ends at 07:00, not after it begins at 09:00"),
    (with_("often", headways='[["7h", "08:00", 20]]'), r"changes\[1\]\.headways\[1\]\[1\] is '7h'"),
    (with_("often", headways='[["07:00", "08:00", 0]]'), r"changes\[1\]\.headways\[1\]\[3\] is 0;"),
    (with_("often", headways='["07:00", "08:00", 20]'),
     r"changes\[1\]\.headways is \['07:00', '08:00', 20\]; allowed are spans"),
    (with_("shift", minutes="0"), r"minutes is 0; allowed is -720 to 720 minutes but 0"),
    (with_("shift", minutes="721"), r"minutes is 721; allowed is -720 to 720"),
    (with_("shift", minutes=None), r"minutes is missing. Write minutes = 20"),
    (with_("stop", trips_to='["Quai"]'), "has lines and trips_to. Lines of a timetable"),
    (with_("stop", lines=None, dwell_s="20"), r"has dwell_s, but no lines .*Add lines"),
    (with_("lane", to_stop='"Gare"'), "begins and ends at 'Gare'. Name two stops of the line"),
    (with_("lane", minutes="2"), "needs exactly one of minutes and percent"),
    (with_("lane", percent="100"), r"percent is 100; allowed is below 100"),
    (with_("lane", percent="nan"), r"percent is nan; allowed is a finite number"),
    (with_("limit", from_stop=None), r"from_stop is missing. Write from_stop = \"Gare\""),
]  # fmt: skip
# What does not fit the timetable.
IN_THE_TIMETABLE = [
    (with_("remove", lines='["M"]'), "names the line 'M', which is not in the timetable. Allowed"),
    (with_("remove", lines='["LL"]'), "'LL', which is not in the timetable. Did you mean L"),
    (with_("remove", lines='["Twin"]'), "'Twin', of which there are 2: T1, T2. Give the id"),
    (with_("line", name='"L"'), "adds the line 'L', which is in the timetable. Name it otherwise"),
    (with_("line", stops='["Gare", "Marie"]'), r"stops\[2\] 'Marie', .*Did you mean Mairie"),
    (with_("line", stops='["Gare", "Église"]'), "'Église', of which there are 2 apart.*c, far"),
    (with_("line", stops='["b1", "Mairie"]'), r"twice in a row at the same stop: in stops\[1\]"),
    (with_("shift", minutes="-500"),
     "would run 3 of 5 trips before the day begins, the first one at 07:00. Shift"),
    (with_("twice", lines='["F"]', factor="20"), "every 15.0 seconds; allowed are 30 at least"),
    (with_("stop", at="[2.83, 50.43]"), r"lies off the line 'L', which would drive \d+ m more"),
    (with_("stop", lines='["T1", "X"]'), "names the line 'X'"),
    (with_("move", stop='"Marie"'), "names the stop 'Marie', which is no stop there. Did you"),
    (with_("move", stop='"Église"'), "'Église', of which there are 2 apart from each other"),
    (with_("lane", to_stop='"far"'), r"names 'far' on the line 'L', which is no stop there"),
    (with_("lane", from_stop='"Lycée"', to_stop='"Gare"', both_ways="false"),
     "'Lycée' and 'Gare': no trip of the line 'L' calls at both in that order"),
    (with_("lane", percent=None, minutes="15"),
     "saves 15 minutes, but the line 'L' drives only 15.0 from 'Gare' to 'Lycée'. Save less"),
    (with_("lane", lines='["O"]', from_stop='"Mairie"', to_stop='"Gare"'),
     "'Gare', at which a trip of the line 'O' calls more than once"),
    (with_("limit", lines='["Y"]', from_stop='"Mairie"', to_stop='"far"'),
     "'Mairie' and 'far': no trip of the line 'Y' calls at both. Choose two"),
]  # fmt: skip
# Two that contradict each other.
CONTRADICTIONS = [
    ("remove", with_("shift", days='"Su"'), "mean the line 'L', which one of the two takes away"),
    ("remove", with_("remove", days='"Sa-Su"'), "mean the line 'L', which one of the two takes"),
    ("twice", with_("often", days='"Mo"'), "set how often trips run at the same hours on the line"),
    ("often", with_("often", headways='[["07:30", "09:00", 9]]'), "at the same hours on the line"),
    ("shift", with_("shift", minutes="3"), "both shift the times of the line 'L'"),
    ("stop", with_("stop", at="[2.85, 50.40]"), "both add a stop 'Neuf' to the line 'L'"),
    ("move", with_("move", stop='"b2"', to="[2.81, 50.4]"), "both move the stop 'Mairie'"),
    ("lane", with_("lane", to_stop='"Église"', percent="5"), "speed up the same stretch of"),
    ("limit", with_("limit", to_stop='"Lycée"'), "both limit the line 'L'"),
    ("line", with_("line", speed_kmh="30"), "both add a line called 'N'"),
]
FINE_TOGETHER = [
    ("remove", with_("shift", days='"Mo-Sa"')),
    ("often", with_("often", headways='[["08:00", "09:00", 9]]')),
    ("twice", with_("shift")),
    ("stop", with_("stop", name='"Autre"')),
    ("move", with_("move", stop='"d"')),
    ("lane", with_("limit")),
    ("shift", with_("shift", lines='["Y"]')),
]
STRANGERS = ["3.25", '"much"', "true", "[]", "{}", "[[1]]", "nan", "2027-03-01", "-1e300"]


@pytest.fixture(scope="module")
def feed(tmp_path_factory):
    lines = {
        "L": line(("a", 0), ("b1", 5), ("c", 10), ("d", 15), begins=("07:00", "07:30", "08:00"))
        + line(("a", 0), ("b1", 5), ("c", 10), ("d", 15), begins=("08:30", "09:00")),
        "O": line(("a", 0), ("b1", 5), ("c", 10), ("a", 15), begins=("07:00",)),
        "F": line(("a", 0), ("c", 5), begins=("07:00",)),
        "T1": line(("a", 0), ("c", 5), begins=("07:00",)),
        "T2": line(("c", 0), ("a", 5), begins=("07:00",)),
        "Y": line(("a", 0), ("b2", 5), begins=("07:00",))
        + line(("a", 0), ("far", 5), begins=("07:10",)),
    }
    headways = [("F", "07:00", "08:00", 300)]
    folder = tmp_path_factory.mktemp("faulty")
    found = read_lines(folder, lines, stops=STOPS, headways=headways)
    found.stops["name"] = found.stops["stop"].map(NAMES)
    found.routes["name"] = found.routes["name"].replace({"T1": "Twin", "T2": "Twin"})
    return found


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town"))


def refused(folder, feed, *texts):
    scenario = write_scenario(folder, "works", "".join(f"[[changes]]\n{each}\n" for each in texts))
    with pytest.raises(StudyError) as caught:
        resolve_timetable(feed, read_scenarios([scenario]), TUESDAY)
    message = str(caught.value)
    assert message.startswith(("works.toml has", f"{scenario} has"))
    assert re.search(r"line \d+, changes\[\d\]", message)
    assert ADVICE.search(message) or "Part them" in message or "Shift" in message, message
    for word in ("Traceback", "pydantic", "NoneType", "<class", "Leave both"):
        assert word not in message
    return message


@pytest.mark.parametrize("key", GOOD)
def test_the_changes_are_good_before_they_are_spoilt(key, feed, tmp_path):
    scenario = write_scenario(tmp_path, "works", f"[[changes]]\n{GOOD[key]}\n")
    (resolved,) = resolve_timetable(feed, read_scenarios([scenario]), TUESDAY)
    assert len(resolved.edits) == 1


@pytest.mark.parametrize(("text", "told"), [*IN_THE_FILE, *IN_THE_TIMETABLE])
def test_a_faulty_change_is_told_once(text, told, feed, tmp_path):
    message = refused(tmp_path, feed, text)
    assert re.search(told, message), message
    assert "has 1 problem:" in message, message


@pytest.mark.parametrize(("first", "second", "told"), CONTRADICTIONS)
def test_contradictions_are_refused(first, second, told, feed, tmp_path):
    message = refused(tmp_path, feed, GOOD[first], second)
    assert "has 1 problem:" in message
    assert re.search(rf"changes\[2\] \(\w+\) and changes\[1\] .*{told}", message), message


@pytest.mark.parametrize(("first", "second"), FINE_TOGETHER)
def test_what_does_not_contradict_is_made(first, second, feed, tmp_path):
    text = f"[[changes]]\n{GOOD[first]}\n[[changes]]\n{second}\n"
    scenario = write_scenario(tmp_path, "works", text)
    (resolved,) = resolve_timetable(feed, read_scenarios([scenario]), TUESDAY)
    assert len(resolved.edits) == 2


def test_all_problems_of_all_files_come_at_once(feed, tmp_path):
    texts = [text for text, _ in IN_THE_TIMETABLE]
    files = [
        write_scenario(tmp_path, f"s{row}", "".join(f"[[changes]]\n{t}\n" for t in own))
        for row, own in enumerate((texts[:5], texts[5:]))
    ]
    with pytest.raises(StudyError) as caught:
        resolve_timetable(feed, read_scenarios(files), TUESDAY)
    message = str(caught.value)
    assert "s0.toml has 5 problems" in message
    assert f"s1.toml has {len(texts) - 5} problems" in message


def test_taking_everything_away_is_refused(feed, tmp_path):
    text = with_("remove", lines='["F", "L", "O", "T1", "T2", "Y"]', days=None)
    message = refused(tmp_path, feed, text)
    assert "leaves nothing that runs on 2025-03-04" in message
    assert "Keep one line at least" in message


@pytest.mark.parametrize("number", range(60))
def test_values_from_elsewhere_never_end_in_a_traceback(number, feed, tmp_path):
    draw = np.random.default_rng(number)
    key = str(draw.choice(list(GOOD)))
    rows = GOOD[key].splitlines()
    row = int(draw.integers(len(rows)))
    name = rows[row].split(" = ")[0]
    stranger = str(draw.choice(STRANGERS))
    rows[row] = f"{name} = {stranger}"
    if draw.random() < 0.3:
        rows = misspelt_kind(draw)[0][1:] + rows[1:]
    text = "\n".join(rows)
    scenario = write_scenario(tmp_path, "works", f"[[changes]]\n{text}\n")
    message = ""
    try:
        resolve_timetable(feed, read_scenarios([scenario]), TUESDAY)
    except StudyError as error:
        message = str(error)
    assert not message or re.search(r"works.toml has \d+ problem", message)
    assert "pydantic" not in message


def run(study, scenario):
    words = ["compare", study, scenario, "--output", study.parent / "out", "--quiet"]
    return CliRunner().invoke(app, [*map(str, words), "--lang", "en"])


@pytest.mark.parametrize("row", range(0, len(IN_THE_FILE), 6))
def test_the_command_line_ends_with_2(row, town):
    text, told = IN_THE_FILE[row]
    scenario = write_scenario(town.parent, "works", f"[[changes]]\n{text}\n")
    done = run(town, scenario)
    assert done.exit_code == 2
    assert done.output.startswith("Error: ")
    assert re.search(told, done.output)
    assert not (town.parent / "out").exists()


def test_a_study_without_a_timetable_says_what_to_add(town):
    text = f"[[changes]]\n{GOOD['twice']}\n[[changes]]\n{GOOD['lane']}\n"
    done = run(town, write_scenario(town.parent, "works", text))
    assert done.exit_code == 2
    assert "works.toml has 1 problem:" in done.output
    told = r"line \d+, changes\[1\] \(set_frequency\) changes a timetable, and the study has none"
    assert re.search(told, done.output)
    assert "Add a section [transit] to the study" in done.output
    assert not (town.parent / "out").exists()


def test_odd_hours_and_days_are_refused():
    for text in ("", "7", "07:00:00", "-1:00", "48:30x"):
        with pytest.raises(ValueError, match="time of day in quotes"):
            clock_s(text)
    for text in ("", "Mo-We-Fr", "Mo-", "monday", "PH"):
        with pytest.raises(ValueError, match="allowed are days"):
            weekdays_of(text)
