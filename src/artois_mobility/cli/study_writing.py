"""Write a commented study file, and a first scenario beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ..transit.naming import TRANSIT
from .outputs import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..report.words import Words
    from .proposing import Holdings, People
    from .timetables import Timetables

# More categories than these are left to the list that a command prints.
MOST_MORE = 12


class Proposal(NamedTuple):
    """What a new study says.

    Attributes
    ----------
    name
        Its title.
    holdings
        The extract.
    people
        Who lives there.
    tables
        Files of sites besides the extract.
    profiles, categories
        Who travels, and where to.
    timetable
        Of buses and trains, or None.
    """

    name: str
    holdings: Holdings
    people: People
    tables: Sequence[Path]
    profiles: Sequence[str]
    categories: Sequence[str]
    timetable: Timetables | None = None


def write_study(path: Path, proposal: Proposal, words: Words) -> None:
    """Write a study file with comments.

    Parameters
    ----------
    path
        Where to; what stands there is replaced.
    proposal
        What it says.
    words
        Of the comments, and of its report.
    """
    _write(path, _lines(path.parent, proposal, words))


def write_first_scenario(path: Path, proposal: Proposal, words: Words) -> str:
    """Write a scenario to begin with: one more site where most people live.

    Parameters
    ----------
    path
        Where to; what stands there is replaced.
    proposal
        The study.
    words
        Of the comments.

    Returns
    -------
    question
        What it asks.
    """
    label = _label(proposal.categories[0], words).split(" (")[0]
    table = proposal.people.table
    place = table.geometry[table["population"].idxmax()]
    question = words.say("new_study.scenario_question", {"category": label})
    lines = [
        *_comment(words, "scenario_head"),
        "",
        f"name     = {_quote(words.say('new_study.scenario_name', {'category': label}))}",
        f"question = {_quote(question)}",
        "",
        "[[changes]]",
        'kind     = "add_site"',
        f"category = {_quote(proposal.categories[0])}",
        f"name     = {_quote(words.say('new_study.site_name', {'category': label}))}",
        f"at       = [{place.x:.6f}, {place.y:.6f}]   # {words.say('new_study.scenario_place')}",
    ]
    _write(path, lines)
    return question


def _write(path: Path, lines: Sequence[str]) -> None:
    text = "\n".join(lines) + "\n"

    def write(place: Path) -> None:
        place.write_text(text, encoding="utf-8", newline="\n")

    write_whole(path, write)


def _lines(folder: Path, proposal: Proposal, words: Words) -> list[str]:
    holdings, people = proposal.holdings, proposal.people
    say = words.say
    sites = ["osm", *(_from(folder, table) for table in proposal.tables)]
    key = "people_estimated" if people.is_estimated else "people"
    profiles = [*proposal.profiles, *([TRANSIT] if proposal.timetable else [])]
    who = {"count": people.count, "cells": len(people.table)}
    return [
        *_comment(words, "head"),
        "",
        f"name     = {_quote(proposal.name)}",
        f"language = {_quote(words.language)}   # {say('new_study.language')}",
        "",
        "[data]",
        f"extract   = {_quote(_from(folder, holdings.path))}   # {_extent(holdings, words)}",
        f"residents = {_quote(_from(folder, people.path))}   # {say(f'new_study.{key}', who)}",
        f'communes  = "osm"   # {_communes(holdings, words)}',
        f"sites     = [{', '.join(map(_quote, sites))}]   # {say('new_study.sites')}",
        *_comment(words, "more_data"),
        "",
        "[territory]",
        *_territory(holdings, words),
        f"buffer_min = 15   # {say('new_study.buffer')}",
        "",
        "[access]",
        f"profiles = [{', '.join(map(_quote, profiles))}]   # {say('new_study.profiles')}",
        "categories = [",
        *_categories(proposal, words),
        "]",
        f"nearest = 1   # {say('new_study.nearest')}",
        f"turns = true   # {say('new_study.turns')}",
        f"thresholds_min = [10, 20, 30]   # {say('new_study.thresholds')}",
        *_transit(folder, proposal, words),
    ]


def _transit(folder: Path, proposal: Proposal, words: Words) -> list[str]:
    """Name the timetables, the day and the window; in comments where there are none."""
    found = proposal.timetable
    if found is None:
        return ["", *_comment(words, "no_timetable")]
    feeds = ", ".join(_quote(_from(folder, path)) for path in found.paths)
    days = {"first": found.first.isoformat(), "last": found.last.isoformat()}
    return [
        "",
        "[transit]",
        f"feeds = [{feeds}]",
        f"day = {found.day.isoformat()}   # {words.say('new_study.timetable_day', days)}",
        f"from = 07:00:00   # {words.say('new_study.timetable_hours')}",
        "to = 09:00:00",
    ]


def _categories(proposal: Proposal, words: Words) -> list[str]:
    """List what is asked for, then in comments what else the data have."""
    counts = proposal.holdings.count_of_category
    chosen = list(proposal.categories)
    others = [key for key in counts if key not in chosen and "/" in key][:MOST_MORE]
    listed = []
    for key in (*chosen, *others):
        sign = "" if key in chosen else "# "
        count = sum(number for each, number in counts.items() if f"{each}/".startswith(f"{key}/"))
        about = words.say("new_study.category", {"label": _label(key, words), "count": count})
        listed.append(f"  {sign}{_quote(key)},   # {about}")
    return listed


def _territory(holdings: Holdings, words: Words) -> list[str]:
    """Name the agglomerations that may be chosen."""
    named = holdings.communes[holdings.communes["epci"] != ""]
    names = dict(zip(named["epci"], named["epci_name"], strict=True))
    listed = [f"#   {_quote(siren)},   # {_one_line(name)}" for siren, name in names.items()]
    if not listed:
        return _comment(words, "no_epci")
    return [*_comment(words, "epci"), "# epci = [", *listed, "# ]"]


def _communes(holdings: Holdings, words: Words) -> str:
    from ..report.words import join_words

    names = [_one_line(name) for name in holdings.communes["name"] if name]
    if not names:
        return words.say("new_study.no_communes")
    shown = names if len(names) <= 5 else names[:4]
    more = len(names) - len(shown)
    key = "new_study.communes_more" if more else "new_study.communes"
    values = {"count": len(names), "names": join_words(shown, words), "more": more}
    if more:
        values["names"] = ", ".join(shown)
    return words.say(key, values)


def _extent(holdings: Holdings, words: Words) -> str:
    bounds = holdings.extract.source.bounds_deg
    west, south, east, north = (f"{each:.3f}" for each in bounds)
    values = {"west": west, "south": south, "east": east, "north": north}
    return words.say("new_study.extent", values)


def _comment(words: Words, key: str) -> list[str]:
    return [f"# {line}" for line in words.say(f"new_study.{key}").splitlines()]


def _label(category: str, words: Words) -> str:
    from ..places.categories import categories_in_use

    return str(categories_in_use().of_key[category].label[words.language])


def _from(folder: Path, path: Path) -> str:
    """Give a path as a study in a folder names it, with slashes on every system."""
    return os.path.relpath(path.resolve(), folder.resolve()).replace(os.sep, "/")


def _quote(text: str) -> str:
    import tomli_w

    return tomli_w.dumps({"k": text}).removeprefix("k = ").strip()


def _one_line(text: str) -> str:
    """Keep a name from the data inside its comment."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
