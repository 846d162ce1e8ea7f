"""Compute the access times of today and of every scenario, and no more of them than needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from .._types import Floats, Progress
from ..access.edges import edge_minutes, mark_minutes
from ..access.nearest import access_times
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
from .loading import Loaded

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

    def run(job: Job) -> dict[str, pd.DataFrame]:
        tables = _compute(loaded, job, new_sites)
        done.append(1)
        progress(COMPUTING, len(done), len(jobs))
        return tables

    computed: dict[tuple[str, str, str], pd.DataFrame] = {}
    for job, tables in zip(jobs, run_each(run, jobs), strict=True):
        key = TODAY if job.scenario is None else job.scenario.scenario.key
        computed |= {(key, job.profile, category): table for category, table in tables.items()}
    keys = [TODAY, *(each.scenario.key for each in resolved)]
    return _stack(loaded, keys, computed)


def _stack(
    loaded: Loaded, keys: Sequence[str], computed: Mapping[tuple[str, str, str], pd.DataFrame]
) -> pd.DataFrame:
    """Put the tables one after the other; where a scenario has none, that of today."""
    profiles, categories = loaded.study.profiles, loaded.study.categories
    wanted = list(product(keys, profiles, categories))
    source = [each if each in computed else (TODAY, *each[1:]) for each in wanted]
    rows = len(loaded.residents) * loaded.study.nearest
    scenario, profile, category = (
        np.repeat(np.array(codes, np.int32), rows)
        for codes in zip(*product(*map(range, map(len, (keys, profiles, categories)))), strict=True)
    )
    cells = loaded.residents["cell"].to_numpy(object)
    cell = np.tile(np.repeat(np.arange(cells.size), loaded.study.nearest), len(wanted))
    rank = np.tile(np.arange(1, loaded.study.nearest + 1, dtype=np.int32), cells.size * len(wanted))
    return pd.DataFrame(
        {
            "scenario": pd.Categorical.from_codes(scenario, pd.Index(keys)),
            "profile": pd.Categorical.from_codes(profile, pd.Index(profiles)),
            "cell": pd.Categorical.from_codes(cell, pd.Index(cells)),
            "category": pd.Categorical.from_codes(category, pd.Index(categories)),
            "rank": rank,
            "site": _stack_texts(computed, source, "site"),
            "minutes": np.concatenate([computed[each]["minutes"].to_numpy() for each in source]),
            **{
                name: _stack_texts(computed, source, name)
                for name in ("reason", "position_quality", "edge")
            },
        }
    )


def _stack_texts(
    computed: Mapping[tuple[str, str, str], pd.DataFrame],
    source: Sequence[tuple[str, str, str]],
    column: str,
) -> "pd.Categorical[str]":
    """Join a column of texts; each text that occurs is stored once."""
    columns = {key: computed[key][column].cat for key in dict.fromkeys(source)}
    known = {id(each.categories): each.categories for each in columns.values()}
    distinct: list[pd.Index[str]] = []
    for own in known.values():  # most tables know the same names
        if not any(own.equals(other) for other in distinct):
            distinct.append(own)
    names = pd.Index(sorted(set().union(*distinct)))
    code_of_name = {
        key: np.append(names.get_indexer(own), -1).astype(np.int32) for key, own in known.items()
    }
    code_of = {
        key: code_of_name[id(each.categories)][each.codes.to_numpy()]
        for key, each in columns.items()
    }
    codes = np.concatenate([code_of[key] for key in source])
    return pd.Categorical.from_codes(codes, names).remove_unused_categories()


def _compute(loaded: Loaded, job: Job, new_sites: NewSites) -> dict[str, pd.DataFrame]:
    network, sites, attachments = settle_situation(loaded, job, new_sites)
    table = access_times(
        network,
        loaded.residents,
        sites,
        k=loaded.study.nearest,
        categories=job.categories,
        attachments=attachments,
    )
    edge_min = find_edge(loaded, network, attachments[0])
    needed = table["minutes"].fillna(np.inf).to_numpy(np.float64)
    rows_of_cell = np.tile(np.repeat(edge_min, loaded.study.nearest), len(job.categories))
    table["edge"] = mark_minutes(needed, rows_of_cell)
    rows = len(loaded.residents) * loaded.study.nearest
    return {
        category: table.iloc[first * rows : (first + 1) * rows]
        for first, category in enumerate(job.categories)
    }


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
