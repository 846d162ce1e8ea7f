"""Compute the access times of today and of every scenario, and no more of them than needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from .._types import Floats, Progress
from ..access.edges import edge_minutes, time_to_rim
from ..access.nearest import find_nearest, rows_of_categories
from ..kernels.nearest import NO_SITE
from ..network.model import Network
from ..places.attachments import Attachments
from ..places.categories import is_below
from ..routing.threads import run_each
from ..scenarios.applying import AttachedPlaces, apply_scenario
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario
from ..transit.naming import TRANSIT
from .answers import Answer, name_reasons, name_sites, tabulate_answers
from .files import on_streets, streets_of
from .loading import Loaded
from .new_sites import NewSites, join_sites
from .repairing import answer_by_repair
from .rides import Riding
from .riding import answer_of_riding, ride, ride_today, tabulate_rides
from .standing import Standing, answer_of_keys, stand

if TYPE_CHECKING:
    import geopandas as gpd

COMPUTING: Final = "access times"


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Times of all situations.

    Attributes
    ----------
    access
        `scenario`, `profile`, `cell`, `category`, `rank`, `site`, `minutes`, `reason`,
        `position_quality`, `edge`.
    transit
        By public transport, `scenario`, `cell`, `category`, `minutes_50`, `minutes_85`,
        `share_within_10` and so on for each threshold, `on_foot`; None where nobody asks.
    """

    access: pd.DataFrame
    transit: pd.DataFrame | None


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
            is_other = profile == TRANSIT and bool(each.timetable.edits)
            is_other |= streets_of(study, profile) in each.edits
            categories = study.categories if is_other else of_sites
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
) -> Times:
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
    times
        Scenarios, profiles and categories in the order of the study, today first. Texts are
        categorical.
    """
    jobs = list_jobs(loaded, resolved)
    done: list[int] = []
    progress(COMPUTING, 0, len(jobs))
    profiles = on_streets(loaded.study)
    stood = run_each(lambda each: stand(loaded, each), profiles)
    ground = dict(zip(profiles, stood, strict=True))

    def tell() -> None:
        done.append(1)
        progress(COMPUTING, len(done), len(jobs))

    def run(job: Job) -> Answer:
        answer = find_answer(loaded, ground[job.profile], job, new_sites)
        tell()
        return answer

    by_street = [job for job in jobs if job.profile in ground]
    found = {
        (_key_of(job), job.profile): answer
        for job, answer in zip(by_street, run_each(run, by_street), strict=True)
    }
    rides: dict[str, Riding] = {}
    if loaded.transit is not None:
        today = rides[TODAY] = ride_today(loaded)
        tell()
        others = [job for job in jobs if job.profile == TRANSIT and job.scenario is not None]

        def ride_on(job: Job) -> Riding:
            riding = ride_in(loaded, today, job, new_sites)
            tell()
            return riding

        rides |= zip(map(_key_of, others), run_each(ride_on, others), strict=True)
    categories = loaded.study.categories
    for job in jobs:
        if job.profile == TRANSIT:
            own = rides[_key_of(job)]
            found[_key_of(job), TRANSIT] = answer_of_riding(own, job.categories)
    keys = [TODAY, *(each.scenario.key for each in resolved)]
    cells = loaded.residents["cell"].astype(str).to_numpy(object)
    return Times(
        tabulate_answers(found, keys, loaded.study.profiles, categories, cells),
        tabulate_rides(rides, keys, loaded.study, cells) if rides else None,
    )


def _key_of(job: Job) -> str:
    return TODAY if job.scenario is None else job.scenario.scenario.key


def ride_in(loaded: Loaded, today: Riding, job: Job, new_sites: NewSites) -> Riding:
    """Compute the journeys by public transport that a scenario changes.

    Parameters
    ----------
    loaded
        The study.
    today
        What `ride_today` returns.
    job
        The scenario and the categories.
    new_sites
        What `attach_new_sites` returns.

    Returns
    -------
    riding
        The same as of computing everything anew; today's own where there is no scenario.
    """
    if job.scenario is None:
        return today
    own = new_sites.get((job.scenario.scenario.key, streets_of(loaded.study, job.profile)))
    return ride(loaded, today, job.scenario, job.categories, own)


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
    streets = streets_of(loaded.study, job.profile)
    network, sites = loaded.today.networks[streets], loaded.today.sites
    people, places = loaded.attachments[streets]
    resolved = job.scenario
    if resolved is None:
        return network, sites, (people, places)
    edits = resolved.site_edits
    if edits.categories:
        sites = edits.sites
        places = join_sites(edits, places, new_sites[resolved.scenario.key, streets])
    applied = apply_scenario(
        resolved,
        network,
        AttachedPlaces(loaded.residents, people),
        AttachedPlaces(sites, places),
    )
    first, second = applied.attachments
    return applied.network, sites, (first, second)
