"""From the tags of every way to columns: each combination of tags is interpreted once."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from .._types import Flags, Floats, Rows
from ..osm.extract import Extract, Tags
from .ferries import durations_of_routes
from .profile_keys import Profile
from .roads import ROAD_KEYS, interpret_road, is_road
from .rules import FERRY, WayRule
from .urban import Settings, find_urban_ways
from .waterways import WATER_KEYS, interpret_waterway, is_waterway

BOAT: Final = "boat"


@dataclass(frozen=True, slots=True, eq=False)
class UsableWays:
    """The ways that a profile may use in at least one direction, u of them.

    Attributes
    ----------
    row
        Row of the way in the extract, ascending, shape (u,).
    forward_kmh, backward_kmh
        Speed along the way as drawn and against it; 0 where closed, shape (u,).
    whole_way_ms
        Time for the whole way on top of its stretches' own, shape (u,).
    may_attach
        Whether places may attach to it, shape (u,).
    is_lock
        True for a lock's chamber, shape (u,).
    is_limited
        True where only those may go whose trip begins or ends there, shape (u,).
    is_roundabout
        True where traffic goes round, shape (u,).
    kind
        Class of the way, shape (u,).
    counts
        What was assumed, imputed or left out, by kind, in ways.
    """

    row: Rows
    forward_kmh: Floats
    backward_kmh: Floats
    whole_way_ms: npt.NDArray[np.int64]
    may_attach: Flags
    is_lock: Flags
    is_limited: Flags
    is_roundabout: Flags
    kind: npt.NDArray[np.str_]
    counts: Mapping[str, int]


def interpret_ways(extract: Extract, profile: Profile) -> UsableWays:
    """Interpret the tags of every way for a profile.

    Parameters
    ----------
    extract
        The OpenStreetMap data.
    profile
        The traveller.

    Returns
    -------
    usable
        Ways with at least one open direction, and what was assumed for them.

    Examples
    --------
    >>> from artois_mobility.network.profiles import read_profile
    >>> from artois_mobility.network.examples import crossroads
    >>> interpret_ways(crossroads(), read_profile("walk")).forward_kmh
    array([4.8, 4.8])
    """
    is_boat = profile.mode == BOAT
    rows, rule_of_row, rules = _rules_of_ways(
        extract,
        profile,
        keys=WATER_KEYS if is_boat else ROAD_KEYS,
        is_relevant=is_waterway if is_boat else is_road,
    )
    is_open = np.array([rule.is_open for rule in rules], np.bool_)[rule_of_row]
    counts = Counter({"ways_not_usable": int((~is_open).sum())})
    row, rule_of_way = rows[is_open], rule_of_row[is_open]
    ways_of_rule = np.bincount(rule_of_way, minlength=len(rules))
    closed_of_rule = np.bincount(rule_of_row[~is_open], minlength=len(rules))
    for rule, way_count in zip(rules, (ways_of_rule + closed_of_rule).tolist(), strict=True):
        counts.update(dict.fromkeys(rule.notes, way_count))
    needs, is_urban = _settings_from_tags(rules)
    settings = _settle(extract, profile, row, needs[rule_of_way], is_urban[rule_of_way])
    counts.update(settings.counts)
    urban = settings.is_urban.astype(np.intp)
    forward = np.array([rule.forward_kmh for rule in rules], np.float64).reshape(-1, 2)
    backward = np.array([rule.backward_kmh for rule in rules], np.float64).reshape(-1, 2)
    forward_kmh, backward_kmh = forward[rule_of_way, urban], backward[rule_of_way, urban]
    whole_way_ms = np.array([rule.whole_way_ms for rule in rules], np.int64)[rule_of_way]
    kind = np.array([rule.kind for rule in rules], np.str_)[rule_of_way]
    untold = np.flatnonzero((kind == FERRY) & (whole_way_ms == 0)).astype(np.int32)
    for way, duration_ms in _durations_of_ferries(extract, row, untold).items():
        whole_way_ms[way] = duration_ms
        for kmh in (forward_kmh, backward_kmh):
            kmh[way] = np.inf if kmh[way] > 0 else 0.0
        counts["ferry_duration_assumed"] -= 1
    return UsableWays(
        row=row,
        forward_kmh=forward_kmh,
        backward_kmh=backward_kmh,
        whole_way_ms=whole_way_ms,
        **{
            name: np.array([getattr(rule, name) for rule in rules], np.bool_)[rule_of_way]
            for name in ("may_attach", "is_lock", "is_limited", "is_roundabout")
        },
        kind=kind,
        counts={kind: count for kind, count in sorted(counts.items()) if count},
    )


def _rules_of_ways(
    extract: Extract,
    profile: Profile,
    *,
    keys: frozenset[str],
    is_relevant: Callable[[Tags], bool],
) -> tuple[Rows, Rows, list[WayRule]]:
    """Interpret each combination of tags that matter once."""
    interpret = interpret_waterway if profile.mode == BOAT else interpret_road
    number_of_combination: dict[tuple[tuple[str, str], ...], int] = {}
    rules: list[WayRule] = []
    rows: list[int] = []
    rule_of_row: list[int] = []
    for row, tags in enumerate(extract.ways.tags):
        if not is_relevant(tags):
            continue
        combination = tuple([item for item in tags.items() if item[0] in keys])
        number = number_of_combination.get(combination)
        if number is None:
            number = number_of_combination[combination] = len(rules)
            rules.append(interpret(dict(combination), profile))
        rows.append(row)
        rule_of_row.append(number)
    return np.array(rows, np.int32), np.array(rule_of_row, np.int32), rules


def _durations_of_ferries(extract: Extract, row: Rows, untold: Rows) -> dict[int, int]:
    """Find the durations that stand on the routes of ferries, by usable way."""
    durations = durations_of_routes(extract) if untold.size else {}
    row_of_way = dict(zip(untold.tolist(), row[untold].tolist(), strict=True))
    return {way: durations[each] for way, each in row_of_way.items() if each in durations}


def _settings_from_tags(rules: list[WayRule]) -> tuple[Flags, Flags]:
    """Tell for each rule whether its speed needs the surroundings, and if its tags say town."""
    needs = [
        not rule.setting
        and (
            rule.forward_kmh[0] != rule.forward_kmh[1]
            or rule.backward_kmh[0] != rule.backward_kmh[1]
        )
        for rule in rules
    ]
    is_urban = [rule.setting == "urban" for rule in rules]
    return np.array(needs, np.bool_), np.array(is_urban, np.bool_)


def _settle(
    extract: Extract, profile: Profile, row: Rows, needs: Flags, is_urban: Flags
) -> Settings:
    """Settle town or country from the surroundings where tags do not."""
    if not needs.any():
        return Settings(is_urban, {})
    found = find_urban_ways(extract, row[needs], profile.urban_junctions_per_km2)
    is_urban[needs] = found.is_urban
    return Settings(is_urban, found.counts)
