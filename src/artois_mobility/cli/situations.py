"""Today, and a scenario beside it, for commands that draw one profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..errors import InputError, StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas as gpd

    from .._types import Progress
    from ..network.model import Network
    from ..network.profile_keys import Profile
    from ..osm.extract import Extract
    from ..scenarios.resolved import ResolvedScenario
    from ..study.files import Study
    from ..study.loading import Loaded
    from ..transit.model import Transit


class Situation(NamedTuple):
    """The network of a profile and some sites, today or in a scenario.

    Attributes
    ----------
    name
        `today`, or the scenario's.
    extract
        The data behind it.
    network
        Of the profile, or public transport.
    sites
        Of the categories asked for, each row under the category that it was asked by.
    """

    name: str
    extract: Extract
    network: Network | Transit
    sites: gpd.GeoDataFrame | None


def find_situations(
    study: Study,
    profile: Profile,
    categories: Sequence[str],
    scenario: Path | None,
    progress: Progress,
    *,
    rides: bool = False,
) -> list[Situation]:
    """Read what a study's areas are drawn from.

    Parameters
    ----------
    study
        What is asked.
    profile
        Who travels.
    categories
        Categories of sites; none where places are given.
    scenario
        A scenario file, or None.
    progress
        Told about every stage.
    rides
        Whether the profile walks to public transport.

    Returns
    -------
    situations
        Today, and the scenario if there is one.

    Raises
    ------
    InputError
        If a file is faulty, a category has no site, or the study does not have the profile that
        a scenario is to be applied to.
    """
    from ..osm.reader import read_osm
    from ..study.loading import load_for, read_all_sites
    from ..study.transit_loading import ride_on

    if scenario is None:
        extract = read_osm(study.extract)
        network = load_for(study, extract, profile)
        sites = read_all_sites(study, extract, categories) if categories else None
        ridden = ride_on(study, network) if rides else network
        return [Situation("today", extract, ridden, _sort_in(sites, categories))]
    return _with_scenario(study, profile, categories, scenario, progress, rides=rides)


def _with_scenario(
    study: Study,
    profile: Profile,
    categories: Sequence[str],
    path: Path,
    progress: Progress,
    *,
    rides: bool,
) -> list[Situation]:
    from ..scenarios.reading import read_scenarios
    from ..scenarios.resolving import resolve
    from ..study.loading import load

    if not rides and profile.name not in study.profiles:
        msg = (
            f"A scenario changes the networks of the study: {', '.join(study.profiles)}; found "
            f"--profile {profile.name}. Choose one of these, or add it to [access] profiles."
        )
        raise InputError(msg)
    missing = [each for each in categories if each not in study.categories]
    if missing:
        msg = (
            f"A scenario changes the sites of the study: {', '.join(study.categories)}; found "
            f"--category {missing[0]}. Choose one of these, or add it to [access] categories."
        )
        raise StudyError(msg)
    scenarios = read_scenarios([path])
    loaded = load(study, progress)
    today = loaded.today
    (resolved,) = resolve(scenarios, today)
    before, after = _settle(loaded, resolved, profile, rides=rides)
    tables = (today.sites, resolved.site_edits.sites) if categories else (None, None)
    sites, sites_after = (_sort_in(table, categories) for table in tables)
    return [
        Situation("today", today.extract, before, sites),
        Situation(resolved.scenario.name, today.extract, after, sites_after),
    ]


def _settle(
    loaded: Loaded, resolved: ResolvedScenario, profile: Profile, *, rides: bool
) -> tuple[Network | Transit, Network | Transit]:
    """Give the network of a profile, or public transport, of today and of a scenario."""
    from ..scenarios.applying import apply_scenario
    from ..study.riding import settle_transit

    if rides and loaded.transit is not None:
        return loaded.transit, settle_transit(loaded, resolved)[0]
    network = loaded.today.networks[profile.name]
    return network, apply_scenario(resolved, network).network


def _sort_in(sites: gpd.GeoDataFrame | None, categories: Sequence[str]) -> gpd.GeoDataFrame | None:
    """List the sites of each category and of all below it."""
    import pandas as pd

    if sites is None:
        return None
    tables = []
    for category in dict.fromkeys(categories):
        is_below = (sites["category"].astype(str) + "/").str.startswith(category + "/")
        if not is_below.any():
            msg = f"There is no site of {category} in the study's data. Choose another category."
            raise InputError(msg)
        tables.append(sites[is_below].assign(category=category))
    together: gpd.GeoDataFrame = pd.concat(tables, ignore_index=True)
    return together
