"""The user's cache directory: whole entries under their keys, in a bounded space."""

import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import platformdirs
from filelock import FileLock, Timeout

from ..errors import InputError, StorageError
from ..storage.folders import MANIFEST, open_folder

FOLDER_VARIABLE: Final = "ARTOIS_CACHE"
SIZE_VARIABLE: Final = "ARTOIS_CACHE_GIB"
OFF: Final = frozenset({"off", "no", "0"})
USUAL_GIB: Final = 4.0
KINDS: Final = ("network", "hierarchy")
_LOCKS: Final = "locks"
_GONE: Final = ".gone-"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the cache.

    Attributes
    ----------
    kind
        `network` or `hierarchy`.
    key
        Hash of everything it was made from.
    made_from
        Name of the extract, and the profile.
    byte_count
        Space that it takes on the disk.
    used
        When it was last used, by the disk's clock.
    folder
        Where it lies.
    """

    kind: str
    key: str
    made_from: tuple[str, str]
    byte_count: int
    used: datetime
    folder: Path


def cache_folder() -> Path | None:
    """Tell where networks are kept between runs.

    Returns
    -------
    folder
        That of `ARTOIS_CACHE` in the environment, else the user's cache directory; None where the
        variable says `off`.
    """
    wanted = os.environ.get(FOLDER_VARIABLE, "")
    if wanted.lower() in OFF:
        return None
    return Path(wanted) if wanted else Path(platformdirs.user_cache_dir("artois-mobility"))


def most_bytes() -> int:
    """Tell how much space the cache may take.

    Returns
    -------
    most_bytes
        That of `ARTOIS_CACHE_GIB` in the environment, else 4 GiB.

    Raises
    ------
    InputError
        If the variable holds no number of GiB.
    """
    text = os.environ.get(SIZE_VARIABLE, "") or str(USUAL_GIB)
    with suppress(ValueError):
        if 0 <= float(text) < float("inf"):
            return int(float(text) * 2**30)
    msg = f"{SIZE_VARIABLE} is a number of GiB from 0 on, such as 4; found {text!r}."
    raise InputError(msg)


def list_entries(folder: Path) -> list[Entry]:
    """List what a cache holds.

    Parameters
    ----------
    folder
        The cache; it need not be there.

    Returns
    -------
    entries
        The least recently used first. What vanishes meanwhile, and what is damaged so that it
        does not say what it is, is named `?`.
    """
    found = []
    for kind in KINDS:
        for place in _children(folder / kind):
            with suppress(FileNotFoundError):
                found.append(_describe(kind, place))
    return sorted(found, key=lambda entry: (entry.used, entry.kind, entry.key))


def clear_entries(folder: Path, entries: list[Entry] | None = None) -> int:
    """Remove entries, and what was left over by processes that died while they wrote.

    Parameters
    ----------
    folder
        The cache.
    entries
        Which; None for all. Who has one of them open goes on with it.

    Returns
    -------
    byte_count
        How much space was freed.

    Raises
    ------
    OSError
        If one cannot be removed.
    """
    freed = 0
    for entry in list_entries(folder) if entries is None else entries:
        freed += entry.byte_count
        _remove(entry.folder)
    for kind in KINDS:
        freed += sum(map(_remove_left_over, _left_over(folder / kind)))
    return freed


def trim(folder: Path, most: int, kept: frozenset[str] = frozenset()) -> int:
    """Remove the entries that were not used for longest until the rest fits.

    Parameters
    ----------
    folder
        The cache.
    most
        Bytes that it may take.
    kept
        Keys that stay in any case.

    Returns
    -------
    byte_count
        How much space was freed.
    """
    entries = list_entries(folder)
    total = sum(entry.byte_count for entry in entries)
    surplus = []
    for entry in entries:
        if total <= most:
            break
        if entry.key not in kept:
            surplus.append(entry)
            total -= entry.byte_count
    return clear_entries(folder, surplus)


@contextmanager
def locked(folder: Path, key: str) -> Iterator[None]:
    """Hold a key of the cache for this thread alone, against other processes too.

    Parameters
    ----------
    folder
        The cache; made when it is not there.
    key
        Which.

    Yields
    ------
    nothing
        The lock is released behind the block, and by the system when the process dies.
    """
    (folder / _LOCKS).mkdir(parents=True, exist_ok=True)
    with FileLock(folder / _LOCKS / f"{key}.lock"):
        yield


def is_kept(place: Path, kind: str) -> bool:
    """Tell whether a whole entry stands somewhere; a damaged one is removed.

    Parameters
    ----------
    place
        Folder of the entry.
    kind
        What it should hold.

    Returns
    -------
    is_kept
        False where there is none.
    """
    if not place.exists():
        return False
    try:
        open_folder(place, kind, verify=True)
    except (StorageError, OSError) as error:
        log.warning("Damaged, so it is made again: %s", error)
        _remove(place)
        return False
    touch(place)
    return True


def touch(place: Path) -> None:
    """Note that an entry has been used.

    Parameters
    ----------
    place
        Folder of the entry.
    """
    with suppress(OSError):
        os.utime(place / MANIFEST)


def _describe(kind: str, place: Path) -> Entry:
    used = (place / MANIFEST).stat().st_mtime if (place / MANIFEST).exists() else 0.0
    made_from = "?", "?"
    with suppress(StorageError):
        told: dict[str, Any] = open_folder(place, kind, verify=False)
        made_from = str(told.get("extract", "?")), str(told.get("profile", "?"))
    size = sum(path.stat().st_size for path in place.iterdir())
    return Entry(kind, place.name, made_from, size, datetime.fromtimestamp(used, UTC), place)


def _children(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")


def _left_over(folder: Path) -> list[Path]:
    """List the folders of writers, some of which may have died."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] == ".")


def _remove_left_over(place: Path) -> int:
    """Remove a writer's folder unless the writer lives; return the bytes freed."""
    key = place.name.removeprefix(_GONE).lstrip(".").partition("-")[0]
    lock = FileLock(place.parents[1] / _LOCKS / f"{key}.lock", timeout=0)
    try:
        with lock:
            size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
            shutil.rmtree(place, ignore_errors=True)
    except (Timeout, OSError):
        return 0
    return size


def _remove(place: Path) -> None:
    """Take an entry out of sight at once, then remove its files."""
    gone = place.with_name(f"{_GONE}{place.name}-{os.getpid()}-{time.monotonic_ns()}")
    with suppress(FileNotFoundError):
        place.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)
