"""Shapes of OpenStreetMap objects: lines and areas in degrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._types import NO_NODE, Geometries, Rows
from ..network.outlines import OUTER_ROLES, lines_of_ways
from ..osm.extract import Extract

if TYPE_CHECKING:
    from shapely import Geometry

INNER_ROLE: Final = "inner"
MIN_RING_SIZE: Final = 4


@dataclass(frozen=True, slots=True)
class OsmShape:
    """The shape of one way or relation.

    Attributes
    ----------
    geometry
        In degrees: a polygon or multipolygon for an area, lines for what is none, None where
        the file holds nothing of it.
    is_whole
        False where nodes or ways are missing in the file, or an outline does not close.
    """

    geometry: "Geometry | None"
    is_whole: bool


def shape_of_way(extract: Extract, row: int) -> OsmShape:
    """Draw a way: an area where it is closed, else a line.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Row of the way.

    Returns
    -------
    shape
        Drawn from the nodes that the file has.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> shape_of_way(crossroads(), 0).geometry.geom_type
    'LineString'
    """
    nodes = nodes_of_way(extract, row)
    known = nodes[nodes != NO_NODE]
    is_whole = known.size == nodes.size
    if known.size == 0:
        return OsmShape(None, is_whole)
    corners = np.column_stack([extract.nodes.lon_deg[known], extract.nodes.lat_deg[known]])
    if known.size == 1:
        return OsmShape(shapely.Point(corners[0]), is_whole=False)
    if known[0] == known[-1] and known.size >= MIN_RING_SIZE:
        return OsmShape(shapely.Polygon(corners), is_whole)
    return OsmShape(shapely.LineString(corners), is_whole)


def shape_of_relation(extract: Extract, row: int) -> OsmShape:
    """Draw a multipolygon or boundary from its outer and inner ways.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Row of the relation.

    Returns
    -------
    shape
        The closed outer rings less the inner ones; the outer lines where none closes; the
        points of its nodes where it has no ways.
    """
    members = members_of(extract, row)
    outer = [row for kind, row, role in members if kind == "w" and role in OUTER_ROLES]
    inner = [row for kind, row, role in members if kind == "w" and role == INNER_ROLE]
    lines = lines_of_ways(extract, np.array([each for each in outer if each >= 0], np.int32))
    is_whole = -1 not in outer and -1 not in inner
    if not lines.size:
        return OsmShape(_points_of_nodes(extract, members), is_whole=False)
    area = _fill(lines)
    if area is None:
        return OsmShape(shapely.union_all(lines), is_whole=False)
    open_count = shapely.get_num_geometries(shapely.polygonize_full(lines)[2])
    holes = lines_of_ways(extract, np.array([each for each in inner if each >= 0], np.int32))
    hole = _fill(holes) if holes.size else None
    return OsmShape(
        area if hole is None else shapely.difference(area, hole), is_whole and not open_count
    )


def nodes_of_way(extract: Extract, row: int) -> Rows:
    """List the nodes of a way.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Row of the way.

    Returns
    -------
    nodes
        Rows of the nodes, `NO_NODE` where the file lacks one.
    """
    ways = extract.ways
    return ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]]


def members_of(extract: Extract, row: int) -> Sequence[tuple[str, int, str]]:
    """List the members of a relation.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Row of the relation.

    Returns
    -------
    members
        Kind, row among the nodes or ways (-1 where the file lacks it), role.
    """
    relations = extract.relations
    ids_of_kind = {"n": extract.nodes.osm_id, "w": extract.ways.osm_id}
    found = []
    for member in range(relations.first_member[row], relations.first_member[row + 1]):
        kind = str(relations.member_kind[member])
        if kind in ids_of_kind:
            ids = ids_of_kind[kind]
            place = int(np.searchsorted(ids, relations.member_id[member]))
            is_here = place < ids.size and ids[place] == relations.member_id[member]
            found.append((kind, place if is_here else -1, relations.member_role[member]))
    return found


def _fill(lines: Geometries) -> "Geometry | None":
    rings = shapely.get_parts(shapely.polygonize(lines))
    return shapely.union_all(rings) if rings.size else None


def _points_of_nodes(
    extract: Extract, members: Sequence[tuple[str, int, str]]
) -> "Geometry | None":
    rows = [row for kind, row, _ in members if kind == "n" and row >= 0]
    if not rows:
        return None
    nodes = extract.nodes
    return shapely.MultiPoint(np.column_stack([nodes.lon_deg[rows], nodes.lat_deg[rows]]))
