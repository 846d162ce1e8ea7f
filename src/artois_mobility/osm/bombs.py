"""Files that unpack to far more than they are: refused before anything of them is unpacked."""

import bz2
import gzip
import io
import zlib
from pathlib import Path
from typing import BinaryIO, Final

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
CHUNK_BYTES: Final = 2**20
# What a block may unpack to, by the format's specification.
MOST_OF_BLOB: Final = 2**25
MOST_OF_HEADER: Final = 2**16
# Fields of a block and of its header, with how they are written: data as they are, the size that
# packed ones unpack to, and the size of the block.
_PLAIN: Final = 0x0A
_RAW_SIZE: Final = 0x10
_DATA_SIZE: Final = 0x18
# Bytes of the numbers of fixed length, by how they are written.
_FIXED: Final = {1: 8, 5: 4}


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
        100 times and 64 MiB (packed XML), or says sizes twice.

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
        return _size_of_blobs(file, allowed_bytes) > allowed_bytes
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


def _size_of_blobs(file: BinaryIO, allowed_bytes: int) -> int:
    """Add up what the blocks of a PBF file say that they unpack to."""
    total = 0
    while (prefix := file.read(4)) and total <= allowed_bytes:
        header_size = int.from_bytes(prefix, "big")
        if header_size > MOST_OF_HEADER:
            break
        sizes = _list_fields(io.BytesIO(file.read(header_size)), header_size)
        if _DATA_SIZE not in sizes:
            break  # of no length, which every reader refuses
        end = file.tell() + sizes[_DATA_SIZE]
        fields = _list_fields(file, end)
        total += min(fields.get(_RAW_SIZE, fields.get(_PLAIN, MOST_OF_BLOB)), MOST_OF_BLOB)
        file.seek(end)
    return total


def _list_fields(file: BinaryIO, end: int) -> dict[int, int]:
    """List the fields up to a place: numbers as they are, of everything else the length.

    A reader takes the last of several; nobody writes several, so they are refused.
    """
    fields: dict[int, int] = {}
    while file.tell() < end:
        tag, number = _read_varint(file), 0
        kind = tag & 7
        if kind in _FIXED:
            file.seek(_FIXED[kind], 1)
        else:
            number = _read_varint(file)
            file.seek(number if kind else 0, 1)
        if tag in fields:
            msg = "says twice how large a block of it is"
            raise ExtractError(msg)
        fields[tag] = number
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
    msg = "a number does not end"
    raise ValueError(msg)
