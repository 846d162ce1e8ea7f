"""Access summed over communes, zones and groups of people; nobody is left out."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Floats
from ..errors import PlacesError
from .fairness import QUESTIONS, answer_of, numbers_of, read_column, rows_of_cells

if TYPE_CHECKING:
    import geopandas as gpd

ALL: Final = "all"
ZONE: Final = "zone"
OUTSIDE: Final = "outside"


def sum_over_zones(
    table: pd.DataFrame,
    residents: "gpd.GeoDataFrame",
    by: str = "commune",
    *,
    weights: str = "population",
    thresholds_min: Sequence[float] = (),
) -> pd.DataFrame:
    """Sum a table of access over communes, zones or any groups of cells.

    Parameters
    ----------
    table
        What `am.access_times`, `am.opportunities`, `am.basket_times` or the `cells` of
        `am.floating_catchments` return.
    residents
        What `am.read_residents` or `am.assign_zones` return: every cell of the table has its row.
    by
        Column of the residents to sum by, such as `"commune"`, `"epci"`, `"zone"`.
    weights
        Column of people to count, such as `"population"` or `"ind_80p"`.
    thresholds_min
        Minutes within which people are counted; for tables of minutes.

    Returns
    -------
    sums
        For each question a row for the whole (`scope` `"all"`), one for each zone (`"zone"`), and
        one for the people in none (`"outside"`, where there are any): the question's columns,
        `scope`, `zone`, `people`, `people_without` (who reach nothing or hang on no street),
        `mean` and `median` (of those who do reach something, by people), and `within_10_min` and
        so on. People of all zones and outside add up to the whole.

    Raises
    ------
    PlacesError
        If a column is missing or holds what is not allowed, or a cell is unknown.

    Examples
    --------
    >>> residents = pd.DataFrame({"cell": ["a", "b"], "population": [3.0, 1.0], "commune": "62498"})
    >>> table = pd.DataFrame({"cell": ["a", "b"], "category": "care", "minutes": [5.0, 9.0]})
    >>> sums = sum_over_zones(table, residents, thresholds_min=[7])
    >>> sums[["scope", "people", "mean", "median", "within_7_min"]].to_numpy().tolist()
    [['all', 4.0, 6.0, 5.0, 3.0], ['zone', 4.0, 6.0, 5.0, 3.0]]
    """
    column = answer_of(table)
    if len(thresholds_min) and column != "minutes":
        msg = "thresholds_min count people by minutes; leave them out for a table of values."
        raise PlacesError(msg)
    row = rows_of_cells(table, residents)
    people = numbers_of(weights, read_column(residents, weights))[row]
    zone = pd.Series(read_column(residents, by)).fillna("").astype(str).to_numpy(object)[row]
    value = table[column].to_numpy(np.float64)
    questions = [name for name in QUESTIONS if name in table.columns]
    keys = table[questions] if questions else pd.DataFrame({"question": [""] * len(table)})
    rows = []
    for key, members in keys.groupby(list(keys.columns), observed=True, sort=False).indices.items():
        named = dict(zip(keys.columns, key if isinstance(key, tuple) else (key,), strict=True))
        for scope, name, own in _split(zone, np.asarray(members)):
            figures = _sum_up(value[own], people[own], thresholds_min)
            asked = named if questions else {}
            rows.append({**asked, "scope": scope, "zone": name, **figures})
    return pd.DataFrame(rows)


def outside_share(
    table: pd.DataFrame, residents: "gpd.GeoDataFrame", sites: "gpd.GeoDataFrame", by: str = "zone"
) -> pd.DataFrame:
    """Tell how many people find their nearest site outside the territory.

    Parameters
    ----------
    table
        What `am.access_times` returns; its first rank counts.
    residents
        What `am.read_residents` returns.
    sites
        With a column that says in which zone each site lies, `""` outside the territory, as
        `am.assign_zones` adds it.
    by
        That column.

    Returns
    -------
    shares
        By question: `people`, `people_inside` and `people_outside` (by where their nearest site
        lies), `people_without`, and `outside_share` of those who reach one. The nearest is not
        always the one people go to.

    Raises
    ------
    PlacesError
        If a column is missing, or a cell or a site is unknown.

    Examples
    --------
    >>> residents = pd.DataFrame({"cell": ["a", "b"], "population": [3.0, 1.0]})
    >>> nearest = {"cell": ["a", "b"], "category": "care", "site": ["x", "y"], "minutes": [5.0, 9]}
    >>> sites = pd.DataFrame({"site": ["x", "y"], "zone": ["62498", ""]})
    >>> found = outside_share(pd.DataFrame(nearest), residents, sites)
    >>> found[["people_inside", "people_outside", "outside_share"]].to_numpy().tolist()
    [[3.0, 1.0, 0.25]]
    """
    if "site" not in table.columns:
        msg = f"A table of nearest sites has the column site; found {', '.join(table.columns)}."
        raise PlacesError(msg)
    table = table[table["rank"] == 1] if "rank" in table.columns else table
    people = numbers_of("population", read_column(residents, "population"))
    people = people[rows_of_cells(table, residents)]
    zone_of_site = dict(
        zip(sites["site"].astype(str), pd.Series(read_column(sites, by)).fillna(""), strict=True)
    )
    site = table["site"].fillna("").astype(str).to_numpy(object)
    unknown = sorted(set(site) - {""} - set(zone_of_site))
    if unknown:
        msg = f"{len(unknown)} sites of the table are not among the sites, first {unknown[0]!r}."
        raise PlacesError(msg)
    is_reached = site != ""
    is_inside = np.array([zone_of_site.get(each, "") != "" for each in site], np.bool_)
    columns = {
        "people": people,
        "people_inside": people * (is_reached & is_inside),
        "people_outside": people * (is_reached & ~is_inside),
        "people_without": people * ~is_reached,
    }
    questions = [name for name in QUESTIONS if name in table.columns and name != "rank"]
    keys = [table[name].to_numpy(object) for name in questions]
    sums = pd.DataFrame(columns).groupby(keys or np.zeros(len(table), int), sort=False).sum()
    sums.index.names = questions or [None]
    reached = sums["people_inside"] + sums["people_outside"]
    sums["outside_share"] = sums["people_outside"] / reached.where(reached > 0)
    return sums.reset_index(drop=not questions)


def _split(
    zone: npt.NDArray[np.object_],
    members: npt.NDArray[np.int64],
) -> Iterator[tuple[str, str, npt.NDArray[np.int64]]]:
    """Give the whole, each zone, and who is in none."""
    yield ALL, "", members
    own = zone[members]
    for name in sorted(set(own) - {""}):
        yield ZONE, name, members[own == name]
    if (own == "").any():
        yield OUTSIDE, "", members[own == ""]


def _sum_up(value: Floats, people: Floats, thresholds_min: Sequence[float]) -> dict[str, float]:
    is_in = ~np.isnan(value)
    x, w = value[is_in], people[is_in]
    figures = {
        "people": float(people.sum()),
        "people_without": float(people[~is_in].sum()),
        "mean": float(w @ x) / float(w.sum()) if w.sum() else float("nan"),
        "median": _median(x, w),
    }
    within = {f"within_{each:g}_min": float(w[x <= each].sum()) for each in thresholds_min}
    return figures | within


def _median(x: Floats, w: Floats) -> float:
    """Find the least value that at least half of the people have at most."""
    if not w.sum():
        return float("nan")
    order = np.argsort(x, kind="stable")
    half = np.searchsorted(np.cumsum(w[order]), w.sum() / 2)
    return float(x[order][min(int(half), x.size - 1)])
