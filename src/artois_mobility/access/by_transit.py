"""Access by public transport: minutes over a window of departures, waiting included."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import MS_PER_MIN, UNREACHED_MS, Floats, Milliseconds, Rows
from ..errors import TransitError
from ..kernels.nearest import NO_SITE
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.people import list_cells
from ..routing.ends import minutes_of
from ..transit.journeys import Departures, find_departures
from ..transit.model import Transit
from .asking import list_categories
from .nearest import Names, find_nearest, qualities_of, rows_of_categories, tabulate_found

if TYPE_CHECKING:
    import geopandas as gpd

MEDIAN: Final = 50.0


def transit_times(
    transit: Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    categories: Sequence[str] | None = None,
    percentiles: Sequence[float] = (50.0, 85.0),
    thresholds_min: Sequence[float] = (),
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Compute the minutes from every cell to the nearest site of each category by public transport.

    People walk to a stop, wait, ride, change, and walk to the site; or walk all the way where
    that is quicker. Every departure of the window is computed by itself, to the millisecond.

    Parameters
    ----------
    transit
        What `am.build_transit` returns.
    residents
        What `am.read_residents` returns, p cells.
    sites
        What `am.read_sites` returns.
    categories
        As in `am.access_times`.
    percentiles
        Shares of the departures, in per cent: with 85, so many of them take no longer.
    thresholds_min
        Minutes within which departures are counted.
    attachments
        Those of the residents and of the sites on `transit.network`, when already made.

    Returns
    -------
    times
        `cell`, `category`, `minutes_50`, `minutes_85` and so on (NaN where too few departures
        arrive), `share_within_30` and so on (of the departures, from 0 to 1), `on_foot` (the share
        for which walking all the way is quickest), `reason` where the median is NaN.

    Raises
    ------
    PlacesError
        If a category is not one of those allowed, or a cell stands twice.
    TransitError
        If a percentile is not from 1 to 100, or a threshold not above 0.

    References
    ----------
    Conway, M. W., Byrd, A. and van der Linden, M. (2017). Evidence-based transit and land use
    sketch planning using interactive accessibility methods. doi:10.3141/2653-06
    """
    _check(percentiles, thresholds_min)
    search = _prepare(transit, residents, sites, categories, attachments)
    cells = list_cells(residents)
    tables: dict[int, dict[str, Floats]] = {}

    def take(number: int, found: Departures) -> None:
        own = {f"minutes_{each:g}": minutes_of(found.percentile_ms(each)) for each in percentiles}
        own |= {f"share_within_{each:g}": found.share_within(each) for each in thresholds_min}
        is_there = found.time_ms < UNREACHED_MS
        is_walk = is_there & (found.last_stop < 0)
        own["on_foot"] = is_walk.sum(axis=1) / np.maximum(is_there.sum(axis=1), 1)
        own["median"] = found.percentile_ms(MEDIAN).astype(np.float64)
        tables[number] = own

    find_departures(transit, search.people, search.destinations, take)
    found = [
        (np.zeros((cells.size, 1), np.int32), tables[row]["median"].astype(np.int32)[:, np.newaxis])
        for row in range(len(search.listed))
    ]
    told = tabulate_found(search.listed, search.unreached(found), search.names, 1)
    columns = [name for name in tables.get(0, {}) if name != "median"]
    numbers = {
        name: np.concatenate([tables[row][name] for row in range(len(search.listed))])
        for name in columns
    }
    return told[["cell", "category"]].assign(**numbers, reason=told["reason"])


def access_by_transit(
    transit: Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    categories: Sequence[str] | None = None,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Compute what `am.access_times` tells by public transport: the median departure.

    Parameters
    ----------
    transit, residents, sites, categories, attachments
        As in `transit_times`.

    Returns
    -------
    access
        The table of `am.access_times`; the site is that of the first departure that takes as long
        as the median.
    """
    search = _prepare(transit, residents, sites, categories, attachments)
    tables: dict[int, tuple[Rows, Milliseconds]] = {}

    def take(number: int, found: Departures) -> None:
        median = found.percentile_ms(MEDIAN)
        column = (found.time_ms == median[:, np.newaxis]).argmax(axis=1)
        stop = found.last_stop[np.arange(median.size), column]
        by_trip = search.site_of_stop[number][np.maximum(stop, 0)]
        site = np.where(stop >= 0, by_trip, search.site_of_cell[number])
        tables[number] = site[:, np.newaxis].astype(np.int32), median[:, np.newaxis]

    find_departures(transit, search.people, search.destinations, take)
    found = [tables[row] for row in range(len(search.listed))]
    return tabulate_found(search.listed, search.unreached(found), search.names, 1)


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What is asked: categories, where people hang, walks to sites from stops and from cells."""

    listed: list[str]
    people: Attachments
    names: Names
    destinations: list[tuple[Milliseconds, Milliseconds]]
    site_of_stop: list[Rows]
    site_of_cell: list[Rows]

    def unreached(
        self, found: Sequence[tuple[Rows, Milliseconds]]
    ) -> list[tuple[Rows, Milliseconds]]:
        """Name no site where none is reached."""
        return [
            (np.where(ms < UNREACHED_MS, site, NO_SITE).astype(np.int32), ms) for site, ms in found
        ]


def _prepare(
    transit: Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    categories: Sequence[str] | None,
    attachments: tuple[Attachments, Attachments] | None,
) -> _Search:
    network = transit.network
    cells = list_cells(residents)
    if attachments is None:
        attachments = attach(network, residents), attach(network, sites)
    people, places = attachments
    listed = list_categories(sites, categories)
    members = rows_of_categories(sites, listed)
    walks = [find_nearest(network, (each, places), members) for each in (transit.stops, people)]
    names = Names(
        cells,
        people.reason_of_place,
        sites["site"].astype(str).to_numpy(object),
        qualities_of(sites),
        np.array([rows.size == 0 for rows in members], np.bool_),
    )
    stops, direct = ([np.ascontiguousarray(ms[:, 0]) for _, ms in each] for each in walks)
    by_stop, by_cell = ([site[:, 0] for site, _ in each] for each in walks)
    destinations = list(zip(stops, direct, strict=True))
    return _Search(list(listed), people, names, destinations, by_stop, by_cell)


def _check(percentiles: Sequence[float], thresholds_min: Sequence[float]) -> None:
    wrong = [each for each in percentiles if not 1 <= each <= 100]
    if wrong:
        msg = f"percentiles holds {wrong[0]:g}; allowed are per cent from 1 to 100."
        raise TransitError(msg)
    short = [each for each in thresholds_min if not 0 < each * MS_PER_MIN < UNREACHED_MS]
    if short:
        msg = f"thresholds_min holds {short[0]:g}; allowed are minutes above 0."
        raise TransitError(msg)
