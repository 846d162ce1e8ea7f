"""The parts of a result on disk: which are whole, what is still to do, and the manifest at the end.

A part appears under its name when it is complete; a line in the journal then says so, with its
checksum. What a journal does not say, or says otherwise than the disk, is computed again.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pyarrow as pa

from .._version import __version__
from ..errors import InputError, ResultError
from ..storage.claims import LOCK
from ..storage.folders import flush_to_disk, write_whole
from .job_folders import key_of, save_job
from .jobs import Job
from .telling import (
    FORMAT,
    JOURNAL,
    MANIFEST,
    Part,
    describe_part,
    file_of,
    journal_line,
    read_journal,
    read_manifest,
    read_parts,
    write_manifest,
)

JOB: Final = "_job"


def lay_job(job: Job, folder: Path) -> str:
    """Put a job into a folder of results, or find it there from an earlier run.

    Parameters
    ----------
    job
        What is asked.
    folder
        The folder, claimed.

    Returns
    -------
    key
        What the job is called by its content.

    Raises
    ------
    InputError
        If the folder holds anything else, another job's results for instance.
    """
    _refuse_others(folder)
    new, old = folder / f"{JOB}-new", folder / f"{JOB}-old"
    for left in (new, old):
        shutil.rmtree(left, ignore_errors=True)
    try:
        key = save_job(job, new)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    # Any one of them may be damaged; the others then still say whose blocks these are.
    by_manifest = str(read_manifest(folder).get("job", ""))
    told = {key_of(folder / JOB), read_journal(folder)[0], by_manifest} - {""}
    # One that was broken off before its first block was whole has nothing to lose.
    has_blocks = by_manifest or any(folder.glob("part-*"))
    if has_blocks and told and key not in told:
        shutil.rmtree(new, ignore_errors=True)
        msg = (
            f"{folder} holds the blocks of another job: other data, another question, block size "
            "or version. Name another folder, or remove it."
        )
        raise InputError(msg)
    if (folder / JOB).exists():  # out of the way at once: half of a job has another key
        (folder / JOB).rename(old)
    new.rename(folder / JOB)
    shutil.rmtree(old, ignore_errors=True)
    return key


@contextmanager
def withdrawn_if_refused(folder: Path, parts: Mapping[int, Part]) -> Iterator[None]:
    """Take a job out of its folder again where it is refused before its first block is whole.

    Parameters
    ----------
    folder
        The folder, claimed, with the job.
    parts
        Those that are whole, also while the block lasts.

    Yields
    ------
    nothing
        The work stands in the block.
    """
    try:
        yield
    except InputError:
        if not parts:
            (folder / JOURNAL).unlink(missing_ok=True)
            shutil.rmtree(folder / JOB, ignore_errors=True)
        raise


def finished_parts(folder: Path, key: str, block_count: int) -> dict[int, Part]:
    """List the parts that are whole, by their checksums; what else lies there is removed.

    Parameters
    ----------
    folder
        The folder, claimed.
    key
        Of the job.
    block_count
        Number of blocks.

    Returns
    -------
    part_of_block
        Each part once.
    """
    whole = {
        part.block: part
        for part in _parts_told(folder, key)
        if 0 <= part.block < block_count and part.is_whole_in(folder)
    }
    # What a dying process left of its last line would spoil the next one.
    lines = [{"format": FORMAT, "job": key}, *map(describe_part, whole.values())]
    write_whole(folder / JOURNAL, b"".join(map(journal_line, lines)))
    if len(whole) < block_count:  # a manifest stands beside what is whole, and nothing else
        (folder / MANIFEST).unlink(missing_ok=True)
        flush_to_disk(folder)
    kept = {part.file for part in whole.values()}
    for path in folder.iterdir():
        is_ours = path.name.startswith((".part-", "part-", f".{MANIFEST}-", f".{JOURNAL}-"))
        if is_ours and path.name not in kept:
            path.unlink()
    return whole


def add_part(folder: Path, block: int, content: bytes, rows: int) -> Part:
    """Write the part of a block, then say in the journal that it is whole.

    Parameters
    ----------
    folder
        The folder, claimed.
    block
        Which.
    content
        Bytes of the Parquet file.
    rows
        How many rows it has.

    Returns
    -------
    part
        As the journal has it.

    Raises
    ------
    OSError
        If it cannot be written; nothing half-written stays.
    """
    part = Part(block, rows, hashlib.sha256(content).hexdigest())
    write_whole(folder / part.file, content)
    handle = os.open(folder / JOURNAL, os.O_WRONLY | os.O_APPEND)
    try:
        os.write(handle, journal_line(describe_part(part)))
        os.fsync(handle)
    finally:
        os.close(handle)
    return part


def finish(folder: Path, job: Job, key: str, parts: dict[int, Part]) -> Path:
    """Write the manifest, which says that the result is whole, and remove what led there.

    Parameters
    ----------
    folder
        The folder, claimed.
    job
        What was asked.
    key
        Of the job.
    parts
        One for each block.

    Returns
    -------
    manifest
        Its path.

    Raises
    ------
    ResultError
        If a block is missing.
    """
    count = job.block_count
    missing = [
        block
        for block in range(count)
        if block not in parts or not (folder / file_of(block)).exists()
    ]
    if missing:
        msg = (
            f"{len(missing)} of {count} blocks are missing in {folder}, first "
            f"{file_of(missing[0])}: somebody took them away. The same call computes them again."
        )
        raise ResultError(msg)
    ordered = [parts[block] for block in range(job.block_count)]
    source = job.network.provenance
    record = {
        "format": FORMAT,
        "library": __version__,
        "job": key,
        "task": job.task,
        "profile": job.network.profile.name,
        "parameters": dict(job.parameters),
        "extract": {
            "file": Path(source.extract_path).name,
            "sha256": source.extract_sha256,
            "osm_timestamp": source.osm_timestamp,
            "is_schematic": source.is_schematic,
        },
        "origins": job.origin_count,
        "block_size": job.block_size,
        "rows": sum(part.rows for part in ordered),
        "versions": {"pyarrow": pa.__version__},
        "parts": [{"file": part.file, **describe_part(part)} for part in ordered],
    }
    write_whole(folder / MANIFEST, write_manifest(record))
    (folder / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(folder / JOB, ignore_errors=True)
    flush_to_disk(folder)
    return folder / MANIFEST


def _parts_told(folder: Path, key: str) -> list[Part]:
    """List the parts that the journal, or else the manifest, of this job tells of."""
    journal_key, parts = read_journal(folder)
    if journal_key == key and parts:
        return parts
    manifest = read_manifest(folder)
    return read_parts(manifest.get("parts")) if manifest.get("job") == key else []


def _refuse_others(folder: Path) -> None:
    """Refuse a folder that holds anything but what a run leaves there, each of its kind."""
    paths = sorted(folder.iterdir())
    foreign = [path.name for path in paths if not _is_own(path)]
    begun = any((folder / name).exists() for name in (MANIFEST, JOURNAL)) or key_of(folder / JOB)
    parts = [path.name for path in paths if path.name.startswith("part-")]
    if foreign or (parts and not begun):
        msg = (
            f"{folder} holds other things, such as {(foreign or parts)[0]}. Name an empty folder, "
            "a new one, or one of an earlier run."
        )
        raise InputError(msg)


def _is_own(path: Path) -> bool:
    """Tell whether something bears the name of what a run leaves, and is of its kind."""
    if path.is_symlink():
        return False
    if path.name in {JOB, f"{JOB}-new", f"{JOB}-old"}:
        return path.is_dir()
    own = path.name.startswith(("part-", ".part-", f".{MANIFEST}-", f".{JOURNAL}-"))
    return (own or path.name in {MANIFEST, JOURNAL, LOCK}) and path.is_file()
