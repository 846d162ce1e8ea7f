"""One run at a time in a folder of results."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from ..errors import InputError, ResultError

# Readers of datasets pass over names that begin so.
LOCK: Final = "_lock"


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold a folder for this run alone.

    Parameters
    ----------
    folder
        Made when it is not there, the folders above it too.

    Yields
    ------
    nothing
        The folder is free again behind the block, and when the process dies.

    Raises
    ------
    InputError
        If it is a file, or another run is writing there.
    ResultError
        If it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        msg = f"{folder} is a file. Name a folder for the results."
        raise InputError(msg)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        msg = f"Another run is writing into {folder}. Wait for it, or name another folder."
        raise InputError(msg) from error
    except OSError as error:
        msg = f"{folder} cannot be written: {error.strerror or error}. Name another folder."
        raise ResultError(msg) from error
    try:
        yield
    finally:
        # While it is held: filelock, from 3.30 on, sees that a lock it just took was removed.
        with suppress(OSError):
            (folder / LOCK).unlink(missing_ok=True)
        lock.release()
