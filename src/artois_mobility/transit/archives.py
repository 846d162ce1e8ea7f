"""Open a GTFS feed, a zip file or a folder, and read its tables as texts; trust nothing in it."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from ..errors import TransitError
from .faults import Faults

# GTFS Schedule Reference, the files that are read here; others are passed over.
TABLES: Final = (
    "agency",
    "stops",
    "routes",
    "trips",
    "stop_times",
    "calendar",
    "calendar_dates",
    "frequencies",
    "transfers",
    "feed_info",
)
REQUIRED: Final = ("stops", "routes", "trips", "stop_times")
# A table larger than this, or squeezed harder, is no timetable: 300,000 stop times take 30 MB, and
# their text is squeezed 10 to 30 times.
MOST_BYTES: Final = 2**31
MOST_SQUEEZED: Final = 200
LARGE_BYTES: Final = 2**24
MOST_SQUEEZED_LARGE: Final = 60
MOST_FILES: Final = 1000
# Larger countries have 30 million stop times; a table with so many faulty rows is none.
MOST_ROWS: Final = 50_000_000
MOST_COLUMNS: Final = 1000
MOST_WRONG: Final = 10_000

# What the readers of zip files raise for damaged ones.
_UNREADABLE: Final = (
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    RuntimeError,
    NotImplementedError,
    ValueError,
    EOFError,
)

Opened = dict[str, Callable[[], bytes]]


def read_tables(path: Path, faults: Faults) -> dict[str, pd.DataFrame]:
    """Read the tables of a feed, every value as a text without spaces around it.

    Parameters
    ----------
    path
        A zip file, or a folder of the `.txt` files.
    faults
        Where faults are noted.

    Returns
    -------
    tables
        By name; files that are missing or empty are left out. Missing values are `""`.

    Raises
    ------
    TransitError
        If it is no feed: not there, not readable, without a file that GTFS requires, or a zip
        file that no feed would be.
    """
    files = _open_folder(path) if path.is_dir() else _open_zip(path, faults)
    missing = [f"{name}.txt" for name in REQUIRED if name not in files]
    if missing:
        msg = (
            f"{path} is no GTFS feed: {', '.join(missing)} is not in it. Name the zip file as it "
            "was published, or the folder of its .txt files."
        )
        raise TransitError(msg)
    tables = {}
    for name, read in files.items():
        try:
            content = read()
        except _UNREADABLE as error:
            msg = f"{path}: {name}.txt cannot be read: {error}. Fetch the feed again."
            raise TransitError(msg) from error
        table = _parse(path, name, content, faults)
        if len(table):
            tables[name] = table
        else:
            faults.note(name, "empty_file", [f"{name}.txt"], consequence="passed over")
    empty = [f"{name}.txt" for name in REQUIRED if name not in tables]
    if empty:
        msg = f"{path}: {', '.join(empty)} holds no row; there is nothing to travel by."
        raise TransitError(msg)
    return tables


def files_of(path: Path) -> list[Path]:
    """List the files that a feed is read from, to hash them.

    Parameters
    ----------
    path
        A zip file, or a folder of `.txt` files.

    Returns
    -------
    files
        The zip file itself, or the tables in the folder.
    """
    if not path.is_dir():
        return [path]
    return [file for name in TABLES if (file := path / f"{name}.txt").is_file()]


def _open_folder(path: Path) -> Opened:
    found = {name: path / f"{name}.txt" for name in TABLES}
    return {name: file.read_bytes for name, file in found.items() if file.is_file()}


def _open_zip(path: Path, faults: Faults) -> Opened:
    if not path.is_file():
        msg = f"{path} does not exist. Name a GTFS feed: a zip file, or the folder of its files."
        raise TransitError(msg)
    try:
        archive = zipfile.ZipFile(path)
        members = archive.infolist()
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        msg = f"{path} is no zip file that can be read: {error}. Fetch the feed again."
        raise TransitError(msg) from error
    _refuse_bombs(path, members)
    wanted = {f"{name}.txt": name for name in TABLES}
    found: dict[str, zipfile.ZipInfo] = {}
    nested = []
    for member in members:
        parts = PurePosixPath(member.filename).parts
        name = wanted.get(parts[-1].lower()) if parts else None
        if name is None or member.is_dir() or "__MACOSX" in parts:
            continue
        if name in found:
            msg = f"{path} holds {parts[-1]} twice. A feed has each file once: split it."
            raise TransitError(msg)
        found[name] = member
        nested += [member.filename] if len(parts) > 1 else []
    faults.note(
        "archive", "invalid_input_files_in_subfolder", nested, consequence="read all the same"
    )
    return {name: partial(archive.read, member) for name, member in found.items()}


def _refuse_bombs(path: Path, members: list[zipfile.ZipInfo]) -> None:
    """Refuse what would fill the memory, or asks for a password."""
    if len(members) > MOST_FILES:
        msg = f"{path} holds {len(members)} files; a feed has at most {MOST_FILES}."
        raise TransitError(msg)
    for member in members:
        size, packed = member.file_size, max(member.compress_size, 1)
        allowed = MOST_SQUEEZED if size <= LARGE_BYTES else MOST_SQUEEZED_LARGE
        if size > MOST_BYTES or (size > 2**20 and size / packed > allowed):
            msg = (
                f"{path}: {member.filename} would take {size / 2**20:,.0f} MB from "
                f"{packed / 2**20:,.1f} MB; that is no timetable. Fetch the feed again."
            )
            raise TransitError(msg)
        if member.flag_bits & 1:
            msg = f"{path}: {member.filename} is locked by a password. Take the feed as published."
            raise TransitError(msg)


def _parse(path: Path, name: str, content: bytes, faults: Faults) -> pd.DataFrame:
    """Read a table of texts; rows with too many or too few values are left out and counted."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        faults.note(name, "invalid_character", [f"{name}.txt"], consequence="read as Latin-1")
        content = content.decode("latin-1").encode("utf-8")
    if b"\n" not in content.strip():
        return pd.DataFrame()  # nothing, or nothing but a head
    names = _read_names(path, name, content)
    wrong: list[str] = []

    def skip(row: pyarrow.csv.InvalidRow) -> str:
        wrong.append(f"row {row.number}" if row.number else row.text[:40])
        return "skip" if len(wrong) <= MOST_WRONG else "error"

    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(content),
            read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=pyarrow.csv.ParseOptions(
                newlines_in_values=True, invalid_row_handler=skip
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as error:
        if len(wrong) > MOST_WRONG:
            msg = (
                f"{path}: {name}.txt has more than {MOST_WRONG} rows with too many or too few "
                f"values, the first {wrong[0]!r}: that is no table. Fetch the feed again."
            )
            raise TransitError(msg) from error
        msg = f"{path}: {name}.txt is no table: {error}. Fetch the feed again."
        raise TransitError(msg) from error
    faults.note(name, "invalid_row_length", wrong, consequence="left out")
    if table.num_rows > MOST_ROWS:
        msg = (
            f"{path}: {name}.txt has {table.num_rows} rows; allowed are {MOST_ROWS}. Cut the feed."
        )
        raise TransitError(msg)
    texts = table.to_pandas().astype(object)
    return pd.DataFrame({name: texts[name].str.strip() for name in texts})


def _read_names(path: Path, name: str, content: bytes) -> list[str]:
    """Read the names of the columns, which the first line gives."""
    head = io.TextIOWrapper(io.BytesIO(content), "utf-8").readline().removesuffix("\n")
    if head.count(",") >= MOST_COLUMNS:
        msg = f"{path}: {name}.txt names more than {MOST_COLUMNS} columns. Fetch the feed again."
        raise TransitError(msg)
    names = [_plain(each) for each in next(csv.reader([head]), [])]
    if len(set(names)) < len(names):
        twice = next(each for each in names if names.count(each) > 1)
        msg = f"{path}: {name}.txt names its column {twice!r} twice. Take one of them out."
        raise TransitError(msg)
    return names


def _plain(name: str) -> str:
    return name.strip().lower()
