"""OpenStreetMap's file formats: which a name tells, what a header says, one from another."""

from pathlib import Path
from typing import Final

import osmium
from osmium.replication import newest_change_from_file

from .writing import written

# pyosmium's name of each format.
FORMATS: Final = {".osm.pbf": "pbf", ".osm": "xml", ".osm.gz": "xml.gz", ".osm.bz2": "xml.bz2"}


def format_of(path: Path) -> str:
    """Tell the format from the file's name.

    Parameters
    ----------
    path
        Any path.

    Returns
    -------
    file_format
        pyosmium's name of the format; `""` for a name that ends like none of `FORMATS`.

    Examples
    --------
    >>> format_of(Path("lens.osm.pbf")), format_of(Path("LENS.OSM"))
    ('pbf', 'xml')
    >>> format_of(Path("lens.shp"))
    ''
    """
    name = path.name.lower()
    return next((known for end, known in FORMATS.items() if name.endswith(end)), "")


def read_header(file: osmium.io.File) -> osmium.io.Header:
    """Read a file's header.

    Parameters
    ----------
    file
        Any OpenStreetMap file.

    Returns
    -------
    header
        Generator, state of replication and so on, as far as the file has them.

    Raises
    ------
    RuntimeError
        By pyosmium, if the file is damaged.
    """
    with osmium.io.Reader(file, osmium.osm.NOTHING) as reader:
        return reader.header()


def read_timestamp(file: osmium.io.File) -> str:
    """Return the state that the header names, else the newest change of any object.

    Parameters
    ----------
    file
        Any OpenStreetMap file.

    Returns
    -------
    timestamp
        As ISO 8601 text; `""` when the file has none at all.

    Raises
    ------
    RuntimeError
        By pyosmium, if the file is damaged.
    """
    if named := read_header(file).get("osmosis_replication_timestamp", ""):
        return str(named)
    newest = newest_change_from_file(file)
    return "" if newest.timestamp() <= 0 else f"{newest:%Y-%m-%dT%H:%M:%SZ}"


def is_without_objects(file: osmium.io.File) -> bool:
    """Tell whether a file holds no object at all.

    Parameters
    ----------
    file
        Any OpenStreetMap file.

    Returns
    -------
    is_without_objects
        True for a header alone.

    Raises
    ------
    RuntimeError
        By pyosmium, if the file is damaged.
    """
    return next(iter(osmium.FileProcessor(file)), None) is None


def rewrite_osm(
    file: osmium.io.File, path: Path, file_format: str, header: osmium.io.Header
) -> osmium.io.File:
    """Write all objects of a file to another one.

    Parameters
    ----------
    file
        What to read.
    path
        Where to write; an older file is replaced.
    file_format
        Name that pyosmium gives the format, with options.
    header
        Header of the new file.

    Returns
    -------
    file
        The written file.

    Raises
    ------
    OSError
        If the new file cannot be written.
    RuntimeError
        By pyosmium, if the file is damaged.
    """
    with (
        written(path, file_format, header) as writer,
        osmium.io.Reader(file) as reader,
    ):
        osmium.apply(reader, writer)
    return osmium.io.File(str(path), file_format.split(",", maxsplit=1)[0])
