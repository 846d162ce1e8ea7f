"""Networks made by hand, whose times and distances are arithmetic.

Positions are metres east and north of a corner near Lens; every function takes them so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely

from artois_mobility._types import NO_ARC
from artois_mobility.graph import Graph, sort_arcs
from artois_mobility.network.geodesy import length_m, unproject
from artois_mobility.network.model import Network, Provenance
from artois_mobility.network.profile_keys import Profile
from artois_mobility.network.profiles import read_profile

CRS = "EPSG:2154"
CORNER_M = (684_000.0, 7_037_000.0)
BLOCK_M = 100.0
BLOCK_MS = 60_000

Position = tuple[float, float]


@dataclass(frozen=True)
class Street:
    """One stretch between two nodes: the time there, the time back (None: one-way)."""

    tail: int
    head: int
    ms: int
    back_ms: int | None = None
    via: tuple[Position, ...] = ()
    way: int = 0
    may_attach: bool = True
    kind: str = "residential"


def two_way(tail: int, head: int, ms: int, **columns) -> Street:
    return Street(tail, head, ms, ms, **columns)


def at(x_m: float, y_m: float) -> Position:
    """Longitude and latitude of a position."""
    lon_deg, lat_deg = unproject(np.array([CORNER_M[0] + x_m]), np.array([CORNER_M[1] + y_m]), CRS)
    return float(lon_deg[0]), float(lat_deg[0])


def line(*positions: Position) -> shapely.LineString:
    """A line in the metric system, for barriers."""
    return shapely.LineString([(CORNER_M[0] + x, CORNER_M[1] + y) for x, y in positions])


def cells_at(positions: Sequence[Position], population: float = 1.0) -> gpd.GeoDataFrame:
    """Residents at some positions, cells named by their row."""
    return gpd.GeoDataFrame(
        {
            "cell": [str(row) for row in range(len(positions))],
            "population": float(population),
            "commune": "",
        },
        geometry=[shapely.Point(at(*position)) for position in positions],
        crs="EPSG:4326",
    )


def sites_at(positions: Mapping[str, Position], category: str = "care/hospital"):
    """Sites with names at some positions."""
    return gpd.GeoDataFrame(
        {
            "site": list(positions),
            "category": category,
            "name": list(positions),
            "capacity": np.nan,
            "source": "test",
            "position_quality": "point",
            "entrances": [None] * len(positions),
        },
        geometry=[shapely.Point(at(*position)) for position in positions.values()],
        crs="EPSG:4326",
    )


def street_world(
    nodes: Sequence[Position],
    streets: Sequence[Street],
    *,
    barriers: Sequence[shapely.LineString] = (),
    profile: str | Profile = "walk",
) -> Network:
    """A network of these streets; way ids count from 1 where a street gives none."""
    arcs = _arcs(nodes, streets)
    order = sort_arcs(
        len(nodes),
        np.array([arc.tail for arc in arcs], np.int32),
        np.array([arc.head for arc in arcs], np.int32),
    )
    rank = np.argsort(order.arc_of_input)
    arcs_in_order = [arcs[row] for row in order.arc_of_input]
    twin = [NO_ARC if arc.twin is None else rank[arc.twin] for arc in arcs_in_order]
    shapes = [np.array(arc.shape) + CORNER_M for arc in arcs_in_order]
    counts = np.array([len(shape) for shape in shapes], int)
    points = np.concatenate([np.empty((0, 2)), *shapes])
    point_lon, point_lat = unproject(points[:, 0], points[:, 1], CRS)
    node_m = np.array(nodes, float).reshape(-1, 2) + CORNER_M
    node_lon, node_lat = unproject(node_m[:, 0], node_m[:, 1], CRS)
    weight_ms = np.array([arc.ms for arc in arcs_in_order], np.int32)
    first_point = np.concatenate([[0], counts.cumsum()]).astype(np.int32)
    steps = length_m(point_lon[:-1], point_lat[:-1], point_lon[1:], point_lat[1:])
    return Network(
        graph=Graph(
            order.first_out, np.array([arc.head for arc in arcs_in_order], np.int32), weight_ms
        ),
        profile=read_profile(profile) if isinstance(profile, str) else profile,
        osm_node=np.arange(1, len(nodes) + 1, dtype=np.int64),
        lon_deg=node_lon,
        lat_deg=node_lat,
        x_m=node_m[:, 0].copy(),
        y_m=node_m[:, 1].copy(),
        crs=CRS,
        twin_of_arc=np.array(twin, np.int32),
        way_of_arc=np.array([arc.way for arc in arcs_in_order], np.int64),
        length_m=np.array([steps[a : b - 1].sum() for a, b in pairwise(first_point)]),
        local_ms=weight_ms.copy(),
        waiting_ms=np.zeros_like(weight_ms),
        is_limited=np.zeros(weight_ms.size, np.bool_),
        first_point=first_point,
        point_lon_deg=point_lon,
        point_lat_deg=point_lat,
        point_x_m=points[:, 0].copy(),
        point_y_m=points[:, 1].copy(),
        point_ms=np.concatenate(
            [np.empty(0, np.int32)]
            + [_spread(shape, arc.ms) for shape, arc in zip(shapes, arcs_in_order, strict=True)]
        ),
        may_attach=np.array([arc.may_attach for arc in arcs_in_order], bool),
        class_of_arc=np.array([arc.kind for arc in arcs_in_order], "U16"),
        name_of_way={},
        barriers=np.array(barriers, object),
        water=np.empty(0, object),
        provenance=Provenance("streets.osm.pbf", "0" * 64, "", "0", "0" * 64, {}, False),
    )


def grid_world(
    columns: int,
    rows: int,
    *,
    block_m: float = BLOCK_M,
    block_ms: int = BLOCK_MS,
    barriers: Sequence[shapely.LineString] = (),
    profile: str | Profile = "walk",
) -> Network:
    """A grid of two-way streets; node `row * columns + column`, `block_ms` per block.

    From (column, row) to (column', row') one needs (|dc| + |dr|) * block_ms.
    """
    nodes = [(column * block_m, row * block_m) for row in range(rows) for column in range(columns)]
    streets = [
        two_way(row * columns + column, row * columns + column + 1, block_ms)
        for row in range(rows)
        for column in range(columns - 1)
    ] + [
        two_way(row * columns + column, (row + 1) * columns + column, block_ms)
        for row in range(rows - 1)
        for column in range(columns)
    ]
    return street_world(nodes, streets, barriers=barriers, profile=profile)


def with_streets(network: Network, **columns) -> Network:
    """The same network with some columns replaced."""
    return replace(network, **columns)


@dataclass(frozen=True)
class _Arc:
    tail: int
    head: int
    ms: int
    shape: list[Position]
    way: int
    may_attach: bool
    kind: str
    twin: int | None


def _arcs(nodes: Sequence[Position], streets: Sequence[Street]) -> list[_Arc]:
    arcs: list[_Arc] = []
    for row, street in enumerate(streets):
        shape = [nodes[street.tail], *street.via, nodes[street.head]]
        rest = (street.way or row + 1, street.may_attach, street.kind)
        here, is_two_way = len(arcs), street.back_ms is not None
        twin = here + 1 if is_two_way else None
        arcs.append(_Arc(street.tail, street.head, street.ms, shape, *rest, twin))
        if is_two_way:
            arcs.append(_Arc(street.head, street.tail, street.back_ms, shape[::-1], *rest, here))
    return arcs


def _spread(shape, ms):
    lengths = np.concatenate([[0.0], np.hypot(*np.diff(shape, axis=0).T).cumsum()])
    share = lengths / lengths[-1] if lengths[-1] else np.linspace(0, 1, len(shape))
    return np.floor(share * ms + 1e-6).astype(np.int32)
