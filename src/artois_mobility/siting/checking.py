"""What a question about new sites needs."""

from numbers import Integral, Real
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

import numpy as np

from .._types import Floats
from ..errors import PlacesError
from ..places.people import refuse_doubles

if TYPE_CHECKING:
    import geopandas as gpd

Objective: TypeAlias = Literal["p_median", "max_cover", "p_center", "set_cover"]

NEEDS_THRESHOLD: Final = ("max_cover", "set_cover")
MOST_MIN: Final = 10_000


def check_question(  # noqa: PLR0917  the choices of the model
    objective: str,
    count: int | None,
    candidates: "gpd.GeoDataFrame",
    threshold_min: float | None,
    capacity: str | None,
    unreached_min: float | None,
) -> None:
    """Refuse a question whose parts do not fit each other.

    Parameters
    ----------
    objective, count, candidates, threshold_min, capacity, unreached_min
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
            objective != "set_cover" and not (isinstance(count, Integral) and count >= 1),
            f"count says how many sites to choose, from 1 on; found {count!r}.",
        ),
        (
            objective == "set_cover" and count is not None,
            "set_cover finds how many sites are needed; leave count out.",
        ),
        (
            objective in NEEDS_THRESHOLD
            and not (isinstance(threshold_min, Real) and threshold_min > 0),
            f"{objective} needs threshold_min, minutes above 0; found {threshold_min!r}.",
        ),
        (
            capacity is not None and objective != "p_median",
            f"Capacities are for p_median; leave capacity out for {objective}.",
        ),
        (
            unreached_min is not None and not 0 <= unreached_min <= MOST_MIN,
            f"unreached_min must be minutes from 0 to {MOST_MIN}; found {unreached_min!r}. Leave "
            "it out for twice the longest time.",
        ),
    )
    for is_wrong, message in problems:
        if is_wrong:
            raise PlacesError(message)
    refuse_doubles(candidates["candidate"].astype(str).to_numpy(object), "candidates")


def check_stop(
    objective: str, capacity: str | None, unreached_min: float | None, minutes: Floats
) -> None:
    """Refuse minutes for who is left out that are fewer than some who are served need.

    Parameters
    ----------
    objective, capacity, unreached_min
        As in `choose_sites`; with capacities whoever costs less unserved stays so.
    minutes
        All times, NaN for no way.

    Raises
    ------
    PlacesError
        If a way is longer.
    """
    if objective != "p_median" or capacity is not None or unreached_min is None:
        return
    longest = float(np.nanmax(np.append(minutes, 0.0)))
    if unreached_min < longest:
        msg = (
            f"unreached_min is what whoever reaches no site counts, at least the longest way, "
            f"{longest:.1f} minutes here; found {unreached_min!r}. Leave it out for twice that."
        )
        raise PlacesError(msg)
