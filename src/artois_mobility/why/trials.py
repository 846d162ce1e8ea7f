"""Combinations of changes, each resolved and computed at most once, and only where it can act."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from .._types import Floats, Progress
from ..access.nearest import find_nearest, rows_of_categories
from ..changes.people_schema import PeopleChange, SiteSetting
from ..changes.schema import AddSite, Change, MoveSite, RemoveSite
from ..changes.water_schema import WaterChange
from ..routing.ends import minutes_of
from ..routing.threads import run_each
from ..scenarios.resolving import try_to_resolve
from ..scenarios.timetable_plans import is_of_timetable
from ..scenarios.way_changes import profiles_of
from ..study.files import streets_of
from ..study.new_sites import attach_new_sites
from ..study.rides import Riding
from ..study.riding import ride_today
from ..study.running import Job, ride_in, settle_situation, touched_categories
from ..transit.naming import TRANSIT

if TYPE_CHECKING:
    from ..scenarios.reading import Scenario
    from ..scenarios.resolved import ResolvedScenario
    from ..study.loading import Loaded
    from ..study.new_sites import NewSites

# A profile and a category.
Pair: TypeAlias = tuple[str, str]
# Rows of changes that are taken together.
Combination: TypeAlias = frozenset[int]
# Turns minutes before and after, one for each cell and NaN for none, into figures.
Measure: TypeAlias = Callable[[Floats, Floats], Floats]

# So many combinations are in memory at a time.
CHUNK: Final = 16


class Fault(NamedTuple):
    """Why a combination cannot be had.

    Attributes
    ----------
    row
        Of the change at fault.
    reason
        What is wrong, changes counted within the combination.
    """

    row: int
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """What combinations of changes do.

    Attributes
    ----------
    loaded
        The study.
    scenario
        All changes that may be combined.
    measure
        What is told of each combination.
    rows_of_pair
        Which changes can act on each profile and category; pairs that none can are left out.
    today
        Minutes to the nearest site today, of each pair, shape (p,).
    riding
        Today's journeys by public transport; None where nobody asks for them.
    known
        Figures by pair and by those changes of the combination that can act on it.
    faults_of
        Why each combination tried cannot be had; nothing for those that can.
    """

    loaded: "Loaded"
    scenario: "Scenario"
    measure: Measure
    rows_of_pair: Mapping[Pair, Combination]
    today: Mapping[Pair, Floats]
    riding: Riding | None = None
    known: dict[tuple[Pair, Combination], Floats] = field(default_factory=dict)
    faults_of: dict[Combination, tuple[Fault, ...]] = field(default_factory=dict)

    def figures(self, combination: Combination) -> dict[Pair, Floats]:
        """Give what was found of a combination that was tried and can be had.

        Parameters
        ----------
        combination
            Rows of its changes.

        Returns
        -------
        figures
            By pair.
        """
        return {
            pair: self.known[pair, combination & rows] for pair, rows in self.rows_of_pair.items()
        }


def prepare_trials(
    loaded: "Loaded",
    scenario: "Scenario",
    measure: Measure,
    pairs: Iterable[Pair] | None = None,
) -> Trials:
    """Find out which changes can act where, and how things are today.

    Parameters
    ----------
    loaded
        The study.
    scenario
        All changes that may be combined.
    measure
        What is to be told of each combination.
    pairs
        Which profiles and categories are asked for; None for all of the study.

    Returns
    -------
    trials
        Nothing tried yet but the combination of no change.
    """
    study = loaded.study
    every = [(p, c) for p in study.profiles for c in study.categories]
    asked = every if pairs is None else pairs
    acts = [_pairs_of(loaded, scenario, row) for row in range(len(scenario.changes))]
    rows_of_pair = {
        pair: frozenset(row for row, own in enumerate(acts) if pair in own) for pair in asked
    }
    rows_of_pair = {pair: rows for pair, rows in rows_of_pair.items() if rows}
    today: dict[Pair, Floats] = {}
    riding = None
    for profile in dict.fromkeys(profile for profile, _ in rows_of_pair):
        own = tuple(category for name, category in rows_of_pair if name == profile)
        if profile == TRANSIT:
            riding = ride_today(loaded, own)
        today |= _compute(loaded, riding, Job(None, profile, own), {})
    trials = Trials(loaded, scenario, measure, rows_of_pair, today, riding)
    trials.known.update({(p, frozenset()): measure(each, each) for p, each in today.items()})
    trials.faults_of[frozenset()] = ()
    return trials


def try_all(
    trials: Trials, combinations: Sequence[Combination], progress: Progress, stage: str
) -> list[Combination]:
    """Resolve combinations, and compute what is not known yet of those that can be had.

    Parameters
    ----------
    trials
        What is known grows in it.
    combinations
        Any; those tried before cost nothing.
    progress
        Told after every few combinations.
    stage
        What it is told.

    Returns
    -------
    faulty
        Those that cannot be had, in the order given.
    """
    new = [each for each in dict.fromkeys(combinations) if not _is_known(trials, each)]
    for first in range(0, len(new), CHUNK):
        progress(stage, first, len(new))
        _try_chunk(trials, new[first : first + CHUNK])
    progress(stage, len(new), len(new))
    return [each for each in combinations if trials.faults_of[each]]


def check_all(trials: Trials, combinations: Sequence[Combination]) -> list[Combination]:
    """Resolve combinations without computing them.

    Parameters
    ----------
    trials
        What is known grows in it.
    combinations
        Any.

    Returns
    -------
    faulty
        Those that cannot be had, in the order given.
    """
    _resolve(trials, [each for each in combinations if each not in trials.faults_of])
    return [each for each in combinations if trials.faults_of[each]]


def _is_known(trials: Trials, combination: Combination) -> bool:
    if combination not in trials.faults_of:
        return False
    return bool(trials.faults_of[combination]) or all(
        (pair, combination & rows) in trials.known for pair, rows in trials.rows_of_pair.items()
    )


def restrict(scenario: "Scenario", rows: Combination) -> "Scenario":
    """Keep some changes of a scenario.

    Parameters
    ----------
    scenario
        Any.
    rows
        Of the changes that stay.

    Returns
    -------
    scenario
        Under a key of its own, unless all stay; it shows nothing first.
    """
    kept = sorted(rows)
    whole = len(kept) == len(scenario.changes)
    key = scenario.key if whole else f"{scenario.key}#{','.join(map(str, kept))}"
    return replace(
        scenario,
        key=key,
        changes=tuple(scenario.changes[row] for row in kept),
        lines=tuple(scenario.lines[row] for row in kept),
        origins=tuple(scenario.origins[row] for row in kept) if scenario.origins else (),
        focus_profiles=(),
        focus_categories=(),
    )


def _resolve(
    trials: Trials, combinations: Sequence[Combination]
) -> list[tuple[Combination, "ResolvedScenario"]]:
    """Resolve combinations, note their faults, and keep those without any."""
    today, scenario = trials.loaded.today, trials.scenario
    tried = run_each(lambda rows: try_to_resolve(restrict(scenario, rows), today), combinations)
    for rows, (_, findings) in zip(combinations, tried, strict=True):
        kept = sorted(rows)
        trials.faults_of[rows] = tuple(Fault(kept[row], text) for row, text in findings.faults)
    resolved = [each for each, _ in tried]
    pairs = zip(combinations, resolved, strict=True)
    return [(rows, each) for rows, each in pairs if not trials.faults_of[rows]]


def _try_chunk(trials: Trials, combinations: Sequence[Combination]) -> None:
    found = _resolve(trials, combinations)
    new_sites = attach_new_sites(trials.loaded, [resolved for _, resolved in found])
    jobs = list(_list_jobs(trials, found))
    riding = trials.riding
    tables = run_each(lambda job: _compute(trials.loaded, riding, job[1], new_sites), jobs)
    for (rows, _), table in zip(jobs, tables, strict=True):
        for pair, minutes in table.items():
            acting = rows & trials.rows_of_pair[pair]
            trials.known[pair, acting] = trials.measure(trials.today[pair], minutes)


def _list_jobs(
    trials: Trials, found: Sequence[tuple[Combination, "ResolvedScenario"]]
) -> Iterator[tuple[Combination, Job]]:
    """List what is not known yet, each once: what cannot act on a pair changes nothing of it."""
    listed: set[tuple[Pair, Combination]] = set(trials.known)
    for rows, resolved in found:
        wanted: dict[str, list[str]] = {}
        for pair, own in trials.rows_of_pair.items():
            key = pair, rows & own
            if key not in listed:
                listed.add(key)
                wanted.setdefault(pair[0], []).append(pair[1])
        for profile, categories in wanted.items():
            yield rows, Job(resolved, profile, tuple(categories))


def _compute(
    loaded: "Loaded", riding: Riding | None, job: Job, new_sites: "NewSites"
) -> dict[Pair, Floats]:
    if job.profile == TRANSIT and riding is not None:
        rides = ride_in(loaded, riding, job, new_sites).rides
        times = [rides[category].found.median_ms[0] for category in job.categories]
    else:
        network, sites, attachments = settle_situation(loaded, job, new_sites)
        found = find_nearest(network, attachments, rows_of_categories(sites, job.categories))
        times = [time_ms[:, 0] for _, time_ms in found]
    return {
        (job.profile, category): minutes_of(time_ms)
        for category, time_ms in zip(job.categories, times, strict=True)
    }


def _pairs_of(loaded: "Loaded", scenario: "Scenario", row: int) -> set[Pair]:
    """List the pairs that a change could ever act on, whatever it is combined with."""
    study, change = loaded.study, scenario.changes[row]
    profiles: Sequence[str] = study.profiles
    categories: Sequence[str] = study.categories
    if is_of_timetable(change):
        profiles = [each for each in profiles if each == TRANSIT]
    elif isinstance(change, WaterChange | PeopleChange | SiteSetting):
        return set()  # effects are counted for the people of today, on their own way
    elif is_of_sites(change):
        alone, _ = try_to_resolve(restrict(scenario, frozenset([row])), loaded.today)
        categories = touched_categories(alone, categories)
    else:
        acts = profiles_of(change, loaded.today)
        profiles = [each for each in profiles if streets_of(study, each) in acts]
    return {(profile, category) for profile in profiles for category in categories}


def is_of_sites(change: Change) -> bool:
    """Tell whether a change opens, moves or closes a site and touches no network.

    Parameters
    ----------
    change
        Any.

    Returns
    -------
    is_of_sites
        True for the three kinds.

    Examples
    --------
    >>> is_of_sites(RemoveSite(kind="remove_site", site="w123"))
    True
    """
    return isinstance(change, AddSite | MoveSite | RemoveSite)


def sum_figures(figures: Mapping[Pair, Floats]) -> Floats:
    """Sum figures over all pairs.

    Parameters
    ----------
    figures
        By pair.

    Returns
    -------
    sums
        In the order of the figures; one 0 for no pair at all.

    Examples
    --------
    >>> sum_figures({("walk", "care"): np.array([1.0]), ("car", "care"): np.array([2.0])})
    array([3.])
    >>> sum_figures({})
    array([0.])
    """
    return np.sum(list(figures.values()), axis=0) if figures else np.zeros(1)


def is_schematic(loaded: "Loaded") -> bool:
    """Tell whether a study is about a made-up territory.

    Parameters
    ----------
    loaded
        The study.

    Returns
    -------
    is_schematic
        Then everything shown must say so.
    """
    networks = loaded.today.networks.values()
    return loaded.today.extract.source.is_schematic or any(
        each.provenance.is_schematic for each in networks
    )
