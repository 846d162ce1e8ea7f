"""Both catalogues say the same things, and nothing in them is missing or left over."""

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import artois_mobility
from artois_mobility.errors import InputError
from artois_mobility.report.words import (
    LANGUAGES,
    MINUS,
    NARROW_SPACE,
    join_words,
    read_words,
    write_number,
    write_share,
    write_signed,
)

PACKAGE = Path(artois_mobility.__file__).parent
SOURCES = [
    *(PACKAGE / "report").rglob("*.py"),
    *(PACKAGE / "report").rglob("*.jinja"),
    *(PACKAGE / "cli").glob("*.py"),
]


def texts_of(words, key):
    text = words.texts[key]
    return [text] if isinstance(text, str) else [text["one"], text["many"]]


def placeholders(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def keys_in_sources():
    """Keys as they stand in the code: whole ones, and beginnings of those put together."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    sections = "|".join({key.split(".")[0] for key in read_words("fr").texts})
    code = re.sub(r"_(?:resource|read)\(.*\)", "", code)
    whole = set(re.findall(rf"[\"']((?:{sections})\.[a-z_0-9]+)[\"']", code))
    beginnings = set(re.findall(rf"f[\"']((?:{sections})\.[a-z_]*)\{{", code))
    return whole, beginnings


def test_the_catalogues_have_the_same_keys():
    assert read_words("fr").texts.keys() == read_words("en").texts.keys()


@pytest.mark.parametrize("key", sorted(read_words("fr").texts))
def test_both_languages_fill_in_the_same_values(key):
    french, english = (texts_of(read_words(language), key) for language in LANGUAGES)
    assert len(french) == len(english)
    assert {frozenset(placeholders(text)) for text in french} == {
        frozenset(placeholders(text)) for text in english
    }
    assert all(text.strip() for text in [*french, *english])


def test_no_text_is_missing():
    whole, beginnings = keys_in_sources()
    keys = set(read_words("fr").texts)
    assert whole - keys == set()
    assert [b for b in beginnings if not any(key.startswith(b) for key in keys)] == []


def test_no_text_is_left_over():
    whole, beginnings = keys_in_sources()
    keys = set(read_words("fr").texts) - whole
    assert [key for key in keys if not key.startswith(tuple(beginnings))] == []


def test_a_missing_text_is_an_error():
    with pytest.raises(KeyError, match=r"page\.nothing"):
        read_words("fr").say("page.nothing")


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError, match="'nl'; use fr or en"):
        read_words("nl")


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("fr", 0, "0 habitant gagne"),
        ("fr", 1, "1 habitant gagne"),
        ("fr", 2, "2 habitants gagnent"),
        ("en", 0, "0 residents gain"),
        ("en", 1, "1 resident gains"),
        ("en", 2, "2 residents gain"),
    ],
)
def test_singular_and_plural_follow_the_language(language, count, expected):
    assert read_words(language).say("finding.gaining", {"count": count}).startswith(expected)


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_read_back(value):
    french = write_number(value, "fr").replace(NARROW_SPACE, "").replace(MINUS, "-")
    english = write_number(value, "en").replace(",", "").replace(MINUS, "-")
    assert int(french) == int(english) == value


@given(st.floats(-1e9, 1e9))
def test_a_sign_stands_only_before_what_is_shown(value):
    text = write_signed(value, "fr", 1)
    shown = float(text.replace(NARROW_SPACE, "").replace(MINUS, "-").replace(",", "."))
    assert text.startswith(("+", MINUS)) == (shown != 0)
    assert abs(shown - value) <= 0.05 + 1e-6


@given(st.integers(0, 1000), st.integers(1, 1000))
def test_all_and_nothing_are_never_claimed_falsely(part, whole):
    part = min(part, whole)
    percent = int(write_share(part, whole, "en").rstrip("%"))
    assert (percent == 100) == (part == whole)
    assert (percent == 0) == (part == 0)


def test_joining_words():
    words = read_words("en")
    assert join_words(["a"], words) == "a"
    assert join_words(["a", "b"], words) == "a and b"
    assert join_words(["a", "b", "c"], words) == "a, b and c"
