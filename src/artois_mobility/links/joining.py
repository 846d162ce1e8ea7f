"""Candidates on a network: every one of them laid, none of them open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import NO_ARC, UNREACHED_MS, WGS84, ArcIds, Flags, Geometries, Rows
from ..changes.schema import AddLink
from ..errors import PlacesError
from ..graph import Graph
from ..network.model import Network
from ..places.attachments import Attachments
from ..scenarios.applying import AttachedPlaces, apply_to_network
from ..scenarios.link_changes import first_number, lay_apart, lay_together
from ..scenarios.resolving import join_edits

if TYPE_CHECKING:
    import geopandas as gpd

NEEDED: Final = ("candidate", "geometry")
# Of streets, which are no link.
NO_LINK: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class LaidLinks:
    """A network with links that exclude each other, k of them.

    Attributes
    ----------
    network
        With all of them in it, as if all were open.
    attachments
        The places that were given, on that network.
    link_of_arc
        Which link each arc of the searched graph is of, `NO_LINK` for streets and turns. Turning
        round where a link joins the middle of a street is of that link: without it nobody can.
    without
        The searched graph with every link closed.
    is_laid
        False for a link with an end too far from any street, shape (k,).
    """

    network: Network
    attachments: tuple[Attachments, ...]
    link_of_arc: Rows
    without: Graph
    is_laid: Flags

    def arcs(self) -> ArcIds:
        """List the arcs of the searched graph that are of links, by link.

        Returns
        -------
        arcs
            Of one link there, then back.
        """
        found = np.flatnonzero(self.link_of_arc != NO_LINK)
        return found[np.argsort(self.link_of_arc[found], kind="stable")].astype(np.int32)


def lay_links(network: Network, lines: Geometries, places: Sequence[AttachedPlaces]) -> LaidLinks:
    """Lay links into a network, each joined to it as if it were the only one.

    Parameters
    ----------
    network
        The network of one profile.
    lines
        The links in longitude and latitude, shape (k,).
    places
        Places attached to `network`.

    Returns
    -------
    laid
        No link touches another, even where they meet at the same place of a street.
    """
    changes = [as_change(line, network.profile.name) for line in lines]
    plans = lay_apart(network, changes) if changes else []
    plan = lay_together(plans)
    edits = None
    if plan.links:
        edits = replace(join_edits(network, None, plan), are_apart=True)
    joined = apply_to_network(network, edits, *places)
    searched, first = joined.network.searched, first_number(network)
    graph, street = searched.graph, searched.street
    way = np.where(street == NO_ARC, 0, joined.network.way_of_arc[street])
    link_of_arc = np.where(way <= first, first - way, NO_LINK).astype(np.int32)
    at_joint = _turn_round_at_joints(joined.network, link_of_arc, network.graph.node_count)
    link_of_arc = np.where(link_of_arc == NO_LINK, at_joint, link_of_arc).astype(np.int32)
    closed = np.where(link_of_arc == NO_LINK, graph.weight_ms, UNREACHED_MS).astype(np.int32)
    return LaidLinks(
        joined.network,
        joined.attachments,
        link_of_arc,
        Graph(graph.first_out, graph.head, closed),
        np.array([bool(each.links) for each in plans], np.bool_),
    )


def _turn_round_at_joints(network: Network, link_of_arc: Rows, old_node_count: int) -> Rows:
    """Tell of which link's joint each arc is a way to turn round, `NO_LINK` for all others."""
    searched = network.searched
    graph, street = searched.graph, searched.street
    found = np.full(graph.arc_count, NO_LINK, np.int32)
    if network.turns is None:
        return found
    is_street = street != NO_ARC
    arrives, leaves = np.full((2, graph.node_count), NO_ARC, np.int32)
    arrives[graph.head[is_street]] = street[is_street]
    leaves[searched.tail[is_street]] = street[is_street]
    link_at_node = np.full(network.graph.node_count, NO_LINK, np.int32)
    for ends in (graph.head, searched.tail):
        own = link_of_arc != NO_LINK
        link_at_node[searched.node[ends[own]]] = link_of_arc[own]
    link_at_node[:old_node_count] = NO_LINK
    row = np.flatnonzero(~is_street)
    here, there = arrives[searched.tail[row]], leaves[graph.head[row]]
    turns_round = (here != NO_ARC) & (there != NO_ARC) & (network.twin_of_arc[here] == there)
    row = row[turns_round]
    found[row] = link_at_node[searched.node[searched.tail[row]]]
    return found


def as_change(line: "object", profile: str, name: str = "") -> AddLink:
    """Make the change that builds a candidate.

    Parameters
    ----------
    line
        The candidate, in longitude and latitude.
    profile
        Who may use it.
    name
        What it is called.

    Returns
    -------
    change
        A bridge, with its points rounded to 7 decimals of a degree (about a centimetre).

    Examples
    --------
    >>> import shapely
    >>> as_change(shapely.LineString([(2.9290, 50.4668), (2.9291, 50.4702)]), "walk").bridge
    True
    """
    import shapely

    points = tuple((lon, lat) for lon, lat in shapely.get_coordinates(line).round(7).tolist())
    return AddLink(kind="add_link", geometry=points, profiles=(profile,), name=name, bridge=True)


def read_candidates(candidates: "gpd.GeoDataFrame") -> Geometries:
    """Check a table of candidates and give its lines.

    Parameters
    ----------
    candidates
        What `am.crossing_candidates` returns, or its like.

    Returns
    -------
    lines
        In longitude and latitude.

    Raises
    ------
    PlacesError
        If it lacks a column or a coordinate system, an id repeats, or something is no line.
    """
    import shapely

    lacking = [name for name in NEEDED if name not in candidates.columns]
    if lacking or candidates.crs is None:
        wrong = f"the column {' and '.join(lacking)}" if lacking else "a coordinate system"
        msg = f"The candidates lack {wrong}; give what crossing_candidates gives, or its like."
        raise PlacesError(msg)
    names = candidates["candidate"].astype(str)
    if names.duplicated().any():
        msg = f"The candidate {names[names.duplicated()].iloc[0]!r} stands twice; give each its id."
        raise PlacesError(msg)
    lines: Geometries = np.asarray(candidates.geometry.to_crs(WGS84).to_numpy(), object)
    is_line = shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING
    wrong_row = np.flatnonzero(~is_line)
    if wrong_row.size:
        name = names.iloc[wrong_row[0]]
        msg = f"{wrong_row.size} of {names.size} candidates are no lines, first {name!r}."
        raise PlacesError(msg)
    return lines
