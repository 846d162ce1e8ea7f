"""A folder for what is in between, which goes away even when its owner was killed."""

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

PREFIX: Final = "artois-mobility-"
LOCK: Final = "in-use.lock"
# Whoever makes a folder has locked it long before it is so old.
OLDEST_UNLOCKED_S: Final = 60.0


@contextmanager
def open_scratch(place: Path | None = None) -> Iterator[Path]:
    """Make a folder for the time of a `with` block; remove those that killed processes left.

    Left is what lies beside it under such a name, is ours, and has a lock that nobody holds: the
    system gives a lock back when its holder dies.

    Parameters
    ----------
    place
        Where; by default in the folder for temporary files. Elsewhere its name begins with a dot.

    Yields
    ------
    folder
        Empty but for its lock, for the user alone.

    Raises
    ------
    OSError
        If it cannot be made.

    Examples
    --------
    >>> with open_scratch() as folder:
    ...     _ = (folder / "nodes.opl").write_text("n1")
    >>> folder.exists()
    False
    """
    prefix = PREFIX if place is None else f".{PREFIX}"
    _remove_left(Path(tempfile.gettempdir()) if place is None else place, prefix)
    with tempfile.TemporaryDirectory(prefix=prefix, dir=place) as name:
        lock = FileLock(Path(name) / LOCK, timeout=0)
        with suppress(OSError, NotImplementedError):  # file systems without locks: nobody removes
            lock.acquire()
        try:
            yield Path(name)
        finally:
            lock.release()


def _remove_left(place: Path, prefix: str) -> None:
    for folder in place.glob(f"{prefix}*"):
        with suppress(OSError, NotImplementedError, Timeout):
            if _is_ours_and_old(folder) and (folder / LOCK).is_file():
                with FileLock(folder / LOCK, timeout=0):
                    shutil.rmtree(folder)


def _is_ours_and_old(folder: Path) -> bool:
    status = folder.lstat()
    is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    is_old = time.time() - status.st_mtime > OLDEST_UNLOCKED_S
    return stat.S_ISDIR(status.st_mode) and is_ours and is_old
