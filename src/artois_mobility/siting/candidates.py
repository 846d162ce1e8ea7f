"""Places where new sites could stand."""

from typing import TYPE_CHECKING

import numpy as np

from ..errors import PlacesError

if TYPE_CHECKING:
    import geopandas as gpd


def candidate_sites(
    residents: "gpd.GeoDataFrame", *, apart_m: float = 500.0, count: int = 500
) -> "gpd.GeoDataFrame":
    """Choose cells where people live as candidates for new sites, spread over the territory.

    Parameters
    ----------
    residents
        What `am.read_residents` returns.
    apart_m
        No two candidates are nearer to each other; of two cells the more populous counts.
    count
        How many at most.

    Returns
    -------
    candidates
        The most populous first: `candidate` (the cell), `population` and the point.

    Raises
    ------
    PlacesError
        If a number is not allowed, or nobody lives anywhere.

    Examples
    --------
    >>> import geopandas as gpd
    >>> points = gpd.points_from_xy([2.83, 2.8301, 2.9], [50.42, 50.42, 50.42], crs=4326)
    >>> people = {"cell": ["a", "b", "c"], "population": [3.0, 5.0, 1.0]}
    >>> candidate_sites(gpd.GeoDataFrame(people, geometry=points))["candidate"].tolist()
    ['b', 'c']
    """
    from scipy.spatial import cKDTree

    if not (0 < apart_m <= 100_000 and count >= 1):
        msg = f"apart_m must be above 0 metres and count from 1 on; found {apart_m!r}, {count!r}."
        raise PlacesError(msg)
    lived_in = residents[residents["population"] > 0]
    if not len(lived_in):
        msg = "Nobody lives in any of the cells; give residents with a population."
        raise PlacesError(msg)
    metric = lived_in.geometry.to_crs(lived_in.estimate_utm_crs())
    xy = np.column_stack([metric.x, metric.y])
    near = cKDTree(xy).query_ball_point(xy, apart_m)
    order = np.argsort(-lived_in["population"].to_numpy(), kind="stable")
    is_open = np.ones(len(xy), np.bool_)
    kept: list[int] = []
    for row in order.tolist():
        if is_open[row] and len(kept) < count:
            kept.append(row)
            is_open[near[row]] = False
    chosen = lived_in.iloc[kept].reset_index(drop=True)
    columns = {"candidate": chosen["cell"].astype(str), "population": chosen["population"]}
    return chosen[["geometry"]].assign(**columns)[["candidate", "population", "geometry"]]
