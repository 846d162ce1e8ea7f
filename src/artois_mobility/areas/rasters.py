"""Surfaces over the ground: minutes from a place, and how many places are reached in time."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .._types import MS_PER_MIN, Direction, Floats
from ..errors import InputError, PlacesError
from ..network.geodesy import project
from ..network.model import Network
from ..transit.model import Transit, walked_network
from .asking import CELL_M, Origins, ask
from .by_transit import attach_homes, check_window, lay_by_transit
from .contours import Surface
from .surfaces import Question, lay_surface, time_each, time_streets

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

INSTALL_XARRAY = "Labelled arrays need xarray: pip install 'artois-mobility[xarray]'."
INSTALL = "GeoTIFF files need rasterio: pip install 'artois-mobility[heights]'."


@dataclass(frozen=True, slots=True, eq=False)
class Raster:
    """Numbers on a square grid.

    Attributes
    ----------
    values
        Shape (r, c), row 0 in the north; NaN for none.
    west_m, north_m
        Corner of the first cell in `crs`; its middle is half a cell further.
    cell_m
        Side of a cell.
    crs
        Metric coordinate system, as `EPSG:...`.
    unit
        What the numbers are.
    """

    values: npt.NDArray[np.float32]
    west_m: float
    north_m: float
    cell_m: float
    crs: str
    unit: str

    def at(self, lon_deg: npt.ArrayLike, lat_deg: npt.ArrayLike) -> Floats:
        """Read the numbers of the cells that points lie in.

        Parameters
        ----------
        lon_deg, lat_deg
            Positions in degrees, shape (q,).

        Returns
        -------
        values
            NaN outside, shape (q,).
        """
        x_m, y_m = project(lon_deg, lat_deg, self.crs)
        column = np.floor((x_m - self.west_m) / self.cell_m).astype(np.int64)
        row = np.floor((self.north_m - y_m) / self.cell_m).astype(np.int64)
        row_count, column_count = self.values.shape
        is_inside = (row >= 0) & (row < row_count) & (column >= 0) & (column < column_count)
        found: Floats = np.full(row.size, np.nan)
        found[is_inside] = self.values[row[is_inside], column[is_inside]]
        return found

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the numbers as a picture with a scale.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        ax
            The map in `crs`; nothing where there is no number.
        """
        from matplotlib import pyplot as plt

        ax = ax or plt.subplots(figsize=(7.0, 5.0), layout="constrained")[1]
        rows, columns = self.values.shape
        east_m, south_m = self.west_m + columns * self.cell_m, self.north_m - rows * self.cell_m
        extent = (self.west_m, east_m, south_m, self.north_m)
        picture = ax.imshow(self.values, extent=extent, cmap="viridis_r", interpolation="nearest")
        ax.figure.colorbar(picture, ax=ax, label=self.unit, shrink=0.7)
        ax.set_axis_off()
        return ax

    def to_xarray(self) -> "xarray.DataArray":
        """Give the numbers as a labelled array, for notebooks.

        Returns
        -------
        array
            Coordinates `y` (descending) and `x` are the middles of the cells in metres;
            `attrs` holds `units`, `crs` and `cell_m`.

        Raises
        ------
        InputError
            If xarray is not installed.
        """
        try:
            import xarray
        except ImportError as error:
            raise InputError(INSTALL_XARRAY) from error
        row_count, column_count = self.values.shape
        y_m = self.north_m - (np.arange(row_count) + 0.5) * self.cell_m
        x_m = self.west_m + (np.arange(column_count) + 0.5) * self.cell_m
        attrs = {"units": self.unit, "crs": self.crs, "cell_m": self.cell_m}
        return xarray.DataArray(self.values, [("y", y_m), ("x", x_m)], attrs=attrs)

    def to_geotiff(self, path: str | Path) -> Path:
        """Write a GeoTIFF that opens in QGIS.

        Parameters
        ----------
        path
            Where to; a file there is replaced.

        Returns
        -------
        path
            The same.

        Raises
        ------
        InputError
            If rasterio is not installed, or the folder is missing.
        """
        try:
            import rasterio
            from rasterio.transform import Affine
        except ImportError as error:
            raise InputError(INSTALL) from error
        path = Path(path)
        if not path.parent.is_dir():
            msg = f"The folder {path.parent} does not exist. Make it, or write elsewhere."
            raise InputError(msg)
        row_count, column_count = self.values.shape
        part = path.with_name(f".{path.name}.part")
        with rasterio.open(
            part,
            "w",
            driver="GTiff",
            width=column_count,
            height=row_count,
            count=1,
            dtype="float32",
            crs=self.crs,
            transform=Affine(self.cell_m, 0, self.west_m, 0, -self.cell_m, self.north_m),
            nodata=np.nan,
            compress="deflate",
        ) as file:
            file.write(self.values, 1)
            file.set_band_description(1, self.unit)
        part.replace(path)
        return path


def arrival_surface(
    network: Network | Transit,
    origin: Origins,
    minutes: float,
    *,
    direction: Direction = "from",
    cell_m: float = CELL_M,
) -> Raster:
    """Compute the minutes between a place and everywhere around it.

    Parameters
    ----------
    network
        The network of one profile, or public transport over its window.
    origin
        One place: a row of a table, or a pair of longitude and latitude in a list.
    minutes
        The farthest to go, above 0.
    direction
        `"from"` the place, or `"to"` it, which by public transport needs a window of arrivals.
    cell_m
        Side of the cells in metres.

    Returns
    -------
    surface
        Minutes in the middle of each cell, by the street that the cell hangs on and the walk from
        there; NaN where they are more than `minutes`. Without any cell where nothing is reached.

    Raises
    ------
    PlacesError
        If there is not one place, or an argument is not allowed.

    See Also
    --------
    isochrones : the areas cut out of this surface.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> walk = build_network(crossroads(), "walk")
    >>> surface = arrival_surface(walk, [(2.8305, 50.42)], 10)
    >>> surface.at([2.8305, 2.8314, 2.9], [50.42, 50.4207, 50.42]).round()
    array([ 0.,  2., nan])
    """
    question, _, attachments = ask(
        walked_network(network), origin, [minutes], direction, cell_m=cell_m
    )
    if attachments.place_count != 1:
        msg = (
            f"arrival_surface takes one place; found {attachments.place_count}. "
            "count_reaching takes many."
        )
        raise PlacesError(msg)
    if isinstance(network, Transit):
        check_window(network, direction)
        surface = next(
            lay_by_transit(network, question, attachments, attach_homes(network, origin, None))
        )
    else:
        surface = lay_surface(question, time_streets(question, 0))
    if surface is None:
        return _raster(question, np.zeros((0, 0), np.float32), (0, 0), "minutes")
    reached = surface.arrival_ms <= question.bound_ms
    values = np.where(reached, surface.arrival_ms / MS_PER_MIN, np.nan).astype(np.float32)
    return _raster(question, values, (surface.first_row, surface.first_column), "minutes")


def count_reaching(
    network: Network | Transit,
    origins: Origins,
    minutes: float,
    *,
    direction: Direction = "to",
    cell_m: float = CELL_M,
) -> Raster:
    """Count how many places can be reached in time, from everywhere around them.

    Parameters
    ----------
    network
        The network of one profile, or public transport over its window.
    origins
        Pairs of longitude and latitude, or a table of points, such as all hospitals.
    minutes
        The longest trip, above 0.
    direction
        `"to"` the places, as one goes to a hospital, or `"from"` them, as an ambulance does.
    cell_m
        Side of the cells in metres.

    Returns
    -------
    counts
        How many of the places each cell reaches in time, NaN for none.

    Raises
    ------
    PlacesError
        If an argument is not allowed.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> walk = build_network(crossroads(), "walk")
    >>> counts = count_reaching(walk, [(2.8305, 50.42), (2.8305, 50.42)], 10)
    >>> counts.at([2.8305, 2.9], [50.42, 50.42])
    array([ 2., nan])
    """
    question, _, attachments = ask(
        walked_network(network), origins, [minutes], direction, cell_m=cell_m
    )
    grid = question.ground.grid
    counts = np.zeros((grid.row_count, grid.column_count), np.float32)
    lock = threading.Lock()

    def add(surface: Surface | None) -> None:
        if surface is None:
            return
        row, column = surface.first_row, surface.first_column
        rows, columns = surface.arrival_ms.shape
        reached = surface.arrival_ms <= question.bound_ms
        with lock:
            counts[row : row + rows, column : column + columns] += reached

    if isinstance(network, Transit):
        check_window(network, direction)
        for surface in lay_by_transit(
            network, question, attachments, attach_homes(network, origins, None)
        ):
            add(surface)
    else:
        time_each(
            question, attachments.place_count, lambda times: add(lay_surface(question, times))
        )
    counts[counts == 0] = np.nan
    some_row, some_column = (np.flatnonzero(np.isfinite(counts).any(axis=axis)) for axis in (1, 0))
    if not some_row.size:
        return _raster(question, np.zeros((0, 0), np.float32), (0, 0), "places")
    rows = slice(int(some_row[0]), int(some_row[-1]) + 1)
    columns = slice(int(some_column[0]), int(some_column[-1]) + 1)
    return _raster(question, counts[rows, columns], (rows.start, columns.start), "places")


def _raster(
    question: Question, values: npt.NDArray[np.float32], first: tuple[int, int], unit: str
) -> Raster:
    """Make a raster of a block of vertices, each the middle of a cell."""
    grid = question.ground.grid
    west_m = grid.west_m + (first[1] - 0.5) * grid.cell_m
    north_m = grid.south_m + (first[0] + values.shape[0] - 0.5) * grid.cell_m
    flipped = np.ascontiguousarray(values[::-1])
    return Raster(flipped, west_m, north_m, grid.cell_m, question.network.crs, unit)
