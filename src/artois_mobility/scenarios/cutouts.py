"""A few streets cut out of a network, as a small network of their own that is quick to change."""

from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from .._types import NO_ARC, ArcIds, Flags, Floats, NodeIds, Rows
from ..graph import Graph
from ..network.model import Network
from ..network.outlines import ranges
from ..network.turns import Turns
from ..places.streets import barriers_within


@dataclass(frozen=True, slots=True, eq=False)
class CutOut:
    """Some arcs of a network, k of them, and the q nodes at their ends.

    Attributes
    ----------
    network
        Of these arcs alone; without an expansion, a fairway, or banned paths.
    node
        Node that each of its nodes was, ascending, shape (q,).
    arc
        Arc that each of its arcs was, ascending, shape (k,).
    """

    network: Network
    node: NodeIds
    arc: ArcIds

    def nodes_of(self, node: NodeIds) -> NodeIds:
        """Find the numbers that nodes have here.

        Parameters
        ----------
        node
            Nodes of the whole network that are here, or negative.

        Returns
        -------
        node
            Those here; negative ones as they are.
        """
        return _renumber(self.node, node)

    def arcs_of(self, arc: ArcIds) -> ArcIds:
        """Find the numbers that arcs have here.

        Parameters
        ----------
        arc
            Arcs of the whole network that are here, or negative.

        Returns
        -------
        arc
            Those here; negative ones as they are.
        """
        return _renumber(self.arc, arc)


def cut_out(
    network: Network, arcs: ArcIds, *, reach_m: float, turning: NodeIds | None = None
) -> CutOut:
    """Cut some streets out of a network.

    Parameters
    ----------
    network
        The whole network.
    arcs
        Arcs to keep; their twins come along.
    reach_m
        Barriers are kept as far as this from the box around the streets.
    turning
        Nodes at which the turns are kept; all arcs that meet there should be among `arcs`. None
        where turns do not matter: they are all left out.

    Returns
    -------
    cut_out
        Nodes, arcs and shape points in the same order as in the whole.
    """
    twin = network.twin_of_arc[arcs]
    arc = np.unique(np.append(arcs, twin[twin != NO_ARC])).astype(np.int32)
    tail, head = network.graph.tail[arc], network.graph.head[arc]
    node = np.unique(np.concatenate([tail, head])).astype(np.int32)
    tail, head = _renumber(node, tail), _renumber(node, head)
    first_out = np.searchsorted(tail, np.arange(node.size + 1)).astype(np.int32)
    begin = network.first_point[arc]
    count = network.first_point[arc + 1] - begin
    point = ranges(begin, count)
    names = ("point_lon_deg", "point_lat_deg", "point_x_m", "point_y_m", "point_ms")
    points = {name: getattr(network, name)[point] for name in names}
    of_node = {
        name: getattr(network, name)[node]
        for name in ("osm_node", "lon_deg", "lat_deg", "x_m", "y_m")
    }
    of_arc = {
        name: getattr(network, name)[arc]
        for name in (
            *("way_of_arc", "length_m", "local_ms", "waiting_ms", "is_limited"),
            *("may_attach", "class_of_arc"),
        )
    }
    own_twin = network.twin_of_arc[arc]
    few = replace(
        network,
        graph=Graph(first_out, head, network.graph.weight_ms[arc]),
        twin_of_arc=_renumber(arc, own_twin),
        first_point=np.append(0, np.cumsum(count)).astype(np.int32),
        barriers=barriers_within(network, _box_around(points, reach_m)),
        turns=_turns_at(network, node, arc, turning),
        expansion=None,
        fairway=None,
        **of_node,
        **of_arc,
        **points,
    )
    return CutOut(few, node, arc)


def arcs_near(network: Network, x_m: Floats, y_m: Floats, reach_m: float) -> ArcIds:
    """List the arcs whose bounding box comes near any of some points.

    Parameters
    ----------
    network
        The network.
    x_m, y_m
        Points in its metric system.
    reach_m
        How near, along either axis.

    Returns
    -------
    arcs
        Ascending.
    """
    west, south, east, north = _boxes_of(network)
    is_near: Flags = np.zeros(network.graph.arc_count, np.bool_)
    for x, y in zip(x_m.tolist(), y_m.tolist(), strict=True):
        is_near |= (
            (west <= x + reach_m)
            & (east >= x - reach_m)
            & (south <= y + reach_m)
            & (north >= y - reach_m)
        )
    return np.flatnonzero(is_near).astype(np.int32)


# A network is asked for every scenario; its arcs stay where they are.
_boxes: "WeakKeyDictionary[Network, tuple[Floats, Floats, Floats, Floats]]" = WeakKeyDictionary()


def _boxes_of(network: Network) -> tuple[Floats, Floats, Floats, Floats]:
    known = _boxes.get(network)
    if known is None:
        first, x_m, y_m = network.first_point[:-1], network.point_x_m, network.point_y_m
        least, most = np.minimum.reduceat, np.maximum.reduceat
        if first.size:
            known = least(x_m, first), least(y_m, first), most(x_m, first), most(y_m, first)
        else:
            known = x_m, y_m, x_m, y_m
        _boxes[network] = known
    return known


def _box_around(points: dict[str, Floats], reach_m: float) -> shapely.Geometry:
    x_m, y_m = points["point_x_m"], points["point_y_m"]
    if not x_m.size:
        return shapely.Polygon()
    return shapely.box(
        x_m.min() - reach_m, y_m.min() - reach_m, x_m.max() + reach_m, y_m.max() + reach_m
    )


def _turns_at(
    network: Network, node: NodeIds, arc: ArcIds, turning: NodeIds | None
) -> Turns | None:
    """Keep the turns at some nodes; at others that are listed, streets end."""
    turns = network.turns
    if turns is None or turning is None:
        return None
    leads_in = arc[np.isin(network.graph.head[arc], turning)]
    begin, end = (np.searchsorted(turns.from_arc, leads_in + step) for step in (0, 1))
    kept = ranges(begin, end - begin)
    kept = kept[np.isin(turns.to_arc[kept], arc)]
    return Turns(
        turns.is_listed[node],
        _renumber(arc, turns.from_arc[kept]),
        _renumber(arc, turns.to_arc[kept]),
        turns.delay_ms[kept],
        (),
        turns.drives_left,
    )


def _renumber(known: Rows, number: Rows) -> Rows:
    return np.where(number < 0, number, np.searchsorted(known, number)).astype(np.int32)
