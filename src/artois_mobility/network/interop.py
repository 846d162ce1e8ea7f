"""Networks as NetworkX and OSMnx graphs, and back."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import NO_ARC, WGS84
from .._version import __version__
from .importing import from_osmnx
from .model import Network
from .turns import count_streets

if TYPE_CHECKING:
    from networkx import MultiDiGraph

Column: TypeAlias = npt.NDArray[Any]

__all__ = ["from_osmnx", "to_networkx", "to_osmnx"]


def to_networkx(network: Network) -> "MultiDiGraph[int]":
    """Turn a network into a NetworkX graph with the network's own node and arc numbers.

    Parameters
    ----------
    network
        Any network.

    Returns
    -------
    graph
        Nodes 0 to n - 1 with `osm_id`, `lon_deg`, `lat_deg`, `x_m`, `y_m`; an edge for each arc,
        its key being the arc's number, with `weight_ms`, `length_m`, `way`, `kind` and
        `is_limited`; the streets, without turns. A closed arc keeps the weight `UNREACHED_MS`.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> graph = to_networkx(build_network(crossroads(), "walk"))
    >>> graph.number_of_nodes(), graph.number_of_edges(), graph.nodes[0]["osm_id"]
    (5, 8, 1)
    >>> to_networkx(build_network(crossroads(), "pleasure_boat")).number_of_nodes()
    0
    """
    import networkx as nx

    graph: MultiDiGraph[int] = nx.MultiDiGraph(crs=WGS84, profile=network.profile.name)
    node_columns: dict[str, Column] = {
        "osm_id": network.osm_node,
        "lon_deg": network.lon_deg,
        "lat_deg": network.lat_deg,
        "x_m": network.x_m,
        "y_m": network.y_m,
    }
    graph.add_nodes_from(enumerate(_rows_of(node_columns)))
    arc_columns: dict[str, Column] = {
        "weight_ms": network.graph.weight_ms,
        "length_m": network.length_m,
        "way": network.way_of_arc,
        "kind": network.class_of_arc,
        "is_limited": network.is_limited,
    }
    tails, heads = network.graph.tail.tolist(), network.graph.head.tolist()
    for arc, data in enumerate(_rows_of(arc_columns)):
        graph.add_edge(tails[arc], heads[arc], key=arc, **data)
    return graph


def to_osmnx(network: Network) -> "MultiDiGraph[int]":
    """Turn a network into a graph by the conventions of OSMnx 2, in degrees.

    Turns are left behind, as such graphs know none; limited streets are marked `is_limited`.

    Parameters
    ----------
    network
        Any network.

    Returns
    -------
    graph
        Nodes are OSM ids, with `x`, `y`, `street_count`; where two nodes of the network have one
        OSM id (the ends of a street on both sides of a bollard), all but the first get a negative
        id. Edges have `osmid`, `highway`, `name`, `oneway`, `reversed`, `length` in metres,
        `travel_time` in seconds (infinite where closed), `speed_kph` and `geometry`. `node` and
        `may_attach` are ours.

    References
    ----------
    Boeing, G. (2025). Modeling and Analyzing Urban Networks and Amenities with OSMnx.
    Geographical Analysis 57(4), 567-577. doi:10.1111/gean.70009

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> graph = to_osmnx(build_network(crossroads(), "walk"))
    >>> graph.nodes[2]["street_count"], graph.edges[1, 2, 0]["travel_time"]
    (4, 74.623)
    >>> to_osmnx(build_network(crossroads(), "pleasure_boat")).number_of_edges()
    0
    """
    import networkx as nx

    graph: MultiDiGraph[int] = nx.MultiDiGraph(
        crs=WGS84,
        simplified=True,
        created_with=f"artois_mobility {__version__}",
        is_schematic=network.provenance.is_schematic,
    )
    name_of_node = _osmnx_ids(network)
    node_columns: dict[str, Column] = {
        "x": network.lon_deg,
        "y": network.lat_deg,
        "street_count": count_streets(network.graph, network.twin_of_arc),
        "osmid_original": network.osm_node,
        "node": np.arange(network.graph.node_count),
    }
    graph.add_nodes_from(zip(name_of_node, _rows_of(node_columns), strict=True))
    tails, heads = network.graph.tail.tolist(), network.graph.head.tolist()
    for tail, head, edge in zip(tails, heads, _osmnx_edges(network), strict=True):
        name = network.name_of_way.get(edge["osmid"])
        named = {"name": name} if name else {}
        graph.add_edge(name_of_node[tail], name_of_node[head], **edge, **named)
    return graph


def _rows_of(columns: Mapping[str, Column]) -> Iterator[dict[str, Any]]:
    """Yield a dictionary of plain values for each row."""
    names = tuple(columns)
    for values in zip(*(column.tolist() for column in columns.values()), strict=True):
        yield dict(zip(names, values, strict=True))


def _osmnx_ids(network: Network) -> list[int]:
    """Give each node its OSM id, or one below all others when that is taken."""
    ids: list[int] = network.osm_node.tolist()
    below = min([0, *ids])
    taken: set[int] = set()
    for node, osm_id in enumerate(ids):
        if osm_id in taken:
            below -= 1
            ids[node] = below
        taken.add(osm_id)
    return ids


def _osmnx_edges(network: Network) -> Iterator[dict[str, Any]]:
    import shapely

    arc = np.arange(network.graph.arc_count)
    points = np.column_stack((network.point_lon_deg, network.point_lat_deg))
    line = np.repeat(arc, np.diff(network.first_point))
    seconds = np.where(network.is_closed, np.inf, network.graph.weight_ms / 1000)
    kmh = np.divide(network.length_m * 3.6, seconds, out=np.zeros(arc.size), where=seconds > 0)
    class_key = "waterway" if network.profile.mode == "boat" else "highway"
    columns = {
        "osmid": network.way_of_arc,
        class_key: network.class_of_arc,
        "oneway": network.twin_of_arc == NO_ARC,
        "reversed": (network.twin_of_arc != NO_ARC) & (network.twin_of_arc < arc),
        "length": network.length_m,
        "speed_kph": kmh,
        "travel_time": seconds,
        "waiting_ms": network.waiting_ms,
        "is_limited": network.is_limited,
        "may_attach": network.may_attach,
        "geometry": shapely.linestrings(points, indices=line) if arc.size else np.empty(0, object),
    }
    return _rows_of(columns)
