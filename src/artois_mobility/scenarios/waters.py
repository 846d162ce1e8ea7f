"""The water of a study: its data, its vessels, its quays, and when they leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from ..network.model import Network
from ..osm.extract import Extract

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True, eq=False)
class Waters:
    """What voyages are asked on, of today or of a scenario.

    Attributes
    ----------
    extract
        The OpenStreetMap data, with the locks of the study's table.
    networks
        The network of each vessel, by the name of its profile.
    quays
        `name`, and points in EPSG:4326.
    trips
        Names of the quays at both ends of each voyage.
    departure
        When all begin, local time; None leaves opening hours out.
    """

    extract: Extract
    networks: Mapping[str, Network]
    quays: "gpd.GeoDataFrame"
    trips: tuple[tuple[str, str], ...]
    departure: datetime | None


class WaterEdits(NamedTuple):
    """The water as a scenario leaves it.

    Attributes
    ----------
    extract
        The OpenStreetMap data with other tags, and new reaches.
    quays
        Those of today, then new ones: `name`, points in EPSG:4326.
    trips
        Names of the quays at both ends of each voyage, new quays' last.
    """

    extract: Extract
    quays: "gpd.GeoDataFrame"
    trips: tuple[tuple[str, str], ...]
