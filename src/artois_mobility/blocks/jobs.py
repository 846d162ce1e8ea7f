"""What is to be done for many origins, block by block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from ..access.asking import check_direction, list_categories
from ..areas.asking import CELL_M
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.naming import names_of
from ..places.people import list_cells, read_people
from ..places.starts import Places
from .asking import read_minutes, read_size, read_thresholds, read_whole

if TYPE_CHECKING:
    import geopandas as gpd

# Pairs of a block of a matrix; at BYTES_PER_PAIR each that is 40 MiB.
PAIRS_PER_BLOCK: Final = 2**20
BYTES_PER_PAIR: Final = 40
ORIGINS_PER_BLOCK: Final = {
    "matrix": 1024,
    "access": 8192,
    "opportunities": 4096,
    "isochrones": 64,
    "crossings": 256,
}
# What a block of anything takes besides its rows: the tables of a batch of sweeps.
BYTES_OF_SWEEPS: Final = 2**25
BYTES_PER_ROW: Final = 128
BYTES_PER_AREA: Final = 2**20


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Job:
    """Work over many origins: what is asked, of which network, from where.

    Attributes
    ----------
    task
        `matrix`, `access`, `opportunities`, `isochrones` or `crossings`.
    network
        The network of one profile.
    tables
        Origins, sites and so on, with the columns that the task reads.
    attachments
        Where these hang on the network.
    parameters
        What else is asked; ready for JSON.
    origin_count
        Number of origins.
    block_size
        Origins in a block; the last block may have fewer.
    block_bytes
        Memory that a block takes while it is computed, about.
    constants
        Columns to add that hold one text throughout, such as where the data comes from.
    """

    task: str
    network: Network
    tables: Mapping[str, pd.DataFrame]
    attachments: Mapping[str, Attachments]
    parameters: Mapping[str, Any]
    origin_count: int
    block_size: int
    block_bytes: int
    constants: Mapping[str, str] = field(default_factory=dict)

    @property
    def block_count(self) -> int:
        """Number of blocks; one without any origin too."""
        return max(1, -(-self.origin_count // self.block_size))

    def rows(self, block: int) -> range:
        """Tell which origins a block has.

        Parameters
        ----------
        block
            From 0 on.

        Returns
        -------
        rows
            Consecutive rows of the origins.
        """
        first = block * self.block_size
        return range(first, min(first + self.block_size, self.origin_count))


def matrix_job(
    network: Network,
    origins: Places,
    destinations: Places,
    *,
    block_size: int | None = None,
) -> Job:
    """Ask for the minutes from every origin to every destination, block by block.

    Parameters
    ----------
    network
        The network of one profile.
    origins, destinations
        As in `am.travel_time_matrix`.
    block_size
        Origins in a block; None for as many as make a million pairs.

    Returns
    -------
    job
        For `am.run_blocks`; its rows are those of `am.travel_time_matrix`.

    Raises
    ------
    InputError
        If `block_size` is below 1.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> walk = build_network(crossroads(), "walk")
    >>> matrix_job(walk, [(2.8302, 50.42)] * 5, [(2.8325, 50.42)], block_size=2).block_count
    3
    >>> matrix_job(walk, [], []).block_count
    1
    """
    if isinstance(destinations, pd.DataFrame) and "site" in destinations:
        destinations = destinations.drop_duplicates("site")
    names = {"origins": names_of(origins), "destinations": names_of(destinations)}
    count = names["destinations"].size
    usual = max(1, min(ORIGINS_PER_BLOCK["matrix"], PAIRS_PER_BLOCK // max(count, 1)))
    size = read_size(block_size, usual)
    return Job(
        "matrix",
        network,
        {side: pd.DataFrame({"name": each}) for side, each in names.items()},
        {"origins": attach(network, origins), "destinations": attach(network, destinations)},
        {},
        names["origins"].size,
        size,
        size * count * BYTES_PER_PAIR + BYTES_OF_SWEEPS,
    )


def access_job(
    network: Network,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    k: int = 1,
    categories: Sequence[str] | None = None,
    direction: str = "to_site",
    block_size: int | None = None,
) -> Job:
    """Ask for the minutes to the k nearest sites of each category, block by block.

    Parameters
    ----------
    network
        The network of one profile.
    residents, sites, k, categories, direction
        As in `am.access_times`.
    block_size
        Cells in a block; None for 8192.

    Returns
    -------
    job
        For `am.run_blocks`; its rows are those of `am.access_times`, by block.

    Raises
    ------
    PlacesError
        If an argument is not one of those allowed, or a cell stands twice.
    InputError
        If `k` or `block_size` is no whole number.
    """
    list_cells(residents)
    check_direction(direction)
    listed = list_categories(sites, categories)
    size = read_size(block_size, ORIGINS_PER_BLOCK["access"])
    k = read_whole(k, "k")
    asked = {"k": k, "categories": listed, "direction": direction}
    rows = size * max(len(listed), 1) * max(k, 1)
    return _of_residents("access", network, (residents, sites), asked, (size, rows))


def opportunity_job(
    network: Network,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    minutes: Sequence[float],
    *,
    worth: str | None = None,
    categories: Sequence[str] | None = None,
    direction: str = "to_site",
    block_size: int | None = None,
) -> Job:
    """Ask how much every cell reaches within minutes, block by block.

    Parameters
    ----------
    network
        The network of one profile.
    residents, sites, worth, categories, direction
        As in `am.opportunities`.
    minutes
        Its measures, as minutes.
    block_size
        Cells in a block; None for 4096.

    Returns
    -------
    job
        For `am.run_blocks`; its rows are those of `am.opportunities`, by block.

    Raises
    ------
    PlacesError
        If an argument is not one of those allowed, or a cell stands twice.
    """
    list_cells(residents)
    check_direction(direction)
    if worth is not None:
        read_people(sites, worth, "sites")
    listed = list_categories(sites, categories)
    size = read_size(block_size, ORIGINS_PER_BLOCK["opportunities"])
    bounds = read_minutes(minutes)
    asked = {
        "minutes": bounds,
        "worth": worth,
        "categories": listed,
        "direction": direction,
    }
    rows = size * max(len(listed), 1) * max(len(bounds), 1)
    return _of_residents("opportunities", network, (residents, sites), asked, (size, rows))


def isochrone_job(
    network: Network,
    origins: Places,
    minutes: Sequence[float],
    *,
    direction: str = "from",
    cell_m: float = CELL_M,
    block_size: int | None = None,
) -> Job:
    """Ask for the area reached from each origin within minutes, block by block.

    Parameters
    ----------
    network
        The network of one profile.
    origins, minutes, direction, cell_m
        As in `am.isochrones`; of tables only the points count.
    block_size
        Origins in a block; None for 64.

    Returns
    -------
    job
        For `am.run_blocks`; its rows are those of `am.isochrones`, and `name` of each origin.

    Raises
    ------
    InputError
        If `block_size` is below 1.
    """
    size = read_size(block_size, ORIGINS_PER_BLOCK["isochrones"])
    points = _points(origins)
    bounds = read_minutes(minutes)
    asked = {"minutes": bounds, "direction": direction, "cell_m": float(cell_m)}
    taken = size * BYTES_PER_AREA * max(len(bounds), 1) + BYTES_OF_SWEEPS
    return Job("isochrones", network, {"origins": points}, {}, asked, len(points), size, taken)


def crossing_job(
    network: Network,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    candidates: "gpd.GeoDataFrame",
    *,
    categories: Sequence[str] | None = None,
    thresholds_min: Sequence[float] | float | None = None,
    block_size: int | None = None,
) -> Job:
    """Ask what each of many new links would bring, block by block.

    Parameters
    ----------
    network
        The network of one profile.
    residents, sites, candidates, categories, thresholds_min
        As in `am.rank_links`.
    block_size
        Candidates in a block; None for 256.

    Returns
    -------
    job
        For `am.run_blocks`; its rows are those of `am.rank_links(...).links` in the order of the
        candidates, without their rank.

    Raises
    ------
    PlacesError
        If an argument is not one of those allowed, or a cell or candidate stands twice.
    """
    import geopandas as gpd

    from ..links.joining import read_candidates

    read_candidates(candidates)
    list_cells(residents)
    people = read_people(residents, "population")
    listed = list_categories(sites, categories)
    size = read_size(block_size, ORIGINS_PER_BLOCK["crossings"])
    asked = {"categories": listed, "thresholds_min": read_thresholds(listed, thresholds_min)}
    job = _of_residents(
        "crossings", network, (residents, sites), asked, (size, people.size * len(listed))
    )
    names = candidates["candidate"].astype(str).to_numpy(object)
    shapes = candidates.geometry
    lines = gpd.GeoDataFrame({"candidate": names}, geometry=shapes.to_numpy(), crs=shapes.crs)
    tables = {**job.tables, "candidates": lines}
    return replace(job, tables=tables, origin_count=len(lines))


def _of_residents(
    task: str,
    network: Network,
    places: "tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]",
    asked: Mapping[str, Any],
    size_and_rows: tuple[int, int],
) -> Job:
    """Put together a job from cells to sites; only the columns that are read go with it."""
    residents, sites = places
    size, rows = size_and_rows
    worth = asked.get("worth")
    cells = pd.DataFrame({"cell": list_cells(residents)})
    if "population" in residents:
        cells["population"] = residents["population"].to_numpy(np.float64)
    kept = {
        name: sites[name].astype(str).to_numpy(object)
        for name in ("site", "category", "position_quality")
        if name in sites
    }
    if worth is not None:
        kept[worth] = sites[worth].to_numpy(np.float64)
    return Job(
        task,
        network,
        {"residents": cells, "sites": pd.DataFrame(kept)},
        {"residents": attach(network, residents), "sites": attach(network, sites)},
        asked,
        len(cells),
        size,
        rows * BYTES_PER_ROW + BYTES_OF_SWEEPS,
    )


def _points(origins: Places) -> "gpd.GeoDataFrame":
    """Give origins as a table of names and points in degrees."""
    import geopandas as gpd

    from .._types import WGS84

    series = getattr(origins, "geometry", None)
    if series is None:
        pairs = np.asarray(origins, np.float64).reshape(-1, 2)
        series = gpd.GeoSeries(gpd.points_from_xy(*pairs.T), crs=WGS84)
    points = series.to_crs(WGS84).reset_index(drop=True)
    return gpd.GeoDataFrame({"name": names_of(origins)}, geometry=points)
