"""Arrival times over a grid of square cells: from the network outwards, on foot."""

from numba import njit

from .._types import UNREACHED_MS, Milliseconds, NodeIds, Rows
from ._signatures import INT, NOTHING, READ_INT32, WRITE_INT32, WRITE_INT32_TABLE
from .heap import drop_min, push


@njit(
    NOTHING(READ_INT32, READ_INT32, READ_INT32, WRITE_INT32_TABLE),
    cache=True,
    nogil=True,
)
def stamp(row: Rows, column: Rows, arrival_ms: Milliseconds, arrival_of_cell: Milliseconds) -> None:
    """Lower each cell to the earliest arrival of the points that lie in it."""
    for point in range(row.size):
        if arrival_ms[point] < arrival_of_cell[row[point], column[point]]:
            arrival_of_cell[row[point], column[point]] = arrival_ms[point]


@njit(
    NOTHING(INT, INT, INT, WRITE_INT32, WRITE_INT32, WRITE_INT32_TABLE, WRITE_INT32_TABLE),
    cache=True,
    nogil=True,
)
def search_outwards(
    straight_ms: int,
    diagonal_ms: int,
    limit_ms: int,
    heap_keys: Milliseconds,
    heap_nodes: NodeIds,
    walked_of_cell: Milliseconds,
    arrival_of_cell: Milliseconds,
) -> None:
    """Carry arrival times from the stamped cells to their eight neighbours, up to a walk's limit.

    `walked_of_cell` is scratch: it receives the walk behind each arrival, 0 where the network is.
    The heap needs room for eight entries per cell.
    """
    row_count, column_count = arrival_of_cell.shape
    size = 0
    for row in range(row_count):
        for column in range(column_count):
            walked_of_cell[row, column] = 0
            arrival_ms = arrival_of_cell[row, column]
            if arrival_ms < UNREACHED_MS:
                cell = row * column_count + column
                size = push(heap_keys, heap_nodes, size, arrival_ms, cell)
    while size > 0:
        here_ms = heap_keys[0]
        cell = heap_nodes[0]
        size = drop_min(heap_keys, heap_nodes, size)
        row = cell // column_count
        column = cell % column_count
        if here_ms > arrival_of_cell[row, column]:
            continue  # a shorter entry for this cell was already settled
        for next_row in range(max(row - 1, 0), min(row + 2, row_count)):
            for next_column in range(max(column - 1, 0), min(column + 2, column_count)):
                is_straight = next_row == row or next_column == column
                step_ms = straight_ms if is_straight else diagonal_ms
                walked_ms = walked_of_cell[row, column] + step_ms
                arrival_ms = here_ms + step_ms
                if walked_ms <= limit_ms and arrival_ms < arrival_of_cell[next_row, next_column]:
                    arrival_of_cell[next_row, next_column] = arrival_ms
                    walked_of_cell[next_row, next_column] = walked_ms
                    next_cell = next_row * column_count + next_column
                    size = push(heap_keys, heap_nodes, size, arrival_ms, next_cell)
