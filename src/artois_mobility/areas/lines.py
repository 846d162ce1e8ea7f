"""The streets reached from a place within so many minutes, cut where the time runs out."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from .._types import MS_PER_MIN, NO_ARC, UNREACHED_MS, WGS84, Direction, Floats, Milliseconds
from ..network.model import Network
from .asking import Origins, ask, names_of
from .grid import Grid
from .grid_lines import Streets
from .surfaces import Question, StreetTimes, time_each

if TYPE_CHECKING:
    import geopandas as gpd


def reached_streets(
    network: Network,
    origins: Origins,
    minutes: Sequence[float],
    *,
    direction: Direction = "from",
    by: str | None = None,
) -> "gpd.GeoDataFrame":
    """Compute the streets reached from each origin within each number of minutes, as lines.

    Parameters
    ----------
    network
        The network of one profile.
    origins
        Pairs of longitude and latitude, or a table of points, o places.
    minutes
        Thresholds in minutes, each above 0.
    direction
        `"from"` the origins outwards, or `"to"` them.
    by
        Column of a table of origins: those that share a value count as one, which is at all
        their places at once.

    Returns
    -------
    lines
        One row per origin and threshold, in that order: `origin` (position in the list, from 0;
        with `by` that column instead), `minutes`, `profile`, `direction`, `km` of street (both
        directions of a street count once), `reason` (empty, or why nothing is reached) and the
        geometry in EPSG:4326, empty where nothing is reached. Streets end where the time runs
        out, to the millisecond.

    Raises
    ------
    PlacesError
        If a threshold or the direction is not allowed.

    See Also
    --------
    isochrones : the areas around them.

    Examples
    --------
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> walk = build_network(crossroads(), "walk")
    >>> lines = reached_streets(walk, [(2.8305, 50.42)], [1, 2, 60])
    >>> lines["km"].round(2).tolist()
    [0.15, 0.39, 0.4]
    """
    import geopandas as gpd

    question, thresholds, attachments = ask(network, origins, minutes, direction, by=by)
    origin_count = attachments.place_count
    found = time_each(question, origin_count, lambda times: lines_of(question, thresholds, times))
    geometry = np.array([line for of_origin in found for line in of_origin], object)
    table = {
        **{name: np.repeat(each, thresholds.size) for name, each in names_of(origins, by).items()},
        "minutes": np.tile(thresholds, origin_count),
        "profile": network.profile.name,
        "direction": direction,
        "km": (shapely.length(geometry) / 1000).round(3),
        "reason": np.repeat(attachments.reason_of_place, thresholds.size),
    }
    return gpd.GeoDataFrame(table, geometry=geometry, crs=network.crs).to_crs(WGS84)


def lines_of(question: Question, minutes: Floats, times: StreetTimes) -> list[shapely.Geometry]:
    """Draw the streets reached from one origin, in the order of the thresholds.

    Parameters
    ----------
    question
        What is asked.
    minutes
        Thresholds, shape (t,).
    times
        When its streets are entered or left.

    Returns
    -------
    lines
        In the network's metric system, length t.
    """
    return [_cut_streets(question, times, round(each * MS_PER_MIN)) for each in minutes.tolist()]


def _cut_streets(question: Question, times: StreetTimes, threshold_ms: int) -> shapely.Geometry:
    """Draw what is reached of every street in time."""
    spans = _reached_spans(question, times, threshold_ms)
    ground = question.ground
    pieces = [_cut_pieces(ground.streets, ground.grid, *span) for span in spans]
    lines = shapely.linestrings(np.concatenate(pieces))
    merged: shapely.Geometry = shapely.line_merge(shapely.multilinestrings(lines))
    return merged


def _cut_pieces(streets: Streets, grid: Grid, begin: Floats, end: Floats) -> Floats:
    """Cut the straight pieces of streets to shares of each street; both ends of what is left."""
    first = np.maximum(begin[streets.arc], streets.begin)
    last = np.minimum(end[streets.arc], streets.end)
    whole = streets.end - streets.begin
    row = np.flatnonzero((first < last) | ((whole == 0) & (first <= last)))
    span = np.where(whole[row] > 0, whole[row], 1.0)
    shares = [
        np.where(whole[row] > 0, (each[row] - streets.begin[row]) / span, at_once)
        for each, at_once in ((first, 0.0), (last, 1.0))
    ]
    dx, dy = streets.x1[row] - streets.x0[row], streets.y1[row] - streets.y0[row]
    ends = [
        np.column_stack([streets.x0[row] + share * dx, streets.y0[row] + share * dy])
        for share in shares
    ]
    corners: Floats = (grid.west_m, grid.south_m) + grid.cell_m * np.stack(ends, axis=1)
    is_drawn = (corners[:, 0] != corners[:, 1]).any(axis=1)
    drawn: Floats = corners[is_drawn]
    return drawn


def _reached_spans(
    question: Question, times: StreetTimes, threshold_ms: int
) -> list[tuple[Floats, Floats]]:
    """Find which shares of each street are reached: from its tail, from its head, from within."""
    network = question.network
    twin = network.twin_of_arc
    twin_ms = np.where(twin == NO_ARC, 0, network.local_ms[twin])
    ahead = _share(times.street_ms[:, 0], network.local_ms, threshold_ms)
    behind = _share(times.street_ms[:, 1], twin_ms, threshold_ms)
    # towards a place, who goes ahead is the nearer the further along
    from_tail, from_head = (ahead, behind) if question.direction == "from" else (behind, ahead)
    spans = [
        (np.zeros(twin.size), from_tail),
        (np.maximum(1 - from_head, from_tail), np.ones(twin.size)),
    ]
    spans = [(begin, np.where(begin < end, end, begin - 1)) for begin, end in spans]
    for row in times.own.tolist():
        spans.append(_own_span(question, row, threshold_ms, (from_tail, 1 - from_head)))
    return spans


def _share(entered_ms: Milliseconds, whole_ms: Milliseconds, threshold_ms: int) -> Floats:
    """Tell which share of each street is passed in the time left; 0 where it is not entered."""
    left_ms = (threshold_ms - entered_ms).astype(np.float64)
    share = np.divide(left_ms, whole_ms, out=np.ones(left_ms.size), where=whole_ms > 0)
    return np.where(left_ms < 0, 0.0, np.clip(share, 0, 1))


def _own_span(
    question: Question, row: int, threshold_ms: int, known: tuple[Floats, Floats]
) -> tuple[Floats, Floats]:
    """Find which share of an origin's own street is reached straight from where it hangs."""
    network, ends = question.network, question.ends
    arc = int(ends.arc[row])
    size = network.graph.arc_count
    begin, end = np.ones(size), np.zeros(size)
    left_ms = threshold_ms - int(ends.offroad_ms[row])
    if left_ms < 0:
        return begin, end
    reach = []
    for side, own in enumerate((arc, int(network.twin_of_arc[arc]))):
        is_open = ends.along_ms[row, side] < UNREACHED_MS
        whole_ms = int(network.local_ms[own])
        reach.append((left_ms / whole_ms if whole_ms else 1.0) if is_open else 0.0)
    place = int(ends.along_ms[row, 0]) / max(int(network.local_ms[arc]), 1)
    ahead, back = reach if question.direction == "from" else reach[::-1]
    begin[arc] = max(place - back, float(known[0][arc]), 0.0)
    end[arc] = min(place + ahead, float(known[1][arc]), 1.0)
    return begin, end
