"""Who hangs where on open ground, against brute force with shapely."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from artois_mobility import UNREACHED_MS
from artois_mobility.kernels.grid_lines import count_cuts, count_touched, list_cuts, list_touching
from artois_mobility.kernels.hanging import MOST_TIES, hang_vertices
from artois_mobility.kernels.street_times import enter_streets, mark_tiles, spread_times

SIDE, BUCKET = 8, 2
TOUCH = 1e-3
coordinate = st.integers(0, 7 * 16).map(lambda number: number / 16)
line = st.tuples(coordinate, coordinate, coordinate, coordinate)
street = line.filter(lambda ends: ends[:2] != ends[2:])


def as_columns(lines):
    return tuple(np.array(lines, float).reshape(-1, 4).T.copy())


def by_bucket(columns):
    count = SIDE // BUCKET
    size = np.zeros(count * count, np.int64)
    count_touched(*columns, BUCKET, count, count, size)
    first = np.concatenate([[0], np.cumsum(size)])
    found = np.empty(first[-1], np.int32)
    list_touching(*columns, BUCKET, count, count, first[:-1].copy(), found)
    return first, found


def shapes_of(lines):
    return [shapely.LineString([each[:2], each[2:]]) for each in lines]


def inner_part(walk):
    """A walk but for the last bit at either end."""
    if walk.length <= 2 * TOUCH:
        return shapely.LineString()
    return shapely.LineString([walk.interpolate(TOUCH), walk.interpolate(walk.length - TOUCH)])


@given(st.lists(line, max_size=8))
def test_a_line_is_listed_in_every_bucket_that_it_touches(lines):
    first, found = by_bucket(as_columns(lines))
    count = SIDE // BUCKET
    for number in range(count * count):
        row, column = divmod(number, count)
        box = shapely.box(column * 2, row * 2, column * 2 + 2, row * 2 + 2)
        listed = set(found[first[number] : first[number + 1]].tolist())
        inside = {
            each
            for each, shape in enumerate(shapes_of(lines))
            if shapely.intersection(shape, box).length > 1e-4
        }
        assert inside <= listed


@settings(max_examples=60)
@given(st.lists(street, min_size=1, max_size=5), st.lists(street, max_size=4))
def test_every_vertex_hangs_on_the_nearest_street_that_no_barrier_bars(streets, barriers):
    columns, bars = as_columns(streets), as_columns(barriers)
    tie = np.empty((SIDE * SIDE, MOST_TIES), np.int32)
    limit, count = 3.0, SIDE // BUCKET
    hang_vertices(
        0, 0, SIDE, SIDE, limit, TOUCH, BUCKET, count, count,
        *columns, *by_bucket(columns), *bars, *by_bucket(bars), tie,
    )  # fmt: skip
    barrier_shapes = shapes_of(barriers)
    for vertex in range(SIDE * SIDE):
        point = shapely.Point(vertex % SIDE, vertex // SIDE)
        walks = [shapely.shortest_line(point, shape) for shape in shapes_of(streets)]
        is_open = [
            not any(inner_part(walk).intersects(bar) for bar in barrier_shapes) for walk in walks
        ]
        near = [
            walk.length
            for walk, may in zip(walks, is_open, strict=True)
            if may and walk.length <= limit
        ]
        touches = [
            walk.distance(bar) < 1e-3 and may
            for walk, may in zip(walks, is_open, strict=True)
            for bar in barrier_shapes
        ]
        if any(touches):
            continue  # a barrier that is touched within rounding may bar or not
        chosen = tie[vertex][tie[vertex] >= 0]
        if not near:
            assert chosen.size == 0 or walks[chosen[0]].length == pytest.approx(limit)
        elif chosen.size:
            assert walks[chosen[0]].length == pytest.approx(min(near), abs=2e-5)
            ends = [shapely.get_coordinates(walks[each])[-1] for each in chosen]
            assert np.ptp(ends, axis=0).max() <= 3e-5
        else:
            assert min(near) == pytest.approx(limit)


def test_where_a_walk_ends_at_a_junction_all_its_streets_are_found():
    columns = as_columns([(2, 2, 2, 6), (2, 2, 6, 2), (2, 2, 0, 3), (7, 7, 7, 6)])
    nothing = as_columns([])
    tie = np.empty((SIDE * SIDE, MOST_TIES), np.int32)
    hang_vertices(
        0, 0, SIDE, SIDE, 3.0, TOUCH, BUCKET, 4, 4,
        *columns, *by_bucket(columns), *nothing, *by_bucket(nothing), tie,
    )  # fmt: skip
    assert sorted(tie[1 * SIDE + 2][tie[1 * SIDE + 2] >= 0].tolist()) == [0, 1, 2]


def test_of_equally_near_streets_the_western_counts_whatever_their_order():
    for streets in ([(1, 0, 1, 7), (3, 0, 3, 7)], [(3, 0, 3, 7), (1, 0, 1, 7)]):
        columns, nothing = as_columns(streets), as_columns([])
        tie = np.empty((SIDE * SIDE, MOST_TIES), np.int32)
        hang_vertices(
            0, 0, SIDE, SIDE, 3.0, TOUCH, BUCKET, 4, 4,
            *columns, *by_bucket(columns), *nothing, *by_bucket(nothing), tie,
        )  # fmt: skip
        assert streets[tie[3 * SIDE + 2, 0]] == (1, 0, 1, 7)


@given(st.lists(street, max_size=6))
def test_edges_are_cut_where_shapely_says(lines):
    columns = as_columns(lines)
    edge = np.empty(count_cuts(*columns), np.int64)
    share = np.empty(edge.size)
    count = list_cuts(*columns, SIDE, SIDE, edge, share)
    assert count <= edge.size
    found = {}
    for each, at in zip(edge[:count].tolist(), share[:count].tolist(), strict=True):
        found.setdefault(each, []).append(at)
    for vertex in range(SIDE * SIDE):
        x, y = vertex % SIDE, vertex // SIDE
        for is_north in (0, 1):
            end = (x, y + 1) if is_north else (x + 1, y)
            if max(end) >= SIDE:
                continue
            side = shapely.LineString([(x, y), end])
            cuts = []
            for shape in shapes_of(lines):
                met = shapely.intersection(shape, side)
                if not met.is_empty and met.geom_type == "Point":
                    cuts.append((met.y - y) if is_north else (met.x - x))
            inside = [each for each in cuts if 1e-9 < each < 1 - 1e-9]
            mine = found.get(2 * vertex + is_north, [])
            for each in inside:
                assert min(abs(each - own) for own in mine) < 1e-9
            for own in mine:
                spot = shapely.Point(x, y + own) if is_north else shapely.Point(x + own, y)
                assert min(spot.distance(shape) for shape in shapes_of(lines)) < 1e-9


def test_a_vertex_is_reached_by_the_best_of_its_streets():
    arc, first = np.int32([0, 1, 2]), np.int32([0, 1, 3, 4])
    vertex, walk_ms = np.int32([0, 0, 1, 3]), np.int32([5, 0, 7, 0])
    ahead_ms = np.int32([10, 20, 3, 1])
    behind_ms = np.int32([90, UNREACHED_MS, UNREACHED_MS, 1])
    street_ms = np.int32([[100, 50], [1000, UNREACHED_MS], [2001, 2001]])
    arrival_ms = np.empty(4, np.int32)
    nobody = np.zeros(0, np.int32), np.zeros((0, 3), np.int32)
    columns = arc, first, vertex, walk_ms, ahead_ms, behind_ms, street_ms, 2000
    spread_times(*columns, *nobody, arrival_ms)
    assert arrival_ms.tolist() == [115, 1010, UNREACHED_MS, UNREACHED_MS]
    # straight on along one's own street, not back against a one-way
    own = np.int32([1]), np.int32([[2, 5, UNREACHED_MS]])
    spread_times(*columns, *own, arrival_ms)
    assert arrival_ms.tolist() == [17, 1010, UNREACHED_MS, UNREACHED_MS]


def test_streets_are_entered_at_the_best_of_their_arcs_where_trips_may():
    # arcs 0 and 2 along street 0, whose twin is 1 along arc 3; arc 1 may not be ended in
    first_out, street_of_arc = np.int32([0, 2, 3, 4]), np.int32([0, -1, 0, 1])
    twin = np.int32([1, 0, -1])
    street_ms = np.full((3, 2), UNREACHED_MS, np.int32)
    entered = np.full(3, -7, np.int32)
    node_ms = np.int32([9, 4, UNREACHED_MS])
    columns = first_out, street_of_arc, twin
    count = enter_streets(*columns, node_ms, 9, street_ms, entered)
    assert street_ms.tolist() == [[4, UNREACHED_MS], [UNREACHED_MS, 4], [UNREACHED_MS] * 2]
    assert entered[:count].tolist() == [0, 1]
    node_ms = np.int32([UNREACHED_MS, 0, 3])
    assert enter_streets(*columns, node_ms, 3, street_ms, entered) == 0  # all had a time
    assert street_ms.tolist() == [[0, 3], [3, 0], [UNREACHED_MS] * 2]
    street_ms[:] = UNREACHED_MS
    assert enter_streets(*columns, node_ms, 2, street_ms, entered) == 2
    # the sooner of two arcs, whichever comes first
    street_ms[:] = UNREACHED_MS
    enter_streets(*columns, np.int32([4, 9, 9]), 9, street_ms, entered)
    assert street_ms.tolist() == [[4, 9], [9, 4], [UNREACHED_MS] * 2]
    street_ms[:] = UNREACHED_MS
    enter_streets(*columns, np.int32([UNREACHED_MS, 0, 3]), 2, street_ms, entered)
    assert street_ms.tolist() == [[0, UNREACHED_MS], [UNREACHED_MS, 0], [UNREACHED_MS] * 2]


def test_tiles_around_reached_streets_are_marked():
    around = np.int32([[0, 0, 1, 1], [2, 2, 2, 2], [0, 2, 0, 2]])
    marks = np.zeros((3, 3), np.bool_)
    street_ms = np.int32([[9, UNREACHED_MS], [11, UNREACHED_MS], [0, 0]])
    mark_tiles(np.int32([1, 0]), street_ms, 10, around, marks)
    assert marks.tolist() == [[1, 1, 0], [1, 1, 0], [0, 0, 0]]
    marks[:] = False
    mark_tiles(np.int32([2]), street_ms, 10, around, marks)
    assert marks.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]
