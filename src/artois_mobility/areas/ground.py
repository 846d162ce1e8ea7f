"""The ground around streets: from which of them each vertex of a grid is reached, on foot.

None of it depends on where a trip begins, so it is prepared once for a network and kept, tile by
tile as they are needed.
"""

import threading
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import shapely

from .._types import (
    NO_ARC,
    UNREACHED_MS,
    ArcIds,
    Direction,
    Flags,
    Floats,
    Milliseconds,
    Offsets,
    Rows,
)
from ..kernels.grid_lines import count_cuts, count_touched, find_blocked, list_cuts, list_touching
from ..kernels.hanging import MOST_TIES, hang_vertices
from ..network.model import Network
from ..network.outlines import ranges
from ..places.streets import TOUCH_M, allowed_arcs
from ..routing.threads import run_each
from .contours import Cuts, Degrees, know_degrees
from .grid import TILE, Grid, lay_grid

# Lines are looked up in squares of about this size.
BUCKET_M: Final = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Straight lines in cells of the grid, listed by bucket: l lines, b buckets.

    Attributes
    ----------
    x0, y0, x1, y1
        Ends, shape (l,).
    first
        First of each bucket's lines in `line`, shape (b + 1,).
    line
        Rows of the lines, by bucket.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    first: npt.NDArray[np.int64]
    line: Rows

    @property
    def ends(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Both ends of all lines, as the kernels take them."""
        return self.x0, self.y0, self.x1, self.y1


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """Straight pieces of streets, each street by the smaller id of its twins: l pieces.

    Attributes
    ----------
    arc
        Arc that each is a piece of, shape (l,).
    begin, end
        Shares of the arc's time at its ends, shape (l,).
    x0, y0, x1, y1
        Its ends, in cells of the grid, shape (l,).
    """

    arc: ArcIds
    begin: Floats
    end: Floats
    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """A block of vertices and the streets they are reached from: u streets, h hooks.

    Attributes
    ----------
    arc
        The streets, each the smaller id of two twins, ascending, shape (u,).
    first
        First hook of each street, shape (u + 1,).
    vertex
        Vertex that hangs there, counted row by row, shape (h,).
    walk_ms
        From there to the vertex, shape (h,).
    ahead_ms, behind_ms
        From the tail of the arc, and of its twin, to where the walk begins, shape (h,).
    ahead_left_ms, behind_left_ms
        From there on to the head of the arc, and of its twin, shape (h,).
    """

    arc: ArcIds
    first: Offsets
    vertex: Rows
    walk_ms: Milliseconds
    ahead_ms: Milliseconds
    behind_ms: Milliseconds
    ahead_left_ms: Milliseconds
    behind_left_ms: Milliseconds

    def along(self, direction: Direction) -> tuple[Milliseconds, Milliseconds]:
        """Give the times on the arc and on its twin, from their tails or to their heads."""
        if direction == "from":
            return self.ahead_ms, self.behind_ms
        return self.ahead_left_ms, self.behind_left_ms


@dataclass(slots=True, eq=False)
class Ground:
    """What lies around the streets of a network.

    Attributes
    ----------
    grid
        The vertices.
    streets
        All pieces of streets.
    barriers
        What nobody walks across.
    cuts
        Where it cuts the edges of the grid.
    hooks
        Pieces that vertices may hang on: those of the extract first, then of each link that a
        scenario made; and their rows in `streets`.
    tiles_of_arc
        First row and column, last row and column of the tiles around each street, shape (m, 4).
    degrees
        Where the grid lies on the globe.
    tiles
        Those prepared so far.
    """

    grid: Grid
    streets: Streets
    bucket: int
    barriers: Lines
    cuts: Cuts
    hooks: list[tuple[Lines, Rows]]
    tiles_of_arc: Rows
    degrees: Degrees
    tiles: dict[tuple[int, int], Tile] = field(default_factory=dict)

    def prepare(self, network: Network, tiles: list[tuple[int, int]]) -> list[Tile]:
        """Prepare tiles, each once.

        Parameters
        ----------
        network
            The network that this is the ground of.
        tiles
            Their rows and columns.

        Returns
        -------
        tiles
            In the same order.
        """
        missing = [each for each in tiles if each not in self.tiles]
        found = run_each(lambda place: _make_tile(network, self, *place), missing)
        for place, tile in zip(missing, found, strict=True):
            self.tiles.setdefault(place, tile)
        return [self.tiles[each] for each in tiles]


_lock = threading.Lock()
_grounds: "WeakKeyDictionary[Network, dict[float, Ground]]" = WeakKeyDictionary()


def ground_of(network: Network, cell_m: float) -> Ground:
    """Return the ground of a network, kept as long as the network.

    Parameters
    ----------
    network
        The network of one profile.
    cell_m
        Distance between the vertices of the grid.

    Returns
    -------
    ground
        The same object for the same network and distance.

    Raises
    ------
    PlacesError
        If the grid would be huge.
    """
    with _lock:
        known = _grounds.setdefault(network, {})
        if cell_m not in known:
            known[cell_m] = _survey(network, cell_m)
        return known[cell_m]


def _survey(network: Network, cell_m: float) -> Ground:
    grid = lay_grid(network, cell_m)
    bucket = max(round(BUCKET_M / cell_m), 1)
    streets = _list_streets(network, grid)
    corner, line = shapely.get_coordinates(network.barriers, return_index=True)
    x, y = _to_cells(corner[:, 0], grid.west_m, grid), _to_cells(corner[:, 1], grid.south_m, grid)
    joined = np.flatnonzero((np.diff(line) == 0) & ((np.diff(x) != 0) | (np.diff(y) != 0)))
    barriers = _list_by_bucket((x[joined], y[joined], x[joined + 1], y[joined + 1]), grid, bucket)
    hangs = np.zeros(network.graph.arc_count, np.bool_)
    hangs[allowed_arcs(network, np.ones(hangs.size, np.bool_))] = True
    way = np.where(hangs[streets.arc], np.minimum(network.way_of_arc[streets.arc], 0), 1)
    hooks = []
    # streets that a scenario adds give the ground more to hang on and take nothing away
    for link in np.unique(np.append(way[way <= 0], 0))[::-1].tolist():
        rows = np.flatnonzero(way == link).astype(np.int32)
        ends = [each[rows] for each in (streets.x0, streets.y0, streets.x1, streets.y1)]
        hooks.append((_list_by_bucket((ends[0], ends[1], ends[2], ends[3]), grid, bucket), rows))
    around = _tiles_of_arcs(network, streets, grid)
    degrees = know_degrees(grid, network.crs)
    return Ground(
        grid, streets, bucket, barriers, _find_cuts(grid, barriers), hooks, around, degrees
    )


def _tiles_of_arcs(network: Network, streets: Streets, grid: Grid) -> Rows:
    """Find the tiles around each street that can be reached from it; both of two twins know it."""
    low, high = np.full((2, network.graph.arc_count, 2), np.inf)
    high[:] = -np.inf
    for place, begin, end in ((0, streets.y0, streets.y1), (1, streets.x0, streets.x1)):
        np.minimum.at(low[:, place], streets.arc, np.minimum(begin, end))
        np.maximum.at(high[:, place], streets.arc, np.maximum(begin, end))
    twin = network.twin_of_arc
    is_second = (twin != NO_ARC) & (np.arange(twin.size) > twin)
    low[is_second], high[is_second] = low[twin[is_second]], high[twin[is_second]]
    reach = network.profile.offroad_limit_m / grid.cell_m + 1
    counts = np.array([grid.row_count, grid.column_count]) // TILE
    first = np.maximum(np.floor((low - reach) / TILE), 0)
    last = np.minimum(np.floor((high + reach) / TILE), counts - 1)
    return np.hstack([first, last]).astype(np.int32)


def _to_cells(position_m: Floats, low_m: float, grid: Grid) -> Floats:
    return np.ascontiguousarray((position_m - low_m) / grid.cell_m, np.float64)


def _list_streets(network: Network, grid: Grid) -> Streets:
    """Take streets apart into straight pieces, each street once."""
    point_count = np.diff(network.first_point)
    arc_of_point = np.repeat(np.arange(point_count.size, dtype=np.int32), point_count)
    is_last = np.zeros(arc_of_point.size, np.bool_)
    is_last[network.first_point[1:] - 1] = True
    twin = network.twin_of_arc
    is_first = (twin == NO_ARC) | (np.arange(twin.size) < twin)
    start = np.flatnonzero(~is_last & is_first[arc_of_point])
    share = _share_of_arc(network, arc_of_point)
    x = _to_cells(network.point_x_m, grid.west_m, grid)
    y = _to_cells(network.point_y_m, grid.south_m, grid)
    return Streets(
        arc_of_point[start],
        share[start],
        share[start + 1],
        x[start],
        y[start],
        x[start + 1],
        y[start + 1],
    )


def _share_of_arc(network: Network, arc_of_point: Rows) -> Floats:
    """Share of the arc's time at each shape point; by number where an arc takes no time."""
    first = network.first_point[:-1][arc_of_point]
    last = network.first_point[1:][arc_of_point] - 1
    whole_ms = network.point_ms[last]
    by_number = (np.arange(arc_of_point.size) - first) / np.maximum(last - first, 1)
    return np.where(whole_ms > 0, network.point_ms / np.maximum(whole_ms, 1), by_number)


def _list_by_bucket(ends: tuple[Floats, Floats, Floats, Floats], grid: Grid, bucket: int) -> Lines:
    row_count, column_count = _bucket_counts(grid, bucket)
    size = np.zeros(row_count * column_count, np.int64)
    count_touched(*ends, bucket, row_count, column_count, size)
    first = np.zeros(size.size + 1, np.int64)
    np.cumsum(size, out=first[1:])
    line = np.empty(int(first[-1]), np.int32)
    list_touching(*ends, bucket, row_count, column_count, first[:-1].copy(), line)
    return Lines(*ends, first, line)


def _bucket_counts(grid: Grid, bucket: int) -> tuple[int, int]:
    return -(-grid.row_count // bucket), -(-grid.column_count // bucket)


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
    row_count, column_count = _bucket_counts(grid, ground.bucket)
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
    row_count, column_count = _bucket_counts(ground.grid, ground.bucket)
    find_blocked(
        x, y, to_x.astype(np.float64), to_y.astype(np.float64), TOUCH_M / ground.grid.cell_m,
        *ground.barriers.ends, ground.bucket, row_count, column_count,
        ground.barriers.first, ground.barriers.line, is_blocked,
    )  # fmt: skip
    return is_blocked


def _find_cuts(grid: Grid, barriers: Lines) -> Cuts:
    """Find where barriers cut the edges of the grid."""
    count = count_cuts(*barriers.ends)
    edge, share = np.empty(count, np.int64), np.empty(count)
    size = (grid.row_count, grid.column_count)
    count = list_cuts(*barriers.ends, *size, edge, share)
    order = np.lexsort((share[:count], edge[:count]))
    edge, share = edge[order], share[order]
    is_first = np.diff(edge, prepend=-1) != 0
    is_last = np.diff(edge, append=-1) != 0
    return Cuts(edge[is_first], share[is_first], share[is_last])
