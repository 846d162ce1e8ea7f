"""Arrival times of a trip's origin over the ground: one surface holds every isochrone of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np

from .._types import MS_PER_MIN, UNREACHED_MS, ArcIds, Direction, Flags, Milliseconds, Rows
from ..errors import PlacesError
from ..graph import Graph
from ..kernels.ground import enter_streets, mark_tiles, spread_times
from ..network.model import Network
from ..routing.ends import ArcEnds, NodeEnds
from ..routing.one_to_all import travel_times
from ..routing.searches import search_from_seeds
from ..routing.threads import run_each
from .contours import BEYOND_MS, Surface
from .grid import MOST_ON_SURFACE, TILE
from .ground import Ground

Answer = TypeVar("Answer")

# From so many origins on it is tried how far searches go: where they come to more than one of so
# many nodes, sweeps of so many origins at once take less time.
FEWEST_TO_SWEEP: Final = 16
TRIED: Final = 4
LEAST_SHARE: Final = 6
AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What all origins of one call share.

    Attributes
    ----------
    network
        The network of one profile.
    graph
        What is searched: its graph, or that graph reversed for trips to the origins.
    ground
        The ground around it.
    ends
        Where the origins hang.
    direction
        From the origins, or to them.
    bound_ms
        The largest threshold.
    is_open
        True for arcs of the searched graph that trips may end in, or begin in on the way to the
        origins.
    """

    network: Network
    graph: Graph
    ground: Ground
    ends: ArcEnds
    direction: Direction
    bound_ms: int
    is_open: Flags


@dataclass(frozen=True, slots=True, eq=False)
class StreetTimes:
    """When the streets are entered on the way from an origin, or left on the way to it: m streets.

    Attributes
    ----------
    street_ms
        On each arc, and on its twin, shape (m, 2).
    own
        Rows of the origin's attachments.
    """

    street_ms: Milliseconds
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
        Called once for each; must not share anything writable with the other calls.

    Returns
    -------
    answers
        In the order of the origins, the same by whichever search.
    """
    if not _sweeps_pay(question, origin_count):
        return run_each(lambda origin: work(time_streets(question, origin)), range(origin_count))
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
            return work(_enter(question, origin, node_ms))

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
    graph = question.graph
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
    return search_from_seeds(question.graph, ends.node[ways], ends.ms[ways], bound_min=bound_min)


def _enter(question: Question, origin: int, node_ms: Milliseconds) -> StreetTimes:
    """Tell when the streets are entered or left, from the times of nodes."""
    searched = question.network.searched
    node = searched.tail if question.direction == "from" else searched.graph.head
    street_ms = np.empty((question.network.graph.arc_count, 2), np.int32)
    twin = question.network.twin_of_arc
    enter_streets(node, searched.street, question.is_open, twin, node_ms, street_ms)
    own = np.flatnonzero(question.ends.place == origin).astype(np.int32)
    return StreetTimes(street_ms, own)


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
    for place, tile in zip(places, question.ground.prepare(question.network, places), strict=True):
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
    ground = question.ground
    marks = np.zeros((ground.grid.row_count // TILE, ground.grid.column_count // TILE), np.int32)
    mark_tiles(times.street_ms, question.bound_ms, ground.tiles_of_arc, 1, marks)
    own_arc = question.ends.arc[times.own]
    here = np.zeros((own_arc.size, 2), np.int32)
    mark_tiles(here, question.bound_ms, ground.tiles_of_arc[own_arc], 1, marks)
    return [(row, column) for row, column in np.argwhere(marks).tolist()]


def _crop(question: Question, arrival_ms: Milliseconds, first: tuple[int, int]) -> Surface | None:
    """Cut away what is not reached, but for a border of one vertex."""
    is_reached = arrival_ms <= question.bound_ms
    spans = []
    for axis in (1, 0):
        some = np.flatnonzero(is_reached.any(axis=axis))
        if not some.size:
            return None
        spans.append(slice(max(int(some[0]) - 1, 0), int(some[-1]) + 2))
    rows, columns = spans
    return Surface(
        question.ground.grid,
        first[0] + rows.start,
        first[1] + columns.start,
        np.ascontiguousarray(arrival_ms[rows, columns]),
        question.ground.cuts,
    )
