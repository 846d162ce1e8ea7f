"""What goes on a map, as plain data: decided here, drawn elsewhere, in another process too."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from .window import SCREEN, Page, Window

if TYPE_CHECKING:
    from pathlib import Path

    from .._types import Flags, Floats, Rows
    from .backdrop import Lines


# Characters of a subtitle that every map and plate has room for.
SUBTITLE_LENGTH: Final = 120
# Of a name, whatever follows it.
LEAST_NAME: Final = 20
DASH: Final = " – "


@dataclass(frozen=True, slots=True)
class Symbol:
    """One line of a legend.

    Attributes
    ----------
    label
        What it means.
    colour
        Of the symbol.
    marker
        A matplotlib marker, or `"-"`, `"--"` for lines.
    size_m
        Of a circle that stands for a number, as on the map; 0 for a symbol of no size.
    width_pt
        Of a line, in points.
    """

    label: str
    colour: str
    marker: str = "s"
    size_m: float = 0.0
    width_pt: float = 2.6


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Populated cells as squares of their size, or as small triangles.

    Attributes
    ----------
    classes
        Class of each cell, shape (c,).
    colours
        Of each class.
    is_drawn
        True for the cells to draw, shape (c,).
    marker
        `"s"`, `"^"` or `"v"`.
    """

    classes: Rows
    colours: tuple[str, ...]
    is_drawn: Flags
    marker: str = "s"


@dataclass(frozen=True, slots=True, eq=False)
class Circles:
    """Numbers as circles, the area of each as its number.

    Attributes
    ----------
    x_m, y_m
        Their middles, in metres, shape (n,).
    diameter_m
        In metres on the ground, shape (n,).
    colour
        Of all circles.
    """

    x_m: Floats
    y_m: Floats
    diameter_m: Floats
    colour: str


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Places, all marked alike.

    Attributes
    ----------
    x_m, y_m
        Where, in metres.
    colour
        Of the marks.
    marker
        `"."`, `"o"` (small), `"*"` or `"X"`.
    labels
        What stands beside each, such as its rank; none for `()`.
    """

    x_m: Floats
    y_m: Floats
    colour: str
    marker: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """Lines, all drawn alike.

    Attributes
    ----------
    lines
        In metres.
    colour
        Of all lines.
    width_pt
        In points.
    height
        What lies higher covers them; the cells lie at 5, places at 8.
    style
        `"-"` or `"--"`.
    """

    lines: Lines
    colour: str
    width_pt: float
    height: float
    style: str = "-"


Layer: TypeAlias = Cells | Circles | Marks | Strokes


@dataclass(frozen=True, slots=True)
class SheetText:
    """Everything written on a map.

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


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a plate bears besides what every map has.

    Attributes
    ----------
    day
        When it was edited, as it is read.
    logo
        Picture of who edits it, or None.
    """

    day: str
    logo: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One map, ready to be drawn.

    Attributes
    ----------
    path
        The file to write: `.png`, `.svg` or `.pdf`.
    window
        What it shows, in metres, of the map's aspect (`fit_window`).
    layers
        The data.
    symbols
        Lines of the legend.
    text
        What is written.
    page
        What it is drawn on.
    imprint
        What only plates bear, or None.
    """

    path: Path
    window: Window
    layers: tuple[Layer, ...]
    symbols: tuple[Symbol, ...]
    text: SheetText
    page: Page = SCREEN
    imprint: Imprint | None = None


def subtitle_of(scenario: str, shown: str) -> str:
    """Join a scenario's name to what a map shows; of a long name the end is cut, never of the rest.

    Parameters
    ----------
    scenario
        Its name.
    shown
        Destination and mode.

    Returns
    -------
    subtitle
        At most 120 characters where `shown` leaves room for a name.

    Examples
    --------
    >>> subtitle_of("Passerelle", "Hôpital – Marche")
    'Passerelle – Hôpital – Marche'
    >>> subtitle_of("Une passerelle " * 20, "Hôpital – Marche")[-32:]
    'sserelle Une… – Hôpital – Marche'
    """
    room = max(SUBTITLE_LENGTH - len(shown) - len(DASH), LEAST_NAME)
    name = textwrap.shorten(scenario, room, placeholder="…") if len(scenario) > room else scenario
    return f"{name}{DASH}{shown}"
