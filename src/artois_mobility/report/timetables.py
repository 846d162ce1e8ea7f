"""Whose timetables a comparison rests on, for which days, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..study.transit_loading import MOST_UNUSABLE
from .grid import Cell, Row, Table
from .words import write_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .words import Words


def timetable_credits(manifest: Mapping[str, object], words: Words) -> list[str]:
    """Name the timetables in few words, as maps and plates do.

    Parameters
    ----------
    manifest
        Of the comparison.
    words
        The catalogue.

    Returns
    -------
    credits
        One text; none without a timetable.
    """
    found, parameters = manifest.get("timetable"), manifest.get("parameters")
    if not isinstance(found, dict) or not isinstance(parameters, dict):
        return []
    names = ", ".join(_name(each) for each in found["feeds"])
    told = {"names": names, "day": _day(parameters["transit"]["day"])}
    return [words.say("timetable.credit", told)]


def leaves_out(manifest: Mapping[str, object], words: Words) -> str:
    """Say what times leave out.

    Parameters
    ----------
    manifest
        Of the comparison.
    words
        The catalogue.

    Returns
    -------
    text
        Public transport is named only where there is no timetable.
    """
    return words.say("page.free_flow" if manifest.get("timetable") else "page.leaves_out")


def _name(feed: Mapping[str, object]) -> str:
    return str(feed["agencies"] or feed["publisher"] or feed["feed"])


def timetable_lines(manifest: Mapping[str, object], words: Words) -> list[str]:
    """Say whose timetables they are, for which days they speak, and which day is asked about.

    Parameters
    ----------
    manifest
        Of the comparison.
    words
        The catalogue.

    Returns
    -------
    lines
        One for each feed; none without a timetable.
    """
    found = manifest.get("timetable")
    parameters = manifest.get("parameters")
    if not isinstance(found, dict) or not isinstance(parameters, dict):
        return []
    asked = parameters["transit"]
    lines = [
        words.say(
            "timetable.source",
            {
                "feed": _name(each),
                "first": _day(str(each["first"])),
                "last": _day(str(each["last"])),
                "day": _day(str(asked["day"])),
                "begin": clock(asked["begin_min"]),
                "end": clock(asked["end_min"]),
            },
        )
        for each in found["feeds"]
    ]
    if any(each["is_schematic"] for each in found["feeds"]):
        lines.append(words.say("timetable.schematic"))
    lost, kept = (int(found[f"{each}trips_of_the_day"]) for each in ("unusable_", ""))
    if lost > MOST_UNUSABLE * (lost + kept):
        lines.append(words.say("timetable.unusable", {"lost": lost, "total": lost + kept}))
    return lines


def _day(iso: str) -> str:
    year, month, day = iso.split("-")
    return f"{day}/{month}/{year}"


def clock(minutes: float) -> str:
    """Write a time of the day.

    Parameters
    ----------
    minutes
        From the beginning of the day.

    Returns
    -------
    text
        Hours and minutes.

    Examples
    --------
    >>> clock(425.0)
    '7:05'
    """
    return f"{int(minutes) // 60}:{int(minutes) % 60:02d}"


def timetable_tables(manifest: Mapping[str, object], words: Words) -> tuple[Table, ...]:
    """Tabulate what is wrong with the timetables.

    Parameters
    ----------
    manifest
        Of the comparison.
    words
        The catalogue.

    Returns
    -------
    tables
        One with a row for each kind of fault; none without any.
    """
    found = manifest.get("timetable")
    faults: Sequence[Mapping[str, object]] = found["faults"] if isinstance(found, dict) else ()
    rows = [
        Row(f"{each['file']}.txt", (_text(str(each["notice"])), _count(each, words)))
        for each in faults
    ]
    if not rows:
        return ()
    headers = tuple(words.say(f"timetable.{name}") for name in ("file", "notice", "count"))
    return (Table(words.say("timetable.faults"), headers, tuple(rows)),)


def _text(text: str) -> Cell:
    return Cell(text, text)


def _count(fault: Mapping[str, object], words: Words) -> Cell:
    count = int(str(fault["count"]))
    return Cell(write_number(count, words.language), count)
