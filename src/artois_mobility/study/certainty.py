"""How sure the minutes of a comparison are, and which of its differences are noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .._types import Progress
from ..access.uncertainty import DrawnTimes, compare_draws, draw_times
from ..routing.threads import run_each
from ..scenarios.differences import NOTICED_MIN
from ..scenarios.reading import TODAY
from ..scenarios.resolved import ResolvedScenario
from ..transit.naming import TRANSIT
from .bases import Base
from .certainty_questions import UncertaintyQuestion
from .files import on_streets
from .loading import Loaded
from .new_sites import NewSites
from .running import Job, list_jobs, settle_situation

DRAWING = "drawing times"


@dataclass(frozen=True, slots=True, eq=False)
class Certainty:
    """What drawing times again and again tells about a comparison.

    Attributes
    ----------
    times
        Of the nearest site, `scenario`, `profile`, `cell`, `category`, `minutes`, `low`, `high`,
        `p_within_10_min` and so on for each threshold, `reason`; of a scenario the profiles and
        categories that it can change.
    differences
        The differences of the comparison with `gained_low`, `gained_high` and `within_noise`, which
        are missing for sites that are not the nearest.
    """

    times: pd.DataFrame
    differences: pd.DataFrame


def compute_certainty(
    loaded: Loaded,
    resolved: Sequence[ResolvedScenario],
    new_sites: NewSites,
    differences: pd.DataFrame,
    base: Base,
    *,
    progress: Progress,
) -> Certainty | None:
    """Draw the times of the base and of every other situation again and again.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.
    new_sites
        What `attach_new_sites` returns.
    differences
        What the scenarios change, by scenario, profile, category, cell and rank.
    base
        What they are compared with. Today is among the others where it is another study.
    progress
        Told about every situation.

    Returns
    -------
    certainty
        None where the study does not ask.
    """
    question = loaded.study.uncertainty
    if question is None:
        return None
    study = loaded.study
    profiles = on_streets(study)
    first = [Job(base.resolved, profile, study.categories) for profile in profiles]
    others = [job for job in list_jobs(loaded, resolved) if job.profile in profiles]
    keys = [each.scenario.key for each in resolved]
    if base.loaded is loaded:
        others = others[len(first) :]  # today's, which come first, are the base or not compared
    else:
        keys.insert(0, TODAY)
    done: list[int] = []
    progress(DRAWING, 0, len(first) + len(others))

    def run(job: Job, of: Loaded) -> DrawnTimes:
        drawn = _draw(of, job, new_sites, question)
        done.append(1)
        progress(DRAWING, len(done), len(first) + len(others))
        return drawn

    drawn_first = run_each(lambda job: run(job, base.loaded), first)
    before = dict(zip(profiles, drawn_first, strict=True))
    tables = [_label(drawn, base.key, name, loaded, question) for name, drawn in before.items()]
    marks = _Marks(loaded, keys)

    def compare(job: Job) -> tuple[Job, pd.DataFrame, pd.DataFrame]:
        after = run(job, loaded)
        there = _only(before[job.profile], job.categories)
        found = compare_draws(there, after, least_min=NOTICED_MIN, level=question.level)
        return job, _label(after, _key_of(job), job.profile, loaded, question), found

    for job, table, found in run_each(compare, others):
        tables.append(table)
        marks.note(job, found)
    names = {name: list(dict.fromkeys(t[name].iloc[0] for t in tables)) for name in _LABELS}
    times = pd.concat(tables, ignore_index=True)
    times = times.assign(**{name: pd.Categorical(times[name], names[name]) for name in _LABELS})
    return Certainty(times, marks.onto(differences))


_LABELS = ("scenario", "profile")


def _key_of(job: Job) -> str:
    return TODAY if job.scenario is None else job.scenario.scenario.key


def _draw(
    loaded: Loaded, job: Job, new_sites: NewSites, question: UncertaintyQuestion
) -> DrawnTimes:
    network, sites, attachments = settle_situation(loaded, job, new_sites)
    return draw_times(
        network,
        loaded.residents,
        sites,
        count=question.draws,
        seed=question.seed,
        ranges=question.ranges,
        categories=job.categories,
        attachments=attachments,
    )


def _only(drawn: DrawnTimes, categories: Sequence[str]) -> DrawnTimes:
    """Keep some categories."""
    rows = [drawn.categories.index(each) for each in categories]
    return DrawnTimes(
        drawn.cells,
        tuple(categories),
        drawn.model_ms[rows],
        drawn.drawn_ms[:, rows],
        drawn.reason_of_cell,
        drawn.seed,
        drawn.ranges,
    )


def _label(
    drawn: DrawnTimes, scenario: str, profile: str, loaded: Loaded, question: UncertaintyQuestion
) -> pd.DataFrame:
    table = drawn.table(loaded.study.thresholds_min, level=question.level)
    table.insert(0, "scenario", scenario)
    table.insert(1, "profile", profile)
    table["category"] = table["category"].cat.set_categories(list(loaded.study.categories))
    return table


class _Marks:
    """What is known of every difference, filled in scenario by scenario."""

    def __init__(self, loaded: Loaded, keys: Sequence[str]) -> None:
        study = loaded.study
        self.keys, self.study = list(keys), study
        shape = len(keys), len(study.profiles), len(study.categories), len(loaded.residents)
        # what a scenario cannot change gains nothing, surely
        self.low, self.high = np.zeros((2, *shape))
        self.is_noise = np.ones(shape, np.bool_)
        # times by public transport are not drawn
        self.is_told = np.ones(shape, np.bool_)
        if TRANSIT in study.profiles:
            row = study.profiles.index(TRANSIT)
            self.low[:, row] = self.high[:, row] = np.nan
            self.is_told[:, row] = False

    def note(self, job: Job, found: pd.DataFrame) -> None:
        scenario = self.keys.index(_key_of(job))
        profile = self.study.profiles.index(job.profile)
        rows = [self.study.categories.index(each) for each in job.categories]
        shape = len(rows), self.low.shape[-1]
        for mine, name in (
            (self.low, "gained_low"),
            (self.high, "gained_high"),
            (self.is_noise, "within_noise"),
        ):
            mine[scenario, profile, rows] = found[name].to_numpy().reshape(shape)

    def onto(self, differences: pd.DataFrame) -> pd.DataFrame:
        """Add the columns; differences go by scenario, profile, category, cell and rank."""
        nearest = self.study.nearest
        is_first = np.arange(len(differences)) % nearest == 0
        columns = {}
        for name, mine in (("gained_low", self.low), ("gained_high", self.high)):
            values = np.full(len(differences), np.nan)
            values[is_first] = mine.ravel()
            columns[name] = values
        noise = np.zeros(len(differences), np.bool_)
        noise[is_first] = self.is_noise.ravel()
        is_told = np.zeros(len(differences), np.bool_)
        is_told[is_first] = self.is_told.ravel()
        marks = pd.arrays.BooleanArray(noise, ~is_told)
        return differences.assign(**columns, within_noise=marks)
