"""What a map needs besides its data: names, scale, north, legend, and where it lies."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrow, PathPatch, Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Affine2D

from .classes import LOSS_COLOURS, NOT_REACHED_COLOUR
from .ground import COMMUNE_LINE, LAND, path_of
from .lettering import FONT, INK, QUIET_INK, Lettering, letter, printable, shorten
from .sheet import Circles, Marks
from .window import MAP_ASPECT, points_per_metre, round_length, scale_of
from .words import write_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PatchCollection
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    from .._types import Floats
    from .backdrop import Backdrop
    from .sheet import Sheet, Symbol
    from .window import Page, Window
    from .words import Words

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
# Of the corner that the scale takes, as shares of the map.
SCALE_BOX: Final = (0.24, 0.11)
# Where a name is tried, in lines above its commune's middle.
NAME_SHIFTS: Final = (0.0, -0.6, 0.6, -1.0, 1.0, -1.5, 1.5, -2.0, 2.0)
# In square points; names keep off the large ones, which are few.
MARK_AREA: Final = {".": 42, "o": 11, "*": 230, "X": 90}
LARGE_MARKS: Final = ("*", "X")
LEGEND_LINE: Final = 0.042
LOCATOR_HEIGHT: Final = 0.17
# What is drawn in the colour of "not reached": crossed lines on white, which no class has.
CROSSED: Final = "xxxxx"
# Losses: lines that slant, so that grey paper tells them from gains of the same lightness.
SLANTED: Final = "/////"
HATCH_WIDTH_PT: Final = 0.6
# Dark lines on light classes, light ones on the darkest.
ON_LIGHT: Final = "#4a1d02"
ON_DARK: Final = "#fbdcb4"


def fill(shape: Patch | PatchCollection, colour: str) -> None:
    """Fill a shape as the class of a colour is drawn: plain, or hatched.

    Parameters
    ----------
    shape
        A patch, or several alike.
    colour
        Of the class; losses get lines that slant, "not reached" crossed ones on white.
    """
    if colour == NOT_REACHED_COLOUR:
        shape.set(facecolor="white", hatch=CROSSED, hatchcolor=colour)
    elif colour in LOSS_COLOURS:
        lines = ON_DARK if colour == LOSS_COLOURS[-1] else ON_LIGHT
        shape.set(facecolor=colour, hatch=SLANTED, hatchcolor=lines)
    else:
        shape.set(facecolor=colour)
    shape.set_hatch_linewidth(HATCH_WIDTH_PT)


def label_communes(axes: Axes, backdrop: Backdrop, sheet: Sheet) -> None:
    """Name the largest communes that the map shows, where their names cover no other nor a mark.

    Parameters
    ----------
    axes
        The map.
    backdrop
        With the communes.
    sheet
        What the map shows.
    """
    points = shapely.point_on_surface(backdrop.communes)
    x_m, y_m = shapely.get_x(points), shapely.get_y(points)
    west, south, east, north = sheet.window
    width_m, height_m = east - west, north - south
    is_seen = np.abs(x_m - (west + east) / 2) < 0.44 * width_m
    is_seen &= np.abs(y_m - (south + north) / 2) < 0.47 * height_m
    taken = _covered(sheet)
    step_m = LINE_HEIGHT * height_m
    left = MOST_NAMES
    for row in np.argsort(-backdrop.commune_populations, kind="stable"):
        if not is_seen[row] or left == 0:
            continue
        name = shorten(printable(backdrop.commune_names[row]), LONGEST_NAME)
        half_m = (0.5 * len(name) * LETTER_WIDTH * width_m, 0.5 * step_m)
        tried = (np.array([x_m[row], y_m[row] + shift * step_m, *half_m]) for shift in NAME_SHIFTS)
        place = next((box for box in tried if not _meets(box, taken)), None)
        if place is not None:
            left -= 1
            taken = np.vstack([taken, place])
            letter(axes, (place[0], place[1]), name, NAME.enlarged(sheet.page.enlargement))


def _covered(sheet: Sheet) -> Floats:
    """List the boxes around circles, marks and the scale: middle and half sides, shape (b, 4)."""
    west, south, east, north = sheet.window
    across_m, up_m = (east - west) * SCALE_BOX[0] / 2, (north - south) * SCALE_BOX[1] / 2
    boxes = [np.array([[west + across_m, south + up_m, across_m, up_m]])]
    of_one_pt_m = 1 / points_per_metre(sheet.window, sheet.page)
    for layer in sheet.layers:
        if isinstance(layer, Circles):
            half_m = layer.diameter_m / 2
        elif isinstance(layer, Marks) and layer.marker in LARGE_MARKS:
            half_m = np.full(layer.x_m.size, MARK_AREA[layer.marker] ** 0.5 / 2 * of_one_pt_m)
        else:
            continue
        boxes.append(np.column_stack([layer.x_m, layer.y_m, half_m, half_m]))
    return np.vstack(boxes)


def _meets(box: Floats, others: Floats) -> bool:
    apart = np.abs(others[:, :2] - box[:2]) >= others[:, 2:] + box[2:]
    return bool((~apart.any(axis=1)).any())


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
        line = Line2D(ends, [at, at], linewidth=symbol.width_pt * page.enlargement)
        line.set(linestyle=symbol.marker)
    elif symbol.marker == "s" or symbol.colour in LOSS_COLOURS:
        figure.add_artist(_box(symbol, page, at))
        return
    else:
        size = {".": 11.0, "o": 5.5}.get(symbol.marker, 8.7) * page.enlargement
        size = diameter_pt or size
        line = Line2D([left + 0.06 * width], [at], marker=symbol.marker, markersize=size)
        line.set(markeredgecolor=QUIET_INK, markeredgewidth=0.6 * page.enlargement)
    line.set(color=symbol.colour, transform=figure.transFigure)
    figure.add_artist(line)


def _box(symbol: Symbol, page: Page, at: float) -> Rectangle:
    left, _, width, _ = page.side_box
    side = 12.2 * page.enlargement / 72
    across, up = side / page.inches[0], side / page.inches[1]
    corner = (left + 0.06 * width - across / 2, at - up / 2)
    box = Rectangle(corner, across, up, edgecolor=QUIET_INK, linewidth=0.6 * page.enlargement)
    fill(box, symbol.colour)
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
