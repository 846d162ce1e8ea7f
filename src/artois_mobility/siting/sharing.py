"""People shared out among sites that can each serve so many."""

from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import LinearConstraint, linprog
from scipy.sparse import coo_array, csr_array, hstack

from .._types import Flags, Floats
from .models import EXACT, HALF, Solution, solve_program

# Fewer people than this are none: a program answers as exactly as its arithmetic.
NOBODY: Final = 1e-9


class Sharing(NamedTuple):
    """Who is served where, and what that costs.

    Attributes
    ----------
    served
        People of each cell at each site, in the last column those whom none serves, shape
        (n, s + 1).
    cost
        Of all of them.
    """

    served: Floats
    cost: float


def share_people(cost: Floats, demand: Floats, capacity: Floats) -> Sharing:
    """Share people out among sites within their capacities so that it costs least.

    Parameters
    ----------
    cost
        Of serving one person of each cell at each site, infinite for no way, and in the last
        column of not serving him or her, shape (n, s + 1).
    demand
        People of each cell, shape (n,).
    capacity
        People that each site can serve, shape (s,).

    Returns
    -------
    sharing
        Everybody of every cell stands in one of its columns.

    Examples
    --------
    >>> cost = np.array([[1.0, 9.0], [2.0, 9.0]])
    >>> share_people(cost, np.array([3.0, 5.0]), np.array([6.0])).served.tolist()
    [[3.0, 0.0], [3.0, 2.0]]
    >>> share_people(cost[:0], np.empty(0), np.array([6.0])).cost
    0.0
    """
    served = np.zeros(cost.shape)
    room = np.append(capacity, np.inf)
    is_pair = np.isfinite(cost) & (demand > 0)[:, np.newaxis] & (room > 0)
    cell, site = np.nonzero(is_pair)
    if not cell.size:
        return Sharing(served, 0.0)
    pair, one = np.arange(cell.size), np.ones(cell.size)
    asked = demand > 0
    each = csr_array(coo_array((one, (cell, pair)), (demand.size, cell.size)))[asked]
    load = csr_array(coo_array((one, (site, pair)), (room.size, cell.size)))[:-1]
    # the dual simplex ends in a corner: whole people where people and capacities are whole
    found = linprog(cost[is_pair], load, capacity, each, demand[asked], method="highs-ds")
    served[cell, site] = np.where(found.x < NOBODY, 0.0, found.x)
    return Sharing(served, float((cost[is_pair] * served[is_pair]).sum()))


def serve_within_capacity(
    cost: Floats, demand: Floats, capacity: Floats, is_existing: Flags, count: int
) -> Solution:
    """Choose candidates so that people served within the capacities cost least.

    Parameters
    ----------
    cost
        Of serving one person of each cell at each site, infinite for no way, and in the last
        column of not serving him or her, shape (n, s + 1).
    demand
        People of each cell, who may be shared out among sites, shape (n,).
    capacity
        People that each site can serve, shape (s,).
    is_existing
        Sites that are open anyhow, shape (s,).
    count
        How many of the others to open.

    Returns
    -------
    solution
        Rows of sites, existing ones left out; the value is the cost, the bound what it is at
        least. `share_people` says who is served where.
    """
    cells, columns = np.nonzero(np.isfinite(cost) & (demand > 0)[:, np.newaxis])
    site_count, pair_count = capacity.size, cells.size
    pair = np.arange(pair_count)
    is_served = columns < site_count
    worth = np.concatenate([np.zeros(site_count), cost[cells, columns] * demand[cells]])
    shape = pair_count, site_count
    served, own = pair[is_served], columns[is_served]
    opened = hstack(
        [
            coo_array((-np.ones(served.size), (served, own)), shape),
            coo_array((np.ones(pair_count), (pair, pair)), (pair_count, pair_count)),
        ]
    )
    limits = np.where(is_served, 0.0, 1.0)
    whole = hstack(
        [
            coo_array((cost.shape[0], site_count)),
            coo_array((np.ones(pair_count), (cells, pair)), (cost.shape[0], pair_count)),
        ]
    )
    load = hstack(
        [
            coo_array(np.diag(-capacity)),
            coo_array((demand[cells[is_served]], (own, served)), (site_count, pair_count)),
        ]
    )
    number = np.concatenate([(~is_existing).astype(np.float64), np.zeros(pair_count)])
    asked = (demand > 0).astype(np.float64)
    constraints = [
        LinearConstraint(csr_array(opened), -np.inf, limits),
        LinearConstraint(csr_array(whole), asked, asked),
        LinearConstraint(csr_array(load), -np.inf, 0),
        LinearConstraint(number[np.newaxis], count, count),
    ]
    answer = solve_program(worth, constraints, site_count, is_existing.astype(np.float64))
    is_open = (answer.x[:site_count] > HALF) | is_existing
    value = share_people(cost, demand, np.where(is_open, capacity, 0.0)).cost
    chosen = np.flatnonzero(is_open & ~is_existing)
    return Solution(chosen, value, min(answer.bound, value), EXACT)
