"""What a Parquet file takes in memory, told before it is read: equal values take no room."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

# A file of a few bytes can claim billions of equal rows. France has 2.3 million squares of 200 m
# that somebody lives in, each told in some thirty columns.
MOST_ROWS: Final = 3_000_000
MOST_CELLS: Final = 100_000_000
MOST_TEXT_BYTES: Final = 2**30
# What a chunk takes at the very most is taken for what it takes, where it is less than this.
_SMALL_BYTES: Final = 2**24
_COPIES: Final = frozenset({"PLAIN_DICTIONARY", "RLE_DICTIONARY", "DELTA_BYTE_ARRAY"})


def find_excess(path: Path, most_rows: int = MOST_ROWS) -> str | None:
    """Say what a Parquet file has too much of to be held in memory.

    Parameters
    ----------
    path
        The file.
    most_rows
        How many rows it may have.

    Returns
    -------
    excess
        What it has and what is allowed, behind the name of the file; None where all is well.

    Raises
    ------
    pyarrow.ArrowException, OSError, ValueError
        If it is damaged, or no Parquet file.
    """
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        metadata = file.metadata
        chunks = [
            (group, column)
            for group in range(metadata.num_row_groups)
            for column in range(metadata.num_columns)
        ]
        told = [metadata.row_group(group).column(column).num_values for group, column in chunks]
        cell_count = max(metadata.num_rows * metadata.num_columns, sum(told))
    if metadata.num_rows > most_rows:
        return (
            f"says that it has {metadata.num_rows} rows; allowed are {most_rows}. Cut it to the "
            "area that you ask about."
        )
    if cell_count > MOST_CELLS:
        return (
            f"says that it has {cell_count} values; allowed are {MOST_CELLS}. Keep the rows and "
            "columns that are needed."
        )
    text_bytes = 0
    for group, column in chunks:
        text_bytes += _text_bytes(path, metadata, group, column)
        if text_bytes > MOST_TEXT_BYTES:
            return (
                f"has texts of more than {MOST_TEXT_BYTES} bytes when unpacked. Keep the rows and "
                "columns that are needed."
            )
    return None


def _text_bytes(path: Path, metadata: Any, group: int, column: int) -> int:  # noqa: ANN401
    """Count the bytes of the texts and geometries of a chunk as unpacked; 0 for numbers."""
    chunk = metadata.row_group(group).column(column)
    if chunk.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return int(chunk.num_values * metadata.schema.column(column).length)
    if chunk.physical_type != "BYTE_ARRAY":
        return 0
    most = chunk.num_values * chunk.total_uncompressed_size
    if most <= _SMALL_BYTES or "DELTA_BYTE_ARRAY" in chunk.encodings:
        return int(most)
    if _COPIES.isdisjoint(chunk.encodings):
        return int(chunk.total_uncompressed_size)
    return _count_copies(path, group, chunk.path_in_schema)


def _count_copies(path: Path, group: int, name: str) -> int:
    """Add up the lengths of texts that are numbered, without making the copies."""
    import pyarrow.compute as pc
    from pyarrow import parquet

    total = 0
    with parquet.ParquetFile(path, read_dictionary=[name]) as file:
        for column in file.read_row_group(group, columns=[name]).columns:
            for array in (leaf for part in column.chunks for leaf in _leaves(part)):
                if hasattr(array, "dictionary"):
                    lengths = pc.binary_length(array.dictionary).cast("int64")
                    total += pc.sum(lengths.take(array.indices)).as_py() or 0
                else:
                    total += array.nbytes
    return total


def _leaves(array: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the arrays of values in an array of lists, maps or records."""
    import pyarrow as pa

    if pa.types.is_struct(array.type):
        parts = array.flatten()
    elif pa.types.is_map(array.type):
        parts = [array.keys, array.items]
    elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        parts = [array.flatten()]
    else:
        yield array
        return
    for part in parts:
        yield from _leaves(part)
