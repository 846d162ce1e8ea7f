"""One journey by public transport, leg by leg: where one walks, waits, boards and alights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._types import MS_PER_MIN, UNREACHED_MS
from ..changes.notices import Notice, Value
from ..changes.phrases import write_duration
from ..changes.reasons import translate_no_trip
from ..changes.sentences import Language
from ..drawing import draw_text, language_of_user
from ..errors import TransitError
from ..network.geodesy import project
from ..places.attaching import attach
from ..places.naming import names_of
from ..places.starts import Places
from ..routing.ends import minutes_of
from ..routing.route_lines import say_why
from ..routing.trips import Side, find_trips, hang, take_side
from ..transit.feeders import MS_PER_S, Rides
from ..transit.journeys import Departures, course_of, search_to
from ..transit.model import ARRIVAL, Transit
from ..transit.pairs import reach_sides, walk_all_the_way
from ..transit.tracing import Ride, Traced, trace_journey
from .legs_told import require_one_each, tabulate_legs, tell_legs

if TYPE_CHECKING:
    import geopandas as gpd

WALK: Final = "walk"
RIDE: Final = "ride"
ORIGIN: Final = "origin"
DESTINATION: Final = "destination"
UNNAMED: Final = {ORIGIN: Notice("journey_origin"), DESTINATION: Notice("journey_destination")}
COLUMNS: Final = (
    "kind", "from", "to", "line", "headsign", "departure", "arrival", "minutes", "wait_min",
    "metres", "stops",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Journey:
    """A journey by public transport, leg by leg.

    Attributes
    ----------
    legs
        One row per leg, in the order of travel: `kind` (`walk`, `ride`, or the profile of a feeder
        with its parking), `from` and `to` (names of stops, `origin`, `destination`), `line`,
        `headsign`, `departure` and `arrival` (clock of the timetable), `minutes` between them,
        `wait_min` before the departure, `metres` on streets, `stops` ridden, and the line in
        EPSG:4326: streets where one walks, straight from stop to stop where one rides.
    minutes
        Of the whole journey: all minutes and waits of its legs, and `spare_min`; NaN without a way.
    spare_min
        How long before the moment one is there, where one has to be there by then; else 0.
    reason
        Why there is no way, or `""`.
    why
        The same as a notice in both languages, or None.
    """

    legs: "gpd.GeoDataFrame"
    minutes: float
    spare_min: float
    reason: str
    why: Notice | None = None

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return f"<Journey: {len(self.legs)} legs, {self.minutes:.1f} minutes>"

    def _repr_html_(self) -> str:
        """Show the words in a notebook, in the reader's language."""
        return draw_text(self.text(language_of_user()))

    def text(self, language: Language = "en") -> str:
        """Tell the journey in words, one line per leg.

        Parameters
        ----------
        language
            `"fr"` or `"en"`.

        Returns
        -------
        text
            Total first.

        Raises
        ------
        InputError
            If the language is another.
        """
        told = tell_legs(self.legs, self.minutes, self.why, _tell, language)
        if self.spare_min > 0:
            spare = Notice("journey_spare", {"time": write_duration(self.spare_min * 60)})
            told = f"{told}\n{spare.say(language)}"
        return told


def journey(transit: Transit, origin: Places, destination: Places, minute: float) -> Journey:
    """Explain the quickest journey from a place to another, leg by leg.

    Of several that arrive at once, the one with the fewest trips is told.

    Parameters
    ----------
    transit
        What `am.build_transit` returns; its window says whether `minute` is a departure or an
        arrival, and what a journey may be.
    origin, destination
        One place each: a row of a table, or a pair of longitude and latitude in a list.
    minute
        Of the day: when one leaves, or has to be there.

    Returns
    -------
    journey
        The legs as a table that opens in QGIS, and as text; as long as the matrix says.

    Raises
    ------
    PlacesError
        If there is not one place on either side, or coordinates are wrong.
    TransitError
        If the minute is not one of the day.

    See Also
    --------
    explain : the same on one network, or the journey behind the median.
    """
    require_one_each(origin, destination, asked="journey", many="travel_time_matrix")
    if not 0 <= minute < 48 * 60:
        msg = f"minute is {minute:g}; allowed are minutes of the day from 0 to below 2880."
        raise TransitError(msg)
    window = replace(transit.window, begin_min=minute, end_min=minute + 1, step_min=1)
    asked = replace(transit, window=window)
    here, there = (hang(transit.network, each) for each in (origin, destination))
    traced = _trace(asked, (here, there), origin)
    reason = say_why(here, there, (0, 0)) if traced.time_ms == UNREACHED_MS else ""
    at_ms = round(minute * MS_PER_MIN)
    names = _name(origin, ORIGIN), _name(destination, DESTINATION)
    rows, end_ms = _list_legs(asked, _Ends(here, there, origin, *names), traced, at_ms)
    spare_ms = at_ms - end_ms if window.at == ARRIVAL and not reason else 0
    minutes = float(minutes_of(np.array([traced.time_ms], np.int32))[0])
    why = translate_no_trip(reason, transit.network.profile) if reason else None
    return Journey(_tabulate(rows, transit), minutes, spare_ms / MS_PER_MIN, reason, why)


def typical_journey(transit: Transit, origin: Places, destination: Places) -> Journey:
    """Explain the journey behind the one number that stands for the window.

    Parameters
    ----------
    transit
        What `am.build_transit` returns.
    origin, destination
        As in `journey`.

    Returns
    -------
    journey
        Of the first moment that takes as long as the percentile of the window.
    """
    here, there = (attach(transit.network, each) for each in (origin, destination))
    course = course_of(transit)
    access, egress = reach_sides(transit, here, there, origin)
    direct = walk_all_the_way(transit, here, there)[0]
    starts, ends = (egress, access) if course.is_backward else (access, egress)
    found: list[Departures] = []
    far = ends.of_place(0, transit.timetable.stop_count), direct
    search_to(course, starts, [far], lambda _, own: found.append(own))
    times = found[0].time_ms[0]
    typical = found[0].percentile_ms(transit.window.percent)[0]
    moment_ms = int(found[0].moment_ms[np.flatnonzero(times == typical)[0]])
    return journey(transit, origin, destination, moment_ms / MS_PER_MIN)


@dataclass(frozen=True, slots=True, eq=False)
class _Ends:
    """Where a journey begins and ends, and what these places are called."""

    here: Side
    there: Side
    home: Places
    origin: str
    destination: str


@dataclass(frozen=True, slots=True)
class _Leg:
    kind: str
    begin: str
    end: str
    departure_ms: int
    arrival_ms: int
    wait_ms: int
    line: "shapely.LineString"
    metres: float = 0.0
    ride: Ride | None = None


def _name(place: Places, otherwise: str) -> str:
    return str(names_of(place)[0]) if hasattr(place, "columns") else otherwise


def _trace(asked: Transit, ends: tuple[Side, Side], home: Places) -> Traced:
    sides = ends[0].attachments, ends[1].attachments
    access, egress = reach_sides(asked, *sides, home)
    direct_ms = int(walk_all_the_way(asked, *sides)[0, 0])
    walks = [each.of_place(0, asked.timetable.stop_count) for each in (access, egress)]
    course = course_of(asked)
    to_stop, from_stop = walks[::-1] if course.is_backward else walks
    return trace_journey(course, to_stop, from_stop, direct_ms)


def _list_legs(asked: Transit, ends: _Ends, traced: Traced, at_ms: int) -> tuple[list[_Leg], int]:
    """List the legs, and tell when the last one ends."""
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
) -> _Leg:
    """Walk on the network from a place to another."""
    (trip,) = find_trips(asked.network, here[0], there[0], [(here[1], there[1])])
    metres = float(trip.metres(asked.network).sum())
    metres += sum(float(side.offroad_m[row]) for side, row in (here, there))
    line = trip.draw(asked.network)
    return _Leg(WALK, *names, leave_ms, leave_ms + trip.ms, 0, line, metres)


def _ride_there(asked: Transit, rides: Rides, ends: _Ends, stop: int, on_foot: _Leg) -> _Leg:
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
    )


def _project(line: shapely.LineString, own: str, other: str) -> shapely.LineString:
    import geopandas as gpd

    found: shapely.LineString = gpd.GeoSeries([line], crs=own).to_crs(other).iloc[0]
    return found


def _change(asked: Transit, stops: Side, before: Ride, after: Ride) -> _Leg:
    """Walk from a stop to another, as long as changing takes; straight where no street leads."""
    here, there = before.stops[-1], after.stops[0]
    names = asked.feed.stops["name"].to_numpy(object)[[here, there]]
    leg = _walk(asked, (stops, here), (stops, there), (str(names[0]), str(names[1])), 0)
    rows = slice(asked.walks.first[here], asked.walks.first[here + 1])
    (own,) = np.flatnonzero(asked.walks.to[rows] == there)
    ms = int(asked.walks.ms[rows][own])
    if leg.arrival_ms >= UNREACHED_MS:
        leg = replace(leg, line=_straight(asked, (here, there)), metres=0.0)
    begin_ms = before.arrival_ms
    return replace(leg, departure_ms=begin_ms, arrival_ms=begin_ms + ms)


def _ride(asked: Transit, ride: Ride, wait_ms: int) -> _Leg:
    name_of = asked.feed.stops["name"].to_numpy(object)
    names = str(name_of[ride.stops[0]]), str(name_of[ride.stops[-1]])
    line = _straight(asked, ride.stops)
    return _Leg(RIDE, *names, ride.departure_ms, ride.arrival_ms, wait_ms, line, ride=ride)


def _straight(asked: Transit, stops: Sequence[int]) -> "shapely.LineString":
    """Draw straight lines from stop to stop."""
    degrees = asked.feed.stops[["lon", "lat"]].to_numpy(np.float64)[list(stops)]
    corners = np.column_stack(project(degrees[:, 0], degrees[:, 1], asked.network.crs))
    return shapely.LineString(corners)


def _tabulate(legs: Sequence[_Leg], transit: Transit) -> "gpd.GeoDataFrame":
    feed, day = transit.feed, np.datetime64(transit.timetable.day, "ms")
    trips = feed.trips.merge(feed.routes, on="route", how="left")
    line_of, sign_of = (trips[name].to_numpy(object) for name in ("name", "headsign"))

    def row(leg: _Leg) -> tuple[object, ...]:
        ride = leg.ride
        line, sign, stops = ("", "", 0)
        if ride is not None:
            line, sign, stops = line_of[ride.trip], sign_of[ride.trip], len(ride.stops) - 1
        clocks = (day + np.timedelta64(ms, "ms") for ms in (leg.departure_ms, leg.arrival_ms))
        took_ms = leg.arrival_ms - leg.departure_ms
        return (
            leg.kind, leg.begin, leg.end, line, sign, *clocks, took_ms / MS_PER_MIN,
            leg.wait_ms / MS_PER_MIN, round(leg.metres, 1), stops,
        )  # fmt: skip

    rows = [row(leg) for leg in legs]
    return tabulate_legs(rows, COLUMNS, [leg.line for leg in legs], transit.network.crs)


def _tell(leg: Mapping[str, object], language: Language) -> str:
    values: dict[str, Value] = {name: str(leg[name]) for name in ("from", "to", "line")}
    for name, unnamed in (("from", ORIGIN), ("to", DESTINATION)):
        if leg[name] == unnamed:
            values[name] = UNNAMED[unnamed]
    values |= {name: f"{leg[name]:%H:%M:%S}" for name in ("departure", "arrival")}
    values |= {"metres": f"{float(str(leg['metres'])):.0f}"}
    values |= {"time": write_duration(float(str(leg["minutes"])) * 60)}
    kind = str(leg["kind"])
    key = {WALK: Notice("journey_walk", values), RIDE: Notice("journey_ride", values)}
    ridden = Notice("journey_feeder", values | {"profile": kind})
    told = key.get(kind, ridden).say(language)
    wait_min = float(str(leg["wait_min"]))
    if wait_min > 0:
        told = (
            Notice("journey_wait", {"time": write_duration(wait_min * 60)}).say(language)
            + "\n"
            + told
        )
    return told
