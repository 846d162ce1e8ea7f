"""Motorways and expressways: two carriageways, diamonds at roads, links between each other."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.ops import substring

from .lines import Way, cut, over_others
from .obstacles import Obstacle, Obstacles, bridge_stretches, crossings_of
from .plane import direction_at, points_of, with_vertices

HALF_GAP_M = 11.0
RAMP_M, JUNCTION_M = 420.0, 520.0


@dataclass(slots=True)
class Carriageway:
    """One direction of a motorway; `places` are the vertices that ramps need."""

    index: int
    line: LineString
    places: list[float]


def carriageways(obstacles: Obstacles) -> list[Carriageway]:
    """Return both directions of each motorway and expressway; they meet at the ends."""
    found = []
    for index, item in enumerate(obstacles.items):
        if item.kind not in ("motorway", "express"):
            continue
        first, last = item.line.coords[0], item.line.coords[-1]
        middle = substring(item.line, 150.0, item.line.length - 150.0)
        right = np.asarray(middle.offset_curve(-HALF_GAP_M).coords)
        left = np.asarray(middle.offset_curve(HALF_GAP_M).coords)
        found.append(Carriageway(index, LineString(np.vstack([[first], right, [last]])), []))
        found.append(Carriageway(index, LineString(np.vstack([[last], left[::-1], [first]])), []))
    return found


def ramp_pair(
    carriageway: Carriageway, crossing: Point, terminal: Point
) -> tuple[LineString, LineString]:
    """Return the way off and the way on of one direction, both at the same point of the road."""
    line = carriageway.line
    place_m = line.project(crossing)
    before = max(160.0, place_m - RAMP_M)
    after = min(line.length - 160.0, place_m + RAMP_M)
    carriageway.places += [before, after]
    curves = []
    for end_m, is_off in ((before, True), (after, False)):
        start = np.array(line.interpolate(end_m).coords[0])
        along = direction_at(line, end_m) * (1 if is_off else -1)
        right = np.array([along[1], -along[0]]) * (1 if is_off else -1)
        stop = np.array(terminal.coords[0])
        control = start + along * 0.5 * abs(place_m - end_m) + right * 34.0
        curve = bezier(start, control, stop)
        curves.append(LineString(curve if is_off else curve[::-1]))
    return curves[0], curves[1]


def bezier(start: np.ndarray, control: np.ndarray, stop: np.ndarray) -> np.ndarray:
    """Return a quadratic curve of seven points."""
    t = np.linspace(0.0, 1.0, 7)[:, None]
    return (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * stop


def junction_links(pair: list[list[Carriageway]], crossing: Point) -> list[tuple[LineString, bool]]:
    """Return the eight links of two motorways that cross; True for those that pass over."""
    links = []
    for mine, other in ((pair[0], pair[1]), (pair[1], pair[0])):
        for way_in in mine:
            for way_out in other:
                start_m = way_in.line.project(crossing) - JUNCTION_M
                stop_m = way_out.line.project(crossing) + JUNCTION_M
                if start_m < 200.0 or stop_m > way_out.line.length - 200.0:
                    continue
                start = np.array(way_in.line.interpolate(start_m).coords[0])
                stop = np.array(way_out.line.interpolate(stop_m).coords[0])
                a, b = direction_at(way_in.line, start_m), direction_at(way_out.line, stop_m)
                is_left = a[0] * b[1] - a[1] * b[0] > 0
                way_in.places.append(start_m)
                way_out.places.append(stop_m)
                control = np.array(crossing.coords[0])
                side = (start + stop) / 2 - control
                control = control + side * (0.15 if is_left else 0.3)
                links.append((LineString(bezier(start, control, stop)), is_left))
    return links


def crossing_motorways(obstacles: Obstacles) -> list[tuple[int, int, Point]]:
    """Return the pairs of motorways that cross, and where."""
    rows = [i for i, item in enumerate(obstacles.items) if item.kind == "motorway"]
    pairs = []
    for n, i in enumerate(rows):
        for j in rows[n + 1 :]:
            meet = shapely.intersection(obstacles.items[i].line, obstacles.items[j].line)
            pairs += [(i, j, point) for point in points_of(meet)]
    return pairs


def motorway_ways(
    found: list[Carriageway], obstacles: Obstacles, refs: dict[str, str]
) -> list[Way]:
    """Return the carriageways, on bridges over water, railways and earlier motorways."""
    ways = []
    for carriageway in found:
        item = obstacles.items[carriageway.index]
        line = with_vertices(carriageway.line, carriageway.places)
        tags = {"name": item.name, "ref": refs[item.key], "oneway": "yes", "lanes": "2"}
        if item.kind == "motorway":
            tags |= {"highway": "motorway", "maxspeed": "130" if item.key != "a21" else "110"}
            tags |= {"toll": "yes"} if item.key == "a26" else {}
        else:
            tags |= {"highway": "trunk", "motorroad": "yes", "maxspeed": "110"}
            tags |= {"foot": "no", "bicycle": "no"}
        crossings = over_others(line, carriageway.index, obstacles)
        for piece, is_bridge in cut(line, bridge_stretches(crossings, line.length)):
            ways.append(Way(piece, tags | ({"bridge": "yes", "layer": "1"} if is_bridge else {})))
    return ways


def link_ways(
    links: list[tuple[LineString, bool, str]], obstacles: Obstacles, touched: list[frozenset[str]]
) -> list[Way]:
    """Return ramps and links, on bridges wherever they pass something that is not their own."""
    ways = []
    for (line, is_over_all, road_class), own in zip(links, touched, strict=True):
        tags = {"highway": road_class, "oneway": "yes"}
        if is_over_all:
            ways.append(Way(line, tags | {"bridge": "yes", "layer": "2"}))
            continue
        crossings = [
            c
            for c in crossings_of(line, obstacles, without=own)
            if obstacles.items[c.obstacle].kind != "ramp"
        ]
        for piece, is_bridge in cut(line, bridge_stretches(crossings, line.length)):
            ways.append(Way(piece, tags | ({"bridge": "yes", "layer": "1"} if is_bridge else {})))
    return ways


def ramp_obstacles(links: list[tuple[LineString, bool, str]]) -> list[Obstacle]:
    """Return ramps as obstacles that streets keep away from."""
    return [Obstacle("ramp", f"ramp{n}", "", line) for n, (line, _, _) in enumerate(links)]
