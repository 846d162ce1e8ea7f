"""Where the next sites should stand: candidates, a location model, and what it changes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Floats
from ..changes.schema import AddSite
from ..errors import PlacesError
from ..network.model import Network
from ..places.attaching import attach
from ..places.categories import find_category
from ..routing.tables import travel_time_matrix
from .models import (
    Solution,
    cover_all,
    maximise_gain,
    serve_within_capacity,
    shorten_longest,
)

if TYPE_CHECKING:
    import geopandas as gpd

Objective: TypeAlias = Literal["p_median", "max_cover", "p_center", "set_cover"]

NO_WAY: Final = "no way leads to any site"
NEEDS_THRESHOLD: Final = ("max_cover", "set_cover")
# With capacities every pair of cell and site is a column of the program.
MOST_SHARED: Final = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class ChosenSites:
    """Which candidates to open, and what that changes.

    Attributes
    ----------
    chosen
        The candidates' columns, and `choice` (from 1, by what each adds when they are opened one
        after the other), `people` (who have it nearest) and `mean_minutes` (of these).
    cells
        For each cell `cell`, `site` (the nearest: a candidate, or `"existing"`), `minutes_before`
        (to the nearest existing site), `minutes_after`, `reason`.
    left_out
        Candidates that hang on no street, with their `reason`.
    objective
        As asked.
    value_before, value
        What the objective comes to without and with the choice: person-minutes (`p_median`),
        people covered (`max_cover`), the longest minutes (`p_center`), new sites (`set_cover`).
    bound
        What no choice can do better than, proven.
    gap
        How far the value may be from the best, as a share of it; 0 is proven best.
    method
        `"exact"` or `"greedy with exchanges"`.
    unreached_people
        Who reaches no site even then.
    """

    chosen: "gpd.GeoDataFrame"
    cells: pd.DataFrame
    left_out: "gpd.GeoDataFrame"
    objective: str
    value_before: float
    value: float
    bound: float
    gap: float
    method: str
    unreached_people: float

    def changes(
        self, category: str, name: str = "", capacity: float | None = None
    ) -> list[AddSite]:
        """Give the choice as changes, for a scenario.

        Parameters
        ----------
        category
            Category of the new sites.
        name
            What they are called, numbered where there are several; the category's label when
            left out.
        capacity
            Of each.

        Returns
        -------
        changes
            One for each, in the order of `choice`.

        Raises
        ------
        PlacesError
            If the category is unknown.
        """
        called = name or find_category(category).label["fr"]
        points = self.chosen.geometry.to_crs("EPSG:4326")
        return [
            AddSite(
                kind="add_site",
                category=category,
                name=called if len(points) == 1 else f"{called} {number}",
                at=(round(point.x, 7), round(point.y, 7)),
                capacity=capacity,
            )
            for number, point in enumerate(points, start=1)
        ]


def choose_sites(  # noqa: PLR0913  the choices of the model
    network: Network,
    residents: "gpd.GeoDataFrame",
    candidates: "gpd.GeoDataFrame",
    objective: Objective = "p_median",
    *,
    count: int | None = None,
    existing: "gpd.GeoDataFrame | None" = None,
    threshold_min: float | None = None,
    capacity: str | None = None,
    demand: str = "population",
    unreached_min: float | None = None,
    exact: bool | None = None,
) -> ChosenSites:
    """Choose where new sites should stand, the existing ones kept.

    Parameters
    ----------
    network
        The network of one profile.
    residents
        What `am.read_residents` returns, n cells.
    candidates
        Points with `candidate`, such as those of `am.candidate_sites`.
    objective
        `"p_median"`: people travel least in all. `"max_cover"`: most people have a site within
        the threshold. `"p_center"`: who travels longest travels least. `"set_cover"`: as few
        sites as possible put everybody within the threshold who can be.
    count
        How many to choose; not for `"set_cover"`.
    existing
        Sites that stay open, such as those of `am.read_sites`; None for none.
    threshold_min
        For the covering objectives.
    capacity
        Column of candidates and existing sites that says how many people each can serve; only
        with `"p_median"`. Cells may then be served by several sites, and not by their nearest.
    demand
        Column of residents that says how many people count.
    unreached_min
        Minutes that count for somebody who reaches no site, or for whom no capacity is left, in
        `"p_median"`; twice the longest time when None.
    exact
        True to solve a program whatever its size, False for a greedy choice with exchanges, None
        to decide by the size.

    Returns
    -------
    chosen
        With what HiGHS, or the shrinking of gains, proves about how good it is.

    Raises
    ------
    PlacesError
        If an argument does not fit the others, a table lacks a column, or there is no answer.

    References
    ----------
    Daskin, M. S. (2013). Network and discrete location, 2nd edition. Wiley.
    doi:10.1002/9781118537015

    Examples
    --------
    >>> import geopandas as gpd
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> from artois_mobility.siting.candidates import candidate_sites
    >>> network = build_network(crossroads(), "walk")
    >>> points = gpd.points_from_xy([2.8302, 2.8325, 2.8314], [50.42, 50.42, 50.4208], crs=4326)
    >>> cells = {"cell": ["a", "b", "c"], "population": [1.0, 9.0, 1.0]}
    >>> homes = gpd.GeoDataFrame(cells, geometry=points)
    >>> choose_sites(network, homes, candidate_sites(homes, apart_m=10), count=1).chosen[
    ...     "candidate"
    ... ].tolist()
    ['b']
    """
    people = _read_numbers(residents, demand, "residents")
    _check(objective, count, candidates, threshold_min, capacity)
    attached = attach(network, candidates)
    is_there = attached.reason_of_place == ""
    usable = candidates[is_there].reset_index(drop=True)
    if objective != "set_cover" and len(usable) < (count or 0):
        msg = (
            f"{count} sites are asked for, and {len(usable)} of {len(candidates)} candidates hang "
            f"on a street of {network.profile.name}. Give more candidates, or ask for fewer."
        )
        raise PlacesError(msg)
    time = _times(network, residents, usable)
    own = _times(network, residents, existing) if existing is not None else np.empty((len(time), 0))
    before = _nearest(own)
    stop_min = unreached_min
    if stop_min is None:
        stop_min = 2 * float(np.nanmax(np.append(np.concatenate([time, own], axis=1), 0.0)))
    model = _Model(people, time, before, count or 0, threshold_min or 0.0, stop_min)
    if capacity is None:
        solution = model.solve(objective, exact=exact)
    else:
        places = np.concatenate([own, time], axis=1)
        room = [
            *([] if existing is None else [_read_numbers(existing, capacity, "existing sites")]),
            _read_numbers(usable, capacity, "candidates"),
        ]
        solution = model.solve_with_capacities(places, np.concatenate(room), own.shape[1])
    left_out = candidates[~is_there].assign(reason=attached.reason_of_place[~is_there])
    return _tell(model, solution, (residents, usable, left_out), objective)


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """People of n cells, their minutes to m candidates and to the nearest existing site."""

    people: Floats
    time: Floats
    before: Floats
    count: int
    threshold_min: float
    stop_min: float

    def solve(self, objective: str, *, exact: bool | None) -> Solution:
        if objective == "p_center":
            is_lived_in = self.people > 0
            return shorten_longest(self.time[is_lived_in], self.before[is_lived_in], self.count)
        if objective == "set_cover":
            is_open = (self.people > 0) & ~(self.before <= self.threshold_min)
            return cover_all(self.time[is_open] <= self.threshold_min, exact=exact)
        whole = self.value(objective, np.empty(0, np.int64))
        if objective == "max_cover":
            is_open = ~(self.before <= self.threshold_min)
            gain = (self.people * is_open)[:, np.newaxis] * (self.time <= self.threshold_min)
            found = maximise_gain(gain, self.count, exact=exact)
            return Solution(found.chosen, whole + found.value, whole + found.bound, found.method)
        start = np.where(np.isnan(self.before), self.stop_min, self.before)[:, np.newaxis]
        saved = np.maximum(start - np.where(np.isnan(self.time), np.inf, self.time), 0.0)
        found = maximise_gain(self.people[:, np.newaxis] * saved, self.count, exact=exact)
        return Solution(found.chosen, whole - found.value, whole - found.bound, found.method)

    def solve_with_capacities(self, time: Floats, room: Floats, existing: int) -> Solution:
        if np.count_nonzero(~np.isnan(time)) > MOST_SHARED:
            msg = (
                f"With capacities up to {MOST_SHARED} pairs of cells and sites are solved; these "
                f"are {np.count_nonzero(~np.isnan(time))}. Give fewer candidates or larger cells."
            )
            raise PlacesError(msg)
        unserved = np.full(len(time), self.stop_min)
        cost = np.column_stack([np.where(np.isnan(time), np.inf, time), unserved])
        is_existing = np.arange(room.size) < existing
        found = serve_within_capacity(cost, self.people, room, is_existing, self.count)
        return Solution(found.chosen - existing, found.value, found.bound, found.method)

    def value(self, objective: str, chosen: npt.NDArray[np.int64]) -> float:
        """Evaluate a choice, without capacities."""
        after = _nearest(np.column_stack([self.before, self.time[:, chosen]]))
        if objective == "set_cover":
            return float(chosen.size)
        if objective == "max_cover":
            return float(self.people @ (after <= self.threshold_min))
        if objective == "p_center":
            reached = after[(self.people > 0) & ~np.isnan(after)]
            return float(reached.max()) if reached.size else float("nan")
        return float(self.people @ np.where(np.isnan(after), self.stop_min, after))


def _tell(
    model: _Model,
    solution: Solution,
    tables: "tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]",
    objective: str,
) -> ChosenSites:
    residents, candidates, left_out = tables
    chosen = _in_order(model, solution.chosen)
    times = np.column_stack([model.before, model.time[:, chosen]])
    after = _nearest(times)
    is_reached = ~np.isnan(after)
    nearest = np.where(np.isnan(times), np.inf, times).argmin(axis=1)
    names = np.array(["existing", *candidates["candidate"].astype(str).iloc[chosen]], object)
    site = np.where(is_reached, names[nearest], "")
    own, w = nearest[is_reached], model.people[is_reached]
    people = np.bincount(own, w, chosen.size + 1)[1:]
    travelled = np.bincount(own, w * after[is_reached], chosen.size + 1)[1:]
    minutes = np.divide(travelled, people, out=np.full(chosen.size, np.nan), where=people > 0)
    table = candidates.iloc[chosen].reset_index(drop=True)
    numbers = np.arange(1, chosen.size + 1)
    return ChosenSites(
        table.assign(choice=numbers, people=people, mean_minutes=minutes),
        pd.DataFrame(
            {
                "cell": residents["cell"].astype(str).to_numpy(object),
                "site": site,
                "minutes_before": model.before,
                "minutes_after": after,
                "reason": np.where(is_reached, "", NO_WAY),
            }
        ),
        left_out.reset_index(drop=True),
        objective,
        model.value(objective, np.empty(0, np.int64)),
        solution.value,
        solution.bound,
        solution.gap,
        solution.method,
        float(model.people[~is_reached].sum()),
    )


def _in_order(model: _Model, chosen: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Order a choice by the person-minutes that each saves after those before it."""
    best = np.where(np.isnan(model.before), model.stop_min, model.before)
    time = np.where(np.isnan(model.time), np.inf, model.time)
    rest, order = chosen.tolist(), []
    while rest:
        saved = model.people @ np.maximum(best[:, np.newaxis] - time[:, rest], 0.0)
        order.append(rest.pop(int(saved.argmax())))
        best = np.minimum(best, time[:, order[-1]])
    return np.array(order, np.int64)


def _times(network: Network, residents: "gpd.GeoDataFrame", places: "gpd.GeoDataFrame") -> Floats:
    """Find minutes from every cell to every place, NaN for no way."""
    if not len(places):
        return np.full((len(residents), 0), np.nan)
    table = cast("pd.DataFrame", travel_time_matrix(network, residents, places))
    minutes: Floats = table["minutes"].to_numpy()
    return minutes.reshape(len(residents), len(places))


def _nearest(time: Floats) -> Floats:
    """Find the shortest of each row, NaN where all are."""
    shortest = np.where(np.isnan(time), np.inf, time).min(axis=1, initial=np.inf)
    return np.where(np.isinf(shortest), np.nan, shortest)


def _check(
    objective: str,
    count: int | None,
    candidates: "gpd.GeoDataFrame",
    threshold_min: float | None,
    capacity: str | None,
) -> None:
    problems = (
        (
            objective not in get_args(Objective),
            f"objective must be one of {', '.join(get_args(Objective))}; found {objective!r}.",
        ),
        (
            "candidate" not in candidates.columns or not len(candidates),
            "Candidates need a column 'candidate' and at least one row; am.candidate_sites makes "
            "some.",
        ),
        (
            objective != "set_cover" and not (count or 0) >= 1,
            f"count says how many sites to choose, from 1 on; found {count!r}.",
        ),
        (
            objective == "set_cover" and count is not None,
            "set_cover finds how many sites are needed; leave count out.",
        ),
        (
            objective in NEEDS_THRESHOLD and not (threshold_min or 0) > 0,
            f"{objective} needs threshold_min, minutes above 0; found {threshold_min!r}.",
        ),
        (
            capacity is not None and objective != "p_median",
            f"Capacities are for p_median; leave capacity out for {objective}.",
        ),
    )
    for is_wrong, message in problems:
        if is_wrong:
            raise PlacesError(message)


def _read_numbers(table: "gpd.GeoDataFrame", column: str, what: str) -> Floats:
    if column not in table.columns:
        found = ", ".join(map(str, table.columns))
        msg = f"The {what} have no column {column!r}; they have {found}."
        raise PlacesError(msg)
    numbers: Floats = pd.to_numeric(table[column], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
    if wrong.size:
        msg = (
            f"{wrong.size} of {numbers.size} {what} have no number from 0 on in {column!r}, first "
            f"row {wrong[0]}: {table[column].iloc[wrong[0]]}. Fill it in, or leave them out."
        )
        raise PlacesError(msg)
    return numbers
