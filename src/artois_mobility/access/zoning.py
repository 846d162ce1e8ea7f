"""Access summed over communes, zones and groups of people; nobody is left out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import Floats, Rows
from ..errors import PlacesError
from ..graph import group_rows
from ..places.people import read_people
from .fairness import (
    answer_of,
    number_questions,
    read_column,
    refuse_double_rows,
    rows_of_cells,
)

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
    people = read_people(residents, weights)[row]
    zone_of_cell = pd.Series(read_column(residents, by)).fillna("").astype(str)
    zones = pd.Index(sorted(set(zone_of_cell) - {""}))
    number, asked = number_questions(table)
    refuse_double_rows(table, number, row)
    # who is in no zone comes after all zones, and the whole before
    zone = zones.get_indexer(pd.Index(zone_of_cell))
    zone = np.where(zone < 0, len(zones), zone)[row] + 1
    width = len(zones) + 2
    value = table[column].to_numpy(np.float64)
    group = (number * width + zone).astype(np.int32)
    figures = _sum_up(group, (len(asked), width), value, people, thresholds_min)
    rows = np.bincount(group, minlength=width * len(asked)).reshape(len(asked), width)
    rows[:, 0] = 1
    is_there = np.flatnonzero(rows.ravel() > 0)
    question, place = np.divmod(is_there, width)
    scopes = np.array([ALL, *[ZONE] * len(zones), OUTSIDE], object)
    names = np.array(["", *zones, ""], object)
    keys = asked.iloc[question].reset_index(drop=True)
    sums = {"scope": scopes[place], "zone": names[place]}
    return keys.assign(**sums, **{name: each.ravel()[is_there] for name, each in figures.items()})


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
    row = rows_of_cells(table, residents)
    people = read_people(residents, "population")[row]
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
    number, asked = number_questions(table)
    refuse_double_rows(table, number, row)
    sums = asked.assign(
        **{name: np.bincount(number, each, len(asked)) for name, each in columns.items()}
    )
    reached = sums["people_inside"] + sums["people_outside"]
    return sums.assign(outside_share=sums["people_outside"] / reached.where(reached > 0))


def _sum_up(
    group: Rows,
    shape: tuple[int, int],
    value: Floats,
    people: Floats,
    thresholds_min: Sequence[float],
) -> dict[str, Floats]:
    """Sum by question and zone, the whole before the zones; each of the shape given."""
    is_in = ~np.isnan(value)
    own, x, w = group[is_in], value[is_in], people[is_in]

    def total(rows: Rows, amount: Floats) -> Floats:
        sums = np.bincount(rows, amount, shape[0] * shape[1]).reshape(shape).astype(np.float64)
        sums[:, 0] = sums.sum(axis=1)
        return sums

    counted = total(own, w)
    mean = np.full(shape, np.nan)
    np.divide(total(own, w * x), counted, out=mean, where=counted > 0)
    is_counted = np.flatnonzero(w > 0)
    order = is_counted[np.argsort(x[is_counted], kind="stable")]
    question = (own // shape[1]).astype(np.int32)
    median = np.empty(shape)
    median[:, 0] = _medians(question[order], x[order], w[order], counted[:, 0])
    of_zone = _medians(own[order], x[order], w[order], counted.ravel())
    median[:, 1:] = of_zone.reshape(shape)[:, 1:]
    figures = {
        "people": total(group, people),
        "people_without": total(group, np.where(is_in, 0.0, people)),
        "mean": mean,
        "median": median,
    }
    return figures | {
        f"within_{each:g}_min": total(own, w * (x <= each)) for each in thresholds_min
    }


def _medians(group: Rows, x: Floats, w: Floats, counted: Floats) -> Floats:
    """Find for each group the least value that at least half of its people have at most.

    Values come in ascending order.
    """
    order = group_rows(group, counted.size).row_of_place
    group, x = group[order], x[order]
    passed = np.cumsum(w[order])
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    before = np.append(0.0, passed)[begins]
    mine = passed - np.repeat(before, np.diff(np.append(begins, group.size)))
    is_half = mine >= counted[group] / 2 * (1 - 1e-12)
    found, first = np.unique(group[is_half], return_index=True)
    medians = np.full(counted.size, np.nan)
    medians[found] = x[is_half][first]
    return medians
