"""Public transport of a day, with the walking network that leads to it."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, NoReturn, TypeAlias, get_args

import geopandas as gpd

from .._types import WGS84, Milliseconds
from ..errors import NotANetworkError, TransitError
from ..graph import Graph
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from .feeders import Feeder, Rides, join_rides
from .feeds import Feed
from .searches import Walks
from .timetables import Timetable, build_timetable
from .walking import find_walks

if TYPE_CHECKING:
    from ..places.starts import Places

WALK: Final = "walk"
ARRIVAL: Final = "arrival"

NOT_A_NETWORK: Final = (
    "This question is about a network, and public transport is none: ask it of transit.network, "
    "where people walk."
)

At: TypeAlias = Literal["departure", "arrival"]


@dataclass(frozen=True, slots=True)
class Window:
    """When people leave or have to be there, and what their journeys may be.

    Attributes
    ----------
    begin_min, end_min
        Minutes of the day; the first moment is at the first of them, none at the last.
    step_min
        Minutes from one moment to the next.
    most_trips
        No journey has more trips.
    longest_walk_min
        No walk to, from or between stops takes longer; walking all the way may.
    longest_min
        No journey takes longer.
    at
        What happens at the moments: people leave (`"departure"`), or they have to be there at the
        latest (`"arrival"`) and leave as late as they can.
    percent
        Where one number stands for the window: so many of the moments, in per cent, take no longer.

    Examples
    --------
    >>> Window(begin_min=9 * 60, end_min=9 * 60 + 1, at="arrival").percent
    50.0
    """

    begin_min: float = 7.0 * 60
    end_min: float = 9.0 * 60
    step_min: float = 1.0
    most_trips: int = 4
    longest_walk_min: float = 20.0
    longest_min: float = 240.0
    at: At = "departure"
    percent: float = 50.0

    def __post_init__(self) -> None:
        problems = []
        if not 0 <= self.begin_min < self.end_min <= 48 * 60:
            problems.append(
                f"begin_min is {self.begin_min:g} and end_min {self.end_min:g}; allowed are "
                "minutes of the day from 0, the second one later."
            )
        if not 0 < self.step_min <= 60:
            problems.append(f"step_min is {self.step_min:g}; allowed is up to 60, above 0.")
        if not 1 <= self.most_trips <= 8:
            problems.append(f"most_trips is {self.most_trips}; allowed is 1 to 8.")
        if not 0 < self.longest_walk_min <= 120:
            problems.append(
                f"longest_walk_min is {self.longest_walk_min:g}; allowed is up to 120, above 0."
            )
        if not 0 < self.longest_min <= 24 * 60:
            problems.append(f"longest_min is {self.longest_min:g}; allowed is up to 1440, above 0.")
        if self.at not in get_args(At):
            problems.append(f"at is {self.at!r}; allowed are 'departure' and 'arrival'.")
        if not 1 <= self.percent <= 100:
            problems.append(f"percent is {self.percent:g}; allowed is from 1 to 100.")
        if problems:
            raise TransitError(" ".join(problems))


@dataclass(frozen=True, slots=True, eq=False)
class Transit:
    """Public transport of a day, with the walking network that leads to it.

    Attributes
    ----------
    network
        For people on foot.
    feed
        Stops and trips.
    timetable
        Of the day.
    stops
        Where stops hang on the network; those that do not are ridden through.
    walks
        Between stops.
    window
        When journeys begin, and what they may be.
    rides
        What brings people to the stops beside walking; None for nothing.
    """

    network: Network
    feed: Feed
    timetable: Timetable
    stops: Attachments
    walks: Walks
    window: Window
    rides: Rides | None = None

    def __repr__(self) -> str:
        """Say what it is in one line."""
        trips, day = self.timetable.trip_count, self.timetable.day
        return f"<Transit {day}: {self.stops.place_count} stops, {trips} trips of three days>"

    def __getattr__(self, name: str) -> NoReturn:
        """Say what to do where a question is asked that only a network answers."""
        of_network = {*Network.__dataclass_fields__, *dir(Network), *dir(Graph)}
        if not name.startswith("_") and name in of_network:
            raise NotANetworkError(NOT_A_NETWORK)
        msg = f"Transit has no attribute {name!r}."
        raise AttributeError(msg)

    def times_between(self, origins: "Places", destinations: "Places") -> Milliseconds:
        """Find the times from places to places, as `am.travel_time_matrix` tells them.

        Parameters
        ----------
        origins, destinations
            As there, o and d places.

        Returns
        -------
        time_ms
            `UNREACHED_MS` for none, shape (o, d).
        """
        from .pairs import times_between  # which searches this

        return times_between(self, origins, destinations)


def build_transit(
    network: Network,
    feed: Feed,
    day: date,
    *,
    window: Window | None = None,
    change_s: float = 60.0,
    feeder: Feeder | None = None,
) -> Transit:
    """Bring a timetable and a walking network together.

    Parameters
    ----------
    network
        For people on foot: of the profile `walk`, `walk_senior`, `wheelchair` or one like them.
    feed
        What `read_gtfs` returns.
    day
        The day.
    window
        When journeys begin, and what they may be; from 7 to 9 o'clock when left out.
    change_s
        [assumed] Seconds that one needs to change from one trip to another, wherever the walk does
        not take longer.
    feeder
        What brings people from home to the stops beside walking: a bicycle, a car; None for
        nothing.

    Returns
    -------
    transit
        For `am.transit_times` and `am.access_times`.

    Raises
    ------
    TransitError
        If nothing runs on that day, the network is not one for walking, or no stop hangs on it,
        or there is none for the feeder.
    """
    if network.profile.mode != WALK:
        msg = (
            f"The network is for {network.profile.name!r}; people go to stops on foot. Build one "
            "with the profile walk, walk_senior or wheelchair."
        )
        raise TransitError(msg)
    if not 0 <= change_s <= 3600:
        msg = f"change_s is {change_s:g}; allowed are 0 to 3600 seconds."
        raise TransitError(msg)
    asked = window or Window()
    timetable = build_timetable(feed, day)
    points = gpd.points_from_xy(feed.stops["lon"], feed.stops["lat"], crs=WGS84)
    places = gpd.GeoSeries(points)
    stops = attach(network, places)
    if not stops.place.size:
        msg = (
            f"None of the {len(feed.stops)} stops hangs on the network, the first because of: "
            f"{stops.reason_of_place[0]}. Take an extract and a timetable of the same place."
        )
        raise TransitError(msg)
    walks = find_walks(
        network, stops, feed, longest_walk_min=asked.longest_walk_min, change_s=change_s
    )
    rides = None if feeder is None else join_rides(feeder, feed, places)
    return Transit(network, feed, timetable, stops, walks, asked, rides)


def walked_network(network: Network | Transit) -> Network:
    """Give the network that places hang on.

    Parameters
    ----------
    network
        The network of one profile, or public transport.

    Returns
    -------
    network
        The same, or that for people on foot.
    """
    return network.network if isinstance(network, Transit) else network
