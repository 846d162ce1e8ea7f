"""An OpenStreetMap extract as columns of nodes, ways and relations."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import Floats, Offsets, OsmIds, Rows
from ..drawing import draw_facts

Tags: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class OsmNodes:
    """Nodes that a kept way or relation refers to, and nodes that carry a kept key themselves.

    Attributes
    ----------
    osm_id
        OSM id, ascending, shape (n,).
    lon_deg, lat_deg
        Position in degrees, WGS 84, shape (n,).
    tags
        Tags of the rows that have any of interest; rows without are not in the mapping.
    """

    osm_id: OsmIds
    lon_deg: Floats
    lat_deg: Floats
    tags: Mapping[int, Tags]


@dataclass(frozen=True, slots=True, eq=False)
class OsmWays:
    """Ways with a kept key, and ways that a kept relation needs.

    Attributes
    ----------
    osm_id
        OSM id, ascending, shape (w,).
    first_ref
        The nodes of way row `i` are `node_of_ref[first_ref[i]:first_ref[i + 1]]`, shape (w + 1,).
    node_of_ref
        Row in the nodes of each reference, shape (r,); `NO_NODE` where the file lacks that node,
        and whoever follows the way stops there and starts again behind it.
    tags
        All tags of each way, length w.
    """

    osm_id: OsmIds
    first_ref: Offsets
    node_of_ref: Rows
    tags: tuple[Tags, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OsmRelations:
    """Relations that matter: multipolygons, boundaries, restrictions, routes, sites, waterways.

    Attributes
    ----------
    osm_id
        OSM id, ascending, shape (l,).
    tags
        All tags of each relation, length l.
    first_member
        Members of relation row `i` are `first_member[i]` to `first_member[i + 1] - 1`,
        shape (l + 1,).
    member_kind
        `"n"`, `"w"` or `"r"`, shape (k,), dtype `U1`.
    member_id
        OSM id of the member, shape (k,).
    member_role
        Role of the member, length k.
    """

    osm_id: OsmIds
    tags: tuple[Tags, ...]
    first_member: Offsets
    member_kind: npt.NDArray[np.str_]
    member_id: OsmIds
    member_role: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """Where an extract comes from.

    Attributes
    ----------
    path
        File name as given.
    sha256
        Hash of the file's bytes, hexadecimal.
    timestamp
        Newest time stamp in the data as ISO 8601 text, or `""` when the file has none.
    generator
        Program that wrote the file, from its header, or `""`.
    bounds_deg
        West, south, east, north of the kept nodes; all NaN when there is none.
    is_schematic
        True for a made-up territory: everything drawn from it must say so. Read from the
        header's generator or a `schematic=yes` tag on any relation.
    covered_deg
        West, south, east, north that the file's header says it covers; None when it says nothing.
    """

    path: str
    sha256: str
    timestamp: str
    generator: str
    bounds_deg: tuple[float, float, float, float]
    is_schematic: bool
    covered_deg: tuple[float, float, float, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Extract:
    """One OpenStreetMap file, read but not interpreted.

    Attributes
    ----------
    nodes, ways, relations
        The columns.
    source
        File, hash, date, generator, bounds.
    counts
        What was read, and each kind of irregularity with how often it was met, for instance
        `{"ways_read": 1368, "refs_to_missing_nodes": 12}`.
    """

    nodes: OsmNodes
    ways: OsmWays
    relations: OsmRelations
    source: SourceRecord
    counts: Mapping[str, int]

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return (
            f"<Extract {self.source.path}: {self.nodes.osm_id.size} nodes, "
            f"{self.ways.osm_id.size} ways, {self.relations.osm_id.size} relations>"
        )

    def _repr_html_(self) -> str:
        """Show in a notebook what the file holds."""
        source = self.source
        facts: dict[str, str | int] = {
            "file": Path(source.path).name,
            "date": source.timestamp[:10] or "–",
            "bounds": ", ".join(f"{degrees:.4f}" for degrees in source.bounds_deg),
            "nodes": int(self.nodes.osm_id.size),
            "ways": int(self.ways.osm_id.size),
            "relations": int(self.relations.osm_id.size),
        }
        return draw_facts("extract", facts, is_schematic=source.is_schematic)
