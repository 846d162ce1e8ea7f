"""The tables that people open, as one workbook: territory, agglomerations, communes, gains."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xlsxwriter

from .dictionary import describe_columns
from .tables import GAINS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from .dictionary import Entry
    from .words import Words

# Rows below the header that a sheet holds.
MOST_ROWS: Final = 1_048_575
# A clock in the file would make it differ from run to run.
CREATED: Final = dt.datetime(2000, 1, 1)
# How numbers look, by their unit; a spreadsheet writes them as its own language does.
FORMATS: Final[Mapping[str, str]] = {"min": "0.0", "people": "#,##0", "person_min": "#,##0"}
# What tells zones apart, as far as a sheet needs none of it.
SCOPE_COLUMNS: Final = ("scope", "scope_label")
UNTOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "territory": (*SCOPE_COLUMNS, "insee_com", "siren_epci", "name"),
    "epci": (*SCOPE_COLUMNS, "insee_com"),
    "commune": SCOPE_COLUMNS,
}
NARROWEST: Final = 9
WIDEST: Final = 60
# What makes a row of the communes worth reading.
CHANGES: Final = (
    "people_gaining",
    "people_losing",
    "people_newly_reaching",
    "people_no_longer_reaching",
)


def write_workbook(
    tables: Mapping[str, pd.DataFrame],
    dictionary: pd.DataFrame,
    notes: Sequence[str],
    path: Path,
    words: Words,
) -> None:
    """Write the tables that people open as one workbook.

    Parameters
    ----------
    tables
        By the name of their file, with names beside the keys (`label_table`).
    dictionary
        What their columns are.
    notes
        What the first sheet says, one line each.
    path
        Where to.
    words
        The catalogue.
    """
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        book.set_properties({"title": notes[0], "created": CREATED})
        heavy = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        looks = {unit: book.add_format({"num_format": text}) for unit, text in FORMATS.items()}
        kept = words.say("dictionary.communes_kept", {"name": words.say("dictionary.commune")})
        first = book.add_worksheet(words.say("dictionary.readme"))
        first.set_column(0, 0, 120)
        for row, note in enumerate([*notes, kept, words.say("dictionary.guarded")]):
            first.write_string(row, 0, note, heavy if row == 0 else None)
        for name, table in _sheets(tables, words):
            entries = describe_columns(dict(table.dtypes), words)
            _fill(book.add_worksheet(name), table, entries, heavy=heavy, looks=looks)
        sheet = book.add_worksheet(words.say("dictionary.dictionary"))
        _fill(sheet, dictionary, describe_columns({}, words), heavy=heavy, looks=looks)


def _sheets(tables: Mapping[str, pd.DataFrame], words: Words) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the sheets; one that no sheet can hold goes on in another."""
    summary = tables["summary.csv"]
    base = summary["scenario"].iloc[0]
    for scope in ("territory", "epci", "commune"):
        rows = summary[summary["scope"] == scope]
        if scope == "commune":
            rows = rows[(rows["scenario"] == base) | (rows[list(CHANGES)] != 0).any(axis=1)]
        kept = rows.drop(columns=list(UNTOLD[scope]))
        yield from _split(words.say(f"dictionary.{scope}"), kept)
    yield from _split(words.say("dictionary.gains"), tables[GAINS].drop(columns="scope"))


def _split(name: str, table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    for number, start in enumerate(range(0, max(len(table), 1), MOST_ROWS)):
        title = name if number == 0 else f"{name} ({number + 1})"
        yield title, table.iloc[start : start + MOST_ROWS]


def _fill(
    sheet: Worksheet,
    table: pd.DataFrame,
    entries: Mapping[str, Entry],
    *,
    heavy: Format,
    looks: Mapping[str, Format],
) -> None:
    """Write a table below its header, which stays in sight and filters."""
    for column, name in enumerate(table.columns):
        entry = entries.get(str(name))
        label = entry.label if entry is not None else str(name)
        look = looks.get(entry.unit) if entry is not None else None
        sheet.write_string(0, column, label, heavy)
        width = NARROWEST
        for row, value in enumerate(_values(table.iloc[:, column]), 1):
            if isinstance(value, str):  # as text, so that no formula, link or number is made of it
                sheet.write_string(row, column, value)
                width = max(width, len(value))
            elif value is not None:
                sheet.write_number(row, column, value, look)
        sheet.set_column(column, column, min(width + 1, WIDEST))
    sheet.freeze_panes(1, 0)
    if len(table.columns):
        sheet.autofilter(0, 0, max(len(table), 1), len(table.columns) - 1)


def _values(column: pd.Series[Any]) -> list[Any]:
    """Give a column as texts and numbers, None for what is missing."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        numbers = column.to_numpy(np.float64)
        return [None if np.isnan(number) else number for number in numbers.tolist()]
    texts = column.astype(object)
    return [None if pd.isna(value) or value == "" else str(value) for value in texts]
