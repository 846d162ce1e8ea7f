"""Small OpenStreetMap files for tests, written from plain dictionaries."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import osmium
from osmium.osm import mutable

Position = tuple[float, float]
PositionTags = tuple[float, float, Mapping[str, str]]
Member = tuple[str, int, str]

TIMESTAMP = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


def write_osm(
    path: str | Path,
    nodes: Mapping[int, Position | PositionTags],
    ways: Mapping[int, tuple[Sequence[int], Mapping[str, str]]] | None = None,
    relations: Mapping[int, tuple[Sequence[Member], Mapping[str, str]]] | None = None,
    *,
    generator: str = "artois_mobility tests",
    timestamp: datetime = TIMESTAMP,
) -> Path:
    """Write an OpenStreetMap file whose format follows from its name, in the order given.

    Parameters
    ----------
    path
        Where to write; `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`. An older file is replaced.
    nodes
        Longitude and latitude in degrees of each id, with tags as an optional third.
    ways
        Node ids and tags of each id.
    relations
        Members, each `("n", 1, "role")` with `"n"`, `"w"` or `"r"`, and tags of each id.
    generator
        Program named in the file's header.
    timestamp
        Time stamp of every object.

    Returns
    -------
    path
        The written file.

    Examples
    --------
    >>> import tempfile
    >>> nodes = {1: (2.80, 50.40), 2: (2.81, 50.40, {"barrier": "gate"})}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_osm(Path(folder) / "two.osm", nodes, {7: ([1, 2], {"highway": "path"})})
    ...     path.read_text().count("<nd ref")
    2
    """
    path = Path(path)
    header = osmium.io.Header()
    header.set("generator", generator)
    stamp = {"version": 1, "timestamp": timestamp}
    with osmium.SimpleWriter(str(path), header=header, overwrite=True) as writer:
        for osm_id, (lon_deg, lat_deg, *tags) in nodes.items():
            writer.add_node(
                mutable.Node(
                    id=osm_id,
                    location=(lon_deg, lat_deg),
                    tags=dict(tags[0]) if tags else {},
                    **stamp,
                )
            )
        for osm_id, (refs, way_tags) in (ways or {}).items():
            writer.add_way(mutable.Way(id=osm_id, nodes=list(refs), tags=dict(way_tags), **stamp))
        for osm_id, (members, relation_tags) in (relations or {}).items():
            writer.add_relation(
                mutable.Relation(
                    id=osm_id, members=list(members), tags=dict(relation_tags), **stamp
                )
            )
    return path
