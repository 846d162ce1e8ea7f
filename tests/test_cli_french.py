"""The command line in French: its help, its refusals, its progress, and which language it takes."""

import re
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import said_texts
from artois_mobility.cli import catalogue, speech, terminal
from artois_mobility.cli.commands import app
from study_worlds import STUDY, write_town

PLACE = catalogue.PLACE
# English that French does not share; what stands in quotes, code and file names is taken out first.
ENGLISH = re.compile(
    r"\b(the|is|are|of|and|or|with|from|not|no|must|found|give|allowed|there|missing|first|file"
    r"|should|valid|has|have|rows|it|that|this|choose|name|write|which|already|cannot|Error|Usage"
    r"|Try|help|Missing|Invalid|value|for|one|unknown|in its|to)\b",
    re.IGNORECASE,
)
# Words of the files and of the command line, which stand in French sentences as they are.
AS_WRITTEN = re.compile(
    r"«[^»]*»|`[^`]*`|\"[^\"]*\"|'[^']*'|<[^>]*>|--?[a-z][\w-]*(=\S+)?|\S*[./_\[\]=]\S*"
    r"|\b(name|to|from|at|is)\b(?= =|,)"
)


def run(*arguments, **options):
    return CliRunner().invoke(app, [str(each) for each in arguments], **options)


def even(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def known():
    return {even(key) for name in catalogue.FILES for key in catalogue.read_catalogue(name)}


def test_two_lines_of_a_list_are_two_messages():
    lines = "nearest: 4 there, 3 here.\n  transit.end_min: 421 there, 540 here."
    found = catalogue.french_of(
        f"b.toml and a.toml cannot be compared:\n  {lines}\nLet both ask the same of the same "
        "cells; what may differ is the data: extract, sites, people of each cell."
    )
    assert "there" not in found
    assert "here" not in found


def test_every_text_of_the_source_has_its_french(known):
    texts = said_texts.spoken_texts()
    assert len(texts) > 700
    assert [(text, places) for text, places in texts.items() if even(text) not in known] == []


def test_no_french_is_left_of_a_text_that_is_gone():
    texts = {even(text) for text in said_texts.spoken_texts()}
    left = {
        key
        for name in catalogue.FILES
        if name.startswith("refusals")
        for key in catalogue.read_catalogue(name)
        if even(key) not in texts
    }
    assert left == set()


def test_every_paragraph_of_the_help_has_its_french(known):
    group = typer.main.get_command(app)
    texts = []
    for command in (group, *group.commands.values()):
        texts += [command.help, command.short_help, command.epilog]
        texts += [parameter.help for parameter in command.params]
    paragraphs = {
        even(part)
        for text in filter(None, texts)
        for part in re.split(r"\n[ \t]*\n", text)
        if not part.startswith("    ") and not part.startswith("Example")
    }
    assert len(paragraphs) > 140
    assert paragraphs - known == set()


@pytest.mark.parametrize("name", [name for name in catalogue.FILES if name != "help"])
def test_every_message_comes_back_in_french_with_its_values(name):
    """Wherever templates are alike, what is told must be, too."""
    for english, french in catalogue.read_catalogue(name).items():
        numbers = {number for number, _ in PLACE.findall(french)}
        assert {number for number, _ in PLACE.findall(english)} == numbers, english

        def fill(text):
            return PLACE.sub(lambda place: f"Zed{place[1]}", text)

        assert catalogue.french_of(fill(english)) == fill(french)


def test_an_english_message_is_left_alone_where_nothing_is_known_about_it():
    text = "Zed and Zod went up the hill."
    assert catalogue.french_of(text) == text
    assert catalogue.french_of("") == ""


@pytest.mark.parametrize(
    ("english", "french"),
    [
        (
            "a.csv has 2 problems:\n  lon is no number in 1 of 9 rows; first row 2: 'x'\n"
            "  and 12 more\nMend these rows; nothing was read.",
            "a.csv a 2 problèmes :\n  lon n’est pas un nombre : 1 des 9 lignes, "
            "dont la ligne 2 : « x »\n"
            "  et 12 autres\nCorrigez ces lignes ; rien n’a été lu.",
        ),
        (
            "line 3, changes[2].at is missing. Write at = [2.8319, 50.4289], longitude first.",
            "ligne 3, changes[2].at manque. Écrivez at = [2.8319, 50.4289], la longitude d’abord.",
        ),
        (
            "line 4, changes[1] (move_site) site 'w9' is not among the sites of care. "
            "Did you mean 'w1' or 'w2'?",
            "ligne 4, changes[1] (move_site) site « w9 » n’est pas parmi les sites de care. "
            "Vouliez-vous dire « w1 » ou « w2 » ?",
        ),
        (
            "plan.toml has 1 problem:\n  line 7, changes[1].geometry_from: file 'bad.gpkg' cannot "
            "be read as a layer; it is damaged, or is not what its name says. Save it again from "
            "QGIS as GeoPackage or GeoJSON.",
            "plan.toml a 1 problème :\n  ligne 7, changes[1].geometry_from : le fichier "
            "« bad.gpkg » ne peut pas être lu comme une couche ; il est endommagé, ou n’est pas "
            "ce que dit son nom. Enregistrez-le de nouveau depuis QGIS en GeoPackage ou GeoJSON.",
        ),
        (
            "The table from 9 origins to 8 places takes 12.5 GiB of memory; 1.5 GiB is allowed "
            "(a quarter of what is free). Ask for fewer at a time.",
            "La table de 9 origines à 8 lieux prend 12,5 Gio de mémoire ; 1,5 Gio sont permis "
            "(un quart de ce qui est libre). Demandez-en moins à la fois.",
        ),
        (
            "Error: A block of 9 origins takes about 0.05 GiB of memory; 0.01 GiB is allowed. "
            "Allow more, or ask for fewer origins in a block (block_size, --block).",
            "Erreur : Un bloc de 9 origines prend environ 0,05 Gio de mémoire ; 0,01 Gio sont "
            "permis. Permettez-en plus, ou demandez moins d’origines par bloc "
            "(block_size, --block).",
        ),
        ("car, walk", "car, walk"),
        ("car, walk and 12 more", "car, walk et 12 autres"),
    ],
)
def test_messages_in_messages_are_found(english, french):
    def plain(text):
        return re.sub(r"\s", " ", text)

    assert plain(catalogue.french_of(english)) == plain(french)


def test_a_long_message_is_told_at_once():
    problems = "\n".join(f"  line {number}, x{number} went up the hill." for number in range(40))
    start = time.process_time()
    catalogue.french_of(f"a.toml has 40 problems:\n{problems}")
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("environment", "asked", "study", "expected"),
    [
        ("C.UTF-8", None, None, "en"),
        ("fr_FR.UTF-8", None, None, "fr"),
        ("fr_FR.UTF-8", "en", 'language = "fr"', "en"),
        ("C.UTF-8", "fr", 'language = "en"', "fr"),
        ("C.UTF-8", None, 'language = "fr"', "fr"),
        ("fr_FR.UTF-8", None, 'language = "en"', "en"),
        ("C.UTF-8", None, 'name = "says nothing"', "fr"),
    ],
)
def test_who_is_spoken_to_in_french(tmp_path, monkeypatch, environment, asked, study, expected):
    monkeypatch.setenv("LC_ALL", environment)
    path = tmp_path / "study.toml"
    if study:
        path.write_text(study, encoding="utf-8")
    result = run("access", path, *(["--lang", asked] if asked else []))
    assert result.exit_code == 2
    shown = re.sub(r"\s", " ", result.stderr)
    assert ("Erreur : " in shown, "Error: " in shown) == (expected == "fr", expected == "en")


def test_the_language_is_forgotten_after_a_command(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    run("profiles", "--lang", "fr")
    assert speech.spoken_language() == "en"


@pytest.mark.parametrize("command", ["", *typer.main.get_command(app).commands])
def test_the_help_is_french(command):
    words = [command, "--help"] if command else ["--help"]
    result = run(*words, env={"LC_ALL": "fr_FR.UTF-8"})
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage\N{NO-BREAK SPACE}: artois-mobility")
    text = even(result.stdout)
    assert "Affiche cette aide." in text
    text = re.sub(r"Exemples?\s:.*", "", text)
    text = re.sub(r"artois-mobility compare .*?out/", "", text)
    assert english_in(text.replace("Usage", "")) == []


def english_in(text):
    return ENGLISH.findall(AS_WRITTEN.sub(" ", text))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    write_town(folder)
    (folder / "broken.toml").write_text("name = \n", encoding="utf-8")
    (folder / "twice.toml").write_text('name = "a"\nname = "b"\n', encoding="utf-8")
    study = STUDY.replace("[access]", "[access]\nnearst = 2\nnearest = 0")
    (folder / "faulty.toml").write_text(study, encoding="utf-8")
    for name, changes in SCENARIOS.items():
        text = f'name = "{name}"\n{changes}'
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    (folder / "trips.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "empty.osm").write_text("", encoding="utf-8")
    (folder / "notes.txt").write_text("x", encoding="utf-8")
    return folder


SCENARIOS = {
    "unknown_kind": '[[changes]]\nkind = "add_lnk"\n',
    "no_kind": "[[changes]]\nat = [2.8, 50.4]\n",
    "far": '[[changes]]\nkind = "add_site"\ncategory = "care/pharmacy"\nname = "P"\n'
    "at = [50.4, 2.8]\n",
    "text_for_number": '[[changes]]\nkind = "set_speed"\nids = [1]\nkmh = "vite"\n',
    "no_way": '[[changes]]\nkind = "close"\n',
    "no_site": '[[changes]]\nkind = "remove_site"\nsite = "w999"\n',
    "no_street": '[[changes]]\nkind = "close"\nnames = ["Rue de nulle part"]\n',
    "two_speeds": '[[changes]]\nkind = "set_speed"\nids = [1]\nkmh = 30\nfactor = 0.5\n',
    "bare": "",
}

REFUSALS = [
    ("compar",),
    ("compare",),
    ("access",),
    ("access", "{town}/town.toml", "--outptu", "x"),
    ("access", "{town}/town.toml", "too", "many"),
    ("compare", "{town}/town.toml", "--day", "demain"),
    ("compare", "{town}/town.toml", "--lang"),
    ("compare", "{town}/town.toml", "--dry-run=2"),
    ("crossings", "{town}/town.toml", "--count", "x"),
    ("crossings", "{town}/town.toml", "--count", "0"),
    ("crossings", "{town}/town.toml", "--kind", "wall"),
    ("optimise", "{town}/town.toml", "{town}/bare.toml"),
    ("compare", "{town}/town.toml"),
    ("compare", "{town}/none.toml", "{town}/bare.toml"),
    ("compare", "{town}/broken.toml", "{town}/bare.toml"),
    ("compare", "{town}/twice.toml", "{town}/bare.toml"),
    ("compare", "{town}/faulty.toml", "{town}/bare.toml"),
    *(
        ("compare", "{town}/town.toml", f"{{town}}/{name}.toml")
        for name in SCENARIOS
        if name != "bare"
    ),
    (
        "compare",
        "{town}/town.toml",
        "{town}/bare.toml",
        "--also",
        "svg",
        "--logo",
        "{town}/notes.txt",
    ),
    ("compare", "{town}/town.toml", "{town}/bare.toml", "--schema", "x"),
    ("compare", "{town}/town.toml", "{town}/bare.toml", "--to", "mysql://x"),
    ("access", "{town}/town.toml", "-o", "{town}/no/x.csv"),
    ("access", "{town}/town.toml", "-o", "{town}/x.txt"),
    ("isochrones", "{town}/town.toml"),
    ("isochrones", "{town}/town.toml", "--from", "lens"),
    ("isochrones", "{town}/town.toml", "--from", "9,45.5"),
    ("isochrones", "{town}/town.toml", "-c", "care", "--form", "surface"),
    ("matrix", "{town}/town.toml", "-o", "{town}/m.csv"),
    ("matrix", "{town}/town.toml", "--memory", "0", "-o", "{town}/m.parquet"),
    ("crossings", "{town}/town.toml", "-p", "hovercraft"),
    ("crossings", "{town}/town.toml", "-p", "barge"),
    ("siting", "{town}/town.toml", "cafes"),
    ("siting", "{town}/town.toml", "care/pharmacy", "--count", "999"),
    ("validate", "{town}/town.toml", "{town}/trips.csv"),
    ("validate", "{town}/town.toml", "{town}/none.csv"),
    ("check", "{town}/none.osm"),
    ("check", "{town}/empty.osm"),
    ("check", "{town}/notes.txt"),
    ("check", "{town}"),
    ("new-study", "{town}/none.osm", "--yes"),
    ("new-study", "{town}/none.osm", "--yes", "--population", "trois cents"),
    ("download", "1,2,3"),
    ("download", "3,50,2,51"),
    ("reproduce", "{town}"),
    ("blocks", "matrix", "{town}/town.toml", "-o", "{town}/blocks", "--memory", "0"),
    ("explain", "{town}/town.toml", "{town}/bare.toml", "--cell", "c99", "-c", "care/pharmacy"),
]


@pytest.mark.parametrize("words", REFUSALS, ids=" ".join)
def test_refusals_hold_no_english(town, words):
    words = [word.format(town=town) for word in words]
    result = run(*words, env={"LC_ALL": "fr_FR.UTF-8"})
    assert result.exit_code == 2, result.output
    said = result.stderr.replace(str(town), "dossier")
    assert "Erreur\N{NO-BREAK SPACE}: " in said
    text = re.sub(r"^Usage.*?\n\n?", "", said, flags=re.DOTALL | re.MULTILINE)
    assert english_in(text) == [], said


def test_there_are_forty_refusals_at_least():
    assert len(REFUSALS) >= 40


def test_progress_is_told_in_french(capsys):
    with speech.speaking("fr"), terminal.shown_progress(quiet=False, verbose=True) as progress:
        progress("reading the extract", 0, 1)
        progress("reading the extract", 1, 1)
    assert re.match(r"lecture de l’extrait\s: 1 sur 1 en \d+,\d s", capsys.readouterr().err)


def test_ctrl_c_and_our_own_faults_are_told_in_french(capsys):
    for error, part in (
        (KeyboardInterrupt(), "Arrêté. Aucun fichier à moitié écrit ne porte son nom."),
        (MemoryError(), "il n’y a pas assez de mémoire."),
        (ZeroDivisionError("nought"), "C’est une faute du programme"),
    ):
        with speech.speaking("fr"), pytest.raises(typer.Exit), terminal.reported_errors():
            raise error
        assert part in capsys.readouterr().err


def test_english_reads_no_catalogue(monkeypatch):
    monkeypatch.setattr(Path, "read_text", None)
    with speech.speaking("en"):
        assert speech.in_words("reading the extract") == "reading the extract"
