"""What no combination of candidates can exceed, where that can be told from what they change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from ..changes.schema import AddLink, AddSite, Change
from ..changes.transit_schema import AddLine
from ..errors import ResultError
from ..network.geodesy import length_m
from ..scenarios.link_joints import JOIN_LIMIT_M, SAME_POINT_M
from ..transit.naming import TRANSIT
from .trials import Combination, Trials

# Ends of links this far apart never become one joint.
APART_M: Final = 2 * JOIN_LIMIT_M + SAME_POINT_M
# Sums in another order differ by less, as a share.
ROUNDING: Final = 1e-9
# Why a bound holds.
ALL_TRIED: Final = "all_tried"
GAINS_SHRINK: Final = "gains_shrink"
ALL_BUILT: Final = "all_built"


@dataclass(frozen=True, slots=True)
class Structure:
    """What can be told of candidates without trying any combination.

    Attributes
    ----------
    adds_sites_only
        Every candidate opens sites and does nothing else, and nobody goes there by public
        transport. A cell's nearest site is the least of several times, so that each site adds less
        the more are open, and never takes away. The median of departures knows no such law: a site
        that is nearest for some of them and one that is for others may shorten it together only.
    gains_shrink
        The same, or no two candidates can act on the same profile and category: together they gain
        no more than each alone, summed.
    opens_only
        Every candidate opens sites, links or lines and does nothing else, and links of different
        candidates join the streets far from each other: what is open beside them slows nobody.
    """

    adds_sites_only: bool
    gains_shrink: bool
    opens_only: bool


def find_structure(trials: Trials, candidates: Sequence[Combination]) -> Structure:
    """See what holds for any combination of candidates.

    Parameters
    ----------
    trials
        Where each change can act.
    candidates
        Rows of the changes of each.

    Returns
    -------
    structure
        What bounds may rest upon.
    """
    changes = trials.scenario.changes
    shrinks = {
        pair: pair[0] != TRANSIT and adds_sites_on(changes, rows)
        for pair, rows in trials.rows_of_pair.items()
    }
    adds_sites = all(isinstance(each, AddSite) for each in changes) and all(shrinks.values())
    is_alone = all(
        shrinks[pair] or sum(bool(own & rows) for own in candidates) <= 1
        for pair, rows in trials.rows_of_pair.items()
    )
    opens = all(isinstance(each, AddSite | AddLink | AddLine) for each in changes)
    return Structure(adds_sites, is_alone, opens and links_keep_apart(changes, candidates))


def adds_sites_on(changes: Sequence[Change], rows: Combination) -> bool:
    """Tell whether some changes open sites and do nothing else.

    Parameters
    ----------
    changes
        All changes.
    rows
        Of those meant.

    Returns
    -------
    adds_sites
        True for no change, too.

    Examples
    --------
    >>> adds_sites_on([], frozenset())
    True
    """
    return all(isinstance(changes[row], AddSite) for row in rows)


def links_keep_apart(changes: Sequence[Change], candidates: Sequence[Combination]) -> bool:
    """Tell whether no new link is joined so near to one that may be left out that it is shifted.

    Parameters
    ----------
    changes
        All changes.
    candidates
        Rows of the changes of each; links of the same ones are always built together.

    Returns
    -------
    keep_apart
        True where their ends are farther apart than two joints at one place could be.

    Examples
    --------
    >>> ends = ((2.83, 50.42), (2.84, 50.43))
    >>> east = AddLink(kind="add_link", geometry=ends, profiles=("walk",))
    >>> beside = east.model_copy(update={"geometry": (ends[0], (2.8401, 50.43))})
    >>> links_keep_apart([east, beside], [frozenset([0]), frozenset([1])])
    False
    >>> links_keep_apart([east, beside], [frozenset([0, 1])])
    True
    """
    ends = [
        (end, [number for number, rows in enumerate(candidates) if row in rows])
        for row, each in enumerate(changes)
        if isinstance(each, AddLink)
        for end in (each.geometry[0], each.geometry[-1])
    ]
    return all(
        float(np.sum(length_m([one[0]], [one[1]], [other[0]], [other[1]]))) > APART_M
        for (one, mine), (other, others) in combinations(ends, 2)
        if mine != others
    )


def most_within(gains: Mapping[str, float], costs: Mapping[str, float], budget: float) -> float:
    """Sum the best gains per cost that a budget buys, the last one in part.

    Parameters
    ----------
    gains
        Of each candidate; those that lose are left out.
    costs
        Of each candidate.
    budget
        What may be spent.

    Returns
    -------
    most
        No choice within the budget has a larger sum.

    References
    ----------
    Dantzig, G. B. (1957). Discrete-variable extremum problems. Operations Research 5, 266-277.
    doi:10.1287/opre.5.2.266

    Examples
    --------
    >>> most_within({"a": 10.0, "b": 6.0}, {"a": 2.0, "b": 1.0}, 2.0)
    11.0
    >>> most_within({"a": -1.0}, {"a": 0.0}, 2.0)
    0.0
    """
    most, left = 0.0, budget
    wanted = [each for each, gain in gains.items() if gain > 0]
    for each in sorted(wanted, key=lambda name: costs[name] / gains[name]):
        share = 1.0 if costs[each] <= left else left / costs[each]
        most += share * gains[each]
        left -= share * costs[each]
    return most


def check_bound(value: float, bound: float, bound_from: str) -> None:
    """Hold a bound against what was found.

    Parameters
    ----------
    value
        The best found.
    bound, bound_from
        What no combination should exceed, and why; NaN where nothing is known.

    Raises
    ------
    ResultError
        If the bound lies below what was found, which would be a fault of the program.
    """
    if bound < value - max(ROUNDING, ROUNDING * abs(value)):
        msg = (
            f"No combination should gain more than {bound:g} ({bound_from}), yet one gains "
            f"{value:g}. This is a fault of the program; please report it with the files."
        )
        raise ResultError(msg)
