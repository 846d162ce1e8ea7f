"""What a question about new sites needs."""

from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from .._types import Floats
from ..errors import PlacesError

if TYPE_CHECKING:
    import geopandas as gpd

Objective: TypeAlias = Literal["p_median", "max_cover", "p_center", "set_cover"]

NEEDS_THRESHOLD: Final = ("max_cover", "set_cover")


def check_question(
    objective: str,
    count: int | None,
    candidates: "gpd.GeoDataFrame",
    threshold_min: float | None,
    capacity: str | None,
) -> None:
    """Refuse a question whose parts do not fit each other.

    Parameters
    ----------
    objective, count, candidates, threshold_min, capacity
        As in `choose_sites`.

    Raises
    ------
    PlacesError
        The first thing that does not fit.
    """
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


def read_people(table: "gpd.GeoDataFrame", column: str, what: str) -> Floats:
    """Read how many people live somewhere, or can be served there.

    Parameters
    ----------
    table
        Cells or sites.
    column
        One of its columns.
    what
        What its rows are, for messages.

    Returns
    -------
    people
        Finite numbers from 0 on.

    Raises
    ------
    PlacesError
        If the column is missing or holds anything else.
    """
    if column not in table.columns:
        found = ", ".join(map(str, table.columns))
        msg = f"The {what} have no column {column!r}; they have {found}."
        raise PlacesError(msg)
    numbers: Floats = pd.to_numeric(table[column], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(numbers) & (numbers >= 0)))
    if wrong.size:
        msg = (
            f"{wrong.size} of {numbers.size} {what} have no finite number from 0 on in {column!r}, "
            f"first row {wrong[0]}: {table[column].iloc[wrong[0]]}. Fill it in, or leave them out."
        )
        raise PlacesError(msg)
    return numbers
