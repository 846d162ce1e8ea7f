"""How much longer streets take in traffic, by way or by area."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from .._types import Floats, Geometries, OsmIds
from ..osm.extract import Extract
from .interpreting import UsableWays
from .profile_keys import Profile
from .segments import Vertices

MOTORISED: Final = frozenset({"car", "moped"})


@dataclass(frozen=True, slots=True, eq=False)
class Congestion:
    """How many times longer the streets of some ways and areas take.

    Attributes
    ----------
    path
        The table it was read from.
    sha256
        Hash of the table's bytes, hexadecimal.
    period
        Which part of the day or week it is about, or `""`.
    way, way_factor
        OSM ids, ascending, each once, and their factors, shape (w,) each.
    area, area_factor
        Polygons in degrees and their factors, shape (a,) each.
    """

    path: Path
    sha256: str
    period: str
    way: OsmIds
    way_factor: Floats
    area: Geometries
    area_factor: Floats


def congest_segments(
    extract: Extract,
    usable: UsableWays,
    vertices: Vertices,
    profile: Profile,
    congestion: Congestion,
) -> Floats:
    """Find how many times longer each segment takes in traffic.

    A way's own factor counts before those of areas; of several areas around the middle of a
    segment, the largest factor.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The ways of a profile.
    vertices
        The same, cut.
    profile
        The traveller; only those with a motor stand in traffic.
    congestion
        The table.

    Returns
    -------
    factor
        1 where the table says nothing, shape (s,).
    """
    import shapely

    segment = vertices.first_of_segment
    factor: Floats = np.ones(segment.size)
    if profile.mode not in MOTORISED:
        return factor
    if congestion.area.size:
        nodes = extract.nodes
        tail, head = vertices.node[segment], vertices.node[segment + 1]
        middle = shapely.points(
            (nodes.lon_deg[tail] + nodes.lon_deg[head]) / 2,
            (nodes.lat_deg[tail] + nodes.lat_deg[head]) / 2,
        )
        area, inside = shapely.STRtree(middle).query(congestion.area, predicate="covers")
        most = np.zeros(segment.size)
        np.maximum.at(most, inside, congestion.area_factor[area])
        factor = np.where(most > 0, most, factor)
    if congestion.way.size:
        osm_id = extract.ways.osm_id[usable.row[vertices.way[segment]]]
        place = np.minimum(np.searchsorted(congestion.way, osm_id), congestion.way.size - 1)
        is_listed = congestion.way[place] == osm_id
        factor = np.where(is_listed, congestion.way_factor[place], factor)
    return factor
