"""Resolve changes on water: other tags for waterways and locks, new reaches, new quays."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple, TypeGuard

from .._types import WGS84
from ..changes.notices import Notice
from ..changes.schema import AddLink, Change, CloseWays
from ..changes.water_schema import (
    AddQuay,
    AddReach,
    AddStop,
    CloseReach,
    LockHours,
    LockTime,
    SetClass,
    SetDimension,
    WaterChange,
    Waterways,
)
from ..network.dimensions import (
    CLASS_KEYS,
    DIMENSIONS,
    KEYS_OF_DIMENSION,
    SOURCE_PREFIX,
    read_class,
    read_metres,
    vessel_of_class,
)
from ..network.lockage import HOURS_KEY, TIME_KEYS, write_lock_time
from ..osm.editing import edit_extract
from ..osm.extract import Extract, Tags
from .reach_joining import Joiner
from .resolved import Findings, Today
from .stretches import means_stretches
from .timetable_plans import is_of_timetable
from .waters import WaterEdits, Waters
from .waterway_finding import Meant, WaterIndex, index_waterways
from .way_changes import is_in_force

if TYPE_CHECKING:
    import geopandas as gpd

# OpenStreetMap wiki, Key:boat, Key:motorboat, Key:ship, Key:canoe, 2026-11.
ACCESS_KEYS: Final = ("access", "boat", "motorboat", "ship", "canoe")
CLOSED: Final = dict.fromkeys(ACCESS_KEYS, "no")
# A gate through which nobody goes is a node that blocks.
CLOSED_GATE: Final = {"waterway": "dam"}
# A dimension that is set counts more than the class that is set.
CLASS_LEVEL: Final = 0
OWN_LEVEL: Final = 1


class _Value(NamedTuple):
    """What a change writes, the more closely the higher its level; None takes a tag away."""

    level: int
    row: int
    value: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """What is written where, collected from all changes."""

    findings: Findings
    extract: Extract
    way_tags: dict[int, dict[str, _Value]] = field(default_factory=dict)
    node_tags: dict[int, dict[str, _Value]] = field(default_factory=dict)

    def write(
        self,
        row: int,
        meant: tuple[Iterable[int], Iterable[int]],
        tags: Mapping[str, str | None],
        level: int = OWN_LEVEL,
    ) -> None:
        """Write tags of a change to ways and nodes; of two that differ the closer one counts."""
        for rows, target in zip(meant, (self.way_tags, self.node_tags), strict=True):
            for each in rows:
                own = target.setdefault(each, {})
                for key, value in tags.items():
                    self._write_one(row, own, key, _Value(level, row, value))

    def _write_one(self, row: int, own: dict[str, _Value], key: str, new: _Value) -> None:
        old = own.get(key)
        if old is None or old.level < new.level:
            own[key] = new
        elif old.level == new.level and old.value != new.value:
            # two that say something of the same key, and not the same
            self.findings.refuse(
                row,
                f"and {self.findings.name_change(old.row)} set {key} of the same waterway to two "
                "values.",
            )


def resolve_water(findings: Findings, today: Today) -> WaterEdits | None:
    """Resolve the changes on water of one scenario.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    today
        The situation it is held against.

    Returns
    -------
    edits
        The water as the scenario leaves it; None without such a change.
    """
    rows = [
        (row, change)
        for row, change in enumerate(findings.scenario.changes)
        if _is_on_water(change) or _concerns_water(change, today)
    ]
    if not rows:
        return None
    waters = today.water
    if waters is None:
        for row, _ in rows:
            findings.warn(row, Notice("no_water"))
    extract = today.extract if waters is None else waters.extract
    index, plan, joiner = index_waterways(extract), _Plan(findings, extract), Joiner(extract)
    for row, change in rows:
        if isinstance(change, CloseWays):
            plan.write(row, (_find_closed(change, index, today), ()), CLOSED)
        elif isinstance(change, Waterways):
            _write(plan, row, change, index.find(findings, row, change), waters)
        elif isinstance(change, AddReach):
            _join(findings, row, change, joiner)
        elif isinstance(change, AddLink):
            findings.refuse(row, "opens a link to a vessel: write add_reach, which has a class.")
    quays, trips = _add_quays(findings, rows, waters)
    return WaterEdits(_edit(index, plan, joiner), quays, trips)


def _is_on_water(change: Change) -> TypeGuard[WaterChange]:
    """Tell whether a change is one on water; a stop of lines on land is none."""
    return isinstance(change, WaterChange) and not is_of_timetable(change)


def _concerns_water(change: Change, today: Today) -> bool:
    """Tell whether a change of streets means vessels too."""
    if today.water is None or not isinstance(change, CloseWays | AddLink):
        return False
    if change.profiles is None:
        return True
    return any(each in today.water.networks for each in change.profiles)


def _find_closed(change: CloseWays, index: WaterIndex, today: Today) -> tuple[int, ...]:
    """Find the waterways that a closure of ways means, whole, on the day of the study."""
    if not is_in_force(change, today.day):
        return ()
    if not change.classes and change.within is None:
        return index.find_known(change.ids, change.names)
    networks = () if today.water is None else today.water.networks.values()
    found = [each.way_of_arc[means_stretches(each, change)].tolist() for each in networks]
    return index.find_known(sorted({way for ways in found for way in ways}), ())


def _write(plan: _Plan, row: int, change: Waterways, meant: Meant, waters: Waters | None) -> None:
    label = f"scenario {plan.findings.scenario.key}"
    locks = (meant.own_locks, meant.own_gates)
    if isinstance(change, SetClass | SetDimension):
        ways = [*meant.reaches, *meant.own_locks]
        gates = [*meant.own_gates]
        if change.with_locks:
            ways += meant.other_locks
            gates += meant.other_gates
        if isinstance(change, SetClass):
            for way in ways:
                tags = _class_tags(change, label, plan.extract.ways.tags[way])
                plan.write(row, ((way,), ()), tags, CLASS_LEVEL)
            for gate in gates:
                tags = _class_tags(change, label, plan.extract.nodes.tags.get(gate, {}))
                plan.write(row, ((), (gate,)), tags, CLASS_LEVEL)
        else:
            plan.write(row, (ways, gates), _dimension_tags(change, label))
    elif isinstance(change, LockTime | LockHours):
        locks = ((*locks[0], *meant.other_locks), (*locks[1], *meant.other_gates))
        if not any(locks) and meant.reaches:
            plan.findings.refuse(row, "means no lock. Name a lock, or a waterway that has some.")
        plan.write(row, locks, _lock_tags(change, label))
    elif isinstance(change, CloseReach):
        if waters is not None and not _is_closed_at(change, waters):
            day = waters.departure.date().isoformat() if waters.departure else ""
            plan.findings.warn(row, Notice("closure_not_now", {"day": day}))
            return
        ways = [*meant.reaches, *meant.own_locks, *meant.other_locks]
        plan.write(row, (ways, ()), CLOSED)
        plan.write(row, ((), meant.own_gates), CLOSED_GATE)


def _is_closed_at(change: CloseReach, waters: Waters) -> bool:
    if waters.departure is None:
        return True
    day = waters.departure.date()
    return (change.begin or date.min) <= day <= (change.end or date.max)


def _class_tags(change: SetClass, label: str, today: Tags) -> dict[str, str | None]:
    """Name the class and take away what limited vessels more; a lower class takes all away."""
    name = read_class({CLASS_KEYS[0]: change.cemt})
    classes = list(vessel_of_class())
    granted, old = vessel_of_class()[name], read_class(today)
    is_lower = old in classes and classes.index(name) < classes.index(old)
    gone: dict[str, str | None] = dict.fromkeys(CLASS_KEYS)
    for dimension, keys in KEYS_OF_DIMENSION.items():
        told = [read_metres(today.get(key, "")) for key in keys]
        least = min((metres for metres in told if metres is not None), default=0.0)
        if is_lower or least < granted[dimension]:
            gone |= dict.fromkeys(keys)
    gone |= {SOURCE_PREFIX + key: None for key in gone}
    return gone | {CLASS_KEYS[0]: name, SOURCE_PREFIX + CLASS_KEYS[0]: label}


def _dimension_tags(change: SetDimension, label: str) -> dict[str, str | None]:
    tags: dict[str, str | None] = {}
    for dimension in DIMENSIONS:
        metres: float | None = getattr(change, dimension)
        if metres is None:
            continue
        first, *others = KEYS_OF_DIMENSION[dimension]
        tags |= dict.fromkeys(others)
        tags |= {first: f"{metres:g}", SOURCE_PREFIX + first: label}
    return tags


def _lock_tags(change: LockTime | LockHours, label: str) -> dict[str, str | None]:
    if isinstance(change, LockHours):
        return {HOURS_KEY: change.hours}
    told = write_lock_time(change.minutes)
    first, *others = TIME_KEYS
    return {**dict.fromkeys(others), first: told, SOURCE_PREFIX + first: label}


def _join(findings: Findings, row: int, change: AddReach, joiner: Joiner) -> None:
    label = f"scenario {findings.scenario.key}"
    name = read_class({CLASS_KEYS[0]: change.cemt})
    tags = {"waterway": "canal", "name": change.name, CLASS_KEYS[0]: name,
            SOURCE_PREFIX + CLASS_KEYS[0]: label}  # fmt: skip
    if change.speed_kmh is not None:
        tags["maxspeed"] = f"{change.speed_kmh:g}"
    away_m = joiner.add(change.geometry, tags)
    if math.inf in away_m:
        findings.refuse(row, "there is no waterway in the extract that it could join.")
    elif None not in away_m:
        ends = " and ".join(f"{metres:.0f} m" for metres in away_m if metres is not None)
        findings.refuse(
            row,
            f"has its ends {ends} from the nearest waterway. Draw one end at least within "
            f"{joiner.near_m:g} m of a waterway: it joins there.",
        )
    elif any(away_m):
        metres = next(each for each in away_m if each is not None)
        findings.warn(row, Notice("reach_end_loose", {"metres": round(metres)}))


def _add_quays(
    findings: Findings, rows: Sequence[tuple[int, Change]], waters: Waters | None
) -> "tuple[gpd.GeoDataFrame, tuple[tuple[str, str], ...]]":
    import geopandas as gpd
    import pandas as pd
    import shapely

    empty = gpd.GeoDataFrame({"name": []}, geometry=gpd.GeoSeries([], crs=WGS84))
    today = empty if waters is None else waters.quays[["name", "geometry"]]
    trips = [] if waters is None else list(waters.trips)
    known = today["name"].tolist()
    added = [(row, change) for row, change in rows if isinstance(change, AddQuay | AddStop)]
    names = [change.name for _, change in added]
    for row, change in added:
        if change.name in known or names.count(change.name) > 1:
            findings.refuse(
                row, f"there is another quay called {change.name!r}: name it otherwise."
            )
        unknown = [name for name in change.trips_to if name not in {*known, *names}]
        if unknown and waters is not None:
            findings.refuse(
                row, f"trips_to names {unknown[0]!r}; the study has {', '.join(known)}."
            )
        trips += [(change.name, name) for name in (change.trips_to or known)]
    points = shapely.points([change.at for _, change in added]) if added else []
    new = gpd.GeoDataFrame({"name": names}, geometry=gpd.GeoSeries(points, crs=WGS84))
    tables = [table for table in (today, new) if len(table)] or [empty]
    return gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), crs=WGS84), tuple(trips)


def _edit(index: WaterIndex, plan: _Plan, joiner: Joiner) -> Extract:
    extract = index.extract
    ways, nodes = extract.ways, extract.nodes
    return edit_extract(
        extract,
        tags_of_way={
            int(ways.osm_id[row]): _written(ways.tags[row], own)
            for row, own in plan.way_tags.items()
        },
        tags_of_node={
            int(nodes.osm_id[row]): _written(nodes.tags.get(row, {}), own)
            for row, own in plan.node_tags.items()
        },
        new_nodes=joiner.new_nodes,
        new_ways=joiner.new_ways,
        nodes_of_way=joiner.nodes_of_way,
    )


def _written(tags: Tags, own: Mapping[str, _Value]) -> Tags:
    merged: dict[str, str | None] = {**tags, **{key: each.value for key, each in own.items()}}
    return {key: value for key, value in merged.items() if value is not None}
