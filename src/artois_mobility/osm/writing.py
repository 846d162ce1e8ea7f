"""Writing OpenStreetMap files so that a full disk ends in words, not in the interpreter's end."""

import ctypes
import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import osmium

# What a system says of a disk that takes no more, and of one that fails.
FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# A disk with less is full where a writer (bz2) only says that it failed.
LITTLE_BYTES: Final = 2**16
_FAULTS: Final = (*FULL, errno.EIO, errno.EROFS, errno.EACCES, errno.ENOENT)


@contextmanager
def written(
    path: Path, file_format: str, header: osmium.io.Header | None = None
) -> Iterator[osmium.SimpleWriter]:
    """Write a file with pyosmium.

    Parameters
    ----------
    path
        Where to; an older file is replaced.
    file_format
        Name that pyosmium gives the format, with options.
    header
        Of the file; an empty one by default.

    Yields
    ------
    writer
        Takes objects; closed behind the block.

    Raises
    ------
    OSError
        If the file cannot be written, with the number of the system where it is known.
    RuntimeError
        By pyosmium, if what is read meanwhile is damaged.
    """
    target = osmium.io.File(str(path), file_format)
    try:
        writer = osmium.SimpleWriter(target, header=header or osmium.io.Header(), overwrite=True)
    except RuntimeError as error:
        raise _tell(path, error) from error
    try:
        yield writer
        writer.close()
    except BaseException as error:
        failure = _close(writer)
        if failure is None:
            raise
        # Its destructor would close it once more, fail, and end the interpreter: it stays.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(writer))
        if not isinstance(error, RuntimeError):
            raise
        raise _tell(path, error, failure) from error


def _close(writer: osmium.SimpleWriter) -> RuntimeError | None:
    try:
        writer.close()
    except RuntimeError as error:
        return error
    return None


def _tell(path: Path, *errors: RuntimeError) -> OSError:
    """Give what the system said, which stands in the first error of a writer alone."""
    text = " ".join(map(str, errors))
    unsaid = errno.ENOSPC if shutil.disk_usage(path.parent).free < LITTLE_BYTES else errno.EIO
    number = next((each for each in _FAULTS if os.strerror(each) in text), unsaid)
    return OSError(number, os.strerror(number), str(path))
