"""The maps of a comparison: access today, and what each scenario changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from ..study.results import TODAY
from .backdrop import make_backdrop
from .classes import (
    ACCESS_COLOURS,
    CHANGE_COLOURS,
    NOT_REACHED,
    NOT_REACHED_COLOUR,
    UNCHANGED,
    access_classes,
    access_labels,
    change_classes,
    change_labels,
)
from .drawing import SITE_COLOUR, draw_cells, draw_points, draw_scenario
from .findings import find, headline, leading_pair, today_headline
from .furniture import LAND, Symbol
from .labels import pair_label, source_line
from .names import ascii_name
from .plate import Plate, PlateText, finish_plate, save_plate, start_plate
from .rows import read_pairs, take_rows
from .window import fit_window
from .words import read_words

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from .._types import Flags, Progress
    from ..study.results import Comparison, ScenarioResult
    from .backdrop import Backdrop
    from .rows import Pair
    from .times import Times
    from .window import Window
    from .words import Words

MOST_MAPS_TODAY: Final = 4
LEAST_WIDTH_M: Final = 6000.0
# Nearer than this share of the territory's width, a map of its own part shows more.
LARGEST_PART: Final = 0.8
EXACT_COLOURS: Final = ("#ffffff", LAND, *ACCESS_COLOURS, *CHANGE_COLOURS)
NEWLY_COLOUR: Final = "#00574b"
NO_LONGER_COLOUR: Final = "#4a0d04"


@dataclass(frozen=True, slots=True)
class PlateFile:
    """One map that was written.

    Attributes
    ----------
    path
        The PNG file.
    scenario
        Key of the scenario, or `"today"`.
    pair
        Profile and category.
    title
        What the map says, for those who cannot see it too.
    """

    path: Path
    scenario: str
    pair: Pair
    title: str


@dataclass(frozen=True, slots=True, eq=False)
class _Atlas:
    """What all maps of a comparison share."""

    result: Comparison
    times: Times
    backdrop: Backdrop
    words: Words

    @property
    def whole(self) -> Window:
        return fit_window(self.backdrop.window, least_width_m=LEAST_WIDTH_M, share=0.0)


def write_maps(
    result: Comparison,
    times: Times,
    folder: Path,
    language: str,
    *,
    progress: Progress | None = None,
) -> list[PlateFile]:
    """Draw the maps: today by the first profile, and what each scenario changes.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times.
    folder
        Where to; must exist.
    language
        `"fr"` or `"en"`.
    progress
        Called with what is being done, how many maps are done, and how many there are.

    Returns
    -------
    plates
        The maps in the order of the scenarios.
    """
    atlas = _Atlas(result, times, make_backdrop(result), read_words(language))
    jobs = [(result.scenarios[0], pair) for pair in pairs_of_today(result)]
    jobs += [(scenario, leading_pair(result, scenario)) for scenario in result.scenarios[1:]]
    plates: list[PlateFile] = []
    taken: set[str] = set()
    for number, (scenario, pair) in enumerate(jobs, 1):
        path = folder / f"{_file_stem(scenario.key, pair, taken)}.png"
        draw = _draw_today if scenario.key == TODAY else _draw_change
        plate, text = draw(atlas, scenario, pair)
        save_plate(plate, path, text, EXACT_COLOURS)
        plates.append(PlateFile(path, scenario.key, pair, text.title))
        if progress is not None:
            progress("maps", number, len(jobs))
    return plates


def pairs_of_today(result: Comparison) -> list[Pair]:
    """Choose what is drawn of today: the first profile, the first few categories.

    Parameters
    ----------
    result
        The comparison.

    Returns
    -------
    pairs
        Profile and category, at most four.
    """
    pairs = read_pairs(result.summary_table)
    return [pair for pair in pairs if pair[0] == pairs[0][0]][:MOST_MAPS_TODAY]


def _draw_today(atlas: _Atlas, scenario: ScenarioResult, pair: Pair) -> tuple[Plate, PlateText]:
    result, words = atlas.result, atlas.words
    plate = start_plate(atlas.backdrop, atlas.whole)
    minutes = atlas.times.today(pair)
    classes = access_classes(minutes)
    is_cell = np.ones(minutes.size, np.bool_)
    draw_cells(plate, classes, [*ACCESS_COLOURS, NOT_REACHED_COLOUR], is_cell)
    labels = zip(access_labels(words), ACCESS_COLOURS, strict=True)
    symbols = [Symbol(label, colour) for label, colour in labels]
    if (classes == NOT_REACHED).any():
        symbols.append(Symbol(words.say("map.not_reached"), NOT_REACHED_COLOUR))
    symbols.append(Symbol(words.say("map.site"), SITE_COLOUR, "."))
    draw_points(plate, _sites_in_use(result, scenario, pair), symbols[-1])
    text = PlateText(
        title=today_headline(result, pair, words),
        subtitle=f"{words.say('page.today')} – {pair_label(result, pair, words)}",
        legend_title=words.say("map.access_title"),
        source=source_line(result, words),
        mention=words.say("schematic.mark") if result.is_schematic else "",
    )
    finish_plate(plate, text, symbols, words)
    return plate, text


def _draw_change(atlas: _Atlas, scenario: ScenarioResult, pair: Pair) -> tuple[Plate, PlateText]:
    result, words = atlas.result, atlas.words
    before, after = atlas.times.today(pair), atlas.times.of(scenario.key, pair)
    was_reached, is_reached = ~np.isnan(before), ~np.isnan(after)
    classes = change_classes(before - after)
    is_changed = (classes != UNCHANGED) | (was_reached != is_reached)
    plate = start_plate(atlas.backdrop, _window_of_change(atlas, scenario, is_changed))
    draw_cells(plate, classes, CHANGE_COLOURS, was_reached & is_reached)
    labels = zip(change_labels(words), CHANGE_COLOURS, strict=True)
    symbols = [Symbol(label, colour) for label, colour in labels][::-1]
    for key, is_kind, colour, marker in (
        ("not_reached", ~was_reached & ~is_reached, NOT_REACHED_COLOUR, "s"),
        ("newly", ~was_reached & is_reached, NEWLY_COLOUR, "^"),
        ("no_longer", was_reached & ~is_reached, NO_LONGER_COLOUR, "v"),
    ):
        if is_kind.any():
            draw_cells(plate, np.zeros_like(classes), [colour], is_kind, marker)
            symbols.append(Symbol(words.say(f"map.{key}"), colour, marker))
    symbols += draw_scenario(plate, scenario, words)
    text = PlateText(
        title=headline(find(result, atlas.times, scenario.key, pair), words),
        subtitle=f"{scenario.name} – {pair_label(result, pair, words)}",
        legend_title=words.say("map.change_title"),
        source=source_line(result, words),
        mention=words.say("schematic.mark") if result.is_schematic else "",
    )
    finish_plate(plate, text, symbols, words)
    return plate, text


def _window_of_change(atlas: _Atlas, scenario: ScenarioResult, is_changed: Flags) -> Window:
    backdrop, whole = atlas.backdrop, atlas.whole
    cells = shapely.points(backdrop.cell_x_m[is_changed], backdrop.cell_y_m[is_changed])
    changed_sites = scenario.sites[scenario.sites["change"] != ""]
    tables = (scenario.links, scenario.closed, changed_sites, scenario.removed_sites)
    shapes = [table.to_crs(backdrop.crs).geometry.to_numpy() for table in tables if len(table)]
    seen = np.concatenate([cells, *shapes])
    if seen.size == 0:
        return whole
    west, south, east, north = shapely.total_bounds(seen)
    near = fit_window((west, south, east, north), least_width_m=LEAST_WIDTH_M)
    is_part = near[2] - near[0] < LARGEST_PART * (whole[2] - whole[0])
    return near if is_part else whole


def _sites_in_use(result: Comparison, scenario: ScenarioResult, pair: Pair) -> gpd.GeoDataFrame:
    """Give the sites that are the nearest of somebody: others were no part of the answer."""
    sites = take_rows(result.access_times, TODAY, pair)["site"].dropna()
    return scenario.sites[scenario.sites["site"].isin(sites.unique())]


def _file_stem(scenario: str, pair: Pair, taken: set[str]) -> str:
    stem = "-".join(ascii_name(part).replace("_", "-") for part in (scenario, *pair))
    number = 2
    unique = stem
    while unique in taken:
        unique = f"{stem}-{number}"
        number += 1
    taken.add(unique)
    return unique
