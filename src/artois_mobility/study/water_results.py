"""What a comparison leaves about the water."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

# What becomes of a stretch of water in a scenario.
NEW: Final = "new"
WIDER: Final = "wider"
NARROWER: Final = "narrower"
# Why there is no voyage.
NO_WAY: Final = "no_way"
STAYS_SHUT: Final = "stays_closed"
OFF_WATER: Final = "off_water"


@dataclass(frozen=True, slots=True, eq=False)
class WaterResult:
    """What vessels can do today and in every scenario.

    Attributes
    ----------
    voyages
        `scenario`, `vessel` (name of its profile), the columns of `am.voyages`, and
        `minutes_before`, `minutes_gained` against today, and `why` there is no voyage: `NO_WAY`,
        `STAYS_SHUT` (a lock), `OFF_WATER` (no waterway for this vessel near one of the quays), or
        `""`; lines in WGS 84.
    largest
        `scenario` and the columns of `am.largest_vessels`, for freight.
    waterways
        `scenario`, the columns of `am.waterway_classes` of what is open to freight, and `change`:
        `"new"`, `"wider"` or `"narrower"` against today, else `""`. Scenarios that change nothing
        on the water have no rows.
    closed
        `scenario` and the columns of `am.waterway_classes` for what is closed there and open today.
    quays
        `scenario`, `name`, points in WGS 84.
    locks
        Where each row of the study's table of locks went.
    labels
        What each vessel is called, by language.
    """

    voyages: gpd.GeoDataFrame
    largest: pd.DataFrame
    waterways: gpd.GeoDataFrame
    closed: gpd.GeoDataFrame
    quays: gpd.GeoDataFrame
    locks: pd.DataFrame
    labels: Mapping[str, Mapping[str, str]]
