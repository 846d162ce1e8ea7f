"""How high the bridges over a waterway are: carried from the bridge to the water by geometry."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .._types import Floats, OsmIds
from ..osm.extract import Extract, Tags
from .dimensions import read_metres
from .outlines import draw_ways
from .segments import Vertices

# OpenStreetMap wiki, Seamarks/Bridges, 2026-11. What is told of a bridge that opens is its height
# when closed: whether and when it opens, tags do not say. maxheight of a road is for those on it.
CLEARANCE_KEYS: Final = (
    "seamark:bridge:clearance_height",
    "seamark:bridge:clearance_height_closed",
)
SAYS_NO: Final = frozenset({"", "no"})
# Water carried over a valley is no bridge over water.
CARRIES: Final = ("highway", "railway")


@dataclass(frozen=True, slots=True, eq=False)
class Clearances:
    """Bridges over the segments of waterways.

    Attributes
    ----------
    height_m
        Height of the lowest bridge over each segment; infinite where none is known, shape (s,).
    way
        OSM id of that bridge, 0 for none, shape (s,).
    bridge_count, unknown_count
        How many bridges cross a waterway, and of how many no height is told.
    """

    height_m: Floats
    way: OsmIds
    bridge_count: int
    unknown_count: int


def find_clearances(extract: Extract, vertices: Vertices) -> Clearances:
    """Find the bridges over waterways and how high they are.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    vertices
        The waterways, cut.

    Returns
    -------
    clearances
        For each segment.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> from artois_mobility.network.segments import cut_ways
    >>> extract = crossroads()
    >>> usable = interpret_ways(extract, read_profile("walk"))
    >>> vertices = cut_ways(extract, usable, np.zeros(5, np.bool_))
    >>> find_clearances(extract, vertices).height_m
    array([inf, inf, inf, inf])
    """
    import shapely

    segment = vertices.first_of_segment
    height_m: Floats = np.full(segment.size, np.inf)
    way_of_segment = np.zeros(segment.size, np.int64)
    rows = [row for row, tags in enumerate(extract.ways.tags) if _is_bridge(tags)]
    if not rows or not segment.size:
        return Clearances(height_m, way_of_segment, 0, 0)
    nodes = extract.nodes
    ends = [
        np.column_stack([nodes.lon_deg[row], nodes.lat_deg[row]])
        for row in (vertices.node[segment], vertices.node[segment + 1])
    ]
    tree = shapely.STRtree(shapely.linestrings(np.stack(ends, axis=1)))
    lines, place = draw_ways(extract, np.array(rows, np.int32))
    line, crossing = tree.query(lines, predicate="crosses")
    if not line.size:
        return Clearances(height_m, way_of_segment, 0, 0)
    bridge, over_bridge = np.unique(np.stack([place[line], crossing]), axis=1)
    crossed, first = np.unique(bridge, return_index=True)
    unknown = 0
    for number, over in zip(crossed.tolist(), np.split(over_bridge, first[1:]), strict=True):
        row = rows[number]
        told = [read_metres(extract.ways.tags[row].get(key, "")) for key in CLEARANCE_KEYS]
        known = [each for each in told if each is not None]
        if not known:
            unknown += 1
            continue
        lower = over[height_m[over] > min(known)]
        height_m[lower], way_of_segment[lower] = min(known), extract.ways.osm_id[row]
    return Clearances(height_m, way_of_segment, crossed.size, unknown)


def _is_bridge(tags: Tags) -> bool:
    return tags.get("bridge", "") not in SAYS_NO and any(key in tags for key in CARRIES)
