"""Which language a command speaks, and whatever it says in that language."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from .._characters import printable
from ..drawing import language_of_user
from .options import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .._types import Progress

Spoken: TypeAlias = Literal["fr", "en"]

OPTION: Final = "--lang"
# What a study is in that does not say.
STUDY_LANGUAGE: Final = Language.FRENCH
LONGEST_STUDY: Final = 1_000_000

_SAYS_LANGUAGE: Final = re.compile(r"^\s*language\s*=\s*[\"'](fr|en)[\"']", re.MULTILINE)
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """Speak a language while a block lasts.

    Parameters
    ----------
    language
        `"fr"`, `"en"` or None for that of the terminal.

    Yields
    ------
    nothing
        What is said stands in the block.

    Examples
    --------
    >>> with speaking("fr"):
    ...     print(in_words("reading the extract"))
    lecture de l’extrait
    """
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def spoken_language() -> Spoken:
    """Give the language that is spoken.

    Returns
    -------
    language
        That of the block in which this is called, else that of the terminal.
    """
    language = _spoken.get() or language_of_user()
    return "fr" if language == "fr" else "en"


def in_words(text: str) -> str:
    """Say a text in the language that is spoken.

    Parameters
    ----------
    text
        In English.

    Returns
    -------
    text
        Unchanged where English is spoken.

    Examples
    --------
    >>> with speaking("en"):
    ...     print(in_words("reading the extract"))
    reading the extract
    """
    if spoken_language() == "en":
        return text
    from .catalogue import french_of

    return french_of(text)


def for_threads() -> Callable[[str], str]:
    """Give what says a text in the language that is spoken now, whichever thread calls it.

    Returns
    -------
    say
        As `in_words`, without what would command a terminal.

    Examples
    --------
    >>> with speaking("fr"):
    ...     say = for_threads()
    >>> say("reading the extract")
    'lecture de l’extrait'
    """
    language = spoken_language()  # threads that work beside this one would not know it

    def say(text: str) -> str:
        with speaking(language):
            return printable(in_words(text))

    return say


def in_progress(progress: Progress) -> Progress:
    """Let progress be told in the language that is spoken.

    Parameters
    ----------
    progress
        Told about every stage.

    Returns
    -------
    progress
        The same, to be called with the English name of each stage.
    """
    say = for_threads()

    def tell(what: str, done: int, total: int) -> None:
        progress(say(what), done, total)

    return tell


def language_asked(words: Sequence[str]) -> str | None:
    """Find the language in the words of a command line, before they are parsed.

    Parameters
    ----------
    words
        What was typed.

    Returns
    -------
    language
        None where none that is known is asked for.

    Examples
    --------
    >>> language_asked(["access", "a.toml", "--lang", "fr"])
    'fr'
    >>> language_asked(["doctor", "--lang=en"]), language_asked(["doctor", "--lang"])
    ('en', None)
    """
    for word, after in zip(words, [*words, ""][1:], strict=True):
        name, equals, value = word.partition("=")
        if name == OPTION:
            asked = value if equals else after
            return asked if asked in list(Language) else None
    return None


def language_of_command(options: Mapping[str, object]) -> str | None:
    """Decide which language a command speaks.

    Parameters
    ----------
    options
        Value of each of its options and arguments.

    Returns
    -------
    language
        What `--lang` says, else the study's; None where neither is given.
    """
    asked = options.get("lang")
    if asked:
        return str(asked)
    study = options.get("study")
    return language_of_file(study) if isinstance(study, Path) else None


def language_of_file(path: Path) -> str | None:
    """Find the language of a study, whatever else is wrong with the file.

    Parameters
    ----------
    path
        The study file.

    Returns
    -------
    language
        None where there is no such file.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(LONGEST_STUDY)
    except OSError:
        return None
    found = _SAYS_LANGUAGE.search(text)
    return found[1] if found else STUDY_LANGUAGE.value
