"""Positions inside arcs, in whole milliseconds, carried over to arcs that take another time."""

from dataclasses import replace

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Milliseconds
from ..network.model import Network
from .attachments import Attachments


def rescale(position_ms: Milliseconds, old_ms: Milliseconds, new_ms: Milliseconds) -> Milliseconds:
    """Carry positions inside arcs over to arcs that take another time, rounding down.

    Both ways out of an arc keep their direction of change. Let `p` be a position in an arc of
    `L` ms that now takes `K` ms, and `q = floor(p K / L)`. When `K <= L`: `q <= p`, and the rest
    `K - q = ceil((L - p) K / L) <= L - p`, because `L - p` is whole. When `K >= L`: `q >= p`,
    because `p` is whole, and `K - q >= L - p`. Two positions of one arc differ by no more than
    before when `K <= L`, by no less when `K >= L`. Order is kept. With `K = L` nothing moves.

    Parameters
    ----------
    position_ms
        Time from the tail of each arc, shape (p,); `UNREACHED_MS` where there is no arc.
    old_ms, new_ms
        Time of each arc before and after, shape (p,).

    Returns
    -------
    position_ms
        Shape (p,), from 0 to `new_ms`; 0 in arcs that took no time.

    Examples
    --------
    >>> rescale(np.int32([7]), np.int32([10]), np.int32([5]))
    array([3], dtype=int32)
    >>> rescale(np.int32([0]), np.int32([0]), np.int32([5]))
    array([0], dtype=int32)
    """
    product = position_ms.astype(np.int64) * new_ms
    scaled = product // np.maximum(old_ms, 1)
    return np.where(position_ms < UNREACHED_MS, scaled, UNREACHED_MS).astype(np.int32)


def rescale_attachments(
    attachments: Attachments, network: Network, local_ms: Milliseconds
) -> Attachments:
    """Carry attached places over to arcs that take another time.

    Parameters
    ----------
    attachments
        Places on `network`.
    network
        Today's network, m arcs.
    local_ms
        New time along each arc, shape (m,).

    Returns
    -------
    attachments
        On the same arcs, at the same places along them.
    """
    position_ms, twin_position_ms = rescale_both(
        attachments.arc, attachments.position_ms, attachments.twin_position_ms, network, local_ms
    )
    return replace(attachments, position_ms=position_ms, twin_position_ms=twin_position_ms)


def rescale_both(
    arc: ArcIds,
    position_ms: Milliseconds,
    twin_position_ms: Milliseconds,
    network: Network,
    local_ms: Milliseconds,
) -> tuple[Milliseconds, Milliseconds]:
    """Carry positions in arcs and in their twins over to arcs that take another time.

    Parameters
    ----------
    arc
        Arcs of today's network, shape (p,).
    position_ms, twin_position_ms
        Time from the tail of each and of its twin, shape (p,).
    network
        Today's network, m arcs.
    local_ms
        New time along each arc, shape (m,).

    Returns
    -------
    position_ms, twin_position_ms
        At the same places along the arcs.
    """
    twin = network.twin_of_arc[arc]
    twin = np.where(twin == NO_ARC, arc, twin)
    old_ms = network.local_ms
    return (
        rescale(position_ms, old_ms[arc], local_ms[arc]),
        rescale(twin_position_ms, old_ms[twin], local_ms[twin]),
    )
