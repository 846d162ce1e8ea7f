"""Bridges, tunnels and level crossings that could close."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from .._types import NO_NODE, WGS84
from ..errors import PlacesError
from ..network.outlines import lines_of_ways
from ..network.roads import is_road
from ..places.osm_areas import nodes_of_way

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely import Geometry

    from ..osm.extract import Extract, Tags

BRIDGE: Final = "bridge"
TUNNEL: Final = "tunnel"
LEVEL_CROSSING: Final = "level_crossing"
KINDS: Final = (BRIDGE, TUNNEL, LEVEL_CROSSING)
# OpenStreetMap wiki, Key:bridge, Key:tunnel, Tag:railway=level_crossing, Tag:railway=crossing.
NO: Final = frozenset({"", "no", "building_passage"})
CROSSING_NODES: Final = frozenset({"level_crossing", "crossing"})
# [assumed] Nodes of a level crossing over several tracks stand this near to each other.
TRACKS_M: Final = 30.0
M_PER_DEG: Final = 111_000.0


def list_closures(extract: "Extract", kinds: Sequence[str] = KINDS) -> "gpd.GeoDataFrame":
    """List bridges, tunnels and level crossings, for `am.criticality` to close each in turn.

    Ways that meet on one bridge or in one tunnel are one closure, so are the nodes of a level
    crossing over several tracks on the same way.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    kinds
        Which: `"bridge"`, `"tunnel"`, `"level_crossing"`.

    Returns
    -------
    closures
        By kind and OSM id: `closure` (`"w12"` by its first way, `"n34"` by its first node),
        `kind`, `name`, `ways` (OSM ids to close as a whole) and `geometry`: lines of bridges and
        tunnels, points of level crossings (EPSG:4326), whose ways close at the points alone.

    Raises
    ------
    PlacesError
        If a kind is unknown.

    See Also
    --------
    lock_closures : what locks keep together, for vessels.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> list_closures(crossroads()).empty
    True
    """
    import geopandas as gpd
    import pandas as pd

    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown or not len(kinds):
        msg = f"Closures are of the kinds {', '.join(KINDS)}; found {', '.join(unknown) or 'none'}."
        raise PlacesError(msg)
    rows: list[_Row] = []
    for kind in (BRIDGE, TUNNEL):
        if kind in kinds:
            rows += _list_structures(extract, kind)
    if LEVEL_CROSSING in kinds:
        rows += _list_level_crossings(extract)
    return gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=_Row._fields), geometry="geometry", crs=WGS84
    )


class _Row(NamedTuple):
    """One closure, in the order of the columns."""

    closure: str
    kind: str
    name: str
    ways: list[int]
    geometry: "Geometry"


def _list_structures(extract: "Extract", key: str) -> list[_Row]:
    import shapely

    ways = [
        row
        for row, tags in enumerate(extract.ways.tags)
        if is_road(tags) and "highway" in tags and tags.get(key, "") not in NO
    ]
    nodes = [set(nodes_of_way(extract, row)) - {NO_NODE} for row in ways]
    pairs = [(one, other) for one, own in enumerate(nodes) for other in own]
    found = []
    for members in _connect(len(ways), pairs):
        own = [ways[member] for member in members]
        lines = lines_of_ways(extract, np.array(own, np.int32))
        if lines.size:
            ids = sorted(int(extract.ways.osm_id[row]) for row in own)
            names = [_name(extract.ways.tags[row], key) for row in own]
            shape = shapely.multilinestrings(lines)
            found.append(_Row(f"w{ids[0]}", key, _join(names), ids, shape))
    return sorted(found, key=lambda each: each.ways[0])


def _list_level_crossings(extract: "Extract") -> list[_Row]:
    import shapely

    nodes = extract.nodes
    is_crossing = {row for row, tags in nodes.tags.items() if tags.get("railway") in CROSSING_NODES}
    ways_of: dict[int, list[int]] = {}
    for row, tags in enumerate(extract.ways.tags):
        if "highway" in tags:
            for node in is_crossing.intersection(nodes_of_way(extract, row)):
                ways_of.setdefault(node, []).append(row)
    known = sorted(ways_of)
    xy = np.column_stack([nodes.lon_deg[known], nodes.lat_deg[known]])
    scale = np.array([np.cos(np.radians(xy[:, 1].mean() if known else 0.0)), 1.0]) * M_PER_DEG
    near = shapely.STRtree(shapely.points(xy * scale)).query(
        shapely.points(xy * scale), "dwithin", TRACKS_M
    )
    pairs = [
        (one, ("together", min(one, other)))
        for one, other in near.T.tolist()
        if set(ways_of[known[one]]) & set(ways_of[known[other]])
    ]
    found = []
    for members in _connect(len(known), pairs):
        ids = sorted(int(nodes.osm_id[known[member]]) for member in members)
        ways = sorted({way for member in members for way in ways_of[known[member]]})
        names = [extract.ways.tags[way].get("name", "") for way in ways]
        way_ids = [int(extract.ways.osm_id[way]) for way in ways]
        shape = shapely.multipoints(xy[members])
        found.append(_Row(f"n{ids[0]}", LEVEL_CROSSING, _join(names), way_ids, shape))
    return sorted(found, key=lambda each: int(each.closure[1:]))


def _connect(count: int, pairs: "Sequence[tuple[int, object]]") -> list[list[int]]:
    """Group what is paired with the same things; alone what is paired with nothing."""
    import networkx as nx

    graph: nx.Graph[object] = nx.Graph()
    graph.add_nodes_from(range(count))
    graph.add_edges_from((one, ("of", other)) for one, other in pairs)
    groups = [
        sorted(m for m in each if isinstance(m, int)) for each in nx.connected_components(graph)
    ]
    return sorted(groups)


def _name(tags: "Tags", key: str) -> str:
    return tags.get(f"{key}:name", tags.get("name", ""))


def _join(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(name for name in names if name))
