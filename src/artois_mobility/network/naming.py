"""What ways are called: by their own name, their number, or the route that runs along them."""

from collections.abc import Iterator
from typing import Final

from .._types import Rows
from ..osm.extract import Extract
from .interpreting import UsableWays

# OpenStreetMap wiki, Relation:route and Key:network, 2026-11: signed routes on foot and by
# bicycle, which greenways and towpaths belong to, from the long ones to the local ones.
ROUTES: Final = frozenset({"bicycle", "foot", "hiking"})
REACH: Final = {"i": 0, "n": 1, "r": 2, "l": 3}
UNKNOWN_REACH: Final = len(REACH)


def names_of_ways(extract: Extract, usable: UsableWays) -> dict[int, str]:
    """Name the ways of a profile.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    usable
        The ways of a profile.

    Returns
    -------
    name_of_way
        By OSM id: `name`, else `ref`, else the name of the signed route for walkers or cyclists
        that runs along the way, of several the one with the widest reach; ways without any are
        left out.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.interpreting import interpret_ways
    >>> from artois_mobility.network.profiles import read_profile
    >>> extract = crossroads()
    >>> names_of_ways(extract, interpret_ways(extract, read_profile("walk")))
    {10: 'Rue de Lille'}
    """
    return names_of_rows(extract, usable.row)


def names_of_rows(extract: Extract, row_of_way: Rows) -> dict[int, str]:
    """Name ways by themselves or the signed route along them.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row_of_way
        Rows of the ways, shape (w,).

    Returns
    -------
    name_of_way
        As `names_of_ways` gives them.

    Examples
    --------
    >>> import numpy as np
    >>> from artois_mobility.network.examples import crossroads
    >>> names_of_rows(crossroads(), np.int32([0, 1]))
    {10: 'Rue de Lille'}
    >>> names_of_rows(crossroads(), np.int32([]))
    {}
    """
    name_of_way = {}
    route_of_way = routes_of_ways(extract)
    tags_of_way = extract.ways.tags
    osm_ids = extract.ways.osm_id[row_of_way].tolist()
    for row, osm_id in zip(row_of_way.tolist(), osm_ids, strict=True):
        tags = tags_of_way[row]
        name = tags.get("name") or tags.get("ref") or route_of_way.get(osm_id)
        if name:
            name_of_way[osm_id] = name
    return name_of_way


def routes_of_ways(extract: Extract) -> dict[int, str]:
    """Name the signed route for walkers or cyclists along each way that is part of one.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    route_of_way
        By OSM id; of several routes the one with the widest reach.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> routes_of_ways(crossroads())
    {}
    """
    route_of_way: dict[int, str] = {}
    for _, row, name in sorted(_routes(extract)):
        for way in _member_ways(extract, row):
            route_of_way.setdefault(way, name)
    return route_of_way


def _routes(extract: Extract) -> Iterator[tuple[int, int, str]]:
    """Yield the reach, the row and the name of each signed route."""
    for row, tags in enumerate(extract.relations.tags):
        if tags.get("type") == "route" and tags.get("route") in ROUTES:
            name = tags.get("name") or tags.get("ref")
            if name:
                yield REACH.get(tags.get("network", "")[:1], UNKNOWN_REACH), row, name


def _member_ways(extract: Extract, row: int) -> list[int]:
    relations = extract.relations
    members = slice(*relations.first_member[row : row + 2])
    is_way = relations.member_kind[members] == "w"
    ways: list[int] = relations.member_id[members][is_way].tolist()
    return ways
