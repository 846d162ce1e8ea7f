"""The commands: each parses its options, calls the library, and prints what came out."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  typer reads it
import gc
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from .._version import __version__
from . import block_commands, cache_commands, plan_commands, why_commands
from .options import (
    AsJson,
    Csv,
    CsvForm,
    Form,
    Format,
    Lang,
    Language,
    ProfileName,
    Quiet,
    StudyFile,
    Verbose,
    Way,
)
from .terminal import (
    FAILED,
    INTERRUPTED,
    KERNELS_OF_AREAS,
    announce_compiling,
    is_verbose,
    reported_errors,
    shown_progress,
    tell,
)

HELP: Final = """Travel times, access to services and planning scenarios, from OpenStreetMap.

A study file says what today is: the OpenStreetMap extract, where people live, which places count.
A scenario file says only what differs from it.

    artois-mobility compare scenarios/artois.toml scenarios/*.toml --output out/

computes today and every scenario, and leaves tables, maps and a page to read in out/.
"""
EPILOG: Final = (
    "Results go to the standard output or to files, progress and messages to the standard error. "
    "Exit codes: 0 done, 1 the job failed, 2 the input is wrong, 130 stopped by Ctrl-C."
)


# A command makes millions of tags and names that live to its end; looking through them for garbage
# as often as Python does by default took a tenth of its time.
GARBAGE_THRESHOLDS: Final = (50_000, 20, 50)


app = typer.Typer(
    name="artois-mobility",
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; the entry point of `artois-mobility`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a character gets a question mark, not a failure.
            stream.reconfigure(errors="replace")
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    try:
        app()
    except KeyboardInterrupt:  # before a command had begun
        sys.exit(INTERRUPTED)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"artois-mobility {__version__}")
        raise typer.Exit


@app.callback()
def root(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that stand before every command."""
    del version


@app.command(
    short_help="Compare scenarios with today: the main job.",
    epilog="Example: artois-mobility compare scenarios/artois.toml scenarios/*.toml --output out/",
)
def compare(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    scenarios: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SCENARIO...", help="Scenario files; the study's own file is passed over."
        ),
    ] = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the results.")
    ] = Path("out"),
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            "-r",
            metavar="FILE",
            help="Compare with this instead of today: a scenario (what comes anyway), or another "
            "study (an earlier extract, other people).",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Say how much each change will touch; compute and write nothing."
        ),
    ] = False,
    csv: Csv = CsvForm.PLAIN,
    also: Annotated[
        list[Format] | None,
        typer.Option(
            "--also",
            help="Write also: the tables as a workbook, every layer as GeoParquet, the maps as "
            "SVG, as PDF plates; may be repeated.",
        ),
    ] = None,
    logo: Annotated[
        Path | None,
        typer.Option("--logo", metavar="FILE", help="A PNG or JPEG picture for the plates."),
    ] = None,
    day: Annotated[
        dt.datetime | None,
        typer.Option(
            "--day", formats=["%Y-%m-%d"], help="Day of edition on the plates; today by default."
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="URL",
            help="Write the layers into a PostGIS database, too: postgresql://user@host/database; "
            "leave the password to PGPASSWORD or a password file.",
        ),
    ] = None,
    schema: Annotated[
        str | None,
        typer.Option(
            "--schema", metavar="NAME", help="Where in the database; named after the study."
        ),
    ] = None,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Compare scenarios with today, or with a reference: tables, GeoPackage, maps, report.html.

    Leaves in the output folder: report.html (open it in a browser), results.qgz (open it in
    QGIS) with results.gpkg, maps/*.png, access_times.parquet, differences.parquet, summary.csv,
    gains.csv (who gains, who loses, by agglomeration), data_dictionary.csv (what every column
    is), manifest.json.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .previewing import run_preview
        from .work import Wanted, name_scenarios, run_compare

        files = name_scenarios(scenarios, reference)
        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet) as progress:
            if dry_run:
                answer = run_preview(
                    study,
                    files,
                    reference=reference,
                    language=lang,
                    as_json=json,
                    progress=progress,
                )
            else:
                answer = run_compare(
                    study,
                    files,
                    output,
                    Wanted(csv.value, [each.value for each in also or ()], logo, day, to, schema),
                    reference=reference,
                    language=lang,
                    as_json=json,
                    progress=progress,
                )
        tell(answer, quiet=quiet, is_wanted=json)


@app.command(
    short_help="Make a report again, and say whether the bytes agree.",
    epilog="Example: artois-mobility reproduce out/",
)
def reproduce(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="What compare wrote; nothing in it is changed.")
    ],
    *,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base",
            metavar="DIR",
            help=(
                "The folder above the study file's, which the manifest's paths start from; looked "
                "for when left out."
            ),
        ),
    ] = None,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Make the report of a folder again from its manifest, elsewhere, and compare every file.

    Refused where a file that it was made from is missing or another one. Ends with 0 where all
    bytes agree, with 1 where any do not; the versions that are not the same are listed.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .repeating import run_reproduce

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet) as progress:
            answer, is_same = run_reproduce(
                folder, base, language=lang, as_json=json, progress=progress
            )
        tell(answer, quiet=quiet, is_wanted=json)
        if not is_same:
            raise typer.Exit(FAILED)


@app.command(
    short_help="Print today's access times; every cell's to a file.",
    epilog="Example: artois-mobility access scenarios/artois.toml --output times.csv",
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
        with shown_progress(quiet=quiet) as progress:
            answer = run_access(
                study, output, language=lang, as_json=json, progress=progress, csv=csv.value
            )
        tell(answer, quiet=quiet, is_wanted=json)


@app.command(
    short_help="Check OpenStreetMap data before anyone models on it.",
    epilog="Example: artois-mobility check lens.osm.pbf --output check/",
)
def check(
    extract: Annotated[
        Path,
        typer.Argument(metavar="EXTRACT", help="A .osm.pbf, .osm, .osm.gz or .osm.bz2 file."),
    ],
    *,
    profile: Annotated[
        str, typer.Option("--profile", "-p", help="Whose network is looked at.")
    ] = "car",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Folder for a GeoPackage, tables and a map."
        ),
    ] = None,
    csv: Csv = CsvForm.PLAIN,
    lang: Annotated[Language, typer.Option("--lang", help="Language.")] = Language.FRENCH,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Find what is wrong or missing in OpenStreetMap data, so that it can be mended there first.

    Islands, one-way traps, ends that stop short of the next street, streets through water, turn
    restrictions and limits that cannot be right, sites without access; and the kilometres without
    a speed limit. Leaves faults.gpkg (open it in QGIS), faults.csv, missing_speeds.csv, faults.png.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .checking import run_check

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet) as progress:
            answer = run_check(
                extract,
                output,
                profile=profile,
                language=lang.value,
                as_json=json,
                progress=progress,
                csv=csv.value,
            )
        tell(answer, quiet=quiet, is_wanted=json)


@app.command(
    short_help="Hold trips that you timed against the model.",
    epilog=(
        "Example: artois-mobility validate scenarios/artois.toml my-trips.csv --output trips.gpkg"
    ),
)
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
    nothing.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .validating import run_validate

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet) as progress:
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


@app.command(
    short_help="Draw what is reached from a place in some minutes.",
    epilog=(
        "Example: artois-mobility isochrones scenarios/artois.toml "
        "--from 2.8319,50.4289 --minutes 10,20,30 --profile bicycle --output areas.gpkg  |  "
        "artois-mobility isochrones scenarios/artois.toml --category care/hospital "
        "--direction to --scenario scenarios/passerelle-deule.toml --output hospitals.gpkg"
    ),
)
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
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Draw what is reached from a place within some minutes.

    Times are free-flow and without public transport. Each place and time gives one area; the
    longer time's area contains the shorter one's, and none crosses water, a motorway or a railway
    but on a street. With --scenario the column "shows" tells today, the scenario, gained and lost.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .travel import Drawing, Origins, run_isochrones

        announce_compiling(KERNELS_OF_AREAS, quiet=quiet)
        with shown_progress(quiet=quiet) as progress:
            answer = run_isochrones(
                study,
                Origins(points or [], categories or []),
                minutes,
                Drawing(form.value, way.value, cell_m),
                profile=profile,
                scenario=scenario,
                output=output,
                progress=progress,
            )
        tell(answer, quiet=quiet, is_wanted=output is None)


@app.command(
    short_help="Compute the minutes from every cell to every site.",
    epilog=(
        "Example: artois-mobility matrix scenarios/artois.toml "
        "--profile car --category care/hospital --output hospitals.parquet"
    ),
)
def matrix(
    study: StudyFile,
    *,
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
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Compute the minutes from every populated cell of the territory to every site, as Parquet.

    The table has the columns origin, destination and minutes; minutes are missing where there is
    no route.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .travel import run_matrix

        announce_compiling(quiet=quiet)
        with shown_progress(quiet=quiet) as progress:
            text = run_matrix(
                study,
                output,
                profile=profile,
                categories=categories,
                memory_gib=memory_gib,
                progress=progress,
            )
        if not quiet:
            typer.echo(text)


app.command(
    short_help="Find where a new crossing saves most.",
    epilog=(
        "Example: artois-mobility crossings scenarios/artois.toml --profile walk --kind canal "
        "--category culture/library --output crossings/"
    ),
)(plan_commands.crossings)

app.command(
    short_help="Find which closed bridge costs most.",
    epilog=(
        "Example: artois-mobility closures scenarios/artois.toml --profile car --output closures/"
    ),
)(plan_commands.closures)

app.command(
    short_help="Choose where the next sites should stand.",
    epilog=(
        "Example: artois-mobility siting scenarios/artois.toml care/maison_de_sante --count 2 "
        "--objective max_cover --output siting/"
    ),
)(plan_commands.siting)

app.command(
    short_help="Tell which change of a scenario brings what.",
    epilog=(
        "Example: artois-mobility attribute scenarios/artois.toml scenarios/ville-30.toml --json"
    ),
)(why_commands.attribute)

app.command(
    short_help="Tell why one cell gains or loses.",
    epilog=(
        "Example: artois-mobility explain scenarios/artois.toml scenarios/passerelle-deule.toml "
        "--cell AM200mN0550E0405 --category culture/library --profile walk --output routes.gpkg"
    ),
)(why_commands.explain)

app.command(
    short_help="Choose the best combination within a budget.",
    epilog=(
        "Example: artois-mobility optimise scenarios/artois.toml scenarios/*.toml --budget 3 "
        "--output best/"
    ),
)(why_commands.optimise)


app.command(
    short_help="Compute from every cell in blocks: large work, many machines.",
    epilog=(
        "Examples: artois-mobility blocks matrix scenarios/artois.toml --output matrix/  |  "
        "artois-mobility blocks access scenarios/artois.toml --output access/ "
        "--scheduler tcp://host:8786"
    ),
)(block_commands.blocks)

app.command(
    short_help="List or clear the networks kept between runs.",
    epilog="Examples: artois-mobility cache  |  artois-mobility cache --clear",
)(cache_commands.cache)


@app.command(
    short_help="Bring current OpenStreetMap data of a place.",
    epilog=(
        'Examples: artois-mobility download "Lens, France" --output lens.osm  |  '
        "artois-mobility download 2.70,50.35,2.95,50.50"
    ),
)
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
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Bring current OpenStreetMap data of a place; goes on where an earlier attempt stopped.

    The attribution that the licence asks for is written beside the file.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .work import run_download

        with shown_progress(quiet=quiet) as progress:
            text = run_download(place, output, server=server, progress=progress)
        if not quiet:
            typer.echo(text)


@app.command()
def profiles(*, lang: Lang = None, verbose: Verbose = False) -> None:
    """List the modes of travel that a study may name."""
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .work import list_profiles

        typer.echo(list_profiles(lang or Language.ENGLISH))


@app.command(short_help="List the kinds of places that a study may name.")
def categories(*, lang: Lang = None, verbose: Verbose = False) -> None:
    """List the kinds of places that a study may name; `care` stands for all below it."""
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .work import list_categories

        typer.echo(list_categories(lang or Language.ENGLISH))
