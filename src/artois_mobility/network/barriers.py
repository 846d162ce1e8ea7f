"""Lines that nobody walks across off the network: water, motorways, railways."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import Geometries
from ..osm.extract import Extract, Tags
from .geodesy import project
from .outlines import draw_ways, outline_ways, polygons_of_areas

# OpenStreetMap wiki, 2026-11. A river as a line blocks as well as its banks.
WATER_AREAS: Final = frozenset(
    {
        ("natural", "water"),
        ("waterway", "riverbank"),
        ("waterway", "dock"),
        ("landuse", "basin"),
        ("landuse", "reservoir"),
    }
)
WATER_LINES: Final = WATER_AREAS | {
    ("waterway", "river"),
    ("waterway", "canal"),
    ("waterway", "fairway"),
    ("natural", "coastline"),
}
# Fenced on both sides; rails in a street, a tram or a disused track are not.
FENCED_ROADS: Final = frozenset({"motorway", "motorway_link"})
FENCED_RAILWAYS: Final = frozenset({"rail", "light_rail", "subway", "narrow_gauge", "construction"})
SAYS_NO: Final = frozenset({"", "no"})


def barrier_lines(extract: Extract, crs: str, *, with_water: bool = True) -> Geometries:
    """Draw the lines that a walk off the network never crosses.

    Water, motorways and railways, where they are in the open: what runs through a tunnel or a
    culvert parts nothing, and below the bridge of a motorway, a railway or an aqueduct one walks
    through. Water under a street's bridge stays a barrier for those who leave the street.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    crs
        The metric coordinate system of the lines.
    with_water
        False for boats, whose network is the water.

    Returns
    -------
    lines
        Shapely lines in `crs`, in the order of the ways.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> barrier_lines(crossroads(), "EPSG:2154").size
    0
    """
    return barriers_by_kind(extract, crs, with_water=with_water)[0]


def barriers_by_kind(
    extract: Extract, crs: str, *, with_water: bool = True
) -> tuple[Geometries, npt.NDArray[np.str_]]:
    """Draw the lines that a walk off the network never crosses, and tell what each is.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    crs
        The metric coordinate system of the lines.
    with_water
        False for boats, whose network is the water.

    Returns
    -------
    lines
        As of `barrier_lines`, shape (l,).
    kind
        `"road"`, `"railway"` or `"water"`, shape (l,).

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> barriers_by_kind(crossroads(), "EPSG:2154")[1].size
    0
    """
    row = np.array(
        [row for row, tags in enumerate(extract.ways.tags) if _parts_the_land(tags, with_water)],
        np.int32,
    )
    if with_water:
        row = np.union1d(row, outline_ways(extract, WATER_AREAS)).astype(np.int32)
    lines, place = draw_ways(extract, row)
    kind_of_row = np.array([_kind(extract.ways.tags[each]) for each in row], np.str_)
    kind = kind_of_row[place] if lines.size else np.empty(0, np.str_)
    return _in_metres(lines, crs), kind


def water_areas(extract: Extract, crs: str) -> Geometries:
    """Draw the water that nobody walks over, as areas.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    crs
        The metric coordinate system of the areas.

    Returns
    -------
    areas
        Shapely polygons in `crs`, islands left out. Water whose outline the file does not hold
        whole, and the sea, are missing: their shores are among the barriers all the same.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> water_areas(crossroads(), "EPSG:2154").size
    0
    """
    return _in_metres(polygons_of_areas(extract, WATER_AREAS), crs)


@dataclass(frozen=True, slots=True, eq=False)
class Barriers:
    """What nobody walks across, by a table.

    Attributes
    ----------
    path
        The table.
    sha256
        Hash of its bytes, hexadecimal.
    lines
        In degrees; of areas their outlines.
    """

    path: Path
    sha256: str
    lines: Geometries

    def in_metres(self, crs: str) -> Geometries:
        """Draw the lines in a metric coordinate system."""
        return _in_metres(self.lines, crs)


def _in_metres(shapes: Geometries, crs: str) -> Geometries:
    import shapely

    if not shapes.size:
        return shapes
    metric: Geometries = shapely.transform(
        shapes, lambda corner: np.column_stack(project(corner[:, 0], corner[:, 1], crs))
    )
    return metric


def _kind(tags: Tags) -> str:
    if "highway" in tags:
        return "road"
    return "railway" if tags.get("railway") in FENCED_RAILWAYS else "water"


def _parts_the_land(tags: Tags, with_water: bool) -> bool:
    highway = tags.get("highway")
    if highway is not None:
        parts = highway in FENCED_ROADS or tags.get("motorroad") == "yes"
    else:
        parts = tags.get("railway") in FENCED_RAILWAYS or (
            with_water and not WATER_LINES.isdisjoint(tags.items())
        )
    return parts and all(tags.get(key, "") in SAYS_NO for key in ("tunnel", "bridge"))
