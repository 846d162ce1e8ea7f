"""Say in French or English what a change does."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import numpy as np

from ..errors import PlacesError, ProfileError
from ..network.geodesy import length_m
from ..network.profiles import read_profile
from ..places.categories import label
from .schema import (
    AddLink,
    AddSite,
    Change,
    CloseWays,
    MoveSite,
    Point,
    RemoveSite,
    SetSpeed,
)

Language: TypeAlias = Literal["fr", "en"]

MOST_LISTED: Final = 4

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "add_site": "Ouvre « {name} » ({category}{capacity}) au point {at}.",
        "capacity": ", capacité {number}",
        "move_site": "Déplace « {name} » au point {at}.",
        "remove_site": "Ferme « {name} ».",
        "add_link": "Ouvre {link} de {length} ({profiles}{speed}{oneway}).",
        "link": "une liaison",
        "named_link": "la liaison « {name} »",
        "speed": ", {kmh} km/h",
        "oneway": ", sens unique",
        "close_ways": "Ferme à la circulation {ways} ({profiles}).",
        "kmh": "Fixe à {kmh} km/h la vitesse sur {ways} ({profiles}{only}).",
        "factor": "Multiplie par {factor} la vitesse sur {ways} ({profiles}{only}).",
        "slower": ", sans accélérer personne",
        "faster": ", sans ralentir personne",
        "way": "la voie {ids}",
        "ways": "les voies {ids}",
        "classes": "les voies de classe {classes}",
        "everything": "toutes les voies",
        "within": " dans un périmètre de {count} sommets",
        "everyone": "tous les modes",
        "and": " et ",
        "more": "{count} autres",
        "decimal": ",",
        "open": "« ",
        "close": " »",
    },
    "en": {
        "add_site": "Opens “{name}” ({category}{capacity}) at {at}.",
        "capacity": ", capacity {number}",
        "move_site": "Moves “{name}” to {at}.",
        "remove_site": "Closes “{name}”.",
        "add_link": "Opens {link} of {length} ({profiles}{speed}{oneway}).",
        "link": "a link",
        "named_link": "the link “{name}”",
        "speed": ", {kmh} km/h",
        "oneway": ", one way",
        "close_ways": "Closes {ways} to traffic ({profiles}).",
        "kmh": "Sets the speed to {kmh} km/h on {ways} ({profiles}{only}).",
        "factor": "Multiplies the speed by {factor} on {ways} ({profiles}{only}).",
        "slower": ", nobody gets faster",
        "faster": ", nobody gets slower",
        "way": "way {ids}",
        "ways": "ways {ids}",
        "classes": "ways of class {classes}",
        "everything": "all ways",
        "within": " inside a polygon of {count} corners",
        "everyone": "all modes",
        "and": " and ",
        "more": "{count} more",
        "decimal": ".",
        "open": "“",
        "close": "”",
    },
}


def sentence(change: Change, language: Language = "fr") -> str:
    """Say what a change does.

    Parameters
    ----------
    change
        Any change, its coordinates in degrees.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    sentence
        One sentence with a full stop.

    Examples
    --------
    >>> closed = CloseWays(kind="close_ways", ids=(12,), names=("Pont-canal",), profiles=("walk",))
    >>> sentence(closed, "en")
    'Closes way 12 and “Pont-canal” to traffic (walk).'
    >>> sentence(RemoveSite(kind="remove_site", site="Clinique"), "fr")
    'Ferme « Clinique ».'
    """
    words = _WORDS[language]
    if isinstance(change, AddSite):
        return _say_added(change, words, language)
    if isinstance(change, MoveSite):
        return words["move_site"].format(name=change.site, at=_point(change.to, words))
    if isinstance(change, RemoveSite):
        return words["remove_site"].format(name=change.site)
    if isinstance(change, AddLink):
        return _say_link(change, words, language)
    profiles = _profiles(change.profiles, words, language)
    if isinstance(change, CloseWays):
        return words["close_ways"].format(ways=_ways(change, words), profiles=profiles)
    return _say_speed(change, words, profiles)


def _say_added(change: AddSite, words: Mapping[str, str], language: Language) -> str:
    capacity = ""
    if change.capacity is not None:
        capacity = words["capacity"].format(number=_number(change.capacity, words))
    try:
        category = label(change.category, language)
    except PlacesError:
        category = change.category
    at = _point(change.at, words)
    return words["add_site"].format(name=change.name, category=category, capacity=capacity, at=at)


def _say_link(change: AddLink, words: Mapping[str, str], language: Language) -> str:
    metres = sum(_distance_m(one, other) for one, other in pairwise(change.geometry))
    length = f"{metres:.0f} m"
    if metres >= 1000:
        length = f"{_number(round(metres / 1000, 1), words)} km"
    link = words["named_link"].format(name=change.name) if change.name else words["link"]
    speed = ""
    if change.speed_kmh is not None:
        speed = words["speed"].format(kmh=_number(change.speed_kmh, words))
    return words["add_link"].format(
        link=link,
        length=length,
        profiles=_profiles(change.profiles, words, language),
        speed=speed,
        oneway=words["oneway"] if change.oneway else "",
    )


def _say_speed(change: SetSpeed, words: Mapping[str, str], profiles: str) -> str:
    only = words[change.only] if change.only else ""
    ways = _ways(change, words)
    if change.within is not None:
        ways += words["within"].format(count=len(change.within))
    if change.factor is not None:
        factor = _number(change.factor, words)
        return words["factor"].format(factor=factor, ways=ways, profiles=profiles, only=only)
    kmh = _number(change.kmh or 0.0, words)
    return words["kmh"].format(kmh=kmh, ways=ways, profiles=profiles, only=only)


def _ways(change: CloseWays | SetSpeed, words: Mapping[str, str]) -> str:
    parts = []
    if change.ids:
        key = "way" if len(change.ids) == 1 else "ways"
        parts.append(words[key].format(ids=_listed([str(way) for way in change.ids], words)))
    if change.names:
        quoted = [f"{words['open']}{name}{words['close']}" for name in change.names]
        parts.append(_listed(quoted, words))
    if isinstance(change, SetSpeed) and change.classes:
        parts.append(words["classes"].format(classes=_listed(change.classes, words)))
    return words["and"].join(parts) or words["everything"]


def _profiles(profiles: Sequence[str] | None, words: Mapping[str, str], language: Language) -> str:
    if profiles is None:
        return words["everyone"]
    return _listed([_profile_label(profile, language) for profile in profiles], words)


@cache
def _profile_label(profile: str, language: Language) -> str:
    """Name a profile of the library for people; one of the user's own keeps its name."""
    try:
        return read_profile(profile).label[language]
    except ProfileError:
        return profile


def _listed(names: Sequence[str], words: Mapping[str, str]) -> str:
    shown = list(names)
    if len(shown) > MOST_LISTED + 1:
        more = words["more"].format(count=len(shown) - MOST_LISTED)
        shown = [*shown[:MOST_LISTED], more]
    head = ", ".join(shown[:-1])
    return f"{head}{words['and']}{shown[-1]}" if head else shown[-1]


def _point(point: Point, words: Mapping[str, str]) -> str:
    """Write longitude and latitude to the nearest ten metres or so."""
    lon, lat = (f"{degrees:.4f}".replace(".", words["decimal"]) for degrees in point)
    separator = " ; " if words["decimal"] == "," else ", "
    return f"{lon}{separator}{lat}"


def _number(number: float, words: Mapping[str, str]) -> str:
    return f"{number:g}".replace(".", words["decimal"])


def _distance_m(one: Point, other: Point) -> float:
    return float(np.sum(length_m([one[0]], [one[1]], [other[0]], [other[1]])))
