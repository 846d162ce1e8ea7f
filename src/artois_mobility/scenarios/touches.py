"""How much each change of a scenario touches: ways, kilometres, sites."""

from dataclasses import dataclass, field

import numpy as np

from .._types import NO_ARC, ArcIds, Flags, Rows
from ..network.model import Network


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """What one change touches, for one profile or for all.

    Attributes
    ----------
    row
        The change, by its position among those of its scenario.
    profile
        Whose network; `""` where sites change, which is the same for all.
    ways
        Number of ways touched, new links included.
    kilometres
        Their length, as far as it is touched; each street once.
    sites
        Number of sites added, moved or removed.
    streets
        Arcs of today touched, the smaller id of two twins.
    """

    row: int
    profile: str
    ways: int = 0
    kilometres: float = 0.0
    sites: int = 0
    streets: Rows = field(default_factory=lambda: np.empty(0, np.int32))


def touch_ways(row: int, network: Network, is_touched: Flags) -> Touch:
    """Count the ways and kilometres of some arcs.

    Parameters
    ----------
    row
        The change.
    network
        The network of one profile, m arcs.
    is_touched
        Shape (m,); a street is touched when either of its directions is.

    Returns
    -------
    touch
        With the arcs' profile.
    """
    streets = find_streets(network, np.flatnonzero(is_touched).astype(np.int32))
    return Touch(
        row,
        network.profile.name,
        int(np.unique(network.way_of_arc[streets]).size),
        float(network.length_m[streets].sum()) / 1000.0,
        streets=streets,
    )


def find_streets(network: Network, arcs: ArcIds) -> Rows:
    """Find the streets of arcs: the smaller id of two twins, each once.

    Parameters
    ----------
    network
        Any network.
    arcs
        Some of its arcs.

    Returns
    -------
    streets
        Ascending.
    """
    twin = network.twin_of_arc[arcs]
    return np.unique(np.where(twin == NO_ARC, arcs, np.minimum(arcs, twin))).astype(np.int32)
