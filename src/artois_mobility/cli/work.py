"""What the commands do once their options are read; loaded when a command runs."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import InputError, ResultError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from .._types import Progress
    from ..network.model import Network
    from ..report.grid import Table
    from ..study.results import Comparison

GEO_DRIVERS: Final = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GPKG"}


def run_compare(
    study_path: Path,
    scenario_paths: Sequence[Path],
    folder: Path,
    *,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> str:
    """Compare scenarios with today and write the report.

    Parameters
    ----------
    study_path, scenario_paths
        The files.
    folder
        Where the report goes; checked before anything is computed.
    language
        `"fr"`, `"en"` or None for the study's.
    as_json
        Give JSON instead of sentences.
    progress
        Told about every stage.

    Returns
    -------
    text
        The finding of each scenario, and where the report is.
    """
    from ..report.findings import find, headline, leading_pair
    from ..report.labels import pair_label
    from ..report.times import read_times
    from ..report.words import read_words
    from ..report.writing import check_folder, write_report
    from ..study.comparing import compare
    from ..study.files import read_study

    study = read_study(study_path)
    words = read_words(language or study.language)
    check_folder(folder)
    result = compare(study, scenario_paths, progress=progress)
    files = write_report(result, folder, language=words.language, progress=progress)
    times = read_times(result)
    pairs = {scenario.key: leading_pair(result, scenario) for scenario in result.scenarios[1:]}
    findings = {key: find(result, times, key, pair) for key, pair in pairs.items()}
    if as_json:
        return _json(
            {
                "is_schematic": result.is_schematic,
                "files": [str(path) for path in files],
                "scenarios": [
                    {
                        "scenario": scenario.key,
                        "name": scenario.name,
                        "profile": pairs[scenario.key][0],
                        "category": pairs[scenario.key][1],
                        "people_gaining": findings[scenario.key].people_gaining,
                        "people_losing": findings[scenario.key].people_losing,
                        "finding": headline(findings[scenario.key], words),
                    }
                    for scenario in result.scenarios[1:]
                ],
            }
        )
    lines = [
        f"{scenario.name}\n  {headline(findings[scenario.key], words)}"
        f" ({pair_label(result, pairs[scenario.key], words)})."
        for scenario in result.scenarios[1:]
    ]
    return "\n".join([*_mention(result, words.say("schematic.mark")), *lines, str(files[0])])


def run_access(
    study_path: Path,
    output: Path | None,
    *,
    language: str | None,
    as_json: bool,
    progress: Progress,
) -> str:
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

    Returns
    -------
    text
        Today's summary.
    """
    from ..report.figures import today_by_pair
    from ..report.tables import mark
    from ..report.words import read_words
    from ..study.comparing import assess
    from ..study.files import read_study

    study = read_study(study_path)
    words = read_words(language or study.language)
    write = _table_writer(output) if output is not None else None
    result = assess(study, progress=progress)
    if output is not None and write is not None:
        table = mark(result.access_times, result, words.language)
        _write_whole(output, lambda path: write(table, path))
    if as_json:
        rows = json.loads(result.summary_table.to_json(orient="records"))
        return _json({"is_schematic": result.is_schematic, "summary": rows})
    table_text = _plain_table(today_by_pair(result, words))
    where = [str(output)] if output is not None else []
    return "\n".join([*_mention(result, words.say("schematic.mark")), table_text, *where])


def run_isochrones(
    study_path: Path,
    origins: Sequence[str],
    minutes: str,
    *,
    profile: str | None,
    output: Path | None,
) -> str:
    """Draw what is reached from some places.

    Parameters
    ----------
    study_path
        The study file.
    origins
        Longitude and latitude of each place, as text.
    minutes
        Minutes, separated by commas.
    profile
        Who travels; None for the study's first.
    output
        Where the areas go; None to give them as GeoJSON.

    Returns
    -------
    text
        GeoJSON, or the file that was written.
    """
    from ..areas.reached import isochrones
    from ..report.words import read_words
    from ..study.files import read_study

    points = [_point(text) for text in origins]
    bounds = _numbers(minutes, "--minutes", "10,20,30")
    write = _area_writer(output) if output is not None else None
    study = read_study(study_path)
    network = _network(study.extract, profile or study.profiles[0])
    areas = isochrones(network, points, bounds)
    if network.provenance.is_schematic:
        areas = areas.assign(mention=read_words(study.language).say("schematic.mark"))
    if output is None or write is None:
        return str(areas.to_json(drop_id=True))
    _write_whole(output, lambda path: write(areas, path))
    return str(output)


def run_matrix(
    study_path: Path,
    output: Path,
    *,
    profile: str | None,
    categories: Sequence[str] | None,
    progress: Progress,
) -> str:
    """Compute the minutes from every populated cell to every site.

    Parameters
    ----------
    study_path
        The study file.
    output
        The Parquet file to write.
    profile
        Who travels; None for the study's first.
    categories
        Which sites; None for the study's.
    progress
        Told about every stage.

    Returns
    -------
    text
        How many rows were written, and where.
    """
    from ..osm.reader import read_osm
    from ..places.residents import read_residents
    from ..places.sites import merge_sites, read_sites
    from ..routing.tables import travel_time_matrix
    from ..study.files import OSM, read_study

    if output.suffix != ".parquet":
        msg = f"The matrix is written as Parquet; {output} does not end in .parquet."
        raise InputError(msg)
    study = read_study(study_path)
    extract = read_osm(study.extract)
    network = _network(extract, profile or study.profiles[0])
    bounds_deg = extract.source.bounds_deg
    wanted = list(categories or study.categories)
    tables = [
        read_sites(extract, wanted)
        if source == OSM
        else read_sites(source, wanted, bounds_deg=bounds_deg)
        for source in study.sites
    ]
    sites = tables[0] if len(tables) == 1 else merge_sites(*tables)
    residents = read_residents(study.residents, bounds_deg=bounds_deg)
    travel_time_matrix(network, residents, sites, path=output, progress=progress)
    return str(output)


def run_download(place: str, output: Path | None, *, server: str | None, progress: Progress) -> str:
    """Bring current OpenStreetMap data.

    Parameters
    ----------
    place
        A name, or west, south, east and north separated by commas.
    output
        Where to; named after the place when None.
    server
        Address to get the data from; None for the usual ones.
    progress
        Told how much has come.

    Returns
    -------
    text
        The file that was written.
    """
    from ..osm.download import download_osm

    return str(download_osm(place, output or _file_for(place), server=server, progress=progress))


def list_profiles(language: str) -> str:
    """List the travel profiles.

    Parameters
    ----------
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        One line per profile: its name and what people call it.
    """
    from ..network.profiles import profile_names, read_profile

    names = profile_names()
    return _listed({name: read_profile(name).label[language] for name in names})


def list_categories(language: str) -> str:
    """List the categories of sites.

    Parameters
    ----------
    language
        `"fr"` or `"en"`.

    Returns
    -------
    text
        One line per category, children below their parents.
    """
    from ..places.categories import read_categories

    rows = read_categories().of_key
    return _listed({key: row.label[language] for key, row in rows.items()})


def _network(extract: Any, profile: str) -> Network:  # noqa: ANN401  a path or an extract
    from ..network.building import build_network
    from ..osm.reader import read_osm

    if isinstance(extract, (str, Path)):
        extract = read_osm(extract)
    return build_network(extract, profile)


def _point(text: str) -> tuple[float, float]:
    numbers = _numbers(text, "--from", "2.8319,50.4289")
    if len(numbers) != 2 or not (abs(numbers[0]) <= 180 and abs(numbers[1]) <= 90):
        msg = (
            f"--from needs longitude,latitude in degrees, for instance 2.8319,50.4289; "
            f"found {text!r}."
        )
        raise InputError(msg)
    return (numbers[0], numbers[1])


def _numbers(text: str, option: str, example: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        msg = f"{option} needs numbers separated by commas, for instance {example}; found {text!r}."
        raise InputError(msg) from None


def _table_writer(path: Path) -> Callable[[pd.DataFrame, Path], None]:
    if path.suffix == ".parquet":
        return lambda table, place: table.to_parquet(place, index=False)
    if path.suffix == ".csv":
        return lambda table, place: table.to_csv(place, index=False, lineterminator="\n")
    msg = f"Access times are written as .parquet or .csv; found {path}."
    raise InputError(msg)


def _area_writer(path: Path) -> Callable[[gpd.GeoDataFrame, Path], None]:
    if path.suffix == ".parquet":
        return lambda areas, place: areas.to_parquet(place)
    driver = GEO_DRIVERS.get(path.suffix)
    if driver is None:
        msg = f"Areas are written as .geojson, .gpkg or .parquet; found {path}."
        raise InputError(msg)
    return lambda areas, place: areas.to_file(place, driver=driver)


def _write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file under a temporary name beside its place, then move it."""
    try:
        with tempfile.TemporaryDirectory(prefix=".partial-", dir=path.parent) as folder:
            partial = Path(folder) / path.name
            write(partial)
            os.replace(partial, path)  # noqa: PTH105  Path.replace reads the same
    except OSError as error:
        msg = f"{path} could not be written: {error.strerror or error}."
        raise ResultError(msg) from error


def _file_for(place: str) -> Path:
    from ..report.names import ascii_name

    return Path(f"{ascii_name(place)}.osm.pbf")


def _mention(result: Comparison, mark: str) -> list[str]:
    return [mark] if result.is_schematic else []


def _plain_table(table: Table) -> str:
    rows = [table.headers, *((row.name, *(cell.text for cell in row.cells)) for row in table.rows)]
    return f"{table.caption}\n{_columns(rows)}"


def _listed(label_of_name: Mapping[str, str]) -> str:
    width = max(map(len, label_of_name))
    return "\n".join(f"{name.ljust(width)}  {label}" for name, label in label_of_name.items())


def _columns(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(text) for text in column) for column in zip(*rows, strict=True)]
    lines = []
    for name, *others in rows:
        right = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        lines.append("  ".join([name.ljust(widths[0]), *right]).rstrip())
    return "\n".join(lines)


def _json(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
