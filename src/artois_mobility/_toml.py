"""TOML that people wrote: files far longer or deeper than theirs are refused unparsed.

Python's parser takes memory that grows with the square of the depth, and a line of a hundred
kilobytes can nest fifty thousand tables.
"""

import re
import tomllib
from typing import Any, Final

# The longest scenario that a person would write has some hundred kilobytes.
MOST_CHARACTERS: Final = 2**22
# Outlines of areas are four brackets deep; keys of ours have at most three parts.
MOST_BRACKETS: Final = 16
MOST_PARTS: Final = 8

# Text and comments are passed over; left are brackets, the dots of keys, and what ends a key.
_TOKEN: Final = re.compile(
    r"""\"{3}(?:\\.|[^\\])*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|\#[^\n]*|[][{}.,=\n]""",
    re.DOTALL,
)


class TomlTooDeepError(ValueError):
    """Raised for TOML that is longer or deeper than people write it."""


def parse_toml(text: str) -> dict[str, Any]:
    r"""Parse TOML of a length and depth that people write.

    Parameters
    ----------
    text
        The whole file.

    Returns
    -------
    table
        As `tomllib` gives it.

    Raises
    ------
    TomlTooDeepError
        If it has more than four million characters, or brackets or keys are nested too deeply.
    ValueError
        If it is no TOML; `tomllib.TOMLDecodeError` but for numbers of thousands of digits.

    Examples
    --------
    >>> parse_toml('outline = [[2.8, 50.4], [2.9, 50.5]]  # [[[')
    {'outline': [[2.8, 50.4], [2.9, 50.5]]}
    >>> parse_toml("")
    {}
    >>> parse_toml("a = " + "[" * 100)
    Traceback (most recent call last):
    artois_mobility._toml.TomlTooDeepError: line 1: brackets are nested too deeply...
    """
    if len(text) > MOST_CHARACTERS:
        msg = (
            f"the file has {len(text)} characters; allowed are {MOST_CHARACTERS}. Put what is "
            "drawn into a layer (GeoPackage, GeoJSON), and name that."
        )
        raise TomlTooDeepError(msg)
    _refuse_depth(text)
    return tomllib.loads(text)


def _refuse_depth(text: str) -> None:
    brackets, parts = 0, 1
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark == ".":
            parts += 1
        elif len(mark) == 1:
            brackets += (mark in "[{") - (mark in "]}")
            parts = 1
        if brackets > MOST_BRACKETS or parts > MOST_PARTS:
            line = text.count("\n", 0, token.start()) + 1
            what = "brackets" if brackets > MOST_BRACKETS else "the parts of a key"
            msg = (
                f"line {line}: {what} are nested too deeply. Points are [lon, lat], "
                "lines [[...], [...]]."
            )
            raise TomlTooDeepError(msg)
