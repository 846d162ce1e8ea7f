"""Trips between places: the stretches of street travelled, with the time of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import numpy as np
import shapely
import shapely.ops

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Floats, Milliseconds
from ..network.model import Network
from ..places.anchors import divide_or_zero
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.starts import Places
from ..places.streets import draw_arcs
from .ends import ArcEnds, NodeEnds, find_ends
from .engine import metric_of
from .paths import Path, find_paths
from .place_ways import list_ways, walk_closed


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The origins or the destinations of all pairs, on the network.

    Attributes
    ----------
    attachments, ends
        Where they hang, and the ways from there.
    share
        Part of the street's length before each attachment, shape (t,).
    offroad_m
        Walk from each place, NaN where it is not attached, shape (p,).
    """

    attachments: Attachments
    ends: ArcEnds
    share: Floats
    offroad_m: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Trip:
    """Stretches of streets one after the other, s of them.

    Attributes
    ----------
    ms
        Time of the whole trip, with the walks at both ends; `UNREACHED_MS` where there is none.
    offroad_ms
        Walk at the beginning, and at the end.
    arc
        Arc travelled, shape (s,).
    street
        The smaller id of it and its twin, along which `begin` and `end` are shares of the length;
        the arc travelled is the twin where the end comes before the beginning, shape (s,).
    begin, end
        Shape (s,).
    stretch_ms, turn_ms
        Time along each stretch, and lost in turning into it, shape (s,).
    """

    ms: int
    offroad_ms: tuple[int, int]
    arc: ArcIds
    street: ArcIds
    begin: Floats
    end: Floats
    stretch_ms: Milliseconds
    turn_ms: Milliseconds

    def metres(self, network: Network) -> Floats:
        """Measure each stretch.

        Parameters
        ----------
        network
            The network travelled.

        Returns
        -------
        metres
            Shape (s,).
        """
        metres: Floats = network.length_m[self.arc] * np.abs(self.end - self.begin)
        return metres

    def ways(self, network: Network) -> list[int]:
        """List the ways travelled.

        Parameters
        ----------
        network
            The network travelled.

        Returns
        -------
        ways
            OSM ids in the order of travel, what stands twice in a row once.
        """
        return [way for way, _ in groupby(network.way_of_arc[self.arc].tolist())]

    def draw(self, network: Network, rows: slice = slice(None)) -> shapely.LineString:
        """Draw the line travelled.

        Parameters
        ----------
        network
            The network travelled.
        rows
            Some of the stretches.

        Returns
        -------
        line
            In the network's metric system; empty without any stretch.
        """
        if self.arc[rows].size == 0:
            return shapely.LineString()
        lines = draw_arcs(network, self.street[rows])
        parts = [
            shapely.ops.substring(line, begin, end, normalized=True)
            for line, begin, end in zip(lines, self.begin[rows], self.end[rows], strict=True)
        ]
        corners = [corner for part in parts for corner in part.coords]
        corners = [corner for corner, _ in groupby(corners)]
        return shapely.LineString(corners * 2 if len(corners) == 1 else corners)


def hang(network: Network, places: Places) -> Side:
    """Attach the origins or the destinations of trips.

    Parameters
    ----------
    network
        The network of one profile.
    places
        Any table of points, or pairs of longitude and latitude.

    Returns
    -------
    side
        Where they hang.
    """
    return take_side(network, attach(network, places))


def take_side(network: Network, attachments: Attachments) -> Side:
    """Take places that are attached already for the origins or destinations of trips.

    Parameters
    ----------
    network
        The network of one profile, or as a scenario leaves it.
    attachments
        Places on that network.

    Returns
    -------
    side
        Where they hang.
    """
    share = divide_or_zero(attachments.position_m, network.length_m[attachments.arc])
    offroad_m = np.full(attachments.place_count, np.nan)
    offroad_m[attachments.place] = attachments.offroad_m
    return Side(attachments, find_ends(network, attachments), np.clip(share, 0.0, 1.0), offroad_m)


def find_trips(
    network: Network, here: Side, there: Side, pairs: list[tuple[int, int]]
) -> list[Trip]:
    """Find the quickest trip of each pair, by way of nodes or along the street that both share.

    Parameters
    ----------
    network
        The network of one profile.
    here, there
        Origins and destinations.
    pairs
        Rows of both.

    Returns
    -------
    trips
        One for each pair.
    """
    metric = metric_of(network.searched.graph)
    paths = find_paths(metric, here.ends.leave, there.ends.reach, pairs)
    return follow_paths(network, here, there, pairs, paths)


def follow_paths(
    network: Network,
    here: Side,
    there: Side,
    pairs: list[tuple[int, int]],
    paths: Iterable[Path],
) -> list[Trip]:
    """Turn paths by way of nodes into trips, or ride along the street that both places share.

    Parameters
    ----------
    network
        The network of one profile.
    here, there
        Origins and destinations.
    pairs
        Rows of both.
    paths
        One for each pair, from the ways that leave to those that reach.

    Returns
    -------
    trips
        One for each pair, the quicker of the two.
    """
    return [
        _choose(network, here, there, pair, path) for pair, path in zip(pairs, paths, strict=True)
    ]


class _Stretch(NamedTuple):
    """One row of the columns of a trip."""

    arc: int
    street: int
    begin: float
    end: float
    ms: int
    turn_ms: int = 0


def _choose(network: Network, here: Side, there: Side, pair: tuple[int, int], path: Path) -> Trip:
    """Take the way along the arc that both places share, or that by way of nodes."""
    ms, offroad_ms, stretches = _ride_on_own_arc(network, here, there, pair)
    if path.ms < ms:
        ms = path.ms
        first, leaving = _between(network, here, here.ends.leave, path.start, is_leaving=True)
        last, arriving = _between(network, there, there.ends.reach, path.end, is_leaving=False)
        offroad_ms = first, last
        stretches = _join(network, [*leaving, *path.arc.tolist(), *arriving])
    columns = zip(*stretches, strict=True) if stretches else ((),) * len(_Stretch._fields)
    arc, street, begin, end, stretch_ms, turn_ms = (np.array(column) for column in columns)
    return Trip(
        ms,
        offroad_ms,
        arc.astype(np.int32),
        street.astype(np.int32),
        begin.astype(np.float64),
        end.astype(np.float64),
        stretch_ms.astype(np.int32),
        turn_ms.astype(np.int32),
    )


def _join(network: Network, parts: "list[_Stretch | int]") -> list[_Stretch]:
    """Put stretches in a row: arcs become whole streets, turns the delay of the next one."""
    searched = network.searched
    stretches: list[_Stretch] = []
    turn_ms = 0
    for part in parts:
        if isinstance(part, int) and searched.street[part] == NO_ARC:
            turn_ms += int(searched.graph.weight_ms[part])
            continue
        if isinstance(part, _Stretch):
            stretch = part
        else:
            stretch = _whole(network, int(searched.street[part]))
        stretches.append(stretch._replace(turn_ms=turn_ms))
        turn_ms = 0
    return stretches


def _whole(network: Network, arc: int) -> _Stretch:
    twin, ms = int(network.twin_of_arc[arc]), int(network.local_ms[arc])
    if NO_ARC != twin < arc:
        return _Stretch(arc, twin, 1.0, 0.0, ms)
    return _Stretch(arc, arc, 0.0, 1.0, ms)


def _ride_on_own_arc(
    network: Network, here: Side, there: Side, pair: tuple[int, int]
) -> tuple[int, tuple[int, int], list[_Stretch]]:
    best_ms: int = UNREACHED_MS
    best_offroad_ms = 0, 0
    stretches: list[_Stretch] = []
    for begin in here.ends.rows_of(pair[0]):
        for end in there.ends.rows_of(pair[1]):
            street = int(here.ends.arc[begin])
            if there.ends.arc[end] != street:
                continue
            for side, arc in enumerate((street, int(network.twin_of_arc[street]))):
                from_ms = int(here.ends.along_ms[begin, side])
                to_ms = int(there.ends.along_ms[end, side])
                if arc == NO_ARC or not from_ms <= to_ms < UNREACHED_MS:
                    continue
                offroad_ms = int(here.ends.offroad_ms[begin]), int(there.ends.offroad_ms[end])
                ms = to_ms - from_ms + sum(offroad_ms)
                if ms < best_ms:
                    best_ms, best_offroad_ms = ms, offroad_ms
                    share = float(here.share[begin]), float(there.share[end])
                    stretches = [_Stretch(arc, street, *share, to_ms - from_ms)]
    return best_ms, best_offroad_ms, stretches


def _between(
    network: Network, side: Side, ends: NodeEnds, row: int, *, is_leaving: bool
) -> "tuple[int, list[_Stretch | int]]":
    """Go from a place to the node of one of its ways or back, along closed streets if need be.

    Returns the walk off the network, and the stretch of the place's own street with the arcs of
    the searched graph behind or before it.
    """
    place, node, ms = (int(column[row]) for column in (ends.place, ends.node, ends.ms))
    ways = list(list_ways(network, side.ends, place, is_leaving=is_leaving))
    direct = [way for way in ways if (way.node, way.ms) == (node, ms)]
    way, walked = (
        (direct[0], []) if direct else walk_closed(network, ways, node, is_leaving=is_leaving)
    )
    near, own_ms = float(side.share[way.attachment]), way.ms - way.offroad_ms
    if is_leaving:
        return way.offroad_ms, [_Stretch(way.arc, way.street, near, way.far, own_ms), *walked]
    return way.offroad_ms, [*walked, _Stretch(way.arc, way.street, way.far, near, own_ms)]
