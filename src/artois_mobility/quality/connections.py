"""Streets that do not hang together: islands, traps of one-way streets, gaps."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import NO_ARC, Flags, NodeIds, Rows
from ..changes.notices import Notice
from ..graph import Graph
from ..network.geodesy import unproject
from ..network.model import Network
from ..network.turns import count_streets
from ..places.streets import draw_arcs
from .faults import Fault

if TYPE_CHECKING:
    import numpy.typing as npt

# Two ends this near to each other, not joined, look like a slip of the pen.
GAP_M: Final = 2.0
ISLAND: Final = "island"
TRAP: Final = "one_way_trap"
GAP: Final = "gap"


def find_islands(network: Network) -> Iterator[Fault]:
    """Find streets that the rest cannot be got to from, nor they from it.

    Parameters
    ----------
    network
        Of one profile.

    Yields
    ------
    fault
        One for each island, at its longest way.
    """
    part = _parts(network.graph, "weak")
    for arcs in _by_part(network, part):
        yield _fault_of(network, arcs, ISLAND, "found_island")


def find_traps(network: Network) -> Iterator[Fault]:
    """Find streets that one can drive into but not leave, or leave but not drive into.

    Parameters
    ----------
    network
        Of one profile.

    Yields
    ------
    fault
        One for each connected set of such streets, at its longest way.
    """
    graph = network.graph
    weak, strong = _parts(graph, "weak"), _parts(graph, "strong")
    is_main = strong == _largest(network, strong)
    in_reach = weak == _largest(network, weak)
    tail = graph.tail
    is_trapped = in_reach[tail] & ~(is_main[tail] & is_main[graph.head])
    rows = np.flatnonzero(is_trapped)
    if rows.size == 0:
        return
    part = _parts(_only(graph, is_trapped), "weak")
    can_leave = np.bincount(
        part[tail[rows]], weights=is_main[graph.head[rows]], minlength=part.max() + 1
    )
    for number in np.unique(part[tail[rows]]).tolist():
        arcs = rows[part[tail[rows]] == number]
        found = "found_no_way_in" if can_leave[number] else "found_no_way_out"
        yield _fault_of(network, arcs.astype(np.int32), TRAP, found)


def find_gaps(network: Network) -> Iterator[Fault]:
    """Find dead ends that stop short of another street, which they do not join.

    Parameters
    ----------
    network
        Of one profile.

    Yields
    ------
    fault
        One for each such end; of two ends that face each other, one.
    """
    import shapely

    street_count = count_streets(network.graph, network.twin_of_arc)
    end = np.flatnonzero(street_count == 1).astype(np.int32)
    arc = _one_of_twins(network)
    if end.size == 0 or arc.size == 0:
        return
    lines = draw_arcs(network, arc)
    points = shapely.points(network.x_m[end], network.y_m[end])
    row, street = shapely.STRtree(lines).query(points, "dwithin", GAP_M)
    tail, head = network.graph.tail[arc[street]], network.graph.head[arc[street]]
    is_own = (tail == end[row]) | (head == end[row])
    is_gap = ~(is_own | _shares_osm_node(network, end[row], tail, head))
    street_of_end = _street_of_end(network, arc, end)
    told: set[frozenset[int]] = set()
    for at, other in zip(row[is_gap], arc[street[is_gap]], strict=True):
        node, own = int(end[at]), int(street_of_end[at])
        ways = [int(network.way_of_arc[each]) for each in (own, other)]
        if ways[0] == ways[1] or frozenset(ways) in told:
            continue
        told.add(frozenset(ways))
        gap_m = float(shapely.distance(points[at], draw_arcs(network, np.array([other]))[0]))
        place = shapely.Point(network.lon_deg[node], network.lat_deg[node])
        values = {"way": str(ways[0]), "metres": f"{gap_m:.1f}", "other": str(ways[1])}
        detail = Notice("found_gap", values)
        name = network.name_of_way.get(ways[0], "")
        yield Fault(GAP, "node", int(network.osm_node[node]), name, detail, gap_m, place)


def _street_of_end(network: Network, arc: Rows, end: NodeIds) -> Rows:
    """Find the one street at each dead end, shape (e,)."""
    street_of_node = np.full(network.graph.node_count, NO_ARC, np.int32)
    for node in (network.graph.tail[arc], network.graph.head[arc]):
        street_of_node[node] = arc
    return street_of_node[end]


def _shares_osm_node(network: Network, end: NodeIds, tail: NodeIds, head: NodeIds) -> Flags:
    """Tell whether an end and a street meet at a node that blocks: a bollard is no gap."""
    ids = network.osm_node
    shares: Flags = (ids[end] == ids[tail]) | (ids[end] == ids[head])
    return shares


def _parts(graph: Graph, connection: str) -> "npt.NDArray[np.int32]":
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    ones = np.ones(graph.arc_count, np.int8)
    shape = (graph.node_count, graph.node_count)
    links = csr_array((ones, graph.head, graph.first_out), shape=shape)
    part: npt.NDArray[np.int32] = connected_components(links, connection=connection)[1]
    return part


def _largest(network: Network, part: "npt.NDArray[np.int32]") -> int:
    """Find the part with the most metres of street; -1 without any."""
    tail, head = part[network.graph.tail], part[network.graph.head]
    within = tail == head
    metres = np.bincount(tail[within], weights=network.length_m[within], minlength=1)
    return int(np.argmax(metres)) if part.size else -1


def _only(graph: Graph, is_kept: Flags) -> Graph:
    first_out = np.concatenate(([0], np.cumsum(is_kept)))[graph.first_out].astype(np.int32)
    return Graph(first_out, graph.head[is_kept], graph.weight_ms[is_kept])


def _by_part(network: Network, part: "npt.NDArray[np.int32]") -> Iterator[Rows]:
    """Yield the arcs of every part but the largest."""
    if part.size == 0:
        return
    part_of_arc = part[network.graph.tail]
    order = np.argsort(part_of_arc, kind="stable").astype(np.int32)
    _, first = np.unique(part_of_arc[order], return_index=True)
    largest = _largest(network, part)
    for arcs in np.split(order, first[1:]):
        if part_of_arc[arcs[0]] != largest:
            yield arcs


def _one_of_twins(network: Network) -> Rows:
    twin = network.twin_of_arc
    is_first = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    return np.flatnonzero(is_first).astype(np.int32)


def _fault_of(network: Network, arcs: Rows, kind: str, found: str) -> Fault:
    import shapely

    twin = network.twin_of_arc[arcs]
    arcs = arcs[(twin == NO_ARC) | (arcs < twin) | ~np.isin(twin, arcs)]
    ways, row = np.unique(network.way_of_arc[arcs], return_inverse=True)
    way_m = np.bincount(row, weights=network.length_m[arcs])
    way = int(ways[np.argmax(way_m)])
    lines = shapely.transform(
        shapely.multilinestrings(draw_arcs(network, arcs)),
        lambda corner: np.column_stack(unproject(corner[:, 0], corner[:, 1], network.crs)),
    )
    detail = Notice(found, {"count": int(ways.size)})
    name = network.name_of_way.get(way, "")
    return Fault(kind, "way", way, name, detail, float(way_m.sum()), lines)
