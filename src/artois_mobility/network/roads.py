"""What the tags of streets, paths and ferries mean for a profile."""

import math
import re
from itertools import product
from typing import Final

from .._types import UNREACHED_MS
from ..osm.extract import Tags
from .access import (
    ACCESS_KEYS,
    CYCLEWAY_KEYS,
    DIRECTIONS,
    Direction,
    Permission,
    decide_access,
    decide_directions,
)
from .profile_keys import Profile
from .road_limits import LIMIT_KEYS, is_too_large, tell_limit_faults
from .rules import FERRY, WayRule
from .speeds import HEAVY_LIMIT_KEY, LIMIT_TYPE_KEYS, driven_speeds, find_limit, find_setting
from .stress import HEAVY, level_of_stress

ONEWAY_KEYS: Final = (
    "oneway",
    "oneway:vehicle",
    "oneway:motor_vehicle",
    "oneway:motorcar",
    "oneway:moped",
    "oneway:bicycle",
    "oneway:foot",
)
# Rules that hold at certain hours only: a first version counts and ignores them.
CONDITIONAL_KEYS: Final = tuple(
    f"{key}:conditional" for key in (*ACCESS_KEYS, *ONEWAY_KEYS, "maxspeed")
)
ROAD_KEYS: Final = frozenset(
    (
        *ACCESS_KEYS,
        *(":".join(pair) for pair in product(ACCESS_KEYS, DIRECTIONS)),
        *ONEWAY_KEYS,
        *CONDITIONAL_KEYS,
        *CYCLEWAY_KEYS,
        *(f"{key}:oneway" for key in CYCLEWAY_KEYS),
        *LIMIT_TYPE_KEYS,
        *LIMIT_KEYS,
        HEAVY_LIMIT_KEY,
        *(":".join(pair) for pair in product(("maxspeed", "lanes"), DIRECTIONS)),
        "area",
        "bridge",
        "conveying",
        "duration",
        "ferry",
        "highway",
        "impassable",
        "incline",
        "junction",
        "lanes",
        "maxspeed",
        "motorroad",
        "route",
        "service",
        "smoothness",
        "surface",
        "toll",
        "toll:motor_vehicle",
        "toll:motorcar",
        "tracktype",
        "tunnel",
    )
)

# Ways that nobody but their keepers can use, whatever their class. OpenStreetMap wiki, 2026-11.
IMPASSABLE: Final = frozenset(
    {("impassable", "yes"), ("smoothness", "impassable"), ("service", "emergency_access")}
)
MOTOR_KEYS: Final = frozenset({"vehicle", "motor_vehicle", "motorcar", "moped"})
SAYS_NO: Final = frozenset({"", "no"})
ROUNDABOUTS: Final = frozenset({("junction", "roundabout"), ("junction", "circular")})

_INCLINE: Final = re.compile(r"[+-]?(\d+(?:[.,]\d+)?)\s*([%°]?)")
_CLOCK: Final = re.compile(r"(?:(\d+):)?(\d+)(?::(\d\d))?")
_ISO_8601: Final = re.compile(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


def is_road(tags: Tags) -> bool:
    """Tell whether a way is a street, a path or a ferry.

    Parameters
    ----------
    tags
        Tags of any way.

    Returns
    -------
    is_road
        True where `interpret_road` has something to say.

    Examples
    --------
    >>> is_road({"highway": "path"}), is_road({"route": "ferry"}), is_road({"waterway": "canal"})
    (True, True, False)
    """
    return "highway" in tags or tags.get("route") == FERRY


def interpret_road(tags: Tags, profile: Profile) -> WayRule:
    """Interpret the tags of a street, path or ferry.

    A permission for those whose trip ends there (`destination`, `customers`, `delivery`) makes the
    way limited where the class is open by default. Conditional tags are counted and ignored.

    Parameters
    ----------
    tags
        Tags of the way; keys outside of `ROAD_KEYS` do not matter.
    profile
        The traveller.

    Returns
    -------
    rule
        Directions, speeds, and what was assumed.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> rule = interpret_road({"highway": "primary", "oneway": "yes"}, read_profile("car"))
    >>> rule.forward_kmh, rule.backward_kmh, rule.notes
    ((68.0, 40.0), (0.0, 0.0), ('speed_from_class',))
    >>> interpret_road({"highway": "construction"}, read_profile("car")).is_open
    False
    """
    if "highway" not in tags:
        return _interpret_ferry(tags, profile)
    kind = tags["highway"]
    if kind not in profile.class_kmh or _is_unusable(tags, profile):
        return WayRule(kind)
    notes = [*_access_notes(tags, profile), *tell_limit_faults(tags, profile)]
    goes = dict(zip(DIRECTIONS, decide_directions(tags, profile), strict=True))
    speeds: dict[Direction, tuple[float, float]] = {}
    permissions = [_permission(tags, profile, direction) for direction in DIRECTIONS]
    for direction, permission in zip(DIRECTIONS, permissions, strict=True):
        # who pushes a bicycle walks, and one-way streets are none for those who walk
        is_free = permission == "pushed" and "oneway:foot" not in tags and "conveying" not in tags
        is_closed = permission == "closed" or not (goes[direction] or is_free)
        is_closed |= _stresses(tags, profile, direction)
        speeds[direction] = (0.0, 0.0)
        if not is_closed:
            speeds[direction], found = _speeds(tags, profile, direction, permission)
            notes += found
    may_attach = (
        kind not in profile.attaches_not_to
        and tags.get("tunnel", "") in SAYS_NO
        and tags.get("bridge", "") in SAYS_NO
    )
    return WayRule(
        kind,
        speeds["forward"],
        speeds["backward"],
        setting=find_setting(tags),
        may_attach=may_attach,
        is_limited="limited" in permissions,
        is_roundabout=not ROUNDABOUTS.isdisjoint(tags.items()),
        notes=tuple(dict.fromkeys(notes)),
    )


def read_duration_ms(value: str) -> int | None:
    """Read the value of a `duration` tag in milliseconds.

    Parameters
    ----------
    value
        Minutes, `HH:MM`, `HH:MM:SS`, or ISO 8601 such as `PT1H20M`.

    Returns
    -------
    duration_ms
        `None` when the value is nothing of the kind, or no time at all.

    Examples
    --------
    >>> read_duration_ms("00:20"), read_duration_ms("20"), read_duration_ms("PT20M")
    (1200000, 1200000, 1200000)
    >>> read_duration_ms("soon")
    """
    text = value.strip()
    clock = _CLOCK.fullmatch(text) or (_ISO_8601.fullmatch(text.upper()) if text else None)
    if clock is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in clock.groups())
    duration_ms = (hours * 3600 + minutes * 60 + seconds) * 1000
    return duration_ms if 0 < duration_ms < UNREACHED_MS else None


def read_incline(value: str) -> float:
    """Read how steep the value of an `incline` tag says a way is.

    Parameters
    ----------
    value
        Percent or degrees, up or down, such as `-12%` or `5°`; a number alone means percent.

    Returns
    -------
    slope
        Metres up or down per metre, never negative; 0 when the value has no number (`up`).

    References
    ----------
    OpenStreetMap wiki: Key:incline.

    Examples
    --------
    >>> read_incline("-12%"), round(read_incline("5°"), 3), read_incline("8"), read_incline("up")
    (0.12, 0.087, 0.08, 0.0)
    """
    found = _INCLINE.fullmatch(value.strip())
    if found is None:
        return 0.0
    number = float(found[1].replace(",", "."))
    return math.tan(math.radians(min(number, 89.0))) if found[2] == "°" else number / 100


def _is_unusable(tags: Tags, profile: Profile) -> bool:
    """Tell whether a way is out of the question before access tags are read."""
    if not IMPASSABLE.isdisjoint(tags.items()):
        return True
    if any(tags.get(key) in values for key, values in profile.closed_by.items()):
        return True
    if is_too_large(tags, profile):
        return True
    is_square = tags.get("area") == "yes"
    is_steep = read_incline(tags.get("incline", "")) > (profile.steepest or math.inf)
    if is_steep or (is_square and not profile.uses_areas):
        return True
    if tags.get("motorroad") != "yes" or not profile.avoids_motorroads:
        return False
    return not _has_own_opening(tags, profile)


def _stresses(tags: Tags, profile: Profile, direction: Direction) -> bool:
    """Tell whether traffic beside is more than the profile bears."""
    is_borne = profile.most_stress >= HEAVY
    return not is_borne and level_of_stress(tags, direction) > profile.most_stress


def _has_own_opening(tags: Tags, profile: Profile) -> bool:
    permission, is_own = decide_access(tags, profile, None, is_open_by_default=False)
    return is_own and permission != "closed"


def _permission(tags: Tags, profile: Profile, direction: Direction) -> Permission:
    kind = tags["highway"]
    permission, is_own = decide_access(
        tags,
        profile,
        direction,
        is_open_by_default=kind not in profile.closed_unless_tagged,
    )
    if permission == "open" and kind in profile.pushed_unless_tagged and not is_own:
        return "pushed"
    return permission


def _speeds(
    tags: Tags, profile: Profile, direction: Direction, permission: Permission
) -> tuple[tuple[float, float], list[str]]:
    """Find the speeds in one open direction, and what was assumed for them."""
    if permission == "pushed":
        pace_kmh = min(profile.pushing_kmh, *profile.class_kmh[tags["highway"]])
        return (pace_kmh, pace_kmh), ["pushed"]
    if not profile.limit_kmh_of_code:
        return driven_speeds(tags, profile, None), []
    limit_kmh, notes = find_limit(tags, profile, direction)
    if limit_kmh is None:
        notes.append("speed_from_class")
    return driven_speeds(tags, profile, limit_kmh), notes


def _access_notes(tags: Tags, profile: Profile) -> list[str]:
    notes = []
    permission, _ = decide_access(tags, profile, None, is_open_by_default=True)
    if permission == "limited":
        notes.append("access_limited_to_ends")
    conditional = {key.removesuffix(":conditional") for key in tags if ":cond" in key}
    if not conditional.isdisjoint(profile.access_keys + profile.oneway_keys):
        notes.append("access_conditional_ignored")
    if profile.limit_kmh_of_code and "maxspeed" in conditional:
        notes.append("speed_conditional_ignored")
    if tags.get("oneway") == "reversible" and "oneway" in profile.oneway_keys:
        notes.append("oneway_reversible_closed")
    return notes


def _interpret_ferry(tags: Tags, profile: Profile) -> WayRule:
    """Interpret a ferry: whom it takes, and how long it needs."""
    # a cruise leads back to where it began; ferry=tourist is no way across
    if profile.ferry_kmh == 0 or tags.get("ferry") == "tourist" or not _takes_ferry(tags, profile):
        return WayRule(FERRY)
    notes = []
    if not any(key in tags for key in profile.access_keys[1:]):
        notes.append("ferry_access_assumed")
    duration_ms = read_duration_ms(tags.get("duration", ""))
    speeds = (float("inf"), float("inf"))
    if duration_ms is None:
        speeds = (profile.ferry_kmh, profile.ferry_kmh)
        notes.append("ferry_duration_assumed")
    goes = decide_directions(tags, profile)
    closed = (0.0, 0.0)
    return WayRule(
        FERRY,
        speeds if goes[0] else closed,
        speeds if goes[1] else closed,
        whole_way_ms=duration_ms or 0,
        may_attach=False,
        notes=tuple(notes),
    )


def _takes_ferry(tags: Tags, profile: Profile) -> bool:
    """Tell whom a ferry takes: a ferry tagged for people on foot only takes no cars."""
    is_for_walkers = any(key in tags for key in ("foot", "bicycle")) and MOTOR_KEYS.isdisjoint(tags)
    is_motor = not MOTOR_KEYS.isdisjoint(profile.access_keys) and profile.mode != "bicycle"
    permission, _ = decide_access(
        tags, profile, None, is_open_by_default=not (is_motor and is_for_walkers)
    )
    return permission != "closed"
