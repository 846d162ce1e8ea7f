"""All words that people read stand in catalogues, in French and in English."""

import ast
import re
import string
import tomllib
from pathlib import Path

import pytest

import artois_mobility
from artois_mobility.drawing import LANGUAGE_VARIABLES, read_labels

PACKAGE = Path(artois_mobility.__file__).parent
CATALOGUES = sorted(PACKAGE.rglob("*.toml"))
TEMPLATES = sorted(PACKAGE.rglob("*.jinja"))
LANGUAGES = {"fr", "en"}
FRENCH_LETTERS = re.compile("[àâçéèêëîïôùûœ]", re.IGNORECASE)
# Sentences about changes are put together from parts, both languages side by side; the others
# know French column names, show a French example, or cite a French method by its own words.
MAY_HOLD_FRENCH = {
    "access/catchments.py",
    "changes/hints.py",
    "changes/people_sentences.py",
    "changes/sentences.py",
    "changes/street_sentences.py",
    "changes/transit_sentences.py",
    "cli/examining.py",
    "network/examples.py",
    "network/vessels.py",
    "places/residents.py",
    "places/table_sites.py",
    "siting/candidates.py",
}


def texts_by_language(table, place=""):
    """Every table of a catalogue that has a text in some language, with its place."""
    if LANGUAGES & table.keys():
        yield place, table
    for key, value in table.items():
        if isinstance(value, dict):
            yield from texts_by_language(value, f"{place}.{key}")


def braces(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_what_a_catalogue_says_in_one_language_it_says_in_the_other(path):
    for place, texts in texts_by_language(tomllib.loads(path.read_text(encoding="utf-8"))):
        assert texts.keys() >= LANGUAGES, f"{path.name}{place}"
        french, english = texts["fr"], texts["en"]
        assert french.strip(), place
        assert english.strip(), place
        assert braces(french) == braces(english), place


def test_some_catalogues_are_found():
    assert {"notices.toml", "drawn_facts.toml", "profiles.toml", "categories.toml"} <= {
        path.name for path in CATALOGUES
    }


def test_every_fact_drawn_in_notebooks_is_used():
    code = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [key for key in read_labels() if f'"{key}"' not in code] == []
    assert set(LANGUAGE_VARIABLES) == {"LC_ALL", "LC_MESSAGES", "LANG"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own(path):
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", text, flags=re.DOTALL)
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", "", text, flags=re.DOTALL)
    assert (
        re.findall(r"(?:aria-label|title|alt|placeholder)=\"([^\"]*[^\W\d_]{2,}[^\"]*)\"", text)
        == []
    )
    assert re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>", "", text)) == []


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in sorted(PACKAGE.rglob("*.py"))
        if str(p.relative_to(PACKAGE)) not in MAY_HOLD_FRENCH
    ],
    ids=lambda path: str(path.relative_to(PACKAGE)),
)
def test_no_french_is_written_into_the_code(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and FRENCH_LETTERS.search(node.value)
    ]
    assert found == []
