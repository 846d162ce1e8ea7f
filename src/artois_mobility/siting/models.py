"""Location models on a table of times: which of some candidates to open, and how good that is.

Each is solved exactly as a mixed-integer program by HiGHS where it is small enough, with the gap
that HiGHS proves, else greedily with exchanges, with a bound that follows from gains that shrink as
more is open.

References
----------
Hakimi, S. L. (1964). Optimum locations of switching centers and the absolute centers and medians
of a graph. Operations Research 12(3), 450-459. doi:10.1287/opre.12.3.450

Church, R., ReVelle, C. (1974). The maximal covering location problem. Papers of the Regional
Science Association 32, 101-118. doi:10.1007/BF01942293

Toregas, C., Swain, R., ReVelle, C., Bergman, L. (1971). The location of emergency service
facilities. Operations Research 19(6), 1363-1373. doi:10.1287/opre.19.6.1363

Teitz, M. B., Bart, P. (1968). Heuristic methods for estimating the generalized vertex median of a
weighted graph. Operations Research 16(5), 955-961. doi:10.1287/opre.16.5.955

Nemhauser, G. L., Wolsey, L. A., Fisher, M. L. (1978). An analysis of approximations for
maximizing submodular set functions. Mathematical Programming 14, 265-294. doi:10.1007/BF01588971
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack

from .._types import Flags, Floats
from ..errors import PlacesError

Choice = npt.NDArray[np.int64]

# A program with more pairs of cell and candidate than this is not tried exactly unless asked for.
MOST_PAIRS: Final = 60_000
# HiGHS stops here and says how far it is from a proof.
MOST_SECONDS: Final = 120.0
EXACT: Final = "exact"
GREEDY: Final = "greedy with exchanges"
# A program answers in halves and ones up to this much.
HALF: Final = 0.5
# Exchanges that gain less than this share are none.
LEAST_GAIN: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """Candidates to open.

    Attributes
    ----------
    chosen
        Rows of the candidates, ascending.
    value
        What the objective comes to.
    bound
        What it cannot be better than, proven.
    method
        `"exact"` or `"greedy with exchanges"`.
    """

    chosen: Choice
    value: float
    bound: float
    method: str

    @property
    def gap(self) -> float:
        """How far the value may be from the best, as a share of it."""
        return abs(self.bound - self.value) / max(abs(self.value), 1e-9)


def maximise_gain(gain: Floats, count: int, *, exact: bool | None = None) -> Solution:
    """Choose candidates so that the best gain of every cell adds up to most.

    Median and covering models are both of this kind: the gain of a cell is the person-minutes
    that its nearest new site saves, or its people once one covers them.

    Parameters
    ----------
    gain
        What each cell gains by each candidate, from 0 on, shape (n, m).
    count
        How many to choose, from 1 to m.
    exact
        True for a program, False for exchanges, None to decide by the size.

    Returns
    -------
    solution
        The value and its upper bound; candidates that add nothing fill up the count.

    Examples
    --------
    >>> gain = np.array([[4.0, 3.0, 0.0], [0.0, 3.0, 4.0], [0.0, 3.0, 0.0]])
    >>> maximise_gain(gain, 1).chosen, maximise_gain(gain, 2).value
    (array([1]), 10.0)
    """
    pairs = int(np.count_nonzero(gain))
    if exact or (exact is None and pairs <= MOST_PAIRS):
        return _maximise_exactly(gain, count)
    chosen, bound = _exchange(gain, *_add_greedily(gain, count))
    value = float(gain[:, chosen].max(axis=1, initial=0.0).sum())
    return Solution(np.sort(chosen), value, max(bound, value), GREEDY)


def _maximise_exactly(gain: Floats, count: int) -> Solution:
    """Solve with one column for each candidate and each pair that gains."""
    cell, candidate = np.nonzero(gain)
    pair_count, site_count = cell.size, gain.shape[1]
    pair = np.arange(pair_count)
    worth = np.concatenate([np.zeros(site_count), -gain[cell, candidate]])
    # a pair counts only where its candidate is open, and a cell counts once
    opened = hstack(
        [
            coo_array((-np.ones(pair_count), (pair, candidate)), (pair_count, site_count)),
            coo_array((np.ones(pair_count), (pair, pair)), (pair_count, pair_count)),
        ]
    )
    once = hstack(
        [
            coo_array((gain.shape[0], site_count)),
            coo_array((np.ones(pair_count), (cell, pair)), (gain.shape[0], pair_count)),
        ]
    )
    number = np.concatenate([np.ones(site_count), np.zeros(pair_count)])
    constraints = [
        LinearConstraint(csr_array(opened), -np.inf, 0),
        LinearConstraint(csr_array(once), -np.inf, 1),
        LinearConstraint(number[np.newaxis], count, count),
    ]
    answer = solve_program(worth, constraints, site_count)
    chosen = np.flatnonzero(answer.x[:site_count] > HALF)
    value = float(gain[:, chosen].max(axis=1, initial=0.0).sum())
    return Solution(chosen, value, max(-answer.bound, value), EXACT)


def _add_greedily(gain: Floats, count: int) -> tuple[Choice, float]:
    """Add the candidate that gains most, one after the other; also bound what any choice gains.

    At every step no choice can gain more than what is gained so far and the largest gains that
    `count` candidates would add now, since what each adds only shrinks.
    """
    best = np.zeros(gain.shape[0])
    chosen: list[int] = []
    bound = np.inf
    for step in range(count + 1):
        more = np.maximum(gain - best[:, np.newaxis], 0.0).sum(axis=0)
        bound = min(bound, float(best.sum() + np.sort(more)[::-1][:count].sum()))
        if step < count:
            more[chosen] = -1.0
            chosen.append(int(more.argmax()))
            best = np.maximum(best, gain[:, chosen[-1]])
    return np.array(chosen), bound


def _exchange(gain: Floats, chosen: Choice, bound: float) -> tuple[Choice, float]:
    """Exchange one that is chosen for another while that gains anything."""
    chosen = chosen.copy()
    value = float(gain[:, chosen].max(axis=1, initial=0.0).sum())
    is_better = True
    while is_better:
        is_better = False
        for place in range(chosen.size):
            others = np.delete(chosen, place)
            kept = gain[:, others].max(axis=1, initial=0.0)
            sums = np.maximum(gain, kept[:, np.newaxis]).sum(axis=0)
            sums[others] = -np.inf
            other = int(sums.argmax())
            if sums[other] > value + LEAST_GAIN * max(value, 1.0):
                chosen[place], value, is_better = other, float(sums[other]), True
    return chosen, bound


def cover_all(covers: Flags, *, exact: bool | None = None) -> Solution:
    """Choose as few candidates as possible so that every cell that can be covered is.

    Parameters
    ----------
    covers
        Whether each candidate covers each cell, shape (n, m).
    exact
        True for a program, False for a greedy choice, None to decide by the size.

    Returns
    -------
    solution
        The value is how many are chosen, the bound how many are needed at least.

    Examples
    --------
    >>> cover_all(np.array([[1, 0, 1], [1, 1, 0], [0, 1, 1]], bool)).value
    2.0
    """
    needed = np.unique(covers[covers.any(axis=1)], axis=0)
    if not needed.size:
        return Solution(np.empty(0, np.int64), 0.0, 0.0, EXACT)
    if exact or (exact is None and np.count_nonzero(needed) <= MOST_PAIRS):
        rows = LinearConstraint(csr_array(needed.astype(np.float64)), 1, np.inf)
        answer = solve_program(np.ones(needed.shape[1]), [rows], needed.shape[1])
        chosen = np.flatnonzero(answer.x > HALF)
        return Solution(chosen, float(chosen.size), float(np.ceil(answer.bound - 1e-6)), EXACT)
    return _cover_greedily(needed)


def _cover_greedily(needed: Flags) -> Solution:
    """Take what covers most, then drop what is not needed; the bound is of cells apart."""
    is_open = np.ones(needed.shape[0], np.bool_)
    chosen: list[int] = []
    while is_open.any():
        chosen.append(int(needed[is_open].sum(axis=0).argmax()))
        is_open &= ~needed[:, chosen[-1]]
    for site in sorted(chosen, key=lambda each: int(needed[:, each].sum())):
        others = [each for each in chosen if each != site]
        if needed[:, others].any(axis=1).all():
            chosen = others
    # cells of which no candidate covers two each need one of their own
    apart, is_used = 0, np.zeros(needed.shape[1], np.bool_)
    for row in needed[np.argsort(needed.sum(axis=1), kind="stable")]:
        if not (row & is_used).any():
            apart += 1
            is_used |= row
    return Solution(np.sort(chosen), float(len(chosen)), float(apart), GREEDY)


def shorten_longest(time: Floats, before: Floats, count: int) -> Solution:
    """Choose candidates so that the longest time of any cell is least.

    Parameters
    ----------
    time
        From each cell to each candidate, NaN for no way, shape (n, m).
    before
        To the nearest site that stays open, NaN for none, shape (n,).
    count
        How many to choose at most.

    Returns
    -------
    solution
        The value is the longest time of the cells that any site or candidate can be reached
        from; NaN where there is no such cell. Solved by covering within each time in question.

    Raises
    ------
    PlacesError
        If so few cannot reach every cell that some candidate is reached from.
    """
    reach = np.where(np.isnan(time), np.inf, time)
    own = np.where(np.isnan(before), np.inf, before)
    can = np.isfinite(reach).any(axis=1) | np.isfinite(own)
    if not can.any():
        return Solution(np.arange(0), float("nan"), float("nan"), EXACT)
    reach, own = reach[can], own[can]
    nearest = np.minimum(reach.min(axis=1), own)
    radii = np.unique(np.concatenate([reach[np.isfinite(reach)], own[np.isfinite(own)]]))
    radii = radii[radii >= nearest.max()]
    low, high = 0, radii.size - 1
    best: Choice | None = None
    while low <= high:
        middle = (low + high) // 2
        is_far = own > radii[middle]
        found = cover_all(reach[is_far] <= radii[middle], exact=True)
        if found.value <= count:
            best, high = found.chosen, middle - 1
        else:
            low = middle + 1
    if best is None:
        msg = (
            f"{count} sites do not reach every cell that some candidate is reached from; allow "
            "more sites, or leave far cells out."
        )
        raise PlacesError(msg)
    value = float(np.minimum(reach[:, best].min(axis=1, initial=np.inf), own).max())
    return Solution(best, value, value, EXACT)


class Answer(NamedTuple):
    """What HiGHS found, and what it proved.

    Attributes
    ----------
    x
        The columns.
    value
        What they come to.
    bound
        What no others come below.
    """

    x: Floats
    value: float
    bound: float


def solve_program(
    worth: Floats,
    constraints: list[LinearConstraint],
    integer_count: int,
    least: Floats | None = None,
) -> Answer:
    """Minimise; the first columns are whole, all lie from 0 to 1.

    Parameters
    ----------
    worth
        Of each column, shape (c,).
    constraints
        On them.
    integer_count
        How many of the first are 0 or 1.
    least
        Of these, 0 where left out, shape (i,).

    Returns
    -------
    answer
        With HiGHS' bound.

    Raises
    ------
    PlacesError
        If HiGHS finds none in time.
    """
    lower = np.zeros(worth.size)
    lower[:integer_count] = 0.0 if least is None else least
    integrality = np.zeros(worth.size)
    integrality[:integer_count] = 1
    found = milp(
        worth,
        constraints=constraints,
        bounds=Bounds(lower, np.ones(worth.size)),
        integrality=integrality,
        options={"time_limit": MOST_SECONDS, "mip_rel_gap": 1e-9},
    )
    if found.x is None:
        msg = (
            f"No choice was found ({found.message}). Ask for fewer sites or give more candidates; "
            "large questions go without exact=True."
        )
        raise PlacesError(msg)
    bound = found.fun if found.mip_dual_bound is None else found.mip_dual_bound
    return Answer(found.x, float(found.fun), float(bound))
