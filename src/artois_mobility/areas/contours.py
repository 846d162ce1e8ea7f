"""Areas cut out of a surface of arrival times; those of one surface nest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from .._types import MS_PER_MIN, Floats, Geometries, Milliseconds
from ..kernels.contour import count_crossings, interpolate, put_together, trace_rings
from ..network.geodesy import unproject
from .grid import Grid

# Where a vertex is reached and its neighbour is not, the boundary lies between them: where the
# time runs out if the neighbour takes up to a minute longer, and as if it took a minute if more.
BEYOND_MS: Final = MS_PER_MIN
# Vertices whose degrees are computed, metres from each other.
APART_M: Final = 500.0
# Smaller parts, in cells, are slivers.
LEAST_CELLS: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Edges of a grid that barriers cut, k of them.

    Attributes
    ----------
    edge
        Ascending, shape (k,): 2 x vertex for that from a vertex eastward, and 1 more northward.
    first, last
        Shares of the edge at its first and last cut, shape (k,).
    """

    edge: npt.NDArray[np.int64]
    first: Floats
    last: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """When a block of vertices is reached.

    Attributes
    ----------
    grid
        The grid it is a block of.
    first_row, first_column
        Its first vertex.
    arrival_ms
        Milliseconds, shape (r, c); `UNREACHED_MS` where nobody gets to. Nobody gets to its border.
    cuts
        Where barriers cut the edges of the grid.
    """

    grid: Grid
    first_row: int
    first_column: int
    arrival_ms: Milliseconds
    cuts: Cuts


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """What is reached in time: p parts of r rings, k corners.

    Attributes
    ----------
    grid
        The grid it lies on.
    corner
        Columns and rows of the grid, ring after ring, each closed, shape (k, 2).
    first_of_ring, first_of_part
        Where each ring begins in `corner`, and each part in the rings, the ring of its outside
        first; the last is the end, shape (r + 1,) and (p + 1,).
    size_m2
        Square metres, holes left out.
    """

    grid: Grid
    corner: Floats
    first_of_ring: npt.NDArray[np.int64]
    first_of_part: npt.NDArray[np.int64]
    size_m2: float


@dataclass(frozen=True, slots=True, eq=False)
class Degrees:
    """Degrees of some vertices of a grid; between them they are as good as linear.

    Attributes
    ----------
    spacing
        Each multiple of so many rows and columns is known.
    lon_deg, lat_deg
        Tables of their degrees.
    """

    spacing: int
    lon_deg: Floats
    lat_deg: Floats


def know_degrees(grid: Grid, crs: str) -> Degrees:
    """Find the degrees of vertices so near to each other that those between follow.

    Parameters
    ----------
    grid
        The grid.
    crs
        Its metric coordinate system.

    Returns
    -------
    degrees
        What is interpolated from them is off by a centimetre at most, but near the poles.
    """
    spacing = max(int(APART_M / grid.cell_m), 1)
    column = np.arange(0, grid.column_count + 2 * spacing, spacing)
    row = np.arange(0, grid.row_count + 2 * spacing, spacing)
    x_m = grid.west_m + grid.cell_m * np.tile(column, row.size)
    y_m = grid.south_m + grid.cell_m * np.repeat(row, column.size)
    lon_deg, lat_deg = unproject(x_m, y_m, crs)
    shape = row.size, column.size
    return Degrees(spacing, lon_deg.reshape(shape), lat_deg.reshape(shape))


def cut_area(surface: Surface, threshold_ms: int) -> Area:
    """Cut out the area that is reached in time.

    The boundary crosses the grid only on its edges, on each further out for more time; so the
    areas of a surface nest. It stops short of a barrier that parts a reached vertex from one that
    is not.

    Parameters
    ----------
    surface
        Arrival times.
    threshold_ms
        Milliseconds.

    Returns
    -------
    area
        Parts of less than half a cell are left out.
    """
    grid, cuts, arrival_ms = surface.grid, surface.cuts, surface.arrival_ms
    counts = np.empty(2, np.int64)
    count_crossings(arrival_ms, threshold_ms, counts)
    most_rings = int(counts[0]) // 2  # each crosses two edges eastward or more
    corner = np.empty((int(counts.sum()) + most_rings, 2))
    first_of_ring, parent = np.empty((2, most_rings + 1), np.int32)
    ring_count = trace_rings(
        arrival_ms, threshold_ms, BEYOND_MS,
        surface.first_row, surface.first_column, grid.column_count,
        cuts.edge, cuts.first, cuts.last,
        np.empty_like(arrival_ms), corner, first_of_ring, parent,
    )  # fmt: skip
    columns = corner, first_of_ring[: ring_count + 1], parent[:ring_count]
    placed = np.empty_like(corner)
    first_placed, first_of_part = np.empty((2, ring_count + 1), np.int64)
    size = put_together(*columns, LEAST_CELLS, placed, first_placed, first_of_part, counts)
    first_placed = first_placed[: int(counts[0]) + 1]
    return Area(
        grid,
        placed[: first_placed[-1]],
        first_placed,
        first_of_part[: int(counts[1]) + 1],
        size * grid.cell_m**2,
    )


def no_area(grid: Grid) -> Area:
    """Make the area of what is not reached at all.

    Parameters
    ----------
    grid
        The grid it would lie on.

    Returns
    -------
    area
        Without any part.
    """
    nowhere = np.zeros(1, np.int64)
    return Area(grid, np.zeros((0, 2)), nowhere, nowhere, 0.0)


def draw_areas(areas: Sequence[Area], degrees: Degrees | None = None) -> Geometries:
    """Draw areas of one grid as polygons.

    Parameters
    ----------
    areas
        Areas, a of them.
    degrees
        Of the grid, to draw in degrees; in its metric system without.

    Returns
    -------
    polygons
        MultiPolygons, shape (a,); empty where nothing is reached.
    """
    if not areas:
        return np.zeros(0, object)
    grid = areas[0].grid
    corner = np.concatenate([each.corner for each in areas])
    if degrees is None:
        placed = np.array([grid.west_m, grid.south_m]) + grid.cell_m * corner
    else:
        placed = np.empty_like(corner)
        interpolate(corner, degrees.spacing, degrees.lon_deg, degrees.lat_deg, placed)
    offsets = (
        _join([each.first_of_ring for each in areas]),
        _join([each.first_of_part for each in areas]),
        np.append(0, np.cumsum([each.first_of_part.size - 1 for each in areas])),
    )
    polygons: Geometries
    polygons = shapely.from_ragged_array(shapely.GeometryType.MULTIPOLYGON, placed, offsets)
    return polygons


def _join(firsts: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    """Join offsets, each list of which begins at 0 and ends with its whole."""
    begin = np.cumsum([0, *(each[-1] for each in firsts)])
    parts = [each[:-1] + start for each, start in zip(firsts, begin, strict=False)]
    return np.append(np.concatenate(parts), begin[-1])
