"""Access by public transport: minutes over a window of departures, waiting included."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import MS_PER_MIN, UNREACHED_MS, Floats, Milliseconds, Rows
from ..errors import TransitError
from ..kernels.nearest import NO_SITE
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.people import list_cells
from ..routing.ends import minutes_of
from ..routing.nearest import Found
from ..transit.journeys import Departures, Take, course_of, search_from, search_to
from ..transit.model import Transit
from ..transit.pairs import reach_home, reach_sides, walk_all_the_way
from ..transit.several import SeveralDepartures, first_moment, read_to_several, search_several
from ..transit.walking import walk_to_nearest
from .asking import Direction, check_direction, list_categories
from .nearest import Names, find_nearest, qualities_of, rows_of_categories, tabulate_found

if TYPE_CHECKING:
    import geopandas as gpd

Times: TypeAlias = npt.NDArray[np.int64]

# Times and rows of sites in one number, so that the smaller row wins where times are equal.
ROW_BITS: Final = 32


def transit_times(
    transit: Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    categories: Sequence[str] | None = None,
    direction: Direction = "to_site",
    percentiles: Sequence[float] = (50.0, 85.0),
    thresholds_min: Sequence[float] = (),
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Compute the minutes between every cell and the nearest site by public transport.

    People walk to a stop, wait, ride, change, and walk to the site; or walk all the way where
    that is quicker. Every departure of the window is computed by itself, to the millisecond; of a
    window of arrivals, the latest departure that is there in time.

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
    direction
        `"to_site"`, or `"from_site"` for the way home.
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
        for which walking all the way is quickest), `reason` where the window's own percentile is
        NaN.

    Raises
    ------
    PlacesError
        If a category or the direction is not one of those allowed, or a cell stands twice.
    TransitError
        If a percentile is not from 1 to 100, or a threshold not above 0.

    References
    ----------
    Conway, M. W., Byrd, A. and van der Linden, M. (2017). Evidence-based transit and land use
    sketch planning using interactive accessibility methods. doi:10.3141/2653-06
    """
    _check(percentiles, thresholds_min)
    check_direction(direction)
    question = ask_transit(transit, residents, sites, (categories, direction), attachments)
    tables: dict[int, dict[str, Floats]] = {}
    found: dict[int, Found] = {}

    def take(number: int, own: Departures) -> None:
        told = {f"minutes_{each:g}": minutes_of(own.percentile_ms(each)) for each in percentiles}
        told |= {f"share_within_{each:g}": own.share_within(each) for each in thresholds_min}
        is_there = own.time_ms < UNREACHED_MS
        is_walk = is_there & (own.last_stop < 0)
        told["on_foot"] = is_walk.sum(axis=1) / np.maximum(is_there.sum(axis=1), 1)
        tables[number] = told
        ms = own.percentile_ms(transit.window.percent)[:, np.newaxis]
        found[number] = np.zeros_like(ms), ms

    question.search_nearest(take)
    rows = range(len(question.listed))
    told = question.tabulate([found[row] for row in rows], 1)
    numbers = {
        name: np.concatenate([tables[row][name] for row in rows]) for name in tables.get(0, {})
    }
    return told[["cell", "category"]].assign(**numbers, reason=told["reason"])


def access_by_transit(
    transit: Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    k: int = 1,
    categories: Sequence[str] | None = None,
    direction: Direction = "to_site",
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Compute what `am.access_times` tells by public transport: the window's percentile.

    Parameters
    ----------
    transit, residents, sites, categories, direction, attachments
        As in `transit_times`.
    k
        How many sites per cell and category; the k-th is found for every departure by itself.

    Returns
    -------
    access
        The table of `am.access_times`; the site is that of the first departure that takes as long
        as the percentile.
    """
    question = ask_transit(transit, residents, sites, (categories, direction), attachments)
    if k > 1:
        return question.tabulate([question.find_several(rows, k) for rows in question.members], k)
    return question.tabulate(question.find_nearest(), 1)


@dataclass(frozen=True, slots=True, eq=False)
class TransitQuestion:
    """What is asked about cells and the nearest sites of categories.

    Attributes
    ----------
    transit
        Public transport of a day.
    residents
        The cells.
    people, places
        Where cells and sites hang on its walking network.
    direction
        To the sites, or from them.
    listed, members
        The categories, and the rows of the sites of each.
    names
        What cells and sites are called.
    walks
        For each category between every stop and the nearest site, and between every cell and it.
    site_of_stop, site_of_cell
        The rows of those sites.
    """

    transit: Transit
    residents: "gpd.GeoDataFrame"
    people: Attachments
    places: Attachments
    direction: Direction
    listed: list[str]
    members: list[Rows]
    names: Names
    walks: list[tuple[Milliseconds, Milliseconds]]
    site_of_stop: list[Rows]
    site_of_cell: list[Rows]

    @property
    def is_to_site(self) -> bool:
        """Whether people go to the sites."""
        return self.direction == "to_site"

    def _search(self, far: Sequence[tuple[Milliseconds, Milliseconds]], take: Take) -> None:
        """Search between the cells and some far ends, from where the moments are."""
        access = reach_home(self.transit, self.people, self.residents, is_leaving=self.is_to_site)
        course = course_of(self.transit)
        if self.is_to_site != course.is_backward:
            search_to(course, access, far, take)
        else:
            search_from(course, far, access, take)

    def search_nearest(self, take: Take) -> None:
        """Search between the cells and the nearest site of each category.

        Parameters
        ----------
        take
            Called with the number of a category and its times.
        """
        self._search(self.walks, take)

    def find_nearest(self) -> list[Found]:
        """Find the percentile of the window, and the site of the first departure that takes it.

        Returns
        -------
        found
            For each category the rows of the sites and the times, shape (p, 1).
        """
        found: dict[int, Found] = {}

        def take(number: int, own: Departures) -> None:
            ms = own.percentile_ms(self.transit.window.percent)
            stop = own.last_stop[np.arange(ms.size), first_moment(own.time_ms, ms)]
            by_trip = self.site_of_stop[number][np.maximum(stop, 0)]
            site = np.where(stop >= 0, by_trip, self.site_of_cell[number])
            found[number] = site[:, np.newaxis].astype(np.int32), ms[:, np.newaxis]

        self.search_nearest(take)
        return [found[row] for row in range(len(self.listed))]

    def find_several(self, rows: Rows, k: int) -> Found:
        """Find the k nearest of some sites for every departure, and the percentile of each.

        Parameters
        ----------
        rows
            The sites.
        k
            How many.

        Returns
        -------
        found
            Rows of the sites and times, shape (p, k).
        """
        if self.is_to_site != course_of(self.transit).is_backward:
            return self._scan_for_several(rows, k)
        return self._try_each(rows, k)

    def _scan_for_several(self, rows: Rows, k: int) -> Found:
        """Find them by one scan that ends at all of the sites."""
        transit, course = self.transit, course_of(self.transit)
        (stop_site, stop_ms), (cell_site, cell_ms) = (
            find_nearest(transit.network, (each, self.places), [rows], k, direction=self.direction)[
                0
            ]
            for each in (transit.stops, self.people)
        )
        access = reach_home(transit, self.people, self.residents, is_leaving=self.is_to_site)
        egress = walk_to_nearest(stop_ms, transit.window.longest_walk_min), stop_site
        profiles = search_several(
            course.connections(), course.walks, egress, trip_count=course.most_trips
        )
        found = read_to_several(course, access, profiles, (cell_ms, cell_site))
        site, ms = found.at_percentile(transit.window.percent)
        return np.ascontiguousarray(site.T), np.ascontiguousarray(ms.T)

    def _try_each(self, rows: Rows, k: int) -> Found:
        """Find them by a search from each of the sites."""
        own = self.places.pick(rows)
        sides = (self.people, own) if self.is_to_site else (own, self.people)
        reach = reach_sides(self.transit, *sides)[1 if self.is_to_site else 0]
        direct = walk_all_the_way(self.transit, *sides)
        direct = np.ascontiguousarray(direct.T if self.is_to_site else direct)
        stop_count = self.transit.timetable.stop_count
        far = [(reach.of_place(row, stop_count), direct[row]) for row in range(rows.size)]
        moment_ms = course_of(self.transit).moment_ms
        shape = k, self.people.place_count, moment_ms.size
        nearest = _with_row(np.full(shape, UNREACHED_MS, np.int64), NO_SITE)
        lock = threading.Lock()

        def take(number: int, found: Departures) -> None:
            later = _with_row(found.time_ms.astype(np.int64), int(rows[number]))
            with lock:
                for rank in range(k):
                    earlier = np.minimum(nearest[rank], later)
                    later = np.maximum(nearest[rank], later)
                    nearest[rank] = earlier

        self._search(far, take)
        several = SeveralDepartures(
            np.sort(np.abs(moment_ms)),
            (nearest >> ROW_BITS).astype(np.int32),
            (nearest & (2**ROW_BITS - 1)).astype(np.int32),
        )
        site, ms = several.at_percentile(self.transit.window.percent)
        return np.ascontiguousarray(site.T), np.ascontiguousarray(ms.T)

    def tabulate(self, found: Sequence[Found], k: int) -> pd.DataFrame:
        """Tabulate what was found, without a site where none is reached.

        Parameters
        ----------
        found
            For each category.
        k
            How many sites per cell.

        Returns
        -------
        access
            The table of `am.access_times`.
        """
        named = [
            (np.where(ms < UNREACHED_MS, site, NO_SITE).astype(np.int32), ms) for site, ms in found
        ]
        return tabulate_found(self.listed, named, self.names, k)


def _with_row(time_ms: Times, row: int) -> Times:
    both: Times = (time_ms << ROW_BITS) | (row & (2**ROW_BITS - 1))
    return both


def ask_transit(
    transit: Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    asked: tuple[Sequence[str] | None, Direction],
    attachments: tuple[Attachments, Attachments] | None,
) -> TransitQuestion:
    """Prepare a question about cells and the nearest sites of categories.

    Parameters
    ----------
    transit, residents, sites, attachments
        As in `transit_times`.
    asked
        The categories and the direction.

    Returns
    -------
    question
        What is searched.

    Raises
    ------
    PlacesError
        If a category is not one of those allowed, or a cell stands twice.
    """
    network, (categories, direction) = transit.network, asked
    cells = list_cells(residents)
    if attachments is None:
        attachments = attach(network, residents), attach(network, sites)
    people, places = attachments
    listed = list_categories(sites, categories)
    members = rows_of_categories(sites, listed)
    walks = [
        find_nearest(network, (each, places), members, direction=direction)
        for each in (transit.stops, people)
    ]
    names = Names(
        cells,
        people.reason_of_place,
        sites["site"].astype(str).to_numpy(object),
        qualities_of(sites),
        np.array([rows.size == 0 for rows in members], np.bool_),
    )
    stops, direct = ([np.ascontiguousarray(ms[:, 0]) for _, ms in each] for each in walks)
    by_stop, by_cell = ([site[:, 0] for site, _ in each] for each in walks)
    near = [walk_to_nearest(each, transit.window.longest_walk_min) for each in stops]
    far = list(zip(near, direct, strict=True))
    return TransitQuestion(
        transit,
        residents,
        people,
        places,
        direction,
        list(listed),
        members,
        names,
        far,
        by_stop,
        by_cell,
    )


def _check(percentiles: Sequence[float], thresholds_min: Sequence[float]) -> None:
    wrong = [each for each in percentiles if not 1 <= each <= 100]
    if wrong:
        msg = f"percentiles holds {wrong[0]:g}; allowed are per cent from 1 to 100."
        raise TransitError(msg)
    short = [each for each in thresholds_min if not 0 < each * MS_PER_MIN < UNREACHED_MS]
    if short:
        msg = f"thresholds_min holds {short[0]:g}; allowed are minutes above 0."
        raise TransitError(msg)
