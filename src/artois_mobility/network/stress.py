"""How much stress traffic puts on cyclists, from 1 (a child rides here) to 4 (only the fearless).

Levels of traffic stress after Mekuria, Furth and Nixon (2012), Low-stress bicycling and network
connectivity, Mineta Transportation Institute report 11-19, with limits in km/h and what
OpenStreetMap's tags tell; traffic counts, which the authors would use too, it does not know.
"""

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from ..osm.extract import Extract, Tags
from .access import CYCLEWAY_KEYS
from .profiles import Profile, read_profile
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
# Limits in km/h up to which traffic walks along, is slow (25 mph) and as fast as in a town (30).
WALKING_KMH: Final = 20.0
SLOW_KMH: Final = 40.0
TOWN_KMH: Final = 50.0
# Streets without a limit: in a town by law (Code de la route, art. R413-3), else assumed.
UNTAGGED_KMH: Final = 50.0
UNTAGGED_FAST_KMH: Final = 80.0
FAST_CLASSES: Final = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})


def level_of_stress(tags: Tags) -> int:
    """Tell the level of traffic stress on a street.

    Parameters
    ----------
    tags
        Tags of a street or path.

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
    own = {tags.get(key, "") for key in CYCLEWAY_KEYS}
    limit_kmh = _limit_kmh(tags)
    if kind in APART or not own.isdisjoint(OWN_TRACK) or limit_kmh <= WALKING_KMH:
        return CALM
    has_more_lanes = _lanes_per_direction(tags) > 1
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


def _limit_kmh(tags: Tags) -> float:
    limit_kmh, _ = find_limit(tags, _car(), "forward")
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
    levels = np.full(ways.size, UNKNOWN, np.int8)
    for place, way in enumerate(ways.tolist()):
        tags = extract.ways.tags[row_of_way[way]] if way in row_of_way else {}
        if "highway" in tags:
            levels[place] = level_of_stress(tags)
    return levels[row_of_arc]


def _lanes_per_direction(tags: Tags) -> int:
    own = tags.get("lanes:forward", "")
    if own.isdecimal():
        return int(own)
    lanes = tags.get("lanes", "")
    if not lanes.isdecimal():
        return 1
    is_oneway = tags.get("oneway") in {"yes", "-1", "true", "1"}
    return int(lanes) if is_oneway else (int(lanes) + 1) // 2


@cache
def _car() -> Profile:
    """Give the profile whose table of limits holds for the traffic beside cyclists."""
    return read_profile("car")
