"""Which sheets are drawn besides the report's own maps: circles for people, vectors, plates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .classes import GAIN_COLOURS, LOSS_COLOURS
from .credits import credit_line, write_day
from .findings import find, headline, leading_pair
from .formats import SVG
from .labels import pair_label, source_line
from .maps import file_stem, frame
from .rows import take_rows
from .sheet import Circles, Imprint, Sheet, SheetText, Symbol, subtitle_of
from .water import changes_water_only
from .window import PAGES, round_length, round_window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .._types import Floats
    from ..study.results import Comparison
    from .backdrop import Backdrop
    from .formats import Formats
    from .times import Times
    from .words import Words

# Of the largest circle, as a share of the map's width.
LARGEST_CIRCLE: Final = 0.07
# People whom the legend shows circles for, as shares of the most.
SHOWN_SHARES: Final = (1.0, 0.25, 0.05)
GAINING_COLOUR: Final = GAIN_COLOURS[2]
LOSING_COLOUR: Final = LOSS_COLOURS[2]


def lay_out_also(  # noqa: PLR0917  a report is made of these
    sheets: Sequence[Sheet],
    formats: Formats,
    result: Comparison,
    times: Times,
    backdrop: Backdrop,
    words: Words,
) -> list[Sheet]:
    """List what is drawn besides the maps of the page.

    Parameters
    ----------
    sheets
        The maps of the page, in the folder `maps`.
    formats
        What is wanted.
    result
        The comparison.
    times
        Its nearest times.
    backdrop
        What lies under its maps.
    words
        The catalogue.

    Returns
    -------
    sheets
        Circles for people as PNG, all maps as SVG and as plates in the folder `plates`, as far as
        they are wanted.
    """
    if not sheets or (not formats.papers and SVG not in formats.also):
        return []
    people = lay_out_people(result, times, backdrop, sheets[0].path.parent, words)
    whole = [*sheets, *people]
    also = list(people)
    if SVG in formats.also:
        also += [replace(sheet, path=sheet.path.with_suffix(".svg")) for sheet in whole]
    credit = credit_line(result, words)
    for paper in formats.papers:
        assert formats.day is not None  # plates have a day
        imprint = Imprint(write_day(formats.day, words), formats.logo)
        also += [_on_paper(sheet, paper, imprint, credit) for sheet in whole]
    return also


def _on_paper(sheet: Sheet, paper: str, imprint: Imprint, credit: str) -> Sheet:
    page = PAGES[paper]
    folder = sheet.path.parent.parent / "plates"
    return replace(
        sheet,
        path=folder / f"{sheet.path.stem}-{paper}.pdf",
        window=round_window(sheet.window, page),
        text=replace(sheet.text, source=credit),
        page=page,
        imprint=imprint,
    )


def lay_out_people(
    result: Comparison, times: Times, backdrop: Backdrop, folder: Path, words: Words
) -> list[Sheet]:
    """Decide what the maps of people show: by commune, how many gain and lose a minute.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    backdrop
        What lies under its maps.
    folder
        Where the maps will be written.
    words
        The catalogue.

    Returns
    -------
    sheets
        One for each scenario by which anybody gains or loses, about what matters most in it.
    """
    sheets = []
    taken: set[str] = set()
    for scenario in result.scenarios[1:]:
        pair = leading_pair(result, scenario)
        table = take_rows(result.summary_table, scenario.key, pair)
        of_commune = table[table["scope"] == "commune"].set_index("code")
        rows = of_commune.reindex(result.communes["insee"])
        gaining, losing = (
            np.nan_to_num(rows[f"people_{side}"].to_numpy(np.float64))
            for side in ("gaining", "losing")
        )
        stem = file_stem(scenario.key, pair, taken)
        if changes_water_only(result, scenario.key) or not (gaining + losing).any():
            continue
        text = SheetText(
            title=headline(find(result, times, scenario.key, pair), words),
            subtitle=subtitle_of(
                scenario.name,
                words.say("plate.people_shown", {"pair": pair_label(result, pair, words)}),
            ),
            legend_title=words.say("plate.people_title"),
            source=source_line(result.networks, words, result.manifest),
            mention=words.say("schematic.mark") if result.is_schematic else "",
        )
        path = folder / f"{stem}-people.png"
        sheets.append(_lay_out(backdrop, gaining, losing, text, path, words))
    return sheets


def _lay_out(  # noqa: PLR0917  a sheet is made of these
    backdrop: Backdrop, gaining: Floats, losing: Floats, text: SheetText, path: Path, words: Words
) -> Sheet:
    """Put the circle of who gains on the left of each commune's middle, who loses on the right."""
    points = shapely.point_on_surface(backdrop.communes)
    window = frame(backdrop, points[(gaining + losing) > 0])
    most = max(gaining.max(), losing.max())
    widest_m = LARGEST_CIRCLE * (window[2] - window[0])
    x_m, y_m = shapely.get_x(points), shapely.get_y(points)
    has_both = (gaining > 0) & (losing > 0)
    layers, symbols = [], []
    for people, side, colour, label in (
        (gaining, -1, GAINING_COLOUR, "gaining"),
        (losing, 1, LOSING_COLOUR, "losing"),
    ):
        is_drawn = people > 0
        if is_drawn.any():
            diameter_m = widest_m * np.sqrt(people / most)
            beside_m = np.where(has_both, side * diameter_m / 2, 0.0)
            places = ((x_m + beside_m)[is_drawn], y_m[is_drawn], diameter_m[is_drawn])
            layers.append(Circles(*places, colour))
            symbols.append(Symbol(words.say(f"plate.{label}"), colour))
    for count in dict.fromkeys(max(1.0, round_length(share * most)) for share in SHOWN_SHARES):
        told = words.say("plate.people_count", {"count": count})
        size_m = widest_m * float(np.sqrt(count / most))
        symbols.append(Symbol(told, "#ffffff", "o", size_m))
    return Sheet(path, window, tuple(layers), tuple(symbols), text)
