"""Shapes of arcs: columns of points, cut at joints and put into another order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .._types import Floats, Milliseconds, Offsets, Rows
from ..network.model import Network


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """The points of one arc in the direction of travel, p points.

    Attributes
    ----------
    degrees
        Longitude and latitude, shape (p, 2).
    metres
        Position in the network's metric system, shape (p, 2).
    point_ms
        Time from the tail, shape (p,).
    """

    degrees: Floats
    metres: Floats
    point_ms: Milliseconds

    def reversed(self) -> "Shape":
        """Turn the shape round."""
        back_ms = self.point_ms[-1] - self.point_ms[::-1]
        return Shape(self.degrees[::-1], self.metres[::-1], back_ms)


def shape_of_arc(network: Network, arc: int) -> Shape:
    """Take the shape of one arc out of a network.

    Parameters
    ----------
    network
        Any network.
    arc
        One of its arcs.

    Returns
    -------
    shape
        Views into the network's columns.
    """
    points = slice(int(network.first_point[arc]), int(network.first_point[arc + 1]))
    return Shape(
        np.column_stack([network.point_lon_deg[points], network.point_lat_deg[points]]),
        np.column_stack([network.point_x_m[points], network.point_y_m[points]]),
        network.point_ms[points],
    )


def find_inner_points(shape: Shape, shares: Floats) -> list[slice]:
    """Tell which points of a shape lie in each of the pieces that cuts make.

    Parameters
    ----------
    shape
        The whole.
    shares
        Part of the length before each cut, ascending, shape (k,).

    Returns
    -------
    inner_points
        k + 1 ranges of points, the ends of the whole included; a point at a cut is in neither.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0], [4.0, 0.0], [10.0, 0.0]])
    >>> whole = Shape(corners, corners, np.int32([0, 3, 7]))
    >>> find_inner_points(whole, np.array([0.5]))
    [slice(0, 2, None), slice(2, 3, None)]
    >>> find_inner_points(whole, np.array([]))
    [slice(0, 3, None)]
    """
    step_m = np.hypot(*np.diff(shape.metres, axis=0).T)
    along_m = np.concatenate([[0.0], np.cumsum(step_m)])
    cut_m = shares * along_m[-1]
    firsts = [0, *(np.searchsorted(along_m[1:-1], cut_m, side="right") + 1).tolist()]
    ends = [*(np.searchsorted(along_m[1:-1], cut_m, side="left") + 1).tolist(), along_m.size]
    return [slice(first, max(first, end)) for first, end in zip(firsts, ends, strict=True)]


def turn_round(inner_points: list[slice], point_count: int) -> list[slice]:
    """Tell the same pieces from the other end of the shape.

    Parameters
    ----------
    inner_points
        What `find_inner_points` returned.
    point_count
        Number of points of the whole.

    Returns
    -------
    inner_points
        The last piece first.

    Examples
    --------
    >>> turn_round([slice(0, 2), slice(2, 3)], 3)
    [slice(0, 1, None), slice(1, 3, None)]
    """
    return [slice(point_count - each.stop, point_count - each.start) for each in inner_points[::-1]]


def cut_shape(
    shape: Shape,
    inner_points: list[slice],
    cut_degrees: Floats,
    cut_metres: Floats,
    cuts_ms: Milliseconds,
) -> list[Shape]:
    """Cut a shape into pieces.

    Parameters
    ----------
    shape
        The whole.
    inner_points
        What `find_inner_points` returned for the cuts.
    cut_degrees, cut_metres
        Position of each cut, shape (k, 2).
    cuts_ms
        Time from the tail to each cut, ascending, shape (k,).

    Returns
    -------
    pieces
        k + 1 shapes; the last point of one is the first of the next, and their times sum to that
        of the whole.

    Examples
    --------
    >>> ends = np.array([[0.0, 0.0], [10.0, 0.0]])
    >>> middle = np.array([[5.0, 0.0]])
    >>> whole = Shape(ends, ends, np.int32([0, 7]))
    >>> inner = find_inner_points(whole, np.array([0.5]))
    >>> pieces = cut_shape(whole, inner, middle, middle, np.int32([4]))
    >>> [piece.point_ms.tolist() for piece in pieces]
    [[0, 4], [0, 3]]
    """
    bounds_ms = np.concatenate([[0], cuts_ms, shape.point_ms[-1:]])
    pieces = []
    for row, inner in enumerate(inner_points):
        starts = slice(row - 1, row) if row else slice(0, 0)
        stops = slice(row, row + 1)
        whole_ms = bounds_ms[row + 1] - bounds_ms[row]
        inner_ms = np.clip(shape.point_ms[inner] - bounds_ms[row], 0, whole_ms)
        point_ms = [[0] if row else [], inner_ms, [whole_ms] if row < cuts_ms.size else []]
        pieces.append(
            Shape(
                np.concatenate([cut_degrees[starts], shape.degrees[inner], cut_degrees[stops]]),
                np.concatenate([cut_metres[starts], shape.metres[inner], cut_metres[stops]]),
                np.concatenate(point_ms).astype(np.int32),
            )
        )
    return pieces


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The shapes of many arcs, one after the other.

    Attributes
    ----------
    first_point
        Points of row `i` are `first_point[i]` to `first_point[i + 1] - 1`, shape (m + 1,).
    lon_deg, lat_deg, x_m, y_m, point_ms
        The columns, shape (p,).
    """

    first_point: Offsets
    lon_deg: Floats
    lat_deg: Floats
    x_m: Floats
    y_m: Floats
    point_ms: Milliseconds

    def take(self, rows: Rows) -> "Shapes":
        """Put rows into another order, or only some of them."""
        count = np.diff(self.first_point)[rows]
        first_point = np.concatenate([[0], np.cumsum(count)]).astype(np.int32)
        shift = np.repeat(self.first_point[rows] - first_point[:-1], count)
        point = np.arange(first_point[-1]) + shift
        columns = (self.lon_deg, self.lat_deg, self.x_m, self.y_m, self.point_ms)
        return Shapes(first_point, *(column[point] for column in columns))


def join_shapes(network: Network, more: Sequence[Shape]) -> Shapes:
    """List the shapes of a network's arcs, then some more.

    Parameters
    ----------
    network
        Any network, m arcs.
    more
        Shapes to append, k of them.

    Returns
    -------
    shapes
        m + k rows.
    """
    count = np.array([shape.point_ms.size for shape in more], np.int64)
    ends = network.first_point[-1] + np.cumsum(count)

    degrees = np.concatenate([np.empty((0, 2)), *(shape.degrees for shape in more)])
    metres = np.concatenate([np.empty((0, 2)), *(shape.metres for shape in more)])
    return Shapes(
        np.concatenate([network.first_point, ends]).astype(np.int32),
        np.concatenate([network.point_lon_deg, degrees[:, 0]]),
        np.concatenate([network.point_lat_deg, degrees[:, 1]]),
        np.concatenate([network.point_x_m, metres[:, 0]]),
        np.concatenate([network.point_y_m, metres[:, 1]]),
        np.concatenate([network.point_ms, *(shape.point_ms for shape in more)]).astype(np.int32),
    )
