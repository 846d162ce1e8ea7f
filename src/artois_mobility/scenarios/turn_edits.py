"""What opening a turn or closing a street means for the turn restrictions of an extract."""

from collections.abc import Iterator

import numpy as np

from .._types import Flags
from ..changes.street_schema import SetTurn
from ..network.model import Network
from ..network.profile_keys import Profile
from ..osm.editing import NewRelation
from ..osm.extract import Extract

ONLY = "only_"


def forbid_turn(change: SetTurn, profile: Profile) -> NewRelation:
    """Write a turn that is forbidden as a restriction.

    Parameters
    ----------
    change
        The turn.
    profile
        For whom.

    Returns
    -------
    relation
        For this profile alone.
    """
    kind = "no_u_turn" if change.from_way == change.to_way else "no_straight_on"
    return _write(change, profile, kind)


def open_turn(
    change: SetTurn, profile: Profile, extract: Extract
) -> tuple[set[int], list[NewRelation]]:
    """Take away what forbids a turn, and nothing else.

    Parameters
    ----------
    change
        The turn.
    profile
        For whom.
    extract
        The OpenStreetMap data.

    Returns
    -------
    dropped
        Relations that forbid this very turn.
    more
        Where another turn was the only one allowed, this one is allowed beside it.
    """
    dropped, more = set(), list[NewRelation]()
    for row in _restrictions(extract):
        members = _members(extract, row)
        if not {("from", change.from_way), ("via", change.via)} <= members:
            continue
        says_this = ("to", change.to_way) in members
        if _is_only(extract, row):
            if not says_this:
                more = [_write(change, profile, "only_straight_on")]
        elif says_this:
            dropped.add(int(extract.relations.osm_id[row]))
    return dropped, more


def find_lapsed(network: Network, extract: Extract, is_closed: Flags) -> set[int]:
    """Find the restrictions that tell to go on into a street that closes: they hold no more.

    Parameters
    ----------
    network
        Of one profile, m arcs.
    extract
        The OpenStreetMap data behind it.
    is_closed
        True for arcs that close, shape (m,).

    Returns
    -------
    relations
        Ids of the relations.
    """
    if network.turns is None or not is_closed.any():
        return set()
    ways = set(network.way_of_arc[is_closed].tolist())
    found = set()
    for row in _restrictions(extract):
        members = _members(extract, row)
        targets = {way for role, way in members if role == "to"}
        if targets.isdisjoint(ways) or not _is_only(extract, row):
            continue
        arcs = np.flatnonzero(np.isin(network.way_of_arc, sorted(targets)))
        nodes = [node for role, node in members if role == "via"]
        leaving = arcs[np.isin(network.osm_node[network.graph.tail[arcs]], nodes)]
        meant = leaving if leaving.size else arcs  # by way of streets: the target as a whole
        if meant.size and is_closed[meant].all():
            found.add(int(extract.relations.osm_id[row]))
    return found


def _write(change: SetTurn, profile: Profile, kind: str) -> NewRelation:
    members = (
        ("w", change.from_way, "from"),
        ("n", change.via, "via"),
        ("w", change.to_way, "to"),
    )
    return NewRelation(
        members, {"type": "restriction", f"restriction:{profile.access_keys[-1]}": kind}
    )


def _restrictions(extract: Extract) -> Iterator[int]:
    for row, tags in enumerate(extract.relations.tags):
        if tags.get("type") == "restriction":
            yield row


def _members(extract: Extract, row: int) -> set[tuple[str, int]]:
    relations = extract.relations
    span = range(relations.first_member[row], relations.first_member[row + 1])
    return {(relations.member_role[each], int(relations.member_id[each])) for each in span}


def _is_only(extract: Extract, row: int) -> bool:
    tags = extract.relations.tags[row]
    kinds = [value for key, value in tags.items() if key.startswith("restriction")]
    return any(kind.startswith(ONLY) for kind in kinds)
