"""Find the arcs that closures and new speeds mean, and their new times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from .._types import ArcIds, Flags, Floats, Milliseconds
from ..changes.notices import Notice
from ..changes.schema import CloseWays, Congestion, SetSpeed
from ..network.geodesy import length_m
from ..network.model import Network
from .resolved import Findings, Today
from .speed_limits import times_at_limit
from .stretches import NOT_MEANT, Levels, OnWays, as_ms, find_levels, means_stretches
from .touches import touch_ways
from .uses import as_closure
from .way_names import check_names

MS_PER_M_AT_1_KMH: Final = 3600.0

# Modes that traffic on roads slows down.
MOTOR_MODES: Final = frozenset({"car", "moped"})


@dataclass(frozen=True, slots=True, eq=False)
class WayTimes:
    """New times on the network of one profile, m arcs.

    Attributes
    ----------
    local_ms
        Time along each arc, shape (m,).
    is_closed
        True for closed arcs, shape (m,).
    is_faster, is_slower
        True for open arcs that take less and more time than today, shape (m,).
    """

    local_ms: Milliseconds
    is_closed: Flags
    is_faster: Flags
    is_slower: Flags


def resolve_ways(findings: Findings, today: Today) -> dict[str, WayTimes]:
    """Resolve closures and new speeds of one scenario.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        The situation it is held against.

    Returns
    -------
    times
        By profile; profiles without any change are left out.
    """
    rows = [
        (row, change)
        for row, each in enumerate(findings.scenario.changes)
        if isinstance(change := as_closure(each, today), OnWays)
    ]
    changes = findings.scenario.changes
    for row, change in rows:
        if change is changes[row]:  # what changes access was checked with its tags
            check_names(findings, row, change, today)
    rows = [(row, change) for row, change in rows if _is_in_force(findings, row, change, today)]
    effects = _Effects(set(), {})
    times = {}
    for profile, network in today.networks.items():
        own = [(r, change) for r, change in rows if profile in profiles_of(change, today)]
        found = _time_profile(findings, own, today, network, effects)
        if found is not None:
            times[profile] = found
    _warn_of_effects(findings, rows, effects, today)
    return times


def list_closings(findings: Findings, today: Today) -> list[CloseWays]:
    """List what a scenario closes on the day of the study, closures by access too.

    Parameters
    ----------
    findings
        The scenario; nothing is noted in it.
    today
        The situation it is held against.

    Returns
    -------
    closings
        In the order of the file.
    """
    changes = (as_closure(each, today) for each in findings.scenario.changes)
    return [
        each for each in changes if isinstance(each, CloseWays) and is_in_force(each, today.day)
    ]


def _warn_of_effects(
    findings: Findings,
    rows: Sequence[tuple[int, OnWays]],
    effects: "_Effects",
    today: Today,
) -> None:
    """Warn of changes without effect, and of those that change more than they seem to."""
    for row, change in rows:
        is_of_access = change is not findings.scenario.changes[row]
        if row not in effects.touched and not is_of_access:
            key = "no_way_closed" if isinstance(change, CloseWays) else "no_speed_set"
            usable = profiles_of(change, today) or Notice("no_profile")
            findings.warn(row, Notice(key, {"profiles": usable}))
        if change.profiles is None and row in effects.without_motor:
            profiles = tuple(effects.without_motor[row])
            findings.warn(row, Notice("speed_without_motor", {"profiles": profiles}))


def profiles_of(change: object, today: Today) -> tuple[str, ...]:
    """List the profiles of the study that a change is for.

    Parameters
    ----------
    change
        Any change with `profiles`.
    today
        The situation.

    Returns
    -------
    profiles
        In the order of the study; all when the change names none.
    """
    named: Sequence[str] | None = getattr(change, "profiles", None)
    if named is None and isinstance(change, Congestion):
        networks = today.networks.items()
        named = [name for name, each in networks if each.profile.mode in MOTOR_MODES]
    return tuple(each for each in today.networks if named is None or each in named)


def is_in_force(change: CloseWays, day: date | None) -> bool:
    """Tell whether a closure counts on a day.

    Parameters
    ----------
    change
        A closure with days, or without.
    day
        The day; None where none is said, on which every closure counts.

    Returns
    -------
    is_in_force
        True from its first day to its last, both included.

    Examples
    --------
    >>> works = CloseWays(kind="close_ways", ids=(1,), begin=date(2027, 3, 1))
    >>> is_in_force(works, date(2027, 2, 28)), is_in_force(works, date(2027, 3, 1))
    (False, True)
    >>> is_in_force(works, None)
    True
    """
    return day is None or (change.begin or date.min) <= day <= (change.end or date.max)


def _is_in_force(findings: Findings, row: int, change: OnWays, today: Today) -> bool:
    """Tell whether a change counts on the day of the study, and warn where it does not."""
    if not isinstance(change, CloseWays) or is_in_force(change, today.day):
        return True
    findings.warn(row, Notice("ways_not_closed_then", {"day": str(today.day)}))
    return False


@dataclass(frozen=True, slots=True, eq=False)
class _Effects:
    """Rows of changes that touch any arc, and profiles without a motor whose speed they change."""

    touched: set[int]
    without_motor: dict[int, list[str]]


def _time_profile(
    findings: Findings,
    rows: Sequence[tuple[int, OnWays]],
    today: Today,
    network: Network,
    effects: _Effects,
) -> WayTimes | None:
    is_closed = np.zeros(network.graph.arc_count, np.bool_)
    speeds = []
    for row, change in rows:
        if isinstance(change, CloseWays):
            meant = means_stretches(network, change)
            is_closed |= meant
        else:
            speeds.append(_speed_of(row, change, today, network))
            meant = (speeds[-1].level > NOT_MEANT) & (speeds[-1].local_ms != network.local_ms)
            if _moves_people_without_motor(network, speeds[-1].local_ms, meant):
                effects.without_motor.setdefault(row, []).append(network.profile.name)
        findings.touches.append(touch_ways(row, network, meant))
        if meant.any():
            effects.touched.add(row)
    local_ms = _choose_closest(findings, speeds, network)
    is_faster = (local_ms < network.local_ms) & ~is_closed
    is_slower = (local_ms > network.local_ms) & ~is_closed
    if not (is_closed | is_faster | is_slower).any():
        return None
    new_ms = np.where(is_closed, times_when_closed(network), local_ms)
    return WayTimes(new_ms, is_closed, is_faster, is_slower)


def times_when_closed(network: Network) -> Milliseconds:
    """Find how long every street takes on foot, were it closed to traffic.

    Parameters
    ----------
    network
        The network of one profile, m arcs.

    Returns
    -------
    time_ms
        Shape (m,); never less than today.
    """
    walk_ms = np.rint(network.length_m * (MS_PER_M_AT_1_KMH / network.profile.closed_kmh))
    return np.maximum(network.local_ms, as_ms(walk_ms)).astype(np.int32)


def _moves_people_without_motor(network: Network, local_ms: Milliseconds, meant: Flags) -> bool:
    """Tell whether a speed reaches people on foot at all, or makes people on bicycles faster."""
    mode = network.profile.mode
    if mode == "bicycle":
        return bool((local_ms[meant] < network.local_ms[meant]).any())
    return mode == "walk" and bool(meant.any())


@dataclass(frozen=True, slots=True, eq=False)
class _Speed:
    """One change of speed: how closely it names each arc, and the arc's new time."""

    row: int
    level: Levels
    local_ms: Milliseconds


def _speed_of(row: int, change: SetSpeed | Congestion, today: Today, network: Network) -> _Speed:
    level = find_levels(network, change)
    limited_ms = network.local_ms
    if isinstance(change, SetSpeed) and change.limit_kmh is not None:
        ways = np.unique(network.way_of_arc[level > NOT_MEANT])
        limited_ms = times_at_limit(today, network, ways, change.limit_kmh)
    return _Speed(row, level, _time_at_speed(network, change, limited_ms))


def _choose_closest(findings: Findings, speeds: Sequence[_Speed], network: Network) -> Milliseconds:
    """Give each arc the time of the change that names it most closely, in whatever order."""
    local_ms = network.local_ms.copy()
    closest = np.zeros(local_ms.size, np.int8)
    for speed in speeds:
        closest = np.maximum(closest, speed.level)
    chosen_row = np.full(local_ms.size, -1, np.int32)
    for speed in speeds:
        is_meant = (speed.level == closest) & (closest > NOT_MEANT)
        is_tie = is_meant & (chosen_row >= 0) & (speed.local_ms != local_ms)
        _refuse_conflict(findings, speed.row, chosen_row, is_tie, network)
        is_first = is_meant & (chosen_row < 0)
        local_ms[is_first], chosen_row[is_first] = speed.local_ms[is_first], speed.row
    return local_ms


def _refuse_conflict(
    findings: Findings, row: int, chosen_row: ArcIds, is_tie: Flags, network: Network
) -> None:
    """Refuse two speeds for one stretch that name it equally closely."""
    if not is_tie.any():
        return
    arc = int(np.flatnonzero(is_tie)[0])
    other = findings.name_change(int(chosen_row[arc]))
    way = int(network.way_of_arc[arc])
    ways = np.unique(network.way_of_arc[is_tie]).size
    findings.refuse(
        row,
        f"sets another speed than {other} on {ways} ways for {network.profile.name}, "
        f"first {way}. Name these ways more closely in one of the two: ids count before names, "
        "names before classes.",
    )


def _time_at_speed(
    network: Network, change: SetSpeed | Congestion, limited_ms: Milliseconds
) -> Milliseconds:
    """Compute the time along each arc at a new speed; what locks and signals take stays.

    As in a network that is built, each segment's time is rounded once and an arc's is the sum: the
    same speed in the data gives the same time.
    """
    today_ms = network.local_ms
    if isinstance(change, Congestion):
        moving_ms = np.rint((today_ms - network.waiting_ms) * change.factor)
        return as_ms(moving_ms + network.waiting_ms)
    if change.factor is not None:
        moving_ms = np.rint((today_ms - network.waiting_ms) / change.factor)
        new_ms = as_ms(moving_ms + network.waiting_ms)
    elif change.limit_kmh is not None:
        new_ms = limited_ms
    else:
        assert change.kmh is not None  # the schema allows exactly one of the three
        new_ms = as_ms(_sum_segments(network, change.kmh) + network.waiting_ms)
    if change.only == "slower":
        return np.maximum(new_ms, today_ms)
    return np.minimum(new_ms, today_ms) if change.only == "faster" else new_ms


def _sum_segments(network: Network, kmh: float) -> Floats:
    """Sum the times of the segments between shape points, each rounded, shape (m,)."""
    lon, lat = network.point_lon_deg, network.point_lat_deg
    firsts = network.first_point[:-1]
    if not firsts.size:
        return np.zeros(0)
    step_ms = np.zeros(lon.size)
    step_m = length_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    step_ms[:-1] = np.rint(step_m * (MS_PER_M_AT_1_KMH / kmh))
    step_ms[network.first_point[1:] - 1] = 0.0  # between the end of an arc and the next one
    sums: Floats = np.add.reduceat(step_ms, firsts)
    return sums
