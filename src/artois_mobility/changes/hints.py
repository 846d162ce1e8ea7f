"""Hints for whoever mistyped a word: the nearest of those that are known."""

import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

# What stands in place of a key that is missing.
EXAMPLE_OF_KEY: Final[Mapping[str, str]] = {
    "allowed": "allowed = false to forbid the turn, allowed = true to allow it",
    "at": "at = [2.8319, 50.4289], longitude first",
    "category": 'category = "care/pharmacy"; the command `categories` lists all',
    "cemt": 'cemt = "IV", a class from I to VII',
    "extract": 'extract = "data/town.osm.pbf"',
    "factor": "factor = 1.3",
    "file": 'file = "plan.gpkg"',
    "from_stop": 'from_stop = "Gare", the name or id of a stop of the line',
    "from_way": "from_way = 4711, the id of the way that one comes from",
    "geometry": "geometry = [[2.9290, 50.4668], [2.9291, 50.4702]], from end to end",
    "headways": 'headways = [["06:00", "20:00", 10]], from, to, minutes',
    "hours": 'hours = "Mo-Sa 09:00-19:00", as OpenStreetMap writes opening hours',
    "lines": 'lines = ["B1"], names or ids of lines of the timetable',
    "minutes": "minutes = 20",
    "name": 'name = "Passerelle sur la Deûle"',
    "population": "population = 120",
    "profiles": 'profiles = ["walk", "bicycle"]; the command `profiles` lists all',
    "residents": 'residents = "data/residents.csv"',
    "site": 'site = "w123", an id, or its name',
    "stop": 'stop = "Gare", the name or id of a stop of the timetable',
    "stops": 'stops = ["Gare", [2.8319, 50.4289]], stops of the timetable or positions of new ones',
    "to": "to = [2.8319, 50.4289], longitude first",
    "to_stop": 'to_stop = "Mairie", the name or id of a stop of the line',
    "to_way": "to_way = 4712, the id of the way that one turns into",
    "via": "via = 815, the id of the node where the two ways meet",
    "within": "within = [[2.83, 50.42], [2.84, 50.42], [2.84, 50.43]], corner by corner",
}
# French words for keys, by which planners try to name them.
_KEY_OF_FRENCH: Final[Mapping[str, str]] = {
    "arret": "stop",
    "arrets": "stops",
    "capacite": "capacity",
    "categorie": "category",
    "champ": "name_field",
    "changement": "changes",
    "changements": "changes",
    "combiner": "combine",
    "cout": "cost",
    "couche": "layer",
    "debut": "begin",
    "facteur": "factor",
    "fichier": "file",
    "filtre": "where",
    "fin": "end",
    "geometrie": "geometry",
    "horaires": "hours",
    "frequence": "headways",
    "hypotheses": "assumptions",
    "jours": "days",
    "ligne": "lines",
    "lignes": "lines",
    "modes": "profiles",
    "nom": "name",
    "noms": "names",
    "pont": "bridge",
    "profils": "profiles",
    "sens_unique": "oneway",
    "vitesse": "kmh",
    "vitesse_kmh": "speed_kmh",
}


def suggest(found: str, known: Sequence[str], most: int = 8) -> str:
    """Name the nearest of the known words, or list the few that there are.

    Parameters
    ----------
    found
        What was written.
    known
        What is allowed.
    most
        How many to list when none is near.

    Returns
    -------
    hint
        A sentence with a space before it, or `""` when nothing is known.

    Examples
    --------
    >>> suggest("profile", ["profiles", "name"])
    ' Did you mean profiles?'
    >>> suggest("xyz", ["profiles", "name"])
    ' Allowed: profiles, name.'
    >>> suggest("filtre", ["file", "layer", "where"])
    ' Did you mean where?'
    >>> suggest("xyz", [])
    ''
    """
    french = _KEY_OF_FRENCH.get(_without_accents(found))
    if french in known:
        return f" Did you mean {french}?"
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(found.casefold(), list(folded), n=3, cutoff=0.6)
    if near:
        return f" Did you mean {' or '.join(folded[each] for each in near)}?"
    if not known:
        return ""
    rest = f" and {len(known) - most} more" if len(known) > most else ""
    return f" Allowed: {', '.join(known[:most])}{rest}."


def _without_accents(word: str) -> str:
    """Fold case, and take the accents away."""
    parts = unicodedata.normalize("NFKD", word.casefold())
    return "".join(each for each in parts if not unicodedata.combining(each))
