"""Everything that people look at, written into one folder: all of it, or nothing."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .._types import tell_nobody
from ..errors import InputError, ResultError
from ..storage.claims import claimed
from ..study.manifest import hash_file
from .labels import words_for
from .words import read_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .._types import Progress
    from ..study.results import Comparison

MANIFEST: Final = "manifest.json"
GAINS: Final = "gains.csv"
STAGE: Final = ".partial-report-"
_OWN_MAP: Final = re.compile(r"maps/[a-z0-9-]+\.png")


def write_report(
    result: Comparison,
    folder: str | Path,
    *,
    language: str | None = None,
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
    progress
        Called with what is being done, how many parts are done, and how many there are.

    Returns
    -------
    paths
        Every file, the page first and the manifest last.

    Raises
    ------
    InputError
        If `folder` is a file, another run is writing there, or there are no words for the language.
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
    place = check_folder(folder)
    missing = _missing_folders(place / "maps")
    try:
        place.mkdir(parents=True, exist_ok=True)
        with claimed(place), _staging(place) as stage:
            names = _write_files(result, stage, language, progress)
            record = {
                **result.manifest,
                "language": language,
                "files": {name: hash_file(stage / name) for name in names},
            }
            _write_json(record, stage / MANIFEST)
            stale = _own_maps(place) - set(names)
            names.append(MANIFEST)
            (place / "maps").mkdir(exist_ok=True)
            for name in names:
                (stage / name).replace(place / name)
            for name in stale:
                (place / name).unlink(missing_ok=True)
    except OSError as error:
        msg = f"The report could not be written into {place}: {error.strerror or error}."
        raise ResultError(msg) from error
    finally:
        _remove_empty(missing)
    return [place / name for name in names]


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


def _write_files(
    result: Comparison, stage: Path, language: str, progress: Progress | None
) -> list[str]:
    from ..study.gains import who_gains
    from .backdrop import make_backdrop, street_network
    from .layers import write_geopackage
    from .maps import lay_out_maps
    from .page import compose_page, render_page
    from .printing import Press
    from .rows import index_summary
    from .tables import (
        write_access_times,
        write_differences,
        write_gains,
        write_summary,
        write_uncertainty,
    )
    from .times import read_times
    from .water_maps import lay_out_water

    report = progress or tell_nobody
    (stage / "maps").mkdir()
    times = read_times(result)
    result = index_summary(result)
    words = words_for(result, language)
    gains = who_gains(result, "epci" if "epci" in result.residents else None)
    # The tables are mostly written outside Python and the maps are drawn by other processes, while
    # this one composes the page's text.
    writers = {
        "access_times.parquet": write_access_times,
        "differences.parquet": write_differences,
        "summary.csv": write_summary,
    }
    if result.uncertainty is not None:
        writers["uncertainty.parquet"] = write_uncertainty
    with ThreadPoolExecutor(max_workers=2) as pool:
        tables = [
            pool.submit(write_geopackage, result, times, stage / "results.gpkg", language),
            *(
                pool.submit(write, result, stage / name, language)
                for name, write in writers.items()
            ),
            pool.submit(write_gains, gains, result, stage / GAINS, language),
        ]
        try:
            network = street_network(result.networks)
            backdrop = make_backdrop(network, result.residents, result.communes)
            plates, sheets = lay_out_maps(result, times, backdrop, stage / "maps", words)
            water = [sheet for _, sheet in lay_out_water(result, backdrop, stage / "maps", words)]
            sheets += water
            with Press(sheets, backdrop, language) as press:
                view = compose_page(
                    result,
                    times,
                    plates,
                    words,
                    backdrop=backdrop,
                    gains=gains,
                    water_sheets=water,
                )
                press.finish(lambda done, total: report("maps", done, total))
            for number, table in enumerate(tables, 1):
                table.result()
                report("tables and layers", number, len(tables))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    (stage / "report.html").write_text(render_page(view), encoding="utf-8")
    names = ["report.html", "results.gpkg", *writers, GAINS]
    return [*names, *(f"maps/{sheet.path.name}" for sheet in sheets)]


@contextmanager
def _staging(place: Path) -> Iterator[Path]:
    for left in place.glob(f"{STAGE}*"):  # by a process that died; this folder is ours now
        shutil.rmtree(left, ignore_errors=True)
    stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=place))
    try:
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _own_maps(place: Path) -> set[str]:
    """Give the maps that an earlier report in this folder says it wrote."""
    try:
        earlier = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
        files = list(earlier["files"])
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return {name for name in files if isinstance(name, str) and _OWN_MAP.fullmatch(name)}


def _write_json(record: dict[str, Any], path: Path) -> None:
    text = json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_text(f"{text}\n", encoding="utf-8")
