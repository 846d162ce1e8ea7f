"""Time lost at nodes: traffic signals, stop signs, level crossings."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import Flags, Floats, Geometries, Rows
from ..osm.extract import Extract, Tags
from .geodesy import metric_crs, project
from .profile_keys import Profile
from .segments import Counts, Vertices

if TYPE_CHECKING:
    import numpy.typing as npt

SIGNALS: Final = "highway=traffic_signals"
# Signs that speak to one direction of travel: towards the junction they stand at.
SIGNS: Final = frozenset({"highway=stop", "highway=give_way"})
# Signals this near to each other belong to one junction, and are charged once.
JUNCTION_M: Final = 30.0
# What lies this near to the area between the signals of a junction lies inside it.
INSIDE_M: Final = 5.0
# Of a degree of latitude, at the equator; a little less, to be on the safe side.
LEAST_M_PER_DEG: Final = 110_000.0
DIRECTION_KEYS: Final = ("direction", "traffic_signals:direction")
ALL_STOP: Final = frozenset({"all", "4way"})

FORWARD, BACKWARD, BOTH, UNTOLD = range(4)
_FACING: Final = {"forward": FORWARD, "backward": BACKWARD, "both": BOTH}
NO_JUNCTION: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Time besides moving on each segment of the cut ways, s of them.

    Attributes
    ----------
    along_ms, against_ms
        Going along the way as drawn, and against it, shape (s,).
    counts
        How many nodes delay a traveller, by kind.
    """

    along_ms: Counts
    against_ms: Counts
    counts: Mapping[str, int]


def find_waiting(
    extract: Extract, profile: Profile, vertices: Vertices, metres: Floats, rank_of_way: Rows
) -> Waiting:
    """Find the time lost at nodes, and charge it to the segments that lead to them.

    The signals of one junction are charged once, on the way into it. A stop or give-way sign
    within a way delays who comes from the far side of it, as its `direction` says or else towards
    the nearer junction; on a junction itself it delays the lesser ways, all of them where they
    rank alike or `stop=all`.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        The traveller, with `node_delay_s`.
    vertices
        The ways, cut.
    metres
        Length of each segment, shape (s,).
    rank_of_way
        How important each usable way is, 0 the most, shape (u,).

    Returns
    -------
    waiting
        Times for segments.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> from artois_mobility.network.segments import cut_ways, segment_lengths
    >>> extract, car = crossroads(), read_profile("car")
    >>> usable = interpret_ways(extract, car)
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> metres = segment_lengths(extract, vertices)
    >>> find_waiting(extract, car, vertices, metres, np.int32([0, 1])).along_ms
    array([0, 0, 0, 0])
    """
    segment = vertices.first_of_segment
    nodes = _find_nodes(extract, profile, vertices)
    junction_of_node = _find_junctions(extract, vertices, nodes)
    is_junction = _meet_streets(vertices)
    is_lesser = _lie_below(vertices, rank_of_way, nodes.is_sign)
    nearer = _nearer_junction(vertices, metres, is_junction, nodes.is_sign)
    sides = []
    for side, (begin, end) in enumerate(((segment, segment + 1), (segment + 1, segment))):
        node, before = vertices.node[end], vertices.node[begin]
        facing = nodes.facing[node]
        is_charged = (facing == BOTH) | (facing == side)
        at_junction = is_junction[vertices.place[end]]
        is_sign = nodes.is_sign[node] & (facing == UNTOLD)
        is_charged |= is_sign & ~at_junction & (nearer[end] == side)
        is_charged |= is_sign & at_junction & (is_lesser[end] | nodes.stops_all[node])
        junction = junction_of_node[node]
        is_inside = (junction != NO_JUNCTION) & (junction == junction_of_node[before])
        sides.append(np.where(is_charged & ~is_inside, nodes.delay_ms[node], 0))
    return Waiting(sides[0], sides[1], nodes.counts)


@dataclass(frozen=True, slots=True, eq=False)
class _DelayingNodes:
    """What each node of the extract does; `facing` is the direction of travel it delays."""

    delay_ms: Counts
    facing: "npt.NDArray[np.int8]"
    is_sign: Flags
    is_signal: Flags
    stops_all: Flags
    counts: Mapping[str, int]


def _find_nodes(extract: Extract, profile: Profile, vertices: Vertices) -> _DelayingNodes:
    count = extract.nodes.osm_id.size
    delay_ms = np.zeros(count, np.int64)
    facing = np.full(count, UNTOLD, np.int8)
    is_sign, is_signal, stops_all, is_used = np.zeros((4, count), np.bool_)
    is_used[vertices.node] = True
    counts: Counter[str] = Counter()
    wanted = {tuple(each.split("=", 1)): each for each in profile.node_delay_s}
    for row, tags in extract.nodes.tags.items() if wanted else ():
        kind = next((wanted[item] for item in tags.items() if item in wanted), None)
        if kind is None or not is_used[row]:
            continue
        counts[f"delays_at_{kind.split('=')[1]}"] += 1
        delay_ms[row] = round(profile.node_delay_s[kind] * 1000)
        is_sign[row], is_signal[row] = kind in SIGNS, kind == SIGNALS
        facing[row] = _facing(tags, is_sign=kind in SIGNS)
        stops_all[row] = tags.get("stop") in ALL_STOP
    return _DelayingNodes(delay_ms, facing, is_sign, is_signal, stops_all, counts)


def _facing(tags: Tags, *, is_sign: bool) -> int:
    told = next((_FACING[tags[key]] for key in DIRECTION_KEYS if tags.get(key) in _FACING), None)
    if told is not None:
        return told
    return UNTOLD if is_sign else BOTH


def _find_junctions(extract: Extract, vertices: Vertices, nodes: _DelayingNodes) -> Rows:
    """Tell inside which junction with several signals each node lies."""
    import shapely
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    junction_of_node = np.full(nodes.delay_ms.size, NO_JUNCTION, np.int32)
    signal = np.flatnonzero(nodes.is_signal).astype(np.int32)
    if signal.size == 0:
        return junction_of_node
    lon_deg, lat_deg = extract.nodes.lon_deg, extract.nodes.lat_deg
    crs = metric_crs(lon_deg, lat_deg)
    signal_m = np.column_stack(project(lon_deg[signal], lat_deg[signal], crs))
    near = cKDTree(signal_m).query_pairs(JUNCTION_M, output_type="ndarray")
    links = coo_array(
        (np.ones(len(near), np.int8), (near[:, 0], near[:, 1])), shape=(signal.size, signal.size)
    )
    junction_count, junction = connected_components(links, directed=False)
    junction_of_node[signal] = junction
    is_shared = np.bincount(junction, minlength=junction_count)[junction] > 1
    order = np.flatnonzero(is_shared)[np.argsort(junction[is_shared], kind="stable")]
    if order.size == 0:
        return junction_of_node
    number, first = np.unique(junction[order], return_index=True)
    points = [shapely.MultiPoint(part) for part in np.split(signal_m[order], first[1:])]
    areas: Geometries = shapely.buffer(shapely.convex_hull(np.array(points, object)), INSIDE_M)
    west, south, east, north = shapely.bounds(areas).T
    reach_m = float(np.hypot(east - west, north - south).max())
    used = _lie_near(extract, vertices, signal[order], reach_m)
    x_m, y_m = project(lon_deg[used], lat_deg[used], crs)
    area, inside = shapely.STRtree(shapely.points(x_m, y_m)).query(areas, predicate="intersects")
    is_free = junction_of_node[used[inside]] == NO_JUNCTION
    junction_of_node[used[inside[is_free]]] = number[area[is_free]]
    return junction_of_node


def _lie_near(extract: Extract, vertices: Vertices, signal: Rows, reach_m: float) -> Rows:
    """List the nodes of streets that could lie so near to a signal, and some that do not."""
    lon_deg, lat_deg = extract.nodes.lon_deg, extract.nodes.lat_deg
    is_used = np.zeros(lon_deg.size, np.bool_)
    is_used[vertices.node] = True
    used = np.flatnonzero(is_used)
    # cells larger than the reach: what is so near to a signal lies in its cell or beside it
    high_deg = reach_m / LEAST_M_PER_DEG
    wide_deg = high_deg / max(np.cos(np.radians(np.abs(lat_deg[signal]).max() + 1)), 0.01)
    east, north = (
        np.floor(each / size).astype(np.int64)
        for each, size in ((lon_deg, wide_deg), (lat_deg, high_deg))
    )
    beside = np.arange(-1, 2)
    cell = (east[signal, None, None] + beside[:, None]) * 2**32 + north[signal, None, None] + beside
    near: Rows = used[np.isin(east[used] * 2**32 + north[used], cell)].astype(np.int32)
    return near


def _meet_streets(vertices: Vertices) -> Flags:
    """Tell at which places other than two segments meet."""
    segment = vertices.first_of_segment
    place_count = vertices.node_of_place.size
    degree = np.bincount(vertices.place[segment], minlength=place_count)
    degree += np.bincount(vertices.place[segment + 1], minlength=place_count)
    is_junction: Flags = degree > 2
    return is_junction


def _lie_below(vertices: Vertices, rank_of_way: Rows, is_sign: Flags) -> Flags:
    """Tell at which vertices with a sign a way meets a more important one, or only its equals."""
    vertex = np.flatnonzero(is_sign[vertices.node])
    place, rank = vertices.place[vertex], rank_of_way[vertices.way[vertex]]
    place_count = vertices.node_of_place.size
    highest = np.full(place_count, np.iinfo(np.int32).max, np.int64)
    lowest = np.full(place_count, -1, np.int64)
    np.minimum.at(highest, place, rank)
    np.maximum.at(lowest, place, rank)
    is_lesser = np.zeros(vertices.node.size, np.bool_)
    is_lesser[vertex] = (rank > highest[place]) | (highest[place] == lowest[place])
    return is_lesser


def _nearer_junction(
    vertices: Vertices, metres: Floats, is_junction: Flags, is_sign: Flags
) -> "npt.NDArray[np.int8]":
    """Tell for each vertex with a sign if the nearer junction on its piece lies ahead or behind."""
    vertex = np.flatnonzero(is_sign[vertices.node])
    nearer = np.zeros(vertices.node.size, np.int8)
    if vertex.size == 0:
        return nearer
    segment = vertices.first_of_segment
    reached_m = np.zeros(nearer.size)
    reached_m[segment + 1] = metres
    reached_m = np.cumsum(reached_m)
    stop = np.flatnonzero(is_junction[vertices.place] | vertices.starts_piece | vertices.ends_piece)
    ahead = stop[np.minimum(np.searchsorted(stop, vertex), stop.size - 1)]
    behind = stop[np.maximum(np.searchsorted(stop, vertex, side="right") - 1, 0)]
    is_back = reached_m[vertex] - reached_m[behind] < reached_m[ahead] - reached_m[vertex]
    nearer[vertex] = np.where(is_back, BACKWARD, FORWARD)
    return nearer
