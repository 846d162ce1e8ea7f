"""What a change of access, direction or turns says as tags, and the networks built from these.

Today's networks know no street that a profile may not use, so a street that opens is not found in
them. The tags of the ways concerned are edited, and the network of each profile concerned is built
anew from the same data, with the same traffic, slopes and barriers.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ..changes.street_schema import SetAccess, SetOneway, SetTurn, Streets
from ..network.interpreting import BOAT
from ..network.model import Network
from ..network.profile_keys import Profile
from ..osm.editing import NewRelation, edit_extract
from ..osm.extract import Extract, Tags
from .idle_changes import say_the_same, warn_of_idle_changes
from .resolved import Findings, Retagged, Today
from .stretches import OnWays, means_stretches
from .tag_conflicts import check_contradictions
from .touches import touch_ways
from .turn_edits import find_lapsed, forbid_turn, open_turn
from .uses import let_in, obeys_oneway
from .way_changes import list_closings, profiles_of
from .way_names import check_profiles, check_ways

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
    closings = list_closings(findings, today)
    if findings.errors or not (rows or closings):
        return {}
    editor = _Editor(findings, today, is_tagged=bool(rows))
    check_contradictions(findings, rows, today, editor.ways_of)
    if findings.errors:
        return {}
    retagged: dict[str, Retagged] = {}
    for profile, network in today.networks.items():
        edits = editor.edits_for(network, rows, closings)
        if edits is not None:
            edited = edits.extract(today.extract)
            found = today.build(edited, network.profile)
            retagged[profile] = Retagged(found, edited, edits.opens, edits.closes)
            for row, ways in edits.ways_of_row.items():
                is_touched = np.isin(found.way_of_arc, np.array(sorted(ways), np.int64))
                findings.touches.append(touch_ways(row, found, is_touched))
    warn_of_idle_changes(findings, rows, today, editor.felt, retagged)
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
    """What is edited for one profile: tags of ways, restrictions added and taken away.

    `ways_of_row` are those that each change makes other than today.
    """

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
    """Turns changes into edits, profile by profile.

    Attributes
    ----------
    felt
        Rows of changes by which the tags of a way say something else to a profile than today.
    """

    def __init__(self, findings: Findings, today: Today, *, is_tagged: bool) -> None:
        self.felt: set[int] = set()
        self._findings, self._today = findings, today
        ways = today.extract.ways
        ids = ways.osm_id.tolist() if is_tagged else []  # else no way is looked for
        self._row_of_way = {osm_id: row for row, osm_id in enumerate(ids)}
        self._ways_of_name: dict[str, list[int]] = {}
        for osm_id, tags in zip(ids, ways.tags if ids else (), strict=True):
            if "highway" in tags and "name" in tags:
                self._ways_of_name.setdefault(tags["name"], []).append(osm_id)

    def edits_for(
        self,
        network: Network,
        rows: Sequence[tuple[int, SetAccess | SetOneway | SetTurn]],
        closings: Sequence[OnWays],
    ) -> _Edits | None:
        profile, edits = network.profile, _Edits({}, [], set(), {})
        if profile.mode == BOAT:
            return None
        self._lift_lapsed(edits, network, closings)
        # directions for some profiles stand above those for everybody
        for row, change in sorted(rows, key=lambda pair: _is_for_some(pair[1])):
            if isinstance(change, SetAccess):
                self._open(edits, row, change, profile)
            elif isinstance(change, SetOneway):
                self._direct(edits, row, change, profile)
            elif profile.name in profiles_of(change, self._today):
                self._turn(edits, change, profile)
        return None if edits.is_empty else edits

    def ways_of(self, change: Streets) -> list[int]:
        """List the ways that a change means, each once."""
        ids = [*change.ids, *(way for name in change.names for way in self._ways_of_name[name])]
        return list(dict.fromkeys(ids))

    def _lift_lapsed(self, edits: _Edits, network: Network, closings: Sequence[OnWays]) -> None:
        """Lift restrictions that would lead traffic into closed streets and nowhere else."""
        is_closed = np.zeros(network.graph.arc_count, np.bool_)
        for change in closings:
            if network.profile.name in profiles_of(change, self._today):
                is_closed |= means_stretches(network, change)
        lapsed = find_lapsed(network, self._today.extract, is_closed)
        edits.dropped_relations |= lapsed
        edits.opens |= bool(lapsed)

    def _open(self, edits: _Edits, row: int, change: SetAccess, profile: Profile) -> None:
        if profile.name not in let_in(change, self._today):
            return
        own = profile.access_keys[-1]
        network = self._today.networks[profile.name]
        limited = set(network.way_of_arc[network.is_limited].tolist())
        for way, tags in self._meant(change, edits):
            if tags.get("highway", "") not in profile.class_kmh:
                self._findings.refuse(
                    row,
                    f"way {way} is highway={tags.get('highway', '')}, on which {profile.name} has "
                    "no speed. Leave it out, or open a new link with speed_kmh beside it.",
                )
                continue
            self._set(edits, (row, profile), way, partial(_open_to, own))
            edits.opens = True
            # who lives in the streets beside it may pass only where trips begin or end
            edits.closes |= way in limited

    def _direct(self, edits: _Edits, row: int, change: SetOneway, profile: Profile) -> None:
        named = change.profiles
        if not (obeys_oneway(profile) if named is None else profile.name in named):
            return
        value = ONEWAY_OF_DIRECTION[change.direction]
        # a contraflow lane stays where nothing is said of bicycles
        is_own = named is not None or profile.mode != "bicycle"
        key = profile.oneway_keys[-1] if is_own else profile.oneway_keys[0]
        hidden = CONTRAFLOW_KEYS if is_own and profile.mode == "bicycle" else ()
        new: dict[str, str] = {key: value}
        for way, _ in self._meant(change, edits):
            self._set(edits, (row, profile), way, partial(_direct_by, hidden, new))
            edits.opens = True
            edits.closes |= value != "no"

    def _turn(self, edits: _Edits, change: SetTurn, profile: Profile) -> None:
        if self._today.networks[profile.name].turns is None:
            return
        if not change.allowed:
            edits.new_relations.append(forbid_turn(change, profile))
            edits.closes = True
            return
        dropped, more = open_turn(change, profile, self._today.extract)
        edits.dropped_relations |= dropped
        edits.new_relations += more
        edits.opens = True

    def _meant(self, change: Streets, edits: _Edits) -> Iterator[tuple[int, Tags]]:
        """Yield the ways that a change means, with their tags so far."""
        for way in self.ways_of(change):
            tags = self._today.extract.ways.tags[self._row_of_way[way]]
            yield way, edits.tags_of_way.get(way, tags)

    def _set(
        self, edits: _Edits, by: tuple[int, Profile], way: int, retag: Callable[[Tags], Tags]
    ) -> None:
        row, profile = by
        today = self._today.extract.ways.tags[self._row_of_way[way]]
        edits.tags_of_way[way] = retag(edits.tags_of_way.get(way, today))
        touched = edits.ways_of_row.setdefault(row, set())
        # held against today, not against the changes before, whose order does not matter
        if not say_the_same(today, retag(today), profile):
            self.felt.add(row)
            touched.add(way)


def _open_to(own: str, tags: Tags) -> Tags:
    """Open a way to a profile by its own key, and leave out what shuts it at certain hours."""
    kept = {key: value for key, value in tags.items() if not key.startswith(f"{own}:conditional")}
    return {**kept, own: "yes"}


def _direct_by(hidden: Collection[str], new: Tags, tags: Tags) -> Tags:
    """Give a way other directions, and leave out the tags that would say otherwise."""
    return {key: value for key, value in tags.items() if key not in hidden} | dict(new)


def _is_for_some(change: SetAccess | SetOneway | SetTurn) -> bool:
    return isinstance(change, SetOneway) and change.profiles is not None


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
    return replace(
        today, networks=networks, edited={name: each.extract for name, each in retagged.items()}
    )
