"""See that the profiles, ways and classes that changes name exist."""

from collections.abc import Iterable, Sequence

import numpy as np

from ..changes.hints import suggest
from ..changes.notices import Notice, Value
from ..network.profiles import profile_names
from ..osm.extract import Extract
from .resolved import Findings, Today
from .stretches import OnWays


def check_profiles(findings: Findings, row: int, profiles: Sequence[str], today: Today) -> None:
    """Refuse profiles that do not exist; warn of those that the study does not ask for.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    row
        The change.
    profiles
        What it names.
    today
        The situation.
    """
    known = list(dict.fromkeys([*today.networks, *profile_names()]))
    for profile in profiles:
        if profile not in known:
            findings.refuse(row, f"names the profile {profile!r}.{suggest(profile, known)}")
        elif profile not in today.networks:
            values: dict[str, Value] = {"profile": profile, "asked": tuple(today.networks)}
            findings.warn(row, Notice("profile_not_asked", values))


def check_names(findings: Findings, row: int, change: OnWays, today: Today) -> None:
    """Refuse profiles, ways and classes that do not exist.

    Parameters
    ----------
    findings
        The scenario; errors and warnings are noted in it.
    row
        The change.
    change
        What it says.
    today
        The situation.
    """
    check_profiles(findings, row, change.profiles or (), today)
    check_ways(findings, row, change.ids, change.names, today)
    _check_classes(findings, row, change.classes, today)


def check_ways(
    findings: Findings, row: int, ids: Sequence[int], names: Sequence[str], today: Today
) -> None:
    """Refuse ways that the extract does not have.

    Parameters
    ----------
    findings
        The scenario; errors are noted in it.
    row
        The change.
    ids, names
        What it names.
    today
        The situation.
    """
    missing = [way for way in ids if not _has_way(today.extract, way)]
    if missing:
        count = f"{len(missing)} of {len(ids)} way ids are not in the extract"
        near = _near_ids(missing[0], today.extract)
        findings.refuse(row, f"{count}, first {missing[0]}.{near}")
    known = _street_names(today) if names else set()
    for name in names:
        if name not in known:
            hint = suggest(name, sorted(known), most=0) if known else ""
            near = hint if "Did you mean" in hint else ""
            findings.refuse(row, f"no street or waterway is called {name!r} in the extract.{near}")


def _check_classes(findings: Findings, row: int, classes: Iterable[str], today: Today) -> None:
    networks = today.networks.values()
    known = {kind for network in networks for kind in network.profile.class_kmh}
    for kind in classes:
        if kind not in known and not any((each.class_of_arc == kind).any() for each in networks):
            met = {str(kind) for network in networks for kind in np.unique(network.class_of_arc)}
            hint = suggest(kind, sorted(known | met))
            findings.refuse(row, f"names the class {kind!r}, which no profile travels on.{hint}")


def _street_names(today: Today) -> set[str]:
    """List the names of all ways, also of those that no network of a study has."""
    named = {tags["name"] for tags in today.extract.ways.tags if "name" in tags}
    return named.union(*(network.name_of_way.values() for network in today.networks.values()))


def _has_way(extract: Extract, way: int) -> bool:
    ids = extract.ways.osm_id
    row = int(np.searchsorted(ids, way))
    return row < ids.size and int(ids[row]) == way


def _near_ids(way: int, extract: Extract) -> str:
    text = str(way)
    digits = [str(each) for each in extract.ways.osm_id.tolist()]
    near = suggest(text, [each for each in digits if _differs_little(each, text)], most=0)
    return near if "Did you mean" in near else " Look the id up on openstreetmap.org."


def _differs_little(one: str, other: str) -> bool:
    """Tell whether two ids have the same length and differ in at most two digits."""
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) <= 2
