"""More ways across for local streets, and loose ends joined to the rest."""

import numpy as np
import shapely
from scipy.spatial import cKDTree
from shapely import LineString, Point

from .areas import nearest_town
from .lines import LevelPoints, Way, cut
from .noding import KeyedWay, street_parts, strong_parts
from .obstacles import Obstacles, bridge_stretches, crossings_of
from .plane import Key, Points, direction_at, from_keys, with_vertices

GAP_M = {
    "canal": 2200.0,
    "river": 1200.0,
    "motorway": 750.0,
    "express": 800.0,
    "rail": 480.0,
    "lgv": 900.0,
}
REACH_M, SEAM_M = 150.0, 170.0
CAR_CLASSES = frozenset(
    {"primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service"}
)


def car_streets(ways: list[KeyedWay]) -> list[KeyedWay]:
    """Return the streets on the ground that cars, bicycles and walkers share."""
    return [w for w in ways if w.is_ground_street and w.tags["highway"] in CAR_CLASSES]


def extra_crossings(
    ways: list[KeyedWay], obstacles: Obstacles, levels: LevelPoints, known: dict[int, list[float]]
) -> list[Way]:
    """Return small bridges and level crossings where streets end on both sides of an obstacle."""
    keys = sorted(
        {key for way in car_streets(ways) for key in (way.keys[0], way.keys[-1], *way.keys)}
    )
    points = from_keys(keys)
    tree = cKDTree(points)
    found: list[Way] = []
    for index, item in enumerate(obstacles.items):
        if item.kind not in GAP_M:
            continue
        taken = list(known.get(index, []))
        for place_m in np.arange(100.0, item.line.length - 100.0, 50.0):
            if taken and min(abs(place_m - t) for t in taken) < GAP_M[item.kind]:
                continue
            line = _straight_across(item.line, float(place_m), points, tree)
            if line is None:
                continue
            ways_here = _bridge_or_level(line, index, obstacles, levels, count=len(found))
            if ways_here:
                found += ways_here
                taken.append(float(place_m))
    return found


def _straight_across(
    line: LineString, place_m: float, points: Points, tree: cKDTree
) -> LineString | None:
    middle = np.array(line.interpolate(place_m).coords[0])
    along = direction_at(line, place_m)
    near = np.array(sorted(tree.query_ball_point(middle, REACH_M)), dtype=np.int64)
    if near.size < 2:
        return None
    offset = points[near] - middle
    across = along[0] * offset[:, 1] - along[1] * offset[:, 0]
    shift = np.abs(offset @ along)
    left, right = near[(across > 20) & (shift < 60)], near[(across < -20) & (shift < 60)]
    if not left.size or not right.size:
        return None
    size = np.hypot(*(points[left][:, None] - points[right][None]).transpose(2, 0, 1))
    a, b = np.unravel_index(np.argmin(size), size.shape)
    return LineString([points[left[a]], points[right[b]]])


def _bridge_or_level(
    line: LineString, index: int, obstacles: Obstacles, levels: LevelPoints, *, count: int
) -> list[Way]:
    crossings = crossings_of(line, obstacles)
    kinds = [obstacles.items[c.obstacle].kind for c in crossings]
    if not crossings or "ramp" in kinds or len(crossings) > 3:
        return []
    tags = {"highway": "residential", "maxspeed": "50", "source:maxspeed": "FR:urban"}
    if kinds == ["rail"] and count % 3:
        point = line.interpolate(crossings[0].place_m)
        levels.setdefault(index, []).append(point.coords[0])
        line = LineString([line.coords[0], point.coords[0], line.coords[-1]])
        return [Way(line, tags, is_ground_street=True)]
    stretches = bridge_stretches(crossings, line.length)
    if len(stretches) != 1 or stretches[0][0] < 6.5 or stretches[0][1] > line.length - 6.5:
        return []
    if kinds[0] in ("canal", "rail") and count % 4 == 1:
        tags = {
            "highway": "footway" if count % 8 == 1 else "cycleway",
            "foot": "yes",
            "bicycle": "yes",
        }
    return [
        Way(piece, tags | ({"bridge": "yes", "layer": "1"} if on_top else {}), not on_top)
        for piece, on_top in cut(line, stretches)
    ]


def join_loose(ways: list[KeyedWay], obstacles: Obstacles, *, reach_m: float = 420.0) -> list[Way]:
    """Return short streets that join the smaller connected parts to the others."""
    shared = [
        w for w in ways if w.tags.get("highway", "") in CAR_CLASSES and "oneway" not in w.tags
    ]
    parts = street_parts([w for w in ways if w.tags.get("highway", "") in CAR_CLASSES | {"trunk"}])
    keys = sorted({k for w in shared if w.is_ground_street for k in w.keys if k in parts})
    points, part = from_keys(keys), np.array([parts[k] for k in keys])
    joins = []
    for p in range(1, int(part.max()) + 1):
        mine, others = np.flatnonzero(part == p), np.flatnonzero(part != p)
        if mine.size < 2:
            continue
        gap, other = cKDTree(points[others]).query(points[mine], k=6, distance_upper_bound=reach_m)
        order = np.argsort(gap, axis=None, kind="stable")
        for n in order[:40]:
            i, j = np.unravel_index(n, gap.shape)
            if not np.isfinite(gap[i, j]):
                break
            line = LineString([points[mine[i]], points[others[other[i, j]]]])
            if not obstacles.near(line):
                joins.append(Way(line, {"highway": "unclassified"}, is_ground_street=True))
                break
    return joins


def seams(ways: list[KeyedWay], hubs: Points, obstacles: Obstacles) -> list[Way]:
    """Return short streets between neighbouring towns whose grids almost touch."""
    local = [w for w in car_streets(ways) if w.tags["highway"] == "residential"]
    ends = sorted({key for w in local for key in (w.keys[0], w.keys[-1])})
    keys = sorted({key for w in local for key in w.keys})
    points, others = from_keys(ends), from_keys(keys)
    town, town_of_other = nearest_town(points, hubs), nearest_town(others, hubs)
    tree = cKDTree(others)
    found: list[Way] = []
    taken: list[Points] = []
    for i, point in enumerate(points):
        if taken and np.hypot(*(np.array(taken) - point).T).min() < 120.0:
            continue
        gaps, rows = tree.query(point, k=40, distance_upper_bound=SEAM_M)
        for gap, row in zip(gaps, rows, strict=True):
            if not np.isfinite(gap):
                break
            if gap < 25.0 or town_of_other[row] == town[i]:
                continue
            line = LineString([point, others[row]])
            if not obstacles.near(line):
                tags = {"highway": "residential", "maxspeed": "50", "source:maxspeed": "FR:urban"}
                found.append(Way(line, tags, is_ground_street=True))
                taken.append(point)
                break
    return found


def drop_loose(ways: list[KeyedWay]) -> list[KeyedWay]:
    """Leave out streets that nothing joins to the main part, and empty one-way traps."""
    streets = [w for w in ways if "highway" in w.tags]
    parts = street_parts(streets)
    kept = [w for w in ways if "highway" not in w.tags or parts[w.keys[0]] == 0]
    for _ in range(20):
        for_cars = [w for w in kept if is_for_cars(w)]
        strong = strong_parts(for_cars)
        trapped = [
            w
            for w in for_cars
            if w.tags.get("oneway") == "yes"
            and w.tags["highway"] in CAR_CLASSES
            and any(strong[key] for key in w.keys)
        ]
        if not trapped:
            break
        for way in trapped:
            way.tags = {k: v for k, v in way.tags.items() if not k.startswith("oneway")}
    for belongs in (is_for_cars, is_for_mopeds):
        strong = strong_parts([w for w in kept if belongs(w)])
        kept = [w for w in kept if not belongs(w) or all(strong[key] == 0 for key in w.keys)]
    return kept


def is_for_cars(way: KeyedWay) -> bool:
    """Say whether cars may use a way."""
    closed = {"footway", "path", "cycleway", "steps"}
    return "highway" in way.tags and way.tags["highway"] not in closed


def is_for_mopeds(way: KeyedWay) -> bool:
    """Say whether mopeds may use a way: what cars may, but for motorways and trunk roads."""
    return is_for_cars(way) and not way.tags["highway"].startswith(("motorway", "trunk"))


def stub_to(
    at: Points,
    ways_index: tuple[list[Key], Points, cKDTree],
    obstacles: Obstacles,
    *,
    short_m: float,
) -> LineString | None:
    """Return the way from a point to the nearest node of a street in its sight, or None."""
    keys, points, tree = ways_index
    gaps, rows = tree.query(at, k=min(300, len(keys)))
    for gap, row in zip(gaps, rows, strict=True):
        line = LineString([points[row], at])
        if (
            gap > short_m + 5.0
            and not obstacles.tree.query(line, predicate="dwithin", distance=6.0).size
        ):
            return LineString([points[row], line.interpolate(line.length - short_m)])
    return None


def street_index(ways: list[KeyedWay]) -> tuple[list[Key], Points, cKDTree]:
    """Return the nodes of streets that places may be joined to, with an index."""
    keys = sorted({k for w in car_streets(ways) for k in w.keys})
    points = from_keys(keys)
    return keys, points, cKDTree(points)


def towpaths(obstacles: Obstacles, bridges: list[Way], which: dict[str, float]) -> list[Way]:
    """Return paths beside canals, with ramps and a few steps up to the bridges."""
    found: list[Way] = []
    ends = [(Point(b.line.coords[n]), b) for b in bridges for n in (0, -1)]
    for item in obstacles.items:
        if item.key not in which:
            continue
        side_m = which[item.key]
        path = item.line.offset_curve(side_m).simplify(1.0)
        others = [
            o.line for o in obstacles.items if o.kind in ("canal", "river") and o.key != item.key
        ]
        clear = shapely.difference(
            path, shapely.union_all([shapely.buffer(o, 26.0) for o in others])
        )
        parts = [p for p in shapely.get_parts(clear) if p.length > 300.0]
        for part in parts:
            places, ramps = [], []
            for end, _ in ends:
                gap = part.distance(end)
                sight = LineString([part.interpolate(part.project(end)), end])
                if gap < 45.0 and sight.length > 2 and not obstacles.near(sight):
                    places.append(part.project(end))
                    ramps.append(end)
            for n, (place_m, end) in enumerate(zip(places, ramps, strict=True)):
                foot = part.interpolate(place_m)
                tags = {"highway": "footway", "foot": "yes", "bicycle": "yes"}
                if n % 7 == 6:
                    tags = {"highway": "steps", "step_count": "24"}
                found.append(Way(LineString([foot, end]), tags, is_ground_street=True))
            tags = {
                "highway": "cycleway" if item.key in ("aire", "lens") else "path",
                "towpath": "yes",
            }
            tags |= {
                "foot": "yes",
                "bicycle": "yes",
                "surface": "compacted",
                "name": f"Halage – {item.name}",
            }
            found.append(Way(with_vertices(part, places), tags, is_ground_street=True))
    return found
