"""Ways between a place and the nodes around it: along its own street, then along closed ones."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .._types import NO_ARC
from ..network.model import Network
from .closures import list_closed_streets
from .ends import ArcEnds, NodeEnds
from .engine import metric_of
from .paths import find_paths


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """The stretch between a place and a node at one end of its street.

    Attributes
    ----------
    attachment
        Row of the attachment.
    arc, street
        Arc travelled, and the arc attached to, along which shares are counted.
    far
        Share of the street at which the node lies.
    node
        Node of the searched graph.
    ms, offroad_ms
        Time in all, and that of the walk off the network.
    """

    attachment: int
    arc: int
    street: int
    far: float
    node: int
    ms: int
    offroad_ms: int


def list_ways(network: Network, ends: ArcEnds, place: int, *, is_leaving: bool) -> Iterator[Way]:
    """List the stretches between a place and the nodes at the ends of its street.

    Parameters
    ----------
    network
        The network of one profile.
    ends
        Of the places.
    place
        Row of the place.
    is_leaving
        True for ways from the place, False for ways to it.

    Yields
    ------
    way
        Also those that nobody can go, whose time is beyond `UNREACHED_MS`.
    """
    searched = network.searched
    laid, node_of_arc = (
        (searched.begins, searched.graph.head) if is_leaving else (searched.ends, searched.tail)
    )
    for row in ends.rows_of(place):
        street = int(ends.arc[row])
        offroad_ms = int(ends.offroad_ms[row])
        for side, arc in enumerate((street, int(network.twin_of_arc[street]))):
            if arc == NO_ARC:
                continue
            along_ms = int(ends.along_ms[row, side])
            spent_ms = int(network.local_ms[arc]) - along_ms if is_leaving else along_ms
            far = 1.0 if is_leaving == (side == 0) else 0.0
            for node in node_of_arc[laid.arc[slice(*laid.first[arc : arc + 2])]].tolist():
                yield Way(row, arc, street, far, node, spent_ms + offroad_ms, offroad_ms)


def walk_closed(
    network: Network, ways: list[Way], node: int, *, is_leaving: bool
) -> tuple[Way, list[int]]:
    """Find the walk along closed streets between one of a place's ways and a node.

    Parameters
    ----------
    network
        The network of one profile.
    ways
        Of the place, as `list_ways` lists them.
    node
        Node of the searched graph that closed streets lead to, or from.
    is_leaving
        True for walks from the place, False for walks to it.

    Returns
    -------
    way, arcs
        The way taken, and the arcs of the searched graph between it and the node, in the order of
        travel.
    """
    closed = list_closed_streets(network)
    own = NodeEnds(
        np.zeros(len(ways), np.int32),
        np.searchsorted(closed.node, [way.node for way in ways]).astype(np.int32),
        np.array([way.ms for way in ways], np.int32),
    )
    row = np.searchsorted(closed.node, [node]).astype(np.int32)
    far = NodeEnds(np.zeros(1, np.int32), row, np.zeros(1, np.int32))
    metric = metric_of(closed.ahead)
    path = find_paths(metric, *((own, far) if is_leaving else (far, own)), [(0, 0)])[0]
    way = ways[path.start if is_leaving else path.end]
    return way, closed.arc[path.arc].tolist()
