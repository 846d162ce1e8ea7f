"""Compute what vessels can do today and in every scenario."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from ..changes.water_schema import WaterChange
from ..navigation.classes import waterway_classes
from ..navigation.largest import largest_vessels
from ..navigation.voyage_tables import STAYS_CLOSED, voyages
from ..network.building import build_network
from ..network.dimensions import DIMENSIONS, SAME_M
from ..network.vessels import any_size
from ..routing.route_lines import NO_ROUTE
from ..scenarios.applying import apply_to_network
from ..scenarios.reading import TODAY
from ..scenarios.resolved import Findings, ResolvedScenario, Today
from ..scenarios.resolving import join_edits
from ..scenarios.stretches import OnWays
from ..scenarios.way_changes import resolve_ways
from .water_results import NARROWER, NEW, NO_WAY, OFF_WATER, STAYS_SHUT, WIDER, WaterResult

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from .._types import Progress
    from ..changes.schema import Change
    from ..network.model import Network
    from ..scenarios.waters import Waters
    from .bases import Base
    from .loading import Loaded

SAILING: Final = "voyages"
# Who decides what a waterway is open to on the map and for the largest vessels.
FREIGHT: Final = "barge"
WHY: Final = {"": "", NO_ROUTE: NO_WAY, STAYS_CLOSED: STAYS_SHUT}
KEYS: Final = ["vessel", "origin", "destination"]


def compute_water(
    loaded: Loaded, resolved: Sequence[ResolvedScenario], base: Base, progress: Progress
) -> WaterResult:
    """Compute voyages, largest vessels and the network by class.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.
    base
        What they are compared with. Today is among the others where it is another study.
    progress
        Told about every scenario.

    Returns
    -------
    result
        Of a study that asks something of the water.
    """
    waters = loaded.today.water
    assert waters is not None  # asked by the caller
    touching = [each for each in resolved if _touches(each, waters)]
    situations = {base.key: _waters_of(base)}
    if base.loaded is not loaded:
        situations[TODAY] = waters
    situations |= {each.scenario.key: _apply(each, loaded.today, waters) for each in touching}
    progress(SAILING, 0, len(situations))
    tables = []
    for done, (key, situation) in enumerate(situations.items(), start=1):
        tables.append(_answer(key, situation))
        progress(SAILING, done, len(situations))
    sailed, largest, waterways = (
        pd.concat(each, ignore_index=True) for each in zip(*tables, strict=True)
    )
    waterways, closed = _mark_changes(waterways, base.key)
    return WaterResult(
        _compare(sailed, base.key),
        largest,
        waterways,
        closed,
        _stack_quays(situations),
        loaded.lock_matches,
        {name: network.profile.label for name, network in waters.networks.items()},
    )


def _waters_of(base: Base) -> Waters:
    waters = base.loaded.today.water
    assert waters is not None  # both studies ask about the water, or neither
    if base.resolved is None or not _touches(base.resolved, waters):
        return waters
    return _apply(base.resolved, base.loaded.today, waters)


def _touches(resolved: ResolvedScenario, waters: Waters) -> bool:
    """Tell whether a scenario concerns the water, beyond what the reference does there."""
    own = resolved.scenario.changes[resolved.scenario.given :]
    if not any(_means_vessels(each, waters) for each in own):
        return False
    return resolved.water is not None or any(each in waters.networks for each in resolved.edits)


def _means_vessels(change: Change, waters: Waters) -> bool:
    if not isinstance(change, OnWays):
        return isinstance(change, WaterChange)
    return change.profiles is None or any(each in waters.networks for each in change.profiles)


def _apply(resolved: ResolvedScenario, today: Today, waters: Waters) -> Waters:
    """Build the vessels' networks as a scenario leaves the water."""
    edits = resolved.water
    if edits is not None:
        waters = replace(waters, extract=edits.extract, quays=edits.quays, trips=edits.trips)
    networks: dict[str, Network] = {}
    for name, own in waters.networks.items():
        network = own if edits is None else build_network(waters.extract, own.profile)
        # speeds are set on the arcs that are there now
        there = replace(today, extract=waters.extract, networks={name: network}, water=None)
        times = resolve_ways(Findings(resolved.scenario), there).get(name)
        changed = None if times is None else join_edits(network, times, None)
        networks[name] = apply_to_network(network, changed).network
    return replace(waters, networks=networks)


def _answer(key: str, waters: Waters) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    quays = waters.quays.assign(site=waters.quays["name"]).set_index("name")
    names = np.array(waters.trips, object).reshape(-1, 2)
    ends = [quays.loc[names[:, side]].reset_index(drop=True) for side in (0, 1)]
    sailed = [
        voyages(network, *ends, departure=waters.departure).assign(scenario=key, vessel=vessel)
        for vessel, network in waters.networks.items()
    ]
    largest = largest_vessels(waters.extract, *ends, like=FREIGHT).assign(scenario=key)
    waterways = waterway_classes(build_network(waters.extract, any_size(FREIGHT)))
    return pd.concat(sailed), largest, waterways.assign(scenario=key)


def _compare(sailed: pd.DataFrame, base: str) -> gpd.GeoDataFrame:
    """Put the minutes of the base beside those of each scenario."""
    import geopandas as gpd

    first = sailed.loc[sailed["scenario"] == base, [*KEYS, "minutes"]]
    before = first.drop_duplicates(KEYS).rename(columns={"minutes": "minutes_before"})
    table = sailed.merge(before, on=KEYS, how="left")
    gained = table["minutes_before"] - table["minutes"]
    keys = ["scenario", *KEYS]
    order = [*keys, *(column for column in table if column not in {*keys, "geometry"})]
    why = [WHY.get(reason, OFF_WATER) for reason in table["reason"]]
    table = table[order].assign(minutes_gained=gained, why=why, geometry=table["geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=sailed.crs)


def _stack_quays(situations: Mapping[str, Waters]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    tables = [each.quays.assign(scenario=key) for key, each in situations.items()]
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=tables[0].crs)


def _mark_changes(waterways: pd.DataFrame, base: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Tell what is new, wider or narrower than in the base, and list what is closed."""
    import geopandas as gpd

    crs = waterways.crs
    is_today = (waterways["scenario"] == base).to_numpy(np.bool_)
    today = waterways[is_today]
    change = np.full(len(waterways), "", object)
    for row in np.flatnonzero(~is_today):
        own = waterways.iloc[row]
        change[row] = _compare_stretch(own, today[(today["way"] == own["way"]).to_numpy()])
    marked = gpd.GeoDataFrame(waterways.assign(change=change), crs=crs)
    closed = [
        today[~today["way"].isin(rows["way"])].assign(scenario=key)
        for key, rows in waterways[~is_today].groupby("scenario", sort=False)
    ]
    gone = pd.concat(closed, ignore_index=True) if closed else today.iloc[:0]
    return marked, gpd.GeoDataFrame(gone, crs=crs)


def _compare_stretch(own: pd.Series[Any], today: pd.DataFrame) -> str:
    """Hold a stretch against that of today on which its middle lies; no limit is the widest."""
    if today.empty:
        return NEW
    middle = own["geometry"].interpolate(0.5, normalized=True)
    away = [line.distance(middle) for line in today["geometry"]]
    before, after = (
        np.nan_to_num(row[list(DIMENSIONS)].to_numpy(np.float64), nan=np.inf)
        for row in (today.iloc[int(np.argmin(away))], own)
    )
    if (after < before - SAME_M).any():
        return NARROWER
    return WIDER if (after > before + SAME_M).any() else ""
