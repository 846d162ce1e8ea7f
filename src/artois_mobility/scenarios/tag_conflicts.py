"""Refuse changes of access, direction and turns that contradict each other."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeAlias

from ..changes.street_schema import SetAccess, SetOneway, SetTurn
from .resolved import Findings, Today
from .uses import let_in, shut_out
from .way_changes import profiles_of

Tagging: TypeAlias = SetAccess | SetOneway | SetTurn
# What is said of: a way, or a turn, and for whom; what is said of it, and how that reads.
Saying: TypeAlias = tuple[Hashable, object, str]


def check_contradictions(
    findings: Findings,
    rows: Sequence[tuple[int, Tagging]],
    today: Today,
    ways_of: Callable[[SetAccess | SetOneway], Sequence[int]],
) -> None:
    """Refuse two changes that say otherwise of the same way or turn for the same profile.

    A direction for named profiles stands above one for everybody: a contraflow lane in a street
    that becomes one-way.

    Parameters
    ----------
    findings
        The scenario; errors are noted in it.
    rows
        Its changes of access, direction and turns.
    today
        The situation it is held against.
    ways_of
        Lists the ids of the ways that a change means.
    """
    known: dict[Hashable, tuple[object, int]] = {}
    for row, change in rows:
        refused = set()
        for key, value, what in _say(change, today, ways_of):
            said, first = known.setdefault(key, (value, row))
            if said != value and first != row and first not in refused:
                refused.add(first)
                findings.refuse(
                    row,
                    f"says otherwise than {findings.name_change(first)} {what}. Leave one out, or "
                    "name other streets or profiles in one of the two.",
                )


def _say(
    change: Tagging, today: Today, ways_of: Callable[[SetAccess | SetOneway], Sequence[int]]
) -> Iterator[Saying]:
    if isinstance(change, SetTurn):
        turn = change.from_way, change.via, change.to_way
        for profile in profiles_of(change, today):
            what = f"of the turn from way {turn[0]} over node {turn[1]} into way {turn[2]}"
            yield ("turn", turn, profile), change.allowed, f"{what} for {profile}"
        return
    for way in ways_of(change):
        if isinstance(change, SetOneway):
            named = change.profiles is not None
            for profile in profiles_of(change, today):
                what = f"about the direction of way {way} for {profile}"
                yield ("direction", way, profile, named), change.direction, what
            continue
        for is_open, profiles in (
            (True, let_in(change, today)),
            (False, shut_out(change, today)),
        ):
            for profile in profiles:
                yield ("access", way, profile), is_open, f"about way {way} for {profile}"
