"""What every question about access has in common: which categories, and who travels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

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
        If a category is unknown.
    """
    if categories is None:
        return sorted(set(sites["category"].astype(str)))
    listed = [each for category in categories for each in expand(category)]
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
