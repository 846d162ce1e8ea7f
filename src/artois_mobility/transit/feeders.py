"""Getting to the stop by something else than on foot: by bicycle to the station, park and ride."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np

from .._types import Flags
from ..errors import TransitError
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.starts import Places
from .feeds import Feed
from .walking import Access, find_access, gather_access

MS_PER_S: Final = 1000
LONGEST_MIN: Final = 120


@dataclass(frozen=True, slots=True, eq=False)
class Feeder:
    """What brings people from home to stops, and back home in the evening, beside walking.

    At the other end of a journey people walk.

    Attributes
    ----------
    network
        For bicycles, cars or whatever is left at the stop.
    kinds
        GTFS `route_type` of the lines at whose stops it can be left, such as `[2]` for trains (0
        tram, 1 metro, 3 bus); None for all.
    stops
        Ids of stops or of stations at which it can be left; None for all of those kinds.
    park_s
        [assumed] Seconds to leave it there and to get to the platform, or to fetch it.
    longest_min
        No such ride takes longer, parking left out.
    """

    network: Network
    kinds: Sequence[int] | None = None
    stops: Sequence[str] | None = None
    park_s: float = 120.0
    longest_min: float = 20.0

    def __post_init__(self) -> None:
        """Check that it is a network, and the numbers."""
        problems = []
        if not isinstance(self.network, Network):
            problems.append(
                f"network is {self.network!r}; give one of am.build_network, such as for bicycles."
            )
        if not 0 <= self.park_s <= 3600:
            problems.append(f"park_s is {self.park_s:g}; allowed are 0 to 3600 seconds.")
        if not 0 < self.longest_min <= LONGEST_MIN:
            problems.append(
                f"longest_min is {self.longest_min:g}; allowed is up to {LONGEST_MIN}, above 0."
            )
        if problems:
            raise TransitError(" ".join(problems))


@dataclass(frozen=True, slots=True, eq=False)
class Rides:
    """A feeder and the stops of a timetable, s of them.

    Attributes
    ----------
    feeder
        What is ridden.
    stops
        Where the stops hang on its network.
    is_served
        At which of them it can be left, shape (s,).
    """

    feeder: Feeder
    stops: Attachments
    is_served: Flags

    def find_access(self, places: Places, *, is_leaving: bool) -> Access:
        """Find the rides between places and stops, parking included.

        Parameters
        ----------
        places
            Of any kind, p of them.
        is_leaving
            True for rides to the stops, False for those from there.

        Returns
        -------
        access
            Exact rides.
        """
        return self.of_attached(attach(self.feeder.network, places), is_leaving=is_leaving)

    def of_attached(self, places: Attachments, *, is_leaving: bool) -> Access:
        """Find the same for places that hang on the feeder's network already.

        Parameters
        ----------
        places
            Where they hang, p of them.
        is_leaving
            As in `find_access`.

        Returns
        -------
        access
            Exact rides.
        """
        feeder = self.feeder
        found = find_access(
            feeder.network, places, self.stops, feeder.longest_min, is_leaving=is_leaving
        )
        place = np.repeat(np.arange(found.place_count), np.diff(found.first))
        own = self.is_served[found.stop]
        ms = found.ms[own] + round(feeder.park_s * MS_PER_S)
        return gather_access(found.place_count, place[own], found.stop[own], ms)


def join_rides(feeder: Feeder, feed: Feed, points: gpd.GeoSeries) -> Rides:
    """Find out at which stops a feeder can be left.

    Parameters
    ----------
    feeder
        What is ridden.
    feed
        The timetable, of s stops.
    points
        Where they are, shape (s,).

    Returns
    -------
    rides
        For `Transit`.

    Raises
    ------
    TransitError
        If a stop is unknown, or there is none at which it can be left.
    """
    is_served = np.ones(len(feed.stops), np.bool_)
    if feeder.kinds is not None:
        is_served &= _has_kind(feed, feeder.kinds)
    if feeder.stops is not None:
        named = feed.stops[["stop", "station"]].isin(list(feeder.stops))
        unknown = sorted(set(feeder.stops) - set(feed.stops["stop"]) - set(feed.stops["station"]))
        if unknown:
            msg = (
                f"{len(unknown)} of {len(feeder.stops)} stops of the feeder are none of the "
                f"timetable, first {unknown[0]!r}. Give ids as in stops.txt."
            )
            raise TransitError(msg)
        is_served &= named.any(axis=1).to_numpy(np.bool_)
    stops = attach(feeder.network, points)
    is_served &= stops.reason_of_place == ""
    if not is_served.any():
        msg = (
            f"There is no stop at which {feeder.network.profile.name!r} can be left: none is of "
            "these kinds and names and hangs on its network. Allow others."
        )
        raise TransitError(msg)
    return Rides(feeder, stops, is_served)


def _has_kind(feed: Feed, kinds: Sequence[int]) -> Flags:
    kind_of_route = feed.routes.set_index("route")["kind"]
    kind_of_trip = feed.trips["route"].map(kind_of_route).to_numpy()
    times = feed.stop_times
    own = np.isin(kind_of_trip[times["trip"].to_numpy()], list(kinds))
    found = np.zeros(len(feed.stops), np.bool_)
    found[times["stop"].to_numpy()[own]] = True
    return found


def merge_access(one: Access, other: Access) -> Access:
    """Take the shorter of two ways to each stop.

    Parameters
    ----------
    one, other
        Of the same places.

    Returns
    -------
    access
        Whatever either reaches.
    """
    place = [np.repeat(np.arange(each.place_count), np.diff(each.first)) for each in (one, other)]
    return gather_access(
        one.place_count,
        np.concatenate(place),
        np.concatenate([one.stop, other.stop]),
        np.concatenate([one.ms, other.ms]),
    )
