"""Quays as answers use them: those that count, what they are called, how long a transfer takes."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import MS_PER_MIN, Flags, WideMilliseconds
from ..errors import FreightError
from ..places.naming import names_of
from ..places.starts import Places
from .quay_tables import MOST_HANDLING_MIN

HANDLING: Final = "handling_min"
REASON: Final = "reason"


class Quays(NamedTuple):
    """The quays that count, q of them, in the order given.

    Attributes
    ----------
    places
        Where they are.
    name
        What they are called, shape (q,).
    """

    places: Places
    name: npt.NDArray[np.object_]


def take_quays(quays: Places) -> Quays:
    """Take the quays that count: those without a `reason` why they do not.

    Parameters
    ----------
    quays
        What `find_quays` or `read_quays` gives, any table of points, or pairs of longitude and
        latitude.

    Returns
    -------
    quays
        In the same order, named by their `quay` column, else by their position.

    Examples
    --------
    >>> take_quays([(2.83, 50.42), (2.84, 50.42)]).name.tolist()
    ['0', '1']
    """
    name = names_of(quays)
    if isinstance(quays, pd.DataFrame) and REASON in quays:
        counts: Flags = quays[REASON].fillna("").astype(str).eq("").to_numpy(np.bool_)
        return Quays(quays[counts], name[counts])
    return Quays(quays, name)


def time_transfers(quays: Places, handling_min: float) -> WideMilliseconds:
    """Tell how long one transfer takes at each quay, in milliseconds.

    Parameters
    ----------
    quays
        Places of those that count, q quays.
    handling_min
        Minutes where their column `handling_min` says nothing, or where there is none.

    Returns
    -------
    handling_ms
        Shape (q,).

    Raises
    ------
    FreightError
        If a time is not from 0 to a week.

    Examples
    --------
    >>> time_transfers([(2.83, 50.42)], 30)
    array([1800000])
    """
    minutes = np.full(len(quays), float(handling_min))
    if isinstance(quays, pd.DataFrame) and HANDLING in quays:
        own = pd.to_numeric(quays[HANDLING], errors="raise").to_numpy(np.float64, na_value=np.nan)
        minutes = np.where(np.isnan(own), minutes, own)
    odd = [each for each in (handling_min, *minutes) if not 0 <= each <= MOST_HANDLING_MIN]
    if odd:
        msg = (
            f"handling_min must be minutes from 0 to {MOST_HANDLING_MIN:g} for one transfer; "
            f"found {odd[0]:g}."
        )
        raise FreightError(msg)
    handling_ms: WideMilliseconds = np.rint(minutes * MS_PER_MIN).astype(np.int64)
    return handling_ms
