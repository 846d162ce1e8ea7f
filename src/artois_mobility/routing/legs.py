"""Legs of a trip: way after way, with the speed driven, where it came from, and what was lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
import shapely

from .._types import Floats, OsmIds
from ..network.access import DIRECTIONS
from ..network.model import Network
from ..network.profile_keys import Profile
from ..network.speeds import driven_speeds, find_limit
from ..osm.extract import Extract, Tags
from .trips import Trip

WALK: Final = "walk"
STREET: Final = "street"
SETTINGS: Final = ("rural", "urban")
# Short streets are rounded: so far a speed may lie from that of its tags.
SAME_SPEED: Final = 0.05
CHANGED: Final = "changed by traffic, a slope or a scenario"


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """A walk off the streets, or what is travelled of one way.

    Attributes
    ----------
    kind
        `WALK` or `STREET`.
    way
        OSM id, 0 for a walk.
    name, street_class
        Of the way, or `""`.
    metres, seconds
        Length, and time in all.
    kmh
        Speed while moving.
    waiting_s
        Seconds at signals, signs, crossings and locks.
    turn_s
        Seconds for turning into it.
    is_limited
        True on a street for those only whose trip begins or ends there.
    speed_from
        Tag or class and setting behind the speed, or `""` where it is not known.
    line
        In the network's metric system; empty for a walk.
    """

    kind: str
    way: int
    name: str
    street_class: str
    metres: float
    seconds: float
    kmh: float
    waiting_s: float
    turn_s: float
    is_limited: bool
    speed_from: str
    line: shapely.LineString


def list_legs(
    network: Network,
    offroad_m: tuple[float, float],
    trip: Trip,
    tags_of_way: Mapping[int, Tags],
) -> Iterator[Leg]:
    """List the legs of a trip in the order of travel.

    Parameters
    ----------
    network
        The network travelled.
    offroad_m
        Metres walked at the beginning, and at the end.
    trip
        One that was found.
    tags_of_way
        From `tags_of`; ways that are not there get no `speed_from`.

    Yields
    ------
    leg
        The walk to the street, each way, and the walk from the street; their seconds sum to the
        time of the trip.
    """
    yield _walk(offroad_m[0], trip.offroad_ms[0])
    first = 0
    for way, group in groupby(network.way_of_arc[trip.arc].tolist()):
        rows = slice(first, first + len(list(group)))
        first = rows.stop
        yield _ride(network, trip, rows, tags_of_way.get(way, {}))
    yield _walk(offroad_m[1], trip.offroad_ms[1])


def tags_of(extract: Extract | None, ways: OsmIds) -> Mapping[int, Tags]:
    """Look up the tags of ways.

    Parameters
    ----------
    extract
        The data, or None.
    ways
        OSM ids, any shape.

    Returns
    -------
    tags_of_way
        By OSM id; empty without an extract.
    """
    if extract is None:
        return {}
    rows = np.flatnonzero(np.isin(extract.ways.osm_id, ways))
    return {int(extract.ways.osm_id[row]): extract.ways.tags[row] for row in rows.tolist()}


def find_waiting_s(network: Network, trip: Trip) -> Floats:
    """Find how long each stretch of a trip waits at signals, signs, crossings and locks.

    Parameters
    ----------
    network
        The network travelled.
    trip
        Of s stretches.

    Returns
    -------
    waiting_s
        Seconds, shape (s,); on a street that is travelled in part, what its time exceeds moving at
        the street's pace.
    """
    arc, length_m = trip.arc, network.length_m[trip.arc]
    whole_ms = network.waiting_ms[arc]
    pace_ms = np.zeros(length_m.size)
    np.divide(network.local_ms[arc] - whole_ms, length_m, out=pace_ms, where=length_m > 0)
    excess_ms = trip.stretch_ms - trip.metres(network) * pace_ms
    waiting_ms: Floats = np.clip(excess_ms, 0, np.minimum(whole_ms, trip.stretch_ms))
    return waiting_ms / 1000


def _walk(metres: float, ms: int) -> Leg:
    kmh = metres * 3.6 / (ms / 1000) if ms else 0.0
    line = shapely.LineString()
    return Leg(WALK, 0, "", "", metres, ms / 1000, kmh, 0.0, 0.0, False, "", line)


def _ride(network: Network, trip: Trip, rows: slice, tags: Tags) -> Leg:
    arc = trip.arc[rows]
    metres = float(trip.metres(network)[rows].sum())
    stretch_s = float(trip.stretch_ms[rows].sum()) / 1000
    turn_s = float(trip.turn_ms[rows].sum()) / 1000
    waiting_s = float(find_waiting_s(network, trip)[rows].sum())
    moving_s = stretch_s - waiting_s
    kmh = metres * 3.6 / moving_s if moving_s > 0 else 0.0
    way = int(network.way_of_arc[arc[0]])
    return Leg(
        kind=STREET,
        way=way,
        name=network.name_of_way.get(way, ""),
        street_class=str(network.class_of_arc[arc[0]]),
        metres=metres,
        seconds=stretch_s + turn_s,
        kmh=kmh,
        waiting_s=waiting_s,
        turn_s=turn_s,
        is_limited=bool(network.is_limited[arc].any()),
        speed_from=_say_source(tags, network.profile, kmh),
        line=trip.draw(network, rows),
    )


def _say_source(tags: Tags, profile: Profile, kmh: float) -> str:
    """Say which tag, or class and setting, is behind a speed that was driven.

    Where traffic, a slope or a scenario changed it, the setting cannot be told from the speed.
    """
    if tags.get("highway") not in profile.class_kmh:
        return ""
    sources = []
    for direction in DIRECTIONS:
        limit_kmh = find_limit(tags, profile, direction)[0] if profile.limit_kmh_of_code else None
        value = tags.get(f"maxspeed:{direction}") or tags.get("maxspeed", "")
        known = f"maxspeed {value}" if value and limit_kmh is not None else "limit from tags"
        what = known if limit_kmh is not None else f"class {tags['highway']}"
        speeds = driven_speeds(tags, profile, limit_kmh)
        is_same = speeds[0] == speeds[1]
        for setting, speed, factor in zip(SETTINGS, speeds, profile.time_factor, strict=True):
            apart = abs(speed / factor - kmh) / max(kmh, 1.0)
            sources.append((apart, what if is_same else f"{what}, {setting}", what))
    apart, source, what = min(sources)
    return source if apart <= SAME_SPEED else f"{what}, {CHANGED}"
