"""Streets and barriers as straight lines on a grid, listed by the buckets they touch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from .._types import NO_ARC, ArcIds, Floats, Rows
from ..kernels.grid_lines import count_touched, list_touching
from ..network.model import Network
from .grid import Grid


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Straight lines in cells of the grid, listed by bucket: l lines, b buckets.

    Attributes
    ----------
    x0, y0, x1, y1
        Ends, shape (l,).
    first
        First of each bucket's lines in `line`, shape (b + 1,).
    line
        Rows of the lines, by bucket.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    first: npt.NDArray[np.int64]
    line: Rows

    @property
    def ends(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Both ends of all lines, as the kernels take them."""
        return self.x0, self.y0, self.x1, self.y1


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """Straight pieces of streets, each street by the smaller id of its twins: l pieces.

    Attributes
    ----------
    arc
        Arc that each is a piece of, shape (l,).
    begin, end
        Shares of the arc's time at its ends, shape (l,).
    x0, y0, x1, y1
        Its ends, in cells of the grid, shape (l,).
    """

    arc: ArcIds
    begin: Floats
    end: Floats
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats


def list_streets(network: Network, grid: Grid) -> Streets:
    """Take streets apart into straight pieces, each street once.

    Parameters
    ----------
    network
        The network of one profile.
    grid
        Laid over it.

    Returns
    -------
    streets
        Pieces in the order of their arcs.
    """
    point_count = np.diff(network.first_point)
    arc_of_point = np.repeat(np.arange(point_count.size, dtype=np.int32), point_count)
    is_last = np.zeros(arc_of_point.size, np.bool_)
    is_last[network.first_point[1:] - 1] = True
    twin = network.twin_of_arc
    is_first = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    start = np.flatnonzero(~is_last & is_first[arc_of_point])
    share = _share_of_arc(network, arc_of_point)
    x = _to_cells(network.point_x_m, grid.west_m, grid)
    y = _to_cells(network.point_y_m, grid.south_m, grid)
    return Streets(
        arc_of_point[start],
        share[start],
        share[start + 1],
        x[start],
        y[start],
        x[start + 1],
        y[start + 1],
    )


def _share_of_arc(network: Network, arc_of_point: Rows) -> Floats:
    """Share of the arc's time at each shape point; by number where an arc takes no time."""
    first = network.first_point[:-1][arc_of_point]
    last = network.first_point[1:][arc_of_point] - 1
    whole_ms = network.point_ms[last]
    by_number = (np.arange(arc_of_point.size) - first) / np.maximum(last - first, 1)
    return np.where(whole_ms > 0, network.point_ms / np.maximum(whole_ms, 1), by_number)


def list_barriers(network: Network, grid: Grid, bucket: int) -> Lines:
    """List what nobody walks across.

    Parameters
    ----------
    network
        The network of one profile.
    grid
        Laid over it.
    bucket
        Cells along the side of a bucket.

    Returns
    -------
    barriers
        Straight pieces of the network's barriers, none of length 0.
    """
    corner, line = shapely.get_coordinates(network.barriers, return_index=True)
    x, y = _to_cells(corner[:, 0], grid.west_m, grid), _to_cells(corner[:, 1], grid.south_m, grid)
    joined = np.flatnonzero((np.diff(line) == 0) & ((np.diff(x) != 0) | (np.diff(y) != 0)))
    return list_by_bucket((x[joined], y[joined], x[joined + 1], y[joined + 1]), grid, bucket)


def list_by_bucket(ends: tuple[Floats, Floats, Floats, Floats], grid: Grid, bucket: int) -> Lines:
    """List lines by the buckets that they touch.

    Parameters
    ----------
    ends
        Columns x0, y0, x1 and y1 in cells of the grid, shape (l,).
    grid
        The grid.
    bucket
        Cells along the side of a bucket.

    Returns
    -------
    lines
        Row by row of buckets; a line stands in each that it touches.
    """
    row_count, column_count = bucket_counts(grid, bucket)
    size = np.zeros(row_count * column_count, np.int64)
    count_touched(*ends, bucket, row_count, column_count, size)
    first = np.zeros(size.size + 1, np.int64)
    np.cumsum(size, out=first[1:])
    line = np.empty(int(first[-1]), np.int32)
    list_touching(*ends, bucket, row_count, column_count, first[:-1].copy(), line)
    return Lines(*ends, first, line)


def bucket_counts(grid: Grid, bucket: int) -> tuple[int, int]:
    """Count the buckets that cover a grid.

    Parameters
    ----------
    grid
        The grid.
    bucket
        Cells along the side of a bucket.

    Returns
    -------
    row_count, column_count
        Northward and eastward.
    """
    return -(-grid.row_count // bucket), -(-grid.column_count // bucket)


def _to_cells(position_m: Floats, low_m: float, grid: Grid) -> Floats:
    return np.ascontiguousarray((position_m - low_m) / grid.cell_m, np.float64)
