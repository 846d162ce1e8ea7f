"""What the commands print: tables in columns, JSON, and what is worth knowing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ..report.grid import Table
    from ..report.words import Words
    from ..study.results import Comparison

# A terminal shows this many; the rest is counted.
MOST_WARNINGS: Final = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says at its end.

    Attributes
    ----------
    text
        The result, for the standard output.
    warnings
        Lines for the standard error.
    """

    text: str
    warnings: tuple[str, ...] = ()


def answer_file(path: Path, warnings: tuple[str, ...] = (), *, as_json: bool) -> Answer:
    """Answer with the file that a command wrote.

    Parameters
    ----------
    path
        Where it is.
    warnings
        What is worth knowing about it.
    as_json
        Give an object with `file` and `warnings` instead of the bare path.

    Returns
    -------
    answer
        For the standard output; as JSON the warnings stand in it.
    """
    if as_json:
        return Answer(write_json({"file": str(path), "warnings": list(warnings)}))
    return Answer(str(path), warnings)


def list_warnings(result: Comparison, words: Words) -> list[dict[str, str]]:
    """List what is worth knowing about the base and about each scenario.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    warnings
        `scenario` (its key, the base first) and `text` of each.
    """
    return [
        {"scenario": scenario.key, "text": text}
        for scenario in result.scenarios
        for text in scenario.warnings[words.language]
    ]


def warning_lines(
    result: Comparison, words: Words, rest: str, most: int = MOST_WARNINGS
) -> tuple[str, ...]:
    """Write what is worth knowing as lines for a terminal.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.
    rest
        Key of the text that counts those not shown.
    most
        How many to show.

    Returns
    -------
    lines
        One for each, and one that counts the rest.
    """
    found = list_warnings(result, words)
    lines = []
    for each in found[:most]:
        is_base = each["scenario"] == result.base.key
        text = each["text"] if is_base else words.say("terminal.of_scenario", each)
        lines.append(words.say("terminal.warning", {"text": text}))
    if len(found) > most:
        lines.append(words.say(rest, {"count": len(found) - most}))
    return tuple(lines)


def write_table(table: Table) -> str:
    """Write a table in columns.

    Parameters
    ----------
    table
        Any table of the report.

    Returns
    -------
    text
        Its caption and its rows.
    """
    rows = [table.headers, *((row.name, *(cell.text for cell in row.cells)) for row in table.rows)]
    return f"{table.caption}\n{write_columns(rows)}"


def write_labels(label_of_name: Mapping[str, str]) -> str:
    """Write names with their labels, one in each line.

    Parameters
    ----------
    label_of_name
        At least one.

    Returns
    -------
    text
        Two columns.

    Examples
    --------
    >>> print(write_labels({"car": "car", "walk": "on foot"}))
    car   car
    walk  on foot
    """
    width = max(map(len, label_of_name))
    return "\n".join(f"{name.ljust(width)}  {label}" for name, label in label_of_name.items())


def write_json(record: object) -> str:
    """Write JSON for machines.

    Parameters
    ----------
    record
        Anything that JSON can say; no NaN.

    Returns
    -------
    text
        Indented, with its letters as they are.
    """
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)


def write_columns(rows: Sequence[Sequence[str]]) -> str:
    """Write rows of texts in columns, the first one from the left, the others from the right.

    Parameters
    ----------
    rows
        All of the same length, at least one.

    Returns
    -------
    text
        A line for each row.

    Examples
    --------
    >>> print(write_columns([["way", "km"], ["Rue 1", "1.2"]]))
    way     km
    Rue 1  1.2
    """
    widths = [max(len(text) for text in column) for column in zip(*rows, strict=True)]
    lines = []
    for name, *others in rows:
        right = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        lines.append("  ".join([name.ljust(widths[0]), *right]).rstrip())
    return "\n".join(lines)
