"""The words that people read, in French and in English."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from ..errors import InputError

if TYPE_CHECKING:
    import datetime as dt

Text: TypeAlias = str | Mapping[str, str]

LANGUAGES: Final = ("fr", "en")

# French usage (Lexique des règles typographiques en usage à l'Imprimerie nationale, 2002):
# a narrow no-break space between thousands and before % ; ! ?, a comma before decimals.
NARROW_SPACE: Final = "\u202f"
MINUS: Final = "\u2212"
NO_VALUE: Final = "–"


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue of one language.

    Attributes
    ----------
    language
        `"fr"` or `"en"`.
    texts
        Text of each key, as `section.key`; a text that depends on a count is a mapping with
        `one` and `many`.
    """

    language: str
    texts: Mapping[str, Text]

    def say(self, key: str, values: Mapping[str, object] | None = None) -> str:
        r"""Give the text behind a key, with its values filled in.

        Parameters
        ----------
        key
            Section and name in the catalogue, for instance `"finding.gaining"`.
        values
            What stands in the braces of the text. Numbers are written as the language does;
            `count` also decides between singular and plural.

        Returns
        -------
        text
            One text without markup.

        Raises
        ------
        KeyError
            If the catalogue has no such key, or the text needs a value that is not given.

        Examples
        --------
        >>> read_words("fr").say("finding.gaining", {"count": 1240})
        '1\u202f240 habitants gagnent au moins une minute'
        >>> read_words("fr").say("finding.gaining", {"count": 1})
        '1 habitant gagne au moins une minute'
        >>> read_words("en").say("finding.gaining", {"count": 0})
        '0 residents gain at least one minute'
        """
        given = values or {}
        text = self.texts[key]
        if not isinstance(text, str):
            count = given["count"]
            text = text["one" if _is_one(count, self.language) else "many"]
        return text.format_map({name: self._written(value) for name, value in given.items()})

    def instead_of_today(self) -> Words:
        """Speak of a reference wherever today is spoken of.

        Returns
        -------
        words
            The catalogue for a comparison with another situation than today.

        Examples
        --------
        >>> read_words("en").instead_of_today().say("finding.elsewhere", {"count": 2})
        '2 residents live elsewhere than in the reference.'
        """
        instead = {
            key: self.texts[name]
            for key in self.texts
            if (name := f"reference.{key.replace('.', '_')}") in self.texts
        }
        return Words(self.language, MappingProxyType({**self.texts, **instead}))

    def _written(self, value: object) -> str:
        if isinstance(value, (int, float)):
            return write_number(value, self.language)
        return str(value)


@cache
def read_words(language: str) -> Words:
    """Read the catalogue of a language.

    Parameters
    ----------
    language
        `"fr"` or `"en"`.

    Returns
    -------
    words
        The catalogue.

    Raises
    ------
    InputError
        If there is no catalogue for the language.

    Examples
    --------
    >>> read_words("en").say("page.question")
    'The question'
    >>> read_words("nl")
    Traceback (most recent call last):
    artois_mobility.errors.InputError: There are no words for the language 'nl'; use fr or en.
    """
    if language not in LANGUAGES:
        msg = f"There are no words for the language {language!r}; use {' or '.join(LANGUAGES)}."
        raise InputError(msg)
    file = resources.files(__package__).joinpath(f"words_{language}.toml")
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    texts = {
        f"{section}.{key}": text for section, keys in sections.items() for key, text in keys.items()
    }
    return Words(language, MappingProxyType(texts))


def write_number(value: float, language: str, decimals: int = 0) -> str:
    r"""Write a number as a language does.

    Parameters
    ----------
    value
        Any number; NaN stands for no value.
    language
        `"fr"` or `"en"`.
    decimals
        How many decimals to show.

    Returns
    -------
    text
        The number with thousands set apart, a true minus sign, and a dash for NaN.

    Examples
    --------
    >>> write_number(650339, "fr"), write_number(650339, "en")
    ('650\u202f339', '650,339')
    >>> write_number(-2.25, "fr", 1), write_number(-0.04, "fr", 1)
    ('−2,2', '0,0')
    >>> write_number(float("nan"), "fr")
    '–'
    """
    if math.isnan(value):
        return NO_VALUE
    text = f"{value:,.{decimals}f}"
    if text.startswith("-"):
        text = MINUS + text[1:] if any(digit in text for digit in "123456789") else text[1:]
    if language == "fr":
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    return text


def write_signed(value: float, language: str, decimals: int = 0) -> str:
    r"""Write a difference with its sign.

    Parameters
    ----------
    value
        Any number; NaN stands for no value.
    language
        `"fr"` or `"en"`.
    decimals
        How many decimals to show.

    Returns
    -------
    text
        As `write_number`, with a plus sign before what is above zero as shown.

    Examples
    --------
    >>> write_signed(1.5, "fr", 1), write_signed(0.01, "fr", 1)
    ('+1,5', '0,0')
    >>> write_signed(float("nan"), "en")
    '–'
    """
    text = write_number(value, language, decimals)
    is_above = value > 0 and any(digit in text for digit in "123456789")
    return f"+{text}" if is_above else text


def write_share(part: float, whole: float, language: str) -> str:
    r"""Write a share in whole per cent.

    Parameters
    ----------
    part, whole
        Any two counts.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        Per cent of the whole, a dash when there is no whole. Never 100 % unless all are in,
        never 0 % unless none is.

    Examples
    --------
    >>> write_share(1, 3, "fr"), write_share(1, 3, "en")
    ('33\u202f%', '33%')
    >>> write_share(999_999, 1_000_000, "en"), write_share(1, 1_000_000, "en")
    ('99%', '1%')
    >>> write_share(0, 0, "fr")
    '–'
    """
    if not whole > 0 or math.isnan(part):
        return NO_VALUE
    percent = round(100 * part / whole)
    if 0 < part < whole:
        percent = min(max(percent, 1), 99)
    return f"{percent}{NARROW_SPACE}%" if language == "fr" else f"{percent}%"


def write_date(date: dt.date, language: str) -> str:
    """Write a date with the name of its month.

    Parameters
    ----------
    date
        Any day.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        Day, month and year.

    Examples
    --------
    >>> import datetime
    >>> first = datetime.date(2026, 11, 1)
    >>> write_date(first, "fr"), write_date(first, "en")
    ('1er novembre 2026', '1 November 2026')
    """
    month = str(read_words(language).texts["date.months"]).split()[date.month - 1]
    day = "1er" if language == "fr" and date.day == 1 else str(date.day)
    return f"{day} {month} {date.year}"


def join_words(parts: Iterable[str], words: Words) -> str:
    """Join parts of a sentence: a, b and c.

    Parameters
    ----------
    parts
        Any texts.
    words
        The catalogue, for its "and".

    Returns
    -------
    text
        The parts with commas, the last two with "and".

    Examples
    --------
    >>> join_words(["Lens", "Harnes", "Carvin"], read_words("fr"))
    'Lens, Harnes et Carvin'
    >>> join_words([], read_words("fr"))
    ''
    """
    *first, last = list(parts) or [""]
    return f"{', '.join(first)} {words.say('page.and')} {last}" if first else last


def _is_one(count: object, language: str) -> bool:
    number = abs(float(str(count)))
    return number < 2 if language == "fr" else number == 1
