import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from artois_mobility import UNREACHED_MS
from artois_mobility.kernels.surface import search_outwards, stamp

STRAIGHT_MS, DIAGONAL_MS = 10, 14


def spread(arrivals, limit_ms):
    surface = np.array(arrivals, np.int32)
    room = 9 * surface.size
    walked = np.empty_like(surface)
    heap = np.empty(room, np.int32), np.empty(room, np.int32)
    search_outwards(STRAIGHT_MS, DIAGONAL_MS, limit_ms, *heap, walked, surface)
    return surface


def grid_graph(row_count, column_count):
    """Every cell to its eight neighbours, as scipy wants it."""
    cells = [(row, column) for row in range(row_count) for column in range(column_count)]
    weights = np.zeros((len(cells), len(cells)))
    for here, (row, column) in enumerate(cells):
        for there, (other_row, other_column) in enumerate(cells):
            steps = abs(row - other_row), abs(column - other_column)
            if max(steps) == 1:
                weights[here, there] = DIAGONAL_MS if min(steps) else STRAIGHT_MS
    return weights


arrival = st.one_of(st.integers(0, 60), st.just(UNREACHED_MS))
tables = st.integers(1, 5).flatmap(
    lambda columns: st.lists(
        st.lists(arrival, min_size=columns, max_size=columns), min_size=1, max_size=5
    )
)


@given(tables)
def test_without_a_limit_the_surface_is_the_shortest_walk_from_any_cell(arrivals):
    start = np.array(arrivals)
    between = dijkstra(grid_graph(*start.shape))
    flat = start.ravel().astype(float)
    flat[flat >= UNREACHED_MS] = np.inf
    expected = (flat[:, np.newaxis] + between).min(axis=0).reshape(start.shape)
    expected = np.where(np.isfinite(expected), expected, UNREACHED_MS)
    assert (spread(arrivals, 10**6) == expected).all()


@given(tables, st.integers(0, 40))
def test_nobody_walks_beyond_the_limit_and_the_network_stays_as_it_was(arrivals, limit_ms):
    start = np.array(arrivals)
    surface = spread(arrivals, limit_ms)
    between = dijkstra(grid_graph(*start.shape))
    on_network = (start < UNREACHED_MS).ravel()
    walk = between[on_network].min(axis=0, initial=np.inf).reshape(start.shape)
    assert (surface[walk > limit_ms] == UNREACHED_MS).all()
    from_one_time = np.unique(start[start < UNREACHED_MS]).size == 1
    if from_one_time:  # nobody overtakes, so all within the limit are reached
        assert (surface[walk <= limit_ms] < UNREACHED_MS).all()
    assert (surface <= start).all()


def test_stamping_keeps_the_earliest_arrival_of_a_cell():
    surface = np.full((2, 2), UNREACHED_MS, np.int32)
    stamp(np.int32([0, 0, 0, 1]), np.int32([1, 1, 1, 0]), np.int32([9, 4, 6, 7]), surface)
    assert surface.tolist() == [[UNREACHED_MS, 4], [7, UNREACHED_MS]]


def test_the_limit_itself_may_be_walked():
    surface = spread([[0, UNREACHED_MS, UNREACHED_MS]], 2 * STRAIGHT_MS)
    assert surface.tolist() == [[0, STRAIGHT_MS, 2 * STRAIGHT_MS]]
