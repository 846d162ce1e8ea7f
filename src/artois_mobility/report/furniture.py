"""What a map needs besides its data: names, scale, north, legend, and where it lies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrow, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Affine2D

from .classes import NOT_REACHED_COLOUR
from .lettering import FONT, INK, QUIET_INK, Lettering, letter, printable, shorten
from .sheet import Strokes
from .window import MAP_ASPECT, points_per_metre, round_length, scale_of
from .words import write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .backdrop import Backdrop, Lines
    from .sheet import Sheet, Symbol
    from .window import Page, Window
    from .words import Words

LAND: Final = "#e6e3dc"
COMMUNE_LINE: Final = "#b5b0a5"
WARNING: Final = "#a4161a"
NAME: Final = Lettering(7.5, align="center", halo_pt=2.2, height=9)
LEGEND_TITLE: Final = Lettering(9.5, is_bold=True, stand="top")
LEGEND_LABEL: Final = Lettering(8.6)
SCALE_LABEL: Final = Lettering(8, align="center", stand="bottom", halo_pt=4)
NORTH_LABEL: Final = Lettering(9, is_bold=True, align="center", stand="bottom", halo_pt=3)

MOST_NAMES: Final = 11
LONGEST_NAME: Final = 26
# Width of a letter and height of a line of names, as shares of the map.
LETTER_WIDTH: Final = 0.0105
LINE_HEIGHT: Final = 0.045
LEGEND_LINE: Final = 0.042
LOCATOR_HEIGHT: Final = 0.17
# What is drawn in the colour of "not reached": diagonal lines on white, which no class has.
HATCH: Final = "//////"


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


def label_communes(axes: Axes, backdrop: Backdrop, window: Window, page: Page) -> None:
    """Name the largest communes that the map shows, where their names do not overlap.

    Parameters
    ----------
    axes
        The map.
    backdrop
        With the communes.
    window
        What the map shows, in metres.
    page
        What it is drawn on.
    """
    points = shapely.point_on_surface(backdrop.communes)
    x_m, y_m = shapely.get_x(points), shapely.get_y(points)
    west, south, east, north = window
    width_m, height_m = east - west, north - south
    is_seen = np.abs(x_m - (west + east) / 2) < 0.44 * width_m
    is_seen &= np.abs(y_m - (south + north) / 2) < 0.47 * height_m
    taken: list[tuple[float, float, float]] = []
    for row in np.argsort(-backdrop.commune_populations, kind="stable"):
        if not is_seen[row] or len(taken) == MOST_NAMES:
            continue
        name = shorten(printable(backdrop.commune_names[row]), LONGEST_NAME)
        half_m = 0.5 * len(name) * LETTER_WIDTH * width_m
        is_covered = any(
            abs(x_m[row] - x) < half_m + half and abs(y_m[row] - y) < LINE_HEIGHT * height_m
            for x, y, half in taken
        )
        if not is_covered:
            taken.append((x_m[row], y_m[row], half_m))
            letter(axes, (x_m[row], y_m[row]), name, NAME.enlarged(page.enlargement))


def draw_legend(figure: Figure, sheet: Sheet) -> float:
    """Draw the legend beside the map, from the top down.

    Parameters
    ----------
    figure
        The page.
    sheet
        With the lines of the legend, and what the colours stand for.

    Returns
    -------
    bottom
        Where it ends, as a share of the map's height.
    """
    page, title = sheet.page, sheet.text.legend_title
    left, bottom, width, height = page.side_box
    heading = LEGEND_TITLE.enlarged(page.enlargement)
    letter(figure, (left, bottom + 0.985 * height), title, heading)
    y = 0.985 - 0.034 * (1 + title.count("\n")) - 0.012
    for symbol in sheet.symbols:
        diameter_pt = symbol.size_m * points_per_metre(sheet.window, page)
        share = diameter_pt / (72 * page.inches[1] * height)
        y -= max(LEGEND_LINE, LEGEND_LINE / 2 + share / 2 + 0.01)
        at = bottom + y * height
        _draw_symbol(figure, symbol, page, at, diameter_pt)
        label = LEGEND_LABEL.enlarged(page.enlargement)
        letter(figure, (left + 0.18 * width, at), symbol.label, label)
        y -= max(0.0, share / 2 - LEGEND_LINE / 2)
    return y


def _draw_symbol(figure: Figure, symbol: Symbol, page: Page, at: float, diameter_pt: float) -> None:
    left, _, width, _ = page.side_box
    if symbol.marker in {"-", "--"}:
        ends = [left, left + 0.13 * width]
        line = Line2D(ends, [at, at], linewidth=2.6 * page.enlargement)
        line.set(linestyle=symbol.marker)
    elif symbol.marker == "s" and symbol.colour == NOT_REACHED_COLOUR:
        figure.add_artist(_hatched_box(symbol, page, at))
        return
    else:
        size = {"s": 12.2, ".": 11.0, "o": 5.5}.get(symbol.marker, 8.7) * page.enlargement
        size = diameter_pt or size
        line = Line2D([left + 0.06 * width], [at], marker=symbol.marker, markersize=size)
        line.set(markeredgecolor=QUIET_INK, markeredgewidth=0.6 * page.enlargement)
    line.set(color=symbol.colour, transform=figure.transFigure)
    figure.add_artist(line)


def _hatched_box(symbol: Symbol, page: Page, at: float) -> Rectangle:
    left, _, width, _ = page.side_box
    side = 12.2 * page.enlargement / 72
    across, up = side / page.inches[0], side / page.inches[1]
    corner = (left + 0.06 * width - across / 2, at - up / 2)
    box = Rectangle(corner, across, up, facecolor="white", edgecolor=symbol.colour, hatch=HATCH)
    box.set(linewidth=0.6 * page.enlargement)
    return box


def draw_scale(axes: Axes, window: Window, page: Page, words: Words) -> None:
    """Draw a scale bar of a round length; on paper with the scale as a number above.

    Parameters
    ----------
    axes
        The map.
    window
        What it shows, in metres.
    page
        What it is drawn on.
    words
        The catalogue.
    """
    width_m = window[2] - window[0]
    length_m = round_length(0.2 * width_m)
    x_m, y_m = window[0] + 0.025 * width_m, window[1] + 0.03 * width_m / MAP_ASPECT
    tick_m = 0.008 * width_m
    bar_x = [x_m, x_m, x_m + length_m, x_m + length_m]
    (bar,) = axes.plot(bar_x, [y_m + tick_m, y_m, y_m, y_m + tick_m], color=INK, zorder=10)
    bar.set_linewidth(1.5 * page.enlargement)
    bar.set_path_effects([withStroke(linewidth=4, foreground="white", alpha=0.85)])
    in_km = length_m >= 1000
    number = write_number(length_m / 1000 if in_km else length_m, words.language)
    label = words.say("map.kilometres" if in_km else "map.metres", {"length": number})
    lettering = SCALE_LABEL.enlarged(page.enlargement)
    letter(axes, (x_m + length_m / 2, y_m + 1.6 * tick_m), label, lettering)
    if page.name:
        scale = write_number(round(scale_of(window, page)), words.language)
        told = words.say("plate.scale", {"scale": scale, "paper": page.name})
        above = y_m + 4.6 * tick_m
        letter(axes, (x_m, above), told, replace(lettering, align="left", is_bold=True))


def draw_north(axes: Axes, page: Page) -> None:
    """Draw an arrow to the north, the map's upper edge.

    Parameters
    ----------
    axes
        The map.
    page
        What it is drawn on.
    """
    arrow = FancyArrow(
        0.965,
        0.895,
        0,
        0.05,
        width=0.004,
        head_width=0.02,
        head_length=0.028,
        length_includes_head=True,
        transform=axes.transAxes,
        color=INK,
        zorder=10,
    )
    arrow.set_path_effects([withStroke(linewidth=3, foreground="white", alpha=0.85)])
    axes.add_patch(arrow)
    lettering = NORTH_LABEL.enlarged(page.enlargement)
    letter(axes, (0.965, 0.955), "N", lettering, transform=axes.transAxes)


def draw_locator(figure: Figure, backdrop: Backdrop, sheet: Sheet, words: Words) -> None:
    """Draw where in the territory the map lies, below the legend.

    Parameters
    ----------
    figure
        The page.
    backdrop
        With the territory.
    sheet
        With what the map shows.
    words
        The catalogue.
    """
    west, south, east, north = backdrop.window
    page, window = sheet.page, sheet.window
    left, bottom, width, _ = page.side_box
    page_width, page_height = page.inches
    scale = min(width * page_width / (east - west), LOCATOR_HEIGHT * page_height / (north - south))
    on_page = Affine2D().translate(-west, -south).scale(scale / page_width, scale / page_height)
    place = on_page.translate(left, bottom) + figure.transFigure
    land = PathPatch(path_of(backdrop.commune_shells), facecolor=LAND, edgecolor=COMMUNE_LINE)
    land.set(linewidth=0.3, transform=place)
    size_m = (window[2] - window[0], window[3] - window[1])
    frame = Rectangle(window[:2], *size_m, facecolor="none", edgecolor=WARNING, linewidth=1.6)
    frame.set(transform=place)
    figure.add_artist(land)
    figure.add_artist(frame)
    title = Lettering(8, QUIET_INK, stand="bottom").enlarged(page.enlargement)
    letter(figure, (left, bottom + 0.178), words.say("map.locator"), title)


def draw_mention(axes: Axes, mention: str, page: Page) -> None:
    """Mark a map of a made-up territory, so that no part cut out of it looks real.

    Parameters
    ----------
    axes
        The map.
    mention
        The mark.
    page
        What it is drawn on.
    """
    axes.text(
        0.5,
        0.5,
        mention,
        transform=axes.transAxes,
        ha="center",
        va="center",
        rotation=28,
        fontsize=27 * page.enlargement,
        fontweight="bold",
        alpha=0.1,
        fontfamily=FONT,
        zorder=11,
    )
    axes.text(
        0.015,
        0.98,
        mention,
        transform=axes.transAxes,
        va="top",
        fontsize=9.5 * page.enlargement,
        fontweight="bold",
        color="white",
        fontfamily=FONT,
        zorder=12,
        bbox={"facecolor": WARNING, "edgecolor": "none", "boxstyle": "round,pad=0.4"},
    )
