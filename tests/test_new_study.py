"""`artois-mobility new-study`: the study it writes runs unchanged, for any place."""

import json
import shlex
import tomllib
from contextlib import contextmanager

import pandas as pd
import pytest
from typer.testing import CliRunner

import artois_mobility as am
from artois_mobility._types import tell_nobody
from artois_mobility.cli import beginning, setup_commands
from artois_mobility.cli.commands import app
from study_worlds import write_town


@pytest.fixture
def town(tmp_path, monkeypatch):
    """The folder of a town, with its residents beside the extract."""
    write_town(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    return tmp_path


@pytest.fixture
def lonely(town):
    """The same, without anybody knowing who lives there."""
    write_town(town, has_boundaries=False)
    (town / "data" / "residents.csv").unlink()
    return town


def run(*arguments, answers=None):
    return CliRunner().invoke(app, [str(each) for each in arguments], input=answers)


def new_study(*arguments, **options):
    return run("new-study", "data/town.osm.pbf", *arguments, **options)


def test_the_study_and_the_scenario_run_unchanged(town):
    result = new_study("--yes")
    assert result.exit_code == 0, result.stderr
    command = shlex.split(result.stdout.splitlines()[-1])
    assert command[:2] == ["artois-mobility", "compare"]
    done = run(*command[1:])
    assert done.exit_code == 0, done.stderr
    assert "Un site de plus : Hôpital" in done.stdout
    assert (town / "out" / "report.html").is_file()


def test_what_is_proposed_is_what_the_data_have(town):
    new_study("--yes")
    study = am.read_study("etude.toml")
    assert study.name == "Town, aujourd’hui"
    assert study.residents.resolve() == town / "data" / "residents.csv"
    assert study.categories == ("care/hospital", "care/pharmacy", "culture/library")
    text = (town / "etude.toml").read_text(encoding="utf-8")
    assert "2 communes entières dans l’extrait : Sud et Nord" in text
    assert '#   "111111111",' in text
    residents = am.read_residents(study.residents)
    assert f"{round(residents.population.sum())} habitants, {len(residents)} lignes" in text
    assert '"care/pharmacy",   # Pharmacie : 2 dans les données' in text


def test_what_the_options_say_is_kept(town):
    (town / "sites.csv").write_text("category,lon,lat\nculture/cinema,2.84,50.43\n")
    table = ("--sites", "sites.csv", "-c", "culture/*", "-c", "care", "-p", "walk")
    result = new_study("--yes", "--name", 'The "town" \\ today', "-o", "mine.toml", *table)
    assert result.exit_code == 0, result.stderr
    study = am.read_study("mine.toml")
    assert study.name == 'The "town" \\ today'
    assert study.profiles == ("walk",)
    assert {"culture/cinema", "care"} <= set(study.categories)
    assert "culture/cinema" in (town / "mine.toml").read_text(encoding="utf-8")
    assert [str(source) for source in study.sites] == ["osm", "sites.csv"]


def test_paths_start_from_the_study(town):
    (town / "studies").mkdir()
    assert new_study("--yes", "-o", "studies/mine.toml").exit_code == 0
    content = tomllib.loads((town / "studies" / "mine.toml").read_text(encoding="utf-8"))
    assert content["data"]["extract"] == "../data/town.osm.pbf"
    assert content["data"]["residents"] == "../data/residents.csv"


def test_a_table_of_another_place_is_not_taken(town):
    path = town / "data" / "residents.csv"
    pd.read_csv(path).assign(lon=9.0).to_csv(path, index=False)
    (town / "data" / "trips.csv").write_text("a,b\n1,2\n")
    result = new_study("--yes", "--residents", path)
    assert result.exit_code == 2
    assert "aucune de ses" in result.stderr
    assert not (town / "etude.toml").exists()


def test_people_are_spread_where_nobody_knows_where_they_live(lonely):
    result = new_study("--yes", "--population", 5000)
    assert result.exit_code == 0, result.stderr
    assert "La population est une estimation" in result.stderr
    assert pd.read_csv("residents-estimated.csv")["population"].sum() == 5000
    text = (lonely / "etude.toml").read_text(encoding="utf-8")
    assert "(population estimée)" in text
    assert "ESTIMATION : 5\u202f000 habitants" in text
    assert run("access", "etude.toml", "--quiet").exit_code == 0


def test_without_people_it_is_refused_and_says_what_to_do(lonely):
    result = new_study("--yes")
    assert result.exit_code == 2
    assert "--population HABITANTS" in result.stderr
    assert sorted(path.name for path in lonely.iterdir()) == ["data", "town.toml"]


def test_questions_are_asked_and_asked_again(lonely, monkeypatch):
    monkeypatch.setattr(beginning, "is_interactive", lambda: True)
    answers = "walk, flying\nwalk,bicycle\n\n\n\ntrois cents\n3 000\nMa ville\n"
    result = new_study(answers=answers)
    assert result.exit_code == 0, result.stderr
    assert "Il n’y a pas de profil «\u202fflying\u202f»" in result.stderr
    assert "care/pharmacy pharmacie" in " ".join(result.stderr.lower().split())
    assert (
        "en chiffres, par exemple 31000\u202f; trouvé\u00a0: «\u202ftrois cents\u202f»"
        in result.stderr
    )
    study = am.read_study("etude.toml")
    assert (study.name, study.profiles) == ("Ma ville (population estimée)", ("walk", "bicycle"))
    assert pd.read_csv("residents-estimated.csv")["population"].sum() == 3000


def test_no_bar_moves_while_a_question_waits(lonely, monkeypatch):
    open_bars, asked = [], []

    @contextmanager
    def show(**options):
        open_bars.append(1)
        yield tell_nobody
        open_bars.pop()

    def prompt(question, **options):
        asked.append(question)
        assert not open_bars
        return options["default"] or ("" if "GTFS" in question else "3000")

    monkeypatch.setattr(beginning, "is_interactive", lambda: True)
    monkeypatch.setattr(setup_commands, "shown_progress", show)
    monkeypatch.setattr(beginning.typer, "prompt", prompt)
    result = new_study()
    assert result.exit_code == 0, result.stderr
    assert len(asked) == 5


def test_the_table_that_was_found_is_proposed(town, monkeypatch):
    monkeypatch.setattr(beginning, "is_interactive", lambda: True)
    result = new_study(answers="\n\n\n\n\n")
    assert result.exit_code == 0, result.stderr
    assert "Table des habitants [data/residents.csv]" in result.stderr


def test_nobody_to_ask_is_told(town):
    result = new_study()
    assert result.exit_code == 2
    assert "Ajoutez --yes" in result.stderr


def test_what_is_there_is_not_replaced(town):
    (town / "etude.toml").write_text("mine")
    result = new_study("--yes")
    assert result.exit_code == 2
    assert "existe déjà" in result.stderr
    assert (town / "etude.toml").read_text() == "mine"
    (town / "premier-scenario.toml").write_text("mine too")
    assert "Déjà là, inchangé" in new_study("--yes", "--overwrite").stdout
    assert (town / "premier-scenario.toml").read_text() == "mine too"
    assert am.read_study("etude.toml").name


def test_answers_for_machines(town):
    told = json.loads(new_study("--json", "--lang", "en").stdout)
    assert told["files"] == ["study.toml", "first-scenario.toml"]
    assert told["is_estimated"] is False
    assert told["found"]["communes"] == 2
    assert told["next"].startswith("artois-mobility compare study.toml")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("lens.osm.pbf",), "artois-mobility download lens.osm.pbf"),
        (("data/town.osm.pbf", "-o", "study.txt"), "A study is written as .toml"),
        (("data/town.osm.pbf", "-o", "first-scenario.toml"), "and not as first-scenario.toml"),
        (("data/town.osm.pbf", "-o", "no/study.toml"), "there is no folder no"),
        (("data/town.osm.pbf", "-p", "flying"), "There is no profile 'flying'"),
        (("data/town.osm.pbf", "-c", "cafes"), "Unknown category 'cafes'"),
        (("data/residents.csv",), "data/residents.csv"),
    ],
)
def test_wrong_wishes_are_refused(town, arguments, part):
    before = sorted(town.rglob("*"))
    result = run("new-study", *arguments, "--yes", "--lang", "en")
    assert result.exit_code == 2
    assert part in result.stderr
    assert sorted(town.rglob("*")) == before


def test_names_from_the_data_stay_in_their_comments():
    from artois_mobility.cli.study_writing import _one_line

    assert _one_line("Lens\nname = 1\r\x00\u2028x") == "Lens name = 1 x"
