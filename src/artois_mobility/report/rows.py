"""Rows of the comparison's tables: taken by what they are about, and read one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from ..study.results import Comparison

# Profile and category.
Pair: TypeAlias = tuple[str, str]
# One row of a table, by column.
Record: TypeAlias = Mapping[str, Any]


def take_rows(
    table: pd.DataFrame,
    scenario: str,
    pair: Pair | None = None,
    *,
    profile: str | None = None,
    scope: str | None = None,
) -> pd.DataFrame:
    """Take the rows of a scenario.

    Parameters
    ----------
    table
        Any table of the comparison.
    scenario
        Key of the scenario.
    pair
        Profile and category; all when left out.
    profile
        Profile, for all its categories.
    scope
        `"territory"`, `"epci"` or `"commune"`, for the summary.

    Returns
    -------
    rows
        In the order of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"scenario": ["today", "bridge"]})
    >>> take_rows(table, "bridge").index.tolist(), len(take_rows(table, "tunnel"))
    ([1], 0)
    """
    wanted = {"scenario": scenario, "profile": profile}
    if pair is not None:
        wanted |= {"profile": pair[0], "category": pair[1]}
    for column, value in wanted.items():
        if value is not None:
            table = _take(table, column, value)
    if scope is not None:
        table = _take(table, "scope", scope)
    return table[table["rank"] == 1] if "rank" in table.columns else table


def _take(table: pd.DataFrame, column: str, value: str) -> pd.DataFrame:
    """Take the rows of one value; as a slice, without a copy, where they stand together."""
    is_wanted = (table[column] == value).to_numpy(np.bool_)
    first, count = int(is_wanted.argmax()), int(np.count_nonzero(is_wanted))
    if count and is_wanted[first : first + count].all():
        return table.iloc[first : first + count]
    return table[is_wanted]


def index_summary(result: Comparison) -> Comparison:
    """Store the repeated keys of the summary once each, so that taking its rows is quick.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    result
        The same rows; the keys of the summary are pandas categories.
    """
    keys = ("scenario", "profile", "category", "scope", "code", "name")
    kinds = dict.fromkeys(keys, "category")
    return replace(result, summary_table=result.summary_table.astype(kinds))


def read_records(table: pd.DataFrame) -> list[Record]:
    """Read a table row by row.

    Parameters
    ----------
    table
        Any table.

    Returns
    -------
    records
        One mapping per row.

    Examples
    --------
    >>> import pandas as pd
    >>> read_records(pd.DataFrame({"code": ["62498"]}))
    [{'code': '62498'}]
    >>> read_records(pd.DataFrame({"code": []}))
    []
    """
    names = [str(name) for name in table.columns]
    columns = [table[name].to_numpy(object).tolist() for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def read_pairs(table: pd.DataFrame) -> list[Pair]:
    """List the profiles and categories that a table is about.

    Parameters
    ----------
    table
        Any table with the columns `profile` and `category`.

    Returns
    -------
    pairs
        Each once, in the order of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> read_pairs(pd.DataFrame({"profile": ["car", "car"], "category": ["care", "care"]}))
    [('car', 'care')]
    """
    pairs = table[["profile", "category"]].drop_duplicates()
    return [(str(profile), str(category)) for profile, category in pairs.to_numpy()]
