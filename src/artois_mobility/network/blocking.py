"""Nodes that end a street or a waterway: bollards, gates, kerbs, weirs."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .._types import NO_NODE, Flags
from ..osm.extract import Extract, Tags
from .access import passes_barrier
from .interpreting import BOAT
from .outlines import ranges, wanted_ways
from .profile_keys import OTHER_BARRIER, Profile
from .waterways import BLOCKING_WATERWAYS, is_waterway

LOCK_GATES: Final = frozenset({("waterway", "lock_gate"), ("lock", "yes")})


@dataclass(frozen=True, slots=True, eq=False)
class BlockingNodes:
    """What the nodes of an extract do to a profile, n of them.

    Attributes
    ----------
    blocks
        True where nobody of the profile passes, shape (n,).
    is_assumed_open
        True at a barrier that is passed although no access tag says so, shape (n,).
    is_unknown
        True at a barrier of a kind that the profile does not list, shape (n,).
    """

    blocks: Flags
    is_assumed_open: Flags
    is_unknown: Flags


def find_blocking_nodes(extract: Extract, profile: Profile) -> BlockingNodes:
    """Find the nodes that a profile cannot pass.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        The traveller. Weirs and dams block boats, also where they are drawn as a line across
        the water; barriers block everybody else by the profile's table.

    Returns
    -------
    blocking
        Flags for each node of the extract.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.profiles import read_profile
    >>> find_blocking_nodes(crossroads(), read_profile("car")).blocks.any()
    np.False_
    """
    if profile.mode == BOAT:
        return _weirs(extract)
    flags = np.zeros((3, extract.nodes.osm_id.size), np.bool_)
    for row, tags in extract.nodes.tags.items():
        if "barrier" in tags or "kerb" in tags:
            flags[:, row] = _judge(tags, profile)
    return BlockingNodes(*flags)


def lock_gates(extract: Extract) -> Flags:
    """Find the nodes that are gates of a lock, or a lock drawn as a point.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    is_gate
        Shape (n,).

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> lock_gates(crossroads()).any()
    np.False_
    """
    is_gate = np.zeros(extract.nodes.osm_id.size, np.bool_)
    is_gate[
        [row for row, tags in extract.nodes.tags.items() if not LOCK_GATES.isdisjoint(tags.items())]
    ] = True
    return is_gate


def chamber_nodes(extract: Extract) -> Flags:
    """Find the nodes of locks' chambers, whoever may pass them.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    is_on_chamber
        Shape (n,).

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> chamber_nodes(crossroads()).any()
    np.False_
    """
    ways = extract.ways
    rows = np.array(
        [
            row
            for row, tags in enumerate(ways.tags)
            if tags.get("lock") == "yes" and is_waterway(tags)
        ],
        np.intp,
    )
    first = ways.first_ref[:-1][rows]
    node = ways.node_of_ref[ranges(first, ways.first_ref[1:][rows] - first)]
    is_on_chamber = np.zeros(extract.nodes.osm_id.size, np.bool_)
    is_on_chamber[node[node != NO_NODE]] = True
    return is_on_chamber


def _judge(tags: Tags, profile: Profile) -> tuple[bool, bool, bool]:
    passes = passes_barrier(tags, profile)
    if "barrier" not in tags:
        return not passes, False, False
    has_access = any(key in tags for key in profile.access_keys)
    kind = tags["barrier"]
    is_known = kind in profile.barrier_is_open and kind != OTHER_BARRIER
    return not passes, passes and not has_access, not is_known


def _weirs(extract: Extract) -> BlockingNodes:
    ways = extract.ways
    blocks = np.zeros(extract.nodes.osm_id.size, np.bool_)
    blocks[
        [
            row
            for row, tags in extract.nodes.tags.items()
            if tags.get("waterway") in BLOCKING_WATERWAYS
        ]
    ] = True
    across = wanted_ways(extract, frozenset(("waterway", kind) for kind in BLOCKING_WATERWAYS))
    first = ways.first_ref[:-1][across]
    node = ways.node_of_ref[ranges(first, ways.first_ref[1:][across] - first)]
    blocks[node[node != NO_NODE]] = True
    blocks[lock_gates(extract)] = False
    nothing = np.zeros(blocks.size, np.bool_)
    return BlockingNodes(blocks, nothing, nothing)
