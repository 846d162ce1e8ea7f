"""Travel-time tables between two sets of places."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import UNREACHED_MS, Milliseconds, Progress
from ..network.model import Network
from ..places.attaching import attach
from ..places.naming import names_of
from ..places.starts import Places
from .budget import check_budget, memory_budget
from .ends import ArcEnds, find_ends, minutes_of
from .ways import choose_way

ORIGINS_PER_BLOCK = 256
# Times while they are found, minutes, two codes of categories, and a copy when blocks are joined.
BYTES_PER_PAIR = 40
BUDGET_ADVICE = "Give a path to write it to a file block by block, or raise budget_bytes."


class Timed(Protocol):
    """What tells times between places without being a network, such as public transport."""

    def times_between(self, origins: Places, destinations: Places) -> Milliseconds:
        """Find the times from places to places.

        Parameters
        ----------
        origins, destinations
            As in `travel_time_matrix`, o and d places.

        Returns
        -------
        time_ms
            `UNREACHED_MS` for none, shape (o, d).
        """


def travel_time_matrix(
    network: Network | Timed,
    origins: Places,
    destinations: Places,
    *,
    path: str | Path | None = None,
    constants: Mapping[str, str] | None = None,
    budget_bytes: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame | Path:
    """Compute the minutes from every origin to every destination.

    Parameters
    ----------
    network
        The network of one profile, or public transport: minutes then are the median over its
        window, or the percentile that the window asks for, waiting included.
    origins, destinations
        Residents, sites, any table of points, or pairs of longitude and latitude. Rows are named
        by their `cell` or `site` column, else by their position. A site that stands in several
        categories counts once.
    path
        Write the table to this Parquet file, block by block, instead of returning it: for tables
        that do not fit into memory. The file appears under its name when it is complete.
    constants
        Columns to add that hold one text throughout, such as where the data comes from.
    budget_bytes
        Memory that the table, or each block of a file, may take; None for a quarter of what is
        free. A block holds one origin at least.
    progress
        Called with what is being done, how many origins are done, and how many there are.

    Returns
    -------
    matrix
        `origin` and `destination` (pandas categories), `minutes`; one row per pair, in the order
        given. NaN minutes where there is no route or one of the two is not attached. With
        `path`, that path.

    Raises
    ------
    BudgetError
        If the table would take more memory than allowed, and no `path` is given.
    """
    table = _prepare(network, _once(origins), _once(destinations), constants or {})
    pair_count = table.origin.size * table.destination.size
    if path is None:
        what = f"The table from {table.origin.size} origins to {table.destination.size} places"
        check_budget(what, pair_count * BYTES_PER_PAIR, budget_bytes, BUDGET_ADVICE)
    line_bytes = max(table.destination.size, 1) * BYTES_PER_PAIR
    per_block = memory_budget(budget_bytes) // line_bytes
    blocks = _blocks(table, max(1, min(per_block, ORIGINS_PER_BLOCK)), progress)
    if path is None:
        return pd.concat(blocks, ignore_index=True)
    return _write_blocks(blocks, Path(path))


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """One matrix to compute: names of both sides, times of some origins, columns to add."""

    origin: npt.NDArray[np.object_]
    destination: npt.NDArray[np.object_]
    times_of: Callable[[range], Milliseconds]
    constants: Mapping[str, str]


def _prepare(
    network: Network | Timed, origins: Places, destinations: Places, constants: Mapping[str, str]
) -> _Table:
    names = names_of(origins), names_of(destinations)
    if isinstance(network, Network):
        here, there = (
            find_ends(network, attach(network, each)) for each in (origins, destinations)
        )
        times_of = choose_times(network, (here, names[0].size), (there, names[1].size))
        return _Table(*names, times_of, constants)
    time_ms = network.times_between(origins, destinations)
    return _Table(*names, lambda rows: time_ms[rows.start : rows.stop], constants)


def _once(places: Places) -> Places:
    if isinstance(places, pd.DataFrame) and "site" in places:
        return places.drop_duplicates("site")
    return places


def _blocks(table: _Table, per_block: int, progress: Progress | None) -> Iterator[pd.DataFrame]:
    origin_count = table.origin.size
    (origin, origins), (destination, destinations) = (
        pd.factorize(names) for names in (table.origin, table.destination)
    )
    for start in range(0, max(origin_count, 1), per_block):
        rows = range(start, min(start + per_block, origin_count))
        lines = table.times_of(rows)
        here = np.repeat(origin[rows.start : rows.stop], destination.size)
        there = np.tile(destination, len(rows))
        yield pd.DataFrame(
            {
                "origin": pd.Categorical.from_codes(here, pd.Index(origins)),
                "destination": pd.Categorical.from_codes(there, pd.Index(destinations)),
                "minutes": minutes_of(lines.reshape(-1)),
                **{
                    name: pd.Categorical.from_codes(np.zeros(here.size, np.int8), pd.Index([text]))
                    for name, text in table.constants.items()
                },
            }
        )
        if progress is not None:
            progress("travel-time matrix", rows.stop, origin_count)


def choose_times(
    network: Network, origins: tuple[ArcEnds, int], destinations: tuple[ArcEnds, int]
) -> Callable[[range], Milliseconds]:
    """Choose how to find the times from places to places, along a street that two share too.

    Parameters
    ----------
    network
        The network of one profile.
    origins, destinations
        Where places hang on it, and how many places there are.

    Returns
    -------
    times_of
        Gives the times from some consecutive origins, one line each, in milliseconds;
        `UNREACHED_MS` for none.
    """
    here, there = origins[0], destinations[0]
    by_nodes = choose_way(
        network.searched.graph, (here.leave, origins[1]), (there.reach, destinations[1])
    )

    # most places share their street with no destination
    shared = np.flatnonzero(np.isin(here.arc, there.arc))
    place = here.place[shared]

    def times_of(rows: range) -> Milliseconds:
        lines = by_nodes(rows)
        for own in range(*np.searchsorted(place, [rows.start, rows.stop])):
            _offer_own_arc(here, int(shared[own]), there, lines[place[own] - rows.start])
        return lines

    return times_of


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

    first = next(blocks)
    schema = pa.Schema.from_pandas(first, preserve_index=False)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with parquet.ParquetWriter(unfinished, schema) as writer:
            for block in chain([first], blocks):
                writer.write_table(pa.Table.from_pandas(block, schema, preserve_index=False))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
