"""How far an extract reaches: inside that area no street is missing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import shapely
from scipy import ndimage

from .._types import NO_NODE, WGS84, Flags, OsmIds
from ..errors import PlacesError
from ..osm.extract import Extract
from .geodesy import project
from .model import Network

if TYPE_CHECKING:
    import geopandas as gpd

Bounds: TypeAlias = tuple[float, float, float, float]
Covers: TypeAlias = "gpd.GeoDataFrame | gpd.GeoSeries | Bounds"
Known: TypeAlias = Literal["given", "header", "streets"]

# Where a file says nothing: squares of this side in which streets meet, holes of so many closed.
SQUARE_M: Final = 500.0
HOLE_SQUARES: Final = 5
FEWEST_STREETS: Final = 3
RIM: Final = np.ones((3, 3))
# Points set along each side of a box in degrees, which is bent in metres.
POINTS_A_SIDE: Final = 32


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The area in which an extract holds every street.

    Attributes
    ----------
    area
        In the network's metric system; empty where nothing is known to be whole.
    known_by
        `"given"` by the caller, `"header"` of the file, or guessed from where `"streets"` are.
    """

    area: shapely.Geometry
    known_by: Known


def find_coverage(extract: Extract, network: Network, covers: "Covers | None" = None) -> Coverage:
    """Find the area in which an extract holds every street.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    network
        Any network built from it.
    covers
        Areas in any coordinate system, or west, south, east, north in degrees; None for what the
        header of the file says, else squares of 500 m in which streets meet, holes up to 2.5 km
        wide closed, whatever is narrower than 1.5 km cut off, and a rim of 500 m: roads that run
        out of an extract end there without meeting others.

    Returns
    -------
    coverage
        The area, and how it is known.

    Raises
    ------
    PlacesError
        If `covers` is no area, or has no coordinate system.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> extract = crossroads()
    >>> find_coverage(extract, build_network(extract, "walk")).area.is_empty
    True
    >>> box = (2.82, 50.41, 2.84, 50.43)
    >>> find_coverage(extract, build_network(extract, "walk"), box).known_by
    'given'
    """
    if covers is not None:
        return Coverage(_area_of(covers, network.crs), "given")
    if extract.source.covered_deg is not None:
        return Coverage(_box(extract.source.covered_deg, network.crs), "header")
    return Coverage(_where_streets_are(network), "streets")


def ends_cut_off(extract: Extract) -> OsmIds:
    """List the last nodes of ways before one that the file lacks.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    osm_node
        OSM ids, ascending.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> ends_cut_off(crossroads())
    array([], dtype=int64)
    """
    ways = extract.ways
    is_missing = ways.node_of_ref == NO_NODE
    is_inside = np.ones(is_missing.size + 1, np.bool_)
    is_inside[ways.first_ref] = False  # a way's first reference follows no other of its own
    beside: Flags = np.zeros_like(is_missing)
    beside[1:] |= is_missing[:-1] & is_inside[1:-1]
    beside[:-1] |= is_missing[1:] & is_inside[1:-1]
    rows = np.unique(ways.node_of_ref[beside & ~is_missing])
    found: OsmIds = extract.nodes.osm_id[rows]
    return found


def _area_of(covers: Covers, crs: str) -> shapely.Geometry:
    series = getattr(covers, "geometry", None)
    if series is None:
        return _box(_read_bounds(covers), crs)
    if series.crs is None:
        msg = f"The areas have no coordinate system; give them one with set_crs({WGS84!r})."
        raise PlacesError(msg)
    area = shapely.union_all(series.to_crs(crs).to_numpy())
    if shapely.get_dimensions(area) != 2:
        msg = "What an extract covers is an area; found points or lines."
        raise PlacesError(msg)
    return area


def _read_bounds(covers: object) -> Bounds:
    try:
        west, south, east, north = (float(each) for each in covers)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        west = south = east = north = np.nan
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        msg = (
            "What an extract covers is a table of areas, or west, south, east and north in "
            f"degrees; found {covers!r}."
        )
        raise PlacesError(msg)
    return west, south, east, north


def _box(bounds_deg: Bounds, crs: str) -> shapely.Geometry:
    box = shapely.box(*bounds_deg)
    west, south, east, north = bounds_deg
    longest = max(east - west, north - south) / POINTS_A_SIDE
    return shapely.transform(
        shapely.segmentize(box, longest),
        lambda corner: np.column_stack(project(corner[:, 0], corner[:, 1], crs)),
    )


def _where_streets_are(network: Network) -> shapely.Geometry:
    """Outline the squares in which streets meet; ways that run out of the extract meet nobody."""
    meets = np.diff(network.graph.first_out) >= FEWEST_STREETS
    if not meets.any():
        return shapely.Polygon()
    xy_m = np.column_stack([network.x_m[meets], network.y_m[meets]])
    square = np.unique(np.floor(xy_m / SQUARE_M).astype(np.int64), axis=0)
    corner = square.min(axis=0) - HOLE_SQUARES
    shape = square.max(axis=0) - corner + HOLE_SQUARES + 1
    is_taken = np.zeros(shape, np.bool_)
    is_taken[tuple((square - corner).T)] = True
    closed = ndimage.binary_closing(is_taken, np.ones((HOLE_SQUARES, HOLE_SQUARES)))
    kept = ndimage.binary_erosion(ndimage.binary_opening(closed, RIM), RIM)
    low = (np.argwhere(kept) + corner) * SQUARE_M
    area: shapely.Geometry = shapely.union_all(
        shapely.box(low[:, 0], low[:, 1], low[:, 0] + SQUARE_M, low[:, 1] + SQUARE_M)
    )
    return area
