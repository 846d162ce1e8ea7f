"""Run blocks of independent work in threads; the kernels hold no lock."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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
    if len(jobs) < 2 or thread_count() == 1:
        return [work(job) for job in jobs]
    with ThreadPoolExecutor(min(thread_count(), len(jobs))) as pool:
        return list(pool.map(work, jobs))
