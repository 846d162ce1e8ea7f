"""Laws that every isochrone keeps, over 2,000 origins on real extracts."""

import dataclasses

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

import artois_mobility as am
from artois_mobility._types import MS_PER_MIN, NO_ARC, UNREACHED_MS
from artois_mobility.areas.asking import ask
from artois_mobility.areas.contours import cut_area, draw_areas
from artois_mobility.areas.surfaces import lay_surface, time_streets

CELL_M = 25.0
DIAGONAL_M = CELL_M * 2**0.5
TOWNS = {
    "porto": ("walk", [5, 10, 15]),
    "nantes-centre": ("car", [3, 6, 12]),
    "newport": ("car", [3, 6, 12]),
    "malta": ("walk", [5, 10, 15]),
}
pytestmark = pytest.mark.realdata


@pytest.fixture(params=TOWNS)
def town(request, realdata):
    profile, minutes = TOWNS[request.param]
    extract = am.read_osm(realdata / "osm" / f"{request.param}.osm.pbf")
    return am.build_network(extract, profile, turns=profile == "car"), minutes


def spread(network, count):
    """Origins over the town, on a jittered grid of its inner nine tenths."""
    draw = np.random.default_rng(6)
    side = int(np.ceil(count**0.5))
    places = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    places = (places[:count] + draw.uniform(0, 1, (count, 2))) / side
    lows, highs = (
        np.array([np.quantile(each, share) for each in (network.lon_deg, network.lat_deg)])
        for share in (0.05, 0.95)
    )
    return (lows + places * (highs - lows)).tolist()


def street_points(network):
    """Points every five metres along all streets: arc, metres east and north, share of its time."""
    twin = network.twin_of_arc
    arcs = np.flatnonzero((twin == NO_ARC) | (np.arange(twin.size) < twin))
    rows = []
    for arc in arcs.tolist():
        points = slice(*network.first_point[arc : arc + 2])
        x_m, y_m = network.point_x_m[points], network.point_y_m[points]
        along_m = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x_m), np.diff(y_m)))])
        whole_ms = max(int(network.point_ms[points][-1]), 1)
        stops_m = np.linspace(0, along_m[-1], int(along_m[-1] // 5) + 2)
        share = np.interp(stops_m, along_m, network.point_ms[points] / whole_ms)
        x_m, y_m = np.interp(stops_m, along_m, x_m), np.interp(stops_m, along_m, y_m)
        rows.append(np.column_stack([np.full(stops_m.size, arc), x_m, y_m, share]))
    table = np.concatenate(rows)
    return table[:, 0].astype(int), table[:, 1:3], table[:, 3]


def times_at(network, question, times, points):
    """When each point on a street is reached from an origin, on its own streets too."""
    arc, _, share = points
    twin = network.twin_of_arc[arc]
    ahead_ms = np.rint(share * network.local_ms[arc])
    twin_ms = network.local_ms[twin]
    behind_ms = np.where(twin == NO_ARC, UNREACHED_MS, twin_ms - np.rint(share * twin_ms))
    best_ms = np.minimum(times.street_ms[arc, 0] + ahead_ms, times.street_ms[arc, 1] + behind_ms)
    for own in times.own.tolist():
        ends = question.ends
        for along_ms, own_ms in zip(
            (ahead_ms, behind_ms), ends.along_ms[own].tolist(), strict=True
        ):
            is_ahead = (arc == ends.arc[own]) & (along_ms >= own_ms) & (along_ms < UNREACHED_MS)
            direct_ms = along_ms - own_ms + ends.offroad_ms[own]
            best_ms = np.where(is_ahead, np.minimum(best_ms, direct_ms), best_ms)
    return best_ms


def test_areas_nest_and_hold_what_is_reached(town):
    network, minutes = town
    points = street_points(network)
    origins = spread(network, 500)
    question, thresholds, _ = ask(network, origins, minutes, "from")
    barriers = shapely.STRtree(network.barriers)
    counts = dict.fromkeys(("areas", "reached", "outside"), 0)
    for origin in range(len(origins)):
        times = time_streets(question, origin)
        surface = lay_surface(question, times)
        if surface is None:
            continue
        smaller = shapely.MultiPolygon()
        for threshold in thresholds.tolist():
            area = draw_areas([cut_area(surface, round(threshold * MS_PER_MIN))])[0]
            assert area.is_valid
            assert smaller.is_empty or area.covers(smaller)
            smaller = area
            if origin % 20:  # the rest of the laws on every twentieth
                continue
            at_ms = times_at(network, question, times, points)
            reached = np.flatnonzero(at_ms <= threshold * MS_PER_MIN)
            shapely.prepare(area)
            x_m, y_m = points[1][reached].T
            outside = points[1][reached[~shapely.intersects_xy(area, x_m, y_m)]]
            near = barriers.query(shapely.points(outside), "dwithin", DIAGONAL_M)[0]
            assert np.unique(near).size == len(outside)  # within a cell of a barrier
            counts["areas"] += 1
            counts["reached"] += reached.size
            counts["outside"] += len(outside)
            hold_what_is_near(network, area, points, at_ms <= threshold * MS_PER_MIN)
    assert counts["areas"] > 30
    assert counts["outside"] < 0.005 * counts["reached"]


def hold_what_is_near(network, area, points, is_reached):
    """A street inside that is not reached lies near one that is, or where no place hangs."""
    hangs = network.may_attach[points[0]]
    x_m, y_m = points[1].T
    inside = shapely.intersects_xy(area, x_m, y_m) & ~is_reached & hangs
    if not inside.any():
        return
    apart_m, _ = cKDTree(points[1][is_reached]).query(points[1][inside])
    # a vertex within a cell of it hangs on a street that is nearer still, unless a barrier bars it
    is_far = apart_m > 2 * DIAGONAL_M
    barred = shapely.STRtree(network.barriers).query(
        shapely.points(points[1][inside][is_far]), "dwithin", 2 * DIAGONAL_M
    )[0]
    assert np.unique(barred).size == is_far.sum()


def test_nothing_lies_beyond_a_barrier_but_slivers(town):
    network, minutes = town
    points = street_points(network)
    origins = spread(network, 9)
    question, thresholds, _ = ask(network, origins, minutes, "from")
    tree = shapely.STRtree(network.barriers)
    whole_m2, sliver_m2 = 0.0, 0.0
    for origin in range(len(origins)):
        times = time_streets(question, origin)
        surface = lay_surface(question, times)
        if surface is None:
            continue
        threshold_ms = round(float(thresholds[-1]) * MS_PER_MIN)
        area = draw_areas([cut_area(surface, threshold_ms)])[0]
        at_ms = times_at(network, question, times, points)
        reached = points[1][at_ms <= threshold_ms]
        near = network.barriers[tree.query(area, "intersects")]
        faces = shapely.get_parts(shapely.polygonize([shapely.union_all([area.boundary, *near])]))
        faces = faces[shapely.contains(area, shapely.point_on_surface(faces))]
        streets = shapely.STRtree(shapely.points(reached))
        is_served = np.zeros(faces.size, np.bool_)
        is_served[streets.query(faces, "dwithin", 0.1)[0]] = True
        whole_m2 += area.area
        for face in faces[~is_served]:
            if shapely.maximum_inscribed_circle(face, tolerance=1).length < DIAGONAL_M / 2:
                sliver_m2 += face.area
                continue
            # a wide one is walked to in a straight line from a street round the corner
            middle = shapely.point_on_surface(face)
            around = reached[cKDTree(reached).query_ball_point([middle.x, middle.y], 300)]
            walks = shapely.linestrings([[[middle.x, middle.y], each] for each in around])
            barred = np.unique(tree.query(walks, "intersects")[0]).size
            assert barred < len(walks)
    assert sliver_m2 < 0.003 * whole_m2


def test_the_same_bytes_on_any_number_of_threads(town, monkeypatch):
    network, minutes = town
    found = []
    for count in ("1", "2"):
        monkeypatch.setenv("ARTOIS_THREADS", count)
        again = dataclasses.replace(network)  # whose ground is not prepared yet
        fresh = am.isochrones(again, spread(network, 12), minutes, cell_m=40)
        found.append(shapely.to_wkb(fresh.geometry.to_numpy()).tolist())
    assert found[0] == found[1]
