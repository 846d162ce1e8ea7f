"""The largest vessels between two places, and what keeps larger ones from passing."""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from .._types import NO_ARC, UNREACHED_MS, ArcIds
from ..network.building import build_network
from ..network.dimensions import DIMENSIONS, SAME_M, vessel_of_class
from ..network.fairways import Fairway
from ..network.locks import NO_LOCK
from ..network.model import Network
from ..network.vessels import any_size
from ..osm.extract import Extract
from ..places.naming import names_of
from ..places.starts import Places
from ..routing.route_lines import pair_places, say_why
from ..routing.trips import Side, hang
from ..routing.widest import End, Widths, find_widest

M_PER_KM: Final = 1000.0


def largest_vessels(
    extract: Extract, origins: Places, destinations: Places, *, like: str = "barge"
) -> pd.DataFrame:
    """Find the largest vessels that get from each origin to the destination beside it, whole.

    A vessel has four dimensions, and one way may take longer vessels while another takes wider
    ones: then there are several largest vessels, none of which another surpasses in all four.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    origins, destinations
        Any table of points, or pairs of longitude and latitude, within reach of the water; as many
        of the one as of the other, or a single one of either.
    like
        Who asks, for the rules of access and one-way traffic: `barge`, `passenger_boat`,
        `pleasure_boat`. Its own size does not count.

    Returns
    -------
    vessels
        `origin`, `destination`, `length_m`, `beam_m`, `draught_m`, `air_draught_m` (infinite where
        no limit is known), `class_name` (the last class of ECMT 92/2 whose standard vessel is
        within all four, `""` for none), `length_limit`, `beam_limit`, `draught_limit`,
        `air_draught_limit` (the first of the narrowest locks, else of the narrowest reaches, with
        the source of the limit), `locks` and `km` on that way with the whole arcs at both ends,
        `reason`. One row per largest vessel; a pair without a way has one row with NaN and its
        reason.

    Raises
    ------
    ProfileError
        If `like` is no boat.
    PlacesError
        If the numbers of origins and destinations do not fit, or coordinates are wrong.

    See Also
    --------
    vessel : a vessel of one's own, as a profile.

    References
    ----------
    European Conference of Ministers of Transport (1992). Resolution 92/2 on new classification of
    inland waterways.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> table = largest_vessels(crossroads(), [(2.83, 50.42)], [(2.8328, 50.42)])
    >>> table[["length_m", "class_name", "reason"]].values.tolist()
    [[nan, '', 'origin: network is empty']]
    """
    network = build_network(extract, any_size(like))
    pairs = pair_places(len(origins), len(destinations))
    sides = hang(network, origins), hang(network, destinations)
    names = names_of(origins), names_of(destinations)
    rows = [
        {"origin": names[0][here], "destination": names[1][there], **row}
        for here, there in pairs
        for row in _find_largest(network, *sides, (here, there))
    ]
    limits = [f"{dimension.removesuffix('_m')}_limit" for dimension in DIMENSIONS]
    columns = ["origin", "destination", *DIMENSIONS, "class_name", *limits, "locks", "km", "reason"]
    return pd.DataFrame(rows, columns=columns)


def _find_largest(
    network: Network, here: Side, there: Side, pair: tuple[int, int]
) -> Iterator[dict[str, object]]:
    fairway = network.fairway
    assert fairway is not None  # boats have one
    found: dict[Widths, ArcIds] = dict(_on_own_arc(network, fairway, here, there, pair))
    starts = list(_ways_out(network, fairway, here, pair[0]))
    ends = list(_ways_in(network, fairway, there, pair[1]))
    street = network.searched.street
    width = np.where(street[:, None] == NO_ARC, np.inf, fairway.limit_m[street])
    paths = find_widest(
        network.searched.graph, width, [each for each, _ in starts], [each for each, _ in ends]
    )
    for path in paths:
        between = street[list(path.arc)]
        arcs = [starts[path.start][1], *between[between != NO_ARC].tolist(), ends[path.end][1]]
        found.setdefault(path.widths, np.array(arcs, np.int32))
    if not found:
        yield {**dict.fromkeys(DIMENSIONS, math.nan), "class_name": "", "locks": math.nan,
               "km": math.nan, "reason": say_why(here, there, pair)}  # fmt: skip
    largest = [each for each in found if not any(_is_within(each, other) for other in found)]
    for widths in sorted(largest, reverse=True):
        yield _tell(network, fairway, widths, found[widths])


def _is_within(one: Widths, other: Widths) -> bool:
    return one != other and all(own <= its for own, its in zip(one, other, strict=True))


def _tell(network: Network, fairway: Fairway, widths: Widths, arcs: ArcIds) -> dict[str, object]:
    row: dict[str, object] = dict(zip(DIMENSIONS, widths, strict=True))
    for column, dimension in enumerate(DIMENSIONS):
        narrowest = arcs[fairway.limit_m[arcs, column] == widths[column]]
        narrowest = narrowest[np.argsort(fairway.lock_of_arc[narrowest] == NO_LOCK, kind="stable")]
        is_known = narrowest.size and math.isfinite(widths[column])
        told = _tell_limit(network, fairway, int(narrowest[0]), column) if is_known else ""
        row[f"{dimension.removesuffix('_m')}_limit"] = told
    lock = fairway.lock_of_arc[arcs]
    row["class_name"] = _largest_class(widths)
    row["locks"] = np.unique(lock[lock != NO_LOCK]).size
    row["km"] = float(network.length_m[arcs].sum() / M_PER_KM)
    row["reason"] = ""
    return row


def _tell_limit(network: Network, fairway: Fairway, arc: int, column: int) -> str:
    """Name the waterway and the lock of a limit, and its source."""
    lock = int(fairway.lock_of_arc[arc])
    names = [network.name_of_way.get(int(network.way_of_arc[arc]), "")]
    names += [fairway.locks[lock].name] if lock != NO_LOCK else []
    place = ", ".join(dict.fromkeys(filter(None, names)))
    source = str(fairway.source[arc, column])
    return f"{place}: {source}" if place else source


def _largest_class(widths: Widths) -> str:
    fitting = [
        name
        for name, size in vessel_of_class().items()
        if all(size[key] <= most + SAME_M for key, most in zip(DIMENSIONS, widths, strict=True))
    ]
    return fitting[-1] if fitting else ""


def _own_arcs(network: Network, side: Side, place: int) -> Iterator[tuple[int, int, int]]:
    """Yield the arcs that a place hangs on, both ways: attachment, which of the two, arc."""
    for row in side.ends.rows_of(place):
        street = int(side.ends.arc[row])
        for way, arc in enumerate((street, int(network.twin_of_arc[street]))):
            if arc != NO_ARC and network.graph.weight_ms[arc] < UNREACHED_MS:
                yield row, way, arc


def _widths(fairway: Fairway, arc: int) -> Widths:
    return tuple(fairway.limit_m[arc].tolist())


def _ways_out(
    network: Network, fairway: Fairway, side: Side, place: int
) -> Iterator[tuple[End, int]]:
    searched = network.searched
    for _, _, arc in _own_arcs(network, side, place):
        for laid in searched.begins.along(np.array([arc]))[1].tolist():
            yield End(int(searched.graph.head[laid]), _widths(fairway, arc)), arc


def _ways_in(
    network: Network, fairway: Fairway, side: Side, place: int
) -> Iterator[tuple[End, int]]:
    searched = network.searched
    for _, _, arc in _own_arcs(network, side, place):
        for laid in searched.ends.along(np.array([arc]))[1].tolist():
            yield End(int(searched.tail[laid]), _widths(fairway, arc)), arc


def _on_own_arc(
    network: Network, fairway: Fairway, here: Side, there: Side, pair: tuple[int, int]
) -> Iterator[tuple[Widths, ArcIds]]:
    """Yield the way along an arc that both places share, where it leads from one to the other."""
    for begin, way, arc in _own_arcs(network, here, pair[0]):
        for end, other_way, other in _own_arcs(network, there, pair[1]):
            leaves_ms = here.ends.along_ms[begin, way]
            if arc == other and leaves_ms <= there.ends.along_ms[end, other_way]:
                yield _widths(fairway, arc), np.array([arc], np.int32)
