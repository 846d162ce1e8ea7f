"""What links and closures count: thresholds, the times of today, figures by category."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import MS_PER_MIN, Flags, Floats, Milliseconds
from ..access.asking import list_categories
from ..access.nearest import find_nearest, rows_of_categories
from ..errors import PlacesError
from ..network.model import Network
from ..places.attachments import Attachments
from ..places.categories import find_category

if TYPE_CHECKING:
    import geopandas as gpd

MOST_MIN: Final = 10_000


def list_counted(sites: "gpd.GeoDataFrame", categories: Sequence[str] | None) -> list[str]:
    """List the categories that are counted, each with a site.

    Parameters
    ----------
    sites
        What `am.read_sites` returns.
    categories
        As in `am.access_times`.

    Returns
    -------
    listed
        Each once.

    Raises
    ------
    PlacesError
        If a category is unknown or has no site: nothing could be said about the way there.
    """
    listed = list_categories(sites, categories)
    rows = rows_of_categories(sites, listed)
    empty = [key for key, own in zip(listed, rows, strict=True) if not own.size]
    if empty:
        msg = (
            f"There is no site of {', '.join(empty[:5])} among the {len(sites)} sites. Leave "
            f"{'it' if len(empty) == 1 else 'these'} out, or read sites that have some."
        )
        raise PlacesError(msg)
    return listed


def times_of_today(
    network: Network,
    sites: "gpd.GeoDataFrame",
    listed: Sequence[str],
    attachments: tuple[Attachments, Attachments],
) -> Milliseconds:
    """Find the time of every cell to the nearest site of each category.

    Parameters
    ----------
    network
        The network of one profile.
    sites
        What `am.read_sites` returns.
    listed
        c categories.
    attachments
        Those of the residents, p cells, and of the sites.

    Returns
    -------
    time_ms
        Shape (p, c); `UNREACHED_MS` where no site can be reached.
    """
    found = find_nearest(network, attachments, rows_of_categories(sites, listed))
    time_ms = np.empty((attachments[0].place_count, len(listed)), np.int32)
    for category, (_, own) in enumerate(found):
        time_ms[:, category] = own[:, 0]
    return time_ms


def bounds_of(
    listed: Sequence[str], thresholds_min: Sequence[float] | float | None
) -> Milliseconds:
    """Read thresholds.

    Parameters
    ----------
    listed
        c categories.
    thresholds_min
        One number of minutes, one for each category, or None for those of the table.

    Returns
    -------
    bound_ms
        Shape (c,).

    Raises
    ------
    PlacesError
        If they do not fit.
    """
    if thresholds_min is None:
        minutes = np.array([find_category(key).threshold_min for key in listed], np.float64)
    else:
        minutes = np.asarray(thresholds_min, np.float64)
        if minutes.ndim == 0:
            minutes = np.full(len(listed), float(minutes))
    if minutes.shape != (len(listed),) or not ((minutes > 0) & (minutes <= MOST_MIN)).all():
        msg = (
            f"thresholds_min must be one number of minutes above 0, or one for each of the "
            f"{len(listed)} categories; found {thresholds_min!r}."
        )
        raise PlacesError(msg)
    return np.rint(minutes * MS_PER_MIN).astype(np.int32)


def rank_rows(
    table: "gpd.GeoDataFrame",
    sums: Mapping[str, Floats],
    order: npt.NDArray[np.signedinteger],
    is_tried: Flags,
    reason: str,
) -> "gpd.GeoDataFrame":
    """Sort the rows of a table, and say of each its rank, its figures and why it has none.

    Parameters
    ----------
    table
        Closures or candidates, k of them; columns of an earlier ranking are replaced.
    sums
        Figures by name, in the order before, shape (k,).
    order
        Row before of each row of the sorted table, shape (k,).
    is_tried
        False where figures are NaN, in the order before, shape (k,).
    reason
        Why they are.

    Returns
    -------
    ranked
        With `rank`, the figures and `reason` behind the other columns.
    """
    known = {name: np.where(is_tried, values, np.nan) for name, values in sums.items()}
    added = {"rank": 0, **known, "reason": np.where(is_tried, "", reason)}
    ranked = table.drop(columns=[name for name in added if name in table.columns]).assign(**added)
    ranked = ranked.iloc[order].reset_index(drop=True)
    ranked["rank"] = np.arange(1, len(ranked) + 1)
    return ranked


def by_category(  # noqa: PLR0917  a table is its columns
    column: str,
    names: npt.NDArray[np.object_],
    listed: Sequence[str],
    figures: Mapping[str, Floats],
    order: npt.NDArray[np.signedinteger],
    is_tried: Flags,
) -> pd.DataFrame:
    """Lay out figures by category.

    Parameters
    ----------
    column
        What the first column is called.
    names
        What stands in it, in the order of the table, shape (k,).
    listed
        c categories.
    figures
        By name, in the order before, shape (k, c).
    order
        Row before of each row of the table, shape (k,).
    is_tried
        False where figures are NaN, in the order before, shape (k,).

    Returns
    -------
    table
        Category after category.
    """
    category, row = (axis.ravel() for axis in np.indices((len(listed), len(order))))
    return pd.DataFrame(
        {
            column: names[row],
            "category": pd.Categorical.from_codes(category, pd.Index(listed)),
            **{
                name: np.where(is_tried, values.T, np.nan)[:, order].ravel()
                for name, values in figures.items()
            },
        }
    )
