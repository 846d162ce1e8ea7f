"""How sure minutes are: the same question asked again with other speeds and positions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import (
    MS_PER_MIN,
    NO_ARC,
    UNREACHED_MS,
    Floats,
    Milliseconds,
    Progress,
    tell_nobody,
)
from ..errors import PlacesError
from ..graph import Graph
from ..network.model import Network
from ..places.anchors import ROUNDING_MS
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.categories import find_category
from ..places.people import list_cells
from ..places.positions import rescale_attachments
from ..routing.budget import check_budget
from ..routing.ends import minutes_of
from .asking import Direction, check_direction, list_categories
from .nearest import UNKNOWN_QUALITY, find_nearest, rows_of_categories

if TYPE_CHECKING:
    import geopandas as gpd

Keys: TypeAlias = npt.NDArray[np.uint64]
Number = TypeVar("Number", np.int32, np.float64)

DRAWING: Final = "drawing times"
MOST_DRAWS: Final = 10_000
# INSEE, BPE, variable QUALITE_XY: less than 100 m off, from 100 to 500 m, more. Elsewhere a guess.
SITE_M: Final[Mapping[str, float]] = {
    "point": 10.0,
    "outline": 10.0,
    "as given": 30.0,
    "scenario": 30.0,
    "bonne": 100.0,
    "acceptable": 500.0,
    "mauvaise": 1000.0,
    UNKNOWN_QUALITY: 100.0,
}
# What is drawn, each from numbers of its own.
_ALL, _CLASS, _WAY, _WALK, _RADIUS, _ANGLE = range(6)


@dataclass(frozen=True, slots=True)
class Ranges:
    """How far speeds, walks and positions may be from the model's: assumptions, to be changed.

    Times along streets are multiplied by three factors, each drawn evenly from 1 - x to 1 + x: one
    for all streets, one for each class, one for each OSM way. Waiting at signals and locks, and
    turning, stay as they are.

    Attributes
    ----------
    all_streets, by_class, by_way
        The x of each factor, from 0 up to 0.9.
    walks
        The same for the walk between a place and its street.
    cell_m
        How many metres people may live from the point that stands for their cell.
    site_m
        How many metres a site may be from its point, by `position_quality`; qualities that are not
        listed count as `"unknown"`. The library's own say 10 m for points and outlines of
        OpenStreetMap, 30 m for a file's and a scenario's, and what INSEE says of the BPE's.
    """

    all_streets: float = 0.05
    by_class: float = 0.05
    by_way: float = 0.10
    walks: float = 0.10
    cell_m: float = 50.0
    site_m: Mapping[str, float] = field(default_factory=lambda: dict(SITE_M))

    def __post_init__(self) -> None:
        """Refuse what is no range."""
        for name in ("all_streets", "by_class", "by_way", "walks"):
            if not 0 <= getattr(self, name) <= 0.9:
                msg = f"{name} is a share from 0 to 0.9; found {getattr(self, name)!r}."
                raise PlacesError(msg)
        for name, metres in (("cell_m", self.cell_m), *self.site_m.items()):
            if not 0 <= metres <= 100_000:
                msg = f"{name} is a number of metres from 0 to 100000; found {metres!r}."
                raise PlacesError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnTimes:
    """Times to the nearest site as drawn d times, for c categories and p cells.

    Attributes
    ----------
    cells, categories
        What the axes are.
    model_ms
        As the model has it, shape (c, p); `UNREACHED_MS` for none.
    drawn_ms
        As drawn, shape (d, c, p).
    reason_of_cell
        Why a cell hangs on no street, or `""`, shape (p,).
    seed, ranges
        What they were drawn with.
    """

    cells: npt.NDArray[np.object_]
    categories: tuple[str, ...]
    model_ms: Milliseconds
    drawn_ms: Milliseconds
    reason_of_cell: npt.NDArray[np.object_]
    seed: int
    ranges: Ranges

    def table(
        self, thresholds_min: Sequence[float] | None = None, *, level: float = 0.9
    ) -> pd.DataFrame:
        """Tell how sure the minutes of every cell are.

        Parameters
        ----------
        thresholds_min
            Minutes to give the probabilities of; None for the threshold of each category.
        level
            How many of the draws lie between `low` and `high`, as a share.

        Returns
        -------
        times
            One row per category and cell: `cell`, `category`, `minutes`, `low`, `high` (NaN where
            none is reached), and the share of the draws in which a site is reached within the
            minutes: `p_within_10_min` and so on, or `threshold_min` and `p_within`; `reason`.

        Raises
        ------
        PlacesError
            If `level` is no share.
        """
        low, high = _quantiles(self.drawn_ms, level)
        columns = {
            "minutes": minutes_of(self.model_ms),
            "low": minutes_of(low),
            "high": minutes_of(high),
        }
        if thresholds_min is None:
            own = np.array([find_category(key).threshold_min for key in self.categories])
            bound = np.broadcast_to(own[:, np.newaxis], self.model_ms.shape)
            columns |= {"threshold_min": bound, "p_within": self._share(bound)}
        else:
            columns |= {
                f"p_within_{each:g}_min": self._share(np.full(self.model_ms.shape, float(each)))
                for each in thresholds_min
            }
        columns["reason"] = np.broadcast_to(self.reason_of_cell, self.model_ms.shape)
        return _tabulate(self.cells, self.categories, columns)

    def _share(self, bound_min: Floats) -> Floats:
        bound_ms = np.rint(bound_min * MS_PER_MIN)
        return np.asarray((self.drawn_ms <= bound_ms).mean(axis=0), np.float64)


def draw_times(  # noqa: PLR0913  the choices of the method
    network: Network,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    *,
    count: int = 100,
    seed: int = 1,
    ranges: Ranges | None = None,
    categories: Sequence[str] | None = None,
    direction: Direction = "to_site",
    attachments: tuple[Attachments, Attachments] | None = None,
    progress: Progress | None = None,
) -> DrawnTimes:
    """Find the nearest sites again and again, with other speeds and positions each time.

    What is drawn for a way, a class, a cell or a site follows from its name and the seed alone: two
    situations drawn with the same seed differ by what differs between them, not by chance, and so
    do two runs. Places move along their street and away from it, and stay on it.

    Parameters
    ----------
    network
        The network of one profile.
    residents
        What `am.read_residents` returns, p cells.
    sites
        What `am.read_sites` returns.
    count
        How many draws.
    seed
        From 0 on.
    ranges
        How far from the model's; the library's own when None.
    categories
        Categories to list, as in `am.access_times`.
    direction
        As in `am.access_times`.
    attachments
        Those of the residents and of the sites, when already made by `am.attach`.
    progress
        Told about every draw.

    Returns
    -------
    drawn
        Times as the model has them and as drawn.

    Raises
    ------
    PlacesError
        If an argument is not allowed.
    BudgetError
        If the times would take more than a quarter of the memory that is free.

    See Also
    --------
    compare_draws : which differences between two situations are more than noise.

    References
    ----------
    Steele, G. L., Lea, D., Flood, C. H. (2014). Fast splittable pseudorandom number generators.
    OOPSLA 2014. doi:10.1145/2660193.2660195

    Examples
    --------
    >>> import geopandas as gpd
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> points = gpd.points_from_xy([2.8302, 2.8325], [50.42, 50.42], crs=4326)
    >>> cells = gpd.GeoDataFrame({"cell": ["a"]}, geometry=points[:1])
    >>> kind = {"site": ["w1"], "category": ["care/pharmacy"]}
    >>> drawn = draw_times(network, cells, gpd.GeoDataFrame(kind, geometry=points[1:]), count=50)
    >>> row = drawn.table([2, 5]).iloc[0]
    >>> bool(row["low"] < row["minutes"] < row["high"]), float(row["p_within_5_min"])
    (True, 1.0)
    """
    check_direction(direction)
    if not (isinstance(count, int) and 1 <= count <= MOST_DRAWS):
        msg = f"count is a whole number of draws from 1 to {MOST_DRAWS}; found {count!r}."
        raise PlacesError(msg)
    if not (isinstance(seed, int) and 0 <= seed < 2**63):
        msg = f"seed is a whole number from 0 on; found {seed!r}."
        raise PlacesError(msg)
    cells = list_cells(residents)
    listed = list_categories(sites, categories)
    shape = count, len(listed), len(residents)
    advice = "Ask for fewer draws or categories at a time."
    check_budget("The table of drawn times", 4 * int(np.prod(shape)), None, advice)
    if attachments is None:
        attachments = attach(network, residents), attach(network, sites)
    world = _World(network, residents, sites, attachments, ranges or Ranges())
    members = rows_of_categories(sites, listed)
    drawn_ms = np.empty(shape, np.int32)
    report = progress or tell_nobody
    for draw in range(count):
        report(DRAWING, draw, count)
        other, moved = world.draw(seed, draw)
        for row, (_, own_ms) in enumerate(find_nearest(other, moved, members, 1, direction)):
            drawn_ms[draw, row] = own_ms[:, 0]
    report(DRAWING, count, count)
    model_ms = np.empty(shape[1:], np.int32)
    for row, (_, own_ms) in enumerate(find_nearest(network, attachments, members, 1, direction)):
        model_ms[row] = own_ms[:, 0]
    return DrawnTimes(
        cells,
        tuple(listed),
        model_ms,
        drawn_ms,
        attachments[0].reason_of_place,
        seed,
        world.ranges,
    )


def compare_draws(
    before: DrawnTimes, after: DrawnTimes, *, least_min: float = 1.0, level: float = 0.9
) -> pd.DataFrame:
    """Tell which differences between two situations are more than noise.

    Parameters
    ----------
    before, after
        Drawn with the same seed, ranges and number of draws, for the same cells and categories.
    least_min
        Differences of less than so many minutes are noise.
    level
        How many of the draws lie between `gained_low` and `gained_high`, as a share.

    Returns
    -------
    differences
        One row per category and cell: `cell`, `category`, `minutes_before`, `minutes_after`,
        `minutes_gained`, `gained_low`, `gained_high` (infinite where a site is reached in one
        situation only) and `within_noise`: True unless the whole range, from `gained_low` to
        `gained_high`, lies beyond `least_min` on one side.

    Raises
    ------
    PlacesError
        If the two do not go together, or a number is not allowed.

    Examples
    --------
    >>> cells, ms = np.array(["a", "b"], object), np.int32([[[600_000, 600_000]]])
    >>> def drawn(ms):
    ...     return DrawnTimes(cells, ("care",), ms[0], ms, np.array(["", ""], object), 1, Ranges())
    >>> found = compare_draws(drawn(ms), drawn(ms - np.int32([30_000, 120_000])))
    >>> found["within_noise"].tolist()
    [True, False]
    """
    for name in ("seed", "ranges", "categories"):
        if getattr(before, name) != getattr(after, name):
            msg = f"The two were drawn with different {name}; draw both alike."
            raise PlacesError(msg)
    if before.drawn_ms.shape != after.drawn_ms.shape or (before.cells != after.cells).any():
        msg = "The two were drawn for different cells, or not as often; draw both alike."
        raise PlacesError(msg)
    if not 0 <= least_min < np.inf:
        msg = f"least_min must be minutes from 0 on; found {least_min!r}."
        raise PlacesError(msg)
    gained = _gain(before.drawn_ms, after.drawn_ms)
    # what is reached in neither is no difference
    low, high = _quantiles(gained, level)
    least = max(least_min, np.nextafter(0.0, 1.0))  # no difference at all is noise
    is_noise = (low < least) & (high > -least)
    columns = {
        "minutes_before": minutes_of(before.model_ms),
        "minutes_after": minutes_of(after.model_ms),
        "minutes_gained": _gain(before.model_ms, after.model_ms),
        "gained_low": low,
        "gained_high": high,
        "within_noise": is_noise,
    }
    return _tabulate(before.cells, before.categories, columns)


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """What is drawn anew: a network, and places on it."""

    network: Network
    residents: "gpd.GeoDataFrame"
    sites: "gpd.GeoDataFrame"
    attachments: tuple[Attachments, Attachments]
    ranges: Ranges

    def draw(self, seed: int, draw: int) -> tuple[Network, tuple[Attachments, Attachments]]:
        """Give the network with other speeds, and the places elsewhere on it."""
        network = _draw_speeds(self.network, self.ranges, seed, draw)
        people, places = (
            rescale_attachments(each, self.network, network.local_ms) for each in self.attachments
        )
        cell, site = (
            _keys(table[name]) for table, name in ((self.residents, "cell"), (self.sites, "site"))
        )
        cell_m = np.full(cell.size, self.ranges.cell_m)
        walks = self.ranges.walks
        return network, (
            _move(network, people, cell, cell_m, walks, seed, draw),
            _move(network, places, site, self._site_m(), walks, seed, draw),
        )

    def _site_m(self) -> Floats:
        known = {"unknown": 0.0, **self.ranges.site_m}
        if "position_quality" not in self.sites.columns:
            return np.full(len(self.sites), known["unknown"])
        quality = self.sites["position_quality"].astype(str).str.lower()
        return np.array([known.get(each, known["unknown"]) for each in quality], np.float64)


def _draw_speeds(network: Network, ranges: Ranges, seed: int, draw: int) -> Network:
    classes, code = np.unique(network.class_of_arc, return_inverse=True)
    drawn = 1 + ranges.all_streets * _draw(np.zeros(1, np.uint64), seed, draw, _ALL)
    of_class = 1 + ranges.by_class * _draw(_keys(pd.Series(classes)), seed, draw, _CLASS)
    way = network.way_of_arc.astype(np.int64).view(np.uint64)
    of_way = 1 + ranges.by_way * _draw(way, seed, draw, _WAY)
    moving_ms = network.local_ms - network.waiting_ms
    stretched = moving_ms * (drawn * of_class[code] * of_way) + network.waiting_ms
    local_ms = np.minimum(np.rint(stretched), UNREACHED_MS - 1).astype(np.int32)
    weight_ms = np.where(network.is_closed, UNREACHED_MS, local_ms).astype(np.int32)
    graph = Graph(network.graph.first_out, network.graph.head, weight_ms)
    return replace(network, graph=graph, local_ms=local_ms)


def _move(  # noqa: PLR0917  places, how far, and which draw
    network: Network,
    places: Attachments,
    key: Keys,
    radius_m: Floats,
    walks: float,
    seed: int,
    draw: int,
) -> Attachments:
    """Move places within their radius: along their street, and away from it."""
    away_m = radius_m * np.sqrt((1 + _draw(key, seed, draw, _RADIUS)) / 2)
    angle = np.pi * _draw(key, seed, draw, _ANGLE)
    along_m, across_m = (away_m * turn(angle) for turn in (np.cos, np.sin))
    place, arc = places.place, places.arc
    share = _divide(along_m[place], network.length_m[arc])
    local_ms = network.local_ms[arc]
    position_ms = np.rint(places.position_ms + share * local_ms)
    position_ms = np.clip(position_ms, 0, local_ms).astype(np.int32)
    twin = network.twin_of_arc[arc]
    twin_ms = network.local_ms[np.where(twin == NO_ARC, arc, twin)]
    twin_position_ms = np.rint(places.twin_position_ms - share * twin_ms)
    twin_position_ms = np.clip(twin_position_ms, 0, twin_ms).astype(np.int32)
    # where both ways take equally long, the two positions add up to that
    is_even = (local_ms == twin_ms) & (
        places.position_ms.astype(np.int64) + places.twin_position_ms == local_ms
    )
    twin_position_ms = np.where(is_even, local_ms - position_ms, twin_position_ms)
    offroad_m = np.abs(places.offroad_m + across_m[place])
    slower = 1 + walks * _draw(key, seed, draw, _WALK)[place]
    offroad_ms = np.ceil(offroad_m * slower * 3600 / network.profile.offroad_kmh - ROUNDING_MS)
    return replace(
        places,
        position_ms=position_ms,
        twin_position_ms=np.where(twin == NO_ARC, UNREACHED_MS, twin_position_ms).astype(np.int32),
        offroad_m=offroad_m,
        offroad_ms=offroad_ms.astype(np.int32),
    )


def _keys(names: "pd.Series[str]") -> Keys:
    """Turn names into numbers that do not depend on which others there are."""
    keys: Keys = pd.util.hash_array(names.astype(str).to_numpy(object), categorize=True)
    return keys


def _draw(key: Keys, seed: int, draw: int, purpose: int) -> Floats:
    """Draw evenly from -1 to 1, always the same number for the same arguments."""
    mixed = _mix(np.array([seed], np.uint64))
    for each in (draw, purpose):
        mixed = _mix(mixed ^ np.uint64(each))
    bits = _mix(_mix(key.astype(np.uint64)) ^ mixed)
    return np.asarray((bits >> np.uint64(11)) * 2.0**-52 - 1, np.float64)


def _mix(key: Keys) -> Keys:
    """Scramble 64 bits (the finalizer of SplitMix64)."""
    key = key + np.uint64(0x9E3779B97F4A7C15)
    key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    key = (key ^ (key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: Keys = key ^ (key >> np.uint64(31))
    return mixed


def _gain(before_ms: Milliseconds, after_ms: Milliseconds) -> Floats:
    """Subtract times in minutes; infinite where a site is reached in one situation only."""
    before, after = (
        np.where(each == UNREACHED_MS, np.inf, each / MS_PER_MIN) for each in (before_ms, after_ms)
    )
    with np.errstate(invalid="ignore"):
        gained = before - after
    return np.where(np.isnan(gained), 0.0, gained)


def _quantiles(values: npt.NDArray[Number], level: float) -> list[npt.NDArray[Number]]:
    """Find what a share of the draws lies between; both are values that were drawn."""
    if not 0 < level < 1:
        msg = f"level is a share above 0 and below 1; found {level!r}."
        raise PlacesError(msg)
    tails = (1 - level) / 2, (1 + level) / 2
    found = np.quantile(values, tails, axis=0, method="inverted_cdf")
    return [np.asarray(each, values.dtype) for each in found]


def _tabulate(
    cells: npt.NDArray[np.object_],
    categories: Sequence[str],
    columns: Mapping[str, npt.NDArray[np.generic]],
) -> pd.DataFrame:
    category, cell = (axis.ravel() for axis in np.indices((len(categories), cells.size), np.int32))
    return pd.DataFrame(
        {
            "cell": cells[cell],
            "category": pd.Categorical.from_codes(category, pd.Index(categories)),
            **{name: values.ravel() for name, values in columns.items()},
        }
    )


def _divide(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
