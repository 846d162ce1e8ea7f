"""The user's cache directory: whole entries under their keys, in a bounded space."""

import logging
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import platformdirs
from filelock import FileLock, Timeout

from ..errors import InputError, StorageError
from ..storage.folders import MANIFEST, OTHERS_WRITE, open_folder

FOLDER_VARIABLE: Final = "ARTOIS_CACHE"
SIZE_VARIABLE: Final = "ARTOIS_CACHE_GIB"
OFF: Final = frozenset({"off", "no", "0"})
USUAL_GIB: Final = 4.0
KINDS: Final = ("network", "hierarchy")
_LOCKS: Final = "locks"
_GONE: Final = ".gone-"
# Entries bear their key; writers' folders that and more. Nothing else is the cache's to touch.
_ENTRY: Final = re.compile(r"[0-9a-f]{64}")
_LEFT_OVER: Final = re.compile(r"\.(gone-)?[0-9a-f]{64}-.+")

Kept = TypeVar("Kept")

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
        for place in _folders(folder / kind, _ENTRY):
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
        freed += sum(map(_remove_left_over, _folders(folder / kind, _LEFT_OVER)))
    _remove_idle_locks(folder)
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

    Raises
    ------
    PermissionError
        If the cache belongs to another user, or others may write into it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (_LOCKS, *KINDS):
        (folder / name).mkdir(mode=0o700, exist_ok=True)
        _check_own([folder, folder / name])
    with FileLock(folder / _LOCKS / f"{key}.lock"):
        yield


def take(place: Path, reader: Callable[[Path], Kept]) -> Kept | None:
    """Open an entry of the cache; a damaged or forged one is removed.

    Parameters
    ----------
    place
        Folder of the entry.
    reader
        Opens it, every checksum and range checked.

    Returns
    -------
    kept
        What the reader gives; None where there is no entry, or none that is whole.

    Raises
    ------
    PermissionError
        If the entry belongs to another user, or others may write into it.
    """
    if not place.exists():
        return None
    _check_own([place, *place.iterdir()])
    try:
        kept = reader(place)
    except (StorageError, OSError) as error:
        log.warning("Damaged, so it is made again: %s", error)
        _remove(place)
        return None
    touch(place)
    return kept


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


def _check_own(places: list[Path]) -> None:
    """Refuse what others could have changed: they would decide what is computed."""
    for place in places:
        told = place.stat()
        if told.st_uid not in {0, os.geteuid()} or told.st_mode & OTHERS_WRITE:
            msg = (
                f"{place} belongs to another user, or others may write there. Take that right "
                f"away (chmod -R go-w), or name a folder of your own in {FOLDER_VARIABLE}"
            )
            raise PermissionError(msg)


def _folders(folder: Path, name: re.Pattern[str]) -> list[Path]:
    """List the folders with such a name; whatever else lies there is not the cache's."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if name.fullmatch(path.name))
    return sorted(path for path in found if path.is_dir() and not path.is_symlink())


def _remove_idle_locks(folder: Path) -> None:
    """Remove the locks of keys that have no entry, unless somebody holds them."""
    kept = {place.name for kind in KINDS for place in _folders(folder / kind, _ENTRY)}
    for path in (folder / _LOCKS).glob("*.lock"):
        if _ENTRY.fullmatch(path.stem) and path.stem not in kept:
            with suppress(Timeout, OSError), FileLock(path, timeout=0):
                path.unlink(missing_ok=True)


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
