"""What scenarios change: minutes before and after, cell by cell and zone by zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from .._types import Floats

if TYPE_CHECKING:
    import geopandas as gpd

KEYS: Final = ("profile", "cell", "category", "rank")
# Nobody notices less; who gains or loses at least this much is counted.
NOTICED_MIN: Final = 1.0


def tabulate_differences(access_times: pd.DataFrame) -> pd.DataFrame:
    """Hold every situation against the first one, cell by cell.

    Parameters
    ----------
    access_times
        `scenario`, `profile`, `cell`, `category`, `rank`, `minutes`; the rows of each scenario in
        the same order, those of today, or of what stands in for it, first.

    Returns
    -------
    differences
        `scenario`, `profile`, `cell`, `category`, `rank`, `minutes_before`, `minutes_after`,
        `minutes_gained` (positive when shorter; NaN where either is not reached); no rows for
        the first one.

    Examples
    --------
    >>> keys = {"profile": "walk", "cell": "c1", "category": "care", "rank": 1}
    >>> table = pd.DataFrame([{"scenario": "today", **keys, "minutes": 9.0},
    ...                       {"scenario": "bridge", **keys, "minutes": 7.0}])
    >>> tabulate_differences(table)["minutes_gained"].tolist()
    [2.0]
    >>> len(tabulate_differences(table[:1]))
    0
    """
    scenario: pd.Series[str] = access_times["scenario"]
    count = int(np.count_nonzero(scenario == scenario.iloc[0]))
    minutes = access_times["minutes"].to_numpy(np.float64)
    before = np.tile(minutes[:count], minutes.size // count - 1)
    after = minutes[count:]
    table = access_times[["scenario", *KEYS]].iloc[count:].reset_index(drop=True)
    gained = before - after
    return table.assign(minutes_before=before, minutes_after=after, minutes_gained=gained)


def summarise(
    access_times: pd.DataFrame,
    residents: "gpd.GeoDataFrame",
    communes: "gpd.GeoDataFrame",
    thresholds_min: Sequence[float],
    *,
    people_of: Mapping[str, Floats] | None = None,
) -> pd.DataFrame:
    """Sum the nearest site's minutes over the territory, its EPCI and its communes.

    Parameters
    ----------
    access_times
        `minutes` by `scenario`, `profile`, `category`, cell and rank, each within the one before:
        a block of rows for every scenario, the base first, cells in the order of `residents`.
    residents
        `cell`, `population`, `commune`, `epci`.
    communes
        `insee`, `name`, `epci`, `epci_name`.
    thresholds_min
        Minutes within which people are counted.
    people_of
        People of each cell in the scenarios that change them, by scenario.

    Returns
    -------
    summary
        The columns of `Comparison.summary_table`. Means are NaN where nobody reaches anything.
    """
    keys = [list(access_times[name].unique()) for name in ("scenario", "profile", "category")]
    counts = [len(names) for names in keys]
    shape = (*counts, len(residents), -1)
    nearest = access_times["minutes"].to_numpy(np.float64).reshape(shape)[..., 0]
    zones = _list_zones(residents, communes)
    people = residents["population"].to_numpy(np.float64)
    changed = people_of or {}
    tables = [
        _figures(
            zones,
            (people, changed.get(key, people)),
            (nearest[0, profile], after),
            thresholds_min,
        )
        for key, scenario in zip(keys[0], nearest, strict=True)
        for profile, after in enumerate(scenario)
    ]
    if changed:
        for table, key in zip(tables, np.repeat(keys[0], counts[1]), strict=True):
            living = np.broadcast_to(changed.get(key, people), nearest.shape[2:])
            table["population_after"] = zones.add_up(living)
    figures = {
        name: np.concatenate([table[name].ravel() for table in tables]) for name in tables[0]
    }
    zone_count = len(zones.scope)
    grid = np.indices((*counts, zone_count)).reshape(4, -1)
    labels = (*keys, range(zone_count))
    scenario, profile, category, zone = (
        np.array(names, object)[rows] for names, rows in zip(labels, grid, strict=True)
    )
    of_zone = {name: getattr(zones, name) for name in ("scope", "code", "name")}
    return pd.DataFrame(
        {
            "scenario": scenario,
            "profile": profile,
            "category": category,
            **{name: np.array(each, object)[zone.astype(int)] for name, each in of_zone.items()},
            **figures,
        }
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Zones:
    """Zones to sum over, z of them, and which cells lie in each.

    `membership` holds a 1 for each cell that lies in a zone, shape (z, n).
    """

    scope: list[str]
    code: list[str]
    name: list[str]
    membership: csr_array

    def add_up(self, of_cell: Floats) -> Floats:
        """Sum figures of cells, shape (c, n), over each zone, shape (c, z)."""
        total: Floats = np.ascontiguousarray((self.membership @ of_cell.T).T)
        return total


def _list_zones(residents: "gpd.GeoDataFrame", communes: "gpd.GeoDataFrame") -> _Zones:
    epci_names = dict(zip(communes["epci"], communes["epci_name"], strict=True))
    commune_names = dict(zip(communes["insee"], communes["name"], strict=True))
    cell_epci, cell_commune = (residents[each].astype(str) for each in ("epci", "commune"))
    epcis = sorted((set(epci_names) | set(cell_epci)) - {""})
    codes = sorted((set(commune_names) | set(cell_commune)) - {""})
    everyone = pd.Series("", index=residents.index)
    members = ((everyone, [""]), (cell_epci, epcis), (cell_commune, codes))
    cells, rows, zone_count = [], [], 0
    for of_cell, known in members:
        rank = pd.Index(known, dtype=object).get_indexer(pd.Index(of_cell, dtype=object))
        cells.append(np.flatnonzero(rank >= 0))
        rows.append(zone_count + rank[cells[-1]])
        zone_count += len(known)
    cell, zone = np.concatenate(cells), np.concatenate(rows)
    return _Zones(
        ["territory", *["epci"] * len(epcis), *["commune"] * len(codes)],
        ["", *epcis, *codes],
        [
            "",
            *(epci_names.get(code) or code for code in epcis),
            *(commune_names.get(code) or code for code in codes),
        ],
        csr_array((np.ones(zone.size), (zone, cell)), shape=(zone_count, len(residents))),
    )


def _figures(
    zones: _Zones,
    people: tuple[Floats, Floats],
    minutes: tuple[Floats, Floats],
    thresholds_min: Sequence[float],
) -> dict[str, Floats]:
    """Sum every figure over the zones: c categories, shape (c, z)."""
    (before, after), (today, then) = minutes, people
    is_both = ~np.isnan(before) & ~np.isnan(after)
    is_new, is_lost = np.isnan(before) & ~np.isnan(after), ~np.isnan(before) & np.isnan(after)
    gained = np.where(is_both, before - after, 0.0)

    def mean(each: Floats, of: Floats) -> Floats:
        weight = np.where(is_both, of, 0.0)
        total = zones.add_up(weight)
        means: Floats = np.full(total.shape, np.nan)
        summed = zones.add_up(weight * np.where(is_both, each, 0.0))
        np.divide(summed, total, out=means, where=total > 0)
        return means

    return {
        "population": zones.add_up(np.broadcast_to(today, before.shape)),
        "people_reached_before": zones.add_up(np.where(np.isnan(before), 0.0, today)),
        "people_reached_after": zones.add_up(np.where(np.isnan(after), 0.0, then)),
        "minutes_before": mean(before, today),
        "minutes_after": mean(after, then),
        "minutes_gained": mean(gained, then),
        "people_gaining": zones.add_up(np.where(gained >= NOTICED_MIN, then, 0.0)),
        "people_losing": zones.add_up(np.where(gained <= -NOTICED_MIN, then, 0.0)),
        "people_newly_reaching": zones.add_up(np.where(is_new, then, 0.0)),
        "people_no_longer_reaching": zones.add_up(np.where(is_lost, then, 0.0)),
        **{
            f"within_{threshold:g}_{when}": zones.add_up(np.where(each <= threshold, living, 0.0))
            for threshold in thresholds_min
            for when, each, living in (("before", before, today), ("after", after, then))
        },
    }
