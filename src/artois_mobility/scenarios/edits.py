"""What a scenario does to one network, in the network's own numbers."""

from dataclasses import dataclass

import numpy as np

from .._types import ArcIds, Flags, Floats, Milliseconds, NodeIds


@dataclass(frozen=True, slots=True, eq=False)
class Joints:
    """Where new links meet each other and the streets of today, j joints.

    Attributes
    ----------
    node
        Node of the network that the joint is, or `NO_NODE`, shape (j,).
    arc
        Arc that the joint lies inside of, the smaller id of two twins; `NO_ARC` where it is a
        node, or where links meet off any street, shape (j,).
    position_ms, twin_position_ms
        Time from the tail of the arc and of its twin to the joint, today, shape (j,).
    share
        Part of the arc's length that lies between its tail and the joint, from 0 to 1, shape (j,).
    lon_deg, lat_deg
        Position in degrees, shape (j,).
    x_m, y_m
        Position in the network's metric system, shape (j,).
    """

    node: NodeIds
    arc: ArcIds
    position_ms: Milliseconds
    twin_position_ms: Milliseconds
    share: Floats
    lon_deg: Floats
    lat_deg: Floats
    x_m: Floats
    y_m: Floats

    @property
    def count(self) -> int:
        """Number of joints, j."""
        return self.node.size


@dataclass(frozen=True, slots=True, eq=False)
class NewLink:
    """A new street between two joints, p shape points.

    Attributes
    ----------
    way
        Its number as a way; negative.
    name
        What it is called, or `""`.
    is_oneway
        True when it is open from its first point to its last only.
    is_bridge
        True when no place hangs on it between its ends.
    tail_joint, head_joint
        The joints at its ends.
    lon_deg, lat_deg
        Shape in degrees, the joints included, shape (p,).
    x_m, y_m
        Shape in the network's metric system, shape (p,).
    point_ms
        Time from the first point, shape (p,).
    length_m
        Length on the ellipsoid.
    """

    way: int
    name: str
    is_oneway: bool
    is_bridge: bool
    tail_joint: int
    head_joint: int
    lon_deg: Floats
    lat_deg: Floats
    x_m: Floats
    y_m: Floats
    point_ms: Milliseconds
    length_m: float


@dataclass(frozen=True, slots=True, eq=False)
class NetworkEdits:
    """Everything that a scenario changes on the network of one profile with m arcs.

    Attributes
    ----------
    local_ms
        New time along each arc for places attached inside it, shape (m,): the time at the new
        speed, or the walk along a closed street, never shorter than the time of today.
    is_closed
        True for arcs that no through traffic uses, shape (m,).
    joints
        Where the new links begin and end.
    links
        The new links.
    are_apart
        True where the links exclude each other, such as candidates.
    """

    local_ms: Milliseconds
    is_closed: Flags
    joints: Joints
    links: tuple[NewLink, ...]
    are_apart: bool = False


def no_joints() -> Joints:
    """Make an empty table of joints.

    Returns
    -------
    joints
        With j = 0.

    Examples
    --------
    >>> no_joints().count
    0
    """
    ids, degrees = np.empty(0, np.int32), np.empty(0)
    return Joints(ids, ids, ids, ids, degrees, degrees, degrees, degrees, degrees)
