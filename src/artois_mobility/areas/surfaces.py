"""Arrival times of a trip's origin over the ground: one surface holds every isochrone of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from .._types import MS_PER_MIN, NO_ARC, UNREACHED_MS, ArcIds, Direction, Milliseconds, Rows
from ..errors import PlacesError
from ..graph import Graph, reverse
from ..kernels.contour import find_span
from ..kernels.street_times import enter_streets, mark_tiles, spread_times
from ..network.model import Network
from ..routing.ends import ArcEnds, NodeEnds
from ..routing.one_to_all import travel_times
from ..routing.searches import search_from_seeds
from ..routing.threads import run_each
from .contours import BEYOND_MS, Surface
from .grid import MOST_ON_SURFACE, TILE
from .ground import Ground
from .tiles import prepare_tiles

Answer = TypeVar("Answer")

# From so many origins on it is tried how far searches go: where they come to more than one of so
# many nodes, sweeps of so many origins at once take less time.
FEWEST_TO_SWEEP: Final = 16
TRIED: Final = 4
LEAST_SHARE: Final = 6
AT_ONCE: Final = 64
# Where more than one street of so many was entered, going through all takes less time.
MANY_ENTERED: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """What searches of one direction pass over.

    Attributes
    ----------
    graph
        The graph that a network is searched by, or that graph reversed for trips to the origins.
    street
        Street entered or left along each of its arcs; `NO_ARC` where that is no street, or one
        that trips may not end in, or begin in.
    """

    graph: Graph
    street: ArcIds


_fronts: "WeakKeyDictionary[Network, dict[Direction, Front]]" = WeakKeyDictionary()


def front_of(network: Network, direction: Direction) -> Front:
    """Return what is searched, kept as long as the network.

    Parameters
    ----------
    network
        The network of one profile.
    direction
        From the origins, or to them.

    Returns
    -------
    front
        The same object for the same network and direction.
    """
    known = _fronts.setdefault(network, {})
    if direction not in known:
        searched = network.searched
        arc = (searched.ends if direction == "from" else searched.begins).arc
        street = np.full(searched.street.size, NO_ARC, np.int32)
        street[arc] = searched.street[arc]
        graph = searched.graph
        if direction == "to":
            graph, arc_of_reversed = reverse(graph)
            street = street[arc_of_reversed]
        known[direction] = Front(graph, street)
    return known[direction]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What all origins of one call share.

    Attributes
    ----------
    network
        The network of one profile.
    front
        What is searched.
    ground
        The ground around it.
    ends
        Where the origins hang.
    direction
        From the origins, or to them.
    bound_ms
        The largest threshold.
    slates
        Tables of street times that nobody uses, blank.
    """

    network: Network
    front: Front
    ground: Ground
    ends: ArcEnds
    direction: Direction
    bound_ms: int
    slates: list[Milliseconds] = field(default_factory=list)

    def take_slate(self) -> Milliseconds:
        """Take a blank table of street times, shape (m, 2)."""
        try:
            return self.slates.pop()
        except IndexError:
            return np.full((self.network.graph.arc_count, 2), UNREACHED_MS, np.int32)

    def put_back(self, times: "StreetTimes") -> None:
        """Blank the table of some times, which nobody reads any more."""
        if times.entered.size == times.street_ms.shape[0]:
            times.street_ms.fill(UNREACHED_MS)
        else:
            times.street_ms[times.entered] = UNREACHED_MS
        self.slates.append(times.street_ms)


@dataclass(frozen=True, slots=True, eq=False)
class StreetTimes:
    """When the streets are entered on the way from an origin, or left on the way to it: m streets.

    Attributes
    ----------
    street_ms
        On each arc, and on its twin, shape (m, 2).
    entered
        Arcs whose rows may hold a time.
    own
        Rows of the origin's attachments.
    """

    street_ms: Milliseconds
    entered: ArcIds
    own: Rows


def time_each(
    question: Question, origin_count: int, work: Callable[[StreetTimes], Answer]
) -> list[Answer]:
    """Search from every origin, and work on what each finds, in threads.

    Parameters
    ----------
    question
        What is asked.
    origin_count
        Number of origins.
    work
        Called once for each; must not share anything writable with the other calls, nor keep the
        times.

    Returns
    -------
    answers
        In the order of the origins, the same by whichever search.
    """
    if not _sweeps_pay(question, origin_count):
        return run_each(
            lambda origin: _work_on(question, origin, _search(question, origin), work),
            range(origin_count),
        )
    ends = _ends_of(question)
    graph = question.network.searched.graph
    answers: list[Answer] = []
    for begin in range(0, origin_count, AT_ONCE):
        origins = range(begin, min(begin + AT_ONCE, origin_count))
        ways = slice(*np.searchsorted(ends.place, [origins.start, origins.stop]).tolist())
        nodes, own = np.unique(ends.node[ways], return_inverse=True)
        line = own.astype(np.int32)
        table_ms = travel_times(graph, nodes, direction=question.direction)

        def serve(
            origin: int,
            table_ms: Milliseconds = table_ms,
            line: Rows = line,
            first: int = ways.start,
        ) -> Answer:
            mine = ends.of_place(origin)
            lines = line[mine.start - first : mine.stop - first]
            there_ms = table_ms[lines] + ends.ms[mine, np.newaxis]
            node_ms = there_ms.min(axis=0, initial=UNREACHED_MS)
            return _work_on(question, origin, node_ms, work)

        answers += run_each(serve, origins)
    return answers


def time_streets(question: Question, origin: int) -> StreetTimes:
    """Search from an origin as far as the largest threshold, and a little further.

    Parameters
    ----------
    question
        What is asked.
    origin
        Row of the origin.

    Returns
    -------
    times
        `UNREACHED_MS` where the search did not come to.
    """
    return _enter(question, origin, _search(question, origin))


def _sweeps_pay(question: Question, origin_count: int) -> bool:
    """Tell whether sweeps over all nodes take less time than searches as far as needed."""
    if origin_count < FEWEST_TO_SWEEP:
        return False
    graph = question.front.graph
    tried = range(0, origin_count, origin_count // TRIED)
    reached = sum(int((_search(question, each) < UNREACHED_MS).sum()) for each in tried)
    return reached > graph.node_count * len(tried) // LEAST_SHARE


def _ends_of(question: Question) -> NodeEnds:
    return question.ends.leave if question.direction == "from" else question.ends.reach


def _search(question: Question, origin: int) -> Milliseconds:
    """Search from an origin by Dijkstra's algorithm; times of the searched graph's nodes."""
    ends = _ends_of(question)
    ways = ends.of_place(origin)
    bound_min = (question.bound_ms + BEYOND_MS) / MS_PER_MIN
    return search_from_seeds(
        question.front.graph, ends.node[ways], ends.ms[ways], bound_min=bound_min
    )


def _work_on(
    question: Question,
    origin: int,
    node_ms: Milliseconds,
    work: Callable[[StreetTimes], Answer],
) -> Answer:
    times = _enter(question, origin, node_ms)
    answer = work(times)
    question.put_back(times)
    return answer


def _enter(question: Question, origin: int, node_ms: Milliseconds) -> StreetTimes:
    """Tell when the streets are entered or left, from the times of nodes."""
    front, street_ms = question.front, question.take_slate()
    entered = np.empty(street_ms.shape[0], np.int32)
    twin = question.network.twin_of_arc
    columns = front.graph.first_out, front.street, twin
    latest_ms = question.bound_ms + BEYOND_MS
    count = enter_streets(*columns, node_ms, latest_ms, street_ms, entered)
    is_most = count > entered.size // MANY_ENTERED
    entered = np.arange(entered.size, dtype=np.int32) if is_most else entered[:count]
    own = np.flatnonzero(question.ends.place == origin).astype(np.int32)
    return StreetTimes(street_ms, entered, own)


def lay_surface(question: Question, times: StreetTimes) -> Surface | None:
    """Lay the times of streets on the ground around those that are reached.

    Parameters
    ----------
    question
        What is asked.
    times
        When the streets are entered or left.

    Returns
    -------
    surface
        None where no vertex is reached.

    Raises
    ------
    PlacesError
        If the surface would be huge.
    """
    places = _tiles_around(question, times)
    if not places:
        return None
    rows, columns = (range(min(each), max(each) + 1) for each in zip(*places, strict=True))
    shape = (len(rows) * TILE, len(columns) * TILE)
    if shape[0] * shape[1] > MOST_ON_SURFACE:
        cell_m = question.ground.grid.cell_m
        msg = (
            f"The reached area needs {shape[1]} x {shape[0]} cells of {cell_m:g} m, more than "
            f"{MOST_ON_SURFACE}. Choose larger cells or fewer minutes."
        )
        raise PlacesError(msg)
    arrival_ms = np.full(shape, UNREACHED_MS, np.int32)
    own_arc, own_ms = _own_streets(question, times.own)
    flat_ms = np.empty(TILE * TILE, np.int32)
    nobody, nowhere = own_arc[:0], own_ms[:0]
    around_own = question.ground.tiles_of_arc[own_arc]
    tiles = prepare_tiles(question.network, question.ground, places)
    for place, tile in zip(places, tiles, strict=True):
        is_near = ((around_own[:, :2] <= place) & (around_own[:, 2:] >= place)).all(axis=1).any()
        own = (own_arc, own_ms) if is_near else (nobody, nowhere)
        spread_times(
            tile.arc, tile.first, tile.vertex, tile.walk_ms, *tile.along(question.direction),
            times.street_ms, question.bound_ms + BEYOND_MS, *own, flat_ms,
        )  # fmt: skip
        row, column = (place[0] - rows[0]) * TILE, (place[1] - columns[0]) * TILE
        arrival_ms[row : row + TILE, column : column + TILE] = flat_ms.reshape(TILE, TILE)
    return _crop(question, arrival_ms, (rows[0] * TILE, columns[0] * TILE))


def _own_streets(question: Question, own: Rows) -> tuple[ArcIds, Milliseconds]:
    """Tell how far an origin's own streets are, and where on them it is, as the tiles count."""
    ends, network = question.ends, question.network
    arc = ends.arc[own]
    along_ms = ends.along_ms[own]
    if question.direction == "to" and arc.size:
        twin = network.twin_of_arc[arc]
        whole_ms = np.column_stack([network.local_ms[arc], network.local_ms[twin]])
        along_ms = np.where(along_ms < UNREACHED_MS, whole_ms - along_ms, UNREACHED_MS)
    own_ms = np.column_stack([ends.offroad_ms[own], along_ms])
    return arc, np.ascontiguousarray(own_ms, np.int32)


def _tiles_around(question: Question, times: StreetTimes) -> list[tuple[int, int]]:
    """Find the tiles that could be reached: those around the streets that are."""
    ground, bound_ms = question.ground, question.bound_ms
    shape = ground.grid.row_count // TILE, ground.grid.column_count // TILE
    is_near = np.zeros(shape, np.bool_)
    mark_tiles(times.entered, times.street_ms, bound_ms, ground.tiles_of_arc, is_near)
    own_arc = question.ends.arc[times.own]
    here = np.zeros((own_arc.size, 2), np.int32)
    row = np.arange(own_arc.size, dtype=np.int32)
    mark_tiles(row, here, bound_ms, ground.tiles_of_arc[own_arc], is_near)
    return [(row, column) for row, column in np.argwhere(is_near).tolist()]


def _crop(question: Question, arrival_ms: Milliseconds, first: tuple[int, int]) -> Surface | None:
    """Cut away what is not reached, but for a border of one vertex."""
    span = np.empty(4, np.int64)
    find_span(arrival_ms, question.bound_ms, span)
    south, west, north, east = span.tolist()
    if north < south:
        return None
    rows, columns = slice(max(south - 1, 0), north + 2), slice(max(west - 1, 0), east + 2)
    return Surface(
        question.ground.grid,
        first[0] + rows.start,
        first[1] + columns.start,
        np.ascontiguousarray(arrival_ms[rows, columns]),
        question.ground.cuts,
    )
