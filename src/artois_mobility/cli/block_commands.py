"""The command for work that is too large for one go, or for one machine."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path  # noqa: TC003  typer
from typing import Annotated

import typer

from .options import AsJson, Lang, ProfileName, Quiet, StudyFile, Verbose  # noqa: TC001  typer
from .terminal import announce_compiling, is_verbose, reported_errors, shown_progress, tell


class Task(StrEnum):
    """What is computed block by block."""

    MATRIX = "matrix"
    ACCESS = "access"
    OPPORTUNITIES = "opportunities"
    ISOCHRONES = "isochrones"
    CROSSINGS = "crossings"


def blocks(  # noqa: PLR0913  a command is its options
    task: Annotated[Task, typer.Argument(metavar="TASK", help="What to compute.")],
    study: StudyFile,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the dataset.")
    ],
    profile: ProfileName = None,
    categories: Annotated[
        list[str] | None,
        typer.Option(
            "--category",
            "-c",
            metavar="CATEGORY",
            help="Which sites; may be repeated. Those of the study when left out.",
        ),
    ] = None,
    minutes: Annotated[
        str,
        typer.Option(
            "--minutes", "-m", metavar="M,M,...", help="For opportunities and isochrones."
        ),
    ] = "10,20,30",
    block_size: Annotated[
        int | None,
        typer.Option("--block", min=1, metavar="ORIGINS", help="Origins in a block."),
    ] = None,
    memory_gib: Annotated[
        float | None,
        typer.Option(
            "--memory",
            metavar="GIB",
            help="Memory that the blocks in work may take; a quarter of what is free by default.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            "--scheduler",
            metavar="ADDRESS",
            help="A Dask scheduler, such as tcp://host:8786, whose workers compute the blocks.",
        ),
    ] = None,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Compute from every populated cell, block by block, into a folder of Parquet files.

    TASK is one of: matrix (minutes to every site), access (to the nearest sites), opportunities
    (sites within --minutes), isochrones (areas within --minutes), crossings (what new crossings
    of canals, rivers, railways and motorways would save). Stopped or killed at any moment, the
    same command goes on behind the last whole block; the files are the same, byte for byte, on
    any number of threads and machines. _manifest.json comes last and lists every part.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .blocking import Ask, run_in_blocks

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet) as progress:
            answer = run_in_blocks(
                Ask(task.value, study, profile, categories or [], minutes, block_size),
                output,
                memory_gib=memory_gib,
                scheduler=scheduler,
                language=None if lang is None else lang.value,
                as_json=json,
                progress=progress,
            )
        tell(answer, quiet=quiet, is_wanted=json)
