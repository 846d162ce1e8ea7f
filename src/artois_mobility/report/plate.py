"""Draw one map plate: backdrop, data, title, legend, scale, north and source line on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .classes import ACCESS_COLOURS, CHANGE_COLOURS
from .furniture import (
    COMMUNE_LINE,
    LAND,
    add_lines,
    draw_legend,
    draw_locator,
    draw_mention,
    draw_north,
    draw_scale,
    fill_communes,
    label_communes,
)
from .lettering import QUIET_INK, Lettering, letter, shorten
from .sheet import Cells, Marks, Sheet, SheetText, Strokes
from .window import MAP_BOX, PAGE_INCHES, points_per_metre

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt
    from matplotlib.axes import Axes

    from .backdrop import Backdrop
    from .window import Window
    from .words import Words

DPI: Final = 110
MOST_COLOURS: Final = 256
NO_DITHER: Final = Image.Dither.NONE
# Colours that must come out as they are, those of the legends.
EXACT_COLOURS: Final = ("#ffffff", LAND, *ACCESS_COLOURS, *CHANGE_COLOURS)
# Of 255, by which a colour may move when the picture is reduced to 256 of them.
LARGEST_SHIFT: Final = 8
# Of the label of a mark from its middle, to the right and up.
LABEL_OFFSET_PT: Final = (5.0, 5.0)
PAPER: Final = "#f7f6f3"
ROAD: Final = "#98928a"
STREET: Final = "#cfcac0"
BARRIER: Final = "#8fb0c4"

# A cell is never drawn smaller than this, in points, or nobody sees it.
LEAST_SIDE_PT: Final = 2.0
# A triangle says "now" or "no longer", whatever the size of its cell.
LARGEST_TRIANGLE_PT: Final = 15.0
MARK_AREA: Final = {".": 42, "o": 11, "*": 230, "X": 90}

# Characters of a title in large letters, and in smaller ones.
TITLE_LENGTHS: Final = (78, 100)
# Side streets only help when the map shows a town rather than a region.
WIDEST_WITH_STREETS_M: Final = 16_000.0
# A map that shows nearly the whole territory needs no locator.
LARGEST_LOCATED: Final = 0.7
# The legend must end above this, as a share of its column, to leave room for the locator.
LOCATOR_TOP: Final = 0.27


def draw_plate(sheet: Sheet, backdrop: Backdrop, words: Words) -> None:
    """Draw a map and write it as PNG, with its title and source inside the file.

    Parameters
    ----------
    sheet
        What goes on it.
    backdrop
        Communes, streets and barriers.
    words
        The catalogue.
    """
    figure = Figure(figsize=PAGE_INCHES, dpi=DPI, facecolor="white")
    axes = _start_map(figure, backdrop, sheet.window)
    for layer in sheet.layers:
        if isinstance(layer, Cells):
            _draw_cells(axes, layer, backdrop, sheet.window)
        elif isinstance(layer, Marks):
            _draw_marks(axes, layer)
        else:
            add_lines(axes, layer)
    label_communes(axes, backdrop, sheet.window)
    _write_frame(figure, sheet.text)
    bottom = draw_legend(figure, sheet.text.legend_title, sheet.symbols)
    draw_scale(axes, sheet.window, words)
    draw_north(axes)
    whole = backdrop.window
    share = (sheet.window[2] - sheet.window[0]) / (whole[2] - whole[0])
    if share < LARGEST_LOCATED and bottom > LOCATOR_TOP:
        draw_locator(figure, backdrop, sheet.window, words)
    if sheet.text.mention:
        draw_mention(axes, sheet.text.mention)
    _save(figure, sheet.path, sheet.text)


def _start_map(figure: Figure, backdrop: Backdrop, window: Window) -> Axes:
    """Draw what lies under the data, which itself belongs at heights 5 to 8."""
    axes = figure.add_axes(MAP_BOX, facecolor=PAPER)
    axes.set(xlim=(window[0], window[2]), ylim=(window[1], window[3]), xticks=[], yticks=[])
    axes.set_autoscale_on(b=False)
    for spine in axes.spines.values():
        spine.set(color=COMMUNE_LINE, linewidth=0.8)
    fill_communes(axes, backdrop)
    if window[2] - window[0] <= WIDEST_WITH_STREETS_M:
        add_lines(axes, Strokes(backdrop.streets.inside(window), STREET, 0.5, height=5.4))
    add_lines(axes, Strokes(backdrop.barriers.inside(window), BARRIER, 0.9, height=5.5))
    add_lines(axes, Strokes(backdrop.main_roads.inside(window), ROAD, 0.8, height=5.6))
    return axes


def _draw_cells(axes: Axes, cells: Cells, backdrop: Backdrop, window: Window) -> None:
    side_pt = max(backdrop.cell_side_m * points_per_metre(window), LEAST_SIDE_PT)
    if cells.marker != "s":
        side_pt = min(2 * side_pt, LARGEST_TRIANGLE_PT)
    axes.scatter(
        backdrop.cell_x_m[cells.is_drawn],
        backdrop.cell_y_m[cells.is_drawn],
        s=side_pt**2,
        c=to_rgba_array(cells.colours)[cells.classes[cells.is_drawn]],
        marker=cells.marker,
        edgecolors="none" if cells.marker == "s" else "white",
        linewidths=0 if cells.marker == "s" else 0.6,
        zorder=5,
    )


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


def _write_frame(figure: Figure, text: SheetText) -> None:
    large, small = TITLE_LENGTHS
    size = 14.5 if len(text.title) <= large else 11.5
    title = Lettering(size, is_bold=True)
    letter(figure, (0.012, 0.945), shorten(text.title, small), title)
    letter(figure, (0.012, 0.893), shorten(text.subtitle, 120), Lettering(10.5, QUIET_INK))
    letter(figure, (0.012, 0.022), shorten(text.source, 170), Lettering(7.2, QUIET_INK))


def _save(figure: Figure, path: Path, text: SheetText) -> None:
    """Write a PNG of 256 colours; those of the legend exact, others shift by what nobody sees."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    picture = Image.fromarray(pixels[..., :3])
    reduced = picture.quantize(MOST_COLOURS, method=Image.Quantize.FASTOCTREE, dither=NO_DITHER)
    reduced.putpalette(_with_exact(np.array(reduced.getpalette()).reshape(-1, 3), EXACT_COLOURS))
    about = PngInfo()
    for key, value in (
        ("Title", text.title),
        ("Copyright", text.source),
        ("Comment", text.mention),
    ):
        if value:
            about.add_itxt(key, value)
    reduced.save(path, "PNG", pnginfo=about, dpi=(DPI, DPI))


def _with_exact(palette: npt.NDArray[np.int_], exact: Sequence[str]) -> list[int]:
    """Set the entries nearest to some colours to exactly these, if they were nearly so."""
    for colour in exact:
        wanted = (np.array(to_rgb(colour)) * 255).round().astype(int)
        distance = np.abs(palette - wanted).max(axis=1)
        if distance.min() <= LARGEST_SHIFT:
            palette[distance.argmin()] = wanted
    values: list[int] = palette.ravel().tolist()
    return values
