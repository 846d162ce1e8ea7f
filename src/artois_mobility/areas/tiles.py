"""Tiles of the ground: from which streets their vertices are reached, on foot or right there.

A tile takes its time, so each is prepared when it is first needed, and kept with the ground.
"""

from collections.abc import Sequence

import numpy as np
import shapely

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Flags, Floats, Milliseconds, Rows
from ..kernels.grid_lines import find_blocked
from ..kernels.hanging import MOST_TIES, hang_vertices
from ..network.model import Network
from ..network.outlines import ranges
from ..places.streets import TOUCH_M
from ..routing.threads import run_each
from .grid import TILE, Grid
from .grid_lines import Lines, bucket_counts
from .ground import Ground, Tile


def prepare_tiles(
    network: Network, ground: Ground, places: Sequence[tuple[int, int]]
) -> list[Tile]:
    """Prepare tiles of a ground, each once.

    Parameters
    ----------
    network
        The network that this is the ground of.
    ground
        Keeps them.
    places
        Their rows and columns.

    Returns
    -------
    tiles
        In the same order.
    """
    missing = [each for each in places if each not in ground.tiles]
    found = run_each(lambda place: _make_tile(network, ground, *place), missing)
    for place, tile in zip(missing, found, strict=True):
        ground.tiles.setdefault(place, tile)
    return [ground.tiles[each] for each in places]


def _make_tile(network: Network, ground: Ground, tile_row: int, tile_column: int) -> Tile:
    """Find from which streets the vertices of a tile are reached."""
    row, column = tile_row * TILE, tile_column * TILE
    parts = [_hang(network, ground, (row, column), *each) for each in ground.hooks]
    parts.append(_stamp(ground, row, column))
    vertex, arc, share, walk = (np.concatenate(each) for each in zip(*parts, strict=True))
    order = np.lexsort((vertex, arc))
    vertex, arc, share, walk = (each[order] for each in (vertex, arc, share, walk))
    first = np.flatnonzero(np.diff(arc, prepend=NO_ARC) != 0)
    ahead_ms, ahead_left_ms = _split(network, arc, share)
    twin = network.twin_of_arc[arc] if arc.size else arc
    behind_left_ms, behind_ms = _split(network, twin, share)
    walk_h = walk * ground.grid.cell_m / 1000 / network.profile.offroad_kmh
    return Tile(
        arc[first],
        np.append(first, arc.size).astype(np.int32),
        vertex,
        np.ceil(walk_h * 3_600_000 - 1e-6).astype(np.int32),
        ahead_ms,
        behind_ms,
        ahead_left_ms,
        behind_left_ms,
    )


def _split(network: Network, arc: ArcIds, share: Floats) -> tuple[Milliseconds, Milliseconds]:
    """Split the time of arcs at a share of it; `UNREACHED_MS` where there is no arc."""
    if not arc.size:
        return arc, arc
    whole_ms = network.local_ms[np.where(arc == NO_ARC, 0, arc)]
    before_ms = np.rint(share * whole_ms)
    parts = [
        np.where(arc == NO_ARC, UNREACHED_MS, each) for each in (before_ms, whole_ms - before_ms)
    ]
    return parts[0].astype(np.int32), parts[1].astype(np.int32)


def _hang(
    network: Network, ground: Ground, corner: tuple[int, int], lines: Lines, line_of_row: Rows
) -> tuple[Rows, ArcIds, Floats, Floats]:
    """Find the nearest street of each vertex to which it can be walked."""
    grid, (row, column) = ground.grid, corner
    tie = np.empty((TILE * TILE, MOST_TIES), np.int32)
    row_count, column_count = bucket_counts(grid, ground.bucket)
    hang_vertices(
        row, column, TILE, TILE,
        network.profile.offroad_limit_m / grid.cell_m, TOUCH_M / grid.cell_m,
        ground.bucket, row_count, column_count,
        *lines.ends, lines.first, lines.line,
        *ground.barriers.ends, ground.barriers.first, ground.barriers.line,
        tie,
    )  # fmt: skip
    tie[_in_water(network, grid, row, column)] = NO_ARC
    vertex, rank = np.nonzero(tie >= 0)
    line = line_of_row[tie[vertex, rank]] if vertex.size else np.zeros(0, np.int32)
    streets = ground.streets
    x0, y0 = streets.x0[line], streets.y0[line]
    dx, dy = streets.x1[line] - x0, streets.y1[line] - y0
    x, y = column + vertex % TILE - x0, row + vertex // TILE - y0
    square = dx * dx + dy * dy
    along = np.divide(x * dx + y * dy, square, out=np.zeros(line.size), where=square > 0)
    along = np.clip(along, 0, 1)
    walk = np.hypot(x - along * dx, y - along * dy)
    share = streets.begin[line] + along * (streets.end[line] - streets.begin[line])
    return vertex.astype(np.int32), streets.arc[line], share, walk


def _in_water(network: Network, grid: Grid, row: int, column: int) -> Rows:
    """Find the vertices of a tile that lie in water, where nobody stands."""
    number = np.arange(TILE * TILE)
    x_m = grid.west_m + (column + number % TILE) * grid.cell_m
    y_m = grid.south_m + (row + number // TILE) * grid.cell_m
    box = shapely.box(x_m[0], y_m[0], x_m[-1], y_m[-1])
    is_wet = np.zeros(number.size, np.bool_)
    for area in network.water[shapely.intersects(network.water, box)]:
        shapely.prepare(area)
        is_wet |= shapely.contains_xy(area, x_m, y_m)
    return np.flatnonzero(is_wet).astype(np.int32)


def _stamp(ground: Ground, row: int, column: int) -> tuple[Rows, ArcIds, Floats, Floats]:
    """Tell the vertices around each point of a street that it is there, without any walk.

    So every square of the grid that a street is reached in is filled, up to a barrier.
    """
    streets = ground.streets
    is_near = np.maximum(streets.x0, streets.x1) >= column - 1
    is_near &= np.minimum(streets.x0, streets.x1) <= column + TILE
    is_near &= np.maximum(streets.y0, streets.y1) >= row - 1
    is_near &= np.minimum(streets.y0, streets.y1) <= row + TILE
    line = np.flatnonzero(is_near)
    own, along, west, south = _pass_squares(
        streets.x0[line], streets.y0[line], streets.x1[line], streets.y1[line]
    )
    row_of_line = line[own]
    x = streets.x0[row_of_line] + along * (streets.x1 - streets.x0)[row_of_line]
    y = streets.y0[row_of_line] + along * (streets.y1 - streets.y0)[row_of_line]
    arc = streets.arc[row_of_line]
    share = streets.begin[row_of_line] + along * (streets.end - streets.begin)[row_of_line]
    corner_x = (west[:, np.newaxis] + np.array([0, 1, 0, 1])).ravel()
    corner_y = (south[:, np.newaxis] + np.array([0, 0, 1, 1])).ravel()
    point = np.repeat(np.arange(x.size), 4)
    is_mine = (corner_x >= column) & (corner_x < column + TILE)
    is_mine &= (corner_y >= row) & (corner_y < row + TILE)
    corner_x, corner_y, point = corner_x[is_mine], corner_y[is_mine], point[is_mine]
    is_open = ~_are_blocked(ground, x[point], y[point], corner_x, corner_y)
    corner_x, corner_y, point = corner_x[is_open], corner_y[is_open], point[is_open]
    vertex = (corner_y - row) * TILE + corner_x - column
    kept = _outermost(vertex * np.int64(ground.tiles_of_arc.shape[0]) + arc[point], share[point])
    vertex, point = vertex[kept], point[kept]
    return vertex.astype(np.int32), arc[point], share[point], np.zeros(point.size)


def _pass_squares(
    x0: Floats, y0: Floats, x1: Floats, y1: Floats
) -> tuple[Rows, Floats, Rows, Rows]:
    """Find where lines enter and leave the squares of the grid.

    Returns the row of the line, the share of it and the square, twice for each square passed.
    """
    rows, shares = [np.arange(x0.size)] * 2, [np.zeros(x0.size), np.ones(x0.size)]
    for begin, end in ((x0, x1), (y0, y1)):
        first, last = (
            np.floor(each(begin, end)).astype(np.int64) for each in (np.minimum, np.maximum)
        )
        count = last - first
        row = np.repeat(np.arange(x0.size), count)
        crossed = first[row] + 1 + ranges(np.zeros(x0.size), count)
        rows.append(row)
        shares.append((crossed - begin[row]) / (end - begin)[row])
    row, share = np.concatenate(rows), np.concatenate(shares)
    order = np.lexsort((share, row))
    row, share = row[order], np.clip(share[order], 0, 1)
    stays = np.flatnonzero(row[1:] == row[:-1])
    middle, own = (share[stays] + share[stays + 1]) / 2, row[stays]
    west = np.floor(x0[own] + middle * (x1 - x0)[own]).astype(np.int64)
    south = np.floor(y0[own] + middle * (y1 - y0)[own]).astype(np.int64)
    both = np.column_stack([share[stays], share[stays + 1]]).ravel()
    return np.repeat(own, 2), both, np.repeat(west, 2), np.repeat(south, 2)


def _outermost(key: Rows, share: Floats) -> Rows:
    """Keep the rows with the least and the most share of each key."""
    order = np.lexsort((share, key))
    changes = np.diff(key[order]) != 0
    rows: Rows = order[_ends_of_runs(changes, order.size)].astype(np.int32)
    return rows


def _ends_of_runs(changes: Flags, size: int) -> Flags:
    """Tell which rows are the first or the last of a run, from where the runs change."""
    is_end = np.ones(size, np.bool_)
    is_end[1:-1] = changes[:-1] | changes[1:]
    return is_end


def _are_blocked(ground: Ground, x: Floats, y: Floats, to_x: Rows, to_y: Rows) -> Flags:
    is_blocked = np.zeros(x.size, np.bool_)
    row_count, column_count = bucket_counts(ground.grid, ground.bucket)
    find_blocked(
        x, y, to_x.astype(np.float64), to_y.astype(np.float64), TOUCH_M / ground.grid.cell_m,
        *ground.barriers.ends, ground.bucket, row_count, column_count,
        ground.barriers.first, ground.barriers.line, is_blocked,
    )  # fmt: skip
    return is_blocked
