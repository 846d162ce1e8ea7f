"""Parts of sentences that several kinds of changes share: numbers, points, lists of names."""

from collections.abc import Mapping, Sequence
from typing import Final

from .fields import Point

MOST_LISTED: Final = 4

# What every kind of sentence says alike: the last of a list, the rest of it, numbers, names.
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "and": " et ",
        "more": "{count} autres",
        "decimal": ",",
        "thousands": "\u202f",
        "open": "« ",
        "close": " »",
    },
    "en": {
        "and": " and ",
        "more": "{count} more",
        "decimal": ".",
        "thousands": ",",
        "open": "“",
        "close": "”",
    },
}


def list_names(names: Sequence[str], words: Mapping[str, str]) -> str:
    """Join names, the first few in full and the rest counted.

    Parameters
    ----------
    names
        One or more.
    words
        `WORDS` of the language.

    Returns
    -------
    text
        Part of a sentence.

    Examples
    --------
    >>> list_names(["12", "13", "14"], WORDS["en"])
    '12, 13 and 14'
    >>> list_names(list("abcdefg"), WORDS["en"])
    'a, b, c, d and 3 more'
    """
    shown = list(names)
    if len(shown) > MOST_LISTED + 1:
        more = words["more"].format(count=len(shown) - MOST_LISTED)
        shown = [*shown[:MOST_LISTED], more]
    head = ", ".join(shown[:-1])
    return f"{head}{words['and']}{shown[-1]}" if head else shown[-1]


def write_point(point: Point, words: Mapping[str, str]) -> str:
    """Write longitude and latitude to the nearest ten metres or so.

    Parameters
    ----------
    point
        Longitude and latitude in degrees.
    words
        `WORDS` of the language.

    Returns
    -------
    text
        Part of a sentence.

    Examples
    --------
    >>> write_point((2.83, 50.43), WORDS["fr"])
    '2,8300 ; 50,4300'
    """
    lon, lat = (f"{degrees:.4f}".replace(".", words["decimal"]) for degrees in point)
    separator = " ; " if words["decimal"] == "," else ", "
    return f"{lon}{separator}{lat}"


def write_duration(seconds: float) -> str:
    """Write how long something takes in minutes and whole seconds.

    Parameters
    ----------
    seconds
        From 0 on.

    Returns
    -------
    text
        Part of a sentence.

    Examples
    --------
    >>> write_duration(3.4), write_duration(3600.0)
    ('0:03', '60:00')
    """
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def write_number(number: float, words: Mapping[str, str]) -> str:
    """Write a number with as few digits as it needs, six at most.

    Parameters
    ----------
    number
        Any.
    words
        `WORDS` of the language.

    Returns
    -------
    text
        Part of a sentence.

    Examples
    --------
    >>> write_number(1.5, WORDS["fr"]), write_number(30.0, WORDS["fr"])
    ('1,5', '30')
    """
    return f"{number:g}".replace(".", words["decimal"])
