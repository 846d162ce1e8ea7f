"""What each of many new links would bring, exactly, in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import (
    MS_PER_MIN,
    UNREACHED_MS,
    Flags,
    Floats,
    Milliseconds,
    Rows,
)
from ..access.nearest import rows_of_categories
from ..changes.schema import AddLink
from ..graph import Graph, group_rows, reverse
from ..kernels import gains as kernels
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.people import list_cells, read_people
from ..routing.ends import ArcEnds, NodeEnds, find_ends
from ..routing.searches import search_from_seeds
from ..routing.threads import run_each
from ..scenarios.applying import AttachedPlaces
from .counting import bounds_of, by_category, list_counted, rank_rows, times_of_today
from .joining import LaidLinks, as_change, lay_links, read_candidates

if TYPE_CHECKING:
    import geopandas as gpd

NOT_JOINED: Final = "an end lies more than 30 m from any street, or both at the same place"
LINKS_PER_JOB: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class RankedLinks:
    """Links that were tried, each as if it were the only one.

    Attributes
    ----------
    links
        The candidates, the best first, with their columns and `rank` (from 1), `saved_person_min`
        (minutes to the nearest site of each category, summed over people and categories),
        `newly_within` (people who come within the threshold of a category, summed over these),
        `newly_reached` (people who reached no such site before, likewise) and `reason`: why a
        candidate was not tried, or `""`; those are last.
    categories
        The same by category: `candidate`, `category`, `saved_person_min`, `newly_within`,
        `newly_reached`, `gaining` (people whose nearest site comes nearer).
    profile
        Who travels.
    """

    links: "gpd.GeoDataFrame"
    categories: pd.DataFrame
    profile: str

    def best(self, count: int = 1, *, apart_m: float = 0.0) -> "gpd.GeoDataFrame":
        """Give the best links that save anybody anything, some distance apart.

        Parameters
        ----------
        count
            How many, at most.
        apart_m
            Metres between the middles of any two, at least; neighbours save much the same.

        Returns
        -------
        links
            Rows of `links`, the best first.
        """
        import shapely

        saves = (self.links["saved_person_min"] > 0) | (self.links["newly_reached"] > 0)
        useful = self.links[(self.links["reason"] == "") & saves]
        if not len(useful):
            return useful
        middles = shapely.centroid(useful.to_crs(useful.estimate_utm_crs()).geometry.to_numpy())
        kept: list[int] = []
        for row in range(len(useful)):
            if len(kept) == count:
                break
            if not kept or shapely.distance(middles[kept], middles[row]).min() >= apart_m:
                kept.append(row)
        return useful.iloc[kept]

    def changes(self, count: int = 1, *, apart_m: float = 0.0) -> list[AddLink]:
        """Give the best links as changes, for scenarios.

        Parameters
        ----------
        count
            How many, at most.
        apart_m
            As in `best`.

        Returns
        -------
        changes
            One for each, the best first.
        """
        best = self.best(count, apart_m=apart_m)
        return [
            as_change(line, self.profile, str(name))
            for line, name in zip(best.geometry, best["candidate"], strict=True)
        ]


def rank_links(
    network: Network,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    candidates: "gpd.GeoDataFrame",
    *,
    categories: Sequence[str] | None = None,
    thresholds_min: Sequence[float] | float | None = None,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> RankedLinks:
    """Rank new links by the minutes that they save people on the way to their nearest sites.

    Each candidate is a bridge that only its two ends join to the network, as the change
    `add_link` with `bridge = true` joins it, and is tried alone. What it brings is exact, the same
    as building the scenario and computing everything anew: a search from either end of the link
    goes just as far as anybody gains.

    Parameters
    ----------
    network
        The network of one profile.
    residents
        What `am.read_residents` returns; `population` says how many people each cell counts for.
    sites
        What `am.read_sites` returns.
    candidates
        What `am.crossing_candidates` returns, or any table with `candidate` and lines as geometry.
    categories
        Categories to count, each with all below it; None takes those that occur.
    thresholds_min
        Minutes for `newly_within`: one number, one for each category, or None for those of the
        table of categories.
    attachments
        Those of the residents and of the sites, when already made by `am.attach`.

    Returns
    -------
    ranked
        Every candidate, the best first; of equally good ones the shorter, then the earlier.

    Raises
    ------
    PlacesError
        If a category is unknown or has no site, the candidates lack a column, their ids repeat, the
        residents' `population` holds anything but numbers from 0 on, or thresholds do not fit.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische
    Mathematik 1, 269-271. doi:10.1007/BF01386390
    """
    lines = read_candidates(candidates)
    list_cells(residents)
    listed = list_counted(sites, categories)
    bound_ms = bounds_of(listed, thresholds_min)
    if attachments is None:
        attachments = attach(network, residents), attach(network, sites)
    tables = zip((residents, sites), attachments, strict=True)
    laid = lay_links(network, lines, [AttachedPlaces(*each) for each in tables])
    here, there = (find_ends(laid.network, each) for each in laid.attachments)
    world = _prepare(laid, here, there, rows_of_categories(sites, listed))
    today_ms = times_of_today(network, sites, listed, attachments)
    people = read_people(residents, "population")
    scores = _score(world, today_ms, people, bound_ms, lines.size)
    return _tabulate(candidates, listed, scores, laid.is_laid, network)


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """Everything that the search around each link reads; n nodes, c categories, p cells."""

    against: Graph
    link_of_arc: Rows
    node_ms: Milliseconds
    link_of_way: Rows
    start: Rows
    rest_ms: Milliseconds
    first_cell: Rows
    cell: Rows
    walk_ms: Milliseconds


def _prepare(laid: LaidLinks, here: ArcEnds, there: ArcEnds, rows: Sequence[Rows]) -> _World:
    """Find the times without any link, and the ways over each."""
    graph = laid.network.searched.graph
    without = reverse(laid.without)[0]
    node_ms = np.empty((graph.node_count, len(rows)), np.int32)

    def search(category: int) -> None:
        ends: NodeEnds = there.reach.of_places(rows[category])
        node_ms[:, category] = search_from_seeds(without, ends.node, ends.ms)

    run_each(search, range(len(rows)))
    against, arc_of_reversed = reverse(graph)
    arcs = laid.arcs()
    rest_ms = graph.weight_ms[arcs, np.newaxis].astype(np.int64) + node_ms[graph.head[arcs]]
    cells = group_rows(here.leave.node, graph.node_count)
    return _World(
        against,
        np.ascontiguousarray(laid.link_of_arc[arc_of_reversed]),
        node_ms,
        laid.link_of_arc[arcs],
        np.ascontiguousarray(laid.network.searched.tail[arcs]),
        np.minimum(rest_ms, UNREACHED_MS).astype(np.int32),
        cells.first,
        np.ascontiguousarray(here.leave.place[cells.row_of_place]),
        np.ascontiguousarray(here.leave.ms[cells.row_of_place]),
    )


def _score(
    world: _World, today_ms: Milliseconds, people: Floats, bound_ms: Milliseconds, link_count: int
) -> Floats:
    """Score every link, shape (links, categories, 4): saved ms, reached, within, gaining."""
    shape = link_count, bound_ms.size
    scores = np.zeros((4, *shape))
    first_way = np.searchsorted(world.link_of_way, np.arange(link_count + 1)).astype(np.int32)
    graph = world.against

    def run(first: int) -> None:
        kernels.score_links(
            first,
            min(first + LINKS_PER_JOB, link_count),
            first_way,
            world.start,
            world.rest_ms,
            graph.first_out,
            graph.head,
            graph.weight_ms,
            world.link_of_arc,
            world.node_ms,
            world.first_cell,
            world.cell,
            world.walk_ms,
            today_ms,
            people,
            bound_ms,
            np.full(graph.node_count, UNREACHED_MS, np.int32),
            np.empty(graph.node_count, np.int32),
            np.empty(graph.arc_count + 1, np.int32),
            np.empty(graph.arc_count + 1, np.int32),
            today_ms.copy(),
            np.empty(people.size, np.int32),
            np.zeros(people.size, np.bool_),
            *scores,
        )

    run_each(run, range(0, link_count, LINKS_PER_JOB))
    return scores


def _tabulate(
    candidates: "gpd.GeoDataFrame",
    listed: Sequence[str],
    scores: Floats,
    is_laid: Flags,
    network: Network,
) -> RankedLinks:
    saved_min, reached, within, gaining = scores[0] / MS_PER_MIN, *scores[1:]
    figures = {"saved_person_min": saved_min, "newly_within": within, "newly_reached": reached}
    sums = {name: values.sum(axis=1) for name, values in figures.items()}
    length_m = candidates.to_crs(network.crs).length
    best = np.lexsort((length_m, -sums["newly_reached"], -sums["saved_person_min"], ~is_laid))
    links = rank_rows(candidates, sums, best, is_laid, NOT_JOINED)
    figures["gaining"] = gaining
    names = candidates["candidate"].astype(str).to_numpy(object)[best]
    table = by_category("candidate", names, listed, figures, best, is_laid)
    return RankedLinks(links, table, network.profile.name)
