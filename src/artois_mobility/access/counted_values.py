"""Values that count for people: checked, ranked, added up from the least to the most."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from .._types import Floats
from ..errors import PlacesError


class Curve(NamedTuple):
    """Shares added up from the least to the most: s steps behind the beginning.

    Attributes
    ----------
    people, value
        Share of the people and of all values, from 0 to 1, shape (s + 1,).
    total
        Sum of all values.
    """

    people: Floats
    value: Floats
    total: float


def draw_lorenz(x: Floats, w: Floats) -> Curve | None:
    """Add up values from the least to the most.

    Parameters
    ----------
    x, w
        Values, and the people each counts for, shape (n,).

    Returns
    -------
    curve
        A step for each different value; None for nobody.
    """
    step, number = np.unique(x, return_inverse=True)
    weight = sum_by(number, w, step.size)
    return accumulate(weight, weight * step)


def sum_by(number: "npt.NDArray[np.signedinteger]", amount: Floats, count: int) -> Floats:
    """Add up amounts by group.

    Parameters
    ----------
    number
        Group of each amount, shape (n,).
    amount
        Shape (n,).
    count
        Number of groups.

    Returns
    -------
    sums
        Shape (count,).

    Examples
    --------
    >>> sum_by(np.array([1, 1]), np.array([2.0, 3.0]), 2)
    array([0., 5.])
    """
    return np.bincount(number, amount, count).astype(np.float64)


def accumulate(weight: Floats, total: Floats) -> Curve | None:
    """Add up people and values step by step, as shares of their sums.

    Parameters
    ----------
    weight, total
        People, and the sum of their values, of each step, shape (s,).

    Returns
    -------
    curve
        Without steps of nobody; None for nobody at all.
    """
    if not weight.sum():
        return None
    kept = weight > 0
    people, value = (np.concatenate([[0.0], np.cumsum(each[kept])]) for each in (weight, total))
    whole = float(value[-1])
    return Curve(people / people[-1], value / whole if whole else people / people[-1], whole)


def as_table(curve: Curve | None) -> pd.DataFrame:
    """Turn a curve into a table.

    Parameters
    ----------
    curve
        Shares added up, or None.

    Returns
    -------
    table
        `people` and `value`; empty where there is nothing to share.
    """
    columns = {"people": np.empty(0), "value": np.empty(0)}
    if curve is not None and curve.total > 0:
        columns = {"people": curve.people, "value": curve.value}
    return pd.DataFrame(columns)


def check_counted(values: npt.ArrayLike, people: npt.ArrayLike | None) -> tuple[Floats, Floats]:
    """Check values, and the people that each counts for.

    Parameters
    ----------
    values
        From 0 on, shape (n,).
    people
        From 0 on, shape (n,); one each when None.

    Returns
    -------
    x, w
        Values and people, shape (n,).

    Raises
    ------
    PlacesError
        If a value or a number of people is negative or no number.
    """
    x = np.asarray(values, np.float64)
    w = np.ones(x.shape) if people is None else np.asarray(people, np.float64)
    if x.ndim != 1 or w.shape != x.shape:
        msg = f"Each value needs its number of people; found shapes {x.shape} and {w.shape}."
        raise PlacesError(msg)
    for what, column in (("value", x), ("number of people", w)):
        wrong = np.flatnonzero(~(np.isfinite(column) & (column >= 0)))
        if wrong.size:
            msg = (
                f"{wrong.size} of {x.size} have no {what} from 0 on, first row {wrong[0]}: "
                f"{column[wrong[0]]}. Leave out who reaches nothing, and say how many they are."
            )
            raise PlacesError(msg)
    return x, w


def rank_people(rank_by: npt.ArrayLike, w: Floats) -> Floats:
    """Give each its rank from 0 to 1 among all people, ties the middle of theirs.

    Parameters
    ----------
    rank_by
        What people are ranked by, from low to high, shape (n,).
    w
        The people that each counts for, shape (n,).

    Returns
    -------
    ranks
        Shape (n,).

    Raises
    ------
    PlacesError
        If the numbers to be ranked by do not fit.

    Examples
    --------
    >>> rank_people([5, 1], np.array([1.0, 3.0]))
    array([0.875, 0.375])
    """
    by = np.asarray(rank_by, np.float64)
    if by.shape != w.shape or np.isnan(by).any():
        msg = f"Each of the {w.size} values needs a number to be ranked by, none of them NaN."
        raise PlacesError(msg)
    step, number = np.unique(by, return_inverse=True)
    weight = sum_by(number, w, step.size)
    middle = (np.cumsum(weight) - weight / 2) / max(float(weight.sum()), 1e-300)
    ranks: Floats = middle[number]
    return ranks


def log_or_zero(share: Floats) -> Floats:
    """Take logarithms, 0 for 0: what has nothing adds nothing.

    Parameters
    ----------
    share
        From 0 on, any shape.

    Returns
    -------
    logarithm
        The same shape.

    Examples
    --------
    >>> log_or_zero(np.array([1.0, 0.0]))
    array([0., 0.])
    """
    return np.log(share, out=np.zeros_like(share), where=share > 0)
