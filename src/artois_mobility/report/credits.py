"""Whose data a map or a layer is made of, and by what: the line that French plates end on."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from .labels import osm_date
from .timetables import leaves_out, timetable_credits
from .words import write_date

if TYPE_CHECKING:
    import datetime as dt

    from ..study.results import Comparison
    from .words import Words


def credit_line(result: Comparison, words: Words) -> str:
    """Write whose data a comparison rests on, of which day or year, and what computed it.

    Parameters
    ----------
    result
        The comparison.
    words
        The catalogue.

    Returns
    -------
    line
        OpenStreetMap with its licence and day, the files of residents and sites with the years
        that they state, the library and its version, and what the times leave out.
    """
    day = osm_date(result.networks)
    osm = words.say("page.attribution")
    if day is not None:
        osm += words.say("page.extract_of", {"day": write_day(day, words)})
    parts = [osm, *_residents(result, words), *_sites(result, words)]
    parts += timetable_credits(result.manifest, words)
    version = str(result.manifest.get("library_version", ""))
    parts.append(words.say("credits.made_with", {"version": version}))
    parts.append(leaves_out(result.manifest, words))
    return f"{words.say('credits.join')}".join(parts)


def write_day(day: dt.date, words: Words) -> str:
    """Write a day as plates do: in figures in French, with the month's name in English.

    Parameters
    ----------
    day
        Any day.
    words
        The catalogue.

    Returns
    -------
    text
        Day, month and year.

    Examples
    --------
    >>> import datetime as dt
    >>> from artois_mobility.report.words import read_words
    >>> write_day(dt.date(2026, 11, 3), read_words("fr"))
    '03/11/2026'
    >>> write_day(dt.date(2026, 11, 3), read_words("en"))
    '3 November 2026'
    """
    return f"{day:%d/%m/%Y}" if words.language == "fr" else write_date(day, words.language)


def _residents(result: Comparison, words: Words) -> list[str]:
    names = _inputs(result, "residents")
    year = result.residents.attrs.get("population_year")
    cog = result.communes.attrs.get("cog_year")
    parts = []
    if names:
        parts.append(words.say("credits.residents", {"files": ", ".join(names)}))
        if year:
            parts[-1] += words.say("credits.vintage", {"year": str(year)})
    if cog:
        parts.append(words.say("credits.communes", {"year": str(cog)}))
    return parts


def _sites(result: Comparison, words: Words) -> list[str]:
    vintages = result.manifest.get("sites", {}).get("vintages", {})
    named = []
    for name in _inputs(result, "sites"):
        years = ", ".join(year for year in vintages.get(name, ()) if year.isdigit())
        named.append(name + (words.say("credits.vintage", {"year": years}) if years else ""))
    return [words.say("credits.sites", {"files": ", ".join(named)})] if named else []


def _inputs(result: Comparison, role: str) -> list[str]:
    inputs = result.manifest.get("inputs", ())
    return [PurePath(each["path"]).name for each in inputs if each.get("role") == role]
