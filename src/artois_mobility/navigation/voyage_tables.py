"""Voyages between places, and the parts they are made of, as tables."""

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from .._types import MS_PER_MIN, UNREACHED_MS, WGS84
from ..network.locks import NO_LOCK
from ..network.model import Network
from ..places.naming import names_of
from ..places.starts import Places
from ..routing.ends import minutes_of
from ..routing.legs import find_waiting_s
from ..routing.route_lines import NO_ROUTE, pair_places, say_why
from ..routing.trips import Side, find_trips, hang
from .timetable import fairway_of, read_departure
from .voyage import LOCK, REACH, Part, Voyage, list_parts, sail

if TYPE_CHECKING:
    import geopandas as gpd

M_PER_KM: Final = 1000.0
STAYS_CLOSED: Final = "a lock on every way stays closed for 12 days"


def voyages(
    network: Network,
    origins: Places,
    destinations: Places,
    *,
    departure: datetime | str | None = None,
) -> "gpd.GeoDataFrame":
    """Find the voyage from each origin to the destination beside it that arrives first.

    With a departure, vessels wait before locks that are closed by their `opening_hours`, and a
    longer way round is taken where that arrives earlier. A lock is entered while it is open, also
    when the passage ends after its hours. Clocks do not change, and no public holiday is known.

    Parameters
    ----------
    network
        That of a boat.
    origins, destinations
        Any table of points, or pairs of longitude and latitude, within reach of the water; as many
        of the one as of the other, or a single one of either.
    departure
        When all begin, local time, such as `"2026-11-24T08:00"`. None leaves opening hours out.

    Returns
    -------
    voyages
        One row per pair: `origin`, `destination`, `departure` and `arrival` (NaT without a
        departure), `minutes` in all, of them `waiting_min` for locks to open and `lock_min` in
        locks, `locks` passed, `km` on the water, `offroad_m` between the places and the water,
        `waterways` (names, with semicolons), `reason`, and the line on the water in EPSG:4326.
        Without a voyage, or with one of more than 12 days, the numbers are NaN and `reason` says
        why.

    Raises
    ------
    ProfileError
        If the network is not one of waterways.
    PlacesError
        If the departure, the numbers of origins and destinations or coordinates are wrong.

    See Also
    --------
    voyage_parts : the same, reach by reach and lock by lock.
    largest_vessels : what is the largest vessel that gets there.

    References
    ----------
    Orda, A. and Rom, R. (1990). Shortest-path and minimum-delay algorithms in networks with
    time-dependent edge-length. Journal of the ACM 37(3). doi:10.1145/79147.214078

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import canal
    >>> network = build_network(canal(), "barge")
    >>> noon, night = ("2026-11-24T12:00", "2026-11-24T19:30")
    >>> places = [(2.8300, 50.43)], [(2.8582, 50.43)]
    >>> table = voyages(network, *places, departure=noon)
    >>> table[["locks", "lock_min", "waiting_min"]].values.tolist()
    [[1.0, 30.0, 0.0]]
    >>> voyages(network, *places, departure=night)["arrival"].dt.floor("min").tolist()
    [Timestamp('2026-11-25 07:36:00')]
    """
    import geopandas as gpd

    asked = _ask(network, origins, destinations, departure)
    found = np.array([each.trip.ms < UNREACHED_MS for each in asked.voyages], np.bool_)
    here, there = np.array(asked.pairs, np.int32).reshape(-1, 2).T
    rows = [_measure(network, each) for each in asked.voyages]
    measures = pd.DataFrame(rows, columns=["waiting_min", "lock_min", "locks", "km"])
    offroad_m = asked.sides[0].offroad_m[here] + asked.sides[1].offroad_m[there]
    minutes = minutes_of(np.array([each.trip.ms for each in asked.voyages], np.int32))
    begin = pd.Series([asked.departure] * len(minutes), dtype="datetime64[ns]")
    table = {
        "origin": asked.names[0][here],
        "destination": asked.names[1][there],
        "departure": begin,
        "arrival": begin + pd.to_timedelta(minutes, unit="min").round("ms"),
        "minutes": minutes,
        **{name: np.where(found, column, np.nan) for name, column in measures.items()},
        "offroad_m": np.where(found, offroad_m, np.nan),
        "waterways": [_name_waterways(network, each) for each in asked.voyages],
        "reason": _say_reasons(network, asked),
    }
    lines = np.array([each.trip.draw(network) for each in asked.voyages], object)
    return gpd.GeoDataFrame(table, geometry=lines, crs=network.crs).to_crs(WGS84)


def voyage_parts(
    network: Network,
    origins: Places,
    destinations: Places,
    *,
    departure: datetime | str | None = None,
) -> "gpd.GeoDataFrame":
    """List the parts of voyages: each reach of a waterway and each lock, in the order of travel.

    Parameters
    ----------
    network, origins, destinations, departure
        As in `voyages`.

    Returns
    -------
    parts
        `origin`, `destination`, `part` (from 1), `kind` (`"reach"`, `"lock"`, and `"to the water"`
        or `"from the water"` between a place and the water), `name` of the waterway or lock,
        `class_name` (`CEMT`), `begin_min` after the departure, `waiting_min` for a lock to open,
        `minutes` in the part without that, `km`, `kmh` while moving (NaN for locks), `lots` (parts
        in which the vessel is locked; NaN for reaches), `minutes_source` of the lock's time, and
        the line in EPSG:4326. Minutes and waiting sum to the minutes of the voyage; a pair
        without a voyage has no row.

    Raises
    ------
    ProfileError
        If the network is not one of waterways.
    PlacesError
        If the departure, the numbers of origins and destinations or coordinates are wrong.

    See Also
    --------
    voyages : one row per pair.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import canal
    >>> network = build_network(canal(), "barge")
    >>> parts = voyage_parts(network, [(2.83, 50.43)], [(2.8582, 50.43)])
    >>> parts[["kind", "name", "minutes"]].round(1).values.tolist()[:2]
    [['reach', 'Canal', 5.8], ['lock', 'Écluse', 30.9]]
    >>> len(voyage_parts(network, [(2.83, 50.43)], [(4.0, 50.43)]))
    0
    """
    import geopandas as gpd

    asked = _ask(network, origins, destinations, departure)
    rows = [
        {
            "origin": asked.names[0][pair[0]],
            "destination": asked.names[1][pair[1]],
            "part": number,
            **_describe(network, voyage, part),
        }
        for pair, voyage in zip(asked.pairs, asked.voyages, strict=True)
        for number, part in enumerate(list_parts(network, voyage), start=1)
    ]
    columns = [
        "origin", "destination", "part", "kind", "name", "class_name", "begin_min", "waiting_min",
        "minutes", "km", "kmh", "lots", "minutes_source", "geometry",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=network.crs).to_crs(WGS84)


class _Asked(NamedTuple):
    """What was asked, and the voyage of each pair."""

    sides: tuple[Side, Side]
    names: tuple[np.ndarray, np.ndarray]
    pairs: list[tuple[int, int]]
    departure: datetime | None
    voyages: list[Voyage]


def _ask(
    network: Network, origins: Places, destinations: Places, departure: datetime | str | None
) -> _Asked:
    fairway_of(network)
    begin = read_departure(departure)
    pairs = pair_places(len(origins), len(destinations))
    sides = hang(network, origins), hang(network, destinations)
    found = sail(network, *sides, pairs, begin)
    return _Asked(sides, (names_of(origins), names_of(destinations)), pairs, begin, found)


def _measure(network: Network, voyage: Voyage) -> tuple[float, float, int, float]:
    """Measure minutes of waiting, minutes in locks, locks and kilometres."""
    trip = voyage.trip
    lock = fairway_of(network).lock_of_arc[trip.arc]
    in_lock_min = find_waiting_s(network, trip)[lock != NO_LOCK].sum() / 60
    locks = np.unique(lock[lock != NO_LOCK]).size
    waiting_min = voyage.waiting_ms.sum() / MS_PER_MIN
    return waiting_min, in_lock_min, locks, trip.metres(network).sum() / M_PER_KM


def _name_waterways(network: Network, voyage: Voyage) -> str:
    names = [network.name_of_way.get(way, "") for way in voyage.trip.ways(network)]
    return ";".join(dict.fromkeys(filter(None, names)))


def _say_reasons(network: Network, asked: _Asked) -> list[str]:
    """Say why there is no voyage: no way at all, or a lock that stays closed."""
    lost = [row for row, each in enumerate(asked.voyages) if each.trip.ms == UNREACHED_MS]
    reasons = [""] * len(asked.voyages)
    trips = find_trips(network, *asked.sides, [asked.pairs[row] for row in lost])
    for row, trip in zip(lost, trips, strict=True):
        why = say_why(*asked.sides, asked.pairs[row])
        reasons[row] = STAYS_CLOSED if trip.ms < UNREACHED_MS and why == NO_ROUTE else why
    return reasons


def _describe(network: Network, voyage: Voyage, part: Part) -> dict[str, object]:
    fairway, trip = fairway_of(network), voyage.trip
    km = float(trip.metres(network)[part.rows].sum() / M_PER_KM)
    arcs = trip.arc[part.rows]
    row: dict[str, object] = {
        "kind": part.kind,
        "name": "",
        "class_name": "",
        "begin_min": part.begin_ms / MS_PER_MIN,
        "waiting_min": part.waiting_ms / MS_PER_MIN,
        "minutes": part.ms / MS_PER_MIN,
        "km": km,
        "kmh": km / (part.ms / MS_PER_MIN / 60) if part.kind == REACH and part.ms else np.nan,
        "lots": np.nan,
        "minutes_source": "",
        "geometry": trip.draw(network, part.rows),
    }
    if arcs.size:
        row["name"] = network.name_of_way.get(int(network.way_of_arc[arcs[0]]), "")
        row["class_name"] = str(fairway.class_name[arcs[0]])
    if part.kind == LOCK:
        lock = fairway.locks[part.lock]
        row |= {"lots": lock.lots, "minutes_source": lock.minutes_source}
        row["name"] = lock.name or row["name"]
    return row
