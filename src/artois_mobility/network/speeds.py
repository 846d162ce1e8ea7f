"""How fast: limits from tags, driven speeds, surfaces, and whether tags tell town from country."""

import re
from typing import Final, Literal, TypeAlias

from ..osm.extract import Tags
from .access import ONE_DIRECTION, WAYS_OF_ONEWAY, Direction
from .profile_keys import Profile

Setting: TypeAlias = Literal["rural", "urban", ""]

# Never trust a limit outside of this range, in km/h.
SLOWEST_KMH: Final = 1.0
FASTEST_KMH: Final = 150.0

# International yard and pound agreement (1959); International Hydrographic Conference (1929).
KMH_OF_UNIT: Final = {"": 1.0, "km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344, "knots": 1.852}
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?")

LIMIT_TYPE_KEYS: Final = ("maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic")
# OpenStreetMap wiki, Key:maxspeed, 2026-11: values that are right but give no number.
SAYS_NO_LIMIT: Final = frozenset(
    {"signals", "variable", "implicit", "default", "unknown", "unposted", "national", "sign"}
)
# OpenStreetMap wiki, Key:maxspeed, 2026-11: what a sign for heavy vehicles says comes before it.
HEAVY_KEY: Final = "hgv"
HEAVY_LIMIT_KEY: Final = "maxspeed:hgv"
WALKING_CODE: Final = "FR:walk"
UNLIMITED: Final = "none"
UNLIMITED_CODE: Final = "FR:motorway"
UNLIMITED_CLASSES: Final = frozenset({"motorway", "motorway_link"})

# Code de la route, art. R413-2: 80 km/h holds on two-way roads without a separator, 90 where a
# direction has two lanes; a road drawn as one-way has no oncoming traffic. 2026-11.
RURAL_CODE: Final = "FR:rural"
RURAL_TWO_LANES_KMH: Final = 90.0

# What comes after the country in a limit's code, and in which setting it holds.
SETTING_OF_CODE: Final[dict[str, Setting]] = {
    "urban": "urban",
    "zone30": "urban",
    "zone:30": "urban",
    "30": "urban",
    "zone20": "urban",
    "zone:20": "urban",
    "20": "urban",
    "living_street": "urban",
    "walk": "urban",
    "nsl_restricted": "urban",
    "rural": "rural",
    "nsl_single": "rural",
    "nsl_dual": "rural",
}
URBAN_CLASSES: Final = frozenset({"living_street", "pedestrian"})


def read_limit(value: str, profile: Profile) -> float | None:
    """Read the value of a speed limit's tag in km/h.

    Parameters
    ----------
    value
        A number with or without unit, a code such as `FR:urban`, or `walk`.
    profile
        Whose table knows the codes.

    Returns
    -------
    kmh
        `None` when the value is no limit or not from 1 to 150 km/h.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> car = read_profile("car")
    >>> read_limit("50", car), read_limit("FR:urban", car), read_limit("10 knots", car)
    (50.0, 50.0, 18.52)
    >>> read_limit("900", car)
    """
    number = _NUMBER.fullmatch(value.strip().lower())
    if number:
        kmh = float(number[1]) * KMH_OF_UNIT[number[2] or ""]
        return kmh if SLOWEST_KMH <= kmh <= FASTEST_KMH else None
    code = WALKING_CODE if value == "walk" else value
    return profile.limit_kmh_of_code.get(code)


def find_limit(
    tags: Tags, profile: Profile, direction: Direction
) -> tuple[float | None, list[str]]:
    """Find the speed limit that tags give for one direction, in km/h.

    Parameters
    ----------
    tags
        Tags of a street.
    profile
        Whose table knows the codes.
    direction
        Along the way as drawn, or against it.

    Returns
    -------
    kmh
        `None` when no tag gives a limit that can be trusted.
    notes
        What was found faulty.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> find_limit({"maxspeed": "50", "maxspeed:backward": "30"}, read_profile("car"), "backward")
    (30.0, [])
    >>> find_limit({"maxspeed": "5000"}, read_profile("car"), "forward")
    (None, ['speed_faulty'])
    """
    notes: list[str] = []
    own = (HEAVY_LIMIT_KEY,) if HEAVY_KEY in profile.access_keys else ()
    for key in (*own, f"maxspeed:{direction}", "maxspeed"):
        value = tags.get(key)
        if value is None:
            continue
        kmh = _limit_of(value, tags, profile, direction)
        if kmh is not None:
            return kmh, notes
        notes.append("speed_without_number" if value in SAYS_NO_LIMIT else "speed_faulty")
    for key in LIMIT_TYPE_KEYS:
        kmh = _limit_of(tags[key], tags, profile, direction) if key in tags else None
        if kmh is not None:
            return kmh, notes
    return None, notes


def find_setting(tags: Tags) -> Setting:
    """Tell town from country where the tags of a street do.

    Parameters
    ----------
    tags
        Tags of a street.

    Returns
    -------
    setting
        `""` where they do not tell.

    Examples
    --------
    >>> find_setting({"source:maxspeed": "FR:urban"}), find_setting({"highway": "primary"})
    ('urban', '')
    """
    if tags.get("highway") in URBAN_CLASSES:
        return "urban"
    for key in ("maxspeed", *LIMIT_TYPE_KEYS):
        _, colon, code = tags.get(key, "").partition(":")
        if colon and code in SETTING_OF_CODE:
            return SETTING_OF_CODE[code]
    return ""


def driven_speeds(tags: Tags, profile: Profile, limit_kmh: float | None) -> tuple[float, float]:
    """Compute the driven speed on a street in country and town, in km/h.

    Parameters
    ----------
    tags
        Tags of a street whose class the profile knows.
    profile
        The traveller.
    limit_kmh
        The tagged limit, or `None`.

    Returns
    -------
    rural_kmh, urban_kmh
        Never above what the surface, the track and the traveller allow.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> car = read_profile("car")
    >>> driven_speeds({"highway": "primary"}, car, 50.0)
    (45.0, 40.0)
    >>> driven_speeds({"highway": "primary", "surface": "sett"}, car, None)
    (40.0, 40.0)
    """
    rural_kmh, urban_kmh = profile.class_kmh[tags["highway"]]
    if limit_kmh is not None:
        limit_kmh = min(limit_kmh, profile.class_limit_kmh.get(tags["highway"], limit_kmh))
        rural_kmh, urban_kmh = (limit_kmh * factor for factor in profile.limit_factor)
    surface = tags.get("surface", "")
    cap_kmh = min(
        profile.max_kmh,
        profile.surface_cap_kmh.get(surface, profile.max_kmh),
        profile.tracktype_cap_kmh.get(tags.get("tracktype", ""), profile.max_kmh),
        profile.service_cap_kmh.get(tags.get("service", ""), profile.max_kmh),
    )
    factor = profile.surface_factor.get(surface, 1.0)
    longer = profile.time_factor
    return (
        min(rural_kmh * factor, cap_kmh) / longer[0],
        min(urban_kmh * factor, cap_kmh) / longer[1],
    )


def _limit_of(value: str, tags: Tags, profile: Profile, direction: Direction) -> float | None:
    if value == UNLIMITED and tags.get("highway") in UNLIMITED_CLASSES:
        return profile.limit_kmh_of_code.get(UNLIMITED_CODE)
    if value == RURAL_CODE and _has_two_lanes(tags, direction):
        return RURAL_TWO_LANES_KMH
    return read_limit(value, profile)


def _has_two_lanes(tags: Tags, direction: Direction) -> bool:
    """Tell whether a direction has two lanes, or no oncoming traffic."""
    own = tags.get(f"lanes:{direction}", "")
    if own.isdigit():
        return int(own) >= 2
    lanes = tags.get("lanes", "")
    is_oneway = WAYS_OF_ONEWAY.get(tags.get("oneway", "").lower()) in ONE_DIRECTION
    return is_oneway or (lanes.isdigit() and int(lanes) >= 4)
