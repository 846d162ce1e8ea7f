"""Rings around what is reached, against squares cut out one by one."""

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st

from artois_mobility import UNREACHED_MS
from artois_mobility.areas.contours import (
    BEYOND_MS,
    Cuts,
    Surface,
    cut_area,
    draw_areas,
    know_degrees,
    no_area,
)
from artois_mobility.areas.grid import Grid
from artois_mobility.kernels.contour import APART, find_span, interpolate
from artois_mobility.network.geodesy import project

GRID = Grid(1000.0, 2000.0, 10.0, 64, 64)
NO_CUTS = Cuts(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
FIRST = 3, 5


def surface_of(table, cuts=NO_CUTS):
    """A surface with a border that nobody gets to."""
    arrival_ms = np.pad(np.array(table, np.int32), 1, constant_values=UNREACHED_MS)
    return Surface(GRID, *FIRST, arrival_ms, cuts)


def crossing(surface, inner, outer, threshold_ms):
    """Where the boundary crosses the edge between two vertices, in columns and rows."""
    begin, end = (int(surface.arrival_ms[vertex]) for vertex in (inner, outer))
    share = (threshold_ms - begin) / (min(end, threshold_ms + BEYOND_MS) - begin)
    share = min(max(share, APART), 1 - APART)
    low = np.minimum(inner, outer) + np.array(FIRST)
    edge = 2 * (low[0] * GRID.column_count + low[1]) + (inner[1] == outer[1])
    known = np.flatnonzero(surface.cuts.edge == edge)
    if known.size:
        is_forward = sum(outer) > sum(inner)
        first, last = surface.cuts.first[known[0]], surface.cuts.last[known[0]]
        share = max((first if is_forward else 1 - last) * (1 - APART), APART / 10)
    return (
        inner[1] + share * (outer[1] - inner[1]),
        inner[0] + share * (outer[0] - inner[0]),
    )


def by_squares(surface, threshold_ms):
    """Cut the reached part out of every square and join them: no ring is traced."""
    rows, columns = surface.arrival_ms.shape
    is_in = surface.arrival_ms <= threshold_ms
    parts = []
    for row in range(rows - 1):
        for column in range(columns - 1):
            corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
            ring = []
            for here, there in zip(corners, corners[1:] + corners[:1], strict=True):
                if is_in[here]:
                    ring.append(here[::-1])
                if is_in[here] != is_in[there]:
                    pair = (here, there) if is_in[here] else (there, here)
                    ring.append(crossing(surface, *pair, threshold_ms))
            if len(ring) > 2:
                parts.append(shapely.Polygon(ring))
    whole = shapely.union_all(parts, grid_size=1e-9)
    return shapely.transform(
        whole,
        lambda xy: (xy + FIRST[::-1]) * GRID.cell_m + (GRID.west_m, GRID.south_m),
    )


times = st.one_of(st.integers(0, 300_000), st.just(UNREACHED_MS))
tables = st.integers(1, 7).flatmap(
    lambda columns: st.lists(
        st.lists(times, min_size=columns, max_size=columns), min_size=1, max_size=7
    )
)
R, U = 0, UNREACHED_MS


@given(tables, st.integers(1, 300_000))
@example([[R, U], [U, R]], 60_000)
@example([[U, R], [R, U]], 60_000)
@example([[R, R, R], [R, U, R], [R, R, R]], 60_000)
@example([[R, R, R, R, R], [R, U, U, U, R], [R, U, R, U, R], [R, U, U, U, R], [R] * 5], 60_000)
@example([[R, R, R, R, R, U, R], [R, U, R, U, R, U, R], [R, R, R, R, R, U, R]], 60_000)
def test_the_area_is_what_the_squares_say(table, threshold_ms):
    surface = surface_of(table)
    area, expected = (
        draw_areas([cut_area(surface, threshold_ms)])[0],
        by_squares(surface, threshold_ms),
    )
    assert area.is_valid
    assert area.area == pytest.approx(cut_area(surface, threshold_ms).size_m2)
    kept = [each for each in shapely.get_parts(expected) if each.area >= 0.5 * GRID.cell_m**2]
    assert area.symmetric_difference(shapely.union_all(kept)).area < 1e-3
    assert shapely.get_num_geometries(area) == len(kept)


@given(tables, st.integers(1, 300_000), st.integers(1, 300_000))
def test_more_time_holds_less(table, one, other):
    surface = surface_of(table)
    smaller, larger = (draw_areas([cut_area(surface, each)])[0] for each in sorted((one, other)))
    assert smaller.is_empty or larger.covers(smaller)


@given(tables, st.integers(1, 300_000), st.data())
def test_a_cut_edge_is_followed_to_the_cut(table, threshold_ms, data):
    rows, columns = len(table) + 2, len(table[0]) + 2
    vertices = [(row, column) for row in range(rows) for column in range(columns)]
    numbers = sorted(
        2 * ((FIRST[0] + row) * GRID.column_count + FIRST[1] + column) + is_north
        for row, column in vertices
        for is_north in (0, 1)
    )
    chosen = sorted(data.draw(st.sets(st.sampled_from(numbers), max_size=12)))
    pairs = [sorted(data.draw(st.tuples(*[st.floats(0, 1)] * 2))) for _ in chosen]
    first, last = np.array(pairs, float).reshape(-1, 2).T
    surface = surface_of(table, Cuts(np.array(chosen, np.int64), first.copy(), last.copy()))
    area, expected = (
        draw_areas([cut_area(surface, threshold_ms)])[0],
        by_squares(surface, threshold_ms),
    )
    kept = [each for each in shapely.get_parts(expected) if each.area >= 0.5 * GRID.cell_m**2]
    assert area.symmetric_difference(shapely.union_all(kept)).area < 1e-3


def test_areas_drawn_together_are_those_drawn_one_by_one():
    tables = [[[0]], [[R, R, R], [R, U, R], [R, R, R]], [[U]], [[R, U, U, R]]]
    areas = [cut_area(surface_of(table), 60_000) for table in tables]
    areas.insert(2, no_area(GRID))
    together, alone = draw_areas(areas), [draw_areas([each])[0] for each in areas]
    assert shapely.equals_exact(together, alone, tolerance=0).all()
    assert shapely.get_num_geometries(together).tolist() == [1, 1, 0, 0, 2]
    assert shapely.get_num_interior_rings(shapely.get_geometry(together, 0)).tolist()[1] == 1
    assert draw_areas([]).size == 0


@given(tables, st.integers(0, 300_000))
def test_the_span_holds_what_is_reached_and_no_more(table, bound_ms):
    arrival_ms, span = np.array(table, np.int32), np.empty(4, np.int64)
    find_span(arrival_ms, bound_ms, span)
    row, column = np.nonzero(arrival_ms <= bound_ms)
    if row.size:
        assert span.tolist() == [row.min(), column.min(), row.max(), column.max()]
    else:
        assert span[2] < span[0]


def test_nothing_reached_is_an_empty_area():
    assert draw_areas([cut_area(surface_of([[U]]), 60_000)])[0].is_empty


def test_one_vertex_is_a_diamond_as_far_as_its_time_goes():
    # ten minutes are left of the eleven to what is not reached
    area = cut_area(surface_of([[0]]), 600_000)
    expected = pytest.approx(2 * (10 * 10 / 11) ** 2)
    assert (area.size_m2, draw_areas([area])[0].area) == (expected, expected)


def test_a_sliver_is_left_out():
    # a third of the way to every side: two ninths of a cell
    assert draw_areas([cut_area(surface_of([[30_000]]), 60_000)])[0].is_empty


def test_degrees_between_those_known_are_right_to_a_centimetre():
    for west_m, south_m, crs in (
        (690_000, 7_030_000, "EPSG:2154"),
        (450_000, 4_000_000, "EPSG:32633"),
    ):
        grid = Grid(west_m, south_m, 25.0, 1024, 1024)
        corner = np.random.default_rng(2).uniform(0, 1023, (2000, 2))
        degrees = know_degrees(grid, crs)
        placed = np.empty_like(corner)
        interpolate(corner, degrees.spacing, degrees.lon_deg, degrees.lat_deg, placed)
        x_m, y_m = project(*placed.T, crs)
        apart_m = np.hypot(x_m - west_m - 25 * corner[:, 0], y_m - south_m - 25 * corner[:, 1])
        assert apart_m.max() < 0.01
