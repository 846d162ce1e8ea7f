"""Which part of the world a map shows, and how it lies on the page."""

from __future__ import annotations

import math
from typing import Final, TypeAlias

# West, south, east, north in metres.
Window: TypeAlias = tuple[float, float, float, float]
# Left, bottom, width and height as shares of the page.
Box: TypeAlias = tuple[float, float, float, float]

PAGE_INCHES: Final = (10.5, 7.0)
MAP_BOX: Final[Box] = (0.012, 0.065, 0.745, 0.80)
SIDE_BOX: Final[Box] = (0.772, 0.065, 0.216, 0.80)
MAP_ASPECT: Final = (MAP_BOX[2] * PAGE_INCHES[0]) / (MAP_BOX[3] * PAGE_INCHES[1])
POINTS_PER_INCH: Final = 72


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


def points_per_metre(window: Window) -> float:
    """Give how many typographic points one metre takes on the map.

    Parameters
    ----------
    window
        What the map shows, in metres.

    Returns
    -------
    scale
        Points per metre.

    Examples
    --------
    >>> round(points_per_metre((0, 0, 10_000, 7_000)) * 200, 1)
    11.3
    """
    return MAP_BOX[2] * PAGE_INCHES[0] * POINTS_PER_INCH / (window[2] - window[0])


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
