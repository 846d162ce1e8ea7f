"""Keep a hierarchy on disk and map it into memory again, shared by all processes that do."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..errors import HierarchyError, StorageError
from ..graph import Graph, NodeOrder
from ..kernels.chordal import measure_tree
from ..storage.folders import open_folder, write_folder
from ..storage.records import read_record, write_record
from .hierarchy import Hierarchy
from .metrics import Metric

KIND: Final = "hierarchy"
KIND_OF_METRIC: Final = "metric"
_CLASSES: Final = {"Hierarchy": Hierarchy, "NodeOrder": NodeOrder}


def save_hierarchy(
    hierarchy: Hierarchy, folder: str | Path, header: Mapping[str, str] | None = None
) -> Path:
    """Write a hierarchy to a folder: one `.npy` file an array, and a manifest.

    Parameters
    ----------
    hierarchy
        What to keep.
    folder
        Made anew under a temporary name and then moved; a hierarchy that stands there is replaced.
    header
        More that its manifest is to say.

    Returns
    -------
    folder
        Where it lies.

    Raises
    ------
    HierarchyError
        If something other than a hierarchy stands there.
    """
    own = {**(header or {}), "graph": _fingerprint(hierarchy.first_out, hierarchy.head)}
    with _as_hierarchy_error():
        return write_folder(
            folder, KIND, own, lambda place: write_record(hierarchy, place, _CLASSES)
        )


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
        Read every file once, compare its checksum and check that every number lies in its range;
        False trusts the disk and opens at once.

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
    with _as_hierarchy_error():
        manifest = open_folder(place, KIND, verify=verify)
        if graph is not None and manifest.get("graph") != _fingerprint(graph.first_out, graph.head):
            msg = f"{place} was made for another graph. Remove it and save the hierarchy again."
            raise HierarchyError(msg)
        hierarchy = read_record(place, _CLASSES)
    if not isinstance(hierarchy, Hierarchy):
        msg = f"{place} holds no hierarchy. Save it again."
        raise HierarchyError(msg)
    if verify:
        _check_ranges(hierarchy, place)
    return hierarchy


def save_metric(metric: Metric, folder: str | Path) -> Path:
    """Write the times of a situation on the upward arcs of its hierarchy to a folder.

    Parameters
    ----------
    metric
        What to keep, in the direction of travel; its hierarchy is saved apart.
    folder
        As for `save_hierarchy`.

    Returns
    -------
    folder
        Where it lies.

    Raises
    ------
    StorageError
        If something other than a metric stands there.
    """
    columns = {name: getattr(metric, name) for name in ("weight_ms", "climb_ms", "descend_ms")}
    return write_folder(
        folder, KIND_OF_METRIC, {}, lambda place: write_record(columns, place, _CLASSES)
    )


def open_metric(folder: str | Path, hierarchy: Hierarchy, *, verify: bool = True) -> Metric:
    """Map the times on the upward arcs of a hierarchy into memory.

    Parameters
    ----------
    folder
        Written by `save_metric`.
    hierarchy
        Which it was made on.
    verify
        As for `open_hierarchy`.

    Returns
    -------
    metric
        Its arrays lie in the mapped files and cannot be written.

    Raises
    ------
    StorageError
        If the folder holds no metric, a damaged one, or one of another hierarchy.
    """
    open_folder(folder, KIND_OF_METRIC, verify=verify)
    columns = read_record(Path(folder), _CLASSES)
    arcs, ups = hierarchy.up_of_arc.shape, hierarchy.up_head.shape
    wanted = {"weight_ms": arcs, "climb_ms": ups, "descend_ms": ups}
    found = columns if isinstance(columns, dict) else {}
    if {name: _shape_of(each) for name, each in found.items()} != wanted:
        msg = f"{folder} was made on another hierarchy. Save the metric again."
        raise StorageError(msg)
    return Metric(hierarchy, **columns)


@contextmanager
def _as_hierarchy_error() -> Iterator[None]:
    try:
        yield
    except StorageError as error:
        raise HierarchyError(str(error)) from error


def _shape_of(array: Any) -> tuple[int, ...] | None:  # noqa: ANN401  what a file held
    is_times = isinstance(array, np.ndarray) and array.dtype == np.int32
    return array.shape if is_times else None


def _check_ranges(hierarchy: Hierarchy, place: Path) -> None:
    """Refuse numbers that compiled code, which checks no bounds, would stumble over."""
    h = hierarchy
    ranks, ups, arcs = h.rank_count, h.up_head.size, h.up_of_arc.size
    ranges = {
        "head": (h.head, 0, ranks),
        "parent": (h.parent, -1, ranks),
        "depth": (h.depth, 0, ranks),
        "subtree_size": (h.subtree_size, 1, ranks + 1),
        "up_head": (h.up_head, 0, ranks),
        "up_tail": (h.up_tail, 0, ranks),
        "up_depth": (h.up_depth, 0, ranks),
        "down_arc": (h.down_arc, 0, ups),
        "down_end": (h.down_end, 0, ups + 1),
        "up_of_arc": (h.up_of_arc, -1, ups),
        "arc_of_place": (h.arc_of_place, 0, arcs),
    }
    faulty = [
        name
        for name, (array, low, high) in ranges.items()
        if array.dtype != np.int32 or ((array < low) | (array >= high)).any()
    ]
    offsets = {
        "first_out": (h.first_out, arcs),
        "up_first": (h.up_first, ups),
        "down_first": (h.down_first, ups),
        "first_of_up": (h.first_of_up, h.arc_of_place.size),
    }
    faulty += [name for name, (array, last) in offsets.items() if not _climbs_to(array, last)]
    if h.is_climb.dtype != np.bool_:
        faulty.append("is_climb")
    if not faulty:
        faulty += _contradictions(hierarchy)
    if faulty:
        msg = f"{place}: {', '.join(faulty)} cannot be those of a hierarchy. Save it again."
        raise HierarchyError(msg)


def _contradictions(hierarchy: Hierarchy) -> list[str]:
    """List the columns that do not follow from the others, all numbers being in their ranges."""
    h = hierarchy
    own = np.arange(h.rank_count)
    has_parent = h.parent >= 0
    has_up = np.diff(h.up_first) > 0
    if not (h.parent[has_parent] > own[has_parent]).all():
        return ["parent"]
    depth, subtree_size = np.empty_like(h.parent), np.empty_like(h.parent)
    measure_tree(np.ascontiguousarray(h.parent), depth, subtree_size)
    derived = {
        "parent": np.array_equal(has_parent, has_up)
        and np.array_equal(h.parent[has_up], h.up_head[h.up_first[:-1][has_up]]),
        "depth": np.array_equal(h.depth, depth),
        "subtree_size": np.array_equal(h.subtree_size, subtree_size),
        "up_tail": np.array_equal(h.up_tail, np.repeat(own, np.diff(h.up_first))),
        "up_head": (h.up_head > h.up_tail).all(),
        "up_depth": np.array_equal(h.up_depth, h.depth[h.up_head]),
        "down_arc": np.array_equal(h.up_head[h.down_arc], np.repeat(own, np.diff(h.down_first))),
        "down_end": np.array_equal(h.down_end, h.up_first[h.up_tail[h.down_arc] + 1]),
    }
    return [name for name, is_sound in derived.items() if not is_sound]


def _climbs_to(array: npt.NDArray[Any], last: int) -> bool:
    is_sound = array.dtype == np.int32 and array[0] == 0 and array[-1] == last
    return bool(is_sound and (array[1:] >= array[:-1]).all())  # a difference could overflow


def _fingerprint(*arrays: npt.NDArray[np.int32]) -> str:
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
