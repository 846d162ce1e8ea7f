"""How a cell gets to its nearest site by public transport, today and with a scenario."""

import math
from typing import TYPE_CHECKING

import numpy as np

from .._types import MS_PER_MIN, UNREACHED_MS
from ..access.nearest import NO_ROUTE
from ..access.travelling import journey, no_journey
from ..routing.ends import minutes_of
from ..scenarios.attachments import take_places
from ..study.new_sites import attach_new_sites
from ..study.riding import ride_today
from ..study.running import Job, ride_in
from ..transit.legs import TOO_FEW
from ..transit.naming import TRANSIT
from .roles import Access

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..scenarios.resolved import ResolvedScenario
    from ..study.loading import Loaded
    from ..study.rides import Riding


def find_rides(
    loaded: "Loaded", scenarios: "Sequence[ResolvedScenario | None]", category: str
) -> "Iterator[Access]":
    """Find the nearest site of one cell by public transport, and the journey there.

    Parameters
    ----------
    loaded
        A study of one cell, with a timetable.
    scenarios
        Situations; None for today.
    category
        One of the study's.

    Yields
    ------
    access
        With the minutes that a comparison gives.
    """
    today = ride_today(loaded, (category,))
    for resolved in scenarios:
        new_sites = {} if resolved is None else attach_new_sites(loaded, [resolved])
        job = Job(resolved, TRANSIT, (category,))
        yield _tell(loaded, ride_in(loaded, today, job, new_sites), category)


def _tell(loaded: "Loaded", riding: "Riding", category: str) -> Access:
    """Take the first departure that takes as long as the median."""
    found, transit = riding.rides[category].found, riding.transit
    if found.median_ms[0, 0] >= UNREACHED_MS:
        reason = str(riding.people.reason_of_place[0])
        no_way = TOO_FEW if found.least_ms[0] < UNREACHED_MS else NO_ROUTE
        why = no_journey(transit, f"origin: {reason}" if reason else no_way)
        return Access("", "", math.nan, why, None)
    row = int(found.site[0, 0])
    chosen = riding.sites.iloc[[row]]
    there = take_places(riding.places, np.array([row], np.int32))
    minute = int(found.moment_ms[0]) / MS_PER_MIN
    ends = riding.people, there
    site = chosen.iloc[0]
    named = chosen.assign(site=str(site["name"] or site["site"]))
    route = journey(transit, loaded.residents, named, minute, attachments=ends)
    place = str(site["category"]), float(site.geometry.x), float(site.geometry.y)
    minutes = float(minutes_of(found.median_ms[0])[0])
    sure_min = float(minutes_of(found.sure_ms)[0])
    return Access(str(site["site"]), str(site["name"] or ""), minutes, route, place, sure_min)
