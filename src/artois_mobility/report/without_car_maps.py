"""Maps of what only a car reaches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from .classes import REACH_COLOURS
from .labels import category_label, situation_names, source_line
from .maps import LEAST_WIDTH_M
from .reach import REACH_MIN, REACH_NAMES
from .sheet import Cells, Sheet, SheetText, Symbol
from .window import fit_window
from .without_car import FIRST, say_neither
from .words import write_share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..study.results import Comparison
    from .backdrop import Backdrop
    from .without_car import Beside
    from .words import Words

# From light to dark: how many categories only a car reaches in time.
COUNT_COLOURS: Final = ("#f3efe6", "#fdd49e", "#fc8d59", "#d7301f", "#7f0000")
# Shares of the categories up to which the classes behind "none" go.
COUNT_SHARES: Final = (0.25, 0.5, 0.75, 1.0)


def lay_out_without_car(
    beside: Beside, result: Comparison, backdrop: Backdrop, folder: Path, words: Words
) -> list[Sheet]:
    """Decide what the maps of today show: what only a car reaches, of all categories and of one.

    Parameters
    ----------
    beside
        What `put_beside` returns.
    result
        The comparison.
    backdrop
        What lies under its maps.
    folder
        Where the maps will be written.
    words
        The catalogue.

    Returns
    -------
    sheets
        How many categories only a car reaches, where there are several; and who reaches, and how,
        the category that the study lists first.
    """
    legend = words.say("without_car.legend", {"minutes": REACH_MIN})
    drawn = _Drawn(_say_one(beside, words), legend, *_kinds(beside, words))
    sheets = [_lay_out(result, backdrop, folder / "with-and-without-car.png", drawn, words)]
    if len(beside.categories) > 1:
        legend = words.say("without_car.legend_of_counts")
        drawn = _Drawn(_say_all(beside, words), legend, *_counts(beside, words))
        path = folder / "only-by-car.png"
        sheets.insert(0, _lay_out(result, backdrop, path, drawn, words))
    return sheets


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What a map says, and its cells."""

    title: str
    legend: str
    subtitle: str
    cells: Cells
    symbols: tuple[Symbol, ...]


def _told(ways: Sequence[str], words: Words) -> dict[str, object]:
    """Name the ways that a car is held against."""
    return {"minutes": REACH_MIN, "neither": say_neither(ways, words)}


def _say(key: str, people: float, beside: Beside, words: Words) -> str:
    """Say how many people are meant, and which share of all of them; or that nobody is."""
    if people < 1:
        return words.say(f"without_car.{key}_nobody", _told(beside.modes.ways, words))
    share = write_share(people, float(beside.people.sum()), words.language)
    told = {"count": round(people), "share": share, **_told(beside.modes.ways, words)}
    return words.say(f"without_car.{key}", told)


def _say_one(beside: Beside, words: Words) -> str:
    """Say for how many people a car is the only way to the first category."""
    people = float(beside.people[beside.reach.only_by_car[FIRST]].sum())
    return _say("title_of_one", people, beside, words)


def _say_all(beside: Beside, words: Words) -> str:
    """Say for how many people a car is the only way to at least half of the categories."""
    is_many = beside.reach.only_by_car.sum(axis=0) * 2 >= len(beside.categories)
    return _say("half", float(beside.people[is_many].sum()), beside, words)


def _kinds(beside: Beside, words: Words) -> tuple[str, Cells, tuple[Symbol, ...]]:
    """Colour the cells by who reaches the leading category in time."""
    kinds = beside.reach.kinds[FIRST]
    is_lived_in = beside.people > 0
    symbols = tuple(
        Symbol(words.say(f"without_car.{name}"), colour)
        for kind, (name, colour) in enumerate(zip(REACH_NAMES, REACH_COLOURS, strict=True))
        if (kinds[is_lived_in] == kind).any()
    )
    category = category_label(beside.categories[FIRST], words)
    told = {"category": category, **_told(beside.modes.ways, words)}
    subtitle = words.say("without_car.one", told)
    return subtitle, Cells(kinds, REACH_COLOURS, is_lived_in), symbols


def _counts(beside: Beside, words: Words) -> tuple[str, Cells, tuple[Symbol, ...]]:
    """Colour the cells by how many categories only a car reaches in time."""
    total = len(beside.categories)
    bounds = list(dict.fromkeys([0, *(math.ceil(total * share) for share in COUNT_SHARES)]))
    classes = np.searchsorted(bounds, beside.reach.only_by_car.sum(axis=0)).astype(np.int32)
    symbols = [Symbol(words.say("without_car.none"), COUNT_COLOURS[0])]
    for colour, (low, high) in zip(COUNT_COLOURS[1:], pairwise(bounds), strict=False):
        reach = {"first": low + 1, "last": high}
        key = "without_car.exactly" if low + 1 == high else "without_car.from_to"
        symbols.append(Symbol(words.say(key, reach), colour))
    told = {"count": total, **_told(beside.modes.ways, words)}
    subtitle = words.say("without_car.all", told)
    return subtitle, Cells(classes, COUNT_COLOURS, beside.people > 0), tuple(symbols)


def _lay_out(
    result: Comparison, backdrop: Backdrop, path: Path, drawn: _Drawn, words: Words
) -> Sheet:
    name = situation_names(result, words)[result.base.key]
    return Sheet(
        path,
        fit_window(backdrop.window, least_width_m=LEAST_WIDTH_M, share=0.0),
        (drawn.cells,),
        drawn.symbols,
        SheetText(
            title=drawn.title,
            subtitle=f"{name} – {drawn.subtitle}",
            legend_title=drawn.legend,
            source=source_line(result.networks, words, result.manifest),
            mention=words.say("schematic.mark") if result.is_schematic else "",
        ),
    )
