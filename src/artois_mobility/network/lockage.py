"""How long a vessel takes through a lock: by what is told of it, by its size, in how many parts."""

import math
from typing import Final, NamedTuple

from .._types import MS_PER_MIN
from ..osm.extract import Tags
from .dimensions import SAME_M, SOURCE_PREFIX, Limits, say_source
from .hours import is_timetable
from .profile_keys import Profile
from .roads import read_duration_ms

# Minutes, or hours and minutes: `passage_time` as on the Elbe; OpenStreetMap wiki, Key:duration,
# 2026-11.
TIME_KEYS: Final = ("passage_time", "duration")
HOURS_KEY: Final = "opening_hours"
LOCK_KEYS: Final = (
    *(prefix + key for key in TIME_KEYS for prefix in ("", SOURCE_PREFIX)),
    HOURS_KEY,
)
# A chamber that holds no vessel above class II is filled as fast as one of Freycinet's.
SMALL_CHAMBER_M: Final = (55.0, 6.6)
SMALL_LOCK_MIN: Final = 20.0


def write_lock_time(minutes: float) -> str:
    """Write the time of one locking as OpenStreetMap's tags have it.

    Parameters
    ----------
    minutes
        From 0 on.

    Returns
    -------
    text
        Hours, minutes and whole seconds.

    Examples
    --------
    >>> write_lock_time(12.5), write_lock_time(90.0)
    ('00:12:30', '01:30:00')
    """
    seconds = round(minutes * 60)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


class Passage(NamedTuple):
    """What passing a lock takes.

    Attributes
    ----------
    minutes
        For one filling or emptying.
    source
        Tag and value behind it, or what it was assumed from.
    """

    minutes: float
    source: str


def count_lots(profile: Profile, chamber_m: float) -> int:
    """Count the parts in which a vessel gets through a chamber.

    Parameters
    ----------
    profile
        The vessel.
    chamber_m
        Length of the chamber; infinite where unknown.

    Returns
    -------
    lots
        1 where it fits whole, 0 where not even one of its units does.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> convoy = read_profile("barge_vb")
    >>> count_lots(convoy, 190.0), count_lots(convoy, 144.6), count_lots(convoy, 89.0)
    (1, 2, 0)
    """
    unit_m = profile.vessel_m.get("length_m", 0.0) / profile.convoy_units
    if unit_m * profile.convoy_units <= chamber_m + SAME_M:
        return 1
    units_at_once = math.floor((chamber_m + SAME_M) / unit_m)
    return math.ceil(profile.convoy_units / units_at_once) if units_at_once else 0


def count_cycles(lots: int) -> int:
    """Count how often a chamber is filled or emptied for a vessel in parts.

    Parameters
    ----------
    lots
        Parts of the vessel.

    Returns
    -------
    cycles
        One for each part, and one between two of them to bring the chamber back.

    Examples
    --------
    >>> count_cycles(1), count_cycles(2), count_cycles(3)
    (1, 3, 5)
    """
    return 2 * lots - 1


def find_passage(tags: Tags, limits: Limits, profile: Profile) -> Passage:
    """Find how long one filling of a lock takes.

    Parameters
    ----------
    tags
        Tags of the lock.
    limits
        How large a vessel it takes.
    profile
        The vessel.

    Returns
    -------
    passage
        By `passage_time` or `duration`; else the minutes of the profile, at most 20 in a small
        chamber. Boats that are carried take the profile's.

    Examples
    --------
    >>> from artois_mobility.network.dimensions import find_limits
    >>> from artois_mobility.network.profiles import read_profile
    >>> barge = read_profile("barge")
    >>> find_passage({"passage_time": "45"}, find_limits({}), barge)
    Passage(minutes=45.0, source='passage_time=45')
    >>> find_passage({}, find_limits({"CEMT": "I"}), barge)
    Passage(minutes=20.0, source='small chamber')
    >>> find_passage({}, find_limits({}), barge)
    Passage(minutes=30.0, source='profile barge')
    """
    if profile.carries_round_locks:
        return Passage(profile.lock_min, f"profile {profile.name}")
    for key in TIME_KEYS:
        if told_ms := read_duration_ms(tags.get(key, "")):
            return Passage(told_ms / MS_PER_MIN, say_source(tags, key))
    known = limits.limit_of_dimension
    size = [known[key].metres if key in known else math.inf for key in ("length_m", "beam_m")]
    is_small = all(own <= most + SAME_M for own, most in zip(size, SMALL_CHAMBER_M, strict=True))
    if is_small and profile.lock_min >= SMALL_LOCK_MIN:
        return Passage(SMALL_LOCK_MIN, "small chamber")
    return Passage(profile.lock_min, f"profile {profile.name}")


def tell_lock_faults(tags: Tags) -> list[str]:
    """Tell what of a lock's tags cannot be read.

    Parameters
    ----------
    tags
        Tags of the lock.

    Returns
    -------
    notes
        Kinds to count.

    Examples
    --------
    >>> tell_lock_faults({"passage_time": "long"}), tell_lock_faults({"opening_hours": "24/7"})
    (['lock_time_faulty'], [])
    """
    told = [read_duration_ms(tags[key]) for key in TIME_KEYS if key in tags]
    notes = ["lock_time_faulty"] if told and not any(told) else []
    if HOURS_KEY in tags and not is_timetable(tags[HOURS_KEY]):
        notes.append("lock_hours_faulty")
    return notes
