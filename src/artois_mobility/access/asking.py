"""What every question about access has in common: which categories, and who travels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from ..errors import PlacesError
from ..places.categories import expand

if TYPE_CHECKING:
    import geopandas as gpd

Direction: TypeAlias = Literal["to_site", "from_site"]


def list_categories(sites: "gpd.GeoDataFrame", categories: Sequence[str] | None) -> list[str]:
    """List the categories that are asked for.

    Parameters
    ----------
    sites
        What `am.read_sites` returns.
    categories
        Each stands for all below it, and `care/*` lists each below `care`; None lists every
        category that occurs among the sites.

    Returns
    -------
    listed
        Each once.

    Raises
    ------
    PlacesError
        If a category is unknown or no text, or a site has none.
    """
    if "category" not in sites.columns:
        msg = (
            f"The sites have no column 'category'; they have {', '.join(map(str, sites.columns))}."
        )
        raise PlacesError(msg)
    lacking = np.flatnonzero(sites["category"].isna())
    if lacking.size:
        named = sites["site"].iloc[lacking[0]] if "site" in sites.columns else lacking[0]
        msg = (
            f"{lacking.size} of {len(sites)} sites have no category, first {named!r}. Fill it in, "
            "or leave them out."
        )
        raise PlacesError(msg)
    if categories is None:
        return sorted(set(sites["category"].astype(str)))
    asked = [categories] if isinstance(categories, str) else list(categories)
    for category in asked:
        if not isinstance(category, str):
            msg = f"A category is a text such as 'care/pharmacy'; found {category!r}."
            raise PlacesError(msg)
    listed = [each for category in asked for each in expand(category)]
    return list(dict.fromkeys(listed))


def check_direction(direction: str) -> None:
    """Refuse a direction that is none.

    Parameters
    ----------
    direction
        `"to_site"` or `"from_site"`.

    Raises
    ------
    PlacesError
        If it is neither.

    Examples
    --------
    >>> check_direction("from_site")
    """
    if direction not in get_args(Direction):
        msg = f"direction must be one of {', '.join(get_args(Direction))}; found {direction!r}."
        raise PlacesError(msg)
