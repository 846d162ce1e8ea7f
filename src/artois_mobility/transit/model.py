"""Public transport of a day, with the walking network that leads to it."""

from dataclasses import dataclass
from datetime import date

import geopandas as gpd

from .._types import WGS84
from ..errors import TransitError
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from .feeds import Feed
from .searches import Walks
from .timetables import Timetable, build_timetable
from .walking import find_walks

WALK = "walk"


@dataclass(frozen=True, slots=True)
class Window:
    """When journeys begin, and what they may be.

    Attributes
    ----------
    begin_min, end_min
        Minutes of the day; the first departure is at the first of them, none at the last.
    step_min
        Minutes from one departure to the next.
    most_trips
        No journey has more trips.
    longest_walk_min
        No walk to, from or between stops takes longer; walking all the way may.
    longest_min
        No journey takes longer.
    """

    begin_min: float = 7.0 * 60
    end_min: float = 9.0 * 60
    step_min: float = 1.0
    most_trips: int = 4
    longest_walk_min: float = 20.0
    longest_min: float = 240.0

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
    """

    network: Network
    feed: Feed
    timetable: Timetable
    stops: Attachments
    walks: Walks
    window: Window


def build_transit(
    network: Network,
    feed: Feed,
    day: date,
    *,
    window: Window | None = None,
    change_s: float = 60.0,
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

    Returns
    -------
    transit
        For `am.transit_times` and `am.access_times`.

    Raises
    ------
    TransitError
        If nothing runs on that day, the network is not one for walking, or no stop hangs on it.
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
    stops = attach(network, gpd.GeoSeries(points))
    if not stops.place.size:
        msg = (
            f"None of the {len(feed.stops)} stops hangs on the network, the first because of: "
            f"{stops.reason_of_place[0]}. Take an extract and a timetable of the same place."
        )
        raise TransitError(msg)
    walks = find_walks(
        network, stops, feed, longest_walk_min=asked.longest_walk_min, change_s=change_s
    )
    return Transit(network, feed, timetable, stops, walks, asked)
