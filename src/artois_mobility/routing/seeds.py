"""Where sites lie on the nodes: of each the time from there and the site, in one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from .._types import UNREACHED_MS, Milliseconds, NodeIds, Offsets, Rows
from ..kernels.nearest import NO_SITE, SITE_BITS, SITE_MASK
from ..kernels.nearest_sweep import NO_KEY, Keys

SeedColumns: TypeAlias = tuple[Rows, NodeIds, Keys]


@dataclass(frozen=True, slots=True, eq=False)
class Seeds:
    """Where sites lie, s seeds of l lists: by list, then by node.

    Attributes
    ----------
    first
        Seeds of list `i` stand from `first[i]` to `first[i + 1] - 1`, shape (l + 1,).
    node
        Node that leads to a site, shape (s,).
    key
        Time from there and the site, as in `keys_of`, shape (s,).
    """

    first: Offsets
    node: NodeIds
    key: Keys

    @property
    def lane(self) -> Rows:
        """List that each seed belongs to, shape (s,)."""
        lanes = np.arange(self.first.size - 1, dtype=np.int32)
        return np.repeat(lanes, np.diff(self.first))


def keys_of(ms: Milliseconds, site: Rows) -> Keys:
    """Make one number of time and site, so that the smaller one is the nearer site.

    Parameters
    ----------
    ms, site
        Any shape; `UNREACHED_MS` for none.

    Returns
    -------
    key
        The same shape.

    Examples
    --------
    >>> int(keys_of(np.int32([2]), np.int32([5]))[0]) == (2 << 31) + 5
    True
    >>> site_of(keys_of(np.int32([UNREACHED_MS]), np.int32([5])))
    array([-1], dtype=int32)
    """
    key = (ms.astype(np.int64) << SITE_BITS) | (site.astype(np.int64) & SITE_MASK)
    known: Keys = np.where(ms < UNREACHED_MS, key, NO_KEY)
    return known


def ms_of(key: Keys) -> Milliseconds:
    """Take the times out of keys.

    Parameters
    ----------
    key
        Any shape.

    Returns
    -------
    ms
        `UNREACHED_MS` for none.

    Examples
    --------
    >>> ms_of(keys_of(np.int32([2]), np.int32([5])))
    array([2], dtype=int32)
    """
    return (key >> SITE_BITS).astype(np.int32)


def site_of(key: Keys) -> Rows:
    """Take the sites out of keys.

    Parameters
    ----------
    key
        Any shape.

    Returns
    -------
    site
        `NO_SITE` for none.

    Examples
    --------
    >>> site_of(keys_of(np.int32([2]), np.int32([5])))
    array([5], dtype=int32)
    """
    return np.where(key < NO_KEY, key & SITE_MASK, NO_SITE).astype(np.int32)


def sort_seeds(lane: Rows, node: NodeIds, key: Keys, lane_count: int) -> Seeds:
    """Sort seeds by list and node.

    Parameters
    ----------
    lane, node, key
        List, node and key of each, shape (s,).
    lane_count
        Number of lists.

    Returns
    -------
    seeds
        The same.

    Examples
    --------
    >>> sort_seeds(np.int32([1, 0]), np.int32([4, 5]), np.int64([7, 8]), 2).node
    array([5, 4], dtype=int32)
    """
    order = np.lexsort((node, lane))
    first = np.zeros(lane_count + 1, np.int32)
    np.cumsum(np.bincount(lane, minlength=lane_count), out=first[1:])
    return Seeds(first, node[order].astype(np.int32), key[order].astype(np.int64))


def join_seeds(tables: Sequence[SeedColumns], lane_count: int) -> Seeds:
    """Join seeds and sort them by list and node.

    Parameters
    ----------
    tables
        Of each the list, the node and the key.
    lane_count
        Number of lists.

    Returns
    -------
    seeds
        All of them.
    """
    lane, node, key = (
        np.concatenate([each[0] for each in tables]),
        np.concatenate([each[1] for each in tables]),
        np.concatenate([each[2] for each in tables]),
    )
    return sort_seeds(lane, node, key, lane_count)


def no_seeds(lane_count: int) -> Seeds:
    """Make lists without any seed.

    Parameters
    ----------
    lane_count
        Number of lists.

    Returns
    -------
    seeds
        With s = 0.

    Examples
    --------
    >>> no_seeds(2).first
    array([0, 0, 0], dtype=int32)
    """
    nothing = np.empty(0, np.int32)
    return Seeds(np.zeros(lane_count + 1, np.int32), nothing, nothing.astype(np.int64))
