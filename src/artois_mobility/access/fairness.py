"""How evenly access is spread over people: indices of inequality for tables of access."""

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Floats, Rows
from ..errors import PlacesError
from ..graph import group_rows
from ..places.categories import find_category
from ..places.people import list_cells
from . import inequality

if TYPE_CHECKING:
    import geopandas as gpd

    from .._types import Flags

Values: TypeAlias = npt.NDArray[np.object_]

# Columns of tables of access that name a question; the others are answers.
QUESTIONS: Final = ("scenario", "profile", "category", "basket", "measure", "rank")


def equity(
    table: pd.DataFrame,
    residents: "gpd.GeoDataFrame",
    *,
    weights: str = "population",
    groups: str | None = None,
    rank_by: str | None = None,
    line: float | None = None,
) -> pd.DataFrame:
    """Tell how evenly access is spread over people.

    Parameters
    ----------
    table
        What `am.access_times`, `am.opportunities`, `am.basket_times` or the `cells` of
        `am.floating_catchments` return: `cell`, what is asked, and `minutes` or `value`.
    residents
        What `am.read_residents` returns: every cell of the table has its row.
    weights
        Column of people to count, such as `"population"` or `"ind_80p"`.
    groups
        Column to take Theil's index apart by, such as `"commune"`.
    rank_by
        Column that ranks cells from low to high, such as income; for the concentration index.
    line
        Of poverty of access: more minutes than that, or a lower value. For minutes the threshold
        of the category when None; without any line there is no poverty.

    Returns
    -------
    equity
        A row for each question: its columns; `people` counted; `people_left_out`, who reach
        nothing or hang on no street; `mean`; `gini`, `palma`, `theil`; `theil_within` and
        `theil_between` with `groups`; `concentration` with `rank_by`; `line`, `poverty_share`
        (who reach nothing are poor), `poverty_gap` and `poverty_severity` (of those counted).

    Raises
    ------
    PlacesError
        If a column is missing or holds what is not allowed, or a cell is unknown.

    See Also
    --------
    artois_mobility.access.inequality : the indices by themselves, and their curves.

    Examples
    --------
    >>> residents = pd.DataFrame({"cell": ["a", "b", "c"], "population": [2.0, 1.0, 1.0]})
    >>> table = {"cell": ["a", "b", "c"], "category": "care/pharmacy", "minutes": [5, 25, None]}
    >>> found = equity(pd.DataFrame(table), residents, line=10)
    >>> found[["people", "people_left_out", "poverty_share"]].to_numpy().tolist()
    [[3.0, 1.0, 0.5]]
    """
    column = answer_of(table)
    columns = {name: read_column(residents, name) for name in (weights, groups, rank_by) if name}
    row = rows_of_cells(table, residents)
    people = numbers_of(weights, columns[weights])[row]
    value = table[column].to_numpy(np.float64)
    number, asked = number_questions(table)
    refuse_double_rows(table, number, row)
    rows = []
    members_of = group_rows(number.astype(np.int32), len(asked))
    if groups:
        columns[groups] = pd.factorize(columns[groups], use_na_sentinel=False)[0].astype(object)
    for question in range(len(asked)):
        first, last = members_of.first[question : question + 2]
        members = members_of.row_of_place[first:last]
        own_line = line
        if line is None and column == "minutes" and "category" in asked:
            own_line = find_category(str(asked["category"].iloc[question])).threshold_min
        own = {name: columns[name][row[members]] for name in (groups, rank_by) if name}
        figures = _assess(value[members], people[members], own_line, column == "minutes")
        is_in = ~np.isnan(value[members])
        x, w = value[members][is_in], people[members][is_in]
        if groups:
            parts = inequality.theil_parts(x, own[groups][is_in].astype(np.int64), w)
            figures |= {"theil_within": parts.within, "theil_between": parts.between}
        if rank_by:
            by = numbers_of(rank_by, own[rank_by])[is_in]
            figures["concentration"] = inequality.concentration_index(x, by, w)
        rows.append(figures)
    return pd.concat([asked, pd.DataFrame(rows)], axis=1)


def number_questions(table: pd.DataFrame) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
    """Give each question that a table of access answers its number.

    Parameters
    ----------
    table
        Any such table, r rows.

    Returns
    -------
    number
        Of the question that each row answers, shape (r,).
    questions
        A row for each, in the order of the table; without columns where there is but one.
    """
    names = [name for name in QUESTIONS if name in table.columns]
    if not names:
        return np.zeros(len(table), np.int64), pd.DataFrame(index=range(1))
    grouped = table.groupby(names, observed=True, sort=False)
    number = np.asarray(grouped.ngroup(), np.int64)
    first = np.unique(number, return_index=True)[1]
    return number, table[names].iloc[first].reset_index(drop=True)


def _assess(value: Floats, people: Floats, line: float | None, is_burden: bool) -> dict[str, float]:
    is_in: Flags = ~np.isnan(value)
    x, w = value[is_in], people[is_in]
    counted, left_out = float(w.sum()), float(people[~is_in].sum())
    figures = {
        "people": counted,
        "people_left_out": left_out,
        "mean": float(w @ x) / counted if counted else float("nan"),
        "gini": inequality.gini(x, w),
        "palma": inequality.palma(x, w),
        "theil": inequality.theil(x, w),
    }
    if line is None:
        return figures
    share, gap, severity = (
        inequality.foster_greer_thorbecke(x, line, alpha, w, is_burden=is_burden)
        for alpha in (0, 1, 2)
    )
    everybody = counted + left_out
    poor = (0.0 if not counted else share * counted) + left_out
    return figures | {
        "line": float(line),
        "poverty_share": poor / everybody if everybody else float("nan"),
        "poverty_gap": gap,
        "poverty_severity": severity,
    }


def rows_of_cells(table: pd.DataFrame, residents: "gpd.GeoDataFrame") -> Rows:
    """Find the residents that each row of a table of access is about.

    Parameters
    ----------
    table
        With `cell`.
    residents
        With `cell`, each once.

    Returns
    -------
    row
        Of the residents, shape (r,).

    Raises
    ------
    PlacesError
        If a cell is unknown, or stands twice among the residents.
    """
    code, cells = pd.factorize(table["cell"])
    row = pd.Index(list_cells(residents)).get_indexer(pd.Index(cells).astype(str))[code]
    if (row < 0).any():
        lost = str(table["cell"].iloc[int(np.argmax(row < 0))])
        msg = f"{(row < 0).sum()} rows are of cells that are no residents', first {lost!r}."
        raise PlacesError(msg)
    rows: Rows = row.astype(np.int32)
    return rows


def refuse_double_rows(table: pd.DataFrame, number: npt.NDArray[np.int64], row: Rows) -> None:
    """Refuse a table that answers a question twice for a cell: its people would count twice.

    Parameters
    ----------
    table
        Of access, r rows.
    number, row
        Which question each row answers, and for which residents, shape (r,).

    Raises
    ------
    PlacesError
        If any does.
    """
    key = number * (int(row.max(initial=0)) + 1) + row
    again = pd.Series(key).duplicated().to_numpy()
    if again.any():
        first = str(table["cell"].iloc[int(again.argmax())])
        msg = (
            f"{again.sum()} of {len(table)} rows answer the same question again, first for cell "
            f"{first!r}. Keep one row for each cell and question."
        )
        raise PlacesError(msg)


def answer_of(table: pd.DataFrame) -> str:
    """Tell which column of a table of access holds the answer.

    Parameters
    ----------
    table
        Any.

    Returns
    -------
    column
        `"minutes"` or `"value"`.

    Raises
    ------
    PlacesError
        If it is no table of access.
    """
    found = [name for name in ("minutes", "value") if name in table.columns]
    if "cell" not in table.columns or len(found) != 1:
        columns = ", ".join(map(str, table.columns))
        msg = f"A table of access has cell and either minutes or value; found {columns}."
        raise PlacesError(msg)
    return found[0]


def read_column(residents: "gpd.GeoDataFrame", name: str) -> Values:
    """Take a column.

    Parameters
    ----------
    residents
        The table.
    name
        The column.

    Returns
    -------
    values
        Shape (p,).

    Raises
    ------
    PlacesError
        If there is none of that name.
    """
    if name not in residents.columns:
        found = ", ".join(map(str, residents.columns))
        msg = f"The residents have no column {name!r}; they have {found}."
        raise PlacesError(msg)
    values: Values = residents[name].to_numpy(object)
    return values


def numbers_of(name: str, values: Values) -> Floats:
    """Read a column as numbers.

    Parameters
    ----------
    name
        What it is called.
    values
        What it holds.

    Returns
    -------
    numbers
        Of the same shape, finite.

    Raises
    ------
    PlacesError
        If something is no number.
    """
    numbers: Floats = pd.to_numeric(pd.Series(list(values)), errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~np.isfinite(numbers))
    if wrong.size:
        msg = (
            f"{wrong.size} of {numbers.size} cells have no number in {name!r}, first row "
            f"{wrong[0]}: {values[wrong[0]]}. Fill it in, or leave these cells out."
        )
        raise PlacesError(msg)
    return numbers
