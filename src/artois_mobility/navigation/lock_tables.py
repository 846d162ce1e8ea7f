"""Give the locks of an extract what a table of locks says of their chambers."""

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import WGS84, Floats, Geometries
from ..network.blocking import chamber_nodes, lock_gates
from ..network.dimensions import SOURCE_PREFIX
from ..network.geodesy import metric_crs
from ..network.lockage import HOURS_KEY, TIME_KEYS, write_lock_time
from ..network.outlines import lines_of_ways
from ..network.waterways import is_waterway
from ..osm.editing import NewWay, edit_extract
from ..osm.extract import Extract, Tags

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

# [assumed] Tables give the middle of a lock, a gate or its house: up to the longest chamber away.
NEAR_M: Final = 250.0
FAR: Final = "no lock within {metres:g} m"
SMALLER: Final = "a chamber beside it takes every vessel that this one takes"
ONE_PER_GATE: Final = "the lock is drawn as a gate: one chamber counts"


Places: TypeAlias = npt.NDArray[np.int64]


class UsedLocks(NamedTuple):
    """An extract whose locks are as a table says.

    Attributes
    ----------
    extract
        The OpenStreetMap data with other tags on their locks.
    matches
        Every row of the table: `name`, `lock` (`"w12"` or `"n12"`; `""` for none), `distance_m`,
        `note` and `reason` (why the row does not count, else `""`).
    """

    extract: Extract
    matches: "pd.DataFrame"


class _Known(NamedTuple):
    """The locks of an extract: ways of chambers, then gates away from chambers."""

    rows: list[int]
    nodes: list[int]
    shapes: Geometries


def use_locks(extract: Extract, locks: "gpd.GeoDataFrame", *, near_m: float = NEAR_M) -> UsedLocks:
    """Give the locks of an extract the size, time and hours of a table, in place of their own.

    Each row goes to the nearest lock. Several rows of one lock are chambers side by side: of those
    no vessel needs, because another takes all that fits, none is drawn; each other is a way of its
    own, and a vessel takes the one that it fits into.

    Parameters
    ----------
    extract
        The OpenStreetMap data; they are not changed.
    locks
        What `read_locks` gives.
    near_m
        How far a lock may be from its row.

    Returns
    -------
    used
        The extract for `build_network` and `largest_vessels`, and where each row went.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from artois_mobility.network.examples import crossroads
    >>> table = gpd.GeoDataFrame(
    ...     {"name": ["Don"], "length_m": [144.6], "beam_m": [12.0], "minutes": [np.nan],
    ...      "opening_hours": [""], "source": ["VNF"], "note": [""]},
    ...     geometry=gpd.points_from_xy([2.83], [50.42]), crs="EPSG:4326",
    ... )
    >>> use_locks(crossroads(), table).matches["reason"].tolist()
    ['no lock within 250 m']
    """
    import pandas as pd

    crs = metric_crs(extract.nodes.lon_deg, extract.nodes.lat_deg)
    known = _find_locks(extract, crs)
    place, distance_m = _nearest(known, locks.to_crs(crs).geometry.to_numpy())
    is_near = distance_m <= near_m
    reason = np.where(is_near, "", FAR.format(metres=near_m)).astype(object)
    tags_of_way: dict[int, Tags] = {}
    tags_of_node: dict[int, Tags] = {}
    new_ways: dict[int, NewWay] = {}
    free_id = min(0, int(extract.ways.osm_id.min(initial=0)))
    for lock in np.unique(place[is_near]).tolist():
        rows = np.flatnonzero(is_near & (place == lock))
        chambers = _keep_larger(locks, rows)
        reason[np.setdiff1d(rows, chambers)] = SMALLER
        if lock >= len(known.rows):
            node = known.nodes[lock - len(known.rows)]
            reason[chambers[1:]] = ONE_PER_GATE
            own = extract.nodes.tags[node]
            tags_of_node[int(extract.nodes.osm_id[node])] = {**own, **_tags(locks, chambers[0])}
            continue
        way = known.rows[lock]
        own = extract.ways.tags[way]
        tags_of_way[int(extract.ways.osm_id[way])] = {**own, **_tags(locks, chambers[0])}
        for number, chamber in enumerate(chambers[1:], start=2):
            free_id -= 1
            tags = {**own, **_tags(locks, chamber), "lock_ref": str(number)}
            new_ways[free_id] = NewWay(_nodes_of(extract, way), tags)
    edited = edit_extract(
        extract, tags_of_way=tags_of_way, tags_of_node=tags_of_node, new_ways=new_ways
    )
    matches = pd.DataFrame(
        {
            "name": locks["name"].to_numpy(),
            "lock": [_name_of(extract, known, own) if near else ""
                     for own, near in zip(place.tolist(), is_near, strict=True)],
            "distance_m": np.where(is_near, distance_m, np.nan),
            "note": locks["note"].to_numpy(),
            "reason": reason,
        }
    )  # fmt: skip
    return UsedLocks(edited, matches)


def _find_locks(extract: Extract, crs: str) -> _Known:
    import geopandas as gpd
    import shapely

    rows, lines = [], []
    for row, tags in enumerate(extract.ways.tags):
        if tags.get("lock") == "yes" and is_waterway(tags):
            drawn = lines_of_ways(extract, np.array([row], np.int32))
            if drawn.size:
                rows.append(row)
                lines.append(shapely.multilinestrings(drawn))
    nodes = np.flatnonzero(lock_gates(extract) & ~chamber_nodes(extract)).tolist()
    lon_deg, lat_deg = extract.nodes.lon_deg[nodes], extract.nodes.lat_deg[nodes]
    shapes = gpd.GeoSeries([*lines, *shapely.points(lon_deg, lat_deg)], crs=WGS84).to_crs(crs)
    return _Known(rows, nodes, shapes.to_numpy())


def _nearest(known: _Known, points: Geometries) -> tuple[Places, Floats]:
    """Find the nearest lock of each row; ties go to the first."""
    import shapely

    place, distance_m = np.zeros(points.size, np.int64), np.full(points.size, np.inf)
    for lock, shape in enumerate(known.shapes):
        away_m = shapely.distance(points, shape)
        is_nearer = away_m < distance_m
        place[is_nearer], distance_m[is_nearer] = lock, away_m[is_nearer]
    return place, distance_m


def _keep_larger(locks: "gpd.GeoDataFrame", rows: Places) -> list[int]:
    """Leave out chambers that another of the same lock surpasses; the longest comes first."""
    sizes = locks[["length_m", "beam_m"]].to_numpy()
    order = sorted(rows.tolist(), key=lambda row: (*(-sizes[row]), row))
    kept: list[int] = []
    for row in order:
        if not any((sizes[other] >= sizes[row]).all() for other in kept):
            kept.append(row)
    return kept


def _tags(locks: "gpd.GeoDataFrame", row: int) -> dict[str, str]:
    own = locks.iloc[row]
    tags = {"maxlength": f"{own['length_m']:g}", "maxwidth": f"{own['beam_m']:g}"}
    if not np.isnan(own["minutes"]):
        tags[TIME_KEYS[0]] = write_lock_time(own["minutes"])
    tags |= {SOURCE_PREFIX + key: own["source"] for key in list(tags)}
    return tags | ({HOURS_KEY: own["opening_hours"]} if own["opening_hours"] else {})


def _nodes_of(extract: Extract, way: int) -> tuple[int, ...]:
    ways = extract.ways
    node = ways.node_of_ref[ways.first_ref[way] : ways.first_ref[way + 1]]
    return tuple(extract.nodes.osm_id[node[node >= 0]].tolist())


def _name_of(extract: Extract, known: _Known, lock: int) -> str:
    if lock < len(known.rows):
        return f"w{extract.ways.osm_id[known.rows[lock]]}"
    return f"n{extract.nodes.osm_id[known.nodes[lock - len(known.rows)]]}"
