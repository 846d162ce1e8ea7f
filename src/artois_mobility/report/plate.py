"""Draw one map plate: backdrop, data, title, legend, scale, north and source line on one page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.patches import Circle, PathPatch
from matplotlib.transforms import ScaledTranslation

from .furniture import (
    MARK_AREA,
    draw_legend,
    draw_locator,
    draw_mention,
    draw_north,
    draw_scale,
    fill,
    label_communes,
)
from .ground import (
    COMMUNE_LINE,
    add_lines,
    fill_communes,
    fill_water,
    ground_lines,
    ground_symbols,
    paper_colour,
    squares,
)
from .lettering import QUIET_INK, Lettering, letter, shorten, wrap
from .saving import DPI, save
from .sheet import SUBTITLE_LENGTH, Cells, Circles, Marks, Sheet
from .window import points_per_metre

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .backdrop import Backdrop
    from .sheet import Imprint
    from .words import Words

# Of the label of a mark from its middle, to the right and up.
LABEL_OFFSET_PT: Final = (5.0, 5.0)
# A cell is never drawn smaller than this, in points, or nobody sees it.
LEAST_SIDE_PT: Final = 2.0
# A triangle says "now" or "no longer", whatever the size of its cell.
LARGEST_TRIANGLE_PT: Final = 15.0

# Characters of a title in large letters, and in smaller ones.
TITLE_LENGTHS: Final = (78, 100)
# Of the source: characters of a line, and lines.
SOURCE: Final = (170, 3)
# Height of a source of one line, as a share of the page; more lines stand amid the margin.
SOURCE_Y: Final = 0.022
# On a plate: characters of a line, and lines.
PLATE_TITLE: Final = (64, 2)
PLATE_SUBTITLE: Final = (94, 2)
PLATE_SOURCE: Final = (150, 3)
# Left, bottom, width and height of a logo, as shares of the page.
LOGO_BOX: Final = (232 / 297, 180 / 210, 55 / 297, 20 / 210)
# A map that shows nearly the whole territory needs no locator.
LARGEST_LOCATED: Final = 0.7
# The legend must end above this, as a share of its column, to leave room for the locator.
LOCATOR_TOP: Final = 0.27


def draw_plate(sheet: Sheet, backdrop: Backdrop, words: Words) -> None:
    """Draw a map and write it, with its title and source inside the file.

    Parameters
    ----------
    sheet
        What goes on it, and where.
    backdrop
        Communes, streets and barriers.
    words
        The catalogue.
    """
    page, window = sheet.page, sheet.window
    figure = Figure(figsize=page.inches, dpi=DPI, facecolor="white")
    axes = _start_map(figure, backdrop, sheet)
    for layer in sheet.layers:
        if isinstance(layer, Cells):
            _draw_cells(axes, layer, backdrop, sheet)
        elif isinstance(layer, Circles):
            _draw_circles(axes, layer)
        elif isinstance(layer, Marks):
            _draw_marks(axes, layer)
        else:
            add_lines(axes, layer)
    label_communes(axes, backdrop, sheet)
    _write_frame(figure, sheet, words)
    sheet = replace(sheet, symbols=(*sheet.symbols, *ground_symbols(backdrop, window, words)))
    bottom = draw_legend(figure, sheet)
    draw_scale(axes, window, page, words)
    draw_north(axes, page)
    whole = backdrop.window
    share = (window[2] - window[0]) / (whole[2] - whole[0])
    if share < LARGEST_LOCATED and bottom > LOCATOR_TOP:
        draw_locator(figure, backdrop, sheet, words)
    if sheet.text.mention:
        draw_mention(axes, sheet.text.mention, page)
    save(figure, sheet.path, sheet.text)


def _start_map(figure: Figure, backdrop: Backdrop, sheet: Sheet) -> Axes:
    """Draw what lies under the data, which itself belongs at heights 5 to 8."""
    window = sheet.window
    axes = figure.add_axes(sheet.page.map_box, facecolor=paper_colour(backdrop))
    axes.set(xlim=(window[0], window[2]), ylim=(window[1], window[3]), xticks=[], yticks=[])
    axes.set_autoscale_on(b=False)
    for spine in axes.spines.values():
        spine.set(color=COMMUNE_LINE, linewidth=0.8)
    fill_communes(axes, backdrop)
    fill_water(axes, backdrop, window)
    for _, strokes in ground_lines(backdrop, window):
        add_lines(axes, strokes)
    return axes


def _draw_cells(axes: Axes, cells: Cells, backdrop: Backdrop, sheet: Sheet) -> None:
    points_in_metre = points_per_metre(sheet.window, sheet.page)
    side_m = max(backdrop.cell_side_m, LEAST_SIDE_PT / points_in_metre)
    if cells.marker == "s":
        _draw_squares(axes, cells, backdrop, side_m)
        return
    side_pt = min(2 * side_m * points_in_metre, LARGEST_TRIANGLE_PT * sheet.page.enlargement)
    axes.scatter(
        backdrop.cell_x_m[cells.is_drawn],
        backdrop.cell_y_m[cells.is_drawn],
        s=side_pt**2,
        c=to_rgba_array(cells.colours)[cells.classes[cells.is_drawn]],
        marker=cells.marker,
        edgecolors="white",
        linewidths=0.6,
        zorder=5,
    )


def _draw_squares(axes: Axes, cells: Cells, backdrop: Backdrop, side_m: float) -> None:
    """Draw the cells of each class as one shape, so that no seam shows between neighbours."""
    for number, colour in enumerate(cells.colours):
        is_own = cells.is_drawn & (cells.classes == number)
        if is_own.any():
            outline = squares(backdrop.cell_x_m[is_own], backdrop.cell_y_m[is_own], side_m)
            drawn = PathPatch(outline, linewidth=0, zorder=5)
            fill(drawn, colour)
            axes.add_artist(drawn)


def _draw_circles(axes: Axes, circles: Circles) -> None:
    """Draw the largest first, so that a small one is never hidden."""
    order = np.argsort(-circles.diameter_m, kind="stable")
    drawn = [
        Circle((circles.x_m[row], circles.y_m[row]), circles.diameter_m[row] / 2) for row in order
    ]
    together = PatchCollection(drawn, edgecolor="white", zorder=8)
    fill(together, circles.colour)
    together.set_linewidth(0.7)
    axes.add_artist(together)


def _draw_marks(axes: Axes, marks: Marks) -> None:
    axes.scatter(
        marks.x_m,
        marks.y_m,
        s=MARK_AREA[marks.marker],
        marker=marks.marker,
        c=marks.colour,
        edgecolors="white",
        linewidths=0.7 if marks.marker != "o" else 0.2,
        zorder=8,
    )
    right, up = LABEL_OFFSET_PT
    beside = ScaledTranslation(right / 72, up / 72, axes.figure.dpi_scale_trans)
    for x, y, label in zip(marks.x_m, marks.y_m, marks.labels, strict=False):
        lettering = Lettering(8.5, marks.colour, is_bold=True, halo_pt=2.0)
        letter(axes, (x, y), label, lettering, transform=axes.transData + beside)


def _write_frame(figure: Figure, sheet: Sheet, words: Words) -> None:
    page, text = sheet.page, sheet.text
    if sheet.imprint is not None:
        _write_plate_frame(figure, sheet)
        _add_imprint(figure, sheet, sheet.imprint, words)
        return
    left = page.map_box[0]
    large, small = TITLE_LENGTHS
    title = Lettering(14.5 if len(text.title) <= large else 11.5, is_bold=True)
    subtitle = Lettering(10.5, QUIET_INK)
    letter(figure, (left, page.title_y), shorten(text.title, small), title)
    letter(figure, (left, page.subtitle_y), shorten(text.subtitle, SUBTITLE_LENGTH), subtitle)
    source = Lettering(7.2, QUIET_INK)
    credit = wrap(text.source, *SOURCE)
    letter(figure, (left, page.map_box[1] / 2 if "\n" in credit else SOURCE_Y), credit, source)


def _write_plate_frame(figure: Figure, sheet: Sheet) -> None:
    """Write the texts around a plate's map, each over as many lines as it needs."""
    page, text = sheet.page, sheet.text
    left, factor = page.map_box[0], page.enlargement
    title = Lettering(14.5, is_bold=True, stand="bottom").enlarged(factor)
    subtitle = Lettering(10.5, QUIET_INK, stand="bottom").enlarged(factor)
    source = Lettering(7.2, QUIET_INK).enlarged(factor)
    letter(figure, (left, page.title_y), wrap(text.title, *PLATE_TITLE), title)
    letter(figure, (left, page.subtitle_y), wrap(text.subtitle, *PLATE_SUBTITLE), subtitle)
    letter(figure, (left, page.map_box[1] / 2), wrap(text.source, *PLATE_SOURCE), source)


def _add_imprint(figure: Figure, sheet: Sheet, imprint: Imprint, words: Words) -> None:
    """Write the day of edition, and put the logo into its corner."""
    page = sheet.page
    right = page.side_box[0] + page.side_box[2]
    told = words.say("plate.edited", {"day": imprint.day})
    day = Lettering(7.2, QUIET_INK, align="right").enlarged(page.enlargement)
    letter(figure, (right, page.map_box[1] / 2), told, day)
    if imprint.logo is not None:
        corner = figure.add_axes(LOGO_BOX, anchor="NE")
        corner.imshow(imread(imprint.logo), interpolation="none")  # as fine as it is
        corner.set_axis_off()
