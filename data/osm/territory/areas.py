"""Communes as Voronoi cells of their centres: areas that are schematic and say so."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, MultiPoint, Polygon

from .facts import Town
from .plane import Key, Points, to_keys

REACH_M = 2_700.0


@dataclass(frozen=True, slots=True)
class Border:
    """One stretch of border: its nodes, and the rows of the towns on its sides (one or two)."""

    keys: tuple[Key, ...]
    towns: tuple[int, ...]


def commune_areas(towns: list[Town], hubs: Points) -> dict[int, Polygon]:
    """Return the area of each commune of the territory, by row."""
    own = [t for t, town in enumerate(towns) if not town.is_neighbour]
    discs = shapely.union_all(shapely.buffer(shapely.points(hubs[own]), REACH_M))
    outer = shapely.buffer(shapely.buffer(discs, 1_500.0), -1_500.0).simplify(120.0)
    outer = shapely.union_all([Polygon(p.exterior) for p in shapely.get_parts(outer)])
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(hubs), extend_to=outer))
    tree = shapely.STRtree(cells)
    areas = {}
    for t in own:
        hub = shapely.points(hubs[t])
        cell = cells[tree.query(hub, predicate="within")[0]]
        parts = shapely.get_parts(shapely.intersection(cell, outer))
        areas[t] = next(p for p in parts if p.covers(hub))
    return areas


def borders(areas: dict[int, Polygon]) -> list[Border]:
    """Return the borders, each once: where two communes touch, both share it."""
    owners: dict[tuple[Key, Key], list[int]] = {}
    for t, area in sorted(areas.items()):
        keys = to_keys(area.exterior.coords)
        for a, b in pairwise(keys):
            if a != b:
                owners.setdefault((min(a, b), max(a, b)), []).append(t)
    segments: dict[tuple[int, ...], list[tuple[Key, Key]]] = {}
    for segment, sides in sorted(owners.items()):
        segments.setdefault(tuple(sides), []).append(segment)
    found = []
    for sides in sorted(segments):
        pieces = shapely.multilinestrings([LineString(s) for s in segments[sides]])
        for line in shapely.get_parts(shapely.line_merge(pieces)):
            keys = tuple((int(x), int(y)) for x, y in line.coords)
            found.append(Border(keys, sides))
    return sorted(found, key=lambda b: (b.towns, b.keys))


def nearest_town(points: Points, hubs: Points) -> np.ndarray:
    """Return the row of the town whose cell each point lies in."""
    return np.asarray(cKDTree(hubs).query(points)[1])


def rings(built_up: shapely.Geometry) -> list[list[Key]]:
    """Return the closed outlines of the built-up areas, without their holes."""
    parts = [p for p in shapely.get_parts(built_up) if p.area > 60_000]
    shells = [to_keys(p.exterior.simplify(15.0).coords) for p in parts]
    return sorted(keys for keys in shells if len(keys) > 3)


def octagon(middle: Points, radius_m: float) -> list[Key]:
    """Return a closed ring of eight corners around a point."""
    turn = np.linspace(0, 2 * np.pi, 9)[:-1]
    keys = to_keys(middle + radius_m * np.column_stack([np.cos(turn), np.sin(turn)]))
    return [*keys, keys[0]]
