"""What the interactive map draws besides cells: outlines, streets, water, sites, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from ...places.categories import is_below
from .packing import pack, pack_each, pack_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from ..._types import Floats, Geometries
    from ...study.results import Comparison, ScenarioResult
    from ..backdrop import Backdrop, Lines
    from ..times import Times
    from .zones import Zones

# Points of an outline that encloses nothing.
LEAST: Final = 3
# Changes are looked at from near.
CHANGE_TOLERANCE_M: Final = 3.0


def pack_shapes(
    backdrop: Backdrop, zones: Zones, communes: gpd.GeoDataFrame, tolerance_m: float
) -> dict[str, Any]:
    """Pack what lies under the map, coarse enough for a screen.

    Parameters
    ----------
    backdrop
        Communes, streets and barriers in metres.
    zones
        What the summary tells of.
    communes
        Whose outlines those of the backdrop are, in their order: `insee`.
    tolerance_m
        How far a line may lie from where it was.

    Returns
    -------
    packed
        Ready for JSON: `window` in metres, outlines with the place of their zone, main roads and
        barriers.
    """
    window = backdrop.window
    place_of_code = zones.of_scope("commune")
    # All outlines at once, so that neighbours keep their common border.
    shapes = shapely.coverage_simplify(backdrop.communes, tolerance_m)
    outlines = [
        {"zone": place_of_code.get(str(code), -1), "rings": pack_rings(shape, window)}
        for code, shape in zip(communes["insee"], shapes, strict=True)
    ]
    return {
        "window": [round(edge) for edge in window],
        "outlines": outlines,
        **{
            name: pack_lines(join_lines(own.inside(window)), window, tolerance_m)
            for name, own in (
                ("roads", backdrop.main_roads),
                ("shores", backdrop.shores),
                ("railways", backdrop.railways),
            )
        },
        "water": pack_areas(backdrop.water.inside(window), window, tolerance_m),
    }


def pack_sites(result: Comparison, times: Times, backdrop: Backdrop) -> dict[str, Any]:
    """Pack the sites of all situations, each once, and which situation has which.

    Parameters
    ----------
    result
        The comparison.
    times
        Its nearest times, for the order of categories.
    backdrop
        Whose metres the positions are in.

    Returns
    -------
    packed
        Ready for JSON: `names`, positions, the listed `categories` that each site counts for, and
        for every situation its sites and those of them that are new or moved.
    """
    place_of_site: dict[tuple[str, str, int, int], int] = {}
    names: list[str] = []
    categories: list[list[int]] = []
    listed = list(times.categories)

    def places(table: gpd.GeoDataFrame) -> list[int]:
        found = []
        points = _points(table, backdrop)
        columns = zip(table["site"], table["category"], table["name"], points, strict=True)
        for site, category, name, (x_m, y_m) in columns:
            key = (str(site), str(category), round(x_m), round(y_m))
            if key not in place_of_site:
                place_of_site[key] = len(names)
                names.append(name if isinstance(name, str) else "")
                categories.append([c for c, own in enumerate(listed) if is_below(category, own)])
            found.append(place_of_site[key])
        return found

    situations = [
        {
            "sites": pack_steps(places(each.sites)),
            "added": places(each.sites[each.sites["change"].isin(["added", "moved"])]),
        }
        for each in result.scenarios
    ]
    x_y = np.array([key[2:] for key in place_of_site], np.float64).reshape(-1, 2)
    return {
        "names": names,
        "categories": categories,
        "x": pack(x_y[:, 0] - round(backdrop.window[0])),
        "y": pack(x_y[:, 1] - round(backdrop.window[1])),
        "situations": situations,
    }


def pack_changed_ways(
    result: Comparison, scenario: ScenarioResult, backdrop: Backdrop
) -> Mapping[str, list[str]]:
    """Pack the new, the closed and the slowed or quickened ways of a scenario.

    Parameters
    ----------
    result
        The comparison, for the water.
    scenario
        One of its scenarios.
    backdrop
        Whose metres they are in.

    Returns
    -------
    packed
        Lines by kind; `"shut"`, reaches and locks that no vessel passes, where there are any.
    """
    window = backdrop.window
    tables = {"speeds": scenario.speeds, "closed": scenario.closed, "links": scenario.links}
    if result.water is not None:
        shut = result.water.closed
        tables["shut"] = shut[shut["scenario"] == scenario.key]
    return {
        kind: pack_lines(_metres(table, backdrop), window, CHANGE_TOLERANCE_M)
        for kind, table in tables.items()
    }


def pack_rings(shape: shapely.Geometry, window: tuple[float, ...]) -> list[str]:
    """Pack the rings of a polygon or of several.

    Parameters
    ----------
    shape
        In metres.
    window
        Its west and south are the origin.

    Returns
    -------
    rings
        Each as `pack_lines`, in metres.
    """
    return pack_lines(shapely.get_rings(shapely.get_parts([shape])), window, 0.0)


def pack_areas(outlines: Lines, window: tuple[float, ...], tolerance_m: float) -> list[str]:
    """Pack outlines of areas, each on its own, as they close.

    Parameters
    ----------
    outlines
        Outlines in metres, holes too.
    window
        Its west and south are the origin.
    tolerance_m
        How far an outline may lie from where it was; smaller areas are left out.

    Returns
    -------
    lines
        As those of `pack_lines`.
    """
    shapes = shapely.simplify(join_lines(outlines), tolerance_m)
    points = shapely.get_num_points(shapes)
    return _pack_lines(shapes[points > LEAST], window)


def pack_lines(
    shapes: Geometries | Iterable[shapely.Geometry], window: tuple[float, ...], tolerance_m: float
) -> list[str]:
    """Pack lines as steps from point to point.

    Parameters
    ----------
    shapes
        Lines in metres, or outlines.
    window
        Its west and south are the origin.
    tolerance_m
        How far a line may lie from where it was.

    Returns
    -------
    lines
        Each as whole metres, all steps to the east before all steps to the north.

    Examples
    --------
    >>> pack_lines([shapely.LineString([(1, 0), (1, 2)])], (0.0, 0.0), 1.0)
    ['AgAABA==']
    >>> pack_lines([shapely.LineString()], (0.0, 0.0), 1.0)
    []
    """
    parts = shapely.get_parts(np.asarray(list(shapes), dtype=object))
    parts = parts[~shapely.is_empty(parts)]
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts = np.concatenate([parts[~is_area], shapely.get_rings(parts[is_area])])
    is_line = np.isin(shapely.get_type_id(parts), (1, 2))
    lines = parts[is_line]
    if tolerance_m:
        lines = shapely.simplify(_merge(lines), tolerance_m)
    return _pack_lines(lines, window)


def _pack_lines(lines: Geometries, window: tuple[float, ...]) -> list[str]:
    points_m, line_of_point = shapely.get_coordinates(lines, return_index=True)
    whole = np.rint(points_m - np.array(window[:2])).astype(np.int64)
    is_first = np.diff(line_of_point, prepend=-1) > 0
    steps = np.where(is_first[:, np.newaxis], whole, np.diff(whole, axis=0, prepend=0))
    place = np.concatenate([2 * line_of_point, 2 * line_of_point + 1])
    order = np.argsort(place, kind="stable")
    first = np.searchsorted(place[order], 2 * np.arange(len(lines) + 1))
    return pack_each(steps.T.ravel()[order], first)


def _merge(lines: Geometries) -> Geometries:
    """Join lines that meet end to end, so that there are fewer and longer ones."""
    if not len(lines):
        return lines
    merged: Geometries = shapely.get_parts([shapely.line_merge(shapely.multilinestrings(lines))])
    return merged


def join_lines(lines: Lines) -> Geometries:
    """Make shapes of lines.

    Parameters
    ----------
    lines
        Any lines, in metres.

    Returns
    -------
    shapes
        One for each line, in metres.
    """
    if not lines.count:
        return np.empty(0, object)
    line_of_point = np.repeat(np.arange(lines.count), np.diff(lines.first_point))
    shapes: Geometries = shapely.linestrings(lines.points_m, indices=line_of_point)
    return shapes


def _metres(table: gpd.GeoDataFrame, backdrop: Backdrop) -> Geometries:
    if not len(table):
        return np.empty(0, object)
    geometry: Geometries = table.to_crs(backdrop.crs).geometry.to_numpy()
    return geometry


def _points(table: gpd.GeoDataFrame, backdrop: Backdrop) -> Floats:
    points: Floats = shapely.get_coordinates(shapely.centroid(_metres(table, backdrop)))
    return points
