"""What areas gain and lose from one situation to another."""

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._types import WGS84, Geometries
from ..errors import PlacesError
from ..network.geodesy import metric_crs
from .reached import count_inside, population_of

if TYPE_CHECKING:
    import geopandas as gpd

GAINED: Final = "gained"
LOST: Final = "lost"
# Columns that say which areas belong together; a group's column stands for `origin`.
MEASURES: Final = frozenset(
    {
        "area_km2",
        "off_by_m",
        "reason",
        "people",
        "sites",
        "km_reached",
        "km_left_out",
        "km_not_reached",
        "geometry",
    }
)
# A street parted by a new link has its milliseconds rounded anew: its areas end up to half a metre
# elsewhere. Strips narrower than this are no change.
NARROWEST_M: Final = 2.0


def compare_isochrones(
    before: "gpd.GeoDataFrame",
    after: "gpd.GeoDataFrame",
    *,
    residents: "gpd.GeoDataFrame | None" = None,
) -> "gpd.GeoDataFrame":
    """Tell what isochrones gain and lose, for instance from today to a scenario.

    Parameters
    ----------
    before, after
        What `isochrones` gave for the same origins, minutes, profile, direction and cells.
    residents
        What `read_residents` gives, to count the people who gain and lose.

    Returns
    -------
    changes
        Two rows for each area, in their order: `origin` (or the groups' column), `minutes`,
        `profile`, `direction`, `cell_m`, `change` (`"gained"`, `"lost"`), `area_km2`, `people`
        where residents are given, and the geometry in EPSG:4326, empty where nothing changes.
        Strips narrower than two metres are left out.

    Raises
    ------
    PlacesError
        If the two tables are not about the same origins, minutes, profile, direction and cells.

    See Also
    --------
    isochrones : the areas.

    Examples
    --------
    >>> from artois_mobility import build_network, isochrones
    >>> from artois_mobility.network.examples import crossroads
    >>> walk = build_network(crossroads(), "walk")
    >>> origin = [(2.8305, 50.42)]
    >>> today, sooner = (isochrones(walk, origin, [each]) for each in (2, 3))
    >>> changes = compare_isochrones(today, sooner.assign(minutes=2.0))
    >>> changes["change"].tolist(), (changes["area_km2"] > 0).tolist()
    (['gained', 'lost'], [True, False])
    """
    import geopandas as gpd

    if not all(hasattr(each, "total_bounds") for each in (before, after)):
        msg = "compare_isochrones takes two tables that isochrones gave, with their geometry."
        raise PlacesError(msg)
    keys = [name for name in before.columns if name not in MEASURES]
    if not set(keys) <= set(after.columns) or not before[keys].reset_index(drop=True).equals(
        after[keys].reset_index(drop=True)
    ):
        msg = (
            "The two tables must be about the same origins, minutes, profile, direction and cells, "
            f"in the same order: their columns {', '.join(keys)} differ."
        )
        raise PlacesError(msg)
    bounds = np.array([before.total_bounds, after.total_bounds])
    known = bounds[np.isfinite(bounds).all(axis=1)]
    crs = metric_crs(known[:, [0, 2]], known[:, [1, 3]]) if known.size else WGS84
    old, new = (np.asarray(each.to_crs(crs).geometry, object) for each in (before, after))
    pairs = _leave_out_strips(shapely.difference([new, old], [old, new]))
    changes = before.loc[np.repeat(before.index, 2), keys].reset_index(drop=True)
    changes["change"] = np.tile([GAINED, LOST], len(before))
    geometry = pairs.T.ravel()
    changes["area_km2"] = shapely.area(geometry).round() / 1e6
    shapes = gpd.GeoSeries(geometry, crs=crs).to_crs(WGS84)
    if residents is not None:
        people = population_of(residents)
        changes["people"] = count_inside(np.asarray(shapes, object), residents, people)
    return gpd.GeoDataFrame(changes, geometry=shapes)


def _leave_out_strips(shapes: Geometries) -> Geometries:
    """Leave out the parts that nowhere are as wide as a change must be."""
    flat = shapes.ravel()
    parts, owner = shapely.get_parts(flat, return_index=True)
    is_wide = ~shapely.is_empty(shapely.buffer(parts, -NARROWEST_M / 2))
    kept: Geometries = np.full(flat.size, shapely.Polygon(), object)
    for row in np.unique(owner[is_wide]).tolist():
        kept[row] = shapely.multipolygons(parts[is_wide & (owner == row)])
    return kept.reshape(shapes.shape)
