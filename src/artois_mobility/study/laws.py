"""Laws that every comparison must obey, checked on every run."""

from collections.abc import Sequence, Set
from typing import Final

import numpy as np
import pandas as pd

from .._types import Flags
from ..changes.schema import Change
from ..changes.transit_schema import AddLine, RemoveLine, Truncate
from ..errors import ResultError
from ..network.model import Network
from ..scenarios.resolved import ResolvedScenario
from ..scenarios.site_changes import ADDED, MOVED
from ..transit.naming import TRANSIT
from .files import streets_of
from .loading import Loaded
from .running import touched_categories

KEYS: Final = ("scenario", "profile", "category")
NONE_LONGER: Final = "opens or speeds up only, yet"
NONE_SHORTER: Final = "closes or slows down only, yet"


def check_laws(
    loaded: Loaded,
    resolved: Sequence[ResolvedScenario],
    differences: pd.DataFrame,
    reference: ResolvedScenario | None = None,
) -> None:
    """See that opening makes no time longer, and closing none shorter.

    New links, new sites and higher speeds can lengthen no free-flow time; closed ways, removed
    sites and lower speeds can shorten none. A scenario that does both to a category is bound by
    neither law.

    Parameters
    ----------
    loaded
        The study.
    resolved
        The scenarios.
    differences
        What they change.
    reference
        The scenario that they stand on and are compared with; None for today.

    Raises
    ------
    ResultError
        If a time breaks a law; the message names the first cell. It is a fault of the program.
    """
    may_gain: set[tuple[str, str, str]] = set()
    may_lose: set[tuple[str, str, str]] = set()
    for each in resolved:
        touched = touched_categories(each, loaded.study.categories)
        sites = _effect_of_sites(each) if reference is None else _other_sites(each, reference)
        for profile in loaded.study.profiles:
            ways = _effect_on(loaded, each, profile, reference)
            for category in loaded.study.categories:
                opens, closes = np.logical_or(ways, sites) if category in touched else ways
                key = each.scenario.key, profile, category
                may_gain |= {key} if opens else set()
                may_lose |= {key} if closes else set()
    # an unreached time is the longest
    before, after = (
        differences[name].fillna(np.inf).to_numpy(np.float64)
        for name in ("minutes_before", "minutes_after")
    )
    _check(differences, after > before, may_lose, NONE_LONGER)
    _check(differences, after < before, may_gain, NONE_SHORTER)


def check_ranks(access_times: pd.DataFrame) -> None:
    """See that the next nearest site is never nearer than the one before it.

    Parameters
    ----------
    access_times
        The ranks of each cell below each other.

    Raises
    ------
    ResultError
        If one is; the message names the first cell. It is a fault of the program.
    """
    is_next = access_times["rank"].to_numpy()[1:] > 1
    if not is_next.any():
        return
    minutes = access_times["minutes"].fillna(np.inf).to_numpy(np.float64)
    broken = access_times[1:][is_next & (minutes[1:] < minutes[:-1])]
    if len(broken):
        first = broken.iloc[0]
        msg = (
            f"Scenario {first['scenario']!r}: {len(broken)} sites further down the ranks are "
            f"nearer, first no. {first['rank']} of {first['category']} by {first['profile']} from "
            f"cell {first['cell']}. This is a fault of the program; please report it with the "
            "study and the scenario."
        )
        raise ResultError(msg)


def _effect_on(
    loaded: Loaded, resolved: ResolvedScenario, profile: str, reference: ResolvedScenario | None
) -> tuple[bool, bool]:
    """Tell whether streets or timetable can shorten times, and whether they can lengthen them."""
    streets = streets_of(loaded.study, profile)
    network = loaded.today.networks[streets]
    if reference is None:
        ways = _effect_of_network(network, resolved, streets)
        rides = _effect_of_timetable(resolved)
    else:
        ways = _other_network(network, resolved, reference, streets)
        is_other = set(_changes_of(resolved)) != set(_changes_of(reference))
        rides = is_other, is_other
    if profile != TRANSIT:
        return ways
    return ways[0] or rides[0], ways[1] or rides[1]


def _changes_of(resolved: ResolvedScenario) -> list[Change]:
    return [edit.change for edit in resolved.timetable.edits]


def _effect_of_timetable(resolved: ResolvedScenario) -> tuple[bool, bool]:
    """Tell the same of a timetable; trips that run at other times can be missed, or caught."""
    changes = _changes_of(resolved)
    opens = any(not isinstance(each, RemoveLine | Truncate) for each in changes)
    return opens, any(not isinstance(each, AddLine) for each in changes)


def _effect_of_network(
    network: Network, resolved: ResolvedScenario, profile: str
) -> tuple[bool, bool]:
    """Tell whether edits can shorten times, and whether they can lengthen them."""
    edits, new = resolved.edits.get(profile), resolved.retagged.get(profile)
    if edits is None:
        return False, False
    network = network if new is None else new.network
    change_ms = edits.local_ms.astype(np.int64) - network.local_ms
    is_open = ~edits.is_closed
    opens = bool(edits.links) or bool((change_ms[is_open] < 0).any())
    closes = bool(edits.is_closed.any()) or bool((change_ms[is_open] > 0).any())
    if new is not None:
        # where turns are known, a street that opens makes a junction, which takes others time
        closes |= new.closes or network.turns is not None
        opens |= new.opens
    return opens, closes


def _other_network(
    network: Network, resolved: ResolvedScenario, reference: ResolvedScenario, profile: str
) -> tuple[bool, bool]:
    """Tell the same of a scenario beside the one that it stands on."""
    if profile in resolved.retagged or profile in reference.retagged:
        return True, True  # networks of other streets: nothing is sure
    after, before = (each.edits.get(profile) for each in (resolved, reference))
    now_ms, was_ms = (
        network.local_ms if each is None else each.local_ms for each in (after, before)
    )
    now_closed, was_closed = (
        network.is_closed if each is None else each.is_closed for each in (after, before)
    )
    now_links, was_links = (0 if each is None else len(each.links) for each in (after, before))
    is_open = ~now_closed & ~was_closed
    opens = now_links != was_links or bool(((now_ms < was_ms) & is_open).any())
    closes = now_links < was_links or bool(((now_ms > was_ms) & is_open).any())
    return (
        opens or bool((was_closed & ~now_closed).any()),
        closes or bool((now_closed & ~was_closed).any()),
    )


def _other_sites(resolved: ResolvedScenario, reference: ResolvedScenario) -> tuple[bool, bool]:
    """Tell whether sites are where the reference has none, and the other way round."""
    now, was = (_places_of(each) for each in (resolved, reference))
    return bool(now - was), bool(was - now)


def _places_of(resolved: ResolvedScenario) -> set[tuple[object, ...]]:
    sites = resolved.site_edits.sites
    return set(zip(sites["category"], sites.geometry.x, sites.geometry.y, strict=True))


def _effect_of_sites(resolved: ResolvedScenario) -> tuple[bool, bool]:
    edits = resolved.site_edits
    is_moved = bool((edits.sites["change"] == MOVED).any())
    opens = bool((edits.sites["change"] == ADDED).any())
    return opens or is_moved, bool(len(edits.removed)) or is_moved


def _check(
    differences: pd.DataFrame, is_changed: Flags, may_change: Set[tuple[str, str, str]], law: str
) -> None:
    """Refuse changed rows of a scenario, profile and category in which none may change."""
    changed = differences.loc[is_changed, list(KEYS)].drop_duplicates()
    for key in changed.itertuples(index=False, name=None):
        if key in may_change:
            continue
        wanted = zip(KEYS, key, strict=True)
        is_meant = np.logical_and.reduce([differences[name] == value for name, value in wanted])
        broken = differences[is_meant & is_changed]
        first = broken.iloc[0]
        before, after = first["minutes_before"], first["minutes_after"]
        msg = (
            f"Scenario {first['scenario']!r} {law} {len(broken)} of {is_meant.sum()} "
            f"times to {first['category']} by {first['profile']} say otherwise, first cell "
            f"{first['cell']}: {before:g} min before, {after:g} min after. "
            "This is a fault of the program; please report it with the study and the scenario."
        )
        raise ResultError(msg)
