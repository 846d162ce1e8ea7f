"""The legs of a journey by public transport: walks along streets, rides from stop to stop."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np
import shapely

from .._types import MS_PER_MIN, UNREACHED_MS
from ..network.geodesy import project
from ..places.attachments import Attachments
from ..places.starts import Places
from ..routing.trips import Side, find_trips, hang, take_side
from .feeders import MS_PER_S, Rides
from .journeys import Departures, course_of, search_to
from .model import ARRIVAL, Transit
from .pairs import reach_sides, walk_all_the_way
from .tracing import Ride, Traced, trace_journey

WALK: Final = "walk"
RIDE: Final = "ride"
# Why there is no time where some departures have one.
TOO_FEW: Final = "too few departures of the window arrive"


class Typical(NamedTuple):
    """What stands for a window between two places.

    Attributes
    ----------
    time_ms
        The percentile of the window, `UNREACHED_MS` for none.
    moment_ms
        The first moment that takes as long.
    is_of_some
        Whether any moment has a journey at all.
    """

    time_ms: int
    moment_ms: int
    is_of_some: bool


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Where a journey begins and ends, and what these places are called.

    Attributes
    ----------
    here, there
        One place each, hung on the walking network.
    home
        The place from which a feeder may be ridden.
    origin, destination
        What they are called.
    """

    here: Side
    there: Side
    home: Places
    origin: str
    destination: str


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of a journey, walked or ridden.

    Attributes
    ----------
    kind
        `WALK`, `RIDE`, or the profile of a feeder.
    begin, end
        Names of where it begins and ends.
    departure_ms, arrival_ms
        From the beginning of the day.
    wait_ms
        Before the departure.
    line
        In the metric system of the walking network.
    metres
        On streets and off them.
    ride
        The trip; None where one walks.
    ways
        OSM ids of the ways taken.
    """

    kind: str
    begin: str
    end: str
    departure_ms: int
    arrival_ms: int
    wait_ms: int
    line: shapely.LineString
    metres: float = 0.0
    ride: Ride | None = None
    ways: tuple[int, ...] = ()


def find_typical(
    transit: Transit, sides: tuple[Attachments, Attachments], home: "Places | None"
) -> Typical:
    """Find the time that stands for the window between two places, and a moment that takes it.

    Parameters
    ----------
    transit
        Public transport of a day.
    sides
        Where the origin and the destination hang on its walking network.
    home
        The origin, from which a feeder may be ridden; None where nobody does.

    Returns
    -------
    typical
        For `journey`, or `trace_between`.
    """
    here, there = sides
    course = course_of(transit)
    access, egress = reach_sides(transit, here, there, home)
    direct = walk_all_the_way(transit, here, there)[0]
    starts, ends = (egress, access) if course.is_backward else (access, egress)
    found: list[Departures] = []
    far = ends.of_place(0, transit.timetable.stop_count), direct
    search_to(course, starts, [far], lambda _, own: found.append(own))
    times = found[0].time_ms[0]
    typical = found[0].percentile_ms(transit.window.percent)[0]
    moment_ms = found[0].moment_ms[np.flatnonzero(times == typical)[0]]
    return Typical(int(typical), int(moment_ms), bool((times < UNREACHED_MS).any()))


def trace_between(
    asked: Transit, sides: tuple[Attachments, Attachments], home: "Places | None"
) -> Traced:
    """Trace the quickest journey of one moment between two places.

    Parameters
    ----------
    asked
        Public transport, its window the one moment asked for.
    sides, home
        As in `find_typical`.

    Returns
    -------
    traced
        The trips that it takes.
    """
    access, egress = reach_sides(asked, *sides, home)
    direct_ms = int(walk_all_the_way(asked, *sides)[0, 0])
    walks = [each.of_place(0, asked.timetable.stop_count) for each in (access, egress)]
    course = course_of(asked)
    to_stop, from_stop = walks[::-1] if course.is_backward else walks
    return trace_journey(course, to_stop, from_stop, direct_ms)


def list_legs(asked: Transit, ends: Ends, traced: Traced, at_ms: int) -> tuple[list[Leg], int]:
    """List the legs of a journey.

    Parameters
    ----------
    asked
        Public transport, its window the one moment asked for.
    ends
        Where it begins and ends.
    traced
        The trips that it takes.
    at_ms
        The moment.

    Returns
    -------
    legs, end_ms
        In the order of travel, and when the last one ends; none without a way.
    """
    stops = take_side(asked.network, asked.stops)
    is_backward = asked.window.at == ARRIVAL
    if traced.time_ms == UNREACHED_MS:
        return [], at_ms
    if not traced.rides:
        leave_ms = at_ms - traced.time_ms if is_backward else at_ms
        names = ends.origin, ends.destination
        leg = _walk(asked, (ends.here, 0), (ends.there, 0), names, leave_ms)
        return [leg], leg.arrival_ms
    name_of = asked.feed.stops["name"].to_numpy(object)
    first = traced.rides[0]
    names = ends.origin, str(name_of[first.stops[0]])
    leg = _walk(asked, (ends.here, 0), (stops, first.stops[0]), names, at_ms)
    if asked.rides is not None:
        leg = _ride_there(asked, asked.rides, ends, first.stops[0], leg)
    if is_backward:
        shift_ms = first.departure_ms - leg.arrival_ms
        leg = replace(leg, departure_ms=leg.departure_ms + shift_ms, arrival_ms=first.departure_ms)
    legs = [leg]
    for ride in traced.rides:
        place = legs[-1].ride
        if place is not None and place.stops[-1] != ride.stops[0]:
            legs.append(_change(asked, stops, place, ride))
        wait_ms = ride.departure_ms - legs[-1].arrival_ms
        legs.append(_ride(asked, ride, wait_ms))
    last = traced.rides[-1]
    names = str(name_of[last.stops[-1]]), ends.destination
    legs.append(_walk(asked, (stops, last.stops[-1]), (ends.there, 0), names, last.arrival_ms))
    return legs, legs[-1].arrival_ms


def _walk(
    asked: Transit,
    here: tuple[Side, int],
    there: tuple[Side, int],
    names: tuple[str, str],
    leave_ms: int,
) -> Leg:
    """Walk on the network from a place to another."""
    (trip,) = find_trips(asked.network, here[0], there[0], [(here[1], there[1])])
    metres = float(trip.metres(asked.network).sum())
    metres += sum(float(side.offroad_m[row]) for side, row in (here, there))
    line = trip.draw(asked.network)
    ways = tuple(trip.ways(asked.network))
    return Leg(WALK, *names, leave_ms, leave_ms + trip.ms, 0, line, metres, ways=ways)


def _ride_there(asked: Transit, rides: Rides, ends: Ends, stop: int, on_foot: Leg) -> Leg:
    """Ride to the stop and park, where that is quicker than the walk or the walk is too long."""
    network, park_ms = rides.feeder.network, round(rides.feeder.park_s * MS_PER_S)
    access = rides.find_access(ends.home, is_leaving=True)
    ms = int(access.of_place(0, rides.is_served.size)[stop])
    walk_ms = on_foot.arrival_ms - on_foot.departure_ms
    is_walked = walk_ms <= min(asked.window.longest_walk_min * MS_PER_MIN, ms)
    if is_walked or ms == UNREACHED_MS:
        return on_foot
    sides = hang(network, ends.home), take_side(network, rides.stops)
    (trip,) = find_trips(network, *sides, [(0, stop)])
    assert trip.ms + park_ms == ms
    line = _project(trip.draw(network), network.crs, asked.network.crs)
    return replace(
        on_foot,
        kind=network.profile.name,
        arrival_ms=on_foot.departure_ms + ms,
        line=line,
        metres=float(trip.metres(network).sum()),
        ways=tuple(trip.ways(network)),
    )


def _project(line: shapely.LineString, own: str, other: str) -> shapely.LineString:
    import geopandas as gpd

    found: shapely.LineString = gpd.GeoSeries([line], crs=own).to_crs(other).iloc[0]
    return found


def _change(asked: Transit, stops: Side, before: Ride, after: Ride) -> Leg:
    """Walk from a stop to another, as long as changing takes; straight where no street leads."""
    here, there = before.stops[-1], after.stops[0]
    names = asked.feed.stops["name"].to_numpy(object)[[here, there]]
    leg = _walk(asked, (stops, here), (stops, there), (str(names[0]), str(names[1])), 0)
    rows = slice(asked.walks.first[here], asked.walks.first[here + 1])
    (own,) = np.flatnonzero(asked.walks.to[rows] == there)
    ms = int(asked.walks.ms[rows][own])
    if leg.arrival_ms >= UNREACHED_MS:
        leg = replace(leg, line=_straight(asked, (here, there)), metres=0.0, ways=())
    begin_ms = before.arrival_ms
    return replace(leg, departure_ms=begin_ms, arrival_ms=begin_ms + ms)


def _ride(asked: Transit, ride: Ride, wait_ms: int) -> Leg:
    name_of = asked.feed.stops["name"].to_numpy(object)
    names = str(name_of[ride.stops[0]]), str(name_of[ride.stops[-1]])
    line = _straight(asked, ride.stops)
    return Leg(RIDE, *names, ride.departure_ms, ride.arrival_ms, wait_ms, line, ride=ride)


def _straight(asked: Transit, stops: Sequence[int]) -> shapely.LineString:
    """Draw straight lines from stop to stop."""
    degrees = asked.feed.stops[["lon", "lat"]].to_numpy(np.float64)[list(stops)]
    corners = np.column_stack(project(degrees[:, 0], degrees[:, 1], asked.network.crs))
    return shapely.LineString(corners)
