"""What lies under the data of a map: communes, water, streets and railways, and their legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from .sheet import Strokes, Symbol

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .._types import Floats
    from .backdrop import Backdrop, Lines
    from .window import Window
    from .words import Words

LAND: Final = "#e6e3dc"
COMMUNE_LINE: Final = "#b5b0a5"
WATER: Final = "#cfe0ea"
WATER_LINE: Final = "#6fa8d0"
RAILWAY: Final = "#4d4852"
PAPER: Final = "#f7f6f3"
ROAD: Final = "#98928a"
# Over the cells, which show through.
STREET: Final = "#8a847a80"
# Nearly all cells must lie in the communes, or what is unchanged would be white on white paper.
LEAST_IN_COMMUNES: Final = 0.95
# Side streets only help when the map shows a town rather than a region.
WIDEST_WITH_STREETS_M: Final = 16_000.0


def add_lines(axes: Axes, strokes: Strokes) -> None:
    """Draw many lines alike.

    Parameters
    ----------
    axes
        The map.
    strokes
        The lines and how they look.
    """
    if strokes.lines.count:
        colour, width_pt, style = strokes.colour, strokes.width_pt, strokes.style
        path = path_of(strokes.lines)
        drawn = PathPatch(path, fill=False, edgecolor=colour, linewidth=width_pt)
        drawn.set(zorder=strokes.height, linestyle=style)
        drawn.set_capstyle("round" if style == "-" else "butt")
        axes.add_artist(drawn)


def path_of(lines: Lines) -> Path:
    """Turn lines into one path, which is drawn many times faster than as many.

    Parameters
    ----------
    lines
        At least one line.

    Returns
    -------
    path
        The lines one after the other.
    """
    codes = np.full(len(lines.points_m), Path.LINETO, Path.code_type)
    codes[lines.first_point[:-1]] = Path.MOVETO
    return Path(lines.points_m, codes)


def fill_communes(axes: Axes, backdrop: Backdrop) -> None:
    """Draw the communes.

    Parameters
    ----------
    axes
        The map.
    backdrop
        With the communes' boundaries.
    """
    if backdrop.commune_shells.count:
        land = PathPatch(path_of(backdrop.commune_shells), facecolor=LAND, linewidth=0, zorder=1)
        axes.add_artist(land)
    add_lines(axes, Strokes(backdrop.commune_shells, COMMUNE_LINE, 0.5, height=4))


def fill_water(axes: Axes, backdrop: Backdrop, window: Window) -> None:
    """Draw the water whose area is known.

    Parameters
    ----------
    axes
        The map.
    backdrop
        With the water.
    window
        What the map shows, in metres.
    """
    seen = backdrop.water.inside(window)
    if seen.count:
        axes.add_artist(PathPatch(path_of(seen), facecolor=WATER, linewidth=0, zorder=3))


def ground_lines(backdrop: Backdrop, window: Window) -> list[tuple[str, Strokes]]:
    """List the lines under the data that a window shows.

    Parameters
    ----------
    backdrop
        Streets, water and railways.
    window
        What the map shows, in metres.

    Returns
    -------
    lines
        Each kind with the key of its name.
    """
    lines: list[tuple[str, Lines, str, float, str]] = [
        ("water", backdrop.shores, WATER_LINE, 1.4, "-"),
        ("railways", backdrop.railways, RAILWAY, 0.6, "--"),
        ("main_roads", backdrop.main_roads, ROAD, 0.9, "-"),
    ]
    if window[2] - window[0] <= WIDEST_WITH_STREETS_M:
        lines.insert(0, ("streets", backdrop.streets, STREET, 0.45, "-"))
    drawn = [
        (key, Strokes(each.inside(window), colour, width_pt, height=5.4, style=style))
        for key, each, colour, width_pt, style in lines
    ]
    return [(key, strokes) for key, strokes in drawn if strokes.lines.count]


def ground_symbols(backdrop: Backdrop, window: Window, words: Words) -> list[Symbol]:
    """Explain in the legend the lines under the data, as far as a window shows them.

    Parameters
    ----------
    backdrop
        Streets, water and railways.
    window
        What the map shows, in metres.
    words
        The catalogue.

    Returns
    -------
    symbols
        Lines of the legend.
    """
    return [
        Symbol(words.say(f"map.{key}"), strokes.colour, strokes.style, width_pt=strokes.width_pt)
        for key, strokes in ground_lines(backdrop, window)[::-1]
    ]


def paper_colour(backdrop: Backdrop) -> str:
    """Choose the colour around the communes: that of the land where cells lie outside of them.

    Parameters
    ----------
    backdrop
        With the cells and the communes.

    Returns
    -------
    colour
        On which white cells can be seen.
    """
    cells = shapely.points(backdrop.cell_x_m, backdrop.cell_y_m)
    inside, _ = shapely.STRtree(backdrop.communes).query(cells, predicate="intersects")
    is_at_home = np.unique(inside).size >= LEAST_IN_COMMUNES * cells.size
    return PAPER if is_at_home else LAND


def squares(x_m: Floats, y_m: Floats, side_m: float) -> Path:
    """Draw cells as one shape, so that no seam shows between neighbours.

    Parameters
    ----------
    x_m, y_m
        Their middles, in metres, shape (c,).
    side_m
        Of every cell, in metres.

    Returns
    -------
    path
        One square after the other.
    """
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * side_m / 2
    points = np.column_stack([x_m, y_m])[:, None, :] + corners
    codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY]
    return Path(points.reshape(-1, 2), np.tile(codes, x_m.size))
