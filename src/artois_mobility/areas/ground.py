"""The ground around streets: what vertices of a grid hang on, and what bars the walk to it.

None of it depends on where a trip begins, so it is prepared once for a network and kept.
"""

import threading
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np

from .._types import NO_ARC, ArcIds, Direction, Milliseconds, Offsets, Rows
from ..kernels.grid_lines import count_cuts, list_cuts
from ..network.model import Network
from ..places.streets import allowed_arcs
from .contours import Cuts, Degrees, know_degrees
from .grid import TILE, Grid, lay_grid
from .grid_lines import Lines, Streets, list_barriers, list_by_bucket, list_streets

# Lines are looked up in squares of about this size.
BUCKET_M: Final = 100.0


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
    bucket
        Lines are looked up in squares of so many cells a side.
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
    streets = list_streets(network, grid)
    barriers = list_barriers(network, grid, bucket)
    hangs = np.zeros(network.graph.arc_count, np.bool_)
    hangs[allowed_arcs(network, np.ones(hangs.size, np.bool_))] = True
    way = np.where(hangs[streets.arc], np.minimum(network.way_of_arc[streets.arc], 0), 1)
    hooks = []
    # streets that a scenario adds give the ground more to hang on and take nothing away
    for link in np.unique(np.append(way[way <= 0], 0))[::-1].tolist():
        rows = np.flatnonzero(way == link).astype(np.int32)
        ends = [each[rows] for each in (streets.x0, streets.y0, streets.x1, streets.y1)]
        hooks.append((list_by_bucket((ends[0], ends[1], ends[2], ends[3]), grid, bucket), rows))
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
