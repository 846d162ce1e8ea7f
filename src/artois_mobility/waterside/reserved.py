"""Greenways: ways kept for people on foot and on bicycles, and their kilometres per commune."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import WGS84, Flags, Floats, Geometries, Rows
from ..errors import PlacesError
from ..network.naming import names_of_rows, routes_of_ways
from ..osm.extract import Extract, Tags
from .along import PATHS, find_towpaths
from .boundaries import share_lines
from .water import Texts, texts
from .ways import draw_whole_ways, find_ways, measure, metric_crs_of, rights_of, to_metres

if TYPE_CHECKING:
    import geopandas as gpd

# French sign of a voie verte: arrêté du 24 novembre 1967 on road signs, C115.
SIGN: Final = "C115"
DESIGNATED: Final = (("bicycle", "designated"), ("foot", "designated"))
# A track for bicycles with a sidewalk of its own beside it is kept for each, not for both.
PARTED: Final = ("segregated", "yes")
M_PER_KM: Final = 1000.0
OUTSIDE: Final = ""
NEEDED: Final = ("insee", "name", "geometry")


@dataclass(frozen=True, slots=True, eq=False)
class _Greenways:
    """Greenways of an extract, g of them.

    Attributes
    ----------
    row
        Row of the way, ascending, shape (g,).
    lines
        In degrees, shape (g,).
    by
        What tells it: `sign`, `designation`, `towpath` or `route`, shape (g,).
    is_towpath
        Whether the way runs along the water, shape (g,).
    """

    row: Rows
    lines: Geometries
    by: Texts
    is_towpath: Flags


def greenway_lines(extract: Extract) -> "gpd.GeoDataFrame":
    """Find the ways that are kept for people on foot and on bicycles, with their length.

    A greenway (voie verte) is exclusively reserved for vehicles without a motor, pedestrians and
    riders. Taken are ways that the profiles open to walkers and, riding, to bicycles and close to
    cars and mopeds, for which something speaks besides: the sign, a designation for both, that
    they run along a canal or a river, or a named route for walkers or cyclists. Where bicycles
    and pedestrians are parted (`segregated=yes`) only the sign or `designation=greenway` counts.
    Tags tell what is open, not what a decree says; where those who live beside it may drive
    (`motor_vehicle=destination`), a track is not taken.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    lines
        One row per way, by OSM id: `way`, `name` (its own, else that of a signed route, `""` for
        none), `length_m`, `by` (`"sign"`, `"designation"`, `"towpath"` or `"route"`, the first
        that holds), `is_towpath`, `surface` (`""` where untold) and the line in EPSG:4326. Both
        banks of a canal are two ways.

    References
    ----------
    Code de la route, art. R110-2 (voie verte, décret 2004-998) and R411-3-2 (exceptions for access
    to land beside it, décret 2022-635). OpenStreetMap wiki: Key:designation, Tag:access=designated.

    See Also
    --------
    greenways : their kilometres in each commune.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> greenway_lines(crossroads()).empty
    True
    """
    import geopandas as gpd

    found = _find_greenways(extract)
    ways = extract.ways.osm_id[found.row]
    name_of_way = names_of_rows(extract, found.row)
    tags = [extract.ways.tags[row] for row in found.row.tolist()]
    table = {
        "way": ways,
        "name": texts([name_of_way.get(way, "") for way in ways.tolist()]),
        "length_m": measure(found.lines),
        "by": found.by,
        "is_towpath": found.is_towpath,
        "surface": texts([each.get("surface", "") for each in tags]),
    }
    return gpd.GeoDataFrame(table, geometry=found.lines, crs=WGS84)


def greenways(extract: Extract, communes: "gpd.GeoDataFrame") -> pd.DataFrame:
    """Add up the kilometres of greenway in each commune.

    Ways are cut at the boundaries; what runs along a boundary counts for the smaller code, so
    that nothing counts twice and the sum is the length of all greenways.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    communes
        What `am.read_communes` gives, c rows.

    Returns
    -------
    kilometres
        One row per commune, by code, and a last one for what lies outside of all: `commune` (the
        code, `""` outside), `name`, `greenway_km` (0 where there is none), `towpath_km` (the part
        of them along canals and rivers), and `residents_per_km` of greenway, NaN where the
        population is unknown or there is no greenway.

    Raises
    ------
    PlacesError
        If the communes lack a column or their coordinate system, or a code stands twice.

    References
    ----------
    Code de la route, art. R110-2 (voie verte).

    See Also
    --------
    greenway_lines : the ways, and what makes each a greenway.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from artois_mobility.network.examples import crossroads
    >>> names = {"insee": ["62498"], "name": ["Lens"]}
    >>> communes = gpd.GeoDataFrame(names, geometry=[box(2.8, 50.4, 2.9, 50.5)], crs="EPSG:4326")
    >>> greenways(crossroads(), communes).values.tolist()
    [['62498', 'Lens', 0.0, 0.0, nan], ['', '', 0.0, 0.0, nan]]
    """
    _check_communes(communes)
    communes = communes.sort_values("insee", kind="stable", ignore_index=True)
    crs = metric_crs_of(extract)
    found = _find_greenways(extract)
    areas = to_metres(communes.geometry.to_crs(WGS84).to_numpy(object), crs)
    share = share_lines(to_metres(found.lines, crs), areas)
    kilometres = measure(found.lines)[share.line] * share.share / M_PER_KM
    count = len(communes) + 1
    is_towpath = found.is_towpath[share.line]
    greenway_km, towpath_km = np.zeros((2, count))
    np.add.at(greenway_km, share.area, kilometres)
    np.add.at(towpath_km, share.area, kilometres * is_towpath)
    table = {
        "commune": texts([*communes["insee"].tolist(), OUTSIDE]),
        "name": texts([*communes["name"].tolist(), ""]),
        "greenway_km": greenway_km,
        "towpath_km": towpath_km,
        "residents_per_km": _per_km(communes, greenway_km),
    }
    return pd.DataFrame(table)


def evidence_of(tags: Tags, *, is_towpath: bool, has_route: bool) -> str:
    """Tell what speaks for a greenway, given that who may use it fits.

    Parameters
    ----------
    tags
        Tags of the way.
    is_towpath
        Whether it runs along a canal or a river.
    has_route
        Whether a named route for walkers or cyclists runs along it.

    Returns
    -------
    by
        `"sign"`, `"designation"`, `"towpath"`, `"route"`, or `""` for nothing.

    Examples
    --------
    >>> both = {"foot": "designated", "bicycle": "designated"}
    >>> evidence_of(both, is_towpath=True, has_route=True)
    'designation'
    >>> evidence_of({}, is_towpath=False, has_route=False)
    ''
    """
    if SIGN in tags.get("traffic_sign", ""):
        return "sign"
    if tags.get("designation") == "greenway":
        return "designation"
    if PARTED in tags.items():
        return ""
    found = (
        ("designation", all(tags.get(key) == value for key, value in DESIGNATED)),
        ("towpath", is_towpath),
        ("route", has_route),
    )
    return next((by for by, holds in found if holds), "")


def _find_greenways(extract: Extract) -> _Greenways:
    water = find_towpaths(extract)
    towpath_rows = set(water.row.tolist())
    routes = routes_of_ways(extract)
    rows, evidence = [], []
    for row in find_ways(extract, _is_reserved).tolist():
        by = evidence_of(
            extract.ways.tags[row],
            is_towpath=row in towpath_rows,
            has_route=int(extract.ways.osm_id[row]) in routes,
        )
        if by:
            rows.append(row)
            evidence.append(by)
    lines, row = draw_whole_ways(extract, np.array(rows, np.int32))
    by_of_row = dict(zip(rows, evidence, strict=True))
    return _Greenways(
        row,
        lines,
        texts([by_of_row[each] for each in row.tolist()]),
        np.isin(row, water.row),
    )


def _is_reserved(tags: Tags) -> bool:
    """Tell whether walkers and cyclists may use a way and nobody with a motor."""
    if tags.get("highway") not in PATHS:
        return False
    rights = rights_of(tags)
    return rights.is_for_walkers and rights.is_for_bicycles and not rights.is_for_motors


def _per_km(communes: "gpd.GeoDataFrame", greenway_km: Floats) -> Floats:
    """Give the residents per kilometre; NaN outside, and where either is unknown or none."""
    per_km = np.full(greenway_km.size, np.nan)
    if "population" in communes.columns:
        people = communes["population"].to_numpy(np.float64, na_value=np.nan)
        has_any = greenway_km[:-1] > 0
        per_km[:-1][has_any] = people[has_any] / greenway_km[:-1][has_any]
    return per_km


def _check_communes(communes: "gpd.GeoDataFrame") -> None:
    problems = []
    lacking = [name for name in NEEDED if name not in communes.columns]
    if lacking:
        problems.append(f"lack the column {' and '.join(lacking)}")
    elif communes.crs is None:
        problems.append("have no coordinate system")
    if "insee" in communes.columns:
        twice = communes["insee"][communes["insee"].duplicated()]
        if len(twice):
            problems.append(f"have the code {twice.iloc[0]} twice")
    if problems:
        msg = f"The communes {' and '.join(problems)}; read them with read_communes."
        raise PlacesError(msg)
