"""What to know about today's data before trusting a comparison."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..access.edges import AT_MOST
from ..changes.notices import Notice, Value
from ..changes.reasons import translate_reason
from ..places.attachments import Attachments
from ..places.categories import is_below
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.site_changes import stay_rows
from ..transit.calendars import count_unusable, feeds_of_other_days, runs_on
from ..transit.naming import TRANSIT
from .files import OSM, on_streets
from .loading import Loaded
from .new_sites import NewSites
from .running import find_edge
from .transit_loading import MOST_UNUSABLE

if TYPE_CHECKING:
    import geopandas as gpd


def warn_of_today(loaded: Loaded, access_times: pd.DataFrame) -> tuple[Notice, ...]:
    """Say where today's data falls short: places off the network, no sites or communes, the edge.

    Parameters
    ----------
    loaded
        The study.
    access_times
        Those of today, cells in the order of the residents.

    Returns
    -------
    warnings
        Counts, never silence.
    """
    return (
        *warn_of_places(loaded.residents, loaded.today.sites),
        *_say_unattached(loaded),
        *_say_empty(loaded),
        *_say_no_communes(loaded),
        *_say_edge(loaded, access_times),
        *_say_edge_of_rides(loaded, access_times),
        *_say_unusable(loaded),
        *_say_no_voyages(loaded),
    )


def warn_of_places(residents: "gpd.GeoDataFrame", sites: "gpd.GeoDataFrame") -> tuple[Notice, ...]:
    """Say which rows of a study's tables its results leave out.

    Parameters
    ----------
    residents
        Those of the territory.
    sites
        Those of the study.

    Returns
    -------
    warnings
        None where everything counts.
    """
    return (*_say_outside(residents), *_say_refused(sites), *_say_passed_over(sites))


def warn_of_sites(loaded: Loaded, resolved: ResolvedScenario, new_sites: NewSites) -> list[Notice]:
    """Tell which added or moved sites a profile cannot reach, and why.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenario.
    new_sites
        What `attach_new_sites` returns.

    Returns
    -------
    warnings
        One for each site and profile.
    """
    edits = resolved.site_edits
    names = edits.sites["name"].iloc[stay_rows(edits)[1]]
    notices = []
    for (key, profile), attachments in new_sites.items():
        if key != resolved.scenario.key:
            continue
        for name, reason in zip(names, attachments.reason_of_place, strict=True):
            if reason:
                why = _say_reason(loaded, profile, reason)
                values: dict[str, Value] = {"name": name, "profile": profile, "reason": why}
                notices.append(Notice("new_site_off", values))
    return notices


def _say_outside(residents: "gpd.GeoDataFrame") -> Iterator[Notice]:
    outside = residents.attrs.get("outside_the_territory", {})
    if outside.get("cells"):
        yield Notice("outside_territory", {name: round(value) for name, value in outside.items()})
    is_nowhere = residents["commune"] == ""
    if 0 < is_nowhere.sum() < len(residents):
        people = round(float(residents.loc[is_nowhere, "population"].sum()))
        yield Notice("outside_communes", {"cells": int(is_nowhere.sum()), "people": people})


def _say_refused(sites: "gpd.GeoDataFrame") -> Iterator[Notice]:
    rows_of_source: dict[str, list[int]] = {}
    for each in sites.attrs.get("refused", []):
        rows_of_source.setdefault(each["source"], []).append(each["row"])
    for source, rows in rows_of_source.items():
        first: dict[str, Value] = {"source": source, "first": str(min(rows))}
        yield Notice("rows_without_position", {"count": len(rows), **first})


def _say_passed_over(sites: "gpd.GeoDataFrame") -> Iterator[Notice]:
    rows_of_code = sites.attrs.get("passed_over", {})
    if rows_of_code:
        codes = tuple(rows_of_code)
        yield Notice("codes_passed_over", {"count": sum(rows_of_code.values()), "codes": codes})


def _say_unattached(loaded: Loaded) -> Iterator[Notice]:
    people = loaded.residents["population"].to_numpy(np.float64)
    for profile, (residents, sites) in loaded.attachments.items():
        values = _count_off(loaded, profile, residents, loaded.residents["cell"])
        if values:
            is_off = residents.reason_of_place != ""
            yield Notice("cells_off", {**values, "people": round(people[is_off].sum())})
        values = _count_off(loaded, profile, sites, loaded.today.sites["site"])
        if values:
            yield Notice("sites_off", values)


def _count_off(
    loaded: Loaded, profile: str, places: Attachments, names: "pd.Series[str]"
) -> dict[str, Value]:
    """Count the places that hang on no street, with the first and its reason; {} for none."""
    is_off = places.reason_of_place != ""
    if not is_off.any():
        return {}
    first = int(is_off.argmax())
    return {
        "profile": profile,
        "count": int(is_off.sum()),
        "total": is_off.size,
        "first": str(names[first]),
        "reason": _say_reason(loaded, profile, str(places.reason_of_place[first])),
    }


def _say_reason(loaded: Loaded, profile: str, reason: str) -> Value:
    return translate_reason(reason, loaded.today.networks[profile].profile)


def _say_empty(loaded: Loaded) -> Iterator[Notice]:
    known = set(loaded.today.sites["category"].astype(str))
    for category in loaded.study.categories:
        if not any(is_below(each, category) for each in known):
            yield Notice("no_site", {"category": category})


def _say_no_communes(loaded: Loaded) -> Iterator[Notice]:
    is_from_osm = loaded.study.communes == OSM
    if is_from_osm and loaded.communes.empty and (loaded.residents["commune"] == "").all():
        yield Notice("no_communes")


def _say_edge(loaded: Loaded, access_times: pd.DataFrame) -> Iterator[Notice]:
    """Count the cells from which some site beyond the extract could be nearer than any in it.

    Minutes beyond the study's buffer are not asked for: so far the extract need not reach.
    """
    study, today = loaded.study, loaded.today
    is_own = access_times["scenario"] == TODAY
    if len(access_times["cell"].cat.categories) > len(loaded.residents):  # scenarios add cells
        is_own &= access_times["cell"].isin(loaded.residents["cell"])
    times = access_times[is_own]
    for profile in on_streets(study):
        minutes = times[times["profile"] == profile].groupby("cell", sort=False, observed=True)
        slowest_min = minutes["minutes"].max().to_numpy(np.float64)
        slowest_min = np.minimum(np.nan_to_num(slowest_min, nan=np.inf), study.buffer_min)
        is_open = slowest_min > find_edge(
            loaded, today.networks[profile], loaded.attachments[profile][0]
        )
        if is_open.any():
            count: dict[str, Value] = {"count": int(is_open.sum()), "total": is_open.size}
            yield Notice("edge", {"profile": profile, **count})


def _say_edge_of_rides(loaded: Loaded, access_times: pd.DataFrame) -> Iterator[Notice]:
    """Count the cells whose journeys by public transport are marked as upper bounds."""
    own = access_times[(access_times["scenario"] == TODAY) & (access_times["profile"] == TRANSIT)]
    own = own[own["cell"].isin(loaded.residents["cell"])]
    count = own.loc[own["edge"] == AT_MOST, "cell"].nunique()
    if count:
        values: dict[str, Value] = {"count": count, "total": len(loaded.residents)}
        yield Notice("edge", {"profile": TRANSIT, **values})


def _say_unusable(loaded: Loaded) -> Iterator[Notice]:
    """Say which feeds are of other days, and where trips are missing for their stop times."""
    if loaded.transit is None:
        return
    feed, day = loaded.transit.feed, loaded.transit.timetable.day
    for name in feeds_of_other_days(feed, day):
        yield Notice("feed_of_other_days", {"feed": name, "day": day.isoformat()})
    lost, kept = count_unusable(feed, day), int(runs_on(feed, day).sum())
    if lost > MOST_UNUSABLE * (lost + kept):
        yield Notice("trips_unusable", {"count": lost, "total": lost + kept})


def _say_no_voyages(loaded: Loaded) -> list[Notice]:
    waters = loaded.today.water
    return [Notice("no_voyages")] if waters is not None and not waters.trips else []
