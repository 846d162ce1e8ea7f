"""Blocks on a Dask cluster: Dask decides which worker does what, and again when one dies.

Workers open the job from shared storage where they see it, else each receives it once. They give
back the bytes of their parts; only the process that was started writes results.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

from ..errors import ResultError
from .job_folders import job_fingerprint, key_of
from .tasks import Done
from .workers import compute_there, install_hint, other_version

# Blocks that wait at the cluster for each thread of it: enough to keep it busy, few to hold.
BLOCKS_PER_THREAD: Final = 2
RETRIES: Final = 3
WORKERS_WITHIN_S: Final = 60


def compute_on_cluster(
    client: Any,  # noqa: ANN401  Dask's own, which tells mypy nothing
    folder: Path,
    key: str,
    todo: list[int],
) -> Iterator[Done]:
    """Compute blocks on a cluster, each where and when Dask sees fit.

    Parameters
    ----------
    client
        Of the cluster.
    folder
        The job, written by `save_job`.
    key
        Its key.
    todo
        Which blocks.

    Yields
    ------
    done
        Each block once, in the order in which they are done.

    Raises
    ------
    ResultError
        If there is no worker, one has another version, or a block fails on every worker that
        tries it.
    """
    import distributed

    as_completed: Any = distributed.as_completed

    thread_count = _greet(client)
    name = f"artois-{key[:16]}"
    _hand_out(client, folder, key, name)
    waiting = iter(todo)

    def submit(block: int) -> Any:  # noqa: ANN401  a future of Dask
        arguments = (str(folder.resolve()), key, block, job_fingerprint())
        return client.submit(
            compute_there,
            *arguments,
            key=f"{name}-{block}-{folder.resolve()}",
            retries=RETRIES,
            pure=False,
        )

    running: Any = as_completed(
        [submit(block) for block in islice(waiting, thread_count * BLOCKS_PER_THREAD)],
        loop=client.loop,
    )
    try:
        for each in running:
            done = each.result()
            each.release()
            for block in islice(waiting, 1):
                running.add(submit(block))
            yield Done(*done)
    except distributed.KilledWorker as error:
        msg = (
            f"A block killed every worker that tried it: {error}. They may have too little memory: "
            "give them more, or ask for fewer origins in a block. What is whole stays."
        )
        raise ResultError(msg) from error
    finally:
        client.cancel(list(running.futures))
        client.unregister_worker_plugin(name)


def _greet(client: Any) -> int:  # noqa: ANN401  as above
    """Wait for a worker, compare versions, and return how many threads there are."""
    try:
        client.wait_for_workers(1, timeout=WORKERS_WITHIN_S)
    except TimeoutError as error:
        msg = (
            f"No worker joined the cluster within {WORKERS_WITHIN_S} s. Start some: "
            "dask worker tcp://host:port."
        )
        raise ResultError(msg) from error
    try:
        client.get_versions(check=True)
        told = client.run(job_fingerprint)
    except (ImportError, ValueError) as error:
        msg = f"The workers do not match: {error}. {install_hint()}"
        raise ResultError(msg) from error
    other = [worker for worker, version in told.items() if version != job_fingerprint()]
    if other:
        raise ResultError(other_version(other))
    return int(max(1, sum(client.nthreads().values())))


def _hand_out(client: Any, folder: Path, key: str, name: str) -> None:  # noqa: ANN401  as above
    """Let every worker have the job: from shared storage, or by sending it once to each."""
    from .delivery import Delivery

    seen = client.run(key_of, folder.resolve())
    is_shared = all(each == key for each in seen.values())
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in ([] if is_shared else sorted(folder.rglob("*")))
        if path.is_file()
    }
    client.register_plugin(Delivery(name, str(folder.resolve()), key, files), name=name)
