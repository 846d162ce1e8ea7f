"""French for what the library says in English: whole messages, found again by their templates.

The library raises its messages in English; so does typer. A catalogue holds the French of each
English template, whose places are numbered: `"{0} is a folder. Name a file in it."`. A message is
recognised by its template, and what stands in the places is looked up in turn, so that a message
inside a message, and the lines of a list, are found as well. Nothing else in the program needs to
know which language is spoken.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, TypeAlias

from ..report.words import NARROW_SPACE

# In the French text: {0} is looked up in turn, {0:n} is a number, {0:r} stays as it is.
PLACE: Final = re.compile(r"\{(\d+)(?::([nr]))?\}")
# A message is no more than a few messages deep.
DEEPEST: Final = 8
# Fewer letters than these say nothing about a text.
LEAST_LETTERS: Final = 3
MARK: Final = "Error: "
FILES: Final = (
    "help",
    "fragments",
    "refusals_commands",
    "refusals_files",
    "refusals_places",
    "refusals_answers",
)

# A template with fewer letters of its own than these fits many texts that say something else.
LEAST_SURE: Final = 12
# What French sets before a colon.
WIDE_SPACE: Final = "\N{NO-BREAK SPACE}"

# Where in a file something is: a key, perhaps with its line before it.
_KEY_BEFORE: Final = re.compile(r"((?:line \d+, [\w.]+|changes)(?:\[\d+\][\w.]*)*): ")
_SENTENCE: Final = re.compile(r"(?<=[.?!;:])\s+")
_GAP: Final = re.compile(r"\s+")
_ALTERNATIVES: Final = re.compile(r"\S+(?:(?:, | or | and )\S+)+")
_QUOTED: Final = re.compile(r"(?<![\w'])'([^'\n]*)'(?![\w'])")
_DECIMAL: Final = re.compile(r"-?\d+\.\d+")

Look: TypeAlias = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Template:
    """An English text with numbered places, and its French.

    Attributes
    ----------
    english, french
        As they stand in the catalogue.
    parts
        What stands between the places of the English text.
    """

    english: str
    french: str
    parts: tuple[str, ...]

    def may_be(self, text: str) -> bool:
        """Tell whether all parts occur in a text, in their order."""
        if not (text.startswith(self.parts[0]) and text.endswith(self.parts[-1])):
            return False
        start = 0
        for part in self.parts:
            start = text.find(part, start)
            if start < 0:
                return False
            start += len(part)
        return True

    def find_values(self, text: str) -> tuple[str, ...] | None:
        """Give what stands in the places of a text; None where it is another text."""
        if not self.may_be(text):
            return None
        found = _pattern_of(self.parts).fullmatch(text)
        return None if found is None else found.groups()

    @property
    def letters(self) -> int:
        """How much of the text is its own."""
        return sum(letter.isalpha() for part in self.parts for letter in part)


def french_of(text: str) -> str:
    r"""Give the French of a text; what the catalogue does not know stays as it is.

    Parameters
    ----------
    text
        A message, a label or a paragraph of the help, in English.

    Returns
    -------
    text
        In French as far as it is known.

    Examples
    --------
    >>> french_of("out is a folder. Name a file in it.")
    'out est un dossier. Nommez un fichier dedans.'
    >>> french_of("Something that nobody has ever said.")
    'Something that nobody has ever said.'
    """
    return _render(text, 0)


def read_catalogue(name: str) -> dict[str, str]:
    """Read one file of the catalogue.

    Parameters
    ----------
    name
        One of `FILES`.

    Returns
    -------
    french_of_english
        The French text of each English one.
    """
    file = resources.files(__package__).joinpath("french", f"{name}.toml")
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {key: text for section in sections.values() for key, text in section.items()}


@cache
def read_templates() -> tuple[Template, ...]:
    """Read the templates of all files: marked ones, then those with most words of their own.

    What follows a mark is a message by itself; no other template may take the mark into a gap.

    Returns
    -------
    templates
        At least `LEAST_LETTERS` of each are its own.
    """
    texts = {key: text for name in FILES for key, text in read_catalogue(name).items()}
    templates = [
        Template(english, french, tuple(PLACE.split(english)[::3]))
        for english, french in texts.items()
        if PLACE.search(english)
    ]
    templates = [each for each in templates if each.letters >= LEAST_LETTERS]
    return tuple(
        sorted(templates, key=lambda each: (not each.english.startswith(MARK), -each.letters))
    )


@cache
def _plain_texts() -> dict[str, str]:
    texts = (read_catalogue(name) for name in FILES)
    return {_even(key): text for each in texts for key, text in each.items()}


@cache
def _pattern_of(parts: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, parts)), re.DOTALL)


def _even(text: str) -> str:
    """Let every gap be one space: the help is indented in the source, and wrapped."""
    return _GAP.sub(" ", text).strip()


def _render(text: str, depth: int) -> str:
    core = text.strip()
    if depth > DEEPEST or not any(map(str.isalpha, core)):
        return text
    found = _render_core(core, depth)
    start = text.index(core)
    return f"{text[:start]}{found}{text[start + len(core) :]}"


def _render_core(text: str, depth: int) -> str:
    lines = text.split("\n")
    if len(lines) > 1 and all(_look_up(line.strip(), depth) is not None for line in lines):
        # messages of a list: a template would take two of them for one
        return "\n".join(_render(line, depth + 1) for line in lines)
    known = _look_up_behind_key(text, depth) or _look_up(text, depth)
    if known is not None:
        return known
    if "\n" in text:
        return "\n".join(_render(line, depth + 1) for line in text.split("\n"))
    for head, rest in _cut(text, _SENTENCE):
        known = _look_up(head, depth)
        if known is not None:
            return f"{known} {_render(rest, depth + 1)}"
    for head, rest in _cut(text, _GAP):
        known = _look_up(rest, depth)
        if known is not None:
            return f"{_render(head, depth + 1)} {known}"
    return _render_names(text)


def _look_up_behind_key(text: str, depth: int) -> str | None:
    """Give the French of a message that stands behind the key that it is about."""
    key = _KEY_BEFORE.match(text)
    known = key and _look_up(text[key.end() :], depth, LEAST_SURE)
    return f"{_render(key[1], depth + 1)}{WIDE_SPACE}: {known}" if key and known else None


def _look_up(text: str, depth: int, least_letters: int = 0) -> str | None:
    """Give the French of a text that is a whole message; None where it is none."""
    plain = _plain_texts().get(_even(text))
    if plain is not None:
        return plain
    for template in read_templates():
        sure = template.letters >= least_letters
        values = template.find_values(text) if sure else None
        if values is not None:
            return _fill(template.french, values, depth)
    return None


def _fill(french: str, values: tuple[str, ...], depth: int) -> str:
    def write(place: re.Match[str]) -> str:
        value, how = values[int(place[1])], place[2]
        if how == "r":
            return value
        if how == "n" and _DECIMAL.fullmatch(value):
            return value.replace(".", ",")
        return _render(value, depth + 1)

    return PLACE.sub(write, french)


def _cut(text: str, gaps: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Cut a text in two at each gap, the longest first part last."""
    for gap in gaps.finditer(text):
        yield text[: gap.start()], text[gap.end() :]


def _render_names(text: str) -> str:
    """Join names as French does, and quote them so."""
    if _ALTERNATIVES.fullmatch(text):
        text = text.replace(" or ", " ou ").replace(" and ", " et ")
    return _QUOTED.sub(f"«{NARROW_SPACE}\\1{NARROW_SPACE}»", text)
