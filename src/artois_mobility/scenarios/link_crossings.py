"""Cut new links where they cross streets that they are to be joined to."""

import itertools

import numpy as np
import shapely
import shapely.ops

from .._types import NO_ARC, ArcIds, Floats, Geometries
from ..changes.schema import AddLink
from ..network.geodesy import project, unproject
from ..network.model import Network
from ..osm.extract import Extract
from ..places.streets import draw_arcs
from .barrier_changes import bridges_and_tunnels
from .link_joints import SAME_POINT_M


def cut_at_crossings(change: AddLink, network: Network, extract: Extract) -> list[AddLink]:
    """Cut a link where it crosses streets, but for bridges and tunnels.

    Parameters
    ----------
    change
        The link.
    network
        The network of one profile.
    extract
        The OpenStreetMap data, for bridges and tunnels.

    Returns
    -------
    parts
        From its first point to its last; the link itself where it is joined at its ends alone.
    """
    if not change.joins_crossings:
        return [change]
    degrees: Floats = np.array(change.geometry, np.float64)
    line = shapely.LineString(np.column_stack(project(degrees[:, 0], degrees[:, 1], network.crs)))
    at_m = _crossings_along(line, network, extract)
    if not at_m.size:
        return [change]
    bounds = [0.0, *at_m.tolist(), line.length]
    parts = []
    for first, last in itertools.pairwise(bounds):
        corner = shapely.get_coordinates(shapely.ops.substring(line, first, last))
        lon, lat = unproject(corner[:, 0], corner[:, 1], network.crs)
        points = list(zip(lon.tolist(), lat.tolist(), strict=True))
        # the ends stay as they are drawn
        points[0] = change.geometry[0] if first == 0.0 else points[0]
        points[-1] = change.geometry[-1] if last == line.length else points[-1]
        parts.append(change.model_copy(update={"geometry": tuple(points)}))
    return parts


def _crossings_along(line: shapely.LineString, network: Network, extract: Extract) -> Floats:
    """Find how far along a line it crosses streets, ascending, none twice."""
    arc = _streets(network, extract)
    lines: Geometries = draw_arcs(network, arc)
    near = shapely.STRtree(lines).query(line, predicate="intersects")
    met = shapely.get_parts(shapely.intersection(lines[near], line))
    points = shapely.points(shapely.get_coordinates(met))
    at_m = np.sort(shapely.line_locate_point(line, points)) if points.size else np.empty(0)
    kept: list[float] = []
    for each in at_m.tolist():
        is_inside = SAME_POINT_M < each < line.length - SAME_POINT_M
        if is_inside and (not kept or each - kept[-1] > SAME_POINT_M):
            kept.append(each)
    return np.array(kept, np.float64)


def _streets(network: Network, extract: Extract) -> ArcIds:
    """List one arc of every street that lies on the ground."""
    over = bridges_and_tunnels(extract)
    twin = network.twin_of_arc
    is_first = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    streets: ArcIds = np.flatnonzero(is_first & ~np.isin(network.way_of_arc, over)).astype(np.int32)
    return streets
