"""Who gains and who loses by a scenario: by group of people, across thresholds, and how evenly."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from .._types import Flags, Floats, Rows
from ..access.fairness import numbers_of, read_column
from ..access.inequality import gini, theil
from ..scenarios.differences import NOTICED_MIN
from ..transit.naming import TRANSIT
from .results import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping

ALL: Final = "all"
GROUP: Final = "group"
NOBODYS: Final = "outside"

# Sums by group, and how even times are.
Measured: TypeAlias = tuple[dict[str, Floats], dict[str, float]]


def who_gains(
    result: Comparison,
    by: str | None = None,
    *,
    weights: str = "population",
    thresholds_min: Sequence[float] | None = None,
) -> pd.DataFrame:
    """Tell who gains and who loses by each scenario, on the way to the nearest site.

    Parameters
    ----------
    result
        What `am.compare` returns.
    by
        Column of its residents to tell apart by, such as `"commune"`, `"epci"` or a column of your
        own with a group of people; None for the whole alone.
    weights
        Column of people to count: `"population"` counts the scenario's people, any other column
        today's, such as `"ind_80p"` or `"men_pauv"`.
    thresholds_min
        Minutes to count people crossing, either way; those of the study when None.

    Returns
    -------
    gains
        By scenario, profile and category a row for the whole (`scope` `"all"`), one for each group
        (`"group"`) and one for people in none (`"outside"`): `people`, `gaining`, `losing` (by a
        minute or more), `surely_gaining`, `surely_losing` (beyond noise; NaN where the study does
        not ask how sure it is), `newly_reaching`, `no_longer_reaching`, `gained_person_min`,
        `lost_person_min` (of those who reach a site in both), `newly_within_10_min`,
        `no_longer_within_10_min` and so on; and of the whole alone, over who reach a site in both,
        `gini_before`, `gini_after`, `theil_before`, `theil_after`. No rows for today.

    Raises
    ------
    PlacesError
        If a column is missing or holds no numbers of people.

    Examples
    --------
    >>> import artois_mobility as am
    >>> study = am.read_study("scenarios/artois.toml")  # doctest: +SKIP
    >>> result = am.compare(study, ["scenarios/ville-30.toml"])  # doctest: +SKIP
    >>> am.who_gains(result, "epci")["losing"].sum() > 0  # doctest: +SKIP
    True
    """
    study = result.study
    bounds = study.thresholds_min if thresholds_min is None else tuple(thresholds_min)
    group, names = _group(result, by)
    has_others = bool((group == len(names)).any()) and by is not None
    shape = (
        len(result.scenarios),
        len(study.profiles),
        len(study.categories),
        len(result.residents),
        study.nearest,
    )
    minutes = result.access_times["minutes"].to_numpy(np.float64).reshape(shape)[..., 0]
    marks = _marks(result, shape)
    found: list[Measured] = []
    unchanged: dict[tuple[int, int], Measured] = {}
    base_people = _people(result, result.base.key, weights)
    for row, scenario in enumerate(result.scenarios[1:], start=1):
        people = _people(result, scenario.key, weights)
        is_same = marks is None and np.array_equal(people, base_people)
        for place, profile in enumerate(study.profiles):
            is_drawn = marks is not None and profile != TRANSIT
            for number in range(len(study.categories)):
                pair = minutes[0, place, number], minutes[row, place, number]
                own = marks[row - 1, place, number] if marks is not None and is_drawn else None
                is_still = is_same and np.array_equal(*pair, equal_nan=True)
                known = unchanged.get((place, number)) if is_still else None
                if known is None:
                    sums = _sum_up(*pair, people, bounds, own)
                    known = _by_group(sums, group, len(names)), _evenness(*pair, people)
                if is_still:
                    unchanged[place, number] = known
                found.append(known)
    if not found:
        return pd.DataFrame(columns=["scenario", "profile", "category", "scope", "group", "people"])
    keys = [each.key for each in result.scenarios[1:]]
    gains = _tabulate(found, [keys, study.profiles, study.categories], names)
    is_there = (gains["scope"] != NOBODYS) | has_others
    return gains[is_there].reset_index(drop=True)


def _tabulate(
    found: Sequence[Measured], axes: Sequence[Sequence[str]], names: Sequence[str]
) -> pd.DataFrame:
    """Make one table of what was measured: by scenario, profile and category a line per group."""
    lines = [(ALL, ""), *((GROUP, name) for name in names), (NOBODYS, "")]
    rows = [(*keys, *line) for keys in product(*axes) for line in lines]
    table = pd.DataFrame(rows, columns=["scenario", "profile", "category", "scope", "group"])
    sums, evenness = (
        {name: [each[part][name] for each in found] for name in found[0][part]} for part in (0, 1)
    )
    columns = {name: np.concatenate(each) for name, each in sums.items()}
    for name, of_whole in evenness.items():
        columns[name] = np.full((len(found), len(lines)), np.nan)
        columns[name][:, 0] = of_whole
        columns[name] = columns[name].ravel()
    return table.assign(**columns)


def _group(result: Comparison, by: str | None) -> tuple[Rows, list[str]]:
    """Give every cell the number of its group; those in none come last."""
    if by is None:
        return np.zeros(len(result.residents), np.int32), []
    column = pd.Series(read_column(result.residents, by)).fillna("").astype(str)
    names = sorted(set(column) - {""})
    group = pd.Index(names).get_indexer(pd.Index(column)).astype(np.int32)
    return np.where(group < 0, len(names), group).astype(np.int32), names


def _people(result: Comparison, scenario: str, weights: str) -> Floats:
    if weights == "population":
        return result.people_of(scenario)
    return np.nan_to_num(numbers_of(weights, read_column(result.residents, weights)))


def _marks(result: Comparison, shape: tuple[int, ...]) -> Floats | None:
    """Give the range of what the nearest site gains, shape (scenarios, p, c, n, 2), or None."""
    table = result.differences
    if "gained_low" not in table:
        return None
    count = (shape[0] - 1, *shape[1:])
    low, high = (
        table[name].to_numpy(np.float64).reshape(count)[..., 0]
        for name in ("gained_low", "gained_high")
    )
    return np.stack([low, high], axis=-1)


def _sum_up(
    before: Floats, after: Floats, people: Floats, bounds: Sequence[float], marks: Floats | None
) -> "Mapping[str, Floats]":
    """Count every cell's people, shape (n,) each."""
    was, now = ~np.isnan(before), ~np.isnan(after)
    both: Flags = was & now
    gained = np.where(both, before - after, 0.0)
    unknown = np.full(people.size, np.nan)
    sure = (
        (unknown, unknown)
        if marks is None
        else (
            people * (both & (marks[:, 0] >= NOTICED_MIN)),
            people * (both & (marks[:, 1] <= -NOTICED_MIN)),
        )
    )
    columns = {
        "people": people,
        "gaining": people * (gained >= NOTICED_MIN),
        "losing": people * (gained <= -NOTICED_MIN),
        "surely_gaining": sure[0],
        "surely_losing": sure[1],
        "newly_reaching": people * (now & ~was),
        "no_longer_reaching": people * (was & ~now),
        "gained_person_min": people * np.maximum(gained, 0.0),
        "lost_person_min": people * np.maximum(-gained, 0.0),
    }
    for bound in bounds:
        here, there = before <= bound, after <= bound
        columns[f"newly_within_{bound:g}_min"] = people * (there & ~here)
        columns[f"no_longer_within_{bound:g}_min"] = people * (here & ~there)
    return columns


def _by_group(columns: "Mapping[str, Floats]", group: Rows, count: int) -> dict[str, Floats]:
    """Sum over the whole, then each group, then who is in none."""
    sums = {}
    for name, values in columns.items():
        own = np.bincount(group, values, count + 1)
        sums[name] = np.concatenate([[values.sum()], own])
    return sums


def _evenness(before: Floats, after: Floats, people: Floats) -> dict[str, float]:
    both = ~np.isnan(before) & ~np.isnan(after)
    return {
        f"{name}_{when}": index(values[both], people[both])
        for name, index in (("gini", gini), ("theil", theil))
        for when, values in (("before", before), ("after", after))
    }
