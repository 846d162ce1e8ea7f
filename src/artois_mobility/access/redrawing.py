"""A network and its places drawn anew: other speeds, other positions, from a seed and names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import NO_ARC, UNREACHED_MS, Floats
from ..errors import PlacesError
from ..graph import Graph
from ..network.model import Network
from ..places.anchors import ROUNDING_MS, divide_or_zero
from ..places.attachments import Attachments
from ..places.positions import rescale_attachments
from .nearest import UNKNOWN_QUALITY

if TYPE_CHECKING:
    import geopandas as gpd

Keys: TypeAlias = npt.NDArray[np.uint64]

# INSEE, BPE, variable QUALITE_XY: less than 100 m off, from 100 to 500 m, more. Elsewhere a guess.
SITE_M: Final[Mapping[str, float]] = {
    "point": 10.0,
    "outline": 10.0,
    "as given": 30.0,
    "scenario": 30.0,
    "bonne": 100.0,
    "acceptable": 500.0,
    "mauvaise": 1000.0,
    UNKNOWN_QUALITY: 100.0,
}
# What is drawn, each from numbers of its own.
_ALL, _CLASS, _WAY, _WALK, _RADIUS, _ANGLE = range(6)


@dataclass(frozen=True, slots=True)
class Ranges:
    """How far speeds, walks and positions may be from the model's: assumptions, to be changed.

    Times along streets are multiplied by three factors, each drawn evenly from 1 - x to 1 + x: one
    for all streets, one for each class, one for each OSM way. Waiting at signals and locks, and
    turning, stay as they are.

    Attributes
    ----------
    all_streets, by_class, by_way
        The x of each factor, from 0 up to 0.9.
    walks
        The same for the walk between a place and its street.
    cell_m
        How many metres people may live from the point that stands for their cell.
    site_m
        How many metres a site may be from its point, by `position_quality`; qualities that are not
        listed count as `"unknown"`. The library's own say 10 m for points and outlines of
        OpenStreetMap, 30 m for a file's and a scenario's, and what INSEE says of the BPE's.
    """

    all_streets: float = 0.05
    by_class: float = 0.05
    by_way: float = 0.10
    walks: float = 0.10
    cell_m: float = 50.0
    site_m: Mapping[str, float] = field(default_factory=lambda: dict(SITE_M))

    def __post_init__(self) -> None:
        """Refuse what is no range."""
        for name in ("all_streets", "by_class", "by_way", "walks"):
            if not 0 <= getattr(self, name) <= 0.9:
                msg = f"{name} is a share from 0 to 0.9; found {getattr(self, name)!r}."
                raise PlacesError(msg)
        for name, metres in (("cell_m", self.cell_m), *self.site_m.items()):
            if not 0 <= metres <= 100_000:
                msg = f"{name} is a number of metres from 0 to 100000; found {metres!r}."
                raise PlacesError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """What is drawn anew: a network, and places on it.

    Attributes
    ----------
    network
        As the model has it.
    residents, sites
        What their names, and the quality of the sites' positions, are taken from.
    attachments
        Those of the residents and of the sites.
    ranges
        How far all that may be off.
    """

    network: Network
    residents: "gpd.GeoDataFrame"
    sites: "gpd.GeoDataFrame"
    attachments: tuple[Attachments, Attachments]
    ranges: Ranges

    def draw(self, seed: int, draw: int) -> tuple[Network, tuple[Attachments, Attachments]]:
        """Give the network with other speeds, and the places elsewhere on it.

        Parameters
        ----------
        seed
            From 0 on.
        draw
            Number of the draw.

        Returns
        -------
        network, attachments
            The same for the same arguments.
        """
        network = _draw_speeds(self.network, self.ranges, seed, draw)
        people, places = (
            rescale_attachments(each, self.network, network.local_ms) for each in self.attachments
        )
        cell, site = (
            _keys(table[name]) for table, name in ((self.residents, "cell"), (self.sites, "site"))
        )
        cell_m = np.full(cell.size, self.ranges.cell_m)
        walks = self.ranges.walks
        return network, (
            _move(network, people, cell, cell_m, walks, seed, draw),
            _move(network, places, site, self._site_m(), walks, seed, draw),
        )

    def _site_m(self) -> Floats:
        known = {"unknown": 0.0, **self.ranges.site_m}
        if "position_quality" not in self.sites.columns:
            return np.full(len(self.sites), known["unknown"])
        quality = self.sites["position_quality"].astype(str).str.lower()
        return np.array([known.get(each, known["unknown"]) for each in quality], np.float64)


def _draw_speeds(network: Network, ranges: Ranges, seed: int, draw: int) -> Network:
    classes, code = np.unique(network.class_of_arc, return_inverse=True)
    drawn = 1 + ranges.all_streets * _draw(np.zeros(1, np.uint64), seed, draw, _ALL)
    of_class = 1 + ranges.by_class * _draw(_keys(pd.Series(classes)), seed, draw, _CLASS)
    way = network.way_of_arc.astype(np.int64).view(np.uint64)
    of_way = 1 + ranges.by_way * _draw(way, seed, draw, _WAY)
    moving_ms = network.local_ms - network.waiting_ms
    stretched = moving_ms * (drawn * of_class[code] * of_way) + network.waiting_ms
    local_ms = np.minimum(np.rint(stretched), UNREACHED_MS - 1).astype(np.int32)
    weight_ms = np.where(network.is_closed, UNREACHED_MS, local_ms).astype(np.int32)
    graph = Graph(network.graph.first_out, network.graph.head, weight_ms)
    return replace(network, graph=graph, local_ms=local_ms)


def _move(  # noqa: PLR0917  places, how far, and which draw
    network: Network,
    places: Attachments,
    key: Keys,
    radius_m: Floats,
    walks: float,
    seed: int,
    draw: int,
) -> Attachments:
    """Move places within their radius: along their street, and away from it."""
    away_m = radius_m * np.sqrt((1 + _draw(key, seed, draw, _RADIUS)) / 2)
    angle = np.pi * _draw(key, seed, draw, _ANGLE)
    along_m, across_m = (away_m * turn(angle) for turn in (np.cos, np.sin))
    place, arc = places.place, places.arc
    share = divide_or_zero(along_m[place], network.length_m[arc])
    local_ms = network.local_ms[arc]
    position_ms = np.rint(places.position_ms + share * local_ms)
    position_ms = np.clip(position_ms, 0, local_ms).astype(np.int32)
    twin = network.twin_of_arc[arc]
    twin_ms = network.local_ms[np.where(twin == NO_ARC, arc, twin)]
    twin_position_ms = np.rint(places.twin_position_ms - share * twin_ms)
    twin_position_ms = np.clip(twin_position_ms, 0, twin_ms).astype(np.int32)
    # where both ways take equally long, the two positions add up to that
    is_even = (local_ms == twin_ms) & (
        places.position_ms.astype(np.int64) + places.twin_position_ms == local_ms
    )
    twin_position_ms = np.where(is_even, local_ms - position_ms, twin_position_ms)
    offroad_m = np.abs(places.offroad_m + across_m[place])
    slower = 1 + walks * _draw(key, seed, draw, _WALK)[place]
    offroad_ms = np.ceil(offroad_m * slower * 3600 / network.profile.offroad_kmh - ROUNDING_MS)
    return replace(
        places,
        position_ms=position_ms,
        twin_position_ms=np.where(twin == NO_ARC, UNREACHED_MS, twin_position_ms).astype(np.int32),
        offroad_m=offroad_m,
        offroad_ms=offroad_ms.astype(np.int32),
    )


def _keys(names: "pd.Series[str]") -> Keys:
    """Turn names into numbers that do not depend on which others there are."""
    keys: Keys = pd.util.hash_array(names.astype(str).to_numpy(object), categorize=True)
    return keys


def _draw(key: Keys, seed: int, draw: int, purpose: int) -> Floats:
    """Draw evenly from -1 to 1, always the same number for the same arguments."""
    mixed = _mix(np.array([seed], np.uint64))
    for each in (draw, purpose):
        mixed = _mix(mixed ^ np.uint64(each))
    bits = _mix(_mix(key.astype(np.uint64)) ^ mixed)
    return np.asarray((bits >> np.uint64(11)) * 2.0**-52 - 1, np.float64)


def _mix(key: Keys) -> Keys:
    """Scramble 64 bits (the finalizer of SplitMix64)."""
    key = key + np.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Keys = key ^ (key >> np.uint64(31))
    return mixed
