"""What a combination of candidates is to be good at."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from .._types import Floats
from ..changes.hints import suggest
from ..errors import StudyError
from .trials import Measure, Pair

if TYPE_CHECKING:
    from ..scenarios.reading import Scenario
    from ..study.files import Study
    from ..study.loading import Loaded

Objective: TypeAlias = Literal["person_minutes", "people_within"]

_OBJECTIVES: Final = list(get_args(Objective))

# Who reaches no site counts as travelling so long, and nobody as travelling longer.
UNREACHED_MIN: Final = 120.0


@dataclass(frozen=True, slots=True)
class Goal:
    """What a combination is to be good at.

    Attributes
    ----------
    objective
        `"person_minutes"`: minutes gained on the way to the nearest site, summed over people.
        `"people_within"`: people within the threshold after, less those before.
    threshold_min
        For `"people_within"`; the study's first when None.
    unreached_min
        For `"person_minutes"`: who reaches no site counts as travelling so long, and nobody as
        travelling longer.
    profiles, categories
        Of the study, over which it is summed; None for all.

    Examples
    --------
    >>> Goal().objective
    'person_minutes'
    """

    objective: Objective = "person_minutes"
    threshold_min: float | None = None
    unreached_min: float = UNREACHED_MIN
    profiles: Sequence[str] | None = None
    categories: Sequence[str] | None = None


def check_question(
    study: "Study", scenarios: Sequence["Scenario"], budget: float, goal: Goal
) -> None:
    """Refuse what cannot be searched for, all problems at once.

    Parameters
    ----------
    study
        The study.
    scenarios
        The candidates.
    budget
        What may be spent.
    goal
        What is to be gained.

    Raises
    ------
    StudyError
        If anything is wrong.
    """
    problems = []
    if not scenarios:
        problems.append("there is no candidate: name one scenario file at least.")
    empty = [each.key for each in scenarios if not each.changes]
    if empty:
        problems.append(f"{len(empty)} candidates change nothing, first {empty[0]}: remove them.")
    if not (math.isfinite(budget) and budget >= 0):
        problems.append(f"budget must be a number from 0 on; found {budget:g}.")
    if goal.objective not in get_args(Objective):
        problems.append(f"objective is {goal.objective!r}.{suggest(goal.objective, _OBJECTIVES)}")
    for name in ("threshold_min", "unreached_min"):
        minutes = getattr(goal, name)
        if minutes is not None and not 0 < minutes <= 1440:
            problems.append(f"{name} must be above 0 and at most 1440 minutes; found {minutes:g}.")
    for key in ("profiles", "categories"):
        known = list(getattr(study, key))
        missing = [each for each in getattr(goal, key) or () if each not in known]
        if missing:
            problems.append(f"{key}: the study has no {missing[0]!r}.{suggest(missing[0], known)}")
    if problems:
        listed = "\n".join(f"  {each}" for each in problems)
        msg = f"The search has {len(problems)} problem{'s'[: len(problems) > 1]}:\n{listed}"
        raise StudyError(msg)


def settle_goal(loaded: "Loaded", goal: Goal) -> tuple[list[Pair], Measure]:
    """Say over what a goal is summed, and how it is measured.

    Parameters
    ----------
    loaded
        The study.
    goal
        One that was checked.

    Returns
    -------
    pairs
        Profiles and categories.
    measure
        Gives one figure.
    """
    study = loaded.study
    profiles = [p for p in study.profiles if goal.profiles is None or p in goal.profiles]
    pairs: list[Pair] = [
        (profile, category)
        for profile in profiles
        for category in study.categories
        if goal.categories is None or category in goal.categories
    ]
    people = loaded.residents["population"].to_numpy(np.float64)
    measure = partial(_gain_minutes, people, goal.unreached_min)
    if goal.objective == "people_within":
        limit_min = goal.threshold_min or study.thresholds_min[0]
        measure = partial(_gain_people, people, limit_min)
    return pairs, measure


def _gain_minutes(people: Floats, unreached_min: float, before: Floats, after: Floats) -> Floats:
    spent = [np.fmin(each, unreached_min) for each in (before, after)]
    return np.array([people @ (spent[0] - spent[1])])


def _gain_people(people: Floats, limit_min: float, before: Floats, after: Floats) -> Floats:
    within = [(each <= limit_min).astype(np.float64) for each in (before, after)]
    return np.array([people @ (within[1] - within[0])])
