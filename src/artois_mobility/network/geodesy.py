"""Lengths on the ellipsoid, and the metric coordinate system of a place."""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from .._types import WGS84, Floats

if TYPE_CHECKING:
    from pyproj import Transformer

# WGS 84: NGA.STND.0036, Department of Defense World Geodetic System 1984, version 1.0.0 (2014).
SEMI_MAJOR_M: Final = 6_378_137.0
ECCENTRICITY_SQUARED: Final = 0.0066943799901413165

LAMBERT_93: Final = "EPSG:2154"
# Metropolitan France and its coastal waters, drawn coarsely: lon, lat in degrees.
FRANCE_DEG: Final = (
    (2.54, 51.10), (2.60, 50.83), (2.90, 50.70), (3.14, 50.80), (3.21, 50.71), (3.28, 50.53),
    (3.67, 50.32), (4.00, 50.36), (4.20, 49.97), (4.85, 50.16), (4.90, 49.80), (5.45, 49.51),
    (5.90, 49.50), (6.70, 49.17), (8.23, 48.97), (7.57, 47.58), (7.00, 47.35), (5.98, 46.25),
    (6.80, 46.42), (7.05, 45.90), (6.65, 45.10), (7.72, 44.10), (7.55, 43.70), (10.0, 43.10),
    (9.70, 41.25), (8.50, 41.25), (8.30, 42.60), (3.30, 42.43), (1.75, 42.48), (0.60, 42.68),
    (-1.50, 43.03), (-2.20, 43.40), (-5.80, 48.50), (-2.50, 48.95), (-2.00, 49.80), (1.30, 50.55),
    (1.55, 51.05),
)  # fmt: skip


def length_m(
    lon_a_deg: npt.ArrayLike,
    lat_a_deg: npt.ArrayLike,
    lon_b_deg: npt.ArrayLike,
    lat_b_deg: npt.ArrayLike,
) -> Floats:
    """Compute the length of short segments on the WGS 84 ellipsoid, in metres.

    The radii of curvature at the middle latitude turn the differences of longitude and latitude
    into metres; for segments up to a few kilometres the error is below one part in a million.

    Parameters
    ----------
    lon_a_deg, lat_a_deg
        Start of each segment in degrees, shape (s,).
    lon_b_deg, lat_b_deg
        End of each segment in degrees, shape (s,).

    Returns
    -------
    metres
        Shape (s,).

    References
    ----------
    Rapp, R. H. (1991). Geometric Geodesy, Part I. Ohio State University. Sections 3.5 and 4.

    Examples
    --------
    >>> length_m([2.83], [50.42], [2.84], [50.42]).round(3)
    array([710.692])
    >>> length_m([], [], [], [])
    array([], dtype=float64)
    """
    lat_a, lat_b = np.radians(lat_a_deg), np.radians(lat_b_deg)
    middle = (lat_a + lat_b) / 2
    bend = 1 - ECCENTRICITY_SQUARED * np.sin(middle) ** 2
    prime_vertical_m = SEMI_MAJOR_M / np.sqrt(bend)
    meridian_m = prime_vertical_m * (1 - ECCENTRICITY_SQUARED) / bend
    turn = np.radians(np.asarray(lon_b_deg, np.float64) - np.asarray(lon_a_deg, np.float64))
    east_m = prime_vertical_m * np.cos(middle) * turn
    metres: Floats = np.hypot(east_m, meridian_m * (lat_b - lat_a))
    return metres


def metric_crs(lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> str:
    """Choose the metric coordinate system for the middle of some points.

    The middle is the median, so that a few far points do not move it.

    Parameters
    ----------
    lon_deg, lat_deg
        Positions in degrees, any shape; the two corners of a rectangle will do.

    Returns
    -------
    crs
        `EPSG:2154` (Lambert 93, the legal system) in metropolitan France, also for no points at
        all; else the UTM zone as `EPSG:326..` or `EPSG:327..`.

    Examples
    --------
    >>> metric_crs([2.83], [50.42]), metric_crs([-8.61], [41.15]), metric_crs([18.4], [-33.9])
    ('EPSG:2154', 'EPSG:32629', 'EPSG:32734')
    >>> metric_crs([], [])
    'EPSG:2154'
    """
    if np.size(lon_deg) == 0:
        return LAMBERT_93
    lon = float(np.median(np.asarray(lon_deg, np.float64)))
    lat = float(np.median(np.asarray(lat_deg, np.float64)))
    if _is_in_france(lon, lat):
        return LAMBERT_93
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{(32600 if lat >= 0 else 32700) + zone}"


def project(lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """Project positions from degrees into a metric coordinate system.

    Parameters
    ----------
    lon_deg, lat_deg
        Positions in degrees, WGS 84, shape (p,).
    crs
        The metric system, for instance `EPSG:2154`.

    Returns
    -------
    x_m, y_m
        Metres, each of shape (p,).

    Examples
    --------
    >>> [float(value[0].round()) for value in project([3.0], [46.5], "EPSG:2154")]
    [700000.0, 6600000.0]
    >>> project([], [], "EPSG:2154")[0].size
    0
    """
    x_m, y_m = _transformer(WGS84, crs).transform(
        np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64)
    )
    return np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)


def unproject(x_m: npt.ArrayLike, y_m: npt.ArrayLike, crs: str) -> tuple[Floats, Floats]:
    """Turn metric positions back into degrees.

    Parameters
    ----------
    x_m, y_m
        Positions in metres, shape (p,).
    crs
        Their system, for instance `EPSG:2154`.

    Returns
    -------
    lon_deg, lat_deg
        Degrees, WGS 84, each of shape (p,).

    Examples
    --------
    >>> [float(value[0].round(6)) for value in unproject([700000], [6600000], "EPSG:2154")]
    [3.0, 46.5]
    >>> unproject([], [], "EPSG:2154")[0].size
    0
    """
    lon_deg, lat_deg = _transformer(crs, WGS84).transform(
        np.asarray(x_m, np.float64), np.asarray(y_m, np.float64)
    )
    return np.asarray(lon_deg, np.float64), np.asarray(lat_deg, np.float64)


@lru_cache(maxsize=16)
def _transformer(source_crs: str, target_crs: str) -> "Transformer":
    from pyproj import Transformer

    return Transformer.from_crs(source_crs, target_crs, always_xy=True)


def _is_in_france(lon_deg: float, lat_deg: float) -> bool:
    """Count how often a ray to the east crosses the outline."""
    crossings = 0
    for (lon_a, lat_a), (lon_b, lat_b) in zip(
        FRANCE_DEG, FRANCE_DEG[1:] + FRANCE_DEG[:1], strict=True
    ):
        if (lat_a > lat_deg) != (lat_b > lat_deg):
            share = (lat_deg - lat_a) / (lat_b - lat_a)
            crossings += lon_a + share * (lon_b - lon_a) > lon_deg
    return crossings % 2 == 1
