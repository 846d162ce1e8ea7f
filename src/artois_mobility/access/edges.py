"""Where an extract ends: which answers could be others if it reached farther."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from .._types import NO_ARC, UNREACHED_MS, ArcIds, Flags, Floats, Milliseconds, NodeIds, OsmIds
from ..errors import PlacesError
from ..graph import reverse
from ..network.coverage import Covers, Known, ends_cut_off, find_coverage
from ..network.model import Network
from ..osm.extract import Extract
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.people import list_cells
from ..routing.ends import find_ends, minutes_of
from ..routing.searches import search_from_seeds
from .asking import Direction, check_direction
from .fairness import answer_of, numbers_of, read_column, rows_of_cells

if TYPE_CHECKING:
    import geopandas as gpd

EXACT: Final = "exact"
AT_MOST: Final = "upper bound"
AT_LEAST: Final = "lower bound"
# What a mark says: "" for a cell that hangs on no street.
MARKS: Final = ("", EXACT, AT_MOST, AT_LEAST)


def edge_minutes(
    network: Network,
    residents: "gpd.GeoDataFrame",
    extract: Extract,
    *,
    covers: "Covers | None" = None,
    direction: Direction = "to_site",
    attachments: Attachments | None = None,
) -> pd.DataFrame:
    """Compute how many minutes every cell lies from where the extract ends.

    Whatever is nearer than that is exact: the way to a site beyond the edge, and any way that
    leaves the extract and comes back, takes longer. The edge is where streets leave the area that
    the extract covers, or stop because the file lacks their next node. Sites hang on streets up to
    the profile's `offroad_limit_m` away, so the area counts as that much smaller.

    Parameters
    ----------
    network
        The network of one profile.
    residents
        What `am.read_residents` returns, p cells.
    extract
        The data that the network was built from.
    covers
        Areas in which the extract holds every street, in any coordinate system, or west, south,
        east, north in degrees. None for what the file's header says; where that says nothing, it
        is guessed from where streets are, on the safe side.
    direction
        As in `am.access_times`.
    attachments
        Those of the residents, when already made by `am.attach`.

    Returns
    -------
    edges
        `cell`, `edge_min` (infinite where no way leads to the edge, NaN where the cell hangs on no
        street), `reason`. `attrs["covers"]` says how the area is known: `"given"`, `"header"` or
        `"streets"`.

    Raises
    ------
    PlacesError
        If `covers` or `direction` is not allowed.

    See Also
    --------
    mark_edge : what that means for a table of access.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> extract = crossroads()
    >>> network = build_network(extract, "walk")
    >>> points = gpd.points_from_xy([2.8302], [50.42], crs=4326)
    >>> cells = gpd.GeoDataFrame({"cell": ["a"]}, geometry=points)
    >>> edge_minutes(network, cells, extract, covers=(2.80, 50.40, 2.85, 50.45))["edge_min"]
    0    inf
    Name: edge_min, dtype: float64
    """
    check_direction(direction)
    rim = find_rim(network, extract, covers)
    own = attach(network, residents) if attachments is None else attachments
    edge_ms = time_to_rim(network, own, rim, direction)
    edge_min = np.where(edge_ms == UNREACHED_MS, np.inf, minutes_of(edge_ms))
    found = pd.DataFrame(
        {
            "cell": list_cells(residents),
            "edge_min": np.where(own.reason_of_place == "", edge_min, np.nan),
            "reason": own.reason_of_place,
        }
    )
    found.attrs["covers"] = rim.known_by
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Rim:
    """Where an extract ends.

    Attributes
    ----------
    inner
        The area in which nothing that a place could hang on is missing, in the network's metric
        system.
    osm_node
        OSM ids of the nodes before one that the file lacks, ascending.
    known_by
        How the area is known, as in `find_coverage`.
    """

    inner: shapely.Geometry
    osm_node: OsmIds
    known_by: Known


@dataclass(frozen=True, slots=True, eq=False)
class RimStreets:
    """Where the streets of a network reach the rim, m arcs.

    Attributes
    ----------
    node
        Nodes of the searched graph at the rim.
    is_street
        True for arcs that do not lie inside with all their points, and for their twins, shape (m,).
    """

    node: NodeIds
    is_street: Flags


def find_rim(network: Network, extract: Extract, covers: "Covers | None" = None) -> Rim:
    """Find where an extract ends.

    Parameters
    ----------
    network
        Today's network of one profile: a scenario changes nothing about what the extract covers.
    extract, covers
        As in `edge_minutes`.

    Returns
    -------
    rim
        For that network and those of its scenarios.

    Raises
    ------
    PlacesError
        If `covers` is not allowed.
    """
    coverage = find_coverage(extract, network, covers)
    inner = shapely.buffer(coverage.area, -network.profile.offroad_limit_m)
    shapely.prepare(inner)
    return Rim(inner, ends_cut_off(extract), coverage.known_by)


def find_rim_streets(network: Network, rim: Rim) -> RimStreets:
    """Find where the streets of a network reach the rim.

    Parameters
    ----------
    network
        Today's network, or one that a scenario made of it.
    rim
        Where the extract ends.

    Returns
    -------
    streets
        Ends of streets that leave the area count, and those of streets that the file cuts off.
    """
    leaves = _arcs_that_leave(network, rim.inner)
    is_edge = np.isin(network.osm_node, rim.osm_node)
    is_edge[network.graph.tail[leaves]] = True
    is_edge[network.graph.head[leaves]] = True
    twin = network.twin_of_arc[leaves]
    is_street = np.zeros(network.graph.arc_count, np.bool_)
    is_street[np.append(leaves, twin[twin != NO_ARC])] = True
    node = np.flatnonzero(is_edge[network.searched.node]).astype(np.int32)
    return RimStreets(node, is_street)


def time_to_rim(
    network: Network, places: Attachments, rim: Rim, direction: Direction = "to_site"
) -> Milliseconds:
    """Find the time of every place to the nearest node of the rim, or from it.

    Parameters
    ----------
    network
        Today's network, or one that a scenario made of it.
    places
        Places on it, p of them.
    rim
        Where the extract ends.
    direction
        As in `edge_minutes`.

    Returns
    -------
    time_ms
        Shape (p,); `UNREACHED_MS` where no way leads there.
    """
    searched, streets = network.searched, find_rim_streets(network, rim)
    graph = reverse(searched.graph)[0] if direction == "to_site" else searched.graph
    node_ms = search_from_seeds(graph, streets.node, np.zeros_like(streets.node))
    ends = find_ends(network, places)
    own = ends.leave if direction == "to_site" else ends.reach
    time_ms = np.full(places.place_count, UNREACHED_MS, np.int64)
    np.minimum.at(time_ms, own.place, node_ms[own.node].astype(np.int64) + own.ms)
    # whoever lives on a street that leaves the area may be over the edge at once
    is_on_edge = streets.is_street[places.arc]
    np.minimum.at(time_ms, places.place[is_on_edge], places.offroad_ms[is_on_edge])
    return np.minimum(time_ms, UNREACHED_MS).astype(np.int32)


def mark_edge(
    table: pd.DataFrame,
    edges: pd.DataFrame,
    *,
    within_min: float | Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Tell of every row of a table of access whether a larger extract could change it.

    Parameters
    ----------
    table
        What `am.access_times`, `am.basket_times` or `am.opportunities` return.
    edges
        What `am.edge_minutes` returns for the same network and residents.
    within_min
        For values: the minutes within which sites were counted, one number or by `measure`.

    Returns
    -------
    marked
        With the column `edge`: `"exact"`; `"upper bound"` for minutes, `"lower bound"` for values
        that could be others; `""` where the cell hangs on no street.

    Raises
    ------
    PlacesError
        If a cell is unknown, or a value's minutes are.

    Examples
    --------
    >>> table = pd.DataFrame({"cell": ["a", "b", "c"], "minutes": [5.0, 9.0, np.nan]})
    >>> edges = pd.DataFrame({"cell": ["a", "b", "c"], "edge_min": [8.0, 8.0, np.inf]})
    >>> mark_edge(table, edges)["edge"].tolist()
    ['exact', 'upper bound', 'exact']
    """
    column = answer_of(table)
    edge_min = np.asarray(edges["edge_min"], np.float64)[rows_of_cells(table, edges)]
    if column == "minutes":
        needed = np.where(table["minutes"].isna(), np.inf, table["minutes"])
        return table.assign(edge=mark_minutes(needed, edge_min))
    needed = _minutes_of_values(table, within_min)
    code = np.where(np.isnan(edge_min), 0, np.where(needed <= edge_min, 1, 3))
    return table.assign(edge=pd.Categorical.from_codes(code, pd.Index(MARKS)))


def mark_minutes(minutes: Floats, edge_min: Floats) -> "pd.Categorical[str]":
    """Tell which minutes could be fewer if the extract reached farther.

    Parameters
    ----------
    minutes
        To a site; infinite for none, shape (r,).
    edge_min
        To the edge of the extract; infinite for none, NaN where nothing is known, shape (r,).

    Returns
    -------
    edge
        `"exact"`, `"upper bound"` or `""`, shape (r,).

    Examples
    --------
    >>> list(mark_minutes(np.array([5.0, np.inf]), np.array([5.0, 5.0])))
    ['exact', 'upper bound']
    """
    code = np.where(np.isnan(edge_min), 0, np.where(minutes <= edge_min, 1, 2))
    return pd.Categorical.from_codes(code, pd.Index(MARKS))


def _minutes_of_values(
    table: pd.DataFrame, within_min: float | Mapping[str, float] | None
) -> npt.NDArray[np.float64]:
    if within_min is None:
        msg = (
            "Values need within_min, the minutes within which sites were counted: a number, or "
            "one for each measure, such as {'10 min': 10}."
        )
        raise PlacesError(msg)
    if not isinstance(within_min, Mapping):
        return np.full(len(table), float(within_min))
    measures = read_column(table, "measure").astype(str)
    unknown = sorted(set(measures) - set(within_min))
    if unknown:
        msg = f"within_min lacks {len(unknown)} measures of the table, first {str(unknown[0])!r}."
        raise PlacesError(msg)
    return numbers_of("within_min", np.array([within_min[each] for each in measures], object))


def _arcs_that_leave(network: Network, inner: shapely.Geometry) -> ArcIds:
    """List the arcs that do not lie inside the area with all their points."""
    count = np.diff(network.first_point)
    is_out: Flags = ~shapely.contains_xy(inner, network.point_x_m, network.point_y_m)
    arc = np.repeat(np.arange(network.graph.arc_count, dtype=np.int32), count)
    leaves: ArcIds = np.unique(arc[is_out])
    return leaves
