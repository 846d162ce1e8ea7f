"""Isochrones: the area reached from a place within so many minutes.

One arrival-time surface is made per origin, and every threshold is a contour of that one surface:
so the hour holds the half hour, and 10 minutes lies between 599 and 601 seconds.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import MS_PER_MIN, WGS84, Direction, Floats, Geometries
from ..errors import PlacesError, TransitError
from ..network.model import Network
from ..transit.model import Transit, walked_network
from ..transit.naming import TRANSIT
from .asking import CELL_M, Origins, ask, names_of
from .auditing import audit_areas
from .by_transit import attach_homes, check_window, lay_by_transit
from .contours import Area, Surface, cut_area, draw_areas, no_area
from .lines import lines_of
from .surfaces import Question, lay_surface, time_each

if TYPE_CHECKING:
    import geopandas as gpd

Counts: TypeAlias = npt.NDArray[np.number]


def isochrones(  # noqa: PLR0913  a public question is its options
    network: Network | Transit,
    origins: Origins,
    minutes: Sequence[float],
    *,
    direction: Direction = "from",
    by: str | None = None,
    cell_m: float = CELL_M,
    residents: "gpd.GeoDataFrame | None" = None,
    sites: "gpd.GeoDataFrame | None" = None,
    audit: bool = False,
) -> "gpd.GeoDataFrame":
    """Compute the area reached from each origin within each number of minutes, as polygons.

    The time to every point of the network is exact. From there people walk on over open ground as
    places do: from the nearest street that can be walked to, at the profile's off-road speed, up
    to its limit, never across water, a motorway or a railway. The first call for a network
    prepares the ground around its streets, where the origins' areas lie; it is kept.

    Parameters
    ----------
    network
        The network of one profile, or public transport: what half of all departures of its window
        reach in time, or the share that it asks for, on foot from the stops.
    origins
        Pairs of longitude and latitude, or a table of points, o places.
    minutes
        Thresholds in minutes, each above 0.
    direction
        `"from"` the origins outwards, or `"to"` them; by public transport `"to"` needs a window of
        arrivals.
    by
        Column of a table of origins: those that share a value get one area, which holds what any
        of them reaches in time, or what reaches any of them: `"category"` for areas of all
        hospitals, all libraries.
    cell_m
        Side of the grid's cells in metres.
    residents
        What `read_residents` gives, to count the people inside.
    sites
        Any table of points, to count those inside.
    audit
        True to hold each area against the streets that are reached; not by public transport.

    Returns
    -------
    areas
        One row per origin and threshold, in that order: `origin` (position in the list, from 0;
        with `by` that column instead), `minutes`, `profile`, `direction`, `area_km2`, `cell_m`,
        `off_by_m`, `reason` (empty, or why nothing is reached), `people` and `sites` where these
        are given, and the geometry in EPSG:4326, `POLYGON EMPTY` where nothing is reached. The
        areas of one origin nest.
        `off_by_m`, the diagonal of a cell, is how far the boundary can be off along a street;
        what is reached on a street lies inside, but for streets nearer than that to a barrier.
        An audit adds `km_reached` of street, `km_left_out` of them outside the area, and
        `km_not_reached` inside it.

    Raises
    ------
    PlacesError
        If a threshold, the cell size or the direction is not allowed, or the grid would be huge.
    TransitError
        If the direction is not that of the window, or an audit is asked of public transport.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische
    Mathematik 1, 269-271. doi:10.1007/BF01386390
    """
    import geopandas as gpd
    import shapely

    question, thresholds, attachments = ask(
        walked_network(network), origins, minutes, direction, cell_m=cell_m, by=by
    )
    origin_count = attachments.place_count
    if isinstance(network, Transit):
        check_window(network, direction)
        _refuse_audit(audit=audit)
        surfaces = lay_by_transit(
            network, question, attachments, attach_homes(network, origins, by)
        )
        areas = [_cut_areas(question, thresholds, each) for each in surfaces]
    else:
        areas = time_each(
            question,
            origin_count,
            lambda times: _cut_areas(question, thresholds, lay_surface(question, times)),
        )
    found = [each for of_origin in areas for each in of_origin]
    geometry = draw_areas(found, question.ground.degrees)
    size_m2 = np.array([each.size_m2 for each in found])
    geometry[size_m2 == 0] = shapely.Polygon()
    table = {
        **{name: np.repeat(each, thresholds.size) for name, each in names_of(origins, by).items()},
        "minutes": np.tile(thresholds, origin_count),
        "profile": TRANSIT if isinstance(network, Transit) else network.profile.name,
        "direction": direction,
        "area_km2": size_m2.round() / 1e6,
        "cell_m": float(cell_m),
        "off_by_m": round(float(cell_m) * 2**0.5, 1),
        "reason": np.repeat(attachments.reason_of_place, thresholds.size),
    }
    if residents is not None:
        table["people"] = count_inside(geometry, residents, population_of(residents))
    if sites is not None:
        table["sites"] = count_inside(geometry, sites, np.ones(len(sites), np.int64))
    if audit:
        drawn = time_each(
            question, origin_count, lambda times: lines_of(question, thresholds, times)
        )
        lines = [line for of_origin in drawn for line in of_origin]
        table |= audit_areas(question, draw_areas(found), lines)
    return gpd.GeoDataFrame(table, geometry=geometry, crs=WGS84)


def population_of(residents: "gpd.GeoDataFrame") -> Counts:
    """Give how many people live in each place.

    Parameters
    ----------
    residents
        What `read_residents` gives, p rows.

    Returns
    -------
    people
        Shape (p,).

    Raises
    ------
    PlacesError
        If there is no such column.
    """
    if "population" not in residents.columns:
        found = ", ".join(map(str, residents.columns))
        msg = f"residents needs a column population, as read_residents gives it; found {found}."
        raise PlacesError(msg)
    people: Counts = residents["population"].to_numpy()
    return people


def count_inside(areas: Geometries, places: "gpd.GeoDataFrame", amount: Counts) -> Counts:
    """Add up what stands inside each area.

    Parameters
    ----------
    areas
        In degrees, shape (a,).
    places
        Table of p places.
    amount
        What each place counts, shape (p,).

    Returns
    -------
    sums
        Shape (a,).

    Raises
    ------
    PlacesError
        If the places have no coordinate system.
    """
    import shapely

    if places.crs is None:
        msg = (
            f"The places to count have no coordinate system; give them one with set_crs({WGS84!r})."
        )
        raise PlacesError(msg)
    points = shapely.STRtree(shapely.point_on_surface(places.to_crs(WGS84).geometry.to_numpy()))
    area, inside = points.query(areas, predicate="contains")
    sums = np.zeros(areas.size, amount.dtype)
    np.add.at(sums, area, amount[inside])
    return sums


def _cut_areas(question: Question, minutes: Floats, surface: Surface | None) -> list[Area]:
    """Cut out the areas of one origin, in the order of the thresholds."""
    if surface is None:
        return [no_area(question.ground.grid)] * minutes.size
    return [cut_area(surface, round(each * MS_PER_MIN)) for each in minutes.tolist()]


def _refuse_audit(*, audit: bool) -> None:
    if audit:
        msg = (
            "An audit holds areas against the streets that one trip reaches; public transport has "
            "one for every departure. Leave audit out."
        )
        raise TransitError(msg)
