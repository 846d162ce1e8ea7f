"""Run a job block by block, within a budget of memory, and go on where an earlier run stopped."""

import threading
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

from .._types import WGS84, Progress
from ..errors import BudgetError, ResultError
from ..routing.budget import BYTES_PER_GIB, memory_budget
from ..routing.threads import thread_count
from ..storage.claims import claimed
from .job_folders import open_job
from .jobs import Job
from .parts import JOB, add_part, finish, finished_parts, lay_job, withdrawn_if_refused
from .tasks import Done, compute_part
from .telling import whole_parts

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client


def run_blocks(
    job: Job,
    folder: str | Path,
    *,
    client: "Client | None" = None,
    budget_bytes: int | None = None,
    progress: Progress | None = None,
) -> Path:
    """Compute a job block by block into a folder of Parquet files, and go on where one stopped.

    Killed at any moment and called again, it goes on behind the last block that was whole; the
    files are the same, byte for byte, as if nothing had happened, on any number of threads and
    machines. The folder is a dataset that pandas, GeoPandas, Arrow, DuckDB and others read as one
    table; `_manifest.json` appears last and lists every part with its checksum.

    Parameters
    ----------
    job
        What is asked: `am.matrix_job` and its like.
    folder
        Where to; empty, not there, or of an earlier run of the same job.
    client
        A Dask cluster that computes the blocks; None for the threads of this process.
    budget_bytes
        Memory that the blocks in work may take together, here; None for a quarter of what is
        free. Each worker of a cluster keeps to its own limit.
    progress
        Called with what is being done, how many blocks are done, and how many there are.

    Returns
    -------
    folder
        Where the result is.

    Raises
    ------
    InputError
        If the folder holds anything else, or another run writes there.
    BudgetError
        If not even one block fits into the budget.
    ResultError
        If a part cannot be written: what was whole before stays, and the next call goes on.

    Examples
    --------
    >>> import tempfile
    >>> from artois_mobility.blocks.jobs import matrix_job
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> walk = build_network(crossroads(), "walk")
    >>> job = matrix_job(walk, [(2.8302, 50.42)] * 3, [(2.8325, 50.42)], block_size=2)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     folder = run_blocks(job, place)
    ...     len(read_blocks(folder)), sorted(path.name for path in folder.iterdir())
    (3, ['_manifest.json', 'part-000000.parquet', 'part-000001.parquet'])
    """
    place = Path(folder)
    at_once = _blocks_at_once(job, budget_bytes)
    with claimed(place):
        try:
            key = lay_job(job, place)
            parts = finished_parts(place, key, job.block_count)
            todo = [block for block in range(job.block_count) if block not in parts]
            told = _Told(progress, job, len(parts))
            told.tell()
            with withdrawn_if_refused(place, parts):
                for done in _compute(place / JOB, key, todo, at_once, client):
                    parts[done.block] = add_part(place, *done)
                    told.tell(len(parts))
            finish(place, job, key, parts)
        except OSError as error:
            msg = (
                f"{place} could not be written: {error.strerror or error}. What is whole stays: "
                "the same call goes on behind it."
            )
            raise ResultError(msg) from error
    return place


def read_blocks(folder: str | Path) -> "pd.DataFrame":
    """Read the whole result of a job, each part held against its checksum.

    Parameters
    ----------
    folder
        Where `run_blocks` wrote.

    Returns
    -------
    table
        All rows in the order of the origins; a GeoDataFrame where they have a geometry.

    Raises
    ------
    StorageError
        If the result is not whole, or a part is missing or damaged.
    """
    place = Path(folder)
    tables = [parquet.read_table(place / part.file) for part in whole_parts(place)]
    table = pa.concat_tables(tables)
    if b"geo" not in (table.schema.metadata or {}):
        rows: pd.DataFrame = table.to_pandas()
        return rows
    import geopandas as gpd
    import shapely

    layer = table.drop_columns("geometry").to_pandas()
    shapes = shapely.from_wkb(table["geometry"].to_numpy())
    areas: pd.DataFrame = gpd.GeoDataFrame(layer, geometry=shapes, crs=WGS84)
    return areas


class _Told:
    """Tells somebody how far the work is."""

    def __init__(self, progress: Progress | None, job: Job, done: int) -> None:
        self.progress, self.job, self.done = progress, job, done

    def tell(self, done: int | None = None) -> None:
        self.done = self.done if done is None else done
        if self.progress is not None:
            self.progress(f"blocks of {self.job.task}", self.done, self.job.block_count)


def _blocks_at_once(job: Job, budget_bytes: int | None) -> int:
    allowed = memory_budget(budget_bytes)
    if job.block_bytes > allowed:
        msg = (
            f"A block of {job.block_size} origins takes about {job.block_bytes / BYTES_PER_GIB:.2f}"
            f" GiB of memory; {allowed / BYTES_PER_GIB:.2f} GiB is allowed. Allow more, or ask for "
            "fewer origins in a block (block_size, --block)."
        )
        raise BudgetError(msg)
    return max(1, min(thread_count(), allowed // job.block_bytes))


def _compute(
    folder: Path, key: str, todo: list[int], at_once: int, client: "Client | None"
) -> Iterator[Done]:
    if not todo:
        return iter(())
    if client is not None:
        from .cluster import compute_on_cluster

        return compute_on_cluster(client, folder, key, todo)
    return _compute_in_threads(open_job(folder), todo, at_once)


def _compute_in_threads(job: Job, todo: list[int], at_once: int) -> Iterator[Done]:
    """Keep so many blocks in work, no more; give each as it is done."""
    waiting = iter(todo)
    stopped = threading.Event()

    def run(block: int) -> Done | None:
        return None if stopped.is_set() else compute_part(job, block)

    with ThreadPoolExecutor(at_once) as pool:
        running: set[Future[Any]] = {pool.submit(run, block) for block in islice(waiting, at_once)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(run, block) for block in islice(waiting, len(done))}
                for each in done:
                    yield each.result()
        finally:
            stopped.set()
