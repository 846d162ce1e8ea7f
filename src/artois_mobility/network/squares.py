"""Ways across squares: people walk straight over an area, not only along its edge.

The shortest way across a polygon runs along lines of sight between its gates, the places where
other streets meet its outline, and its inner corners (Lozano-Pérez and Wesley 1979, doi
10.1145/359156.359164).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from .._types import NO_NODE, Flags, Floats, Rows
from ..osm.extract import Extract
from .geodesy import metric_crs, project
from .interpreting import UsableWays
from .outlines import OUTER_ROLES
from .segments import Vertices

AREA: Final = ("area", "yes")
# Squares have tens of gates and corners; what has more is a mapped surface without any use here.
MOST_CORNERS: Final = 100
# A line of sight may run along an edge, which rounding puts now on this side and now on that.
SLACK_M: Final = 0.05
# A line this little shorter than the way over a corner that it passes is none worth keeping.
WORTH: Final = 1.02


@dataclass(frozen=True, slots=True, eq=False)
class Crossings:
    """Straight ways across areas, c of them.

    Attributes
    ----------
    tail, head
        Rows of the nodes in the extract, shape (c,).
    way
        Row of the area's outline in the usable ways, shape (c,).
    counts
        How many areas are crossed, and how many have too many corners for it.
    """

    tail: Rows
    head: Rows
    way: Rows
    counts: Mapping[str, int]


def give_outlines_their_tags(extract: Extract) -> Extract:
    """Give the outlines of squares drawn as multipolygons what the relation says of the square.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    extract
        The same object where no such way lacks a `highway` of its own. An outline of one ring
        without a hole is an area; of others people walk along the edge.

    References
    ----------
    OpenStreetMap wiki: Relation:multipolygon.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> extract = crossroads()
    >>> give_outlines_their_tags(extract) is extract
    True
    """
    relations, ways = extract.relations, extract.ways
    given: dict[int, Mapping[str, str]] = {}
    for row, tags in enumerate(relations.tags):
        if tags.get("type") != "multipolygon" or "highway" not in tags:
            continue
        members = range(int(relations.first_member[row]), int(relations.first_member[row + 1]))
        role = relations.member_role
        outer = [each for each in members if role[each] in OUTER_ROLES]
        own = {key: value for key, value in tags.items() if key != "type"}
        if len(outer) == len(members) == 1:
            own[AREA[0]] = AREA[1]
        osm_id = relations.member_id[[each for each in outer if relations.member_kind[each] == "w"]]
        for way in np.flatnonzero(np.isin(ways.osm_id, osm_id)).tolist():
            if "highway" not in ways.tags[way]:
                given[way] = {**ways.tags[way], **own}
    if not given:
        return extract
    tags_of_way = tuple(given.get(way, tags) for way, tags in enumerate(ways.tags))
    return replace(extract, ways=replace(ways, tags=tags_of_way))


def find_crossings(extract: Extract, usable: UsableWays, vertices: Vertices) -> Crossings:
    """Find the lines of sight across the areas that are used as streets.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The ways of a profile.
    vertices
        The same, cut.

    Returns
    -------
    crossings
        Those between gates, and those over inner corners that lead from gate to gate; edges of
        the outline are none.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> from artois_mobility.network.segments import cut_ways
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> find_crossings(extract, usable, vertices).tail.size
    0
    """
    nodes = extract.nodes
    is_gate = _gates(vertices, nodes.osm_id.size)
    rings = {way: _ring(extract, int(usable.row[way])) for way in _areas(extract, usable)}
    rings = {way: ring for way, ring in rings.items() if np.count_nonzero(is_gate[ring]) > 1}
    tails, heads, ways, uncrossed = [], [], [], 0
    for way, corners_m in _draw_rings(extract, rings).items():
        ring = rings[way]
        kept = np.flatnonzero(is_gate[ring] | _bends_inwards(corners_m)).astype(np.int32)
        if kept.size > MOST_CORNERS:
            uncrossed += 1
            continue
        one, other = _lines_of_sight(corners_m, kept)
        tails.append(ring[one])
        heads.append(ring[other])
        ways.append(np.full(one.size, way, np.int32))
    nothing = np.zeros(0, np.int32)
    return Crossings(
        np.concatenate([nothing, *tails]),
        np.concatenate([nothing, *heads]),
        np.concatenate([nothing, *ways]),
        {"areas_crossed": len(tails), "areas_too_large_to_cross": uncrossed},
    )


def add_crossings(vertices: Vertices, crossings: Crossings) -> Vertices:
    """Add each crossing as a piece of its area's way.

    Parameters
    ----------
    vertices
        The cut ways.
    crossings
        Between nodes that do not block.

    Returns
    -------
    vertices
        Those given first.
    """
    node = np.column_stack([crossings.tail, crossings.head]).ravel()
    return Vertices(
        np.concatenate([vertices.node, node]).astype(np.int32),
        np.concatenate([vertices.way, np.repeat(crossings.way, 2)]).astype(np.int32),
        np.concatenate([vertices.starts_piece, np.tile([True, False], crossings.tail.size)]),
        np.concatenate([vertices.place, node]).astype(np.int64),
        vertices.node_of_place,
    )


def _areas(extract: Extract, usable: UsableWays) -> list[int]:
    key, value = AREA
    tags = extract.ways.tags
    return [way for way, row in enumerate(usable.row.tolist()) if tags[row].get(key) == value]


def _ring(extract: Extract, row: int) -> Rows:
    """Give the nodes of a closed way, the first one once; none where it is no ring."""
    node = extract.ways.node_of_ref[slice(*extract.ways.first_ref[row : row + 2])]
    is_ring = node.size > 3 and node[0] == node[-1] and (node != NO_NODE).all()
    ring = node[:-1] if is_ring else node[:0]
    return ring if len(set(ring.tolist())) == ring.size else ring[:0]


def _draw_rings(extract: Extract, rings: Mapping[int, Rows]) -> dict[int, Floats]:
    """Give the corners of each ring in metres, shape (k, 2)."""
    if not rings:
        return {}
    nodes = extract.nodes
    row = np.concatenate(list(rings.values()))
    lon_deg, lat_deg = nodes.lon_deg[row], nodes.lat_deg[row]
    crs = metric_crs(nodes.lon_deg, nodes.lat_deg)
    corners_m = np.column_stack(project(lon_deg, lat_deg, crs))
    ends = np.cumsum([ring.size for ring in rings.values()])
    return dict(zip(rings, np.split(corners_m, ends[:-1]), strict=True))


def _gates(vertices: Vertices, node_count: int) -> Flags:
    """Tell at which nodes more than one way meets, none of them blocked."""
    is_free = vertices.place < node_count
    node, way = vertices.node[is_free], vertices.way[is_free]
    some_way = np.full(node_count, -1, np.int32)
    some_way[node] = way
    is_gate = np.zeros(node_count, np.bool_)
    is_gate[node[some_way[node] != way]] = True
    return is_gate


def _bends_inwards(corners_m: Floats) -> Flags:
    """Tell at which corners a ring bends inwards, by the sense in which it runs."""
    before, after = np.roll(corners_m, 1, axis=0), np.roll(corners_m, -1, axis=0)
    into, out = corners_m - before, after - corners_m
    turn = into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]
    middle = corners_m - corners_m[0]
    following = np.roll(middle, -1, axis=0)
    winding = (middle[:, 0] * following[:, 1] - middle[:, 1] * following[:, 0]).sum()
    bends: Flags = turn * winding < 0
    return bends


def _lines_of_sight(corners_m: Floats, kept: Rows) -> tuple[Rows, Rows]:
    """Find the pairs of kept corners that see each other across the area, edges left out."""
    area = shapely.Polygon(corners_m)
    if not shapely.is_valid(area):
        return kept[:0], kept[:0]
    one, other = (kept[each] for each in np.triu_indices(kept.size, 1))
    apart = np.abs(one - other)
    is_edge = (apart == 1) | (apart == len(corners_m) - 1)
    one, other = one[~is_edge], other[~is_edge]
    lines = shapely.linestrings(np.stack([corners_m[one], corners_m[other]], axis=1))
    room = shapely.buffer(area, SLACK_M)
    shapely.prepare(room)
    is_seen = shapely.covers(room, lines)
    one, other = one[is_seen], other[is_seen]
    is_worth = _leads_shorter(corners_m, one, other)
    return one[is_worth], other[is_worth]


def _leads_shorter(corners_m: Floats, one: Rows, other: Rows) -> Flags:
    """Keep the lines, shortest first, that shorten the way over the edges and lines before them."""
    edge_m = np.linalg.norm(np.roll(corners_m, -1, axis=0) - corners_m, axis=1)
    along_m = np.concatenate([[0.0], np.cumsum(edge_m)])[:-1]
    ends, place = np.unique(np.concatenate([one, other]), return_inverse=True)
    first, second = place[: one.size], place[one.size :]
    way_m = np.abs(along_m[ends][:, np.newaxis] - along_m[ends])
    way_m = np.minimum(way_m, edge_m.sum() - way_m)
    line_m = np.linalg.norm(corners_m[one] - corners_m[other], axis=1)
    is_kept = np.zeros(one.size, np.bool_)
    for line in np.argsort(line_m, kind="stable"):
        i, j = first[line], second[line]
        if line_m[line] * WORTH < way_m[i, j]:
            is_kept[line] = True
            over_m = way_m[:, i, np.newaxis] + line_m[line] + way_m[np.newaxis, j]
            way_m = np.minimum(way_m, np.minimum(over_m, over_m.T))
    return is_kept
