"""Turn restrictions: from relations to sequences of arcs that nobody may follow."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from .._types import ArcIds, NodeIds, OsmIds
from ..osm.extract import Extract, Tags
from .profile_keys import Profile

if TYPE_CHECKING:
    from .model import Network

# Arcs one after the other: two at a node, more by way of streets.
ArcPath: TypeAlias = tuple[int, ...]

# OpenStreetMap wiki, Relation:restriction, 2026-11.
KINDS: Final = frozenset(
    {
        *(f"no_{turn}" for turn in ("left_turn", "right_turn", "straight_on", "u_turn")),
        *(f"only_{turn}" for turn in ("left_turn", "right_turn", "straight_on", "u_turn")),
        "no_entry",
        "no_exit",
    }
)
U_TURNS: Final = frozenset({"no_u_turn", "only_u_turn"})
# A restriction by way of longer detours than this is taken for a fault.
LONGEST_VIA: Final = 40


@dataclass(frozen=True, slots=True, eq=False)
class StreetArcs:
    """The arcs of a network and the OSM objects behind them.

    Attributes
    ----------
    tail, head
        Nodes of each arc, shape (m,).
    twin
        Arc along the same stretch the other way, or `NO_ARC`, shape (m,).
    way
        OSM id of each arc's way, shape (m,).
    first_out
        First arc of each node, shape (n + 1,).
    osm_node
        OSM id of each node, shape (n,).
    """

    tail: NodeIds
    head: NodeIds
    twin: ArcIds
    way: OsmIds
    first_out: ArcIds
    osm_node: OsmIds

    @classmethod
    def of(cls, network: "Network") -> "StreetArcs":
        """Take the arcs of a network.

        Parameters
        ----------
        network
            Of one profile.

        Returns
        -------
        arcs
            Its own.
        """
        graph = network.graph
        return cls(
            graph.tail,
            graph.head,
            network.twin_of_arc,
            network.way_of_arc,
            graph.first_out,
            network.osm_node,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Restrictions:
    """What restrictions forbid.

    Attributes
    ----------
    turns
        Pairs of arcs: the second may not follow the first.
    paths
        Sequences of three and more arcs that may not be followed from the first to the last.
    counts
        How many restrictions hold, and why others do not.
    """

    turns: frozenset[tuple[int, int]]
    paths: tuple[ArcPath, ...]
    counts: Mapping[str, int]


def find_restrictions(extract: Extract, profile: Profile, arcs: StreetArcs) -> Restrictions:
    """Find the turns that restrictions forbid a profile.

    `restriction` holds for every vehicle but those named in `except`, `restriction:<key>` for
    those with that access key. Several `only_*` from one way at one node leave each of their turns
    to take. Conditional ones are counted and ignored. What names ways that the
    profile does not use forbids nothing; what cannot be read, with several ways where one is
    meant or ways that do not meet, is counted as faulty.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        The traveller.
    arcs
        The arcs of the network.

    Returns
    -------
    restrictions
        Pairs and sequences of arcs.

    References
    ----------
    OpenStreetMap wiki: Relation:restriction.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.profiles import read_profile
    >>> none, ids = np.zeros(0, np.int32), np.zeros(0, np.int64)
    >>> arcs = StreetArcs(none, none, none, ids, np.zeros(1, np.int32), ids)
    >>> find_restrictions(crossroads(), read_profile("car"), arcs).paths
    ()
    """
    turns: set[tuple[int, int]] = set()
    paths: dict[ArcPath, None] = {}
    counts: Counter[str] = Counter()
    for _, found, note in _judge_all(extract, profile, arcs):
        counts[note] += 1
        turns.update((path[0], path[1]) for path in found if len(path) == 2)
        paths.update(dict.fromkeys(path for path in found if len(path) > 2))
    return Restrictions(frozenset(turns), tuple(paths), dict(counts))


def explain_restrictions(
    extract: Extract, profile: Profile, arcs: StreetArcs
) -> list[tuple[int, str]]:
    """Tell what came of every restriction that concerns a profile.

    Parameters
    ----------
    extract, profile, arcs
        As in `find_restrictions`.

    Returns
    -------
    notes
        Row of the relation, and the name under which it is counted.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.network.profiles import read_profile
    >>> none, ids = np.zeros(0, np.int32), np.zeros(0, np.int64)
    >>> arcs = StreetArcs(none, none, none, ids, np.zeros(1, np.int32), ids)
    >>> explain_restrictions(crossroads(), read_profile("car"), arcs)
    []
    """
    return [(row, note) for row, _, note in _judge_all(extract, profile, arcs)]


def _judge_all(
    extract: Extract, profile: Profile, arcs: StreetArcs
) -> Iterator[tuple[int, list[ArcPath], str]]:
    """Yield for each restriction its row, the sequences it forbids, and what to count."""
    wanted = []
    for row, tags in enumerate(extract.relations.tags):
        if tags.get("type") != "restriction":
            continue
        kind, note = _kind_for(tags, profile)
        if note:
            yield row, [], note
        if kind:
            wanted.append((row, kind, _members(extract, row)))
    finder = _Finder(arcs, {way for _, _, members in wanted for way in members.ways})
    judged = [(row, kind, *finder.find(kind, members)) for row, kind, members in wanted]
    for row, kind, found, note in judged:
        is_only = kind.startswith("only_")
        yield row, [each for each in found if not is_only or each not in finder.told], note


def _kind_for(tags: Tags, profile: Profile) -> tuple[str, str]:
    """Read what a restriction forbids a profile: its kind or `""`, and what to count."""
    kind = ""
    own = profile.access_keys[1:]
    general = () if profile.mode == "walk" else ("restriction",)  # that one is for vehicles
    for key in (*general, *(f"restriction:{each}" for each in own)):
        kind = tags.get(key, kind)
    exempt = {each.strip() for each in tags.get("except", "").split(";")}
    if not exempt.isdisjoint(own):
        return "", ""
    if kind in KINDS:
        return kind, ""
    if any(key.startswith("restriction") and key.endswith("conditional") for key in tags):
        return "", "restrictions_conditional_ignored"
    return "", "restrictions_of_unknown_kind" if kind else ""


@dataclass(frozen=True, slots=True)
class _Members:
    """Ways and nodes of a restriction, by role."""

    origins: tuple[int, ...]
    via_ways: tuple[int, ...]
    via_nodes: tuple[int, ...]
    targets: tuple[int, ...]

    @property
    def ways(self) -> tuple[int, ...]:
        return (*self.origins, *self.via_ways, *self.targets)


def _members(extract: Extract, row: int) -> _Members:
    relations = extract.relations
    found: dict[tuple[str, str], list[int]] = {}
    for member in range(relations.first_member[row], relations.first_member[row + 1]):
        key = relations.member_role[member], str(relations.member_kind[member])
        found.setdefault(key, []).append(int(relations.member_id[member]))
    return _Members(
        *(
            tuple(found.get(key, ()))
            for key in (("from", "w"), ("via", "w"), ("via", "n"), ("to", "w"))
        )
    )


class _Finder:
    """Finds the arcs behind the members of restrictions."""

    def __init__(self, arcs: StreetArcs, ways: Iterable[int]) -> None:
        self._arcs = arcs
        self._arcs_of_way: dict[int, list[int]] = {}
        rows = np.flatnonzero(np.isin(arcs.way, np.array(sorted(ways), np.int64)))
        for arc in rows.tolist():
            self._arcs_of_way.setdefault(int(arcs.way[arc]), []).append(arc)
        # turns that some `only_*` at a node tells to take: where several do, each is allowed
        self.told: set[ArcPath] = set()
        self._node_of_osm: dict[int, list[int]] = {}
        touched = np.unique(np.concatenate((arcs.tail[rows], arcs.head[rows])))
        for node in touched.tolist():
            self._node_of_osm.setdefault(int(arcs.osm_node[node]), []).append(node)

    def find(self, kind: str, members: _Members) -> tuple[list[ArcPath], str]:
        """List the sequences of arcs that one restriction forbids, and what to count."""
        several = len(members.origins) > 1 and kind != "no_entry"
        several |= len(members.targets) > 1 and kind != "no_exit"
        has_via = bool(members.via_ways) != (len(members.via_nodes) == 1)
        if several or not has_via or not members.origins or not members.targets:
            return [], "restrictions_faulty"
        if not all(way in self._arcs_of_way for way in members.ways):
            return [], "restrictions_on_unused_ways"
        if members.via_ways:
            return self._by_ways(kind, members)
        return self._at_node(kind, members)

    def _at_node(self, kind: str, members: _Members) -> tuple[list[ArcPath], str]:
        arcs = self._arcs
        nodes = self._node_of_osm.get(members.via_nodes[0], [])
        # between the two carriageways of a street, turning round is no turning back
        turns_back = kind in U_TURNS and members.origins == members.targets
        pairs = [
            (arc, other)
            for node in nodes
            for arc in self._arcs_to(node, members.origins)
            for other in self._arcs_from(node, members.targets)
            if (other == arcs.twin[arc]) == turns_back
        ]
        if not pairs and all(self._touches(way, nodes) for way in members.ways):
            return [], "restrictions_without_effect"
        if not pairs:
            return [], "restrictions_faulty"
        if _is_ambiguous(pairs, kind):
            return [], "restrictions_faulty"
        if kind.startswith("no_"):
            return [*pairs], "restrictions_obeyed"
        allowed = set(pairs)
        self.told |= allowed
        others = [
            (arc, other)
            for arc in {arc for arc, _ in pairs}
            for other in self._leaving(int(arcs.head[arc]))
            if (arc, other) not in allowed
        ]
        return [*others], "restrictions_obeyed"

    def _touches(self, way: int, nodes: Iterable[int]) -> bool:
        """Tell whether a way begins, ends or passes at one of some nodes."""
        arcs, own = self._arcs, self._arcs_of_way[way]
        return not {*arcs.tail[own].tolist(), *arcs.head[own].tolist()}.isdisjoint(nodes)

    def _by_ways(self, kind: str, members: _Members) -> tuple[list[ArcPath], str]:
        arcs = self._arcs
        targets = {arc for way in members.targets for arc in self._arcs_of_way[way]}
        found: list[ArcPath] = []
        for start in (arc for way in members.origins for arc in self._arcs_of_way[way]):
            path = self._follow(start, members.via_ways, targets)
            if not path:
                continue
            if kind.startswith("no_"):
                found.append(path)
            else:
                found += [
                    (*path[:-1], other)
                    for other in self._leaving(int(arcs.tail[path[-1]]))
                    if other != path[-1]
                ]
        return found, "restrictions_obeyed" if found else "restrictions_without_effect"

    def _follow(self, start: int, via_ways: Sequence[int], targets: set[int]) -> ArcPath:
        """Follow the via ways in their order from an arc to one of the targets; `()` if not."""
        arcs = self._arcs
        paths: list[ArcPath] = [(start,)]
        for way in via_ways:
            paths = [
                longer for path in paths for longer in self._along(path, self._arcs_of_way[way])
            ]
        whole = [
            (*path, other)
            for path in paths
            for other in self._leaving(int(arcs.head[path[-1]]))
            if other in targets and other != arcs.twin[path[-1]]
        ]
        return min(whole, key=len, default=())

    def _along(self, path: ArcPath, street: Sequence[int]) -> Iterator[ArcPath]:
        """Yield a path with one more arc of a way, two more, and so on, without turning back."""
        arcs = self._arcs
        is_on_way = set(street)
        stack = [path]
        while stack:
            longer = stack.pop()
            if len(longer) > len(path):
                yield longer
            if len(longer) - len(path) >= LONGEST_VIA:
                continue
            last = longer[-1]
            stack += [
                (*longer, other)
                for other in self._leaving(int(arcs.head[last]))
                if other in is_on_way and other != arcs.twin[last] and other not in longer
            ]

    def _leaving(self, node: int) -> range:
        return range(self._arcs.first_out[node], self._arcs.first_out[node + 1])

    def _arcs_to(self, node: int, ways: Iterable[int]) -> list[int]:
        head = self._arcs.head
        return [arc for way in ways for arc in self._arcs_of_way[way] if head[arc] == node]

    def _arcs_from(self, node: int, ways: Iterable[int]) -> list[int]:
        tail = self._arcs.tail
        return [arc for way in ways for arc in self._arcs_of_way[way] if tail[arc] == node]


def _is_ambiguous(pairs: Sequence[tuple[int, int]], kind: str) -> bool:
    """Tell whether a way that runs through the node leaves open which side of it is meant."""
    if kind in U_TURNS or kind in {"no_entry", "no_exit"}:
        return False
    return len({arc for arc, _ in pairs}) > 1 or len({other for _, other in pairs}) > 1
