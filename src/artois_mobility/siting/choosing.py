"""Where the next sites should stand: candidates, a location model, and what it changes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import numpy as np
import pandas as pd

from .._types import Floats
from ..changes.schema import AddSite
from ..errors import PlacesError
from ..network.model import Network
from ..places.attaching import attach
from ..places.categories import find_category
from ..places.people import list_cells, read_people
from ..places.tables import Texts
from ..routing.tables import travel_time_matrix
from ..transit.model import Transit, walked_network
from .checking import NEEDS_THRESHOLD, Objective, check_question, check_stop
from .models import Solution
from .situation import Choice, Situation

if TYPE_CHECKING:
    import geopandas as gpd

NO_WAY: Final = "no way leads to any site"


@dataclass(frozen=True, slots=True, eq=False)
class ChosenSites:
    """Which candidates to open, and what that changes.

    Attributes
    ----------
    chosen
        The candidates' columns, and `choice` (from 1, by what each adds when they are opened one
        after the other), `people` (who have it nearest; with capacities, whom it serves) and
        `mean_minutes` (of these).
    cells
        For each cell `cell`, `site` (the nearest, whether or not it has room: a candidate, or
        `"existing"`), `minutes_before` (to the nearest existing site), `minutes_after`, `reason`.
    served
        Who is served where: `cell`, `site` (a candidate, an existing site's own `site`, or `""`
        for those whom none serves), `people`, `minutes` (NaN for none). Everybody stands in one
        row; with capacities a cell may have several.
    left_out
        Candidates that hang on no street, with their `reason`.
    objective
        As asked.
    value_before, value
        What the objective comes to without and with the choice: person-minutes (`p_median`),
        people covered (`max_cover`), the longest minutes (`p_center`), new sites (`set_cover`).
        With capacities both share people out within them.
    bound
        What no choice can do better than, proven.
    gap
        How far the value may be from the best, as a share of it; 0 is proven best.
    method
        `"exact"` or `"greedy with exchanges"`.
    unreached_people
        Who reaches no site even then, or for whom none has room.
    uncovered_people
        Who has no site within the threshold even then: with `set_cover` all those whom no
        candidate can cover. NaN for objectives without a threshold.
    """

    chosen: "gpd.GeoDataFrame"
    cells: pd.DataFrame
    served: pd.DataFrame
    left_out: "gpd.GeoDataFrame"
    objective: str
    value_before: float
    value: float
    bound: float
    gap: float
    method: str
    unreached_people: float
    uncovered_people: float

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
    network: Network | Transit,
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
        The network of one profile, or public transport by the percentile of its window.
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
        Sites that stay open, such as those of `am.read_sites`; None for none. One that stands
        several times, once for each of its categories, counts once, with its first row's capacity.
    threshold_min
        For the covering objectives.
    capacity
        Column of candidates and existing sites that says how many people each can serve; only
        with `"p_median"`. Cells may then be served by several sites, and not by their nearest.
    demand
        Column of residents that says how many people count.
    unreached_min
        Minutes that count for somebody who reaches no site, or for whom no capacity is left, in
        `"p_median"`; twice the longest time when None. Without capacities not less than the
        longest time.
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
    people = read_people(residents, demand)
    check_question(objective, count, candidates, threshold_min, capacity, unreached_min)
    cells = list_cells(residents)
    walked = walked_network(network)
    attached = attach(walked, candidates)
    is_there = attached.reason_of_place == ""
    usable = candidates[is_there].reset_index(drop=True)
    if objective != "set_cover" and len(usable) < (count or 0):
        msg = (
            f"{count} sites are asked for, and {len(usable)} of {len(candidates)} candidates hang "
            f"on a street of {walked.profile.name}. Give more candidates, or ask for fewer."
        )
        raise PlacesError(msg)
    kept = candidates.iloc[:0] if existing is None else _one_of_each(existing)
    own, time = (_times(network, residents, places) for places in (kept, usable))
    stop_min = unreached_min
    if stop_min is None:
        stop_min = 2 * float(np.nanmax(np.append(np.concatenate([time, own], axis=1), 0.0)))
    room = None
    if capacity is not None:
        rooms = [] if existing is None else [read_people(kept, capacity, "existing sites")]
        room = np.concatenate([*rooms, read_people(usable, capacity, "candidates")])
    check_stop(objective, capacity, unreached_min, np.concatenate([time, own], axis=1))
    situation = Situation(people, own, time, room, count or 0, threshold_min or 0.0, stop_min)
    solution = situation.solve(objective, exact=exact)
    left_out = candidates[~is_there].assign(reason=attached.reason_of_place[~is_there])
    tables = _Tables(cells, kept, usable, left_out.reset_index(drop=True))
    return _tell(situation, solution, tables, objective)


class _Tables(NamedTuple):
    """What was asked about."""

    cells: Texts
    existing: "gpd.GeoDataFrame"
    candidates: "gpd.GeoDataFrame"
    left_out: "gpd.GeoDataFrame"


def _tell(situation: Situation, solution: Solution, tables: _Tables, objective: str) -> ChosenSites:
    chosen = situation.order(solution.chosen)
    served = situation.share_out(chosen)
    times = np.column_stack([situation.own, situation.time[:, chosen]])
    new = slice(situation.own.shape[1], times.shape[1])
    people = served[:, new].sum(axis=0)
    travelled = (served[:, new] * np.nan_to_num(times[:, new])).sum(axis=0)
    minutes = np.divide(travelled, people, out=np.full(chosen.size, np.nan), where=people > 0)
    table = tables.candidates.iloc[chosen].reset_index(drop=True)
    numbers = np.arange(1, chosen.size + 1)
    names = table["candidate"].astype(str)
    return ChosenSites(
        chosen=table.assign(choice=numbers, people=people, mean_minutes=minutes),
        cells=_list_cells(situation, chosen, tables.cells, names.to_numpy(object)),
        served=_list_served(served, times, tables, names.to_numpy(object)),
        left_out=tables.left_out,
        objective=objective,
        value_before=situation.value(objective, np.empty(0, np.int64)),
        value=solution.value,
        bound=solution.bound,
        gap=solution.gap,
        method=solution.method,
        unreached_people=float(served[:, -1].sum()),
        uncovered_people=_count_uncovered(situation, chosen, objective),
    )


def _count_uncovered(situation: Situation, chosen: Choice, objective: str) -> float:
    if objective not in NEEDS_THRESHOLD:
        return float("nan")
    is_covered = situation.after(chosen) <= situation.threshold_min
    return float(situation.people[~is_covered].sum())


def _list_cells(situation: Situation, chosen: Choice, cells: Texts, names: Texts) -> pd.DataFrame:
    """Tell the nearest site of every cell; of two as near the existing one."""
    before, after = situation.before, situation.after(chosen)
    times = np.column_stack([before, situation.time[:, chosen]])
    nearest = np.where(np.isnan(times), np.inf, times).argmin(axis=1)
    is_reached = ~np.isnan(after)
    return pd.DataFrame(
        {
            "cell": cells,
            "site": np.where(is_reached, np.append("existing", names).astype(object)[nearest], ""),
            "minutes_before": before,
            "minutes_after": after,
            "reason": np.where(is_reached, "", NO_WAY),
        }
    )


def _list_served(served: Floats, times: Floats, tables: _Tables, names: Texts) -> pd.DataFrame:
    existing = tables.existing
    own = existing["site"] if "site" in existing else "existing " + existing.index.astype(str)
    called = np.concatenate([np.asarray(own, object).astype(str), names, [""]]).astype(object)
    minutes = np.column_stack([times, np.full(len(times), np.nan)])
    cell, site = np.nonzero(served)
    return pd.DataFrame(
        {
            "cell": tables.cells[cell],
            "site": called[site],
            "people": served[cell, site],
            "minutes": minutes[cell, site],
        }
    )


def _one_of_each(existing: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    """Keep one row of a site that stands once for each of its categories."""
    if "site" not in existing.columns:
        return existing
    is_again = existing["site"].astype(str).duplicated()
    return existing[~is_again].reset_index(drop=True)


def _times(
    network: Network | Transit, residents: "gpd.GeoDataFrame", places: "gpd.GeoDataFrame"
) -> Floats:
    """Find minutes from every cell to every place, NaN for no way."""
    if not len(places):
        return np.full((len(residents), 0), np.nan)
    table = cast("pd.DataFrame", travel_time_matrix(network, residents, places))
    minutes: Floats = table["minutes"].to_numpy()
    return minutes.reshape(len(residents), len(places))
