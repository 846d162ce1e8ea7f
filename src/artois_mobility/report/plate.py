"""One map plate: backdrop, title, legend, scale, north and source line on one page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .furniture import (
    COMMUNE_LINE,
    Symbol,
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
from .window import MAP_BOX, PAGE_INCHES

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
# Of 255, by which a colour may move when the picture is reduced to 256 of them.
LARGEST_SHIFT: Final = 8
PAPER: Final = "#f7f6f3"
ROAD: Final = "#98928a"
STREET: Final = "#cfcac0"
BARRIER: Final = "#8fb0c4"

# Characters of a title in large letters, and in smaller ones.
TITLE_LENGTHS: Final = (78, 100)
# Side streets only help when the map shows a town rather than a region.
WIDEST_WITH_STREETS_M: Final = 16_000.0
# A map that shows nearly the whole territory needs no locator.
LARGEST_LOCATED: Final = 0.7
# The legend must end above this, as a share of its column, to leave room for the locator.
LOCATOR_TOP: Final = 0.27


@dataclass(frozen=True, slots=True)
class PlateText:
    """Everything written on a plate.

    Attributes
    ----------
    title
        The finding.
    subtitle
        What the map shows: scenario, profile, category.
    legend_title
        What the colours stand for.
    source
        Source line with the attribution.
    mention
        The mark of a made-up territory, or `""`.
    """

    title: str
    subtitle: str
    legend_title: str
    source: str
    mention: str


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """A page that is being drawn.

    Attributes
    ----------
    figure
        The page.
    axes
        The map on it, in metres.
    window
        What the map shows.
    backdrop
        What lies under the data.
    """

    figure: Figure
    axes: Axes
    window: Window
    backdrop: Backdrop


def start_plate(backdrop: Backdrop, window: Window) -> Plate:
    """Begin a plate with what lies under the data.

    Parameters
    ----------
    backdrop
        Communes, streets and barriers.
    window
        What the map shows, in metres, of the map's aspect (`fit_window`).

    Returns
    -------
    plate
        Ready for the data, which belongs at heights 5 to 8.
    """
    figure = Figure(figsize=PAGE_INCHES, dpi=DPI, facecolor="white")
    axes = figure.add_axes(MAP_BOX, facecolor=PAPER)
    axes.set(xlim=(window[0], window[2]), ylim=(window[1], window[3]), xticks=[], yticks=[])
    axes.set_autoscale_on(b=False)
    for spine in axes.spines.values():
        spine.set(color=COMMUNE_LINE, linewidth=0.8)
    fill_communes(axes, backdrop)
    if window[2] - window[0] <= WIDEST_WITH_STREETS_M:
        add_lines(axes, backdrop.streets.inside(window), STREET, width=0.5, height=5.4)
    add_lines(axes, backdrop.barriers.inside(window), BARRIER, width=0.9, height=5.5)
    add_lines(axes, backdrop.main_roads.inside(window), ROAD, width=0.8, height=5.6)
    return Plate(figure, axes, window, backdrop)


def finish_plate(plate: Plate, text: PlateText, symbols: Sequence[Symbol], words: Words) -> None:
    """Add everything that is not data: names, title, legend, scale, north, source.

    Parameters
    ----------
    plate
        With its data drawn.
    text
        What is written.
    symbols
        Lines of the legend.
    words
        The catalogue.
    """
    label_communes(plate.axes, plate.backdrop, plate.window)
    _write_frame(plate.figure, text)
    bottom = draw_legend(plate.figure, text.legend_title, symbols)
    draw_scale(plate.axes, plate.window, words)
    draw_north(plate.axes)
    whole = plate.backdrop.window
    share = (plate.window[2] - plate.window[0]) / (whole[2] - whole[0])
    if share < LARGEST_LOCATED and bottom > LOCATOR_TOP:
        draw_locator(plate.figure, plate.backdrop, plate.window, words)
    if text.mention:
        draw_mention(plate.axes, text.mention)


def save_plate(plate: Plate, path: Path, text: PlateText, exact: Sequence[str] = ()) -> None:
    """Write a plate as PNG of 256 colours, with its title and source inside the file.

    Parameters
    ----------
    plate
        The finished plate.
    path
        Where to.
    text
        For the file's own description.
    exact
        Colours that must come out as they are, those of the legend: the others may shift by
        what nobody sees.
    """
    canvas = FigureCanvasAgg(plate.figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    picture = Image.fromarray(pixels[..., :3])
    reduced = picture.quantize(MOST_COLOURS, method=Image.Quantize.FASTOCTREE, dither=NO_DITHER)
    reduced.putpalette(_with_exact(np.array(reduced.getpalette()).reshape(-1, 3), exact))
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


def _write_frame(figure: Figure, text: PlateText) -> None:
    large, small = TITLE_LENGTHS
    size = 14.5 if len(text.title) <= large else 11.5
    title = Lettering(size, is_bold=True)
    letter(figure, (0.012, 0.945), shorten(text.title, small), title)
    letter(figure, (0.012, 0.893), shorten(text.subtitle, 120), Lettering(10.5, QUIET_INK))
    letter(figure, (0.012, 0.022), shorten(text.source, 170), Lettering(7.2, QUIET_INK))
