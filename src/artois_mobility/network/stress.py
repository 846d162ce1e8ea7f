"""How much stress traffic puts on cyclists, from 1 (a child rides here) to 4 (only the fearless).

Levels of traffic stress after Mekuria, Furth and Nixon (2012), Low-stress bicycling and network
connectivity, Mineta Transportation Institute report 11-19, with limits in km/h and what
OpenStreetMap's tags tell; traffic counts, which the authors would use too, it does not know.
"""

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from .._types import NO_NODE, ArcIds, Flags
from ..osm.extract import Extract, Tags
from .access import (
    CONTRAFLOW,
    CYCLEWAY_KEYS,
    DIRECTIONS,
    ONE_DIRECTION,
    WAYS_OF_ONEWAY,
    Direction,
)
from .profile_keys import Profile
from .profiles import read_profile
from .speeds import find_limit

if TYPE_CHECKING:
    from .model import Network

CALM, MODERATE, BUSY, HEAVY = 1, 2, 3, 4
UNKNOWN: Final = 0

# Classes without motor traffic, or with hardly any at a walking pace.
APART: Final = frozenset(
    {
        "bridleway", "corridor", "cycleway", "footway", "living_street", "path", "pedestrian",
        "platform", "steps", "track",
    }
)  # fmt: skip
QUIET: Final = frozenset({"residential", "road", "service", "unclassified"})
OWN_TRACK: Final = frozenset({"opposite_track", "separate", "track"})
OWN_LANE: Final = frozenset({"lane", "opposite_lane", "opposite_share_busway", "share_busway"})
# One-way streets drawn against their traffic.
AGAINST: Final = frozenset({"-1", "reverse"})
# Limits in km/h up to which traffic walks along, is slow (25 mph) and as fast as in a town (30).
WALKING_KMH: Final = 20.0
SLOW_KMH: Final = 40.0
TOWN_KMH: Final = 50.0
# Streets without a limit: in a town by law (Code de la route, art. R413-3), else assumed.
UNTAGGED_KMH: Final = 50.0
UNTAGGED_FAST_KMH: Final = 80.0
FAST_CLASSES: Final = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})


def level_of_stress(tags: Tags, direction: Direction = "forward") -> int:
    """Tell the level of traffic stress on a street.

    Parameters
    ----------
    tags
        Tags of a street or path.
    direction
        Along the way as drawn, or against it: limits, lanes and contraflow lanes are read for it.
        A lane for bicycles on one side of a two-way street counts for both directions, since tags
        do not tell on which side people drive.

    Returns
    -------
    level
        1 to 4.

    References
    ----------
    Mekuria, M., Furth, P. and Nixon, H. (2012). Low-stress bicycling and network connectivity.
    Mineta Transportation Institute, report 11-19.

    Examples
    --------
    >>> level_of_stress({"highway": "cycleway"})
    1
    >>> level_of_stress({"highway": "residential", "maxspeed": "50"})
    2
    >>> level_of_stress({"highway": "primary", "maxspeed": "80", "cycleway": "lane"})
    4
    """
    kind = tags.get("highway", "")
    own = _cycleways(tags, direction)
    limit_kmh = _limit_kmh(tags, direction)
    if kind in APART or not own.isdisjoint(OWN_TRACK) or limit_kmh <= WALKING_KMH:
        return CALM
    has_more_lanes = _lanes(tags, direction) > 1
    if own.isdisjoint(OWN_LANE):
        return _among_cars(limit_kmh, is_quiet=kind in QUIET, has_more_lanes=has_more_lanes)
    if limit_kmh > TOWN_KMH:
        return HEAVY
    return BUSY if has_more_lanes else MODERATE


def _among_cars(limit_kmh: float, *, is_quiet: bool, has_more_lanes: bool) -> int:
    """Tell the level where bicycles share the lane with cars."""
    if limit_kmh > TOWN_KMH:
        return BUSY if is_quiet else HEAVY
    on_one_lane = CALM if is_quiet else MODERATE
    level = BUSY if has_more_lanes else on_one_lane
    return level if limit_kmh <= SLOW_KMH else level + 1


def _cycleways(tags: Tags, direction: Direction) -> set[str]:
    """List what there is for bicycles in a direction; a one-way street's own lane runs along it."""
    is_oneway = WAYS_OF_ONEWAY.get(tags.get("oneway", "").lower()) in ONE_DIRECTION
    with_traffic = "backward" if tags.get("oneway") in AGAINST else "forward"
    found = set()
    for key in CYCLEWAY_KEYS:
        value, flow = tags.get(key, ""), tags.get(f"{key}:oneway", "")
        if value in CONTRAFLOW or flow == "-1":
            is_mine = direction != with_traffic
        else:
            is_mine = not is_oneway or flow == "no" or direction == with_traffic
        if is_mine:
            found.add(value)
    return found


def _limit_kmh(tags: Tags, direction: Direction) -> float:
    limit_kmh, _ = find_limit(tags, _car(), direction)
    if limit_kmh is not None:
        return limit_kmh
    return UNTAGGED_FAST_KMH if tags.get("highway") in FAST_CLASSES else UNTAGGED_KMH


def cycling_stress(extract: Extract, network: "Network") -> npt.NDArray[np.int8]:
    """Tell the level of traffic stress of every arc of a network.

    Parameters
    ----------
    extract
        The OpenStreetMap data that the network was built from.
    network
        Of any profile.

    Returns
    -------
    level
        1 to 4; 0 for ferries, waterways and links that a scenario made, shape (m,).

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> extract = crossroads()
    >>> set(cycling_stress(extract, build_network(extract, "bicycle")).tolist())
    {2, 3}
    """
    ways, row_of_arc = np.unique(network.way_of_arc, return_inverse=True)
    row_of_way = {osm_id: row for row, osm_id in enumerate(extract.ways.osm_id.tolist())}
    levels = np.full((ways.size, 2), UNKNOWN, np.int8)
    for place, way in enumerate(ways.tolist()):
        tags = extract.ways.tags[row_of_way[way]] if way in row_of_way else {}
        if "highway" in tags:
            levels[place] = [level_of_stress(tags, direction) for direction in DIRECTIONS]
    level: npt.NDArray[np.int8] = levels[row_of_arc, 0]
    for place in np.flatnonzero(levels[:, 0] != levels[:, 1]).tolist():
        arc = np.flatnonzero(row_of_arc == place).astype(np.int32)
        against = _runs_against(extract, network, row_of_way[int(ways[place])], arc)
        level[arc[against]] = levels[place, 1]
    return level


def _runs_against(extract: Extract, network: "Network", row: int, arc: ArcIds) -> Flags:
    """Tell which arcs of a way run against it, by where their first two points stand on it."""
    ways, nodes = extract.ways, extract.nodes
    node = ways.node_of_ref[slice(*ways.first_ref[row : row + 2])]
    node = node[node != NO_NODE]
    spots = list(zip(nodes.lon_deg[node].tolist(), nodes.lat_deg[node].tolist(), strict=True))
    is_ring = spots[0] == spots[-1]
    place = {spot: number for number, spot in enumerate(spots[:-1] if is_ring else spots)}
    first = network.first_point[arc]
    lon_deg, lat_deg = network.point_lon_deg, network.point_lat_deg
    begin, end = (
        np.array(
            [
                place.get(spot, 0)
                for spot in zip(lon_deg[each].tolist(), lat_deg[each].tolist(), strict=True)
            ]
        )
        for each in (first, first + 1)
    )
    is_against: Flags = (end - begin) % len(place) != 1 if is_ring else end < begin
    return is_against


def _lanes(tags: Tags, direction: Direction) -> int:
    own = tags.get(f"lanes:{direction}", "")
    if own.isdecimal():
        return int(own)
    lanes = tags.get("lanes", "")
    if not lanes.isdecimal():
        return 1
    is_oneway = WAYS_OF_ONEWAY.get(tags.get("oneway", "").lower()) in ONE_DIRECTION
    return int(lanes) if is_oneway else (int(lanes) + 1) // 2


@cache
def _car() -> Profile:
    """Give the profile whose table of limits holds for the traffic beside cyclists."""
    return read_profile("car")
