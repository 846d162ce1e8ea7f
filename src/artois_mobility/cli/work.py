"""What the commands do once their options are read; loaded when a command runs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from .outputs import table_writer, write_whole
from .texts import (
    Answer,
    answer_file,
    list_warnings,
    warning_lines,
    write_json,
    write_labels,
    write_table,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from .._types import Progress
    from ..report.findings import Finding
    from ..report.formats import Formats
    from ..report.postgis import Written as DatabaseLayers
    from ..report.rows import Pair
    from ..report.words import Words
    from ..study.results import Comparison, ScenarioResult


def name_scenarios(scenarios: Sequence[Path] | None, reference: Path | None) -> Sequence[Path]:
    """See that there is something to compare.

    Parameters
    ----------
    scenarios
        The files named; None for none.
    reference
        What to compare with instead of today; None for today.

    Returns
    -------
    scenarios
        The files.

    Raises
    ------
    InputError
        If there are none, and no other study to hold today against.
    """
    if not scenarios and reference is None:
        msg = (
            "There is no scenario to compare with today. Name scenario files, or an earlier study "
            "with --reference; `artois-mobility access STUDY` gives today alone."
        )
        raise InputError(msg)
    return scenarios or ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a report is wanted.

    Attributes
    ----------
    csv
        How CSV files are written.
    also
        What is written besides what every report has.
    logo
        Picture for the plates, or None.
    day
        Of their edition, or None for this day.
    target
        Address of a database that the layers go to, too, or None.
    schema
        Where in it, or None for one named after the study.
    """

    csv: str = "plain"
    also: Sequence[str] = ()
    logo: Path | None = None
    day: dt.datetime | None = None
    target: str | None = None
    schema: str | None = None


def run_compare(
    study_path: Path,
    scenario_paths: Sequence[Path],
    folder: Path,
    wanted: Wanted,
    *,
    reference: Path | None,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> Answer:
    """Compare scenarios with today and write the report.

    Parameters
    ----------
    study_path, scenario_paths
        The files.
    folder
        Where the report goes; checked before anything is computed.
    wanted
        How it is wanted; checked before, too.
    reference
        A scenario or a study to compare with instead of today; None for today.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of sentences.
    progress
        Told about every stage.

    Returns
    -------
    answer
        The finding of each scenario, where the report is, and what is worth knowing.
    """
    from ..report.findings import find, headline, leading_pair
    from ..report.labels import pair_label, words_for
    from ..report.times import read_times
    from ..report.water import changes_water_only
    from ..report.words import read_words
    from ..report.writing import check_folder, write_report
    from ..study.comparing import compare
    from ..study.files import read_study

    study = read_study(study_path)
    read_words(language or study.language)
    check_folder(folder)
    formats = _check_wanted(wanted)
    result = compare(study, scenario_paths, reference=reference, progress=progress)
    words = words_for(result, language)
    files = write_report(
        result,
        folder,
        language=words.language,
        csv=formats.csv,
        also=formats.also,
        logo=formats.logo,
        day=formats.day,
        progress=progress,
    )
    database = _write_database(result, wanted, words)
    times = read_times(result)
    pairs = {scenario.key: leading_pair(result, scenario) for scenario in result.scenarios[1:]}
    findings = {key: find(result, times, key, pair) for key, pair in pairs.items()}
    if as_json:
        return Answer(
            write_json(
                {
                    "is_schematic": result.is_schematic,
                    "compared_with": result.base.key,
                    "files": [str(path) for path in files],
                    **({} if database is None else {"database": asdict(database)}),
                    "scenarios": [
                        _describe(scenario, pairs[scenario.key], findings[scenario.key], words)
                        | _describe_water(result, scenario.key, words)
                        for scenario in result.scenarios[1:]
                    ],
                    "warnings": list_warnings(result, words),
                }
            )
        )
    lines = []
    for scenario in result.scenarios[1:]:
        lines.append(scenario.name)
        on_water = _describe_water(result, scenario.key, words)
        if not changes_water_only(result, scenario.key):
            pair = pair_label(result, pairs[scenario.key], words)
            lines.append(f"  {headline(findings[scenario.key], words)} ({pair}).")
        if on_water:
            lines.append(f"  {on_water['finding_on_water']} ({words.say('water.vessels')}).")
    lines += [str(files[0]), *_tell_database(database, words)]
    text = "\n".join([*_mention(result, words), *lines])
    return Answer(text, warning_lines(result, words, "terminal.more_in_report"))


def _check_wanted(wanted: Wanted) -> Formats:
    """See that files and database can be written as wanted, before anything is computed."""
    from ..report.formats import check_formats
    from ..report.postgis import check_target

    day = None if wanted.day is None else wanted.day.date()
    formats = check_formats(wanted.csv, wanted.also, logo=wanted.logo, day=day)
    if wanted.target is not None:
        check_target(wanted.target, wanted.schema)
    elif wanted.schema is not None:
        msg = f"The schema {wanted.schema} lies in a database; name it, too (--to)."
        raise InputError(msg)
    return formats


def _write_database(result: Comparison, wanted: Wanted, words: Words) -> DatabaseLayers | None:
    from ..report.postgis import write_postgis

    if wanted.target is None:
        return None
    return write_postgis(result, wanted.target, schema=wanted.schema, language=words.language)


def _tell_database(database: DatabaseLayers | None, words: Words) -> list[str]:
    if database is None:
        return []
    schema = database.tables[0].partition(".")[0]
    told = {"count": len(database.tables), "schema": schema, "place": database.place}
    lines = [words.say("terminal.database", told)]
    return lines if database.has_styles else [*lines, words.say("terminal.no_styles")]


def run_access(
    study_path: Path,
    output: Path | None,
    *,
    language: str | None,
    as_json: bool,
    progress: Progress,
    csv: str = "plain",
) -> Answer:
    """Compute today's access times.

    Parameters
    ----------
    study_path
        The study file.
    output
        Where every cell's times go, or None.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give every row of the summary as JSON instead of a table.
    progress
        Told about every stage.
    csv
        How a CSV file is written.

    Returns
    -------
    answer
        Today's summary, and what is worth knowing.
    """
    from ..report.figures import today_by_pair
    from ..report.tables import mark
    from ..report.words import read_words
    from ..study.comparing import assess
    from ..study.files import read_study

    study = read_study(study_path)
    words = read_words(language or study.language)
    write = table_writer(output, csv) if output is not None else None
    result = assess(study, progress=progress)
    if output is not None and write is not None:
        table = mark(result.access_times, result, words.language)
        write_whole(output, lambda path: write(table, path))
    if as_json:
        rows = json.loads(result.summary_table.to_json(orient="records"))
        warnings = list_warnings(result, words)
        record = {"is_schematic": result.is_schematic, "summary": rows, "warnings": warnings}
        return Answer(write_json(record))
    where = [str(output)] if output is not None else []
    table_text = write_table(today_by_pair(result, words))
    text = "\n".join([*_mention(result, words), table_text, *where])
    return Answer(text, warning_lines(result, words, "terminal.more_in_json"))


def run_download(
    place: str, output: Path | None, *, server: str | None, as_json: bool, progress: Progress
) -> Answer:
    """Bring current OpenStreetMap data.

    Parameters
    ----------
    place
        A name, or west, south, east and north separated by commas.
    output
        Where to; named after the place when None.
    server
        Address to get the data from; None for the usual ones.
    as_json
        Give JSON instead of the bare path.
    progress
        Told how much has come.

    Returns
    -------
    answer
        The file that was written.
    """
    from ..osm.download import download_osm

    path = download_osm(place, output or _file_for(place), server=server, progress=progress)
    return answer_file(path, as_json=as_json)


def list_profiles(language: str, *, as_json: bool) -> str:
    """List the travel profiles.

    Parameters
    ----------
    language
        `"fr"` or `"en"`.
    as_json
        Give JSON instead of lines.

    Returns
    -------
    text
        Of each profile its name and what people call it.
    """
    from ..network.profiles import profile_names, read_profile

    labels = {name: read_profile(name).label[language] for name in profile_names()}
    return write_json(labels) if as_json else write_labels(labels)


def list_categories(language: str, *, as_json: bool) -> str:
    """List the categories of sites.

    Parameters
    ----------
    language
        `"fr"` or `"en"`.
    as_json
        Give JSON instead of lines.

    Returns
    -------
    text
        Of each category its key and what people call it, children below their parents.
    """
    from ..places.categories import categories_in_use

    rows = categories_in_use().of_key
    labels = {key: row.label[language] for key, row in rows.items()}
    return write_json(labels) if as_json else write_labels(labels)


def _file_for(place: str) -> Path:
    from ..report.names import ascii_name

    return Path(f"{ascii_name(place)}.osm.pbf")


def _mention(result: Comparison, words: Words) -> list[str]:
    return [words.say("schematic.mark")] if result.is_schematic else []


def _describe(
    scenario: ScenarioResult, pair: Pair, finding: Finding, words: Words
) -> dict[str, object]:
    from ..report.findings import headline

    return {
        "scenario": scenario.key,
        "name": scenario.name,
        "profile": pair[0],
        "category": pair[1],
        "people_gaining": finding.people_gaining,
        "people_losing": finding.people_losing,
        "finding": headline(finding, words),
    }


def _describe_water(result: Comparison, key: str, words: Words) -> dict[str, object]:
    """Say what a scenario changes on the water; nothing where it does not concern it."""
    from ..report.water import situations_of, tally, water_headline

    if result.water is None or key not in situations_of(result.water):
        return {}
    return {
        "finding_on_water": water_headline(result, key, words),
        "voyages": asdict(tally(result.water, key)),
    }
