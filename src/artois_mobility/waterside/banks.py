"""Points where people on foot come to the water, as sites that times can be computed to."""

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from .._types import NO_ARC, WGS84, ArcIds, Flags, Geometries
from ..errors import PlacesError
from ..network.interpreting import BOAT
from ..network.model import Network
from ..osm.extract import Extract
from ..places.streets import draw_arcs
from .along import find_towpaths
from .water import Water, find_water, nearest_names, texts
from .ways import check_metres, list_runs

if TYPE_CHECKING:
    import geopandas as gpd

CATEGORY: Final = "water"
# [assumed] Who is this near to the bank or the centre line of a narrow canal is at the water.
WITHIN_M: Final = 20.0
# [assumed] One point for so much of bank: a minute and a quarter on foot.
EVERY_M: Final = 100.0
# Points that are a spacing apart, to the millimetre, are not nearer to each other than that.
SAME_M: Final = 0.001


def water_access_points(
    extract: Extract, network: Network, *, within_m: float = WITHIN_M, every_m: float = EVERY_M
) -> "gpd.GeoDataFrame":
    """Find points where a network comes to a canal, a river or a harbour, as sites.

    Taken are streets and paths that places may attach to, near to the water or along a towpath, at
    equal spacing; of points on the same side of the water that are nearer to each other than the
    spacing only one is kept. Bridges, tunnels and ferries give no access, nor do islands of streets
    that places do not attach to.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    network
        The network of one profile on land, as a rule `walk`, built from it.
    within_m
        How near in metres: to the centre line of a canal, river or fairway in the open, or to the
        bank of wide water.
    every_m
        Spacing in metres.

    Returns
    -------
    sites
        For `am.access_times`: `site` (`"water1"` and so on from the south), `category`
        (`"water"`), `name` (of the nearest water, `""` for none), `capacity` (NaN), `source` (the
        extract's file), `position_quality` (`"point"`), `finess`, `uai` (`""`), `entrances` (None)
        and the point on the network in EPSG:4326. No rows where there is no water. Leave
        `categories` of `am.access_times` at None: this one is not in the table of categories.

    Raises
    ------
    PlacesError
        If a distance is none, or the network is one for boats.

    See Also
    --------
    artois_mobility.read_sites : parks, as the category `culture/park`.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> extract = crossroads()
    >>> water_access_points(extract, build_network(extract, "walk")).empty
    True
    """
    import geopandas as gpd
    import shapely

    check_metres(within_m=within_m, every_m=every_m)
    if network.profile.mode == BOAT:
        msg = (
            f"Points at the water are for people on land; found the profile "
            f"{network.profile.name!r}. Build a network for walk."
        )
        raise PlacesError(msg)
    water = find_water(extract, network.crs)
    pieces = _pieces_at_water(extract, network, water, within_m)
    points = _thin(_space(pieces, every_m), water, every_m)
    count = points.size
    table = {
        "site": texts([f"{CATEGORY}{number}" for number in range(1, count + 1)]),
        "category": texts([CATEGORY] * count),
        "name": nearest_names(water, points),
        "capacity": np.full(count, np.nan),
        "source": texts([extract.source.path] * count),
        "position_quality": texts(["point"] * count),
        "finess": texts([""] * count),
        "uai": texts([""] * count),
        "entrances": np.full(count, None, np.object_),
    }
    geometry = gpd.GeoSeries(shapely.get_parts(points), crs=network.crs)
    return gpd.GeoDataFrame(table, geometry=geometry).to_crs(WGS84)


def _pieces_at_water(
    extract: Extract, network: Network, water: Water, within_m: float
) -> Geometries:
    """Draw the pieces of streets and paths that are at the water, each once."""
    import shapely

    twin = network.twin_of_arc
    once = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    arc: ArcIds = np.flatnonzero(once & network.may_attach).astype(np.int32)
    if not arc.size:
        return np.empty(0, np.object_)
    lines = draw_arcs(network, arc)
    ways = extract.ways.osm_id[find_towpaths(extract).row]
    is_towpath = np.isin(network.way_of_arc[arc], ways)
    line, edge = shapely.STRtree(water.edges).query(
        lines[~is_towpath], predicate="dwithin", distance=within_m
    )
    used, place = np.unique(edge, return_inverse=True)
    buffers = shapely.buffer(water.edges[used], within_m)
    near = shapely.intersection(lines[~is_towpath][line], buffers[place])
    of_line = [
        shapely.line_merge(shapely.union_all(near[begin:end])) for _, begin, end in list_runs(line)
    ]
    pieces = shapely.get_parts(np.array([*lines[is_towpath], *of_line], np.object_))
    found: Geometries = pieces[shapely.length(pieces) > 0]
    return found


def _space(pieces: Geometries, every_m: float) -> Geometries:
    """Set points on lines, in the middle of parts that are at least a spacing long, or of the line.

    They come in the order of their position, from the south and then the west.
    """
    import shapely

    whole_m = shapely.length(pieces)
    count = np.maximum(whole_m // every_m, 1).astype(np.int64)
    piece = np.repeat(np.arange(pieces.size), count)
    number = np.arange(piece.size) - np.repeat(np.cumsum(count) - count, count)
    along_m = (number + 0.5) * (whole_m / count)[piece]
    points = shapely.line_interpolate_point(pieces[piece], along_m)
    order = np.lexsort((shapely.get_x(points), shapely.get_y(points)))
    spaced: Geometries = points[order]
    return spaced


def _thin(points: Geometries, water: Water, every_m: float) -> Geometries:
    """Drop points that are nearer than a spacing to one before them on the same side."""
    import shapely

    if not points.size:
        return points
    one, other = shapely.STRtree(points).query(
        points, predicate="dwithin", distance=every_m - SAME_M
    )
    is_later = one < other
    one, other = one[is_later], other[is_later]
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    is_same_side = ~_cross_water(points[one], points[other], water)
    one, other = one[is_same_side], other[is_same_side]
    return points[_keep_first(points.size, one, other)]


def _cross_water(one: Geometries, other: Geometries, water: Water) -> Flags:
    """Tell which straight lines between points lead across water in the open."""
    import shapely

    ends = np.stack([shapely.get_coordinates(one), shapely.get_coordinates(other)], axis=1)
    lines = shapely.linestrings(ends)
    crosses = np.zeros(lines.size, np.bool_)
    blocking = np.concatenate([water.lines[~water.is_covered], water.areas])
    crosses[shapely.STRtree(blocking).query(lines, predicate="crosses")[0]] = True
    return crosses


def _keep_first(count: int, one: npt.NDArray[np.intp], other: npt.NDArray[np.intp]) -> Flags:
    """Keep each point that no kept point before it is paired with."""
    is_kept = np.ones(count, np.bool_)
    first = np.searchsorted(one, np.arange(count + 1))
    for point in range(count):
        if is_kept[point]:
            is_kept[other[first[point] : first[point + 1]]] = False
    return is_kept
