"""What of an OpenStreetMap file is kept, in two tables."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Keys that keep an object, with the kinds they keep: n nodes, w ways, r areas drawn as relations.
# Everything kept keeps all its tags. Left out on purpose:
# - building: most ways of a town; a hospital's building is kept by its amenity all the same
# - natural, water, landuse, boundary on nodes: trees, peaks and rocks by the hundred thousand
# - power, addr:*: pylons and doors; on a kept object they stay readable
KEPT_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # ways to move on, and what stands on them
        "highway": "nwr",
        "waterway": "nwr",
        "railway": "nwr",
        "route": "nw",
        "lock": "nw",
        "barrier": "nwr",
        "kerb": "n",
        "crossing": "n",
        "entrance": "n",
        "seamark:type": "nwr",
        "man_made": "nwr",
        "public_transport": "nwr",
        # areas that part the land or say what it is
        "natural": "wr",
        "water": "wr",
        "landuse": "wr",
        "boundary": "wr",
        "place": "nwr",
        # places to go to
        "amenity": "nwr",
        "healthcare": "nwr",
        "social_facility": "nwr",
        "emergency": "nwr",
        "tourism": "nwr",
        "leisure": "nwr",
        "historic": "nwr",
        "heritage": "nwr",
        "office": "nwr",
        "government": "nwr",
        "industrial": "nwr",
        "harbour": "nwr",
    }
)

# Types of relation that are kept, with one of the tags that each must have besides; an empty
# row asks for none, and a multipolygon needs any key of the table above.
# https://wiki.openstreetmap.org/wiki/Types_of_relation
KEPT_RELATIONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "boundary": {"boundary": "administrative"},
        "multipolygon": {},
        "restriction": {},
        "route": {},
        "site": {},
        "waterway": {},
    }
)


def kept_keys(kind: str) -> tuple[str, ...]:
    """Return the keys that keep an object of one kind.

    Parameters
    ----------
    kind
        `"n"` for nodes, `"w"` for ways, `"r"` for multipolygons.

    Returns
    -------
    keys
        In the table's order.

    Examples
    --------
    >>> "natural" in kept_keys("w"), "natural" in kept_keys("n")
    (True, False)
    """
    return tuple(key for key, kinds in KEPT_KEYS.items() if kind in kinds)


def is_kept_relation(tags: Mapping[str, str]) -> bool:
    """Tell whether a relation with these tags is kept.

    Parameters
    ----------
    tags
        All tags of the relation.

    Returns
    -------
    is_kept
        True when `KEPT_RELATIONS` has its type and the tags that type needs are there.

    Examples
    --------
    >>> is_kept_relation({"type": "multipolygon", "amenity": "hospital"})
    True
    >>> is_kept_relation({"type": "multipolygon", "building": "yes"})
    False
    >>> is_kept_relation({"name": "a relation of no type"})
    False
    """
    kind = tags.get("type", "")
    if kind == "multipolygon":
        return any(key in tags for key in kept_keys("r"))
    needed = KEPT_RELATIONS.get(kind)
    return needed is not None and all(tags.get(key) == value for key, value in needed.items())
