"""Dataclasses of arrays as files: one `.npy` an array, mapped into memory again, and one JSON.

Nothing is pickled: what a folder can bring to life are numbers, texts, geometries and the classes
that its reader names.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from tokenize import TokenError
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..errors import ArtoisMobilityError, StorageError

RECORD: Final = "record.json"
NUMERIC: Final = "biufU"

# What comes of bytes that are not what they should be, numpy's reading of headers included.
DAMAGE: Final = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TokenError,
)

Classes = Mapping[str, type]


def write_record(record: object, folder: Path, classes: Classes) -> None:
    """Write a record into a folder, an `.npy` file for each array.

    Parameters
    ----------
    record
        A dataclass or named tuple of `classes`; its fields are arrays of numbers, texts or
        geometries, numbers, texts, tuples, lists, mappings and more such records.
    folder
        Where to.
    classes
        Every class that occurs, by name.

    Raises
    ------
    TypeError
        If anything else occurs.
    """
    tree = _Writer(folder, classes).encode(record, "")
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    (folder / RECORD).write_text(text, encoding="utf-8")


def read_record(folder: Path, classes: Classes) -> Any:  # noqa: ANN401  what was written
    """Read a record; its arrays of numbers lie in the mapped files and cannot be written.

    Parameters
    ----------
    folder
        Written by `write_record`.
    classes
        Every class that may occur, by name.

    Returns
    -------
    record
        Equal to what was written.

    Raises
    ------
    StorageError
        If a file is missing, damaged, or holds anything that the classes do not allow.
    """
    try:
        tree = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return _decode(tree, folder, classes)
    except ArtoisMobilityError as error:
        if isinstance(error, StorageError):
            raise
        msg = f"{folder} holds arrays that contradict each other: {error} Save it again."
        raise StorageError(msg) from error
    except DAMAGE as error:
        msg = f"{folder} is missing or damaged: {error}. Save it again."
        raise StorageError(msg) from error


class _Writer:
    """Writes the arrays of a record and returns the tree that names them."""

    def __init__(self, folder: Path, classes: Classes) -> None:
        self.folder = folder
        self.name_of_class = {each: name for name, each in classes.items()}

    def encode(self, value: Any, name: str) -> Any:  # noqa: ANN401  any of the kinds below
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, np.ndarray):
            return self._encode_array(value, name)
        own = self.name_of_class.get(type(value))
        if own is not None:
            coded = {
                key: self.encode(getattr(value, key), _join(name, key))
                for key in _fields_of(type(value))
            }
            return {"class": own, "fields": coded}
        if isinstance(value, Mapping):
            return {
                "map": [
                    [self.encode(key, name), self.encode(part, _join(name, str(row)))]
                    for row, (key, part) in enumerate(value.items())
                ]
            }
        if type(value) in {tuple, list}:
            rows = [self.encode(part, _join(name, str(row))) for row, part in enumerate(value)]
            return {type(value).__name__: rows}
        msg = f"{name}: a {type(value).__name__} cannot be kept."
        raise TypeError(msg)

    def _encode_array(self, array: npt.NDArray[Any], name: str) -> dict[str, Any]:
        if array.dtype.kind in NUMERIC:
            self._save(array, name)
            return {"array": name}
        parts = array.ravel().tolist()
        if all(isinstance(part, str) for part in parts):
            texts = sorted(set(parts))
            row_of_text = {text: row for row, text in enumerate(texts)}
            codes = np.array([row_of_text[part] for part in parts], np.int32)
            self._save(codes.reshape(array.shape), name)
            return {"texts": texts, "codes": name}
        self._save_geometries(array, name)
        return {"geometries": name}

    def _save(self, array: npt.NDArray[Any], name: str) -> None:
        np.save(self.folder / f"{name}.npy", array, allow_pickle=False)

    def _save_geometries(self, array: npt.NDArray[Any], name: str) -> None:
        import shapely

        parts = [b"" if wkb is None else wkb for wkb in shapely.to_wkb(array).tolist()]
        ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
        self._save(np.frombuffer(b"".join(parts), np.uint8), f"{name}-bytes")
        self._save(np.concatenate([[0], ends]).astype(np.int64), f"{name}-first")


def _decode(tree: Any, folder: Path, classes: Classes) -> Any:  # noqa: ANN401, PLR0911  as above
    if not isinstance(tree, dict):
        if isinstance(tree, list):
            msg = "a list stands where none may"
            raise TypeError(msg)
        return tree
    if "array" in tree:
        return _map(folder, tree["array"])
    if "texts" in tree:
        return np.array([*tree["texts"], ""], object)[_map(folder, tree["codes"])]
    if "geometries" in tree:
        return _read_geometries(folder, tree["geometries"])
    if "map" in tree:
        return {
            _decode(key, folder, classes): _decode(part, folder, classes)
            for key, part in tree["map"]
        }
    if "class" in tree:
        own = classes[tree["class"]]
        return own(**{key: _decode(part, folder, classes) for key, part in tree["fields"].items()})
    kind = "tuple" if "tuple" in tree else "list"
    rows = [_decode(part, folder, classes) for part in tree[kind]]
    return tuple(rows) if kind == "tuple" else rows


def _map(folder: Path, name: str) -> Any:  # noqa: ANN401  an array of any kind
    path = folder / f"{name}.npy"
    if path.parent != folder:
        msg = f"{name!r} is no name of a file"
        raise ValueError(msg)
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except DAMAGE as error:
        msg = f"{path} is missing or no array: {error}. Save it again."
        raise StorageError(msg) from error


def _read_geometries(folder: Path, name: str) -> npt.NDArray[np.object_]:
    import shapely

    content = _map(folder, f"{name}-bytes").tobytes()
    first = _map(folder, f"{name}-first").tolist()
    parts = [content[begin:end] or None for begin, end in pairwise(first)]
    geometries = np.empty(len(parts), object)
    try:
        geometries[:] = shapely.from_wkb(parts)
    except shapely.errors.GEOSException as error:
        raise ValueError(str(error)) from error
    return geometries


def _fields_of(kind: type) -> list[str]:
    if is_dataclass(kind):
        return [each.name for each in fields(kind) if each.init]
    names: tuple[str, ...] = getattr(kind, "_fields")  # noqa: B009  of a named tuple
    return list(names)


def _join(name: str, key: str) -> str:
    return f"{name}-{key}" if name else key
