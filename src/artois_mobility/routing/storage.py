"""Keep a hierarchy on disk and map it into memory again, shared by all processes that do."""

import hashlib
import json
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .._version import __version__
from ..errors import HierarchyError
from ..graph import Graph, NodeOrder
from .hierarchy import Hierarchy

FORMAT: Final = 1
MANIFEST: Final = "hierarchy.json"
_ORDER: Final = "order"


def save_hierarchy(hierarchy: Hierarchy, folder: str | Path) -> Path:
    """Write a hierarchy to a folder: one `.npy` file an array, and a manifest.

    Parameters
    ----------
    hierarchy
        What to keep.
    folder
        Made anew under a temporary name and then moved; a hierarchy that stands there is replaced.

    Returns
    -------
    folder
        Where it lies.

    Raises
    ------
    HierarchyError
        If something other than a hierarchy stands there.
    """
    place = Path(folder)
    if place.exists() and not (place / MANIFEST).is_file():
        msg = f"{place} exists and holds no hierarchy; choose another folder or remove it."
        raise HierarchyError(msg)
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{place.name}-", dir=place.parent) as scratch:
        made = Path(scratch) / "new"
        made.mkdir()
        hashes = {name: _write(array, made / f"{name}.npy") for name, array in _arrays(hierarchy)}
        manifest = {
            "format": FORMAT,
            "library": __version__,
            "graph": _fingerprint(hierarchy.first_out, hierarchy.head),
            "sha256": hashes,
        }
        (made / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        if place.exists():
            place.rename(Path(scratch) / "old")
        made.rename(place)
    return place


def open_hierarchy(
    folder: str | Path, graph: Graph | None = None, *, verify: bool = True
) -> Hierarchy:
    """Map a hierarchy from disk into memory; pages are read when first used.

    Parameters
    ----------
    folder
        Written by `save_hierarchy`.
    graph
        Refuse the hierarchy if it was made for another graph than this one.
    verify
        Read every file once and compare its checksum; False trusts the disk and opens at once.

    Returns
    -------
    hierarchy
        Its arrays lie in the mapped files and cannot be written.

    Raises
    ------
    HierarchyError
        If the folder holds no hierarchy, one of another format or graph, or a damaged one.
    """
    place = Path(folder)
    manifest = _read_manifest(place)
    if graph is not None and manifest["graph"] != _fingerprint(graph.first_out, graph.head):
        msg = f"{place} was made for another graph. Remove it and save the hierarchy again."
        raise HierarchyError(msg)
    if verify:
        for name, expected in manifest["sha256"].items():
            _check_file(place / f"{name}.npy", expected)
    arrays = {name: _map(place / f"{name}.npy") for name in manifest["sha256"]}
    arrays[_ORDER] = NodeOrder(arrays[_ORDER])
    return Hierarchy(**arrays)


def _arrays(hierarchy: Hierarchy) -> list[tuple[str, npt.NDArray[Any]]]:
    names = [each.name for each in fields(hierarchy) if each.name != _ORDER]
    columns = [(name, getattr(hierarchy, name)) for name in names]
    return [(_ORDER, hierarchy.order.node_of_rank), *columns]


def _write(array: npt.NDArray[Any], path: Path) -> str:
    np.save(path, array, allow_pickle=False)
    return _hash_file(path)


def _map(path: Path) -> Any:  # noqa: ANN401  an array, or the order made of one
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError) as error:
        msg = f"{path} is missing or no array: {error}. Save the hierarchy again."
        raise HierarchyError(msg) from error


def _read_manifest(place: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{place} holds no hierarchy: {MANIFEST} is missing or damaged. Save one there first."
        raise HierarchyError(msg) from error
    names = {each.name for each in fields(Hierarchy)}
    if manifest.get("format") != FORMAT or set(manifest.get("sha256", ())) != names:
        msg = (
            f"{place} has format {manifest.get('format')!r} of version "
            f"{manifest.get('library')!r}; this version reads format {FORMAT}. Save it again."
        )
        raise HierarchyError(msg)
    return manifest


def _check_file(path: Path, expected: str) -> None:
    if not path.is_file() or _hash_file(path) != expected:
        msg = f"{path} is missing or damaged: its checksum differs. Save the hierarchy again."
        raise HierarchyError(msg)


def _hash_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _fingerprint(*arrays: npt.NDArray[np.int32]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
