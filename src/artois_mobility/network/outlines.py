"""Shapes of tagged areas and lines: closed ways and multipolygon relations."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from .._types import NO_NODE, Geometries, Rows
from ..osm.extract import Extract, Tags

if TYPE_CHECKING:
    from shapely import Geometry

AREA_RELATIONS: Final = frozenset({"multipolygon", "boundary"})
OUTER_ROLES: Final = frozenset({"outer", ""})
INNER_ROLES: Final = frozenset({"inner"})
SHORE_ROLES: Final = OUTER_ROLES | INNER_ROLES

_MIN_RING_SIZE: Final = 4


def ranges(first: npt.ArrayLike, count: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """List the numbers `first[i], first[i] + 1, ...`, `count[i]` of them, for each `i` in turn.

    Parameters
    ----------
    first
        First number of each run, shape (r,).
    count
        Length of each run, shape (r,).

    Returns
    -------
    numbers
        All runs, one after the other.

    Examples
    --------
    >>> ranges([5, 20], [2, 3])
    array([ 5,  6, 20, 21, 22])
    >>> ranges([], [])
    array([], dtype=int64)
    """
    first = np.asarray(first, np.int64)
    count = np.asarray(count, np.int64)
    begin = np.cumsum(count) - count
    numbers = np.arange(int(count.sum()), dtype=np.int64)
    numbers += np.repeat(first - begin, count)
    return numbers


def lines_of_ways(extract: Extract, row: Rows) -> Geometries:
    """Draw ways as lines in degrees; a way is broken where the file lacks a node.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Rows of the ways, shape (w,).

    Returns
    -------
    lines
        Shapely lines of at least two points; none for a way with fewer known nodes.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> lines_of_ways(crossroads(), np.int32([0]))[0].coords[0]
    (2.83, 50.42)
    >>> lines_of_ways(crossroads(), np.int32([])).size
    0
    """
    return draw_ways(extract, row)[0]


def draw_ways(extract: Extract, row: Rows) -> tuple[Geometries, Rows]:
    """Draw ways as lines in degrees and tell which way each line is of.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Rows of the ways, shape (w,).

    Returns
    -------
    lines
        Shapely lines of at least two points, ascending by way.
    place
        Where in `row` the way of each line stands, of the same shape; a way that is broken stands
        there several times, one with fewer than two known nodes not at all.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> draw_ways(crossroads(), np.int32([1, 0]))[1]
    array([0, 1], dtype=int32)
    >>> draw_ways(crossroads(), np.int32([]))[1]
    array([], dtype=int32)
    """
    import shapely

    ways, nodes = extract.ways, extract.nodes
    first = ways.first_ref[:-1][row]
    ref = ranges(first, ways.first_ref[1:][row] - first)
    node = ways.node_of_ref[ref]
    way = np.repeat(np.arange(row.size, dtype=np.int32), ways.first_ref[1:][row] - first)
    is_known = node != NO_NODE
    ref, node, way = ref[is_known], node[is_known], way[is_known]
    starts = np.ones(ref.size, np.bool_)
    starts[1:] = (np.diff(ref) != 1) | (np.diff(way) != 0)
    line = np.cumsum(starts) - 1
    is_long = np.bincount(line)[line] >= 2 if line.size else starts
    if not is_long.any():
        return np.empty(0, np.object_), np.zeros(0, np.int32)
    corner = np.column_stack((nodes.lon_deg[node[is_long]], nodes.lat_deg[node[is_long]]))
    _, first_of_line, line = np.unique(line[is_long], return_index=True, return_inverse=True)
    lines: Geometries = shapely.linestrings(corner, indices=line)
    return lines, way[is_long][first_of_line]


def polygons_of_areas(extract: Extract, wanted: frozenset[tuple[str, str]]) -> Geometries:
    """Draw the areas with a wanted tag as polygons in degrees.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    wanted
        Tags, any of which makes an area wanted.

    Returns
    -------
    polygons
        Shapely polygons, of closed ways and of multipolygons whose outline is complete; what lies
        in a multipolygon's inner rings is left out.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> polygons_of_areas(crossroads(), frozenset({("landuse", "residential")})).size
    0
    """
    import shapely

    own = lines_of_ways(extract, wanted_ways(extract, wanted))
    is_ring = shapely.is_closed(own) & (shapely.get_num_coordinates(own) >= _MIN_RING_SIZE)
    corner, ring = shapely.get_coordinates(own[is_ring], return_index=True)
    polygons: list[Geometry] = []
    if ring.size:
        polygons += list(shapely.polygons(shapely.linearrings(corner, indices=ring)))
    outlines = _members_of(extract, wanted, OUTER_ROLES)
    for outer, inner in zip(outlines, _members_of(extract, wanted, INNER_ROLES), strict=True):
        whole, holes = _close(extract, outer), _close(extract, inner)
        if whole.size and holes.size:
            whole = shapely.difference(whole, shapely.union_all(holes))
        polygons += list(shapely.get_parts(whole))
    return np.array(polygons, np.object_)


def _close(extract: Extract, members: Rows) -> Geometries:
    """Draw the polygons that ways enclose together."""
    import shapely

    lines = lines_of_ways(extract, members)
    closed: Geometries = shapely.get_parts(shapely.polygonize(lines)) if lines.size else lines
    return closed


def wanted_ways(extract: Extract, wanted: frozenset[tuple[str, str]]) -> Rows:
    """Find the ways that carry any of some tags.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    wanted
        Pairs of key and value.

    Returns
    -------
    row
        Rows of the ways, ascending.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> wanted_ways(crossroads(), frozenset({("highway", "primary")}))
    array([0], dtype=int32)
    """
    return np.array(list(_matching(extract.ways.tags, wanted)), np.int32)


def outline_ways(extract: Extract, wanted: frozenset[tuple[str, str]]) -> Rows:
    """Find the ways that outline the multipolygons with any of some tags.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    wanted
        Pairs of key and value.

    Returns
    -------
    row
        Rows of the members that the file has, around the areas and around the islands in them,
        ascending, each once.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> outline_ways(crossroads(), frozenset({("natural", "water")}))
    array([], dtype=int32)
    """
    members = list(_members_of(extract, wanted, SHORE_ROLES))
    return np.unique(np.concatenate(members)) if members else np.zeros(0, np.int32)


def _matching(tags_of_row: Sequence[Tags], wanted: frozenset[tuple[str, str]]) -> Iterable[int]:
    keys = tuple({key for key, _ in wanted})
    for row, tags in enumerate(tags_of_row):
        for key in keys:
            if key in tags and (key, tags[key]) in wanted:
                yield row
                break


def _members_of(
    extract: Extract, wanted: frozenset[tuple[str, str]], roles: frozenset[str]
) -> Iterable[Rows]:
    """Yield the rows of the ways of each wanted multipolygon in some roles."""
    relations, ways = extract.relations, extract.ways
    for row in _matching(relations.tags, wanted):
        if relations.tags[row].get("type") not in AREA_RELATIONS:
            continue
        members = range(int(relations.first_member[row]), int(relations.first_member[row + 1]))
        chosen = [
            member
            for member in members
            if relations.member_kind[member] == "w" and relations.member_role[member] in roles
        ]
        osm_id = relations.member_id[chosen]
        place = np.minimum(np.searchsorted(ways.osm_id, osm_id), max(ways.osm_id.size - 1, 0))
        is_here = ways.osm_id[place] == osm_id if ways.osm_id.size else osm_id < 0
        yield place[is_here].astype(np.int32)
