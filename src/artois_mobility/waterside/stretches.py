"""Stretches of water between one crossing and the next."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from .._types import WGS84, Geometries
from ..errors import PlacesError
from ..osm.extract import Extract
from .crossings import APART_M
from .water import Texts, Water, find_water, texts
from .ways import check_metres, measure, metric_crs_of, to_metres

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely import Geometry

NEEDED: Final = ("crossing", "waterway", "reason", "geometry")
COLUMNS: Final = ("waterway", "from_crossing", "to_crossing", "length_m", "is_cut")
# Two crossings at the same place along the water, to the millimetre, leave no stretch between them.
SAME_M: Final = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class _Reaches:
    """Water of one name in one piece between forks, r of them.

    Attributes
    ----------
    lines
        In metres, shape (r,).
    name
        `""` for none, shape (r,).
    """

    lines: Geometries
    name: Texts


def distance_between_crossings(
    extract: Extract, crossings: "gpd.GeoDataFrame", *, near_m: float = APART_M
) -> "gpd.GeoDataFrame":
    """Cut canals and rivers at their crossings and measure what lies between them, in metres.

    Give only the crossings that count, such as those for walkers; those that nobody crosses do
    not. The longest stretches are where
    a footbridge would save the longest way round. Water that runs below ground is no barrier:
    stretches end where it begins. They also end at forks, where the name of the water changes, and
    where the extract does; `is_cut` tells these.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    crossings
        What `am.water_crossings` gives, or some of its rows.
    near_m
        A crossing cuts the centre lines of its water up to so many metres from its point, which is
        the middle of several ways.

    Returns
    -------
    stretches
        The longest first: `waterway`, `from_crossing` and `to_crossing` in the direction of the
        line (`""` where the water ends without one), `length_m` along the water, `is_cut` (no
        crossing at one end or both) and the line in EPSG:4326. The lengths add up to that of
        the water in the open.

    Raises
    ------
    PlacesError
        If the crossings lack a column, or the distance is none.

    See Also
    --------
    water_crossings : the crossings.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.waterside.crossings import water_crossings
    >>> distance_between_crossings(crossroads(), water_crossings(crossroads())).empty
    True
    """
    import geopandas as gpd
    import shapely

    check_metres(near_m=near_m)
    lacking = [name for name in NEEDED if name not in crossings.columns]
    if lacking:
        msg = (
            f"The crossings lack the column {' and '.join(lacking)}; give what water_crossings "
            "gives, or some of its rows."
        )
        raise PlacesError(msg)
    crs = metric_crs_of(extract)
    crossings = crossings[crossings["reason"] == ""]
    reaches = _join(find_water(extract, crs))
    points = to_metres(crossings.geometry.to_crs(WGS84).to_numpy(object), crs)
    rows, lines = [], []
    for line, name in zip(reaches.lines, reaches.name, strict=True):
        is_near = (crossings["waterway"] == name).to_numpy(bool)
        here = np.flatnonzero(is_near)
        here = here[shapely.distance(points[here], line) <= near_m]
        ids = crossings["crossing"].to_numpy(object)[here]
        for begin, end, piece in _cut(line, points[here], ids):
            rows.append((name, begin, end))
            lines.append(piece)
    table = gpd.GeoDataFrame(
        {
            "waterway": texts([each[0] for each in rows]),
            "from_crossing": texts([each[1] for each in rows]),
            "to_crossing": texts([each[2] for each in rows]),
        },
        geometry=gpd.GeoSeries(lines, crs=crs),
    ).to_crs(WGS84)
    table["length_m"] = measure(table.geometry.to_numpy(object))
    table["is_cut"] = (table["from_crossing"] == "") | (table["to_crossing"] == "")
    table = table.sort_values("length_m", ascending=False, kind="stable", ignore_index=True)
    return table[[*COLUMNS, "geometry"]]


def _join(water: Water) -> _Reaches:
    """Join the open centre lines of each name end to end."""
    import shapely

    lines = [water.lines[:0]]
    names: list[str] = []
    is_open = ~water.is_covered
    for name in sorted(set(water.name[is_open].tolist())):
        own = shapely.get_parts(water.lines[is_open & (water.name == name)])
        joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(own)))
        lines.append(joined)
        names += [name] * joined.size
    return _Reaches(np.concatenate(lines), texts(names))


def _cut(line: "Geometry", points: Geometries, ids: Texts) -> list[tuple[str, str, "Geometry"]]:
    """Cut a line at the places nearest to points; ends without a point have no id."""
    import shapely
    from shapely.ops import substring

    along = np.asarray(shapely.line_locate_point(line, points), np.float64)
    order = np.argsort(along, kind="stable")
    stops = [(0.0, ""), *zip(along[order].tolist(), ids[order].tolist(), strict=True)]
    stops.append((float(shapely.length(line)), ""))
    pieces = []
    for (begin, one), (end, other) in pairwise(stops):
        if end - begin > SAME_M:
            pieces.append((one, other, substring(line, begin, end)))
    return pieces
