"""Which part of the world a map shows, and how it lies on the page."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

# West, south, east, north in metres.
Window: TypeAlias = tuple[float, float, float, float]
# Left, bottom, width and height as shares of the page.
Box: TypeAlias = tuple[float, float, float, float]

POINTS_PER_INCH: Final = 72
METRES_PER_INCH: Final = 0.0254
# A plate's scale is 1 to one of these, times a power of ten.
ROUND_SCALES: Final = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0)


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet to draw on: all have a map of the same aspect.

    Attributes
    ----------
    name
        Of a size of paper, or `""` for a screen.
    inches
        Width and height.
    map_box, side_box
        Where the map lies, and the legend beside it.
    title_y, subtitle_y
        Where the titles stand, as shares of the height; on paper their bottoms.
    enlargement
        Of letters and lines.
    """

    name: str
    inches: tuple[float, float]
    map_box: Box
    side_box: Box
    title_y: float
    subtitle_y: float
    enlargement: float = 1.0


SCREEN: Final = Page(
    "", (10.5, 7.0), (0.012, 0.065, 0.745, 0.80), (0.772, 0.065, 0.216, 0.80), 0.945, 0.893
)
MAP_ASPECT: Final = (SCREEN.map_box[2] * SCREEN.inches[0]) / (SCREEN.map_box[3] * SCREEN.inches[1])
# ISO 216, in inches.
A4_INCHES: Final = (297 / 25.4, 210 / 25.4)
# Ten millimetres of margin on A4, which every printer leaves.
MAP_WIDTH: Final = 203 / 297
MAP_HEIGHT: Final = 203 / MAP_ASPECT / 210
PAPER_MAP: Final[Box] = (10 / 297, 24 / 210, MAP_WIDTH, MAP_HEIGHT)
PAPER_SIDE: Final[Box] = (218 / 297, 24 / 210, 69 / 297, MAP_HEIGHT)
PAGES: Final = {
    "a4": Page("A4", A4_INCHES, PAPER_MAP, PAPER_SIDE, 183 / 210, 173 / 210, 1.06),
    "a3": Page(
        "A3",
        (A4_INCHES[0] * math.sqrt(2), A4_INCHES[1] * math.sqrt(2)),
        PAPER_MAP,
        PAPER_SIDE,
        183 / 210,
        173 / 210,
        1.42,
    ),
}


def fit_window(window: Window, *, least_width_m: float, share: float = 0.12) -> Window:
    """Widen a window by a margin, to a least width and to the map's aspect.

    Parameters
    ----------
    window
        What must be seen, in metres.
    least_width_m
        How wide the map is at least, in metres.
    share
        Margin on every side, as a share of the window's longer side.

    Returns
    -------
    window
        With the same centre.

    Examples
    --------
    >>> west, south, east, north = fit_window((0, 0, 0, 0), least_width_m=6000)
    >>> round(east - west), round((east - west) / (north - south), 2)
    (6000, 1.4)
    """
    west, south, east, north = window
    margin_m = share * max(east - west, north - south)
    width_m, height_m = east - west + 2 * margin_m, north - south + 2 * margin_m
    width_m = max(width_m, height_m * MAP_ASPECT, least_width_m)
    height_m = width_m / MAP_ASPECT
    x_m, y_m = (west + east) / 2, (south + north) / 2
    return (x_m - width_m / 2, y_m - height_m / 2, x_m + width_m / 2, y_m + height_m / 2)


def points_per_metre(window: Window, page: Page = SCREEN) -> float:
    """Give how many typographic points one metre takes on the map.

    Parameters
    ----------
    window
        What the map shows, in metres.
    page
        What it is drawn on.

    Returns
    -------
    scale
        Points per metre.

    Examples
    --------
    >>> round(points_per_metre((0, 0, 10_000, 7_000)) * 200, 1)
    11.3
    """
    return page.map_box[2] * page.inches[0] * POINTS_PER_INCH / (window[2] - window[0])


def scale_of(window: Window, page: Page) -> float:
    """Give the number that one metre on paper stands for in metres.

    Parameters
    ----------
    window
        What the map shows, in metres.
    page
        What it is drawn on.

    Returns
    -------
    scale
        75,000 for a map at 1:75,000.

    Examples
    --------
    >>> round(scale_of((0, 0, 20_300, 14_536), PAGES["a4"]))
    100000
    """
    return (window[2] - window[0]) / (page.map_box[2] * page.inches[0] * METRES_PER_INCH)


def round_window(window: Window, page: Page) -> Window:
    """Widen a window to a round scale.

    Parameters
    ----------
    window
        What must be seen, in metres.
    page
        What it is drawn on.

    Returns
    -------
    window
        With the same centre.

    Examples
    --------
    >>> window = round_window((0, 0, 15_000, 15_000 / MAP_ASPECT), PAGES["a4"])
    >>> round(scale_of(window, PAGES["a4"]))
    75000
    """
    least = scale_of(window, page)
    power = 10.0 ** math.floor(math.log10(least))
    # A hair of tolerance: what is round already must not be widened by rounding.
    wanted = next(step * power for step in ROUND_SCALES if step * power >= least * (1 - 1e-9))
    half = 0.5 * wanted / least
    x_m, y_m = (window[0] + window[2]) / 2, (window[1] + window[3]) / 2
    width_m, height_m = window[2] - window[0], window[3] - window[1]
    return (
        x_m - half * width_m,
        y_m - half * height_m,
        x_m + half * width_m,
        y_m + half * height_m,
    )


def round_length(longest_m: float) -> float:
    """Choose the longest round length for a scale bar.

    Parameters
    ----------
    longest_m
        The bar is no longer than this, in metres.

    Returns
    -------
    length_m
        1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> round_length(7300), round_length(999), round_length(2000)
    (5000.0, 500.0, 2000.0)
    """
    power = 10.0 ** math.floor(math.log10(longest_m))
    # The logarithm of 9999999.999999998 is rounded up to 7: then half the power fits.
    return max(step * power for step in (0.5, 1.0, 2.0, 5.0) if step * power <= longest_m)
