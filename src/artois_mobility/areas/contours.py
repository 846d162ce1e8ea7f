"""Areas cut out of a surface of arrival times; those of one surface nest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from .._types import MS_PER_MIN, Floats, Milliseconds, Rows
from ..kernels.contour import OUTSIDE, count_crossings, interpolate, trace_rings
from ..network.geodesy import unproject
from ..network.outlines import ranges
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
    """

    grid: Grid
    corner: Floats
    first_of_ring: npt.NDArray[np.int64]
    first_of_part: npt.NDArray[np.int64]

    def in_metres(self) -> shapely.MultiPolygon:
        """Draw it in the metric system of the grid."""
        low = np.array([self.grid.west_m, self.grid.south_m])
        return self._draw(low + self.grid.cell_m * self.corner)

    def in_degrees(self, degrees: "Degrees") -> shapely.MultiPolygon:
        """Draw it in degrees."""
        placed = np.empty_like(self.corner)
        interpolate(self.corner, degrees.spacing, degrees.lon_deg, degrees.lat_deg, placed)
        return self._draw(placed)

    @property
    def size_m2(self) -> float:
        """Square metres, holes left out."""
        return float(_sizes(self.corner, self.first_of_ring).sum()) * self.grid.cell_m**2

    def _draw(self, placed: Floats) -> shapely.MultiPolygon:
        offsets = self.first_of_ring, self.first_of_part
        if self.first_of_part.size < 2:
            return shapely.MultiPolygon()
        parts = shapely.from_ragged_array(shapely.GeometryType.POLYGON, placed, offsets)
        area: shapely.MultiPolygon = shapely.multipolygons(parts)
        return area


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
    return _put_together(grid, corner, first_of_ring[: ring_count + 1], parent[:ring_count])


def _put_together(grid: Grid, corner: Floats, first_of_ring: Rows, parent: Rows) -> Area:
    """Put those rings that go around holes behind the one that they lie in, without slivers."""
    is_hole = parent != OUTSIDE
    outside = np.where(is_hole, parent, np.arange(parent.size))
    size = np.zeros(parent.size)
    np.add.at(size, outside, _sizes(corner, first_of_ring))
    order = np.lexsort((is_hole, outside))
    order = order[size[outside[order]] >= LEAST_CELLS]
    sizes = np.diff(first_of_ring)[order]
    placed = np.ascontiguousarray(corner[ranges(first_of_ring[:-1][order], sizes)])
    first_placed = np.concatenate([[0], np.cumsum(sizes)])
    first_of_part = np.append(np.flatnonzero(~is_hole[order]), order.size)
    return Area(grid, placed, first_placed, first_of_part)


def _sizes(corner: Floats, first_of_ring: npt.NDArray[np.integer]) -> Floats:
    """Measure rings, in cells: those that go anticlockwise, the others as what they take away."""
    if first_of_ring.size < 2:
        return np.zeros(0)
    x, y = corner[: first_of_ring[-1]].T
    # from the first corner of each ring, for digits' sake; across rings nothing counts
    own = np.repeat(first_of_ring[:-1], np.diff(first_of_ring))
    x, y = x - x[own], y - y[own]
    twice = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    twice[first_of_ring[1:] - 1] = 0.0
    sums: Floats = np.add.reduceat(twice, first_of_ring[:-1]) / 2
    return sums
