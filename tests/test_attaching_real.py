"""Ten thousand places beside real canals, motorways and railways: none is led across one."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import osmium
import pyproj
import pytest

from artois_mobility.network.building import build_network
from artois_mobility.osm.reader import read_osm
from artois_mobility.places.attaching import attach

pytestmark = pytest.mark.realdata

PLACES = 10_000
FARTHEST_M = 250.0
# A walk may end on the bank itself, and times of places are whole milliseconds.
TOUCH_M = 0.1
EXTRACTS = ("nantes-centre.osm.pbf", "newport.osm.pbf", "porto.osm.pbf", "luxembourg-city.osm")
COVERED = ("tunnel", "bridge")


def parts_land(tags):
    """Water, rails and motorways in the open, told from the tags alone."""
    if any(tags.get(key, "no") not in {"no", ""} for key in COVERED):
        return False
    if "highway" in tags:
        return tags["highway"] in {"motorway", "motorway_link"} or tags.get("motorroad") == "yes"
    return tags.get("railway") == "rail" or tags.get("waterway") in {"river", "canal"}


def read_barriers(path, crs):
    """Straight pieces of what parts the land in the raw file, shape (b, 2, 2), in metres."""
    position_of, lines = {}, []
    for each in osmium.FileProcessor(str(path)):
        if each.is_node():
            position_of[each.id] = each.lon, each.lat
        elif each.is_way() and parts_land(each.tags):
            lines.append([node.ref for node in each.nodes])
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    steps = [
        (position_of[one], position_of[other])
        for line in lines
        for one, other in pairwise(line)
        if one in position_of and other in position_of
    ]
    degrees = np.array(steps).reshape(-1, 2)
    return np.column_stack(to_metres.transform(*degrees.T)).reshape(-1, 2, 2)


def scatter_beside(steps, count, draw):
    """Places at random around random pieces of barriers, shape (count, 2)."""
    length_m = np.linalg.norm(steps[:, 1] - steps[:, 0], axis=1)
    step = steps[draw.choice(len(steps), count, p=length_m / length_m.sum())]
    along = draw.random((count, 1))
    angle, reach_m = draw.random(count) * 2 * np.pi, draw.random(count) * FARTHEST_M
    offset = np.column_stack([np.cos(angle), np.sin(angle)]) * reach_m[:, np.newaxis]
    return step[:, 0] * (1 - along) + step[:, 1] * along + offset


def end_of_walk(network, found):
    """Where each walk meets its street, shape (a, 2)."""
    ends = np.empty((found.arc.size, 2))
    for row, (arc, along_m) in enumerate(zip(found.arc, found.position_m, strict=True)):
        points = slice(network.first_point[arc], network.first_point[arc + 1])
        shape = np.column_stack([network.point_x_m[points], network.point_y_m[points]])
        done = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(shape, axis=0), axis=1))])
        at = along_m / max(network.length_m[arc], 1e-9) * done[-1]
        ends[row] = [np.interp(at, done, shape[:, axis]) for axis in (0, 1)]
    return ends


def turn(a, b, c):
    """Positive where the way from `a` over `b` to `c` turns left."""
    ab, ac = b - a, c - a
    return ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]


def count_crossed(begin, end, steps):
    """How many pieces of barriers each walk crosses, but for its last decimetre at either end."""
    length_m = np.linalg.norm(end - begin, axis=1, keepdims=True)
    unit = (end - begin) / np.maximum(length_m, 1e-9)
    is_long = length_m[:, 0] > 2 * TOUCH_M
    one, other = begin + unit * TOUCH_M, end - unit * TOUCH_M
    crossed = np.zeros(len(begin), int)
    for first in range(0, len(begin), 100):
        rows = slice(first, first + 100)
        a, b = one[rows, np.newaxis], other[rows, np.newaxis]
        c, d = steps[np.newaxis, :, 0], steps[np.newaxis, :, 1]
        meets = (turn(a, b, c) * turn(a, b, d) < 0) & (turn(c, d, a) * turn(c, d, b) < 0)
        crossed[rows] = meets.sum(axis=1)
    return np.where(is_long, crossed, 0)


@pytest.mark.parametrize("name", EXTRACTS)
@pytest.mark.parametrize("profile", ["car", "walk"])
def test_no_walk_to_a_street_crosses_water_rails_or_a_motorway(realdata, name, profile):
    path = realdata / "osm" / name
    network = build_network(read_osm(path), profile)
    steps = read_barriers(path, network.crs)
    places = scatter_beside(steps, PLACES // len(EXTRACTS), np.random.default_rng(3))
    to_degrees = pyproj.Transformer.from_crs(network.crs, "EPSG:4326", always_xy=True)
    pairs = list(zip(*to_degrees.transform(*places.T), strict=True))
    found = attach(network, pairs)
    begin, end = places[found.place], end_of_walk(network, found)
    assert np.allclose(np.linalg.norm(end - begin, axis=1), found.offroad_m, atol=0.3)
    assert count_crossed(begin, end, steps).sum() == 0
    assert found.place.size > 0.3 * len(places)
    # straight to the nearest street, whatever lies between, many would cross one
    blind = attach(replace(network, barriers=np.empty(0, object)), pairs)
    crossed = count_crossed(places[blind.place], end_of_walk(network, blind), steps)
    assert (crossed > 0).mean() > 0.05
