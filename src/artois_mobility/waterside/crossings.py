"""Where people cross canals and rivers: bridges, locks, ferries, tunnels, fords."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import WGS84, Flags, Geometries, Rows
from ..network.naming import names_of_rows
from ..network.roads import is_road
from ..osm.extract import Extract
from .crossing_names import BRIDGE_NAME, gates_of_locks, most_frequent, names_of_decks
from .water import Texts, Water, find_water, texts
from .water_kinds import FERRY, LOCK, kind_of_crossing
from .ways import check_metres, draw_whole_ways, find_ways, metric_crs_of, rights_of, to_metres

if TYPE_CHECKING:
    import geopandas as gpd

# [assumed] Ways over the same water this near to each other are of one bridge: two carriageways
# with the paths beside them, some 25 m with a reserve between.
APART_M: Final = 30.0
# [assumed] A path this near to a gate leads over the lock: gates are drawn to a few metres.
GATE_M: Final = 15.0
RIGHTS: Final = ("is_for_walkers", "is_for_bicycles", "is_for_cars")
NOBODY: Final = "closed to walkers, bicycles and cars"
POINT: Final = 0
COLUMNS: Final = (
    "crossing",
    "kind",
    "name",
    "waterway",
    "ways",
    *RIGHTS,
    "reason",
    "commune",
    "geometry",
)

Places: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class _Meetings:
    """Points where a way and the centre line of water cross, p of them.

    Attributes
    ----------
    point
        In metres, shape (p,).
    row
        Row of the way, ascending, and along the way, shape (p,).
    line
        Which centre line, shape (p,).
    """

    point: Geometries
    row: Rows
    line: Rows

    def only(self, is_kept: Flags) -> "_Meetings":
        """Keep some of the points."""
        return _Meetings(self.point[is_kept], self.row[is_kept], self.line[is_kept])


def water_crossings(extract: Extract, *, apart_m: float = APART_M) -> "gpd.GeoDataFrame":
    """Find every place where people cross a canal, a river or a fairway, with its name.

    Where a street, a path or a ferry crosses the centre line of the water. Water that is drawn as
    an area only, without such a line, is not looked at. Bridges that are closed or being built are
    listed with a reason; a railway's are not.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    apart_m
        Ways of the same kind over water of the same name whose points are up to so many metres
        from each other, in a chain, are one crossing: carriageways and the footways beside them.

    Returns
    -------
    crossings
        In the order of the smallest way: `crossing` (`"w12"` after that way; `"w12.2"` where the
        same way crosses a second time), `kind` (`bridge`, `lock`, `ferry`, `tunnel`, which is also
        the street below an aqueduct, `ford`, `covered`, which is a street above water that runs
        below ground, or `untagged` where tags do not tell), `name` (`bridge:name`, the name of the
        bridge's outline or of the lock, the street's, else that of a signed route; `""` for none),
        `waterway` (its name), `ways` (OSM ids with semicolons), `is_for_walkers`,
        `is_for_bicycles` (riding), `is_for_cars`, `reason` (empty, or why nobody crosses),
        `commune` (`""`, for `am.assign_communes`) and the point in EPSG:4326. A ferry is one
        crossing of each water, where it first crosses it.

    Raises
    ------
    PlacesError
        If the distance is none.

    References
    ----------
    OpenStreetMap wiki: Key:bridge, Key:bridge:name, Tag:man_made=bridge, Tag:waterway=lock_gate.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> water_crossings(crossroads()).empty
    True
    """
    import geopandas as gpd
    import shapely

    check_metres(apart_m=apart_m)
    crs = metric_crs_of(extract)
    water = find_water(extract, crs)
    met = _meet(extract, water, crs)
    lock = _locks_at(extract, water, met, crs)
    kind = _kinds(extract, water, met, lock)
    is_first = _are_first(met, kind, water.name)
    met, kind, lock = met.only(is_first), kind[is_first], lock[is_first]
    waterway = water.name[met.line]
    groups = _group(met, kind, waterway, apart_m)
    first = np.array([group[0] for group in groups], np.int32)
    proper, street = _proper_names(extract, met, kind, lock, crs), _street_names(extract, met)
    table = {
        **_describe(extract, [met.row[group] for group in groups]),
        "kind": kind[first],
        "name": texts(
            [most_frequent(proper[each]) or most_frequent(street[each]) for each in groups]
        ),
        "waterway": waterway[first],
        "commune": texts([""] * len(groups)),
    }
    middle = [shapely.centroid(shapely.multipoints(met.point[group])) for group in groups]
    crossings = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(middle, crs=crs)).to_crs(WGS84)
    return crossings[list(COLUMNS)]


def _meet(extract: Extract, water: Water, crs: str) -> _Meetings:
    """Find the points where streets, paths and ferries cross centre lines."""
    import shapely

    degrees, row = draw_whole_ways(extract, find_ways(extract, is_road))
    roads = to_metres(degrees, crs)
    road, line = shapely.STRtree(water.lines).query(roads, predicate="crosses")
    shared = shapely.intersection(roads[road], water.lines[line])
    point, pair = shapely.get_parts(shared, return_index=True)
    road, line = road[pair], line[pair]
    along_m = shapely.line_locate_point(roads[road], point)
    order = np.lexsort((line, along_m, road))
    order = order[shapely.get_type_id(point[order]) == POINT]
    return _Meetings(point[order], row[road[order]], line[order].astype(np.int32))


def _locks_at(extract: Extract, water: Water, met: _Meetings, crs: str) -> Texts:
    """Name the lock at each point; None where there is no gate near."""
    import shapely

    gates, tags = gates_of_locks(extract, crs)
    names: Texts = np.full(met.row.size, None, np.object_)
    found = shapely.STRtree(gates).query(met.point, predicate="dwithin", distance=GATE_M)
    for point, gate in found.T.tolist():
        names[point] = names[point] or tags[gate].get("lock_name", "")
    for point, line in enumerate(met.line.tolist()):
        own = extract.ways.tags[water.row[line]].get("lock_name", "")
        names[point] = own or names[point]
    return names


def _kinds(extract: Extract, water: Water, met: _Meetings, lock: Texts) -> Texts:
    tags = extract.ways.tags
    return texts(
        [
            kind_of_crossing(
                tags[row], tags[water.row[line]], rights_of(tags[row]), is_at_gate=name is not None
            )
            for row, line, name in zip(met.row.tolist(), met.line.tolist(), lock, strict=True)
        ]
    )


def _are_first(met: _Meetings, kind: Texts, name: Texts) -> Flags:
    """Tell where a ferry crosses each water first; all points of other ways are kept."""
    seen: set[tuple[int, str]] = set()
    is_kept = np.ones(met.row.size, np.bool_)
    for point in np.flatnonzero(kind == FERRY).tolist():
        pair = int(met.row[point]), str(name[met.line[point]])
        is_kept[point] = pair not in seen
        seen.add(pair)
    return is_kept


def _group(met: _Meetings, kind: Texts, waterway: Texts, apart_m: float) -> list[Places]:
    """List the points of each crossing, in the order of their first."""
    import shapely
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other = shapely.STRtree(met.point).query(met.point, predicate="dwithin", distance=apart_m)
    is_same = (kind[one] == kind[other]) & (waterway[one] == waterway[other])
    one, other = one[is_same], other[is_same]
    shape = (met.row.size, met.row.size)
    near = coo_array((np.ones(one.size), (one, other)), shape=shape)
    count, group = connected_components(near, directed=False)
    found = [np.flatnonzero(group == number) for number in range(count)]
    return sorted(found, key=lambda points: int(points[0]))


def _describe(extract: Extract, rows: list[Rows]) -> dict[str, npt.NDArray[np.generic]]:
    """Tell which ways lead across, and who may use any of them."""
    ways = [np.unique(extract.ways.osm_id[each]).tolist() for each in rows]
    rights = [[rights_of(extract.ways.tags[row]) for row in each] for each in rows]
    count: Counter[int] = Counter()
    crossing = []
    for smallest in (each[0] for each in ways):
        count[smallest] += 1
        again = f".{count[smallest]}" if count[smallest] > 1 else ""
        crossing.append(f"w{smallest}{again}")
    is_closed = [not any(each.is_for_anybody for each in own) for own in rights]
    return {
        "crossing": texts(crossing),
        "ways": texts([";".join(map(str, each)) for each in ways]),
        **{
            name: np.array([any(getattr(each, name) for each in own) for own in rights], np.bool_)
            for name in RIGHTS
        },
        "reason": texts([NOBODY if each else "" for each in is_closed]),
    }


def _proper_names(extract: Extract, met: _Meetings, kind: Texts, lock: Texts, crs: str) -> Texts:
    """Give the names that bridges and locks have of their own, `""` for none."""
    deck = names_of_decks(extract, met.point, crs)
    tags = [extract.ways.tags[row] for row in met.row.tolist()]
    return texts(
        [
            (name or "") if way == LOCK else (own.get(BRIDGE_NAME) or outline)
            for own, outline, name, way in zip(tags, deck, lock, kind, strict=True)
        ]
    )


def _street_names(extract: Extract, met: _Meetings) -> Texts:
    name_of_way = names_of_rows(extract, np.unique(met.row))
    return texts([name_of_way.get(way, "") for way in extract.ways.osm_id[met.row].tolist()])
