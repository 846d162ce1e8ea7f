"""The situation that all others are compared with, and what is their own beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from ..changes.notices import Notice
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.site_changes import ADDED, MOVED, STAYED
from ..scenarios.site_settings import SET
from .answers import Texts
from .loading import Loaded

if TYPE_CHECKING:
    import geopandas as gpd

# A site of two situations that lies this far from where it was, about 1 m, has moved.
SAME_PLACE_DEG: Final = 1e-5
# Columns of access times of which the order is that of the study, not of the alphabet.
ORDERED: Final = ("profile", "cell", "category")


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The situation that all others are compared with.

    Attributes
    ----------
    key
        By which tables name it.
    loaded
        The study that it belongs to, with the cells that scenarios add.
    alone
        The same without those cells.
    resolved
        The scenario that it is; None for the study as it stands.
    """

    key: str
    loaded: Loaded
    alone: Loaded
    resolved: ResolvedScenario | None = None


def put_first(
    access_times: pd.DataFrame, key: str, other: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Let the rows of the base come first, and none stand before it.

    Parameters
    ----------
    access_times
        Of today, then of the reference where that is a scenario, then of the others.
    key
        Of the base.
    other
        Access times of the other study, where the base is one.

    Returns
    -------
    access_times
        The base first: in place of today where it is a scenario, before today where it is another
        study.
    """
    if other is not None:
        return _stack(other.assign(scenario=key), access_times)
    if key == TODAY:
        return access_times
    kept = access_times[access_times["scenario"] != TODAY].reset_index(drop=True)
    return kept.assign(scenario=kept["scenario"].cat.remove_unused_categories())


def _stack(first: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    """Put two tables of access times one below the other; texts stay categorical."""
    texts = {}
    for name in then:
        if not isinstance(then[name].dtype, pd.CategoricalDtype):
            continue
        values = [*first[name], *then[name]]
        known = then[name].cat.categories if name in ORDERED else sorted(set(values))
        if name == "scenario":
            known = list(dict.fromkeys(values))
        texts[str(name)] = pd.Categorical(values, known)
    numbers = [name for name in then if name not in texts]
    table = pd.concat([first[numbers], then[numbers]], ignore_index=True).assign(**texts)
    return table[list(then)]


def only_own(table: "gpd.GeoDataFrame", of_base: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """Leave out the lines that the base has too; the numbers of new ways do not count.

    Parameters
    ----------
    table, of_base
        Lines of a scenario and of the base, as for maps.

    Returns
    -------
    own
        The rows of `table` that the base lacks.
    """
    known = set(_name_lines(of_base))
    is_own = np.array([each not in known for each in _name_lines(table)], np.bool_)
    return table[is_own].reset_index(drop=True)


def _name_lines(lines: "gpd.GeoDataFrame") -> list[tuple[object, ...]]:
    texts = [lines[name].astype(str) for name in lines if name not in {"geometry", "way"}]
    return list(zip(lines.geometry.to_wkb(), *texts, strict=True))


def only_new(notices: Sequence[Notice], of_base: Sequence[Notice]) -> list[Notice]:
    """Leave out what the base says too.

    Parameters
    ----------
    notices, of_base
        Of a scenario and of the base.

    Returns
    -------
    notices
        In their order.
    """
    return [each for each in notices if each not in of_base]


def relate_sites(
    sites: "gpd.GeoDataFrame", base: "gpd.GeoDataFrame"
) -> tuple["gpd.GeoDataFrame", "gpd.GeoDataFrame"]:
    """Say of sites what they are beside those of the base, and which of those are gone.

    Parameters
    ----------
    sites, base
        What `read_sites` returns, of two situations.

    Returns
    -------
    sites
        With `change`: `""`, `"added"`, `"moved"` or `"set"`, as in `ScenarioResult.sites`.
    removed
        Sites of the base that are not among them.
    """
    own, known = (
        pd.MultiIndex.from_arrays([each["site"].astype(str), each["category"].astype(str)])
        for each in (sites, base)
    )
    row = known.get_indexer(own)
    change = np.where(row < 0, ADDED, STAYED).astype(object)
    both = np.flatnonzero(row >= 0)
    here, there = sites.iloc[both], base.iloc[row[both]]
    apart = shapely.distance(here.geometry.to_numpy(), there.geometry.to_numpy())
    is_set = np.zeros(both.size, np.bool_)
    for name, none in (("capacity", -1.0), ("opening_hours", "")):
        after, before = (_column(each, name, none) for each in (here, there))
        is_set |= after != before
    change[both] = np.where(apart > SAME_PLACE_DEG, MOVED, np.where(is_set, SET, STAYED))
    return sites.assign(change=change), base[~known.isin(own)].reset_index(drop=True)


def _column(sites: "gpd.GeoDataFrame", name: str, none: object) -> Texts:
    if name not in sites:
        return np.full(len(sites), none, object)
    column: Texts = sites[name].astype(object).where(sites[name].notna(), none).to_numpy(object)
    return column
