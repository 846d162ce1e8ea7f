"""What a worker of a cluster does: open the job that it sees or was sent, compute blocks of it."""

import threading
from pathlib import Path
from typing import Final

from .._version import __version__
from ..errors import ResultError
from .job_folders import job_fingerprint, key_of, open_job
from .jobs import Job
from .tasks import compute_part

INSTALL: Final = "Install the same version on every machine: pip install 'artois-mobility=={v}'."

# Of this process, when it is a worker: jobs that were opened, and those that were sent here.
lock = threading.RLock()
opened_jobs: dict[str, Job] = {}
received_jobs: dict[str, Path] = {}


def compute_there(folder: str, key: str, block: int, version: str) -> tuple[int, bytes, int]:
    """Compute a block on a worker.

    Parameters
    ----------
    folder
        Where the job lies for who started it, and for workers that share the storage.
    key
        Of the job.
    block
        Which.
    version
        Fingerprint of the code of who started it.

    Returns
    -------
    done
        Block, bytes and rows.

    Raises
    ------
    ResultError
        If this worker has another version.
    """
    if job_fingerprint() != version:
        raise ResultError(other_version([f"this worker, with {__version__}"]))
    done = compute_part(_opened(folder, key), block)
    return done.block, done.content, done.rows


def other_version(workers: list[str]) -> str:
    """Say that workers have another version.

    Parameters
    ----------
    workers
        Which.

    Returns
    -------
    message
        With what to do.
    """
    return (
        f"{len(workers)} workers have another version of artois-mobility or of its libraries, "
        f"first {workers[0]}. {install_hint()}"
    )


def install_hint() -> str:
    """Say how to get the same version everywhere.

    Returns
    -------
    hint
        A sentence.
    """
    return INSTALL.format(v=__version__)


def _opened(folder: str, key: str) -> Job:
    with lock:
        job = opened_jobs.get(key)
        if job is None:
            place = received_jobs.get(key, Path(folder))
            if key_of(place) != key:
                msg = f"{folder} does not hold the job on this worker, and it was not sent here."
                raise ResultError(msg)
            job = opened_jobs.setdefault(key, open_job(place))
        return job
