"""Run blocks of independent work in threads; the kernels hold no lock."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Job = TypeVar("Job")
Answer = TypeVar("Answer")


def thread_count() -> int:
    """Count the processors this process may use.

    Returns
    -------
    thread_count
        At least 1; `ARTOIS_THREADS` in the environment overrides it.

    Examples
    --------
    >>> thread_count() >= 1
    True
    """
    wanted = os.environ.get("ARTOIS_THREADS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_each(work: Callable[[Job], Answer], jobs: Sequence[Job]) -> list[Answer]:
    """Run `work` on every job in threads and return the answers in the order of the jobs.

    Parameters
    ----------
    work
        Called once per job; must not share anything writable with the other calls.
    jobs
        What to work on.

    Returns
    -------
    answers
        One per job, the same whatever the number of threads.

    Examples
    --------
    >>> run_each(abs, [-1, 2])
    [1, 2]
    >>> run_each(abs, [])
    []
    """
    if len(jobs) < 2 or thread_count() == 1 or _of_this_thread.is_working:
        return [work(job) for job in jobs]
    worker_count = min(thread_count(), len(jobs))
    with ThreadPoolExecutor(worker_count, initializer=_begin_work) as pool:
        return list(pool.map(work, jobs))


@contextmanager
def working_alone() -> Iterator[None]:
    """Let `run_each` do all work of this thread in this thread, as others work beside it.

    Yields
    ------
    nothing
        The work stands in the block.
    """
    was_working = _of_this_thread.is_working
    _of_this_thread.is_working = True
    try:
        yield
    finally:
        _of_this_thread.is_working = was_working


class _OfThisThread(threading.local):
    """Whether this thread already works for a pool: work inside work runs in its own thread."""

    is_working = False


_of_this_thread = _OfThisThread()


def _begin_work() -> None:
    _of_this_thread.is_working = True
