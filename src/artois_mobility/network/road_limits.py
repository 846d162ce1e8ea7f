"""Signs on roads that keep large and heavy vehicles out."""

import re
from collections.abc import Iterator
from typing import Final, get_args

from ..osm.extract import Tags
from .dimensions import SAME_M, SAYS_NO_METRES, read_metres
from .profile_keys import LimitKey, Profile

LIMIT_KEYS: Final[tuple[LimitKey, ...]] = get_args(LimitKey)
WEIGHT_KEYS: Final = frozenset({"maxweight", "maxweightrating"})
# International yard and pound agreement, 1959: 2000 and 1 avoirdupois pounds.
TONNES_OF_UNIT: Final = {"": 1.0, "t": 1.0, "kg": 0.001, "st": 0.90718474, "lbs": 0.00045359237}
_WEIGHT: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(t|kg|st|lbs)?", re.IGNORECASE)


def read_limit_of_size(key: LimitKey, value: str) -> float | None:
    """Read what a sign about size or weight allows.

    Parameters
    ----------
    key
        Key of the tag.
    value
        Metres or feet; tonnes, kilograms, short tons or pounds for weights.

    Returns
    -------
    most
        Metres or tonnes; None where the value is nothing of the kind.

    References
    ----------
    OpenStreetMap wiki: Key:maxheight, Key:maxweight, Key:maxweightrating.

    Examples
    --------
    >>> read_limit_of_size("maxheight", "3.8"), read_limit_of_size("maxweight", "7,5 t")
    (3.8, 7.5)
    >>> read_limit_of_size("maxweight", "3500 kg"), read_limit_of_size("maxheight", "low")
    (3.5, None)
    """
    if key not in WEIGHT_KEYS:
        return read_metres(value)
    found = _WEIGHT.fullmatch(value.strip())
    tonnes = (
        float(found[1].replace(",", ".")) * TONNES_OF_UNIT[(found[2] or "").lower()] if found else 0
    )
    return tonnes or None


def is_too_large(tags: Tags, profile: Profile) -> bool:
    """Tell whether a sign keeps the traveller out for its size or weight.

    Parameters
    ----------
    tags
        Tags of a way or node.
    profile
        The traveller.

    Returns
    -------
    is_too_large
        False for what has no size.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> bridge = {"highway": "tertiary", "maxheight": "3.8"}
    >>> is_too_large(bridge, read_profile("truck")), is_too_large(bridge, read_profile("car"))
    (True, False)
    """
    for key, least in profile.least_limits.items():
        most = read_limit_of_size(key, tags[key]) if key in tags else None
        if most is not None and most + SAME_M < least:
            return True
    return False


def tell_limit_faults(tags: Tags, profile: Profile) -> Iterator[str]:
    """Tell of signs about size or weight that cannot be read.

    Parameters
    ----------
    tags
        Tags of a way.
    profile
        The traveller; only what concerns it is told.

    Yields
    ------
    note
        `"size_faulty"` for each.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> list(tell_limit_faults({"maxheight": "low"}, read_profile("truck")))
    ['size_faulty']
    >>> list(tell_limit_faults({"maxheight": "default"}, read_profile("truck")))
    []
    """
    for key in profile.least_limits:
        value = tags.get(key, "")
        if value and value not in SAYS_NO_METRES and read_limit_of_size(key, value) is None:
            yield "size_faulty"
