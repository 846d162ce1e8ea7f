"""The same change made in an OpenStreetMap file itself, with pyosmium alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm import mutable

Tags = Mapping[str, str]


def edit_file(
    source: Path,
    target: Path,
    *,
    tags_of_way: Mapping[int, Tags | None] | None = None,
    tags_of_node: Mapping[int, Tags] | None = None,
    new_nodes: Mapping[int, tuple[float, float, Tags]] | None = None,
    new_ways: Mapping[int, tuple[Sequence[int], Tags]] | None = None,
    new_relations: Mapping[int, tuple[Sequence[tuple[str, int, str]], Tags]] | None = None,
    without_relations: Sequence[int] = (),
) -> Path:
    """Copy a file with other tags on some objects (None drops a way), and some objects more."""
    tags_of_way, tags_of_node = tags_of_way or {}, tags_of_node or {}
    target.unlink(missing_ok=True)
    header = osmium.io.Reader(str(source)).header()
    with osmium.SimpleWriter(str(target), header=header) as writer:
        for each in osmium.FileProcessor(str(source)):
            if each.is_way() and each.id in tags_of_way:
                tags = tags_of_way[each.id]
                if tags is not None:
                    writer.add_way(each.replace(tags=dict(tags)))
            elif each.is_node() and each.id in tags_of_node:
                writer.add_node(each.replace(tags=dict(tags_of_node[each.id])))
            elif each.is_relation() and each.id in without_relations:
                continue
            else:
                writer.add(each)
        for number, (lon, lat, tags) in (new_nodes or {}).items():
            writer.add_node(
                mutable.Node(id=number, version=1, location=(lon, lat), tags=dict(tags))
            )
        for number, (nodes, tags) in (new_ways or {}).items():
            writer.add_way(mutable.Way(id=number, version=1, nodes=list(nodes), tags=dict(tags)))
        for number, (members, tags) in (new_relations or {}).items():
            writer.add_relation(
                mutable.Relation(id=number, version=1, members=list(members), tags=dict(tags))
            )
    return target
