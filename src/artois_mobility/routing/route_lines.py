"""Routes between places: the ways travelled, their length, and the line to draw."""

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import UNREACHED_MS, WGS84
from ..errors import PlacesError
from ..network.model import Network
from ..places.naming import names_of
from ..places.starts import Places
from .ends import minutes_of
from .trips import Side, find_trips, hang

if TYPE_CHECKING:
    import geopandas as gpd

NO_ROUTE: Final = "no route"


def routes(network: Network, origins: Places, destinations: Places) -> "gpd.GeoDataFrame":
    """Find the quickest route from each origin to the destination beside it.

    Parameters
    ----------
    network
        The network of one profile.
    origins, destinations
        Residents, sites, any table of points, or pairs of longitude and latitude; as many of the
        one as of the other, or a single one of either, which is then paired with each.

    Returns
    -------
    routes
        One row per pair: `origin` and `destination` (by their `cell` or `site` column, else by
        position), `minutes` with the walk to the street at both ends, `offroad_m` of that walk,
        `length_m` on the network, `ways` (OSM ids in the order of travel, with semicolons),
        `streets` (names, likewise), `reason`, and in EPSG:4326 the line on the network from where
        the origin hangs on it to where the destination does. Without a route minutes and metres
        are NaN, the line is empty and `reason` says why.

    Raises
    ------
    PlacesError
        If the numbers of origins and destinations do not fit, or coordinates are wrong.

    See Also
    --------
    travel_time_matrix : the minutes alone, between all of two tables.

    References
    ----------
    Dibbelt, J., Strasser, B. and Wagner, D. (2016). Customizable contraction hierarchies. Journal
    of Experimental Algorithmics 21. doi:10.1145/2886843

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> table = routes(network, [(2.8305, 50.42)], [(2.8314, 50.4207)])
    >>> table[["length_m", "ways", "streets"]].round(1).values.tolist()
    [[141.8, '10;11', 'Rue de Lille']]
    """
    import geopandas as gpd

    pairs = pair_places(len(origins), len(destinations))
    sides = [hang(network, each) for each in (origins, destinations)]
    trips = find_trips(network, sides[0], sides[1], pairs)
    found = np.array([trip.ms < UNREACHED_MS for trip in trips], np.bool_)
    here, there = np.array(pairs, np.int32).reshape(-1, 2).T
    offroad_m = sides[0].offroad_m[here] + sides[1].offroad_m[there]
    table = {
        "origin": names_of(origins)[here],
        "destination": names_of(destinations)[there],
        "minutes": minutes_of(np.array([trip.ms for trip in trips], np.int32)),
        "offroad_m": np.where(found, offroad_m, np.nan),
        "length_m": np.where(found, [trip.metres(network).sum() for trip in trips], np.nan),
        "ways": [_join(trip.ways(network)) for trip in trips],
        "streets": [
            _join(network.name_of_way.get(way, "") for way in trip.ways(network)) for trip in trips
        ],
        "reason": [
            "" if trip.ms < UNREACHED_MS else say_why(sides[0], sides[1], pair)
            for trip, pair in zip(trips, pairs, strict=True)
        ],
    }
    lines = np.array([trip.draw(network) for trip in trips], object)
    return gpd.GeoDataFrame(table, geometry=lines, crs=network.crs).to_crs(WGS84)


def pair_places(origin_count: int, destination_count: int) -> list[tuple[int, int]]:
    """Pair each origin with the destination beside it, or a single one of either with each.

    Parameters
    ----------
    origin_count, destination_count
        How many there are.

    Returns
    -------
    pairs
        Rows of both.

    Raises
    ------
    PlacesError
        If the numbers do not fit.

    Examples
    --------
    >>> pair_places(2, 2), pair_places(1, 2)
    ([(0, 0), (1, 1)], [(0, 0), (0, 1)])
    """
    if origin_count != destination_count and 1 not in (origin_count, destination_count):
        msg = (
            f"Each origin goes with the destination beside it; found {origin_count} "
            f"origins and {destination_count} destinations. Give as many of both, or one of either."
        )
        raise PlacesError(msg)
    if origin_count == destination_count:
        return [(row, row) for row in range(origin_count)]
    if origin_count == 1:
        return [(0, row) for row in range(destination_count)]
    return [(row, 0) for row in range(origin_count)]


def say_why(here: Side, there: Side, pair: tuple[int, int]) -> str:
    """Say why there is no way between two places.

    Parameters
    ----------
    here, there
        Origins and destinations.
    pair
        Rows of both.

    Returns
    -------
    reason
        That of the place which is not attached, else that there is no route.
    """
    for name, side, row in (("origin", here, pair[0]), ("destination", there, pair[1])):
        reason = str(side.attachments.reason_of_place[row])
        if reason:
            return f"{name}: {reason}"
    return NO_ROUTE


def _join(words: Iterable[object]) -> str:
    """Write words with semicolons, what stands twice in a row once, and nothing for none."""
    return ";".join(word for word, _ in groupby(str(each) for each in words if each))
