"""Which rows of a table of sites are open on a day, by the days they opened and closed."""

from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Flags
from .tables import Texts, find_column, note_rows, read_texts

Days: TypeAlias = npt.NDArray[np.datetime64]

# Names of columns in small letters, the preferred first: ours, then those of FINESS.
OPENED_NAMES: Final = ("opened", "opening_date", "date_ouverture", "dateouv")
CLOSED_NAMES: Final = ("closed", "closing_date", "date_fermeture", "datefermeture")
NOT_YET: Final = "opened later"
NO_LONGER: Final = "closed before"
FRENCH_DAY: Final = r"(\d{2})/(\d{2})/(\d{4})"


def find_open(
    rows: pd.DataFrame, day: date | None, problems: list[str]
) -> tuple[Flags, dict[str, int]]:
    """Tell which sites are open on a day.

    Parameters
    ----------
    rows
        A table; its columns `opened` and `closed` may be missing, and so may single days.
    day
        The day; None for all sites.
    problems
        Grows by a sentence where something is no day.

    Returns
    -------
    is_open
        True from the day it opened until the day before it closed, shape (n,).
    not_open
        How many are not, by the reason.

    Examples
    --------
    >>> table = pd.DataFrame({"opened": ["2020-01-01", ""], "closed": ["2027-01-01", "31/12/2026"]})
    >>> find_open(table, date(2026, 12, 31), [])
    (array([ True, False]), {'closed before': 1})
    >>> find_open(table, None, [])
    (array([ True,  True]), {})
    """
    is_open = np.ones(len(rows), np.bool_)
    if day is None:
        return is_open, {}
    opened, closed = (
        _read_days(rows, find_column(rows, names), problems)
        for names in (OPENED_NAMES, CLOSED_NAMES)
    )
    now = np.datetime64(day)
    is_early, is_late = opened > now, closed <= now
    counts = {NOT_YET: int(is_early.sum()), NO_LONGER: int((is_late & ~is_early).sum())}
    return ~(is_early | is_late), {reason: count for reason, count in counts.items() if count}


def _read_days(rows: pd.DataFrame, column: str | None, problems: list[str]) -> Days:
    """Read a column of days, as 2027-03-01 or 01/03/2027; NaT where empty."""
    if column is None:
        return np.full(len(rows), "NaT", "datetime64[D]")
    values = rows[column]
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        texts: Texts = read_texts(rows, column)
        plain = pd.Series(texts, dtype=str).str.replace(FRENCH_DAY, r"\3-\2-\1", regex=True)
        values = pd.to_datetime(plain, format="%Y-%m-%d", errors="coerce")
        is_wrong = values.isna().to_numpy() & (texts != "")
        what = f"{column} is no day such as 2027-03-01"
        note_rows(problems, is_wrong, what, texts, rows.index)
    days: Days = values.dt.tz_localize(None).to_numpy("datetime64[D]")
    return days
