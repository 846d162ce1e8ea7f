"""Hinterlands: the quay that each place reaches first by road."""

from typing import Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import UNREACHED_MS, Milliseconds
from ..errors import PlacesError
from ..network.model import Network
from ..places.naming import names_of
from ..places.starts import Places
from ..routing.budget import check_budget
from ..routing.ends import minutes_of
from ..routing.tables import choose_times
from ..routing.trips import Side, find_trips, hang
from .transfers import take_quays

QuayDirection: TypeAlias = Literal["to_quay", "from_quay"]

M_PER_KM: Final = 1000.0
NO_QUAY: Final = "there is no quay"
NOT_REACHED: Final = "no quay can be reached by road"
# Times while they are found, and a copy in the order of the origins.
BYTES_PER_PAIR: Final = 8


def hinterlands(
    roads: Network, quays: Places, origins: Places, *, direction: QuayDirection = "to_quay"
) -> pd.DataFrame:
    """Find the quay nearest to each origin by road, in minutes.

    Parameters
    ----------
    roads
        The network of a profile on land, such as that of `truck`.
    quays
        What `find_quays` or `read_quays` gives, any table of points, or pairs of longitude and
        latitude. A quay with a `reason` does not count.
    origins
        Residents, sites, any table of points, or pairs of longitude and latitude.
    direction
        `"to_quay"`, or `"from_quay"` for what arrives by water.

    Returns
    -------
    hinterlands
        One row per origin: `origin`, `quay` (of equally near ones the first; `""` for none),
        `minutes` with the walk to the street at both ends, `road_km` on the network, `reason`.
        Without a quay minutes and kilometres are NaN and `reason` says why.

    Raises
    ------
    PlacesError
        If `direction` is neither, or coordinates are wrong.
    BudgetError
        If the times between all origins and quays take more memory than is allowed.

    See Also
    --------
    road_or_water : what barges do between such quays.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> roads = build_network(crossroads(), "car")
    >>> quays, origins = [(2.83, 50.42), (2.8328, 50.42)], [(2.8302, 50.42), (2.831, 50.42)]
    >>> table = hinterlands(roads, quays, origins)
    >>> table[["quay", "reason"]].values.tolist()
    [['0', ''], ['0', '']]

    What each quay has around it is a matter of grouping:

    >>> own = table[table["reason"] == ""].groupby("quay")
    >>> summary = own.agg(origins=("origin", "size"), farthest_km=("road_km", "max"))
    >>> summary.round(3).to_dict("index")
    {'0': {'origins': 2, 'farthest_km': 0.071}}
    """
    if direction not in get_args(QuayDirection):
        msg = f"direction must be one of {', '.join(get_args(QuayDirection))}; found {direction!r}."
        raise PlacesError(msg)
    taken = take_quays(quays)
    here, there = hang(roads, origins), hang(roads, taken.places)
    is_to_quay = direction == "to_quay"
    table_ms = time_all(roads, here, there) if is_to_quay else time_all(roads, there, here).T
    nearest, ms = _choose(table_ms)
    found = np.flatnonzero(ms < UNREACHED_MS)
    pairs = [(row, int(nearest[row])) for row in found.tolist()]
    road_km = np.full(ms.size, np.nan)
    trips = (
        find_trips(roads, here, there, pairs)
        if is_to_quay
        else find_trips(roads, there, here, [(quay, origin) for origin, quay in pairs])
    )
    road_km[found] = [trip.metres(roads).sum() / M_PER_KM for trip in trips]
    quay = np.full(ms.size, "", object)
    quay[found] = taken.name[nearest[found]]
    why = NOT_REACHED if taken.name.size else NO_QUAY
    own = here.attachments.reason_of_place
    return pd.DataFrame(
        {
            "origin": names_of(origins),
            "quay": quay,
            "minutes": minutes_of(ms),
            "road_km": road_km,
            "reason": np.where(ms < UNREACHED_MS, "", np.where(own == "", why, own)),
        }
    )


def time_all(network: Network, here: Side, there: Side) -> Milliseconds:
    """Find the times from all places of one side to all of another.

    Parameters
    ----------
    network
        The network that both hang on.
    here, there
        Origins, o of them, and destinations, d.

    Returns
    -------
    table_ms
        `UNREACHED_MS` for none, shape (o, d).

    Raises
    ------
    BudgetError
        If the table takes more memory than is allowed.
    """
    shape = here.attachments.place_count, there.attachments.place_count
    if 0 in shape:
        return np.full(shape, UNREACHED_MS, np.int32)
    what = f"The table between {shape[0]} and {shape[1]} places"
    check_budget(what, shape[0] * shape[1] * BYTES_PER_PAIR, None, "Ask for fewer at a time.")
    times_of = choose_times(network, (here.ends, shape[0]), (there.ends, shape[1]))
    return times_of(range(shape[0]))


def _choose(table_ms: Milliseconds) -> tuple[npt.NDArray[np.intp], Milliseconds]:
    """Choose the first of the nearest quays in each row."""
    if not table_ms.shape[1]:
        return np.zeros(len(table_ms), np.intp), np.full(len(table_ms), UNREACHED_MS, np.int32)
    nearest = table_ms.argmin(axis=1)
    ms = np.take_along_axis(table_ms, nearest[:, np.newaxis], axis=1)[:, 0]
    return nearest, ms
