"""Arrival times of a trip's origin over the ground: one surface holds every isochrone of it."""

from dataclasses import dataclass

import numpy as np

from .._types import MS_PER_MIN, NO_ARC, UNREACHED_MS, ArcIds, Direction, Milliseconds, Rows
from ..errors import PlacesError
from ..graph import Graph
from ..kernels.ground import gather_times, mark_tiles
from ..network.model import Network
from ..routing.ends import ArcEnds
from ..routing.searches import search_from_seeds
from .contours import BEYOND_MS, Surface
from .grid import MOST_ON_SURFACE, TILE
from .ground import Ground


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
    """

    network: Network
    graph: Graph
    ground: Ground
    ends: ArcEnds
    direction: Direction
    bound_ms: int


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
    is_from = question.direction == "from"
    ends = question.ends.leave if is_from else question.ends.reach
    ways = ends.of_place(origin)
    bound_min = (question.bound_ms + BEYOND_MS) / MS_PER_MIN
    node_ms = search_from_seeds(question.graph, ends.node[ways], ends.ms[ways], bound_min=bound_min)
    searched = question.network.searched
    street_ms = searched.at_tails(node_ms) if is_from else searched.at_heads(node_ms)
    twin = question.network.twin_of_arc
    both_ms = np.empty((twin.size, 2), np.int32)
    both_ms[:, 0] = street_ms
    both_ms[:, 1] = np.where(twin == NO_ARC, UNREACHED_MS, street_ms[twin])
    own = np.flatnonzero(question.ends.place == origin).astype(np.int32)
    return StreetTimes(both_ms, own)


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
        gather_times(
            tile.first, tile.arc, tile.walk_ms, *tile.along(question.direction),
            times.street_ms, *((own_arc, own_ms) if is_near else (nobody, nowhere)), flat_ms,
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
