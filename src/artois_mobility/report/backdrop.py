"""What lies under every map: communes, streets, and the water and rails that cut across."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from .._types import WGS84, Floats, Geometries, Offsets

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from ..network.model import Network
    from .window import Window

MAIN_CLASSES: Final = ("motorway", "trunk", "primary")
# Around the communes on every side, as a share of the territory's longer side.
MARGIN: Final = 0.03
# The side of a populated cell where there is only one.
LONE_CELL_M: Final = 200.0


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Many lines with the boxes around them.

    Attributes
    ----------
    points_m
        Points of all lines, one line after the other, shape (k, 2).
    first_point
        Points of line `i` are `first_point[i]` to `first_point[i + 1] - 1`, shape (l + 1,).
    boxes_m
        West, south, east, north of each line, shape (l, 4).
    """

    points_m: Floats
    first_point: Offsets
    boxes_m: Floats

    @property
    def count(self) -> int:
        """Number of lines, l."""
        return self.first_point.size - 1

    def inside(self, window: Window) -> Lines:
        """Give the lines that may be seen in a window.

        Parameters
        ----------
        window
            West, south, east, north in metres.

        Returns
        -------
        lines
            Those whose box meets the window.
        """
        west, south, east, north = window
        boxes = self.boxes_m
        is_seen = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
        is_seen &= (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        return self.take(np.flatnonzero(is_seen))

    def take(self, rows: npt.NDArray[np.integer]) -> Lines:
        """Give some of the lines.

        Parameters
        ----------
        rows
            Which ones, shape (r,).

        Returns
        -------
        lines
            In the order of `rows`.
        """
        length = np.diff(self.first_point)[rows]
        first = np.concatenate([[0], np.cumsum(length)]).astype(np.int32)
        shift = np.repeat(self.first_point[:-1][rows] - first[:-1], length)
        points = self.points_m[np.arange(first[-1]) + shift]
        return Lines(points, first, self.boxes_m[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What is drawn under every map, in metres.

    Attributes
    ----------
    crs
        The metric coordinate system.
    window
        The whole territory with a margin.
    cell_x_m, cell_y_m
        Position of each populated cell, in the order of the residents, shape (c,).
    cell_side_m
        How far apart neighbouring cells usually are.
    communes
        Polygons of the communes.
    commune_shells
        Their outer boundaries.
    commune_names, commune_populations
        For the labels, in the order of `communes`.
    main_roads, streets
        Motorways to primary roads; everything else.
    barriers
        Everything that nobody walks across: water, railways, motorways.
    water, shores
        Outlines of the areas of water, holes turning the other way; banks, rivers and canals.
    railways
        The railways in the open.
    """

    crs: str
    window: Window
    cell_x_m: Floats
    cell_y_m: Floats
    cell_side_m: float
    communes: Geometries
    commune_shells: Lines
    commune_names: list[str]
    commune_populations: Floats
    main_roads: Lines
    streets: Lines
    barriers: Lines
    water: Lines
    shores: Lines
    railways: Lines


def make_backdrop(
    network: Network, residents: gpd.GeoDataFrame, communes: gpd.GeoDataFrame
) -> Backdrop:
    """Bring what lies under the maps into metres, once for all of them.

    Parameters
    ----------
    network
        Whose streets and barriers are drawn.
    residents
        Populated cells.
    communes
        `name`, `population` and polygons.

    Returns
    -------
    backdrop
        Communes, streets, water and railways.
    """
    cells = _to_metres(residents, network.crs)
    shapes = _to_metres(communes, network.crs)
    x_m, y_m = shapely.get_x(cells), shapely.get_y(cells)
    is_main = np.isin(network.class_of_arc, MAIN_CLASSES)
    # One line for both directions of a street.
    is_first = network.twin_of_arc < np.arange(network.twin_of_arc.size)
    arcs = _arcs(network)
    return Backdrop(
        crs=network.crs,
        window=_territory(np.concatenate([shapes, cells])),
        cell_x_m=x_m,
        cell_y_m=y_m,
        cell_side_m=usual_distance(x_m, y_m),
        communes=shapes,
        commune_shells=lines_of(shapely.get_exterior_ring(_areas(shapes))),
        commune_names=[str(name) for name in communes["name"]],
        commune_populations=np.nan_to_num(communes["population"].to_numpy(float)),
        main_roads=arcs.take(np.flatnonzero(is_main & is_first)),
        streets=arcs.take(np.flatnonzero(~is_main & is_first)),
        barriers=lines_of(network.barriers),
        water=lines_of(shapely.normalize(network.water)),
        shores=lines_of(network.shores),
        railways=lines_of(network.railways),
    )


def street_network(networks: Mapping[str, Network]) -> Network:
    """Choose the network whose streets are drawn.

    Parameters
    ----------
    networks
        By profile.

    Returns
    -------
    network
        That of cars if there is one, else the first.
    """
    of_cars = (network for network in networks.values() if network.profile.mode == "car")
    return next(of_cars, next(iter(networks.values())))


def lines_of(geometries: Geometries) -> Lines:
    """Take lines, and the outlines of polygons, apart into points.

    Parameters
    ----------
    geometries
        Lines, polygons or several of them, in metres.

    Returns
    -------
    lines
        Each part as one line; empty geometries are none.
    """
    parts = shapely.get_parts(np.asarray(geometries, dtype=object))
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings = shapely.get_rings(parts[is_area])
    lines = np.concatenate([parts[~is_area], rings])
    is_line = np.isin(shapely.get_type_id(lines), (1, 2)) & ~shapely.is_empty(lines)
    lines = lines[is_line]
    points, line_of_point = shapely.get_coordinates(lines, return_index=True)
    first = np.searchsorted(line_of_point, np.arange(lines.size + 1)).astype(np.int32)
    return Lines(points, first, shapely.bounds(lines).reshape(-1, 4))


def _arcs(network: Network) -> Lines:
    points = np.column_stack([network.point_x_m, network.point_y_m])
    first = network.first_point
    boxes = np.empty((first.size - 1, 4))
    if len(boxes):
        boxes[:, :2] = np.minimum.reduceat(points, first[:-1])
        boxes[:, 2:] = np.maximum.reduceat(points, first[:-1])
    return Lines(points, first, boxes)


def _areas(geometries: Geometries) -> Geometries:
    parts = shapely.get_parts(geometries)
    areas: Geometries = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return areas


def _to_metres(table: gpd.GeoDataFrame, crs: str) -> Geometries:
    geometry = table.geometry if table.crs is not None else table.geometry.set_crs(WGS84)
    metres: Geometries = geometry.to_crs(crs).to_numpy()
    return metres


def _territory(geometries: Geometries) -> Window:
    west, south, east, north = shapely.total_bounds(geometries)
    if not np.isfinite(west):
        return (0.0, 0.0, 1.0, 1.0)
    margin_m = max(east - west, north - south, 1000.0) * MARGIN
    return (west - margin_m, south - margin_m, east + margin_m, north + margin_m)


def usual_distance(x_m: Floats, y_m: Floats) -> float:
    """Tell how far apart neighbouring places usually are.

    Parameters
    ----------
    x_m, y_m
        Where they are, in metres, shape (n,).

    Returns
    -------
    distance_m
        The median of the distances to the nearest other place; 200 m where there is none.
    """
    points = shapely.points(np.unique(np.column_stack([x_m, y_m]), axis=0))
    if points.size < 2:
        return LONE_CELL_M
    _, distance_m = shapely.STRtree(points).query_nearest(
        points, exclusive=True, return_distance=True, all_matches=False
    )
    return float(np.median(distance_m))
