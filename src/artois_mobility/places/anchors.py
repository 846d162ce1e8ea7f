"""Positions inside arcs, in milliseconds and metres."""

from dataclasses import dataclass

import numpy as np
import shapely

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Floats, Milliseconds, Rows
from ..network.model import Network
from .streets import draw_arcs, points_of_arcs

# A time this close below a whole millisecond is that millisecond: half of a minute is 30000 ms
# even where the division says 29999.9999999.
ROUNDING_MS = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Anchors:
    """Points inside arcs, t of them.

    Attributes
    ----------
    position_ms
        Time from the arc's tail, rounded down, shape (t,).
    twin_position_ms
        Time from the twin's tail, rounded up; `UNREACHED_MS` without a twin, shape (t,).
    position_m
        Metres from the arc's tail on the ellipsoid, shape (t,).
    """

    position_ms: Milliseconds
    twin_position_ms: Milliseconds
    position_m: Floats


def locate_anchors(network: Network, arc: ArcIds, x_m: Floats, y_m: Floats) -> Anchors:
    """Find how far along their arcs some points lie.

    Parameters
    ----------
    network
        The network.
    arc
        Arc of each point, shape (t,).
    x_m, y_m
        Points on these arcs in the network's metric system, shape (t,).

    Returns
    -------
    anchors
        From 0 to the arc's `local_ms`. Where an arc and its twin take equally long, position and
        twin position add up to exactly that.
    """
    first = network.first_point[arc]
    chain_m, begin = _chain(network, arc)
    end = begin + network.first_point[arc + 1] - first - 1
    along_m = shapely.line_locate_point(draw_arcs(network, arc), shapely.points(x_m, y_m))
    whole_m = chain_m[end] - chain_m[begin]
    reached_m = np.clip(chain_m[begin] + along_m, chain_m[begin], chain_m[end])
    place = np.clip(np.searchsorted(chain_m, reached_m, side="right") - 1, begin, end - 1)
    step_m = chain_m[place + 1] - chain_m[place]
    share = np.clip(divide_or_zero(reached_m - chain_m[place], step_m), 0.0, 1.0)
    before = first + place - begin
    exact_ms = _time_at(network, arc, before, share)
    position_ms = np.floor(exact_ms + ROUNDING_MS).astype(np.int32)
    position_ms = np.clip(position_ms, 0, network.local_ms[arc])
    position_m = network.length_m[arc] * divide_or_zero(reached_m - chain_m[begin], whole_m)
    from_last = end - place - 1  # the same stretch, counted from the twin's tail
    twin_ms = _twin_positions(network, arc, from_last, 1.0 - share)
    twin = network.twin_of_arc[arc]
    is_even = (twin != NO_ARC) & (network.local_ms[twin] == network.local_ms[arc])
    twin_ms = np.where(is_even, network.local_ms[arc] - position_ms, twin_ms)
    return Anchors(position_ms, twin_ms.astype(np.int32), position_m)


def _twin_positions(network: Network, arc: ArcIds, step: ArcIds, share: Floats) -> Milliseconds:
    twin = network.twin_of_arc[arc]
    has_twin = twin != NO_ARC
    known = twin[has_twin]
    before = network.first_point[known] + step[has_twin]
    exact_ms = _time_at(network, known, before, share[has_twin])
    rounded = np.ceil(exact_ms - ROUNDING_MS).astype(np.int32)
    twin_ms = np.full(arc.size, UNREACHED_MS, np.int32)
    twin_ms[has_twin] = np.clip(rounded, 0, network.local_ms[known])
    return twin_ms


def _time_at(network: Network, arc: ArcIds, before: ArcIds, share: Floats) -> Floats:
    """Interpolate between two shape points, in the time that the arc takes a place inside it."""
    point_ms = network.point_ms
    built_ms = point_ms[network.first_point[arc + 1] - 1]
    exact_ms = point_ms[before] + share * (point_ms[before + 1] - point_ms[before])
    local_ms = network.local_ms[arc]
    factor = divide_or_zero(local_ms.astype(np.float64), built_ms.astype(np.float64))
    return np.where(built_ms == local_ms, exact_ms, exact_ms * factor)


def _chain(network: Network, arc: ArcIds) -> tuple[Floats, Rows]:
    """Add up the metres between the shape points of some arcs, as if they followed one another.

    Returns the metres, and where each arc begins among them.
    """
    points, row = points_of_arcs(network, arc)
    begin = np.searchsorted(row, np.arange(arc.size)).astype(np.int32)
    steps = np.hypot(np.diff(network.point_x_m[points]), np.diff(network.point_y_m[points]))
    steps[begin[1:] - 1] = 0.0
    chain_m = np.zeros(points.size)
    np.cumsum(steps, out=chain_m[1:])
    return chain_m, begin


def divide_or_zero(part: Floats, whole: Floats) -> Floats:
    """Divide, and give 0 where there is nothing to divide by.

    Parameters
    ----------
    part, whole
        Of one shape, `whole` from 0 on.

    Returns
    -------
    share
        The same shape.

    Examples
    --------
    >>> divide_or_zero(np.array([1.0, 1.0]), np.array([2.0, 0.0]))
    array([0.5, 0. ])
    """
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
