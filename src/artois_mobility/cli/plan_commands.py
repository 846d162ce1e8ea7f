"""The commands that look for places: each parses its options, calls the library, and prints."""

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
)
from .terminal import announce_compiling, is_verbose, reported_errors, shown_progress, tell


class Barrier(StrEnum):
    """What a new crossing leads over."""

    CANAL = "canal"
    RIVER = "river"
    RAILWAY = "railway"
    MOTORWAY = "motorway"


class Structure(StrEnum):
    """What may close."""

    BRIDGE = "bridge"
    TUNNEL = "tunnel"
    LEVEL_CROSSING = "level_crossing"


class Aim(StrEnum):
    """What a choice of sites is good at."""

    P_MEDIAN = "p_median"
    MAX_COVER = "max_cover"
    P_CENTER = "p_center"
    SET_COVER = "set_cover"


Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--category",
        "-c",
        metavar="CATEGORY",
        autocompletion=offer_categories,
        help="Which sites people go to; may be repeated. Those of the study when left out.",
    ),
]
Most = Annotated[
    int,
    typer.Option(
        "--count", "-n", min=1, max=1000, help="How many to show, and to write scenarios for."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Folder for layer, table, map and scenarios."
    ),
]


def crossings(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    *,
    profile: ProfileName = None,
    categories: Categories = None,
    kinds: Annotated[
        list[Barrier] | None,
        typer.Option("--kind", "-k", help="Which barriers; may be repeated. All when left out."),
    ] = None,
    apart_m: Annotated[
        float, typer.Option("--apart", metavar="METRES", help="Between places along a barrier.")
    ] = 50.0,
    bank_m: Annotated[
        float,
        typer.Option(
            "--bank",
            metavar="METRES",
            help="How far from the middle of a barrier a street may lie; wide rivers need more.",
        ),
    ] = 150.0,
    spread_m: Annotated[
        float,
        typer.Option(
            "--spread",
            min=0,
            metavar="METRES",
            help="How far apart the places shown are; neighbours save much the same.",
        ),
    ] = 500.0,
    most: Most = 5,
    output: Folder = None,
    csv: Csv = CsvForm.PLAIN,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Find where a new crossing of a canal, a river, a railway or a motorway saves most.

    Every place where both banks have a street is tried alone, as a bridge: what it saves people on
    the way to their nearest sites is exact. Leaves crossings.gpkg (open it in QGIS), crossings.csv,
    crossings.png, barriers.csv (the way round each barrier) and a scenario for each of the best.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .linking import run_crossings
        from .scenes import Search

        announce_compiling(quiet=quiet)
        wanted = tuple(categories or ())
        search = Search(study, profile, wanted, most, spread_m, output, lang, json, csv.value)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_crossings(
                search,
                progress,
                kinds=[each.value for each in kinds or ()],
                apart_m=apart_m,
                bank_m=bank_m,
            )
        tell(answer, quiet=quiet, is_wanted=json)


def closures(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    *,
    profile: ProfileName = None,
    categories: Categories = None,
    kinds: Annotated[
        list[Structure] | None,
        typer.Option("--kind", "-k", help="What closes; may be repeated. All when left out."),
    ] = None,
    most: Most = 10,
    output: Folder = None,
    csv: Csv = CsvForm.PLAIN,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Find which bridge, tunnel or level crossing costs people most while it is closed.

    Each is closed alone, and what people lose on the way to their nearest sites is exact. Leaves
    closures.gpkg (open it in QGIS), closures.csv, closures.png and a scenario for each of the
    costliest bridges and tunnels.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .linking import run_closures
        from .scenes import Search

        announce_compiling(quiet=quiet)
        wanted = tuple(categories or ())
        search = Search(study, profile, wanted, most, 0.0, output, lang, json, csv.value)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_closures(search, progress, kinds=[each.value for each in kinds or ()])
        tell(answer, quiet=quiet, is_wanted=json)


def siting(  # noqa: PLR0913  a command is its options
    study: StudyFile,
    category: Annotated[
        str,
        typer.Argument(
            metavar="CATEGORY",
            autocompletion=offer_categories,
            help="What opens, such as care/maison_de_sante.",
        ),
    ],
    *,
    objective: Annotated[
        Aim,
        typer.Option(
            "--objective",
            help="p_median: people travel least in all. max_cover: most people within the "
            "threshold. p_center: who travels longest travels least. set_cover: as few sites as "
            "put everybody within the threshold who can be.",
        ),
    ] = Aim.P_MEDIAN,
    most: Annotated[
        int,
        typer.Option("--count", "-n", min=1, max=1000, help="How many open; not for set_cover."),
    ] = 1,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold", metavar="MINUTES", help="For the covers; the category's when left out."
        ),
    ] = None,
    candidates: Annotated[
        Path | None,
        typer.Option(
            "--candidates",
            metavar="FILE",
            help="Places that may be chosen, such as public land; the cells where most people live "
            "when left out.",
        ),
    ] = None,
    apart_m: Annotated[
        float, typer.Option("--apart", metavar="METRES", help="Between such cells, at least.")
    ] = 500.0,
    candidate_count: Annotated[
        int,
        typer.Option(
            "--candidate-count", min=1, max=100_000, help="How many such cells are tried at most."
        ),
    ] = 500,
    profile: ProfileName = None,
    output: Folder = None,
    csv: Csv = CsvForm.PLAIN,
    lang: Lang = None,
    json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Choose where the next sites should stand, the existing ones kept.

    Small questions are solved exactly, large ones greedily with exchanges; either says what no
    choice can do better than. Leaves siting.gpkg (open it in QGIS), siting.csv, siting.png and the
    scenario siting.toml.
    """
    with reported_errors(verbose=is_verbose(asked=verbose)):
        from .scenes import Search
        from .siting import run_siting

        announce_compiling(quiet=quiet)
        search = Search(study, profile, (category,), most, 0.0, output, lang, json, csv.value)
        with shown_progress(quiet=quiet, verbose=verbose) as progress:
            answer = run_siting(
                search,
                progress,
                objective=objective.value,
                threshold_min=threshold,
                candidates=candidates,
                apart_m=apart_m,
                candidate_count=candidate_count,
            )
        tell(answer, quiet=quiet, is_wanted=json)
