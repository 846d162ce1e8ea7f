"""The main job: hold scenarios against today."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from .._types import Progress, tell_nobody
from ..changes.notices import say_all
from ..changes.schema import Change, MoveSite, RemoveSite
from ..changes.sentences import sentence
from ..scenarios.differences import summarise, tabulate_differences
from ..scenarios.drawing import draw_links, draw_speeds, draw_ways
from ..scenarios.reading import TODAY, read_scenarios
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.resolving import resolve
from ..scenarios.site_changes import STAYED
from .caveats import warn_of_sites, warn_of_today
from .certainty import compute_certainty
from .files import Study
from .laws import check_laws
from .loading import Loaded, load
from .manifest import make_manifest
from .results import Comparison, ScenarioResult
from .running import NewSites, attach_new_sites, compute_all
from .water_results import WaterResult


def compare(
    study: Study, scenario_paths: Sequence[str | Path], *, progress: Progress | None = None
) -> Comparison:
    """Compute access times of today and of every scenario, and what differs.

    All scenario files are read, then held against the study, before anything is computed; what
    is wrong in any of them is told at once. Only what a scenario can affect is computed anew.

    Parameters
    ----------
    study
        What today is.
    scenario_paths
        Scenario files. The study's own file among them is passed over, and so is a file given
        twice.
    progress
        Told about every stage.

    Returns
    -------
    comparison
        Tables, maps' layers and the manifest.

    Raises
    ------
    StudyError
        If a scenario file is faulty or does not fit the study; all problems are listed.
    InputError
        If the study's data is faulty.
    ResultError
        If a result breaks a law, which would be a fault of the program.
    """
    report = progress or tell_nobody
    scenarios = read_scenarios(choose_files(study, scenario_paths))
    loaded = load(study, report)
    resolved = resolve(scenarios, loaded.today)
    new_sites = attach_new_sites(loaded, resolved)
    access_times = compute_all(loaded, resolved, new_sites, report)
    differences = tabulate_differences(access_times)
    check_laws(loaded, resolved, differences)
    certainty = compute_certainty(loaded, resolved, new_sites, differences, report)
    communes = loaded.communes
    networks = loaded.today.networks
    water = _compute_water(loaded, resolved, report)
    return Comparison(
        study=study,
        residents=loaded.residents,
        communes=communes,
        scenarios=(
            _describe_today(loaded, access_times),
            *(_describe(each, loaded, new_sites) for each in resolved),
        ),
        access_times=access_times,
        differences=differences if certainty is None else certainty.differences,
        summary_table=summarise(access_times, loaded.residents, communes, study.thresholds_min),
        networks=networks,
        manifest=make_manifest(loaded, scenarios),
        is_schematic=loaded.today.extract.source.is_schematic
        or any(each.provenance.is_schematic for each in networks.values()),
        water=water,
        uncertainty=None if certainty is None else certainty.times,
    )


def assess(study: Study, *, progress: Progress | None = None) -> Comparison:
    """Compute the access times of today alone.

    Parameters
    ----------
    study
        What today is.
    progress
        Told about every stage.

    Returns
    -------
    comparison
        With one scenario, `"today"`, and no differences.

    Raises
    ------
    InputError
        If the study's data is faulty.
    """
    return compare(study, [], progress=progress)


def _compute_water(
    loaded: Loaded, resolved: Sequence[ResolvedScenario], progress: Progress
) -> WaterResult | None:
    if loaded.today.water is None:
        return None
    from .voyaging import compute_water  # its kernels compile for those who ask

    return compute_water(loaded, resolved, progress)


def choose_files(study: Study, paths: Sequence[str | Path]) -> list[Path]:
    """Leave out the study's own file and files given twice.

    Parameters
    ----------
    study
        The study.
    paths
        Scenario files.

    Returns
    -------
    paths
        In the order given.
    """
    own = study.path.resolve()
    chosen: dict[Path, Path] = {}
    for path in map(Path, paths):
        chosen.setdefault(path.resolve(), path)
    return [path for full, path in chosen.items() if full != own]


def _describe(resolved: ResolvedScenario, loaded: Loaded, new_sites: NewSites) -> ScenarioResult:
    scenario, edits = resolved.scenario, resolved.site_edits
    named = [name_site(change, loaded) for change in scenario.changes]
    return ScenarioResult(
        key=scenario.key,
        name=scenario.name,
        question=scenario.question,
        sentences={
            "fr": [sentence(change, "fr") for change in named],
            "en": [sentence(change, "en") for change in named],
        },
        assumptions=scenario.assumptions,
        warnings=say_all((*resolved.warnings, *warn_of_sites(loaded, resolved, new_sites))),
        focus_profiles=scenario.focus_profiles,
        focus_categories=scenario.focus_categories,
        sites=edits.sites,
        removed_sites=edits.removed,
        links=resolved.links,
        closed=resolved.closed,
        speeds=resolved.speeds,
    )


def name_site(change: Change, loaded: Loaded) -> Change:
    """Name a site that a file means by its id, for people to read.

    Parameters
    ----------
    change
        Any change.
    loaded
        The study.

    Returns
    -------
    change
        With the name of the site that it moves or removes, where that is known; else the same.
    """
    if not isinstance(change, MoveSite | RemoveSite):
        return change
    sites = loaded.today.sites
    names = sites["name"][(sites["site"] == change.site).to_numpy(np.bool_)]
    name = str(names.iloc[0] or "") if len(names) else ""
    return change.model_copy(update={"site": name}) if name else change


def _describe_today(loaded: Loaded, access_times: pd.DataFrame) -> ScenarioResult:
    sites = loaded.today.sites
    return ScenarioResult(
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
