"""Join new reaches to the waterways of today."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import pyproj
import shapely

from .._types import NO_NODE, WGS84
from ..network.geodesy import metric_crs
from ..network.waterways import is_waterway
from ..osm.editing import NewWay
from ..osm.extract import Extract

# [assumed] A reach drawn to the bank of a wide canal still ends in it.
NEAR_M: Final = 100.0
SAME_M: Final = 1.0
# Stands for a node of a way that the extract does not have; no id is 0.
MISSING: Final = 0
# Ids that no data have, also beside those of links and chambers that scenarios and tables add.
FIRST_NEW_ID: Final = -(2**40)


class Joiner:
    """Collects new reaches, with the nodes at which they meet the waterways of today.

    Attributes
    ----------
    new_nodes, new_ways, nodes_of_way
        For `edit_extract`.
    near_m
        Up to how far an end joins.
    """

    def __init__(self, extract: Extract, near_m: float = NEAR_M) -> None:
        self.new_nodes: dict[int, tuple[float, float]] = {}
        self.new_ways: dict[int, NewWay] = {}
        self.nodes_of_way: dict[int, tuple[int, ...]] = {}
        self.near_m = near_m
        crs = metric_crs(extract.nodes.lon_deg, extract.nodes.lat_deg)
        self._to_metres = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)
        self._refs = dict(_list_refs(extract))
        self._at_deg = {
            int(extract.nodes.osm_id[row]): (
                float(extract.nodes.lon_deg[row]),
                float(extract.nodes.lat_deg[row]),
            )
            for row in _rows_used(extract)
        }
        self._node_at: dict[tuple[float, float], int] = {}

    def add(
        self, line: Sequence[tuple[float, float]], tags: Mapping[str, str]
    ) -> tuple[float | None, float | None]:
        """Add a reach; its ends join what is there today, and ends of other new reaches.

        Parameters
        ----------
        line
            Longitude and latitude in degrees from end to end.
        tags
            Of the new way.

        Returns
        -------
        away_m
            For each end how far it is from the nearest waterway; None where it joins.
        """
        joints = [self._find(line[0]), self._find(line[-1])]
        first, last = (joint[0] for joint in joints)
        inner = [self._new_node(point) for point in line[1:-1]]
        nodes = (
            self._new_node(line[0]) if first is None else first,
            *inner,
            self._new_node(line[-1]) if last is None else last,
        )
        self.new_ways[self._free_id()] = NewWay(nodes, dict(tags))
        away_m = [None if node is not None else metres for node, metres in joints]
        return away_m[0], away_m[1]

    def _find(self, point: tuple[float, float]) -> tuple[int | None, float]:
        """Find or make the node at which an end joins, and how far the nearest waterway is."""
        if point in self._node_at:
            return self._node_at[point], 0.0
        x_m, y_m = self._to_metres.transform(*point)
        here = shapely.Point(x_m, y_m)
        best: tuple[float, int, int] = (np.inf, 0, 0)
        for way, refs in self._refs.items():
            for place, ends in enumerate(pairwise(refs)):
                if MISSING not in ends:
                    away_m = shapely.LineString(self._metres(ends)).distance(here)
                    best = min(best, (float(away_m), way, place))
        metres, way, place = best
        if metres > self.near_m:
            return None, metres
        node = self._insert(way, place, (x_m, y_m))
        self._node_at[point] = node
        return node, metres

    def _insert(self, way: int, place: int, here: tuple[float, float]) -> int:
        """Take a node of the way where one is near, else put one on its segment."""
        refs = self._refs[way]
        ends = np.array(self._metres(refs[place : place + 2]))
        for node, at in zip(refs[place : place + 2], ends, strict=True):
            if np.hypot(*(at - here)) <= SAME_M:
                return node
        along = ends[1] - ends[0]
        share = float(np.clip(np.dot(here - ends[0], along) / np.dot(along, along), 0.0, 1.0))
        if share in {0.0, 1.0}:
            return refs[place + int(share)]
        one, other = (np.array(self._at_deg[node]) for node in refs[place : place + 2])
        lon_deg, lat_deg = (one + share * (other - one)).tolist()
        node = self._new_node((lon_deg, lat_deg))
        self._refs[way] = self.nodes_of_way[way] = (*refs[: place + 1], node, *refs[place + 1 :])
        return node

    def _new_node(self, point: tuple[float, float]) -> int:
        if point in self._node_at:
            return self._node_at[point]
        node = self._free_id()
        self.new_nodes[node] = self._at_deg[node] = point
        self._node_at[point] = node
        return node

    def _free_id(self) -> int:
        return FIRST_NEW_ID - len(self.new_nodes) - len(self.new_ways)

    def _metres(self, refs: Sequence[int]) -> list[tuple[float, float]]:
        lon_deg, lat_deg = zip(*(self._at_deg[node] for node in refs), strict=True)
        return list(zip(*self._to_metres.transform(lon_deg, lat_deg), strict=True))


def _list_refs(extract: Extract) -> list[tuple[int, tuple[int, ...]]]:
    """List the waterways that are no locks: id, and ids of their nodes."""
    ways = extract.ways
    found = []
    for row, tags in enumerate(ways.tags):
        if is_waterway(tags) and tags.get("lock") != "yes":
            node = ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]]
            refs = np.where(node == NO_NODE, MISSING, extract.nodes.osm_id[node])
            found.append((int(ways.osm_id[row]), tuple(refs.tolist())))
    return found


def _rows_used(extract: Extract) -> list[int]:
    ways = extract.ways
    rows: set[int] = set()
    for row, tags in enumerate(ways.tags):
        if is_waterway(tags):
            rows.update(ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]].tolist())
    return sorted(rows - {NO_NODE})
