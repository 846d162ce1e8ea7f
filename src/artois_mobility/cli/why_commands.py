"""The commands that say why: each parses its options, calls the library, and prints."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .options import (
    AsJson,
    Csv,
    CsvForm,
    Lang,
    ProfileName,
    Quiet,
    StudyFile,
    Verbose,
    offer_categories,
    offer_profiles,
)
from .terminal import announce_compiling, is_verbose, reported_errors, shown_progress, tell


class How(StrEnum):
    """How the effect of a scenario is divided among its changes."""

    AUTO = "auto"
    SHAPLEY = "shapley"
    LEAVE_ONE_OUT = "leave_one_out"


class Gain(StrEnum):
    """What a combination is to be good at."""

    PERSON_MINUTES = "person_minutes"
    PEOPLE_WITHIN = "people_within"


ScenarioFile = Annotated[
    Path, typer.Argument(metavar="SCENARIO", help="A scenario file, for instance ville-30.toml.")
]


def attribute(
    study: StudyFile,
    scenario: ScenarioFile,
    *,
    method: Annotated[
        How,
        typer.Option(
            "--method",
            help="shapley: the mean over all orders of the changes, up to eight of them. "
            "leave_one_out: what is lost without each. auto: the first where it can be had.",
        ),
    ] = How.AUTO,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Tell which change of a scenario brings which part of what it does.

    In person-minutes on the way to the nearest site, by profile and category; people who newly
    reach or no longer reach a site are counted apart. Every combination of changes that is needed
    is computed exactly, once.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .causes import run_attribute

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_attribute(
                study, scenario, method.value, language=lang, as_json=json, progress=progress
            )
        tell(answer, quiet=quiet, is_wanted=json)


def explain(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    scenario: ScenarioFile,
    *,
    cell: Annotated[str, typer.Option("--cell", metavar="ID", help="A cell of the residents.")],
    category: Annotated[
        str,
        typer.Option(
            "--category",
            "-c",
            metavar="CATEGORY",
            autocompletion=offer_categories,
            help="One of the study's.",
        ),
    ],
    profile: ProfileName = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Both routes, as .gpkg, .geojson or .parquet."
        ),
    ] = None,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Tell why one cell gains or loses: both routes, and the changes that made it.

    The way to the nearest site today and with the scenario, leg by leg, with the changes that they
    meet; a change made it where the minutes would be others without it.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .causes import run_explain
        from .questions import Question

        announce_compiling(quiet=quiet)
        question = Question(study, scenario, cell, category, profile)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_explain(question, output, language=lang, as_json=json, progress=progress)
        tell(answer, quiet=quiet, is_wanted=json)


def optimise(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    candidates: Annotated[
        list[Path],
        typer.Argument(
            metavar="CANDIDATE",
            help="Scenario files; each may say `cost = 2.5`, else it costs 1. The study's own file "
            "is passed over.",
        ),
    ],
    *,
    budget: Annotated[
        float, typer.Option("--budget", "-b", help="What the chosen ones may cost together.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for scenario and tables.")
    ],
    objective: Annotated[
        Gain,
        typer.Option(
            "--objective",
            help="person_minutes: minutes gained, summed over people. people_within: people newly "
            "within the threshold.",
        ),
    ] = Gain.PERSON_MINUTES,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", metavar="MINUTES", help="For people_within; the study's first otherwise."
        ),
    ] = None,
    profiles: Annotated[
        list[str] | None,
        typer.Option(
            "--profile",
            "-p",
            autocompletion=offer_profiles,
            help="Who travels; may be repeated. All when left out.",
        ),
    ] = None,
    categories: Annotated[
        list[str] | None,
        typer.Option(
            "--category",
            "-c",
            metavar="CATEGORY",
            autocompletion=offer_categories,
            help="Where to; may be repeated. All otherwise.",
        ),
    ] = None,
    exact: Annotated[
        bool | None,
        typer.Option(
            "--exact/--greedy",
            help="Try all combinations within the budget, or never; else their number decides.",
        ),
    ] = None,
    csv: Csv = CsvForm.PLAIN,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Choose which candidates together gain most within a budget.

    Every combination tried is computed exactly; a bound says what none can exceed, where that can
    be told. Leaves optimum.toml (the best combination as one scenario), chosen.csv, steps.csv,
    tried.csv.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from ..why.goals import Goal
        from .causes import run_optimise
        from .questions import Contest

        announce_compiling(quiet=quiet)
        goal = Goal(
            objective.value,
            threshold,
            profiles=profiles or None,
            categories=categories or None,
        )
        contest = Contest(study, candidates, budget, goal, exact, csv.value)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_optimise(contest, output, language=lang, as_json=json, progress=progress)
        tell(answer, quiet=quiet, is_wanted=json)
