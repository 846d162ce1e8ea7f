"""What journal and manifest of a result tell, as far as the disk bears it out."""

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet

from ..errors import StorageError
from ..storage.folders import hash_file

FORMAT: Final = 2
MANIFEST: Final = "_manifest.json"
JOURNAL: Final = "_progress.jsonl"
# Under this name the manifest holds the hash of everything else that it says.
SEAL: Final = "sha256"


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

    def is_whole_in(self, folder: Path) -> bool:
        """Tell whether its file is there, with these bytes and so many rows.

        Parameters
        ----------
        folder
            Of the result.

        Returns
        -------
        is_whole
            False where it is missing, damaged, or no file of its own.
        """
        path = folder / self.file
        if path.is_symlink() or not path.is_file() or hash_file(path) != self.sha256:
            return False
        with suppress(OSError, ValueError, pa.ArrowException):
            return bool(parquet.read_metadata(path).num_rows == self.rows)
        return False


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


def write_manifest(record: Mapping[str, Any]) -> bytes:
    """Give the bytes of a manifest: what it says, and the hash of that.

    Parameters
    ----------
    record
        What it says, ready for JSON.

    Returns
    -------
    content
        For `read_manifest`.
    """
    sealed = {**record, SEAL: _seal_of(record)}
    return f"{json.dumps(sealed, ensure_ascii=False, indent=1, allow_nan=False)}\n".encode()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a result.

    Parameters
    ----------
    folder
        Of the result.

    Returns
    -------
    manifest
        What it says; empty where there is none, or it is not what was written.
    """
    try:
        record = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        is_ours = isinstance(record, dict) and record.get("format") == FORMAT
        seal = record.pop(SEAL, None) if is_ours else None
        return dict(record) if is_ours and seal == _seal_of(record) else {}
    except (OSError, ValueError, RecursionError):
        return {}


def read_journal(folder: Path) -> tuple[str, list[Part]]:
    """Read the lines of a journal that are whole.

    Parameters
    ----------
    folder
        Of the result.

    Returns
    -------
    key
        Of the job that it tells of; `""` where it does not say.
    parts
        In the order in which they were done.
    """
    lines = _journal_lines(folder)
    if not lines or not isinstance(lines[0].get("job"), str):
        return "", []
    return lines[0]["job"], read_parts(lines[1:])


def read_parts(records: object) -> list[Part]:
    """Read what was written of parts; anything else is passed over.

    Parameters
    ----------
    records
        A list of mappings, or whatever stands in its place.

    Returns
    -------
    parts
        In the given order.
    """
    parts = []
    for each in records if isinstance(records, list) else []:
        with suppress(KeyError, TypeError):
            part = Part(each["block"], each["rows"], each["sha256"])
            if type(part.block) is type(part.rows) is int and isinstance(part.sha256, str):
                parts.append(part)
    return parts


def describe_part(part: Part) -> dict[str, Any]:
    """Say of a part what a journal or manifest holds.

    Parameters
    ----------
    part
        Which.

    Returns
    -------
    record
        For `read_parts`.
    """
    return {"block": part.block, "rows": part.rows, "sha256": part.sha256}


def journal_line(record: Mapping[str, Any]) -> bytes:
    """Give a line of the journal.

    Parameters
    ----------
    record
        What it says.

    Returns
    -------
    line
        Its bytes.
    """
    return f"{json.dumps(record)}\n".encode()


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
    manifest = read_manifest(folder)
    if not manifest:
        msg = f"{folder} holds no finished blocks: {MANIFEST} is missing or damaged. Run it again."
        raise StorageError(msg)
    parts = read_parts(manifest.get("parts"))
    if not _is_complete(manifest, parts):
        msg = (
            f"{folder / MANIFEST} does not list every block once, with all of its rows. "
            "Run the job again."
        )
        raise StorageError(msg)
    for part in parts:
        if not part.is_whole_in(folder):
            msg = (
                f"{folder / part.file} is missing or damaged: its checksum or its number of rows "
                "differs. Run the job again."
            )
            raise StorageError(msg)
    return parts


def _is_complete(manifest: Mapping[str, Any], parts: list[Part]) -> bool:
    origins, size = manifest.get("origins"), manifest.get("block_size")
    if not (type(origins) is type(size) is int and origins >= 0 and size >= 1):
        return False
    # As `Job.block_count` has it; a mapping of a manifest is no job.
    blocks = list(range(max(1, -(-origins // size)))) if origins // size <= len(parts) else []
    told = [part.block for part in parts]
    return told == blocks and sum(part.rows for part in parts) == manifest.get("rows")


def _seal_of(record: Mapping[str, Any]) -> str:
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _journal_lines(folder: Path) -> list[dict[str, Any]]:
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
