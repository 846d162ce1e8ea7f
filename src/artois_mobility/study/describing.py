"""Describe situations for people: what each changes, what was noticed, what there is to draw."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from ..changes.notices import LANGUAGES, Notice, say_all
from ..scenarios.drawing import draw_links, draw_speeds, draw_ways
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.site_changes import STAYED
from .bases import Base, only_new, only_own, relate_sites
from .caveats import warn_of_sites, warn_of_today
from .loading import Loaded
from .new_sites import NewSites
from .peopling import Peopled, warn_of_homes
from .results import ScenarioResult
from .touching import say_changes, tabulate_touches


def describe(
    resolved: ResolvedScenario, everyone: Peopled, new_sites: NewSites, base: Base
) -> ScenarioResult:
    """Describe a scenario by what it does beyond the base.

    Parameters
    ----------
    resolved
        The scenario.
    everyone
        The study with the cells of all scenarios.
    new_sites
        What `attach_new_sites` returns.
    base
        What it is compared with.

    Returns
    -------
    scenario
        As far as its own changes go.
    """
    loaded, scenario = everyone.loaded, resolved.scenario
    result = ScenarioResult(
        key=scenario.key,
        name=scenario.name,
        question=scenario.question,
        sentences=say_changes(loaded, resolved),
        assumptions=scenario.assumptions,
        warnings=say_all(_notices_of(resolved, everyone, new_sites, base)),
        focus_profiles=scenario.focus_profiles,
        focus_categories=scenario.focus_categories,
        sites=resolved.site_edits.sites,
        removed_sites=resolved.site_edits.removed,
        links=resolved.links,
        closed=resolved.closed,
        speeds=resolved.speeds,
        touched=tabulate_touches(loaded, resolved),
    )
    return _beside(result, base)


def describe_today(loaded: Loaded, access_times: pd.DataFrame, base: Base) -> ScenarioResult:
    """Describe a study as it stands.

    Parameters
    ----------
    loaded
        The study.
    access_times
        Its access times, those of today first.
    base
        What it is compared with; the same study where today is the base.

    Returns
    -------
    scenario
        With its sites, where they are others than those of the base.
    """
    sites = loaded.today.sites
    result = ScenarioResult(
        key=TODAY,
        name=loaded.study.name,
        question="",
        sentences={"fr": [], "en": []},
        assumptions=(),
        warnings=say_all(warn_of_today(loaded, access_times)),
        focus_profiles=(),
        focus_categories=(),
        sites=sites.assign(change=STAYED),
        removed_sites=sites.iloc[:0],
        links=draw_links({}),
        closed=draw_ways({}, {}),
        speeds=draw_speeds({}, {}, {}),
    )
    return _beside(result, base)


def describe_base(
    base: Base, access_times: pd.DataFrame, new_sites: NewSites, everyone: Peopled
) -> ScenarioResult:
    """Describe what all others are compared with.

    Parameters
    ----------
    base
        What it is.
    access_times
        Those of its study as it stands, first.
    new_sites
        What `attach_new_sites` returns.
    everyone
        The study with the cells of all scenarios.

    Returns
    -------
    scenario
        Its sites stay as they are; what a scenario that stands in for today changes is told and
        drawn as its own.
    """
    today = describe_today(base.alone, access_times, replace(base, key=TODAY, resolved=None))
    if base.resolved is None:
        return replace(today, key=base.key)
    own = describe(base.resolved, everyone, new_sites, replace(base, key=TODAY, resolved=None))
    warnings: dict[str, list[str]] = {
        language: today.warnings[language] + own.warnings[language] for language in LANGUAGES
    }
    return replace(
        own,
        warnings=warnings,
        sites=own.sites.assign(change=STAYED),
        removed_sites=own.removed_sites.iloc[:0],
    )


def with_people(scenario: ScenarioResult, peopled: Peopled) -> ScenarioResult:
    """Say who lives where in a situation that changes that.

    Parameters
    ----------
    scenario
        The situation.
    peopled
        Who lives where in each.

    Returns
    -------
    scenario
        With `people`.
    """
    return replace(scenario, people=peopled.people.get(scenario.key))


def _notices_of(
    resolved: ResolvedScenario, everyone: Peopled, new_sites: NewSites, base: Base
) -> list[Notice]:
    """List what was noticed about the own changes of a scenario."""
    given = resolved.scenario.given
    told_by_base = [notice for row, notice in resolved.warned if row < given]
    if base.resolved is not None:
        told_by_base += _all_notices(base.resolved, everyone, new_sites)
    return only_new(_all_notices(resolved, everyone, new_sites), told_by_base)


def _all_notices(
    resolved: ResolvedScenario, everyone: Peopled, new_sites: NewSites
) -> Sequence[Notice]:
    sites = warn_of_sites(everyone.loaded, resolved, new_sites)
    return [*resolved.warnings, *sites, *warn_of_homes(everyone, resolved.scenario.key)]


def _beside(result: ScenarioResult, base: Base) -> ScenarioResult:
    """Keep of what is drawn only what the base does not have."""
    if base.resolved is None and base.key == TODAY:
        return result
    if base.resolved is None:
        sites, removed = relate_sites(result.sites, base.loaded.today.sites)
        return replace(result, sites=sites, removed_sites=removed)
    there = base.resolved
    sites, removed = relate_sites(result.sites, there.site_edits.sites)
    return replace(
        result,
        sites=sites,
        removed_sites=removed,
        links=only_own(result.links, there.links),
        closed=only_own(result.closed, there.closed),
        speeds=only_own(result.speeds, there.speeds),
    )
