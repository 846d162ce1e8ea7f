"""Travel-time tables between two sets of places."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, Union

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import UNREACHED_MS, Milliseconds, Progress
from ..network.model import Network
from ..places.attaching import attach
from .ends import ArcEnds, find_ends, minutes_of
from .searches import search_from_seeds
from .threads import run_each

if TYPE_CHECKING:
    import geopandas as gpd

Places: TypeAlias = Union["gpd.GeoDataFrame", Sequence[tuple[float, float]]]
ORIGINS_PER_BLOCK = 256


def travel_time_matrix(
    network: Network,
    origins: Places,
    destinations: Places,
    *,
    path: str | Path | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame | Path:
    """Compute the minutes from every origin to every destination.

    Parameters
    ----------
    network
        The network of one profile.
    origins, destinations
        Residents, sites, any table of points, or pairs of longitude and latitude. Rows are named
        by their `cell` or `site` column, else by their position. A site that stands in several
        categories counts once.
    path
        Write the table to this Parquet file, block by block, instead of returning it: for tables
        that do not fit into memory. The file appears under its name when it is complete.
    progress
        Called with what is being done, how many origins are done, and how many there are.

    Returns
    -------
    matrix
        `origin`, `destination`, `minutes`; one row per pair, in the order given. NaN minutes
        where there is no route or one of the two is not attached. With `path`, that path.
    """
    table = _prepare(network, _once(origins), _once(destinations))
    blocks = _blocks(table, progress)
    if path is None:
        return pd.concat(blocks, ignore_index=True)
    return _write_blocks(blocks, Path(path))


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One matrix to compute: the network, the names of both sides and their ends."""

    network: Network
    origin: npt.NDArray[np.object_]
    destination: npt.NDArray[np.object_]
    origin_ends: ArcEnds
    destination_ends: ArcEnds


def _prepare(network: Network, origins: Places, destinations: Places) -> _Table:
    ends = (find_ends(network, attach(network, each)) for each in (origins, destinations))
    return _Table(network, _names(origins), _names(destinations), *ends)


def _once(places: Places) -> Places:
    if isinstance(places, pd.DataFrame) and "site" in places:
        return places.drop_duplicates("site")
    return places


def _names(places: Places) -> npt.NDArray[np.object_]:
    for column in ("cell", "site"):
        if isinstance(places, pd.DataFrame) and column in places:
            return places[column].astype(str).to_numpy(object)
    return np.array([str(row) for row in range(len(places))], object)


def _blocks(table: _Table, progress: Progress | None) -> Iterator[pd.DataFrame]:
    origin_count = table.origin.size
    for start in range(0, max(origin_count, 1), ORIGINS_PER_BLOCK):
        rows = range(start, min(start + ORIGINS_PER_BLOCK, origin_count))
        lines = run_each(lambda row: _times_from(table, row), rows)
        minutes = minutes_of(np.array(lines, np.int32).reshape(-1))
        yield pd.DataFrame(
            {
                "origin": np.repeat(table.origin[rows.start : rows.stop], table.destination.size),
                "destination": np.tile(table.destination, len(rows)),
                "minutes": minutes,
            }
        )
        if progress is not None:
            progress("travel-time matrix", rows.stop, origin_count)


def _times_from(table: _Table, row: int) -> Milliseconds:
    """Compute the time from one origin to every destination."""
    ends = table.origin_ends
    best_ms = np.full(table.destination.size, UNREACHED_MS, np.int32)
    mine = ends.leave.of_place(row)
    seeds = ends.leave.node[mine], ends.leave.ms[mine]
    node_ms = search_from_seeds(table.network.graph, *seeds)
    there = table.destination_ends
    np.minimum.at(best_ms, there.reach.place, node_ms[there.reach.node] + there.reach.ms)
    for attachment in range(*np.searchsorted(ends.place, [row, row + 1])):
        _offer_own_arc(ends, attachment, there, best_ms)
    return best_ms


def _offer_own_arc(here: ArcEnds, attachment: int, there: ArcEnds, best_ms: Milliseconds) -> None:
    """Lower the times to destinations on the origin's own arc, without going round by an end."""
    same = np.flatnonzero(there.arc == here.arc[attachment])
    for side in range(2):
        from_ms, to_ms = here.along_ms[attachment, side], there.along_ms[same, side]
        ahead = (to_ms < UNREACHED_MS) & (to_ms >= from_ms) & (from_ms < UNREACHED_MS)
        rows = same[ahead]
        total_ms = here.offroad_ms[attachment] + (to_ms[ahead] - from_ms) + there.offroad_ms[rows]
        np.minimum.at(best_ms, there.place[rows], total_ms.astype(np.int32))


def _write_blocks(blocks: Iterator[pd.DataFrame], path: Path) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema(
        [("origin", pa.string()), ("destination", pa.string()), ("minutes", pa.float64())]
    )
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with parquet.ParquetWriter(unfinished, schema) as writer:
            for block in blocks:
                writer.write_table(pa.Table.from_pandas(block, schema, preserve_index=False))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
