"""Towpaths: paths along canals and rivers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import WGS84, Flags, Floats, Geometries, Rows
from ..errors import PlacesError
from ..network.naming import names_of_rows
from ..osm.extract import Extract, Tags
from .water import SAYS_NO, Texts, Water, find_water, nearest_names, texts
from .ways import (
    check_metres,
    draw_whole_ways,
    find_ways,
    list_runs,
    measure,
    metric_crs_of,
    rights_of,
    to_metres,
)

if TYPE_CHECKING:
    import geopandas as gpd

BY_TAG: Final = "tag"
BY_NAME: Final = "name"
BY_GEOMETRY: Final = "geometry"
# What paths for towing boats are called, in small letters: `chemin de halage`, `contre-halage`.
NAMES: Final = ("halage", "towpath", "tow path", "towing path")

# [assumed] Distance from the centre line of a canal or the bank of wide water to the path along it:
# a Freycinet canal is 20 m wide or less, which leaves 20 m of bank on either side.
WITHIN_M: Final = 30.0
# [assumed] Share of a path's length that lies so near.
LEAST_SHARE: Final = 0.8
# [assumed] From one end of a path to the other the distance to the water changes by up to this
# share of the path's length, as it does at 30 degrees to the bank; what leads to the water from
# the street behind does not run along it.
MOST_SLANT: Final = 0.5
# What can be a path along the water without saying so. OpenStreetMap wiki, Key:towpath.
PATHS: Final = frozenset({"bridleway", "cycleway", "footway", "path", "track"})
# Parts of a street, and what leads across: no path of its own along the water.
NO_PATHS: Final = frozenset(
    {("footway", "sidewalk"), ("footway", "crossing"), ("path", "sidewalk"), ("area", "yes"),
     ("path", "crossing"), ("cycleway", "crossing"), ("towpath", "no")}
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Towpaths:
    """Ways along the water, t of them.

    Attributes
    ----------
    row
        Row of the way, ascending, shape (t,).
    lines
        In degrees, shape (t,).
    waterway
        Name of the water, `""` for none, shape (t,).
    share
        Share of the length near to the water, shape (t,).
    by
        `BY_TAG`, `BY_NAME` or `BY_GEOMETRY`, shape (t,).
    """

    row: Rows
    lines: Geometries
    waterway: Texts
    share: Floats
    by: Texts


def towpaths(
    extract: Extract, *, within_m: float = WITHIN_M, least_share: float = LEAST_SHARE
) -> "gpd.GeoDataFrame":
    """Find the paths along canals and rivers, with their length in metres.

    Ways with `towpath=yes`; paths whose name says so (`Chemin de halage`); and paths, tracks,
    cycleways and footways that run near to the water, along it rather than towards or across it.
    Without the tag, sidewalks and what lies on a bridge or in a tunnel are no towpaths.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    within_m
        How near in metres: to the centre line of a canal, river or fairway in the open, or to the
        bank of wide water.
    least_share
        Share of a path's length that must lie so near, above 0 and up to 1. Both hold only
        where neither tag nor name tells.

    Returns
    -------
    towpaths
        One row per way, by OSM id: `way`, `name` (its own, else that of a signed route, `""` for
        none), `waterway` (name of the nearest water), `length_m`, `share` near to the water,
        `is_for_walkers`, `is_for_bicycles` (riding, by the profile `bicycle`), `surface` (`""`
        where untold), `by` (`"tag"`, `"name"` or `"geometry"`, the first that holds) and
        the line in EPSG:4326.

    Raises
    ------
    PlacesError
        If the distance or the share is none.

    References
    ----------
    OpenStreetMap wiki: Key:towpath.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> towpaths(crossroads()).empty
    True
    """
    import geopandas as gpd

    check_metres(within_m=within_m)
    if not 0 < least_share <= 1:
        msg = f"least_share must be above 0 and up to 1; found {least_share}."
        raise PlacesError(msg)
    found = find_towpaths(extract, within_m=within_m, least_share=least_share)
    tags = [extract.ways.tags[row] for row in found.row.tolist()]
    ways = extract.ways.osm_id[found.row]
    name_of_way = names_of_rows(extract, found.row)
    rights = [rights_of(each) for each in tags]
    table = {
        "way": ways,
        "name": texts([name_of_way.get(way, "") for way in ways.tolist()]),
        "waterway": found.waterway,
        "length_m": measure(found.lines),
        "share": found.share.round(3),
        "is_for_walkers": np.array([each.is_for_walkers for each in rights], np.bool_),
        "is_for_bicycles": np.array([each.is_for_bicycles for each in rights], np.bool_),
        "surface": texts([each.get("surface", "") for each in tags]),
        "by": found.by,
    }
    return gpd.GeoDataFrame(table, geometry=found.lines, crs=WGS84)


def find_towpaths(
    extract: Extract,
    water: Water | None = None,
    *,
    within_m: float = WITHIN_M,
    least_share: float = LEAST_SHARE,
) -> Towpaths:
    """Find the ways along canals and rivers.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    water
        What `find_water` gives in the metric coordinate system of the extract; found when None.
    within_m, least_share
        As in `towpaths`.

    Returns
    -------
    towpaths
        None at all where there is no water.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> find_towpaths(crossroads()).row.size
    0
    """
    import shapely

    crs = metric_crs_of(extract)
    water = water or find_water(extract, crs)
    degrees, row = draw_whole_ways(extract, find_ways(extract, _may_be_towpath))
    lines = to_metres(degrees, crs)
    by = texts([_told_by(extract.ways.tags[each]) for each in row.tolist()])
    share = _shares_near(water, lines, within_m)
    # what crosses at a wider angle has not so large a share near to the water when it is longer
    longest_m = 2 * within_m / (MOST_SLANT * least_share)
    leads_across = _cross(water, lines) & (shapely.length(lines) <= longest_m)
    runs_along = (share >= least_share) & _are_parallel(water, lines) & ~leads_across
    by[(by == "") & runs_along] = BY_GEOMETRY
    is_found = by != ""
    return Towpaths(
        row[is_found],
        degrees[is_found],
        nearest_names(water, lines[is_found]),
        share[is_found],
        by[is_found],
    )


def is_towpath(tags: Tags) -> bool:
    """Tell whether a way is a towpath by its tags.

    Parameters
    ----------
    tags
        Tags of any way.

    Returns
    -------
    is_towpath
        True for a street or path that says so.

    Examples
    --------
    >>> is_towpath({"highway": "track", "towpath": "yes"}), is_towpath({"highway": "track"})
    (True, False)
    """
    return "highway" in tags and tags.get("towpath", "") not in SAYS_NO


def _told_by(tags: Tags) -> str:
    """Tell what in the tags of a path says that it is a towpath, `""` for nothing."""
    if is_towpath(tags):
        return BY_TAG
    name = tags.get("name", "").lower()
    return BY_NAME if any(each in name for each in NAMES) else ""


def _may_be_towpath(tags: Tags) -> bool:
    if is_towpath(tags):
        return True
    is_raised = any(tags.get(key, "") not in SAYS_NO for key in ("bridge", "tunnel"))
    return tags.get("highway") in PATHS and not is_raised and NO_PATHS.isdisjoint(tags.items())


def _shares_near(water: Water, lines: Geometries, within_m: float) -> Floats:
    """Tell which share of each line lies near to the water."""
    import shapely

    share = np.zeros(lines.size)
    line, edge = shapely.STRtree(water.edges).query(lines, predicate="dwithin", distance=within_m)
    if not line.size:
        return share
    used, place = np.unique(edge, return_inverse=True)
    buffers = shapely.buffer(water.edges[used], within_m)
    whole_m = shapely.length(lines)
    for each, begin, end in list_runs(line):
        near = shapely.union_all(shapely.intersection(lines[each], buffers[place[begin:end]]))
        share[each] = min(shapely.length(near) / whole_m[each], 1.0) if whole_m[each] else 0.0
    return share


def _are_parallel(water: Water, lines: Geometries) -> Flags:
    """Tell which lines keep about the same distance to the water."""
    import shapely

    is_parallel = np.zeros(lines.size, np.bool_)
    if not water.edges.size or not lines.size:
        return is_parallel
    tree = shapely.STRtree(water.edges)
    distance = []
    for place in (0, -1):
        parts = shapely.get_geometry(lines, place)
        _, metres = tree.query_nearest(
            shapely.get_point(parts, place), return_distance=True, all_matches=False
        )
        distance.append(metres)
    is_parallel[:] = np.abs(distance[0] - distance[1]) <= MOST_SLANT * shapely.length(lines)
    return is_parallel


def _cross(water: Water, lines: Geometries) -> Flags:
    """Tell which lines cross a centre line that is not below ground."""
    import shapely

    crosses = np.zeros(lines.size, np.bool_)
    tree = shapely.STRtree(water.lines[~water.is_covered])
    crosses[tree.query(lines, predicate="crosses")[0]] = True
    return crosses
