"""How large a vessel may be on a waterway: its tags, or what its class grants."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final, Literal, NamedTuple, TypeAlias

from ..osm.extract import Tags

Dimension: TypeAlias = Literal["length_m", "beam_m", "draught_m", "air_draught_m"]

# OpenStreetMap wiki, Key:maxdraft and Key:maxdraught, 2026-11: both spellings stand for the vessel.
# Key:draft is the depth of the fairway, another thing.
KEYS_OF_DIMENSION: Final[Mapping[Dimension, tuple[str, ...]]] = {
    "length_m": ("maxlength",),
    "beam_m": ("maxwidth",),
    "draught_m": ("maxdraught", "maxdraft"),
    "air_draught_m": ("maxheight",),
}
DIMENSIONS: Final[tuple[Dimension, ...]] = ("length_m", "beam_m", "draught_m", "air_draught_m")
CLASS_KEYS: Final = ("CEMT", "cemt")
# OpenStreetMap wiki, Key:source, 2026-11: `source:KEY` says where the value of KEY comes from.
SOURCE_PREFIX: Final = "source:"
DIMENSION_KEYS: Final = tuple(
    key
    for own in (*CLASS_KEYS, *(key for keys in KEYS_OF_DIMENSION.values() for key in keys))
    for key in (own, SOURCE_PREFIX + own)
)

# OpenStreetMap wiki, Key:maxheight, 2026-11: values that are right but give no number.
SAYS_NO_METRES: Final = frozenset({"default", "none", "unsigned", "no_sign", "no_indications"})
MOST_M: Final = 500.0
# A vessel as large as the limit passes, whatever rounding does to either.
SAME_M: Final = 1e-6
_METRES: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*(m|meters|metres|ft|feet)?", re.IGNORECASE)
_FEET: Final = re.compile(r"(\d+)\s*'\s*(?:(\d+(?:\.\d+)?)\s*\"?)?")
# International yard and pound agreement, 1959.
M_PER_FOOT: Final = 0.3048


class Limit(NamedTuple):
    """How large a vessel may be in one dimension.

    Attributes
    ----------
    metres
        The largest that passes.
    source
        Tag and value behind it with what it says of their source, or the class that grants it:
        `maxlength=38.5`, `maxlength=140 (VNF)`, `class Va`.
    """

    metres: float
    source: str


class Limits(NamedTuple):
    """How large a vessel may be on a waterway.

    Attributes
    ----------
    limit_of_dimension
        Those that are known.
    notes
        What was faulty, or taken from the class.
    """

    limit_of_dimension: Mapping[Dimension, Limit]
    notes: tuple[str, ...]


def read_metres(value: str) -> float | None:
    """Read a length.

    Parameters
    ----------
    value
        Metres with or without unit, or feet: `38.5`, `38,50 m`, `12 ft`, `12'6`.

    Returns
    -------
    metres
        None where the value is no length above 0 and up to 500 m.

    Examples
    --------
    >>> read_metres("38,50 m"), round(read_metres("12 ft"), 2), read_metres("wide")
    (38.5, 3.66, None)
    """
    text = value.strip()
    metres = 0.0
    if found := _FEET.fullmatch(text):
        metres = (float(found[1]) + float(found[2] or 0) / 12) * M_PER_FOOT
    elif found := _METRES.fullmatch(text):
        is_feet = (found[2] or "").lower() in {"ft", "feet"}
        metres = float(found[1].replace(",", ".")) * (M_PER_FOOT if is_feet else 1.0)
    return metres if 0 < metres <= MOST_M else None


def read_class(tags: Tags) -> str:
    """Read the class of a waterway.

    Parameters
    ----------
    tags
        Tags of the waterway.

    Returns
    -------
    name
        As in the table of classes, `"0"` for what is below class I; `""` where it is not told or
        no class.

    Examples
    --------
    >>> read_class({"CEMT": "va"}), read_class({"cemt": "4"}), read_class({"CEMT": "large"})
    ('Va', 'IV', '')
    """
    told = next((tags[key] for key in CLASS_KEYS if key in tags), "").strip()
    return _name_of_spelling().get(told.lower(), "")


def say_source(tags: Tags, key: str) -> str:
    """Say where the value of a key comes from.

    Parameters
    ----------
    tags
        Tags with that key.
    key
        Which one.

    Returns
    -------
    source
        Key and value, and in brackets what `source:KEY` says of them.

    Examples
    --------
    >>> say_source({"maxlength": "140", "source:maxlength": "VNF"}, "maxlength")
    'maxlength=140 (VNF)'
    >>> say_source({"maxlength": "140"}, "maxlength")
    'maxlength=140'
    """
    source = tags.get(SOURCE_PREFIX + key, "")
    return f"{key}={tags[key]}" + (f" ({source})" if source else "")


def find_limits(tags: Tags) -> Limits:
    """Find how large a vessel may be on a waterway.

    Parameters
    ----------
    tags
        Tags of the waterway.

    Returns
    -------
    limits
        By tags; where a dimension has none, what the class grants, which is noted as assumed.

    References
    ----------
    European Conference of Ministers of Transport (1992). Resolution 92/2 on new classification of
    inland waterways. OpenStreetMap wiki: Key:CEMT.

    Examples
    --------
    >>> found = find_limits({"CEMT": "I", "maxlength": "39"})
    >>> found.limit_of_dimension["length_m"], found.limit_of_dimension["beam_m"]
    (Limit(metres=39.0, source='maxlength=39'), Limit(metres=5.05, source='class I'))
    >>> found.notes
    ('vessel_limits_from_class',)
    """
    limits: dict[Dimension, Limit] = {}
    notes = []
    name = read_class(tags)
    if not name and any(key in tags for key in CLASS_KEYS):
        notes.append("waterway_class_unknown")
    granted = vessel_of_class().get(name, {})
    for dimension, keys in KEYS_OF_DIMENSION.items():
        told = [(key, tags[key]) for key in keys if key in tags]
        read = [(read_metres(value), say_source(tags, key)) for key, value in told]
        known = [Limit(metres, source) for metres, source in read if metres is not None]
        if any(value.lower() not in SAYS_NO_METRES for _, value in told) and not known:
            notes.append("vessel_limit_faulty")
        if known:
            limits[dimension] = min(known)
        elif dimension in granted:
            limits[dimension] = Limit(granted[dimension], f"class {name}")
            notes.append("vessel_limits_from_class")
    return Limits(limits, tuple(dict.fromkeys(notes)))


def vessel_of_class() -> Mapping[str, Mapping[Dimension, float]]:
    """List the standard vessel of each class of waterways.

    Returns
    -------
    vessel_of_class
        Metres by dimension, the smallest class first.

    References
    ----------
    European Conference of Ministers of Transport (1992). Resolution 92/2 on new classification of
    inland waterways.

    Examples
    --------
    >>> vessel_of_class()["I"]["length_m"]
    38.5
    """
    return _table()["classes"]


@cache
def _table() -> Mapping[str, Mapping[str, Mapping[Dimension, float]]]:
    text = resources.files(__package__).joinpath("waterway_classes.toml").read_text("utf-8")
    table: Mapping[str, Mapping[str, Mapping[Dimension, float]]] = tomllib.loads(text)
    return table


@cache
def _name_of_spelling() -> Mapping[str, str]:
    """Give the name of each class by its spellings in small letters."""
    spellings = {str(key).lower(): str(name) for key, name in _table()["spellings"].items()}
    return {"0": "0"} | spellings | {name.lower(): name for name in vessel_of_class()}
