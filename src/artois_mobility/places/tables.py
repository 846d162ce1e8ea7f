"""Columns of tables as text and numbers, with everything wrong about them collected."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Flags, Floats
from ..errors import PlacesError, list_problems

Texts: TypeAlias = npt.NDArray[np.object_]

# A message about a column that is missing names so many of those that are there.
MOST_NAMED: Final = 12


def find_column(table: pd.DataFrame, names: Sequence[str]) -> str | None:
    """Find the first column with one of some names, whatever the capitals.

    Parameters
    ----------
    table
        Any table.
    names
        Names in small letters, the preferred one first.

    Returns
    -------
    column
        Its name in the table, or None.

    Examples
    --------
    >>> find_column(pd.DataFrame({"TYPEQU": ["D101"]}), ("category", "typequ"))
    'TYPEQU'
    >>> find_column(pd.DataFrame(), ("category",)) is None
    True
    """
    column_of_name = {str(column).strip().lower(): str(column) for column in table.columns[::-1]}
    return next((column_of_name[name] for name in names if name in column_of_name), None)


def read_texts(table: pd.DataFrame, column: str | None) -> Texts:
    """Give a column as text, with `""` for what is missing.

    Parameters
    ----------
    table
        Any table.
    column
        One of its columns, or None.

    Returns
    -------
    texts
        Without blanks around; whole numbers without a decimal point.

    Examples
    --------
    >>> read_texts(pd.DataFrame({"a": [1.0, np.nan]}), "a").tolist()
    ['1', '']
    >>> read_texts(pd.DataFrame({"a": [1]}), None).tolist()
    ['']
    """
    texts = np.full(len(table), "", object)
    if column is None:
        return texts
    values = table[column]
    is_given = values.notna().to_numpy()
    if pd.api.types.is_float_dtype(values.dtype):
        found = [
            f"{value:.0f}" if value == int(value) else str(value) for value in values[is_given]
        ]
    else:
        found = [str(value).strip() for value in values[is_given]]
    texts[is_given] = found
    return texts


def read_numbers(table: pd.DataFrame, column: str, problems: list[str]) -> Floats:
    """Give a column as numbers; what is no number is a problem, what is missing NaN.

    Parameters
    ----------
    table
        Any table.
    column
        One of its columns.
    problems
        Grows by a sentence where something is no number.

    Returns
    -------
    numbers
        NaN where empty or no number.
    """
    values = table[column]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return np.array(values.to_numpy(np.float64, na_value=np.nan))
    texts = read_texts(table, column)
    plain = [_plain_number(text, table.attrs.get("decimal", ".")) for text in texts]
    numbers: Floats = pd.to_numeric(pd.Series(plain, dtype=object), errors="coerce").to_numpy(
        np.float64
    )
    is_wrong = np.isnan(numbers) & (texts != "") & (np.char.lower(texts.astype(str)) != "nan")
    note_rows(problems, is_wrong, f"{column} is no number", texts, table.index)
    return numbers


def note_rows(
    problems: list[str],
    is_wrong: Flags,
    what: str,
    found: Texts | Floats,
    index: pd.Index | None = None,
) -> None:
    """Add a sentence about faulty rows: how many of how many, and the first.

    Parameters
    ----------
    problems
        Grows by a sentence where any row is faulty.
    is_wrong
        True for faulty rows.
    what
        What is wrong.
    found
        What stands in each row.
    index
        Number of each row in the file, from 0; its place here when None.

    Examples
    --------
    >>> problems = []
    >>> note_rows(problems, np.array([False, True]), "lon is no number", np.array(["2.8", "east"]))
    >>> problems
    ["lon is no number in 1 of 2 rows; first row 2: 'east'"]
    >>> note_rows(problems, np.array([False, False]), "lon is no number", np.array(["2.8", "2.9"]))
    >>> len(problems)
    1
    """
    rows = np.flatnonzero(is_wrong)
    if rows.size:
        value = found[rows[0]]
        first = repr(str(value)) if isinstance(value, str) else f"{value:g}"
        number = int(rows[0] if index is None else index[rows[0]]) + 1
        problems.append(
            f"{what} in {rows.size} of {is_wrong.size} rows; first row {number}: {first}"
        )


def note_missing(problems: list[str], names: Sequence[str], table: pd.DataFrame) -> None:
    """Add a sentence about columns that a table lacks.

    Parameters
    ----------
    problems
        Grows by a sentence.
    names
        The columns that it lacks, one or more.
    table
        Any table.

    Examples
    --------
    >>> problems = []
    >>> note_missing(problems, ["lon", "lat"], pd.DataFrame({"x": [1], "y": [2]}))
    >>> problems
    ['column lon and lat missing; the columns are x, y']
    """
    problems.append(f"column {' and '.join(names)} missing; the columns are {name_columns(table)}")


def name_columns(table: pd.DataFrame) -> str:
    """Name the columns of a table, the first dozen of them.

    Parameters
    ----------
    table
        Any table.

    Returns
    -------
    names
        With commas between.

    Examples
    --------
    >>> name_columns(pd.DataFrame(columns=range(20)))
    '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11'
    """
    return ", ".join(str(column) for column in table.columns[:MOST_NAMED])


def refuse(path: str | Path, problems: Sequence[str], remedy: str = "") -> None:
    """Raise one error about all problems of a file; do nothing when there are none.

    Parameters
    ----------
    path
        The file.
    problems
        One sentence each.
    remedy
        What to do, as a sentence.

    Raises
    ------
    PlacesError
        If there are any problems.
    """
    if problems:
        count = f"{len(problems)} problem" + ("s" if len(problems) > 1 else "")
        msg = f"{path} has {count}:\n{list_problems(problems)}" + (f"\n{remedy}" if remedy else "")
        raise PlacesError(msg)


def _plain_number(text: str, decimal: str) -> str:
    without_blanks = "".join(text.split())
    return without_blanks.replace(decimal, ".") if decimal != "." else without_blanks
