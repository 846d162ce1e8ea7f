"""Faults of the data: one row each, with its place on the map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..changes.notices import Notice
from ..changes.sentences import Language

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

COLUMNS: Final = ("kind", "osm_type", "osm_id", "name", "detail", "metres")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault.

    Attributes
    ----------
    kind
        One of the kinds of `quality.checking`.
    osm_type, osm_id
        The object to look at: `node`, `way` or `relation`.
    name
        Its name, or `""`.
    detail
        What was found.
    metres
        Length of street concerned; 0 where that says nothing.
    geometry
        In degrees.
    """

    kind: str
    osm_type: str
    osm_id: int
    name: str
    detail: Notice
    metres: float
    geometry: "shapely.Geometry"


def tabulate(
    faults: Iterable[Fault], kinds: Sequence[str], language: Language
) -> "gpd.GeoDataFrame":
    """List faults as a table, by kind, the longest first.

    Parameters
    ----------
    faults
        In any order.
    kinds
        The order of kinds.
    language
        Of the details.

    Returns
    -------
    table
        With the columns `COLUMNS`, in EPSG:4326.

    Examples
    --------
    >>> list(tabulate([], (), "en").columns)
    ['kind', 'osm_type', 'osm_id', 'name', 'detail', 'metres', 'geometry']
    """
    import geopandas as gpd

    rank = {kind: row for row, kind in enumerate(kinds)}
    ordered = sorted(
        faults, key=lambda each: (rank[each.kind], -each.metres, each.osm_type, each.osm_id)
    )
    columns = {name: [getattr(each, name) for each in ordered] for name in COLUMNS}
    columns["detail"] = [each.detail.say(language) for each in ordered]
    columns["metres"] = [round(each.metres, 1) for each in ordered]
    return gpd.GeoDataFrame(columns, geometry=[each.geometry for each in ordered], crs="EPSG:4326")
