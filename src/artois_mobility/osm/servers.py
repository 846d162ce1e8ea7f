"""Where OpenStreetMap data comes from: the query for a town, the index of regional files."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..errors import DownloadError, InputError
from .clipping import COMMUNE_LEVEL, Bbox

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

EXTRACT_INDEX_URL: Final = "https://download.geofabrik.de/index-v1.json"

# Everything with its tags: nodes in the area, ways that touch it with all their nodes, relations
# of these, and the ways of multipolygons and communes whole, so that they close.
# https://wiki.openstreetmap.org/wiki/Overpass_API/Overpass_QL
_QUERY: Final = """[out:xml][timeout:{timeout_s}];
relation({box})->.relations;
(
  relation.relations["type"="multipolygon"];
  relation.relations["boundary"="administrative"]["admin_level"="{level}"];
);
way(r)->.members;
(way({box}); way.members;)->.ways;
(node({box}); node(w.ways); .ways; .relations;);
out meta;
"""

_KM_PER_DEG: Final = 111.2


@dataclass(frozen=True, slots=True)
class RegionalFile:
    """A file of an extract server.

    Attributes
    ----------
    url
        Address of the `.osm.pbf`.
    name
        Name of the region.
    """

    url: str
    name: str


def area_km2(bbox: Bbox) -> float:
    """Estimate the area of a bounding box.

    Parameters
    ----------
    bbox
        In degrees.

    Returns
    -------
    area
        In square kilometres, on a sphere.

    Examples
    --------
    >>> round(area_km2(Bbox(2.5, 50.3, 3.1, 50.6)))
    1417
    """
    width_km = (bbox.east - bbox.west) * _KM_PER_DEG
    middle = math.radians((bbox.north + bbox.south) / 2)
    return width_km * math.cos(middle) * (bbox.north - bbox.south) * _KM_PER_DEG


def write_query(bbox: Bbox, timeout_s: int) -> str:
    """Write the Overpass query for all data of an area.

    Parameters
    ----------
    bbox
        In degrees.
    timeout_s
        How long the server may work on it.

    Returns
    -------
    query
        In Overpass QL.
    """
    box = f"{bbox.south:.7f},{bbox.west:.7f},{bbox.north:.7f},{bbox.east:.7f}"
    return _QUERY.format(box=box, timeout_s=timeout_s, level=COMMUNE_LEVEL)


def choose_region(index_text: str, bbox: Bbox, url: str) -> RegionalFile:
    """Choose the smallest regional file that covers an area.

    Parameters
    ----------
    index_text
        GeoJSON: features with `id`, `name`, `urls` (`pbf` among them) and the region's polygon.
    bbox
        The area.
    url
        Where the index is from, for messages.

    Returns
    -------
    region
        Address and name.

    Raises
    ------
    DownloadError
        If the text is no such index, or names what is no address of a file.
    InputError
        If no region covers the area.
    """
    import shapely

    area = shapely.box(bbox.west, bbox.south, bbox.east, bbox.north)
    covering: list[tuple[float, RegionalFile]] = []
    try:
        for feature in json.loads(index_text)["features"]:
            file = _read_feature(feature["properties"])
            if file is None or not feature["geometry"]:
                continue
            region = _outline(feature["geometry"])
            if region.covers(area):
                covering.append((region.area, file))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = (
            f"{url} is not an index of regional files ({type(error).__name__}: {error}). "
            "Give an index as extract servers have it, or the address of one .osm.pbf."
        )
        raise DownloadError(msg) from error
    if not covering:
        msg = (
            f"No region of {url} covers the area {bbox.west}, {bbox.south}, {bbox.east}, "
            f"{bbox.north} alone. Give a smaller area, or the address of a file that covers it."
        )
        raise InputError(msg)
    smallest = min(covering, key=lambda pair: (pair[0], pair[1].url))[1]
    if not smallest.url.lower().startswith(("http://", "https://")):
        msg = (
            f"{url} names {smallest.url!r} as the file of {smallest.name}, which is no address "
            "(http or https). Give another index, or the address of one .osm.pbf."
        )
        raise DownloadError(msg)
    return smallest


def _outline(geometry: Any) -> "BaseGeometry":  # noqa: ANN401
    """Read the polygon of a region."""
    from shapely.errors import ShapelyError
    from shapely.geometry import shape
    from shapely.validation import make_valid

    try:
        return make_valid(shape(geometry))
    except ShapelyError as error:
        msg = f"a region without a polygon: {error}"
        raise ValueError(msg) from error


def _read_feature(properties: Mapping[str, Any]) -> RegionalFile | None:
    url = properties.get("urls", {}).get("pbf")
    if url is not None and not isinstance(url, str):
        msg = f"the address {url!r} is no text"
        raise TypeError(msg)
    return RegionalFile(url, str(properties.get("name", url))) if url else None
