"""OpenStreetMap objects as lines of text, written in C++ and parsed a column at a time.

A Python object for every node costs 4.5 microseconds; on 348,000 nodes that is longer than all
the rest. So libosmium filters the objects and writes them as OPL, one line each, and numpy and
pandas turn columns of that text into arrays.

References
----------
OPL file format: https://osmcode.org/opl-file-format/
"""

import functools
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import osmium
import pandas as pd

from .._types import Flags, Floats, OsmIds
from .extract import Tags
from .writing import written

CHUNK_BYTES = 32 * 2**20

# A node's line without its tags: `n17 x2.8319 y50.4289`. One without a location ends in ` x y`.
_NODE_TAGS = re.compile(rb" T\S* x")
_NO_PLACE = b" x y\n"
_NO_PLACE_READ = b" x999 y999\n"


@dataclass(frozen=True, slots=True, eq=False)
class NodeLines:
    """Nodes as they stand in the file.

    Attributes
    ----------
    osm_id
        OSM id in file order, shape (n,).
    lon_deg, lat_deg
        Position in degrees, shape (n,); outside the world where the file gives none.
    """

    osm_id: OsmIds
    lon_deg: Floats
    lat_deg: Floats

    @property
    def is_placed(self) -> Flags:
        """True where the position lies in the world, shape (n,)."""
        return (np.abs(self.lon_deg) <= 180) & (np.abs(self.lat_deg) <= 90)


@dataclass(frozen=True, slots=True, eq=False)
class ObjectLines:
    """Ways, relations or tagged nodes as they stand in the file.

    Attributes
    ----------
    osm_id
        OSM id in file order, shape (n,).
    tags
        Tags of each object, length n.
    rest
        Text behind the tags, length n: the refs of a way, the members of a relation.
    """

    osm_id: OsmIds
    tags: Sequence[Tags]
    rest: Sequence[str]


def write_lines(
    file: osmium.io.File,
    path: Path,
    kind: str,
    *filters: osmium.BaseFilter,
) -> Path:
    """Write the objects that pass all filters as lines of text.

    Parameters
    ----------
    file
        What to read.
    path
        Where to write.
    kind
        `"n"`, `"w"` or `"r"`.
    *filters
        Filters of pyosmium, run in C++.

    Returns
    -------
    path
        The written file.

    Raises
    ------
    OSError
        If the lines cannot be written.
    RuntimeError
        By pyosmium, if the file is damaged.
    """
    entities = {"n": osmium.osm.NODE, "w": osmium.osm.WAY, "r": osmium.osm.RELATION}[kind]
    with (
        written(path, "opl,add_metadata=false") as writer,
        osmium.io.Reader(file, entities) as reader,
    ):
        osmium.apply(reader, *filters, writer)
    return path


def read_nodes(path: Path) -> Iterator[NodeLines]:
    """Read the positions of nodes, a chunk of the file at a time.

    Parameters
    ----------
    path
        File written by `write_lines`; tags in it are passed over.

    Returns
    -------
    chunks
        Nodes in file order, at least one in each chunk.
    """
    return map(parse_nodes, read_chunks(path))


def parse_nodes(lines: bytes) -> NodeLines:
    r"""Parse the positions of nodes.

    Parameters
    ----------
    lines
        At least one whole line.

    Returns
    -------
    nodes
        One row for each line.

    Examples
    --------
    >>> nodes = parse_nodes(b"n17 T x2.8319 y50.4289\nn-2 Tbarrier=gate x y\n")
    >>> nodes.osm_id, nodes.is_placed
    (array([17, -2]), array([ True, False]))
    """
    text = lines.replace(b" T x", b" x").replace(_NO_PLACE, _NO_PLACE_READ)
    text = _NODE_TAGS.sub(b" x", text).translate(None, b"nxy")
    table = pd.read_csv(
        io.BytesIO(text),
        sep=" ",
        header=None,
        names=["id", "lon", "lat"],
        dtype={"id": np.int64, "lon": np.float64, "lat": np.float64},
    )
    # A position is a whole number of 1e-7 degrees; rounding gives the nearest double to it.
    lon_deg, lat_deg = (np.rint(table[name].to_numpy() * 1e7) / 1e7 for name in ("lon", "lat"))
    return NodeLines(table["id"].to_numpy(), lon_deg, lat_deg)


def read_objects(path: Path, wanted: frozenset[str] | None = None) -> ObjectLines:
    """Read objects with their tags and what follows them.

    Parameters
    ----------
    path
        File written by `write_lines`.
    wanted
        Ids to read, as they stand in the text; by default all.

    Returns
    -------
    objects
        One row for each line, in file order.
    """
    ids: list[str] = []
    tags: list[Tags] = []
    rest: list[str] = []
    split_pair = functools.cache(_split_pair)  # most pairs stand on many objects

    @functools.cache  # of four ways three have the very tags of another one: they share them
    def split_tags(text: str) -> Tags:
        return dict(map(split_pair, text[1:].split(","))) if len(text) > 1 else {}

    for chunk in read_chunks(path):
        for line in chunk.decode("utf-8").split("\n")[:-1]:
            head, tag_text, *tail = line.split(" ", 2)
            if wanted is not None and head[1:] not in wanted:
                continue
            ids.append(head[1:])
            rest.append(tail[0] if tail else "")
            tags.append(split_tags(tag_text))
    return ObjectLines(np.array(ids, np.int64), tags, rest)


def unescape(text: str) -> str:
    """Put back the characters that stand as `%hex%` in OPL.

    Parameters
    ----------
    text
        A key, a value or a role as written.

    Returns
    -------
    text
        The text meant.

    Examples
    --------
    >>> unescape("rue%20%de%20%Lens")
    'rue de Lens'
    >>> unescape("")
    ''
    """
    parts = text.split("%")
    parts[1::2] = [chr(int(code, 16)) for code in parts[1::2]]
    return "".join(parts)


def _split_pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return (unescape(key), unescape(value)) if "%" in text else (key, value)


def read_chunks(path: Path) -> Iterator[bytes]:
    """Read whole lines, many at a time.

    Parameters
    ----------
    path
        File written by `write_lines`.

    Yields
    ------
    lines
        Each ends with a line feed; about `CHUNK_BYTES` of them, at least one.
    """
    with path.open("rb") as text:
        yield from cut_lines(text)


def cut_lines(text: IO[bytes]) -> Iterator[bytes]:
    """Cut a text into pieces of whole lines.

    Parameters
    ----------
    text
        What can be read once.

    Yields
    ------
    lines
        Each ends with a line feed; about `CHUNK_BYTES` of them, at least one.
    """
    while chunk := text.read(CHUNK_BYTES):
        yield chunk if chunk.endswith(b"\n") else chunk + text.readline()
