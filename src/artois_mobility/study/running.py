"""Compute the access times of today and of every scenario, and no more of them than needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from .._types import Floats, Progress
from ..access.edges import edge_minutes, time_to_rim
from ..access.nearest import find_nearest, rows_of_categories
from ..kernels.nearest import NO_SITE
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.categories import is_below
from ..routing.threads import run_each
from ..scenarios.applying import AttachedPlaces, apply_scenario
from ..scenarios.attachments import stack_places, take_places
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario, SiteEdits
from ..scenarios.site_changes import stay_rows
from .answers import Answer, name_reasons, name_sites, tabulate_answers
from .loading import Loaded
from .repairing import answer_by_repair
from .standing import Standing, answer_of_keys, stand

if TYPE_CHECKING:
    import geopandas as gpd

COMPUTING: Final = "access times"

# The added and moved sites of each scenario and profile, on the network of today.
NewSites: TypeAlias = Mapping[tuple[str, str], Attachments]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """The categories of one profile in one scenario that must be computed.

    Attributes
    ----------
    scenario
        None for today.
    profile
        Name of the profile.
    categories
        Which categories.
    """

    scenario: ResolvedScenario | None
    profile: str
    categories: tuple[str, ...]


def list_jobs(loaded: Loaded, resolved: Sequence[ResolvedScenario]) -> list[Job]:
    """List what must be computed: all of today, and what each scenario can affect.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.

    Returns
    -------
    jobs
        Today's first. A change of the network concerns every category of its profile, a change
        of sites their category, and those that it stands below, for every profile.
    """
    study = loaded.study
    jobs = [Job(None, profile, study.categories) for profile in study.profiles]
    for each in resolved:
        of_sites = touched_categories(each, study.categories)
        for profile in study.profiles:
            categories = study.categories if profile in each.edits else of_sites
            if categories:
                jobs.append(Job(each, profile, categories))
    return jobs


def touched_categories(resolved: ResolvedScenario, categories: Sequence[str]) -> tuple[str, ...]:
    """List the categories whose sites a scenario changes.

    Parameters
    ----------
    resolved
        The scenario.
    categories
        Categories to choose from.

    Returns
    -------
    categories
        In the order given.
    """
    changed = resolved.site_edits.categories
    return tuple(each for each in categories if any(is_below(own, each) for own in changed))


def compute_all(
    loaded: Loaded,
    resolved: Sequence[ResolvedScenario],
    new_sites: NewSites,
    progress: Progress,
) -> pd.DataFrame:
    """Compute access times; scenarios share the rows of today that they cannot affect.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.
    new_sites
        What `attach_new_sites` returns.
    progress
        Told about every job.

    Returns
    -------
    access_times
        `scenario`, `profile`, `cell`, `category`, `rank`, `site`, `minutes`, `reason`,
        `position_quality`, `edge`; scenarios, profiles and categories in the order of the study,
        today first. Texts are categorical.
    """
    jobs = list_jobs(loaded, resolved)
    done: list[int] = []
    progress(COMPUTING, 0, len(jobs))
    profiles = loaded.study.profiles
    ground = dict(zip(profiles, run_each(lambda each: stand(loaded, each), profiles), strict=True))

    def run(job: Job) -> Answer:
        answer = find_answer(loaded, ground[job.profile], job, new_sites)
        done.append(1)
        progress(COMPUTING, len(done), len(jobs))
        return answer

    found = {
        (TODAY if job.scenario is None else job.scenario.scenario.key, job.profile): answer
        for job, answer in zip(jobs, run_each(run, jobs), strict=True)
    }
    keys = [TODAY, *(each.scenario.key for each in resolved)]
    cells = loaded.residents["cell"].astype(str).to_numpy(object)
    return tabulate_answers(found, keys, profiles, loaded.study.categories, cells)


def find_answer(loaded: Loaded, standing: Standing, job: Job, new_sites: NewSites) -> Answer:
    """Find the nearest sites of a situation: by repair of today's where that is done.

    Parameters
    ----------
    loaded
        The study.
    standing
        Today's situation of the profile.
    job
        The scenario, the profile and the categories.
    new_sites
        What `attach_new_sites` returns.

    Returns
    -------
    answer
        The same as of `find_anew`.
    """
    if loaded.study.nearest > 1:
        return find_anew(loaded, standing, job, new_sites)
    if job.scenario is None:
        return answer_of_keys(standing, standing.places.key, job.categories)
    own = new_sites.get((job.scenario.scenario.key, job.profile))
    repaired = answer_by_repair(standing, loaded, job.scenario, job.categories, own)
    return repaired or find_anew(loaded, standing, job, new_sites)


def find_anew(loaded: Loaded, standing: Standing, job: Job, new_sites: NewSites) -> Answer:
    """Find the nearest sites of a situation from nothing: its network, its sites, all cells.

    Parameters
    ----------
    loaded
        The study.
    standing
        Today's situation of the profile, for where the extract ends.
    job
        The scenario, the profile and the categories.
    new_sites
        What `attach_new_sites` returns.

    Returns
    -------
    answer
        With as many sites per cell and category as the study asks for.
    """
    network, sites, attachments = settle_situation(loaded, job, new_sites)
    k = loaded.study.nearest
    members = rows_of_categories(sites, job.categories)
    found = find_nearest(network, attachments, members, k)
    names = name_sites(sites)
    shape = len(found), len(loaded.residents), k
    site = np.array([site for site, _ in found], np.int32).reshape(shape)
    return Answer(
        job.categories,
        names,
        np.where(site == NO_SITE, len(sites), site).astype(np.int32),
        np.array([time_ms for _, time_ms in found], np.int32).reshape(shape),
        time_to_rim(network, attachments[0], standing.rim),
        name_reasons(attachments[0].reason_of_place),
        np.array([rows.size == 0 for rows in members], np.bool_),
    )


def find_edge(loaded: Loaded, network: Network, residents: Attachments) -> Floats:
    """Tell how far each cell is from where the extract ends.

    Parameters
    ----------
    loaded
        The study.
    network
        Of today, or of a scenario.
    residents
        Where they hang on it.

    Returns
    -------
    edge_min
        As in `am.edge_minutes`, shape (p,).
    """
    extract, covers = loaded.today.extract, loaded.covers
    edges = edge_minutes(network, loaded.residents, extract, covers=covers, attachments=residents)
    return edges["edge_min"].to_numpy(np.float64)


def settle_situation(
    loaded: Loaded, job: Job, new_sites: NewSites
) -> tuple[Network, "gpd.GeoDataFrame", tuple[Attachments, Attachments]]:
    """Put together the network of a scenario, its sites, and where residents and sites hang.

    Parameters
    ----------
    loaded
        The study.
    job
        The scenario and the profile.
    new_sites
        What `attach_new_sites` returns.

    Returns
    -------
    network, sites, attachments
        As the scenario leaves them; of today the very objects of the study.
    """
    network, sites = loaded.today.networks[job.profile], loaded.today.sites
    people, places = loaded.attachments[job.profile]
    resolved = job.scenario
    if resolved is None:
        return network, sites, (people, places)
    edits = resolved.site_edits
    if edits.categories:
        sites = edits.sites
        places = join_sites(edits, places, new_sites[resolved.scenario.key, job.profile])
    applied = apply_scenario(
        resolved,
        network,
        AttachedPlaces(loaded.residents, people),
        AttachedPlaces(sites, places),
    )
    first, second = applied.attachments
    return applied.network, sites, (first, second)


def attach_new_sites(loaded: Loaded, resolved: Sequence[ResolvedScenario]) -> NewSites:
    """Attach the added and moved sites of all scenarios to the networks of today.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.

    Returns
    -------
    new_sites
        Attachments by scenario and profile, places in the order of the scenario's sites.
    """
    tables = [each.site_edits.sites.iloc[stay_rows(each.site_edits)[1]] for each in resolved]
    ends = np.cumsum([0, *(len(table) for table in tables)])
    networks = {profile: loaded.today.networks[profile] for profile in loaded.study.profiles}
    if ends[-1]:
        everywhere = pd.concat([table for table in tables if len(table)])
        attached = run_each(lambda network: attach(network, everywhere), list(networks.values()))
    else:
        none = np.empty(0, np.int32)
        attached = [take_places(loaded.attachments[profile][1], none) for profile in networks]
    return {
        (each.scenario.key, profile): take_places(table, np.arange(first, end, dtype=np.int32))
        for profile, table in zip(networks, attached, strict=True)
        for each, first, end in zip(resolved, ends[:-1], ends[1:], strict=True)
    }


def join_sites(edits: SiteEdits, today: Attachments, new: Attachments) -> Attachments:
    """Put the attachments of a scenario's sites together.

    Parameters
    ----------
    edits
        The sites of the scenario.
    today
        Today's sites on the network of one profile.
    new
        Added and moved sites on it.

    Returns
    -------
    attachments
        In the order of the scenario's sites; a site that stays hangs where it does today.
    """
    staying, rows = stay_rows(edits)
    stacked = stack_places([take_places(today, edits.today_row[staying]), new])
    order = np.argsort(np.concatenate([staying, rows]), kind="stable")
    return take_places(stacked, order.astype(np.int32))
