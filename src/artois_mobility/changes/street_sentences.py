"""Say in French or English what a change on streets that are there does."""

from collections.abc import Callable, Mapping
from typing import Final

from .street_schema import AddBarrier, RemoveBarrier, SetAccess, SetOneway, SetTurn, StreetChange

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "pedestrians": "Réserve aux piétons {ways}.",
        "pedestrians_and_bicycles": "Réserve aux piétons et aux vélos {ways}.",
        "buses": "Réserve aux bus {ways} : plus de véhicule à moteur particulier.",
        "everyone": "Ouvre à tous {ways}.",
        "allow": "Ouvre {ways} ({profiles}).",
        "forbid": "Interdit {ways} ({profiles}).",
        "both_ways": "Ouvre {ways} dans les deux sens ({profiles}).",
        "along": "Met en sens unique {ways}, dans le sens du tracé ({profiles}).",
        "against": "Met en sens unique {ways}, à rebours du tracé ({profiles}).",
        "obeying": "tous les modes qui suivent les sens uniques",
        "turning": "tous les modes dont les mouvements tournants sont connus",
        "turn_allowed": "Permet de tourner de la voie {start} dans la voie {end} ({profiles}).",
        "turn_forbidden": "Interdit de tourner de la voie {start} dans la voie {end} ({profiles}).",
        "add_barrier": "Pose un obstacle de {length} que nul ne franchit à pied hors des voies.",
        "cuts": "Pose un obstacle de {length} qui coupe aussi les voies, sauf ponts et tunnels.",
        "remove_barrier": "Supprime les obstacles dans un périmètre de {count} sommets.",
    },
    "en": {
        "pedestrians": "Keeps {ways} for people on foot.",
        "pedestrians_and_bicycles": "Keeps {ways} for people on foot and bicycles.",
        "buses": "Keeps {ways} for buses: no private motor vehicles.",
        "everyone": "Opens {ways} to everyone.",
        "allow": "Opens {ways} ({profiles}).",
        "forbid": "Forbids {ways} ({profiles}).",
        "both_ways": "Opens {ways} both ways ({profiles}).",
        "along": "Makes {ways} one-way, as drawn ({profiles}).",
        "against": "Makes {ways} one-way, against the way it is drawn ({profiles}).",
        "obeying": "all modes that obey one-way streets",
        "turning": "all modes that know turns",
        "turn_allowed": "Allows turning from way {start} into way {end} ({profiles}).",
        "turn_forbidden": "Forbids turning from way {start} into way {end} ({profiles}).",
        "add_barrier": "Sets up a barrier of {length} that nobody walks across off the streets.",
        "cuts": "Sets up a barrier of {length} that also cuts streets, but bridges and tunnels.",
        "remove_barrier": "Takes away the barriers inside a polygon of {count} corners.",
    },
}


def say_on_streets(
    change: StreetChange,
    language: str,
    ways: str,
    length: str,
    profiles: Callable[[tuple[str, ...]], str],
) -> str:
    """Say what a change on streets does.

    Parameters
    ----------
    change
        Any of them.
    language
        `"fr"` or `"en"`.
    ways
        The ways it names, in words; `""` for none.
    length
        Of its line, in words; `""` for none.
    profiles
        Names profiles in words.

    Returns
    -------
    sentence
        One or two sentences with full stops.

    Examples
    --------
    >>> change = SetOneway(kind="set_oneway", ids=(12,), direction="both")
    >>> say_on_streets(change, "en", "way 12", "", ", ".join)
    'Opens way 12 both ways (all modes that obey one-way streets).'
    >>> change = SetAccess(kind="set_access", ids=(12,), allow=("bicycle",), forbid=("car",))
    >>> say_on_streets(change, "en", "way 12", "", ", ".join)
    'Opens way 12 (bicycle). Forbids way 12 (car).'
    """
    words = WORDS[language]
    if isinstance(change, SetAccess):
        if change.to is not None:
            return words[change.to].format(ways=ways)
        parts = (("allow", change.allow), ("forbid", change.forbid))
        told = (words[key].format(ways=ways, profiles=profiles(own)) for key, own in parts if own)
        return " ".join(told)
    if isinstance(change, SetOneway):
        way = "both_ways" if change.direction == "both" else change.direction
        named = words["obeying"] if change.profiles is None else profiles(change.profiles)
        return words[way].format(ways=ways, profiles=named)
    if isinstance(change, SetTurn):
        key = "turn_allowed" if change.allowed else "turn_forbidden"
        named = words["turning"] if change.profiles is None else profiles(change.profiles)
        return words[key].format(start=change.from_way, end=change.to_way, profiles=named)
    if isinstance(change, AddBarrier):
        return words["cuts" if change.cuts_streets else "add_barrier"].format(length=length)
    assert isinstance(change, RemoveBarrier)  # the last of them
    return words["remove_barrier"].format(count=len(change.within))
