"""Every nearest time of a comparison as one array, so that taking some of them is quick."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .rows import read_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from .._types import Flags, Floats
    from ..study.results import Comparison
    from .rows import Pair


# Less than a minute is below what a model with free-flow speeds can tell.
NOTICED_MIN: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Minutes to the nearest site, by scenario, profile, category and cell.

    Attributes
    ----------
    scenarios, profiles, categories
        Place of each key along the first three axes; today is the first scenario.
    minutes
        Shape (s, p, c, n), cells in the order of the residents; NaN where no site is reached.
    """

    scenarios: Mapping[str, int]
    profiles: Mapping[str, int]
    categories: Mapping[str, int]
    minutes: Floats

    def today(self, pair: Pair) -> Floats:
        """Give today's minutes.

        Parameters
        ----------
        pair
            Profile and category.

        Returns
        -------
        minutes
            Shape (n,).
        """
        return self.of("", pair)

    def of(self, scenario: str, pair: Pair) -> Floats:
        """Give the minutes of a scenario.

        Parameters
        ----------
        scenario
            Its key; `""` for today.
        pair
            Profile and category.

        Returns
        -------
        minutes
            Shape (n,).
        """
        row = self.scenarios[scenario] if scenario else 0
        minutes: Floats = self.minutes[row, self.profiles[pair[0]], self.categories[pair[1]]]
        return minutes

    def is_base(self, scenario: str) -> bool:
        """Tell whether a scenario is the one that all others are compared with.

        Parameters
        ----------
        scenario
            Its key.

        Returns
        -------
        is_base
            True for the first one.
        """
        return self.scenarios[scenario] == 0

    def is_noticed(self, scenario: str, pair: Pair) -> Flags:
        """Tell where the time differs from today by what people notice.

        Parameters
        ----------
        scenario
            Key of the scenario.
        pair
            Profile and category.

        Returns
        -------
        is_noticed
            True for a minute or more, and where a site is newly or no longer reached, shape (n,).
        """
        before, after = self.today(pair), self.of(scenario, pair)
        is_new: Flags = np.isnan(before) != np.isnan(after)
        return is_new | np.asarray(np.abs(before - after) >= NOTICED_MIN)


def read_times(result: Comparison) -> Times:
    """Bring the nearest times of a comparison into one array.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    times
        For every scenario, profile, category and cell.
    """
    pairs = read_pairs(result.summary_table)
    axes = {
        "scenario": [scenario.key for scenario in result.scenarios],
        "profile": list(dict.fromkeys(profile for profile, _ in pairs)),
        "category": list(dict.fromkeys(category for _, category in pairs)),
        "cell": result.residents["cell"].tolist(),
    }
    table = result.access_times
    is_nearest = (table["rank"] == 1).to_numpy(np.bool_)
    nearest = table if is_nearest.all() else table[is_nearest]
    scenarios, profiles, categories = (
        {key: place for place, key in enumerate(axes[name])}
        for name in ("scenario", "profile", "category")
    )
    return Times(scenarios, profiles, categories, spread(nearest, axes, ["minutes"])["minutes"])


def spread(
    table: pd.DataFrame, axes: Mapping[str, Sequence[str]], columns: Sequence[str]
) -> dict[str, Floats]:
    """Spread columns of a long table over arrays with one axis for each key.

    Parameters
    ----------
    table
        At most one row for each combination of keys.
    axes
        Keys along each axis, by the column that holds them.
    columns
        What is spread.

    Returns
    -------
    values
        One array for each of `columns`, with one axis for each of `axes`; NaN where the table
        has no row.

    Examples
    --------
    >>> table = pd.DataFrame({"code": ["b", "a"], "people": [2.0, 1.0]})
    >>> spread(table, {"code": ["a", "b", "c"]}, ["people"])
    {'people': array([ 1.,  2., nan])}
    """
    shape = [len(keys) for keys in axes.values()]
    flat = np.zeros(len(table), np.int64)
    is_known = np.ones(len(table), np.bool_)
    for name, keys in axes.items():
        place = _places(table[name], keys)
        is_known &= place >= 0
        flat *= len(keys)
        flat += place
    rows = slice(None) if is_known.all() else is_known
    values = {name: np.full(math.prod(shape), np.nan) for name in columns}
    for name, array in values.items():
        array[flat[rows]] = table[name].to_numpy(np.float64)[rows]
    return {name: array.reshape(shape) for name, array in values.items()}


def _places(column: pd.Series[str], keys: Sequence[str]) -> npt.NDArray[np.int32]:
    """Give the place of each value among the keys, -1 for a value that is none of them."""
    index = pd.Index(keys)
    if isinstance(column.dtype, pd.CategoricalDtype):
        place_of_code = np.append(index.get_indexer(column.cat.categories), -1).astype(np.int32)
        places: npt.NDArray[np.int32] = place_of_code[column.cat.codes.to_numpy()]
        return places
    return index.get_indexer(pd.Index(column)).astype(np.int32)
