"""What `artois-mobility check` does once its options are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .outputs import check_results_folder, csv_writer, in_legal_system, write_folder
from .texts import Answer, write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .._types import Progress
    from ..changes.sentences import Language
    from ..osm.extract import Extract
    from ..quality.checking import Check

READING = "reading the extract"
CHECKING = "checking the data"


def run_check(
    extract_path: Path,
    folder: Path | None,
    *,
    profile: str,
    language: Language,
    as_json: bool,
    progress: Progress,
    csv: str = "plain",
) -> Answer:
    """Check an extract, or a timetable, and write what is wrong with it.

    Parameters
    ----------
    extract_path
        The OpenStreetMap file; or a GTFS feed, a zip file or a folder.
    folder
        Where tables, GeoPackage and map go, or None.
    profile
        Whose network is looked at.
    language
        Of the details.
    as_json
        Give JSON instead of a table.
    progress
        Told about every stage.
    csv
        How CSV files are written.

    Returns
    -------
    answer
        How many faults there are of each kind, and how much has no limit.

    Raises
    ------
    InputError
        If an argument is wrong.
    ResultError
        If the results cannot be written.
    """
    from ..osm.reader import read_osm
    from ..quality.checking import check
    from .timetables import is_feed, run_check_of_feed

    if is_feed(extract_path):
        return run_check_of_feed(extract_path, folder, language=language, as_json=as_json, csv=csv)
    if folder is not None:
        check_results_folder(folder)
    progress(READING, 0, 1)
    extract = read_osm(extract_path)
    progress(READING, 1, 1)
    progress(CHECKING, 0, 1)
    found = check(extract, profile, language=language)
    progress(CHECKING, 1, 1)
    mention = _mention(extract, language)
    files = [] if folder is None else _write_all(found, extract, folder, language, csv)
    if as_json:
        return Answer(_as_json(found, extract, files))
    return Answer("\n".join(filter(None, [mention, *_lines(found, language), *files[:1]])))


def _mention(extract: Extract, language: Language) -> str:
    from ..report.words import read_words

    return read_words(language).say("schematic.mark") if extract.source.is_schematic else ""


def _as_json(found: Check, extract: Extract, files: list[str]) -> str:
    return write_json(
        {
            "is_schematic": extract.source.is_schematic,
            "counts": dict(found.counts()),
            "missing_speeds": found.missing_speeds.to_dict("records"),
            "files": files,
        }
    )


def _lines(found: Check, language: Language) -> list[str]:
    """Write the counts by kind, then the kilometres without a limit."""
    from ..changes.notices import Notice
    from ..quality.checking import NAME_OF_KIND

    labels = {kind: name.say(language) for kind, name in NAME_OF_KIND.items()}
    width = max(len(label) for label in labels.values())
    lines = [f"{labels[kind]:<{width}}  {count:6d}" for kind, count in found.counts().items()]
    missing = found.missing_speeds
    km, total = (f"{missing[name].sum():.0f}" for name in ("km_without_limit", "km"))
    return [*lines, Notice("missing_limits", {"km": km, "total": total}).say(language)]


def _write_all(
    found: Check, extract: Extract, folder: Path, language: Language, csv: str
) -> list[str]:
    """Write every file under a temporary name, then move them; return their names."""
    from ..report.fault_map import draw_faults

    mention = _mention(extract, language)
    faults = found.faults.assign(mention=mention) if mention else found.faults
    table, placed = faults.drop(columns="geometry"), in_legal_system(faults)
    missing = found.missing_speeds.assign(mention=mention) if mention else found.missing_speeds
    writers: dict[str, Callable[[Path], object]] = {
        "faults.gpkg": lambda path: placed.to_file(path, layer="faults", driver="GPKG"),
        "faults.csv": csv_writer(table, csv),
        "missing_speeds.csv": csv_writer(missing, csv),
        "faults.png": lambda path: draw_faults(found.faults, extract, path, language, mention),
    }
    return write_folder(folder, writers)
