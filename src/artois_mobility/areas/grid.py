"""The square grid that areas are drawn on."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..errors import PlacesError
from ..network.model import Network

# Vertices along the side of a tile, which is prepared as one.
TILE: Final = 128
# No ground is prepared with more vertices than these, and no area drawn over more than these.
MOST_VERTICES: Final = 1_000_000_000
MOST_ON_SURFACE: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Grid:
    """Vertices every `cell_m` metres, row 0 in the south and column 0 in the west.

    Attributes
    ----------
    west_m, south_m
        Position of the first vertex in the network's metric system.
    cell_m
        Distance between neighbouring vertices.
    row_count, column_count
        Number of vertices, a whole number of tiles each way.
    """

    west_m: float
    south_m: float
    cell_m: float
    row_count: int
    column_count: int


def lay_grid(network: Network, cell_m: float) -> Grid:
    """Lay a grid over a network and the walks around it.

    Parameters
    ----------
    network
        The network of one profile.
    cell_m
        Distance between neighbouring vertices.

    Returns
    -------
    grid
        Its vertices lie at whole multiples of `cell_m`, so that areas of networks in the same
        metric system fit together.

    Raises
    ------
    PlacesError
        If there would be too many vertices.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> grid = lay_grid(build_network(crossroads(), "walk"), 25)
    >>> grid.row_count, grid.column_count
    (128, 128)
    """
    margin_m = network.profile.offroad_limit_m + 2 * cell_m
    lows, counts = [], []
    for position_m in (network.point_x_m, network.point_y_m):
        low = np.floor((position_m.min(initial=np.inf) - margin_m) / cell_m)
        high = np.ceil((position_m.max(initial=-np.inf) + margin_m) / cell_m)
        is_empty = position_m.size == 0
        lows.append(0.0 if is_empty else float(low) * cell_m)
        vertex_count = 1 if is_empty else int(high - low) + 1
        counts.append(-(-vertex_count // TILE) * TILE)
    if counts[0] * counts[1] > MOST_VERTICES:
        msg = (
            f"The network needs {counts[1]} x {counts[0]} cells of {cell_m:g} m, more than "
            f"{MOST_VERTICES}. Choose larger cells or a smaller extract."
        )
        raise PlacesError(msg)
    return Grid(lows[0], lows[1], cell_m, counts[1], counts[0])
