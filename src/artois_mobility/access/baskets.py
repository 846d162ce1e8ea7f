"""Baskets: how long until everything that daily life needs is in reach."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from ..errors import PlacesError
from ..network.model import Network
from ..places.attachments import Attachments
from ..places.categories import find_category
from ..transit.model import Transit
from .asking import Direction
from .nearest import access_times

if TYPE_CHECKING:
    import geopandas as gpd

Basket: TypeAlias = Mapping[str, int] | Sequence[str]
MOST_OF_ONE = 100


def basket_times(
    network: Network | Transit,
    residents: "gpd.GeoDataFrame",
    sites: "gpd.GeoDataFrame",
    baskets: Mapping[str, Basket],
    *,
    direction: Direction = "to_site",
    attachments: tuple[Attachments, Attachments] | None = None,
) -> pd.DataFrame:
    """Compute within how many minutes every cell has a whole basket of sites.

    That is dual access: not how much lies within some minutes, but within how many minutes
    something lies. A pharmacy, a doctor and two libraries take as long as the farthest of the
    nearest pharmacy, the nearest doctor and the second library; each is a trip of its own.

    Parameters
    ----------
    network
        The network of one profile, or public transport by the percentile of its window.
    residents
        What `am.read_residents` returns, p cells.
    sites
        What `am.read_sites` returns.
    baskets
        By name what each holds: categories and how many different sites of each, or a list of
        categories, one of each. `{"everyday": ["care/pharmacy", "culture/library"]}`.
    direction
        As in `am.access_times`.
    attachments
        Those of the residents and of the sites, when already made by `am.attach`.

    Returns
    -------
    times
        One row per basket and cell: `cell`, `basket`, `minutes` (NaN where something is out of
        reach), `last` (the category that takes longest or is out of reach), `reason`.

    Raises
    ------
    PlacesError
        If there is no basket, one is empty, a category is unknown or a number is not allowed.

    References
    ----------
    Cui, M., Levinson, D. (2020). Primal and dual access. Geographical Analysis 52(3), 452-474.
    doi:10.1111/gean.12220

    Examples
    --------
    >>> import geopandas as gpd
    >>> from artois_mobility.network.building import build_network
    >>> from artois_mobility.network.examples import crossroads
    >>> network = build_network(crossroads(), "walk")
    >>> points = gpd.points_from_xy([2.8302, 2.8325, 2.8314], [50.42, 50.42, 50.4208], crs=4326)
    >>> cells = gpd.GeoDataFrame({"cell": ["a"]}, geometry=points[:1])
    >>> kinds = {"site": ["w1", "w2"], "category": ["care/pharmacy", "culture/library"]}
    >>> found = basket_times(
    ...     network,
    ...     cells,
    ...     gpd.GeoDataFrame(kinds, geometry=points[1:]),
    ...     {"everyday": ["care/pharmacy", "culture/library"]},
    ... )
    >>> found["last"].tolist(), found["minutes"].round(1).tolist()
    (['culture/library'], [2.2])
    """
    needed = {name: _read_basket(name, basket) for name, basket in baskets.items()}
    if not needed:
        msg = "There is no basket; give one, for instance {'everyday': ['care/pharmacy']}."
        raise PlacesError(msg)
    categories = list(dict.fromkeys(key for basket in needed.values() for key in basket))
    most = max(count for basket in needed.values() for count in basket.values())
    found = access_times(
        network,
        residents,
        sites,
        k=most,
        categories=categories,
        direction=direction,
        attachments=attachments,
    )
    shape = len(categories), len(residents), most
    minutes = found["minutes"].to_numpy().reshape(shape)
    reason = found["reason"].astype(object).to_numpy().reshape(shape)
    tables = []
    for name, basket in needed.items():
        rows = [categories.index(key) for key in basket]
        ranks = [count - 1 for count in basket.values()]
        own_min, own_reason = minutes[rows, :, ranks], reason[rows, :, ranks]
        slowest = np.where(np.isnan(own_min), np.inf, own_min).argmax(axis=0)
        cell = np.arange(shape[1])
        last_min = own_min[slowest, cell]
        tables.append(
            pd.DataFrame(
                {
                    "cell": residents["cell"].astype(str).to_numpy(object),
                    "basket": name,
                    "minutes": last_min,
                    "last": np.array([*basket], object)[slowest],
                    "reason": np.where(np.isnan(last_min), own_reason[slowest, cell], ""),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _read_basket(name: str, basket: Basket) -> dict[str, int]:
    needed = dict(basket) if isinstance(basket, Mapping) else dict.fromkeys(basket, 1)
    if isinstance(basket, str) or not needed:
        msg = (
            f"The basket {name!r} must list categories, such as ['care/pharmacy']; "
            f"found {basket!r}."
        )
        raise PlacesError(msg)
    for key, count in needed.items():
        find_category(key)
        if not (isinstance(count, int) and 1 <= count <= MOST_OF_ONE):
            msg = (
                f"The basket {name!r} must say from 1 to {MOST_OF_ONE} how many sites of {key}; "
                f"found {count!r}."
            )
            raise PlacesError(msg)
    return needed
