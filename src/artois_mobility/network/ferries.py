"""How long ferries take whose duration stands on their route relation, not on the way."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from ..osm.extract import Extract
from .geodesy import length_m
from .roads import read_duration_ms
from .rules import FERRY

# Roles of members where one boards, not along which one rides.
STOPS: Final = ("platform", "stop")


def durations_of_routes(extract: Extract) -> Mapping[int, int]:
    """Share the durations of ferry routes among their ways, by length.

    A way's own duration comes first, and what its route has left goes to the others. A route of
    which the extract does not hold every way says nothing.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    duration_of_way
        Milliseconds by row of the way, for ways without a duration of their own. Of several
        routes along a way the one with the smallest OSM id counts.

    References
    ----------
    OpenStreetMap wiki: Tag:route=ferry.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> durations_of_routes(crossroads())
    {}
    """
    duration_of_way: dict[int, int] = {}
    relations = extract.relations
    for route, tags in enumerate(relations.tags):
        total_ms = read_duration_ms(tags.get("duration", ""))
        if tags.get("route") != FERRY or total_ms is None:
            continue
        rows = _rows_of_ways(extract, _ways_along(extract, route))
        if rows is None:
            continue
        own_ms = {row: read_duration_ms(_duration(extract, row)) for row in rows}
        untold = [row for row, duration_ms in own_ms.items() if duration_ms is None]
        left_ms = total_ms - sum(each for each in own_ms.values() if each is not None)
        metres = {row: _metres(extract, row) for row in untold}
        whole_m = sum(metres.values())
        if left_ms <= 0 or whole_m <= 0:
            continue
        for row in untold:
            duration_of_way.setdefault(row, max(round(left_ms * metres[row] / whole_m), 1))
    return duration_of_way


def _ways_along(extract: Extract, route: int) -> list[int]:
    """List the members that are ways along a route, not its stops and platforms."""
    relations = extract.relations
    members = range(*relations.first_member[route : route + 2].tolist())
    return [
        int(relations.member_id[member])
        for member in members
        if relations.member_kind[member] == "w"
        and not relations.member_role[member].startswith(STOPS)
    ]


def _rows_of_ways(extract: Extract, members: list[int]) -> list[int] | None:
    """Find the ferry ways among members; None where the file lacks a member."""
    osm_id = extract.ways.osm_id
    place = np.searchsorted(osm_id, members)
    is_known = place < osm_id.size
    is_known[is_known] = osm_id[place[is_known]] == np.array(members)[is_known]
    if not is_known.all():
        return None
    return [row for row in place.tolist() if extract.ways.tags[row].get("route") == FERRY]


def _duration(extract: Extract, row: int) -> str:
    return extract.ways.tags[row].get("duration", "")


def _metres(extract: Extract, row: int) -> float:
    nodes = extract.nodes
    node = extract.ways.node_of_ref[slice(*extract.ways.first_ref[row : row + 2])]
    node = node[node >= 0]
    lon_deg, lat_deg = nodes.lon_deg[node], nodes.lat_deg[node]
    return float(length_m(lon_deg[:-1], lat_deg[:-1], lon_deg[1:], lat_deg[1:]).sum())
