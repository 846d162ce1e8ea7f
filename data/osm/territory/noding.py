"""Streets on the ground meet where they cross: one node for both."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from shapely import STRtree

from .lines import Way
from .plane import Key, from_keys, to_keys

SNAP_M = 2.0


@dataclass(slots=True)
class KeyedWay:
    """A way as the keys of its nodes."""

    keys: list[Key]
    tags: dict[str, str]
    is_ground_street: bool


def keyed(ways: list[Way]) -> list[KeyedWay]:
    """Return ways as keys, without repeated nodes."""
    found = []
    for way in ways:
        keys = _without_repeats(to_keys(way.line.coords))
        if len(keys) > 1:
            found.append(KeyedWay(keys, way.tags, way.is_ground_street))
    return found


def _without_repeats(keys: list[Key]) -> list[Key]:
    return [k for n, k in enumerate(keys) if n == 0 or k != keys[n - 1]]


def node_crossings(ways: list[KeyedWay], first_new: int = 0) -> None:
    """Give ground streets that cross a common node, in place.

    Ways before `first_new` are known not to cross each other any more.
    """
    segments, owners = [], []
    for w, way in enumerate(ways):
        if way.is_ground_street:
            segments += list(zip(way.keys, way.keys[1:], strict=False))
            owners += [(w, n) for n in range(len(way.keys) - 1)]
    flat = [key for segment in segments for key in segment]
    points = from_keys(flat).reshape(-1, 2, 2)
    lines = shapely.linestrings(points)
    new = np.array([n for n, (w, _) in enumerate(owners) if w >= first_new], dtype=np.int64)
    mine, other = STRtree(lines).query(lines[new], predicate="crosses")
    pairs = np.unique(np.sort(np.column_stack([new[mine], other]), axis=1), axis=0)
    meets = shapely.get_coordinates(shapely.intersection(lines[pairs[:, 0]], lines[pairs[:, 1]]))
    added: dict[int, list[tuple[float, Key]]] = {}
    for (i, j), meet, key in zip(pairs, meets, to_keys(meets), strict=True):
        ends = points[[i, i, j, j], [0, 1, 0, 1]]
        gap = np.hypot(*(ends - meet).T)
        nearest = int(np.argmin(gap))
        node = segments[(i, j)[nearest // 2]][nearest % 2] if gap[nearest] < SNAP_M else key
        for row in (int(i), int(j)):
            along = float(np.hypot(*(points[row, 0] - meet)))
            added.setdefault(row, []).append((along, node))
    for row in sorted(added, reverse=True):
        w, n = owners[row]
        ways[w].keys[n + 1 : n + 1] = [key for _, key in sorted(added[row])]
    for way in ways:
        way.keys = _without_repeats(way.keys)


def street_parts(ways: list[KeyedWay]) -> dict[Key, int]:
    """Return the connected part of each node of the given ways; part 0 is the largest."""
    row_of_key: dict[Key, int] = {}
    tails, heads = [], []
    for way in ways:
        rows = [row_of_key.setdefault(key, len(row_of_key)) for key in way.keys]
        tails += rows[:-1]
        heads += rows[1:]
    count = len(row_of_key)
    matrix = coo_matrix((np.ones(len(tails)), (tails, heads)), shape=(count, count))
    _, label = connected_components(matrix, directed=False)
    return {key: int(part) for key, part in zip(row_of_key, _by_size(label), strict=True)}


def strong_parts(ways: list[KeyedWay]) -> dict[Key, int]:
    """Return the strongly connected part of each node, one-way streets obeyed; 0 is the largest."""
    row_of_key: dict[Key, int] = {}
    tails, heads = [], []
    for way in ways:
        rows = [row_of_key.setdefault(key, len(row_of_key)) for key in way.keys]
        tails += rows[:-1]
        heads += rows[1:]
        if way.tags.get("oneway") != "yes":
            tails += rows[1:]
            heads += rows[:-1]
    count = len(row_of_key)
    matrix = coo_matrix((np.ones(len(tails)), (tails, heads)), shape=(count, count))
    _, label = connected_components(matrix, directed=True, connection="strong")
    return {key: int(part) for key, part in zip(row_of_key, _by_size(label), strict=True)}


def _by_size(label: np.ndarray) -> np.ndarray:
    size = np.bincount(label)
    rank = np.empty(size.size, dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(size.size)
    return rank[label]
