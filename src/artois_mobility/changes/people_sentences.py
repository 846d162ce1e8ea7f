"""Say in French or English what changes of people, and of what sites offer, do."""

from collections.abc import Mapping
from typing import Final, Literal

from .people_schema import (
    AddResidents,
    MoveResidents,
    PeopleChange,
    ScaleResidents,
    SetCapacity,
    SetHours,
    SiteSetting,
)
from .phrases import WORDS, list_names, write_number, write_point

_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "fr": {
        "add_residents": "Ajoute {people}{columns} {where}{name}.",
        "quarter": " (« {name} »)",
        "people": "{count} habitants",
        "one": "1 habitant",
        "columns": ", dont {listed},",
        "column": "{name} : {number}",
        "at": "au point {at}",
        "within": "dans un périmètre de {count} sommets",
        "communes": "dans les communes {codes}",
        "commune": "dans la commune {codes}",
        "everybody": "dans tout le territoire",
        "factor": "Multiplie par {factor} la population {where}.",
        "population": "Porte à {people} la population {where}.",
        "move_residents": "Déplace {people} : aujourd'hui {origin}, demain {where}.",
        "share": "{share} % des habitants",
        "both": ", ",
        "set_capacity": "Porte à {number} la capacité de « {name} ».",
        "scale_capacity": "Multiplie par {number} la capacité de « {name} ».",
        "set_hours": "Ouvre « {name} » aux heures « {hours} ».",
        **WORDS["fr"],
    },
    "en": {
        "add_residents": "Adds {people}{columns} {where}{name}.",
        "quarter": " (“{name}”)",
        "people": "{count} residents",
        "one": "1 resident",
        "columns": ", of whom {listed},",
        "column": "{name}: {number}",
        "at": "at {at}",
        "within": "inside a polygon of {count} corners",
        "communes": "in the communes {codes}",
        "commune": "in the commune {codes}",
        "everybody": "in the whole territory",
        "factor": "Multiplies by {factor} the population {where}.",
        "population": "Brings to {people} the population {where}.",
        "move_residents": "Moves {people}: today {origin}, then {where}.",
        "share": "{share}% of residents",
        "both": ", ",
        "set_capacity": "Sets the capacity of “{name}” to {number}.",
        "scale_capacity": "Multiplies the capacity of “{name}” by {number}.",
        "set_hours": "Opens “{name}” at the hours “{hours}”.",
        **WORDS["en"],
    },
}


def say_people(change: PeopleChange | SiteSetting, language: Literal["fr", "en"]) -> str:
    """Say what a change of people, or of what a site offers, does.

    Parameters
    ----------
    change
        Its coordinates in degrees.
    language
        `"fr"` or `"en"`.

    Returns
    -------
    sentence
        One sentence with a full stop.

    Examples
    --------
    >>> say_people(ScaleResidents(kind="scale_residents", factor=1.05), "en")
    'Multiplies by 1.05 the population in the whole territory.'
    >>> say_people(SetCapacity(kind="set_capacity", site="EHPAD", capacity=80), "fr")
    'Porte à 80 la capacité de « EHPAD ».'
    """
    words = _WORDS[language]
    if isinstance(change, SetHours):
        return words["set_hours"].format(name=change.site, hours=change.hours)
    if isinstance(change, SetCapacity):
        key = "set_capacity" if change.factor is None else "scale_capacity"
        number = change.capacity if change.factor is None else change.factor
        return words[key].format(name=change.site, number=write_number(number or 0.0, words))
    if isinstance(change, AddResidents):
        return _say_added(change, words)
    if isinstance(change, MoveResidents):
        return _say_moved(change, words)
    where = _cells(change, words)
    if change.factor is not None:
        return words["factor"].format(factor=write_number(change.factor, words), where=where)
    return words["population"].format(people=_people(change.population or 0, words), where=where)


def _say_added(change: AddResidents, words: Mapping[str, str]) -> str:
    listed = [
        words["column"].format(name=name, number=write_number(number, words))
        for name, number in sorted(change.columns.items())
    ]
    if change.within is not None:
        where = words["within"].format(count=len(change.within))
    else:
        assert change.at is not None  # the schema wants one of the two
        where = words["at"].format(at=write_point(change.at, words))
    return words["add_residents"].format(
        people=_people(change.population, words),
        columns=words["columns"].format(listed=list_names(listed, words)) if listed else "",
        where=where,
        name=words["quarter"].format(name=change.name) if change.name else "",
    )


def _say_moved(change: MoveResidents, words: Mapping[str, str]) -> str:
    if change.share is not None:
        people = words["share"].format(share=write_number(change.share * 100, words))
    else:
        people = _people(change.population or 0, words)
    if change.to is not None:
        where = words["at"].format(at=write_point(change.to, words))
    elif change.to_within is not None:
        where = words["within"].format(count=len(change.to_within))
    else:
        where = _communes(change.to_communes, words)
    origin = _cells(change, words)
    return words["move_residents"].format(people=people, origin=origin, where=where)


def _cells(change: ScaleResidents | MoveResidents, words: Mapping[str, str]) -> str:
    parts = []
    if change.communes:
        parts.append(_communes(change.communes, words))
    if change.within is not None:
        parts.append(words["within"].format(count=len(change.within)))
    return words["both"].join(parts) or words["everybody"]


def _communes(codes: tuple[str, ...], words: Mapping[str, str]) -> str:
    key = "commune" if len(codes) == 1 else "communes"
    return words[key].format(codes=list_names(codes, words))


def _people(count: int, words: Mapping[str, str]) -> str:
    if count == 1:
        return words["one"]
    return words["people"].format(count=f"{count:,}".replace(",", words["thousands"]))
