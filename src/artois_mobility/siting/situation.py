"""People, sites that stay and candidates: what a choice comes to, and who is served where."""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from .._types import Floats
from ..errors import PlacesError
from .models import Solution, cover_all, maximise_gain, shorten_longest
from .sharing import serve_within_capacity, share_people

# With capacities every pair of cell and site is a column of the program.
MOST_SHARED: Final = 200_000

Choice: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """People of n cells, their minutes to e existing sites and to m candidates.

    Attributes
    ----------
    people
        Of each cell, shape (n,).
    own, time
        Minutes to the existing sites and to the candidates, NaN for no way, shape (n, e), (n, m).
    room
        People that each of them can serve, the existing ones first, shape (e + m,); None for
        any number.
    count
        How many candidates to choose.
    threshold_min
        Within which a site covers.
    stop_min
        Minutes that count for somebody who is not served.
    """

    people: Floats
    own: Floats
    time: Floats
    room: Floats | None
    count: int
    threshold_min: float
    stop_min: float

    @property
    def before(self) -> Floats:
        """Minutes to the nearest existing site, NaN for none, shape (n,)."""
        return find_nearest(self.own)

    def after(self, chosen: Choice) -> Floats:
        """Find the minutes to the nearest site that is open.

        Parameters
        ----------
        chosen
            Candidates that open.

        Returns
        -------
        minutes
            NaN for none, shape (n,).
        """
        return find_nearest(np.column_stack([self.own, self.time[:, chosen]]))

    def solve(self, objective: str, *, exact: bool | None) -> Solution:
        """Choose candidates.

        Parameters
        ----------
        objective
            As in `choose_sites`.
        exact
            True for a program, False for exchanges, None to decide by the size.

        Returns
        -------
        solution
            With its bound.
        """
        if self.room is not None:
            return self._solve_within(self.room)
        before = self.before
        if objective == "p_center":
            is_lived_in = self.people > 0
            return shorten_longest(self.time[is_lived_in], before[is_lived_in], self.count)
        is_far = ~(before <= self.threshold_min)
        if objective == "set_cover":
            return cover_all(
                self.time[is_far & (self.people > 0)] <= self.threshold_min, exact=exact
            )
        whole = self.value(objective, np.empty(0, np.int64))
        if objective == "max_cover":
            gain = (self.people * is_far)[:, np.newaxis] * (self.time <= self.threshold_min)
            found = maximise_gain(gain, self.count, exact=exact)
            return Solution(found.chosen, whole + found.value, whole + found.bound, found.method)
        start = np.where(np.isnan(before), self.stop_min, before)[:, np.newaxis]
        saved = np.maximum(start - np.where(np.isnan(self.time), np.inf, self.time), 0.0)
        found = maximise_gain(self.people[:, np.newaxis] * saved, self.count, exact=exact)
        return Solution(found.chosen, whole - found.value, whole - found.bound, found.method)

    def value(self, objective: str, chosen: Choice) -> float:
        """Find what a choice comes to.

        Parameters
        ----------
        objective
            As in `choose_sites`.
        chosen
            Candidates that open.

        Returns
        -------
        value
            In the objective's own unit.
        """
        if objective == "p_median" and self.room is not None:
            minutes = np.nan_to_num(self._open_minutes(chosen), nan=0.0)
            return float((self.share_out(chosen) * minutes).sum())
        after = self.after(chosen)
        if objective == "set_cover":
            return float(chosen.size)
        if objective == "max_cover":
            return float(self.people @ (after <= self.threshold_min))
        if objective == "p_center":
            reached = after[(self.people > 0) & ~np.isnan(after)]
            return float(reached.max()) if reached.size else float("nan")
        return float(self.people @ np.where(np.isnan(after), self.stop_min, after))

    def share_out(self, chosen: Choice) -> Floats:
        """Say who is served where: at the nearest site, or within capacities at least cost.

        Parameters
        ----------
        chosen
            Candidates that open, c of them.

        Returns
        -------
        people
            Of each cell at each existing site, at each of these candidates, and nowhere, shape
            (n, e + c + 1).
        """
        minutes = self._open_minutes(chosen)
        if self.room is not None:
            room = np.concatenate([self.room[: self.own.shape[1]], self._room_of(chosen)])
            return share_people(_no_way(minutes), self.people, room).served
        nearest = _no_way(minutes[:, :-1]).argmin(axis=1) if minutes.shape[1] > 1 else 0
        nearest = np.where(np.isnan(self.after(chosen)), minutes.shape[1] - 1, nearest)
        served = np.zeros(minutes.shape)
        served[np.arange(len(served)), nearest] = self.people
        return served

    def order(self, chosen: Choice) -> Choice:
        """Order a choice by the person-minutes that each saves after those before it.

        Parameters
        ----------
        chosen
            Candidates that open.

        Returns
        -------
        chosen
            What saves most first.
        """
        best = np.where(np.isnan(self.before), self.stop_min, self.before)
        time = _no_way(self.time)
        rest, order = chosen.tolist(), []
        while rest:
            saved = self.people @ np.maximum(best[:, np.newaxis] - time[:, rest], 0.0)
            order.append(rest.pop(int(saved.argmax())))
            best = np.minimum(best, time[:, order[-1]])
        return np.array(order, np.int64)

    def _solve_within(self, room: Floats) -> Solution:
        time = self._open_minutes(np.arange(self.time.shape[1]))
        pairs = np.count_nonzero(~np.isnan(time[:, :-1]))
        if pairs > MOST_SHARED:
            msg = (
                f"With capacities up to {MOST_SHARED} pairs of cells and sites are solved; these "
                f"are {pairs}. Give fewer candidates or larger cells."
            )
            raise PlacesError(msg)
        existing = self.own.shape[1]
        is_existing = np.arange(room.size) < existing
        found = serve_within_capacity(_no_way(time), self.people, room, is_existing, self.count)
        return Solution(found.chosen - existing, found.value, found.bound, found.method)

    def _room_of(self, chosen: Choice) -> Floats:
        return np.empty(0) if self.room is None else self.room[self.own.shape[1] :][chosen]

    def _open_minutes(self, chosen: Choice) -> Floats:
        """List minutes to what is open, and in the last column what not being served costs."""
        unserved = np.full(len(self.people), self.stop_min)
        return np.column_stack([self.own, self.time[:, chosen], unserved])


def find_nearest(time: Floats) -> Floats:
    """Find the shortest time of each row.

    Parameters
    ----------
    time
        NaN for no way, shape (n, s).

    Returns
    -------
    shortest
        NaN where all are, shape (n,).

    Examples
    --------
    >>> find_nearest(np.array([[2.0, np.nan], [np.nan, np.nan]]))
    array([ 2., nan])
    >>> find_nearest(np.empty((1, 0)))
    array([nan])
    """
    shortest = _no_way(time).min(axis=1, initial=np.inf)
    return np.where(np.isinf(shortest), np.nan, shortest)


def _no_way(time: Floats) -> Floats:
    return np.where(np.isnan(time), np.inf, time)
