"""Routes between places: the ways travelled, their length, and the line to draw."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
import shapely.ops

from .._types import NO_ARC, UNREACHED_MS, WGS84, ArcIds, Floats
from ..errors import PlacesError
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.naming import names_of
from ..places.starts import Places
from ..places.streets import draw_arcs
from .closures import list_closed_streets
from .ends import ArcEnds, NodeEnds, find_ends, minutes_of
from .engine import metric_of
from .paths import Path, find_paths

if TYPE_CHECKING:
    import geopandas as gpd

NO_ROUTE: Final = "no route"


def routes(network: Network, origins: Places, destinations: Places) -> "gpd.GeoDataFrame":
    """Find the quickest route from each origin to the destination beside it.

    Parameters
    ----------
    network
        The network of one profile.
    origins, destinations
        Residents, sites, any table of points, or pairs of longitude and latitude; as many of the
        one as of the other, or a single one of either, which is then paired with each.

    Returns
    -------
    routes
        One row per pair: `origin` and `destination` (by their `cell` or `site` column, else by
        position), `minutes` with the walk to the street at both ends, `offroad_m` of that walk,
        `length_m` on the network, `ways` (OSM ids in the order of travel, with semicolons),
        `streets` (names, likewise), `reason`, and in EPSG:4326 the line on the network from where
        the origin hangs on it to where the destination does. Without a route minutes and metres
        are NaN, the line is empty and `reason` says why.

    Raises
    ------
    PlacesError
        If the numbers of origins and destinations do not fit, or coordinates are wrong.

    See Also
    --------
    travel_time_matrix : the minutes alone, between all of two tables.

    References
    ----------
    Dibbelt, J., Strasser, B. and Wagner, D. (2016). Customizable contraction hierarchies. Journal
    of Experimental Algorithmics 21. doi:10.1145/2886843

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> table = routes(network, [(2.8305, 50.42)], [(2.8314, 50.4207)])
    >>> table[["length_m", "ways", "streets"]].round(1).values.tolist()
    [[141.8, '10;11', 'Rue de Lille']]
    """
    import geopandas as gpd

    pairs = _pair(len(origins), len(destinations))
    sides = [_hang(network, each) for each in (origins, destinations)]
    ends = [side.ends for side in sides]
    by_nodes = find_paths(metric_of(network.searched.graph), ends[0].leave, ends[1].reach, pairs)
    trips = [
        _choose(network, sides[0], sides[1], pair, path)
        for pair, path in zip(pairs, by_nodes, strict=True)
    ]
    found = np.array([trip.ms < UNREACHED_MS for trip in trips], np.bool_)
    here, there = np.array(pairs, np.int32).reshape(-1, 2).T
    offroad_m = sides[0].offroad_m[here] + sides[1].offroad_m[there]
    table = {
        "origin": names_of(origins)[here],
        "destination": names_of(destinations)[there],
        "minutes": minutes_of(np.array([trip.ms for trip in trips], np.int32)),
        "offroad_m": np.where(found, offroad_m, np.nan),
        "length_m": np.where(found, [trip.length_m(network) for trip in trips], np.nan),
        "ways": [_join(trip.ways(network)) for trip in trips],
        "streets": [
            _join(network.name_of_way.get(way, "") for way in trip.ways(network)) for trip in trips
        ],
        "reason": [
            "" if trip.ms < UNREACHED_MS else _say_why(sides[0], sides[1], pair)
            for trip, pair in zip(trips, pairs, strict=True)
        ],
    }
    lines = np.array([trip.draw(network) for trip in trips], object)
    return gpd.GeoDataFrame(table, geometry=lines, crs=network.crs).to_crs(WGS84)


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """The origins or the destinations of all pairs, on the network."""

    attachments: Attachments
    ends: ArcEnds
    share: Floats
    offroad_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Trip:
    """Stretches of streets one after the other.

    `street` is the smaller id of two twins, along which `begin` and `end` are shares of its
    length; the arc travelled is its twin where the end comes before the beginning.
    """

    ms: int
    arc: ArcIds
    street: ArcIds
    begin: Floats
    end: Floats

    def length_m(self, network: Network) -> float:
        return float((network.length_m[self.arc] * np.abs(self.end - self.begin)).sum())

    def ways(self, network: Network) -> list[int]:
        return [way for way, _ in groupby(network.way_of_arc[self.arc].tolist())]

    def draw(self, network: Network) -> shapely.LineString:
        if self.arc.size == 0:
            return shapely.LineString()
        lines = draw_arcs(network, self.street)
        parts = [
            shapely.ops.substring(line, begin, end, normalized=True)
            for line, begin, end in zip(lines, self.begin, self.end, strict=True)
        ]
        corners = [corner for part in parts for corner in part.coords]
        corners = [corner for corner, _ in groupby(corners)]
        return shapely.LineString(corners * 2 if len(corners) == 1 else corners)


def _pair(origin_count: int, destination_count: int) -> list[tuple[int, int]]:
    if origin_count != destination_count and 1 not in (origin_count, destination_count):
        msg = (
            f"routes pairs each origin with the destination beside it; found {origin_count} "
            f"origins and {destination_count} destinations. Give as many of both, or one of either."
        )
        raise PlacesError(msg)
    if origin_count == destination_count:
        return [(row, row) for row in range(origin_count)]
    if origin_count == 1:
        return [(0, row) for row in range(destination_count)]
    return [(row, 0) for row in range(origin_count)]


def _hang(network: Network, places: Places) -> _Side:
    attachments = attach(network, places)
    whole_m = network.length_m[attachments.arc]
    share = np.divide(
        attachments.position_m, whole_m, out=np.zeros(whole_m.size), where=whole_m > 0
    )
    offroad_m = np.full(attachments.place_count, np.nan)
    offroad_m[attachments.place] = attachments.offroad_m
    return _Side(attachments, find_ends(network, attachments), np.clip(share, 0.0, 1.0), offroad_m)


Stretch = tuple[int, int, float, float]  # a row of the columns of a trip


def _choose(
    network: Network, here: _Side, there: _Side, pair: tuple[int, int], path: Path
) -> _Trip:
    """Take the way along the arc that both places share, or that by way of nodes."""
    ms, stretches = _ride_on_own_arc(network, here, there, pair)
    if path.ms < ms:
        ms = path.ms
        stretches = [
            *_between(network, here, here.ends.leave, path.start, is_leaving=True),
            *_streets(network, path.arc),
            *_between(network, there, there.ends.reach, path.end, is_leaving=False),
        ]
    arc, street, begin, end = zip(*stretches, strict=True) if stretches else ((), (), (), ())
    return _Trip(
        ms,
        np.array(arc, np.int32),
        np.array(street, np.int32),
        np.array(begin, np.float64),
        np.array(end, np.float64),
    )


def _ride_on_own_arc(
    network: Network, here: _Side, there: _Side, pair: tuple[int, int]
) -> tuple[int, list[Stretch]]:
    best_ms: int = UNREACHED_MS
    stretches: list[Stretch] = []
    for begin in _rows_of(here.ends, pair[0]):
        for end in _rows_of(there.ends, pair[1]):
            street = int(here.ends.arc[begin])
            if there.ends.arc[end] != street:
                continue
            for side, arc in enumerate((street, int(network.twin_of_arc[street]))):
                from_ms = int(here.ends.along_ms[begin, side])
                to_ms = int(there.ends.along_ms[end, side])
                if arc == NO_ARC or not from_ms <= to_ms < UNREACHED_MS:
                    continue
                offroad_ms = here.ends.offroad_ms[begin] + there.ends.offroad_ms[end]
                ms = to_ms - from_ms + int(offroad_ms)
                if ms < best_ms:
                    best_ms = ms
                    share = float(here.share[begin]), float(there.share[end])
                    stretches = [(arc, street, *share)]
    return best_ms, stretches


def _rows_of(ends: ArcEnds, place: int) -> range:
    return range(*np.searchsorted(ends.place, [place, place + 1]).tolist())


def _streets(network: Network, arc: ArcIds) -> list[Stretch]:
    """List the whole streets that arcs of the searched graph follow."""
    street = network.searched.street[arc]
    return [_whole(network, each) for each in street[street != NO_ARC].tolist()]


def _whole(network: Network, arc: int) -> Stretch:
    twin = int(network.twin_of_arc[arc])
    return (arc, twin, 1.0, 0.0) if NO_ARC != twin < arc else (arc, arc, 0.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """The stretch between a place and a node at one end of its street, `far` as a share."""

    attachment: int
    arc: int
    street: int
    far: float
    node: int
    ms: int


def _between(
    network: Network, side: _Side, ends: NodeEnds, row: int, *, is_leaving: bool
) -> list[Stretch]:
    """Go from a place to the node of one of its ways or back, along closed streets if need be."""
    place, node, ms = (int(column[row]) for column in (ends.place, ends.node, ends.ms))
    ways = list(_list_ways(network, side.ends, place, is_leaving=is_leaving))
    direct = [way for way in ways if (way.node, way.ms) == (node, ms)]
    way, walked = (
        (direct[0], np.empty(0, np.int32))
        if direct
        else _walk_closed(network, ways, node, is_leaving=is_leaving)
    )
    near = float(side.share[way.attachment])
    whole = _streets(network, walked)
    if is_leaving:
        return [(way.arc, way.street, near, way.far), *whole]
    return [*whole, (way.arc, way.street, way.far, near)]


def _list_ways(network: Network, ends: ArcEnds, place: int, *, is_leaving: bool) -> Iterator[_Way]:
    searched = network.searched
    laid, node_of_arc = (
        (searched.begins, searched.graph.head) if is_leaving else (searched.ends, searched.tail)
    )
    for row in _rows_of(ends, place):
        street = int(ends.arc[row])
        for side, arc in enumerate((street, int(network.twin_of_arc[street]))):
            if arc == NO_ARC:
                continue
            along_ms = int(ends.along_ms[row, side])
            spent_ms = int(network.local_ms[arc]) - along_ms if is_leaving else along_ms
            far = 1.0 if is_leaving == (side == 0) else 0.0
            for node in node_of_arc[laid.arc[slice(*laid.first[arc : arc + 2])]].tolist():
                yield _Way(row, arc, street, far, node, spent_ms + int(ends.offroad_ms[row]))


def _walk_closed(
    network: Network, ways: list[_Way], node: int, *, is_leaving: bool
) -> tuple[_Way, ArcIds]:
    """Find the walk along closed streets between one of a place's ways and a node."""
    closed = list_closed_streets(network)
    own = NodeEnds(
        np.zeros(len(ways), np.int32),
        np.searchsorted(closed.node, [way.node for way in ways]).astype(np.int32),
        np.array([way.ms for way in ways], np.int32),
    )
    row = np.searchsorted(closed.node, [node]).astype(np.int32)
    far = NodeEnds(np.zeros(1, np.int32), row, np.zeros(1, np.int32))
    metric = metric_of(closed.ahead)
    path = find_paths(metric, *((own, far) if is_leaving else (far, own)), [(0, 0)])[0]
    way = ways[path.start if is_leaving else path.end]
    return way, closed.arc[path.arc]


def _say_why(here: _Side, there: _Side, pair: tuple[int, int]) -> str:
    for name, side, row in (("origin", here, pair[0]), ("destination", there, pair[1])):
        reason = str(side.attachments.reason_of_place[row])
        if reason:
            return f"{name}: {reason}"
    return NO_ROUTE


def _join(words: Iterable[object]) -> str:
    """Write words with semicolons, what stands twice in a row once, and nothing for none."""
    return ";".join(word for word, _ in groupby(str(each) for each in words if each))
