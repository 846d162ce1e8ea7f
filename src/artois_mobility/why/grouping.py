"""Changes that stand only together, found by trying them apart."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from .._types import Progress
from ..changes.notices import Notice
from .trials import Combination, Trials, try_all

# Lists the combinations that are needed of some groups, in batches, the smallest first.
Listing: TypeAlias = Callable[[Sequence[Combination]], Iterator[list[Combination]]]


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that are taken together.

    Attributes
    ----------
    rows
        Of the changes; one for a change that stands by itself.
    reason
        Why there are several, or None.
    """

    rows: Combination
    reason: Notice | None = None


def find_groups(trials: Trials, listing: Listing, progress: Progress, stage: str) -> list[Group]:
    """Try all combinations that are needed, and take together what cannot be had apart.

    Parameters
    ----------
    trials
        All combinations of the groups returned are known in it.
    listing
        Which combinations are needed.
    progress
        Told about every few combinations.
    stage
        What it is told.

    Returns
    -------
    groups
        In the order of their first changes.
    """
    groups = [Group(frozenset([row])) for row in range(len(trials.scenario.changes))]
    while True:
        faulty = _first_faulty(trials, listing([each.rows for each in groups]), progress, stage)
        if faulty is None:
            return groups
        groups = _merge(trials, groups, faulty)


def list_unions(players: Sequence[Combination]) -> Iterator[list[Combination]]:
    """List all unions of some sets of changes, those of one set first.

    Parameters
    ----------
    players
        The sets.

    Yields
    ------
    unions
        Of as many sets each.

    Examples
    --------
    >>> [len(batch) for batch in list_unions([frozenset([0]), frozenset([1]), frozenset([2])])]
    [3, 3, 1]
    >>> list(list_unions([]))
    []
    """
    for size in range(1, len(players) + 1):
        yield [frozenset().union(*chosen) for chosen in combinations(players, size)]


def _first_faulty(
    trials: Trials, batches: Iterable[list[Combination]], progress: Progress, stage: str
) -> Combination | None:
    for batch in batches:
        faulty = try_all(trials, batch, progress, stage)
        if faulty:
            return faulty[0]
    return None


def _merge(trials: Trials, groups: Sequence[Group], faulty: Combination) -> list[Group]:
    """Join the groups at fault in a combination with the fewest others that mend it."""
    at_fault = {fault.row for fault in trials.faults_of[faulty]}
    joined = [each for each in groups if each.rows & at_fault]
    outside = [each for each in groups if not each.rows & faulty]
    joined += _fewest_that_mend(trials, faulty, outside)
    rows = frozenset().union(*(each.rows for each in joined))
    numbers = tuple(str(row + 1) for row in sorted(rows))
    first = trials.faults_of[faulty][0]
    together = Notice("taken_together", {"numbers": numbers, "number": str(first.row + 1)})
    kept = [each for each in groups if each not in joined]
    return sorted([*kept, Group(rows, together)], key=lambda each: min(each.rows))


def _fewest_that_mend(
    trials: Trials, faulty: Combination, outside: Sequence[Group]
) -> tuple[Group, ...]:
    for size in range(1, len(outside) + 1):
        for chosen in combinations(outside, size):
            tried = faulty.union(*(each.rows for each in chosen))
            if not try_all(trials, [tried], lambda *_: None, ""):
                return chosen
    return ()
