"""Maps of what is planned: where crossings save most, which closures cost most, new sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from .classes import ACCESS_COLOURS, NOT_REACHED_COLOUR, access_classes, access_labels
from .labels import source_line
from .plate import draw_plate
from .sheet import Cells, Marks, Sheet, SheetText, Symbol
from .window import fit_window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from .._types import Floats, Geometries
    from ..network.model import Network
    from .backdrop import Backdrop
    from .sheet import Layer
    from .words import Words

# From little to much: lightness falls, so that the order survives a grey print.
AMOUNT_COLOURS: Final = ("#fdcb62", "#f89540", "#e25b3c", "#b52c52", "#2d1245")
# A class begins where this share of all places with any amount lies below.
CLASS_SHARES: Final = (0.0, 0.5, 0.75, 0.9, 0.97)
BEST_COLOUR: Final = "#0b5394"
EXISTING_COLOUR: Final = "#1d2a35"
LEAST_WIDTH_M: Final = 6000.0


class Ground(NamedTuple):
    """What lies under a map.

    Attributes
    ----------
    backdrop
        Communes, streets and barriers.
    network
        Of the profile, for the source line.
    words
        The catalogue.
    """

    backdrop: Backdrop
    network: Network
    words: Words


def draw_amounts(
    ground: Ground,
    places: gpd.GeoDataFrame,
    amount: Floats,
    *,
    stars: tuple[gpd.GeoDataFrame, str],
    text: SheetText,
    path: Path,
) -> None:
    """Draw places by how much each saves or costs, the best marked by stars.

    Parameters
    ----------
    ground
        What lies under the map.
    places
        The places, the best first; lines and points.
    amount
        What each saves or costs; NaN and 0 are not drawn, shape (p,).
    stars
        Those that get a star, labelled by their `rank`, and what the legend says of them.
    text
        What is written, the source left out.
    path
        The picture to write.
    """
    words = ground.words
    points, best = (
        shapely.centroid(table.to_crs(ground.backdrop.crs).geometry.to_numpy())
        for table in (places, stars[0])
    )
    drawn = np.flatnonzero(amount > 0)
    layers: list[Layer] = []
    symbols: list[Symbol] = []
    if drawn.size:
        bounds = np.quantile(amount[drawn], CLASS_SHARES, method="lower")
        classes = np.searchsorted(bounds, amount[drawn], side="right") - 1
        for number, colour in enumerate(AMOUNT_COLOURS):
            own = points[drawn[classes == number]]
            if own.size:
                layers.append(_marks(own, colour, "o"))
                begins = {"amount": round(float(bounds[number]))}
                symbols.append(Symbol(words.say("plans.from_amount", begins), colour, "o"))
    if best.size:
        ranks = tuple(stars[0]["rank"].astype(str))
        layers.append(_marks(best, BEST_COLOUR, "*", ranks))
        symbols.append(Symbol(stars[1], BEST_COLOUR, "*"))
    _draw(ground, layers, symbols, text, path)


def draw_choice(
    ground: Ground,
    minutes: Floats,
    places: Sequence[tuple[gpd.GeoDataFrame, str]],
    *,
    text: SheetText,
    path: Path,
) -> None:
    """Draw new sites among existing ones, over the minutes to the nearest of them all.

    Parameters
    ----------
    ground
        What lies under the map.
    minutes
        Of each cell, shape (c,).
    places
        The existing sites and the new ones, each with what the legend says; the new ones are
        labelled by their `choice`.
    text
        What is written, the source left out.
    path
        The picture to write.
    """
    words = ground.words
    classes = access_classes(minutes)
    colours = (*ACCESS_COLOURS, NOT_REACHED_COLOUR)
    layers: list[Layer] = [Cells(classes, colours, np.ones(minutes.size, np.bool_))]
    names = [*access_labels(words), words.say("map.not_reached")]
    symbols = [
        Symbol(name, colour)
        for number, (name, colour) in enumerate(zip(names, colours, strict=True))
        if (classes == number).any() or number < len(ACCESS_COLOURS)
    ]
    for (table, label), colour, marker in zip(
        places, (EXISTING_COLOUR, BEST_COLOUR), (".", "*"), strict=True
    ):
        if len(table):
            points = shapely.centroid(table.to_crs(ground.backdrop.crs).geometry.to_numpy())
            labels = tuple(table["choice"].astype(str)) if "choice" in table else ()
            layers.append(_marks(points, colour, marker, labels))
            symbols.append(Symbol(label, colour, marker))
    _draw(ground, layers, symbols, text, path)


def _draw(
    ground: Ground,
    layers: Sequence[Layer],
    symbols: Sequence[Symbol],
    text: SheetText,
    path: Path,
) -> None:
    backdrop, network, words = ground
    sheet = Sheet(
        path,
        fit_window(backdrop.window, least_width_m=LEAST_WIDTH_M, share=0.0),
        tuple(layers),
        tuple(symbols),
        SheetText(
            text.title,
            text.subtitle,
            text.legend_title,
            source_line({network.profile.name: network}, words),
            text.mention,
        ),
    )
    draw_plate(sheet, backdrop, words)


def _marks(points: Geometries, colour: str, marker: str, labels: tuple[str, ...] = ()) -> Marks:
    return Marks(shapely.get_x(points), shapely.get_y(points), colour, marker, labels)
