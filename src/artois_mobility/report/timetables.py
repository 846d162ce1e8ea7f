"""Whose timetables a comparison rests on, for which days, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..study.transit_loading import MOST_UNUSABLE
from .grid import Cell, Row, Table
from .words import write_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .words import Words


# What the streets beside the stops make of timetables, and not they themselves.
OF_STREETS: Final = "stops_off_the_network"


@dataclass(frozen=True, slots=True)
class Ridden:
    """Timetables that people ride by, and what is asked of them.

    Attributes
    ----------
    found
        What the manifest counts in them.
    asked
        Day, hours and ways of riding.
    is_reference
        Whether they are those of another study that the comparison is held against.
    """

    found: Mapping[str, Any]
    asked: Mapping[str, Any]
    is_reference: bool = False

    def tell(self, text: str, words: Words) -> str:
        """Say of a text that it is about the reference, where it is."""
        return words.say("timetable.of_reference", {"text": text}) if self.is_reference else text

    def is_as(self, other: Ridden) -> bool:
        """Tell whether the same is asked of the same timetables."""
        own, known = ({**each.found, OF_STREETS: 0} for each in (self, other))
        return own == known and self.asked == other.asked


def _list_ridden(manifest: Mapping[str, Any]) -> list[Ridden]:
    """List the timetables of the study, then those of the reference where they are others."""
    if not manifest.get("timetable"):
        return []
    own = Ridden(manifest["timetable"], manifest["parameters"]["transit"])
    there = manifest.get("reference_study") or {}
    if not there.get("timetable"):
        return [own]
    other = Ridden(there["timetable"], there["transit"], is_reference=True)
    return [own] if other.is_as(own) else [own, other]


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
        One text, two where the reference has others; none without a timetable.
    """
    keys = {False: "timetable.credit", True: "timetable.credit_of_reference"}
    return [words.say(keys[each.is_reference], _brief(each)) for each in _list_ridden(manifest)]


def say_whose(manifest: Mapping[str, object], words: Words) -> str:
    """Say by which timetables the minutes of the reference are, where the study has others.

    Parameters
    ----------
    manifest
        Of the comparison.
    words
        The catalogue.

    Returns
    -------
    text
        A sentence; `""` where all ride by the same.
    """
    ridden = _list_ridden(manifest)
    if len(ridden) < 2:
        return ""
    own, other = map(_brief, ridden)
    told = {**other, "own_names": own["names"], "own_day": own["day"]}
    return words.say("timetable.whose", told)


def _brief(ridden: Ridden) -> dict[str, str]:
    names = ", ".join(_name(each) for each in ridden.found["feeds"])
    return {"names": names, "day": _day(ridden.asked["day"])}


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
        One for each feed, those of the reference last; none without a timetable.
    """
    return [
        each.tell(line, words)
        for each in _list_ridden(manifest)
        for line in _lines(each.found, each.asked, words)
    ]


def _lines(found: Mapping[str, Any], asked: Mapping[str, Any], words: Words) -> list[str]:
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
        One with a row for each kind of fault, another for those of the reference; none without any.
    """
    headers = tuple(words.say(f"timetable.{name}") for name in ("file", "notice", "count"))
    return tuple(
        Table(each.tell(words.say("timetable.faults"), words), headers, rows)
        for each in _list_ridden(manifest)
        if (rows := _fault_rows(each.found["faults"], words))
    )


def _fault_rows(faults: Sequence[Mapping[str, object]], words: Words) -> tuple[Row, ...]:
    return tuple(
        Row(f"{each['file']}.txt", (_text(str(each["notice"])), _count(each, words)))
        for each in faults
    )


def _text(text: str) -> Cell:
    return Cell(text, text)


def _count(fault: Mapping[str, object], words: Words) -> Cell:
    count = int(str(fault["count"]))
    return Cell(write_number(count, words.language), count)
