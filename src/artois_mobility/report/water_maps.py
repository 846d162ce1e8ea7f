"""Maps of the water: waterways by class, locks, quays, and what a scenario changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from ..network.dimensions import vessel_of_class
from ..study.water_results import NARROWER, NEW, WIDER
from .backdrop import lines_of
from .labels import situation_names, source_line
from .names import ascii_name
from .sheet import Marks, Sheet, SheetText, Strokes, Symbol, subtitle_of
from .water import changes_water, situations_of, water_headline
from .window import fit_window

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from .._types import Geometries
    from ..study.results import Comparison
    from .backdrop import Backdrop
    from .sheet import Layer
    from .words import Words

# A layer, and what the legend says of it.
Drawn: TypeAlias = "tuple[Layer, Symbol | None]"
LEAST_WIDTH_M: Final = 6000.0
# From light to dark and from thin to thick, so that the order shows in grey too; classes above Vb
# look alike.
CLASS_COLOURS: Final = ("#8ecae6", "#5fb0d8", "#3a8fc7", "#2467a8", "#174a85", "#0b2c5c")
CLASS_WIDTHS_PT: Final = (1.6, 2.0, 2.4, 3.0, 3.6, 4.4)
UNCLASSED_COLOUR: Final = "#7f8c8d"
LOCK_COLOUR: Final = "#1d2a35"
QUAY_COLOUR: Final = "#e07a00"
CLOSED_COLOUR: Final = "#c1121f"
CHANGED_COLOUR: Final = "#b5179e"


def lay_out_water(
    result: Comparison, backdrop: Backdrop, folder: Path, words: Words
) -> list[tuple[str, Sheet]]:
    """Decide what the maps of the water show: today, and each scenario that concerns it.

    Parameters
    ----------
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
        Key of the scenario, and its map, of those that change anything there; none where the study
        asks nothing of the water.
    """
    water, base = result.water, result.base.key
    if water is None:
        return []
    return [
        (key, _lay_out(result, backdrop, key, folder / f"water-{_stem(key)}.png", words))
        for key in situations_of(water)
        if key == base or changes_water(water, key, base)
    ]


def _stem(key: str) -> str:
    return ascii_name(key).replace("_", "-")


def _lay_out(result: Comparison, backdrop: Backdrop, key: str, path: Path, words: Words) -> Sheet:
    water = result.water
    assert water is not None  # asked by the caller
    rows = water.waterways[water.waterways["scenario"] == key]
    closed = water.closed[water.closed["scenario"] == key]
    quays = _in_metres(backdrop, water.quays[water.quays["scenario"] == key])
    shapes = _in_metres(backdrop, rows)
    drawn = [
        *_classes(rows, shapes, words),
        *_changes(rows, shapes, words),
        *_closures(_in_metres(backdrop, closed), words),
    ]
    locks = shapely.centroid(shapes[(rows["lock"] != "").to_numpy()])
    for points, name, colour, marker in (
        (locks, "lock", LOCK_COLOUR, "."),
        (quays, "quay", QUAY_COLOUR, "*"),
    ):
        if points.size:
            symbol = Symbol(words.say(f"water.{name}"), colour, marker)
            drawn.append((_marks(points, colour, marker), symbol))
    names = situation_names(result, words)
    seen = np.concatenate([shapes, quays])
    bounds = shapely.total_bounds(seen) if seen.size else np.array(backdrop.window)
    west, south, east, north = bounds.tolist()
    return Sheet(
        path,
        fit_window((west, south, east, north), least_width_m=LEAST_WIDTH_M, share=0.03),
        tuple(layer for layer, _ in drawn),
        tuple(symbol for _, symbol in drawn if symbol is not None),
        SheetText(
            title=water_headline(result, key, words),
            subtitle=subtitle_of(names[key], words.say("water.map_subtitle")),
            legend_title=words.say("water.map_title"),
            source=source_line(result.networks, words, result.manifest),
            mention=words.say("schematic.mark") if result.is_schematic else "",
        ),
    )


def _classes(rows: gpd.GeoDataFrame, shapes: Geometries, words: Words) -> list[Drawn]:
    """Draw waterways by class, the largest the thickest."""
    classes = list(vessel_of_class())
    told = rows["class_name"].where(rows["class_name"].isin(classes), "").to_numpy(object)
    looks = {"": (UNCLASSED_COLOUR, 1.2)}
    styles = list(zip(CLASS_COLOURS, CLASS_WIDTHS_PT, strict=True))
    looks |= {name: styles[min(rank, len(styles) - 1)] for rank, name in enumerate(classes)}
    drawn: list[Drawn] = []
    for name, (colour, width_pt) in looks.items():
        if (told == name).any():
            label = words.say("water.class_named", {"name": name})
            symbol = Symbol(label if name else words.say("water.unclassed"), colour, "-")
            lines = lines_of(shapes[told == name])
            drawn.append((Strokes(lines, colour, width_pt, height=7), symbol))
    return drawn


def _changes(rows: gpd.GeoDataFrame, shapes: Geometries, words: Words) -> list[Drawn]:
    """Draw a border along what is new, wider or narrower."""
    is_changed = rows["change"].isin([NEW, WIDER, NARROWER]).to_numpy()
    if not is_changed.any():
        return []
    symbol = Symbol(words.say("water.changed"), CHANGED_COLOUR, "-")
    return [(Strokes(lines_of(shapes[is_changed]), CHANGED_COLOUR, 8.0, height=6), symbol)]


def _closures(lines: Geometries, words: Words) -> list[Drawn]:
    if not lines.size:
        return []
    symbol = Symbol(words.say("water.closed"), CLOSED_COLOUR, "X")
    return [
        (Strokes(lines_of(lines), CLOSED_COLOUR, 4.0, height=7.5, style="--"), None),
        (_marks(shapely.centroid(lines), CLOSED_COLOUR, "X"), symbol),
    ]


def _in_metres(backdrop: Backdrop, table: gpd.GeoDataFrame) -> Geometries:
    geometry: Geometries = table.to_crs(backdrop.crs).geometry.to_numpy()
    return geometry


def _marks(points: Geometries, colour: str, marker: str) -> Marks:
    return Marks(shapely.get_x(points), shapely.get_y(points), colour, marker)
