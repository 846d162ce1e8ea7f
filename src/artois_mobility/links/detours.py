"""How far round canals, railways and motorways send people from one bank to the other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .._types import Floats
from ..network.model import Network
from ..routing.ends import NodeEnds, minutes_of
from ..routing.engine import metric_of
from ..routing.paths import find_times
from .joining import LaidLinks, lay_links, read_candidates
from .scoring import NOT_JOINED

if TYPE_CHECKING:
    import geopandas as gpd

NO_WAY_ROUND = "no way leads round"


@dataclass(frozen=True, slots=True, eq=False)
class Severance:
    """The way round at many places of each barrier.

    Attributes
    ----------
    places
        The candidates with `link_min` (minutes straight across, were there a link), `round_min`
        (minutes from one end to the other today, the longer of the directions that lead
        anywhere), `detour_min` (the difference) and `reason`: why there is no time, or `""`.
    barriers
        By `kind` and `barrier`: `places` (how many), `median_detour_min`, `longest_detour_min`,
        `share_over_10_min` of the places, those with no way round among them, and `cut_off`
        (places with no way round). The most severing first, by the median.
    profile
        Who travels.
    """

    places: "gpd.GeoDataFrame"
    barriers: pd.DataFrame
    profile: str


def severance(network: Network, candidates: "gpd.GeoDataFrame") -> Severance:
    """Measure the detour that every barrier forces on who has to get across.

    Parameters
    ----------
    network
        The network of one profile.
    candidates
        What `am.crossing_candidates` returns: places with a street on both banks.

    Returns
    -------
    severance
        Every candidate, and a summary by barrier.

    Raises
    ------
    PlacesError
        If the candidates lack a column, or their ids repeat.

    References
    ----------
    Anciaes, P. R., Jones, P., Mindell, J. S. (2016). Community severance: where is it found and at
    what cost? Transport Reviews 36(3), 293-317. doi:10.1080/01441647.2015.1077286
    """
    laid = lay_links(network, read_candidates(candidates), ())
    link_min, round_min = _times(laid)
    reason = np.where(laid.is_laid, "", NOT_JOINED).astype(object)
    reason[laid.is_laid & np.isnan(round_min)] = NO_WAY_ROUND
    places = candidates.assign(
        link_min=link_min, round_min=round_min, detour_min=round_min - link_min, reason=reason
    )
    return Severance(places, _sum_up(places), network.profile.name)


def _times(laid: LaidLinks) -> tuple[Floats, Floats]:
    """Find the minutes over each link and round it, the longer of both directions."""
    graph, arcs = laid.network.searched.graph, laid.arcs()
    link = laid.link_of_arc[arcs]
    # who has come over the link and goes back round it, to where it begins
    here = NodeEnds.of_nodes(graph.head[arcs])
    there = NodeEnds.of_nodes(laid.network.searched.tail[arcs])
    pairs = [(row, row) for row in range(arcs.size)]
    metric = metric_of(laid.without)
    round_min = minutes_of(find_times(metric, here, there, pairs)) if pairs else np.empty(0)
    longest = np.full((2, laid.is_laid.size), -np.inf)
    for row, values in enumerate((minutes_of(graph.weight_ms[arcs]), round_min)):
        np.fmax.at(longest[row], link, values)
    longest[np.isinf(longest)] = np.nan
    return longest[0], longest[1]


def _sum_up(places: "gpd.GeoDataFrame") -> pd.DataFrame:
    named = [name for name in ("kind", "barrier") if name in places.columns]
    known = pd.DataFrame(places[places["reason"] != NOT_JOINED].drop(columns=places.geometry.name))
    known["is_long"] = ~(known["detour_min"] <= 10)
    known["is_cut_off"] = known["reason"] == NO_WAY_ROUND
    grouped = known.groupby(named or (lambda _: 0), sort=True)
    barriers = grouped.agg(
        places=("candidate", "size"),
        median_detour_min=("detour_min", "median"),
        longest_detour_min=("detour_min", "max"),
        share_over_10_min=("is_long", "mean"),
        cut_off=("is_cut_off", "sum"),
    )
    order = ["median_detour_min", "longest_detour_min"]
    return barriers.sort_values(order, ascending=False, kind="stable").reset_index()
