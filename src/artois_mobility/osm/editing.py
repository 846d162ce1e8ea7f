"""Extracts with other tags and with more nodes, ways and relations: today's stay as they are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from .._types import NO_NODE, Rows
from .extract import Extract, OsmNodes, OsmRelations, OsmWays, Tags


class NewWay(NamedTuple):
    """A way that the file does not have.

    Attributes
    ----------
    nodes
        OSM ids of its nodes, in order.
    tags
        All its tags.
    """

    nodes: tuple[int, ...]
    tags: Tags


class NewRelation(NamedTuple):
    """A relation that the file does not have.

    Attributes
    ----------
    members
        Kind (`"n"`, `"w"`, `"r"`), OSM id and role of each.
    tags
        All its tags.
    """

    members: tuple[tuple[str, int, str], ...]
    tags: Tags


def edit_extract(
    extract: Extract,
    *,
    tags_of_way: Mapping[int, Tags] | None = None,
    tags_of_node: Mapping[int, Tags] | None = None,
    new_nodes: Mapping[int, tuple[float, float]] | None = None,
    new_ways: Mapping[int, NewWay] | None = None,
    nodes_of_way: Mapping[int, tuple[int, ...]] | None = None,
    new_relations: Sequence[NewRelation] = (),
    dropped_relations: Collection[int] = (),
) -> Extract:
    """Give ways and nodes of an extract other tags, and add some.

    Parameters
    ----------
    extract
        The OpenStreetMap data; they are not changed.
    tags_of_way, tags_of_node
        All tags of the ways and nodes that get others, by OSM id.
    new_nodes
        Longitude and latitude in degrees, by an id that no node has.
    new_ways
        By an id that no way has.
    nodes_of_way
        OSM ids of all nodes of the ways that get others, in order, by OSM id; ids that the extract
        does not have stay missing.
    new_relations
        They get ids below all others.
    dropped_relations
        OSM ids of relations that are not there any more.

    Returns
    -------
    extract
        With the same source.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> extract = edit_extract(
    ...     crossroads(),
    ...     tags_of_way={10: {"waterway": "canal"}},
    ...     new_nodes={-1: (2.84, 50.42)},
    ...     new_ways={-5: NewWay((1, -1), {"waterway": "river"})},
    ... )
    >>> extract.ways.osm_id, [tags.get("waterway") for tags in extract.ways.tags]
    (array([-5, 10, 11]), ['river', 'canal', None])
    >>> edit_extract(crossroads()).nodes.osm_id
    array([1, 2, 3, 4, 5])
    """
    nodes, row_of_old = _more_nodes(extract, new_nodes or {})
    row_of_id = {osm_id: row for row, osm_id in enumerate(nodes.osm_id.tolist())}
    tags = dict(nodes.tags)
    tags |= {row_of_id[osm_id]: own for osm_id, own in (tags_of_node or {}).items()}
    refs_of_way = {
        osm_id: np.array([row_of_id.get(node, NO_NODE) for node in own], np.int32)
        for osm_id, own in (nodes_of_way or {}).items()
    }
    row_of_new = {
        osm_id: np.array([row_of_id[node] for node in way.nodes], np.int32)
        for osm_id, way in (new_ways or {}).items()
    }
    tags_of_new = {osm_id: way.tags for osm_id, way in (new_ways or {}).items()}
    ways = _edit_ways(extract, row_of_old, refs_of_way, tags_of_way or {})
    return replace(
        extract,
        nodes=replace(nodes, tags=tags),
        ways=_more_ways(ways, row_of_new, tags_of_new) if new_ways else ways,
        relations=_edit_relations(extract.relations, new_relations, dropped_relations),
    )


def _edit_relations(
    relations: OsmRelations, added: Sequence[NewRelation], dropped: Collection[int]
) -> OsmRelations:
    if not added and not dropped:
        return relations
    lowest = min(0, int(relations.osm_id.min(initial=0)))
    kept = [row for row, osm_id in enumerate(relations.osm_id.tolist()) if osm_id not in dropped]
    members = [each.members for each in added] + [_members(relations, row) for row in kept]
    flat = [member for own in members for member in own]
    new_ids = np.arange(lowest - len(added), lowest, dtype=np.int64)
    return OsmRelations(
        np.concatenate([new_ids, relations.osm_id[kept]]),
        (*(each.tags for each in added), *(relations.tags[row] for row in kept)),
        np.cumsum([0, *map(len, members)]).astype(np.int32),
        np.array([kind for kind, _, _ in flat], "U1"),
        np.array([osm_id for _, osm_id, _ in flat], np.int64),
        tuple(role for _, _, role in flat),
    )


def _members(relations: OsmRelations, row: int) -> tuple[tuple[str, int, str], ...]:
    span = range(relations.first_member[row], relations.first_member[row + 1])
    return tuple(
        (
            str(relations.member_kind[each]),
            int(relations.member_id[each]),
            relations.member_role[each],
        )
        for each in span
    )


def _more_nodes(
    extract: Extract, added: Mapping[int, tuple[float, float]]
) -> tuple[OsmNodes, Rows]:
    """Put new nodes in the order of ids, and tell the new row of each old one."""
    nodes = extract.nodes
    places = np.array(list(added.values()), np.float64).reshape(-1, 2)
    osm_id = np.concatenate([nodes.osm_id, np.array(list(added), np.int64)])
    order = np.argsort(osm_id, kind="stable")
    row_of_old = np.empty(order.size, np.int32)
    row_of_old[order] = np.arange(order.size, dtype=np.int32)
    return OsmNodes(
        osm_id[order],
        np.concatenate([nodes.lon_deg, places[:, 0]])[order],
        np.concatenate([nodes.lat_deg, places[:, 1]])[order],
        {int(row_of_old[row]): tags for row, tags in nodes.tags.items()},
    ), row_of_old[: nodes.osm_id.size]


def _edit_ways(
    extract: Extract,
    row_of_old: Rows,
    refs_of_way: Mapping[int, Rows],
    tags_of_way: Mapping[int, Tags],
) -> OsmWays:
    ways = extract.ways
    old = ways.node_of_ref
    shifted = np.where(old == NO_NODE, NO_NODE, row_of_old[old]).astype(np.int32)
    ids = ways.osm_id.tolist()
    tags = tuple(tags_of_way.get(osm_id, own) for osm_id, own in zip(ids, ways.tags, strict=True))
    if not refs_of_way:
        return OsmWays(ways.osm_id, ways.first_ref, shifted, tags)
    refs = np.split(shifted, ways.first_ref[1:-1])
    edited = [refs_of_way.get(osm_id, own) for osm_id, own in zip(ids, refs, strict=True)]
    first_ref = np.cumsum([0, *(own.size for own in edited)]).astype(np.int32)
    return OsmWays(ways.osm_id, first_ref, np.concatenate(edited), tags)


def _more_ways(
    ways: OsmWays, refs_of_new: Mapping[int, Rows], tags_of_new: Mapping[int, Tags]
) -> OsmWays:
    """Put new ways in the order of ids."""
    refs = np.split(ways.node_of_ref, ways.first_ref[1:-1]) if ways.osm_id.size else []
    refs += list(refs_of_new.values())
    tags = [*ways.tags, *tags_of_new.values()]
    osm_id = np.concatenate([ways.osm_id, np.array(list(refs_of_new), np.int64)])
    order = np.argsort(osm_id, kind="stable").tolist()
    first_ref = np.cumsum([0, *(refs[row].size for row in order)]).astype(np.int32)
    return OsmWays(
        osm_id[order],
        first_ref,
        np.concatenate([refs[row] for row in order]),
        tuple(tags[row] for row in order),
    )
