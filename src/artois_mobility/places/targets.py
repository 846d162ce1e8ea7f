"""Whom the sites of a category are for."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ..errors import PlacesError
from .categories import find_category

if TYPE_CHECKING:
    import geopandas as gpd

    from .category_table import Categories


def target_population(
    residents: "gpd.GeoDataFrame", category: str, *, table: "Categories | None" = None
) -> "pd.Series[float]":
    """Count in every cell the people whom the sites of a category are for.

    Nursing homes are for the old, a collège for those of 11 to 17. Assigned to the residents it
    serves as weights: `residents.assign(old=target_population(residents, "care/ehpad"))`, then
    `am.sum_over_zones(..., weights="old")`.

    Parameters
    ----------
    residents
        What `am.read_residents` returns, with the columns that the category names, such as the
        age groups of INSEE's grid cells.
    category
        Key of a category; one that names no target has that of the category above it.
    table
        The categories; the library's own when None.

    Returns
    -------
    people
        One number for each cell: the population where nobody up the tree names a target.

    Raises
    ------
    PlacesError
        If the category is unknown, a column is missing, or holds no numbers from 0 on.

    Examples
    --------
    >>> cells = pd.DataFrame({"cell": ["a"], "population": [40.0], "ind_80p": [3.0]})
    >>> target_population(cells, "care/ehpad").tolist()
    [3.0]
    >>> target_population(cells, "care/pharmacy").tolist()
    [40.0]
    """
    columns = find_category(category, table).target_population
    above = category
    while not columns and "/" in above:
        above = above.rpartition("/")[0]
        columns = find_category(above, table).target_population
    columns = columns or ("population",)
    lacking = [name for name in columns if name not in residents.columns]
    if lacking:
        found = ", ".join(map(str, residents.columns))
        msg = (
            f"Sites of {category} are for the people of the column {' and '.join(columns)}; the "
            f"residents lack {' and '.join(lacking)}, they have {found}."
        )
        raise PlacesError(msg)
    numbers = residents[list(columns)].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)).all(axis=1))
    if wrong.size:
        msg = (
            f"{wrong.size} of {len(numbers)} cells have no number from 0 on in "
            f"{' and '.join(columns)}, first cell {residents['cell'].iloc[wrong[0]]}. Fill it in, "
            "or leave these cells out."
        )
        raise PlacesError(msg)
    return pd.Series(numbers.sum(axis=1), index=residents.index)
