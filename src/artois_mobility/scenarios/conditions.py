"""What `where` may say: comparisons, and none of the SQL that need not end or fills the memory."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ..errors import StudyError

# Longer ones are no choice of features that anybody wrote.
LONGEST: Final = 1_000
# Each further one multiplies the time by the length of the text that is searched.
MOST_WILDCARDS: Final = 2
_WORDS: Final = frozenset({"and", "or", "not", "in", "like", "is", "null", "between"})
_PART: Final = re.compile(
    r"""(?P<blank>\s+)|(?P<text>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")+")"""
    r"""|(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<word>[^\W\d]\w*)"""
    r"""|(?P<sign>[<>!]=|<>|==|[=<>(),])|(?P<other>.)""",
    re.DOTALL,
)
_OPERANDS: Final = frozenset({"text", "quoted", "number", "column"})


def check_condition(where: str) -> None:
    r"""Refuse a condition that is more than comparisons of columns.

    Parameters
    ----------
    where
        What a file says; whether its columns exist and its brackets fit, SQL itself will say.

    Raises
    ------
    StudyError
        If it calls a function, asks another table, or is very long.

    Examples
    --------
    >>> check_condition("id in (3, 4) and not (nom like 'Pont%' or \"date\" is null)")
    >>> check_condition("length(nom) > 3")
    Traceback (most recent call last):
    artois_mobility.errors.StudyError: where "length(nom) > 3" holds 'length('; allowed are ...
    """
    parts = [(_kind(found), found[0]) for found in _PART.finditer(where[:LONGEST])]
    odd = _find_odd([part for part in parts if part[0] != "blank"])
    if len(where) > LONGEST:
        where, odd = f"{where[:40]}...", f"{len(where)} characters, more than {LONGEST}"
    if odd is not None:
        msg = (
            f'where "{where}" holds {odd}; allowed are comparisons of columns with '
            "numbers and 'texts' by =, <, >, <>, <=, >=, in, like, between and is null, joined by "
            "and, or, not and parentheses. Write id = 3, or nom like 'Pont%'."
        )
        raise StudyError(msg)


def _kind(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    if kind != "word":
        return kind
    return found[0].lower() if found[0].lower() in _WORDS else "column"


def _find_odd(parts: Sequence[tuple[str, str]]) -> str | None:
    """Name the first part that no comparison has, or two that do not go together."""
    for kind, text in parts:
        if kind == "other":
            return repr(text)
    for (kind, text), (next_kind, following) in pairwise([*parts, ("end", "")]):
        if kind in _OPERANDS and (next_kind in _OPERANDS or following == "("):
            return repr(text + ("" if following == "(" else " ") + following)
        if kind == "in" and following != "(":
            return repr(f"{text} {following}")
        if kind == "like" and (next_kind != "text" or following.count("%") > MOST_WILDCARDS):
            return repr(f"{text} {following}")
    return None
