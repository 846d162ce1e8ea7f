"""Named places: towns, quarters and hamlets, by which people find their way on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from .._types import WGS84

if TYPE_CHECKING:
    from ..osm.extract import Extract


# Values of `place`, the largest first (wiki.openstreetmap.org/wiki/Key:place).
KINDS: Final = (
    "city",
    "town",
    "suburb",
    "borough",
    "village",
    "quarter",
    "neighbourhood",
    "hamlet",
    "island",
    "locality",
)
COLUMNS: Final = ("name", "kind")


def list_named_places(extract: Extract) -> gpd.GeoDataFrame:
    """List the named places of an extract, the largest kinds first.

    Parameters
    ----------
    extract
        Whose nodes with `place` and `name` are taken; other kinds than `KINDS` are left out.

    Returns
    -------
    places
        `name`, `kind` (value of `place`) and `geometry` (points, EPSG:4326); within a kind in the
        order of the extract.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> list_named_places(crossroads()).empty
    True
    """
    rank = {kind: place for place, kind in enumerate(KINDS)}
    found = [
        (rank[tags["place"]], row, tags["name"])
        for row, tags in extract.nodes.tags.items()
        if tags.get("place") in rank and tags.get("name")
    ]
    found.sort(key=lambda each: each[:2])
    rows = [row for _, row, _ in found]
    points = shapely.points(extract.nodes.lon_deg[rows], extract.nodes.lat_deg[rows])
    names = [(name, KINDS[place]) for place, _, name in found]
    return gpd.GeoDataFrame(pd.DataFrame(names, columns=list(COLUMNS)), geometry=points, crs=WGS84)
