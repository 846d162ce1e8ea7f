"""What the model makes of trips by public transport: the median departure of a window."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import shapely

from .._types import MS_PER_MIN, UNREACHED_MS
from ..osm.extract import Extract
from ..routing.route_lines import say_why
from ..routing.threads import run_each
from ..routing.trips import Side, hang
from ..transit.feeders import MS_PER_S
from ..transit.legs import RIDE, TOO_FEW, Ends, Leg, find_typical, list_legs, trace_between
from ..transit.model import Transit

# Kinds of parts, beside the rides.
ON_FOOT: Final = "on_foot"
BOARDING: Final = "boarding"


@dataclass(frozen=True, slots=True, eq=False)
class RiddenTrip:
    """What the model makes of one trip.

    Attributes
    ----------
    transit
        Public transport of the day.
    ms
        The percentile of the window, `UNREACHED_MS` for none.
    legs
        Of the first departure that takes as long.
    reason
        Why there is no way, or `""`.
    """

    transit: Transit
    ms: int
    legs: Sequence[Leg]
    reason: str

    @property
    def crs(self) -> str:
        """Metric system of its lines."""
        return self.transit.network.crs

    @property
    def km(self) -> float:
        """Kilometres on foot, and ridden straight from stop to stop."""
        return sum(_metres(leg) for leg in self.legs) / 1000

    def seconds(self) -> tuple[float, float, float]:
        """Give the seconds waiting, in turning (none) and on foot."""
        waiting_ms = sum(leg.wait_ms for leg in self.legs)
        walked_ms = sum(_took_ms(leg) for leg in self.legs if leg.ride is None)
        return waiting_ms / MS_PER_S, 0.0, walked_ms / MS_PER_S

    def draw(self) -> shapely.LineString | None:
        """Draw the way; None where there is none."""
        corners = [point for leg in self.legs for point in leg.line.coords]
        return shapely.LineString(corners) if len(corners) > 1 else None

    def list_parts(self, extract: Extract | None) -> list[dict[str, object]]:
        """Sum the time by what it is spent on, the longest first.

        Parameters
        ----------
        extract
            Not needed: speeds come from the timetable.

        Returns
        -------
        parts
            `kind`, `speed_from` (the name of the line), `km`, `seconds`.
        """
        del extract
        metres: defaultdict[tuple[str, str], float] = defaultdict(float)
        spent_ms: defaultdict[tuple[str, str], int] = defaultdict(int)
        for leg in self.legs:
            own = (ON_FOOT, "") if leg.ride is None else (RIDE, self._name_line(leg.ride.trip))
            metres[own] += _metres(leg)
            spent_ms[own] += _took_ms(leg)
            spent_ms[BOARDING, ""] += leg.wait_ms
        longest = sorted(spent_ms.items(), key=lambda part: (-part[1], part[0]))
        return [
            {
                "kind": kind,
                "speed_from": source,
                "km": metres[kind, source] / 1000,
                "seconds": own_ms / MS_PER_S,
            }
            for (kind, source), own_ms in longest
            if own_ms > 0
        ]

    def _name_line(self, trip: int) -> str:
        feed = self.transit.feed
        route = feed.trips["route"].iloc[trip]
        return str(feed.routes["name"][feed.routes["route"] == route].iloc[0])


def find_ridden(
    transit: Transit, origins: Sequence[tuple[float, float]], ends: Sequence[tuple[float, float]]
) -> list[RiddenTrip]:
    """Find what the model makes of trips.

    Parameters
    ----------
    transit
        Public transport of a day.
    origins, ends
        Longitude and latitude of where each begins and ends.

    Returns
    -------
    trips
        One each.
    """

    def find(row: int) -> RiddenTrip:
        origin, destination = [origins[row]], [ends[row]]
        here, there = (hang(transit.network, each) for each in (origin, destination))
        typical = find_typical(transit, (here.attachments, there.attachments), origin)
        if typical.time_ms == UNREACHED_MS:
            why = TOO_FEW if typical.is_of_some else say_why(here, there, (0, 0))
            return RiddenTrip(transit, UNREACHED_MS, (), why)
        legs = _list_legs(transit, (here, there), origin, typical.moment_ms)
        return RiddenTrip(transit, typical.time_ms, legs, "")

    return list(run_each(find, range(len(origins))))


def _list_legs(
    transit: Transit, sides: tuple[Side, Side], home: list[tuple[float, float]], moment_ms: int
) -> Sequence[Leg]:
    minute = moment_ms / MS_PER_MIN
    window = replace(transit.window, begin_min=minute, end_min=minute + 1, step_min=1)
    asked = replace(transit, window=window)
    here, there = sides
    traced = trace_between(asked, (here.attachments, there.attachments), home)
    legs, _ = list_legs(asked, Ends(here, there, home, "", ""), traced, moment_ms)
    return legs


def _metres(leg: Leg) -> float:
    return float(leg.line.length) if leg.kind == RIDE else leg.metres


def _took_ms(leg: Leg) -> int:
    return leg.arrival_ms - leg.departure_ms
