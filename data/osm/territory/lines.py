"""Waterways and railways: cut at bridges and locks, ready to be written."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from shapely import LineString, Point
from shapely.ops import substring

from .facts import position, positions, read_table, read_waypoints
from .obstacles import Crossing, Obstacle, Obstacles, bridge_stretches, crossings_of
from .plane import smooth, with_vertices

# Who passes over whom; the higher one gets the bridge.
LEVEL_OF_KIND = {"canal": 0, "river": 0, "rail": 1, "motorway": 2, "express": 3, "lgv": 4}
STEP_M = {"canal": 120.0, "river": 70.0, "rail": 120.0, "lgv": 200.0}
TOLERANCE_M = 2.5

# Points of level crossings by the row of the railway among the obstacles.
LevelPoints: TypeAlias = dict[int, list[tuple[float, float]]]


@dataclass(slots=True)
class Way:
    """A line to be written as one way; `layer` 0 is the ground, where streets meet."""

    line: LineString
    tags: dict[str, str]
    is_ground_street: bool = False


def read_lines(folder: Path) -> list[Obstacle]:
    """Return every line of `lines.csv` as a smooth curve."""
    lines = []
    for key, rows in read_waypoints(folder, "lines", "line").items():
        kind = rows[0]["kind"]
        curve = smooth(positions(rows), STEP_M.get(kind, 150.0), TOLERANCE_M)
        lines.append(Obstacle(kind, key, rows[0]["name"], curve))
    return lines


def is_over(kind: str, index: int, other: Obstacle, other_index: int) -> bool:
    """Say whether the line at `index` passes over another; a later line over an earlier one."""
    mine, its = LEVEL_OF_KIND[kind], LEVEL_OF_KIND[other.kind]
    return mine > its or (mine == its and mine > 0 and index > other_index)


def cut(line: LineString, stretches: list[tuple[float, float]]) -> list[tuple[LineString, bool]]:
    """Cut a line into stretches inside (True) and outside (False) of the given ones."""
    pieces, at = [], 0.0
    for start, end in stretches:
        if start - at > 0.5:
            pieces.append((substring(line, at, start), False))
        pieces.append((substring(line, max(at, start), end), True))
        at = end
    if line.length - at > 0.5:
        pieces.append((substring(line, at, line.length), False))
    return pieces


def over_others(
    line: LineString, index: int, obstacles: Obstacles, without: frozenset[str] = frozenset()
) -> list[Crossing]:
    """Return the crossings where an obstacle's own line is on a bridge."""
    kind = obstacles.items[index].kind
    return [
        c
        for c in crossings_of(
            line, obstacles, without=without | frozenset({obstacles.items[index].key})
        )
        if obstacles.items[c.obstacle].kind in LEVEL_OF_KIND
        and is_over(kind, index, obstacles.items[c.obstacle], c.obstacle)
    ]


def rail_ways(
    obstacles: Obstacles, levels: LevelPoints, stations: list[tuple[float, float]]
) -> list[Way]:
    """Return the railways, with vertices at level crossings and stations."""
    ways = []
    for index, item in enumerate(obstacles.items):
        if item.kind not in ("rail", "lgv"):
            continue
        points = [at for at in stations if item.line.distance(Point(at)) < 40.0]
        line = through_points(item.line, [*points, *levels.get(index, [])])
        tags = {
            "railway": "rail",
            "name": item.name,
            "usage": "main",
            "electrified": "contact_line",
        }
        if item.kind == "lgv":
            tags |= {"highspeed": "yes", "maxspeed": "300"}
        stretches = bridge_stretches(over_others(line, index, obstacles), line.length)
        for piece, is_bridge in cut(line, stretches):
            ways.append(Way(piece, tags | ({"bridge": "yes", "layer": "1"} if is_bridge else {})))
    return ways


def through_points(line: LineString, points: list[tuple[float, float]]) -> LineString:
    """Return the line with a vertex at exactly each of the points, which lie on it or beside it."""
    coords = np.array(with_vertices(line, [line.project(Point(p)) for p in points]).coords)
    for point in points:
        coords[np.argmin(np.hypot(*(coords - point).T))] = point
    return LineString(coords)


def water_ways(
    folder: Path, obstacles: Obstacles
) -> tuple[list[Way], list[tuple[Point, dict[str, str]]]]:
    """Return canals and rivers cut at their locks, and the gates and locks as points."""
    ways: list[Way] = []
    points: list[tuple[Point, dict[str, str]]] = []
    locks = [row for row in read_table(folder, "locks") if row["in_extract"] == "yes"]
    for item in obstacles.items:
        if item.kind not in ("canal", "river"):
            continue
        tags = {"waterway": item.kind, "name": item.name, "boat": "yes"}
        tags |= WATER_TAGS[item.key]
        stretches, rows = [], []
        for row in locks:
            if row["line"] == item.key:
                place_m = item.line.project(Point(position(row)))
                half_m = float(row["length_m"]) / 2
                place_m = min(max(place_m, half_m + 8.0), item.line.length - half_m - 8.0)
                stretches.append((place_m - half_m, place_m + half_m))
                rows.append(row)
        order = sorted(range(len(rows)), key=lambda i: stretches[i])
        inside = iter([rows[i] for i in order])
        for piece, is_lock in cut(item.line, [stretches[i] for i in order]):
            if not is_lock:
                ways.append(Way(piece, tags))
                continue
            row = next(inside)
            ways.append(Way(piece, tags | lock_tags(row)))
            ends = (piece.coords[0], piece.coords[-1])
            points += [(Point(end), {"waterway": "lock_gate"}) for end in ends]
    return ways, points


# The Dunkerque-Escaut link takes longer vessels than class Va grants: its reaches carry the size
# that public descriptions give its locks, and each lock its own.
LINK_SIZE = "public descriptions of the link: locks of 144.6 x 12 m"
LINK_TAGS = {
    "CEMT": "Va",
    "usage": "transportation",
    "maxlength": "144.6",
    "maxwidth": "12.0",
    "source:maxlength": LINK_SIZE,
    "source:maxwidth": LINK_SIZE,
}
WATER_TAGS = {
    "aire": LINK_TAGS,
    "deule_n": LINK_TAGS,
    "deule_s": LINK_TAGS,
    "sensee": LINK_TAGS,
    "lens": {"CEMT": "I"},
    "scarpe_sup": {"CEMT": "I"},
    "scarpe_inf": {"CEMT": "I"},
    "lys": {"CEMT": "I"},
}


def lock_tags(row: dict[str, str]) -> dict[str, str]:
    """Return the tags of a lock; where sources disagree the other size is in the note."""
    tags = {
        "lock": "yes",
        "lock_name": row["name"],
        "maxlength": row["length_m"],
        "maxwidth": row["width_m"],
        "source:maxlength": row["source"],
        "source:maxwidth": row["source"],
    }
    if row["other_length_m"]:
        tags["note"] = (
            f"other value: {row['other_length_m']} x {row['other_width_m']} m"
            f" ({row['other_source']})"
        )
    return tags
