"""One journey by public transport, leg by leg: where one walks, waits, boards and alights."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import MS_PER_MIN, UNREACHED_MS
from ..changes.notices import Notice, Value
from ..changes.phrases import write_duration
from ..changes.reasons import translate_no_trip
from ..changes.sentences import Language
from ..drawing import draw_text, language_of_user
from ..errors import TransitError
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.naming import names_of
from ..places.starts import Places
from ..routing.ends import minutes_of
from ..routing.route_lines import say_why
from ..routing.trips import hang, take_side
from ..transit.legs import (
    RIDE,
    TOO_FEW,
    WALK,
    Ends,
    Leg,
    find_typical,
    list_legs,
    trace_between,
)
from ..transit.model import ARRIVAL, Transit
from .legs_told import require_one_each, tabulate_legs, tell_legs

if TYPE_CHECKING:
    import geopandas as gpd

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
    ways
        OSM ids of the ways taken on streets, in the order of travel.
    lines
        Ids of the lines ridden (`route_id`), in the order of travel.
    """

    legs: "gpd.GeoDataFrame"
    minutes: float
    spare_min: float
    reason: str
    why: Notice | None = None
    ways: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()

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


def journey(
    transit: Transit,
    origin: Places,
    destination: Places,
    minute: float,
    *,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> Journey:
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
    attachments
        Those of the origin and of the destination on `transit.network`, when already made.

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
    if attachments is None:
        here, there = (hang(transit.network, each) for each in (origin, destination))
    else:
        here, there = (take_side(transit.network, each) for each in attachments)
    traced = trace_between(asked, (here.attachments, there.attachments), origin)
    reason = say_why(here, there, (0, 0)) if traced.time_ms == UNREACHED_MS else ""
    at_ms = round(minute * MS_PER_MIN)
    names = _name(origin, ORIGIN), _name(destination, DESTINATION)
    rows, end_ms = list_legs(asked, Ends(here, there, origin, *names), traced, at_ms)
    spare_ms = at_ms - end_ms if window.at == ARRIVAL and not reason else 0
    minutes = float(minutes_of(np.array([traced.time_ms], np.int32))[0])
    why = translate_no_trip(reason, transit.network.profile) if reason else None
    route_of = transit.feed.trips["route"].astype(str)
    return Journey(
        _tabulate(rows, transit),
        minutes,
        spare_ms / MS_PER_MIN,
        reason,
        why,
        tuple(way for leg in rows for way in leg.ways),
        tuple(route_of.iloc[leg.ride.trip] for leg in rows if leg.ride is not None),
    )


def no_journey(transit: Transit, reason: str) -> Journey:
    """Explain why there is no journey at all.

    Parameters
    ----------
    transit
        Public transport of a day.
    reason
        Why, such as that of a place which hangs on no street.

    Returns
    -------
    journey
        Without legs.
    """
    why = translate_no_trip(reason, transit.network.profile)
    return Journey(_tabulate([], transit), math.nan, 0.0, reason, why)


def typical_journey(
    transit: Transit,
    origin: Places,
    destination: Places,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> Journey:
    """Explain the journey behind the one number that stands for the window.

    Parameters
    ----------
    transit
        What `am.build_transit` returns.
    origin, destination, attachments
        As in `journey`.

    Returns
    -------
    journey
        Of the first moment that takes as long as the percentile of the window; none where fewer
        moments have one.
    """
    sides = attachments or (attach(transit.network, origin), attach(transit.network, destination))
    typical = find_typical(transit, sides, origin)
    if typical.time_ms == UNREACHED_MS and typical.is_of_some:
        return no_journey(transit, TOO_FEW)
    minute = typical.moment_ms / MS_PER_MIN
    return journey(transit, origin, destination, minute, attachments=sides)


def _name(place: Places, otherwise: str) -> str:
    return str(names_of(place)[0]) if hasattr(place, "columns") else otherwise


def _tabulate(legs: Sequence[Leg], transit: Transit) -> "gpd.GeoDataFrame":
    feed, day = transit.feed, np.datetime64(transit.timetable.day, "ms")
    trips = feed.trips.merge(feed.routes, on="route", how="left")
    line_of, sign_of = (trips[name].to_numpy(object) for name in ("name", "headsign"))

    def row(leg: Leg) -> tuple[object, ...]:
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
