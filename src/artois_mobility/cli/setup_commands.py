"""The commands of a beginning: each parses its options, calls, and prints."""

from __future__ import annotations

import typer

from .options import AsJson, Lang, Quiet, Verbose  # noqa: TC001  typer
from .terminal import FAILED, announce_compiling, is_verbose, reported_errors, tell


def doctor(
    *,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Check the installation: libraries, compiler and its cache, GDAL, PROJ, room on the disk.

    Each line says what was found and, where something is wrong, what to do. Ends with 0 where
    nothing is at fault, with 1 otherwise; warnings alone end with 0.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .setting_up import run_doctor

        announce_compiling(quiet=quiet)
        answer, is_fine = run_doctor(language=lang, as_json=json)
        tell(answer, quiet=quiet, is_wanted=json)
        if not is_fine:
            raise typer.Exit(FAILED)
