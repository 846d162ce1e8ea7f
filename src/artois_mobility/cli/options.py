"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Form(StrEnum):
    """What is drawn of the places reached."""

    AREAS = "areas"
    STREETS = "streets"
    SURFACE = "surface"


class Way(StrEnum):
    """Which way the trips go."""

    FROM = "from"
    TO = "to"


class CsvForm(StrEnum):
    """How CSV files are written."""

    PLAIN = "plain"
    FRENCH = "fr"


class Format(StrEnum):
    """What a report is written as, besides what every report has."""

    XLSX = "xlsx"
    GEOPARQUET = "geoparquet"
    SVG = "svg"
    A4 = "a4"
    A3 = "a3"


class Language(StrEnum):
    """Languages that people are addressed in."""

    FRENCH = "fr"
    ENGLISH = "en"


def offer_profiles(begun: str) -> list[str]:
    """Offer a shell the profiles that the library has, and public transport.

    Parameters
    ----------
    begun
        What has been typed.

    Returns
    -------
    names
        Those that begin so.
    """
    from ..network.profiles import profile_names
    from ..transit.naming import TRANSIT

    return [name for name in (*profile_names(), TRANSIT) if name.startswith(begun)]


def offer_categories(begun: str) -> list[str]:
    """Offer a shell the categories that the library has.

    Parameters
    ----------
    begun
        What has been typed.

    Returns
    -------
    keys
        Those that begin so.
    """
    from ..places.categories import categories_in_use

    return [key for key in categories_in_use().of_key if key.startswith(begun)]


StudyFile = Annotated[
    Path, typer.Argument(metavar="STUDY", help="The study file, for instance artois.toml.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Tell each stage with its time; show where in the program an error happened.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Lang = Annotated[
    Language | None, typer.Option("--lang", help="Language; the study's own when left out.")
]
TerminalLang = Annotated[
    Language | None, typer.Option("--lang", help="Language; the terminal's when left out.")
]
ProfileName = Annotated[
    str | None,
    typer.Option(
        "--profile",
        "-p",
        autocompletion=offer_profiles,
        help="Who travels; the study's first when left out.",
    ),
]
Csv = Annotated[
    CsvForm,
    typer.Option(
        "--csv",
        help="CSV files with commas and points; or as French spreadsheets open them: semicolons, "
        "decimal commas, byte order mark.",
    ),
]
