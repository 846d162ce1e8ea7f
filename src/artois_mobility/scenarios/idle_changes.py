"""Changes of access, direction and turns that change nothing, and why."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeAlias

import numpy as np

from .._types import ArcIds
from ..changes.notices import Notice, Value
from ..changes.schema import CloseWays
from ..changes.street_schema import SetAccess, SetOneway, SetTurn
from ..network.model import Network
from ..network.profile_keys import Profile
from ..network.roads import interpret_road
from ..osm.extract import Tags
from .resolved import Findings, Retagged, Today
from .stretches import means_stretches
from .uses import as_closure
from .way_changes import profiles_of

OfTags: TypeAlias = SetAccess | SetOneway | SetTurn


def say_the_same(before: Tags, after: Tags, profile: Profile) -> bool:
    """Tell whether two sets of tags of a way mean the same to a profile.

    Parameters
    ----------
    before, after
        Tags of a way.
    profile
        The traveller, not a vessel.

    Returns
    -------
    is_same
        True where directions, speeds and access are the same.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> street, oneway = {"highway": "residential"}, {"highway": "residential", "oneway": "yes"}
    >>> say_the_same(street, {**street, "oneway": "no"}, read_profile("car"))
    True
    >>> say_the_same(street, oneway, read_profile("car"))
    False
    >>> say_the_same(street, oneway, read_profile("walk"))
    True
    """
    rules = [interpret_road(tags, profile) for tags in (before, after)]
    one, other = (
        (each.forward_kmh, each.backward_kmh, each.is_limited, each.may_attach) for each in rules
    )
    return one == other


def warn_of_idle_changes(
    findings: Findings,
    rows: Sequence[tuple[int, OfTags]],
    today: Today,
    felt: Collection[int],
    retagged: Mapping[str, Retagged],
) -> None:
    """Warn of changes of tags that leave everything as it is today.

    Parameters
    ----------
    findings
        The scenario; warnings are noted in it.
    rows
        Its changes of tags.
    today
        The situation it is held against.
    felt
        Those by which the tags of a way mean something else to a profile than today.
    retagged
        The networks built from the new tags, by profile.
    """
    for row, change in rows:
        notice = None
        if isinstance(change, SetTurn):
            notice = _judge_turn(change, today, retagged)
        elif row not in felt and isinstance(change, SetOneway):
            usable: Value = _obeying(change, today) or Notice("no_profile")
            notice = Notice("no_direction_set", {"profiles": usable})
        elif row not in felt and not _shuts_any(change, today):
            notice = Notice("no_access_set")
        if notice is not None:
            findings.warn(row, notice)


def _obeying(change: SetOneway, today: Today) -> tuple[str, ...]:
    """List the profiles whose directions a change may change."""
    profiles = {name: today.networks[name].profile for name in profiles_of(change, today)}
    is_named = change.profiles is not None
    return tuple(
        name
        for name, each in profiles.items()
        if is_named or (each.oneway_keys and each.mode != "walk")
    )


def _shuts_any(change: OfTags, today: Today) -> bool:
    """Tell whether a change of access shuts anybody out of a street that he may use today."""
    closure = as_closure(change, today)
    return isinstance(closure, CloseWays) and any(
        bool(means_stretches(today.networks[name], closure).any())
        for name in profiles_of(closure, today)
    )


def _judge_turn(change: SetTurn, today: Today, retagged: Mapping[str, Retagged]) -> Notice | None:
    """Say why a change of a turn has no effect; None where it has one."""
    pairs = []
    for name in profiles_of(change, today):
        before = today.networks[name]
        if before.turns is not None:
            after = retagged[name].network if name in retagged else before
            pairs.append((before, after))
    if not pairs:
        return Notice("no_turns_known")
    if any(_count_turns(change, before) != _count_turns(change, after) for before, after in pairs):
        return None
    profiles = tuple(after.profile.name for _, after in pairs)
    if not any(_movements(change, after)[0].size for _, after in pairs):
        values: dict[str, Value] = {
            "from_way": str(change.from_way),
            "to_way": str(change.to_way),
            "via": str(change.via),
            "profiles": profiles,
        }
        return Notice("no_such_turn", values)
    return Notice("turn_free" if change.allowed else "turn_forbidden", {"profiles": profiles})


def _movements(change: SetTurn, network: Network) -> tuple[ArcIds, ArcIds]:
    """List the arcs that lead into and out of a turn, one pair for each way to take it."""
    graph, twin = network.graph, network.twin_of_arc
    way, node = network.way_of_arc, network.osm_node
    into = np.flatnonzero((way == change.from_way) & (node[graph.head] == change.via))
    out = np.flatnonzero((way == change.to_way) & (node[graph.tail] == change.via))
    from_arc, to_arc = (each.ravel() for each in np.meshgrid(into, out))
    meets = graph.head[from_arc] == graph.tail[to_arc]
    if change.from_way == change.to_way:
        meets &= twin[from_arc] == to_arc
    return from_arc[meets].astype(np.int32), to_arc[meets].astype(np.int32)


def _count_turns(change: SetTurn, network: Network) -> int:
    """Count the ways to take a turn that are allowed."""
    from_arc, to_arc = _movements(change, network)
    turns = network.turns
    if turns is None:
        return int(from_arc.size)
    listed = set(zip(turns.from_arc.tolist(), turns.to_arc.tolist(), strict=True))
    is_free = ~turns.is_listed[network.graph.head[from_arc]]
    wanted = zip(from_arc.tolist(), to_arc.tolist(), is_free.tolist(), strict=True)
    return sum(free or (one, other) in listed for one, other, free in wanted)
