"""Indices of inequality, each value counted for as many people as it stands for.

Values are from 0 on. Where nobody is counted, or all values are 0 and the index divides by their
mean, there is nothing to be unequal about: NaN for nobody, 0 for all equal, zero included.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import PlacesError
from .counted_values import (
    accumulate,
    as_table,
    check_counted,
    draw_lorenz,
    log_or_zero,
    rank_people,
    sum_by,
)

# Palma: the share of the tenth with most over that of the four tenths with least.
MOST_SHARE: Final = 0.1
LEAST_SHARE: Final = 0.4


def gini(values: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """Compute the Gini index: half the mean difference between two people, over the mean.

    Parameters
    ----------
    values
        From 0 on, shape (n,).
    people
        How many people each value counts for, shape (n,); one each when None.

    Returns
    -------
    index
        From 0, all have the same, to just below 1; NaN for nobody.

    Raises
    ------
    PlacesError
        If a value or a number of people is negative or no number.

    References
    ----------
    Gini, C. (1912). Variabilità e mutabilità. Bologna: Cuppini.

    Examples
    --------
    >>> gini([1, 2, 3, 4, 5])
    0.26666666666666666
    >>> gini([0, 10], [3, 1])
    0.75
    """
    x, w = check_counted(values, people)
    total = float(w @ x)
    if not w.sum():
        return float("nan")
    if total == 0:
        return 0.0
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    below = np.cumsum(w) - w / 2
    return float((w * x) @ (2 * below - w.sum()) / (w.sum() * total))


def palma(values: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """Compute the Palma ratio: what the tenth with most has over what the four with least have.

    Parameters
    ----------
    values, people
        As for `gini`; people with one value are split where a tenth ends.

    Returns
    -------
    ratio
        0.25 where all have the same; infinite where the four tenths with least have nothing, NaN
        for nobody or where nobody has anything.

    Raises
    ------
    PlacesError
        If a value or a number of people is negative or no number.

    References
    ----------
    Palma, J. G. (2011). Homogeneous middles vs. heterogeneous tails, and the end of the
    'inverted-U'. Development and Change 42(1), 87-153. doi:10.1111/j.1467-7660.2011.01694.x

    Examples
    --------
    >>> palma([1, 1, 1, 1, 2, 2, 2, 2, 2, 8])
    2.0
    """
    curve = draw_lorenz(*check_counted(values, people))
    if curve is None or curve.total == 0:
        return float("nan")
    shares = np.interp([LEAST_SHARE, 1 - MOST_SHARE], curve.people, curve.value)
    least, most = float(shares[0]), float(1 - shares[1])
    return most / least if least > 0 else float("inf")


def theil(values: npt.ArrayLike, people: npt.ArrayLike | None = None) -> float:
    """Compute Theil's T: the mean of `x / m log(x / m)`, m the mean.

    Parameters
    ----------
    values, people
        As for `gini`.

    Returns
    -------
    index
        From 0, all have the same, to the logarithm of the number of people; NaN for nobody.

    Raises
    ------
    PlacesError
        If a value or a number of people is negative or no number.

    References
    ----------
    Theil, H. (1967). Economics and information theory. Amsterdam: North-Holland.

    Examples
    --------
    >>> round(theil([1, 2, 3, 4, 5]), 6)
    0.119688
    """
    x, w = check_counted(values, people)
    if not w.sum():
        return float("nan")
    mean = float(w @ x) / float(w.sum())
    if mean == 0:
        return 0.0
    share = x / mean
    return float(w @ (share * log_or_zero(share)) / w.sum())


class TheilParts(NamedTuple):
    """Theil's T taken apart; both add up to the whole.

    Attributes
    ----------
    within
        Inequality inside groups, each by its share of the total.
    between
        Inequality of the groups' means.
    """

    within: float
    between: float


def theil_parts(
    values: npt.ArrayLike, groups: npt.ArrayLike, people: npt.ArrayLike | None = None
) -> TheilParts:
    """Take Theil's T apart into that within groups and that between them.

    Parameters
    ----------
    values, people
        As for `gini`.
    groups
        Group of each value, such as its commune, shape (n,).

    Returns
    -------
    parts
        Within and between.

    Raises
    ------
    PlacesError
        If a value is not allowed, or the groups do not fit.

    References
    ----------
    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures.
    Econometrica 48(3), 613-625. doi:10.2307/1913126

    Examples
    --------
    >>> parts = theil_parts([1, 1, 3, 3], ["a", "a", "b", "b"])
    >>> parts.within, round(parts.between, 6) == round(theil([1, 3]), 6)
    (0.0, True)
    """
    x, w = check_counted(values, people)
    given = pd.Series(np.asarray(groups).ravel(), dtype=object)
    if given.size != x.size:
        msg = f"Each of the {x.size} values needs its group; found {given.size} groups."
        raise PlacesError(msg)
    missing = np.flatnonzero(given.isna())
    if missing.size:
        msg = (
            f"{missing.size} of {x.size} values have no group, first number {missing[0]}. Name "
            "one, such as '', or leave these values out."
        )
        raise PlacesError(msg)
    number, group = pd.factorize(given)
    weight, total = (sum_by(number, each, group.size) for each in (w, w * x))
    if not weight.sum():
        return TheilParts(float("nan"), float("nan"))
    if not total.sum():
        return TheilParts(0.0, 0.0)
    mean = np.divide(total, weight, out=np.zeros(group.size), where=weight > 0)
    share = total / total.sum()
    between = float(share @ log_or_zero(mean / (total.sum() / weight.sum())))
    own = np.divide(x, mean[number], out=np.zeros(x.size), where=mean[number] > 0)
    within = float((w * x) @ log_or_zero(own) / total.sum())
    return TheilParts(within, between)


def concentration_index(
    values: npt.ArrayLike, rank_by: npt.ArrayLike, people: npt.ArrayLike | None = None
) -> float:
    """Compute the concentration index: whether who ranks low or who ranks high has more.

    Parameters
    ----------
    values, people
        As for `gini`.
    rank_by
        What people are ranked by, from low to high, such as income, shape (n,). Equal ones share
        the middle of their ranks.

    Returns
    -------
    index
        Below 0 where those who rank low have more, above 0 where those who rank high do; NaN for
        nobody.

    Raises
    ------
    PlacesError
        If a value is not allowed, or the ranks do not fit.

    References
    ----------
    Kakwani, N., Wagstaff, A., van Doorslaer, E. (1997). Socioeconomic inequalities in health.
    Journal of Econometrics 77(1), 87-103. doi:10.1016/S0304-4076(96)01807-6

    Examples
    --------
    >>> concentration_index([1, 2, 3, 4, 5], [10, 20, 30, 40, 50]) == gini([1, 2, 3, 4, 5])
    True
    >>> concentration_index([5, 4, 3, 2, 1], [10, 20, 30, 40, 50]) == -gini([1, 2, 3, 4, 5])
    True
    """
    x, w = check_counted(values, people)
    rank = rank_people(rank_by, w)
    if not w.sum():
        return float("nan")
    mean = float(w @ x) / float(w.sum())
    if mean == 0:
        return 0.0
    return float(2 * (w * x) @ (rank - 0.5) / (w.sum() * mean))


def foster_greer_thorbecke(
    values: npt.ArrayLike,
    line: float,
    alpha: float,
    people: npt.ArrayLike | None = None,
    *,
    is_burden: bool = False,
) -> float:
    """Compute the poverty of access: how many fall short of a line, how far, how unequally.

    Parameters
    ----------
    values, people
        As for `gini`.
    line
        Above 0; who is on it is not poor.
    alpha
        0 for the share of the poor, 1 for the mean gap, 2 for its severity; the gap is a share of
        the line.
    is_burden
        True where more is worse, such as minutes: who is above the line is poor. Gaps may then
        exceed 1.

    Returns
    -------
    index
        From 0; NaN for nobody.

    Raises
    ------
    PlacesError
        If a value, the line or alpha is not allowed.

    References
    ----------
    Foster, J., Greer, J., Thorbecke, E. (1984). A class of decomposable poverty measures.
    Econometrica 52(3), 761-766. doi:10.2307/1913475

    Examples
    --------
    >>> foster_greer_thorbecke([5, 10, 20, 40], 10, 0), foster_greer_thorbecke([5, 10], 10, 1)
    (0.25, 0.25)
    >>> foster_greer_thorbecke([5, 10, 20, 40], 10, 1, is_burden=True)
    1.0
    """
    x, w = check_counted(values, people)
    if not (np.isfinite(line) and line > 0 and np.isfinite(alpha) and alpha >= 0):
        msg = f"The line must be above 0 and alpha from 0 on; found {line!r} and {alpha!r}."
        raise PlacesError(msg)
    if not w.sum():
        return float("nan")
    gap = (x - line if is_burden else line - x) / line
    is_poor = gap > 0
    return float(w[is_poor] @ gap[is_poor] ** alpha / w.sum())


def lorenz_curve(values: npt.ArrayLike, people: npt.ArrayLike | None = None) -> pd.DataFrame:
    """Draw the Lorenz curve: what share the share with least has together.

    Parameters
    ----------
    values, people
        As for `gini`.

    Returns
    -------
    curve
        `people` and `value`, shares from (0, 0) to (1, 1), a row for each different value; twice
        the area between it and the diagonal is `gini`. Empty where there is nothing to share.

    Raises
    ------
    PlacesError
        If a value or a number of people is negative or no number.

    References
    ----------
    Lorenz, M. O. (1905). Methods of measuring the concentration of wealth. Publications of the
    American Statistical Association 9(70), 209-219. doi:10.2307/2276207

    Examples
    --------
    >>> lorenz_curve([1, 3]).to_numpy().tolist()
    [[0.0, 0.0], [0.5, 0.25], [1.0, 1.0]]
    """
    x, w = check_counted(values, people)
    return as_table(draw_lorenz(x, w))


def concentration_curve(
    values: npt.ArrayLike, rank_by: npt.ArrayLike, people: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Draw the concentration curve: what share those who rank lowest have together.

    Parameters
    ----------
    values, people
        As for `gini`.
    rank_by
        As for `concentration_index`; equal ones are one step.

    Returns
    -------
    curve
        As for `lorenz_curve`; above the diagonal where those who rank low have more.

    Raises
    ------
    PlacesError
        If a value is not allowed, or the ranks do not fit.

    References
    ----------
    Kakwani, N., Wagstaff, A., van Doorslaer, E. (1997). Socioeconomic inequalities in health.
    Journal of Econometrics 77(1), 87-103. doi:10.1016/S0304-4076(96)01807-6

    Examples
    --------
    >>> concentration_curve([3, 1], [10, 20]).to_numpy().tolist()
    [[0.0, 0.0], [0.5, 0.75], [1.0, 1.0]]
    """
    x, w = check_counted(values, people)
    rank_people(rank_by, w)
    step, number = np.unique(np.asarray(rank_by, np.float64), return_inverse=True)
    weight, total = (sum_by(number, each, step.size) for each in (w, w * x))
    return as_table(accumulate(weight, total))
