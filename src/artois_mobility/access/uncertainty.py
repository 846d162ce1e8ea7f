"""How sure minutes are: the same question asked again with other speeds and positions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import (
    MS_PER_MIN,
    UNREACHED_MS,
    Floats,
    Milliseconds,
    Progress,
    tell_nobody,
)
from ..errors import PlacesError
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.categories import find_category
from ..places.people import list_cells
from ..routing.budget import check_budget
from ..routing.ends import minutes_of
from .asking import Direction, check_direction, list_categories
from .nearest import find_nearest, rows_of_categories
from .redrawing import Ranges, World

if TYPE_CHECKING:
    import geopandas as gpd

Number = TypeVar("Number", np.int32, np.float64)

DRAWING: Final = "drawing times"
MOST_DRAWS: Final = 10_000


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
    world = World(network, residents, sites, attachments, ranges or Ranges())
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
