"""Who may use streets that are for others than today."""

from collections.abc import Collection, Mapping
from typing import Final

from ..changes.schema import Change, CloseWays
from ..changes.street_schema import SetAccess
from ..network.profile_keys import Profile
from .resolved import Today

MOTOR: Final = frozenset({"car", "moped"})
# By what a street is for: who may use it, who may not; others as today.
MODES_OF_USE: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "pedestrians": (frozenset({"walk"}), MOTOR | {"bicycle"}),
    "pedestrians_and_bicycles": (frozenset({"walk", "bicycle"}), MOTOR),
    "buses": (frozenset(), MOTOR),
    "everyone": (MOTOR | {"bicycle", "walk"}, frozenset()),
}
LET_IN, SHUT_OUT = range(2)


def as_closure(change: Change, today: Today) -> Change:
    """Take what a change of access forbids for a closure; leave other changes as they are.

    Parameters
    ----------
    change
        Any change.
    today
        The situation.

    Returns
    -------
    change
        `close_ways` for the profiles that may no longer use the streets, or the change itself.
    """
    if not isinstance(change, SetAccess):
        return change
    profiles = shut_out(change, today)
    if not profiles:
        return change
    return CloseWays(
        kind="close_ways", ids=change.ids, names=change.names, profiles=tuple(profiles)
    )


def let_in(change: SetAccess, today: Today) -> list[str]:
    """List the profiles that may use streets from now on.

    Parameters
    ----------
    change
        Of access.
    today
        The situation.

    Returns
    -------
    profiles
        In the order of the study.
    """
    return _profiles_of(change, change.allow, LET_IN, today)


def shut_out(change: SetAccess, today: Today) -> list[str]:
    """List the profiles that may no longer use streets.

    Parameters
    ----------
    change
        Of access.
    today
        The situation.

    Returns
    -------
    profiles
        In the order of the study.
    """
    return _profiles_of(change, change.forbid, SHUT_OUT, today)


def _profiles_of(change: SetAccess, named: Collection[str], which: int, today: Today) -> list[str]:
    """List the profiles that are named, or those of the modes that a use of streets concerns."""
    if change.to is None:
        return [name for name in today.networks if name in named]
    modes = MODES_OF_USE[change.to][which]
    return [name for name, each in today.networks.items() if each.profile.mode in modes]


def obeys_oneway(profile: Profile) -> bool:
    """Tell whether one-way streets bind a profile; on foot they do not.

    Parameters
    ----------
    profile
        The traveller.

    Returns
    -------
    obeys
        True for vehicles on roads.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> obeys_oneway(read_profile("car")), obeys_oneway(read_profile("walk"))
    (True, False)
    """
    return bool(profile.oneway_keys) and profile.mode != "walk"
