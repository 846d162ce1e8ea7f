"""What a comparison was made from, so that it can be made again: the manifest."""

import hashlib
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np

from .._version import __version__
from ..places.attachments import Attachments
from ..places.sites import LISTS
from ..scenarios.files import REFERENCE
from ..scenarios.resolved import ResolvedScenario
from ..transit.archives import files_of
from ..transit.calendars import count_unusable, runs_on
from .bases import Base
from .files import OSM, Study
from .loading import Loaded
from .touching import list_touches

# Role of the file of another study that scenarios are compared with.
OTHER_STUDY: Final = f"{REFERENCE} study"
LIBRARIES: Final = ("geopandas", "numba", "numpy", "osmium", "pandas", "pyproj", "shapely")


def make_manifest(
    loaded: Loaded, scenarios: Sequence[ResolvedScenario], base: Base | None = None
) -> dict[str, Any]:
    """List inputs with their hashes, parameters, versions and counted assumptions.

    Nothing in it depends on the machine or the hour; paths are told from the folder above the
    study's.

    Parameters
    ----------
    loaded
        The study.
    scenarios
        What it was compared with.
    base
        What they were compared with, where that is not today.

    Returns
    -------
    manifest
        Ready for JSON.
    """
    study, source = loaded.study, loaded.today.extract.source
    return {
        "library_version": __version__,
        "versions": {"python": platform.python_version(), **{n: version(n) for n in LIBRARIES}},
        "inputs": _list_inputs(loaded, scenarios, base),
        "parameters": {
            "name": study.name,
            "epci": list(study.epci),
            "buffer_min": study.buffer_min,
            "profiles": list(study.profiles),
            "categories": list(study.categories),
            "nearest": study.nearest,
            "turns": study.turns,
            "period": study.period,
            "thresholds_min": list(study.thresholds_min),
            "date": None if study.day is None else study.day.isoformat(),
            "water": _describe_water(study),
            "transit": _describe_question(study),
            "reference": None if base is None else base.key,
            "uncertainty": None if study.uncertainty is None else asdict(study.uncertainty),
        },
        "profiles": {
            p.name: {"version": p.version, "sha256": p.sha256}
            for p in (*study.street_profiles, *(study.water.vessels if study.water else ()))
        },
        "extract": {
            "osm_timestamp": source.timestamp,
            "generator": source.generator,
            "is_schematic": source.is_schematic,
            "bounds_deg": list(source.bounds_deg),
            "covered_deg": None if source.covered_deg is None else list(source.covered_deg),
            "counts": dict(loaded.today.extract.counts),
        },
        "residents": _describe_residents(loaded),
        "sites": _describe_sites(loaded),
        **_describe_timetable(loaded),
        **_describe_other(base),
        "communes": {"count": len(loaded.communes), **_plain(loaded.communes.attrs)},
        "assumptions": {
            profile: dict(network.provenance.counts)
            for profile, network in loaded.today.networks.items()
        },
        "touched": {
            each.scenario.key: list_touches(loaded, each)
            for each in ([base.resolved] if base and base.resolved else []) + [*scenarios]
        },
    }


def _describe_water(study: Study) -> dict[str, Any] | None:
    if study.water is None:
        return None
    departure = study.water.departure
    return {
        "vessels": [vessel.name for vessel in study.water.vessels],
        "trips": [list(trip) for trip in study.water.trips],
        "departure": None if departure is None else departure.isoformat(),
    }


def _describe_question(study: Study) -> dict[str, Any] | None:
    asked = study.transit
    if asked is None:
        return None
    own = {"day": asked.day.isoformat(), "change_s": asked.change_s, "walk": asked.walk.name}
    return own | asdict(asked.window)


def _describe_timetable(loaded: Loaded) -> dict[str, Any]:
    """Count what the timetables hold, and what is wrong with them."""
    if loaded.transit is None:
        return {}
    feed, timetable = loaded.transit.feed, loaded.transit.timetable
    off = loaded.transit.stops.reason_of_place != ""
    return {
        "timetable": {
            "feeds": [
                {
                    "feed": str(each["feed"]),
                    "publisher": str(each["publisher"]),
                    "agencies": str(each["agencies"]),
                    "first": each["first"].date().isoformat(),
                    "last": each["last"].date().isoformat(),
                    "is_schematic": bool(each["is_schematic"]),
                }
                for each in feed.sources.to_dict("records")
            ],
            "stops": len(feed.stops),
            "stops_off_the_network": int(off.sum()),
            "lines": len(feed.routes),
            "trips_of_the_day": int(runs_on(feed, timetable.day).sum()),
            "unusable_trips_of_the_day": count_unusable(feed, timetable.day),
            "faults": [
                {name: _plain(each[name]) for name in ("feed", "file", "notice", "count")}
                for each in feed.faults.to_dict("records")
            ],
        }
    }


def _describe_other(base: Base | None) -> dict[str, Any]:
    """Say what the other study asks of public transport, and of which timetables."""
    if base is None or base.resolved is not None:
        return {}
    other = base.alone
    asked = {"name": other.study.name, "transit": _describe_question(other.study)}
    return {"reference_study": asked | _describe_timetable(other)}


def _list_inputs(
    loaded: Loaded, scenarios: Sequence[ResolvedScenario], base: Base | None
) -> list[dict[str, str]]:
    study = loaded.study
    files = _files_of(loaded)
    plans = [each.scenario for each in scenarios]
    files += [("scenario", each.path, each.sha256) for each in plans]
    if base is not None and base.resolved is not None:
        plans.append(base.resolved.scenario)
        files.append((REFERENCE, plans[-1].path, plans[-1].sha256))
    elif base is not None:
        there = _files_of(base.loaded)
        files += [(f"{REFERENCE} {role}", path, sha256) for role, path, sha256 in there]
    used = [(each.role, each.path, each.sha256) for plan in plans for each in plan.inputs]
    placed = [(role, _place(path, study), sha256) for role, path, sha256 in (*files, *used)]
    return [
        {"role": role, "path": path, "sha256": sha256}
        for role, path, sha256 in dict.fromkeys(placed)
    ]


def _files_of(loaded: Loaded) -> list[tuple[str, Path, str]]:
    """List the files that a study names, with their roles and hashes."""
    study = loaded.study
    files = [("study", study.path, study.sha256)]
    files.append(("extract", study.extract, loaded.today.extract.source.sha256))
    others = [("residents", study.residents), ("communes", study.communes)]
    others += [("sites", each) for each in study.sites]
    optional = (
        ("congestion", study.congestion),
        ("heights", study.heights),
        ("barriers", study.barriers),
        ("covers", study.covers),
        ("categories", study.category_file),
        ("locks", study.water.locks if study.water else None),
        ("quays", study.water.quays if study.water else None),
    )
    others += [(role, path) for role, path in optional if path is not None]
    if study.transit is not None:
        others += [("timetable", file) for feed in study.transit.feeds for file in files_of(feed)]
    files += [(role, Path(path), hash_file(Path(path))) for role, path in others if path != OSM]
    return files


def describe_input(role: str, path: Path, study: Study) -> dict[str, str]:
    """Name a file that a report was made from.

    Parameters
    ----------
    role
        What it is.
    path
        The file.
    study
        Whose folder its path is told from.

    Returns
    -------
    record
        `role`, `path` and `sha256`.
    """
    return {"role": role, "path": _place(path, study), "sha256": hash_file(path)}


def _place(path: Path, study: Study) -> str:
    """Tell a path from the folder above the study's; files elsewhere by their name alone.

    A link within that folder is told by its own place, not by that of the file it leads to.
    """
    folder = study.path.parent.resolve()
    written = path
    if path.is_relative_to(study.path.parent):
        written = folder / path.relative_to(study.path.parent)
    unfollowed = Path(os.path.abspath(written))  # noqa: PTH100  resolve would follow links
    for place in (unfollowed, path.parent.resolve() / path.name, path.resolve()):
        if place.is_relative_to(folder.parent) and place.exists() and place.samefile(path):
            return place.relative_to(folder.parent).as_posix()
    return path.name


def hash_file(path: Path) -> str:
    """Hash a file's bytes.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    sha256
        Hexadecimal.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _describe_residents(loaded: Loaded) -> dict[str, Any]:
    residents = loaded.residents
    attached = {profile: pair[0] for profile, pair in loaded.attachments.items()}
    return {
        "cells": len(residents),
        "population": float(residents["population"].sum()),
        "cells_outside_the_territory": loaded.outside_count,
        "not_attached": _count_reasons(attached),
        **_plain(residents.attrs),
    }


def _describe_sites(loaded: Loaded) -> dict[str, Any]:
    sites = loaded.today.sites
    attached = {profile: pair[1] for profile, pair in loaded.attachments.items()}
    counts = sites["category"].astype(str).value_counts(sort=False).sort_index()
    attrs = dict(sites.attrs)
    return {
        "count": {str(category): int(count) for category, count in counts.items()},
        **{name: len(attrs.pop(name, [])) for name in LISTS},
        "not_attached": _count_reasons(attached),
        **_plain(attrs),
    }


def _count_reasons(attached: Mapping[str, Attachments]) -> dict[str, dict[str, int]]:
    counts = {}
    for profile, each in attached.items():
        reasons = each.reason_of_place[each.reason_of_place != ""].astype(str)
        names, numbers = np.unique(reasons, return_counts=True)
        counts[profile] = dict(zip(names.tolist(), numbers.tolist(), strict=True))
    return counts


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Turn numpy's numbers and other mappings into what JSON knows."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.item() if isinstance(value, np.generic) else value
