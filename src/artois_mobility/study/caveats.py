"""What to know about today's data before trusting a comparison."""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd

from .._types import Floats
from ..network.geodesy import project
from ..places.categories import is_below
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.site_changes import stay_rows
from .loading import Loaded
from .running import NewSites

M_PER_MIN_AT_1_KMH: Final = 1000 / 60


def warn_of_today(loaded: Loaded, access_times: pd.DataFrame) -> tuple[str, ...]:
    """Say where today's data falls short: cells and sites off the network, no sites, the edge.

    Parameters
    ----------
    loaded
        The study.
    access_times
        Those of today, cells in the order of the residents.

    Returns
    -------
    warnings
        One sentence each; counts, never silence.
    """
    return (*_say_unattached(loaded), *_say_empty(loaded), *_say_edge(loaded, access_times))


def warn_of_sites(resolved: ResolvedScenario, new_sites: NewSites) -> list[str]:
    """Tell which added or moved sites a profile cannot reach, and why.

    Parameters
    ----------
    resolved
        The scenario.
    new_sites
        What `attach_new_sites` returns.

    Returns
    -------
    warnings
        One sentence for each site and profile.
    """
    edits = resolved.site_edits
    names = edits.sites["name"].iloc[stay_rows(edits)[1]]
    return [
        f"the site {name!r} hangs on no street of {profile} today: {reason}."
        for (key, profile), attachments in new_sites.items()
        if key == resolved.scenario.key
        for name, reason in zip(names, attachments.reason_of_place, strict=True)
        if reason
    ]


def _say_unattached(loaded: Loaded) -> Iterator[str]:
    people = loaded.residents["population"].to_numpy(np.float64)
    for profile, (residents, sites) in loaded.attachments.items():
        is_off = residents.reason_of_place != ""
        if is_off.any():
            yield (
                f"{profile}: {int(is_off.sum())} of {is_off.size} cells "
                f"({people[is_off].sum():.0f} people) hang on no street, first "
                f"{loaded.residents['cell'][int(is_off.argmax())]}: "
                f"{residents.reason_of_place[is_off][0]}."
            )
        is_off = sites.reason_of_place != ""
        if is_off.any():
            yield (
                f"{profile}: {int(is_off.sum())} of {is_off.size} sites hang on no street, first "
                f"{loaded.today.sites['site'][int(is_off.argmax())]}: "
                f"{sites.reason_of_place[is_off][0]}."
            )


def _say_empty(loaded: Loaded) -> Iterator[str]:
    known = set(loaded.today.sites["category"].astype(str))
    for category in loaded.study.categories:
        if not any(is_below(each, category) for each in known):
            yield f"there is no site of {category} in the data: nobody reaches any."


def _say_edge(loaded: Loaded, access_times: pd.DataFrame) -> Iterator[str]:
    """Count the cells from which some site beyond the extract could be nearer than any in it.

    It could where the edge, as the crow flies at the profile's highest speed, is nearer in time.
    """
    study = loaded.study
    edge_m = _distance_to_edge_m(loaded)
    today = access_times[(access_times["scenario"] == TODAY)]
    for profile in study.travel_profiles:
        minutes = today[today["profile"] == profile.name].groupby("cell", sort=False)["minutes"]
        slowest_min = minutes.max().to_numpy(np.float64)
        slowest_min = np.minimum(np.nan_to_num(slowest_min, nan=np.inf), study.buffer_min)
        is_open = slowest_min * (profile.max_kmh * M_PER_MIN_AT_1_KMH) > edge_m
        if is_open.any():
            yield (
                f"{profile.name}: {int(is_open.sum())} of {is_open.size} cells are so near the "
                "edge of the extract that a site beyond it could be the nearest one; their "
                "minutes are upper bounds. Use a larger extract."
            )


def _distance_to_edge_m(loaded: Loaded) -> Floats:
    west, south, east, north = loaded.today.extract.source.bounds_deg
    crs = next(iter(loaded.today.networks.values())).crs
    lon = loaded.residents.geometry.x.to_numpy()
    lat = loaded.residents.geometry.y.to_numpy()
    x_m, y_m = project(lon, lat, crs)
    edge_m: Floats = np.full(lon.size, np.inf)
    for edge_lon, edge_lat in (
        (np.full(lon.size, west), lat),
        (np.full(lon.size, east), lat),
        (lon, np.full(lat.size, south)),
        (lon, np.full(lat.size, north)),
    ):
        edge_x_m, edge_y_m = project(edge_lon, edge_lat, crs)
        edge_m = np.minimum(edge_m, np.hypot(edge_x_m - x_m, edge_y_m - y_m))
    return edge_m
