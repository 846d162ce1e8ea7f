"""Spread populations known by commune over the places where people live, to the person."""

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .._types import NO_ARC, WGS84, Floats, Geometries
from ..errors import PlacesError
from .people import refuse_doubles
from .streets import draw_arcs

if TYPE_CHECKING:
    import numpy.typing as npt

    from ..network.model import Network

CODE_NAMES: Final = ("zone", "insee", "cell")
# [assumed] People live along these; where a zone has none of them, along any street to attach to.
HOME_STREETS: Final = ("residential", "living_street")
ALONG_STREETS: Final = "zones spread along residential streets"
ALONG_ANY: Final = "zones spread along any street, for want of residential ones"
ONTO_PLACES: Final = "zones spread over the places given"
AT_POINT: Final = "zones at one point inside, for want of any street or place"


def spread_population(
    zones: gpd.GeoDataFrame,
    network: "Network",
    *,
    onto: gpd.GeoDataFrame | None = None,
    weight: str | None = None,
    apart_m: float = 50.0,
) -> gpd.GeoDataFrame:
    """Spread the people of communes, or of other zones, over buildings or residential streets.

    For zones whose people were counted, in whole people: INSEE's grid cells hold estimates such as
    31.5, are fine enough and need no spreading. A commune's population at its middle would stand
    for people up to kilometres away. Spread along its streets it is an assumption still, which the
    result counts; that of every zone is kept exactly.

    Parameters
    ----------
    zones
        Areas with `population`, whole people, and a code: `insee` (`am.read_communes`), `zone`
        (`am.read_zones`) or `cell`.
    network
        For its streets and its metric coordinate system.
    onto
        Buildings or points where people live; None for the streets of the network.
    weight
        Column of `onto` that says how much each holds, such as dwellings; None for the ground
        that a building covers, and one for a point.
    apart_m
        Metres between places along a street.

    Returns
    -------
    residents
        As `am.read_residents` returns them: `cell`, `population`, `commune` (the zone's code) and
        points; places where nobody comes to live are left out. `attrs["assumptions"]` counts the
        zones by how they were spread.

    Raises
    ------
    PlacesError
        If a column is missing or holds what is not allowed.

    References
    ----------
    Eicher, C. L., Brewer, C. A. (2001). Dasymetric mapping and areal interpolation. Cartography
    and Geographic Information Science 28(2), 125-138. doi:10.1559/152304001782173727

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> area = [shapely.box(2.82, 50.41, 2.84, 50.43)]
    >>> zones = gpd.GeoDataFrame({"zone": ["a"], "population": [31]}, geometry=area, crs=4326)
    >>> spread_population(zones, network)["population"].sum()
    np.int64(31)
    """
    code, people = _read(zones)
    if not 1 <= apart_m <= 10_000:
        msg = f"apart_m must be from 1 to 10000 metres; found {apart_m!r}."
        raise PlacesError(msg)
    areas: Geometries = zones.geometry.to_crs(network.crs).to_numpy()
    if onto is None:
        layers = [
            (ALONG_STREETS, *_along_streets(network, apart_m, is_home=True)),
            (ALONG_ANY, *_along_streets(network, apart_m, is_home=False)),
        ]
    else:
        layers = [(ONTO_PLACES, *_places_of(onto, weight, network.crs))]
    how = np.full(len(zones), AT_POINT, object)
    parts = []
    for name, points, worth in layers:
        inside, zone = shapely.STRtree(areas).query(points, predicate="intersects")
        # what stands on a boundary belongs to the first zone
        first = np.unique(inside, return_index=True)[1]
        inside, zone = inside[first], zone[first]
        for row in np.unique(zone[worth[inside] > 0]).tolist():
            if how[row] == AT_POINT:
                how[row] = name
                mine = inside[zone == row]
                parts.append((row, points[mine], _share_out(int(people[row]), worth[mine])))
    for row in np.flatnonzero(how == AT_POINT).tolist():
        spot = np.array([shapely.point_on_surface(areas[row])], object)
        parts.append((row, spot, people[row : row + 1]))
    return _tabulate(sorted(parts, key=lambda part: part[0]), code, how, network.crs)


def _read(zones: gpd.GeoDataFrame) -> "tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]":
    named = [name for name in CODE_NAMES if name in zones.columns]
    if not named or "population" not in zones.columns or zones.crs is None:
        msg = (
            "Zones to spread need a coordinate system, population and one of "
            f"{', '.join(CODE_NAMES)}; found {', '.join(map(str, zones.columns))}."
        )
        raise PlacesError(msg)
    code = zones[named[0]].astype(str).to_numpy(object)
    refuse_doubles(code, "zones")
    people = pd.to_numeric(zones["population"], errors="coerce").to_numpy(np.float64)
    is_part = (people >= 0) & np.isfinite(people) & (people != np.rint(people))
    areas = zones.geometry.to_numpy()
    faults = (
        (
            ~(np.isfinite(people) & (people >= 0)),
            "have no number of people from 0 on",
            "Fill it in, or leave them out.",
        ),
        (
            is_part,
            "have parts of people",
            "Give whole people, such as communes have; grid cells of INSEE hold estimates and need "
            "no spreading.",
        ),
        (
            shapely.is_missing(areas) | shapely.is_empty(areas),
            "have no area",
            "Give them one, or leave them out.",
        ),
    )
    for is_wrong, what, remedy in faults:
        rows = np.flatnonzero(is_wrong)
        if rows.size:
            msg = (
                f"{rows.size} of {people.size} zones {what}, first {code[rows[0]]} "
                f"(population {zones['population'].iloc[rows[0]]}). {remedy}"
            )
            raise PlacesError(msg)
    return code, people.astype(np.int64)


def _along_streets(
    network: "Network", apart_m: float, *, is_home: bool
) -> tuple[Geometries, Floats]:
    """Set points along streets, the first half a distance from the end, each for its share."""
    twin = network.twin_of_arc
    is_first = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    is_street = is_first & network.may_attach
    if is_home:
        is_street &= np.isin(network.class_of_arc, HOME_STREETS)
    lines = draw_arcs(network, np.flatnonzero(is_street).astype(np.int32))
    length_m = shapely.length(lines)
    count = np.maximum(np.rint(length_m / apart_m), 1).astype(np.int64)
    row = np.repeat(np.arange(lines.size), count)
    number = np.arange(row.size) - np.repeat(np.cumsum(count) - count, count)
    share = (number + 0.5) / count[row]
    points: Geometries = shapely.line_interpolate_point(lines[row], share, normalized=True)
    return points, (length_m / count)[row]


def _places_of(onto: gpd.GeoDataFrame, weight: str | None, crs: str) -> tuple[Geometries, Floats]:
    if onto.crs is None:
        msg = f"The places have no coordinate system; give them one with set_crs({WGS84!r})."
        raise PlacesError(msg)
    shapes = onto.geometry.to_crs(crs).to_numpy()
    points: Geometries = shapely.point_on_surface(shapes)
    if weight is None:
        covered = shapely.area(shapes)
        return points, np.where(covered > 0, covered, 1.0)
    if weight not in onto.columns:
        msg = (
            f"The places have no column {weight!r}; they have {', '.join(map(str, onto.columns))}."
        )
        raise PlacesError(msg)
    worth: Floats = pd.to_numeric(onto[weight], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(worth) & (worth >= 0)))
    if wrong.size:
        msg = (
            f"{wrong.size} of {worth.size} places have no number from 0 on in {weight!r}, first "
            f"row {wrong[0]}: {onto[weight].iloc[wrong[0]]}."
        )
        raise PlacesError(msg)
    return points, worth


def _share_out(people: int, worth: Floats) -> "npt.NDArray[np.int64]":
    """Give everybody a place: whole people by the largest remainders."""
    exact = people * (worth / worth.sum())
    whole: npt.NDArray[np.int64] = np.floor(exact).astype(np.int64)
    left = people - int(whole.sum())
    most = np.argsort(-(exact - whole), kind="stable")[:left]
    whole[most] += 1
    return whole


def _tabulate(
    parts: "list[tuple[int, Geometries, npt.NDArray[np.int64]]]",
    code: "npt.NDArray[np.object_]",
    how: "npt.NDArray[np.object_]",
    crs: str,
) -> gpd.GeoDataFrame:
    none = np.empty(0, object)
    points = np.concatenate([none, *(part[1] for part in parts)])
    people = np.concatenate([np.empty(0, np.int64), *(part[2] for part in parts)])
    owner = np.repeat([part[0] for part in parts], [part[1].size for part in parts]).astype(int)
    is_kept = people > 0
    number = [place for part in parts for place in range(1, part[1].size + 1)]
    names = [f"{code[row]}-{place}" for row, place in zip(owner, number, strict=True)]
    table = {
        "cell": np.array([*names, ""], object)[:-1][is_kept],
        "population": people[is_kept],
        "commune": code[owner][is_kept],
    }
    residents = gpd.GeoDataFrame(table, geometry=points[is_kept], crs=crs).to_crs(WGS84)
    kinds, counts = np.unique(how.astype(str), return_counts=True)
    assumptions = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
    residents.attrs = {"population_year": "", "left_out": {}, "assumptions": assumptions}
    return residents
