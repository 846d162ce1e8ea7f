"""Turn the texts of a GTFS table into times, days and numbers; what is faulty stands out as NaN."""

import re
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Flags, Floats

Texts: TypeAlias = npt.NDArray[np.object_]
Days: TypeAlias = npt.NDArray[np.datetime64]

# Hours may pass 24: a trip belongs to the day on which it begins.
_CLOCK: Final = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
# Nobody's day lasts longer than this.
LONGEST_H: Final = 96


def seconds_of(texts: Texts) -> Floats:
    """Read times of day.

    Parameters
    ----------
    texts
        Such as `"7:05:00"` or `"25:30:00"`, shape (n,).

    Returns
    -------
    seconds
        From the beginning of the day of service; NaN where it is no time or empty, shape (n,).

    Examples
    --------
    >>> seconds_of(np.array(["7:05:00", "25:30:00", "", "7h05"], object)).tolist()
    [25500.0, 91800.0, nan, nan]
    """
    code, distinct = pd.factorize(texts)
    own = np.array([_seconds(str(each)) for each in distinct], np.float64)
    found: Floats = own[code] if own.size else np.empty(0)
    return found


def _seconds(text: str) -> float:
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) >= LONGEST_H:
        return np.nan
    hours, minutes, seconds = map(int, match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def days_of(texts: Texts) -> Days:
    """Read dates.

    Parameters
    ----------
    texts
        Such as `"20250122"`, shape (n,).

    Returns
    -------
    days
        NaT where it is no date, shape (n,).

    Examples
    --------
    >>> days_of(np.array(["20250122", "20250230", ""], object)).astype(str).tolist()
    ['2025-01-22', 'NaT', 'NaT']
    """
    code, distinct = pd.factorize(texts)
    known = pd.to_datetime(pd.Series(distinct, dtype=object), format="%Y%m%d", errors="coerce")
    is_plain = np.array([bool(re.fullmatch(r"\d{8}", str(each))) for each in distinct], np.bool_)
    days = known.where(is_plain).to_numpy().astype("datetime64[D]")
    found: Days = days[code] if days.size else np.empty(0, "datetime64[D]")
    return found


def numbers_of(texts: Texts) -> Floats:
    """Read numbers.

    Parameters
    ----------
    texts
        Shape (n,).

    Returns
    -------
    numbers
        NaN where there is none, shape (n,).

    Examples
    --------
    >>> numbers_of(np.array(["47.2", "", "x", "inf"], object)).tolist()
    [47.2, nan, nan, nan]
    """
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def column(table: pd.DataFrame, name: str) -> Texts:
    """Take a column, `""` throughout where the table has none.

    Parameters
    ----------
    table
        Of texts.
    name
        Its name.

    Returns
    -------
    texts
        Shape (n,).
    """
    if name not in table:
        return np.full(len(table), "", object)
    texts: Texts = table[name].to_numpy(object)
    return texts


def rows_of(names: Texts, known: Texts) -> npt.NDArray[np.int64]:
    """Find names in a list.

    Parameters
    ----------
    names
        Shape (n,).
    known
        Each once, shape (k,).

    Returns
    -------
    row
        Place in `known`, -1 where it is not there, shape (n,).
    """
    row: npt.NDArray[np.int64] = pd.Index(known).get_indexer(pd.Index(names)).astype(np.int64)
    return row


def is_repeated(keys: pd.DataFrame) -> Flags:
    """Tell which rows say the same key as one before.

    Parameters
    ----------
    keys
        The columns of the key.

    Returns
    -------
    is_repeated
        Shape (n,).
    """
    repeated: Flags = keys.duplicated().to_numpy(np.bool_)
    return repeated
