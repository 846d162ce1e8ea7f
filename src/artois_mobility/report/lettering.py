"""Text on maps: one font, sizes and colours, and what to do with odd characters."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patheffects import withStroke

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

# The font that matplotlib brings along: the same picture on every machine.
FONT: Final = "DejaVu Sans"
INK: Final = "#1d2a35"
QUIET_INK: Final = "#56636e"


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a text is set.

    Attributes
    ----------
    size_pt
        Size in points.
    colour
        Of the letters.
    is_bold
        Heavy letters.
    align, stand
        Which point of the text lies at its position, across and upright, as matplotlib's `ha`
        and `va`.
    halo_pt
        Width of a light rim that sets the letters off the map; 0 for none.
    height
        What lies higher covers the text.
    """

    size_pt: float
    colour: str = INK
    is_bold: bool = False
    align: str = "left"
    stand: str = "center"
    halo_pt: float = 0.0
    height: float = 10.0

    def enlarged(self, factor: float) -> Lettering:
        """Set it larger.

        Parameters
        ----------
        factor
            How many times as large.

        Returns
        -------
        lettering
            The same otherwise.
        """
        return replace(self, size_pt=self.size_pt * factor, halo_pt=self.halo_pt * factor)


def letter(
    place: Axes | Figure,
    at: tuple[float, float],
    text: str,
    lettering: Lettering,
    *,
    transform: Transform | None = None,
) -> None:
    """Set a text on a map or on the page; dollar signs in it are just dollar signs.

    Parameters
    ----------
    place
        The map or page.
    at
        Position in the coordinates of `place`.
    text
        May have several lines.
    lettering
        How it is set.
    transform
        Other coordinates for the position.
    """
    written = place.text(
        *at,
        "\n".join(printable(line) for line in text.split("\n")),
        fontsize=lettering.size_pt,
        fontweight="bold" if lettering.is_bold else "normal",
        color=lettering.colour,
        ha=lettering.align,
        va=lettering.stand,
        fontfamily=FONT,
        parse_math=False,
        zorder=lettering.height,
    )
    if transform is not None:
        written.set_transform(transform)
    if lettering.halo_pt:
        rim = withStroke(linewidth=lettering.halo_pt, foreground="white", alpha=0.85)
        written.set_path_effects([rim])


def printable(text: str) -> str:
    r"""Replace the characters that the maps' font cannot draw.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    text
        With `?` for what the font lacks, and spaces for line ends.

    Examples
    --------
    >>> printable("Liévin\n日")
    'Liévin ?'
    """
    known = _characters()
    one_line = " ".join(text.split("\n"))
    return "".join(letter if ord(letter) in known else "?" for letter in one_line)


def shorten(text: str, longest: int) -> str:
    """Cut a text that is too long for its place.

    Parameters
    ----------
    text
        Any text.
    longest
        Most characters.

    Returns
    -------
    text
        The text, or its beginning and an ellipsis.

    Examples
    --------
    >>> shorten("Passerelle sur la Deûle", 12)
    'Passerelle…'
    """
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def wrap(text: str, width: int, most: int) -> str:
    r"""Break a text into lines.

    Parameters
    ----------
    text
        Any text.
    width
        Most characters of a line.
    most
        Most lines; what is left over is cut.

    Returns
    -------
    text
        With line ends.

    Examples
    --------
    >>> wrap("INSEE 2021 ; FINESS 2026", 12, 2)
    'INSEE 2021 ;\nFINESS 2026'
    """
    lines = textwrap.wrap(text, width, max_lines=most, placeholder="…", break_on_hyphens=False)
    return "\n".join(lines)


@cache
def _characters() -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=FONT))).get_charmap())
