"""Everything that people look at, written into one folder: all of it, or nothing."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .._types import tell_nobody
from ..errors import InputError, ResultError
from ..storage.claims import claimed
from ..study.manifest import describe_input, hash_file
from .formats import XLSX, check_formats
from .labels import words_for
from .words import read_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd
    from loky import ProcessPoolExecutor

    from .._types import Progress
    from ..study.results import Comparison
    from .backdrop import Backdrop
    from .formats import Formats
    from .sheet import Sheet
    from .times import Times
    from .words import Words

MANIFEST: Final = "manifest.json"
WORKBOOK: Final = "results.xlsx"
STAGE: Final = ".partial-report-"
# Folders below a report's.
FOLDERS: Final = ("maps", "layers", "plates")
# Files that only some reports have: an earlier report's are removed when they are not made again.
_OWN_FILE: Final = re.compile(
    r"maps/[a-z0-9-]+\.(png|svg)|layers/[a-z0-9_]+\.parquet|plates/[a-z0-9-]+\.pdf|results\.xlsx"
)


def write_report(
    result: Comparison,
    folder: str | Path,
    *,
    language: str | None = None,
    csv: str = "plain",
    also: Sequence[str] = (),
    logo: str | Path | None = None,
    day: dt.date | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write tables, GeoPackage, maps, page and manifest of a comparison into a folder.

    Everything is first written into a hidden folder beside its place and moved when it is
    complete, the manifest last: it lists every file with its hash. Files of an earlier report in
    the same folder are replaced, and its maps that are no longer drawn are removed; files that
    no report wrote stay untouched.

    Parameters
    ----------
    result
        What `compare` gave.
    folder
        Where to; made when it is not there.
    language
        `"fr"` or `"en"`; the study's own when left out.
    csv
        `"plain"`: CSV files with commas and decimal points. `"fr"`: as French spreadsheets open
        them, with semicolons, decimal commas and a byte order mark.
    also
        What else is written: `"xlsx"` (the tables as a workbook), `"geoparquet"` (each layer),
        `"svg"` (the maps as vectors), `"a4"` and `"a3"` (the maps as PDF plates).
    logo
        PNG or JPEG picture that stands on the plates.
    day
        Day of edition that stands on the plates; this day when left out.
    progress
        Called with what is being done, how many parts are done, and how many there are.

    Returns
    -------
    paths
        Every file, the page first and the manifest last.

    Raises
    ------
    InputError
        If `folder` is a file, another run is writing there, there are no words for the language, a
        format is unknown, or the logo cannot be read.
    ResultError
        If the folder cannot be written; it then stands as it was before.

    Examples
    --------
    >>> import artois_mobility as am
    >>> study = am.read_study("scenarios/artois.toml")  # doctest: +SKIP
    >>> result = am.compare(study, ["scenarios/ville-30.toml"])  # doctest: +SKIP
    >>> am.write_report(result, "out/")[0].name  # doctest: +SKIP
    'report.html'
    """
    language = read_words(language or result.study.language).language
    formats = check_formats(csv, also, logo=logo, day=day)
    place = check_folder(folder)
    missing = [path for name in FOLDERS for path in _missing_folders(place / name)]
    try:
        place.mkdir(parents=True, exist_ok=True)
        with claimed(place), _staging(place) as stage:
            order = _Order(stage, words_for(result, language), formats)
            names = _write_files(result, order, progress)
            _write_json(_describe(result, order, names), stage / MANIFEST)
            stale = _own_files(place) - set(names)
            names.append(MANIFEST)
            for name in names:
                (place / name).parent.mkdir(exist_ok=True)
                (stage / name).replace(place / name)
            for name in stale:
                (place / name).unlink(missing_ok=True)
    except OSError as error:
        msg = f"The report could not be written into {place}: {error.strerror or error}."
        raise ResultError(msg) from error
    finally:
        _remove_empty(missing)
    return [place / name for name in names]


@dataclass(frozen=True, slots=True)
class _Order:
    """Where a report goes, and how it is written."""

    stage: Path
    words: Words
    formats: Formats


@dataclass(frozen=True, slots=True, eq=False)
class _Board:
    """What maps are drawn on, by whom, and what is done before."""

    backdrop: Backdrop
    pool: ProcessPoolExecutor | None
    errand: Callable[[], None] | None = None


def _describe(result: Comparison, order: _Order, names: Sequence[str]) -> dict[str, Any]:
    """Give the manifest: what the comparison says of itself, and every file with its hash."""
    formats = order.formats
    record: dict[str, Any] = {**result.manifest, "language": order.words.language}
    record["formats"] = formats.describe()
    if formats.logo is not None:
        logo = describe_input("logo", formats.logo, result.study)
        record["inputs"] = [*record["inputs"], logo]
    return {**record, "files": {name: hash_file(order.stage / name) for name in names}}


def check_folder(folder: str | Path) -> Path:
    """See that a folder can be written, or made, without leaving anything there.

    Parameters
    ----------
    folder
        Its path.

    Returns
    -------
    folder
        The same as a path.

    Raises
    ------
    InputError
        If it is a file.
    ResultError
        If it cannot be made or written.

    Examples
    --------
    >>> check_folder(__file__)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    artois_mobility.errors.InputError: ... is a file. Name a folder to write the report into.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        msg = f"{place} is a file. Name a folder to write the report into."
        raise InputError(msg)
    nearest = next(path for path in (place, *place.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        msg = f"The folder {place} cannot be written: {error.strerror or error}. Name another."
        raise ResultError(msg) from error
    return place


def _missing_folders(place: Path) -> list[Path]:
    """List the folders that must be made for a place, the innermost first."""
    return [path for path in (place, *place.absolute().parents) if not path.exists()]


def _remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders that we made and that hold nothing, the innermost first."""
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _write_files(result: Comparison, order: _Order, progress: Progress | None) -> list[str]:
    from .backdrop import make_backdrop, street_network
    from .maps import pairs_of_today
    from .printing import opened_pool
    from .rows import index_summary

    result = index_summary(result)
    network = street_network(result.networks)
    backdrop = make_backdrop(network, result.residents, result.communes)
    map_count = len(pairs_of_today(result)) + len(result.scenarios) - 1
    with opened_pool(backdrop, order.words.language, map_count) as pool:
        return _write_all(result, order, _Board(backdrop, pool), progress or tell_nobody)


def _write_all(result: Comparison, order: _Order, board: _Board, report: Progress) -> list[str]:
    """Write everything but the manifest; return the names."""
    from ..study.gains import who_gains
    from .csv_files import FRENCH
    from .labelled import french_names, label_table
    from .layer_files import make_dictionary, make_layers, write_layers
    from .tables import tables_of, write_table
    from .times import read_times

    times = read_times(result)
    gains = who_gains(result, "epci" if "epci" in result.residents else None)
    tables = tables_of(result, gains, order.words.language)
    labelled = {
        name: label_table(table, result, order.words)
        for name, table in tables.items()
        if name.endswith(".csv")
    }
    told: dict[str, pd.DataFrame] = tables
    if order.formats.csv == FRENCH:
        told = {**tables, **labelled}
        tables |= {name: french_names(table, order.words) for name, table in labelled.items()}
    layers = make_layers(result, times, order.words, order.formats)
    # The tables are mostly written outside Python; layers are written, and maps drawn, by other
    # processes, while this one composes the page's text.
    with ThreadPoolExecutor(max_workers=2) as pool:
        written = [
            pool.submit(write_table, table, order.stage / name, order.formats.csv)
            for name, table in tables.items()
        ]
        board = replace(board, errand=partial(write_layers, layers, order.stage))
        try:
            maps = _write_page(result, times, gains, order, board, report=report)
            report("tables and layers", 1, 1 + len(written))
            for number, each in enumerate(written, 2):
                each.result()
                report("tables and layers", number, 1 + len(written))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    dictionary = make_dictionary(told, layers.layers, order.words, tables)
    extra = _write_dictionary(result, labelled, dictionary, order)
    return ["report.html", *layers.file_names, *tables, *extra, *maps]


def _write_page(
    result: Comparison,
    times: Times,
    gains: pd.DataFrame,
    order: _Order,
    board: _Board,
    *,
    report: Progress,
) -> list[str]:
    """Write the maps and the page, and let the errand be run beside; return the maps' names."""
    from .maps import lay_out_maps
    from .page import compose_page, render_page
    from .plates import lay_out_also
    from .printing import Press
    from .water_maps import lay_out_water
    from .without_car import put_beside
    from .without_car_maps import lay_out_without_car

    stage, words = order.stage, order.words
    (stage / "maps").mkdir()
    backdrop = board.backdrop
    plates, sheets = lay_out_maps(result, times, backdrop, stage / "maps", words)
    water = [sheet for _, sheet in lay_out_water(result, backdrop, stage / "maps", words)]
    sheets += water
    beside = put_beside(result, times)
    ways: list[Sheet] = []
    if beside is not None:
        ways = lay_out_without_car(beside, result, backdrop, stage / "maps", words)
    sheets += ways
    sheets += lay_out_also(sheets, order.formats, result, times, backdrop, words)
    if order.formats.papers:
        (stage / "plates").mkdir()
    press = Press(sheets, backdrop, words.language, board.errand, board.pool)
    press.begin()
    view = compose_page(
        result,
        times,
        plates,
        words,
        backdrop=backdrop,
        gains=gains,
        water_sheets=water,
        beside_sheets=ways,
    )
    press.finish(lambda done, total: report("maps", done, total))
    (stage / "report.html").write_text(render_page(view), encoding="utf-8")
    return [sheet.path.relative_to(stage).as_posix() for sheet in sheets]


def _write_dictionary(
    result: Comparison,
    tables: Mapping[str, pd.DataFrame],
    dictionary: pd.DataFrame,
    order: _Order,
) -> list[str]:
    """Write what every column is, and the workbook where it is wanted; return their names."""
    from .credits import credit_line
    from .csv_files import write_csv
    from .layer_files import DICTIONARY
    from .workbook import write_workbook

    words, formats = order.words, order.formats
    write_csv(dictionary, order.stage / DICTIONARY, formats.csv)
    if XLSX not in formats.also:
        return [DICTIONARY]
    notes = [result.study.name, credit_line(result, words)]
    if result.is_schematic:
        notes.insert(1, words.say("schematic.mark"))
    read = dictionary[dictionary.iloc[:, 0].isin(list(tables))]
    write_workbook(tables, read, notes, order.stage / WORKBOOK, words)
    return [DICTIONARY, WORKBOOK]


@contextmanager
def _staging(place: Path) -> Iterator[Path]:
    for left in place.glob(f"{STAGE}*"):  # by a process that died; this folder is ours now
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=place))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _own_files(place: Path) -> set[str]:
    """Give the maps and layers that an earlier report in this folder says it wrote."""
    try:
        earlier = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        files = list(earlier["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in files if isinstance(name, str) and _OWN_FILE.fullmatch(name)}


def _write_json(record: dict[str, Any], path: Path) -> None:
    text = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(f"{text}\n", encoding="utf-8")
