"""The commands of a beginning: each parses its options, calls, and prints."""

from __future__ import annotations

from functools import partial
from pathlib import Path  # noqa: TC003  typer
from typing import Annotated

import typer

from .options import AsJson, Quiet, TerminalLang, Verbose, offer_categories, offer_profiles
from .terminal import (
    FAILED,
    announce_compiling,
    is_verbose,
    reported_errors,
    shown_progress,
    tell,
)


def doctor(
    place: Annotated[
        Path | None,
        typer.Argument(
            metavar="[STUDY]",
            show_default=False,
            help="A study, a GTFS feed, or a folder with one of them: its timetables are looked at "
            "too.",
        ),
    ] = None,
    *,
    lang: TerminalLang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the installation: libraries, compiler and its cache, GDAL, PROJ, room on the disk.

    Each line says what was found and, where something is wrong, what to do. Ends with 0 where
    nothing is at fault, with 1 otherwise; warnings alone end with 0.

    With a study or a feed also its timetables: the days for which they speak, whether anything runs
    on the day of the study, and which stops have no street near.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .setting_up import run_doctor

        announce_compiling(quiet=quiet)
        answer, is_fine = run_doctor(place, language=lang, as_json=json)
        tell(answer, quiet=quiet, is_wanted=json)
        if not is_fine:
            raise typer.Exit(FAILED)


def new_study(  # noqa: PLR0913  a command is its options
    extract: Annotated[
        Path,
        typer.Argument(
            metavar="EXTRACT",
            help="A .osm.pbf, .osm, .osm.gz or .osm.bz2 file; artois-mobility download brings one.",
        ),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The study; study.toml here when left out."
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Title; after the extract when left out.")
    ] = None,
    residents: Annotated[
        Path | None,
        typer.Option(
            "--residents",
            metavar="FILE",
            help="Who lives where; looked for beside the extract and the study when left out.",
        ),
    ] = None,
    population: Annotated[
        int | None,
        typer.Option(
            "--population",
            metavar="PEOPLE",
            min=1,
            help="Without such a file: how many live there, to be spread along the streets.",
        ),
    ] = None,
    sites: Annotated[
        list[Path] | None,
        typer.Option("--sites", metavar="FILE", help="A table of sites besides; may be repeated."),
    ] = None,
    timetables: Annotated[
        list[Path] | None,
        typer.Option(
            "--timetable",
            metavar="FILE",
            help="A GTFS feed of the buses and trains; may be repeated.",
        ),
    ] = None,
    profiles: Annotated[
        list[str] | None,
        typer.Option(
            "--profile", "-p", autocompletion=offer_profiles, help="Who travels; may be repeated."
        ),
    ] = None,
    categories: Annotated[
        list[str] | None,
        typer.Option(
            "--category",
            "-c",
            metavar="CATEGORY",
            autocompletion=offer_categories,
            help="Where to; may be repeated.",
        ),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing; take what is proposed.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a study that is there.")
    ] = False,
    lang: TerminalLang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Write a commented study file for any place, and a first scenario, ready to be compared.

    Looks into the extract for sites and communes and beside it for a table of residents, asks
    what it cannot know, and says the next command. Nothing that is there is replaced.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .beginning import Wishes, run_new_study

        wishes = Wishes(
            extract,
            output,
            name,
            residents,
            population,
            tuple(sites or ()),
            tuple(profiles or ()),
            tuple(categories or ()),
            tuple(timetables or ()),
            may_ask=not (yes or json),
            overwrite=overwrite,
        )
        show = partial(shown_progress, quiet=quiet, verbose=verbose)
        answer = run_new_study(wishes, language=lang, as_json=json, show=show)
        tell(answer, quiet=quiet, is_wanted=json)
