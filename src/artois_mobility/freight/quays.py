"""Quays and ports in OpenStreetMap: where freight changes between truck and barge."""

from typing import Final, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from .._types import WGS84, Floats, Geometries
from ..errors import PlacesError
from ..network.barriers import WATER_AREAS
from ..network.geodesy import metric_crs, project
from ..network.outlines import lines_of_ways, polygons_of_areas
from ..network.waterways import IMPASSABLE_WATER, is_waterway
from ..osm.extract import Extract, Tags
from ..places.categories import find_category, read_categories
from ..places.osm_areas import shape_of_relation, shape_of_way
from ..places.osm_sites import sites_of_extract

CATEGORY: Final = "transport/quay"
# [assumed] What lies farther from the water is a yard or an address, no place to load a barge.
WITHIN_M: Final = 100.0
NO_WATER: Final = "no canal, river or fairway in the extract"
TOO_FAR: Final = "more than {metres:g} m from a canal, river or fairway"


class _Navigable(NamedTuple):
    """Water that vessels may use in principle, in metres: centre lines, and wide water on them."""

    lines: Geometries
    areas: Geometries


class _Nearest(NamedTuple):
    """Of each shape the point nearest to a centre line, and how far the water is from it."""

    points: Geometries
    water_m: Floats


def find_quays(extract: Extract, *, within_m: float = WITHIN_M) -> gpd.GeoDataFrame:
    """Find the quays and ports of an OpenStreetMap extract, each with its distance to the water.

    Those are `industrial=port`, `harbour=*`, `waterway=dock`, `man_made=quay|pier` and
    `landuse=port`, as in the category `transport/quay`; none is merged with another. The point of
    a line or an area is the one nearest to a canal, river or fairway in the open. What its tags
    say of cargo is not looked at: leave out the rows that serve none.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    within_m
        How near in metres the water must be: the centre line, or the edge of wide water that it
        runs through.

    Returns
    -------
    quays
        One row per object: `quay` (`"n5"`, `"w12"`, `"r6"`), `name` (`""` for none), `kind` (the
        tag that makes it one), `source` (`"osm"`), `water_m` (metres to the water, NaN without
        any), `reason` why the row does not count as a quay, `""` where it does, `entrances` (the
        outline, from any point of which roads and water are reached; None for a node) and the
        point in EPSG:4326. `attrs["left_out"]` counts disused objects and those without a
        position.

    Raises
    ------
    PlacesError
        If the distance is none.

    See Also
    --------
    read_quays : a table of one's own.

    References
    ----------
    OpenStreetMap wiki: Tag:man_made=quay, Tag:industrial=port, Key:harbour.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> find_quays(crossroads()).empty
    True
    """
    if not 0 < within_m < np.inf:
        msg = f"within_m must be a finite number of metres above 0; found {within_m}."
        raise PlacesError(msg)
    sites = sites_of_extract(extract, read_categories(), [CATEGORY])
    shapes = [_shape_of(extract, site) for site in sites["site"]]
    outlines = np.array([*shapes, None], object)[:-1]
    crs = metric_crs(extract.nodes.lon_deg, extract.nodes.lat_deg)
    nearest = _find_nearest(_to_metres(outlines, crs), _find_navigable(extract, crs))
    is_area = shapely.get_dimensions(outlines) == 2
    outlines[is_area] = shapely.boundary(outlines[is_area])
    outlines[shapely.get_dimensions(outlines) == 0] = None
    table = {
        "quay": sites["site"].to_numpy(object),
        "name": sites["name"].to_numpy(object),
        "kind": _texts([_kind_of(_tags_of(extract, site)) for site in sites["site"]]),
        "source": sites["source"].to_numpy(object),
        "water_m": nearest.water_m,
        "reason": _say_why_not(nearest.water_m, within_m),
        "entrances": outlines,
    }
    quays = gpd.GeoDataFrame(table, geometry=nearest.points, crs=crs).to_crs(WGS84)
    quays.attrs["left_out"] = sites.attrs["left_out"]
    return quays


def _texts(words: list[str]) -> npt.NDArray[np.object_]:
    return np.array([*words, ""], object)[:-1]


def _say_why_not(water_m: Floats, within_m: float) -> npt.NDArray[np.object_]:
    too_far = TOO_FAR.format(metres=within_m)
    return _texts(
        [NO_WATER if np.isnan(each) else too_far if each > within_m else "" for each in water_m]
    )


def _row_of(extract: Extract, site: str) -> int:
    ids = {"n": extract.nodes.osm_id, "w": extract.ways.osm_id, "r": extract.relations.osm_id}
    return int(np.searchsorted(ids[site[0]], int(site[1:])))


def _tags_of(extract: Extract, site: str) -> Tags:
    row = _row_of(extract, site)
    if site[0] == "n":
        return extract.nodes.tags[row]
    return (extract.ways if site[0] == "w" else extract.relations).tags[row]


def _shape_of(extract: Extract, site: str) -> object:
    row = _row_of(extract, site)
    if site[0] == "n":
        return shapely.Point(extract.nodes.lon_deg[row], extract.nodes.lat_deg[row])
    draw = shape_of_way if site[0] == "w" else shape_of_relation
    return draw(extract, row).geometry


def _kind_of(tags: Tags) -> str:
    """Give the tag that the first rule of the category that holds asks for."""
    rule = next(each for each in find_category(CATEGORY).rules if each.holds(tags))
    key = rule.conditions[0].key
    return f"{key}={tags[key]}"


def _find_navigable(extract: Extract, crs: str) -> _Navigable:
    rows = [
        row
        for row, tags in enumerate(extract.ways.tags)
        if is_waterway(tags) and IMPASSABLE_WATER.isdisjoint(tags.items())
    ]
    lines = _to_metres(lines_of_ways(extract, np.array(rows, np.int32)), crs)
    areas = _to_metres(polygons_of_areas(extract, WATER_AREAS), crs)
    wide, _ = shapely.STRtree(lines).query(areas, predicate="intersects")
    return _Navigable(lines, areas[np.unique(wide)])


def _find_nearest(shapes: Geometries, water: _Navigable) -> _Nearest:
    """Find the point of each shape nearest to a centre line; of equal ones the first line's."""
    points: Geometries = shapely.point_on_surface(shapes)
    water_m = np.full(shapes.size, np.nan)
    if not water.lines.size or not shapes.size:
        return _Nearest(points, water_m)
    shape, line = shapely.STRtree(water.lines).query_nearest(shapes)
    order = np.lexsort((line, shape))
    first = order[np.unique(shape[order], return_index=True)[1]]
    walk = shapely.shortest_line(shapes[shape[first]], water.lines[line[first]])
    points[shape[first]] = shapely.get_point(walk, 0)
    both = np.concatenate([water.lines, water.areas])
    own, water_m_of = shapely.STRtree(both).query_nearest(
        shapes, all_matches=False, return_distance=True
    )
    water_m[own[0]] = water_m_of
    return _Nearest(points, water_m)


def _to_metres(shapes: Geometries, crs: str) -> Geometries:
    if not shapes.size:
        return shapes
    metric: Geometries = shapely.transform(
        shapes, lambda corner: np.column_stack(project(corner[:, 0], corner[:, 1], crs))
    )
    return metric
