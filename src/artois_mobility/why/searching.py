"""Look for the best combination of candidates within a budget, each one tried computed exactly."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final, NamedTuple

from .._types import Progress
from .trials import Combination, Trials, sum_figures, try_all

# Names of candidates that are taken together.
Choice = frozenset[str]

SEARCHING: Final = "combinations of candidates"
NOTHING: Final[Choice] = frozenset()
# Values that differ by less are the same.
SAME: Final = 1e-9


class Step(NamedTuple):
    """One step of the search.

    Attributes
    ----------
    move
        `add`, `drop`, `swap`, `single` or `better`.
    choice
        What is chosen after it.
    """

    move: str
    choice: Choice


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """Candidates, what they cost, and what is known of their combinations.

    Attributes
    ----------
    trials
        What was computed.
    rows_of
        Rows of the changes of each candidate.
    costs
        Of each candidate.
    budget
        What may be spent.
    progress
        Told about every few combinations.
    values
        Of every combination tried; minus infinity for those that cannot be had.
    """

    trials: Trials
    rows_of: Mapping[str, Combination]
    costs: Mapping[str, float]
    budget: float
    progress: Progress
    values: dict[Choice, float] = field(default_factory=dict)

    def cost(self, choice: Choice) -> float:
        """Sum costs, always in the same order."""
        return math.fsum(self.costs[each] for each in sorted(choice))

    def fits(self, choice: Choice) -> bool:
        """Tell whether a combination is within the budget."""
        return self.cost(choice) <= self.budget

    def rows(self, choice: Choice) -> Combination:
        """List the changes of a combination."""
        return frozenset[int]().union(*(self.rows_of[each] for each in choice))

    def evaluate(self, choices: Sequence[Choice]) -> list[float]:
        """Compute combinations that are not known yet, and give the values of all."""
        new = [each for each in dict.fromkeys(choices) if each not in self.values]
        wanted = {choice: self.rows(choice) for choice in new}
        faulty = set(try_all(self.trials, list(wanted.values()), self.progress, SEARCHING))
        for choice, rows in wanted.items():
            value = -math.inf
            if rows not in faulty:
                value = float(sum_figures(self.trials.figures(rows))[0])
            self.values[choice] = value
        return [self.values[each] for each in choices]

    def conflicts(self, choice: Choice) -> bool:
        """Tell whether two of a combination are known to exclude each other."""
        pairs = map(frozenset, combinations(sorted(choice), 2))
        return any(self.values.get(pair) == -math.inf for pair in pairs)

    def is_better(self, one: Choice, other: Choice) -> bool:
        """Tell whether a combination is worth more than another, or as much and costs less."""
        gain = self.values[one] - self.values[other]
        return gain > SAME or (abs(gain) <= SAME and self.cost(one) < self.cost(other) - SAME)


def list_choices(search: Search, most: int) -> list[Choice] | None:
    """List every combination within the budget.

    Parameters
    ----------
    search
        The candidates; pairs known to exclude each other are left out.
    most
        How many there may be.

    Returns
    -------
    choices
        Those of fewer candidates first; None where there are more than `most`.
    """
    names = sorted(search.rows_of)
    layer: list[tuple[str, ...]] = [()]
    found: list[Choice] = [NOTHING]
    while layer:
        longer = [
            (*chosen, name) for chosen in layer for name in names if not chosen or name > chosen[-1]
        ]
        layer = [
            each
            for each in longer
            if search.fits(frozenset(each)) and not search.conflicts(frozenset(each))
        ]
        found += map(frozenset, layer)
        if len(found) > most:
            return None
    return found


def list_conflicts(search: Search) -> list[tuple[str, str]]:
    """List combinations that cannot be had, but those of which two exclude each other already.

    Parameters
    ----------
    search
        What was tried.

    Returns
    -------
    conflicts
        Names of the candidates, and why they exclude each other.
    """
    found = []
    for choice, value in search.values.items():
        if value == -math.inf and (len(choice) == 2 or not search.conflicts(choice)):
            kept = sorted(search.rows(choice))
            fault = search.trials.faults_of[search.rows(choice)][0]
            where = f"changes[{kept.index(fault.row) + 1}]"
            found.append((", ".join(sorted(choice)), f"{where} {fault.reason}"))
    return found


def search_greedily(search: Search, *, gains_shrink: bool) -> Iterator[Step]:
    """Add what gains most per cost, compare with the best single, then exchange while that helps.

    Parameters
    ----------
    search
        The candidates; single ones and pairs are known.
    gains_shrink
        Whether what a candidate added to fewer others bounds what it adds to more; then those that
        cannot be the best are not tried.

    Yields
    ------
    step
        Each worth more than the one before.

    References
    ----------
    Minoux, M. (1978). Accelerated greedy algorithms for maximizing submodular set functions.
    Optimization Techniques, 234-243. doi:10.1007/BFb0006528

    Khuller, S., Moss, A. and Naor, J. (1999). The budgeted maximum coverage problem. Information
    Processing Letters 70, 39-45. doi:10.1016/S0020-0190(99)00031-9
    """
    chosen = NOTHING
    for name in _grow(search, gains_shrink=gains_shrink):
        chosen |= {name}
        yield Step("add", chosen)
    singles = [frozenset([name]) for name in sorted(search.rows_of)]
    for single in filter(search.fits, singles):
        if search.is_better(single, chosen):
            chosen = single
            yield Step("single", chosen)
    while True:
        step = _best_move(search, chosen)
        if step is None:
            return
        chosen = step.choice
        yield step


def _grow(search: Search, *, gains_shrink: bool) -> Iterator[str]:
    chosen = NOTHING
    bound = dict.fromkeys(search.rows_of, math.inf)
    while True:
        open_ = [
            name
            for name in sorted(search.rows_of)
            if name not in chosen and search.fits(chosen | {name})
        ]
        rates = _rate(search, chosen, open_, bound if gains_shrink else None)
        best = max(rates, key=lambda name: (rates[name], search.costs[name]), default=None)
        if best is None or rates[best] <= 0:
            return
        bound |= {name: rate for name, rate in rates.items() if rate < math.inf}
        chosen |= {best}
        yield best


def _rate(
    search: Search, chosen: Choice, names: Sequence[str], bound: Mapping[str, float] | None
) -> dict[str, float]:
    """Give the gain per cost of candidates; with bounds, of those alone that could be the best."""
    if bound is None:
        search.evaluate([chosen | {name} for name in names])
        return {name: _rate_of(search, chosen, name) for name in names}
    rates: dict[str, float] = {}
    for name in sorted(names, key=lambda each: -bound[each]):
        if rates and bound[name] < max(rates.values()) - SAME:
            break
        search.evaluate([chosen | {name}])
        rates[name] = _rate_of(search, chosen, name)
    return rates


def _rate_of(search: Search, chosen: Choice, name: str) -> float:
    gain = search.values[chosen | {name}] - search.values[chosen]
    if gain <= SAME:
        return min(gain, 0.0)
    return gain / search.costs[name] if search.costs[name] else math.inf


def _best_move(search: Search, chosen: Choice) -> Step | None:
    """Find the best of adding one, leaving one out, and taking one in place of another."""
    others = sorted(set(search.rows_of) - chosen)
    steps = [Step("add", chosen | {new}) for new in others]
    steps += [Step("drop", chosen - {old}) for old in sorted(chosen)]
    steps += [Step("swap", chosen - {old} | {new}) for old in sorted(chosen) for new in others]
    steps = [each for each in steps if search.fits(each.choice)]
    search.evaluate([each.choice for each in steps])
    best = Step("", chosen)
    for step in steps:
        if search.is_better(step.choice, best.choice):
            best = step
    return best if best.move else None
