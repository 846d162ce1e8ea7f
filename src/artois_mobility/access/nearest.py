"""Minutes to the nearest sites of each category."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Flags, Milliseconds, Rows
from ..errors import PlacesError
from ..graph import reverse
from ..kernels.nearest import NO_SITE, gather_neighbours
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.categories import is_below
from ..places.people import list_cells
from ..routing.ends import ArcEnds, NodeEnds, find_ends, minutes_of
from ..routing.engine import metric_of
from ..routing.nearest import (
    Found,
    blank,
    search_for_nearest,
    sweep_for_nearest,
    work_of_nearest,
)
from ..routing.sweeps import aim_at
from ..routing.threads import run_each
from ..routing.ways import FEWEST_NODES
from ..transit.model import Transit
from .asking import Direction, check_direction, list_categories

if TYPE_CHECKING:
    import geopandas as gpd

NO_ROUTE: Final = "no further site of this category can be reached"
NO_SUCH_SITE: Final = "there is no site of this category"
UNKNOWN_QUALITY: Final = "unknown"


def access_times(
    network: Network | Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    k: int = 1,
    categories: Sequence[str] | None = None,
    direction: Direction = "to_site",
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Compute the minutes between every cell of residents and its k nearest sites per category.

    Times hold the walk to the street, the way along the network and the walk to the site. They
    are those of a free road, with its signals, and its turns where the network has them.

    Parameters
    ----------
    network
        The network of one profile, or public transport: minutes then are the median over all
        departures of its window, or the percentile that it asks for, waiting included, and
        `am.transit_times` tells more.
    residents
        What `am.read_residents` returns, p cells.
    sites
        What `am.read_sites` returns.
    k
        How many sites per cell and category, from 1 on.
    categories
        Categories to list; each stands for all below it, and `care/*` lists each below `care`.
        None lists every category that occurs among the sites.
    direction
        `"to_site"`, or `"from_site"` for what comes to people, such as ambulances.
    attachments
        Those of the residents and of the sites, when already made by `am.attach`.

    Returns
    -------
    access
        One row per category, cell and rank: `cell`, `category`, `rank` from 1, `site`,
        `minutes`, `reason`, `position_quality` of the site (how well its position is known,
        `"unknown"` where the table of sites does not tell); texts are pandas categories. Where
        there is no such site, `site` and its quality are empty, `minutes` is NaN and `reason` says
        why; nobody is left out.

    Raises
    ------
    PlacesError
        If `k`, a category or `direction` is not one of those allowed, or a cell stands twice.

    References
    ----------
    Dijkstra, E. W. (1959). A note on two problems in connexion with graphs. Numerische
    Mathematik 1, 269-271. doi:10.1007/BF01386390
    """
    _check_arguments(k, direction)
    if isinstance(network, Transit):
        from .by_transit import access_by_transit  # it asks this module in turn

        return access_by_transit(
            network,
            residents,
            sites,
            k=k,
            categories=categories,
            direction=direction,
            attachments=attachments,
        )
    cells = list_cells(residents)
    if attachments is None:
        attachments = attach(network, residents), attach(network, sites)
    listed = list_categories(sites, categories)
    members = rows_of_categories(sites, listed)
    found = find_nearest(network, attachments, members, k, direction)
    names = sites["site"].astype(str).to_numpy(object)
    reasons = attachments[0].reason_of_place
    is_empty = np.array([rows.size == 0 for rows in members], np.bool_)
    called = Names(cells, reasons, names, qualities_of(sites), is_empty)
    return tabulate_found(listed, found, called, k)


def rows_of_categories(sites: "gpd.GeoDataFrame", listed: Sequence[str]) -> list[Rows]:
    """List the sites of each category.

    Parameters
    ----------
    sites
        What `am.read_sites` returns.
    listed
        Categories, each with all below it.

    Returns
    -------
    rows
        For each category the rows of its sites, ascending.
    """
    own = sites["category"].astype(str).to_numpy(object)
    return [
        np.flatnonzero([is_below(each, key) for each in own]).astype(np.int32) for key in listed
    ]


def find_nearest(
    network: Network,
    attachments: tuple[Attachments, Attachments],
    members: Sequence[Rows],
    k: int = 1,
    direction: Direction = "to_site",
) -> list[Found]:
    """Find the k nearest sites of every place, for each list of sites.

    Parameters
    ----------
    network
        The network of one profile.
    attachments
        Those of the places, p of them, and of the sites.
    members
        Rows of the sites of each list.
    k
        How many.
    direction
        As in `access_times`.

    Returns
    -------
    found
        For each list the rows of the sites, `NO_SITE` for none, and the times, `UNREACHED_MS` for
        none; both of shape (p, k).
    """
    return _find_nearest(_prepare(network, attachments, direction), members, k)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the rows of a table of access are called.

    Attributes
    ----------
    cell, reason
        Of each of p cells, and why it is not attached, `""` where it is.
    site, quality
        Of each of s sites, and how well its position is known.
    is_empty
        Which categories have no site at all.
    """

    cell: npt.NDArray[np.object_]
    reason: npt.NDArray[np.object_]
    site: npt.NDArray[np.object_]
    quality: npt.NDArray[np.object_]
    is_empty: Flags


def qualities_of(sites: "gpd.GeoDataFrame") -> npt.NDArray[np.object_]:
    """Tell how well the position of each site is known.

    Parameters
    ----------
    sites
        What `am.read_sites` returns, s of them.

    Returns
    -------
    quality
        `"unknown"` where the table does not tell, shape (s,).
    """
    if "position_quality" not in sites.columns:
        return np.full(len(sites), UNKNOWN_QUALITY, object)
    quality = sites["position_quality"].astype(object)
    known = np.where(quality.notna() & (quality != ""), quality, UNKNOWN_QUALITY)
    return known.astype(object)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What every category of one call shares: the network and both kinds of ends.

    Searching runs from the sites, against the direction of travel where people go to them.
    """

    network: Network
    place_count: int
    places: ArcEnds
    sites: ArcEnds
    is_to_site: bool

    @property
    def site_ends(self) -> NodeEnds:
        return self.sites.reach if self.is_to_site else self.sites.leave

    @property
    def place_ends(self) -> NodeEnds:
        return self.places.leave if self.is_to_site else self.places.reach


def _prepare(
    network: Network, attachments: tuple[Attachments, Attachments], direction: Direction
) -> _Search:
    places, sites = (find_ends(network, each) for each in attachments)
    place_count = attachments[0].place_count
    return _Search(network, place_count, places, sites, direction == "to_site")


def _find_nearest(search: _Search, members: Sequence[Rows], k: int) -> list[Found]:
    """Find the k nearest sites of every place, for each list of sites."""
    graph = search.network.searched.graph
    sites = [search.site_ends.of_places(rows) for rows in members]
    if graph.node_count >= FEWEST_NODES:
        metric = metric_of(graph)
        metric = metric.reversed() if search.is_to_site else metric
        work = work_of_nearest(len(sites), k)
        targets = aim_at(metric, search.place_ends, search.place_count, work)
        found = sweep_for_nearest(sites, targets, k)
    else:
        turned = reverse(graph)[0] if search.is_to_site else graph
        shape = search.place_count, k
        found = run_each(
            lambda ends: search_for_nearest(turned, ends, search.place_ends, shape), sites
        )
    arcs = np.arange(search.network.graph.arc_count + 1, dtype=np.int32)
    for rows, own in zip(members, found, strict=True):
        _gather_on_own_arc(search, rows, arcs, own)
    return found


def _gather_on_own_arc(search: _Search, rows: Rows, arcs: Rows, found: Found) -> None:
    sign = 1 if search.is_to_site else -1
    _offer_neighbours(search.places, search.sites, rows, arcs, found, sign=sign)


def _offer_neighbours(
    places: ArcEnds, sites: ArcEnds, rows: Rows, arcs: Rows, found: Found, *, sign: int
) -> None:
    chosen = np.flatnonzero(np.isin(sites.place, rows)).astype(np.int32)
    by_arc = chosen[np.argsort(sites.arc[chosen], kind="stable")]
    first_of_arc = np.searchsorted(sites.arc[by_arc], arcs).astype(np.int32)
    gather_neighbours(
        places.place,
        places.arc,
        places.along_ms,
        places.offroad_ms,
        sites.place[by_arc],
        first_of_arc,
        sites.along_ms[by_arc],
        sites.offroad_ms[by_arc],
        sign,
        *found,
    )


def find_on_own_arc(
    places: ArcEnds, sites: ArcEnds, members: Sequence[Rows], place_count: int
) -> list[Found]:
    """Find the nearest site of every place among those on its own street alone.

    Parameters
    ----------
    places, sites
        What `find_ends` gives for them, or for some of them.
    members
        Rows of the sites of each list.
    place_count
        Number of places, p.

    Returns
    -------
    found
        For each list as `find_nearest` finds them, for trips to the site; shape (p, 1).
    """
    own_arcs = np.unique(places.arc)
    near = np.flatnonzero(np.isin(sites.arc, own_arcs))
    few = replace(
        sites,
        place=sites.place[near],
        arc=np.searchsorted(own_arcs, sites.arc[near]).astype(np.int32),
        along_ms=sites.along_ms[near],
        offroad_ms=sites.offroad_ms[near],
    )
    many = replace(places, arc=np.searchsorted(own_arcs, places.arc).astype(np.int32))
    arcs = np.arange(own_arcs.size + 1, dtype=np.int32)
    found = [blank(place_count, 1) for _ in members]
    for rows, own in zip(members, found, strict=True) if near.size else ():
        _offer_neighbours(many, few, rows, arcs, own, sign=1)
    return found


def tabulate_found(
    listed: Sequence[str],
    found: Sequence[tuple[Rows, Milliseconds]],
    names: Names,
    k: int,
) -> pd.DataFrame:
    """Stack the answers of all categories; texts as pandas categories, each stored once.

    Parameters
    ----------
    listed
        The categories.
    found
        For each the rows of the sites and the times, shape (p, k).
    names
        What cells and sites are called.
    k
        How many sites per cell.

    Returns
    -------
    access
        The table of `access_times`.
    """
    blank = np.empty((0, names.cell.size, k), np.int32)
    site_row = np.stack([sites for sites, _ in found]) if found else blank
    time_ms = np.stack([times for _, times in found]) if found else blank
    shape = site_row.shape
    category, cell, rank = (axis.ravel() for axis in np.indices(shape, np.int32))
    no_site = names.site.size  # stands for "" behind the last name
    site_row = np.where(site_row == NO_SITE, no_site, site_row).ravel()
    # code 0 is that of a site found, which needs no reason
    reason_code, reasons = pd.factorize(np.where(names.reason == "", NO_ROUTE, names.reason))
    reason_code = np.where(site_row == no_site, 1 + reason_code[cell], 0)
    told = ["", *reasons]
    if names.is_empty.any():
        reason_code = np.where(names.is_empty[category], len(told), reason_code)
        told.append(NO_SUCH_SITE)
    return pd.DataFrame(
        {
            "cell": _as_categorical(names.cell, cell),
            "category": _as_categorical(np.array(listed, object), category),
            "rank": rank + np.int32(1),
            "site": _as_categorical(np.append(names.site, ""), site_row),
            "minutes": minutes_of(time_ms).ravel(),
            "reason": _as_categorical(np.array(told, object), reason_code),
            "position_quality": _as_categorical(np.append(names.quality, ""), site_row),
        }
    )


def _as_categorical(
    names: npt.NDArray[np.object_], row: npt.NDArray[np.signedinteger]
) -> "pd.Series[str]":
    """Name each row; names that stand twice become one category."""
    code, known = pd.factorize(names)
    series: pd.Series[str] = pd.Series(pd.Categorical.from_codes(code[row], pd.Index(known)))
    return series


def _check_arguments(k: int, direction: str) -> None:
    if k < 1:
        msg = f"k counts the sites per cell and starts at 1; found {k}."
        raise PlacesError(msg)
    check_direction(direction)
