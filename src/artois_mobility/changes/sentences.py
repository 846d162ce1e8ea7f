"""Say in French or English what a change does."""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import numpy as np

from ..errors import PlacesError, ProfileError
from ..network.dimensions import DIMENSIONS
from ..network.geodesy import length_m
from ..network.profiles import read_profile
from ..places.categories import label
from ..transit.naming import LABEL, TRANSIT
from .fields import Point
from .people_schema import PeopleChange, SiteSetting
from .people_sentences import say_people
from .phrases import WORDS, list_names, write_number, write_point
from .schema import (
    AddLink,
    AddSite,
    Change,
    CloseWays,
    Congestion,
    MoveSite,
    RemoveSite,
    SetSpeed,
)
from .street_schema import AddBarrier, StreetChange, Streets
from .street_sentences import say_on_streets
from .transit_schema import LineChange
from .transit_sentences import say_on_lines
from .water_schema import (
    AddQuay,
    AddReach,
    AddStop,
    CloseReach,
    LockHours,
    LockTime,
    SetClass,
    WaterChange,
    Waterways,
)

Language: TypeAlias = Literal["fr", "en"]

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "add_site": "Ouvre « {name} » ({category}{capacity}) au point {at}.",
        "capacity": ", capacité {number}",
        "move_site": "Déplace « {name} » au point {at}.",
        "remove_site": "Ferme « {name} ».",
        "add_link": "Ouvre {link} de {length} ({profiles}{speed}{oneway}{bridge}).",
        "link": "une liaison",
        "named_link": "la liaison « {name} »",
        "speed": ", {kmh} km/h",
        "oneway": ", sens unique",
        "bridge": ", ouvrage d'art",
        "close_ways": "Ferme à la circulation {ways} ({profiles}){days}.",
        "kmh": "Fixe à {kmh} km/h la vitesse sur {ways} ({profiles}{only}).",
        "limit": "Limite la vitesse à {kmh} km/h sur {ways} ({profiles}{only}).",
        "factor": "Multiplie par {factor} la vitesse sur {ways} ({profiles}{only}).",
        "slower": ", sans accélérer personne",
        "faster": ", sans ralentir personne",
        "way": "la voie {ids}",
        "ways": "les voies {ids}",
        "classes": "les {classes}",
        "class": "voies « {name} »",
        "class_motorway": "autoroutes",
        "class_trunk": "voies rapides",
        "class_primary": "routes principales",
        "class_secondary": "routes secondaires",
        "class_tertiary": "routes tertiaires",
        "class_unclassified": "petites routes",
        "class_residential": "rues résidentielles",
        "class_living_street": "zones de rencontre",
        "class_service": "voies de desserte",
        "class_pedestrian": "rues piétonnes",
        "class_footway": "chemins piétons",
        "class_cycleway": "pistes cyclables",
        "class_path": "sentiers",
        "class_track": "chemins",
        "class_steps": "escaliers",
        "everything": "toutes les voies",
        "within": " dans un périmètre de {count} sommets",
        "everyone": "tous les modes",
        "set_class": "Porte à la classe {cemt} {ways}{locks}.",
        "set_dimension": "Fixe {sizes} sur {ways}{locks}.",
        "length_m": "la longueur admise à {metres} m",
        "beam_m": "la largeur admise à {metres} m",
        "draught_m": "l'enfoncement admis à {metres} m",
        "air_draught_m": "le tirant d'air admis à {metres} m",
        "with_locks": ", écluses comprises",
        "lock_time": "Fixe à {said} min la durée d'une éclusée : {ways}.",
        "lock_hours": "Donne l'horaire « {said} » à l'écluse : {ways}.",
        "close_reach": "Ferme à la navigation {ways}{days}.",
        "from": " à partir du {begin}",
        "until": " jusqu'au {end}",
        "between": " du {begin} au {end}",
        "day": "%d/%m/%Y",
        "add_reach": "Ouvre la voie d'eau « {name} » de {length} (classe {cemt}{speed}).",
        "add_quay": "Ouvre le quai « {name} » au point {at}.",
        "add_stop": "Ouvre la halte fluviale « {name} » au point {at}.",
        **WORDS["fr"],
        "congestion": "Multiplie par {factor} les temps de parcours sur {ways} ({profiles}).",
        "motors": "modes motorisés",
    },
    "en": {
        "add_site": "Opens “{name}” ({category}{capacity}) at {at}.",
        "capacity": ", capacity {number}",
        "move_site": "Moves “{name}” to {at}.",
        "remove_site": "Closes “{name}”.",
        "add_link": "Opens {link} of {length} ({profiles}{speed}{oneway}{bridge}).",
        "link": "a link",
        "named_link": "the link “{name}”",
        "speed": ", {kmh} km/h",
        "oneway": ", one way",
        "bridge": ", bridge",
        "close_ways": "Closes {ways} to traffic ({profiles}){days}.",
        "kmh": "Sets the speed to {kmh} km/h on {ways} ({profiles}{only}).",
        "limit": "Limits the speed to {kmh} km/h on {ways} ({profiles}{only}).",
        "factor": "Multiplies the speed by {factor} on {ways} ({profiles}{only}).",
        "slower": ", nobody gets faster",
        "faster": ", nobody gets slower",
        "way": "way {ids}",
        "ways": "ways {ids}",
        "classes": "ways of class {classes}",
        "class": "{name}",
        "everything": "all ways",
        "within": " inside a polygon of {count} corners",
        "everyone": "all modes",
        "set_class": "Upgrades {ways} to class {cemt}{locks}.",
        "set_dimension": "Sets {sizes} on {ways}{locks}.",
        "length_m": "the length allowed to {metres} m",
        "beam_m": "the beam allowed to {metres} m",
        "draught_m": "the draught allowed to {metres} m",
        "air_draught_m": "the air draught allowed to {metres} m",
        "with_locks": ", locks included",
        "lock_time": "Sets the time of one locking to {said} min: {ways}.",
        "lock_hours": "Gives the lock the hours “{said}”: {ways}.",
        "close_reach": "Closes {ways} to vessels{days}.",
        "from": " from {begin}",
        "until": " until {end}",
        "between": " from {begin} to {end}",
        "day": "%Y-%m-%d",
        "add_reach": "Opens the waterway “{name}” of {length} (class {cemt}{speed}).",
        "add_quay": "Opens the quay “{name}” at {at}.",
        "add_stop": "Opens the boat stop “{name}” at {at}.",
        **WORDS["en"],
        "congestion": "Multiplies the times along {ways} by {factor} ({profiles}).",
        "motors": "motor traffic",
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
    if isinstance(change, PeopleChange | SiteSetting):
        return say_people(change, language)
    if isinstance(change, LineChange) or (isinstance(change, AddStop) and change.is_of_lines):
        return say_on_lines(change, language)
    words = _WORDS[language]
    if isinstance(change, AddSite):
        return _say_added(change, words, language)
    if isinstance(change, MoveSite | RemoveSite):
        at = write_point(change.to, words) if isinstance(change, MoveSite) else ""
        return words[change.kind].format(name=change.site, at=at)
    if isinstance(change, WaterChange):
        return _say_on_water(change, words)
    return _say_on_ways(change, words, language)


def _say_on_ways(
    change: AddLink | CloseWays | SetSpeed | Congestion | StreetChange,
    words: Mapping[str, str],
    language: Language,
) -> str:
    if isinstance(change, AddLink):
        return _say_link(change, words, language)
    if isinstance(change, StreetChange):
        return _say_street(change, words, language)
    if isinstance(change, Congestion):
        motors = words["motors"]
        return words["congestion"].format(
            factor=write_number(change.factor, words),
            ways=_stretches(change, words),
            profiles=_profiles(change.profiles, words, language) if change.profiles else motors,
        )
    profiles = _profiles(change.profiles, words, language)
    if isinstance(change, CloseWays):
        ways, days = _stretches(change, words), _days(change, words)
        return words["close_ways"].format(ways=ways, profiles=profiles, days=days)
    return _say_speed(change, words, profiles)


def _say_street(change: StreetChange, words: Mapping[str, str], language: Language) -> str:
    return say_on_streets(
        change,
        language,
        _ways(change, words) if isinstance(change, Streets) else "",
        _length(change.geometry, words) if isinstance(change, AddBarrier) else "",
        lambda profiles: _profiles(profiles, words, language),
    )


def _say_on_water(change: WaterChange, words: Mapping[str, str]) -> str:
    if isinstance(change, AddReach):
        return words["add_reach"].format(
            name=change.name,
            length=_length(change.geometry, words),
            cemt=change.cemt,
            speed=_speed(change.speed_kmh, words),
        )
    if isinstance(change, AddQuay | AddStop):
        return words[change.kind].format(name=change.name, at=write_point(change.at, words))
    ways = _ways(change, words)
    if isinstance(change, LockTime | LockHours):
        said = (
            change.hours if isinstance(change, LockHours) else write_number(change.minutes, words)
        )
        return words[change.kind].format(said=said, ways=ways)
    if isinstance(change, CloseReach):
        return words["close_reach"].format(ways=ways, days=_days(change, words))
    locks = words["with_locks"] if change.with_locks else ""
    if isinstance(change, SetClass):
        return words["set_class"].format(cemt=change.cemt, ways=ways, locks=locks)
    given = {key: getattr(change, key) for key in DIMENSIONS}
    sizes = [
        words[key].format(metres=write_number(value, words))
        for key, value in given.items()
        if value is not None
    ]
    return words["set_dimension"].format(sizes=list_names(sizes, words), ways=ways, locks=locks)


def _days(change: CloseReach | CloseWays, words: Mapping[str, str]) -> str:
    begin, end = (
        day.strftime(words["day"]) if day is not None else "" for day in (change.begin, change.end)
    )
    key = {(True, True): "between", (True, False): "from", (False, True): "until"}.get(
        (bool(begin), bool(end))
    )
    return words[key].format(begin=begin, end=end) if key else ""


def _length(line: Sequence[Point], words: Mapping[str, str]) -> str:
    metres = sum(_distance_m(one, other) for one, other in pairwise(line))
    if metres >= 1000:
        return f"{write_number(round(metres / 1000, 1), words)} km"
    return f"{metres:.0f} m"


def _speed(kmh: float | None, words: Mapping[str, str]) -> str:
    return "" if kmh is None else words["speed"].format(kmh=write_number(kmh, words))


def _say_added(change: AddSite, words: Mapping[str, str], language: Language) -> str:
    capacity = ""
    if change.capacity is not None:
        capacity = words["capacity"].format(number=write_number(change.capacity, words))
    try:
        category = label(change.category, language)
    except PlacesError:
        category = change.category
    at = write_point(change.at, words)
    return words["add_site"].format(name=change.name, category=category, capacity=capacity, at=at)


def _say_link(change: AddLink, words: Mapping[str, str], language: Language) -> str:
    link = words["named_link"].format(name=change.name) if change.name else words["link"]
    return words["add_link"].format(
        link=link,
        length=_length(change.geometry, words),
        profiles=_profiles(change.profiles, words, language),
        speed=_speed(change.speed_kmh, words),
        oneway=words["oneway"] if change.oneway else "",
        bridge=words["bridge"] if change.bridge else "",
    )


def _say_speed(change: SetSpeed, words: Mapping[str, str], profiles: str) -> str:
    only = words[change.only] if change.only else ""
    ways = _stretches(change, words)
    if change.factor is not None:
        factor = write_number(change.factor, words)
        return words["factor"].format(factor=factor, ways=ways, profiles=profiles, only=only)
    given, key = (change.kmh, "kmh") if change.kmh is not None else (change.limit_kmh, "limit")
    kmh = write_number(given or 0.0, words)
    return words[key].format(kmh=kmh, ways=ways, profiles=profiles, only=only)


def _stretches(change: CloseWays | SetSpeed | Congestion, words: Mapping[str, str]) -> str:
    """Name the ways that a change means, and the polygon that they lie in."""
    ways = _ways(change, words)
    if change.within is None:
        return ways
    return ways + words["within"].format(count=len(change.within))


def _ways(
    change: CloseWays | SetSpeed | Congestion | Waterways | Streets, words: Mapping[str, str]
) -> str:
    parts = []
    if change.ids:
        key = "way" if len(change.ids) == 1 else "ways"
        parts.append(words[key].format(ids=list_names([str(way) for way in change.ids], words)))
    if change.names:
        quoted = [f"{words['open']}{name}{words['close']}" for name in change.names]
        parts.append(list_names(quoted, words))
    if isinstance(change, CloseWays | SetSpeed | Congestion) and change.classes:
        named = [
            words.get(f"class_{each}", words["class"].format(name=each)) for each in change.classes
        ]
        parts.append(words["classes"].format(classes=list_names(named, words)))
    return words["and"].join(parts) or words["everything"]


def _profiles(profiles: Sequence[str] | None, words: Mapping[str, str], language: Language) -> str:
    if profiles is None:
        return words["everyone"]
    return list_names([label_profile(profile, language) for profile in profiles], words)


@cache
def label_profile(profile: str, language: Language) -> str:
    """Name a profile of the library for people; one of the user's own keeps its name.

    Parameters
    ----------
    profile
        Its name.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    label
        Without an article.

    Examples
    --------
    >>> label_profile("walk", "fr"), label_profile("my_bus", "fr")
    ('marche', 'my_bus')
    """
    if profile == TRANSIT:
        return LABEL[language]
    try:
        return read_profile(profile).label[language]
    except ProfileError:
        return profile


def _distance_m(one: Point, other: Point) -> float:
    return float(np.sum(length_m([one[0]], [one[1]], [other[0]], [other[1]])))
