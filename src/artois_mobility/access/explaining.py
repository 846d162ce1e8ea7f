"""Why a trip takes as long as it does: its legs, their speeds and where each came from."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, overload

import numpy as np

from .._types import UNREACHED_MS
from ..changes.notices import Notice
from ..changes.phrases import write_duration
from ..changes.reasons import translate_no_trip
from ..changes.sentences import Language
from ..drawing import draw_text, language_of_user
from ..network.model import Network
from ..osm.extract import Extract
from ..places.attachments import Attachments
from ..places.starts import Places
from ..routing.ends import minutes_of
from ..routing.legs import WALK, Leg, list_legs, tags_of
from ..routing.route_lines import say_why
from ..routing.trips import Side, find_trips, hang, take_side
from ..transit.model import Transit
from .legs_told import require_one_each, tabulate_legs, tell_legs
from .travelling import Journey, typical_journey

if TYPE_CHECKING:
    import geopandas as gpd

COLUMNS: Final = (
    "kind", "way", "name", "class", "metres", "seconds", "kmh", "waiting_s", "turn_s", "limited",
    "speed_from",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """A trip, leg by leg.

    Attributes
    ----------
    legs
        One row per leg, in the order of travel: `kind` (`walk` off the streets, or `street`),
        `way` (OSM id, 0 for a walk), `name`, `class`, `metres`, `seconds` in all, of which
        `waiting_s` at signals, signs, crossings and locks (on a street that is travelled in part,
        what its time exceeds moving at the street's pace) and `turn_s` for turning into it, `kmh`
        while moving, `limited` (for those only whose trip begins or ends there), `speed_from`
        (tag or class and setting behind the speed), and the line in EPSG:4326.
    minutes
        Of the whole trip, the sum of the legs; NaN without a way.
    reason
        Why there is no way, or `""`.
    why
        The same as a notice in both languages, or None.
    """

    legs: "gpd.GeoDataFrame"
    minutes: float
    reason: str
    why: Notice | None = None

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return f"<Explanation: {len(self.legs)} legs, {self.minutes:.1f} minutes>"

    def _repr_html_(self) -> str:
        """Show the words in a notebook, in the reader's language."""
        return draw_text(self.text(language_of_user()))

    def text(self, language: Language = "en") -> str:
        """Tell the trip in words, one line per leg.

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
        return tell_legs(self.legs, self.minutes, self.why, _tell, language)


@overload
def explain(
    network: Network,
    origin: Places,
    destination: Places,
    *,
    extract: Extract | None = None,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> Explanation: ...


@overload
def explain(
    network: Transit,
    origin: Places,
    destination: Places,
    *,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> Journey: ...


def explain(
    network: Network | Transit,
    origin: Places,
    destination: Places,
    *,
    extract: Extract | None = None,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> Explanation | Journey:
    """Explain the quickest trip from a place to another, leg by leg.

    Parameters
    ----------
    network
        The network of one profile, or public transport: the first departure of its window that
        takes as long as the median, or the percentile that it asks for.
    origin, destination
        One place each: a row of a table, or a pair of longitude and latitude in a list.
    extract
        The data that the network was built from, to say where each speed came from; without it
        `speed_from` is empty, as for public transport.
    attachments
        Those of the origin and of the destination, when already made, such as on the network that
        a scenario leaves.

    Returns
    -------
    explanation
        The legs as a table that opens in QGIS, and as text; of public transport a `Journey`.

    Raises
    ------
    PlacesError
        If there is not one place on either side, or coordinates are wrong.

    See Also
    --------
    routes : many trips, one row each.
    journey : public transport at a moment of your own.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> extract = crossroads()
    >>> car = build_network(extract, "car", turns=True)
    >>> found = explain(car, [(2.8305, 50.42)], [(2.8314, 50.4207)], extract=extract)
    >>> found.legs[["way", "turn_s", "speed_from"]].values.tolist()[2]
    [11, 6.0, 'class residential, rural']
    >>> print(found.text().splitlines()[2])
    Rue de Lille (primary): 64 m at 68 km/h, 0:03; speed from class primary, rural
    >>> explain(car, [(2.8305, 50.42)], [(3.5, 50.42)]).text()
    'destination: no street within 300 m'
    """
    require_one_each(origin, destination, asked="explain", many="routes")
    if isinstance(network, Transit):
        return typical_journey(network, origin, destination, attachments)
    if attachments is None:
        here, there = hang(network, origin), hang(network, destination)
    else:
        here, there = (take_side(network, each) for each in attachments)
    (trip,) = find_trips(network, here, there, [(0, 0)])
    reason = say_why(here, there, (0, 0)) if trip.ms == UNREACHED_MS else ""
    offroad_m = _walked_m(here, trip.offroad_ms[0]), _walked_m(there, trip.offroad_ms[1])
    tags_of_way = tags_of(extract, network.way_of_arc[trip.arc])
    legs = [] if reason else list(list_legs(network, offroad_m, trip, tags_of_way))
    minutes = float(minutes_of(np.array([trip.ms], np.int32))[0])
    why = translate_no_trip(reason, network.profile) if reason else None
    return Explanation(_tabulate(legs, network.crs), minutes, reason, why)


def no_trip(network: Network, reason: str) -> Explanation:
    """Explain why there is no trip at all.

    Parameters
    ----------
    network
        The network of one profile.
    reason
        Why, such as that of a place which hangs on no street.

    Returns
    -------
    explanation
        Without legs.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> no_trip(build_network(crossroads(), "walk"), "no route").text()
    'no route'
    """
    why = translate_no_trip(reason, network.profile)
    return Explanation(_tabulate([], network.crs), math.nan, reason, why)


def _walked_m(side: Side, offroad_ms: int) -> float:
    """Measure the walk between a place and the street that its trip takes; it may hang on many."""
    taken = np.flatnonzero(side.attachments.offroad_ms == offroad_ms)
    return float(side.attachments.offroad_m[taken[0]]) if taken.size else math.nan


def _tabulate(legs: Sequence[Leg], crs: str) -> "gpd.GeoDataFrame":
    rows = [
        (
            leg.kind, leg.way, leg.name, leg.street_class, round(leg.metres, 1), leg.seconds,
            round(leg.kmh, 1), round(leg.waiting_s, 3), leg.turn_s, leg.is_limited, leg.speed_from,
        )
        for leg in legs
    ]  # fmt: skip
    return tabulate_legs(rows, COLUMNS, [leg.line for leg in legs], crs)


def _tell(leg: Mapping[str, object], language: Language) -> str:
    time = write_duration(float(str(leg["seconds"])))
    values = {"metres": f"{float(str(leg['metres'])):.0f}", "time": time}
    if leg["kind"] == WALK:
        return Notice("leg_walk", values).say(language)
    name = str(leg["name"]) or Notice("leg_nameless", {"way": str(leg["way"])}).say(language)
    values |= {"name": name, "class": str(leg["class"]), "kmh": f"{float(str(leg['kmh'])):.0f}"}
    parts = [Notice("leg_street", values).say(language)]
    for key, column in (("leg_waiting", "waiting_s"), ("leg_turning", "turn_s")):
        if float(str(leg[column])) > 0:
            seconds = f"{float(str(leg[column])):.0f}"
            parts.append(Notice(key, {"seconds": seconds}).say(language))
    if leg["speed_from"]:
        parts.append(Notice("leg_speed", {"source": str(leg["speed_from"])}).say(language))
    return "".join(parts)
