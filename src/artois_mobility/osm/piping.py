"""Nodes of a large file, written as text by a process of their own.

The text of all nodes of a country is a hundred times as large as what is kept of it, and libosmium
holds Python's lock while it writes. So a second process writes it into a pipe: nothing lies on the
disk, a chunk at a time is in memory, and one processor unpacks while the other one parses.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..errors import ExtractError
from .opl import NodeLines, cut_lines, parse_nodes

# From this size on the half second that a process needs to start is little.
LARGE_FILE_BYTES: Final = 16 * 2**20
_WRITING: Final = """
import sys, osmium
target = osmium.io.File("-", "opl,add_metadata=false")
with (
    osmium.SimpleWriter(target, overwrite=True) as writer,
    osmium.io.Reader(osmium.io.File(*sys.argv[1:]), osmium.osm.NODE) as reader,
):
    osmium.apply(reader, writer)
sys.stderr.write("\\nall written")
"""
# Its last word; without it the text may stop anywhere.
_ALL_WRITTEN: Final = "all written"


def pipe_nodes(path: Path, file_format: str) -> Iterator[NodeLines]:
    """Read the positions of all nodes, a chunk of them at a time.

    Parameters
    ----------
    path
        File to read.
    file_format
        pyosmium's name of its format.

    Yields
    ------
    nodes
        In file order, at least one in each chunk.

    Raises
    ------
    RuntimeError
        If the file is damaged, in the words of pyosmium.
    ExtractError
        If the process was ended by another one, or ended before it had written all.
    """
    command = [sys.executable, "-P", "-c", _WRITING, str(path), file_format]
    own = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        yield from map(parse_nodes, cut_lines(process.stdout))
        told = process.stderr.read().decode(errors="replace").strip()
    if process.returncode > 0:
        raise RuntimeError(told.rpartition("\n")[2].partition(": ")[2] or told)
    if process.returncode < 0 or not told.endswith(_ALL_WRITTEN):
        raise ExtractError(_tell_ended(path, -process.returncode))


def _tell_ended(path: Path, number: int) -> str:
    by_signal = f"was ended by signal {number}, as a rule for want of memory"
    how = by_signal if number else "ended too early"
    return (
        f"{path} was not read to its end: the process that reads its nodes {how}. The file may "
        "be sound: close other programs and start again, or cut it to the area that you ask about."
    )
