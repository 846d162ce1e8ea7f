"""The two products: real OpenStreetMap data with ids in a range of their own, and a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import osmium
from osmium.osm import mutable

from .plane import UNITS_PER_DEG, Key

# Far above every id in use (about 1.3e10 for nodes in 2026), far below 2**53.
FIRST_NODE_ID, FIRST_WAY_ID, FIRST_RELATION_ID = 900_000_000_001, 910_000_000_001, 920_000_000_001
GENERATOR = "artois_mobility schematic territory"
TIMESTAMP = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Content:
    """Everything to be written: tagged points, ways by node, relations by way."""

    tags_of_key: dict[Key, dict[str, str]] = field(default_factory=dict)
    sites: list[tuple[Key, dict[str, str]]] = field(default_factory=list)
    ways: list[tuple[Sequence[Key], dict[str, str]]] = field(default_factory=list)
    relations: list[tuple[list[tuple[int, str]], dict[str, str]]] = field(default_factory=list)


def write_pbf(path: Path, content: Content) -> dict[str, int]:
    """Write the extract, sorted by kind and id; return how many of each kind."""
    id_of_key: dict[Key, int] = {}
    for keys, _ in content.ways:
        for key in keys:
            id_of_key.setdefault(key, FIRST_NODE_ID + len(id_of_key))
    stray = [key for key in content.tags_of_key if key not in id_of_key]
    if stray:
        msg = f"{len(stray)} tagged points lie on no way, the first at {stray[0]}."
        raise ValueError(msg)
    stamp = {"version": 1, "timestamp": TIMESTAMP}
    header = osmium.io.Header()
    header.set("generator", GENERATOR)
    header.set("osmosis_replication_timestamp", TIMESTAMP.strftime("%Y-%m-%dT%H:%M:%SZ"))
    header.add_box(_box([*id_of_key, *(key for key, _ in content.sites)]))
    path.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for key, osm_id in id_of_key.items():
            tags = content.tags_of_key.get(key, {})
            writer.add_node(
                mutable.Node(id=osm_id, location=_degrees(key), tags=_sorted(tags), **stamp)
            )
        for n, (key, tags) in enumerate(content.sites, start=FIRST_NODE_ID + len(id_of_key)):
            writer.add_node(mutable.Node(id=n, location=_degrees(key), tags=_sorted(tags), **stamp))
        for n, (keys, tags) in enumerate(content.ways, start=FIRST_WAY_ID):
            refs = [id_of_key[key] for key in keys]
            writer.add_way(mutable.Way(id=n, nodes=refs, tags=_sorted(tags), **stamp))
        for n, (members, tags) in enumerate(content.relations, start=FIRST_RELATION_ID):
            parts = [("w", FIRST_WAY_ID + row, role) for row, role in members]
            writer.add_relation(mutable.Relation(id=n, members=parts, tags=_sorted(tags), **stamp))
    return {
        "nodes": len(id_of_key) + len(content.sites),
        "ways": len(content.ways),
        "relations": len(content.relations),
        "bytes": path.stat().st_size,
    }


def _degrees(key: Key) -> tuple[float, float]:
    return key[0] / UNITS_PER_DEG, key[1] / UNITS_PER_DEG


def _sorted(tags: dict[str, str]) -> dict[str, str]:
    return dict(sorted(tags.items()))


def _box(keys: Sequence[Key]) -> osmium.osm.Box:
    lon, lat = zip(*keys, strict=True)
    return osmium.osm.Box(
        min(lon) / UNITS_PER_DEG, min(lat) / UNITS_PER_DEG,
        max(lon) / UNITS_PER_DEG, max(lat) / UNITS_PER_DEG,
    )  # fmt: skip


def write_residents(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write the residents' table."""
    lines = ["cell,lon,lat,population,commune,commune_name,epci,population_year,schematic"]
    lines += [",".join(str(value) for value in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
