"""The graph that is searched: streets, with junctions opened up where not every turn is free.

A junction at which every turn is allowed and free is one node. Elsewhere each arc into a junction
ends at a node of its own, each arc out of it begins at one, and the allowed turns lie in between.
A street for those only whose trip begins or ends there is laid twice: once to leave by, which
leads on into open streets and never comes back, once to arrive by, which leads to no open street.
So the search runs on a plain graph, and the engine never knows what it stands for.

References
----------
Buchhold, V., Wagner, D., Zeitz, T. and Zündorf, M. (2020). Customizable contraction hierarchies
with turn costs. ATMOS 2020. doi:10.4230/OASIcs.ATMOS.2020.9
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import NO_ARC, ArcIds, Flags, Milliseconds, NodeIds, Offsets, Rows
from ..graph import Graph, NodeOrder, sort_arcs
from ..ordering import in_postorder, order_nodes
from .restrictions import ArcPath
from .turns import Turns

# When a street is used: on the way out of a limited one, in between, on the way into one.
LEAVING, ROAMING, ARRIVING = range(3)
PHASES: Final = 3
OWN: Final = -1
UNRANKED: Final = np.iinfo(np.int32).max
FOLLOWING_PHASES: Final = tuple(
    (begin, end) for begin in range(PHASES) for end in range(begin, PHASES)
)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Expansion:
    """How the searched graph is laid out, q nodes and r arcs, over streets of m arcs.

    Attributes
    ----------
    first_out, head
        The searched graph without its weights, shapes (q + 1,) and (r,).
    street
        Arc of the streets that each arc follows, `NO_ARC` for a turn, shape (r,).
    turn_ms
        Time of a turn; 0 on streets, shape (r,).
    may_begin, may_end
        True where a trip may begin or end inside, shape (r,).
    node
        Node of the streets behind each node, shape (q,).
    """

    first_out: Offsets
    head: NodeIds
    street: ArcIds
    turn_ms: Milliseconds
    may_begin: Flags
    may_end: Flags
    node: NodeIds

    def __post_init__(self) -> None:
        """Freeze the columns."""
        for name in self.__dataclass_fields__:
            getattr(self, name).setflags(write=False)

    def weigh(self, weight_ms: Milliseconds) -> Graph:
        """Lay the weights of streets on the searched graph.

        Parameters
        ----------
        weight_ms
            Time through each street, shape (m,).

        Returns
        -------
        graph
            With q nodes and r arcs; all graphs of one expansion share their other arrays.
        """
        # a turn names the last street, -1, and takes its own time behind that of none
        weights = np.append(weight_ms, np.int32(0))[self.street] + self.turn_ms
        return Graph(self.first_out, self.head, weights)

    def rank_ends(self, street_count: int) -> "EndRanks":
        """Tell where the two ends of each street stand in the order of elimination.

        Parameters
        ----------
        street_count
            Number of streets, m.

        Returns
        -------
        ranks
            Of a street that lies several times, the lowest.
        """
        row = np.flatnonzero(self.street != NO_ARC)
        tail = np.repeat(np.arange(self.node.size), np.diff(self.first_out))
        ranks = EndRanks(*np.full((2, street_count), UNRANKED, np.int32))
        np.minimum.at(ranks.tail, self.street[row], tail[row])
        np.minimum.at(ranks.head, self.street[row], self.head[row])
        return ranks


@dataclass(frozen=True, slots=True, eq=False)
class EndRanks:
    """Where the ends of streets stand in an order of elimination, m streets.

    Attributes
    ----------
    tail, head
        Rank, or `UNRANKED` for ends that come after all others, shape (m,).
    """

    tail: Rows
    head: Rows


def expand(
    graph: Graph,
    twin: ArcIds,
    turns: Turns | None,
    is_limited: Flags,
    ranks: EndRanks | None = None,
) -> Expansion | None:
    """Open up the junctions of streets.

    Parameters
    ----------
    graph
        The streets, n nodes and m arcs.
    twin
        Arc along the same stretch the other way, or `NO_ARC`, shape (m,).
    turns
        Which turns are allowed and what they take; None for all, and no time.
    is_limited
        True for streets that only those use whose trip begins or ends there, shape (m,).
    ranks
        An order of elimination known for most ends of streets; None to find one.

    Returns
    -------
    expansion
        None where nothing is to be opened: the streets' own graph is searched.

    Examples
    --------
    >>> graph = Graph(np.int32([0, 1, 2]), np.int32([1, 0]), np.int32([5, 5]))
    >>> twin = np.int32([1, 0])
    >>> expand(graph, twin, None, np.array([False, False])) is None
    True
    >>> limited = expand(graph, twin, None, np.array([True, True]))
    >>> limited.node.size, limited.street.size
    (4, 6)
    """
    if not is_limited.any() and (turns is None or not turns.is_listed.any()):
        return None
    if turns is None:
        nothing = np.zeros(0, np.int32)
        unlisted = np.zeros(graph.node_count, np.bool_)
        turns = Turns(unlisted, nothing, nothing, nothing, (), drives_left=False)
    copies = _copy_streets(graph, turns, is_limited)
    ports = _number_ports(graph, turns, copies)
    links = _stack(_join_phases(ports, graph.node_count), _link_turns(turns, copies, ports))
    ports, links = _merge_passages(ports, links)
    if ranks is not None:
        order = _order_as(ranks, copies, ports)
    else:
        order = _order_by_streets(twin, copies, ports, links)
    return _lay_out(copies, ports, links, order)


@dataclass(frozen=True, slots=True, eq=False)
class _Copies:
    """The arcs that streets become, c of them: first the plain ones, then those with a memory.

    `row_of` finds the plain copy of a street in a phase, -1 where it has none; `row_of_memory` one
    that was come to along the arcs of a path, itself the last.
    """

    street: ArcIds
    phase: Rows
    row_of: Rows
    row_of_memory: dict[tuple[ArcPath, int], int]


@dataclass(frozen=True, slots=True, eq=False)
class _Ports:
    """Nodes at the ends of copies, q of them; `node` is that of the streets behind each.

    `phase` is that of all copies which share a port, -1 for the end of a single copy.
    """

    tail: NodeIds
    head: NodeIds
    node: NodeIds
    phase: Rows


@dataclass(frozen=True, slots=True, eq=False)
class _Links:
    """Ways between ports inside junctions."""

    tail: NodeIds
    head: NodeIds
    ms: Milliseconds


def _copy_streets(graph: Graph, turns: Turns, is_limited: Flags) -> _Copies:
    """Lay every open street once and every limited one twice, and those on banned paths again."""
    phases = np.zeros((graph.arc_count, PHASES), np.bool_)
    phases[:, ROAMING] = ~is_limited
    phases[:, LEAVING] = phases[:, ARRIVING] = is_limited
    street, phase = np.nonzero(phases)
    row_of = np.full((graph.arc_count, PHASES), -1, np.int32)
    row_of[street, phase] = np.arange(street.size, dtype=np.int32)
    memories = {
        (prefix, own): None
        for path in turns.banned_paths
        for prefix in (path[:size] for size in range(2, len(path)))
        for own in np.flatnonzero(phases[prefix[-1]]).tolist()
    }
    row_of_memory = {key: row for row, key in enumerate(memories, street.size)}
    return _Copies(
        _append(street, [prefix[-1] for prefix, _ in row_of_memory]),
        _append(phase, [own for _, own in row_of_memory]),
        row_of,
        row_of_memory,
    )


def _number_ports(graph: Graph, turns: Turns, copies: _Copies) -> _Ports:
    """Give copies that meet at an unlisted node in one phase a common port, others their own."""
    names, nodes = [], []
    for side, node_of_street in enumerate((graph.tail, graph.head)):
        node = node_of_street[copies.street].astype(np.int64)
        own = graph.node_count * PHASES + 2 * np.arange(node.size) + side
        names.append(np.where(turns.is_listed[node], own, node * PHASES + copies.phase))
        nodes.append(node)
    name, port = np.unique(np.concatenate(names), return_inverse=True)
    node_of_port = np.empty(name.size, np.int32)
    node_of_port[port] = np.concatenate(nodes)
    tail, head = np.split(port.astype(np.int32), 2)
    phase = np.where(name < graph.node_count * PHASES, name % PHASES, OWN)
    return _Ports(tail, head, node_of_port, phase.astype(np.int32))


def _join_phases(ports: _Ports, node_count: int) -> _Links:
    """Lead from leaving to roaming to arriving at nodes where every turn is free."""
    port_of = np.full((node_count, PHASES), -1, np.int32)
    shared = np.flatnonzero(ports.phase != OWN)
    port_of[ports.node[shared], ports.phase[shared]] = shared
    tables = []
    for begin, end in ((LEAVING, ROAMING), (ROAMING, ARRIVING), (LEAVING, ARRIVING)):
        is_joined = (port_of[:, [begin, end]] >= 0).all(axis=1)
        tables.append(port_of[is_joined][:, [begin, end]])
    tail, head = np.concatenate(tables).T
    return _Links(tail, head, np.zeros(tail.size, np.int32))


def _link_turns(turns: Turns, copies: _Copies, ports: _Ports) -> _Links:
    """Lead from copy to copy at listed nodes, and along banned paths from memory to memory."""
    rows: list[Rows] = []
    for begin, end in FOLLOWING_PHASES:
        pair = (copies.row_of[turns.from_arc, begin], copies.row_of[turns.to_arc, end])
        both = (pair[0] >= 0) & (pair[1] >= 0)
        rows.append(np.column_stack([*pair, turns.delay_ms])[both])
    table = np.concatenate(rows)
    if copies.row_of_memory:
        table = _remember(turns, copies, table)
    return _Links(ports.head[table[:, 0]], ports.tail[table[:, 1]], table[:, 2])


def _remember(turns: Turns, copies: _Copies, table: Rows) -> Rows:
    """Lead into the copies that remember where they were come from, and on from these.

    A path along arcs stands in the copy that remembers the longest end of it with which a banned
    path begins; the last arc of a banned path does not follow the copy that remembers the rest.
    """
    changed = table.copy()
    streets = copies.street[table[:, :2]]
    is_first = np.isin(streets[:, 0], [prefix[0] for prefix, _ in copies.row_of_memory])
    for row in np.flatnonzero(is_first).tolist():
        pair: ArcPath = (int(streets[row, 0]), int(streets[row, 1]))
        own = int(copies.phase[table[row, 1]])
        changed[row, 1] = copies.row_of_memory.get((pair, own), table[row, 1])
    banned = set(turns.banned_paths)
    more = []
    for (prefix, begin), row in copies.row_of_memory.items():
        mine = slice(*np.searchsorted(turns.from_arc, [prefix[-1], prefix[-1] + 1]).tolist())
        for other, ms in zip(
            turns.to_arc[mine].tolist(), turns.delay_ms[mine].tolist(), strict=True
        ):
            tails = [(*prefix, other)[start:] for start in range(len(prefix))]
            if not banned.isdisjoint(tails):
                continue
            for own, end in FOLLOWING_PHASES:
                if own != begin or copies.row_of[other, end] < 0:
                    continue
                memories = (copies.row_of_memory.get((tail, end)) for tail in tails)
                known = next((each for each in memories if each is not None), None)
                more.append((row, copies.row_of[other, end] if known is None else known, ms))
    return np.concatenate([changed, np.array(more, np.int32).reshape(-1, 3)])


def _merge_passages(ports: _Ports, links: _Links) -> tuple[_Ports, _Links]:
    """Make one port of two where a street leads on to one other only, which nothing else does."""
    count = ports.node.size
    ways_out = np.bincount(links.tail, minlength=count)
    ways_in = np.bincount(links.head, minlength=count)
    is_own = ports.phase == OWN
    is_passage = (
        (ways_out[links.tail] == 1)
        & (ways_in[links.head] == 1)
        & (links.ms == 0)
        & is_own[links.tail]
        & is_own[links.head]
    )
    port_of = np.arange(count, dtype=np.int32)
    port_of[links.head[is_passage]] = links.tail[is_passage]
    is_kept = port_of == np.arange(count)
    number = (np.cumsum(is_kept) - 1).astype(np.int32)[port_of]
    rest = ~is_passage
    return (
        _Ports(number[ports.tail], number[ports.head], ports.node[is_kept], ports.phase[is_kept]),
        _Links(number[links.tail[rest]], number[links.head[rest]], links.ms[rest]),
    )


def _lay_out(copies: _Copies, ports: _Ports, links: _Links, order: NodeOrder) -> Expansion:
    """Put the ports in the order of their elimination, and sort the arcs."""
    port_count, copy_count = ports.node.size, copies.street.size
    tail = np.concatenate((ports.tail, links.tail))
    head = np.concatenate((ports.head, links.head))
    sorted_arcs = sort_arcs(port_count, tail, head)
    nothing = np.zeros(tail.size, np.int32)
    plain = Graph(sorted_arcs.first_out, head[sorted_arcs.arc_of_input], nothing)
    rank = in_postorder(plain, order).rank_of_node
    tail, head = rank[tail], rank[head]
    sorted_arcs = sort_arcs(port_count, tail, head)
    row = sorted_arcs.arc_of_input
    is_plain = np.arange(copy_count) < (copies.row_of >= 0).sum()
    is_link = np.zeros(links.tail.size, np.bool_)
    return Expansion(
        first_out=sorted_arcs.first_out,
        head=head[row],
        street=_append(copies.street, np.full(links.tail.size, NO_ARC))[row],
        turn_ms=_append(np.zeros(copy_count), links.ms)[row],
        may_begin=np.concatenate((is_plain & (copies.phase != ARRIVING), is_link))[row],
        may_end=np.concatenate((copies.phase != LEAVING, is_link))[row],
        node=ports.node[np.argsort(rank)],
    )


def _order_by_streets(twin: ArcIds, copies: _Copies, ports: _Ports, links: _Links) -> NodeOrder:
    """Order the ports as their streets, taken as one node each, with those that begin one first.

    That graph has a third of the ports, and its separators are streets, as good as any: finding
    the order takes an eighth of the time, and bringing in weights no longer.
    """
    port_count = ports.node.size
    street = np.where(twin == NO_ARC, np.arange(twin.size), np.minimum(np.arange(twin.size), twin))
    group = street.size + np.arange(port_count)
    is_own = ports.phase == OWN
    for port in (ports.tail, ports.head):
        mine = is_own[port]
        group[port[mine]] = street[copies.street[mine]]
    leads_in = np.ones(port_count, np.bool_)
    leads_in[ports.head] = False
    group_of_port: NodeIds = np.unique(group, return_inverse=True)[1].astype(np.int32)
    tail = group_of_port[np.concatenate((ports.tail, links.tail))]
    head = group_of_port[np.concatenate((ports.head, links.head))]
    sorted_arcs = sort_arcs(int(group_of_port.max()) + 1, tail, head)
    nothing = np.zeros(tail.size, np.int32)
    joined = Graph(sorted_arcs.first_out, head[sorted_arcs.arc_of_input], nothing)
    rank = order_nodes(joined).rank_of_node[group_of_port]
    return NodeOrder(np.lexsort((rank, ~leads_in)).astype(np.int32))


def _order_as(ranks: EndRanks, copies: _Copies, ports: _Ports) -> NodeOrder:
    rank = np.full(ports.node.size, UNRANKED, np.int32)
    np.minimum.at(rank, ports.tail, ranks.tail[copies.street])
    np.minimum.at(rank, ports.head, ranks.head[copies.street])
    return NodeOrder(np.argsort(rank, kind="stable").astype(np.int32))


def _stack(first: _Links, second: _Links) -> _Links:
    return _Links(
        *(_append(getattr(first, name), getattr(second, name)) for name in ("tail", "head", "ms"))
    )


def _append(column: npt.ArrayLike, more: npt.ArrayLike) -> Rows:
    return np.concatenate((np.asarray(column), np.asarray(more))).astype(np.int32)
