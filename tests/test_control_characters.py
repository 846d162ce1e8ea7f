"""Control characters in names: no terminal obeys them, no file of a GIS holds them."""

import logging
import sqlite3
import threading
import zipfile
from contextlib import suppress
from xml.etree import ElementTree as ET

import pytest
import typer
from typer.testing import CliRunner

import artois_mobility as am
import comparison_world
from artois_mobility.cli import speech, terminal
from artois_mobility.cli.commands import app
from artois_mobility.cli.texts import Answer
from artois_mobility.errors import StudyError
from artois_mobility.report.qml import write_xml
from artois_mobility.report.writing import write_report
from artois_mobility.scenarios.reading import read_scenario
from study_worlds import STUDY, link_text, site_text, write_town

# Red letters, another title of the window, a bell, an upright tab, a C1 escape, no character.
CONTROLS = "\x1b[31m\x1b]0;title\x07\x0b\x01\x9b31m\x7f\ufffe"
LEFT = "[31m]0;title31m"


@pytest.mark.parametrize("control", ["\\u001b[31m", "\\u000b", "\\u0001", "\\ufffe", "\\u009b"])
def test_a_name_with_one_is_refused_where_it_stands(tmp_path, control):
    study = write_town(tmp_path)
    study.write_text(STUDY.replace("Deux rives", f"Deux{control} rives"), encoding="utf-8")
    code = f"U\\+{control[2:6].upper()}"
    with pytest.raises(StudyError, match=f"line 2, name holds the control character {code};"):
        am.read_study(study)
    plan = tmp_path / "plan.toml"
    plan.write_text(
        f'name = "W"\nquestion = "?"\nassumptions = ["a", "b{control}c"]\n{site_text(5, 1)}'
    )
    with pytest.raises(StudyError, match=rf"line 3, assumptions\[2\] holds .* {code};"):
        read_scenario(plan)
    link = link_text((3, 2), (3, 3)).replace("Passerelle", f"a{control}b")
    plan.write_text(f'name = "W"\n{link}')
    with pytest.raises(StudyError, match=rf"changes\[1\].name holds .* {code};"):
        read_scenario(plan)
    run = CliRunner().invoke(app, ["access", str(study)])
    assert run.exit_code == 2
    assert "contient le caractère de commande U+" in run.stderr


def test_lines_and_tabulators_in_texts_stay(tmp_path):
    study = write_town(tmp_path)
    study.write_text(STUDY.replace("Deux rives", "Deux\\n\\trives"), encoding="utf-8")
    assert am.read_study(study).name == "Deux\n\trives"


def test_files_for_a_gis_are_well_formed_whatever_things_are_called(tmp_path, monkeypatch):
    monkeypatch.setattr(comparison_world, "HOSTILE", CONTROLS)
    write_report(comparison_world.make_comparison(hostile=True), tmp_path)
    with zipfile.ZipFile(tmp_path / "results.qgz") as archive:
        texts = [archive.read("results.qgs").decode()]
    with sqlite3.connect(tmp_path / "results.gpkg") as base:
        rows = base.execute("SELECT styleQML, styleSLD FROM layer_styles").fetchall()
        texts += [text for row in rows for text in row]
        texts += [text for (text,) in base.execute("SELECT metadata FROM gpkg_metadata")]
    texts += [path.read_text() for path in (tmp_path / "maps").glob("*.svg")]
    assert sum(LEFT in text for text in texts) > 10
    for text in texts:
        ET.fromstring(text.encode())


def test_xml_keeps_every_letter_that_it_may_hold():
    kept = 'Béthune & <Fils>\t"日本" \U0001f6b2'
    element = ET.Element("a", name=f"{kept}{CONTROLS}")
    element.text = f"{CONTROLS}{kept}"
    found = ET.fromstring(write_xml(element).encode())
    assert found.get("name") == f"{kept}{LEFT}"
    assert found.text == f"{LEFT}{kept}"


def _fail(text):
    with suppress(typer.Exit), terminal.reported_errors():
        raise StudyError(text)


def test_nothing_that_is_said_commands_the_terminal(capsys):
    terminal.say(f"crossing {CONTROLS}")
    terminal.tell(Answer(f"one\n\ttwo {CONTROLS}", [f"Warning: {CONTROLS}"]), quiet=False)
    _fail(f"the server says {CONTROLS}")
    with terminal.shown_progress(quiet=False, verbose=True) as progress:
        logging.getLogger("artois_mobility.osm").info("read %s", CONTROLS)
        progress(f"reading {CONTROLS}", 1, 1)
    said = capsys.readouterr()
    text = said.out + said.err
    assert text.count(LEFT) == 6
    assert "one\n\ttwo" in text
    assert all(letter.isprintable() or letter in "\n\t" for letter in text)


def test_progress_told_by_other_threads_speaks_the_same_language():
    told = []
    with speech.speaking("fr"):
        tell = speech.in_progress(lambda *stage: told.append(stage))
        thread = threading.Thread(target=tell, args=("networks and places", 1, 6))
        thread.start()
        thread.join()
        tell("networks and places", 2, 6)
        say = speech.for_threads()
        left = []
        thread = threading.Thread(target=lambda: left.append(say("0:04, 0:07 left")))
        thread.start()
        thread.join()
    assert left == ["0:04, reste 0:07"]
    assert told == [("réseaux et lieux", 1, 6), ("réseaux et lieux", 2, 6)]
