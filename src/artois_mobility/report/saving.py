"""How a drawn map becomes a file: a small PNG, or vectors as SVG and PDF; always the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from .classes import ACCESS_COLOURS, CHANGE_COLOURS
from .ground import LAND

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt
    from matplotlib.figure import Figure

    from .sheet import SheetText

DPI: Final = 110
MOST_COLOURS: Final = 128
NO_DITHER: Final = Image.Dither.NONE
# Colours that must come out as they are, those of the legends.
EXACT_COLOURS: Final = ("#ffffff", LAND, *ACCESS_COLOURS, *CHANGE_COLOURS)
# Of 255, by which a colour may move when the picture is reduced to 256 of them.
LARGEST_SHIFT: Final = 8
# Letters stay letters in a PDF, to be searched for and read aloud, and become outlines in an SVG,
# which must not depend on fonts; names inside a file do not depend on chance.
VECTOR_SETTINGS: Final[Any] = {
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "artois_mobility",
}


def save(figure: Figure, path: Path, text: SheetText) -> None:
    """Write a drawn map, with its title and source inside the file.

    Parameters
    ----------
    figure
        The map.
    path
        Where to; its ending decides: `.png`, `.svg` or `.pdf`.
    text
        What stands on it.
    """
    if path.suffix == ".png":
        _save_png(figure, path, text)
        return
    told = {"Title": text.title, "CreationDate" if path.suffix == ".pdf" else "Date": None}
    if path.suffix == ".pdf":
        told |= {"Subject": text.subtitle, "Keywords": " ".join([text.mention, text.source])}
    else:
        told |= {"Description": f"{text.subtitle}. {text.mention}", "Rights": text.source}
    with mpl.rc_context(VECTOR_SETTINGS):
        figure.savefig(path, format=path.suffix[1:], metadata=told)


def _save_png(figure: Figure, path: Path, text: SheetText) -> None:
    """Write a PNG of 128 colours; those of the legend exact, others shift by what nobody sees."""
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
