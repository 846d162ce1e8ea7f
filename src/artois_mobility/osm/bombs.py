"""Files that unpack to far more than they are: refused before anything of them is unpacked."""

import bz2
import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, Final

from ..errors import ExtractError

# Real extracts unpack to two to six times their size (PBF), to fifty at most (XML).
MOST_TIMES: Final = 100
# Below so much no harm is done.
HARMLESS_BYTES: Final = 2**28
CHUNK_BYTES: Final = 2**20
# What a block may unpack to, by the format's specification.
MOST_OF_BLOB: Final = 2**25
MOST_OF_HEADER: Final = 2**16
# Where the size stands that a block unpacks to: field 2, behind which its data come.
_RAW_SIZE: Final = 0x10
_DATA_SIZE: Final = 0x18
_PLAIN: Final = 0x0A


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
        If it would unpack to more than 100 times its size, and more than 256 MiB.

    References
    ----------
    https://wiki.openstreetmap.org/wiki/PBF_Format
    """
    packed_bytes = path.stat().st_size
    allowed_bytes = max(MOST_TIMES * packed_bytes, HARMLESS_BYTES)
    try:
        with path.open("rb") as file:
            is_bomb = _unpacks_to_more(file, file_format, allowed_bytes)
    except (OSError, EOFError, ValueError, zlib.error):
        return
    if is_bomb:
        msg = (
            f"{path} has {packed_bytes} bytes and unpacks to more than {allowed_bytes}, which no "
            "OpenStreetMap data does. It is not read; get the extract from a source that you trust."
        )
        raise ExtractError(msg)


def _unpacks_to_more(file: BinaryIO, file_format: str, allowed_bytes: int) -> bool:
    if file_format == "pbf":
        return _size_of_blobs(file, allowed_bytes) > allowed_bytes
    if file_format == "xml.gz":
        return _is_longer(gzip.GzipFile(fileobj=file), allowed_bytes)
    if file_format == "xml.bz2":
        return _is_longer(bz2.BZ2File(file), allowed_bytes)
    return False


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
        data_size = _find_varint(file.read(header_size), _DATA_SIZE)
        begin = file.read(min(data_size, 12))
        total += data_size if begin[:1] == bytes([_PLAIN]) else _unpacked_size(begin)
        file.seek(data_size - len(begin), 1)
    return total


def _unpacked_size(begin: bytes) -> int:
    """Read the size a block says to unpack to; the most allowed where it does not say it first."""
    if begin[:1] != bytes([_RAW_SIZE]):
        return MOST_OF_BLOB
    return min(_read_varint(begin, 1)[0], MOST_OF_BLOB)


def _find_varint(message: bytes, wanted: int) -> int:
    """Find a number among the fields of a message of texts and numbers."""
    place = 0
    while place < len(message):
        tag, place = _read_varint(message, place)
        number, place = _read_varint(message, place)
        if tag == wanted:
            return number
        if tag & 7 == 2:
            place += number
    msg = "the header of a block does not tell its size"
    raise ValueError(msg)


def _read_varint(message: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    for byte in message[place : place + 10]:
        number |= (byte & 127) << shift
        shift += 7
        place += 1
        if byte < 128:
            return number, place
    msg = "a number does not end"
    raise ValueError(msg)
