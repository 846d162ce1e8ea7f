"""The parts of a result on disk: which are whole, what is still to do, and the manifest at the end.

A part appears under its name when it is complete; a line in the journal then says so, with its
checksum. What a journal does not say, or says otherwise than the disk, is computed again.
"""

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from .._version import __version__
from ..errors import InputError, ResultError, StorageError
from ..storage.claims import LOCK
from ..storage.folders import flush_to_disk, hash_file, write_whole
from .job_folders import key_of, save_job
from .jobs import Job

FORMAT: Final = 1
MANIFEST: Final = "_manifest.json"
JOURNAL: Final = "_progress.jsonl"
JOB: Final = "_job"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a result.

    Attributes
    ----------
    block
        Number of its block.
    rows
        Number of its rows.
    sha256
        Hash of its file's bytes, hexadecimal.
    """

    block: int
    rows: int
    sha256: str

    @property
    def file(self) -> str:
        """Name of its file."""
        return file_of(self.block)


def file_of(block: int) -> str:
    """Name the file of a block.

    Parameters
    ----------
    block
        Its number.

    Returns
    -------
    name
        Such that names sort as numbers do.

    Examples
    --------
    >>> file_of(7)
    'part-000007.parquet'
    """
    return f"part-{block:06d}.parquet"


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
    new = folder / f"{JOB}-new"
    shutil.rmtree(new, ignore_errors=True)
    key = save_job(job, new)
    earlier = _earlier_key(folder)
    if earlier not in {"", key}:
        shutil.rmtree(new, ignore_errors=True)
        msg = (
            f"{folder} holds the blocks of another job: other data, another question, block size "
            "or version. Name another folder, or remove it."
        )
        raise InputError(msg)
    shutil.rmtree(folder / JOB, ignore_errors=True)
    new.rename(folder / JOB)
    return key


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
    told = _read_journal(folder, key) or _parts_told(_read_manifest(folder), key)
    whole: dict[int, Part] = {}
    for part in told:
        path = folder / part.file
        if 0 <= part.block < block_count and path.is_file() and hash_file(path) == part.sha256:
            whole[part.block] = part
    for path in folder.iterdir():
        is_ours = path.name.startswith((".part-", "part-", f".{MANIFEST}-", f".{JOURNAL}-"))
        if is_ours and path.name not in {part.file for part in whole.values()}:
            path.unlink()
    # What a dying process left of its last line would spoil the next one.
    lines = [{"format": FORMAT, "job": key}, *map(_describe, whole.values())]
    write_whole(folder / JOURNAL, b"".join(map(_line, lines)))
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
        os.write(handle, _line(_describe(part)))
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
        "parts": [{"file": part.file, **_describe(part)} for part in ordered],
    }
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    write_whole(folder / MANIFEST, f"{text}\n".encode())
    (folder / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(folder / JOB, ignore_errors=True)
    flush_to_disk(folder)
    return folder / MANIFEST


def whole_parts(folder: Path) -> list[Part]:
    """List the parts of a finished result, each held against its checksum.

    Parameters
    ----------
    folder
        Where `run_blocks` wrote.

    Returns
    -------
    parts
        In the order of the origins.

    Raises
    ------
    StorageError
        If the result is not whole, or a part is missing or damaged.
    """
    manifest = _read_manifest(folder)
    if not manifest:
        msg = f"{folder} holds no finished blocks: {MANIFEST} is missing or damaged. Run it again."
        raise StorageError(msg)
    parts = _parts_told(manifest, manifest.get("job"))
    for part in parts:
        path = folder / part.file
        if not path.is_file() or hash_file(path) != part.sha256:
            msg = f"{path} is missing or damaged: its checksum differs. Run the job again."
            raise StorageError(msg)
    return parts


def _refuse_others(folder: Path) -> None:
    own = (MANIFEST, JOURNAL, JOB, LOCK, f"{JOB}-new")
    names = sorted(path.name for path in folder.iterdir())
    foreign = [
        name
        for name in names
        if name not in own and not name.startswith(("part-", ".part-", f".{MANIFEST}-", "._"))
    ]
    begun = (folder / MANIFEST).exists() or (folder / JOURNAL).exists()
    parts = [name for name in names if name.startswith("part-")]
    if foreign or (parts and not begun):
        msg = (
            f"{folder} holds other things, such as {(foreign or parts)[0]}. Name an empty folder, "
            "a new one, or one of an earlier run."
        )
        raise InputError(msg)


def _earlier_key(folder: Path) -> str:
    """Tell which job's blocks lie in a folder; `""` for none."""
    for record in (_first_line(folder), _read_manifest(folder)):
        if record:
            return str(record.get("job"))
    return key_of(folder / JOB)


def _first_line(folder: Path) -> dict[str, Any]:
    lines = _journal_lines(folder)
    return lines[0] if lines and "job" in lines[0] else {}


def _journal_lines(folder: Path) -> list[dict[str, Any]]:
    """Read the lines of the journal that are whole."""
    try:
        text = (folder / JOURNAL).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = []
    for line in text.splitlines():
        with suppress(ValueError, RecursionError):
            record = json.loads(line)
            if isinstance(record, dict):
                lines.append(record)
    return lines


def _read_journal(folder: Path, key: str) -> list[Part]:
    if _first_line(folder).get("job") != key:
        return []
    return _read_parts(_journal_lines(folder)[1:])


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    is_ours = isinstance(record, dict) and record.get("format") == FORMAT
    return dict(record) if is_ours and isinstance(record.get("parts"), list) else {}


def _parts_told(manifest: dict[str, Any], key: object) -> list[Part]:
    return _read_parts(manifest["parts"]) if manifest and manifest.get("job") == key else []


def _read_parts(records: list[Any]) -> list[Part]:
    parts = []
    for each in records:
        with suppress(KeyError, TypeError):
            part = Part(each["block"], each["rows"], each["sha256"])
            if type(part.block) is type(part.rows) is int and isinstance(part.sha256, str):
                parts.append(part)
    return parts


def _describe(part: Part) -> dict[str, Any]:
    return {"block": part.block, "rows": part.rows, "sha256": part.sha256}


def _line(record: dict[str, Any]) -> bytes:
    return f"{json.dumps(record)}\n".encode()
