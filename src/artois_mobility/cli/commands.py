"""The commands: each parses its options, calls the library, and prints what came out."""

from __future__ import annotations

import datetime as dt  # noqa: TC003  typer reads it
import gc
import sys
from functools import partial
from pathlib import Path
from typing import Annotated, Final

import typer

from .._version import __version__
from . import (
    block_commands,
    cache_commands,
    data_commands,
    plan_commands,
    setup_commands,
    travel_commands,
    why_commands,
)
from .options import (
    AsJson,
    Csv,
    CsvForm,
    Format,
    Lang,
    Quiet,
    StudyFile,
    TerminalLang,
    Verbose,
)
from .speaking_commands import SpokenCommand, SpokenGroup
from .terminal import (
    FAILED,
    INTERRUPTED,
    announce_compiling,
    is_verbose,
    put,
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
    cls=SpokenGroup,
    help=HELP,
    epilog=EPILOG,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
# Every command speaks the language of whoever uses it.
_command = partial(app.command, cls=SpokenCommand)


def main() -> None:
    """Run the command line; the entry point of `artois-mobility`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A terminal that cannot show a character gets a question mark, not a failure.
            stream.reconfigure(errors="replace")
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    try:
        app(prog_name="artois-mobility")
    except KeyboardInterrupt:  # before a command had begun
        sys.exit(INTERRUPTED)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        put(f"artois-mobility {__version__}")
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


@_command(
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
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
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


@_command(
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
    lang: TerminalLang = None,
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
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer, is_same = run_reproduce(
                folder, base, language=lang, as_json=json, progress=progress
            )
        tell(answer, quiet=quiet, is_wanted=json)
        if not is_same:
            raise typer.Exit(FAILED)


_command(
    short_help="Print today's access times; every cell's to a file.",
    epilog="Example: artois-mobility access scenarios/artois.toml --output times.csv",
)(travel_commands.access)

_command(
    short_help="Check OpenStreetMap data before anyone models on it.",
    epilog="Example: artois-mobility check lens.osm.pbf --output check/",
)(data_commands.check)

_command(
    short_help="Hold trips that you timed against the model.",
    epilog=(
        "Example: artois-mobility validate scenarios/artois.toml my-trips.csv --output trips.gpkg"
    ),
)(travel_commands.validate)

_command(
    short_help="Draw what is reached from a place in some minutes.",
    epilog=(
        "Example: artois-mobility isochrones scenarios/artois.toml "
        "--from 2.8319,50.4289 --minutes 10,20,30 --profile bicycle --output areas.gpkg  |  "
        "artois-mobility isochrones scenarios/artois.toml --category care/hospital "
        "--direction to --scenario scenarios/passerelle-deule.toml --output hospitals.gpkg"
    ),
)(travel_commands.isochrones)

_command(
    short_help="Compute the minutes from every cell to every site.",
    epilog=(
        "Example: artois-mobility matrix scenarios/artois.toml "
        "--profile car --category care/hospital --output hospitals.parquet"
    ),
)(travel_commands.matrix)

_command(
    short_help="Find where a new crossing saves most.",
    epilog=(
        "Example: artois-mobility crossings scenarios/artois.toml --profile walk --kind canal "
        "--category culture/library --output crossings/"
    ),
)(plan_commands.crossings)

_command(
    short_help="Find which closed bridge costs most.",
    epilog=(
        "Example: artois-mobility closures scenarios/artois.toml --profile car --output closures/"
    ),
)(plan_commands.closures)

_command(
    short_help="Choose where the next sites should stand.",
    epilog=(
        "Example: artois-mobility siting scenarios/artois.toml care/maison_de_sante --count 2 "
        "--objective max_cover --output siting/"
    ),
)(plan_commands.siting)

_command(
    short_help="Tell which change of a scenario brings what.",
    epilog=(
        "Example: artois-mobility attribute scenarios/artois.toml scenarios/ville-30.toml --json"
    ),
)(why_commands.attribute)

_command(
    short_help="Tell why one cell gains or loses.",
    epilog=(
        "Example: artois-mobility explain scenarios/artois.toml scenarios/passerelle-deule.toml "
        "--cell AM200mN0550E0405 --category culture/library --profile walk --output routes.gpkg"
    ),
)(why_commands.explain)

_command(
    short_help="Choose the best combination within a budget.",
    epilog=(
        "Example: artois-mobility optimise scenarios/artois.toml scenarios/*.toml --budget 3 "
        "--output best/"
    ),
)(why_commands.optimise)

_command(
    short_help="Compute from every cell in blocks: large work, many machines.",
    epilog=(
        "Examples: artois-mobility blocks matrix scenarios/artois.toml --output matrix/  |  "
        "artois-mobility blocks access scenarios/artois.toml --output access/ "
        "--scheduler tcp://host:8786"
    ),
)(block_commands.blocks)

_command(
    short_help="List or clear the networks kept between runs.",
    epilog="Examples: artois-mobility cache  |  artois-mobility cache --clear",
)(cache_commands.cache)

_command(
    short_help="Bring current OpenStreetMap data of a place.",
    epilog=(
        'Examples: artois-mobility download "Lens, France" --output lens.osm  |  '
        "artois-mobility download 2.70,50.35,2.95,50.50"
    ),
)(data_commands.download)

_command(
    short_help="List the modes of travel that a study may name.",
    epilog="Example: artois-mobility profiles --lang fr",
)(data_commands.profiles)

_command(
    short_help="List the kinds of places that a study may name.",
    epilog="Example: artois-mobility categories --lang fr",
)(data_commands.categories)

_command(
    short_help="Check the installation.",
    epilog="Example: artois-mobility doctor --lang fr",
)(setup_commands.doctor)

_command(
    name="new-study",
    short_help="Write a study file for any place.",
    epilog=(
        "Examples: artois-mobility new-study lens.osm.pbf  |  "
        "artois-mobility new-study lens.osm.pbf --residents cells.csv --lang fr --yes"
    ),
)(setup_commands.new_study)
