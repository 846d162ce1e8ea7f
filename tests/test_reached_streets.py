"""Streets reached in time, cut where it runs out."""

import itertools

import numpy as np
import pytest
import shapely

import artois_mobility as am
from artois_mobility.errors import PlacesError
from small_networks import Street, grid_network, lon_lat, make_network


def in_metres(lines, network):
    return lines.to_crs(network.crs).geometry.to_numpy()


# ten metres a second along every street
def test_a_street_is_cut_where_the_time_runs_out():
    network = make_network([(0, 0), (10_000, 0)], [Street(0, 1)])
    line = in_metres(am.reached_streets(network, [lon_lat(5000, 0)], [2]), network)[0]
    west, _, east, _ = line.bounds
    assert east - west == pytest.approx(2 * 1200, abs=0.1)
    assert (west + east) / 2 == pytest.approx(network.x_m[0] + 5000, abs=0.1)


@pytest.mark.parametrize(("direction", "side"), [("from", 1), ("to", -1)])
def test_a_one_way_street_is_reached_ahead_and_left_from_behind(direction, side):
    network = make_network([(0, 0), (4000, 0)], [Street(0, 1, is_oneway=True)])
    lines = am.reached_streets(network, [lon_lat(2000, 0)], [1], direction=direction)
    west, _, east, _ = in_metres(lines, network)[0].bounds
    ends = sorted((network.x_m[0] + 2000, network.x_m[0] + 2000 + side * 600))
    assert [west, east] == pytest.approx(ends, abs=0.1)


def test_a_street_reached_from_both_ends_counts_once():
    #  a ring of four streets: the far side is reached from both its ends
    corners = [(0, 0), (600, 0), (600, 600), (0, 600)]
    network = make_network(corners, [Street(k, (k + 1) % 4) for k in range(4)])
    origin = [lon_lat(300, 0)]
    lines = am.reached_streets(network, origin, [1.9, 2, 5])
    assert lines["km"].tolist() == pytest.approx([2.28, 2.4, 2.4], abs=0.002)


def test_the_walk_to_the_street_takes_its_time():
    network = make_network([(0, 0), (4000, 0)], [Street(0, 1)])
    lines = am.reached_streets(network, [lon_lat(2000, 100)], [1, 3])
    # two minutes of walking, one of driving
    assert lines["km"].tolist() == pytest.approx([0, 1.2], abs=0.01)
    assert lines.geometry.is_empty.tolist() == [True, False]


@pytest.mark.parametrize("direction", ["from", "to"])
def test_more_minutes_hold_fewer_and_lie_inside_the_area(direction):
    network = grid_network(9, 9, block_m=250)
    origin = [lon_lat(820, 760)]
    lines = am.reached_streets(network, origin, [1, 2, 3], direction=direction)
    areas = am.isochrones(network, origin, [1, 2, 3], direction=direction)
    shapes, around = in_metres(lines, network), in_metres(areas, network)
    for smaller, larger in itertools.pairwise(shapes):
        assert smaller.difference(larger.buffer(0.01)).length < 0.1
    for line, area in zip(shapes, around, strict=True):
        assert area.covers(line)


def test_every_origin_and_threshold_has_its_row():
    network = grid_network(3, 3)
    lines = am.reached_streets(network, [lon_lat(0, 0), lon_lat(90_000, 0)], [1, 2])
    assert lines["origin"].tolist() == [0, 0, 1, 1]
    assert lines["reason"].tolist() == ["", "", *["no street within 300 m"] * 2]
    assert lines["km"].tolist()[2:] == [0, 0]
    assert am.reached_streets(network, [], [5]).empty
    with pytest.raises(PlacesError, match="numbers above 0"):
        am.reached_streets(network, [], [-1])


@pytest.mark.realdata
@pytest.mark.parametrize("direction", ["from", "to"])
def test_real_streets_are_cut_where_their_times_say(realdata, direction):
    network = am.build_network(am.read_osm(realdata / "osm" / "newport.osm.pbf"), "car", turns=True)
    draw = np.random.default_rng(5)
    nodes = draw.choice(np.flatnonzero(np.isfinite(network.x_m)), 3)
    origins = list(
        zip(network.lon_deg[nodes].tolist(), network.lat_deg[nodes].tolist(), strict=True)
    )
    lines = am.reached_streets(network, origins, [4, 8], direction=direction)
    areas = am.isochrones(network, origins, [4, 8], direction=direction)
    shapes, around = in_metres(lines, network), in_metres(areas, network)
    barriers = shapely.STRtree(network.barriers)
    for line, area in zip(shapes, around, strict=True):
        left = shapely.difference(line, area.buffer(0.01))
        # what the area leaves out of a reached street lies within a cell of a barrier
        for part in [each for each in shapely.get_parts(left) if not each.is_empty]:
            assert barriers.query(part, "dwithin", 36).size
        assert left.length < 0.005 * line.length + 50
