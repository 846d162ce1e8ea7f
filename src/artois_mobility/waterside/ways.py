"""Ways drawn in metres, and what the tables of the profiles say of walking and riding there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from .._types import Floats, Geometries, Rows
from ..errors import PlacesError
from ..network.geodesy import length_m, metric_crs, project
from ..network.outlines import draw_ways
from ..network.profile_keys import Profile
from ..network.profiles import read_profile
from ..network.roads import ROAD_KEYS, interpret_road, is_road
from ..osm.extract import Extract, Tags

# What the tables of a profile note where a bicycle is pushed.
PUSHED = "pushed"


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may use a way in at least one direction.

    Attributes
    ----------
    is_for_walkers, is_for_bicycles, is_for_cars
        By the profiles `walk`, `bicycle` (riding, not pushing) and `car`.
    is_for_motors
        For cars or mopeds.
    """

    is_for_walkers: bool
    is_for_bicycles: bool
    is_for_cars: bool
    is_for_motors: bool

    @property
    def is_for_anybody(self) -> bool:
        """True where walkers, cyclists or drivers may go."""
        return self.is_for_walkers or self.is_for_bicycles or self.is_for_cars


def rights_of(tags: Tags) -> Rights:
    """Tell who may use a way.

    Parameters
    ----------
    tags
        Tags of any way.

    Returns
    -------
    rights
        By the shipped profiles; nobody where the way is neither a street, a path nor a ferry.

    Examples
    --------
    >>> rights_of({"highway": "motorway"})
    Rights(is_for_walkers=False, is_for_bicycles=False, is_for_cars=True, is_for_motors=True)
    >>> rights_of({"waterway": "canal"}).is_for_anybody
    False
    """
    if not is_road(tags):
        return Rights(*[False] * 4)
    return _rights_of_combination(tuple(item for item in tags.items() if item[0] in ROAD_KEYS))


@lru_cache(maxsize=2**14)
def _rights_of_combination(combination: tuple[tuple[str, str], ...]) -> Rights:
    rules = {name: interpret_road(dict(combination), profile) for name, profile in _profiles()}
    return Rights(
        rules["walk"].is_open,
        rules["bicycle"].is_open and PUSHED not in rules["bicycle"].notes,
        rules["car"].is_open,
        rules["car"].is_open or rules["moped"].is_open,
    )


@cache
def _profiles() -> tuple[tuple[str, Profile], ...]:
    return tuple((name, read_profile(name)) for name in ("walk", "bicycle", "car", "moped"))


def find_ways(extract: Extract, is_wanted: Callable[[Tags], bool]) -> Rows:
    """Find the ways whose tags are wanted.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    is_wanted
        Tells it of the tags of a way.

    Returns
    -------
    row
        Rows of the ways, ascending.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> find_ways(crossroads(), is_road)
    array([0, 1], dtype=int32)
    """
    found = [row for row, tags in enumerate(extract.ways.tags) if is_wanted(tags)]
    return np.array(found, np.int32)


def draw_whole_ways(extract: Extract, row: Rows) -> tuple[Geometries, Rows]:
    """Draw ways in degrees, each as one shape.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    row
        Rows of the ways, shape (w,).

    Returns
    -------
    lines
        Lines; several in one shape where the file lacks nodes of the way.
    row
        Rows of the ways that have at least two known nodes in a row, of the same shape.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> lines, rows = draw_whole_ways(crossroads(), np.int32([0, 1]))
    >>> [each.geom_type for each in lines], rows.tolist()
    (['LineString', 'LineString'], [0, 1])
    >>> draw_whole_ways(crossroads(), np.int32([]))[0].size
    0
    """
    import shapely

    parts, place = draw_ways(extract, row)
    if not parts.size:
        return parts, row[:0]
    first, own, count = np.unique(place, return_index=True, return_counts=True)
    lines = parts[own]
    for broken in np.flatnonzero(count > 1).tolist():
        lines[broken] = shapely.multilinestrings(parts[place == first[broken]])
    return lines, row[first]


def metric_crs_of(extract: Extract) -> str:
    """Choose the metric coordinate system of an extract.

    Parameters
    ----------
    extract
        The OpenStreetMap data.

    Returns
    -------
    crs
        That of the networks built from it.

    Examples
    --------
    >>> from artois_mobility.network.examples import crossroads
    >>> metric_crs_of(crossroads())
    'EPSG:2154'
    """
    return metric_crs(extract.nodes.lon_deg, extract.nodes.lat_deg)


def to_metres(shapes: Geometries, crs: str) -> Geometries:
    """Project shapes from degrees.

    Parameters
    ----------
    shapes
        In longitude and latitude, any shapes.
    crs
        The metric coordinate system.

    Returns
    -------
    shapes
        In metres.

    Examples
    --------
    >>> to_metres(np.empty(0, np.object_), "EPSG:2154").size
    0
    """
    import shapely

    if not shapes.size:
        return shapes
    metric: Geometries = shapely.transform(
        shapes, lambda corner: np.column_stack(project(corner[:, 0], corner[:, 1], crs))
    )
    return metric


def measure(lines: Geometries) -> Floats:
    """Measure lines on the ellipsoid, in metres.

    Parameters
    ----------
    lines
        In degrees, shape (l,).

    Returns
    -------
    metres
        Shape (l,).

    Examples
    --------
    >>> import shapely
    >>> measure(shapely.linestrings([[[2.83, 50.42], [2.84, 50.42]]])).round(3)
    array([710.692])
    >>> measure(np.empty(0, np.object_)).size
    0
    """
    import shapely

    parts, line = shapely.get_parts(lines, return_index=True)
    corner, part = shapely.get_coordinates(parts, return_index=True)
    is_same = part[1:] == part[:-1]
    begin, end = corner[:-1][is_same], corner[1:][is_same]
    metres = length_m(begin[:, 0], begin[:, 1], end[:, 0], end[:, 1])
    whole = np.zeros(lines.size)
    np.add.at(whole, line[part[1:][is_same]], metres)
    return whole


def list_runs(number: npt.NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """List each number of an ascending array with where it begins and ends.

    Parameters
    ----------
    number
        Ascending, shape (n,).

    Returns
    -------
    runs
        Number, first place and the place behind the last.

    Examples
    --------
    >>> list_runs(np.array([3, 3, 7]))
    [(3, 0, 2), (7, 2, 3)]
    >>> list_runs(np.array([], np.intp))
    []
    """
    values, begin = np.unique(number, return_index=True)
    end = np.append(begin, number.size)[1:]
    return list(zip(values.tolist(), begin.tolist(), end.tolist(), strict=True))


def check_metres(**metres: float) -> None:
    """Refuse distances that are none.

    Parameters
    ----------
    **metres
        Distances by the names of the arguments that hold them.

    Raises
    ------
    PlacesError
        If any is not above 0 and finite.

    Examples
    --------
    >>> check_metres(within_m=30)
    >>> check_metres(within_m=0)
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: within_m must be a finite number of metres above 0; found 0.
    """
    wrong = [f"{name}; found {value}" for name, value in metres.items() if not 0 < value < np.inf]
    if wrong:
        name, found = wrong[0].split("; ")
        more = f" So must {wrong[1]}." if len(wrong) > 1 else ""
        msg = f"{name} must be a finite number of metres above 0; {found}.{more}"
        raise PlacesError(msg)
