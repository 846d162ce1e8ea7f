"""What a table of the page is made of: captions, rows, and cells that read and sort well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .words import write_number, write_share, write_signed

if TYPE_CHECKING:
    from .words import Words


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure in a table.

    Attributes
    ----------
    text
        What is read.
    value
        What is sorted by.
    """

    text: str
    value: float | str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    name
        Whose figures these are.
    cells
        The figures.
    is_total
        True for the row that sums up the others.
    target
        Place of the page that its name leads to; `""` for none.
    """

    name: str
    cells: tuple[Cell, ...]
    is_total: bool = False
    target: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the page.

    Attributes
    ----------
    caption
        What it shows.
    headers
        Names of its columns, that of the rows' names first.
    rows
        Its rows.
    is_sortable
        True when the reader may want another order.
    note
        What is not in it, as a sentence; `""` when all is.
    is_folded
        True for a long table that opens when it is asked for.
    """

    caption: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    is_sortable: bool = False
    note: str = ""
    is_folded: bool = False


def write_people_cell(people: float, words: Words) -> Cell:
    """Write a number of people.

    Parameters
    ----------
    people
        Any number.
    words
        The catalogue, for the language.

    Returns
    -------
    cell
        To the person.
    """
    return Cell(write_number(people, words.language), _sortable(round(people, 1)))


def write_change_cell(people: float, words: Words) -> Cell:
    """Write by how many people a number changes.

    Parameters
    ----------
    people
        Any number.
    words
        The catalogue, for the language.

    Returns
    -------
    cell
        To the person, with its sign.
    """
    return Cell(write_signed(people, words.language), _sortable(round(people, 1)))


def write_minutes_cell(minutes: float, words: Words) -> Cell:
    """Write mean minutes.

    Parameters
    ----------
    minutes
        Any number; NaN for nobody.
    words
        The catalogue, for the language.

    Returns
    -------
    cell
        In whole minutes, a half counts as less; sorted by thousandths.
    """
    exact = round(minutes, 3)
    whole = exact if np.isnan(exact) else np.ceil(exact - 0.5)
    return Cell(write_number(whole, words.language), _sortable(exact))


def write_index_cell(value: float, words: Words) -> Cell:
    """Write an index between nought and one.

    Parameters
    ----------
    value
        Any number; NaN where there is none.
    words
        The catalogue, for the language.

    Returns
    -------
    cell
        To a thousandth.
    """
    return Cell(write_number(value, words.language, 3), _sortable(round(value, 6)))


def write_share_cell(part: float, whole: float, words: Words) -> Cell:
    """Write a share in per cent.

    Parameters
    ----------
    part, whole
        Numbers of people.
    words
        The catalogue, for the language.

    Returns
    -------
    cell
        In whole per cent.
    """
    value = part / whole if whole > 0 else float("nan")
    return Cell(write_share(part, whole, words.language), _sortable(round(value, 4)))


def say_unchanged(count: int, words: Words) -> str:
    """Say for how many pairs of mode and destination nothing changes.

    Parameters
    ----------
    count
        How many are not in the table.
    words
        The catalogue.

    Returns
    -------
    sentence
        `""` for none.

    Examples
    --------
    >>> from artois_mobility.report.words import read_words
    >>> say_unchanged(24, read_words("en"))
    '24 other destinations and modes: nothing changes.'
    """
    return words.say("table.pairs_unchanged", {"count": count}) if count else ""


def _sortable(value: float) -> float | str:
    """Give a value to sort by, as short as it goes; no value sorts behind all others."""
    if np.isnan(value):
        return ""
    return int(value) if float(value).is_integer() else float(value)
