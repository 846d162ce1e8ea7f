"""Files that unpack to far more than they are: refused before anything of them is unpacked."""

import bz2
import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from ..errors import ExtractError

# Real extracts unpack to two to six times their size (PBF), to fifty at most (XML); below so many
# bytes no harm is done: the smallest node takes six bytes in PBF and thirty in XML, and some 250
# in memory.
MOST_TIMES: Final = {"pbf": 20, "xml.gz": 100, "xml.bz2": 100}
HARMLESS_BYTES: Final = {"pbf": 2**24, "xml.gz": 2**26, "xml.bz2": 2**26}
# The same for the objects of one kind as text, of which memory takes some four times as much. Real
# extracts have one to six times their size.
MOST_TIMES_AS_TEXT: Final = 25
HARMLESS_TEXT_BYTES: Final = 2**26
# A block writes each text once and names it by a number of a byte or two, wherever it stands. In a
# file that unpacks to more than real ones do, all numbers could name the longest text.
MOST_TIMES_UNSEEN: Final = 6
HARMLESS_UNSEEN_BYTES: Final = 2**17
MOST_NAMED_BYTES: Final = 2**28
LONGEST_TEXT: Final = 1024
MOST_TEXTS: Final = 200_000
CHUNK_BYTES: Final = 2**20
# What a block may unpack to, by the format's specification.
MOST_OF_BLOB: Final = 2**25
MOST_OF_HEADER: Final = 2**16
# Fields of a block and of its header, with how they are written: data as they are, the size that
# packed ones unpack to, and the size of the block.
_PLAIN: Final = 0x0A
_PACKED: Final = 0x1A
_RAW_SIZE: Final = 0x10
_DATA_SIZE: Final = 0x18
# Bytes of the numbers of fixed length, by how they are written.
_FIXED: Final = {1: 8, 5: 4}


class _NoNumberError(Exception):
    """Raised where a number does not end."""


class _Field(NamedTuple):
    """A number, or the length of what stands at a place of the file."""

    number: int
    place: int


def refuse_bombs(path: Path, file_format: str) -> None:
    """Refuse a file that would unpack to more than any OpenStreetMap data of its size.

    A file whose packing is damaged passes: whoever reads it says what is wrong.

    Parameters
    ----------
    path
        The file.
    file_format
        pyosmium's name of its format.

    Raises
    ------
    ExtractError
        If it would unpack to more than 20 times its size and more than 16 MiB (PBF), or more than
        100 times and 64 MiB (packed XML), if it says sizes twice, or if it unpacks to more than 6
        times its size and could name its longest text so often that this makes 256 MiB.

    References
    ----------
    https://wiki.openstreetmap.org/wiki/PBF_Format
    """
    if file_format not in MOST_TIMES:
        return
    packed_bytes = path.stat().st_size
    allowed_bytes = max(MOST_TIMES[file_format] * packed_bytes, HARMLESS_BYTES[file_format])
    try:
        with path.open("rb") as file:
            is_bomb = _unpacks_to_more(file, file_format, allowed_bytes)
    except ExtractError as error:
        msg = f"{path} {error}. It is not read; get the extract from a source that you trust."
        raise ExtractError(msg) from None
    except (OSError, EOFError, ValueError, zlib.error):
        return
    if is_bomb:
        raise ExtractError(_describe(path, "unpacks to", allowed_bytes))


def refuse_long_text(path: Path, text_bytes: int) -> None:
    """Refuse a file whose objects as text are longer than those of any extract of its size.

    Parameters
    ----------
    path
        The file.
    text_bytes
        Length of the objects of one kind, as text.

    Raises
    ------
    ExtractError
        If that is more than 25 times its size, and more than 64 MiB.
    """
    allowed_bytes = max(MOST_TIMES_AS_TEXT * path.stat().st_size, HARMLESS_TEXT_BYTES)
    if text_bytes > allowed_bytes:
        raise ExtractError(_describe(path, "holds objects of", allowed_bytes))


def _describe(path: Path, what: str, allowed_bytes: int) -> str:
    return (
        f"{path} has {path.stat().st_size} bytes and {what} more than {allowed_bytes}, which no "
        "OpenStreetMap data does. It is not read; get the extract from a source that you trust."
    )


def _unpacks_to_more(file: BinaryIO, file_format: str, allowed_bytes: int) -> bool:
    if file_format == "pbf":
        packed_bytes = file.seek(0, io.SEEK_END)
        sizes = accumulate(size for size, _ in _list_blobs(file))
        total = next((size for size in sizes if size > allowed_bytes), allowed_bytes)
        return total > allowed_bytes or _names_too_much(file, packed_bytes)
    return _is_longer(
        gzip.GzipFile(fileobj=file) if file_format == "xml.gz" else bz2.BZ2File(file), allowed_bytes
    )


def _is_longer(unpacked: gzip.GzipFile | bz2.BZ2File, allowed_bytes: int) -> bool:
    total = 0
    while total <= allowed_bytes:
        chunk = unpacked.read(CHUNK_BYTES)
        if not chunk:
            return False
        total += len(chunk)
    return True


def _list_blobs(file: BinaryIO) -> Iterator[tuple[int, _Field]]:
    """List of each block of a PBF file what it says to unpack to, and where its packed data lie."""
    file.seek(0)
    while prefix := file.read(4):
        header_size = int.from_bytes(prefix, "big")
        if header_size > MOST_OF_HEADER:
            break
        try:
            header = _list_fields(io.BytesIO(file.read(header_size)), header_size)
            end = file.tell() + header[_DATA_SIZE].number
            fields = _list_fields(file, end)
        except (_NoNumberError, KeyError):
            break  # readers end here too, with what stands before in their hands
        plain = fields.get(_PLAIN, _Field(MOST_OF_BLOB, end))
        size = fields.get(_RAW_SIZE, plain).number
        yield min(size, MOST_OF_BLOB), fields.get(_PACKED, plain)
        file.seek(end)


def _names_too_much(file: BinaryIO, packed_bytes: int) -> bool:
    """Tell whether the numbers of a file that is packed uncommonly well could name too much."""
    blobs = list(_list_blobs(file))
    if sum(size for size, _ in blobs) <= max(
        MOST_TIMES_UNSEEN * packed_bytes, HARMLESS_UNSEEN_BYTES
    ):
        return False
    total = 0
    for size, data in blobs:
        file.seek(data.place)
        try:
            content = zlib.decompressobj().decompress(file.read(data.number), size)
            total += _bound_named(content)
        except zlib.error:  # of which readers take nothing
            continue
        except _NoNumberError:
            total += size * LONGEST_TEXT
        if total > max(MOST_TIMES_AS_TEXT * packed_bytes, MOST_NAMED_BYTES):
            return True
    return False


def _bound_named(block: bytes) -> int:
    """Bound the bytes of all texts that the objects of an unpacked block can name."""
    content = io.BytesIO(block)
    table_bytes = longest = count = 0
    while content.tell() < len(block):
        tag, number = _read_varint(content), _read_varint(content)
        if tag != _PLAIN:
            content.seek(number if tag & 7 else 0, 1)
            continue
        end = content.tell() + number
        table_bytes += number
        while content.tell() < end and count < MOST_TEXTS:
            _, length = _read_varint(content), _read_varint(content)
            content.seek(length, 1)
            longest, count = max(longest, length), count + 1
        content.seek(end)
    longest = LONGEST_TEXT if count == MOST_TEXTS else min(longest, LONGEST_TEXT)
    return (len(block) - table_bytes) * longest


def _list_fields(file: BinaryIO, end: int) -> dict[int, _Field]:
    """List the fields up to a place: numbers as they are, of everything else the length.

    A reader takes the last of several; nobody writes several, so they are refused.
    """
    fields: dict[int, _Field] = {}
    while file.tell() < end:
        tag, number = _read_varint(file), 0
        kind = tag & 7
        if kind not in _FIXED:
            number = _read_varint(file)
        place = file.tell()
        file.seek(_FIXED.get(kind, number if kind else 0), 1)
        if tag in fields:
            msg = "says twice how large a block of it is"
            raise ExtractError(msg)
        fields[tag] = _Field(number, place)
    return fields


def _read_varint(file: BinaryIO) -> int:
    number = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            break
        number |= (byte[0] & 127) << shift
        if byte[0] < 128:
            return number & 0xFFFF_FFFF  # as readers of PBF cut it
    raise _NoNumberError
