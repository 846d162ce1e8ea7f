"""Floating catchments: what is offered, shared among the people in reach of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from .._types import Floats, Rows
from ..errors import PlacesError
from ..network.model import Network
from ..places.attaching import attach
from ..places.attachments import Attachments
from ..places.people import list_cells, read_people
from ..places.tables import Texts
from ..routing.sums import Weights
from ..transit.model import Transit, walked_network
from .asking import list_categories
from .decays import PRESETS, Decay, weights_of
from .folding import Entries, Fold, TableFold, fold_between
from .reaching import list_entries, say_why_nothing

if TYPE_CHECKING:
    import geopandas as gpd

Method: TypeAlias = Literal["2sfca", "3sfca", "balanced"]

OUT_OF_REACH: Final = "nobody is in reach"


@dataclass(frozen=True, slots=True, eq=False)
class Catchments:
    """What each cell gets, and how much each site is asked for.

    Attributes
    ----------
    cells
        One row per category and cell: `cell`, `category`, `value` (what is offered per person;
        times 100,000 it is often told as "per 100,000 inhabitants"), `reason`. A cell that hangs
        on no street has NaN and its reason; a category without any site has 0, and says so.
    sites
        One row per category and site: `site`, `category`, `supply`, `demand` (people, each as far
        as he or she counts), `ratio` (supply by demand, 0 where there is none), `reason`: why
        nothing of it reaches anybody, or `""`.
    method
        `"2sfca"`, `"3sfca"` or `"balanced"`.
    people
        People who live in cells that hang on a street, by whom the sites are shared.
    people_left_out
        People who live in the others.
    mention
        What has to stand beside the figures wherever they are shown; `""` for nothing.
    """

    cells: pd.DataFrame
    sites: pd.DataFrame
    method: str
    people: float
    people_left_out: float
    mention: str


def floating_catchments(  # noqa: PLR0913  the choices of the method
    network: Network | Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    decay: Decay,
    *,
    method: Method = "2sfca",
    supply: str | None = None,
    demand: str = "population",
    categories: Sequence[str] | None = None,
    attachments: tuple[Attachments, Attachments] | None = None,
) -> Catchments:
    """Share what sites offer among the people in reach of them.

    Twice as many people around a doctor leave each half of a doctor; a count of doctors within
    ten minutes does not see that. No table of times is kept: two sums over the network, or four.

    Parameters
    ----------
    network
        The network of one profile, or public transport by the percentile of its window.
    residents
        What `am.read_residents` returns, p cells.
    sites
        What `am.read_sites` returns.
    decay
        How much a site counts by the minutes to it, w: minutes (all within counts whole), weights
        by second as `am.decay` gives them, or the dated steps `"apl_2012"` or `"apl_2015_gp"`.
    method
        `"2sfca"`: supply by demand, `R_j = S_j / sum_i w_ij P_i`, and `A_i = sum_j w_ij R_j`. With
        minutes it is the plain method (2SFCA), with steps or a decay the enhanced one (E2SFCA).
        `"3sfca"`: people turn to each site the less the more others they have, by the share
        `G_ij = w_ij / sum_j w_ij`. `"balanced"`: demand and supply are shared out so that nobody
        counts twice (BFCA).
    supply
        Column of `sites` that says how much each offers, such as `"capacity"`; None counts sites.
    demand
        Column of `residents` that says how many ask, such as `"ind_80p"`.
    categories
        Categories to list, as in `am.access_times`.
    attachments
        Those of the residents and of the sites, when already made by `am.attach`.

    Returns
    -------
    catchments
        Cells, sites and what has to be mentioned.

    Raises
    ------
    PlacesError
        If an argument or a value of a column is not allowed.

    References
    ----------
    Luo, W., Wang, F. (2003). Measures of spatial accessibility to health care in a GIS
    environment. Environment and Planning B 30(6), 865-884. doi:10.1068/b29120

    Luo, W., Qi, Y. (2009). An enhanced two-step floating catchment area (E2SFCA) method. Health &
    Place 15(4), 1100-1107. doi:10.1016/j.healthplace.2009.06.002

    Wan, N., Zou, B., Sternberg, T. (2012). A three-step floating catchment area method. Int. J. of
    Geographical Information Science 26(6), 1073-1089. doi:10.1080/13658816.2011.624987

    Paez, A., Higgins, C. D., Vivona, S. F. (2019). Demand and level of service inflation in
    floating catchment area (FCA) methods. PLOS ONE 14(6). doi:10.1371/journal.pone.0218773

    Examples
    --------
    >>> import geopandas as gpd
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> points = gpd.points_from_xy([2.8302, 2.8325, 2.8314], [50.42, 50.42, 50.4208], crs=4326)
    >>> cells = {"cell": ["a", "b"], "population": [30.0, 10.0]}
    >>> doctors = {"site": ["w1"], "category": "care/general_practitioner", "doctors": [2.0]}
    >>> found = floating_catchments(
    ...     network,
    ...     gpd.GeoDataFrame(cells, geometry=points[:2]),
    ...     gpd.GeoDataFrame(doctors, geometry=points[2:]),
    ...     15,
    ...     supply="doctors",
    ... )
    >>> found.cells["value"].tolist(), found.sites["demand"].tolist()
    ([0.05, 0.05], [40.0])
    """
    if method not in get_args(Method):
        msg = f"method must be one of {', '.join(get_args(Method))}; found {method!r}."
        raise PlacesError(msg)
    weights = weights_of(decay)
    listed = list_categories(sites, categories)
    offers = list_entries(sites, listed, supply)
    people = read_people(residents, demand)
    cells = list_cells(residents)
    if attachments is None:
        walked = walked_network(network)
        attachments = attach(walked, residents), attach(walked, sites)
    is_attached = attachments[0].reason_of_place == ""
    ask, serve = fold_between(network, residents, attachments, is_outward=True)
    world = _World(ask, serve, offers, len(listed), np.where(is_attached, people, 0.0), weights)
    demand_of_offer, value = _METHODS[method](world)
    return Catchments(
        _tabulate_cells(cells, attachments[0].reason_of_place, offers, listed, value),
        _tabulate_sites(sites, attachments[1], listed, offers, demand_of_offer),
        method,
        float(people[is_attached].sum()),
        float(people[~is_attached].sum()),
        _mention(decay),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _World:
    """Who asks (p cells), what is offered (e offers in c categories), and how much counts.

    `ask` sums over sites for each cell, `serve` over cells for each site.
    """

    ask: Fold | TableFold
    serve: Fold | TableFold
    offers: Entries
    category_count: int
    people: Floats
    weights: Weights

    @property
    def squared(self) -> Weights:
        """The weights, each times itself."""
        return Weights(self.weights.bound_ms, self.weights.factor**2)

    def over_offers(self, worth: Floats, weights: Weights) -> Floats:
        """Sum over the offers of each category for every cell, shape (p, c)."""
        entries = Entries(self.offers.row, self.offers.group, worth)
        return self.ask.add_up(entries, self.category_count, weights)[:, :, 0]

    def over_people(self, weights: Weights) -> Floats:
        """Sum the people around every offer, shape (e,)."""
        cells = np.flatnonzero(self.people).astype(np.int32)
        rows = np.unique(self.offers.row).astype(np.int32)
        entries = Entries(cells, np.zeros_like(cells), self.people[cells])
        found = self.serve.from_some(rows).add_up(entries, 1, weights)[:, 0, 0]
        around: Floats = found[np.searchsorted(rows, self.offers.row)]
        return around

    def over_cells(self, worth: Floats, weights: Weights) -> Floats:
        """Sum over the cells for every offer, shape (e,); `worth` has shape (p, c)."""
        sums = np.zeros(self.offers.row.size)
        cells = np.flatnonzero(worth.any(axis=1)).astype(np.int32)
        no_group = np.zeros_like(cells)
        for category in range(self.category_count):
            mine = np.flatnonzero(self.offers.group == category)
            rows = np.unique(self.offers.row[mine]).astype(np.int32)
            entries = Entries(cells, no_group, worth[cells, category])
            found = self.serve.from_some(rows).add_up(entries, 1, weights)[:, 0, 0]
            sums[mine] = found[np.searchsorted(rows, self.offers.row[mine])]
        return sums

    def share(self, of_cell: Floats) -> Floats:
        """Divide the people of every cell by what it reaches, shape (p, c); by nothing is 0."""
        return _divide(np.broadcast_to(self.people[:, np.newaxis], of_cell.shape), of_cell)


def _divide(above: Floats, below: Floats) -> Floats:
    quotient = np.zeros(np.broadcast_shapes(above.shape, below.shape))
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient


def _share_in_two_steps(world: _World) -> tuple[Floats, Floats]:
    demand = world.over_people(world.weights)
    ratio = _divide(world.offers.worth, demand)
    return demand, world.over_offers(ratio, world.weights)


def _share_in_three_steps(world: _World) -> tuple[Floats, Floats]:
    """Weigh by `G_ij w_ij`, which is `w_ij ** 2 / sum_j w_ij`."""
    choice = world.over_offers(np.ones(world.offers.row.size), world.weights)
    demand = world.over_cells(world.share(choice), world.squared)
    ratio = _divide(world.offers.worth, demand)
    return demand, _divide(world.over_offers(ratio, world.squared), choice)


def _share_in_balance(world: _World) -> tuple[Floats, Floats]:
    """Let the weights of every cell, and then those of every site, add up to one."""
    choice = world.over_offers(np.ones(world.offers.row.size), world.weights)
    demand = world.over_cells(world.share(choice), world.weights)
    is_there = np.repeat((world.people > 0)[:, np.newaxis], world.category_count, axis=1)
    around = world.over_cells(is_there.astype(np.float64), world.weights)
    level = _divide(_divide(world.offers.worth, demand), around)
    return demand, world.over_offers(level, world.weights)


_METHODS: Final = {
    "2sfca": _share_in_two_steps,
    "3sfca": _share_in_three_steps,
    "balanced": _share_in_balance,
}


def _tabulate_cells(
    cells: Texts,
    reason_of_place: Texts,
    offers: Entries,
    listed: Sequence[str],
    value: Floats,
) -> pd.DataFrame:
    category, cell = (axis.ravel() for axis in np.indices((len(listed), cells.size), np.int32))
    shown = np.where(reason_of_place[:, np.newaxis] == "", value, np.nan)
    reason = say_why_nothing(reason_of_place, offers, len(listed))
    return pd.DataFrame(
        {
            "cell": pd.Categorical.from_codes(cell, pd.Index(cells)),
            "category": pd.Categorical.from_codes(category, pd.Index(listed)),
            "value": shown.T.ravel(),
            "reason": pd.Categorical(reason.ravel()),
        }
    )


def _tabulate_sites(
    sites: "gpd.GeoDataFrame",
    attachments: Attachments,
    listed: Sequence[str],
    offers: Entries,
    demand: Floats,
) -> pd.DataFrame:
    reason = np.where(demand > 0, "", OUT_OF_REACH).astype(object)
    own: Rows = offers.row
    is_off = attachments.reason_of_place[own] != ""
    reason[is_off] = attachments.reason_of_place[own][is_off]
    return pd.DataFrame(
        {
            "site": sites["site"].astype(str).to_numpy(object)[own],
            "category": pd.Categorical.from_codes(offers.group, pd.Index(listed)),
            "supply": offers.worth,
            "demand": demand,
            "ratio": _divide(offers.worth, demand),
            "reason": reason,
        }
    )


def _mention(decay: Decay) -> str:
    """Say what must stand beside figures made with published steps."""
    if not isinstance(decay, str):
        return ""
    steps = PRESETS[decay]
    doubt = "" if steps.is_confirmed else " À confirmer par la note de méthode de la DREES."
    return (
        "Indicateur de type APL, sans standardisation par âge ni données d'activité. "
        f"Pondérations : {steps.source}.{doubt}"
    )
