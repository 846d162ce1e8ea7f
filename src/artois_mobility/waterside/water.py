"""Canals, rivers and fairways: their centre lines, and the banks of wide water."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import Flags, Geometries, Rows
from ..network.barriers import WATER_AREAS
from ..network.outlines import lines_of_ways, outline_ways, polygons_of_areas
from ..network.waterways import is_waterway
from ..osm.extract import Extract, Tags
from .ways import draw_whole_ways, find_ways, metric_crs_of, to_metres

Texts = npt.NDArray[np.object_]

# Areas that are a canal's, a river's or a harbour's by their tags. OpenStreetMap wiki, Key:water.
# Other water counts where such a centre line runs through it: no ponds.
FLOWING: Final = frozenset(
    {
        ("waterway", "riverbank"),
        ("waterway", "dock"),
        ("water", "river"),
        ("water", "canal"),
        ("water", "lock"),
        ("water", "harbour"),
    }
)
# [assumed] A bank without a name is that of a named centre line up to so many metres away: half of
# a river half a kilometre wide.
BANK_M: Final = 250.0
SAYS_NO: Final = frozenset({"", "no"})


@dataclass(frozen=True, slots=True, eq=False)
class Water:
    """Canals, rivers and fairways of an extract, in a metric coordinate system.

    Attributes
    ----------
    row
        Row of the way of each centre line, shape (c,).
    lines
        Centre lines, shape (c,).
    name
        Their names, `""` for none, shape (c,).
    is_covered
        True where the water runs below ground, in a tunnel or a culvert, shape (c,).
    edges
        Lines that one can stand at: open centre lines and the banks of wide water, shape (e,).
    name_of_edge
        Name of the water at each, shape (e,).
    areas
        Wide water, shape (a,).
    """

    row: Rows
    lines: Geometries
    name: Texts
    is_covered: Flags
    edges: Geometries
    name_of_edge: Texts
    areas: Geometries


def find_water(extract: Extract, crs: str | None = None) -> Water:
    """Find canals, rivers and fairways and the banks of wide water along them.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    crs
        The metric coordinate system; that of the extract when None.

    Returns
    -------
    water
        Never ditches, drains, streams or ponds.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> find_water(crossroads()).lines.size
    0
    """
    import shapely

    crs = crs or metric_crs_of(extract)
    degrees, row = draw_whole_ways(extract, find_ways(extract, is_waterway))
    lines = to_metres(degrees, crs)
    tags = [extract.ways.tags[each] for each in row.tolist()]
    name = texts([each.get("name", "") for each in tags])
    is_covered = np.array([not is_open(each) for each in tags], np.bool_)
    flowing = to_metres(polygons_of_areas(extract, FLOWING), crs)
    other = to_metres(polygons_of_areas(extract, WATER_AREAS - FLOWING), crs)
    others, _ = shapely.STRtree(lines[~is_covered]).query(other, predicate="intersects")
    areas = np.concatenate([flowing, other[np.unique(others)]])
    shores = to_metres(lines_of_ways(extract, outline_ways(extract, FLOWING)), crs)
    banks = np.concatenate([shapely.boundary(areas), shores])
    return Water(
        row,
        lines,
        name,
        is_covered,
        np.concatenate([lines[~is_covered], banks]),
        np.concatenate([name[~is_covered], _names_of_banks(banks, areas, lines, name)]),
        areas,
    )


def is_open(tags: Tags) -> bool:
    """Tell whether water runs in the open, not in a tunnel or a culvert.

    Parameters
    ----------
    tags
        Tags of a waterway.

    Returns
    -------
    is_open
        True without a tag that says otherwise.

    Examples
    --------
    >>> is_open({"waterway": "canal"}), is_open({"waterway": "canal", "tunnel": "culvert"})
    (True, False)
    """
    return tags.get("tunnel", "") in SAYS_NO


def texts(words: list[str]) -> Texts:
    """Give words as an array, also when there are none.

    Parameters
    ----------
    words
        Any number of them.

    Returns
    -------
    texts
        Of the same length.

    Examples
    --------
    >>> texts(["Aa"]), texts([]).size
    (array(['Aa'], dtype=object), 0)
    """
    array = np.empty(len(words), np.object_)
    array[:] = words
    return array


def nearest_names(water: Water, shapes: Geometries) -> Texts:
    """Name the water nearest to each shape.

    Parameters
    ----------
    water
        What `find_water` gives.
    shapes
        In its coordinate system, shape (s,).

    Returns
    -------
    names
        Of the nearest bank or centre line; where that has none, of the nearest named centre line
        within `BANK_M`; else `""`, shape (s,).

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> import shapely
    >>> nearest_names(find_water(crossroads()), shapely.points([[0, 0]]))
    array([''], dtype=object)
    """
    import shapely

    names = texts([""] * shapes.size)
    if water.edges.size:
        shape, edge = shapely.STRtree(water.edges).query_nearest(shapes)
        first = np.unique(shape, return_index=True)[1]
        names[shape[first]] = water.name_of_edge[edge[first]]
    is_nameless = np.flatnonzero(names == "")
    is_named = ~water.is_covered & (water.name != "")
    shape, line = shapely.STRtree(water.lines[is_named]).query_nearest(
        shapes[is_nameless], max_distance=BANK_M, all_matches=False
    )
    names[is_nameless[shape]] = water.name[is_named][line]
    return names


def _names_of_banks(banks: Geometries, areas: Geometries, lines: Geometries, name: Texts) -> Texts:
    """Name banks after the first named centre line through their water; shores have no name."""
    import shapely

    names = texts([""] * banks.size)
    area, line = shapely.STRtree(lines).query(areas, predicate="intersects")
    for place, each in sorted(zip(area.tolist(), line.tolist(), strict=True), reverse=True):
        names[place] = name[each] or names[place]
    return names
