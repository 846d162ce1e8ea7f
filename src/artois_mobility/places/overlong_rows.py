"""Rows of a text file that hold more than its first line names."""

import csv
from collections.abc import Iterator
from itertools import chain
from pathlib import Path


def find_overlong_row(path: Path, separator: str) -> int:
    """Find the first row that has something beyond the last named column.

    pandas refuses rows longer than the first one, but cuts all of them to the names where the first
    is too long itself: a decimal comma between commas would be lost.

    Parameters
    ----------
    path
        A file in UTF-8.
    separator
        Between columns.

    Returns
    -------
    row
        Number from 1; 0 where there is none, also where separators at the ends of lines enclose
        nothing.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        try:
            return _find(row for row in reader if row)
        except csv.Error:  # a quotation mark that never closes, which pandas tells
            return 0


def _find(rows: Iterator[list[str]]) -> int:
    width = len(next(rows, []))
    first = next(rows, [])
    if len(first) <= width:
        return 0
    numbered = enumerate(chain([first], rows), start=1)
    return next((number for number, row in numbered if "".join(row[width:]).strip()), 0)
