"""Town or country, where the tags of a street do not tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import NO_NODE, Flags, Floats, Rows
from ..osm.extract import Extract
from .geodesy import metric_crs, project
from .outlines import polygons_of_areas

# Land that belongs to a built-up area.
BUILT_UP: Final = frozenset(
    {("landuse", "residential"), ("landuse", "commercial"), ("landuse", "retail")}
)
# Streets whose junctions make a town; service roads and paths are drawn too unevenly.
STREET_CLASSES: Final = frozenset(
    {
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "unclassified",
        "residential",
        "living_street",
        "pedestrian",
        "road",
    }
)
# Junctions are counted in a square of three by three cells around a street's middle.
CELL_M: Final = 200.0
CELLS_ACROSS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """Town or country for some ways.

    Attributes
    ----------
    is_urban
        True in town, shape (w,).
    counts
        How many were taken for urban or rural, and from what.
    """

    is_urban: Flags
    counts: Mapping[str, int]


def find_urban_ways(extract: Extract, row: Rows, urban_junctions_per_km2: float) -> Settings:
    """Tell which ways lie in town: in a built-up polygon, or among many street junctions.

    The density is counted in absolute metres, so that a street's speed does not depend on what
    else the extract holds.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Rows of the ways to tell about, shape (w,).
    urban_junctions_per_km2
        From this density of street junctions on, a way counts as urban.

    Returns
    -------
    settings
        Town or country for each way, with counts.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> dict(find_urban_ways(crossroads(), np.int32([0, 1]), 60.0).counts)
    {'rural_by_default': 2}
    """
    lon_deg, lat_deg = _middles(extract, row)
    is_built_up = _is_built_up(extract, lon_deg, lat_deg)
    is_dense = _is_dense(extract, lon_deg, lat_deg, urban_junctions_per_km2)
    is_urban = is_built_up | is_dense
    counts = {
        "urban_from_landuse": int(is_built_up.sum()),
        "urban_from_junctions": int((is_dense & ~is_built_up).sum()),
        "rural_by_default": int((~is_urban).sum()),
    }
    return Settings(is_urban, {kind: count for kind, count in counts.items() if count})


def _middles(extract: Extract, row: Rows) -> tuple[Floats, Floats]:
    """Find the middle node of each way; NaN where the file lacks it."""
    ways, nodes = extract.ways, extract.nodes
    first = ways.first_ref[:-1][row].astype(np.int64)
    middle = np.minimum((first + ways.first_ref[1:][row]) // 2, ways.node_of_ref.size - 1)
    node = ways.node_of_ref[middle]
    is_known = node != NO_NODE
    safe = np.where(is_known, node, 0)
    return (
        np.where(is_known, nodes.lon_deg[safe], np.nan),
        np.where(is_known, nodes.lat_deg[safe], np.nan),
    )


def _is_built_up(extract: Extract, lon_deg: Floats, lat_deg: Floats) -> Flags:
    import shapely

    polygons = polygons_of_areas(extract, BUILT_UP)
    is_built_up = np.zeros(lon_deg.size, np.bool_)
    if polygons.size:
        tree = shapely.STRtree(polygons)
        points = shapely.points(lon_deg, lat_deg)
        is_built_up[tree.query(points, predicate="intersects")[0]] = True
    return is_built_up


def _is_dense(
    extract: Extract, lon_deg: Floats, lat_deg: Floats, urban_junctions_per_km2: float
) -> Flags:
    is_dense = np.zeros(lon_deg.size, np.bool_)
    junction = _street_junctions(extract)
    is_known = np.isfinite(lon_deg)
    if junction.size == 0 or not is_known.any():
        return is_dense
    nodes = extract.nodes
    crs = metric_crs(nodes.lon_deg, nodes.lat_deg)
    cells, junctions_of_cell = np.unique(
        _cells(*project(nodes.lon_deg[junction], nodes.lat_deg[junction], crs)),
        return_counts=True,
    )
    own_cell = _cells(*project(lon_deg[is_known], lat_deg[is_known], crs))
    junction_count = np.zeros(own_cell.size, np.int64)
    reach = CELLS_ACROSS // 2
    for east in range(-reach, reach + 1):
        for north in range(-reach, reach + 1):
            cell = own_cell + _cell_number(east, north)
            place = np.minimum(np.searchsorted(cells, cell), cells.size - 1)
            junction_count += np.where(cells[place] == cell, junctions_of_cell[place], 0)
    square_km2 = (CELLS_ACROSS * CELL_M / 1000) ** 2
    is_dense[is_known] = junction_count >= urban_junctions_per_km2 * square_km2
    return is_dense


def _street_junctions(extract: Extract) -> Rows:
    """Find the nodes where at least three street ends meet."""
    ways = extract.ways
    is_street = np.fromiter(
        (tags.get("highway") in STREET_CLASSES for tags in ways.tags), np.bool_, len(ways.tags)
    )
    ref_count = np.diff(ways.first_ref)
    ends = np.full(ways.node_of_ref.size, 2, np.int32)
    has_refs = ref_count > 0
    ends[ways.first_ref[:-1][has_refs]] -= 1
    ends[ways.first_ref[1:][has_refs] - 1] -= 1
    counts = np.repeat(is_street, ref_count) & (ways.node_of_ref != NO_NODE)
    degree = np.bincount(
        ways.node_of_ref[counts], weights=ends[counts], minlength=extract.nodes.osm_id.size
    )
    return np.flatnonzero(degree >= 3).astype(np.int32)


def _cell_number(east: npt.ArrayLike, north: npt.ArrayLike) -> npt.NDArray[np.int64]:
    return np.asarray(east, np.int64) * 2**32 + np.asarray(north, np.int64)


def _cells(x_m: Floats, y_m: Floats) -> npt.NDArray[np.int64]:
    return _cell_number(np.floor(x_m / CELL_M), np.floor(y_m / CELL_M))
