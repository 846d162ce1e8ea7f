"""How slopes change the time along streets, by a raster of heights."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from .._types import WGS84, Flags, Floats
from ..errors import InputError
from ..osm.extract import Extract
from .interpreting import UsableWays
from .profile_keys import Profile
from .segments import Vertices

# 60 km x 100 km in cells of 5 m; a file of a few bytes can claim far more.
MOST_CELLS: Final = 250_000_000
# Blocks are unpacked as a whole, and read one by one, smaller ones together.
MOST_BLOCK_CELLS: Final = 2**24
TILE_CELLS: Final = 2**22
# Megabytes of blocks that GDAL keeps.
CACHE_MB: Final = 64
# Steeper is stairs, a cliff beside the street, or a fault of the raster.
STEEPEST: Final = 0.3
# Heights are whole metres or worse on short segments: a slope is told over at least so far.
BASE_M: Final = 25.0
# The shore of the Dead Sea lies 440 m below the sea; what is lower stands for "unknown" (-9999).
LOWEST_M: Final = -500.0
SAYS_NO: Final = frozenset({"", "no"})
# Tobler 1993, Three presentations on geographical analysis and modeling, NCGIA 93-1: the speed of
# walkers falls by exp(-3.5 |slope + 0.05|), so that they are fastest a little downhill.
TOBLER_FALL: Final = 3.5
TOBLER_BEST: Final = 0.05
# Others, such as VRT, would read further files that the raster names.
DRIVER: Final = "GTiff"
INSTALL: Final = "Heights need rasterio: pip install 'artois-mobility[heights]'."


@dataclass(frozen=True, slots=True)
class Heights:
    """A raster of heights above the sea, in metres.

    Attributes
    ----------
    path
        The GeoTIFF.
    sha256
        Hash of its bytes, hexadecimal.
    """

    path: Path
    sha256: str

    def at(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Read heights between the middles of the cells around each point.

        Parameters
        ----------
        lon_deg, lat_deg
            Positions in degrees, shape (q,).

        Returns
        -------
        metres
            NaN outside the raster and where it knows nothing, shape (q,).
        """
        import rasterio
        from pyproj import Transformer

        with (
            rasterio.Env(GDAL_CACHEMAX=CACHE_MB),
            rasterio.open(self.path, driver=DRIVER) as raster,
        ):
            to_raster = Transformer.from_crs(WGS84, raster.crs, always_xy=True)
            x, y = map(np.asarray, to_raster.transform(lon_deg, lat_deg))
            inverse = ~raster.transform
            column = inverse.a * x + inverse.b * y + inverse.c
            row = inverse.d * x + inverse.e * y + inverse.f
            is_inside = (row >= 0) & (column >= 0) & (row <= raster.height)
            is_inside &= column <= raster.width
            metres: Floats = np.full(is_inside.size, np.nan)
            if not is_inside.any():
                return metres
            top, bottom = _span(row[is_inside], raster.height)
            left, right = _span(column[is_inside], raster.width)
            self._check_size((bottom - top) * (right - left))
            self._check_blocks(math.prod(raster.block_shapes[0]))
            try:
                metres[is_inside] = _read_tiles(raster, np.stack([row, column])[:, is_inside])
            except rasterio.errors.RasterioError as error:
                raise _damaged(self.path, error.__cause__ or error) from error
        return metres

    def _check_size(self, cell_count: int) -> None:
        """Refuse to read more cells than memory can be expected to hold."""
        if cell_count > MOST_CELLS:
            msg = (
                f"{self.path} has {cell_count} cells around the network; allowed are {MOST_CELLS}. "
                "Give a coarser raster: cells of 5 to 25 m are enough for streets."
            )
            raise InputError(msg)

    def _check_blocks(self, cell_count: int) -> None:
        if cell_count > MOST_BLOCK_CELLS:
            msg = (
                f"{self.path} packs {cell_count} cells as one block; allowed are "
                f"{MOST_BLOCK_CELLS}. Save it again in tiles of 256 x 256 cells."
            )
            raise InputError(msg)


def _read_tiles(raster: Any, place: Floats) -> Floats:  # noqa: ANN401
    """Read heights at rows and columns, shape (2, q), from one tile of the raster at a time."""
    high, wide = raster.block_shapes[0]
    across = max(math.isqrt(TILE_CELLS) // wide, 1)
    down = max(TILE_CELLS // (high * wide * across), 1)
    tile_row, tile_column = (place // [[high * down], [wide * across]]).astype(np.int64)
    tile = tile_row * (raster.width + 1) + tile_column
    order = np.argsort(tile, kind="stable")
    metres = np.empty(tile.size)
    for points in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
        metres[points] = _read_tile(raster, place[:, points])
    return metres


def _read_tile(raster: Any, place: Floats) -> Floats:  # noqa: ANN401
    from rasterio.windows import Window
    from scipy.ndimage import map_coordinates

    top, bottom = _span(place[0], raster.height)
    left, right = _span(place[1], raster.width)
    cells = raster.read(1, window=Window.from_slices((top, bottom), (left, right)), masked=True)
    heights_m = cells.astype(np.float64).filled(np.nan)
    heights_m[heights_m < LOWEST_M] = np.nan
    # a point in the middle of the first cell stands at 0.5
    metres: Floats = map_coordinates(
        heights_m, place - [[top + 0.5], [left + 0.5]], order=1, mode="nearest"
    )
    return metres


def _span(place: Floats, count: int) -> tuple[int, int]:
    """Give the rows or columns that points lie in, and one more on either side."""
    return max(int(place.min()) - 1, 0), min(int(place.max()) + 2, count)


def read_heights(path: str | Path) -> Heights:
    """Open a raster of heights.

    Parameters
    ----------
    path
        A GeoTIFF with one band in metres, in any coordinate system.

    Returns
    -------
    heights
        For `build_network`.

    Raises
    ------
    InputError
        If the file is missing or no raster with a coordinate system, or rasterio is not installed.

    Examples
    --------
    >>> read_heights("nowhere.tif")
    Traceback (most recent call last):
    artois_mobility.errors.InputError: nowhere.tif does not exist.
    """
    path = Path(path)
    if not path.is_file():
        msg = f"{path} does not exist."
        raise InputError(msg)
    try:
        import rasterio
    except ImportError as error:
        raise InputError(INSTALL) from error
    try:
        with rasterio.open(path, driver=DRIVER) as raster:
            crs, has_cells = raster.crs, not raster.transform.is_degenerate
    except rasterio.errors.RasterioError as error:
        raise _damaged(path, error) from error
    if crs is None:
        msg = f"{path} does not say its coordinate system. Write it with one, such as EPSG:2154."
        raise InputError(msg)
    if not has_cells:
        msg = f"{path} has cells without a size. Write it with the place and size of its cells."
        raise InputError(msg)
    _check_crs(path, crs)
    with path.open("rb") as file:
        return Heights(path, hashlib.file_digest(file, "sha256").hexdigest())


def _damaged(path: Path, error: BaseException) -> InputError:
    return InputError(
        f"{path} cannot be read as a raster: {error}. Give a GeoTIFF of heights in metres."
    )


def _check_crs(path: Path, crs: object) -> None:
    """Refuse a coordinate system that says nothing of where on the globe it is."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        Transformer.from_crs(WGS84, crs, always_xy=True)
    except ProjError as error:
        msg = (
            f"{path} has a coordinate system that has no place on the globe ({crs}). "
            "Write it with one that has, such as EPSG:2154."
        )
        raise InputError(msg) from error


def climb_segments(
    extract: Extract, usable: UsableWays, vertices: Vertices, metres: Floats, heights: Heights
) -> Floats:
    """Find the slope of each segment along the way as drawn.

    Bridges and tunnels run straight from end to end, whatever lies below or above them.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The ways of a profile.
    vertices
        The same, cut.
    metres
        Length of each segment, shape (s,).
    heights
        The raster.

    Returns
    -------
    slope
        Metres up per metre, shape (s,); 0 on the pieces of ways of which the raster does not know
        every height.

    Raises
    ------
    InputError
        If the raster knows no height at all there.
    """
    segment = vertices.first_of_segment
    if not segment.size:
        return np.zeros(0)
    node, vertex = np.unique(vertices.node, return_inverse=True)
    height_m = heights.at(extract.nodes.lon_deg[node], extract.nodes.lat_deg[node])[vertex]
    if not np.isfinite(height_m).any():
        msg = (
            f"{heights.path} knows no height anywhere in {extract.source.path}. Give a raster of "
            "the same place, or leave it out."
        )
        raise InputError(msg)
    first = np.flatnonzero(vertices.starts_piece)
    piece = np.cumsum(vertices.starts_piece) - 1
    last = np.append(first[1:], vertices.node.size) - 1
    # pieces lie one behind the other on one axis, apart from each other
    step_m = np.zeros(vertices.node.size)
    step_m[segment + 1] = metres
    along_m = np.cumsum(step_m + vertices.starts_piece)
    begin_m, end_m = along_m[first], along_m[last]
    rise_m = height_m[last] - height_m[first]
    share = (along_m - begin_m[piece]) / np.maximum(end_m - begin_m, 1e-9)[piece]
    is_carried = _carried(extract, usable)[vertices.way]
    height_m = np.where(is_carried, height_m[first][piece] + rise_m[piece] * share, height_m)
    is_told = ~np.isnan(height_m)
    height_m = np.where(is_told, height_m, 0.0)
    own = piece[segment]
    middle = (along_m[segment] + along_m[segment + 1]) / 2
    half = np.maximum(metres, BASE_M) / 2
    # a piece shorter than the base is one slope from end to end
    before = np.maximum(middle - half, begin_m[own])
    after = np.minimum(middle + half, end_m[own])
    climbed_m = np.interp(after, along_m, height_m) - np.interp(before, along_m, height_m)
    run_m = after - before
    slope = np.divide(climbed_m, run_m, out=np.zeros(run_m.size), where=run_m > 0)
    slope[~np.logical_and.reduceat(is_told, first)[own]] = 0.0
    bounded: Floats = np.clip(slope, -STEEPEST, STEEPEST)
    return bounded


def slow_down(
    slope: Floats, profile: Profile, paces: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Compute how many times longer segments take than on the flat, along the way and against it.

    Parameters
    ----------
    slope
        Of each segment along the way, shape (s,).
    profile
        Whose `slope_law` holds.
    paces
        Speed on the flat along each segment and against it, km/h, shape (s,) each; 0 where a
        slope changes nothing.

    Returns
    -------
    along, against
        Shape (s,) each. Nobody rides slower than he pushes, and who pushes is not slowed.

    References
    ----------
    Tobler, W. (1993). Three presentations on geographical analysis and modeling. NCGIA 93-1.
    Parkin, J. and Rotheram, J. (2010). Design speeds and acceleration characteristics of bicycle
    traffic. Transport Policy 17(5). doi:10.1016/j.tranpol.2010.03.001

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> pace = np.float64([4.8, 4.8])
    >>> along, against = slow_down(np.float64([0.0, 0.05]), read_profile("walk"), (pace, pace))
    >>> along.round(2), against.round(2)
    (array([1.  , 1.19]), array([1.  , 0.84]))
    """
    along, against = (
        _bound(_factor(each, profile), pace, profile)
        for each, pace in zip((slope, -slope), paces, strict=True)
    )
    return along, against


def _bound(factor: Floats, pace_kmh: Floats, profile: Profile) -> Floats:
    """Keep riding from getting slower than pushing, and leave alone what knows no slope."""
    if profile.slope_law == "linear":
        slowest = np.maximum(pace_kmh / profile.pushing_kmh, 1.0)
        is_pushed = pace_kmh <= profile.pushing_kmh
        factor = np.where(is_pushed, 1.0, np.minimum(factor, slowest))
    bound: Floats = np.where(pace_kmh > 0, factor, 1.0)
    return bound


def is_too_steep(slope: Floats, profile: Profile) -> Flags:
    """Tell which segments are steeper than a profile can manage.

    Parameters
    ----------
    slope
        Of each segment, shape (s,).
    profile
        Whose `steepest` counts.

    Returns
    -------
    is_too_steep
        Shape (s,).

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> is_too_steep(np.float64([0.1, -0.13]), read_profile("wheelchair"))
    array([False,  True])
    >>> is_too_steep(np.float64([0.1, -0.13]), read_profile("walk"))
    array([False, False])
    """
    steepest = profile.steepest or np.inf
    is_steep: Flags = np.abs(slope) > steepest
    return is_steep


def _factor(slope: Floats, profile: Profile) -> Floats:
    if profile.slope_law == "tobler":
        tobler: Floats = np.exp(TOBLER_FALL * (np.abs(slope + TOBLER_BEST) - TOBLER_BEST))
        return tobler
    if profile.slope_law == "linear":
        up, down = np.maximum(slope, 0) * 100, np.maximum(-slope, 0) * 100
        share = 1 - profile.slope_uphill * up + profile.slope_downhill * down
        longer: Floats = 1 / np.clip(share, profile.slope_slowest, profile.slope_fastest)
        return longer
    return np.ones(slope.size)


def _carried(extract: Extract, usable: UsableWays) -> Flags:
    """Tell which ways lie on a bridge or in a tunnel."""
    tags = extract.ways.tags
    carried = [
        tags[row].get("bridge", "") not in SAYS_NO or tags[row].get("tunnel", "") not in SAYS_NO
        for row in usable.row.tolist()
    ]
    return np.array(carried, np.bool_)
