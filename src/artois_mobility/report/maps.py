"""The maps of a comparison: access today, and what each scenario changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .backdrop import lines_of
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
from .findings import find, headline, leading_pair, today_headline
from .labels import pair_label, situation_names, source_line
from .names import ascii_name
from .rows import read_pairs, take_rows
from .sheet import Cells, Marks, Sheet, SheetText, Strokes, Symbol, subtitle_of
from .water import changes_water_only
from .window import fit_window

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from .._types import Flags, Geometries
    from ..study.results import Comparison, ScenarioResult
    from .backdrop import Backdrop
    from .rows import Pair
    from .sheet import Layer
    from .times import Times
    from .window import Window
    from .words import Words

MOST_MAPS_TODAY: Final = 4
LEAST_WIDTH_M: Final = 6000.0
# A town's extract may be small; a hamlet needs some ground around.
LEAST_TERRITORY_M: Final = 2000.0
# Nearer than this share of the territory's width, a map of its own part shows more.
LARGEST_PART: Final = 0.8
NEWLY_COLOUR: Final = "#00574b"
NO_LONGER_COLOUR: Final = "#4a0d04"
LINK_COLOUR: Final = "#b5179e"
CLOSED_COLOUR: Final = "#c1121f"
SPEED_COLOUR: Final = "#6a4c93"
SITE_COLOUR: Final = "#1d2a35"


@dataclass(frozen=True, slots=True)
class PlateFile:
    """One map of a comparison.

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
        return frame(self.backdrop, np.array([], dtype=object))


def lay_out_maps(
    result: Comparison, times: Times, backdrop: Backdrop, folder: Path, words: Words
) -> tuple[list[PlateFile], list[Sheet]]:
    """Decide what the maps show: today by the first profile, and what each scenario changes.

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
    plates
        The maps in the order of the scenarios.
    sheets
        The same maps, ready to be drawn.
    """
    atlas = _Atlas(result, times, backdrop, words)
    jobs = [(result.base, pair) for pair in pairs_of_today(result)]
    jobs += [
        (scenario, leading_pair(result, scenario))
        for scenario in result.scenarios[1:]
        if not changes_water_only(result, scenario.key)
    ]
    plates: list[PlateFile] = []
    sheets: list[Sheet] = []
    taken: set[str] = set()
    for scenario, pair in jobs:
        path = folder / f"{file_stem(scenario.key, pair, taken)}.png"
        lay_out = _lay_out_today if scenario is result.base else _lay_out_change
        sheets.append(lay_out(atlas, scenario, pair, path))
        plates.append(PlateFile(path, scenario.key, pair, sheets[-1].text.title))
    return plates, sheets


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


def _lay_out_today(atlas: _Atlas, scenario: ScenarioResult, pair: Pair, path: Path) -> Sheet:
    result, words = atlas.result, atlas.words
    classes = access_classes(atlas.times.today(pair))
    colours = (*ACCESS_COLOURS, NOT_REACHED_COLOUR)
    labels = zip(access_labels(words), ACCESS_COLOURS, strict=True)
    symbols = [Symbol(label, colour) for label, colour in labels]
    if (classes[result.cells_of(scenario.key)] == NOT_REACHED).any():
        symbols.append(Symbol(words.say("map.not_reached"), NOT_REACHED_COLOUR))
    symbols.append(Symbol(words.say("map.site"), SITE_COLOUR, "."))
    sites = _sites_in_use(result, scenario, pair)
    name = situation_names(result, words)[scenario.key]
    return Sheet(
        path,
        atlas.whole,
        (
            Cells(classes, colours, result.cells_of(scenario.key)),
            _marks(atlas, sites, symbols[-1]),
        ),
        tuple(symbols),
        SheetText(
            title=today_headline(result, pair, words),
            subtitle=subtitle_of(name, pair_label(result, pair, words)),
            legend_title=words.say("map.access_title"),
            source=source_line(result.networks, words, result.manifest),
            mention=words.say("schematic.mark") if result.is_schematic else "",
        ),
    )


def _lay_out_change(atlas: _Atlas, scenario: ScenarioResult, pair: Pair, path: Path) -> Sheet:
    result, words = atlas.result, atlas.words
    before, after = atlas.times.today(pair), atlas.times.of(scenario.key, pair)
    is_own = result.cells_of(scenario.key)
    was_reached, is_reached = ~np.isnan(before), ~np.isnan(after)
    classes = change_classes(before - after)
    is_changed = is_own & ((classes != UNCHANGED) | (was_reached != is_reached))
    window = _window_of_change(atlas, scenario, is_changed)
    layers: list[Layer] = [Cells(classes, CHANGE_COLOURS, is_own & was_reached & is_reached)]
    labels = zip(change_labels(words), CHANGE_COLOURS, strict=True)
    symbols = [Symbol(label, colour) for label, colour in labels][::-1]
    for key, is_kind, colour, marker in (
        ("not_reached", ~was_reached & ~is_reached, NOT_REACHED_COLOUR, "s"),
        ("newly", ~was_reached & is_reached, NEWLY_COLOUR, "^"),
        ("no_longer", was_reached & ~is_reached, NO_LONGER_COLOUR, "v"),
    ):
        if (is_own & is_kind).any():
            layers.append(Cells(np.zeros_like(classes), (colour,), is_own & is_kind, marker))
            symbols.append(Symbol(words.say(f"map.{key}"), colour, marker))
    _add_changes(layers, symbols, atlas, scenario, window)
    return Sheet(
        path,
        window,
        tuple(layers),
        tuple(symbols),
        SheetText(
            title=headline(find(result, atlas.times, scenario.key, pair), words),
            subtitle=subtitle_of(scenario.name, pair_label(result, pair, words)),
            legend_title=words.say("map.change_title"),
            source=source_line(result.networks, words, result.manifest),
            mention=words.say("schematic.mark") if result.is_schematic else "",
        ),
    )


def _add_changes(
    layers: list[Layer],
    symbols: list[Symbol],
    atlas: _Atlas,
    scenario: ScenarioResult,
    window: Window,
) -> None:
    """Add what a scenario changes, and what the legend must explain of it."""
    words = atlas.words
    for key, table, colour, style in (
        ("speeds", scenario.speeds, SPEED_COLOUR, "-"),
        ("closed", scenario.closed, CLOSED_COLOUR, "--"),
        ("links", scenario.links, LINK_COLOUR, "-"),
    ):
        if len(table):
            symbols.append(Symbol(words.say(f"map.{key}"), colour, style))
            lines = lines_of(_in_metres(atlas, table)).inside(window)
            if key == "speeds":  # often a whole town: thin, so that the cells stay visible
                layers.append(Strokes(lines, colour, 0.45, height=6))
                continue
            layers.append(Strokes(lines, "white", 5.0, height=6))
            layers.append(Strokes(lines, colour, 2.8, height=7, style=style))
    is_new = scenario.sites["change"].isin(["added", "moved"])
    for key, table, colour, marker in (
        ("added_site", scenario.sites[is_new], LINK_COLOUR, "*"),
        ("removed_site", scenario.removed_sites, CLOSED_COLOUR, "X"),
    ):
        if len(table):
            symbols.append(Symbol(words.say(f"map.{key}"), colour, marker))
            layers.append(_marks(atlas, table, symbols[-1]))


def _marks(atlas: _Atlas, table: gpd.GeoDataFrame, symbol: Symbol) -> Marks:
    """Mark the middle of each place."""
    points = shapely.centroid(_in_metres(atlas, table))
    return Marks(shapely.get_x(points), shapely.get_y(points), symbol.colour, symbol.marker)


def _in_metres(atlas: _Atlas, table: gpd.GeoDataFrame) -> Geometries:
    geometry: Geometries = table.to_crs(atlas.backdrop.crs).geometry.to_numpy()
    return geometry


def _window_of_change(atlas: _Atlas, scenario: ScenarioResult, is_changed: Flags) -> Window:
    backdrop = atlas.backdrop
    cells = shapely.points(backdrop.cell_x_m[is_changed], backdrop.cell_y_m[is_changed])
    changed_sites = scenario.sites[scenario.sites["change"] != ""]
    tables = (scenario.links, scenario.closed, changed_sites, scenario.removed_sites)
    shapes = [_in_metres(atlas, table) for table in tables if len(table)]
    return frame(backdrop, np.concatenate([cells, *shapes]))


def frame(backdrop: Backdrop, seen: Geometries) -> Window:
    """Choose what a map shows: a part of the territory, or the whole where it is nearly all.

    Parameters
    ----------
    backdrop
        With the territory.
    seen
        What must be seen, in metres; none for the whole.

    Returns
    -------
    window
        West, south, east, north in metres, of the maps' aspect.
    """
    whole = fit_window(backdrop.window, least_width_m=LEAST_TERRITORY_M, share=0.0)
    if seen.size == 0:
        return whole
    west, south, east, north = shapely.total_bounds(seen)
    near = fit_window((west, south, east, north), least_width_m=LEAST_WIDTH_M)
    is_part = near[2] - near[0] < LARGEST_PART * (whole[2] - whole[0])
    return near if is_part else whole


def _sites_in_use(result: Comparison, scenario: ScenarioResult, pair: Pair) -> gpd.GeoDataFrame:
    """Give the sites that are the nearest of somebody: others were no part of the answer."""
    sites = take_rows(result.access_times, result.base.key, pair)["site"].dropna()
    return scenario.sites[scenario.sites["site"].isin(sites.unique())]


def file_stem(scenario: str, pair: Pair, taken: set[str]) -> str:
    """Name the file of a map, never twice.

    Parameters
    ----------
    scenario
        Key of the scenario.
    pair
        Profile and category.
    taken
        Names given so far; the new one is added.

    Returns
    -------
    stem
        Lower-case ASCII.

    Examples
    --------
    >>> file_stem("Pont fermé", ("car", "care"), {"pont-ferme-car-care"})
    'pont-ferme-car-care-2'
    """
    stem = "-".join(ascii_name(part).replace("_", "-") for part in (scenario, *pair))
    number = 2
    unique = stem
    while unique in taken:
        unique = f"{stem}-{number}"
        number += 1
    taken.add(unique)
    return unique
