"""The commands about data and what a study may name: each parses, calls, and prints."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  typer
from typing import Annotated

import typer

from ..drawing import language_of_user
from .options import AsJson, Csv, CsvForm, Quiet, TerminalLang, Verbose, offer_profiles
from .terminal import (
    announce_compiling,
    is_verbose,
    put,
    reported_errors,
    shown_progress,
    tell,
)


def check(
    extract: Annotated[
        Path,
        typer.Argument(
            metavar="EXTRACT",
            help="A .osm.pbf, .osm, .osm.gz or .osm.bz2 file; or a GTFS feed (.zip).",
        ),
    ],
    *,
    profile: Annotated[
        str,
        typer.Option(
            "--profile", "-p", autocompletion=offer_profiles, help="Whose network is looked at."
        ),
    ] = "car",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Folder for a GeoPackage, tables and a map."
        ),
    ] = None,
    csv: Csv = CsvForm.PLAIN,
    lang: TerminalLang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Find what is wrong or missing in OpenStreetMap data, so that it can be mended there first.

    Islands, one-way traps, ends that stop short of the next street, streets through water, turn
    restrictions and limits that cannot be right, sites without access; and the kilometres without
    a speed limit. Leaves faults.gpkg (open it in QGIS), faults.csv, missing_speeds.csv, faults.png.
    Of a timetable (GTFS): what it holds, for which days, and its faults by the validator's names.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .checking import run_check

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_check(
                extract,
                output,
                profile=profile,
                language=language_of_user() if lang is None else lang.value,
                as_json=json,
                progress=progress,
                csv=csv.value,
            )
        tell(answer, quiet=quiet, is_wanted=json)


def download(
    place: Annotated[
        str,
        typer.Argument(metavar="PLACE|BBOX", help="A name, or west,south,east,north in degrees."),
    ],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where to put the data."),
    ] = None,
    server: Annotated[
        str | None,
        typer.Option(
            "--server", metavar="URL", help="An Overpass API, an index of regional files, or one."
        ),
    ] = None,
    lang: TerminalLang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Bring current OpenStreetMap data of a place; goes on where an earlier attempt stopped.

    The attribution that the licence asks for is written beside the file.
    """
    del lang  # which the command speaks
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .work import run_download

        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_download(place, output, server=server, as_json=json, progress=progress)
        tell(answer, quiet=quiet, is_wanted=json)


def profiles(*, lang: TerminalLang = None, json: AsJson = False, verbose: Verbose = False) -> None:
    """List the modes of travel that a study may name."""
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .work import list_profiles

        put(list_profiles(lang or language_of_user(), as_json=json))


def categories(
    *, lang: TerminalLang = None, json: AsJson = False, verbose: Verbose = False
) -> None:
    """List the kinds of places that a study may name; `care` stands for all below it."""
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .work import list_categories

        put(list_categories(lang or language_of_user(), as_json=json))
