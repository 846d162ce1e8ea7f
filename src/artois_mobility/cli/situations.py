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
    from ..network.profiles import Profile
    from ..osm.extract import Extract
    from ..study.files import Study


class Situation(NamedTuple):
    """The network of a profile and some sites, today or in a scenario.

    Attributes
    ----------
    name
        `today`, or the scenario's.
    extract
        The data behind it.
    network
        Of the profile.
    sites
        Of the categories asked for, each row under the category that it was asked by.
    """

    name: str
    extract: Extract
    network: Network
    sites: gpd.GeoDataFrame | None


def find_situations(
    study: Study,
    profile: Profile,
    categories: Sequence[str],
    scenario: Path | None,
    progress: Progress,
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

    if scenario is None:
        extract = read_osm(study.extract)
        network = load_for(study, extract, profile)
        sites = read_all_sites(study, extract, categories) if categories else None
        return [Situation("today", extract, network, _sort_in(sites, categories))]
    return _with_scenario(study, profile, categories, scenario, progress)


def _with_scenario(
    study: Study,
    profile: Profile,
    categories: Sequence[str],
    path: Path,
    progress: Progress,
) -> list[Situation]:
    from ..scenarios.applying import apply_scenario
    from ..scenarios.reading import read_scenarios
    from ..scenarios.resolving import resolve
    from ..study.loading import load

    if profile.name not in study.profiles:
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
    today = load(study, progress).today
    (resolved,) = resolve(scenarios, today)
    network = today.networks[profile.name]
    then = apply_scenario(resolved, network).network
    tables = (today.sites, resolved.site_edits.sites) if categories else (None, None)
    before, after = (_sort_in(table, categories) for table in tables)
    return [
        Situation("today", today.extract, network, before),
        Situation(resolved.scenario.name, today.extract, then, after),
    ]


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
