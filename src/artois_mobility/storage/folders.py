"""A folder that is written whole or not at all, and says by checksums whether it still is."""

import hashlib
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from .._version import __version__
from ..errors import StorageError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
# A manifest names files beside it and nothing elsewhere.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+\.(npy|json|parquet)")


def write_folder(
    folder: str | Path, kind: str, header: Mapping[str, Any], fill: Callable[[Path], None]
) -> Path:
    """Write a folder under a temporary name beside its place, then move it there.

    It appears when the disk has all of it, and nobody but its owner may write into it.

    Parameters
    ----------
    folder
        Where it is to stand; what stands there is replaced if it is of the same kind.
    kind
        What the folder holds, one word.
    header
        What the manifest says besides kind, format, version and checksums; ready for JSON.
    fill
        Called with an empty folder to write the files into.

    Returns
    -------
    folder
        Where it stands.

    Raises
    ------
    StorageError
        If something else stands there.
    """
    place = Path(folder)
    if place.exists() and not (place / MANIFEST).is_file():
        msg = f"{place} exists and holds no {kind}; choose another folder or remove it."
        raise StorageError(msg)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as scratch:
        made = Path(scratch) / "new"
        made.mkdir()
        fill(made)
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "kind": kind,
            "library": __version__,
            **header,
            "sha256": {path.name: hash_file(path) for path in sorted(made.iterdir())},
        }
        (made / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for path in (*made.iterdir(), made):
            path.chmod(path.stat().st_mode & ~OTHERS_WRITE)
            flush_to_disk(path)
        if place.exists():
            place.rename(Path(scratch) / "old")
        made.rename(place)
        flush_to_disk(place.parent)
    return place


def open_folder(folder: str | Path, kind: str, *, verify: bool = True) -> dict[str, Any]:
    """Read the manifest of a folder and hold its files against it.

    Parameters
    ----------
    folder
        Written by `write_folder`.
    kind
        What it should hold.
    verify
        Read every file once and compare its checksum; False trusts the disk.

    Returns
    -------
    manifest
        With the header.

    Raises
    ------
    StorageError
        If it holds no such thing, one of another format, or a damaged one.
    """
    place = Path(folder)
    manifest = _read_manifest(place, kind)
    for name, expected in manifest["sha256"].items():
        path = place / name
        if not _PLAIN.fullmatch(name) or not path.is_file():
            msg = f"{path} is missing or damaged. Save the {kind} again."
            raise StorageError(msg)
        if verify and hash_file(path) != expected:
            msg = f"{path} is missing or damaged: its checksum differs. Save the {kind} again."
            raise StorageError(msg)
    return manifest


def _read_manifest(place: Path, kind: str) -> dict[str, Any]:
    try:
        manifest = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        is_sound = isinstance(manifest, dict) and isinstance(manifest.get("sha256"), dict)
    except (OSError, ValueError, RecursionError) as error:
        msg = f"{place} holds no {kind}: {MANIFEST} is missing or damaged. Save one there first."
        raise StorageError(msg) from error
    if not is_sound or manifest.get("format") != FORMAT or manifest.get("kind") != kind:
        told = manifest if is_sound else {}
        msg = (
            f"{place} has format {told.get('format')!r} of a {told.get('kind')!r} of version "
            f"{told.get('library')!r}; wanted is a {kind}, and this version reads format {FORMAT}. "
            "Save it again."
        )
        raise StorageError(msg)
    return dict(manifest)


def hash_file(path: Path) -> str:
    """Hash a file's bytes.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    sha256
        Hexadecimal.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def flush_to_disk(path: Path) -> None:
    """Wait until the disk has what was written, so that a power cut cannot take it back.

    Parameters
    ----------
    path
        A file, or a folder whose list of names is meant.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside its place, then move it there.

    Parameters
    ----------
    path
        Where it is to stand; what stands there is replaced.
    content
        Its bytes.

    Raises
    ------
    OSError
        If it cannot be written; what stood there stays, and nothing else.
    """
    made = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with made.open("xb") as stream:  # with the rights that the user gives to new files
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        made.replace(path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    flush_to_disk(path.parent)
