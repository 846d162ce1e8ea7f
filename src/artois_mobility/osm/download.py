"""Downloading current OpenStreetMap data of a place."""

import hashlib
import math
import re
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import osmium
import requests

from .._types import Progress
from ..errors import ArtoisMobilityError, DownloadError, ExtractError, InputError, ResultError
from .bombs import refuse_bombs
from .clipping import Bbox, clip_osm
from .formats import FORMATS, format_of, is_without_objects, read_header, rewrite_osm
from .scratch import open_scratch
from .servers import EXTRACT_INDEX_URL, area_km2, choose_region, write_query
from .transfer import Patience, discard_part, fetch_answer, fetch_file, fetch_text
from .writing import FULL

# Above this a query would burden the public Overpass servers; a regional file serves better.
LARGEST_QUERY_KM2: Final = 1000.0

_REMARK: Final = re.compile(rb"<remark>(.*?error.*?)</remark>", re.DOTALL)

_ATTRIBUTION: Final = """\
{name}
© OpenStreetMap contributors, https://www.openstreetmap.org/copyright
Open Database License (ODbL) 1.0, https://opendatacommons.org/licenses/odbl/1-0/

source: {source}
area: {area}
retrieved: {retrieved}
checksum of the server: {checksum}
sha256 of this file: {sha256}
"""


@dataclass(frozen=True, slots=True)
class _Area:
    """What was asked for, in words and in degrees."""

    words: str
    bbox: Bbox


@dataclass(frozen=True, slots=True)
class _Order:
    """What is to be written where, and how."""

    area: _Area
    path: Path
    file_format: str
    patience: Patience
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where the data came from, and the checksum it was held against."""

    source: str
    checksum: str


def download_osm(
    place_or_bbox: str | Sequence[float],
    path: str | Path,
    *,
    server: str | None = None,
    patience: Patience | None = None,
    progress: Progress | None = None,
) -> Path:
    """Download the current OpenStreetMap data of a place to a file.

    A town comes from an Overpass server, a region (above `LARGEST_QUERY_KM2`) as the smallest
    regional file of an extract server that covers it, clipped to the area. A regional file goes
    on where an earlier attempt was cut off (`<path>.part`), and is held against the checksum of
    the server where it has one. Ways and areas that the edge cuts are kept whole. The result
    appears under its name only when it is complete, with `<path>.attribution.txt` beside it.

    OSMnx finds the place and names the Overpass server (`osmnx.settings.overpass_url`,
    `requests_timeout`). The query is our own: OSMnx gives out graphs and features, which lack
    most relations and the tags it was not told to keep, and an extract needs them all.

    Parameters
    ----------
    place_or_bbox
        Name of a place, or west, south, east, north in degrees, as numbers or as one text with
        commas.
    path
        File to write: `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`. An older file is replaced.
    server
        Where to get the data: address of an Overpass API (ending in `/api`), of an index of
        regional files (`.json`) or of one regional file (`.osm.pbf`). By default OSMnx's
        Overpass server for a town, `EXTRACT_INDEX_URL` for a region.
    patience
        Pauses and limits with busy servers.
    progress
        Called with what is being done, how much of it, and of how much; 0 for unknown.

    Returns
    -------
    path
        The written file.

    Raises
    ------
    InputError
        If the place is not found or no area, the bounding box is faulty, the path cannot be
        written, the server's address is of no known kind, or nothing lies in the area.
    DownloadError
        If the server has no such file, refuses, stays busy or silent, sends without end, damaged
        data, or data that would unpack to far more than OpenStreetMap's do.
    ResultError
        If the disk has no room; what has come of a regional file stays.

    References
    ----------
    - Overpass API: https://wiki.openstreetmap.org/wiki/Overpass_API
    - OSMnx: Boeing (2025), https://doi.org/10.1111/gean.70009
    - Copyright and licence: https://www.openstreetmap.org/copyright

    Examples
    --------
    >>> download_osm("2.9, 50.4, 2.8, 50.5", "lens.osm.pbf")
    Traceback (most recent call last):
    ...
    artois_mobility.errors.InputError: West 2.9 is not below east 2.8. Give west, south, east, ...
    """
    path = Path(path)
    file_format = _check_path(path)
    kind = _kind_of_server(server)
    area = _find_area(place_or_bbox)
    if not kind:
        kind = "overpass" if area_km2(area.bbox) <= LARGEST_QUERY_KM2 else "index"
    order = _Order(area, path, file_format, patience or Patience(), progress)
    with _working_folder(path) as folder:
        draft = folder / path.name
        if kind == "overpass":
            origin = _get_town(order, server, draft)
        else:
            url = server or EXTRACT_INDEX_URL
            url = _choose_file(url, order) if kind == "index" else url
            origin = _get_region(order, url, draft)
        words = folder / "attribution.txt"
        words.write_text(_attribute(order, origin, draft), "utf-8")
        words.replace(path.with_name(f"{path.name}.attribution.txt"))
        draft.replace(path)
    discard_part(_part_of(path))
    return path


def parse_bbox(numbers: Sequence[float]) -> Bbox:
    """Check a bounding box.

    Parameters
    ----------
    numbers
        West, south, east, north in degrees.

    Returns
    -------
    bbox
        The same, named.

    Raises
    ------
    InputError
        If they are not four numbers, in the world, and in that order.

    Examples
    --------
    >>> parse_bbox([2.8, 50.4, 2.9, 50.5]).north
    50.5
    >>> parse_bbox([2.8, 50.4, 2.9])
    Traceback (most recent call last):
    ...
    artois_mobility.errors.InputError: 3 numbers are no bounding box. Give west, south, east, ...
    """
    advice = "Give west, south, east, north in degrees, such as 2.75, 50.38, 2.90, 50.46."
    if len(numbers) != 4:
        msg = f"{len(numbers)} numbers are no bounding box. {advice}"
        raise InputError(msg)
    if not all(isinstance(number, int | float) for number in numbers):
        msg = f"The bounding box {list(numbers)} holds something that is no number. {advice}"
        raise InputError(msg)
    bbox = Bbox(*map(float, numbers))
    if not (_is_within(bbox.west, bbox.east, 180) and _is_within(bbox.south, bbox.north, 90)):
        msg = (
            f"The bounding box {list(numbers)} does not lie in the world: longitudes run from "
            f"-180 to 180, latitudes from -90 to 90. {advice}"
        )
        raise InputError(msg)
    if bbox.west >= bbox.east:
        msg = f"West {bbox.west} is not below east {bbox.east}. {advice}"
        raise InputError(msg)
    if bbox.south >= bbox.north:
        msg = f"South {bbox.south} is not below north {bbox.north}. {advice}"
        raise InputError(msg)
    return bbox


def _is_within(low: float, high: float, limit: float) -> bool:
    return all(math.isfinite(value) and abs(value) <= limit for value in (low, high))


def _check_path(path: Path) -> str:
    file_format = format_of(path)
    if not file_format:
        msg = f"{path} does not end like an OpenStreetMap file; allowed are {', '.join(FORMATS)}."
        raise InputError(msg)
    if not path.parent.is_dir():
        msg = f"The folder {path.parent} does not exist. Make it, or give another path."
        raise InputError(msg)
    if path.is_dir():
        msg = f"{path} is a folder. Give the path of the file to write."
        raise InputError(msg)
    return file_format


def _kind_of_server(server: str | None) -> str:
    if server is None:
        return ""
    try:
        address = urllib.parse.urlsplit(server)
    except ValueError:  # brackets of no host
        address = urllib.parse.urlsplit("")
    if address.scheme in {"http", "https"} and address.netloc:
        for end, kind in (("/api", "overpass"), (".json", "index"), (".osm.pbf", "file")):
            if address.path.rstrip("/").endswith(end):
                return kind
    msg = (
        f"The server {server!r} is of no known kind. Give the address (http or https) of an "
        "Overpass API, ending in /api, of an index of regional files, ending in .json, or of "
        "one regional file, ending in .osm.pbf."
    )
    raise InputError(msg)


def _find_area(place_or_bbox: str | Sequence[float]) -> _Area:
    if not isinstance(place_or_bbox, str):
        bbox = parse_bbox(place_or_bbox)
        return _Area(_name_bbox(bbox), bbox)
    try:
        numbers = [float(part) for part in place_or_bbox.split(",")]
    except ValueError:
        bbox = _geocode(place_or_bbox)
        return _Area(f"{place_or_bbox.strip()}: {_name_bbox(bbox)}", bbox)
    bbox = parse_bbox(numbers)
    return _Area(_name_bbox(bbox), bbox)


def _name_bbox(bbox: Bbox) -> str:
    return (
        f"west {bbox.west:.7g}, south {bbox.south:.7g}, "
        f"east {bbox.east:.7g}, north {bbox.north:.7g}"
    )


def _geocode(place: str) -> Bbox:
    """Find the bounds of a place that OpenStreetMap knows as an area."""
    advice = "Write it as in OpenStreetMap, with its country, or give west,south,east,north."
    if not place.strip():
        msg = f"The name of the place is empty. {advice}"
        raise InputError(msg)
    import osmnx

    was_caching = osmnx.settings.use_cache
    osmnx.settings.use_cache = False  # it would leave a folder where the command runs
    try:
        table = osmnx.geocode_to_gdf(place)
    except TypeError as error:
        msg = f"{place!r} is a point in OpenStreetMap, not an area. {advice}"
        raise InputError(msg) from error
    except (requests.RequestException, ValueError) as error:
        if "returned 0 results" in str(error):
            msg = f"No place {place!r} was found in OpenStreetMap. {advice}"
            raise InputError(msg) from error
        msg = f"{osmnx.settings.nominatim_url} could not look up {place!r} ({error}). {advice}"
        raise DownloadError(msg) from error
    finally:
        osmnx.settings.use_cache = was_caching
    return parse_bbox([float(bound) for bound in table.total_bounds])


@contextmanager
def _working_folder(path: Path) -> Iterator[Path]:
    """Work beside the result, so that it can be moved to its name in one step."""
    with ExitStack() as stack:
        try:
            folder = stack.enter_context(open_scratch(path.parent))
        except OSError as error:
            if error.errno in FULL:
                raise _tell_full(path, error) from error
            msg = f"Nothing can be written in {path.parent} ({error.strerror}). Give another path."
            raise InputError(msg) from error
        try:
            yield folder
        except OSError as error:
            raise _tell_full(path, error) from error


def _tell_full(path: Path, error: OSError) -> ResultError:
    return ResultError(
        f"The disk of {path.parent.resolve()} did not take what was to be written "
        f"({error.strerror or error}). What has come of a regional file stays; make room there, a "
        "dozen times its size, and run the same command again, or give another path."
    )


def _get_town(order: _Order, server: str | None, draft: Path) -> _Origin:
    import osmnx

    timeout_s = int(osmnx.settings.requests_timeout)
    url = f"{(server or osmnx.settings.overpass_url).rstrip('/')}/interpreter"
    answer = draft.with_name("answer.osm")
    patience = replace(order.patience, timeout_s=max(order.patience.timeout_s, timeout_s))
    query = write_query(order.area.bbox, timeout_s)
    fetch_answer(url, {"data": query}, answer, patience=patience, progress=order.progress)
    with answer.open("rb") as content:
        content.seek(max(0, answer.stat().st_size - 8192))
        remark = _REMARK.search(content.read())
    if remark:
        msg = (
            f"{url} gave up: {remark[1].decode('utf-8', 'replace').strip()} Ask for a smaller "
            "area, later, or from an extract server (an index ending in .json)."
        )
        raise DownloadError(msg)
    file = osmium.io.File(str(answer), "xml")
    with _naming_damage(url):
        if is_without_objects(file):
            msg = f"{url} has nothing in the area {order.area.words}. Give another area."
            raise InputError(msg)
        rewrite_osm(file, draft, order.file_format, read_header(file))
    return _Origin(url, "none given")


def _choose_file(url: str, order: _Order) -> str:
    text = fetch_text(url, patience=order.patience)
    if text is None:
        msg = f"{url} does not exist on the server. Check the address of the index."
        raise DownloadError(msg)
    return choose_region(text, order.area.bbox, url).url


def _get_region(order: _Order, url: str, draft: Path) -> _Origin:
    part = _part_of(order.path)
    md5 = fetch_file(url, part, patience=order.patience, progress=order.progress)
    try:
        with _naming_damage(url):
            refuse_bombs(part, "pbf")
            file = osmium.io.File(str(part), "pbf")
            clip_osm(file, draft, order.file_format, order.area.bbox, order.progress)
    except DownloadError:
        discard_part(part)
        raise
    return _Origin(url, f"md5 {md5}, verified" if md5 else "none given")


@contextmanager
def _naming_damage(url: str) -> Iterator[None]:
    try:
        yield
    except ExtractError as error:
        msg = f"{url} sent what is not read, and was removed: {error}"
        raise DownloadError(msg) from error
    except ArtoisMobilityError:
        raise
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        msg = (
            f"{url} sent no sound OpenStreetMap data ({error}). What had come was removed; "
            "try again, or give another server."
        )
        raise DownloadError(msg) from error


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _attribute(order: _Order, origin: _Origin, draft: Path) -> str:
    with draft.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return _ATTRIBUTION.format(
        name=order.path.name,
        source=origin.source,
        area=order.area.words,
        retrieved=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        checksum=origin.checksum,
        sha256=sha256,
    )
