"""The commands that tell times: each parses its options, calls the library, and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .options import (
    AsJson,
    Csv,
    CsvForm,
    Form,
    Lang,
    ProfileName,
    Quiet,
    StudyFile,
    Verbose,
    Way,
    offer_categories,
    offer_profiles,
)
from .terminal import (
    KERNELS_OF_AREAS,
    announce_compiling,
    is_verbose,
    reported_errors,
    shown_progress,
    tell,
)


def access(
    study: StudyFile,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Every cell's times, as .parquet or .csv."
        ),
    ] = None,
    csv: Csv = CsvForm.PLAIN,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Compute today's access times and print a summary.

    For each destination and mode of travel: the mean time, the share of residents within each
    threshold, and how many reach nothing.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .work import run_access

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_access(
                study, output, language=lang, as_json=json, progress=progress, csv=csv.value
            )
        tell(answer, quiet=quiet, is_wanted=json)


def validate(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    trips: Annotated[
        Path,
        typer.Argument(
            metavar="TRIPS",
            help="CSV or Parquet: origin_lon, origin_lat, destination_lon, destination_lat, "
            "minutes; and if you like departure, profile, name.",
        ),
    ],
    *,
    profile: Annotated[
        str | None,
        typer.Option(
            "--profile",
            "-p",
            autocompletion=offer_profiles,
            help="Who makes the trips that name no profile; the study's first when left out.",
        ),
    ] = None,
    worst: Annotated[
        int, typer.Option("--worst", min=0, help="How many of the trips farthest off to explain.")
    ] = 10,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Every trip, as .gpkg, .parquet or .csv."
        ),
    ] = None,
    csv: Csv = CsvForm.PLAIN,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Hold trips whose minutes you know, from door to door, against the model.

    How far the model is off, by profile and length; what the time of the worst trips is made of;
    and a factor as a hint for a profile of your own, never applied by itself. The model's minutes
    are those of a free road, or of the study's table of traffic: the hour of departure changes
    nothing. By public transport they are the median of the departures of the study's window.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .validating import run_validate

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_validate(
                study,
                trips,
                output,
                profile=profile,
                worst=worst,
                language=lang.value if lang is not None else None,
                as_json=json,
                progress=progress,
                csv=csv.value,
            )
        tell(answer, quiet=quiet, is_wanted=json)


def isochrones(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    *,
    points: Annotated[
        list[str] | None,
        typer.Option(
            "--from", metavar="LON,LAT", help="Where to start, in degrees; may be repeated."
        ),
    ] = None,
    categories: Annotated[
        list[str] | None,
        typer.Option(
            "--category",
            "-c",
            metavar="CATEGORY",
            autocompletion=offer_categories,
            help="Instead of --from: the area of all sites of a category; may be repeated.",
        ),
    ] = None,
    minutes: Annotated[
        str, typer.Option("--minutes", "-m", metavar="M,M,...", help="How long the trip may take.")
    ] = "10,20,30",
    profile: ProfileName = None,
    form: Annotated[
        Form,
        typer.Option(
            "--form",
            help="Areas; the streets themselves; or a surface of minutes, of how many of the "
            "places are reached where there are several.",
        ),
    ] = Form.AREAS,
    way: Annotated[
        Way, typer.Option("--direction", help="From the places outwards, or towards them.")
    ] = Way.FROM,
    cell_m: Annotated[
        float, typer.Option("--cell", metavar="METRES", help="Side of the cells areas are made of.")
    ] = 25.0,
    scenario: Annotated[
        Path | None,
        typer.Option(
            "--scenario",
            metavar="FILE",
            help="Draw a scenario's areas beside today's, and what it gains and loses.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A .geojson, .gpkg or .parquet file, a .tif for a surface; GeoJSON is printed "
            "when left out.",
        ),
    ] = None,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Draw what is reached from a place within some minutes.

    Times are free-flow; with --profile transit the median departure counts. Each place and time
    gives one area; the longer time's area contains the shorter one's, and none crosses water, a
    motorway or a railway but on a street. With --scenario the column "shows" tells today, the
    scenario, gained and lost.
    """
    del lang  # which the command speaks
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .travel import Drawing, Origins, run_isochrones

        announce_compiling(KERNELS_OF_AREAS, quiet=quiet)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_isochrones(
                study,
                Origins(points or [], categories or []),
                minutes,
                Drawing(form.value, way.value, cell_m),
                profile=profile,
                scenario=scenario,
                output=output,
                as_json=json,
                progress=progress,
            )
        tell(answer, quiet=quiet, is_wanted=json or output is None)


def matrix(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    *,
    profile: ProfileName = None,
    categories: Annotated[
        list[str] | None,
        typer.Option(
            "--category",
            "-c",
            metavar="CATEGORY",
            autocompletion=offer_categories,
            help="Which sites; may be repeated. Those of the study when left out.",
        ),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The Parquet file to write.")
    ] = Path("matrix.parquet"),
    memory_gib: Annotated[
        float | None,
        typer.Option(
            "--memory",
            metavar="GIB",
            help="Memory that a block of the table may take; a quarter of what is free by default.",
        ),
    ] = None,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Compute the minutes from every populated cell of the territory to every site, as Parquet.

    The table has the columns origin, destination and minutes; minutes are missing where there is
    no route.
    """
    del lang  # which the command speaks
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .travel import run_matrix

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_matrix(
                study,
                output,
                profile=profile,
                categories=categories,
                memory_gib=memory_gib,
                as_json=json,
                progress=progress,
            )
        tell(answer, quiet=quiet, is_wanted=json)
