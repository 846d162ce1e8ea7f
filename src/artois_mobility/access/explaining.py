"""Why a trip takes as long as it does: its legs, their speeds and where each came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import UNREACHED_MS, WGS84
from ..changes.notices import Notice
from ..changes.sentences import Language
from ..errors import PlacesError
from ..network.access import DIRECTIONS
from ..network.model import Network
from ..network.profiles import Profile
from ..network.speeds import driven_speeds, find_limit
from ..osm.extract import Extract, Tags
from ..places.starts import Places
from ..routing.ends import minutes_of
from ..routing.route_lines import say_why
from ..routing.trips import Side, Trip, find_trips, hang

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

WALK: Final = "walk"
STREET: Final = "street"
COLUMNS: Final = (
    "kind", "way", "name", "class", "metres", "seconds", "kmh", "waiting_s", "turn_s", "limited",
    "speed_from",
)  # fmt: skip
SETTINGS: Final = ("rural", "urban")


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """A trip, leg by leg.

    Attributes
    ----------
    legs
        One row per leg, in the order of travel: `kind` (`walk` off the streets, or `street`),
        `way` (OSM id, 0 for a walk), `name`, `class`, `metres`, `seconds` in all, of which
        `waiting_s` at signals, signs, crossings and locks (shared out by length on a street that is
        travelled in part) and `turn_s` for turning into it, `kmh`
        while moving, `limited` (for those only whose trip begins or ends there), `speed_from`
        (tag or class and setting behind the speed), and the line in EPSG:4326.
    minutes
        Of the whole trip, the sum of the legs; NaN without a way.
    reason
        Why there is no way, or `""`.
    """

    legs: "gpd.GeoDataFrame"
    minutes: float
    reason: str

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
        """
        if self.reason:
            return self.reason
        head = Notice("trip_total", {"time": _clock(self.minutes * 60)})
        lines = [_tell(leg, language) for leg in self.legs.to_dict("records")]
        return "\n".join([head.say(language), *lines])


def explain(
    network: Network, origin: Places, destination: Places, *, extract: Extract | None = None
) -> Explanation:
    """Explain the quickest trip from a place to another, leg by leg.

    Parameters
    ----------
    network
        The network of one profile.
    origin, destination
        One place each: a row of a table, or a pair of longitude and latitude in a list.
    extract
        The data that the network was built from, to say where each speed came from; without it
        `speed_from` is empty.

    Returns
    -------
    explanation
        The legs as a table that opens in QGIS, and as text.

    Raises
    ------
    PlacesError
        If there is not one place on either side, or coordinates are wrong.

    See Also
    --------
    routes : many trips, one row each.

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
    if (len(origin), len(destination)) != (1, 1):
        msg = (
            f"explain takes one origin and one destination; found {len(origin)} and "
            f"{len(destination)}. Use routes for many."
        )
        raise PlacesError(msg)
    here, there = hang(network, origin), hang(network, destination)
    (trip,) = find_trips(network, here, there, [(0, 0)])
    reason = say_why(here, there, (0, 0)) if trip.ms == UNREACHED_MS else ""
    rows = (
        [] if reason else list(_list_legs(network, here, there, trip, _tags_of(extract, network)))
    )
    minutes = float(minutes_of(np.array([trip.ms], np.int32))[0])
    return Explanation(_tabulate(rows, network.crs), minutes, reason)


Leg = tuple[dict[str, object], "shapely.LineString"]


def _list_legs(
    network: Network, here: Side, there: Side, trip: Trip, tags_of_way: Mapping[int, Tags]
) -> Iterator[Leg]:
    import shapely

    yield _walk(float(here.offroad_m[0]), trip.offroad_ms[0]), shapely.LineString()
    ways = network.way_of_arc[trip.arc].tolist()
    first = 0
    for way, group in groupby(ways):
        rows = slice(first, first + len(list(group)))
        first = rows.stop
        tags = tags_of_way.get(way, {})
        yield _ride(network, trip, rows, tags), trip.draw(network, rows)
    yield _walk(float(there.offroad_m[0]), trip.offroad_ms[1]), shapely.LineString()


def _walk(metres: float, ms: int) -> dict[str, object]:
    kmh = metres * 3.6 / (ms / 1000) if ms else 0.0
    values = (WALK, 0, "", "", round(metres, 1), ms / 1000, round(kmh, 1), 0.0, 0.0, False, "")
    return dict(zip(COLUMNS, values, strict=True))


def _ride(network: Network, trip: Trip, rows: slice, tags: Tags) -> dict[str, object]:
    arc = trip.arc[rows]
    metres = trip.metres(network)[rows]
    whole = np.divide(
        metres, network.length_m[arc], out=np.ones(arc.size), where=network.length_m[arc] > 0
    )
    stretch_s, turn_s = trip.stretch_ms[rows].sum() / 1000, trip.turn_ms[rows].sum() / 1000
    waiting_s = min(float((network.waiting_ms[arc] * whole).sum()) / 1000, stretch_s)
    moving_s = stretch_s - waiting_s
    kmh = float(metres.sum()) * 3.6 / moving_s if moving_s > 0 else 0.0
    way = int(network.way_of_arc[arc[0]])
    values = (
        STREET,
        way,
        network.name_of_way.get(way, ""),
        str(network.class_of_arc[arc[0]]),
        round(float(metres.sum()), 1),
        float(stretch_s + turn_s),
        round(kmh, 1),
        round(waiting_s, 3),
        float(turn_s),
        bool(network.is_limited[arc].any()),
        _say_source(tags, network.profile, kmh),
    )
    return dict(zip(COLUMNS, values, strict=True))


def _say_source(tags: Tags, profile: Profile, kmh: float) -> str:
    """Say which tag, or class and setting, comes nearest to a speed that was driven."""
    if tags.get("highway") not in profile.class_kmh:
        return ""
    sources = []
    for direction in DIRECTIONS:
        limit_kmh = find_limit(tags, profile, direction)[0] if profile.limit_kmh_of_code else None
        value = tags.get(f"maxspeed:{direction}") or tags.get("maxspeed", "")
        known = f"maxspeed {value}" if value and limit_kmh is not None else "limit from tags"
        what = known if limit_kmh is not None else f"class {tags['highway']}"
        speeds = driven_speeds(tags, profile, limit_kmh)
        for setting, speed in zip(SETTINGS, speeds, strict=True):
            is_same = speeds[0] == speeds[1]
            sources.append((abs(speed - kmh), what if is_same else f"{what}, {setting}"))
    return min(sources, key=lambda source: source[0])[1]


def _tags_of(extract: Extract | None, network: Network) -> Mapping[int, Tags]:
    if extract is None:
        return {}
    rows = np.flatnonzero(np.isin(extract.ways.osm_id, network.way_of_arc))
    return {int(extract.ways.osm_id[row]): extract.ways.tags[row] for row in rows.tolist()}


def _tabulate(rows: Sequence[Leg], crs: str) -> "gpd.GeoDataFrame":
    import geopandas as gpd

    columns = {name: [leg[name] for leg, _ in rows] for name in COLUMNS}
    return gpd.GeoDataFrame(columns, geometry=[line for _, line in rows], crs=crs).to_crs(WGS84)


def _tell(leg: Mapping[str, object], language: Language) -> str:
    time = _clock(float(str(leg["seconds"])))
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


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
