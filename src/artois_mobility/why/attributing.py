"""Which change of a scenario brought which part of what it does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import factorial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from .._types import Floats, Progress, tell_nobody
from ..changes.notices import Notice
from ..changes.sentences import Language, sentence
from ..errors import StudyError
from ..scenarios.reading import read_scenario
from ..scenarios.resolving import resolve
from ..study.loading import load
from ..study.touching import name_site
from .grouping import Group, find_groups, list_unions
from .trials import Combination, Pair, Trials, is_schematic, prepare_trials

if TYPE_CHECKING:
    import pandas as pd

    from ..scenarios.reading import Scenario
    from ..study.files import Study
    from ..study.loading import Loaded

Method: TypeAlias = Literal["auto", "shapley", "leave_one_out"]

# All subsets of so many changes are computed; of more, only those that lack one of them.
MOST_FOR_SHAPLEY: Final = 8
ATTRIBUTING: Final = "combinations of changes"


@dataclass(frozen=True, slots=True, eq=False)
class Attribution:
    """What each change of a scenario brought.

    The figures, in `parts`, `whole` and `remainder`, are `gained_person_min` (minutes that people
    gain on the way to the nearest site, summed over those who reach one before and after),
    `newly_reaching` and `no_longer_reaching` (people who reach a site in one of the two only), and
    for each threshold of the study `more_within_<t>_min` (people within it after, less those
    before; below zero where there are fewer).

    Attributes
    ----------
    scenario
        Key of the scenario.
    method
        `"shapley"` or `"leave_one_out"`.
    changes
        One row per part: `part` from 1, `changes` (numbers of the changes in the file, from 1),
        `kind`, `sentence`, and `reason`: why some are taken together, or that they act on nothing
        that the study asks for; `""` for a change by itself.
    parts
        One row per part, profile and category that any change can act on: the columns of `changes`
        but `reason`, `profile`, `category`, the figures, `reason`.
    whole
        What the scenario does: `profile`, `category`, the figures.
    remainder
        The whole less all parts, likewise: zero for Shapley's parts, which add up; of leave-one-out
        what changes do only together, or what several of them do alike.
    is_schematic
        True when the extract is a made-up territory.
    """

    scenario: str
    method: str
    changes: "pd.DataFrame"
    parts: "pd.DataFrame"
    whole: "pd.DataFrame"
    remainder: "pd.DataFrame"
    is_schematic: bool


def attribute(
    study: "Study",
    scenario_path: str | Path,
    *,
    method: Method = "auto",
    progress: Progress | None = None,
) -> Attribution:
    """Compute which change of a scenario brought which part of its effect, in person-minutes.

    Each combination of changes is applied to today and computed exactly, and no profile and
    category of it twice. A change that stands only with another, such as a link that ends on
    another new link, is taken together with it, and the result says so.

    Parameters
    ----------
    study
        What today is.
    scenario_path
        A scenario file.
    method
        `"shapley"`: the mean of what a change adds over all orders in which the changes could be
        made; parts add up to the whole, and changes that do the same get the same; up to eight
        changes. `"leave_one_out"`: what is lost without the change, all others made. `"auto"`: the
        first where it can be had.
    progress
        Told about every stage.

    Returns
    -------
    attribution
        One row per change, profile and category, and the whole.

    Raises
    ------
    StudyError
        If the scenario is faulty, or has too many changes for the method.
    InputError
        If the study's data is faulty.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games II,
    307-317. doi:10.1515/9781400881970-018
    """
    scenario = read_scenario(scenario_path)
    chosen = choose_method(method, len(scenario.changes))
    report = progress or tell_nobody
    return attribute_loaded(load(study, report), scenario, method=chosen, progress=report)


def attribute_loaded(
    loaded: "Loaded", scenario: "Scenario", *, method: str, progress: Progress = tell_nobody
) -> Attribution:
    """Attribute the effect of a scenario to its changes, the study in memory.

    Parameters
    ----------
    loaded
        The study.
    scenario
        Any.
    method
        `"shapley"` or `"leave_one_out"`.
    progress
        Told about every few combinations.

    Returns
    -------
    attribution
        As `am.attribute` returns it.

    Raises
    ------
    StudyError
        If the scenario does not fit the study.
    """
    resolve([scenario], loaded.today)  # what is wrong is told once, and in full
    people = loaded.residents["population"].to_numpy(np.float64)
    thresholds_min = loaded.study.thresholds_min
    measure = partial(measure_effect, people, thresholds_min)
    trials = prepare_trials(loaded, scenario, measure)
    listing = list_unions if method == "shapley" else _list_all_but_one
    groups = find_groups(trials, listing, progress, ATTRIBUTING)
    share = _shapley_value if method == "shapley" else _lost_without
    parts = {pair: share(trials, groups, pair) for pair in trials.rows_of_pair}
    whole = trials.figures(frozenset(range(len(scenario.changes))))
    return _tabulate(trials, method, groups, parts, whole)


def choose_method(method: str, change_count: int) -> str:
    """Choose how to attribute.

    Parameters
    ----------
    method
        `"auto"`, `"shapley"` or `"leave_one_out"`.
    change_count
        How many changes there are.

    Returns
    -------
    method
        `"shapley"` or `"leave_one_out"`.

    Raises
    ------
    StudyError
        If there is no such method, or there are too many changes for it.

    Examples
    --------
    >>> choose_method("auto", 8), choose_method("auto", 9)
    ('shapley', 'leave_one_out')
    >>> choose_method("shapley", 9)
    Traceback (most recent call last):
    artois_mobility.errors.StudyError: Shapley's parts of 9 changes ...
    """
    if method not in get_args(Method):
        msg = f"method must be 'auto', 'shapley' or 'leave_one_out'; found {method!r}."
        raise StudyError(msg)
    if method == "shapley" and change_count > MOST_FOR_SHAPLEY:
        msg = (
            f"Shapley's parts of {change_count} changes need {2**change_count} computations; "
            f"allowed are {MOST_FOR_SHAPLEY} changes. Use method 'leave_one_out', or write "
            "several scenarios."
        )
        raise StudyError(msg)
    if method == "auto":
        return "shapley" if change_count <= MOST_FOR_SHAPLEY else "leave_one_out"
    return method


def measure_effect(
    people: Floats, thresholds_min: Sequence[float], before: Floats, after: Floats
) -> Floats:
    """Measure what a situation changes on the way to the nearest site.

    Parameters
    ----------
    people
        In each cell, shape (p,).
    thresholds_min
        Minutes within which people are counted.
    before, after
        Minutes, NaN for none, shape (p,).

    Returns
    -------
    figures
        In the order of `name_figures`.

    Examples
    --------
    >>> people = np.array([10.0, 1.0])
    >>> measure_effect(people, [5.0], np.array([9.0, 4.0]), np.array([5.0, np.nan])).tolist()
    [40.0, 0.0, 1.0, 9.0]
    """
    had, has = ~np.isnan(before), ~np.isnan(after)
    gained_min = np.where(had & has, before - after, 0.0)
    within = [
        people @ ((after <= limit).astype(np.float64) - (before <= limit))
        for limit in thresholds_min
    ]
    return np.array([people @ gained_min, people[~had & has].sum(), people[had & ~has].sum(),
                     *within])  # fmt: skip


def name_figures(thresholds_min: Sequence[float]) -> list[str]:
    """Name the figures of `measure_effect`.

    Parameters
    ----------
    thresholds_min
        Minutes within which people are counted.

    Returns
    -------
    names
        Of columns.

    Examples
    --------
    >>> name_figures([10.0])
    ['gained_person_min', 'newly_reaching', 'no_longer_reaching', 'more_within_10_min']
    """
    within = [f"more_within_{limit:g}_min" for limit in thresholds_min]
    return ["gained_person_min", "newly_reaching", "no_longer_reaching", *within]


def _list_all_but_one(players: Sequence[Combination]) -> Iterator[list[Combination]]:
    everything = frozenset().union(*players)
    yield [everything, *(everything - each for each in players)]


def _shapley_value(trials: Trials, groups: Sequence[Group], pair: Pair) -> list[Floats]:
    """Average what each group adds over all orders of those that can act on a pair."""
    acting = [each.rows for each in groups if each.rows & trials.rows_of_pair[pair]]
    known = trials.known
    nothing = np.zeros_like(known[pair, frozenset()])
    parts = []
    for group in groups:
        others = [each for each in acting if each != group.rows]
        own = group.rows & trials.rows_of_pair[pair]
        total = nothing.copy()
        for size in range(len(others) + 1) if own else ():
            weight = factorial(size) * factorial(len(others) - size) / factorial(len(others) + 1)
            for chosen in combinations(others, size):
                base = frozenset().union(*chosen) & trials.rows_of_pair[pair]
                total += weight * (known[pair, base | own] - known[pair, base])
        parts.append(total)
    return parts


def _lost_without(trials: Trials, groups: Sequence[Group], pair: Pair) -> list[Floats]:
    acting = trials.rows_of_pair[pair]
    whole = trials.known[pair, acting]
    return [whole - trials.known[pair, acting - each.rows] for each in groups]


def _tabulate(
    trials: Trials,
    method: str,
    groups: Sequence[Group],
    parts: dict[Pair, list[Floats]],
    whole: dict[Pair, Floats],
) -> Attribution:
    import pandas as pd

    loaded = trials.loaded
    names = name_figures(loaded.study.thresholds_min)
    described = [_describe(trials, number, each) for number, each in enumerate(groups, start=1)]
    pairs = list(trials.rows_of_pair)
    labels = {"profile": [p for p, _ in pairs], "category": [c for _, c in pairs]}

    def lay_out(figures: Sequence[Floats]) -> "pd.DataFrame":
        columns = np.array(figures, float).reshape(len(pairs), len(names))
        return pd.DataFrame({**labels, **dict(zip(names, columns.T, strict=True))})

    own = [
        lay_out([parts[pair][number] for pair in pairs]).assign(part=number + 1)
        for number in range(len(groups))
    ]
    order = ["part", "changes", "kind", "sentence", "profile", "category", *names, "reason"]
    columns = ["part", "changes", "kind", "sentence", "reason"]
    changes = pd.DataFrame(described, columns=columns)
    return Attribution(
        trials.scenario.key,
        method,
        changes,
        pd.concat(own or [lay_out([]).assign(part=0)]).merge(changes, on="part")[order],
        lay_out([whole[pair] for pair in pairs]),
        lay_out([whole[pair] - np.sum(parts[pair], axis=0) for pair in pairs]),
        is_schematic(loaded),
    )


def _describe(trials: Trials, number: int, group: Group) -> dict[str, object]:
    loaded, scenario = trials.loaded, trials.scenario
    language: Language = loaded.study.language
    changes = [scenario.changes[row] for row in sorted(group.rows)]
    acts = any(group.rows & rows for rows in trials.rows_of_pair.values())
    notice = group.reason or (None if acts else Notice("acts_on_nothing"))
    return {
        "part": number,
        "changes": ", ".join(str(row + 1) for row in sorted(group.rows)),
        "kind": ", ".join(change.kind for change in changes),
        "sentence": " ".join(sentence(name_site(each, loaded), language) for each in changes),
        "reason": "" if notice is None else notice.say(language),
    }
