"""From places inside arcs to the nodes at both ends, and back."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Floats, Milliseconds, NodeIds, Rows
from ..network.model import Network
from ..places.attachments import Attachments


@dataclass(frozen=True, slots=True, eq=False)
class ArcEnds:
    """The way between attached places and the ends of their arcs, t attachments.

    In the two-column tables, one row an attachment: the first column follows the arc itself, the
    second its twin. `UNREACHED_MS` stands where there is no twin.

    Attributes
    ----------
    place, arc
        Row of the place and the arc it is attached to, shape (t,).
    offroad_ms
        The walk from the place to the arc, shape (t,).
    along_ms
        Time from the tail of the arc, and from the tail of its twin, shape (t, 2).
    leave_node, leave_ms
        Where one gets onto the network, and the time until there, off-road walk included,
        shape (t, 2).
    reach_node, reach_ms
        Where one leaves the network for the place, and the time from there, shape (t, 2).
    """

    place: Rows
    arc: ArcIds
    offroad_ms: Milliseconds
    along_ms: Milliseconds
    leave_node: NodeIds
    leave_ms: Milliseconds
    reach_node: NodeIds
    reach_ms: Milliseconds


def find_ends(network: Network, attachments: Attachments) -> ArcEnds:
    """Find the nodes at the ends of the arcs that places hang on, and the times to and from them.

    Parameters
    ----------
    network
        The network the places are attached to.
    attachments
        What `am.attach` returned for that network.

    Returns
    -------
    ends
        Times in milliseconds, `UNREACHED_MS` where a direction does not exist.
    """
    arc = attachments.arc
    head, local_ms = network.graph.head, network.local_ms
    tail = (np.searchsorted(network.graph.first_out, arc, side="right") - 1).astype(np.int32)
    twin = network.twin_of_arc[arc]
    has_twin = twin != NO_ARC
    along_ms = _side_by_side(attachments.position_ms, attachments.twin_position_ms, has_twin)
    whole_ms = _side_by_side(local_ms[arc], local_ms[np.where(has_twin, twin, 0)], has_twin)
    offroad_ms = attachments.offroad_ms[:, np.newaxis]
    rest_ms = np.where(along_ms < UNREACHED_MS, whole_ms - along_ms, UNREACHED_MS)
    ahead_and_behind = np.ascontiguousarray(np.column_stack([head[arc], tail]), np.int32)
    behind_and_ahead = np.ascontiguousarray(ahead_and_behind[:, ::-1])
    return ArcEnds(
        attachments.place,
        arc,
        attachments.offroad_ms,
        along_ms,
        ahead_and_behind,
        _add(rest_ms, offroad_ms),
        behind_and_ahead,
        _add(along_ms, offroad_ms),
    )


def minutes_of(travel_time_ms: npt.NDArray[np.int32]) -> Floats:
    """Turn milliseconds into minutes, the one place where `UNREACHED_MS` becomes NaN.

    Parameters
    ----------
    travel_time_ms
        Milliseconds, any shape.

    Returns
    -------
    minutes
        The same shape; NaN where unreached.

    Examples
    --------
    >>> minutes_of(np.int32([90_000, UNREACHED_MS]))
    array([1.5, nan])
    """
    return np.where(travel_time_ms < UNREACHED_MS, travel_time_ms / 60_000, np.nan)


def _side_by_side(
    of_arc: Milliseconds, of_twin: Milliseconds, has_twin: npt.NDArray[np.bool_]
) -> Milliseconds:
    columns = [of_arc, np.where(has_twin, of_twin, UNREACHED_MS)]
    return np.ascontiguousarray(np.column_stack(columns), np.int32).reshape(-1, 2)


def _add(first_ms: Milliseconds, second_ms: Milliseconds) -> Milliseconds:
    total = np.minimum(first_ms.astype(np.int64) + second_ms, UNREACHED_MS)
    return np.ascontiguousarray(total, np.int32)
