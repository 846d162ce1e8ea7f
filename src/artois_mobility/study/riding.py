"""Journeys by public transport in every situation, and no more of them computed than needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from .._types import UNREACHED_MS, WGS84
from ..access.edges import Rim, find_rim, time_to_rim
from ..access.nearest import find_nearest, rows_of_categories
from ..kernels.nearest import NO_SITE
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..routing.ends import minutes_of
from ..routing.threads import run_each
from ..scenarios.applying import AttachedPlaces, apply_scenario
from ..scenarios.attachments import stack_places
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.timetable_changes import apply_timetable
from ..transit.journeys import course_of
from ..transit.model import Transit
from ..transit.timetables import build_timetable
from ..transit.walking import find_access, find_walks, walk_to_nearest
from .answers import Answer, Texts, name_reasons, name_sites
from .files import Study
from .loading import Loaded
from .new_sites import join_sites
from .rides import MEDIAN, RIM, SURE, WHOLE, Destination, Riding, Search


@dataclass(frozen=True, slots=True, eq=False)
class _Situation:
    """What a scenario makes of streets, timetable, cells and sites."""

    transit: Transit
    people: Attachments
    sites: "gpd.GeoDataFrame"
    places: Attachments


def ride_today(loaded: Loaded, categories: Sequence[str] | None = None) -> Riding:
    """Compute the journeys of today.

    Parameters
    ----------
    loaded
        A study with a timetable.
    categories
        Those wanted; None for all of the study.

    Returns
    -------
    riding
        For `answer_of_riding`, and for what scenarios change of it.
    """
    transit = _transit_of(loaded)
    people, places = loaded.attachments[transit.network.profile.name]
    today = _Situation(transit, people, loaded.today.sites, places)
    return _ride(loaded, today, None, categories or loaded.study.categories)


def ride(
    loaded: Loaded,
    today: Riding,
    resolved: ResolvedScenario,
    categories: Sequence[str],
    new_sites: Attachments | None,
) -> Riding:
    """Compute the journeys that a scenario changes; all else is that of today.

    Parameters
    ----------
    loaded
        The study.
    today
        What `ride_today` returns.
    resolved
        The scenario.
    categories
        Which categories it can change.
    new_sites
        Where its added and moved sites hang on today's walking network.

    Returns
    -------
    riding
        The same as of computing everything anew.
    """
    return _ride(loaded, _settle(loaded, resolved, new_sites), today, categories)


def answer_of_riding(riding: Riding, categories: tuple[str, ...]) -> Answer:
    """Read the nearest sites out of journeys.

    Parameters
    ----------
    riding
        Of a situation.
    categories
        Those wanted.

    Returns
    -------
    answer
        The median departure, to as many sites as the study asks for. An answer is exact where no
        departure gets to where the extract ends any sooner.
    """
    found = [riding.rides[each].found for each in categories]
    time_ms = np.array([each.median_ms.T for each in found], np.int32)
    site = np.array([each.site.T for each in found], np.int32)
    names = name_sites(riding.sites)
    last = names.site.size - 1
    return Answer(
        categories,
        names,
        np.where(time_ms < UNREACHED_MS, site, last).astype(np.int32),
        time_ms,
        riding.rides[RIM].found.least_ms,
        name_reasons(riding.people.reason_of_place),
        np.array([riding.rides[each].destination.is_empty for each in categories], np.bool_),
    )


def tabulate_rides(
    rides: Mapping[str, Riding], keys: Sequence[str], study: Study, cells: Texts
) -> pd.DataFrame:
    """Put the journeys of today, and what each scenario can change of them, below each other.

    Parameters
    ----------
    rides
        By scenario; what a scenario lacks, it cannot change. Of the first two everything is told:
        today, and the scenario that may stand in for it.
    keys
        The scenarios, in the order wanted.
    study
        Its categories and thresholds.
    cells
        What the cells are called.

    Returns
    -------
    transit_times
        `scenario`, `cell`, `category`, `minutes_50`, `minutes_85`, `share_within_10` and so on,
        `on_foot`, all to the nearest site; the share of none is 0.
    """
    today = rides[keys[0]].rides
    asked = []
    for row, key in enumerate(keys):
        own = rides[key].rides if key in rides else {}
        for number, category in enumerate(study.categories):
            if row < WHOLE or category in own:
                asked.append((row, number, own.get(category, today[category]).found))
    blocks = [found for _, _, found in asked]
    scenario, categories = (
        np.repeat(np.array([each[place] for each in asked], np.int16), cells.size)
        for place in range(2)
    )
    cell = np.tile(np.arange(cells.size, dtype=np.int32), len(asked))
    within = np.concatenate([each.within for each in blocks], axis=1)
    return pd.DataFrame(
        {
            "scenario": pd.Categorical.from_codes(scenario, pd.Index(keys)),
            "cell": pd.Categorical.from_codes(cell, pd.Index(cells)),
            "category": pd.Categorical.from_codes(categories, pd.Index(study.categories)),
            f"minutes_{MEDIAN:g}": minutes_of(
                np.concatenate([each.median_ms[0] for each in blocks])
            ),
            f"minutes_{SURE:g}": minutes_of(np.concatenate([each.sure_ms for each in blocks])),
            **{
                f"share_within_{bound:g}": within[row]
                for row, bound in enumerate(study.thresholds_min)
            },
            "on_foot": np.concatenate([each.on_foot for each in blocks]),
        }
    )


def _transit_of(loaded: Loaded) -> Transit:
    assert loaded.transit is not None  # otherwise nobody asks
    return loaded.transit


def settle_transit(
    loaded: Loaded, resolved: ResolvedScenario, *placed: AttachedPlaces
) -> tuple[Transit, tuple[Attachments, ...]]:
    """Make what a scenario changes of the walking network and the timetable.

    Parameters
    ----------
    loaded
        A study with a timetable.
    resolved
        The scenario.
    placed
        Other places on today's walking network.

    Returns
    -------
    transit, attachments
        As the scenario leaves it, today's own where it changes neither; and the other places.
    """
    transit = _change_timetable(_transit_of(loaded), resolved)
    network, stops = transit.network, transit.feed.stops
    points = gpd.points_from_xy(stops["lon"], stops["lat"], crs=WGS84)
    at_stops = AttachedPlaces(gpd.GeoDataFrame(geometry=points), transit.stops)
    applied = apply_scenario(resolved, network, at_stops, *placed)
    hung, *others = applied.attachments
    if applied.network is network and transit is loaded.transit:
        return transit, tuple(others)
    asked = loaded.study.transit
    assert asked is not None  # as there is a timetable
    walks = find_walks(
        applied.network,
        hung,
        transit.feed,
        longest_walk_min=asked.window.longest_walk_min,
        change_s=asked.change_s,
    )
    changed = replace(transit, network=applied.network, stops=hung, walks=walks)
    return changed, tuple(others)


def _settle(
    loaded: Loaded, resolved: ResolvedScenario, new_sites: Attachments | None
) -> _Situation:
    """Apply a scenario to public transport, and carry cells and sites over."""
    sites, edits = loaded.today.sites, resolved.site_edits
    people, places = loaded.attachments[_transit_of(loaded).network.profile.name]
    if edits.categories:
        assert new_sites is not None  # as there are changes of sites
        sites, places = edits.sites, join_sites(edits, places, new_sites)
    tables = AttachedPlaces(loaded.residents, people), AttachedPlaces(sites, places)
    transit, (cells, hung) = settle_transit(loaded, resolved, *tables)
    return _Situation(transit, cells, sites, hung)


def _change_timetable(transit: Transit, resolved: ResolvedScenario) -> Transit:
    """Make what a scenario changes of the timetable; its stops hang on today's network."""
    feed = apply_timetable(transit.feed, resolved.timetable)
    if feed is transit.feed:
        return transit
    points = gpd.points_from_xy(feed.stops["lon"], feed.stops["lat"], crs=WGS84)
    return replace(
        transit,
        feed=feed,
        timetable=build_timetable(feed, transit.timetable.day),
        stops=attach(transit.network, gpd.GeoSeries(points)),
    )


def _ride(
    loaded: Loaded, situation: _Situation, before: Riding | None, categories: Sequence[str]
) -> Riding:
    """Compute journeys, taking from another situation what is the same."""
    transit, people = situation.transit, situation.people
    is_same_place = before is not None and before.transit.network is transit.network
    is_same_day = before is not None and before.transit.timetable is transit.timetable
    is_same_access = is_same_place and is_same_day
    if before is not None and is_same_access:
        access = before.access
    else:
        bound_min = transit.window.longest_walk_min
        access = find_access(transit.network, people, transit.stops, bound_min)
    course = course_of(transit)
    connections = before.connections if before and is_same_day else course.connections()
    destinations = _find_destinations(loaded, situation, categories)
    bounds = loaded.study.thresholds_min
    search = Search(course, access, connections, bounds, situation.sites, before)
    parts = run_each(lambda name: search.run(name, destinations[name]), list(destinations))
    rides = dict(zip(destinations, parts, strict=True))
    return Riding(transit, people, situation.sites, situation.places, access, connections, rides)


def _find_destinations(
    loaded: Loaded, situation: _Situation, categories: Sequence[str]
) -> dict[str, Destination]:
    """Find the walks from stops and cells to the nearest sites of categories, and to the rim."""
    transit, stops = situation.transit, situation.transit.stops
    network, count = transit.network, stops.place_count
    members = rows_of_categories(situation.sites, categories)
    walkers = stack_places([stops, situation.people])
    found = find_nearest(network, (walkers, situation.places), members, loaded.study.nearest)
    destinations = {
        category: Destination(
            walk_to_nearest(ms[:count], transit.window.longest_walk_min),
            np.ascontiguousarray(site[:count]),
            np.ascontiguousarray(ms[count:]),
            np.ascontiguousarray(site[count:]),
            is_empty=not rows.size,
        )
        for category, rows, (site, ms) in zip(categories, members, found, strict=True)
    }
    rim = find_rim(_transit_of(loaded).network, loaded.today.extract, loaded.covers)
    return destinations | {RIM: _find_rim_walks(transit, walkers, rim)}


def _find_rim_walks(transit: Transit, walkers: Attachments, rim: Rim) -> Destination:
    """Find the walks to where the extract ends; at stops beyond it one is there at once."""
    stops, count = transit.feed.stops, transit.stops.place_count
    time_ms = time_to_rim(transit.network, walkers, rim)
    points = gpd.GeoSeries(gpd.points_from_xy(stops["lon"], stops["lat"], crs=WGS84))
    is_beyond = ~points.to_crs(transit.network.crs).within(rim.inner).to_numpy(np.bool_)
    walked_ms = walk_to_nearest(time_ms[:count], transit.window.longest_walk_min)
    stop_ms = np.where(is_beyond, 0, walked_ms).astype(np.int32)
    none = np.full((walkers.place_count, 1), NO_SITE, np.int32)
    cell_ms = np.ascontiguousarray(time_ms[count:, np.newaxis])
    return Destination(stop_ms[:, np.newaxis], none[:count], cell_ms, none[count:])
