"""When vessels may enter the locks of a network: waiting for opening hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from .._types import UNREACHED_MS, Flags
from ..errors import PlacesError, ProfileError
from ..network.fairways import Fairway
from ..network.hours import opens_at
from ..network.locks import NO_LOCK
from ..network.model import Network

MS: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Timetable:
    """When the arcs of a network can be entered after a departure.

    A lock is entered from outside while it is open, and then passed whole: who comes later than
    another never enters earlier (first in, first out).

    Attributes
    ----------
    departure
        Local time; None where nobody waits.
    hours_of_arc
        Opening hours by arc, for the arcs that enter a lock with hours.
    """

    departure: datetime | None
    hours_of_arc: dict[int, str]

    def enter(self, arc: int, ms: int) -> int:
        """Tell when a vessel enters an arc.

        Parameters
        ----------
        arc
            Arc of the network.
        ms
            When it is there, after the departure.

        Returns
        -------
        entry_ms
            Not before `ms`; `UNREACHED_MS` if the lock does not open for that long.

        Examples
        --------
        >>> timetable = Timetable(datetime(2026, 11, 24, 6, 50), {3: "07:00-19:00"})
        >>> timetable.enter(3, 60_000), timetable.enter(4, 60_000)
        (600000, 60000)
        """
        hours = self.hours_of_arc.get(arc)
        if hours is None or self.departure is None or ms >= UNREACHED_MS:
            return ms
        moment = self.departure + ms * MS
        opening = opens_at(hours, moment)
        return UNREACHED_MS if opening is None else min(ms + (opening - moment) // MS, UNREACHED_MS)


def timetable_of(network: Network, departure: datetime | None) -> Timetable:
    """List the arcs by which locks with opening hours are entered.

    Parameters
    ----------
    network
        The network of a boat.
    departure
        Local time; None where nobody waits.

    Returns
    -------
    timetable
        An arc between two arcs of the same lock, and no others, is not waited for again.

    Raises
    ------
    ProfileError
        If the network is not one of waterways.
    """
    fairway = fairway_of(network)
    lock_of_arc = fairway.lock_of_arc
    has_hours = np.array([bool(lock.hours) for lock in fairway.locks] + [False], np.bool_)
    entries = np.flatnonzero(has_hours[lock_of_arc] & ~_is_inside(network, fairway))
    hours = {arc: fairway.locks[lock_of_arc[arc]].hours for arc in entries.tolist()}
    return Timetable(departure, hours)


def fairway_of(network: Network) -> Fairway:
    """Return what vessels meet on a network.

    Parameters
    ----------
    network
        Any network.

    Returns
    -------
    fairway
        Limits and locks.

    Raises
    ------
    ProfileError
        If the network is not one of waterways.
    """
    if network.fairway is None:
        msg = (
            f"The network of {network.profile.name!r} is not one of waterways; build one for "
            "barge, pleasure_boat, passenger_boat, canoe or a vessel of your own."
        )
        raise ProfileError(msg)
    return network.fairway


def read_departure(departure: datetime | str | None) -> datetime | None:
    """Read when voyages begin.

    Parameters
    ----------
    departure
        Local time, or a text such as `2026-11-24T08:00`.

    Returns
    -------
    departure
        The same, or None.

    Raises
    ------
    PlacesError
        If it is no date, or has a time zone.

    Examples
    --------
    >>> read_departure("2026-11-24 08:00")
    datetime.datetime(2026, 11, 24, 8, 0)
    >>> read_departure("tomorrow")
    Traceback (most recent call last):
    artois_mobility.errors.PlacesError: The departure must be local time such as 2026-11-24T08:00...
    """
    if isinstance(departure, str):
        try:
            moment: datetime | None = datetime.fromisoformat(departure)
        except ValueError:
            moment = None
    else:
        moment = departure
    is_odd = departure is not None and not isinstance(moment, datetime)
    if is_odd or (moment is not None and moment.tzinfo is not None):
        msg = (
            "The departure must be local time such as 2026-11-24T08:00, without a time zone; found "
            f"{str(departure)!r}."
        )
        raise PlacesError(msg)
    return moment


def _is_inside(network: Network, fairway: Fairway) -> Flags:
    """Tell which arcs begin at a node inside their lock, where no arc of anything else is."""
    graph, lock_of_arc = network.graph, fairway.lock_of_arc
    least = np.full(graph.node_count, np.iinfo(np.int32).max, np.int32)
    most = np.full(graph.node_count, NO_LOCK, np.int32)
    for node in (graph.tail, graph.head):
        np.minimum.at(least, node, lock_of_arc)
        np.maximum.at(most, node, lock_of_arc)
    is_inside: Flags = (least == most)[graph.tail] & (lock_of_arc != NO_LOCK)
    return is_inside
