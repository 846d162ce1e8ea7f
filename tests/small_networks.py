"""Small networks made by hand, in metres on Lambert 93, whose times are plain arithmetic."""

from dataclasses import dataclass

import numpy as np
import shapely

from artois_mobility._types import NO_ARC
from artois_mobility.graph import Graph, sort_arcs
from artois_mobility.network.geodesy import unproject
from artois_mobility.network.model import Network, Provenance
from artois_mobility.network.profiles import read_profile

CRS = "EPSG:2154"
EAST_M, NORTH_M = 690_000.0, 7_040_000.0  # a point of the Artois


@dataclass(frozen=True)
class Street:
    """A straight street between two nodes; `kmh` both ways unless `is_oneway`."""

    tail: int
    head: int
    kmh: float = 36.0  # ten metres a second
    is_oneway: bool = False
    way: int = 0
    may_attach: bool = True
    middle: tuple[tuple[float, float], ...] = ()


def lon_lat(x_m, y_m):
    """Degrees of a point given in metres from the origin of the small worlds."""
    lon, lat = unproject([EAST_M + x_m], [NORTH_M + y_m], CRS)
    return float(lon[0]), float(lat[0])


def make_network(nodes, streets, barriers=(), profile="walk"):
    """Build a network from node positions in metres and streets between them."""
    xy = np.array(nodes, np.float64).reshape(-1, 2) + [EAST_M, NORTH_M]
    arcs = []
    for row, street in enumerate(streets):
        points = [xy[street.tail], *(np.add(p, (EAST_M, NORTH_M)) for p in street.middle)]
        points = np.array([*points, xy[street.head]])
        arcs.append((street.tail, street.head, row, points))
        if not street.is_oneway:
            arcs.append((street.head, street.tail, row, points[::-1]))
    tail, head, row = np.array([arc[:3] for arc in arcs], np.int32).reshape(-1, 3).T.copy()
    order = sort_arcs(len(xy), tail, head)
    rank = np.empty(len(arcs), np.int32)
    rank[order.arc_of_input] = np.arange(len(arcs), dtype=np.int32)
    twin = np.full(len(arcs), NO_ARC, np.int32)
    for arc in range(len(arcs) - 1):
        if row[arc] == row[arc + 1]:
            twin[rank[arc]], twin[rank[arc + 1]] = rank[arc + 1], rank[arc]
    chosen = [arcs[each] for each in order.arc_of_input]
    of_arc = [streets[arc[2]] for arc in chosen]
    shapes = [arc[3] for arc in chosen]
    steps = [np.hypot(*np.diff(shape, axis=0).T) for shape in shapes]
    step_ms = [np.rint(s / street.kmh * 3600) for s, street in zip(steps, of_arc, strict=True)]
    points = np.concatenate([*shapes, np.empty((0, 2))])
    weight_ms = np.array([each.sum() for each in step_ms], np.int32)
    point_ms = [np.concatenate([[0], each.cumsum()]) for each in step_ms]
    lon, lat = unproject(xy[:, 0], xy[:, 1], CRS)
    point_lon, point_lat = unproject(points[:, 0], points[:, 1], CRS)
    lines = [shapely.LineString(np.add(b, (EAST_M, NORTH_M))) for b in barriers]
    return Network(
        graph=Graph(order.first_out, head[order.arc_of_input], weight_ms),
        profile=read_profile(profile),
        osm_node=np.arange(1, len(xy) + 1, dtype=np.int64),
        lon_deg=lon,
        lat_deg=lat,
        x_m=xy[:, 0].copy(),
        y_m=xy[:, 1].copy(),
        crs=CRS,
        twin_of_arc=twin,
        way_of_arc=np.array([s.way or 1 + arc[2] for s, arc in zip(of_arc, chosen, strict=True)]),
        length_m=np.array([each.sum() for each in steps], np.float64),
        local_ms=weight_ms.copy(),
        waiting_ms=np.zeros_like(weight_ms),
        is_limited=np.zeros(weight_ms.size, np.bool_),
        first_point=np.cumsum([0, *(len(shape) for shape in shapes)]).astype(np.int32),
        point_lon_deg=point_lon,
        point_lat_deg=point_lat,
        point_x_m=points[:, 0].copy(),
        point_y_m=points[:, 1].copy(),
        point_ms=np.concatenate([*point_ms, []]).astype(np.int32),
        may_attach=np.array([street.may_attach for street in of_arc], np.bool_),
        class_of_arc=np.array(["residential"] * len(arcs), str),
        name_of_way={},
        barriers=np.array(lines, object),
        water=np.empty(0, object),
        provenance=Provenance("hand-made", "", "", "", "", {}, is_schematic=False),
    )


def grid_network(columns, rows, block_m=100.0, **options):
    """A grid of two-way streets; node `row * columns + column` stands at their crossing."""
    nodes = [(column * block_m, row * block_m) for row in range(rows) for column in range(columns)]
    streets = [
        Street(row * columns + column, row * columns + column + step)
        for row in range(rows)
        for column in range(columns)
        for step, fits in ((1, column + 1 < columns), (columns, row + 1 < rows))
        if fits
    ]
    return make_network(nodes, streets, **options)
