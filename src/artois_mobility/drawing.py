"""How objects show themselves in a notebook: a small table, in the reader's language."""

from __future__ import annotations

import html
import os
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

# Between thousands, in French a narrow no-break space.
THOUSANDS: Final[Mapping[str, str]] = {"fr": "\u202f", "en": ","}
# In the order in which the system looks at them.
LANGUAGE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")


def language_of_user() -> Literal["fr", "en"]:
    """Give the language that the reader's system is set to.

    Returns
    -------
    language
        `"fr"` where `LC_ALL`, `LC_MESSAGES` or `LANG`, the first that is set, is French; `"en"`
        otherwise.
    """
    values = (os.environ.get(name, "") for name in LANGUAGE_VARIABLES)
    return "fr" if next(filter(None, values), "").lower().startswith("fr") else "en"


def write_count(count: int, language: str) -> str:
    r"""Write a whole number as a language does.

    Parameters
    ----------
    count
        Any number.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        With thousands set apart.

    Examples
    --------
    >>> write_count(650339, "en"), write_count(999, "fr")
    ('650,339', '999')
    """
    return f"{count:,}".replace(",", THOUSANDS[language])


def draw_facts(
    title: str,
    facts: Mapping[str, str | int],
    *,
    is_schematic: bool = False,
    language: str | None = None,
) -> str:
    """Draw facts about an object as an HTML table.

    Parameters
    ----------
    title
        Key of what it is, in `drawn_facts.toml`.
    facts
        Value of each key of that table; whole numbers are written as the language does.
    is_schematic
        Whether it is of a made-up territory, which is then said.
    language
        `"fr"` or `"en"`; None for the reader's.

    Returns
    -------
    html
        Every text escaped.

    Examples
    --------
    >>> draw_facts("extract", {"nodes": 1200}, language="en")
    '<table><caption>OpenStreetMap extract</caption><tr><th>Nodes</th><td>1,200</td></tr></table>'
    """
    language = language or language_of_user()
    rows = "".join(
        f"<tr><th>{_say(key, language)}</th><td>{_write(value, language)}</td></tr>"
        for key, value in facts.items()
    )
    mark = f"<strong>{_say('schematic', language)}</strong> " if is_schematic else ""
    return f"<table><caption>{mark}{_say(title, language)}</caption>{rows}</table>"


def draw_text(text: str) -> str:
    """Draw a text of several lines as HTML.

    Parameters
    ----------
    text
        As it is to be read.

    Returns
    -------
    html
        The same lines, escaped.

    Examples
    --------
    >>> draw_text("3 < 4")
    '<pre style="white-space: pre-wrap">3 &lt; 4</pre>'
    """
    return f'<pre style="white-space: pre-wrap">{html.escape(text)}</pre>'


def say_fact(key: str, language: str) -> str:
    """Say a text of the catalogue.

    Parameters
    ----------
    key
        In `drawn_facts.toml`.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        As it is to be read, not escaped.

    Examples
    --------
    >>> say_fact("without_turns", "fr")
    'libres'
    """
    return read_labels()[key][language]


@cache
def read_labels() -> Mapping[str, Mapping[str, str]]:
    """Read what the facts are called.

    Returns
    -------
    labels
        By key and language.

    Examples
    --------
    >>> read_labels()["nodes"]["fr"]
    'Nœuds'
    """
    file = resources.files(__package__).joinpath("drawn_facts.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _say(key: str, language: str) -> str:
    return html.escape(say_fact(key, language))


def _write(value: str | int, language: str) -> str:
    return html.escape(write_count(value, language) if isinstance(value, int) else value)
