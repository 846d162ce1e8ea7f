"""How much people can reach: sites, or what they have to offer, within minutes or by a decay."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import MS_PER_MIN, Floats
from ..errors import PlacesError
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.categories import is_below
from ..places.people import list_cells
from ..places.tables import Texts
from ..routing.sums import Weights
from ..transit.model import Transit, walked_network
from .asking import Direction, check_direction, list_categories
from .folding import Entries, fold_between
from .nearest import NO_SUCH_SITE

if TYPE_CHECKING:
    import geopandas as gpd

Measures: TypeAlias = Sequence[float] | Mapping[str, "float | Floats"]
MOST_MIN: Final = 10_000


def opportunities(
    network: Network | Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    measures: Measures,
    *,
    worth: str | None = None,
    categories: Sequence[str] | None = None,
    direction: Direction = "to_site",
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Add up what every cell of residents reaches of each category.

    Parameters
    ----------
    network
        The network of one profile, or public transport by the percentile of its window.
    residents
        What `am.read_residents` returns, p cells.
    sites
        What `am.read_sites` returns.
    measures
        Minutes: what is reached within them counts whole. Or by name either minutes or a decay, an
        array of the weight at every whole second from 0 on; a time is rounded up to a second, and
        beyond the last one nothing counts. `{"half in 10 min": 0.5 ** (np.arange(3600) / 600)}`
        looks an hour far.
    worth
        Column of `sites` that says how much each row counts, such as `"capacity"`. None counts
        sites, each once in a category however many rows it has there.
    categories
        Categories to list, as in `am.access_times`.
    direction
        `"to_site"`, or `"from_site"` for what comes to people.
    attachments
        Those of the residents and of the sites, when already made by `am.attach`.

    Returns
    -------
    opportunities
        One row per category, cell and measure: `cell`, `category`, `measure` (its name, else
        `"10 min"`), `value`, `reason`. A cell that hangs on no street has NaN and its reason; a
        category without any site has 0, and says so in `reason`.

    Raises
    ------
    PlacesError
        If a measure, a category, `direction` or `worth` is not one of those allowed.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> points = gpd.points_from_xy([2.8302, 2.8325, 2.8314], [50.42, 50.42, 50.4208], crs=4326)
    >>> cells = gpd.GeoDataFrame({"cell": ["a"]}, geometry=points[:1])
    >>> names = {"site": ["w1", "w2"], "category": "care/general_practitioner"}
    >>> doctors = gpd.GeoDataFrame(names | {"doctors": [1.0, 4.0]}, geometry=points[1:])
    >>> opportunities(network, cells, doctors, [2, 5], worth="doctors")["value"].tolist()
    [0.0, 5.0]
    """
    check_direction(direction)
    weights, names = _weigh(measures)
    listed = list_categories(sites, categories)
    entries = list_entries(sites, listed, worth)
    cells = list_cells(residents)
    if attachments is None:
        walked = walked_network(network)
        attachments = attach(walked, residents), attach(walked, sites)
    question, _ = fold_between(network, residents, attachments, is_outward=direction == "to_site")
    sums = question.add_up(entries, len(listed), weights)
    sums[attachments[0].reason_of_place != ""] = np.nan
    reason = say_why_nothing(attachments[0].reason_of_place, entries, len(listed))
    return _tabulate(cells, reason, listed, names, sums)


def _weigh(measures: Measures) -> tuple[Weights, list[str]]:
    """Tabulate the measures, thresholds before decays; also return what they are called."""
    named = (
        measures if isinstance(measures, Mapping) else {f"{each:g} min": each for each in measures}
    )
    if not named:
        msg = "Nothing to add up: give minutes, for instance [10, 20], or decays by name."
        raise PlacesError(msg)
    bounds: dict[str, Floats] = {}
    decays: dict[str, Floats] = {}
    for name, measure in named.items():
        values = _numbers_of(name, measure)
        (decays if values.ndim else bounds)[name] = values
    length = max((values.size for values in decays.values()), default=0)
    factor = np.zeros((len(decays), length))
    for row, values in enumerate(decays.values()):
        factor[row, : values.size] = values
    bound_ms = np.rint(np.array([*bounds.values()], np.float64) * MS_PER_MIN).astype(np.int32)
    return Weights(bound_ms, factor), [*bounds, *decays]


def _numbers_of(name: str, measure: object) -> Floats:
    """Give minutes as one number and a decay as an array of at least one."""
    try:
        values = np.asarray(measure, np.float64)
    except (TypeError, ValueError):
        values = np.full(1, np.nan)
    most = MOST_MIN if values.ndim == 0 else np.inf
    if values.ndim > 1 or not values.size or not ((values >= 0) & (values <= most)).all():
        msg = (
            f"The measure {name!r} must be minutes from 0 to {MOST_MIN}, or an array of weights "
            f"from 0 on, one for every second; found {measure!r}."
        )
        raise PlacesError(msg)
    return values


def list_entries(sites: "gpd.GeoDataFrame", listed: Sequence[str], worth: str | None) -> Entries:
    """List the sites that count in each category.

    Parameters
    ----------
    sites
        What `am.read_sites` returns.
    listed
        Categories, each with all below it.
    worth
        Column that says how much each row counts; None counts each site once in a category.

    Returns
    -------
    entries
        Group by group, each of them in the order of the table.

    Raises
    ------
    PlacesError
        If there is no such column, or a row has no number from 0 on in it.
    """
    values = np.ones(len(sites)) if worth is None else _read_worth(sites, worth)
    category = sites["category"].astype(str).to_numpy(object)
    name = sites["site"].astype(str).to_numpy(object)
    rows, groups = [], []
    for group, parent in enumerate(listed):
        mine = np.flatnonzero([is_below(own, parent) for own in category])
        if worth is None:
            mine = mine[np.sort(np.unique(name[mine], return_index=True)[1])]
        rows.append(mine)
        groups.append(np.full(mine.size, group))
    row = np.concatenate([np.empty(0, np.int32), *rows]).astype(np.int32)
    group_of_row = np.concatenate([np.empty(0, np.int32), *groups]).astype(np.int32)
    return Entries(row, group_of_row, values[row])


def say_why_nothing(
    reason_of_place: npt.NDArray[np.object_], entries: Entries, group_count: int
) -> npt.NDArray[np.object_]:
    """Say why a place gets nothing of a category: it hangs on no street, or there is no site.

    Parameters
    ----------
    reason_of_place
        Why each place is not attached, or `""`, shape (p,).
    entries
        What counts.
    group_count
        Number of categories, c.

    Returns
    -------
    reason
        Shape (c, p); `""` where something could be in reach.
    """
    is_empty = ~np.isin(np.arange(group_count), entries.group)
    reason = np.tile(reason_of_place, (group_count, 1))
    reason[(reason == "") & is_empty[:, np.newaxis]] = NO_SUCH_SITE
    return reason


def _read_worth(sites: "gpd.GeoDataFrame", worth: str) -> Floats:
    if worth not in sites:
        msg = f"The sites have no column {worth!r}; they have {', '.join(map(str, sites.columns))}."
        raise PlacesError(msg)
    values: Floats = pd.to_numeric(sites[worth], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if wrong.size:
        first = sites.iloc[wrong[0]]
        msg = (
            f"{wrong.size} of {values.size} sites have no number from 0 on in {worth!r}, first "
            f"site {first['site']}: {first[worth]}. Fill it in, or leave these sites out."
        )
        raise PlacesError(msg)
    return values


def _tabulate(
    cells: Texts,
    reason: npt.NDArray[np.object_],
    listed: Sequence[str],
    measures: Sequence[str],
    sums: Floats,
) -> pd.DataFrame:
    category, cell, measure = (
        axis.ravel() for axis in np.indices((len(listed), cells.size, len(measures)), np.int32)
    )
    return pd.DataFrame(
        {
            "cell": pd.Categorical.from_codes(cell, pd.Index(cells)),
            "category": pd.Categorical.from_codes(category, pd.Index(listed)),
            "measure": pd.Categorical.from_codes(measure, pd.Index(measures)),
            "value": sums.transpose(1, 0, 2).ravel(),
            "reason": pd.Categorical(reason[category, cell]),
        }
    )
