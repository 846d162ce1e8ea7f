"""Areas cut out of a surface of arrival times; those of one surface nest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from .._types import MS_PER_MIN, Floats, Geometries, Milliseconds, Rows
from ..kernels.contour import OUTSIDE, count_crossings, trace_rings
from ..network.outlines import ranges
from .grid import Grid

# Where a vertex is reached and its neighbour is not, the boundary lies between them: where the
# time runs out if the neighbour takes up to a minute longer, and as if it took a minute if more.
BEYOND_MS: Final = MS_PER_MIN
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


def cut_area(surface: Surface, threshold_ms: int) -> shapely.MultiPolygon:
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
        In the metric system of the grid; parts of less than half a cell are left out.
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
    if ring_count == 0:
        return shapely.MultiPolygon()
    traced = corner[: first_of_ring[ring_count]]
    placed = (grid.west_m, grid.south_m) + grid.cell_m * traced
    parts = _polygons(placed, first_of_ring[: ring_count + 1], parent[:ring_count])
    is_large = shapely.area(parts) >= LEAST_CELLS * grid.cell_m**2
    area: shapely.MultiPolygon = shapely.multipolygons(parts[is_large])
    return area


def _polygons(corner: Floats, first_of_ring: Rows, parent: Rows) -> Geometries:
    """Make polygons of rings, those around holes behind the ring that they lie in."""
    is_hole = parent != OUTSIDE
    outside = np.where(is_hole, parent, np.arange(parent.size))
    order = np.lexsort((is_hole, outside))
    sizes = np.diff(first_of_ring)[order]
    placed = corner[ranges(first_of_ring[:-1][order], sizes)]
    first_placed = np.concatenate([[0], np.cumsum(sizes)])
    first_of_part = np.append(np.flatnonzero(~is_hole[order]), order.size)
    parts: Geometries = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, placed, (first_placed, first_of_part)
    )
    return parts
