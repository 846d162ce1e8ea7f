"""What a lock keeps together: the water and the voyages that are lost while it is closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from .._types import MS_PER_MIN, NO_ARC, UNREACHED_MS, WGS84, Flags, Milliseconds, Rows
from ..errors import PlacesError
from ..graph import Graph
from ..routing.route_lines import pair_places
from ..routing.trips import find_trips, hang
from .timetable import fairway_of

if TYPE_CHECKING:
    import geopandas as gpd

    from ..network.model import Network
    from ..places.starts import Places

M_PER_KM: Final = 1000.0


def lock_closures(
    network: Network, origins: Places | None = None, destinations: Places | None = None
) -> gpd.GeoDataFrame:
    """Tell for each lock what becomes of the water, and of some voyages, while it is closed.

    Each lock is closed alone. One of several chambers side by side is a lock of its own: while the
    others are open, closing it may cut off nothing. Opening hours do not count.

    Parameters
    ----------
    network
        That of a boat.
    origins, destinations
        Between which voyages are asked: as many of the one as of the other, or a single one of
        either. None asks about the water alone.

    Returns
    -------
    closures
        One row per lock of the network: `lock` (its name), `way` (OSM id), `cut_off_km` of
        waterway from which and to which the larger rest can no longer be reached, `pairs` that are
        possible today, of them `pairs_lost`, `pairs_longer` and `most_more_min` (the longest
        detour; NaN where no pair takes longer), and the middle of the lock in EPSG:4326.

    Raises
    ------
    ProfileError
        If the network is not one of waterways.
    PlacesError
        If only one of origins and destinations is given, or their numbers do not fit.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import canal
    >>> network = build_network(canal(), "barge")
    >>> table = lock_closures(network, [(2.83, 50.43)], [(2.858, 50.43)])
    >>> table[["lock", "cut_off_km", "pairs", "pairs_lost"]].round(2).values.tolist()
    [['Écluse', 0.89, 1, 1]]
    >>> lock_closures(network)["pairs"].tolist()
    [0]
    """
    import geopandas as gpd

    fairway = fairway_of(network)
    asked = _ask(origins, destinations)
    today_ms = _sail(network, asked)
    rows = []
    for number, lock in enumerate(fairway.locks):
        is_closed = fairway.lock_of_arc == number
        then_ms = _sail(_close(network, is_closed), asked)
        effect = _compare(today_ms, then_ms)
        rows.append((lock.name, lock.way, _cut_off_km(network, is_closed), *effect))
    columns = ["lock", "way", "cut_off_km", *_Effect._fields]
    lon_deg = [lock.lon_deg for lock in fairway.locks]
    lat_deg = [lock.lat_deg for lock in fairway.locks]
    points = gpd.points_from_xy(lon_deg, lat_deg)
    return gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry=points, crs=WGS84)


class _Asked(NamedTuple):
    """Places and which of them go together."""

    origins: Places
    destinations: Places
    pairs: list[tuple[int, int]]


class _Effect(NamedTuple):
    """What becomes of the pairs."""

    pairs: int
    pairs_lost: int
    pairs_longer: int
    most_more_min: float


def _ask(origins: Places | None, destinations: Places | None) -> _Asked | None:
    if origins is None and destinations is None:
        return None
    if origins is None or destinations is None:
        msg = "Voyages need origins and destinations: give the other too, or neither."
        raise PlacesError(msg)
    return _Asked(origins, destinations, pair_places(len(origins), len(destinations)))


def _sail(network: Network, asked: _Asked | None) -> Milliseconds:
    if asked is None:
        return np.empty(0, np.int32)
    sides = hang(network, asked.origins), hang(network, asked.destinations)
    return np.array([trip.ms for trip in find_trips(network, *sides, asked.pairs)], np.int32)


def _close(network: Network, is_closed: Flags) -> Network:
    graph = network.graph
    weight_ms = np.where(is_closed, UNREACHED_MS, graph.weight_ms).astype(np.int32)
    return replace(network, graph=Graph(graph.first_out, graph.head, weight_ms))


def _compare(today_ms: Milliseconds, then_ms: Milliseconds) -> _Effect:
    is_possible = today_ms < UNREACHED_MS
    is_lost = is_possible & (then_ms == UNREACHED_MS)
    more_ms = (then_ms - today_ms)[is_possible & ~is_lost]
    is_longer = more_ms > 0
    most_min = float(more_ms.max() / MS_PER_MIN) if is_longer.any() else np.nan
    return _Effect(int(is_possible.sum()), int(is_lost.sum()), int(is_longer.sum()), most_min)


def _cut_off_km(network: Network, is_closed: Flags) -> float:
    """Measure what no longer hangs together with the larger rest of its part of the water."""
    graph = network.graph
    arcs = np.arange(graph.arc_count)
    is_street = ((network.twin_of_arc == NO_ARC) | (arcs < network.twin_of_arc)) & ~is_closed
    before = _parts(graph, np.zeros_like(is_closed))
    after = _parts(graph, is_closed)
    # one-way arcs between two parts belong to neither
    own = is_street & (before[graph.tail] == before[graph.head])
    part, rest = before[graph.tail[own]], after[graph.tail[own]]
    is_torn = rest != after[graph.head[own]]
    metres = network.length_m[own]
    of_rest = np.bincount(rest[~is_torn], weights=metres[~is_torn], minlength=graph.node_count)
    largest = np.zeros(graph.node_count)
    np.maximum.at(largest, part[~is_torn], of_rest[rest[~is_torn]])
    kept = largest[np.unique(part)].sum()
    return float((metres.sum() - kept) / M_PER_KM)


def _parts(graph: Graph, is_closed: Flags) -> Rows:
    """Give each node its part, inside which one gets from anywhere to anywhere."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    tail, head = graph.tail[~is_closed], graph.head[~is_closed]
    links = coo_array(
        (np.ones(tail.size, np.int8), (tail, head)), shape=(graph.node_count, graph.node_count)
    )
    _, part = connected_components(links, directed=True, connection="strong")
    rows: Rows = part.astype(np.int32)
    return rows
