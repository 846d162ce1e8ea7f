"""The network of one travel profile: a graph, and where and what it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .._types import (
    NO_ARC,
    UNREACHED_MS,
    ArcIds,
    Flags,
    Floats,
    Geometries,
    Milliseconds,
    Offsets,
    OsmIds,
)
from ..drawing import draw_facts, language_of_user, say_fact
from ..errors import GraphError
from ..graph import Graph
from .expansion import Expansion
from .fairways import Fairway
from .profile_keys import Profile
from .searched import Searched, search_on
from .turns import Turns

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a network was made from.

    Attributes
    ----------
    extract_path, extract_sha256, osm_timestamp
        The file behind it.
    library_version
        Version of this library.
    profile_sha256
        Hash of the profile's table.
    counts
        Everything imputed, assumed, left out or found faulty, counted by kind.
    is_schematic
        True for a made-up territory; everything shown from it must say so.
    """

    extract_path: str
    extract_sha256: str
    osm_timestamp: str
    library_version: str
    profile_sha256: str
    counts: Mapping[str, int]
    is_schematic: bool


def _no_lines() -> Geometries:
    return np.empty(0, np.object_)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Network:
    """A graph of n nodes and m arcs for one profile, with its geometry and its origin.

    An arc is a stretch of one OSM way between two nodes of the network; the nodes of degree two
    in between are merged away and live on as shape points. A street open both ways is two arcs,
    twins of each other.

    Attributes
    ----------
    graph
        The streets; `weight_ms` is the time through each arc.
    profile
        Who travels, with every constant used.
    osm_node
        OSM id of each node, shape (n,); negative for nodes that a scenario made.
    lon_deg, lat_deg
        Position of each node in degrees, shape (n,).
    x_m, y_m
        Position of each node in metres in `crs`, shape (n,).
    crs
        The metric coordinate system, as `EPSG:...`.
    twin_of_arc
        The arc along the same stretch in the other direction, or `NO_ARC`, shape (m,).
    way_of_arc
        OSM id of the way, shape (m,); negative for links that a scenario made.
    length_m
        Length on the WGS 84 ellipsoid, shape (m,).
    local_ms
        Time along the arc for a place attached inside it, shape (m,): `weight_ms`, unless a
        scenario closed the street; then the walk along it.
    waiting_ms
        The part of `local_ms` that no speed changes: signals, signs, locks, shape (m,).
    is_limited
        True where only those may go whose trip begins or ends there, shape (m,).
    first_point
        Shape points of arc `a` are `first_point[a]` to `first_point[a + 1] - 1`, both ends
        included, in the direction of travel, shape (m + 1,).
    point_lon_deg, point_lat_deg
        Position of each shape point in degrees, shape (p,).
    point_x_m, point_y_m
        Position of each shape point in metres in `crs`, shape (p,).
    point_ms
        `weight_ms` split over the shape points: time from the tail, from 0 at the first point to
        the arc's time when built at the last, shape (p,).
    may_attach
        True where a place may attach: in the main connected part (boats: in any), not motorway,
        tunnel, bridge or lock, shape (m,).
    class_of_arc
        Value of `highway`, `waterway` or `route` that the arc was built from, shape (m,).
    name_of_way
        Name of each way that has one: its own, its number, or that of the signed route for walkers
        or cyclists along it (a greenway, a towpath).
    barriers
        Lines in `crs` that nobody walks across off the network: water, motorways, railways, and
        what the user's table adds.
    water
        Areas in `crs` in which nobody walks off the network, as far as they are known.
    shores, railways
        Those of the extract's `barriers` that are rivers, canals and banks, and that are railways:
        what maps draw of them.
    provenance
        File, hashes, versions, and the counted assumptions.
    turns
        Allowed turns and their delays; None for a network on which every turn is free.
    expansion
        How junctions are opened up for the search; None where nothing is.
    fairway
        How large vessels may be along each arc, and locks; None for networks on land, and after a
        scenario changed the arcs.
    searched
        The graph that is searched, with its weights.
    """

    graph: Graph
    profile: Profile
    osm_node: OsmIds
    lon_deg: Floats
    lat_deg: Floats
    x_m: Floats
    y_m: Floats
    crs: str
    twin_of_arc: ArcIds
    way_of_arc: OsmIds
    length_m: Floats
    local_ms: Milliseconds
    waiting_ms: Milliseconds
    is_limited: Flags
    first_point: Offsets
    point_lon_deg: Floats
    point_lat_deg: Floats
    point_x_m: Floats
    point_y_m: Floats
    point_ms: Milliseconds
    may_attach: Flags
    class_of_arc: npt.NDArray[np.str_]
    name_of_way: Mapping[int, str]
    barriers: Geometries
    water: Geometries
    provenance: Provenance
    turns: Turns | None = None
    expansion: Expansion | None = None
    fairway: Fairway | None = None
    shores: Geometries = field(default_factory=_no_lines)
    railways: Geometries = field(default_factory=_no_lines)
    searched: Searched = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the columns against the graph, then freeze them."""
        node_count, arc_count = self.graph.node_count, self.graph.arc_count
        point_count = int(self.first_point[-1])
        sizes = {
            **dict.fromkeys(("osm_node", "lon_deg", "lat_deg", "x_m", "y_m"), node_count),
            **dict.fromkeys(
                ("twin_of_arc", "way_of_arc", "length_m", "local_ms", "waiting_ms"), arc_count
            ),
            **dict.fromkeys(
                ("is_limited", "may_attach", "class_of_arc"),
                arc_count,
            ),
            "first_point": arc_count + 1,
            **dict.fromkeys(
                ("point_lon_deg", "point_lat_deg", "point_x_m", "point_y_m", "point_ms"),
                point_count,
            ),
        }
        for name, size in sizes.items():
            array = getattr(self, name)
            if array.shape != (size,):
                msg = f"{name} has shape {array.shape}; the network needs ({size},)."
                raise GraphError(msg)
            array.setflags(write=False)
        _check_turns(self.graph, self.turns)
        object.__setattr__(self, "searched", search_on(self.graph, self.expansion))

    @property
    def is_closed(self) -> Flags:
        """True for arcs that a scenario closed to through traffic, shape (m,)."""
        is_closed: Flags = self.graph.weight_ms == UNREACHED_MS
        return is_closed

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return (
            f"<Network {self.profile.name}: {self.graph.node_count} nodes, "
            f"{self.graph.arc_count} arcs>"
        )

    def _repr_html_(self) -> str:
        """Show in a notebook whose network this is, and how large."""
        language = language_of_user()
        is_street = (self.twin_of_arc == NO_ARC) | (
            np.arange(self.twin_of_arc.size) < self.twin_of_arc
        )
        facts: dict[str, str | int] = {
            "profile": self.profile.label[language],
            "file": Path(self.provenance.extract_path).name,
            "date": self.provenance.osm_timestamp[:10] or "–",
            "junctions": self.graph.node_count,
            "arcs": self.graph.arc_count,
            "kilometres": round(float(self.length_m[is_street].sum()) / 1000),
            "turns": say_fact("without_turns" if self.turns is None else "with_turns", language),
            "assumed": len(self.provenance.counts),
        }
        is_schematic = self.provenance.is_schematic
        return draw_facts("network", facts, is_schematic=is_schematic, language=language)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw the streets, each as wide as it is fast.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        ax
            The map, in the network's metric coordinate system.
        """
        from matplotlib import pyplot as plt
        from matplotlib.collections import LineCollection

        ax = ax or plt.subplots(figsize=(7.0, 5.0), layout="constrained")[1]
        ends = zip(self.first_point[:-1].tolist(), self.first_point[1:].tolist(), strict=True)
        points = np.column_stack([self.point_x_m, self.point_y_m])
        lines = [points[first:last] for first, last in ends]
        hours = np.maximum(self.graph.weight_ms, 1) / 3_600_000
        kmh = np.minimum(self.length_m / 1000 / hours, self.profile.max_kmh)
        widths = 0.1 + 0.9 * kmh / max(float(kmh.max(initial=0.0)), 1.0)
        ax.add_collection(LineCollection(lines, linewidths=widths, colors="#3b4a57"))
        ax.autoscale()
        ax.set_aspect("equal")
        ax.set_axis_off()
        ax.set_title(self.profile.label[language_of_user()], loc="left", fontsize="medium")
        return ax


def _check_turns(graph: Graph, turns: Turns | None) -> None:
    if turns is None:
        return
    apart = np.flatnonzero(graph.head[turns.from_arc] != graph.tail[turns.to_arc])
    if apart.size:
        pair = int(turns.from_arc[apart[0]]), int(turns.to_arc[apart[0]])
        msg = (
            f"{apart.size} of {turns.from_arc.size} turns join arcs that do not meet, first {pair}."
        )
        raise GraphError(msg)
