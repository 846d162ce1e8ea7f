"""Blocks on a Dask cluster: Dask decides which worker does what, and again when one dies.

Workers open the job from shared storage where they see it, else each receives it once. They give
back the bytes of their parts; only the process that was started writes results.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
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
LOOK_EVERY_S: Final = 2.0
GOES_ON: Final = "What is whole stays: the same call goes on behind it."


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
        If there is no worker, none is left for a while, one has another version, a block fails on
        every worker that tries it, or the scheduler no longer answers.
    """
    import distributed

    try:
        thread_count = _greet(client)
        _hand_out(client, folder, key, _name(key))
        try:
            yield from _compute(client, folder, key, todo, thread_count * BLOCKS_PER_THREAD)
        finally:
            _while_it_answers(client, lambda: client.unregister_worker_plugin(_name(key)))
    except distributed.KilledWorker as error:
        msg = (
            f"A block killed every worker that tried it: {error}. They may have too little memory: "
            "give them more, or ask for fewer origins in a block. What is whole stays."
        )
        raise ResultError(msg) from error
    except (OSError, distributed.CancelledError) as error:
        msg = f"The scheduler no longer answers. {GOES_ON}"
        if client.status == "running":
            msg = f"The cluster failed: {error}. {GOES_ON}"
        raise ResultError(msg) from error


def _compute(
    client: Any,  # noqa: ANN401  as above
    folder: Path,
    key: str,
    todo: list[int],
    at_once: int,
) -> Iterator[Done]:
    """Keep so many blocks at the cluster, no more; give each as it is done."""
    import distributed

    as_completed: Any = distributed.as_completed
    waiting = iter(todo)

    def submit(block: int) -> Any:  # noqa: ANN401  a future of Dask
        arguments = (str(folder.resolve()), key, block, job_fingerprint())
        return client.submit(
            compute_there,
            *arguments,
            key=f"{_name(key)}-{block}-{folder.resolve()}",
            retries=RETRIES,
            pure=False,
        )

    running: Any = as_completed(
        [submit(block) for block in islice(waiting, at_once)],
        loop=client.loop,
        with_results=True,  # one that is done on a worker which then goes is still to come
    )
    try:
        while not running.is_empty():
            _wait_for_one(client, running)
            each, done = running.next()
            if isinstance(done, distributed.CancelledError):
                raise done
            each.release()
            for block in islice(waiting, 1):
                running.add(submit(block))
            yield Done(*done)
    finally:
        _while_it_answers(client, lambda: client.cancel(list(running.futures)))


def _while_it_answers(client: Any, tidy: Callable[[], None]) -> None:  # noqa: ANN401  as above
    """Tidy up at a cluster; nothing is left to tidy where its scheduler is gone."""
    with suppress(OSError):
        if client.status == "running":
            tidy()


def _name(key: str) -> str:
    """Name a job for Dask."""
    return f"artois-{key[:16]}"


def _wait_for_one(client: Any, running: Any) -> None:  # noqa: ANN401  as above
    """Wait until a block is done and here, as long as the cluster has workers."""
    looked = seen = time.monotonic()
    while not running.has_ready():
        with running.thread_condition:
            running.thread_condition.wait(timeout=0.1)
        now = time.monotonic()
        if now - looked < LOOK_EVERY_S:
            continue
        looked = now
        if client.nthreads():
            seen = now
        elif now - seen >= WORKERS_WITHIN_S:
            msg = (
                f"No worker has been left on the cluster for {WORKERS_WITHIN_S} s. Start some: "
                f"dask worker tcp://host:port. {GOES_ON}"
            )
            raise ResultError(msg)


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
