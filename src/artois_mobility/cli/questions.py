"""What is asked of `artois-mobility explain` and `optimise`, once the options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ..why.goals import Goal


class Question(NamedTuple):
    """Which cell is asked about.

    Attributes
    ----------
    study, scenario
        The files.
    cell, category
        Of the study.
    profile
        None for the study's first.
    """

    study: Path
    scenario: Path
    cell: str
    category: str
    profile: str | None


class Contest(NamedTuple):
    """Which combination is looked for.

    Attributes
    ----------
    study, candidates
        The files.
    budget
        What may be spent.
    goal
        What is to be gained.
    exact
        Whether all combinations are tried; None for as many as there are.
    csv
        How CSV files are written.
    """

    study: Path
    candidates: Sequence[Path]
    budget: float
    goal: Goal
    exact: bool | None
    csv: str = "plain"
