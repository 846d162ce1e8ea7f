"""Which combination of candidates gains most within a budget."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .._types import Progress, tell_nobody
from ..changes.schema import Change
from ..changes.writing import write_scenario
from ..errors import StudyError
from ..scenarios.reading import Scenario, read_scenarios
from ..scenarios.resolving import resolve
from ..study.comparing import choose_files
from ..study.loading import load
from .bounds import (
    ALL_BUILT,
    ALL_TRIED,
    GAINS_SHRINK,
    Structure,
    check_bound,
    find_structure,
    most_within,
)
from .goals import Goal, Objective, check_question, settle_goal
from .searching import (
    NOTHING,
    SAME,
    Choice,
    Search,
    Step,
    list_choices,
    list_conflicts,
    search_greedily,
)
from .trials import check_all, is_schematic, prepare_trials

if TYPE_CHECKING:
    import pandas as pd

    from ..study.files import Study
    from ..study.loading import Loaded

# A file that says no cost costs this.
DEFAULT_COST: Final = 1.0
# Up to so many combinations within the budget, all are tried unless the caller decides.
FEW: Final = 256
MOST: Final = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """The best combination found.

    Attributes
    ----------
    chosen
        One row per candidate chosen: `candidate` (stem of its file), `name`, `cost`, `gain_alone`
        (made by itself) and `gain_last` (lost without it, all others made).
    value
        What the combination gains, computed exactly.
    cost, budget
        What it costs, and what may be spent.
    method
        `"all_tried"` where no combination within the budget is better, else `"greedy"`.
    bound
        No combination within the budget gains more; NaN where that cannot be told.
    bound_from
        Why the bound holds: `"all_tried"`; `"gains_shrink"`: together, candidates gain no more than
        each alone, because they only open sites or act on different things; `"all_built"`: they
        only open sites, links and lines, and all of them at once gain no less than some; `""` for
        none.
    best_single
        The best candidate by itself, or `""`.
    steps
        The path of choices: `step`, `move` (`add`, `single`, `drop`, `swap`, or `better` for one
        found among all), `candidates`, `cost`, `value`.
    tried
        Every combination computed, some for the bound alone: `candidates`, `cost`, `value`.
    conflicts
        Candidates that exclude each other, and why: `candidates`, `reason`, changes counted through
        both files. They are never combined.
    changes, assumptions
        Of the best combination.
    is_schematic
        True when the extract is a made-up territory.
    """

    chosen: "pd.DataFrame"
    value: float
    cost: float
    budget: float
    method: str
    bound: float
    bound_from: str
    best_single: str
    steps: "pd.DataFrame"
    tried: "pd.DataFrame"
    conflicts: "pd.DataFrame"
    changes: tuple[Change, ...]
    assumptions: tuple[str, ...]
    is_schematic: bool

    def write(
        self, path: str | Path, name: str, *, question: str = "", overwrite: bool = False
    ) -> Path:
        """Write the best combination as one scenario file.

        Parameters
        ----------
        path
            Where to; ends in `.toml`.
        name
            Its title.
        question
            The question that it answers.
        overwrite
            Whether a file that is there may be replaced.

        Returns
        -------
        path
            Where it is.

        Raises
        ------
        StudyError
            If it cannot be written there.
        """
        return write_scenario(
            path,
            name,
            self.changes,
            question=question,
            assumptions=self.assumptions,
            cost=self.cost,
            overwrite=overwrite,
        )


def optimise(
    study: "Study",
    candidates: Sequence[str | Path],
    budget: float,
    *,
    objective: Objective | Goal = "person_minutes",
    exact: bool | None = None,
    progress: Progress | None = None,
) -> Optimum:
    """Find which candidates together gain most within a budget, and how good that is.

    Every combination that is tried is applied to today and computed exactly. Where few are within
    the budget all are tried; else the one that gains most per cost is added again and again, the
    result is compared with the best single candidate, and candidates are exchanged while it helps.

    Parameters
    ----------
    study
        What today is.
    candidates
        Scenario files; each may say what it costs (`cost = 2.5`), else it costs 1. The study's own
        file among them is passed over, and so is a file given twice.
    budget
        What the chosen ones may cost together.
    objective
        `"person_minutes"` or `"people_within"` the study's first threshold, summed over all
        profiles and categories; or an `am.Goal`, which says more.
    exact
        True to try all combinations within the budget, False never to; None decides by their
        number.
    progress
        Told about every stage.

    Returns
    -------
    optimum
        The combination, its exact value, a bound where one holds, and the path of choices.

    Raises
    ------
    StudyError
        If a file is faulty or does not fit the study, or an argument is wrong.
    InputError
        If the study's data is faulty.

    References
    ----------
    Nemhauser, G. L., Wolsey, L. A. and Fisher, M. L. (1978). An analysis of approximations for
    maximizing submodular set functions I. Mathematical Programming 14, 265-294.
    doi:10.1007/BF01588971
    """
    scenarios = read_scenarios(choose_files(study, candidates))
    wanted = objective if isinstance(objective, Goal) else Goal(objective)
    check_question(study, scenarios, budget, wanted)
    report = progress or tell_nobody
    return optimise_loaded(
        load(study, report), scenarios, budget, wanted, exact=exact, progress=report
    )


def optimise_loaded(
    loaded: "Loaded",
    scenarios: Sequence[Scenario],
    budget: float,
    goal: Goal,
    *,
    exact: bool | None = None,
    progress: Progress = tell_nobody,
) -> Optimum:
    """Find the best combination, the study in memory.

    Parameters
    ----------
    loaded
        The study.
    scenarios
        The candidates.
    budget
        What may be spent.
    goal
        What is to be gained.
    exact
        As of `am.optimise`.
    progress
        Told about every few combinations.

    Returns
    -------
    optimum
        As `am.optimise` returns it.

    Raises
    ------
    StudyError
        If a candidate does not fit the study, or there are too many combinations to try all.
    ResultError
        If a bound lies below what was found, which would be a fault of the program.
    """
    resolve(scenarios, loaded.today)  # what is wrong is told once
    search = _open_search(loaded, scenarios, budget, goal, progress)
    singles = [frozenset([name]) for name in sorted(search.rows_of)]
    search.evaluate([NOTHING, *singles])
    _find_conflicts(search)
    structure = find_structure(search.trials, list(search.rows_of.values()))
    steps = [Step("", NOTHING), *search_greedily(search, gains_shrink=structure.gains_shrink)]
    choices = _list_all(search, exact=exact)
    if choices is None:
        return _describe(search, scenarios, steps, _find_bounds(search, structure, steps))
    search.evaluate(choices)
    best = steps[-1].choice
    for each in choices:
        best = each if search.is_better(each, best) else best
    if best != steps[-1].choice:
        steps.append(Step("better", best))
    return _describe(search, scenarios, steps, {ALL_TRIED: search.values[best]})


def _open_search(
    loaded: "Loaded",
    scenarios: Sequence[Scenario],
    budget: float,
    goal: Goal,
    progress: Progress,
) -> Search:
    """Put the changes of all candidates together, each once, and prepare to combine them."""
    row_of: dict[Change, int] = {}
    rows_of = {
        each.key: frozenset(row_of.setdefault(change, len(row_of)) for change in each.changes)
        for each in scenarios
    }
    together = replace(
        scenarios[0],
        key="candidates",
        changes=tuple(row_of),
        lines=(None,) * len(row_of),
        origins=(),
        notices=(),
    )
    costs = {each.key: DEFAULT_COST if each.cost is None else each.cost for each in scenarios}
    pairs, measure = settle_goal(loaded, goal)
    trials = prepare_trials(loaded, together, measure, pairs)
    return Search(trials, rows_of, costs, budget, progress)


def _find_conflicts(search: Search) -> None:
    """Mark the pairs of candidates that exclude each other."""
    pairs = [frozenset(each) for each in combinations(sorted(search.rows_of), 2)]
    pairs = [pair for pair in pairs if search.fits(pair)]
    faulty = set(check_all(search.trials, [search.rows(pair) for pair in pairs]))
    search.values.update({pair: -math.inf for pair in pairs if search.rows(pair) in faulty})


def _list_all(search: Search, *, exact: bool | None) -> list[Choice] | None:
    """List what is to be tried; None for what the greedy search finds."""
    if exact is False:
        return None
    choices = list_choices(search, MOST if exact else FEW)
    if choices is None and exact:
        msg = (
            f"More than {MOST} combinations of {len(search.rows_of)} candidates are within the "
            f"budget of {search.budget:g}. Use exact=False, a smaller budget, or fewer candidates."
        )
        raise StudyError(msg)
    return choices


def _find_bounds(search: Search, structure: Structure, steps: Sequence[Step]) -> dict[str, float]:
    """Bound every combination by whatever holds for these candidates."""
    bounds = {}
    if structure.gains_shrink:
        stages = {step.choice for step in steps} if structure.adds_sites_only else {NOTHING}
        bounds[GAINS_SHRINK] = min(_bound_from(search, stage) for stage in stages)
    if structure.opens_only:
        (built,) = search.evaluate([frozenset(search.rows_of)])
        bounds |= {ALL_BUILT: built} if built > -math.inf else {}
    return bounds


def _bound_from(search: Search, chosen: Choice) -> float:
    """Bound every combination by what each candidate would add to a chosen one.

    Who cannot be combined with it adds no more than by itself.
    """
    others, gains = sorted(set(search.rows_of) - chosen), {}
    search.evaluate([chosen | {name} for name in others])
    for name in others:
        value, alone = search.values[chosen | {name}], search.values[frozenset([name])]
        gains[name] = value - search.values[chosen] if value > -math.inf else alone
    return search.values[chosen] + most_within(gains, search.costs, search.budget)


def _describe(
    search: Search,
    scenarios: Sequence[Scenario],
    steps: Sequence[Step],
    bounds: Mapping[str, float],
) -> Optimum:
    import pandas as pd

    chosen = steps[-1].choice
    value = search.values[chosen]
    bound_from = min(bounds, key=lambda name: bounds[name], default="")
    bound = bounds.get(bound_from, math.nan)
    check_bound(value, bound, bound_from)
    picked = [each for each in scenarios if each.key in chosen]
    path = [(n, each.move, *_row(search, each.choice)) for n, each in enumerate(steps) if n]
    figures = ["candidates", "cost", "value"]
    tried = [_row(search, each) for each in search.values if search.values[each] > -math.inf]
    return Optimum(
        _tabulate_chosen(search, picked, chosen),
        value,
        search.cost(chosen),
        search.budget,
        ALL_TRIED if bound_from == ALL_TRIED else "greedy",
        max(bound, value) if bound_from else math.nan,
        bound_from,
        _best_single(search),
        pd.DataFrame(path, columns=["step", "move", *figures]),
        pd.DataFrame(tried, columns=figures),
        pd.DataFrame(list_conflicts(search), columns=["candidates", "reason"]),
        tuple(search.trials.scenario.changes[row] for row in sorted(search.rows(chosen))),
        tuple(dict.fromkeys(text for each in picked for text in each.assumptions)),
        is_schematic(search.trials.loaded),
    )


def _tabulate_chosen(search: Search, picked: Sequence[Scenario], chosen: Choice) -> "pd.DataFrame":
    """Say what each candidate chosen gains by itself, and in the company of the others."""
    import pandas as pd

    without = search.evaluate([chosen - {each.key} for each in picked])
    value = search.values[chosen]
    rows = [
        (
            each.key,
            each.name,
            search.costs[each.key],
            search.values[frozenset([each.key])],
            value - other if other > -math.inf else math.nan,
        )
        for each, other in zip(picked, without, strict=True)
    ]
    return pd.DataFrame(rows, columns=["candidate", "name", "cost", "gain_alone", "gain_last"])


def _best_single(search: Search) -> str:
    singles = {name: frozenset([name]) for name in sorted(search.rows_of)}
    gains = {name: search.values[own] for name, own in singles.items() if search.fits(own)}
    best = max(gains, key=lambda name: gains[name], default="")
    return best if gains.get(best, 0.0) > SAME else ""


def _row(search: Search, choice: Choice) -> tuple[str, float, float]:
    return ", ".join(sorted(choice)), search.cost(choice), search.values[choice]
