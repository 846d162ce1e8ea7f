"""Parts of sentences that several kinds of changes share: numbers, points, lists of names."""

from collections.abc import Mapping, Sequence
from typing import Final

from .fields import Point

MOST_LISTED: Final = 4


def list_names(names: Sequence[str], words: Mapping[str, str]) -> str:
    """Join names, the first few in full and the rest counted.

    Parameters
    ----------
    names
        One or more.
    words
        Of the language: `and` and `more`.

    Returns
    -------
    text
        Part of a sentence.

    Examples
    --------
    >>> list_names(["12", "13", "14"], {"and": " and ", "more": "{count} more"})
    '12, 13 and 14'
    >>> list_names(list("abcdefg"), {"and": " and ", "more": "{count} more"})
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
        Of the language: `decimal`, the sign between whole and part.

    Returns
    -------
    text
        Part of a sentence.

    Examples
    --------
    >>> write_point((2.83, 50.43), {"decimal": ","})
    '2,8300 ; 50,4300'
    """
    lon, lat = (f"{degrees:.4f}".replace(".", words["decimal"]) for degrees in point)
    separator = " ; " if words["decimal"] == "," else ", "
    return f"{lon}{separator}{lat}"


def write_number(number: float, words: Mapping[str, str]) -> str:
    """Write a number with as few digits as it needs, six at most.

    Parameters
    ----------
    number
        Any.
    words
        Of the language: `decimal`, the sign between whole and part.

    Returns
    -------
    text
        Part of a sentence.

    Examples
    --------
    >>> write_number(1.5, {"decimal": ","}), write_number(30.0, {"decimal": ","})
    ('1,5', '30')
    """
    return f"{number:g}".replace(".", words["decimal"])
