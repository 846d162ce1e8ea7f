"""What bridges and locks are called: by their deck, their chamber, or the street on them."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np

from .._types import Geometries
from ..osm.extract import Extract, Tags
from .water import Texts, texts
from .ways import draw_whole_ways, find_ways, to_metres

# OpenStreetMap wiki, Key:bridge:name and Tag:man_made=bridge.
BRIDGE_NAME: Final = "bridge:name"
_MIN_RING_SIZE: Final = 4


def names_of_decks(extract: Extract, points: Geometries, crs: str) -> Texts:
    """Name points by the outline of the bridge they lie on.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    points
        In metres, shape (p,).
    crs
        Their coordinate system.

    Returns
    -------
    names
        `""` where no outline with a name is, shape (p,).

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> names_of_decks(crossroads(), np.empty(0, np.object_), "EPSG:2154").size
    0
    """
    import shapely

    lines, row = draw_whole_ways(extract, find_ways(extract, _is_named_deck))
    is_ring = shapely.is_closed(lines) & (shapely.get_num_coordinates(lines) >= _MIN_RING_SIZE)
    rings, row = to_metres(lines[is_ring], crs), row[is_ring]
    names = texts([""] * points.size)
    if rings.size:
        corner, ring = shapely.get_coordinates(rings, return_index=True)
        decks = shapely.polygons(shapely.linearrings(corner, indices=ring))
        point, deck = shapely.STRtree(decks).query(points, predicate="intersects")
        for place, each in zip(point[::-1].tolist(), row[deck][::-1].tolist(), strict=True):
            names[place] = extract.ways.tags[each]["name"]
    return names


def gates_of_locks(extract: Extract, crs: str) -> tuple[Geometries, list[Tags]]:
    """Draw the gates of locks, whether nodes or ways.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    crs
        The metric coordinate system of the shapes.

    Returns
    -------
    shapes
        Points and lines, shape (g,).
    tags
        Their tags, length g.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> gates_of_locks(crossroads(), "EPSG:2154")[1]
    []
    """
    import shapely

    nodes = extract.nodes
    rows = sorted(row for row, tags in nodes.tags.items() if _is_gate(tags))
    points = shapely.points(nodes.lon_deg[rows], nodes.lat_deg[rows])
    lines, ways = draw_whole_ways(extract, find_ways(extract, _is_gate))
    tags = [nodes.tags[row] for row in rows] + [extract.ways.tags[row] for row in ways.tolist()]
    return to_metres(np.concatenate([np.atleast_1d(points), lines]), crs), tags


def most_frequent(words: Iterable[str]) -> str:
    """Choose the word that stands most often, of several the first, never an empty one.

    Parameters
    ----------
    words
        In order of importance.

    Returns
    -------
    word
        `""` where there is none.

    Examples
    --------
    >>> most_frequent(["", "Pont Neuf", "", ""]), most_frequent([])
    ('Pont Neuf', '')
    """
    count = Counter(word for word in words if word)
    return count.most_common(1)[0][0] if count else ""


def _is_gate(tags: Tags) -> bool:
    return tags.get("waterway") == "lock_gate"


def _is_named_deck(tags: Tags) -> bool:
    return tags.get("man_made") == "bridge" and "name" in tags
