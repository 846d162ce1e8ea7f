"""Main roads by waypoints, and the country roads between neighbouring towns."""

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from scipy.spatial import Delaunay
from shapely import LineString, Point, STRtree

from .facts import Town, position, read_waypoints
from .lines import LevelPoints, Way, cut
from .names import of_place
from .obstacles import Obstacles, bridge_stretches, crossings_of, split_crossings
from .plane import Points, points_of, smooth, with_vertices

MAIN_CLASSES = frozenset({"trunk", "primary", "secondary"})
LONGEST_COUNTRY_ROAD_M = 9_500.0
BESIDE_M, BESIDE_SHARE = 260.0, 0.55
BRIDGE_GAP_M = 1_400.0


@dataclass(slots=True)
class Road:
    """A road from end to end, before it is cut into ways."""

    key: str
    road_class: str
    tags: dict[str, str]
    line: LineString
    places: list[float] = field(default_factory=list)
    terminals: list[float] = field(default_factory=list)
    pieces: list[Way] = field(default_factory=list)


def main_roads(folder: Path, towns: list[Town], hubs: Points) -> list[Road]:
    """Return the roads of `roads.csv`; a waypoint that names a place is its hub."""
    hub_of_name = {town.name: hub for town, hub in zip(towns, hubs, strict=True)}
    roads = []
    for key, rows in read_waypoints(folder, "roads", "road").items():
        points = [hub_of_name[row["place"]] if row["place"] else position(row) for row in rows]
        line = smooth(np.vstack(points), 80.0, 3.0)
        tags = {"name": rows[0]["name"], "ref": rows[0]["ref"]}
        roads.append(Road(key, rows[0]["class"], tags, line))
    return roads


def country_roads(
    towns: list[Town],
    hubs: Points,
    roads: list[Road],
    obstacles: Obstacles,
    rng: np.random.Generator,
) -> list[Road]:
    """Return roads along the Gabriel graph of the hubs, where no main road runs beside.

    None crosses water within `BRIDGE_GAP_M` of another bridge.
    """
    bridged: dict[int, list[float]] = {}
    for road in roads:
        _spans_far_enough(road.line, obstacles, bridged, gap_m=0.0)
    main = STRtree([shapely.buffer(road.line, BESIDE_M) for road in roads])
    found = []
    for i, j in gabriel_pairs(hubs):
        vector = hubs[j] - hubs[i]
        length_m = float(np.hypot(*vector))
        bend = rng.uniform(-0.08, 0.08, 2)
        if length_m > LONGEST_COUNTRY_ROAD_M:
            continue
        normal = np.array([-vector[1], vector[0]])
        inner = [hubs[i] + vector * t + normal * b for t, b in zip((0.33, 0.67), bend, strict=True)]
        line = smooth(np.vstack([hubs[i], *inner, hubs[j]]), 90.0, 3.0)
        near = [main.geometries[n] for n in main.query(line, predicate="intersects")]
        beside = shapely.intersection(line, shapely.union_all(near)).length if near else 0.0
        if beside > BESIDE_SHARE * line.length:
            continue
        if not _spans_far_enough(line, obstacles, bridged, gap_m=BRIDGE_GAP_M):
            continue
        is_busy = min(towns[i].population or 5000, towns[j].population or 5000) > 2500
        name = of_place("Route", towns[j].name)
        road_class = "tertiary" if is_busy else "unclassified"
        found.append(Road(f"c{i}-{j}", road_class, {"name": name}, line))
    return found


def _spans_far_enough(
    line: LineString, obstacles: Obstacles, bridged: dict[int, list[float]], *, gap_m: float
) -> bool:
    """Note where a line crosses water, unless a known bridge is nearer than the gap."""
    places = []
    for c in crossings_of(line, obstacles):
        item = obstacles.items[c.obstacle]
        if item.kind in ("canal", "river"):
            places.append((c.obstacle, item.line.project(line.interpolate(c.place_m))))
    if any(abs(at - known) < gap_m for n, at in places for known in bridged.get(n, [])):
        return False
    for n, at in places:
        bridged.setdefault(n, []).append(at)
    return True


def gabriel_pairs(hubs: Points) -> list[tuple[int, int]]:
    """Return the pairs of points whose common circle holds no third point, sorted."""
    corners = Delaunay(hubs).simplices
    pairs = {
        tuple(sorted((int(t[a]), int(t[b])))) for t in corners for a, b in ((0, 1), (1, 2), (0, 2))
    }
    kept = []
    for i, j in sorted(pairs):
        middle = (hubs[i] + hubs[j]) / 2
        distance = np.hypot(*(hubs - middle).T)
        distance[[i, j]] = np.inf
        if distance.min() >= np.hypot(*(hubs[i] - middle)) * 0.98:
            kept.append((i, j))
    return kept


def own_crossing(
    road: Road, obstacles: Obstacles, key: str, nth: int
) -> tuple[Point, list[float]] | None:
    """Return where a road crosses a motorway, and its terminals on both sides of the bridge."""
    crossings = crossings_of(road.line, obstacles)
    mine = [c for c in crossings if obstacles.items[c.obstacle].key == key]
    if len(mine) <= nth:
        return None
    at = mine[nth].place_m
    bridges, _ = split_crossings(crossings, obstacles, road.road_class)
    for start, end in bridge_stretches(bridges, road.line.length):
        if start <= at <= end:
            places = [start - 45.0, end + 45.0]
            places = [min(max(place, 1.0), road.line.length - 1.0) for place in places]
            return road.line.interpolate(at), places
    return None


def cut_roads(roads: list[Road], obstacles: Obstacles) -> LevelPoints:
    """Cut each road into ways on the ground and on bridges; return the level crossings."""
    levels: LevelPoints = {}
    for road in roads:
        crossings = [
            c
            for c in crossings_of(road.line, obstacles)
            if not (
                obstacles.items[c.obstacle].kind == "ramp"
                and any(abs(c.place_m - t) < 4.0 for t in road.terminals)
            )
        ]
        bridges, on_level = split_crossings(crossings, obstacles, road.road_class)
        for c in on_level:
            road.places.append(c.place_m)
            levels.setdefault(c.obstacle, []).append(road.line.interpolate(c.place_m).coords[0])
        line = with_vertices(road.line, [*road.places, *road.terminals])
        tags = {"highway": road.road_class} | road.tags
        for piece, is_bridge in cut(line, bridge_stretches(bridges, line.length)):
            on_top = {"bridge": "yes", "layer": "1"} if is_bridge else {}
            road.pieces.append(Way(piece, tags | on_top, is_ground_street=not is_bridge))
    return levels


def cut_at_edge(ways: list[Way], built_up: shapely.Geometry) -> list[Way]:
    """Cut ground roads where they enter or leave a built-up area, and tag the limits."""
    shapely.prepare(built_up)
    edge = built_up.boundary
    done = []
    for way in ways:
        meets = points_of(shapely.intersection(way.line, edge)) if way.is_ground_street else []
        places = [way.line.project(p) for p in meets]
        stops = [
            0.0,
            *sorted(s for s in places if 12.0 < s < way.line.length - 12.0),
            way.line.length,
        ]
        stops = [stops[0], *(b for a, b in pairwise(stops) if b - a > 12.0)]
        stops[-1] = way.line.length
        for start, end in pairwise(stops):
            line = shapely.ops.substring(way.line, start, end)
            is_urban = shapely.contains_xy(
                built_up, *line.interpolate(0.5, normalized=True).coords[0]
            )
            done.append(
                Way(
                    line, way.tags | limit_tags(way.tags["highway"], is_urban), way.is_ground_street
                )
            )
    return done


def limit_tags(road_class: str, is_urban: bool) -> dict[str, str]:
    """Return ordinary tags of the speed limit of a road."""
    if is_urban:
        return {"maxspeed": "50", "source:maxspeed": "FR:urban", "lit": "yes"}
    if road_class == "trunk":
        return {"maxspeed": "90", "source:maxspeed": "sign"}
    return {"maxspeed": "80", "source:maxspeed": "FR:rural"}
