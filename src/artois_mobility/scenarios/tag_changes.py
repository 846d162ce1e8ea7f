"""What a change of access, direction or turns says as tags, and the networks built from these.

Today's networks know no street that a profile may not use, so a street that opens is not found in
them. The tags of the ways concerned are edited, and the network of each profile concerned is built
anew from the same data, with the same traffic, slopes and barriers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..changes.notices import Notice
from ..changes.street_schema import SetAccess, SetOneway, SetTurn, Streets
from ..network.interpreting import BOAT
from ..network.profiles import Profile
from ..osm.editing import NewRelation, edit_extract
from ..osm.extract import Extract, Tags
from .resolved import Findings, Retagged, Today
from .touches import touch_ways
from .uses import let_in, shut_out
from .way_changes import check_profiles, check_ways, profiles_of

ONEWAY_OF_DIRECTION: Mapping[str, str] = {"along": "yes", "against": "-1", "both": "no"}
# Tags that let bicycles go against a one-way street.
CONTRAFLOW_KEYS = (
    "cycleway", "cycleway:left", "cycleway:right", "cycleway:both", "bicycle:backward",
    "bicycle:forward", "cycleway:left:oneway", "cycleway:right:oneway", "cycleway:both:oneway",
)  # fmt: skip


def resolve_tags(findings: Findings, today: Today) -> dict[str, Retagged]:
    """Build the networks of a scenario that opens streets or changes directions or turns.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        The situation it is held against.

    Returns
    -------
    retagged
        By profile; profiles whose tags stay are left out.
    """
    rows = [
        (row, change)
        for row, change in enumerate(findings.scenario.changes)
        if isinstance(change, SetAccess | SetOneway | SetTurn)
    ]
    for row, change in rows:
        _check(findings, row, change, today)
    if not rows or findings.errors:
        return {}
    editor = _Editor(findings, today)
    retagged = {}
    for profile, network in today.networks.items():
        edits = editor.edits_for(network.profile, rows)
        if edits is not None:
            found = today.build(edits.extract(today.extract), network.profile)
            retagged[profile] = Retagged(found, edits.opens, edits.closes)
            for row, ways in edits.ways_of_row.items():
                is_touched = np.isin(found.way_of_arc, np.array(sorted(ways), np.int64))
                findings.touches.append(touch_ways(row, found, is_touched))
    editor.warn_of_nothing(rows)
    return retagged


def _check(
    findings: Findings, row: int, change: SetAccess | SetOneway | SetTurn, today: Today
) -> None:
    named = (
        (*change.allow, *change.forbid)
        if isinstance(change, SetAccess)
        else (change.profiles or ())
    )
    check_profiles(findings, row, named, today)
    if isinstance(change, Streets):
        check_ways(findings, row, change.ids, change.names, today)
        return
    check_ways(findings, row, (change.from_way, change.to_way), (), today)
    nodes = [_nodes_of(today.extract, way) for way in (change.from_way, change.to_way)]
    for way, own in zip((change.from_way, change.to_way), nodes, strict=True):
        if own and change.via not in own:
            findings.refuse(
                row, f"way {way} does not pass node {change.via}; via is where they meet."
            )


def _nodes_of(extract: Extract, way: int) -> set[int]:
    ways = extract.ways
    row = int(np.searchsorted(ways.osm_id, way))
    if row == ways.osm_id.size or ways.osm_id[row] != way:
        return set()
    refs = ways.node_of_ref[ways.first_ref[row] : ways.first_ref[row + 1]]
    return set(extract.nodes.osm_id[refs[refs >= 0]].tolist())


@dataclass(slots=True)
class _Edits:
    """What is edited for one profile: tags of ways, restrictions added and taken away."""

    tags_of_way: dict[int, Tags]
    new_relations: list[NewRelation]
    dropped_relations: set[int]
    ways_of_row: dict[int, set[int]]
    opens: bool = False
    closes: bool = False

    def extract(self, extract: Extract) -> Extract:
        return edit_extract(
            extract,
            tags_of_way=self.tags_of_way,
            new_relations=self.new_relations,
            dropped_relations=self.dropped_relations,
        )

    @property
    def is_empty(self) -> bool:
        return not (self.tags_of_way or self.new_relations or self.dropped_relations)


class _Editor:
    """Turns changes into edits, profile by profile, and notes which had any effect."""

    def __init__(self, findings: Findings, today: Today) -> None:
        self._findings, self._today = findings, today
        ways = today.extract.ways
        self._row_of_way = {osm_id: row for row, osm_id in enumerate(ways.osm_id.tolist())}
        self._ways_of_name: dict[str, list[int]] = {}
        for osm_id, tags in zip(ways.osm_id.tolist(), ways.tags, strict=True):
            if "highway" in tags and "name" in tags:
                self._ways_of_name.setdefault(tags["name"], []).append(osm_id)
        self._touched: set[int] = set()
        self._known: set[int] = set()

    def edits_for(
        self, profile: Profile, rows: Sequence[tuple[int, SetAccess | SetOneway | SetTurn]]
    ) -> _Edits | None:
        edits = _Edits({}, [], set(), {})
        if profile.mode == BOAT:
            return None
        for row, change in rows:
            if isinstance(change, SetAccess):
                self._open(edits, row, change, profile)
            elif isinstance(change, SetOneway):
                self._direct(edits, row, change, profile)
            elif profile.name in profiles_of(change, self._today):
                self._turn(edits, row, change, profile)
        return None if edits.is_empty else edits

    def warn_of_nothing(self, rows: Sequence[tuple[int, SetAccess | SetOneway | SetTurn]]) -> None:
        """Warn of changes that no network feels."""
        for row, change in rows:
            shuts = isinstance(change, SetAccess) and bool(shut_out(change, self._today))
            if row not in self._touched and not shuts:
                self._findings.warn(row, Notice("nothing_on_streets"))

    def _open(self, edits: _Edits, row: int, change: SetAccess, profile: Profile) -> None:
        if profile.name not in let_in(change, self._today):
            return
        own = profile.access_keys[-1]
        for way, tags in self._meant(change, edits):
            if tags.get("highway", "") not in profile.class_kmh:
                self._findings.refuse(
                    row,
                    f"way {way} is highway={tags.get('highway', '')}, on which {profile.name} has "
                    "no speed. Leave it out, or open a new link with speed_kmh beside it.",
                )
                continue
            self._set(edits, row, way, {**_without(tags, own), own: "yes"})
            edits.opens = True

    def _direct(self, edits: _Edits, row: int, change: SetOneway, profile: Profile) -> None:
        named = change.profiles
        obeys = bool(profile.oneway_keys) and profile.mode != "walk"
        if not (obeys if named is None else profile.name in named):
            return
        value = ONEWAY_OF_DIRECTION[change.direction]
        hidden = CONTRAFLOW_KEYS if profile.mode == "bicycle" else ()
        for way, tags in self._meant(change, edits):
            kept = {key: each for key, each in tags.items() if key not in hidden}
            self._set(edits, row, way, {**kept, profile.oneway_keys[-1]: value})
            edits.opens = True
            edits.closes |= value != "no"

    def _turn(self, edits: _Edits, row: int, change: SetTurn, profile: Profile) -> None:
        if self._today.networks[profile.name].turns is None:
            return
        self._touched.add(row)
        if not change.allowed:
            members = (
                ("w", change.from_way, "from"),
                ("n", change.via, "via"),
                ("w", change.to_way, "to"),
            )
            kind = "no_u_turn" if change.from_way == change.to_way else "no_straight_on"
            key = f"restriction:{profile.access_keys[-1]}"
            edits.new_relations.append(NewRelation(members, {"type": "restriction", key: kind}))
            edits.closes = True
            return
        edits.dropped_relations |= set(_restrictions_on(self._today.extract, change))
        edits.opens = True

    def _meant(self, change: Streets, edits: _Edits) -> Iterator[tuple[int, Tags]]:
        """Yield the ways that a change means, with their tags so far."""
        ids = [*change.ids, *(way for name in change.names for way in self._ways_of_name[name])]
        for way in dict.fromkeys(ids):
            tags = self._today.extract.ways.tags[self._row_of_way[way]]
            yield way, edits.tags_of_way.get(way, tags)

    def _set(self, edits: _Edits, row: int, way: int, tags: Tags) -> None:
        edits.tags_of_way[way] = tags
        edits.ways_of_row.setdefault(row, set()).add(way)
        self._touched.add(row)


def _without(tags: Tags, own: str) -> dict[str, str]:
    """Leave out what keeps a profile out besides the key of its own."""
    return {key: value for key, value in tags.items() if not key.startswith(f"{own}:conditional")}


def _restrictions_on(extract: Extract, change: SetTurn) -> Iterator[int]:
    """List the restrictions by node that forbid a turn, or tell to take another."""
    relations = extract.relations
    for row, tags in enumerate(relations.tags):
        if tags.get("type") != "restriction":
            continue
        span = range(relations.first_member[row], relations.first_member[row + 1])
        role_of = {(relations.member_role[each], int(relations.member_id[each])) for each in span}
        if {("from", change.from_way), ("via", change.via)} <= role_of:
            kinds = [value for key, value in tags.items() if key.startswith("restriction")]
            is_only = any(kind.startswith("only_") for kind in kinds)
            if is_only or ("to", change.to_way) in role_of:
                yield int(relations.osm_id[row])


def on_new_networks(today: Today, retagged: Mapping[str, Retagged]) -> Today:
    """Put the networks of a scenario in the place of today's.

    Parameters
    ----------
    today
        The situation.
    retagged
        By profile.

    Returns
    -------
    today
        With these networks; the very same where there are none.
    """
    if not retagged:
        return today
    networks = {
        name: retagged[name].network if name in retagged else each
        for name, each in today.networks.items()
    }
    return replace(today, networks=networks)
