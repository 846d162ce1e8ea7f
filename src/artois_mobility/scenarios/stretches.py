"""Find the stretches of ways that changes mean, and how closely they name them."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely

from .._types import NO_ARC, UNREACHED_MS, Flags, Floats, Milliseconds
from ..changes.schema import CloseWays, Congestion, SetSpeed
from ..network.model import Network
from ..places.streets import points_of_arcs

Levels: TypeAlias = npt.NDArray[np.int8]
# Changes that give ways another time.
OnWays: TypeAlias = CloseWays | SetSpeed | Congestion

# How closely a change names a stretch: the closest one counts.
_BY_ID, _BY_NAME, _BY_CLASS_WITHIN, _BY_CLASS, _WITHIN = 5, 4, 3, 2, 1
NOT_MEANT: Final = 0


def means_stretches(network: Network, change: OnWays) -> Flags:
    """Tell which arcs a change means.

    Parameters
    ----------
    network
        The network of one profile, m arcs.
    change
        What names ways, classes of ways or a polygon.

    Returns
    -------
    is_meant
        Shape (m,).
    """
    return find_levels(network, change) > NOT_MEANT


def find_levels(network: Network, change: OnWays) -> Levels:
    """Tell how closely a change names each arc.

    Parameters
    ----------
    network
        The network of one profile, m arcs.
    change
        What names ways, classes of ways or a polygon.

    Returns
    -------
    level
        The higher the closer; 0 where it is not meant, shape (m,).
    """
    level = _named_level(network, change.ids, change.names)
    by_class = _BY_CLASS if change.within is None else _BY_CLASS_WITHIN
    of_class = np.zeros(level.size, np.bool_)
    for name in change.classes:
        of_class |= network.class_of_arc == name
    level[of_class] = np.maximum(level[of_class], by_class)
    if change.within is not None:
        if not (change.ids or change.names or change.classes):
            level[:] = _WITHIN
        level[~_lies_within(network, change.within)] = NOT_MEANT
    return level


def _named_level(network: Network, ids: Sequence[int], names: Sequence[str]) -> Levels:
    named = [way for way, name in network.name_of_way.items() if name in names]
    level = np.where(np.isin(network.way_of_arc, named), _BY_NAME, NOT_MEANT)
    level[np.isin(network.way_of_arc, np.array(ids, np.int64))] = _BY_ID
    return level.astype(np.int8)


def _lies_within(network: Network, ring: Sequence[tuple[float, float]]) -> Flags:
    """Tell whether the middle of each stretch lies in a polygon, the same for both twins."""
    polygon = shapely.Polygon(ring)
    shapely.prepare(polygon)
    arcs = np.arange(network.graph.arc_count, dtype=np.int32)
    twin = network.twin_of_arc
    street = np.where(twin == NO_ARC, arcs, np.minimum(arcs, twin))
    near = np.unique(street[_meets_box(network, polygon.bounds)])
    points, row = points_of_arcs(network, near)
    degrees = np.column_stack([network.point_lon_deg[points], network.point_lat_deg[points]])
    middle = shapely.line_interpolate_point(
        shapely.linestrings(degrees, indices=row), 0.5, normalized=True
    )
    is_within = np.zeros(arcs.size, np.bool_)
    is_within[near] = shapely.covers(polygon, middle)
    return is_within[street]


def _meets_box(network: Network, box: tuple[float, float, float, float]) -> Flags:
    """Tell which arcs have a shape point on either side of, or in, a box in degrees."""
    is_met = np.ones(network.graph.arc_count, np.bool_)
    firsts = network.first_point[:-1]
    if firsts.size:
        for degrees, least, most in (
            (network.point_lon_deg, box[0], box[2]),
            (network.point_lat_deg, box[1], box[3]),
        ):
            is_met &= np.minimum.reduceat(degrees, firsts) <= most
            is_met &= np.maximum.reduceat(degrees, firsts) >= least
    return is_met


def as_ms(time_ms: Floats) -> Milliseconds:
    """Turn times along streets into whole milliseconds that still count as reached.

    Parameters
    ----------
    time_ms
        Whole numbers, any shape.

    Returns
    -------
    time_ms
        The same; what takes longer than any time that counts is cut there.

    Examples
    --------
    >>> as_ms(np.array([1500.0, 1e300])) < UNREACHED_MS
    array([ True,  True])
    """
    return np.minimum(time_ms, UNREACHED_MS - 1).astype(np.int32)
