"""Processes beside this one, which take no module from the folder that it was started in."""

from __future__ import annotations

import os
from multiprocessing import resource_tracker as python_tracker
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from loky import ProcessPoolExecutor

# A study comes as a folder, and commands are run in it: what lies there is data. Python started
# by `-m` or `-c` would look there first for every module.
SAFE_PATH: Final = "PYTHONSAFEPATH"


def open_pool(
    worker_count: int,
    *,
    timeout_s: float | None = None,
    prepare: Callable[..., None] | None = None,
    prepared_with: tuple[Any, ...] = (),
) -> ProcessPoolExecutor:
    """Open a pool of processes that import installed modules alone.

    loky's processes do not run the caller's script again, as the standard library's do.

    Parameters
    ----------
    worker_count
        How many processes; they start with the first task.
    timeout_s
        After how many seconds without work they end; never by default.
    prepare
        What each of them calls first.
    prepared_with
        Its arguments.

    Returns
    -------
    pool
        To be shut down by the caller.

    Raises
    ------
    OSError
        On a system that allows no further process.

    Examples
    --------
    >>> with open_pool(1) as pool:
    ...     pool.submit(abs, -7).result()
    7
    """
    from loky import ProcessPoolExecutor
    from loky.backend import resource_tracker as loky_tracker

    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:  # both start here, not with the first worker
        loky_tracker.ensure_running()
        if os.name == "posix":
            python_tracker.ensure_running()
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before
    return ProcessPoolExecutor(
        worker_count,
        timeout=timeout_s,
        initializer=prepare,
        initargs=prepared_with,
        env={SAFE_PATH: "1"},
    )
