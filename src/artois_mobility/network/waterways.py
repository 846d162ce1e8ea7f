"""What the tags of canals, rivers and fairways mean for a boat."""

import math
from itertools import product
from typing import Final

from ..osm.extract import Tags
from .access import (
    DIRECTIONS,
    WATER_ACCESS_KEYS,
    decide_access,
    decide_directions,
    read_permission,
)
from .dimensions import DIMENSION_KEYS, SAME_M, Limits, find_limits, read_class
from .lockage import LOCK_KEYS, count_lots, tell_lock_faults
from .profile_keys import Profile
from .rules import WayRule
from .speeds import read_limit

# Never ditch, drain or stream.
WATERWAYS: Final = frozenset({"canal", "river", "fairway"})

WATER_ONEWAY_KEYS: Final = ("oneway", "oneway:boat", "oneway:motorboat")
WATER_KEYS: Final = frozenset(
    (
        *WATER_ACCESS_KEYS,
        *(":".join(pair) for pair in product(WATER_ACCESS_KEYS, DIRECTIONS)),
        *(f"{key}:conditional" for key in WATER_ACCESS_KEYS),
        *WATER_ONEWAY_KEYS,
        *DIMENSION_KEYS,
        *LOCK_KEYS,
        "abandoned",
        "bridge",
        "disused",
        "intermittent",
        "lock",
        "maxspeed",
        "tunnel",
        "usage",
        "waterway",
    )
)

# Water that no boat gets along, whatever else the tags say. OpenStreetMap wiki, 2026-11.
IMPASSABLE_WATER: Final = frozenset(
    {
        ("tunnel", "culvert"),
        ("disused", "yes"),
        ("abandoned", "yes"),
        ("intermittent", "yes"),
    }
)
# What a waterway is for, where that is not boats. OpenStreetMap wiki, Key:usage, 2026-11.
DRY_USAGES: Final = frozenset(
    {"irrigation", "headrace", "tailrace", "penstock", "spillway", "transmission", "drainage"}
)
BOATS_USAGE: Final = "transportation"

# What blocks a waterway, as a node or as a way across it.
BLOCKING_WATERWAYS: Final = frozenset({"weir", "dam", "waterfall", "rapids", "sluice_gate"})


def is_waterway(tags: Tags) -> bool:
    """Tell whether a way is a waterway that boats may use in principle.

    Parameters
    ----------
    tags
        Tags of any way.

    Returns
    -------
    is_waterway
        True for canals, rivers and fairways.

    Examples
    --------
    >>> is_waterway({"waterway": "canal"}), is_waterway({"waterway": "ditch"})
    (True, False)
    """
    return tags.get("waterway") in WATERWAYS


def interpret_waterway(tags: Tags, profile: Profile) -> WayRule:
    """Interpret the tags of a canal, river or fairway.

    An untagged river is not taken for navigable; a boat tag, a `CEMT` class or
    `usage=transportation` opens it. Freight goes where `ship`, a class from I on or that usage says
    so. A vessel keeps off water that is too small for it in any dimension.

    Parameters
    ----------
    tags
        Tags of the way; keys outside of `WATER_KEYS` do not matter.
    profile
        The boat.

    Returns
    -------
    rule
        Directions, speeds, the time in a lock, and what was assumed.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> boat = read_profile("pleasure_boat")
    >>> interpret_waterway({"waterway": "canal", "CEMT": "Va"}, boat).forward_kmh
    (12.0, 12.0)
    >>> interpret_waterway({"waterway": "river"}, boat).is_open
    False
    """
    kind = tags["waterway"]
    gauge = read_class(tags)
    if not IMPASSABLE_WATER.isdisjoint(tags.items()) or kind not in profile.class_kmh:
        return WayRule(kind)
    is_for_boats = bool(gauge) or tags.get("usage") == BOATS_USAGE
    is_open_by_default = is_for_boats or (
        kind not in profile.closed_unless_tagged and tags.get("usage") not in DRY_USAGES
    )
    if profile.is_freight and not _takes_freight(tags, gauge):
        return WayRule(kind)
    limits = find_limits(tags)
    is_lock = tags.get("lock") == "yes"
    if not _fits(profile, limits, is_lock=is_lock):
        return WayRule(kind, notes=("waterway_too_small",))
    notes = _assumptions(tags, profile, is_for_boats=is_for_boats)
    if profile.vessel_m:
        notes += limits.notes
        if not set(profile.vessel_m) <= set(limits.limit_of_dimension):
            notes.append("vessel_limits_unknown")
    if is_lock:
        notes += tell_lock_faults(tags)
    both_kmh, found = _cruise(tags, profile, gauge)
    goes = decide_directions(tags, profile)
    forward, backward = (
        (kmh, kmh)
        if may_go
        and decide_access(tags, profile, direction, is_open_by_default=is_open_by_default)[0]
        != "closed"
        else (0.0, 0.0)
        for direction, may_go, kmh in zip(DIRECTIONS, goes, both_kmh, strict=True)
    )
    return WayRule(
        kind,
        forward,
        backward,
        may_attach=not is_lock and tags.get("tunnel", "no") == "no" and "bridge" not in tags,
        is_lock=is_lock,
        notes=(*notes, *found),
    )


def _takes_freight(tags: Tags, gauge: str) -> bool:
    """Tell whether a waterway is one for ships: by `ship`, its class or its usage."""
    said = read_permission(tags.get("ship", ""))
    return said == "open" if said else (gauge not in {"", "0"} or tags.get("usage") == BOATS_USAGE)


def _fits(profile: Profile, limits: Limits, *, is_lock: bool) -> bool:
    """Tell whether a vessel is within every known limit; a convoy may be locked in parts."""
    known = limits.limit_of_dimension
    fits = {
        dimension: metres <= known[dimension].metres + SAME_M
        for dimension, metres in profile.vessel_m.items()
        if dimension in known
    }
    if is_lock and "length_m" in fits:
        fits["length_m"] = count_lots(profile, known["length_m"].metres) > 0
    return all(fits.values())


def _assumptions(tags: Tags, profile: Profile, *, is_for_boats: bool) -> list[str]:
    notes = []
    if not is_for_boats and not any(key in tags for key in profile.access_keys):
        notes.append("waterway_access_assumed")
    if decide_access(tags, profile, None, is_open_by_default=True)[0] == "limited":
        notes.append("access_limited_taken_as_open")
    if any(f"{key}:conditional" in tags for key in profile.access_keys):
        notes.append("access_conditional_ignored")
    return notes


def _cruise(tags: Tags, profile: Profile, gauge: str) -> tuple[tuple[float, float], list[str]]:
    """Find the speeds over ground along the way as drawn and against it.

    A vessel cruises as its class of waterway lets it, or as the limit does; a current carries it
    downstream within the limit and brakes it on the way back. What makes no way stays.
    """
    kind = tags["waterway"]
    cruise_kmh = min(profile.cemt_kmh.get(gauge, profile.class_kmh[kind][0]), profile.max_kmh)
    limit_kmh = read_limit(tags["maxspeed"], profile) if "maxspeed" in tags else None
    notes = ["speed_faulty"] if "maxspeed" in tags and limit_kmh is None else []
    if limit_kmh is None:
        notes.append("speed_from_class")
        limit_kmh = math.inf
    else:
        cruise_kmh = min(limit_kmh, profile.max_kmh)
    current_kmh = profile.current_kmh.get(kind, 0.0)
    along_kmh = min(cruise_kmh + current_kmh, limit_kmh)
    return (along_kmh, max(cruise_kmh - current_kmh, 0.0)), notes
