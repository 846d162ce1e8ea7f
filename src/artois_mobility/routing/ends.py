"""From places inside arcs to the nodes around them, and back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Flags, Floats, Milliseconds, NodeIds, Rows
from ..network.model import Network
from ..network.searched import Laid
from ..places.attachments import Attachments
from .closures import ClosedStreets, list_closed_streets


@dataclass(frozen=True, slots=True, eq=False)
class NodeEnds:
    """Ways between places and nodes of the network, e of them; a place has several or none.

    Attributes
    ----------
    place
        Row of the place, ascending, shape (e,).
    node
        Node where the way ends or begins, shape (e,).
    ms
        Time along the way, off-road walk included, shape (e,); below `UNREACHED_MS`.
    """

    place: Rows
    node: NodeIds
    ms: Milliseconds

    @classmethod
    def of_nodes(cls, nodes: NodeIds) -> "NodeEnds":
        """Take nodes for places, each there in no time.

        Parameters
        ----------
        nodes
            Nodes, shape (p,).

        Returns
        -------
        ends
            One for each.
        """
        place = np.arange(nodes.size, dtype=np.int32)
        return cls(place, np.ascontiguousarray(nodes, np.int32), np.zeros_like(place))

    def of_place(self, row: int) -> slice:
        """Return where the ways of one place stand.

        Parameters
        ----------
        row
            Row of the place.

        Returns
        -------
        mine
            Rows of the three columns; empty for a place without any.
        """
        first, last = np.searchsorted(self.place, [row, row + 1])
        return slice(int(first), int(last))

    def of_places(self, rows: Rows) -> "NodeEnds":
        """Keep the ways of some places.

        Parameters
        ----------
        rows
            Rows of the places.

        Returns
        -------
        ends
            In the same order.
        """
        kept = np.isin(self.place, rows)
        return NodeEnds(self.place[kept], self.node[kept], self.ms[kept])


@dataclass(frozen=True, slots=True, eq=False)
class ArcEnds:
    """The way between attached places and the nodes around them, t attachments.

    Attributes
    ----------
    place, arc
        Row of the place and the arc it is attached to, shape (t,).
    offroad_ms
        The walk from the place to the arc, shape (t,).
    along_ms
        Time from the tail of the arc, and from the tail of its twin, shape (t, 2);
        `UNREACHED_MS` where there is no twin.
    leave
        Where one gets onto the network, and the time until there.
    reach
        Where one leaves the network for the place, and the time from there.
    """

    place: Rows
    arc: ArcIds
    offroad_ms: Milliseconds
    along_ms: Milliseconds
    leave: NodeEnds
    reach: NodeEnds

    def rows_of(self, place: int) -> range:
        """Return where the attachments of one place stand.

        Parameters
        ----------
        place
            Row of the place.

        Returns
        -------
        rows
            Rows of the columns; empty for a place that is not attached.
        """
        return range(*np.searchsorted(self.place, [place, place + 1]).tolist())


def find_ends(network: Network, attachments: Attachments) -> ArcEnds:
    """Find the nodes that places get to along their arcs, and the times to and from them.

    Those are the two ends of the arc. A place on a street that a scenario closed walks on along
    closed streets, each at its `local_ms`, so that it gets off a street of many arcs too. A place
    on an open street that leads into closed ones only is cut off, as behind a closed bridge.

    Parameters
    ----------
    network
        The network the places are attached to.
    attachments
        What `am.attach` returned for that network.

    Returns
    -------
    ends
        Times in milliseconds; directions that do not exist are left out.
    """
    arc, local_ms = attachments.arc, network.local_ms
    twin = network.twin_of_arc[arc]
    has_twin = twin != NO_ARC
    along_ms = _side_by_side(attachments.position_ms, attachments.twin_position_ms, has_twin)
    whole_ms = _side_by_side(local_ms[arc], local_ms[np.where(has_twin, twin, 0)], has_twin)
    rest_ms = np.where(along_ms < UNREACHED_MS, whole_ms - along_ms, UNREACHED_MS)
    offroad_ms = attachments.offroad_ms[:, np.newaxis]
    searched = network.searched
    streets = np.column_stack([arc, np.where(has_twin, twin, arc)])
    leave = _list_ways(streets, _add(rest_ms, offroad_ms), searched.begins, searched.graph.head)
    reach = _list_ways(streets, _add(along_ms, offroad_ms), searched.ends, searched.tail)
    is_closed = network.is_closed[arc]
    closed = list_closed_streets(network) if is_closed.any() else None
    return ArcEnds(
        attachments.place,
        arc,
        attachments.offroad_ms,
        along_ms,
        _walk_on(attachments.place, leave, is_closed, closed, is_leaving=True),
        _walk_on(attachments.place, reach, is_closed, closed, is_leaving=False),
    )


def keep_ends(ends: ArcEnds, places: Rows) -> ArcEnds:
    """Keep the ways of some places.

    Parameters
    ----------
    ends
        Any.
    places
        Rows of the places.

    Returns
    -------
    ends
        Those of these places alone.
    """
    return _filter(ends, lambda place: np.isin(place, places))


def drop_ends(ends: ArcEnds, places: Rows) -> ArcEnds:
    """Leave out the ways of some places.

    Parameters
    ----------
    ends
        Any.
    places
        Rows of the places.

    Returns
    -------
    ends
        Those of the others.
    """
    return _filter(ends, lambda place: np.isin(place, places, invert=True))


def renumber_ends(ends: ArcEnds, number: Rows) -> ArcEnds:
    """Give places other numbers.

    Parameters
    ----------
    ends
        Of p places.
    number
        The new number of each, shape (p,).

    Returns
    -------
    ends
        Sorted by the new numbers.
    """

    def renumber(table: NodeEnds) -> NodeEnds:
        return NodeEnds(number[table.place], table.node, table.ms)

    place = number[ends.place]
    leave, reach = renumber(ends.leave), renumber(ends.reach)
    return join_ends([replace(ends, place=place, leave=leave, reach=reach)])


def join_ends(tables: Sequence[ArcEnds]) -> ArcEnds:
    """Join the ways of places; a place may stand in several tables.

    Parameters
    ----------
    tables
        One or more.

    Returns
    -------
    ends
        Sorted by place.
    """
    place = np.concatenate([each.place for each in tables])
    order = np.argsort(place, kind="stable")
    return ArcEnds(
        place[order],
        np.concatenate([each.arc for each in tables])[order],
        np.concatenate([each.offroad_ms for each in tables])[order],
        np.concatenate([each.along_ms for each in tables])[order],
        join_node_ends([each.leave for each in tables]),
        join_node_ends([each.reach for each in tables]),
    )


def join_node_ends(tables: Sequence[NodeEnds]) -> NodeEnds:
    """Join ways between places and nodes; a place may stand in several tables.

    Parameters
    ----------
    tables
        One or more.

    Returns
    -------
    ends
        Sorted by place.
    """
    order = np.argsort(np.concatenate([each.place for each in tables]), kind="stable")
    names = ("place", "node", "ms")
    return NodeEnds(*(np.concatenate([getattr(t, name) for t in tables])[order] for name in names))


def _filter(ends: ArcEnds, is_wanted: Callable[[Rows], Flags]) -> ArcEnds:
    def keep(table: NodeEnds) -> NodeEnds:
        kept = is_wanted(table.place)
        return NodeEnds(table.place[kept], table.node[kept], table.ms[kept])

    kept = is_wanted(ends.place)
    return ArcEnds(
        ends.place[kept],
        ends.arc[kept],
        ends.offroad_ms[kept],
        ends.along_ms[kept],
        keep(ends.leave),
        keep(ends.reach),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """Ways of attachments, sorted by their row."""

    row: Rows
    node: NodeIds
    ms: Milliseconds

    def of(self, place: Rows, is_wanted: Flags) -> NodeEnds:
        """List the ways of the attachments wanted, by place."""
        kept = is_wanted[self.row]
        return NodeEnds(place[self.row[kept]], self.node[kept], self.ms[kept])


def _list_ways(streets: ArcIds, ms: Milliseconds, laid: Laid, node_of_arc: NodeIds) -> _Ways:
    """List the ways along both sides of streets; `streets` and `ms` have shape (t, 2)."""
    row, side = np.nonzero(ms < UNREACHED_MS)
    way, arc = laid.along(streets[row, side])
    return _Ways(row[way].astype(np.int32), node_of_arc[arc], ms[row, side][way])


def _walk_on(
    place: Rows, ways: _Ways, is_closed: Flags, closed: ClosedStreets | None, *, is_leaving: bool
) -> NodeEnds:
    """List the ends, and let who is attached to a closed arc walk on along closed streets."""
    ends = ways.of(place, np.ones_like(is_closed))
    if closed is None:
        return ends
    starts = ways.of(place, is_closed)
    tables = [ends]
    for row in np.unique(starts.place):
        mine = starts.of_place(row)
        node, time_ms = closed.walk(starts.node[mine], starts.ms[mine], is_leaving=is_leaving)
        tables.append(NodeEnds(np.full(node.size, row, np.int32), node, time_ms))
    place, node, time_ms = (
        np.concatenate([getattr(each, name) for each in tables]) for name in ("place", "node", "ms")
    )
    order = np.argsort(place, kind="stable")
    return NodeEnds(place[order], node[order], time_ms[order])


def minutes_of(travel_time_ms: npt.NDArray[np.int32]) -> Floats:
    """Turn milliseconds into minutes, the one place where `UNREACHED_MS` becomes NaN.

    Parameters
    ----------
    travel_time_ms
        Milliseconds, any shape.

    Returns
    -------
    minutes
        The same shape; NaN where unreached.

    Examples
    --------
    >>> minutes_of(np.int32([90_000, UNREACHED_MS]))
    array([1.5, nan])
    """
    return np.where(travel_time_ms < UNREACHED_MS, travel_time_ms / 60_000, np.nan)


def _side_by_side(
    of_arc: Milliseconds, of_twin: Milliseconds, has_twin: npt.NDArray[np.bool_]
) -> Milliseconds:
    columns = [of_arc, np.where(has_twin, of_twin, UNREACHED_MS)]
    return np.ascontiguousarray(np.column_stack(columns), np.int32).reshape(-1, 2)


def _add(first_ms: Milliseconds, second_ms: Milliseconds) -> Milliseconds:
    total = np.minimum(first_ms.astype(np.int64) + second_ms, UNREACHED_MS)
    return np.ascontiguousarray(total, np.int32)
