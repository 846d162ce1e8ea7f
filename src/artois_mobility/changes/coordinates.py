"""Bring the coordinates of changes to longitude and latitude, and check that they can be some."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

import numpy as np
import pyproj
from pyproj.exceptions import CRSError

from .._types import WGS84
from .fields import FileModel, Point
from .people_schema import AddResidents, MoveResidents, ScaleResidents
from .schema import AddLink, AddSite, CloseWays, Congestion, MoveSite, SetSpeed
from .street_schema import AddBarrier, RemoveBarrier
from .timetable_fields import NewStop
from .transit_schema import AddLine, MoveStop
from .water_schema import AddQuay, AddReach, AddStop

C = TypeVar("C", bound=FileModel)

_KEYS_OF_KIND: Mapping[type[FileModel], str | tuple[str, ...]] = {
    AddLink: "geometry",
    AddReach: "geometry",
    AddSite: "at",
    AddQuay: "at",
    AddStop: "at",
    MoveSite: "to",
    MoveStop: "to",
    SetSpeed: "within",
    AddBarrier: "geometry",
    RemoveBarrier: "within",
    CloseWays: "within",
    Congestion: "within",
    AddResidents: ("at", "within"),
    ScaleResidents: "within",
    MoveResidents: ("within", "to", "to_within"),
}


def place_in_degrees(change: C, file_crs: str | None) -> tuple[C, list[str]]:
    """Turn the coordinates of a change into longitude and latitude in degrees.

    Parameters
    ----------
    change
        Any change.
    file_crs
        Coordinate system of the file; None for longitude and latitude.

    Returns
    -------
    change
        The same with coordinates in degrees and no `crs`; as given when there are problems.
    problems
        Key and sentence, for an unknown system or coordinates that lie nowhere on Earth.

    Examples
    --------
    >>> lens = AddSite(kind="add_site", category="care/general_practitioner", name="Cabinet",
    ...                at=(688000.0, 7036000.0), crs="EPSG:2154")
    >>> [round(degrees, 2) for degrees in place_in_degrees(lens, None)[0].at]
    [2.83, 50.42]
    >>> place_in_degrees(lens, None)[0].crs is None
    True
    """
    crs = getattr(change, "crs", None) or file_crs or WGS84
    if isinstance(change, AddLine):
        return cast("tuple[C, list[str]]", _place_line(change, crs))
    keys = _KEYS_OF_KIND.get(type(change), ())
    placed: dict[str, Any] = {}
    problems: list[str] = []
    for key in (keys,) if isinstance(keys, str) else keys:
        found = getattr(change, key)
        if found is None:
            continue
        is_point = key in {"at", "to"}
        points: Sequence[Point] = [found] if is_point else found
        if problem := _judge_system(crs):
            return change, [problem]
        degrees = _to_degrees(points, crs)
        problems += _find_nowhere(points, degrees, key, crs)
        placed[key] = degrees[0] if is_point else degrees
    if problems or not placed:
        return change, problems
    return change.model_copy(update={**placed, "crs": None}), []


def _place_line(line: AddLine, crs: str) -> tuple[AddLine, list[str]]:
    """Do the same for the stops of a new line that are given by their position."""
    stops, problems = list(line.stops), []
    for row, stop in enumerate(line.stops):
        if not isinstance(stop, NewStop):
            continue
        if problem := _judge_system(crs):
            return line, [problem]
        degrees = _to_degrees([stop.at], crs)
        problems += _find_nowhere([stop.at], degrees, f"stops[{row + 1}]", crs)
        stops[row] = stop.model_copy(update={"at": degrees[0]})
    if problems:
        return line, problems
    return line.model_copy(update={"stops": tuple(stops), "crs": None}), []


def _judge_system(crs: str) -> str:
    """Say what is wrong with a coordinate system; `""` where positions on a map have one."""
    if crs == WGS84:
        return ""
    try:
        found = pyproj.CRS(crs)
    except CRSError:
        return f'crs is {crs!r}, which is no known coordinate system. Write crs = "EPSG:2154".'
    if found.is_geographic or found.is_projected:
        return ""
    return (
        f"crs is {crs!r} ({found.name}), in which nothing has a position on a map. Allowed is one "
        'with longitude and latitude or with metres east and north, such as "EPSG:2154".'
    )


def _to_degrees(points: Sequence[Point], crs: str) -> tuple[Point, ...]:
    if crs == WGS84:
        return tuple(points)
    transformer = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    lon, lat = transformer.transform(*np.asarray(points, float).T)
    return tuple((float(x), float(y)) for x, y in zip(lon, lat, strict=True))


def _find_nowhere(
    points: Sequence[Point], degrees: Sequence[Point], key: str, crs: str
) -> list[str]:
    faulty = [
        (number, point)
        for number, (point, (lon, lat)) in enumerate(zip(points, degrees, strict=True), start=1)
        if not (abs(lon) <= 180 and abs(lat) <= 90)
    ]
    if not faulty:
        return []
    number, point = faulty[0]
    which = f"{key}[{number}]" if len(points) > 1 else key
    allowed = "longitude from -180 to 180, then latitude from -90 to 90"
    hint = f'Metres need their system, for instance crs = "EPSG:2154"; allowed is {allowed}.'
    if crs != WGS84:
        hint = f"Check that the numbers belong to {crs}."
    return [f"{which} is {list(point)}, which lies nowhere on Earth in {crs}. {hint}"]
