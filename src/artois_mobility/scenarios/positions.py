"""Joints inside arcs, carried over to arcs that take another time."""

from dataclasses import replace

from .._types import Milliseconds
from ..network.model import Network
from ..places.positions import rescale_both
from .edits import Joints


def rescale_joints(joints: Joints, network: Network, local_ms: Milliseconds) -> Joints:
    """Carry joints over to arcs that take another time.

    Parameters
    ----------
    joints
        On `network`.
    network
        Today's network, m arcs.
    local_ms
        New time along each arc, shape (m,).

    Returns
    -------
    joints
        On the same arcs, at the same places along them.
    """
    if not network.graph.arc_count:
        return joints
    position_ms, twin_position_ms = rescale_both(
        joints.arc, joints.position_ms, joints.twin_position_ms, network, local_ms
    )
    return replace(joints, position_ms=position_ms, twin_position_ms=twin_position_ms)
