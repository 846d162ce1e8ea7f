"""Things worth knowing that are no errors, in French and in English."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Final, TypeAlias

from ..drawing import write_count
from ..errors import InputError
from .sentences import Language, label_profile

# What stands in the braces of a text: texts as they are; counts, lists of names and other notices
# are written as the language does.
Value: TypeAlias = "str | int | tuple[str, ...] | Notice"

LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")
MOST_LISTED: Final = 5
# Where French names a profile for people; elsewhere it is the word of the file that is meant.
_SPEAKS_OF_PROFILE: Final = (
    "{departure} {profile},",
    "{profile} :",
    ", {profile},",
    "({profile}) :",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth knowing, to be said in either language.

    Attributes
    ----------
    key
        Name of its text in `notices.toml`.
    values
        What stands in the braces of the text.

    Examples
    --------
    >>> notice = Notice("no_site", {"category": "care/hospital"})
    >>> notice.say("fr")
    "aucun site care/hospital dans les données : personne n'en atteint."
    >>> str(notice)
    'there is no site of care/hospital in the data: nobody reaches any.'
    """

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def say(self, language: Language) -> str:
        """Say it in a language.

        Parameters
        ----------
        language
            `"fr"` or `"en"`.

        Returns
        -------
        text
            One sentence, or a part of one.
        """
        text = read_texts()[self.key][language]
        written = {name: _write(value, language) for name, value in self.values.items()}
        if language == "fr" and any(each in text for each in _SPEAKS_OF_PROFILE):
            written["profile"] = _name_profile(written["profile"], text)
        return text.format_map(written)

    def __str__(self) -> str:
        return self.say("en")


def _name_profile(profile: str, text: str) -> str:
    """Name a profile in French, in capitals where a text begins with it; one's own stays."""
    label = label_profile(profile, "fr")
    if label == profile or not text.startswith("{profile}"):
        return label
    return f"{label[:1].upper()}{label[1:]}"


def say_all(notices: Sequence[Notice]) -> dict[str, list[str]]:
    """Say notices in every language.

    Parameters
    ----------
    notices
        Any.

    Returns
    -------
    texts
        One sentence each, by language.

    Examples
    --------
    >>> say_all([])
    {'fr': [], 'en': []}
    """
    return {language: [notice.say(language) for notice in notices] for language in LANGUAGES}


def check_language(language: str) -> None:
    """Refuse a language that nothing is written in.

    Parameters
    ----------
    language
        What a user asks for.

    Raises
    ------
    InputError
        If it is neither `"fr"` nor `"en"`.

    Examples
    --------
    >>> check_language("de")
    Traceback (most recent call last):
    artois_mobility.errors.InputError: language must be 'fr' or 'en'; found 'de'.
    """
    if language not in LANGUAGES:
        msg = f"language must be 'fr' or 'en'; found {language!r}."
        raise InputError(msg)


@cache
def read_texts() -> Mapping[str, Mapping[str, str]]:
    """Read the texts of all notices.

    Returns
    -------
    texts
        By key and language.

    Examples
    --------
    >>> sorted(read_texts()["no_site"])
    ['en', 'fr']
    """
    file = resources.files(__package__).joinpath("notices.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _write(value: Value, language: Language) -> str:
    if isinstance(value, Notice):
        return value.say(language)
    if isinstance(value, int):
        return write_count(value, language)
    return value if isinstance(value, str) else _list(value, language)


def _list(names: Sequence[str], language: Language) -> str:
    """Join names, the first few in full and the rest counted."""
    shown = ", ".join(names[:MOST_LISTED])
    if len(names) <= MOST_LISTED:
        return shown
    return Notice("and_more", {"names": shown, "count": len(names) - MOST_LISTED}).say(language)
